//! Backups, restoring an account by one, and deleting one's own account.
//!
//! The server sees a sealed head and which blobs belong to it. Who restores proves the number by a code and gives the account's PIN, as at
//! a registration, and signs the next device list with the account's key: that key is in the backup, so it is what the server asks for.

use super::devices::{conflict, tell};
use super::register::check_pin;
use super::{Caller, Proto};
use crate::app::{App, token_hash};
use crate::limits::Class;
use crate::problem::Problem;
use crate::server::sweep_once;
use axum::extract::State;
use axum::http::StatusCode;
use identity::{Succession, VerifiedDeviceList};
use proto::account::{Backup, DeleteAccount, OpenRestore, OpenRestoreOk, PutBackup, RegisterOk, Restore};
use proto::ids::{AccountId, DeviceAddress};
use proto::limits::{BACKUP_HEAD_LEN_MAX, BACKUP_SEGMENTS_MAX};
use server_store::accounts::AccountState;
use server_store::backups::{self, DeleteOwnOutcome, NewBackup, PutBackupOutcome, Restoration, RestoreOutcome};
use server_store::blobs::BlobId;
use server_store::devices::NewDevice;
use std::sync::Arc;

pub(super) async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<PutBackup>,
) -> Result<StatusCode, Problem> {
    app.limits.account(Class::Backup, caller.account())?;
    current_list_of_phone(&app, caller).await?;
    if request.head.is_empty() || request.head.len() > BACKUP_HEAD_LEN_MAX {
        return Err(Problem::too_large().detail(format!("a head has 1 to {BACKUP_HEAD_LEN_MAX} bytes")));
    }
    if request.blobs.len() > BACKUP_SEGMENTS_MAX {
        return Err(Problem::bad("too-many-items").detail(format!("at most {BACKUP_SEGMENTS_MAX}")));
    }
    let blobs = request.blobs.iter().map(|id| <[u8; 16]>::try_from(id.as_slice()).map(BlobId));
    let blobs = blobs.collect::<Result<Vec<_>, _>>().map_err(|_| Problem::malformed("a blob's name has 16 bytes"))?;
    let backup = NewBackup { account: caller.account(), head: request.head, blobs, now_ms: app.now_ms() };
    match app.stores.backups.put_backup(backup).await? {
        PutBackupOutcome::Stored => Ok(StatusCode::NO_CONTENT),
        PutBackupOutcome::Incomplete => Err(Problem::new(StatusCode::CONFLICT, "backup-incomplete")),
    }
}

pub(super) async fn get(State(app): State<Arc<App>>, caller: Caller) -> Result<Proto<Backup>, Problem> {
    let backup = app.stores.backups.backup(caller.account()).await?;
    backup.map(|backup| Proto(body(backup))).ok_or_else(Problem::not_found)
}

pub(super) async fn delete(State(app): State<Arc<App>>, caller: Caller) -> Result<StatusCode, Problem> {
    current_list_of_phone(&app, caller).await?;
    app.stores.backups.delete_backup(caller.account()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The number was proved, and now the PIN is: whoever can do both may see the backup, which is sealed.
pub(super) async fn open_restore(
    State(app): State<Arc<App>>,
    Proto(request): Proto<OpenRestore>,
) -> Result<Proto<OpenRestoreOk>, Problem> {
    let now_ms = app.now_ms();
    let ticket_hash = token_hash(&request.ticket);
    let ticket = app.stores.registrations.ticket(ticket_hash, now_ms).await?;
    let ticket = ticket.ok_or_else(|| Problem::denied("ticket-expired"))?;
    let account = account_to_restore(&app, ticket.account).await?;
    if !ticket.pin_proved {
        check_pin(&app, account, &request.pin_proof, now_ms).await?;
        app.stores.backups.prove_ticket(ticket_hash).await?;
    }
    let list = app.stores.devices.device_lists(vec![account]).await?.pop();
    Ok(Proto(OpenRestoreOk {
        account: account.to_vec(),
        signed_device_list: list.map(|list| list.signed).unwrap_or_default(),
        backup: app.stores.backups.backup(account).await?.map(body),
    }))
}

pub(super) async fn restore(
    State(app): State<Arc<App>>,
    Proto(request): Proto<Restore>,
) -> Result<Proto<RegisterOk>, Problem> {
    let invalid = |detail: String| Problem::bad("device-list-invalid").detail(detail);
    let now_ms = app.now_ms();
    let next = VerifiedDeviceList::verify(&request.signed_device_list).map_err(|e| invalid(e.to_string()))?;
    let account = next.account();
    let current = app.stores.devices.device_lists(vec![account]).await?.pop();
    let current = current.ok_or_else(|| Problem::denied("ticket-expired"))?;
    // The answer to the very same request was lost.
    if current.signed == request.signed_device_list {
        return Ok(Proto(RegisterOk { account: account.to_vec() }));
    }
    let ticket_hash = token_hash(&request.ticket);
    let ticket = app.stores.registrations.ticket(ticket_hash, now_ms).await?;
    let ticket = ticket.filter(|ticket| ticket.account == Some(account));
    let ticket = ticket.ok_or_else(|| Problem::denied("ticket-expired"))?;
    account_to_restore(&app, ticket.account).await?;
    let current = VerifiedDeviceList::verify(&current.signed).map_err(|e| invalid(e.to_string()))?;
    if !next.succeeds(&current).is_ok_and(|succession| succession == Succession::Newer) {
        return Err(conflict(current.version()));
    }
    let phone = next.phone();
    let removed: Vec<DeviceAddress> =
        current.addresses().filter(|address| next.device(address.device).is_none()).collect();
    let added = next.devices().filter(|cert| current.device(cert.device).is_none()).count();
    if removed != [current.phone().address()] || added != 1 || current.device(phone.device).is_some() {
        return Err(invalid("another phone in the place of the one before, and nothing else".to_owned()));
    }
    let restoration = Restoration {
        ticket_hash,
        account,
        version: next.version(),
        follows: current.version(),
        signed_device_list: request.signed_device_list,
        phone: NewDevice { device: phone.device, signature_key: *phone.signature_key.as_bytes() },
        removed: removed.iter().map(|address| address.device).collect(),
        now_ms,
    };
    match app.stores.backups.restore(restoration).await? {
        RestoreOutcome::Restored => {
            tell(&app, &next, &removed, Vec::new()).await?;
            for device in removed {
                app.pushes.has_unsubscribed(device);
            }
            Ok(Proto(RegisterOk { account: account.to_vec() }))
        }
        RestoreOutcome::NoTicket => Err(Problem::denied("ticket-expired")),
        RestoreOutcome::Conflict => Err(conflict(current.version())),
    }
}

pub(super) async fn delete_account(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<DeleteAccount>,
) -> Result<StatusCode, Problem> {
    let invalid = |detail: String| Problem::bad("device-list-invalid").detail(detail);
    let current = current_list_of_phone(&app, caller).await?;
    check_pin(&app, caller.account(), &request.pin_proof, app.now_ms()).await?;
    let last = VerifiedDeviceList::verify(&request.signed_device_list).map_err(|e| invalid(e.to_string()))?;
    if last.account() != caller.account() || last.succeeds(&current).is_err() || last.devices().count() != 1 {
        return Err(invalid("the newest list, with the phone alone".to_owned()));
    }
    let others: Vec<DeviceAddress> = current.addresses().filter(|device| *device != caller.0).collect();
    let near = app.stores.devices.devices_near(caller.account()).await?;
    match app.stores.backups.delete_own(caller.account(), request.signed_device_list).await? {
        DeleteOwnOutcome::NoAccount => Err(Problem::unauthenticated()),
        DeleteOwnOutcome::Deleted { devices } => {
            app.calls.put_out(&devices);
            app.hub.revoke(&others, last.as_bytes());
            app.hub.close_all(&devices);
            for device in &devices {
                app.pushes.has_unsubscribed(*device);
            }
            let strangers: Vec<_> = near.into_iter().filter(|device| device.account != caller.account()).collect();
            let changed = proto::wire::AccountChanged { account: caller.account().to_vec() };
            app.hub.push_all(&strangers, &proto::wire::server_frame::Body::AccountChanged(changed));
            if let Err(error) = sweep_once(&app).await {
                // They are over: a later sweep deletes them.
                tracing::warn!(%error, "the files of a deleted account are still there");
            }
            Ok(StatusCode::NO_CONTENT)
        }
    }
}

/// The account that the number leads to, unless the operator keeps it out.
async fn account_to_restore(app: &App, account: Option<AccountId>) -> Result<AccountId, Problem> {
    let account = account.ok_or_else(Problem::not_found)?;
    match app.stores.accounts.account(account).await?.map(|known| known.state) {
        Some(AccountState::Active) => Ok(account),
        Some(AccountState::Suspended) => Err(Problem::denied("account-suspended")),
        Some(AccountState::Moved) | None => Err(Problem::not_found()),
    }
}

/// The list in force, where the caller is the phone on it.
async fn current_list_of_phone(app: &App, caller: Caller) -> Result<VerifiedDeviceList, Problem> {
    let current = app.stores.devices.device_lists(vec![caller.account()]).await?.pop();
    let current = current.ok_or_else(Problem::unauthenticated)?;
    let current = VerifiedDeviceList::verify(&current.signed)
        .map_err(|e| Problem::bad("device-list-invalid").detail(e.to_string()))?;
    if current.phone().device == caller.0.device { Ok(current) } else { Err(Problem::denied("phone-only")) }
}

fn body(backup: backups::Backup) -> Backup {
    Backup { head: backup.head, made_ms: backup.made_ms, size: backup.size }
}
