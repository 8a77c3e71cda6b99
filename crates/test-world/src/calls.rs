//! Calls of a world: what people do with them at which moment, and what all devices show when everything has come to rest. Unlike a plan it
//! has no faults: what it is after is in which order words cross.

use crate::base::Base;
use crate::plan::{Action, DeviceRef, Shape};
use crate::rooms::Rooms;
use crate::texts;
use crate::world::World;
use anyhow::{Context as _, Result};
use client_api::{CallFacts, CallPhase, ChatKind, Command, MessageId, Request};
use client_core::Input;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use std::collections::BTreeMap;

/// Devices are online before anybody does anything.
const BEGIN_MS: u64 = 5_000;
/// Longer than a call rings, and than anybody waits for a connection.
const REST_MS: u64 = 90_000;
/// Who is added to a call of the first two accounts.
const THIRD: u8 = 2;
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
    /// Adds the third person to the call.
    Grow,
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
    /// What became of the newest call of the two.
    pub newest: Option<CallFacts>,
    /// Groups that its account is in.
    pub groups: usize,
}

/// When all has come to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// What each device shows.
    pub devices: BTreeMap<DeviceRef, Shown>,
    /// Whom the unit has in calls, of all chats.
    pub room: Vec<DeviceRef>,
}

/// Lets these things happen in a world of two accounts with so many devices each.
pub fn play(devices: u8, seed: u64, moments: &[Moment], rest_ms: Option<u64>) -> Result<Rest> {
    play_among(Shape { seed: 0, accounts: 2, devices }, seed, moments, rest_ms)
}

/// The same where both know a third person.
pub fn play_with_third(devices: u8, seed: u64, moments: &[Moment], rest_ms: Option<u64>) -> Result<Rest> {
    play_among(Shape { seed: 0, accounts: 3, devices }, seed, moments, rest_ms)
}

fn play_among(shape: Shape, seed: u64, moments: &[Moment], rest_ms: Option<u64>) -> Result<Rest> {
    let mut world = Base::of(shape)?.world(seed)?;
    world.rooms = Some(Rooms::default());
    world.run_until(world.now_ms + BEGIN_MS)?;
    for account in 0..shape.accounts.saturating_sub(1).min(2) {
        // Who is called by a number is known from then on.
        if shape.accounts > 2 {
            world.act(Action::Begin { device: DeviceRef { account, slot: 0 }, peer: THIRD }, 0)?;
        }
    }
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
        let chat = self.chat_of_two(index)?;
        let command = match deed {
            Deed::Call => Command::PlaceCall { chat, video: false },
            Deed::Answer => Command::AnswerCall { chat },
            Deed::Decline => Command::DeclineCall { chat },
            Deed::HangUp => Command::HangUp,
            Deed::Grow => {
                let third = self.people.get(THIRD).and_then(|person| person.id).context("no third person")?;
                Command::GrowCall { members: vec![third] }
            }
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
        for (index, device) in self.devices.iter().enumerate().filter(|(_, device)| device.is_running()) {
            let calls = &device.screen.calls;
            let chat = self.chat_of_two(index).ok();
            let own = calls.own.as_ref().map(|own| (own.call, own.phase != CallPhase::Calling));
            let newest = chat.and_then(|chat| device.screen.chats.get(&chat)?.last.as_ref()?.call);
            let groups = device.screen.chats.values().filter(|row| row.kind == ChatKind::Group && !row.left).count();
            let shown = Shown { own, ringing: calls.ringing.len(), running: calls.running.len(), newest, groups };
            devices.insert(device.name, shown);
            addresses.insert(address_of(device)?, device.name);
        }
        let room = self.rooms.as_ref().map(Rooms::all).unwrap_or_default();
        let room = room.iter().filter_map(|device| addresses.get(device).copied()).collect();
        Ok(Rest { devices, room })
    }

    /// The chat of the first two accounts.
    fn chat_of_two(&self, index: usize) -> Result<client_api::ChatId> {
        let account = self.devices.get(index).context("no such device")?.name.account;
        let other = 1_u8.checked_sub(account).context("not one of the two")?;
        self.chat_with(index, other).context("no chat")
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
