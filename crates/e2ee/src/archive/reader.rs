//! Reading a segment.

use super::{
    ArchiveError, BLOCK_HEADER_LEN, BLOCK_LEN_MAX, CHUNK_LEN, FRAME_HEADER_LEN, FRAME_LEN_MAX, FRAME_TYPE_HISTORY,
    WINDOW_LEN_MAX, decryptor,
};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::stream::DecryptorBE32;
use prost::Message;
use proto::history::Frame;
use ruzstd::decoding::FrameDecoder;

/// Sealed bytes in, frames out. Bytes may come in pieces of any size.
pub struct SegmentReader {
    decryptor: DecryptorBE32<XChaCha20Poly1305>,
    sealed: Vec<u8>,
    blocks: BlockReader,
    chunk: u32,
}

/// The lower half of a [`SegmentReader`]: opened bytes in, frames out. Who sealed them may mean harm.
pub struct BlockReader {
    /// Not a whole block yet.
    plain: Vec<u8>,
    decoder: FrameDecoder,
}

impl Default for BlockReader {
    fn default() -> Self {
        let mut decoder = FrameDecoder::new();
        // The decoder makes room for as much as a frame's header asks for, at first sight: 128 MiB for nine bytes.
        decoder.set_max_window_size(WINDOW_LEN_MAX);
        Self { plain: Vec::new(), decoder }
    }
}

impl SegmentReader {
    /// For a segment sealed under this key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { decryptor: decryptor(key), sealed: Vec::new(), blocks: BlockReader::default(), chunk: 0 }
    }

    /// Takes the next bytes; gives the frames that are complete by them. After an error the reader is of no more use.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, ArchiveError> {
        self.sealed.extend_from_slice(bytes);
        let mut frames = Vec::new();
        // What could be the last chunk is kept until more comes, or `finish`.
        while self.sealed.len() > CHUNK_LEN {
            let rest = self.sealed.split_off(CHUNK_LEN);
            let opened = self.decryptor.decrypt_next(self.sealed.as_slice());
            self.sealed = rest;
            frames.extend(self.blocks.push(opened.map_err(|_| ArchiveError::NotOpened { chunk: self.chunk })?)?);
            self.chunk = self.chunk.saturating_add(1);
        }
        Ok(frames)
    }

    /// All bytes were pushed: gives the last frames, or says that the segment is not whole.
    pub fn finish(mut self) -> Result<Vec<Frame>, ArchiveError> {
        let chunk = self.chunk;
        let decryptor = std::mem::replace(&mut self.decryptor, decryptor(&[0; 32]));
        let opened = decryptor.decrypt_last(self.sealed.as_slice()).map_err(|_| ArchiveError::NotOpened { chunk })?;
        let frames = self.blocks.push(opened)?;
        if self.blocks.plain.is_empty() { Ok(frames) } else { Err(ArchiveError::Form("a block without its end")) }
    }
}

impl BlockReader {
    /// Takes the next opened bytes; gives the frames that are complete by them. After an error it is of no more use.
    pub fn push(&mut self, opened: Vec<u8>) -> Result<Vec<Frame>, ArchiveError> {
        if self.plain.is_empty() {
            self.plain = opened;
        } else {
            self.plain.extend_from_slice(&opened);
        }
        let mut frames = Vec::new();
        let mut at = 0;
        while let Some((block, len)) = next_block(self.plain.get(at..).unwrap_or_default())? {
            let plain = decompress(&mut self.decoder, block, len)?;
            parse_frames(&plain, &mut frames)?;
            at += BLOCK_HEADER_LEN + block.len();
        }
        self.plain.drain(..at);
        Ok(frames)
    }
}

/// The first whole block and its plain length.
fn next_block(bytes: &[u8]) -> Result<Option<(&[u8], usize)>, ArchiveError> {
    let Some((compressed_len, rest)) = length(bytes) else { return Ok(None) };
    let Some((plain_len, rest)) = length(rest) else { return Ok(None) };
    if compressed_len > BLOCK_LEN_MAX + 1_024 || plain_len > BLOCK_LEN_MAX {
        return Err(ArchiveError::Form("a block above the limit"));
    }
    Ok(rest.get(..compressed_len).map(|block| (block, plain_len)))
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_be_bytes(*len)).ok()?, rest))
}

/// The output has exactly the room that the block claims, so a bomb fails instead of going off.
fn decompress(decoder: &mut FrameDecoder, block: &[u8], len: usize) -> Result<Vec<u8>, ArchiveError> {
    let mut plain = vec![0; len];
    let written =
        decoder.decode_all(block, &mut plain).map_err(|_| ArchiveError::Form("a block that does not unpack"))?;
    if written == len { Ok(plain) } else { Err(ArchiveError::Form("a block of another length")) }
}

fn parse_frames(mut bytes: &[u8], frames: &mut Vec<Frame>) -> Result<(), ArchiveError> {
    while !bytes.is_empty() {
        let (header, rest) =
            bytes.split_at_checked(FRAME_HEADER_LEN).ok_or(ArchiveError::Form("a frame without its end"))?;
        let (len, kind) = length(header).ok_or(ArchiveError::Form("a frame without its length"))?;
        if len > FRAME_LEN_MAX {
            return Err(ArchiveError::FrameTooLarge(len));
        }
        let (body, rest) = rest.split_at_checked(len).ok_or(ArchiveError::Form("a frame without its end"))?;
        if kind == [FRAME_TYPE_HISTORY] {
            frames.push(Frame::decode(body).map_err(|_| ArchiveError::Form("a frame that is no history"))?);
        }
        bytes = rest;
    }
    Ok(())
}
