//! Parts of a file that came before what stands in front of them: a player wants the end of a film, or its middle, first. Of this run alone;
//! the database knows how far a file is here without a gap.

use e2ee::media::{PLAIN_LEN, SEGMENT_LEN, sealed_size};
use std::ops::Range;

/// So many parts of a file stand apart at most; then what is missing between them comes first.
const PARTS_MAX: usize = 64;
/// Pieces of what somebody waits for are small: the first of them is seen sooner.
const WANTED_PIECE_LEN: u64 = 8 * SEGMENT_LEN as u64;

/// Of one file; places are those of its ciphertext.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Apart {
    /// From here on it is wanted before all else.
    wanted: Option<u64>,
    /// In order, without touching one another, behind the first gap.
    parts: Vec<Range<u64>>,
}

impl Apart {
    /// Somebody waits for this byte of the file, and what follows it.
    pub(super) fn want(&mut self, byte: u64, size: u64) {
        let place = (byte.min(size) / PLAIN_LEN as u64).saturating_mul(SEGMENT_LEN as u64);
        self.wanted = Some(place.min(sealed_size(size)));
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.wanted.is_some()
    }

    pub(super) fn parts(&self) -> &[Range<u64>] {
        &self.parts
    }

    /// Bytes behind the first gap.
    #[cfg(test)]
    fn len(&self) -> u64 {
        self.parts.iter().map(|part| part.end - part.start).sum()
    }

    /// The first bytes from `place` on that are not here; empty at the end.
    fn gap(&self, place: u64, (done, end): (u64, u64)) -> Range<u64> {
        let mut start = place.max(done);
        for part in &self.parts {
            if start < part.start {
                return start..part.start.min(end);
            }
            start = start.max(part.end);
        }
        start.min(end)..end
    }

    /// What comes next of a file of which `done` bytes are here without a gap: what is wanted, and when that is here, the rest.
    pub(super) fn next(&mut self, done: u64, end: u64, piece_len: u64) -> Range<u64> {
        if let Some(wanted) = self.wanted {
            let gap = self.gap(wanted, (done, end));
            let touches = gap.start == done || self.parts.iter().any(|part| part.end == gap.start);
            if !gap.is_empty() && (touches || self.parts.len() < PARTS_MAX) {
                return gap.start..gap.end.min(gap.start + piece_len.min(WANTED_PIECE_LEN));
            }
            if gap.is_empty() {
                self.wanted = None;
            }
        }
        let gap = self.gap(done, (done, end));
        gap.start..gap.end.min(gap.start.saturating_add(piece_len))
    }

    /// These came; returns how many are here now without a gap.
    pub(super) fn came(&mut self, done: u64, piece: Range<u64>) -> u64 {
        self.parts.push(piece);
        self.parts.sort_by_key(|part| part.start);
        let (mut done, mut parts) = (done, Vec::<Range<u64>>::new());
        for part in self.parts.drain(..) {
            match parts.last_mut() {
                _ if part.start <= done => done = done.max(part.end),
                Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
                _ => parts.push(part),
            }
        }
        self.parts = parts;
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEGMENT: u64 = SEGMENT_LEN as u64;

    #[test]
    fn what_is_wanted_comes_first_and_then_what_was_left_out() {
        let (mut apart, end, piece) = (Apart::default(), 40 * SEGMENT, 64 * SEGMENT);
        let mut done = apart.came(0, 0..SEGMENT);
        apart.want(30 * PLAIN_LEN as u64 + 7, sealed_plain(40));
        let first = apart.next(done, end, piece);
        assert_eq!(first, 30 * SEGMENT..38 * SEGMENT);
        done = apart.came(done, first);
        assert_eq!((done, apart.len()), (SEGMENT, 8 * SEGMENT));
        let rest = apart.next(done, end, piece);
        assert_eq!(rest, 38 * SEGMENT..end);
        done = apart.came(done, rest);
        // Nothing is asked for twice.
        assert_eq!(apart.next(done, end, piece), SEGMENT..30 * SEGMENT);
        assert!(!apart.is_wanted());
        assert_eq!(apart.came(done, SEGMENT..30 * SEGMENT), end);
        assert!(apart.parts().is_empty());
    }

    /// The size of a file with so many whole segments.
    fn sealed_plain(segments: u64) -> u64 {
        segments * PLAIN_LEN as u64
    }

    proptest! {
        /// Whatever is wanted at whatever time: each byte comes once, and all come.
        #[test]
        fn all_of_a_file_comes_once(size in 0_u64..6_000_000, wishes in proptest::collection::vec((0_u64..7_000_000, 0_usize..12), 0..100)) {
            let end = sealed_size(size);
            let (mut apart, mut done, mut came) = (Apart::default(), 0, 0);
            let mut wishes = wishes.into_iter();
            let mut pause = 0;
            while done < end {
                if pause == 0 && let Some((byte, turns)) = wishes.next() {
                    apart.want(byte, size);
                    pause = turns + 1;
                }
                pause = pause.saturating_sub(1);
                let piece = apart.next(done, end, 64 * 1024);
                prop_assert!(!piece.is_empty() && piece.end <= end && piece.start >= done);
                prop_assert!(apart.parts().iter().all(|part| part.end <= piece.start || piece.end <= part.start));
                prop_assert_eq!(piece.start % SEGMENT, 0);
                came += piece.end - piece.start;
                done = apart.came(done, piece);
                prop_assert!(apart.parts().len() <= PARTS_MAX);
            }
            prop_assert_eq!(came, end);
            prop_assert_eq!(apart.len(), 0);
        }
    }
}
