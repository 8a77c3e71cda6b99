//! What comes back of this device's own: a message settles its row of the outbox, a commit is merged. That an entry is an own
//! one is the server's word, so it has to be what this device sent; anything else is opened like another's. What MLS then says to be
//! this device's, and it never said, another copy of its database did. Owns the hash of the commit that waits for its echo, and the
//! table `own_place`, and the column `judged_from` of a chat.

use crate::chats::Chat;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::Place;
use crate::outbox::{self, Kind, Operation};
use crate::{groups, mls, reading, updating, witness};
use breakable::{Rule, broken};
use client_api::{Event, Notice};
use e2ee::ChatGroup;
use prost::Message as _;
use proto::ids::{ChatId, OpId};
use proto::wire::{App, GroupItem};
use rusqlite::params;
use sha2::{Digest, Sha256};

/// What an entry that the server calls this device's own is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// Of what this device sent and nothing had settled yet.
    Settled,
    /// Settled before, or not an own one at all.
    Unknown,
}

/// A commit was staged: these bytes, and no others, merge it. The row of the outbox goes at the verdict, before the echo.
pub(crate) fn expect(cx: &Context<'_>, chat: ChatId, commit: &[u8]) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET staged_commit = ?2 WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), Sha256::digest(commit).as_slice()])?;
    Ok(())
}

fn is_expected(cx: &Context<'_>, chat: ChatId, commit: &[u8]) -> Result<bool, Halt> {
    let mut statement = cx.db.prepare_cached("SELECT staged_commit = ?2 FROM chat WHERE chat = ?1")?;
    Ok(statement.query_row(params![chat.as_bytes(), Sha256::digest(commit).as_slice()], |row| row.get(0))?)
}

/// The server took a message: its entry is still to come, or has come already.
pub(crate) fn await_entry(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "INSERT OR IGNORE INTO own_place SELECT chat, ?2 FROM chat WHERE chat = ?1 AND (applied_seq < ?2 OR resync_from <= ?2)",
        )?
        .execute(params![chat.as_bytes(), seq])?;
    judge_from(cx, chat, seq)
}

/// A word whose place is kept, or was settled: whatever this device says after it is noted too. What was said before came out of a version
/// that noted nothing.
fn judge_from(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET judged_from = ?2 WHERE chat = ?1 AND judged_from IS NULL")?
        .execute(params![chat.as_bytes(), seq])?;
    Ok(())
}

fn is_judged(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<bool, Halt> {
    let mut statement = cx.db.prepare_cached("SELECT coalesce(judged_from <= ?2, 0) FROM chat WHERE chat = ?1")?;
    Ok(statement.query_row(params![chat.as_bytes(), seq], |row| row.get(0))?)
}

/// Entries of this device's own up to there came round. What lies in a part that is still looked for did not.
fn entry_came(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "DELETE FROM own_place WHERE chat = ?1 AND seq <= ?2
             AND (seq = ?2 OR seq < coalesce((SELECT resync_from FROM chat WHERE chat = ?1), ?2))",
        )?
        .execute(params![chat.as_bytes(), seq])?;
    Ok(())
}

/// The log before this entry was looked through.
pub(crate) fn looked_through(cx: &Context<'_>, chat: ChatId, before_seq: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("DELETE FROM own_place WHERE chat = ?1 AND seq < ?2")?
        .execute(params![chat.as_bytes(), before_seq])?;
    Ok(())
}

/// A server that was put back has lost the log behind this place.
pub(crate) fn log_ends(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("DELETE FROM own_place WHERE chat = ?1 AND seq > ?2")?
        .execute(params![chat.as_bytes(), seq])?;
    cx.db
        .prepare_cached("UPDATE chat SET judged_from = min(judged_from, ?2 + 1) WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), seq])?;
    Ok(())
}

/// This device said what stands there, as far as its database knows: the server told it so, or it is a message that is here.
pub(crate) fn is_own_word(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<bool, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM own_place WHERE chat = ?1 AND seq = ?2)
         OR EXISTS (SELECT 1 FROM message WHERE chat = ?1 AND seq = ?2)",
    )?;
    Ok(statement.query_row(params![chat.as_bytes(), seq], |row| row.get(0))?)
}

impl Client {
    /// An entry that MLS says to be this device's own. Settled before, as a rule; else this database is behind, or there are two of them, and
    /// keys that it would use next are used up: it takes new ones before it says anything there, and looks for what it has not said itself.
    pub(crate) fn on_own_entry(&mut self, cx: &mut Context<'_>, chat: &Chat, item: &GroupItem) -> Result<(), Halt> {
        let known = is_own_word(cx, chat.chat, item.seq)?;
        entry_came(cx, chat.chat, item.seq)?;
        if known || !is_judged(cx, chat.chat, item.seq)? || broken(Rule::OwnWordsAreKnown) {
            return groups::followed(cx, chat.chat, item.seq);
        }
        // No key was used for it that this database does not know to be used.
        if witness::has_come(cx, chat.chat, &item.bytes)? {
            let what = "something that this device said in a chat, shown a second time".to_owned();
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
            return Ok(());
        }
        tracing::warn!(
            seq = item.seq,
            "an entry of this device's own that it did not say: its database is behind, or a copy"
        );
        self.set_back_in(cx, chat)?;
        if !std::mem::replace(&mut self.told_of_copy, true) {
            cx.event(Event::Notice(Notice::StorageRolledBack));
        }
        Ok(())
    }

    /// The own message came round: if the verdict was lost, this is it.
    pub(crate) fn settle_echo(&mut self, cx: &mut Context<'_>, chat: &Chat, item: &GroupItem) -> Result<Echo, Halt> {
        let Ok(op_id) = OpId::try_from(item.op_id.as_slice()) else { return Ok(Echo::Unknown) };
        let is_it = |operation: &Operation| {
            let sent = App::decode(operation.frame.as_slice());
            operation.kind == Kind::App
                && (sent.is_ok_and(|sent| sent.ciphertext == item.bytes) || broken(Rule::MessageEchoIsOwn))
        };
        let Some(operation) = outbox::find(cx.db, op_id)?.filter(is_it) else { return Ok(Echo::Unknown) };
        outbox::remove(cx, op_id)?;
        judge_from(cx, chat.chat, item.seq)?;
        entry_came(cx, chat.chat, item.seq)?;
        self.want_new_leaf(cx, chat.chat)?;
        groups::said(cx, &operation, Place { seq: item.seq, time_ms: item.time_ms })?;
        Ok(Echo::Settled)
    }

    /// The own commit came round and is merged. Under this device's name the server could show this device another's commit,
    /// and the others this one's, or none: to merge on its word would be a group of one's own.
    pub(crate) fn confirm_echo(&mut self, cx: &mut Context<'_>, chat: &Chat, item: &GroupItem) -> Result<Echo, Halt> {
        let Some(mut group) = mls::load(cx, chat)?.filter(ChatGroup::has_pending) else { return Ok(Echo::Unknown) };
        if !is_expected(cx, chat.chat, &item.bytes)? && !broken(Rule::CommitEchoIsOwn) {
            let what = "a change to a chat, said to be this device's, that it did not make".to_owned();
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
            return Ok(Echo::Unknown);
        }
        // Marks that were sealed before it may come after it.
        let provider = mls::provider(cx);
        let ended = mls::taken(group.mark_key(&provider))?.map(|key| (group.epoch(), key));
        let renews = group.pending_renews_leaf();
        group.confirm_pending(&provider).map_err(|error| Halt::Encryption(error.to_string()))?;
        if let Some((epoch, key)) = ended {
            reading::keep_epoch_key(cx, chat.chat, epoch, &key)?;
        }
        self.after_own_change(cx, chat.chat, Place { seq: item.seq, time_ms: item.time_ms })?;
        if renews {
            updating::renewed(cx, chat.chat)?;
        }
        Ok(Echo::Settled)
    }
}

#[cfg(test)]
mod echo_tests;
