//! Calls: session sockets, `str0m` clients, and the server's real ports for media. Who may be in a call, who hears of it, and what
//! becomes of it when sockets, members and devices go.

mod hostile;
mod nodes;
mod relayed;
mod rights;

use crate::caller::{Caller, Seen, Way};
use crate::client::Host;
use crate::device::*;
use openmls::prelude::*;
use proto::ids::{ChatId, DeviceAddress, Lease};
use proto::wire::client_frame::Body;
use proto::wire::{self, call_refused, call_track::Kind, put_out_of_call, refused::Reason, reply, say_in_call};
use proto::wire::{layer_wish, server_frame};
use server::Config;
use server::config::CallsConfig;
use server::limits::{CALL_STREAM_REFUSED_MAX, CALL_STREAM_UNTAKEN_MAX};
use sfu::framing;
use sfu::limits::{PARTICIPANTS_MAX, SDP_LEN_MAX, UNCONNECTED_MAX};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Far more than anything takes here that is not to wait.
const AT_ONCE: Duration = Duration::from_secs(12);

/// Members of one group, the first of whom made it and is its admin; and a device that is nobody to it.
struct Club {
    host: Host,
    chat: ChatId,
    group: MlsGroup,
    people: Vec<(Account, Device)>,
    stranger: Device,
}

fn with_calls(config: &mut Config) {
    config.calls = Some(CallsConfig::at(SocketAddr::from(([127, 0, 0, 1], 0))));
}

async fn club(people: usize) -> Club {
    club_at(Host::start_with(with_calls).await, people).await
}

async fn club_at(host: Host, count: usize) -> Club {
    let (_, stranger) = registered(&host, "+4915123456700").await;
    let mut people = Vec::new();
    for number in 1..=count {
        people.push(registered(&host, &format!("+49151234567{number:02}")).await);
    }
    let others: Vec<&Device> = people.iter().skip(1).map(|(_, device)| device).collect();
    let (chat, group) = group_of(&host, &people[0].1, &others).await;
    Club { host, chat, group, people, stranger }
}

async fn group_of(host: &Host, maker: &Device, others: &[&Device]) -> (ChatId, MlsGroup) {
    let chat = ChatId(fresh());
    let mut group = maker.create_group(&group_policy(chat, 1, &[maker]));
    let group_info = maker.group_info(&group, true);
    let packages: Vec<_> = others.iter().map(|device| (device.address, device.key_package())).collect();
    let first_commit = (!packages.is_empty()).then(|| maker.add(&mut group, chat, &packages));
    let create = wire::GroupCreate { first_commit, ..creation(chat, group_info) };
    taken(maker.hello(host).await.ask(Body::GroupCreate(create)).await);
    if !packages.is_empty() {
        maker.merge(&mut group);
    }
    (chat, group)
}

impl Club {
    fn device(&self, person: usize) -> &Device {
        &self.people[person].1
    }

    async fn socket(&self, person: usize) -> Socket {
        self.device(person).hello(&self.host).await
    }

    async fn caller(&self, person: usize, way: Way) -> Caller {
        self.caller_at(&self.host, person, way).await
    }

    async fn caller_at(&self, host: &Host, person: usize, way: Way) -> Caller {
        Caller::new(self.device(person).hello(host).await, way)
    }

    /// All join over UDP, and everybody is sent everybody's tracks.
    async fn all_in_the_call<const N: usize>(&self) -> [Caller; N] {
        let mut all = Vec::new();
        for person in 0..N {
            let mut caller = self.caller(person, Way::Udp).await;
            caller.joins(self.chat).await;
            all.push(caller);
        }
        know_each_other(&mut all).await;
        all.try_into().ok().unwrap()
    }

    /// As it is told; people with their participants.
    fn running(&self, participants: &[(usize, u64)]) -> wire::RunningCall {
        let device = |person: usize| Some(self.device(person).address.to_wire());
        let mut participants: Vec<_> = participants
            .iter()
            .map(|(person, participant)| wire::CallParticipant { participant: *participant, device: device(*person) })
            .collect();
        participants.sort_by_key(|participant| participant.participant);
        wire::RunningCall { chat: self.chat.to_vec(), participants }
    }

    /// The admin's commit that takes somebody's leaf out.
    fn removal(&mut self, person: usize) -> Body {
        let credential = self.device(person).credential_with_key().credential;
        let member = self.group.members().find(|member| member.credential == credential).unwrap();
        Body::Commit(self.people[0].1.change(&mut self.group, self.chat, Vec::new(), vec![member.index]))
    }
}

async fn know_each_other(all: &mut [Caller]) {
    let participants: Vec<u64> = all.iter().map(Caller::participant).collect();
    for caller in all {
        let own = caller.participant();
        let has_all = |seen: &Seen| participants.iter().all(|other| *other == own || seen.has_tracks_of(*other));
        caller.until("sent everybody's tracks", has_all).await;
    }
}

fn join(chat: ChatId) -> Body {
    Body::JoinCall(wire::JoinCall { chat: chat.to_vec() })
}

fn offer(participant: u64, sdp: impl Into<String>) -> Body {
    Body::SayInCall(wire::SayInCall { participant, says: Some(say_in_call::Says::Offer(sdp.into())) })
}

fn wish(participant: u64, mid: &str) -> Body {
    let wish = wire::LayerWish { mid: mid.into(), layer: layer_wish::Layer::Low.into() };
    Body::SayInCall(wire::SayInCall { participant, says: Some(say_in_call::Says::Layer(wish)) })
}

#[track_caller]
fn joined(reply: reply::Body) -> u64 {
    match reply {
        reply::Body::CallJoined(joined) => joined.participant,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn call_refused(reply: reply::Body, reason: call_refused::Reason) {
    match reply {
        reply::Body::CallRefused(refused) => assert_eq!(refused.reason(), reason, "{}", refused.detail),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused_as(reply: reply::Body, reason: Reason) -> wire::Refused {
    match reply {
        reply::Body::Refused(refused) if refused.reason() == reason => refused,
        other => panic!("{other:?}"),
    }
}

async fn calls(socket: &mut Socket) -> Vec<wire::RunningCall> {
    match socket.ask(Body::GetCalls(wire::GetCalls {})).await {
        reply::Body::Calls(calls) => calls.calls,
        other => panic!("{other:?}"),
    }
}

/// Waits until a call is told to be so.
async fn is_told(socket: &mut Socket, call: &wire::RunningCall) {
    let is_it = |body| matches!(body, server_frame::Body::RunningCall(told) if told == *call).then_some(());
    at_once(socket.until(is_it)).await;
}

/// What has to come of itself: patience, which ends much of this too, is longer.
async fn at_once<T>(comes: impl Future<Output = T>) -> T {
    assert!(AT_ONCE < UNCONNECTED_MAX && AT_ONCE < CALL_STREAM_UNTAKEN_MAX);
    tokio::time::timeout(AT_ONCE, comes).await.expect("it comes at once")
}

/// Sound is any bytes; of pictures the first bytes are VP8's, the rest any.
fn payload(kind: Kind, at: u8) -> Vec<u8> {
    let bytes = (0..u8::MAX).map(|byte| byte.wrapping_mul(at));
    match kind {
        Kind::Video => [0x10, 0x00].into_iter().chain(bytes).collect(),
        Kind::Audio | Kind::Unspecified => bytes.collect(),
    }
}

/// One sends sound and pictures, and the other gets them byte for byte.
async fn is_heard_and_seen(sender: &Caller, receiver: &mut Caller, at: std::ops::Range<u8>) {
    for kind in [Kind::Audio, Kind::Video] {
        let sent: Vec<Vec<u8>> = at.clone().map(|at| payload(kind, at)).collect();
        sent.iter().for_each(|payload| sender.sends(kind, payload));
        let all_came = |seen: &Seen| seen.of(sender.participant(), kind).ends_with(&sent);
        receiver.until("sent all of it", all_came).await;
    }
}

/// One is there by datagrams and the other one by this way: both hear and see each other.
async fn hears_and_sees_by(club: &Club, way: Way) {
    let mut both = [club.caller(0, Way::Udp).await, club.caller(1, way).await];
    for caller in &mut both {
        caller.joins(club.chat).await;
    }
    know_each_other(&mut both).await;
    let [mut alice, mut bob] = both;
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
    is_heard_and_seen(&bob, &mut alice, 50..70).await;
}

#[tokio::test]
async fn two_members_hear_and_see_each_other_byte_for_byte() {
    let club = club(2).await;
    let [mut alice, mut bob] = club.all_in_the_call().await;
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
    is_heard_and_seen(&bob, &mut alice, 50..70).await;
    let tracks = bob.all_seen().await.tracks;
    assert!(tracks.iter().all(|track| track.device == Some(club.device(0).address.to_wire())), "{tracks:?}");
}

#[tokio::test]
async fn a_member_whose_network_passes_no_datagrams_is_heard_and_seen() {
    let club = club(2).await;
    hears_and_sees_by(&club, Way::Tcp).await;
}

#[tokio::test]
async fn a_member_whose_network_changes_goes_on_with_the_call() {
    let club = club(2).await;
    let [mut alice, mut bob] = club.all_in_the_call().await;
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
    let before = bob.all_seen().await;
    bob.moves();
    bob.until("connected from elsewhere", |seen| seen.paths > before.paths).await;
    is_heard_and_seen(&alice, &mut bob, 20..40).await;
    is_heard_and_seen(&bob, &mut alice, 50..70).await;
    let seen = bob.all_seen().await;
    assert_eq!((seen.participant, seen.tracks, seen.put_out), (before.participant, before.tracks, vec![]));
}

/// The first address is nobody's here: clients find the one by which they reach the server.
#[tokio::test]
async fn one_of_several_addresses_is_enough() {
    let host = Host::start_with(|config| {
        let mut calls = CallsConfig::at(SocketAddr::from(([0, 0, 0, 0], 0)));
        calls.addresses = ["192.0.2.1", "127.0.0.1"].map(|ip| ip.parse::<IpAddr>().unwrap()).to_vec();
        calls.units = 3.try_into().unwrap();
        config.calls = Some(calls);
    });
    let club = club_at(host.await, 2).await;
    let [alice, mut bob] = club.all_in_the_call().await;
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
}

#[tokio::test]
async fn the_members_who_are_connected_hear_of_a_call_and_nobody_else() {
    let club = club(3).await;
    let (mut carol, mut stranger) = (club.socket(2).await, club.stranger.hello(&club.host).await);
    assert_eq!(calls(&mut carol).await, []);
    let mut alice = club.caller(0, Way::Udp).await;
    let first = alice.joins(club.chat).await;
    is_told(&mut carol, &club.running(&[(0, first)])).await;
    let mut bob = club.socket(1).await;
    let second = joined(bob.ask(join(club.chat)).await);
    let both = club.running(&[(0, first), (1, second)]);
    is_told(&mut carol, &both).await;
    alice.until("told of both", |seen| seen.running.contains(&both)).await;
    // Who comes later asks.
    let mut carol_again = club.socket(2).await;
    assert_eq!(calls(&mut carol_again).await, [both]);
    let left = bob.ask(Body::LeaveCall(wire::LeaveCall { participant: second })).await;
    assert!(matches!(left, reply::Body::Done(_)));
    is_told(&mut carol_again, &club.running(&[(0, first)])).await;
    let left = alice.asks(Body::LeaveCall(wire::LeaveCall { participant: first })).await;
    assert!(matches!(left, reply::Body::Done(_)));
    is_told(&mut carol_again, &club.running(&[])).await;
    assert_eq!(calls(&mut carol_again).await, []);
    // Twice, as what waits for a socket goes before its next request.
    for _ in 0..2 {
        assert_eq!(calls(&mut stranger).await, []);
    }
    let told = stranger.waiting().any(|body| matches!(body, server_frame::Body::RunningCall(_)));
    assert!(!told, "it is no business of a stranger's");
}

#[tokio::test]
async fn a_socket_that_is_lost_and_back_goes_on_with_the_call() {
    let club = club(3).await;
    let [alice, mut bob] = club.all_in_the_call().await;
    bob.loses_its_socket().await;
    is_heard_and_seen(&alice, &mut bob, 1..10).await;
    // While he is away, the unit offers him Carol's tracks in vain.
    let mut carol = club.caller(2, Way::Udp).await;
    carol.joins(club.chat).await;
    let mut others = [alice, carol];
    know_each_other(&mut others).await;
    let [alice, carol] = others;
    is_heard_and_seen(&alice, &mut bob, 10..20).await;
    let (participant, carols) = (bob.participant(), carol.participant());
    bob.goes_on_with(hello_with(&club, 1, bob.lease()).await).await;
    bob.until("sent Carol's tracks", |seen| seen.has_tracks_of(carols)).await;
    is_heard_and_seen(&carol, &mut bob, 20..30).await;
    let seen = bob.all_seen().await;
    assert_eq!((seen.participant, seen.put_out), (participant, vec![]));
}

async fn hello_with(club: &Club, person: usize, lease: Lease) -> Socket {
    hello_at(&club.host, club.device(person), lease).await
}

async fn hello_at(host: &Host, device: &Device, lease: Lease) -> Socket {
    let mut socket = Socket::open(host).await;
    let hello = wire::Hello { lease: lease.to_vec(), ..device.hello_body(0, 1) };
    let reply = socket.ask(Body::Hello(hello)).await;
    assert!(matches!(reply, reply::Body::HelloOk(_)), "{reply:?}");
    socket.lease = lease;
    socket
}

#[tokio::test]
async fn who_has_no_connection_for_media_is_put_out_when_patience_ends() {
    let club = club(2).await;
    let (mut alice, mut bob) = (club.socket(0).await, club.socket(1).await);
    // Before she joins: what a slow machine needs for his joining is a part of her time.
    let begun = std::time::Instant::now();
    let of_alice = joined(alice.ask(join(club.chat)).await);
    let of_bob = joined(bob.ask(join(club.chat)).await);
    let lease = bob.lease;
    drop(bob);
    let put_out = alice.until(|body| match body {
        server_frame::Body::PutOutOfCall(told) => Some(told),
        _ => None,
    });
    let put_out = put_out.await;
    assert_eq!((put_out.participant, put_out.reason()), (of_alice, put_out_of_call::Reason::Unconnected));
    assert!(begun.elapsed() + Duration::from_secs(1) > UNCONNECTED_MAX, "nor before");
    is_told(&mut alice, &club.running(&[])).await;
    // He learns of it when he is back.
    let mut bob = hello_with(&club, 1, lease).await;
    call_refused(bob.ask(wish(of_bob, "0")).await, call_refused::Reason::NotInCall);
    assert_eq!(calls(&mut bob).await, []);
}

#[tokio::test]
async fn joining_again_replaces_the_participant_and_joining_elsewhere_too() {
    let club = club(2).await;
    let (mut alice, mut bob) = (club.socket(0).await, club.socket(1).await);
    let first = joined(alice.ask(join(club.chat)).await);
    let second = joined(alice.ask(join(club.chat)).await);
    assert_ne!(first, second);
    is_told(&mut bob, &club.running(&[(0, second)])).await;
    call_refused(alice.ask(wish(first, "0")).await, call_refused::Reason::NotInCall);
    call_refused(alice.ask(wish(second, "0")).await, call_refused::Reason::UnknownLine);
    // Leaving as the one that was replaced changes nothing.
    alice.ask(Body::LeaveCall(wire::LeaveCall { participant: first })).await;
    assert_eq!(calls(&mut bob).await, [club.running(&[(0, second)])]);
    let (other, _) = group_of(&club.host, club.device(0), &[]).await;
    let mut alice = club.socket(0).await;
    let third = joined(alice.ask(join(club.chat)).await);
    is_told(&mut bob, &club.running(&[(0, third)])).await;
    joined(alice.ask(join(other)).await);
    is_told(&mut bob, &club.running(&[])).await;
    assert_eq!(calls(&mut alice).await.len(), 1);
}

#[tokio::test]
async fn a_connection_of_a_stranger_is_closed_and_an_address_has_only_so_many() {
    let host = Host::start_with(|config| {
        let mut calls = CallsConfig::at(SocketAddr::from(([127, 0, 0, 1], 0)));
        calls.streams_per_address_max = 1;
        config.calls = Some(calls);
    });
    let club = club_at(host.await, 1).await;
    let at = club.host.calls_addrs()[0].1;
    // Frames that are nobody's.
    let mut connection = TcpStream::connect(at).await.unwrap();
    for _ in 0..CALL_STREAM_REFUSED_MAX {
        let _ = connection.write_all(&framing::frame(b"garbage").unwrap()).await;
    }
    is_closed(connection).await;
    // Not even a frame.
    let mut connection = TcpStream::connect(at).await.unwrap();
    let _ = connection.write_all(&[0xFF; 64]).await;
    is_closed(connection).await;
    let mut alice = club.caller(0, Way::Tcp).await;
    alice.joins(club.chat).await;
    is_closed(TcpStream::connect(at).await.unwrap()).await;
    let seen = alice.all_seen().await;
    assert_eq!(seen.put_out, [], "{seen:?}");
}

async fn is_closed(mut connection: TcpStream) {
    let read = at_once(connection.read(&mut [0; 64])).await;
    assert!(matches!(read, Ok(0) | Err(_)), "the server closes it");
}

#[tokio::test]
async fn what_goes_on_is_measured() {
    let host = Host::start_with(|config| {
        with_calls(config);
        config.metrics_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    });
    let club = club_at(host.await, 2).await;
    let [alice, mut bob] = club.all_in_the_call().await;
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
    let text = crate::metrics::text(club.host.metrics_addr().unwrap()).await;
    for (of, count) in [
        (r#"calls{what="participants"}"#, 2.0),
        (r#"calls{what="rooms"}"#, 1.0),
        (r#"socket_seconds_count{kind="JoinCall"}"#, 2.0),
    ] {
        assert_eq!(crate::metrics::value(&text, &format!("heliograph_{of}")), count, "{of}");
    }
    // What has arrived may be counted a moment later.
    for way in ["received", "sent"] {
        let counted = async {
            loop {
                let text = crate::metrics::text(club.host.metrics_addr().unwrap()).await;
                let of = format!(r#"heliograph_call_packets_total{{way="{way}"}}"#);
                if crate::metrics::value(&text, &of) > 38.0 {
                    return;
                }
            }
        };
        at_once(counted).await;
    }
    let text = crate::metrics::text(club.host.metrics_addr().unwrap()).await;
    for way in ["paused", "beyond-limits"] {
        assert_eq!(crate::metrics::value(&text, &format!(r#"heliograph_call_packets_total{{way="{way}"}}"#)), 0.0);
    }
    // It ends with the server: the port is free again.
    let at = club.host.calls_addrs()[0].0;
    club.host.stop().await;
    std::net::UdpSocket::bind(at).unwrap();
}
