//! The words about single messages: answers, reactions, edits, deletions.

mod disappearing;

use super::{caption_or_kind, count, isolated, messages};
use crate::model::keys::Keyboard;
use crate::model::rich_text::plain;
use client_api::{Quote, Quoted};

pub use disappearing::*;

/// In place of a text that its sender has taken back.
pub fn deleted(own: bool) -> &'static str {
    if own { "You deleted this message" } else { "This message was deleted" }
}

/// What is quoted.
pub fn quoted(quote: &Quote) -> String {
    match &quote.body {
        Quoted::Text(text) | Quoted::Claimed(text) => caption_or_kind(plain(text), quote.media),
        Quoted::Deleted => deleted(quote.own).to_owned(),
        Quoted::Disappeared => DISAPPEARED.to_owned(),
        Quoted::Other => A_MESSAGE.to_owned(),
    }
}

/// Of a message that answers another.
pub fn answering(author: &str, text: &str) -> String {
    format!("in reply to {}: {}", isolated(author), isolated(text))
}

/// What is pinned, by whom it was said.
pub fn pinned(author: &str, text: &str) -> String {
    format!("{}: {}", isolated(author), isolated(text))
}

/// Of several, which one is shown.
pub fn place_of(place: usize, of: usize) -> String {
    format!("{place} / {of}")
}

/// Of all reactions of a message.
pub fn reactions(told: &str, number: usize) -> String {
    format!("{told}, {}", count(number as u64, "reaction", "reactions"))
}

/// The title of the dialog.
pub fn delete_title(number: usize) -> String {
    if number == 1 { "Delete message?".into() } else { format!("Delete {}?", messages(number)) }
}

/// They are gone from the own devices.
pub fn deleted_for_me(number: usize) -> String {
    if number == 1 { "Message deleted for you".into() } else { format!("{} deleted for you", messages(number)) }
}

/// How a system's own picker of emoji is opened.
pub fn emoji_hint(keyboard: Keyboard) -> &'static str {
    match keyboard {
        Keyboard::Mac => "Type or paste one. ⌃⌘Space opens the picker of your Mac.",
        Keyboard::Other => {
            "Type or paste one. Your system has a picker: on Windows it opens by Win+full stop, on a phone it is on the keyboard."
        }
    }
}

pub const WAITING_SHORT: &str = "Waiting for this message";
pub const NEWER: &str = "This message was sent by a newer version. Update to see it.";
pub const A_MESSAGE: &str = "A message";
pub const NOT_HERE: &str = "Original message is not on this device";
pub const PIN_MESSAGE: &str = "Pin for everyone";
pub const UNPIN_MESSAGE: &str = "Unpin for everyone";
pub const PINNED_MESSAGE: &str = "Pinned message:";
pub const READ_BY: &str = "Read by";
pub const DELIVERED_TO: &str = "Delivered to";
pub const NOT_DELIVERED_TO: &str = "Not yet delivered to";
pub const EDITED: &str = "Edited";
pub const REPLY: &str = "Reply";
pub const REACT: &str = "React";
pub const MORE_EMOJI: &str = "Another emoji";
pub const REACTIONS: &str = "Reactions";
pub const TAKE_BACK: &str = "Take back";
pub const EDIT: &str = "Edit";
pub const EDIT_MESSAGE: &str = "Edit message";
pub const EDIT_TOO_LATE: &str =
    "This message can no longer be edited: its 15 minutes are over. Your text is still here; copy it to send it anew.";
pub const STOP_REPLY: &str = "Do not reply";
pub const STOP_EDIT: &str = "Stop editing";
pub const DELETE: &str = "Delete";
pub const FOR_EVERYONE: &str = "Delete for everyone";
pub const FOR_ME: &str = "Delete for me";
pub const DELETE_UNSENT: &str = "It was not sent yet. Nobody will get it.";
pub const DELETE_FOR_ME_TEXT: &str = "It goes from all your devices. Others keep it.";
pub const DELETE_NOTE_TEXT: &str = "It goes from all your devices.";
pub const DELETE_ANY_TEXT: &str =
    "For everyone: others see that there was a message. For me: it goes from your devices, and others keep it.";
pub const DELETE_ALL_UNSENT: &str = "They were not sent yet. Nobody will get them.";
pub const DELETE_ALL_FOR_ME_TEXT: &str = "They go from all your devices. Others keep them.";
pub const DELETE_ALL_NOTES_TEXT: &str = "They go from all your devices.";
pub const DELETE_ALL_ANY_TEXT: &str =
    "For everyone: others see that there were messages. For me: they go from your devices, and others keep them.";
