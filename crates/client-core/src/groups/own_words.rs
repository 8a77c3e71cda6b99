//! What this account says of a group counts from its place in the log on, as everybody's does: until all that stands before it has been followed,
//! it waits here. Owns the table `group_word`.

use super::{about, link, rules};
use crate::chats::{self, Chat};
use crate::client::Context;
use crate::disappearing;
use crate::io::Halt;
use crate::messages::Place;
use crate::outbox::{self, Kind, Operation};
use prost::Message as _;
use proto::content::{Content, content};
use proto::ids::{AccountId, ChatId, OpId};
use rusqlite::{Connection, params};

/// The server took a word of this device's.
pub(super) fn placed(cx: &mut Context<'_>, chat: &Chat, content: &[u8], place: Place) -> Result<(), Halt> {
    cx.db
        .prepare_cached("INSERT OR REPLACE INTO group_word (chat, seq, time_ms, content) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![chat.chat.as_bytes(), place.seq, place.time_ms, content])?;
    let applied = chats::find(cx.db, chat.chat)?.map_or(0, |chat| chat.applied_seq);
    followed(cx, chat.chat, applied + 1)
}

/// The log was followed to here.
pub(crate) fn followed(cx: &mut Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    let due: Vec<(Place, Vec<u8>)> = {
        let mut statement = cx.db.prepare_cached(
            "SELECT seq, time_ms, content FROM group_word WHERE chat = ?1 AND seq <= ?2 ORDER BY seq",
        )?;
        let rows = statement.query_map(params![chat.as_bytes(), seq], |row| {
            Ok((Place { seq: row.get(0)?, time_ms: row.get(1)? }, row.get(2)?))
        })?;
        rows.collect::<Result<_, _>>()?
    };
    let Some(stored) = chats::find(cx.db, chat)?.filter(|_| !due.is_empty()) else { return Ok(()) };
    cx.db
        .prepare_cached("DELETE FROM group_word WHERE chat = ?1 AND seq <= ?2")?
        .execute(params![chat.as_bytes(), seq])?;
    let me = cx.me()?.address.account;
    due.into_iter().try_for_each(|(place, content)| hear(cx, &stored, me, &content, place))
}

/// A server that was put back has lost the log behind this place: what waited for it is said once more.
pub(super) fn log_ends(cx: &mut Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    let lost: Vec<Vec<u8>> = {
        let mut statement =
            cx.db.prepare_cached("SELECT content FROM group_word WHERE chat = ?1 AND seq > ?2 ORDER BY seq DESC")?;
        let rows = statement.query_map(params![chat.as_bytes(), seq], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    cx.db
        .prepare_cached("DELETE FROM group_word WHERE chat = ?1 AND seq > ?2")?
        .execute(params![chat.as_bytes(), seq])?;
    for content in lost {
        let op_id = OpId(chats::random_id(cx));
        let operation = Operation { op_id, chat, kind: Kind::App, message: None, content, frame: Vec::new() };
        outbox::push_first(cx, &operation)?;
    }
    Ok(())
}

/// What this account says of a group and is not in force yet: it waits to go out, or for what stands before it.
pub(crate) fn under_way(db: &Connection, chat: ChatId) -> Result<Vec<content::Body>, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT content FROM outbox WHERE chat = ?1 AND message = x'' AND kind = 0
         UNION ALL SELECT content FROM group_word WHERE chat = ?1",
    )?;
    let rows = statement.query_map([chat.as_bytes()], |row| row.get::<_, Vec<u8>>(0))?;
    let contents: Vec<_> = rows.collect::<Result<_, _>>()?;
    Ok(contents.into_iter().filter_map(|content| Content::decode(content.as_slice()).ok()?.body).collect())
}

/// Somebody's word of a group, at its place.
pub(crate) fn hear(cx: &mut Context<'_>, chat: &Chat, by: AccountId, content: &[u8], place: Place) -> Result<(), Halt> {
    match Content::decode(content).ok().and_then(|content| content.body) {
        Some(content::Body::GroupAbout(given)) => about::on_about(cx, chat, by, &given, place),
        Some(content::Body::ChatTimer(given)) => disappearing::on_timer(cx, chat, by, &given, place),
        Some(content::Body::GroupLink(given)) => link::on_link(cx, chat, by, &given, place),
        Some(content::Body::GroupRules(given)) => rules::on_rules(cx, chat, by, &given, place),
        _ => Ok(()),
    }
}
