//! [`DeviceStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, int, uint};
use crate::StoreError;
use crate::devices::*;
use async_trait::async_trait;
use breakable::{Rule, broken};
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber};
use rusqlite::{Connection, OptionalExtension, Row, params};

#[async_trait]
impl DeviceStore for Sqlite {
    async fn device_lists(&self, accounts: Vec<AccountId>) -> Result<Vec<StoredDeviceList>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT version, signed FROM device_list WHERE account = ?")?;
            let mut lists = Vec::new();
            for account in accounts {
                let list = query
                    .query_row([account.0], |row| {
                        Ok(StoredDeviceList { account, version: uint(row.get(0)?), signed: row.get(1)? })
                    })
                    .optional()?;
                lists.extend(list);
            }
            Ok(lists)
        })
        .await
    }

    async fn put_device_list(&self, put: PutDeviceList) -> Result<PutDeviceListOutcome, StoreError> {
        self.write(Touches::All, move |tx| put_device_list(tx, &put)).await
    }

    async fn device(&self, device: DeviceAddress) -> Result<Option<Device>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT device, signature_key, last_seen_day_ms, listed FROM device WHERE account = ? AND device = ?",
            )?;
            let read = |row: &Row<'_>| read_device(device.account, row);
            Ok(query.query_row(params![device.account.0, device.device.0], read).optional()?)
        })
        .await
    }

    async fn devices_of(&self, account: AccountId) -> Result<Vec<Device>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT device, signature_key, last_seen_day_ms, listed FROM device WHERE account = ? AND listed = 1",
            )?;
            let devices = query.query_map([account.0], |row| read_device(account, row))?;
            Ok(devices.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn devices_near(&self, account: AccountId) -> Result<Vec<DeviceAddress>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT DISTINCT other.account, other.device FROM member AS own
                 JOIN member AS other ON other.chat = own.chat AND other.until_seq IS NULL
                 WHERE own.account = ?1 AND own.until_seq IS NULL
                 UNION SELECT account, device FROM device WHERE account = ?1 AND listed = 1",
            )?;
            let devices = query.query_map([account.0], |row| {
                Ok(DeviceAddress { account: AccountId(row.get(0)?), device: DeviceNumber(row.get(1)?) })
            })?;
            Ok(devices.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn share_chat(&self, one: AccountId, other: AccountId) -> Result<bool, StoreError> {
        self.read(move |db| share_chat(db, one, other)).await
    }

    async fn put_key_packages(
        &self,
        device: DeviceAddress,
        packages: Vec<KeyPackage>,
        last_resort: Option<KeyPackage>,
        keep_max: usize,
    ) -> Result<u32, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let held: u32 = tx
                .prepare_cached(
                    "SELECT count(*) FROM key_package WHERE account = ? AND device = ? AND last_resort = 0",
                )?
                .query_row(params![device.account.0, device.device.0], |row| row.get(0))?;
            let mut insert = tx.prepare_cached(
                "INSERT INTO key_package (account, device, suite, last_resort, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for package in packages.iter().take(keep_max.saturating_sub(held as usize)) {
                insert.execute(params![device.account.0, device.device.0, package.suite, 0, package.bytes])?;
            }
            if let Some(package) = &last_resort {
                tx.prepare_cached(
                    "DELETE FROM key_package WHERE account = ? AND device = ? AND last_resort = 1 AND suite = ?",
                )?
                .execute(params![device.account.0, device.device.0, package.suite])?;
                insert.execute(params![device.account.0, device.device.0, package.suite, 1, package.bytes])?;
            }
            key_packages_left(tx, device)
        })
        .await
    }

    async fn claim_key_packages(&self, device: DeviceAddress, count: u32) -> Result<Vec<KeyPackage>, StoreError> {
        self.write(Touches::Nothing, move |tx| claim(tx, device, count)).await
    }

    async fn key_packages_left(&self, device: DeviceAddress) -> Result<u32, StoreError> {
        self.read(move |db| key_packages_left(db, device)).await
    }
}

fn read_device(account: AccountId, row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device {
        address: DeviceAddress { account, device: DeviceNumber(row.get(0)?) },
        signature_key: row.get(1)?,
        last_seen_day_ms: uint(row.get(2)?),
        listing: if row.get(3)? { Listing::Listed } else { Listing::Unlinked },
    })
}

pub(super) fn share_chat(db: &Connection, one: AccountId, other: AccountId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT 1 FROM member AS a JOIN member AS b ON b.chat = a.chat AND b.account = ?2 AND b.until_seq IS NULL
             WHERE a.account = ?1 AND a.until_seq IS NULL LIMIT 1",
        )?
        .exists([one.0, other.0])?)
}

/// A number that comes back, under a higher list version, begins with an empty queue.
pub(super) fn insert(tx: &Connection, account: AccountId, devices: &[NewDevice]) -> Result<(), StoreError> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO device (account, device, signature_key, listed) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT (account, device) DO UPDATE SET signature_key = excluded.signature_key, listed = 1",
    )?;
    for device in devices {
        insert.execute(params![account.0, device.device.0, device.signature_key])?;
    }
    Ok(())
}

pub(super) fn put_device_list(tx: &Connection, put: &PutDeviceList) -> Result<PutDeviceListOutcome, StoreError> {
    let account = put.list.account;
    let changed = tx
        .prepare_cached(
            "UPDATE device_list SET version = ?2, signed = ?3
             WHERE account = ?1 AND (?5 OR (version = ?4 AND version < ?2))",
        )?
        .execute(params![
            account.0,
            int(put.list.version),
            put.list.signed,
            int(put.follows),
            broken(Rule::ListFollowsList)
        ])?;
    if changed == 0 {
        let version: Option<i64> = tx
            .query_row("SELECT version FROM device_list WHERE account = ?", [account.0], |row| row.get(0))
            .optional()?;
        return Ok(PutDeviceListOutcome::Conflict { version: version.map_or(0, uint) });
    }
    insert(tx, account, &put.added)?;
    let mut stale_leaves = Vec::new();
    for device in &put.removed {
        let key = params![account.0, device.0];
        tx.execute("UPDATE device SET listed = 0, acked_queue_seq = queue_head WHERE account = ? AND device = ?", key)?;
        tx.execute("DELETE FROM mailbox WHERE account = ? AND device = ?", key)?;
        tx.execute("DELETE FROM key_package WHERE account = ? AND device = ?", key)?;
        tx.execute("DELETE FROM push_subscription WHERE account = ? AND device = ?", key)?;
        let mut leaves = tx.prepare_cached(
            "UPDATE member SET revoked = 1 WHERE account = ? AND device = ? AND until_seq IS NULL RETURNING chat",
        )?;
        let chats = leaves.query_map(key, |row| row.get(0))?;
        for chat in chats {
            stale_leaves.push((ChatId(chat?), *device));
        }
    }
    Ok(PutDeviceListOutcome::Stored { stale_leaves })
}

fn claim(tx: &Connection, device: DeviceAddress, count: u32) -> Result<Vec<KeyPackage>, StoreError> {
    let key = params![device.account.0, device.device.0, count];
    let mut claimed = Vec::new();
    // The stronger suite has the higher code point.
    let mut take = tx.prepare_cached(if broken(Rule::KeyPackageClaimedOnce) {
        "SELECT suite, bytes FROM key_package WHERE account = ? AND device = ? AND last_resort = 0 ORDER BY id LIMIT ?"
    } else {
        "DELETE FROM key_package WHERE id IN (
             SELECT id FROM key_package WHERE account = ? AND device = ? AND last_resort = 0
             ORDER BY suite DESC, id LIMIT ?) RETURNING suite, bytes"
    })?;
    let taken = take.query_map(key, |row| Ok(KeyPackage { suite: row.get(0)?, bytes: row.get(1)? }))?;
    for package in taken {
        claimed.push(package?);
    }
    if claimed.is_empty() {
        let last_resort = tx
            .prepare_cached(
                "SELECT suite, bytes FROM key_package WHERE account = ? AND device = ? AND last_resort = 1
                 ORDER BY suite DESC LIMIT 1",
            )?
            .query_row(params![device.account.0, device.device.0], |row| {
                Ok(KeyPackage { suite: row.get(0)?, bytes: row.get(1)? })
            })
            .optional()?;
        claimed.extend(last_resort);
    }
    Ok(claimed)
}

fn key_packages_left(db: &Connection, device: DeviceAddress) -> Result<u32, StoreError> {
    let fewest: Option<u32> = db
        .prepare_cached(
            "SELECT min(n) FROM (SELECT count(*) FILTER (WHERE last_resort = 0) AS n FROM key_package
             WHERE account = ? AND device = ? GROUP BY suite)",
        )?
        .query_row(params![device.account.0, device.device.0], |row| row.get(0))?;
    Ok(fewest.unwrap_or(0))
}
