//! [`RoomStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, int};
use crate::calls::*;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{ChatId, DeviceAddress};
use rusqlite::{Connection, OptionalExtension, params};

#[async_trait]
impl RoomStore for Sqlite {
    async fn claim_rooms(&self, claims: RoomClaims) -> Result<Vec<HeldRoom>, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let mut of_others = Vec::new();
            for (chat, room) in &claims.rooms {
                match holder(tx, *chat, claims.now_ms)?.filter(|node| *node != claims.node) {
                    Some(node) => of_others.push(HeldRoom { chat: *chat, node }),
                    None => take(tx, (*chat, *room), claims.node, claims.expires_ms)?,
                }
            }
            Ok(of_others)
        })
        .await
    }

    async fn release_rooms(&self, node: NodeId, rooms: Vec<(ChatId, u64)>) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            for (chat, room) in &rooms {
                tx.prepare_cached("DELETE FROM call_room WHERE chat = ? AND node = ? AND room <= ?")?
                    .execute(params![chat.0, node.0, int(*room)])?;
            }
            Ok(())
        })
        .await
    }

    async fn rooms_elsewhere(
        &self,
        device: DeviceAddress,
        node: NodeId,
        now_ms: UnixMs,
        limit: u32,
    ) -> Result<Vec<HeldRoom>, StoreError> {
        self.read(move |db| {
            // The device's groups are few beside all rooms: they are looked up one by one.
            let mut query = db.prepare_cached(
                "SELECT call_room.chat, call_room.node
                 FROM member INDEXED BY member_by_account CROSS JOIN call_room ON call_room.chat = member.chat
                 WHERE member.account = ? AND member.device = ? AND member.until_seq IS NULL AND member.revoked = 0
                     AND call_room.node <> ? AND call_room.expires_ms > ?
                 ORDER BY member.chat LIMIT ?",
            )?;
            let key = params![device.account.0, device.device.0, node.0, int(now_ms), limit];
            let rooms = query
                .query_map(key, |row| Ok(HeldRoom { chat: ChatId(row.get(0)?), node: NodeId(row.get(1)?) }))?
                .collect::<Result<_, _>>()?;
            Ok(rooms)
        })
        .await
    }
}

/// Whose lease has not ended.
fn holder(tx: &Connection, chat: ChatId, now_ms: UnixMs) -> Result<Option<NodeId>, StoreError> {
    Ok(tx
        .prepare_cached("SELECT node FROM call_room WHERE chat = ? AND expires_ms > ?")?
        .query_row(params![chat.0, int(now_ms)], |row| Ok(NodeId(row.get(0)?)))
        .optional()?)
}

/// Of the own number the higher one stays: a renewal may come later than the room's next opening.
fn take(tx: &Connection, (chat, room): (ChatId, u64), node: NodeId, expires_ms: UnixMs) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO call_room (chat, node, room, expires_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (chat) DO UPDATE SET
             room = CASE WHEN node = ?2 THEN max(room, ?3) ELSE ?3 END, node = ?2, expires_ms = ?4",
    )?
    .execute(params![chat.0, node.0, int(room), int(expires_ms)])?;
    Ok(())
}

/// A process has its database alone: what an earlier one claimed is nobody's any more.
pub(super) fn forget_rooms(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM call_room", [])?;
    Ok(())
}

/// Deletes what nobody has any more.
pub(super) fn sweep(tx: &Connection, now_ms: UnixMs) -> Result<(), StoreError> {
    tx.execute("DELETE FROM call_room WHERE expires_ms <= ?", [int(now_ms)])?;
    Ok(())
}
