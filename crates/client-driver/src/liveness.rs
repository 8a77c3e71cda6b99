//! Whether the server is still heard. A network that goes away closes no socket: without a question that wants an answer, a client
//! would believe for a quarter of an hour that it is in step.
//!
//! Knows no socket and no timer; times are milliseconds on any clock that goes forward. The core is not woken for any of it.

use prost::Message;
use proto::decode::decode_limited;
use proto::wire::{ClientFrame, Ping, Reply, ServerFrame, client_frame, server_frame};

/// Nothing heard for so long: the server is asked for a sign of life.
const QUIET_MS: u64 = 30_000;
/// The same where something was sent and nothing was heard since: it may be lost.
const UNANSWERED_MS: u64 = 10_000;
/// The socket is lost if nothing at all is heard so long after the question. A frame is heard when it is whole: the server's pages are
/// small enough to come within this over a line of 100 kbit/s.
const SIGN_WITHIN_MS: u64 = 30_000;
/// The same where there is a reason to believe that the network has changed and nothing large is awaited;
const SIGN_WITHIN_CHANGED_MS: u64 = 4_000;
/// and where an answer is awaited, which may be on its way over a slow line.
const SIGN_WITHIN_CHANGED_AWAITED_MS: u64 = 12_000;
/// Who looks so much later than it was to has slept, or was busy: what has come meanwhile is heard first,
const LATE_MS: u64 = 250;
/// for which there is so much time,
const EXCUSE_MS: u64 = 1_000;
/// so many times: a page whose timers are always late would believe for ever.
const EXCUSES_MAX: u32 = 5;
/// How a frame begins that names a request, and so wants an answer: the first field is left out where it is 0.
const FIELD_REQUEST: u8 = 0x08;
/// The number of the question; the core counts its own from the other end.
const REQUEST: u32 = u32::MAX;
/// No answer to it is longer, whatever a server says that does not know the question.
const ANSWER_LEN_MAX: usize = 256;

/// What is to be done about an open socket now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Nothing before this time.
    Until(u64),
    /// Send `question()`; then nothing before this time.
    Ask(u64),
    /// It is to be given up.
    Lost,
}

/// The watch over one socket, from the first frame of the server on: until then the core waits for its Hello to be answered.
#[derive(Debug, Default)]
pub(crate) struct Liveness {
    heard_ms: Option<u64>,
    /// The first frame that wants an answer and was sent after the last one was heard.
    sent_ms: Option<u64>,
    asked: Option<Asked>,
    /// The network may have changed: ask at once.
    in_doubt: bool,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    lost_ms: u64,
    /// How often more time was given.
    excuses: u32,
}

impl Liveness {
    /// A frame came. True for an answer to `question()`, which nobody else needs to see.
    pub(crate) fn hear(&mut self, frame: &[u8], now_ms: u64) -> bool {
        let is_answer = is_answer(frame);
        self.heard_ms = Some(now_ms);
        self.sent_ms = None;
        match &mut self.asked {
            // It may have been on its way before the question, and before the network went.
            Some(asked) if !is_answer => asked.lost_ms = asked.lost_ms.max(now_ms + SIGN_WITHIN_CHANGED_AWAITED_MS),
            asked => *asked = None,
        }
        is_answer
    }

    /// A frame was sent to it.
    pub(crate) fn sent(&mut self, frame: &[u8], now_ms: u64) {
        if frame.first() == Some(&FIELD_REQUEST) {
            self.sent_ms.get_or_insert(now_ms);
        }
    }

    /// The network may have changed.
    pub(crate) fn doubt(&mut self) {
        self.in_doubt = true;
    }

    /// What is to be done now; `None` before the server has said anything. `Lost` is for who has heard all that has come.
    pub(crate) fn watch(&mut self, now_ms: u64) -> Option<Watch> {
        self.set_back_to(now_ms);
        let heard_ms = self.heard_ms?;
        let in_doubt = std::mem::take(&mut self.in_doubt);
        let changed_ms = match self.sent_ms {
            Some(_) => SIGN_WITHIN_CHANGED_AWAITED_MS,
            None => SIGN_WITHIN_CHANGED_MS,
        };
        if let Some(asked) = &mut self.asked {
            if in_doubt {
                asked.lost_ms = asked.lost_ms.min(now_ms + changed_ms);
            }
            if now_ms >= asked.lost_ms + LATE_MS && asked.excuses < EXCUSES_MAX {
                *asked = Asked { lost_ms: now_ms + EXCUSE_MS, excuses: asked.excuses + 1 };
            }
            return Some(if now_ms < asked.lost_ms { Watch::Until(asked.lost_ms) } else { Watch::Lost });
        }
        let unanswered_ms = self.sent_ms.map_or(u64::MAX, |sent_ms| sent_ms + UNANSWERED_MS);
        let due_ms = unanswered_ms.min(heard_ms + QUIET_MS);
        if now_ms < due_ms && !in_doubt {
            return Some(Watch::Until(due_ms));
        }
        let lost_ms = now_ms + if in_doubt { changed_ms } else { SIGN_WITHIN_MS };
        self.asked = Some(Asked { lost_ms, excuses: 0 });
        Some(Watch::Ask(lost_ms))
    }

    /// Nothing has happened later than now, where the clock was set back.
    fn set_back_to(&mut self, now_ms: u64) {
        for time_ms in [&mut self.heard_ms, &mut self.sent_ms].into_iter().flatten() {
            *time_ms = now_ms.min(*time_ms);
        }
        if let Some(asked) = &mut self.asked {
            asked.lost_ms = asked.lost_ms.min(now_ms + SIGN_WITHIN_MS);
        }
    }
}

/// The frame that asks for a sign of life.
pub(crate) fn question() -> Vec<u8> {
    ClientFrame { request: REQUEST, body: Some(client_frame::Body::Ping(Ping {})) }.encode_to_vec()
}

fn is_answer(frame: &[u8]) -> bool {
    decode_limited::<ServerFrame>(frame, ANSWER_LEN_MAX)
        .is_ok_and(|frame| matches!(frame.body, Some(server_frame::Body::Reply(Reply { request: REQUEST, .. }))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::wire::{Ack, Done, GetMarks, Pong, QueueEmpty, Refused, reply};

    fn frame(body: server_frame::Body) -> Vec<u8> {
        ServerFrame { body: Some(body) }.encode_to_vec()
    }

    fn answered(request: u32, body: reply::Body) -> Vec<u8> {
        frame(server_frame::Body::Reply(Reply { request, body: Some(body) }))
    }

    fn asking() -> Vec<u8> {
        let body = Some(client_frame::Body::GetMarks(GetMarks::default()));
        ClientFrame { request: 1, body }.encode_to_vec()
    }

    fn answer() -> Vec<u8> {
        answered(REQUEST, reply::Body::Pong(Pong {}))
    }

    fn other() -> Vec<u8> {
        frame(server_frame::Body::QueueEmpty(QueueEmpty::default()))
    }

    fn heard_at(now_ms: u64) -> Liveness {
        let mut liveness = Liveness::default();
        assert!(!liveness.hear(&other(), now_ms));
        liveness
    }

    #[test]
    fn nothing_is_asked_before_the_server_has_said_anything() {
        let mut liveness = Liveness::default();
        liveness.sent(&asking(), 0);
        liveness.doubt();
        assert_eq!(liveness.watch(1_000_000), None);
    }

    #[test]
    fn a_quiet_server_is_asked_and_given_up_where_it_says_nothing() {
        let mut liveness = heard_at(0);
        assert_eq!(liveness.watch(1), Some(Watch::Until(QUIET_MS)));
        let lost_ms = QUIET_MS + SIGN_WITHIN_MS;
        assert_eq!(liveness.watch(QUIET_MS), Some(Watch::Ask(lost_ms)));
        assert_eq!(liveness.watch(QUIET_MS + 1), Some(Watch::Until(lost_ms)));
        assert_eq!(liveness.watch(lost_ms), Some(Watch::Lost));
    }

    #[test]
    fn an_answer_is_a_sign_of_life_and_begins_anew() {
        let mut liveness = heard_at(0);
        assert!(matches!(liveness.watch(QUIET_MS), Some(Watch::Ask(_))));
        assert!(liveness.hear(&answer(), QUIET_MS + 5));
        let later = QUIET_MS + SIGN_WITHIN_MS;
        assert_eq!(liveness.watch(later), Some(Watch::Until(2 * QUIET_MS + 5)));
    }

    #[test]
    fn what_was_on_its_way_gives_time_and_is_no_answer() {
        let mut liveness = heard_at(0);
        liveness.doubt();
        assert!(matches!(liveness.watch(0), Some(Watch::Ask(_))));
        assert!(!liveness.hear(&other(), 3_000));
        let lost_ms = 3_000 + SIGN_WITHIN_CHANGED_AWAITED_MS;
        assert_eq!(liveness.watch(SIGN_WITHIN_CHANGED_MS), Some(Watch::Until(lost_ms)));
        assert_eq!(liveness.watch(lost_ms), Some(Watch::Lost));
    }

    #[test]
    fn what_was_sent_without_any_word_since_makes_it_ask_sooner() {
        let mut liveness = heard_at(0);
        liveness.sent(&asking(), 1_000);
        liveness.sent(&asking(), 9_000);
        assert_eq!(liveness.watch(9_000), Some(Watch::Until(1_000 + UNANSWERED_MS)));
        assert!(matches!(liveness.watch(1_000 + UNANSWERED_MS), Some(Watch::Ask(_))));
        // Near the end of a quiet time the quiet counts.
        let mut liveness = heard_at(0);
        liveness.sent(&asking(), QUIET_MS - 1);
        assert_eq!(liveness.watch(QUIET_MS - 1), Some(Watch::Until(QUIET_MS)));
    }

    #[test]
    fn a_network_that_has_changed_is_asked_at_once_and_given_little_time() {
        let mut liveness = heard_at(0);
        liveness.doubt();
        assert_eq!(liveness.watch(10), Some(Watch::Ask(10 + SIGN_WITHIN_CHANGED_MS)));
        assert_eq!(liveness.watch(10 + SIGN_WITHIN_CHANGED_MS), Some(Watch::Lost));
        // Also where it was asked already.
        let mut liveness = heard_at(0);
        assert!(matches!(liveness.watch(QUIET_MS), Some(Watch::Ask(_))));
        liveness.doubt();
        assert_eq!(liveness.watch(QUIET_MS), Some(Watch::Until(QUIET_MS + SIGN_WITHIN_CHANGED_MS)));
    }

    #[test]
    fn who_has_slept_reads_what_has_come_first() {
        let mut liveness = heard_at(0);
        assert!(matches!(liveness.watch(QUIET_MS), Some(Watch::Ask(_))));
        let mut woken = 8 * 3_600_000;
        for _ in 0..EXCUSES_MAX {
            assert_eq!(liveness.watch(woken), Some(Watch::Until(woken + EXCUSE_MS)));
            woken *= 2;
        }
        assert_eq!(liveness.watch(woken), Some(Watch::Lost));
    }

    #[test]
    fn what_wants_no_answer_makes_nobody_ask() {
        let mut liveness = heard_at(0);
        let acknowledged = client_frame::Body::Ack(Ack { queue_seq: 7 });
        liveness.sent(&ClientFrame { request: 0, body: Some(acknowledged) }.encode_to_vec(), 0);
        assert_eq!(liveness.watch(UNANSWERED_MS), Some(Watch::Until(QUIET_MS)));
    }

    #[test]
    fn an_answer_that_is_awaited_may_come_over_a_slow_line_after_a_change() {
        let mut liveness = heard_at(0);
        liveness.sent(&asking(), 0);
        liveness.doubt();
        assert_eq!(liveness.watch(0), Some(Watch::Ask(SIGN_WITHIN_CHANGED_AWAITED_MS)));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_long_wait() {
        let mut liveness = heard_at(1_000_000);
        liveness.sent(&asking(), 1_000_000);
        assert_eq!(liveness.watch(10), Some(Watch::Until(10 + UNANSWERED_MS)));
        let asked_ms = 10 + UNANSWERED_MS;
        assert_eq!(liveness.watch(asked_ms), Some(Watch::Ask(asked_ms + SIGN_WITHIN_MS)));
        assert_eq!(liveness.watch(0), Some(Watch::Until(SIGN_WITHIN_MS)));
    }

    #[test]
    fn the_answer_is_known_and_nothing_else_is() {
        assert!(is_answer(&answer()));
        // A server that does not know the question is there too.
        assert!(is_answer(&answered(REQUEST, reply::Body::Refused(Refused::default()))));
        assert!(!is_answer(&answered(1, reply::Body::Pong(Pong {}))));
        assert!(!is_answer(&answered(2, reply::Body::Done(Done {}))));
        assert!(!is_answer(&other()));
        assert!(!is_answer(&[]));
        assert!(!is_answer(&[0xFF; 8]));
    }
}
