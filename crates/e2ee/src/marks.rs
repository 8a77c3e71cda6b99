//! Read marks and ephemeral bodies under a chat's exporter key ([`crate::ChatGroup::mark_key`]): sealed for members,
//! opaque to the server, padded so that the length tells nothing. Signing them is `identity::marks`'s.

use crate::sealing::{self, NotOpened};
use proto::ids::ChatId;
use rand_core::CryptoRng;

/// Sealed bodies are padded to multiples of this: what is said by the way is all of one length.
fn padding_len(kind: MarkKind) -> usize {
    match kind {
        MarkKind::Read => 64,
        MarkKind::Ephemeral => 256,
    }
}

/// What is sealed: one is never taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// An encoded `ReadWatermark`.
    Read,
    /// An encoded `EphemeralBody`.
    Ephemeral,
}

/// Seals an encoded body for the chat's members in this epoch.
pub fn seal_mark(
    key: &[u8; 32],
    (chat, epoch): (ChatId, u64),
    kind: MarkKind,
    body: &[u8],
    rng: &mut (impl CryptoRng + ?Sized),
) -> Vec<u8> {
    let mut padded = body.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(padding_len(kind)), 0);
    sealing::seal(key, &bound(chat, epoch, kind), &padded, rng)
}

/// Opens what a member sealed with [`seal_mark`].
pub fn open_mark(
    key: &[u8; 32],
    (chat, epoch): (ChatId, u64),
    kind: MarkKind,
    sealed: &[u8],
) -> Result<Vec<u8>, NotOpened> {
    let mut padded = sealing::open(key, &bound(chat, epoch, kind), sealed)?;
    let end = padded.iter().rposition(|byte| *byte != 0).ok_or(NotOpened)?;
    if padded.get(end) != Some(&0x80) {
        return Err(NotOpened);
    }
    padded.truncate(end);
    Ok(padded)
}

fn bound(chat: ChatId, epoch: u64, kind: MarkKind) -> Vec<u8> {
    let kind: &[u8] = match kind {
        MarkKind::Read => b"heliograph read mark v1\0",
        MarkKind::Ephemeral => b"heliograph ephemeral v1\0",
    };
    [kind, &chat.0, &epoch.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn a_mark_opens_in_its_chat_epoch_and_kind_only_and_hides_its_length() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (key, here) = ([1; 32], (ChatId([2; 16]), 3));
        for body in [&b""[..], b"read up to 7", b"\x80\0\0", &[0; 63]] {
            let sealed = seal_mark(&key, here, MarkKind::Read, body, &mut rng);
            assert_eq!((sealed.len() - 40) % padding_len(MarkKind::Read), 0);
            assert_eq!(open_mark(&key, here, MarkKind::Read, &sealed).as_deref(), Ok(body));
            assert_eq!(open_mark(&[0; 32], here, MarkKind::Read, &sealed), Err(NotOpened));
            assert_eq!(open_mark(&key, (here.0, 4), MarkKind::Read, &sealed), Err(NotOpened));
            assert_eq!(open_mark(&key, (ChatId([9; 16]), 3), MarkKind::Read, &sealed), Err(NotOpened));
            assert_eq!(open_mark(&key, here, MarkKind::Ephemeral, &sealed), Err(NotOpened));
            assert_eq!(open_mark(&key, here, MarkKind::Read, &sealed[..20]), Err(NotOpened));
        }
    }
    /// Whether somebody types, or has a microphone on, or a hand raised: bodies of 60 to 140 bytes.
    #[test]
    fn what_is_said_by_the_way_is_all_of_one_length() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut sealed_len =
            |len| seal_mark(&[1; 32], (ChatId([2; 16]), 3), MarkKind::Ephemeral, &vec![1; len], &mut rng).len();
        assert!((0..200).all(|len| sealed_len(len) == sealed_len(0)));
    }
}
