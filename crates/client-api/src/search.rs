//! Looking for messages: by words, by what is known of them, by their stars.

use crate::id::{AccountId, ChatId, MessageId};
use crate::media::MediaFacts;
use serde::{Deserialize, Serialize};

/// Which messages are looked for: those for which all of this is true.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// Words as typed, at most 256 characters; a message holds all of them, the last one at least its beginning. Empty: any message.
    pub words: String,
    /// In this chat only.
    pub chat: Option<ChatId>,
    /// Written by this account only; the own one is possible.
    pub sender: Option<AccountId>,
    /// Not before this time; 0: from the first.
    pub from_ms: u64,
    /// Before this time; 0: to the last.
    pub until_ms: u64,
    /// With a star only.
    pub starred: bool,
    /// That carry this only.
    pub carries: Option<Carries>,
}

/// What a message carries besides its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Carries {
    /// Photos and videos.
    Pictures,
    /// Documents, music and voice messages.
    Files,
    /// Addresses in its words.
    Links,
}

impl SearchQuery {
    /// Everything is looked for, and so nothing.
    pub fn is_empty(&self) -> bool {
        self.words.trim().is_empty()
            && self.sender.is_none()
            && self.from_ms == 0
            && self.until_ms == 0
            && !self.starred
            && self.carries.is_none()
    }
}

/// Where a page of what was found ends: the next one goes on behind this message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPlace {
    /// Its time, as in `FoundMessage`.
    pub time_ms: u64,
    /// Which message.
    pub message: MessageId,
}

/// A page of what was found, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The messages.
    pub messages: Vec<FoundMessage>,
    /// Behind the last of them there may be more.
    pub has_more: bool,
    /// Messages that are here and not yet in the index, while an older database is indexed for the first time; 0: all are.
    pub not_indexed: u64,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundMessage {
    /// Which chat.
    pub chat: ChatId,
    /// Which message.
    pub message: MessageId,
    /// Its time.
    pub time_ms: u64,
    /// Who wrote it.
    pub sender: AccountId,
    /// Written by this account.
    pub own: bool,
    /// Starred by the owner.
    pub starred: bool,
    /// The file that it carries.
    pub media: Option<MediaFacts>,
    /// A stretch of its text in one line, of at most 200 characters, around the first word that was found.
    pub excerpt: Vec<Piece>,
}

/// A part of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// It is what was looked for.
    pub found: bool,
}
