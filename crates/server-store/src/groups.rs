//! Groups: their heads, their logs and who was a member at which entry.
//!
//! Invariants I1-I3 and I5 are kept here, inside one transaction each: dedup by op id, then membership, then the
//! compare-and-set on the epoch, then the log row.

use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation, OpId};
use std::sync::Arc;

/// What a group is at now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHead {
    /// Which chat.
    pub chat: ChatId,
    /// Its MLS group.
    pub generation: Generation,
    /// Of the MLS group.
    pub epoch: u64,
    /// Of the log; dense, over all generations.
    pub head_seq: u64,
    /// Over the log up to `head_seq`.
    pub chain_hash: [u8; 32],
}

/// What is needed to validate the next commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupState {
    /// At which it was read, with the rest in one transaction.
    pub head: GroupHead,
    /// The dump of the public MLS group.
    pub public_state: Vec<u8>,
    /// MLSMessage(GroupInfo) of the epoch.
    pub group_info: Vec<u8>,
}

/// What a repeated operation gets again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// In the log.
    pub seq: u64,
    /// Strictly rising within a chat.
    pub time_ms: UnixMs,
}

/// The kind of a log entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// An application message.
    App,
    /// A commit.
    Commit,
    /// A new generation.
    Create,
}

/// A welcome and who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWelcome {
    /// Devices that the commit adds.
    pub targets: Vec<DeviceAddress>,
    /// MLSMessage(Welcome).
    pub bytes: Vec<u8>,
}

/// How a commit changes who is in the group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// New leaves; they read from the entry after the commit.
    pub added: Vec<DeviceAddress>,
    /// Gone leaves; the commit is the last entry they get.
    pub removed: Vec<DeviceAddress>,
    /// The sender of an external commit; it reads from the commit on.
    pub joined: Option<DeviceAddress>,
}

/// A validated commit.
#[derive(Debug, Clone)]
pub struct NewCommit {
    /// For repeats.
    pub op_id: OpId,
    /// Which chat.
    pub chat: ChatId,
    /// Which MLS group.
    pub generation: Generation,
    /// The epoch it was made in.
    pub base_epoch: u64,
    /// By session.
    pub sender: DeviceAddress,
    /// MLSMessage(PublicMessage).
    pub bytes: Vec<u8>,
    /// Changes of membership.
    pub roster: Roster,
    /// For the added.
    pub welcomes: Vec<NewWelcome>,
    /// Delivered with each welcome.
    pub ratchet_tree: Vec<u8>,
    /// Of the epoch it leads to.
    pub group_info: Vec<u8>,
    /// The dump after it.
    pub public_state: Vec<u8>,
    /// Now.
    pub now_ms: UnixMs,
}

/// A validated first generation, or the one after a reset.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// For repeats.
    pub op_id: OpId,
    /// Which chat.
    pub chat: ChatId,
    /// 1 and up.
    pub generation: Generation,
    /// Where it stands in for `generation - 1`: the epoch that one must be at.
    pub replaces_epoch: Option<u64>,
    /// What makes a chat unique: the direct key, or the account of a self group.
    pub unique_key: Option<[u8; 32]>,
    /// By session: the only leaf of epoch 0.
    pub creator: DeviceAddress,
    /// The dump of epoch 0, where there is no first commit.
    pub public_state: Vec<u8>,
    /// MLSMessage(GroupInfo) of epoch 0.
    pub group_info: Vec<u8>,
    /// The commit that adds everybody else; its chat, generation and sender are those above.
    pub first_commit: Option<NewCommit>,
    /// Now.
    pub now_ms: UnixMs,
}

/// An application message whose header has been read.
#[derive(Debug, Clone)]
pub struct NewApp {
    /// For repeats.
    pub op_id: OpId,
    /// Which chat.
    pub chat: ChatId,
    /// Which MLS group.
    pub generation: Generation,
    /// The epoch it was encrypted in.
    pub epoch: u64,
    /// By session.
    pub sender: DeviceAddress,
    /// MLSMessage(PrivateMessage). Shared: who takes it hands it on to those who are connected.
    pub bytes: Arc<Vec<u8>>,
    /// Now.
    pub now_ms: UnixMs,
}

/// What came of an operation on a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptOutcome {
    /// In the log.
    Accepted(Accepted),
    /// This op id had been accepted before.
    Repeated(Accepted),
    /// The group is elsewhere.
    Stale(GroupHead),
    /// The sender has no leaf.
    Denied,
    /// Leaves of unlinked devices wait for their Remove.
    RevokedLeaves(Vec<DeviceAddress>),
    /// A chat under the same id or the same unique key exists.
    Exists {
        /// That chat.
        chat: ChatId,
        /// Its generation.
        generation: Generation,
    },
    /// No such chat.
    NotFound,
}

/// One entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which chat.
    pub chat: ChatId,
    /// Dense.
    pub seq: u64,
    /// Which MLS group.
    pub generation: Generation,
    /// The epoch it was made in.
    pub epoch: u64,
    /// What it is.
    pub kind: EntryKind,
    /// By session.
    pub sender: DeviceAddress,
    /// For echoes.
    pub op_id: OpId,
    /// Strictly rising.
    pub time_ms: UnixMs,
    /// MLSMessage.
    pub bytes: Vec<u8>,
}

/// A page of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// In order.
    pub entries: Vec<Entry>,
    /// Of the whole log, as far as the reader may see it.
    pub head_seq: u64,
    /// Older ones have expired.
    pub first_kept_seq: u64,
}

/// A group in the list of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// Where it is.
    pub head: GroupHead,
    /// Whether the asking device has a leaf.
    pub membership: Membership,
}

/// Whether a device has a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// It has.
    Joined,
    /// Only others of its account have.
    ByAccount,
}

/// A leaf's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Whose leaf.
    pub device: DeviceAddress,
    /// Whether its account's newest list still holds it.
    pub standing: Standing,
}

/// Whether a leaf's device is still in its account's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Listed,
    /// It waits for its Remove.
    Revoked,
}

/// What a step of the fan-out did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FannedOut {
    /// Whose queues grew.
    pub devices: Vec<DeviceAddress>,
    /// Whether the log goes on.
    pub rest: Rest,
}

/// Where a message stands in a device's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer {
    /// Whose queue.
    pub device: DeviceAddress,
    /// Dense per device.
    pub queue_seq: u64,
}

/// What became of a message's pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pointers {
    /// They wait for `fan_out`; or the message was not taken.
    Later,
    /// They were written with it, and nothing else was.
    Own(Vec<Pointer>),
    /// They were written with it, behind those of earlier entries that were still waiting.
    Behind(FannedOut),
}

/// Whether there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// No.
    Done,
    /// Call again.
    More,
}

/// See the module.
#[async_trait]
pub trait GroupStore: Send + Sync {
    /// Where the group is.
    async fn group(&self, chat: ChatId) -> Result<Option<GroupHead>, StoreError>;
    /// Where it is and what validates its next commit.
    async fn group_state(&self, chat: ChatId) -> Result<Option<GroupState>, StoreError>;
    /// The result of an operation that was accepted before.
    async fn accepted_before(
        &self,
        chat: ChatId,
        sender: DeviceAddress,
        op_id: OpId,
    ) -> Result<Option<Accepted>, StoreError>;
    /// The first generation, or the next.
    async fn create_group(&self, group: NewGroup) -> Result<AcceptOutcome, StoreError>;
    /// Compare-and-set on the epoch, log row, membership, group info, welcomes.
    async fn accept_commit(&self, commit: NewCommit) -> Result<AcceptOutcome, StoreError>;
    /// Dedup, member, no revoked leaf, epoch, log row; and in the same transaction the pointers, where so many devices read the chat at
    /// most.
    async fn accept_app(&self, app: NewApp, readers_max: u32) -> Result<(AcceptOutcome, Pointers), StoreError>;
    /// Entries from `from_seq` that the reader's account was a member for; `None` where it never was one.
    async fn fetch_log(
        &self,
        chat: ChatId,
        reader: AccountId,
        from_seq: u64,
        limit: u32,
    ) -> Result<Option<LogPage>, StoreError>;
    /// Groups in which the device's account has a leaf, by chat id, after `after`.
    async fn list_groups(
        &self,
        device: DeviceAddress,
        after: Option<ChatId>,
        limit: u32,
    ) -> Result<Vec<ListedGroup>, StoreError>;
    /// The chat under a unique key.
    async fn find_unique(&self, key: [u8; 32]) -> Result<Option<(ChatId, Generation)>, StoreError>;
    /// Leaves of the current generation.
    async fn members(&self, chat: ChatId) -> Result<Vec<Member>, StoreError>;
    /// The same; `None`, without reading them all, where there are more than so many.
    async fn few_members(&self, chat: ChatId, max: usize) -> Result<Option<Vec<Member>>, StoreError>;
    /// Writes pointers for up to `limit` entries that have none yet, in order.
    async fn fan_out(&self, chat: ChatId, limit: u32) -> Result<FannedOut, StoreError>;
    /// Chats whose fan-out was cut off.
    async fn unfinished_fan_outs(&self) -> Result<Vec<ChatId>, StoreError>;
}
