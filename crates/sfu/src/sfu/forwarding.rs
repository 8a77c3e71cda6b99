//! What one participant's event means for the others: packets and key frames across, tracks that come and go.

use std::time::Instant;

use str0m::media::Mid;
use str0m::rtp::RtpPacket;

use super::Sfu;
use crate::lines::{self, Forwarded, Incoming, TrackId};
use crate::participant::Drained;
use crate::says::ParticipantId;

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
            Drained::Left(why) => self.lose(who, why, now),
            // Went to the outputs at once.
            Drained::Transmit(_) => {}
        }
    }

    /// A packet to all others of the room.
    fn forward(&mut self, origin: ParticipantId, packet: &RtpPacket, now: Instant) {
        let Some(publisher) = self.participants.get_mut(&origin) else { return };
        let Some((mid, rid)) = publisher.source(packet) else { return };
        let Some(params) = publisher.params(packet) else { return };
        let Some(published) = publisher.published.get_mut(&mid) else { return };
        let Some(layer) = published.heard(rid, now) else { return };
        let track = TrackId { origin, mid };
        let incoming = Incoming {
            track,
            layer,
            targets: published.targets(now),
            generation: publisher.generation,
            params,
            descriptor: lines::vp8_descriptor(&params, &packet.payload),
            packet,
        };
        let Some(members) = self.rooms.get(&publisher.room) else { return };
        let mut awaited = None;
        let mut written = Vec::with_capacity(members.len());
        for other in members.iter().filter(|other| **other != origin) {
            let Some(receiver) = self.participants.get_mut(other) else { continue };
            match receiver.forward(&incoming, now) {
                Forwarded::Written => written.push(*other),
                Forwarded::Awaited(layer) => awaited = Some(layer),
                Forwarded::Not => {}
            }
        }
        for other in written {
            self.drain(other, now);
        }
        if let Some(layer) = awaited {
            self.ask_for_key_frame(track, layer, now);
        }
    }

    /// Somebody needs a key frame of this layer. The publisher is asked now, or when its pause is over.
    pub(super) fn ask_for_key_frame(&mut self, track: TrackId, layer: usize, now: Instant) {
        let Some(publisher) = self.participants.get_mut(&track.origin) else { return };
        let Some(published) = publisher.published.get_mut(&track.mid) else { return };
        published.ask_for_key_frame(layer);
        if publisher.request_key_frames(now) {
            self.drain(track.origin, now);
        }
        self.touched.insert(track.origin);
    }

    /// Tells the others which tracks a participant has now.
    pub(super) fn republish(&mut self, who: ParticipantId) {
        let Some(publisher) = self.participants.get_mut(&who) else { return };
        let (new, gone) = publisher.republish();
        let room = publisher.room;
        if new.is_empty() && gone.is_empty() {
            return;
        }
        let track = |mid: Mid| TrackId { origin: who, mid };
        for other in self.rooms.get(&room).into_iter().flatten().filter(|other| **other != who) {
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
