//! Messages: taken and pointed to in one transaction, with what the writer keeps in memory of their chat and of their readers' queues.
//! I1, I2, I3, I5 and I7 are kept here for them.

use super::{accept, fan_out, kind_number};
use crate::StoreError;
use crate::groups::*;
use crate::sqlite::hot::{Chat, Hot};
use crate::sqlite::int;
use breakable::{Rule, broken};
use proto::ids::{ChatId, DeviceAddress};
use rusqlite::{Connection, params};

/// Entries that a message's own transaction takes along: more wait where the fan-out is behind.
const AT_ONCE_ENTRIES_MAX: u32 = 16;

pub(super) fn accept(
    tx: &Connection,
    hot: &mut Hot,
    app: &NewApp,
    readers_max: u32,
) -> Result<(AcceptOutcome, Pointers), StoreError> {
    let Some(chat) = hot.chat(tx, app.chat)? else { return Ok((AcceptOutcome::NotFound, Pointers::Later)) };
    let refused = refusal(chat, app);
    let had_pointers = chat.fanned_seq == chat.head.head_seq;
    let appended = match refused {
        None => append(tx, chat, app)?,
        Some(_) => None,
    };
    let Some(accepted) = appended else {
        // A repeat gets the first result, whatever has become of the group since.
        let repeated = accept::in_log(tx, app.chat, app.sender, app.op_id)?.map(AcceptOutcome::Repeated);
        let outcome =
            repeated.or(refused).ok_or(StoreError::Corrupt("an operation is in the log and cannot be found"))?;
        return Ok((outcome, Pointers::Later));
    };
    let readers = chat.leaves.len();
    hot.chat_changed(app.chat);
    let pointers = if readers > readers_max as usize {
        Pointers::Later
    } else if had_pointers {
        Pointers::Own(point(tx, hot, app, accepted.seq)?)
    } else {
        Pointers::Behind(fan_out(tx, hot, app.chat, AT_ONCE_ENTRIES_MAX)?)
    };
    Ok((AcceptOutcome::Accepted(accepted), pointers))
}

/// Why a message is not taken.
fn refusal(chat: &Chat, app: &NewApp) -> Option<AcceptOutcome> {
    if !chat.has_leaf(app.sender) && !broken(Rule::SenderIsMember) {
        return Some(AcceptOutcome::Denied);
    }
    let head = &chat.head;
    if head.generation != app.generation || (head.epoch != app.epoch && !broken(Rule::MessageOfThisEpoch)) {
        return Some(AcceptOutcome::Stale(head.clone()));
    }
    let revoked = chat.revoked();
    if !revoked.is_empty() && !broken(Rule::RevokedLeafStopsMessages) {
        return Some(AcceptOutcome::RevokedLeaves(revoked));
    }
    None
}

/// The next seq, a time after the last one, the next link of the chain. `None` where the operation is in the log already.
fn append(tx: &Connection, chat: &mut Chat, app: &NewApp) -> Result<Option<Accepted>, StoreError> {
    let seq = chat.head.head_seq + 1;
    let least = if broken(Rule::TimeRises) { chat.time_ms } else { chat.time_ms.saturating_add(1) };
    let time_ms = int(app.now_ms).max(least);
    let inserted = tx
        .prepare_cached(
            "INSERT INTO group_log (chat, seq, generation, epoch, kind, account, device, op_id, time_ms, bytes)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chat, account, device, op_id) DO NOTHING",
        )?
        .execute(params![
            app.chat.0,
            int(seq),
            chat.head.generation.0,
            int(chat.head.epoch),
            kind_number(EntryKind::App),
            app.sender.account.0,
            app.sender.device.0,
            app.op_id.0,
            time_ms,
            *app.bytes
        ])?;
    if inserted == 0 {
        return Ok(None);
    }
    chat.head.chain_hash = accept::next_chain_hash(&chat.head.chain_hash, seq, &app.bytes);
    chat.head.head_seq = seq;
    chat.time_ms = time_ms;
    Ok(Some(Accepted { seq, time_ms: u64::try_from(time_ms).unwrap_or(0) }))
}

/// The pointers of a message behind which nothing waits: all who have a leaf read it.
fn point(tx: &Connection, hot: &mut Hot, app: &NewApp, seq: u64) -> Result<Vec<Pointer>, StoreError> {
    let readers: Vec<DeviceAddress> = match hot.chat(tx, app.chat)? {
        Some(chat) => {
            chat.fanned_seq = seq;
            chat.leaves.iter().map(|leaf| leaf.device).collect()
        }
        None => Vec::new(),
    };
    let mut pointers = Vec::with_capacity(readers.len());
    let mut insert = tx.prepare_cached(
        "INSERT INTO mailbox (account, device, queue_seq, chat, seq, part, own) VALUES (?, ?, ?, ?, ?, 0, ?)",
    )?;
    for device in readers {
        if fan_out::is_left_out(int(seq), device) {
            continue;
        }
        let queue = hot.queue(tx, device)?;
        if !queue.listed {
            continue;
        }
        queue.head += 1;
        let queue_seq = queue.head;
        let own = device.account == app.sender.account;
        insert.execute(params![device.account.0, device.device.0, int(queue_seq), app.chat.0, int(seq), own])?;
        hot.queue_changed(device);
        pointers.push(Pointer { device, queue_seq });
    }
    Ok(pointers)
}

/// Pointers for what has none yet, in the database, and what is kept of it follows.
pub(super) fn fan_out(tx: &Connection, hot: &mut Hot, chat: ChatId, limit: u32) -> Result<FannedOut, StoreError> {
    hot.flush(tx)?;
    let (step, until) = fan_out::step(tx, chat, limit)?;
    hot.fanned(chat, until, &step.devices);
    Ok(step)
}
