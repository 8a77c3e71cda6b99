//! Previews: what the service worker of a browser shows of a message while no page of ours is open, where there is neither MLS nor a
//! database. Sealed under a key of the chat by HKDF and AES-GCM, since that is what browsers have; the service worker opens them by itself
//! (`web-ui/web/sw.js`), and [`open_preview`] says what it has to do.
//!
//! A preview is not signed. It is bound to the device that the server says it is from: a member alone cannot speak in another's name, a
//! member and the server together can, until the message itself is read.

use crate::sealing::NotOpened;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use proto::ids::{ChatId, DeviceAddress, MessageId};
use sha2::{Digest, Sha256};

/// What is sealed has this length, whatever was written.
const PADDED_LEN: usize = 256;
/// Kind and length stand before the text.
const TEXT_LEN_MAX: usize = PADDED_LEN - 3;
const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 8;
const PURPOSE: &[u8] = b"heliograph preview v1\0";
/// Each key that is derived seals one message.
const NONCE: [u8; 12] = [0; 12];

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewKind {
    /// A text.
    Text,
    /// A file of this kind; the text is its caption.
    Photo,
    /// See `Photo`.
    Video,
    /// See `Photo`.
    Audio,
    /// See `Photo`.
    Voice,
    /// See `Photo`.
    Document,
}

impl PreviewKind {
    const ALL: [Self; 6] = [Self::Text, Self::Photo, Self::Video, Self::Audio, Self::Voice, Self::Document];

    fn number(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Photo => 2,
            Self::Video => 3,
            Self::Audio => 4,
            Self::Voice => 5,
            Self::Document => 6,
        }
    }
}

/// What a preview is of; it opens for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewOf {
    /// In which chat.
    pub chat: ChatId,
    /// By whom.
    pub sender: DeviceAddress,
    /// Which message.
    pub message: MessageId,
}

impl PreviewOf {
    fn bound(&self) -> Vec<u8> {
        let Self { chat, sender, message } = self;
        [PURPOSE, &chat.0, &sender.account.0, &sender.device.0.to_be_bytes(), &message.0].concat()
    }
}

/// By which a receiver finds the key that a preview was sealed under.
pub fn preview_key_id(key: &[u8; 32]) -> [u8; KEY_ID_LEN] {
    let hash: [u8; 32] = Sha256::new_with_prefix(b"heliograph preview key v1\0").chain_update(key).finalize().into();
    std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default())
}

/// The version, the key's id, the message's id, and, sealed, the kind and as much of the text as there is room for: 297 bytes in all.
pub fn seal_preview(key: &[u8; 32], of: &PreviewOf, kind: PreviewKind, text: &str) -> Vec<u8> {
    let text = text.get(..text.floor_char_boundary(TEXT_LEN_MAX)).unwrap_or_default();
    let len = u16::try_from(text.len()).expect("it was cut");
    let mut padded = [&[kind.number()], len.to_be_bytes().as_slice(), text.as_bytes()].concat();
    padded.resize(PADDED_LEN, 0);
    let payload = Payload { msg: &padded, aad: &of.bound() };
    let sealed =
        cipher(key, of).encrypt(&Nonce::from(NONCE), payload).expect("256 bytes are not too long to be sealed");
    [&[VERSION], preview_key_id(key).as_slice(), &of.message.0, &sealed].concat()
}

/// Opens what [`seal_preview`] made of this message.
pub fn open_preview(key: &[u8; 32], of: &PreviewOf, preview: &[u8]) -> Result<(PreviewKind, String), NotOpened> {
    let sealed = [&[VERSION], preview_key_id(key).as_slice(), &of.message.0].concat();
    let sealed = preview.strip_prefix(sealed.as_slice()).ok_or(NotOpened)?;
    let payload = Payload { msg: sealed, aad: &of.bound() };
    let padded = cipher(key, of).decrypt(&Nonce::from(NONCE), payload).map_err(|_| NotOpened)?;
    let [kind, high, low, text @ ..] = padded.as_slice() else { return Err(NotOpened) };
    let kind = PreviewKind::ALL.into_iter().find(|known| known.number() == *kind).ok_or(NotOpened)?;
    let text = text.get(..usize::from(u16::from_be_bytes([*high, *low]))).ok_or(NotOpened)?;
    Ok((kind, std::str::from_utf8(text).map_err(|_| NotOpened)?.to_owned()))
}

fn cipher(key: &[u8; 32], of: &PreviewOf) -> Aes256Gcm {
    let mut derived = [0; 32];
    Hkdf::<Sha256>::new(Some(&of.message.0), key).expand(PURPOSE, &mut derived).expect("32 bytes are not too many");
    Aes256Gcm::new(&derived.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proto::ids::{AccountId, DeviceNumber};

    const OF: PreviewOf = PreviewOf {
        chat: ChatId([1; 16]),
        sender: DeviceAddress { account: AccountId([2; 16]), device: DeviceNumber(3) },
        message: MessageId([4; 16]),
    };

    #[test]
    fn a_preview_opens_for_its_chat_sender_and_message_only() {
        let preview = seal_preview(&[7; 32], &OF, PreviewKind::Photo, "at the lake");
        assert_eq!(preview.len(), 297);
        assert_eq!(open_preview(&[7; 32], &OF, &preview), Ok((PreviewKind::Photo, "at the lake".to_owned())));
        let other_device = DeviceAddress { device: DeviceNumber(4), ..OF.sender };
        let other_account = DeviceAddress { account: AccountId([9; 16]), ..OF.sender };
        for of in [
            PreviewOf { chat: ChatId([9; 16]), ..OF },
            PreviewOf { sender: other_device, ..OF },
            PreviewOf { sender: other_account, ..OF },
            PreviewOf { message: MessageId([9; 16]), ..OF },
        ] {
            assert_eq!(open_preview(&[7; 32], &of, &preview), Err(NotOpened));
        }
        assert_eq!(open_preview(&[8; 32], &OF, &preview), Err(NotOpened));
        for at in 0..preview.len() {
            let mut damaged = preview.clone();
            damaged[at] ^= 1;
            assert_eq!(open_preview(&[7; 32], &OF, &damaged), Err(NotOpened), "{at}");
        }
        assert_eq!(open_preview(&[7; 32], &OF, &preview[..40]), Err(NotOpened));
    }

    /// What the service worker opens, too: `e2e` has it open one in a browser. The values are of an implementation beside this one.
    #[test]
    fn a_preview_is_sealed_as_documented() {
        let preview = seal_preview(&[7; 32], &OF, PreviewKind::Text, "hello");
        let hash: [u8; 32] = Sha256::digest(&preview).into();
        assert_eq!(hash[..8], [169, 101, 160, 237, 118, 16, 42, 39]);
    }

    proptest! {
        #[test]
        fn whatever_is_written_the_length_is_the_same_and_characters_stay_whole(text in "\\PC{0,300}") {
            let preview = seal_preview(&[7; 32], &OF, PreviewKind::Text, &text);
            prop_assert_eq!(preview.len(), 297);
            let (_, shown) = open_preview(&[7; 32], &OF, &preview).unwrap();
            prop_assert!(text.starts_with(&shown));
            prop_assert!(shown == text || shown.len() > TEXT_LEN_MAX - 4);
        }

        #[test]
        fn garbage_does_not_open(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(open_preview(&[7; 32], &OF, &bytes), Err(NotOpened));
        }
    }
}
