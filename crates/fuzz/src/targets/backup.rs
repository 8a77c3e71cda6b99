//! Backups: the sealed head, what lies below its seal, the end of a file, and recovery keys as people type them.

use crate::script::Script;
use e2ee::backup::{BackupKey, Outside, RecoveryKey, open_head, read_outside, read_tail, seal_head, tail};
use prost::Message as _;
use proto::backup::Manifest;
use proto::ids::AccountId;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

/// Any bytes as head, manifest, end of a file, and text.
pub(super) fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let kind = script.byte() % 4;
    let bytes = script.rest();
    let key = BackupKey::from_bytes(&crate::targets::KEY);
    match kind {
        0 => {
            if let Ok((outside, _)) = open_head(&key, bytes) {
                assert_eq!(read_outside(bytes), Ok(outside));
            }
        }
        1 => {
            let outside = Outside { account: AccountId([1; 16]), made_ms: 2 };
            let Ok(manifest) = Manifest::decode(bytes) else { return };
            let Ok(head) = seal_head(&key, outside, &manifest, &mut ChaCha20Rng::seed_from_u64(1)) else { return };
            if let Ok(opened) = open_head(&key, &head) {
                assert_eq!(opened, (outside, manifest));
            }
        }
        2 => {
            if let Ok(read) = read_tail(bytes) {
                assert!(bytes.ends_with(&tail(read.head)));
            }
        }
        _ => {
            let text = String::from_utf8_lossy(bytes);
            if let Ok(key) = RecoveryKey::parse(&text) {
                assert_eq!(RecoveryKey::parse(&key.to_text()), Ok(key));
            }
        }
    }
}
