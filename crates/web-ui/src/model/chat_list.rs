//! The chat list: rows by id, and their order. Knows no search box and no scrolling.

use client_api::number::is_sought;
use client_api::{ChatChanges, ChatId, ChatRow};
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
#[derive(Debug, Clone, Default)]
pub struct ChatList {
    rows: HashMap<ChatId, Arc<ChatRow>>,
    order: Vec<ChatId>,
    /// The first snapshot has come: an empty list is empty, not loading.
    pub loaded: bool,
}

impl ChatList {
    /// Somebody else goes by the same name.
    pub fn has_namesake(&self, row: &ChatRow) -> bool {
        self.rows.values().any(|other| other.chat != row.chat && other.title == row.title)
    }

    /// Merges what the core told.
    pub fn apply(&mut self, changes: ChatChanges) {
        if changes.reset {
            self.rows.clear();
            self.loaded = true;
        }
        for row in changes.upserts {
            self.rows.insert(row.chat, Arc::new(row));
        }
        for chat in changes.removed {
            self.rows.remove(&chat);
        }
        self.order = self.rows.keys().copied().collect();
        let rows = &self.rows;
        self.order.sort_by_cached_key(|chat| {
            rows.get(chat).map(|row| (!row.pinned, std::cmp::Reverse(row.activity_ms), row.chat))
        });
    }

    /// A row.
    pub fn get(&self, chat: &ChatId) -> Option<Arc<ChatRow>> {
        self.rows.get(chat).cloned()
    }

    /// The rows of a filter whose title or number contains `query`, in order. `keep` stays in although it is read by now: a row
    /// must not vanish under the pointer that opened it.
    pub fn shown(&self, filter: ChatFilter, query: &str, keep: Option<ChatId>) -> Vec<ChatId> {
        let query = query.trim().to_lowercase();
        let fits = |row: &ChatRow| {
            let in_filter = match filter {
                // A search looks into the archive too.
                ChatFilter::All => !row.archived || !query.is_empty(),
                ChatFilter::Unread => is_unread(row) || keep == Some(row.chat),
                ChatFilter::Archived => row.archived,
            };
            in_filter
                && (query.is_empty() || row.title.to_lowercase().contains(&query) || is_sought(&row.number, &query))
        };
        self.order.iter().copied().filter(|chat| self.rows.get(chat).is_some_and(|row| fits(row))).collect()
    }

    /// How many chats hold something unread and are not muted or archived: the number in the page's title.
    pub fn unread_chats(&self, now_ms: u64) -> usize {
        self.rows.values().filter(|row| is_unread(row) && !row.archived && row.muted_until_ms <= now_ms).count()
    }

    /// How many chats lie in the archive.
    pub fn archived(&self) -> usize {
        self.rows.values().filter(|row| row.archived).count()
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
    use client_api::{AccountId, ChatKind, number};

    pub(crate) fn row(id: u8, title: &str, activity_ms: u64) -> ChatRow {
        ChatRow {
            chat: ChatId([id; 16]),
            kind: ChatKind::Direct,
            peer: AccountId([id; 16]),
            title: title.into(),
            number: String::new(),
            photo: Vec::new(),
            activity_ms,
            last: None,
            unread: 0,
            marked_unread: false,
            pinned: false,
            archived: false,
            muted_until_ms: 0,
            draft: String::new(),
            draft_for: AccountId::NOBODY,
            typing: false,
        }
    }

    fn list(rows: Vec<ChatRow>) -> ChatList {
        let mut list = ChatList::default();
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
    fn search_finds_numbers_however_their_digits_are_parted() {
        let stranger = |id, number: &str| ChatRow { number: number.into(), ..row(id, &number::shown(number), 10) };
        let list = list(vec![stranger(1, "+4915177700033"), stranger(2, "+4915177700044")]);
        for query in ["0151 777-000 33", "+49151777000 33", "33"] {
            assert_eq!(ids(list.shown(ChatFilter::All, query, None)), [1], "{query}");
        }
    }

    #[test]
    fn search_ignores_case_and_reaches_the_archive() {
        let list = list(vec![row(1, "Änne Öz", 10), ChatRow { archived: true, ..row(2, "Hänne", 5) }, row(3, "Bo", 1)]);
        assert_eq!(ids(list.shown(ChatFilter::All, " änn ", None)), [1, 2]);
        assert_eq!(ids(list.shown(ChatFilter::All, "", None)), [1, 3]);
        assert_eq!(ids(list.shown(ChatFilter::Archived, "", None)), [2]);
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
