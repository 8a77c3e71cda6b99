//! A chat whose group nobody can join goes on in a next generation; what others give out as one is taken of the same people only.

use super::*;
use crate::http::Answer as Reply;
use crate::outbox::{self, Kind, Operation};
use crate::testing::{CHAT, Peer, notices, now_ms, phone, step};
use e2ee::group::RatchetTree;
use e2ee::key_packages::{self, KeyPackageUse};
use identity::mls::Suite;
use prost::Message as _;
use proto::account::{ClaimKeyPackagesOk, Claimed};
use proto::wire::{Accepted, App, GroupItem, Item, ResetGroup, Stale, WelcomeItem, group_item, item, reply};

const SECOND: Generation = Generation(2);

/// A phone in a chat with a peer.
struct Story {
    client: Client,
    db: Connection,
    peer: Peer,
}

impl Story {
    fn new() -> Self {
        let (client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        Self { client, db, peer }
    }

    fn does(&mut self, run: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<(), Halt>) -> Vec<Notice> {
        let (_, out) = step(&self.db, now_ms(), |cx| run(&mut self.client, cx).expect("no halt"));
        notices(out)
    }

    fn chat(&self) -> Chat {
        chats::find(&self.db, CHAT).expect("read").expect("a chat")
    }

    fn head(&self) -> Option<Operation> {
        outbox::head(&self.db, CHAT).expect("read")
    }

    /// The peer makes the next generation, with the phone in it: the Welcome, and the state that the server has then.
    fn peer_resets(&mut self) -> (WelcomeItem, GroupInfo) {
        let (package, _) = step(&self.db, now_ms(), |cx| {
            let (device, now_ms) = (mls::own_device(cx).expect("device"), cx.now_ms);
            let provider = mls::provider(cx);
            let made = key_packages::generate(&provider, &device, Suite::Classical, KeyPackageUse::Once, 1, now_ms);
            made.expect("made").remove(0)
        });
        let (me, _) = step(&self.db, 1, |cx| cx.me().expect("me").address.account);
        let policy = ChatPolicy::for_direct(CHAT, SECOND, me, self.peer.list.account());
        let sender = self.peer.list.addresses().next().map(|address| address.to_wire());
        self.peer.act(|provider, device| {
            let package = key_packages::verify(provider, &package).expect("a key package");
            let mut group = ChatGroup::create(provider, device, &policy, Suite::Classical, now_ms()).expect("a group");
            let staged = group.stage_add(provider, device, vec![package], b"").expect("staged");
            group.confirm_pending(provider).expect("confirmed");
            let ratchet_tree = group.export_ratchet_tree(provider).expect("tree");
            let welcome = WelcomeItem {
                chat: CHAT.to_vec(),
                generation: 2,
                epoch: 1,
                seq: 3,
                sender,
                time_ms: now_ms(),
                welcome: staged.welcome.expect("for the phone"),
                ratchet_tree: ratchet_tree.clone(),
            };
            let info = GroupInfo {
                chat: CHAT.to_vec(),
                generation: 2,
                epoch: 1,
                group_info: group.export_group_info(provider, device, RatchetTree::LeftOut).expect("group info"),
                ratchet_tree,
                ..GroupInfo::default()
            };
            (welcome, info)
        })
    }

    /// The first generation, as the peer has it.
    fn first_generation(&mut self) -> GroupInfo {
        let group = self.peer.group();
        self.peer.act(|provider, device| GroupInfo {
            chat: CHAT.to_vec(),
            generation: 1,
            epoch: group.epoch(),
            group_info: group.export_group_info(provider, device, RatchetTree::LeftOut).expect("group info"),
            ratchet_tree: group.export_ratchet_tree(provider).expect("tree"),
            ..GroupInfo::default()
        })
    }

    fn is_to_join(&mut self) {
        self.does(|_, cx| chats::set_membership(cx, CHAT, Membership::Wanted, 0));
    }

    /// What the server has of the group is damaged, whenever it is asked.
    fn fails_to_join(&mut self, times: u32) {
        let damaged = GroupInfo { group_info: vec![7; 40], ..self.first_generation() };
        for _ in 0..times {
            self.does(|client, cx| client.on_group_info(cx, CHAT, &damaged));
        }
    }

    /// The phone makes the next generation: the request that it sends.
    fn makes_next(&mut self) -> (Operation, ResetGroup) {
        let package = self.peer.act(|provider, device| {
            let suite = Suite::for_new_group(2);
            let made = key_packages::generate(provider, device, suite, KeyPackageUse::Once, 1, now_ms());
            made.expect("made").remove(0)
        });
        let address = self.peer.list.addresses().next().expect("a device");
        let claimed = Claimed { device: Some(address.to_account_body()), package };
        let claimed = ClaimKeyPackagesOk { claimed: vec![claimed] };
        self.does(|client, cx| client.on_claimed_for_creating(cx, CHAT, Reply::Ok(claimed)));
        let operation = self.head().expect("a request");
        let reset = ResetGroup::decode(operation.frame.as_slice()).expect("a reset");
        (operation, reset)
    }
}

fn is_distrusted(told: &[Notice]) -> bool {
    matches!(told, [Notice::ServerNotTrusted { .. }])
}

#[test]
fn a_group_that_cannot_be_joined_is_made_anew_and_what_was_unsent_goes_out_in_it() {
    let mut story = Story::new();
    story.does(|client, cx| client.enqueue(cx, CHAT, None, b"unsent".to_vec()));
    story.is_to_join();
    let epoch = story.first_generation().epoch;
    story.fails_to_join(FAILS_MAX - 1);
    assert_eq!((story.chat().membership, story.chat().generation), (Membership::Wanted, Generation(1)));
    story.fails_to_join(1);
    assert_eq!((story.chat().membership, story.chat().generation), (Membership::Creating, SECOND));
    let (operation, reset) = story.makes_next();
    assert_eq!((operation.kind, reset.base_epoch), (Kind::Reset, epoch));
    let create = reset.create.expect("with its creation");
    let commit = create.first_commit.expect("that lets the peer in");
    assert_eq!((create.generation, commit.generation), (2, 2));
    assert!(!commit.op_id.is_empty() && commit.op_id != reset.op_id, "two entries of one log");
    let accepted = Accepted { seq: 5, time_ms: now_ms(), repeated: false };
    story.does(|client, cx| client.on_verdict(cx, operation.op_id, Some(reply::Body::Accepted(accepted))));
    assert_eq!((story.chat().membership, story.chat().applied_seq), (Membership::Joined, 5));
    let looked_for = "SELECT resync_from FROM chat WHERE join_seq = 5";
    let looked_for: u64 = story.db.query_row(looked_for, [], |row| row.get(0)).expect("one");
    assert_eq!(looked_for, 2, "what was not followed before");
    story.does(|client, cx| client.send_waiting(cx));
    let sent = App::decode(story.head().expect("it waits").frame.as_slice()).expect("a message");
    assert_eq!((sent.generation, sent.epoch), (2, 1));
}

#[test]
fn of_two_who_make_the_next_generation_the_later_joins_the_other_ones() {
    let mut story = Story::new();
    story.is_to_join();
    story.fails_to_join(FAILS_MAX);
    let (operation, _) = story.makes_next();
    let (welcome, info) = story.peer_resets();
    // It has a group of this name itself.
    assert_eq!(story.does(|client, cx| client.on_welcome(cx, &welcome)), []);
    assert_eq!(story.chat().membership, Membership::Creating);
    let stale = Stale { generation: 2, epoch: 1, head_seq: 3 };
    story.does(|client, cx| client.on_verdict(cx, operation.op_id, Some(reply::Body::Stale(stale))));
    assert_eq!((story.chat().membership, story.chat().generation), (Membership::Wanted, Generation(1)));
    assert_eq!(story.does(|client, cx| client.on_group_info(cx, CHAT, &info)), []);
    assert_eq!(story.head().map(|operation| operation.kind), Some(Kind::Join));
    assert_eq!(story.chat().generation, SECOND);
    // Not again on the same day.
    story.does(|_, cx| outbox::remove(cx, outbox::head(cx.db, CHAT)?.expect("it").op_id));
    story.does(|client, cx| {
        let damaged = GroupInfo { group_info: vec![7; 40], ..info.clone() };
        (0..2 * FAILS_MAX).try_for_each(|_| client.on_group_info(cx, CHAT, &damaged))
    });
    assert_eq!((story.chat().membership, story.chat().generation), (Membership::Wanted, SECOND));
}

#[test]
fn a_next_generation_is_of_the_same_people() {
    let mut story = Story::new();
    let (welcome, _) = story.peer_resets();
    assert_eq!(story.does(|client, cx| client.on_welcome(cx, &welcome)), []);
    assert_eq!((story.chat().membership, story.chat().generation), (Membership::Joined, SECOND));
    // The same by somebody who is not whom the chat is with.
    let mut story = Story::new();
    let (welcome, info) = story.peer_resets();
    story.db.execute("UPDATE chat SET peer = ?1", [[9; 16]]).expect("another's chat");
    let told = story.does(|client, cx| client.on_welcome(cx, &welcome));
    assert!(is_distrusted(&told), "{told:?}");
    assert_eq!(story.chat().generation, Generation(1), "nothing is written to them");
    story.is_to_join();
    story.does(|client, cx| client.on_group_info(cx, CHAT, &info));
    assert!(story.head().is_none());
}

#[test]
fn no_generation_that_has_ended_is_joined() {
    let mut story = Story::new();
    let ended = story.first_generation();
    let (welcome, _) = story.peer_resets();
    story.does(|client, cx| client.on_welcome(cx, &welcome));
    story.is_to_join();
    let told = story.does(|client, cx| client.on_group_info(cx, CHAT, &ended));
    assert!(is_distrusted(&told), "{told:?}");
    assert!(story.head().is_none());
}

#[test]
fn a_next_generation_without_a_welcome_is_joined() {
    let mut story = Story::new();
    let (_, info) = story.peer_resets();
    let entry = GroupItem {
        chat: CHAT.to_vec(),
        generation: 2,
        seq: 2,
        kind: group_item::Kind::Create.into(),
        sender: story.peer.list.addresses().next().map(|address| address.to_wire()),
        op_id: vec![5; 16],
        time_ms: now_ms(),
        bytes: info.group_info.clone(),
        ..GroupItem::default()
    };
    let item = Item { queue_seq: 1, body: Some(item::Body::Group(entry)) };
    story.does(|client, cx| client.on_item(cx, &item));
    assert_eq!((story.chat().membership, story.chat().applied_seq), (Membership::Wanted, 1));
    story.does(|client, cx| client.on_group_info(cx, CHAT, &info));
    assert_eq!(story.head().map(|operation| operation.kind), Some(Kind::Join));
    assert_eq!(story.chat().generation, SECOND);
}
