//! Chats and messages as rows of a list.

use crate::call::CallFacts;
use crate::given::{Card, Place};
use crate::id::{AccountId, ChatId, MessageId};
use crate::join::{AskingRow, GroupLink, LinkNews};
use crate::media::{Attachment, MediaKind};
use crate::poll::Poll;
use serde::{Deserialize, Serialize};

/// What sort of chat it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChatKind {
    /// Two people.
    Direct,
    /// "Message yourself".
    Notes,
    /// Any number of people. It has no other account: `peer` is `AccountId::NOBODY`.
    Group,
}

/// A row of the chat list. Order: pinned first, then by `activity_ms`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatRow {
    /// Which chat.
    pub chat: ChatId,
    /// Its sort.
    pub kind: ChatKind,
    /// The other account; the own one for notes.
    pub peer: AccountId,
    /// The name to show: contact's name, else profile name, else number.
    pub title: String,
    /// The owner called them so; else the title is what they call themselves, and only the number says who they are.
    pub named: bool,
    /// The other one's, E.164: to find them by, and to tell two of one name apart. Empty for notes.
    pub number: String,
    /// A small JPEG, or empty: initials on a tint from the hash of the account, or the group.
    pub photo: Vec<u8>,
    /// Of the newest message or of the chat's making.
    pub activity_ms: u64,
    /// The newest message.
    pub last: Option<LastMessage>,
    /// Unread messages of others.
    pub unread: u32,
    /// The first unread message of a group that names this account.
    pub named_in: Option<MessageId>,
    /// Marked unread by hand.
    pub marked_unread: bool,
    /// Pinned to the top.
    pub pinned: bool,
    /// In the archive.
    pub archived: bool,
    /// Muted until this time; 0: not muted; `u64::MAX`: always.
    pub muted_until_ms: u64,
    /// Text not yet sent; shown instead of the last message.
    pub draft: String,
    /// For whom it was written: another than `peer` where the number moved since. `NOBODY` where that is not known, or where there is no draft.
    pub draft_for: AccountId,
    /// The other one is typing.
    pub typing: bool,
    /// A group that the owner is in no more.
    pub left: bool,
}

/// The newest message, as the chat list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastMessage {
    /// Which message: all up to it can be marked as read.
    pub id: MessageId,
    /// One line of at most 200 characters.
    pub preview: String,
    /// Its server time (own clock while unsent).
    pub time_ms: u64,
    /// The state of an own message; `None` for others'.
    pub status: Option<MessageStatus>,
    /// It could not be opened yet: as `MessageBody::Waiting`.
    pub waiting: bool,
    /// Its sender has taken it back: as `MessageBody::Deleted`.
    pub deleted: bool,
    /// Who wrote it, as they are called: of others' messages in groups, else empty.
    pub by: String,
    /// What it carries; `preview` is its caption then.
    pub media: Option<MediaKind>,
    /// It is a call.
    pub call: Option<CallFacts>,
}

/// Changes of the chat list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatChanges {
    /// Forget all rows first.
    pub reset: bool,
    /// New and changed rows, in no order.
    pub upserts: Vec<ChatRow>,
    /// Rows that are gone.
    pub removed: Vec<ChatId>,
}

/// How far an own message has come. Never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MessageStatus {
    /// Refused for good; the text can be sent again.
    Failed,
    /// Waits on this device.
    Pending,
    /// The server has it.
    Sent,
    /// A device of the other one has it.
    Delivered,
    /// The other one has read it.
    Read,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageBody {
    /// Text, as it was written, or changed since. Of a message with an attachment the caption: it may be empty.
    Text(String),
    /// Its sender has taken it back.
    Deleted,
    /// "Waiting for this message": it could not be opened yet; other devices and the sender have been asked.
    Waiting,
    /// A message of a newer version; kept, and shown right after an update.
    Newer,
    /// Somebody called.
    Call(CallFacts),
    /// A question with answers to choose from.
    Poll(Poll),
    /// People whom one can write to: 1 to 10.
    Cards(Vec<Card>),
    /// A place on the earth.
    Place(Place),
    /// A line of the chat itself.
    System(SystemLine),
}

impl MessageBody {
    /// Somebody said it, and it is here: it can be answered, pinned, starred, taken back.
    pub fn is_said(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Poll(_) | Self::Cards(_) | Self::Place(_))
    }
}

/// Lines that the chat itself says; the interface has the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SystemLine {
    /// Everything here is end-to-end encrypted. First line of a chat.
    Encrypted,
    /// The account key of the other one changed.
    SafetyNumberChanged,
    /// The other one linked or removed a device (count after it).
    DevicesChanged {
        /// Devices now.
        devices: u32,
    },
    /// Messages may be missing here: this device was away for longer than the server keeps them, and no device gave them within a day.
    MayBeMissing {
        /// The last entry before them, in Unix milliseconds; 0 where unknown.
        from_ms: u64,
        /// The first one behind them.
        to_ms: u64,
    },
    /// The members of this chat see different histories; the server is not to be trusted.
    HistoryDiffers,
    /// A device in this chat is not on its owner's signed list; nothing is sent until it is removed.
    UnknownDevice,
    /// The owner linked a device. Stands in the chat with oneself.
    OwnDeviceLinked {
        /// Its name.
        name: String,
    },
    /// The owner logged a device out. Stands in the chat with oneself.
    OwnDeviceUnlinked {
        /// Its name.
        name: String,
    },
    /// A group began.
    GroupCreated {
        /// Who made it.
        by: AccountId,
    },
    /// People came into the group.
    MembersAdded {
        /// Who added them; `AccountId::NOBODY` where this device was away and does not know.
        by: AccountId,
        /// Whom.
        accounts: Vec<AccountId>,
    },
    /// People were taken out of the group.
    MembersRemoved {
        /// As for `MembersAdded`.
        by: AccountId,
        /// Whom.
        accounts: Vec<AccountId>,
    },
    /// Somebody left the group.
    MemberLeft {
        /// Who.
        account: AccountId,
    },
    /// People became admins.
    AdminsMade {
        /// As for `MembersAdded`.
        by: AccountId,
        /// Who.
        accounts: Vec<AccountId>,
    },
    /// People are admins no longer.
    AdminsWithdrawn {
        /// As for `MembersAdded`.
        by: AccountId,
        /// Who.
        accounts: Vec<AccountId>,
    },
    /// The group has another name.
    GroupRenamed {
        /// Who gave it.
        by: AccountId,
        /// The name.
        name: String,
    },
    /// The group has another description, or none any more.
    GroupDescribed {
        /// Who gave it.
        by: AccountId,
        /// It was taken away.
        removed: bool,
    },
    /// The group has another photo, or none any more.
    GroupPhotoChanged {
        /// Who gave it.
        by: AccountId,
        /// It was taken away.
        removed: bool,
    },
    /// Somebody pinned a message above the conversation.
    MessagePinned {
        /// Who.
        by: AccountId,
    },
    /// Messages that are written from here on stay for another time.
    DisappearingSet {
        /// Who said so.
        by: AccountId,
        /// For how long.
        after: Disappearing,
    },
    /// Others may send messages in the group than before.
    WhoMaySend {
        /// Which admin said so.
        by: AccountId,
        /// Only admins; else everybody.
        only_admins: bool,
    },
    /// Others may change name, photo and description of the group than before.
    WhoMayEdit {
        /// Which admin said so.
        by: AccountId,
        /// Only admins; else everybody.
        only_admins: bool,
    },
    /// The link into the group is another than before.
    GroupLinkChanged {
        /// Which admin did that.
        by: AccountId,
        /// What.
        news: LinkNews,
    },
}

impl SystemLine {
    /// Everybody whom it names.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::MembersAdded { by, accounts }
            | Self::MembersRemoved { by, accounts }
            | Self::AdminsMade { by, accounts }
            | Self::AdminsWithdrawn { by, accounts } => [&[*by], &accounts[..]].concat(),
            Self::GroupCreated { by }
            | Self::MemberLeft { account: by }
            | Self::GroupRenamed { by, .. }
            | Self::GroupDescribed { by, .. }
            | Self::GroupPhotoChanged { by, .. }
            | Self::MessagePinned { by }
            | Self::DisappearingSet { by, .. }
            | Self::WhoMaySend { by, .. }
            | Self::WhoMayEdit { by, .. }
            | Self::GroupLinkChanged { by, .. } => vec![*by],
            Self::Encrypted
            | Self::SafetyNumberChanged
            | Self::DevicesChanged { .. }
            | Self::MayBeMissing { .. }
            | Self::HistoryDiffers
            | Self::UnknownDevice
            | Self::OwnDeviceLinked { .. }
            | Self::OwnDeviceUnlinked { .. } => Vec::new(),
        }
    }
}

/// How long after the server took it a message disappears, on all devices of everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Disappearing {
    /// It stays.
    #[default]
    Off,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 90 days.
    NinetyDays,
}

impl Disappearing {
    /// All that there is to choose from.
    pub const ALL: [Self; 4] = [Self::Off, Self::Day, Self::Week, Self::NinetyDays];

    /// 0: it stays.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        match self {
            Self::Off => 0,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
            Self::NinetyDays => 90 * 86_400,
        }
    }

    /// Of a number that may be anybody's: the next longer one that there is, and none beyond the longest.
    #[must_use]
    pub fn of_seconds(seconds: u32) -> Self {
        Self::ALL.into_iter().find(|known| seconds <= known.seconds()).unwrap_or(Self::NinetyDays)
    }
}

/// Written behind an "@", it names everybody in a group, whatever they are called.
pub const EVERYBODY: &str = "all";

/// A part of a text that names somebody: "@" and what they are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The byte of the text with which it begins; in the order of the text.
    pub at: u32,
    /// Its bytes.
    pub length: u32,
    /// Whom; `None`: everybody in the group.
    pub account: Option<AccountId>,
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Which message.
    pub message: MessageId,
    /// Who wrote it.
    pub sender: AccountId,
    /// This account did.
    pub own: bool,
    /// What it says.
    pub body: Quoted,
    /// What it carries.
    pub media: Option<MediaKind>,
}

/// What a quoted message says, in at most 200 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quoted {
    /// Its text as it is now. One can go there.
    Text(String),
    /// It was deleted.
    Deleted,
    /// Its time was over.
    Disappeared,
    /// It is not on this device: so says who quotes it.
    Claimed(String),
    /// Something that has no text.
    Other,
}

/// What somebody put to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Whose.
    pub account: AccountId,
    /// This account's.
    pub own: bool,
    /// One emoji, of at most 64 bytes.
    pub emoji: String,
}

/// A message of a conversation. Order: by (`time_ms`, `id`); an unsent message has a time after all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Which message.
    pub id: MessageId,
    /// The order, and the time to show.
    pub time_ms: u64,
    /// Who wrote it.
    pub sender: AccountId,
    /// Written by this account, on whatever device.
    pub own: bool,
    /// State of an own message.
    pub status: Option<MessageStatus>,
    /// What it says.
    pub body: MessageBody,
    /// Whom its text names.
    pub mentions: Vec<Mention>,
    /// The file that it carries; only with a text.
    pub attachment: Option<Attachment>,
    /// What it answers.
    pub quote: Option<Quote>,
    /// Its sender has changed the text.
    pub edited: bool,
    /// Its sender has it from another chat; how often it was sent on before is not known.
    pub forwarded: bool,
    /// One of an account at most, in the order of their coming.
    pub reactions: Vec<Reaction>,
    /// Until then its text can be changed; 0: not at all.
    pub edit_until_ms: u64,
    /// Until then it can be deleted for everyone; 0: not at all.
    pub delete_until_ms: u64,
    /// Starred by the owner.
    pub starred: bool,
    /// When it was delivered and read by the other one; 0 where unknown. For "Message information".
    pub delivered_ms: u64,
    /// See `delivered_ms`.
    pub read_ms: u64,
    /// It disappears so long after `time_ms`, once the server has it; 0: it stays.
    pub lifetime_ms: u64,
}

/// Where a window of messages shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WindowAnchor {
    /// The newest messages.
    Newest,
    /// Around the first unread one; the newest where all is read.
    FirstUnread,
    /// Around a message.
    Message(MessageId),
    /// Messages before this time.
    Before(u64),
    /// Messages after this time.
    After(u64),
}

/// A stretch of a conversation, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageWindow {
    /// Which chat.
    pub chat: ChatId,
    /// What was asked for.
    pub anchor: WindowAnchor,
    /// The messages, oldest first.
    pub rows: Vec<MessageRow>,
    /// There are older ones on this device.
    pub has_older: bool,
    /// There are newer ones.
    pub has_newer: bool,
    /// The first unread message at the time the chat was opened, for the divider.
    pub first_unread: Option<MessageId>,
    /// How many are unread, for the divider.
    pub unread: u32,
}

/// Changes in a chat that is open. Rows outside the interface's window are ignored by it, but for newer ones at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageChanges {
    /// Which chat.
    pub chat: ChatId,
    /// New and changed rows.
    pub upserts: Vec<MessageRow>,
    /// Rows that are gone.
    pub removed: Vec<MessageId>,
}

/// How much of a chat's history this device holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Completeness {
    /// All of it, checked against the phone.
    Complete,
    /// Everything back to this time; the rest is on its way, or nobody has it any more.
    BackTo(u64),
    /// Nothing yet.
    Arriving,
}

/// The open chat's own facts: header and information pane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatInfo {
    /// Which chat.
    pub chat: ChatId,
    /// Its sort.
    pub kind: ChatKind,
    /// The other account.
    pub peer: AccountId,
    /// As in the list.
    pub title: String,
    /// E.164, or empty where unknown.
    pub number: String,
    /// The other one's "about"; a group's description, of at most 2,048 bytes and some lines.
    pub about: String,
    /// Their photo, or the group's: JPEG, or empty.
    pub photo: Vec<u8>,
    /// Their devices.
    pub devices: u32,
    /// How much history is here.
    pub completeness: Completeness,
    /// Text not yet sent.
    pub draft: String,
    /// This device may send: it has joined. While false, sending joins first.
    pub joined: bool,
    /// The account key was compared by hand.
    pub verified: bool,
    /// Who is in the group, oneself included; empty for other chats.
    pub members: Vec<MemberRow>,
    /// Who was in the group and is no more, or has said something in it, with the name to show; at most 256.
    pub gone: Vec<(AccountId, String)>,
    /// Messages that stand pinned, what was pinned last first; at most 3.
    pub pinned: Vec<Quote>,
    /// Who may do what in the group.
    pub rules: GroupRules,
    /// This account may send messages here.
    pub may_send: bool,
    /// This account may change name, photo and description of the group.
    pub may_edit: bool,
    /// For how long messages stay that are written now.
    pub disappearing: Disappearing,
    /// Groups that this account and the other one are in; none for other chats.
    pub in_common: Vec<ChatId>,
    /// The link into the group, for its admins, where there is one.
    pub link: Option<GroupLink>,
    /// Who asks to come in, for its admins; who asked first stands first.
    pub asking: Vec<AskingRow>,
}

/// Who may do what in a group. Adding and removing people is for its admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GroupRules {
    /// Send messages, files and calls, and change them afterwards. Everybody reacts, pins, and deletes their own.
    pub only_admins_send: bool,
    /// Change name, photo and description; else only admins.
    pub everybody_edits: bool,
}

/// What somebody changes of who may do what: what is not named stays, also where another admin has changed it meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RulesChange {
    /// As in `GroupRules`.
    pub only_admins_send: Option<bool>,
    /// As in `GroupRules`.
    pub everybody_edits: Option<bool>,
}

impl RulesChange {
    /// What differs between two states.
    #[must_use]
    pub fn between(before: GroupRules, after: GroupRules) -> Self {
        let changed = |before: bool, after: bool| (before != after).then_some(after);
        Self {
            only_admins_send: changed(before.only_admins_send, after.only_admins_send),
            everybody_edits: changed(before.everybody_edits, after.everybody_edits),
        }
    }
}

impl From<GroupRules> for RulesChange {
    fn from(rules: GroupRules) -> Self {
        Self { only_admins_send: Some(rules.only_admins_send), everybody_edits: Some(rules.everybody_edits) }
    }
}

/// How far one person is with an own message. Times are Unix milliseconds; 0 where the moment is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Who.
    pub account: AccountId,
    /// A device of theirs has it, since then.
    pub delivered_ms: Option<u64>,
    /// They have read it, then.
    pub read_ms: Option<u64>,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Who.
    pub account: AccountId,
    /// The name to show.
    pub title: String,
    /// What is written behind an "@" to name them: of no two in a group the same.
    pub mention: String,
    /// May do all in the group, and say who else may.
    pub admin: bool,
}
