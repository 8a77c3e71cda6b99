//! Sessions at one node, rooms at another: two servers over one store and one bus, each with ports of its own for media.

use super::*;
use crate::client::Nodes;
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use server::bus::{Bus, BusError, InProcess, Message};
use server::limits::{CALL_LOOK_EVERY, CALL_ROOM_LEASE};
use server_store::calls::{NodeId, RoomClaims};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A club whose host is one node, and another node.
struct Two {
    nodes: Nodes,
    club: Club,
    other: Host,
}

async fn two(people: usize) -> Two {
    let nodes = Nodes::none_yet();
    let (one, other) = (nodes.start(with_calls).await, nodes.start(with_calls).await);
    Two { club: club_at(one, people).await, other, nodes }
}

fn node_of(participant: u64) -> NodeId {
    NodeId(u32::try_from(participant >> 28).unwrap())
}

fn lease_ms() -> u64 {
    u64::try_from(CALL_ROOM_LEASE.as_millis()).unwrap()
}

impl Two {
    /// The first two are in the call, whose room is at the first one's node.
    async fn both_in_the_call(&self) -> [Caller; 2] {
        let mut alice = self.club.caller(0, Way::Udp).await;
        alice.joins(self.club.chat).await;
        let mut bob = self.club.caller_at(&self.other, 1, Way::Udp).await;
        bob.joins(self.club.chat).await;
        let mut both = [alice, bob];
        know_each_other(&mut both).await;
        both
    }

    /// Takes the room as a node that nobody hears of, once its lease has ended.
    async fn ghost_takes_the_room(&self, node: NodeId) {
        let rooms = self.nodes.database.stores().rooms;
        let claim = || {
            let now_ms = self.nodes.clock.now();
            RoomClaims { node, rooms: vec![(self.club.chat, 1)], now_ms, expires_ms: now_ms + lease_ms() }
        };
        // Whoever has it renews it now and then.
        loop {
            self.nodes.clock.forward(lease_ms() + 1);
            if rooms.claim_rooms(claim()).await.unwrap().is_empty() {
                return;
            }
        }
    }
}

#[tokio::test]
async fn two_people_at_different_nodes_hear_and_see_each_other() {
    let two = two(3).await;
    let mut carol = two.club.device(2).hello(&two.other).await;
    let [mut alice, mut bob] = two.both_in_the_call().await;
    assert_eq!(node_of(alice.participant()), node_of(bob.participant()), "the room is at one of them");
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
    is_heard_and_seen(&bob, &mut alice, 50..70).await;
    let all = two.club.running(&[(0, alice.participant()), (1, bob.participant())]);
    is_told(&mut carol, &all).await;
    // Who asks hears of it wherever that is, and strangers nowhere.
    for host in [&two.club.host, &two.other] {
        assert_eq!(calls(&mut two.club.device(2).hello(host).await).await, std::slice::from_ref(&all));
        assert_eq!(calls(&mut two.club.stranger.hello(host).await).await, []);
    }
    let mut carol = two.club.device(2).hello(&two.other).await;
    let leaves = Body::LeaveCall(wire::LeaveCall { participant: bob.participant() });
    assert!(matches!(bob.asks(leaves).await, reply::Body::Done(_)));
    is_told(&mut carol, &two.club.running(&[(0, alice.participant())])).await;
    // The room is closed, and may be at the other node next.
    alice.asks(Body::LeaveCall(wire::LeaveCall { participant: alice.participant() })).await;
    is_told(&mut carol, &two.club.running(&[])).await;
    assert_eq!(calls(&mut carol).await, []);
}

#[tokio::test]
async fn a_member_at_another_node_is_heard_and_seen_by_tcp() {
    let two = two(2).await;
    let mut alice = two.club.caller(0, Way::Udp).await;
    alice.joins(two.club.chat).await;
    let mut bob = two.club.caller_at(&two.other, 1, Way::Tcp).await;
    bob.joins(two.club.chat).await;
    let mut both = [alice, bob];
    know_each_other(&mut both).await;
    let [alice, mut bob] = both;
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
}

#[tokio::test]
async fn what_is_refused_is_refused_at_either_node() {
    let two = two(2).await;
    let mut alice = two.club.socket(0).await;
    let of_alice = joined(alice.ask(join(two.club.chat)).await);
    let mut stranger = two.club.stranger.hello(&two.other).await;
    refused(stranger.ask(join(two.club.chat)).await, Reason::Denied, "not a member");
    let mut bob = two.club.device(1).hello(&two.other).await;
    // Nobody speaks or leaves for another.
    for body in [offer(of_alice, "v=0\r\n"), wish(of_alice, "0")] {
        call_refused(bob.ask(body).await, call_refused::Reason::NotInCall);
    }
    bob.ask(Body::LeaveCall(wire::LeaveCall { participant: of_alice })).await;
    assert_eq!(calls(&mut bob).await, [two.club.running(&[(0, of_alice)])]);
    // Numbers that no node has, or that no node can have.
    for participant in [1, of_alice ^ (1 << 40), u64::MAX] {
        call_refused(bob.ask(wish(participant, "0")).await, call_refused::Reason::NotInCall);
    }
    let of_bob = joined(bob.ask(join(two.club.chat)).await);
    call_refused(bob.ask(wish(of_bob, "0")).await, call_refused::Reason::UnknownLine);
    call_refused(bob.ask(offer(of_bob, "garbage")).await, call_refused::Reason::Description);
    refused_as(bob.ask(offer(of_bob, "x".repeat(SDP_LEN_MAX + 1))).await, Reason::TooLarge);
    let nothing = Body::SayInCall(wire::SayInCall { participant: of_bob, says: None });
    refused_as(bob.ask(nothing).await, Reason::Unsupported);
    refused_as(bob.ask(offer(of_bob, "x".repeat(2 * SDP_LEN_MAX + 1))).await, Reason::TooLarge);
}

#[tokio::test]
async fn who_is_taken_out_of_the_group_at_one_node_is_put_out_at_the_other() {
    let mut two = two(3).await;
    let [carol, mut bob] = {
        let mut both = [two.club.caller(2, Way::Udp).await, two.club.caller_at(&two.other, 1, Way::Udp).await];
        for caller in &mut both {
            caller.joins(two.club.chat).await;
        }
        know_each_other(&mut both).await;
        both
    };
    is_heard_and_seen(&carol, &mut bob, 1..10).await;
    let removal = two.club.removal(1);
    let mut alice = two.club.device(0).hello(&two.other).await;
    taken(alice.ask(removal).await);
    let out = (bob.participant(), put_out_of_call::Reason::NotAMember);
    // Sooner than a look at the store without a word.
    assert!(AT_ONCE < CALL_LOOK_EVERY);
    at_once(bob.until("put out", |seen| seen.put_out == [out])).await;
    is_told(&mut alice, &two.club.running(&[(2, carol.participant())])).await;
    refused(bob.tries_to_join(two.club.chat).await, Reason::Denied, "not a member");
    call_refused(bob.asks(wish(out.0, "0")).await, call_refused::Reason::NotInCall);
}

/// Its leaf stays in the group: of that the room's node hears by this word alone.
#[tokio::test]
async fn who_loses_the_number_at_one_node_is_out_of_the_call_at_the_other() {
    let two = two(2).await;
    let (mut alice, mut bob) = (two.club.socket(0).await, two.club.socket(1).await);
    let of_alice = joined(alice.ask(join(two.club.chat)).await);
    let of_bob = joined(bob.ask(join(two.club.chat)).await);
    is_told(&mut alice, &two.club.running(&[(0, of_alice), (1, of_bob)])).await;
    // Codes for one number have a pause.
    two.nodes.clock.forward(60_000);
    registered(&two.other, "+4915123456702").await;
    is_told(&mut alice, &two.club.running(&[(0, of_alice)])).await;
}

#[tokio::test]
async fn a_client_that_is_back_at_another_node_goes_on_with_its_call() {
    let two = two(3).await;
    let [alice, mut bob] = two.both_in_the_call().await;
    bob.loses_its_socket().await;
    is_heard_and_seen(&alice, &mut bob, 1..10).await;
    let mut carol = two.club.caller(2, Way::Udp).await;
    carol.joins(two.club.chat).await;
    let (participant, carols) = (bob.participant(), carol.participant());
    bob.goes_on_with(hello_at(&two.club.host, two.club.device(1), bob.lease()).await).await;
    bob.until("sent Carol's tracks", |seen| seen.has_tracks_of(carols)).await;
    bob.loses_its_socket().await;
    bob.goes_on_with(hello_at(&two.other, two.club.device(1), bob.lease()).await).await;
    let left = Body::LeaveCall(wire::LeaveCall { participant: carols });
    carol.asks(left).await;
    bob.until("told that Carol has left", |seen| seen.tracks.iter().all(|track| track.origin != carols)).await;
    let seen = bob.all_seen().await;
    assert_eq!((seen.participant, seen.put_out), (participant, vec![]));
}

#[tokio::test]
async fn another_run_of_the_client_at_another_node_ends_the_participant_of_the_one_before() {
    let two = two(2).await;
    let mut bob = two.club.device(1).hello(&two.other).await;
    let of_alice = joined(two.club.socket(0).await.ask(join(two.club.chat)).await);
    is_told(&mut bob, &two.club.running(&[(0, of_alice)])).await;
    let mut newer = two.club.device(0).hello(&two.other).await;
    is_told(&mut bob, &two.club.running(&[])).await;
    call_refused(newer.ask(wish(of_alice, "0")).await, call_refused::Reason::NotInCall);
}

#[tokio::test]
async fn who_joins_a_call_at_another_node_is_out_of_the_one_before() {
    let two = two(3).await;
    let (here, _) = group_of(&two.club.host, two.club.device(0), &[two.club.device(1)]).await;
    let (there, _) = group_of(&two.club.host, two.club.device(0), &[two.club.device(2)]).await;
    let of = |chat: ChatId, participants: &[(usize, u64)]| wire::RunningCall {
        chat: chat.to_vec(),
        ..two.club.running(participants)
    };
    let (mut bob, mut carol) = (two.club.socket(1).await, two.club.device(2).hello(&two.other).await);
    let (of_bob, of_carol) = (joined(bob.ask(join(here)).await), joined(carol.ask(join(there)).await));
    assert_ne!(node_of(of_bob), node_of(of_carol));
    let mut alice = two.club.socket(0).await;
    for _ in 0..3 {
        let first = joined(alice.ask(join(here)).await);
        is_told(&mut carol, &of(there, &[(2, of_carol)])).await;
        is_told(&mut bob, &{
            let mut both = of(here, &[(1, of_bob), (0, first)]);
            both.participants.sort_by_key(|participant| participant.participant);
            both
        })
        .await;
        let second = joined(alice.ask(join(there)).await);
        is_told(&mut bob, &of(here, &[(1, of_bob)])).await;
        is_told(&mut carol, &of(there, &[(2, of_carol), (0, second)])).await;
        call_refused(alice.ask(wish(first, "0")).await, call_refused::Reason::NotInCall);
        call_refused(alice.ask(wish(second, "0")).await, call_refused::Reason::UnknownLine);
    }
}

/// A bus on which nothing arrives that is not asked for, while that is wanted.
struct Lossy {
    bus: InProcess,
    loses: AtomicBool,
}

#[async_trait]
impl Bus for Lossy {
    fn publish(&self, subject: &str, payload: Vec<u8>) -> Result<(), BusError> {
        match self.loses.load(Ordering::SeqCst) {
            true => Ok(()),
            false => self.bus.publish(subject, payload),
        }
    }

    async fn subscribe(&self, subject: &str) -> Result<BoxStream<'static, Message>, BusError> {
        self.bus.subscribe(subject).await
    }

    async fn request(&self, subject: &str, payload: Vec<u8>, within: Duration) -> Result<Vec<u8>, BusError> {
        self.bus.request(subject, payload, within).await
    }
}

#[tokio::test]
async fn a_removal_of_which_no_word_arrives_is_found_in_the_store() {
    let nodes = Nodes::none_yet();
    let one = nodes.start(with_calls).await;
    let lossy = Arc::new(Lossy { bus: nodes.bus.another(), loses: AtomicBool::new(false) });
    let other = nodes.start_on(lossy.clone(), with_calls).await;
    let mut club = club_at(one, 2).await;
    let mut bob = club.caller(1, Way::Udp).await;
    bob.joins(club.chat).await;
    let mut alice = club.device(0).hello(&other).await;
    lossy.loses.store(true, Ordering::SeqCst);
    taken(alice.ask(club.removal(1)).await);
    let out = (bob.participant(), put_out_of_call::Reason::NotAMember);
    bob.until("put out", |seen| seen.put_out == [out]).await;
}

#[tokio::test]
async fn a_client_whose_hello_was_not_heard_is_found_by_its_next_word() {
    let nodes = Nodes::none_yet();
    let one = nodes.start(with_calls).await;
    let lossy = Arc::new(Lossy { bus: nodes.bus.another(), loses: AtomicBool::new(false) });
    let other = nodes.start_on(lossy.clone(), with_calls).await;
    let club = club_at(one, 3).await;
    let [_alice, mut bob] = club.all_in_the_call().await;
    bob.loses_its_socket().await;
    lossy.loses.store(true, Ordering::SeqCst);
    bob.goes_on_with(hello_at(&other, club.device(1), bob.lease()).await).await;
    let mut carol = club.caller(2, Way::Udp).await;
    carol.joins(club.chat).await;
    call_refused(bob.asks(wish(bob.participant(), "0")).await, call_refused::Reason::UnknownLine);
    let carols = carol.participant();
    bob.until("sent Carol's tracks", |seen| seen.has_tracks_of(carols)).await;
}

/// As if its machine had stopped: nothing of it goes on, and nothing is given up.
struct Mortal {
    host: Host,
    runtime: tokio::runtime::Runtime,
}

impl Mortal {
    async fn dies(self) {
        let ended = tokio::task::spawn_blocking(move || self.runtime.shutdown_timeout(AT_ONCE));
        ended.await.unwrap();
        drop(self.host);
    }
}

#[tokio::test]
async fn rooms_of_a_node_that_died_open_elsewhere_when_their_leases_end() {
    let nodes = Arc::new(Nodes::none_yet());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let of_mortal = nodes.clone();
    let host = runtime.spawn(async move { of_mortal.start(with_calls).await }).await.unwrap();
    let mortal = Mortal { host, runtime };
    let club = club_at(nodes.start(with_calls).await, 2).await;
    let first = joined(club.device(0).hello(&mortal.host).await.ask(join(club.chat)).await);
    let mut bob = club.caller(1, Way::Udp).await;
    bob.joins(club.chat).await;
    assert_eq!(node_of(bob.participant()), node_of(first));
    mortal.dies().await;
    // His own node tells him at his next word that he is out, and that the room is not to be had yet.
    let busy = || async {
        call_refused(bob.asks(wish(bob.participant(), "0")).await, call_refused::Reason::NotInCall);
        for body in [join(club.chat), Body::GetCalls(wire::GetCalls {})] {
            assert!(refused_as(bob.asks(body).await, Reason::Busy).retry_after_ms > 0);
        }
    };
    busy().await;
    nodes.clock.forward(lease_ms() - 1);
    busy().await;
    nodes.clock.forward(1);
    let mut both = [club.caller(0, Way::Udp).await, club.caller(1, Way::Udp).await];
    for caller in &mut both {
        caller.joins(club.chat).await;
        assert_ne!(node_of(caller.participant()), node_of(first));
    }
    know_each_other(&mut both).await;
    let [alice, mut bob] = both;
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
}

#[tokio::test]
async fn a_node_that_is_stopped_gives_up_its_rooms_and_says_so() {
    let nodes = Nodes::none_yet();
    let (stops, stays) = (nodes.start(with_calls).await, nodes.start(with_calls).await);
    let club = club_at(stays, 2).await;
    joined(club.device(0).hello(&stops).await.ask(join(club.chat)).await);
    let mut bob = club.caller(1, Way::Udp).await;
    let out = bob.joins(club.chat).await;
    stops.stop().await;
    bob.until("put out", |seen| seen.put_out == [(out, put_out_of_call::Reason::UnitLost)]).await;
    // Without waiting for any lease: the clock of this test stands still.
    let again = club.socket(1).await.ask(join(club.chat)).await;
    assert_ne!(node_of(joined(again)), node_of(out));
}

#[tokio::test]
async fn a_node_that_was_late_to_renew_gives_way() {
    let two = two(2).await;
    let [alice, mut bob] = two.both_in_the_call().await;
    let ghost = NodeId(node_of(alice.participant()).0 ^ 1);
    two.ghost_takes_the_room(ghost).await;
    let out = (bob.participant(), put_out_of_call::Reason::UnitLost);
    bob.until("put out", |seen| seen.put_out == [out]).await;
    let mut bob = two.club.device(1).hello(&two.other).await;
    refused_as(bob.ask(join(two.club.chat)).await, Reason::Busy);
    let rooms = two.nodes.database.stores().rooms;
    rooms.release_rooms(ghost, vec![(two.club.chat, 1)]).await.unwrap();
    joined(bob.ask(join(two.club.chat)).await);
}

/// Whoever can publish on the bus, and has no key.
#[tokio::test]
async fn what_no_node_has_said_is_refused() {
    let two = two(2).await;
    let [alice, mut bob] = two.both_in_the_call().await;
    let stranger = two.nodes.bus.another();
    let room = format!("calls.node.{:08x}", node_of(bob.participant()).0);
    let out = proto::bus::PutOut { devices: vec![two.club.device(1).address.to_wire()] };
    let word = proto::bus::CallWord { from: 7, body: Some(proto::bus::call_word::Body::PutOut(out)) };
    let word = prost::Message::encode_to_vec(&word);
    for forged in [Vec::new(), vec![0; 31], vec![0; 32], vec![0xFF; 4_096], word.clone(), [vec![0; 32], word].concat()]
    {
        for subject in ["calls.all", &room] {
            stranger.publish(subject, forged.clone()).unwrap();
        }
        // Nor does it hear anything.
        let answer = stranger.request(&room, forged, Duration::from_millis(20)).await;
        assert_eq!(answer, Err(BusError::TimedOut));
    }
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
    assert_eq!(bob.all_seen().await.put_out, []);
    // What a node says to one is nothing to another, nor to all: a stranger who repeats it elsewhere is refused.
    let mut heard = stranger.subscribe("calls.all").await.unwrap();
    let mut newer = two.club.device(1).hello(&two.other).await;
    let back = at_once(futures_util::StreamExt::next(&mut heard)).await.unwrap();
    stranger.publish(&room, back.payload).unwrap();
    joined(newer.ask(join(two.club.chat)).await);
}

/// A word of another node, which has the key.
async fn sealed(nodes: &Nodes, subject: &str, body: proto::bus::call_word::Body) -> Vec<u8> {
    use hmac::Mac as _;
    let hash = |key: &[u8], parts: &[&[u8]]| {
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    };
    let secret = nodes.database.stores().sessions.setting_or_insert("secret", Vec::new()).await.unwrap();
    let key = hash(&secret, &[b"words about calls on the bus"]);
    let word = prost::Message::encode_to_vec(&proto::bus::CallWord { from: 7, body: Some(body) });
    let len = u64::try_from(subject.len()).unwrap().to_be_bytes();
    [hash(&key, &[&len, subject.as_bytes(), &word]), word].concat()
}

/// A removal may come between the question of the session's node and the place.
#[tokio::test]
async fn the_rooms_node_reads_the_members_itself() {
    let two = two(2).await;
    let mut alice = two.club.socket(0).await;
    let of_alice = joined(alice.ask(join(two.club.chat)).await);
    let room = format!("calls.node.{:08x}", node_of(of_alice).0);
    let of_node = two.nodes.bus.another();
    for (device, is_let_in) in [(&two.club.stranger, false), (two.club.device(1), true)] {
        let asked = proto::bus::Asked {
            device: Some(device.address.to_wire()),
            lease: Lease(fresh()).to_vec(),
            time_ms: 1,
            frame: Some(wire::ClientFrame { request: 0, body: Some(join(two.club.chat)) }),
        };
        let word = sealed(&two.nodes, &room, proto::bus::call_word::Body::Asked(asked)).await;
        let answer = of_node.request(&room, word, AT_ONCE).await.unwrap();
        let reply: wire::Reply = prost::Message::decode(&answer[32..]).unwrap();
        match reply.body.unwrap() {
            reply::Body::CallJoined(_) if is_let_in => {}
            reply if !is_let_in => refused(reply, Reason::Denied, "not a member"),
            reply => panic!("{reply:?}"),
        }
    }
}

#[tokio::test]
async fn a_node_that_does_not_answer_is_told_as_busy() {
    let two = two(2).await;
    let ghost = NodeId(7);
    two.ghost_takes_the_room(ghost).await;
    let of_ghost = two.nodes.bus.another();
    let _silent = of_ghost.subscribe("calls.node.00000007").await.unwrap();
    let mut bob = two.club.device(1).hello(&two.other).await;
    for body in [join(two.club.chat), Body::GetCalls(wire::GetCalls {}), wish(7 << 28, "0")] {
        assert!(refused_as(bob.ask(body).await, Reason::Busy).retry_after_ms > 0);
    }
}
