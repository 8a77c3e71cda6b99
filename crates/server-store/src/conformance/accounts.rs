//! Accounts, codes, devices, sessions, key packages, links, blobs.

use super::{NOW_MS, account, device, number, registered, registration, ticket};
use crate::Stores;
use crate::accounts::{AccountState, Outline, PinTry, RegisterOutcome};
use crate::blobs::{AdvanceOutcome, Blob, BlobId, CreateBlobOutcome};
use crate::devices::{KeyPackage, Listing, NewDevice, PutDeviceList, PutDeviceListOutcome, StoredDeviceList};
use crate::invites::Admission;
use crate::links::{LinkOutcome, NewLink};
use crate::registrations::{CODE_RETRY_MS, CodeTry, CodeTryOutcome, NewCode, NotSent, PutCodeOutcome};
use crate::sessions::{ConnectOutcome, NewConnection, NewSession, OpenOutcome, Standing};
use proto::ids::{DeviceNumber, Lease, LinkId};

fn attempt(n: u8, hash: u8, now_ms: u64) -> CodeTry {
    let code_hash = [hash; 32];
    CodeTry {
        number: number(n),
        code_hash,
        ticket_hash: [n; 32],
        ticket_expires_ms: now_ms + 1_000,
        admission: Admission::Anybody,
        now_ms,
    }
}

/// A code may be wrong as often as it says, then even the right one is refused; it ends; it is used once.
pub async fn codes_are_counted(stores: Stores) {
    let of = |n: u8| NewCode {
        number: number(n),
        code_hash: [7; 32],
        expires_ms: NOW_MS + 600_000,
        tries: 5,
        invite: None,
        now_ms: NOW_MS,
    };
    let codes = &stores.registrations;
    assert!(matches!(codes.put_code(of(1)).await.unwrap(), PutCodeOutcome::Stored { .. }));
    assert!(matches!(codes.put_code(of(1)).await.unwrap(), PutCodeOutcome::TooSoon { .. }));
    for tries_left in (0..5).rev() {
        let outcome = codes.try_code(attempt(1, 8, NOW_MS)).await.unwrap();
        assert_eq!(outcome, CodeTryOutcome::Wrong { tries_left });
    }
    assert_eq!(codes.try_code(attempt(1, 7, NOW_MS)).await.unwrap(), CodeTryOutcome::NoCode);
    codes.put_code(of(2)).await.unwrap();
    assert_eq!(codes.try_code(attempt(2, 7, NOW_MS + 600_000)).await.unwrap(), CodeTryOutcome::NoCode);
    assert_eq!(codes.try_code(attempt(2, 7, NOW_MS + 599_999)).await.unwrap(), CodeTryOutcome::Right);
    assert_eq!(codes.try_code(attempt(2, 7, NOW_MS + 599_999)).await.unwrap(), CodeTryOutcome::NoCode);
    assert_eq!(codes.ticket([2; 32], NOW_MS + 600_999).await.unwrap(), None);
    assert_eq!(codes.ticket([2; 32], NOW_MS + 600_000).await.unwrap().unwrap().number, number(2));
}

/// A code that could not be sent is void, and the next is due as if it had not been asked for.
pub async fn codes_that_were_not_sent_do_not_count(stores: Stores) {
    let codes = &stores.registrations;
    let of = |now_ms, code_hash| NewCode {
        number: number(1),
        code_hash,
        expires_ms: now_ms + 600_000,
        tries: 5,
        invite: None,
        now_ms,
    };
    let mut now_ms = NOW_MS;
    for _ in 0..2 {
        assert!(matches!(codes.put_code(of(now_ms, [1; 32])).await.unwrap(), PutCodeOutcome::Stored { .. }));
        now_ms += 60_000;
    }
    codes.put_code(of(now_ms, [2; 32])).await.unwrap();
    // Not that one.
    codes.take_code_back(&number(1), [1; 32], NotSent::Surely, now_ms).await.unwrap();
    codes.take_code_back(&number(2), [2; 32], NotSent::Surely, now_ms).await.unwrap();
    let soon = PutCodeOutcome::TooSoon { retry_after_ms: 300_000 };
    assert_eq!(codes.put_code(of(now_ms, [3; 32])).await.unwrap(), soon);
    codes.take_code_back(&number(1), [2; 32], NotSent::Surely, now_ms).await.unwrap();
    assert_eq!(codes.try_code(attempt(1, 2, now_ms)).await.unwrap(), CodeTryOutcome::NoCode);
    let soon = PutCodeOutcome::TooSoon { retry_after_ms: CODE_RETRY_MS };
    assert_eq!(codes.put_code(of(now_ms, [3; 32])).await.unwrap(), soon);
    let stored = PutCodeOutcome::Stored { next_after_ms: 300_000 };
    assert_eq!(codes.put_code(of(now_ms + CODE_RETRY_MS, [3; 32])).await.unwrap(), stored, "it is the third");
}

/// A code that may be on its way is void, and the next is due as after any other.
pub async fn codes_that_were_perhaps_sent_count(stores: Stores) {
    let codes = &stores.registrations;
    let code = |now_ms| NewCode {
        number: number(1),
        code_hash: [7; 32],
        expires_ms: now_ms + 600_000,
        tries: 5,
        invite: None,
        now_ms,
    };
    let mut now_ms = NOW_MS;
    for wait_ms in [30_000, 60_000, 300_000, 3_600_000] {
        let stored = PutCodeOutcome::Stored { next_after_ms: wait_ms };
        assert_eq!(codes.put_code(code(now_ms)).await.unwrap(), stored);
        codes.take_code_back(&number(1), [7; 32], NotSent::Perhaps, now_ms).await.unwrap();
        assert_eq!(codes.try_code(attempt(1, 7, now_ms)).await.unwrap(), CodeTryOutcome::NoCode);
        let soon = PutCodeOutcome::TooSoon { retry_after_ms: wait_ms };
        assert_eq!(codes.put_code(code(now_ms)).await.unwrap(), soon);
        now_ms += wait_ms;
    }
}

/// A proved number moves to the new account, and the old one's sessions end.
pub async fn a_number_moves(stores: Stores) {
    let old = registered(&stores, 1).await;
    open_session(&stores, 1, [5; 32]).await;
    let ticket_hash = [9; 32];
    let late = NewCode {
        number: number(1),
        code_hash: [1; 32],
        expires_ms: NOW_MS + 9_000_000,
        tries: 1,
        invite: None,
        now_ms: NOW_MS + 8_000_000,
    };
    stores.registrations.put_code(late).await.unwrap();
    let attempt = CodeTry {
        number: number(1),
        code_hash: [1; 32],
        ticket_hash,
        ticket_expires_ms: NOW_MS + 9_000_000,
        admission: Admission::Anybody,
        now_ms: NOW_MS + 8_000_000,
    };
    stores.registrations.try_code(attempt).await.unwrap();
    let outcome = stores.accounts.register(registration(2, &number(1), ticket_hash)).await.unwrap();
    assert_eq!(outcome, RegisterOutcome::Registered { outed: vec![old] });
    assert_eq!(stores.accounts.look_up(vec![number(1)]).await.unwrap(), [(number(1), account(2))]);
    assert_eq!(stores.accounts.account(account(1)).await.unwrap().unwrap().state, AccountState::Moved);
    assert_eq!(stores.sessions.session([5; 32], NOW_MS).await.unwrap(), None);
    let outlines = stores.accounts.outlines(account(2), vec![account(2), account(1)]).await.unwrap();
    let own = Outline { account: account(2), number: number(1), moved_to: None, profile_version: 0, list_version: 1 };
    assert_eq!(outlines, [own], "the old account shares no chat with the new one");
    let old = stores.accounts.outlines(account(1), vec![account(1)]).await.unwrap();
    assert_eq!(old.first().and_then(|outline| outline.moved_to), Some(account(2)));
    let again = stores.accounts.register(registration(3, &number(1), ticket_hash)).await.unwrap();
    assert_eq!(again, RegisterOutcome::NoTicket);
}

/// A ticket buys one account of a key, for its own number.
pub async fn a_ticket_is_for_its_number(stores: Stores) {
    registered(&stores, 1).await;
    let ticket_hash = ticket(&stores, &number(2), [8; 32]).await;
    let other = stores.accounts.register(registration(2, &number(3), ticket_hash)).await.unwrap();
    assert_eq!(other, RegisterOutcome::NoTicket);
    let twice = stores.accounts.register(registration(1, &number(2), ticket_hash)).await.unwrap();
    assert_eq!(twice, RegisterOutcome::AccountExists);
}

/// Wrong PINs make each next wait longer.
pub async fn pins_lock(stores: Stores) {
    registered(&stores, 1).await;
    assert_eq!(stores.accounts.begin_pin_try(account(1), NOW_MS).await.unwrap(), PinTry::NoPin);
    stores.accounts.set_pin(account(1), Some("hash".into())).await.unwrap();
    for tries_left in (0..5).rev() {
        let expected = PinTry::Try { pin_hash: "hash".into(), tries_left };
        assert_eq!(stores.accounts.begin_pin_try(account(1), NOW_MS).await.unwrap(), expected);
    }
    let locked = PinTry::Locked { retry_after_ms: 60_000 };
    assert_eq!(stores.accounts.begin_pin_try(account(1), NOW_MS).await.unwrap(), locked);
    let after = stores.accounts.begin_pin_try(account(1), NOW_MS + 60_000).await.unwrap();
    assert!(matches!(after, PinTry::Try { .. }));
    let locked = PinTry::Locked { retry_after_ms: 120_000 };
    assert_eq!(stores.accounts.begin_pin_try(account(1), NOW_MS + 60_000).await.unwrap(), locked);
}

/// A list follows the one that it was checked against, and is newer; who is not in the newest loses queue and key packages, and its token opens nothing.
pub async fn device_lists_are_compared_and_set(stores: Stores) {
    registered(&stores, 1).await;
    let put = |(follows, version), added: &[u32], removed: &[u32]| PutDeviceList {
        list: StoredDeviceList { account: account(1), version, signed: vec![1, 2] },
        follows,
        added: added
            .iter()
            .map(|n| NewDevice { device: DeviceNumber(*n), signature_key: [u8::try_from(*n).unwrap(); 32] })
            .collect(),
        removed: removed.iter().map(|n| DeviceNumber(*n)).collect(),
    };
    let stored = PutDeviceListOutcome::Stored { stale_leaves: Vec::new() };
    for (follows, version) in [(2, 3), (1, 1), (0, 2)] {
        let refused = stores.devices.put_device_list(put((follows, version), &[2], &[])).await.unwrap();
        assert_eq!(refused, PutDeviceListOutcome::Conflict { version: 1 }, "{version} on {follows}");
    }
    // The phone signed a second list that never came.
    assert_eq!(stores.devices.put_device_list(put((1, 3), &[2], &[])).await.unwrap(), stored);
    assert_eq!(
        stores.devices.put_device_list(put((1, 4), &[], &[2])).await.unwrap(),
        PutDeviceListOutcome::Conflict { version: 3 }
    );
    assert_eq!(stores.devices.devices_of(account(1)).await.unwrap().len(), 2);
    let session = NewSession {
        challenge_hash: [1; 32],
        challenge_expires_ms: NOW_MS,
        token_hash: [6; 32],
        device: device(1, 2),
        expires_ms: NOW_MS + 10,
    };
    assert_eq!(stores.sessions.open_session(session.clone(), NOW_MS).await.unwrap(), OpenOutcome::Opened);
    assert_eq!(stores.sessions.open_session(session.clone(), NOW_MS).await.unwrap(), OpenOutcome::Replayed);
    assert_eq!(stores.devices.put_device_list(put((3, 4), &[], &[2])).await.unwrap(), stored);
    let known = stores.devices.device(device(1, 2)).await.unwrap().unwrap();
    assert_eq!(known.listing, Listing::Unlinked);
    let token = stores.sessions.session([6; 32], NOW_MS).await.unwrap();
    assert_eq!(token, Some((device(1, 2), Standing::Unlinked)));
    assert_eq!(stores.sessions.session([6; 32], NOW_MS + 10).await.unwrap(), None);
    let fresh = NewSession { challenge_hash: [2; 32], token_hash: [7; 32], ..session };
    assert_eq!(stores.sessions.open_session(fresh, NOW_MS).await.unwrap(), OpenOutcome::NoDevice);
    assert_eq!(connect(&stores, 1, 2, 0, 1).await, ConnectOutcome::NoDevice);
}

/// A client that comes back with an older cursor or boot counter has been put back.
pub async fn rolled_back_clients_are_noticed(stores: Stores) {
    registered(&stores, 1).await;
    assert!(matches!(connect(&stores, 1, 1, 0, 4).await, ConnectOutcome::Connected(_)));
    assert!(matches!(connect(&stores, 1, 1, 0, 4).await, ConnectOutcome::Connected(_)));
    let rollback = ConnectOutcome::Rollback { acked_queue_seq: 0, boot_counter: 4 };
    assert_eq!(connect(&stores, 1, 1, 0, 3).await, rollback);
    // Ahead of the server: the database was put back, and no number is given twice.
    let ConnectOutcome::Connected(ahead) = connect(&stores, 1, 1, 10, 5).await else { panic!("refused") };
    assert_eq!(ahead.queue_head, 10);
}

/// A one-time package is claimed once; the last-resort one stays.
pub async fn key_packages_are_claimed_once(stores: Stores) {
    let phone = registered(&stores, 1).await;
    let package = |n: u8, suite| KeyPackage { suite, bytes: vec![n] };
    let devices = &stores.devices;
    let stock = vec![package(1, 0x4f), package(2, 0x4f), package(3, 0x4f)];
    assert_eq!(devices.put_key_packages(phone, stock, Some(package(9, 0x4f)), 2).await.unwrap(), 2);
    assert_eq!(devices.claim_key_packages(phone, 1).await.unwrap(), [package(1, 0x4f)]);
    assert_eq!(devices.claim_key_packages(phone, 5).await.unwrap(), [package(2, 0x4f)]);
    assert_eq!(devices.key_packages_left(phone).await.unwrap(), 0);
    for _ in 0..2 {
        assert_eq!(devices.claim_key_packages(phone, 1).await.unwrap(), [package(9, 0x4f)]);
    }
    assert!(devices.claim_key_packages(device(2, 1), 1).await.unwrap().is_empty());
}

/// A slot is written in turn, and ends.
pub async fn link_slots_are_compared_and_set(stores: Stores) {
    let link = LinkId([3; 16]);
    let new = NewLink {
        link,
        bytes: vec![1],
        opener_network: "n".into(),
        expires_ms: NOW_MS + 120,
        ends_ms: NOW_MS + 600,
        now_ms: NOW_MS,
    };
    let links = &stores.links;
    assert_eq!(links.open_link(new.clone()).await.unwrap(), LinkOutcome::Written { seq: 1 });
    assert_eq!(links.open_link(new.clone()).await.unwrap(), LinkOutcome::Conflict { seq: 1 });
    let put = |expected, now_ms| links.put_slot(link, expected, vec![2], now_ms + 120, now_ms);
    assert_eq!(put(2, NOW_MS).await.unwrap(), LinkOutcome::Conflict { seq: 1 });
    assert_eq!(put(1, NOW_MS + 100).await.unwrap(), LinkOutcome::Written { seq: 2 });
    assert_eq!(links.slot(link, NOW_MS + 200).await.unwrap().unwrap().bytes, [2]);
    assert_eq!(put(2, NOW_MS + 220).await.unwrap(), LinkOutcome::Gone);
    assert_eq!(
        links.open_link(NewLink { now_ms: NOW_MS + 220, ..new }).await.unwrap(),
        LinkOutcome::Written { seq: 1 }
    );
    links.close_link(link).await.unwrap();
    assert_eq!(links.slot(link, NOW_MS).await.unwrap(), None);
}

/// Blobs stay within the quota and grow from where they are.
pub async fn blobs_are_counted(stores: Stores) {
    let blob = |n: u8, size| Blob {
        id: BlobId([n; 16]),
        owner: account(1),
        size,
        received: 0,
        shared: false,
        expires_ms: NOW_MS,
    };
    let blobs = &stores.blobs;
    assert_eq!(blobs.create_blob(blob(1, 60), 100).await.unwrap(), CreateBlobOutcome::Created);
    assert_eq!(blobs.create_blob(blob(2, 60), 100).await.unwrap(), CreateBlobOutcome::OverQuota { used: 60 });
    let id = BlobId([1; 16]);
    assert_eq!(blobs.advance_blob(id, 0, 40, NOW_MS + 5).await.unwrap(), AdvanceOutcome::At(40));
    assert_eq!(blobs.advance_blob(id, 0, 20, NOW_MS + 9).await.unwrap(), AdvanceOutcome::Conflict(40));
    assert_eq!(blobs.advance_blob(id, 40, 61, NOW_MS + 9).await.unwrap(), AdvanceOutcome::Conflict(40));
    assert_eq!(blobs.expired_blobs(NOW_MS + 4, 9).await.unwrap(), []);
    assert_eq!(blobs.expired_blobs(NOW_MS + 5, 9).await.unwrap(), [id]);
    blobs.delete_blob(id).await.unwrap();
    assert_eq!(blobs.advance_blob(id, 40, 50, NOW_MS + 9).await.unwrap(), AdvanceOutcome::Gone);
    assert_eq!(blobs.create_blob(blob(2, 60), 100).await.unwrap(), CreateBlobOutcome::Created);
}

async fn open_session(stores: &Stores, n: u8, token_hash: [u8; 32]) {
    let session = NewSession {
        challenge_hash: token_hash,
        challenge_expires_ms: NOW_MS + 1,
        token_hash,
        device: device(n, 1),
        expires_ms: NOW_MS + 100,
    };
    assert_eq!(stores.sessions.open_session(session, NOW_MS).await.unwrap(), OpenOutcome::Opened);
}

async fn connect(stores: &Stores, n: u8, number: u32, acked_queue_seq: u64, boot_counter: u64) -> ConnectOutcome {
    let connection = NewConnection {
        device: device(n, number),
        acked_queue_seq,
        boot_counter,
        lease: Lease([1; 16]),
        now_ms: NOW_MS,
    };
    stores.sessions.connect(connection).await.unwrap()
}
