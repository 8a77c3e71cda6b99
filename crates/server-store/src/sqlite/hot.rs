//! What the writer keeps in memory beside the database: where busy chats are and who reads them, where queues end. A message is decided
//! on without a question, and what it changes of both is written once for all of a group of writes.
//!
//! It is a copy and nothing more. Only the writer has it, in its one thread; it changes with the transaction that it belongs to, is
//! forgotten as a whole where a write failed or another program wrote to the file, and in part where a write of another kind touches
//! what it holds ([`Touches`]). What it holds back until [`Hot::flush`] is written before any other write looks, and before the commit.

use super::{int, uint};
use crate::StoreError;
use crate::groups::{GroupHead, Standing};
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Leaves of all chats in memory together, a chat counting as one more. Beyond it everything is forgotten and read again: some 5 MB.
const LEAVES_MAX: usize = 65_536;
/// Queues in memory: some 5 MB.
const QUEUES_MAX: usize = 65_536;

/// What of it a write changes, or reads in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touches {
    /// Anything. What a write is taken for that says nothing.
    All,
    /// A chat's head or its leaves, and no queue.
    Chat(ChatId),
    /// Where a device's queue ends, and no chat.
    Queue(DeviceAddress),
    /// None of what is kept.
    Nothing,
    /// It works with what is kept, and changes it.
    Kept,
}

/// See the module.
#[derive(Default)]
pub(super) struct Hot {
    chats: HashMap<ChatId, Chat>,
    queues: HashMap<DeviceAddress, Queue>,
    leaves: usize,
    /// In the order in which they changed: what is written shall not depend on hashes.
    changed_chats: Vec<ChatId>,
    changed_queues: Vec<DeviceAddress>,
    /// SQLite's count of what others wrote to the file.
    others_wrote: Option<i64>,
}

/// A chat as the next message finds it.
pub(super) struct Chat {
    pub(super) head: GroupHead,
    /// Of the newest entry.
    pub(super) time_ms: i64,
    /// Entries up to this have their pointers.
    pub(super) fanned_seq: u64,
    /// By device: it is searched.
    pub(super) leaves: Vec<Leaf>,
    changed: bool,
}

/// A leaf that is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    pub(super) device: DeviceAddress,
    pub(super) standing: Standing,
}

impl Chat {
    pub(super) fn has_leaf(&self, device: DeviceAddress) -> bool {
        self.leaves.binary_search_by_key(&device, |leaf| leaf.device).is_ok()
    }

    pub(super) fn revoked(&self) -> Vec<DeviceAddress> {
        self.leaves.iter().filter(|leaf| leaf.standing == Standing::Revoked).map(|leaf| leaf.device).collect()
    }
}

/// Where a listed device's queue ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queue {
    pub(super) head: u64,
    pub(super) acked: u64,
    /// A device that was unlinked, or that there is not, gets nothing more.
    pub(super) listed: bool,
    changed: bool,
}

impl Hot {
    /// At the beginning of a transaction: makes room, and forgets everything if another program wrote to the file since the last one.
    pub(super) fn begin(&mut self, db: &Connection) -> Result<(), StoreError> {
        let others_wrote: i64 = db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        if self.others_wrote != Some(others_wrote) || self.leaves > LEAVES_MAX || self.queues.len() > QUEUES_MAX {
            self.forget();
            self.others_wrote = Some(others_wrote);
        }
        Ok(())
    }

    /// Everything, and what was not written as well: its transaction has failed, or is about to be undone.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Makes the database whole for a write that looks at what is kept here, and forgets what it will change.
    pub(super) fn make_way(&mut self, db: &Connection, touches: Touches) -> Result<(), StoreError> {
        match touches {
            Touches::Nothing | Touches::Kept => return Ok(()),
            Touches::All => {
                self.flush(db)?;
                self.chats.clear();
                self.queues.clear();
                self.leaves = 0;
            }
            Touches::Chat(chat) => {
                self.flush(db)?;
                self.forget_chat(chat);
            }
            Touches::Queue(device) => {
                self.flush(db)?;
                self.queues.remove(&device);
            }
        }
        Ok(())
    }

    fn forget_chat(&mut self, chat: ChatId) {
        if let Some(chat) = self.chats.remove(&chat) {
            self.leaves -= chat.leaves.len() + 1;
        }
    }

    /// Where a chat is; `None` where there is none.
    pub(super) fn chat(&mut self, db: &Connection, chat: ChatId) -> Result<Option<&mut Chat>, StoreError> {
        match self.chats.entry(chat) {
            Entry::Occupied(kept) => Ok(Some(kept.into_mut())),
            Entry::Vacant(place) => {
                let Some(read) = read_chat(db, chat)? else { return Ok(None) };
                self.leaves += read.leaves.len() + 1;
                Ok(Some(place.insert(read)))
            }
        }
    }

    /// The same, if it is kept already.
    pub(super) fn kept_chat(&self, chat: ChatId) -> Option<&Chat> {
        self.chats.get(&chat)
    }

    /// Where a device's queue ends, to be changed.
    pub(super) fn queue(&mut self, db: &Connection, device: DeviceAddress) -> Result<&mut Queue, StoreError> {
        match self.queues.entry(device) {
            Entry::Occupied(kept) => Ok(kept.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(read_queue(db, device)?)),
        }
    }

    /// That a chat differs from its row now.
    pub(super) fn chat_changed(&mut self, chat: ChatId) {
        if let Some(kept) = self.chats.get_mut(&chat)
            && !std::mem::replace(&mut kept.changed, true)
        {
            self.changed_chats.push(chat);
        }
    }

    /// That a queue differs from its row now.
    pub(super) fn queue_changed(&mut self, device: DeviceAddress) {
        if let Some(kept) = self.queues.get_mut(&device)
            && !std::mem::replace(&mut kept.changed, true)
        {
            self.changed_queues.push(device);
        }
    }

    /// That the fan-out, which works in the database, came so far, and pointed these devices to something.
    pub(super) fn fanned(&mut self, chat: ChatId, until: u64, devices: &[DeviceAddress]) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.fanned_seq = until;
        }
        for device in devices {
            self.queues.remove(device);
        }
    }

    /// Writes what has changed.
    pub(super) fn flush(&mut self, db: &Connection) -> Result<(), StoreError> {
        if !self.changed_chats.is_empty() {
            let mut update = db.prepare_cached(
                "UPDATE chat_group SET head_seq = ?2, chain_hash = ?3, time_ms = ?4, fanned_seq = ?5 WHERE chat = ?1",
            )?;
            for id in self.changed_chats.drain(..) {
                let Some(chat) = self.chats.get_mut(&id) else { continue };
                let head = &chat.head;
                let values = params![id.0, int(head.head_seq), head.chain_hash, chat.time_ms, int(chat.fanned_seq)];
                update.execute(values)?;
                chat.changed = false;
            }
        }
        if !self.changed_queues.is_empty() {
            let mut update = db.prepare_cached(
                "UPDATE device SET queue_head = ?3, acked_queue_seq = ?4 WHERE account = ?1 AND device = ?2",
            )?;
            for device in self.changed_queues.drain(..) {
                let Some(queue) = self.queues.get_mut(&device) else { continue };
                update.execute(params![device.account.0, device.device.0, int(queue.head), int(queue.acked)])?;
                queue.changed = false;
            }
        }
        Ok(())
    }
}

fn read_chat(db: &Connection, chat: ChatId) -> Result<Option<Chat>, StoreError> {
    let read = db
        .prepare_cached(
            "SELECT generation, epoch, head_seq, chain_hash, time_ms, fanned_seq FROM chat_group WHERE chat = ?",
        )?
        .query_row([chat.0], |row| {
            let head = GroupHead {
                chat,
                generation: Generation(row.get(0)?),
                epoch: uint(row.get(1)?),
                head_seq: uint(row.get(2)?),
                chain_hash: row.get(3)?,
            };
            let (time_ms, fanned_seq) = (row.get(4)?, uint(row.get(5)?));
            Ok(Chat { head, time_ms, fanned_seq, leaves: Vec::new(), changed: false })
        })
        .optional()?;
    let Some(mut read) = read else { return Ok(None) };
    let mut leaves =
        db.prepare_cached("SELECT account, device, revoked FROM member WHERE chat = ? AND until_seq IS NULL")?;
    let leaves = leaves.query_map([chat.0], |row| {
        Ok(Leaf {
            device: DeviceAddress { account: AccountId(row.get(0)?), device: DeviceNumber(row.get(1)?) },
            standing: if row.get(2)? { Standing::Revoked } else { Standing::Listed },
        })
    })?;
    read.leaves = leaves.collect::<Result<_, _>>()?;
    read.leaves.sort_unstable_by_key(|leaf| leaf.device);
    Ok(Some(read))
}

fn read_queue(db: &Connection, device: DeviceAddress) -> Result<Queue, StoreError> {
    let read = db
        .prepare_cached("SELECT queue_head, acked_queue_seq, listed FROM device WHERE account = ? AND device = ?")?
        .query_row(params![device.account.0, device.device.0], |row| {
            Ok(Queue { head: uint(row.get(0)?), acked: uint(row.get(1)?), listed: row.get(2)?, changed: false })
        })
        .optional()?;
    Ok(read.unwrap_or(Queue { head: 0, acked: 0, listed: false, changed: false }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stores;
    use crate::conformance::{CHAT, alice_and_bob, app};
    use crate::devices::{PutDeviceList, PutDeviceListOutcome, StoredDeviceList};
    use crate::groups::{AcceptOutcome, Accepted, Rest};
    use crate::sqlite::Sqlite;
    use std::sync::Arc;
    use tokio::sync::oneshot;

    struct Store {
        sqlite: Arc<Sqlite>,
        stores: Stores,
        alice: DeviceAddress,
        folder: tempfile::TempDir,
    }

    impl Store {
        /// A chat of which the writer has a copy.
        async fn with_a_busy_chat() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let sqlite = Sqlite::open(&folder.path().join("heliograph.db")).unwrap();
            let stores = sqlite.stores();
            let (alice, _) = alice_and_bob(&stores).await;
            while stores.groups.fan_out(CHAT, 9).await.unwrap().rest == Rest::More {}
            let store = Self { sqlite, stores, alice, folder };
            assert_eq!(store.says(1).await, Ok(2));
            store
        }

        /// The message's place, or why it has none.
        async fn says(&self, n: u8) -> Result<u64, String> {
            match self.stores.groups.accept_app(app(n, self.alice, 1), 9).await {
                Ok((AcceptOutcome::Accepted(Accepted { seq, .. }), _)) => Ok(seq),
                other => Err(format!("{other:?}")),
            }
        }

        /// What is in the database agrees with itself, and holds so many entries.
        async fn is_whole(&self, entries: u64) {
            let head = self.stores.groups.group(CHAT).await.unwrap().unwrap();
            let log = self.stores.groups.fetch_log(CHAT, self.alice.account, 0, 100).await.unwrap().unwrap().entries;
            let chain = log
                .iter()
                .fold([0; 32], |chain, entry| crate::sqlite::groups::next_chain_hash(&chain, entry.seq, &entry.bytes));
            assert_eq!((head.head_seq, head.chain_hash), (entries, chain));
            assert!(log.iter().map(|entry| entry.seq).eq(1..=entries), "{log:?}");
            let queue = self.stores.mailboxes.queue(self.alice, 0, 100).await.unwrap();
            // She made the chat: the first entry is hers too.
            assert!(queue.iter().map(|item| item.queue_seq).eq(1..=entries), "{queue:?}");
            assert!(self.stores.groups.unfinished_fan_outs().await.unwrap().is_empty());
        }

        /// Holds the writer up while all of these are put in line, so that they are one group.
        async fn in_one_group<T>(&self, work: impl Future<Output = T>) -> T {
            let (begun, has_begun) = oneshot::channel();
            let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
            let mut begun = Some(begun);
            let first = self.sqlite.write(Touches::Nothing, move |_| {
                let _ = begun.take().map(|begun| begun.send(()));
                let _ = may_go_on.recv();
                Ok(())
            });
            let all = async {
                has_begun.await.unwrap();
                let mut work = std::pin::pin!(work);
                let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(work.as_mut().poll(cx))).await;
                assert!(polled.is_pending(), "the writer is busy");
                drop(go_on);
                work.await
            };
            tokio::join!(first, all).1
        }
    }

    #[tokio::test]
    async fn a_write_that_fails_undoes_itself_and_nothing_that_stood_with_it_in_a_group() {
        let store = Store::with_a_busy_chat().await;
        // It has spoilt the chat, its log and the queues before it fails.
        let spoils = || {
            store.sqlite.write(Touches::All, |db| -> Result<(), StoreError> {
                db.execute("UPDATE chat_group SET head_seq = 99, chain_hash = zeroblob(32)", [])?;
                db.execute("DELETE FROM mailbox", [])?;
                Err(StoreError::Corrupt("on purpose"))
            })
        };
        let group = async { tokio::join!(store.says(2), spoils(), store.says(3), spoils(), store.says(4)) };
        let (second, failed, third, failed_too, fourth) = store.in_one_group(group).await;
        assert!(matches!((failed, failed_too), (Err(StoreError::Corrupt("on purpose")), Err(StoreError::Corrupt(_)))));
        assert_eq!((second, third, fourth), (Ok(3), Ok(4), Ok(5)));
        store.is_whole(5).await;
        assert_eq!(store.says(5).await, Ok(6));
        store.is_whole(6).await;
    }

    #[tokio::test]
    async fn a_message_that_cannot_be_written_leaves_nothing_in_memory() {
        let store = Store::with_a_busy_chat().await;
        let triggers = |sql: &'static str| store.sqlite.write(Touches::Nothing, move |db| Ok(db.execute_batch(sql)?));
        // The entry is written, its second pointer fails.
        triggers(
            "CREATE TRIGGER refuse BEFORE INSERT ON mailbox WHEN NEW.account = x'02020202020202020202020202020202'
             BEGIN SELECT RAISE(ABORT, 'on purpose'); END",
        )
        .await
        .unwrap();
        let group = async { tokio::join!(store.says(2), store.says(3)) };
        let (second, third) = store.in_one_group(group).await;
        assert!(second.is_err() && third.is_err(), "{second:?} {third:?}");
        store.is_whole(2).await;
        triggers("DROP TRIGGER refuse").await.unwrap();
        assert_eq!(store.says(2).await, Ok(3));
        store.is_whole(3).await;
    }

    #[tokio::test]
    async fn a_write_of_another_kind_finds_what_the_messages_before_it_in_its_group_have_changed() {
        let store = Store::with_a_busy_chat().await;
        let list = PutDeviceList {
            list: StoredDeviceList { account: store.alice.account, version: 2, signed: vec![2] },
            follows: 1,
            added: Vec::new(),
            removed: Vec::new(),
        };
        let put = store.stores.devices.put_device_list(list);
        let group = async { tokio::join!(store.says(2), put) };
        let (second, put) = store.in_one_group(group).await;
        assert_eq!(second, Ok(3));
        assert!(matches!(put, Ok(PutDeviceListOutcome::Stored { .. })), "{put:?}");
        store.is_whole(3).await;
        assert_eq!(store.says(3).await, Ok(4));
    }

    #[tokio::test]
    async fn what_another_program_wrote_is_seen() {
        let store = Store::with_a_busy_chat().await;
        let other = Connection::open(store.folder.path().join("heliograph.db")).unwrap();
        other.execute("UPDATE member SET revoked = 1 WHERE account = ?", [[2; 16]]).unwrap();
        let refused = store.says(2).await.unwrap_err();
        assert!(refused.contains("RevokedLeaves"), "{refused}");
    }

    #[tokio::test]
    async fn what_is_kept_has_a_limit() {
        let store = Store::with_a_busy_chat().await;
        let filled = store.sqlite.write_kept(Touches::Kept, |_, hot| {
            hot.leaves = LEAVES_MAX + 1;
            Ok(hot.chats.len())
        });
        assert_eq!(filled.await.unwrap(), 1);
        let left = store.sqlite.write_kept(Touches::Kept, |_, hot| Ok((hot.chats.len(), hot.queues.len(), hot.leaves)));
        assert_eq!(left.await.unwrap(), (0, 0, 0));
        assert_eq!(store.says(2).await, Ok(3));
        store.is_whole(3).await;
    }
}
