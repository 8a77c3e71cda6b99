//! The rules of handshakes, each broken by somebody who could otherwise do it. Every refusal is told apart by its words, because another
//! check behind the broken one would give the same reason.

use crate::client::Host;
use crate::device::*;
use identity::ChatPolicy;
use identity::mls::{CREDENTIAL_TYPE_DEVICE_CERT, EXTENSION_CHAT_POLICY};
use openmls::prelude::*;
use proto::ids::ChatId;
use proto::wire::client_frame::Body;
use proto::wire::{self, item, refused::Reason, reply, server_frame};

/// A group of Alice, who is its admin, and Bob. Carol is nobody to it.
struct Club {
    host: Host,
    chat: ChatId,
    policy: ChatPolicy,
    alice: Device,
    alice_account: Account,
    alice_socket: Socket,
    alice_group: MlsGroup,
    bob: Device,
    bob_account: Account,
    bob_socket: Socket,
    bob_group: MlsGroup,
    carol: Device,
    carol_socket: Socket,
}

async fn club() -> Club {
    let host = Host::start().await;
    let (alice_account, alice) = registered(&host, "+4915123456701").await;
    let (bob_account, bob) = registered(&host, "+4915123456702").await;
    let (_, carol) = registered(&host, "+4915123456703").await;
    let mut alice_socket = alice.hello(&host).await;
    let mut bob_socket = bob.hello(&host).await;
    let carol_socket = carol.hello(&host).await;
    let chat = ChatId(fresh());
    let policy = group_policy(chat, 1, &[&alice]);
    let mut alice_group = alice.create_group(&policy);
    let group_info = alice.group_info(&alice_group, true);
    let first_commit = alice.add(&mut alice_group, chat, &[(bob.address, bob.key_package())]);
    let create = wire::GroupCreate { first_commit: Some(first_commit), ..creation(chat, group_info) };
    taken(alice_socket.ask(Body::GroupCreate(create)).await);
    alice.merge(&mut alice_group);
    let (_, item::Body::Welcome(welcome)) = bob_socket.item().await else { panic!("no welcome") };
    let bob_group = bob.join(&welcome);
    Club {
        host,
        chat,
        policy,
        alice,
        alice_account,
        alice_socket,
        alice_group,
        bob,
        bob_account,
        bob_socket,
        bob_group,
        carol,
        carol_socket,
    }
}

async fn info(socket: &mut Socket, chat: ChatId) -> wire::GroupInfo {
    match socket.ask(Body::GetGroupInfo(wire::GetGroupInfo { chat: chat.to_vec() })).await {
        reply::Body::GroupInfo(info) => info,
        other => panic!("{other:?}"),
    }
}

impl Club {
    /// Alice's commit was not taken: she has none under way.
    fn alice_forgets(&mut self) {
        self.alice_group.clear_pending_commit(self.alice.provider.storage()).unwrap();
    }

    /// A request with a commit of the group's first epoch that no helper makes.
    fn commit(&self, commit: &MlsMessageOut, group_info: Vec<u8>) -> wire::Commit {
        wire::Commit {
            op_id: op().to_vec(),
            chat: self.chat.to_vec(),
            generation: 1,
            base_epoch: 1,
            commit: commit.to_bytes().unwrap(),
            group_info,
            ..wire::Commit::default()
        }
    }
}

#[tokio::test]
async fn an_external_commit_needs_a_leaf_of_the_joining_account() {
    let mut c = club().await;
    let info = info(&mut c.alice_socket, c.chat).await;
    let (_, commit) = c.carol.join_externally(&info);
    let reply = c.carol_socket.ask(Body::Commit(commit)).await;
    refused(reply, Reason::Denied, "the account has no leaf in the group");
    let browser = linked(&c.host, &mut c.bob_account, &c.bob).await;
    let (_, commit) = browser.join_externally(&info);
    taken(browser.hello(&c.host).await.ask(Body::Commit(commit)).await);
}

#[tokio::test]
async fn an_external_commit_is_its_own_devices() {
    let mut c = club().await;
    let info = info(&mut c.alice_socket, c.chat).await;
    let browser = linked(&c.host, &mut c.alice_account, &c.alice).await;
    let (_, commit) = browser.join_externally(&info);
    let reply = c.alice_socket.ask(Body::Commit(commit.clone())).await;
    refused(reply, Reason::Denied, "the new leaf is another device's");
    taken(browser.hello(&c.host).await.ask(Body::Commit(commit)).await);
}

#[tokio::test]
async fn a_device_comes_back_by_replacing_its_own_leaf() {
    let mut c = club().await;
    let info = info(&mut c.bob_socket, c.chat).await;
    let (mut group, commit) = c.bob.join_externally(&info);
    let seq = taken(c.bob_socket.ask(Body::Commit(commit)).await).seq;
    let told = c.alice_socket.until(|body| match body {
        server_frame::Body::Item(item) => match item.body {
            Some(item::Body::Group(entry)) if entry.seq == seq => Some(entry),
            _ => None,
        },
        _ => None,
    });
    let told = told.await;
    c.alice.process(&mut c.alice_group, &told);
    assert_eq!(c.alice_group.members().count(), 2);
    let app = c.bob.app(&mut group, c.chat, "back");
    taken(c.bob_socket.ask(Body::App(app)).await);
}

#[tokio::test]
async fn a_leaf_goes_on_with_the_key_that_the_list_holds() {
    let mut c = club().await;
    let other = c.alice_account.phone_with_other_key();
    let leaf = LeafNodeParameters::builder().with_capabilities(capabilities()).build();
    let new_signer = NewSignerBundle { signer: &other.key, credential_with_key: other.credential_with_key() };
    let bundle = c
        .alice_group
        .commit_builder()
        .leaf_node_parameters(leaf)
        .load_psks(c.alice.provider.storage())
        .unwrap()
        .create_group_info(true)
        .use_ratchet_tree_extension(false)
        .build_with_new_signer(c.alice.provider.rand(), c.alice.provider.crypto(), &c.alice.key, new_signer, |_| true)
        .unwrap()
        .stage_commit(&c.alice.provider)
        .unwrap();
    let (commit, _, group_info) = bundle.into_messages();
    let group_info = group_info.unwrap().to_bytes().unwrap();
    let reply = c.alice_socket.ask(Body::Commit(c.commit(&commit, group_info))).await;
    refused(reply, Reason::Denied, "the leaf's device is not in its account's newest list");
}

#[tokio::test]
async fn only_admins_bring_accounts_in_and_put_them_out() {
    let mut c = club().await;
    let carol = [(c.carol.address, c.carol.key_package())];
    let commit = c.bob.add(&mut c.bob_group, c.chat, &carol);
    refused(c.bob_socket.ask(Body::Commit(commit)).await, Reason::Denied, "may not add this account");
    c.bob_group.clear_pending_commit(c.bob.provider.storage()).unwrap();
    let out = vec![c.alice_group.own_leaf_index()];
    let commit = c.bob.change(&mut c.bob_group, c.chat, Vec::new(), out);
    refused(c.bob_socket.ask(Body::Commit(commit)).await, Reason::Denied, "may not remove this leaf");
    c.bob_group.clear_pending_commit(c.bob.provider.storage()).unwrap();
    let commit = c.alice.add(&mut c.alice_group, c.chat, &carol);
    taken(c.alice_socket.ask(Body::Commit(commit)).await);
    c.alice.merge(&mut c.alice_group);
    let out = c.alice_group.members().find(|m| m.signature_key == c.bob.key.0.public().to_vec()).unwrap().index;
    let commit = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), vec![out]);
    taken(c.alice_socket.ask(Body::Commit(commit)).await);
    let reply = c.bob_socket.ask(Body::GetGroupInfo(wire::GetGroupInfo { chat: c.chat.to_vec() })).await;
    refused(reply, Reason::Denied, "the account is not a member");
}

#[tokio::test]
async fn a_leaf_needs_a_certificate_that_holds() {
    let mut c = club().await;
    // Signed by another account's key.
    let (_, mut forged) = Account::make();
    let mut cert = <proto::identity::SignedDeviceCert as prost::Message>::decode(c.bob.credential.as_slice()).unwrap();
    cert.account_signature[0] ^= 1;
    forged.credential = prost::Message::encode_to_vec(&cert);
    let commit = c.alice.add(&mut c.alice_group, c.chat, &[(forged.address, forged.key_package())]);
    let reply = c.alice_socket.ask(Body::Commit(commit)).await;
    assert!(matches!(&reply, reply::Body::Refused(r) if r.reason() == Reason::Invalid), "{reply:?}");
    c.alice_forgets();
    // Bob's certificate over another key.
    forged.credential = c.bob.credential.clone();
    let commit = c.alice.add(&mut c.alice_group, c.chat, &[(c.bob.address, forged.key_package())]);
    let reply = c.alice_socket.ask(Body::Commit(commit)).await;
    assert!(matches!(&reply, reply::Body::Refused(r) if r.reason() == Reason::Invalid), "{reply:?}");
}

#[tokio::test]
async fn only_commits_in_the_open_change_a_group() {
    let mut c = club().await;
    let honest = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    c.alice_forgets();
    let as_commit = |message: MlsMessageOut| wire::Commit {
        op_id: op().to_vec(),
        commit: message.to_bytes().unwrap(),
        ..honest.clone()
    };
    let (proposal, _) =
        c.alice_group.propose_self_update(&c.alice.provider, &c.alice.key, LeafNodeParameters::default()).unwrap();
    let reply = c.alice_socket.ask(Body::Commit(as_commit(proposal))).await;
    refused(reply, Reason::Invalid, "only commits are taken, with their proposals inline");
    c.alice_group.clear_pending_proposals(c.alice.provider.storage()).unwrap();
    let hidden = MlsGroupJoinConfig::builder().wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY).build();
    c.alice_group.set_configuration(c.alice.provider.storage(), &hidden).unwrap();
    let hidden = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    let reply = c.alice_socket.ask(Body::Commit(hidden.clone())).await;
    refused(reply, Reason::Invalid, "a handshake is a PublicMessage");
    let as_app = wire::App {
        op_id: op().to_vec(),
        chat: c.chat.to_vec(),
        generation: 1,
        epoch: 1,
        ciphertext: hidden.commit,
        ..wire::App::default()
    };
    let reply = c.alice_socket.ask(Body::App(as_app)).await;
    refused(reply, Reason::Invalid, "a PrivateMessage here carries application data only");
    c.alice_forgets();
    let mut behind = honest.clone();
    behind.commit.push(0);
    refused(c.alice_socket.ask(Body::Commit(behind)).await, Reason::Invalid, "not an MLSMessage");
}

#[tokio::test]
async fn the_policy_alone_changes_and_only_by_admins() {
    let mut c = club().await;
    let with = |policy: &ChatPolicy, credentials: &[CredentialType]| {
        let of_policy = ExtensionType::Unknown(EXTENSION_CHAT_POLICY);
        Extensions::from_vec(vec![
            Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(&[of_policy], &[], credentials)),
            Extension::Unknown(EXTENSION_CHAT_POLICY, UnknownExtension(policy.encode())),
        ])
        .unwrap()
    };
    let ours = [CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT)];
    let mut policy = c.policy.clone();
    policy.admins.insert(c.bob.address.account);
    // Bob makes himself one, past the checks of his own client.
    let (commit, ..) =
        c.bob_group.update_group_context_extensions(&c.bob.provider, with(&policy, &ours), &c.bob.key).unwrap();
    let reply = c.bob_socket.ask(Body::Commit(c.commit(&commit, Vec::new()))).await;
    refused(reply, Reason::Denied, "may not change who the admins are");
    // Alice may; but nothing else.
    let (commit, ..) =
        c.alice_group.update_group_context_extensions(&c.alice.provider, with(&policy, &[]), &c.alice.key).unwrap();
    let reply = c.alice_socket.ask(Body::Commit(c.commit(&commit, Vec::new()))).await;
    refused(reply, Reason::Invalid, "changes more of the group's context than its policy");
}

#[tokio::test]
async fn a_message_is_of_the_chat_and_epoch_that_its_request_names() {
    let mut c = club().await;
    let (other, create) = c.alice.direct_chat(c.alice.address.account, &[]);
    let elsewhere = ChatId::try_from(create.chat.clone()).unwrap();
    taken(c.alice_socket.ask(Body::GroupCreate(create)).await);
    let mut other = other;
    let app = wire::App { chat: c.chat.to_vec(), epoch: 0, ..c.alice.app(&mut other, elsewhere, "astray") };
    refused(c.alice_socket.ask(Body::App(app)).await, Reason::Invalid, "made for another group");
    let app = wire::App { epoch: 2, ..c.alice.app(&mut c.alice_group, c.chat, "old") };
    refused(c.alice_socket.ask(Body::App(app)).await, Reason::Invalid, "made in another epoch than the request says");
    let commit = c.alice.change(&mut other, elsewhere, Vec::new(), Vec::new());
    let astray = wire::Commit { chat: c.chat.to_vec(), base_epoch: 1, ..commit };
    refused(c.alice_socket.ask(Body::Commit(astray)).await, Reason::Invalid, "made for another group");
    let first = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    taken(c.alice_socket.ask(Body::Commit(first.clone())).await);
    let again = wire::Commit { op_id: op().to_vec(), base_epoch: 2, ..first };
    let reply = c.alice_socket.ask(Body::Commit(again)).await;
    refused(reply, Reason::Invalid, "made in another epoch than the request says");
}

#[tokio::test]
async fn a_group_info_is_that_of_the_group_after_the_commit() {
    let mut c = club().await;
    let good = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    let mut unsigned = good.clone();
    *unsigned.group_info.last_mut().unwrap() ^= 1;
    let foreign = c.bob.group_info(&c.bob_group, false);
    for (bad, words) in [
        (unsigned, "the group info's signature is wrong"),
        (
            wire::Commit { group_info: foreign, ..good.clone() },
            "the group info is not that of the group after the commit",
        ),
        (wire::Commit { group_info: good.commit.clone(), ..good.clone() }, "not a GroupInfo"),
        (wire::Commit { group_info: Vec::new(), ..good.clone() }, "not an MLSMessage"),
    ] {
        let bad = wire::Commit { op_id: op().to_vec(), ..bad };
        refused(c.alice_socket.ask(Body::Commit(bad)).await, Reason::Invalid, words);
    }
    let closed = wire::Commit {
        op_id: op().to_vec(),
        group_info: c.alice.without_external_key(&good.group_info),
        ..good.clone()
    };
    refused(c.alice_socket.ask(Body::Commit(closed)).await, Reason::Invalid, "the group info has no external key");
    let large = wire::Commit { op_id: op().to_vec(), group_info: vec![0; 3 * 1024 * 1024 + 1], ..good.clone() };
    refused(c.alice_socket.ask(Body::Commit(large)).await, Reason::TooLarge, "3145729 bytes are too many");
    let large = wire::Commit { op_id: op().to_vec(), commit: vec![0; 3 * 1024 * 1024 + 1], ..good.clone() };
    refused(c.alice_socket.ask(Body::Commit(large)).await, Reason::TooLarge, "3145729 bytes are too many");
    taken(c.alice_socket.ask(Body::Commit(good)).await);
}

#[tokio::test]
async fn a_repeated_commit_and_a_repeated_creation_get_the_first_result() {
    let mut c = club().await;
    let commit = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    let first = taken(c.alice_socket.ask(Body::Commit(commit.clone())).await);
    let again = taken(c.alice_socket.ask(Body::Commit(commit)).await);
    assert_eq!((again.seq, again.time_ms, again.repeated), (first.seq, first.time_ms, true));
    let (_, create) = c.alice.direct_chat(c.alice.address.account, &[]);
    let first = taken(c.alice_socket.ask(Body::GroupCreate(create.clone())).await);
    let again = taken(c.alice_socket.ask(Body::GroupCreate(create)).await);
    assert_eq!((again.seq, again.time_ms, again.repeated), (first.seq, first.time_ms, true));
}

#[tokio::test]
async fn a_refused_commit_leaves_the_group_as_it_was() {
    let mut c = club().await;
    // It is merged in memory before its welcome turns out to be for nobody.
    let mut bad = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    bad.welcomes = vec![wire::Welcome { targets: vec![c.bob.address.to_wire()], welcome: vec![1] }];
    let reply = c.alice_socket.ask(Body::Commit(bad)).await;
    refused(reply, Reason::Invalid, "a welcome for a device that the commit does not add");
    c.alice_forgets();
    let commit = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    assert_eq!(taken(c.alice_socket.ask(Body::Commit(commit)).await).seq, 2);
}

#[tokio::test]
async fn a_welcome_is_no_larger_than_a_handshake_may_be() {
    let mut c = club().await;
    let mut commit = c.alice.add(&mut c.alice_group, c.chat, &[(c.carol.address, c.carol.key_package())]);
    let good = std::mem::replace(&mut commit.welcomes[0].welcome, vec![0; 3 * 1024 * 1024 + 1]);
    let reply = c.alice_socket.ask(Body::Commit(commit.clone())).await;
    refused(reply, Reason::TooLarge, "3145729 bytes are too many");
    commit.welcomes[0].welcome = good;
    taken(c.alice_socket.ask(Body::Commit(commit)).await);
}

#[tokio::test]
async fn a_group_has_no_more_leaves_than_it_may() {
    let mut c = club().await;
    let database = server_store::sqlite::Sqlite::open(&c.host.folder().join("heliograph.db")).unwrap();
    let small = server::delivery::Delivery::new(database.stores()).with_leaves_max(2);
    let commit = c.alice.add(&mut c.alice_group, c.chat, &[(c.carol.address, c.carol.key_package())]);
    let handled = small.handle(c.alice.address, Body::Commit(commit.clone()), 1).await;
    refused(handled.reply.unwrap(), Reason::TooLarge, "3 leaves are too many");
    let enough = server::delivery::Delivery::new(database.stores()).with_leaves_max(3);
    taken(enough.handle(c.alice.address, Body::Commit(commit), 1).await.reply.unwrap());
}

#[tokio::test]
async fn a_group_that_another_node_changed_is_read_anew() {
    let mut c = club().await;
    let database = server_store::sqlite::Sqlite::open(&c.host.folder().join("heliograph.db")).unwrap();
    let other_node = server::delivery::Delivery::new(database.stores());
    // This node has the group in memory, at epoch 1.
    let ours = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    taken(c.alice_socket.ask(Body::Commit(ours)).await);
    c.alice.merge(&mut c.alice_group);
    let fetch = |from_seq| Body::FetchLog(wire::FetchLog { chat: c.chat.to_vec(), from_seq, limit: 1 });
    let reply::Body::LogPage(page) = c.bob_socket.ask(fetch(2)).await else { panic!("no page") };
    c.bob.process(&mut c.bob_group, &page.items[0]);
    let theirs = c.bob.change(&mut c.bob_group, c.chat, Vec::new(), Vec::new());
    let handled = other_node.handle(c.bob.address, Body::Commit(theirs), 1).await;
    assert_eq!(taken(handled.reply.unwrap()).seq, 3);
    let reply::Body::LogPage(page) = c.alice_socket.ask(fetch(3)).await else { panic!("no page") };
    c.alice.process(&mut c.alice_group, &page.items[0]);
    let next = c.alice.change(&mut c.alice_group, c.chat, Vec::new(), Vec::new());
    assert_eq!(taken(c.alice_socket.ask(Body::Commit(next)).await).seq, 4);
}

#[tokio::test]
async fn the_other_devices_of_who_is_added_hear_of_the_group() {
    let mut c = club().await;
    let browser = linked(&c.host, &mut c.bob_account, &c.bob).await;
    let mut socket = browser.hello(&c.host).await;
    let (_, create) = c.alice.direct_chat(c.bob.address.account, &[(c.bob.address, c.bob.key_package())]);
    let chat = create.chat.clone();
    taken(c.alice_socket.ask(Body::GroupCreate(create)).await);
    let added = socket.until(|body| match body {
        server_frame::Body::AccountGroupAdded(added) => Some(added.chat),
        _ => None,
    });
    assert_eq!(added.await, chat);
}
