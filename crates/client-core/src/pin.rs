//! The registration PIN on the phone that set it: enough is kept to know it again, so that a step which needs the owner
//! can ask for it without the server.

use crate::client::Context;
use crate::io::Halt;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Six digits, typed with or without spaces.
pub(crate) fn six_digits(pin: &str) -> Option<String> {
    let pin: String = pin.chars().filter(|c| !c.is_whitespace()).collect();
    (pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit())).then_some(pin)
}

/// What is kept of a PIN's proof; empty where there is none.
pub(crate) fn check_of(pin_proof: &[u8]) -> Vec<u8> {
    if pin_proof.is_empty() {
        return Vec::new();
    }
    Sha256::new().chain_update(b"heliograph pin check v1\0").chain_update(pin_proof).finalize().to_vec()
}

/// Keeps it, or forgets it.
pub(crate) fn store(cx: &Context<'_>, check: &[u8]) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE this SET pin_check = ?1")?.execute([check])?;
    Ok(())
}

/// Whether there is a PIN.
pub(crate) fn is_set(cx: &Context<'_>) -> Result<bool, Halt> {
    Ok(cx.db.prepare_cached("SELECT length(pin_check) > 0 FROM this")?.query_row([], |row| row.get(0))?)
}

/// Whether this is the PIN.
pub(crate) fn is_right(cx: &Context<'_>, pin: &str) -> Result<bool, Halt> {
    let Some(pin) = six_digits(pin) else { return Ok(false) };
    let kept: Vec<u8> = cx.db.prepare_cached("SELECT pin_check FROM this")?.query_row([], |row| row.get(0))?;
    let proof = identity::pin::pin_proof(&pin, &cx.me()?.number);
    Ok(check_of(proof.as_slice()).ct_eq(&kept).into())
}
