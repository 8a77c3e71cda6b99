//! The words about single messages: answers, reactions, edits, deletions.

mod disappearing;

use super::{caption_or_kind, isolated};
use crate::language::{says, told};
use crate::model::keys::Keyboard;
use crate::model::rich_text::plain;
use client_api::{Quote, Quoted};

pub use disappearing::*;

/// In place of a text that its sender has taken back.
pub fn deleted(own: bool) -> &'static str {
    if own { deleted_by_me() } else { was_deleted() }
}

/// What is quoted.
pub fn quoted(quote: &Quote) -> String {
    match &quote.body {
        Quoted::Text(text) | Quoted::Claimed(text) => caption_or_kind(plain(text), quote.media),
        Quoted::Deleted => deleted(quote.own).to_owned(),
        Quoted::Disappeared => disappeared().to_owned(),
        Quoted::Other => a_message().to_owned(),
    }
}

/// Of a message that answers another.
pub fn answering(author: &str, text: &str) -> String {
    told!(answering, who: isolated(author), text: isolated(text))
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
    told!(reactions, which: told, n: number)
}

/// The title of the dialog.
pub fn delete_title(number: usize) -> String {
    if number == 1 { told!(delete_one_title) } else { told!(delete_title, n: number) }
}

/// They are gone from the own devices.
pub fn deleted_for_me(number: usize) -> String {
    if number == 1 { told!(one_deleted_for_me) } else { told!(deleted_for_me, n: number) }
}

/// How a system's own picker of emoji is opened.
pub fn emoji_hint(keyboard: Keyboard) -> &'static str {
    match keyboard {
        Keyboard::Mac => emoji_hint_mac(),
        Keyboard::Other => emoji_hint_other(),
    }
}

says! {
    deleted_by_me
    was_deleted
    emoji_hint_mac
    emoji_hint_other
    waiting_short
    newer
    a_message
    not_here
    pin_message
    unpin_message
    pinned_message
    read_by
    delivered_to
    not_delivered_to
    edited
    reply
    react
    more_emoji
    reactions_title
    take_back
    edit
    edit_message
    edit_too_late
    stop_reply
    stop_edit
    delete
    for_everyone
    for_me
    delete_unsent
    delete_for_me_text
    delete_note_text
    delete_any_text
    delete_all_unsent
    delete_all_for_me_text
    delete_all_notes_text
    delete_all_any_text
}
