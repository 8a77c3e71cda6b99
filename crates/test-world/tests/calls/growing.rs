//! Races of a call of two to which people are added: whatever crosses, both are in one call, or in none.

use super::super::course::{A0, B0, B1};
use super::{APART_MAX_MS, THEN_MS, all_were_met};
use client_api::CallState;
use std::collections::BTreeSet;
use test_world::calls::{Deed, Moment, Rest, play_with_third};
use test_world::plan::DeviceRef;

const A1: DeviceRef = DeviceRef { account: 0, slot: 1 };
/// Two talk from here on.
const TALK: [Moment; 2] = [(0, A0, Deed::Call), (500, B0, Deed::Answer)];
/// Longer than it takes until both are in the group's call.
const GROWN_MS: u64 = 3_000;

/// Plays the talk, then somebody's adding, and the other deed at each of these times after it.
fn ends(devices: u8, grows: DeviceRef, race: (DeviceRef, Deed), late_ms: &[i64], rest_ms: Option<u64>) -> Vec<Rest> {
    let at_ms = THEN_MS + APART_MAX_MS;
    let play = |late_ms: &i64| {
        let (other, deed) = race;
        let moments = [(at_ms, grows, Deed::Grow), (at_ms.saturating_add_signed(*late_ms), other, deed)];
        let moments: Vec<Moment> = TALK.into_iter().chain(moments).collect();
        let rest = play_with_third(devices, 0, &moments, rest_ms).expect("plays");
        is_of_one_mind(&rest, &format!("{late_ms}: {race:?}"));
        rest
    };
    late_ms.iter().map(play).collect()
}

fn of_two(rest: &Rest) -> impl Iterator<Item = (&DeviceRef, &test_world::calls::Shown)> {
    rest.devices.iter().filter(|(name, _)| name.account < 2)
}

fn is_of_one_mind(rest: &Rest, how: &str) {
    let room: BTreeSet<DeviceRef> = rest.room.iter().copied().collect();
    let in_call = rest.devices.iter().filter(|(_, shown)| shown.own.is_some()).map(|(name, _)| *name);
    assert_eq!(in_call.collect::<BTreeSet<_>>(), room, "{how}: who is in it knows so, and nobody else: {rest:#?}");
    assert_eq!(room.len(), rest.room.len(), "{how}: nobody is in two: {rest:#?}");
    let accounts: BTreeSet<u8> = room.iter().map(|device| device.account).collect();
    assert_eq!(room.len(), accounts.len(), "{how}: by a device each: {rest:#?}");
    let calls: BTreeSet<_> = rest.devices.values().filter_map(|shown| shown.own).map(|(call, _)| call).collect();
    assert!(calls.len() <= 1, "{how}: they are in one call: {rest:#?}");
    assert!(of_two(rest).all(|(_, shown)| shown.ringing == 0), "{how}: nothing rings at the two: {rest:#?}");
    let facts: Vec<_> = of_two(rest).map(|(_, shown)| shown.newest).collect();
    assert!(facts.iter().all(|fact| Some(fact) == facts.first()), "{how}: all tell the same of it: {rest:#?}");
}

fn state(rest: &Rest) -> CallState {
    rest.devices.get(&A0).and_then(|shown| shown.newest).expect("there was a call").state
}

fn went_on(rest: &Rest) -> bool {
    matches!(state(rest), CallState::WentOn { .. })
}

fn is_between(one: DeviceRef, other: DeviceRef) -> impl Fn(&Rest) -> bool {
    move |rest| went_on(rest) && rest.room.len() == 2 && rest.room.contains(&one) && rest.room.contains(&other)
}

/// A group that came to nothing is left by all.
fn has_one_group(rest: &Rest) -> bool {
    of_two(rest).all(|(_, shown)| shown.groups == 1)
}

#[test]
fn a_call_of_two_goes_on_in_a_group_whatever_the_server_is_like_meanwhile() {
    let ends = ends(1, A0, (A0, Deed::LoseSocket), &[-60, 0, 30, 60, 120, 240, 400, 700], None);
    let is_grown = is_between(A0, B0);
    // Without a connection nothing begins, and what has begun goes on when there is one again.
    all_were_met(&ends, &[&|rest| is_grown(rest) || rest.room.len() == 2 && state(rest) == CallState::Taken]);
    assert!(ends.iter().any(is_grown), "it never grew: {ends:#?}");
}

#[test]
fn both_add_people_at_once() {
    let ends = ends(1, A0, (B0, Deed::Grow), &[-150, -75, -30, 0, 30, 75, 150], None);
    all_were_met(&ends, &[&is_between(A0, B0)]);
    assert!(ends.iter().all(has_one_group), "a group is left over: {ends:#?}");
    let leaders: BTreeSet<_> = ends.iter().map(|rest| format!("{:?}", rest.devices[&A0].own)).collect();
    assert!(leaders.len() > 1, "always the same one's call: it was no race: {ends:#?}");
}

#[test]
fn a_hang_up_while_it_grows() {
    let late_ms = [-60, 0, 60, 120, 200, 300, 400, 500, 600, 800, 1_000, 1_400, 2_000, 3_000];
    for (hangs_up, stays) in [(A0, B0), (B0, A0)] {
        let ends = ends(1, A0, (hangs_up, Deed::HangUp), &late_ms, None);
        // It is over for both; or it had grown, and who stays is in the group's call.
        let is_over: &dyn Fn(&Rest) -> bool = &|rest| rest.room.is_empty();
        all_were_met(&ends, &[is_over, &|rest| went_on(rest) && rest.room == [stays]]);
    }
}

#[test]
fn a_call_that_grows_is_moved_to_another_device() {
    let late_ms = [-60, 0, 60, 120, 200, 300, 400, 500, 600, 800, 1_000, 1_400];
    for (moves_to, from, other) in [(A1, A0, B0), (B1, B0, A0)] {
        let ends = ends(2, A0, (moves_to, Deed::Answer), &late_ms, Some(GROWN_MS * 4));
        let is_talk = |rest: &Rest| rest.room.len() == 2 && rest.room.contains(&other);
        let is_moved = |rest: &Rest| is_talk(rest) && rest.room.contains(&moves_to);
        let is_where_it_was = |rest: &Rest| is_talk(rest) && rest.room.contains(&from) && went_on(rest);
        assert!(ends.iter().all(|rest| is_moved(rest) || is_where_it_was(rest)), "another end: {ends:#?}");
        assert!(ends.iter().any(|rest| is_moved(rest) && went_on(rest)), "never both: {ends:#?}");
    }
}
