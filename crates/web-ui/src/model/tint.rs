//! What stands for a photo: initials on one of ten tints.

use client_api::AccountId;

/// How many tints the style sheet has.
pub const TINTS: u8 = 10;

/// The tint of an account: the same on every device.
pub fn tint(account: &AccountId) -> u8 {
    account.0.iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte)) % TINTS
}

/// One or two letters: of the first and the last word. Nothing where the name has no letter (a number).
pub fn initials(name: &str) -> String {
    let mut letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|letter| letter.is_alphabetic()))
        .map(|letter| letter.to_uppercase().next().unwrap_or(letter));
    let first = letters.next();
    first.into_iter().chain(letters.next_back()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_take_the_first_and_the_last_word() {
        for (name, wanted) in [
            ("Ada Lovelace", "AL"),
            ("ada", "A"),
            ("Ada B. C. Lovelace", "AL"),
            ("+49 151 2345678", ""),
            ("(Opa) Öz", "OÖ"),
            ("نور الدين", "نا"),
            ("", ""),
        ] {
            assert_eq!(initials(name), wanted, "{name}");
        }
    }

    #[test]
    fn tints_stay_in_range() {
        for byte in 0..=255 {
            assert!(tint(&AccountId([byte; 16])) < TINTS);
        }
    }
}
