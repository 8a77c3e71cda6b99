//! One connection of TURN: the client of one participant, whose datagrams it brings to units and back.

use super::door::{self, Passes};
use super::framing::{Deframer, frame};
use super::units::{Brought, Units};
use super::{REALM, Turn};
use crate::limits::{
    CALL_STREAM_WRITE_WITHIN, TURN_ANSWERS_MAX, TURN_AUTHENTICATED_WITHIN, TURN_DATAGRAMS_MAX, TURN_LOOK_EVERY,
};
use crate::open::Place;
use sfu::ParticipantId;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use turn_server_proto::api::{SocketAllocateError, Transmit, TurnServerApi as _, TurnServerPollRet};
use turn_server_proto::server::TurnServer;
use turn_server_proto::types::prelude::DelayedTransmitBuild as _;
use turn_server_proto::types::{AddressFamily, TransportType};

/// What is read from a connection at once.
const READ_LEN: usize = 8 * 1024;
/// The port of all relayed addresses. They name nothing: a client is told one because the protocol has it so, and nobody reaches it there.
const RELAYED_PORT: u16 = 49_152;
/// The server's own address, for what it says. It is this connection's server, which knows no other.
const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 3_478);
/// The server is asked for what is due no more often than this.
const POLL_PAUSE: Duration = Duration::from_millis(20);

/// Until the other end is gone or has nothing to do here. Whether there is such a participant, `is_in_call` tells.
pub(super) async fn serve(
    turn: &Turn,
    is_in_call: impl Fn(ParticipantId) -> bool + Send + Sync,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    mut stop: watch::Receiver<bool>,
) {
    let (mut read_half, write_half) = tokio::io::split(stream);
    let (answers, answered) = mpsc::channel(TURN_ANSWERS_MAX);
    let (datagrams, relayed) = mpsc::channel(TURN_DATAGRAMS_MAX);
    // It ends with this task, whatever becomes of it.
    let mut writer = JoinSet::new();
    writer.spawn(write(write_half, answered, relayed));
    let (mut units, mut brought) = Units::new(turn.units.clone());
    let mut session = Session::new(turn, &is_in_call, peer, Out { answers, datagrams });
    let mut deframer = Deframer::default();
    let mut buffer = [0; READ_LEN];
    let mut look = tokio::time::interval(TURN_LOOK_EVERY);
    while !session.is_over {
        let wake_at = session.wake_at;
        tokio::select! {
            read = read_half.read(&mut buffer) => {
                let Ok(len @ 1..) = read else { break };
                let Some(Ok(messages)) = buffer.get(..len).map(|bytes| deframer.feed(bytes)) else { break };
                for message in messages {
                    session.guarded(|session| session.hear(message, &mut units));
                }
                // A read may be hundreds of messages.
                tokio::task::yield_now().await;
            }
            Some(brought) = brought.recv() => match brought {
                Brought::Datagram(unit, bytes) => session.guarded(|session| session.bring(unit, bytes)),
                Brought::Ended(unit) => units.forget(unit),
            },
            () = tokio::time::sleep_until(wake_at) => session.guarded(|session| session.carry_out(&mut units)),
            _ = look.tick() => if !session.may_stay() { break },
            _ = writer.join_next() => return,
            () = stopped(&mut stop) => break,
        }
    }
    // What is in line is still written: with it the client hears why. The place is kept for so long.
    let Session { out, place: _place, .. } = session;
    drop(out);
    let _ = tokio::time::timeout(CALL_STREAM_WRITE_WITHIN, writer.join_next()).await;
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, and its calls with it.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Until all is written, or the other end takes nothing. Answers come first: over TLS a client does not ask twice.
async fn write(
    mut half: impl AsyncWrite + Unpin,
    mut answers: mpsc::Receiver<Vec<u8>>,
    mut datagrams: mpsc::Receiver<Vec<u8>>,
) {
    loop {
        let message = tokio::select! {
            biased;
            Some(answer) = answers.recv() => answer,
            Some(datagram) = datagrams.recv() => datagram,
            else => break,
        };
        let written = async {
            half.write_all(&frame(message)).await?;
            half.flush().await
        };
        match tokio::time::timeout(CALL_STREAM_WRITE_WITHIN, written).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
    let _ = half.shutdown().await;
}

/// What waits to be written.
struct Out {
    answers: mpsc::Sender<Vec<u8>>,
    datagrams: mpsc::Sender<Vec<u8>>,
}

struct Session<'a> {
    turn: &'a Turn,
    is_in_call: &'a (dyn Fn(ParticipantId) -> bool + Send + Sync),
    /// The client's address, of which it is told.
    client: SocketAddr,
    server: TurnServer,
    began: Instant,
    /// Since when it has no address, unless it has one.
    idle_since: Instant,
    wake_at: Instant,
    /// Who it says it is.
    named: Option<ParticipantId>,
    /// There, while it has shown to be that and has an address.
    place: Option<Place<ParticipantId>>,
    out: Out,
    /// The client sends what none does, or cannot be answered.
    is_over: bool,
}

impl<'a> Session<'a> {
    fn new(
        turn: &'a Turn,
        is_in_call: &'a (dyn Fn(ParticipantId) -> bool + Send + Sync),
        client: SocketAddr,
        out: Out,
    ) -> Self {
        let began = Instant::now();
        Self {
            turn,
            is_in_call,
            client: SocketAddr::new(client.ip().to_canonical(), client.port()),
            // Whole messages go in and come out, as datagrams would: the library's own framing knows no padding.
            server: TurnServer::new(TransportType::Udp, HERE, REALM.to_owned()),
            began,
            idle_since: began,
            wake_at: began,
            named: None,
            place: None,
            out,
            is_over: false,
        }
    }

    /// A panic in what reads outside bytes ends this connection, and nothing else.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        if !self.is_over && std::panic::catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            tracing::error!("a relay met something that it does not know; its connection is over");
            self.is_over = true;
        }
    }

    /// The server's own clock, which begins with it.
    fn now(&self) -> turn_server_proto::types::Instant {
        turn_server_proto::types::Instant::ZERO + self.began.elapsed()
    }

    /// Whoever has an address may stay while they are in their call, and others for a moment.
    fn may_stay(&self) -> bool {
        match (&self.place, self.named) {
            (Some(_), Some(who)) => (self.is_in_call)(who),
            _ => self.idle_since.elapsed() < TURN_AUTHENTICATED_WITHIN,
        }
    }

    /// A message of the client's.
    fn hear(&mut self, message: Vec<u8>, units: &mut Units) {
        match door::look(&message, &self.turn.units) {
            Ok(Passes::Nothing) => return,
            Ok(Passes::Request(Some(who))) => self.is_named(who),
            Ok(Passes::Request(None) | Passes::Data) => {}
            Err(door::Refused) => {
                self.is_over = true;
                return;
            }
        }
        let said = self.server.recv(Transmit::new(message, TransportType::Udp, self.client, HERE), self.now());
        if let Some(said) = said {
            self.send_to(said.to, said.data.build(), units);
        }
        self.carry_out(units);
    }

    /// A datagram of a unit's.
    fn bring(&mut self, unit: SocketAddr, bytes: Vec<u8>) {
        let Some(relayed) = self.relayed(family_of(unit)) else { return };
        let said = self.server.recv(Transmit::new(bytes, TransportType::Udp, unit, relayed), self.now());
        if let Some(said) = said.filter(|said| said.to == self.client) {
            // What the line has no room for is lost, as datagrams are.
            let _ = self.out.datagrams.try_send(said.data.build());
        }
    }

    /// The first participant that is named is the one whose password counts from then on; whether it has that, the server sees.
    fn is_named(&mut self, who: ParticipantId) {
        if self.named.is_none() {
            self.named = Some(who);
            if (self.is_in_call)(who) {
                self.server.add_user(who.0.to_string(), self.turn.password(who));
            }
        }
    }

    /// All that the server wants done, and what it has to say.
    fn carry_out(&mut self, units: &mut Units) {
        loop {
            let now = self.now();
            match self.server.poll(now) {
                TurnServerPollRet::AllocateSocket {
                    transport,
                    listen_addr,
                    client_addr,
                    allocation_transport,
                    family,
                } => {
                    let at = self.allocate(family);
                    self.server.allocated_socket(
                        transport,
                        listen_addr,
                        client_addr,
                        allocation_transport,
                        family,
                        at,
                        now,
                    );
                }
                TurnServerPollRet::SocketClose { .. } => {
                    units.close();
                    self.place = None;
                    self.idle_since = Instant::now();
                }
                // Only connections of RFC 6062 come to these, and the door lets none be asked for.
                TurnServerPollRet::TcpConnect { .. } | TurnServerPollRet::TcpClose { .. } => {}
                TurnServerPollRet::WaitUntil(at) => {
                    self.wake_at = Instant::now() + at.duration_since(now).max(POLL_PAUSE);
                    break;
                }
            }
        }
        while let Some(said) = self.server.poll_transmit(self.now()) {
            self.send_to(said.to, said.data, units);
        }
    }

    /// The server has seen that the client is who it says.
    fn allocate(&mut self, family: AddressFamily) -> Result<SocketAddr, SocketAllocateError> {
        let address = self.relayed(family).ok_or(SocketAllocateError::AddressFamilyNotSupported)?;
        if self.place.is_none() {
            self.place = self.named.and_then(|who| self.turn.connections.take(who));
        }
        self.place.as_ref().map(|_| address).ok_or(SocketAllocateError::InsufficientCapacity)
    }

    /// The address that the client is told it has.
    fn relayed(&self, family: AddressFamily) -> Option<SocketAddr> {
        let unit = self.turn.units.keys().find(|unit| family_of(**unit) == family)?;
        Some(SocketAddr::new(unit.ip(), RELAYED_PORT))
    }

    /// An answer to the client, or a datagram to a unit; to others nothing goes.
    fn send_to(&mut self, to: SocketAddr, bytes: Vec<u8>, units: &mut Units) {
        // To a request for a binding the server answers itself.
        if to == self.client || to == HERE {
            if self.out.answers.try_send(bytes).is_err() {
                self.is_over = true;
            }
        } else {
            units.send(to, &bytes);
        }
    }
}

fn family_of(address: SocketAddr) -> AddressFamily {
    if address.is_ipv4() { AddressFamily::IPV4 } else { AddressFamily::IPV6 }
}

#[cfg(test)]
mod tests;
