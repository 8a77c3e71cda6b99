//! The network of a world: which sockets and requests are under way, what is lost, and how long everything takes. A
//! socket keeps its order, as TCP does; what runs side by side does not. Knows no client and no server.

use crate::backend::{CallId, SocketId};
use crate::silence::Ear;
use client_core::HttpId;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Delays where nothing is the matter.
const DELAY_MAX_MS: u64 = 60;

/// Everything under way.
#[derive(Debug)]
pub(crate) struct Network {
    seed: u64,
    pub(crate) pipes: BTreeMap<SocketId, Pipe>,
    pub(crate) calls: BTreeMap<CallId, Call>,
    pub(crate) lines: Vec<Line>,
    pub(crate) delay_max_ms: u64,
    last_socket: SocketId,
    last_call: CallId,
}

/// One socket, as its two ends see it.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) device: usize,
    pub(crate) client_has_it: bool,
    pub(crate) server_has_it: bool,
    pub(crate) to_server_lost: bool,
    pub(crate) to_client_lost: bool,
    /// Neither end is told that nothing comes through.
    pub(crate) silent: bool,
    pub(crate) ear: Ear,
    to_server_ms: u64,
    to_client_ms: u64,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) device: usize,
    pub(crate) life: u32,
    pub(crate) id: HttpId,
    pub(crate) answer_lost: bool,
}

/// A device's line.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) socket: Option<SocketId>,
    /// Reasons to be offline that are in force.
    pub(crate) offline: u32,
    /// A request is to be lost (`true`: its answer), after so many others.
    pub(crate) lose_http: Option<(bool, u8)>,
    drawn: u64,
}

impl Network {
    pub(crate) fn new(seed: u64, devices: usize) -> Self {
        Self {
            seed,
            pipes: BTreeMap::new(),
            calls: BTreeMap::new(),
            lines: (0..devices).map(|_| Line::default()).collect(),
            delay_max_ms: DELAY_MAX_MS,
            last_socket: 0,
            last_call: 0,
        }
    }

    /// As if nothing were the matter.
    pub(crate) fn calm(&mut self) {
        self.delay_max_ms = DELAY_MAX_MS;
        for line in &mut self.lines {
            line.offline = 0;
            line.lose_http = None;
        }
    }

    pub(crate) fn is_offline(&self, device: usize) -> bool {
        self.lines.get(device).is_some_and(|line| line.offline > 0)
    }

    /// How long something of a device takes. Drawn from the seed and the device's own count, so that a plan without some
    /// other device's step goes on as before.
    pub(crate) fn delay_ms(&mut self, device: usize, at_most_ms: u64) -> u64 {
        let Some(line) = self.lines.get_mut(device) else { return 1 };
        line.drawn += 1;
        1 + mixed(self.seed ^ ((device as u64) << 56) ^ line.drawn) % at_most_ms.max(1)
    }

    /// A new socket of a device, which takes the place of the one before.
    pub(crate) fn open(&mut self, device: usize) -> SocketId {
        self.last_socket += 1;
        let pipe = Pipe {
            device,
            client_has_it: true,
            server_has_it: false,
            to_server_lost: false,
            to_client_lost: false,
            silent: false,
            ear: Ear::default(),
            to_server_ms: 0,
            to_client_ms: 0,
        };
        self.pipes.insert(self.last_socket, pipe);
        if let Some(line) = self.lines.get_mut(device) {
            line.socket = Some(self.last_socket);
        }
        self.last_socket
    }

    /// The device lets go of its socket.
    pub(crate) fn let_go(&mut self, device: usize) -> Option<SocketId> {
        let id = self.lines.get_mut(device)?.socket.take()?;
        let pipe = self.pipes.get_mut(&id)?;
        pipe.client_has_it = false;
        Some(id)
    }

    /// When the next frame to the server arrives.
    pub(crate) fn next_to_server(&mut self, id: SocketId, now_ms: u64) -> Option<u64> {
        let (device, most) = (self.pipes.get(&id)?.device, self.delay_max_ms);
        let at_ms = now_ms + self.delay_ms(device, most);
        let pipe = self.pipes.get_mut(&id)?;
        pipe.to_server_ms = pipe.to_server_ms.max(at_ms);
        Some(pipe.to_server_ms)
    }

    /// When the next frame to the client arrives.
    pub(crate) fn next_to_client(&mut self, id: SocketId, now_ms: u64) -> Option<u64> {
        let (device, most) = (self.pipes.get(&id)?.device, self.delay_max_ms);
        let at_ms = now_ms + self.delay_ms(device, most);
        let pipe = self.pipes.get_mut(&id)?;
        pipe.to_client_ms = pipe.to_client_ms.max(at_ms);
        Some(pipe.to_client_ms)
    }

    /// The next request of a device is lost, or its answer.
    pub(crate) fn lose_next_call(&mut self, device: usize, answer: bool) {
        if let Some(line) = self.lines.get_mut(device) {
            line.lose_http = Some((answer, 0));
        }
    }

    /// A new request of a device; `None` where it is lost on its way.
    pub(crate) fn call(&mut self, device: usize, life: u32, id: HttpId) -> (CallId, Fate) {
        self.last_call += 1;
        let fate = match self.lines.get_mut(device).map(|line| (line.lose_http, line)) {
            Some((Some((answer, 0)), line)) => {
                line.lose_http = None;
                if answer { Fate::AnswerLost } else { Fate::Lost }
            }
            Some((Some((answer, skip)), line)) => {
                line.lose_http = Some((answer, skip - 1));
                Fate::Arrives
            }
            _ => Fate::Arrives,
        };
        self.calls.insert(self.last_call, Call { device, life, id, answer_lost: fate == Fate::AnswerLost });
        (self.last_call, fate)
    }

    /// Forgets sockets that neither end has.
    pub(crate) fn tidy(&mut self, id: SocketId) {
        if self.pipes.get(&id).is_some_and(|pipe| !pipe.client_has_it && !pipe.server_has_it) {
            self.pipes.remove(&id);
        }
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Arrives,
    Lost,
    AnswerLost,
}

/// Where a device speaks from.
pub(crate) fn address(device: usize) -> SocketAddr {
    let last = u8::try_from(device % 250).unwrap_or(0) + 1;
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)), 4_000)
}

/// SplitMix64's last step: neighbours come out far apart.
pub(crate) fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_keeps_its_order_and_devices_do_not_disturb_each_other() {
        let mut network = Network::new(1, 2);
        let socket = network.open(0);
        let times: Vec<_> = (0..200).map(|now_ms| network.next_to_server(socket, now_ms)).collect();
        assert!(times.is_sorted(), "{times:?}");
        let mut alone = Network::new(1, 2);
        let socket = alone.open(0);
        let disturbed: Vec<_> = (0..200)
            .map(|now_ms| {
                alone.delay_ms(1, 1_000);
                alone.next_to_server(socket, now_ms)
            })
            .collect();
        assert_eq!(times, disturbed);
    }

    #[test]
    fn the_request_that_is_to_be_lost_is_lost_and_no_other() {
        let mut network = Network::new(1, 1);
        network.lines.iter_mut().for_each(|line| line.lose_http = Some((true, 1)));
        let fates: Vec<Fate> = (0..3).map(|id| network.call(0, 1, HttpId(id)).1).collect();
        assert_eq!(fates, [Fate::Arrives, Fate::AnswerLost, Fate::Arrives]);
    }
}
