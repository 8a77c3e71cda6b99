//! Parts of a chat's log that no log has any more: this device was away for longer than the server keeps them. Siblings are asked for
//! them, and after a day in vain the chat says so, at their place. Owns the table `missing_range`; that something has expired is for
//! `recovery` to find out.

use crate::chats;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::UNSENT_MS;
use crate::{mls, notices};
use client_api::SystemLine;
use proto::content::{FillRequest, SeqRange, content};
use proto::ids::{ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension, params};

/// How long siblings may take before they are asked once more; each further wait is four times as long.
const FIRST_WAIT_MS: u64 = 15_000;
/// The longest wait.
const DAY_MS: u64 = 24 * 3_600 * 1_000;
/// What is missing for so long is said to be.
const TOLD_AFTER_MS: u64 = DAY_MS;
/// Ranges that are looked at in one input.
const AT_ONCE: u32 = 64;

/// A range, as stored.
#[derive(Debug, Clone)]
struct Missing {
    chat: ChatId,
    from: u64,
    to: u64,
    after_ms: u64,
    before_ms: u64,
    since_ms: u64,
    asked: u32,
    next_ask_ms: u64,
    line: Vec<u8>,
}

const COLUMNS: &str = "chat, from_seq, to_seq, after_ms, before_ms, since_ms, asked, next_ask_ms, line";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Missing> {
    Ok(Missing {
        chat: ChatId(row.get(0)?),
        from: row.get(1)?,
        to: row.get(2)?,
        after_ms: row.get(3)?,
        before_ms: row.get(4)?,
        since_ms: row.get(5)?,
        asked: row.get(6)?,
        next_ask_ms: row.get(7)?,
        line: row.get(8)?,
    })
}

fn put(cx: &Context<'_>, missing: &Missing) -> Result<(), Halt> {
    cx.db
        .prepare_cached(&format!(
            "INSERT OR REPLACE INTO missing_range ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ))?
        .execute(params![
            missing.chat.as_bytes(),
            missing.from,
            missing.to,
            missing.after_ms,
            missing.before_ms,
            missing.since_ms,
            missing.asked,
            missing.next_ask_ms,
            missing.line
        ])?;
    Ok(())
}

/// What a device lacks of a part of a chat's log, in order.
fn within(db: &Connection, chat: ChatId, range: SeqRange) -> Result<Vec<Missing>, Halt> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM missing_range WHERE chat = ?1 AND from_seq <= ?3 AND to_seq >= ?2 ORDER BY from_seq"
    ))?;
    let rows = statement.query_map(params![chat.as_bytes(), range.from, range.to], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The missing ranges that reach into this part of a log.
pub(crate) fn ranges(db: &Connection, chat: ChatId, range: SeqRange) -> Result<Vec<SeqRange>, Halt> {
    let missing = within(db, chat, range)?;
    Ok(missing.into_iter().map(|missing| SeqRange { from: missing.from, to: missing.to }).collect())
}

/// A range without others, which are in order.
pub(crate) fn without(range: SeqRange, others: &[SeqRange]) -> Vec<SeqRange> {
    let mut parts = Vec::new();
    let mut from = range.from;
    for other in others {
        if from < other.from && from <= range.to {
            parts.push(SeqRange { from, to: range.to.min(other.from - 1) });
        }
        from = from.max(other.to + 1);
    }
    if from <= range.to {
        parts.push(SeqRange { from, to: range.to });
    }
    parts
}

/// A range is missing from now on, if it was not already: between two entries that the server took at these times.
pub(crate) fn note(
    cx: &mut Context<'_>,
    chat: ChatId,
    range: SeqRange,
    (after_ms, before_ms): (u64, u64),
) -> Result<(), Halt> {
    for part in without(range, &ranges(cx.db, chat, range)?) {
        let (since_ms, asked, next_ask_ms, line) = (cx.now_ms, 0, 0, Vec::new());
        let SeqRange { from, to } = part;
        put(cx, &Missing { chat, from, to, after_ms, before_ms, since_ms, asked, next_ask_ms, line })?;
    }
    cx.changed.infos.insert(chat);
    Ok(())
}

/// Somebody gave what is in this part of the log. A line that speaks of nothing that is missing any more goes.
pub(crate) fn take_out(cx: &mut Context<'_>, chat: ChatId, range: SeqRange) -> Result<(), Halt> {
    for missing in within(cx.db, chat, range)? {
        cx.db
            .prepare_cached("DELETE FROM missing_range WHERE chat = ?1 AND from_seq = ?2")?
            .execute(params![chat.as_bytes(), missing.from])?;
        for part in without(SeqRange { from: missing.from, to: missing.to }, &[range]) {
            put(cx, &Missing { from: part.from, to: part.to, ..missing.clone() })?;
        }
        let Ok(line) = MessageId::try_from(missing.line.as_slice()) else { continue };
        let told: bool = cx
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM missing_range WHERE chat = ?1 AND line = ?2)")?
            .query_row(params![chat.as_bytes(), line.as_bytes()], |row| row.get(0))?;
        if !told {
            cx.db.prepare_cached("DELETE FROM message WHERE message = ?1")?.execute([line.as_bytes()])?;
            cx.changed.message_gone(chat, line);
        }
        cx.changed.infos.insert(chat);
    }
    Ok(())
}

/// The chat goes on elsewhere: nobody will give what is missing in this one.
pub(crate) fn forget(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db.prepare_cached("DELETE FROM missing_range WHERE chat = ?1")?.execute([chat.as_bytes()])?;
    Ok(())
}

/// From when on a chat is whole, where something is missing.
pub(crate) fn whole_since(db: &Connection, chat: ChatId) -> Result<Option<u64>, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT coalesce((SELECT min(m.time_ms) FROM message m WHERE m.chat = ?1 AND m.seq > r.to_seq), r.before_ms)
         FROM missing_range r WHERE r.chat = ?1 ORDER BY r.to_seq DESC LIMIT 1",
    )?;
    Ok(statement.query_row([chat.as_bytes()], |row| row.get(0)).optional()?)
}

/// A device came back, or was linked, that may have what is missing.
pub(crate) fn ask_again(cx: &Context<'_>) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE missing_range SET next_ask_ms = 0, asked = min(asked, 1)")?.execute([])?;
    Ok(())
}

impl Client {
    /// Asks the siblings for what is missing and due, and says so where they had their time.
    pub(crate) fn ask_for_missing(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let due: Vec<Missing> = {
            let mut statement = cx.db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM missing_range WHERE next_ask_ms <= ?1 ORDER BY next_ask_ms LIMIT ?2"
            ))?;
            let rows = statement.query_map(params![cx.now_ms, AT_ONCE], read)?;
            rows.collect::<Result<_, _>>()?
        };
        if due.is_empty() {
            return Ok(());
        }
        let siblings = mls::own_device_list(cx)?.devices().count() > 1;
        for mut missing in due {
            let told_at_ms = missing.since_ms + TOLD_AFTER_MS;
            if missing.line.is_empty() && told_at_ms <= cx.now_ms {
                missing.line = say(cx, &missing)?;
            }
            if siblings {
                // First the phone, as it has most; then whoever has it.
                let request = FillRequest {
                    chat: missing.chat.to_vec(),
                    ranges: vec![SeqRange { from: missing.from, to: missing.to }],
                    asking_device: cx.me()?.address.device.0,
                    of_anyone: missing.asked > 0,
                };
                self.tell_siblings(cx, content::Body::FillRequest(request))?;
            }
            let wait_ms = if siblings { DAY_MS.min(FIRST_WAIT_MS << (2 * missing.asked).min(16)) } else { DAY_MS };
            missing.asked = missing.asked.saturating_add(1);
            missing.next_ask_ms = cx.now_ms + wait_ms;
            if missing.line.is_empty() {
                missing.next_ask_ms = missing.next_ask_ms.min(told_at_ms);
            }
            self.retry_at(missing.next_ask_ms);
            put(cx, &missing)?;
        }
        Ok(())
    }
}

/// The line stands where the messages would: before what came after them.
fn say(cx: &mut Context<'_>, missing: &Missing) -> Result<Vec<u8>, Halt> {
    let Some(chat) = chats::find(cx.db, missing.chat)? else { return Ok(Vec::new()) };
    let (before, behind): (Option<u64>, Option<u64>) = cx
        .db
        .prepare_cached(
            "SELECT (SELECT max(time_ms) FROM message WHERE chat = ?1 AND seq BETWEEN 1 AND ?2 - 1),
                    (SELECT min(time_ms) FROM message WHERE chat = ?1 AND seq > ?3)",
        )?
        .query_row(params![missing.chat.as_bytes(), missing.from, missing.to], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let from_ms = missing.after_ms.max(before.unwrap_or(0));
    let to_ms = behind.map_or(missing.before_ms, |behind| behind.min(missing.before_ms)).max(from_ms);
    let time_ms = behind.map_or(missing.before_ms, |behind| behind - 1).clamp(1, UNSENT_MS - 1);
    let line = SystemLine::MayBeMissing { from_ms, to_ms };
    cx.changed.infos.insert(missing.chat);
    Ok(notices::say_at(cx, &chat, &line, time_ms)?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: u64, to: u64) -> SeqRange {
        SeqRange { from, to }
    }

    #[test]
    fn a_range_without_others_is_what_lies_between_them() {
        assert_eq!(without(range(3, 9), &[]), [range(3, 9)]);
        assert_eq!(without(range(3, 9), &[range(1, 3), range(5, 6), range(9, 20)]), [range(4, 4), range(7, 8)]);
        assert_eq!(without(range(3, 9), &[range(1, 20)]), []);
        assert_eq!(without(range(3, 9), &[range(12, 20)]), [range(3, 9)]);
    }
}
