//! The recovery key: 64 decimal digits in 8 groups, of which each ends in a check digit, so that a slip of the pen is told where it is.
//!
//! 56 digits are random: 186 bits, which no one tries out, so that no slow hash is needed. The check digit is Damm's (2004), which sees
//! every wrong digit and every two neighbours that changed places; it begins at the group's place, so that it sees groups that did, too.

use super::BackupKey;
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Digits of a recovery key, check digits among them.
pub const DIGITS: usize = 64;
/// Digits of a group; the last one is its check digit.
pub const GROUP_LEN: usize = 8;
/// Groups.
pub const GROUPS: usize = DIGITS / GROUP_LEN;

/// Damm's quasigroup of order 10.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// What people write down to open their backup with. Wiped from memory when dropped; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryKey([u8; DIGITS]);

/// Why a text is no recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryKeyError {
    /// Too few or too many digits, or something that is none.
    #[error("a recovery key has {DIGITS} digits, and there are {digits}")]
    Length {
        /// How many there are.
        digits: usize,
    },
    /// A sign that is neither digit nor space.
    #[error("a recovery key has digits only")]
    NotDigits,
    /// A digit of this group is wrong.
    #[error("there is a wrong digit in group {group}")]
    Group {
        /// From 1.
        group: usize,
    },
}

impl RecoveryKey {
    /// A fresh one.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut digits = [0; DIGITS];
        for (place, group) in digits.chunks_exact_mut(GROUP_LEN).enumerate() {
            if let Some((check, random)) = group.split_last_mut() {
                random.iter_mut().for_each(|digit| *digit = random_digit(rng));
                *check = check_digit(place, random);
            }
        }
        Self(digits)
    }

    /// Reads what somebody typed: spaces and line breaks do not count.
    pub fn parse(text: &str) -> Result<Self, RecoveryKeyError> {
        let mut digits = Zeroizing::new(Vec::with_capacity(DIGITS));
        for sign in text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').take(DIGITS * 2) {
            let digit = sign.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
            digits.push(digit.ok_or(RecoveryKeyError::NotDigits)?);
        }
        let key = <[u8; DIGITS]>::try_from(digits.as_slice());
        let key = Self(key.map_err(|_| RecoveryKeyError::Length { digits: digits.len() })?);
        for (place, group) in key.0.chunks_exact(GROUP_LEN).enumerate() {
            let right = group.split_last().is_some_and(|(check, random)| *check == check_digit(place, random));
            if !right {
                return Err(RecoveryKeyError::Group { group: place + 1 });
            }
        }
        Ok(key)
    }

    /// As it is shown: groups with spaces between them.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(DIGITS + GROUPS));
        for (place, digit) in self.0.iter().enumerate() {
            if place > 0 && place % GROUP_LEN == 0 {
                text.push(' ');
            }
            text.push(char::from(b'0' + digit));
        }
        text
    }

    /// What backups are sealed with.
    pub fn backup_key(&self) -> BackupKey {
        let mut key = BackupKey([0; 32]);
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(b"heliograph backup v1", &mut key.0)
            .expect("32 bytes are below HKDF's limit");
        key
    }
}

impl std::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryKey")
    }
}

fn check_digit(place: usize, digits: &[u8]) -> u8 {
    let start = u8::try_from(place % 10).unwrap_or(0);
    digits.iter().fold(start, |interim, digit| {
        DAMM.get(usize::from(interim)).and_then(|row| row.get(usize::from(*digit))).copied().unwrap_or(0)
    })
}

/// Every digit is as likely as any other.
fn random_digit(rng: &mut (impl CryptoRng + ?Sized)) -> u8 {
    loop {
        let [byte] = {
            let mut drawn = [0; 1];
            rng.fill_bytes(&mut drawn);
            drawn
        };
        if byte < 250 {
            return byte % 10;
        }
    }
}
