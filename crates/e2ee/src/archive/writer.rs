//! Writing a segment.

use super::{ArchiveError, BLOCK_LEN, FRAME_HEADER_LEN, FRAME_LEN_MAX, FRAME_TYPE_HISTORY, PLAIN_CHUNK_LEN, encryptor};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::stream::EncryptorBE32;
use prost::Message;
use proto::history::Frame;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use sha2::{Digest, Sha256};

/// Frames in, sealed chunks out.
pub struct SegmentWriter {
    encryptor: EncryptorBE32<XChaCha20Poly1305>,
    block: Vec<u8>,
    /// Compressed blocks that do not fill a chunk yet.
    pending: Vec<u8>,
    hasher: Sha256,
    size: u64,
    frames: u64,
}

/// The end of a segment, and what its pointer says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The last bytes.
    pub bytes: Vec<u8>,
    /// Of the whole segment, in bytes.
    pub size: u64,
    /// Of the whole segment.
    pub sha256: [u8; 32],
    /// Frames in it.
    pub frames: u64,
}

impl SegmentWriter {
    /// A segment under a fresh random key, never used for another.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            encryptor: encryptor(key),
            block: Vec::new(),
            pending: Vec::new(),
            hasher: Sha256::new(),
            size: 0,
            frames: 0,
        }
    }

    /// Takes a frame; gives the chunks that became full, mostly none.
    pub fn push(&mut self, frame: &Frame) -> Result<Vec<u8>, ArchiveError> {
        let len = frame.encoded_len();
        if len > FRAME_LEN_MAX {
            return Err(ArchiveError::FrameTooLarge(len));
        }
        let wire_len = u32::try_from(len).map_err(|_| ArchiveError::FrameTooLarge(len))?;
        self.block.reserve(FRAME_HEADER_LEN + len);
        self.block.extend_from_slice(&wire_len.to_be_bytes());
        self.block.push(FRAME_TYPE_HISTORY);
        self.block.extend_from_slice(&frame.encode_to_vec());
        self.frames += 1;
        if self.block.len() >= BLOCK_LEN {
            self.close_block();
        }
        self.full_chunks()
    }

    /// Ends the segment.
    pub fn finish(mut self) -> Result<Finished, ArchiveError> {
        self.close_block();
        let mut bytes = self.full_chunks()?;
        let last = self.encryptor.encrypt_last(self.pending.as_slice()).map_err(|_| ArchiveError::TooLong)?;
        self.hasher.update(&last);
        self.size += last.len() as u64;
        bytes.extend_from_slice(&last);
        Ok(Finished { bytes, size: self.size, sha256: self.hasher.finalize().into(), frames: self.frames })
    }

    fn close_block(&mut self) {
        if self.block.is_empty() {
            return;
        }
        let compressed = compress_to_vec(self.block.as_slice(), CompressionLevel::Fastest);
        for len in [compressed.len(), self.block.len()] {
            let len = u32::try_from(len).expect("a block is below a MiB, and zstd adds a few bytes at most");
            self.pending.extend_from_slice(&len.to_be_bytes());
        }
        self.pending.extend_from_slice(&compressed);
        self.block.clear();
    }

    /// Seals what is more than a chunk: the last chunk is never empty unless the segment is.
    fn full_chunks(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let mut sealed = Vec::new();
        while self.pending.len() > PLAIN_CHUNK_LEN {
            let rest = self.pending.split_off(PLAIN_CHUNK_LEN);
            let chunk = self.encryptor.encrypt_next(self.pending.as_slice()).map_err(|_| ArchiveError::TooLong)?;
            self.pending = rest;
            self.hasher.update(&chunk);
            self.size += chunk.len() as u64;
            sealed.extend_from_slice(&chunk);
        }
        Ok(sealed)
    }
}
