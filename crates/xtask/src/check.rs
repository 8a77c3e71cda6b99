//! `cargo xtask check`: format, lints, licences and sources, spelling, arrows, sizes.
//! Knows the order, cheap checks first; each rule lies below.

mod arrows;
mod sizes;
mod spelling;

use anyhow::{Result, bail};

use crate::layout::Layout;
use crate::need::{self, C_COMPILER, CARGO_DENY, CLANG, InstallPolicy, LLVM_AR, Need};
use crate::step::Step;
use crate::{say, web};

const NEEDS: [Need; 6] = [
    Need::System(C_COMPILER),
    Need::System(CLANG),
    Need::System(LLVM_AR),
    Need::WasmTarget,
    Need::Tool(CARGO_DENY),
    Need::Typos,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advisories {
    Asked,
    Left,
}

pub(crate) fn run(layout: &Layout, policy: InstallPolicy, advisories: Advisories) -> Result<()> {
    need::ensure(layout, policy, &NEEDS)?;
    Step::cargo().args(["fmt", "--all", "--check"]).folder(&layout.root).run()?;
    report("file sizes", &sizes::violations(layout)?)?;
    report("dependency arrows", &arrows::violations(&arrows::metadata(layout)?)?)?;
    spelling::check(layout)?;
    licences(layout, advisories)?;
    clippy(layout, &["--workspace", "--exclude", "web-ui", "--exclude", "web-worker"])?;
    // The same again where rules can be broken: of those crates that keep them.
    clippy(layout, &["-p", "test-world", "--features", "breakable"])?;
    web::clippy(layout)?;
    say("All checks passed.");
    Ok(())
}

fn report(rule: &str, violations: &[String]) -> Result<()> {
    if violations.is_empty() {
        say(&format!("{rule}: fine"));
        return Ok(());
    }
    bail!("{rule}:\n  {}", violations.join("\n  "));
}

fn licences(layout: &Layout, advisories: Advisories) -> Result<()> {
    let mut step = Step::new(need::tool_path(layout, CARGO_DENY))
        .args(["--all-features", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"])
        .folder(&layout.root);
    if advisories == Advisories::Asked {
        step = step.args(["advisories"]);
    }
    step.run()
}

fn clippy(layout: &Layout, which: &[&str]) -> Result<()> {
    Step::cargo()
        .args(["clippy", "--quiet"])
        .args(which)
        .args(["--all-targets", "--", "-D", "warnings"])
        .folder(&layout.root)
        .env("PLAYWRIGHT_SKIP_DRIVER_DOWNLOAD", "1")
        .run()
}
