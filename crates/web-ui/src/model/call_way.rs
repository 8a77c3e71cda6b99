//! When the way to the unit is to be sought anew (ICE restart): of what the browser says of it, without a page.

/// A way that is lost may come back by itself within this.
const PATIENCE_MS: u64 = 2_000;
/// From one search to the next: time for an answer, and for checks of the new way.
const PAUSE_MS: u64 = 5_000;

/// What the browser says of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Works,
    /// Nothing comes; or it is being sought.
    Silent,
    /// The browser seeks no more.
    Failed,
}

impl Heard {
    /// Of `RTCPeerConnection.iceConnectionState`.
    pub fn of(state: &str) -> Self {
        match state {
            "connected" | "completed" => Self::Works,
            "failed" => Self::Failed,
            _ => Self::Silent,
        }
    }
}

/// The way of one connection, from the first time that it worked: what never worked is not found by seeking again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Way {
    worked: bool,
    lost_ms: Option<u64>,
    sought_ms: Option<u64>,
}

impl Way {
    /// It worked, and does not now.
    pub fn is_lost(self) -> bool {
        self.lost_ms.is_some()
    }

    /// Takes what the browser says now, and tells whether to seek. To be asked every second or so.
    pub fn hears(&mut self, heard: Heard, now_ms: u64) -> bool {
        if heard == Heard::Works {
            // When it was sought last stays: an adapter that comes and goes does not make one search of each look.
            (self.worked, self.lost_ms) = (true, None);
            return false;
        }
        if !self.worked {
            return false;
        }
        let lost_ms = *self.lost_ms.get_or_insert(now_ms);
        let is_patient = heard == Heard::Silent && now_ms < lost_ms + PATIENCE_MS;
        !is_patient && self.seeks(now_ms)
    }

    /// The browser is in another network: a way that still seems to work will not.
    pub fn network_changed(&mut self, now_ms: u64) -> bool {
        self.worked && self.seeks(now_ms)
    }

    fn seeks(&mut self, now_ms: u64) -> bool {
        let is_due = self.sought_ms.is_none_or(|sought_ms| now_ms >= sought_ms + PAUSE_MS);
        if is_due {
            self.sought_ms = Some(now_ms);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds in which is sought, of what the browser says in each.
    fn sought(heard: impl IntoIterator<Item = Heard>) -> Vec<u64> {
        let mut way = Way::default();
        (0..).zip(heard).filter(|(second, heard)| way.hears(*heard, second * 1_000)).map(|(second, _)| second).collect()
    }

    fn after(working: usize, then: Heard) -> impl Iterator<Item = Heard> {
        std::iter::repeat_n(Heard::Works, working).chain(std::iter::repeat_n(then, 20))
    }

    #[test]
    fn a_way_that_is_silent_for_two_seconds_is_sought_and_again_after_five() {
        assert_eq!(sought(after(3, Heard::Silent)), [5, 10, 15, 20]);
    }

    #[test]
    fn one_that_the_browser_gave_up_is_sought_at_once() {
        assert_eq!(sought(after(3, Heard::Failed)), [3, 8, 13, 18]);
    }

    #[test]
    fn what_never_worked_is_not_sought() {
        assert!(sought(after(0, Heard::Failed)).is_empty());
        assert!(!Way::default().network_changed(9_000));
    }

    #[test]
    fn a_short_silence_is_none() {
        use Heard::{Silent, Works};
        assert!(sought([Works, Silent, Silent, Works, Silent, Silent, Works]).is_empty());
    }

    #[test]
    fn another_network_is_sought_in_at_once_though_all_seems_well() {
        let mut way = Way::default();
        way.hears(Heard::Works, 0);
        assert!(way.network_changed(1_000) && !way.is_lost());
        assert!(!way.network_changed(1_100), "not for each word of the browser about it");
        assert!(!way.hears(Heard::Failed, 2_000) && way.is_lost(), "what is under way has its time");
        assert!(way.hears(Heard::Failed, 6_000));
        way.hears(Heard::Works, 7_000);
        assert!(!way.is_lost());
    }

    #[test]
    fn a_way_that_comes_and_goes_is_sought_every_five_seconds_at_most() {
        use Heard::{Failed, Works};
        assert_eq!(sought([Works, Failed].into_iter().cycle().take(20)), [1, 7, 13, 19]);
        let mut way = Way::default();
        way.hears(Heard::Works, 0);
        let changes = (1..12).filter(|second| {
            let seeks = way.network_changed(second * 1_000);
            way.hears(Heard::Works, second * 1_000 + 500);
            seeks
        });
        assert_eq!(changes.collect::<Vec<_>>(), [1, 6, 11]);
    }

    #[test]
    fn states_of_browsers() {
        let table = ["new", "checking", "connected", "completed", "disconnected", "failed", "closed"];
        let heard = table.map(Heard::of);
        use Heard::{Failed, Silent, Works};
        assert_eq!(heard, [Silent, Silent, Works, Works, Silent, Failed, Silent]);
    }
}
