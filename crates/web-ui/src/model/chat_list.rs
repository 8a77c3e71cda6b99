//! The chat list: rows by id, their order, and which of them are shown. Knows no field to search in and no scrolling.

use crate::model::search::{Decompose, Findable, Found, Query};
use crate::words;
use client_api::{AccountId, ChatChanges, ChatId, ChatKind, ChatRow};
use std::collections::HashMap;
use std::sync::Arc;

/// Which chats the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChatFilter {
    /// All that are not in the archive.
    #[default]
    All,
    /// Those with something unread.
    Unread,
    /// The archive.
    Archived,
}

/// All chats, in the list's order.
#[derive(Debug, Clone)]
pub struct ChatList {
    rows: HashMap<ChatId, Entry>,
    order: Vec<ChatId>,
    decompose: Decompose,
    /// The first snapshot has come: an empty list is empty, not loading.
    pub loaded: bool,
}

#[derive(Debug, Clone)]
struct Entry {
    row: Arc<ChatRow>,
    findable: Findable,
}

impl ChatList {
    /// Nothing has come yet.
    pub fn new(decompose: Decompose) -> Self {
        Self { rows: HashMap::new(), order: Vec::new(), decompose, loaded: false }
    }

    /// The other one of each chat of two, and what they are called.
    pub fn people(&self) -> impl Iterator<Item = (AccountId, &str)> {
        let rows = self.rows.values().map(|entry| &entry.row).filter(|row| row.kind == ChatKind::Direct);
        rows.map(|row| (row.peer, row.title.as_str()))
    }

    /// Somebody else goes by the same name.
    pub fn has_namesake(&self, chat: &ChatId) -> bool {
        self.rows.get(chat).is_some_and(|entry| {
            let others = self.rows.values().filter(|other| other.row.chat != *chat);
            others.into_iter().any(|other| other.findable.is_namesake_of(&entry.findable))
        })
    }

    /// Merges what the core told.
    pub fn apply(&mut self, changes: ChatChanges) {
        let before = if changes.reset {
            self.loaded = true;
            std::mem::take(&mut self.rows)
        } else {
            HashMap::new()
        };
        for row in changes.upserts {
            // Names change seldom, and rows with each message.
            let known = self.rows.get(&row.chat).or_else(|| before.get(&row.chat));
            let known = known.filter(|known| (&known.row.title, &known.row.number) == (&row.title, &row.number));
            let findable = match known {
                Some(known) => known.findable.clone(),
                None => Findable::new(&words::title(&row), &row.number, self.decompose),
            };
            self.rows.insert(row.chat, Entry { row: Arc::new(row), findable });
        }
        for chat in changes.removed {
            self.rows.remove(&chat);
        }
        self.order = self.rows.keys().copied().collect();
        let rows = &self.rows;
        self.order.sort_by_cached_key(|chat| {
            rows.get(chat).map(|entry| (!entry.row.pinned, std::cmp::Reverse(entry.row.activity_ms), *chat))
        });
    }

    /// A row.
    pub fn get(&self, chat: &ChatId) -> Option<Arc<ChatRow>> {
        self.rows.get(chat).map(|entry| Arc::clone(&entry.row))
    }

    /// How a chat is found by what was typed.
    pub fn found(&self, chat: &ChatId, typed: &str) -> Option<Found> {
        Query::new(typed, self.decompose).finds(&self.rows.get(chat)?.findable)
    }

    /// The rows of a filter that are found by what was typed, in order: names before numbers. `keep` stays in although it is read
    /// by now: a row must not vanish under the pointer that opened it.
    pub fn shown(&self, filter: ChatFilter, typed: &str, keep: Option<ChatId>) -> Vec<ChatId> {
        let query = Query::new(typed, self.decompose);
        let fits = |row: &ChatRow| match filter {
            // A search looks into the archive too.
            ChatFilter::All => !row.archived || !query.is_empty(),
            ChatFilter::Unread => is_unread(row) || keep == Some(row.chat),
            ChatFilter::Archived => row.archived,
        };
        let found = self.order.iter().filter_map(|chat| {
            let entry = self.rows.get(chat).filter(|entry| fits(&entry.row))?;
            Some((query.finds(&entry.findable)?, *chat))
        });
        let mut found: Vec<(Found, ChatId)> = found.collect();
        found.sort_by_key(|(how, _)| *how);
        found.into_iter().map(|(_, chat)| chat).collect()
    }

    /// How many chats hold something unread and are not muted or archived: the number in the page's title.
    pub fn unread_chats(&self, now_ms: u64) -> usize {
        self.all().filter(|row| is_unread(row) && !row.archived && row.muted_until_ms <= now_ms).count()
    }

    /// How many chats lie in the archive.
    pub fn archived(&self) -> usize {
        self.all().filter(|row| row.archived).count()
    }

    fn all(&self) -> impl Iterator<Item = &ChatRow> {
        self.rows.values().map(|entry| &*entry.row)
    }

    /// The chat before or after another in a list that is shown.
    pub fn neighbour(shown: &[ChatId], of: Option<ChatId>, step: isize) -> Option<ChatId> {
        let at = of.and_then(|chat| shown.iter().position(|other| *other == chat));
        match at {
            None => shown.first().copied(),
            Some(at) => shown.get(at.checked_add_signed(step)?).copied(),
        }
    }
}

/// Something unread, or marked so by hand.
pub fn is_unread(row: &ChatRow) -> bool {
    row.unread > 0 || row.marked_unread
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::search::tests::decompose;
    use client_api::{AccountId, ChatKind};

    pub(crate) fn row(id: u8, title: &str, activity_ms: u64) -> ChatRow {
        ChatRow {
            chat: ChatId([id; 16]),
            kind: ChatKind::Direct,
            peer: AccountId([id; 16]),
            title: title.into(),
            named: true,
            number: String::new(),
            photo: Vec::new(),
            activity_ms,
            last: None,
            unread: 0,
            marked_unread: false,
            pinned: false,
            archived: false,
            muted_until_ms: 0,
            named_in: None,
            draft: String::new(),
            draft_for: AccountId::NOBODY,
            typing: false,
            left: false,
        }
    }

    fn list(rows: Vec<ChatRow>) -> ChatList {
        let mut list = ChatList::new(decompose);
        list.apply(ChatChanges { reset: true, upserts: rows, removed: Vec::new() });
        list
    }

    fn ids(chats: Vec<ChatId>) -> Vec<u8> {
        chats.into_iter().map(|chat| chat.0[0]).collect()
    }

    #[test]
    fn pinned_chats_come_first_then_the_newest() {
        let list = list(vec![row(1, "Old", 10), row(2, "New", 30), ChatRow { pinned: true, ..row(3, "Pinned", 1) }]);
        assert_eq!(ids(list.shown(ChatFilter::All, "", None)), [3, 2, 1]);
    }

    #[test]
    fn a_change_moves_a_row_and_a_removal_drops_it() {
        let mut list = list(vec![row(1, "A", 10), row(2, "B", 30)]);
        list.apply(ChatChanges { reset: false, upserts: vec![row(1, "A", 40)], removed: vec![] });
        assert_eq!(ids(list.shown(ChatFilter::All, "", None)), [1, 2]);
        list.apply(ChatChanges { reset: false, upserts: vec![], removed: vec![ChatId([1; 16])] });
        assert_eq!(ids(list.shown(ChatFilter::All, "", None)), [2]);
    }

    #[test]
    fn search_reaches_the_archive() {
        let list = list(vec![row(1, "Änne Öz", 10), ChatRow { archived: true, ..row(2, "Hänne", 5) }, row(3, "Bo", 1)]);
        assert_eq!(ids(list.shown(ChatFilter::All, " ann ", None)), [1, 2]);
        assert_eq!(ids(list.shown(ChatFilter::All, "", None)), [1, 3]);
        assert_eq!(ids(list.shown(ChatFilter::Archived, "", None)), [2]);
    }

    #[test]
    fn names_are_found_before_numbers_and_notes_by_their_own_name() {
        let numbered =
            |id, title: &str, number: &str| ChatRow { number: number.into(), ..row(id, title, u64::from(id)) };
        let mut list = list(vec![
            numbered(1, "Team 42", "+4930"),
            numbered(2, "Bo", "+494211"),
            numbered(3, "Al", "+15"),
            ChatRow { kind: ChatKind::Notes, ..row(4, "Al", 4) },
        ]);
        assert_eq!(ids(list.shown(ChatFilter::All, "42", None)), [1, 2]);
        assert_eq!(list.found(&ChatId([2; 16]), "42"), Some(Found::ByNumber));
        assert_eq!(ids(list.shown(ChatFilter::All, "yourself", None)), [4]);
        assert!(!list.has_namesake(&ChatId([3; 16])), "notes are nobody");
        // A name that changes is found by what it is now, a number too, also after all rows came anew.
        let upserts = vec![numbered(3, "Bo", "+4942")];
        list.apply(ChatChanges { reset: true, upserts: vec![numbered(2, "Bo", "+494211")], removed: vec![] });
        list.apply(ChatChanges { reset: false, upserts, removed: vec![] });
        assert_eq!(ids(list.shown(ChatFilter::All, "bo", None)), [3, 2]);
        assert_eq!(ids(list.shown(ChatFilter::All, "4942", None)), [3, 2]);
        assert!(list.has_namesake(&ChatId([3; 16])));
    }

    #[test]
    fn the_open_chat_stays_in_the_unread_filter() {
        let list = list(vec![row(1, "A", 10), ChatRow { unread: 2, ..row(2, "B", 5) }]);
        assert_eq!(ids(list.shown(ChatFilter::Unread, "", None)), [2]);
        assert_eq!(ids(list.shown(ChatFilter::Unread, "", Some(ChatId([1; 16])))), [1, 2]);
    }

    #[test]
    fn muted_and_archived_chats_do_not_count() {
        let unread = |id| ChatRow { unread: 1, ..row(id, "x", 1) };
        let list = list(vec![
            unread(1),
            ChatRow { muted_until_ms: u64::MAX, ..unread(2) },
            ChatRow { archived: true, ..unread(3) },
            ChatRow { marked_unread: true, ..row(4, "y", 1) },
        ]);
        assert_eq!(list.unread_chats(1_000), 2);
    }

    #[test]
    fn neighbours_stop_at_the_ends() {
        let shown = [ChatId([1; 16]), ChatId([2; 16])];
        assert_eq!(ChatList::neighbour(&shown, Some(shown[0]), 1), Some(shown[1]));
        assert_eq!(ChatList::neighbour(&shown, Some(shown[1]), 1), None);
        assert_eq!(ChatList::neighbour(&shown, Some(shown[0]), -1), None);
        assert_eq!(ChatList::neighbour(&shown, None, 1), Some(shown[0]));
    }
}
