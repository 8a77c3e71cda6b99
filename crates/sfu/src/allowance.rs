//! How many packets of one participant are passed on, and of how many bytes: as each costs as many as there are others, a flood of one would be a flood to
//! all. Counted are packets with the right key, so that nobody uses up somebody else's by forged ones.

use std::time::{Duration, Instant};

use crate::limits::{PICTURE_BITS_MAX, PICTURE_PACKETS_MAX, SOUND_BITS_MAX, SOUND_PACKETS_MAX};
use crate::says::TrackKind;

/// How far a participant may be ahead of the highest rate: bursts, as key frames come.
const AHEAD_MAX: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub(crate) struct Allowance {
    /// When all that was passed on would have come at the highest rate: sound, pictures.
    used_until: [Option<Instant>; 2],
}

impl Allowance {
    /// Whether one more, with a payload of so many bytes, is passed on now.
    pub(crate) fn admits(&mut self, kind: TrackKind, len: usize, now: Instant) -> bool {
        let [sound, pictures] = &mut self.used_until;
        let (until, packets_max, bits_max) = match kind {
            TrackKind::Audio => (sound, SOUND_PACKETS_MAX, SOUND_BITS_MAX),
            TrackKind::Video => (pictures, PICTURE_PACKETS_MAX, PICTURE_BITS_MAX),
        };
        let used_until = until.map_or(now, |until| until.max(now));
        let is_admitted = used_until - now < AHEAD_MAX;
        if is_admitted {
            let of_bits = Duration::from_nanos(len as u64 * 8 * 1_000_000_000 / bits_max);
            *until = Some(used_until + of_bits.max(Duration::from_secs(1) / packets_max));
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
            let mut admitted = |now| (0..10_000).filter(|_| allowance.admits(kind, 40, now)).count();
            assert_eq!(admitted(start), a_second as usize / 2);
            assert_eq!(admitted(start + Duration::from_millis(100)), a_second as usize / 10);
            assert_eq!(admitted(start + Duration::from_secs(60)), a_second as usize / 2);
        }
    }

    #[test]
    fn long_packets_are_fewer() {
        for (kind, bits_max) in [(TrackKind::Audio, SOUND_BITS_MAX), (TrackKind::Video, PICTURE_BITS_MAX)] {
            let (mut allowance, start, mut bits) = (Allowance::default(), Instant::now(), 0);
            for ms in 0..10_000 {
                for _ in 0..3 {
                    bits += 8 * 2_000 * u64::from(allowance.admits(kind, 2_000, start + Duration::from_millis(ms)));
                }
            }
            assert!(bits > bits_max * 10 && bits < bits_max * 11, "{bits}");
        }
    }
}
