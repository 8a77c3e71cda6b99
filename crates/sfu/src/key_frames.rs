//! How often a publisher is asked for a key frame: at most once a pause, however many receivers ask.

use std::time::Instant;

use crate::limits::KEY_FRAME_PAUSE;

/// Requests for one layer of one track.
#[derive(Debug, Default)]
pub(crate) struct KeyFrameRequests {
    last: Option<Instant>,
    waiting: bool,
}

impl KeyFrameRequests {
    /// Somebody needs a key frame.
    pub(crate) fn ask(&mut self) {
        self.waiting = true;
    }

    /// When the next request is to go; None if nobody waits. It may be in the past.
    pub(crate) fn due_at(&self, now: Instant) -> Option<Instant> {
        self.waiting.then(|| self.last.map_or(now, |last| last + KEY_FRAME_PAUSE))
    }

    /// True if a request is to go now; then it counts as gone.
    pub(crate) fn take_due(&mut self, now: Instant) -> bool {
        let due = self.due_at(now).is_some_and(|at| at <= now);
        if due {
            self.waiting = false;
            self.last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn many_who_ask_get_one_a_pause_and_the_last_is_not_forgotten() {
        let (mut requests, start) = (KeyFrameRequests::default(), Instant::now());
        let mut gone = Vec::new();
        for ms in 0..2_500 {
            let now = start + Duration::from_millis(ms);
            if ms < 1_200 {
                requests.ask();
            }
            if requests.take_due(now) {
                gone.push(ms);
            }
        }
        assert_eq!(gone, [0, 1_000, 2_000]);
        assert_eq!(requests.due_at(start), None);
    }
}
