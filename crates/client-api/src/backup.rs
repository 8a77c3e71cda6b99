//! Backups of the account, on its phone.

use serde::{Deserialize, Serialize};

/// A piece of a backup's file that is given to the client, in bytes at most.
pub const BACKUP_PIECE_LEN_MAX: usize = 1024 * 1024;

/// A recovery key, as it is shown: 64 digits in 8 groups. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryKeyText(pub String);

/// Where backups stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupState {
    /// The account is backed up to the server, once a day while the phone is online.
    pub on: bool,
    /// When the newest whole one was made; 0: there is none.
    pub made_ms: u64,
    /// Its bytes.
    pub size: u64,
    /// One is being made: messages that are in it, and messages in all.
    pub making: Option<(u64, u64)>,
    /// Why the last one was not made; the one before is still there.
    pub failed: Option<BackupFailure>,
}

/// Why a backup was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackupFailure {
    /// The server has no room for it, or gives this account none.
    NoRoom,
    /// More than a backup holds.
    TooLarge,
    /// The server did not take it.
    ServerFailed,
}

/// Where a backup to restore lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackupPlace {
    /// At the server.
    Server,
    /// In the file that was given with `Command::GiveBackup`.
    File,
}

/// A piece of a backup that goes into a file, in order. `Debug` shows its size alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPiece {
    /// To be written behind the pieces before.
    pub bytes: Vec<u8>,
    /// The file is whole with it.
    pub last: bool,
}

/// Which piece of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PieceOf {
    /// The first: what was given or taken before is forgotten.
    Beginning,
    /// The one behind the last.
    Rest,
}

impl std::fmt::Debug for RecoveryKeyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryKeyText")
    }
}

impl std::fmt::Debug for BackupPiece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BackupPiece({} bytes)", self.bytes.len())
    }
}
