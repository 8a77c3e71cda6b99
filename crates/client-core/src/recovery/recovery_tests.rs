//! What a phone does with entries of a log that are not as they should be: one that does not open, a commit that cannot be followed,
//! an older state, another history, a word that is not for the peer to say, a list that is held back.

use super::*;
use crate::history::completeness;
use crate::io::Output;
use crate::outbox::{self, Kind};
use crate::own_state::{self, ChatKey};
use crate::testing::{CHAT, Peer, companion, notices, now_ms, phone, step};
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
        notices(out)
    }

    /// What the peer encrypts.
    fn sealed(&mut self, body: content::Body, word: &AuthenticatedData) -> Vec<u8> {
        let content = Content {
            message_id: self.seq.to_be_bytes().repeat(2),
            sent_ms: now_ms(),
            profile_version: 0,
            lifetime_s: 0,
            body: Some(body),
        };
        let mut group = self.peer.group();
        let (content, word) = (content.encode_to_vec(), word.encode_to_vec());
        self.peer.act(|provider, device| group.encrypt(provider, device, &content, &word).expect("sealed"))
    }

    fn says(&mut self, text: &str, word: &AuthenticatedData) -> Vec<Notice> {
        let sealed = self.sealed(content::Body::Text(Text { text: text.to_owned(), ..Text::default() }), word);
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
    let mut damaged = story.sealed(
        content::Body::Text(Text { text: "lost".to_owned(), ..Text::default() }),
        &AuthenticatedData::default(),
    );
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
        client.on_joined(cx, CHAT, joined_at(3))
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

/// Whoever the server slipped in could listen.
#[test]
fn no_key_of_a_call_is_told_while_a_newer_list_is_waited_for() {
    let mut story = Story::new();
    story.client.session.goes_up();
    story.says("I have a list of version 2", &AuthenticatedData { list_version: 2, ..AuthenticatedData::default() });
    story.does(|client, cx| client.place_call(cx, CHAT, false).map(|_| ()));
    let joined = proto::wire::CallJoined { participant: 7, unconnected_max_ms: 1, ..Default::default() };
    story.does(|client, cx| client.on_join_answered(cx, 1, Some(proto::wire::reply::Body::CallJoined(joined))));
    let tells_keys = |story: &mut Story| {
        let (_, out) = step(&story.db, now_ms(), |cx| story.client.show_calls(cx).expect("no halt"));
        let keys = |output: &Output| matches!(output, Output::Event(Event::CallLine(client_api::CallLine::Keys(_))));
        out.iter().any(keys)
    };
    assert!(!tells_keys(&mut story));
    let list = story.peer.links_companion();
    story.does(|_, cx| crate::accounts::learn_device_list(cx, list.as_bytes()));
    assert!(tells_keys(&mut story));
    assert!(!tells_keys(&mut story), "once an epoch");
    // What is sealed already must not go on either.
    story.says("now of version 3", &AuthenticatedData { list_version: 3, ..AuthenticatedData::default() });
    let (_, out) = step(&story.db, now_ms(), |cx| story.client.show_calls(cx).expect("no halt"));
    let holds = |output: &Output| matches!(output, Output::Event(Event::CallLine(client_api::CallLine::Hold)));
    assert_eq!(out.iter().filter(|output| holds(output)).count(), 1);
}

/// A page of a log whose beginning has expired, up to the seventh entry. The phone followed it to the first.
fn expired_to_seven() -> LogPage {
    let entry = GroupItem { chat: CHAT.to_vec(), generation: 1, seq: 8, time_ms: now_ms() - 9, ..GroupItem::default() };
    LogPage { items: vec![entry], head_seq: 9, first_kept_seq: 8 }
}

fn joined_at(seq: u64) -> Place {
    Place { seq, time_ms: now_ms() }
}

const LACKS: &str = "SELECT count(*) FROM missing_range WHERE from_seq = 2 AND to_seq = 7";

impl Story {
    /// The phone followed the log to its first entry, so long ago.
    fn last_heard(self, ago_ms: u64) -> Self {
        step(&self.db, now_ms(), |cx| chats::set_applied(cx, CHAT, 1, now_ms() - ago_ms).expect("applied"));
        self
    }

    /// Away for two days: the server says what has expired, and the chat is joined anew.
    fn comes_back(&mut self) {
        let page = expired_to_seven();
        assert_eq!(self.does(|client, cx| client.on_log_page(cx, CHAT, &page)), []);
        let info = self.group_info();
        self.does(|client, cx| client.on_group_info(cx, CHAT, &info));
        let join = outbox::head(&self.db, CHAT).expect("read").expect("a joining");
        self.does(|client, cx| {
            outbox::remove(cx, join.op_id)?;
            client.on_joined(cx, CHAT, joined_at(10))
        });
        self.does(|client, cx| client.on_missed_page(cx, CHAT, &page));
    }

    fn has_own_group(&self) {
        step(&self.db, now_ms(), |cx| {
            let own = Chat {
                chat: ChatId([9; 16]),
                kind: ChatKind::SelfGroup,
                peer: cx.me().expect("me").address.account,
                ..chats::find(cx.db, CHAT).expect("read").expect("a chat")
            };
            chats::insert(cx, &own).expect("a group of the own devices");
        });
    }

    /// The lines that say that something may be missing, as the messages behind them.
    fn lines(&self) -> Vec<u64> {
        let mut statement = self
            .db
            .prepare("SELECT time_ms FROM message WHERE kind = 2 AND substr(content, 1, 1) = x'04'")
            .expect("query");
        let times = statement.query_map([], |row| row.get(0)).expect("rows");
        times.collect::<Result<_, _>>().expect("times")
    }

    /// What stands in the outbox of the own devices' group.
    fn asked(&mut self, later_ms: u64) -> Vec<FillRequest> {
        step(&self.db, now_ms() + later_ms, |cx| self.client.recover(cx).expect("no halt"));
        let mut statement = self.db.prepare("SELECT content FROM outbox WHERE kind = 0").expect("query");
        let contents = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        let asked = contents.filter_map(|bytes| match Content::decode(bytes.expect("bytes").as_slice()) {
            Ok(Content { body: Some(content::Body::FillRequest(request)), .. }) => Some(request),
            _ => None,
        });
        let asked = asked.collect();
        self.db.execute("DELETE FROM outbox WHERE kind = 0", []).expect("sent");
        asked
    }
}

#[test]
fn a_log_whose_beginning_has_expired_is_not_asked_for_again_and_the_chat_is_joined_anew() {
    let mut story = Story::new().last_heard(2 * DAY_MS);
    let page = expired_to_seven();
    let (_, out) = step(&story.db, now_ms(), |cx| story.client.on_log_page(cx, CHAT, &page).expect("no halt"));
    assert!(!out.iter().any(|output| matches!(output, Output::Send(_))), "it is gone: {out:?}");
    assert_eq!((story.chat().membership, story.chat().applied_seq), (Membership::Wanted, 1));
}

#[test]
fn what_is_younger_than_a_day_has_not_expired() {
    let mut story = Story::new().last_heard(DAY_MS / 2);
    let page = expired_to_seven();
    let told = story.does(|client, cx| client.on_log_page(cx, CHAT, &page));
    assert!(matches!(told[..], [Notice::ServerNotTrusted { .. }]), "{told:?}");
    assert_eq!((story.chat().membership, story.count(LACKS)), (Membership::Joined, 0), "it asks again");
    assert_eq!(story.does(|client, cx| client.on_log_page(cx, CHAT, &page)), [], "it was told once");
    // Nor does a joining make it so.
    let chat = story.chat();
    story.does(|client, cx| client.resync(cx, &chat));
    let info = story.group_info();
    story.does(|client, cx| client.on_group_info(cx, CHAT, &info));
    story.does(|client, cx| client.on_joined(cx, CHAT, joined_at(10)));
    story.does(|client, cx| client.on_missed_page(cx, CHAT, &page));
    assert_eq!(story.count("SELECT count(*) FROM chat WHERE resync_from = 2"), 1, "it goes on asking");
    assert_eq!(story.count(LACKS), 0);
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
fn a_phone_without_siblings_says_after_a_day_that_messages_may_be_missing() {
    let mut story = Story::new().last_heard(2 * DAY_MS);
    story.comes_back();
    assert_eq!(story.count(LACKS), 1);
    assert_eq!(story.asked(DAY_MS - 60_000), [], "there is nobody to ask");
    assert_eq!(story.lines(), [] as [u64; 0]);
    story.asked(DAY_MS);
    let next_ms = u64::from(story.count("SELECT before_ms / 1000 FROM missing_range"));
    assert!(matches!(story.lines()[..], [time_ms] if time_ms / 1_000 == next_ms), "{:?}", story.lines());
    story.asked(3 * DAY_MS);
    assert_eq!(story.lines().len(), 1, "once");
    let (whole, _) = step(&story.db, now_ms(), |cx| completeness::of_chat(cx, CHAT).expect("read"));
    assert!(matches!(whole, client_api::Completeness::BackTo(time_ms) if time_ms / 1_000 == next_ms), "{whole:?}");
}

#[test]
fn a_range_is_asked_for_of_the_phone_and_then_of_anyone_until_all_of_it_is_given() {
    let mut story = Story::of(companion()).last_heard(2 * DAY_MS);
    story.has_own_group();
    story.comes_back();
    let whole = SeqRange { from: 2, to: 7 };
    let asked = story.asked(0);
    assert!(matches!(&asked[..], [request] if request.ranges == [whole] && !request.of_anyone), "{asked:?}");
    assert_eq!(story.asked(1), []);
    let asked = story.asked(60_000);
    assert!(matches!(&asked[..], [request] if request.of_anyone), "{asked:?}");
    let me = step(&story.db, 1, |cx| cx.me().expect("me").address.device.0).0;
    let gives = |story: &mut Story, from, to| {
        let covered = vec![SeqRange { from, to }];
        let fill = Fill { chat: CHAT.to_vec(), covered, messages: Vec::new(), for_device: me };
        story.does(|client, cx| client.on_fill(cx, &fill));
    };
    gives(&mut story, 4, 5);
    let asked = story.asked(DAY_MS);
    let ranges: Vec<SeqRange> = asked.into_iter().flat_map(|request| request.ranges).collect();
    assert_eq!(ranges, [SeqRange { from: 2, to: 3 }, SeqRange { from: 6, to: 7 }]);
    assert_eq!(story.lines().len(), 2, "each part is said to be missing");
    gives(&mut story, 1, 9);
    assert_eq!(story.asked(5 * DAY_MS), []);
    assert_eq!(story.lines().len(), 0, "nothing is missing any more");
}

#[test]
fn who_lacks_a_part_does_not_answer_for_it() {
    let mut story = Story::new().last_heard(2 * DAY_MS);
    let known = |story: &Story| known_parts(&story.db, CHAT, &SeqRange { from: 2, to: 12 }).expect("read");
    let page = expired_to_seven();
    story.does(|client, cx| client.on_log_page(cx, CHAT, &page));
    let info = story.group_info();
    story.does(|client, cx| client.on_group_info(cx, CHAT, &info));
    story.does(|client, cx| client.on_joined(cx, CHAT, joined_at(10)));
    assert_eq!(known(&story), [SeqRange { from: 10, to: 10 }], "what it passed is not looked through yet");
    story.does(|client, cx| client.on_missed_page(cx, CHAT, &page));
    assert_eq!(known(&story), [SeqRange { from: 8, to: 8 }, SeqRange { from: 10, to: 10 }], "nine is still to come");
}

#[test]
fn what_an_answer_to_a_gap_leaves_out_is_asked_for_of_others() {
    let story = &mut Story::of(companion());
    story.db.execute("UPDATE chat SET archived_seq = 2, join_seq = 20, gap_asked = 20", []).expect("a gap");
    let me = step(&story.db, 1, |cx| cx.me().expect("me").address.device.0).0;
    let covered = vec![SeqRange { from: 3, to: 4 }, SeqRange { from: 8, to: 19 }];
    let fill = Fill { chat: CHAT.to_vec(), covered, messages: Vec::new(), for_device: me };
    story.does(|client, cx| client.on_fill(cx, &fill));
    assert_eq!(story.count("SELECT archived_seq FROM chat WHERE kind = 2"), 19, "the gap is answered");
    assert_eq!(story.count("SELECT count(*) FROM missing_range WHERE from_seq = 5 AND to_seq = 7"), 1);
}
