//! A digest of own-device state, told to the siblings soon after a start and each hour from then on: where theirs differs, both give what they hold, and
//! merging makes them agree. An operation that was lost on its way, or a database that was set back, heals by it. A
//! difference is never an error.

use crate::client::{Client, Context};
use crate::io::Halt;
use crate::{chats, mls, outbox, state};
use identity::ChatKind;
use proto::content::{StateDigest, StateOp, StateOps, content};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The first one of a run is told when it has been connected for so long: a phone may be open for minutes only.
const FIRST_MS: u64 = 60_000;
/// How often it is told after that, and how often one sibling is given everything.
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
        // Clock and device of a maximum are those of whichever came first, and make no difference.
        let (clock, device) = if state::is_maximum(&op.key) { (0, 0) } else { (op.clock, op.device) };
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
    /// Tells the siblings what is due to be told.
    pub(crate) fn tell_digest(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if cx.now_ms < self.digests.next_ms {
            return Ok(());
        }
        // What history still brings is no difference.
        let tells = self.digests.next_ms != 0 && !self.is_importing(cx)?;
        self.digests.next_ms = cx.now_ms + if tells { EVERY_MS } else { FIRST_MS };
        self.retry_at(self.digests.next_ms);
        if tells && mls::own_device_list(cx)?.devices().count() > 1 { self.say_digest(cx) } else { Ok(()) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chats::{Chat, Membership};
    use crate::testing::{CHAT, links_companion, phone, step};
    use proto::ids::Generation;

    #[test]
    fn the_first_is_told_a_minute_after_the_connection_and_one_an_hour_from_then_on() {
        const START_MS: u64 = 1_000;
        let (mut client, db) = phone();
        links_companion(&db);
        step(&db, START_MS, |cx| {
            let chat = Chat {
                chat: CHAT,
                kind: ChatKind::SelfGroup,
                generation: Generation(1),
                peer: cx.me().expect("me").address.account,
                membership: Membership::Joined,
                applied_seq: 1,
                activity_ms: 1,
            };
            chats::insert(cx, &chat).expect("the own group");
        });
        let told = |at_ms: u64| {
            step(&db, at_ms, |cx| client.tell_digest(cx).expect("told"));
            db.query_row("SELECT count(*) FROM outbox", [], |row| row.get::<_, u32>(0)).expect("count")
        };
        let minute_ms = START_MS + 60_000;
        let moments = [START_MS, minute_ms - 1, minute_ms, minute_ms + 3_599_999, minute_ms + 3_600_000];
        assert_eq!(moments.map(told), [0, 0, 1, 1, 2]);
    }
}
