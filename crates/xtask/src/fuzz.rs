//! `cargo xtask fuzz`: long runs of the targets of `crates/fuzz` under libFuzzer, on the stable toolchain.
//! Owns how coverage is compiled in and where corpus and findings lie; the targets are that crate's.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::layout::Layout;
use crate::need::{C_COMPILER, CXX_COMPILER, InstallPolicy, Need, ensure};
use crate::say;
use crate::step::Step;

/// What cargo-fuzz asks of the compiler, as far as stable has it: no sanitizer, since no unsafe code is ours. Not for build
/// scripts and macros, which have no libFuzzer to report to: hence the named host as the target.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg",
    "fuzzing",
];
/// An input that takes longer is a finding.
const INPUT_S_MAX: u32 = 20;
/// A process that takes more is a finding; one input may take less: `fuzz::Target::check`.
const MEMORY_MB_MAX: u32 = 2_048;

/// Runs one target, or all one after the other, for so many seconds each.
pub(crate) fn run(layout: &Layout, target: Option<&str>, seconds: u32, policy: InstallPolicy) -> Result<()> {
    ensure(layout, policy, &[Need::System(C_COMPILER), Need::System(CXX_COMPILER)])?;
    let all = targets(layout)?;
    let wanted: Vec<String> = match target {
        None => all,
        Some(name) if all.iter().any(|known| known == name) => vec![name.to_owned()],
        Some(name) => bail!("no target is called {name}; there are: {}", all.join(", ")),
    };
    let program = build(layout)?;
    let mut failed = Vec::new();
    for name in &wanted {
        if let Err(error) = run_one(layout, &program, name, seconds) {
            say(&format!("{error:#}"));
            failed.push(name.as_str());
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} found something; inputs lie in {}", failed.join(", "), layout.fuzz_target().join("found").display());
}

/// Writes all seeds that are made; what once failed stays.
pub(crate) fn make_seeds(layout: &Layout) -> Result<()> {
    Step::cargo().args(["run", "--quiet", "--package", "fuzz", "--bin", "seeds"]).folder(&layout.root).run()
}

/// A folder of seeds for each: a test of that crate holds them against its list.
fn targets(layout: &Layout) -> Result<Vec<String>> {
    let folder = layout.root.join("crates/fuzz/seeds");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("no seeds in {}", folder.display()))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn build(layout: &Layout) -> Result<PathBuf> {
    let host = host()?;
    Step::cargo()
        .args(["build", "--package", "fuzz", "--bin", "libfuzzer", "--features", "libfuzzer", "--target", &host])
        .arg_path("--target-dir", layout.fuzz_target())
        .env("RUSTFLAGS", FLAGS.join(" "))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .folder(&layout.root)
        .run()?;
    Ok(layout.fuzz_target().join(host).join("debug/libfuzzer"))
}

fn host() -> Result<String> {
    let text = Step::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).args(["-vV"]).output()?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names no host")?;
    Ok(host.to_owned())
}

fn run_one(layout: &Layout, program: &PathBuf, name: &str, seconds: u32) -> Result<()> {
    let corpus = layout.fuzz_target().join("corpus").join(name);
    let found = layout.fuzz_target().join("found").join(name);
    for folder in [&corpus, &found] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    Step::new(program)
        .args([corpus, layout.root.join("crates/fuzz/seeds").join(name)])
        .args([
            format!("-max_total_time={seconds}"),
            format!("-timeout={INPUT_S_MAX}"),
            format!("-rss_limit_mb={MEMORY_MB_MAX}"),
            format!("-artifact_prefix={}/", found.display()),
            "-max_len=16384".to_owned(),
            "-print_final_stats=1".to_owned(),
        ])
        .env("HELIOGRAPH_FUZZ_TARGET", name)
        .folder(&layout.root)
        .run()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout::find().unwrap()
    }

    #[test]
    fn an_unknown_target_is_refused_before_anything_is_built() {
        let error = run(&layout(), Some("no-such-target"), 1, InstallPolicy::Refused).unwrap_err().to_string();
        assert!(error.contains("no target is called no-such-target"), "{error}");
        assert!(error.contains("client-frame"), "{error}");
    }

    #[test]
    fn the_host_is_named_by_the_compiler() {
        assert!(host().unwrap().contains('-'));
    }
}
