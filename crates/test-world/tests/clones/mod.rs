//! Two clones of one device: somebody copied its database, and both copies run and talk. The server lets one of them have the device's
//! place; whichever comes in behind the other one is told that its storage was set back, takes new keys, and gets what it lacks.

use crate::course::{A0, A1, B0, is_sound, steps, tell};
use test_world::plan::{Action, DeviceRef, Loses, Shape, Step};
use test_world::{Outcome, Plan};

/// The clone of a device of the first account lives in its empty place.
const fn clone_of(devices: u8) -> DeviceRef {
    DeviceRef { account: 0, slot: devices }
}

/// What the clone says stands in no order with what the other one says under the same device number.
const MARKS_OF_CLONE: u32 = 9_000_000;

/// A device is cloned some moment after it has written, and both talk in turns, with a word that is left unsent on each of them.
fn both_talk(device: DeviceRef, devices: u8, cloned_ms: u64) -> Plan {
    let clone = clone_of(devices);
    let say = |at_ms, device| (at_ms, Action::Send { device, peer: 1 });
    let use_here = |at_ms, device| (at_ms, Action::UseHere { device });
    let offline = |at_ms, device| (at_ms, Action::Offline { device, for_ms: 1_000 });
    let done = vec![
        say(1_000, device),
        (cloned_ms, Action::Clone { device, slot: devices }),
        say(cloned_ms, device),
        say(cloned_ms + 40, device),
        (2_000, Action::Send { device: B0, peer: 0 }),
        say(2_500, clone),
        use_here(5_000, device),
        (5_500, Action::Send { device: B0, peer: 0 }),
        offline(7_500, device),
        say(8_000, device),
        use_here(8_100, clone),
        say(11_000, clone),
        offline(12_000, clone),
        say(12_200, clone),
        use_here(12_300, device),
        say(16_000, device),
        use_here(20_000, clone),
        say(24_000, clone),
        use_here(30_000, device),
        (40_000, Action::CloneEnds { device: clone }),
        say(41_000, device),
        (42_000, Action::Send { device: B0, peer: 0 }),
    ];
    plan(done, devices)
}

fn plan(done: Vec<(u64, Action)>, devices: u8) -> Plan {
    let of_clone = |step: &Step| matches!(step.action, Action::Send { device, .. } if device == clone_of(devices));
    let mut steps = steps(done);
    for step in steps.iter_mut().filter(|step| of_clone(step)) {
        step.mark += MARKS_OF_CLONE;
    }
    Plan { seed: 1, shape: Shape { seed: 0, accounts: 2, devices }, steps, kept_ms: None }
}

/// At each of these moments: before the first word reaches the server, while it is taken, before its echo was acknowledged, after it.
fn at_each_moment(name: &str, device: DeviceRef, devices: u8) -> Vec<Outcome> {
    let moments = (1_000..1_200).step_by(20).chain([3_000]);
    let outcomes: Vec<Outcome> = moments.map(|cloned_ms| is_sound(&both_talk(device, devices, cloned_ms))).collect();
    let told = outcomes.iter().map(|outcome| outcome.coverage.of("told that the storage was set back"));
    let told: Vec<u64> = told.collect();
    tell(name, &format!("cloned at {} moments, told {told:?} times", told.len()));
    assert!(told.iter().all(|told| *told >= 2), "somebody is not told: {told:?}");
    for outcome in &outcomes {
        assert_eq!(outcome.coverage.of("a clone ends"), 1, "{}", outcome.coverage);
    }
    outcomes
}

#[test]
fn two_clones_of_a_companion_that_both_talk_lose_nothing() {
    at_each_moment("two clones of a companion", A1, 2);
}

#[test]
fn two_clones_of_a_phone_that_has_a_companion_lose_nothing() {
    at_each_moment("two clones of a phone with a companion", A0, 2);
}

/// Both count alike: nothing tells the server that one of them is behind, since what came back of the other one's word was lost. The
/// clone that stays sees a word of its own device that it never said.
fn said_unheard(device: DeviceRef, devices: u8, cut_ms: u64) -> Plan {
    let clone = clone_of(devices);
    let cut = Action::Cut { device, loses: Loses::ToClient, client_notices_ms: 20_000, server_notices_ms: 10_000 };
    let done = vec![
        (1_000, Action::Clone { device, slot: devices }),
        (1_001, Action::Send { device, peer: 1 }),
        (1_001, Action::Pin { device, peer: 1, on: true }),
        (cut_ms, cut),
        (3_000, Action::Send { device: clone, peer: 1 }),
        (3_500, Action::Send { device: B0, peer: 0 }),
        // The one that was first comes back by itself, and takes the place.
        (25_000, Action::Send { device, peer: 1 }),
        (30_000, Action::UseHere { device: clone }),
        (33_000, Action::Send { device: clone, peer: 1 }),
        (40_000, Action::CloneEnds { device }),
        (41_000, Action::Send { device: B0, peer: 0 }),
    ];
    plan(done, devices)
}

#[test]
fn a_clone_that_sees_a_word_that_it_never_said_knows_that_it_is_one() {
    for cut_ms in (1_004..1_130).step_by(14) {
        let outcome = is_sound(&said_unheard(A1, 2, cut_ms));
        assert_eq!(outcome.coverage.of("a clone ends"), 1, "{}", outcome.coverage);
        assert!(outcome.coverage.of("told that the storage was set back") > 0, "{cut_ms}: {}", outcome.coverage);
    }
}

/// Nobody of the account heard what the other clone said, and the others' devices are not asked for it: the chat says that it may be
/// missing, and where.
#[test]
fn two_clones_of_a_phone_alone_lose_nothing_and_say_what_only_the_others_have() {
    let moments = [1_000, 1_040, 1_100, 3_000].map(|cloned_ms| both_talk(A0, 1, cloned_ms));
    let unheard = [1_020, 1_060].map(|cut_ms| said_unheard(A0, 1, cut_ms));
    for mut plan in moments.into_iter().chain(unheard) {
        let quiet = |at_ms, for_ms| Step { at_ms, action: Action::Quiet { for_ms }, mark: 100 };
        plan.steps.extend([quiet(60_000, 26 * 3_600_000), quiet(61_000, 0)]);
        let outcome = is_sound(&plan);
        assert!(outcome.told_missing > 0, "{}", outcome.coverage);
        assert!(outcome.coverage.of("told that the storage was set back") > 0, "{}", outcome.coverage);
    }
}
