//! Segments of the history archive: frames `length | type | protobuf`, compressed in blocks, sealed in 1 MiB STREAM
//! chunks. Owns the format; what is in an archive, and in which order, is the client's.
//!
//! Frames are gathered into blocks of about a quarter MiB; a block is `compressed length | plain length | zstd frame`. The
//! blocks one after the other are the plaintext of the chunks. Nothing here holds a whole segment: bytes go in and out
//! by the chunk. A segment that was cut anywhere does not open to its end, since the last chunk is sealed as the last.

mod reader;
mod writer;

pub use reader::{BlockReader, SegmentReader};
pub use writer::{Finished, SegmentWriter};

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::stream::{DecryptorBE32, EncryptorBE32, NewStream, StreamBE32};
use chacha20poly1305::{KeyInit, aead::generic_array::GenericArray};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// A sealed chunk in bytes; the last one of a segment may be shorter.
pub const CHUNK_LEN: usize = 1024 * 1024;
/// One frame's Protobuf in bytes.
pub const FRAME_LEN_MAX: usize = 512 * 1024;
const TAG_LEN: usize = 16;
const PLAIN_CHUNK_LEN: usize = CHUNK_LEN - TAG_LEN;
/// A block is closed when it has reached this.
const BLOCK_LEN: usize = 256 * 1024;
/// What a block can hold: almost full, and then the largest frame. More is a bomb.
const BLOCK_LEN_MAX: usize = BLOCK_LEN + FRAME_HEADER_LEN + FRAME_LEN_MAX;
/// How far back a block's zstd frame may reach: no block is longer.
const WINDOW_LEN_MAX: u64 = 1024 * 1024;
const BLOCK_HEADER_LEN: usize = 8;
const FRAME_HEADER_LEN: usize = 5;
/// The only type of frame so far: `history.Frame`. Others are of later versions, and are skipped.
const FRAME_TYPE_HISTORY: u8 = 1;
const STREAM_NONCE_LEN: usize = 19;

/// Why a segment cannot be read on. Frames that were given out before are whole and authentic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// A chunk does not open: wrong key, changed, out of order, or the segment ends too early.
    #[error("chunk {chunk} does not open: the segment is damaged, cut or under another key")]
    NotOpened {
        /// Counted from 0.
        chunk: u32,
    },
    /// The chunks open, but do not hold blocks and frames.
    #[error("the segment's content is not of the expected form: {0}")]
    Form(&'static str),
    /// A frame above the limit.
    #[error("a frame of {0} bytes is above the limit")]
    FrameTooLarge(usize),
    /// More chunks than the cipher's counter has.
    #[error("the segment is longer than 4 PiB")]
    TooLong,
}

/// Key and nonce of a segment follow from its key, which is random and used for this segment alone.
fn stream_parts(key: &[u8; 32]) -> (Zeroizing<[u8; 32]>, [u8; STREAM_NONCE_LEN]) {
    let hkdf = Hkdf::<Sha256>::new(None, key);
    let (mut cipher_key, mut nonce) = (Zeroizing::new([0; 32]), [0; STREAM_NONCE_LEN]);
    hkdf.expand(b"heliograph archive segment key v1", cipher_key.as_mut_slice())
        .expect("32 bytes are below HKDF's limit");
    hkdf.expand(b"heliograph archive segment nonce v1", &mut nonce).expect("19 bytes are below HKDF's limit");
    (cipher_key, nonce)
}

fn stream(key: &[u8; 32]) -> StreamBE32<XChaCha20Poly1305> {
    let (cipher_key, nonce) = stream_parts(key);
    StreamBE32::from_aead(XChaCha20Poly1305::new(cipher_key.as_slice().into()), GenericArray::from_slice(&nonce))
}

fn encryptor(key: &[u8; 32]) -> EncryptorBE32<XChaCha20Poly1305> {
    EncryptorBE32::from_stream_primitive(stream(key))
}

fn decryptor(key: &[u8; 32]) -> DecryptorBE32<XChaCha20Poly1305> {
    DecryptorBE32::from_stream_primitive(stream(key))
}

#[cfg(test)]
mod archive_tests;
