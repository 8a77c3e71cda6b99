//! The rules of new groups and of resets, each broken by somebody who could otherwise make one.

use crate::client::Host;
use crate::device::*;
use identity::ChatPolicy;
use openmls::prelude::*;
use proto::ids::{ChatId, Generation, direct_key, mls_group_id};
use proto::wire::client_frame::Body;
use proto::wire::{self, refused::Reason, reply};

struct Founder {
    host: Host,
    alice: Device,
    alice_account: Account,
    socket: Socket,
}

async fn founder() -> Founder {
    let host = Host::start().await;
    let (alice_account, alice) = registered(&host, "+4915123456701").await;
    let socket = alice.hello(&host).await;
    Founder { host, alice, alice_account, socket }
}

impl Founder {
    async fn is_refused(&mut self, create: wire::GroupCreate, reason: Reason, words: &str) {
        let chat = create.chat.clone();
        refused(self.socket.ask(Body::GroupCreate(create)).await, reason, words);
        let get = Body::GetGroupInfo(wire::GetGroupInfo { chat });
        refused(self.socket.ask(get).await, Reason::NotFound, "no such chat");
    }

    fn info(&self, id: &[u8], suite: Ciphersuite, policy: Option<&ChatPolicy>) -> Vec<u8> {
        self.alice.group_info(&self.alice.create_group_as(id, suite, policy), true)
    }
}

#[tokio::test]
async fn a_new_group_is_what_its_policy_and_its_id_say() {
    let mut f = founder().await;
    let chat = ChatId(fresh());
    let policy = group_policy(chat, 1, &[&f.alice]);
    let id = mls_group_id(chat, Generation(1));
    let good = f.info(&id, SUITE, Some(&policy));

    let second = wire::GroupCreate { generation: 2, ..creation(chat, good.clone()) };
    f.is_refused(second, Reason::Invalid, "the first generation is 1").await;
    let elsewhere = creation(ChatId(fresh()), good.clone());
    f.is_refused(elsewhere, Reason::Invalid, "the policy is another group's").await;
    let later = group_policy(chat, 2, &[&f.alice]);
    let later = f.info(&id, SUITE, Some(&later));
    f.is_refused(creation(chat, later), Reason::Invalid, "the policy is another group's").await;
    let other_id = f.info(&mls_group_id(ChatId(fresh()), Generation(1)), SUITE, Some(&policy));
    f.is_refused(creation(chat, other_id), Reason::Invalid, "made for another group").await;
    let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    let other_suite = f.info(&id, suite, Some(&policy));
    f.is_refused(creation(chat, other_suite), Reason::Invalid, "a cipher suite that is not in use here").await;
    let bare = f.info(&id, SUITE, None);
    f.is_refused(creation(chat, bare), Reason::Invalid, "the group's context has no policy").await;
    let treeless = f.alice.group_info(&f.alice.create_group(&policy), false);
    f.is_refused(creation(chat, treeless), Reason::Invalid, "the first group info carries the ratchet tree").await;
    f.is_refused(creation(chat, vec![0; 3 * 1024 * 1024 + 1]), Reason::TooLarge, "3145729 bytes are too many").await;
    taken(f.socket.ask(Body::GroupCreate(creation(chat, good))).await);
}

#[tokio::test]
async fn a_new_group_begins_at_the_beginning() {
    let mut f = founder().await;
    let chat = ChatId(fresh());
    let policy = group_policy(chat, 1, &[&f.alice]);
    let mut group = f.alice.create_group(&policy);
    f.alice.change(&mut group, chat, Vec::new(), Vec::new());
    f.alice.merge(&mut group);
    let later = f.alice.group_info(&group, true);
    f.is_refused(creation(chat, later), Reason::Invalid, "a new group is at epoch 0 and has one leaf").await;
}

#[tokio::test]
async fn the_first_leaf_is_the_makers_own_and_in_its_list() {
    let mut f = founder().await;
    let (_, bob) = registered(&f.host, "+4915123456702").await;
    let chat = ChatId(fresh());
    let policy = group_policy(chat, 1, &[&bob]);
    let bobs = bob.group_info(&bob.create_group(&policy), true);
    f.is_refused(creation(chat, bobs), Reason::Denied, "the first leaf is another device's").await;
    let other = f.alice_account.phone_with_other_key();
    let policy = group_policy(chat, 1, &[&f.alice]);
    let unlisted = other.group_info(&other.create_group(&policy), true);
    f.is_refused(creation(chat, unlisted), Reason::Denied, "the device is not in its account's newest list").await;
}

#[tokio::test]
async fn who_makes_a_group_may_be_in_it_and_is_its_admin() {
    let mut f = founder().await;
    let (_, bob) = registered(&f.host, "+4915123456702").await;
    let chat = ChatId(fresh());
    for policy in [
        group_policy(chat, 1, &[&bob]),
        ChatPolicy::for_self(chat, Generation(1), bob.address.account),
        ChatPolicy::for_direct(chat, Generation(1), bob.address.account, bob.address.account),
    ] {
        let group_info = f.alice.group_info(&f.alice.create_group(&policy), true);
        f.is_refused(creation(chat, group_info), Reason::Denied, "may not make this group").await;
    }
}

#[tokio::test]
async fn a_direct_key_is_that_of_the_two() {
    let mut f = founder().await;
    let (_, bob) = registered(&f.host, "+4915123456702").await;
    let (_, direct) = f.alice.direct_chat(bob.address.account, &[]);
    for direct_key in [Vec::new(), vec![7; 32], direct_key(bob.address.account, bob.address.account).to_vec()] {
        let create = wire::GroupCreate { direct_key, ..direct.clone() };
        f.is_refused(create, Reason::Invalid, "the direct key is not of these accounts").await;
    }
    let chat = ChatId(fresh());
    let policy = group_policy(chat, 1, &[&f.alice]);
    let group_info = f.alice.group_info(&f.alice.create_group(&policy), true);
    let keyed = wire::GroupCreate { direct_key: direct.direct_key.clone(), ..creation(chat, group_info) };
    f.is_refused(keyed, Reason::Invalid, "a group has no direct key").await;
    taken(f.socket.ask(Body::GroupCreate(direct)).await);
}

/// A group of Alice, its admin, and Bob, at epoch 1.
struct Club {
    founder: Founder,
    bob: Device,
    bob_socket: Socket,
    chat: ChatId,
}

async fn club() -> Club {
    let mut founder = founder().await;
    let (_, bob) = registered(&founder.host, "+4915123456702").await;
    let bob_socket = bob.hello(&founder.host).await;
    let chat = ChatId(fresh());
    let policy = group_policy(chat, 1, &[&founder.alice]);
    let create = first(&founder.alice, &policy, &[&bob]);
    taken(founder.socket.ask(Body::GroupCreate(create)).await);
    Club { founder, bob, bob_socket, chat }
}

/// A generation of a chat and the commit that adds others to it.
fn first(maker: &Device, policy: &ChatPolicy, others: &[&Device]) -> wire::GroupCreate {
    let mut group = maker.create_group(policy);
    let group_info = maker.group_info(&group, true);
    let packages: Vec<_> = others.iter().map(|other| (other.address, other.key_package())).collect();
    let first_commit = (!others.is_empty()).then(|| maker.add(&mut group, policy.chat, &packages));
    let generation = policy.generation.0;
    let first_commit = first_commit.map(|commit| wire::Commit { generation, ..commit });
    wire::GroupCreate { generation, first_commit, ..creation(policy.chat, group_info) }
}

fn reset(create: wire::GroupCreate) -> Body {
    Body::ResetGroup(wire::ResetGroup { op_id: op().to_vec(), base_epoch: 1, create: Some(create) })
}

#[tokio::test]
async fn a_reset_by_a_member_keeps_roles_and_roster() {
    let mut c = club().await;
    let alice = &c.founder.alice;
    let same = group_policy(c.chat, 2, &[alice]);
    // Whoever resets is in the new generation and makes it: only the admins of the old one could make it as the old one was.
    let own = first(&c.bob, &group_policy(c.chat, 2, &[alice, &c.bob]), &[alice]);
    refused(c.bob_socket.ask(reset(own)).await, Reason::Denied, "a reset keeps the policy");
    let (_, carol) = registered(&c.founder.host, "+4915123456703").await;
    let as_it_was = first(alice, &same, &[&c.bob]);
    let empty = wire::ResetGroup { op_id: op().to_vec(), base_epoch: 1, create: None };
    let reply = c.founder.socket.ask(Body::ResetGroup(empty)).await;
    refused(reply, Reason::Invalid, "a reset without its creation");
    let two_on = wire::GroupCreate { generation: 3, ..as_it_was.clone() };
    assert!(matches!(c.founder.socket.ask(reset(two_on)).await, reply::Body::Stale(_)));
    let strangers = first(&carol, &group_policy(c.chat, 2, &[&carol]), &[]);
    let reply = carol.hello(&c.founder.host).await.ask(reset(strangers)).await;
    refused(reply, Reason::Denied, "a reset keeps the policy");
    // Not even an admin makes others admins by it: every client that holds the group would refuse the new one.
    let others = first(alice, &group_policy(c.chat, 2, &[alice, &c.bob]), &[&c.bob]);
    refused(c.founder.socket.ask(reset(others)).await, Reason::Denied, "a reset keeps the policy");
    // An admin may begin anew with other people.
    let with_carol = first(alice, &same, &[&c.bob, &carol]);
    assert_eq!(taken(c.founder.socket.ask(reset(with_carol)).await).seq, 3);
}

#[tokio::test]
async fn a_reset_of_a_direct_chat_lets_nobody_in() {
    let mut f = founder().await;
    let (_, bob) = registered(&f.host, "+4915123456702").await;
    let (_, create) = f.alice.direct_chat(bob.address.account, &[]);
    let (chat, key) = (ChatId::try_from(create.chat.clone()).unwrap(), create.direct_key.clone());
    taken(f.socket.ask(Body::GroupCreate(create)).await);
    // Bob is not in it yet: the reset may not be what brings him in.
    let policy = ChatPolicy::for_direct(chat, Generation(2), f.alice.address.account, bob.address.account);
    let with_bob = wire::GroupCreate { direct_key: key.clone(), ..first(&f.alice, &policy, &[&bob]) };
    let at = |create| Body::ResetGroup(wire::ResetGroup { op_id: op().to_vec(), base_epoch: 0, create: Some(create) });
    refused(f.socket.ask(at(with_bob)).await, Reason::Denied, "a reset keeps the roster");
    let bobs = wire::GroupCreate { direct_key: key.clone(), ..first(&bob, &policy, &[]) };
    refused(bob.hello(&f.host).await.ask(at(bobs)).await, Reason::Denied, "a reset keeps the roster");
    let alone = wire::GroupCreate { direct_key: key, ..first(&f.alice, &policy, &[]) };
    taken(f.socket.ask(at(alone)).await);
}
