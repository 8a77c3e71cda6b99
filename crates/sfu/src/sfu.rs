//! The unit: rooms and participants, whose packet it is, and what one participant's event means for the others.
//! How a connection negotiates is `participant`'s, how a packet goes out is `lines`'.

mod forwarding;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use str0m::bwe::Bitrate;
use str0m::crypto::CryptoProvider;
use str0m::crypto::dtls::DtlsCert;
use str0m::ice::StunMessage;
use str0m::media::Mid;
use str0m::net::{DatagramRecv, Protocol, Receive, TcpType};
use str0m::{Candidate, Input, Rtc, RtcConfig};

use crate::framing;
use crate::limits::{BITRATE_FIRST, PACKET_LEN_MAX, PARTICIPANTS_MAX, ROOMS_MAX, WAKE_PAUSE};
use crate::lines::TrackId;
use crate::participant::{DescriptionRefused, Drained, Participant};
use crate::routes::{Flow, Routes, Transport};
use crate::says::{ClientSays, Heard, Layer, LeftBecause, ParticipantId, RoomId, ServerSays};
use crate::speakers::Speakers;

/// Where clients reach this unit: its own port, which no other unit has.
#[derive(Clone, Debug, Default)]
pub struct SfuConfig {
    /// Addresses for datagrams, as clients know them; at most one of each family is used.
    pub udp: Vec<SocketAddr>,
    /// Addresses for TCP connections, for networks that pass no datagrams.
    pub tcp: Vec<SocketAddr>,
}

/// A unit that cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No address at all.
    #[error("no address that clients could reach")]
    NoAddress,
    /// An address that no client can reach, as that of all interfaces.
    #[error("{0} is no address of a candidate")]
    Address(SocketAddr),
    /// The certificate of the connections was not made.
    #[error("no certificate for DTLS")]
    Certificate,
}

/// Somebody who cannot join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// [`PARTICIPANTS_MAX`] are in the room.
    #[error("the room has {PARTICIPANTS_MAX} participants")]
    RoomFull,
    /// [`ROOMS_MAX`] are open.
    #[error("the unit has {ROOMS_MAX} rooms")]
    TooManyRooms,
    /// The id is in use, in this room or another.
    #[error("the participant is here already")]
    AlreadyHere,
}

/// Nobody of this id is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such participant")]
pub struct UnknownParticipant;

/// A client's word that is not followed.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// Nobody of this id is here.
    #[error(transparent)]
    Unknown(#[from] UnknownParticipant),
    /// A description that cannot be followed.
    #[error(transparent)]
    Description(#[from] DescriptionRefused),
    /// A wish for a line that carries no track.
    #[error("no track is on this line")]
    UnknownLine,
}

/// A packet that was not taken. Nothing is kept of it. A TCP connection whose first packets are not taken is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unrouted {
    /// Longer than [`PACKET_LEN_MAX`], from port 0, or nothing that a connection consists of.
    #[error("no packet of a connection")]
    Garbage,
    /// From an address where no participant has proved to be.
    #[error("from an unknown address")]
    UnknownAddress,
    /// A check of ICE for nobody here.
    #[error("a check for nobody here")]
    UnknownFragment,
    /// A check of ICE without the participant's password.
    #[error("a check with a wrong password")]
    Forged,
    /// The address is another's, who is connected; or the participant has too many.
    #[error("the participant is given no further address")]
    AddressRefused,
}

/// A packet from the network.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// How it came.
    pub transport: Transport,
    /// Where it came from; of IPv4, not mapped into IPv6.
    pub source: SocketAddr,
    /// Its bytes; over TCP without the frame.
    pub bytes: &'a [u8],
}

/// What is to be done, in this order.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Send a datagram from the unit's port.
    Datagram {
        /// Where to.
        destination: SocketAddr,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// Write to the connection from this address, if it is still open. It may be dropped, but only as a whole.
    Tcp {
        /// The connection's other end.
        destination: SocketAddr,
        /// A framed packet.
        bytes: Vec<u8>,
    },
    /// Close the connection from this address: its participant is gone.
    CloseTcp(SocketAddr),
    /// Tell a client, through its session.
    Say(ParticipantId, ServerSays),
    /// Somebody is gone whom the server did not take out.
    Left(ParticipantId, LeftBecause),
    /// Nothing more to do until then, or until the next input; each call replaces the one before. None: there is nobody.
    WakeAt(Option<Instant>),
}

/// Packets that came and were not passed on, since the unit began. What somebody did not want is not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Withheld {
    /// Of pictures that pause for a receiver who cannot take them; each for each such receiver.
    pub paused: u64,
    /// Beyond what one participant may have passed on, see [`limits`](crate::limits).
    pub beyond_limits: u64,
}

#[derive(Default)]
struct Room {
    members: BTreeSet<ParticipantId>,
    speakers: Speakers,
}

/// Rooms and their participants, behind one port. One thread owns it.
pub struct Sfu {
    config: SfuConfig,
    crypto: std::sync::Arc<CryptoProvider>,
    certificate: DtlsCert,
    rooms: BTreeMap<RoomId, Room>,
    participants: HashMap<ParticipantId, Participant>,
    routes: Routes,
    wakes: BTreeSet<(Instant, ParticipantId)>,
    outputs: VecDeque<Output>,
    /// Of the present input: events that were not looked at, and who may have something to offer.
    events: VecDeque<(ParticipantId, Drained)>,
    to_offer: BTreeSet<ParticipantId>,
    touched: Vec<ParticipantId>,
    withheld: Withheld,
}

impl Sfu {
    /// A unit without rooms. Draws the certificate of its connections.
    pub fn new(config: SfuConfig) -> Result<Self, StartError> {
        if config.udp.is_empty() && config.tcp.is_empty() {
            return Err(StartError::NoAddress);
        }
        candidates(&config)?;
        let crypto = std::sync::Arc::new(str0m::crypto::from_feature_flags());
        let certificate = crypto.dtls_provider.generate_certificate().ok_or(StartError::Certificate)?;
        Ok(Self {
            config,
            crypto,
            certificate,
            rooms: BTreeMap::new(),
            participants: HashMap::new(),
            routes: Routes::default(),
            wakes: BTreeSet::new(),
            outputs: VecDeque::new(),
            events: VecDeque::new(),
            to_offer: BTreeSet::new(),
            touched: Vec::new(),
            withheld: Withheld::default(),
        })
    }

    /// Lets somebody in, and opens the room if it is not open. The client is to offer at once: whoever is not connected
    /// within [`UNCONNECTED_MAX`](crate::limits::UNCONNECTED_MAX) has left.
    pub fn join(&mut self, room: RoomId, who: ParticipantId, now: Instant) -> Result<(), JoinError> {
        if self.participants.contains_key(&who) {
            return Err(JoinError::AlreadyHere);
        }
        match self.rooms.get(&room) {
            Some(room) if room.members.len() >= PARTICIPANTS_MAX => return Err(JoinError::RoomFull),
            None if self.rooms.len() >= ROOMS_MAX => return Err(JoinError::TooManyRooms),
            _ => {}
        }
        let mut participant = Participant::new(room, now);
        let members = &mut self.rooms.entry(room).or_default().members;
        for origin in members.iter() {
            let published = self.participants.get(origin).into_iter().flat_map(|other| &other.published);
            for (mid, track) in published {
                participant.lines.want(TrackId { origin: *origin, mid: *mid }, track.kind);
            }
        }
        members.insert(who);
        self.participants.insert(who, participant);
        self.touched.push(who);
        self.settle(now);
        Ok(())
    }

    /// Takes somebody out; the others are offered their lines without these tracks. An empty room is closed.
    pub fn leave(&mut self, who: ParticipantId, now: Instant) -> Result<(), UnknownParticipant> {
        if !self.participants.contains_key(&who) {
            return Err(UnknownParticipant);
        }
        self.remove(who, now);
        self.settle(now);
        Ok(())
    }

    /// A client's word.
    pub fn hear(&mut self, who: ParticipantId, says: ClientSays, now: Instant) -> Result<Heard, SayError> {
        let heard = match says {
            ClientSays::Offer(offer) => self.hear_offer(who, &offer, now),
            ClientSays::Answer(answer) => self.hear_answer(who, &answer, now),
            ClientSays::Layer { mid, layer } => self.hear_layer(who, &mid, layer, now),
        };
        self.drain(who, now);
        self.settle(now);
        heard
    }

    fn hear_offer(&mut self, who: ParticipantId, offer: &crate::Sdp, now: Instant) -> Result<Heard, SayError> {
        let participant = self.participants.get_mut(&who).ok_or(UnknownParticipant)?;
        let fresh = || connection(&self.config, &self.crypto, &self.certificate, now);
        let (heard, answer) = participant.offered(offer, fresh, now)?;
        if let Some(fragment) = participant.user_fragment() {
            self.routes.add_fragment(who, fragment);
        }
        self.outputs.extend(answer.map(|answer| Output::Say(who, answer)));
        if heard == Heard::Followed {
            self.to_offer.insert(who);
            self.republish(who);
        }
        Ok(heard)
    }

    fn hear_answer(&mut self, who: ParticipantId, answer: &crate::Sdp, now: Instant) -> Result<Heard, SayError> {
        let participant = self.participants.get_mut(&who).ok_or(UnknownParticipant)?;
        let heard = participant.answered(answer)?;
        let waiting: Vec<_> = participant.lines.without_picture().collect();
        if heard == Heard::Followed {
            self.to_offer.insert(who);
            self.republish(who);
        }
        self.share(who, None, now);
        for track in waiting {
            self.ask_for_key_frame(track, 0, now);
        }
        Ok(heard)
    }

    fn hear_layer(&mut self, who: ParticipantId, mid: &str, layer: Layer, now: Instant) -> Result<Heard, SayError> {
        let participant = self.participants.get_mut(&who).ok_or(UnknownParticipant)?;
        // Longer names are cut short by the conversion, and then are another line's or nobody's.
        let known = participant.lines.wish(Mid::from(mid), layer);
        self.share(who, None, now);
        if known { Ok(Heard::Followed) } else { Err(SayError::UnknownLine) }
    }

    /// The client's session was lost and is back: says an offer again that was not answered. Whether the client heard it
    /// before does not matter. A client whose own offer was not answered offers again itself.
    pub fn say_again(&mut self, who: ParticipantId) -> Result<(), UnknownParticipant> {
        let participant = self.participants.get(&who).ok_or(UnknownParticipant)?;
        self.outputs.extend(participant.unanswered().map(|says| Output::Say(who, says.clone())));
        Ok(())
    }

    /// A packet. Its participant is found by the address, or by the user fragment of a check of ICE.
    pub fn receive(&mut self, packet: Packet<'_>, now: Instant) -> Result<(), Unrouted> {
        let flow = Flow { transport: packet.transport, source: packet.source };
        // Nothing can be sent to port 0, and some systems then cut up runs of datagrams for nobody any more.
        if packet.bytes.len() > PACKET_LEN_MAX || packet.source.port() == 0 {
            return Err(Unrouted::Garbage);
        }
        let contents = DatagramRecv::try_from(packet.bytes).map_err(|_| Unrouted::Garbage)?;
        let owner = self.routes.by_flow(flow);
        let checked = checked_fragment(packet.bytes);
        let who = match &checked {
            Some(fragment) => self.routes.by_fragment(fragment).ok_or(Unrouted::UnknownFragment)?,
            None => owner.ok_or(Unrouted::UnknownAddress)?,
        };
        let destination = self.local_address(flow).ok_or(Unrouted::UnknownAddress)?;
        let proto = protocol(packet.transport);
        let input = Input::Receive(now, Receive { proto, source: packet.source, destination, contents });
        if owner != Some(who) {
            let participant = self.participants.get(&who).ok_or(Unrouted::UnknownFragment)?;
            if !participant.accepts(&input) {
                return Err(Unrouted::Forged);
            }
            let taken = |owner| self.participants.get(&owner).is_some_and(|owner| !owner.is_unconnected());
            if (owner.is_some_and(taken) && !self.routes.is_left_behind(flow)) || !self.routes.add_flow(who, flow, now)
            {
                return Err(Unrouted::AddressRefused);
            }
        } else if let Some(fragment) = checked
            && self.participants.get(&who).is_some_and(|participant| participant.accepts(&input))
        {
            self.routes.stays(flow, &fragment);
        }
        if let Some(participant) = self.participants.get_mut(&who) {
            participant.receive(input);
        }
        self.drain(who, now);
        self.settle(now);
        Ok(())
    }

    /// The time has come, or just has passed: at the latest when [`Output::WakeAt`] says.
    pub fn wake(&mut self, now: Instant) {
        while let Some((at, who)) = self.wakes.first().copied() {
            if at > now {
                break;
            }
            self.wakes.remove(&(at, who));
            let Some(participant) = self.participants.get_mut(&who) else { continue };
            participant.wake = None;
            if participant.is_lost(now) {
                self.lose(who, LeftBecause::Unconnected, now);
                continue;
            }
            participant.request_key_frames(now);
            if participant.is_sharing_due(now) {
                self.share(who, None, now);
            }
            self.drain(who, now);
        }
        self.settle(now);
    }

    /// The next thing to do; [`Output::WakeAt`] when there is no more. To be emptied after each input.
    pub fn poll(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| Output::WakeAt(self.wakes.first().map(|(at, _)| *at)))
    }

    /// What was not passed on so far.
    pub fn withheld(&self) -> Withheld {
        self.withheld
    }

    /// How many are in a room; 0 if it is not open.
    pub fn participants(&self, room: RoomId) -> usize {
        self.rooms.get(&room).map_or(0, |room| room.members.len())
    }

    /// How many rooms are open.
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// Brings a participant's connection up to now. What it has for the network goes to the outputs, all else waits.
    fn drain(&mut self, who: ParticipantId, now: Instant) {
        let Some(participant) = self.participants.get_mut(&who) else { return };
        drain_into(participant, who, now, &mut self.outputs, &mut self.events);
        self.touched.push(who);
    }

    /// Follows all events until nothing is left to follow, offers what has changed, and sets the clocks.
    fn settle(&mut self, now: Instant) {
        loop {
            while let Some((who, event)) = self.events.pop_front() {
                self.follow(who, event, now);
            }
            let Some(who) = self.to_offer.pop_first() else { break };
            if let Some(offer) = self.participants.get_mut(&who).and_then(Participant::next_offer) {
                self.outputs.push_back(Output::Say(who, offer));
                self.drain(who, now);
            }
        }
        // Somebody may be in it twice, which costs a look.
        while let Some(who) = self.touched.pop() {
            self.reschedule(who, now);
        }
    }

    fn reschedule(&mut self, who: ParticipantId, now: Instant) {
        let Some(participant) = self.participants.get_mut(&who) else { return };
        let before = participant.wake;
        let soon = now + WAKE_PAUSE;
        // What is due keeps its time: packets that come all the while would put it off for ever.
        let next = participant.wake_at(now).map(|at| match before {
            Some(before) if at <= before && before <= soon => before,
            _ => at.max(soon),
        });
        if before == next {
            return;
        }
        participant.wake = next;
        if let Some(before) = before {
            self.wakes.remove(&(before, who));
        }
        if let Some(next) = next {
            self.wakes.insert((next, who));
        }
    }

    fn lose(&mut self, who: ParticipantId, why: LeftBecause, now: Instant) {
        if self.participants.contains_key(&who) {
            self.remove(who, now);
            self.outputs.push_back(Output::Left(who, why));
        }
    }

    fn remove(&mut self, who: ParticipantId, now: Instant) {
        let Some(mut participant) = self.participants.remove(&who) else { return };
        if let Some(at) = participant.wake {
            self.wakes.remove(&(at, who));
        }
        let outputs = &mut self.outputs;
        participant.close(now, |drained| {
            if let Drained::Transmit(transmit) = drained {
                outputs.extend(sent(transmit));
            }
        });
        for flow in self.routes.remove(who) {
            if flow.transport == Transport::Tcp {
                self.outputs.push_back(Output::CloseTcp(flow.source));
            }
        }
        let tracks = participant.published.keys().map(|mid| TrackId { origin: who, mid: *mid });
        if let Some(room) = self.rooms.get_mut(&participant.room) {
            room.members.remove(&who);
            room.speakers.remove(who);
            for track in tracks {
                for other in &room.members {
                    let wanted = self.participants.get_mut(other).is_some_and(|other| other.lines.unwant(track));
                    if wanted {
                        self.to_offer.insert(*other);
                    }
                }
            }
            if room.members.is_empty() {
                self.rooms.remove(&participant.room);
            }
        }
    }

    fn local_address(&self, flow: Flow) -> Option<SocketAddr> {
        let own = match flow.transport {
            Transport::Udp => &self.config.udp,
            Transport::Tcp => &self.config.tcp,
        };
        own.iter().find(|address| address.is_ipv4() == flow.source.is_ipv4()).copied()
    }
}

/// A connection without lines, with this unit's candidates.
fn connection(
    config: &SfuConfig,
    crypto: &std::sync::Arc<CryptoProvider>,
    certificate: &DtlsCert,
    now: Instant,
) -> Rtc {
    let mut rtc = RtcConfig::new()
        .set_crypto_provider(std::sync::Arc::clone(crypto))
        .set_dtls_cert(certificate.clone())
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .enable_bwe(Some(Bitrate::from(BITRATE_FIRST)))
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .enable_vp9(true)
        .build(now);
    for candidate in candidates(config).unwrap_or_default() {
        rtc.add_local_candidate(candidate);
    }
    rtc
}

fn candidates(config: &SfuConfig) -> Result<Vec<Candidate>, StartError> {
    let udp = config.udp.iter().map(|at| Candidate::host(*at, "udp").map_err(|_| StartError::Address(*at)));
    let tcp = config.tcp.iter().map(|at| {
        let candidate = Candidate::builder().tcp().host(*at).tcptype(TcpType::Passive).build();
        candidate.map_err(|_| StartError::Address(*at))
    });
    udp.chain(tcp).collect()
}

/// Our half of the user name of a check of ICE, if the packet is one.
fn checked_fragment(bytes: &[u8]) -> Option<String> {
    // The first two bits tell STUN from all else (RFC 7983).
    if bytes.first().is_none_or(|first| *first > 1) {
        return None;
    }
    let message = StunMessage::parse(bytes).ok()?;
    let (ours, _theirs) = message.split_username()?;
    message.is_binding_request().then(|| ours.to_owned())
}

fn protocol(transport: Transport) -> Protocol {
    match transport {
        Transport::Udp => Protocol::Udp,
        Transport::Tcp => Protocol::Tcp,
    }
}

/// Brings a connection up to now, and sorts what it has to say.
fn drain_into(
    participant: &mut Participant,
    who: ParticipantId,
    now: Instant,
    outputs: &mut VecDeque<Output>,
    events: &mut VecDeque<(ParticipantId, Drained)>,
) {
    participant.drain(now, |drained| match drained {
        Drained::Transmit(transmit) => outputs.extend(sent(transmit)),
        other => events.push_back((who, other)),
    });
}

fn sent(transmit: str0m::net::Transmit) -> Option<Output> {
    let destination = transmit.destination;
    if transmit.proto == Protocol::Udp {
        return Some(Output::Datagram { destination, bytes: transmit.contents.into() });
    }
    // Longer ones than a frame may have are not made by str0m, whose packets fit a datagram.
    Some(Output::Tcp { destination, bytes: framing::frame(&transmit.contents).ok()? })
}
