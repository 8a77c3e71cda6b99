//! The public side of MLS groups: loading, dumping, and the cache that saves both.
//!
//! The state is kept as a dump of OpenMLS's own storage: rebuilding it from a ratchet tree would check leaf lifetimes
//! again, and a group whose members slept for three months could never be written to again.

use super::OpError;
use openmls::prelude::{GroupId, PublicGroup};
use openmls_rust_crypto::MemoryStorage;
use proto::ids::{ChatId, Generation, mls_group_id};
use server_store::groups::{GroupHead, GroupState};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Groups held in memory; the one not used for longest goes first.
pub const CACHED_GROUPS_MAX: usize = 1_024;

/// One group and where its state lies while it changes.
pub(super) struct LoadedGroup {
    pub(super) generation: Generation,
    pub(super) epoch: u64,
    pub(super) group: PublicGroup,
    pub(super) storage: MemoryStorage,
}

impl LoadedGroup {
    /// Reads a dump.
    pub(super) fn load(state: &GroupState) -> Result<Self, OpError> {
        let values: BTreeMap<Vec<u8>, Vec<u8>> =
            rmp_serde::from_slice(&state.public_state).map_err(|_| OpError::invalid("the stored group is damaged"))?;
        let storage = MemoryStorage::default();
        *storage.values.write().unwrap_or_else(PoisonError::into_inner) = values.into_iter().collect();
        let group_id = GroupId::from_slice(&mls_group_id(state.head.chat, state.head.generation));
        let group = PublicGroup::load(&storage, &group_id)
            .ok()
            .flatten()
            .ok_or_else(|| OpError::invalid("the stored group is damaged"))?;
        Ok(Self { generation: state.head.generation, epoch: state.head.epoch, group, storage })
    }

    /// What [`LoadedGroup::load`] reads.
    pub(super) fn dump(&self) -> Vec<u8> {
        let values = self.storage.values.read().unwrap_or_else(PoisonError::into_inner);
        let sorted: BTreeMap<&Vec<u8>, &Vec<u8>> = values.iter().collect();
        rmp_serde::to_vec(&sorted).expect("maps of byte strings can always be written")
    }

    pub(super) fn is_at(&self, head: &GroupHead) -> bool {
        self.generation == head.generation && self.epoch == head.epoch
    }
}

type Slot = Arc<tokio::sync::Mutex<Option<LoadedGroup>>>;

/// One slot a chat; holding its lock puts the chat's handshakes in a row within this process. That is for speed: the
/// store's compare-and-set decides.
#[derive(Default)]
pub(super) struct PublicGroups {
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    by_chat: BTreeMap<ChatId, (Slot, u64)>,
    used: u64,
}

impl PublicGroups {
    pub(super) fn slot(&self, chat: ChatId) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.used += 1;
        let used = slots.used;
        if slots.by_chat.len() >= CACHED_GROUPS_MAX && !slots.by_chat.contains_key(&chat) {
            // One that somebody holds must stay: two slots of a chat would not wait for each other.
            let oldest = slots
                .by_chat
                .iter()
                .filter(|(_, (slot, _))| Arc::strong_count(slot) == 1)
                .min_by_key(|(_, (_, used))| *used)
                .map(|(chat, _)| *chat);
            if let Some(oldest) = oldest {
                slots.by_chat.remove(&oldest);
            }
        }
        let entry = slots.by_chat.entry(chat).or_default();
        entry.1 = used;
        entry.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(number: usize) -> ChatId {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        ChatId(id)
    }

    /// With a slot for each of the first chats, as many as there may be.
    fn full() -> PublicGroups {
        let groups = PublicGroups::default();
        (0..CACHED_GROUPS_MAX).for_each(|number| drop(groups.slot(chat(number))));
        groups
    }

    fn holds(groups: &PublicGroups, number: usize) -> bool {
        groups.slots.lock().unwrap().by_chat.contains_key(&chat(number))
    }

    #[test]
    fn the_group_that_was_not_used_for_longest_makes_room() {
        let groups = full();
        drop(groups.slot(chat(0)));
        drop(groups.slot(chat(CACHED_GROUPS_MAX)));
        assert_eq!([0, 1, 2, CACHED_GROUPS_MAX].map(|number| holds(&groups, number)), [true, false, true, true]);
        assert_eq!(groups.slots.lock().unwrap().by_chat.len(), CACHED_GROUPS_MAX);
    }

    #[test]
    fn a_group_that_somebody_holds_stays_and_is_the_same_for_the_next() {
        let groups = full();
        let held = groups.slot(chat(0));
        let others = 1..CACHED_GROUPS_MAX;
        others.for_each(|number| drop(groups.slot(chat(number))));
        // Now it is the one not used for longest.
        drop(groups.slot(chat(CACHED_GROUPS_MAX)));
        assert!(Arc::ptr_eq(&held, &groups.slot(chat(0))), "two would not wait for each other");
        assert!(!holds(&groups, 1));
    }
}
