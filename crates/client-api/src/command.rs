//! What a user interface asks of the client core.

use crate::backup::{BackupPlace, PieceOf};
use crate::call::{CallSay, CallSigns};
use crate::chat::{Disappearing, RulesChange, WindowAnchor};
use crate::given::{Card, Place};
use crate::id::{AccountId, ChatId, MessageId};
use crate::join::JoinCommand;
use crate::media::{FileId, MediaFacts};
use crate::people::Settings;
use crate::search::{FoundPlace, SearchQuery};
use crate::state::PushSubscription;
use serde::{Deserialize, Serialize};

/// A command with a number of the interface's choosing; the answer carries it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// 1 and up; 0: no answer is wanted.
    pub id: u32,
    /// What to do.
    pub command: Command,
}

/// Everything that a user can ask for. Texts are taken as typed; the core checks them and refuses with a `UserError`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Send all snapshots again (a new or reloaded page).
    Refresh,
    /// The page became visible, or hidden: read marks are only sent while visible.
    SetVisible(bool),
    /// The network may have changed, or the user does not want to wait: see now whether the server is there.
    CheckConnection,
    /// Answered when the server has everything that was to be sent: a program that ends may want to wait for that.
    AwaitSent,

    // Registration, on the phone.
    /// Ask for a one-time code.
    RequestCode {
        /// As typed, with country code or in the server's default region.
        number: String,
        /// What stands behind `#invite=` in the link of an invite, if there is one.
        invite: Option<String>,
    },
    /// The code that came.
    VerifyCode {
        /// As typed.
        code: String,
    },
    /// The registration PIN of an existing account of this number.
    EnterPin {
        /// Six digits.
        pin: String,
    },
    /// A piece of the file of a backup that is to be restored, of `BACKUP_PIECE_LEN_MAX` bytes at most. In order; before the number is
    /// asked for, or at `RegistrationStage::Restore`.
    GiveBackup {
        /// Which.
        piece: PieceOf,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// Open a backup with this key. Of a file, before the number is asked for, it is looked through, and restored once the number is proved.
    RestoreBackup {
        /// As typed.
        key: String,
        /// Which one.
        place: BackupPlace,
    },
    /// Do not restore: make a new account of this number.
    StartAnew,
    /// Back to the number.
    RestartRegistration,
    /// Sets, changes or (empty) removes the registration PIN. Also a stage of registration, where empty means "later".
    SetPin {
        /// Six digits, or empty.
        pin: String,
    },
    /// Name, about and photo.
    SetProfile {
        /// At most 64 characters, not empty.
        name: String,
        /// At most 140 characters.
        about: String,
        /// JPEG of at most 64 KiB, or empty; `None` leaves it.
        photo: Option<Vec<u8>>,
    },

    /// The photo alone, with a small picture of it for lists. After `SetProfile` with another photo there is none.
    SetPhoto {
        /// JPEG of at most 64 KiB, or empty: none.
        photo: Vec<u8>,
        /// JPEG of at most 8 KiB of the same picture, some 96 pixels wide; empty: lists show the photo itself.
        thumb: Vec<u8>,
    },

    // Backups, on the phone.
    /// Makes a recovery key. `Answer::RecoveryKey`; nothing is kept of it.
    MakeRecoveryKey,
    /// Backs the account up to the server with this key, now and each day.
    TurnBackupOn {
        /// As typed.
        key: String,
    },
    /// Backs it up now.
    BackUpNow,
    /// Backs it up no more, and has the server delete the backup.
    TurnBackupOff,
    /// The next piece of a backup in a file. `Answer::BackupPiece`.
    TakeBackup {
        /// Which.
        piece: PieceOf,
        /// As typed; empty: with the key of the backups at the server. Of the beginning alone.
        key: String,
    },
    /// Deletes this account, on all its devices and at the server.
    DeleteAccount {
        /// The registration PIN, where there is one.
        pin: String,
        /// The account's number, typed again.
        number: String,
    },

    // Linking, on the new device.
    /// Make a code (again).
    StartLink {
        /// As the interface knows it, e.g. "Firefox".
        browser: String,
        /// E.g. "Linux".
        system: String,
    },
    /// The four digits that the phone shows.
    EnterLinkDigits {
        /// As typed.
        digits: String,
    },
    /// Stop linking.
    CancelLink,

    // Linking, on the phone.
    /// A code was scanned, or pasted.
    ScanLinkCode {
        /// The code's text.
        text: String,
        /// Pasted: needs the PIN and a delay.
        pasted: bool,
    },
    /// "Link this device": after the warning. The PIN where one is set and asked for.
    ConfirmLink {
        /// Six digits, or empty where none is asked.
        pin: String,
    },
    /// Stop linking, on the phone.
    CancelLinking,

    // Devices.
    /// Log a companion out; on a companion only itself.
    UnlinkDevice {
        /// Which.
        device: u32,
    },
    /// Log all companions out (phone).
    UnlinkAll,
    /// Log this companion out and wipe it.
    LogOut,
    /// Gives this companion another name in the list.
    RenameDevice {
        /// Which.
        device: u32,
        /// At most 64 characters.
        name: String,
    },

    // Contacts.
    /// Find an account by number and open a chat with it. Answer: `Answer::Chat`.
    AddContact {
        /// As typed.
        number: String,
        /// How the owner calls them; may be empty.
        name: String,
    },
    /// From a contact link or a contact's QR code. Answer: `Answer::Chat`.
    AddContactByCode {
        /// The text.
        text: String,
        /// May be empty.
        name: String,
    },
    /// How the owner calls an account; empty: by their profile.
    RenameContact {
        /// Which.
        account: AccountId,
        /// At most 64 characters.
        name: String,
    },
    /// The own contact code. Answer: `Answer::ContactCode`.
    ShowContactCode,
    /// The safety number with an account. Answer: `Answer::Safety`.
    ShowSafetyNumber {
        /// Whose.
        account: AccountId,
    },
    /// It was compared (or that is taken back).
    SetVerified {
        /// Whose.
        account: AccountId,
        /// Compared and the same.
        verified: bool,
    },

    /// The other one's safety code was scanned. Answer: `Answer::SafetyMatches`.
    CompareSafetyCode {
        /// Whose.
        account: AccountId,
        /// The code's text.
        text: String,
    },

    // Chats.
    /// Opens (and makes, if need be) the chat with an account or with oneself. Answer: `Answer::Chat`.
    StartChat {
        /// With whom; the own account for "message yourself".
        account: AccountId,
    },
    /// Show a chat: its `ChatInfo`, a window, and changes until it is closed.
    OpenChat {
        /// Which.
        chat: ChatId,
        /// Where.
        anchor: WindowAnchor,
        /// At most 256.
        limit: u16,
    },
    /// Another window of an open chat.
    LoadWindow {
        /// Which.
        chat: ChatId,
        /// Where.
        anchor: WindowAnchor,
        /// At most 256.
        limit: u16,
    },
    /// No more changes of it.
    CloseChat {
        /// Which.
        chat: ChatId,
    },
    /// All messages of a chat up to now go from the own devices, also from those that are not connected. Others keep them.
    ClearChat {
        /// Which.
        chat: ChatId,
        /// What has a star stays.
        keep_starred: bool,
    },
    /// The same, and the chat leaves the list until something new comes in it, or it is opened with `StartChat`. A group is left first.
    DeleteChat {
        /// Which.
        chat: ChatId,
    },
    /// A stretch of all that this device has of a chat, oldest first, to be written into a file. Answer: `Answer::Exported`.
    ExportChat {
        /// Which.
        chat: ChatId,
        /// 0: from the beginning; else `Exported::next` of the page before.
        after: u64,
        /// Messages of this page, at most 256; fewer where they are long.
        limit: u16,
    },
    /// Messages of everybody that are written from now on disappear so long after. In a group for those who may edit it.
    SetDisappearing {
        /// Which.
        chat: ChatId,
        /// For how long they stay.
        after: Disappearing,
    },
    /// Hear nothing of an account in the chat of two, and tell it nothing; or no longer so.
    SetBlocked {
        /// Whom; not oneself.
        account: AccountId,
        /// On or off.
        blocked: bool,
    },
    /// Everything up to this message was seen.
    MarkRead {
        /// Which chat.
        chat: ChatId,
        /// The newest message on the screen.
        up_to: MessageId,
    },
    /// Marked unread by hand, or not.
    MarkUnread {
        /// Which chat.
        chat: ChatId,
        /// On or off.
        unread: bool,
    },
    /// Send text. The message appears at once as `Pending`.
    SendText {
        /// Which chat.
        chat: ChatId,
        /// At most 65,536 bytes; not only white space.
        text: String,
        /// Who was in the chat when it was written, where the interface knows: for anybody else it is not sent.
        written_for: Option<AccountId>,
        /// The message that it answers.
        answers: Option<MessageId>,
    },
    /// Send a file. The message appears at once, as `Pending`; the file is kept on this device first, and goes out from there, also
    /// after a restart. Answer: `Answer::Message`, when it is kept.
    SendMedia {
        /// Which chat.
        chat: ChatId,
        /// The file that was given to the driver.
        file: FileId,
        /// What it is.
        facts: MediaFacts,
        /// May be empty; at most 65,536 bytes.
        caption: String,
        /// As of `SendText`.
        written_for: Option<AccountId>,
        /// The message that it answers.
        answers: Option<MessageId>,
    },
    /// Bring the file of a message here. Answer: `Answer::Done`, at once; how far it is stands in the row.
    DownloadMedia {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
    },
    /// Bring the file of a message to be played while it comes. Answer: as of `DownloadMedia`.
    StreamMedia {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
        /// The byte of the file that is wanted first, of one that is on its way; what is not there changes nothing. None: begin.
        from: Option<u64>,
    },
    /// Stop a file on its way: a download waits to be asked again, a message that is not sent yet is gone.
    CancelMedia {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
    },
    /// Put an emoji to a message, in place of the one before.
    React {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
        /// One emoji; empty takes it back.
        emoji: String,
    },
    /// Who in a group has an own message, and who has read it? Answer: `Answer::Receipts`.
    AskReceipts {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
    },
    /// Ask a question with answers to choose from. Answer: `Answer::Message`.
    SendPoll {
        /// Which chat.
        chat: ChatId,
        /// At most 255 characters, not only white space.
        question: String,
        /// 2 to 12, no two alike, each of at most 100 characters and not only white space.
        answers: Vec<String>,
        /// One may choose several.
        several: bool,
        /// As of `SendText`.
        written_for: Option<AccountId>,
    },
    /// Give people out of the address book. Answer: `Answer::Message`.
    SendCards {
        /// Which chat.
        chat: ChatId,
        /// 1 to 10, with names of at most 64 characters and numbers in E.164.
        cards: Vec<Card>,
        /// As of `SendText`.
        written_for: Option<AccountId>,
    },
    /// Say where something is. Answer: `Answer::Message`.
    SendPlace {
        /// Which chat.
        chat: ChatId,
        /// On the earth, with a name of at most 100 characters.
        place: Place,
        /// As of `SendText`.
        written_for: Option<AccountId>,
    },
    /// Choose answers of a poll, in place of those before.
    Vote {
        /// Which chat.
        chat: ChatId,
        /// The poll's message.
        message: MessageId,
        /// Places of answers, from 0; none takes the vote back.
        answers: Vec<u32>,
    },
    /// Pin a message above the conversation, for everybody in the chat. Of more than three, those that were pinned last stand there.
    PinMessage {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
        /// On or off.
        pinned: bool,
    },
    /// Change the text of an own message.
    EditText {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
        /// At most 65,536 bytes; not only white space.
        text: String,
    },
    /// Delete messages.
    DeleteMessages {
        /// Which chat.
        chat: ChatId,
        /// Which, at most 100.
        messages: Vec<MessageId>,
        /// On all devices of all people, own messages only; else on the own devices.
        for_everyone: bool,
    },
    /// Try a failed message again.
    RetryMessage {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
    },
    /// The composer's text, kept on all devices; empty: none. The interface sends it at most once a second.
    SetDraft {
        /// Which chat.
        chat: ChatId,
        /// The text.
        text: String,
        /// Who was in the chat when it was written.
        written_for: AccountId,
    },
    /// The user is typing (at most every 3 s) or stopped.
    SetTyping {
        /// Which chat.
        chat: ChatId,
        /// On or off.
        typing: bool,
    },
    /// Pin to the top of the list.
    SetPinned {
        /// Which chat.
        chat: ChatId,
        /// On or off.
        pinned: bool,
    },
    /// To the archive, or back.
    SetArchived {
        /// Which chat.
        chat: ChatId,
        /// On or off.
        archived: bool,
    },
    /// Mute.
    SetMuted {
        /// Which chat.
        chat: ChatId,
        /// 0: not; `u64::MAX`: always.
        until_ms: u64,
    },
    /// Star a message.
    SetStarred {
        /// Which chat.
        chat: ChatId,
        /// Which message.
        message: MessageId,
        /// On or off.
        starred: bool,
    },
    /// Sends texts on, as own messages that are labelled so. In the order of their times, each to all chats. Answer: `Answer::Done`.
    ForwardMessages {
        /// From which chat.
        chat: ChatId,
        /// Which, at most 100. What is no text is refused.
        messages: Vec<MessageId>,
        /// Where to, 1 to 5 chats; each with who was in it when it was chosen: to anybody else nothing is sent.
        to: Vec<(ChatId, Option<AccountId>)>,
    },
    /// Looks for messages, on this device. Answer: `Answer::Found`.
    Search {
        /// Which; an empty query is refused.
        query: SearchQuery,
        /// Behind this place; `None`: from the newest.
        after: Option<FoundPlace>,
        /// At most 100.
        limit: u16,
    },
    /// Makes a group with these accounts, which are known. Answer: `Answer::Chat`, at once: its making goes on when there is a connection.
    CreateGroup {
        /// As long as a person's name may be.
        name: String,
        /// The others.
        members: Vec<AccountId>,
    },
    /// Adds accounts, which are known, to a group. Only for admins. Answer: `Answer::Done`, when the wish is kept.
    AddMembers {
        /// Which group.
        chat: ChatId,
        /// Whom.
        members: Vec<AccountId>,
    },
    /// Takes accounts out of a group. As `AddMembers`.
    RemoveMembers {
        /// Which group.
        chat: ChatId,
        /// Whom; not oneself.
        members: Vec<AccountId>,
    },
    /// Makes a member an admin, or no longer one. As `AddMembers`. A group keeps one at least.
    SetAdmin {
        /// Which group.
        chat: ChatId,
        /// Whom.
        member: AccountId,
        /// On or off.
        admin: bool,
    },
    /// Gives a group another name. Only for who may edit (`GroupRules`).
    RenameGroup {
        /// Which group.
        chat: ChatId,
        /// As long as a person's name may be.
        name: String,
    },
    /// Gives a group another description. As `RenameGroup`. Answer: `Answer::Done`, at once; it counts when the server has it.
    DescribeGroup {
        /// Which group.
        chat: ChatId,
        /// At most 2,048 bytes; empty: none.
        description: String,
    },
    /// Gives a group another photo. As `DescribeGroup`.
    SetGroupPhoto {
        /// Which group.
        chat: ChatId,
        /// JPEG of at most 64 KiB and 4,096 pixels a side, or empty: none.
        photo: Vec<u8>,
        /// JPEG of at most 8 KiB of the same picture, for lists; empty where there is no photo.
        thumb: Vec<u8>,
    },
    /// Says who may do what in a group. Only for admins. Answer: `Answer::Done`, at once; it counts when the server has it.
    SetGroupRules {
        /// Which group.
        chat: ChatId,
        /// What is to be otherwise.
        change: RulesChange,
    },
    /// Leaves a group. Not for its only admin.
    LeaveGroup {
        /// Which group.
        chat: ChatId,
    },
    /// About links into groups.
    Join(JoinCommand),
    /// Calls everybody in a chat. Where a call rings or goes on in it already, it is taken. Answer: `Answer::Done`, when it rings.
    PlaceCall {
        /// Which chat.
        chat: ChatId,
        /// With pictures.
        video: bool,
    },
    /// Takes the call that rings in a chat, or goes on in it; the call that this device was in is left.
    AnswerCall {
        /// Which chat.
        chat: ChatId,
    },
    /// Stops the call that rings in a chat, on all own devices; of two, it is over then.
    DeclineCall {
        /// Which chat.
        chat: ChatId,
    },
    /// Rings at members of the group in whose call this device is, as soon as they are members. Answer: `Answer::Done`, when the wish is kept.
    RingMembers {
        /// Which group.
        chat: ChatId,
        /// Whom; with all who are waited for, 64 at most.
        members: Vec<AccountId>,
    },
    /// Adds people to the call of two that this device is in, which was answered: it goes on in a new group of all. Answer: `Answer::Done`, when
    /// the group is being made; what becomes of it is told (`Event::CallGrowth`).
    GrowCall {
        /// Whom; 1 to 30, neither of the two among them.
        members: Vec<AccountId>,
    },
    /// Leaves the call that this device is in; of two, it is over then.
    HangUp,
    /// What the connection of the call has to say to the forwarding unit. Answer: `Answer::Done`, when the unit follows it.
    SayInCall {
        /// As in `CallLine::Open`: what a connection of before says is dropped.
        participant: u64,
        /// What.
        say: CallSay,
    },
    /// What the others in the call shall know of this device. Answer: `Answer::Done`, at once: it is said when that can be.
    ShowSigns {
        /// As in `CallLine::Open`.
        participant: u64,
        /// What.
        signs: CallSigns,
    },
    /// The calls of all chats, newest first. Answer: `Answer::CallLog`.
    ListCalls {
        /// The page behind this place; `None`: the first.
        after: Option<FoundPlace>,
        /// So many at most.
        limit: u16,
    },
    /// Settings that all devices share.
    SetSettings(Settings),
    /// Under which key shall this browser subscribe for pushes? Answer: `Answer::PushKey`.
    AskPushKey,
    /// This browser has subscribed: notify this device while no page is open. Answer: `Answer::Done`, when the server has it.
    TurnPushOn(PushSubscription),
    /// No more; the interface ends the subscription.
    TurnPushOff,
}

impl Command {
    /// Only a device of an account can do this.
    pub fn needs_account(&self) -> bool {
        !matches!(
            self,
            Self::Refresh
                | Self::SetVisible(_)
                | Self::CheckConnection
                | Self::RequestCode { .. }
                | Self::VerifyCode { .. }
                | Self::EnterPin { .. }
                | Self::GiveBackup { .. }
                | Self::RestoreBackup { .. }
                | Self::StartAnew
                | Self::RestartRegistration
                | Self::StartLink { .. }
                | Self::EnterLinkDigits { .. }
                | Self::CancelLink
        )
    }

    /// The chat that it is about, where it is about one.
    pub fn chat_mut(&mut self) -> Option<&mut ChatId> {
        match self {
            Self::OpenChat { chat, .. }
            | Self::LoadWindow { chat, .. }
            | Self::CloseChat { chat }
            | Self::ClearChat { chat, .. }
            | Self::DeleteChat { chat }
            | Self::ExportChat { chat, .. }
            | Self::SetDisappearing { chat, .. }
            | Self::MarkRead { chat, .. }
            | Self::MarkUnread { chat, .. }
            | Self::SendText { chat, .. }
            | Self::SendMedia { chat, .. }
            | Self::DownloadMedia { chat, .. }
            | Self::StreamMedia { chat, .. }
            | Self::CancelMedia { chat, .. }
            | Self::React { chat, .. }
            | Self::SendPoll { chat, .. }
            | Self::SendCards { chat, .. }
            | Self::SendPlace { chat, .. }
            | Self::Vote { chat, .. }
            | Self::PinMessage { chat, .. }
            | Self::AskReceipts { chat, .. }
            | Self::EditText { chat, .. }
            | Self::DeleteMessages { chat, .. }
            | Self::RetryMessage { chat, .. }
            | Self::SetDraft { chat, .. }
            | Self::SetTyping { chat, .. }
            | Self::SetPinned { chat, .. }
            | Self::SetArchived { chat, .. }
            | Self::SetMuted { chat, .. }
            | Self::SetStarred { chat, .. }
            | Self::ForwardMessages { chat, .. }
            | Self::AddMembers { chat, .. }
            | Self::RemoveMembers { chat, .. }
            | Self::SetAdmin { chat, .. }
            | Self::RenameGroup { chat, .. }
            | Self::DescribeGroup { chat, .. }
            | Self::SetGroupPhoto { chat, .. }
            | Self::SetGroupRules { chat, .. }
            | Self::PlaceCall { chat, .. }
            | Self::AnswerCall { chat }
            | Self::DeclineCall { chat }
            | Self::RingMembers { chat, .. }
            | Self::LeaveGroup { chat } => Some(chat),
            Self::Search { query, .. } => query.chat.as_mut(),
            Self::Join(command) => command.chat_mut(),
            _ => None,
        }
    }
}
