//! The forwarding unit's room of a call: joining and leaving it, who else is there, the words of the own connection, and its keys.

use super::{CONNECT_MS, Calling, Own};
use crate::accounts;
use crate::blocking;
use crate::chats;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::mls;
use crate::sending::Flight;
use crate::session::send;
use crate::vetting::Writable;
use crate::vouching;
use breakable::{Rule, broken};
use client_api::{
    Answer, CallEnd, CallKeys, CallLeaf, CallLine, CallPerson, CallSay, CallTrack, Event, RunningCall, UserError,
};
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation};
use proto::wire::layer_wish::Layer;
use proto::wire::{
    CallJoined, CallOffer, Calls, GetCalls, JoinCall, LayerWish, LeaveCall, PutOutOfCall, SaidInCall, SayInCall,
    call_refused, call_track, client_frame, put_out_of_call, refused, reply, said_in_call, say_in_call,
};
use std::collections::{BTreeMap, BTreeSet};

/// How often in a row a device comes back by itself after it was put out.
const COMES_BACK_MAX: u32 = 3;
/// Who was in for so long has not come back in vain.
const STAYED_MS: u64 = 60_000;
/// The pause before another joining, longer each time; the first one is at once.
const COME_BACK_PAUSE_MS: u64 = 2_000;
/// Which calls there are is asked again after this, where the server did not say it.
const ASK_AGAIN_MS: u64 = 5_000;
/// Rooms that are remembered; the server tells of no more (docs/calls.md).
const ROOMS_MAX: usize = 1_024;
/// People of a room; no unit has more.
const PEOPLE_MAX: usize = 64;

/// The own place in a room.
#[derive(Debug)]
pub(super) struct Place {
    /// This device's number there, once the server has given it.
    participant: Option<u64>,
    /// Of the joining that is wanted.
    join: u64,
    joined_ms: u64,
    /// The keys that the interface has.
    keys: Option<Told>,
    /// The interface seals nothing, or has been told so.
    is_held: bool,
    comes_back: u32,
    /// When to join again.
    join_at_ms: Option<u64>,
}

/// Keys that were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    generation: Generation,
    epoch: u64,
    /// The log was followed so far.
    seq: u64,
}

impl Default for Place {
    fn default() -> Self {
        let (participant, join, joined_ms, keys, comes_back, join_at_ms) = (None, 0, 0, None, 0, None);
        // Without keys nothing is sealed.
        Self { participant, join, joined_ms, keys, is_held: true, comes_back, join_at_ms }
    }
}

impl Place {
    pub(super) fn participant(&self) -> Option<u64> {
        self.participant
    }

    /// The interface has keys of the present epoch.
    pub(super) fn may_seal(&self) -> bool {
        self.keys.is_some() && !self.is_held
    }
}

/// Who is in which room, as the server says.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    people: BTreeMap<ChatId, Vec<(u64, DeviceAddress)>>,
    /// How far the server's clock was ahead of this one.
    ahead_ms: i64,
}

impl Rooms {
    pub(super) fn people(&self, chat: ChatId) -> &[(u64, DeviceAddress)] {
        self.people.get(&chat).map_or(&[], Vec::as_slice)
    }

    /// Another device is in the chat's room.
    pub(super) fn has_others(&self, chat: ChatId, me: DeviceAddress) -> bool {
        self.people(chat).iter().any(|(_, device)| *device != me)
    }

    /// The server's time.
    pub(super) fn server_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.ahead_ms)
    }

    fn set(&mut self, call: &proto::wire::RunningCall) -> Option<ChatId> {
        let chat = ChatId::try_from(call.chat.as_slice()).ok()?;
        let read = |person: &proto::wire::CallParticipant| {
            Some((person.participant, DeviceAddress::try_from(person.device.as_ref()?).ok()?))
        };
        let people: Vec<_> = call.participants.iter().take(PEOPLE_MAX).filter_map(read).collect();
        if people.is_empty() {
            self.people.remove(&chat);
        } else if self.people.contains_key(&chat) || self.people.len() < ROOMS_MAX {
            self.people.insert(chat, people);
        }
        Some(chat)
    }
}

impl Calling {
    /// The server said what time it is.
    pub(crate) fn server_time_is(&mut self, server_ms: u64, now_ms: u64) {
        self.rooms.ahead_ms = server_ms.cast_signed().saturating_sub(now_ms.cast_signed());
    }

    pub(super) fn own_with(&mut self, participant: u64) -> Option<&mut Own> {
        self.own.as_mut().filter(|own| own.place.participant == Some(participant))
    }
}

impl Client {
    pub(super) fn join_room(&mut self, cx: &mut Context<'_>) {
        let Some(own) = self.calling.own.as_mut().filter(|_| self.session.is_up()) else { return };
        self.calling.joins += 1;
        let number = self.calling.joins;
        (own.place.join, own.place.join_at_ms) = (number, None);
        let body = client_frame::Body::JoinCall(JoinCall { chat: own.chat.to_vec() });
        self.flights.send(cx, Flight::JoinCall { number }, body);
    }

    /// Joins where that is due, and asks what was not told.
    pub(super) fn room_tick(&mut self, cx: &mut Context<'_>) {
        let now_ms = cx.now_ms;
        let is_due = |at_ms: Option<u64>| at_ms.is_some_and(|at_ms| at_ms <= now_ms);
        if self.calling.own.as_ref().is_some_and(|own| is_due(own.place.join_at_ms)) {
            self.join_room(cx);
        }
        if is_due(self.calling.ask_at_ms) && self.session.is_up() {
            self.ask_calls(cx);
        }
    }

    pub(super) fn ask_calls(&mut self, cx: &mut Context<'_>) {
        self.calling.ask_at_ms = None;
        self.flights.send(cx, Flight::Calls, client_frame::Body::GetCalls(GetCalls {}));
    }

    /// The server did not say it.
    pub(crate) fn ask_calls_again(&mut self, cx: &Context<'_>) {
        self.calling.ask_at_ms = Some(cx.now_ms + ASK_AGAIN_MS);
        self.retry_at(cx.now_ms + ASK_AGAIN_MS);
    }

    /// A join that is under way has no number to leave by yet: its reply is followed by the leave.
    pub(super) fn leave_room(&mut self, cx: &mut Context<'_>, place: &Place) {
        if let Some(participant) = place.participant.filter(|_| self.session.is_up()) {
            send(cx, 0, client_frame::Body::LeaveCall(LeaveCall { participant }));
        }
    }

    pub(crate) fn on_join_answered(
        &mut self,
        cx: &mut Context<'_>,
        number: u64,
        body: Option<reply::Body>,
    ) -> Result<(), Halt> {
        let is_in_call = self.calling.own.is_some();
        let here = self.calling.own.as_mut().filter(|own| own.place.join == number);
        match (body, here) {
            (
                Some(reply::Body::CallJoined(CallJoined { participant, unconnected_max_ms, turn_password })),
                Some(own),
            ) => {
                own.place.participant = Some(participant);
                own.place.joined_ms = cx.now_ms;
                own.place.keys = None;
                self.calling.changed = true;
                cx.event(Event::CallLine(CallLine::Open { participant, unconnected_max_ms, turn_password }));
                Ok(())
            }
            // A later joining has taken this one's place already.
            (Some(reply::Body::CallJoined(_)), None) if is_in_call => Ok(()),
            (Some(reply::Body::CallJoined(CallJoined { participant, .. })), None) => {
                send(cx, 0, client_frame::Body::LeaveCall(LeaveCall { participant }));
                Ok(())
            }
            (_, None) => Ok(()),
            (Some(reply::Body::CallRefused(refused)), Some(_)) => {
                let end = match refused.reason() {
                    call_refused::Reason::NotOffered => CallEnd::NotOffered,
                    call_refused::Reason::CallFull | call_refused::Reason::TooManyCalls => CallEnd::Full,
                    _ => CallEnd::Failed,
                };
                self.call_ends(cx, end)
            }
            (Some(reply::Body::Refused(refused)), Some(own)) if refused.reason() == refused::Reason::Busy => {
                let at_ms = cx.now_ms + u64::from(refused.retry_after_ms.max(200));
                own.place.join_at_ms = Some(at_ms);
                self.retry_at(at_ms);
                Ok(())
            }
            (Some(reply::Body::Refused(refused)), Some(_)) if refused.reason() == refused::Reason::Denied => {
                self.call_ends(cx, CallEnd::NotMember)
            }
            (_, Some(_)) => self.call_ends(cx, CallEnd::Failed),
        }
    }

    /// What the own connection has to say.
    pub(crate) fn say_in_call(&mut self, cx: &mut Context<'_>, request: u32, participant: u64, say: CallSay) {
        if self.calling.own_with(participant).is_none() {
            return cx.answer(request, Err(UserError::NotNow));
        }
        if !self.session.is_up() {
            return cx.answer(request, Err(UserError::Offline));
        }
        let says = match say {
            CallSay::Offer(sdp) => say_in_call::Says::Offer(sdp),
            CallSay::Answer(sdp) => say_in_call::Says::Answer(sdp),
            CallSay::Layer { mid, layer } => {
                let layer = match layer {
                    1 => Layer::Low,
                    2 => Layer::Middle,
                    _ => Layer::High,
                };
                say_in_call::Says::Layer(LayerWish { mid, layer: layer.into() })
            }
        };
        let body = SayInCall { participant, says: Some(says) };
        self.flights.send(cx, Flight::SayInCall { request, participant }, client_frame::Body::SayInCall(body));
    }

    pub(crate) fn on_say_answered(
        &mut self,
        cx: &mut Context<'_>,
        (request, participant): (u32, u64),
        body: Option<reply::Body>,
    ) -> Result<(), Halt> {
        let result = match body {
            Some(reply::Body::Done(_)) => Ok(Answer::Done),
            Some(reply::Body::CallRefused(refused)) => match refused.reason() {
                call_refused::Reason::NotInCall => {
                    self.come_back(cx, participant)?;
                    Err(UserError::NotNow)
                }
                call_refused::Reason::Ignored => Err(UserError::NotNow),
                _ => Err(UserError::CallRefused),
            },
            Some(reply::Body::Refused(refused)) if refused.reason() == refused::Reason::Busy => {
                Err(UserError::TooMany { wait_s: refused.retry_after_ms.div_ceil(1_000).max(1) })
            }
            _ => Err(UserError::CallRefused),
        };
        cx.answer(request, result);
        Ok(())
    }

    /// The socket is gone: what was said on it has no answer.
    pub(crate) fn calls_lost_socket(&mut self, cx: &mut Context<'_>) {
        for request in self.flights.said_in_call() {
            cx.answer(request, Err(UserError::Offline));
        }
        self.calling.changed = true;
    }

    /// The queue is empty: what rings is shown, and what happened in calls meanwhile is asked for.
    pub(crate) fn calls_are_heard(&mut self, cx: &mut Context<'_>) {
        self.calling.changed = true;
        if let Some(own) = &mut self.calling.own {
            own.signs.are_asked_for();
        }
        match self.calling.own.as_ref().map(|own| own.place.participant) {
            Some(None) => self.join_room(cx),
            Some(Some(_)) => cx.event(Event::CallLine(CallLine::SayAgain)),
            None => {}
        }
        self.ask_calls(cx);
    }

    pub(crate) fn on_calls(&mut self, cx: &mut Context<'_>, calls: &Calls) -> Result<(), Halt> {
        self.calling.rooms.people.clear();
        for call in &calls.calls {
            self.calling.rooms.set(call);
        }
        self.calling.changed = true;
        self.leave_forgotten_rooms(cx)?;
        self.ring_seen(cx)?;
        let Some(own) = &self.calling.own else { return Ok(()) };
        let Some(participant) = own.place.participant else { return Ok(()) };
        let is_in = self.calling.rooms.people(own.chat).iter().any(|(number, _)| *number == participant);
        if is_in { self.look_who_is_there(cx) } else { self.come_back(cx, participant) }
    }

    /// Who is in a call has changed.
    pub(crate) fn on_running_call(
        &mut self,
        cx: &mut Context<'_>,
        call: &proto::wire::RunningCall,
    ) -> Result<(), Halt> {
        let Some(chat) = self.calling.rooms.set(call) else { return Ok(()) };
        self.calling.changed = true;
        self.ring_seen(cx)?;
        match &self.calling.own {
            Some(own) if own.chat == chat => self.look_who_is_there(cx),
            _ => Ok(()),
        }
    }

    /// Places of this device that it has left without a connection to say so.
    fn leave_forgotten_rooms(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address;
        let is_joining = self.calling.own.as_ref().is_some_and(|own| own.place.participant.is_none());
        let kept = self.calling.own.as_ref().and_then(|own| own.place.participant);
        let places = self.calling.rooms.people.values().flatten();
        let forgotten = places.filter(|(number, device)| *device == me && Some(*number) != kept && !is_joining);
        for (participant, _) in forgotten.copied().collect::<Vec<_>>() {
            send(cx, 0, client_frame::Body::LeaveCall(LeaveCall { participant }));
        }
        Ok(())
    }

    /// Somebody else in the own call has answered it. Of two, one who is there no more may come back within a while: a wanted end is said.
    fn look_who_is_there(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let Some(own) = &mut self.calling.own else { return Ok(()) };
        let others = self.calling.rooms.people(own.chat).iter().any(|(_, device)| device.account != me);
        if let Some(origin) = &mut own.origin {
            self.calling.rooms.people(own.chat).iter().for_each(|(_, device)| origin.meet(device.account));
        }
        if others {
            own.met = true;
            own.ends_ms = None;
            own.answered_ms = own.answered_ms.or(Some(cx.now_ms));
        } else if own.met && !own.is_group && own.ends_ms.is_none() {
            own.ends_ms = Some(cx.now_ms + CONNECT_MS);
            self.retry_at(cx.now_ms + CONNECT_MS);
        }
        Ok(())
    }

    pub(crate) fn on_put_out(&mut self, cx: &mut Context<'_>, out: &PutOutOfCall) -> Result<(), Halt> {
        if self.calling.own_with(out.participant).is_none() {
            return Ok(());
        }
        match out.reason() {
            put_out_of_call::Reason::NotAMember => self.call_ends(cx, CallEnd::NotMember),
            _ => self.come_back(cx, out.participant),
        }
    }

    /// This participant is out, and the user did not want that: the device joins anew, a few times.
    fn come_back(&mut self, cx: &mut Context<'_>, participant: u64) -> Result<(), Halt> {
        let Some(own) = self.calling.own_with(participant) else { return Ok(()) };
        own.place.participant = None;
        own.place.keys = None;
        let stayed = cx.now_ms.saturating_sub(own.place.joined_ms) >= STAYED_MS;
        own.place.comes_back = if stayed { 1 } else { own.place.comes_back + 1 };
        let comes_back = own.place.comes_back;
        let at_ms = cx.now_ms + COME_BACK_PAUSE_MS * u64::from(comes_back - 1);
        own.place.join_at_ms = Some(at_ms).filter(|_| comes_back > 1);
        self.calling.changed = true;
        // Who removes somebody meanwhile is not heard here.
        self.hold_call(cx);
        if comes_back > COMES_BACK_MAX {
            return self.call_ends(cx, CallEnd::Failed);
        }
        if comes_back == 1 {
            self.join_room(cx);
            return Ok(());
        }
        self.retry_at(at_ms);
        Ok(())
    }

    pub(crate) fn on_said_in_call(&mut self, cx: &mut Context<'_>, said: SaidInCall) {
        if self.calling.own_with(said.participant).is_none() {
            return;
        }
        match said.says {
            Some(said_in_call::Says::Answer(sdp)) => cx.event(Event::CallLine(CallLine::Answer(sdp))),
            Some(said_in_call::Says::Offer(CallOffer { sdp, tracks })) => {
                let tracks = tracks.into_iter().filter_map(track).collect();
                cx.event(Event::CallLine(CallLine::Offer { sdp, tracks }));
            }
            None => {}
        }
    }

    /// Gives the interface the keys of the chat's epoch, where they are new. As for messages, nothing is sealed while somebody is in the group
    /// who must not be: also where that is only known now.
    pub(super) fn tell_call_keys(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(own) = self.calling.own.as_ref().filter(|own| own.place.participant.is_some()) else { return Ok(()) };
        let (chat, told, is_held) = (own.chat, own.place.keys, own.place.is_held);
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        let vetted = chats::vetted_epoch(cx.db, chat)?;
        let is_still = |told: Told| {
            (told.generation, told.seq) == (stored.generation, stored.applied_seq) && vetted == Some(told.epoch)
        };
        if !is_held && told.is_some_and(is_still) {
            return Ok(());
        }
        let group = mls::load(cx, &stored)?.filter(|group| group.is_active());
        let may_seal = match &group {
            Some(group) => {
                !vouching::is_doubted(cx.db, chat)? && self.vet(cx, &stored, group)? != Writable::NotYet
                    || broken(Rule::VettedBeforeCall)
            }
            None => false,
        };
        let Some(group) = group.filter(|_| may_seal) else {
            self.hold_call(cx);
            return Ok(());
        };
        let now = Told { generation: stored.generation, epoch: group.epoch(), seq: stored.applied_seq };
        let is_same = told.is_some_and(|told| Told { seq: now.seq, ..told } == now);
        if is_held || !is_same {
            let Some(base_key) = mls::taken(group.call_key(&mls::provider(cx)))? else { return Ok(()) };
            let Some(roster) = mls::taken(group.roster())? else { return Ok(()) };
            let keys = CallKeys {
                generation: now.generation.0,
                epoch: now.epoch,
                base_key: base_key.to_vec(),
                leaf: group.own_leaf(),
                leaves: roster.iter().map(leaf).collect(),
            };
            cx.event(Event::CallLine(CallLine::Keys(keys)));
        }
        if let Some(own) = &mut self.calling.own {
            if is_held || !is_same {
                own.signs.are_asked_for();
                // Others may be in the group.
                self.calling.changed = true;
            }
            (own.place.keys, own.place.is_held) = (Some(now), false);
        }
        Ok(())
    }

    /// Nothing is to be sealed until there are keys again.
    fn hold_call(&mut self, cx: &mut Context<'_>) {
        if let Some(own) = self.calling.own.as_mut().filter(|own| !own.place.is_held) {
            own.place.is_held = true;
            cx.event(Event::CallLine(CallLine::Hold));
        }
    }

    /// Who is connected in a chat's call.
    pub(super) fn people_in_call(&self, cx: &Context<'_>, chat: ChatId) -> Result<Vec<CallPerson>, Halt> {
        let me = cx.me()?.address;
        let own = self.calling.own.as_ref().filter(|own| own.chat == chat);
        let person = |(participant, device): &(u64, DeviceAddress)| {
            Ok(CallPerson {
                participant: *participant,
                account: client_api::AccountId(device.account.0),
                device: device.device.0,
                title: accounts::title_of(cx.db, device.account)?,
                own: device.account == me.account,
                signs: own.and_then(|own| own.signs.of(*participant, *device)),
            })
        };
        self.calling.rooms.people(chat).iter().map(person).collect()
    }

    /// The calls that go on without this device, and do not ring here.
    pub(super) fn running_calls(&self, cx: &Context<'_>) -> Result<Vec<RunningCall>, Halt> {
        let me = cx.me()?.address;
        let mut running = Vec::new();
        for (chat, people) in &self.calling.rooms.people {
            let is_here = self.calling.own.as_ref().is_some_and(|own| own.chat == *chat);
            let Some(stored) = chats::find(cx.db, *chat)?.filter(|_| !is_here) else { continue };
            if self.calling.ringing.contains_key(chat) || blocking::blocks_chat(cx.db, &stored)? {
                continue;
            }
            // What this device has just left has not gone from the server's list yet.
            let others = people.iter().filter(|(_, device)| *device != me);
            let accounts: BTreeSet<AccountId> = others.map(|(_, device)| device.account).collect();
            if accounts.is_empty() {
                continue;
            }
            running.push(RunningCall {
                chat: client_api::ChatId(chat.0),
                title: chats::title(cx.db, &stored)?,
                on_own_device: accounts.contains(&me.account),
                people: accounts.into_iter().map(|account| client_api::AccountId(account.0)).collect(),
            });
        }
        Ok(running)
    }
}

fn leaf(entry: &e2ee::group::RosterEntry) -> CallLeaf {
    CallLeaf {
        account: client_api::AccountId(entry.address.account.0),
        device: entry.address.device.0,
        leaf: entry.leaf,
    }
}

/// A track with its owner; who has left meanwhile has none.
fn track(track: proto::wire::CallTrack) -> Option<CallTrack> {
    let device = DeviceAddress::try_from(track.device.as_ref()?).ok()?;
    Some(CallTrack {
        video: track.kind() == call_track::Kind::Video,
        participant: track.origin,
        account: client_api::AccountId(device.account.0),
        device: device.device.0,
        mid: track.mid,
        origin_mid: track.origin_mid,
    })
}
