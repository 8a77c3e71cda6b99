//! Where the bytes of blobs lie: in a folder, or in memory for a simulator. What is known of a blob is in the store.

use crate::blob_folder::BlobFolder;
use axum::body::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use server_store::blobs::BlobId;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// A place for the bytes of blobs.
pub enum BlobBytes {
    /// What a server uses.
    Folder(BlobFolder),
    /// Gone with the last who holds it.
    Memory(Arc<BlobMemory>),
}

/// Blobs in memory, shared by the servers that a simulator starts one after the other.
#[derive(Default)]
pub struct BlobMemory(Mutex<BTreeMap<[u8; 16], Vec<u8>>>);

impl BlobMemory {
    /// A copy of all that is here.
    pub fn copy(&self) -> Self {
        Self(Mutex::new(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    fn write(&self, id: BlobId, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let mut blobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let blob = blobs.entry(id.0).or_default();
        // As in a file: what lies behind the offset is written over, and before it there is no hole.
        blob.resize(blob.len().max(offset + bytes.len()), 0);
        blob.splice(offset..offset + bytes.len(), bytes.iter().copied());
        Ok(())
    }

    fn read(&self, id: BlobId, first: u64, len: u64) -> io::Result<Bytes> {
        let blobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let blob = blobs.get(&id.0).map_or(&[][..], Vec::as_slice);
        let from = usize::try_from(first).map_err(io::Error::other)?;
        let to = from.saturating_add(usize::try_from(len).map_err(io::Error::other)?);
        let part = blob.get(from..to).ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Bytes::copy_from_slice(part))
    }
}

impl BlobBytes {
    /// See [`BlobFolder::write`].
    pub async fn write(&self, id: BlobId, offset: u64, bytes: Bytes) -> io::Result<()> {
        match self {
            Self::Folder(folder) => folder.write(id, offset, bytes).await,
            Self::Memory(memory) => memory.write(id, offset, &bytes),
        }
    }

    /// See [`BlobFolder::read`].
    pub async fn read(&self, id: BlobId, first: u64, len: u64) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        Ok(match self {
            Self::Folder(folder) => folder.read(id, first, len).await?.boxed(),
            Self::Memory(memory) => {
                let bytes = memory.read(id, first, len)?;
                stream::once(async { Ok(bytes) }).boxed()
            }
        })
    }

    /// See [`BlobFolder::delete`].
    pub async fn delete(&self, id: BlobId) -> io::Result<()> {
        match self {
            Self::Folder(folder) => folder.delete(id).await,
            Self::Memory(memory) => {
                memory.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id.0);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt as _;

    async fn whole(blobs: &BlobBytes, id: BlobId, first: u64, len: u64) -> io::Result<Vec<u8>> {
        let parts: Vec<Bytes> = blobs.read(id, first, len).await?.try_collect().await?;
        Ok(parts.concat())
    }

    #[tokio::test]
    async fn memory_does_what_a_folder_does() {
        let folder = tempfile::tempdir().unwrap();
        let id = BlobId([7; 16]);
        let places = [BlobBytes::Folder(BlobFolder::new(folder.path().to_owned())), BlobBytes::Memory(Arc::default())];
        for blobs in &places {
            blobs.delete(id).await.unwrap();
            assert!(whole(blobs, id, 0, 1).await.is_err());
            blobs.write(id, 0, Bytes::from_static(b"hello ")).await.unwrap();
            blobs.write(id, 6, Bytes::from_static(b"world")).await.unwrap();
            blobs.write(id, 6, Bytes::from_static(b"World")).await.unwrap();
            assert_eq!(whole(blobs, id, 0, 11).await.unwrap(), b"hello World");
            assert_eq!(whole(blobs, id, 4, 3).await.unwrap(), b"o W");
            assert_eq!(whole(blobs, id, 0, 0).await.unwrap(), b"");
            assert!(whole(blobs, id, 6, 6).await.is_err());
            blobs.delete(id).await.unwrap();
            assert!(whole(blobs, id, 0, 1).await.is_err());
        }
    }
}
