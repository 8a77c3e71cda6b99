//! What a forwarded packet costs the unit: eight have a microphone and send pictures of
//! 1 Mbit/s in a room of 32; the other 24 listen. Real connections in memory, so
//! the kernel's part is not in it. It is the thread's time on a processor (Linux tells it), so that other work on the
//! machine hardly counts; the publishers' part, one packet to 31, is in it. Of some batches the median is printed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, dead_code)]

#[path = "../tests/calls/client.rs"]
mod client;
#[path = "../tests/calls/world.rs"]
mod world;

use std::time::Duration;

use client::{Client, Sent};
use sfu::{Output, Packet, Transport};
use world::World;

const PEOPLE: u64 = 32;
const PUBLISHERS: u64 = 8;
const PACKET_LEN: usize = 1_100;
/// Between two packets of a publisher at 1 Mbit/s.
const PAUSE: Duration = Duration::from_micros(8_800);
const BATCHES: usize = 15;
const ROUNDS: u64 = 40;

/// What one batch took, and how many packets went out in it.
struct Batch {
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
    let mut sequence = 1;
    let mut batches: Vec<Batch> = (0..BATCHES).map(|_| batch(&mut world, &mut sequence)).collect();
    let expected = u32::try_from(ROUNDS * PUBLISHERS * (PEOPLE - 1)).unwrap();
    assert!(batches.iter().all(|batch| batch.forwarded >= expected), "not all went out");
    batches.sort_by_key(|batch| batch.time / batch.forwarded);
    let median = &batches[BATCHES / 2];
    let us = median.time.as_secs_f64() * 1e6 / f64::from(median.forwarded);
    println!(
        "{{\"bench\":\"sfu-unit\",\"metrics\":{{\"us_per_packet\":{{\"value\":{us:.2},\"unit\":\"us\",\"mark\":null}},\
         \"packets_per_core_s\":{{\"value\":{:.0},\"unit\":\"1/s\",\"mark\":null}}}},\
         \"conditions\":{{\"publishers\":{PUBLISHERS},\"people\":{PEOPLE},\"packet_bytes\":{PACKET_LEN},\"sockets\":false}}}}",
        1e6 / us
    );
}

fn batch(world: &mut World, sequence: &mut u64) -> Batch {
    let start = processor_time();
    let mut forwarded = 0;
    let payload = vec![0x11; PACKET_LEN];
    for _ in 0..ROUNDS {
        world.now += PAUSE;
        *sequence += 1;
        for id in 1..=PUBLISHERS {
            let now = world.now;
            let publisher = world.client(id);
            let time = u32::try_from(*sequence).unwrap() * 792;
            publisher.send(Sent { track: 1, rid: None, sequence: *sequence, time, payload: &payload }, now);
            for (transport, source, bytes) in publisher.drain(now) {
                let _ = world.sfu.receive(Packet { transport, source, bytes: &bytes }, now);
                forwarded += sent(world);
            }
        }
        world.sfu.wake(world.now);
        sent(world);
    }
    Batch { time: processor_time() - start, forwarded }
}

/// The first number of `schedstat`: how long this thread has run.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

/// Empties the unit. Receivers are not in the figure: what they get is counted, and dropped.
fn sent(world: &mut World) -> u32 {
    let mut count = 0;
    loop {
        match world.sfu.poll() {
            Output::Datagram { bytes, .. } => count += u32::from(bytes.len() > PACKET_LEN),
            Output::WakeAt(_) => return count,
            _ => {}
        }
    }
}
