//! The own profile: name, about and photo. Kept as own-device state, so that every device has it.

use crate::client::Context;
use crate::io::Halt;
use crate::{own_state, pin, state};
use client_api::{Event, OwnProfile, UserError};
use prost::Message;
use proto::content::ProfileBody;
use proto::ids::AccountId;
use proto::limits::{ABOUT_CHARS_MAX, NAME_CHARS_MAX, PHOTO_LEN_MAX};

const KEY: &str = "profile";

/// A name as it may be kept: trimmed, one line, of a bounded length, with no control and no direction characters that
/// would let it change the text around it.
pub(crate) fn tidy_name(name: &str) -> Result<String, UserError> {
    let tidy: String = name.chars().filter(|c| !is_trick(*c)).collect();
    let tidy = tidy.trim();
    let max = u32::try_from(NAME_CHARS_MAX).unwrap_or(u32::MAX);
    match tidy.chars().count() {
        1..=NAME_CHARS_MAX => Ok(tidy.to_owned()),
        _ => Err(UserError::NameInvalid { max }),
    }
}

/// Control characters, zero-width spaces and direction overrides (but not the joiners that scripts need).
fn is_trick(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The profile as kept.
pub(crate) fn own(cx: &Context<'_>) -> Result<ProfileBody, Halt> {
    let stored = state::get(cx.db, KEY)?.unwrap_or_default();
    ProfileBody::decode(stored.as_slice()).map_err(|_| Halt::Broken("the stored profile cannot be read"))
}

/// Checks and keeps a new profile.
pub(crate) fn store(
    cx: &mut Context<'_>,
    name: &str,
    about: &str,
    photo: Option<Vec<u8>>,
) -> Result<Result<(), UserError>, Halt> {
    let name = match tidy_name(name) {
        Ok(name) => name,
        Err(error) => return Ok(Err(error)),
    };
    let about: String = about.chars().filter(|c| !is_trick(*c)).collect();
    if about.chars().count() > ABOUT_CHARS_MAX {
        return Ok(Err(UserError::AboutTooLong { max: u32::try_from(ABOUT_CHARS_MAX).unwrap_or(u32::MAX) }));
    }
    if photo
        .as_ref()
        .is_some_and(|jpeg| !jpeg.is_empty() && (jpeg.len() > PHOTO_LEN_MAX || !jpeg.starts_with(&[0xff, 0xd8, 0xff])))
    {
        return Ok(Err(UserError::PhotoInvalid));
    }
    let old = own(cx)?;
    let body = ProfileBody { name, about, photo_jpeg: photo.unwrap_or(old.photo_jpeg), version: old.version + 1 };
    own_state::set(cx, KEY, body.encode_to_vec())?;
    Ok(Ok(()))
}

/// Shows it.
pub(crate) fn show(cx: &mut Context<'_>) -> Result<(), Halt> {
    let me = cx.me()?;
    let body = own(cx)?;
    let pin_set = pin::is_set(cx)?;
    cx.event(Event::Profile(OwnProfile {
        account: ui_account(me.address.account),
        number: me.number,
        name: body.name,
        about: body.about,
        photo: body.photo_jpeg,
        pin_set,
    }));
    Ok(())
}

/// An account id as the interface has it.
pub(crate) fn ui_account(account: AccountId) -> client_api::AccountId {
    client_api::AccountId(account.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_bounded_and_without_tricks() {
        assert_eq!(tidy_name("  Ada \u{202e}Lovelace\n"), Ok("Ada Lovelace".to_owned()));
        assert_eq!(tidy_name("می\u{200c}خواهم"), Ok("می\u{200c}خواهم".to_owned()), "joiners are letters of a script");
        let max = u32::try_from(NAME_CHARS_MAX).expect("small");
        for bad in ["", " \u{200b} ", &"x".repeat(10_000)] {
            assert_eq!(tidy_name(bad), Err(UserError::NameInvalid { max }));
        }
        assert!(tidy_name(&"ß".repeat(NAME_CHARS_MAX)).is_ok());
    }
}
