//! What a receiver's line can carry, shared out among the pictures it is to be sent. Sound comes first and is not asked here.
//! Knows rates and wishes, no packets.

use crate::limits::{PAUSES_BELOW, RISE_WITHIN, RISES_PAUSE};
use std::time::Instant;

/// Layers of a simulcast.
pub(crate) const LAYERS_MAX: usize = 3;

/// A picture that is to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// It has one layer: a screen, whose letters have to stay legible. It comes before cameras.
    pub(crate) is_screen: bool,
    /// The layer that fits its size on the receiver's screen.
    pub(crate) wish: usize,
    /// Bits a second of each layer that is sent at present.
    pub(crate) rates: [Option<u64>; LAYERS_MAX],
    /// What it has now.
    pub(crate) share: Share,
    /// Something of it goes out.
    pub(crate) is_shown: bool,
}

/// The largest layer that a picture may have; `None`: it pauses.
pub(crate) type Share = Option<usize>;

/// Whatever is wished for.
pub(crate) const ALL: Share = Some(LAYERS_MAX - 1);
/// What a picture begins with of which nothing was seen yet: the largest layer of one that begins could fill a narrow line for
/// seconds.
pub(crate) const SMALLEST: Share = Some(0);

/// When a receiver was last given less.
#[derive(Debug, Default)]
pub(crate) struct Sharing {
    fell: Option<Instant>,
}

impl Sharing {
    /// Shares, in the order of `wanted`, for so many bits a second. They fall at once, and rise if there is more than enough
    /// and none has fallen of late.
    pub(crate) fn share(&mut self, bits: u64, wanted: &[Wanted], now: Instant) -> Vec<Share> {
        let most = shared(bits, wanted);
        let (numerator, denominator) = PAUSES_BELOW;
        let least = shared(bits.saturating_mul(denominator) / numerator, wanted);
        let (numerator, denominator) = RISE_WITHIN;
        let careful = shared(bits.saturating_mul(numerator) / denominator, wanted);
        let may_rise = self.fell.is_none_or(|fell| now >= fell + RISES_PAUSE);
        let decide = |(((wanted, most), careful), least): (((&Wanted, Share), Share), Share)| {
            // Estimates dip below what goes through well, and what is seen should not flicker for that.
            let most = if wanted.is_shown { most.max(least.min(SMALLEST)) } else { most };
            most.min(if may_rise { wanted.share.max(careful) } else { wanted.share })
        };
        let shares: Vec<Share> = wanted.iter().zip(most).zip(careful).zip(least).map(decide).collect();
        // What nobody has seen is not missed: a call may begin small and grow at once.
        let falls =
            |(wanted, share): (&Wanted, &Share)| wanted.is_shown && *share < wanted.share.min(Some(wanted.wish));
        if wanted.iter().zip(&shares).any(falls) {
            self.fell = Some(now);
        }
        shares
    }
}

/// The smallest layers first, so that as many as possible are seen: of screens, then of the largest tiles, and who comes last
/// pauses. What is left makes them larger, in the same order, all of them by one layer before one by two.
fn shared(bits: u64, wanted: &[Wanted]) -> Vec<Share> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|at| wanted.get(*at).map(|wanted| (!wanted.is_screen, std::cmp::Reverse(wanted.wish))));
    let mut shares: Vec<Share> = vec![None; wanted.len()];
    let mut left = bits;
    for layer in 0..LAYERS_MAX {
        for at in &order {
            let (Some(wanted), Some(share)) = (wanted.get(*at), shares.get_mut(*at)) else { continue };
            let before = share.map_or(0, |share| wanted.rate(share));
            let is_first = layer == 0;
            if !is_first && (share.is_none() || layer > wanted.wish) {
                continue;
            }
            let more = wanted.rate(layer).saturating_sub(before);
            if more <= left {
                left -= more;
                *share = Some(layer);
            }
        }
    }
    for (share, wanted) in shares.iter_mut().zip(wanted) {
        if wanted.rates.iter().all(Option::is_none) {
            *share = SMALLEST;
        } else if *share == Some(wanted.wish) {
            *share = ALL;
        }
    }
    shares
}

impl Wanted {
    /// Of what is sent for a layer: itself, the nearest below that is sent, or else the smallest.
    fn rate(&self, layer: usize) -> u64 {
        let below = self.rates.iter().take(layer + 1).rev().find_map(|rate| *rate);
        below.or_else(|| self.rates.iter().find_map(|rate| *rate)).unwrap_or(0)
    }

    /// Of the layer that is wished for.
    pub(crate) fn wished_rate(&self) -> u64 {
        self.rate(self.wish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn camera(wish: usize) -> Wanted {
        Wanted { is_screen: false, wish, rates: [Some(100), Some(400), Some(1_500)], share: ALL, is_shown: true }
    }

    fn screen() -> Wanted {
        Wanted { is_screen: true, wish: 2, rates: [Some(1_000), None, None], share: ALL, is_shown: true }
    }

    #[test]
    fn what_fits_is_shared_out_and_who_comes_last_pauses() {
        for (bits, wanted, shares) in [
            (1_500, vec![camera(2)], vec![ALL]),
            (1_499, vec![camera(2)], vec![Some(1)]),
            (399, vec![camera(2)], vec![Some(0)]),
            (99, vec![camera(2)], vec![None]),
            // The smaller tile first pauses.
            (199, vec![camera(0), camera(2)], vec![None, Some(0)]),
            (200, vec![camera(0), camera(2)], vec![ALL, Some(0)]),
            (1_600, vec![camera(0), camera(2)], vec![ALL, ALL]),
            // All by one layer before one by two.
            (1_600, vec![camera(2), camera(2)], vec![Some(1), Some(1)]),
            (1_900, vec![camera(2), camera(2)], vec![ALL, Some(1)]),
            // A screen before cameras, and all of it.
            (1_050, vec![camera(2), screen()], vec![None, ALL]),
            (999, vec![camera(2), screen()], vec![Some(1), None]),
            (0, vec![], vec![]),
        ] {
            assert_eq!(shared(bits, &wanted), shares, "{bits} for {wanted:?}");
        }
    }

    #[test]
    fn layers_that_are_not_sent_cost_what_is_sent_in_their_place() {
        let upper = Wanted { rates: [None, Some(400), None], ..camera(2) };
        assert_eq!(shared(399, std::slice::from_ref(&upper)), [None]);
        assert_eq!(shared(400, &[upper]), [ALL]);
        let nothing = Wanted { rates: [None; 3], ..camera(2) };
        assert_eq!(shared(0, &[nothing]), [SMALLEST]);
    }

    #[test]
    fn shares_fall_at_once_and_rise_when_there_is_more_than_enough_and_some_time_has_passed() {
        let (mut sharing, start) = (Sharing::default(), Instant::now());
        let mut wanted = [camera(2)];
        let mut after = |bits, now| {
            let shares = sharing.share(bits, &wanted, now);
            wanted[0].share = shares[0];
            shares[0]
        };
        assert_eq!(after(1_500, start), ALL);
        assert_eq!(after(1_400, start), Some(1));
        assert_eq!(after(1_000_000, start + RISES_PAUSE / 2), Some(1));
        let later = start + RISES_PAUSE;
        assert_eq!(after(1_500, later), Some(1), "just enough is not enough to rise");
        assert_eq!(after(1_500 * RISE_WITHIN.1 / RISE_WITHIN.0, later), ALL);
        assert_eq!(after(1_500, later), ALL, "but enough to stay");
        assert_eq!(after(75, later), Some(0), "a little too little for the smallest is a dip");
        assert_eq!(after(74, later), None);
        assert_eq!(after(1_000_000, later + RISES_PAUSE), ALL);
    }

    #[test]
    fn what_was_not_shown_before_does_not_keep_others_from_rising() {
        let (mut sharing, start) = (Sharing::default(), Instant::now());
        let new = Wanted { is_shown: false, ..camera(2) };
        assert_eq!(sharing.share(50, std::slice::from_ref(&new), start), [None]);
        assert_eq!(sharing.share(2_000, &[Wanted { share: None, ..new }], start), [ALL]);
    }

    proptest! {
        #[test]
        fn no_more_is_given_than_there_is(
            bits in 0..5_000u64,
            all in prop::collection::vec((any::<bool>(), 0..LAYERS_MAX, prop::array::uniform3(prop::option::of(0..2_000u64)), prop::option::of(0..LAYERS_MAX)), 0..8),
        ) {
            let wanted: Vec<_> =
                all.into_iter().map(|(is_screen, wish, rates, share)| Wanted { is_screen, wish, rates, share, is_shown: false }).collect();
            let shares = Sharing::default().share(bits, &wanted, Instant::now());
            let given: u64 = wanted.iter().zip(&shares).filter_map(|(w, s)| Some(w.rate((*s)?.min(w.wish)))).sum();
            let idle = wanted.iter().all(|wanted| wanted.rates.iter().flatten().is_sorted());
            prop_assert!(given <= bits || !idle, "{given} of {bits}");
        }
    }
}
