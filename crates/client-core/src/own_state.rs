//! What the owner sets about chats, messages and the program, the same on all of their devices: commands in, state keys
//! out, and which rows a changed key shows again. Merging is in `state`.

use crate::chats;
use crate::client::{Client, Context};
use crate::groups::leaving;
use crate::io::Halt;
use crate::kept_out::Cut;
use crate::{accounts, amendments, blocking, clearing, devices, profile, reading, state};
use client_api::{Answer, Disappearing, Event, Previews, Settings, TextDirection, Theme, UserError};
use identity::ChatKind;
use prost::Message as _;
use proto::content::{Content, StateOp, StateOps, content};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension as _};
use std::str::FromStr as _;

/// A flag or a number about a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatKey {
    Pin,
    Archive,
    Mute,
    Unread,
    Draft,
    Read,
    /// The name of a group of many, by the clock with which its admin gave it.
    GroupName,
    /// All messages up to there are gone from the own devices (`kept_out::Cut`).
    Clear,
    /// All but those that had a star.
    ClearUnstarred,
    /// It is out of the list until something comes behind there, or somebody opens it.
    Gone,
    /// Its description, as the name.
    GroupAbout,
    /// Its photo, as the name; and a small one, or none, under the same clock.
    GroupPhoto,
    GroupThumb,
    /// Who may do what in it (`GroupRulesKept`).
    GroupRules,
    /// With which lifetime messages are written in it, by the clock of who said so.
    Timer,
    /// The link into it, as the name (`content.GroupLink`).
    GroupLink,
    /// This account left the group; empty again once somebody has brought it in anew.
    Left,
}

impl ChatKey {
    const ALL: [Self; 17] = [
        Self::Pin,
        Self::Archive,
        Self::Mute,
        Self::Unread,
        Self::Draft,
        Self::Read,
        Self::GroupName,
        Self::Clear,
        Self::ClearUnstarred,
        Self::Gone,
        Self::GroupAbout,
        Self::GroupPhoto,
        Self::GroupThumb,
        Self::GroupRules,
        Self::Timer,
        Self::GroupLink,
        Self::Left,
    ];

    fn prefix(self) -> &'static str {
        match self {
            Self::Pin => "pin/",
            Self::Archive => "archive/",
            Self::Mute => "mute/",
            Self::Unread => "unread/",
            Self::Draft => "draft/",
            Self::Read => "read/",
            Self::GroupName => "group/",
            Self::Clear => "clear/",
            Self::ClearUnstarred => "clear-unstarred/",
            Self::Gone => "gone/",
            Self::GroupAbout => "group-about/",
            Self::GroupPhoto => "group-photo/",
            Self::GroupThumb => "group-thumb/",
            Self::GroupRules => "group-rules/",
            Self::Timer => "timer/",
            Self::GroupLink => "group-link/",
            Self::Left => "left/",
        }
    }

    /// The key of a chat.
    pub(crate) fn of(self, chat: ChatId) -> String {
        format!("{}{chat}", self.prefix())
    }
}

const SETTINGS: &str = "settings";
pub(crate) const STAR: &str = "star/";

/// A value about a chat; empty where it is not set.
pub(crate) fn chat_value(cx: &Context<'_>, key: ChatKey, chat: ChatId) -> Result<Vec<u8>, Halt> {
    Ok(state::get(cx.db, &key.of(chat))?.unwrap_or_default())
}

/// A number about a chat; 0 where it is not set.
pub(crate) fn chat_number(cx: &Context<'_>, key: ChatKey, chat: ChatId) -> Result<u64, Halt> {
    Ok(<[u8; 8]>::try_from(chat_value(cx, key, chat)?).map_or(0, u64::from_be_bytes))
}

/// Sets a key here, shows what it changes, and remembers the operation for the siblings.
pub(crate) fn set(cx: &mut Context<'_>, key: &str, value: Vec<u8>) -> Result<(), Halt> {
    if let Some(op) = state::set(cx, key, value)? {
        note_changed(cx, &op.key)?;
        cx.state_ops.push(op);
    }
    Ok(())
}

/// A chat goes on under another id: what the owner set about it goes along.
pub(crate) fn move_chat_values(cx: &mut Context<'_>, from: ChatId, to: ChatId, to_is_new: bool) -> Result<(), Halt> {
    for key in [ChatKey::Pin, ChatKey::Archive, ChatKey::Mute, ChatKey::Unread, ChatKey::Draft] {
        if let Some(value) = state::get(cx.db, &key.of(from))? {
            if chat_value(cx, key, to)?.is_empty() {
                set(cx, &key.of(to), value)?;
            }
            set(cx, &key.of(from), Vec::new())?;
        }
    }
    // Places of the log before mean nothing in the other one: of what moved the times count.
    let moved = |stored: &[u8]| {
        let cut = Cut::decode(stored);
        Cut { time_ms: 0, seq: 0, moved_ms: cut.time_ms.max(cut.moved_ms), said: cut.said }.encode()
    };
    for key in [ChatKey::Clear, ChatKey::ClearUnstarred] {
        if let Some(value) = state::get(cx.db, &key.of(from))? {
            set(cx, &key.of(to), moved(&value))?;
        }
    }
    if let Some(value) = state::get(cx.db, &ChatKey::Gone.of(from))? {
        // It may have been opened under its new id already, here or on another device.
        if to_is_new && !state::was_ever_set(cx.db, &ChatKey::Gone.of(to))? {
            set(cx, &ChatKey::Gone.of(to), moved(&value))?;
        }
        set(cx, &ChatKey::Gone.of(from), Vec::new())?;
    }
    Ok(())
}

/// Takes operations of a sibling.
pub(crate) fn take(cx: &mut Context<'_>, ops: &[StateOp]) -> Result<(), Halt> {
    for op in ops {
        state::see_clock(cx.db, cx.now_ms, op.clock)?;
        if state::merge(cx.db, op)? == state::Merge::Changed {
            note_changed(cx, &op.key)?;
            if let Some(chat) = op.key.strip_prefix(ChatKey::Read.prefix()).and_then(|id| ChatId::from_str(id).ok()) {
                reading::take_sibling_read(cx, chat)?;
            }
        }
    }
    Ok(())
}

fn note_changed(cx: &mut Context<'_>, key: &str) -> Result<(), Halt> {
    let chat = ChatKey::ALL.iter().find_map(|kind| ChatId::from_str(key.strip_prefix(kind.prefix())?).ok());
    let contact = key.strip_prefix(accounts::CONTACT).and_then(|id| AccountId::from_str(id).ok());
    let starred = key.strip_prefix(STAR).and_then(|id| MessageId::from_str(id).ok());
    let hidden = key.strip_prefix(amendments::HIDE).and_then(|id| MessageId::from_str(id).ok());
    if let Some(id) = hidden
        && state::get(cx.db, key)?.is_some_and(|value| !value.is_empty())
    {
        return amendments::hide(cx, id);
    }
    let blocked = key.strip_prefix(blocking::BLOCK).and_then(|id| AccountId::from_str(id).ok());
    if let Some(account) = blocked {
        return blocking::follow(cx, account);
    }
    match (chat, contact, starred) {
        (Some(chat), ..) => {
            if key.starts_with(ChatKey::Mute.prefix()) {
                cx.changed.pushing.insert(chat);
            }
            if [ChatKey::Clear, ChatKey::ClearUnstarred].iter().any(|kind| key.starts_with(kind.prefix())) {
                clearing::look_through(cx, chat)?;
            }
            if key.starts_with("group") || key.starts_with(ChatKey::Timer.prefix()) {
                cx.changed.infos.insert(chat);
            }
            if key.starts_with(ChatKey::Left.prefix()) {
                leaving::follow(cx, chat)?;
            }
            cx.changed.chat(chat);
        }
        (_, Some(account), _) => cx.changed.person(account),
        (.., Some(message)) => note_starred(cx, message)?,
        _ if key == SETTINGS => cx.changed.settings = true,
        _ if key == profile::KEY => cx.changed.profile = true,
        _ if key.starts_with(devices::NAME) => cx.changed.devices = true,
        _ => {}
    }
    Ok(())
}

fn note_starred(cx: &mut Context<'_>, message: MessageId) -> Result<(), Halt> {
    let chat: Option<[u8; 16]> = cx
        .db
        .prepare_cached("SELECT chat FROM message WHERE message = ?1")?
        .query_row([message.as_bytes()], |row| row.get(0))
        .optional()?;
    if let Some(chat) = chat {
        cx.changed.message(ChatId(chat), message);
    }
    Ok(())
}

/// The settings that all devices share; the defaults where a stored value cannot be read.
pub(crate) fn settings(db: &Connection) -> Result<Settings, Halt> {
    Ok(decode_settings(&state::get(db, SETTINGS)?.unwrap_or_default()))
}

/// Shows them.
pub(crate) fn show_settings(cx: &mut Context<'_>) -> Result<(), Halt> {
    let settings = settings(cx.db)?;
    cx.event(Event::Settings(settings));
    Ok(())
}

fn encode_settings(settings: &Settings) -> Vec<u8> {
    let theme = match settings.theme {
        Theme::Auto => 0,
        Theme::Light => 1,
        Theme::Dark => 2,
    };
    let direction = match settings.direction {
        TextDirection::Auto => 0,
        TextDirection::LeftToRight => 1,
        TextDirection::RightToLeft => 2,
    };
    vec![
        1,
        theme,
        direction,
        settings.enter_sends.into(),
        settings.read_receipts.into(),
        (settings.previews == Previews::SenderAndText).into(),
        settings.sounds.into(),
        (settings.previews == Previews::Nothing).into(),
        Disappearing::ALL
            .iter()
            .zip(0..)
            .find_map(|(is, number)| (*is == settings.disappearing).then_some(number))
            .unwrap_or(0),
    ]
}

/// A later version may append fields.
fn decode_settings(stored: &[u8]) -> Settings {
    let [1, theme, direction, enter_sends, read_receipts, text_shown, sounds, ref later @ ..] = *stored else {
        return Settings::default();
    };
    Settings {
        theme: match theme {
            1 => Theme::Light,
            2 => Theme::Dark,
            _ => Theme::Auto,
        },
        direction: match direction {
            1 => TextDirection::LeftToRight,
            2 => TextDirection::RightToLeft,
            _ => TextDirection::Auto,
        },
        enter_sends: enter_sends != 0,
        read_receipts: read_receipts != 0,
        previews: match (text_shown, later.first()) {
            (0, Some(1)) => Previews::Nothing,
            (0, _) => Previews::Sender,
            _ => Previews::SenderAndText,
        },
        sounds: sounds != 0,
        disappearing: later
            .get(1)
            .and_then(|number| Disappearing::ALL.get(usize::from(*number)).copied())
            .unwrap_or(Disappearing::Off),
    }
}

impl Client {
    /// Sets a value about a chat by command.
    pub(crate) fn set_chat_value(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        key: ChatKey,
        chat: client_api::ChatId,
        value: Vec<u8>,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let result = if chats::find(cx.db, chat)?.is_none() {
            Err(UserError::NotFound)
        } else {
            set(cx, &key.of(chat), value)?;
            Ok(Answer::Done)
        };
        cx.answer(request, result);
        Ok(())
    }

    /// Stars a message, or not.
    pub(crate) fn set_starred(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        id: client_api::MessageId,
        starred: bool,
    ) -> Result<(), Halt> {
        set(cx, &format!("{STAR}{id}"), flag(starred))?;
        cx.changed.message(ChatId(chat.0), MessageId(id.0));
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// Settings.
    pub(crate) fn set_settings(&mut self, cx: &mut Context<'_>, request: u32, settings: &Settings) -> Result<(), Halt> {
        set(cx, SETTINGS, encode_settings(settings))?;
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// Gives the siblings what this input set, as one message of the self group.
    pub(crate) fn share_state(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let ops = std::mem::take(&mut cx.state_ops);
        if ops.is_empty() {
            return Ok(());
        }
        self.tell_siblings(cx, content::Body::StateOps(StateOps { ops }))
    }

    /// A message to the own devices.
    pub(crate) fn tell_siblings(&mut self, cx: &mut Context<'_>, body: content::Body) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let Some(group) = chats::find_with(cx.db, ChatKind::SelfGroup, me)? else {
            return Err(Halt::Broken("a device without a self group"));
        };
        let message_id = chats::random_id(cx).to_vec();
        let content = Content { message_id, sent_ms: cx.now_ms, profile_version: 0, lifetime_s: 0, body: Some(body) };
        self.enqueue(cx, group.chat, None, content.encode_to_vec())
    }
}

/// A flag as a stored value.
pub(crate) fn flag(on: bool) -> Vec<u8> {
    if on { vec![1] } else { Vec::new() }
}

/// A number as a stored value; 0 is none.
pub(crate) fn number(value: u64) -> Vec<u8> {
    if value == 0 { Vec::new() } else { value.to_be_bytes().to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_longer_ones_are_read() {
        let settings = Settings { theme: Theme::Dark, enter_sends: false, ..Settings::default() };
        let mut stored = encode_settings(&settings);
        assert_eq!(decode_settings(&stored), settings);
        stored.push(9);
        assert_eq!(decode_settings(&stored), settings);
        assert_eq!(decode_settings(&[]), Settings::default());
        for previews in [Previews::Nothing, Previews::Sender, Previews::SenderAndText] {
            let mut stored = encode_settings(&Settings { previews, ..settings.clone() });
            assert_eq!(decode_settings(&stored).previews, previews);
            // By a version that knew only whether the text is shown.
            stored.truncate(7);
            let shown = if previews == Previews::SenderAndText { previews } else { Previews::Sender };
            assert_eq!(decode_settings(&stored).previews, shown);
        }
        for disappearing in Disappearing::ALL {
            let mut stored = encode_settings(&Settings { disappearing, ..settings.clone() });
            assert_eq!(decode_settings(&stored).disappearing, disappearing);
            // By a version that knew no timer for new chats, and by one that knows more of them.
            assert_eq!(decode_settings(stored.get(..8).expect("eight")).disappearing, Disappearing::Off);
            *stored.last_mut().expect("the last") = 99;
            assert_eq!(decode_settings(&stored).disappearing, Disappearing::Off);
        }
    }
}
