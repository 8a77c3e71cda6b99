//! How the nodes of one server wake each other: words under subjects, each delivered at most once. The store is the truth: whoever
//! hears nothing finds it there a little later, so that any word may be lost.
//!
//! Made to fit NATS: subjects without wildcards, replies under a subject of their own, nothing kept, no echo of one's own words.
//! One implementation so far, [`InProcess`].

mod in_process;

pub use in_process::InProcess;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use std::time::Duration;

/// The longest payload, in bytes: a session description of 1 MiB with what is around it.
pub const BUS_PAYLOAD_LEN_MAX: usize = 2 * 1024 * 1024;
/// Messages that wait for one subscriber; what comes then is lost to it.
pub const BUS_WAITING_MAX: usize = 1_024;
/// Bytes of payloads that wait for one subscriber; the same.
pub const BUS_WAITING_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Requests of one node that wait for their answers.
pub const BUS_REQUESTS_MAX: usize = 1_024;

/// What a subscriber gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it was published.
    pub subject: String,
    /// Opaque.
    pub payload: Vec<u8>,
    /// Where an answer is awaited, if one is.
    pub reply: Option<String>,
}

/// Why a message is not under way, or has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// Of a request: nobody else has subscribed there. Trying again helps once somebody has.
    #[error("nobody listens there")]
    NoResponders,
    /// Of a request: no answer in time. It may have been carried out.
    #[error("no answer in time")]
    TimedOut,
    /// Too much waits: for a subscriber, or for answers. Trying again helps.
    #[error("the bus has too much to do")]
    Full,
    /// More than [`BUS_PAYLOAD_LEN_MAX`]. Final.
    #[error("{len} bytes, but a message has {BUS_PAYLOAD_LEN_MAX} at most")]
    TooLong {
        /// Bytes of it.
        len: usize,
    },
}

/// One node's connection to the bus.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Sends to all other nodes' subscribers of this subject as of now, without waiting. An error says that one did not get it; that
    /// there is none says nothing.
    fn publish(&self, subject: &str, payload: Vec<u8>) -> Result<(), BusError>;
    /// What comes under this subject, in order of each sender; until it is dropped.
    async fn subscribe(&self, subject: &str) -> Result<BoxStream<'static, Message>, BusError>;
    /// The first answer to this; published when the future is first polled.
    async fn request(&self, subject: &str, payload: Vec<u8>, within: Duration) -> Result<Vec<u8>, BusError>;
}
