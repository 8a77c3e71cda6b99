//! Accepting operations that change a group: I1, I2, I3 and I5, in one transaction each. Messages: `messages.rs`.

use super::{fan_out, kind_number, read};
use crate::StoreError;
use crate::groups::*;
use crate::sqlite::{int, uint};
use breakable::{Rule, broken};
use proto::ids::{AccountId, ChatId, DeviceAddress, OpId};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

pub(super) fn commit(tx: &Connection, commit: &NewCommit) -> Result<AcceptOutcome, StoreError> {
    if let Some(accepted) = in_log(tx, commit.chat, commit.sender, commit.op_id)? {
        return Ok(AcceptOutcome::Repeated(accepted));
    }
    let Some(head) = read::head(tx, commit.chat)? else { return Ok(AcceptOutcome::NotFound) };
    let may = match commit.roster.joined {
        Some(device) => account_is_member(tx, commit.chat, device.account)?,
        None => is_member(tx, commit.chat, commit.sender)?,
    };
    if !may && !broken(Rule::CommitterIsMember) {
        return Ok(AcceptOutcome::Denied);
    }
    if head.generation != commit.generation || (head.epoch != commit.base_epoch && !broken(Rule::OneCommitAnEpoch)) {
        return Ok(AcceptOutcome::Stale(head));
    }
    Ok(AcceptOutcome::Accepted(write_commit(tx, &head, commit)?))
}

pub(super) fn create(tx: &Connection, group: &NewGroup) -> Result<AcceptOutcome, StoreError> {
    if let Some(accepted) = created_by(tx, group.chat, group.creator, group.op_id)? {
        return Ok(AcceptOutcome::Repeated(accepted));
    }
    let existing = read::head(tx, group.chat)?;
    let head = match (group.replaces_epoch, existing) {
        (None, Some(head)) => {
            return Ok(AcceptOutcome::Exists { chat: head.chat, generation: head.generation });
        }
        (Some(_), None) => return Ok(AcceptOutcome::NotFound),
        (None, None) => match insert_group(tx, group)? {
            Inserted::Fresh(head) => head,
            Inserted::Exists(outcome) => return Ok(outcome),
        },
        (Some(epoch), Some(head)) => {
            if !account_is_member(tx, group.chat, group.creator.account)? {
                return Ok(AcceptOutcome::Denied);
            }
            if head.epoch != epoch || head.generation.0.checked_add(1) != Some(group.generation.0) {
                return Ok(AcceptOutcome::Stale(head));
            }
            next_generation(tx, group, &head)?
        }
    };
    // The creator's leaf reads what follows the creation.
    add_member(tx, group.chat, group.creator, head.head_seq)?;
    let accepted = match &group.first_commit {
        Some(commit) => write_commit(tx, &head, commit)?,
        None => {
            put_state(tx, group.chat, &group.public_state, &group.group_info)?;
            Accepted { seq: if group.replaces_epoch.is_some() { head.head_seq } else { 0 }, time_ms: group.now_ms }
        }
    };
    tx.prepare_cached(
        "UPDATE chat_group SET created_op = ?2, created_by = ?3, created_by_device = ?4, created_seq = ?5,
             created_ms = ?6 WHERE chat = ?1",
    )?
    .execute(params![
        group.chat.0,
        group.op_id.0,
        group.creator.account.0,
        group.creator.device.0,
        int(accepted.seq),
        int(accepted.time_ms)
    ])?;
    Ok(AcceptOutcome::Accepted(accepted))
}

pub(super) fn in_log(
    db: &Connection,
    chat: ChatId,
    sender: DeviceAddress,
    op_id: OpId,
) -> Result<Option<Accepted>, StoreError> {
    if broken(Rule::RepeatGetsFirstResult) {
        return Ok(None);
    }
    Ok(db
        .prepare_cached(
            "SELECT seq, time_ms FROM group_log WHERE chat = ? AND account = ? AND device = ? AND op_id = ?",
        )?
        .query_row(params![chat.0, sender.account.0, sender.device.0, op_id.0], |row| {
            Ok(Accepted { seq: uint(row.get(0)?), time_ms: uint(row.get(1)?) })
        })
        .optional()?)
}

pub(super) fn created_by(
    db: &Connection,
    chat: ChatId,
    sender: DeviceAddress,
    op_id: OpId,
) -> Result<Option<Accepted>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT created_seq, created_ms FROM chat_group
             WHERE chat = ? AND created_by = ? AND created_by_device = ? AND created_op = ?",
        )?
        .query_row(params![chat.0, sender.account.0, sender.device.0, op_id.0], |row| {
            Ok(Accepted { seq: uint(row.get(0)?), time_ms: uint(row.get(1)?) })
        })
        .optional()?)
}

fn is_member(db: &Connection, chat: ChatId, device: DeviceAddress) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM member WHERE chat = ? AND account = ? AND device = ? AND until_seq IS NULL")?
        .exists(params![chat.0, device.account.0, device.device.0])?)
}

fn account_is_member(db: &Connection, chat: ChatId, account: AccountId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM member WHERE chat = ? AND account = ? AND until_seq IS NULL")?
        .exists(params![chat.0, account.0])?)
}

struct NewEntry<'a> {
    kind: EntryKind,
    op_id: OpId,
    sender: DeviceAddress,
    bytes: &'a [u8],
}

/// Gives the next seq, a time after the last one, and the next link of the chain.
fn append(tx: &Connection, head: &GroupHead, now_ms: u64, entry: &NewEntry<'_>) -> Result<Accepted, StoreError> {
    let seq = head.head_seq + 1;
    let chain_hash = next_chain_hash(&head.chain_hash, seq, entry.bytes);
    let time_ms: i64 = tx
        .prepare_cached(if broken(Rule::TimeRises) {
            "UPDATE chat_group SET head_seq = ?2, chain_hash = ?3, time_ms = max(?4, time_ms)
             WHERE chat = ?1 RETURNING time_ms"
        } else {
            "UPDATE chat_group SET head_seq = ?2, chain_hash = ?3, time_ms = max(?4, time_ms + 1)
             WHERE chat = ?1 RETURNING time_ms"
        })?
        .query_row(params![head.chat.0, int(seq), chain_hash, int(now_ms)], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT INTO group_log (chat, seq, generation, epoch, kind, account, device, op_id, time_ms, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        head.chat.0,
        int(seq),
        head.generation.0,
        int(head.epoch),
        kind_number(entry.kind),
        entry.sender.account.0,
        entry.sender.device.0,
        entry.op_id.0,
        time_ms,
        entry.bytes
    ])?;
    Ok(Accepted { seq, time_ms: uint(time_ms) })
}

/// SHA-256(previous || seq as 8 bytes big endian || SHA-256(bytes)); 32 zero bytes before the first entry.
pub(in crate::sqlite) fn next_chain_hash(previous: &[u8; 32], seq: u64, bytes: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(if broken(Rule::ChainCoversPlaces) { [0; 8] } else { seq.to_be_bytes() });
    hasher.update(Sha256::digest(bytes));
    hasher.finalize().into()
}

fn write_commit(tx: &Connection, head: &GroupHead, commit: &NewCommit) -> Result<Accepted, StoreError> {
    let entry = NewEntry { kind: EntryKind::Commit, op_id: commit.op_id, sender: commit.sender, bytes: &commit.bytes };
    let accepted = append(tx, head, commit.now_ms, &entry)?;
    tx.prepare_cached("UPDATE chat_group SET epoch = epoch + 1 WHERE chat = ?")?.execute([commit.chat.0])?;
    for device in &commit.roster.removed {
        tx.prepare_cached(
            "UPDATE member SET until_seq = ?4 WHERE chat = ?1 AND account = ?2 AND device = ?3 AND until_seq IS NULL",
        )?
        .execute(params![commit.chat.0, device.account.0, device.device.0, int(accepted.seq)])?;
    }
    for device in &commit.roster.added {
        add_member(tx, commit.chat, *device, accepted.seq)?;
    }
    if let Some(device) = commit.roster.joined
        && !is_member(tx, commit.chat, device)?
    {
        add_member(tx, commit.chat, device, head.head_seq)?;
    }
    put_welcomes(tx, commit, accepted)?;
    put_state(tx, commit.chat, &commit.public_state, &commit.group_info)?;
    Ok(accepted)
}

fn put_welcomes(tx: &Connection, commit: &NewCommit, accepted: Accepted) -> Result<(), StoreError> {
    if commit.welcomes.is_empty() {
        return Ok(());
    }
    tx.prepare_cached("INSERT INTO welcome_tree (chat, seq, ratchet_tree) VALUES (?, ?, ?)")?.execute(params![
        commit.chat.0,
        int(accepted.seq),
        commit.ratchet_tree
    ])?;
    for (part, welcome) in (1_u32..).zip(&commit.welcomes) {
        tx.prepare_cached(
            "INSERT INTO welcome (chat, seq, part, generation, epoch, account, device, time_ms, targets, bytes)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            commit.chat.0,
            int(accepted.seq),
            part,
            commit.generation.0,
            int(commit.base_epoch + 1),
            commit.sender.account.0,
            commit.sender.device.0,
            int(accepted.time_ms),
            fan_out::pack(&welcome.targets),
            welcome.bytes
        ])?;
    }
    Ok(())
}

fn put_state(tx: &Connection, chat: ChatId, public_state: &[u8], group_info: &[u8]) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO group_state (chat, public_state, group_info) VALUES (?1, ?2, ?3)
         ON CONFLICT (chat) DO UPDATE SET public_state = excluded.public_state, group_info = excluded.group_info",
    )?
    .execute(params![chat.0, public_state, group_info])?;
    Ok(())
}

fn add_member(tx: &Connection, chat: ChatId, device: DeviceAddress, from_seq: u64) -> Result<(), StoreError> {
    // Unlinked between validation and now: the leaf is refused its place until its Remove, like any other.
    tx.prepare_cached(if broken(Rule::LateLeafIsRevoked) {
        "INSERT INTO member (chat, account, device, from_seq, until_seq, revoked) VALUES (?1, ?2, ?3, ?4, NULL, 0)"
    } else {
        "INSERT INTO member (chat, account, device, from_seq, until_seq, revoked)
         VALUES (?1, ?2, ?3, ?4, NULL, NOT EXISTS (
             SELECT 1 FROM device WHERE account = ?2 AND device = ?3 AND listed = 1))"
    })?
    .execute(params![chat.0, device.account.0, device.device.0, int(from_seq)])?;
    Ok(())
}

enum Inserted {
    Fresh(GroupHead),
    Exists(AcceptOutcome),
}

fn insert_group(tx: &Connection, group: &NewGroup) -> Result<Inserted, StoreError> {
    let unique_key = group.unique_key.filter(|_| !broken(Rule::OneDirectChat));
    if let Some(key) = unique_key {
        let existing = tx
            .prepare_cached("SELECT chat, generation FROM chat_group WHERE unique_key = ?")?
            .query_row([key], |row| {
                Ok(AcceptOutcome::Exists { chat: ChatId(row.get(0)?), generation: proto::ids::Generation(row.get(1)?) })
            })
            .optional()?;
        if let Some(outcome) = existing {
            return Ok(Inserted::Exists(outcome));
        }
    }
    tx.prepare_cached(
        "INSERT INTO chat_group (chat, generation, epoch, head_seq, fanned_seq, first_kept_seq, time_ms, chain_hash,
             unique_key, created_op, created_by, created_by_device, created_seq, created_ms)
         VALUES (?1, ?2, 0, 0, 0, 1, 0, ?3, ?4, ?5, ?6, ?7, 0, 0)",
    )?
    .execute(params![
        group.chat.0,
        group.generation.0,
        [0_u8; 32],
        unique_key,
        group.op_id.0,
        group.creator.account.0,
        group.creator.device.0
    ])?;
    Ok(Inserted::Fresh(GroupHead {
        chat: group.chat,
        generation: group.generation,
        epoch: 0,
        head_seq: 0,
        chain_hash: [0; 32],
    }))
}

/// The old leaves end with an entry that tells of the new generation.
fn next_generation(tx: &Connection, group: &NewGroup, head: &GroupHead) -> Result<GroupHead, StoreError> {
    let entry =
        NewEntry { kind: EntryKind::Create, op_id: group.op_id, sender: group.creator, bytes: &group.group_info };
    tx.prepare_cached("UPDATE chat_group SET generation = ?2, epoch = 0 WHERE chat = ?1")?
        .execute(params![group.chat.0, group.generation.0])?;
    let base = GroupHead { generation: group.generation, epoch: 0, ..head.clone() };
    let accepted = append(tx, &base, group.now_ms, &entry)?;
    tx.prepare_cached("UPDATE member SET until_seq = ?2 WHERE chat = ?1 AND until_seq IS NULL")?
        .execute(params![group.chat.0, int(accepted.seq)])?;
    let chain_hash = next_chain_hash(&head.chain_hash, accepted.seq, entry.bytes);
    Ok(GroupHead { head_seq: accepted.seq, chain_hash, ..base })
}
