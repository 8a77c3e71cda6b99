//! A server that swaps entries under this device's own name.

use super::*;
use crate::chats::Membership;
use crate::testing::{CHAT, Peer, notices, now_ms, phone, step};
use crate::{chats, outbox};
use e2ee::group::Processed;
use proto::content::{Content, Text, content};
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
        self.seq += 1;
        let (client, seq) = (&mut self.client, self.seq);
        let (_, out) = step(&self.db, now_ms(), |cx| {
            let entry = GroupItem {
                chat: CHAT.to_vec(),
                generation: 1,
                seq,
                epoch: 1,
                kind: kind.into(),
                sender: Some(cx.me().expect("me").address.to_wire()),
                op_id: op_id.to_vec(),
                time_ms: cx.now_ms,
                bytes: bytes.to_vec(),
            };
            client.on_item(cx, &Item { queue_seq: seq, body: Some(item::Body::Group(entry)) }).expect("no halt");
        });
        notices(out)
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
    let (op_id, of_the_copy) = step(&story.db, now_ms(), |cx| {
        cx.db.execute_batch("SAVEPOINT copied").expect("a copy");
        let said = says(&mut story.client, cx, "said by the copy");
        cx.db.execute_batch("ROLLBACK TO copied").expect("as it was");
        said
    })
    .0;
    story.client.flights.clear();
    let notices = story.is_told_of_its_own(group_item::Kind::App, op_id, &of_the_copy);
    assert_eq!(notices, [Notice::StorageRolledBack]);
    assert_eq!(story.chat().membership, Membership::Wanted, "nothing is encrypted under keys that were used");
    let from: Option<u64> = story
        .db
        .query_row("SELECT resync_from FROM chat WHERE chat = ?1", [CHAT.as_bytes()], |row| row.get(0))
        .expect("read");
    assert_eq!(from, Some(2), "it is looked for");
}

#[test]
fn a_word_that_the_server_took_is_known_when_it_comes_round_and_nothing_is_kept_of_it() {
    let mut story = Story::new();
    let (op_id, bytes) = step(&story.db, now_ms(), |cx| {
        let said = says(&mut story.client, cx, "mine");
        let accepted = proto::wire::Accepted { seq: 2, time_ms: cx.now_ms, ..Default::default() };
        story.client.on_verdict(cx, said.0, Some(proto::wire::reply::Body::Accepted(accepted))).expect("no halt");
        said
    })
    .0;
    let kept = |story: &Story| story.db.query_row("SELECT count(*) FROM own_place", [], |row| row.get(0));
    assert_eq!(kept(&story), Ok(1));
    assert_eq!(story.is_told_of_its_own(group_item::Kind::App, op_id, &bytes), []);
    assert_eq!((story.chat().membership, kept(&story)), (Membership::Joined, Ok(0)));
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
