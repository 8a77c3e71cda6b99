//! `cargo xtask run`: everything from a fresh clone to the served app.
//! Knows what is built and how the server is started; the server prints what to open.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::layout::{Layout, Profile};
use crate::need::InstallPolicy;
use crate::step::Step;
use crate::{demo, say, web};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demo {
    Empty,
    Filled,
}

pub(crate) fn run(
    layout: &Layout,
    profile: Profile,
    population: Demo,
    policy: InstallPolicy,
    serve_args: &[String],
) -> Result<()> {
    let bundle = web::build(layout, profile, policy)?;
    // `helio` brings the whole client core with it: only where it is needed.
    let packages: &[&str] = if population == Demo::Filled { &["server", "cli"] } else { &["server"] };
    build_native(layout, profile, packages)?;
    let server = layout.native_binary(profile, "heliograph");
    let mut step = Step::new(&server).args(["serve"]).folder(&layout.root);
    if profile == Profile::Dev {
        step = step.arg_path("--web-dir", &bundle);
    }
    let step = step.args(serve_args);
    say(&format!("$ {}", step.line()));
    let mut command = step.command();
    if population == Demo::Filled {
        demo::attach(&mut command, &layout.native_binary(profile, "helio"), &data_folder(layout, serve_args))?;
    }
    // The server takes our place, so that a signal reaches it and its shutdown is waited for.
    let error = command.exec();
    Err(error).with_context(|| format!("cannot start {}", server.display()))
}

/// Where the server will keep its data, as far as the command line and the environment say: the played people are its
/// people, and go with it.
fn data_folder(layout: &Layout, serve_args: &[String]) -> PathBuf {
    let after = serve_args.iter().skip_while(|argument| *argument != "--data").nth(1).map(PathBuf::from);
    let joined = serve_args.iter().find_map(|argument| argument.strip_prefix("--data=")).map(PathBuf::from);
    let told = after.or(joined).or_else(|| std::env::var_os("HELIOGRAPH_DATA").map(PathBuf::from));
    layout.root.join(told.unwrap_or_else(|| PathBuf::from("data")))
}

/// Binaries of our crates. A released server has the web app inside; a development one reads its
/// folder, so that a change of a page does not compile the server again.
pub(crate) fn build_native(layout: &Layout, profile: Profile, packages: &[&str]) -> Result<()> {
    say(&format!("{}: compiling ({})", packages.join(" and "), profile.bundle_folder()));
    let step = Step::cargo()
        .args(["build", "--bins"])
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .folder(&layout.root)
        .env("CARGO_TARGET_DIR", &layout.target);
    match profile {
        Profile::Dev => step.env_remove("HELIOGRAPH_WEB_BUNDLE").run(),
        Profile::Release => step.args(["--release"]).env("HELIOGRAPH_WEB_BUNDLE", layout.bundle(profile)).run(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn played_people_live_beside_the_servers_data() {
        let layout = Layout { root: "/checkout".into(), target: PathBuf::new(), cache: PathBuf::new() };
        let folder = |arguments: &[&str]| {
            data_folder(&layout, &arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(folder(&["--data", "elsewhere"]), PathBuf::from("/checkout/elsewhere"));
        assert_eq!(folder(&["--listen", "x", "--data=/srv"]), PathBuf::from("/srv"));
    }
}
