//! What a phone does with entries of a log that are not as they should be: one that does not open, a commit that cannot be followed,
//! an older state, another history, a word that is not for the peer to say, a list that is held back.

use super::*;
use crate::io::Output;
use crate::outbox::{self, Kind};
use crate::own_state::{self, ChatKey};
use crate::testing::{CHAT, Peer, companion, now_ms, phone, step};
use e2ee::group::Processed;
use proto::content::{AuthenticatedData, StateOp, StateOps, Text};
use proto::wire::{GroupInfo, Item, item};

/// A phone in a chat with a peer, and what the server hands out.
struct Story {
    client: Client,
    db: Connection,
    peer: Peer,
    seq: u64,
}

impl Story {
    fn new() -> Self {
        Self::of(phone())
    }

    fn of((client, db): (Client, Connection)) -> Self {
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        step(&db, now_ms(), |cx| crate::witness::begin_with(cx, CHAT, 1, b"the first entry").expect("begun"));
        Self { client, db, peer, seq: 1 }
    }

    /// The next entry of the log; what the phone tells its user of it.
    fn takes(&mut self, kind: group_item::Kind, bytes: Vec<u8>) -> Vec<Notice> {
        self.seq += 1;
        let entry = GroupItem {
            chat: CHAT.to_vec(),
            generation: 1,
            seq: self.seq,
            kind: kind.into(),
            sender: self.peer.list.addresses().next().map(|address| address.to_wire()),
            op_id: self.seq.to_be_bytes().repeat(2),
            time_ms: now_ms() + self.seq,
            bytes,
            ..GroupItem::default()
        };
        let item = Item { queue_seq: self.seq, body: Some(item::Body::Group(entry)) };
        self.does(|client, cx| client.on_item(cx, &item))
    }

    fn does(&mut self, run: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<(), Halt>) -> Vec<Notice> {
        let (_, out) = step(&self.db, now_ms(), |cx| run(&mut self.client, cx).expect("no halt"));
        let notice = |output| match output {
            Output::Event(Event::Notice(notice)) => Some(notice),
            _ => None,
        };
        out.into_iter().filter_map(notice).collect()
    }

    /// What the peer encrypts.
    fn sealed(&mut self, body: content::Body, word: &AuthenticatedData) -> Vec<u8> {
        let content = Content {
            message_id: self.seq.to_be_bytes().repeat(2),
            sent_ms: now_ms(),
            profile_version: 0,
            body: Some(body),
        };
        let mut group = self.peer.group();
        let (content, word) = (content.encode_to_vec(), word.encode_to_vec());
        self.peer.act(|provider, device| group.encrypt(provider, device, &content, &word).expect("sealed"))
    }

    fn says(&mut self, text: &str, word: &AuthenticatedData) -> Vec<Notice> {
        let sealed = self.sealed(content::Body::Text(Text { text: text.to_owned(), quote: None }), word);
        self.takes(group_item::Kind::App, sealed)
    }

    /// The peer takes new keys for its leaf: its commit.
    fn commits(&mut self) -> Vec<u8> {
        let mut group = self.peer.group();
        let staged = self.peer.act(|provider, device| group.stage_self_update(provider, device, b"").expect("staged"));
        self.peer.act(|provider, _| group.confirm_pending(provider).expect("confirmed"));
        staged.commit
    }

    /// The group as the peer has it now.
    fn group_info(&mut self) -> GroupInfo {
        let group = self.peer.group();
        self.peer.act(|provider, device| GroupInfo {
            chat: CHAT.to_vec(),
            generation: 1,
            epoch: group.epoch(),
            group_info: group
                .export_group_info(provider, device, e2ee::group::RatchetTree::LeftOut)
                .expect("group info"),
            ratchet_tree: group.export_ratchet_tree(provider).expect("tree"),
            ..GroupInfo::default()
        })
    }

    fn chat(&self) -> Chat {
        chats::find(&self.db, CHAT).expect("read").expect("a chat")
    }

    fn count(&self, sql: &str) -> u32 {
        self.db.query_row(sql, [], |row| row.get(0)).expect("counted")
    }
}

const WAITING: &str = "SELECT count(*) FROM message WHERE kind = 3";
const ASIDE: &str = "SELECT count(*) FROM quarantine";

#[test]
fn a_message_that_does_not_open_waits_in_its_place_and_the_next_one_is_read() {
    let mut story = Story::new();
    let mut damaged =
        story.sealed(content::Body::Text(Text { text: "lost".to_owned(), quote: None }), &AuthenticatedData::default());
    *damaged.last_mut().expect("bytes") ^= 1;
    story.takes(group_item::Kind::App, damaged);
    story.says("heard", &AuthenticatedData::default());
    assert_eq!((story.count(ASIDE), story.count(WAITING)), (1, 1));
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind = 0 AND seq = 3"), 1);
    assert_eq!((story.chat().applied_seq, story.chat().membership), (3, Membership::Joined));
}

#[test]
fn a_commit_that_cannot_be_followed_leads_to_joining_anew() {
    let mut story = Story::new();
    let mut damaged = story.commits();
    *damaged.last_mut().expect("bytes") ^= 1;
    story.takes(group_item::Kind::Commit, damaged);
    assert_eq!(story.chat().membership, Membership::Wanted);
    let info = story.group_info();
    story.does(|client, cx| client.on_group_info(cx, CHAT, &info));
    let join = outbox::head(&story.db, CHAT).expect("read").expect("a joining");
    assert_eq!(join.kind, Kind::Join);
    let commit = proto::wire::Commit::decode(join.frame.as_slice()).expect("a commit").commit;
    let mut group = story.peer.group();
    let taken = story.peer.act(|provider, _| group.process(provider, &commit).expect("valid"));
    assert!(matches!(taken, Processed::Commit(commit) if commit.is_external));
    story.does(|client, cx| {
        outbox::remove(cx, join.op_id)?;
        client.on_joined(cx, CHAT, 3)
    });
    let chat = story.chat();
    let (mine, _) = step(&story.db, now_ms(), |cx| mls::load(cx, &chat).expect("read").expect("a group"));
    assert_eq!(mine.epoch_authenticator(), group.epoch_authenticator(), "they can talk again");
}

#[test]
fn no_chat_is_joined_from_an_older_state_than_was_seen() {
    let mut story = Story::new();
    let older = story.group_info();
    let followed = story.commits();
    story.takes(group_item::Kind::Commit, followed);
    let mut damaged = story.commits();
    *damaged.last_mut().expect("bytes") ^= 1;
    story.takes(group_item::Kind::Commit, damaged);
    let told = story.does(|client, cx| client.on_group_info(cx, CHAT, &older));
    assert!(matches!(told[..], [Notice::ServerNotTrusted { .. }]), "{told:?}");
    assert!(outbox::head(&story.db, CHAT).expect("read").is_none());
    let newest = story.group_info();
    story.does(|client, cx| client.on_group_info(cx, CHAT, &newest));
    assert!(outbox::head(&story.db, CHAT).expect("read").is_some());
}

#[test]
fn a_history_that_differs_is_told_once() {
    let mut story = Story::new();
    let word = AuthenticatedData { last_seq: 1, chain_hash: vec![7; 32], ..AuthenticatedData::default() };
    let told = story.says("from another world", &word);
    assert!(matches!(told[..], [Notice::ServerNotTrusted { .. }]), "{told:?}");
    assert_eq!(story.says("again", &word), []);
}

#[test]
fn own_device_state_is_not_taken_from_a_chat_with_somebody() {
    let mut story = Story::new();
    let key = ChatKey::Mute.of(CHAT);
    let op = StateOp { key, value: vec![1], clock: now_ms() << 16, device: 1 };
    let sealed = story.sealed(content::Body::StateOps(StateOps { ops: vec![op] }), &AuthenticatedData::default());
    story.takes(group_item::Kind::App, sealed);
    let (value, _) = step(&story.db, 1, |cx| own_state::chat_value(cx, ChatKey::Mute, CHAT).expect("read"));
    assert_eq!(value, Vec::<u8>::new());
    assert_eq!(story.chat().applied_seq, 2, "the log goes on");
}

#[test]
fn nothing_is_encrypted_while_a_newer_list_is_waited_for() {
    let mut story = Story::new();
    story.says("I have a list of version 2", &AuthenticatedData { list_version: 2, ..AuthenticatedData::default() });
    story.does(|client, cx| client.enqueue(cx, CHAT, None, b"for listed devices".to_vec()));
    let is_encrypted = |story: &mut Story| {
        story.does(|client, cx| client.send_waiting(cx));
        !outbox::head(&story.db, CHAT).expect("read").expect("it waits").frame.is_empty()
    };
    assert!(!is_encrypted(&mut story));
    // As it is after a restart.
    story.client = phone().0;
    assert!(!is_encrypted(&mut story));
    let list = story.peer.links_companion();
    story.does(|_, cx| crate::accounts::learn_device_list(cx, list.as_bytes()));
    assert!(is_encrypted(&mut story));
}

/// A page of a log whose beginning has expired, up to the seventh entry. The phone followed it to the first.
fn expired_to_seven() -> LogPage {
    let entry = GroupItem { chat: CHAT.to_vec(), generation: 1, seq: 8, ..GroupItem::default() };
    LogPage { items: vec![entry], head_seq: 9, first_kept_seq: 8 }
}

#[test]
fn a_log_whose_beginning_has_expired_is_not_asked_for_again_and_the_chat_is_joined_anew() {
    let mut story = Story::new();
    let page = expired_to_seven();
    let (_, out) = step(&story.db, now_ms(), |cx| story.client.on_log_page(cx, CHAT, &page).expect("no halt"));
    assert!(!out.iter().any(|output| matches!(output, Output::Send(_))), "it is gone: {out:?}");
    assert_eq!((story.chat().membership, story.chat().applied_seq), (Membership::Wanted, 1));
}

#[test]
fn a_page_that_leads_nowhere_is_not_asked_for_at_once() {
    let mut story = Story::new();
    let page = LogPage { first_kept_seq: 2, ..expired_to_seven() };
    let (_, out) = step(&story.db, now_ms(), |cx| story.client.on_log_page(cx, CHAT, &page).expect("no halt"));
    assert!(!out.iter().any(|output| matches!(output, Output::Send(_))), "{out:?}");
    assert_eq!(story.chat().membership, Membership::Joined, "nothing says that it cannot be followed");
}

#[test]
fn a_companion_knows_that_it_lacks_what_has_expired() {
    let mut story = Story::of(companion());
    let page = expired_to_seven();
    story.does(|client, cx| client.on_log_page(cx, CHAT, &page));
    let info = story.group_info();
    story.does(|client, cx| client.on_group_info(cx, CHAT, &info));
    let join = outbox::head(&story.db, CHAT).expect("read").expect("a joining");
    story.does(|client, cx| {
        outbox::remove(cx, join.op_id)?;
        client.on_joined(cx, CHAT, 10)
    });
    let lacks = "SELECT count(*) FROM chat WHERE archived_seq = 1 AND join_seq = 10 AND gap_asked < join_seq";
    assert_eq!(story.count(lacks), 1, "it asks for what lies between");
}
