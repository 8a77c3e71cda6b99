//! The device's queue on this socket: a cursor that runs ahead of the acknowledgements by a bounded number of items.

use super::{End, send};
use crate::app::App;
use crate::delivery::group_item;
use crate::hub::frame;
use axum::extract::ws::Message;
use proto::ids::DeviceAddress;
use proto::limits::IN_FLIGHT_ITEMS_MAX;
use proto::wire::{self, server_frame};
use server_store::mailboxes::{QueueBody, QueueItem, StoredWelcome};
use tokio::sync::mpsc;

/// Items read from the store at once; their bodies are in memory until they are sent.
const READ_MAX: u32 = 128;

/// See the module.
pub(super) struct Queue {
    device: DeviceAddress,
    acked: u64,
    sent: u64,
    /// The newest item at Hello; `None` once QueueEmpty was sent.
    catch_up_to: Option<u64>,
    /// Of items that expired; `None` once Gap was sent.
    expired: Option<u64>,
}

impl Queue {
    pub(super) fn new(device: DeviceAddress, acked: u64, head: u64, expired: u64) -> Self {
        Self { device, acked, sent: acked, catch_up_to: Some(head), expired: (expired > 0).then_some(expired) }
    }

    pub(super) fn acknowledged(&mut self, queue_seq: u64) {
        self.acked = self.acked.max(queue_seq.min(self.sent));
    }

    /// Sends until the queue is empty or too much is under way.
    pub(super) async fn send_more(&mut self, app: &App, out: &mpsc::Sender<Message>) -> Result<(), End> {
        if let Some(expired) = self.expired.take() {
            send(out, frame(server_frame::Body::Gap(wire::Gap { first_queue_seq: expired + 1 }))).await?;
        }
        loop {
            let under_way = self.sent.saturating_sub(self.acked);
            let room = (IN_FLIGHT_ITEMS_MAX as u64).saturating_sub(under_way);
            let limit = READ_MAX.min(u32::try_from(room).unwrap_or(READ_MAX));
            if limit == 0 {
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
