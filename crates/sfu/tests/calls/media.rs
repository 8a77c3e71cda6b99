//! Media gets to everybody else, byte for byte, over whatever network.

use std::time::Duration;

use sfu::{ParticipantId, TrackKind, Transport};
use str0m::format::{Codec, FormatParams};
use str0m::media::{Frequency, Pt};

use crate::client::{Client, Sent, config};
use crate::world::{Fate, Flight, Way, World};

/// Sends one packet of sound and one of pictures each 20 ms.
pub(crate) fn talks(world: &mut World, id: u64, packets: std::ops::Range<u64>) {
    for at in packets {
        let time = u32::try_from(at).unwrap();
        let (sound, picture) = (payload(id, TrackKind::Audio, at), payload(id, TrackKind::Video, at));
        world.sends(id, Sent { track: 0, rid: None, sequence: at, time: time * 960, payload: &sound });
        world.sends(id, Sent { track: 1, rid: None, sequence: at, time: time * 1_800, payload: &picture });
        world.run(Duration::from_millis(20));
    }
}

/// Opaque bytes, other ones for each packet; those of pictures begin with a VP8 descriptor, every tenth a key frame.
pub(crate) fn payload(id: u64, kind: TrackKind, at: u64) -> Vec<u8> {
    let lens = if kind == TrackKind::Audio { 200 } else { 900 };
    let bytes = [id, at].into_iter().flat_map(u64::to_be_bytes).cycle().take(100 + usize::try_from(at % lens).unwrap());
    match kind {
        TrackKind::Audio => bytes.collect(),
        TrackKind::Video => [0x10, u8::from(!at.is_multiple_of(10))].into_iter().chain(bytes).collect(),
    }
}

fn payloads(id: u64, kind: TrackKind, packets: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    packets.map(|at| payload(id, kind, at)).collect()
}

fn gets_all(world: &World, id: u64, origin: u64, kind: TrackKind, packets: std::ops::Range<u64>) {
    let expected = payloads(origin, kind, packets.clone());
    let got = world.clients[&id].payloads_of(origin, kind);
    let missing: Vec<_> = packets.zip(&expected).filter(|(_, p)| !got.contains(p)).map(|(at, _)| at).collect();
    assert!(got == expected, "{id} of {origin}: {kind:?}: {} packets, {missing:?} are missing", got.len());
}

pub(crate) fn hears_and_sees_all(world: &World, id: u64, origin: u64, packets: std::ops::Range<u64>) {
    gets_all(world, id, origin, TrackKind::Audio, packets.clone());
    gets_all(world, id, origin, TrackKind::Video, packets);
}

fn two() -> World {
    let mut world = World::new();
    world.joins(1);
    world.joins(2);
    world
}

#[test]
fn two_hear_and_see_each_other_byte_for_byte() {
    let mut world = two();
    talks(&mut world, 1, 100..200);
    talks(&mut world, 2, 300..400);
    world.run(Duration::from_secs(1));
    hears_and_sees_all(&world, 1, 2, 300..400);
    hears_and_sees_all(&world, 2, 1, 100..200);
}

#[test]
fn three_hear_and_see_each_other_and_nobody_themselves() {
    let mut world = two();
    world.joins(3);
    for id in 1..=3 {
        talks(&mut world, id, 100 * id..100 * id + 30);
    }
    world.run(Duration::from_secs(1));
    for (id, others) in [(1, [2, 3]), (2, [1, 3]), (3, [1, 2])] {
        for other in others {
            hears_and_sees_all(&world, id, other, 100 * other..100 * other + 30);
        }
        assert_eq!(world.client(id).received.len(), 2 * 2 * 30);
    }
}

#[test]
fn a_late_joiner_gets_the_tracks_and_a_key_frame_is_asked_for() {
    let mut world = two();
    talks(&mut world, 1, 65_500..65_530);
    let before = world.client(1).key_frames_asked.len();
    world.joins(3);
    assert!(world.client(1).key_frames_asked.len() > before);
    let client = world.client(3);
    let kinds = |origin| [TrackKind::Audio, TrackKind::Video].map(|kind| client.line_of(origin, kind).is_some());
    assert_eq!((client.tracks.len(), kinds(1), kinds(2)), (4, [true; 2], [true; 2]));
    talks(&mut world, 1, 65_530..65_560);
    world.run(Duration::from_secs(1));
    hears_and_sees_all(&world, 3, 1, 65_530..65_560);
    let first = world.client(3).packets_of(1, TrackKind::Audio).iter().map(|packet| *packet.seq_no).min();
    assert_eq!(first, Some(1), "numbers begin low for everybody");
}

#[test]
fn a_track_that_is_added_in_the_call_gets_to_the_others() {
    let mut world = two();
    world.client(1).adds(TrackKind::Video);
    world.offers(1);
    world.run(Duration::from_secs(1));
    let screen = payload(1, TrackKind::Video, 500);
    world.sends(1, Sent { track: 2, rid: None, sequence: 9, time: 0, payload: &screen });
    world.run(Duration::from_secs(1));
    let own = world.client(1).mids[2].to_string();
    let received = &world.client(2).received;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].of, Some((ParticipantId(1), own)));
    assert_eq!(*received[0].packet.payload, *screen);
}

fn loses_every(nth: u32, which: Way) -> impl FnMut(&Flight) -> Fate {
    let mut count = 0;
    move |flight| {
        count += u32::from(flight.is_rtp() && flight.way == which);
        if flight.is_rtp() && flight.way == which && count % nth == 0 { Fate::Lost } else { Fate::Arrives }
    }
}

#[test]
fn pictures_lost_on_either_way_come_again() {
    for way in [Way::Up, Way::Down] {
        let mut world = two();
        world.network(loses_every(13, way));
        talks(&mut world, 1, 100..300);
        world.network(|_| Fate::Arrives);
        talks(&mut world, 1, 300..310);
        world.run(Duration::from_secs(2));
        gets_all(&world, 2, 1, TrackKind::Video, 100..310);
        let heard = world.client(2).payloads_of(1, TrackKind::Audio).len();
        assert!((150..210).contains(&heard), "sound is lost, and not asked for: {heard}");
    }
}

/// The unit looks at a connection's time as rarely as it can, and pads where little is sent: nothing waits for that.
#[test]
fn what_comes_goes_out_at_once_whatever_goes_out_beside_it() {
    let mut world = two();
    talks(&mut world, 1, 90..100);
    let there = |world: &World| world.clients[&2].payloads_of(1, TrackKind::Video).len();
    for at in (100..900).step_by(2) {
        world.run(Duration::from_millis(at % 37));
        let before = there(&world);
        for at in [at, at + 1] {
            let (time, payload) = (u32::try_from(at).unwrap() * 1_800, payload(1, TrackKind::Video, at));
            world.sends(1, Sent { track: 1, rid: None, sequence: at, time, payload: &payload });
            world.run(Duration::from_millis(2));
        }
        // Both ways take five each.
        world.run(Duration::from_millis(8));
        assert_eq!(there(&world), before + 2, "after {at}");
    }
}

#[test]
fn packets_that_overtake_each_other_keep_their_places() {
    let mut world = two();
    talks(&mut world, 1, 90..100);
    let mut count = 0;
    world.network(move |flight| {
        count += 1;
        if flight.is_rtp() && count % 5 == 0 { Fate::Late(Duration::from_millis(45)) } else { Fate::Arrives }
    });
    talks(&mut world, 1, 100..300);
    world.run(Duration::from_secs(2));
    hears_and_sees_all(&world, 2, 1, 90..300);
    let times: Vec<u32> = {
        let mut packets = world.client(2).packets_of(1, TrackKind::Audio);
        packets.sort_by_key(|packet| packet.seq_no);
        packets.iter().map(|packet| packet.header.timestamp).collect()
    };
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 960), "times keep their distances");
}

#[test]
fn what_a_header_says_of_the_publishers_connection_stays_there() {
    let mut world = two();
    // A publisher names its line until it hears a report; the receiver reports, and is not named its own any more.
    let publisher = world.client(1).address;
    world.network(move |flight| {
        let is_report = flight.is_rtcp() && flight.way == Way::Down && flight.address == publisher;
        if is_report { Fate::Lost } else { Fate::Arrives }
    });
    talks(&mut world, 1, 100..500);
    world.run(Duration::from_secs(1));
    let client = world.client(2);
    for received in &client.received {
        let extensions = &received.packet.header.ext_vals;
        assert!(extensions.mid.is_none_or(|mid| mid == received.mid), "another connection's line");
        assert!(extensions.rid.is_none() && extensions.rid_repair.is_none());
    }
    let last = client.packets_of(1, TrackKind::Audio).pop().unwrap();
    assert_eq!((last.header.ext_vals.audio_level, last.header.ext_vals.voice_activity), (Some(-30), Some(true)));
}

#[test]
fn however_many_ask_for_a_key_frame_the_publisher_is_asked_once_a_second() {
    let mut world = two();
    world.joins(3);
    talks(&mut world, 1, 100..110);
    world.run(Duration::from_secs(2));
    let before = world.client(1).key_frames_asked.len();
    let others = world.client(2).key_frames_asked.len();
    let start = world.now;
    for _ in 0..40 {
        for id in [2, 3] {
            world.client(id).asks_for_key_frame(1);
        }
        world.run(Duration::from_millis(100));
    }
    let asked: Vec<_> = world.client(1).key_frames_asked[before..].iter().map(|(at, _)| *at - start).collect();
    assert!((4..=5).contains(&asked.len()), "{asked:?}");
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_millis(990)), "{asked:?}");
    assert_eq!(world.client(2).key_frames_asked.len(), others, "only the publisher is asked");
}

#[test]
fn a_key_frame_that_has_to_wait_is_asked_for_however_much_goes_to_its_publisher() {
    let mut world = two();
    talks(&mut world, 1, 100..110);
    world.run(Duration::from_secs(2));
    let before = world.client(1).key_frames_asked.len();
    for at in 0..4_000u64 {
        if at % 500 == 0 && at < 1_500 {
            world.client(2).asks_for_key_frame(1);
        }
        let sound = payload(2, TrackKind::Audio, at);
        world.sends(2, Sent { track: 0, rid: None, sequence: 100 + at, time: 0, payload: &sound });
        world.run(Duration::from_micros(400));
    }
    assert_eq!(world.client(1).key_frames_asked.len(), before + 2);
}

#[test]
fn a_publisher_that_begins_anew_with_another_source_is_one_stream_to_the_others() {
    let mut world = two();
    talks(&mut world, 1, 100..120);
    let sound = world.client(1).mids[0];
    let mut direct = world.client(1).rtc.direct_api();
    direct.reset_stream_tx(sound, None, 4_242.into(), None).expect("another source");
    talks(&mut world, 1, 40_000..40_020);
    world.run(Duration::from_secs(1));
    let mut packets = world.client(2).packets_of(1, TrackKind::Audio);
    packets.sort_by_key(|packet| packet.seq_no);
    let numbers: Vec<u64> = packets.iter().map(|packet| *packet.seq_no).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
}

#[test]
fn over_tcp_all_is_the_same() {
    let mut world = World::new();
    let client = Client::new(1, Transport::Tcp, world.now);
    world.enters(1, client);
    world.joins(2);
    talks(&mut world, 1, 100..150);
    talks(&mut world, 2, 100..150);
    world.run(Duration::from_secs(1));
    hears_and_sees_all(&world, 1, 2, 100..150);
    hears_and_sees_all(&world, 2, 1, 100..150);
    let address = world.client(1).address;
    world.leaves(1);
    assert_eq!(world.closed, [address]);
}

#[test]
fn payload_types_are_each_clients_own() {
    // As Firefox has it, and with VP9 where the other has VP8.
    let mut other = config().clear_codecs().enable_opus(true, false);
    let none = FormatParams::default();
    let vp9 = FormatParams { profile_id: Some(0), ..none };
    let codecs = other.codec_config();
    codecs.add_config(Pt::from(120), Some(Pt::from(124)), Codec::Vp8, Frequency::NINETY_KHZ, None, none);
    codecs.add_config(Pt::from(96), Some(Pt::from(97)), Codec::Vp9, Frequency::NINETY_KHZ, None, vp9);
    let mut world = World::new();
    let client = Client::with(other, 1, Transport::Udp, world.now);
    world.enters(1, client);
    world.joins(2);
    assert_ne!(world.client(1).payload_type(1), world.client(2).payload_type(1));
    talks(&mut world, 1, 100..130);
    talks(&mut world, 2, 100..130);
    world.run(Duration::from_secs(1));
    hears_and_sees_all(&world, 1, 2, 100..130);
    hears_and_sees_all(&world, 2, 1, 100..130);
    for (id, origin) in [(1, 2), (2, 1)] {
        let client = &world.clients[&id];
        let own = client.payload_type(1);
        let types: Vec<_> = client.packets_of(origin, TrackKind::Video).iter().map(|p| p.header.payload_type).collect();
        assert!(types.iter().all(|payload_type| *payload_type == own), "{types:?} are not {own}");
    }
}
