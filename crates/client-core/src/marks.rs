//! How far each account is in a chat: what its devices have, and what was read. Both only go forward. Owns the rows and
//! which messages a step reaches; who says so is in `receiving` and `reading`.

use crate::client::Context;
use crate::io::Halt;
use crate::messages::NUMBER_MAX;
use breakable::{Rule, broken};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension, params};

/// Which of the two marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A device of the account has everything up to it.
    Delivered,
    /// The account has read everything up to it.
    Read,
}

impl Mark {
    fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::Delivered => ("delivered_seq", "delivered_ms"),
            Self::Read => ("read_seq", "read_ms"),
        }
    }
}

/// Where a mark stands; 0 where there is none.
pub(crate) fn reached(db: &Connection, chat: ChatId, account: AccountId, mark: Mark) -> Result<u64, Halt> {
    let (seq_column, _) = mark.columns();
    let seq = db
        .prepare_cached(&format!("SELECT {seq_column} FROM mark WHERE chat = ?1 AND account = ?2"))?
        .query_row(params![chat.as_bytes(), account.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(seq.unwrap_or(0))
}

/// Moves a mark forward; what it shows differently is shown again.
pub(crate) fn advance(
    cx: &mut Context<'_>,
    chat: ChatId,
    account: AccountId,
    mark: Mark,
    seq: u64,
) -> Result<(), Halt> {
    let (seq_column, ms_column) = mark.columns();
    let before = reached(cx.db, chat, account, mark)?;
    if seq <= before || (seq > NUMBER_MAX && !broken(Rule::NumbersEnd)) {
        return Ok(());
    }
    cx.db
        .prepare_cached(&format!(
            "INSERT INTO mark (chat, account, {seq_column}, {ms_column}) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (chat, account)
             DO UPDATE SET {seq_column} = excluded.{seq_column}, {ms_column} = excluded.{ms_column}"
        ))?
        .execute(params![chat.as_bytes(), account.as_bytes(), seq, cx.now_ms])?;
    cx.changed.chat(chat);
    // Ticks stand on own messages; one's own reading changes none of them.
    let me = cx.me()?.address.account;
    if account != me {
        let mut statement = cx.db.prepare_cached(
            "SELECT message FROM message WHERE chat = ?1 AND seq > ?2 AND seq <= ?3 AND account = ?4",
        )?;
        let rows = statement.query_map(params![chat.as_bytes(), before, seq, me.as_bytes()], |row| row.get(0))?;
        for id in rows.collect::<Result<Vec<[u8; 16]>, _>>()? {
            cx.changed.message(chat, MessageId(id));
        }
    }
    Ok(())
}
