//! Messages that stand pinned above a conversation. Anybody in the chat pins and unpins; the last word in the log about a message counts.

use crate::amending::held;
use crate::amendments::{self, Names};
use crate::chats::{self, Chat};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::media;
use crate::messages::Kind;
use crate::notices;
use crate::profile::ui_account;
use crate::spoken;
use client_api::{Answer, MessageBody, Quote, Quoted, SystemLine, UserError};
use prost::Message as _;
use proto::content::{Content, Pin, content};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// So many stand pinned; of more, those that were pinned last.
pub(crate) const PINNED_MAX: usize = 3;
/// Words about pins that are looked at, the newest first: nobody is to make a chat slow by sending more.
const WORDS_READ_MAX: u32 = 256;

// A reading of these few rows in their order, whatever the chat's length: the planner would take the key of all messages.
const WORDS: &str = "SELECT target, content FROM message INDEXED BY message_pinned
     WHERE chat = ?1 AND about = 7 AND seq > 0 AND failed = 0 ORDER BY seq DESC, time_ms DESC LIMIT ?2";
const UNSENT_WORDS: &str = "SELECT target, content FROM message INDEXED BY message_pinned
     WHERE chat = ?1 AND about = 7 AND seq = 0 AND failed = 0 ORDER BY time_ms DESC LIMIT ?2";

impl Client {
    /// "Pin this for everybody in the chat", or no more.
    pub(crate) fn pin_message(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        message: client_api::MessageId,
        pinned: bool,
    ) -> Result<(), Halt> {
        let (chat, id) = (ChatId(chat.0), MessageId(message.0));
        let row = held(cx, chat, id)?;
        let may_be = |row: &client_api::MessageRow| row.body.is_said() || row.body == MessageBody::Newer;
        let result = match row {
            Some(row) if may_be(&row) || !pinned => {
                if is_pinned(cx.db, chat, message)? == pinned {
                    Ok(Answer::Done)
                } else if media::is_unsent(cx.db, id)? {
                    // The others would hear of a message that they may never get.
                    Err(UserError::NotNow)
                } else {
                    let pin = Pin { message_id: id.to_vec(), on: pinned };
                    let written = self.write(cx, chat, Kind::Amendment, content::Body::Pin(pin))?;
                    if let Some(chat) = chats::find(cx.db, chat)?.filter(|_| pinned) {
                        let by = ui_account(cx.me()?.address.account);
                        notices::say(cx, &chat, &SystemLine::MessagePinned { by })?;
                    }
                    Ok(Answer::Message(client_api::MessageId(written.0)))
                }
            }
            _ => Err(UserError::NotFound),
        };
        cx.answer(request, result);
        Ok(())
    }
}

fn is_pinned(db: &Connection, chat: ChatId, message: client_api::MessageId) -> rusqlite::Result<bool> {
    Ok(rows(db, chat, AccountId([0; 16]))?.iter().any(|pinned| pinned.message == message))
}

/// What stands pinned in a chat, what was pinned last first.
pub(crate) fn rows(db: &Connection, chat: ChatId, me: AccountId) -> rusqlite::Result<Vec<Quote>> {
    let (mut heard, mut pinned) = (BTreeSet::new(), Vec::new());
    // What is on its way is the newest.
    for sql in [UNSENT_WORDS, WORDS] {
        let mut statement = db.prepare_cached(sql)?;
        let mut words = statement.query(params![chat.as_bytes(), WORDS_READ_MAX])?;
        while let Some(word) = words.next()?
            && pinned.len() < PINNED_MAX
        {
            let (target, content): ([u8; 16], Vec<u8>) = (word.get(0)?, word.get(1)?);
            if heard.insert(target)
                && is_on(&content)
                && may_stand(db, MessageId(target))?
                && let Some((sender, body, media)) = amendments::said(db, chat, MessageId(target), Names::Own)?
                // What is no more is nowhere to go.
                && matches!(body, Quoted::Text(_) | Quoted::Other)
            {
                let (message, own) = (client_api::MessageId(target), sender == me);
                pinned.push(Quote { message, sender: ui_account(sender), own, body, media });
            }
        }
    }
    Ok(pinned)
}

/// What nobody may pin is not pinned by whoever says so all the same: nobody could take it away.
fn may_stand(db: &Connection, id: MessageId) -> rusqlite::Result<bool> {
    let stored: Option<(i32, Vec<u8>)> = db
        .prepare_cached("SELECT kind, content FROM message WHERE message = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(stored.is_some_and(|(kind, content)| {
        let body = Content::decode(content.as_slice()).ok().and_then(|content| content.body);
        kind == Kind::Newer.number()
            || matches!(body, Some(content::Body::Text(_) | content::Body::Media(_)))
            || body.as_ref().is_some_and(|body| spoken::shown(body).is_some())
    }))
}

fn is_on(content: &[u8]) -> bool {
    matches!(Content::decode(content), Ok(Content { body: Some(content::Body::Pin(Pin { on: true, .. })), .. }))
}

/// Somebody has just pinned a message: the chat says who. A history says it of nobody.
pub(crate) fn tell(
    cx: &mut Context<'_>,
    chat: &Chat,
    by: AccountId,
    content: &Content,
    time_ms: u64,
) -> Result<(), Halt> {
    match content.body {
        Some(content::Body::Pin(Pin { on: true, ref message_id })) => {
            let Ok(id) = MessageId::try_from(message_id.as_slice()) else { return Ok(()) };
            // Once of each message by each account: nobody is to fill a chat with lines.
            if may_stand(cx.db, id)? && words_of(cx.db, id, by)? <= 1 {
                notices::say_at(cx, chat, &SystemLine::MessagePinned { by: ui_account(by) }, time_ms)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// How often an account has spoken of pinning a message.
fn words_of(db: &Connection, id: MessageId, by: AccountId) -> rusqlite::Result<u32> {
    db.prepare_cached("SELECT count(*) FROM message WHERE target = ?1 AND about = 7 AND account = ?2")?
        .query_row(params![id.as_bytes(), by.as_bytes()], |row| row.get(0))
}

/// Something of this message is shown differently: where somebody has pinned it, the bar above the conversation as well.
pub(crate) fn follow(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    let is_named: bool = cx
        .db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE target = ?1 AND about = 7 AND chat = ?2)")?
        .query_row(params![id.as_bytes(), chat.as_bytes()], |row| row.get(0))?;
    if is_named {
        cx.changed.infos.insert(chat);
    }
    Ok(())
}

#[cfg(test)]
mod pinning_tests;
