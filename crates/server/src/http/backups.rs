//! Backups, restoring an account by one, and deleting one's own account.
//!
//! The server sees a sealed head and which blobs belong to it. Who restores proves the number by a code and gives the account's PIN, as at
//! a registration, and signs the next device list with the account's key: that key is in the backup, so it is what the server asks for.

use super::devices::{conflict, tell};
use super::register::{check_pin, prove};
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
use server_store::backups::{
    self, DeleteOwnOutcome, NewBackup, PinProof, PutBackupOutcome, Restoration, RestoreOutcome,
};
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
    if request.blobs.is_empty() {
        return Err(Problem::malformed("a backup has segments"));
    }
    if request.blobs.len() > BACKUP_SEGMENTS_MAX {
        return Err(Problem::bad("too-many-items").detail(format!("at most {BACKUP_SEGMENTS_MAX}")));
    }
    let blobs = request.blobs.iter().map(|id| <[u8; 16]>::try_from(id.as_slice()).map(BlobId));
    let blobs = blobs.collect::<Result<Vec<_>, _>>().map_err(|_| Problem::malformed("a blob's name has 16 bytes"))?;
    let backup = NewBackup { phone: caller.0, head: request.head, blobs, now_ms: app.now_ms() };
    match app.stores.backups.put_backup(backup).await? {
        PutBackupOutcome::Stored => Ok(StatusCode::NO_CONTENT),
        PutBackupOutcome::NotListed => Err(not_the_phone()),
        PutBackupOutcome::Incomplete => Err(Problem::new(StatusCode::CONFLICT, "backup-incomplete")),
    }
}

pub(super) async fn get(State(app): State<Arc<App>>, caller: Caller) -> Result<Proto<Backup>, Problem> {
    let backup = app.stores.backups.backup(caller.account()).await?;
    backup.map(|backup| Proto(body(backup))).ok_or_else(Problem::not_found)
}

pub(super) async fn delete(State(app): State<Arc<App>>, caller: Caller) -> Result<StatusCode, Problem> {
    current_list_of_phone(&app, caller).await?;
    let is_phone = app.stores.backups.delete_backup(caller.0).await?;
    if is_phone { Ok(StatusCode::NO_CONTENT) } else { Err(not_the_phone()) }
}

/// Another phone came into its place meanwhile.
fn not_the_phone() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "device-revoked")
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
        let pin_hash = check_pin(&app, account, &request.pin_proof, now_ms).await?;
        prove(&app, PinProof { ticket_hash, account, pin_hash }).await?;
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
    let head_hash = match request.backup_sha256.as_slice() {
        [] => None,
        hash => Some(hash.try_into().map_err(|_| Problem::malformed("a hash has 32 bytes"))?),
    };
    let ticket_hash = token_hash(&request.ticket);
    // The answer to the very same request was lost. Whoever has another ticket, or none, learns nothing of which list is in force.
    if current.signed == request.signed_device_list && app.stores.backups.was_restored_by(account, ticket_hash).await? {
        return Ok(Proto(RegisterOk { account: account.to_vec() }));
    }
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
        head_hash,
        now_ms,
    };
    uncut(put_restoration(app, restoration, next, removed)).await?;
    Ok(Proto(RegisterOk { account: account.to_vec() }))
}

async fn put_restoration(
    app: Arc<App>,
    restoration: Restoration,
    next: VerifiedDeviceList,
    removed: Vec<DeviceAddress>,
) -> Result<(), Problem> {
    let follows = restoration.follows;
    match app.stores.backups.restore(restoration).await? {
        RestoreOutcome::Restored => {
            if tell(&app, &next, &removed, Vec::new()).await.is_err() {
                // It has come to pass: others learn of the list when they next ask.
                tracing::warn!("nobody was told of a phone that was restored");
            }
            for device in removed {
                app.pushes.has_unsubscribed(device);
            }
            Ok(())
        }
        RestoreOutcome::NoTicket => Err(Problem::denied("ticket-expired")),
        RestoreOutcome::OtherBackup => Err(Problem::new(StatusCode::CONFLICT, "backup-changed")),
        RestoreOutcome::Conflict => Err(conflict(follows)),
    }
}

/// Goes on to its end though whoever asked hangs up: what follows a commit is not left out.
async fn uncut<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|_| Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")))
}

pub(super) async fn delete_account(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<DeleteAccount>,
) -> Result<StatusCode, Problem> {
    let invalid = |detail: String| Problem::bad("device-list-invalid").detail(detail);
    let current = current_list_of_phone(&app, caller).await?;
    let last = VerifiedDeviceList::verify(&request.signed_device_list).map_err(|e| invalid(e.to_string()))?;
    if last.account() != caller.account() || last.succeeds(&current).is_err() || last.devices().count() != 1 {
        return Err(invalid("the newest list, with the phone alone".to_owned()));
    }
    check_pin(&app, caller.account(), &request.pin_proof, app.now_ms()).await?;
    uncut(put_farewell(app, caller, current, last)).await
}

async fn put_farewell(
    app: Arc<App>,
    caller: Caller,
    current: VerifiedDeviceList,
    last: VerifiedDeviceList,
) -> Result<StatusCode, Problem> {
    let others: Vec<DeviceAddress> = current.addresses().filter(|device| *device != caller.0).collect();
    let near = app.stores.devices.devices_near(caller.account()).await?;
    match app.stores.backups.delete_own(caller.account(), current.version(), last.as_bytes().to_vec()).await? {
        DeleteOwnOutcome::Conflict => Err(conflict(current.version())),
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn what_follows_a_commit_is_done_though_nobody_waits_for_it() {
        let (commit, committed) = oneshot::channel::<()>();
        let (follow, followed) = oneshot::channel();
        let mut work = Box::pin(uncut(async move {
            let _ = committed.await;
            let _ = follow.send(());
            Ok(())
        }));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(work.as_mut().poll(&mut context).is_pending());
        drop(work);
        commit.send(()).unwrap();
        followed.await.unwrap();
    }
}
