//! What a cleared chat still shows, on this device and on others, however its messages come.

use super::*;
use crate::history;
use crate::io::Output;
use crate::messages::Stored;
use crate::testing::story::{CHAT_UI, MINUTE_MS, Story, answer, deletion, edit, id, reaction, saying, text};
use crate::testing::{CHAT, now_ms, step};
use crate::{chat_list, messages, pinning};
use client_api::{Command, Event, MessageBody, Quoted, SearchQuery};
use prost::Message as _;
use proto::content::{Content, Pin, StateOp, content};
use std::collections::BTreeSet;
use std::sync::OnceLock;

const NONE: [u8; 0] = [];

impl Story {
    fn clears(&mut self, keep_starred: bool) {
        assert_eq!(self.asks(Command::ClearChat { chat: CHAT_UI, keep_starred }), Ok(Answer::Done));
    }

    fn deletes(&mut self) -> Result<Answer, UserError> {
        self.asks(Command::DeleteChat { chat: CHAT_UI })
    }

    fn stars(&mut self, number: u8, starred: bool) {
        let message = client_api::MessageId(id(number).0);
        assert_eq!(self.asks(Command::SetStarred { chat: CHAT_UI, message, starred }), Ok(Answer::Done));
    }

    fn finds(&mut self, query: SearchQuery) -> usize {
        match self.asks(Command::Search { query, after: None, limit: 10 }) {
            Ok(Answer::Found(found)) => found.messages.len(),
            other => panic!("{other:?}"),
        }
    }

    /// The messages that a person sees.
    fn shows(&self) -> Vec<u8> {
        let mut statement =
            self.db.prepare("SELECT message FROM message WHERE kind >= 0 ORDER BY time_ms").expect("sql");
        let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0)).expect("query");
        rows.map(|id| id.expect("row")[0]).collect()
    }

    fn is_listed(&self) -> bool {
        step(&self.db, now_ms(), |cx| !chat_list::rows(cx, Some(CHAT), &BTreeSet::new()).expect("rows").is_empty()).0
    }

    /// All own-device state of a sibling reaches this one.
    fn hears_state_of(&mut self, sibling: &Story) {
        let ops: Vec<StateOp> = {
            let mut statement = sibling.db.prepare("SELECT key, value, clock, device FROM state").expect("sql");
            let rows = statement.query_map([], |row| {
                let clock = row.get::<_, i64>(2)?.cast_unsigned();
                Ok(StateOp { key: row.get(0)?, value: row.get(1)?, clock, device: row.get(3)? })
            });
            rows.expect("query").collect::<Result<_, _>>().expect("rows")
        };
        let client = &mut self.client;
        step(&self.db, now_ms(), |cx| {
            own_state::take(cx, &ops).expect("taken");
            while sweeps(cx).expect("query") {
                client.sweep(cx).expect("swept");
            }
        });
    }

    /// What a sibling has of a message comes here, as in a history or a filled gap.
    fn gets_from(&self, sibling: &Story, number: u8) -> Stored {
        let sql = format!("SELECT {} FROM {} WHERE m.message = ?1", history::MESSAGE_COLUMNS, history::MESSAGE_TABLES);
        let message =
            sibling.db.query_row(&sql, [id(number).as_bytes()], history::read_message).expect("the sibling has it");
        step(&self.db, now_ms(), |cx| history::store_message(cx, &message).expect("stored")).0
    }

    /// As of a message that could not be opened before: the sender gives it again.
    fn gets_again(&self, number: u8, minute: u64, body: content::Body) -> Stored {
        let content = saying(number, body);
        let message = messages::NewMessage {
            chat: CHAT,
            id: id(number),
            sender: proto::ids::DeviceAddress { account: self.peer, device: proto::ids::DeviceNumber(1) },
            place: Some(Place { seq: 10 + minute, time_ms: self.began_ms + minute * MINUTE_MS }),
            sent_ms: 1,
            kind: messages::kind_of(&content).expect("of the conversation"),
            content: content.encode_to_vec(),
        };
        step(&self.db, now_ms(), |cx| messages::store(cx, &message).expect("stored")).0
    }
}

fn pin(of: MessageId) -> content::Body {
    content::Body::Pin(Pin { message_id: of.to_vec(), on: true })
}

/// A device of an account, of which each has the same messages.
fn device() -> Story {
    static BEGAN_MS: OnceLock<u64> = OnceLock::new();
    let story = Story::new();
    Story { began_ms: *BEGAN_MS.get_or_init(|| story.began_ms), ..story }
}

/// A conversation: 1 to 5 are texts, 6 pins the first, 7 changes the second, 8 is put to the third.
fn talked() -> Story {
    let story = device();
    for number in 1..=5 {
        let who = if number % 2 == 0 { story.me } else { story.peer };
        story.says(who, number, u64::from(number), text(&format!("secret {number}")));
    }
    story.says(story.peer, 6, 6, pin(id(1)));
    story.says(story.me, 7, 7, edit(id(2), "secret, changed"));
    story.says(story.peer, 8, 8, reaction(id(3), "👍"));
    story
}

#[test]
fn all_up_to_now_goes_with_its_words_finds_and_pins_and_what_comes_next_stays() {
    let mut story = talked();
    let secrets = || SearchQuery { words: "secret".to_owned(), ..SearchQuery::default() };
    assert_eq!(story.finds(secrets()), 5);
    story.clears(false);
    assert_eq!(story.shows(), NONE);
    assert!(story.is_forgotten("secret"));
    assert_eq!(story.count("SELECT count(*) FROM search_doc"), 0);
    assert_eq!(story.finds(secrets()), 0);
    assert!(pinning::rows(&story.db, CHAT, story.me).expect("read").is_empty());
    // A chat is held against the phone's by its places: they stay.
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind = -2"), 8);
    assert!(story.is_listed());
    story.says(story.peer, 9, 9, answer("and then?", id(1), story.peer, "secret 1"));
    assert_eq!(story.shows(), [9]);
    assert_eq!(
        story.row(9).expect("the row").quote.expect("a quote").body,
        Quoted::Deleted,
        "not as its sender remembers it"
    );
    // What is said later about what went is nowhere kept.
    story.says(story.peer, 10, 10, edit(id(1), "secret again"));
    story.says(story.peer, 11, 11, deletion(id(3)));
    assert!(story.is_forgotten("secret again"));
    assert_eq!(story.shows(), [9]);
}

#[test]
fn lines_of_the_chat_go_and_held_places_too() {
    let mut story = talked();
    let waiting = messages::NewMessage {
        chat: CHAT,
        id: id(20),
        sender: proto::ids::DeviceAddress { account: story.peer, device: proto::ids::DeviceNumber(1) },
        place: Some(Place { seq: 19, time_ms: story.began_ms + 9 * MINUTE_MS }),
        sent_ms: 1,
        kind: Kind::Waiting,
        content: Vec::new(),
    };
    step(&story.db, now_ms(), |cx| {
        messages::store(cx, &waiting).expect("held");
        let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
        crate::notices::say(cx, &chat, &client_api::SystemLine::HistoryDiffers).expect("said");
    });
    assert_eq!(story.shows().len(), 7);
    story.clears(false);
    assert_eq!(story.shows(), NONE);
    // It comes at last: its place lies before.
    assert_eq!(story.gets_again(21, 9, text("secret, late")), Stored::KeptOut);
    assert_eq!(story.shows(), NONE);
    assert!(story.is_forgotten("late"));
}

#[test]
fn what_has_a_star_stays_where_that_is_wished() {
    let mut story = talked();
    story.stars(2, true);
    story.stars(3, true);
    story.clears(true);
    assert_eq!(story.shows(), [2, 3]);
    assert_eq!(story.text_of(2), ("secret, changed".to_owned(), true), "with what was said about it");
    assert_eq!(story.reactions(3), [(false, "👍".to_owned())]);
    story.clears(false);
    assert_eq!(story.shows(), NONE);
    assert_eq!(story.finds(SearchQuery { starred: true, ..SearchQuery::default() }), 0);
    assert_eq!(story.count("SELECT count(*) FROM state WHERE key LIKE 'star/%' AND length(value) > 0"), 0);
}

#[test]
fn what_has_lost_its_star_goes_when_the_chat_is_cleared_once_more() {
    let (mut story, mut sibling) = (talked(), talked());
    story.stars(2, true);
    story.clears(true);
    assert_eq!(story.shows(), [2]);
    story.stars(2, false);
    story.clears(true);
    sibling.hears_state_of(&story);
    assert_eq!((story.shows(), sibling.shows()), (vec![], vec![]));
}

#[test]
fn nobody_is_asked_any_more_for_what_would_not_be_shown() {
    let mut story = talked();
    let item = proto::wire::GroupItem {
        seq: 19,
        sender: Some(proto::ids::DeviceAddress { account: story.peer, device: proto::ids::DeviceNumber(1) }.to_wire()),
        time_ms: story.began_ms + 9 * MINUTE_MS,
        ..proto::wire::GroupItem::default()
    };
    step(&story.db, now_ms(), |cx| recovery::keep(cx, CHAT, &item).expect("kept"));
    assert_eq!(story.count("SELECT count(*) FROM message JOIN quarantine USING (chat, seq)"), 1);
    story.clears(false);
    assert_eq!(story.count("SELECT count(*) FROM message WHERE seq = 19"), 0);
    assert_eq!(story.count("SELECT count(*) FROM quarantine"), 0);
}

/// Both had the number; what was cleared of one says nothing about the other.
#[test]
fn a_clearing_of_the_successor_hides_nothing_of_what_moves_there() {
    let mut story = talked();
    let (client, old, anew) = (&mut story.client, story.peer, AccountId([7; 16]));
    let place = Place { seq: MOVED_SEQ, time_ms: story.began_ms + MINUTE_MS };
    let cut = Cut { seq: 45, time_ms: story.began_ms + 45 * MINUTE_MS, ..Cut::default() };
    let (why, _) = step(&story.db, now_ms(), |cx| {
        let chat = chats::ensure_direct(cx, anew).expect("begun");
        own_state::set(cx, &ChatKey::Clear.of(chat), cut.encode()).expect("cleared");
        client.number_moved(cx, old, anew, "+491512345678").expect("moved");
        client.sweep(cx).expect("swept");
        kept_out::judge(cx, chat, &Asked { sender: old, place, is_line: false, star: id(1) }).expect("judged")
    });
    assert_eq!((why, story.shows().len()), (None, 6), "and the line that says so");
}

/// Of 1,200 messages: more than one input hides.
fn with_long_chat() -> Story {
    let story = device();
    for number in 1..=1_200_u32 {
        let id = u128::from(number).to_be_bytes();
        let sql = "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content)
                   VALUES (?1, ?2, ?3, ?2, ?4, 1, 1, 0, x'')";
        story.db.execute(sql, params![CHAT.as_bytes(), number + 10, id, story.peer.as_bytes()]).expect("a message");
    }
    story
}

#[test]
fn what_is_still_to_be_hidden_is_hidden_before_it_moves() {
    let mut story = with_long_chat();
    story.clears(false);
    let (client, old, anew) = (&mut story.client, story.peer, AccountId([7; 16]));
    step(&story.db, now_ms(), |cx| client.number_moved(cx, old, anew, "+491512345678").expect("moved"));
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind = 0"), 0);
}

#[test]
fn a_sibling_that_was_away_hides_what_it_had_and_keeps_what_was_starred() {
    let (mut story, mut sibling) = (talked(), talked());
    story.stars(4, true);
    story.clears(true);
    // Neither the order nor a second telling matters.
    sibling.hears_state_of(&story);
    sibling.hears_state_of(&story);
    assert_eq!(sibling.shows(), [4]);
    // Its star is taken away later: it stays on both, and on one that is linked then.
    story.stars(4, false);
    sibling.hears_state_of(&story);
    let mut linked = device();
    linked.hears_state_of(&story);
    for number in 1..=5 {
        linked.gets_from(&story, number);
    }
    assert_eq!((story.shows(), sibling.shows(), linked.shows()), (vec![4], vec![4], vec![4]));
}

#[test]
fn it_comes_back_neither_by_history_nor_by_a_gap_nor_given_again() {
    let (mut story, away) = (talked(), talked());
    story.clears(false);
    // From a phone that knows, and from one that does not.
    for source in [&story, &away] {
        let mut linked = device();
        linked.hears_state_of(&story);
        for number in 1..=8 {
            assert_eq!(linked.gets_from(source, number), Stored::KeptOut, "{number}");
        }
        assert_eq!(linked.shows(), NONE);
        assert!(linked.is_forgotten("secret"));
        assert_eq!(linked.count("SELECT count(*) FROM message WHERE kind = -2"), 8, "complete as the other");
    }
    // The word comes behind the history.
    let mut late = device();
    for number in 1..=8 {
        late.gets_from(&away, number);
    }
    late.hears_state_of(&story);
    assert_eq!(late.shows(), NONE);
    assert_eq!(story.gets_again(12, 4, text("secret, given again")), Stored::KeptOut);
    assert!(story.is_forgotten("given again"));
}

#[test]
fn of_two_clearings_the_further_one_counts() {
    let (mut story, mut sibling) = (talked(), talked());
    story.says(story.peer, 9, 9, text("later"));
    story.clears(false);
    // It clears last, and knows less.
    let ahead = ((now_ms() + 60_000) << 16).cast_signed();
    sibling.db.execute("UPDATE this SET state_clock = ?1", [ahead]).expect("a clock");
    sibling.clears(false);
    story.hears_state_of(&sibling);
    sibling.hears_state_of(&story);
    assert_eq!(sibling.gets_again(9, 9, text("later")), Stored::KeptOut);
    assert_eq!(story.shows(), NONE);
}

/// A server that was put back gives places anew: what is written then is no message of before.
#[test]
fn an_old_place_at_a_later_time_is_shown_and_so_is_a_later_place_at_an_old_time() {
    let mut story = talked();
    story.clears(false);
    let at = |number: u8, seq: u64, minute: u64| {
        let content = Content {
            message_id: id(number).to_vec(),
            sent_ms: 1,
            profile_version: 0,
            lifetime_s: 0,
            body: Some(text("new")),
        };
        let message = messages::NewMessage {
            chat: CHAT,
            id: id(number),
            sender: proto::ids::DeviceAddress { account: story.peer, device: proto::ids::DeviceNumber(1) },
            place: Some(Place { seq, time_ms: story.began_ms + minute * MINUTE_MS }),
            sent_ms: 1,
            kind: Kind::Text,
            content: content.encode_to_vec(),
        };
        step(&story.db, now_ms(), |cx| messages::store(cx, &message).expect("stored")).0
    };
    assert_eq!(at(30, 12, 50), Stored::New);
    assert_eq!(at(31, 60, 3), Stored::New);
}

#[test]
fn what_is_unsent_goes_too_and_what_left_already_reaches_the_others() {
    let mut story = talked();
    let never_left = story.writes("secret, unsent");
    let on_its_way = story.writes("secret, on its way");
    story.db.execute("UPDATE outbox SET went_out = 1 WHERE message = ?1", [on_its_way.0]).expect("sent");
    story.clears(false);
    assert_eq!(story.shows(), NONE);
    let waits = |message: client_api::MessageId| {
        let sql = "SELECT count(*) FROM outbox WHERE message = ?1";
        story.db.query_row(sql, [message.0], |row| row.get::<_, u32>(0)).expect("count")
    };
    assert_eq!((waits(never_left), waits(on_its_way)), (0, 1));
    // The server has it now, behind the cut.
    let place = Place { seq: 40, time_ms: now_ms() };
    step(&story.db, now_ms(), |cx| messages::settle(cx, CHAT, MessageId(on_its_way.0), place).expect("settled"));
    assert_eq!(story.shows(), NONE);
    assert!(story.is_forgotten("secret"));
}

#[test]
fn an_own_message_that_a_sibling_cleared_before_this_device_knew_its_place_goes() {
    let mut story = talked();
    let own = story.writes("secret, on its way");
    let place = Place { seq: 40, time_ms: story.began_ms + 40 * MINUTE_MS };
    let cut = Cut { seq: 45, time_ms: story.began_ms + 45 * MINUTE_MS, ..Cut::default() };
    let op = StateOp { key: ChatKey::Clear.of(CHAT), value: cut.encode(), clock: 5, device: 2 };
    step(&story.db, now_ms(), |cx| {
        own_state::take(cx, &[op]).expect("taken");
        story.client.sweep(cx).expect("swept");
    });
    assert_eq!(story.shows(), [own.0[0]], "nobody knows where it stands");
    step(&story.db, now_ms(), |cx| messages::settle(cx, CHAT, MessageId(own.0), place).expect("settled"));
    assert_eq!(story.shows(), NONE);
}

#[test]
fn a_long_chat_goes_a_portion_at_each_input_and_a_restart_goes_on() {
    let mut story = with_long_chat();
    story.clears(false);
    assert_eq!(story.shows().len(), 700, "the newest are gone at once");
    assert!(!story.client.wakes.is_empty(), "the rest goes by itself");
    let config = story.client.config.clone();
    story.client = Client::new(config);
    for left in [201, 0, 0] {
        step(&story.db, now_ms(), |cx| story.client.sweep(cx).expect("swept"));
        assert_eq!(story.shows().len(), left);
    }
    assert_eq!(story.count("SELECT count(*) FROM sweep"), 0);
}

#[test]
fn a_deleted_chat_is_out_of_the_list_until_something_comes_or_it_is_opened_anew() {
    let mut story = talked();
    assert!(story.is_listed());
    assert_eq!(story.deletes(), Ok(Answer::Done));
    assert!(!story.is_listed());
    let mut sibling = talked();
    sibling.hears_state_of(&story);
    assert!(!sibling.is_listed() && sibling.shows().is_empty());
    sibling.says(sibling.peer, 9, 9, text("are you there?"));
    assert!(sibling.is_listed());
    // Cleared then, it stays, as any chat that is cleared.
    sibling.clears(false);
    assert!(sibling.is_listed());
    let account = client_api::AccountId(story.peer.0);
    assert_eq!(story.asks(Command::StartChat { account }), Ok(Answer::Chat(CHAT_UI)));
    assert!(story.is_listed());
    assert_eq!(story.deletes(), Ok(Answer::Done));
    story.writes("one more word");
    assert!(story.is_listed());
}

#[test]
fn what_was_cleared_and_deleted_stays_so_where_the_number_moves() {
    let mut story = talked();
    assert_eq!(story.deletes(), Ok(Answer::Done));
    let (client, old, anew) = (&mut story.client, story.peer, AccountId([7; 16]));
    step(&story.db, now_ms(), |cx| client.number_moved(cx, old, anew, "+491512345678").expect("moved"));
    let (rows, _) = step(&story.db, now_ms(), |cx| chat_list::rows(cx, None, &BTreeSet::new()).expect("rows"));
    assert!(rows.is_empty(), "{rows:?}");
    let chat = step(&story.db, now_ms(), |cx| chats::find_with(cx.db, ChatKind::Direct, anew).expect("query")).0;
    let chat = chat.expect("the chat with the new account").chat;
    let (kept, _) = step(&story.db, now_ms(), |cx| own_state::chat_value(cx, ChatKey::Clear, chat).expect("read"));
    let kept = Cut::decode(&kept);
    assert_eq!((kept.time_ms, kept.seq), (0, 0), "places of the other log say nothing");
    assert_eq!(kept.moved_ms, story.began_ms + 8 * MINUTE_MS);
}

#[test]
fn a_chat_that_goes_is_told_as_gone() {
    let mut story = talked();
    assert_eq!(story.deletes(), Ok(Answer::Done));
    let (_, out) = step(&story.db, now_ms(), |cx| {
        cx.changed.chat(CHAT);
        story.client.show_changes(cx).expect("shown");
    });
    let removed = out.iter().any(|output| match output {
        Output::Event(Event::Chats(changes)) => changes.removed == [CHAT_UI],
        _ => false,
    });
    assert!(removed, "{out:?}");
}

#[test]
fn a_group_is_left_before_it_is_deleted() {
    let mut story = talked();
    story
        .db
        .execute("UPDATE chat SET kind = 3, peer = zeroblob(16) WHERE chat = ?1", [CHAT.as_bytes()])
        .expect("a group");
    assert_eq!(story.deletes(), Err(UserError::LeaveFirst));
    assert_eq!(story.shows().len(), 5);
    story.db.execute("UPDATE chat SET membership = 3 WHERE chat = ?1", [CHAT.as_bytes()]).expect("left");
    assert_eq!(story.deletes(), Ok(Answer::Done));
    assert!(!story.is_listed());
    story.db.execute("UPDATE chat SET membership = 1 WHERE chat = ?1", [CHAT.as_bytes()]).expect("added again");
    assert!(story.is_listed());
}

#[test]
fn values_that_are_none_clear_nothing() {
    let mut story = talked();
    for value in [vec![1], vec![0xff; 15], vec![0xff; 17]] {
        let ops = [
            StateOp { key: ChatKey::Clear.of(CHAT), value: value.clone(), clock: 5, device: 2 },
            StateOp { key: ChatKey::Gone.of(CHAT), value, clock: 5, device: 2 },
        ];
        step(&story.db, now_ms(), |cx| {
            own_state::take(cx, &ops).expect("taken");
            story.client.sweep(cx).expect("swept");
        });
        assert_eq!(story.shows().len(), 5);
        assert!(story.is_listed());
    }
    assert!(matches!(story.row(1).map(|row| row.body), Some(MessageBody::Text(_))));
}
