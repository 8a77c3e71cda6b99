//! [`InviteStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, int, uint};
use crate::invites::*;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

#[async_trait]
impl InviteStore for Sqlite {
    async fn make_invite(&self, invite: NewInvite) -> Result<MakeInviteOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let count: u32 = tx.query_row("SELECT count(*) FROM invite", [], |row| row.get(0))?;
            if count >= INVITES_MAX {
                return Ok(MakeInviteOutcome::TooMany);
            }
            tx.execute(
                "INSERT INTO invite (code_hash, uses, uses_left, created_ms, expires_ms) VALUES (?1, ?2, ?2, ?3, ?4)",
                params![invite.code_hash, invite.uses, int(invite.now_ms), int(invite.expires_ms)],
            )?;
            Ok(MakeInviteOutcome::Made(InviteId(tx.last_insert_rowid())))
        })
        .await
    }

    async fn invites(&self) -> Result<Vec<Invite>, StoreError> {
        self.read(move |db| {
            let mut query = db
                .prepare_cached("SELECT invite, uses, uses_left, created_ms, expires_ms FROM invite ORDER BY invite")?;
            let invites = query.query_map([], |row| {
                Ok(Invite {
                    invite: InviteId(row.get(0)?),
                    uses: row.get(1)?,
                    uses_left: row.get(2)?,
                    created_ms: uint(row.get(3)?),
                    expires_ms: uint(row.get(4)?),
                })
            })?;
            Ok(invites.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn invite(&self, code_hash: [u8; 32], now_ms: UnixMs) -> Result<InviteStanding, StoreError> {
        self.read(move |db| {
            // Looked up by a hash under the server's secret: how long it takes tells nothing of codes.
            let mut query =
                db.prepare_cached("SELECT invite, uses_left, expires_ms FROM invite WHERE code_hash = ?")?;
            let row: Option<(i64, u32, i64)> =
                query.query_row([code_hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
            Ok(match row {
                None => InviteStanding::Unknown,
                Some((_, 0, _)) => InviteStanding::UsedUp,
                Some((_, _, expires_ms)) if uint(expires_ms) <= now_ms => InviteStanding::Expired,
                Some((invite, ..)) => InviteStanding::Good(InviteId(invite)),
            })
        })
        .await
    }

    async fn revoke_invite(&self, invite: InviteId) -> Result<bool, StoreError> {
        self.write(Touches::Nothing, move |tx| Ok(tx.execute("DELETE FROM invite WHERE invite = ?", [invite.0])? == 1))
            .await
    }
}

/// Takes one use of the invite that a ticket was got by; false where there is none left. Whose time ended meanwhile is still taken: who
/// began in time may finish.
pub(super) fn use_up(tx: &Connection, invite: i64) -> Result<bool, StoreError> {
    let mut query =
        tx.prepare_cached("UPDATE invite SET uses_left = uses_left - 1 WHERE invite = ? AND uses_left > 0")?;
    Ok(query.execute([invite])? == 1)
}

/// Forgets what has been over for long.
pub(super) fn sweep(tx: &Connection, now_ms: UnixMs) -> Result<(), StoreError> {
    tx.execute("DELETE FROM invite WHERE expires_ms <= ?", [int(now_ms.saturating_sub(INVITE_REMEMBERED_MS))])?;
    Ok(())
}
