//! What a unit is up against: too many, floods, forged and garbled packets, connections that fall silent.

use std::net::SocketAddr;
use std::time::Duration;

use proptest::prelude::*;
use sfu::{
    JoinError, LeftBecause, Packet, ParticipantId, RoomId, Sfu, SfuConfig, StartError, Transport, Unrouted, limits,
};
use str0m::ice::{StunMessage, TransId};

use crate::client::Client;
use crate::media::talks;
use crate::world::{Fate, ROOM, UDP, Way, World};

pub(crate) fn stranger(port: u16) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 9], port))
}

pub(crate) fn udp(source: SocketAddr, bytes: &[u8]) -> Packet<'_> {
    Packet { transport: Transport::Udp, source, bytes }
}

fn two() -> World {
    let mut world = World::new();
    world.joins(1);
    world.joins(2);
    world
}

/// The call is as it was: what the first says is heard by the second.
fn goes_on(world: &mut World, from: u64) {
    let before = world.client(2).payloads_of(1, sfu::TrackKind::Audio).len();
    talks(world, 1, from..from + 20);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(2).payloads_of(1, sfu::TrackKind::Audio).len(), before + 20);
    assert_eq!(world.left, []);
}

/// A check of ICE: for whoever has the first half of the name, from whoever has the second.
pub(crate) fn check(ours: &str, theirs: &str, password: &str) -> Vec<u8> {
    let name = format!("{ours}:{theirs}");
    let message = StunMessage::binding_request(&name, TransId::new(), true, 1, 1, true);
    let mut bytes = vec![0; 500];
    let sha1 = str0m::crypto::from_feature_flags().sha1_hmac_provider;
    let len = message.to_bytes(Some(password.as_bytes()), &mut bytes, |key, parts| sha1.sha1_hmac(key, parts)).unwrap();
    bytes.truncate(len);
    bytes
}

/// What a participant and the unit told each other: the unit's fragment, the participant's, the unit's password.
pub(crate) fn secrets(world: &mut World, id: u64) -> (String, String, String) {
    let sdp = world.client(id).last_offer.clone().unwrap().0;
    let attribute = |name| sdp.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    let theirs = world.client(id).rtc.direct_api().local_ice_credentials().ufrag;
    (attribute("a=ice-ufrag:"), theirs, attribute("a=ice-pwd:"))
}

#[test]
fn the_thirty_third_is_told_that_the_room_is_full() {
    let mut world = World::new();
    let people = u64::try_from(limits::PARTICIPANTS_MAX).unwrap();
    for id in 1..=people {
        world.sfu.join(ROOM, ParticipantId(id), world.now).unwrap();
    }
    let next = ParticipantId(people + 1);
    assert_eq!(world.sfu.join(ROOM, next, world.now), Err(JoinError::RoomFull));
    assert_eq!(world.sfu.join(RoomId(2), next, world.now), Ok(()));
    assert_eq!(world.sfu.join(ROOM, next, world.now), Err(JoinError::AlreadyHere));
    world.sfu.leave(ParticipantId(1), world.now).unwrap();
    assert_eq!(world.sfu.join(ROOM, ParticipantId(people + 2), world.now), Ok(()));
    assert_eq!(world.sfu.participants(ROOM), limits::PARTICIPANTS_MAX);
}

#[test]
fn rooms_have_a_limit_and_an_empty_room_is_none() {
    let mut world = World::new();
    let rooms = u64::try_from(limits::ROOMS_MAX).unwrap();
    for id in 1..=rooms {
        world.sfu.join(RoomId(id), ParticipantId(id), world.now).unwrap();
    }
    let next = ParticipantId(rooms + 1);
    assert_eq!(world.sfu.join(RoomId(rooms + 1), next, world.now), Err(JoinError::TooManyRooms));
    world.sfu.leave(ParticipantId(7), world.now).unwrap();
    assert_eq!(world.sfu.join(RoomId(rooms + 1), next, world.now), Ok(()));
    assert_eq!(world.sfu.rooms(), limits::ROOMS_MAX);
}

#[test]
fn rooms_do_not_hear_each_other() {
    let mut world = two();
    let mut third = Client::new(3, Transport::Udp, world.now);
    let offer = third.offer();
    world.sfu.join(RoomId(2), ParticipantId(3), world.now).unwrap();
    world.clients.insert(3, third);
    world.says(3, sfu::ClientSays::Offer(offer));
    world.run(Duration::from_secs(1));
    assert!(world.client(3).rtc.is_connected());
    talks(&mut world, 1, 100..110);
    talks(&mut world, 3, 100..110);
    world.run(Duration::from_secs(1));
    assert_eq!([1, 2, 3].map(|id| world.client(id).tracks.len()), [2, 2, 0]);
    assert!(world.client(3).received.is_empty());
    assert!(world.client(2).received.iter().all(|received| received.of.as_ref().unwrap().0 == ParticipantId(1)));
}

#[test]
fn whoever_only_listens_is_no_track_to_the_others() {
    let mut world = two();
    let listener = Client::new(3, Transport::Udp, world.now).only_listens();
    world.enters(3, listener);
    world.run(Duration::from_secs(2));
    assert_eq!([1, 2, 3].map(|id| world.client(id).tracks.len()), [2, 2, 4]);
    talks(&mut world, 1, 100..110);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(3).received.len(), 20);
}

#[test]
fn whoever_does_not_connect_in_time_has_left() {
    let mut world = World::new();
    world.sfu.join(ROOM, ParticipantId(1), world.now).unwrap();
    world.run(limits::UNCONNECTED_MAX - Duration::from_millis(10));
    assert_eq!(world.left, []);
    world.run(Duration::from_millis(20));
    assert_eq!(world.left, [(ParticipantId(1), LeftBecause::Unconnected)]);
    assert_eq!(world.sfu.rooms(), 0);
    assert_eq!(world.sfu.poll(), sfu::Output::WakeAt(None));
}

#[test]
fn a_connection_that_comes_back_in_time_goes_on() {
    let mut world = two();
    world.network(|flight| if flight.address.ip() == client_ip(1) { Fate::Lost } else { Fate::Arrives });
    world.run(Duration::from_secs(14));
    assert_eq!(world.left, []);
    world.network(|_| Fate::Arrives);
    world.run(Duration::from_secs(20));
    goes_on(&mut world, 500);
}

fn client_ip(id: u8) -> std::net::IpAddr {
    std::net::IpAddr::from([198, 51, 100, id])
}

#[test]
fn a_connection_that_stays_silent_has_left_and_the_others_are_told() {
    let mut world = two();
    let silent = world.now;
    world.network(|flight| if flight.address.ip() == client_ip(1) { Fate::Lost } else { Fate::Arrives });
    while world.left.is_empty() && world.now < silent + Duration::from_secs(120) {
        world.run(Duration::from_secs(1));
    }
    assert_eq!(world.left, [(ParticipantId(1), LeftBecause::Unconnected)]);
    assert!(world.now >= silent + limits::UNCONNECTED_MAX);
    world.run(Duration::from_secs(1));
    assert_eq!((world.client(2).tracks.len(), world.sfu.participants(ROOM)), (0, 1));
}

#[test]
fn whoever_closes_the_connection_has_left() {
    let mut world = two();
    world.client(1).rtc.close().unwrap();
    world.run(Duration::from_secs(1));
    assert_eq!(world.left, [(ParticipantId(1), LeftBecause::Closed)]);
    assert_eq!(world.client(2).tracks, []);
}

#[test]
fn a_flood_from_unknown_addresses_is_refused_packet_by_packet() {
    let mut world = two();
    let rtp = [&[0x80, 96, 0, 1][..], &[0; 60]].concat();
    for port in 1..=5_000 {
        let refused = world.sfu.receive(udp(stranger(port), &rtp), world.now);
        assert_eq!(refused, Err(Unrouted::UnknownAddress));
        let nobody = check("nobody", "them", "password");
        assert_eq!(world.sfu.receive(udp(stranger(port), &nobody), world.now), Err(Unrouted::UnknownFragment));
        assert!(matches!(world.sfu.poll(), sfu::Output::WakeAt(_)), "no answer to a stranger");
    }
    goes_on(&mut world, 100);
}

#[test]
fn a_check_with_a_wrong_password_gives_no_address() {
    let mut world = two();
    let (ours, theirs, _) = secrets(&mut world, 1);
    let forged = check(&ours, &theirs, "a wrong password of 22");
    assert_eq!(world.sfu.receive(udp(stranger(1), &forged), world.now), Err(Unrouted::Forged));
    let rtp = [&[0x80, 96, 0, 1][..], &[0; 60]].concat();
    assert_eq!(world.sfu.receive(udp(stranger(1), &rtp), world.now), Err(Unrouted::UnknownAddress));
    goes_on(&mut world, 100);
}

/// Whoever is in a call could claim the addresses of others in it, by packets with a false source.
#[test]
fn an_address_of_somebody_who_is_connected_is_not_given_away() {
    let mut world = two();
    let (ours, theirs, password) = secrets(&mut world, 2);
    let bytes = check(&ours, &theirs, &password);
    let victim = world.client(1).address;
    assert_eq!(world.sfu.receive(udp(victim, &bytes), world.now), Err(Unrouted::AddressRefused));
    assert_eq!(world.sfu.receive(udp(stranger(1), &bytes), world.now), Ok(()), "the same from an address of nobody");
    goes_on(&mut world, 100);
}

#[test]
fn garbage_from_a_known_address_does_not_end_a_call() {
    let mut world = two();
    let address = world.client(1).address;
    for first in 0..=255u8 {
        for len in [1, 2, 12, 13, 20, 60, 1_200] {
            let bytes: Vec<u8> = std::iter::once(first).chain((1..len).map(|at| (at % 251) as u8)).collect();
            let _ = world.sfu.receive(udp(address, &bytes), world.now);
        }
    }
    world.settle();
    goes_on(&mut world, 100);
}

/// Records of DTLS with a right head and wrong contents, while keys are being agreed on and after.
#[test]
fn forged_records_of_dtls_do_not_end_a_call() {
    let mut world = World::new();
    let client = Client::new(1, Transport::Udp, world.now);
    let address = client.address;
    world.enters(1, client);
    let mut random = 7u32;
    for round in 0..400u32 {
        for kind in 20..=23 {
            for len in [0, 1, 12, 25, 100] {
                let content = (0..len).map(|_| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (random >> 24) as u8
                });
                let head = [kind, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, (round % 256) as u8, 0, len];
                let bytes: Vec<u8> = head.into_iter().chain(content).collect();
                let _ = world.sfu.receive(udp(address, &bytes), world.now);
            }
        }
        let is_connected = world.client(1).rtc.is_connected();
        for kind in [1, 2].into_iter().filter(|_| is_connected) {
            let _ = world.sfu.receive(udp(address, &hello_of_an_old_version(kind)), world.now);
        }
        world.run(Duration::from_millis(2));
    }
    world.run(Duration::from_secs(5));
    assert_eq!(world.left, []);
    assert!(world.client(1).rtc.is_connected());
    world.joins(2);
    goes_on(&mut world, 100);
}

/// A greeting of a client (1) or a server (2) that is whole, and speaks DTLS 1.0: it is not discarded, but an error.
fn hello_of_an_old_version(kind: u8) -> Vec<u8> {
    let ciphers: &[u8] = if kind == 1 { &[0, 0, 0, 2, 0xc0, 0x2b, 1, 0, 0, 0] } else { &[0, 0xc0, 0x2b, 0, 0, 0] };
    let body = [&[0xfe, 0xff][..], &[0; 32], ciphers].concat();
    let len = u8::try_from(body.len()).unwrap();
    let message = [&[kind, 0, 0, len, 0, 0, 0, 0, 0, 0, 0, len][..], &body].concat();
    let record = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, u8::try_from(message.len()).unwrap()];
    [&record[..], &message].concat()
}

#[test]
fn a_packet_over_the_limit_is_garbage() {
    let mut world = two();
    let address = world.client(1).address;
    let long = vec![0x80; limits::PACKET_LEN_MAX + 1];
    assert_eq!(world.sfu.receive(udp(address, &long), world.now), Err(Unrouted::Garbage));
    assert_eq!(world.sfu.receive(udp(address, &[]), world.now), Err(Unrouted::Garbage));
}

#[test]
fn a_replayed_packet_is_not_forwarded_again() {
    let mut world = two();
    let caught = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let tap = std::rc::Rc::clone(&caught);
    world.network(move |flight| {
        if flight.way == Way::Up && flight.is_rtp() {
            tap.borrow_mut().push((flight.address, flight.bytes.clone()));
        }
        Fate::Arrives
    });
    talks(&mut world, 1, 100..110);
    world.run(Duration::from_secs(1));
    let before = world.client(2).received.len();
    for (address, bytes) in caught.borrow().iter() {
        let _ = world.sfu.receive(udp(*address, bytes), world.now);
    }
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(2).received.len(), before);
}

/// Each packet costs as many as there are others: one who floods would flood them all.
#[test]
fn a_flood_of_one_who_is_in_the_call_is_not_passed_on() {
    let mut world = two();
    world.joins(3);
    let start = world.now;
    for at in 0..100 {
        for nth in 0..100 {
            let payload = crate::media::payload(1, sfu::TrackKind::Audio, 1);
            let sequence = at * 100 + nth;
            world.sends(1, crate::client::Sent { track: 0, rid: None, sequence, time: 0, payload: &payload });
        }
        talks(&mut world, 2, at..at + 1);
    }
    world.run(Duration::from_secs(1));
    let passed = world.client(3).payloads_of(1, sfu::TrackKind::Audio).len() as f64;
    let most = (world.now - start).as_secs_f64() * f64::from(limits::SOUND_PACKETS_MAX);
    assert!(passed > most / 4.0 && passed <= most, "{passed} of 10,000");
    assert_eq!(world.sfu.withheld().beyond_limits as f64, 10_000.0 - passed);
    assert_eq!(world.client(3).payloads_of(2, sfu::TrackKind::Audio).len(), 100, "the others are heard meanwhile");
    world.run(Duration::from_secs(2));
    let before = world.client(2).payloads_of(1, sfu::TrackKind::Video).len();
    talks(&mut world, 1, 10_000..10_020);
    world.run(Duration::from_secs(1));
    assert_eq!(world.client(2).payloads_of(1, sfu::TrackKind::Video).len(), before + 20, "and so is who stops");
    assert_eq!(world.left, []);
}

/// Sound goes before the pictures of all others, so that much of it would leave nothing for them.
#[test]
fn sound_of_one_who_is_in_the_call_is_passed_on_up_to_a_rate() {
    let mut world = two();
    let (start, payload) = (world.now, [7; 1_000]);
    for at in 0..1_000u64 {
        let time = u32::try_from(at).unwrap() * 480;
        world.sends(1, crate::client::Sent { track: 0, rid: None, sequence: at, time, payload: &payload });
        world.run(Duration::from_millis(10));
    }
    world.run(Duration::from_secs(1));
    let passed = world.client(2).payloads_of(1, sfu::TrackKind::Audio).len() as f64 * 8_000.0;
    let most = (world.now - start).as_secs_f64() * limits::SOUND_BITS_MAX as f64;
    assert!(passed > most / 2.0 && passed <= most, "{passed} bits");
}

#[test]
fn nobody_is_at_port_0() {
    let mut world = two();
    let (ours, theirs, password) = secrets(&mut world, 1);
    let bytes = check(&ours, &theirs, &password);
    assert_eq!(world.sfu.receive(udp(stranger(0), &bytes), world.now), Err(Unrouted::Garbage));
    assert_eq!(world.sfu.receive(udp(stranger(1), &bytes), world.now), Ok(()));
}

#[test]
fn a_unit_needs_an_address_that_clients_can_reach() {
    assert!(matches!(Sfu::new(SfuConfig::default()), Err(StartError::NoAddress)));
    let everywhere: SocketAddr = "0.0.0.0:3478".parse().unwrap();
    let config = SfuConfig { udp: vec![UDP.parse().unwrap(), everywhere], tcp: Vec::new() };
    assert!(matches!(Sfu::new(config), Err(StartError::Address(address)) if address == everywhere));
}

#[test]
fn addresses_and_secrets_of_a_description_are_not_in_its_debug_text() {
    let mut client = Client::new(1, Transport::Udp, std::time::Instant::now());
    let offer = client.offer();
    assert!(offer.0.contains("a=ice-pwd"));
    assert!(format!("{:?}", sfu::ClientSays::Offer(offer)).len() < 40);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Bytes of any kind, and checks of ICE that are broken somewhere.
    #[test]
    fn any_packet_from_anywhere_is_taken_or_refused(
        packets in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..300), 0..90usize, any::<u8>()), 1..60)
    ) {
        let mut world = World::new();
        let client = Client::new(1, Transport::Udp, world.now);
        let known = client.address;
        world.enters(1, client);
        world.run(Duration::from_millis(500));
        for (is_known, mut bytes, at, byte) in packets {
            if bytes.len() % 3 == 0 {
                bytes = check("nobody", "them", "password");
                let len = bytes.len();
                bytes[at % len] = byte;
            }
            let source = if is_known { known } else { stranger(1) };
            let _ = world.sfu.receive(udp(source, &bytes), world.now);
            world.settle();
        }
        prop_assert_eq!(world.sfu.participants(ROOM), 1);
    }

    /// A first offer, a later one or an answer with lines lost, doubled, swapped or garbled.
    #[test]
    fn any_description_is_followed_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..5u8, "\\PC{0,20}"), 1..5), which in 0..3u8
    ) {
        let mut world = two();
        let (who, sdp) = match which {
            0 => {
                world.sfu.join(ROOM, ParticipantId(3), world.now).unwrap();
                (3, Client::new(3, Transport::Udp, world.now).with_simulcast().offer())
            }
            1 => {
                world.client(1).adds(sfu::TrackKind::Video);
                (1, world.client(1).offer())
            }
            _ => {
                world.client(1).is_deaf = true;
                world.joins(3);
                let offer = world.client(1).last_offer.clone().unwrap();
                (1, world.client(1).answer(&offer))
            }
        };
        let mut lines: Vec<String> = sdp.0.lines().map(str::to_owned).collect();
        for (at, change, text) in changes {
            if lines.is_empty() {
                break;
            }
            let at = at.index(lines.len());
            match change {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at].clone()),
                2 => lines.swap(0, at),
                3 => lines[at] = text,
                _ => lines[at] = format!("{}{text}", lines[at].split([' ', ':']).next().unwrap_or_default()),
            }
        }
        let sdp = sfu::Sdp(lines.join("\r\n") + "\r\n");
        let says = if which == 2 { sfu::ClientSays::Answer(sdp) } else { sfu::ClientSays::Offer(sdp) };
        let _ = world.sfu.hear(ParticipantId(who), says, world.now);
        while !matches!(world.sfu.poll(), sfu::Output::WakeAt(_)) {}
        world.clients.remove(&who);
        talks(&mut world, 2, 100..103);
        prop_assert!(world.sfu.participants(ROOM) >= 1);
    }
}
