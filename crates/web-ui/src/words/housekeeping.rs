//! Words of clearing and deleting chats, and of blocking people.

use super::isolated;
use client_api::UserError;

pub const CLEAR_CHAT: &str = "Clear chat…";
pub const CLEAR_TITLE: &str = "Clear this chat?";
pub const CLEAR_TEXT: &str = "All its messages up to now go from all your devices, with their files. The others keep theirs. This cannot be undone.";
pub const KEEP_STARRED: &str = "Keep starred messages";
pub const CLEAR: &str = "Clear";
pub const CLEARED: &str = "Chat cleared";
pub const DELETE_CHAT: &str = "Delete chat…";
pub const DELETE_CHAT_TITLE: &str = "Delete this chat?";
pub const DELETE_CHAT_TEXT: &str = "It goes from the list on all your devices, with all its messages and files, starred ones too. The others keep theirs. It comes back, empty, when something new is said in it. This cannot be undone.";
pub const CHAT_DELETED: &str = "Chat deleted";

pub const BLOCK: &str = "Block…";
pub const BLOCK_TEXT: &str = "What they write to you in this chat while they are blocked, and their calls, do not reach you, also not later. They are not told; to them their messages look delivered, and they still see your name and photo. In groups you go on seeing each other.";
pub const BLOCK_REPORT: &str =
    "Nobody else is told, nor the person who runs this server: they could not read what was written.";
pub const BLOCK_AND_DELETE: &str = "Delete this chat, too";
pub const BLOCK_GO: &str = "Block";
pub const UNBLOCK: &str = "Unblock";
pub const BLOCKED_PEOPLE: &str = "Blocked people";
pub const NOBODY_BLOCKED: &str = "You have blocked nobody.";

pub const NOT_A_CONTACT: &str = "Not in your contacts";
pub const ADD_TO_CONTACTS: &str = "Add to contacts";
pub const CONTACT_ADDED: &str = "Added to your contacts";

pub fn block_title(name: &str) -> String {
    format!("Block {}?", isolated(name))
}

/// In place of the composer.
pub fn you_blocked(name: &str) -> String {
    format!("You blocked {}.", isolated(name))
}

pub fn blocked(name: &str) -> String {
    format!("{} is blocked", isolated(name))
}

pub fn unblocked(name: &str) -> String {
    format!("{} is no longer blocked", isolated(name))
}

/// A notice: the server said that a number leads elsewhere.
pub(super) fn block_moved(name: &str) -> String {
    format!("{} has a new account behind a number that you blocked, and is blocked too.", isolated(name))
}

/// The button beside somebody in the list.
pub fn unblock(name: &str) -> String {
    format!("Unblock {}", isolated(name))
}

/// Why a chat is not deleted, or nothing is said in it.
pub(super) fn kept_out(error: &UserError) -> String {
    match error {
        UserError::Blocked => "You have blocked this person. Unblock them first.",
        _ => "Leave this group first. Then it can be deleted.",
    }
    .into()
}
