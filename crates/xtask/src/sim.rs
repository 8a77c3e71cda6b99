//! `cargo xtask sim`: builds the simulator and hands the arguments on. What a run is, is the simulator's.

use anyhow::Result;

use crate::layout::{Layout, Profile};
use crate::step::Step;

/// Runs that are part of the tests: what two cores do within five minutes.
const RUNS: &str = "250";

/// The first seeds, with a thread for each core. A failure names seed and step. The unit tests have built the program: asked
/// for by itself, it would be built anew with the features that it alone needs.
pub(crate) fn run_some(layout: &Layout) -> Result<()> {
    Step::new(layout.native_binary(Profile::Dev, "sim")).args(["--runs", RUNS]).folder(&layout.root).run()
}

pub(crate) fn run(layout: &Layout, sim_args: &[String]) -> Result<()> {
    // The dev profile optimises what a run spends its time in; a release build would take longer than a thousand runs.
    Step::cargo()
        .args(["run", "--quiet", "-p", "test-world", "--bin", "sim", "--"])
        .args(sim_args)
        .folder(&layout.root)
        .run()
}
