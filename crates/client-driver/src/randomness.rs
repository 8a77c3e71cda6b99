//! The system's randomness as the core takes it.

use rand_core::{CryptoRng, RngCore};

/// Draws from the operating system, or from the browser, at every call.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemRandomness;

impl RngCore for SystemRandomness {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        // There is no going on without it: a guessable key is worse than a stop.
        getrandom::fill(dest).expect("the system gives randomness");
    }
}

impl CryptoRng for SystemRandomness {}
