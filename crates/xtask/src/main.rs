//! The build tool of Heliograph: run, test, check, web, bench, sim, fuzz, screenshots.
//! Owns the command line; each command's work lies in the module of its name.

mod bench;
mod browser;
mod check;
mod demo;
mod fuzz;
mod layout;
mod mutations;
mod need;
mod run;
mod sim;
mod step;
mod test;
mod toolchain;
mod web;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::layout::{Layout, Profile};
use crate::need::InstallPolicy;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs, tests and checks Heliograph")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Args, Clone, Copy)]
struct InstallArgs {
    /// Install nothing: name what is missing and the command for it, and stop
    #[arg(long)]
    no_install: bool,
}

impl InstallArgs {
    fn policy(self) -> InstallPolicy {
        if self.no_install { InstallPolicy::Refused } else { InstallPolicy::Allowed }
    }
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and serve it on http://localhost:8470 with SQLite in ./data
    Run {
        /// Give the first new account 30 chats and 2,000 messages
        #[arg(long)]
        demo: bool,
        /// Build without optimisation: for working on the code
        #[arg(long)]
        dev: bool,
        #[command(flatten)]
        install: InstallArgs,
        /// More arguments for `heliograph serve`
        #[arg(last = true)]
        serve_args: Vec<String>,
    },
    /// Run all tests: unit, conformance, simulation, browser end-to-end
    Test {
        /// Only one half of them
        #[arg(long)]
        only: Option<test::Half>,
        #[command(flatten)]
        install: InstallArgs,
        /// More arguments for `cargo test`
        #[arg(last = true)]
        test_args: Vec<String>,
    },
    /// Format, lints, licences and sources, spelling, dependency arrows, file sizes
    Check {
        /// Also ask for known vulnerabilities (needs a repository outside the package registries)
        #[arg(long)]
        advisories: bool,
        #[command(flatten)]
        install: InstallArgs,
    },
    /// Build only the web app's files
    Web {
        /// As it is shipped: small and fast, slow to build
        #[arg(long)]
        release: bool,
        #[command(flatten)]
        install: InstallArgs,
    },
    /// Run a benchmark of the shipped build and print its figures
    Bench {
        name: String,
        /// One JSON object on standard output, for machines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        install: InstallArgs,
        /// More arguments for the benchmark
        #[arg(last = true)]
        bench_args: Vec<String>,
    },
    /// Run the simulator: real clients and the real server in a virtual world (docs/reliability.md)
    Sim {
        /// Arguments for the simulator: `--seed S`, or `--runs N [--from S]`; `--help` explains them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        sim_args: Vec<String>,
    },
    /// Break every rule of `crates/breakable`, one at a time, and see what notices (docs/reliability.md)
    Mutations {
        /// Only these rules
        rules: Vec<String>,
    },
    /// Throw changed inputs at every decoder, guided by what they reach (docs/reliability.md)
    Fuzz {
        /// One target; without it all, one after the other
        target: Option<String>,
        /// For how long each
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Make the seeds anew, after a format has changed, and run nothing
        #[arg(long, conflicts_with_all = ["target", "seconds"])]
        make_seeds: bool,
        #[command(flatten)]
        install: InstallArgs,
    },
    /// Make the pictures in docs/screenshots
    Screenshots {
        #[command(flatten)]
        install: InstallArgs,
    },
    /// Build for the end-to-end tests and print their environment, for `eval "$(cargo xtask env)"`
    Env {
        #[command(flatten)]
        install: InstallArgs,
    },
    /// Part of `run --demo`: reads the server's console on standard input
    #[command(hide = true)]
    DemoPeople { helio: PathBuf, folder: PathBuf },
}

fn main() -> ExitCode {
    match perform(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    let layout = Layout::find()?;
    match task {
        Task::Run { demo, dev, install, serve_args } => {
            let demo = if demo { run::Demo::Filled } else { run::Demo::Empty };
            let profile = if dev { Profile::Dev } else { Profile::Release };
            run::run(&layout, profile, demo, install.policy(), &serve_args)
        }
        Task::Test { only, install, test_args } => test::run(&layout, only, install.policy(), &test_args),
        Task::Check { advisories, install } => {
            let advisories = if advisories { check::Advisories::Asked } else { check::Advisories::Left };
            check::run(&layout, install.policy(), advisories)
        }
        Task::Web { release, install } => {
            let profile = if release { Profile::Release } else { Profile::Dev };
            let folder = web::build(&layout, profile, install.policy())?;
            say(&format!("Web app: {}", folder.display()));
            Ok(())
        }
        Task::Bench { name, json, install, bench_args } => {
            let format = if json { bench::Format::Json } else { bench::Format::Text };
            bench::run(&layout, &name, format, install.policy(), &bench_args)
        }
        Task::Sim { sim_args } => sim::run(&layout, &sim_args),
        Task::Mutations { rules } => mutations::run(&layout, &rules),
        Task::Fuzz { make_seeds: true, .. } => fuzz::make_seeds(&layout),
        Task::Fuzz { target, seconds, install, .. } => fuzz::run(&layout, target.as_deref(), seconds, install.policy()),
        Task::Screenshots { install } => bench::screenshots(&layout, install.policy()),
        Task::DemoPeople { helio, folder } => demo::watch(&helio, &folder),
        Task::Env { install } => test::print_environment(&layout, install.policy()),
    }
}

/// For people: on standard error, so that `--json` and `env` keep standard output for machines.
fn say(text: &str) {
    // Nothing can be told when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
