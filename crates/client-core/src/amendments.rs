//! Answers, reactions, edits and deletions: what messages say about other messages.
//!
//! An amendment is a message with an id and a place of its own, so that log, history, gaps and completeness carry it as any other. What
//! a message is now is read together with all that was said about it: an amendment may come before what it amends. Only a deletion
//! changes what is stored: the text is gone from the database.

use crate::calling;
use crate::client::Context;
use crate::io::Halt;
use crate::media::{self, facts};
use crate::mentions;
use crate::messages::{Kind, UNSENT_MS};
use crate::own_state;
use crate::pinning;
use crate::{polls, spoken};
use breakable::{Rule, broken};
use client_api::{MediaKind, MessageBody, MessageRow, Quote, Quoted};
use prost::Message as _;
use proto::content::{Content, Edit, Erased, Text, content};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// A text can be changed for so long after the server took it.
pub(crate) const EDIT_MS: u64 = 15 * 60_000;
/// A change that reaches the server later than this after the message is nobody's: it may have been made without a connection.
const EDIT_TAKEN_MS: u64 = 24 * 3_600_000;
/// An own message can be deleted for everyone for so long.
pub(crate) const DELETE_MS: u64 = 48 * 3_600_000;
/// Bytes of an emoji: families of four with skin tones have 41.
pub(crate) const EMOJI_LEN_MAX: usize = 64;
/// Characters of what is quoted.
pub(crate) const QUOTE_CHARS_MAX: usize = 200;
/// Of one message the newest amendments that are looked at: nobody is to make a row slow by sending more.
const READ_MAX: u32 = 1_024;
/// Rows that are shown again when what they answer has changed.
const ANSWERS_SHOWN_MAX: u32 = 64;
/// `message.about` of an edit whose text is gone.
const EMPTIED: u32 = 5;
/// State of the own devices: messages that were deleted for this account alone.
pub(crate) const HIDE: &str = "hide/";

/// What a message is to another one; its numbers stand in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Answer,
    Reaction,
    Edit,
    Deletion,
    Call,
    Pin,
    Vote,
}

impl About {
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::Answer => 1,
            Self::Reaction => 2,
            Self::Edit => 3,
            Self::Deletion => 4,
            // 5: `EMPTIED`.
            Self::Call => 6,
            Self::Pin => 7,
            Self::Vote => 8,
        }
    }
}

/// The message that a content is about, where it is about one.
pub(crate) fn aim(content: &Content) -> Option<(About, MessageId)> {
    let (about, id) = match content.body.as_ref()? {
        content::Body::Text(text) => (About::Answer, &text.quote.as_ref()?.message_id),
        content::Body::Media(media) => (About::Answer, &media.caption.as_ref()?.quote.as_ref()?.message_id),
        content::Body::Reaction(reaction) => (About::Reaction, &reaction.message_id),
        content::Body::Edit(edit) => (About::Edit, &edit.message_id),
        content::Body::Deletion(deletion) => (About::Deletion, &deletion.message_id),
        content::Body::CallWord(word) => (About::Call, &word.message_id),
        content::Body::Pin(pin) => (About::Pin, &pin.message_id),
        content::Body::Vote(vote) => (About::Vote, &vote.message_id),
        _ => return None,
    };
    Some((about, MessageId::try_from(id.as_slice()).ok()?))
}

/// One emoji, as far as can be told without a table of them: pictures of the blocks that have them, with their signs of variant and skin,
/// joined into one; a flag; a key. Nothing that is read as words, and nothing that is not seen.
pub(crate) fn is_emoji(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    if text.len() > EMOJI_LEN_MAX {
        return false;
    }
    match characters.as_slice() {
        ['0'..='9' | '#' | '*', '\u{FE0F}', '\u{20E3}'] | ['0'..='9' | '#' | '*', '\u{20E3}'] => true,
        ['\u{1F1E6}'..='\u{1F1FF}', '\u{1F1E6}'..='\u{1F1FF}'] => true,
        // The flag of a region: its letters are tags, and the last one ends it.
        ['\u{1F3F4}', letters @ .., '\u{E007F}'] => {
            !letters.is_empty() && letters.iter().all(|letter| ('\u{E0020}'..'\u{E007F}').contains(letter))
        }
        characters => characters.split(|character| *character == '\u{200D}').all(is_picture),
    }
}

/// A picture with its variant and skin.
fn is_picture(characters: &[char]) -> bool {
    let [first, signs @ ..] = characters else { return false };
    let block = matches!(
        first,
        '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21FF}'
            | '\u{2300}'..='\u{23FF}' | '\u{24C2}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}'
            | '\u{2B00}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}'
    );
    let skin_or_variant = |sign: &char| matches!(sign, '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    block && signs.len() <= 2 && signs.iter().all(skin_or_variant)
}

/// What has been said about a message, onto its row.
pub(crate) fn apply(db: &Connection, chat: ChatId, row: &mut MessageRow, me: AccountId) -> rusqlite::Result<()> {
    // Its word is still on the way: the text goes when the server has that.
    if deleted_by(db, chat, MessageId(row.id.0), AccountId(row.sender.0))? {
        row.body = MessageBody::Deleted;
        (row.quote, row.edit_until_ms, row.delete_until_ms) = (None, 0, 0);
        row.forwarded = false;
        row.attachment = None;
        row.mentions = Vec::new();
    }
    if let MessageBody::Text(text) = &mut row.body
        && may_be_changed(row.forwarded)
        && let Some(newest) = newest_text(db, chat, (MessageId(row.id.0), row.sender.0, row.time_ms))?
    {
        (*text, row.mentions) = mentions::shown(db, newest.text, &newest.mentions)?;
        row.edited = true;
    }
    if row.body == MessageBody::Deleted {
        return Ok(());
    }
    calling::apply(db, chat, row, me)?;
    polls::apply(db, chat, row, me)?;
    let mut statement = db.prepare_cached(
        "SELECT account, content FROM message
         WHERE target = ?1 AND about = 2 AND chat = ?2 AND failed = 0 ORDER BY time_ms DESC, message DESC LIMIT ?3",
    )?;
    let mut said = statement.query(params![row.id.0, chat.as_bytes(), READ_MAX])?;
    let mut heard = BTreeSet::new();
    while let Some(said) = said.next()? {
        let account: [u8; 16] = said.get(0)?;
        let content: Vec<u8> = said.get(1)?;
        let body = Content::decode(content.as_slice()).ok().and_then(|content| content.body);
        let Some(content::Body::Reaction(reaction)) = body else { continue };
        // The newest of each account counts, also where it takes the one before back.
        if heard.insert(account) && is_emoji(&reaction.emoji) {
            let (own, account) = (account == me.0, client_api::AccountId(account));
            row.reactions.push(client_api::Reaction { account, own, emoji: reaction.emoji });
        }
    }
    row.reactions.reverse();
    Ok(())
}

/// What a text quotes, as it is now.
pub(crate) fn quote(
    db: &Connection,
    chat: ChatId,
    quoted: proto::content::Quote,
    me: AccountId,
) -> rusqlite::Result<Option<Quote>> {
    let ids = (MessageId::try_from(quoted.message_id.as_slice()), AccountId::try_from(quoted.account.as_slice()));
    let (Ok(id), Ok(claimed)) = ids else { return Ok(None) };
    let (sender, body, media) = match said(db, chat, id, Names::Own)? {
        Some(said) => said,
        // What is known to be deleted is not shown as somebody else remembers it.
        None if is_hidden(db, id)? || deleted_by(db, chat, id, claimed)? => (claimed, Quoted::Deleted, None),
        None => (claimed, Quoted::Claimed(excerpt(&quoted.excerpt)), None),
    };
    let message = client_api::MessageId(id.0);
    Ok(Some(Quote { message, sender: client_api::AccountId(sender.0), own: sender == me, body, media }))
}

/// By which names a text calls people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// The owner's, for the owner.
    Own,
    /// As it was sent, for others.
    Public,
}

/// Who wrote a message, what it says now, and what it carries.
pub(crate) fn said(
    db: &Connection,
    chat: ChatId,
    id: MessageId,
    names: Names,
) -> rusqlite::Result<Option<(AccountId, Quoted, Option<MediaKind>)>> {
    let stored: Option<([u8; 16], Vec<u8>, u64)> = db
        .prepare_cached(
            "SELECT account, content, time_ms FROM message WHERE message = ?1 AND chat = ?2 AND kind IN (0, 1)",
        )?
        .query_row(params![id.as_bytes(), chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((sender, content, time_ms)) = stored else { return Ok(None) };
    if deleted_by(db, chat, id, AccountId(sender))? {
        return Ok(Some((AccountId(sender), Quoted::Deleted, None)));
    }
    let content = Content::decode(content.as_slice()).unwrap_or_default();
    let media = facts::of(&content).map(|media| facts::shown(media).kind);
    let body = match content.body {
        Some(body @ (content::Body::Text(_) | content::Body::Media(_))) => {
            let Text { text, mentions, .. } = now_said(db, chat, (id, sender, time_ms), &body)?;
            Quoted::Text(excerpt(&match names {
                Names::Own => mentions::shown(db, text, &mentions)?.0,
                Names::Public => text,
            }))
        }
        Some(content::Body::Erased(_)) => Quoted::Deleted,
        Some(body) => spoken::line_of(&body).map_or(Quoted::Other, |line| Quoted::Text(excerpt(&line))),
        None => Quoted::Other,
    };
    Ok(Some((AccountId(sender), body, media)))
}

/// What a message or its caption says now, as it was sent.
fn now_said(
    db: &Connection,
    chat: ChatId,
    of: (MessageId, [u8; 16], u64),
    body: &content::Body,
) -> rusqlite::Result<Text> {
    let text = facts::text_of(body).cloned().unwrap_or_default();
    let newest = if may_be_changed(text.forwarded) { newest_text(db, chat, of)? } else { None };
    Ok(newest.unwrap_or(text))
}

/// The same of a message that is here, with the names that everybody in its chat knows.
pub(crate) fn as_sent(db: &Connection, chat: ChatId, id: MessageId) -> rusqlite::Result<Option<Text>> {
    let stored: Option<([u8; 16], Vec<u8>, u64)> = db
        .prepare_cached("SELECT account, content, time_ms FROM message WHERE message = ?1 AND chat = ?2 AND kind = 0")?
        .query_row(params![id.as_bytes(), chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((sender, content, time_ms)) = stored else { return Ok(None) };
    let body = Content::decode(content.as_slice()).ok().and_then(|content| content.body);
    body.map(|body| now_said(db, chat, (id, sender, time_ms), &body)).transpose()
}

/// This account has deleted the message for everyone, or is about to.
fn deleted_by(db: &Connection, chat: ChatId, id: MessageId, account: AccountId) -> rusqlite::Result<bool> {
    has_deletion(db, chat, id, account, 0)
}

/// A deletion by this account stands at or beyond this place of the log; what is unsent stands at 0.
fn has_deletion(
    db: &Connection,
    chat: ChatId,
    id: MessageId,
    account: AccountId,
    from_seq: u64,
) -> rusqlite::Result<bool> {
    let whose = if broken(Rule::DeletionIsItsSenders) { "" } else { "AND account = ?3" };
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM message WHERE target = ?1 {whose} AND about = 4 AND chat = ?2 AND failed = 0
         AND seq >= ?4 AND ?3 NOT NULL)"
    );
    db.prepare_cached(&sql)?
        .query_row(params![id.as_bytes(), chat.as_bytes(), account.as_bytes(), from_seq], |row| row.get(0))
}

/// What was sent on are somebody else's words: they stay as they are, whatever who sent them on says.
fn may_be_changed(forwarded: bool) -> bool {
    !forwarded || broken(Rule::ForwardedStaysAsItIs)
}

/// What its sender changed a text to last, with whom it names, where that is something, and came in time.
fn newest_text(
    db: &Connection,
    chat: ChatId,
    (id, sender, time_ms): (MessageId, [u8; 16], u64),
) -> rusqlite::Result<Option<Text>> {
    let whose = if broken(Rule::EditIsItsSenders) { "" } else { "AND account = ?3" };
    let sql = format!(
        "SELECT content FROM message WHERE target = ?1 {whose} AND about = 3 AND chat = ?2 AND failed = 0
         AND (time_ms <= ?4 OR time_ms >= ?5) AND ?3 NOT NULL ORDER BY time_ms DESC, message DESC LIMIT ?6"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let taken_ms = time_ms.saturating_add(EDIT_TAKEN_MS);
    let mut edits = statement.query(params![id.as_bytes(), chat.as_bytes(), sender, taken_ms, UNSENT_MS, READ_MAX])?;
    while let Some(edit) = edits.next()? {
        let content: Vec<u8> = edit.get(0)?;
        if let Some(content::Body::Edit(edit)) =
            Content::decode(content.as_slice()).ok().and_then(|content| content.body)
            && !edit.text.trim().is_empty()
        {
            let Edit { text, mentions, .. } = edit;
            return Ok(Some(Text { text, mentions, ..Text::default() }));
        }
    }
    Ok(None)
}

/// The beginning of a text.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(QUOTE_CHARS_MAX).collect()
}

/// A message was just stored. Of most of them nothing was said before they came, which one look tells: this runs a hundred thousand times
/// while a history comes.
pub(crate) fn came(
    cx: &mut Context<'_>,
    chat: ChatId,
    id: MessageId,
    aim: Option<(About, MessageId)>,
) -> Result<(), Halt> {
    if aim.is_some_and(|(about, _)| about != About::Answer) {
        return follow(cx, chat, id);
    }
    let known: bool = cx
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM message WHERE target = ?1) OR EXISTS (SELECT 1 FROM state WHERE key = ?2)",
        )?
        .query_row(params![id.as_bytes(), hide_key(id)], |row| row.get(0))?;
    if known {
        return follow(cx, chat, id);
    }
    cx.changed.message(chat, id);
    Ok(())
}

/// A message of this id was just stored, or was changed: rows that show something of it are shown again, and what it deletes is erased.
pub(crate) fn follow(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    let aim: Option<(Option<[u8; 16]>, u32)> = cx
        .db
        .prepare_cached("SELECT target, about FROM message WHERE message = ?1 AND chat = ?2")?
        .query_row(params![id.as_bytes(), chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let amended = match aim {
        Some((Some(target), about)) if about > About::Answer.number() => {
            if ![About::Reaction, About::Pin, About::Vote].map(About::number).contains(&about) {
                erase_deleted(cx, chat, MessageId(target))?;
            }
            MessageId(target)
        }
        _ => {
            erase_deleted(cx, chat, id)?;
            id
        }
    };
    cx.changed.message(chat, amended);
    show_answers(cx, chat, amended)
}

/// The newest answers to a message are shown again, and the bar of what is pinned where it stands there.
fn show_answers(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    pinning::follow(cx, chat, id)?;
    let answers = {
        let mut statement = cx.db.prepare_cached(
            "SELECT message FROM message WHERE target = ?1 AND about = 1 AND chat = ?2 ORDER BY time_ms DESC LIMIT ?3",
        )?;
        let rows = statement
            .query_map(params![id.as_bytes(), chat.as_bytes(), ANSWERS_SHOWN_MAX], |row| row.get::<_, [u8; 16]>(0))?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    for answer in answers {
        cx.changed.message(chat, MessageId(answer));
    }
    Ok(())
}

/// Erases what its sender has deleted, and what was deleted on the own devices, as soon as the message and the word are both here. The texts
/// that it was changed to go also where the message itself never came.
fn erase_deleted(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    let hidden = is_hidden(cx.db, id)? && !broken(Rule::HiddenWheneverItComes);
    if hidden {
        return hide(cx, id);
    }
    if broken(Rule::DeletedIsErased) {
        return Ok(());
    }
    empty_edits(cx, chat, id, false)?;
    let account: Option<[u8; 16]> = cx
        .db
        .prepare_cached("SELECT account FROM message WHERE message = ?1 AND chat = ?2 AND kind IN (0, 1)")?
        .query_row(params![id.as_bytes(), chat.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(account) = account else { return Ok(()) };
    // While the word is on its way the server may still refuse it, and what was deleted nowhere else is shown again.
    let deleted = has_deletion(cx.db, chat, id, AccountId(account), 1)?;
    if deleted { erase(cx, chat, id) } else { Ok(()) }
}

/// The state key of a message that is deleted on the own devices.
pub(crate) fn hide_key(id: MessageId) -> String {
    format!("{HIDE}{}", client_api::MessageId(id.0))
}

/// Deleted on the own devices, or kept out of its chat.
fn is_hidden(db: &Connection, id: MessageId) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM state WHERE key = ?1 AND length(value) > 0)
         OR EXISTS (SELECT 1 FROM message WHERE message = ?2 AND kind = -2)",
    )?
    .query_row(params![hide_key(id), id.as_bytes()], |row| row.get(0))
}

/// Takes all that a message says out of the database, whatever it is; its place stays, and is not shown.
pub(crate) fn keep_place(cx: &mut Context<'_>, id: MessageId, sent_ms: u64) -> Result<(), Halt> {
    media::erase(cx, id)?;
    cx.db
        .prepare_cached(
            "UPDATE message SET content = ?2, target = NULL, about = 0, kind = ?3, names_me = 0 WHERE message = ?1",
        )?
        .execute(params![id.as_bytes(), erased(id, sent_ms), Kind::Hidden.number()])?;
    own_state::set(cx, &format!("{}{}", own_state::STAR, client_api::MessageId(id.0)), Vec::new())
}

/// What is kept of a message that says nothing any more.
pub(crate) fn erased(id: MessageId, sent_ms: u64) -> Vec<u8> {
    without_text(id, sent_ms, content::Body::Erased(Erased {}))
}

/// A message that was deleted on the own devices is not shown again, and its text is gone. It goes on to count in its chat's history.
pub(crate) fn hide(cx: &mut Context<'_>, id: MessageId) -> Result<(), Halt> {
    let shown: Option<[u8; 16]> = cx
        .db
        .prepare_cached("SELECT chat FROM message WHERE message = ?1 AND kind IN (0, 1)")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    let chat: Option<[u8; 16]> = cx
        .db
        .prepare_cached("SELECT chat FROM message WHERE (message = ?1 OR target = ?1) LIMIT 1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(chat) = chat.map(ChatId) else { return Ok(()) };
    empty_edits(cx, chat, id, true)?;
    if shown.is_some() {
        erase(cx, chat, id)?;
        cx.db
            .prepare_cached("UPDATE message SET kind = ?2 WHERE message = ?1")?
            .execute(params![id.as_bytes(), Kind::Hidden.number()])?;
        cx.changed.message_gone(chat, id);
    }
    show_answers(cx, chat, id)
}

/// Takes a message's text out of the database. One that the server refused for good, or that nobody takes, goes wholly.
fn erase(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    let stored: Option<(u64, bool)> = cx
        .db
        .prepare_cached("SELECT sent_ms, failed > 0 AND seq = 0 FROM message WHERE message = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((sent_ms, nowhere)) = stored else { return Ok(()) };
    if nowhere {
        cx.db.prepare_cached("DELETE FROM message WHERE message = ?1")?.execute([id.as_bytes()])?;
        cx.changed.message_gone(chat, id);
        return Ok(());
    }
    media::erase(cx, id)?;
    cx.db
        .prepare_cached(
            "UPDATE message SET content = ?2, target = NULL, about = 0, kind = min(kind, 0), names_me = 0 WHERE message = ?1",
        )?
        .execute(params![id.as_bytes(), erased(id, sent_ms)])?;
    // A star on nothing would stand in the list of stars.
    own_state::set(cx, &format!("{}{}", own_state::STAR, client_api::MessageId(id.0)), Vec::new())
}

/// Empties the texts that a message was changed to: of an account that has deleted it, or all of them.
fn empty_edits(cx: &mut Context<'_>, chat: ChatId, id: MessageId, of_all: bool) -> Result<(), Halt> {
    let edits = {
        let mut statement = cx.db.prepare_cached(
            "SELECT e.message, e.sent_ms FROM message e WHERE e.target = ?1 AND e.about = 3 AND e.chat = ?2
             AND (?3 OR EXISTS (SELECT 1 FROM message d WHERE d.target = ?1
             AND d.account = e.account AND d.about = 4 AND d.chat = ?2 AND d.seq > 0)) LIMIT ?4",
        )?;
        let values = params![id.as_bytes(), chat.as_bytes(), of_all, READ_MAX];
        let rows = statement.query_map(values, |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u64>(1)?)))?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    for (edit, sent_ms) in edits {
        let emptied = content::Body::Edit(Edit { message_id: id.to_vec(), ..Edit::default() });
        cx.db.prepare_cached("UPDATE message SET content = ?2, about = ?3 WHERE message = ?1")?.execute(params![
            edit,
            without_text(MessageId(edit), sent_ms, emptied),
            EMPTIED
        ])?;
    }
    Ok(())
}

fn without_text(id: MessageId, sent_ms: u64, body: content::Body) -> Vec<u8> {
    Content { message_id: id.to_vec(), sent_ms, profile_version: 0, body: Some(body) }.encode_to_vec()
}
