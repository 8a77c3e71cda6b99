//! Pointers into device queues, in log order, each entry once.
//!
//! The pointers and `fanned_seq` change in one transaction, so a cut-off fan-out goes on where it stopped. A message to few devices has
//! its pointers in the transaction that takes it (`messages.rs`): one sync less before it is delivered.

use crate::StoreError;
use crate::groups::{FannedOut, Rest};
use crate::sqlite::uint;
use breakable::{Rule, broken};
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// How a device is packed into `welcome.targets`.
const TARGET_LEN: usize = 20;

/// A step, and how far the chat has its pointers now.
pub(super) fn step(tx: &Connection, chat: ChatId, limit: u32) -> Result<(FannedOut, u64), StoreError> {
    let row: Option<(i64, i64)> = tx
        .prepare_cached("SELECT fanned_seq, head_seq FROM chat_group WHERE chat = ?")?
        .query_row([chat.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((fanned, head)) = row else { return Ok((FannedOut { devices: Vec::new(), rest: Rest::Done }, 0)) };
    let until = head.min(fanned.saturating_add(i64::from(limit)));
    let mut devices = BTreeSet::new();
    for seq in fanned.saturating_add(1)..=until {
        entry(tx, chat, seq, &mut devices)?;
    }
    tx.prepare_cached("UPDATE chat_group SET fanned_seq = ?2 WHERE chat = ?1")?.execute(params![chat.0, until])?;
    let rest = if until < head { Rest::More } else { Rest::Done };
    Ok((FannedOut { devices: devices.into_iter().collect(), rest }, uint(until)))
}

fn entry(tx: &Connection, chat: ChatId, seq: i64, devices: &mut BTreeSet<DeviceAddress>) -> Result<(), StoreError> {
    let sender: Option<[u8; 16]> = tx
        .prepare_cached("SELECT account FROM group_log WHERE chat = ? AND seq = ?")?
        .query_row(params![chat.0, seq], |row| row.get(0))
        .optional()?;
    // It has expired before anybody was told of it: whoever misses it finds that the log begins later.
    let Some(sender) = sender else { return Ok(()) };
    let mut readers = tx.prepare_cached(
        "SELECT account, device FROM member
         WHERE chat = ?1 AND from_seq < ?2 AND (until_seq IS NULL OR until_seq >= ?2)",
    )?;
    let readers = readers.query_map(params![chat.0, seq], |row| {
        Ok(DeviceAddress { account: AccountId(row.get(0)?), device: DeviceNumber(row.get(1)?) })
    })?;
    for reader in readers {
        let reader = reader?;
        if is_left_out(seq, reader) {
            continue;
        }
        if point(tx, reader, chat, seq, 0, reader.account.0 == sender)? == Pointed::Yes {
            devices.insert(reader);
        }
    }
    let mut welcomes = tx.prepare_cached("SELECT part, targets FROM welcome WHERE chat = ? AND seq = ?")?;
    let welcomes = welcomes.query_map(params![chat.0, seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for welcome in welcomes {
        let (part, targets): (u32, Vec<u8>) = welcome?;
        for target in unpack(&targets).collect::<BTreeSet<_>>() {
            if point(tx, target, chat, seq, part, target.account.0 == sender)? == Pointed::Yes {
                devices.insert(target);
            }
        }
    }
    Ok(())
}

/// Where a test has broken the rule that all get their pointers.
pub(super) fn is_left_out(seq: i64, reader: DeviceAddress) -> bool {
    broken(Rule::PointersForEveryMember) && (seq + i64::from(reader.device.0)) % 7 == 0
}

#[derive(PartialEq, Eq)]
enum Pointed {
    Yes,
    /// The device was unlinked meanwhile.
    NoDevice,
}

fn point(
    tx: &Connection,
    device: DeviceAddress,
    chat: ChatId,
    seq: i64,
    part: u32,
    own: bool,
) -> Result<Pointed, StoreError> {
    let queue_seq: Option<i64> = tx
        .prepare_cached(
            "UPDATE device SET queue_head = queue_head + 1 WHERE account = ? AND device = ? AND listed = 1
             RETURNING queue_head",
        )?
        .query_row(params![device.account.0, device.device.0], |row| row.get(0))
        .optional()?;
    let Some(queue_seq) = queue_seq else { return Ok(Pointed::NoDevice) };
    tx.prepare_cached(
        "INSERT INTO mailbox (account, device, queue_seq, chat, seq, part, own) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![device.account.0, device.device.0, queue_seq, chat.0, seq, part, own])?;
    Ok(Pointed::Yes)
}

pub(super) fn pack(targets: &[DeviceAddress]) -> Vec<u8> {
    targets.iter().flat_map(|t| t.account.0.into_iter().chain(t.device.0.to_be_bytes())).collect()
}

fn unpack(targets: &[u8]) -> impl Iterator<Item = DeviceAddress> + '_ {
    targets.chunks_exact(TARGET_LEN).filter_map(|target| {
        let (account, device) = target.split_at(16);
        Some(DeviceAddress {
            account: AccountId::try_from(account).ok()?,
            device: DeviceNumber(u32::from_be_bytes(device.try_into().ok()?)),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_back() {
        let targets = [
            DeviceAddress { account: AccountId([7; 16]), device: DeviceNumber(1) },
            DeviceAddress { account: AccountId([8; 16]), device: DeviceNumber(0x0102_0304) },
        ];
        assert_eq!(unpack(&pack(&targets)).collect::<Vec<_>>(), targets);
    }
}
