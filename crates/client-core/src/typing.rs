//! Typing: said to the chat's other account while it goes on, sealed for the chat's members and signed, never stored;
//! heard from them, and shown until it ends or too long has passed.

use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::session::send;
use crate::{mls, reading};
use client_api::{Answer, UserError};
use e2ee::marks::{MarkKind, open_mark, seal_mark};
use identity::ChatKind;
use prost::Message as _;
use proto::content::{EphemeralBody, Typing as TypingBody, ephemeral_body};
use proto::ids::{ChatId, DeviceAddress};
use proto::wire::{Ephemeral, EphemeralItem, client_frame};
use std::collections::{BTreeMap, BTreeSet};

/// Said again at most this often, however often the interface says it.
const SAY_EVERY_MS: u64 = 2_500;
/// Shown this long after it was last heard: twice the time in which it is said again, so that one may be lost.
const SHOWN_MS: u64 = 6_000;
/// Two clocks may differ by this much; what is older is a repetition by the server.
const SKEW_MAX_MS: u64 = 10 * 60 * 1_000;
/// Devices whose last word is remembered, against repetitions.
const HEARD_LEN_MAX: usize = 4_096;

/// Who types now, in this run.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    /// Until when each chat shows it.
    shown: BTreeMap<ChatId, u64>,
    /// When each chat was last told that the owner types.
    said: BTreeMap<ChatId, u64>,
    /// The newest time that each device has signed.
    heard: BTreeMap<(ChatId, DeviceAddress), u64>,
}

impl Typing {
    /// The chats in which the other one types.
    pub(crate) fn chats(&self) -> BTreeSet<ChatId> {
        self.shown.keys().copied().collect()
    }

    /// Somebody types in a chat, or the owner did a moment ago.
    pub(crate) fn is_lively(&self, chat: ChatId, now_ms: u64) -> bool {
        self.shown.contains_key(&chat) || self.said.get(&chat).is_some_and(|said_ms| now_ms < said_ms + SHOWN_MS)
    }

    /// Takes a signed word once. The server could repeat it, or keep it for later.
    fn is_new(&mut self, now_ms: u64, key: (ChatId, DeviceAddress), time_ms: u64) -> bool {
        if time_ms.abs_diff(now_ms) > SKEW_MAX_MS || self.heard.get(&key).is_some_and(|last| time_ms <= *last) {
            return false;
        }
        if self.heard.len() >= HEARD_LEN_MAX {
            self.heard.retain(|_, last| last.abs_diff(now_ms) <= SKEW_MAX_MS);
        }
        if self.heard.len() >= HEARD_LEN_MAX {
            return false;
        }
        self.heard.insert(key, time_ms);
        true
    }
}

impl Client {
    /// "The user types", or stopped. Kept to a bounded rate; without a connection it is not said at all.
    pub(crate) fn set_typing(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        typing: bool,
    ) -> Result<(), Halt> {
        let Some(stored) = chats::find(cx.db, ChatId(chat.0))? else {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        };
        let someone_hears = stored.kind != ChatKind::SelfGroup
            && stored.membership == Membership::Joined
            && stored.peer != cx.me()?.address.account
            && self.session.is_up();
        if someone_hears {
            self.say_typing(cx, stored.chat, typing)?;
        }
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    fn say_typing(&mut self, cx: &mut Context<'_>, chat: ChatId, on: bool) -> Result<(), Halt> {
        let last = self.typing.said.get(&chat).copied();
        let due = if on { last.is_none_or(|last| cx.now_ms >= last + SAY_EVERY_MS) } else { last.is_some() };
        if !due {
            return Ok(());
        }
        if on {
            self.typing.said.insert(chat, cx.now_ms);
        } else {
            self.typing.said.remove(&chat);
        }
        let Some((epoch, key)) = reading::sealing_key(cx, chat)? else { return Ok(()) };
        let me = cx.me()?;
        let mut body = EphemeralBody {
            chat: chat.to_vec(),
            account: me.address.account.to_vec(),
            device: me.address.device.0,
            time_ms: cx.now_ms,
            signature: Vec::new(),
            body: Some(ephemeral_body::Body::Typing(TypingBody { on })),
        };
        identity::marks::sign_ephemeral(&me.device_key, &mut body);
        let sealed = seal_mark(&key, (chat, epoch), MarkKind::Ephemeral, &body.encode_to_vec(), cx.rng);
        send(cx, 0, client_frame::Body::Ephemeral(Ephemeral { chat: chat.to_vec(), epoch, sealed }));
        Ok(())
    }

    /// The page is hidden, or another reason to say that typing is over everywhere.
    pub(crate) fn stop_typing(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if !self.session.is_up() {
            self.typing.said.clear();
        }
        for chat in self.typing.said.keys().copied().collect::<Vec<_>>() {
            self.say_typing(cx, chat, false)?;
        }
        Ok(())
    }

    /// A message went to the chat: who writes on is said anew, at once.
    pub(crate) fn typing_was_sent(&mut self, chat: ChatId) {
        self.typing.said.remove(&chat);
    }

    /// Somebody's sign of life. What does not open, is not signed by a member, or is repeated, is dropped.
    pub(crate) fn on_ephemeral(&mut self, cx: &mut Context<'_>, item: &EphemeralItem) -> Result<(), Halt> {
        let sender = item.sender.as_ref().and_then(|sender| DeviceAddress::try_from(sender).ok());
        let (Ok(chat), Some(sender)) = (ChatId::try_from(item.chat.as_slice()), sender) else { return Ok(()) };
        if sender.account == cx.me()?.address.account {
            return Ok(());
        }
        let Some(body) = opened(cx, chat, sender, item)? else { return Ok(()) };
        if !self.typing.is_new(cx.now_ms, (chat, sender), body.time_ms) {
            return Ok(());
        }
        match body.body {
            Some(ephemeral_body::Body::Typing(TypingBody { on: true })) => {
                self.typing.shown.insert(chat, cx.now_ms + SHOWN_MS);
                self.retry_at(cx.now_ms + SHOWN_MS);
                cx.changed.chat(chat);
            }
            Some(ephemeral_body::Body::Typing(TypingBody { on: false })) => self.typing_ended(cx, chat),
            None => {}
        }
        Ok(())
    }

    /// They stopped, or their message is here.
    pub(crate) fn typing_ended(&mut self, cx: &mut Context<'_>, chat: ChatId) {
        if self.typing.shown.remove(&chat).is_some() {
            cx.changed.chat(chat);
        }
    }

    /// Ends what was not heard again in time.
    pub(crate) fn expire_typing(&mut self, cx: &mut Context<'_>) {
        let over: Vec<ChatId> =
            self.typing.shown.iter().filter(|(_, until_ms)| cx.now_ms >= **until_ms).map(|(chat, _)| *chat).collect();
        for chat in over {
            self.typing_ended(cx, chat);
        }
    }
}

fn opened(
    cx: &mut Context<'_>,
    chat: ChatId,
    sender: DeviceAddress,
    item: &EphemeralItem,
) -> Result<Option<EphemeralBody>, Halt> {
    let Some((group, key)) = reading::opening_key(cx, chat, item.epoch)? else { return Ok(None) };
    let Ok(body) = open_mark(&key, (chat, item.epoch), MarkKind::Ephemeral, &item.sealed) else { return Ok(None) };
    let Ok(body) = EphemeralBody::decode(body.as_slice()) else { return Ok(None) };
    let fits = body.chat == chat.0 && body.account == sender.account.0 && body.device == sender.device.0;
    let signer = mls::taken(group.find(sender))?.flatten();
    let signed = signer.is_some_and(|entry| identity::marks::verify_ephemeral(&entry.signature_key, &body).is_ok());
    Ok((fits && signed).then_some(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CHAT, Peer, now_ms, phone, step};
    use proto::ids::{AccountId, DeviceNumber};

    #[test]
    fn a_word_of_an_epoch_that_no_chat_reaches_is_dropped() {
        let (mut client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        let sender = DeviceAddress { account: peer.list.account(), device: DeviceNumber(1) };
        for epoch in [0, 1, 1 << 62, u64::MAX] {
            let sender = Some(sender.to_wire());
            let item = EphemeralItem { chat: CHAT.to_vec(), epoch, sealed: vec![1], sender };
            let (heard, _) = step(&db, now_ms(), |cx| client.on_ephemeral(cx, &item));
            assert!(heard.is_ok(), "epoch {epoch}: {heard:?}");
        }
    }

    #[test]
    fn a_word_counts_once_and_not_when_it_is_old() {
        let mut typing = Typing::default();
        let now_ms = 1_000_000_000;
        let key = (ChatId([1; 16]), DeviceAddress { account: AccountId([2; 16]), device: DeviceNumber(1) });
        assert!(typing.is_new(now_ms, key, now_ms - 5));
        assert!(!typing.is_new(now_ms, key, now_ms - 5), "repeated");
        assert!(!typing.is_new(now_ms, key, now_ms - 6), "kept back");
        assert!(typing.is_new(now_ms, key, now_ms + 5));
        assert!(!typing.is_new(now_ms, key, now_ms + SKEW_MAX_MS + 1), "from the future");
        assert!(!typing.is_new(now_ms + SKEW_MAX_MS * 2, key, now_ms + 6), "from the past");
    }

    #[test]
    fn what_is_remembered_is_bounded_and_old_words_make_room() {
        let mut typing = Typing::default();
        let now_ms = 1_000_000_000;
        let key = |n: u32| (ChatId([1; 16]), DeviceAddress { account: AccountId([2; 16]), device: DeviceNumber(n) });
        for n in 0..4_096 {
            assert!(typing.is_new(now_ms, key(n), now_ms));
        }
        assert!(!typing.is_new(now_ms, key(5_000), now_ms));
        let later = now_ms + SKEW_MAX_MS + 1;
        assert!(typing.is_new(later, key(5_000), later));
    }
}
