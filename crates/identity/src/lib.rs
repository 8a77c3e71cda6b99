//! Who is who: account and device keys, certificates, signed device lists, safety numbers, and what a group's context
//! says about who may be in it.
//!
//! Knows no I/O, no clock and no MLS library: the server uses it as clients do. Randomness comes in as a
//! `rand_core` 0.9 `CryptoRng`. Every signature is over `domain, zero byte, body`, so that none can pass for another.

pub mod cert;
pub mod keys;
pub mod list;
pub mod marks;
pub mod mls;
pub mod pin;
pub mod policy;
pub mod safety_number;
pub mod session;

pub use cert::{CertError, CertFields, DeviceRole, VerifiedCert, verify_cert};
pub use keys::{AccountKey, AccountPublicKey, DeviceKey, DevicePublicKey, Signature, SignatureInvalid};
pub use list::{ListError, Succession, SuccessionError, VerifiedDeviceList};
pub use policy::{ChatKind, ChatPolicy, LeafStanding, PolicyError};
