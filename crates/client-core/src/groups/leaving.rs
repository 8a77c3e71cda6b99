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
    if is_over(cx, chat, &inside)? { over(cx, &stored) } else { Ok(()) }
}

/// It [`is_over`], whoever the database takes to be inside.
pub(crate) fn over(cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
    end(cx, chat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups;
    use crate::mls;
    use crate::testing::{CHAT, Peer, now_ms, phone, step};
    use e2ee::group::RatchetTree;
    use proto::wire::GroupInfo;

    /// The database may be behind: somebody was taken out since.
    #[test]
    fn a_group_that_was_left_and_has_nobody_else_any_more_is_over_at_once() {
        let (mut client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_group_with(&db);
        let peers = peer.list.addresses().next().expect("a device");
        step(&db, now_ms(), |cx| groups::write(cx, CHAT, peers.account, true, 1).expect("a member"));
        let info = step(&db, now_ms(), |cx| {
            let stored = chats::find(cx.db, CHAT).expect("read").expect("a chat");
            let mut group = mls::load(cx, &stored).expect("read").expect("a group");
            let device = mls::own_device(cx).expect("a device");
            let provider = mls::provider(cx);
            group.stage_remove(&provider, &device, &[peers], b"").expect("staged");
            group.confirm_pending(&provider).expect("confirmed");
            GroupInfo {
                chat: CHAT.to_vec(),
                generation: 1,
                epoch: group.epoch(),
                group_info: group.export_group_info(&provider, &device, RatchetTree::LeftOut).expect("group info"),
                ratchet_tree: group.export_ratchet_tree(&provider).expect("tree"),
                ..GroupInfo::default()
            }
        })
        .0;
        step(&db, now_ms(), |cx| {
            own_state::set(cx, &ChatKey::Left.of(CHAT), own_state::flag(true)).expect("left");
            chats::set_membership(cx, CHAT, Membership::Wanted, 0).expect("wanted");
            client.on_group_info(cx, CHAT, &info).expect("no halt");
        });
        let stored = chats::find(&db, CHAT).expect("read").expect("a chat");
        assert_eq!(stored.membership, Membership::Left, "else its state would be asked for without end");
    }
}
