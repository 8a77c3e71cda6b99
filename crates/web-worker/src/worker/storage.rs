//! The database's place in OPFS: a pool of files that this worker holds open alone, one pool a role.

use super::lock::error_name;
use client_api::Role;
use js_sys::{Function, Promise};
use rusqlite::{Connection, OpenFlags};
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_vfs::sahpool::{OpfsSAHError, OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

const DATABASE: &str = "client.db";
/// The database, its log, and room for SQLite's own short-lived files.
const POOL_FILES: usize = 8;
/// A tab that lost its lock closes its files; a page that goes away is a moment behind its lock.
const TRIES_MAX: u32 = 100;
const TRY_AGAIN_MS: f64 = 100.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, wait_ms: f64) -> f64;
}

/// Why there is no database.
#[derive(Debug)]
pub(super) enum OpenError {
    /// This browser, or this kind of window, has no OPFS.
    NoStorage,
    /// The quota or the disk is full.
    Full,
    /// Another tab holds the files and does not let go.
    InUse,
    /// In words for a report.
    Other(String),
}

/// The pool of a role's files.
pub(super) struct Storage {
    pool: OpfsSAHPoolUtil,
    vfs: &'static str,
}

impl Storage {
    /// Takes the files, waiting for a tab that is closing them.
    pub(super) async fn install(role: Role) -> Result<Self, OpenError> {
        let (vfs, folder) = match role {
            Role::Phone => ("opfs-phone", "heliograph/phone"),
            Role::Companion => ("opfs-companion", "heliograph/companion"),
        };
        for _ in 0..TRIES_MAX {
            let config =
                OpfsSAHPoolCfgBuilder::new().vfs_name(vfs).directory(folder).initial_capacity(POOL_FILES).build();
            match install::<WasmOsCallback>(&config, false).await.map_err(read_error) {
                Ok(pool) => return Ok(Self { pool, vfs }),
                Err(OpenError::InUse) => wait().await,
                Err(error) => return Err(error),
            }
        }
        Err(OpenError::InUse)
    }

    /// Takes the files again after `pause`.
    pub(super) async fn resume(&self) -> Result<(), OpenError> {
        for _ in 0..TRIES_MAX {
            match self.pool.resume().await.map_err(read_error) {
                Err(OpenError::InUse) => wait().await,
                done => return done,
            }
        }
        Err(OpenError::InUse)
    }

    /// Lets the files go; the database must be closed.
    pub(super) fn pause(&self) {
        if let Err(error) = self.pool.pause() {
            web_sys::console::warn_1(&JsValue::from_str(&format!("the files stay open: {error}")));
        }
    }

    /// Opens the database, empty where there was none.
    pub(super) fn open(&self) -> Result<Connection, OpenError> {
        self.open_configured().map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => OpenError::Full,
            _ => OpenError::Other(format!("the database does not open: {error}")),
        })
    }

    fn open_configured(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags_and_vfs(DATABASE, OpenFlags::default(), self.vfs)?;
        // In this order: the log works without shared memory only where the lock is exclusive before it begins.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.set_prepared_statement_cache_capacity(256);
        Ok(connection)
    }

    /// Deletes everything in the pool, whose database must be closed, and opens an empty database.
    pub(super) fn delete(&self) -> Result<Connection, OpenError> {
        use sqlite_wasm_rs::vfs::VfsFilesManager;
        self.pool.clear().map_err(read_error)?;
        self.open()
    }
}

async fn wait() {
    let waited = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, TRY_AGAIN_MS);
    });
    // A timer does not fail.
    let _ = JsFuture::from(waited).await;
}

fn read_error(error: OpfsSAHError) -> OpenError {
    if matches!(error, OpfsSAHError::NotSupported) {
        return OpenError::NoStorage;
    }
    let OpfsSAHError::Opfs { operation, message, value } = error else {
        return OpenError::Other(error.to_string());
    };
    match error_name(&value).as_deref() {
        Some("NoModificationAllowedError") => OpenError::InUse,
        Some("QuotaExceededError") => OpenError::Full,
        // Private windows and blocked site data.
        Some("SecurityError" | "NotAllowedError") => OpenError::NoStorage,
        _ => OpenError::Other(format!("{operation}: {message}")),
    }
}
