//! The two kinds of Ed25519 keys. Owns their bytes and how they sign; knows nothing of what is signed.

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// An Ed25519 signature.
pub type Signature = [u8; 64];

/// A signature that is not by the key, or no signature or key at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not by this key")]
pub struct SignatureInvalid;

/// What is signed, so that a signature for one purpose is none for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domain {
    Cert,
    Countersign,
    List,
    Session,
    ReadMark,
    Ephemeral,
    LinkTranscript,
}

impl Domain {
    /// Ends in a zero byte: no domain is the beginning of another. None begins as an MLS `SignContent` can.
    fn prefix(self) -> &'static [u8] {
        match self {
            Self::Cert => b"heliograph device cert v1\0",
            Self::Countersign => b"heliograph device countersignature v1\0",
            Self::List => b"heliograph device list v1\0",
            Self::Session => b"heliograph session v1\0",
            Self::ReadMark => b"heliograph read mark v1\0",
            Self::Ephemeral => b"heliograph ephemeral v1\0",
            Self::LinkTranscript => b"heliograph link transcript v1\0",
        }
    }
}

fn to_be_signed(domain: Domain, body: &[u8]) -> Vec<u8> {
    [domain.prefix(), body].concat()
}

fn verify(key: &[u8; 32], domain: Domain, body: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| SignatureInvalid)?;
    let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| SignatureInvalid)?;
    key.verify_strict(&to_be_signed(domain, body), &signature).map_err(|_| SignatureInvalid)
}

macro_rules! key_pair {
    ($(#[$secret_doc:meta])* $secret:ident, $(#[$public_doc:meta])* $public:ident) => {
        $(#[$secret_doc])*
        #[derive(Clone)]
        pub struct $secret(SigningKey);

        impl $secret {
            /// A fresh key.
            pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
                let mut seed = Zeroizing::new([0; 32]);
                rng.fill_bytes(seed.as_mut_slice());
                Self(SigningKey::from_bytes(&seed))
            }

            /// The key with this secret seed (RFC 8032).
            pub fn from_bytes(seed: &[u8; 32]) -> Self {
                Self(SigningKey::from_bytes(seed))
            }

            /// The secret seed, for the client's database and nothing else.
            pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
                Zeroizing::new(self.0.to_bytes())
            }

            /// The public half.
            pub fn public(&self) -> $public {
                $public(self.0.verifying_key().to_bytes())
            }

            pub(crate) fn sign(&self, domain: Domain, body: &[u8]) -> Signature {
                self.0.sign(&to_be_signed(domain, body)).to_bytes()
            }
        }

        /// Never shows the secret.
        impl fmt::Debug for $secret {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($secret), "(public {:?})"), self.public())
            }
        }

        $(#[$public_doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $public(pub [u8; 32]);

        impl $public {
            /// The bytes, for storage and the wire.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// An owned copy for a Protobuf field.
            pub fn to_vec(&self) -> Vec<u8> {
                self.0.to_vec()
            }

            pub(crate) fn verify(&self, domain: Domain, body: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
                verify(&self.0, domain, body, signature)
            }
        }

        impl TryFrom<&[u8]> for $public {
            type Error = SignatureInvalid;
            fn try_from(bytes: &[u8]) -> Result<Self, SignatureInvalid> {
                <[u8; 32]>::try_from(bytes).map(Self).map_err(|_| SignatureInvalid)
            }
        }

        impl fmt::Debug for $public {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let [a, b, ..] = self.0;
                write!(f, "{a:02x}{b:02x}…")
            }
        }
    };
}

key_pair!(
    /// The account's secret key. It never leaves the phone; it is wiped from memory when dropped.
    AccountKey,
    /// What names an account to others, and what safety numbers compare.
    AccountPublicKey
);
key_pair!(
    /// A device's secret key: signs its MLS leaves and messages, and opens its sessions. Wiped from memory when dropped.
    DeviceKey,
    /// The signature key of a device's MLS leaves.
    DevicePublicKey
);

impl DeviceKey {
    /// A plain Ed25519 signature over `payload`, for the MLS library, which does its own domain separation (RFC 9420, 5.1.2).
    pub fn sign_mls(&self, payload: &[u8]) -> Signature {
        self.0.sign(payload).to_bytes()
    }

    /// Signs the transcript of a linking channel: what the phone waits for before it certifies the device.
    pub fn sign_link_transcript(&self, transcript: &[u8; 32]) -> Signature {
        self.sign(Domain::LinkTranscript, transcript)
    }
}

impl DevicePublicKey {
    /// Verifies [`DeviceKey::sign_link_transcript`].
    pub fn verify_link_transcript(&self, transcript: &[u8; 32], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.verify(Domain::LinkTranscript, transcript, signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn a_signature_holds_for_its_own_domain_body_and_key_only() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (key, other) = (DeviceKey::generate(&mut rng), DeviceKey::generate(&mut rng));
        let signature = key.sign(Domain::Session, b"body");
        assert_eq!(key.public().verify(Domain::Session, b"body", &signature), Ok(()));
        assert_eq!(key.public().verify(Domain::ReadMark, b"body", &signature), Err(SignatureInvalid));
        assert_eq!(key.public().verify(Domain::Session, b"bodx", &signature), Err(SignatureInvalid));
        assert_eq!(other.public().verify(Domain::Session, b"body", &signature), Err(SignatureInvalid));
        assert_eq!(key.public().verify(Domain::Session, b"body", &signature[..63]), Err(SignatureInvalid));
    }

    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        // With the identity point as key, an all-zero scalar "signs" everything under lax verification.
        let mut identity_point = [0; 32];
        identity_point[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert_eq!(
            AccountPublicKey(identity_point).verify(Domain::List, b"anything", &signature),
            Err(SignatureInvalid)
        );
    }

    #[test]
    fn secrets_stay_out_of_debug_output() {
        let key = AccountKey::from_bytes(&[7; 32]);
        assert_eq!(AccountKey::from_bytes(&key.to_bytes()).public(), key.public());
        assert!(!format!("{key:?}").contains("0707"));
    }
}
