//! What is left of messages whose time is over, on this device and on others, however they come, and by which clock.

use super::*;
use crate::history;
use crate::messages::{self, NewMessage, Stored};
use crate::own_state;
use crate::pinning;
use crate::testing::story::{CHAT_UI, MINUTE_MS, Story, answer, deletion, edit, id, reaction, text};
use crate::testing::{CHAT, now_ms, step};
use client_api::{Command, MessageBody, MessageRow, Quoted, SearchQuery};
use proto::content::{Media, Pin, media};
use proto::ids::{DeviceAddress, DeviceNumber};

const NONE: [u8; 0] = [];

impl Story {
    /// As `says`, with a lifetime.
    fn says_for(&self, lifetime: Disappearing, number: u8, minute: u64, body: content::Body) -> Stored {
        self.says_at(now_ms(), lifetime.seconds(), number, minute, body)
    }

    fn says_at(&self, at_ms: u64, lifetime_s: u32, number: u8, minute: u64, body: content::Body) -> Stored {
        let place = Place { seq: 10 + minute, time_ms: self.began_ms + minute * MINUTE_MS };
        let content = Content { sent_ms: 1, lifetime_s, body: Some(body), ..Content::default() };
        self.gives_at(at_ms, number, place, content)
    }

    fn gives_at(&self, at_ms: u64, number: u8, place: Place, content: Content) -> Stored {
        let content = Content { message_id: id(number).to_vec(), ..content };
        let message = NewMessage {
            chat: CHAT,
            id: id(number),
            sender: DeviceAddress { account: self.peer, device: DeviceNumber(1) },
            place: Some(place),
            sent_ms: content.sent_ms,
            kind: messages::kind_of(&content).expect("part of the conversation"),
            content: content.encode_to_vec(),
        };
        step(&self.db, at_ms, |cx| messages::store(cx, &message).expect("stored")).0
    }

    fn still_shows(&self) -> Vec<u8> {
        let mut statement =
            self.db.prepare("SELECT message FROM message WHERE kind >= 0 ORDER BY time_ms").expect("sql");
        let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0)).expect("query");
        rows.map(|id| id.expect("row")[0]).collect()
    }

    /// The server's clock says this, and so does the own one.
    fn passes_to(&mut self, at_ms: u64) {
        step(&self.db, at_ms, |cx| server_time_is(cx, at_ms).expect("heard"));
        self.looks_at(at_ms);
    }

    /// The own clock says this; one input.
    fn looks_at(&mut self, at_ms: u64) {
        let client = &mut self.client;
        step(&self.db, at_ms, |cx| {
            client.disappear(cx).expect("gone");
            client.disappear_later(cx).expect("no halt");
        });
    }

    fn hears_timer(&self, after: u32, clock_ms: u64) {
        let given = ChatTimer { lifetime_s: after, clock_ms, again: false };
        step(&self.db, now_ms(), |cx| {
            let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
            let place = Place { seq: 90, time_ms: clock_ms };
            on_timer(cx, &chat, self.peer, &given, place).expect("heard");
        });
    }

    fn timers_said(&self) -> Vec<Disappearing> {
        let mut statement = self.db.prepare("SELECT content FROM message WHERE kind = 2").expect("sql");
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("query");
        let after = |line: Vec<u8>| match notices::decode(&line) {
            Some(SystemLine::DisappearingSet { after, .. }) => Some(after),
            _ => None,
        };
        rows.filter_map(|line| after(line.expect("row"))).collect()
    }
}

fn day_end(story: &Story, minute: u64) -> u64 {
    story.began_ms + minute * MINUTE_MS + DAY_MS
}

/// The peer's words 1 to 6 stay for a day: a text, a change of it, an emoji, a pin, an answer; 7 stays for ever and answers the first.
fn talked() -> Story {
    let story = Story::new();
    let day = Disappearing::Day;
    story.says_for(day, 1, 1, text("secret one"));
    story.says_for(day, 2, 2, edit(id(1), "secret two"));
    story.says_for(day, 3, 3, reaction(id(1), "👍"));
    story.says_for(day, 4, 4, content::Body::Pin(Pin { message_id: id(1).to_vec(), on: true }));
    story.says_for(day, 5, 5, answer("mine goes later", id(1), story.peer, "secret one"));
    story.says_for(Disappearing::Off, 7, 7, answer("this stays", id(1), story.peer, "secret one"));
    story
}

#[test]
fn at_its_time_a_message_is_gone_with_all_that_was_said_about_it() {
    let mut story = talked();
    let star = Command::SetStarred { chat: CHAT_UI, message: client_api::MessageId(id(1).0), starred: true };
    assert_eq!(story.asks(star), Ok(Answer::Done));
    let secrets = |story: &mut Story| {
        let query = SearchQuery { words: "secret".to_owned(), ..SearchQuery::default() };
        match story.asks(Command::Search { query, after: None, limit: 10 }) {
            Ok(Answer::Found(found)) => found.messages.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(secrets(&mut story), 1);
    story.passes_to(day_end(&story, 1) - 1);
    assert_eq!(story.still_shows(), [1, 5, 7]);
    assert_eq!(story.text_of(1).0, "secret two");
    story.passes_to(day_end(&story, 1));
    assert_eq!(story.still_shows(), [5, 7], "a star does not keep it");
    assert!(story.is_forgotten("secret"), "neither its text, nor its change, nor what quotes it");
    assert_eq!(secrets(&mut story), 0);
    assert!(pinning::rows(&story.db, CHAT, story.me).expect("read").is_empty());
    assert_eq!(story.count("SELECT count(*) FROM state WHERE key LIKE 'star/%' AND length(value) > 0"), 0);
    assert_eq!(story.row(7).and_then(|row| row.quote).expect("a quote").body, Quoted::Disappeared);
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind = -2 AND seq > 0"), 4, "places stay");
    story.passes_to(day_end(&story, 5));
    assert_eq!(story.still_shows(), [7]);
    assert_eq!(story.count("SELECT count(*) FROM message WHERE lifetime_ms > 0"), 0);
}

#[test]
fn its_file_goes_too() {
    let mut story = Story::new();
    let photo = Media { kind: media::Kind::Photo.into(), name: "secret.jpg".to_owned(), ..Media::default() };
    story.says_for(Disappearing::Day, 1, 1, content::Body::Media(photo));
    let insert = "INSERT INTO media (message, media, key, size, state) VALUES (?1, x'aa', x'bb', 1, 3)";
    story.db.execute(insert, [id(1).as_bytes()]).expect("half of it is here");
    story.passes_to(day_end(&story, 1));
    assert!(story.is_forgotten("secret"));
    assert_eq!(story.count("SELECT count(*) FROM media"), 0);
    assert_eq!(story.count("SELECT count(*) FROM media_dropped"), 1, "the driver is told");
}

#[test]
fn what_is_over_comes_back_by_no_way() {
    let mut story = talked();
    let end_ms = day_end(&story, 9);
    let read = |story: &Story, number: u8| {
        let sql = format!("SELECT {} FROM {} WHERE m.message = ?1", history::MESSAGE_COLUMNS, history::MESSAGE_TABLES);
        story.db.query_row(&sql, [id(number).as_bytes()], history::read_message).expect("it is there")
    };
    let all = [7, 5, 4, 3, 2, 1];
    // From a sibling that was away, and from one that has taken it away.
    let early = all.map(|number| read(&story, number));
    story.passes_to(end_ms);
    let late = all.map(|number| read(&story, number));
    assert!(late.iter().all(|message| !String::from_utf8_lossy(&message.content).contains("secret")));
    for (messages, linked_ms) in [(&early, end_ms), (&late, end_ms), (&late, now_ms())] {
        let linked = Story::new();
        step(&linked.db, linked_ms, |cx| {
            server_time_is(cx, linked_ms).expect("heard");
            for message in messages {
                history::store_message(cx, message).expect("stored");
            }
        });
        assert_eq!(linked.still_shows(), [7]);
        assert!(linked.is_forgotten("secret"));
        assert_eq!(linked.count("SELECT count(*) FROM message"), 6, "complete as the other");
    }
    // Given again, out of the queue of who was away, and what is said about it later.
    assert_eq!(story.says_at(end_ms, 86_400, 20, 1, text("secret again")), Stored::KeptOut);
    assert_eq!(story.says_at(end_ms, 0, 21, 21, edit(id(1), "secret at last")), Stored::KeptOut);
    assert_eq!(story.says_at(end_ms, 0, 22, 22, answer("so?", id(1), story.peer, "secret one")), Stored::New);
    assert!(story.is_forgotten("secret"));
    // Nor by a clock that was set back.
    assert_eq!(story.says_at(now_ms(), 86_400, 1, 1, text("secret one")), Stored::Duplicate);
    assert!(story.is_forgotten("secret"));
}

#[test]
fn what_was_deleted_or_hidden_disappears_as_well() {
    let mut story = Story::new();
    story.says_for(Disappearing::Day, 1, 1, text("one"));
    story.says_for(Disappearing::Day, 2, 2, deletion(id(1)));
    assert_eq!(story.row(1).map(|row| row.body), Some(MessageBody::Deleted));
    story.passes_to(day_end(&story, 2));
    assert_eq!(story.still_shows(), NONE);
}

#[test]
fn lifetimes_of_others_are_within_what_there_is() {
    let story = Story::new();
    let stored = |number: u8, lifetime_s| {
        story.says_at(now_ms(), lifetime_s, number, u64::from(number), text("one"));
        story.row(number).expect("a row").lifetime_ms / 1_000
    };
    assert_eq!(stored(1, 1), 86_400, "nobody has a message vanish at once");
    assert_eq!(stored(2, 86_401), 604_800);
    assert_eq!(stored(3, u32::MAX), 7_776_000);
    story.says_at(now_ms(), 86_400, 4, 4, content::Body::Call(proto::content::Call::default()));
    assert_eq!(story.row(4).expect("a call").lifetime_ms, 0);
}

#[test]
fn a_clock_far_ahead_takes_no_more_than_a_week_and_the_server_sets_it_right() {
    let mut story = Story::new();
    for (number, lifetime) in [(1, Disappearing::Day), (2, Disappearing::Week), (3, Disappearing::NinetyDays)] {
        story.says_for(lifetime, number, u64::from(number), text("one"));
    }
    story.passes_to(now_ms());
    story.client.wakes.clear();
    story.looks_at(now_ms() + 400 * DAY_MS);
    assert_eq!(story.still_shows(), [3]);
    assert!(story.client.wakes.is_empty(), "it waits for the server, and does not spin");
    // Set back far before all of it: nothing goes, nothing comes.
    story.looks_at(1);
    assert_eq!(story.still_shows(), [3]);
    story.passes_to(now_ms() + 91 * DAY_MS);
    assert_eq!(story.still_shows(), NONE);
}

#[test]
fn a_clock_that_is_always_ahead_is_set_right_by_the_server() {
    let mut story = Story::new();
    story.says_for(Disappearing::Day, 1, 1, text("one"));
    let own_ms = now_ms() + 3 * DAY_MS;
    let server_ms = now_ms();
    step(&story.db, own_ms, |cx| server_time_is(cx, server_ms).expect("heard"));
    story.looks_at(own_ms);
    assert_eq!(story.still_shows(), [1]);
    assert_eq!(story.says_at(own_ms, 86_400, 2, 2, text("two")), Stored::New, "nor is it over when it comes");
    story.client.wakes.clear();
    story.looks_at(own_ms);
    assert!(story.client.wakes.first().is_some_and(|at_ms| *at_ms > own_ms + 1), "and nothing spins");
    story.looks_at(own_ms + DAY_MS);
    assert_eq!(story.still_shows(), NONE);
}

#[test]
fn many_go_a_portion_at_each_input_and_a_restart_goes_on() {
    let mut story = Story::new();
    for number in 1..=1_200_u32 {
        let message = u128::from(number).to_be_bytes();
        let sql =
            "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content, lifetime_ms)
                   VALUES (?1, ?2, ?3, ?2, ?4, 1, 1, 0, x'', 86400000)";
        story
            .db
            .execute(sql, params![CHAT.as_bytes(), number + 10, message, story.peer.as_bytes()])
            .expect("a message");
    }
    story.passes_to(now_ms());
    assert_eq!(story.still_shows().len(), 700);
    assert!(!story.client.wakes.is_empty(), "the rest goes by itself");
    story.client = Client::new(story.client.config.clone());
    for left in [200, 0, 0] {
        story.looks_at(now_ms());
        assert_eq!(story.still_shows().len(), left);
    }
}

#[test]
fn the_next_end_is_woken_for_and_nothing_sleeps_longer_than_a_day() {
    let mut story = Story::new();
    story.says_for(Disappearing::Week, 1, 1, text("one"));
    story.passes_to(now_ms());
    let first = story.client.wakes.first().copied().expect("a wake");
    assert!(first <= now_ms() + DAY_MS);
    let end_ms = story.began_ms + MINUTE_MS + 7 * DAY_MS;
    story.client.wakes.clear();
    story.passes_to(end_ms - 5);
    assert_eq!(story.client.wakes.first(), Some(&end_ms.min(((end_ms - 5) / DAY_MS + 1) * DAY_MS)));
}

#[test]
fn an_own_message_counts_from_its_place_and_waits_for_ever_until_then() {
    let mut story = Story::new();
    story.hears_timer(86_400, story.began_ms);
    let own = MessageId(story.writes("secret, unsent").0);
    let far_ms = now_ms() + 60 * DAY_MS;
    story.passes_to(far_ms);
    let row = |story: &Story| messages::get_row(&story.db, CHAT, own, story.me).expect("read");
    assert!(matches!(row(&story), Some(MessageRow { lifetime_ms: DAY_MS, .. })));
    let place = Place { seq: 40, time_ms: far_ms };
    step(&story.db, far_ms, |cx| messages::settle(cx, CHAT, own, place).expect("settled"));
    story.passes_to(far_ms + DAY_MS - 1);
    assert!(row(&story).is_some());
    story.passes_to(far_ms + DAY_MS);
    assert!(row(&story).is_none());
    assert!(story.is_forgotten("unsent"));
}

#[test]
fn what_is_said_about_a_message_has_no_lifetime_and_a_forwarded_copy_that_of_its_chat() {
    let mut story = Story::new();
    story.hears_timer(604_800, story.began_ms);
    story.says_for(Disappearing::Off, 1, 1, text("it stays"));
    story.says_for(Disappearing::Day, 2, 2, text("it goes"));
    for number in [1, 2] {
        let message = client_api::MessageId(id(number).0);
        let react = Command::React { chat: CHAT_UI, message, emoji: "👍".to_owned() };
        assert!(story.asks(react).is_ok());
    }
    let message = client_api::MessageId(id(2).0);
    let forward = Command::ForwardMessages { chat: CHAT_UI, messages: vec![message], to: vec![(CHAT_UI, None)] };
    assert_eq!(story.asks(forward), Ok(Answer::Done));
    let mut statement =
        story.db.prepare("SELECT content FROM outbox WHERE message <> x'' ORDER BY place").expect("sql");
    let sent = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("query");
    let lifetimes: Vec<u32> =
        sent.map(|content| Content::decode(content.expect("row").as_slice()).expect("a content").lifetime_s).collect();
    assert_eq!(lifetimes, [0, 0, 604_800], "what is said about a message goes with it, and has none");
}

#[test]
fn in_a_chat_of_two_either_sets_the_timer_and_the_last_word_counts() {
    let story = Story::new();
    let clock_ms = story.began_ms;
    story.hears_timer(86_400, clock_ms);
    story.hears_timer(86_400, clock_ms);
    story.hears_timer(604_800, clock_ms - 1);
    assert_eq!(story.timers_said(), [Disappearing::Day], "said once, and an older word says nothing");
    story.hears_timer(0, clock_ms + 1);
    assert_eq!(story.timers_said(), [Disappearing::Day, Disappearing::Off]);
    assert_eq!(timer(&story.db, CHAT).expect("read"), Disappearing::Off);
    // A sibling that has heard none of it gets the same.
    let sibling = Story::new();
    let op = |value: Vec<u8>, clock_ms: u64| StateOp {
        key: ChatKey::Timer.of(CHAT),
        value,
        clock: clock_ms << 16,
        device: 0,
    };
    step(&sibling.db, now_ms(), |cx| {
        own_state::take(cx, &[op(Vec::new(), clock_ms + 1), op(86_400_u32.to_be_bytes().to_vec(), clock_ms)])
            .expect("taken");
    });
    assert_eq!(timer(&sibling.db, CHAT).expect("read"), Disappearing::Off);
}

#[test]
fn a_server_alone_has_nothing_vanish_by_an_early_time() {
    let mut story = Story::new();
    let at_ms = now_ms();
    step(&story.db, at_ms, |cx| server_time_is(cx, at_ms).expect("heard"));
    let early = Place { seq: 20, time_ms: at_ms - DAY_MS - 3_600_000 };
    let body = Some(text("fresh"));
    let content = Content { sent_ms: at_ms - 5, lifetime_s: 86_400, body, ..Content::default() };
    assert_eq!(story.gives_at(at_ms, 1, early, content.clone()), Stored::New);
    assert_eq!(story.still_shows(), [1]);
    story.passes_to(at_ms + DAY_MS - 6);
    assert_eq!(story.still_shows(), [1]);
    // A sender's clock that is years ahead keeps it no longer than from when it came.
    let ahead = Content { sent_ms: u64::MAX, ..content };
    assert_eq!(story.gives_at(at_ms, 2, Place { seq: 21, time_ms: at_ms }, ahead), Stored::New);
    story.passes_to(at_ms + DAY_MS);
    assert_eq!(story.still_shows(), NONE);
    // Nor has it one of this device's own vanish.
    story.hears_timer(86_400, story.began_ms);
    let own = MessageId(story.writes("mine").0);
    step(&story.db, now_ms(), |cx| messages::settle(cx, CHAT, own, Place { seq: 30, ..early }).expect("settled"));
    story.looks_at(now_ms());
    assert!(messages::get_row(&story.db, CHAT, own, story.me).expect("read").is_some());
}

#[test]
fn what_is_said_about_a_message_that_stays_does_not_un_happen() {
    let mut story = Story::new();
    story.says_for(Disappearing::Off, 1, 1, text("at first"));
    story.says_for(Disappearing::Day, 2, 2, edit(id(1), "changed"));
    story.says_for(Disappearing::Day, 3, 3, reaction(id(1), "👍"));
    story.passes_to(day_end(&story, 9));
    assert_eq!(story.text_of(1), ("changed".to_owned(), true));
    assert_eq!(story.reactions(1).len(), 1);
}

#[test]
fn a_place_in_one_chat_says_nothing_of_another() {
    let story = Story::new();
    story.says_for(Disappearing::Off, 2, 2, answer("so?", id(1), story.peer, "as I remember"));
    let other = ChatId([9; 16]);
    let insert =
        "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content, lifetime_ms)
                  VALUES (?1, 1, ?2, 1, ?3, 1, 1, -2, x'', -1)";
    story.db.execute(insert, params![other.as_bytes(), id(1).as_bytes(), story.peer.as_bytes()]).expect("a place");
    assert!(!has_disappeared(&story.db, CHAT, id(1)).expect("read"));
    assert_eq!(story.says_for(Disappearing::Off, 3, 3, reaction(id(1), "👍")), Stored::New);
}

#[test]
fn what_waits_to_be_said_about_it_is_said_to_nobody() {
    let mut story = Story::new();
    story.hears_timer(86_400, story.began_ms);
    story.says_for(Disappearing::Day, 1, 1, text("secret one"));
    let own = MessageId(story.writes("secret mine").0);
    let place = Place { seq: 40, time_ms: now_ms() };
    step(&story.db, now_ms(), |cx| {
        messages::settle(cx, CHAT, own, place).expect("settled");
        cx.db.execute("DELETE FROM outbox", []).expect("it went");
    });
    let message = client_api::MessageId(own.0);
    let words = "secret change".to_owned();
    assert!(story.asks(Command::EditText { chat: CHAT_UI, message, text: words }).is_ok());
    let answers = Some(client_api::MessageId(id(1).0));
    let answer = Command::SendText { chat: CHAT_UI, text: "so?".to_owned(), written_for: None, answers };
    assert!(story.asks(answer).is_ok());
    story.passes_to(now_ms() + DAY_MS);
    assert_eq!(story.count("SELECT count(*) FROM outbox"), 1, "the answer");
    assert_eq!(story.count("SELECT count(*) FROM outbox WHERE instr(content, CAST('secret' AS BLOB)) > 0"), 0);
    assert!(story.is_forgotten("secret"));
}

#[test]
fn what_was_on_its_way_when_its_message_disappeared_is_emptied_at_its_place() {
    let mut story = Story::new();
    story.says_for(Disappearing::Day, 1, 1, text("one"));
    let message = client_api::MessageId(id(1).0);
    assert!(story.asks(Command::React { chat: CHAT_UI, message, emoji: "👍".to_owned() }).is_ok());
    story.db.execute("UPDATE outbox SET went_out = 1", []).expect("it is on its way");
    story.passes_to(day_end(&story, 1));
    let reaction: [u8; 16] =
        story.db.query_row("SELECT message FROM outbox", [], |row| row.get(0)).expect("it is out still");
    let place = Place { seq: 50, time_ms: day_end(&story, 1) };
    step(&story.db, now_ms(), |cx| messages::settle(cx, CHAT, MessageId(reaction), place).expect("settled"));
    assert!(story.is_forgotten("👍"));
}

#[test]
fn what_was_deleted_ends_on_who_got_it_later_as_well() {
    let story = Story::new();
    story.says_for(Disappearing::Day, 1, 1, text("one"));
    story.says_for(Disappearing::Day, 2, 2, deletion(id(1)));
    let sql = format!("SELECT {} FROM {} WHERE m.message = ?1", history::MESSAGE_COLUMNS, history::MESSAGE_TABLES);
    let deleted = story.db.query_row(&sql, [id(1).as_bytes()], history::read_message).expect("its place");
    let mut linked = Story::new();
    step(&linked.db, now_ms(), |cx| history::store_message(cx, &deleted).expect("stored"));
    assert_eq!(linked.row(1).map(|row| row.body), Some(MessageBody::Deleted));
    linked.passes_to(day_end(&story, 2));
    assert_eq!(linked.still_shows(), NONE);
}

#[test]
fn a_time_that_is_none_does_not_stop_the_client() {
    let mut story = Story::new();
    let content = Content { lifetime_s: 86_400, body: Some(text("one")), ..Content::default() };
    let message = proto::history::Message {
        message_id: id(1).to_vec(),
        chat: CHAT.to_vec(),
        account: story.peer.to_vec(),
        device: 1,
        time_ms: u64::MAX >> 1,
        seq: 20,
        content: content.encode_to_vec(),
        ..proto::history::Message::default()
    };
    step(&story.db, now_ms(), |cx| history::store_message(cx, &message).expect("stored"));
    story.passes_to(now_ms());
    assert_eq!(story.still_shows(), [1]);
}

#[test]
fn what_has_no_place_has_not_begun_also_where_it_moved_with_a_number() {
    let mut story = Story::new();
    story.says_for(Disappearing::Day, 1, 1, text("it reached nobody"));
    story.db.execute("UPDATE message SET seq = 0, failed = 1", []).expect("as moving leaves it");
    story.passes_to(day_end(&story, 1));
    assert_eq!(story.still_shows(), [1]);
}

#[test]
fn what_was_kept_before_an_update_ends_after_it() {
    let mut story = Story::new();
    story.says_for(Disappearing::Day, 1, 1, text("one"));
    story.says_for(Disappearing::Off, 2, 2, text("two"));
    story.db.execute("UPDATE message SET lifetime_ms = 0", []).expect("as an older version");
    story.db.execute("UPDATE this SET bodies_known = 5", []).expect("as an older version");
    step(&story.db, now_ms(), |cx| messages::read_newer(cx).expect("read"));
    story.passes_to(day_end(&story, 9));
    assert_eq!(story.still_shows(), [2]);
}

#[test]
fn the_own_word_is_dated_by_the_servers_clock() {
    let mut story = Story::new();
    let server_ms = now_ms() - 3 * DAY_MS;
    step(&story.db, now_ms(), |cx| server_time_is(cx, server_ms).expect("heard"));
    story.db.execute("UPDATE chat SET applied_ms = 0", []).expect("nothing was followed");
    assert_eq!(story.asks(Command::SetDisappearing { chat: CHAT_UI, after: Disappearing::Day }), Ok(Answer::Done));
    let content: Vec<u8> = story.db.query_row("SELECT content FROM outbox", [], |row| row.get(0)).expect("the word");
    match Content::decode(content.as_slice()).expect("a content").body {
        Some(content::Body::ChatTimer(said)) => assert!(groups::is_dated(said.clock_ms, server_ms)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn many_things_said_about_one_message_all_go() {
    let mut story = Story::new();
    story.says_for(Disappearing::Day, 1, 1, text("one"));
    let answer = Content { body: Some(answer("so?", id(1), story.peer, "secret")), ..Content::default() };
    for number in 0..2 * ABOUT_AT_ONCE + 2 {
        let (message, about) = ((u128::from(number) << 8).to_be_bytes(), 1 + number % 2);
        let insert =
            "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content, target, about)
                      VALUES (?1, ?2, ?3, ?2, ?4, 1, 1, 1 - ?5, ?6, ?7, ?5)";
        let (peer, content, target) = (story.peer.as_bytes(), answer.encode_to_vec(), id(1).0);
        let values = params![CHAT.as_bytes(), number + 100, message, peer, about, content, target];
        story.db.execute(insert, values).expect("said");
    }
    story.passes_to(day_end(&story, 1));
    assert!(story.is_forgotten("secret"));
}
