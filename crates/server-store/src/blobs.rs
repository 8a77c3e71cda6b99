//! What is known of blobs: owner, size, how much has come. Their bytes lie in an object store or a folder.

use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::AccountId;

/// The name of a blob: 16 random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 16]);

/// A blob's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name.
    pub id: BlobId,
    /// Who uploads and may delete it.
    pub owner: AccountId,
    /// Declared at creation.
    pub size: u64,
    /// How much has come.
    pub received: u64,
    /// Whoever has a session and knows its name may read it; else its owner alone.
    pub shared: bool,
    /// When it is deleted.
    pub expires_ms: UnixMs,
}

/// What came of creating one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateBlobOutcome {
    /// Done.
    Created,
    /// The owner's blobs would pass the quota.
    OverQuota {
        /// What the owner has.
        used: u64,
    },
}

/// What came of adding bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdvanceOutcome {
    /// Now at this offset.
    At(u64),
    /// Another added in between.
    Conflict(u64),
    /// Unknown or deleted.
    Gone,
}

/// See the module.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Makes the row if the owner's blobs stay within `quota` bytes.
    async fn create_blob(&self, blob: Blob, quota: u64) -> Result<CreateBlobOutcome, StoreError>;
    /// Reads the row.
    async fn blob(&self, id: BlobId) -> Result<Option<Blob>, StoreError>;
    /// Compare-and-set of what has come, and until when the blob is kept now.
    async fn advance_blob(
        &self,
        id: BlobId,
        from: u64,
        to: u64,
        expires_ms: UnixMs,
    ) -> Result<AdvanceOutcome, StoreError>;
    /// Deletes the row; the bytes go after it. False: a backup names it, so it stays.
    async fn delete_blob(&self, id: BlobId) -> Result<bool, StoreError>;
    /// Blobs that are over.
    async fn expired_blobs(&self, now_ms: UnixMs, limit: u32) -> Result<Vec<BlobId>, StoreError>;
}
