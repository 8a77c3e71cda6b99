//! What can be done with a message, what it says as a list has room for, and what its reactions come to. Knows no page.

use client_api::{MessageBody, MessageRow, MessageStatus, Reaction};
use std::sync::Arc;

/// Offered at once; any other can be typed.
pub const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
/// So many different ones stand under a bubble.
const SHOWN_MAX: usize = 3;

/// Something that can be done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Reply,
    React,
    Copy,
    Star,
    Pin,
    Info,
    Edit,
    Forward,
    Select,
    Delete,
}

/// In the order of the menu; reactions stand above it.
pub const MENU: [Deed; 9] =
    [Deed::Reply, Deed::Forward, Deed::Copy, Deed::Star, Deed::Pin, Deed::Select, Deed::Info, Deed::Edit, Deed::Delete];

impl Deed {
    /// With this message, now.
    pub fn is_possible(self, row: &MessageRow, now_ms: u64) -> bool {
        let has_gone = row.status != Some(MessageStatus::Failed);
        let is_text = matches!(row.body, MessageBody::Text(_));
        let speaks = row.body.is_said() || row.body == MessageBody::Newer;
        let is_here = speaks || row.body == MessageBody::Deleted;
        match self {
            Self::Reply | Self::React | Self::Pin => speaks && has_gone,
            // A file's caption.
            Self::Copy => matches!(&row.body, MessageBody::Text(text) if !text.is_empty()),
            Self::Forward => row.body.is_said() && !matches!(row.body, MessageBody::Poll(_)) && has_gone,
            Self::Star => speaks,
            Self::Info => is_here || row.body == MessageBody::Waiting,
            Self::Edit => is_text && has_gone && now_ms < row.edit_until_ms,
            Self::Select | Self::Delete => is_here,
        }
    }

    /// By this key, where the message has the focus.
    pub fn of_key(code: &str) -> Option<Self> {
        match code {
            "KeyR" => Some(Self::Reply),
            "KeyC" => Some(Self::Copy),
            "KeyS" => Some(Self::Star),
            "KeyF" => Some(Self::Forward),
            "KeyE" => Some(Self::Edit),
            "Delete" | "Backspace" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// With all of these; to star and to copy, one that can be is enough.
pub fn is_possible_with(deed: Deed, rows: &[Arc<MessageRow>], now_ms: u64) -> bool {
    let mut rows = rows.iter().peekable();
    match deed {
        Deed::Star | Deed::Copy => rows.any(|row| deed.is_possible(row, now_ms)),
        _ => rows.peek().is_some() && rows.all(|row| deed.is_possible(row, now_ms)),
    }
}

/// It never left this device: whoever deletes it takes it back.
pub fn is_unsent(row: &MessageRow) -> bool {
    matches!(row.status, Some(MessageStatus::Failed | MessageStatus::Pending))
}

/// It can be deleted for everyone now.
pub fn can_be_taken_back(row: &MessageRow, now_ms: u64) -> bool {
    row.own && now_ms < row.delete_until_ms && row.body != MessageBody::Deleted
}

/// What stands in the row of reactions, and whether it is the own one: one that is not offered to all takes the last place.
pub fn offered(reactions: &[Reaction]) -> Vec<(String, bool)> {
    let own = reactions.iter().find(|reaction| reaction.own).map(|reaction| reaction.emoji.as_str());
    let mut offered = EMOJI;
    if let (Some(own), Some(last)) = (own.filter(|own| !EMOJI.contains(own)), offered.last_mut()) {
        *last = own;
    }
    offered.iter().map(|emoji| ((*emoji).to_owned(), own == Some(emoji))).collect()
}

/// Each emoji with how many put it, the most frequent first; of the same number the one that came first.
pub fn tally(reactions: &[Reaction]) -> Vec<(&str, usize)> {
    let mut tally: Vec<(&str, usize)> = Vec::new();
    for reaction in reactions {
        match tally.iter_mut().find(|(emoji, _)| *emoji == reaction.emoji) {
            Some((_, count)) => *count += 1,
            None => tally.push((&reaction.emoji, 1)),
        }
    }
    tally.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    tally
}

/// What stands under the bubble: some of the emoji.
pub fn pill(reactions: &[Reaction]) -> String {
    tally(reactions).iter().take(SHOWN_MAX).map(|(emoji, _)| *emoji).collect()
}

/// As a reader is told them: "👍 2, ❤️ 1".
pub fn told(reactions: &[Reaction]) -> String {
    tally(reactions).iter().map(|(emoji, count)| format!("{emoji} {count}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "deeds/deeds_tests.rs"]
pub(crate) mod tests;
