//! What an operator looks at and does: accounts as rows, keeping one out, deleting one with all that is its own.

use crate::StoreError;
use async_trait::async_trait;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};

/// An account as its operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// Which.
    pub account: AccountId,
    /// In E.164.
    pub number: String,
    /// Whether its number leads to another account now.
    pub moved: bool,
    /// Whether it is kept out.
    pub suspended: bool,
    /// Devices on its list.
    pub devices: u32,
    /// The last day at which one of them connected; 0 for none.
    pub last_seen_day_ms: u64,
    /// Bytes of its blobs.
    pub blob_bytes: u64,
}

/// A device as its operator sees it. Names of devices are in lists that the server does not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLine {
    /// 1 is the phone.
    pub device: DeviceNumber,
    /// The last day at which it connected; 0 for never.
    pub last_seen_day_ms: u64,
    /// Items that wait for it.
    pub waiting: u64,
}

/// What there is in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Accounts that have their number.
    pub accounts: u64,
    /// Of these, kept out.
    pub suspended: u64,
    /// Devices on lists.
    pub devices: u64,
    /// Chats, those with oneself among them.
    pub chats: u64,
    /// Entries of all logs that are kept.
    pub log_entries: u64,
    /// Blobs, also those that are being sent.
    pub blobs: u64,
    /// Their bytes.
    pub blob_bytes: u64,
}

/// What came of a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// Done.
    Deleted {
        /// Whose sockets to close.
        devices: Vec<DeviceAddress>,
    },
    /// Nobody has or had the number.
    NoAccount,
}

/// See the module.
#[async_trait]
pub trait OperatingStore: Send + Sync {
    /// Accounts behind this one, by id, at most `limit`.
    async fn account_lines(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<AccountLine>, StoreError>;
    /// The devices on an account's list.
    async fn device_lines(&self, account: AccountId) -> Result<Vec<DeviceLine>, StoreError>;
    /// Keeps an account out or lets it in again. Its sessions stay, and open nothing meanwhile.
    async fn set_suspended(&self, account: AccountId, suspended: bool) -> Result<(), StoreError>;
    /// Deletes the account of a number, and those that had the number before: with their sessions, devices, lists, key packages, queues, marks,
    /// blobs, profiles and push subscriptions, and the chats that nobody else is in. Logs of other chats stay: they are others' as well. Leaves
    /// there are revoked, so that others take them out before they write on. Blobs are over at once: the next sweep deletes them. The
    /// accounts' keys make no account again.
    async fn delete_accounts_of(&self, number: String) -> Result<DeleteOutcome, StoreError>;
    /// Counts.
    async fn totals(&self) -> Result<Totals, StoreError>;
}
