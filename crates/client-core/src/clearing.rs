//! Clearing a chat, and taking it out of the list: own-device state that names how far, and the rows of here that it hides, a portion at each
//! input. Whether a message is hidden says `kept_out`.

use crate::amending::take_back;
use crate::amendments;
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::kept_out::{self, Asked, Bounds, Cut, KeptOut};
use crate::messages::{Kind, MOVED_SEQ, Place, UNSENT_MS};
use crate::own_state::{self, ChatKey};
use crate::recovery;
use client_api::{Answer, UserError};
use identity::ChatKind;
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{OptionalExtension, params};

/// Rows that one input looks at: some milliseconds.
const ROWS_AT_ONCE: usize = 500;

/// Which messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cleared {
    All,
    /// All but those with a star.
    Unstarred,
}

impl Client {
    /// "All that stands here shall go from my devices."
    pub(crate) fn clear_chat(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        keep_starred: bool,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let what = if keep_starred { Cleared::Unstarred } else { Cleared::All };
        let result = match self.may_clear(cx, chat)? {
            Ok(_) => {
                self.clear(cx, chat, what)?;
                // It stays in the list, also where it was out of it before.
                reopen(cx, chat)?;
                Ok(Answer::Done)
            }
            Err(error) => Err(error),
        };
        cx.answer(request, result);
        Ok(())
    }

    /// "And the chat itself." It comes back with the next message.
    pub(crate) fn delete_chat(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let result = match self.may_clear(cx, chat)? {
            Ok(stored) if stored.kind == ChatKind::Group && stored.membership != Membership::Left => {
                Err(UserError::LeaveFirst)
            }
            Ok(_) => {
                let cut = self.clear(cx, chat, Cleared::All)?;
                for key in [ChatKey::Pin, ChatKey::Archive, ChatKey::Draft] {
                    own_state::set(cx, &key.of(chat), Vec::new())?;
                }
                own_state::set(cx, &ChatKey::Gone.of(chat), cut.encode())?;
                Ok(Answer::Done)
            }
            Err(error) => Err(error),
        };
        cx.answer(request, result);
        Ok(())
    }

    fn may_clear(&self, cx: &Context<'_>, chat: ChatId) -> Result<Result<chats::Chat, UserError>, Halt> {
        let stored = chats::find(cx.db, chat)?.filter(|chat| chat.kind != ChatKind::SelfGroup);
        Ok(match stored {
            None => Err(UserError::NotFound),
            // The call is one of its messages.
            Some(_) if self.calling.is_in(chat) => Err(UserError::InCall),
            Some(stored) => Ok(stored),
        })
    }

    fn clear(&mut self, cx: &mut Context<'_>, chat: ChatId, what: Cleared) -> Result<Cut, Halt> {
        clear_unsent(cx, chat, what)?;
        let cut = up_to_now(cx, chat)?;
        let key = if what == Cleared::All { ChatKey::Clear } else { ChatKey::ClearUnstarred };
        own_state::set(cx, &key.of(chat), cut.encode())?;
        own_state::set(cx, &ChatKey::Unread.of(chat), Vec::new())?;
        self.sweep(cx)?;
        Ok(cut)
    }

    /// Hides the next rows of what was cleared; the rest in the next inputs, which come at once.
    pub(crate) fn sweep(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let next: Option<([u8; 16], u64)> = cx
            .db
            .prepare_cached("SELECT chat, before_ms FROM sweep LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((chat, before_ms)) = next {
            portion(cx, ChatId(chat), before_ms)?;
        }
        self.sweep_later(cx)
    }

    pub(crate) fn sweep_later(&mut self, cx: &Context<'_>) -> Result<(), Halt> {
        if sweeps(cx)? {
            self.retry_at(cx.now_ms + 1);
        }
        Ok(())
    }
}

/// All that is left to be looked at in a chat, at once: it moves elsewhere.
pub(crate) fn sweep_whole(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    let mut statement = cx.db.prepare_cached("SELECT before_ms FROM sweep WHERE chat = ?1")?;
    let mut next = || statement.query_row([chat.as_bytes()], |row| row.get(0)).optional();
    while let Some(before_ms) = next()? {
        portion(cx, chat, before_ms)?;
    }
    Ok(())
}

/// Looks at the next rows before this time.
fn portion(cx: &mut Context<'_>, chat: ChatId, before_ms: u64) -> Result<(), Halt> {
    let rows = rows(cx, chat, before_ms)?;
    let bounds = Bounds::of(cx, chat)?;
    let is_end = rows.len() < ROWS_AT_ONCE;
    let reached_ms = rows.last().map(|row| row.place.time_ms);
    for row in rows {
        let asked = row.asked();
        if let Some(why) = bounds.judge(cx.db, &asked)? {
            hide(cx, chat, &row, why)?;
        }
    }
    // What the list says of the chat is in the newest ones; the rest counts at the end.
    if is_end || before_ms == UNSENT_MS {
        cx.changed.chat(chat);
        cx.changed.infos.insert(chat);
    }
    match reached_ms.filter(|_| !is_end) {
        // Its time is no other message's, but may be a line's.
        Some(reached_ms) => {
            let before_ms = (reached_ms + 1).min(before_ms - 1);
            cx.db
                .prepare_cached("UPDATE sweep SET before_ms = ?2 WHERE chat = ?1")?
                .execute(params![chat.as_bytes(), before_ms])?;
        }
        None => drop(cx.db.prepare_cached("DELETE FROM sweep WHERE chat = ?1")?.execute([chat.as_bytes()])?),
    }
    Ok(())
}

/// Rows are left to be looked at.
fn sweeps(cx: &Context<'_>) -> Result<bool, Halt> {
    Ok(cx.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM sweep)")?.query_row([], |row| row.get(0))?)
}

/// Rows of a chat may be kept out since now.
pub(crate) fn look_through(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("INSERT OR REPLACE INTO sweep (chat, before_ms) VALUES (?1, ?2)")?
        .execute(params![chat.as_bytes(), UNSENT_MS])?;
    Ok(())
}

/// It is opened anew, or is not to be out of the list any more.
pub(crate) fn reopen(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    let sql = "UPDATE chat SET quiet = 0 WHERE chat = ?1 AND quiet";
    if cx.db.prepare_cached(sql)?.execute([chat.as_bytes()])? > 0 {
        cx.changed.chat(chat);
    }
    own_state::set(cx, &ChatKey::Gone.of(chat), Vec::new())
}

/// The newest place that this device knows in a chat. Lines of the chat have the device's times, and no place.
pub(crate) fn up_to_now(cx: &Context<'_>, chat: ChatId) -> Result<Cut, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT max(c.applied_ms, coalesce((SELECT time_ms FROM message WHERE chat = ?1 AND time_ms < ?2 AND seq > 1
                                            ORDER BY time_ms DESC LIMIT 1), 0)),
                max(c.applied_seq, coalesce((SELECT max(seq) FROM message WHERE chat = ?1), 0)),
                coalesce((SELECT max(time_ms) FROM message WHERE chat = ?1 AND seq <= ?3 AND kind < 2 AND time_ms < ?2), 0),
                (SELECT state_clock FROM this)
         FROM chat c WHERE c.chat = ?1",
    )?;
    let cut = statement.query_row(params![chat.as_bytes(), UNSENT_MS, MOVED_SEQ], |row| {
        let clock = row.get::<_, i64>(3)?.cast_unsigned();
        Ok(Cut { time_ms: row.get(0)?, seq: row.get(1)?, moved_ms: row.get(2)?, said: clock.max(cx.now_ms << 16) })
    });
    Ok(cut.optional()?.unwrap_or_default())
}

/// Own words that have no place yet: what never left is taken back, what is on its way goes on without a row here.
fn clear_unsent(cx: &mut Context<'_>, chat: ChatId, what: Cleared) -> Result<(), Halt> {
    let unsent: Vec<[u8; 16]> = {
        let mut statement = cx.db.prepare_cached(
            "SELECT m.message FROM message m WHERE m.chat = ?1 AND m.seq = 0 AND m.kind IN (0, 1) AND (?2 OR NOT EXISTS
             (SELECT 1 FROM state s WHERE s.key = 'star/' || lower(hex(m.message)) AND length(s.value) > 0))",
        )?;
        let values = params![chat.as_bytes(), what == Cleared::All];
        let rows = statement.query_map(values, |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    for id in unsent.into_iter().map(MessageId) {
        if !take_back(cx, chat, id)? {
            own_state::set(cx, &amendments::hide_key(id), own_state::flag(true))?;
        }
    }
    Ok(())
}

struct Row {
    id: MessageId,
    sender: AccountId,
    place: Place,
    kind: i32,
    sent_ms: u64,
    star: MessageId,
}

impl Row {
    fn is_line(&self) -> bool {
        self.kind == Kind::System.number()
    }

    fn asked(&self) -> Asked {
        Asked { sender: self.sender, place: self.place, is_line: self.is_line(), star: self.star }
    }
}

const COLUMNS: &str = "message, account, seq, time_ms, kind, sent_ms, CASE WHEN about >= 2 THEN coalesce(target, message) ELSE message END";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: MessageId(row.get(0)?),
        sender: AccountId(row.get(1)?),
        place: Place { seq: row.get(2)?, time_ms: row.get(3)? },
        kind: row.get(4)?,
        sent_ms: row.get(5)?,
        star: MessageId(row.get(6)?),
    })
}

fn rows(cx: &Context<'_>, chat: ChatId, before_ms: u64) -> Result<Vec<Row>, Halt> {
    let mut statement = cx.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE chat = ?1 AND time_ms < ?2 ORDER BY time_ms DESC LIMIT ?3"
    ))?;
    let rows = statement.query_map(params![chat.as_bytes(), before_ms, ROWS_AT_ONCE], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A row that is kept out from now on. What the chat itself said there goes; of a message the place stays, for completeness.
fn hide(cx: &mut Context<'_>, chat: ChatId, row: &Row, why: KeptOut) -> Result<(), Halt> {
    let is_line = row.is_line();
    // A line stands under the other one's account, who never said it.
    if row.kind == Kind::Hidden.number() || (is_line && why == KeptOut::Blocked) {
        return Ok(());
    }
    if row.kind == Kind::Waiting.number() {
        // Nobody is asked any more for what would not be shown.
        recovery::release(cx, chat, row.place.seq, row.place.seq)?;
    } else if is_line {
        cx.db.prepare_cached("DELETE FROM message WHERE message = ?1")?.execute([row.id.as_bytes()])?;
    } else {
        amendments::keep_place(cx, row.id, row.sent_ms)?;
    }
    if row.kind == Kind::Amendment.number() {
        // What it was said about is shown without it.
        return amendments::follow(cx, chat, row.star);
    }
    // The chat's row is shown by whoever hides.
    cx.changed.messages.remove(&(chat, row.id));
    cx.changed.messages_gone.insert((chat, row.id));
    Ok(())
}

/// An own message has its place: a sibling that knew it already may have cleared the chat.
pub(crate) fn follow_settled(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    let mut statement = cx.db.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE message = ?1"))?;
    let Some(row) = statement.query_row([id.as_bytes()], read).optional()? else { return Ok(()) };
    let asked = row.asked();
    match kept_out::judge(cx, chat, &asked)? {
        Some(why) => {
            cx.changed.chat(chat);
            cx.changed.infos.insert(chat);
            hide(cx, chat, &row, why)
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod clearing_tests;
