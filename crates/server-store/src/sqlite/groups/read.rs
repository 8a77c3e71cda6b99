//! Reading groups, logs and rosters.

use super::{ENTRY_COLUMNS, entry};
use crate::StoreError;
use crate::groups::*;
use crate::sqlite::{int, uint};
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation};
use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn head(db: &Connection, chat: ChatId) -> Result<Option<GroupHead>, StoreError> {
    Ok(db
        .prepare_cached("SELECT generation, epoch, head_seq, chain_hash FROM chat_group WHERE chat = ?")?
        .query_row([chat.0], |row| {
            Ok(GroupHead {
                chat,
                generation: Generation(row.get(0)?),
                epoch: uint(row.get(1)?),
                head_seq: uint(row.get(2)?),
                chain_hash: row.get(3)?,
            })
        })
        .optional()?)
}

pub(in crate::sqlite) fn members(db: &Connection, chat: ChatId, limit: usize) -> Result<Vec<Member>, StoreError> {
    let mut query =
        db.prepare_cached("SELECT account, device, revoked FROM member WHERE chat = ? AND until_seq IS NULL LIMIT ?")?;
    let members = query.query_map(params![chat.0, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok(Member {
            device: DeviceAddress { account: AccountId(row.get(0)?), device: DeviceNumber(row.get(1)?) },
            standing: if row.get(2)? { Standing::Revoked } else { Standing::Listed },
        })
    })?;
    Ok(members.collect::<Result<_, _>>()?)
}

pub(super) fn page(
    db: &Connection,
    chat: ChatId,
    reader: AccountId,
    from_seq: u64,
    limit: u32,
) -> Result<Option<LogPage>, StoreError> {
    let window: (Option<i64>, Option<i64>) = db
        .prepare_cached(
            "SELECT min(from_seq), max(coalesce(until_seq, 9223372036854775807)) FROM member
             WHERE chat = ? AND account = ?",
        )?
        .query_row(params![chat.0, reader.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(from), Some(until)) = window else { return Ok(None) };
    let (head_seq, first_kept_seq): (i64, i64) = db
        .prepare_cached("SELECT head_seq, first_kept_seq FROM chat_group WHERE chat = ?")?
        .query_row([chat.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut query = db.prepare_cached(&format!(
        "SELECT {ENTRY_COLUMNS} FROM group_log WHERE chat = ? AND seq >= ? AND seq > ? AND seq <= ?
         ORDER BY seq LIMIT ?"
    ))?;
    let entries = query.query_map(params![chat.0, int(from_seq), from, until, limit], entry)?;
    Ok(Some(LogPage {
        entries: entries.collect::<Result<_, _>>()?,
        head_seq: uint(head_seq.min(until)),
        first_kept_seq: uint(first_kept_seq.max(from.saturating_add(1))),
    }))
}

pub(super) fn list(
    db: &Connection,
    device: DeviceAddress,
    after: Option<ChatId>,
    limit: u32,
) -> Result<Vec<ListedGroup>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT g.chat, g.generation, g.epoch, g.head_seq, g.chain_hash, m.joined FROM (
             SELECT chat, max(device = ?2) AS joined FROM member
             WHERE account = ?1 AND until_seq IS NULL AND chat > ?3 GROUP BY chat ORDER BY chat LIMIT ?4) AS m
         JOIN chat_group AS g ON g.chat = m.chat ORDER BY g.chat",
    )?;
    let after: &[u8] = after.as_ref().map_or(&[], |chat| chat.0.as_slice());
    let groups = query.query_map(params![device.account.0, device.device.0, after, limit], |row| {
        Ok(ListedGroup {
            head: GroupHead {
                chat: ChatId(row.get(0)?),
                generation: Generation(row.get(1)?),
                epoch: uint(row.get(2)?),
                head_seq: uint(row.get(3)?),
                chain_hash: row.get(4)?,
            },
            membership: if row.get(5)? { Membership::Joined } else { Membership::ByAccount },
        })
    })?;
    Ok(groups.collect::<Result<_, _>>()?)
}
