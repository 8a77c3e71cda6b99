use super::*;
use proptest::prelude::*;
use proto::content::ArchiveSegment;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

fn recovery_key(seed: u64) -> RecoveryKey {
    RecoveryKey::generate(&mut ChaCha20Rng::seed_from_u64(seed))
}

fn manifest() -> Manifest {
    let segment =
        |index| ArchiveSegment { index, size: 10, sha256: vec![7; 32], key: vec![8; 32], ..ArchiveSegment::default() };
    Manifest {
        account_key: vec![1; 32],
        self_chat: vec![2; 16],
        segments: vec![segment(0), segment(1)],
        ..Manifest::default()
    }
}

fn outside() -> Outside {
    Outside { account: AccountId([5; 16]), made_ms: 1_700_000_000_000 }
}

fn sealed() -> Vec<u8> {
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    seal_head(&recovery_key(1).backup_key(), outside(), &manifest(), &mut rng).unwrap()
}

#[test]
fn a_key_is_shown_in_groups_and_read_back_as_people_type_it() {
    let key = recovery_key(1);
    let text = key.to_text();
    assert_eq!(text.split(' ').map(str::len).collect::<Vec<_>>(), [GROUP_LEN; GROUPS]);
    assert_eq!(RecoveryKey::parse(&text).as_ref(), Ok(&key));
    assert_eq!(RecoveryKey::parse(&format!("\n {} \t", text.replace(' ', "-"))).as_ref(), Ok(&key));
    assert_eq!(RecoveryKey::parse(&text.replace(' ', "")).as_ref(), Ok(&key));
    assert_ne!(recovery_key(2), key);
}

#[test]
fn every_wrong_digit_and_every_two_that_changed_places_are_told_with_their_group() {
    let text = recovery_key(3).to_text();
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    let said = |digits: &[u8]| RecoveryKey::parse(std::str::from_utf8(digits).unwrap());
    for at in 0..DIGITS {
        for other in b'0'..=b'9' {
            let mut typed = digits.clone();
            if typed[at] != other {
                typed[at] = other;
                assert_eq!(said(&typed), Err(RecoveryKeyError::Group { group: at / GROUP_LEN + 1 }), "digit {at}");
            }
        }
        if (at + 1) % GROUP_LEN != 0 && digits[at] != digits[at + 1] {
            let mut typed = digits.clone();
            typed.swap(at, at + 1);
            assert_eq!(said(&typed), Err(RecoveryKeyError::Group { group: at / GROUP_LEN + 1 }), "digits from {at}");
        }
    }
    let mut groups: Vec<&str> = text.split(' ').collect();
    groups.swap(2, 5);
    assert_eq!(RecoveryKey::parse(&groups.concat()), Err(RecoveryKeyError::Group { group: 3 }));
}

#[test]
fn what_is_no_key_is_told_from_one_with_a_slip() {
    let text = recovery_key(4).to_text();
    assert_eq!(RecoveryKey::parse(""), Err(RecoveryKeyError::Length { digits: 0 }));
    assert_eq!(RecoveryKey::parse(&text[1..]), Err(RecoveryKeyError::Length { digits: DIGITS - 1 }));
    assert_eq!(RecoveryKey::parse(&format!("{}0", *text)), Err(RecoveryKeyError::Length { digits: DIGITS + 1 }));
    assert_eq!(RecoveryKey::parse("a").err(), Some(RecoveryKeyError::NotDigits));
    assert_eq!(RecoveryKey::parse(&"9".repeat(100_000)), Err(RecoveryKeyError::Length { digits: DIGITS * 2 }));
}

#[test]
fn a_head_opens_with_its_key_alone() {
    let head = sealed();
    assert_eq!(read_outside(&head), Ok(outside()));
    assert_eq!(open_head(&recovery_key(1).backup_key(), &head), Ok((outside(), manifest())));
    assert_eq!(open_head(&recovery_key(2).backup_key(), &head), Err(BackupError::NotOpened));
    let mut later = head.clone();
    later[4] = 2;
    assert_eq!(open_head(&recovery_key(1).backup_key(), &later), Err(BackupError::Version(2)));
    assert_eq!(read_outside(b"a holiday's picture, and no backup at all, however long"), Err(BackupError::NotABackup));
}

#[test]
fn a_backup_of_too_many_segments_is_not_made() {
    let mut large = manifest();
    large.segments = (0..=u32::try_from(BACKUP_SEGMENTS_MAX).unwrap())
        .map(|index| ArchiveSegment { index, ..ArchiveSegment::default() })
        .collect();
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let key = recovery_key(1).backup_key();
    assert_eq!(seal_head(&key, outside(), &large, &mut rng), Err(BackupError::TooLarge));
    large.segments.pop();
    for segment in &mut large.segments {
        (segment.sha256, segment.key, segment.blob) =
            (vec![1; 32], vec![2; 32], format!("/v1/blobs/{}", "0".repeat(32)));
        (segment.size, segment.messages, segment.messages_total) = (5 << 20, 2_000, 1 << 24);
        segment.archive = vec![3; 16];
    }
    assert!(seal_head(&key, outside(), &large, &mut rng).is_ok(), "the limits fit each other");
}

#[test]
fn segments_that_are_not_in_their_order_are_no_manifest() {
    let key = recovery_key(1).backup_key();
    for change in [
        (|manifest: &mut Manifest| manifest.segments.swap(0, 1)) as fn(&mut Manifest),
        |manifest| manifest.segments.clear(),
        |manifest| drop(manifest.segments.remove(0)),
        |manifest| manifest.account_key.truncate(31),
        |manifest| manifest.self_chat.clear(),
    ] {
        let mut manifest = manifest();
        change(&mut manifest);
        let head = seal_head(&key, outside(), &manifest, &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
        assert!(matches!(open_head(&key, &head), Err(BackupError::Form(_))), "{manifest:?}");
    }
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let key = recovery_key(1);
    assert_eq!(format!("{key:?} {:?}", key.backup_key()), "RecoveryKey BackupKey");
}

#[test]
fn the_end_of_a_file_is_read_and_a_cut_one_refused() {
    let file = [FILE_HEAD.as_slice(), b"segments", &tail(b"head")].concat();
    let read = read_tail(&file).unwrap();
    assert_eq!((read.head, read.len), (&b"head"[..], 4 + TAIL_LEN));
    assert_eq!(read_tail(&file[..file.len() - 1]), Err(BackupError::Cut));
    assert_eq!(read_tail(&[&[0xff; 4][..], TAIL_MAGIC_FOR_TESTS].concat()), Err(BackupError::Cut));
    assert_eq!(read_tail(&[]), Err(BackupError::Cut));
}

const TAIL_MAGIC_FOR_TESTS: &[u8] = b"HGBK end";

proptest! {
    #[test]
    fn any_changed_byte_of_a_head_is_noticed(at in any::<proptest::sample::Index>(), bit in 0..8) {
        let mut head = sealed();
        let at = at.index(head.len());
        head[at] ^= 1_u8 << bit;
        prop_assert!(open_head(&recovery_key(1).backup_key(), &head).is_err());
    }

    #[test]
    fn any_cut_head_is_noticed(at in any::<proptest::sample::Index>()) {
        let head = sealed();
        prop_assert!(open_head(&recovery_key(1).backup_key(), &head[..at.index(head.len())]).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in ".{0,200}") {
        let _ = open_head(&recovery_key(1).backup_key(), &bytes);
        let _ = read_tail(&bytes);
        let _ = RecoveryKey::parse(&text);
    }
}
