//! Backups of accounts: a sealed head and the blobs that belong to it. Of an account there is one, the newest that was whole when it came.

use crate::blobs::BlobId;
use crate::devices::NewDevice;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};

/// A backup to take.
#[derive(Debug, Clone)]
pub struct NewBackup {
    /// Whose.
    pub account: AccountId,
    /// Opaque.
    pub head: Vec<u8>,
    /// What belongs to it.
    pub blobs: Vec<BlobId>,
    /// Now.
    pub now_ms: UnixMs,
}

/// A backup that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Opaque.
    pub head: Vec<u8>,
    /// When it was taken.
    pub made_ms: UnixMs,
    /// Bytes of head and blobs.
    pub size: u64,
}

/// What came of putting a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutBackupOutcome {
    /// It is the account's backup. The blobs of the one before are over: the next sweep deletes them.
    Stored,
    /// A blob is not there, not whole, or another's. The backup before stays.
    Incomplete,
}

/// A list that puts another phone in the place of the account's.
#[derive(Debug, Clone)]
pub struct Restoration {
    /// The hash of the ticket, used up by this. The PIN must have been proved with it.
    pub ticket_hash: [u8; 32],
    /// Whose; must have the ticket's number.
    pub account: AccountId,
    /// Version of the new list.
    pub version: u64,
    /// Version of the list that it was checked against.
    pub follows: u64,
    /// The new list.
    pub signed_device_list: Vec<u8>,
    /// The new phone.
    pub phone: NewDevice,
    /// Who is on the list no more: the phone before.
    pub removed: Vec<DeviceNumber>,
    /// Now.
    pub now_ms: UnixMs,
}

/// What came of a restoration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreOutcome {
    /// Done.
    Restored,
    /// The ticket is unknown, used, over, of another number, or the PIN was not proved with it.
    NoTicket,
    /// Another list came in between.
    Conflict,
}

/// What came of deleting an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteOwnOutcome {
    /// Done.
    Deleted {
        /// Whose sockets to close.
        devices: Vec<DeviceAddress>,
    },
    /// There is none.
    NoAccount,
}

/// See the module.
#[async_trait]
pub trait BackupStore: Send + Sync {
    /// Takes a backup if all its blobs are the account's own and whole, in place of the one before.
    async fn put_backup(&self, backup: NewBackup) -> Result<PutBackupOutcome, StoreError>;
    /// The account's backup.
    async fn backup(&self, account: AccountId) -> Result<Option<Backup>, StoreError>;
    /// Deletes it. Its blobs are over.
    async fn delete_backup(&self, account: AccountId) -> Result<(), StoreError>;
    /// Notes that the PIN of the number's account was given with this ticket, and forgets wrong tries.
    async fn prove_ticket(&self, ticket_hash: [u8; 32]) -> Result<(), StoreError>;
    /// Puts another phone in the place of the account's.
    async fn restore(&self, restoration: Restoration) -> Result<RestoreOutcome, StoreError>;
    /// Deletes an account as [`crate::operating::OperatingStore::delete_accounts_of`] does, and keeps the list by which its devices that
    /// come later learn of it, and their public keys.
    async fn delete_own(&self, account: AccountId, signed_list: Vec<u8>) -> Result<DeleteOwnOutcome, StoreError>;
    /// What a device of an account that deleted itself is told: its key, and the last list.
    async fn farewell(&self, device: DeviceAddress) -> Result<Option<([u8; 32], Vec<u8>)>, StoreError>;
}
