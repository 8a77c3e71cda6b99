//! Who is in which call: participants, their devices and rooms, and what follows for others when that changes. Decides nothing
//! about who may; knows no socket, no store and no unit but by its number.
//!
//! A device reserves a place before it is asked whether it may have one, and is seated afterwards. Whoever is struck meanwhile is
//! not seated: so nobody slips in between the question and the answer.

use proto::ids::{ChatId, DeviceAddress, Lease};
use server_store::calls::NodeId;
use sfu::{ParticipantId, RoomId};
use std::collections::{BTreeMap, BTreeSet};

/// Who wants to be in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Joiner {
    pub(super) device: DeviceAddress,
    /// Of the running client that joined.
    pub(super) lease: Lease,
    /// The node where its session is.
    pub(super) home: NodeId,
    /// When it joined, by [`Directory::join_time`] there.
    pub(super) time_ms: u64,
}

/// A participant's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) joiner: Joiner,
    pub(super) chat: ChatId,
    /// Rises with every reservation.
    serial: u64,
}

impl Place {
    pub(super) fn device(&self) -> DeviceAddress {
        self.joiner.device
    }
}

/// Where a reservation leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reserved {
    pub(super) participant: ParticipantId,
    pub(super) room: RoomId,
    pub(super) unit: usize,
}

/// What became of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seating {
    Seated,
    /// It was struck meanwhile.
    Struck,
}

/// Whether a room is this node's by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// Not asked yet, or not answered.
    Unknown,
    /// It is.
    Held,
    /// It was, and the store could not be asked again in time: another node may have it.
    Unsure,
}

#[derive(Debug)]
struct Room {
    id: RoomId,
    unit: usize,
    claim: Claim,
    /// Seated or not.
    participants: BTreeSet<ParticipantId>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Directory {
    serial: u64,
    last_join_ms: u64,
    rooms_opened: u64,
    reserved: BTreeMap<ParticipantId, Place>,
    seated: BTreeMap<ParticipantId, Place>,
    by_device: BTreeMap<DeviceAddress, ParticipantId>,
    rooms: BTreeMap<ChatId, Room>,
    /// Rooms that are open no more, and whose claims have to be given up.
    closed: Vec<(ChatId, RoomId)>,
    /// Their units have to take them out.
    leaving: BTreeSet<(usize, ParticipantId)>,
    /// Calls that are not as their groups were told.
    changed: BTreeSet<ChatId>,
    /// Calls whose groups may not have all their participants any more.
    doubted: BTreeSet<ChatId>,
    /// Calls whose groups are looked at in case that a word between nodes was lost. Nobody hears of that.
    unsure: BTreeSet<ChatId>,
}

impl Directory {
    /// A place under a number that nobody has, `draw`n until it is such. `unit_of_new` is that of a room that is not open.
    pub(super) fn reserve(
        &mut self,
        joiner: Joiner,
        chat: ChatId,
        unit_of_new: usize,
        mut draw: impl FnMut() -> u64,
    ) -> Reserved {
        let participant = loop {
            let drawn = ParticipantId(draw());
            let in_use = self.reserved.contains_key(&drawn) || self.seated.contains_key(&drawn);
            if !in_use && !self.leaving.iter().any(|(_, leaving)| *leaving == drawn) {
                break drawn;
            }
        };
        self.serial += 1;
        self.reserved.insert(participant, Place { joiner, chat, serial: self.serial });
        let rooms_opened = &mut self.rooms_opened;
        let room = self.rooms.entry(chat).or_insert_with(|| {
            // A new number each time: of the room that was here before, somebody may still be leaving.
            *rooms_opened += 1;
            let (id, participants) = (RoomId(*rooms_opened), BTreeSet::new());
            Room { id, unit: unit_of_new, claim: Claim::Unknown, participants }
        });
        room.participants.insert(participant);
        Reserved { participant, room: room.id, unit: room.unit }
    }

    /// Makes a reservation a place. A device has one: the one before it is struck.
    pub(super) fn seat(&mut self, participant: ParticipantId) -> Seating {
        let Some(place) = self.reserved.remove(&participant) else { return Seating::Struck };
        self.vacate(place.device());
        self.seated.insert(participant, place);
        self.by_device.insert(place.device(), participant);
        self.changed.insert(place.chat);
        Seating::Seated
    }

    /// Nothing comes of a reservation.
    pub(super) fn give_up(&mut self, participant: ParticipantId) {
        if self.reserved.contains_key(&participant) {
            self.strike(participant);
        }
    }

    /// The device leaves the call that it is in.
    pub(super) fn vacate(&mut self, device: DeviceAddress) {
        if let Some(participant) = self.by_device.get(&device).copied() {
            self.strike(participant);
        }
    }

    /// The same, and the places it has reserved, unless they are this lease's.
    pub(super) fn vacate_but_for(&mut self, device: DeviceAddress, lease: Option<Lease>) {
        self.vacate_where(device, |joiner| Some(joiner.lease) != lease);
    }

    /// The same, where it has joined before this time.
    pub(super) fn vacate_before(&mut self, device: DeviceAddress, time_ms: u64) {
        self.vacate_where(device, |joiner| joiner.time_ms < time_ms);
    }

    fn vacate_where(&mut self, device: DeviceAddress, is_out: impl Fn(&Joiner) -> bool) {
        let is_out = |place: &Place| place.device() == device && is_out(&place.joiner);
        let reserved = self.reserved.iter().filter(|(_, place)| is_out(place)).map(|(participant, _)| *participant);
        let seated = self.by_device.get(&device).copied();
        let seated = seated.filter(|participant| self.seated.get(participant).is_some_and(is_out));
        for participant in reserved.chain(seated).collect::<Vec<_>>() {
            self.strike(participant);
        }
    }

    /// Strikes all of a call that are none of these, and whose reservation is no newer than `serial`. Tells whom of the seated.
    pub(super) fn keep_only(
        &mut self,
        chat: ChatId,
        members: &BTreeSet<DeviceAddress>,
        serial: u64,
    ) -> Vec<(ParticipantId, Place)> {
        self.strike_where(chat, |place| place.serial <= serial && !members.contains(&place.device()))
    }

    fn strike_where(&mut self, chat: ChatId, is_out: impl Fn(&Place) -> bool) -> Vec<(ParticipantId, Place)> {
        let Some(room) = self.rooms.get(&chat) else { return Vec::new() };
        let place = |participant| self.seated.get(participant).or_else(|| self.reserved.get(participant));
        let out: Vec<(ParticipantId, Place)> = room
            .participants
            .iter()
            .filter_map(|participant| Some((*participant, *place(participant).filter(|place| is_out(place))?)))
            .collect();
        let told = out.iter().filter(|(participant, _)| self.seated.contains_key(participant)).copied().collect();
        for (participant, _) in &out {
            self.strike(*participant);
        }
        told
    }

    /// The unit has taken somebody out by itself.
    pub(super) fn gone(&mut self, participant: ParticipantId) -> Option<Place> {
        let seated = self.seated.contains_key(&participant);
        self.remove(participant).filter(|_| seated)
    }

    /// A unit is no more, and with it all who were there.
    pub(super) fn unit_lost(&mut self, unit: usize) -> Vec<(ParticipantId, Place)> {
        let rooms = self.rooms.values().filter(|room| room.unit == unit);
        let all: Vec<ParticipantId> = rooms.flat_map(|room| &room.participants).copied().collect();
        all.into_iter().filter_map(|participant| Some((participant, self.gone(participant)?))).collect()
    }

    fn strike(&mut self, participant: ParticipantId) {
        let place = self.seated.get(&participant).or_else(|| self.reserved.get(&participant));
        let unit = place.and_then(|place| self.rooms.get(&place.chat)).map(|room| room.unit);
        self.leaving.extend(unit.map(|unit| (unit, participant)));
        self.remove(participant);
    }

    fn remove(&mut self, participant: ParticipantId) -> Option<Place> {
        let seated = self.seated.remove(&participant);
        if let Some(place) = seated {
            self.changed.insert(place.chat);
            if self.by_device.get(&place.device()) == Some(&participant) {
                self.by_device.remove(&place.device());
            }
        }
        let place = seated.or_else(|| self.reserved.remove(&participant))?;
        if let Some(room) = self.rooms.get_mut(&place.chat) {
            room.participants.remove(&participant);
            if room.participants.is_empty() {
                self.closed.extend((room.claim != Claim::Unknown).then_some((place.chat, room.id)));
                self.rooms.remove(&place.chat);
            }
        }
        Some(place)
    }

    /// The unit where this participant is this device's.
    pub(super) fn unit_of(&self, participant: ParticipantId, device: DeviceAddress) -> Option<usize> {
        let place = self.seated.get(&participant).filter(|place| place.device() == device)?;
        self.rooms.get(&place.chat).map(|room| room.unit)
    }

    /// Whose participant it is.
    pub(super) fn device_of(&self, participant: ParticipantId) -> Option<DeviceAddress> {
        self.seated.get(&participant).map(Place::device)
    }

    /// Whose participant it is, and where that device's session is.
    pub(super) fn seat_of(&self, participant: ParticipantId) -> Option<(DeviceAddress, NodeId)> {
        self.seated.get(&participant).map(|place| (place.device(), place.joiner.home))
    }

    /// The device's participant, and its unit.
    pub(super) fn of_device(&self, device: DeviceAddress) -> Option<(usize, ParticipantId)> {
        let participant = self.by_device.get(&device)?;
        Some((self.unit_of(*participant, device)?, *participant))
    }

    /// Who is in a call; nobody where there is none.
    pub(super) fn participants(&self, chat: ChatId) -> Vec<(ParticipantId, DeviceAddress)> {
        let all = self.rooms.get(&chat).into_iter().flat_map(|room| &room.participants);
        all.filter_map(|participant| Some((*participant, self.device_of(*participant)?))).collect()
    }

    /// Calls with somebody in them.
    pub(super) fn chats(&self) -> BTreeSet<ChatId> {
        self.seated.values().map(|place| place.chat).collect()
    }

    /// How many are in calls, and how many calls there are.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.seated.len(), self.chats().len())
    }

    /// For a join of now: later than all before, whatever the clock says.
    pub(super) fn join_time(&mut self, now_ms: u64) -> u64 {
        self.last_join_ms = now_ms.max(self.last_join_ms + 1);
        self.last_join_ms
    }

    /// The device's session is there now.
    pub(super) fn moved(&mut self, device: DeviceAddress, home: NodeId) {
        let place = self.by_device.get(&device).and_then(|participant| self.seated.get_mut(participant));
        if let Some(place) = place {
            place.joiner.home = home;
        }
    }

    /// Those whose sessions are at other nodes, with their units.
    pub(super) fn away_from(&self, node: NodeId) -> Vec<(usize, ParticipantId)> {
        let away = self.seated.iter().filter(|(_, place)| place.joiner.home != node);
        away.filter_map(|(participant, place)| Some((self.rooms.get(&place.chat)?.unit, *participant))).collect()
    }

    /// Whether the open room of this number is this node's by the store.
    pub(super) fn claim_of(&self, chat: ChatId, id: RoomId) -> Claim {
        self.rooms.get(&chat).filter(|room| room.id == id).map_or(Claim::Unknown, |room| room.claim)
    }

    /// The store has given this node the room. It is to be given up at once where it is closed by now.
    pub(super) fn claimed(&mut self, chat: ChatId, id: RoomId) {
        match self.rooms.get_mut(&chat).filter(|room| room.id == id) {
            Some(room) => room.claim = Claim::Held,
            None => self.closed.push((chat, id)),
        }
    }

    /// The store could not be asked about a room in time: who joins waits for its word.
    pub(super) fn not_renewed(&mut self, chat: ChatId, id: RoomId) {
        if let Some(room) = self.rooms.get_mut(&chat).filter(|room| room.id == id) {
            room.claim = Claim::Unsure;
        }
    }

    /// Rooms whose claims are to be renewed.
    pub(super) fn claims(&self) -> Vec<(ChatId, RoomId)> {
        let held = self.rooms.iter().filter(|(_, room)| room.claim != Claim::Unknown);
        held.map(|(chat, room)| (*chat, room.id)).collect()
    }

    /// Another node has the room: all who are here are out. Tells whom of the seated.
    pub(super) fn claim_lost(&mut self, chat: ChatId, id: RoomId) -> Vec<(ParticipantId, Place)> {
        let Some(room) = self.rooms.get_mut(&chat).filter(|room| room.id == id) else { return Vec::new() };
        room.claim = Claim::Unknown;
        let out = self.strike_where(chat, |_| true);
        // What the group hears of its call is that node's to say.
        self.changed.remove(&chat);
        out
    }

    /// Rooms to be given up, once.
    pub(super) fn take_closed(&mut self) -> Vec<(ChatId, RoomId)> {
        std::mem::take(&mut self.closed)
    }

    /// All groups are to be looked at, in case that a word of theirs was lost.
    pub(super) fn doubt_all(&mut self) {
        self.unsure.extend(self.rooms.keys());
    }

    /// Of the newest reservation.
    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    /// The group's roster has changed; true if there is anything to see to.
    pub(super) fn doubt(&mut self, chat: ChatId) -> bool {
        self.rooms.contains_key(&chat) && self.doubted.insert(chat)
    }

    /// A call whose group is to be looked at, and is none of these.
    pub(super) fn next_to_look_at(&self, but: &BTreeSet<ChatId>) -> Option<ChatId> {
        self.doubted.iter().chain(&self.changed).chain(&self.unsure).find(|chat| !but.contains(chat)).copied()
    }

    /// The group is about to be looked at: what changes from now on is another time. True if its roster has changed.
    pub(super) fn looked_at(&mut self, chat: ChatId) -> bool {
        self.unsure.remove(&chat);
        self.doubted.remove(&chat)
    }

    /// What the group is to be told, if that is anything new.
    pub(super) fn news_of(&mut self, chat: ChatId) -> Option<Vec<(ParticipantId, DeviceAddress)>> {
        self.changed.remove(&chat).then(|| self.participants(chat))
    }

    /// Whom this unit has to take out. They stay here until it was told.
    pub(super) fn first_leaving(&self, unit: usize) -> Option<ParticipantId> {
        let of_unit = (unit, ParticipantId(0))..=(unit, ParticipantId(u64::MAX));
        self.leaving.range(of_unit).next().map(|(_, who)| *who)
    }

    /// The unit was told.
    pub(super) fn left(&mut self, leaving: (usize, ParticipantId)) {
        self.leaving.remove(&leaving);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::ids::{AccountId, DeviceNumber};

    const CHAT: ChatId = ChatId([1; 16]);
    const OTHER_CHAT: ChatId = ChatId([2; 16]);
    const LEASE: Lease = Lease([1; 16]);
    const HERE: NodeId = NodeId(1);
    const THERE: NodeId = NodeId(2);

    fn device(account: u8) -> DeviceAddress {
        DeviceAddress { account: AccountId([account; 16]), device: DeviceNumber(1) }
    }

    fn joiner(account: u8) -> Joiner {
        Joiner { device: device(account), lease: LEASE, home: HERE, time_ms: 0 }
    }

    fn told(out: Vec<(ParticipantId, Place)>) -> Vec<(ParticipantId, DeviceAddress)> {
        out.into_iter().map(|(participant, place)| (participant, place.device())).collect()
    }

    fn reserves(directory: &mut Directory, account: u8, chat: ChatId) -> ParticipantId {
        let mut next = directory.serial() + 100;
        let draw = || {
            next += 1;
            next
        };
        directory.reserve(joiner(account), chat, 0, draw).participant
    }

    fn joins(directory: &mut Directory, account: u8, chat: ChatId) -> ParticipantId {
        let participant = reserves(directory, account, chat);
        assert_eq!(directory.seat(participant), Seating::Seated);
        participant
    }

    fn devices(directory: &Directory, chat: ChatId) -> Vec<DeviceAddress> {
        directory.participants(chat).into_iter().map(|(_, device)| device).collect()
    }

    fn leaving(directory: &mut Directory) -> Vec<ParticipantId> {
        std::mem::take(&mut directory.leaving).into_iter().map(|(_, participant)| participant).collect()
    }

    #[test]
    fn a_device_is_in_one_call() {
        let mut directory = Directory::default();
        let first = joins(&mut directory, 1, CHAT);
        let second = joins(&mut directory, 1, OTHER_CHAT);
        assert_eq!((devices(&directory, CHAT), devices(&directory, OTHER_CHAT)), (vec![], vec![device(1)]));
        assert_eq!(leaving(&mut directory), [first]);
        assert_eq!(directory.news_of(CHAT), Some(vec![]), "the first one is over");
        assert_eq!(directory.news_of(CHAT), None, "which is told once");
        assert_eq!((directory.unit_of(first, device(1)), directory.unit_of(second, device(1))), (None, Some(0)));
        assert_eq!(directory.unit_of(second, device(2)), None, "nobody speaks for another");
    }

    #[test]
    fn who_is_struck_before_being_seated_is_not_seated() {
        let mut directory = Directory::default();
        let stays = joins(&mut directory, 1, CHAT);
        let members: BTreeSet<_> = [device(1)].into();
        let removed = reserves(&mut directory, 2, CHAT);
        let serial = directory.serial();
        let newer = reserves(&mut directory, 3, CHAT);
        assert_eq!(told(directory.keep_only(CHAT, &members, serial)), [], "nobody who was seated");
        assert_eq!(directory.seat(removed), Seating::Struck);
        assert_eq!(leaving(&mut directory), [removed]);
        assert_eq!(directory.seat(newer), Seating::Seated, "the members were read before it came");
        let serial = directory.serial();
        assert_eq!(told(directory.keep_only(CHAT, &members, serial)), [(newer, device(3))]);
        assert_eq!(directory.participants(CHAT), [(stays, device(1))]);
    }

    #[test]
    fn another_run_of_the_client_has_no_place_of_the_one_before() {
        let mut directory = Directory::default();
        joins(&mut directory, 1, CHAT);
        let reserved = reserves(&mut directory, 1, CHAT);
        directory.vacate_but_for(device(1), Some(LEASE));
        assert_eq!(devices(&directory, CHAT), [device(1)]);
        directory.vacate_but_for(device(1), Some(Lease([2; 16])));
        assert_eq!(devices(&directory, CHAT), []);
        assert_eq!(directory.seat(reserved), Seating::Struck);
        assert_eq!(leaving(&mut directory).len(), 2);
    }

    #[test]
    fn a_room_that_opens_again_is_another() {
        let mut directory = Directory::default();
        let draw = |number| move || number;
        let first = directory.reserve(joiner(1), CHAT, 0, draw(1));
        let beside = directory.reserve(joiner(2), CHAT, 5, draw(2));
        assert_eq!((beside.room, beside.unit), (first.room, 0), "those of one call meet");
        directory.give_up(first.participant);
        directory.give_up(beside.participant);
        assert_ne!(directory.reserve(joiner(1), CHAT, 0, draw(3)).room, first.room);
        assert!(directory.news_of(CHAT).is_none(), "nobody was in it");
    }

    #[test]
    fn a_number_is_drawn_until_it_is_nobodys() {
        let mut directory = Directory::default();
        let seated = joins(&mut directory, 1, CHAT);
        directory.vacate(device(1));
        let mut numbers = [seated.0, 7].into_iter();
        let reserved = directory.reserve(joiner(2), CHAT, 0, || numbers.next().unwrap());
        assert_eq!(reserved.participant, ParticipantId(7), "the first is still leaving");
    }

    #[test]
    fn a_lost_unit_takes_its_calls_along() {
        let mut directory = Directory::default();
        let one = joins(&mut directory, 1, CHAT);
        let mut number = 900;
        let draw = || {
            number += 1;
            number
        };
        let other = directory.reserve(joiner(2), OTHER_CHAT, 1, draw).participant;
        directory.seat(other);
        assert_eq!(told(directory.unit_lost(0)), [(one, device(1))]);
        assert_eq!((directory.counts(), leaving(&mut directory)), ((1, 1), vec![]));
    }

    #[test]
    fn who_joins_elsewhere_is_out_of_what_was_joined_before_in_whichever_order_that_is_heard() {
        let mut directory = Directory::default();
        let times: Vec<u64> = [5, 5, 3].map(|now_ms| directory.join_time(now_ms)).into();
        assert_eq!(times, [5, 6, 7], "no two joins have one time, nor does it go back");
        let mut number = 1;
        let mut joins = |directory: &mut Directory, time_ms| {
            number += 1;
            let joiner = Joiner { time_ms, ..joiner(1) };
            let participant = directory.reserve(joiner, CHAT, 0, || number).participant;
            directory.seat(participant);
        };
        joins(&mut directory, 6);
        for (heard, stays) in [(5, true), (6, true), (7, false)] {
            directory.vacate_before(device(1), heard);
            assert_eq!(devices(&directory, CHAT).len(), usize::from(stays), "{heard}");
        }
        let reserved = directory.reserve(Joiner { time_ms: 8, ..joiner(1) }, CHAT, 0, || 900).participant;
        directory.vacate_before(device(1), 9);
        assert_eq!(directory.seat(reserved), Seating::Struck);
    }

    #[test]
    fn a_room_is_given_up_once_it_is_closed_if_it_was_claimed() {
        let mut directory = Directory::default();
        let first = directory.reserve(joiner(1), CHAT, 0, || 1);
        assert_eq!((directory.claims(), directory.claim_of(CHAT, first.room)), (vec![], Claim::Unknown));
        directory.give_up(first.participant);
        assert_eq!(directory.take_closed(), [], "nobody has claimed it");
        // The answer of the store comes late.
        directory.claimed(CHAT, first.room);
        assert_eq!(directory.take_closed(), [(CHAT, first.room)]);
        let second = directory.reserve(joiner(1), CHAT, 0, || 2);
        directory.claimed(CHAT, second.room);
        directory.claimed(CHAT, first.room);
        assert_eq!(
            (directory.claims(), directory.claim_of(CHAT, second.room)),
            (vec![(CHAT, second.room)], Claim::Held)
        );
        assert_eq!(directory.take_closed(), [(CHAT, first.room)]);
        directory.seat(second.participant);
        directory.vacate(device(1));
        assert_eq!((directory.take_closed(), directory.take_closed()), (vec![(CHAT, second.room)], vec![]));
    }

    #[test]
    fn a_room_whose_claim_could_not_be_renewed_is_asked_for_again_and_given_up_once_it_is_closed() {
        let mut directory = Directory::default();
        let seated = reserves(&mut directory, 1, CHAT);
        let room = directory.rooms[&CHAT].id;
        directory.claimed(CHAT, room);
        directory.not_renewed(CHAT, room);
        assert_eq!((directory.claim_of(CHAT, room), directory.claims()), (Claim::Unsure, vec![(CHAT, room)]));
        directory.give_up(seated);
        assert_eq!(directory.take_closed(), [(CHAT, room)]);
    }

    #[test]
    fn what_is_looked_at_for_lost_words_is_no_news() {
        let mut directory = Directory::default();
        joins(&mut directory, 1, CHAT);
        assert!(directory.news_of(CHAT).is_some(), "somebody joined");
        directory.doubt_all();
        assert_eq!(directory.next_to_look_at(&BTreeSet::new()), Some(CHAT));
        assert!(!directory.looked_at(CHAT), "its roster is as it was");
        assert_eq!((directory.next_to_look_at(&BTreeSet::new()), directory.news_of(CHAT)), (None, None));
        directory.doubt(CHAT);
        directory.doubt_all();
        assert!(directory.looked_at(CHAT), "its roster has changed");
    }

    #[test]
    fn who_is_in_a_room_that_another_node_has_is_out() {
        let mut directory = Directory::default();
        let seated = joins(&mut directory, 1, CHAT);
        let reserved = reserves(&mut directory, 2, CHAT);
        let [(_, room)] = [(CHAT, directory.rooms[&CHAT].id)];
        directory.claimed(CHAT, room);
        assert_eq!(told(directory.claim_lost(CHAT, RoomId(room.0 + 1))), [], "that one is closed");
        assert_eq!(told(directory.claim_lost(CHAT, room)), [(seated, device(1))]);
        assert_eq!(directory.seat(reserved), Seating::Struck);
        assert_eq!((directory.take_closed(), leaving(&mut directory).len()), (vec![], 2), "nor is it given up");
        assert_eq!(directory.news_of(CHAT), None, "nor is it over");
    }

    #[test]
    fn a_device_whose_session_moves_is_told_there() {
        let mut directory = Directory::default();
        let participant = joins(&mut directory, 1, CHAT);
        assert_eq!((directory.seat_of(participant), directory.away_from(HERE)), (Some((device(1), HERE)), vec![]));
        directory.moved(device(1), THERE);
        directory.moved(device(2), THERE);
        assert_eq!(directory.seat_of(participant), Some((device(1), THERE)));
        assert_eq!(directory.away_from(HERE), [(0, participant)]);
    }
}
