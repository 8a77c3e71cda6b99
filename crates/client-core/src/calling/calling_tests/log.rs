//! The log of calls: all of them, newest first, in pages that neither repeat nor leave out one.

use super::*;
use client_api::{Answer, CallLog, CallState, FoundPlace, LoggedCall};

impl Calls {
    fn log(&mut self, after: Option<FoundPlace>, limit: u16) -> CallLog {
        let out = self.asks(Command::ListCalls { after, limit });
        let answer = |output| match output {
            Output::Event(Event::Answered { result: Ok(Answer::CallLog(log)), .. }) => Some(log),
            _ => None,
        };
        out.into_iter().find_map(answer).expect("a page of the log")
    }

    /// All pages, and how many they were.
    fn whole_log(&mut self, limit: u16) -> (Vec<LoggedCall>, usize) {
        let (mut calls, mut pages, mut after) = (Vec::new(), 0, None);
        loop {
            let page = self.log(after, limit);
            assert!(page.calls.len() <= usize::from(limit));
            calls.extend(page.calls);
            pages += 1;
            match page.next {
                Some(next) => after = Some(next),
                None => return (calls, pages),
            }
        }
    }
}

#[test]
fn the_log_has_all_calls_newest_first_and_what_became_of_them() {
    let mut calls = Calls::new();
    let peer = calls.peer();
    assert_eq!(calls.log(None, 10), CallLog::default());
    calls.story.says(peer.0, 90, 0, crate::testing::story::text("no call"));
    calls.rings(3, 100);
    calls.hears_word(peer, 4, 101, Word::Ended);
    calls.passes(RING_MS);
    let mine = calls.calls_out();
    calls.is_placed(mine, 200);
    calls.hears_word(peer, 5, 201, Word::Answered);
    calls.hears_word(peer, 6, 261, Word::Ended);
    let log = calls.log(None, 10);
    let shown: Vec<_> = log.calls.iter().map(|call| (call.place.message.0, call.own, call.facts.state)).collect();
    let length_ms = 60;
    assert_eq!(
        shown,
        [(mine.0, true, CallState::Over { length_ms }), (id(3).0, false, CallState::Open)],
        "the newest first"
    );
    assert!(log.calls.iter().all(|call| call.chat == CHAT_UI && !call.is_group && !call.title.is_empty()));
    assert_eq!(log.next, None);
}

#[test]
fn pages_neither_repeat_nor_leave_out_a_call() {
    let mut calls = Calls::new();
    let peer = calls.peer();
    for number in 0..20_u8 {
        let body = match number % 3 {
            0 => crate::testing::story::text("between"),
            _ => content::Body::Call(Call { video: number % 2 == 0, ..Call::default() }),
        };
        calls.story.says(peer.0, 100 + number, u64::from(number), body);
    }
    let ids = |calls: &[LoggedCall]| calls.iter().map(|call| call.place.message.0[0]).collect::<Vec<_>>();
    let (whole, pages) = calls.whole_log(100);
    assert_eq!((whole.len(), pages), (13, 1));
    assert!(whole.is_sorted_by(|one, next| one.time_ms > next.time_ms));
    for limit in 1..=14 {
        let (paged, _) = calls.whole_log(limit);
        assert_eq!(ids(&paged), ids(&whole), "in pages of {limit}");
    }
}

/// However many messages lie between two calls, one question looks at a bounded number of them.
#[test]
fn a_call_behind_many_messages_is_found_in_a_later_page() {
    let mut calls = Calls::new();
    let peer = calls.peer();
    calls.story.says(peer.0, 3, 0, content::Body::Call(Call { video: false, ..Call::default() }));
    let copy = "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        SELECT chat, time_ms + i, randomblob(16), seq + i, account, device, sent_ms, -(i % 2), x'' FROM message, n WHERE seq = 10";
    calls.story.db.execute(copy, []).expect("many messages");
    let first = calls.log(None, 10);
    assert!(first.calls.is_empty() && first.next.is_some());
    let (whole, pages) = calls.whole_log(10);
    assert_eq!((whole.len(), pages), (1, 3));
}
