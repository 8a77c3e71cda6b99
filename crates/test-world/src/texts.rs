//! What stands in a client's database, as the oracles and the steps read it.

use crate::ledger::mark_of;
use anyhow::{Context as _, Result};
use client_api::ChatId;
use prost::Message as _;
use proto::content::{Content, content};
use proto::ids::AccountId;
use rusqlite::{Connection, OptionalExtension as _};

/// A message as a device holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) time_ms: u64,
    pub(crate) id: [u8; 16],
    pub(crate) seq: u64,
    pub(crate) account: [u8; 16],
    pub(crate) device: u32,
    pub(crate) says: Says,
}

/// What is left of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Says {
    Text(String),
    /// Deleted for everyone.
    Erased,
    /// Deleted on the devices of its account.
    Hidden,
}

/// What is said about a message, as a device holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Amendment {
    pub(crate) time_ms: u64,
    pub(crate) id: [u8; 16],
    pub(crate) seq: u64,
    pub(crate) account: [u8; 16],
    pub(crate) target: [u8; 16],
    pub(crate) about: u32,
}

/// All that is said about messages of a chat, in its order.
pub(crate) fn amendments(db: &Connection, chat: [u8; 16]) -> Result<Vec<Amendment>> {
    let mut statement = db.prepare_cached(
        "SELECT time_ms, message, seq, account, target, CASE about WHEN 5 THEN 3 ELSE about END FROM message WHERE chat = ?1 AND kind = -1
         ORDER BY time_ms, message",
    )?;
    let rows = statement.query_map([chat], |row| {
        Ok(Amendment {
            time_ms: row.get(0)?,
            id: row.get(1)?,
            seq: row.get(2)?,
            account: row.get(3)?,
            target: row.get(4)?,
            about: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The conversation of a chat, in its order.
pub(crate) fn conversation(db: &Connection, chat: [u8; 16]) -> Result<Vec<Row>> {
    let mut statement = db.prepare_cached(
        "SELECT time_ms, message, seq, account, device, content, kind FROM message WHERE chat = ?1 AND kind IN (0, -2)
         ORDER BY time_ms, message",
    )?;
    let rows = statement.query_map([chat], |row| {
        let (content, kind): (Vec<u8>, i32) = (row.get(5)?, row.get(6)?);
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, (content, kind)))
    })?;
    rows.map(|row| {
        let (time_ms, id, seq, account, device, (content, kind)) = row?;
        let says = said_in(&content)?;
        anyhow::ensure!(kind == 0 || says == Says::Erased, "what was deleted is in the database");
        let says = if kind == 0 { says } else { Says::Hidden };
        Ok(Row { time_ms, id, seq, account, device, says })
    })
    .collect()
}

/// What its sender changed a message to last; within a day, as it counts.
pub(crate) fn edited(db: &Connection, id: [u8; 16]) -> Result<Option<String>> {
    let mut statement = db.prepare_cached(
        "SELECT e.content FROM message m JOIN message e ON e.target = m.message AND e.about = 3 AND e.account = m.account AND e.chat = m.chat
         WHERE m.message = ?1 AND e.failed = 0 AND e.time_ms <= m.time_ms + 86400000 ORDER BY e.time_ms DESC, e.message DESC LIMIT 1",
    )?;
    let content: Option<Vec<u8>> = statement.query_row([id], |row| row.get(0)).optional()?;
    let Some(content) = content else { return Ok(None) };
    match Content::decode(content.as_slice())?.body {
        Some(content::Body::Edit(edit)) => Ok(Some(edit.text)),
        _ => anyhow::bail!("a change that is none is stored"),
    }
}

fn said_in(content: &[u8]) -> Result<Says> {
    match Content::decode(content)?.body {
        Some(content::Body::Text(text)) => Ok(Says::Text(text.text)),
        Some(content::Body::Erased(_)) => Ok(Says::Erased),
        _ => anyhow::bail!("a text that is none is stored"),
    }
}

impl Says {
    /// Which step the text is of.
    pub(crate) fn mark(&self) -> Option<u32> {
        match self {
            Self::Text(text) => mark_of(text),
            Self::Erased | Self::Hidden => None,
        }
    }
}

/// The texts that the server has not taken, by their marks.
pub(crate) fn unsent(db: &Connection) -> Result<Vec<u32>> {
    let mut statement = db.prepare_cached("SELECT content FROM message WHERE seq = 0 AND kind = 0")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let mut marks = Vec::new();
    for content in rows {
        marks.extend(said_in(&content?)?.mark());
    }
    Ok(marks)
}

/// The id of something that was said about a message, and the message.
pub(crate) type Unsent = ([u8; 16], Option<[u8; 16]>);

/// What was said about messages and the server has not taken.
pub(crate) fn unsent_amendments(db: &Connection) -> Result<Vec<Unsent>> {
    let mut statement = db.prepare_cached("SELECT message, target FROM message WHERE seq = 0 AND kind = -1")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The groups whose name waits to be said: they are not made yet, or the server has not taken the word.
pub(crate) fn unnamed(db: &Connection) -> Result<Vec<[u8; 16]>> {
    let mut statement = db.prepare_cached(
        "SELECT chat, x'' FROM chat WHERE kind = 3 AND membership = 0
         UNION ALL SELECT chat, content FROM outbox WHERE kind = 0 AND message = x''",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let mut chats = Vec::new();
    for row in rows {
        let (chat, content) = row?;
        if content.is_empty() || matches!(Content::decode(content.as_slice())?.body, Some(content::Body::GroupName(_)))
        {
            chats.push(chat);
        }
    }
    Ok(chats)
}

/// So many before the newest message that a chat shows, sent or not, and the mark of its text.
pub(crate) fn before_newest(db: &Connection, chat: ChatId, back: u8) -> Result<Option<([u8; 16], Option<u32>)>> {
    let mut statement = db.prepare_cached(
        "SELECT message, content FROM message WHERE chat = ?1 AND kind = 0 ORDER BY time_ms DESC LIMIT 1 OFFSET ?2",
    )?;
    let found = statement.query_row((chat.0, back), |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))).optional()?;
    found.map(|(id, content)| Ok((id, said_in(&content)?.mark()))).transpose()
}

/// The newest message of a chat that has its place.
pub(crate) fn newest(db: &Connection, chat: ChatId) -> Result<Option<[u8; 16]>> {
    let mut statement = db.prepare_cached(
        "SELECT message FROM message WHERE chat = ?1 AND kind = 0 AND seq > 0 ORDER BY time_ms DESC LIMIT 1",
    )?;
    Ok(statement.query_row([chat.0], |row| row.get(0)).optional()?)
}

/// Account and number of the device that a database is of.
pub(crate) fn own_address(db: &Connection) -> Result<(AccountId, u32)> {
    let (account, device) = db
        .query_row("SELECT account, device FROM this WHERE account IS NOT NULL", [], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u32>(1)?))
        })
        .context("the device is nobody's")?;
    Ok((AccountId(account), device))
}

/// One number that a query gives.
pub(crate) fn number(db: &Connection, sql: &str) -> Result<u64> {
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// The account has been met: it can be put into a group.
pub(crate) fn knows(db: &Connection, account: [u8; 16]) -> Result<bool> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE account = ?1)")?;
    Ok(statement.query_row([account], |row| row.get(0))?)
}

/// The group of the own devices.
pub(crate) fn own_group(db: &Connection) -> Result<[u8; 16]> {
    Ok(db.query_row("SELECT chat FROM chat WHERE kind = 1", [], |row| row.get(0))?)
}
