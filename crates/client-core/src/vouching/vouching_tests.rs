//! A phone that comes back into a group of many, by what a server gives it: by an honest one, and by one that is of one mind with somebody.

use super::*;
use crate::io::Output;
use crate::messages::Place;
use crate::sending::Written;
use crate::testing::{CHAT, Peer, group_policy, now_ms, phone, step};
use e2ee::ChatGroup;
use e2ee::group::RatchetTree;
use identity::mls::Suite;
use proto::content::Text;
use proto::ids::Generation;
use proto::wire::{App, ClientFrame, Commit, GroupInfo, GroupItem, client_frame, group_item};

const SECRET: &str = "for those whom I know";

/// The phone and a peer are in a group; then the phone could not follow it.
struct Story {
    client: Client,
    db: Connection,
    peer: Peer,
    seq: u64,
}

impl Story {
    fn new() -> Self {
        let (client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_group_with(&db);
        let mut story = Self { client, db, peer, seq: 1 };
        let at = Place { seq: 1, time_ms: now_ms() };
        story.does(|client, cx| client.enter(cx, CHAT, None, at));
        step(&story.db, now_ms(), |cx| crate::witness::begin_with(cx, CHAT, 1, b"the first entry").expect("begun"));
        story
    }

    fn does(&mut self, run: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<(), Halt>) -> Vec<Output> {
        step(&self.db, now_ms(), |cx| run(&mut self.client, cx).expect("no halt")).1
    }

    /// The server gives the phone this state to join by, and takes its commit, which is given back.
    fn comes_into(&mut self, info: &GroupInfo) -> Vec<u8> {
        step(&self.db, now_ms(), |cx| chats::set_membership(cx, CHAT, Membership::Wanted, 0).expect("wanted"));
        self.does(|client, cx| client.on_group_info(cx, CHAT, info));
        let join = outbox::head(&self.db, CHAT).expect("read").expect("a commit from outside");
        assert_eq!(join.kind, Kind::Join);
        let commit = Commit::decode(join.frame.as_slice()).expect("a commit").commit;
        self.seq += 5;
        let at = Place { seq: self.seq, time_ms: now_ms() };
        step(&self.db, now_ms(), |cx| outbox::remove(cx, join.op_id).expect("removed"));
        self.does(|client, cx| client.on_joined(cx, CHAT, at));
        commit
    }

    /// What goes out into the group when the phone may send.
    fn sends(&mut self) -> Vec<Vec<u8>> {
        let out = self.does(|client, cx| {
            client.flights.clear();
            client.vouch(cx)?;
            client.send_waiting(cx)
        });
        let app = |output| match output {
            Output::Send(frame) => match ClientFrame::decode(frame.as_slice()).expect("a frame").body {
                Some(client_frame::Body::App(app)) => Some(app),
                _ => None,
            },
            _ => None,
        };
        let sent: Vec<App> = out.into_iter().filter_map(app).collect();
        for app in &sent {
            let op_id = OpId::try_from(app.op_id.as_slice()).expect("an id");
            step(&self.db, now_ms(), |cx| outbox::remove(cx, op_id).expect("taken"));
        }
        sent.into_iter().map(|app| app.ciphertext).collect()
    }

    fn writes(&mut self) {
        let written = Written { text: SECRET.to_owned(), ..Written::default() };
        self.does(|client, cx| client.send_text(cx, 1, client_api::ChatId(CHAT.0), written));
    }

    /// A word that comes from the group; it can be read.
    fn hears(&mut self, by: DeviceAddress, sealed: Vec<u8>) {
        self.seq += 1;
        let item = GroupItem {
            chat: CHAT.to_vec(),
            generation: 1,
            seq: self.seq,
            kind: group_item::Kind::App.into(),
            sender: Some(by.to_wire()),
            op_id: self.seq.to_be_bytes().repeat(2),
            time_ms: now_ms() + self.seq,
            bytes: sealed,
            ..GroupItem::default()
        };
        let item = proto::wire::Item { queue_seq: self.seq, body: Some(proto::wire::item::Body::Group(item)) };
        self.does(|client, cx| client.on_item(cx, &item));
        let aside = "SELECT count(*) FROM quarantine";
        assert_eq!(self.db.query_row(aside, [], |row| row.get::<_, u32>(0)).expect("counted"), 0);
    }

    fn is_doubted(&self) -> bool {
        is_doubted(&self.db, CHAT).expect("read")
    }
}

fn info_of(peer: &mut Peer) -> GroupInfo {
    let group = peer.group();
    peer.act(|provider, device| GroupInfo {
        chat: CHAT.to_vec(),
        generation: 1,
        epoch: group.epoch(),
        group_info: group.export_group_info(provider, device, RatchetTree::LeftOut).expect("group info"),
        ratchet_tree: group.export_ratchet_tree(provider).expect("tree"),
        ..GroupInfo::default()
    })
}

fn renews_leaf(peer: &mut Peer) -> Vec<u8> {
    let mut group = peer.group();
    let staged = peer.act(|provider, device| group.stage_self_update(provider, device, b"").expect("staged"));
    peer.act(|provider, _| group.confirm_pending(provider).expect("confirmed"));
    staged.commit
}

fn applies(peer: &mut Peer, commit: &[u8]) {
    let mut group = peer.group();
    peer.act(|provider, _| _ = group.process(provider, commit).expect("applied"));
}

/// With its Welcome, and the tree behind it.
fn adds(peer: &mut Peer, package: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut group = peer.group();
    peer.act(|provider, device| {
        let package = e2ee::key_packages::verify(provider, package).expect("a key package");
        let staged = group.stage_add(provider, device, vec![package], b"").expect("staged");
        group.confirm_pending(provider).expect("confirmed");
        (staged.welcome.expect("added"), group.export_ratchet_tree(provider).expect("tree"))
    })
}

fn opens(peer: &mut Peer, sealed: &[u8]) -> Option<content::Body> {
    let mut group = peer.group();
    match peer.act(|provider, _| group.process(provider, sealed).expect("opened")) {
        e2ee::group::Processed::App(app) => Content::decode(app.content.as_slice()).expect("a content").body,
        _ => panic!("a message"),
    }
}

fn sealed_by(peer: &mut Peer, body: content::Body) -> Vec<u8> {
    let content =
        Content { message_id: vec![7; 16], sent_ms: now_ms(), profile_version: 0, lifetime_s: 0, body: Some(body) };
    let mut group = peer.group();
    peer.act(|provider, device| group.encrypt(provider, device, &content.encode_to_vec(), b"").expect("sealed"))
}

fn address(peer: &Peer) -> DeviceAddress {
    peer.list.addresses().next().expect("a device")
}

/// Somebody's own group under the id of the known one: all known leaves are in it, and its keys are one person's.
fn forged_by(mallory: &mut Peer, story: &mut Story) -> GroupInfo {
    let peers = story.peer.key_package();
    let mine = step(&story.db, now_ms(), |cx| {
        let (device, now_ms) = (mls::own_device(cx).expect("device"), cx.now_ms);
        let usage = e2ee::key_packages::KeyPackageUse::Once;
        let suite = Suite::Classical;
        e2ee::key_packages::generate(&mls::provider(cx), &device, suite, usage, 1, now_ms).expect("made").remove(0)
    });
    let policy = group_policy(mallory.list.account());
    let packages = [peers, mine.0];
    let mut group = mallory.act(|provider, device| {
        let verified = |package: &Vec<u8>| e2ee::key_packages::verify(provider, package).expect("a key package");
        let mut group = ChatGroup::create(provider, device, &policy, Suite::Classical, now_ms()).expect("a group");
        group.stage_add(provider, device, packages.iter().map(verified).collect(), b"").expect("staged");
        group.confirm_pending(provider).expect("confirmed");
        group
    });
    for _ in 0..3 {
        mallory.act(|provider, device| group.stage_self_update(provider, device, b"").expect("staged"));
        mallory.act(|provider, _| group.confirm_pending(provider).expect("confirmed"));
    }
    info_of(mallory)
}

#[test]
fn into_a_state_that_nobody_known_has_signed_nothing_is_sent_but_a_question() {
    let mut story = Story::new();
    let mut mallory = Peer::of(151);
    story.does(|_, cx| crate::accounts::learn_device_list(cx, mallory.list.as_bytes()));
    let info = forged_by(&mut mallory, &mut story);
    story.writes();
    let commit = story.comes_into(&info);
    applies(&mut mallory, &commit);
    assert!(story.is_doubted());
    assert_eq!(story.sends().len(), 1, "a question, once");
    assert!(story.sends().is_empty());
    // What Mallory says counts for nothing, whatever it is; also after the phone came in once more.
    let hello = sealed_by(&mut mallory, content::Body::Vouch(Vouch {}));
    story.hears(address(&mallory), hello);
    assert!(story.is_doubted());
    assert!(story.sends().is_empty());
    let again = info_of(&mut mallory);
    story.comes_into(&again);
    assert!(story.is_doubted());
}

#[test]
fn a_word_of_somebody_known_ends_the_doubt_and_what_was_written_goes_out() {
    let mut story = Story::new();
    // While the phone is away, somebody new comes in and is the last to sign.
    let mut carol = Peer::of(151);
    story.does(|_, cx| crate::accounts::learn_device_list(cx, carol.list.as_bytes()));
    let package = carol.key_package();
    let (welcome, tree) = adds(&mut story.peer, &package);
    let joins = |provider: &e2ee::Provider<'_>, _: &e2ee::OwnDevice| {
        e2ee::group::join_welcome(provider, CHAT, Generation(1), &welcome, &tree).map(|_| ())
    };
    carol.act(joins).expect("joined");
    let renewed = renews_leaf(&mut carol);
    applies(&mut story.peer, &renewed);
    let info = info_of(&mut carol);

    story.writes();
    let commit = story.comes_into(&info);
    applies(&mut story.peer, &commit);
    assert!(story.is_doubted(), "the phone did not know carol there");
    assert_eq!(story.sends().len(), 1, "the question");
    let peer = address(&story.peer);
    let asks_too = sealed_by(&mut story.peer, content::Body::VouchRequest(VouchRequest::default()));
    story.hears(peer, asks_too);
    assert!(story.is_doubted(), "who asks does not know either");
    let word =
        sealed_by(&mut story.peer, content::Body::Text(Text { text: "still here".to_owned(), ..Text::default() }));
    story.hears(peer, word);
    assert!(!story.is_doubted());
    let sent = std::iter::from_fn(|| story.sends().pop()).collect::<Vec<_>>();
    let opened = sent.iter().map(|sealed| opens(&mut story.peer, sealed)).collect::<Vec<_>>();
    let is_text = |body: &Option<content::Body>| matches!(body, Some(content::Body::Text(text)) if text.text == SECRET);
    assert!(opened.iter().any(is_text));
}

#[test]
fn a_state_that_somebody_known_has_signed_is_believed() {
    let mut story = Story::new();
    renews_leaf(&mut story.peer);
    let info = info_of(&mut story.peer);
    story.comes_into(&info);
    assert!(!story.is_doubted());
}

#[test]
fn who_is_asked_answers_once_unless_another_does() {
    let mut story = Story::new();
    let me = step(&story.db, now_ms(), |cx| cx.me().expect("me").address.account).0;
    let others = AccountId([9; 16]);
    let peer = address(&story.peer);
    let request = VouchRequest { accounts: vec![me.to_vec(), others.to_vec()] };
    let ask = content::Body::VouchRequest(request);
    let answers = |story: &mut Story| {
        let later = now_ms() + ANSWER_WITHIN_MS;
        step(&story.db, later, |cx| story.client.vouch(cx).expect("no halt"));
        story.sends().len()
    };
    let question = sealed_by(&mut story.peer, ask.clone());
    story.hears(peer, question);
    assert_eq!(answers(&mut story), 1);
    let question = sealed_by(&mut story.peer, ask);
    story.hears(peer, question);
    assert_eq!(answers(&mut story), 0, "not again so soon");
    // One that does not name this account is not for it.
    story.client.vouching = Vouching::default();
    let of_others = content::Body::VouchRequest(VouchRequest { accounts: vec![others.to_vec()] });
    let question = sealed_by(&mut story.peer, of_others);
    story.hears(peer, question);
    assert_eq!(answers(&mut story), 0);
}
