//! Calls: what a chat says of them, what rings, and the words between the interface's connection and the forwarding unit.

use crate::id::{AccountId, ChatId, MessageId};
use crate::search::FoundPlace;
use serde::{Deserialize, Serialize};

/// A call as its chat tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFacts {
    /// With pictures.
    pub video: bool,
    /// What became of it.
    pub state: CallState,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallState {
    /// Nobody has answered, so far as this device knows: it rings, or was missed.
    Open,
    /// The other one did not want it; in a group, this account.
    Declined,
    /// It was answered; its end is not known.
    Taken,
    /// It was answered and is over.
    Over {
        /// From the first answer to the end.
        length_ms: u64,
    },
    /// Both called at once: another call goes on in its place.
    Merged,
    /// Of two: people were added, and it went on in a group.
    WentOn {
        /// From the first answer until then.
        length_ms: u64,
        /// Which group; one that this device need not have.
        chat: ChatId,
    },
}

/// A page of the log of calls, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLog {
    /// The calls; there may be fewer than were asked for, or none, and still be more behind them.
    pub calls: Vec<LoggedCall>,
    /// Where the next page begins; `None`: this was all.
    pub next: Option<FoundPlace>,
}

/// A call of any chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedCall {
    /// Its place among all, and the message that it is.
    pub place: FoundPlace,
    /// Which chat's.
    pub chat: ChatId,
    /// The chat's title.
    pub title: String,
    /// The chat is a group.
    pub is_group: bool,
    /// When it began to ring.
    pub time_ms: u64,
    /// Called by this account.
    pub own: bool,
    /// What became of it.
    pub facts: CallFacts,
}

/// What this device knows of calls now. Of each chat, a call stands in one of the three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// The one that this device is in.
    pub own: Option<OwnCall>,
    /// Those that ring here.
    pub ringing: Vec<RingingCall>,
    /// Those that go on without this device.
    pub running: Vec<RunningCall>,
}

impl Calls {
    /// Whether it is still open what becomes of a call: nobody has answered, and somebody may.
    pub fn rings(&self, call: MessageId) -> bool {
        let own = |own: &OwnCall| own.call == Some(call) && own.phase == CallPhase::Calling;
        self.own.as_ref().is_some_and(own) || self.ringing.iter().any(|ringing| ringing.call == call)
    }
}

/// The call that this device is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnCall {
    /// Where.
    pub chat: ChatId,
    /// The message that it is, where that is here.
    pub call: Option<MessageId>,
    /// The chat's title.
    pub title: String,
    /// It was begun with pictures.
    pub video: bool,
    /// Nobody has answered yet, and whoever is called says that they are in another call.
    pub busy: bool,
    /// The chat of two whose call it was until people were added.
    pub came_from: Option<ChatId>,
    /// People are being added: a group is made, in which it will go on.
    pub grows: bool,
    /// How far it is.
    pub phase: CallPhase,
    /// Who is connected, this device included, in no order.
    pub people: Vec<CallPerson>,
    /// Members of the group who are not in the call; nobody where two talk.
    pub absent: Vec<CallAbsent>,
}

/// A member of a group who is not in its call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallAbsent {
    /// Who.
    pub account: AccountId,
    /// The name to show.
    pub title: String,
}

/// How far an own call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallPhase {
    /// It rings at the others.
    Calling,
    /// Somebody answered.
    Running {
        /// When, by this device's clock.
        since_ms: u64,
    },
}

/// Somebody's device in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallPerson {
    /// Its number in this call.
    pub participant: u64,
    /// Whose it is.
    pub account: AccountId,
    /// Which.
    pub device: u32,
    /// The name to show.
    pub title: String,
    /// This account's.
    pub own: bool,
    /// What they say of themselves; nothing was heard yet where that is `None`.
    pub signs: Option<CallSigns>,
}

/// What a device says of itself in a call: signed by it, so that nobody else can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSigns {
    /// It can be heard.
    pub microphone: bool,
    /// It sends what a camera sees.
    pub camera: bool,
    /// Somebody wants to say something.
    pub hand: bool,
}

/// A call that rings here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingingCall {
    /// Where.
    pub chat: ChatId,
    /// The message that it is.
    pub call: MessageId,
    /// The chat's title.
    pub title: String,
    /// Who calls.
    pub caller: AccountId,
    /// As they are called.
    pub caller_title: String,
    /// With pictures.
    pub video: bool,
    /// The chat is a group.
    pub is_group: bool,
}

/// A call that goes on without this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningCall {
    /// Where.
    pub chat: ChatId,
    /// The chat's title.
    pub title: String,
    /// Who is in it, each once.
    pub people: Vec<AccountId>,
    /// Another device of this account is in it: it can be moved here.
    pub on_own_device: bool,
}

/// What becomes of a call of two to which people are added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallGrowth {
    /// The other one of the two has added people: it goes on in their group, and this device with it.
    GoesOn {
        /// Who has added them.
        by: String,
        /// The group's name.
        title: String,
    },
    /// No group could be made of them: it goes on as it was.
    NotMade,
    /// It goes on in the group, without the other one of the two so far.
    OtherStays {
        /// Their name.
        title: String,
    },
}

/// Why an own call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallEnd {
    /// Hung up here.
    HungUp,
    /// The other one hung up, or lost the connection for good.
    ByOther,
    /// The other one does not want it.
    Declined,
    /// Nobody answered in time.
    NoAnswer,
    /// Another device of this account was quicker.
    AnsweredElsewhere,
    /// Another device of this account goes on with it.
    Moved,
    /// The server carries no calls.
    NotOffered,
    /// As many as can be are in it.
    Full,
    /// This account is no longer in the chat.
    NotMember,
    /// There was no connection for media, again and again.
    Failed,
    /// The other one has added people and is in their group, which this device has not got into.
    LeftBehind,
}

/// For the connection of the own call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallLine {
    /// Make a new connection, in place of one that there may be, and offer. `Keys` follow.
    Open {
        /// This device in this call.
        participant: u64,
        /// Whoever has no connection for so long is put out.
        unconnected_max_ms: u32,
        /// With which the server relays over TLS for this participant; empty where it does not.
        turn_password: String,
    },
    /// Seal and open with these from now on; those before serve a few seconds longer for opening.
    Keys(CallKeys),
    /// Seal nothing until `Keys` come: somebody may be in the group who must not be.
    Hold,
    /// The unit's answer to the last offer: SDP.
    Answer(String),
    /// The unit's offer: answer it.
    Offer {
        /// SDP.
        sdp: String,
        /// All that this device is sent from now on.
        tracks: Vec<CallTrack>,
    },
    /// The server is heard again: an offer that had no answer is to be said again.
    SayAgain,
}

/// Without what is said: descriptions hold addresses and passwords.
impl std::fmt::Debug for CallLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open { .. } => "open",
            Self::Keys(_) => "keys",
            Self::Hold => "hold",
            Self::Answer(_) => "answer",
            Self::Offer { .. } => "offer",
            Self::SayAgain => "say-again",
        })
    }
}

/// The keys of an epoch (RFC 9605, 5.2). Every member has them: a frame that they open was sealed by a member, and says by which one; nothing
/// but the members' honesty among each other says that it is true.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallKeys {
    /// Of the chat's group.
    pub generation: u32,
    /// Of this generation.
    pub epoch: u64,
    /// `MLS-Exporter("SFrame 1.0 Base Key", "", 32)`.
    pub base_key: Vec<u8>,
    /// The own leaf.
    pub leaf: u32,
    /// Which leaf is whose device's.
    pub leaves: Vec<CallLeaf>,
}

/// Without the key.
impl std::fmt::Debug for CallKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallKeys").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// A leaf of the chat's group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLeaf {
    /// Whose.
    pub account: AccountId,
    /// Which device's.
    pub device: u32,
    /// Its place in the tree.
    pub leaf: u32,
}

/// A track that this device is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallTrack {
    /// Media line of this device's connection.
    pub mid: String,
    /// Whose it is: a participant.
    pub participant: u64,
    /// The account, as the server says: only what its leaf has sealed is played.
    pub account: AccountId,
    /// The device, likewise.
    pub device: u32,
    /// Media line of their own connection, by which they say what it shows.
    pub origin_mid: String,
    /// Picture, else sound.
    pub video: bool,
}

/// What the connection has to say to the unit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallSay {
    /// SDP: the own tracks, at first and whenever they change.
    Offer(String),
    /// SDP: to the unit's last offer.
    Answer(String),
    /// How large a track of others is shown.
    Layer {
        /// As in `CallTrack`.
        mid: String,
        /// 1 small, 2 middle, 3 large.
        layer: u8,
    },
}

/// As of `CallLine`.
impl std::fmt::Debug for CallSay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Offer(_) => "offer",
            Self::Answer(_) => "answer",
            Self::Layer { .. } => "layer",
        })
    }
}
