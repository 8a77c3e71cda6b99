//! Accounts, the numbers that lead to them, registration PINs and sealed profiles.

use crate::devices::NewDevice;
use crate::invites::Admission;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{AccountId, DeviceAddress};

/// An account as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub account: AccountId,
    /// In E.164.
    pub number: String,
    /// Whether its number still leads to it.
    pub state: AccountState,
    /// Whether a registration PIN is set.
    pub pin: PinState,
}

/// Whether the number still leads to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It does.
    Active,
    /// Somebody proved the number and registered another account.
    Moved,
    /// It does, and the operator keeps it out.
    Suspended,
}

/// Whether a PIN protects the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinState {
    /// No.
    None,
    /// Yes.
    Set,
}

/// A registration whose ticket and list have been checked.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The hash of the ticket, used up by this.
    pub ticket_hash: [u8; 32],
    /// The new account.
    pub account: AccountId,
    /// In E.164; must be the ticket's.
    pub number: String,
    /// Version 1 of the list, signed.
    pub signed_device_list: Vec<u8>,
    /// Its devices: the phone.
    pub devices: Vec<NewDevice>,
    /// The hash of a new PIN proof.
    pub pin_hash: Option<String>,
    /// Who may register now, which may be others than when the ticket was got.
    pub admission: Admission,
    /// Now.
    pub now_ms: UnixMs,
}

/// What came of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterOutcome {
    /// Done. The devices of the account that had the number before are out.
    Registered {
        /// Whose sockets to close.
        outed: Vec<DeviceAddress>,
    },
    /// The ticket is unknown, used, or over.
    NoTicket,
    /// The account that has the number has a PIN, which was not given with this ticket. The ticket is still good.
    PinNeeded,
    /// An account of this key exists already.
    AccountExists,
    /// The operator deleted an account of this key.
    Deleted,
    /// The operator keeps out who has the number.
    Suspended,
    /// The ticket was got without an invite, and now one is needed.
    InviteNeeded,
    /// The invite by which the code was asked for was used up or revoked meanwhile.
    NoInvite,
}

/// Whether a PIN may be tried now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinTry {
    /// The account has none.
    NoPin,
    /// Too many were wrong.
    Locked {
        /// How long still.
        retry_after_ms: u64,
    },
    /// Counted as wrong until [`AccountStore::end_pin_try`].
    Try {
        /// To compare with.
        pin_hash: String,
        /// After this one.
        tries_left: u32,
    },
}

/// A sealed profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Whose.
    pub account: AccountId,
    /// Rising.
    pub version: u64,
    /// Opaque.
    pub sealed: Vec<u8>,
}

/// What came of putting a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutProfileOutcome {
    /// Done.
    Stored,
    /// The stored one is as new or newer.
    Older,
}

/// What an account shows to those who share a chat with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Whose.
    pub account: AccountId,
    /// In E.164.
    pub number: String,
    /// The account that has the number now, if it is another one.
    pub moved_to: Option<AccountId>,
    /// Of its profile; 0 where there is none.
    pub profile_version: u64,
    /// Of its newest device list.
    pub list_version: u64,
}

/// See the module.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Uses the ticket up, makes the account and points the number to it.
    async fn register(&self, registration: Registration) -> Result<RegisterOutcome, StoreError>;
    /// One account.
    async fn account(&self, account: AccountId) -> Result<Option<Account>, StoreError>;
    /// Which accounts the numbers lead to.
    async fn look_up(&self, numbers: Vec<String>) -> Result<Vec<(String, AccountId)>, StoreError>;
    /// Of those `accounts` that share a chat with `caller`, and the caller's own.
    async fn outlines(&self, caller: AccountId, accounts: Vec<AccountId>) -> Result<Vec<Outline>, StoreError>;
    /// Sets or removes the PIN, and forgets wrong tries.
    async fn set_pin(&self, account: AccountId, pin_hash: Option<String>) -> Result<(), StoreError>;
    /// Counts a try before it is compared, so that parallel tries gain nothing.
    async fn begin_pin_try(&self, account: AccountId, now_ms: UnixMs) -> Result<PinTry, StoreError>;
    /// The PIN of this hash was right: wrong tries are forgotten.
    async fn end_pin_try(&self, account: AccountId, pin_hash: String) -> Result<(), StoreError>;
    /// Stores a sealed profile.
    async fn put_profile(&self, profile: Profile) -> Result<PutProfileOutcome, StoreError>;
    /// Profiles of those `accounts` that share a chat with `caller`, and the caller's own.
    async fn profiles(&self, caller: AccountId, accounts: Vec<AccountId>) -> Result<Vec<Profile>, StoreError>;
}

/// How long to wait after `wrong` wrong PINs in a row; `None` while there are tries left.
pub fn pin_wait_ms(wrong: u32) -> Option<u64> {
    const FIRST_WAIT_MS: u64 = 60_000;
    const LONGEST_WAIT_MS: u64 = 24 * 60 * 60 * 1_000;
    let over = wrong.checked_sub(proto::limits::PIN_TRIES_MAX)?;
    Some(FIRST_WAIT_MS.saturating_mul(1_u64.checked_shl(over).unwrap_or(u64::MAX)).min(LONGEST_WAIT_MS))
}
