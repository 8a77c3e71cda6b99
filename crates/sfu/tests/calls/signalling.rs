//! Who offers when, who comes and goes, and what is answered to words that make no sense.

use std::time::Duration;

use sfu::{
    ClientSays, DescriptionRefused, Heard, ParticipantId, SayError, Sdp, SdpRefused, TrackKind, Transport, limits,
};

use crate::client::Client;
use crate::media::talks;
use crate::world::World;

fn room_of(people: u64) -> World {
    let mut world = World::new();
    for id in 1..=people {
        world.joins(id);
    }
    world
}

fn says(world: &mut World, id: u64, says: ClientSays) -> Result<Heard, SayError> {
    let heard = world.sfu.hear(ParticipantId(id), says, world.now);
    world.settle();
    heard
}

fn lines(sdp: &Sdp) -> usize {
    sdp.0.lines().filter(|line| line.starts_with("m=")).count()
}

#[test]
fn who_leaves_takes_their_tracks_along() {
    let mut world = room_of(3);
    assert_eq!(world.client(1).tracks.len(), 4);
    world.leaves(3);
    world.run(Duration::from_secs(1));
    let of = |world: &mut World, id| world.client(id).tracks.iter().map(|track| track.origin.0).collect::<Vec<_>>();
    assert_eq!((of(&mut world, 1), of(&mut world, 2)), (vec![2, 2], vec![1, 1]));
    talks(&mut world, 2, 100..110);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(1).received.len(), 20);
}

#[test]
fn lines_are_used_again_however_many_come_and_go() {
    let mut world = room_of(2);
    for id in 3..13 {
        world.joins(id);
        talks(&mut world, id, 1_000 * id..1_000 * id + 11);
        world.leaves(id);
        world.run(Duration::from_millis(300));
    }
    let offer = world.client(1).last_offer.clone().unwrap();
    assert_eq!(lines(&offer), 2 + 2 + 2, "own, those of 2, and one seat for all the others");
    let client = world.client(1);
    assert_eq!(client.tracks.len(), 2);
    // Each of the ten was heard and seen; their pictures from the first key frame on.
    let pictures = client.received.iter().filter(|received| received.packet.payload.first() == Some(&0x10)).count();
    assert!(pictures >= 10 * 10, "{pictures}");
}

#[test]
fn on_a_line_that_is_used_again_numbers_count_on_and_pictures_begin_with_a_key_frame() {
    let mut world = room_of(2);
    world.joins(3);
    talks(&mut world, 3, 100..120);
    world.leaves(3);
    world.run(Duration::from_secs(1));
    world.joins(4);
    talks(&mut world, 4, 7_005..7_030);
    world.run(Duration::from_secs(1));
    let client = world.client(1);
    let line = client.line_of(4, TrackKind::Video).unwrap();
    let mut packets: Vec<_> = client.received.iter().filter(|r| r.mid == line).map(|r| &r.packet).collect();
    packets.sort_by_key(|packet| packet.seq_no);
    let numbers: Vec<u64> = packets.iter().map(|packet| *packet.seq_no).collect();
    assert_eq!(numbers, (1..=20 + 20).collect::<Vec<_>>());
    assert_eq!(*packets[20].payload, *crate::media::payload(4, TrackKind::Video, 7_010));
}

#[test]
fn an_offer_that_crosses_the_units_own_is_ignored_and_comes_again() {
    let mut world = room_of(2);
    world.client(1).is_deaf = true;
    world.client(1).adds(TrackKind::Video);
    world.joins(3);
    // The unit's offer of the third's tracks is unanswered; now the client wants to show its screen.
    assert_eq!(world.offers(1), Heard::Ignored);
    let offer = world.client(1).last_offer.clone().unwrap();
    let answer = world.client(1).answer(&offer);
    world.client(1).is_deaf = false;
    assert_eq!(world.says(1, ClientSays::Answer(answer)), Heard::Followed);
    assert_eq!(world.offers(1), Heard::Followed);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(1).mids.len(), 3);
    assert_eq!(world.client(2).tracks.iter().filter(|track| track.origin == ParticipantId(1)).count(), 3);
    talks(&mut world, 3, 100..110);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(1).payloads_of(3, TrackKind::Audio).len(), 10);
}

#[test]
fn while_an_offer_is_unanswered_there_is_no_other() {
    let mut world = room_of(1);
    world.client(1).is_deaf = true;
    world.joins(2);
    let first = world.client(1).last_offer.clone().unwrap();
    world.joins(3);
    assert_eq!(world.client(1).last_offer.clone(), Some(first.clone()));
    world.client(1).is_deaf = false;
    let answer = world.client(1).answer(&first);
    world.says(1, ClientSays::Answer(answer));
    assert_eq!(world.client(1).tracks.len(), 4, "what came meanwhile is offered after the answer");
}

#[test]
fn an_offer_that_was_lost_with_the_socket_is_said_again_until_it_is_answered() {
    let mut world = room_of(1);
    world.client(1).is_deaf = true;
    world.joins(2);
    world.client(1).tracks.clear();
    world.client(1).is_deaf = false;
    world.sfu.say_again(ParticipantId(1)).unwrap();
    world.settle();
    assert_eq!(world.client(1).tracks.len(), 2);
    talks(&mut world, 2, 100..110);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(1).received.len(), 20);
    world.client(1).tracks.clear();
    world.sfu.say_again(ParticipantId(1)).unwrap();
    world.settle();
    assert!(world.client(1).tracks.is_empty(), "it was answered");
    assert_eq!(world.sfu.say_again(ParticipantId(9)), Err(sfu::UnknownParticipant));
}

#[test]
fn a_client_may_offer_in_the_moment_it_joins_and_leave_before_it_is_connected() {
    let mut world = room_of(2);
    let client = Client::new(3, Transport::Udp, world.now);
    world.enters(3, client);
    world.leaves(3);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(1).tracks.len(), 2);
    assert_eq!(world.sfu.leave(ParticipantId(3), world.now), Err(sfu::UnknownParticipant));
}

#[test]
fn an_answer_to_nothing_is_ignored() {
    let mut world = room_of(2);
    let offer = world.client(1).last_offer.clone().unwrap();
    let answer = world.client(1).answer(&offer);
    assert_eq!(world.says(1, ClientSays::Answer(answer)), Heard::Ignored);
}

#[test]
fn a_description_that_is_none_is_refused_and_the_call_goes_on() {
    let mut world = room_of(2);
    for nonsense in
        ["", "hello", "v=0\r\n", "\0\u{ffff}", "m=audio", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"]
    {
        let refused = says(&mut world, 1, ClientSays::Offer(Sdp(nonsense.to_owned())));
        assert!(matches!(refused, Err(SayError::Description(_))), "{nonsense:?}: {refused:?}");
    }
    world.client(1).is_deaf = true;
    world.joins(3);
    let refused = says(&mut world, 1, ClientSays::Answer(Sdp("hello".to_owned())));
    assert!(matches!(refused, Err(SayError::Description(DescriptionRefused::NoSdp(_)))), "{refused:?}");
    let offer = world.client(1).last_offer.clone().unwrap();
    let answer = world.client(1).answer(&offer);
    assert_eq!(world.says(1, ClientSays::Answer(answer)), Heard::Followed);
    talks(&mut world, 3, 100..110);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(1).payloads_of(3, TrackKind::Audio).len(), 10);
}

#[test]
fn a_first_offer_that_ruins_the_connection_is_refused_and_the_next_finds_another() {
    let mut world = World::new();
    world.sfu.join(crate::world::ROOM, ParticipantId(1), world.now).unwrap();
    let mut client = Client::new(1, Transport::Udp, world.now);
    let offer = client.offer();
    let without: String = offer.0.split_inclusive('\n').filter(|line| !line.starts_with("a=fingerprint")).collect();
    let refused = world.sfu.hear(ParticipantId(1), ClientSays::Offer(Sdp(without)), world.now);
    assert!(matches!(refused, Err(SayError::Description(DescriptionRefused::DoesNotFit(_)))), "{refused:?}");
    world.clients.insert(1, client);
    assert_eq!(world.says(1, ClientSays::Offer(offer)), Heard::Followed);
    world.run(Duration::from_secs(1));
    assert!(world.client(1).rtc.is_connected());
}

#[test]
fn the_fifth_track_is_refused() {
    let mut world = room_of(1);
    for _ in 2..=limits::TRACKS_MAX {
        world.client(1).adds(TrackKind::Video);
    }
    let offer = world.client(1).offer();
    let refused = says(&mut world, 1, ClientSays::Offer(offer));
    let expected = SdpRefused::TooManyTracks { tracks: limits::TRACKS_MAX + 1 };
    assert!(
        matches!(refused, Err(SayError::Description(DescriptionRefused::NotAdmitted(why))) if why == expected),
        "{refused:?}"
    );
}

#[test]
fn candidates_of_clients_are_not_looked_at_and_ours_are_in_the_answer() {
    let mut world = World::new();
    world.sfu.join(crate::world::ROOM, ParticipantId(1), world.now).unwrap();
    let mut client = Client::new(1, Transport::Udp, world.now);
    let offer = client.offer();
    assert!(offer.0.contains("a=candidate:"));
    world.sfu.hear(ParticipantId(1), ClientSays::Offer(offer), world.now).unwrap();
    let sfu::Output::Say(_, sfu::ServerSays::Answer(answer)) = world.sfu.poll() else { panic!("no answer") };
    let candidates: Vec<_> = answer.0.lines().filter(|line| line.starts_with("a=candidate:")).collect();
    assert!(candidates.iter().any(|line| line.contains("udp") && line.contains("192.0.2.1 3478")), "{candidates:?}");
    assert!(
        candidates.iter().any(|line| line.contains("192.0.2.1 443") && line.contains("tcptype passive")),
        "{candidates:?}"
    );
    assert!(answer.0.contains("a=ice-lite"));
}

#[test]
fn nobody_unknown_is_heard() {
    let mut world = room_of(1);
    let unknown = |heard: Result<Heard, SayError>| matches!(heard, Err(SayError::Unknown(_)));
    assert!(unknown(says(&mut world, 9, ClientSays::Offer(Sdp(String::new())))));
    assert!(unknown(says(&mut world, 9, ClientSays::Answer(Sdp(String::new())))));
    let wish = ClientSays::Layer { mid: "0".to_owned(), layer: sfu::Layer::Low };
    assert!(unknown(says(&mut world, 9, wish.clone())));
    assert!(matches!(says(&mut world, 1, wish), Err(SayError::UnknownLine)));
}
