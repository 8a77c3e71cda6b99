//! Session tokens, used challenges, leases of running clients, and what the server keeps about itself.

use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{DeviceAddress, Lease};

/// A session to open, its challenge and signature checked.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Of the challenge that was signed; taken once.
    pub challenge_hash: [u8; 32],
    /// Until when the challenge would be taken.
    pub challenge_expires_ms: UnixMs,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Whose session.
    pub device: DeviceAddress,
    /// Until when the token is taken.
    pub expires_ms: UnixMs,
}

/// What came of opening a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenOutcome {
    /// Opened.
    Opened,
    /// This challenge was used before.
    Replayed,
    /// The device is in no list any more.
    NoDevice,
}

/// What a client says of itself when it connects.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Which device.
    pub device: DeviceAddress,
    /// All items up to this are applied.
    pub acked_queue_seq: u64,
    /// Opens of the client's database.
    pub boot_counter: u64,
    /// Of this running client.
    pub lease: Lease,
    /// Now.
    pub now_ms: UnixMs,
}

/// What the server makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectOutcome {
    /// Taken.
    Connected(Connection),
    /// The client's database is older than what it told before.
    Rollback {
        /// What it had acknowledged.
        acked_queue_seq: u64,
        /// What it had counted.
        boot_counter: u64,
    },
    /// The device is in no list any more.
    NoDevice,
    /// The operator keeps its account out.
    Suspended,
}

/// What a device with a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// What devices do.
    Listed,
    /// Hear that it was unlinked.
    Unlinked,
    /// Hear that the operator keeps its account out.
    Suspended,
}

/// Where a connection begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The newest item of its queue.
    pub queue_head: u64,
    /// Items up to this expired without an acknowledgement; 0 for none that matter.
    pub expired_queue_seq: u64,
    /// Of the account's newest list.
    pub list_version: u64,
}

/// See the module.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Uses the challenge up and stores the token's hash.
    async fn open_session(&self, session: NewSession, now_ms: UnixMs) -> Result<OpenOutcome, StoreError>;
    /// Whose token this is, while it is valid. The token of an unlinked device opens nothing: it only tells which
    /// device has to hear that it was unlinked.
    async fn session(
        &self,
        token_hash: [u8; 32],
        now_ms: UnixMs,
    ) -> Result<Option<(DeviceAddress, Standing)>, StoreError>;
    /// Takes the lease and the cursor of a client that connects.
    async fn connect(&self, connection: NewConnection) -> Result<ConnectOutcome, StoreError>;
    /// The value under `name`, or `value` if there was none, which is then stored.
    async fn setting_or_insert(&self, name: &'static str, value: Vec<u8>) -> Result<Vec<u8>, StoreError>;
    /// Replaces a value.
    async fn put_setting(&self, name: &'static str, value: Vec<u8>) -> Result<(), StoreError>;
    /// Deletes what is over: tokens, challenges, codes, tickets, rendezvous, leases of rooms.
    async fn sweep(&self, now_ms: UnixMs) -> Result<(), StoreError>;
}
