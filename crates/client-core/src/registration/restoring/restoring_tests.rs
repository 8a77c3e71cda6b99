//! Whose account is restored on what, and what a server's refusals come to.

use super::super::registration_tests::{CANONICAL, PIN, Phone};
use super::*;
use crate::io::{Clock, HttpRequest, HttpResponse, Input, Output};
use crate::testing::{account, phone, step};
use client_api::{Command, Event, Notice, RegistrationStage, Request};
use e2ee::backup::{RecoveryKey, seal_head};
use proto::account::Register;
use proto::content::ArchiveSegment;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rusqlite::Connection;

fn recovery_key() -> RecoveryKey {
    RecoveryKey::generate(&mut ChaCha20Rng::seed_from_u64(1))
}

/// A backup with one segment of this archive, made when this list was in force.
fn head(archive: u8, list: &VerifiedDeviceList) -> Vec<u8> {
    let (account_key, ..) = account(1);
    let segment = ArchiveSegment {
        archive: vec![archive; 16],
        sha256: vec![7; 32],
        key: vec![8; 32],
        blob: format!("/v1/blobs/{archive:032x}"),
        messages: 1,
        ..ArchiveSegment::default()
    };
    let manifest = Manifest {
        account_key: account_key.to_bytes().to_vec(),
        self_chat: vec![2; 16],
        segments: vec![segment],
        signed_device_list: list.as_bytes().to_vec(),
        ..Manifest::default()
    };
    let outside = Outside { account: list.account(), made_ms: 1 };
    seal_head(&recovery_key().backup_key(), outside, &manifest, &mut ChaCha20Rng::seed_from_u64(2)).expect("sealed")
}

fn list() -> VerifiedDeviceList {
    account(1).2
}

/// The list after this one.
fn later(list: &VerifiedDeviceList) -> VerifiedDeviceList {
    list.next_without(&account(1).0, &[], 1).expect("a list")
}

/// What the server says of the account.
fn opened(in_force: &VerifiedDeviceList, head: Vec<u8>) -> OpenRestoreOk {
    OpenRestoreOk {
        account: in_force.account().to_vec(),
        signed_device_list: in_force.as_bytes().to_vec(),
        backup: Some(Backup { head, made_ms: 9, size: 10 }),
    }
}

/// A new phone that gave number, code and PIN, and what it asks then.
fn opens() -> (Phone, HttpRequest) {
    let mut phone = Phone::new(1);
    phone.proves(CANONICAL, true);
    let open = phone.asks(Command::EnterPin { pin: PIN.to_owned() });
    assert_eq!(open.path, "/v1/restore/open");
    (phone, open)
}

fn answers(out: Vec<Output>) -> Vec<Result<Answer, UserError>> {
    let answers = out.into_iter().filter_map(|output| match output {
        Output::Event(Event::Answered { result, .. }) => Some(result),
        _ => None,
    });
    answers.collect()
}

fn restores(place: BackupPlace) -> Command {
    Command::RestoreBackup { key: recovery_key().to_text().to_string(), place }
}

fn says(phone: &mut Phone, command: Command) -> Vec<Result<Answer, UserError>> {
    answers(phone.takes(Input::Command(Request { id: 1, command })))
}

fn is_pending(phone: &Phone) -> bool {
    phone.db.query_row("SELECT length(restoration) > 0 FROM this", [], |row| row.get(0)).expect("read")
}

fn stage(events: &[Event]) -> Option<&RegistrationStage> {
    events.iter().rev().find_map(|event| match event {
        Event::Registration(stage) => Some(stage),
        _ => None,
    })
}

#[test]
fn an_account_without_a_backup_is_not_replaced_unasked() {
    let (mut phone, open) = opens();
    let (events, requests) = phone.hears(&open, &OpenRestoreOk { backup: None, ..opened(&list(), Vec::new()) });
    assert!(requests.is_empty(), "{requests:?}");
    assert!(matches!(stage(&events), Some(RegistrationStage::Restore { made_ms: 0, .. })), "{events:?}");
    assert_eq!(says(&mut phone, restores(BackupPlace::Server)), [Err(UserError::BackupNone)]);
    let register = phone.asks(Command::StartAnew);
    assert!(Register::decode(register.body.bytes()).is_ok_and(|register| !register.ticket.is_empty()));
}

/// A file was opened before the number, and the number has no account, or another's.
#[test]
fn a_file_is_not_dropped_for_a_new_account() {
    let file = |phone: &mut Phone| {
        let key = recovery_key().backup_key();
        let (outside, manifest) = open_head(&key, &head(1, &list())).expect("opens");
        phone.client.registration.opened = Some(Opened { outside, manifest, key, place: BackupPlace::File });
    };
    let mut without = Phone::new(1);
    file(&mut without);
    assert!(without.proves(CANONICAL, false).is_empty(), "no account is made");
    let (mut gone, open) = opens();
    file(&mut gone);
    let problem = Problem { code: "not-found".to_owned(), ..Problem::default() };
    let (events, requests) = gone.hears_with(404, &open, &problem);
    assert!(requests.is_empty() && matches!(stage(&events), Some(RegistrationStage::Restore { made_ms: 0, .. })));
    let other = Event::Answered { request: 1, result: Err(UserError::BackupOther) };
    assert!(events.contains(&other), "{events:?}");
    assert_eq!(without.asks(Command::StartAnew).path, "/v1/register");
}

#[test]
fn an_older_list_than_the_backups_is_not_signed_on() {
    let (first, second) = (list(), later(&list()));
    let third = later(&second);
    // Another one of the same version.
    let fork = first.next_without(&account(1).0, &[], 99).expect("a list");
    for (in_force, is_taken) in [(&first, false), (&fork, false), (&second, true), (&third, true)] {
        let (mut phone, open) = opens();
        phone.hears(&open, &opened(in_force, head(1, &second)));
        if is_taken {
            assert_eq!(phone.asks(restores(BackupPlace::Server)).path, "/v1/restore");
        } else {
            assert_eq!(says(&mut phone, restores(BackupPlace::Server)), [Err(UserError::DevicesRolledBack)]);
        }
        assert_eq!(is_pending(&phone), is_taken);
    }
}

/// A phone that asked to restore the server's backup.
fn asked() -> (Phone, HttpRequest) {
    let (mut phone, open) = opens();
    phone.hears(&open, &opened(&list(), head(1, &list())));
    let restore = phone.asks(restores(BackupPlace::Server));
    let body = Restore::decode(restore.body.bytes()).expect("a body");
    assert_eq!(body.backup_sha256, Sha256::digest(head(1, &list())).to_vec(), "the backup that was opened");
    (phone, restore)
}

#[test]
fn a_restoration_is_given_up_by_a_refusal_that_is_final_and_no_other() {
    for (status, code, is_given_up) in [
        (403, "ticket-expired", true),
        (400, "device-list-invalid", true),
        (403, "account-suspended", true),
        (429, "too-many", false),
        (500, "internal", false),
        (403, "something-new", false),
    ] {
        let (mut phone, restore) = asked();
        let problem = Problem { code: code.to_owned(), ..Problem::default() };
        phone.hears_with(status, &restore, &problem);
        assert_eq!(is_pending(&phone), !is_given_up, "{code}");
    }
}

#[test]
fn what_was_overtaken_is_opened_anew_with_the_ticket() {
    for code in ["device-list-conflict", "backup-changed"] {
        let (mut phone, restore) = asked();
        let problem = Problem { code: code.to_owned(), ..Problem::default() };
        let (_, requests) = phone.hears_with(409, &restore, &problem);
        let open = requests.into_iter().next().expect("a request");
        let body = OpenRestore::decode(open.body.bytes()).expect("a body");
        assert_eq!((open.path.as_str(), body.ticket), ("/v1/restore/open", vec![1; 32]));
        assert!(!is_pending(&phone));
        let (events, _) = phone.hears(&open, &opened(&later(&list()), head(2, &list())));
        assert!(matches!(stage(&events), Some(RegistrationStage::Restore { made_ms: 9, .. })), "{events:?}");
        let restore = phone.asks(restores(BackupPlace::Server));
        let body = Restore::decode(restore.body.bytes()).expect("a body");
        assert_eq!(body.backup_sha256, Sha256::digest(head(2, &list())).to_vec());
        step(&phone.db, 1, |cx| assert!(pin::is_set(cx).expect("read"), "the PIN is known still"));
    }
}

#[test]
fn whoever_goes_back_to_the_number_is_answered() {
    let (mut phone, open) = opens();
    assert_eq!(says(&mut phone, Command::RestartRegistration), [Ok(Answer::Done)]);
    let (events, requests) = phone.hears(&open, &opened(&list(), head(1, &list())));
    assert!(requests.is_empty());
    assert!(events.contains(&Event::Answered { request: 1, result: Err(UserError::NotNow) }), "{events:?}");
    // Nor is one left without an answer that is asked for again.
    let (mut phone, _) = opens();
    let again = phone.takes(Input::Command(Request { id: 2, command: Command::EnterPin { pin: PIN.to_owned() } }));
    assert_eq!(answers(again), [Err(UserError::NotNow)]);
}

#[test]
fn a_file_that_was_not_used_is_forgotten() {
    let pieces = |phone: &Phone| -> u32 {
        phone.db.query_row("SELECT count(*) FROM restore_piece", [], |row| row.get(0)).expect("read")
    };
    let (mut phone, restore) = asked();
    phone.db.execute("INSERT INTO restore_piece (place, bytes) VALUES (0, x'01')", []).expect("inserted");
    phone.hears(&restore, &RegisterOk::default());
    assert_eq!(pieces(&phone), 0, "of a server's backup");
    let mut phone = Phone::new(1);
    phone.db.execute("INSERT INTO restore_piece (place, bytes) VALUES (0, x'01')", []).expect("inserted");
    let register = phone.proves(CANONICAL, false).remove(0);
    phone.hears(&register, &RegisterOk::default());
    assert_eq!(pieces(&phone), 0, "of a new account");
}

/// A restored phone for which the segment of this archive is to come.
fn importing(archive: u8) -> (Client, Connection) {
    let (client, db) = phone();
    step(&db, 1, |cx| {
        let key = recovery_key().backup_key();
        backup::keep_key(cx, &key, 1, 1).expect("kept");
        let (_, manifest) = open_head(&key, &head(archive, &list())).expect("opens");
        expect(cx, &manifest).expect("stored");
    });
    (client, db)
}

/// One input of a phone that is connected: what it fetches, what it tells, and when it wants to be woken.
fn takes(client: &mut Client, db: &Connection, now_ms: u64, input: Input) -> (Vec<HttpRequest>, Vec<Notice>, Vec<u64>) {
    client.session.goes_up();
    let tx = db.unchecked_transaction().expect("transaction");
    let mut rng = ChaCha20Rng::seed_from_u64(now_ms);
    let out = client.handle(&tx, input, Clock { now_ms }, &mut rng).expect("no halt");
    tx.commit().expect("commit");
    let (mut requests, mut notices, mut wakes) = (Vec::new(), Vec::new(), Vec::new());
    for output in out {
        match output {
            Output::Http(request) if request.path.contains("backup") || request.path.contains("blobs") => {
                requests.push(request);
            }
            Output::Event(Event::Notice(notice)) => notices.push(notice),
            Output::WakeAt(at_ms) => wakes.push(at_ms),
            _ => {}
        }
    }
    (requests, notices, wakes)
}

fn answer(request: &HttpRequest, status: u16, body: Vec<u8>) -> Input {
    Input::Http(request.id, Ok(HttpResponse { status, headers: Vec::new(), body, kept: 0 }))
}

#[test]
fn a_backup_that_another_one_followed_is_gone_on_with_as_that_one() {
    let (mut client, db) = importing(1);
    let (requests, ..) = takes(&mut client, &db, 1_000, Input::Wake);
    let fetch = requests.first().expect("a request");
    let (requests, ..) = takes(&mut client, &db, 1_000, answer(fetch, 404, Vec::new()));
    let newest = requests.first().expect("a request");
    assert_eq!((requests.len(), newest.path.as_str()), (1, "/v1/backup"));
    let body = Backup { head: head(2, &list()), made_ms: 9, size: 10 }.encode_to_vec();
    let (requests, notices, _) = takes(&mut client, &db, 1_000, answer(newest, 200, body));
    assert_eq!(requests.first().map(|request| request.path.clone()), Some(format!("/v1/blobs/{:032x}", 2)));
    assert!(notices.is_empty(), "{notices:?}");
}

/// The next segment is asked for until it is given up: how often, and what was told.
fn never_comes(reply: impl Fn(&HttpRequest) -> Input) -> (u32, Vec<Notice>) {
    let (mut client, db) = importing(1);
    let (mut now_ms, mut asked, mut told) = (1_000, 0, Vec::new());
    while !step(&db, now_ms, |cx| import::is_whole(cx).expect("read")).0 {
        let (mut requests, ..) = takes(&mut client, &db, now_ms, Input::Wake);
        assert_eq!(requests.len(), 1, "at {now_ms}");
        asked += 1;
        assert!(asked < 100, "without end");
        while let Some(request) = requests.pop() {
            let (next, notices, _) = takes(&mut client, &db, now_ms, reply(&request));
            told.extend(notices);
            requests = next
                .into_iter()
                .filter(|request| request.path == "/v1/backup" && request.method == HttpMethod::Get)
                .collect();
        }
        assert!(
            takes(&mut client, &db, now_ms + 4_000, Input::Wake)
                .0
                .iter()
                .all(|request| request.method != HttpMethod::Get),
            "there is a pause"
        );
        now_ms += 700_000;
    }
    (asked, told)
}

#[test]
fn a_part_that_is_gone_or_changed_is_told_of_once_and_gone_on_without_in_the_end() {
    let same = Backup { head: head(1, &list()), made_ms: 9, size: 10 }.encode_to_vec();
    let gone = |request: &HttpRequest| match request.path.as_str() {
        "/v1/backup" => answer(request, 200, same.clone()),
        _ => answer(request, 404, Vec::new()),
    };
    let changed = |request: &HttpRequest| answer(request, 200, b"something else".to_vec());
    let words = vec![Notice::BackupPartAwaited, Notice::BackupPartLost];
    assert_eq!(never_comes(gone), (12, words.clone()));
    assert_eq!(never_comes(changed), (12, words));
}

#[test]
fn a_server_without_an_answer_is_asked_on_without_end() {
    let (mut client, db) = importing(1);
    for n in 1..50 {
        let (requests, notices, _) = takes(&mut client, &db, n * 10_000, Input::Wake);
        assert!(notices.is_empty(), "{notices:?}");
        takes(&mut client, &db, n * 10_000, answer(requests.first().expect("a request"), 500, Vec::new()));
    }
}
