//! The folder that a terminal client keeps its database in, and the lock that makes it one client's.

use super::files::Files;
use rusqlite::Connection;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

const DATABASE: &str = "client.db";
/// The store of files beside it.
const MEDIA: &str = "media";
const LOCK: &str = "client.lock";

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A second process on one database would tear it apart.
    #[error("another program has the account in {0} open; end it first, or use another --data folder")]
    InUse(PathBuf),
    /// Rights, a file in the way, a full disk.
    #[error("the folder {path} cannot be used")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database does not open.
    #[error("the database in {path} cannot be opened")]
    Database {
        /// Where.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

/// Where a client keeps its database.
#[derive(Debug, Clone)]
pub enum Storage {
    /// In a folder, which is made if it is not there.
    Folder(PathBuf),
    /// Nowhere: gone with the process. For test accounts by the hundred.
    Memory,
}

/// The place of a database while this process has it.
#[derive(Debug)]
pub(crate) enum Place {
    Folder { path: PathBuf, _lock: File },
    Memory,
}

impl Place {
    /// Takes the folder's lock, which ends with the value, however the process ends.
    pub(crate) fn take(storage: Storage) -> Result<Self, FolderError> {
        let path = match storage {
            Storage::Memory => return Ok(Self::Memory),
            Storage::Folder(path) => path,
        };
        let failed = |source| FolderError::Io { path: path.clone(), source };
        make_private_folder(&path).map_err(failed)?;
        let lock = private_file(&path.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self::Folder { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(path)),
            Err(TryLockError::Error(source)) => Err(FolderError::Io { path, source }),
        }
    }

    /// Opens the database, empty where there was none.
    pub(crate) fn open(&self) -> Result<Connection, FolderError> {
        let (path, opened) = match self {
            Self::Memory => (PathBuf::new(), Connection::open_in_memory()),
            Self::Folder { path, .. } => {
                // SQLite's other files take the rights of this one.
                private_file(&path.join(DATABASE)).map_err(|source| FolderError::Io { path: path.clone(), source })?;
                (path.clone(), Connection::open(path.join(DATABASE)))
            }
        };
        let configured = opened.and_then(|connection| {
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.set_prepared_statement_cache_capacity(256);
            Ok(connection)
        });
        configured.map_err(|source| FolderError::Database { path, source })
    }

    /// The store of files beside the database.
    pub(crate) fn files(&self) -> Result<Files, FolderError> {
        let (folder, passing) = match self {
            Self::Folder { path, .. } => (path.join(MEDIA), false),
            Self::Memory => {
                let mut name = [0; 16];
                getrandom::fill(&mut name).expect("the system gives randomness");
                (std::env::temp_dir().join(format!("heliograph-{}", hex::encode(name))), true)
            }
        };
        Files::open(folder.clone(), passing).map_err(|source| FolderError::Io { path: folder, source })
    }

    /// Deletes the database; the connection must be closed.
    pub(crate) fn wipe(&self, files: &Files) -> Result<(), FolderError> {
        let Self::Folder { path, .. } = self else { return Ok(()) };
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let file = path.join(format!("{DATABASE}{suffix}"));
            match std::fs::remove_file(&file) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(FolderError::Io { path: file, source });
                }
                _ => {}
            }
        }
        // After the database, which has the keys.
        files.wipe().map_err(|source| FolderError::Io { path: path.join(MEDIA), source })
    }
}

pub(super) fn make_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Keys lie in it: nobody else reads it.
pub(super) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_once_and_free_again_afterwards() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::Folder(folder.path().join("new"));
        let place = Place::take(storage.clone()).expect("free");
        assert!(matches!(Place::take(storage.clone()), Err(FolderError::InUse(_))));
        drop(place);
        Place::take(storage).expect("free again");
    }

    #[test]
    fn a_wiped_database_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::take(Storage::Folder(folder.path().to_owned())).expect("free");
        let connection = place.open().expect("opens");
        connection.execute_batch("CREATE TABLE a (b); INSERT INTO a VALUES (1)").expect("writes");
        drop(connection);
        let files = place.files().expect("a store");
        files.write(client_core::MediaId([1; 16]), (0, client_core::Beside::AllBefore), b"a file").expect("written");
        place.wipe(&files).expect("deletes");
        assert_eq!(files.check(client_core::MediaId([1; 16])), client_core::MediaReport::Missing);
        let tables: u32 = place
            .open()
            .expect("opens")
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .expect("counts");
        assert_eq!(tables, 0);
    }
}
