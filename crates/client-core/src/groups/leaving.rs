//! That this account has left a group, for all of its devices: the state `left/`. Of a group with others in it their admins take the leaves
//! out, and no device comes in any more. Where the account was alone nobody does, and the server goes on listing the group as the account's:
//! a device that was linked later would come into it from outside.

use super::{accounts, end};
use crate::chats::{self, Chat, Membership};
use crate::client::Context;
use crate::io::Halt;
use crate::notices;
use crate::own_state::{self, ChatKey};
use crate::profile::ui_account;
use breakable::{Rule, broken};
use client_api::SystemLine;
use identity::ChatKind;
use proto::ids::{AccountId, ChatId};

/// This account left, on this device or on another.
pub(super) fn left(cx: &mut Context<'_>, chat: &Chat, time_ms: u64) -> Result<(), Halt> {
    let account = ui_account(cx.me()?.address.account);
    notices::say_at(cx, chat, &SystemLine::MemberLeft { account }, time_ms)?;
    end(cx, chat)?;
    if !has_left(cx, chat.chat)? {
        own_state::set(cx, &ChatKey::Left.of(chat.chat), own_state::flag(true))?;
    }
    Ok(())
}

/// Somebody brought this account in again.
pub(super) fn came_back(cx: &mut Context<'_>, chat: ChatId, by: Option<AccountId>) -> Result<(), Halt> {
    let is_by_another = by.is_some_and(|by| cx.me().is_ok_and(|me| me.address.account != by));
    if is_by_another && has_left(cx, chat)? {
        own_state::set(cx, &ChatKey::Left.of(chat), Vec::new())?;
    }
    Ok(())
}

fn has_left(cx: &Context<'_>, chat: ChatId) -> Result<bool, Halt> {
    Ok(!own_state::chat_value(cx, ChatKey::Left, chat)?.is_empty())
}

/// What is left of the group is this account's leaves, whose keys are gone.
pub(crate) fn is_over(cx: &Context<'_>, chat: ChatId, inside: &[AccountId]) -> Result<bool, Halt> {
    let me = cx.me()?.address.account;
    Ok(inside.iter().all(|account| *account == me) && has_left(cx, chat)? && !broken(Rule::LeftIsLeft))
}

/// The state changed: a device that came in from outside before it heard of it goes again.
pub(crate) fn follow(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    let stored = chats::find(cx.db, chat)?.filter(|chat| chat.kind == ChatKind::Group);
    let Some(stored) = stored.filter(|chat| matches!(chat.membership, Membership::Joined | Membership::Wanted)) else {
        return Ok(());
    };
    let inside: Vec<AccountId> = accounts(cx.db, chat)?.into_iter().collect();
    if is_over(cx, chat, &inside)? { end(cx, &stored) } else { Ok(()) }
}
