//! With which timer a chat begins: of which chats that is so, when it is said, and what was said otherwise by then.

use super::*;
use crate::outbox::Kind;
use crate::testing::{CHAT, Peer, now_ms, phone, step};
use client_api::{Command, Event, Request, Settings};
use proto::wire::GroupExists;

struct Story {
    client: Client,
    db: Connection,
    peer: AccountId,
}

impl Story {
    /// The owner wants messages to disappear after a week in new chats, and begins one with a peer.
    fn new() -> (Self, ChatId) {
        let (client, db) = phone();
        let peer = Peer::new();
        step(&db, now_ms(), |cx| crate::accounts::learn_device_list(cx, peer.list.as_bytes()).expect("list"));
        let mut story = Self { client, db, peer: peer.list.account() };
        story.wants(Disappearing::Week);
        let chat = step(&story.db, now_ms(), |cx| chats::ensure_direct(cx, story.peer).expect("begun")).0;
        (story, chat)
    }

    fn asks(&mut self, command: Command) -> Answer {
        let run = |cx: &mut Context<'_>| self.client.on_command(cx, Request { id: 7, command }).expect("no halt");
        let (_, out) = step(&self.db, now_ms(), run);
        let answer = out.into_iter().find_map(|output| match output {
            crate::io::Output::Event(Event::Answered { request: 7, result }) => Some(result),
            _ => None,
        });
        answer.expect("an answer").expect("done")
    }

    fn wants(&mut self, disappearing: Disappearing) {
        self.asks(Command::SetSettings(Settings { disappearing, ..Settings::default() }));
    }

    fn writes(&mut self, chat: ChatId) {
        let chat = client_api::ChatId(chat.0);
        self.asks(Command::SendText { chat, text: "hello".to_owned(), written_for: None, answers: None });
    }

    /// The server has made it; or its next generation.
    fn is_made(&mut self, chat: ChatId, kind: Kind) {
        let op_id = OpId([1; 16]);
        let made = Operation { op_id, chat, kind, message: None, content: Vec::new(), frame: Vec::new() };
        let place = Place { seq: 1, time_ms: now_ms() };
        step(&self.db, now_ms(), |cx| self.client.on_created(cx, &made, place).expect("no halt"));
    }

    /// What waits to be said in a chat: of a timer its lifetime, of a text nothing.
    fn says(&self, chat: ChatId) -> Vec<(Option<Disappearing>, u32)> {
        let mut statement =
            self.db.prepare("SELECT content FROM outbox WHERE chat = ?1 AND kind = 0 ORDER BY place").expect("sql");
        let rows = statement.query_map([chat.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).expect("query");
        let content = |row: Vec<u8>| Content::decode(row.as_slice()).expect("a content");
        let said = |content: Content| match content.body {
            Some(content::Body::ChatTimer(said)) => {
                assert!(!said.again, "it is told");
                Some((Some(Disappearing::of_seconds(said.lifetime_s)), 0))
            }
            Some(content::Body::Text(_)) => Some((None, content.lifetime_s)),
            _ => None,
        };
        rows.filter_map(|row| said(content(row.expect("row")))).collect()
    }

    fn timer(&self, chat: ChatId) -> Disappearing {
        timer(&self.db, chat).expect("read")
    }
}

const WEEK_S: u32 = Disappearing::Week.seconds();
const TEXT: (Option<Disappearing>, u32) = (None, WEEK_S);
const TIMER: (Option<Disappearing>, u32) = (Some(Disappearing::Week), 0);

#[test]
fn a_chat_of_two_begins_with_it_and_says_so_first() {
    let (mut story, chat) = Story::new();
    assert_eq!(story.timer(chat), Disappearing::Week, "it is shown at once");
    story.writes(chat);
    assert_eq!(story.says(chat), [TEXT], "of what the other one may have begun nothing is said yet");
    story.is_made(chat, Kind::Create);
    assert_eq!(story.says(chat), [TIMER, TEXT]);
    assert_eq!(story.timer(chat), Disappearing::Week);
}

#[test]
fn a_group_begins_with_it() {
    let (mut story, _) = Story::new();
    let members = vec![client_api::AccountId(story.peer.0)];
    let Answer::Chat(group) = story.asks(Command::CreateGroup { name: "Climbers".to_owned(), members }) else {
        panic!("no group");
    };
    let group = ChatId(group.0);
    story.writes(group);
    story.is_made(group, Kind::Create);
    assert_eq!(story.says(group), [TIMER, TEXT]);
}

#[test]
fn a_chat_that_the_other_one_began_first_is_not_changed() {
    let (mut story, chat) = Story::new();
    story.writes(chat);
    let create = Operation {
        op_id: OpId([2; 16]),
        chat,
        kind: Kind::Create,
        message: None,
        content: Vec::new(),
        frame: Vec::new(),
    };
    let exists = GroupExists { chat: CHAT.to_vec(), generation: 1 };
    step(&story.db, now_ms(), |cx| {
        outbox::push(cx, &create).expect("pushed");
        story.client.on_group_exists(cx, &create, &exists).expect("no halt");
    });
    assert_eq!((story.timer(CHAT), story.says(CHAT)), (Disappearing::Off, vec![TEXT]), "what was written keeps it");
    story.writes(CHAT);
    assert_eq!(story.says(CHAT), [TEXT, (None, 0)]);
    // Nor one that was there before the setting.
    assert_eq!(step(&story.db, now_ms(), |cx| chats::ensure_direct(cx, story.peer).expect("found")).0, CHAT);
    assert_eq!(story.says(CHAT).len(), 2);
}

#[test]
fn what_was_chosen_for_the_chat_itself_counts() {
    for after in [Disappearing::Off, Disappearing::Day] {
        let (mut story, chat) = Story::new();
        story.asks(Command::SetDisappearing { chat: client_api::ChatId(chat.0), after });
        assert_eq!(story.timer(chat), after);
        story.is_made(chat, Kind::Create);
        assert_eq!((story.says(chat), story.timer(chat)), (vec![(Some(after), 0)], after), "and is said once");
    }
}

#[test]
fn without_the_setting_nothing_is_said() {
    let (mut story, chat) = Story::new();
    story.wants(Disappearing::Off);
    story.is_made(chat, Kind::Create);
    assert_eq!((story.says(chat), story.timer(chat)), (vec![], Disappearing::Off));
}

#[test]
fn notes_to_oneself_and_a_next_generation_are_no_new_chats() {
    let (mut story, chat) = Story::new();
    let notes = step(&story.db, now_ms(), |cx| {
        let me = cx.me().expect("me").address.account;
        chats::ensure_direct(cx, me).expect("notes")
    });
    let notes = notes.0;
    story.writes(notes);
    story.is_made(notes, Kind::Create);
    assert_eq!((story.says(notes), story.timer(notes)), (vec![(None, 0)], Disappearing::Off));
    let sql = "UPDATE chat SET replaces_epoch = 3, generation = 2 WHERE chat = ?1";
    story.db.execute(sql, [chat.as_bytes()]).expect("a reset");
    assert_eq!(story.timer(chat), Disappearing::Off);
    story.is_made(chat, Kind::Reset);
    assert_eq!((story.says(chat), story.timer(chat)), (vec![], Disappearing::Off));
}

#[test]
fn a_chat_that_goes_on_with_a_number_is_a_new_one() {
    let (mut story, _) = Story::new();
    let mut old = Peer::of(151);
    old.shares_chat_with(&story.db);
    story.asks(Command::SetDisappearing { chat: client_api::ChatId(CHAT.0), after: Disappearing::Day });
    let new = Peer::of(161).list;
    step(&story.db, now_ms(), |cx| {
        crate::accounts::learn_device_list(cx, new.as_bytes()).expect("list");
        story.client.number_moved(cx, old.list.account(), new.account(), "+4915100000000").expect("no halt");
    });
    let found = chats::find_with(&story.db, ChatKind::Direct, new.account()).expect("read").expect("a chat").chat;
    story.is_made(found, Kind::Create);
    assert_eq!((story.timer(found), story.says(found)), (Disappearing::Week, vec![TIMER]));
}
