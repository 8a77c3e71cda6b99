//! The log of calls: those of all chats, newest first, a page at a time. A call is a message like others and nothing marks it in the
//! database, so messages are looked through by their time; no question looks through more than a bounded number of them.

use super::facts;
use crate::chats;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::{self, Kind};
use client_api::{Answer, CallLog, FoundPlace, LoggedCall, MessageBody};
use identity::ChatKind;
use proto::ids::{ChatId, MessageId};
use rusqlite::params;

/// Calls of a page at most, whatever is asked for.
const PAGE_MAX: usize = 100;
/// Calls that are read for a page at most: of those that another one has taken the place of, nothing is shown.
const READ_MAX: usize = 200;
/// Messages, and what was said about them, that one question looks through at most: about ten milliseconds.
const LOOKED_AT_MAX: usize = 2_000;

impl Client {
    /// "Which calls were there?"
    pub(crate) fn log_of_calls(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        after: Option<FoundPlace>,
        limit: u16,
    ) -> Result<(), Halt> {
        let log = page(cx, after, usize::from(limit).clamp(1, PAGE_MAX))?;
        cx.answer(request, Ok(Answer::CallLog(log)));
        // Told once when messages change, as of a search.
        self.found_is_shown = true;
        Ok(())
    }
}

/// A message that was looked at.
struct Seen {
    place: FoundPlace,
    chat: ChatId,
    is_call: bool,
}

fn page(cx: &Context<'_>, after: Option<FoundPlace>, limit: usize) -> Result<CallLog, Halt> {
    let seen = look(cx, after)?;
    let is_end = seen.len() < LOOKED_AT_MAX;
    let last = seen.last().map(|seen| seen.place);
    let mut log = CallLog { calls: Vec::new(), next: last.filter(|_| !is_end) };
    let mut before = None;
    for (read, Seen { place, chat, .. }) in seen.into_iter().filter(|seen| seen.is_call).enumerate() {
        if log.calls.len() == limit || read == READ_MAX {
            // Behind the last one that was read there is this one at least.
            log.next = before;
            break;
        }
        log.calls.extend(logged(cx, chat, place)?);
        before = Some(place);
    }
    Ok(log)
}

/// The next messages behind a place, newest first.
fn look(cx: &Context<'_>, after: Option<FoundPlace>) -> Result<Vec<Seen>, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT time_ms, message, chat, CASE WHEN kind = ?3 THEN content ELSE x'' END
         FROM message INDEXED BY message_by_time WHERE time_ms <= ?1 AND (time_ms < ?1 OR message < ?2)
         ORDER BY time_ms DESC, message DESC LIMIT ?4",
    )?;
    let from_ms = after.map_or(i64::MAX, |place| i64::try_from(place.time_ms).unwrap_or(i64::MAX));
    let from = after.map_or([0xff; 16], |place| place.message.0);
    let mut rows = statement.query(params![from_ms, from, Kind::Text.number(), LOOKED_AT_MAX])?;
    let mut seen = Vec::new();
    while let Some(row) = rows.next()? {
        let (chat, message) = (ChatId(row.get(2)?), client_api::MessageId(row.get(1)?));
        let is_call = messages::decoded(row.get(3)?).as_ref().and_then(facts::of).is_some();
        seen.push(Seen { place: FoundPlace { time_ms: row.get(0)?, message }, chat, is_call });
    }
    Ok(seen)
}

/// `None` for one that is none any more, or that another one has taken the place of.
fn logged(cx: &Context<'_>, chat: ChatId, place: FoundPlace) -> Result<Option<LoggedCall>, Halt> {
    let me = cx.me()?.address.account;
    let row = messages::get_row(cx.db, chat, MessageId(place.message.0), me)?;
    let (Some(row), Some(stored)) = (row, chats::find(cx.db, chat)?) else { return Ok(None) };
    let MessageBody::Call(facts) = row.body else { return Ok(None) };
    if facts.state == client_api::CallState::Merged {
        return Ok(None);
    }
    Ok(Some(LoggedCall {
        place,
        chat: client_api::ChatId(chat.0),
        title: chats::title(cx.db, &stored)?,
        is_group: stored.kind == ChatKind::Group,
        time_ms: row.time_ms,
        own: row.own,
        facts,
    }))
}
