//! A camera in three sizes: each receiver is sent one of them, as one stream without a seam.

use std::time::Duration;

use sfu::{ClientSays, Layer, TrackKind, Transport};
use str0m::rtp::Vp8Descriptor;

use crate::client::{Client, Sent};
use crate::world::World;

const RIDS: [&str; 3] = ["l", "m", "h"];

/// One picture in one packet: a VP8 descriptor with a picture id and TL0PICIDX, then opaque bytes that say what it is.
fn picture(layer: usize, at: u64, is_key_frame: bool) -> Vec<u8> {
    let id = picture_id(layer, at);
    let [high, low] = (id | 0x8000).to_be_bytes();
    let descriptor = [0x90, 0xe0, high, low, (at % 256) as u8, 0x00];
    let frame = [u8::from(!is_key_frame), layer as u8, (at % 256) as u8];
    descriptor.into_iter().chain(frame).chain([7; 200]).collect()
}

/// Each layer of a browser counts for itself.
fn picture_id(layer: usize, at: u64) -> u16 {
    (layer as u16 * 9_000 + at as u16) & 0x7fff
}

/// Sends a picture of each of these layers 25 times a second, with key frames only where the unit asks for them.
struct Camera {
    at: u64,
    asked: usize,
}

impl Camera {
    fn films(&mut self, world: &mut World, layers: &[usize], pictures: u64) {
        for _ in 0..pictures {
            self.at += 1;
            let asked = &world.client(1).key_frames_asked[self.asked..];
            let wanted: Vec<_> = asked.iter().map(|(_, rid)| rid.map(|rid| rid.to_string())).collect();
            self.asked += wanted.len();
            for layer in layers {
                let is_key_frame = wanted.contains(&Some(RIDS[*layer].to_owned()));
                let payload = picture(*layer, self.at, is_key_frame);
                let time = u32::try_from(self.at).unwrap() * 3_600 + *layer as u32 * 1_000_000;
                let sequence = self.at + *layer as u64 * 10_000;
                let rid = Some(RIDS[*layer]);
                world.sends(1, Sent { track: 0, rid, sequence, time, payload: &payload });
            }
            world.run(Duration::from_millis(40));
        }
    }
}

fn call() -> (World, Camera) {
    let mut world = World::new();
    let camera = Client::new(1, Transport::Udp, world.now).with_simulcast();
    world.enters(1, camera);
    world.joins(2);
    (world, Camera { at: 0, asked: 0 })
}

/// Layer and whether it is a key frame, of the pictures as they came.
fn seen(world: &World, id: u64) -> Vec<(usize, bool)> {
    let payloads = world.clients[&id].payloads_of(1, TrackKind::Video);
    payloads.iter().map(|payload| (usize::from(payload[7]), payload[6] & 1 == 0)).collect()
}

fn wishes(world: &mut World, id: u64, layer: Layer) {
    let mid = world.client(id).line_of(1, TrackKind::Video).unwrap().to_string();
    world.says(id, ClientSays::Layer { mid, layer });
}

#[test]
fn a_layer_changes_at_a_key_frame_and_the_stream_has_no_seam() {
    let (mut world, mut camera) = call();
    camera.films(&mut world, &[0, 1, 2], 60);
    assert_eq!(seen(&world, 2).last().unwrap().0, 2, "the largest, if nothing is wished for");
    for layer in [Layer::Low, Layer::Middle, Layer::High] {
        wishes(&mut world, 2, layer);
        camera.films(&mut world, &[0, 1, 2], 60);
        assert_eq!(seen(&world, 2).last().unwrap().0, layer as usize);
    }
    world.run(Duration::from_secs(1));
    let seen = seen(&world, 2);
    let changes: Vec<_> = seen.windows(2).filter(|pair| pair[0].0 != pair[1].0).map(|pair| pair[1]).collect();
    assert!(changes.len() >= 3 && changes.iter().all(|(_, is_key_frame)| *is_key_frame), "{changes:?}");

    let mut packets = world.client(2).packets_of(1, TrackKind::Video);
    packets.sort_by_key(|packet| packet.seq_no);
    let numbers: Vec<u64> = packets.iter().map(|packet| *packet.seq_no).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let times = packets.windows(2).map(|pair| pair[1].header.timestamp.wrapping_sub(pair[0].header.timestamp));
    assert!(times.clone().all(|step| (1..=7_200).contains(&step)), "{:?}", times.collect::<Vec<_>>());
    let ids: Vec<u16> =
        packets.iter().map(|packet| Vp8Descriptor::parse(&packet.payload).unwrap().picture_id().unwrap()).collect();
    assert!(ids.windows(2).all(|pair| pair[1] == (pair[0] + 1) & 0x7fff), "{ids:?}");
}

#[test]
fn each_receiver_has_the_layer_it_wishes_for() {
    let (mut world, mut camera) = call();
    world.joins(3);
    wishes(&mut world, 3, Layer::Low);
    camera.films(&mut world, &[0, 1, 2], 60);
    assert_eq!((seen(&world, 2).last().unwrap().0, seen(&world, 3).last().unwrap().0), (2, 0));
    // Of frames nothing is changed, whatever their descriptors say.
    for id in [2, 3] {
        let frames: Vec<_> =
            world.client(id).payloads_of(1, TrackKind::Video).iter().map(|p| p[6..].to_vec()).collect();
        assert!(frames.iter().all(|frame| frame[3..] == [7; 200]));
    }
}

#[test]
fn a_layer_that_is_no_longer_sent_is_replaced_by_the_next_below() {
    let (mut world, mut camera) = call();
    camera.films(&mut world, &[0, 1, 2], 60);
    camera.films(&mut world, &[0, 1], 120);
    assert_eq!(seen(&world, 2).last().unwrap().0, 1);
    camera.films(&mut world, &[0, 1, 2], 60);
    assert_eq!(seen(&world, 2).last().unwrap().0, 2);
}

#[test]
fn the_layer_before_goes_on_until_the_key_frame_and_requests_keep_their_pause() {
    let (mut world, mut camera) = call();
    camera.films(&mut world, &[0, 1, 2], 60);
    wishes(&mut world, 2, Layer::Low);
    let before = world.client(1).key_frames_asked.len();
    // A publisher that makes no key frames: what is asked for is not looked at.
    for _ in 0..100 {
        camera.films(&mut world, &[0, 1, 2], 1);
        camera.asked = world.client(1).key_frames_asked.len();
    }
    let asked = world.client(1).key_frames_asked.len() - before;
    assert!((2..=5).contains(&asked), "{asked} in four seconds");
    let seen = seen(&world, 2);
    assert!(seen[seen.len() - 100..].iter().all(|picture| *picture == (2, false)), "{seen:?}");
}
