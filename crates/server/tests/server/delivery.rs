//! Groups over the socket: what is taken, what is refused, and what everybody then hears.

use crate::client::Host;
use crate::device::*;
use openmls::prelude::*;
use prost::Message as _;
use proto::account::{Found, LookUpAccounts, LookUpOk, PutProfile};
use proto::ids::ChatId;
use proto::wire::client_frame::Body;
use proto::wire::{self, group_item, item, refused::Reason, reply, server_frame};
use tokio_tungstenite::tungstenite;

#[track_caller]
fn accepted(reply: reply::Body) -> wire::Accepted {
    match reply {
        reply::Body::Accepted(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(reply: reply::Body, reason: Reason) -> String {
    match reply {
        reply::Body::Refused(refused) => {
            assert_eq!(refused.reason(), reason, "{}", refused.detail);
            refused.detail
        }
        other => panic!("{other:?}"),
    }
}

struct Pair {
    host: Host,
    alice: Device,
    bob: Device,
    alice_account: Account,
    bob_account: Account,
    alice_socket: Socket,
    bob_socket: Socket,
    chat: ChatId,
    alice_group: MlsGroup,
    bob_group: MlsGroup,
}

/// Alice has made a direct chat, Bob has joined it by the welcome.
async fn pair() -> Pair {
    let host = Host::start().await;
    let (alice_account, alice) = registered(&host, "+4915123456701").await;
    let (bob_account, bob) = registered(&host, "+4915123456702").await;
    let (mut alice_socket, mut bob_socket) = (alice.hello(&host).await, bob.hello(&host).await);
    let (mut alice_group, create) = alice.direct_chat(bob.address.account, &[(bob.address, bob.key_package())]);
    let chat = ChatId::try_from(create.chat.clone()).unwrap();
    assert_eq!(accepted(alice_socket.ask(Body::GroupCreate(create)).await).seq, 1);
    alice.merge(&mut alice_group);
    let (queue_seq, item::Body::Welcome(welcome)) = bob_socket.item().await else { panic!("no welcome") };
    assert_eq!((queue_seq, welcome.seq, welcome.epoch), (1, 1, 1));
    assert_eq!(welcome.ratchet_tree, tree_bytes(&alice_group), "the server adds the tree of the commit's epoch");
    let bob_group = bob.join(&welcome);
    let (_, item::Body::Group(echo)) = alice_socket.item().await else { panic!("no echo") };
    assert_eq!(echo.kind(), group_item::Kind::Commit);
    Pair { host, alice, bob, alice_account, bob_account, alice_socket, bob_socket, chat, alice_group, bob_group }
}

#[tokio::test]
async fn a_message_reaches_the_other_and_comes_back_as_echo() {
    let mut p = pair().await;
    let app = p.alice.app(&mut p.alice_group, p.chat, "hello Bob");
    let op_id = app.op_id.clone();
    let first = accepted(p.alice_socket.ask(Body::App(app.clone())).await);
    let again = accepted(p.alice_socket.ask(Body::App(app)).await);
    assert!(again.repeated && again.seq == first.seq && again.time_ms == first.time_ms);
    let (queue_seq, item::Body::Group(item)) = p.bob_socket.item().await else { panic!("no message") };
    assert_eq!((queue_seq, item.seq, item.sender.clone()), (2, 2, Some(p.alice.address.to_wire())));
    assert_eq!(p.bob.process(&mut p.bob_group, &item).as_deref(), Some("hello Bob"));
    let (_, item::Body::Group(echo)) = p.alice_socket.item().await else { panic!("no echo") };
    assert_eq!(echo.op_id, op_id);
    assert!(matches!(p.bob_socket.ask(Body::Ack(wire::Ack { queue_seq })).await, reply::Body::Done(_)));
    let delivered = p.alice_socket.until(|body| match body {
        server_frame::Body::Delivered(delivered) => Some(delivered),
        _ => None,
    });
    let delivered = delivered.await;
    assert_eq!((delivered.seq, delivered.account), (2, p.bob.address.account.to_vec()));
}

#[tokio::test]
async fn what_was_taken_on_reaches_the_other_though_its_sender_goes_at_once() {
    let mut p = pair().await;
    let app = p.alice.app(&mut p.alice_group, p.chat, "and gone");
    let frame = wire::ClientFrame { request: 7, body: Some(Body::App(app)) };
    p.alice_socket.feed_raw(frame.encode_to_vec()).await;
    // In one write with the message.
    p.alice_socket.send_raw(tungstenite::Message::Close(None)).await;
    let (_, item::Body::Group(item)) = p.bob_socket.item().await else { panic!("no message") };
    assert_eq!(p.bob.process(&mut p.bob_group, &item).as_deref(), Some("and gone"));
}

#[tokio::test]
async fn nobody_is_welcomed_twice_by_one_commit() {
    let host = Host::start().await;
    let (_, alice) = registered(&host, "+4915123456701").await;
    let (_, bob) = registered(&host, "+4915123456702").await;
    let mut socket = alice.hello(&host).await;
    let (_, create) = alice.direct_chat(bob.address.account, &[(bob.address, bob.key_package())]);
    for by in ["one welcome", "two welcomes"] {
        let mut doubled = create.clone();
        let welcomes = &mut doubled.first_commit.as_mut().unwrap().welcomes;
        match by {
            "one welcome" => welcomes[0].targets.push(bob.address.to_wire()),
            _ => welcomes.push(welcomes[0].clone()),
        }
        let detail = refused(socket.ask(Body::GroupCreate(doubled)).await, Reason::Invalid);
        assert!(detail.contains("two welcomes"), "{by}: {detail}");
    }
    accepted(socket.ask(Body::GroupCreate(create)).await);
}

#[tokio::test]
async fn a_queue_waits_for_its_device_and_goes_on_behind_the_acknowledgement() {
    let mut p = pair().await;
    drop(p.bob_socket);
    for n in 0..5 {
        let app = p.alice.app(&mut p.alice_group, p.chat, &format!("message {n}"));
        accepted(p.alice_socket.ask(Body::App(app)).await);
    }
    // The echo of the last tells that all pointers are written.
    let last_echo = |body| match body {
        server_frame::Body::Item(item) if item.queue_seq == 6 => Some(()),
        _ => None,
    };
    p.alice_socket.until(last_echo).await;
    let mut socket = Socket::open(&p.host).await;
    let hello = p.bob.hello_body(3, 1);
    assert!(matches!(socket.ask(Body::Hello(hello)).await, reply::Body::HelloOk(_)));
    for expected in 4..=6 {
        let (queue_seq, item::Body::Group(item)) = socket.item().await else { panic!("no message") };
        assert_eq!((queue_seq, item.seq), (expected, expected));
    }
    let Some(server_frame::Body::QueueEmpty(empty)) = socket.next().await else { panic!("not empty") };
    assert_eq!(empty.queue_seq, 6);
    let mut back = Socket::open(&p.host).await;
    let reply = back.ask(Body::Hello(p.bob.hello_body(1, 1))).await;
    assert!(matches!(reply, reply::Body::Rollback(r) if r.server_acked_queue_seq == 3));
    assert!(matches!(back.ask(Body::Hello(p.bob.hello_body(3, 2))).await, reply::Body::HelloOk(_)));
}

#[tokio::test]
async fn a_restart_loses_nothing_that_was_accepted() {
    let mut p = pair().await;
    let app = p.alice.app(&mut p.alice_group, p.chat, "before the restart");
    let first = accepted(p.alice_socket.ask(Body::App(app.clone())).await);
    let host = p.host.restart().await;
    let mut alice = p.alice.hello(&host).await;
    let again = accepted(alice.ask(Body::App(app)).await);
    assert!(again.repeated && again.seq == first.seq);
    let mut bob = p.bob.hello(&host).await;
    let (queue_seq, _) = bob.item().await;
    assert_eq!(queue_seq, 1, "not acknowledged: once more");
    let (queue_seq, item::Body::Group(item)) = bob.item().await else { panic!("no message") };
    assert_eq!(queue_seq, 2);
    assert_eq!(p.bob.process(&mut p.bob_group, &item).as_deref(), Some("before the restart"));
    // The group's public state was read back: the next commit is validated against it.
    let commit = p.alice.change(&mut p.alice_group, p.chat, Vec::new(), Vec::new());
    assert_eq!(accepted(alice.ask(Body::Commit(commit)).await).seq, first.seq + 1);
}

#[tokio::test]
async fn of_two_commits_of_one_epoch_the_first_wins() {
    let mut p = pair().await;
    let ours = p.alice.change(&mut p.alice_group, p.chat, Vec::new(), Vec::new());
    let theirs = p.bob.change(&mut p.bob_group, p.chat, Vec::new(), Vec::new());
    assert_eq!(accepted(p.bob_socket.ask(Body::Commit(theirs)).await).seq, 2);
    let reply = p.alice_socket.ask(Body::Commit(ours)).await;
    let reply::Body::Stale(stale) = reply else { panic!("{reply:?}") };
    assert_eq!((stale.generation, stale.epoch, stale.head_seq), (1, 2, 2));
    let old = wire::App {
        epoch: 1,
        ..{
            p.alice_group.clear_pending_commit(p.alice.provider.storage()).unwrap();
            p.alice.app(&mut p.alice_group, p.chat, "too late")
        }
    };
    assert!(matches!(p.alice_socket.ask(Body::App(old)).await, reply::Body::Stale(_)));
}

#[tokio::test]
async fn a_linked_device_joins_by_external_commit_and_reads_on() {
    let mut p = pair().await;
    let browser = linked(&p.host, &mut p.alice_account, &p.alice).await;
    let mut socket = browser.hello(&p.host).await;
    let list = Body::ListGroups(wire::ListGroups { after_chat: Vec::new(), limit: 10 });
    let reply::Body::GroupHeads(heads) = socket.ask(list).await else { panic!("no heads") };
    assert_eq!(heads.heads.len(), 1);
    assert!(!heads.heads[0].joined);
    let get = Body::GetGroupInfo(wire::GetGroupInfo { chat: p.chat.to_vec() });
    let reply::Body::GroupInfo(info) = socket.ask(get).await else { panic!("no info") };
    let (mut group, commit) = browser.join_externally(&info);
    assert_eq!(accepted(socket.ask(Body::Commit(commit)).await).seq, 2);
    let (_, item::Body::Group(join)) = p.bob_socket.item().await else { panic!("no commit") };
    p.bob.process(&mut p.bob_group, &join);
    let app = p.bob.app(&mut p.bob_group, p.chat, "hello both");
    accepted(p.bob_socket.ask(Body::App(app)).await);
    let (queue_seq, item::Body::Group(own)) = socket.item().await else { panic!("no echo") };
    assert_eq!((queue_seq, own.seq), (1, 2), "its own commit is the first it hears");
    let (_, item::Body::Group(item)) = socket.item().await else { panic!("no message") };
    assert_eq!(browser.process(&mut group, &item).as_deref(), Some("hello both"));
}

#[tokio::test]
async fn strangers_get_nothing() {
    let mut p = pair().await;
    let (_, eve) = registered(&p.host, "+4915123456703").await;
    let mut socket = eve.hello(&p.host).await;
    let get = Body::GetGroupInfo(wire::GetGroupInfo { chat: p.chat.to_vec() });
    refused(socket.ask(get.clone()).await, Reason::Denied);
    let fetch = Body::FetchLog(wire::FetchLog { chat: p.chat.to_vec(), from_seq: 0, limit: 10 });
    refused(socket.ask(fetch).await, Reason::Denied);
    let app = p.alice.app(&mut p.alice_group, p.chat, "forwarded");
    refused(socket.ask(Body::App(app)).await, Reason::Denied);
    let mark = Body::ReadMark(wire::ReadMark { chat: p.chat.to_vec(), epoch: 1, sealed: vec![1] });
    refused(socket.ask(mark).await, Reason::Denied);
    let find = wire::FindDirect {
        direct_key: proto::ids::direct_key(p.alice.address.account, p.bob.address.account).to_vec(),
    };
    let reply::Body::DirectFound(found) = socket.ask(Body::FindDirect(find)).await else { panic!("no answer") };
    assert!(found.chat.is_empty());
    let reply::Body::GroupInfo(info) = p.alice_socket.ask(get).await else { panic!("no info") };
    let (_, commit) = eve.join_externally(&info);
    refused(socket.ask(Body::Commit(commit)).await, Reason::Denied);
    let missing = Body::GetGroupInfo(wire::GetGroupInfo { chat: vec![9; 16] });
    refused(socket.ask(missing).await, Reason::NotFound);
}

#[tokio::test]
async fn the_server_refuses_leaves_that_no_list_holds() {
    let mut p = pair().await;
    // A certificate that the account key signed, for a list that was never put.
    let ghost = p.bob_account.with_companion();
    let commit = p.alice.add(&mut p.alice_group, p.chat, &[(ghost.address, ghost.key_package())]);
    refused(p.alice_socket.ask(Body::Commit(commit)).await, Reason::Denied);
    p.alice_group.clear_pending_commit(p.alice.provider.storage()).unwrap();
    let (_, eve) = registered(&p.host, "+4915123456703").await;
    let commit = p.alice.add(&mut p.alice_group, p.chat, &[(eve.address, eve.key_package())]);
    refused(p.alice_socket.ask(Body::Commit(commit)).await, Reason::Denied);
    p.alice_group.clear_pending_commit(p.alice.provider.storage()).unwrap();
    let out = p.bob_group.own_leaf_index();
    let commit = p.alice.change(&mut p.alice_group, p.chat, Vec::new(), vec![out]);
    refused(p.alice_socket.ask(Body::Commit(commit)).await, Reason::Denied);
    p.alice_group.clear_pending_commit(p.alice.provider.storage()).unwrap();
    // The group is as it was: an honest commit still goes through.
    let commit = p.alice.change(&mut p.alice_group, p.chat, Vec::new(), Vec::new());
    accepted(p.alice_socket.ask(Body::Commit(commit)).await);
}

#[tokio::test]
async fn what_is_no_honest_handshake_is_refused() {
    let mut p = pair().await;
    let good = p.alice.change(&mut p.alice_group, p.chat, Vec::new(), Vec::new());
    let mut cut = good.clone();
    cut.commit.truncate(cut.commit.len() / 2);
    let mut flipped = good.clone();
    let middle = flipped.commit.len() / 2;
    flipped.commit[middle] ^= 1;
    let mut old_info = good.clone();
    old_info.group_info = p.alice.group_info(&p.alice_group, false);
    let mut wrong_welcome = good.clone();
    wrong_welcome.welcomes = vec![wire::Welcome { targets: vec![p.bob.address.to_wire()], welcome: vec![1, 2, 3] }];
    let no_op = wire::Commit { op_id: vec![1; 15], ..good.clone() };
    for bad in [cut, flipped, old_info, wrong_welcome, no_op] {
        let bad = wire::Commit { op_id: if bad.op_id.len() == 15 { bad.op_id } else { op().to_vec() }, ..bad };
        refused(p.alice_socket.ask(Body::Commit(bad)).await, Reason::Invalid);
    }
    // Another's commit, sent as one's own.
    refused(p.bob_socket.ask(Body::Commit(good.clone())).await, Reason::Denied);
    let as_app = wire::App {
        op_id: op().to_vec(),
        chat: p.chat.to_vec(),
        generation: 1,
        epoch: 1,
        ciphertext: good.commit.clone(),
        ..wire::App::default()
    };
    refused(p.alice_socket.ask(Body::App(as_app)).await, Reason::Invalid);
    let large = wire::App {
        op_id: op().to_vec(),
        chat: p.chat.to_vec(),
        generation: 1,
        epoch: 1,
        ciphertext: vec![0; proto::limits::APP_LEN_MAX + 1],
        ..wire::App::default()
    };
    refused(p.alice_socket.ask(Body::App(large)).await, Reason::TooLarge);
    accepted(p.alice_socket.ask(Body::Commit(good)).await);
}

#[tokio::test]
async fn a_commit_counts_only_from_the_device_that_signed_it() {
    let mut p = pair().await;
    let browser = linked(&p.host, &mut p.alice_account, &p.alice).await;
    // Without a path nothing but the signing leaf tells whose it is.
    let commit = p.alice.add(&mut p.alice_group, p.chat, &[(browser.address, browser.key_package())]);
    refused(p.bob_socket.ask(Body::Commit(commit.clone())).await, Reason::Denied);
    accepted(p.alice_socket.ask(Body::Commit(commit)).await);
}

#[tokio::test]
async fn a_pair_has_one_direct_chat_and_an_account_one_self_group() {
    let mut p = pair().await;
    let (_, again) = p.bob.direct_chat(p.alice.address.account, &[(p.alice.address, p.alice.key_package())]);
    let reply = p.bob_socket.ask(Body::GroupCreate(again)).await;
    let reply::Body::GroupExists(exists) = reply else { panic!("{reply:?}") };
    assert_eq!(exists.chat, p.chat.to_vec());
    let self_group = |chat: ChatId| {
        let policy = identity::ChatPolicy::for_self(chat, proto::ids::Generation(1), p.alice.address.account);
        let group = p.alice.create_group(&policy);
        wire::GroupCreate {
            op_id: op().to_vec(),
            chat: chat.to_vec(),
            generation: 1,
            direct_key: Vec::new(),
            group_info: p.alice.group_info(&group, true),
            first_commit: None,
        }
    };
    assert_eq!(accepted(p.alice_socket.ask(Body::GroupCreate(self_group(ChatId(fresh())))).await).seq, 0);
    let second = p.alice_socket.ask(Body::GroupCreate(self_group(ChatId(fresh())))).await;
    assert!(matches!(second, reply::Body::GroupExists(_)));
    // A chat between two others, made by one who is not in it.
    let policy = identity::ChatPolicy::for_self(ChatId(fresh()), proto::ids::Generation(1), p.bob.address.account);
    let group = p.alice.create_group(&policy);
    let foreign = wire::GroupCreate {
        op_id: op().to_vec(),
        chat: policy.chat.to_vec(),
        generation: 1,
        direct_key: Vec::new(),
        group_info: p.alice.group_info(&group, true),
        first_commit: None,
    };
    refused(p.alice_socket.ask(Body::GroupCreate(foreign)).await, Reason::Denied);
}

#[tokio::test]
async fn an_unlinked_device_is_told_cut_off_and_stops_messages_until_it_is_removed() {
    let mut p = pair().await;
    let browser = linked(&p.host, &mut p.bob_account, &p.bob).await;
    let mut socket = browser.hello(&p.host).await;
    let get = Body::GetGroupInfo(wire::GetGroupInfo { chat: p.chat.to_vec() });
    let reply::Body::GroupInfo(info) = socket.ask(get).await else { panic!("no info") };
    let (_, commit) = browser.join_externally(&info);
    accepted(socket.ask(Body::Commit(commit)).await);
    let (_, item::Body::Group(join)) = p.alice_socket.item().await else { panic!("no commit") };
    p.alice.process(&mut p.alice_group, &join);

    p.bob_account.without(&browser);
    assert_eq!(p.host.put("/v1/devices", Some(&p.bob.token), &p.bob_account.put_body()).await.status, 204);
    let revoked = socket.until(|body| match body {
        server_frame::Body::Revoked(revoked) => Some(revoked),
        _ => None,
    });
    assert_eq!(revoked.await.signed_device_list, p.bob_account.list.as_bytes());
    assert_eq!(socket.close_code().await, Some(1000));
    let mut again = Socket::open(&p.host).await;
    let reply = again.ask(Body::Hello(browser.hello_body(0, 1))).await;
    assert!(matches!(reply, reply::Body::Revoked(r) if r.signed_device_list == p.bob_account.list.as_bytes()));
    p.host.get("/v1/account", Some(&browser.token)).await.refused(401, "device-revoked");
    let gone = browser.try_session(&p.host).await;
    assert_eq!(gone.status, 410);

    let hint = |body| match body {
        server_frame::Body::CommitHint(hint) => Some(hint),
        _ => None,
    };
    assert_eq!(p.bob_socket.until(hint).await.remove, [browser.address.to_wire()]);
    let app = p.alice.app(&mut p.alice_group, p.chat, "still there?");
    let reply = p.alice_socket.ask(Body::App(app)).await;
    let reply::Body::RevokedLeaf(leaves) = reply else { panic!("{reply:?}") };
    assert_eq!(leaves.devices, [browser.address.to_wire()]);
    let leaf = p.alice_group.members().find(|m| m.signature_key == browser.key.0.public().to_vec()).unwrap().index;
    let commit = p.alice.change(&mut p.alice_group, p.chat, Vec::new(), vec![leaf]);
    accepted(p.alice_socket.ask(Body::Commit(commit)).await);
    p.alice.merge(&mut p.alice_group);
    let app = p.alice.app(&mut p.alice_group, p.chat, "gone");
    accepted(p.alice_socket.ask(Body::App(app)).await);
}

#[tokio::test]
async fn marks_are_pushed_and_ephemerals_forwarded_and_forgotten() {
    let mut p = pair().await;
    let mark = wire::ReadMark { chat: p.chat.to_vec(), epoch: 1, sealed: vec![5] };
    assert!(matches!(p.bob_socket.ask(Body::ReadMark(mark)).await, reply::Body::Done(_)));
    let changed = p.alice_socket.until(|body| match body {
        server_frame::Body::MarkChanged(changed) => changed.mark,
        _ => None,
    });
    let mark = changed.await;
    assert_eq!((mark.sealed, mark.account), (vec![5], p.bob.address.account.to_vec()));
    let get = Body::GetMarks(wire::GetMarks { chats: vec![p.chat.to_vec()] });
    let reply::Body::Marks(marks) = p.alice_socket.ask(get).await else { panic!("no marks") };
    assert_eq!(marks.chats[0].marks.len(), 1);
    let typing = wire::Ephemeral { chat: p.chat.to_vec(), epoch: 1, sealed: vec![6] };
    p.bob_socket.send(0, Body::Ephemeral(typing)).await;
    let typing = p.alice_socket.until(|body| match body {
        server_frame::Body::Ephemeral(item) => Some(item),
        _ => None,
    });
    let typing = typing.await;
    assert_eq!((typing.sealed, typing.sender), (vec![6], Some(p.bob.address.to_wire())));
}

#[tokio::test]
async fn who_shares_a_chat_hears_of_profiles_and_of_a_number_that_moves() {
    let mut p = pair().await;
    let profile = PutProfile { version: 7, sealed: vec![1; 10] };
    assert_eq!(p.host.put("/v1/profile", Some(&p.alice.token), &profile).await.status, 204);
    let alice = p.alice.address.account.to_vec();
    let changed = |body| match body {
        server_frame::Body::AccountChanged(changed) => Some(changed.account),
        _ => None,
    };
    assert_eq!(p.bob_socket.until(changed).await, alice);
    let ask = LookUpAccounts { accounts: vec![alice.clone()] };
    let found: LookUpOk = p.host.post("/v1/accounts", Some(&p.bob.token), &ask).await.ok();
    let number = "+4915123456701".to_owned();
    let before = Found { number, account: alice.clone(), moved_to: Vec::new(), profile_version: 7, list_version: 1 };
    assert_eq!(found.found, std::slice::from_ref(&before));
    p.host.clock.forward(31_000);
    let (new, _) = registered(&p.host, "+4915123456701").await;
    assert_eq!(p.bob_socket.until(changed).await, alice);
    let found: LookUpOk = p.host.post("/v1/accounts", Some(&p.bob.token), &ask).await.ok();
    assert_eq!(found.found, [Found { moved_to: new.id().to_vec(), ..before }]);
}

#[tokio::test]
async fn a_batch_has_a_verdict_for_each() {
    let mut p = pair().await;
    let one = p.alice.change(&mut p.alice_group, p.chat, Vec::new(), Vec::new());
    let lost = wire::Commit { chat: vec![3; 16], op_id: op().to_vec(), ..one.clone() };
    let batch = Body::CommitBatch(wire::CommitBatch { commits: vec![lost, one] });
    let reply::Body::Batch(batch) = p.alice_socket.ask(batch).await else { panic!("no verdicts") };
    let [lost, one] = <[wire::Reply; 2]>::try_from(batch.verdicts).unwrap();
    refused(lost.body.unwrap(), Reason::NotFound);
    accepted(one.body.unwrap());
    let many = vec![wire::Commit::default(); 65];
    let batch = Body::CommitBatch(wire::CommitBatch { commits: many });
    refused(p.alice_socket.ask(batch).await, Reason::TooLarge);
}

#[tokio::test]
async fn a_reset_begins_the_next_generation() {
    let mut p = pair().await;
    let policy = identity::ChatPolicy::for_direct(
        p.chat,
        proto::ids::Generation(2),
        p.alice.address.account,
        p.bob.address.account,
    );
    let mut group = p.bob.create_group(&policy);
    let group_info = p.bob.group_info(&group, true);
    let commit = p.bob.add(&mut group, p.chat, &[(p.alice.address, p.alice.key_package())]);
    let create = wire::GroupCreate {
        op_id: Vec::new(),
        chat: p.chat.to_vec(),
        generation: 2,
        direct_key: proto::ids::direct_key(p.alice.address.account, p.bob.address.account).to_vec(),
        group_info,
        first_commit: Some(wire::Commit { generation: 2, ..commit }),
    };
    let stale = wire::ResetGroup { op_id: op().to_vec(), base_epoch: 0, create: Some(create.clone()) };
    assert!(matches!(p.bob_socket.ask(Body::ResetGroup(stale)).await, reply::Body::Stale(_)));
    let reset = wire::ResetGroup { op_id: op().to_vec(), base_epoch: 1, create: Some(create) };
    let first = accepted(p.bob_socket.ask(Body::ResetGroup(reset.clone())).await);
    assert_eq!(first.seq, 3);
    let repeated = accepted(p.bob_socket.ask(Body::ResetGroup(reset.clone())).await);
    assert_eq!((repeated.seq, repeated.repeated), (3, true), "the first result");
    let mut of_one_op = reset;
    of_one_op.op_id = op().to_vec();
    if let Some(commit) = of_one_op.create.as_mut().and_then(|create| create.first_commit.as_mut()) {
        commit.op_id.clear();
    }
    assert!(matches!(p.bob_socket.ask(Body::ResetGroup(of_one_op)).await, reply::Body::Stale(_)), "no failure");
    p.bob.merge(&mut group);
    let (_, item::Body::Group(told)) = p.alice_socket.item().await else { panic!("not told") };
    assert_eq!((told.kind(), told.generation, told.seq), (group_item::Kind::Create, 2, 2));
    let (_, item::Body::Welcome(welcome)) = p.alice_socket.item().await else { panic!("no welcome") };
    assert_eq!((welcome.generation, welcome.seq), (2, 3));
    p.alice.join(&welcome);
}

/// I1 and I2 over the whole server, under commits and messages from both sides at once.
#[tokio::test]
async fn the_log_of_a_busy_group_is_dense_and_each_epoch_has_one_commit() {
    let mut p = pair().await;
    let mut expected = 1;
    for round in 0..6 {
        let commit = p.alice.change(&mut p.alice_group, p.chat, Vec::new(), Vec::new());
        let theirs = p.bob.change(&mut p.bob_group, p.chat, Vec::new(), Vec::new());
        let (one, other) =
            tokio::join!(p.alice_socket.ask(Body::Commit(commit)), p.bob_socket.ask(Body::Commit(theirs)));
        let won = matches!(one, reply::Body::Accepted(_));
        assert_ne!(won, matches!(other, reply::Body::Accepted(_)), "round {round}: {one:?} {other:?}");
        expected += 1;
        let fetch = Body::FetchLog(wire::FetchLog { chat: p.chat.to_vec(), from_seq: expected, limit: 9 });
        let reply::Body::LogPage(page) = p.alice_socket.ask(fetch).await else { panic!("no log") };
        assert_eq!((page.items.len(), page.items[0].seq, page.head_seq), (1, expected, expected));
        if won {
            p.alice.merge(&mut p.alice_group);
            p.bob_group.clear_pending_commit(p.bob.provider.storage()).unwrap();
            p.bob.process(&mut p.bob_group, &page.items[0]);
        } else {
            p.bob.merge(&mut p.bob_group);
            p.alice_group.clear_pending_commit(p.alice.provider.storage()).unwrap();
            p.alice.process(&mut p.alice_group, &page.items[0]);
        }
        assert_eq!(p.alice_group.epoch_authenticator().as_slice(), p.bob_group.epoch_authenticator().as_slice());
    }
}
