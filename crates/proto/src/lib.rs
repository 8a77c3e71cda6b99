//! The words that devices and servers speak: ids, the Protobuf schema, frame limits, the texts of QR codes.
//!
//! Knows no cryptography beyond hashing and no I/O. The schema's comments in `proto/heliograph/*.proto` are the
//! reference for every field.

mod debug;
pub mod decode;
pub mod ids;
pub mod limits;
pub mod qr;

/// Types generated from `proto/heliograph/*.proto`, a module a file.
#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub)]
mod schema {
    include!(concat!(env!("OUT_DIR"), "/schema.rs"));
}

pub use schema::heliograph::{account, backup, bus, content, history, identity, link, wire};

/// The protocol version that this code speaks.
pub const PROTOCOL_VERSION: u32 = 1;
/// The oldest protocol version that this code still serves.
pub const PROTOCOL_VERSION_MIN: u32 = 1;
