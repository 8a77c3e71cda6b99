//! The media lines of one participant's connection that carry others' tracks: which track is on which line, what is
//! to be offered, and how a packet goes out on its line.
//!
//! Lines are grouped in seats. The lines of a seat have one stream id, by which browsers keep lips and voice together;
//! so a seat is one person's at a time. When the person leaves the seat is used again: a call with much coming and going
//! has as many lines as it had people at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use str0m::Rtc;
use str0m::change::{SdpOffer, SdpPendingOffer};
use str0m::format::{Codec, PayloadParams};
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite, Ssrc, Vp8Descriptor};

use crate::limits::{LINES_MAX, REPAIRS_KEPT, REPAIRS_MAX, REPAIRS_SHARE};
use crate::picture_ids::PictureIds;
use crate::published::Targets;
use crate::rebase::{Place, Rebase};
use crate::says::{Layer, ParticipantId, Track, TrackKind};
use crate::sharing::{self, Share};

/// A track in a room: its publisher, and the line on the publisher's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TrackId {
    pub(crate) origin: ParticipantId,
    pub(crate) mid: Mid,
}

/// What is known of a packet that goes to many.
pub(crate) struct Incoming<'a> {
    pub(crate) track: TrackId,
    /// Another one: between it and the packet before some were left out on purpose.
    pub(crate) turn: u32,
    pub(crate) layer: usize,
    pub(crate) targets: Targets,
    /// Changes when the publisher negotiates: payload types may mean something else then.
    pub(crate) generation: u32,
    pub(crate) params: PayloadParams,
    /// Of VP8 only.
    pub(crate) descriptor: Option<Vp8Descriptor>,
    pub(crate) packet: &'a RtpPacket,
}

/// What became of it on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forwarded {
    /// It is not for this participant.
    Not,
    /// It goes out, as one of this source.
    Written(Ssrc),
    /// It would go out, if the receiver could take more.
    Paused,
    /// It does not go out, as another layer is on its way to this participant, which needs a key frame of this one.
    Awaited(usize),
}

/// A track on its line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried {
    pub(crate) mid: Mid,
    pub(crate) track: TrackId,
    pub(crate) kind: TrackKind,
    pub(crate) wish: usize,
    pub(crate) share: Share,
    /// Something of it has gone out.
    pub(crate) is_shown: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Lines {
    wanted: BTreeMap<TrackId, TrackKind>,
    lines: BTreeMap<Mid, Line>,
    by_track: HashMap<TrackId, Mid>,
}

#[derive(Debug)]
struct Line {
    kind: TrackKind,
    seat: usize,
    track: Option<TrackId>,
    /// The client has agreed to be sent the track.
    sends: bool,
    /// It was said how much is kept to be sent again.
    keeps_repairs: bool,
    wish: Layer,
    /// Of what the receiver can take.
    share: Share,
    layer: Option<usize>,
    /// A publisher may begin anew with another source, or be heard again: numbers are another's then.
    source: Option<(Ssrc, u32)>,
    rebase: Rebase,
    picture_ids: PictureIds,
    payload_types: Vec<(u32, Pt, Option<Pt>)>,
}

impl Lines {
    pub(crate) fn want(&mut self, track: TrackId, kind: TrackKind) {
        self.wanted.insert(track, kind);
    }

    /// True if the track was wanted.
    pub(crate) fn unwant(&mut self, track: TrackId) -> bool {
        self.wanted.remove(&track).is_some()
    }

    /// The line was made by this unit's offer.
    pub(crate) fn track_on(&self, mid: Mid) -> Option<(TrackId, Option<usize>)> {
        let line = self.lines.get(&mid)?;
        Some((line.track?, line.layer))
    }

    /// False if no track is on this line.
    pub(crate) fn wish(&mut self, mid: Mid, layer: Layer) -> bool {
        let Some(line) = self.lines.get_mut(&mid).filter(|line| line.track.is_some()) else { return false };
        line.wish = layer;
        true
    }

    /// Tracks on lines that the client takes, with what it wishes for and has.
    pub(crate) fn carried(&self) -> impl Iterator<Item = Carried> {
        let carried = |(mid, line): (&Mid, &Line)| {
            let (wish, share) = (line.wish.place(), line.share);
            let is_shown = line.layer.is_some();
            Some(Carried { mid: *mid, track: line.track?, kind: line.kind, wish, share, is_shown })
        };
        self.lines.iter().filter(|(_, line)| line.sends).filter_map(carried)
    }

    /// From now on the line carries no larger layer than this, or nothing. What begins again begins with a key frame.
    pub(crate) fn give(&mut self, mid: Mid, share: Share) {
        if let Some(line) = self.lines.get_mut(&mid) {
            line.share = share;
            if share.is_none() {
                line.source_changes(None);
            }
        }
    }

    /// An offer that makes the lines carry what is wanted; None if they do. `share`: what new pictures begin with.
    pub(crate) fn offer(&mut self, rtc: &mut Rtc, share: Share) -> Option<(SdpOffer, SdpPendingOffer, Vec<Track>)> {
        let freed = self.free_unwanted();
        let missing: Vec<_> =
            self.wanted.iter().filter(|(track, _)| !self.by_track.contains_key(track)).map(|(t, k)| (*t, *k)).collect();
        if freed.is_empty() && missing.is_empty() {
            return None;
        }
        let mut turned: Vec<_> = freed.iter().map(|mid| (*mid, direction(rtc, *mid).map(without_sending))).collect();
        let mut added = Vec::new();
        for (track, kind) in missing {
            let seat = self.seat_for(track.origin, &freed, &added);
            match self.free_line(rtc, seat, kind, &freed) {
                Some(mid) => {
                    self.take(mid, track, share);
                    turned.push((mid, direction(rtc, mid).map(with_sending)));
                }
                None if self.lines.len() + added.len() < LINES_MAX => added.push((track, kind, seat)),
                None => break,
            }
        }
        let mut changes = rtc.sdp_api();
        for (mid, direction) in turned {
            if let Some(direction) = direction {
                changes.set_direction(mid, direction);
            }
        }
        for (track, kind, seat) in added {
            let mid = changes.add_media(media_kind(kind), Direction::SendOnly, Some(format!("seat{seat}")), None, None);
            self.lines.insert(mid, Line::new(kind, seat));
            self.take(mid, track, share);
        }
        let (offer, pending) = changes.apply()?;
        Some((offer, pending, self.tracks()))
    }

    /// The client has answered, or offered: what it takes on each line.
    pub(crate) fn agreed(&mut self, rtc: &mut Rtc) {
        for (mid, line) in &mut self.lines {
            line.sends = rtc.media(*mid).is_some_and(|media| !media.disabled() && media.direction().is_sending());
            line.payload_types.clear();
            // Publishers pace what they send; a queue here would only add to what is late.
            if let Some(stream) = rtc.direct_api().stream_tx_by_mid(*mid, None) {
                stream.set_unpaced(true);
                // Anew it would forget what it keeps.
                if !std::mem::replace(&mut line.keeps_repairs, true) {
                    stream.set_rtx_cache(REPAIRS_MAX, REPAIRS_KEPT, Some(REPAIRS_SHARE));
                }
            }
        }
    }

    /// Tracks of pictures whose line waits for its first packet: a key frame is needed.
    pub(crate) fn without_picture(&self) -> impl Iterator<Item = TrackId> {
        let silent =
            |line: &&Line| line.sends && line.share.is_some() && line.layer.is_none() && line.kind == TrackKind::Video;
        self.lines.values().filter(silent).filter_map(|line| line.track)
    }

    /// Writes the packet to its line's stream, if this participant is sent it. Then the connection has to be polled.
    pub(crate) fn forward(&mut self, rtc: &mut Rtc, incoming: &Incoming<'_>, now: Instant) -> Forwarded {
        let Some(mid) = self.by_track.get(&incoming.track).copied() else { return Forwarded::Not };
        let Some(line) = self.lines.get_mut(&mid).filter(|line| line.sends) else { return Forwarded::Not };
        if let Err(not) = line.choose(incoming) {
            return not;
        }
        let Some(payload_type) = line.payload_type(rtc, mid, incoming) else { return Forwarded::Not };
        let packet = incoming.packet;
        let source = Some((packet.header.ssrc, incoming.turn));
        if std::mem::replace(&mut line.source, source) != source {
            line.source_changes(line.layer);
        }
        let place = Place { sequence: *packet.seq_no, time: packet.header.timestamp };
        let clock_rate = incoming.params.spec().clock_rate.get();
        let Some(place) = line.rebase.place(place, clock_rate, now) else { return Forwarded::Not };
        let mut write = RtpWrite::new(
            payload_type,
            place.sequence.into(),
            place.time,
            packet.timestamp,
            std::sync::Arc::clone(&packet.payload),
        )
        .marker(packet.header.marker)
        .nackable(line.kind == TrackKind::Video)
        .ext_vals(forwarded_extensions(&packet.header.ext_vals));
        if let Some(patch) = incoming.descriptor.as_ref().and_then(|descriptor| line.picture_ids.patch(descriptor)) {
            write = write.vp8_patch(patch);
        }
        let mut direct = rtc.direct_api();
        let Some(stream) = direct.stream_tx_by_mid(mid, None) else { return Forwarded::Not };
        stream.write_rtp(write);
        Forwarded::Written(stream.ssrc())
    }

    fn free_unwanted(&mut self) -> BTreeSet<Mid> {
        let mut freed = BTreeSet::new();
        for (mid, line) in &mut self.lines {
            if line.track.is_some_and(|track| !self.wanted.contains_key(&track)) {
                line.track = None;
                line.sends = false;
                freed.insert(*mid);
            }
        }
        self.by_track.retain(|track, _| self.wanted.contains_key(track));
        freed
    }

    /// The origin's seat, or one that nobody has. Seats that become free with this offer rest for its duration: a client
    /// sees the track before end, and then another begin.
    fn seat_for(&self, origin: ParticipantId, freed: &BTreeSet<Mid>, added: &[(TrackId, TrackKind, usize)]) -> usize {
        let owned = |(track, seat): (TrackId, usize)| (track.origin == origin).then_some(seat);
        let on_lines = self.lines.values().filter_map(|line| Some((line.track?, line.seat)));
        let on_added = added.iter().map(|(track, _, seat)| (*track, *seat));
        if let Some(seat) = on_lines.clone().chain(on_added.clone()).find_map(owned) {
            return seat;
        }
        let resting = self.lines.iter().filter(|(mid, _)| freed.contains(mid)).map(|(_, line)| line.seat);
        let taken: BTreeSet<usize> = on_lines.chain(on_added).map(|(_, seat)| seat).chain(resting).collect();
        (0..).find(|seat| !taken.contains(seat)).unwrap_or(taken.len())
    }

    fn free_line(&self, rtc: &Rtc, seat: usize, kind: TrackKind, freed: &BTreeSet<Mid>) -> Option<Mid> {
        let free = |mid: &Mid, line: &Line| {
            line.track.is_none()
                && line.seat == seat
                && line.kind == kind
                && !freed.contains(mid)
                && rtc.media(*mid).is_some_and(|media| !media.disabled())
        };
        self.lines.iter().find(|(mid, line)| free(mid, line)).map(|(mid, _)| *mid)
    }

    fn take(&mut self, mid: Mid, track: TrackId, share: Share) {
        if let Some(line) = self.lines.get_mut(&mid) {
            line.track = Some(track);
            line.sends = false;
            line.wish = Layer::default();
            line.share = share;
            line.source_changes(None);
            self.by_track.insert(track, mid);
        }
    }

    fn tracks(&self) -> Vec<Track> {
        let on_line = |(mid, line): (&Mid, &Line)| {
            let track = line.track?;
            Some(Track {
                mid: mid.to_string(),
                origin: track.origin,
                origin_mid: track.mid.to_string(),
                kind: line.kind,
            })
        };
        self.lines.iter().filter_map(on_line).collect()
    }
}

impl Line {
    fn new(kind: TrackKind, seat: usize) -> Self {
        Self {
            kind,
            seat,
            track: None,
            sends: false,
            keeps_repairs: false,
            wish: Layer::default(),
            share: sharing::ALL,
            layer: None,
            source: None,
            rebase: Rebase::default(),
            picture_ids: PictureIds::default(),
            payload_types: Vec::new(),
        }
    }

    /// Is the packet of the layer that this line carries? It changes to the layer that is wished for at a key frame of
    /// that layer, and carries the one before until then.
    fn choose(&mut self, incoming: &Incoming<'_>) -> Result<(), Forwarded> {
        let target = incoming.targets.of(self.wish, self.share).ok_or(Forwarded::Paused)?;
        if self.layer == Some(incoming.layer) && target == incoming.layer {
            return Ok(());
        }
        let is_target = incoming.layer == target;
        let begins = match &incoming.descriptor {
            // Nothing was sent yet: whatever comes first is as good as a still picture of before.
            Some(descriptor) if !self.rebase.is_fresh() => descriptor.starts_keyframe(&incoming.packet.payload),
            _ => true,
        };
        if is_target && begins {
            self.source_changes(Some(incoming.layer));
            return Ok(());
        }
        if self.layer == Some(incoming.layer) {
            return Ok(());
        }
        Err(if is_target { Forwarded::Awaited(target) } else { Forwarded::Not })
    }

    fn source_changes(&mut self, layer: Option<usize>) {
        self.layer = layer;
        self.rebase.forget_source();
        self.picture_ids.forget_source();
    }

    /// The number that this participant has for the codec, by its name and parameters: each browser has its own.
    fn payload_type(&mut self, rtc: &Rtc, mid: Mid, incoming: &Incoming<'_>) -> Option<Pt> {
        const KNOWN_MAX: usize = 8;
        let key = (incoming.generation, incoming.params.pt());
        if let Some((.., known)) = self.payload_types.iter().find(|(generation, from, _)| (*generation, *from) == key) {
            return *known;
        }
        let matching = rtc.codec_config().match_params(incoming.params).map(PayloadParams::pt);
        let to = matching.filter(|to| rtc.media(mid).is_some_and(|media| media.remote_pts().contains(to)));
        if self.payload_types.len() >= KNOWN_MAX {
            self.payload_types.clear();
        }
        self.payload_types.push((key.0, key.1, to));
        to
    }
}

/// What the publisher's header says of its own connection is not forwarded: lines, layers and times of sending are this
/// connection's, and str0m writes its own.
fn forwarded_extensions(extensions: &ExtensionValues) -> ExtensionValues {
    let mut forwarded = extensions.clone();
    forwarded.mid = None;
    forwarded.rid = None;
    forwarded.rid_repair = None;
    forwarded.transport_cc = None;
    forwarded.abs_send_time = None;
    forwarded
}

pub(crate) fn vp8_descriptor(params: &PayloadParams, payload: &[u8]) -> Option<Vp8Descriptor> {
    (params.spec().codec == Codec::Vp8).then(|| Vp8Descriptor::parse(payload).ok()).flatten()
}

fn direction(rtc: &Rtc, mid: Mid) -> Option<Direction> {
    rtc.media(mid).map(str0m::media::Media::direction)
}

/// A client may send on a line that was made for it to receive on (`addTrack` does): only our half changes.
fn without_sending(direction: Direction) -> Direction {
    if direction.is_receiving() { Direction::RecvOnly } else { Direction::Inactive }
}

fn with_sending(direction: Direction) -> Direction {
    if direction.is_receiving() { Direction::SendRecv } else { Direction::SendOnly }
}

fn media_kind(kind: TrackKind) -> MediaKind {
    match kind {
        TrackKind::Audio => MediaKind::Audio,
        TrackKind::Video => MediaKind::Video,
    }
}
