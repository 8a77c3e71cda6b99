//! What a group of many shows of itself besides its name: a description and a photo, said by who may change them, kept as own-device state under
//! the same operations on every device.

use super::{clock_ms_of, is_dated, rules};
use crate::chats::Chat;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::Place;
use crate::own_state::ChatKey;
use crate::profile::{is_trick, tidy_photo, ui_account};
use crate::{notices, state};
use client_api::{Answer, SystemLine, UserError};
use identity::ChatKind;
use prost::Message as _;
use proto::content::group_about::About;
use proto::content::{GroupAbout, GroupPhoto, StateOp, content};
use proto::ids::{AccountId, ChatId};
use proto::limits::{DESCRIPTION_LEN_MAX, PHOTO_LEN_MAX, THUMB_LEN_MAX};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

type Answered = Result<Result<Answer, UserError>, Halt>;

/// A description as it may be kept: some lines, of a bounded length.
fn tidy_description(text: &str) -> Result<String, UserError> {
    let tidy: String = text.chars().filter(|c| *c == '\n' || !is_trick(*c)).collect();
    let tidy = tidy.trim();
    if tidy.len() > DESCRIPTION_LEN_MAX {
        return Err(UserError::DescriptionTooLong { max: u32::try_from(DESCRIPTION_LEN_MAX).unwrap_or(u32::MAX) });
    }
    Ok(tidy.to_owned())
}

/// A photo as it may be kept. Without it there is no small one.
fn tidy_pictures(photo: GroupPhoto) -> Result<GroupPhoto, UserError> {
    let photo_jpeg = tidy_photo(photo.photo_jpeg, PHOTO_LEN_MAX)?;
    let thumb_jpeg = tidy_photo(photo.thumb_jpeg, THUMB_LEN_MAX)?;
    if photo_jpeg.is_empty() && !thumb_jpeg.is_empty() {
        return Err(UserError::PhotoInvalid);
    }
    Ok(GroupPhoto { photo_jpeg, thumb_jpeg })
}

/// A group's description and photo.
pub(crate) fn of(db: &Connection, chat: ChatId) -> Result<(String, Vec<u8>), Halt> {
    let description = state::get(db, &ChatKey::GroupAbout.of(chat))?.unwrap_or_default();
    let photo = state::get(db, &ChatKey::GroupPhoto.of(chat))?.unwrap_or_default();
    Ok((String::from_utf8(description).unwrap_or_default(), photo))
}

/// Somebody says what the group shows of itself.
pub(crate) fn on_about(
    cx: &mut Context<'_>,
    chat: &Chat,
    by: AccountId,
    given: &GroupAbout,
    place: Place,
) -> Result<(), Halt> {
    let may = chat.kind == ChatKind::Group && rules::may_edit(cx.db, chat.chat, by, place.seq)?;
    if !may || !is_dated(given.clock_ms, place.time_ms) {
        return Ok(());
    }
    let by = ui_account(by);
    let (key, removed, line) = match &given.about {
        Some(About::Description(text)) if tidy_description(text).as_ref() == Ok(text) => {
            let removed = text.is_empty();
            (ChatKey::GroupAbout, removed, SystemLine::GroupDescribed { by, removed })
        }
        Some(About::Photo(photo)) if tidy_pictures(photo.clone()).is_ok() => {
            let removed = photo.photo_jpeg.is_empty();
            (ChatKey::GroupPhoto, removed, SystemLine::GroupPhotoChanged { by, removed })
        }
        _ => return Ok(()),
    };
    let had_one = clock_ms_of(cx.db, key, chat.chat)? > 0;
    let changed = take(cx, chat.chat, given)?;
    cx.changed.chat(chat.chat);
    cx.changed.infos.insert(chat.chat);
    // Nobody took away what was never there.
    if changed && (had_one || !(given.again || removed)) {
        notices::say_at(cx, chat, &line, place.time_ms)?;
    }
    Ok(())
}

/// Says whether something else is shown now.
fn take(cx: &Context<'_>, chat: ChatId, given: &GroupAbout) -> Result<bool, Halt> {
    let clock = given.clock_ms << 16;
    let merge = |key: ChatKey, value: Vec<u8>, device: u32| -> Result<bool, Halt> {
        let key = key.of(chat);
        let before = state::get(cx.db, &key)?.unwrap_or_default();
        let op = StateOp { key, value, clock, device };
        Ok(state::merge(cx.db, &op)? == state::Merge::Changed && before != op.value)
    };
    match given.about.clone() {
        Some(About::Description(text)) => merge(ChatKey::GroupAbout, text.into_bytes(), 0),
        Some(About::Photo(photo)) => {
            // Of two photos of one moment both keys must be of the same.
            let hash = Sha256::digest(photo.encode_to_vec());
            let which = hash.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
            merge(ChatKey::GroupThumb, photo.thumb_jpeg, which)?;
            merge(ChatKey::GroupPhoto, photo.photo_jpeg, which)
        }
        None => Ok(false),
    }
}

impl Client {
    /// "Describe it so."
    pub(crate) fn describe_group(
        &mut self,
        cx: &mut Context<'_>,
        chat: client_api::ChatId,
        description: &str,
    ) -> Answered {
        match tidy_description(description) {
            Ok(text) => self.say_about(cx, chat, ChatKey::GroupAbout, About::Description(text)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// "Show it with this."
    pub(crate) fn set_group_photo(
        &mut self,
        cx: &mut Context<'_>,
        chat: client_api::ChatId,
        photo_jpeg: Vec<u8>,
        thumb_jpeg: Vec<u8>,
    ) -> Answered {
        match tidy_pictures(GroupPhoto { photo_jpeg, thumb_jpeg }) {
            Ok(photo) => self.say_about(cx, chat, ChatKey::GroupPhoto, About::Photo(photo)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Said to the group; shown when its place in the log is known.
    fn say_about(&mut self, cx: &mut Context<'_>, chat: client_api::ChatId, key: ChatKey, about: About) -> Answered {
        let chat = match super::changing::own_to_edit(cx, chat)? {
            Ok(chat) => chat.chat,
            Err(error) => return Ok(Err(error)),
        };
        let (description, photo) = of(cx.db, chat)?;
        let is_so = match &about {
            About::Description(text) => *text == description,
            About::Photo(given) => given.photo_jpeg == photo,
        };
        if !is_so {
            let clock_ms = cx.now_ms.max(clock_ms_of(cx.db, key, chat)? + 1);
            let said = GroupAbout { clock_ms, again: false, about: Some(about) };
            self.tell_chat(cx, chat, content::Body::GroupAbout(said))?;
        }
        Ok(Ok(Answer::Done))
    }

    /// Tells those who came what the group shows of itself.
    pub(super) fn say_about_again(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let (description, photo_jpeg) = of(cx.db, chat)?;
        let thumb_jpeg = state::get(cx.db, &ChatKey::GroupThumb.of(chat))?.unwrap_or_default();
        let (described, pictured) = (!description.is_empty(), !photo_jpeg.is_empty());
        let abouts = [
            (described, ChatKey::GroupAbout, About::Description(description)),
            (pictured, ChatKey::GroupPhoto, About::Photo(GroupPhoto { photo_jpeg, thumb_jpeg })),
        ];
        for (_, key, about) in abouts.into_iter().filter(|(is, ..)| *is) {
            let said = GroupAbout { clock_ms: clock_ms_of(cx.db, key, chat)?, again: true, about: Some(about) };
            self.tell_chat(cx, chat, content::Body::GroupAbout(said))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_have_lines_and_no_tricks_and_an_end() {
        assert_eq!(tidy_description(" Every\n\u{202e}Monday\t\n"), Ok("Every\nMonday".to_owned()));
        let max = u32::try_from(DESCRIPTION_LEN_MAX).expect("small");
        assert!(tidy_description(&"x".repeat(DESCRIPTION_LEN_MAX)).is_ok());
        assert_eq!(
            tidy_description(&"ß".repeat(DESCRIPTION_LEN_MAX / 2 + 1)),
            Err(UserError::DescriptionTooLong { max })
        );
    }
}
