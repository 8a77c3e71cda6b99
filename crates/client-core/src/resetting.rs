//! Reset: a chat whose group nobody can follow goes on in a next generation. Begins one where the state of the group that the server has
//! cannot be joined, and says what may follow a generation. Owns the columns `join_fails`, `replaces_epoch` and `reset_ms` of a chat;
//! making the group is `creating`'s, coming into it `joining`'s.

use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::{GENERATION_MAX, NUMBER_MAX};
use crate::mls;
use breakable::{Rule, broken};
use client_api::{Event, Notice};
use e2ee::ChatGroup;
use e2ee::group::discard_external;
use identity::{ChatKind, ChatPolicy};
use proto::ids::{ChatId, Generation};
use proto::wire::GroupInfo;
use rusqlite::{Connection, OptionalExtension, params};

/// So often in a row the server's state of a group could not be joined, before the chat goes on in a next one.
const FAILS_MAX: u32 = 3;
/// After a state that could not be joined the server is asked again, not at once: somebody's commit may bring a better one.
const FAILED_WAIT_MS: u64 = 30_000;
/// A device begins one generation of a chat in so long: each is new keys for everybody in it.
const RESET_EVERY_MS: u64 = 24 * 3_600 * 1_000;
/// How long the Welcome into a next generation may take, before a device joins it by itself.
const WELCOME_WAIT_MS: u64 = 5_000;
/// A reset that the server refused leaves the chat alone for so long.
const REFUSED_WAIT_MS: u64 = 60_000;

/// The epoch in whose place this device makes a next generation now.
pub(crate) fn replaces(db: &Connection, chat: ChatId) -> Result<Option<u64>, Halt> {
    let mut statement = db.prepare_cached("SELECT replaces_epoch FROM chat WHERE chat = ?1")?;
    Ok(statement.query_row([chat.as_bytes()], |row| row.get(0)).optional()?.flatten())
}

/// The newest generation that is known to be the server's: one that is being made here is not yet.
fn in_force(db: &Connection, chat: &Chat) -> Result<Generation, Halt> {
    let making = replaces(db, chat.chat)?.is_some();
    Ok(Generation(chat.generation.0.saturating_sub(u32::from(making))))
}

/// Whether a group may be the chat that is known: of the very same people, and of no generation that has ended. A member could make
/// one with others, and the server bring it under the chat's name.
pub(crate) fn may_be(cx: &mut Context<'_>, stored: &Chat, policy: &ChatPolicy) -> Result<bool, Halt> {
    let me = cx.me()?.address.account;
    let (chat, generation) = (policy.chat, policy.generation);
    let expected = match stored.kind {
        ChatKind::SelfGroup => ChatPolicy::for_self(chat, generation, me),
        ChatKind::Direct => ChatPolicy::for_direct(chat, generation, me, stored.peer),
        ChatKind::Group => match mls::load(cx, stored)?.filter(|_| generation != stored.generation) {
            Some(group) => ChatPolicy { generation, ..group.policy().clone() },
            // Within a generation it is the state of one MLS group, which admins may have changed since this device saw it.
            None => ChatPolicy { kind: ChatKind::Group, ..policy.clone() },
        },
    };
    let is_of_others = expected != *policy && !broken(Rule::ResetKeepsPeople);
    let has_ended = generation < in_force(cx.db, stored)? && !broken(Rule::GenerationNeverFalls);
    if is_of_others || has_ended {
        let what = "another group in the place of a chat".to_owned();
        cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
    }
    Ok(!is_of_others && !has_ended)
}

/// A chat goes on in this generation. Epochs begin anew with it, so nothing that is known of an epoch may outlive the one before;
/// what was not followed of that is looked for.
pub(crate) fn go_on_in(cx: &mut Context<'_>, chat: &Chat, generation: Generation) -> Result<(), Halt> {
    let ended = in_force(cx.db, chat)?;
    if generation <= ended {
        return Ok(());
    }
    mls::taken(ChatGroup::delete(&mls::provider(cx), chat.chat, ended))?;
    cx.db.prepare_cached("DELETE FROM epoch_key WHERE chat = ?1")?.execute([chat.chat.as_bytes()])?;
    cx.db.prepare_cached("DELETE FROM outbox WHERE chat = ?1 AND kind IN (2, 3)")?.execute([chat.chat.as_bytes()])?;
    cx.db
        .prepare_cached(
            "UPDATE chat SET generation = ?2, vetted_epoch = NULL, replaces_epoch = NULL, join_fails = 0,
             tell_again = told_seq > 0,
             resync_ms = CASE WHEN resync_from IS NULL THEN applied_ms ELSE resync_ms END,
             resync_from = CASE WHEN applied_seq > 0 THEN coalesce(resync_from, applied_seq + 1) ELSE resync_from END
             WHERE chat = ?1",
        )?
        .execute(params![chat.chat.as_bytes(), generation.0])?;
    Ok(())
}

impl Client {
    /// The server's state of a group does not let this device in.
    pub(crate) fn on_join_failed(&mut self, cx: &mut Context<'_>, chat: ChatId, info: &GroupInfo) -> Result<(), Halt> {
        self.pause(cx, chat, FAILED_WAIT_MS);
        let fails: Option<u32> = cx
            .db
            .prepare_cached("UPDATE chat SET join_fails = join_fails + 1 WHERE chat = ?1 RETURNING join_fails")?
            .query_row([chat.as_bytes()], |row| row.get(0))
            .optional()?;
        if fails.is_none_or(|fails| fails < FAILS_MAX) || broken(Rule::LostGroupIsReset) {
            return Ok(());
        }
        match chats::find(cx.db, chat)? {
            Some(stored) if may_reset(cx, &stored, info)? => self.begin_reset(cx, &stored, info.epoch),
            _ => Ok(()),
        }
    }

    /// Makes the chat's next generation: `creating` goes on from here.
    fn begin_reset(&mut self, cx: &mut Context<'_>, chat: &Chat, base_epoch: u64) -> Result<(), Halt> {
        tracing::warn!(
            generation = chat.generation.0,
            base_epoch,
            "a chat that cannot be joined goes on in a next generation"
        );
        mls::taken(discard_external(&mls::provider(cx), chat.chat, chat.generation))?;
        cx.db.prepare_cached("DELETE FROM outbox WHERE chat = ?1 AND kind <> 0")?.execute([chat.chat.as_bytes()])?;
        cx.db
            .prepare_cached(
                "UPDATE chat SET generation = generation + 1, replaces_epoch = ?2, reset_ms = ?3, join_fails = 0
                 WHERE chat = ?1",
            )?
            .execute(params![chat.chat.as_bytes(), base_epoch, cx.now_ms])?;
        self.pauses.end(chat.chat);
        chats::set_membership(cx, chat.chat, Membership::Creating, 0)
    }

    /// Somebody else was first, or the server will not have it: this device joins what there is.
    pub(crate) fn abandon_reset(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        if replaces(cx.db, chat)?.is_none() {
            return Ok(());
        }
        mls::taken(ChatGroup::delete(&mls::provider(cx), chat, stored.generation))?;
        cx.db
            .prepare_cached("UPDATE chat SET generation = generation - 1, replaces_epoch = NULL WHERE chat = ?1")?
            .execute([chat.as_bytes()])?;
        chats::set_membership(cx, chat, Membership::Wanted, 0)
    }

    /// Whatever is being made was to follow what another timeline had.
    pub(crate) fn abandon_resets(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let making: Vec<[u8; 16]> = {
            let mut statement = cx.db.prepare_cached("SELECT chat FROM chat WHERE replaces_epoch IS NOT NULL")?;
            statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        for chat in making.into_iter().map(ChatId) {
            cx.db.prepare_cached("DELETE FROM outbox WHERE chat = ?1 AND kind <> 0")?.execute([chat.as_bytes()])?;
            self.abandon_reset(cx, chat)?;
        }
        Ok(())
    }

    pub(crate) fn on_reset_refused(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        self.pause(cx, chat, REFUSED_WAIT_MS);
        self.abandon_reset(cx, chat)
    }

    /// The log says that the next generation of a chat begins. A Welcome into it follows, or else this device joins it by itself.
    pub(crate) fn on_next_generation(&mut self, cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
        if broken(Rule::NextGenerationIsJoined) {
            return Ok(());
        }
        self.pause(cx, chat.chat, WELCOME_WAIT_MS);
        chats::set_membership(cx, chat.chat, Membership::Wanted, 0)
    }
}

/// Only who was in a group knows that it cannot be followed; and not again and again.
fn may_reset(cx: &mut Context<'_>, stored: &Chat, info: &GroupInfo) -> Result<bool, Halt> {
    let begun_ms: u64 = cx
        .db
        .prepare_cached("SELECT reset_ms FROM chat WHERE chat = ?1")?
        .query_row([stored.chat.as_bytes()], |row| row.get(0))?;
    let is_time = begun_ms + RESET_EVERY_MS <= cx.now_ms || begun_ms > cx.now_ms;
    let is_known =
        info.generation == stored.generation.0 && info.generation < GENERATION_MAX && info.epoch <= NUMBER_MAX;
    Ok(is_time && is_known && stored.kind != ChatKind::Group && mls::load(cx, stored)?.is_some())
}

#[cfg(test)]
mod resetting_tests;
