//! Where many have a microphone the loudest are heard, each as one stream without a seam.

use std::time::Duration;

use sfu::{TrackKind, Transport, limits};

use crate::client::{Client, Sent, config};
use crate::world::World;

fn room_of(people: u64) -> World {
    let mut world = World::new();
    (1..=people).for_each(|id| world.joins(id));
    world
}

fn sound(id: u64, at: u64) -> Vec<u8> {
    [id, at].into_iter().flat_map(u64::to_be_bytes).collect()
}

/// A packet each 20 ms of everybody, as loud as is said; the others make no sound, and send packets of it.
fn sounds(world: &mut World, packets: std::ops::Range<u64>, loud: &[(u64, i8)]) {
    let people: Vec<u64> = world.clients.keys().copied().collect();
    for at in packets {
        for id in &people {
            world.client(*id).level = loud.iter().find(|(who, _)| who == id).map_or(-127, |(_, level)| *level);
            let time = u32::try_from(at).unwrap() * 960;
            world.sends(*id, Sent { track: 0, rid: None, sequence: at, time, payload: &sound(*id, at) });
        }
        world.run(Duration::from_millis(20));
    }
    world.run(Duration::from_millis(100));
}

/// Which packets of somebody's came to whom, and that they are these.
fn heard(world: &World, id: u64, origin: u64) -> Vec<u64> {
    let payloads = world.clients[&id].payloads_of(origin, TrackKind::Audio);
    let numbers: Vec<u64> = payloads.iter().map(|bytes| u64::from_be_bytes(bytes[8..].try_into().unwrap())).collect();
    assert!(numbers.iter().zip(payloads).all(|(at, payload)| sound(origin, *at) == payload));
    numbers
}

fn all(packets: std::ops::Range<u64>) -> Vec<u64> {
    packets.collect()
}

#[test]
fn among_few_everybody_is_heard_also_in_silence() {
    let mut world = room_of(u64::try_from(limits::HEARD_ALL_MAX).unwrap());
    sounds(&mut world, 100..150, &[]);
    for (id, other) in [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)] {
        assert_eq!(heard(&world, id, other), all(100..150), "{id} of {other}");
    }
}

#[test]
fn among_many_the_loudest_are_heard_by_all_and_who_starts_from_the_first_packet_on() {
    let mut world = room_of(6);
    sounds(&mut world, 100..200, &[(1, -40), (2, -35), (3, -30)]);
    sounds(&mut world, 200..300, &[(1, -40), (2, -35), (3, -30), (4, -10)]);
    sounds(&mut world, 300..400, &[(2, -35), (3, -30), (4, -10), (5, -45)]);
    for id in 1..=6 {
        // The packet of the first in the moment in which the fourth began was on its way already.
        for (other, packets) in [(1, 100..201), (2, 100..400), (3, 100..400), (4, 200..400)] {
            if other != id {
                assert_eq!(heard(&world, id, other), all(packets), "{id} of {other}");
            }
        }
        for silent in [5, 6] {
            assert_eq!(heard(&world, id, silent), [], "{id} of {silent}");
        }
    }
    // Everybody but one falls silent; who was too quiet before is heard now, and where they began.
    sounds(&mut world, 400..460, &[(4, -10)]);
    sounds(&mut world, 460..500, &[(4, -10), (5, -45)]);
    assert_eq!(heard(&world, 1, 5), all(460..500));
}

#[test]
fn who_is_heard_again_is_the_same_stream_without_a_gap() {
    let mut world = room_of(5);
    sounds(&mut world, 100..150, &[(1, -30)]);
    sounds(&mut world, 150..250, &[(2, -30), (3, -30), (4, -30)]);
    sounds(&mut world, 250..350, &[(1, -30)]);
    let mut packets = world.client(5).packets_of(1, TrackKind::Audio);
    packets.sort_by_key(|packet| packet.seq_no);
    let numbers: Vec<u64> = packets.iter().map(|packet| *packet.seq_no).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert!(numbers.len() < 250, "some were left out");
    let steps: Vec<u32> =
        packets.windows(2).map(|pair| pair[1].header.timestamp.wrapping_sub(pair[0].header.timestamp)).collect();
    let gaps: Vec<_> = steps.iter().filter(|step| **step != 960).collect();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    // As long as was left out, to a few packets' time.
    let left_out = 960 * (250 - u32::try_from(packets.len()).unwrap());
    assert!(gaps[0].abs_diff(left_out) < 5 * 960 + 960 * 5, "{gaps:?} for {left_out}");
}

#[test]
fn whose_client_claims_no_level_is_heard_while_there_is_room() {
    let mut world = room_of(3);
    let silent = Client::with(config().clear_extension_map(), 4, Transport::Udp, world.now);
    world.enters(4, silent);
    world.run(Duration::from_secs(2));
    sounds(&mut world, 100..150, &[(1, -30), (2, -30)]);
    assert_eq!(heard(&world, 3, 4), all(100..150));
    sounds(&mut world, 150..300, &[(1, -30), (2, -30), (3, -30)]);
    assert_eq!(heard(&world, 1, 3), all(150..300), "they give way at once");
    assert_eq!(heard(&world, 3, 4), all(100..150));
}
