//! Messages that were chosen, to do something with all of them; and the chats that they are sent on to. Knows no page.

use client_api::{AccountId, ChatId, MessageBody, MessageChanges, MessageId, MessageRow};
use std::sync::Arc;

/// So many messages can be chosen.
pub const CHOSEN_MAX: usize = 100;
/// To so many chats a message is sent on at a time.
pub const RECIPIENTS_MAX: usize = 5;

/// Messages of one chat. They are kept as they were when they were told last: the page holds a part of a chat only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    rows: Vec<Arc<MessageRow>>,
    /// Where a range begins.
    last: Option<MessageId>,
}

/// There were too many: what had room is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Selection {
    /// This message is one of them.
    pub fn has(&self, id: MessageId) -> bool {
        self.rows.iter().any(|row| row.id == id)
    }

    /// The message that was chosen, or let go, last.
    pub fn last(&self) -> Option<MessageId> {
        self.last
    }

    /// Oldest first.
    pub fn rows(&self) -> &[Arc<MessageRow>] {
        &self.rows
    }

    /// Chooses a message, or lets it go.
    pub fn toggle(&mut self, row: &Arc<MessageRow>) -> Result<(), Full> {
        self.last = Some(row.id);
        if self.has(row.id) {
            self.rows.retain(|other| other.id != row.id);
            return Ok(());
        }
        self.add(vec![Arc::clone(row)])
    }

    /// Chooses more: where there is no room for all, the first of these. The last is where the next range begins.
    pub fn add(&mut self, rows: Vec<Arc<MessageRow>>) -> Result<(), Full> {
        self.last = rows.last().map(|row| row.id);
        for row in rows {
            if self.has(row.id) {
                continue;
            }
            if self.rows.len() == CHOSEN_MAX {
                return Err(Full);
            }
            self.rows.push(row);
            self.rows.sort_by_key(|row| (row.time_ms, row.id));
        }
        Ok(())
    }

    /// Takes changes of the chat in: what is gone, or deleted from now on, is not chosen any more.
    pub fn change(&mut self, changes: &MessageChanges) {
        self.rows.retain_mut(|row| {
            let was_deleted = row.body == MessageBody::Deleted;
            if let Some(now) = changes.upserts.iter().find(|now| now.id == row.id) {
                *row = Arc::new(now.clone());
            }
            !changes.removed.contains(&row.id) && (was_deleted || row.body != MessageBody::Deleted)
        });
    }
}

/// All texts in one, each with its time and author; a single one alone.
pub fn joined(rows: &[Arc<MessageRow>], head: impl Fn(&MessageRow) -> String) -> String {
    let texts = rows.iter().filter_map(|row| match &row.body {
        MessageBody::Text(text) => Some((row, text)),
        _ => None,
    });
    // What carries a file and says nothing is not in a text.
    let texts = texts.filter(|(_, text)| !text.is_empty());
    match texts.collect::<Vec<_>>().as_slice() {
        [(_, only)] => (*only).clone(),
        texts => texts.iter().map(|(row, text)| format!("{} {text}", head(row))).collect::<Vec<_>>().join("\n"),
    }
}

/// Chats to send to, each with who was in it when it was chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients(pub Vec<(ChatId, Option<AccountId>)>);

impl Recipients {
    /// This chat is one of them.
    pub fn has(&self, chat: ChatId) -> bool {
        self.0.iter().any(|(other, _)| *other == chat)
    }

    /// No more than these.
    pub fn is_full(&self) -> bool {
        self.0.len() >= RECIPIENTS_MAX
    }

    /// Chooses a chat, or lets it go.
    pub fn toggle(&mut self, chat: ChatId, peer: AccountId) {
        if self.has(chat) {
            self.0.retain(|(other, _)| *other != chat);
        } else if !self.is_full() {
            self.0.push((chat, Some(peer)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::deeds::tests::message;

    fn row(number: u8) -> Arc<MessageRow> {
        let body = MessageBody::Text(format!("text {number}"));
        let time_ms = u64::from(number);
        Arc::new(MessageRow { id: MessageId([number; 16]), time_ms, ..message(false, body) })
    }

    fn times(selection: &Selection) -> Vec<u64> {
        selection.rows().iter().map(|row| row.time_ms).collect()
    }

    #[test]
    fn messages_are_chosen_and_let_go_and_stand_in_the_order_of_the_chat() {
        let mut selection = Selection::default();
        for number in [5, 2, 9, 5] {
            selection.toggle(&row(number)).expect("there is room");
        }
        assert_eq!((times(&selection), selection.last()), (vec![2, 9], Some(MessageId([5; 16]))));
        selection.add((1..=3).map(row).collect()).expect("there is room");
        assert_eq!((times(&selection), selection.last()), (vec![1, 2, 3, 9], Some(MessageId([3; 16]))));
    }

    #[test]
    fn what_is_gone_is_not_chosen_any_more_and_what_changed_is_as_it_is_now() {
        let mut selection = Selection::default();
        let of = |number: u8, body| Arc::new(MessageRow { body, ..(*row(number)).clone() });
        let deleted_before = of(4, MessageBody::Deleted);
        selection.add(vec![row(1), row(2), row(3), Arc::clone(&deleted_before)]).expect("there is room");
        let edited = of(3, MessageBody::Text("changed".into()));
        let upserts = [of(2, MessageBody::Deleted), Arc::clone(&edited), Arc::clone(&deleted_before), row(9)];
        let upserts = upserts.iter().map(|row| (**row).clone()).collect();
        selection.change(&MessageChanges { chat: ChatId([1; 16]), upserts, removed: vec![row(1).id] });
        assert_eq!(selection.rows(), [edited, deleted_before], "what was chosen as deleted can be cleared away");
    }

    #[test]
    fn there_is_room_for_a_hundred() {
        let mut selection = Selection::default();
        // From the newest up.
        assert_eq!(selection.add((1..=101).rev().map(row).collect()), Err(Full));
        assert_eq!(times(&selection), (2..=101).collect::<Vec<_>>(), "those nearest to where it began");
        assert_eq!(selection.last(), Some(row(1).id), "what was clicked");
        assert_eq!(selection.toggle(&row(1)), Err(Full));
        assert_eq!(selection.toggle(&row(100)), Ok(()), "one can be let go");
        assert_eq!(selection.toggle(&row(1)), Ok(()));
        assert_eq!(times(&selection).first(), Some(&1));
    }

    #[test]
    fn several_are_copied_with_time_and_name_and_one_without() {
        let head = |row: &MessageRow| format!("[{}] Bob:", row.time_ms);
        assert_eq!(joined(&[row(1), row(2)], head), "[1] Bob: text 1\n[2] Bob: text 2");
        let deleted = Arc::new(message(false, MessageBody::Deleted));
        assert_eq!(joined(&[row(1), deleted], head), "text 1");
    }

    #[test]
    fn a_message_is_sent_on_to_five_chats_at_most() {
        let mut recipients = Recipients::default();
        for number in 1..=6 {
            recipients.toggle(ChatId([number; 16]), AccountId([number; 16]));
        }
        assert_eq!((recipients.0.len(), recipients.is_full()), (5, true));
        assert!(!recipients.has(ChatId([6; 16])));
        recipients.toggle(ChatId([2; 16]), AccountId([9; 16]));
        assert!(!recipients.has(ChatId([2; 16])) && !recipients.is_full());
        recipients.toggle(ChatId([6; 16]), AccountId([7; 16]));
        assert_eq!(recipients.0.last(), Some(&(ChatId([6; 16]), Some(AccountId([7; 16])))));
    }
}
