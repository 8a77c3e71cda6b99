//! Calls: whose device may be in which, what clients and units say to each other, and what the others of a group hear of it.
//!
//! A room is at one node, which claims it in the store ([`rooms`]); clients may have their sessions at others ([`nodes`]). Membership is the delivery service's: who has a leaf in the group, and is listed, may be in its call. Units ([`unit`]) know
//! rooms and participants only; who they are is in the [`directory`]. That a device is put out follows from it at once, and
//! [`keeping`] tells its unit. docs/calls.md.

mod datagrams;
mod directory;
mod keeping;
mod nodes;
mod owed;
mod rooms;
mod runs;
mod streams;
mod unit;
mod words;

pub(crate) use keeping::{keep, pass_on};
pub(crate) use nodes::serve;
pub(crate) use rooms::hold;
pub(crate) use unit::Bound;
pub(crate) use words::is_of_calls;

use crate::bus::{Bus, BusError};
use crate::clock::Clock;
use crate::config::CallsConfig;
use crate::hub::Hub;
use crate::open::Places;
use crate::turn::Turn;
use directory::{Directory, Joiner, Reserved, Seating};
use nodes::Line;
use owed::Owed;
use proto::ids::{ChatId, DeviceAddress, Lease};
use proto::wire::{self, call_refused, client_frame, refused, reply, server_frame};
use server_store::calls::NodeId;
use server_store::groups::{Membership, Standing};
use server_store::{StoreError, Stores};
use sfu::{JoinError, ParticipantId};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use unit::{Counts, Saying, Shared, Started, Unit, Word};

/// Groups that are looked through at once for those with a call.
const GROUPS_A_PAGE: u32 = 512;
/// How long a client waits before it repeats what the store or a unit could not do.
const BUSY_RETRY_MS: u32 = 500;

/// The calls of one server; without units it has none, and says so.
pub(crate) struct Calls {
    hub: Arc<Hub>,
    stores: Stores,
    clock: Arc<dyn Clock>,
    /// To the other nodes.
    line: Line,
    units: Vec<Unit>,
    /// Decides which unit has a group's room. Keyed: group ids are clients' own, and could all lead to one.
    hasher: RandomState,
    directory: Mutex<Directory>,
    owed: Mutex<Owed>,
    to_keep: Notify,
    /// Rooms are closed, and their groups know.
    to_release: Notify,
    stop: watch::Sender<bool>,
    /// For those whose network passes nothing but HTTPS, where this server has that.
    turn: Option<Turn>,
}

/// What units say, each with its number; to be passed on by [`pass_on`].
pub(crate) struct Sayings {
    of: Vec<(usize, mpsc::Receiver<Saying>)>,
    ended: Vec<oneshot::Receiver<()>>,
}

/// What calls need of the server that they are in.
pub(crate) struct Around {
    pub(crate) hub: Arc<Hub>,
    pub(crate) stores: Stores,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) bus: Arc<dyn Bus>,
    /// All nodes have it, and nobody else.
    pub(crate) bus_key: [u8; 32],
}

/// What comes to the calls of a server from its units and from other nodes.
pub(crate) struct Incoming {
    /// For [`pass_on`].
    pub(crate) sayings: Sayings,
    /// For [`serve`].
    pub(crate) words: nodes::Words,
}

/// Numbers for metrics.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) participants: usize,
    pub(crate) rooms: usize,
    /// Connections of TURN.
    pub(crate) relays: usize,
    pub(crate) packets_received: u64,
    pub(crate) packets_unrouted: u64,
    pub(crate) packets_sent: u64,
    pub(crate) packets_dropped: u64,
    pub(crate) packets_paused: u64,
    pub(crate) packets_beyond_limits: u64,
}

impl Calls {
    /// Starts a unit over each of these sockets. Where one cannot be started there are no calls.
    pub(crate) async fn start(
        around: Around,
        bound: Vec<Bound>,
        config: Option<&CallsConfig>,
        rate_limit_factor: usize,
    ) -> Result<(Self, Incoming), BusError> {
        let Around { hub, stores, clock, bus, bus_key } = around;
        let (line, words) = Line::open(bus, bus_key).await?;
        let (stop, stopped) = watch::channel(false);
        let started = config.map_or(Ok(Vec::new()), |config| start_units(bound, config, rate_limit_factor, &stopped));
        let started = started.unwrap_or_else(|error| {
            tracing::warn!("no calls: {error:#}");
            Vec::new()
        });
        let (mut units, mut of, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        for (number, started) in started.into_iter().enumerate() {
            units.push(started.unit);
            of.push((number, started.sayings));
            ended.push(started.ended);
        }
        let (hasher, directory, owed) = (RandomState::new(), Mutex::default(), Mutex::default());
        let (to_keep, to_release) = (Notify::new(), Notify::new());
        let calls =
            Self { hub, stores, clock, line, units, hasher, directory, owed, to_keep, to_release, stop, turn: None };
        Ok((calls, Incoming { sayings: Sayings { of, ended }, words }))
    }

    /// The same, relaying for who is in a call to where its units take datagrams.
    pub(crate) fn relayed_to(self, units: BTreeMap<SocketAddr, SocketAddr>) -> Self {
        let turn = (self.are_offered() && !units.is_empty()).then(|| Turn::to(units));
        Self { turn, ..self }
    }

    /// Who is relayed for, if anybody is.
    pub(crate) fn turn(&self) -> Option<&Turn> {
        self.turn.as_ref()
    }

    /// Whether there is such a participant now.
    pub(crate) fn is_in_call(&self, who: ParticipantId) -> bool {
        self.directory().device_of(who).is_some()
    }

    /// Whether there are calls here.
    pub(crate) fn are_offered(&self) -> bool {
        !self.units.is_empty()
    }

    /// Ends the units.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// How many words something said by this device counts as. An answer to the unit counts as what it is longer than what the unit
    /// has offered: others' tracks cost nobody anything.
    pub(crate) fn cost(&self, device: DeviceAddress, say: &wire::SayInCall) -> u32 {
        let words = words::cost(say).get();
        let who = ParticipantId(say.participant);
        let answers = matches!(say.says, Some(wire::say_in_call::Says::Answer(_)));
        if !answers || self.directory().device_of(who) != Some(device) {
            return words;
        }
        words.saturating_sub(self.owed().answered(who))
    }

    /// Carries out a request of a connected device, of the kinds that [`is_of_calls`] takes.
    ///
    /// What is said is queued to the unit, or to its node, before the first await, so that words handed over in order are heard in order.
    pub(crate) async fn handle(&self, device: DeviceAddress, lease: Lease, body: client_frame::Body) -> reply::Body {
        use client_frame::Body;
        let joiner = |time_ms| Joiner { device, lease, home: self.line.node, time_ms };
        match body {
            Body::JoinCall(join) => {
                let time_ms = self.directory().join_time(self.clock.now_ms());
                match self.join(joiner(time_ms), &join).await {
                    Joining::Answered(reply) => reply,
                    Joining::Elsewhere(node) => self.join_at(node, joiner(time_ms), join).await,
                }
            }
            Body::SayInCall(say) => match self.elsewhere(say.participant) {
                None => self.say(device, say).await,
                // What would be refused there goes nowhere.
                Some(node) => match words::read(say.clone()) {
                    Ok(_) => self.ask(node, joiner(0), Body::SayInCall(say)).await,
                    Err(refused) => refused,
                },
            },
            Body::LeaveCall(leave) => {
                match self.elsewhere(leave.participant) {
                    None => self.leave(device, ParticipantId(leave.participant)),
                    Some(node) => self.line.tell(node, nodes::asked(joiner(0), Body::LeaveCall(leave))),
                }
                reply::Body::Done(wire::Done {})
            }
            Body::GetCalls(_) => self.running_of(device).await,
            _ => refuse(refused::Reason::Unsupported, "not of calls"),
        }
    }

    /// Joins here, where the room is this node's or can be.
    async fn join(&self, joiner: Joiner, join: &wire::JoinCall) -> Joining {
        let Ok(chat) = ChatId::try_from(join.chat.as_slice()) else {
            return Joining::Answered(refuse(refused::Reason::Invalid, "chat: 16 bytes are wanted"));
        };
        if *self.stop.borrow() {
            return Joining::Answered(refuse_busy("this server stops"));
        }
        if !self.are_offered() {
            let refusal = refuse_call(call_refused::Reason::NotOffered, "this server has no calls");
            return Joining::Answered(refusal);
        }
        // Reserved first: a removal that the question below does not see strikes the reservation.
        let reservation = self.reserve(joiner, chat);
        if let Err(refused) = self.admit(joiner, chat).await {
            return Joining::Answered(refused);
        }
        // The one before goes first: in a full call it has the place that this one is to get.
        self.directory().vacate(joiner.device);
        self.tell_units_who_left().await;
        match self.claim(chat, reservation.reserved.room).await {
            Err(error) => Joining::Answered(busy(&error)),
            Ok(Some(node)) => Joining::Elsewhere(node),
            Ok(None) => Joining::Answered(self.seat(reservation).await),
        }
    }

    /// Whether it may join: by the store here as well where the device's session is elsewhere, since only here a removal strikes it.
    async fn admit(&self, joiner: Joiner, chat: ChatId) -> Result<(), reply::Body> {
        let members = self.members(chat).await.map_err(|error| busy(&error))?;
        if !members.contains(&joiner.device) {
            return Err(refuse(refused::Reason::Denied, "not a member"));
        }
        if joiner.home == self.line.node {
            if self.hub.lease_of(joiner.device) != Some(joiner.lease) {
                return Err(refuse(refused::Reason::Denied, "another run of this client is connected"));
            }
            self.line.tell_all(nodes::joins(joiner));
        }
        Ok(())
    }

    async fn seat(&self, reservation: Reservation<'_>) -> reply::Body {
        use call_refused::Reason;
        let Reserved { participant, room, unit } = reservation.reserved;
        let joined = match self.units.get(unit) {
            Some(unit) => asked(unit, |answer| Word::Join { room, who: participant, answer }).await,
            None => None,
        };
        match joined {
            Some(Ok(())) => {}
            Some(Err(JoinError::RoomFull)) => return refuse_call(Reason::CallFull, "the call is full"),
            Some(Err(JoinError::TooManyRooms)) => return refuse_call(Reason::TooManyCalls, "too many calls"),
            Some(Err(JoinError::AlreadyHere)) | None => return refuse_busy("the unit is not there"),
        }
        match reservation.seat() {
            Seating::Seated => reply::Body::CallJoined(wire::CallJoined {
                participant: participant.0,
                unconnected_max_ms: u32::try_from(sfu::limits::UNCONNECTED_MAX.as_millis()).unwrap_or(u32::MAX),
                turn_password: self.turn.as_ref().map(|turn| turn.password(participant)).unwrap_or_default(),
            }),
            Seating::Struck => {
                // Its leaving may have come to the unit before it did.
                if let Some(unit) = self.units.get(unit) {
                    asked(unit, |done| Word::Leave { who: participant, done }).await;
                }
                refuse(refused::Reason::Denied, "not a member any more, or joined again")
            }
        }
    }

    /// Joins at the node that has the room.
    async fn join_at(&self, node: NodeId, joiner: Joiner, join: wire::JoinCall) -> reply::Body {
        let reply = self.ask(node, joiner, client_frame::Body::JoinCall(join)).await;
        if let reply::Body::CallJoined(joined) = &reply
            && self.hub.lease_of(joiner.device) != Some(joiner.lease)
        {
            let leave = wire::LeaveCall { participant: joined.participant };
            self.line.tell(node, nodes::asked(joiner, client_frame::Body::LeaveCall(leave)));
            return refuse(refused::Reason::Denied, "another run of this client is connected");
        }
        reply
    }

    /// Asks another node on behalf of a device whose session is here.
    async fn ask(&self, node: NodeId, joiner: Joiner, body: client_frame::Body) -> reply::Body {
        let joins = matches!(body, client_frame::Body::JoinCall(_));
        match self.line.ask(node, nodes::asked(joiner, body)).await {
            Ok(reply) => reply,
            // It has ended, and the participant with it; rooms stay its own until their leases end.
            Err(BusError::NoResponders) if !joins => {
                refuse_call(call_refused::Reason::NotInCall, "the participant's node is gone")
            }
            Err(BusError::TooLong { .. }) => refuse(refused::Reason::TooLarge, "too long for another node"),
            Err(BusError::NoResponders | BusError::TimedOut | BusError::Full) => {
                refuse_busy("the node that has the room does not answer")
            }
        }
    }

    /// The node of a participant that cannot be here.
    fn elsewhere(&self, participant: u64) -> Option<NodeId> {
        words::node_of(participant).filter(|node| *node != self.line.node)
    }

    async fn say(&self, device: DeviceAddress, say: wire::SayInCall) -> reply::Body {
        let who = ParticipantId(say.participant);
        let says = match words::read(say) {
            Ok(says) => says,
            Err(refused) => return refused,
        };
        let unit = self.directory().unit_of(who, device).and_then(|unit| self.units.get(unit));
        let heard = match unit {
            Some(unit) => asked(unit, |answer| Word::Hear { who, says, answer }).await,
            None => return refuse_call(call_refused::Reason::NotInCall, "no such participant of this device"),
        };
        heard.map_or_else(|| refuse_busy("the unit is not there"), words::heard)
    }

    fn leave(&self, device: DeviceAddress, participant: ParticipantId) {
        let mut directory = self.directory();
        if directory.of_device(device).is_some_and(|(_, seated)| seated == participant) {
            directory.vacate(device);
            self.to_keep.notify_one();
        }
    }

    /// A running client of the device has a socket. One of another lease is out; the same one goes on, and hears once more what
    /// it may have missed.
    pub(crate) fn back(&self, device: DeviceAddress, lease: Lease) {
        self.back_at(self.line.node, device, lease);
        self.line.tell_all(nodes::back(device, lease));
    }

    fn back_at(&self, home: NodeId, device: DeviceAddress, lease: Lease) {
        let (unit, who) = {
            let mut directory = self.directory();
            directory.vacate_but_for(device, Some(lease));
            directory.moved(device, home);
            self.to_keep.notify_one();
            let Some(seated) = directory.of_device(device) else { return };
            seated
        };
        self.say_again(unit, who);
    }

    fn say_again(&self, unit: usize, who: ParticipantId) {
        let Some(unit) = self.units.get(unit) else { return };
        // Nobody's greeting waits for a unit.
        if let Err(TrySendError::Full(word)) = unit.words.try_send(Word::SayAgain(who)) {
            let words = unit.words.clone();
            drop(tokio::spawn(async move { words.send(word).await.is_ok() }));
        }
    }

    /// These devices are out of whatever call they are in: unlinked, or their account's number has moved.
    pub(crate) fn put_out(&self, devices: &[DeviceAddress]) {
        self.put_out_here(devices);
        self.line.tell_all(nodes::put_out(devices));
    }

    fn put_out_here(&self, devices: &[DeviceAddress]) {
        let mut directory = self.directory();
        for device in devices {
            directory.vacate_but_for(*device, None);
        }
        self.to_keep.notify_one();
    }

    /// Somebody may have lost the leaf by which they are in a group's call, or has one and has not heard of it.
    pub(crate) fn roster_changed(&self, chat: ChatId) {
        self.roster_changed_here(chat);
        self.line.tell_all(nodes::roster_changed(chat));
    }

    fn roster_changed_here(&self, chat: ChatId) {
        if self.directory().doubt(chat) {
            self.to_keep.notify_one();
        }
    }

    /// Running calls of groups in which the device has a leaf.
    async fn running_of(&self, device: DeviceAddress) -> reply::Body {
        let told = async {
            let elsewhere = match self.running_elsewhere(device).await? {
                Ok(elsewhere) => elsewhere,
                // It asks again; without the others' calls it would take itself to be out of its own.
                Err(_) => return Ok(refuse_busy("a node that has a call does not answer")),
            };
            let mut calls = self.running_here(device).await?;
            let here: BTreeSet<Vec<u8>> = calls.iter().map(|call| call.chat.clone()).collect();
            let is_told = |call: &wire::RunningCall| !call.participants.is_empty() && !here.contains(&call.chat);
            calls.extend(elsewhere.into_iter().filter(is_told));
            calls.truncate(crate::limits::CALLS_TOLD_MAX);
            Ok(reply::Body::Calls(wire::Calls { calls }))
        };
        told.await.unwrap_or_else(|error| busy(&error))
    }

    async fn running_here(&self, device: DeviceAddress) -> Result<Vec<wire::RunningCall>, StoreError> {
        let mut chats = Vec::new();
        let mut after = None;
        while !self.directory().chats().is_empty() {
            let groups = self.stores.groups.list_groups(device, after, GROUPS_A_PAGE).await?;
            let joined = groups.iter().filter(|group| group.membership == Membership::Joined);
            chats.extend(joined.map(|group| group.head.chat));
            after = groups.last().map(|group| group.head.chat);
            if groups.len() < usize::try_from(GROUPS_A_PAGE).unwrap_or(usize::MAX) {
                break;
            }
        }
        // Read after all that is waited for, and all at once: no notice is sent between this and the reply, so that none before it
        // is newer.
        let directory = self.directory();
        let running = chats.into_iter().map(|chat| words::running(chat, directory.participants(chat)));
        Ok(running.filter(|call| !call.participants.is_empty()).collect())
    }

    /// Devices with a leaf in the group, but for those that are unlinked.
    async fn members(&self, chat: ChatId) -> Result<BTreeSet<DeviceAddress>, StoreError> {
        let members = self.stores.groups.members(chat).await?;
        Ok(members.into_iter().filter(|m| m.standing == Standing::Listed).map(|m| m.device).collect())
    }

    fn reserve(&self, joiner: Joiner, chat: ChatId) -> Reservation<'_> {
        let shard = self.hasher.hash_one(chat.0) % u64::try_from(self.units.len().max(1)).unwrap_or(1);
        let unit = usize::try_from(shard).unwrap_or(0);
        let reserved = self.directory().reserve(joiner, chat, unit, || words::draw_participant(self.line.node));
        Reservation { calls: self, reserved }
    }

    /// Those who are out of the directory are taken out of their units: when this returns they are sent nothing more. No unit waits
    /// for another.
    async fn tell_units_who_left(&self) {
        let each = (0..self.units.len()).map(|unit| self.tell_unit_who_left(unit));
        futures_util::future::join_all(each).await;
    }

    async fn tell_unit_who_left(&self, unit: usize) {
        loop {
            let Some(who) = self.directory().first_leaving(unit) else { return };
            if let Some(of) = self.units.get(unit) {
                // Where there is no unit any more, nobody is in it.
                asked(of, |done| Word::Leave { who, done }).await;
            }
            self.directory().left((unit, who));
        }
    }

    /// Tells a device whose session is there.
    fn tell(&self, (device, home): (DeviceAddress, NodeId), body: server_frame::Body) {
        match home == self.line.node {
            true => self.hub.push_all(&[device], &body),
            false => self.line.tell(home, nodes::tell(&[device], body)),
        }
    }

    /// For metrics.
    pub(crate) fn tally(&self) -> Tally {
        let (participants, rooms) = self.directory().counts();
        let sum = |of: fn(&Counts) -> u64| self.units.iter().map(|unit| of(&unit.counts)).sum();
        Tally {
            participants,
            rooms,
            relays: self.turn.as_ref().map_or(0, Turn::connections),
            packets_received: sum(|counts| counts.received.load(Ordering::Relaxed)),
            packets_unrouted: sum(|counts| counts.unrouted.load(Ordering::Relaxed)),
            packets_sent: sum(|counts| counts.sent.load(Ordering::Relaxed)),
            packets_dropped: sum(|counts| counts.dropped.load(Ordering::Relaxed)),
            packets_paused: sum(|counts| counts.paused.load(Ordering::Relaxed)),
            packets_beyond_limits: sum(|counts| counts.beyond_limits.load(Ordering::Relaxed)),
        }
    }

    fn owed(&self) -> MutexGuard<'_, Owed> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start_units(
    bound: Vec<Bound>,
    config: &CallsConfig,
    rate_limit_factor: usize,
    stop: &watch::Receiver<bool>,
) -> anyhow::Result<Vec<Started>> {
    let stream_places = Places::new(config.streams_per_address_max.saturating_mul(rate_limit_factor));
    let start = |(number, bound)| {
        let shared = Shared { stream_places: stream_places.clone(), stop: stop.clone() };
        unit::start(bound, &config.reached_at(), number, shared)
    };
    bound.into_iter().enumerate().map(start).collect()
}

/// What came of joining here.
enum Joining {
    Answered(reply::Body),
    /// That node has the room.
    Elsewhere(NodeId),
}

/// A place that is given up unless somebody is seated there.
struct Reservation<'a> {
    calls: &'a Calls,
    reserved: Reserved,
}

impl Reservation<'_> {
    fn seat(self) -> Seating {
        let seating = self.calls.directory().seat(self.reserved.participant);
        // The group is to hear of it, and a place of the device that this one replaces is to be cleared.
        self.calls.to_keep.notify_one();
        seating
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.calls.directory().give_up(self.reserved.participant);
        self.calls.to_keep.notify_one();
    }
}

/// Asks a unit; `None` if it is no more.
async fn asked<T>(unit: &Unit, word: impl FnOnce(oneshot::Sender<T>) -> Word) -> Option<T> {
    let (answer, answered) = oneshot::channel();
    unit.words.send(word(answer)).await.ok()?;
    answered.await.ok()
}

fn busy(error: &StoreError) -> reply::Body {
    if !error.is_temporary() {
        tracing::error!(error = error as &dyn std::error::Error, "a request about calls failed in the store");
    }
    refuse_busy("the store failed")
}

/// The one who asked looked before the room went to another node.
fn busy_elsewhere() -> reply::Body {
    refuse_busy("another node has the room by now")
}

fn refuse_busy(detail: &str) -> reply::Body {
    let reason = refused::Reason::Busy.into();
    reply::Body::Refused(wire::Refused { reason, detail: detail.into(), retry_after_ms: BUSY_RETRY_MS })
}

fn refuse(reason: refused::Reason, detail: &str) -> reply::Body {
    reply::Body::Refused(wire::Refused { reason: reason.into(), detail: detail.into(), retry_after_ms: 0 })
}

fn refuse_call(reason: call_refused::Reason, detail: &str) -> reply::Body {
    reply::Body::CallRefused(wire::CallRefused { reason: reason.into(), detail: detail.into() })
}
