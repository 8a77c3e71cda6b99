//! People whom the owner has blocked: own-device state that says from which message on and up to which one, in the chat of two. What they say
//! there meanwhile is kept out on all own devices (`kept_out`), and what would tell them something of the owner is not said. In groups
//! they stay whom they are. They are not told; the server is not either, and goes on telling them that their messages were delivered.

use crate::accounts;
use crate::chats::{self, Chat};
use crate::clearing;
use crate::client::{Client, Context};
use crate::history::import;
use crate::io::Halt;
use crate::own_state;
use crate::profile::ui_account;
use crate::state;
use client_api::{Answer, BlockedRow, Command, Event, UserError};
use identity::ChatKind;
use proto::ids::{AccountId, ChatId};
use rusqlite::Connection;
use std::str::FromStr as _;

/// The keys of who is blocked, or was.
pub(crate) const BLOCK: &str = "block/";
/// So many times of blocking are remembered of one account, the newest ones.
const SPANS_MAX: usize = 16;
/// How a stored value begins.
const FORMAT: u8 = 1;

/// A time in which somebody was blocked, by the server's times in the chat with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    from_ms: u64,
    /// Inclusive; 0: it goes on.
    to_ms: u64,
}

impl Span {
    pub(crate) fn holds(self, time_ms: u64) -> bool {
        self.from_ms <= time_ms && (self.to_ms == 0 || time_ms <= self.to_ms)
    }

    fn goes_on(self) -> bool {
        self.to_ms == 0
    }
}

fn encode(spans: &[Span]) -> Vec<u8> {
    if spans.is_empty() {
        return Vec::new();
    }
    let newest = spans.get(spans.len().saturating_sub(SPANS_MAX)..).unwrap_or_default();
    let numbers = newest.iter().flat_map(|span| [span.from_ms.to_be_bytes(), span.to_ms.to_be_bytes()]).flatten();
    std::iter::once(FORMAT).chain(numbers).collect()
}

/// What a newer version wrote may be longer; what cannot be read blocks nobody.
fn decode(stored: &[u8]) -> Vec<Span> {
    let [FORMAT, rest @ ..] = stored else { return Vec::new() };
    let (pairs, _) = rest.as_chunks::<16>();
    let number = |bytes: &[u8]| <[u8; 8]>::try_from(bytes).map_or(0, u64::from_be_bytes);
    let span = |pair: &[u8; 16]| Span { from_ms: number(&pair[..8]), to_ms: number(&pair[8..]) };
    pairs.iter().take(SPANS_MAX).map(span).collect()
}

fn key(account: AccountId) -> String {
    format!("{BLOCK}{}", ui_account(account))
}

/// The times in which an account was blocked.
pub(crate) fn spans(db: &Connection, account: AccountId) -> Result<Vec<Span>, Halt> {
    Ok(decode(&state::get(db, &key(account))?.unwrap_or_default()))
}

/// This account is blocked now.
pub(crate) fn is_blocked(db: &Connection, account: AccountId) -> Result<bool, Halt> {
    Ok(spans(db, account)?.last().is_some_and(|span| span.goes_on()))
}

/// The other one of this chat of two is blocked now.
pub(crate) fn blocks_chat(db: &Connection, chat: &Chat) -> Result<bool, Halt> {
    if chat.kind == ChatKind::Direct { is_blocked(db, chat.peer) } else { Ok(false) }
}

/// The same by the chat's id.
pub(crate) fn blocks(db: &Connection, chat: ChatId) -> Result<bool, Halt> {
    chats::find(db, chat)?.map_or(Ok(false), |chat| blocks_chat(db, &chat))
}

/// A command would say something to somebody who is blocked. What was said before may be taken back.
pub(crate) fn refuses(cx: &Context<'_>, command: &Command) -> Result<bool, Halt> {
    let chat = match command {
        Command::SendText { chat, .. }
        | Command::SendMedia { chat, .. }
        | Command::React { chat, .. }
        | Command::EditText { chat, .. }
        | Command::SendPoll { chat, .. }
        | Command::Vote { chat, .. }
        | Command::PinMessage { chat, .. }
        | Command::RetryMessage { chat, .. }
        | Command::PlaceCall { chat, .. }
        | Command::AnswerCall { chat } => chat,
        Command::ForwardMessages { to, .. } => {
            for (chat, _) in to {
                if blocks(cx.db, ChatId(chat.0))? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        _ => return Ok(false),
    };
    blocks(cx.db, ChatId(chat.0))
}

/// All who are blocked, for the interface.
pub(crate) fn show(cx: &mut Context<'_>) -> Result<(), Halt> {
    let mut rows = Vec::new();
    for (key, value) in state::with_prefix(cx.db, BLOCK)? {
        let account = key.strip_prefix(BLOCK).and_then(|id| AccountId::from_str(id).ok());
        if let Some(account) = account.filter(|_| decode(&value).last().is_some_and(|span| span.goes_on())) {
            let title = accounts::title_of(cx.db, account)?;
            let number = accounts::number_of(cx.db, account)?;
            rows.push(BlockedRow { account: ui_account(account), title, number });
        }
    }
    cx.event(Event::Blocked(rows));
    Ok(())
}

/// The state of an account has changed, here or on another device.
pub(crate) fn follow(cx: &mut Context<'_>, account: AccountId) -> Result<(), Halt> {
    cx.changed.blocked = true;
    cx.changed.person(account);
    if let Some(chat) = chats::find_with(cx.db, ChatKind::Direct, account)? {
        cx.changed.pushing.insert(chat.chat);
        // What came before this device knew.
        if let Some(from_ms) = spans(cx.db, account)?.iter().map(|span| span.from_ms).min() {
            clearing::look_through(cx, chat.chat, from_ms)?;
        }
    }
    Ok(())
}

/// From now on: behind the newest that this device knows in the chat with them.
fn begins_ms(cx: &Context<'_>, account: AccountId) -> Result<u64, Halt> {
    let known_ms = match chats::find_with(cx.db, ChatKind::Direct, account)? {
        Some(chat) => clearing::up_to_now(cx, chat.chat)?.time_ms,
        None => 0,
    };
    Ok(match known_ms {
        // Nothing was said, or it is still to come from the phone.
        0 if import::is_whole(cx)? => 1,
        0 => cx.now_ms,
        known_ms => known_ms + 1,
    })
}

fn begin(cx: &mut Context<'_>, account: AccountId) -> Result<(), Halt> {
    let mut spans = spans(cx.db, account)?;
    if !spans.last().is_some_and(|span| span.goes_on()) {
        spans.push(Span { from_ms: begins_ms(cx, account)?, to_ms: 0 });
    }
    own_state::set(cx, &key(account), encode(&spans))
}

/// Up to the newest that this device knows; a time in which nothing came was none.
fn end(cx: &mut Context<'_>, account: AccountId) -> Result<(), Halt> {
    let mut spans = spans(cx.db, account)?;
    let Some(last) = spans.pop_if(|span| span.goes_on()) else { return Ok(()) };
    let to_ms = begins_ms(cx, account)?.saturating_sub(1);
    if last.from_ms <= to_ms {
        spans.push(Span { to_ms, ..last });
    }
    own_state::set(cx, &key(account), encode(&spans))
}

/// A number leads to another account: people block a number, whatever account its owner makes next.
pub(crate) fn carry(cx: &mut Context<'_>, old: AccountId, new: AccountId) -> Result<(), Halt> {
    if is_blocked(cx.db, old)? { begin(cx, new) } else { Ok(()) }
}

impl Client {
    /// "I want to hear nothing of them", or no longer so.
    pub(crate) fn set_blocked(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        account: client_api::AccountId,
        blocked: bool,
    ) -> Result<(), Halt> {
        let account = AccountId(account.0);
        let known: bool = cx
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE account = ?1)")?
            .query_row([account.as_bytes()], |row| row.get(0))?;
        if account == cx.me()?.address.account || !known {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        }
        if blocked {
            let chat = chats::find_with(cx.db, ChatKind::Direct, account)?;
            if let Some(chat) = chat {
                self.end_call_with(cx, chat.chat)?;
            }
            begin(cx, account)?;
        } else {
            end(cx, account)?;
        }
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }
}

#[cfg(test)]
mod blocking_tests;
