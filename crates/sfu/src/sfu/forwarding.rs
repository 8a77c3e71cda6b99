//! What one participant's event means for the others: packets and key frames across, tracks that come and go.

use std::time::Instant;

use str0m::media::Mid;
use str0m::rtp::RtpPacket;

use super::{Sfu, drain_into};
use crate::lines::{self, Forwarded, Incoming, TrackId};
use crate::participant::Drained;
use crate::says::{ParticipantId, TrackKind};
use crate::sharing::Wanted;

impl Sfu {
    pub(super) fn follow(&mut self, who: ParticipantId, event: Drained, now: Instant) {
        match event {
            Drained::Packet(packet) => self.forward(who, &packet, now),
            Drained::KeyFrameWanted(mid) => {
                let on_line = self.participants.get(&who).and_then(|participant| participant.track_on(mid));
                if let Some((track, layer)) = on_line {
                    self.ask_for_key_frame(track, layer.unwrap_or(0), now);
                }
            }
            Drained::LinesChanged => self.republish(who),
            Drained::Estimate(bits) => self.share(who, Some(bits), now),
            Drained::Restarted => self.routes.end_fragments_before(who),
            Drained::Left(why) => self.lose(who, why, now),
            // Went to the outputs at once.
            Drained::Transmit(_) => {}
        }
    }

    /// A packet to all others of the room; of sound only if its publisher is among those who are heard.
    fn forward(&mut self, origin: ParticipantId, packet: &RtpPacket, now: Instant) {
        let Some(publisher) = self.participants.get_mut(&origin) else { return };
        let Some((mid, rid)) = publisher.source(packet) else { return };
        let Some(params) = publisher.params(packet) else { return };
        let Some(published) = publisher.published.get_mut(&mid) else { return };
        if !publisher.allowance.admits(published.kind, packet.payload.len(), now) {
            self.withheld.beyond_limits += 1;
            return;
        }
        let Some(layer) = published.heard(rid, now) else { return };
        let Some(room) = self.rooms.get_mut(&publisher.room) else { return };
        let turn = match published.kind {
            TrackKind::Audio => room.speakers.hear(origin, packet.header.ext_vals.audio_level, now),
            TrackKind::Video => Some(0),
        };
        let Some(turn) = turn else { return };
        published.counts(layer, packet.payload.len(), now);
        let track = TrackId { origin, mid };
        let incoming = Incoming {
            track,
            turn,
            layer,
            targets: published.targets(now),
            generation: publisher.generation,
            params,
            descriptor: lines::vp8_descriptor(&params, &packet.payload),
            packet,
        };
        let mut awaited = None;
        for other in room.members.iter().filter(|other| **other != origin) {
            let Some(receiver) = self.participants.get_mut(other) else { continue };
            match receiver.forward(&incoming, now) {
                Forwarded::Written(_) => {
                    drain_into(receiver, *other, now, &mut self.outputs, &mut self.events);
                    self.touched.push(*other);
                }
                Forwarded::Awaited(layer) => awaited = Some(layer),
                Forwarded::Paused => self.withheld.paused += 1,
                Forwarded::Not => {}
            }
        }
        if let Some(layer) = awaited {
            self.ask_for_key_frame(track, layer, now);
        }
    }

    /// Shares out what a receiver can take among the pictures it is sent. Sound comes first.
    pub(super) fn share(&mut self, who: ParticipantId, estimate: Option<u64>, now: Instant) {
        let Some(receiver) = self.participants.get_mut(&who) else { return };
        receiver.bandwidth.estimate = estimate.or(receiver.bandwidth.estimate);
        let Some(estimate) = receiver.bandwidth.estimate else { return };
        let carried: Vec<_> = receiver.lines.carried().collect();
        let (mut sound, mut wished, mut mids, mut wanted) = (0u64, 0u64, Vec::new(), Vec::new());
        for line in carried {
            let publisher = self.participants.get(&line.track.origin);
            let Some(published) = publisher.and_then(|other| other.published.get(&line.track.mid)) else { continue };
            let rates = published.rates(now);
            if line.kind == TrackKind::Audio {
                sound = sound.saturating_add(rates.into_iter().flatten().sum());
                continue;
            }
            let is_screen = !published.is_simulcast();
            let picture = Wanted { is_screen, wish: line.wish, rates, share: line.share, is_shown: line.is_shown };
            wished = wished.saturating_add(picture.wished_rate());
            mids.push(line.mid);
            wanted.push(picture);
        }
        let Some(receiver) = self.participants.get_mut(&who) else { return };
        let shares = receiver.bandwidth.sharing.share(estimate.saturating_sub(sound), &wanted, now);
        let is_less = wanted.iter().zip(&shares).any(|(wanted, share)| *share < Some(wanted.wish));
        for (mid, share) in mids.into_iter().zip(shares) {
            receiver.lines.give(mid, share);
        }
        receiver.has_shared(wished.saturating_add(sound), is_less, now);
        self.touched.push(who);
    }

    /// Somebody needs a key frame of this layer. The publisher is asked now, or when its pause is over.
    pub(super) fn ask_for_key_frame(&mut self, track: TrackId, layer: usize, now: Instant) {
        let Some(publisher) = self.participants.get_mut(&track.origin) else { return };
        let Some(published) = publisher.published.get_mut(&track.mid) else { return };
        published.ask_for_key_frame(layer);
        if publisher.request_key_frames(now) {
            self.drain(track.origin, now);
        }
        self.touched.push(track.origin);
    }

    /// Tells the others which tracks a participant has now.
    pub(super) fn republish(&mut self, who: ParticipantId) {
        let Some(publisher) = self.participants.get_mut(&who) else { return };
        let (new, gone) = publisher.republish();
        if new.is_empty() && gone.is_empty() {
            return;
        }
        let has_sound = publisher.published.values().any(|track| track.kind == TrackKind::Audio);
        let Some(room) = self.rooms.get_mut(&publisher.room) else { return };
        if has_sound {
            room.speakers.add(who);
        } else {
            room.speakers.remove(who);
        }
        let track = |mid: Mid| TrackId { origin: who, mid };
        for other in room.members.iter().filter(|other| **other != who) {
            let Some(receiver) = self.participants.get_mut(other) else { continue };
            for (mid, kind) in &new {
                receiver.lines.want(track(*mid), *kind);
            }
            for mid in &gone {
                receiver.lines.unwant(track(*mid));
            }
            self.to_offer.insert(*other);
        }
    }
}
