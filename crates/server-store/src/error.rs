//! What can go wrong in a store, and whether trying again helps.

/// A failure of the store itself; outcomes of an operation are enums of their own.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The queue of writes is full, or the engine is locked by another. Try again.
    #[error("the store has too much to do")]
    Busy,
    /// The disk, or the quota of the database, is full. Trying again helps only after somebody made room.
    #[error("no room left for the database")]
    Full,
    /// Made by a newer release: this one would misread it.
    #[error("the database has version {found}, this release knows up to {known}: install a newer heliograph")]
    Newer {
        /// Of the database.
        found: u32,
        /// Of this code.
        known: u32,
    },
    /// The file is no database of ours, or damaged.
    #[error("not a Heliograph database, or damaged: {0}")]
    Corrupt(&'static str),
    /// Everything else the engine says. It stops the operation; no cursor moves.
    #[error("the database refused")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store was closed, or its thread died.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether the same call may succeed soon.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy)
    }
}
