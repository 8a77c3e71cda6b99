//! What can go wrong with a command, in kinds that the interface has words for: what happened, and what to do.

use serde::{Deserialize, Serialize};

/// Why a command was refused. `Display` is English for terminals and logs; the web interface has its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum UserError {
    /// No telephone number.
    #[error(
        "this is not a telephone number; check its digits, and its country code if it has one, as in +49 151 2345678"
    )]
    NumberInvalid,
    /// Of which country it is, is not said.
    #[error("write this number with its country code, as in +49 151 2345678")]
    NumberWithoutCountry,
    /// Nobody here has this number.
    #[error("nobody on this server has this number")]
    NumberUnknown,
    /// The one-time code is another.
    #[error("the code is wrong; {tries_left} tries are left")]
    CodeWrong {
        /// Before the code is void.
        tries_left: u32,
    },
    /// The code is void or too old.
    #[error("this code is no longer valid; ask for a new one")]
    CodeExpired,
    /// PIN wrong.
    #[error("the PIN is wrong; {tries_left} tries are left")]
    PinWrong {
        /// Before a wait.
        tries_left: u32,
    },
    /// A PIN has six digits.
    #[error("a PIN has six digits")]
    PinInvalid,
    /// Not 64 digits.
    #[error("a recovery key has 64 digits; there are {digits}")]
    RecoveryKeyLength {
        /// How many there are.
        digits: u32,
    },
    /// Something that is neither digit nor space.
    #[error("a recovery key has digits only")]
    RecoveryKeySigns,
    /// A slip.
    #[error("a digit of group {group} is wrong; compare it with what you wrote down")]
    RecoveryKeyGroup {
        /// From 1.
        group: u32,
    },
    /// Another backup's key, or a head that was changed.
    #[error("the backup does not open with this recovery key; it is another one's, or the backup was changed")]
    RecoveryKeyWrong,
    /// No backup's file, or cut, or changed.
    #[error("this backup is damaged or not whole; nothing was taken from it")]
    BackupDamaged,
    /// Of a later version.
    #[error("this backup was made by a newer version; update and try again")]
    BackupNewer,
    /// Of an account that does not have the number.
    #[error("this backup is of another account than the one that this number leads to")]
    BackupOther,
    /// The server names an older list of the account's devices than the backup does, or another of the same age.
    #[error("the server names an older list of your devices than this backup knows; nothing was restored")]
    DevicesRolledBack,
    /// The backup comes in still.
    #[error("the backup is still being restored; try again when it is all here")]
    StillRestoring,
    /// There is no backup at the server.
    #[error("the server has no backup of this account; restore it from a file")]
    BackupNone,
    /// More than a backup holds.
    #[error("this account is too large for a backup")]
    BackupTooLarge,
    /// No key was given, and none is kept.
    #[error("backups are not turned on")]
    BackupOff,
    /// What was typed to confirm is not the own number.
    #[error("this is not the number of this account; nothing was deleted")]
    ConfirmWrong,
    /// The account has a PIN that was not given.
    #[error("give the account's registration PIN")]
    PinNeeded,
    /// Wait first.
    #[error("too many tries; wait {wait_s} seconds and try again")]
    TooMany {
        /// How long.
        wait_s: u32,
    },
    /// The code did not go out.
    #[error(
        "the code could not be sent; try again in {wait_s} seconds, and if that fails too ask the person who runs this server"
    )]
    CodeNotSent {
        /// How long.
        wait_s: u32,
    },
    /// The operator closed registration.
    #[error("this server takes no new accounts; ask the person who runs it")]
    RegistrationClosed,
    /// Registration is by invite, and there was none.
    #[error(
        "this server takes new accounts by invite only; open the link that you were given, or ask the person who runs it"
    )]
    InviteNeeded,
    /// As many accounts as it was for were made with it.
    #[error("this invite has been used already; ask the person who runs this server for another one")]
    InviteUsed,
    /// Its time is over.
    #[error("this invite is no longer valid; ask the person who runs this server for another one")]
    InviteExpired,
    /// No such invite, or it was taken back.
    #[error("this server does not know this invite; check that the whole link was opened, or ask for another one")]
    InviteUnknown,
    /// Name empty or too long.
    #[error("a name has 1 to {max} characters")]
    NameInvalid {
        /// The most.
        max: u32,
    },
    /// About too long.
    #[error("this text has at most {max} characters")]
    AboutTooLong {
        /// The most.
        max: u32,
    },
    /// A group's description is too long.
    #[error("a description has at most {max} bytes")]
    DescriptionTooLong {
        /// The most.
        max: u32,
    },
    /// Photo no JPEG or too large.
    #[error("the photo must be a JPEG of at most 64 KiB")]
    PhotoInvalid,
    /// Only white space.
    #[error("there is nothing to send")]
    TextEmpty,
    /// A poll needs a question and 2 to 12 different answers; a vote, answers of its poll.
    #[error("a poll needs a question and 2 to 12 different answers")]
    PollInvalid,
    /// 1 to 10 people, each with a name and a number.
    #[error("give 1 to 10 people, each with a name and a number")]
    CardsInvalid,
    /// On the earth, with a name of at most 100 characters.
    #[error("a place is on the earth, and its name has at most 100 characters")]
    PlaceInvalid,
    /// Text over the limit.
    #[error("a message has at most {max} bytes; send it in parts")]
    TextTooLong {
        /// The most.
        max: u32,
    },
    /// The file is larger than a message may carry.
    #[error("a file has at most {max} bytes")]
    FileTooLarge {
        /// The most.
        max: u64,
    },
    /// As many files as can wait are on their way.
    #[error("{max} files are on their way already; wait until some have arrived")]
    TooManyFiles {
        /// The most.
        max: u32,
    },
    /// What was chosen is no file that can be read.
    #[error("this file cannot be read; choose it again")]
    FileUnreadable,
    /// Nothing to look for, or too much.
    #[error("a search has 1 to {max} characters")]
    SearchInvalid {
        /// The most.
        max: u32,
    },
    /// Too few or too many, or no texts.
    #[error("only texts can be sent on: 1 to {messages} of them, to 1 to {chats} chats")]
    ForwardInvalid {
        /// The most.
        messages: u32,
        /// The most.
        chats: u32,
    },
    /// Its time is over.
    #[error("this message is too old for that")]
    TooLate,
    /// No emoji.
    #[error("a reaction is one emoji")]
    ReactionInvalid,
    /// The number led to another account when this was written.
    #[error(
        "this number belongs to another account now, and the message was not sent; send it again if it is for them"
    )]
    OtherAccount,
    /// The owner has blocked the other one of this chat.
    #[error("you have blocked this person; unblock them first")]
    Blocked,
    /// Others write on in a group that one is in.
    #[error("leave this group first; then it can be deleted")]
    LeaveFirst,
    /// Only admins change a group.
    #[error("only an admin of this group can do that")]
    OnlyAdmin,
    /// Too many, or none.
    #[error("a group has at most {max} people")]
    GroupTooLarge {
        /// The most.
        max: u32,
    },
    /// Without an admin nobody could take the leaver out, nor change anything.
    #[error("you are the group's only admin; make somebody else one first")]
    LastAdmin,
    /// One call at a time.
    #[error("you are in a call already; hang up first")]
    InCall,
    /// Nobody can be called there: oneself, or a chat that one is not in.
    #[error("nobody can be called in this chat")]
    CallNobody,
    /// The operator has not turned calls on.
    #[error("this server carries no calls; ask the person who runs it")]
    CallsNotOffered,
    /// As many as can be are in it.
    #[error("this call is full; try again when somebody has left")]
    CallFull,
    /// The forwarding unit did not follow what was said to it.
    #[error("the call's connection was not accepted; hang up and call again")]
    CallRefused,
    /// The operator has no pushes.
    #[error("this server sends no notifications to browsers")]
    PushOff,
    /// The server does not know this browser's push service.
    #[error("this server does not know the service that notifies this browser")]
    PushHost,
    /// Scanned or pasted text is no code of ours.
    #[error("this is not a Heliograph code; scan the code at the address of your server")]
    CodeNotOurs,
    /// A code of another kind (contact instead of link, or the reverse).
    #[error("this is a Heliograph code of another kind")]
    CodeOtherKind,
    /// A code of another version.
    #[error("this code was made by another version of Heliograph; reload both pages")]
    CodeOtherVersion,
    /// Cut or damaged.
    #[error("this code is incomplete; copy or scan it again")]
    CodeDamaged,
    /// A code of another server.
    #[error("this code belongs to another server")]
    CodeOtherServer,
    /// Four digits are wanted.
    #[error("type the four digits that the phone shows")]
    DigitsInvalid,
    /// Only the phone can do this.
    #[error("only the phone can do this")]
    OnlyPhone,
    /// Needs a connection now.
    #[error("this needs a connection to the server; it will work when you are online again")]
    Offline,
    /// The server could not or would not.
    #[error("the server answered with an error; try again later")]
    ServerFailed,
    /// No such chat, message, contact or device.
    #[error("this is no longer there")]
    NotFound,
    /// Not in this state of the program.
    #[error("this is not possible now")]
    NotNow,
    /// The disk or the browser's quota is full.
    #[error("the storage is full; free some space, nothing was lost")]
    StorageFull,
    /// The client met an error that it does not know, and stopped.
    #[error("something unexpected happened; reload the page, nothing was lost")]
    Internal,
}
