//! Backups of accounts: a sealed head and the blobs that belong to it. Of an account there is one, the newest that was whole when it came.

use crate::blobs::BlobId;
use crate::devices::NewDevice;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};

/// A backup to take.
#[derive(Debug, Clone)]
pub struct NewBackup {
    /// Whose, and by which phone.
    pub phone: DeviceAddress,
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
    /// A blob is not there, not whole, another's, or a file of a message, which others read. The backup before stays.
    Incomplete,
    /// Another phone is in its place, or none.
    NotListed,
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
    /// SHA-256 of the backup's head that is being restored, which must be in force.
    pub head_hash: Option<[u8; 32]>,
    /// Now.
    pub now_ms: UnixMs,
}

/// What came of a restoration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreOutcome {
    /// Done.
    Restored,
    /// The ticket is unknown, used, over, of another number, or the PIN that the account has was not proved with it.
    NoTicket,
    /// Another backup is in force, or none. The ticket is still good.
    OtherBackup,
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
    /// Another list came in between.
    Conflict,
}

/// That the PIN was given with a ticket.
#[derive(Debug, Clone)]
pub struct PinProof {
    /// Of the ticket.
    pub ticket_hash: [u8; 32],
    /// Whose PIN; must have the ticket's number.
    pub account: AccountId,
    /// What the proof was compared with; `None`: the account had no PIN.
    pub pin_hash: Option<String>,
}

/// See the module.
#[async_trait]
pub trait BackupStore: Send + Sync {
    /// Takes a backup if all its blobs are the account's own and whole, in place of the one before.
    async fn put_backup(&self, backup: NewBackup) -> Result<PutBackupOutcome, StoreError>;
    /// The account's backup.
    async fn backup(&self, account: AccountId) -> Result<Option<Backup>, StoreError>;
    /// Deletes it, where this device is still listed. Its blobs are over. False: it is not.
    async fn delete_backup(&self, phone: DeviceAddress) -> Result<bool, StoreError>;
    /// Notes that the PIN was given with this ticket. False: the account, or its PIN, is another one by now.
    async fn prove_ticket(&self, proof: PinProof) -> Result<bool, StoreError>;
    /// Puts another phone in the place of the account's.
    async fn restore(&self, restoration: Restoration) -> Result<RestoreOutcome, StoreError>;
    /// Whether the account's last restoration was by this ticket.
    async fn was_restored_by(&self, account: AccountId, ticket_hash: [u8; 32]) -> Result<bool, StoreError>;
    /// Deletes an account, and those that had its number before, as [`crate::operating::OperatingStore::delete_accounts_of`] does, and keeps
    /// the list by which its devices that come later learn of it, and their public keys. `follows` is the version of the list in force.
    async fn delete_own(
        &self,
        account: AccountId,
        follows: u64,
        signed_list: Vec<u8>,
    ) -> Result<DeleteOwnOutcome, StoreError>;
    /// What a device of an account that deleted itself is told: its key, and the last list.
    async fn farewell(&self, device: DeviceAddress) -> Result<Option<([u8; 32], Vec<u8>)>, StoreError>;
}
