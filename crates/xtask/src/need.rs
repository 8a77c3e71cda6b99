//! What the machine must have: told before it is installed, refused with `--no-install`.
//! Knows how to install each thing; not what it is for beyond one line of text.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::layout::Layout;
use crate::step::{Step, find_program};
use crate::{browser, say, toolchain};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallPolicy {
    Allowed,
    Refused,
}

/// A program of the operating system, by any of its names, and its Debian packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SystemProgram {
    pub(crate) names: &'static [&'static str],
    pub(crate) packages: &'static [&'static str],
    pub(crate) reason: &'static str,
}

pub(crate) const C_COMPILER: SystemProgram =
    SystemProgram { names: &["cc", "gcc"], packages: &["gcc", "libc6-dev"], reason: "links native programs" };
pub(crate) const CXX_COMPILER: SystemProgram =
    SystemProgram { names: &["c++", "g++"], packages: &["g++"], reason: "compiles libFuzzer" };
pub(crate) const CLANG: SystemProgram =
    SystemProgram { names: &["clang"], packages: &["clang"], reason: "compiles SQLite for WebAssembly" };
pub(crate) const LLVM_AR: SystemProgram =
    SystemProgram { names: &["llvm-ar"], packages: &["llvm"], reason: "packs SQLite's objects for WebAssembly" };
pub(crate) const CHROMIUM: SystemProgram = SystemProgram {
    names: &["chromium", "chromium-browser", "google-chrome"],
    packages: &["chromium"],
    reason: "runs the browser tests",
};
pub(crate) const FIREFOX: SystemProgram =
    SystemProgram { names: &["firefox-esr", "firefox"], packages: &["firefox-esr"], reason: "runs the browser tests" };
pub(crate) const NODE: SystemProgram = SystemProgram {
    names: &["node", "nodejs"],
    packages: &["nodejs"],
    reason: "runs Playwright's driver in the browser tests",
};
pub(crate) const NPM: SystemProgram =
    SystemProgram { names: &["npm"], packages: &["npm"], reason: "fetches Playwright's driver and axe-core" };

/// A cargo tool that is built once into the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CargoTool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

pub(crate) const CARGO_DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    System(SystemProgram),
    WasmTarget,
    BrowserPackages,
    Tool(CargoTool),
    Typos,
}

/// Its wheel ships the program, which would take minutes to compile.
const TYPOS: &str = "typos==1.52.0";
const PIP: SystemProgram =
    SystemProgram { names: &["pip3", "pip"], packages: &["python3-pip"], reason: "fetches the spelling checker" };

impl Need {
    fn is_met(&self, layout: &Layout) -> bool {
        match self {
            Self::System(program) => find_program(program.names).is_some(),
            Self::WasmTarget => toolchain::present(layout).is_some(),
            Self::BrowserPackages => browser::packages_present(layout),
            Self::Tool(tool) => tool_path(layout, *tool).is_file(),
            Self::Typos => typos_path(layout).is_file(),
        }
    }

    /// One line for a person: what it is, and how it would be installed.
    fn describe(&self, layout: &Layout) -> String {
        match self {
            Self::System(program) => format!("{}: {}", program.packages.join(", "), program.reason),
            Self::WasmTarget => {
                "the wasm32-unknown-unknown target of Rust: `rustup target add wasm32-unknown-unknown`".to_owned()
            }
            Self::BrowserPackages => {
                format!("{}: `{}`", browser::PACKAGES.join(", "), browser::install_step(layout).line())
            }
            Self::Tool(tool) => format!("{}: `{}`", tool.name, tool_step(layout, *tool).line()),
            Self::Typos => format!("typos: `{}`", typos_step(layout).line()),
        }
    }
}

pub(crate) fn tool_path(layout: &Layout, tool: CargoTool) -> std::path::PathBuf {
    layout.tools().join(format!("{}-{}", tool.name, tool.version)).join("bin").join(tool.name)
}

fn tool_step(layout: &Layout, tool: CargoTool) -> Step {
    Step::cargo()
        .args(["install", tool.name, "--version", tool.version, "--locked", "--quiet", "--root"])
        .args([layout.tools().join(format!("{}-{}", tool.name, tool.version))])
        // It runs for seconds: a short compile is worth more than a fast tool.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        .env_remove("CARGO_TARGET_DIR")
        .folder(&layout.root)
}

fn typos_folder(layout: &Layout) -> std::path::PathBuf {
    layout.tools().join(TYPOS.replace("==", "-"))
}

pub(crate) fn typos_path(layout: &Layout) -> std::path::PathBuf {
    typos_folder(layout).join("bin/typos")
}

fn typos_step(layout: &Layout) -> Step {
    Step::new(find_program(PIP.names).unwrap_or_else(|| "pip3".into()))
        .args(["install", "--quiet", "--no-deps", TYPOS])
        .arg_path("--target", typos_folder(layout))
}

/// Installs what is missing of `needs`, after saying so; with `Refused` names it all and fails.
pub(crate) fn ensure(layout: &Layout, policy: InstallPolicy, needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.is_met(layout)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = packages_of(&missing);
    let mut list: Vec<String> = missing.iter().map(|need| format!("  - {}", need.describe(layout))).collect();
    if !packages.is_empty() {
        list.push(format!("  system packages together: `{}`", apt_install(&packages).line()));
    }
    let list = list.join("\n");
    if policy == InstallPolicy::Refused {
        bail!("missing on this machine, and --no-install forbids to install it:\n{list}");
    }
    say(&format!("Missing on this machine; installing:\n{list}"));
    install_packages(&packages)?;
    for need in missing {
        match need {
            Need::System(_) => {}
            Need::WasmTarget => toolchain::install(layout)?,
            Need::BrowserPackages => browser::install_packages(layout)?,
            Need::Tool(tool) => tool_step(layout, *tool).run()?,
            Need::Typos => typos_step(layout).run()?,
        }
    }
    for need in needs {
        if !need.is_met(layout) {
            bail!("installed, but still not found: {}", need.describe(layout));
        }
    }
    Ok(())
}

fn packages_of(missing: &[&Need]) -> Vec<&'static str> {
    let mut packages: Vec<&'static str> = missing
        .iter()
        .flat_map(|need| match need {
            Need::System(program) => program.packages,
            // Only where it is asked for: most machines have one.
            Need::Typos if find_program(PIP.names).is_none() => PIP.packages,
            Need::WasmTarget | Need::BrowserPackages | Need::Tool(_) | Need::Typos => &[],
        })
        .copied()
        .collect();
    packages.dedup();
    packages
}

fn as_root(program: &str) -> Step {
    let is_root = Step::new("id").args(["-u"]).output().is_ok_and(|id| id.trim() == "0");
    if is_root || find_program(&["sudo"]).is_none() { Step::new(program) } else { Step::new("sudo").args([program]) }
}

fn apt_install(packages: &[&str]) -> Step {
    as_root("apt-get").args(["install", "--yes", "--no-install-recommends"]).args(packages)
}

fn install_packages(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    if find_program(&["apt-get"]).is_none() {
        bail!("no apt-get here: install these with your system's package manager: {}", packages.join(", "));
    }
    refresh_package_lists()?;
    apt_install(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()
        .with_context(|| format!("installing the system packages {}", packages.join(", ")))
}

/// A fresh machine has no package lists, or old ones that name files no longer served.
pub(crate) fn refresh_package_lists() -> Result<()> {
    as_root("apt-get").args(["update", "--quiet"]).run_within(Duration::from_secs(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: SystemProgram =
        SystemProgram { names: &["no-such-program-here"], packages: &["no-such-package"], reason: "tests refusal" };

    fn layout() -> Layout {
        Layout { root: "/nowhere".into(), target: "/nowhere/target".into(), cache: "/nowhere/cache".into() }
    }

    #[test]
    fn refusal_names_what_is_missing_and_its_command() {
        let needs = [Need::System(ABSENT), Need::Tool(CARGO_DENY)];
        let error = ensure(&layout(), InstallPolicy::Refused, &needs).unwrap_err().to_string();
        assert!(error.contains("apt-get install --yes --no-install-recommends no-such-package"), "{error}");
        assert!(error.contains("install cargo-deny"), "{error}");
    }

    #[test]
    fn what_is_there_is_not_installed() {
        const SHELL: SystemProgram = SystemProgram { names: &["sh"], packages: &["dash"], reason: "is everywhere" };
        ensure(&layout(), InstallPolicy::Refused, &[Need::System(SHELL)]).unwrap();
    }
}
