//! The compiler for `wasm32-unknown-unknown`: rustup's where it can be had, else one put together from Debian's packages.
//! Knows how to find, make and use it; not what is compiled with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::layout::Layout;
use crate::need::refresh_package_lists;
use crate::say;
use crate::step::{Step, find_program};

const TARGET: &str = "wasm32-unknown-unknown";
/// rustup can hang where its server is blocked; the standard library is 20 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);
/// Written last, so that a half-made tree is made again.
const COMPLETE_MARK: &str = "complete";
/// What the tree is made of; their dependencies are asked of apt.
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "libstd-rust-web-dev", "rust-web-src"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WasmToolchain {
    /// The toolchain that runs us has the target.
    Rustup,
    /// A tree of Debian's rustc, lld and a standard library built by us.
    Debian(PathBuf),
}

impl WasmToolchain {
    /// A cargo command that compiles for the browser.
    pub(crate) fn cargo(&self, layout: &Layout) -> Step {
        let step = Step::cargo().folder(&layout.root).env("CARGO_TARGET_DIR", layout.web_target());
        match self {
            Self::Rustup => step,
            Self::Debian(tree) => with_debian_compiler(step, tree),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Rustup => "rustup's",
            Self::Debian(_) => "Debian's",
        }
    }
}

/// The toolchain that is already here. `HELIOGRAPH_WASM_TOOLCHAIN=debian` passes rustup's by.
pub(crate) fn present(layout: &Layout) -> Option<WasmToolchain> {
    if !debian_is_wanted() && rustup_has_target() {
        return Some(WasmToolchain::Rustup);
    }
    let tree = tree_folder(layout);
    tree.join(COMPLETE_MARK).is_file().then_some(WasmToolchain::Debian(tree))
}

pub(crate) fn find(layout: &Layout) -> Result<WasmToolchain> {
    present(layout)
        .context("no compiler for wasm32-unknown-unknown: run `cargo xtask run` or `test` without --no-install")
}

/// Tries rustup for a limited time, then Debian's packages.
pub(crate) fn install(layout: &Layout) -> Result<()> {
    if !debian_is_wanted() && find_program(&["rustup"]).is_some() {
        let added = Step::new("rustup").args(["target", "add", TARGET]).folder(&layout.root).run_within(RUSTUP_LIMIT);
        match added {
            Ok(()) if rustup_has_target() => return Ok(()),
            Ok(()) => say("rustup added the target to another toolchain than the one in use."),
            Err(error) => say(&format!("rustup cannot fetch the target here: {error:#}")),
        }
    }
    if find_program(&["apt-get"]).is_none() || find_program(&["dpkg"]).is_none() {
        bail!(
            "no compiler for {TARGET}: `rustup target add {TARGET}` failed, and the other way needs Debian's packages"
        );
    }
    make_debian_tree(layout).context("putting a compiler for WebAssembly together from Debian's packages")
}

fn debian_is_wanted() -> bool {
    std::env::var("HELIOGRAPH_WASM_TOOLCHAIN").is_ok_and(|value| value == "debian")
}

fn rustup_has_target() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let Ok(folder) = Step::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output() else {
        return false;
    };
    fs::read_dir(folder.trim()).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
    })
}

fn tree_folder(layout: &Layout) -> PathBuf {
    layout.cache.join("wasm-toolchain")
}

fn with_debian_compiler(step: Step, tree: &Path) -> Step {
    step.env("RUSTC", tree.join("usr/bin/rustc"))
        .env("RUSTDOC", tree.join("usr/bin/rustdoc"))
        .env("LD_LIBRARY_PATH", library_path(tree))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", tree.join("usr/bin/wasm-ld"))
        // rustup's proxy would otherwise put its own compiler's libraries first.
        .env_remove("RUSTUP_TOOLCHAIN")
}

fn library_path(tree: &Path) -> String {
    let libraries = tree.join("usr/lib");
    let machine = format!("{}-linux-gnu", std::env::consts::ARCH);
    format!("{}:{}", libraries.join(machine).display(), libraries.display())
}

/// An ordinary install conflicts with rustup's, so the packages are unpacked beside it.
fn make_debian_tree(layout: &Layout) -> Result<()> {
    let tree = tree_folder(layout);
    let packages_folder = layout.cache.join("wasm-toolchain-packages");
    for folder in [&tree, &packages_folder] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
    }
    say("Putting Rust for WebAssembly together from Debian's packages (140 MB, about two minutes, once).");
    let packages = match needed_packages() {
        Ok(packages) => packages,
        Err(_) => {
            refresh_package_lists()?;
            needed_packages()?
        }
    };
    say(&format!("Unpacking into {}: {}", tree.display(), packages.join(" ")));
    Step::new("apt-get").args(["download"]).args(&packages).folder(&packages_folder).run()?;
    for entry in fs::read_dir(&packages_folder)? {
        let package = entry?.path();
        Step::new("dpkg").arg_path("-x", &package).args([&tree]).run_quiet()?;
    }
    link_linker(&tree)?;
    build_standard_library(layout, &tree)?;
    fs::write(tree.join(COMPLETE_MARK), packages.join("\n"))?;
    fs::remove_dir_all(&packages_folder)?;
    Ok(())
}

/// The packages and all of their dependencies that this machine lacks, as apt would install them.
fn needed_packages() -> Result<Vec<String>> {
    let simulate = |names: &[String]| {
        Step::new("apt-get").args(["--simulate", "--no-install-recommends", "install"]).args(names).output()
    };
    let wanted: Vec<String> = DEBIAN_PACKAGES.iter().map(|&name| name.to_owned()).collect();
    let mut packages = installed_by(&simulate(&wanted)?);
    let llvm = packages
        .iter()
        .find_map(|name| name.strip_prefix("libllvm"))
        .map(str::to_owned)
        .context("apt does not name the LLVM that rustc-web needs")?;
    // The linker must know the object format of the same LLVM.
    let lld = format!("lld-{llvm}");
    for name in installed_by(&simulate(&[lld])?) {
        if !packages.contains(&name) {
            packages.push(name);
        }
    }
    Ok(packages)
}

fn installed_by(simulation: &str) -> Vec<String> {
    simulation
        .lines()
        .filter_map(|line| line.strip_prefix("Inst "))
        .filter_map(|rest| rest.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

fn link_linker(tree: &Path) -> Result<()> {
    let binaries = tree.join("usr/bin");
    let versioned = fs::read_dir(&binaries)?
        .filter_map(|entry| entry.ok().map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .find(|name| name.starts_with("wasm-ld-"))
        .context("Debian's lld package has no wasm-ld")?;
    let link = binaries.join("wasm-ld");
    if !link.exists() {
        std::os::unix::fs::symlink(versioned, link)?;
    }
    Ok(())
}

/// Debian has no compiled standard library for this target, but its source lies where `-Z build-std` looks.
fn build_standard_library(layout: &Layout, tree: &Path) -> Result<()> {
    let seed = layout.cache.join("wasm-toolchain-seed");
    if seed.exists() {
        fs::remove_dir_all(&seed)?;
    }
    fs::create_dir_all(seed.join("src"))?;
    fs::write(seed.join("src/lib.rs"), "")?;
    fs::write(
        seed.join("Cargo.toml"),
        "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    let step = Step::cargo()
        .args(["build", "--release", "--quiet", "--target", TARGET, "-Z", "build-std=std,panic_abort,test"])
        .folder(&seed)
        .env("CARGO_TARGET_DIR", seed.join("target"))
        // Only here: it changes what crates' build scripts detect.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode a fat link-time optimisation cannot take the standard library in.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    with_debian_compiler(step, tree).run()?;
    let built = seed.join("target").join(TARGET).join("release/deps");
    let library = tree.join("usr/lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&library)?;
    for entry in fs::read_dir(built)? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libseed-") {
            fs::copy(&file, library.join(name))?;
        }
    }
    fs::remove_dir_all(&seed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_simulation_names_the_packages() {
        let text = "Reading package lists...\nInst libllvm22 (1:22.1 Debian [amd64])\nRemv rustc [1.63]\n\
                    Inst rustc-web (1.96.0 Debian [amd64]) []\nConf rustc-web (1.96.0)\n";
        assert_eq!(installed_by(text), ["libllvm22", "rustc-web"]);
    }

    #[test]
    fn a_half_made_tree_is_not_used() {
        let cache = tempfile::tempdir().unwrap();
        let layout = Layout { root: "/".into(), target: "/nowhere".into(), cache: cache.path().to_path_buf() };
        fs::create_dir_all(tree_folder(&layout).join("usr/bin")).unwrap();
        assert_ne!(present(&layout), Some(WasmToolchain::Debian(tree_folder(&layout))));
    }
}
