use super::*;
use crate::io::{HttpResponse, Input, Output};
use crate::testing::{links_companion, phone, step};
use crate::this;
use client_api::{Command, Event, Request};
use identity::VerifiedDeviceList;
use proto::account::{OpenSessionOk, Problem, PutDeviceList};
use rusqlite::Connection;

const PIN: &str = "314159";

fn takes(client: &mut Client, db: &Connection, now_ms: u64, input: Input) -> Vec<Output> {
    client.session.goes_up();
    let (_, out) = step(db, now_ms, |cx| match input {
        Input::Command(request) => client.on_command(cx, request).expect("no halt"),
        Input::Http(id, Ok(response)) => {
            let Some(Purpose::DeleteAccount { request }) = client.calls.finish(id) else { panic!("not asked") };
            client.on_account_deleted(cx, request, crate::http::read(Ok(response))).expect("no halt");
        }
        other => panic!("{other:?}"),
    });
    out
}

fn asks_to_delete(client: &mut Client, db: &Connection, now_ms: u64, pin: &str) -> Vec<Output> {
    let command = Command::DeleteAccount { pin: pin.to_owned(), number: String::new() };
    takes(client, db, now_ms, Input::Command(Request { id: 1, command }))
}

fn refusal(out: &[Output]) -> Option<UserError> {
    out.iter().find_map(|output| match output {
        Output::Event(Event::Answered { request: 1, result: Err(error) }) => Some(error.clone()),
        _ => None,
    })
}

fn signed_list(db: &Connection) -> Vec<u8> {
    db.query_row("SELECT signed_list FROM this", [], |row| row.get(0)).expect("read")
}

fn sets_pin(db: &Connection) {
    step(db, 1, |cx| {
        let proof = identity::pin::pin_proof(PIN, &cx.me().expect("me").number);
        pin::store(cx, &pin::check_of(proof.as_slice())).expect("stored");
    });
}

/// The list that the phone puts when one of its companions is unlinked.
fn unlinks(client: &mut Client, db: &Connection, device: u32) -> VerifiedDeviceList {
    let out = takes(client, db, 3, Input::Command(Request { id: 2, command: Command::UnlinkDevice { device } }));
    let body = out.into_iter().find_map(|output| match output {
        Output::Http(request) if request.path == "/v1/devices" => Some(request.body),
        _ => None,
    });
    let put = PutDeviceList::decode(body.expect("a list").bytes()).expect("a body");
    VerifiedDeviceList::verify(&put.signed_device_list).expect("a list")
}

#[test]
fn companions_stay_listed_after_a_refused_deletion() {
    let (mut client, db) = phone();
    this::set_session_token(&db, Some(&[3; 32])).expect("token");
    links_companion(&db);
    let (before, _) = step(&db, 1, |cx| crate::testing::with_third_device(cx));
    step(&db, 1, |cx| crate::accounts::learn_device_list(cx, &before).expect("learned"));
    for _ in 0..2 {
        let out = asks_to_delete(&mut client, &db, 2, "");
        let request = out.into_iter().find_map(|output| match output {
            Output::Http(request) => Some(request),
            _ => None,
        });
        let request = request.expect("a request");
        let body = DeleteAccount::decode(request.body.bytes()).expect("a body");
        let last = VerifiedDeviceList::verify(&body.signed_device_list).expect("a list");
        assert_eq!(last.devices().count(), 1, "the phone alone");
        let problem = Problem { code: "pin-wrong".to_owned(), ..Problem::default() };
        let response = HttpResponse { status: 403, headers: Vec::new(), body: problem.encode_to_vec(), kept: 0 };
        takes(&mut client, &db, 2, Input::Http(request.id, Ok(response)));
        let kept = VerifiedDeviceList::verify(&signed_list(&db)).expect("a list");
        assert!(kept.version() >= last.version(), "no two lists that leave have one version");
        assert_eq!(kept.devices().count(), 3);
    }
    let last_version = VerifiedDeviceList::verify(&signed_list(&db)).expect("a list").version();
    let next = unlinks(&mut client, &db, 3);
    let devices: Vec<u32> = next.devices().map(|cert| cert.device.0).collect();
    assert_eq!(devices, [1, 2], "the other companion stays");
    assert!(next.version() > last_version);
    let in_force = VerifiedDeviceList::verify(&before).expect("a list");
    assert!(next.succeeds(&in_force).is_ok(), "the server takes it");
}

#[test]
fn a_wrong_pin_signs_nothing_and_waits_after_some() {
    let (mut client, db) = phone();
    links_companion(&db);
    sets_pin(&db);
    assert_eq!(refusal(&asks_to_delete(&mut client, &db, 2, "")), Some(UserError::PinNeeded));
    for tries_left in (1..PIN_TRIES).rev() {
        let out = asks_to_delete(&mut client, &db, 2, "271828");
        assert_eq!(refusal(&out), Some(UserError::PinWrong { tries_left }));
    }
    let wait = Some(UserError::TooMany { wait_s: 3_600 });
    assert_eq!(refusal(&asks_to_delete(&mut client, &db, 2, "271828")), wait);
    assert_eq!(refusal(&asks_to_delete(&mut client, &db, 2, PIN)), wait, "the right one neither");
    assert!(signed_list(&db).is_empty(), "nothing was signed");
    let out = asks_to_delete(&mut client, &db, 2 + PIN_WAIT_MS, PIN);
    assert!(refusal(&out).is_none() && out.iter().any(|output| matches!(output, Output::Http(_))), "{out:?}");
}

/// Years later the server could wipe this phone by a word without a signature.
#[test]
fn a_wish_that_was_not_heard_ends_with_the_next_session() {
    let (mut client, db) = phone();
    step(&db, 1, |cx| {
        let opens = |client: &mut Client, cx: &mut Context<'_>| {
            let body = OpenSessionOk { token: vec![1; 32], expires_ms: 9 }.encode_to_vec();
            let answer = HttpResponse { status: 200, headers: Vec::new(), body, kept: 0 };
            client.on_session_answer(cx, Ok(answer)).expect("no halt");
            was_asked_for(cx).expect("read")
        };
        cx.db.execute("UPDATE this SET farewell = 1", []).expect("asked");
        let purpose = Purpose::DeleteAccount { request: 1 };
        client.calls.start(purpose, HttpMethod::Post, "/v1/account/delete", Vec::new(), None);
        assert!(opens(&mut client, cx), "it may still be heard");
        client.calls.drop_where(|_| true);
        assert!(!opens(&mut client, cx));
    });
}

#[test]
fn what_died_between_logging_out_and_wiping_itself_wipes_itself_at_its_start() {
    let (mut client, db) = phone();
    this::log_out(&db, client_api::LogoutReason::Remotely).expect("logged out");
    let out = step(&db, 1, |cx| client.on_start(cx).expect("no halt")).1;
    assert!(out.contains(&Output::Wipe), "{out:?}");
}
