//! A digest of own-device state, told to the siblings each hour: where theirs differs, both give what they hold, and
//! merging makes them agree. An operation that was lost on its way, or a database that was set back, heals by it. A
//! difference is never an error.

use crate::client::{Client, Context};
use crate::io::Halt;
use crate::{chats, mls, outbox};
use identity::ChatKind;
use proto::content::{StateDigest, StateOp, StateOps, content};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How often it is told, and how often one sibling is given everything.
const EVERY_MS: u64 = 3_600_000;
/// Bytes of keys and values in one message of a snapshot.
const SNAPSHOT_BYTES: usize = 128 * 1024;

/// What this run gave to whom.
#[derive(Debug, Default)]
pub(crate) struct Digests {
    /// When it is told next; 0: not planned yet.
    next_ms: u64,
    /// When each sibling was given everything.
    given: BTreeMap<DeviceNumber, u64>,
}

/// All of the own-device state, as operations, in the order of their keys; but for what a device says of itself alone.
fn all(db: &Connection) -> Result<Vec<StateOp>, Halt> {
    let mut statement =
        db.prepare_cached("SELECT key, value, clock, device FROM state WHERE key NOT LIKE 'leave/%' ORDER BY key")?;
    let rows = statement.query_map([], |row| {
        Ok(StateOp {
            key: row.get(0)?,
            value: row.get(1)?,
            clock: row.get::<_, i64>(2)?.cast_unsigned(),
            device: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Equal on devices that hold the same.
fn digest(db: &Connection) -> Result<[u8; 32], Halt> {
    let mut hash = Sha256::new();
    for op in all(db)? {
        // Clock and device of a maximum are those of whichever came first, and nothing reads them.
        let (clock, device) = if op.key.starts_with("read/") { (0, 0) } else { (op.clock, op.device) };
        hash.update(u64::try_from(op.key.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(&op.key);
        hash.update(u64::try_from(op.value.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(&op.value);
        hash.update(clock.to_be_bytes());
        hash.update(device.to_be_bytes());
    }
    Ok(hash.finalize().into())
}

impl Client {
    /// Tells the siblings each hour, from an hour after the start on.
    pub(crate) fn tell_digest(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if cx.now_ms < self.digests.next_ms {
            return Ok(());
        }
        let first = self.digests.next_ms == 0;
        self.digests.next_ms = cx.now_ms + EVERY_MS;
        self.retry_at(self.digests.next_ms);
        if first || mls::own_device_list(cx)?.devices().count() < 2 { Ok(()) } else { self.say_digest(cx) }
    }

    fn say_digest(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let hash = digest(cx.db)?.to_vec();
        self.tell_siblings(cx, content::Body::StateDigest(StateDigest { hash }))
    }

    /// A sibling's state, in short. Where this device's differs it gives what it has and says its own digest, so that the
    /// sibling, which has merged by then, gives what is still missing here.
    pub(crate) fn on_state_digest(
        &mut self,
        cx: &mut Context<'_>,
        sender: DeviceAddress,
        told: &StateDigest,
    ) -> Result<(), Halt> {
        let lately = self.digests.given.get(&sender.device).is_some_and(|given_ms| cx.now_ms < given_ms + EVERY_MS);
        if lately || has_unsent(cx, sender.account)? || told.hash == digest(cx.db)? {
            return Ok(());
        }
        self.digests.given.insert(sender.device, cx.now_ms);
        tracing::info!("the state of a device of this account differs and is merged");
        let mut ops = Vec::new();
        let mut size = 0;
        for op in all(cx.db)? {
            size += op.key.len() + op.value.len();
            if size > SNAPSHOT_BYTES && !ops.is_empty() {
                size = op.key.len() + op.value.len();
                let ops = std::mem::take(&mut ops);
                self.tell_siblings(cx, content::Body::StateOps(StateOps { ops }))?;
            }
            ops.push(op);
        }
        self.tell_siblings(cx, content::Body::StateOps(StateOps { ops }))?;
        self.say_digest(cx)
    }
}

/// What this device has set and not yet told makes a difference that ends by itself.
fn has_unsent(cx: &Context<'_>, me: AccountId) -> Result<bool, Halt> {
    match chats::find_with(cx.db, ChatKind::SelfGroup, me)? {
        Some(group) => Ok(!cx.state_ops.is_empty() || outbox::head(cx.db, group.chat)?.is_some()),
        None => Ok(true),
    }
}
