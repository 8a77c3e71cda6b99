//! The forwarding unit's room of a call: joining and leaving it, who else is there, the words of the own connection, and its keys.

use super::{Calling, Own};
use crate::accounts;
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
use proto::ids::{AccountId, ChatId, DeviceAddress};
use proto::wire::layer_wish::Layer;
use proto::wire::{
    CallJoined, CallOffer, Calls, GetCalls, JoinCall, LayerWish, LeaveCall, PutOutOfCall, SaidInCall, SayInCall,
    call_refused, call_track, client_frame, put_out_of_call, refused, reply, said_in_call, say_in_call,
};
use std::collections::{BTreeMap, BTreeSet};

/// How often in a row a device comes back by itself after it was put out.
const COMES_BACK_MAX: u32 = 3;
/// Rooms that are remembered; the server tells of no more (docs/calls.md).
const ROOMS_MAX: usize = 1_024;
/// People of a room; no unit has more.
const PEOPLE_MAX: usize = 64;

/// The own place in a room.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// This device's number there, once the server has given it.
    participant: Option<u64>,
    /// The log up to which the chat's keys were given to the interface, and their epoch.
    keys_at: Option<(u64, u64)>,
    comes_back: u32,
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

    /// Somebody is in the chat's room.
    pub(super) fn goes_on(&self, chat: ChatId) -> bool {
        self.people.contains_key(&chat)
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

    fn own_with(&mut self, participant: u64) -> Option<&mut Own> {
        self.own.as_mut().filter(|own| own.place.participant == Some(participant))
    }
}

impl Client {
    pub(super) fn join_room(&mut self, cx: &mut Context<'_>, chat: ChatId) {
        if self.session.is_up() {
            self.flights.send(
                cx,
                Flight::JoinCall { chat },
                client_frame::Body::JoinCall(JoinCall { chat: chat.to_vec() }),
            );
        }
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
        chat: ChatId,
        body: Option<reply::Body>,
    ) -> Result<(), Halt> {
        let here = self.calling.own.as_mut().filter(|own| own.chat == chat);
        match (body, here) {
            (Some(reply::Body::CallJoined(CallJoined { participant, unconnected_max_ms })), Some(own)) => {
                own.place.participant = Some(participant);
                own.place.keys_at = None;
                self.calling.changed = true;
                cx.event(Event::CallLine(CallLine::Open { participant, unconnected_max_ms }));
                Ok(())
            }
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
            (Some(reply::Body::Refused(refused)), Some(_)) if refused.reason() == refused::Reason::Denied => {
                self.call_ends(cx, CallEnd::NotMember)
            }
            (_, Some(_)) => self.call_ends(cx, CallEnd::Failed),
        }
    }

    /// What the own connection has to say.
    pub(crate) fn say_in_call(&mut self, cx: &mut Context<'_>, request: u32, say: CallSay) {
        let participant = self.calling.own.as_ref().and_then(|own| own.place.participant);
        let (Some(participant), true) = (participant, self.session.is_up()) else {
            let offline = participant.is_some();
            cx.answer(request, Err(if offline { UserError::Offline } else { UserError::NotNow }));
            return;
        };
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
        let here = self.calling.own.as_ref().map(|own| (own.chat, own.place.participant));
        match here {
            Some((chat, None)) => self.join_room(cx, chat),
            Some((_, Some(_))) => cx.event(Event::CallLine(CallLine::SayAgain)),
            None => {}
        }
        self.flights.send(cx, Flight::Calls, client_frame::Body::GetCalls(GetCalls {}));
    }

    pub(crate) fn on_calls(&mut self, cx: &mut Context<'_>, calls: &Calls) -> Result<(), Halt> {
        self.calling.rooms.people.clear();
        for call in &calls.calls {
            self.calling.rooms.set(call);
        }
        self.calling.changed = true;
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
        match &self.calling.own {
            Some(own) if own.chat == chat => self.look_who_is_there(cx),
            _ => Ok(()),
        }
    }

    /// Somebody else in the own call has answered it; nobody else any more, of two, is its end.
    fn look_who_is_there(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let Some(own) = &mut self.calling.own else { return Ok(()) };
        let others = self.calling.rooms.people(own.chat).iter().any(|(_, device)| device.account != me);
        if others {
            own.met = true;
            own.ends_ms = None;
            own.place.comes_back = 0;
            own.answered_ms = own.answered_ms.or(Some(cx.now_ms));
        } else if own.met && !own.is_group {
            return self.call_ends(cx, CallEnd::ByOther);
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
        own.place.comes_back += 1;
        let (chat, comes_back) = (own.chat, own.place.comes_back);
        self.calling.changed = true;
        if comes_back > COMES_BACK_MAX {
            return self.call_ends(cx, CallEnd::Failed);
        }
        self.join_room(cx, chat);
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

    /// Gives the interface the keys of the chat's epoch, where they are new. As for messages: not while somebody is in the group who must not be.
    pub(super) fn tell_call_keys(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(own) = self.calling.own.as_ref().filter(|own| own.place.participant.is_some()) else { return Ok(()) };
        let (chat, keys_at) = (own.chat, own.place.keys_at);
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        if keys_at.is_some_and(|(seq, _)| seq == stored.applied_seq) {
            return Ok(());
        }
        let Some(group) = mls::load(cx, &stored)?.filter(|group| group.is_active()) else { return Ok(()) };
        let is_new = keys_at.is_none_or(|(_, epoch)| epoch != group.epoch());
        let may_be_read_by_others =
            vouching::is_doubted(cx.db, chat)? || self.vet(cx, &stored, &group)? == Writable::NotYet;
        if is_new && may_be_read_by_others && !broken(Rule::VettedBeforeCall) {
            return Ok(());
        }
        if let Some(own) = &mut self.calling.own {
            own.place.keys_at = Some((stored.applied_seq, group.epoch()));
        }
        if !is_new {
            return Ok(());
        }
        let Some(base_key) = mls::taken(group.call_key(&mls::provider(cx)))? else { return Ok(()) };
        let Some(roster) = mls::taken(group.roster())? else { return Ok(()) };
        let leaf = |entry: &e2ee::group::RosterEntry| CallLeaf {
            account: client_api::AccountId(entry.address.account.0),
            device: entry.address.device.0,
            leaf: entry.leaf,
        };
        let leaves = roster.iter().map(leaf).collect();
        let keys = CallKeys { epoch: group.epoch(), base_key: base_key.to_vec(), leaf: group.own_leaf(), leaves };
        cx.event(Event::CallLine(CallLine::Keys(keys)));
        Ok(())
    }

    /// Who is connected in a chat's call.
    pub(super) fn people_in_call(&self, cx: &Context<'_>, chat: ChatId) -> Result<Vec<CallPerson>, Halt> {
        let me = cx.me()?.address;
        let person = |(participant, device): &(u64, DeviceAddress)| {
            Ok(CallPerson {
                participant: *participant,
                account: client_api::AccountId(device.account.0),
                device: device.device.0,
                title: accounts::title_of(cx.db, device.account)?,
                own: device.account == me.account,
            })
        };
        self.calling.rooms.people(chat).iter().map(person).collect()
    }

    /// The calls that go on without this device, and do not ring here.
    pub(super) fn running_calls(&self, cx: &Context<'_>) -> Result<Vec<RunningCall>, Halt> {
        let me = cx.me()?.address.account;
        let mut running = Vec::new();
        for (chat, people) in &self.calling.rooms.people {
            let is_here = self.calling.own.as_ref().is_some_and(|own| own.chat == *chat);
            let Some(stored) = chats::find(cx.db, *chat)?.filter(|_| !is_here) else { continue };
            if self.calling.ringing.contains_key(chat) {
                continue;
            }
            let accounts: BTreeSet<AccountId> = people.iter().map(|(_, device)| device.account).collect();
            running.push(RunningCall {
                chat: client_api::ChatId(chat.0),
                title: chats::title(cx.db, &stored)?,
                on_own_device: accounts.contains(&me),
                people: accounts.into_iter().map(|account| client_api::AccountId(account.0)).collect(),
            });
        }
        Ok(running)
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
