//! By what push services know this server: a key, and a token signed with it (RFC 8292).

use anyhow::{Context, Result};
use data_encoding::BASE64URL_NOPAD;
use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;

/// A token is good for so long; RFC 8292 allows a day.
const TOKEN_LASTS_S: u64 = 12 * 60 * 60;

/// The server's key for pushes.
pub(super) struct VapidKey(SigningKey);

/// A key for a server that has none: 32 bytes that are a scalar of P-256.
pub(crate) fn fresh_secret() -> [u8; 32] {
    loop {
        let secret = crate::app::random();
        if SecretKey::from_slice(&secret).is_ok() {
            return secret;
        }
    }
}

impl VapidKey {
    pub(super) fn of(secret: &[u8; 32]) -> Result<Self> {
        let secret = SecretKey::from_slice(secret).ok().context("the key for pushes in the database is damaged")?;
        Ok(Self(SigningKey::from(secret)))
    }

    /// Its public half, an uncompressed point.
    pub(super) fn public(&self) -> [u8; 65] {
        let point = self.0.verifying_key().to_encoded_point(false);
        point.as_bytes().try_into().expect("an uncompressed point has 65 bytes")
    }

    /// The value of `Authorization` for a push to this origin.
    pub(super) fn authorization(&self, origin: &str, contact: &str, now_ms: u64) -> String {
        let header = json!({ "typ": "JWT", "alg": "ES256" });
        let claims = json!({ "aud": origin, "exp": now_ms / 1_000 + TOKEN_LASTS_S, "sub": contact });
        let part = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature: Signature = self.0.sign(signed.as_bytes());
        let (signature, key) = (BASE64URL_NOPAD.encode(&signature.to_bytes()), BASE64URL_NOPAD.encode(&self.public()));
        format!("vapid t={signed}.{signature}, k={key}")
    }
}
