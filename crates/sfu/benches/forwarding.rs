//! What a forwarded packet costs the unit: eight have a microphone and send pictures of
//! 1 Mbit/s in a room of 32; the other 24 listen. Real connections in memory, so
//! the kernel's part is not in it. What clients report and the unit's own times are in it, clients' work is not. Of many short turns the
//! median is printed, so that other work on the machine hardly counts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, dead_code)]

#[path = "../tests/calls/client.rs"]
mod client;
#[path = "../tests/calls/world.rs"]
mod world;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use client::{Client, Sent};
use sfu::{Output, Packet, Transport};
use world::World;

const PEOPLE: u64 = 32;
const PUBLISHERS: u64 = 8;
const PACKET_LEN: usize = 1_100;
/// Between two packets of a publisher at 1 Mbit/s.
const PAUSE: Duration = Duration::from_micros(8_800);
const TURNS: usize = 1_000;
/// Turns until all pictures go to all: what receivers can take is found out meanwhile.
const WARMING_MAX: usize = 5_000;
/// So many of them, one after the other.
const WARM: usize = 100;
/// VP8's descriptor, and the bit for a key frame: what paused comes back with any packet.
const KEY_FRAME: [u8; 2] = [0x10, 0x00];

type Waiting = Vec<(Transport, SocketAddr, Vec<u8>)>;

/// What one turn took, and how many packets went out in it.
struct Turn {
    time: Duration,
    forwarded: u32,
}

fn main() {
    let mut world = World::new();
    for id in 1..=PEOPLE {
        let client = Client::new(id, Transport::Udp, world.now);
        let client = if id <= PUBLISHERS { client } else { client.only_listens() };
        world.enters(id, client);
    }
    world.run(Duration::from_secs(5));
    let (mut sequence, mut waiting) = (1, Vec::new());
    let expected = u32::try_from(PUBLISHERS * (PEOPLE - 1)).unwrap();
    let mut in_a_row = 0;
    let is_warm = (0..WARMING_MAX).any(|_| {
        let is_whole = turn(&mut world, &mut waiting, &mut sequence).forwarded >= expected;
        in_a_row = if is_whole { in_a_row + 1 } else { 0 };
        in_a_row >= WARM
    });
    assert!(is_warm, "some pictures pause");
    let mut turns: Vec<Turn> = (0..TURNS).map(|_| turn(&mut world, &mut waiting, &mut sequence)).collect();
    assert!(turns.iter().all(|turn| turn.forwarded >= expected), "not all went out");
    turns.sort_by_key(|turn| turn.time / turn.forwarded);
    let median = &turns[TURNS / 2];
    let us = median.time.as_secs_f64() * 1e6 / f64::from(median.forwarded);
    println!(
        "{{\"bench\":\"sfu-unit\",\"metrics\":{{\"us_per_packet\":{{\"value\":{us:.2},\"unit\":\"us\",\"mark\":null}},\
         \"packets_per_core_s\":{{\"value\":{:.0},\"unit\":\"1/s\",\"mark\":null}}}},\
         \"conditions\":{{\"publishers\":{PUBLISHERS},\"people\":{PEOPLE},\"packet_bytes\":{PACKET_LEN},\"sockets\":false}}}}",
        1e6 / us
    );
}

fn turn(world: &mut World, waiting: &mut Waiting, sequence: &mut u64) -> Turn {
    let payload: Vec<u8> = KEY_FRAME.into_iter().chain([0x55; PACKET_LEN - KEY_FRAME.len()]).collect();
    world.now += PAUSE;
    *sequence += 1;
    for id in 1..=PUBLISHERS {
        let now = world.now;
        let publisher = world.client(id);
        let time = u32::try_from(*sequence).unwrap() * 792;
        publisher.send(Sent { track: 1, rid: None, sequence: *sequence, time, payload: &payload }, now);
        waiting.extend(publisher.drain(now));
    }
    let start = Instant::now();
    let sent = pass(world, waiting);
    let time = start.elapsed();
    let forwarded = u32::try_from(sent.iter().filter(|(_, bytes)| bytes.len() > PACKET_LEN).count()).unwrap();
    arrive(world, sent, waiting);
    Turn { time, forwarded }
}

/// What has come goes in, and the time; what comes of it.
fn pass(world: &mut World, waiting: &mut Waiting) -> Vec<(SocketAddr, Vec<u8>)> {
    let mut sent = Vec::new();
    for (transport, source, bytes) in waiting.drain(..) {
        let _ = world.sfu.receive(Packet { transport, source, bytes: &bytes }, world.now);
        empty(world, &mut sent);
    }
    world.sfu.wake(world.now);
    empty(world, &mut sent);
    sent
}

/// To the clients, who say what has come of it.
fn arrive(world: &mut World, sent: Vec<(SocketAddr, Vec<u8>)>, waiting: &mut Waiting) {
    let now = world.now;
    for (destination, bytes) in sent {
        if let Some(client) = world.clients.values_mut().find(|client| client.address == destination) {
            client.receive(Transport::Udp, &bytes, now);
            waiting.extend(client.drain(now));
        }
    }
    for client in world.clients.values_mut() {
        waiting.extend(client.drain(now));
        client.received.clear();
    }
}

/// Empties the unit.
fn empty(world: &mut World, sent: &mut Vec<(SocketAddr, Vec<u8>)>) {
    loop {
        match world.sfu.poll() {
            Output::Datagram { destination, bytes } => sent.push((destination, bytes)),
            Output::WakeAt(_) => return,
            _ => {}
        }
    }
}
