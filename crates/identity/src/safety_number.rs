//! Safety numbers: what two people compare to know that no server sits between them. Owns the derivation only.

use crate::keys::AccountPublicKey;
use proto::ids::AccountId;
use sha2::{Digest, Sha512};
use std::fmt;
use subtle::ConstantTimeEq;

/// Rounds of hashing a side: makes the search for a second key with the same digits dearer.
const ROUNDS: usize = 5_200;
const SIDE_LEN: usize = 30;
const QR_PREFIX: &[u8] = b"heliograph safety number v1\0";

/// The number of a pair of accounts; the same from both ends.
#[derive(Clone, PartialEq, Eq)]
pub struct SafetyNumber {
    low: [u8; SIDE_LEN],
    high: [u8; SIDE_LEN],
}

impl SafetyNumber {
    /// 60 decimal digits: twelve groups of five. Each side's part is 100 bits of an iterated SHA-512.
    pub fn digits(&self) -> String {
        self.groups().concat()
    }

    /// The digits in twelve groups of five, as they are shown.
    pub fn groups(&self) -> Vec<String> {
        let part = |five: &[u8]| {
            let value = five.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
            format!("{:05}", value % 100_000)
        };
        self.low.chunks(5).chain(self.high.chunks(5)).map(part).collect()
    }

    /// What a QR code for scanning by the other side holds.
    pub fn qr_bytes(&self) -> Vec<u8> {
        [QR_PREFIX, &self.low, &self.high].concat()
    }

    /// Whether scanned bytes are the other side's code of the same number.
    pub fn matches_qr(&self, scanned: &[u8]) -> bool {
        self.qr_bytes().ct_eq(scanned).into()
    }
}

impl fmt::Debug for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SafetyNumber")
    }
}

/// The safety number of two accounts under their present keys.
pub fn safety_number(
    (one, one_key): (AccountId, AccountPublicKey),
    (other, other_key): (AccountId, AccountPublicKey),
) -> SafetyNumber {
    let (one, other) = (side(one, one_key), side(other, other_key));
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    SafetyNumber { low, high }
}

fn side(account: AccountId, key: AccountPublicKey) -> [u8; SIDE_LEN] {
    let mut hash = Sha512::new().chain_update(QR_PREFIX).chain_update(account.0).chain_update(key.0).finalize();
    for _ in 1..ROUNDS {
        hash = Sha512::new().chain_update(hash).chain_update(key.0).finalize();
    }
    let mut out = [0; SIDE_LEN];
    out.copy_from_slice(hash.split_at(SIDE_LEN).0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_see_the_same_sixty_digits_and_another_key_changes_them() {
        let (a, b) = ((AccountId([1; 16]), AccountPublicKey([1; 32])), (AccountId([2; 16]), AccountPublicKey([2; 32])));
        let (here, there) = (safety_number(a, b), safety_number(b, a));
        assert_eq!(here.digits(), there.digits());
        assert_eq!(here.digits().len(), 60);
        assert!(here.digits().bytes().all(|d| d.is_ascii_digit()));
        assert_eq!(here.groups().len(), 12);
        assert!(here.matches_qr(&there.qr_bytes()));
        let changed = safety_number(a, (b.0, AccountPublicKey([3; 32])));
        assert_ne!(here.digits(), changed.digits());
        assert!(!here.matches_qr(&changed.qr_bytes()));
        assert!(!here.matches_qr(b""));
    }

    #[test]
    fn the_derivation_stays_what_it_is() {
        let a = (AccountId([1; 16]), AccountPublicKey([1; 32]));
        let b = (AccountId([2; 16]), AccountPublicKey([2; 32]));
        assert_eq!(safety_number(a, b).digits(), "142689579299447515972821947534707471285330599262079606922230");
    }
}
