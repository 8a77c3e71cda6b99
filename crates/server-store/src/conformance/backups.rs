//! Backups, restoring, and deleting oneself.

use super::*;
use crate::accounts::PinTry;
use crate::backups::{Backup, DeleteOwnOutcome, NewBackup, PinProof, PutBackupOutcome, Restoration, RestoreOutcome};
use crate::blobs::{Blob, BlobId, CreateBlobOutcome};
use crate::devices::Listing;
use sha2::{Digest as _, Sha256};

const QUOTA: u64 = 1_000;

async fn blob(stores: &Stores, of: u8, id: u8, received: u64) -> BlobId {
    let id = BlobId([id; 16]);
    let expires_ms = NOW_MS + 1_000;
    let blob = Blob { id, owner: account(of), size: 10, received, shared: false, expires_ms };
    assert_eq!(stores.blobs.create_blob(blob, QUOTA).await.unwrap(), CreateBlobOutcome::Created);
    id
}

fn backup(of: u8, head: u8, blobs: &[BlobId]) -> NewBackup {
    NewBackup { phone: device(of, 1), head: vec![head; 5], blobs: blobs.to_vec(), now_ms: NOW_MS }
}

/// What is not whole, not there, over or another's does not take the place of a backup that is.
pub async fn a_half_backup_replaces_none(stores: Stores) {
    registered(&stores, 1).await;
    registered(&stores, 2).await;
    let (whole, second) = (blob(&stores, 1, 1, 10).await, blob(&stores, 1, 2, 10).await);
    let put = async |backup| stores.backups.put_backup(backup).await.unwrap();
    assert_eq!(put(backup(1, 1, &[whole, second])).await, PutBackupOutcome::Stored);
    let there = Some(Backup { head: vec![1; 5], made_ms: NOW_MS, size: 25 });
    let half = blob(&stores, 1, 3, 9).await;
    let foreign = blob(&stores, 2, 4, 10).await;
    let of_message = BlobId([6; 16]);
    let shared = Blob { id: of_message, shared: true, ..stores.blobs.blob(second).await.unwrap().unwrap() };
    let shared = Blob { expires_ms: NOW_MS + 1_000, ..shared };
    assert_eq!(stores.blobs.create_blob(shared, QUOTA).await.unwrap(), CreateBlobOutcome::Created);
    for missing in [half, foreign, of_message, BlobId([9; 16])] {
        assert_eq!(put(backup(1, 2, &[whole, missing])).await, PutBackupOutcome::Incomplete, "{missing:?}");
        assert_eq!(stores.backups.backup(account(1)).await.unwrap(), there);
        let over = stores.blobs.expired_blobs(NOW_MS, 9).await.unwrap();
        assert_eq!(over, [], "nothing of the backup that is there goes");
    }
    let late = NewBackup { now_ms: NOW_MS + 2_000, ..backup(1, 2, &[blob(&stores, 1, 5, 10).await]) };
    assert_eq!(put(late).await, PutBackupOutcome::Incomplete);
    assert_eq!(stores.backups.backup(account(2)).await.unwrap(), None);
}

/// They do not expire, and are over when the next backup is here or the account wants none any more.
pub async fn blobs_of_a_backup_are_kept_as_long_as_it(stores: Stores) {
    registered(&stores, 1).await;
    let first = [blob(&stores, 1, 1, 10).await, blob(&stores, 1, 2, 10).await];
    stores.backups.put_backup(backup(1, 1, &first)).await.unwrap();
    let over = async || {
        let mut over = stores.blobs.expired_blobs(NOW_MS + 100_000_000, 9).await.unwrap();
        over.sort();
        over
    };
    assert_eq!(over().await, []);
    // One blob may be of both.
    let second = [first[1], blob(&stores, 1, 3, 10).await];
    stores.backups.put_backup(backup(1, 2, &second)).await.unwrap();
    assert_eq!(over().await, [first[0]]);
    assert!(!stores.blobs.delete_blob(second[0]).await.unwrap(), "a backup names it");
    assert!(stores.blobs.blob(second[0]).await.unwrap().is_some());
    assert!(!stores.backups.delete_backup(device(1, 2)).await.unwrap(), "no device of the account");
    assert_eq!(
        stores.backups.put_backup(NewBackup { phone: device(1, 2), ..backup(1, 3, &second) }).await.unwrap(),
        PutBackupOutcome::NotListed
    );
    assert!(stores.backups.delete_backup(device(1, 1)).await.unwrap());
    assert_eq!(over().await, [first[0], second[0], second[1]]);
    assert_eq!(stores.backups.backup(account(1)).await.unwrap(), None);
}

fn restoration(ticket_hash: [u8; 32]) -> Restoration {
    Restoration {
        ticket_hash,
        account: account(1),
        version: 2,
        follows: 1,
        signed_device_list: vec![1, 2],
        phone: NewDevice { device: DeviceNumber(2), signature_key: [22; 32] },
        removed: vec![DeviceNumber(1)],
        head_hash: None,
        now_ms: NOW_MS,
    }
}

async fn prove(stores: &Stores, of: u8, ticket_hash: [u8; 32], pin_hash: Option<&str>) -> bool {
    let proof = PinProof { ticket_hash, account: account(of), pin_hash: pin_hash.map(str::to_owned) };
    stores.backups.prove_ticket(proof).await.unwrap()
}

/// And of the number that leads to the account.
pub async fn restoring_needs_a_ticket_with_the_pin_proved(stores: Stores) {
    registered(&stores, 1).await;
    registered(&stores, 2).await;
    let later = NOW_MS + 7_200_000;
    let own = ticket_at(&stores, &number(1), [11; 32], later).await;
    let other = ticket_at(&stores, &number(2), [12; 32], later).await;
    assert!(prove(&stores, 2, other, None).await);
    assert!(!prove(&stores, 1, other, None).await, "another number's");
    for (ticket, now_ms) in [([13; 32], later), (own, later), (other, later)] {
        let outcome = stores.backups.restore(Restoration { now_ms, ..restoration(ticket) }).await.unwrap();
        assert_eq!(outcome, RestoreOutcome::NoTicket);
    }
    assert!(prove(&stores, 1, own, None).await);
    assert!(stores.registrations.ticket(own, later).await.unwrap().unwrap().pin_proved);
    let over = Restoration { now_ms: later + 10_000, ..restoration(own) };
    assert_eq!(stores.backups.restore(over).await.unwrap(), RestoreOutcome::NoTicket);
    // Whoever opened before there was a PIN has not given it.
    stores.accounts.set_pin(account(1), Some("hash".into())).await.unwrap();
    assert!(!stores.registrations.ticket(own, later).await.unwrap().unwrap().pin_proved);
    let outcome = stores.backups.restore(Restoration { now_ms: later, ..restoration(own) }).await.unwrap();
    assert_eq!(outcome, RestoreOutcome::NoTicket);
    let outcome = stores.accounts.register(Registration { now_ms: later, ..super::registration(3, &number(1), own) });
    assert_eq!(outcome.await.unwrap(), RegisterOutcome::PinNeeded);
    assert!(!prove(&stores, 1, own, None).await && !prove(&stores, 1, own, Some("of before")).await);
    assert!(prove(&stores, 1, own, Some("hash")).await);
    assert!(stores.registrations.ticket(own, later).await.unwrap().unwrap().pin_proved);
    assert_eq!(stores.devices.device_lists(vec![account(1)]).await.unwrap()[0].version, 1);
}

/// Also the one that would have been the last wrong one.
pub async fn a_right_pin_is_no_wrong_try(stores: Stores) {
    registered(&stores, 1).await;
    stores.accounts.set_pin(account(1), Some("hash".into())).await.unwrap();
    for _ in 0..12 {
        let outcome = stores.accounts.begin_pin_try(account(1), NOW_MS).await.unwrap();
        assert_eq!(outcome, PinTry::Try { pin_hash: "hash".into(), tries_left: 4 });
        stores.accounts.end_pin_try(account(1), "of before".into()).await.unwrap();
        stores.accounts.end_pin_try(account(1), "hash".into()).await.unwrap();
    }
}

/// What another phone put meanwhile is not what was opened; the ticket is still good.
pub async fn a_restoration_is_of_the_backup_in_force(stores: Stores) {
    registered(&stores, 1).await;
    let blob = blob(&stores, 1, 1, 10).await;
    let later = NOW_MS + 7_200_000;
    let ticket = ticket_at(&stores, &number(1), [11; 32], later).await;
    assert!(prove(&stores, 1, ticket, None).await);
    let of = |head: &[u8]| {
        let head_hash = Some(Sha256::digest(head).into());
        stores.backups.restore(Restoration { head_hash, now_ms: later, ..restoration(ticket) })
    };
    assert_eq!(of(&[1; 5]).await.unwrap(), RestoreOutcome::OtherBackup, "there is none");
    stores.backups.put_backup(backup(1, 1, &[blob])).await.unwrap();
    stores.backups.put_backup(backup(1, 2, &[blob])).await.unwrap();
    assert_eq!(of(&[1; 5]).await.unwrap(), RestoreOutcome::OtherBackup, "the one before");
    assert_eq!(of(&[2; 5]).await.unwrap(), RestoreOutcome::Restored);
}

/// The phone before is out, the ticket used up; a list that came in between uses nothing up.
pub async fn a_restored_account_has_another_phone(stores: Stores) {
    let phone = registered(&stores, 1).await;
    let later = NOW_MS + 7_200_000;
    let ticket = ticket_at(&stores, &number(1), [11; 32], later).await;
    assert!(prove(&stores, 1, ticket, None).await);
    let restoration = Restoration { now_ms: later, ..restoration(ticket) };
    let crossed = Restoration { follows: 0, ..restoration.clone() };
    assert_eq!(stores.backups.restore(crossed).await.unwrap(), RestoreOutcome::Conflict);
    assert!(!stores.backups.was_restored_by(account(1), ticket).await.unwrap());
    assert_eq!(stores.backups.restore(restoration.clone()).await.unwrap(), RestoreOutcome::Restored);
    assert!(stores.backups.was_restored_by(account(1), ticket).await.unwrap());
    assert!(!stores.backups.was_restored_by(account(1), [12; 32]).await.unwrap());
    assert_eq!(stores.backups.put_backup(backup(1, 9, &[])).await.unwrap(), PutBackupOutcome::NotListed);
    assert_eq!(stores.backups.restore(restoration).await.unwrap(), RestoreOutcome::NoTicket);
    assert_eq!(stores.devices.device(phone).await.unwrap().unwrap().listing, Listing::Unlinked);
    assert_eq!(stores.devices.device(device(1, 2)).await.unwrap().unwrap().listing, Listing::Listed);
    assert_eq!(stores.accounts.look_up(vec![number(1)]).await.unwrap(), [(number(1), account(1))]);
}

/// Nothing of it is found, but what its other devices are told by.
pub async fn an_account_that_deletes_itself_leaves_its_farewell_alone(stores: Stores) {
    // Somebody had the number before, and a backup.
    registered(&stores, 3).await;
    let of_before = blob(&stores, 3, 3, 10).await;
    stores.backups.put_backup(backup(3, 1, &[of_before])).await.unwrap();
    let later = NOW_MS + 7_200_000;
    let anew = ticket_at(&stores, &number(3), [13; 32], later).await;
    let registration = Registration { now_ms: later, ..super::registration(1, &number(3), anew) };
    let outed = RegisterOutcome::Registered { outed: vec![device(3, 1)] };
    assert_eq!(stores.accounts.register(registration).await.unwrap(), outed);
    assert_eq!(stores.backups.backup(account(3)).await.unwrap(), None, "nobody could restore it");
    assert_eq!(stores.blobs.expired_blobs(NOW_MS, 9).await.unwrap(), [of_before]);
    assert!(stores.blobs.delete_blob(of_before).await.unwrap());
    let phone = device(1, 1);
    let blob = blob(&stores, 1, 1, 10).await;
    stores.backups.put_backup(backup(1, 1, &[blob])).await.unwrap();
    assert_eq!(stores.backups.farewell(phone).await.unwrap(), None);
    // A list that came in between has devices that this one does not tell.
    let crossed = stores.backups.delete_own(account(1), 0, vec![1, 9]).await.unwrap();
    assert_eq!(crossed, DeleteOwnOutcome::Conflict);
    let outcome = stores.backups.delete_own(account(1), 1, vec![1, 9]).await.unwrap();
    assert_eq!(outcome, DeleteOwnOutcome::Deleted { devices: vec![phone, device(3, 1)] });
    assert_eq!(stores.accounts.account(account(3)).await.unwrap(), None);
    assert_eq!(stores.accounts.look_up(vec![number(3)]).await.unwrap(), []);
    assert_eq!(stores.accounts.account(account(1)).await.unwrap(), None);
    assert_eq!(stores.accounts.look_up(vec![number(1)]).await.unwrap(), []);
    assert_eq!(stores.backups.backup(account(1)).await.unwrap(), None);
    assert_eq!(stores.devices.device_lists(vec![account(1)]).await.unwrap(), []);
    assert_eq!(stores.blobs.expired_blobs(NOW_MS, 9).await.unwrap(), [blob]);
    assert_eq!(stores.backups.farewell(phone).await.unwrap(), Some(([1; 32], vec![1, 9])));
    assert_eq!(stores.backups.farewell(device(2, 1)).await.unwrap(), None);
    let again = stores.backups.delete_own(account(1), 1, vec![1, 9]).await.unwrap();
    assert_eq!(again, DeleteOwnOutcome::NoAccount);
}
