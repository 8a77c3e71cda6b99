//! The web bundle: compiles the two wasm crates, then lets web-pack bind, name, hash and compress them.
//! Knows crate names and profiles; how files are packed is web-pack's.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::layout::{Layout, Profile};
use crate::need::{C_COMPILER, CLANG, InstallPolicy, LLVM_AR, Need, ensure};
use crate::step::Step;
use crate::{say, toolchain};

pub(crate) const NEEDS: [Need; 4] =
    [Need::System(C_COMPILER), Need::System(CLANG), Need::System(LLVM_AR), Need::WasmTarget];

/// A crate that becomes one wasm module.
struct WasmCrate {
    name: &'static str,
    /// The name of its library, and of the files made of it.
    library: &'static str,
    /// Its profile in the root Cargo.toml: the pages are built small, the worker fast.
    release_profile: &'static str,
    /// What packs it: as one module, or taken apart.
    packed_as: &'static str,
}

const WASM_CRATES: [WasmCrate; 2] = [
    WasmCrate { name: "web-ui", library: "web_ui", release_profile: "web-ui", packed_as: "--split-module" },
    WasmCrate { name: "web-worker", library: "web_worker", release_profile: "web-worker", packed_as: "--module" },
];

/// Builds the bundle and returns its folder.
pub(crate) fn build(layout: &Layout, profile: Profile, policy: InstallPolicy) -> Result<PathBuf> {
    ensure(layout, policy, &NEEDS)?;
    let toolchain = toolchain::find(layout)?;
    for wasm_crate in &WASM_CRATES {
        if !layout.has_crate(wasm_crate.name) {
            bail!("crates/{} is not in this checkout", wasm_crate.name);
        }
    }
    say(&format!("Web app: compiling with {} toolchain ({})", toolchain.name(), profile.bundle_folder()));
    let mut modules = Vec::new();
    for wasm_crate in &WASM_CRATES {
        let cargo_profile = match profile {
            Profile::Dev => "dev",
            Profile::Release => wasm_crate.release_profile,
        };
        toolchain
            .cargo(layout)
            .args(["build", "--target", "wasm32-unknown-unknown", "--lib", "--profile", cargo_profile, "-p"])
            .args([wasm_crate.name])
            .run()?;
        let folder = if profile == Profile::Dev { "debug" } else { cargo_profile };
        let file = format!("{}.wasm", wasm_crate.library);
        modules
            .push((wasm_crate.packed_as, layout.web_target().join("wasm32-unknown-unknown").join(folder).join(file)));
    }
    pack(layout, profile, &modules)?;
    Ok(layout.bundle(profile))
}

fn pack(layout: &Layout, profile: Profile, modules: &[(&'static str, PathBuf)]) -> Result<()> {
    let mut step = Step::cargo()
        .args(["run", "--quiet", "--package", "web-pack", "--", "--quality"])
        .args([if profile == Profile::Release { "11" } else { "5" }])
        .arg_path("--out", layout.bundle(profile))
        .folder(&layout.root);
    for name in ["web-ui", "web-worker"] {
        let folder = layout.root.join("crates").join(name).join("web");
        if folder.is_dir() {
            step = step.arg_path("--static", folder);
        }
    }
    for (packed_as, module) in modules {
        step = step.arg_path(packed_as, module);
    }
    step.run_quiet()
}

/// Lints the crates that only the browser runs, and the cores under them, with the browser's compiler.
pub(crate) fn clippy(layout: &Layout) -> Result<()> {
    let toolchain = toolchain::find(layout)?;
    if toolchain != toolchain::WasmToolchain::Rustup {
        // Debian's tree has no clippy of its own version.
        say("clippy for the web crates is left out: Debian's toolchain has none; they are compiled by the tests.");
        return Ok(());
    }
    let mut step = toolchain.cargo(layout).args(["clippy", "--quiet", "--target", "wasm32-unknown-unknown", "--lib"]);
    for wasm_crate in WASM_CRATES.iter().filter(|wasm_crate| layout.has_crate(wasm_crate.name)) {
        step = step.args(["-p", wasm_crate.name]);
    }
    step.args(["--", "-D", "warnings"]).run()
}
