//! Heights of a list's rows, and sums over them in logarithmic time: a Fenwick tree. Exact: heights count in sixty-fourths
//! of a pixel, as browsers lay out. Knows no rows and no page.

/// Sixty-fourths of a pixel.
type Units = i64;
const UNITS_PER_PX: f64 = 64.0;

/// The heights, first row first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heights {
    each: Vec<Units>,
    /// `sums[i]` is the sum of the `lowbit(i + 1)` heights that end with row `i`.
    sums: Vec<Units>,
}

impl Heights {
    /// Of these rows, in pixels. Negative and absurd heights count as 0.
    pub fn new(rows: impl IntoIterator<Item = f64>) -> Self {
        let each: Vec<Units> = rows.into_iter().map(units).collect();
        let mut sums = each.clone();
        for index in 0..sums.len() {
            let parent = index | (index + 1);
            let own = sums.get(index).copied().unwrap_or_default();
            if let Some(above) = sums.get_mut(parent) {
                *above += own;
            }
        }
        Self { each, sums }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.each.len()
    }

    /// No row.
    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// One row's height, in pixels; 0 beyond the end.
    pub fn get(&self, index: usize) -> f64 {
        px(self.each.get(index).copied().unwrap_or_default())
    }

    /// Sets one row's height; tells whether that changed anything.
    pub fn set(&mut self, index: usize, height_px: f64) -> bool {
        let Some(place) = self.each.get_mut(index) else { return false };
        let new = units(height_px);
        let more = new - *place;
        *place = new;
        let mut at = index;
        while let Some(sum) = self.sums.get_mut(at) {
            *sum += more;
            at |= at + 1;
        }
        more != 0
    }

    /// The height of all rows before `index`, in pixels: where that row begins.
    pub fn top(&self, index: usize) -> f64 {
        let (mut sum, mut end) = (0, index.min(self.each.len()));
        while end > 0 {
            sum += self.sums.get(end - 1).copied().unwrap_or_default();
            end &= end - 1;
        }
        px(sum)
    }

    /// The height of all rows, in pixels.
    pub fn total(&self) -> f64 {
        self.top(self.each.len())
    }

    /// The row that covers a place, in pixels from the first one's top: the last that begins at or before it and is not
    /// empty. Clamped to the ends; `None` only of no rows.
    pub fn at(&self, place_px: f64) -> Option<usize> {
        let last = self.each.len().checked_sub(1)?;
        // Not `units`: a place may be beyond any row's height.
        let mut left = (place_px.max(0.0) * UNITS_PER_PX).floor() as Units;
        let mut start = 0;
        let mut step = self.each.len().next_power_of_two();
        while step > 0 {
            let end = start + step;
            if let Some(sum) = self.sums.get(end - 1).copied().filter(|sum| *sum <= left) {
                left -= sum;
                start = end;
            }
            step /= 2;
        }
        Some(start.min(last))
    }
}

fn units(height_px: f64) -> Units {
    // NaN becomes 0.
    (height_px.clamp(0.0, 1e7) * UNITS_PER_PX).round() as Units
}

fn px(sum: Units) -> f64 {
    sum as f64 / UNITS_PER_PX
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive_top(rows: &[f64], index: usize) -> f64 {
        rows.iter().take(index).sum()
    }

    /// Quarters of a pixel, so that the sum of the comparison is exact too.
    fn rows() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec((0_u32..4_000).prop_map(|quarters| f64::from(quarters) / 4.0), 0..300)
    }

    proptest! {
        #[test]
        fn tops_are_sums(rows in rows()) {
            let heights = Heights::new(rows.iter().copied());
            for index in 0..=rows.len() {
                prop_assert_eq!(heights.top(index), naive_top(&rows, index));
            }
            prop_assert_eq!(heights.total(), naive_top(&rows, rows.len()));
        }

        #[test]
        fn setting_is_as_building_anew(mut rows in rows(), changes in proptest::collection::vec((any::<proptest::sample::Index>(), 0_u32..4_000), 0..40)) {
            let mut heights = Heights::new(rows.iter().copied());
            for (index, quarters) in changes {
                if rows.is_empty() { break; }
                let (index, height) = (index.index(rows.len()), f64::from(quarters) / 4.0);
                let changed = heights.set(index, height);
                prop_assert_eq!(changed, rows[index] != height);
                rows[index] = height;
            }
            prop_assert_eq!(heights, Heights::new(rows));
        }

        #[test]
        fn a_place_is_found_in_the_row_that_covers_it(rows in rows(), place in 0_u32..400_000) {
            let heights = Heights::new(rows.iter().copied());
            let place = f64::from(place) / 4.0;
            match heights.at(place) {
                None => prop_assert!(rows.is_empty()),
                Some(index) if place < heights.total() => {
                    prop_assert!(heights.top(index) <= place);
                    prop_assert!(place < heights.top(index) + heights.get(index));
                }
                Some(index) => prop_assert_eq!(index, rows.len() - 1),
            }
        }
    }

    #[test]
    fn nonsense_counts_as_nothing() {
        let mut heights = Heights::new([f64::NAN, -3.0, 10.0]);
        assert_eq!(heights.total(), 10.0);
        assert_eq!(heights.at(-5.0), Some(2), "rows of no height cover no place");
        assert_eq!(heights.at(f64::INFINITY), Some(2));
        assert!(!heights.set(7, 1.0));
        assert_eq!(Heights::default().at(0.0), None);
    }
}
