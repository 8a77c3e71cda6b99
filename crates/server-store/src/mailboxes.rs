//! Queues of devices (pointers into logs), acknowledgements, and the marks of accounts.

use crate::groups::Entry;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation};

/// An item of a device's queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueItem {
    /// Dense per device, 1 and up.
    pub queue_seq: u64,
    /// What it points to; `None` where that has expired.
    pub body: Option<QueueBody>,
}

/// What an item points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueBody {
    /// An entry of a log.
    Entry(Entry),
    /// A welcome into a group.
    Welcome(StoredWelcome),
}

/// A welcome as it is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWelcome {
    /// Which chat.
    pub chat: ChatId,
    /// Which MLS group.
    pub generation: Generation,
    /// The epoch it leads to.
    pub epoch: u64,
    /// Of the commit.
    pub seq: u64,
    /// Of the commit.
    pub sender: DeviceAddress,
    /// Of the commit.
    pub time_ms: UnixMs,
    /// MLSMessage(Welcome).
    pub bytes: Vec<u8>,
    /// As of the commit.
    pub ratchet_tree: Vec<u8>,
}

/// An account got further in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveredUpTo {
    /// Which chat.
    pub chat: ChatId,
    /// All of others' entries up to this.
    pub seq: u64,
}

/// An account got further, and who may want to hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Further {
    /// How far.
    pub up_to: DeliveredUpTo,
    /// The chat's devices; `None` where there are more than were asked for.
    pub devices: Option<Vec<DeviceAddress>>,
}

/// A mark of an account in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Whose.
    pub account: AccountId,
    /// The highest seq that one of its devices acknowledged.
    pub delivered_seq: u64,
    /// When it did; 0 where none has.
    pub delivered_ms: UnixMs,
    /// Of `sealed`.
    pub epoch: u64,
    /// Opaque; empty where none.
    pub sealed: Vec<u8>,
}

/// What came of putting a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutMarkOutcome {
    /// Stored; this is the slot now.
    Stored(Mark),
    /// The device has no leaf in the chat.
    Denied,
}

/// How long what is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Entries and welcomes older than this go.
    pub before_ms: UnixMs,
    /// At most so many rows at once, so that the writer stays free.
    pub limit: u32,
}

/// See the module.
#[async_trait]
pub trait MailboxStore: Send + Sync {
    /// Items after `after`, in order.
    async fn queue(&self, device: DeviceAddress, after: u64, limit: u32) -> Result<Vec<QueueItem>, StoreError>;
    /// Deletes items up to `queue_seq`; says in which chats the account got further, and of each the devices where there are so many at
    /// most.
    async fn acknowledge(
        &self,
        device: DeviceAddress,
        queue_seq: u64,
        now_ms: UnixMs,
        devices_max: usize,
    ) -> Result<Vec<Further>, StoreError>;
    /// Overwrites the slot of the account.
    async fn put_mark(
        &self,
        device: DeviceAddress,
        chat: ChatId,
        epoch: u64,
        sealed: Vec<u8>,
    ) -> Result<PutMarkOutcome, StoreError>;
    /// Marks of those chats that the account is in.
    async fn marks(&self, reader: AccountId, chats: Vec<ChatId>) -> Result<Vec<(ChatId, Vec<Mark>)>, StoreError>;
    /// Deletes what is too old; devices that had not acknowledged it learn of a gap. Returns rows deleted.
    async fn expire(&self, retention: Retention) -> Result<u32, StoreError>;
}
