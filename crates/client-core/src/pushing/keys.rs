//! The keys that previews are sealed under: each chat's newest is given as a message of the chat, by whoever sends and finds none that is
//! still good. It is good for a week, and for those who were in the group when it was given: who left opens nothing that is sent after it,
//! and who came gets one of their own.

use crate::chats::Chat;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::mls;
use crate::outbox::Operation;
use crate::spoken;
use e2ee::ChatGroup;
use e2ee::preview::{PreviewKind, PreviewOf, seal_preview};
use identity::ChatKind;
use prost::Message as _;
use proto::content::media::Kind;
use proto::content::{Content, Media, NotificationKey, content};
use proto::ids::ChatId;
use rusqlite::{Connection, OptionalExtension, params};
use std::borrow::Cow;

/// A key is used for so long.
const KEY_LIFE_MS: u64 = 7 * 24 * 3_600 * 1_000;
/// Keys that are kept of a chat: the one in use, and those of messages that are still under way or were sealed at the same time.
const KEYS_KEPT: u32 = 3;

/// Keys of a chat, newest first.
pub(crate) fn of(db: &Connection, chat: ChatId) -> Result<Vec<[u8; 32]>, Halt> {
    let mut statement = db.prepare_cached("SELECT key FROM preview_key WHERE chat = ?1 ORDER BY place DESC")?;
    let rows = statement.query_map([chat.as_bytes()], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Somebody in the chat gave a key.
pub(crate) fn on_key(cx: &mut Context<'_>, chat: &Chat, given: &NotificationKey) -> Result<(), Halt> {
    let Ok(key) = <[u8; 32]>::try_from(given.key.as_slice()) else { return Ok(()) };
    match mls::load(cx, chat)? {
        Some(group) if has_previews(cx, chat)? => keep(cx, chat, &group, &key),
        _ => Ok(()),
    }
}

/// Others read what is written there.
fn has_previews(cx: &Context<'_>, chat: &Chat) -> Result<bool, Halt> {
    Ok(match chat.kind {
        ChatKind::SelfGroup => false,
        ChatKind::Direct => chat.peer != cx.me()?.address.account,
        ChatKind::Group => true,
    })
}

fn keep(cx: &mut Context<'_>, chat: &Chat, group: &ChatGroup, key: &[u8; 32]) -> Result<(), Halt> {
    let Some(roster) = mls::taken(group.roster_hash())? else { return Ok(()) };
    cx.db
        .prepare_cached(
            "INSERT OR IGNORE INTO preview_key (chat, key, roster, generation, epoch, since_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![chat.chat.as_bytes(), key, roster, chat.generation.0, group.epoch(), cx.now_ms])?;
    cx.db
        .prepare_cached(
            "DELETE FROM preview_key WHERE chat = ?1 AND place NOT IN
             (SELECT place FROM preview_key WHERE chat = ?1 ORDER BY place DESC LIMIT ?2)",
        )?
        .execute(params![chat.chat.as_bytes(), KEYS_KEPT])?;
    cx.changed.pushing.insert(chat.chat);
    Ok(())
}

/// The newest key, if it is still good.
fn good(cx: &Context<'_>, chat: &Chat, group: &ChatGroup) -> Result<Option<[u8; 32]>, Halt> {
    type Newest = (u64, [u8; 32], [u8; 32], u32, u64, u64);
    let newest: Option<Newest> = cx
        .db
        .prepare_cached(
            "SELECT place, key, roster, generation, epoch, since_ms FROM preview_key
             WHERE chat = ?1 ORDER BY place DESC LIMIT 1",
        )?
        .query_row([chat.chat.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })
        .optional()?;
    let Some((place, key, roster, generation, epoch, since_ms)) = newest else { return Ok(None) };
    // A clock that was set back makes a key no younger than it is.
    if cx.now_ms.abs_diff(since_ms) >= KEY_LIFE_MS {
        return Ok(None);
    }
    if (generation, epoch) == (chat.generation.0, group.epoch()) {
        return Ok(Some(key));
    }
    // The group went on; that costs a look at everybody in it, once an epoch.
    if mls::taken(group.roster_hash())? != Some(roster) {
        return Ok(None);
    }
    cx.db.prepare_cached("UPDATE preview_key SET generation = ?2, epoch = ?3 WHERE place = ?1")?.execute(params![
        place,
        chat.generation.0,
        group.epoch()
    ])?;
    Ok(Some(key))
}

impl Client {
    /// What goes beside a message for those who are away; empty where nobody is to be notified of it.
    pub(crate) fn push_hint(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        group: &ChatGroup,
        operation: &Operation,
    ) -> Result<Vec<u8>, Halt> {
        let Some(message) = operation.message.filter(|_| !operation.content.is_empty()) else { return Ok(Vec::new()) };
        let Ok(content) = Content::decode(operation.content.as_slice()) else { return Ok(Vec::new()) };
        let Some((kind, text)) = shown(&content) else { return Ok(Vec::new()) };
        if !has_previews(cx, chat)? {
            return Ok(Vec::new());
        }
        let key = match good(cx, chat, group)? {
            Some(key) => key,
            None => self.give_key(cx, chat, group)?,
        };
        let of = PreviewOf { chat: chat.chat, sender: cx.me()?.address, message };
        Ok(seal_preview(&key, &of, kind, &text))
    }

    /// A new key, which goes to the chat behind the message that needs it: whoever has a page open needs none.
    fn give_key(&mut self, cx: &mut Context<'_>, chat: &Chat, group: &ChatGroup) -> Result<[u8; 32], Halt> {
        let mut key = [0; 32];
        cx.rng.fill_bytes(&mut key);
        keep(cx, chat, group, &key)?;
        let body = content::Body::NotificationKey(NotificationKey { key: key.to_vec() });
        self.tell_chat(cx, chat.chat, body)?;
        Ok(key)
    }
}

/// What a preview says of a message; of what is said about messages there is none.
fn shown(content: &Content) -> Option<(PreviewKind, Cow<'_, str>)> {
    match &content.body {
        Some(content::Body::Text(text)) => Some((PreviewKind::Text, Cow::Borrowed(&text.text))),
        Some(content::Body::Media(media)) => {
            let caption = media.caption.as_ref().map_or("", |caption| &caption.text);
            Some((kind_of(media), Cow::Borrowed(caption)))
        }
        Some(body) => spoken::line_of(body).map(|line| (PreviewKind::Text, Cow::Owned(line))),
        None => None,
    }
}

fn kind_of(media: &Media) -> PreviewKind {
    match media.kind() {
        Kind::Photo => PreviewKind::Photo,
        Kind::Video => PreviewKind::Video,
        Kind::Audio => PreviewKind::Audio,
        Kind::Voice => PreviewKind::Voice,
        Kind::Document | Kind::Unspecified => PreviewKind::Document,
    }
}
