//! `cargo xtask mutations`: breaks every rule of `breakable`, one at a time, and sees whether what must notice does. Owns the
//! order and the report; which rule must be noticed by what stands in `mutations/catchers.rs`.

mod catchers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Output, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::layout::{Layout, Profile};
use crate::say;
use crate::step::Step;
use catchers::{CATCHERS, Catcher, Suite};

/// The variable by which test programs hear which rule is broken: `breakable::BROKEN_RULE`.
const BROKEN_RULE: &str = "HELIOGRAPH_BROKEN_RULE";

/// What was built with switches.
struct Built {
    sim: PathBuf,
    suites: BTreeMap<Suite, PathBuf>,
}

/// What came of a rule.
enum Verdict {
    /// By what.
    Caught(String),
    NotCaught(String),
}

pub(crate) fn run(layout: &Layout, only: &[String]) -> Result<()> {
    let built = build(layout)?;
    let rules = rules(&built)?;
    check_table(&rules)?;
    if let Some(unknown) = only.iter().find(|name| !rules.contains(*name)) {
        bail!("no rule is called {unknown}");
    }
    let asked = |name: &str| only.is_empty() || only.iter().any(|wanted| wanted == name);
    let wanted: Vec<_> = CATCHERS.iter().filter(|(name, _)| asked(name)).collect();
    let mut sound = BTreeSet::new();
    let mut missed = Vec::new();
    for (name, catcher) in &wanted {
        if sound.insert(catcher) {
            must_be_sound(layout, &built, catcher)
                .with_context(|| format!("what is to notice that {name} is broken"))?;
        }
        match broken(layout, &built, name, catcher)? {
            Verdict::Caught(by) => say(&format!("{name:<28} caught by {by}")),
            Verdict::NotCaught(by) => {
                say(&format!("{name:<28} NOT CAUGHT by {by}"));
                missed.push(*name);
            }
        }
    }
    say(&format!("{} of {} broken rules were caught", wanted.len() - missed.len(), wanted.len()));
    if missed.is_empty() { Ok(()) } else { bail!("not caught: {}", missed.join(", ")) }
}

/// A rule without a row would be one that nobody looks at, and a row without a rule breaks nothing.
fn check_table(rules: &BTreeSet<String>) -> Result<()> {
    let rows: BTreeSet<String> = CATCHERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let without: Vec<_> = rules.symmetric_difference(&rows).cloned().collect();
    ensure!(without.is_empty(), "rules without a row in catchers.rs, or rows without a rule: {}", without.join(", "));
    Ok(())
}

fn build(layout: &Layout) -> Result<Built> {
    Step::cargo()
        .args(["build", "-p", "test-world", "--features", "breakable", "--bin", "sim"])
        .folder(&layout.root)
        .run()?;
    let packages = ["-p", "e2ee", "-p", "client-core", "-p", "server", "-p", "server-store", "-p", "breakable"];
    let test = ["test", "--features", "breakable/switches", "--no-run", "--message-format", "json-render-diagnostics"];
    let messages = Step::cargo().args(test).args(packages).folder(&layout.root).output()?;
    let suites = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let program = message.get("executable")?.as_str()?;
        let target = message.get("target")?;
        let name = target.get("name")?.as_str()?.replace('_', "-");
        let kind = target.get("kind")?.get(0)?.as_str()?;
        Some((Suite::of(&name, kind)?, PathBuf::from(program)))
    });
    Ok(Built { suites: suites.collect(), sim: layout.native_binary(Profile::Dev, "sim") })
}

fn rules(built: &Built) -> Result<BTreeSet<String>> {
    let listed = Step::new(&built.sim).args(["--list-rules"]).output()?;
    Ok(listed.lines().map(str::to_owned).collect())
}

fn step(layout: &Layout, built: &Built, catcher: &Catcher) -> Result<Step> {
    let sim = || Step::new(&built.sim).folder(&layout.root);
    Ok(match catcher {
        Catcher::Seeds(arguments) => sim().args(arguments.split_whitespace()),
        Catcher::Plan(name) => {
            sim().arg_path("--plan", layout.root.join(format!("crates/test-world/plans/{name}.json")))
        }
        Catcher::Test(suite, name) => {
            let program = built.suites.get(suite).with_context(|| format!("{suite:?} was not built"))?;
            // One after the other: with a broken rule some wait for what never comes, and the first that fails is enough.
            Step::new(program).folder(layout.root.join(suite.folder())).args([*name, "--test-threads", "1"])
        }
    })
}

fn perform(step: &Step) -> Result<Output> {
    let mut command = step.command();
    command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{}`", step.line()))
}

/// A test that fails anyway, or that nobody finds any more, would catch everything.
fn must_be_sound(layout: &Layout, built: &Built, catcher: &Catcher) -> Result<()> {
    let step = step(layout, built, catcher)?;
    let output = perform(&step)?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "`{}` fails with nothing broken:\n{said}", step.line());
    ensure!(!said.contains("running 0 tests"), "`{}` runs no test", step.line());
    Ok(())
}

fn broken(layout: &Layout, built: &Built, name: &str, catcher: &Catcher) -> Result<Verdict> {
    let step = step(layout, built, catcher)?;
    let step = match catcher {
        Catcher::Test(..) => step.env(BROKEN_RULE, name),
        Catcher::Seeds(_) | Catcher::Plan(_) => step.args(["--break-rule", name]),
    };
    let output = perform(&step)?;
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(!errors.contains("invalid value"), "`{}`: {errors}", step.line());
    let line = |prefix: &str| out.lines().find_map(|line| line.strip_prefix(prefix).map(str::to_owned));
    let by = match catcher {
        Catcher::Test(suite, name) => format!("{suite:?}: {name}"),
        Catcher::Plan(plan) => format!("{} ({plan})", line("by ").unwrap_or_else(|| "an error".to_owned())),
        Catcher::Seeds(_) => {
            let seed = out.lines().find(|line| line.starts_with("seed ")).and_then(|line| line.split(' ').nth(1));
            format!("{} (seed {})", line("by ").unwrap_or_else(|| "an error".to_owned()), seed.unwrap_or("?"))
        }
    };
    Ok(if output.status.success() { Verdict::NotCaught(step.line()) } else { Verdict::Caught(by) })
}
