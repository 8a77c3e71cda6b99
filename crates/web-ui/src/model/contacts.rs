//! The contacts by name, and whom of them a search finds. Knows no field to search in.

use crate::model::search::{Decompose, Findable, Query};
use client_api::{AccountId, ContactChanges, ContactRow};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All contacts.
#[derive(Debug, Clone)]
pub struct Contacts {
    entries: BTreeMap<AccountId, Entry>,
    /// By name.
    order: Vec<AccountId>,
    names: Arc<BTreeMap<AccountId, String>>,
    decompose: Decompose,
}

#[derive(Debug, Clone)]
struct Entry {
    row: Arc<ContactRow>,
    findable: Findable,
}

impl Contacts {
    /// Nothing has come yet.
    pub fn new(decompose: Decompose) -> Self {
        Self { entries: BTreeMap::new(), order: Vec::new(), names: Arc::default(), decompose }
    }

    /// Merges what the core told.
    pub fn apply(&mut self, changes: ContactChanges) {
        let before = if changes.reset { std::mem::take(&mut self.entries) } else { BTreeMap::new() };
        for row in changes.upserts {
            // What is compared is made once of a name, not at each key of a search.
            let known = self.entries.get(&row.account).or_else(|| before.get(&row.account));
            let known = known.filter(|known| (&known.row.name, &known.row.number) == (&row.name, &row.number));
            let findable = match known {
                Some(known) => known.findable.clone(),
                None => Findable::new(&row.name, &row.number, self.decompose),
            };
            self.entries.insert(row.account, Entry { row: Arc::new(row), findable });
        }
        for account in changes.removed {
            self.entries.remove(&account);
        }
        self.names = Arc::new(self.entries.iter().map(|(who, entry)| (*who, entry.row.name.clone())).collect());
        self.order = self.entries.keys().copied().collect();
        let entries = &self.entries;
        self.order.sort_by_cached_key(|account| entries.get(account).map(|entry| entry.row.name.to_lowercase()));
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Somebody is one.
    pub fn has(&self, account: &AccountId) -> bool {
        self.entries.contains_key(account)
    }

    /// Somebody with this number, in E.164, is one.
    pub fn has_number(&self, number: &str) -> bool {
        self.entries.values().any(|entry| entry.row.number == number)
    }

    /// The row of somebody who is one.
    pub fn row(&self, account: &AccountId) -> Option<Arc<ContactRow>> {
        self.entries.get(account).map(|entry| Arc::clone(&entry.row))
    }

    /// What all of them are called.
    pub fn names(&self) -> Arc<BTreeMap<AccountId, String>> {
        Arc::clone(&self.names)
    }

    /// Those that are found by what was typed, by name, so many at most.
    pub fn found(&self, typed: &str, most: usize) -> Vec<Arc<ContactRow>> {
        let query = Query::new(typed, self.decompose);
        let entries = self.order.iter().filter_map(|account| self.entries.get(account));
        let found = entries.filter(|entry| query.finds(&entry.findable).is_some());
        found.take(most).map(|entry| Arc::clone(&entry.row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::search::tests::decompose;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn row(id: u8, name: &str, number: &str) -> ContactRow {
        ContactRow {
            account: AccountId([id; 16]),
            name: name.into(),
            number: number.into(),
            photo: Vec::new(),
            about: String::new(),
            chat: None,
            verified: false,
        }
    }

    fn changes(reset: bool, upserts: Vec<ContactRow>) -> ContactChanges {
        ContactChanges { reset, upserts, removed: Vec::new() }
    }

    fn names(contacts: &Contacts, typed: &str) -> Vec<String> {
        contacts.found(typed, 9).iter().map(|row| row.name.clone()).collect()
    }

    #[test]
    fn they_are_found_by_name_and_number_in_the_order_of_names() {
        let mut contacts = Contacts::new(decompose);
        assert!(contacts.is_empty());
        contacts.apply(changes(true, vec![row(1, "bo", "+491"), row(2, "Änne", "+492"), row(3, "Al", "+4933")]));
        assert_eq!(names(&contacts, ""), ["Al", "bo", "Änne"]);
        assert_eq!(names(&contacts, "ann"), ["Änne"]);
        assert_eq!(names(&contacts, "4933"), ["Al"]);
        assert_eq!(contacts.found("", 2).len(), 2);
        contacts
            .apply(ContactChanges { removed: vec![AccountId([1; 16])], ..changes(false, vec![row(3, "Zoe", "+44")]) });
        assert_eq!(names(&contacts, ""), ["Zoe", "Änne"]);
        assert_eq!(names(&contacts, "4933"), [""; 0]);
        assert!(contacts.has(&AccountId([2; 16])) && !contacts.has(&AccountId([1; 16])));
        contacts.apply(changes(true, vec![row(4, "Di", "+45")]));
        assert_eq!(names(&contacts, ""), ["Di"]);
    }

    #[test]
    fn a_name_is_folded_once_and_again_when_it_changes() {
        static FOLDED: AtomicUsize = AtomicUsize::new(0);
        fn counting(text: &str) -> String {
            FOLDED.fetch_add(1, Ordering::Relaxed);
            decompose(text)
        }
        let mut contacts = Contacts::new(counting);
        contacts.apply(changes(true, vec![row(1, "José", "+491"), row(2, "Änne", "+492")]));
        assert_eq!(FOLDED.load(Ordering::Relaxed), 2);
        for typed in ["a", "an", "ann"] {
            assert_eq!(names(&contacts, typed), ["Änne"]);
        }
        contacts.apply(changes(true, vec![ContactRow { about: "on the hill".into(), ..row(1, "José", "+491") }]));
        assert_eq!(FOLDED.load(Ordering::Relaxed), 2);
        contacts.apply(changes(false, vec![row(1, "Zoé", "+491")]));
        assert_eq!(FOLDED.load(Ordering::Relaxed), 3);
    }
}
