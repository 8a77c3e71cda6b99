//! The registration PIN: what leaves the device in its place. Owns the derivation only.

use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Memory of one derivation, in KiB: 19 MiB, the least of the usual recommendations; a phone's browser does it in under a second.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// 32 bytes that prove knowledge of the PIN to the server, which never sees the PIN. `number` is E.164 and is the salt:
/// the same PIN under two numbers gives two proofs. Six digits stay guessable by who steals the server's database; what
/// guards them is the server's own hash of the proof and its limit on tries.
pub fn pin_proof(pin: &str, number: &str) -> Zeroizing<[u8; 32]> {
    let salt = Sha256::new().chain_update(b"heliograph pin v1\0").chain_update(number).finalize();
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).expect("the constants are within Argon2's limits");
    let mut proof = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), &salt, proof.as_mut_slice())
        .expect("output and salt are of allowed length, and a PIN is shorter than 4 GiB");
    proof
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_depends_on_pin_and_number() {
        let proof = pin_proof("123456", "+4915112345678");
        assert_eq!(proof, pin_proof("123456", "+4915112345678"));
        assert_ne!(proof, pin_proof("123457", "+4915112345678"));
        assert_ne!(proof, pin_proof("123456", "+4915112345679"));
    }
}
