//! `cargo xtask test`: all tests, after making ready what they need.
//! Knows the order and the environment; the tests are cargo's.

use std::io::Write;

use anyhow::Result;
use clap::ValueEnum;

use crate::layout::{Layout, Profile};
use crate::need::{C_COMPILER, InstallPolicy, Need, ensure};
use crate::step::Step;
use crate::{browser, run, sim, web};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Half {
    /// All crates but the end-to-end tests, and runs of the simulator
    Unit,
    /// The end-to-end tests in browsers
    E2e,
}

pub(crate) fn run(layout: &Layout, only: Option<Half>, policy: InstallPolicy, test_args: &[String]) -> Result<()> {
    let mut needs = vec![Need::System(C_COMPILER)];
    if only != Some(Half::Unit) {
        // Named together and at once, not one after the other in an hour.
        needs.extend(web::NEEDS);
        needs.extend(browser::NEEDS);
    }
    ensure(layout, policy, &needs)?;
    match only {
        None => all_tests(layout, policy, test_args)?,
        Some(Half::Unit) => unit_tests(layout, test_args)?,
        Some(Half::E2e) => return end_to_end_tests(layout, policy, test_args),
    }
    // Who asks for certain tests wants no others.
    if test_args.is_empty() { sim::run_some(layout) } else { Ok(()) }
}

/// The worker is nothing without a browser; what it does natively is tested in the crates below it.
const ALL: [&str; 3] = ["--workspace", "--exclude", "web-worker"];

/// Cargo picks features for the packages that it is asked for together, so that asking twice compiles most of a hundred thousand lines of others' code
/// twice: what the end-to-end tests drive is built here by the selection that is tested.
fn all_tests(layout: &Layout, policy: InstallPolicy, test_args: &[String]) -> Result<()> {
    web::build(layout, Profile::Dev, policy)?;
    let cargo = |command: &str| {
        Step::cargo()
            .args([command])
            .args(ALL)
            .env("CARGO_TARGET_DIR", &layout.target)
            .env_remove("HELIOGRAPH_WEB_BUNDLE")
    };
    // The tests' own environment already, since it is an input of what is compiled.
    end_to_end_step(layout, Profile::Dev, cargo("build").args(["--all-targets"]))?.run()?;
    end_to_end_step(layout, Profile::Dev, cargo("test").args(["--no-fail-fast"]).args(test_args))?.run()
}

fn unit_tests(layout: &Layout, test_args: &[String]) -> Result<()> {
    Step::cargo()
        .args(["test"])
        .args(ALL)
        .args(["--exclude", "e2e"])
        .args(test_args)
        .folder(&layout.root)
        .env("PLAYWRIGHT_SKIP_DRIVER_DOWNLOAD", "1")
        .run()
}

fn end_to_end_tests(layout: &Layout, policy: InstallPolicy, test_args: &[String]) -> Result<()> {
    prepare(layout, Profile::Dev, policy)?;
    end_to_end_step(layout, Profile::Dev, Step::cargo().args(["test", "-p", "e2e"]).args(test_args))?.run()
}

/// Builds what the end-to-end crate drives.
pub(crate) fn prepare(layout: &Layout, profile: Profile, policy: InstallPolicy) -> Result<()> {
    ensure(layout, policy, &browser::NEEDS)?;
    web::build(layout, profile, policy)?;
    run::build_native(layout, profile, &["server", "cli"])?;
    // Tests alone drive it, and they drive the development build.
    match profile {
        Profile::Dev => Step::cargo()
            .args(["build", "-p", "faulty-disk"])
            .folder(&layout.root)
            .env("CARGO_TARGET_DIR", &layout.target)
            .run(),
        Profile::Release => Ok(()),
    }
}

/// A command of the end-to-end crate, told where all it drives lies.
pub(crate) fn end_to_end_step(layout: &Layout, profile: Profile, step: Step) -> Result<Step> {
    let environment = browser::test_environment(layout, profile)?;
    Ok(environment.into_iter().fold(step.folder(&layout.root), |step, (name, value)| step.env(name, value)))
}

pub(crate) fn print_environment(layout: &Layout, policy: InstallPolicy) -> Result<()> {
    prepare(layout, Profile::Dev, policy)?;
    let mut out = std::io::stdout().lock();
    for (name, value) in browser::test_environment(layout, Profile::Dev)? {
        writeln!(out, "export {name}='{}'", value.display())?;
    }
    Ok(())
}
