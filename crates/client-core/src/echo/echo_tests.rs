//! A server that swaps entries under this device's own name.

use super::*;
use crate::chats::Membership;
use crate::testing::{CHAT, Peer, notices, now_ms, phone, step};
use crate::{chats, outbox};
use e2ee::group::Processed;
use proto::content::{Content, Text, content};
use proto::ids::DeviceAddress;
use proto::wire::{Commit, Item, group_item, item};
use rusqlite::Connection;

/// A phone in a chat with a peer, and what the server does.
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
        peer.shares_chat_with(&db);
        Self { client, db, peer, seq: 1 }
    }

    /// What the phone sends first.
    fn sends(&self) -> Operation {
        outbox::head(&self.db, CHAT).expect("outbox").expect("something waits there")
    }

    /// The phone stages new keys for its leaf; the commit in its outbox.
    fn stages_a_commit(&mut self) -> (OpId, Vec<u8>) {
        step(&self.db, now_ms(), |cx| {
            self.client.want_new_leaf(cx, CHAT).expect("wish");
            cx.db.execute("UPDATE intent SET not_before_ms = 0", []).expect("due");
            self.client.update_leaves(cx).expect("staged");
        });
        let operation = self.sends();
        let commit = Commit::decode(operation.frame.as_slice()).expect("a commit");
        (operation.op_id, commit.commit)
    }

    /// The peer commits new keys for its own leaf.
    fn peer_commits(&mut self) -> Vec<u8> {
        let mut group = self.peer.group();
        let staged = self.peer.act(|provider, device| group.stage_self_update(provider, device, b"").expect("staged"));
        self.peer.act(|provider, _| group.confirm_pending(provider).expect("confirmed"));
        staged.commit
    }

    /// An entry of the log that the server calls this device's own.
    fn is_told_of_its_own(&mut self, kind: group_item::Kind, op_id: OpId, bytes: &[u8]) -> Vec<Notice> {
        let me = step(&self.db, 1, |cx| cx.me().expect("me").address).0;
        self.is_told(me, kind, op_id, bytes)
    }

    fn is_told(&mut self, sender: DeviceAddress, kind: group_item::Kind, op_id: OpId, bytes: &[u8]) -> Vec<Notice> {
        self.seq += 1;
        let (client, seq) = (&mut self.client, self.seq);
        let (_, out) = step(&self.db, now_ms(), |cx| {
            let entry = GroupItem {
                chat: CHAT.to_vec(),
                generation: 1,
                seq,
                epoch: 1,
                kind: kind.into(),
                sender: Some(sender.to_wire()),
                op_id: op_id.to_vec(),
                time_ms: cx.now_ms,
                bytes: bytes.to_vec(),
            };
            client.on_item(cx, &Item { queue_seq: seq, body: Some(item::Body::Group(entry)) }).expect("no halt");
        });
        notices(out)
    }

    /// What another copy of the phone's database says.
    fn copy_says(&mut self, text: &str) -> (OpId, Vec<u8>) {
        let said = step(&self.db, now_ms(), |cx| {
            cx.db.execute_batch("SAVEPOINT copied").expect("a copy");
            let said = says(&mut self.client, cx, text);
            cx.db.execute_batch("ROLLBACK TO copied").expect("as it was");
            said
        });
        self.client.flights.clear();
        said.0
    }

    /// The phone says something, and the server takes it as the entry of this number.
    fn says_at(&mut self, seq: u64, text: &str) -> (OpId, Vec<u8>) {
        let said = step(&self.db, now_ms(), |cx| {
            let said = says(&mut self.client, cx, text);
            let accepted = proto::wire::Accepted { seq, time_ms: cx.now_ms, ..Default::default() };
            self.client.on_verdict(cx, said.0, Some(proto::wire::reply::Body::Accepted(accepted))).expect("no halt");
            said
        });
        self.client.flights.clear();
        said.0
    }

    /// The places that are kept.
    fn kept(&self) -> Vec<u64> {
        let mut statement = self.db.prepare("SELECT seq FROM own_place ORDER BY seq").expect("sql");
        let rows = statement.query_map([], |row| row.get(0)).expect("query");
        rows.map(|seq| seq.expect("row")).collect()
    }

    /// Joined anew with the keys that it had, as far as this matters here.
    fn comes_back(&self) {
        self.db.execute("UPDATE chat SET membership = 1, resync_from = NULL", []).expect("joined");
    }

    fn chat(&self) -> Chat {
        chats::find(&self.db, CHAT).expect("read").expect("a chat")
    }

    fn group(&self) -> ChatGroup {
        let chat = self.chat();
        step(&self.db, now_ms(), |cx| mls::load(cx, &chat).expect("read").expect("a group")).0
    }
}

#[test]
fn the_own_commit_is_merged_when_it_comes_round() {
    let mut story = Story::new();
    let (op_id, commit) = story.stages_a_commit();
    let mut group = story.peer.group();
    let processed = story.peer.act(|provider, _| group.process(provider, &commit).expect("valid"));
    assert!(matches!(processed, Processed::Commit(_)));
    assert_eq!(story.is_told_of_its_own(group_item::Kind::Commit, op_id, &commit), []);
    assert!(!story.group().has_pending());
    assert_eq!(story.group().epoch_authenticator(), group.epoch_authenticator());
}

#[test]
fn anothers_commit_under_the_own_name_is_applied_as_the_others_and_the_user_is_told() {
    let mut story = Story::new();
    let (op_id, _) = story.stages_a_commit();
    let theirs = story.peer_commits();
    let notices = story.is_told_of_its_own(group_item::Kind::Commit, op_id, &theirs);
    assert!(matches!(notices[..], [Notice::ServerNotTrusted { .. }]), "{notices:?}");
    let (mine, theirs) = (story.group(), story.peer.group());
    assert!(!mine.has_pending(), "it lost");
    assert_eq!(mine.epoch_authenticator(), theirs.epoch_authenticator(), "they can still talk");
    assert_eq!(story.chat().membership, Membership::Joined);
}

#[test]
fn a_commit_of_nobodys_under_the_own_name_is_not_merged_and_the_chat_is_joined_anew() {
    let mut story = Story::new();
    let (op_id, mut commit) = story.stages_a_commit();
    let epoch = story.group().epoch();
    *commit.last_mut().expect("bytes") ^= 1;
    let notices = story.is_told_of_its_own(group_item::Kind::Commit, op_id, &commit);
    assert!(matches!(notices[..], [Notice::ServerNotTrusted { .. }]), "{notices:?}");
    assert_eq!(story.group().epoch(), epoch);
    assert_eq!(story.chat().membership, Membership::Wanted);
}

#[test]
fn anothers_message_under_the_own_name_is_no_receipt_for_the_own_one() {
    let mut story = Story::new();
    step(&story.db, now_ms(), |cx| {
        let text = content_of("mine").encode_to_vec();
        story.client.enqueue(cx, CHAT, None, text).expect("written");
        story.client.send_waiting(cx).expect("sent");
    });
    let mine = story.sends();
    let mut group = story.peer.group();
    let theirs = content_of("theirs").encode_to_vec();
    let theirs = story.peer.act(|provider, device| group.encrypt(provider, device, &theirs, b"").expect("sealed"));
    story.is_told_of_its_own(group_item::Kind::App, mine.op_id, &theirs);
    let stored = "SELECT count(*) FROM message WHERE seq = 2 AND kind = 0";
    assert_eq!(story.db.query_row(stored, [], |row| row.get(0)), Ok(1), "theirs is here");
    assert_eq!(story.sends().op_id, mine.op_id, "the own one still waits");
    let sent = App::decode(mine.frame.as_slice()).expect("a message");
    story.is_told_of_its_own(group_item::Kind::App, mine.op_id, &sent.ciphertext);
    assert!(outbox::head(&story.db, CHAT).expect("outbox").is_none(), "now it is settled");
}

/// Says something in the chat, and gives what went out.
fn says(client: &mut Client, cx: &mut Context<'_>, text: &str) -> (OpId, Vec<u8>) {
    client.enqueue(cx, CHAT, None, content_of(text).encode_to_vec()).expect("written");
    client.send_waiting(cx).expect("sent");
    let sent = outbox::head(cx.db, CHAT).expect("outbox").expect("it waits");
    (sent.op_id, App::decode(sent.frame.as_slice()).expect("a message").ciphertext)
}

#[test]
fn a_word_that_a_copy_of_this_database_said_leads_to_new_keys() {
    let mut story = Story::new();
    let (op_id, of_the_copy) = story.copy_says("said by the copy");
    let notices = story.is_told_of_its_own(group_item::Kind::App, op_id, &of_the_copy);
    assert_eq!(notices, [Notice::StorageRolledBack]);
    assert_eq!(story.chat().membership, Membership::Wanted, "nothing is encrypted under keys that were used");
    let from: Option<u64> = story
        .db
        .query_row("SELECT resync_from FROM chat WHERE chat = ?1", [CHAT.as_bytes()], |row| row.get(0))
        .expect("read");
    assert_eq!(from, Some(2), "it is looked for");
}

/// The number of a leaf that MLS goes by is any member's to write, under any keys of the epoch.
#[test]
fn an_own_word_under_anothers_name_is_the_others_unreadable_one() {
    let mut story = Story::new();
    let (op_id, forged) = story.copy_says("as if the phone had said it");
    let peers = story.peer.list.addresses().next().expect("a device");
    assert_eq!(story.is_told(peers, group_item::Kind::App, op_id, &forged), []);
    assert_eq!((story.chat().membership, story.chat().applied_seq), (Membership::Joined, 2));
    let waits = "SELECT count(*) FROM message WHERE seq = 2 AND kind = 3";
    assert_eq!(story.db.query_row(waits, [], |row| row.get(0)), Ok(1), "its sender is asked for it");
}

#[test]
fn own_words_that_were_never_said_lead_to_new_keys_three_times_a_day() {
    let mut story = Story::new();
    for text in ["one", "two", "three"] {
        let (op_id, of_the_copy) = story.copy_says(text);
        story.is_told_of_its_own(group_item::Kind::App, op_id, &of_the_copy);
        assert_eq!(story.chat().membership, Membership::Wanted);
        story.comes_back();
    }
    let (op_id, of_the_copy) = story.copy_says("four");
    story.is_told_of_its_own(group_item::Kind::App, op_id, &of_the_copy);
    assert_eq!(story.chat().membership, Membership::Joined);
    step(&story.db, now_ms(), |cx| {
        story.client.enqueue(cx, CHAT, None, content_of("mine").encode_to_vec()).expect("written");
        story.client.send_waiting(cx).expect("no halt");
    });
    assert!(story.sends().frame.is_empty(), "it waits, under keys that were not used");
}

#[test]
fn a_word_that_the_server_took_is_known_when_it_comes_round_and_nothing_is_kept_of_it() {
    let mut story = Story::new();
    let (op_id, bytes) = story.says_at(2, "mine");
    assert_eq!(story.kept(), [2]);
    assert_eq!(story.is_told_of_its_own(group_item::Kind::App, op_id, &bytes), []);
    assert_eq!((story.chat().membership, story.kept()), (Membership::Joined, vec![]));
}

#[test]
fn an_own_word_that_is_shown_a_second_time_is_no_copys() {
    let mut story = Story::new();
    let (op_id, bytes) = story.says_at(2, "mine");
    story.is_told_of_its_own(group_item::Kind::App, op_id, &bytes);
    let notices = story.is_told_of_its_own(group_item::Kind::App, op_id, &bytes);
    assert!(matches!(notices[..], [Notice::ServerNotTrusted { .. }]), "{notices:?}");
    assert_eq!((story.chat().membership, story.chat().applied_seq), (Membership::Joined, 3));
}

#[test]
fn the_places_in_a_part_that_is_looked_for_are_kept_until_it_was_looked_through() {
    let mut story = Story::new();
    let gap = "UPDATE chat SET applied_seq = 4, join_seq = 4, resync_from = 2";
    story.says_at(2, "before the gap ends");
    story.says_at(3, "also");
    story.db.execute(gap, []).expect("joined anew");
    let (op_id, bytes) = story.says_at(5, "behind it");
    story.seq = 4;
    story.is_told_of_its_own(group_item::Kind::App, op_id, &bytes);
    assert_eq!(story.kept(), [2, 3]);
    let me = step(&story.db, 1, |cx| cx.me().expect("me").address).0;
    let own = |seq| GroupItem {
        chat: CHAT.to_vec(),
        seq,
        kind: group_item::Kind::App.into(),
        sender: Some(me.to_wire()),
        op_id: vec![7; 16],
        time_ms: now_ms(),
        ..GroupItem::default()
    };
    let page = proto::wire::LogPage { items: vec![own(2), own(3)], head_seq: 5, first_kept_seq: 1 };
    step(&story.db, now_ms(), |cx| story.client.on_missed_page(cx, CHAT, &page).expect("no halt"));
    assert_eq!(story.kept(), [] as [u64; 0]);
    let missing = "SELECT count(*) FROM missing_range";
    assert_eq!(story.db.query_row(missing, [], |row| row.get(0)), Ok(0), "it said them itself");
}

#[test]
fn places_behind_the_end_of_a_log_that_was_put_back_are_forgotten() {
    let mut story = Story::new();
    story.says_at(2, "kept");
    story.says_at(3, "lost");
    step(&story.db, now_ms(), |cx| log_ends(cx, CHAT, 2).expect("no halt"));
    assert_eq!(story.kept(), [2]);
}

/// An older version noted no places, and its words may come round after the update.
#[test]
fn own_words_of_before_the_update_are_not_taken_for_a_copys() {
    let mut story = Story::new();
    let before = "DROP TABLE own_place; ALTER TABLE chat DROP COLUMN judged_from; PRAGMA user_version = 15";
    story.db.execute_batch(before).expect("an older version's");
    crate::schema::open(&story.db).expect("updated");
    // Said, taken, and no row of it: a draft, a pin, a key.
    let (op_id, bytes) = story.copy_says("a draft");
    assert_eq!(story.is_told_of_its_own(group_item::Kind::App, op_id, &bytes), []);
    assert_eq!(story.chat().membership, Membership::Joined);
    let (op_id, bytes) = story.says_at(3, "of the new version");
    assert_eq!(story.is_told_of_its_own(group_item::Kind::App, op_id, &bytes), []);
    let (op_id, bytes) = story.copy_says("said by the copy");
    assert_eq!(story.is_told_of_its_own(group_item::Kind::App, op_id, &bytes), [Notice::StorageRolledBack]);
    assert_eq!(story.chat().membership, Membership::Wanted);
}

fn content_of(text: &str) -> Content {
    let body = Some(content::Body::Text(Text { text: text.to_owned(), ..Text::default() }));
    Content {
        message_id: text.bytes().cycle().take(16).collect(),
        sent_ms: now_ms(),
        profile_version: 0,
        lifetime_s: 0,
        body,
    }
}
