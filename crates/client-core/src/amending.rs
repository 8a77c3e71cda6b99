//! Commands that say something about a message: answer, react, change, delete. What comes of them is read by `amendments`.

use crate::amendments::{self, About, Names};
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::groups;
use crate::io::Halt;
use crate::media;
use crate::mentions;
use crate::messages::{self, Kind};
use crate::sending::refusal_of;
use crate::{outbox, own_state};
use client_api::{Answer, MessageBody, MessageRow, Quoted, UserError};
use proto::content::{Deletion, Edit, Quote, Reaction, content};
use proto::ids::{ChatId, MessageId, OpId};
use rusqlite::{OptionalExtension, params};

/// Messages of one command to delete.
const DELETED_AT_ONCE_MAX: usize = 100;

impl Client {
    /// "Put this emoji to it", or take it back.
    pub(crate) fn react(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        message: client_api::MessageId,
        emoji: String,
    ) -> Result<(), Halt> {
        let (chat, id) = (ChatId(chat.0), MessageId(message.0));
        let held = held(cx, chat, id)?.filter(|row| row.body.is_said() || row.body == MessageBody::Newer);
        let own = |row: &MessageRow| row.reactions.iter().find(|reaction| reaction.own).map(|own| own.emoji.clone());
        let result = match held {
            _ if !emoji.is_empty() && !amendments::is_emoji(&emoji) => Err(UserError::ReactionInvalid),
            None => Err(UserError::NotFound),
            Some(row) if own(&row).unwrap_or_default() == emoji => Ok(Answer::Done),
            // The others would hear of a message that they may never get.
            Some(_) if media::is_unsent(cx.db, id)? => Err(UserError::NotNow),
            Some(_) => {
                let reaction = Reaction { message_id: id.to_vec(), emoji };
                let written = self.write(cx, chat, Kind::Amendment, content::Body::Reaction(reaction))?;
                Ok(Answer::Message(client_api::MessageId(written.0)))
            }
        };
        cx.answer(request, result);
        Ok(())
    }

    /// "Change what I wrote."
    pub(crate) fn edit_text(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        message: client_api::MessageId,
        text: String,
    ) -> Result<(), Halt> {
        let (chat, id) = (ChatId(chat.0), MessageId(message.0));
        let held = held(cx, chat, id)?;
        let named = held.as_ref().map_or(&[][..], |row| &row.mentions);
        let (sent, mentions) = mentions::written(cx, chat, &text, named)?;
        let before = amendments::as_sent(cx.db, chat, id)?.map(|said| (said.text, said.mentions));
        let refusal = match refusal_of(&sent) {
            Some(refusal) => Some(refusal),
            None => groups::refusal(cx, chat)?,
        };
        let result = match (held, refusal) {
            (_, Some(refusal)) => Err(refusal),
            (None, None) => Err(UserError::NotFound),
            // Nobody has heard of it: what is not sent is no change.
            (Some(row), None)
                if media::is_unsent(cx.db, id)? && !row.forwarded && matches!(row.body, MessageBody::Text(_)) =>
            {
                self.change_caption(cx, chat, id, (sent, mentions))?;
                Ok(Answer::Done)
            }
            (Some(row), None) if row.edit_until_ms < cx.now_ms => Err(UserError::TooLate),
            (Some(_), None) if before.as_ref() == Some(&(sent.clone(), mentions.clone())) => Ok(Answer::Done),
            (Some(_), None) => {
                let edit = Edit { message_id: id.to_vec(), text: sent, mentions };
                let written = self.write(cx, chat, Kind::Amendment, content::Body::Edit(edit))?;
                Ok(Answer::Message(client_api::MessageId(written.0)))
            }
        };
        cx.answer(request, result);
        Ok(())
    }

    /// "Delete these", for this account or for everyone. All of them or, where one cannot be, none.
    pub(crate) fn delete_messages(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        messages: &[client_api::MessageId],
        for_everyone: bool,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let mut rows = Vec::new();
        for id in messages.iter().take(DELETED_AT_ONCE_MAX) {
            rows.extend(held(cx, chat, MessageId(id.0))?);
        }
        let too_late = |row: &MessageRow| for_everyone && row.delete_until_ms < cx.now_ms;
        let result = if rows.len() < messages.len() || rows.is_empty() {
            Err(UserError::NotFound)
        } else if rows.iter().any(too_late) {
            Err(UserError::TooLate)
        } else {
            for row in rows {
                self.delete(cx, chat, MessageId(row.id.0), for_everyone)?;
            }
            Ok(Answer::Done)
        };
        cx.answer(request, result);
        Ok(())
    }

    fn delete(&mut self, cx: &mut Context<'_>, chat: ChatId, id: MessageId, for_everyone: bool) -> Result<(), Halt> {
        // What never left this device leaves no trace.
        if take_back(cx, chat, id)? {
            return Ok(());
        }
        if for_everyone {
            let deletion = Deletion { message_id: id.to_vec() };
            self.write(cx, chat, Kind::Amendment, content::Body::Deletion(deletion))?;
            return Ok(());
        }
        own_state::set(cx, &amendments::hide_key(id), own_state::flag(true))
    }
}

/// A message that stands in a chat which is not left.
pub(crate) fn held(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<Option<MessageRow>, Halt> {
    let in_it = chats::find(cx.db, chat)?.is_some_and(|chat| chat.membership != Membership::Left);
    let me = cx.me()?.address.account;
    let row = if in_it { messages::get_row(cx.db, chat, id, me)? } else { None };
    Ok(row.filter(|row| !matches!(row.body, MessageBody::System(_) | MessageBody::Waiting)))
}

/// What an answer carries of the message that it answers; `None` where that is not there.
pub(crate) fn quoting(cx: &Context<'_>, chat: ChatId, id: MessageId) -> Result<Option<Quote>, Halt> {
    let moved: bool = cx
        .db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE message = ?1 AND seq = ?2)")?
        .query_row(params![id.as_bytes(), messages::MOVED_SEQ], |row| row.get(0))?;
    Ok(amendments::said(cx.db, chat, id, Names::Public)?.map(|(account, body, _)| {
        let excerpt = match body {
            // It was said to somebody else, who had the number then.
            _ if moved => String::new(),
            Quoted::Text(text) | Quoted::Claimed(text) => text,
            Quoted::Deleted | Quoted::Other => String::new(),
        };
        Quote { message_id: id.to_vec(), account: account.to_vec(), excerpt }
    }))
}

/// Takes an own message out of the outbox and the conversation, where its bytes were never made, or refused for good.
pub(crate) fn take_back(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<bool, Halt> {
    let failed: Option<u32> = cx
        .db
        .prepare_cached("SELECT failed FROM message WHERE chat = ?1 AND message = ?2 AND seq = 0")?
        .query_row(params![chat.as_bytes(), id.as_bytes()], |row| row.get(0))
        .optional()?;
    let waiting: Option<([u8; 16], bool)> = cx
        .db
        .prepare_cached("SELECT op_id, went_out = 0 FROM outbox WHERE chat = ?1 AND message = ?2")?
        .query_row(params![chat.as_bytes(), id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match (failed, waiting) {
        // The others are told: some may have it.
        (Some(messages::FAILED_IN_LOG), _) => return Ok(false),
        (Some(0), Some((_, true))) | (Some(1), None) => {}
        (Some(_), None) if media::is_unsent(cx.db, id)? => {}
        _ => return Ok(false),
    }
    // The others may have what was said about it, if not the message.
    let told: bool = cx
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM message a LEFT JOIN outbox o ON o.message = a.message AND o.chat = a.chat
             WHERE a.target = ?1 AND a.about <> ?2 AND a.failed = 0 AND coalesce(o.went_out, 1) = 1)",
        )?
        .query_row(params![id.as_bytes(), About::Answer.number()], |row| row.get(0))?;
    if told {
        return Ok(false);
    }
    if let (Some(0), Some((op_id, _))) = (failed, waiting) {
        outbox::remove(cx, OpId(op_id))?;
    }
    // What was said about it goes along.
    let about: Vec<[u8; 16]> = {
        let mut statement = cx.db.prepare_cached(
            "SELECT o.op_id FROM message a JOIN outbox o ON o.message = a.message AND o.chat = a.chat
             WHERE a.target = ?1 AND a.about <> ?2",
        )?;
        let rows = statement.query_map(params![id.as_bytes(), About::Answer.number()], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    for op_id in about {
        cx.db
            .prepare_cached("DELETE FROM message WHERE message = (SELECT message FROM outbox WHERE op_id = ?1)")?
            .execute([op_id])?;
        outbox::remove(cx, OpId(op_id))?;
    }
    cx.db.prepare_cached("DELETE FROM message WHERE message = ?1")?.execute([id.as_bytes()])?;
    cx.changed.message_gone(chat, id);
    Ok(true)
}

#[cfg(test)]
mod amending_tests;
