use super::*;
use proptest::prelude::*;

const KEY: [u8; 32] = [7; 32];

fn file(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 31 % 251) as u8).collect()
}

fn seal(key: &[u8; 32], plain: &[u8]) -> Vec<Vec<u8>> {
    let cipher = FileCipher::new(key, plain.len() as u64);
    let mut pieces: Vec<&[u8]> = plain.chunks(PLAIN_LEN).collect();
    if pieces.is_empty() {
        pieces.push(&[]);
    }
    (0..).zip(pieces).map(|(segment, piece)| cipher.seal(segment, piece).expect("of this file")).collect()
}

fn open(key: &[u8; 32], size: u64, segments: &[Vec<u8>]) -> Result<Vec<u8>, MediaError> {
    let cipher = FileCipher::new(key, size);
    let mut plain = Vec::new();
    for (segment, sealed) in (0..).zip(segments) {
        plain.extend(cipher.open(segment, sealed)?);
    }
    Ok(plain)
}

#[test]
fn files_of_sizes_around_the_borders_come_back() {
    for size in [0, 1, PLAIN_LEN - 1, PLAIN_LEN, PLAIN_LEN + 1, 2 * PLAIN_LEN, 2 * PLAIN_LEN + 1, 3 * PLAIN_LEN - 1] {
        let sealed = seal(&KEY, &file(size));
        assert_eq!(sealed.len() as u64, segments(size as u64), "{size}");
        assert_eq!(sealed.concat().len() as u64, sealed_size(size as u64), "{size}");
        assert_eq!(open(&KEY, size as u64, &sealed).as_deref(), Ok(file(size).as_slice()), "{size}");
        for (segment, bytes) in (0..).zip(&sealed) {
            let place = sealed_place(size as u64, segment).expect("one of them");
            assert_eq!(&sealed.concat()[place.start as usize..place.end as usize], bytes.as_slice());
        }
    }
}

#[test]
fn a_file_that_was_cut_does_not_open_as_a_shorter_one() {
    let size = 3 * PLAIN_LEN;
    let sealed = seal(&KEY, &file(size));
    // Of two whole segments: the second is not the last.
    let shorter = open(&KEY, 2 * PLAIN_LEN as u64, &sealed[..2]);
    assert_eq!(shorter, Err(MediaError::NotOpened { segment: 1 }));
    let cut = [&sealed[..2], &[sealed[2][..100].to_vec()]].concat();
    assert_eq!(open(&KEY, size as u64, &cut), Err(MediaError::NotOfThisFile { segment: 2 }));
    assert_eq!(open(&KEY, 2 * PLAIN_LEN as u64 + 84, &cut), Err(MediaError::NotOpened { segment: 2 }));
}

#[test]
fn segments_of_other_places_and_files_do_not_open() {
    let size = 3 * PLAIN_LEN as u64;
    let (mut mine, theirs) = (seal(&KEY, &file(3 * PLAIN_LEN)), seal(&[8; 32], &file(3 * PLAIN_LEN)));
    mine.swap(0, 1);
    assert_eq!(open(&KEY, size, &mine), Err(MediaError::NotOpened { segment: 0 }));
    mine.swap(0, 1);
    mine[1].clone_from(&theirs[1]);
    assert_eq!(open(&KEY, size, &mine), Err(MediaError::NotOpened { segment: 1 }));
}

#[test]
fn sizes_that_are_none_do_not_panic() {
    assert_eq!(segments(u64::MAX), u64::MAX.div_ceil(PLAIN_LEN as u64));
    assert_eq!(sealed_size(u64::MAX), u64::MAX);
    let cipher = FileCipher::new(&KEY, u64::MAX);
    assert!(cipher.open(u32::MAX, &[0; SEGMENT_LEN]).is_err());
}

proptest! {
    #[test]
    fn each_flipped_bit_is_noticed(size in 0..2 * PLAIN_LEN + 100, at: prop::sample::Index, bit in 0..8u8) {
        let mut sealed = seal(&KEY, &file(size));
        let place = at.index(sealed.concat().len());
        sealed[place / SEGMENT_LEN][place % SEGMENT_LEN] ^= 1 << bit;
        prop_assert!(open(&KEY, size as u64, &sealed).is_err());
    }

    #[test]
    fn any_range_lies_in_its_segments(size in 1..5_000_000u64, from: prop::sample::Index, len in 1..300_000u64) {
        let from = from.index(size as usize) as u64;
        let range = from..(from + len).min(size);
        let segments_of_it = segments_of(&range);
        let plain_of = |segment: u32| u64::from(segment) * PLAIN_LEN as u64;
        prop_assert!(plain_of(segments_of_it.start) <= range.start && range.end <= plain_of(segments_of_it.end));
        prop_assert!(u64::from(segments_of_it.end) <= segments(size));
    }
}
