//! How far each account is in a chat: what its devices have, and what was read. Both only go forward. Owns the rows and
//! which messages a step reaches; who says so is in `receiving` and `reading`.

use crate::chats::NO_PEER;
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
    fn column(self) -> &'static str {
        match self {
            Self::Delivered => "delivered_seq",
            Self::Read => "read_seq",
        }
    }

    /// In the database.
    fn number(self) -> u32 {
        match self {
            Self::Delivered => 0,
            Self::Read => 1,
        }
    }
}

/// Where a mark stands; 0 where there is none.
pub(crate) fn reached(db: &Connection, chat: ChatId, account: AccountId, mark: Mark) -> Result<u64, Halt> {
    let column = mark.column();
    let seq = db
        .prepare_cached(&format!("SELECT {column} FROM mark WHERE chat = ?1 AND account = ?2"))?
        .query_row(params![chat.as_bytes(), account.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(seq.unwrap_or(0))
}

/// In SQL: when the other one of chat `c` got as far as message `m` by this mark's number; 0 where unknown.
macro_rules! step_ms {
    ($mark:literal) => {
        concat!(
            "coalesce((SELECT t.time_ms FROM mark_step t WHERE t.chat = m.chat AND t.account = c.peer AND t.mark = ",
            $mark,
            " AND t.seq >= m.seq ORDER BY t.seq LIMIT 1), 0)"
        )
    };
}
pub(crate) use step_ms;

/// When an account got so far; 0 where unknown.
pub(crate) fn reached_ms(db: &Connection, chat: ChatId, account: AccountId, mark: Mark, seq: u64) -> Result<u64, Halt> {
    let time_ms = db
        .prepare_cached(
            "SELECT time_ms FROM mark_step WHERE chat = ?1 AND account = ?2 AND mark = ?3 AND seq >= ?4
             ORDER BY seq LIMIT 1",
        )?
        .query_row(params![chat.as_bytes(), account.as_bytes(), mark.number(), seq], |row| row.get(0))
        .optional()?;
    Ok(time_ms.unwrap_or(0))
}

/// Notes when an account got so far, where nothing better is known; 0 is unknown. The mark itself stays.
pub(crate) fn note_step(
    cx: &Context<'_>,
    chat: ChatId,
    account: AccountId,
    mark: Mark,
    (seq, time_ms): (u64, u64),
) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "INSERT INTO mark_step (chat, account, mark, seq, time_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET time_ms = excluded.time_ms WHERE time_ms = 0",
        )?
        .execute(params![chat.as_bytes(), account.as_bytes(), mark.number(), seq, time_ms.min(cx.now_ms)])?;
    Ok(())
}

/// The last place in a chat's log that this device knows; `None` where it knows no such chat of this account.
fn head_of(cx: &Context<'_>, chat: ChatId, account: AccountId) -> Result<Option<u64>, Halt> {
    Ok(cx
        .db
        .prepare_cached(
            "SELECT max(applied_seq, archived_seq, coalesce((SELECT max(seq) FROM message m WHERE m.chat = c.chat), 0))
             FROM chat c WHERE c.chat = ?1 AND (?2 IN (c.peer, ?3)
             OR EXISTS (SELECT 1 FROM group_member g WHERE g.chat = ?1 AND g.account = ?2))",
        )?
        .query_row(params![chat.as_bytes(), account.as_bytes(), cx.me()?.address.account.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// Moves a mark forward, at a time (0 is unknown) that is no later than now; what it shows differently is shown again. Whoever sets it may
/// name any place: a step is noted at no place beyond the log that is known, so that there are no more steps than messages.
pub(crate) fn advance(
    cx: &mut Context<'_>,
    chat: ChatId,
    account: AccountId,
    mark: Mark,
    (seq, time_ms): (u64, u64),
) -> Result<(), Halt> {
    let column = mark.column();
    let before = reached(cx.db, chat, account, mark)?;
    if seq <= before || (seq > NUMBER_MAX && !broken(Rule::NumbersEnd)) {
        return Ok(());
    }
    let Some(head) = head_of(cx, chat, account)? else { return Ok(()) };
    cx.db
        .prepare_cached(&format!(
            "INSERT INTO mark (chat, account, {column}) VALUES (?1, ?2, ?3)
             ON CONFLICT (chat, account) DO UPDATE SET {column} = excluded.{column}"
        ))?
        .execute(params![chat.as_bytes(), account.as_bytes(), seq])?;
    if before < head {
        note_step(cx, chat, account, mark, (seq.min(head), time_ms))?;
    }
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
        if account != NO_PEER {
            return level(cx, chat, mark, time_ms);
        }
    }
    Ok(())
}

/// In a group of many a message is delivered, and read, when it is for all others: their least mark is that of no peer.
pub(crate) fn level(cx: &mut Context<'_>, chat: ChatId, mark: Mark, time_ms: u64) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    let column = mark.column();
    let least: Option<u64> = cx
        .db
        .prepare_cached(&format!(
            "SELECT min(coalesce(k.{column}, 0)) FROM group_member g LEFT JOIN mark k ON k.chat = g.chat AND k.account = g.account
             WHERE g.chat = ?1 AND g.account <> ?2 AND g.leaves = 0"
        ))?
        .query_row(params![chat.as_bytes(), me.as_bytes()], |row| row.get(0))?;
    match least {
        Some(seq) => advance(cx, chat, NO_PEER, mark, (seq, time_ms)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chats::{self, Chat, Membership};
    use crate::testing::{CHAT, phone, step};
    use identity::ChatKind;
    use proto::ids::Generation;

    const THEM: AccountId = AccountId([7; 16]);

    /// A phone with a chat whose log is known up to the twelfth entry.
    fn with_chat() -> rusqlite::Connection {
        let (_, db) = phone();
        step(&db, 1, |cx| {
            let chat = Chat {
                chat: CHAT,
                kind: ChatKind::Direct,
                generation: Generation(1),
                peer: THEM,
                membership: Membership::Joined,
                applied_seq: 12,
                activity_ms: 1,
            };
            chats::insert(cx, &chat).expect("inserted");
        });
        db
    }

    #[test]
    fn a_mark_has_no_more_steps_than_its_chat_has_entries() {
        let db = with_chat();
        step(&db, 1_000, |cx| {
            for seq in (1..=2_000).chain([1 << 59]) {
                advance(cx, CHAT, THEM, Mark::Read, (seq, 5)).expect("advanced");
                advance(cx, ChatId([9; 16]), THEM, Mark::Read, (seq, 5)).expect("no such chat");
                advance(cx, CHAT, AccountId([8; 16]), Mark::Delivered, (seq, 5)).expect("nobody there");
            }
            let count = |table: &str| {
                let sql = format!("SELECT count(*) FROM {table}");
                cx.db.query_row(&sql, [], |row| row.get::<_, u64>(0)).expect("counted")
            };
            assert_eq!((count("mark_step"), count("mark")), (12, 1));
        });
    }

    fn times(cx: &Context<'_>, seqs: &[u64]) -> Vec<u64> {
        let time = |seq| reached_ms(cx.db, CHAT, THEM, Mark::Delivered, seq).expect("query");
        seqs.iter().map(|seq| time(*seq)).collect()
    }

    #[test]
    fn each_message_has_the_time_of_the_step_that_reached_it() {
        let db = with_chat();
        step(&db, 1_000, |cx| {
            for at in [(3, 100), (6, 0), (9, 200)] {
                advance(cx, CHAT, THEM, Mark::Delivered, at).expect("advanced");
            }
            assert_eq!(times(cx, &[1, 3, 4, 6, 7, 9, 10]), [100, 100, 0, 0, 200, 200, 0]);
            // A step back changes nothing, and no time is after now.
            advance(cx, CHAT, THEM, Mark::Delivered, (5, 900)).expect("no step");
            advance(cx, CHAT, THEM, Mark::Delivered, (12, u64::MAX >> 1)).expect("advanced");
            assert_eq!(times(cx, &[5, 12]), [0, 1_000]);
            assert_eq!(reached_ms(cx.db, CHAT, THEM, Mark::Read, 1).expect("query"), 0, "marks are apart");
        });
    }

    #[test]
    fn what_another_device_knows_of_a_time_moves_no_mark_and_takes_no_known_time_away() {
        let db = with_chat();
        step(&db, 1_000, |cx| {
            advance(cx, CHAT, THEM, Mark::Delivered, (6, 0)).expect("advanced");
            for at in [(4, 100), (6, 150), (4, 999), (8, 300)] {
                note_step(cx, CHAT, THEM, Mark::Delivered, at).expect("noted");
            }
            assert_eq!(times(cx, &[1, 4, 5, 6]), [100, 100, 150, 150]);
            assert_eq!(reached(cx.db, CHAT, THEM, Mark::Delivered).expect("query"), 6);
        });
    }
}
