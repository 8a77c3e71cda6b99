//! Calls: session sockets, `str0m` clients, and the server's real ports for media. Who may be in a call, who hears of it, and what
//! becomes of it when sockets, members and devices go.

use crate::caller::{Caller, Seen, Way};
use crate::client::Host;
use crate::device::*;
use openmls::prelude::*;
use proto::ids::{ChatId, Lease};
use proto::wire::client_frame::Body;
use proto::wire::{self, call_refused, call_track::Kind, put_out_of_call, refused::Reason, reply, say_in_call};
use server::config::CallsConfig;
use server::Config;
use std::net::SocketAddr;

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
    async fn caller(&self, person: usize, way: Way) -> Caller {
        Caller::new(self.people[person].1.hello(&self.host).await, way)
    }

    /// All join over UDP, and everybody is sent everybody's tracks.
    async fn all_in_the_call(&self) -> Vec<(Caller, u64)> {
        let mut all = Vec::new();
        for person in 0..self.people.len() {
            let mut caller = self.caller(person, Way::Udp).await;
            let participant = caller.joins(self.chat).await;
            all.push((caller, participant));
        }
        let participants: Vec<u64> = all.iter().map(|(_, participant)| *participant).collect();
        for (caller, own) in &mut all {
            let has_all = |seen: &Seen| participants.iter().all(|p| p == own || seen.has_tracks_of(*p));
            caller.until("sent everybody's tracks", has_all).await;
        }
        all
    }

    fn running(&self, participants: &[(usize, u64)]) -> wire::RunningCall {
        let mut participants: Vec<_> = participants
            .iter()
            .map(|(person, participant)| wire::CallParticipant {
                participant: *participant,
                device: Some(self.people[*person].1.address.to_wire()),
            })
            .collect();
        participants.sort_by_key(|participant| participant.participant);
        wire::RunningCall { chat: self.chat.to_vec(), participants }
    }

    /// The admin's commit that takes somebody's leaf out.
    fn removal(&mut self, person: usize) -> wire::Commit {
        let credential = self.people[person].1.credential_with_key().credential;
        let member = self.group.members().find(|member| member.credential == credential).unwrap();
        self.people[0].1.change(&mut self.group, self.chat, Vec::new(), vec![member.index])
    }
}

fn join(chat: ChatId) -> Body {
    Body::JoinCall(wire::JoinCall { chat: chat.to_vec() })
}

fn offer(participant: u64, sdp: &str) -> Body {
    Body::SayInCall(wire::SayInCall { participant, says: Some(say_in_call::Says::Offer(sdp.to_owned())) })
}

fn participant(reply: reply::Body) -> u64 {
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

fn get_calls() -> Body {
    Body::GetCalls(wire::GetCalls {})
}

async fn calls(socket: &mut Socket) -> Vec<wire::RunningCall> {
    match socket.ask(get_calls()).await {
        reply::Body::Calls(calls) => calls.calls,
        other => panic!("{other:?}"),
    }
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
async fn is_heard_and_seen(sender: &(Caller, u64), receiver: &mut Caller, at: std::ops::Range<u8>) {
    for kind in [Kind::Audio, Kind::Video] {
        let sent: Vec<Vec<u8>> = at.clone().map(|at| payload(kind, at)).collect();
        sent.iter().for_each(|payload| sender.0.sends(kind, payload));
        let all_came = |seen: &Seen| seen.of(sender.1, kind).ends_with(&sent);
        receiver.until("sent all of it", all_came).await;
    }
}

#[tokio::test]
async fn two_members_hear_and_see_each_other_byte_for_byte() {
    let club = club(2).await;
    let mut all = club.all_in_the_call().await;
    let (mut bob, mut alice) = (all.pop().unwrap(), all.pop().unwrap());
    is_heard_and_seen(&alice, &mut bob.0, 1..20).await;
    is_heard_and_seen(&bob, &mut alice.0, 50..70).await;
    let tracks = bob.0.all_seen().await.tracks;
    assert!(tracks.iter().all(|track| track.device == Some(club.people[0].1.address.to_wire())), "{tracks:?}");
}

#[tokio::test]
async fn a_member_behind_a_network_without_datagrams_is_heard_and_seen() {
    let club = club(2).await;
    let (mut alice, mut bob) = (club.caller(0, Way::Udp).await, club.caller(1, Way::Tcp).await);
    let mut alice = (alice.joins(club.chat).await, alice);
    let mut bob = (bob.joins(club.chat).await, bob);
    let (of_alice, of_bob) = (alice.0, bob.0);
    alice.1.until("sent his tracks", |seen| seen.has_tracks_of(of_bob)).await;
    bob.1.until("sent her tracks", |seen| seen.has_tracks_of(of_alice)).await;
    let (mut alice, mut bob) = ((alice.1, alice.0), (bob.1, bob.0));
    is_heard_and_seen(&alice, &mut bob.0, 1..20).await;
    is_heard_and_seen(&bob, &mut alice.0, 50..70).await;
}
