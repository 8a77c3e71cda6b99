//! Looking for messages: an index of their words in the same database, made in portions behind the messages (FTS5), and what it answers.
//!
//! The schema keeps the index true: whatever changes, hides or deletes a message takes its words out in the same statement, and puts it
//! in line to be looked at (`schema/0005.sql`). Here the line is worked off. Words as typed are data: nothing in them is syntax.

mod words;

use crate::changed::Changed;
use crate::chats;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::{self, UNSENT_MS};
use crate::spoken;
use client_api::{
    Answer, Carries, Event, Found, FoundMessage, FoundPlace, MediaFacts, MediaKind, MessageBody, SearchQuery, UserError,
};
use proto::ids::{ChatId, MessageId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

/// Letters of what is looked for.
const WORDS_LEN_MAX: usize = 256;
/// Messages of one answer.
const FOUND_MAX: u16 = 100;
/// What one step looks at: some milliseconds, whatever others have sent.
const STEP: Step = Step { messages: 250, bytes: 128 * 1024 };
/// The same, where somebody waits for what it finds.
const STEP_ASKED: Step = Step { messages: 1_000, bytes: 256 * 1024 };
/// Numbers that are tried for a message whose own is taken. Only a server and a sender together can bring it so far that all of them are.
const DOC_TRIES: u32 = 64;
/// Between a message and its words: what is being sent or comes in a burst is looked at once.
const DELAY_MS: u64 = 1_000;
/// Between two steps while more is due: most of the time is left to what users wait for.
const PAUSE_MS: u64 = 200;
/// A row's number: the time above, a part of the id below.
const DOC_ID_BITS: u32 = 20;
/// Times of rows end here (in the year 2109): later ones are nobody's honest word.
const DOC_TIME_MAX: u64 = (1 << 42) - 1;

/// The time to show of a message `m`, also while it is unsent: then its place is after all others.
const SHOWN_MS: &str = "CASE WHEN m.time_ms >= 1152921504606846976 THEN m.sent_ms ELSE m.time_ms END";
const _: () = assert!(UNSENT_MS == 1_152_921_504_606_846_976, "as in the query");

/// How much of the line is looked at together: so many messages, or fewer where their texts are so long.
#[derive(Clone, Copy)]
struct Step {
    messages: u32,
    bytes: usize,
}

impl Client {
    /// Works off the line, a step at a time.
    pub(crate) fn index_messages(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if !is_any_due(cx.db)? {
            self.index_at_ms = None;
            return Ok(());
        }
        let at_ms = match self.index_at_ms {
            // A clock may have been set back.
            Some(at_ms) if at_ms > cx.now_ms && at_ms <= cx.now_ms + DELAY_MS => at_ms,
            Some(_) => {
                index_some(cx, STEP)?;
                if !is_any_due(cx.db)? {
                    self.index_at_ms = None;
                    return Ok(());
                }
                cx.now_ms + PAUSE_MS
            }
            None => cx.now_ms + DELAY_MS,
        };
        self.index_at_ms = Some(at_ms);
        self.retry_at(at_ms);
        Ok(())
    }

    /// "Which messages are these?"
    pub(crate) fn search(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        query: &SearchQuery,
        after: Option<FoundPlace>,
        limit: u16,
    ) -> Result<(), Halt> {
        if query.is_empty() || query.words.chars().count() > WORDS_LEN_MAX {
            let max = u32::try_from(WORDS_LEN_MAX).unwrap_or(u32::MAX);
            cx.answer(request, Err(UserError::SearchInvalid { max }));
            return Ok(());
        }
        index_some(cx, STEP_ASKED)?;
        let found = find(cx, query, after, usize::from(limit.clamp(1, FOUND_MAX)))?;
        cx.answer(request, Ok(Answer::Found(found)));
        self.found_is_shown = true;
        Ok(())
    }

    /// Tells, once a search, that its answer may be another by now.
    pub(crate) fn show_found_changes(&mut self, cx: &mut Context<'_>, changed: &Changed) {
        let may_differ = changed.everything || !changed.messages.is_empty() || !changed.messages_gone.is_empty();
        if may_differ && std::mem::take(&mut self.found_is_shown) {
            cx.event(Event::FoundChanged);
        }
    }
}

fn is_any_due(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM search_due)")?.query_row([], |row| row.get(0))
}

/// A message in the line.
struct Due {
    time_ms: u64,
    id: MessageId,
    /// `None`: it is gone.
    chat: Option<ChatId>,
    shown_ms: u64,
}

fn newest_due(db: &Connection, most: u32) -> rusqlite::Result<Vec<Due>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT d.time_ms, d.message, m.chat, coalesce({SHOWN_MS}, 0)
         FROM search_due d LEFT JOIN message m ON m.message = d.message
         ORDER BY d.time_ms DESC, d.message DESC LIMIT ?1"
    ))?;
    let due = |row: &Row<'_>| {
        let chat: Option<[u8; 16]> = row.get(2)?;
        let (id, chat) = (MessageId(row.get(1)?), chat.map(ChatId));
        Ok(Due { time_ms: row.get(0)?, id, chat, shown_ms: row.get(3)? })
    };
    statement.query_map([most], due)?.collect()
}

/// Looks at the newest messages that are due, and puts the words of those that are texts into the index.
fn index_some(cx: &mut Context<'_>, most: Step) -> Result<(), Halt> {
    let due = newest_due(cx.db, most.messages)?;
    if due.is_empty() {
        return Ok(());
    }
    let me = cx.me()?.address.account;
    let mut bytes = 0;
    for Due { time_ms, id, chat, shown_ms } in due {
        if bytes > most.bytes {
            break;
        }
        cx.db
            .prepare_cached("DELETE FROM search_due WHERE time_ms = ?1 AND message = ?2")?
            .execute(params![time_ms, id.as_bytes()])?;
        let Some(chat) = chat else { continue };
        let row = messages::get_row(cx.db, chat, id, me)?;
        let file = row.as_ref().and_then(|row| row.attachment.as_ref()).map(|file| file.facts.clone());
        let text = match row.map(|row| row.body) {
            Some(MessageBody::Text(text)) => Some(text),
            Some(body) => spoken::words(&body),
            None => None,
        };
        if let Some(mut text) = text {
            let carries = carried(file.as_ref(), &text);
            let name = file.map(|file| file.name);
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                text = if text.is_empty() { name } else { format!("{text}\n{name}") };
            }
            bytes += text.len();
            put_in(cx, id, shown_ms, &text, carries)?;
        }
    }
    Ok(())
}

const PICTURE: u32 = 1;
const FILE: u32 = 2;
const LINK: u32 = 4;

/// What a message carries, as the index has it: a sum of the above.
fn carried(file: Option<&MediaFacts>, text: &str) -> u32 {
    let file = match file.map(|file| file.kind) {
        Some(MediaKind::Photo | MediaKind::Video) => PICTURE,
        Some(MediaKind::Audio | MediaKind::Voice | MediaKind::Document) => FILE,
        None => 0,
    };
    file | if words::has_link(text) { LINK } else { 0 }
}

fn put_in(cx: &mut Context<'_>, id: MessageId, shown_ms: u64, text: &str, carries: u32) -> Result<(), Halt> {
    // It stood in the line twice.
    cx.db.prepare_cached("DELETE FROM search_doc WHERE message = ?1")?.execute([id.as_bytes()])?;
    let mut doc = doc_of(shown_ms, id);
    for _ in 0..DOC_TRIES {
        let added = cx
            .db
            .prepare_cached("INSERT OR IGNORE INTO search_doc (doc, message, carries) VALUES (?1, ?2, ?3)")?
            .execute(params![doc, id.as_bytes(), carries])?;
        if added > 0 {
            cx.db
                .prepare_cached("INSERT INTO search (rowid, words) VALUES (?1, ?2)")?
                .execute(params![doc, words::to_index(text)])?;
            return Ok(());
        }
        // Not the next one: whoever chooses ids could make a long row of them.
        doc = doc_of(shown_ms, MessageId(chats::random_id(cx)));
    }
    tracing::warn!("a message is not put into the index: too many have its time");
    Ok(())
}

/// The number of a message's row in the index, if no other has it.
fn doc_of(shown_ms: u64, id: MessageId) -> i64 {
    let [a, b, c, ..] = id.0;
    let part = u32::from_be_bytes([0, a, b, c]) & ((1 << DOC_ID_BITS) - 1);
    first_doc(shown_ms).saturating_add(i64::from(part))
}

/// No message of this time has a lower number.
fn first_doc(shown_ms: u64) -> i64 {
    i64::try_from(shown_ms.min(DOC_TIME_MAX) << DOC_ID_BITS).unwrap_or(i64::MAX)
}

/// What a query comes to: the tables and conditions, and what stands for their question marks.
struct Asked {
    sql: String,
    values: Vec<Value>,
}

impl Asked {
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(value.into());
    }
}

/// A page of what is looked for, newest first.
fn find(cx: &mut Context<'_>, query: &SearchQuery, after: Option<FoundPlace>, limit: usize) -> Result<Found, Halt> {
    let not_indexed = cx.db.query_row("SELECT count(*) FROM search_due", [], |row| row.get(0))?;
    let mut found = Found { not_indexed, ..Found::default() };
    let words = words::to_match(&query.words);
    if words.is_none() && !query.words.trim().is_empty() {
        // Only signs that no word is made of.
        return Ok(found);
    }
    let asked = asked(cx.db, query, after, words)?;
    let mut statement = cx.db.prepare_cached(&asked.sql)?;
    let mut rows = statement.query(params_from_iter(asked.values))?;
    while let Some(row) = rows.next()? {
        let Some(message) = found_message(cx, row)? else { continue };
        if found.messages.len() == limit {
            found.has_more = true;
            break;
        }
        found.messages.push(message);
    }
    Ok(found)
}

fn asked(
    db: &Connection,
    query: &SearchQuery,
    after: Option<FoundPlace>,
    words: Option<String>,
) -> Result<Asked, Halt> {
    const IS_STARRED: &str =
        "EXISTS (SELECT 1 FROM state s WHERE s.key = 'star/' || lower(hex(m.message)) AND length(s.value) > 0)";
    // Stars are few, and stand on messages without words, too.
    let by_star = query.starred && words.is_none() && query.carries.is_none();
    let (number, tables) = match (&words, by_star) {
        (Some(_), _) => (
            "search.rowid",
            "search CROSS JOIN search_doc d ON d.doc = search.rowid CROSS JOIN message m ON m.message = d.message",
        ),
        (None, false) => ("d.doc", "search_doc d CROSS JOIN message m ON m.message = d.message"),
        (None, true) => (SHOWN_MS, "state s CROSS JOIN message m ON m.message = unhex(substr(s.key, 6))"),
    };
    let marked = if words.is_some() { "highlight(search, 0, x'02', x'03')" } else { "NULL" };
    let mut asked = Asked {
        sql: format!("SELECT m.chat, m.message, {SHOWN_MS}, {marked} FROM {tables} WHERE m.kind >= 0"),
        values: Vec::new(),
    };
    if let Some(words) = words {
        asked.and("search MATCH ?", words);
    }
    if by_star {
        asked.sql.push_str(" AND s.key >= 'star/' AND s.key < 'star0' AND length(s.value) > 0");
    } else if query.starred {
        asked.sql.push_str(&format!(" AND {IS_STARRED}"));
    }
    if let Some(chat) = query.chat {
        asked.and("m.chat = ?", chat.0.to_vec());
    }
    if let Some(carries) = query.carries {
        let carries = match carries {
            Carries::Pictures => PICTURE,
            Carries::Files => FILE,
            Carries::Links => LINK,
        };
        // The first condition is the index's.
        asked.and("d.carries > 0 AND d.carries & ? > 0", carries);
    }
    if let Some(sender) = query.sender {
        asked.and("m.account = ?", sender.0.to_vec());
    }
    let number_of = |ms: u64| if by_star { i64::try_from(ms).unwrap_or(i64::MAX) } else { first_doc(ms) };
    if query.from_ms > 0 {
        asked.and(&format!("{number} >= ?"), number_of(query.from_ms));
    }
    if query.until_ms > 0 {
        asked.and(&format!("{number} < ?"), number_of(query.until_ms));
    }
    match after {
        Some(place) if by_star => {
            asked.and(&format!("({number}, m.message) < (?, "), i64::try_from(place.time_ms).unwrap_or(i64::MAX));
            asked.sql.push_str("?)");
            asked.values.push(place.message.0.to_vec().into());
        }
        Some(place) => asked.and(&format!("{number} < ?"), number_at(db, place)?),
        None => {}
    }
    asked.sql.push_str(&format!(" ORDER BY {number} DESC"));
    if by_star {
        asked.sql.push_str(", m.message DESC");
    }
    Ok(asked)
}

/// Where a page ended, also if its last message is gone since.
fn number_at(db: &Connection, place: FoundPlace) -> Result<i64, Halt> {
    let known: Option<i64> = db
        .prepare_cached("SELECT doc FROM search_doc WHERE message = ?1")?
        .query_row([place.message.0], |row| row.get(0))
        .optional()?;
    Ok(known.unwrap_or_else(|| doc_of(place.time_ms, MessageId(place.message.0))))
}

/// `None` for what was deleted.
fn found_message(cx: &Context<'_>, row: &Row<'_>) -> Result<Option<FoundMessage>, Halt> {
    let (chat, id) = (ChatId(row.get(0)?), MessageId(row.get(1)?));
    let me = cx.me()?.address.account;
    let Some(message) = messages::get_row(cx.db, chat, id, me)? else { return Ok(None) };
    let marked: Option<String> = row.get(3)?;
    let excerpt = match (&message.body, marked) {
        (MessageBody::Deleted, _) => return Ok(None),
        (_, Some(marked)) => words::excerpt(&marked),
        (MessageBody::Text(text), None) if text.is_empty() => {
            let name = message.attachment.as_ref().map_or("", |file| &file.facts.name);
            words::excerpt(&words::to_index(name))
        }
        (MessageBody::Text(text), None) => words::excerpt(&words::to_index(text)),
        (body, None) => spoken::title(body).map_or_else(Vec::new, |title| words::excerpt(&words::to_index(&title))),
    };
    Ok(Some(FoundMessage {
        chat: client_api::ChatId(chat.0),
        message: message.id,
        time_ms: row.get(2)?,
        sender: message.sender,
        own: message.own,
        starred: message.starred,
        media: message.attachment.map(|file| file.facts),
        excerpt,
    }))
}

#[cfg(test)]
mod search_tests;
