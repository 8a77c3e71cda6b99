//! What a group of many shows of itself besides its name: a description and a photo, said by who may change them, kept as own-device state under
//! the same operations on every device.

use super::{clock_ms_of, is_dated, own_words, rules, was_before};
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

/// Pixels of a side of a photo.
const SIDE_MAX: u16 = 4_096;

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

/// A photo as it may be kept, with a small one for lists, or neither.
fn tidy_pictures(photo: GroupPhoto) -> Result<GroupPhoto, UserError> {
    let photo_jpeg = tidy_photo(photo.photo_jpeg, PHOTO_LEN_MAX)?;
    let thumb_jpeg = tidy_photo(photo.thumb_jpeg, THUMB_LEN_MAX)?;
    let is_none = photo_jpeg.is_empty() && thumb_jpeg.is_empty();
    if !is_none && ![&photo_jpeg, &thumb_jpeg].into_iter().all(|jpeg| is_small(jpeg)) {
        return Err(UserError::PhotoInvalid);
    }
    Ok(GroupPhoto { photo_jpeg, thumb_jpeg })
}

/// Few bytes can say that they are a picture which fills a device's memory.
fn is_small(jpeg: &[u8]) -> bool {
    sides(jpeg).is_some_and(|sides| sides.iter().all(|side| (1..=SIDE_MAX).contains(side)))
}

/// Height and width of a JPEG, as its first frame says.
fn sides(jpeg: &[u8]) -> Option<[u16; 2]> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (marker, behind) = rest.strip_prefix(&[0xff])?.split_first()?;
        match marker {
            // One that fills.
            0xff => rest = rest.get(1..)?,
            // Neither the picture nor the end comes before the frame.
            0xd8..=0xda => return None,
            0x01 | 0xd0..=0xd7 => rest = behind,
            _ => {
                let len = usize::from(u16::from_be_bytes(*behind.first_chunk()?));
                let segment = behind.get(2..len)?;
                if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
                    let [_, h1, h2, w1, w2] = *segment.first_chunk()?;
                    return Some([u16::from_be_bytes([h1, h2]), u16::from_be_bytes([w1, w2])]);
                }
                rest = behind.get(len..)?;
            }
        }
    }
}

/// A group's description and photo.
pub(crate) fn of(db: &Connection, chat: ChatId) -> Result<(String, Vec<u8>), Halt> {
    let description = state::get(db, &ChatKey::GroupAbout.of(chat))?.unwrap_or_default();
    let photo = state::get(db, &ChatKey::GroupPhoto.of(chat))?.unwrap_or_default();
    Ok((String::from_utf8(description).unwrap_or_default(), photo))
}

/// What the group will show when all that this account has said of it is heard, and when that was said.
fn newest(db: &Connection, chat: ChatId, key: ChatKey) -> Result<(About, u64), Halt> {
    let (description, photo_jpeg) = of(db, chat)?;
    let shown = match key {
        ChatKey::GroupAbout => About::Description(description),
        _ => About::Photo(GroupPhoto { photo_jpeg, thumb_jpeg: Vec::new() }),
    };
    let mut newest = (shown, clock_ms_of(db, key, chat)?);
    for body in own_words::under_way(db, chat)? {
        let content::Body::GroupAbout(GroupAbout { clock_ms, about: Some(about), .. }) = body else { continue };
        let is_it = matches!(about, About::Description(_)) == (key == ChatKey::GroupAbout);
        if is_it && clock_ms > newest.1 {
            newest = (about, clock_ms);
        }
    }
    Ok(newest)
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
    let is_news = had_one || !removed;
    if changed && is_news && !(given.again && was_before(cx.db, chat.chat, given.clock_ms)?) {
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

/// The group is over for this device. Only here, and under their clocks: whoever comes back is given the same pictures again, and takes them.
pub(super) fn put_away(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    for key in [ChatKey::GroupPhoto, ChatKey::GroupThumb] {
        cx.db.prepare_cached("UPDATE state SET value = x'' WHERE key = ?1")?.execute([key.of(chat)])?;
    }
    Ok(())
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
        let (mut is, known_ms) = newest(cx.db, chat, key)?;
        if let (About::Photo(is), About::Photo(given)) = (&mut is, &about) {
            is.thumb_jpeg.clone_from(&given.thumb_jpeg);
        }
        if is != about {
            let clock_ms = cx.now_ms.max(known_ms + 1);
            let said = GroupAbout { clock_ms, again: false, about: Some(about) };
            self.tell_chat(cx, chat, content::Body::GroupAbout(said))?;
        }
        Ok(Ok(Answer::Done))
    }

    /// Tells those who came what the group shows of itself.
    pub(super) fn say_about_again(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let (description, photo_jpeg) = of(cx.db, chat)?;
        let thumb_jpeg = state::get(cx.db, &ChatKey::GroupThumb.of(chat))?.unwrap_or_default();
        let abouts = [
            (ChatKey::GroupAbout, About::Description(description)),
            (ChatKey::GroupPhoto, About::Photo(GroupPhoto { photo_jpeg, thumb_jpeg })),
        ];
        // Also that there is none any more: whoever was here before may know of one.
        for (key, about) in abouts {
            let clock_ms = clock_ms_of(cx.db, key, chat)?;
            if clock_ms > 0 {
                let said = GroupAbout { clock_ms, again: true, about: Some(about) };
                self.tell_chat(cx, chat, content::Body::GroupAbout(said))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_says_how_large_it_is_before_its_picture() {
        let frame = [0xff, 0xc2, 0, 7, 8, 0, 16, 1, 0];
        let header = [0xff, 0xe0, 0, 4, 1, 2];
        let of = |parts: &[&[u8]]| sides(&[&[0xff, 0xd8][..], &parts.concat()].concat());
        assert_eq!(of(&[&header, &[0xff, 0xff], &frame[1..]]), Some([16, 256]));
        for cut in 0..frame.len() {
            assert_eq!(of(&[&header, &frame[..cut]]), None);
        }
        // A frame behind the picture, a segment without an end or of less than its length, tables that look like a frame, no JPEG.
        assert_eq!(of(&[&[0xff, 0xda], &frame]), None);
        assert_eq!(of(&[&[0xff, 0xe0, 0xff, 0xff], &frame]), None);
        assert_eq!(of(&[&[0xff, 0xe0, 0, 1], &frame]), None);
        assert_eq!(of(&[&[0xff, 0xc4], &frame[2..]]), None);
        assert_eq!(sides(b"GIF89a"), None);
        let pixels =
            |[a, b]: [u8; 2]| is_small(&[&[0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, a, b, 0, 16][..], &[0; 4]].concat());
        assert_eq!([[0, 0], [0, 1], [16, 0], [16, 1]].map(pixels), [false, true, true, false]);
    }

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
