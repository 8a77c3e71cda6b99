//! The own profile: name, about and photo. Kept as own-device state, so that every device has it; sealed on the server,
//! for those who were given the key in a chat. Profiles of others are in `people`.

use crate::chats;
use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::messages::NUMBER_MAX;
use crate::{own_state, pin, state, this};
use client_api::{Answer, Event, OwnProfile, UserError};
use e2ee::profile::seal_profile;
use identity::ChatKind;
use prost::Message;
use proto::account::PutProfile;
use proto::content::{Content, ProfileBody, ProfileKey, content};
use proto::ids::{AccountId, ChatId};
use proto::limits::{ABOUT_CHARS_MAX, NAME_CHARS_MAX, PHOTO_LEN_MAX, THUMB_LEN_MAX};
use rusqlite::params;
use sha2::{Digest as _, Sha256};

const KEY_LEN: usize = 32;

/// The key of the own profile in the own state.
pub(crate) const KEY: &str = "profile";
/// The key under which the own profile's sealing key is kept there.
const SEALING_KEY: &str = "profile-key";

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

/// What somebody says in one line: neither tricks nor more than one space in a row.
pub(crate) fn one_line(text: &str) -> String {
    let text: String = text.chars().filter(|letter| letter.is_whitespace() || !is_trick(*letter)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Control characters, zero-width spaces and direction overrides (but not the joiners that scripts need).
pub(crate) fn is_trick(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// An "about" as it may be kept: one line, of a bounded length.
pub(crate) fn tidy_about(about: &str) -> Result<String, UserError> {
    let about: String = about.chars().filter(|c| !is_trick(*c)).collect();
    if about.chars().count() > ABOUT_CHARS_MAX {
        return Err(UserError::AboutTooLong { max: u32::try_from(ABOUT_CHARS_MAX).unwrap_or(u32::MAX) });
    }
    Ok(about)
}

/// A picture as it may be kept: a JPEG of a bounded size, or none.
pub(crate) fn tidy_photo(jpeg: Vec<u8>, len_max: usize) -> Result<Vec<u8>, UserError> {
    let fits = jpeg.is_empty() || (jpeg.len() <= len_max && jpeg.starts_with(&[0xff, 0xd8, 0xff]));
    if fits { Ok(jpeg) } else { Err(UserError::PhotoInvalid) }
}

/// The profile as kept. What a sibling may not have put there is none: it would otherwise stop every device at every start.
pub(crate) fn own(cx: &Context<'_>) -> Result<ProfileBody, Halt> {
    let stored = state::get(cx.db, KEY)?.unwrap_or_default();
    Ok(ProfileBody::decode(stored.as_slice()).ok().filter(may_be_kept).unwrap_or_default())
}

fn may_be_kept(body: &ProfileBody) -> bool {
    body.version <= NUMBER_MAX
        && body.name.chars().count() <= NAME_CHARS_MAX
        && body.about.chars().count() <= ABOUT_CHARS_MAX
        && body.photo_jpeg.len() <= PHOTO_LEN_MAX
        && body.thumb_jpeg.len() <= THUMB_LEN_MAX
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
    let about = match tidy_about(about) {
        Ok(about) => about,
        Err(error) => return Ok(Err(error)),
    };
    let old = own(cx)?;
    let (photo_jpeg, thumb_jpeg) = match photo.map(|jpeg| tidy_photo(jpeg, PHOTO_LEN_MAX)) {
        // The small picture was of the one before.
        Some(Ok(jpeg)) => (jpeg, Vec::new()),
        Some(Err(error)) => return Ok(Err(error)),
        None => (old.photo_jpeg.clone(), old.thumb_jpeg.clone()),
    };
    keep(cx, old, ProfileBody { name, about, photo_jpeg, thumb_jpeg, version: 0 })?;
    Ok(Ok(()))
}

/// Keeps what changed, on all devices, and wishes it published.
fn keep(cx: &mut Context<'_>, old: ProfileBody, new: ProfileBody) -> Result<(), Halt> {
    if (ProfileBody { version: old.version, ..new.clone() }) == old {
        return Ok(());
    }
    // By time, so that of two devices that set it at once the later one's counts everywhere.
    let version = cx.now_ms.max(old.version + 1);
    own_state::set(cx, KEY, ProfileBody { version, ..new }.encode_to_vec())?;
    if sealing_key(cx)?.is_none() {
        let mut key = [0; KEY_LEN];
        cx.rng.fill_bytes(&mut key);
        own_state::set(cx, SEALING_KEY, key.to_vec())?;
    }
    cx.db.prepare_cached("UPDATE this SET profile_due = 1")?.execute([])?;
    Ok(())
}

fn sealing_key(cx: &Context<'_>) -> Result<Option<[u8; KEY_LEN]>, Halt> {
    Ok(state::get(cx.db, SEALING_KEY)?.and_then(|key| <[u8; KEY_LEN]>::try_from(key).ok()))
}

/// Stands for a sealing key where it is only to be compared; never 0.
fn fingerprint(key: &[u8; KEY_LEN]) -> u64 {
    let hash = Sha256::digest([b"heliograph profile key v1\0".as_slice(), key].concat());
    hash.iter().take(6).fold(1, |value, byte| (value << 8) | u64::from(*byte))
}

/// An own device gave a chat this key: it need not be given again.
pub(crate) fn note_given(cx: &Context<'_>, chat: ChatId, key: &[u8]) -> Result<(), Halt> {
    if let Ok(key) = <[u8; KEY_LEN]>::try_from(key) {
        set_given(cx, chat, fingerprint(&key))?;
    }
    Ok(())
}

fn set_given(cx: &Context<'_>, chat: ChatId, fingerprint: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET profile_given = ?2 WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), fingerprint])?;
    Ok(())
}

/// The version of the own profile, as every message says it.
pub(crate) fn version(cx: &Context<'_>) -> Result<u64, Halt> {
    Ok(own(cx)?.version)
}

impl Client {
    /// The photo and a small one of the same, for lists.
    pub(crate) fn set_photo(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        photo: Vec<u8>,
        thumb: Vec<u8>,
    ) -> Result<(), Halt> {
        match (tidy_photo(photo, PHOTO_LEN_MAX), tidy_photo(thumb, THUMB_LEN_MAX)) {
            (Ok(photo_jpeg), Ok(thumb_jpeg)) => {
                let old = own(cx)?;
                keep(cx, old.clone(), ProfileBody { photo_jpeg, thumb_jpeg, ..old })?;
                cx.answer(request, Ok(Answer::Done));
            }
            (Err(error), _) | (_, Err(error)) => cx.answer(request, Err(error)),
        }
        Ok(())
    }

    /// Before the first message to a chat of two: they may open the own profile.
    pub(crate) fn offer_profile(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let Some(key) = sealing_key(cx)? else { return Ok(()) };
        let (peer, kind, given): ([u8; 16], u32, u64) = cx
            .db
            .prepare_cached("SELECT peer, kind, profile_given FROM chat WHERE chat = ?1")?
            .query_row([chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let fingerprint = fingerprint(&key);
        if given == fingerprint || peer == me.0 || kind == chats::kind_number(ChatKind::SelfGroup) {
            return Ok(());
        }
        let version = version(cx)?;
        let content = Content {
            message_id: chats::random_id(cx).to_vec(),
            sent_ms: cx.now_ms,
            profile_version: version,
            body: Some(content::Body::ProfileKey(ProfileKey { key: key.to_vec(), version })),
        };
        self.enqueue(cx, chat, None, content.encode_to_vec())?;
        set_given(cx, chat, fingerprint)
    }

    /// The server gets the sealed profile from the device that set it.
    pub(crate) fn publish_profile(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let due: bool = cx.db.prepare_cached("SELECT profile_due FROM this")?.query_row([], |row| row.get(0))?;
        if !due || self.calls.is_under_way(|p| matches!(p, Purpose::PutProfile { .. })) {
            return Ok(());
        }
        let (Some(key), Some(token)) = (sealing_key(cx)?, this::session_token(cx.db)?) else { return Ok(()) };
        let body = own(cx)?;
        let version = body.version;
        let account = cx.me()?.address.account;
        let Ok(sealed) = seal_profile(&key, account, &body, cx.rng) else {
            return Err(Halt::Broken("a profile within the limits is too large to be sealed"));
        };
        let call = PutProfile { version, sealed }.encode_to_vec();
        let purpose = Purpose::PutProfile { version };
        cx.out.push(self.calls.start(purpose, HttpMethod::Put, "/v1/profile", call, Some(token)));
        Ok(())
    }

    pub(crate) fn on_profile_put(&mut self, cx: &mut Context<'_>, put: u64, reply: Reply<()>) -> Result<(), Halt> {
        let settled = match reply {
            Reply::Ok(()) => true,
            // A sibling's is newer.
            Reply::Problem(problem) => problem.code == "profile-older",
            Reply::None => false,
        };
        if !settled {
            self.people_again_later(cx);
        } else if version(cx)? == put {
            cx.db.prepare_cached("UPDATE this SET profile_due = 0")?.execute([])?;
        }
        Ok(())
    }
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
