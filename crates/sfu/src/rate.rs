//! How many bits a second come of one source. Of payloads, as estimates of bandwidth count.

use std::time::{Duration, Instant};

/// What is counted together.
const WINDOW: Duration = Duration::from_secs(1);
/// After so long without anything the rate is 0.
const SILENT: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Rate {
    since: Option<Instant>,
    bits: u64,
    /// Of the windows before: up with the newest, down by a quarter of the way.
    a_second: Option<u64>,
}

impl Rate {
    pub(crate) fn note(&mut self, len: usize, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let passed = now.saturating_duration_since(since);
        if passed >= SILENT {
            *self = Self { since: Some(now), ..Self::default() };
        } else if passed >= WINDOW {
            let seen = self.bits_a_second(passed);
            let before = self.a_second.unwrap_or(0);
            self.a_second = Some(seen.max((3 * before + seen) / 4));
            self.bits = 0;
            self.since = Some(now);
        }
        self.bits = self.bits.saturating_add(8 * len as u64);
    }

    /// Bits a second. In the first window what came so far, as if it were all of it.
    pub(crate) fn at(&self, now: Instant) -> u64 {
        let passed = self.since.map_or(SILENT, |since| now.saturating_duration_since(since));
        if passed >= SILENT {
            return 0;
        }
        self.a_second.unwrap_or_else(|| self.bits_a_second(passed.max(WINDOW / 4)))
    }

    fn bits_a_second(&self, passed: Duration) -> u64 {
        let us = u64::try_from(passed.as_micros()).unwrap_or(u64::MAX).max(1);
        self.bits.saturating_mul(1_000_000) / us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_known_soon_follows_and_ends() {
        let (mut rate, start) = (Rate::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(rate.at(start), 0);
        let sends =
            |rate: &mut Rate, ms: std::ops::Range<u64>, len| ms.step_by(10).for_each(|ms| rate.note(len, at(ms)));
        sends(&mut rate, 0..500, 125);
        assert!((90_000..110_000).contains(&rate.at(at(500))), "{}", rate.at(at(500)));
        sends(&mut rate, 500..3_000, 1_250);
        assert!((900_000..1_100_000).contains(&rate.at(at(3_000))), "{}", rate.at(at(3_000)));
        sends(&mut rate, 3_000..12_000, 125);
        assert!((100_000..200_000).contains(&rate.at(at(12_000))), "{}", rate.at(at(12_000)));
        assert_eq!(rate.at(at(15_000)), 0);
        rate.note(125, at(15_000));
        assert!(rate.at(at(15_000)) < 10_000);
    }
}
