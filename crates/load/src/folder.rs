//! A folder of a run, in the system's temporary folder, gone with it.

use crate::device::random;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// See the module.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one.
    pub fn make() -> Result<Self> {
        let name = format!("heliograph-load-{}", data_encoding::HEXLOWER.encode(&random::<8>()));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clear.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
