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
    pub(crate) text: String,
}

/// The conversation of a chat, in its order.
pub(crate) fn conversation(db: &Connection, chat: [u8; 16]) -> Result<Vec<Row>> {
    let mut statement = db.prepare_cached(
        "SELECT time_ms, message, seq, account, device, content FROM message WHERE chat = ?1 AND kind = 0
         ORDER BY time_ms, message",
    )?;
    let rows = statement.query_map([chat], |row| {
        let content: Vec<u8> = row.get(5)?;
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, content))
    })?;
    rows.map(|row| {
        let (time_ms, id, seq, account, device, content) = row?;
        Ok(Row { time_ms, id, seq, account, device, text: text_in(&content)? })
    })
    .collect()
}

fn text_in(content: &[u8]) -> Result<String> {
    match Content::decode(content)?.body {
        Some(content::Body::Text(text)) => Ok(text.text),
        _ => anyhow::bail!("a text that is none is stored"),
    }
}

/// The texts that the server has not taken, by their marks.
pub(crate) fn unsent(db: &Connection) -> Result<Vec<u32>> {
    let mut statement = db.prepare_cached("SELECT content FROM message WHERE seq = 0 AND kind = 0")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let mut marks = Vec::new();
    for content in rows {
        marks.extend(mark_of(&text_in(&content?)?));
    }
    Ok(marks)
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

/// The group of the own devices.
pub(crate) fn own_group(db: &Connection) -> Result<[u8; 16]> {
    Ok(db.query_row("SELECT chat FROM chat WHERE kind = 1", [], |row| row.get(0))?)
}
