//! The operator's view of accounts: listed, kept out, let in again, deleted.

use super::words::{AccountLine, Answer, DeviceLine, StatsLine};
use crate::app::App;
use crate::limits::ACCOUNTS_TOLD_MAX;
use crate::numbers;
use crate::server::sweep_once;
use proto::ids::{AccountId, DeviceAddress};
use server_store::StoreError;
use server_store::operating::DeleteOutcome;
use std::sync::Arc;

pub(super) async fn list(app: &App, after: &str) -> Result<Answer, StoreError> {
    let after = match after {
        "" => None,
        id => match hex::decode(id).ok().and_then(|id| AccountId::try_from(id).ok()) {
            Some(after) => Some(after),
            None => return Ok(Answer::refused("no account has such an id")),
        },
    };
    let lines =
        app.stores.operating.account_lines(after, ACCOUNTS_TOLD_MAX).await?.into_iter().map(|line| AccountLine {
            account: hex::encode(line.account.0),
            number: line.number,
            moved: line.moved,
            suspended: line.suspended,
            devices: line.devices,
            last_seen_day_ms: line.last_seen_day_ms,
            blob_bytes: line.blob_bytes,
        });
    Ok(Answer::Accounts(lines.collect()))
}

pub(super) async fn devices(app: &App, number: &str) -> Result<Answer, StoreError> {
    let account = match of_number(app, number).await? {
        Ok(account) => account,
        Err(refused) => return Ok(refused),
    };
    let lines = app.stores.operating.device_lines(account).await?.into_iter().map(|line| DeviceLine {
        device: line.device.0,
        last_seen_day_ms: line.last_seen_day_ms,
        waiting: line.waiting,
        connected: app.hub.is_connected(DeviceAddress { account, device: line.device }),
    });
    Ok(Answer::Devices(lines.collect()))
}

pub(super) async fn suspend(app: &App, number: &str) -> Result<Answer, StoreError> {
    let account = match of_number(app, number).await? {
        Ok(account) => account,
        Err(refused) => return Ok(refused),
    };
    app.stores.operating.set_suspended(account, true).await?;
    let devices = app.stores.operating.device_lines(account).await?;
    let devices: Vec<_> = devices.iter().map(|line| DeviceAddress { account, device: line.device }).collect();
    put_out(app, &devices);
    Ok(Answer::Done)
}

pub(super) async fn resume(app: &App, number: &str) -> Result<Answer, StoreError> {
    let account = match of_number(app, number).await? {
        Ok(account) => account,
        Err(refused) => return Ok(refused),
    };
    app.stores.operating.set_suspended(account, false).await?;
    for device in app.stores.pushes.subscribed().await?.into_iter().filter(|device| device.account == account) {
        app.pushes.has_subscribed(device);
    }
    Ok(Answer::Done)
}

pub(super) async fn delete(app: &Arc<App>, number: &str) -> Result<Answer, StoreError> {
    let number = match read(app, number) {
        Ok(number) => number,
        Err(refused) => return Ok(refused),
    };
    let devices = match app.stores.operating.delete_accounts_of(number).await? {
        DeleteOutcome::Deleted { devices } => devices,
        DeleteOutcome::NoAccount => return Ok(nobody()),
    };
    put_out(app, &devices);
    match sweep_once(app).await {
        Ok(()) => Ok(Answer::Done),
        Err(error) => Ok(Answer::refused(format!("the account is deleted, its files are not yet: {error}"))),
    }
}

pub(super) async fn stats(app: &App) -> Result<Answer, StoreError> {
    let totals = app.stores.operating.totals().await?;
    let (_, sockets) = app.open.sockets();
    Ok(Answer::Stats(StatsLine {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        accounts: totals.accounts,
        suspended: totals.suspended,
        devices: totals.devices,
        chats: totals.chats,
        log_entries: totals.log_entries,
        blobs: totals.blobs,
        blob_bytes: totals.blob_bytes,
        connections: app.open.connections.taken(),
        sockets,
    }))
}

/// Calls, sockets and notifications of these devices end.
fn put_out(app: &App, devices: &[DeviceAddress]) {
    // Without a socket nobody is let into a call; who was let in before is out.
    app.hub.close_all(devices);
    app.calls.put_out(devices);
    for device in devices {
        app.pushes.has_unsubscribed(*device);
    }
}

/// The account that has a number, as the operator writes it.
async fn of_number(app: &App, number: &str) -> Result<Result<AccountId, Answer>, StoreError> {
    let number = match read(app, number) {
        Ok(number) => number,
        Err(refused) => return Ok(Err(refused)),
    };
    let found = app.stores.accounts.look_up(vec![number]).await?.pop();
    Ok(found.map(|(_, account)| account).ok_or_else(nobody))
}

fn read(app: &App, number: &str) -> Result<String, Answer> {
    numbers::read(number, app.config.default_region).map_err(|_| {
        Answer::refused("this is no telephone number; write it with its country code, as in +4915112345678")
    })
}

fn nobody() -> Answer {
    Answer::refused("nobody on this server has this number; `heliograph admin accounts` lists those who are here")
}
