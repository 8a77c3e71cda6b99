//! [`MailboxStore`] on SQLite.

use super::groups::{ENTRY_COLUMNS, entry, members};
use super::hot::{Hot, Touches};
use super::{Sqlite, int, uint};
use crate::mailboxes::*;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

#[async_trait]
impl MailboxStore for Sqlite {
    async fn queue(&self, device: DeviceAddress, after: u64, limit: u32) -> Result<Vec<QueueItem>, StoreError> {
        self.read(move |db| queue(db, device, after, limit)).await
    }

    async fn acknowledge(
        &self,
        device: DeviceAddress,
        queue_seq: u64,
        now_ms: UnixMs,
        devices_max: usize,
    ) -> Result<Vec<Further>, StoreError> {
        self.write_kept(Touches::Kept, move |tx, hot| {
            let further = acknowledge(tx, hot, Acknowledged { device, queue_seq, now_ms })?;
            let told =
                |up_to: DeliveredUpTo| Ok(Further { up_to, devices: devices(tx, hot, up_to.chat, devices_max)? });
            further.into_iter().map(told).collect()
        })
        .await
    }

    async fn put_mark(
        &self,
        device: DeviceAddress,
        chat: ChatId,
        epoch: u64,
        sealed: Vec<u8>,
    ) -> Result<PutMarkOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let member = tx
                .prepare_cached(
                    "SELECT 1 FROM member WHERE chat = ? AND account = ? AND device = ? AND until_seq IS NULL",
                )?
                .exists(params![chat.0, device.account.0, device.device.0])?;
            if !member {
                return Ok(PutMarkOutcome::Denied);
            }
            let mut put = tx.prepare_cached(
                "INSERT INTO mark (chat, account, delivered_seq, delivered_ms, epoch, sealed) VALUES (?1, ?2, 0, 0, ?3, ?4)
                 ON CONFLICT (chat, account) DO UPDATE SET epoch = excluded.epoch, sealed = excluded.sealed
                 RETURNING account, delivered_seq, delivered_ms, epoch, sealed",
            )?;
            let mark = put.query_row(params![chat.0, device.account.0, int(epoch), sealed], mark)?;
            Ok(PutMarkOutcome::Stored(mark))
        })
        .await
    }

    async fn marks(&self, reader: AccountId, chats: Vec<ChatId>) -> Result<Vec<(ChatId, Vec<Mark>)>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT account, delivered_seq, delivered_ms, epoch, sealed FROM mark WHERE chat = ?1 AND EXISTS (
                     SELECT 1 FROM member WHERE chat = ?1 AND account = ?2 AND until_seq IS NULL)",
            )?;
            let mut found = Vec::new();
            for chat in chats {
                let marks = query.query_map(params![chat.0, reader.0], mark)?.collect::<Result<Vec<_>, _>>()?;
                found.push((chat, marks));
            }
            Ok(found)
        })
        .await
    }

    async fn expire(&self, retention: Retention) -> Result<u32, StoreError> {
        self.write(Touches::All, move |tx| expire(tx, retention)).await
    }
}

fn mark(row: &rusqlite::Row<'_>) -> rusqlite::Result<Mark> {
    Ok(Mark {
        account: AccountId(row.get(0)?),
        delivered_seq: uint(row.get(1)?),
        delivered_ms: uint(row.get(2)?),
        epoch: uint(row.get(3)?),
        sealed: row.get(4)?,
    })
}

fn queue(db: &Connection, device: DeviceAddress, after: u64, limit: u32) -> Result<Vec<QueueItem>, StoreError> {
    let mut pointers = db.prepare_cached(
        "SELECT queue_seq, chat, seq, part FROM mailbox WHERE account = ? AND device = ? AND queue_seq > ?
         ORDER BY queue_seq LIMIT ?",
    )?;
    let pointers = pointers.query_map(params![device.account.0, device.device.0, int(after), limit], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 16]>(1)?, row.get::<_, i64>(2)?, row.get::<_, u32>(3)?))
    })?;
    let mut log = db.prepare_cached(&format!("SELECT {ENTRY_COLUMNS} FROM group_log WHERE chat = ? AND seq = ?"))?;
    let mut items = Vec::new();
    for pointer in pointers {
        let (queue_seq, chat, seq, part) = pointer?;
        let body = match part {
            0 => log.query_row(params![chat, seq], entry).optional()?.map(QueueBody::Entry),
            _ => welcome(db, chat, seq, part)?.map(QueueBody::Welcome),
        };
        items.push(QueueItem { queue_seq: uint(queue_seq), body });
    }
    Ok(items)
}

fn welcome(db: &Connection, chat: [u8; 16], seq: i64, part: u32) -> Result<Option<StoredWelcome>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT generation, epoch, account, device, time_ms, bytes, ratchet_tree FROM welcome
             JOIN welcome_tree USING (chat, seq) WHERE chat = ? AND seq = ? AND part = ?",
        )?
        .query_row(params![chat, seq, part], |row| {
            Ok(StoredWelcome {
                chat: ChatId(chat),
                generation: Generation(row.get(0)?),
                epoch: uint(row.get(1)?),
                seq: uint(seq),
                sender: DeviceAddress { account: AccountId(row.get(2)?), device: DeviceNumber(row.get(3)?) },
                time_ms: uint(row.get(4)?),
                bytes: row.get(5)?,
                ratchet_tree: row.get(6)?,
            })
        })
        .optional()?)
}

/// What a device says that it has.
#[derive(Clone, Copy)]
struct Acknowledged {
    device: DeviceAddress,
    queue_seq: u64,
    now_ms: UnixMs,
}

fn acknowledge(tx: &Connection, hot: &mut Hot, new: Acknowledged) -> Result<Vec<DeliveredUpTo>, StoreError> {
    let Acknowledged { device, queue_seq, now_ms } = new;
    let queue = hot.queue(tx, device)?;
    if queue.acked >= queue_seq {
        // Said before: nothing is left there to delete.
        return Ok(Vec::new());
    }
    queue.acked = queue_seq.min(queue.head);
    hot.queue_changed(device);
    let key = params![device.account.0, device.device.0, int(queue_seq)];
    let mut heads: BTreeMap<[u8; 16], i64> = BTreeMap::new();
    let mut pointers = tx.prepare_cached(
        "SELECT chat, seq FROM mailbox
         WHERE account = ? AND device = ? AND queue_seq <= ? AND part = 0 AND own = 0",
    )?;
    let mut rows = pointers.query(key)?;
    while let Some(row) = rows.next()? {
        let newest = heads.entry(row.get(0)?).or_default();
        *newest = (*newest).max(row.get(1)?);
    }
    drop(rows);
    let mut further = Vec::new();
    for (chat, seq) in heads {
        let changed = tx
            .prepare_cached(
                "INSERT INTO mark (chat, account, delivered_seq, delivered_ms, epoch, sealed) VALUES (?1, ?2, ?3, ?4, 0, x'')
                 ON CONFLICT (chat, account)
                 DO UPDATE SET delivered_seq = excluded.delivered_seq, delivered_ms = excluded.delivered_ms
                 WHERE delivered_seq < excluded.delivered_seq",
            )?
            .execute(params![chat, device.account.0, seq, int(now_ms)])?;
        if changed == 1 {
            further.push(DeliveredUpTo { chat: ChatId(chat), seq: uint(seq) });
        }
    }
    tx.prepare_cached("DELETE FROM mailbox WHERE account = ? AND device = ? AND queue_seq <= ?")?.execute(key)?;
    Ok(further)
}

/// Whose devices have a leaf in a chat, where there are so many at most. A chat that is not kept is not read for it as a whole.
fn devices(
    tx: &Connection,
    hot: &Hot,
    chat: ChatId,
    devices_max: usize,
) -> Result<Option<Vec<DeviceAddress>>, StoreError> {
    let devices: Vec<DeviceAddress> = match hot.kept_chat(chat) {
        Some(kept) if kept.leaves.len() > devices_max => return Ok(None),
        Some(kept) => kept.leaves.iter().map(|leaf| leaf.device).collect(),
        None => members(tx, chat, devices_max.saturating_add(1))?.into_iter().map(|member| member.device).collect(),
    };
    Ok(Some(devices).filter(|devices| devices.len() <= devices_max))
}

/// Log entries in order of their time, with the pointers and welcomes that hang on them.
fn expire(tx: &Connection, retention: Retention) -> Result<u32, StoreError> {
    let mut old = tx.prepare_cached(
        "SELECT id, chat, seq FROM group_log WHERE id <= coalesce((
             SELECT max(id) FROM (SELECT id FROM group_log ORDER BY id LIMIT ?2)), 0) AND time_ms < ?1
         ORDER BY id",
    )?;
    let old = old
        .query_map(params![int(retention.before_ms), retention.limit], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<Vec<(i64, [u8; 16], i64)>, _>>()?;
    for (id, chat, seq) in &old {
        tx.prepare_cached("DELETE FROM group_log WHERE id = ?")?.execute([id])?;
        tx.prepare_cached("DELETE FROM welcome WHERE chat = ? AND seq = ?")?.execute(params![chat, seq])?;
        tx.prepare_cached("DELETE FROM welcome_tree WHERE chat = ? AND seq = ?")?.execute(params![chat, seq])?;
        tx.prepare_cached("UPDATE chat_group SET first_kept_seq = max(first_kept_seq, ?2 + 1) WHERE chat = ?1")?
            .execute(params![chat, seq])?;
        let mut readers = tx.prepare_cached(
            "SELECT DISTINCT account, device FROM member
             WHERE chat = ?1 AND from_seq <= ?2 AND (until_seq IS NULL OR until_seq >= ?2)",
        )?;
        let readers = readers
            .query_map(params![chat, seq], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<([u8; 16], u32)>, _>>()?;
        for (account, device) in readers {
            expire_pointers(tx, account, device, chat, *seq)?;
        }
    }
    Ok(u32::try_from(old.len()).unwrap_or(u32::MAX))
}

fn expire_pointers(
    tx: &Connection,
    account: [u8; 16],
    device: u32,
    chat: &[u8; 16],
    seq: i64,
) -> Result<(), StoreError> {
    let mut delete = tx.prepare_cached(
        "DELETE FROM mailbox WHERE account = ? AND device = ? AND chat = ? AND seq = ? RETURNING queue_seq",
    )?;
    let gone =
        delete.query_map(params![account, device, chat, seq], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    for queue_seq in gone {
        tx.prepare_cached(
            "UPDATE device SET expired_queue_seq = max(expired_queue_seq, ?3) WHERE account = ?1 AND device = ?2",
        )?
        .execute(params![account, device, queue_seq])?;
    }
    Ok(())
}
