//! Who may join and speak, what is refused and how, and who is put out.

use super::*;

#[tokio::test]
async fn only_devices_with_a_leaf_join() {
    let mut club = club(2).await;
    let mut stranger = club.stranger.hello(&club.host).await;
    refused(stranger.ask(join(club.chat)).await, Reason::Denied, "not a member");
    refused(stranger.ask(join(ChatId(fresh()))).await, Reason::Denied, "not a member");
    let short = Body::JoinCall(wire::JoinCall { chat: vec![1; 15] });
    refused_as(stranger.ask(short).await, Reason::Invalid);
    // A companion of a member's that has not joined the group.
    let host = &club.host;
    let (account, phone) = &mut club.people[0];
    let browser = linked(host, account, phone).await;
    let mut browser = browser.hello(host).await;
    refused(browser.ask(join(club.chat)).await, Reason::Denied, "not a member");
    assert_eq!(calls(&mut browser).await, []);
    joined(club.socket(0).await.ask(join(club.chat)).await);
    assert_eq!(calls(&mut browser).await, [], "nor does it hear of it");
}

#[tokio::test]
async fn nobody_speaks_or_leaves_for_another() {
    let club = club(2).await;
    let (mut alice, mut bob) = (club.socket(0).await, club.socket(1).await);
    let of_alice = joined(alice.ask(join(club.chat)).await);
    for body in [offer(of_alice, "v=0\r\n"), wish(of_alice, "0")] {
        call_refused(bob.ask(body).await, call_refused::Reason::NotInCall);
    }
    bob.ask(Body::LeaveCall(wire::LeaveCall { participant: of_alice })).await;
    assert_eq!(calls(&mut bob).await, [club.running(&[(0, of_alice)])]);
}

#[tokio::test]
async fn descriptions_that_are_none_are_refused_and_the_call_goes_on() {
    let club = club(2).await;
    let [mut alice, mut bob] = club.all_in_the_call().await;
    let participant = alice.participant();
    for sdp in ["", "garbage", "v=0\r\nm=audio\r\n"] {
        call_refused(alice.asks(offer(participant, sdp)).await, call_refused::Reason::Description);
    }
    let nothing = Body::SayInCall(wire::SayInCall { participant, says: None });
    refused_as(alice.asks(nothing).await, Reason::Unsupported);
    let answer = Some(say_in_call::Says::Answer("garbage".into()));
    let answer = Body::SayInCall(wire::SayInCall { participant, says: answer });
    // Nothing was offered: it is not even read.
    call_refused(alice.asks(answer).await, call_refused::Reason::Ignored);
    let two_codecs = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 opus/48000/2\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";
    call_refused(alice.asks(offer(participant, two_codecs)).await, call_refused::Reason::Description);
    refused_as(alice.asks(offer(participant, "x".repeat(SDP_LEN_MAX + 1))).await, Reason::TooLarge);
    is_heard_and_seen(&alice, &mut bob, 1..20).await;
    is_heard_and_seen(&bob, &mut alice, 50..70).await;
}

#[tokio::test]
async fn who_speaks_or_asks_too_often_waits() {
    let club = club(2).await;
    let (mut alice, mut bob) = (club.socket(0).await, club.socket(1).await);
    for body in [wish(1, "0"), Body::GetCalls(wire::GetCalls {}), join(ChatId(fresh()))] {
        let mut asked = 0;
        let busy = loop {
            match alice.ask(body.clone()).await {
                reply::Body::Refused(busy) if busy.reason() == Reason::Busy => break busy,
                _ if asked < 5_000 => asked += 1,
                other => panic!("{other:?}"),
            }
        };
        assert!(busy.retry_after_ms > 0);
    }
    joined(bob.ask(join(club.chat)).await);
    let reply = alice.ask(Body::Ping(wire::Ping {})).await;
    assert!(matches!(reply, reply::Body::Pong(_)), "only calls wait");
}

/// A few accounts with many devices each fill a call.
#[tokio::test]
async fn the_thirty_third_finds_the_call_full_until_one_leaves() {
    let host = Host::start_with(with_calls).await;
    let mut devices = Vec::new();
    for number in 1..=4 {
        let (mut account, phone) = registered(&host, &format!("+49151234567{number:02}")).await;
        for _ in 0..proto::limits::COMPANIONS_MAX {
            devices.push(linked(&host, &mut account, &phone).await);
        }
        devices.push(phone);
    }
    let others: Vec<&Device> = devices.iter().skip(1).take(PARTICIPANTS_MAX).collect();
    let (chat, _) = group_of(&host, &devices[0], &others).await;
    let mut sockets = Vec::new();
    for device in devices.iter().take(PARTICIPANTS_MAX + 1) {
        sockets.push(device.hello(&host).await);
    }
    let (last, full) = sockets.split_last_mut().unwrap();
    let mut participants = Vec::new();
    for socket in full.iter_mut() {
        participants.push(joined(socket.ask(join(chat)).await));
    }
    call_refused(last.ask(join(chat)).await, call_refused::Reason::CallFull);
    // Whoever is in it has a place to come back to.
    let again = joined(full[7].ask(join(chat)).await);
    call_refused(last.ask(join(chat)).await, call_refused::Reason::CallFull);
    full[7].ask(Body::LeaveCall(wire::LeaveCall { participant: again })).await;
    is_told_how_many(last, PARTICIPANTS_MAX - 1).await;
    joined(last.ask(join(chat)).await);
}

async fn is_told_how_many(socket: &mut Socket, count: usize) {
    let is_it =
        |body| matches!(body, server_frame::Body::RunningCall(told) if told.participants.len() == count).then_some(());
    at_once(socket.until(is_it)).await;
}

#[tokio::test]
async fn a_server_without_calls_says_so() {
    let club = club_at(Host::start().await, 1).await;
    let mut alice = club.socket(0).await;
    call_refused(alice.ask(join(club.chat)).await, call_refused::Reason::NotOffered);
    assert_eq!(calls(&mut alice).await, []);
    call_refused(alice.ask(wish(1, "0")).await, call_refused::Reason::NotInCall);
}

#[tokio::test]
async fn where_the_port_is_taken_or_nobody_could_reach_it_messages_go_on_without_calls() {
    let taken_port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let taken = CallsConfig::at(taken_port.local_addr().unwrap());
    let mut unreachable = CallsConfig::at(SocketAddr::from(([127, 0, 0, 1], 0)));
    unreachable.addresses = vec!["0.0.0.0".parse().unwrap()];
    for calls in [taken, unreachable] {
        let club = club_at(Host::start_with(|config| config.calls = Some(calls)).await, 1).await;
        let mut alice = club.socket(0).await;
        call_refused(alice.ask(join(club.chat)).await, call_refused::Reason::NotOffered);
        assert_eq!(club.host.calls_addrs(), []);
    }
}

#[tokio::test]
async fn a_member_who_is_removed_is_put_out_and_gets_nothing_more() {
    let mut club = club(3).await;
    let [mut alice, mut bob, carol] = club.all_in_the_call().await;
    is_heard_and_seen(&carol, &mut bob, 1..10).await;
    let removal = club.removal(1);
    taken(alice.asks(removal).await);
    let out = (bob.participant(), put_out_of_call::Reason::NotAMember);
    bob.until("put out", |seen| seen.put_out == [out]).await;
    let rest = club.running(&[(0, alice.participant()), (2, carol.participant())]);
    alice.until("told of it", |seen| seen.running.last() == Some(&rest)).await;
    let before = bob.all_seen().await;
    is_heard_and_seen(&carol, &mut alice, 10..40).await;
    let after = bob.all_seen().await;
    assert_eq!(after.received.len(), before.received.len());
    assert_ne!(after.running.last(), Some(&rest), "nor does he hear of the call");
    refused(bob.tries_to_join(club.chat).await, Reason::Denied, "not a member");
    call_refused(bob.asks(wish(out.0, "0")).await, call_refused::Reason::NotInCall);
}

#[tokio::test]
async fn a_device_that_is_unlinked_is_put_out_and_gets_nothing_more() {
    let mut club = club(2).await;
    // Bob's browser, in the group as a device of its own.
    let host = &club.host;
    let (account, phone) = &mut club.people[1];
    let browser = linked(host, account, phone).await;
    let (chat, _) = group_of(host, &club.people[0].1, &[&browser, &club.people[1].1]).await;
    let mut alice = Caller::new(club.people[0].1.hello(host).await, Way::Udp);
    let mut bob = Caller::new(club.people[1].1.hello(host).await, Way::Udp);
    let mut lost = Caller::new(browser.hello(host).await, Way::Udp);
    for caller in [&mut alice, &mut bob, &mut lost] {
        caller.joins(chat).await;
    }
    let mut all = [alice, bob, lost];
    know_each_other(&mut all).await;
    let [alice, mut bob, mut lost] = all;
    is_heard_and_seen(&alice, &mut lost, 1..10).await;
    let (account, phone) = &mut club.people[1];
    account.without(&browser);
    assert_eq!(host.put("/v1/devices", Some(&phone.token), &account.put_body()).await.status, 204);
    lost.until("without a socket", |seen| !seen.has_socket).await;
    let is_out = |call: &wire::RunningCall| call.participants.len() == 2;
    bob.until("told of it", |seen| seen.running.last().is_some_and(is_out)).await;
    let before = lost.all_seen().await;
    is_heard_and_seen(&alice, &mut bob, 10..40).await;
    assert_eq!(lost.all_seen().await.received.len(), before.received.len());
}

#[tokio::test]
async fn another_run_of_the_client_ends_the_participant_of_the_one_before() {
    let club = club(2).await;
    let (mut alice, mut bob) = (club.socket(0).await, club.socket(1).await);
    let of_alice = joined(alice.ask(join(club.chat)).await);
    let lease = alice.lease;
    // The same run on another socket: nothing changes.
    let mut again = hello_with(&club, 0, lease).await;
    assert_eq!(calls(&mut again).await, [club.running(&[(0, of_alice)])]);
    let mut newer = club.socket(0).await;
    is_told(&mut bob, &club.running(&[])).await;
    call_refused(newer.ask(wish(of_alice, "0")).await, call_refused::Reason::NotInCall);
    // Also where no socket of the one before was open.
    let of_newer = joined(newer.ask(join(club.chat)).await);
    is_told(&mut bob, &club.running(&[(0, of_newer)])).await;
    drop(newer);
    let _newest = club.socket(0).await;
    is_told(&mut bob, &club.running(&[])).await;
}

#[tokio::test]
async fn the_next_generation_of_a_group_has_its_own_members() {
    let mut club = club(3).await;
    let (mut alice, mut bob) = (club.socket(0).await, club.socket(1).await);
    let of_alice = joined(alice.ask(join(club.chat)).await);
    let of_bob = joined(bob.ask(join(club.chat)).await);
    is_told(&mut alice, &club.running(&[(0, of_alice), (1, of_bob)])).await;
    let policy = group_policy(club.chat, 2, &[club.device(0)]);
    let mut group = club.device(0).create_group(&policy);
    let group_info = club.device(0).group_info(&group, true);
    let carol: (DeviceAddress, KeyPackage) = (club.device(2).address, club.device(2).key_package());
    let mut first_commit = club.device(0).add(&mut group, club.chat, &[carol]);
    first_commit.generation = 2;
    let create =
        wire::GroupCreate { generation: 2, first_commit: Some(first_commit), ..creation(club.chat, group_info) };
    let base_epoch = club.group.epoch().as_u64();
    let reset = wire::ResetGroup { op_id: op().to_vec(), base_epoch, create: Some(create) };
    taken(alice.ask(Body::ResetGroup(reset)).await);
    is_told(&mut alice, &club.running(&[(0, of_alice)])).await;
    let put_out = bob.until(|body| match body {
        server_frame::Body::PutOutOfCall(told) => Some(told),
        _ => None,
    });
    assert_eq!(at_once(put_out).await.participant, of_bob);
    club.group = group;
}
