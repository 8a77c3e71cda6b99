//! SQLite: one writer thread that commits in groups, readers on connections of their own.
//!
//! WAL and `synchronous=FULL`: an answer leaves only when its transaction is on the disk.

mod accounts;
mod blobs;
mod devices;
mod groups;
mod links;
mod mailboxes;
mod migrations;
mod registrations;
mod sessions;
mod threads;

use crate::{StoreError, Stores};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
pub use threads::Waiting;
use threads::{Reader, Writer};

/// Threads that read beside the writer.
const READERS: usize = 3;

/// A database file.
pub struct Sqlite {
    writer: Writer,
    reader: Reader,
}

impl Sqlite {
    /// Opens or makes the file, brings its schema up to date and starts the threads.
    pub fn open(path: &Path) -> Result<Arc<Self>, StoreError> {
        let mut connection = Connection::open(path)?;
        prepare(&connection)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Before anything is written, the journal mode included: a file that is not ours stays as it is.
        migrations::migrate(&mut connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let readers = (0..READERS).map(|_| open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Arc::new(Self { writer: Writer::start(connection)?, reader: Reader::start(readers)? }))
    }

    /// All traits over this one file.
    pub fn stores(self: &Arc<Self>) -> Stores {
        Stores {
            accounts: self.clone(),
            devices: self.clone(),
            sessions: self.clone(),
            registrations: self.clone(),
            groups: self.clone(),
            mailboxes: self.clone(),
            links: self.clone(),
            blobs: self.clone(),
        }
    }

    /// Copies the whole database to a new file, consistently, while it is in use.
    pub async fn backup(&self, to: PathBuf) -> Result<(), StoreError> {
        self.read(move |connection| {
            let mut target = Connection::open(&to)?;
            rusqlite::backup::Backup::new(connection, &mut target)?.run_to_completion(
                256,
                std::time::Duration::from_millis(1),
                None,
            )?;
            Ok(())
        })
        .await
    }
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    prepare(&connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -16_384)?;
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
