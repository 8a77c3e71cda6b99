//! [`BackupStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, devices, int, operating, uint};
use crate::StoreError;
use crate::backups::*;
use crate::devices::{PutDeviceList, PutDeviceListOutcome, StoredDeviceList};
use async_trait::async_trait;
use breakable::{Rule, broken};
use proto::ids::{AccountId, DeviceAddress};
use rusqlite::{Connection, OptionalExtension, params};

/// Later than any time: a blob that is kept as long as what names it.
pub(super) const NEVER_MS: i64 = i64::MAX;

#[async_trait]
impl BackupStore for Sqlite {
    async fn put_backup(&self, backup: NewBackup) -> Result<PutBackupOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| put(tx, &backup)).await
    }

    async fn backup(&self, account: AccountId) -> Result<Option<Backup>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT head, made_ms, size FROM backup WHERE account = ?")?;
            let backup = query.query_row([account.0], |row| {
                Ok(Backup { head: row.get(0)?, made_ms: uint(row.get(1)?), size: uint(row.get(2)?) })
            });
            Ok(backup.optional()?)
        })
        .await
    }

    async fn delete_backup(&self, account: AccountId) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| forget(tx, account)).await
    }

    async fn prove_ticket(&self, ticket_hash: [u8; 32]) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.execute("UPDATE ticket SET pin_proved = 1 WHERE ticket_hash = ?", [ticket_hash])?;
            tx.execute(
                "UPDATE account SET pin_wrong = 0, pin_locked_until_ms = 0 WHERE account =
                     (SELECT account FROM number JOIN ticket ON ticket.number = number.number WHERE ticket_hash = ?)",
                [ticket_hash],
            )?;
            Ok(())
        })
        .await
    }

    async fn restore(&self, restoration: Restoration) -> Result<RestoreOutcome, StoreError> {
        self.write(Touches::All, move |tx| restore(tx, &restoration)).await
    }

    async fn delete_own(&self, account: AccountId, signed_list: Vec<u8>) -> Result<DeleteOwnOutcome, StoreError> {
        self.write(Touches::All, move |tx| delete_own(tx, account, &signed_list)).await
    }

    async fn farewell(&self, device: DeviceAddress) -> Result<Option<([u8; 32], Vec<u8>)>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT signature_key, signed_list FROM deleted_device d
                 JOIN deleted_account a ON a.account = d.account WHERE d.account = ? AND device = ?",
            )?;
            let row = query.query_row(params![device.account.0, device.device.0], |row| Ok((row.get(0)?, row.get(1)?)));
            Ok(row.optional()?)
        })
        .await
    }
}

fn put(tx: &Connection, backup: &NewBackup) -> Result<PutBackupOutcome, StoreError> {
    let mut size = backup.head.len() as u64;
    let mut query = tx.prepare_cached(
        "SELECT size FROM blob WHERE blob = ?1 AND owner = ?2 AND (received = size OR ?4) AND expires_ms > ?3",
    )?;
    for blob in &backup.blobs {
        let half = broken(Rule::HalfBackupReplacesNone);
        let key = params![blob.0, backup.account.0, int(backup.now_ms), half];
        let Some(blob_size) = query.query_row(key, |row| row.get(0)).optional()? else {
            return Ok(PutBackupOutcome::Incomplete);
        };
        size = size.saturating_add(uint(blob_size));
    }
    forget(tx, backup.account)?;
    tx.prepare_cached("INSERT INTO backup (account, head, made_ms, size) VALUES (?, ?, ?, ?)")?.execute(params![
        backup.account.0,
        backup.head,
        int(backup.now_ms),
        int(size)
    ])?;
    let mut name = tx.prepare_cached("INSERT OR IGNORE INTO backup_blob (account, blob) VALUES (?, ?)")?;
    let mut keep = tx.prepare_cached("UPDATE blob SET expires_ms = ?2 WHERE blob = ?1")?;
    for blob in &backup.blobs {
        name.execute(params![backup.account.0, blob.0])?;
        keep.execute(params![blob.0, NEVER_MS])?;
    }
    Ok(PutBackupOutcome::Stored)
}

fn forget(tx: &Connection, account: AccountId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE blob SET expires_ms = 0 WHERE blob IN (SELECT blob FROM backup_blob WHERE account = ?)",
        [account.0],
    )?;
    tx.execute("DELETE FROM backup_blob WHERE account = ?", [account.0])?;
    tx.execute("DELETE FROM backup WHERE account = ?", [account.0])?;
    Ok(())
}

fn restore(tx: &Connection, restoration: &Restoration) -> Result<RestoreOutcome, StoreError> {
    let account = restoration.account;
    let mut ticket = tx.prepare_cached(
        "SELECT 1 FROM ticket WHERE ticket_hash = ?1 AND expires_ms > ?2 AND (pin_proved = 1 OR ?4)
             AND number IN (SELECT number FROM number WHERE account = ?3)",
    )?;
    let unproved = broken(Rule::RestoringNeedsThePin);
    if !ticket.exists(params![restoration.ticket_hash, int(restoration.now_ms), account.0, unproved])? {
        return Ok(RestoreOutcome::NoTicket);
    }
    let put = PutDeviceList {
        list: StoredDeviceList {
            account,
            version: restoration.version,
            signed: restoration.signed_device_list.clone(),
        },
        follows: restoration.follows,
        added: vec![restoration.phone.clone()],
        removed: restoration.removed.clone(),
    };
    match devices::put_device_list(tx, &put)? {
        PutDeviceListOutcome::Stored { .. } => {
            tx.execute("DELETE FROM ticket WHERE ticket_hash = ?", [restoration.ticket_hash])?;
            Ok(RestoreOutcome::Restored)
        }
        PutDeviceListOutcome::Conflict { .. } => Ok(RestoreOutcome::Conflict),
    }
}

fn delete_own(tx: &Connection, account: AccountId, signed_list: &[u8]) -> Result<DeleteOwnOutcome, StoreError> {
    let number: Option<String> = tx
        .query_row("SELECT number FROM account WHERE account = ? AND moved = 0", [account.0], |row| row.get(0))
        .optional()?;
    let Some(number) = number else { return Ok(DeleteOwnOutcome::NoAccount) };
    tx.execute(
        "INSERT OR REPLACE INTO deleted_device (account, device, signature_key)
         SELECT account, device, signature_key FROM device WHERE account = ?",
        [account.0],
    )?;
    tx.execute("DELETE FROM ticket WHERE number = ?", [&number])?;
    tx.execute("DELETE FROM code WHERE number = ?", [&number])?;
    let devices = operating::delete(tx, account)?;
    tx.execute("UPDATE deleted_account SET signed_list = ?2 WHERE account = ?1", params![account.0, signed_list])?;
    Ok(DeleteOwnOutcome::Deleted { devices })
}
