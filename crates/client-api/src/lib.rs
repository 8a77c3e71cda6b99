//! What crosses between the client core and a user interface: commands go in, events come out, all plain data.
//!
//! Knows no protocol, no key and no storage. The interface is a function of the events: each snapshot replaces what the
//! interface held under that name, each change set is merged by id. Times are Unix milliseconds.

pub mod backup;
pub mod call;
pub mod chat;
pub mod command;
pub mod error;
pub mod event;
pub mod export;
mod given;
pub mod id;
pub mod join;
pub mod link;
pub mod media;
mod names;
pub mod number;
pub mod people;
mod poll;
pub mod search;
pub mod state;
pub mod wire;

pub use backup::{
    BACKUP_PIECE_LEN_MAX, BackupFailure, BackupPiece, BackupPlace, BackupState, PieceOf, RecoveryKeyText,
};
pub use call::{
    CallAbsent, CallEnd, CallFacts, CallGrowth, CallKeys, CallLeaf, CallLine, CallLog, CallPerson, CallPhase, CallSay,
    CallSigns, CallState, CallTrack, Calls, LoggedCall, OwnCall, RingingCall, RunningCall,
};
pub use chat::{
    ChatChanges, ChatInfo, ChatKind, ChatRow, Completeness, Disappearing, EVERYBODY, GroupRules, LastMessage,
    MemberRow, Mention, MessageBody, MessageChanges, MessageRow, MessageStatus, MessageWindow, Quote, Quoted, Reaction,
    Receipt, RulesChange, SystemLine, WindowAnchor,
};
pub use command::{Command, Request};
pub use error::UserError;
pub use event::{Answer, Event, Notice};
pub use export::Exported;
pub use given::{Card, Place};
pub use id::{AccountId, ChatId, MessageId};
pub use join::{AskingRow, GroupLink, JoinCommand, JoinRow, JoinState, JoinWord, LinkChange, LinkCode, LinkNews};
pub use link::{LinkFailure, LinkStage, LinkingStage, MirrorProgress};
pub use media::{Attachment, FileId, MediaFacts, MediaKind, MediaPlace, MediaTrouble};
pub use people::{
    BlockedRow, ContactChanges, ContactRow, DeviceKind, DeviceRow, OwnProfile, Previews, SafetyNumber, Settings,
    TextDirection, Theme,
};
pub use poll::{Poll, PollAnswer};
pub use search::{Carries, Found, FoundMessage, FoundPlace, Piece, SearchQuery};
pub use state::{
    AppStage, Connection, LogoutReason, PushState, PushSubscription, RegistrationStage, Role, Unsupported,
};
