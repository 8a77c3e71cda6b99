//! What is sealed: archive segments, profiles, marks. Whoever holds the key may be malicious too, so what lies below the seal is
//! thrown at its reader as well.

use crate::script::Script;
use e2ee::archive::{BlockReader, FRAME_LEN_MAX, SegmentReader, SegmentWriter};
use e2ee::marks::{MarkKind, open_mark, seal_mark};
use e2ee::profile::open_profile;
use prost::Message as _;
use proto::ids::{AccountId, ChatId};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

/// Of all that is sealed here.
pub(crate) const KEY: [u8; 32] = [7; 32];
/// Cuts of one segment.
const CUTS_MAX: usize = 64;

/// Sealed bytes in pieces of any size: all cuts give the same.
pub(super) fn sealed(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let cut = usize::from(script.byte()) + 1;
    let bytes = script.rest();
    let read = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut reader = SegmentReader::new(&KEY);
        let mut frames = Vec::new();
        for piece in pieces {
            frames.extend(reader.push(piece)?);
        }
        frames.extend(reader.finish()?);
        Ok::<_, e2ee::archive::ArchiveError>(frames)
    };
    let whole = read(&mut std::iter::once(bytes));
    assert_eq!(whole, read(&mut bytes.chunks(cut.max(bytes.len() / CUTS_MAX + 1))));
    if let Ok(frames) = whole {
        let mut writer = SegmentWriter::new(&KEY);
        let mut again = Vec::new();
        for frame in &frames {
            again.extend(writer.push(frame).expect("a frame that was read is within the limit"));
        }
        again.extend(writer.finish().expect("a segment of a fuzzer is short").bytes);
        assert_eq!(read(&mut std::iter::once(again.as_slice())), Ok(frames));
    }
}

/// What was sealed, by somebody who means harm: blocks, zstd frames, frames, in pieces.
pub(super) fn blocks(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let cut = usize::from(script.byte()) + 1;
    let bytes = script.rest();
    let mut reader = BlockReader::default();
    let mut frames = Vec::new();
    for piece in bytes.chunks(cut.max(bytes.len() / CUTS_MAX + 1)) {
        match reader.push(piece.to_vec()) {
            Ok(read) => frames.extend(read),
            Err(_) => return,
        }
    }
    assert!(frames.iter().all(|frame| frame.encoded_len() <= FRAME_LEN_MAX * 2));
}

/// Profiles and marks: what is not sealed does not open, what is sealed comes back.
pub(super) fn sealed_values(bytes: &[u8]) {
    let place = (ChatId([1; 16]), 3);
    for kind in [MarkKind::Read, MarkKind::Ephemeral] {
        // Nobody seals by chance: what opens is a seed's.
        let _ = open_mark(&KEY, place, kind, bytes);
        let sealed = seal_mark(&KEY, place, kind, bytes, &mut ChaCha20Rng::seed_from_u64(1));
        assert_eq!(open_mark(&KEY, place, kind, &sealed).as_deref(), Ok(bytes));
    }
    if let Ok(profile) = open_profile(&KEY, AccountId([1; 16]), 1, bytes) {
        assert_eq!(profile.version, 1);
    }
}
