//! [`LinkStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, int};
use crate::links::*;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use breakable::{Rule, broken};
use proto::ids::LinkId;
use rusqlite::{Connection, OptionalExtension, params};

#[async_trait]
impl LinkStore for Sqlite {
    async fn open_link(&self, link: NewLink) -> Result<LinkOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.execute(
                "DELETE FROM link WHERE link = ?1 AND (expires_ms <= ?2 OR ends_ms <= ?2)",
                params![link.link.0, int(link.now_ms)],
            )?;
            let made = tx.execute(
                "INSERT OR IGNORE INTO link (link, seq, bytes, opener_network, expires_ms, ends_ms)
                 VALUES (?, 1, ?, ?, ?, ?)",
                params![link.link.0, link.bytes, link.opener_network, int(link.expires_ms), int(link.ends_ms)],
            )?;
            if made == 1 {
                return Ok(LinkOutcome::Written { seq: 1 });
            }
            Ok(slot(tx, link.link, link.now_ms)?.map_or(LinkOutcome::Gone, |s| LinkOutcome::Conflict { seq: s.seq }))
        })
        .await
    }

    async fn slot(&self, link: LinkId, now_ms: UnixMs) -> Result<Option<Slot>, StoreError> {
        self.read(move |db| slot(db, link, now_ms)).await
    }

    async fn put_slot(
        &self,
        link: LinkId,
        expected_seq: u32,
        bytes: Vec<u8>,
        expires_ms: UnixMs,
        now_ms: UnixMs,
    ) -> Result<LinkOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let Some(current) = slot(tx, link, now_ms)? else { return Ok(LinkOutcome::Gone) };
            if current.seq != expected_seq && !broken(Rule::SlotInTurn) {
                return Ok(LinkOutcome::Conflict { seq: current.seq });
            }
            let seq = expected_seq.saturating_add(1);
            tx.execute(
                "UPDATE link SET seq = ?2, bytes = ?3, expires_ms = ?4 WHERE link = ?1",
                params![link.0, seq, bytes, int(expires_ms)],
            )?;
            Ok(LinkOutcome::Written { seq })
        })
        .await
    }

    async fn close_link(&self, link: LinkId) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.execute("DELETE FROM link WHERE link = ?", [link.0])?;
            Ok(())
        })
        .await
    }
}

fn slot(db: &Connection, link: LinkId, now_ms: UnixMs) -> Result<Option<Slot>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT seq, bytes, opener_network FROM link WHERE link = ?1 AND expires_ms > ?2 AND ends_ms > ?2",
        )?
        .query_row(params![link.0, int(now_ms)], |row| {
            Ok(Slot { seq: row.get(0)?, bytes: row.get(1)?, opener_network: row.get(2)? })
        })
        .optional()?)
}
