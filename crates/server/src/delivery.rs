//! The delivery service: what a device may do to the groups of its account, in which order, and what it hears back.
//!
//! Sans-IO: takes the sender (from the session), a request and the time; knows no socket, no clock, no HTTP. What has to
//! happen beyond the reply comes back as [`Effect`]s, which the caller carries out after the reply's transaction.
//! Invariants I1-I7: docs/protocol.md.

mod commits;
mod public_groups;
mod reads;
mod validate;

pub use public_groups::CACHED_GROUPS_MAX;
pub use reads::{account_mark, group_item};

use crate::push::Notice;
use identity::mls::LEAVES_MAX;
use proto::ids::{AccountId, ChatId, DeviceAddress};
use proto::wire::{self, client_frame, refused::Reason, reply};
use public_groups::PublicGroups;
use server_store::groups::{AcceptOutcome, Accepted, GroupHead, Pointer};
use server_store::mailboxes::{DeliveredUpTo, Mark};
use server_store::{StoreError, Stores};
use std::sync::Arc;

/// Longest commit, welcome or group info taken.
const HANDSHAKE_LEN_MAX: usize = 3 * 1024 * 1024;
/// Longest sealed mark or ephemeral body taken.
const SEALED_LEN_MAX: usize = 1_024;
/// How long a client waits before it repeats what was refused as busy.
const BUSY_RETRY_MS: u32 = 500;
/// Groups up to this many leaves have their marks, and how far each got, pushed; larger ones fetch them.
pub const MARK_PUSH_LEAVES_MAX: usize = 32;

/// What the caller must do after an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// New entries wait for their pointers.
    FanOut(ChatId),
    /// Pointers were written: these devices' queues have more.
    QueuesGrew(Vec<DeviceAddress>),
    /// These pointers were written, to an entry that is at hand: who is connected need not read it.
    Pointed {
        /// As it goes out.
        item: wire::GroupItem,
        /// Where it stands in whose queue.
        to: Vec<Pointer>,
    },
    /// These accounts got their first leaf in a chat: their other devices join by themselves.
    GroupAdded {
        /// Which chat.
        chat: ChatId,
        /// Whose devices to tell, if they have no leaf yet.
        accounts: Vec<AccountId>,
    },
    /// People are to be notified of a message.
    Notify {
        /// Of which.
        notice: Arc<Notice>,
        /// Who reads it.
        readers: Readers,
    },
    /// Devices may have lost their leaves in a chat.
    RosterChanged(ChatId),
    /// An account got further.
    Delivered {
        /// How far, in which chat.
        further: DeliveredUpTo,
        /// Whose devices.
        account: AccountId,
        /// When.
        time_ms: u64,
        /// Whom to tell, where connected.
        to: Vec<DeviceAddress>,
    },
    /// A mark was overwritten.
    MarkChanged {
        /// Which chat.
        chat: ChatId,
        /// The slot now.
        mark: Mark,
        /// Whom to tell, where connected.
        to: Vec<DeviceAddress>,
    },
    /// To be forwarded now or never.
    Ephemeral {
        /// As it goes out.
        item: wire::EphemeralItem,
        /// To whom, where connected.
        to: Vec<DeviceAddress>,
    },
}

/// Who reads a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readers {
    /// These, at these places of their queues.
    These(Vec<Pointer>),
    /// All who have a leaf.
    Members,
}

/// A reply and what else follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Handled {
    /// For the device that asked; `None` where none is due.
    pub reply: Option<reply::Body>,
    /// For the caller.
    pub effects: Vec<Effect>,
}

impl Handled {
    fn reply(body: reply::Body) -> Self {
        Self { reply: Some(body), effects: Vec::new() }
    }
}

/// Why an operation is not carried out; each becomes a reply.
#[derive(Debug, thiserror::Error)]
enum OpError {
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    Denied(&'static str),
    #[error("{0} bytes are too many")]
    TooLarge(usize),
    #[error("{0} {1} are too many")]
    TooMany(usize, &'static str),
    #[error("no such chat")]
    NotFound,
    #[error("the group is elsewhere")]
    Stale(Box<GroupHead>),
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl OpError {
    fn invalid(why: impl std::fmt::Display) -> Self {
        Self::Invalid(why.to_string())
    }

    fn into_reply(self) -> reply::Body {
        let (reason, retry_after_ms) = match &self {
            Self::Invalid(_) => (Reason::Invalid, 0),
            Self::Denied(_) => (Reason::Denied, 0),
            Self::TooLarge(_) | Self::TooMany(..) => (Reason::TooLarge, 0),
            Self::NotFound => (Reason::NotFound, 0),
            Self::Stale(head) => return stale(head),
            Self::Store(error) => {
                if !error.is_temporary() {
                    tracing::error!(error = error as &dyn std::error::Error, "an operation failed in the store");
                }
                (Reason::Busy, BUSY_RETRY_MS)
            }
        };
        reply::Body::Refused(wire::Refused { reason: reason.into(), detail: self.to_string(), retry_after_ms })
    }
}

/// The delivery service over a store.
pub struct Delivery {
    stores: Stores,
    groups: PublicGroups,
    leaves_max: usize,
}

impl Delivery {
    /// Over these stores.
    pub fn new(stores: Stores) -> Self {
        Self { stores, groups: PublicGroups::default(), leaves_max: LEAVES_MAX }
    }

    /// The same with groups of at most so many leaves.
    #[must_use]
    pub fn with_leaves_max(self, leaves_max: usize) -> Self {
        Self { leaves_max, ..self }
    }

    /// Carries out one request of a connected device. Requests that are not the delivery service's get no reply here.
    ///
    /// `App` is queued to the store before the first await, so messages handed over in order are logged in order.
    pub async fn handle(&self, sender: DeviceAddress, body: client_frame::Body, now_ms: u64) -> Handled {
        use client_frame::Body;
        let result = match body {
            Body::App(app) => self.app(sender, app, now_ms).await,
            Body::GroupCreate(create) => self.create(sender, create, None, now_ms).await,
            Body::ResetGroup(reset) => self.reset(sender, reset, now_ms).await,
            Body::Commit(commit) => self.commit(sender, commit, now_ms).await,
            Body::CommitBatch(batch) => self.commit_batch(sender, batch, now_ms).await,
            Body::GetGroupInfo(get) => self.get_group_info(sender, &get).await,
            Body::FetchLog(fetch) => self.fetch_log(sender, &fetch).await,
            Body::ListGroups(list) => self.list_groups(sender, &list).await,
            Body::FindDirect(find) => self.find_direct(sender, &find).await,
            Body::Ack(ack) => self.ack(sender, ack, now_ms).await,
            Body::ReadMark(mark) => self.read_mark(sender, mark).await,
            Body::GetMarks(get) => self.get_marks(sender, &get).await,
            Body::Ephemeral(ephemeral) => self.ephemeral(sender, ephemeral).await,
            Body::JoinCall(_) | Body::SayInCall(_) | Body::LeaveCall(_) | Body::GetCalls(_) => {
                Err(OpError::invalid("calls are not the delivery service's"))
            }
            Body::Ping(_) => Ok(Handled::reply(reply::Body::Pong(wire::Pong {}))),
            Body::Hello(_) => Err(OpError::invalid("Hello comes first, and once")),
        };
        result.unwrap_or_else(|error| Handled::reply(error.into_reply()))
    }
}

fn stale(head: &GroupHead) -> reply::Body {
    reply::Body::Stale(wire::Stale { generation: head.generation.0, epoch: head.epoch, head_seq: head.head_seq })
}

fn accepted(accepted: Accepted, repeated: bool) -> reply::Body {
    reply::Body::Accepted(wire::Accepted { seq: accepted.seq, time_ms: accepted.time_ms, repeated })
}

/// The reply to what the store made of an operation.
fn outcome_reply(outcome: &AcceptOutcome) -> Result<reply::Body, OpError> {
    Ok(match outcome {
        AcceptOutcome::Accepted(a) => accepted(*a, false),
        AcceptOutcome::Repeated(a) => accepted(*a, true),
        AcceptOutcome::Stale(head) => stale(head),
        AcceptOutcome::Denied => return Err(OpError::Denied("not a member")),
        AcceptOutcome::RevokedLeaves(devices) => {
            reply::Body::RevokedLeaf(wire::RevokedLeaf { devices: devices.iter().map(|d| d.to_wire()).collect() })
        }
        AcceptOutcome::Exists { chat, generation } => {
            reply::Body::GroupExists(wire::GroupExists { chat: chat.to_vec(), generation: generation.0 })
        }
        AcceptOutcome::NotFound => return Err(OpError::NotFound),
    })
}

fn id<T: TryFrom<Vec<u8>>>(bytes: Vec<u8>, what: &'static str) -> Result<T, OpError> {
    T::try_from(bytes).map_err(|_| OpError::invalid(format_args!("{what}: 16 bytes are wanted")))
}

fn at_most(bytes: &[u8], len_max: usize) -> Result<(), OpError> {
    if bytes.len() > len_max { Err(OpError::TooLarge(bytes.len())) } else { Ok(()) }
}
