//! [`SessionStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, calls, int, invites, uint};
use crate::sessions::{self, ConnectOutcome, NewConnection, NewSession, OpenOutcome, SessionStore, Standing};
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use rusqlite::{Connection, OptionalExtension, params};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

#[async_trait]
impl SessionStore for Sqlite {
    async fn open_session(&self, session: NewSession, now_ms: UnixMs) -> Result<OpenOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let fresh = tx
                .prepare_cached("INSERT OR IGNORE INTO used_challenge (challenge_hash, expires_ms) VALUES (?, ?)")?
                .execute(params![session.challenge_hash, int(session.challenge_expires_ms)])?;
            if fresh == 0 {
                return Ok(OpenOutcome::Replayed);
            }
            let key = params![session.device.account.0, session.device.device.0];
            let listed = tx
                .prepare_cached("SELECT 1 FROM device WHERE account = ? AND device = ? AND listed = 1")?
                .exists(key)?;
            if !listed {
                return Ok(OpenOutcome::NoDevice);
            }
            tx.prepare_cached("DELETE FROM session WHERE account = ? AND device = ? AND expires_ms <= ?")?
                .execute(params![session.device.account.0, session.device.device.0, int(now_ms)])?;
            tx.prepare_cached("INSERT INTO session (token_hash, account, device, expires_ms) VALUES (?, ?, ?, ?)")?
                .execute(params![
                    session.token_hash,
                    session.device.account.0,
                    session.device.device.0,
                    int(session.expires_ms)
                ])?;
            Ok(OpenOutcome::Opened)
        })
        .await
    }

    async fn session(
        &self,
        token_hash: [u8; 32],
        now_ms: UnixMs,
    ) -> Result<Option<(DeviceAddress, Standing)>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT session.account, session.device, listed, suspended FROM session
                 JOIN device ON device.account = session.account AND device.device = session.device
                 JOIN account ON account.account = session.account
                 WHERE token_hash = ? AND expires_ms > ?",
            )?;
            Ok(query
                .query_row(params![token_hash, int(now_ms)], |row| {
                    let device = DeviceAddress { account: AccountId(row.get(0)?), device: DeviceNumber(row.get(1)?) };
                    let standing = match (row.get(2)?, row.get(3)?) {
                        (_, true) => Standing::Suspended,
                        (true, false) => Standing::Listed,
                        (false, false) => Standing::Unlinked,
                    };
                    Ok((device, standing))
                })
                .optional()?)
        })
        .await
    }

    async fn connect(&self, connection: NewConnection) -> Result<ConnectOutcome, StoreError> {
        self.write(Touches::Queue(connection.device), move |tx| connect(tx, &connection)).await
    }

    async fn setting_or_insert(&self, name: &'static str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.execute("INSERT OR IGNORE INTO setting (name, value) VALUES (?, ?)", params![name, value])?;
            Ok(tx.query_row("SELECT value FROM setting WHERE name = ?", [name], |row| row.get(0))?)
        })
        .await
    }

    async fn put_setting(&self, name: &'static str, value: Vec<u8>) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", params![name, value])?;
            Ok(())
        })
        .await
    }

    async fn sweep(&self, now_ms: UnixMs) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let now = int(now_ms);
            tx.execute("DELETE FROM session WHERE expires_ms <= ?", [now])?;
            tx.execute("DELETE FROM used_challenge WHERE expires_ms <= ?", [now])?;
            tx.execute("DELETE FROM ticket WHERE expires_ms <= ?", [now])?;
            tx.execute("DELETE FROM link WHERE expires_ms <= ?1 OR ends_ms <= ?1", [now])?;
            // A code's row also remembers how many were sent, so it outlives the code.
            tx.execute("DELETE FROM code WHERE sent_ms <= ?", [now.saturating_sub(int(DAY_MS))])?;
            invites::sweep(tx, now_ms)?;
            calls::sweep(tx, now_ms)?;
            Ok(())
        })
        .await
    }
}

fn connect(tx: &Connection, new: &NewConnection) -> Result<ConnectOutcome, StoreError> {
    let key = params![new.device.account.0, new.device.device.0];
    let row: Option<(i64, i64, i64, i64)> = tx
        .prepare_cached(
            "SELECT queue_head, acked_queue_seq, expired_queue_seq, boot_counter FROM device
             WHERE account = ? AND device = ? AND listed = 1",
        )?
        .query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    if tx.prepare_cached("SELECT 1 FROM account WHERE account = ? AND suspended = 1")?.exists([new.device.account.0])? {
        return Ok(ConnectOutcome::Suspended);
    }
    let Some((queue_head, acked, expired, boot_counter)) = row else { return Ok(ConnectOutcome::NoDevice) };
    if new.acked_queue_seq < uint(acked) || new.boot_counter < uint(boot_counter) {
        return Ok(ConnectOutcome::Rollback { acked_queue_seq: uint(acked), boot_counter: uint(boot_counter) });
    }
    // A client ahead of its queue saw items of a later state of this database: never give it those numbers again.
    let queue_head = uint(queue_head).max(new.acked_queue_seq);
    tx.prepare_cached(
        "UPDATE device SET boot_counter = ?3, lease = ?4, queue_head = ?5, last_seen_day_ms = ?6
         WHERE account = ?1 AND device = ?2",
    )?
    .execute(params![
        new.device.account.0,
        new.device.device.0,
        int(new.boot_counter),
        new.lease.0,
        int(queue_head),
        int(new.now_ms - new.now_ms % DAY_MS),
    ])?;
    let list_version: i64 = tx
        .prepare_cached("SELECT version FROM device_list WHERE account = ?")?
        .query_row([new.device.account.0], |row| row.get(0))?;
    Ok(ConnectOutcome::Connected(sessions::Connection {
        queue_head,
        expired_queue_seq: if uint(expired) > new.acked_queue_seq { uint(expired) } else { 0 },
        list_version: uint(list_version),
    }))
}
