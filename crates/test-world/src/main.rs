//! `sim`: runs of the simulator. `cargo xtask sim` builds and starts it.

use anyhow::{Context as _, Result, bail};
use breakable::Rule;
use clap::Parser;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use test_world::coverage::Coverage;
use test_world::generate::{Profile, plan};
use test_world::oracles::Oracle;
use test_world::shrink::shrink;
use test_world::{Failure, Options, Outcome, Plan, run};

/// A failing run is shown with so many of its violations.
const SHOWN_MAX: usize = 12;
/// Threads where nobody says how many.
const JOBS_MAX: usize = 16;

#[derive(Parser)]
#[command(name = "sim", about = "Runs the simulator; see docs/reliability.md")]
struct Arguments {
    /// One seed
    #[arg(long, conflicts_with_all = ["runs", "from", "plan"])]
    seed: Option<u64>,
    /// How many runs, with one seed after the other
    #[arg(long, default_value_t = 1)]
    runs: u64,
    /// The first seed
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Runs a saved plan instead
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Saves the plan (of a single run, or the first that fails)
    #[arg(long)]
    save: Option<PathBuf>,
    /// Makes a failing plan smaller, and saves that
    #[arg(long)]
    shrink: bool,
    /// Every event of a single run, on standard error
    #[arg(long)]
    trace: bool,
    /// Runs each seed twice and compares all decisions
    #[arg(long)]
    twice: bool,
    /// Goes on after a failure, and counts
    #[arg(long)]
    keep_going: bool,
    /// Threads; each runs whole runs
    #[arg(long)]
    jobs: Option<usize>,
    /// People
    #[arg(long, default_value_t = 3)]
    accounts: u8,
    /// Devices of each
    #[arg(long, default_value_t = 3)]
    devices: u8,
    /// Things that people do in a run
    #[arg(long, default_value_t = 200)]
    operations: u32,
    /// Things that go wrong, for a thousand that people do
    #[arg(long, default_value_t = 250)]
    faults: u32,
    /// Things that are done in groups of many, for a thousand that people do
    #[arg(long, default_value_t = 150)]
    groups: u32,
    /// A rule broken on purpose (`breakable::Rule`): the runs must fail
    #[arg(long, value_parser = rule)]
    break_rule: Option<Rule>,
    /// Names every rule that can be broken, and stops
    #[arg(long)]
    list_rules: bool,
}

impl Arguments {
    fn options(&self) -> Options {
        Options { trace: self.trace, broken: self.break_rule }
    }

    fn profile(&self) -> Profile {
        Profile {
            accounts: self.accounts,
            devices: self.devices,
            operations: self.operations,
            faults_permille: self.faults,
            groups_permille: self.groups,
        }
    }
}

fn rule(name: &str) -> Result<Rule, String> {
    let rule = Rule::named(name).ok_or_else(|| "no such rule; --list-rules names them".to_owned())?;
    if cfg!(feature = "breakable") || rule == Rule::FlushBeforeSend {
        Ok(rule)
    } else {
        Err("this build breaks no rule of the cores: it needs --features breakable".to_owned())
    }
}

/// What all runs came to.
#[derive(Default)]
struct Total {
    runs: u64,
    events: u64,
    virtual_ms: u64,
    coverage: Coverage,
    failed: Vec<(u64, Failure)>,
}

fn main() -> ExitCode {
    match perform() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("sim: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn perform() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.list_rules {
        Rule::ALL.iter().for_each(|rule| say(&format!("{rule:?}")));
        return Ok(());
    }
    if let Some(path) = &arguments.plan {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let plan: Plan = serde_json::from_str(&text).with_context(|| format!("{} is no plan", path.display()))?;
        return one(&arguments, &plan);
    }
    if let Some(seed) = arguments.seed {
        return one(&arguments, &plan(seed, arguments.profile()));
    }
    many(&arguments)
}

fn one(arguments: &Arguments, plan: &Plan) -> Result<()> {
    let outcome = checked(plan, arguments)?;
    show(&outcome.coverage);
    let Some(failure) = outcome.failure else {
        say(&format!("seed {}: sound, {} events, digest {:016x}", plan.seed, outcome.events, outcome.digest));
        return save(arguments, plan);
    };
    tell_failure(plan.seed, &failure);
    if arguments.shrink {
        let smallest = shrink(plan, arguments.options(), |left| say(&format!("{left} steps are left")))?;
        save(arguments, &smallest)?;
        for step in &smallest.steps {
            say(&format!("{:>9} ms  {:>4}  {:?}", step.at_ms, step.mark, step.action));
        }
    } else {
        save(arguments, plan)?;
    }
    bail!("seed {} failed", plan.seed)
}

fn many(arguments: &Arguments) -> Result<()> {
    let begun = Instant::now();
    let total = Mutex::new(Total::default());
    let next = AtomicU64::new(arguments.from);
    let end = arguments.from.saturating_add(arguments.runs);
    let jobs = arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let work = || -> Result<()> {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return Ok(());
            }
            let outcome = checked(&plan(seed, arguments.profile()), arguments)?;
            let mut total = total.lock().map_err(|_| anyhow::anyhow!("another thread panicked"))?;
            total.runs += 1;
            total.events += outcome.events;
            total.virtual_ms += outcome.virtual_ms;
            total.coverage.take(&outcome.coverage);
            if let Some(failure) = outcome.failure {
                tell_failure(seed, &failure);
                total.failed.push((seed, failure));
                if !arguments.keep_going {
                    next.store(end, Ordering::Relaxed);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.clamp(1, JOBS_MAX)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread.join().map_err(|_| anyhow::anyhow!("a thread panicked")).and_then(|ended| ended)
        })
    })?;
    let total = total.into_inner().map_err(|_| anyhow::anyhow!("a thread panicked"))?;
    show(&total.coverage);
    let seconds = begun.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss)]
    let rate = total.runs as f64 / seconds.max(0.001);
    say(&format!(
        "{} runs in {seconds:.1} s ({rate:.2} a second), {} events, {} hours of virtual time, {} failed",
        total.runs,
        total.events,
        total.virtual_ms / 3_600_000,
        total.failed.len()
    ));
    let mut failed: Vec<u64> = total.failed.iter().map(|(seed, _)| *seed).collect();
    failed.sort_unstable();
    match failed.first() {
        None => Ok(()),
        Some(seed) => {
            save(arguments, &plan(*seed, arguments.profile()))?;
            bail!(
                "failed: {failed:?}; look at one with --seed {seed} --trace, or --seed {seed} --shrink --save plan.json"
            )
        }
    }
}

/// A run, and with `--twice` the same again, which must decide the same.
fn checked(plan: &Plan, arguments: &Arguments) -> Result<Outcome> {
    let outcome = run(plan, arguments.options()).with_context(|| format!("seed {}", plan.seed))?;
    if arguments.twice {
        let again = run(plan, Options { trace: false, ..arguments.options() })?;
        if (again.digest, again.events) != (outcome.digest, outcome.events) {
            bail!("seed {} is not the same again: {} and {} events", plan.seed, outcome.events, again.events);
        }
    }
    Ok(outcome)
}

fn save(arguments: &Arguments, plan: &Plan) -> Result<()> {
    match &arguments.save {
        None => Ok(()),
        Some(path) => std::fs::write(path, serde_json::to_string_pretty(plan)?)
            .with_context(|| format!("cannot write {}", path.display())),
    }
}

fn tell_failure(seed: u64, failure: &Failure) {
    let step = failure.step.map_or_else(|| "after healing".to_owned(), |step| format!("at step {step}"));
    say(&format!("seed {seed} fails {step}: {} violations", failure.violations.len()));
    let mut by = BTreeMap::<Oracle, u32>::new();
    failure.violations.iter().for_each(|violation| *by.entry(violation.oracle).or_default() += 1);
    let by: Vec<String> = by.iter().map(|(oracle, count)| format!("{oracle:?} {count}")).collect();
    say(&format!("by {}", by.join(", ")));
    for violation in failure.violations.iter().take(SHOWN_MAX) {
        say(&format!("    {violation}"));
    }
}

fn show(coverage: &Coverage) {
    say(coverage.to_string().trim_end());
}

fn say(text: &str) {
    // Nothing can be told when standard output is closed.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
