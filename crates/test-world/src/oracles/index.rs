//! The index of words: each text that is shown stands in it as it is now, and nothing else does.

use super::groups::short;
use super::{Alive, Findings, Oracle};
use crate::texts::{Says, conversation, edited};
use anyhow::Result;
use rusqlite::Connection;
use std::collections::BTreeMap;

pub(crate) fn check(alive: &[Alive<'_>], findings: &mut Findings) -> Result<()> {
    for device in alive {
        let db = &device.device.db;
        let name = device.name();
        let mut indexed = indexed(db)?;
        for chat in device.chats.keys() {
            for row in conversation(db, *chat)? {
                let Says::Text(said) = row.says else { continue };
                let text = edited(db, row.id)?.unwrap_or(said);
                let words = indexed.remove(&row.id);
                findings.unless(words.as_ref() == Some(&text), Oracle::FoundIsShown, || {
                    format!("{name:?} shows {text:?} in {}, and finds it by {words:?}", short(chat))
                });
            }
        }
        for (id, words) in indexed {
            findings
                .add(Oracle::FoundIsShown, format!("{name:?} finds {} by {words:?}, and does not show it", short(&id)));
        }
        // What no row of the index names any more may still stand in its pages.
        let known: u64 = {
            db.execute_batch(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.known_words USING fts5vocab(main, search, instance)",
            )?;
            let sql = "SELECT count(*) FROM known_words WHERE doc NOT IN (SELECT doc FROM search_doc)";
            db.query_row(sql, [], |row| row.get(0))?
        };
        findings.unless(known == 0, Oracle::FoundIsShown, || format!("{name:?} keeps {known} words of what is gone"));
    }
    Ok(())
}

/// The words that the index has of each message.
fn indexed(db: &Connection) -> Result<BTreeMap<[u8; 16], String>> {
    let mut statement = db.prepare_cached(
        "SELECT d.message, coalesce(s.words, 'no row') FROM search_doc d LEFT JOIN search s ON s.rowid = d.doc",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
