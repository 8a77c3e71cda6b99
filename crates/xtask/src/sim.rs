//! `cargo xtask sim`: builds the simulator and hands the arguments on. What a run is, is the simulator's.

use anyhow::Result;

use crate::layout::Layout;
use crate::step::Step;

pub(crate) fn run(layout: &Layout, sim_args: &[String]) -> Result<()> {
    // The dev profile optimises what a run spends its time in; a release build would take longer than a thousand runs.
    Step::cargo()
        .args(["run", "--quiet", "-p", "test-world", "--bin", "sim", "--"])
        .args(sim_args)
        .folder(&layout.root)
        .run()
}
