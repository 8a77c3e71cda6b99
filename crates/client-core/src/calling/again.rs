//! Members who are not in a group's call are rung while it goes on: once more, or for the first time where they were added to the group
//! meanwhile. A word about the call (`CallWord`), which names them. Nobody who is not named hears it ring.

use super::{Calling, Own, RING_MS, RINGING_MAX, Ringing};
use crate::accounts;
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::groups;
use crate::io::Halt;
use crate::messages::{self, Kind};
use breakable::{Rule, broken};
use client_api::{Answer, CallAbsent, CallFacts, CallState, MessageBody, UserError};
use identity::ChatKind;
use proto::content::call_word::Word;
use proto::content::{CallWord, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, MessageId};
use proto::wire::GroupItem;

/// Accounts that are waited for and rung at once; no room has more people.
const RUNG_MAX: usize = 64;

/// These are who is rung, among them this account.
pub(super) fn names(accounts: &[Vec<u8>], account: AccountId) -> bool {
    accounts.iter().take(RUNG_MAX).any(|named| named.as_slice() == account.0)
}

impl Client {
    /// "Ring them, as soon as they are in the group."
    pub(crate) fn ring_members(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        members: &[client_api::AccountId],
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let refusal = groups::refusal(cx, chat)?;
        let own = self.calling.own.as_mut().filter(|own| own.chat == chat && own.is_group && own.call.is_some());
        let result = match own {
            None => Err(UserError::NotNow),
            Some(_) if let Some(refusal) = refusal => Err(refusal),
            Some(own) if own.to_ring.len() + members.len() > RUNG_MAX => Err(UserError::NotNow),
            Some(own) => {
                own.to_ring.extend(members.iter().map(|account| AccountId(account.0)));
                Ok(Answer::Done)
            }
        };
        cx.answer(request, result);
        Ok(())
    }

    /// Rings at whom it is wished, so far as they are members and not there. Before what waits is sent.
    pub(crate) fn ring_wished(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Calling { own: Some(own), rooms, .. } = &mut self.calling else { return Ok(()) };
        let (chat, video) = (own.chat, own.video);
        let Some(call) = own.call.filter(|_| !own.to_ring.is_empty()) else { return Ok(()) };
        if chats::find(cx.db, chat)?.is_none_or(|chat| chat.membership != Membership::Joined) {
            return Ok(());
        }
        let members = groups::accounts(cx.db, chat)?;
        let there = |account: &AccountId| rooms.people(chat).iter().any(|(_, device)| device.account == *account);
        own.to_ring.retain(|account| !there(account));
        let now: Vec<AccountId> = own.to_ring.intersection(&members).copied().collect();
        if now.is_empty() {
            return Ok(());
        }
        own.to_ring.retain(|account| !now.contains(account));
        // Who has rung in vain so far goes on.
        let ends_ms = cx.now_ms + RING_MS;
        if own.is_calling() {
            own.ends_ms = Some(ends_ms);
        }
        let accounts = now.iter().map(|account| account.to_vec()).collect();
        let word =
            CallWord { message_id: call.to_vec(), word: Word::Rings.into(), accounts, video, ..CallWord::default() };
        self.write(cx, chat, Kind::Amendment, content::Body::CallWord(word))?;
        self.retry_at(ends_ms);
        Ok(())
    }

    /// Somebody in a group's call rings at members. It rings when the room shows them in it: else whoever invents a call would ring at all.
    pub(super) fn hear_rung(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        caller: DeviceAddress,
        item: &GroupItem,
        word: &CallWord,
    ) -> Result<(), Halt> {
        let Ok(call) = MessageId::try_from(word.message_id.as_slice()) else { return Ok(()) };
        let me = cx.me()?.address.account;
        let is_meant = names(&word.accounts, me);
        let age_ms = self.calling.rooms.server_ms(cx.now_ms).saturating_sub(item.time_ms);
        let is_meant = is_meant || broken(Rule::RingsAtNamed);
        if !is_meant || caller.account == me || age_ms >= RING_MS || chat.kind != ChatKind::Group {
            return Ok(());
        }
        if self.calling.is_in(chat.chat) || !may_go_on(cx, chat.chat, call)? {
            return Ok(());
        }
        let until_ms = cx.now_ms + RING_MS - age_ms;
        let ringing = Ringing { call, caller, video: word.video, until_ms, again: true, is_shown: false };
        self.ring_once_seen(cx, chat.chat, ringing)
    }

    /// It rings as soon as the room shows who rings in it.
    pub(super) fn ring_once_seen(&mut self, cx: &mut Context<'_>, chat: ChatId, ringing: Ringing) -> Result<(), Halt> {
        let (key, until_ms) = ((chat, ringing.caller), ringing.until_ms);
        if self.calling.unseen.len() >= RINGING_MAX && !self.calling.unseen.contains_key(&key) {
            return Ok(());
        }
        let is_new = self.calling.unseen.insert(key, ringing).is_none();
        self.retry_at(until_ms);
        self.ring_seen(cx)?;
        // Who was just added to the group is not told of the room. Asked once, however often they say it.
        if is_new && self.calling.unseen.contains_key(&key) && self.session.is_up() {
            self.ask_calls(cx);
        }
        Ok(())
    }

    /// Rings where the room shows by now who rings in it, and stops where it shows a device of this account: that one is in the call.
    pub(super) fn ring_seen(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let Calling { ringing, unseen, rooms, .. } = &self.calling;
        let is_there = |chat: ChatId| rooms.people(chat).iter().any(|(_, device)| device.account == me);
        let joined: Vec<ChatId> =
            ringing.iter().filter(|(chat, ringing)| ringing.again && is_there(**chat)).map(|(chat, _)| *chat).collect();
        let is_seen = |(chat, caller): (ChatId, DeviceAddress)| {
            rooms.people(chat).iter().any(|(_, device)| *device == caller) || broken(Rule::RingsFromTheRoom)
        };
        let seen: Vec<_> =
            unseen.keys().copied().filter(|key| is_seen(*key)).map(|key| (key, is_there(key.0))).collect();
        for chat in joined {
            self.stop_ringing(cx, chat, false)?;
        }
        for (key, is_there) in seen {
            let Some(rung) = self.calling.unseen.remove(&key).filter(|_| !is_there && !self.calling.is_in(key.0))
            else {
                continue;
            };
            let Calling { ringing, changed, .. } = &mut self.calling;
            let has_room = ringing.len() < RINGING_MAX;
            match ringing.get_mut(&key.0) {
                Some(before) if before.call == rung.call => before.until_ms = before.until_ms.max(rung.until_ms),
                // What rings is not replaced.
                Some(_) => {}
                None if has_room => {
                    ringing.insert(key.0, rung);
                    *changed = true;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Members of a group who are not in its call.
    pub(super) fn absent(&self, cx: &Context<'_>, own: &Own) -> Result<Vec<CallAbsent>, Halt> {
        if !own.is_group {
            return Ok(Vec::new());
        }
        let (me, people) = (cx.me()?.address.account, self.calling.rooms.people(own.chat));
        let is_absent =
            |account: &AccountId| *account != me && !people.iter().any(|(_, device)| device.account == *account);
        let absent = groups::accounts(cx.db, own.chat)?.into_iter().filter(is_absent);
        let row = |account: AccountId| {
            Ok(CallAbsent { account: client_api::AccountId(account.0), title: accounts::title_of(cx.db, account)? })
        };
        absent.map(row).collect()
    }
}

/// A call that a member names: one that is not here may go on, of one that is here the chat says so.
pub(super) fn may_go_on(cx: &Context<'_>, chat: ChatId, call: MessageId) -> Result<bool, Halt> {
    let row = messages::get_row(cx.db, chat, call, cx.me()?.address.account)?;
    Ok(match row.map(|row| row.body) {
        None => true,
        Some(MessageBody::Call(CallFacts { state, .. })) => {
            !matches!(state, CallState::Over { .. } | CallState::Merged)
        }
        Some(_) => false,
    })
}
