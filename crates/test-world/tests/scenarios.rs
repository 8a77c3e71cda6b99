//! The failure tests of the protocol's design as scenarios with names: small worlds in which one thing is done, and one thing goes
//! wrong meanwhile, at every place where it can: each transaction of a client and each of its effects, each write of the server,
//! each frame, each request. Then all heals, and the oracles must hold. Which scenario stands for which failure: docs/reliability.md.

mod calls;
mod clones;
mod course;
mod many;

use breakable::Rule;
use course::{A0, A1, B0, B1, C0, Scenario, is_sound, steps};
use test_world::plan::{Action, DeviceRef, PlacedFault, Shape};
use test_world::{Options, Plan, run};

/// Two who have a chat write to each other and read.
const TALK: Scenario = Scenario {
    name: "a conversation",
    accounts: 2,
    devices: 1,
    until_ms: 12_000,
    done: &[
        (1_000, Action::Send { device: A0, peer: 1 }),
        (1_200, Action::Send { device: B0, peer: 0 }),
        (4_000, Action::Send { device: B0, peer: 0 }),
        (4_100, Action::Read { device: A0, peer: 1 }),
    ],
};

/// Somebody finds somebody and writes; the other answers, and both renew their keys.
const BEGIN: Scenario = Scenario {
    name: "a first word",
    accounts: 3,
    devices: 1,
    until_ms: 25_000,
    done: &[
        (1_000, Action::Begin { device: A0, peer: 2 }),
        (2_000, Action::Send { device: A0, peer: 2 }),
        (4_000, Action::Send { device: C0, peer: 0 }),
    ],
};

/// Two begin one chat at the same time, and both write at once.
const BOTH_BEGIN: Scenario = Scenario {
    name: "two begin one chat",
    accounts: 3,
    devices: 1,
    until_ms: 8_000,
    done: &[
        (1_000, Action::Begin { device: A0, peer: 2 }),
        (1_000, Action::Begin { device: C0, peer: 0 }),
        (1_150, Action::Send { device: A0, peer: 2 }),
        (1_150, Action::Send { device: C0, peer: 0 }),
    ],
};

const LINK: Scenario = Scenario {
    name: "a linking while others write",
    accounts: 2,
    devices: 1,
    until_ms: 30_000,
    done: &[
        (1_000, Action::Link { account: 0 }),
        (1_500, Action::Send { device: B0, peer: 0 }),
        (3_000, Action::Send { device: A0, peer: 1 }),
        (5_000, Action::Send { device: B0, peer: 0 }),
        (9_000, Action::Send { device: B0, peer: 0 }),
    ],
};

const UNLINK: Scenario = Scenario {
    name: "a device is logged out while others write",
    accounts: 2,
    devices: 2,
    until_ms: 6_000,
    done: &[
        (1_000, Action::Unlink { account: 0, slot: 1 }),
        (1_010, Action::Send { device: A1, peer: 1 }),
        (1_050, Action::Send { device: B0, peer: 0 }),
        (1_100, Action::Send { device: A0, peer: 1 }),
    ],
};

const LOG_OUT: Scenario = Scenario {
    name: "a device logs itself out",
    accounts: 2,
    devices: 2,
    until_ms: 6_000,
    done: &[
        (1_000, Action::LogOut { device: A1 }),
        (1_020, Action::Send { device: B0, peer: 0 }),
        (1_040, Action::Send { device: A0, peer: 1 }),
    ],
};

/// A device was put out while it was away with words that nobody has, and comes back.
const PUT_OUT_AWAY: Scenario = Scenario {
    name: "a device that was put out comes back with unsent words",
    accounts: 2,
    devices: 2,
    until_ms: 12_000,
    done: &[
        (500, Action::Offline { device: A1, for_ms: 5_000 }),
        (1_000, Action::Send { device: A1, peer: 1 }),
        (1_500, Action::Unlink { account: 0, slot: 1 }),
        (2_000, Action::Send { device: B0, peer: 0 }),
        (2_500, Action::Send { device: A0, peer: 1 }),
    ],
};

/// Two devices of one account change what they share.
const OWN_STATE: Scenario = Scenario {
    name: "two devices change the same",
    accounts: 2,
    devices: 2,
    until_ms: 8_000,
    done: &[
        (1_000, Action::Pin { device: A0, peer: 1, on: true }),
        (1_000, Action::Pin { device: A1, peer: 1, on: false }),
        (1_050, Action::Draft { device: A1, peer: 1, empty: false }),
        (1_060, Action::Read { device: A1, peer: 1 }),
        (1_100, Action::RenameContact { device: A0, peer: 1 }),
        (1_110, Action::Mute { device: A1, peer: 1, on: true }),
    ],
};

/// A chat gets a commit that nobody can follow, and cannot be joined anew. Both write in it, and both want the next generation.
const RESET: Scenario = Scenario {
    name: "a group that nobody can follow",
    accounts: 2,
    devices: 1,
    until_ms: 150_000,
    done: &[
        (1_000, Action::Send { device: B0, peer: 0 }),
        (2_000, Action::Poison { device: A0, peer: Some(1) }),
        (2_100, Action::Send { device: A0, peer: 1 }),
        (2_200, Action::Send { device: B0, peer: 0 }),
    ],
};

/// A server is put back while people talk: what was said since the copy is not there any more, and both go on.
const RESTORED: Scenario = Scenario {
    name: "a conversation at a server that is put back",
    accounts: 2,
    devices: 2,
    until_ms: 25_000,
    done: &[
        (1_000, Action::Send { device: A0, peer: 1 }),
        (1_300, Action::Send { device: B1, peer: 0 }),
        (2_000, Action::Send { device: B0, peer: 0 }),
        (2_500, Action::Offline { device: A1, for_ms: 12_000 }),
        (3_000, Action::Send { device: A0, peer: 1 }),
        (3_050, Action::Pin { device: A0, peer: 1, on: true }),
        (4_000, Action::Read { device: B0, peer: 0 }),
        (8_000, Action::ServerRestore { down_ms: 1_000 }),
        (9_500, Action::Send { device: B0, peer: 0 }),
        (10_000, Action::Send { device: A0, peer: 1 }),
    ],
};

/// Who wrote what is lost comes back last, when the others have gone on behind it.
const RESTORED_LATE: Scenario = Scenario {
    name: "who wrote it comes back late to a server that was put back",
    accounts: 2,
    devices: 2,
    until_ms: 40_000,
    done: &[
        (1_000, Action::Send { device: B0, peer: 0 }),
        (1_500, Action::Send { device: A0, peer: 1 }),
        (2_400, Action::Send { device: A0, peer: 1 }),
        (3_000, Action::Send { device: A1, peer: 1 }),
        (7_500, Action::Offline { device: A0, for_ms: 15_000 }),
        (8_000, Action::ServerRestore { down_ms: 500 }),
        (10_000, Action::Send { device: B0, peer: 0 }),
        (11_000, Action::Send { device: B1, peer: 0 }),
        (12_000, Action::Send { device: A1, peer: 1 }),
        (13_000, Action::Send { device: B0, peer: 0 }),
    ],
};

/// A device dies while a part of its chat is brought again.
const RESTORED_ONCE: Scenario = Scenario {
    name: "a part of a chat that a server has lost is brought again",
    accounts: 2,
    devices: 1,
    until_ms: 25_000,
    done: &[
        (1_000, Action::Send { device: A0, peer: 1 }),
        (1_500, Action::ServerBackup { writes: 0 }),
        (2_000, Action::Send { device: B0, peer: 0 }),
        (2_500, Action::Send { device: A0, peer: 1 }),
        (5_000, Action::ServerRestore { down_ms: 500 }),
        (5_100, Action::Send { device: A0, peer: 1 }),
        (7_000, Action::Send { device: B0, peer: 0 }),
    ],
};

/// The same where a chat begins, and its members take new keys.
const BEGUN_AND_RESTORED: Scenario = Scenario {
    name: "a first word at a server that is put back",
    accounts: 3,
    devices: 1,
    until_ms: 40_000,
    done: &[
        (1_000, Action::Begin { device: A0, peer: 2 }),
        (2_000, Action::Send { device: A0, peer: 2 }),
        (4_000, Action::Send { device: C0, peer: 0 }),
        (22_000, Action::ServerRestore { down_ms: 500 }),
        (22_100, Action::Send { device: A0, peer: 2 }),
    ],
};

/// Death in one scenario, of these devices; what the server writes; what is lost on the way.
macro_rules! scenarios {
    ($($test:ident: $scenario:ident.$how:ident($($argument:expr),*);)*) => {$(
        #[test]
        fn $test() {
            $scenario.$how($($argument),*);
        }
    )*};
}

scenarios! {
    who_writes_dies_at_each_write: TALK.dies_at_each(A0);
    who_is_written_to_dies_at_each_write: TALK.dies_at_each(B0);
    the_server_stops_at_each_write_of_a_conversation: TALK.server_stops_at_each();
    each_frame_and_each_answer_of_a_conversation_is_lost: TALK.loses_each(&[A0, B0]);

    who_begins_a_chat_dies_at_each_write: BEGIN.dies_at_each(A0);
    who_is_met_dies_at_each_write: BEGIN.dies_at_each(C0);
    the_server_stops_at_each_write_of_a_first_word: BEGIN.server_stops_at_each();
    each_frame_and_each_answer_of_a_first_word_is_lost: BEGIN.loses_each(&[A0, C0]);

    one_of_two_who_begin_one_chat_dies_at_each_write: BOTH_BEGIN.dies_at_each(A0);
    the_other_of_two_who_begin_one_chat_dies_at_each_write: BOTH_BEGIN.dies_at_each(C0);

    the_phone_dies_at_each_write_of_a_linking: LINK.dies_at_each(A0);
    the_new_device_dies_at_each_write_of_its_linking: LINK.dies_at_each(A1);
    the_server_stops_at_each_write_of_a_linking: LINK.server_stops_at_each();
    each_frame_and_each_answer_of_a_linking_is_lost: LINK.loses_each(&[A0, A1]);

    the_phone_dies_at_each_write_while_it_logs_a_device_out: UNLINK.dies_at_each(A0);
    a_device_dies_at_each_write_while_it_is_logged_out: UNLINK.dies_at_each(A1);
    the_server_stops_at_each_write_of_an_unlinking: UNLINK.server_stops_at_each();
    each_frame_and_each_answer_of_an_unlinking_is_lost: UNLINK.loses_each(&[A0, A1]);

    a_device_that_logs_itself_out_dies_at_each_write: LOG_OUT.dies_at_each(A1);
    the_phone_dies_at_each_write_while_a_device_logs_itself_out: LOG_OUT.dies_at_each(A0);

    a_device_that_was_put_out_dies_at_each_write_when_it_comes_back: PUT_OUT_AWAY.dies_at_each(A1);

    who_resets_a_group_dies_at_each_write: RESET.dies_at_each(A0);
    the_other_who_resets_it_dies_at_each_write: RESET.dies_at_each(B0);
    the_server_stops_at_each_write_of_a_reset: RESET.server_stops_at_each();
    each_frame_and_each_answer_of_a_reset_is_lost: RESET.loses_each(&[A0, B0]);

    a_server_is_put_back_to_each_write_of_a_conversation: RESTORED.is_put_back_to_each();
    a_server_is_put_back_and_who_wrote_comes_back_late: RESTORED_LATE.is_put_back_to_each();
    a_device_dies_at_each_write_at_a_server_that_was_put_back: RESTORED_ONCE.dies_at_each(A0);
    each_frame_and_each_answer_is_lost_at_a_server_that_was_put_back: RESTORED_ONCE.loses_each(&[A0, B0]);
    a_server_is_put_back_to_each_write_of_a_first_word: BEGUN_AND_RESTORED.is_put_back_to_each();

    a_device_dies_at_each_write_of_its_own_state: OWN_STATE.dies_at_each(A1);
    its_phone_dies_at_each_write_of_their_own_state: OWN_STATE.dies_at_each(A0);
}

/// The devices of accounts that have so many each.
fn crowd(accounts: u8, devices: u8, done: Vec<(u64, Action)>) -> Plan {
    Plan { seed: 1, shape: Shape { seed: 0, accounts, devices }, steps: steps(done), kept_ms: None }
}

/// Two accounts begin a chat, and all their devices write there. All but the one that made it came in by key packages, so each of them wants
/// new keys ten seconds later, with the others.
fn all_want_new_keys(devices: u8) -> Vec<(u64, Action)> {
    let all = [0, 2].into_iter().flat_map(move |account| (0..devices).map(move |slot| DeviceRef { account, slot }));
    let write = all.map(|device| (5_000, Action::Send { device, peer: 2 - device.account }));
    // The other one has the chat in no list before a word is said in it.
    let begin = [(1_000, Action::Begin { device: A0, peer: 2 }), (2_000, Action::Send { device: A0, peer: 2 })];
    begin.into_iter().chain(write).collect()
}

const TOO_LATE: &str = "an operation came too late for its epoch";

#[test]
fn of_two_to_sixteen_who_commit_at_once_all_come_round() {
    for devices in [1, 2, 4, 8] {
        let mut done = all_want_new_keys(devices);
        done.push((60_000, Action::Quiet { for_ms: 0 }));
        let outcome = is_sound(&crowd(3, devices, done));
        let late = outcome.coverage.of(TOO_LATE);
        course::tell("commits race", &format!("{} devices, {late} operations came too late", 2 * devices));
        assert!(devices == 1 || late >= u64::from(devices), "no race: {}", outcome.coverage);
    }
}

#[test]
fn messages_meet_a_storm_of_commits() {
    // When the others commit, three write as quickly as they can.
    let storm = (0..60_u64).map(|place| {
        let device = if place % 2 == 0 { A0 } else { C0 };
        (15_000 + 15 * place, Action::Send { device, peer: 2 - device.account })
    });
    let done = all_want_new_keys(4).into_iter().chain(storm).collect();
    let outcome = is_sound(&crowd(3, 4, done));
    let late = outcome.coverage.of(TOO_LATE);
    course::tell("messages in a storm of commits", &format!("{late} operations came too late"));
    assert!(late >= 4, "no storm: {}", outcome.coverage);
}

#[test]
fn devices_come_and_go_while_all_write() {
    for spread_ms in [0, 1, 5, 20, 80, 300] {
        let mut done = vec![
            (1_000, Action::Unlink { account: 0, slot: 1 }),
            (1_000 + spread_ms, Action::Unlink { account: 1, slot: 1 }),
            (1_000 + spread_ms, Action::Link { account: 0 }),
            (1_000 + 2 * spread_ms, Action::Link { account: 1 }),
        ];
        for place in 0..12 {
            let device = if place % 2 == 0 { A0 } else { B0 };
            done.push((1_000 + place * (spread_ms + 10), Action::Send { device, peer: 1 - device.account }));
        }
        done.sort_by_key(|(at_ms, _)| *at_ms);
        is_sound(&crowd(2, 2, done));
    }
}

#[test]
fn a_connection_that_goes_silent_is_given_up_by_both_ends() {
    // At each quarter of a second of a conversation, of either; and the page hears of it or not.
    for device in [A0, B0] {
        for doubts_ms in [None, Some(0), Some(5_000)] {
            for at_ms in (750..4_500).step_by(250) {
                let mut done = TALK.done.to_vec();
                done.push((at_ms, Action::Silence { device, doubts_ms }));
                done.sort_by_key(|(at_ms, _)| *at_ms);
                // Long enough for the watch, and for whoever is not told.
                done.push((90_000, Action::Quiet { for_ms: 0 }));
                let outcome = is_sound(&crowd(2, 1, done));
                let given_up = outcome.coverage.of("a silent connection was given up");
                let doubted = outcome.coverage.of("a silent connection was doubted");
                assert_eq!(doubted, u64::from(doubts_ms.is_some()), "{device:?} at {at_ms}: {}", outcome.coverage);
                assert_eq!(given_up, 1, "{device:?} at {at_ms}, {doubts_ms:?}: {}", outcome.coverage);
                assert_eq!(outcome.coverage.of("the server gave a silent connection up"), 1, "{}", outcome.coverage);
            }
        }
    }
}

const DAY_MS: u64 = 24 * 3_600 * 1_000;

#[test]
fn who_was_away_for_longer_than_the_server_keeps_has_it_from_a_sibling() {
    for away in [A1, B0, B1] {
        // Messages and commits of the first day are gone when it comes back.
        let other =
            |device: DeviceRef| if device == away { DeviceRef { slot: 1 - device.slot, ..device } } else { device };
        let done = vec![
            (1_000, Action::Send { device: away, peer: 1 - away.account }),
            (30_000, Action::Away { device: away, for_ms: 4 * DAY_MS }),
            (31_000, Action::Send { device: other(A0), peer: 1 }),
            (32_000, Action::Send { device: other(B0), peer: 0 }),
            (33_000, Action::Link { account: if away.slot == 0 { 0 } else { 1 } }),
            (90_000, Action::Send { device: other(A1), peer: 1 }),
            (120_000, Action::Quiet { for_ms: 3 * DAY_MS }),
            (121_000, Action::Send { device: other(A0), peer: 1 }),
            (122_000, Action::Send { device: other(B0), peer: 0 }),
            (123_000, Action::Quiet { for_ms: 2 * DAY_MS }),
            (200_000, Action::Read { device: away, peer: 1 - away.account }),
        ];
        let plan = Plan { kept_ms: Some(DAY_MS), ..crowd(2, 2, done) };
        let outcome = is_sound(&plan);
        assert!(outcome.coverage.of("a device was told of a gap") > 0, "{away:?}: {}", outcome.coverage);
    }
}

#[test]
fn a_phone_alone_that_was_away_for_longer_than_the_server_keeps_is_told() {
    let done = vec![
        (1_000, Action::Send { device: A0, peer: 1 }),
        (2_000, Action::Send { device: B0, peer: 0 }),
        (30_000, Action::Away { device: A0, for_ms: 4 * DAY_MS }),
        (31_000, Action::Send { device: B0, peer: 0 }),
        (32_000, Action::Send { device: B0, peer: 0 }),
        (120_000, Action::Quiet { for_ms: 3 * DAY_MS }),
        // Young enough to be there still when it comes back.
        (121_000, Action::Send { device: B0, peer: 0 }),
        (122_000, Action::Quiet { for_ms: DAY_MS }),
        (123_000, Action::Send { device: B0, peer: 0 }),
        (124_000, Action::Send { device: A0, peer: 1 }),
        (125_000, Action::Quiet { for_ms: 2 * DAY_MS }),
        (126_000, Action::Send { device: A0, peer: 1 }),
    ];
    let plan = Plan { kept_ms: Some(2 * DAY_MS), ..crowd(2, 1, done) };
    let outcome = is_sound(&plan);
    assert_eq!(outcome.told_missing, 1, "{}", outcome.coverage);
}

#[test]
fn what_has_expired_for_a_phone_and_a_companion_comes_from_the_one_device_that_has_it() {
    let [a0, a1, a2] = [0, 1, 2].map(|slot| DeviceRef { account: 0, slot });
    // The one that has it is the last to be linked, the first, the phone.
    for has_it in [a2, a1, a0] {
        let away = [a0, a1, a2].into_iter().filter(|device| *device != has_it);
        let mut done = vec![(1_000, Action::Send { device: B0, peer: 0 })];
        done.extend(away.map(|device| (30_000, Action::Away { device, for_ms: 4 * DAY_MS })));
        done.extend([
            (31_000, Action::Send { device: B0, peer: 0 }),
            (32_000, Action::Send { device: has_it, peer: 1 }),
            (33_000, Action::Send { device: B0, peer: 0 }),
            (120_000, Action::Quiet { for_ms: 4 * DAY_MS }),
            (121_000, Action::Send { device: B0, peer: 0 }),
            (200_000, Action::Send { device: B0, peer: 0 }),
        ]);
        let plan = Plan { kept_ms: Some(DAY_MS), ..crowd(2, 3, done) };
        let outcome = is_sound(&plan);
        assert!(outcome.coverage.of("a device was told of a gap") > 1, "{has_it:?}: {}", outcome.coverage);
        assert_eq!(outcome.told_missing, 0, "{has_it:?}");
    }
}

#[test]
fn a_group_that_nobody_can_follow_goes_on_in_a_next_generation_with_everybody() {
    for peer in [Some(1), None] {
        let done = vec![
            (500, Action::Offline { device: B1, for_ms: 600_000 }),
            (1_000, Action::Send { device: B0, peer: 0 }),
            (2_000, Action::Poison { device: A0, peer }),
            (2_100, Action::Send { device: A0, peer: 1 }),
            (2_150, Action::Pin { device: A1, peer: 1, on: true }),
            (2_200, Action::Send { device: B0, peer: 0 }),
            (2_300, Action::Send { device: A1, peer: 1 }),
            (200_000, Action::Send { device: B0, peer: 0 }),
            (210_000, Action::Send { device: A1, peer: 1 }),
            (220_000, Action::Read { device: A0, peer: 1 }),
            (230_000, Action::Quiet { for_ms: 600_000 }),
        ];
        let outcome = is_sound(&crowd(2, 2, done));
        assert_eq!(outcome.coverage.of("a group that nobody can follow"), 1, "{peer:?}");
        assert!(outcome.generations > 1, "{peer:?}: {}", outcome.coverage);
    }
}

#[test]
fn a_driver_that_performs_before_it_flushes_is_caught_at_a_place() {
    let broken = Options { broken: Some(Rule::FlushBeforeSend), ..Options::default() };
    let deaths = TALK.undisturbed().places.remove(&A0).expect("a device").deaths();
    let caught = deaths.iter().filter(|(place, point)| {
        let fault = PlacedFault::Dies { point: *point, down_ms: 1_000 };
        let plan = TALK.plan(Some(Action::At { device: A0, place: *place, fault }));
        run(&plan, broken).expect("runs").failure.is_some()
    });
    assert!(caught.count() > 0, "none of {} deaths", deaths.len());
}
