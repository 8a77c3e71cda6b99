//! The device's queue on this socket: a cursor that runs ahead of the acknowledgements by a bounded number of items. What is new is
//! handed over by whoever wrote it, if it comes in turn; all else is read from the store.

use super::{End, send};
use crate::app::App;
use crate::delivery::group_item;
use crate::hub::frame;
use axum::extract::ws::Message;
use proto::ids::DeviceAddress;
use proto::limits::IN_FLIGHT_ITEMS_MAX;
use proto::wire::{self, server_frame};
use server_store::mailboxes::{QueueBody, QueueItem, StoredWelcome};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// Items read from the store at once; their bodies are in memory until they are sent.
const READ_MAX: u32 = 128;

/// Items that wait for one before them; more are read from the store.
const AHEAD_MAX: usize = 64;

/// See the module.
pub(super) struct Queue {
    device: DeviceAddress,
    acked: u64,
    sent: u64,
    /// The newest item at Hello; `None` once QueueEmpty was sent.
    catch_up_to: Option<u64>,
    /// Of items that expired; `None` once Gap was sent.
    expired: Option<u64>,
    /// Too much was under way: what follows is read when some of it is acknowledged.
    full: bool,
    /// Items that were handed over before one that goes before them: they come by different ways.
    ahead: BTreeMap<u64, Vec<u8>>,
}

impl Queue {
    pub(super) fn new(device: DeviceAddress, acked: u64, head: u64, expired: u64) -> Self {
        let expired = (expired > 0).then_some(expired);
        Self { device, acked, sent: acked, catch_up_to: Some(head), expired, full: false, ahead: BTreeMap::new() }
    }

    pub(super) fn acknowledged(&mut self, queue_seq: u64) {
        self.acked = self.acked.max(queue_seq.min(self.sent));
    }

    fn room(&self) -> u64 {
        (IN_FLIGHT_ITEMS_MAX as u64).saturating_sub(self.sent.saturating_sub(self.acked))
    }

    /// Whether an acknowledgement lets more go out.
    pub(super) fn waits_for_room(&self) -> bool {
        self.full
    }

    /// Whether items lie here that wait for one before them.
    pub(super) fn misses_one(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// An item that need not be read. Out of turn it waits, as long as there is room for it here.
    pub(super) async fn take(
        &mut self,
        queue_seq: u64,
        frame: Vec<u8>,
        out: &mpsc::Sender<Message>,
    ) -> Result<(), End> {
        if queue_seq <= self.sent || self.full || self.catch_up_to.is_some() {
            // It was read, or will be.
            return Ok(());
        }
        if self.room() == 0 {
            self.full = true;
            self.ahead.clear();
            return Ok(());
        }
        if queue_seq > self.sent + 1 {
            if self.ahead.len() < AHEAD_MAX {
                self.ahead.insert(queue_seq, frame);
            }
            return Ok(());
        }
        send(out, frame).await?;
        self.sent = queue_seq;
        self.send_next(out).await
    }

    /// Sends those whose turn it is now.
    async fn send_next(&mut self, out: &mpsc::Sender<Message>) -> Result<(), End> {
        while self.room() > 0
            && let Some(next) = self.ahead.remove(&(self.sent + 1))
        {
            send(out, next).await?;
            self.sent += 1;
        }
        if self.room() == 0 && self.misses_one() {
            self.full = true;
            self.ahead.clear();
        }
        Ok(())
    }

    /// Sends until the queue is empty or too much is under way.
    pub(super) async fn send_more(&mut self, app: &App, out: &mpsc::Sender<Message>) -> Result<(), End> {
        if let Some(expired) = self.expired.take() {
            send(out, frame(server_frame::Body::Gap(wire::Gap { first_queue_seq: expired + 1 }))).await?;
        }
        // What waits here is in the store as well.
        self.ahead.clear();
        loop {
            let limit = READ_MAX.min(u32::try_from(self.room()).unwrap_or(READ_MAX));
            self.full = limit == 0;
            if self.full {
                return Ok(());
            }
            let items = app.stores.mailboxes.queue(self.device, self.sent, limit).await.map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "a queue could not be read");
                End::Gone
            })?;
            let read = items.len();
            for item in items {
                self.sent = item.queue_seq;
                if let Some(body) = item_frame(item) {
                    send(out, frame(server_frame::Body::Item(body))).await?;
                }
            }
            let all = read < limit as usize;
            if let Some(head) = self.catch_up_to
                && (all || self.sent >= head)
            {
                self.catch_up_to = None;
                let queue_seq = self.sent.max(head);
                send(out, frame(server_frame::Body::QueueEmpty(wire::QueueEmpty { queue_seq }))).await?;
            }
            if all {
                return Ok(());
            }
        }
    }
}

fn item_frame(item: QueueItem) -> Option<wire::Item> {
    let body = match item.body? {
        QueueBody::Entry(entry) => wire::item::Body::Group(group_item(entry)),
        QueueBody::Welcome(welcome) => wire::item::Body::Welcome(welcome_item(welcome)),
    };
    Some(wire::Item { queue_seq: item.queue_seq, body: Some(body) })
}

fn welcome_item(welcome: StoredWelcome) -> wire::WelcomeItem {
    wire::WelcomeItem {
        chat: welcome.chat.to_vec(),
        generation: welcome.generation.0,
        epoch: welcome.epoch,
        seq: welcome.seq,
        sender: Some(welcome.sender.to_wire()),
        time_ms: welcome.time_ms,
        welcome: welcome.bytes,
        ratchet_tree: welcome.ratchet_tree,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::ids::{AccountId, DeviceNumber};

    /// A queue that has caught up, and what goes out.
    fn queue() -> (Queue, mpsc::Sender<Message>, mpsc::Receiver<Message>) {
        let device = DeviceAddress { account: AccountId([1; 16]), device: DeviceNumber(1) };
        let (out, sent) = mpsc::channel(2 * IN_FLIGHT_ITEMS_MAX);
        (Queue { catch_up_to: None, ..Queue::new(device, 0, 0, 0) }, out, sent)
    }

    fn went_out(sent: &mut mpsc::Receiver<Message>) -> Vec<u8> {
        let mut frames = Vec::new();
        while let Ok(Message::Binary(bytes)) = sent.try_recv() {
            frames.extend(bytes.first().copied());
        }
        frames
    }

    #[tokio::test]
    async fn what_is_handed_over_goes_out_in_turn_and_once() {
        let (mut queue, out, mut sent) = queue();
        let steps = [
            (2, vec![], true),
            (4, vec![], true),
            (1, vec![1, 2], true),
            (2, vec![], true),
            (3, vec![3, 4], false),
            (5, vec![5], false),
        ];
        for (queue_seq, goes_out, misses_one) in steps {
            queue.take(queue_seq, vec![u8::try_from(queue_seq).unwrap()], &out).await.unwrap();
            assert_eq!((went_out(&mut sent), queue.misses_one()), (goes_out, misses_one), "{queue_seq}");
        }
    }

    #[tokio::test]
    async fn what_has_no_room_is_left_to_the_store() {
        let (mut queue, out, mut sent) = queue();
        let all = IN_FLIGHT_ITEMS_MAX as u64;
        // One of them comes too early, and its turn is when there is no room.
        queue.take(all + 1, vec![0], &out).await.unwrap();
        for queue_seq in 1..=all {
            queue.take(queue_seq, vec![0], &out).await.unwrap();
        }
        assert_eq!(went_out(&mut sent).len(), IN_FLIGHT_ITEMS_MAX);
        assert!(queue.waits_for_room() && !queue.misses_one());
        queue.acknowledged(all);
        // What follows must not overtake it.
        queue.take(all + 2, vec![0], &out).await.unwrap();
        assert!(went_out(&mut sent).is_empty() && queue.waits_for_room() && !queue.misses_one());
    }

    #[tokio::test]
    async fn before_it_has_caught_up_nothing_is_taken_from_elsewhere() {
        let (mut queue, out, mut sent) = queue();
        queue.catch_up_to = Some(1);
        queue.take(1, vec![1], &out).await.unwrap();
        assert!(went_out(&mut sent).is_empty() && queue.sent == 0);
    }
}
