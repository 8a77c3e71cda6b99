//! The log of calls as far as it is shown. A page may hold fewer calls than were asked for: it is asked on until there is something to show, or no
//! more. Knows no worker.

use client_api::{self as api, FoundPlace, LoggedCall};

/// So many more are shown at a time.
pub const PAGE_CALLS: usize = 40;

/// What is shown, and what is being asked for.
#[derive(Debug, Clone, Default)]
pub struct CallLog {
    /// Newest first.
    pub rows: Vec<LoggedCall>,
    next: Option<FoundPlace>,
    /// It has been looked to the end of a page at least once.
    pub is_known: bool,
    turn: u32,
    coming: Option<Coming>,
}

/// Rows that are not shown yet.
#[derive(Debug, Clone, Default)]
struct Coming {
    rows: Vec<LoggedCall>,
    wanted: usize,
}

/// What is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    pub turn: u32,
    pub after: Option<FoundPlace>,
}

impl CallLog {
    /// All that is shown may be another by now. What is on its way is late.
    pub fn look(&mut self) -> Ask {
        let wanted = self.rows.len().max(PAGE_CALLS);
        self.begin(Vec::new(), wanted, None)
    }

    /// The rows behind the last one; nothing where there are none, or where some are on their way.
    pub fn more(&mut self) -> Option<Ask> {
        let next = self.next.filter(|_| self.coming.is_none())?;
        Some(self.begin(self.rows.clone(), self.rows.len() + PAGE_CALLS, Some(next)))
    }

    fn begin(&mut self, rows: Vec<LoggedCall>, wanted: usize, after: Option<FoundPlace>) -> Ask {
        self.turn = self.turn.wrapping_add(1);
        self.coming = Some(Coming { rows, wanted });
        Ask { turn: self.turn, after }
    }

    /// Takes an answer; what is to be asked next for the same.
    pub fn take(&mut self, ask: Ask, page: api::CallLog) -> Option<Ask> {
        let coming = self.coming.as_mut().filter(|_| ask.turn == self.turn)?;
        coming.rows.extend(page.calls);
        if coming.rows.len() < coming.wanted && page.next.is_some() {
            return Some(Ask { after: page.next, ..ask });
        }
        self.rows = self.coming.take().map(|coming| coming.rows).unwrap_or_default();
        (self.next, self.is_known) = (page.next, true);
        None
    }

    /// Nobody answered; it may be asked again.
    pub fn failed(&mut self, ask: Ask) {
        if ask.turn == self.turn {
            self.coming = None;
        }
    }

    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::{CallFacts, CallState, ChatId, MessageId};

    fn call(number: u8) -> LoggedCall {
        LoggedCall {
            place: place(number),
            chat: ChatId([1; 16]),
            title: String::new(),
            is_group: false,
            time_ms: number.into(),
            own: false,
            facts: CallFacts { video: false, state: CallState::Open },
        }
    }

    fn place(number: u8) -> FoundPlace {
        FoundPlace { time_ms: number.into(), message: MessageId([number; 16]) }
    }

    fn page(calls: impl IntoIterator<Item = u8>, next: Option<u8>) -> api::CallLog {
        api::CallLog { calls: calls.into_iter().map(call).collect(), next: next.map(place) }
    }

    fn shown(log: &CallLog) -> Vec<u64> {
        log.rows.iter().map(|row| row.time_ms).collect()
    }

    #[test]
    fn pages_without_enough_are_followed_by_others_before_anything_is_shown() {
        let mut log = CallLog::default();
        let ask = log.look();
        let ask = log.take(ask, page([], Some(200))).expect("there may be calls behind");
        assert_eq!((ask.after, log.is_known), (Some(place(200)), false));
        let ask = log.take(ask, page([150, 140], Some(100))).expect("two are no page");
        assert!(log.rows.is_empty());
        assert_eq!(log.take(ask, page([90], None)), None);
        assert_eq!(shown(&log), [150, 140, 90]);
        assert!(log.is_known && !log.has_more());
    }

    #[test]
    fn more_comes_behind_what_is_shown_and_once_at_a_time() {
        let mut log = CallLog::default();
        let ask = log.look();
        assert_eq!(log.take(ask, page((100..140).rev(), Some(100))), None);
        let ask = log.more().expect("there is more");
        assert_eq!((ask.after, log.more()), (Some(place(100)), None));
        assert_eq!(log.take(ask, page([99], None)), None);
        assert_eq!((log.rows.len(), log.more()), (41, None));
    }

    #[test]
    fn what_is_looked_at_again_takes_the_place_of_all_of_it() {
        let mut log = CallLog::default();
        let ask = log.look();
        log.take(ask, page([3, 2, 1], None));
        let late = log.look();
        let ask = log.look();
        assert_eq!(log.take(late, page([9], None)), None, "it was asked again since");
        assert_eq!(shown(&log), [3, 2, 1]);
        log.take(ask, page([4, 3, 1], None));
        assert_eq!(shown(&log), [4, 3, 1]);
        let lost = log.look();
        log.failed(lost);
        assert_eq!(shown(&log), [4, 3, 1]);
    }
}
