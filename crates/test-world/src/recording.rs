//! What passes between real clients and the real server, and the databases that it passes between: real values for whoever
//! tests decoders. Knows how a world is asked to record; what becomes of the values is others'.

use crate::backend::CallId;
use crate::base::Base;
use crate::plan::{Action, DeviceRef, Shape};
use anyhow::{Context as _, Result};
use client_core::{HttpRequest, HttpResponse};
use rusqlite::Connection;
use server::blob_bytes::BlobMemory;
use std::collections::BTreeMap;

/// Two people with a phone and a companion each.
const SHAPE: Shape = Shape { seed: 1, accounts: 2, devices: 2 };
/// Draws what happens after the beginning.
const SEED: u64 = 7;
/// Devices come up, and everything is said, in this long.
const BEGIN_MS: u64 = 5_000;
const STEP_MS: u64 = 4_000;

/// What was said, in its order.
#[derive(Debug, Default)]
pub struct Tape {
    /// Frames of clients, by the place of the device among all.
    pub to_server: Vec<(usize, Vec<u8>)>,
    /// Frames of the server, by the place of the device among all.
    pub to_client: Vec<(usize, Vec<u8>)>,
    /// HTTP calls that had an answer.
    pub calls: Vec<Call>,
    open: BTreeMap<CallId, (usize, HttpRequest)>,
}

/// An HTTP call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The place of the device among all.
    pub device: usize,
    /// What it asked.
    pub request: HttpRequest,
    /// What it was told.
    pub answer: HttpResponse,
}

/// The databases of a world that stands still.
pub struct Recorded {
    /// The world's time.
    pub now_ms: u64,
    /// The server's database.
    pub server: Connection,
    /// What it keeps of blobs.
    pub blobs: BlobMemory,
    /// The clients' databases.
    pub devices: Vec<(DeviceRef, Connection)>,
}

/// A world and what was said before and after it stood still.
pub struct Recording {
    /// The world at the moment between the two.
    pub world: Recorded,
    /// Registering, linking, a first chat.
    pub before: Tape,
    /// Coming online, writing, reading, typing, unlinking.
    pub after: Tape,
    /// Whose a place on the tapes is.
    pub names: Vec<DeviceRef>,
}

impl Tape {
    pub(crate) fn sent(&mut self, device: usize, bytes: &[u8]) {
        self.to_server.push((device, bytes.to_vec()));
    }

    pub(crate) fn told(&mut self, device: usize, bytes: &[u8]) {
        self.to_client.push((device, bytes.to_vec()));
    }

    pub(crate) fn asked(&mut self, device: usize, id: CallId, request: &HttpRequest) {
        self.open.insert(id, (device, request.clone()));
    }

    pub(crate) fn answered(&mut self, id: CallId, answer: &HttpResponse) {
        if let Some((device, request)) = self.open.remove(&id) {
            self.calls.push(Call { device, request, answer: answer.clone() });
        }
    }
}

/// Lets two people register, link, write, read and unlink, and records it.
pub fn record() -> Result<Recording> {
    let (base, before) = Base::recorded(SHAPE)?;
    let mut world = base.world(SEED)?;
    world.tape = Some(Tape::default());
    let names = world.devices.iter().map(|device| device.name).collect();
    world.run_until(world.now_ms + BEGIN_MS)?;
    for (mark, action) in (1..).zip(actions()) {
        world.act(action, mark)?;
        world.run_until(world.now_ms + STEP_MS)?;
    }
    let after = world.tape.take().context("a tape that was put in")?;
    Ok(Recording { world: base.into_recorded(), before, after, names })
}

fn actions() -> Vec<Action> {
    let device = |account, slot| DeviceRef { account, slot };
    let (phone, companion, other) = (device(0, 0), device(0, 1), device(1, 0));
    vec![
        Action::Open { device: phone, peer: 1 },
        Action::Type { device: other, peer: 0, on: true },
        Action::Send { device: other, peer: 0 },
        Action::Send { device: phone, peer: 1 },
        Action::Read { device: phone, peer: 1 },
        Action::Send { device: companion, peer: 1 },
        Action::Read { device: other, peer: 0 },
        Action::Profile { device: other },
        Action::Pin { device: companion, peer: 1, on: true },
        Action::Draft { device: companion, peer: 1, empty: false },
        Action::Send { device: device(1, 1), peer: 0 },
        Action::Link { account: 1 },
        // Linking takes some turns of hands.
        Action::Send { device: other, peer: 0 },
        Action::Send { device: other, peer: 0 },
        Action::Begin { device: phone, peer: 0 },
        Action::Unlink { account: 1, slot: 1 },
        Action::Send { device: other, peer: 0 },
        Action::Send { device: phone, peer: 1 },
    ]
}
