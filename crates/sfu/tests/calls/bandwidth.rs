//! What a receiver's line can carry decides which layers it is sent, and how many pictures; sound comes first.

use std::time::Duration;

use sfu::{ClientSays, Layer, TrackKind, Transport};

use crate::client::{Client, Sent};
use crate::world::World;

const RIDS: [&str; 3] = ["l", "m", "h"];
/// Bytes of a picture of each layer: 25 a second make 100, 400 and 1,200 kbit/s.
const PICTURE_LENS: [usize; 3] = [500, 2_000, 6_000];
const PACKET_LEN: usize = 1_000;
const SOUND_LEN: usize = 80;

/// What the cameras and microphones of some people do, 25 pictures and 50 packets of sound a second.
struct Studio {
    people: Vec<u64>,
    pictures: u64,
    /// Numbers of packets, by person and layer.
    sequences: Vec<[u64; 3]>,
    asked: Vec<usize>,
}

impl Studio {
    fn of(people: &[u64]) -> Self {
        let count = people.len();
        Self {
            people: people.to_vec(),
            pictures: 0,
            sequences: vec![[0, 10_000, 20_000]; count],
            asked: vec![0; count],
        }
    }

    fn films(&mut self, world: &mut World, seconds: u64) {
        for _ in 0..seconds * 25 {
            self.pictures += 1;
            for place in 0..self.people.len() {
                self.picture(world, place);
            }
            for half in 0..2 {
                let at = self.pictures * 2 + half;
                for id in self.people.clone() {
                    let time = u32::try_from(at).unwrap() * 960;
                    let payload = [&at.to_be_bytes()[..], &[1; SOUND_LEN]].concat();
                    world.sends(id, Sent { track: 1, rid: None, sequence: at, time, payload: &payload });
                }
                world.run(Duration::from_millis(20));
            }
        }
    }

    fn picture(&mut self, world: &mut World, place: usize) {
        let id = self.people[place];
        let asked = world.client(id).key_frames_asked.len();
        let new = world.client(id).key_frames_asked[self.asked[place]..asked].to_vec();
        self.asked[place] = asked;
        for (layer, rid) in RIDS.into_iter().enumerate() {
            let is_key_frame = new.iter().any(|(_, asked)| asked.is_some_and(|asked| *asked == *rid));
            let time = u32::try_from(self.pictures).unwrap() * 3_600 + layer as u32 * 1_000_000;
            let packets = PICTURE_LENS[layer].div_ceil(PACKET_LEN);
            for packet in 0..packets {
                let start = [0x10, u8::from(!is_key_frame)];
                let head = if packet == 0 { start } else { [0x00, 0x01] };
                let len = (PICTURE_LENS[layer] / packets).saturating_sub(3);
                let payload = [&head[..], &[layer as u8], &vec![7; len][..]].concat();
                self.sequences[place][layer] += 1;
                let sequence = self.sequences[place][layer];
                world.sends(id, Sent { track: 0, rid: Some(rid), sequence, time, payload: &payload });
            }
        }
    }
}

/// They film, and the receiver's line is this wide from the beginning.
fn studio(people: &[u64], receiver: u64, bits_a_second: u64) -> (World, Studio) {
    let mut world = World::new();
    for id in people {
        let client = Client::new(*id, Transport::Udp, world.now).with_simulcast_and_sound();
        world.enters(*id, client);
    }
    let client = Client::new(receiver, Transport::Udp, world.now).only_listens();
    world.enters(receiver, client);
    world.narrows(receiver, bits_a_second);
    world.run(Duration::from_secs(2));
    (world, Studio::of(people))
}

/// Films for so many seconds; of what comes to somebody only this counts.
fn films_anew(studio: &mut Studio, world: &mut World, id: u64, seconds: u64) {
    world.client(id).received.clear();
    studio.films(world, seconds);
}

/// Layers of a person's pictures, packet by packet.
fn layers(world: &World, id: u64, origin: u64) -> Vec<u8> {
    world.clients[&id].payloads_of(origin, TrackKind::Video).iter().map(|payload| payload[2]).collect()
}

/// Some pictures, and all packets of this layer.
fn is_all_of(layers: &[u8], layer: u8) -> bool {
    layers.len() > 100 && layers.iter().all(|seen| *seen == layer)
}

fn sounds(world: &World, id: u64, origin: u64) -> usize {
    world.clients[&id].payloads_of(origin, TrackKind::Audio).len()
}

#[test]
fn a_wide_line_carries_the_largest_layer_within_seconds() {
    let (mut world, mut studio) = studio(&[1], 2, 20_000_000);
    studio.films(&mut world, 6);
    films_anew(&mut studio, &mut world, 2, 4);
    assert!(is_all_of(&layers(&world, 2, 1), 2));
}

#[test]
fn a_narrow_line_carries_the_smallest_layer_and_all_sound_and_a_line_that_widens_the_largest() {
    let (mut world, mut studio) = studio(&[1], 2, 300_000);
    studio.films(&mut world, 10);
    films_anew(&mut studio, &mut world, 2, 20);
    let seen = layers(&world, 2, 1);
    assert!(seen.len() > 400 && seen.iter().all(|layer| *layer == 0), "{} packets", seen.len());
    assert!(sounds(&world, 2, 1) >= 20 * 50 - 20, "{} of 1,000", sounds(&world, 2, 1));
    world.narrows(2, 20_000_000);
    studio.films(&mut world, 40);
    films_anew(&mut studio, &mut world, 2, 5);
    assert!(is_all_of(&layers(&world, 2, 1), 2));
}

#[test]
fn a_line_that_narrows_gets_the_smaller_layer() {
    let (mut world, mut studio) = studio(&[1], 2, 20_000_000);
    studio.films(&mut world, 8);
    assert_eq!(layers(&world, 2, 1).last(), Some(&2));
    world.narrows(2, 700_000);
    studio.films(&mut world, 10);
    films_anew(&mut studio, &mut world, 2, 10);
    let seen = layers(&world, 2, 1);
    assert!(!seen.is_empty() && seen.iter().all(|layer| *layer <= 1));
    assert!(sounds(&world, 2, 1) >= 10 * 50 - 10, "{}", sounds(&world, 2, 1));
}

#[test]
fn where_not_even_the_smallest_layers_fit_the_smaller_tile_pauses_and_all_are_heard() {
    let (mut world, mut studio) = studio(&[1, 2], 3, 330_000);
    let small = world.client(3).line_of(2, TrackKind::Video).unwrap().to_string();
    world.says(3, ClientSays::Layer { mid: small, layer: Layer::Low });
    studio.films(&mut world, 15);
    films_anew(&mut studio, &mut world, 3, 20);
    let (large, small) = (layers(&world, 3, 1), layers(&world, 3, 2));
    assert!(large.len() > 400 && large.iter().all(|layer| *layer == 0), "{}", large.len());
    assert!(small.len() < 100, "{}", small.len());
    for origin in [1, 2] {
        assert!(sounds(&world, 3, origin) >= 20 * 50 - 20, "{} of {origin}", sounds(&world, 3, origin));
    }
    world.narrows(3, 20_000_000);
    studio.films(&mut world, 40);
    films_anew(&mut studio, &mut world, 3, 5);
    let (large, small) = (layers(&world, 3, 1), layers(&world, 3, 2));
    assert!(is_all_of(&large, 2) && is_all_of(&small, 0), "{} and {}", large.len(), small.len());
}

#[test]
fn where_no_picture_fits_all_pause_and_come_back_when_the_line_widens() {
    let (mut world, mut studio) = studio(&[1], 2, 110_000);
    studio.films(&mut world, 15);
    films_anew(&mut studio, &mut world, 2, 20);
    let seen = layers(&world, 2, 1);
    assert!(seen.len() < 100, "{}", seen.len());
    assert!(sounds(&world, 2, 1) >= 20 * 50 - 20, "{} of 1,000", sounds(&world, 2, 1));
    assert!(world.sfu.withheld().paused > 400, "{:?}", world.sfu.withheld());
    world.narrows(2, 20_000_000);
    studio.films(&mut world, 40);
    let before = world.sfu.withheld();
    films_anew(&mut studio, &mut world, 2, 5);
    assert!(is_all_of(&layers(&world, 2, 1), 2));
    assert_eq!(world.sfu.withheld(), before);
}

#[test]
fn a_client_that_reports_nothing_gets_what_it_wishes_for() {
    let mut world = World::new();
    let camera = Client::new(1, Transport::Udp, world.now).with_simulcast_and_sound();
    world.enters(1, camera);
    let silent = crate::client::config().clear_extension_map();
    let listener = Client::with(silent, 2, Transport::Udp, world.now).only_listens();
    world.enters(2, listener);
    world.run(Duration::from_secs(2));
    let mut studio = Studio::of(&[1]);
    studio.films(&mut world, 4);
    assert_eq!(layers(&world, 2, 1).last(), Some(&2));
}

/// Shares rise only into a part of what there is known to be, so that more has to be looked for than is wished.
#[test]
fn a_line_that_was_just_wide_enough_and_widens_carries_all_pictures() {
    const PEOPLE: u64 = 3;
    let mut world = World::new();
    for id in 1..=PEOPLE {
        world.enters(id, Client::new(id, Transport::Udp, world.now));
    }
    world.enters(PEOPLE + 1, Client::new(PEOPLE + 1, Transport::Udp, world.now).only_listens());
    world.narrows(PEOPLE + 1, 3_000_000);
    world.run(Duration::from_secs(2));
    // Of each a megabit a second, in one layer.
    let payload = [&[0x10, 0x00][..], &[7; 1_098]].concat();
    let mut sequence = 0;
    let mut films = |world: &mut World, seconds: u32| {
        for _ in 0..seconds * 114 {
            sequence += 1;
            for id in 1..=PEOPLE {
                let time = u32::try_from(sequence).unwrap() * 792;
                world.sends(id, Sent { track: 1, rid: None, sequence, time, payload: &payload });
            }
            world.run(Duration::from_micros(8_772));
        }
        world.sfu.withheld()
    };
    let (joining, narrow) = (films(&mut world, 5), films(&mut world, 10));
    assert!(narrow.paused > joining.paused + 500, "{joining:?} {narrow:?}");
    world.narrows(PEOPLE + 1, 40_000_000);
    let widened = films(&mut world, 30);
    assert_eq!(films(&mut world, 5), widened);
}
