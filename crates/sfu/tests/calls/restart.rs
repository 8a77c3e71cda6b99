//! A client whose network has changed offers with new credentials of ICE, and goes on as the same participant: same keys, same
//! lines.

use std::net::SocketAddr;
use std::time::Duration;

use sfu::{
    ClientSays, Heard, LeftBecause, Output, ParticipantId, SayError, Sdp, ServerSays, TrackKind, Unrouted, limits,
};

use crate::hostile::{check, secrets, stranger, udp};
use crate::media::{hears_and_sees_all, talks};
use crate::world::World;

const ELSEWHERE: &str = "203.0.113.77:6000";

fn elsewhere() -> SocketAddr {
    ELSEWHERE.parse().unwrap()
}

fn two() -> World {
    let mut world = World::new();
    world.joins(1);
    world.joins(2);
    world
}

/// They hear and see each other; each number once.
fn both_talk(world: &mut World, from: u64) {
    talks(world, 1, from..from + 20);
    talks(world, 2, from..from + 20);
    world.run(Duration::from_secs(1));
}

#[test]
fn a_client_with_new_credentials_and_another_address_goes_on_with_the_same_call() {
    let mut world = two();
    both_talk(&mut world, 100);
    let lines = world.client(2).tracks.clone();
    assert_eq!(world.moves(1, elsewhere()), Heard::Followed);
    world.run(Duration::from_secs(2));
    both_talk(&mut world, 120);
    both_talk(&mut world, 140);
    hears_and_sees_all(&world, 2, 1, 100..160);
    hears_and_sees_all(&world, 1, 2, 100..160);
    assert_eq!((world.client(1).address, world.client(2).tracks.clone()), (elsewhere(), lines));
    assert_eq!(world.left, []);
    // And once more, back to where it was.
    let before = SocketAddr::from(([198, 51, 100, 1], 5_000));
    assert_eq!(world.moves(1, before), Heard::Followed);
    world.run(Duration::from_secs(2));
    both_talk(&mut world, 160);
    hears_and_sees_all(&world, 2, 1, 100..180);
    hears_and_sees_all(&world, 1, 2, 100..180);
}

#[test]
fn while_a_restart_is_under_way_nothing_is_lost() {
    let mut world = two();
    talks(&mut world, 1, 100..110);
    let is_path = |event: &&String| event.contains("(Connected)") || event.contains("(Completed)");
    let before = world.client(1).events.iter().filter(is_path).count();
    // Without a moment's wait before or after.
    for at in 0..5 {
        let offer = world.client(1).restarts(None);
        assert_eq!(world.says(1, ClientSays::Offer(offer)), Heard::Followed);
        talks(&mut world, 1, 110 + at * 40..150 + at * 40);
    }
    world.run(Duration::from_secs(1));
    hears_and_sees_all(&world, 2, 1, 100..310);
    let paths = world.client(1).events.iter().filter(is_path).count() - before;
    assert!(paths >= 5 && world.left.is_empty(), "{paths}");
}

#[test]
fn the_credentials_of_before_end_with_the_new_path() {
    let mut world = two();
    let (ours, theirs, password) = secrets(&mut world, 1);
    let old = check(&ours, &theirs, &password);
    let offer = world.client(1).restarts(None);
    world.sfu.hear(ParticipantId(1), ClientSays::Offer(offer), world.now).unwrap();
    // Known for whose it is, and no proof any more.
    assert_eq!(world.sfu.receive(udp(stranger(1), &old), world.now), Err(Unrouted::Forged));
    world.settle();
    world.run(Duration::from_secs(2));
    assert_eq!(world.sfu.receive(udp(stranger(1), &old), world.now), Err(Unrouted::UnknownFragment));
    both_talk(&mut world, 100);
    hears_and_sees_all(&world, 2, 1, 100..120);
}

/// Networks give addresses to others: whoever has moved away does not keep theirs for the length of the call.
#[test]
fn an_address_that_was_left_may_become_somebody_elses() {
    let mut world = two();
    let left = world.client(1).address;
    assert_eq!(world.moves(1, elsewhere()), Heard::Followed);
    world.run(Duration::from_secs(2));
    let (ours, theirs, password) = secrets(&mut world, 2);
    let bytes = check(&ours, &theirs, &password);
    assert_eq!(world.sfu.receive(udp(elsewhere(), &bytes), world.now), Err(Unrouted::AddressRefused));
    assert_eq!(world.sfu.receive(udp(left, &bytes), world.now), Ok(()));
    // Whoever restarts and stays has not left.
    let offer = world.client(1).restarts(None);
    world.says(1, ClientSays::Offer(offer));
    world.run(Duration::from_secs(2));
    assert_eq!(world.sfu.receive(udp(elsewhere(), &bytes), world.now), Err(Unrouted::AddressRefused));
}

/// The unit's answer to an offer, which nobody has heard yet.
fn answered(world: &mut World, id: u64, offer: Sdp) -> Sdp {
    world.sfu.hear(ParticipantId(id), ClientSays::Offer(offer), world.now).unwrap();
    loop {
        match world.sfu.poll() {
            Output::Say(_, ServerSays::Answer(answer)) => return answer,
            Output::WakeAt(_) => panic!("no answer"),
            _ => {}
        }
    }
}

#[test]
fn while_there_is_no_new_path_the_address_of_before_is_nobody_elses() {
    let mut world = two();
    let address = world.client(1).address;
    let (ours, theirs, password) = secrets(&mut world, 2);
    let bytes = check(&ours, &theirs, &password);
    let offer = world.client(1).restarts(None);
    let answer = answered(&mut world, 1, offer);
    assert_eq!(world.sfu.receive(udp(address, &bytes), world.now), Err(Unrouted::AddressRefused));
    both_talk(&mut world, 100);
    world.client(1).hear(ServerSays::Answer(answer));
    world.run(Duration::from_secs(2));
    both_talk(&mut world, 120);
    hears_and_sees_all(&world, 2, 1, 100..140);
    assert_eq!(
        (world.client(1).events.iter().any(|event| event.contains("Disconnected")), world.left.len()),
        (false, 0)
    );
}

/// The fragment can be read on the way, and sources can be forged.
#[test]
fn only_the_right_password_keeps_an_address_that_was_left() {
    let mut world = two();
    let left = world.client(1).address;
    let offer = world.client(1).restarts(Some(elsewhere()));
    let answer = answered(&mut world, 1, offer);
    let fragment = answer.0.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap().to_owned();
    world.client(1).hear(ServerSays::Answer(answer));
    world.run(Duration::from_secs(2));
    let forged = check(&fragment, "them", "a wrong password of 22");
    let _ = world.sfu.receive(udp(left, &forged), world.now);
    let (ours, theirs, password) = secrets(&mut world, 2);
    assert_eq!(world.sfu.receive(udp(left, &check(&ours, &theirs, &password)), world.now), Ok(()));
}

#[test]
fn of_two_restarts_at_once_the_second_counts() {
    let mut world = two();
    let (ours, theirs, password) = secrets(&mut world, 1);
    // The first answer is lost.
    let offer = world.client(1).restarts(None);
    answered(&mut world, 1, offer);
    talks(&mut world, 1, 100..110);
    assert_eq!(world.moves(1, elsewhere()), Heard::Followed);
    let oldest = check(&ours, &theirs, &password);
    assert_eq!(world.sfu.receive(udp(stranger(1), &oldest), world.now), Err(Unrouted::UnknownFragment));
    world.run(Duration::from_secs(2));
    both_talk(&mut world, 110);
    hears_and_sees_all(&world, 2, 1, 100..130);
    hears_and_sees_all(&world, 1, 2, 110..130);
    assert_eq!(world.left, []);
}

#[test]
fn a_restart_that_crosses_the_units_own_offer_is_ignored_and_comes_again() {
    let mut world = two();
    world.client(1).is_deaf = true;
    world.joins(3);
    assert_eq!(world.moves(1, elsewhere()), Heard::Ignored);
    let offer = world.client(1).last_offer.clone().unwrap();
    let answer = world.client(1).answer(&offer);
    world.client(1).is_deaf = false;
    assert_eq!(world.says(1, ClientSays::Answer(answer)), Heard::Followed);
    assert_eq!(world.moves(1, elsewhere()), Heard::Followed);
    world.run(Duration::from_secs(2));
    both_talk(&mut world, 100);
    hears_and_sees_all(&world, 3, 1, 100..120);
    hears_and_sees_all(&world, 1, 2, 100..120);
}

#[test]
fn a_restart_that_comes_to_nothing_ends_with_patience() {
    let mut world = two();
    let offer = world.client(1).restarts(None);
    world.sfu.hear(ParticipantId(1), ClientSays::Offer(offer), world.now).unwrap();
    // The answer is lost, and the client never uses its new credentials; more offers win it no time.
    let mut client = world.clients.remove(&1).unwrap();
    world.run(limits::UNCONNECTED_MAX - Duration::from_secs(1));
    let offer = client.restarts(None);
    world.sfu.hear(ParticipantId(1), ClientSays::Offer(offer), world.now).unwrap();
    world.run(Duration::from_millis(990));
    assert_eq!(world.left, []);
    world.run(Duration::from_millis(20));
    assert_eq!(world.left, [(ParticipantId(1), LeftBecause::Unconnected)]);
}

/// It has the unit forget all paths, so that the end of none is noticed.
#[test]
fn whoever_goes_away_after_a_restart_that_was_refused_is_lost() {
    let mut world = two();
    let broken = misfit(&mut world);
    let refused = world.sfu.hear(ParticipantId(1), ClientSays::Offer(broken), world.now);
    assert!(matches!(refused, Err(SayError::Description(_))), "{refused:?}");
    world.clients.remove(&1);
    world.run(limits::UNCONNECTED_MAX - Duration::from_millis(10));
    assert_eq!(world.left, []);
    world.run(Duration::from_millis(20));
    assert_eq!(world.left, [(ParticipantId(1), LeftBecause::Unconnected)]);
}

/// A restart with a line that both know by another name.
fn misfit(world: &mut World) -> Sdp {
    let offer = world.client(1).restarts(None);
    let mid = world.client(1).mids[0];
    Sdp(offer.0.replace(&format!("a=mid:{mid}\r"), "a=mid:other\r"))
}

#[test]
fn a_restart_whose_description_does_not_fit_changes_nothing() {
    let mut world = two();
    let broken = misfit(&mut world);
    let refused = world.sfu.hear(ParticipantId(1), ClientSays::Offer(broken), world.now);
    assert!(matches!(refused, Err(SayError::Description(_))), "{refused:?}");
    world.settle();
    world.run(Duration::from_secs(20));
    assert_eq!(world.left, []);
    both_talk(&mut world, 100);
    hears_and_sees_all(&world, 1, 2, 100..120);
    assert_eq!(world.client(2).payloads_of(1, TrackKind::Audio).len(), 20);
}
