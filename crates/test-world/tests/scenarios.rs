//! The failure tests of the protocol's design as scenarios with names: small worlds in which one thing is done, and what goes wrong
//! meanwhile is tried at every place where it can: each transaction of a client, each write of the server, each request. Which
//! scenario stands for which failure: docs/reliability.md.

use std::ops::Range;
use test_world::plan::{Action, CrashPoint, DeviceRef, Loses, Shape, Step};
use test_world::{Options, Plan, run};

const A0: DeviceRef = DeviceRef { account: 0, slot: 0 };
const A1: DeviceRef = DeviceRef { account: 0, slot: 1 };
const B0: DeviceRef = DeviceRef { account: 1, slot: 0 };

/// Where a client dies in one of its transactions.
const DEATHS: [CrashPoint; 3] = [CrashPoint::BeforeCommit, CrashPoint::AfterCommit, CrashPoint::AfterOutputs(1)];
/// How long what died stays dead.
const DOWN_MS: u32 = 2_000;

/// Two accounts, each of so many devices, and what happens at which time.
fn plan(devices: u8, steps: &[(u64, Action)]) -> Plan {
    let steps = steps.iter().zip(1..).map(|((at_ms, action), mark)| Step { at_ms: *at_ms, action: *action, mark });
    Plan { seed: 1, shape: Shape { seed: 0, accounts: 2, devices }, steps: steps.collect() }
}

fn is_sound(devices: u8, steps: &[(u64, Action)], where_: &str) -> test_world::Outcome {
    let outcome = run(&plan(devices, steps), Options::default()).expect("runs");
    assert!(outcome.failure.is_none(), "{where_}: {:#?}", outcome.failure);
    outcome
}

/// A device dies in each of these transactions, in each way, while something is done.
fn dies_at_each(devices: u8, device: DeviceRef, done: &[(u64, Action)], turns: Range<u8>) {
    for turns in turns {
        for point in DEATHS {
            let dies = Action::Crash { device, point, turns, down_ms: DOWN_MS };
            let mut steps = done.to_vec();
            steps.insert(1, (done.first().map_or(0, |(at_ms, _)| *at_ms), dies));
            is_sound(devices, &steps, &format!("{device:?} dies at transaction {turns}, {point:?}"));
        }
    }
}

const TALK: [(u64, Action); 5] = [
    (1_000, Action::Begin { device: A0, peer: 1 }),
    (1_100, Action::Send { device: A0, peer: 1 }),
    (1_200, Action::Send { device: B0, peer: 0 }),
    (4_000, Action::Send { device: B0, peer: 0 }),
    (4_100, Action::Read { device: A0, peer: 1 }),
];

#[test]
fn who_writes_dies_at_each_transaction() {
    dies_at_each(1, A0, &TALK, 0..14);
}

#[test]
fn who_is_written_to_dies_at_each_transaction() {
    dies_at_each(1, B0, &TALK, 0..14);
}

#[test]
fn the_server_stops_at_each_write_of_a_conversation() {
    for writes in 0..24 {
        let mut steps = TALK.to_vec();
        steps.insert(0, (1_000, Action::ServerCrash { writes, down_ms: DOWN_MS }));
        is_sound(1, &steps, &format!("the server stops at write {writes}"));
    }
}

#[test]
fn each_reply_of_a_conversation_is_lost() {
    for skip in 0..6 {
        for answer in [false, true] {
            let mut steps = TALK.to_vec();
            steps.insert(0, (1_000, Action::LoseHttp { device: A0, answer, skip }));
            is_sound(1, &steps, &format!("request {skip}, its answer {answer}"));
        }
    }
    // A connection is lost every 40 ms of it, each direction.
    for after_ms in (0..1_200).step_by(40) {
        for loses in [Loses::ToServer, Loses::ToClient, Loses::Both] {
            let cut = Action::Cut { device: A0, loses, client_notices_ms: 500, server_notices_ms: 3_000 };
            let mut steps = TALK.to_vec();
            steps.push((1_000 + after_ms, cut));
            steps.sort_by_key(|(at_ms, _)| *at_ms);
            is_sound(1, &steps, &format!("{loses:?} is lost after {after_ms} ms"));
        }
    }
}

const LINK_IN_TRAFFIC: [(u64, Action); 5] = [
    (1_000, Action::Link { account: 0 }),
    (1_500, Action::Send { device: B0, peer: 0 }),
    (3_000, Action::Send { device: A0, peer: 1 }),
    (5_000, Action::Send { device: B0, peer: 0 }),
    (9_000, Action::Send { device: B0, peer: 0 }),
];

#[test]
fn the_phone_dies_at_each_step_of_a_linking_while_others_write() {
    dies_at_each(1, A0, &LINK_IN_TRAFFIC, 0..20);
}

#[test]
fn a_phone_that_dies_while_it_logs_a_device_out_has_logged_it_out_or_not() {
    let logs_out = [
        (1_000, Action::Unlink { account: 0, slot: 1 }),
        (1_050, Action::Send { device: B0, peer: 0 }),
        (1_100, Action::Send { device: A0, peer: 1 }),
    ];
    dies_at_each(2, A0, &logs_out, 0..10);
}

#[test]
fn a_device_that_is_put_out_while_it_is_away_with_unsent_words_leaves_the_others_whole() {
    for back_ms in [2_000, 30_000, 3_600_000] {
        let steps = [
            (1_000, Action::Offline { device: A1, for_ms: back_ms }),
            (1_500, Action::Send { device: A1, peer: 1 }),
            (2_000, Action::Unlink { account: 0, slot: 1 }),
            (2_500, Action::Send { device: B0, peer: 0 }),
            (3_000, Action::Send { device: A0, peer: 1 }),
        ];
        is_sound(2, &steps, &format!("it comes back after {back_ms} ms"));
    }
}

#[test]
fn commits_meet_messages_and_each_other() {
    // All devices of both accounts write at once while both phones put a companion out and in: commits of four race.
    for spread_ms in [0, 1, 5, 20, 80, 300] {
        let mut steps = vec![
            (1_000, Action::Unlink { account: 0, slot: 1 }),
            (1_000 + spread_ms, Action::Unlink { account: 1, slot: 1 }),
            (1_000 + spread_ms, Action::Link { account: 0 }),
            (1_000 + 2 * spread_ms, Action::Link { account: 1 }),
        ];
        for place in 0..12 {
            let (device, peer) = if place % 2 == 0 { (A0, 1) } else { (B0, 0) };
            steps.push((1_000 + place * (spread_ms + 10), Action::Send { device, peer }));
        }
        steps.sort_by_key(|(at_ms, _)| *at_ms);
        is_sound(2, &steps, &format!("{spread_ms} ms apart"));
    }
}

#[test]
fn two_who_begin_one_chat_die_at_each_transaction() {
    let both = [
        (1_000, Action::Begin { device: A0, peer: 1 }),
        (1_000, Action::Begin { device: B0, peer: 0 }),
        (1_001, Action::Send { device: A0, peer: 1 }),
        (1_001, Action::Send { device: B0, peer: 0 }),
    ];
    dies_at_each(1, A0, &both, 0..12);
}

#[test]
fn every_scenario_dies_where_it_says() {
    let mut steps = TALK.to_vec();
    steps.insert(1, (1_000, Action::Crash { device: A0, point: CrashPoint::AfterCommit, turns: 2, down_ms: DOWN_MS }));
    let with = is_sound(1, &steps, "with a death");
    let without = is_sound(1, &TALK, "without");
    assert_ne!(with.digest, without.digest, "a death changes what happens");
    assert_eq!(without.coverage.of("texts taken"), 3, "{}", without.coverage);
}
