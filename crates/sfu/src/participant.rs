//! One participant: its connection, its half of the negotiation, what it publishes. Knows no other participant and no
//! room; the unit brings packets and wishes across.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use str0m::bwe::{Bitrate, BweKind};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{KeyframeRequestKind, MediaAdded, MediaKind, Mid, Rid};
use str0m::rtp::{RtpPacket, Ssrc};
use str0m::{Event, IceConnectionState, IceCreds, Input, Output, Rtc, RtcError};

use crate::allowance::Allowance;
use crate::limits::{
    BITRATE_SOUGHT_MIN, SHARING_PAUSE, SOUGHT_BEYOND_WISHED, SOURCES_MAX, TRACKS_MAX, UNCONNECTED_MAX, WAKE_PAUSE,
};
use crate::lines::{Forwarded, Incoming, Lines, TrackId};
use crate::published::Published;
use crate::says::{Heard, LeftBecause, RoomId, Sdp, ServerSays, TrackKind};
use crate::sdp::{self, SdpRefused};
use crate::sharing::{self, Sharing};

/// A description that is not followed. The connection is as it was, unless the participant leaves as well.
#[derive(Debug, thiserror::Error)]
pub enum DescriptionRefused {
    /// Too large in some way, or of two minds about its codecs: it is not read.
    #[error(transparent)]
    NotAdmitted(#[from] SdpRefused),
    /// No session description at all.
    #[error("no session description: {0}")]
    NoSdp(String),
    /// A description that does not fit the connection.
    #[error("the description does not fit")]
    DoesNotFit(#[source] RtcError),
}

/// After a look at the clock that brought nothing and wants no other for so long, packets go out without a further look after the
/// last of them: each look goes through all lines. No longer: what is sent meanwhile counts for a trial of the receiver's line that
/// began meanwhile, and spoils it.
const CALM: Duration = Duration::from_millis(5);

pub(crate) struct Participant {
    pub(crate) room: RoomId,
    pub(crate) published: BTreeMap<Mid, Published>,
    pub(crate) lines: Lines,
    /// Counts the negotiations, as payload types may mean something else after each.
    pub(crate) generation: u32,
    codecs: sdp::Codecs,
    /// The client's, of ICE.
    credentials: Option<IceCreds>,
    /// From the first offer on.
    rtc: Option<Rtc>,
    /// The offer that waits for its answer, and the words it was made with.
    pending: Option<(SdpPendingOffer, ServerSays)>,
    events: FromEvents,
    sources: HashMap<Ssrc, (Mid, Option<Rid>)>,
    rtc_wake: Option<Instant>,
    /// When the unit will look at it, if it has to.
    pub(crate) wake: Option<Instant>,
    /// Sources of the packets that were written to the connection since it was drained.
    written: Vec<Ssrc>,
    /// The connection had nothing to do until then, but for what is written to it.
    calm_until: Option<Instant>,
    /// A packet was taken, and the clock looked at with it.
    is_looked_at: bool,
    pub(crate) bandwidth: Bandwidth,
    pub(crate) allowance: Allowance,
}

/// What the receiver of media can take, and what it would.
#[derive(Debug, Default)]
pub(crate) struct Bandwidth {
    /// Bits a second. None: it does not report what comes when, and nothing is known.
    pub(crate) estimate: Option<u64>,
    pub(crate) sharing: Sharing,
    /// When what it can take is to be shared out anew.
    share_at: Option<Instant>,
    sought: u64,
}

/// What the connection's events said.
#[derive(Default)]
struct FromEvents {
    /// Keys were agreed on: from then on ICE alone says whether there is a connection.
    secured: bool,
    unconnected_since: Option<Instant>,
    /// The client has, or was refused, new credentials of ICE, and there is no path since. Media goes on by the path of before.
    restarting_since: Option<Instant>,
    mids: BTreeSet<Mid>,
    simulcasts: HashMap<Mid, Vec<Rid>>,
}

/// What draining a connection brought.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a packet is moved twice; to box each costs more")]
pub(crate) enum Drained {
    Packet(RtpPacket),
    KeyFrameWanted(Mid),
    /// Lines came or changed.
    LinesChanged,
    /// What this participant can be sent, in bits a second.
    Estimate(u64),
    /// There is a path by the credentials of a restart.
    Restarted,
    Transmit(str0m::net::Transmit),
    Left(LeftBecause),
}

impl Participant {
    pub(crate) fn new(room: RoomId, now: Instant) -> Self {
        Self {
            room,
            published: BTreeMap::new(),
            lines: Lines::default(),
            generation: 0,
            codecs: sdp::Codecs::default(),
            credentials: None,
            rtc: None,
            pending: None,
            events: FromEvents { unconnected_since: Some(now), ..FromEvents::default() },
            sources: HashMap::new(),
            rtc_wake: None,
            wake: None,
            written: Vec::new(),
            calm_until: None,
            is_looked_at: false,
            bandwidth: Bandwidth::default(),
            allowance: Allowance::default(),
        }
    }

    /// Follows a client's offer. `fresh` makes the connection for the first one; the caller drains afterwards.
    pub(crate) fn offered(
        &mut self,
        offer: &Sdp,
        fresh: impl FnOnce() -> Rtc,
        now: Instant,
    ) -> Result<(Heard, Option<ServerSays>), DescriptionRefused> {
        let admitted = sdp::admitted(&offer.0, &mut self.codecs)?;
        if self.pending.is_some() {
            return Ok((Heard::Ignored, None));
        }
        let offer =
            SdpOffer::from_sdp_string(&admitted).map_err(|error| DescriptionRefused::NoSdp(error.to_string()))?;
        // The first offer may ruin what it is tried on; then the next finds a new one.
        let (answer, rtc) = match self.rtc.take() {
            None => {
                let mut rtc = fresh();
                let answer = rtc.sdp_api().accept_offer(offer).map_err(DescriptionRefused::DoesNotFit)?;
                (answer, rtc)
            }
            Some(mut rtc) => {
                let before = rtc.direct_api().local_ice_credentials();
                let accepted = rtc.sdp_api().accept_offer(offer);
                let restarts = rtc.direct_api().local_ice_credentials() != before;
                if restarts {
                    self.events.restarting_since.get_or_insert(now);
                }
                match accepted {
                    Ok(answer) => (answer, rtc),
                    Err(error) => {
                        if restarts {
                            self.take_back_restart(&mut rtc, before);
                        }
                        self.rtc = Some(rtc);
                        return Err(DescriptionRefused::DoesNotFit(error));
                    }
                }
            }
        };
        self.rtc = Some(rtc);
        self.credentials = sdp::credentials(&admitted);
        self.negotiated();
        Ok((Heard::Followed, Some(ServerSays::Answer(Sdp(answer.to_sdp_string())))))
    }

    /// The client is told nothing of new credentials: those of before go on, and its next check brings its path back. The
    /// connection has forgotten all paths and misses none: if no check comes, the participant is lost as after any restart.
    fn take_back_restart(&self, rtc: &mut Rtc, ours: IceCreds) {
        let mut direct = rtc.direct_api();
        direct.set_local_ice_credentials(ours);
        if let Some(theirs) = &self.credentials {
            direct.set_remote_ice_credentials(theirs.clone());
        }
    }

    /// Follows a client's answer. Text that is none leaves the offer standing.
    pub(crate) fn answered(&mut self, answer: &Sdp) -> Result<Heard, DescriptionRefused> {
        // Nobody asked: it is not even read.
        if self.pending.is_none() {
            return Ok(Heard::Ignored);
        }
        let admitted = sdp::admitted(&answer.0, &mut self.codecs)?;
        let answer =
            SdpAnswer::from_sdp_string(&admitted).map_err(|error| DescriptionRefused::NoSdp(error.to_string()))?;
        let (Some(rtc), Some((pending, _))) = (self.rtc.as_mut(), self.pending.take()) else {
            return Ok(Heard::Ignored);
        };
        if let Err(error) = rtc.sdp_api().accept_answer(pending, answer) {
            // Half of it may have been followed, and there is no offer to come back to.
            rtc.disconnect();
            return Err(DescriptionRefused::DoesNotFit(error));
        }
        self.negotiated();
        Ok(Heard::Followed)
    }

    /// What the unit has to offer now: nothing before the client's first offer, while an answer is awaited, or if the
    /// lines carry what is wanted. The caller drains afterwards.
    pub(crate) fn next_offer(&mut self) -> Option<ServerSays> {
        let rtc = self.rtc.as_mut().filter(|rtc| rtc.is_alive())?;
        if self.pending.is_some() {
            return None;
        }
        let share = self.bandwidth.estimate.map_or(sharing::ALL, |_| sharing::SMALLEST);
        let (offer, pending, tracks) = self.lines.offer(rtc, share)?;
        let says = ServerSays::Offer { sdp: Sdp(offer.to_sdp_string()), tracks };
        self.pending = Some((pending, says.clone()));
        Some(says)
    }

    pub(crate) fn unanswered(&self) -> Option<&ServerSays> {
        self.pending.as_ref().map(|(_, says)| says)
    }

    fn negotiated(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.sources.clear();
        if let Some(rtc) = &mut self.rtc {
            self.lines.agreed(rtc);
        }
    }

    pub(crate) fn user_fragment(&mut self) -> Option<String> {
        Some(self.rtc.as_mut()?.direct_api().local_ice_credentials().ufrag)
    }

    /// Nobody is connected at present.
    pub(crate) fn is_unconnected(&self) -> bool {
        self.events.unconnected_since.is_some()
    }

    /// Does the packet prove that it is this participant's? Only checks of ICE do.
    pub(crate) fn accepts(&self, input: &Input<'_>) -> bool {
        self.rtc.as_ref().is_some_and(|rtc| rtc.accepts(input))
    }

    /// Takes a packet; the caller drains afterwards. A packet that cannot be read is nobody's fault: whoever can send to
    /// an open port from a known address could end a call otherwise.
    pub(crate) fn receive(&mut self, input: Input<'_>) {
        let Some(rtc) = self.rtc.as_mut() else { return };
        match rtc.handle_input(input) {
            Ok(()) => self.is_looked_at = true,
            Err(error) => tracing::debug!(%error, "a packet was not understood"),
        }
    }

    /// Moves the connection's time, and takes from it all that it has to say.
    pub(crate) fn drain(&mut self, now: Instant, mut take: impl FnMut(Drained)) {
        let Some(rtc) = self.rtc.as_mut() else { return };
        let is_calm = !self.written.is_empty() && self.calm_until.is_some_and(|until| now < until);
        let is_looked_at = std::mem::take(&mut self.is_looked_at) && self.written.is_empty();
        let mut broken = !is_looked_at && rtc.handle_input(Input::Timeout(now)).is_err();
        let mut has_sent = false;
        while !broken {
            match rtc.poll_output() {
                // What paces gives one packet after each look at the clock.
                Ok(Output::Timeout(at)) if has_sent && at <= now + WAKE_PAUSE => {
                    has_sent = false;
                    broken = rtc.handle_input(Input::Timeout(now)).is_err();
                }
                Ok(Output::Timeout(at)) => {
                    self.rtc_wake = Some(at);
                    self.calm_until = Some(now + CALM).filter(|until| at >= *until);
                    break;
                }
                Ok(Output::Transmit(transmit)) => {
                    has_sent = true;
                    let source = rtp_source(&transmit.contents);
                    if let Some(place) = self.written.iter().position(|written| source == Some(*written)) {
                        self.written.swap_remove(place);
                    }
                    take(Drained::Transmit(transmit));
                    // All else that it had to say comes before packets, and its time is the one of the last look.
                    if is_calm && self.written.is_empty() {
                        break;
                    }
                }
                Ok(Output::Event(event)) => {
                    if let Some(drained) = self.events.hear(event, now) {
                        take(drained);
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "a connection broke");
                    broken = true;
                }
            }
        }
        self.written.clear();
        if broken || !rtc.is_alive() {
            take(Drained::Left(LeftBecause::Broken));
        }
    }

    /// What is published now, after lines changed: tracks that are new, and those that are no more.
    pub(crate) fn republish(&mut self) -> (Vec<(Mid, TrackKind)>, Vec<Mid>) {
        let Some(rtc) = &self.rtc else { return (Vec::new(), Vec::new()) };
        let sent = |mid: &Mid| {
            let media = rtc.media(*mid)?;
            let kind = match media.kind() {
                MediaKind::Audio => TrackKind::Audio,
                MediaKind::Video => TrackKind::Video,
            };
            (media.direction().is_receiving() && !media.disabled()).then_some((*mid, kind))
        };
        let now: BTreeMap<Mid, TrackKind> = self.events.mids.iter().filter_map(sent).take(TRACKS_MAX).collect();
        let gone: Vec<Mid> = self.published.keys().filter(|mid| !now.contains_key(mid)).copied().collect();
        let new: Vec<_> = now.into_iter().filter(|(mid, _)| !self.published.contains_key(mid)).collect();
        for mid in &gone {
            self.published.remove(mid);
        }
        for (mid, kind) in &new {
            let rids = self.events.simulcasts.get(mid).map_or(&[][..], Vec::as_slice);
            self.published.insert(*mid, Published::new(*kind, rids));
        }
        (new, gone)
    }

    /// Which line and layer a packet is of. Later packets of a source name neither; str0m remembers.
    pub(crate) fn source(&mut self, packet: &RtpPacket) -> Option<(Mid, Option<Rid>)> {
        let ssrc = packet.header.ssrc;
        if let Some(known) = self.sources.get(&ssrc) {
            return Some(*known);
        }
        let mut direct = self.rtc.as_mut()?.direct_api();
        let stream = direct.stream_rx(&ssrc)?;
        let source = (stream.mid(), stream.rid());
        if self.sources.len() >= SOURCES_MAX {
            self.sources.clear();
        }
        self.sources.insert(ssrc, source);
        Some(source)
    }

    pub(crate) fn params(&self, packet: &RtpPacket) -> Option<str0m::format::PayloadParams> {
        let payload_type = packet.header.payload_type;
        self.rtc.as_ref()?.codec_config().find(|params| params.pt() == payload_type).copied()
    }

    /// Sends the packet on, if this participant is sent its track. The caller drains if it was written.
    pub(crate) fn forward(&mut self, incoming: &Incoming<'_>, now: Instant) -> Forwarded {
        let Some(rtc) = self.rtc.as_mut() else { return Forwarded::Not };
        let forwarded = self.lines.forward(rtc, incoming, now);
        if let Forwarded::Written(source) = forwarded {
            self.written.push(source);
        }
        forwarded
    }

    /// Asks for the key frames that are due; true if the caller has to drain.
    pub(crate) fn request_key_frames(&mut self, now: Instant) -> bool {
        let Some(rtc) = self.rtc.as_mut() else { return false };
        let mut asked = false;
        for (mid, track) in &mut self.published {
            for rid in track.take_due(now) {
                if let Some(stream) = rtc.direct_api().stream_rx_by_mid(*mid, rid) {
                    stream.request_keyframe(KeyframeRequestKind::Pli);
                    asked = true;
                }
            }
        }
        asked
    }

    /// When this participant is to be looked at again.
    pub(crate) fn wake_at(&self, now: Instant) -> Option<Instant> {
        let key_frames = self.published.values().filter_map(|track| track.key_frame_due_at(now)).min();
        let lost = self.events.without_path_since().map(|since| since + UNCONNECTED_MAX);
        [self.rtc_wake, key_frames, lost, self.bandwidth.share_at].into_iter().flatten().min()
    }

    pub(crate) fn is_sharing_due(&self, now: Instant) -> bool {
        self.bandwidth.share_at.is_some_and(|at| at <= now)
    }

    /// What the receiver can take was shared out. `wished`: what all its wishes together would need, in bits a second; `is_less`: it
    /// was not given all of that.
    pub(crate) fn has_shared(&mut self, wished: u64, is_less: bool, now: Instant) {
        self.bandwidth.share_at = Some(now + SHARING_PAUSE);
        // Shares rise only into a part of the estimate, and no more than what is sought is tried for: between the two a picture would
        // pause for ever.
        let (numerator, denominator) = SOUGHT_BEYOND_WISHED;
        let sought = match self.bandwidth.estimate {
            Some(estimate) if is_less && estimate >= wished => wished.saturating_mul(numerator) / denominator,
            _ => wished,
        };
        let sought = sought.max(BITRATE_SOUGHT_MIN);
        // Each larger number is a reason to try for more.
        let is_other = sought.abs_diff(self.bandwidth.sought) > self.bandwidth.sought / 8;
        if let Some(rtc) = self.rtc.as_mut().filter(|_| is_other) {
            self.bandwidth.sought = sought;
            rtc.bwe().set_bitrate(Bitrate::ZERO, Bitrate::from(sought));
        }
    }

    pub(crate) fn is_lost(&self, now: Instant) -> bool {
        self.events.without_path_since().is_some_and(|since| now >= since + UNCONNECTED_MAX)
    }

    /// Says good-bye on the connection, if it still can.
    pub(crate) fn close(&mut self, now: Instant, take: impl FnMut(Drained)) {
        if let Some(rtc) = self.rtc.as_mut()
            && rtc.close().is_ok()
        {
            self.drain(now, take);
        }
    }

    pub(crate) fn track_on(&self, mid: Mid) -> Option<(TrackId, Option<usize>)> {
        self.lines.track_on(mid)
    }
}

/// The source of a packet of media, by the first bits (RFC 7983) and the payload types that RTCP has (RFC 5761).
fn rtp_source(bytes: &[u8]) -> Option<Ssrc> {
    match bytes {
        [128..=191, second, _, _, _, _, _, _, a, b, c, d, ..] if !(64..96).contains(&(second & 0x7f)) => {
            Some(u32::from_be_bytes([*a, *b, *c, *d]).into())
        }
        _ => None,
    }
}

impl FromEvents {
    fn without_path_since(&self) -> Option<Instant> {
        [self.unconnected_since, self.restarting_since].into_iter().flatten().min()
    }

    fn hear(&mut self, event: Event, now: Instant) -> Option<Drained> {
        match event {
            Event::Connected => {
                self.secured = true;
                self.unconnected_since = None;
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                self.unconnected_since.get_or_insert(now);
            }
            Event::IceConnectionStateChange(state) if state.is_connected() => {
                if self.secured {
                    self.unconnected_since = None;
                }
                return self.restarting_since.take().map(|_| Drained::Restarted);
            }
            Event::MediaAdded(added) => {
                self.mids.insert(added.mid);
                self.note_simulcast(added);
                return Some(Drained::LinesChanged);
            }
            Event::MediaChanged(_) => return Some(Drained::LinesChanged),
            Event::RtpPacket(packet) => return Some(Drained::Packet(packet)),
            Event::KeyframeRequest(request) => return Some(Drained::KeyFrameWanted(request.mid)),
            Event::EgressBitrateEstimate(BweKind::Twcc { estimate, .. }) => {
                return Some(Drained::Estimate(estimate.as_u64()));
            }
            Event::Closed => return Some(Drained::Left(LeftBecause::Closed)),
            _ => {}
        }
        None
    }

    /// The layers in the order that the client names them: the smallest first.
    fn note_simulcast(&mut self, added: MediaAdded) {
        if let Some(simulcast) = added.simulcast {
            self.simulcasts.insert(added.mid, simulcast.recv.iter().map(|layer| layer.rid).collect());
        }
    }
}
