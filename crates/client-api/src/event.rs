//! What the client core tells a user interface.

use crate::backup::{BackupPiece, BackupState, RecoveryKeyText};
use crate::call::{CallEnd, CallGrowth, CallLine, CallLog, Calls};
use crate::chat::{ChatChanges, ChatInfo, MessageChanges, MessageWindow, Receipt};
use crate::error::UserError;
use crate::export::Exported;
use crate::id::{ChatId, MessageId};
use crate::join::{JoinRow, LinkCode};
use crate::link::{LinkStage, LinkingStage, MirrorProgress};
use crate::media::MediaKind;
use crate::people::{BlockedRow, ContactChanges, DeviceRow, OwnProfile, SafetyNumber, Settings};
use crate::search::Found;
use crate::state::{AppStage, Connection, PushState, RegistrationStage};
use serde::{Deserialize, Serialize};

/// Everything that an interface can show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The worker is up and takes commands. Always first.
    Ready,
    /// Where the program stands.
    Stage(AppStage),
    /// The connection.
    Connection(Connection),
    /// Registration, on the phone.
    Registration(RegistrationStage),
    /// Linking, on the new device.
    Link(LinkStage),
    /// Linking, on the phone. `None`: nothing under way.
    Linking(Option<LinkingStage>),
    /// The mirror's progress on a companion; on the phone, what it still hands over.
    Mirror(MirrorProgress),
    /// The chat list.
    Chats(ChatChanges),
    /// A chat goes on under another id: two people began it at once, or its number leads to another account. If it was open
    /// it still is, under the new one; a window of it is to be asked for anew.
    ChatMoved {
        /// As it was called.
        from: ChatId,
        /// As it is called now.
        to: ChatId,
    },
    /// Facts of an open chat.
    ChatInfo(ChatInfo),
    /// A window that was asked for.
    Window(MessageWindow),
    /// Changes in an open chat.
    Messages(MessageChanges),
    /// Messages changed since a search was answered: it may find others now. Told once a search.
    FoundChanged,
    /// The links that were opened here and that something may still come of, the newest first.
    Joins(Vec<JoinRow>),
    /// The contacts.
    Contacts(ContactChanges),
    /// All whom the owner has blocked.
    Blocked(Vec<BlockedRow>),
    /// The devices of this account.
    Devices(Vec<DeviceRow>),
    /// The own profile.
    Profile(OwnProfile),
    /// Settings that all devices share.
    Settings(Settings),
    /// Whether this device is notified while no page is open.
    Push(PushState),
    /// Backups, on the phone.
    Backup(BackupState),
    /// Something to tell.
    Notice(Notice),
    /// A message to notify of; the interface decides by visibility and permission.
    Notify {
        /// Where.
        chat: ChatId,
        /// Which.
        message: MessageId,
        /// The chat's title.
        title: String,
        /// One line of the message; of a file its caption, which may be empty.
        preview: String,
        /// What it carries.
        media: Option<MediaKind>,
        /// It names this account: told also where the group is muted.
        in_person: bool,
    },
    /// All that this device knows of calls, whenever it has changed.
    Calls(Calls),
    /// For the connection of the call that this device is in.
    CallLine(CallLine),
    /// What becomes of the own call, to which people are added.
    CallGrowth(CallGrowth),
    /// The call that this device was in is over for it.
    CallOver {
        /// Where it was.
        chat: ChatId,
        /// Why.
        end: CallEnd,
    },
    /// Somebody called, and nobody of this account answered: to notify of, unless the chat is muted.
    CallMissed {
        /// Where.
        chat: ChatId,
        /// The chat's title.
        title: String,
        /// With pictures.
        video: bool,
    },
    /// The answer to a command.
    Answered {
        /// The request's number.
        request: u32,
        /// What came of it.
        result: Result<Answer, UserError>,
    },
}

/// What a command gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Done.
    Done,
    /// The chat that was found or made.
    Chat(ChatId),
    /// The message as it was written down: it is in the database, and goes out from there.
    Message(MessageId),
    /// Of everybody who was in the group when it was said, and is in it still.
    Receipts(Vec<Receipt>),
    /// What `Command::Search` found.
    Found(Found),
    /// A stretch of a chat, for a file.
    Exported(Exported),
    /// A page of the log of calls.
    CallLog(CallLog),
    /// A link as it was read.
    Join(JoinRow),
    /// A group that was made for a call, and its link's code.
    CallLink {
        /// The group.
        chat: ChatId,
        /// As `GroupLink::code`.
        code: LinkCode,
    },
    /// The own contact code; behind `#` of a link it is a contact link.
    ContactCode(String),
    /// A safety number.
    Safety(SafetyNumber),
    /// A fresh recovery key, which nothing here keeps.
    RecoveryKey(RecoveryKeyText),
    /// A piece of a backup's file.
    BackupPiece(BackupPiece),
    /// The server's key for pushes: P-256, an uncompressed point.
    PushKey(Vec<u8>),
    /// Whether the scanned code is of the same safety number. If so, the interface offers `SetVerified`.
    SafetyMatches(bool),
}

/// Things that happened and that the user shall know; each has words in the interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// A device was linked to this account; told at once and again after a day.
    DeviceLinked {
        /// Its number.
        device: u32,
        /// Its name.
        name: String,
        /// When.
        time_ms: u64,
        /// The second telling.
        again: bool,
    },
    /// A device was logged out.
    DeviceUnlinked {
        /// Its name.
        name: String,
    },
    /// The registration PIN was changed.
    PinChanged,
    /// The server was set back to an older state; what it lost is being sent again.
    ServerRestored,
    /// This device's storage was set back; it repairs itself.
    StorageRolledBack,
    /// The server gave something that does not verify: nothing was taken from it.
    ServerNotTrusted {
        /// In short, for a report.
        what: String,
    },
    /// A part of the backup that is being restored is missing at the server, or is not what was backed up; it is asked for again.
    BackupPartAwaited,
    /// A part of the backup was not restored, and is gone on without.
    BackupPartLost,
    /// The number of somebody who is blocked leads to another account now, which is blocked in their place.
    BlockMoved {
        /// What that is called here.
        title: String,
    },
    /// Persistent storage was refused by the browser.
    StorageNotPersistent,
}
