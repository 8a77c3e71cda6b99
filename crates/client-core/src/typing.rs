//! Typing: said to the chat's other account while it goes on, sealed for the chat's members and signed, never stored;
//! heard from them, and shown until it ends or too long has passed.

use crate::blocking;
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::ephemeral::{self, Newest};
use crate::io::Halt;
use client_api::{Answer, UserError};
use identity::ChatKind;
use proto::content::{Typing as TypingBody, ephemeral_body};
use proto::ids::{ChatId, DeviceAddress};
use std::collections::{BTreeMap, BTreeSet};

/// Said again at most this often, however often the interface says it.
const SAY_EVERY_MS: u64 = 2_500;
/// Shown this long after it was last heard: twice the time in which it is said again, so that one may be lost.
const SHOWN_MS: u64 = 6_000;

/// Who types now, in this run.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    /// Until when each chat shows it.
    shown: BTreeMap<ChatId, u64>,
    /// When each chat was last told that the owner types.
    said: BTreeMap<ChatId, u64>,
    heard: Newest,
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
            && !blocking::blocks_chat(cx.db, &stored)?
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
        ephemeral::say(cx, chat, cx.now_ms, ephemeral_body::Body::Typing(TypingBody { on }))
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

    /// Somebody types, or stopped.
    pub(crate) fn hear_typing(
        &mut self,
        cx: &mut Context<'_>,
        (chat, sender): (ChatId, DeviceAddress),
        time_ms: u64,
        on: bool,
    ) {
        if !self.typing.heard.is_new(cx.now_ms, (chat, sender), time_ms) {
            return;
        }
        if on {
            self.typing.shown.insert(chat, cx.now_ms + SHOWN_MS);
            self.retry_at(cx.now_ms + SHOWN_MS);
            cx.changed.chat(chat);
        } else {
            self.typing_ended(cx, chat);
        }
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
