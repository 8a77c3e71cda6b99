//! Own-device state: settings, contacts, read marks, drafts and the like, the same on all devices of the account.
//!
//! `Set{key, value, clock, device}`: the last writer wins per key, by hybrid clock, then device; keys under `read/`, `clear/` and
//! `clear-unstarred/` are maxima of big-endian numbers, each by itself. An empty value is a tombstone. Merging is commutative, associative and idempotent, so
//! operations may come in any order, twice, or by snapshot.

use crate::client::Context;
use crate::io::Halt;
use breakable::{Rule, broken};
use proto::content::StateOp;
use rusqlite::{Connection, OptionalExtension, params};

/// How far ahead of the own clock another device's clock is believed, in milliseconds.
const SKEW_MAX_MS: u64 = 24 * 3600 * 1000;

/// What merging an operation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    Changed,
    Unchanged,
}

/// The value of a key; `None` where there is none or it was removed.
pub(crate) fn get(db: &Connection, key: &str) -> Result<Option<Vec<u8>>, Halt> {
    let value: Option<Vec<u8>> =
        db.prepare_cached("SELECT value FROM state WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()?;
    Ok(value.filter(|value| !value.is_empty()))
}

/// A key was set once, whether or not it was removed since.
pub(crate) fn was_ever_set(db: &Connection, key: &str) -> Result<bool, Halt> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM state WHERE key = ?1)")?;
    Ok(statement.query_row([key], |row| row.get(0))?)
}

/// All keys with this prefix and a value, in their order.
pub(crate) fn with_prefix(db: &Connection, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT key, value FROM state
         WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 AND length(value) > 0 ORDER BY key",
    )?;
    let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Merges what this or another device says.
pub(crate) fn merge(db: &Connection, op: &StateOp) -> Result<Merge, Halt> {
    let mut statement = db.prepare_cached("SELECT value, clock, device FROM state WHERE key = ?1")?;
    let held = statement
        .query_row([&op.key], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get::<_, u32>(2)?)))
        .optional()?;
    if let Some((value, clock, device)) = held {
        if is_maximum(&op.key) {
            let over = if broken(Rule::LastWriterWins) { Vec::new() } else { value.clone() };
            let joined = maxima(&op.key, &over, &op.value);
            return if joined == value { Ok(Merge::Unchanged) } else { store(db, op, &joined) };
        }
        let newer = (op.clock, op.device, op.value.as_slice()) > (clock.cast_unsigned(), device, value.as_slice());
        if !newer && !broken(Rule::LastWriterWins) {
            return Ok(Merge::Unchanged);
        }
    }
    store(db, op, &if is_maximum(&op.key) { maxima(&op.key, &[], &op.value) } else { op.value.clone() })
}

fn store(db: &Connection, op: &StateOp, value: &[u8]) -> Result<Merge, Halt> {
    db.prepare_cached("INSERT OR REPLACE INTO state (key, value, clock, device) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![op.key, value, op.clock.cast_signed(), op.device])?;
    Ok(Merge::Changed)
}

/// Moves the own clock past one that was seen, unless it is absurdly far ahead.
pub(crate) fn see_clock(db: &Connection, now_ms: u64, seen: u64) -> Result<(), Halt> {
    if seen >> 16 <= now_ms + SKEW_MAX_MS {
        db.prepare_cached("UPDATE this SET state_clock = max(state_clock, ?1)")?.execute([seen.cast_signed()])?;
    }
    Ok(())
}

/// Sets a key here: the operation, already merged, that the siblings must get.
pub(crate) fn set(cx: &Context<'_>, key: &str, value: Vec<u8>) -> Result<Option<StateOp>, Halt> {
    if get(cx.db, key)?.unwrap_or_default() == value {
        return Ok(None);
    }
    let wall = (cx.now_ms << 16).cast_signed();
    let clock: i64 = cx
        .db
        .prepare_cached("UPDATE this SET state_clock = max(state_clock + 1, ?1) RETURNING state_clock")?
        .query_row([wall], |row| row.get(0))?;
    let device = cx.me()?.address.device.0;
    let op = StateOp { key: key.to_owned(), value, clock: clock.cast_unsigned(), device };
    match merge(cx.db, &op)? {
        Merge::Changed => Ok(Some(op)),
        Merge::Unchanged => Ok(None),
    }
}

/// Keys of which the largest number counts, or the largest of each number, whenever it was set.
pub(crate) fn is_maximum(key: &str) -> bool {
    ["read/", "clear/", "clear-unstarred/"].iter().any(|prefix| key.starts_with(prefix))
}

/// What two values come to: a place of a log, or a `kept_out::Cut`, of which each number counts by itself. What is of another length is none.
fn maxima(key: &str, one: &[u8], other: &[u8]) -> Vec<u8> {
    let len = if key.starts_with("read/") { 8 } else { 32 };
    let read = |value: &[u8]| if value.len() == len { value.as_chunks::<8>().0.to_vec() } else { Vec::new() };
    let (one, other) = (read(one), read(other));
    let (longer, shorter) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    // Numbers of one length that begin with their largest digit compare as their bytes do.
    let at = |index| shorter.get(index).copied().unwrap_or_default();
    longer.into_iter().enumerate().flat_map(|(index, number)| number.max(at(index))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn database() -> Connection {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(include_str!("schema/0001.sql")).expect("schema");
        db
    }

    fn all(db: &Connection) -> Vec<(String, Vec<u8>, i64, u32)> {
        let mut statement = db.prepare("SELECT key, value, clock, device FROM state ORDER BY key").expect("sql");
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).expect("query");
        rows.collect::<Result<_, _>>().expect("rows")
    }

    fn op() -> impl Strategy<Value = StateOp> {
        let key = prop_oneof![Just("pin/a"), Just("pin/b"), Just("read/a"), Just("clear/a")];
        (key, 0u64..4, [0u64..4, 0..4, 0..4], 0u64..3, 1u32..3).prop_map(|(key, value, others, clock, device)| {
            let number = value.to_be_bytes();
            let value = match key {
                _ if value == 0 => Vec::new(),
                // Of a length that is none.
                "clear/a" if value == 3 => vec![device as u8; 9],
                "clear/a" => [&number[..], &others.map(u64::to_be_bytes).concat()].concat(),
                _ => number.to_vec(),
            };
            StateOp { key: key.to_owned(), value, clock, device }
        })
    }

    proptest! {
        #[test]
        fn devices_agree_whatever_the_order_and_repetition(
            ops in proptest::collection::vec(op(), 1..12),
            order in proptest::collection::vec(any::<proptest::sample::Index>(), 0..24),
        ) {
            let (one, other) = (database(), database());
            for op in &ops { merge(&one, op).expect("merge"); }
            for index in &order { merge(&other, index.get(&ops)).expect("merge"); }
            for op in ops.iter().rev() { merge(&other, op).expect("merge"); }
            // Clock and device of a maximum are those of whichever came first.
            let stamps = |key: &str, clock, device| if is_maximum(key) { (0, 0) } else { (clock, device) };
            let readable = |db: &Connection| {
                let rows = all(db).into_iter();
                rows.map(|(key, value, clock, device)| (stamps(&key, clock, device), key, value)).collect::<Vec<_>>()
            };
            prop_assert_eq!(readable(&one), readable(&other));
        }
    }

    #[test]
    fn of_two_cuts_each_number_counts_by_itself() {
        let db = database();
        let cut = |numbers: [u64; 4]| numbers.map(u64::to_be_bytes).concat();
        let merges = |numbers| {
            let op = StateOp { key: "clear/a".into(), value: cut(numbers), clock: 1, device: 1 };
            merge(&db, &op).expect("merge")
        };
        assert_eq!(merges([5, 50, 0, 1]), Merge::Changed);
        assert_eq!(merges([9, 20, 0, 1]), Merge::Changed);
        assert_eq!(get(&db, "clear/a").expect("read"), Some(cut([9, 50, 0, 1])));
        assert_eq!(merges([7, 50, 0, 0]), Merge::Unchanged);
    }

    #[test]
    fn a_prefix_gives_its_keys_and_no_removed_ones() {
        let db = database();
        for (key, value) in [("draft/a", "x"), ("draft/b", ""), ("draftz", "y"), ("pin/a", "z")] {
            let op = StateOp { key: key.into(), value: value.into(), clock: 1, device: 1 };
            assert_eq!(merge(&db, &op).expect("merge"), Merge::Changed);
        }
        assert_eq!(with_prefix(&db, "draft/").expect("query"), vec![("draft/a".to_owned(), b"x".to_vec())]);
    }
}
