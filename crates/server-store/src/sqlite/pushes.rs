//! [`PushStore`] on SQLite.

use super::Sqlite;
use super::hot::Touches;
use crate::StoreError;
use crate::pushes::*;
use async_trait::async_trait;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use rusqlite::{OptionalExtension, params};

#[async_trait]
impl PushStore for Sqlite {
    async fn put_subscription(
        &self,
        device: DeviceAddress,
        subscription: Subscription,
    ) -> Result<PutSubscriptionOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let Subscription { endpoint, p256dh, auth } = &subscription;
            let listed = tx
                .prepare_cached("SELECT 1 FROM device WHERE account = ? AND device = ? AND listed = 1")?
                .exists(params![device.account.0, device.device.0])?;
            if !listed {
                return Ok(PutSubscriptionOutcome::NoDevice);
            }
            // By its key or by the address: what stood there goes.
            tx.prepare_cached(
                "INSERT OR REPLACE INTO push_subscription (account, device, endpoint, p256dh, auth)
                 VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![device.account.0, device.device.0, endpoint, p256dh, auth])?;
            Ok(PutSubscriptionOutcome::Stored)
        })
        .await
    }

    async fn subscription(&self, device: DeviceAddress) -> Result<Option<Subscription>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT endpoint, p256dh, auth FROM push_subscription WHERE account = ? AND device = ?",
            )?;
            Ok(query
                .query_row(params![device.account.0, device.device.0], |row| {
                    Ok(Subscription { endpoint: row.get(0)?, p256dh: row.get(1)?, auth: row.get(2)? })
                })
                .optional()?)
        })
        .await
    }

    async fn delete_subscription(&self, device: DeviceAddress) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.prepare_cached("DELETE FROM push_subscription WHERE account = ? AND device = ?")?
                .execute(params![device.account.0, device.device.0])?;
            Ok(())
        })
        .await
    }

    async fn delete_ended_subscription(&self, device: DeviceAddress, endpoint: String) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.prepare_cached("DELETE FROM push_subscription WHERE account = ? AND device = ? AND endpoint = ?")?
                .execute(params![device.account.0, device.device.0, endpoint])?;
            Ok(())
        })
        .await
    }

    async fn subscribed(&self) -> Result<Vec<DeviceAddress>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT account, device FROM push_subscription
                 WHERE account NOT IN (SELECT account FROM account WHERE suspended = 1)",
            )?;
            let devices = query.query_map([], |row| {
                Ok(DeviceAddress { account: AccountId(row.get(0)?), device: DeviceNumber(row.get(1)?) })
            })?;
            Ok(devices.collect::<Result<_, _>>()?)
        })
        .await
    }
}
