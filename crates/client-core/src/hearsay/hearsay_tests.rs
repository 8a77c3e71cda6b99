//! Who keeps others from sending by a word, and how that ends.

use super::*;
use crate::chats::Chat;
use crate::http::Answer as Reply;
use crate::io::Output;
use crate::testing::{CHAT, Peer, links_companion, phone, step, unlinks_companion};
use crate::witness;
use prost::Message as _;
use proto::account::DeviceLists;
use proto::content::AuthenticatedData;
use rusqlite::Connection;
use std::collections::BTreeMap;

const PHONE: DeviceNumber = DeviceNumber(1);
const COMPANION: DeviceNumber = DeviceNumber(2);
/// The version of the peer's list, which holds its phone and a companion.
const KNOWN: u64 = 2;
/// A list that nobody has signed.
const NONE: u64 = 1 << 50;

const NOWHERE: Said = Said { chat: CHAT, seq: 0 };

/// A client that shares a chat with an account of two devices.
struct Story {
    client: Client,
    db: Connection,
    peer: AccountId,
    /// The peer's, with its companion.
    list: Vec<u8>,
}

impl Story {
    fn new() -> Self {
        let story = Self::before_linking();
        story.learns_list();
        story
    }

    /// The companion is not listed yet, as far as this client knows.
    fn before_linking() -> Self {
        let (client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        let list = peer.links_companion();
        assert_eq!(list.version(), KNOWN);
        step(&db, 1, |cx| witness::begin(cx, CHAT, 1, Some(&[5; 32])).expect("begun"));
        Self { client, db, peer: list.account(), list: list.as_bytes().to_vec() }
    }

    fn learns_list(&self) {
        step(&self.db, 1, |cx| crate::accounts::learn_device_list(cx, &self.list).expect("learned"));
    }

    fn chat(&self) -> Chat {
        step(&self.db, 1, |cx| chats::find(cx.db, CHAT).expect("query").expect("the chat")).0
    }

    fn hash_at(&self, seq: u64) -> Vec<u8> {
        step(&self.db, 1, |cx| witness::hash_at(cx, CHAT, seq).expect("query").unwrap_or_default()).0
    }

    /// A device says in the next entry which version it has, and how far it has followed the log.
    fn says(&mut self, device: DeviceNumber, list_version: u64, last_seq: u64) -> Vec<Output> {
        let word =
            AuthenticatedData { list_version, last_seq, chain_hash: self.hash_at(last_seq), list_hash: Vec::new() };
        self.says_so(device, &word)
    }

    fn says_so(&mut self, device: DeviceNumber, word: &AuthenticatedData) -> Vec<Output> {
        let (chat, from) = (self.chat(), DeviceAddress { account: self.peer, device });
        let client = &mut self.client;
        let (_, out) = step(&self.db, 1, |cx| {
            client.hear_witness(cx, &chat, from, &word.encode_to_vec()).expect("heard");
            witness::follow(cx, CHAT, chat.applied_seq + 1, b"an entry").expect("followed");
            chats::set_applied(cx, CHAT, chat.applied_seq + 1).expect("applied");
        });
        out
    }

    /// The server was asked for what the companion spoke of, and has no such list.
    fn is_answered_in_vain(&mut self) {
        let wanted = BTreeMap::from([(self.peer, NONE)]);
        let client = &mut self.client;
        step(&self.db, 1, |cx| client.on_peer_lists(cx, wanted, Reply::Ok(DeviceLists::default())).expect("answered"));
    }

    fn may_be_written_to(&self) -> bool {
        step(&self.db, 1, |cx| current_list(cx, self.peer).expect("query").is_some()).0
    }
}

fn misleaders(out: &[Output]) -> Vec<&Misleader> {
    let told = |output| match output {
        &Output::Event(Event::Notice(Notice::DeviceMisleads(ref who))) => Some(who),
        _ => None,
    };
    out.iter().filter_map(told).collect()
}

fn asks_the_server(out: &[Output]) -> bool {
    out.iter().any(|output| matches!(output, Output::Http(request) if request.path == "/v1/devices/get"))
}

#[test]
fn a_word_holds_until_the_phone_has_seen_it_and_knows_of_no_such_list() {
    let mut story = Story::new();
    assert!(story.may_be_written_to());
    assert!(asks_the_server(&story.says(COMPANION, NONE, 1)));
    assert!(!story.may_be_written_to(), "the server may hold it back");
    assert_eq!(misleaders(&story.says(PHONE, KNOWN, 1)), Vec::<&Misleader>::new());
    assert!(!story.may_be_written_to(), "the phone had not seen it");
    story.says(PHONE, KNOWN, 2);
    assert!(!story.may_be_written_to(), "the server has not answered");
    story.is_answered_in_vain();
    story.says(PHONE, KNOWN, 1);
    assert!(!story.may_be_written_to(), "the phone had not seen it");
    let out = story.says(PHONE, KNOWN, 2);
    assert!(matches!(misleaders(&out)[..], [Misleader::DeviceOf { device: 2, .. }]), "{out:?}");
    assert!(story.may_be_written_to());
    assert!(!asks_the_server(&story.says(COMPANION, NONE + 1, 3)), "it is not believed any more");
    assert!(story.may_be_written_to());
    story.says(PHONE, KNOWN + 1, 3);
    assert!(!story.may_be_written_to(), "the phone is");
}

#[test]
fn a_phone_that_follows_another_log_has_not_seen_the_word() {
    let mut story = Story::new();
    story.says(COMPANION, NONE, 1);
    story.is_answered_in_vain();
    story.says_so(
        PHONE,
        &AuthenticatedData { list_version: KNOWN, last_seq: 2, chain_hash: vec![9; 32], list_hash: Vec::new() },
    );
    assert!(!story.may_be_written_to(), "a server that shows two logs could make honest devices liars");
}

#[test]
fn a_word_in_a_log_whose_hash_is_not_known_is_not_held_against_anybody() {
    let mut story = Story::new();
    step(&story.db, 1, |cx| witness::begin(cx, CHAT, 1, None).expect("begun"));
    story.says(COMPANION, NONE, 0);
    story.is_answered_in_vain();
    story.says_so(
        PHONE,
        &AuthenticatedData { list_version: KNOWN, last_seq: 2, chain_hash: vec![9; 32], list_hash: Vec::new() },
    );
    story.says(PHONE, KNOWN, 2);
    assert!(!story.may_be_written_to());
}

#[test]
fn who_was_right_after_all_is_believed_again() {
    let story = Story::before_linking();
    let companion = DeviceAddress { account: story.peer, device: COMPANION };
    for (version, believed) in [(KNOWN + 1, false), (KNOWN, true)] {
        step(&story.db, 1, |cx| disbelieve(cx, companion, version).expect("told"));
        let is_so = || step(&story.db, 1, |cx| is_believed(cx, companion).expect("query")).0;
        assert!(!is_so());
        step(&story.db, 1, |cx| proven(cx, companion.account, KNOWN).expect("proven"));
        assert_eq!(is_so(), believed);
    }
    step(&story.db, 1, |cx| disbelieve(cx, companion, KNOWN).expect("told"));
    story.learns_list();
    assert!(step(&story.db, 1, |cx| is_believed(cx, companion).expect("query")).0);
}

#[test]
fn a_phone_that_lags_behind_the_list_makes_nobody_a_liar() {
    let mut story = Story::before_linking();
    story.says(COMPANION, KNOWN, 1);
    story.is_answered_in_vain();
    story.learns_list();
    let out = story.says(PHONE, KNOWN - 1, 2);
    assert_eq!(misleaders(&out), Vec::<&Misleader>::new(), "there is such a list");
}

#[test]
fn the_phone_asks_the_server_before_it_accuses_its_own_device() {
    let mut story = Story::new();
    links_companion(&story.db);
    // From here on it is the own account that is spoken of.
    story.peer = step(&story.db, 1, |cx| cx.me().expect("me").address.account).0;
    let mut says = |answered: bool| {
        if answered {
            story.is_answered_in_vain();
        }
        story.says(COMPANION, NONE, 1)
    };
    let out = says(false);
    assert!(asks_the_server(&out) && misleaders(&out).is_empty(), "it may have signed it itself, and had no answer");
    let out = says(true);
    assert!(matches!(misleaders(&out)[..], [Misleader::OwnDevice { .. }]), "{out:?}");
}

#[test]
fn a_device_that_spoke_of_a_list_that_is_none_counts_no_more_when_it_is_put_out() {
    let (_, db) = phone();
    links_companion(&db);
    let is_known = |db: &Connection| {
        let (known, _) = step(db, 1, |cx| {
            let me = cx.me().expect("me").address.account;
            current_list(cx, me).expect("list").is_some()
        });
        known
    };
    assert!(is_known(&db));
    let says = |version| {
        step(&db, 1, |cx| {
            let account = cx.me().expect("me").address.account;
            hear(cx, DeviceAddress { account, device: COMPANION }, version, NOWHERE).expect("heard");
        });
    };
    says(NONE);
    assert!(!is_known(&db), "nothing older will do");
    unlinks_companion(&db);
    assert!(is_known(&db));
    // What is said later counts again.
    step(&db, 1, |cx| {
        let account = cx.me().expect("me").address.account;
        hear(cx, DeviceAddress { account, device: PHONE }, 4, NOWHERE).expect("heard");
    });
    assert!(!is_known(&db), "a newer one was heard of");
}
