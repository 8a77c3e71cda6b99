//! Deterministic changes of seeds, for the short run: what a fuzzer without eyes does.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

/// Changes on top of each other.
const CHANGES_MAX: u64 = 6;

/// Inputs made of seeds, the same for the same name.
pub struct Changes<'a> {
    seeds: &'a [Vec<u8>],
    len_max: usize,
    rng: ChaCha20Rng,
}

impl<'a> Changes<'a> {
    /// Of these seeds, for the target of this name.
    pub fn new(name: &str, seeds: &'a [Vec<u8>], len_max: usize) -> Self {
        let seed = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { seeds, len_max, rng: ChaCha20Rng::seed_from_u64(seed) }
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.rng.next_u64() % end).unwrap_or(0)
    }

    fn seed(&mut self) -> Vec<u8> {
        let place = self.below(self.seeds.len());
        self.seeds.get(place).cloned().unwrap_or_default()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let byte = self.rng.next_u32().to_be_bytes()[0];
        match self.below(8) {
            0 => input.iter_mut().skip(at).take(1).for_each(|target| *target ^= 1 << (byte % 8)),
            1 => input.iter_mut().skip(at).take(1).for_each(|target| *target = byte),
            2 => input.truncate(at),
            // A length that is a little or enormously wrong.
            3 => input.iter_mut().skip(at).take(1).for_each(|target| *target = target.wrapping_add(1)),
            4 => input.iter_mut().skip(at).take(usize::from(byte % 9)).for_each(|target| *target = u8::MAX),
            5 => {
                let other = self.seed();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend(other.get(from..).unwrap_or_default());
            }
            6 => {
                let end = (at + self.below(64)).min(input.len());
                let again = input.get(at..end).unwrap_or_default().to_vec();
                input.splice(at..at, again);
            }
            _ => {
                let len = self.below(32);
                let mut more = vec![0; len];
                self.rng.fill_bytes(&mut more);
                input.splice(at..at, more);
            }
        }
    }
}

impl Iterator for Changes<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.seed();
        for _ in 0..=self.rng.next_u64() % CHANGES_MAX {
            self.change(&mut input);
        }
        input.truncate(self.len_max);
        Some(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_and_seeds_give_the_same_inputs_and_no_input_is_too_long() {
        let seeds = [vec![1; 40], vec![2; 10]];
        let some = |name| Changes::new(name, &seeds, 50).take(200).collect::<Vec<_>>();
        assert_eq!(some("one"), some("one"));
        assert_ne!(some("one"), some("other"));
        assert!(some("one").iter().all(|input| input.len() <= 50));
        assert!(some("one").iter().filter(|input| !seeds.contains(input)).count() > 150);
    }
}
