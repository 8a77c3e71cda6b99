//! How many packets of one participant are passed on: as each costs as many as there are others, a flood of one would be a flood to
//! all. Counted are packets with the right key, so that nobody uses up somebody else's by forged ones.

use std::time::{Duration, Instant};

use crate::limits::{PICTURE_PACKETS_MAX, SOUND_PACKETS_MAX};
use crate::says::TrackKind;

/// How far a participant may be ahead of the highest rate: bursts, as key frames come.
const AHEAD_MAX: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub(crate) struct Allowance {
    /// When all that was passed on would have come at the highest rate: sound, pictures.
    used_until: [Option<Instant>; 2],
}

impl Allowance {
    /// Whether one more is passed on now.
    pub(crate) fn admits(&mut self, kind: TrackKind, now: Instant) -> bool {
        let [sound, pictures] = &mut self.used_until;
        let (until, a_second) = match kind {
            TrackKind::Audio => (sound, SOUND_PACKETS_MAX),
            TrackKind::Video => (pictures, PICTURE_PACKETS_MAX),
        };
        let used_until = until.map_or(now, |until| until.max(now));
        let is_admitted = used_until - now < AHEAD_MAX;
        if is_admitted {
            *until = Some(used_until + Duration::from_secs(1) / a_second);
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_so_many_a_second() {
        for (kind, a_second) in [(TrackKind::Audio, SOUND_PACKETS_MAX), (TrackKind::Video, PICTURE_PACKETS_MAX)] {
            let (mut allowance, start) = (Allowance::default(), Instant::now());
            let mut admitted = |now| (0..10_000).filter(|_| allowance.admits(kind, now)).count();
            assert_eq!(admitted(start), a_second as usize / 2);
            assert_eq!(admitted(start + Duration::from_millis(100)), a_second as usize / 10);
            assert_eq!(admitted(start + Duration::from_secs(60)), a_second as usize / 2);
        }
    }
}
