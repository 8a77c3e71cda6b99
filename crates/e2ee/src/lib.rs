//! Everything that is end-to-end encrypted: MLS groups, the linking channel, archives, profiles, marks.
//!
//! Knows no I/O but the SQLite connection that it is handed for MLS state, no clock and no chat features. `now` and the
//! random generator (a `rand_core` 0.9 `CryptoRng`) come in as arguments. The server never depends on this crate.

pub mod archive;
pub mod backup;
pub mod crypto;
pub mod device;
pub mod error;
pub mod group;
pub mod key_packages;
pub mod link;
pub mod marks;
pub mod media;
pub mod preview;
pub mod profile;
pub mod provider;
pub mod sealing;
pub mod storage;

#[cfg(test)]
mod testing;

pub use device::OwnDevice;
pub use error::{MlsError, RuleError};
pub use group::ChatGroup;
pub use provider::Provider;
