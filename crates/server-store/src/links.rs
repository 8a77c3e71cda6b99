//! The rendezvous of linking: one slot a row, written by compare-and-set, blind to what it holds.

use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::LinkId;

/// A slot as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Rises by one with each put; 1 after opening.
    pub seq: u32,
    /// Opaque.
    pub bytes: Vec<u8>,
    /// The address prefix it was opened from.
    pub opener_network: String,
}

/// A rendezvous to open.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// Chosen by the new device.
    pub link: LinkId,
    /// The first contents.
    pub bytes: Vec<u8>,
    /// The address prefix it is opened from.
    pub opener_network: String,
    /// Until when without another put.
    pub expires_ms: UnixMs,
    /// Until when whatever is put.
    pub ends_ms: UnixMs,
    /// Now.
    pub now_ms: UnixMs,
}

/// What came of opening or putting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkOutcome {
    /// Written.
    Written {
        /// The slot's now.
        seq: u32,
    },
    /// Another wrote in between, or the id is taken.
    Conflict {
        /// The slot's now.
        seq: u32,
    },
    /// Unknown, closed or over.
    Gone,
}

/// See the module.
#[async_trait]
pub trait LinkStore: Send + Sync {
    /// Makes the row.
    async fn open_link(&self, link: NewLink) -> Result<LinkOutcome, StoreError>;
    /// Reads the slot.
    async fn slot(&self, link: LinkId, now_ms: UnixMs) -> Result<Option<Slot>, StoreError>;
    /// Replaces the slot if it is at `expected_seq`.
    async fn put_slot(
        &self,
        link: LinkId,
        expected_seq: u32,
        bytes: Vec<u8>,
        expires_ms: UnixMs,
        now_ms: UnixMs,
    ) -> Result<LinkOutcome, StoreError>;
    /// Deletes the row.
    async fn close_link(&self, link: LinkId) -> Result<(), StoreError>;
}
