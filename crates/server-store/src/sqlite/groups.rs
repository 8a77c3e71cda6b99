//! [`GroupStore`] on SQLite.

mod accept;
mod fan_out;
mod messages;
mod read;

use super::hot::Touches;
use super::{Sqlite, uint};
use crate::StoreError;
use crate::groups::*;
use async_trait::async_trait;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation, OpId};
use rusqlite::{OptionalExtension, Row};

#[async_trait]
impl GroupStore for Sqlite {
    async fn group(&self, chat: ChatId) -> Result<Option<GroupHead>, StoreError> {
        self.read(move |db| read::head(db, chat)).await
    }

    async fn group_state(&self, chat: ChatId) -> Result<Option<GroupState>, StoreError> {
        self.read(move |db| {
            let Some(head) = read::head(db, chat)? else { return Ok(None) };
            let mut query = db.prepare_cached("SELECT public_state, group_info FROM group_state WHERE chat = ?")?;
            Ok(Some(query.query_row([chat.0], |row| {
                Ok(GroupState { head, public_state: row.get(0)?, group_info: row.get(1)? })
            })?))
        })
        .await
    }

    async fn accepted_before(
        &self,
        chat: ChatId,
        sender: DeviceAddress,
        op_id: OpId,
    ) -> Result<Option<Accepted>, StoreError> {
        self.read(move |db| {
            // A reset stands in the log too, with the entry before the one that it was answered with.
            if let Some(accepted) = accept::created_by(db, chat, sender, op_id)? {
                return Ok(Some(accepted));
            }
            accept::in_log(db, chat, sender, op_id)
        })
        .await
    }

    async fn create_group(&self, group: NewGroup) -> Result<AcceptOutcome, StoreError> {
        self.write(Touches::Chat(group.chat), move |tx| accept::create(tx, &group)).await
    }

    async fn accept_commit(&self, commit: NewCommit) -> Result<AcceptOutcome, StoreError> {
        self.write(Touches::Chat(commit.chat), move |tx| accept::commit(tx, &commit)).await
    }

    async fn accept_app(&self, app: NewApp, readers_max: u32) -> Result<(AcceptOutcome, Pointers), StoreError> {
        self.write_kept(Touches::Kept, move |tx, hot| messages::accept(tx, hot, &app, readers_max)).await
    }

    async fn fetch_log(
        &self,
        chat: ChatId,
        reader: AccountId,
        from_seq: u64,
        limit: u32,
    ) -> Result<Option<LogPage>, StoreError> {
        self.read(move |db| read::page(db, chat, reader, from_seq, limit)).await
    }

    async fn list_groups(
        &self,
        device: DeviceAddress,
        after: Option<ChatId>,
        limit: u32,
    ) -> Result<Vec<ListedGroup>, StoreError> {
        self.read(move |db| read::list(db, device, after, limit)).await
    }

    async fn find_unique(&self, key: [u8; 32]) -> Result<Option<(ChatId, Generation)>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT chat, generation FROM chat_group WHERE unique_key = ?")?;
            Ok(query.query_row([key], |row| Ok((ChatId(row.get(0)?), Generation(row.get(1)?)))).optional()?)
        })
        .await
    }

    async fn members(&self, chat: ChatId) -> Result<Vec<Member>, StoreError> {
        self.read(move |db| read::members(db, chat, usize::MAX)).await
    }

    async fn few_members(&self, chat: ChatId, max: usize) -> Result<Option<Vec<Member>>, StoreError> {
        let members = self.read(move |db| read::members(db, chat, max.saturating_add(1))).await?;
        Ok(Some(members).filter(|members| members.len() <= max))
    }

    async fn fan_out(&self, chat: ChatId, limit: u32) -> Result<FannedOut, StoreError> {
        self.write_kept(Touches::Kept, move |tx, hot| messages::fan_out(tx, hot, chat, limit)).await
    }

    async fn unfinished_fan_outs(&self) -> Result<Vec<ChatId>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached("SELECT chat FROM chat_group WHERE fanned_seq < head_seq")?;
            let chats = query.query_map([], |row| Ok(ChatId(row.get(0)?)))?;
            Ok(chats.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[cfg(test)]
pub(super) use accept::next_chain_hash;
pub(super) use read::members;

pub(super) const ENTRY_COLUMNS: &str = "chat, seq, generation, epoch, kind, account, device, op_id, time_ms, bytes";

/// Reads [`ENTRY_COLUMNS`], which begin at column 0.
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        chat: ChatId(row.get(0)?),
        seq: uint(row.get(1)?),
        generation: Generation(row.get(2)?),
        epoch: uint(row.get(3)?),
        kind: match row.get(4)? {
            1 => EntryKind::App,
            2 => EntryKind::Commit,
            _ => EntryKind::Create,
        },
        sender: DeviceAddress { account: AccountId(row.get(5)?), device: DeviceNumber(row.get(6)?) },
        op_id: OpId(row.get(7)?),
        time_ms: uint(row.get(8)?),
        bytes: row.get(9)?,
    })
}

fn kind_number(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::App => 1,
        EntryKind::Commit => 2,
        EntryKind::Create => 3,
    }
}
