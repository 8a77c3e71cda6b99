//! How a message that came is told to somebody who does not look at it: by a sound, by a notification, or not at all.

use crate::model::chat_list::is_unread;
use client_api::ChatChanges;
use std::collections::BTreeSet;

/// Of a burst of messages, one is heard.
const SOUND_EVERY_MS: u64 = 2_000;

/// What the owner sees when a message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The chat is muted.
    pub muted: bool,
    /// The message names its reader, and not only everybody.
    pub in_person: bool,
    /// The page can be seen.
    pub page_visible: bool,
    /// The message's chat is what is shown in it.
    pub chat_shown: bool,
}

/// How the message is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// It is seen anyway, or the owner does not want to be called.
    Not,
    /// By a sound: the page is in sight, the message is not.
    Sound,
    /// By a sound and, where the browser may, by a notification.
    SoundAndNotification,
}

/// Decides it.
pub fn tell(moment: Moment) -> Tell {
    match moment {
        Moment { muted: true, in_person: false, .. } | Moment { page_visible: true, chat_shown: true, .. } => Tell::Not,
        Moment { page_visible: true, .. } => Tell::Sound,
        Moment { page_visible: false, .. } => Tell::SoundAndNotification,
    }
}

/// The chats of which nothing is unread by now: their notifications are no news.
pub fn read_in(changes: &ChatChanges) -> BTreeSet<String> {
    let read = changes.upserts.iter().filter(|row| !is_unread(row));
    read.map(|row| row.chat).chain(changes.removed.iter().copied()).map(|chat| chat.to_string()).collect()
}

/// When a sound was last made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace(Option<u64>);

impl Pace {
    /// Whether a sound may be made now. If so, it counts as made.
    pub fn take(&mut self, now_ms: u64) -> bool {
        // A clock that was set back must not silence the page.
        let soon = self.0.is_some_and(|last| now_ms >= last && now_ms - last < SOUND_EVERY_MS);
        if !soon {
            self.0 = Some(now_ms);
        }
        !soon
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_told_unless_the_chat_is_muted() {
        let check = |muted, page_visible, chat_shown, expected| {
            let in_a_loud_chat = tell(Moment { muted: false, in_person: false, page_visible, chat_shown });
            assert_eq!(tell(Moment { muted, in_person: false, page_visible, chat_shown }), expected);
            assert_eq!(tell(Moment { muted: true, in_person: true, page_visible, chat_shown }), in_a_loud_chat);
        };
        check(false, true, true, Tell::Not);
        check(false, true, false, Tell::Sound);
        check(false, false, true, Tell::SoundAndNotification);
        check(false, false, false, Tell::SoundAndNotification);
        for (page_visible, chat_shown) in [(true, true), (true, false), (false, true), (false, false)] {
            check(true, page_visible, chat_shown, Tell::Not);
        }
    }

    #[test]
    fn what_was_read_or_is_gone_is_no_news() {
        use crate::model::chat_list::tests::row;
        use client_api::{ChatId, ChatRow};
        let upserts = vec![
            row(1, "Read", 1),
            ChatRow { unread: 1, ..row(2, "Unread", 1) },
            ChatRow { marked_unread: true, ..row(3, "Marked", 1) },
        ];
        let changes = ChatChanges { reset: false, upserts, removed: vec![ChatId([4; 16])] };
        let read = [1, 4].map(|id| ChatId([id; 16]).to_string());
        assert_eq!(read_in(&changes), BTreeSet::from(read));
    }

    #[test]
    fn a_burst_is_heard_once() {
        let mut pace = Pace::default();
        let heard: Vec<u64> = [0, 10, 1_999, 2_000, 2_001, 5_000].into_iter().filter(|now| pace.take(*now)).collect();
        assert_eq!(heard, [0, 2_000, 5_000]);
        assert!(pace.take(100), "the clock was set back");
    }
}
