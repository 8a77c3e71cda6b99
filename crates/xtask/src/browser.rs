//! What the browser tests run on: Chromium, Firefox ESR, Node, and two npm packages of fixed versions.
//! Knows where they lie and how tests are told; not the tests.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::layout::{Layout, Profile};
use crate::need::{CHROMIUM, FIREFOX, NODE, NPM, Need};
use crate::step::{Step, find_program};

/// Later drivers lose Firefox ESR; see docs/facts.md.
pub(crate) const PACKAGES: [&str; 2] = ["playwright-core@1.64.0", "axe-core@4.14.1"];

pub(crate) const NEEDS: [Need; 5] =
    [Need::System(CHROMIUM), Need::System(FIREFOX), Need::System(NODE), Need::System(NPM), Need::BrowserPackages];

fn packages_folder(layout: &Layout) -> PathBuf {
    // The versions are in the name: a new version is a new folder, and an old one is never half used.
    layout.tools().join(PACKAGES.join("+").replace('@', "-"))
}

fn driver_script(layout: &Layout) -> PathBuf {
    packages_folder(layout).join("node_modules/playwright-core/cli.js")
}

fn axe_script(layout: &Layout) -> PathBuf {
    packages_folder(layout).join("node_modules/axe-core/axe.min.js")
}

pub(crate) fn packages_present(layout: &Layout) -> bool {
    driver_script(layout).is_file() && axe_script(layout).is_file()
}

pub(crate) fn install_step(layout: &Layout) -> Step {
    Step::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"])
        .args([packages_folder(layout)])
        .args(PACKAGES)
}

pub(crate) fn install_packages(layout: &Layout) -> Result<()> {
    fs::create_dir_all(packages_folder(layout))?;
    install_step(layout).folder(packages_folder(layout)).run()
}

/// What the end-to-end crate is told, as environment variables.
pub(crate) fn test_environment(layout: &Layout, profile: Profile) -> Result<Vec<(&'static str, PathBuf)>> {
    let find = |program: crate::need::SystemProgram| {
        find_program(program.names).with_context(|| format!("{} is not installed", program.packages.join(", ")))
    };
    let results = layout.target.join("test-results");
    fs::create_dir_all(&results)?;
    Ok(vec![
        ("HELIOGRAPH_BIN", layout.native_binary(profile, "heliograph")),
        ("HELIO_BIN", layout.native_binary(profile, "helio")),
        ("HELIOGRAPH_FAULTY_DISK", layout.faulty_disk()),
        ("HELIOGRAPH_WEB_DIR", layout.bundle(profile)),
        ("HELIOGRAPH_CHROMIUM", find(CHROMIUM)?),
        ("HELIOGRAPH_FIREFOX", find(FIREFOX)?),
        ("HELIOGRAPH_AXE_JS", axe_script(layout)),
        ("HELIOGRAPH_TEST_RESULTS", results),
        ("PLAYWRIGHT_NODE_EXE", find(NODE)?),
        ("PLAYWRIGHT_CLI_JS", driver_script(layout)),
        ("PLAYWRIGHT_SKIP_DRIVER_DOWNLOAD", PathBuf::from("1")),
    ])
}
