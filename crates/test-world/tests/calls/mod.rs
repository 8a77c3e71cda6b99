//! Races of calls: of what two devices do within a moment, one comes first in the log, and either may know of the other's already. Some such
//! moments are tried, or all 15 ms with several networks each where `RACES_IN_FULL` is set; whatever crosses, all devices come to one end.

mod growing;

use super::course::{A0, B0, B1};
use client_api::CallState;
use std::collections::BTreeSet;
use test_world::calls::{Deed, Moment, Rest, play};
use test_world::plan::DeviceRef;

const B2: DeviceRef = DeviceRef { account: 1, slot: 2 };
/// Either one is this much before the other one, at most: longer than a word takes to everybody.
const APART_MAX_MS: u64 = 150;
/// From one moment that is tried to the next; and networks, by how long everything takes in each.
const SAMPLED: (usize, u64) = (75, 1);
const IN_FULL: (usize, u64) = (15, 3);
/// Tries many more moments; slow.
const RACES_IN_FULL: &str = "RACES_IN_FULL";
/// When the second of two moments is, where something goes before.
const THEN_MS: u64 = 2_000;
/// Long enough for all words, too short for a call to be given up.
const SOON_MS: u64 = 10_000;

/// Plays what goes before and then two deeds, the one before the other and the other way round; tells all ends.
fn ends(devices: u8, before: &[Moment], race: [(DeviceRef, Deed); 2], rest_ms: Option<u64>) -> Vec<Rest> {
    let [(one, first), (other, second)] = race;
    let mut ends = Vec::new();
    let (step_ms, networks) = if std::env::var_os(RACES_IN_FULL).is_some() { IN_FULL } else { SAMPLED };
    for network in 0..networks {
        for late_ms in (0..=2 * APART_MAX_MS).step_by(step_ms) {
            let moments = [(THEN_MS + APART_MAX_MS, one, first), (THEN_MS + late_ms, other, second)];
            let moments: Vec<Moment> = before.iter().copied().chain(moments).collect();
            let rest = play(devices, network, &moments, rest_ms).expect("plays");
            is_of_one_mind(&rest, &format!("network {network}, {late_ms}: {race:?}"));
            ends.push(rest);
        }
    }
    ends
}

/// Whatever the end is, it is the same for all.
fn is_of_one_mind(rest: &Rest, how: &str) {
    let room: BTreeSet<DeviceRef> = rest.room.iter().copied().collect();
    let in_call = rest.devices.iter().filter(|(_, shown)| shown.own.is_some()).map(|(name, _)| *name);
    assert_eq!(in_call.collect::<BTreeSet<_>>(), room, "{how}: who is in it knows so, and nobody else: {rest:#?}");
    assert_eq!(room.len(), rest.room.len(), "{how}: nobody is in it twice: {rest:#?}");
    let accounts: BTreeSet<u8> = room.iter().map(|device| device.account).collect();
    assert!(room.is_empty() || (room.len(), accounts.len()) == (2, 2), "{how}: two people by a device each: {rest:#?}");
    let calls: BTreeSet<_> = rest.devices.values().filter_map(|shown| shown.own).map(|(call, _)| call).collect();
    assert!(calls.len() <= 1, "{how}: they are in one call: {rest:#?}");
    assert!(rest.devices.values().all(|shown| shown.ringing == 0), "{how}: nothing rings for ever: {rest:#?}");
    let facts: Vec<_> = rest.devices.values().map(|shown| shown.newest).collect();
    assert!(facts.iter().all(|fact| Some(fact) == facts.first()), "{how}: all tell the same of it: {rest:#?}");
}

fn state(rest: &Rest) -> CallState {
    rest.devices.get(&A0).and_then(|shown| shown.newest).expect("there was a call").state
}

/// These kinds of ends were met, each of them: the race was one.
fn all_were_met(ends: &[Rest], kinds: &[&dyn Fn(&Rest) -> bool]) {
    for (at, kind) in kinds.iter().enumerate() {
        assert!(ends.iter().any(kind), "end {at} was never met: {ends:#?}");
    }
    assert!(ends.iter().all(|rest| kinds.iter().any(|kind| kind(rest))), "another end: {ends:#?}");
}

#[test]
fn two_who_call_each_other_at_once_are_in_one_call() {
    let ends = ends(1, &[], [(A0, Deed::Call), (B0, Deed::Call)], Some(SOON_MS));
    for rest in &ends {
        assert_eq!(rest.room.len(), 2, "{rest:#?}");
        assert!(rest.devices.values().all(|shown| matches!(shown.own, Some((Some(_), true)))), "{rest:#?}");
    }
    // The later of two calls is merged; or who called second knew of the first, and answered it.
    all_were_met(&ends, &[&|rest| state(rest) == CallState::Merged, &|rest| state(rest) == CallState::Taken]);
}

#[test]
fn who_answers_on_two_devices_at_once_is_in_the_call_on_one() {
    let calls = [(0, A0, Deed::Call)];
    let ends = ends(2, &calls, [(B0, Deed::Answer), (B1, Deed::Answer)], Some(SOON_MS));
    let is_on = |device: DeviceRef| move |rest: &Rest| rest.room.contains(&A0) && rest.room.contains(&device);
    all_were_met(&ends, &[&is_on(B0), &is_on(B1)]);
    assert!(ends.iter().all(|rest| state(rest) == CallState::Taken));
}

#[test]
fn who_is_called_answers_while_the_caller_hangs_up() {
    let calls = [(0, A0, Deed::Call)];
    let ends = ends(1, &calls, [(A0, Deed::HangUp), (B0, Deed::Answer)], None);
    assert!(ends.iter().all(|rest| rest.room.is_empty()), "{ends:#?}");
    // It was missed, or was as long as it takes to hear of it.
    all_were_met(
        &ends,
        &[&|rest| state(rest) == CallState::Open, &|rest| matches!(state(rest), CallState::Over { .. })],
    );
}

#[test]
fn one_device_declines_while_another_one_answers() {
    let calls = [(0, A0, Deed::Call)];
    let ends = ends(2, &calls, [(B0, Deed::Decline), (B1, Deed::Answer)], None);
    all_were_met(&ends, &[&|rest| rest.room.is_empty(), &|rest| rest.room.len() == 2]);
}

#[test]
fn a_call_is_moved_while_it_is_hung_up() {
    let talk = [(0, A0, Deed::Call), (500, B0, Deed::Answer)];
    let race = |hangs_up| ends(2, &talk, [(hangs_up, Deed::HangUp), (B1, Deed::Answer)], None);
    let is_over: &dyn Fn(&Rest) -> bool = &|rest| rest.room.is_empty() && matches!(state(rest), CallState::Over { .. });
    all_were_met(&race(A0), &[is_over]);
    // Whose call is at another device by then hangs up nothing.
    all_were_met(&race(B0), &[is_over, &|rest| rest.room.contains(&B1) && state(rest) == CallState::Taken]);
}

#[test]
fn two_devices_take_a_call_over_from_a_third_at_once() {
    let talk = [(0, A0, Deed::Call), (500, B0, Deed::Answer)];
    let ends = ends(3, &talk, [(B1, Deed::Answer), (B2, Deed::Answer)], Some(SOON_MS));
    let is_on = |device: DeviceRef| move |rest: &Rest| rest.room.contains(&A0) && rest.room.contains(&device);
    all_were_met(&ends, &[&is_on(B1), &is_on(B2)]);
}

#[test]
fn a_connection_is_lost_and_back_while_somebody_answers() {
    let calls = [(0, A0, Deed::Call)];
    let race = |loses| ends(1, &calls, [(loses, Deed::LoseSocket), (B0, Deed::Answer)], None);
    let is_taken: &dyn Fn(&Rest) -> bool = &|rest| rest.room.len() == 2 && state(rest) == CallState::Taken;
    all_were_met(&race(A0), &[is_taken]);
    // Who has no connection cannot answer.
    all_were_met(&race(B0), &[is_taken, &|rest| rest.room.is_empty() && state(rest) == CallState::Open]);
}

#[test]
fn who_hangs_up_and_calls_again_at_once_is_answered_or_not_but_by_one_call() {
    let calls = [(0, A0, Deed::Call), (THEN_MS + APART_MAX_MS - 60, A0, Deed::HangUp)];
    let ends = ends(1, &calls, [(A0, Deed::Call), (B0, Deed::Answer)], None);
    // The second call is answered, or rings in vain: whoever answers the first one has a call of no length, or none.
    let is_talk: &dyn Fn(&Rest) -> bool = &|rest| rest.room.len() == 2 && state(rest) == CallState::Taken;
    assert!(ends.iter().any(is_talk), "nobody ever talks: {ends:#?}");
    assert!(ends.iter().all(|rest| is_talk(rest) || rest.room.is_empty()), "somebody is left alone: {ends:#?}");
}
