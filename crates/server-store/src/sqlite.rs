//! SQLite: one writer thread that commits in groups, readers on connections of their own; for simulators, no thread.
//!
//! WAL and `synchronous=FULL`: an answer leaves only when its transaction is on the disk.

mod accounts;
mod backups;
mod blobs;
mod calls;
mod devices;
mod groups;
mod hot;
mod invites;
mod links;
mod mailboxes;
mod migrations;
mod operating;
mod pushes;
mod registrations;
mod sessions;
mod threads;

use crate::blobs::Blob;
use crate::{StoreError, Stores};
use hot::Hot;
use rusqlite::backup::StepResult;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
pub use threads::Waiting;
use threads::{CallerRuns, Reader, Workers, Writer};

/// Threads that read beside the writer.
const READERS: usize = 3;
/// Pages that the writer keeps in memory: all that changes again and again. In kilobytes.
const WRITER_CACHE_KB: i32 = 16_384;
/// Pages that each reader keeps: the upper parts of the trees. What lies below is in the operating system's cache.
const READER_CACHE_KB: i32 = 4_096;
/// Pages in the log until they are put into the database: a page that many groups of writes change is put there once. 32 MB.
const CHECKPOINT_PAGES: u32 = 8_192;

/// A database file, or one in memory.
pub struct Sqlite {
    workers: Workers,
}

impl Sqlite {
    /// Opens or makes the file, brings its schema up to date and starts the threads.
    pub fn open(path: &Path) -> Result<Arc<Self>, StoreError> {
        let mut connection = Connection::open(path)?;
        prepare(&connection, WRITER_CACHE_KB)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Before anything is written, the journal mode included: a file that is not ours stays as it is.
        migrations::migrate(&mut connection)?;
        calls::forget_rooms(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        let readers = (0..READERS).map(|_| open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        let workers = Workers::Threads { writer: Writer::start(connection)?, reader: Reader::start(readers)? };
        Ok(Arc::new(Self { workers }))
    }

    /// Brings the schema of an open database up to date and runs everything in the caller's thread, each write as a commit
    /// of its own. For simulators, whose database lies in memory and whose runs must be the same again.
    pub fn in_this_thread(mut connection: Connection) -> Result<Arc<Self>, StoreError> {
        prepare(&connection, WRITER_CACHE_KB)?;
        migrations::migrate(&mut connection)?;
        Ok(Arc::new(Self {
            workers: Workers::Caller(Box::new(Mutex::new(CallerRuns {
                connection,
                hot: Hot::default(),
                writes_left: None,
            }))),
        }))
    }

    /// The same of a file: when it is dropped, the file is closed and whole.
    pub fn open_in_this_thread(path: &Path) -> Result<Arc<Self>, StoreError> {
        Self::in_this_thread(Connection::open(path)?)
    }

    /// After so many more writes everything fails, as if the machine had stopped; `None`: it works (again). Only without
    /// threads of its own.
    pub fn fail_after(&self, writes: Option<u32>) {
        if let Workers::Caller(runs) = &self.workers {
            runs.lock().unwrap_or_else(PoisonError::into_inner).writes_left = writes;
        }
    }

    /// Whether the write at which it was to stop has come.
    pub fn has_failed(&self) -> bool {
        match &self.workers {
            Workers::Threads { .. } => false,
            Workers::Caller(runs) => runs.lock().unwrap_or_else(PoisonError::into_inner).writes_left == Some(0),
        }
    }

    /// Looks into the database of a simulator; `None` where threads have it.
    pub fn look<T>(&self, look: impl FnOnce(&Connection) -> T) -> Option<T> {
        match &self.workers {
            Workers::Threads { .. } => None,
            Workers::Caller(runs) => Some(look(&runs.lock().unwrap_or_else(PoisonError::into_inner).connection)),
        }
    }

    /// All traits over this one file.
    pub fn stores(self: &Arc<Self>) -> Stores {
        Stores {
            accounts: self.clone(),
            devices: self.clone(),
            sessions: self.clone(),
            registrations: self.clone(),
            invites: self.clone(),
            groups: self.clone(),
            mailboxes: self.clone(),
            links: self.clone(),
            blobs: self.clone(),
            backups: self.clone(),
            operating: self.clone(),
            pushes: self.clone(),
            rooms: self.clone(),
        }
    }

    /// Copies the whole database to a new file, as of one moment, while it is in use, and says which blobs the copy knows. In one step: a
    /// write between two steps would make it begin again, and writes never stop.
    pub async fn backup(&self, to: PathBuf) -> Result<Vec<Blob>, StoreError> {
        self.read(move |connection| {
            let mut target = Connection::open(&to)?;
            if rusqlite::backup::Backup::new(connection, &mut target)?.step(-1)? != StepResult::Done {
                return Err(StoreError::Busy);
            }
            blobs::all(&target)
        })
        .await
    }
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    prepare(&connection, READER_CACHE_KB)?;
    Ok(connection)
}

fn prepare(connection: &Connection, cache_kb: i32) -> Result<(), StoreError> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -cache_kb)?;
    // Without it SQLite plans a statement anew whenever a value is bound that a partial index might be about.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::NotADatabase) => Self::Corrupt("not an SQLite file"),
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt("SQLite finds it damaged"),
            _ => Self::Engine(Box::new(error)),
        }
    }
}

/// SQLite's integers are signed; ours count from 0 and stay far below 2^63.
fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
