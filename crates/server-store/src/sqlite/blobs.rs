//! [`BlobStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, int, uint};
use crate::blobs::*;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::AccountId;
use rusqlite::{Connection, OptionalExtension, params};

#[async_trait]
impl BlobStore for Sqlite {
    async fn create_blob(&self, blob: Blob, quota: u64) -> Result<CreateBlobOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let used: i64 =
                tx.query_row("SELECT coalesce(sum(size), 0) FROM blob WHERE owner = ?", [blob.owner.0], |row| {
                    row.get(0)
                })?;
            if uint(used).saturating_add(blob.size) > quota {
                return Ok(CreateBlobOutcome::OverQuota { used: uint(used) });
            }
            tx.execute(
                "INSERT INTO blob (blob, owner, size, received, expires_ms, shared) VALUES (?, ?, ?, ?, ?, ?)",
                params![blob.id.0, blob.owner.0, int(blob.size), int(blob.received), int(blob.expires_ms), blob.shared],
            )?;
            Ok(CreateBlobOutcome::Created)
        })
        .await
    }

    async fn blob(&self, id: BlobId) -> Result<Option<Blob>, StoreError> {
        self.read(move |db| read(db, id)).await
    }

    async fn advance_blob(
        &self,
        id: BlobId,
        from: u64,
        to: u64,
        expires_ms: UnixMs,
    ) -> Result<AdvanceOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let Some(blob) = read(tx, id)? else { return Ok(AdvanceOutcome::Gone) };
            if blob.received != from || to > blob.size {
                return Ok(AdvanceOutcome::Conflict(blob.received));
            }
            tx.execute(
                // What a backup names stays until the backup goes.
                "UPDATE blob SET received = ?2, expires_ms = CASE WHEN expires_ms = ?4 THEN ?4 ELSE ?3 END WHERE blob = ?1",
                params![id.0, int(to), int(expires_ms), super::backups::NEVER_MS],
            )?;
            Ok(AdvanceOutcome::At(to))
        })
        .await
    }

    async fn delete_blob(&self, id: BlobId) -> Result<bool, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let stays = tx.prepare_cached("SELECT 1 FROM backup_blob WHERE blob = ?")?.exists([id.0])?;
            if !stays {
                tx.execute("DELETE FROM blob WHERE blob = ?", [id.0])?;
            }
            Ok(!stays)
        })
        .await
    }

    async fn expired_blobs(&self, now_ms: UnixMs, limit: u32) -> Result<Vec<BlobId>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT blob FROM blob WHERE expires_ms <= ? LIMIT ?")?;
            let ids = query.query_map(params![int(now_ms), limit], |row| Ok(BlobId(row.get(0)?)))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// All that a database knows.
pub(super) fn all(db: &Connection) -> Result<Vec<Blob>, StoreError> {
    let mut query = db.prepare("SELECT blob FROM blob")?;
    let ids = query.query_map([], |row| row.get(0).map(BlobId))?.collect::<Result<Vec<_>, _>>()?;
    let mut blobs = Vec::with_capacity(ids.len());
    for id in ids {
        blobs.extend(read(db, id)?);
    }
    Ok(blobs)
}

fn read(db: &Connection, id: BlobId) -> Result<Option<Blob>, StoreError> {
    Ok(db
        .prepare_cached("SELECT owner, size, received, expires_ms, shared FROM blob WHERE blob = ?")?
        .query_row([id.0], |row| {
            Ok(Blob {
                id,
                owner: AccountId(row.get(0)?),
                size: uint(row.get(1)?),
                received: uint(row.get(2)?),
                expires_ms: uint(row.get(3)?),
                shared: row.get(4)?,
            })
        })
        .optional()?)
}
