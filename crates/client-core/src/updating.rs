//! New keys for the own leaf, so that who once got hold of its keys is shut out again: after coming into a chat by Welcome,
//! since the key package that it came with had lain on the server, and every 30 days in chats that this device writes
//! in. A wish in the database, committed when the chat is quiet: nobody's message waits for it. It may lose any race; the
//! wish stays until the own commit comes round.

use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::outbox;
use crate::{mls, vouching, witness};
use proto::ids::ChatId;
use proto::wire::commit;
use rusqlite::{OptionalExtension, params};

/// The number of "the own leaf shall have new keys".
const UPDATE: u32 = 2;
/// A leaf's keys are used this long.
const LEAF_LIFE_MS: u64 = 30 * 24 * 3_600 * 1_000;
/// A chat in which nothing happened for this long is quiet.
const QUIET_MS: u64 = 10_000;
/// Commits under way at once, whatever they are for.
const UNDER_WAY_MAX: u32 = 2;
/// Wishes that are looked at in one input.
const LOOKED_AT: u32 = 8;
/// A commit that the server refused is tried again after this.
const REFUSED_WAIT_MS: u64 = 3_600_000;

/// This device's keys in a chat are new as of now.
pub(crate) fn renewed(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET leaf_ms = ?2 WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), cx.now_ms])?;
    settle(cx, chat)
}

/// This device came into a chat by a key package: its first words there ask for new keys.
pub(crate) fn came_by_key_package(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE chat SET leaf_ms = 0 WHERE chat = ?1")?.execute([chat.as_bytes()])?;
    Ok(())
}

/// Something happened in a chat: it is not quiet for a while.
pub(crate) fn stir(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE intent SET not_before_ms = max(not_before_ms, ?3) WHERE chat = ?1 AND kind = ?2")?
        .execute(params![chat.as_bytes(), UPDATE, cx.now_ms + QUIET_MS])?;
    Ok(())
}

/// The server refused the staged commit.
pub(crate) fn refused(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE intent SET tries = tries + 1, not_before_ms = ?3 WHERE chat = ?1 AND kind = ?2")?
        .execute(params![chat.as_bytes(), UPDATE, cx.now_ms + REFUSED_WAIT_MS])?;
    Ok(())
}

fn settle(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("DELETE FROM intent WHERE chat = ?1 AND kind = ?2")?
        .execute(params![chat.as_bytes(), UPDATE])?;
    Ok(())
}

impl Client {
    /// The server took something that this device said in a chat: it is active there.
    pub(crate) fn want_new_leaf(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let me = cx.me()?.address;
        cx.db
            .prepare_cached(
                "INSERT OR IGNORE INTO intent (chat, kind, account, device, not_before_ms)
                 SELECT chat, ?2, ?3, ?4, ?5 FROM chat WHERE chat = ?1 AND membership = 1 AND leaf_ms <= ?6",
            )?
            .execute(params![
                chat.as_bytes(),
                UPDATE,
                me.account.as_bytes(),
                me.device.0,
                cx.now_ms + QUIET_MS,
                cx.now_ms.saturating_sub(LEAF_LIFE_MS)
            ])?;
        Ok(())
    }

    /// Stages what is due, a few at a time, and says when to look again.
    pub(crate) fn update_leaves(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let due: Vec<ChatId> = {
            let mut statement =
                cx.db.prepare_cached("SELECT chat FROM intent WHERE kind = ?1 AND not_before_ms <= ?2 LIMIT ?3")?;
            let rows = statement.query_map(params![UPDATE, cx.now_ms, LOOKED_AT], |row| Ok(ChatId(row.get(0)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for chat in due {
            let busy = self.flights.holds(chat)
                || outbox::head(cx.db, chat)?.is_some()
                || self.typing.is_lively(chat, cx.now_ms)
                || vouching::is_doubted(cx.db, chat)?
                || outbox::commits(cx.db)? >= UNDER_WAY_MAX;
            if busy {
                stir(cx, chat)?;
            } else {
                self.stage_update(cx, chat)?;
            }
        }
        self.look_at_leaves_later(cx)
    }

    fn look_at_leaves_later(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let next_ms: Option<u64> = cx
            .db
            .prepare_cached("SELECT min(not_before_ms) FROM intent WHERE kind = ?1 AND not_before_ms > ?2")?
            .query_row(params![UPDATE, cx.now_ms], |row| row.get(0))
            .optional()?
            .flatten();
        let planned_ms = Some(self.leaves_at_ms).filter(|at_ms| *at_ms > cx.now_ms);
        if let Some(next_ms) = next_ms.filter(|next_ms| planned_ms.is_none_or(|at_ms| *next_ms < at_ms)) {
            self.leaves_at_ms = next_ms;
            self.retry_at(next_ms);
        }
        Ok(())
    }

    fn stage_update(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let Some(stored) = chats::find(cx.db, chat)?.filter(|chat| chat.membership == Membership::Joined) else {
            return settle(cx, chat);
        };
        let device = mls::own_device(cx)?;
        let Some(mut group) = mls::load(cx, &stored)? else { return settle(cx, chat) };
        // What waits for its echo brings new keys too, or is looked at again after it.
        if group.has_pending() {
            return stir(cx, chat);
        }
        let aad = witness::authenticated_data(cx, &stored)?;
        match mls::taken(group.stage_self_update(&mls::provider(cx), &device, &aad))? {
            Some(staged) => {
                stir(cx, chat)?;
                outbox::push_commit(cx, &stored, staged, commit::Purpose::Update)
            }
            None => refused(cx, chat),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{phone, step};

    #[test]
    fn a_wish_that_has_long_to_wait_does_not_hide_an_earlier_one() {
        let (mut client, db) = phone();
        let mut wishes = |chat: u8, at_ms: u64| {
            db.execute(
                "INSERT INTO intent (chat, kind, account, device, not_before_ms) VALUES (?1, ?2, x'', 1, ?3)",
                params![[chat; 16], UPDATE, at_ms],
            )
            .expect("wish");
            step(&db, 1, |cx| client.look_at_leaves_later(cx).expect("look"));
            client.wakes.iter().copied().collect::<Vec<_>>()
        };
        assert_eq!(wishes(1, REFUSED_WAIT_MS), [REFUSED_WAIT_MS]);
        assert_eq!(wishes(2, 500), [500, REFUSED_WAIT_MS]);
        assert_eq!(wishes(3, 900), [500, REFUSED_WAIT_MS], "looked at again when the earlier one is due");
    }
}
