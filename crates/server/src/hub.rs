//! Who is connected to this node, and how frames and wake-ups reach them. Holds nothing that matters: a lost push is
//! found again in the queue or by asking.

use crate::delivery::{Effect, account_mark};
use prost::Message as _;
use proto::ids::{AccountId, ChatId, DeviceAddress, Lease, LinkId};
use proto::wire::{self, ServerFrame, server_frame};
use server_store::Stores;
use server_store::groups::{Pointer, Rest};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, broadcast};

/// Pushed frames that wait for one socket; a device that is slower is dropped and resumes from its acknowledgement.
pub const PUSHES_MAX: usize = 1_024;
/// Bytes of items among them, but for a single one: what goes beyond is read from the queue when there is room.
const PUSHED_ITEM_BYTES_MAX: usize = 256 * 1024;
/// Bytes of all else among them, but for a single one: descriptions of calls are long. A device that is slower is dropped as well.
pub const PUSHED_FRAME_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Room for pushes that a socket keeps when there are none.
const PUSHES_KEPT: usize = 32;
/// Changes of rendezvous slots that a waiting request may lag behind.
const LINK_CHANGES_MAX: usize = 256;
/// Log entries that one step of the fan-out takes.
const FAN_OUT_STEP: u32 = 256;
/// Chats fanned out together: they share a group commit.
const FAN_OUT_CHATS_MAX: usize = 256;

/// What reaches a socket's task.
#[derive(Debug)]
pub enum Push {
    /// An encoded `ServerFrame`.
    Frame(Vec<u8>),
    /// The same, with an item of the device's queue.
    Item {
        /// Its place there.
        queue_seq: u64,
        /// The frame.
        frame: Vec<u8>,
    },
    /// The last frame.
    Farewell(Vec<u8>),
}

/// What the hub keeps of a socket. Dropped, it ends the socket, after what was pushed to it.
struct Socket {
    lease: Lease,
    serial: u64,
    wire: Arc<Wire>,
}

/// Between the hub and one socket. Not a channel: thousands of sockets wait with nothing to say, and an empty channel has two kilobytes.
#[derive(Default)]
struct Wire {
    pushes: Mutex<Pushes>,
    pushed: Notify,
    queue_grew: Notify,
}

#[derive(Default)]
struct Pushes {
    waiting: VecDeque<Push>,
    item_bytes: usize,
    frame_bytes: usize,
    ended: bool,
}

/// What was pushed does not fit.
struct Full;

impl Wire {
    fn push(&self, push: Push) -> Result<(), Full> {
        {
            let mut pushes = self.pushes();
            let is_last = matches!(push, Push::Farewell(_));
            if pushes.waiting.len() >= PUSHES_MAX && !is_last {
                return Err(Full);
            }
            if let Push::Item { frame, .. } = &push {
                if pushes.item_bytes > 0 && pushes.item_bytes + frame.len() > PUSHED_ITEM_BYTES_MAX {
                    return Err(Full);
                }
                pushes.item_bytes += frame.len();
            }
            if let Push::Frame(frame) = &push {
                if pushes.frame_bytes > 0 && pushes.frame_bytes + frame.len() > PUSHED_FRAME_BYTES_MAX {
                    return Err(Full);
                }
                pushes.frame_bytes += frame.len();
            }
            pushes.waiting.push_back(push);
        }
        self.pushed.notify_one();
        Ok(())
    }

    fn end(&self) {
        self.pushes().ended = true;
        self.pushed.notify_one();
    }

    fn pushes(&self) -> MutexGuard<'_, Pushes> {
        self.pushes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.wire.end();
    }
}

/// A socket's end of it.
pub struct Seat {
    wire: Arc<Wire>,
    device: DeviceAddress,
    serial: u64,
    hub: Arc<Hub>,
}

/// See the module.
pub struct Hub {
    state: Mutex<State>,
    links: broadcast::Sender<LinkId>,
    to_fan_out: Mutex<BTreeSet<ChatId>>,
    fan_out_wanted: Notify,
}

#[derive(Default)]
struct State {
    sockets: BTreeMap<DeviceAddress, Socket>,
    serial: u64,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            links: broadcast::Sender::new(LINK_CHANGES_MAX),
            to_fan_out: Mutex::default(),
            fan_out_wanted: Notify::new(),
        }
    }
}

impl Hub {
    /// Takes the device's place; an older running client of the device hears that its lease is lost.
    pub fn sit(self: &Arc<Self>, device: DeviceAddress, lease: Lease) -> Seat {
        let wire = Arc::new(Wire::default());
        let mut state = self.state();
        state.serial += 1;
        let serial = state.serial;
        let socket = Socket { lease, serial, wire: wire.clone() };
        if let Some(older) = state.sockets.insert(device, socket)
            && older.lease != lease
        {
            let _ = older.wire.push(Push::Farewell(frame(server_frame::Body::LeaseLost(wire::LeaseLost {}))));
        }
        Seat { wire, device, serial, hub: self.clone() }
    }

    /// Whether a socket of the device is open here.
    pub fn is_connected(&self, device: DeviceAddress) -> bool {
        self.state().sockets.contains_key(&device)
    }

    /// The lease of the device's socket here.
    pub fn lease_of(&self, device: DeviceAddress) -> Option<Lease> {
        self.state().sockets.get(&device).map(|socket| socket.lease)
    }

    /// Sends a frame to those that are connected.
    pub fn push_all(&self, devices: &[DeviceAddress], body: &server_frame::Body) {
        let mut state = self.state();
        let mut encoded = None;
        for device in devices {
            let Some(socket) = state.sockets.get(device) else { continue };
            let bytes = encoded.get_or_insert_with(|| frame(body.clone()));
            if socket.wire.push(Push::Frame(bytes.clone())).is_err() {
                // Too slow: without its sender the socket's task ends.
                state.sockets.remove(device);
            }
        }
    }

    /// Tells unlinked devices with the signed list, and ends their sockets.
    pub fn revoke(&self, devices: &[DeviceAddress], signed_device_list: &[u8]) {
        let mut state = self.state();
        for device in devices {
            if let Some(socket) = state.sockets.remove(device) {
                let revoked = wire::Revoked { signed_device_list: signed_device_list.to_vec() };
                let _ = socket.wire.push(Push::Farewell(frame(server_frame::Body::Revoked(revoked))));
            }
        }
    }

    /// Ends these devices' sockets without a word; they find out when they come back.
    pub fn close_all(&self, devices: &[DeviceAddress]) {
        let mut state = self.state();
        for device in devices {
            state.sockets.remove(device);
        }
    }

    /// Ends every socket.
    pub fn close_everything(&self) {
        self.state().sockets.clear();
    }

    /// Carries out what the delivery service asks for.
    pub async fn carry_out(&self, effects: Vec<Effect>, stores: &Stores) {
        for effect in effects {
            match effect {
                Effect::FanOut(chat) => self.want_fan_out(chat),
                Effect::QueuesGrew(devices) => self.wake(&devices),
                Effect::Pointed { item, to } => self.hand_over(&item, &to),
                Effect::GroupAdded { chat, accounts } => self.tell_added(chat, accounts, stores).await,
                Effect::Delivered { further, account, time_ms, to } => {
                    let (chat, account) = (further.chat.to_vec(), account.to_vec());
                    let delivered = wire::Delivered { chat, seq: further.seq, account, time_ms };
                    self.push_all(&to, &server_frame::Body::Delivered(delivered));
                }
                Effect::MarkChanged { chat, mark, to } => {
                    let changed = wire::MarkChanged { chat: chat.to_vec(), mark: Some(account_mark(mark)) };
                    self.push_all(&to, &server_frame::Body::MarkChanged(changed));
                }
                // The calls' and the pushes', see `App::carry_out`.
                Effect::RosterChanged(_) | Effect::Notify { .. } => {}
                Effect::Ephemeral { item, to } => self.push_all(&to, &server_frame::Body::Ephemeral(item)),
            }
        }
    }

    async fn tell_added(&self, chat: ChatId, accounts: Vec<AccountId>, stores: &Stores) {
        let connected: Vec<DeviceAddress> = {
            let state = self.state();
            state.sockets.keys().filter(|device| accounts.contains(&device.account)).copied().collect()
        };
        if connected.is_empty() {
            return;
        }
        // If the store fails here, ListGroups at the next Hello tells the same.
        let Ok(members) = stores.groups.members(chat).await else { return };
        let without: Vec<DeviceAddress> =
            connected.into_iter().filter(|device| !members.iter().any(|m| m.device == *device)).collect();
        let added = wire::AccountGroupAdded { chat: chat.to_vec() };
        self.push_all(&without, &server_frame::Body::AccountGroupAdded(added));
    }

    /// Puts a chat in line for pointers.
    pub fn want_fan_out(&self, chat: ChatId) {
        self.to_fan_out.lock().unwrap_or_else(PoisonError::into_inner).insert(chat);
        self.fan_out_wanted.notify_one();
    }

    /// How many chats wait for pointers.
    pub fn fan_outs_waiting(&self) -> usize {
        self.to_fan_out.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Writes pointers for ever: first what an earlier run left, then what comes.
    pub async fn fan_out(self: Arc<Self>, stores: Stores) {
        match stores.groups.unfinished_fan_outs().await {
            Ok(chats) => chats.into_iter().for_each(|chat| self.want_fan_out(chat)),
            Err(error) => tracing::error!(%error, "unfinished fan-outs could not be read"),
        }
        loop {
            let chats = self.take_fan_outs();
            if chats.is_empty() {
                self.fan_out_wanted.notified().await;
                continue;
            }
            let steps = chats.iter().map(|chat| stores.groups.fan_out(*chat, FAN_OUT_STEP));
            let done = futures_util::future::join_all(steps).await;
            let mut failed = false;
            for (chat, step) in chats.iter().zip(done) {
                match step {
                    Ok(step) => {
                        self.wake(&step.devices);
                        if step.rest == Rest::More {
                            self.want_fan_out(*chat);
                        }
                    }
                    Err(error) => {
                        failed = true;
                        tracing::error!(error = &error as &dyn std::error::Error, "a fan-out step failed");
                        self.want_fan_out(*chat);
                    }
                }
            }
            if failed {
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
        }
    }

    fn take_fan_outs(&self) -> Vec<ChatId> {
        let mut waiting = self.to_fan_out.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        while taken.len() < FAN_OUT_CHATS_MAX
            && let Some(chat) = waiting.pop_first()
        {
            taken.push(chat);
        }
        taken
    }

    fn wake(&self, devices: &[DeviceAddress]) {
        let state = self.state();
        for device in devices {
            if let Some(socket) = state.sockets.get(device) {
                socket.wire.queue_grew.notify_one();
            }
        }
    }

    /// Gives an item of their queues to those that are connected. Who has no room now reads it when there is some.
    fn hand_over(&self, item: &wire::GroupItem, to: &[Pointer]) {
        let group = item.encode_to_vec();
        for Pointer { device, queue_seq } in to {
            // Encoded outside of the lock, which is everybody's.
            let Some(wire) = self.state().sockets.get(device).map(|socket| socket.wire.clone()) else { continue };
            let push = Push::Item { queue_seq: *queue_seq, frame: item_frame(*queue_seq, &group) };
            if wire.push(push).is_err() {
                wire.queue_grew.notify_one();
            }
        }
    }

    /// Hears of every rendezvous slot that changes on this node.
    pub fn watch_links(&self) -> broadcast::Receiver<LinkId> {
        self.links.subscribe()
    }

    /// A slot was put or closed.
    pub fn link_changed(&self, link: LinkId) {
        // Nobody waiting is no error.
        let _ = self.links.send(link);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// The next frame to send; `None` when the hub has ended the socket. May be dropped while it waits.
    pub async fn next_push(&self) -> Option<Push> {
        loop {
            {
                let mut pushes = self.wire.pushes();
                if let Some(push) = pushes.waiting.pop_front() {
                    match &push {
                        Push::Item { frame, .. } => pushes.item_bytes -= frame.len(),
                        Push::Frame(frame) => pushes.frame_bytes -= frame.len(),
                        Push::Farewell(_) => {}
                    }
                    if pushes.waiting.is_empty() {
                        // A burst's room is not kept by a socket that only waits.
                        pushes.waiting.shrink_to(PUSHES_KEPT);
                    }
                    return Some(push);
                }
                if pushes.ended {
                    return None;
                }
            }
            self.wire.pushed.notified().await;
        }
    }

    /// Returns when the device's queue has more.
    pub async fn queue_grew(&self) {
        self.wire.queue_grew.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        if state.sockets.get(&self.device).is_some_and(|socket| socket.serial == self.serial) {
            state.sockets.remove(&self.device);
        }
    }
}

/// The frame of an item whose `GroupItem` is encoded already: the same for all queues but for its place.
fn item_frame(queue_seq: u64, group: &[u8]) -> Vec<u8> {
    use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len, uint64};
    /// In `wire.proto`.
    const FRAME_ITEM: u32 = 2;
    const ITEM_QUEUE_SEQ: u32 = 1;
    const ITEM_GROUP: u32 = 2;
    let long = |bytes: usize| bytes as u64;
    let group_len = key_len(ITEM_GROUP) + encoded_len_varint(long(group.len())) + group.len();
    let item_len = uint64::encoded_len(ITEM_QUEUE_SEQ, &queue_seq) + group_len;
    let mut frame = Vec::with_capacity(key_len(FRAME_ITEM) + encoded_len_varint(long(item_len)) + item_len);
    encode_key(FRAME_ITEM, WireType::LengthDelimited, &mut frame);
    encode_varint(long(item_len), &mut frame);
    uint64::encode(ITEM_QUEUE_SEQ, &queue_seq, &mut frame);
    encode_key(ITEM_GROUP, WireType::LengthDelimited, &mut frame);
    encode_varint(long(group.len()), &mut frame);
    frame.extend_from_slice(group);
    frame
}

/// Encodes a frame.
pub fn frame(body: server_frame::Body) -> Vec<u8> {
    ServerFrame { body: Some(body) }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use proto::ids::DeviceNumber;

    const DEVICE: DeviceAddress = DeviceAddress { account: AccountId([1; 16]), device: DeviceNumber(1) };

    fn item(len: usize) -> wire::GroupItem {
        wire::GroupItem { chat: vec![1; 16], bytes: vec![7; len], ..wire::GroupItem::default() }
    }

    /// What waits for the socket: places of items, and what else there is.
    fn taken(seat: &Seat) -> (Vec<u64>, Vec<Push>) {
        let (mut places, mut others) = (Vec::new(), Vec::new());
        while let Some(Some(push)) = seat.next_push().now_or_never() {
            match push {
                Push::Item { queue_seq, .. } => places.push(queue_seq),
                other => others.push(other),
            }
        }
        (places, others)
    }

    fn must_read_its_queue(seat: &Seat) -> bool {
        seat.queue_grew().now_or_never().is_some()
    }

    #[tokio::test]
    async fn items_beyond_what_may_wait_in_memory_are_left_to_the_queue() {
        let hub = Arc::new(Hub::default());
        let seat = hub.sit(DEVICE, Lease([1; 16]));
        let hands = |queue_seq, len| hub.hand_over(&item(len), &[Pointer { device: DEVICE, queue_seq }]);
        // A single one of any size may wait, and then no other.
        hands(1, PUSHED_ITEM_BYTES_MAX + 1);
        assert!(!must_read_its_queue(&seat));
        hands(2, 0);
        assert!(must_read_its_queue(&seat), "what was not handed over is told");
        assert_eq!(taken(&seat).0, [1]);
        // What was taken makes room.
        for (queue_seq, waits) in [(3, true), (4, true), (5, false)] {
            hands(queue_seq, PUSHED_ITEM_BYTES_MAX * 2 / 5);
            assert_eq!(must_read_its_queue(&seat), !waits, "{queue_seq}");
        }
        assert_eq!(taken(&seat).0, [3, 4]);
        assert!(hub.is_connected(DEVICE), "nobody is put out for it");
    }

    #[tokio::test]
    async fn who_takes_no_frames_is_put_out_and_hears_the_last_word_all_the_same() {
        let hub = Arc::new(Hub::default());
        let seat = hub.sit(DEVICE, Lease([1; 16]));
        let body = server_frame::Body::AccountGroupAdded(wire::AccountGroupAdded { chat: vec![1; 16] });
        for _ in 0..PUSHES_MAX {
            hub.push_all(&[DEVICE], &body);
        }
        assert!(hub.is_connected(DEVICE));
        // Another run of the client: the older one is told, however much waits for it.
        let newer = hub.sit(DEVICE, Lease([2; 16]));
        let (_, frames) = taken(&seat);
        assert_eq!(frames.len(), PUSHES_MAX + 1);
        assert!(matches!(frames.last(), Some(Push::Farewell(_))), "{:?}", frames.last());
        assert!(seat.next_push().await.is_none(), "and it ends");
        for _ in 0..=PUSHES_MAX {
            hub.push_all(&[DEVICE], &body);
        }
        assert!(!hub.is_connected(DEVICE), "too slow");
        assert_eq!(taken(&newer).1.len(), PUSHES_MAX);
        assert!(newer.next_push().await.is_none(), "and it ends");
    }

    #[test]
    fn an_item_is_encoded_as_any_other_frame() {
        for (queue_seq, len) in [(1, 0), (127, 1), (128, 127), (70_000, 128), (u64::MAX, 20_000)] {
            let item = wire::GroupItem { chat: vec![1; 16], seq: 9, bytes: vec![7; len], ..wire::GroupItem::default() };
            let body = wire::Item { queue_seq, body: Some(wire::item::Body::Group(item.clone())) };
            assert_eq!(item_frame(queue_seq, &item.encode_to_vec()), frame(server_frame::Body::Item(body)));
        }
    }

    /// Descriptions of calls are long, and may come faster than somebody reads.
    #[test]
    fn frames_that_wait_have_a_limit_in_bytes_at_which_the_socket_ends() {
        let hub = Arc::new(Hub::default());
        let seat = hub.sit(DEVICE, Lease([1; 16]));
        let long = |len: usize| {
            let revoked = wire::Revoked { signed_device_list: vec![7; len] };
            server_frame::Body::Revoked(revoked)
        };
        // One goes whatever its length.
        hub.push_all(&[DEVICE], &long(PUSHED_FRAME_BYTES_MAX));
        assert!(hub.is_connected(DEVICE));
        assert_eq!(taken(&seat).1.len(), 1);
        let quarter = PUSHED_FRAME_BYTES_MAX / 4;
        for _ in 0..3 {
            hub.push_all(&[DEVICE], &long(quarter));
        }
        assert!(hub.is_connected(DEVICE));
        hub.push_all(&[DEVICE], &long(quarter));
        assert!(!hub.is_connected(DEVICE));
        assert_eq!(taken(&seat).1.len(), 3, "what came before it goes out");
    }
}
