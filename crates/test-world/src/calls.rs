//! Calls of a world: what people do with them at which moment, and what all devices show when everything has come to rest. Unlike a plan it
//! has no faults: what it is after is in which order words cross.

use crate::base::Base;
use crate::plan::{DeviceRef, Shape};
use crate::rooms::Rooms;
use crate::texts;
use crate::world::World;
use anyhow::{Context as _, Result};
use client_api::{CallFacts, CallPhase, Command, MessageId, Request};
use client_core::Input;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use std::collections::BTreeMap;

/// Devices are online before anybody does anything.
const BEGIN_MS: u64 = 5_000;
/// Longer than a call rings, and than anybody waits for a connection.
const REST_MS: u64 = 90_000;
const REQUEST: u32 = u32::MAX - 3;

/// What somebody does with the call of the chat of the first two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Calls.
    Call,
    /// Answers what rings, or joins what goes on.
    Answer,
    /// Does not want it.
    Decline,
    /// Is in it no more.
    HangUp,
    /// The connection to the server ends, and the client notices.
    LoseSocket,
}

/// A deed and its moment, in milliseconds after the first second in which all are there.
pub type Moment = (u64, DeviceRef, Deed);

/// What a device shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The call that it is in, where it has found its message, and whether somebody has answered.
    pub own: Option<(Option<MessageId>, bool)>,
    /// Calls that ring.
    pub ringing: usize,
    /// Calls that go on without it.
    pub running: usize,
    /// What became of the newest call.
    pub newest: Option<CallFacts>,
}

/// When all has come to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// What each device shows.
    pub devices: BTreeMap<DeviceRef, Shown>,
    /// Whom the unit has in the call.
    pub room: Vec<DeviceRef>,
}

/// Lets these things happen in a world of two accounts with so many devices each.
pub fn play(devices: u8, seed: u64, moments: &[Moment], rest_ms: Option<u64>) -> Result<Rest> {
    let shape = Shape { seed: 0, accounts: 2, devices };
    let mut world = Base::of(shape)?.world(seed)?;
    world.rooms = Some(Rooms::default());
    let begun_ms = world.now_ms + BEGIN_MS;
    world.run_until(begun_ms)?;
    let mut moments = moments.to_vec();
    moments.sort_by_key(|(at_ms, ..)| *at_ms);
    for (at_ms, device, deed) in moments {
        world.run_until(begun_ms + at_ms)?;
        world.does(device, deed)?;
    }
    let until_ms = world.now_ms + rest_ms.unwrap_or(REST_MS);
    world.run_until(until_ms)?;
    world.at_rest()
}

impl World {
    fn does(&mut self, name: DeviceRef, deed: Deed) -> Result<()> {
        let index = self.index(name).context("no such device")?;
        let chat = self.chat_with(index, 1 - name.account).context("no chat")?;
        let command = match deed {
            Deed::Call => Command::PlaceCall { chat, video: false },
            Deed::Answer => Command::AnswerCall { chat },
            Deed::Decline => Command::DeclineCall { chat },
            Deed::HangUp => Command::HangUp,
            Deed::LoseSocket => {
                if let Some(socket) = self.network.lines.get(index).and_then(|line| line.socket) {
                    self.server_loses(socket);
                    self.client_loses(socket);
                }
                return Ok(());
            }
        };
        self.give(index, Input::Command(Request { id: REQUEST, command }));
        Ok(())
    }

    fn at_rest(&self) -> Result<Rest> {
        let mut devices = BTreeMap::new();
        let mut addresses = BTreeMap::new();
        let mut room = Vec::new();
        for (index, device) in self.devices.iter().enumerate().filter(|(_, device)| device.is_running()) {
            let calls = &device.screen.calls;
            let chat = self.chat_with(index, 1 - device.name.account).context("no chat")?;
            let own = calls.own.as_ref().map(|own| (own.call, own.phase != CallPhase::Calling));
            let newest = device.screen.chats.get(&chat).and_then(|row| row.last.as_ref()?.call);
            let shown = Shown { own, ringing: calls.ringing.len(), running: calls.running.len(), newest };
            devices.insert(device.name, shown);
            addresses.insert(address_of(device)?, device.name);
            if room.is_empty() {
                room = self.rooms.as_ref().map(|rooms| rooms.people(&chat.0)).unwrap_or_default();
            }
        }
        let room = room.iter().filter_map(|device| addresses.get(device).copied()).collect();
        Ok(Rest { devices, room })
    }

    /// A frame that is about a call is the unit's.
    pub(crate) fn is_of_a_call(&mut self, index: usize, bytes: &[u8]) -> Result<bool> {
        let Some(device) = self.devices.get(index).filter(|_| self.rooms.is_some()) else { return Ok(false) };
        let from = address_of(device)?;
        let Some(follows) = self.rooms.as_mut().and_then(|rooms| rooms.take(from, bytes)) else { return Ok(false) };
        // A notice and a reply take ways of their own through the server: either may be first.
        let notice_first = self.network.delay_ms(index, 2) == 1;
        if let Some(reply) = follows.reply.clone().filter(|_| !notice_first) {
            self.tell(index, reply);
        }
        for notice in follows.to_all {
            for index in 0..self.devices.len() {
                self.tell(index, notice.clone());
            }
        }
        if let Some(reply) = follows.reply.filter(|_| notice_first) {
            self.tell(index, reply);
        }
        Ok(true)
    }
}

fn address_of(device: &crate::device::Device) -> Result<DeviceAddress> {
    let (account, number) = texts::own_address(&device.db)?;
    Ok(DeviceAddress { account: AccountId(account.0), device: DeviceNumber(number) })
}
