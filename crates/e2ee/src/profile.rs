//! Profiles: name, about and photo, sealed under a key that the account's contacts have. The server keeps them blindly.

use crate::sealing::{self, NotOpened};
use prost::Message;
use proto::content::ProfileBody;
use proto::decode::decode_limited;
use proto::ids::AccountId;
use proto::limits::PROFILE_SEALED_LEN_MAX;
use rand_core::CryptoRng;

/// Sizes are rounded up to this, so that a photo's size does not name it.
const PADDING_LEN: usize = 1_024;
const LEN_LEN: usize = 4;

/// A profile larger than the server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the profile is larger than the limit")]
pub struct ProfileTooLarge;

/// Seals a profile for `account`; `body.version` is bound to it.
pub fn seal_profile(
    key: &[u8; 32],
    account: AccountId,
    body: &ProfileBody,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>, ProfileTooLarge> {
    let encoded = body.encode_to_vec();
    let len = u32::try_from(encoded.len()).map_err(|_| ProfileTooLarge)?;
    let mut padded = [len.to_be_bytes().as_slice(), &encoded].concat();
    padded.resize(padded.len().next_multiple_of(PADDING_LEN), 0);
    let sealed = sealing::seal(key, &bound(account, body.version), &padded, rng);
    if sealed.len() > PROFILE_SEALED_LEN_MAX { Err(ProfileTooLarge) } else { Ok(sealed) }
}

/// Opens the profile of `account` that the server says is of this version.
pub fn open_profile(key: &[u8; 32], account: AccountId, version: u64, sealed: &[u8]) -> Result<ProfileBody, NotOpened> {
    if sealed.len() > PROFILE_SEALED_LEN_MAX {
        return Err(NotOpened);
    }
    let padded = sealing::open(key, &bound(account, version), sealed)?;
    let (len, rest) = padded.split_first_chunk::<LEN_LEN>().ok_or(NotOpened)?;
    let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| NotOpened)?;
    let encoded = rest.get(..len).ok_or(NotOpened)?;
    let body: ProfileBody = decode_limited(encoded, PROFILE_SEALED_LEN_MAX).map_err(|_| NotOpened)?;
    if body.version == version { Ok(body) } else { Err(NotOpened) }
}

fn bound(account: AccountId, version: u64) -> Vec<u8> {
    [b"heliograph profile v1\0".as_slice(), &account.0, &version.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::limits::PHOTO_LEN_MAX;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn body(photo_len: usize) -> ProfileBody {
        ProfileBody {
            name: "Ada".into(),
            about: "¡Hola!".into(),
            photo_jpeg: vec![7; photo_len],
            version: 3,
            ..ProfileBody::default()
        }
    }

    #[test]
    fn a_profile_opens_for_its_account_and_version_only() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (key, account) = ([1; 32], AccountId([2; 16]));
        let sealed = seal_profile(&key, account, &body(PHOTO_LEN_MAX), &mut rng).unwrap();
        assert_eq!(open_profile(&key, account, 3, &sealed), Ok(body(PHOTO_LEN_MAX)));
        assert_eq!(open_profile(&key, account, 2, &sealed), Err(NotOpened));
        assert_eq!(open_profile(&key, AccountId([3; 16]), 3, &sealed), Err(NotOpened));
        assert_eq!(open_profile(&[0; 32], account, 3, &sealed), Err(NotOpened));
        assert_eq!(open_profile(&key, account, 3, &sealed[..10]), Err(NotOpened));
    }

    #[test]
    fn close_sizes_look_the_same_and_too_large_is_refused() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut len = |photo| seal_profile(&[1; 32], AccountId([2; 16]), &body(photo), &mut rng).map(|s| s.len());
        assert_eq!(len(100), len(800));
        assert_eq!(len(PROFILE_SEALED_LEN_MAX), Err(ProfileTooLarge));
    }
}
