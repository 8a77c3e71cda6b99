//! People whom the owner has blocked: own-device state that says from which message on and up to which one, in the chat of two. What they say
//! there meanwhile is kept out on all own devices (`kept_out`), and what would tell them something of the owner is not said. In groups
//! they stay whom they are. They are not told; the server is not either, and goes on telling them that their messages were delivered.

use crate::accounts;
use crate::amending::take_back;
use crate::chats::{self, Chat, Membership};
use crate::clearing;
use crate::client::{Client, Context};
use crate::groups;
use crate::history::import;
use crate::io::Halt;
use crate::kept_out::Cut;
use crate::messages::{NUMBER_MAX, Place};
use crate::own_state;
use crate::profile::ui_account;
use crate::restored;
use crate::sending::Flight;
use crate::state;
use client_api::{Answer, BlockedRow, Command, Event, Notice, UserError};
use identity::ChatKind;
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::Connection;
use std::str::FromStr as _;

/// The keys of who is blocked, or was.
pub(crate) const BLOCK: &str = "block/";
/// So many times of blocking are remembered of one account, the newest ones.
const SPANS_MAX: usize = 16;
/// How a stored value begins.
const FORMAT: u8 = 1;

/// A stretch of the chat with somebody in which they were blocked. Of both ends time and place in the log count, as where a chat is cleared:
/// one entry with an absurd time neither ends it nor makes it longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// What was there before.
    before: End,
    /// What was there when it ended; `None`: it goes on.
    until: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End {
    time_ms: u64,
    seq: u64,
}

impl End {
    fn covers(self, place: Place) -> bool {
        place.time_ms <= self.time_ms && place.seq <= self.seq
    }
}

impl Span {
    pub(crate) fn holds(self, place: Place) -> bool {
        !self.before.covers(place) && self.until.is_none_or(|end| end.covers(place))
    }

    fn goes_on(self) -> bool {
        self.until.is_none()
    }
}

fn encode(spans: &[Span]) -> Vec<u8> {
    if spans.is_empty() {
        return Vec::new();
    }
    let newest = spans.get(spans.len().saturating_sub(SPANS_MAX)..).unwrap_or_default();
    let ends = newest.iter().flat_map(|span| [span.before, span.until.unwrap_or(End { time_ms: 0, seq: 0 })]);
    let numbers = ends.flat_map(|end| [end.time_ms, end.seq]).flat_map(u64::to_be_bytes);
    std::iter::once(FORMAT).chain(numbers).collect()
}

/// What a newer version wrote may be longer; what cannot be read blocks nobody.
fn decode(stored: &[u8]) -> Vec<Span> {
    let [FORMAT, rest @ ..] = stored else { return Vec::new() };
    let (numbers, _) = rest.as_chunks::<8>();
    let (spans, _) = numbers.as_chunks::<4>();
    let span = |numbers: &[[u8; 8]; 4]| {
        let [from_ms, from_seq, to_ms, to_seq] = numbers.map(u64::from_be_bytes);
        let until = End { time_ms: to_ms, seq: to_seq };
        Span {
            before: End { time_ms: from_ms, seq: from_seq },
            until: Some(until).filter(|end| (end.time_ms, end.seq) != (0, 0)),
        }
    };
    spans.iter().take(SPANS_MAX).map(span).collect()
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
        | Command::SendCards { chat, .. }
        | Command::SendPlace { chat, .. }
        | Command::Vote { chat, .. }
        | Command::PinMessage { chat, .. }
        | Command::SetDisappearing { chat, .. }
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
        Command::GrowCall { members } => {
            for account in members {
                if is_blocked(cx.db, AccountId(account.0))? {
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
        let spans = spans(cx.db, account)?;
        // What came before this device knew.
        if !spans.is_empty() {
            clearing::look_through(cx, chat.chat)?;
        }
        if spans.last().is_some_and(|span| span.goes_on()) {
            cx.changed.silenced.insert(chat.chat);
            take_unsent_back(cx, chat.chat)?;
        }
    }
    if is_blocked(cx.db, account)? {
        groups::forget_asking(cx, account)?;
    }
    Ok(())
}

/// The newest that this device knows in the chat with them.
fn known(cx: &Context<'_>, account: AccountId) -> Result<End, Halt> {
    let known = match chats::find_with(cx.db, ChatKind::Direct, account)? {
        Some(chat) => clearing::up_to_now(cx, chat.chat)?,
        None => Cut::default(),
    };
    Ok(match known.time_ms {
        // What was said is still to come from the phone.
        0 if !import::is_whole(cx)? => End { time_ms: cx.now_ms, seq: NUMBER_MAX },
        time_ms => End { time_ms, seq: known.seq },
    })
}

fn begin(cx: &mut Context<'_>, account: AccountId) -> Result<(), Halt> {
    let mut spans = spans(cx.db, account)?;
    if !spans.last().is_some_and(|span| span.goes_on()) {
        spans.push(Span { before: known(cx, account)?, until: None });
    }
    own_state::set(cx, &key(account), encode(&spans))
}

/// Up to the newest that this device knows; a time in which nothing came was none.
fn end(cx: &mut Context<'_>, account: AccountId) -> Result<(), Halt> {
    let mut spans = spans(cx.db, account)?;
    let Some(last) = spans.pop_if(|span| span.goes_on()) else { return Ok(()) };
    let end = known(cx, account)?;
    if !last.before.covers(Place { time_ms: end.time_ms, seq: end.seq }) {
        spans.push(Span { until: Some(end), ..last });
    }
    own_state::set(cx, &key(account), encode(&spans))
}

/// A number leads to another account: people block a number, whatever account its owner makes next. Once, and only where the owner has never
/// said anything about the new one: the server says who that is, and it is told to them. The old one stays blocked, or a server could lift it.
pub(crate) fn carry(cx: &mut Context<'_>, old: AccountId, new: AccountId) -> Result<(), Halt> {
    if is_blocked(cx.db, old)? && !state::was_ever_set(cx.db, &key(new))? {
        begin(cx, new)?;
        let title = accounts::title_of(cx.db, new)?;
        cx.event(Event::Notice(Notice::BlockMoved { title }));
    }
    Ok(())
}

/// What never left is not said to them any more.
fn take_unsent_back(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    let unsent: Vec<[u8; 16]> = {
        let mut statement = cx.db.prepare_cached(
            "SELECT message FROM message WHERE chat = ?1 AND seq = 0 AND failed = 0 AND kind IN (0, 1)",
        )?;
        let rows = statement.query_map([chat.as_bytes()], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    for id in unsent {
        take_back(cx, chat, MessageId(id))?;
    }
    Ok(())
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
        let chat = chats::find_with(cx.db, ChatKind::Direct, account)?;
        // A device that is behind would say that what the others have shown already was said meanwhile.
        if !self.session.is_up() {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        }
        if let Some(chat) = &chat
            && self.is_behind(cx, chat)?
        {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        }
        if blocked {
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

    /// The log of a chat has more than this device followed, as far as it knows.
    fn is_behind(&self, cx: &Context<'_>, chat: &Chat) -> Result<bool, Halt> {
        let follows = matches!(chat.membership, Membership::Wanted)
            || self.flights.any(|flight| matches!(flight, Flight::FetchLog { chat: of, .. } if *of == chat.chat));
        Ok(follows || restored::is_comparing(cx.db, chat.chat)?)
    }
}

#[cfg(test)]
mod blocking_tests;
