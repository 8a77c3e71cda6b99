//! Devices of accounts, their signed lists, and key packages that wait to be claimed.

use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber};

/// A device that a list brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// Its number.
    pub device: DeviceNumber,
    /// Ed25519, by the certificate.
    pub signature_key: [u8; 32],
}

/// Whether the newest list of its account holds a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// It does.
    Listed,
    /// It did once.
    Unlinked,
}

/// A device that was ever listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its address.
    pub address: DeviceAddress,
    /// Whether it still is.
    pub listing: Listing,
    /// Ed25519.
    pub signature_key: [u8; 32],
    /// The day it was last connected, Unix milliseconds; 0 for never.
    pub last_seen_day_ms: UnixMs,
}

/// The newest list of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDeviceList {
    /// Whose.
    pub account: AccountId,
    /// 1 and up.
    pub version: u64,
    /// `SignedDeviceList`.
    pub signed: Vec<u8>,
}

/// A list that has been checked against an older one.
#[derive(Debug, Clone)]
pub struct PutDeviceList {
    /// The list.
    pub list: StoredDeviceList,
    /// The version of the list that it was checked against.
    pub follows: u64,
    /// Not in that one.
    pub added: Vec<NewDevice>,
    /// Not in this one any more.
    pub removed: Vec<DeviceNumber>,
}

/// What came of putting a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutDeviceListOutcome {
    /// Stored; queues and key packages of the removed devices are gone.
    Stored {
        /// Where leaves of the removed devices wait for their Remove.
        stale_leaves: Vec<(ChatId, DeviceNumber)>,
    },
    /// The newest list is not the one that it was checked against, or not older.
    Conflict {
        /// Its version, 0 for an unknown account.
        version: u64,
    },
}

/// A key package as it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPackage {
    /// MLS ciphersuite.
    pub suite: u16,
    /// MLSMessage(KeyPackage).
    pub bytes: Vec<u8>,
}

/// See the module.
#[async_trait]
pub trait DeviceStore: Send + Sync {
    /// The newest lists of those accounts that exist.
    async fn device_lists(&self, accounts: Vec<AccountId>) -> Result<Vec<StoredDeviceList>, StoreError>;
    /// Compare-and-set on the version, which rises.
    async fn put_device_list(&self, put: PutDeviceList) -> Result<PutDeviceListOutcome, StoreError>;
    /// A device, unlinked ones too.
    async fn device(&self, device: DeviceAddress) -> Result<Option<Device>, StoreError>;
    /// The devices of an account that its newest list holds.
    async fn devices_of(&self, account: AccountId) -> Result<Vec<Device>, StoreError>;
    /// Devices that share a chat with the account, its own included: who must learn of a new list.
    async fn devices_near(&self, account: AccountId) -> Result<Vec<DeviceAddress>, StoreError>;
    /// Whether two accounts are in one chat now.
    async fn share_chat(&self, one: AccountId, other: AccountId) -> Result<bool, StoreError>;
    /// Adds one-time packages, keeping at most `keep_max`, and replaces the last-resort one of the suite.
    async fn put_key_packages(
        &self,
        device: DeviceAddress,
        packages: Vec<KeyPackage>,
        last_resort: Option<KeyPackage>,
        keep_max: usize,
    ) -> Result<u32, StoreError>;
    /// Takes up to `count` packages: one-time ones are gone with it; with none left, the last-resort one, once.
    async fn claim_key_packages(&self, device: DeviceAddress, count: u32) -> Result<Vec<KeyPackage>, StoreError>;
    /// One-time packages of the device, in the fewer of its suites.
    async fn key_packages_left(&self, device: DeviceAddress) -> Result<u32, StoreError>;
}
