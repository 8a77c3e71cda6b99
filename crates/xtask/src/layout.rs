//! Where things lie: the checkout, its build folders, and the cache that all checkouts of a user share.
//! Knows paths only; creates nothing.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The two ways everything is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

impl Profile {
    /// Cargo's name of the folder below the target folder, and ours below `web-bundle`.
    pub(crate) fn native_folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }

    pub(crate) fn bundle_folder(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    /// Tools that are built or fetched once for all checkouts.
    pub(crate) cache: PathBuf,
}

impl Layout {
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .context("xtask lies two folders below the checkout")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        let cache = match (env::var_os("HELIOGRAPH_CACHE"), env::var_os("XDG_CACHE_HOME"), env::var_os("HOME")) {
            (Some(folder), _, _) => PathBuf::from(folder),
            (None, Some(folder), _) => PathBuf::from(folder).join("heliograph"),
            (None, None, Some(home)) => PathBuf::from(home).join(".cache/heliograph"),
            (None, None, None) => target.join("cache"),
        };
        Ok(Self { root, target, cache })
    }

    /// Wasm builds have their own folder, so that they never wait for a native build's lock.
    pub(crate) fn web_target(&self) -> PathBuf {
        self.target.join("web")
    }

    /// Code that is compiled to report what it reaches has its own folder too.
    pub(crate) fn fuzz_target(&self) -> PathBuf {
        self.target.join("fuzz")
    }

    pub(crate) fn bundle(&self, profile: Profile) -> PathBuf {
        self.target.join("web-bundle").join(profile.bundle_folder())
    }

    pub(crate) fn native_binary(&self, profile: Profile, name: &str) -> PathBuf {
        self.target.join(profile.native_folder()).join(name)
    }

    /// What stands between a tested server and its disk.
    pub(crate) fn faulty_disk(&self) -> PathBuf {
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        self.target.join(Profile::Dev.native_folder()).join(format!("{prefix}faulty_disk{suffix}"))
    }

    pub(crate) fn has_crate(&self, name: &str) -> bool {
        self.root.join("crates").join(name).join("Cargo.toml").is_file()
    }

    pub(crate) fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }
}
