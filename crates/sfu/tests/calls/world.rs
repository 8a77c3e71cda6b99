//! A room of real `str0m` clients around one unit: a network in memory, one clock, no sockets. All that is random is
//! what `str0m` draws for itself; no test looks at that.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sfu::framing::{self, Deframer};
use sfu::{ClientSays, Heard, LeftBecause, Output, Packet, ParticipantId, RoomId, Sfu, SfuConfig, Transport};

use crate::client::Client;

pub(crate) const UDP: &str = "192.0.2.1:3478";
pub(crate) const TCP: &str = "192.0.2.1:443";
pub(crate) const ROOM: RoomId = RoomId(1);
const LATENCY: Duration = Duration::from_millis(5);

/// A packet on its way.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) way: Way,
    pub(crate) transport: Transport,
    /// The client's address.
    pub(crate) address: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
}

impl Flight {
    /// RTP, not RTCP (RFC 5761): by the payload type.
    pub(crate) fn is_rtp(&self) -> bool {
        self.payload_type().is_some_and(|payload_type| !(64..96).contains(&payload_type))
    }

    pub(crate) fn is_rtcp(&self) -> bool {
        self.payload_type().is_some_and(|payload_type| (64..96).contains(&payload_type))
    }

    fn payload_type(&self) -> Option<u8> {
        match self.bytes[..] {
            [first, second, ..] if (128..192).contains(&first) => Some(second & 0x7f),
            _ => None,
        }
    }
}

/// What the network does to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Arrives,
    Lost,
    Late(Duration),
}

/// What a client's own line passes on to it: so much, and what has to wait for longer than it can hold is lost.
#[derive(Debug)]
struct Link {
    bits_a_second: u64,
    free_at: Instant,
}

/// How long a packet waits for its turn at most.
const LINK_HOLDS: Duration = Duration::from_millis(400);
/// Of IP and UDP, of each packet.
const HEADERS_LEN: usize = 28;

impl Link {
    fn passes(&mut self, len: usize, now: Instant) -> Fate {
        let begins = self.free_at.max(now);
        if begins - now > LINK_HOLDS {
            return Fate::Lost;
        }
        let bits = 8 * (len + HEADERS_LEN) as u64;
        self.free_at = begins + Duration::from_nanos(bits * 1_000_000_000 / self.bits_a_second);
        Fate::Late(self.free_at - now)
    }
}

pub(crate) struct World {
    pub(crate) sfu: Sfu,
    pub(crate) now: Instant,
    pub(crate) clients: BTreeMap<u64, Client>,
    pub(crate) left: Vec<(ParticipantId, LeftBecause)>,
    pub(crate) closed: Vec<SocketAddr>,
    fate: Box<dyn FnMut(&Flight) -> Fate>,
    links: BTreeMap<SocketAddr, Link>,
    flights: BTreeMap<(Instant, u64), Flight>,
    count: u64,
    wake: Option<Instant>,
}

impl World {
    pub(crate) fn new() -> Self {
        let config = SfuConfig { udp: vec![UDP.parse().unwrap()], tcp: vec![TCP.parse().unwrap()] };
        Self {
            sfu: Sfu::new(config).unwrap(),
            now: Instant::now(),
            clients: BTreeMap::new(),
            left: Vec::new(),
            closed: Vec::new(),
            fate: Box::new(|_| Fate::Arrives),
            links: BTreeMap::new(),
            flights: BTreeMap::new(),
            count: 0,
            wake: None,
        }
    }

    /// From now on the network does this.
    pub(crate) fn network(&mut self, fate: impl FnMut(&Flight) -> Fate + 'static) {
        self.fate = Box::new(fate);
    }

    /// From now on this is all that gets to a client.
    pub(crate) fn narrows(&mut self, id: u64, bits_a_second: u64) {
        let address = self.clients[&id].address;
        let free_at = self.links.get(&address).map_or(self.now, |link| link.free_at);
        self.links.insert(address, Link { bits_a_second, free_at });
    }

    pub(crate) fn client(&mut self, id: u64) -> &mut Client {
        self.clients.get_mut(&id).unwrap()
    }

    /// Joins with microphone and camera, and waits until all is connected and agreed.
    pub(crate) fn joins(&mut self, id: u64) {
        self.enters(id, Client::new(id, Transport::Udp, self.now));
        self.run(Duration::from_secs(2));
        assert!(self.client(id).rtc.is_connected(), "{id} is not connected");
    }

    /// Joins and offers what it has.
    pub(crate) fn enters(&mut self, id: u64, client: Client) {
        self.sfu.join(ROOM, ParticipantId(id), self.now).unwrap();
        self.clients.insert(id, client);
        self.offers(id);
    }

    /// The client offers what it has to; its offer is heard at once.
    pub(crate) fn offers(&mut self, id: u64) -> Heard {
        let offer = self.client(id).offer();
        self.says(id, ClientSays::Offer(offer))
    }

    pub(crate) fn says(&mut self, id: u64, says: ClientSays) -> Heard {
        let heard = self.sfu.hear(ParticipantId(id), says, self.now).unwrap();
        self.settle();
        heard
    }

    pub(crate) fn leaves(&mut self, id: u64) {
        self.sfu.leave(ParticipantId(id), self.now).unwrap();
        self.clients.remove(&id);
        self.settle();
    }

    /// The client's network changes: packets come from elsewhere, and to where it was nothing gets any more. It offers anew,
    /// with new credentials of ICE.
    pub(crate) fn moves(&mut self, id: u64, address: SocketAddr) -> Heard {
        let offer = self.client(id).restarts(Some(address));
        self.says(id, ClientSays::Offer(offer))
    }

    /// A client's packet of one of its tracks.
    pub(crate) fn sends(&mut self, id: u64, packet: crate::client::Sent<'_>) {
        let now = self.now;
        self.client(id).send(packet, now);
        self.settle();
    }

    /// Everything that is said and sent at this moment.
    pub(crate) fn settle(&mut self) {
        loop {
            let mut said = Vec::new();
            loop {
                match self.sfu.poll() {
                    Output::Datagram { destination, bytes } => self.fly(Way::Down, Transport::Udp, destination, bytes),
                    Output::Tcp { destination, bytes } => {
                        let packet = Deframer::default().feed(&bytes).unwrap().remove(0);
                        self.fly(Way::Down, Transport::Tcp, destination, packet);
                    }
                    Output::CloseTcp(address) => self.closed.push(address),
                    Output::Say(who, says) => {
                        if let Some(client) = self.clients.get_mut(&who.0)
                            && let Some(answer) = client.hear(says)
                        {
                            said.push((who, answer));
                        }
                    }
                    Output::Left(who, why) => self.left.push((who, why)),
                    Output::WakeAt(at) => {
                        self.wake = at;
                        break;
                    }
                }
            }
            let now = self.now;
            let sent: Vec<_> = self.clients.values_mut().flat_map(|client| client.drain(now)).collect();
            if said.is_empty() && sent.is_empty() {
                return;
            }
            for (transport, address, bytes) in sent {
                self.fly(Way::Up, transport, address, bytes);
            }
            for (who, answer) in said {
                // Whoever has left meanwhile is not heard.
                let _ = self.sfu.hear(who, answer, now);
            }
        }
    }

    fn fly(&mut self, way: Way, transport: Transport, address: SocketAddr, bytes: Vec<u8>) {
        let flight = Flight { way, transport, address, bytes };
        let link = self.links.get_mut(&flight.address).filter(|_| way == Way::Down);
        let fate = match (self.fate)(&flight) {
            Fate::Arrives => link.map_or(Fate::Arrives, |link| link.passes(flight.bytes.len(), self.now)),
            other => other,
        };
        let delay = match fate {
            Fate::Arrives => LATENCY,
            Fate::Lost => return,
            Fate::Late(by) => LATENCY + by,
        };
        self.count += 1;
        self.flights.insert((self.now + delay, self.count), flight);
    }

    /// Lets this much time pass.
    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.settle();
            let flight = self.flights.first_key_value().map(|((at, _), _)| *at);
            let clients = self.clients.values().filter_map(|client| client.wake).min();
            let next = [flight, clients, self.wake].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            while let Some(entry) = self.flights.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let flight = entry.remove();
                self.arrive(flight);
            }
            if self.wake.is_some_and(|wake| wake <= self.now) {
                self.sfu.wake(self.now);
            }
        }
        self.now = end;
        self.settle();
    }

    fn arrive(&mut self, flight: Flight) {
        let now = self.now;
        match flight.way {
            Way::Up => {
                let framed = framing::frame(&flight.bytes).unwrap();
                let bytes = match flight.transport {
                    Transport::Udp => flight.bytes,
                    Transport::Tcp => Deframer::default().feed(&framed).unwrap().remove(0),
                };
                let packet = Packet { transport: flight.transport, source: flight.address, bytes: &bytes };
                let _ = self.sfu.receive(packet, now);
            }
            Way::Down => {
                let client = self.clients.values_mut().find(|client| client.address == flight.address);
                if let Some(client) = client {
                    client.receive(flight.transport, &flight.bytes, now);
                }
            }
        }
        self.settle();
    }
}
