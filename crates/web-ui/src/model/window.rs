//! Which rows of a long list are in the page: those that are seen, some beyond each edge, and the one that has the focus;
//! gaps of the right height stand for all others. Heights are guessed until they were measured. Knows no page.

use crate::model::heights::Heights;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// What stands in the list, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece {
    /// Rows that are not in the page: their height in pixels.
    Gap(f64),
    /// A row, by its place.
    Row(usize),
}

/// The rows of a list by name, and their heights.
#[derive(Debug, Clone)]
pub struct Rows<K> {
    keys: Vec<K>,
    places: HashMap<K, usize>,
    heights: Heights,
    /// Of rows that were in the page, also of those that are gone for now.
    measured: HashMap<K, f64>,
}

impl<K: Copy + Eq + Hash> Default for Rows<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), places: HashMap::new(), heights: Heights::default(), measured: HashMap::new() }
    }
}

impl<K: Copy + Eq + Hash> Rows<K> {
    /// Other rows, with a guess of each one's height. What was measured is kept.
    pub fn set(&mut self, rows: impl IntoIterator<Item = (K, f64)>) {
        self.keys.clear();
        let mut heights = Vec::new();
        for (key, guess) in rows {
            self.keys.push(key);
            heights.push(self.measured.get(&key).copied().unwrap_or(guess));
        }
        self.places = self.keys.iter().copied().enumerate().map(|(place, key)| (key, place)).collect();
        self.heights = Heights::new(heights);
        // Rows come and go as a long conversation is read: what is out of reach is forgotten.
        if self.measured.len() > 4 * self.keys.len() + 64 {
            let places = &self.places;
            self.measured.retain(|key, _| places.contains_key(key));
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// None.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The row at a place.
    pub fn key(&self, place: usize) -> Option<K> {
        self.keys.get(place).copied()
    }

    /// Where a row stands.
    pub fn place(&self, key: K) -> Option<usize> {
        self.places.get(&key).copied()
    }

    /// What the page found out.
    pub fn measure(&mut self, key: K, height_px: f64) {
        self.measured.insert(key, height_px);
        if let Some(place) = self.place(key) {
            self.heights.set(place, height_px);
        }
    }

    /// Forgets what was measured: the list has another width.
    pub fn forget_measures(&mut self) {
        self.measured.clear();
    }

    /// Where a row begins, in pixels from the list's top.
    pub fn top(&self, key: K) -> Option<f64> {
        self.place(key).map(|place| self.heights.top(place))
    }

    /// The height of all rows.
    pub fn total(&self) -> f64 {
        self.heights.total()
    }

    /// The row at a height, and how far below that height it begins: at most 0, but for places above the list.
    pub fn at(&self, place_px: f64) -> Option<(K, f64)> {
        let place = self.heights.at(place_px)?;
        Some((self.key(place)?, self.heights.top(place) - place_px))
    }

    /// The places of the rows between two heights.
    pub fn between(&self, from_px: f64, to_px: f64) -> Range<usize> {
        match (self.heights.at(from_px), self.heights.at(to_px)) {
            (Some(first), Some(last)) => first..(last.max(first) + 1),
            _ => 0..0,
        }
    }

    /// The list as it stands in the page: the rows of `range`, the row `kept` wherever it is, and gaps between.
    pub fn pieces(&self, range: Range<usize>, kept: Option<K>) -> Vec<Piece> {
        let mut shown: Vec<usize> = range.collect();
        if let Some(kept) = kept.and_then(|key| self.place(key))
            && let Err(at) = shown.binary_search(&kept)
        {
            shown.insert(at, kept);
        }
        let mut pieces = Vec::with_capacity(shown.len() + 3);
        let mut next = 0;
        let gap = |pieces: &mut Vec<Piece>, from: usize, to: usize| {
            if to > from {
                pieces.push(Piece::Gap(self.heights.top(to) - self.heights.top(from)));
            }
        };
        for place in shown {
            gap(&mut pieces, next, place);
            pieces.push(Piece::Row(place));
            next = place + 1;
        }
        gap(&mut pieces, next, self.len());
        pieces
    }
}

/// Of a list whose rows are all equally high: the places that are seen, with `margin` more beyond each edge.
pub fn equal_rows(top_px: f64, height_px: f64, row_px: f64, margin: usize, count: usize) -> Range<usize> {
    let first = (top_px.max(0.0) / row_px) as usize;
    let last = ((top_px + height_px).max(0.0) / row_px).ceil() as usize;
    let from = first.saturating_sub(margin).min(count);
    from..last.saturating_add(margin).clamp(from, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(heights: &[u32]) -> Rows<usize> {
        let mut rows = Rows::default();
        rows.set(heights.iter().map(|height| f64::from(*height)).enumerate());
        rows
    }

    fn height(rows: &Rows<usize>, pieces: &[Piece]) -> f64 {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Gap(px) => *px,
                Piece::Row(place) => rows.heights.get(*place),
            })
            .sum()
    }

    proptest! {
        #[test]
        fn the_page_is_as_high_as_the_list_and_covers_what_is_seen(
            heights in proptest::collection::vec(20_u32..200, 1..400), top in 0_u32..40_000, kept in any::<proptest::sample::Index>(),
        ) {
            let rows = rows(&heights);
            let top = f64::from(top).min(rows.total() - 1.0);
            let (seen, margin) = (800.0, 400.0);
            let range = rows.between(top - margin, top + seen + margin);
            let kept = kept.index(heights.len());
            let pieces = rows.pieces(range.clone(), Some(kept));
            prop_assert_eq!(height(&rows, &pieces), rows.total());
            prop_assert!(pieces.contains(&Piece::Row(kept)));
            prop_assert!(rows.heights.top(range.start) <= (top - margin).max(0.0));
            prop_assert!(rows.heights.top(range.end) >= (top + seen + margin).min(rows.total()));
            // At 20 pixels a row, the smallest: 1,600 of them and the two that are cut at the edges.
            prop_assert!(pieces.len() <= 80 + 2 + 1 + 3, "{} pieces", pieces.len());
            let places: Vec<usize> = pieces.iter().filter_map(|piece| match piece { Piece::Row(place) => Some(*place), Piece::Gap(_) => None }).collect();
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "each once and in order");
        }

        #[test]
        fn a_row_stays_where_it_is_while_rows_come_in_above_and_are_measured(
            heights in proptest::collection::vec(20_u32..200, 1..200), more in proptest::collection::vec(20_u32..200, 0..200),
            place in 0_u32..20_000, measured in proptest::collection::vec((any::<proptest::sample::Index>(), 20_u32..400), 0..20),
        ) {
            // Keys count down from the newest, so that older rows get new ones.
            let named = |all: &[u32]| -> Vec<(usize, f64)> { all.iter().enumerate().map(|(at, height)| (all.len() - at, f64::from(*height))).collect() };
            let mut rows = Rows::default();
            rows.set(named(&heights));
            let scroll_top = f64::from(place).min(rows.total() - 1.0);
            let (anchor, offset) = rows.at(scroll_top).expect("there are rows");
            let all: Vec<u32> = more.iter().chain(&heights).copied().collect();
            rows.set(named(&all));
            for (index, height) in measured {
                rows.measure(rows.key(index.index(rows.len())).expect("in the list"), f64::from(height));
            }
            // The page scrolls to where the row that it holds has gone, and finds it there again.
            let scroll_top = rows.top(anchor).expect("still there") - offset;
            let covers = offset <= 0.0 && -offset < rows.heights.get(rows.place(anchor).expect("still there"));
            prop_assert!(!covers || rows.at(scroll_top).map(|(key, _)| key) == Some(anchor));
        }

        #[test]
        fn equal_rows_cover_what_is_seen(top in 0_u32..80_000, height in 0_u32..3_000, count in 0_usize..1_200) {
            let (top, height) = (f64::from(top), f64::from(height));
            let range = equal_rows(top, height, 72.0, 6, count);
            prop_assert!(range.end <= count && range.start <= range.end);
            prop_assert!(range.len() <= (height / 72.0) as usize + 2 + 12);
            for place in 0..count {
                let (from, to) = (place as f64 * 72.0, (place + 1) as f64 * 72.0);
                if to > top && from < top + height {
                    prop_assert!(range.contains(&place), "row {} is seen", place);
                }
            }
        }
    }

    #[test]
    fn measures_outlive_a_row_that_is_gone_for_a_while_and_not_a_new_width() {
        let mut rows = rows(&[50, 50, 50]);
        rows.measure(1, 80.0);
        rows.set([(2, 50.0)]);
        rows.set([(1, 50.0), (2, 50.0)]);
        assert_eq!(rows.total(), 130.0);
        rows.forget_measures();
        rows.set([(1, 50.0), (2, 50.0)]);
        assert_eq!(rows.total(), 100.0);
    }

    #[test]
    fn no_rows_are_no_pieces() {
        let rows = Rows::<usize>::default();
        assert_eq!(rows.between(0.0, 900.0), 0..0);
        assert!(rows.pieces(0..0, Some(3)).is_empty());
        assert_eq!(rows.at(3.0), None);
    }
}
