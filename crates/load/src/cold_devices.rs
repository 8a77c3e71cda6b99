//! Many devices that are not there now, written into the server's database by SQL, since registering a million would take hours: each
//! of an account of its own, with number, device list, session, a chat with one other and two messages in it, one of them waiting.
//! What a server only stores and never reads here (lists, states of groups) is random bytes of the usual length.

use anyhow::{Context, Result};
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::{Duration, Instant};

/// In the order of their random ids, as a database of years is: the pages that live traffic needs lie between all others.
const FILL: &str = "
CREATE TEMP TABLE cold (account BLOB NOT NULL, place INTEGER NOT NULL);
INSERT INTO cold SELECT randomblob(16), value FROM (
    WITH RECURSIVE count(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM count WHERE value + 1 < ?1) SELECT value FROM count);
CREATE TEMP TABLE pair (place INTEGER NOT NULL PRIMARY KEY, chat BLOB NOT NULL);
INSERT INTO pair SELECT place / 2, randomblob(16) FROM cold WHERE place % 2 = 0;
";

const TABLES: [&str; 10] = [
    "INSERT INTO account (account, number, moved, pin_hash, pin_wrong, pin_locked_until_ms, profile_version, profile_sealed, created_ms)
     SELECT account, '+4917' || (100000000 + place), 0, NULL, 0, 0, 1, randomblob(400), ?2 FROM cold ORDER BY account",
    "INSERT INTO number (number, account) SELECT '+4917' || (100000000 + place), account FROM cold ORDER BY place",
    "INSERT INTO device_list (account, version, signed) SELECT account, 1, randomblob(350) FROM cold ORDER BY account",
    "INSERT INTO device (account, device, signature_key, listed, queue_head, acked_queue_seq, last_seen_day_ms)
     SELECT account, 1, randomblob(32), 1, 2, 1, ?2 FROM cold ORDER BY account",
    "INSERT INTO session (token_hash, account, device, expires_ms)
     SELECT token, account, 1, ?2 + 2592000000 FROM (SELECT randomblob(32) AS token, account FROM cold) ORDER BY token",
    "INSERT INTO chat_group (chat, generation, epoch, head_seq, fanned_seq, first_kept_seq, time_ms, chain_hash, unique_key, created_op,
         created_by, created_by_device, created_seq, created_ms)
     SELECT chat, 1, 1, 2, 2, 1, ?2, randomblob(32), randomblob(32), randomblob(16), account, 1, 1, ?2
     FROM pair JOIN cold ON cold.place = pair.place * 2 ORDER BY chat",
    "INSERT INTO group_state (chat, public_state, group_info) SELECT chat, randomblob(600), randomblob(600) FROM pair ORDER BY chat",
    "INSERT INTO member (chat, account, device, from_seq, until_seq, revoked)
     SELECT chat, account, 1, 0, NULL, 0 FROM pair JOIN cold ON cold.place / 2 = pair.place ORDER BY chat, account",
    "INSERT INTO group_log (chat, seq, generation, epoch, kind, account, device, op_id, time_ms, bytes)
     SELECT chat, 1 + cold.place % 2, 1, 1, 1, account, 1, randomblob(16), ?2, randomblob(500)
     FROM pair JOIN cold ON cold.place / 2 = pair.place ORDER BY cold.place",
    "INSERT INTO mailbox (account, device, queue_seq, chat, seq, part, own)
     SELECT account, 1, 2, chat, 2, 0, cold.place % 2 FROM pair JOIN cold ON cold.place / 2 = pair.place ORDER BY account",
];

/// Fills the database of a stopped server that has its schema; tells how long it took.
pub fn fill(database: &Path, devices: usize) -> Result<Duration> {
    let began = Instant::now();
    let mut connection = Connection::open(database).context("the server's database")?;
    // What is lost here by a power cut is made anew.
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -500_000)?;
    let now_ms: i64 = connection.query_row("SELECT unixepoch() * 1000", [], |row| row.get(0))?;
    let devices = i64::try_from(devices / 2 * 2)?;
    let tx = connection.transaction()?;
    for statement in FILL.split_inclusive(";\n").filter(|statement| !statement.trim().is_empty()) {
        match statement.contains("?1") {
            true => tx.execute(statement, params![devices])?,
            false => tx.execute(statement, [])?,
        };
    }
    tx.execute_batch(
        "CREATE INDEX temp.cold_by_place ON cold (place); CREATE INDEX temp.cold_by_half ON cold (place / 2)",
    )?;
    for statement in TABLES {
        let filled = match statement.contains("?2") {
            // Both are bound where the second is named.
            true => tx.execute(statement, params![devices, now_ms]),
            false => tx.execute(statement, []),
        };
        filled.with_context(|| statement.lines().next().unwrap_or_default().to_owned())?;
    }
    tx.commit()?;
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE").or_else(|error| match error {
        rusqlite::Error::ExecuteReturnedResults => Ok(()),
        other => Err(other),
    })?;
    Ok(began.elapsed())
}
