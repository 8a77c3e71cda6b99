//! `cargo xtask bench` and `screenshots`: the shipped build, driven by programs of the end-to-end crate.
//! Knows how they are started; what they measure and show is theirs.

use anyhow::Result;

use crate::layout::{Layout, Profile};
use crate::need::{C_COMPILER, InstallPolicy, Need, ensure};
use crate::step::Step;
use crate::test::{end_to_end_step, prepare};
use crate::{run, web};

/// These need no browser, and are run by the load crate.
const LOAD_BENCHES: [&str; 7] = ["deliver", "group", "offline", "idle", "reconnect", "flood", "sfu"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

pub(crate) fn run(
    layout: &Layout,
    name: &str,
    format: Format,
    policy: InstallPolicy,
    bench_args: &[String],
) -> Result<()> {
    if LOAD_BENCHES.contains(&name) {
        return load(layout, name, format, policy, bench_args);
    }
    prepare(layout, Profile::Release, policy)?;
    let mut step = program("bench").args([name]);
    if format == Format::Json {
        step = step.args(["--json"]);
    }
    end_to_end_step(layout, Profile::Release, step.args(bench_args))?.run()
}

/// The clients are a release build too: they must not be what is waited for. `helio` is built with them although it is not used,
/// since cargo would build all libraries anew without it.
fn load(layout: &Layout, name: &str, format: Format, policy: InstallPolicy, bench_args: &[String]) -> Result<()> {
    ensure(layout, policy, &[Need::System(C_COMPILER)])?;
    web::build(layout, Profile::Release, policy)?;
    run::build_native(layout, Profile::Release, &["server", "cli", "load"])?;
    let mut step = Step::new(layout.native_binary(Profile::Release, "load")).args([name]);
    if format == Format::Json {
        step = step.args(["--json"]);
    }
    step.args(bench_args).env("HELIOGRAPH_BIN", layout.native_binary(Profile::Release, "heliograph")).run()
}

pub(crate) fn screenshots(layout: &Layout, policy: InstallPolicy) -> Result<()> {
    prepare(layout, Profile::Release, policy)?;
    end_to_end_step(layout, Profile::Release, program("screenshots"))?.run()
}

/// Built as the tests are: the measured work is in the browser and the server, which are release builds.
fn program(name: &str) -> Step {
    Step::cargo().args(["run", "--quiet", "-p", "e2e", "--bin", name, "--"])
}
