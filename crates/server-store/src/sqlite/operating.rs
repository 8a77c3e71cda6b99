//! [`OperatingStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, uint};
use crate::StoreError;
use crate::operating::*;
use async_trait::async_trait;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use rusqlite::{Connection, params};

/// All that is an account's own, by tables that name it, and what stays of it.
const OWN: &[&str] = &[
    // Their leaves go as those of unlinked devices do: nobody writes until somebody has taken them out.
    "UPDATE member SET revoked = 1 WHERE account = ?1 AND until_seq IS NULL",
    "INSERT OR IGNORE INTO deleted_account (account) VALUES (?1)",
    "DELETE FROM number WHERE account = ?1",
    "DELETE FROM session WHERE account = ?1",
    "DELETE FROM key_package WHERE account = ?1",
    "DELETE FROM mailbox WHERE account = ?1",
    "DELETE FROM mark WHERE account = ?1",
    "DELETE FROM push_subscription WHERE account = ?1",
    "DELETE FROM device WHERE account = ?1",
    "DELETE FROM device_list WHERE account = ?1",
    "DELETE FROM backup_blob WHERE account = ?1",
    "DELETE FROM backup WHERE account = ?1",
    "DELETE FROM account WHERE account = ?1",
];

/// Of a chat that nobody else is in.
const CHAT: &[&str] = &[
    "DELETE FROM group_log WHERE chat = ?1",
    "DELETE FROM welcome WHERE chat = ?1",
    "DELETE FROM welcome_tree WHERE chat = ?1",
    "DELETE FROM group_state WHERE chat = ?1",
    "DELETE FROM mark WHERE chat = ?1",
    "DELETE FROM member WHERE chat = ?1",
    "DELETE FROM chat_group WHERE chat = ?1",
];

#[async_trait]
impl OperatingStore for Sqlite {
    async fn account_lines(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<AccountLine>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT a.account, a.number, a.moved, a.suspended,
                     (SELECT count(*) FROM device d WHERE d.account = a.account AND d.listed = 1),
                     (SELECT coalesce(max(d.last_seen_day_ms), 0) FROM device d WHERE d.account = a.account),
                     (SELECT coalesce(sum(b.received), 0) FROM blob b WHERE b.owner = a.account)
                 FROM account a WHERE a.account > ?1 ORDER BY a.account LIMIT ?2",
            )?;
            let after = after.map_or(Vec::new(), |account| account.0.to_vec());
            let lines = query.query_map(params![after, limit], |row| {
                Ok(AccountLine {
                    account: AccountId(row.get(0)?),
                    number: row.get(1)?,
                    moved: row.get(2)?,
                    suspended: row.get(3)?,
                    devices: row.get(4)?,
                    last_seen_day_ms: uint(row.get(5)?),
                    blob_bytes: uint(row.get(6)?),
                })
            })?;
            Ok(lines.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn device_lines(&self, account: AccountId) -> Result<Vec<DeviceLine>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT device, last_seen_day_ms,
                     (SELECT count(*) FROM mailbox m WHERE m.account = d.account AND m.device = d.device)
                 FROM device d WHERE account = ? AND listed = 1 ORDER BY device",
            )?;
            let lines = query.query_map([account.0], |row| {
                Ok(DeviceLine {
                    device: DeviceNumber(row.get(0)?),
                    last_seen_day_ms: uint(row.get(1)?),
                    waiting: uint(row.get(2)?),
                })
            })?;
            Ok(lines.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn set_suspended(&self, account: AccountId, suspended: bool) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.execute("UPDATE account SET suspended = ?2 WHERE account = ?1", params![account.0, suspended])?;
            Ok(())
        })
        .await
    }

    async fn delete_accounts_of(&self, number: String) -> Result<DeleteOutcome, StoreError> {
        self.write(Touches::All, move |tx| delete_accounts_of(tx, &number)).await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        self.read(move |db| {
            let count = |query: &str| -> Result<u64, StoreError> {
                Ok(uint(db.prepare_cached(query)?.query_row([], |row| row.get(0))?))
            };
            Ok(Totals {
                accounts: count("SELECT count(*) FROM account WHERE moved = 0")?,
                suspended: count("SELECT count(*) FROM account WHERE moved = 0 AND suspended = 1")?,
                devices: count("SELECT count(*) FROM device WHERE listed = 1")?,
                chats: count("SELECT count(*) FROM chat_group")?,
                log_entries: count("SELECT count(*) FROM group_log")?,
                blobs: count("SELECT count(*) FROM blob")?,
                blob_bytes: count("SELECT coalesce(sum(received), 0) FROM blob")?,
            })
        })
        .await
    }
}

fn delete_accounts_of(tx: &Connection, number: &str) -> Result<DeleteOutcome, StoreError> {
    if !tx.prepare_cached("SELECT 1 FROM account WHERE number = ?")?.exists([number])? {
        return Ok(DeleteOutcome::NoAccount);
    }
    Ok(DeleteOutcome::Deleted { devices: delete_all_of(tx, number)? })
}

/// The account that has a number, and those that had it before.
pub(super) fn delete_all_of(tx: &Connection, number: &str) -> Result<Vec<DeviceAddress>, StoreError> {
    let mut query = tx.prepare("SELECT account FROM account WHERE number = ? ORDER BY account")?;
    let accounts = query.query_map([number], |row| row.get(0).map(AccountId))?.collect::<Result<Vec<_>, _>>()?;
    tx.execute("DELETE FROM ticket WHERE number = ?", [number])?;
    tx.execute("DELETE FROM code WHERE number = ?", [number])?;
    let mut devices = Vec::new();
    for account in accounts {
        devices.extend(delete(tx, account)?);
    }
    Ok(devices)
}

fn delete(tx: &Connection, account: AccountId) -> Result<Vec<DeviceAddress>, StoreError> {
    let mut query = tx.prepare("SELECT device FROM device WHERE account = ?")?;
    let devices = query.query_map([account.0], |row| row.get(0).map(DeviceNumber))?;
    let devices = devices.map(|device| Ok(DeviceAddress { account, device: device? }));
    let devices = devices.collect::<Result<Vec<_>, rusqlite::Error>>()?;
    // Their bytes lie elsewhere and go first, at the next sweep.
    tx.execute("UPDATE blob SET expires_ms = 0 WHERE owner = ?", [account.0])?;
    let mut query = tx.prepare(
        "SELECT chat FROM member WHERE account = ?1 EXCEPT SELECT chat FROM member
         WHERE account <> ?1 AND account IN (SELECT account FROM account)",
    )?;
    let alone = query.query_map([account.0], |row| row.get(0))?.collect::<Result<Vec<[u8; 16]>, _>>()?;
    for chat in alone {
        for statement in CHAT {
            tx.prepare_cached(statement)?.execute([chat])?;
        }
    }
    for statement in OWN {
        tx.prepare_cached(statement)?.execute([account.0])?;
    }
    Ok(devices)
}
