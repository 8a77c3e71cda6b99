//! What became of each message: when it was due, acknowledged to its sender, and with its last receiver.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Not yet.
const NEVER: u64 = u64::MAX;

#[derive(Debug)]
struct Fate {
    due_us: AtomicU64,
    acknowledged_us: AtomicU64,
    last_us: AtomicU64,
    deliveries: AtomicU32,
}

/// All messages of a run, by number.
#[derive(Debug)]
pub struct Board {
    began: Instant,
    fates: Vec<Fate>,
    /// Deliveries that each message has when it is everywhere.
    receivers: u32,
    acknowledged: AtomicUsize,
    everywhere: AtomicUsize,
    deliveries: AtomicUsize,
    echoes: AtomicUsize,
    busy: AtomicUsize,
    progress: watch::Sender<()>,
}

impl Board {
    /// For so many messages to so many receivers each.
    pub fn new(messages: usize, receivers: u32) -> Self {
        let fate = |_| Fate {
            due_us: AtomicU64::new(NEVER),
            acknowledged_us: AtomicU64::new(NEVER),
            last_us: AtomicU64::new(NEVER),
            deliveries: AtomicU32::new(0),
        };
        Self {
            began: Instant::now(),
            fates: (0..messages).map(fate).collect(),
            receivers,
            acknowledged: AtomicUsize::new(0),
            everywhere: AtomicUsize::new(0),
            deliveries: AtomicUsize::new(0),
            echoes: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            progress: watch::Sender::new(()),
        }
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(NEVER)
    }

    /// It should go out now: whatever holds it up from here on counts.
    pub fn due(&self, number: u32) {
        if let Some(fate) = self.fate(number) {
            fate.due_us.store(self.now_us(), Ordering::Relaxed);
        }
    }

    /// Its sender heard that it is taken.
    pub fn acknowledged(&self, number: u32) {
        let Some(fate) = self.fate(number) else { return };
        if fate.acknowledged_us.swap(self.now_us(), Ordering::Relaxed) == NEVER {
            self.count(&self.acknowledged);
        }
    }

    /// A receiver has it.
    pub fn delivered(&self, number: u32) {
        let Some(fate) = self.fate(number) else { return };
        fate.last_us.store(self.now_us(), Ordering::Relaxed);
        self.deliveries.fetch_add(1, Ordering::Relaxed);
        if fate.deliveries.fetch_add(1, Ordering::Relaxed) + 1 == self.receivers {
            self.count(&self.everywhere);
        }
    }

    /// It came back to its sender's device through the queue.
    pub fn echoed(&self) {
        self.count(&self.echoes);
    }

    /// The server asked to come again.
    pub fn put_off(&self) {
        self.busy.fetch_add(1, Ordering::Relaxed);
    }

    fn fate(&self, number: u32) -> Option<&Fate> {
        self.fates.get(usize::try_from(number).ok()?)
    }

    fn count(&self, counter: &AtomicUsize) {
        if counter.fetch_add(1, Ordering::Relaxed) + 1 == self.fates.len() {
            self.progress.send_replace(());
        }
    }

    /// Returns when every message is acknowledged.
    pub async fn all_acknowledged(&self) -> Duration {
        self.full(&self.acknowledged).await
    }

    /// Returns when every message is with all its receivers.
    pub async fn all_everywhere(&self) -> Duration {
        self.full(&self.everywhere).await
    }

    /// Returns when every message came back to its sender.
    pub async fn all_echoed(&self) -> Duration {
        self.full(&self.echoes).await
    }

    async fn full(&self, counter: &AtomicUsize) -> Duration {
        let mut progress = self.progress.subscribe();
        while counter.load(Ordering::Relaxed) < self.fates.len() {
            if progress.changed().await.is_err() {
                break;
            }
        }
        self.began.elapsed()
    }

    /// Where it stands, for whoever waited in vain.
    pub fn standing(&self) -> String {
        let of = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        format!(
            "of {} messages {} are acknowledged, {} everywhere ({} deliveries), {} came back, {} answers were \"busy\"",
            self.fates.len(),
            of(&self.acknowledged),
            of(&self.everywhere),
            of(&self.deliveries),
            of(&self.echoes),
            of(&self.busy)
        )
    }

    /// How often the server asked to come again.
    pub fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }

    /// From due to acknowledged, in milliseconds.
    pub fn acknowledgements_ms(&self) -> Vec<f64> {
        self.spans(|fate| &fate.acknowledged_us)
    }

    /// From due to the last receiver, in milliseconds.
    pub fn last_deliveries_ms(&self) -> Vec<f64> {
        self.spans(|fate| &fate.last_us)
    }

    #[allow(clippy::cast_precision_loss)]
    fn spans(&self, end: impl Fn(&Fate) -> &AtomicU64) -> Vec<f64> {
        let span = |fate: &Fate| {
            let (due, end) = (fate.due_us.load(Ordering::Relaxed), end(fate).load(Ordering::Relaxed));
            (due != NEVER && end != NEVER).then(|| end.saturating_sub(due) as f64 / 1_000.0)
        };
        self.fates.iter().filter_map(span).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_is_everywhere_when_its_last_receiver_has_it() {
        let board = Board::new(1, 2);
        board.due(0);
        board.acknowledged(0);
        board.acknowledged(0);
        board.delivered(0);
        assert_eq!(
            (board.all_acknowledged().await > Duration::ZERO, board.everywhere.load(Ordering::Relaxed)),
            (true, 0)
        );
        board.delivered(0);
        board.all_everywhere().await;
        assert_eq!((board.acknowledgements_ms().len(), board.last_deliveries_ms().len()), (1, 1));
    }
}
