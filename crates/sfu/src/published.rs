//! A track as its publisher sends it: one layer, or several of a simulcast, and the key frames asked of each.
//! Knows no receiver.

use std::time::{Duration, Instant};

use str0m::media::Rid;

use crate::key_frames::KeyFrameRequests;
use crate::rate::Rate;
use crate::says::{Layer, TrackKind};
use crate::sharing::{LAYERS_MAX, Share};

/// A layer without packets for so long is not sent at present: browsers stop the larger ones when the network is bad.
const LAYER_SILENT: Duration = Duration::from_secs(2);
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) kind: TrackKind,
    layers: Vec<SentLayer>,
}

#[derive(Debug)]
struct SentLayer {
    rid: Option<Rid>,
    last: Option<Instant>,
    rate: Rate,
    key_frames: KeyFrameRequests,
}

/// Which layer whoever wishes for a [`Layer`] is given now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Targets([usize; LAYERS_MAX]);

impl Targets {
    /// None if the receiver's share is none.
    pub(crate) fn of(&self, wish: Layer, share: Share) -> Option<usize> {
        self.0.get(wish.place().min(share?)).copied()
    }
}

impl Published {
    /// `rids`: the layers, smallest first; none for a track without simulcast. What is beyond [`LAYERS_MAX`] is not forwarded.
    pub(crate) fn new(kind: TrackKind, rids: &[Rid]) -> Self {
        let sent = |rid| SentLayer { rid, last: None, rate: Rate::default(), key_frames: KeyFrameRequests::default() };
        let layers = match rids {
            [] => vec![sent(None)],
            rids => rids.iter().take(LAYERS_MAX).map(|rid| sent(Some(*rid))).collect(),
        };
        Self { kind, layers }
    }

    /// A packet of this layer came. None if the layer was not announced.
    pub(crate) fn heard(&mut self, rid: Option<Rid>, now: Instant) -> Option<usize> {
        let (at, layer) = self.layers.iter_mut().enumerate().find(|(_, layer)| layer.rid == rid)?;
        layer.last = Some(now);
        Some(at)
    }

    /// What was heard is to be forwarded.
    pub(crate) fn counts(&mut self, layer: usize, len: usize, now: Instant) {
        if let Some(layer) = self.layers.get_mut(layer) {
            layer.rate.note(len, now);
        }
    }

    /// Bits a second of each layer that is sent at present.
    pub(crate) fn rates(&self, now: Instant) -> [Option<u64>; LAYERS_MAX] {
        let rate = |layer: &SentLayer| layer.is_sent(now).then(|| layer.rate.at(now));
        std::array::from_fn(|at| self.layers.get(at).and_then(rate))
    }

    pub(crate) fn is_simulcast(&self) -> bool {
        self.layers.len() > 1
    }

    pub(crate) fn targets(&self, now: Instant) -> Targets {
        let alive = |layer: &SentLayer| layer.is_sent(now);
        let lowest = self.layers.iter().position(alive).unwrap_or(0);
        let mut best = lowest;
        Targets(std::array::from_fn(|at| {
            if self.layers.get(at).is_some_and(alive) {
                best = at;
            }
            best
        }))
    }

    pub(crate) fn ask_for_key_frame(&mut self, layer: usize) {
        if let Some(layer) = self.layers.get_mut(layer)
            && self.kind == TrackKind::Video
        {
            layer.key_frames.ask();
        }
    }

    pub(crate) fn key_frame_due_at(&self, now: Instant) -> Option<Instant> {
        self.layers.iter().filter_map(|layer| layer.key_frames.due_at(now)).min()
    }

    /// Layers whose request is to go now.
    pub(crate) fn take_due(&mut self, now: Instant) -> impl Iterator<Item = Option<Rid>> {
        self.layers.iter_mut().filter_map(move |layer| layer.key_frames.take_due(now).then_some(layer.rid))
    }
}

impl SentLayer {
    fn is_sent(&self, now: Instant) -> bool {
        self.last.is_some_and(|last| now < last + LAYER_SILENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Published {
        Published::new(TrackKind::Video, &["l".into(), "m".into(), "h".into()])
    }

    #[test]
    fn a_wish_gets_the_nearest_layer_below_that_is_sent() {
        let (mut track, start) = (three(), Instant::now());
        assert_eq!(track.targets(start), Targets([0, 0, 0]));
        assert_eq!(track.heard(Some("m".into()), start), Some(1));
        assert_eq!(track.targets(start), Targets([1, 1, 1]));
        assert_eq!(track.heard(Some("l".into()), start), Some(0));
        assert_eq!(track.targets(start), Targets([0, 1, 1]));
        assert_eq!(track.heard(Some("h".into()), start + LAYER_SILENT / 2), Some(2));
        assert_eq!(track.targets(start + LAYER_SILENT / 2), Targets([0, 1, 2]));
        assert_eq!(track.targets(start + LAYER_SILENT), Targets([2, 2, 2]));
    }

    #[test]
    fn layers_that_nobody_announced_are_not_forwarded() {
        assert_eq!(three().heard(Some("x".into()), Instant::now()), None);
        assert_eq!(three().heard(None, Instant::now()), None);
        let many: Vec<Rid> = ["a", "b", "c", "d"].map(Rid::from).to_vec();
        assert_eq!(Published::new(TrackKind::Video, &many).heard(Some("d".into()), Instant::now()), None);
    }
}
