//! Files of messages, sealed in segments of 64 KiB so that any range can be opened without the rest (a seek in a film). Owns the
//! format; where segments lie, and in which order they are read, is a driver's.
//!
//! XChaCha20-Poly1305 as STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): a segment's nonce is a prefix, its number and whether it is
//! the last. So a segment opens at its own place alone, and a file that was cut does not open at its end. Key and prefix follow from the
//! file's key, which is random and used for this file alone: segments of two files do not mix.

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::generic_array::GenericArray;
use chacha20poly1305::aead::stream::{NewStream, StreamBE32, StreamPrimitive};
use chacha20poly1305::{KeyInit, aead::Payload};
use hkdf::Hkdf;
use sha2::Sha256;
use std::ops::Range;
use zeroize::Zeroizing;

/// A sealed segment in bytes; the last one of a file may be shorter, and is never empty.
pub const SEGMENT_LEN: usize = 64 * 1024;
const TAG_LEN: usize = 16;
/// What a segment holds of the file.
pub const PLAIN_LEN: usize = SEGMENT_LEN - TAG_LEN;
const STREAM_NONCE_LEN: usize = 19;
/// A segment that does not exist has no number: none of a file of this project's limits comes near.
const SEGMENTS_MAX: u64 = u32::MAX as u64;

/// Why a segment is not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// Wrong key, changed, from another place or another file, or cut.
    #[error("segment {segment} does not open: the file is damaged, cut or under another key")]
    NotOpened {
        /// Counted from 0.
        segment: u32,
    },
    /// The file has no such segment, or the segment another length.
    #[error("segment {segment} is not one of this file")]
    NotOfThisFile {
        /// Counted from 0.
        segment: u32,
    },
}

/// How many segments a file of this size has: an empty one has one, so that its absence can be told from a cut.
pub fn segments(size: u64) -> u64 {
    size.div_ceil(PLAIN_LEN as u64).max(1)
}

/// Bytes of ciphertext of a file of this size; it saturates.
pub fn sealed_size(size: u64) -> u64 {
    size.saturating_add(segments(size).saturating_mul(TAG_LEN as u64))
}

/// Where a segment's ciphertext lies in a sealed file of this (plain) size; `None` where it has no such segment.
pub fn sealed_place(size: u64, segment: u32) -> Option<Range<u64>> {
    let begin = u64::from(segment) * SEGMENT_LEN as u64;
    let end = begin + SEGMENT_LEN as u64;
    (u64::from(segment) < segments(size)).then(|| begin..end.min(sealed_size(size)))
}

/// The segments that hold these bytes of the file, which lie within it.
pub fn segments_of(range: &Range<u64>) -> Range<u32> {
    let number = |segment: u64| u32::try_from(segment).unwrap_or(u32::MAX);
    let first = range.start / PLAIN_LEN as u64;
    number(first)..number(range.end.div_ceil(PLAIN_LEN as u64))
}

/// The cipher of one file.
pub struct FileCipher {
    stream: StreamBE32<XChaCha20Poly1305>,
    size: u64,
}

impl FileCipher {
    /// Of a file with this many bytes. Both sides must know the size: with it a segment is the last one or is not.
    pub fn new(key: &[u8; 32], size: u64) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, key);
        let (mut cipher_key, mut nonce) = (Zeroizing::new([0; 32]), [0; STREAM_NONCE_LEN]);
        hkdf.expand(b"heliograph media key v1", cipher_key.as_mut_slice()).expect("32 bytes are below HKDF's limit");
        hkdf.expand(b"heliograph media nonce v1", &mut nonce).expect("19 bytes are below HKDF's limit");
        let cipher = XChaCha20Poly1305::new(cipher_key.as_slice().into());
        Self { stream: StreamBE32::from_aead(cipher, GenericArray::from_slice(&nonce)), size }
    }

    /// Seals a segment: `PLAIN_LEN` bytes of the file, the rest of it in the last one.
    pub fn seal(&self, segment: u32, plain: &[u8]) -> Result<Vec<u8>, MediaError> {
        let last = self.place(segment, plain.len() + TAG_LEN)?;
        self.stream.encrypt(segment, last, Payload::from(plain)).map_err(|_| MediaError::NotOfThisFile { segment })
    }

    /// Opens a segment.
    pub fn open(&self, segment: u32, sealed: &[u8]) -> Result<Vec<u8>, MediaError> {
        let last = self.place(segment, sealed.len())?;
        self.stream.decrypt(segment, last, Payload::from(sealed)).map_err(|_| MediaError::NotOpened { segment })
    }

    /// Whether a segment of this length at this place is the last.
    fn place(&self, segment: u32, sealed_len: usize) -> Result<bool, MediaError> {
        let refused = MediaError::NotOfThisFile { segment };
        let place = sealed_place(self.size, segment).ok_or(refused)?;
        if place.end - place.start != sealed_len as u64 || segments(self.size) > SEGMENTS_MAX {
            return Err(refused);
        }
        Ok(u64::from(segment) + 1 == segments(self.size))
    }
}

impl std::fmt::Debug for FileCipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileCipher({} bytes)", self.size)
    }
}

#[cfg(test)]
mod media_tests;
