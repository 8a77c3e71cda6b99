//! `cargo xtask bench` and `screenshots`: the shipped build, driven by programs of the end-to-end crate.
//! Knows how they are started; what they measure and show is theirs.

use anyhow::Result;

use crate::layout::{Layout, Profile};
use crate::need::InstallPolicy;
use crate::step::Step;
use crate::test::{end_to_end_step, prepare};

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
    prepare(layout, Profile::Release, policy)?;
    let mut step = program("bench").args([name]);
    if format == Format::Json {
        step = step.args(["--json"]);
    }
    end_to_end_step(layout, Profile::Release, step.args(bench_args))?.run()
}

pub(crate) fn screenshots(layout: &Layout, policy: InstallPolicy) -> Result<()> {
    prepare(layout, Profile::Release, policy)?;
    end_to_end_step(layout, Profile::Release, program("screenshots"))?.run()
}

/// Built as the tests are: the measured work is in the browser and the server, which are release builds.
fn program(name: &str) -> Step {
    Step::cargo().args(["run", "--quiet", "-p", "e2e", "--bin", name, "--"])
}
