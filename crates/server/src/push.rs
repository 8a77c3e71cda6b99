//! Web Push: who has to be woken, and with what. Keeps in memory what a push will carry until the push service has it, and nothing in
//! the database; who connects meanwhile needs none.
//!
//! A device that is connected may be gone without the server knowing yet: what it has not acknowledged when its socket ends is pushed. A
//! call cannot wait for that, and is pushed at once.

mod hosts;
mod sending;
mod vapid;
mod worker;

pub(crate) use hosts::Refusal;
pub use hosts::{PushHost, PushHostError};
pub(crate) use vapid::fresh_secret;
pub(crate) use worker::run;

use crate::config::PushConfig;
use crate::limits::{
    PUSH_CALL_PAUSE, PUSH_DEVICES_MAX, PUSH_NOTICES_MAX, PUSH_PAUSE, PUSH_RETRY, PUSH_RETRY_MAX, PUSH_TRIES_MAX,
    PUSH_URGENT_TTL,
};
use breakable::{Rule, broken};
use hosts::Hosts;
use proto::ids::{AccountId, ChatId, DeviceAddress};
use reqwest::Client;
use sending::Sent;
use server_store::pushes::Subscription;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use vapid::VapidKey;

/// How long a notice is worth something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// A message: also when it comes late.
    Message,
    /// A call: for seconds.
    Call,
}

/// A message that people are to be notified of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Which chat.
    pub chat: ChatId,
    /// By session. The receiver's page believes nothing else about who it is from.
    pub sender: DeviceAddress,
    /// For the receiver's browser, opaque.
    pub hint: Vec<u8>,
    /// See there.
    pub urgency: Urgency,
    /// Nobody else is notified; where nobody is named, all who read it are.
    pub only: Vec<AccountId>,
}

impl Notice {
    /// It is to notify this account of.
    pub(crate) fn is_for(&self, account: AccountId) -> bool {
        self.only.is_empty() || self.only.contains(&account) || broken(Rule::WokenIfNamed)
    }
}

/// A notice on its way to a device.
#[derive(Clone)]
struct Waiting {
    notice: Arc<Notice>,
    /// Its place in the device's queue; 0 where that is not known.
    queue_seq: u64,
    since: Instant,
}

impl Waiting {
    fn is_call(&self) -> bool {
        self.notice.urgency == Urgency::Call
    }

    fn is_acknowledged(&self, queue_seq: u64) -> bool {
        queue_seq > 0 && self.queue_seq <= queue_seq
    }

    fn is_over(&self, now: Instant) -> bool {
        self.is_call() && now.duration_since(self.since) >= PUSH_URGENT_TTL
    }
}

/// What one push takes along.
struct Parcel {
    device: DeviceAddress,
    urgency: Urgency,
    notices: Vec<Waiting>,
    /// Older ones for which there was no room.
    more: u32,
}

/// A device that is to be woken.
struct Line {
    notices: VecDeque<Waiting>,
    more: u32,
    /// When it may be pushed to; `None` while a push is under way.
    at: Option<Instant>,
    tries: u32,
    /// When the next call may ring.
    call_at: Instant,
    /// How far the device has its queue: that of a push under way, too, is not sent again.
    acked_queue_seq: u64,
}

#[derive(Default)]
struct State {
    subscribed: BTreeSet<DeviceAddress>,
    lines: BTreeMap<DeviceAddress, Line>,
    due: BTreeSet<(Instant, DeviceAddress)>,
    /// What connected devices have been given and not acknowledged.
    held: BTreeMap<DeviceAddress, VecDeque<Waiting>>,
}

/// See the module.
pub(crate) struct Pushes {
    state: Mutex<State>,
    wanted: Notify,
    service: Option<Service>,
}

/// What is needed to reach push services.
struct Service {
    hosts: Arc<Hosts>,
    key: VapidKey,
    contact: String,
    client: Client,
    unreached: AtomicU64,
    /// When that was last said.
    warned: Mutex<Option<Instant>>,
}

impl Pushes {
    /// None: no subscription is taken, and nobody is pushed to.
    pub(crate) fn off() -> Self {
        Self { state: Mutex::default(), wanted: Notify::new(), service: None }
    }

    /// With the server's key, to those who have subscribed before.
    pub(crate) fn start(
        config: &PushConfig,
        vapid_secret: &[u8; 32],
        subscribed: Vec<DeviceAddress>,
    ) -> anyhow::Result<Self> {
        let hosts = Arc::new(Hosts::new(config.hosts.clone()));
        let client = sending::client(hosts.clone())?;
        let service = Service {
            hosts,
            key: VapidKey::of(vapid_secret)?,
            contact: config.contact.clone(),
            client,
            unreached: AtomicU64::new(0),
            warned: Mutex::default(),
        };
        let state = State { subscribed: subscribed.into_iter().collect(), ..State::default() };
        Ok(Self { state: Mutex::new(state), wanted: Notify::new(), service: Some(service) })
    }

    /// Where the operator has pushes: the key that browsers subscribe for, an uncompressed point.
    pub(crate) fn public_key(&self) -> Option<[u8; 65]> {
        self.service.as_ref().map(|service| service.key.public())
    }

    /// Pushes for which no push service was reached, since the start.
    pub(crate) fn unreached(&self) -> u64 {
        self.service.as_ref().map_or(0, |service| service.unreached.load(Ordering::Relaxed))
    }

    /// Whether this server may ever send anything there.
    pub(crate) fn may_reach(&self, endpoint: &str) -> Result<(), Refusal> {
        self.service.as_ref().ok_or(Refusal::NotListed)?.hosts.check(endpoint).map(|_| ())
    }

    /// The device has a subscription in the store.
    pub(crate) fn has_subscribed(&self, device: DeviceAddress) {
        self.state().subscribed.insert(device);
    }

    /// It has none any more.
    pub(crate) fn has_unsubscribed(&self, device: DeviceAddress) {
        let mut state = self.state();
        state.subscribed.remove(&device);
        state.held.remove(&device);
        state.lines.remove(&device);
    }

    /// Whether anybody is to be woken at all.
    pub(crate) fn is_of_use(&self) -> bool {
        !self.state().subscribed.is_empty()
    }

    /// The message stands at this place of the device's queue; 0 where the place is not known.
    pub(crate) fn notify(&self, notice: &Arc<Notice>, device: DeviceAddress, queue_seq: u64, is_connected: bool) {
        let now = Instant::now();
        {
            let mut state = self.state();
            if !state.subscribed.contains(&device) {
                return;
            }
            let waiting = Waiting { notice: notice.clone(), queue_seq, since: now };
            // A page that sleeps hears no ringing, and its socket ends when the call is over.
            if is_connected && !waiting.is_call() {
                state.hold(device, waiting);
                return;
            }
            state.wait(device, waiting, now);
        }
        self.wanted.notify_one();
    }

    /// The device has all up to here.
    pub(crate) fn acknowledged(&self, device: DeviceAddress, queue_seq: u64) {
        let mut state = self.state();
        if let Some(held) = state.held.get_mut(&device) {
            held.retain(|waiting| !waiting.is_acknowledged(queue_seq));
            if held.is_empty() {
                state.held.remove(&device);
            }
        }
        if let Some(line) = state.lines.get_mut(&device) {
            line.acked_queue_seq = line.acked_queue_seq.max(queue_seq);
            line.forget_acknowledged();
        }
    }

    /// The device's last socket has ended.
    pub(crate) fn left(&self, device: DeviceAddress) {
        let now = Instant::now();
        {
            let mut state = self.state();
            let Some(held) = state.held.remove(&device) else { return };
            for waiting in held {
                state.wait(device, waiting, now);
            }
        }
        self.wanted.notify_one();
    }

    /// What is to be sent now, if anything is.
    fn take_due(&self, now: Instant) -> Option<Parcel> {
        let mut state = self.state();
        loop {
            let first = *state.due.first()?;
            if first.0 > now {
                return None;
            }
            state.due.remove(&first);
            let device = first.1;
            let Some(line) = state.lines.get_mut(&device).filter(|line| line.at == Some(first.0)) else { continue };
            line.notices.retain(|waiting| !waiting.is_over(now));
            let may_ring = line.call_at <= now;
            let urgency = match line.notices.iter().any(Waiting::is_call) && may_ring {
                true => Urgency::Call,
                false => Urgency::Message,
            };
            let all = std::mem::take(&mut line.notices).into_iter();
            let (notices, later): (Vec<_>, Vec<_>) = all.partition(|waiting| waiting.notice.urgency == urgency);
            line.notices = later.into();
            if !notices.is_empty() {
                line.at = None;
                if urgency == Urgency::Call {
                    line.call_at = now + PUSH_CALL_PAUSE;
                }
                let more = std::mem::take(&mut line.more);
                return Some(Parcel { device, urgency, notices, more });
            }
            if may_ring {
                state.lines.remove(&device);
                continue;
            }
            // Remembered as long as it may not ring.
            let at = line.call_at;
            line.at = Some(at);
            state.due.insert((at, device));
        }
    }

    /// When the next one is to be looked at.
    fn next_due(&self) -> Option<Instant> {
        self.state().due.first().map(|(at, _)| *at)
    }

    /// What became of a parcel. What came during the push is in the line, and goes on its way.
    fn done(&self, parcel: Parcel, sent: Sent) {
        let now = Instant::now();
        let mut state = self.state();
        let device = parcel.device;
        let is_subscribed = state.subscribed.contains(&device);
        let Some(line) = state.lines.get_mut(&device) else { return };
        let at = match sent {
            Sent::NotWanted if !is_subscribed => {
                state.lines.remove(&device);
                return;
            }
            // Where it was replaced meanwhile, the next one goes there.
            Sent::Taken | Sent::Refused | Sent::NotWanted => {
                line.tries = 0;
                line.next_at(now)
            }
            Sent::Connected => {
                let all = parcel.notices.into_iter().chain(std::mem::take(&mut line.notices));
                let (calls, held): (Vec<_>, Vec<_>) = all.partition(Waiting::is_call);
                line.notices = calls.into();
                (line.more, line.tries) = (0, 0);
                let (acked_queue_seq, at) = (line.acked_queue_seq, line.next_at(now));
                for waiting in held.into_iter().filter(|waiting| !waiting.is_acknowledged(acked_queue_seq)) {
                    state.hold(device, waiting);
                }
                return state.go_on(device, at);
            }
            Sent::Later(after) if line.tries < PUSH_TRIES_MAX => {
                line.tries += 1;
                if parcel.urgency == Urgency::Call {
                    // It has not rung.
                    line.call_at = now;
                }
                for waiting in parcel.notices.into_iter().rev() {
                    line.notices.push_front(waiting);
                }
                line.more += parcel.more;
                line.forget_acknowledged();
                line.bound();
                now + after.unwrap_or(PUSH_RETRY * 2_u32.saturating_pow(line.tries - 1)).min(PUSH_RETRY_MAX)
            }
            Sent::Later(_) if line.notices.is_empty() => {
                state.lines.remove(&device);
                return;
            }
            // Given up; what came during the last try has tries of its own.
            Sent::Later(after) => {
                line.tries = 0;
                now + after.unwrap_or(PUSH_RETRY * 2_u32.saturating_pow(PUSH_TRIES_MAX)).min(PUSH_RETRY_MAX)
            }
        };
        state.go_on(device, at);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wait(&mut self, device: DeviceAddress, waiting: Waiting, now: Instant) {
        let is_full = self.lines.len() >= PUSH_DEVICES_MAX;
        let line = match self.lines.entry(device) {
            std::collections::btree_map::Entry::Occupied(line) => line.into_mut(),
            // Nobody is lost: a device gets its messages when it connects.
            std::collections::btree_map::Entry::Vacant(_) if is_full => return,
            std::collections::btree_map::Entry::Vacant(place) => {
                self.due.insert((now, device));
                place.insert(Line {
                    notices: VecDeque::new(),
                    more: 0,
                    at: Some(now),
                    tries: 0,
                    call_at: now,
                    acked_queue_seq: 0,
                })
            }
        };
        // A call does not wait for the pause after a message, only for that after a call and for a push service that asked for one.
        let soonest = if waiting.is_call() { line.call_at.max(now) } else { now + PUSH_PAUSE };
        if line.tries == 0
            && let Some(at) = line.at.as_mut()
        {
            self.due.remove(&(*at, device));
            *at = (*at).min(soonest);
            self.due.insert((*at, device));
        }
        line.notices.push_back(waiting);
        line.bound();
    }

    /// Until the device acknowledges it, or its socket ends.
    fn hold(&mut self, device: DeviceAddress, waiting: Waiting) {
        let held = self.held.entry(device).or_default();
        held.push_back(waiting);
        if held.len() > PUSH_NOTICES_MAX {
            held.pop_front();
        }
    }

    /// The device's line is looked at again then.
    fn go_on(&mut self, device: DeviceAddress, at: Instant) {
        if let Some(line) = self.lines.get_mut(&device) {
            line.at = Some(at);
            self.due.insert((at, device));
        }
    }
}

impl Line {
    /// After a push that went its way.
    fn next_at(&self, now: Instant) -> Instant {
        let pause_ends = now + PUSH_PAUSE;
        if self.notices.iter().any(Waiting::is_call) { pause_ends.min(self.call_at.max(now)) } else { pause_ends }
    }

    fn forget_acknowledged(&mut self) {
        let acked_queue_seq = self.acked_queue_seq;
        self.notices.retain(|waiting| !waiting.is_acknowledged(acked_queue_seq));
        if self.notices.is_empty() {
            self.more = 0;
        }
    }

    fn bound(&mut self) {
        while self.notices.len() > PUSH_NOTICES_MAX {
            self.notices.pop_front();
            self.more = self.more.saturating_add(1);
        }
    }
}

/// How long a push service may keep a push.
fn ttl(parcel: &Parcel, now: Instant) -> Duration {
    let oldest = parcel.notices.iter().map(|waiting| waiting.since).min().unwrap_or(now);
    match parcel.urgency {
        Urgency::Message => crate::limits::PUSH_TTL,
        Urgency::Call => PUSH_URGENT_TTL.saturating_sub(now.duration_since(oldest)),
    }
}

/// What an endpoint of a subscription is sent with.
struct Envelope {
    subscription: Subscription,
    body: Vec<u8>,
    ttl: Duration,
    topic: Option<String>,
}

#[cfg(test)]
mod push_tests;
