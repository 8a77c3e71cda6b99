//! Words of clearing and deleting chats, and of blocking people.

use super::isolated;
use crate::language::{says, told};
use client_api::UserError;

says! {
    clear_chat
    clear_title
    clear_text
    keep_starred
    clear
    cleared
    delete_chat
    delete_chat_title
    delete_chat_text
    chat_deleted
}

says! {
    block
    block_text
    block_report
    block_and_delete
    block_go
    unblock_them
    blocked_people
    nobody_blocked
}

says! {
    not_a_contact
    add_to_contacts
    contact_added
}

pub fn block_title(name: &str) -> String {
    told!(block_title, name: isolated(name))
}

/// In place of the composer.
pub fn you_blocked(name: &str) -> String {
    told!(you_blocked, name: isolated(name))
}

pub fn blocked(name: &str) -> String {
    told!(blocked, name: isolated(name))
}

pub fn unblocked(name: &str) -> String {
    told!(unblocked, name: isolated(name))
}

/// A notice: the server said that a number leads elsewhere.
pub(super) fn block_moved(name: &str) -> String {
    told!(block_moved, name: isolated(name))
}

/// The button beside somebody in the list.
pub fn unblock(name: &str) -> String {
    told!(unblock, name: isolated(name))
}

says! {
    kept_out_blocked
    kept_out_group
}

/// Why a chat is not deleted, or nothing is said in it.
pub(super) fn kept_out(error: &UserError) -> String {
    match error {
        UserError::Blocked => kept_out_blocked(),
        _ => kept_out_group(),
    }
    .into()
}
