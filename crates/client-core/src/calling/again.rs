//! Members who are not in a group's call are rung while it goes on: once more, or for the first time where they were added to the group
//! meanwhile. A word about the call (`CallWord`), which names them. Nobody who is not named hears it ring.

use super::{Calling, Own, RING_MS, RINGING_MAX, Ringing};
use crate::accounts;
use crate::chats::Chat;
use crate::client::{Client, Context};
use crate::groups;
use crate::io::Halt;
use crate::messages::Kind;
use client_api::{Answer, CallAbsent, UserError};
use identity::ChatKind;
use proto::content::call_word::Word;
use proto::content::{CallWord, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, MessageId};
use proto::wire::GroupItem;

/// Accounts that are waited for and rung at once; no room has more people.
const RUNG_MAX: usize = 64;

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
        let own = self.calling.own.as_mut().filter(|own| own.chat == chat && own.is_group && own.call.is_some());
        let result = match own {
            None => Err(UserError::NotNow),
            Some(own) if own.to_ring.len() + members.len() > RUNG_MAX => Err(UserError::NotNow),
            Some(own) => {
                own.to_ring.extend(members.iter().map(|account| AccountId(account.0)));
                Ok(Answer::Done)
            }
        };
        cx.answer(request, result);
        Ok(())
    }

    /// Rings at whom it is wished, so far as they are members and not there.
    pub(super) fn ring_wished(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Calling { own: Some(own), rooms, .. } = &mut self.calling else { return Ok(()) };
        let (chat, video) = (own.chat, own.video);
        let Some(call) = own.call.filter(|_| !own.to_ring.is_empty()) else { return Ok(()) };
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
        let word = CallWord { message_id: call.to_vec(), word: Word::Rings.into(), accounts, video };
        self.write(cx, chat, Kind::Amendment, content::Body::CallWord(word))?;
        self.retry_at(ends_ms);
        Ok(())
    }

    /// Somebody in a group's call rings at members.
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
        let is_meant = word.accounts.iter().take(RUNG_MAX).any(|account| account.as_slice() == me.0);
        let age_ms = self.calling.rooms.server_ms(cx.now_ms).saturating_sub(item.time_ms);
        let is_there = self.calling.rooms.people(chat.chat).iter().any(|(_, device)| device.account == me);
        if !is_meant || caller.account == me || age_ms >= RING_MS || chat.kind != ChatKind::Group {
            return Ok(());
        }
        if is_there || self.calling.is_in(chat.chat) || self.calling.ringing.len() >= RINGING_MAX {
            return Ok(());
        }
        let until_ms = cx.now_ms + RING_MS - age_ms;
        let ringing = Ringing { call, caller, video: word.video, until_ms, again: true, is_shown: false };
        self.calling.ringing.insert(chat.chat, ringing);
        self.calling.changed = true;
        self.retry_at(until_ms);
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
