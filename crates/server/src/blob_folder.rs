//! Bytes of blobs in a folder, spread over 256 subfolders.

use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use server_store::blobs::BlobId;
use std::io::{self, SeekFrom};
use std::path::PathBuf;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

const READ_LEN: u64 = 64 * 1024;

/// A folder of blobs.
pub struct BlobFolder {
    folder: PathBuf,
}

impl BlobFolder {
    /// In this folder, which is made when the first blob comes.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(crate) fn path(&self, id: BlobId) -> PathBuf {
        let name = hex::encode(id.0);
        let (shelf, _) = name.split_at(2);
        self.folder.join(shelf).join(&name)
    }

    /// Writes at an offset and flushes: the offset is told to nobody before the bytes are safe.
    pub async fn write(&self, id: BlobId, offset: u64, bytes: Bytes) -> io::Result<()> {
        let path = self.path(id);
        if let Some(shelf) = path.parent() {
            fs::create_dir_all(shelf).await?;
        }
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path).await?;
        file.seek(SeekFrom::Start(offset)).await?;
        file.write_all(&bytes).await?;
        file.flush().await?;
        file.sync_data().await
    }

    /// `len` bytes from `first`, as a stream.
    pub async fn read(
        &self,
        id: BlobId,
        first: u64,
        len: u64,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>> {
        let file = if len == 0 { None } else { Some(File::open(self.path(id)).await?) };
        Ok(stream::try_unfold((file, first, len), async |(file, at, left)| {
            let Some(mut file) = file.filter(|_| left > 0) else { return Ok(None) };
            file.seek(SeekFrom::Start(at)).await?;
            let wanted = left.min(READ_LEN);
            let mut bytes = vec![0; usize::try_from(wanted).map_err(io::Error::other)?];
            file.read_exact(&mut bytes).await?;
            Ok(Some((Bytes::from(bytes), (Some(file), at + wanted, left - wanted))))
        }))
    }

    /// Deletes it; one that never got a byte has no file.
    pub async fn delete(&self, id: BlobId) -> io::Result<()> {
        match fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }
}
