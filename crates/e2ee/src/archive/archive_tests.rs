use super::*;
use proptest::prelude::*;
use proto::history::{Deleted, Frame, Message, frame::Body};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

const KEY: [u8; 32] = [7; 32];

fn message(content: Vec<u8>) -> Frame {
    let message = Message { message_id: vec![1; 16], chat: vec![2; 16], content, seq: 9, ..Message::default() };
    Frame { body: Some(Body::Message(message)) }
}

fn sealed(frames: &[Frame]) -> Vec<u8> {
    let mut writer = SegmentWriter::new(&KEY);
    let mut bytes = Vec::new();
    for frame in frames {
        bytes.extend(writer.push(frame).unwrap());
    }
    let finished = writer.finish().unwrap();
    bytes.extend(&finished.bytes);
    assert_eq!((finished.size, finished.frames), (bytes.len() as u64, frames.len() as u64));
    assert_eq!(finished.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
    bytes
}

/// What comes out, the frames before an error included.
fn opened(key: &[u8; 32], bytes: &[u8], piece_len: usize) -> (Vec<Frame>, Result<(), ArchiveError>) {
    let mut reader = SegmentReader::new(key);
    let mut frames = Vec::new();
    for piece in bytes.chunks(piece_len) {
        match reader.push(piece) {
            Ok(more) => frames.extend(more),
            Err(error) => return (frames, Err(error)),
        }
    }
    let end = reader.finish().map(|more| frames.extend(more));
    (frames, end)
}

/// A bit more than three chunks that do not compress.
fn noise() -> Vec<Frame> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    (0..17)
        .map(|_| {
            let mut content = vec![0; 200_000];
            rng.fill_bytes(&mut content);
            message(content)
        })
        .collect()
}

#[test]
fn an_empty_segment_is_whole_and_nothing_is_not() {
    let bytes = sealed(&[]);
    assert_eq!(bytes.len(), TAG_LEN);
    assert_eq!(opened(&KEY, &bytes, 5), (vec![], Ok(())));
    assert_eq!(opened(&KEY, &[], 5), (vec![], Err(ArchiveError::NotOpened { chunk: 0 })));
}

#[test]
fn several_chunks_come_back_in_pieces_of_any_size() {
    let frames = noise();
    let bytes = sealed(&frames);
    assert!(bytes.len() > 3 * CHUNK_LEN);
    for piece_len in [1_000, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, bytes.len()] {
        assert_eq!(opened(&KEY, &bytes, piece_len), (frames.clone(), Ok(())));
    }
}

#[test]
fn a_cut_at_any_chunk_is_noticed_and_what_came_before_is_kept() {
    let frames = noise();
    let bytes = sealed(&frames);
    for chunk in 0..=3_u32 {
        let boundary = chunk as usize * CHUNK_LEN;
        for cut in [boundary, boundary + 1, boundary + 100_000] {
            let (got, end) = opened(&KEY, &bytes[..cut], 65_536);
            assert!(matches!(end, Err(ArchiveError::NotOpened { .. })), "cut at {cut}");
            assert_eq!(got, frames[..got.len()]);
            assert!(chunk < 2 || !got.is_empty());
        }
    }
}

#[test]
fn chunks_swapped_doubled_or_left_out_are_noticed() {
    let bytes = sealed(&noise());
    let chunks: Vec<_> = bytes.chunks(CHUNK_LEN).collect();
    for order in [&[1, 0, 2, 3][..], &[0, 0, 1, 2, 3], &[0, 2, 3], &[0, 1, 2, 3, 3]] {
        let shuffled: Vec<u8> = order.iter().flat_map(|i| chunks[*i].iter().copied()).collect();
        assert!(opened(&KEY, &shuffled, CHUNK_LEN).1.is_err(), "{order:?}");
    }
}

#[test]
fn another_key_opens_nothing() {
    let bytes = sealed(&[message(vec![1])]);
    assert_eq!(opened(&[8; 32], &bytes, 100), (vec![], Err(ArchiveError::NotOpened { chunk: 0 })));
}

#[test]
fn a_frame_above_the_limit_is_refused_by_the_writer() {
    let mut writer = SegmentWriter::new(&KEY);
    assert!(matches!(writer.push(&message(vec![0; FRAME_LEN_MAX])), Err(ArchiveError::FrameTooLarge(_))));
    assert!(writer.push(&message(vec![0; FRAME_LEN_MAX - 100])).is_ok());
}

/// A segment with this plaintext, whatever it is.
fn crafted(plain: &[u8]) -> Vec<u8> {
    encryptor(&KEY).encrypt_last(plain).unwrap()
}

fn block(plain: &[u8], claimed_len: usize) -> Vec<u8> {
    let zstd = ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest);
    [&(zstd.len() as u32).to_be_bytes()[..], &(claimed_len as u32).to_be_bytes(), &zstd].concat()
}

fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_be_bytes()[..], &[kind], body].concat()
}

#[test]
fn bombs_and_malformed_content_are_named() {
    let form = |plain: &[u8]| match opened(&KEY, &crafted(plain), 1_000_000).1 {
        Err(ArchiveError::Form(what)) => what,
        other => panic!("{other:?}"),
    };
    let bomb = vec![0; 64 * 1024 * 1024];
    assert_eq!(form(&block(&bomb, bomb.len())), "a block above the limit");
    assert_eq!(form(&block(&bomb, 1_000)), "a block that does not unpack");
    assert_eq!(form(&block(&[0; 10], 11)), "a block of another length");
    assert_eq!(form(&[0, 0, 0, 5, 0, 0, 0, 5, 1, 2, 3, 4, 5]), "a block that does not unpack");
    assert_eq!(form(&[0, 0, 0, 5]), "a block without its end");
    assert_eq!(form(&block(&[0, 0, 0], 3)), "a frame without its end");
    assert_eq!(form(&block(&[0, 0, 0, 9, 1, 0], 6)), "a frame without its end");
    let garbage = frame(FRAME_TYPE_HISTORY, &[0xff; 4]);
    assert_eq!(form(&block(&garbage, garbage.len())), "a frame that is no history");
}

#[test]
fn frames_of_a_later_version_are_skipped() {
    let known = Frame { body: Some(Body::Deleted(Deleted { message_id: vec![3; 16], chat: vec![2; 16] })) };
    let plain =
        [frame(9, b"from the future"), frame(FRAME_TYPE_HISTORY, &prost::Message::encode_to_vec(&known))].concat();
    assert_eq!(opened(&KEY, &crafted(&block(&plain, plain.len())), 100), (vec![known], Ok(())));
}

#[test]
fn text_shrinks() {
    let text = "Are we still on for tomorrow? The train leaves at seven, platform four. ";
    let frames: Vec<_> = (0..5_000).map(|n: u32| message(format!("{n}: {text}").into_bytes())).collect();
    let plain: usize = frames.iter().map(prost::Message::encoded_len).sum();
    assert!(sealed(&frames).len() * 4 < plain);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_frames_come_back(
        contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..3_000), 0..40),
        piece_len in 1_usize..5_000,
    ) {
        let frames: Vec<_> = contents.into_iter().map(message).collect();
        prop_assert_eq!(opened(&KEY, &sealed(&frames), piece_len), (frames, Ok(())));
    }

    #[test]
    fn any_changed_byte_is_noticed(at in any::<proptest::sample::Index>(), bit in 0..8) {
        let mut bytes = sealed(&[message(b"one".to_vec()), message(b"two".to_vec())]);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        prop_assert!(opened(&KEY, &bytes, 100).1.is_err());
    }

    #[test]
    fn any_plaintext_is_read_or_refused(plain in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = opened(&KEY, &crafted(&plain), 100);
        let _ = opened(&KEY, &crafted(&block(&plain, plain.len())), 100);
    }
}
