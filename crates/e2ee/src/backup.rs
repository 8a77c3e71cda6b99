//! Backups of an account: the recovery key that people write down, and the seal of a backup's head. Owns both formats, and the frame of
//! a backup in a file; what is in a backup is the client's, and its segments are those of the history archive ([`crate::archive`]).
//!
//! A head is `magic | version | account | when | salt | sealed manifest`. All before the seal is bound to it, and the manifest names size,
//! SHA-256 and key of each segment in order: so nothing of another backup, of another order or of another length passes for it.

mod file;
mod recovery_key;

pub use file::{FILE_HEAD, TAIL_LEN, TAIL_SEARCH_LEN_MAX, Tail, read_tail, tail};
pub use recovery_key::{DIGITS, GROUP_LEN, GROUPS, RecoveryKey, RecoveryKeyError};

use crate::sealing;
use hkdf::Hkdf;
use prost::Message;
use proto::backup::Manifest;
use proto::ids::AccountId;
use proto::limits::{BACKUP_HEAD_LEN_MAX, BACKUP_SEGMENTS_MAX};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const MAGIC: &[u8; 4] = b"HGBK";
const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
/// Magic, version, account, time, salt.
const PLAIN_LEN: usize = 4 + 1 + 16 + 8 + SALT_LEN;

/// What seals the heads of an account's backups. A phone keeps it, so that it can make the next one; the recovery key is not kept.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct BackupKey([u8; 32]);

/// Why a head is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// Not the bytes of a backup.
    #[error("this is no backup")]
    NotABackup,
    /// Of a version that this one does not know.
    #[error("a backup of version {0}, which is not known here")]
    Version(u8),
    /// The key is another one's, or bytes were changed: no one can tell which.
    #[error("the backup does not open with this recovery key, or was changed")]
    NotOpened,
    /// It opens, and does not hold what a backup holds.
    #[error("the backup's content is not of the expected form: {0}")]
    Form(&'static str),
    /// The file ends before its end, or goes on behind it.
    #[error("the file is cut or not a whole backup")]
    Cut,
    /// More segments than a backup may have.
    #[error("the account is too large for a backup")]
    TooLarge,
}

/// What a head says without the key. Nothing of it is to be believed before the head was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outside {
    /// Whose backup.
    pub account: AccountId,
    /// When it was made: Unix milliseconds, by its phone's clock.
    pub made_ms: u64,
}

impl BackupKey {
    /// The key as a database keeps it.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(*bytes)
    }

    /// For the client's database and nothing else.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    fn head_key(&self, salt: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(salt), &self.0)
            .expand(b"heliograph backup head v1", key.as_mut_slice())
            .expect("32 bytes are below HKDF's limit");
        key
    }
}

impl std::fmt::Debug for BackupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BackupKey")
    }
}

/// Seals a backup's head.
pub fn seal_head(
    key: &BackupKey,
    outside: Outside,
    manifest: &Manifest,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>, BackupError> {
    if manifest.segments.len() > BACKUP_SEGMENTS_MAX {
        return Err(BackupError::TooLarge);
    }
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    let mut head = [MAGIC.as_slice(), &[VERSION], &outside.account.0, &outside.made_ms.to_be_bytes(), &salt].concat();
    let plain = Zeroizing::new(manifest.encode_to_vec());
    let sealed = sealing::seal(&key.head_key(&salt), &head, &plain, rng);
    head.extend_from_slice(&sealed);
    if head.len() > BACKUP_HEAD_LEN_MAX { Err(BackupError::TooLarge) } else { Ok(head) }
}

/// Reads what a head says of itself without the key.
pub fn read_outside(head: &[u8]) -> Result<Outside, BackupError> {
    let (plain, _) = head.split_at_checked(PLAIN_LEN).ok_or(BackupError::NotABackup)?;
    if head.len() > BACKUP_HEAD_LEN_MAX {
        return Err(BackupError::NotABackup);
    }
    let rest = plain.strip_prefix(MAGIC).ok_or(BackupError::NotABackup)?;
    let (version, rest) = rest.split_first().ok_or(BackupError::NotABackup)?;
    if *version != VERSION {
        return Err(BackupError::Version(*version));
    }
    let (account, rest) = rest.split_first_chunk::<16>().ok_or(BackupError::NotABackup)?;
    let (made_ms, _) = rest.split_first_chunk::<8>().ok_or(BackupError::NotABackup)?;
    Ok(Outside { account: AccountId(*account), made_ms: u64::from_be_bytes(*made_ms) })
}

/// Opens a head.
pub fn open_head(key: &BackupKey, head: &[u8]) -> Result<(Outside, Manifest), BackupError> {
    let outside = read_outside(head)?;
    let (plain, sealed) = head.split_at_checked(PLAIN_LEN).ok_or(BackupError::NotABackup)?;
    let (_, salt) = plain.split_at_checked(PLAIN_LEN - SALT_LEN).ok_or(BackupError::NotABackup)?;
    let opened = sealing::open(&key.head_key(salt), plain, sealed).map_err(|_| BackupError::NotOpened)?;
    let opened = Zeroizing::new(opened);
    let manifest = Manifest::decode(opened.as_slice()).map_err(|_| BackupError::Form("no manifest"))?;
    if manifest.segments.is_empty() || manifest.segments.len() > BACKUP_SEGMENTS_MAX {
        return Err(BackupError::Form("no segments, or too many"));
    }
    if manifest.account_key.len() != 32 || manifest.self_chat.len() != 16 {
        return Err(BackupError::Form("no keys of an account"));
    }
    for (place, segment) in (0_u32..).zip(&manifest.segments) {
        if segment.index != place || segment.key.len() != 32 || segment.sha256.len() != 32 {
            return Err(BackupError::Form("a segment that is not described"));
        }
    }
    Ok((outside, manifest))
}

#[cfg(test)]
mod backup_tests;
