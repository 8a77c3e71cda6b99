//! The loaded stretch of one conversation, and what is shown of it: messages in groups, date pills, the divider before
//! the unread ones. Knows no heights and no scrolling.
//!
//! The stretch is always without gaps. It grows at either end by windows from the core and is cut at the other end beyond
//! `ROWS_MAX`, so that a chat of any length costs the page the same.

use crate::model::clock::{Day, ZoneOffset, day};
use client_api::{
    AccountId, ChatId, MessageBody, MessageChanges, MessageId, MessageRow, MessageStatus, MessageWindow, WindowAnchor,
};
use std::sync::Arc;

/// How many rows a window asks for.
pub const PAGE_ROWS: u16 = 64;
/// How many rows are held at most.
pub const ROWS_MAX: usize = 512;
/// Messages of one sender within this time stand together.
const GROUP_MS: u64 = 180_000;

/// What a change did at the end of the conversation, where a reader may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrived {
    /// New messages of others at the end.
    pub others: u32,
    /// New messages of one's own at the end.
    pub own: u32,
}

/// The stretch.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Whose.
    pub chat: ChatId,
    rows: Vec<Arc<MessageRow>>,
    /// There are older messages on this device.
    pub has_older: bool,
    /// There are newer ones.
    pub has_newer: bool,
    /// Where the divider stands.
    pub first_unread: Option<MessageId>,
    /// What the divider counts.
    pub unread: u32,
    /// The last load at the older end brought nothing new: ties of time must be stepped over.
    stuck: bool,
}

/// Names an item of the list for as long as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKey {
    /// The pill of a day.
    Day(Day),
    /// The divider.
    Unread,
    /// A message.
    Message(MessageId),
}

/// An item of the list.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// "Today"
    Day(Day),
    /// "3 unread messages"
    Unread(u32),
    /// A message, and how it stands to its neighbours.
    Message {
        /// The row.
        row: Arc<MessageRow>,
        /// First of a group: a space above.
        first: bool,
        /// Last of a group: the bubble has its tail.
        last: bool,
    },
}

impl Item {
    /// Its name.
    pub fn key(&self) -> ItemKey {
        match self {
            Self::Day(day) => ItemKey::Day(*day),
            Self::Unread(_) => ItemKey::Unread,
            Self::Message { row, .. } => ItemKey::Message(row.id),
        }
    }
}

impl Timeline {
    /// Of the window that a chat was opened with.
    pub fn new(window: MessageWindow) -> Self {
        let mut rows: Vec<_> = window.rows.into_iter().map(Arc::new).collect();
        rows.sort_by_key(order);
        Self {
            chat: window.chat,
            rows,
            has_older: window.has_older,
            has_newer: window.has_newer,
            first_unread: window.first_unread,
            unread: window.unread,
            stuck: false,
        }
    }

    /// Another window: at an end of the stretch, or in place of it.
    pub fn load(&mut self, window: MessageWindow) {
        match window.anchor {
            WindowAnchor::Before(_) => {
                let before = self.rows.len();
                self.merge(window.rows);
                self.stuck = self.rows.len() == before;
                self.has_older = window.has_older;
                if self.rows.len() > ROWS_MAX {
                    self.rows.truncate(ROWS_MAX);
                    self.has_newer = true;
                }
            }
            WindowAnchor::After(_) => {
                self.merge(window.rows);
                self.has_newer = window.has_newer;
                if self.rows.len() > ROWS_MAX {
                    self.rows.drain(..self.rows.len() - ROWS_MAX);
                    self.has_older = true;
                }
            }
            WindowAnchor::Newest | WindowAnchor::FirstUnread | WindowAnchor::Message(_) => {
                // The divider stays where it was when the chat was opened.
                let (first_unread, unread) = (self.first_unread, self.unread);
                *self = Self::new(window);
                if first_unread.is_some() {
                    (self.first_unread, self.unread) = (first_unread, unread);
                }
            }
        }
    }

    /// What to ask for to see older messages; `None` where there are none. One millisecond too many, so that messages of
    /// the same time as the first one are not skipped.
    pub fn older(&self) -> Option<WindowAnchor> {
        let first = self.rows.first().filter(|_| self.has_older)?;
        let overlap = u64::from(!self.stuck);
        Some(WindowAnchor::Before(first.time_ms.saturating_add(overlap)))
    }

    /// What to ask for to see newer messages.
    pub fn newer(&self) -> Option<WindowAnchor> {
        let last = self.rows.last().filter(|_| self.has_newer)?;
        Some(WindowAnchor::After(last.time_ms.saturating_sub(1)))
    }

    /// Merges changes: known rows anywhere, unknown ones inside the stretch or at the end of the conversation. One that takes
    /// the place of a row that is gone (times are unique in a chat) is no arrival: the place was seen before.
    pub fn change(&mut self, changes: MessageChanges) -> Arrived {
        let mut arrived = Arrived::default();
        let places = self.vacate(&changes);
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for row in changes.upserts {
            let is_known = self.rows.iter().any(|other| other.id == row.id);
            if is_known { known.push(row) } else { unknown.push(row) }
        }
        let first = self.rows.first().map(order);
        let last = self.rows.last().map(order);
        self.merge(known);
        let mut inside = Vec::new();
        for row in unknown {
            if places.contains(&row.time_ms) {
                inside.push(row);
                continue;
            }
            let at = (row.time_ms, row.id);
            let is_newest = last.is_none_or(|last| at > last);
            if is_newest {
                arrived.own += u32::from(row.own);
                arrived.others += u32::from(!row.own && !matches!(row.body, MessageBody::System(_)));
            }
            if is_newest && self.has_newer {
                continue;
            }
            if first.is_some_and(|first| at < first) {
                // Older ones arrive by the mirror: they are there to be asked for.
                self.has_older = true;
                continue;
            }
            inside.push(row);
        }
        self.merge(inside);
        if self.rows.len() > ROWS_MAX * 2 {
            self.rows.drain(..self.rows.len() - ROWS_MAX);
            self.has_older = true;
        }
        arrived
    }

    /// Takes rows out that are gone, and gives their times. A divider before one of them stays before what takes its place.
    fn vacate(&mut self, changes: &MessageChanges) -> Vec<u64> {
        let gone = |row: &Arc<MessageRow>| changes.removed.contains(&row.id);
        let places: Vec<u64> = self.rows.iter().filter(|row| gone(row)).map(|row| row.time_ms).collect();
        if let Some(first) = self.rows.iter().find(|row| gone(row) && self.first_unread == Some(row.id)) {
            let heir = changes.upserts.iter().find(|row| row.time_ms == first.time_ms);
            self.first_unread = heir.map(|row| row.id);
        }
        self.rows.retain(|row| !gone(row));
        places
    }

    /// The divider goes: the user wrote, or left.
    pub fn clear_divider(&mut self) {
        self.first_unread = None;
        self.unread = 0;
    }

    /// A loaded row.
    pub fn row(&self, id: MessageId) -> Option<Arc<MessageRow>> {
        self.rows.iter().find(|row| row.id == id).cloned()
    }

    /// The loaded rows from one message to another, wherever each of them stands, beginning with the one.
    pub fn between(&self, one: MessageId, other: MessageId) -> Vec<Arc<MessageRow>> {
        let place = |id| self.rows.iter().position(|row| row.id == id);
        let (Some(one), Some(other)) = (place(one), place(other)) else { return Vec::new() };
        let mut rows = self.rows.get(one.min(other)..=one.max(other)).unwrap_or_default().to_vec();
        if other < one {
            rows.reverse();
        }
        rows
    }

    /// The loaded rows of a kind, oldest first.
    pub fn all(&self, kind: impl Fn(&MessageRow) -> bool) -> Vec<Arc<MessageRow>> {
        self.rows.iter().filter(|row| kind(row)).cloned().collect()
    }

    /// The newest loaded row of a kind.
    pub fn newest(&self, kind: impl Fn(&MessageRow) -> bool) -> Option<Arc<MessageRow>> {
        self.rows.iter().rev().find(|row| kind(row)).cloned()
    }

    /// The newest loaded row that is at or above a message and has its place for good. What is unsent stands below all that
    /// comes, and its time says nothing.
    pub fn newest_placed(&self, lowest: MessageId) -> Option<&Arc<MessageRow>> {
        let place = self.rows.iter().rposition(|row| row.id == lowest)?;
        let above = self.rows.get(..=place)?;
        above.iter().rev().find(|row| !matches!(row.status, Some(MessageStatus::Failed | MessageStatus::Pending)))
    }

    /// The newest loaded row.
    pub fn last(&self) -> Option<&Arc<MessageRow>> {
        self.rows.last()
    }

    /// Nothing is loaded.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The list, oldest first, as it looks at this time.
    pub fn items(&self, now_ms: u64, zone_at: impl Fn(u64) -> ZoneOffset) -> Vec<Item> {
        let day_of = |row: &MessageRow| {
            let shown_ms = shown_ms(row, now_ms);
            day(shown_ms, zone_at(shown_ms))
        };
        let mut items = Vec::with_capacity(self.rows.len() + 8);
        let mut shown_day = None;
        let mut previous: Option<&Arc<MessageRow>> = None;
        for (index, row) in self.rows.iter().enumerate() {
            let today = day_of(row);
            let new_day = shown_day != Some(today);
            // The clock may have been set back meanwhile: no pill may come twice.
            let new_day = new_day && shown_day.is_none_or(|shown| today > shown);
            if new_day {
                items.push(Item::Day(today));
                shown_day = Some(today);
            }
            let divider = self.first_unread == Some(row.id) && self.unread > 0;
            if divider {
                items.push(Item::Unread(self.unread));
            }
            let first = new_day || divider || !previous.is_some_and(|previous| together(previous, row, now_ms));
            let next = self.rows.get(index + 1);
            let last = !next.is_some_and(|next| {
                together(row, next, now_ms) && self.first_unread != Some(next.id) && day_of(next) == today
            });
            items.push(Item::Message { row: Arc::clone(row), first, last });
            previous = Some(row);
        }
        items
    }

    fn merge(&mut self, rows: Vec<MessageRow>) {
        for row in rows {
            let row = Arc::new(row);
            match self.rows.iter_mut().find(|other| other.id == row.id) {
                Some(place) => *place = row,
                None => self.rows.push(row),
            }
        }
        self.rows.sort_by_key(order);
    }
}

fn order(row: &Arc<MessageRow>) -> (u64, MessageId) {
    (row.time_ms, row.id)
}

/// The time to show. An unsent message has one after all others, for its place: what is shown then is now.
pub fn shown_ms(row: &MessageRow, now_ms: u64) -> u64 {
    row.time_ms.min(now_ms)
}

fn together(a: &MessageRow, b: &MessageRow, now_ms: u64) -> bool {
    let bubble = |row: &MessageRow| !matches!(row.body, MessageBody::System(_));
    bubble(a)
        && bubble(b)
        && sender(a) == sender(b)
        && shown_ms(b, now_ms).saturating_sub(shown_ms(a, now_ms)) < GROUP_MS
}

fn sender(row: &MessageRow) -> (bool, AccountId) {
    (row.own, row.sender)
}

#[cfg(test)]
#[path = "timeline/timeline_tests.rs"]
mod tests;
