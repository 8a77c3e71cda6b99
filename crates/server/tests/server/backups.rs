//! Backups are whole or none; who restores gives code, PIN and the account key's signature; who deletes themselves leaves nothing.

use crate::blobs::uploaded;
use crate::client::{Answer, Host};
use crate::device::{Account, Device, linked, proved, registered};
use proto::account::*;
use proto::limits::{BACKUP_HEAD_LEN_MAX, BACKUP_SEGMENTS_MAX, PIN_TRIES_MAX};
use server::config::RegistrationMode;
use sha2::{Digest as _, Sha256};

const NUMBER: &str = "+4915123456701";

async fn blob_of(host: &Host, device: &Device, bytes: &[u8]) -> Vec<u8> {
    let at = uploaded(host, &device.token, bytes).await;
    hex::decode(at.rsplit('/').next().unwrap()).unwrap()
}

async fn put(host: &Host, device: &Device, head: &[u8], blobs: Vec<Vec<u8>>) -> Answer {
    host.put("/v1/backup", Some(&device.token), &PutBackup { head: head.to_vec(), blobs }).await
}

async fn ticket(host: &Host) -> Vec<u8> {
    // Codes for one number come apart.
    host.clock.forward(3_600_000);
    proved(host, NUMBER).await.ticket
}

async fn open(host: &Host, ticket: &[u8], pin_proof: &[u8]) -> Answer {
    let body = OpenRestore { ticket: ticket.to_vec(), pin_proof: pin_proof.to_vec() };
    host.post("/v1/restore/open", None, &body).await
}

async fn restore(host: &Host, ticket: &[u8], list: &[u8]) -> Answer {
    restore_of(host, ticket, list, Vec::new()).await
}

async fn restore_of(host: &Host, ticket: &[u8], list: &[u8], backup_sha256: Vec<u8>) -> Answer {
    let body = Restore { ticket: ticket.to_vec(), signed_device_list: list.to_vec(), backup_sha256 };
    host.post("/v1/restore", None, &body).await
}

#[tokio::test]
async fn a_backup_is_kept_and_given_to_its_account_alone() {
    let host = Host::start().await;
    let (mut account, phone) = registered(&host, NUMBER).await;
    let companion = linked(&host, &mut account, &phone).await;
    let (_, stranger) = registered(&host, "+4915123456702").await;
    host.get("/v1/backup", Some(&phone.token)).await.refused(404, "not-found");
    let blobs = vec![blob_of(&host, &phone, b"one").await, blob_of(&host, &phone, b"two").await];
    put(&host, &companion, b"head", blobs.clone()).await.refused(403, "phone-only");
    assert_eq!(put(&host, &phone, b"head", blobs.clone()).await.status, 204);
    let backup: Backup = host.get("/v1/backup", Some(&companion.token)).await.ok();
    assert_eq!((backup.head.as_slice(), backup.size), (&b"head"[..], 10));
    put(&host, &stranger, b"head", blobs.clone()).await.refused(409, "backup-incomplete");
    host.get("/v1/backup", Some(&stranger.token)).await.refused(404, "not-found");
    put(&host, &phone, b"later", vec![blobs[0].clone(), vec![7; 16]]).await.refused(409, "backup-incomplete");
    assert_eq!(host.get("/v1/backup", Some(&phone.token)).await.ok::<Backup>().head, b"head");
    let named = format!("/v1/blobs/{}", hex::encode(&blobs[0]));
    host.send("DELETE", &named, Some(&phone.token), &[], Vec::new()).await.refused(409, "in-backup");
    host.send("DELETE", "/v1/backup", Some(&companion.token), &[], Vec::new()).await.refused(403, "phone-only");
    assert_eq!(host.send("DELETE", "/v1/backup", Some(&phone.token), &[], Vec::new()).await.status, 204);
    host.get("/v1/backup", Some(&phone.token)).await.refused(404, "not-found");
}

#[tokio::test]
async fn a_backup_has_its_limits() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, NUMBER).await;
    let blob = blob_of(&host, &phone, b"one").await;
    assert_eq!(put(&host, &phone, &vec![1; BACKUP_HEAD_LEN_MAX], vec![blob.clone()]).await.status, 204);
    put(&host, &phone, &vec![1; BACKUP_HEAD_LEN_MAX + 1], vec![blob.clone()]).await.refused(413, "too-large");
    put(&host, &phone, b"", vec![blob.clone()]).await.refused(413, "too-large");
    let many = vec![blob.clone(); BACKUP_SEGMENTS_MAX + 1];
    put(&host, &phone, b"head", many).await.refused(400, "too-many-items");
    put(&host, &phone, b"head", vec![vec![1; 15]]).await.refused(400, "malformed");
    put(&host, &phone, b"head", Vec::new()).await.refused(400, "malformed");
    assert_eq!(put(&host, &phone, b"head", vec![blob; BACKUP_SEGMENTS_MAX]).await.status, 204);
}

#[tokio::test]
async fn nobody_opens_a_backup_without_code_and_pin() {
    let host = Host::start().await;
    let (account, phone) = registered(&host, NUMBER).await;
    let proof = vec![5; 32];
    let set = host.put("/v1/pin", Some(&phone.token), &SetPin { pin_proof: proof.clone() }).await;
    assert_eq!(set.status, 204);
    let blob = blob_of(&host, &phone, b"one").await;
    assert_eq!(put(&host, &phone, b"head", vec![blob]).await.status, 204);
    open(&host, &[1; 32], &proof).await.refused(403, "ticket-expired");
    let ticket = ticket(&host).await;
    open(&host, &ticket, &[]).await.refused(403, "pin-required");
    assert_eq!(open(&host, &ticket, &[6; 32]).await.refused(403, "pin-wrong").tries_left, 4);
    let (_, list) = account.with_new_phone();
    restore(&host, &ticket, &list).await.refused(403, "ticket-expired");
    let opened: OpenRestoreOk = open(&host, &ticket, &proof).await.ok();
    assert_eq!(opened.backup.unwrap().head, b"head");
    assert_eq!((opened.account, opened.signed_device_list), (account.id().to_vec(), account.list.as_bytes().to_vec()));
    // Once given, the PIN is not asked for again with this ticket, and wrong tries are forgotten.
    assert_eq!(open(&host, &ticket, &[]).await.status, 200);
    assert_eq!(restore(&host, &ticket, &list).await.status, 200);
    host.clock.forward(3_600_000);
    let (_, other) = registered(&host, "+4915123456702").await;
    drop(other);
    let foreign = proved(&host, "+4915123456703").await.ticket;
    open(&host, &foreign, &[]).await.refused(404, "not-found");
}

#[tokio::test]
async fn a_restored_phone_takes_the_place_of_the_one_before() {
    let host = Host::start().await;
    let (mut account, phone) = registered(&host, NUMBER).await;
    let companion = linked(&host, &mut account, &phone).await;
    let ticket = ticket(&host).await;
    open(&host, &ticket, &[]).await.ok::<OpenRestoreOk>();
    let (mut device, list) = account.with_new_phone();
    let unchanged = account.list.as_bytes().to_vec();
    // Which list is in force is nobody's business but theirs who put it there.
    for (ticket, status, code) in [(&ticket, 409, "device-list-conflict"), (&vec![1; 32], 403, "ticket-expired")] {
        restore(&host, ticket, &unchanged).await.refused(status, code);
    }
    let (mallory, _) = Account::make();
    restore(&host, &ticket, mallory.list.as_bytes()).await.refused(403, "ticket-expired");
    let mut shorter = account.clone();
    shorter.without(&companion);
    restore(&host, &ticket, shorter.list.as_bytes()).await.refused(400, "device-list-invalid");
    let answer: RegisterOk = restore(&host, &ticket, &list).await.ok();
    assert_eq!(answer.account, account.id().to_vec());
    // Whose answer was lost asks again.
    assert_eq!(restore(&host, &ticket, &list).await.status, 200);
    restore(&host, &[1; 32], &list).await.refused(403, "ticket-expired");
    host.get("/v1/account", Some(&phone.token)).await.refused(401, "device-revoked");
    assert_eq!(host.get("/v1/account", Some(&companion.token)).await.status, 200);
    device.open_session(&host).await;
    let own: OwnAccount = host.get("/v1/account", Some(&device.token)).await.ok();
    assert_eq!(own.number, NUMBER);
    let (_, again) = account.with_new_phone();
    restore(&host, &ticket, &again).await.refused(403, "ticket-expired");
}

#[tokio::test]
async fn who_deletes_themselves_gives_the_pin_and_leaves_nothing() {
    let host = Host::start().await;
    let (mut account, phone) = registered(&host, NUMBER).await;
    let companion = linked(&host, &mut account, &phone).await;
    let blob = blob_of(&host, &phone, b"sealed words").await;
    assert_eq!(put(&host, &phone, b"head", vec![blob]).await.status, 204);
    let set = host.put("/v1/pin", Some(&phone.token), &SetPin { pin_proof: vec![5; 32] }).await;
    assert_eq!(set.status, 204);
    let with_all = account.list.as_bytes().to_vec();
    account.without(&companion);
    let delete = async |device: &Device, pin: u8, list: &[u8]| {
        let body = DeleteAccount { pin_proof: vec![pin; 32], signed_device_list: list.to_vec() };
        host.post("/v1/account/delete", Some(&device.token), &body).await
    };
    delete(&companion, 5, account.list.as_bytes()).await.refused(403, "phone-only");
    delete(&phone, 6, account.list.as_bytes()).await.refused(403, "pin-wrong");
    for _ in 0..PIN_TRIES_MAX {
        delete(&phone, 5, &with_all).await.refused(400, "device-list-invalid");
    }
    // A right PIN is no wrong try: no list that is refused locks it.
    assert_eq!(delete(&phone, 6, account.list.as_bytes()).await.refused(403, "pin-wrong").tries_left, 3);
    assert_eq!(delete(&phone, 5, account.list.as_bytes()).await.status, 204);
    host.get("/v1/account", Some(&phone.token)).await.refused(401, "unauthenticated");
    // A companion that comes later is told by the signed list, which it can check; the phone knows.
    assert_eq!(companion.try_session(&host).await.status, 410);
    phone.try_session(&host).await.refused(403, "account-deleted");
    let database = rusqlite::Connection::open(host.folder().join("heliograph.db")).unwrap();
    for table in ["account", "number", "device", "device_list", "session", "blob", "backup", "backup_blob", "ticket"] {
        let count: u32 = database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0, "{table}");
    }
}

#[tokio::test]
async fn a_pin_that_is_set_after_the_opening_counts() {
    let host = Host::start().await;
    let (account, phone) = registered(&host, NUMBER).await;
    let ticket = ticket(&host).await;
    open(&host, &ticket, &[]).await.ok::<OpenRestoreOk>();
    // Whose number it is was warned by the code.
    let set = host.put("/v1/pin", Some(&phone.token), &SetPin { pin_proof: vec![5; 32] }).await;
    assert_eq!(set.status, 204);
    let (_, list) = account.with_new_phone();
    restore(&host, &ticket, &list).await.refused(403, "ticket-expired");
    let (mallory, _) = Account::make();
    let signed_device_list = mallory.list.as_bytes().to_vec();
    let registers = Register { ticket: ticket.clone(), signed_device_list, ..Register::default() };
    host.post("/v1/register", None, &registers).await.refused(403, "pin-required");
    open(&host, &ticket, &[]).await.refused(403, "pin-required");
    open(&host, &ticket, &[5; 32]).await.ok::<OpenRestoreOk>();
    assert_eq!(restore(&host, &ticket, &list).await.status, 200);
}

#[tokio::test]
async fn a_backup_that_was_replaced_is_not_restored() {
    let host = Host::start().await;
    let (account, phone) = registered(&host, NUMBER).await;
    let blob = blob_of(&host, &phone, b"one").await;
    let hash = |head: &[u8]| Sha256::digest(head).to_vec();
    let ticket = ticket(&host).await;
    open(&host, &ticket, &[]).await.ok::<OpenRestoreOk>();
    let (_, list) = account.with_new_phone();
    restore_of(&host, &ticket, &list, hash(b"head")).await.refused(409, "backup-changed");
    assert_eq!(put(&host, &phone, b"head", vec![blob.clone()]).await.status, 204);
    assert_eq!(put(&host, &phone, b"later", vec![blob]).await.status, 204);
    restore_of(&host, &ticket, &list, hash(b"head")).await.refused(409, "backup-changed");
    restore_of(&host, &ticket, &list, vec![1; 31]).await.refused(400, "malformed");
    let opened: OpenRestoreOk = open(&host, &ticket, &[]).await.ok();
    let head = opened.backup.unwrap().head;
    assert_eq!(restore_of(&host, &ticket, &list, hash(&head)).await.status, 200);
}

#[tokio::test]
async fn who_has_an_account_restores_it_though_nobody_may_register() {
    for mode in [RegistrationMode::Closed, RegistrationMode::Invite] {
        let host = Host::start().await;
        let (account, _) = registered(&host, NUMBER).await;
        let host = host.restart_with(|config| config.registration = mode).await;
        host.clock.forward(3_600_000);
        let stranger = RequestCode { number: "+4915123456702".into(), ..Default::default() };
        assert_eq!(host.post("/v1/register/code", None, &stranger).await.status, 403);
        let ticket = proved(&host, NUMBER).await.ticket;
        let (other, _) = Account::make();
        let signed_device_list = other.list.as_bytes().to_vec();
        let registers = Register { ticket: ticket.clone(), signed_device_list, ..Register::default() };
        assert_eq!(host.post("/v1/register", None, &registers).await.status, 403);
        // An account that is made uses the ticket up, also one that is refused for want of an invite.
        host.clock.forward(3_600_000);
        let ticket = proved(&host, NUMBER).await.ticket;
        open(&host, &ticket, &[]).await.ok::<OpenRestoreOk>();
        let (_, list) = account.with_new_phone();
        assert_eq!(restore(&host, &ticket, &list).await.status, 200);
    }
}
