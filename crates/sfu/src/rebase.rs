//! One stream out of several, one after the other: what a receiver sees counts on without a gap whichever track or layer
//! it is given, and begins low, so that nobody has to be told a rollover counter (RFC 3711, 3.3.1).

use std::time::{Duration, Instant};

/// The first number that is sent.
const FIRST_SEQUENCE: u64 = 1;
/// Clock rates are 48,000 and 90,000; a time between two packets is at most this many seconds to what follows it.
const SILENCE_MAX: Duration = Duration::from_secs(3_600);

/// No stream counts so far: the index of a packet has 48 bits (RFC 3711, 3.3.1). What claims to is read wrongly, or a lie.
const SEQUENCE_END: u64 = 1 << 47;
/// A step that is longer is none: sixteen bits cannot say it.
const STEP_MAX: u64 = 1 << 15;

/// Numbers and times of one outgoing stream.
#[derive(Debug, Default)]
pub(crate) struct Rebase {
    source: Option<Source>,
    last: Option<Last>,
}

/// What is added to the numbers of the present source.
#[derive(Debug)]
struct Source {
    first: u64,
    newest: u64,
    sequence_first: u64,
    time_added: u32,
}

/// The newest that was sent.
#[derive(Debug)]
struct Last {
    sequence: u64,
    time: u32,
    at: Instant,
}

/// A packet's place in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Extended sequence number.
    pub(crate) sequence: u64,
    /// RTP time, in units of the clock rate.
    pub(crate) time: u32,
}

impl Rebase {
    /// The next packet is of another source.
    pub(crate) fn forget_source(&mut self) {
        self.source = None;
    }

    /// Nothing was sent yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.last.is_none()
    }

    /// Where a packet goes. None if it is older than the first of its source, as the numbers before are taken, and if its number is none that a
    /// sender comes to.
    pub(crate) fn place(&mut self, packet: Place, clock_rate: u32, now: Instant) -> Option<Place> {
        let last = self.last.as_ref();
        if packet.sequence >= SEQUENCE_END {
            return None;
        }
        let source = self.source.get_or_insert_with(|| Source {
            first: packet.sequence,
            newest: packet.sequence,
            sequence_first: last.map_or(FIRST_SEQUENCE, |last| last.sequence + 1),
            time_added: last.map_or(0, |last| last.then(clock_rate, now).wrapping_sub(packet.time)),
        });
        if packet.sequence > source.newest + STEP_MAX {
            return None;
        }
        source.newest = source.newest.max(packet.sequence);
        let placed = Place {
            sequence: packet.sequence.checked_sub(source.first)?.checked_add(source.sequence_first)?,
            time: packet.time.wrapping_add(source.time_added),
        };
        if self.last.as_ref().is_none_or(|last| placed.sequence > last.sequence) {
            self.last = Some(Last { sequence: placed.sequence, time: placed.time, at: now });
        }
        Some(placed)
    }
}

impl Last {
    /// The RTP time of now, as this stream counts; never that of the packet before.
    fn then(&self, clock_rate: u32, now: Instant) -> u32 {
        let passed = now.saturating_duration_since(self.at).min(SILENCE_MAX);
        let ticks = passed.as_micros() * u128::from(clock_rate) / 1_000_000;
        self.time.wrapping_add(u32::try_from(ticks).unwrap_or(u32::MAX).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(sequence: u64, time: u32) -> Place {
        Place { sequence, time }
    }

    #[test]
    fn a_late_joiner_is_counted_to_from_one() {
        let (mut rebase, now) = (Rebase::default(), Instant::now());
        assert_eq!(rebase.place(place(200_000, 7), 90_000, now), Some(place(1, 7)));
        assert_eq!(rebase.place(place(200_002, 9), 90_000, now), Some(place(3, 9)));
        assert_eq!(rebase.place(place(200_001, 8), 90_000, now), Some(place(2, 8)));
        assert_eq!(rebase.place(place(199_999, 6), 90_000, now), None);
    }

    #[test]
    fn a_number_that_no_sender_comes_to_is_refused_and_changes_nothing() {
        let (mut rebase, now) = (Rebase::default(), Instant::now());
        assert_eq!(rebase.place(place(u64::MAX, 7), 90_000, now), None);
        assert_eq!(rebase.place(place(500, 7), 90_000, now), Some(place(1, 7)));
        for sequence in [u64::MAX, SEQUENCE_END, 500 + STEP_MAX + 1] {
            assert_eq!(rebase.place(place(sequence, 7), 90_000, now), None);
        }
        rebase.forget_source();
        assert_eq!(rebase.place(place(9, 0), 90_000, now).map(|placed| placed.sequence), Some(2));
    }

    #[test]
    fn another_source_goes_on_where_the_last_ended() {
        let (mut rebase, now) = (Rebase::default(), Instant::now());
        rebase.place(place(500, 1_000), 90_000, now);
        rebase.place(place(501, 4_000), 90_000, now);
        rebase.forget_source();
        let later = now + Duration::from_millis(100);
        assert_eq!(rebase.place(place(9, u32::MAX), 90_000, later), Some(place(3, 13_000)));
        assert_eq!(rebase.place(place(10, 2_999), 90_000, later), Some(place(4, 16_000)));
    }

    proptest! {
        #[test]
        fn distances_stay_within_a_source_and_no_number_is_given_twice(
            sources in prop::collection::vec((0..1u64 << 40, any::<u32>(), prop::collection::btree_set(0..500u64, 1..40)), 1..5)
        ) {
            let (mut rebase, now, mut newest) = (Rebase::default(), Instant::now(), 0);
            for (first, time, steps) in sources {
                rebase.forget_source();
                let low = *steps.first().unwrap();
                let mut first_out = None;
                for step in steps {
                    let packet = place(first + step, time.wrapping_add(u32::try_from(step).unwrap() * 3_000));
                    let out = rebase.place(packet, 90_000, now).unwrap();
                    let (sequence, base_time) = *first_out.get_or_insert((out.sequence, out.time));
                    prop_assert_eq!(out.sequence - sequence, step - low);
                    prop_assert_eq!(out.time.wrapping_sub(base_time), u32::try_from(step - low).unwrap() * 3_000);
                    prop_assert!(out.sequence > newest);
                    newest = out.sequence;
                }
            }
        }
    }
}
