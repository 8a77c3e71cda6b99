//! All words of the interface, in one place, so that languages can come later.

mod backups;
mod calls;
mod editing;
mod emoji;
mod finding;
mod given;
mod groups;
mod housekeeping;
mod join;
mod keys;
mod linking;
mod media;
mod messages;
mod naming;
mod notifications;
mod polls;

pub use backups::*;
pub use calls::*;
pub use editing::*;
pub use emoji::*;
pub use finding::*;
pub use given::*;
pub use groups::*;
pub use housekeeping::*;
pub use join::*;
pub use keys::*;
pub use linking::*;
pub use media::*;
pub use messages::*;
pub use naming::*;
pub use notifications::*;
pub use polls::*;

use crate::model::chat_list::ChatFilter;
use crate::model::clock::{self, ZoneOffset};
use crate::model::people::People;
use crate::model::rich_text::plain;
use client_api::number::shown;
use client_api::{
    AccountId, Command, LogoutReason, MessageBody, MessageStatus, Notice, SystemLine, Unsupported, UserError,
};

pub const APP: &str = "Heliograph";
pub const TODAY: &str = "Today";
pub const YESTERDAY: &str = "Yesterday";
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "1 chat", "2 chats"
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A name within a sentence: written from right to left, it must not turn the words and stops around it.
fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

/// What happened and what to do.
pub fn error(error: &UserError) -> String {
    match error {
        UserError::NumberInvalid => {
            "This is not a phone number. Check its digits, and its country code if it has one, as in +12 345 678 900."
                .into()
        }
        UserError::NumberWithoutCountry => "Write this number with a plus and its country code, as in +12 345 678 900.".into(),
        UserError::NumberUnknown => "Nobody on this server has this number. Check it, or invite them.".into(),
        UserError::CodeWrong { tries_left: 0 } => "The code was wrong too often. Ask for a new one.".into(),
        UserError::CodeWrong { tries_left } => {
            format!("The code is wrong. {} left.", count(u64::from(*tries_left), "try", "tries"))
        }
        UserError::CodeExpired => "This code is no longer valid. Ask for a new one.".into(),
        UserError::PinWrong { tries_left: n } => format!("The PIN is wrong. {} left.", count(u64::from(*n), "try", "tries")),
        UserError::PinInvalid => "A PIN has six digits.".into(),
        UserError::TooMany { wait_s } => format!("Too many tries. Wait {} and try again.", duration(*wait_s)),
        UserError::CodeNotSent { wait_s } => {
            format!("The code could not be sent. Try again in {}, or ask the person who runs this server.", duration(*wait_s))
        }
        UserError::RegistrationClosed => "This server takes no new accounts. Ask the person who runs it.".into(),
        UserError::InviteNeeded => {
            "This server takes new accounts by invite only. Open the link that you were given, or ask the person who runs it.".into()
        }
        UserError::InviteUsed => "This invite has been used already. Ask the person who runs this server for another one.".into(),
        UserError::InviteExpired => "This invite is no longer valid. Ask the person who runs this server for another one.".into(),
        UserError::InviteUnknown => "This server does not know this invite. Open the whole link again.".into(),
        UserError::NameInvalid { max } => format!("A name has 1 to {max} characters."),
        UserError::AboutTooLong { max } => format!("This text has at most {max} characters."),
        UserError::DescriptionTooLong { .. } => DESCRIPTION_TOO_LONG.into(),
        UserError::PhotoInvalid => "This picture could not be used. Choose another one.".into(),
        UserError::PollInvalid => POLL_INVALID.into(),
        UserError::CardsInvalid => CARDS_INVALID.into(),
        UserError::PlaceInvalid => PLACE_INVALID.into(),
        UserError::TextEmpty => "There is nothing to send.".into(),
        UserError::TextTooLong { .. } => "This message is too long. Send it in parts.".into(),
        UserError::SearchInvalid { max } => format!("A search has 1 to {max} characters."),
        UserError::ForwardInvalid { messages, chats } => forward_invalid(*messages, *chats),
        UserError::TooLate => "It is too late for that: this message can no longer be changed for others.".into(),
        UserError::ReactionInvalid => "A reaction is one emoji.".into(),
        UserError::OtherAccount => {
            "This number belongs to another account now, so your message was not sent. If it is for them, send it again."
                .into()
        }
        UserError::Blocked | UserError::LeaveFirst => housekeeping::kept_out(error),
        UserError::OnlyAdmin | UserError::GroupTooLarge { .. } | UserError::LastAdmin => group_refused(error),
        UserError::FileTooLarge { .. } | UserError::FileUnreadable | UserError::TooManyFiles { .. } => file_error(error),
        UserError::InCall
        | UserError::CallNobody
        | UserError::CallsNotOffered
        | UserError::CallFull
        | UserError::CallRefused => call_refused(error),
        UserError::RecoveryKeyLength { .. }
        | UserError::RecoveryKeySigns
        | UserError::RecoveryKeyGroup { .. }
        | UserError::RecoveryKeyWrong
        | UserError::BackupDamaged
        | UserError::BackupNewer
        | UserError::BackupOther
        | UserError::DevicesRolledBack
        | UserError::StillRestoring
        | UserError::BackupNone
        | UserError::BackupTooLarge
        | UserError::BackupOff
        | UserError::ConfirmWrong
        | UserError::PinNeeded => backups::backup_error(error),
        UserError::PushOff | UserError::PushHost => notifications::push_error(error),
        UserError::CodeNotOurs => {
            "This is not a Heliograph code. Scan the code that your browser shows at the address of your server.".into()
        }
        UserError::CodeOtherKind => {
            "This is a Heliograph code of another kind: contact codes are added as contacts, linking codes under Linked devices.".into()
        }
        UserError::CodeOtherVersion => "This code was made by another version of Heliograph. Reload both pages.".into(),
        UserError::CodeDamaged => "This code is incomplete. Copy or scan it again.".into(),
        UserError::CodeOtherServer => "This code belongs to another server. Open the page of your own server.".into(),
        UserError::DigitsInvalid => "Type the four digits that the phone shows.".into(),
        UserError::OnlyPhone => "Only the phone can do this.".into(),
        UserError::Offline => "This needs a connection to the server. Try again when you are online.".into(),
        UserError::ServerFailed => "The server answered with an error. Try again later.".into(),
        UserError::NotFound => "This is no longer there.".into(),
        UserError::NotNow => "This is not possible now.".into(),
        UserError::StorageFull => "The storage is full. Free some space; nothing was lost.".into(),
        UserError::Internal => "Something unexpected happened. Reload the page; nothing was lost.".into(),
    }
}

/// The refusal of something that was done by itself, where it costs the user something: what, and what to do.
pub fn refused(command: &Command, why: &UserError) -> Option<String> {
    match (command, why) {
        // No room, or a bug: whatever it was, it will go on.
        (_, UserError::StorageFull | UserError::Internal) => Some(error(why)),
        (Command::SetDraft { .. }, UserError::TextTooLong { .. }) => Some(DRAFT_TOO_LONG.into()),
        (Command::SetDraft { .. }, _) => Some(DRAFT_NOT_KEPT.into()),
        (Command::MarkRead { .. } | Command::MarkUnread { .. }, _) => Some(MARK_NOT_KEPT.into()),
        (Command::OpenChat { .. } | Command::LoadWindow { .. }, _) => Some(NOT_LOADED.into()),
        // Nobody misses these: they are said again, or were late.
        _ => None,
    }
}

pub const DRAFT_TOO_LONG: &str = "This draft is too long to be kept. Send it in parts, or keep it elsewhere.";
pub const DRAFT_NOT_KEPT: &str = "The draft could not be kept. Send it, or copy it, before you leave this page.";
pub const MARK_NOT_KEPT: &str = "What you have read could not be noted. Open the chat once more later.";
pub const NOT_LOADED: &str = "These messages could not be loaded. Close the chat and open it again.";

pub const KEYS: &str = "Keyboard shortcuts";
pub const KEYS_OF_LISTS: &str = "In the lists of chats and messages";
pub const LIST_KEYS: [(&str, &[&str]); 12] = [
    ("Go through the list", &["↑ ↓"]),
    ("To its first, to its last", &["Home End"]),
    ("Open the chat, or what was found", &["Enter"]),
    ("Menu", &["Shift", "F10"]),
    ("Reply to the message", &["R"]),
    ("Copy the message", &["C"]),
    ("Star the message, or not", &["S"]),
    ("Edit the message", &["E"]),
    ("Forward the message", &["F"]),
    ("Delete the message", &["Del"]),
    ("While selecting: this message, or not", &["Space"]),
    ("While selecting: all up to this message", &["Shift", "Space"]),
];
pub const KEYS_OF_COMPOSER: &str = "Where you write";

/// With the setting "Enter sends".
pub fn composer_keys(enter_sends: bool) -> Vec<(&'static str, Vec<&'static str>)> {
    let (send, line) =
        if enter_sends { (vec!["Enter"], vec!["Shift", "Enter"]) } else { (vec!["Ctrl", "Enter"], vec!["Enter"]) };
    vec![("Send", send), ("New line", line), ("Edit the last message, where nothing is written", vec!["↑"])]
}

/// "40 seconds", "3 minutes"
pub fn duration(seconds: u32) -> String {
    if seconds < 90 {
        count(u64::from(seconds), "second", "seconds")
    } else if seconds < 5_400 {
        count(u64::from(seconds.div_ceil(60)), "minute", "minutes")
    } else {
        count(u64::from(seconds.div_ceil(3_600)), "hour", "hours")
    }
}

/// A title and what to do.
pub fn unsupported(reason: &Unsupported) -> (&'static str, String) {
    match reason {
        Unsupported::InsecureContext => (
            "This page needs HTTPS",
            "Open the https:// address that the server printed, or http://localhost on the same machine.".into(),
        ),
        Unsupported::NoStorage => (
            "No storage for messages here",
            "Heliograph keeps your messages on this device, in storage that private windows, blocked site data and some old browsers do not give. Open this page in an ordinary window, and allow it to keep data.".into(),
        ),
        Unsupported::OldBrowser { missing } => {
            ("This browser is too old", format!("It lacks {missing}. Update it, or use a current one."))
        }
        Unsupported::NewerDatabase => (
            "Your messages were kept by a newer version",
            "This page is older than the one that wrote them. Reload it; if that does not help, ask the person who runs the server to update it. Nothing was changed.".into(),
        ),
        Unsupported::StorageFull => (
            "The storage is full",
            "The disk, or what the browser allows this page, is used up. Free some space, then reload to go on. Your messages are kept.".into(),
        ),
        Unsupported::ServerVersion => {
            ("A new version is here", "Heliograph was updated, and this page is of another version. Reload it to go on; nothing is lost.".into())
        }
    }
}

/// A title and what it means.
pub fn logged_out(reason: LogoutReason) -> (&'static str, &'static str) {
    match reason {
        LogoutReason::ByUser => {
            ("You are logged out", "Your messages were removed from this browser. They are still on your phone.")
        }
        LogoutReason::Remotely => (
            "This device was logged out",
            "Your phone, or another of your devices, logged it out. Your messages were removed from here; they are still on your phone.",
        ),
        LogoutReason::NumberMoved => (
            "Your number was registered on another phone",
            "This device no longer belongs to it, and its messages were removed. If that was not you, register your number again and set a PIN.",
        ),
    }
}

/// A notice: what happened.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::DeviceLinked { name, again: false, .. } => {
            let name = isolated(name);
            format!("{name} was linked to your account. If that was not you, log it out under Linked devices.")
        }
        Notice::DeviceLinked { name, .. } => {
            let name = isolated(name);
            format!("Reminder: {name} was linked to your account yesterday. If that was not you, log it out.")
        }
        Notice::DeviceUnlinked { name } => format!("{} was logged out.", isolated(name)),
        Notice::PinChanged => "Your registration PIN was changed.".into(),
        Notice::ServerRestored => "The server was restored from a backup. What it lost is being sent again.".into(),
        Notice::StorageRolledBack => {
            "This device's storage was set back to an older state. It is repairing itself.".into()
        }
        Notice::ServerNotTrusted { what } => {
            format!("The server delivered something that does not verify ({what}). Nothing was taken from it.")
        }
        Notice::BackupPartAwaited | Notice::BackupPartLost => backups::part_notice(notice).into(),
        Notice::BlockMoved { title } => housekeeping::block_moved(title),
        Notice::StorageNotPersistent => {
            "The browser may clear this page's storage when space runs out. Installing the app prevents that.".into()
        }
    }
}

/// A line of the chat itself.
pub fn system_line(line: &SystemLine, people: &People, me: AccountId) -> String {
    let peer = isolated(people.title());
    match line {
        SystemLine::Encrypted => {
            "Messages here are end-to-end encrypted. Nobody outside this chat can read them, not even the server."
                .into()
        }
        SystemLine::SafetyNumberChanged => {
            format!("Your safety number with {peer} changed. They may have a new phone; compare it if it matters.")
        }
        SystemLine::DevicesChanged { devices } => {
            format!("{peer} now uses {}.", count(u64::from(*devices), "device", "devices"))
        }
        SystemLine::MayBeMissing { from_ms, to_ms } => may_be_missing(*from_ms, *to_ms),
        SystemLine::HistoryDiffers => {
            "The members of this chat see different histories. The server is not to be trusted.".into()
        }
        SystemLine::UnknownDevice => {
            "A device in this chat is not on its owner's signed list. Nothing is sent until it is removed.".into()
        }
        SystemLine::OwnDeviceLinked { name } => format!("You linked a device: {}.", isolated(name)),
        SystemLine::OwnDeviceUnlinked { name } => format!("A device was logged out: {}.", isolated(name)),
        of_group => group_line(of_group, people, me).unwrap_or_default(),
    }
}

/// Days by UTC: a line of the chat says the same wherever it is read.
fn may_be_missing(from_ms: u64, to_ms: u64) -> String {
    const UTC: ZoneOffset = ZoneOffset(0);
    let (from, to) = (clock::date_of(from_ms, UTC), clock::date_of(to_ms, UTC));
    let which = match from_ms {
        0 => format!("from before {to}"),
        _ if from == to => format!("of {to}"),
        _ => format!("from {from} to {to}"),
    };
    format!("Messages {which} may be missing. This device was away for longer than the server keeps them.")
}

/// The text of a message, as a reader is told it.
pub fn body(body: &MessageBody, own: bool, people: &People, me: AccountId) -> String {
    match body {
        MessageBody::Text(text) => plain(text),
        MessageBody::Deleted => deleted(own).into(),
        MessageBody::Waiting => WAITING.into(),
        MessageBody::Newer => NEWER.into(),
        MessageBody::Poll(asked) => poll(asked),
        MessageBody::Cards(given) => cards(given),
        MessageBody::Place(given) => place(given),
        MessageBody::Call(facts) => call(*facts, own, false),
        MessageBody::System(line) => system_line(line, people, me),
    }
}

pub const WAITING: &str = "Waiting for this message. Other devices have been asked for it.";

/// The words for the ticks.
pub fn status(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Failed => "Not sent",
        MessageStatus::Pending => "Waiting to be sent",
        MessageStatus::Sent => "Sent",
        MessageStatus::Delivered => "Delivered",
        MessageStatus::Read => "Read",
    }
}

pub const NEW_MESSAGE: &str = "New message";
pub const CAMERA_PICTURE: &str = "Camera picture";
pub const CAMERA_REFUSED: &str =
    "The camera is not allowed for this page. Allow it in the browser's settings for this page.";
pub const CAMERA_MISSING: &str = "No camera was found, or another program is using it.";
pub const OPENING: &str = "Opening your messages…";
pub const RELOAD: &str = "Reload";
pub const START_AGAIN: &str = "Start again";
pub const OTHER_TAB_TITLE: &str = "Heliograph is open in another tab";
pub const OTHER_TAB_TEXT: &str =
    "Only one tab at a time can hold your messages. Click “Use here” to go on in this one.";
pub const USE_HERE: &str = "Use here";
pub const CHATS_ARRIVING: &str = "Your chats are on their way from your phone.";
pub const HALTED_TITLE: &str = "Heliograph stopped";
pub const HALTED_TEXT: &str = "Something unexpected happened. Your messages are kept. Reload the page to go on.";
pub const UNSENT: &str = "This was not sent. Copy it before you reload:";
pub const FOR_A_REPORT: &str = "For a report";
pub const ONE_MOMENT: &str = "One moment…";
pub const NEXT: &str = "Next";
pub const LATER: &str = "Later";
pub const FINISH: &str = "Finish";
pub const DONE: &str = "Done";
pub const CLOSE: &str = "Close";
pub const CANCEL: &str = "Cancel";
pub const SAVE: &str = "Save";
pub const BACK: &str = "Back";
pub const TRY_AGAIN: &str = "Try again";
pub const UNKNOWN: &str = "unknown";

pub const NUMBER_TITLE: &str = "Your phone number";
pub const NUMBER_LABEL: &str = "Phone number";
pub const PHONE_NOTE: &str =
    "This page becomes the phone of your account: it holds the account's key and links your browsers.";
pub const CODE_TITLE: &str = "Enter the code";
pub const CODE_LABEL: &str = "One-time code";
pub const NEW_CODE: &str = "Send a new code";
pub const OTHER_NUMBER: &str = "Change the number";
pub const PIN_TITLE: &str = "Enter your PIN";
pub const PIN_TEXT: &str = "This number has an account that is protected by a registration PIN.";
pub const PIN_LABEL: &str = "Six-digit PIN";
pub const SHOW_PIN: &str = "Show the PIN";
pub const HIDE_PIN: &str = "Hide the PIN";
pub const CHOOSE_PIN_TITLE: &str = "Choose a PIN";
pub const CHOOSE_PIN_TEXT: &str = "It keeps others from registering your number. You are asked for it when you register again, and before a pasted code links a device.";
pub const SET_PIN: &str = "Set PIN";
pub const PROFILE_TITLE: &str = "How others see you";
pub const PROFILE_TEXT: &str = "Your name and photo are encrypted; only people you write with see them.";
pub const LOSING_PHONE: &str = "Your messages and your account's key live in this browser's storage. If you clear it, they are gone unless a linked device has them.";
pub const CHOOSE_PHOTO: &str = "Choose a photo";
pub const YOUR_NAME: &str = "Your name";
pub const ABOUT: &str = "About";

/// Under the title of the number's page. Where the server has a region, only foreign numbers need a country code.
pub fn number_text(server: &str, region: &str) -> String {
    let server = if server.is_empty() { "This server" } else { server };
    let how = if region.is_empty() { " Write it with its country code." } else { "" };
    format!("{server} sends you a code to make sure that it is yours.{how}")
}

/// Under the title of the code's page.
pub fn code_text(number: &str, length: u32) -> String {
    format!(
        "A code of {length} digits was sent to {}. Is that not your number? Then change it. On a server of your own the code stands on the server's console.",
        isolated(&shown(number))
    )
}

/// On the button that still sleeps.
pub fn new_code_in(seconds: u32) -> String {
    format!("New code in {}", duration(seconds))
}

pub const ENCRYPTED_FOOTER: &str = "End-to-end encrypted";
pub const COPY_FAILED: &str = "The browser did not allow copying.";
pub const CHATS: &str = "Chats";
pub const NEW_CHAT: &str = "New chat";
pub const SEARCH_CHATS: &str = "Search chats and messages";
pub const FILTER: &str = "Filter";
pub const ALL: &str = "All";
pub const UNREAD: &str = "Unread";
pub const ARCHIVED: &str = "Archived";
pub const MARKED_UNREAD: &str = "marked unread";
pub const PINNED: &str = "pinned";
pub const MUTED: &str = "muted";
pub const UNREAD_MESSAGES: &str = "unread";
pub const TYPING: &str = "typing…";
pub const DRAFT: &str = "Draft:";
pub const LOADING_CHATS: &str = "Loading chats";
pub const LOADING_MESSAGES: &str = "Loading messages";
pub const SHOW_ALL: &str = "Show all chats";
pub const NO_CHATS: &str = "Your chats will be here. Write to somebody on this server.";
pub const MIRROR_PROGRESS: &str = "Progress of the mirror";
pub const NOTES: &str = "Message yourself";
pub const NOTES_TEXT: &str = "Notes to yourself, on all your devices";
pub const YOU: &str = "You";
pub const STARRED: &str = "Starred";
pub const MESSAGE_MENU: &str = "Message menu";
pub const SEND_AGAIN: &str = "Not sent. Send again";
pub const COPIED: &str = "Copied";
pub const COPY: &str = "Copy";
pub const STAR: &str = "Star";
pub const UNSTAR: &str = "Remove star";
pub const MESSAGE_INFO: &str = "Message information";
pub const WRITE_MESSAGE: &str = "Message";
pub const SEND: &str = "Send";
pub const NO_CHAT_OPEN: &str = "Choose a chat to read and write.";
pub const PHONE_MAY_BE_OFF: &str = "Your phone may be off.";
pub const NO_MESSAGES: &str = "No messages yet. Write the first one.";
pub const CHAT_INFO: &str = "Chat information";
pub const CHAT_MENU: &str = "Chat menu";
pub const PIN: &str = "Pin to the top";
pub const UNPIN: &str = "Unpin";
pub const MUTE: &str = "Mute…";
pub const MARK_READ: &str = "Mark as read";
pub const NOW_ARCHIVED: &str = "Chat archived";
pub const UNARCHIVED: &str = "Chat taken out of the archive";
pub const UNDO: &str = "Undo";
pub const LIST_WIDTH: &str = "Width of the list";
pub const MARK_UNREAD: &str = "Mark as unread";
pub const ARCHIVE: &str = "Archive";
pub const UNARCHIVE: &str = "Take out of the archive";
pub const CLOSE_CHAT: &str = "Close chat";
pub const HISTORY_ARRIVING: &str = "Older messages are on their way from your phone.";
pub const NOT_YET: &str = "not yet";
pub const TIME_UNKNOWN: &str = "yes, at a time that this device does not know";
pub const SENT_AT: &str = "Sent";
pub const RECEIVED: &str = "Received";
pub const DELIVERED_AT: &str = "Delivered";
pub const READ_AT: &str = "Read";
pub const HISTORY: &str = "History on this device";
pub const COMPLETE: &str = "Complete";
pub const ARRIVING: &str = "On its way from your phone";
pub const DEVICES: &str = "Devices";
pub const SAFETY_NUMBER: &str = "Safety number";
pub const VERIFIED: &str = "Compared by you";
pub const NOT_VERIFIED: &str = "Not compared yet";
pub const VERIFY: &str = "They are the same";
pub const UNVERIFY: &str = "Take the comparison back";
pub const SCAN_THEIRS: &str = "Scan their code";
pub const SHOW_DIGITS: &str = "Show the digits";
pub const SAFETY_SCAN_TEXT: &str =
    "Point the camera at the code that they see under Safety number in their chat with you.";
pub const SAFETY_SAME: &str = "The codes are the same: nobody stands between you. Keep that by “They are the same”.";
pub const SAFETY_QR: &str = "Safety number as a QR code";
pub const CONTACT_NAME: &str = "How you call them";
pub const SAVED: &str = "Saved";

/// A chat's title.
pub fn title(row: &client_api::ChatRow) -> String {
    named(row.kind, &row.title)
}

/// The title of an open chat.
pub fn title_of(info: &client_api::ChatInfo) -> String {
    named(info.kind, &info.title)
}

fn named(kind: client_api::ChatKind, title: &str) -> String {
    if kind == client_api::ChatKind::Notes { NOTES.to_owned() } else { title.to_owned() }
}

/// In place of a list that a search or a filter has emptied.
pub fn no_chats_found(typed: &str, filter: ChatFilter) -> String {
    match filter {
        _ if !typed.is_empty() => format!("No chats or messages found for “{}”.", isolated(typed)),
        ChatFilter::Unread => "You have read everything.".into(),
        ChatFilter::All | ChatFilter::Archived => "The archive is empty.".into(),
    }
}

/// Of the menu of a chat in the list.
pub fn menu_of(title: &str) -> String {
    format!("Menu of {}", isolated(title))
}

/// Of the list of messages.
pub fn messages_with(peer: &str) -> String {
    format!("Messages with {}", isolated(peer))
}

/// Of the button at the end.
pub fn to_bottom(unread: u32) -> String {
    if unread == 0 {
        "To the newest message".into()
    } else {
        format!("To the newest message, {}", count(u64::from(unread), "unread message", "unread messages"))
    }
}

/// How far back the open chat goes.
pub fn history_back_to(when: &str) -> String {
    format!("Complete back to {when}. Older messages may still come from your other devices.")
}

/// The same, in the information pane.
pub fn complete_back_to(when: &str) -> String {
    format!("Complete back to {when}; the rest may still come")
}

/// In the dialog of the safety number.
pub fn safety_text(peer: &str) -> String {
    let peer = isolated(peer);
    format!(
        "Compare these digits, or the code, with what {peer} sees. If they are the same, nobody stands between you."
    )
}

/// After a scan.
pub fn safety_differs(peer: &str) -> String {
    let peer = isolated(peer);
    format!(
        "The codes differ. Make sure that {peer} shows the code of the chat with you; if so, somebody may stand between you. Write nothing that others must not read, and tell the person who runs the server."
    )
}

/// The mirror's progress.
pub fn mirror(progress: &client_api::MirrorProgress) -> String {
    if progress.waiting_for_phone {
        return "Waiting for your phone. Open Heliograph on it to go on.".into();
    }
    if progress.messages_total > 0 && progress.messages_done >= progress.messages_total {
        return format!("Joining your chats: {} of {}", progress.chats_joined, progress.chats_total);
    }
    format!("Mirroring: {}", handed_over(progress))
}

/// How many of the messages have gone from the phone to its new device.
pub fn handed_over(progress: &client_api::MirrorProgress) -> String {
    format!("{} of {}", grouped(progress.messages_done), count_grouped(progress.messages_total))
}

fn count_grouped(number: u64) -> String {
    format!("{} {}", grouped(number), if number == 1 { "message" } else { "messages" })
}

/// "12,345"
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub const NUMBER_OR_LINK: &str = "Phone number or contact link";
pub const THEIR_NAME: &str = "Name (optional)";
pub const WRITE_TO: &str = "Open chat";
pub const SCAN_A_CODE: &str = "Scan a code";
pub const SCAN_ANY_TEXT: &str =
    "Point the camera at the code of a browser that you want to link, or at somebody's contact code.";
pub const SCAN_INSTEAD: &str =
    "Without a camera: a browser is linked under Linked devices, a person is added under New chat.";
pub const SCAN_CONTACT: &str = "Scan a contact's QR code";
pub const MY_CODE: &str = "My contact code";
pub const MY_CODE_SHORT: &str = "My code";
pub const MY_CODE_TEXT: &str = "Whoever scans this code, or opens the link, can write to you.";
pub const COPY_LINK: &str = "Copy contact link";
pub const CONTACTS: &str = "Contacts";
pub const NO_CONTACTS: &str = "Whom you add will be here: by number, link or code, or from the information of a chat.";
pub const NO_CONTACT_FITS: &str = "No contact has this name or number.";
pub const LINKED_DEVICES: &str = "Linked devices";
pub const DEVICES_TEXT_PHONE: &str =
    "Up to eight browsers and terminals can mirror this account. Your phone may be off once they are linked.";
pub const DEVICES_TEXT: &str = "All devices of your account. They are linked, and others logged out, on your phone.";
pub const LINK_A_DEVICE: &str = "Link a device";
pub const NO_DEVICES: &str = "No device is linked yet.";
pub const LOG_OUT: &str = "Log out";
pub const LOG_OUT_ALL: &str = "Log out all devices";
pub const LOG_OUT_ALL_QUESTION: &str = "Log out all linked devices? Their messages are removed from them.";
pub const LOG_OUT_HERE_QUESTION: &str =
    "Log out this browser? Your messages are removed from it; they stay on your phone.";
pub const THIS_DEVICE: &str = "This device";
pub const ONLINE_NOW: &str = "Connected now";
pub const NEVER_SEEN: &str = "Not seen yet";
pub const SEEN_UNKNOWN: &str = "Not known without a connection";
pub const SETTINGS: &str = "Settings";
pub const CHANGE_PIN: &str = "Change the registration PIN";
pub const SET_A_PIN: &str = "Set a registration PIN";
pub const REMOVE_PIN: &str = "Remove PIN";
pub const NOTIFICATIONS: &str = "Notifications";
pub const ALLOW_NOTIFICATIONS: &str = "Allow notifications";
pub const APPEARANCE: &str = "Appearance";
pub const THEME: &str = "Colours";
pub const AUTOMATIC: &str = "Automatic";
pub const LIGHT: &str = "Light";
pub const DARK: &str = "Dark";
pub const DIRECTION: &str = "Direction";
pub const LTR: &str = "Left to right";
pub const RTL: &str = "Right to left";
pub const ENTER_SENDS: &str = "Enter sends the message";
pub const READ_RECEIPTS: &str = "Read receipts";
pub const SOUNDS: &str = "A sound for new messages";
pub const YOUR_PROFILE: &str = "Your profile";
pub const OFFLINE: &str = "No connection. What you write is sent later.";
pub const TRY_NOW: &str = "Try now";
pub const CATCHING_UP: &str = "Catching up…";
pub const NEW_VERSION: &str = "A new version is ready.";
pub const PART_COMING: &str = "Loading…";
pub const PART_MISSING_TITLE: &str = "This could not be loaded";
pub const PART_MISSING: &str = "This could not be loaded. Try again when you are online.";
pub const PART_GONE: &str = "A new version is ready. Reload to open this.";
pub const SKIP_TO_CHATS: &str = "Skip to the chats";
pub const SKIP_TO_COMPOSER: &str = "Skip to writing";
pub const SKIPS: &str = "Skip links";
pub const CONVERSATION: &str = "Conversation";
pub const SECTIONS: &str = "Sections";

/// Before a device is logged out.
pub fn log_out_question(name: &str) -> String {
    let name = isolated(name);
    format!("Log out {name}? Your messages are removed from it at once, or when it next connects.")
}

/// Of a device.
pub fn last_seen(when: &str) -> String {
    format!("Last seen {when}")
}

/// Of a device.
pub fn linked_at(when: &str) -> String {
    format!("Linked {when}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::MirrorProgress;

    #[test]
    fn what_may_be_missing_has_its_days() {
        const DAY_MS: u64 = 86_400_000;
        let words = |from_ms, to_ms| may_be_missing(from_ms, to_ms);
        assert!(
            words(DAY_MS, 3 * DAY_MS).starts_with("Messages from 2 January 1970 to 4 January 1970 may be missing.")
        );
        assert!(words(DAY_MS, DAY_MS + 5).starts_with("Messages of 2 January 1970 may be missing."));
        assert!(words(0, DAY_MS).starts_with("Messages from before 2 January 1970 may be missing."));
    }

    #[test]
    fn the_mirrors_words_say_how_far_it_is_and_what_to_do_where_it_waits() {
        let on_the_way = MirrorProgress {
            active: true,
            messages_done: 1_020,
            messages_total: 12_345,
            chats_joined: 3,
            chats_total: 8,
            ..MirrorProgress::default()
        };
        assert_eq!(mirror(&on_the_way), "Mirroring: 1,020 of 12,345 messages");
        assert_eq!(mirror(&MirrorProgress { messages_done: 12_345, ..on_the_way }), "Joining your chats: 3 of 8");
        let waiting = MirrorProgress { waiting_for_phone: true, ..on_the_way };
        assert_eq!(mirror(&waiting), "Waiting for your phone. Open Heliograph on it to go on.");
    }
}
