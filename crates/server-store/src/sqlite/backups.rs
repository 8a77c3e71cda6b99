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
use sha2::{Digest as _, Sha256};

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

    async fn delete_backup(&self, phone: DeviceAddress) -> Result<bool, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let listed = is_listed(tx, phone)?;
            if listed {
                forget(tx, phone.account)?;
            }
            Ok(listed)
        })
        .await
    }

    async fn prove_ticket(&self, proof: PinProof) -> Result<bool, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let noted = tx
                .prepare_cached(
                    "UPDATE ticket SET proved_account = ?2, proved_pin_hash = ?3 WHERE ticket_hash = ?1 AND number IN
                         (SELECT n.number FROM number n JOIN account a ON a.account = n.account
                          WHERE a.account = ?2 AND a.pin_hash IS ?3)",
                )?
                .execute(params![proof.ticket_hash, proof.account.0, proof.pin_hash])?;
            Ok(noted == 1)
        })
        .await
    }

    async fn restore(&self, restoration: Restoration) -> Result<RestoreOutcome, StoreError> {
        self.write(Touches::All, move |tx| restore(tx, &restoration)).await
    }

    async fn was_restored_by(&self, account: AccountId, ticket_hash: [u8; 32]) -> Result<bool, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT 1 FROM account WHERE account = ? AND restored_by = ?")?;
            Ok(query.exists(params![account.0, ticket_hash])?)
        })
        .await
    }

    async fn delete_own(
        &self,
        account: AccountId,
        follows: u64,
        signed_list: Vec<u8>,
    ) -> Result<DeleteOwnOutcome, StoreError> {
        self.write(Touches::All, move |tx| delete_own(tx, account, follows, &signed_list)).await
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
    let account = backup.phone.account;
    if !is_listed(tx, backup.phone)? {
        return Ok(PutBackupOutcome::NotListed);
    }
    let mut size = backup.head.len() as u64;
    let mut query = tx.prepare_cached(
        "SELECT size FROM blob
         WHERE blob = ?1 AND owner = ?2 AND shared = 0 AND (received = size OR ?4) AND expires_ms > ?3",
    )?;
    for blob in &backup.blobs {
        let half = broken(Rule::HalfBackupReplacesNone);
        let key = params![blob.0, account.0, int(backup.now_ms), half];
        let Some(blob_size) = query.query_row(key, |row| row.get(0)).optional()? else {
            return Ok(PutBackupOutcome::Incomplete);
        };
        size = size.saturating_add(uint(blob_size));
    }
    forget(tx, account)?;
    tx.prepare_cached("INSERT INTO backup (account, head, made_ms, size) VALUES (?, ?, ?, ?)")?.execute(params![
        account.0,
        backup.head,
        int(backup.now_ms),
        int(size)
    ])?;
    let mut name = tx.prepare_cached("INSERT OR IGNORE INTO backup_blob (account, blob) VALUES (?, ?)")?;
    let mut keep = tx.prepare_cached("UPDATE blob SET expires_ms = ?2 WHERE blob = ?1")?;
    for blob in &backup.blobs {
        name.execute(params![account.0, blob.0])?;
        keep.execute(params![blob.0, NEVER_MS])?;
    }
    Ok(PutBackupOutcome::Stored)
}

fn is_listed(tx: &Connection, device: DeviceAddress) -> Result<bool, StoreError> {
    let mut query = tx.prepare_cached("SELECT 1 FROM device WHERE account = ? AND device = ? AND listed = 1")?;
    Ok(query.exists(params![device.account.0, device.device.0])?)
}

/// Of an account there is no backup any more.
pub(super) fn forget(tx: &Connection, account: AccountId) -> Result<(), StoreError> {
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
        "SELECT 1 FROM ticket t JOIN number n ON n.number = t.number JOIN account a ON a.account = n.account
         WHERE ticket_hash = ?1 AND expires_ms > ?2 AND a.account = ?3
             AND ((proved_account = a.account AND proved_pin_hash IS pin_hash) OR ?4)",
    )?;
    let unproved = broken(Rule::RestoringNeedsThePin);
    if !ticket.exists(params![restoration.ticket_hash, int(restoration.now_ms), account.0, unproved])? {
        return Ok(RestoreOutcome::NoTicket);
    }
    if let Some(hash) = restoration.head_hash {
        let mut query = tx.prepare_cached("SELECT head FROM backup WHERE account = ?")?;
        let head: Option<Vec<u8>> = query.query_row([account.0], |row| row.get(0)).optional()?;
        if head.is_none_or(|head| <[u8; 32]>::from(Sha256::digest(&head)) != hash) {
            return Ok(RestoreOutcome::OtherBackup);
        }
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
            // Whoever else has proved number and PIN proves them again.
            tx.execute(
                "DELETE FROM ticket WHERE number IN (SELECT number FROM number WHERE account = ?)",
                [account.0],
            )?;
            tx.execute(
                "UPDATE account SET restored_by = ?2 WHERE account = ?1",
                params![account.0, restoration.ticket_hash],
            )?;
            Ok(RestoreOutcome::Restored)
        }
        PutDeviceListOutcome::Conflict { .. } => Ok(RestoreOutcome::Conflict),
    }
}

fn delete_own(
    tx: &Connection,
    account: AccountId,
    follows: u64,
    signed_list: &[u8],
) -> Result<DeleteOwnOutcome, StoreError> {
    let number: Option<String> = tx
        .query_row("SELECT number FROM account WHERE account = ? AND moved = 0", [account.0], |row| row.get(0))
        .optional()?;
    let Some(number) = number else { return Ok(DeleteOwnOutcome::NoAccount) };
    let mut list = tx.prepare_cached("SELECT 1 FROM device_list WHERE account = ? AND version = ?")?;
    if !list.exists(params![account.0, int(follows)])? {
        return Ok(DeleteOwnOutcome::Conflict);
    }
    tx.execute(
        "INSERT OR REPLACE INTO deleted_device (account, device, signature_key)
         SELECT account, device, signature_key FROM device WHERE account = ?",
        [account.0],
    )?;
    let devices = operating::delete_all_of(tx, &number)?;
    tx.execute("UPDATE deleted_account SET signed_list = ?2 WHERE account = ?1", params![account.0, signed_list])?;
    Ok(DeleteOwnOutcome::Deleted { devices })
}
