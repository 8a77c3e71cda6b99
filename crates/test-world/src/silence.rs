//! When a client gives up a socket on which nothing comes through, as the driver's watch does: with its times
//! (`client-driver/src/liveness.rs`), without what excuses a page whose timers are late. On a socket that is heard the watch changes
//! nothing, so that only silent ones ask here.

/// Nothing heard for so long: the server is asked for a sign of life.
const QUIET_MS: u64 = 30_000;
/// The same where something was sent that wants an answer.
const UNANSWERED_MS: u64 = 10_000;
/// Given up so long after the question;
const SIGN_WITHIN_MS: u64 = 30_000;
/// after this where the network may have changed,
const SIGN_WITHIN_CHANGED_MS: u64 = 4_000;
/// and after this where an answer is awaited besides.
const SIGN_WITHIN_CHANGED_AWAITED_MS: u64 = 12_000;
/// How a frame begins that wants an answer.
const FIELD_REQUEST: u8 = 0x08;

/// What a client heard of a socket.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Ear {
    heard_ms: Option<u64>,
    /// The first frame that wants an answer, since.
    sent_ms: Option<u64>,
    /// The server was asked, and is given up then.
    lost_ms: Option<u64>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    Until(u64),
    Lost,
}

impl Ear {
    /// A frame came.
    pub(crate) fn hears(&mut self, now_ms: u64) {
        *self = Self { heard_ms: Some(now_ms), sent_ms: None, lost_ms: None };
    }

    /// A frame was sent.
    pub(crate) fn sent(&mut self, frame: &[u8], now_ms: u64) {
        if frame.first() == Some(&FIELD_REQUEST) {
            self.sent_ms.get_or_insert(now_ms);
        }
    }

    /// The network may have changed.
    pub(crate) fn doubts(&mut self, now_ms: u64) {
        if self.heard_ms.is_some() {
            let within_ms =
                if self.sent_ms.is_some() { SIGN_WITHIN_CHANGED_AWAITED_MS } else { SIGN_WITHIN_CHANGED_MS };
            self.lost_ms = Some(self.lost_ms.unwrap_or(u64::MAX).min(now_ms + within_ms));
        }
    }

    /// What comes of nothing being heard now. `None` before the server has said anything: that long the core itself waits.
    pub(crate) fn listens(&mut self, now_ms: u64) -> Option<Patience> {
        let heard_ms = self.heard_ms?;
        if self.lost_ms.is_none() {
            let due_ms = self.sent_ms.map_or(u64::MAX, |sent_ms| sent_ms + UNANSWERED_MS).min(heard_ms + QUIET_MS);
            if now_ms < due_ms {
                return Some(Patience::Until(due_ms));
            }
            self.lost_ms = Some(now_ms + SIGN_WITHIN_MS);
        }
        self.lost_ms.map(|lost_ms| if now_ms < lost_ms { Patience::Until(lost_ms) } else { Patience::Lost })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard_at(now_ms: u64) -> Ear {
        let mut ear = Ear::default();
        ear.hears(now_ms);
        ear
    }

    #[test]
    fn a_quiet_socket_is_asked_and_then_given_up() {
        let mut ear = heard_at(0);
        assert_eq!(ear.listens(1), Some(Patience::Until(QUIET_MS)));
        assert_eq!(ear.listens(QUIET_MS), Some(Patience::Until(QUIET_MS + SIGN_WITHIN_MS)));
        assert_eq!(ear.listens(QUIET_MS + SIGN_WITHIN_MS), Some(Patience::Lost));
    }

    #[test]
    fn what_wants_an_answer_is_asked_about_sooner() {
        let mut ear = heard_at(0);
        ear.sent(&[0x42], 1_000);
        assert_eq!(ear.listens(1_000), Some(Patience::Until(QUIET_MS)), "nobody answers that");
        ear.sent(&[FIELD_REQUEST, 1], 2_000);
        assert_eq!(ear.listens(2_000), Some(Patience::Until(2_000 + UNANSWERED_MS)));
        assert_eq!(ear.listens(12_000), Some(Patience::Until(12_000 + SIGN_WITHIN_MS)));
    }

    #[test]
    fn who_doubts_gives_up_within_seconds() {
        let mut ear = heard_at(0);
        ear.doubts(5_000);
        assert_eq!(ear.listens(5_000), Some(Patience::Until(5_000 + SIGN_WITHIN_CHANGED_MS)));
        assert_eq!(ear.listens(5_000 + SIGN_WITHIN_CHANGED_MS), Some(Patience::Lost));
        let mut greeting = Ear::default();
        greeting.doubts(1);
        assert_eq!(greeting.listens(100_000), None);
    }
}
