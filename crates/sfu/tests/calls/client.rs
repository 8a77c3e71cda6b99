//! One client: `str0m` as a browser would use it, the polite side of every negotiation.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sfu::{ClientSays, ParticipantId, Sdp, ServerSays, Track, TrackKind, Transport};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid, Pt, Rid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use crate::world::{TCP, UDP};

pub(crate) struct Client {
    pub(crate) rtc: Rtc,
    pub(crate) address: SocketAddr,
    transport: Transport,
    /// Of the lines that it offers; a listener's only receive.
    direction: Direction,
    /// Tracks that were not offered yet.
    to_add: Vec<(TrackKind, Option<Simulcast>)>,
    pending: Option<(SdpPendingOffer, Vec<Mid>)>,
    /// Own lines, in the order they were added.
    pub(crate) mids: Vec<Mid>,
    /// What the unit said last.
    pub(crate) tracks: Vec<Track>,
    pub(crate) last_offer: Option<Sdp>,
    /// Offers stay unanswered while this is set.
    pub(crate) is_deaf: bool,
    /// How loud its sound claims to be.
    pub(crate) level: i8,
    /// Where it is from its next answer on.
    next_address: Option<SocketAddr>,
    pub(crate) received: Vec<Received>,
    pub(crate) key_frames_asked: Vec<(Instant, Option<Rid>)>,
    pub(crate) events: Vec<String>,
    pub(crate) wake: Option<Instant>,
}

/// A packet as it came.
#[derive(Debug)]
pub(crate) struct Received {
    /// Whose it is, by the unit's map; and the publisher's line.
    pub(crate) of: Option<(ParticipantId, String)>,
    pub(crate) mid: Mid,
    pub(crate) packet: RtpPacket,
}

/// A packet as it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent<'a> {
    /// Which of the own tracks.
    pub(crate) track: usize,
    pub(crate) rid: Option<&'a str>,
    pub(crate) sequence: u64,
    pub(crate) time: u32,
    pub(crate) payload: &'a [u8],
}

impl Client {
    /// With microphone and camera.
    pub(crate) fn new(id: u64, transport: Transport, now: Instant) -> Self {
        Self::with(config(), id, transport, now)
    }

    pub(crate) fn with(config: RtcConfig, id: u64, transport: Transport, now: Instant) -> Self {
        let address = SocketAddr::from(([198, 51, 100, u8::try_from(id).unwrap()], 5_000));
        let mut rtc = config.build(now);
        let candidate = match transport {
            Transport::Udp => Candidate::host(address, "udp").unwrap(),
            Transport::Tcp => Candidate::builder().tcp().host(address).tcptype(TcpType::Active).build().unwrap(),
        };
        rtc.add_local_candidate(candidate).unwrap();
        Self {
            rtc,
            address,
            transport,
            direction: Direction::SendOnly,
            to_add: vec![(TrackKind::Audio, None), (TrackKind::Video, None)],
            pending: None,
            mids: Vec::new(),
            tracks: Vec::new(),
            last_offer: None,
            is_deaf: false,
            level: -30,
            next_address: None,
            received: Vec::new(),
            key_frames_asked: Vec::new(),
            events: Vec::new(),
            wake: None,
        }
    }

    pub(crate) fn adds(&mut self, kind: TrackKind) {
        self.to_add.push((kind, None));
    }

    /// A camera in three sizes, and nothing else.
    pub(crate) fn with_simulcast(mut self) -> Self {
        let mut simulcast = Simulcast::new();
        for rid in ["l", "m", "h"] {
            simulcast.add_send_layer(SimulcastLayer::new(rid));
        }
        self.to_add = vec![(TrackKind::Video, Some(simulcast))];
        self
    }

    /// The same, and a microphone.
    pub(crate) fn with_simulcast_and_sound(self) -> Self {
        let mut client = self.with_simulcast();
        client.to_add.push((TrackKind::Audio, None));
        client
    }

    /// Sends nothing, but for what it asks and reports.
    pub(crate) fn only_listens(mut self) -> Self {
        self.direction = Direction::RecvOnly;
        self.to_add = vec![(TrackKind::Audio, None)];
        self
    }

    /// Offers all that was added and not agreed.
    pub(crate) fn offer(&mut self) -> Sdp {
        let direction = self.direction;
        let mut changes = self.rtc.sdp_api();
        let add = |(kind, simulcast): &(TrackKind, Option<Simulcast>)| {
            let kind = if *kind == TrackKind::Audio { MediaKind::Audio } else { MediaKind::Video };
            changes.add_media(kind, direction, None, None, simulcast.clone())
        };
        let mids = self.to_add.iter().map(add).collect();
        let (offer, pending) = changes.apply().expect("something to offer");
        self.pending = Some((pending, mids));
        Sdp(offer.to_sdp_string())
    }

    /// An offer with new credentials of ICE; from another address, if there is one.
    pub(crate) fn restarts(&mut self, address: Option<SocketAddr>) -> Sdp {
        let mut changes = self.rtc.sdp_api();
        changes.ice_restart(address.is_none());
        let (offer, pending) = changes.apply().expect("a restart to offer");
        self.pending = Some((pending, Vec::new()));
        self.next_address = address;
        Sdp(offer.to_sdp_string())
    }

    pub(crate) fn hear(&mut self, says: ServerSays) -> Option<ClientSays> {
        match says {
            ServerSays::Answer(answer) => {
                let (pending, mids) = self.pending.take().expect("an answer to an offer");
                let answer = SdpAnswer::from_sdp_string(&answer.0).unwrap();
                self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
                self.to_add.clear();
                self.mids.extend(mids);
                if let Some(address) = self.next_address.take() {
                    self.address = address;
                    self.rtc.add_local_candidate(Candidate::host(address, "udp").unwrap()).unwrap();
                }
                None
            }
            ServerSays::Offer { sdp, tracks } => {
                self.tracks = tracks;
                self.last_offer = Some(sdp.clone());
                (!self.is_deaf).then(|| ClientSays::Answer(self.answer(&sdp)))
            }
        }
    }

    /// Drops an offer of its own, as the polite side does.
    pub(crate) fn answer(&mut self, offer: &Sdp) -> Sdp {
        self.pending = None;
        let offer = SdpOffer::from_sdp_string(&offer.0).unwrap();
        Sdp(self.rtc.sdp_api().accept_offer(offer).unwrap().to_sdp_string())
    }

    pub(crate) fn payload_type(&self, track: usize) -> Pt {
        let mid = self.mids[track];
        self.rtc.media(mid).unwrap().remote_pts()[0]
    }

    pub(crate) fn send(&mut self, sent: Sent<'_>, now: Instant) {
        let payload_type = self.payload_type(sent.track);
        let mid = self.mids[sent.track];
        let write =
            RtpWrite::new(payload_type, sent.sequence.into(), sent.time, now, sent.payload).nackable(true).ext_vals(
                ExtensionValues { audio_level: Some(self.level), voice_activity: Some(true), ..Default::default() },
            );
        let mut direct = self.rtc.direct_api();
        direct.stream_tx_by_mid(mid, sent.rid.map(Rid::from)).expect("an agreed track").write_rtp(write);
    }

    /// Asks for a key frame of somebody's picture, as a browser does that cannot decode.
    pub(crate) fn asks_for_key_frame(&mut self, origin: u64) {
        let mid = self.line_of(origin, TrackKind::Video).expect("a line");
        let mut direct = self.rtc.direct_api();
        direct.stream_rx_by_mid(mid, None).expect("a stream").request_keyframe(KeyframeRequestKind::Pli);
    }

    pub(crate) fn line_of(&self, origin: u64, kind: TrackKind) -> Option<Mid> {
        let of = |track: &&Track| track.origin == ParticipantId(origin) && track.kind == kind;
        self.tracks.iter().find(of).map(|track| Mid::from(track.mid.as_str()))
    }

    /// Payloads of somebody's tracks, in the order of their numbers.
    pub(crate) fn payloads_of(&self, origin: u64, kind: TrackKind) -> Vec<Vec<u8>> {
        let mut packets = self.packets_of(origin, kind);
        packets.sort_by_key(|packet| packet.seq_no);
        packets.into_iter().map(|packet| packet.payload.to_vec()).collect()
    }

    pub(crate) fn packets_of(&self, origin: u64, kind: TrackKind) -> Vec<&RtpPacket> {
        let mids: Vec<_> =
            self.tracks.iter().filter(|track| track.kind == kind).map(|track| &track.origin_mid).collect();
        let is_it = |received: &&Received| {
            received.of.as_ref().is_some_and(|(who, mid)| *who == ParticipantId(origin) && mids.contains(&mid))
        };
        self.received.iter().filter(is_it).map(|received| &received.packet).collect()
    }

    pub(crate) fn receive(&mut self, transport: Transport, bytes: &[u8], now: Instant) {
        let (proto, source) = match transport {
            Transport::Udp => (Protocol::Udp, UDP),
            Transport::Tcp => (Protocol::Tcp, TCP),
        };
        let receive = Receive::new(proto, source.parse().unwrap(), self.address, bytes).unwrap();
        self.rtc.handle_input(Input::Receive(now, receive)).unwrap();
    }

    pub(crate) fn drain(&mut self, now: Instant) -> Vec<(Transport, SocketAddr, Vec<u8>)> {
        self.rtc.handle_input(Input::Timeout(now)).unwrap();
        let mut sent = Vec::new();
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(at) => {
                    self.wake = Some(at.max(now + Duration::from_millis(1)));
                    return sent;
                }
                Output::Transmit(transmit) => sent.push((self.transport, transmit.source, transmit.contents.to_vec())),
                Output::Event(Event::RtpPacket(packet)) => self.note(packet),
                Output::Event(Event::KeyframeRequest(request)) => self.key_frames_asked.push((now, request.rid)),
                Output::Event(event) => self.events.push(format!("{event:?}")),
            }
        }
    }

    fn note(&mut self, packet: RtpPacket) {
        let ssrc = packet.header.ssrc;
        let mid = self.rtc.direct_api().stream_rx(&ssrc).unwrap().mid();
        let track = self.tracks.iter().find(|track| *track.mid == *mid);
        let of = track.map(|track| (track.origin, track.origin_mid.clone()));
        self.received.push(Received { of, mid, packet });
    }
}

/// A browser's codecs.
pub(crate) fn config() -> RtcConfig {
    RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_opus(true, false).enable_vp8(true).enable_vp9(true)
}
