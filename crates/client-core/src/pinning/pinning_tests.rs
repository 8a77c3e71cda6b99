//! Who pins what, and what stands pinned then.

use super::*;
use crate::testing::story::{CHAT_UI, Story, deletion, edit, id, text};
use crate::testing::{CHAT, now_ms, step};
use client_api::{Command, Event};

fn pin(of: MessageId, on: bool) -> content::Body {
    content::Body::Pin(Pin { message_id: of.to_vec(), on })
}

impl Story {
    fn pinned(&self) -> Vec<(u8, Quoted)> {
        let rows = rows(&self.db, CHAT, self.me).expect("read");
        rows.into_iter().map(|row| (row.message.0[0], row.body)).collect()
    }

    fn pins(&mut self, number: u8, pinned: bool) -> Result<Answer, UserError> {
        self.asks(Command::PinMessage { chat: CHAT_UI, message: client_api::MessageId(id(number).0), pinned })
    }
}

fn says(words: &str) -> Quoted {
    Quoted::Text(words.to_owned())
}

#[test]
fn of_all_words_about_a_message_the_last_in_the_log_counts_whoever_said_it() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("the address"));
    story.says(story.me, 2, 1, pin(id(1), true));
    assert_eq!(story.pinned(), [(1, says("the address"))]);
    // What was said later came first.
    story.says(story.me, 4, 3, pin(id(1), false));
    story.says(story.peer, 3, 2, pin(id(1), true));
    assert_eq!(story.pinned(), []);
    story.says(story.peer, 5, 4, pin(id(1), true));
    assert_eq!(story.pinned(), [(1, says("the address"))]);
}

#[test]
fn of_more_than_three_those_that_were_pinned_last_stand_there() {
    let story = Story::new();
    for number in 1..=4 {
        story.says(story.peer, number, u64::from(number), text("hello"));
        story.says(story.me, 10 + number, 10 + u64::from(number), pin(id(number), true));
    }
    let pinned = |story: &Story| story.pinned().iter().map(|(number, _)| *number).collect::<Vec<_>>();
    assert_eq!(pinned(&story), [4, 3, 2]);
    story.says(story.me, 20, 20, pin(id(3), false));
    assert_eq!(pinned(&story), [4, 2, 1], "the oldest was only out of sight");
}

#[test]
fn what_is_pinned_says_what_its_message_says_now_and_goes_with_it() {
    let mut story = Story::new();
    // The word is here before its message.
    story.says(story.me, 2, 1, pin(id(1), true));
    assert_eq!(story.pinned(), []);
    story.says(story.peer, 1, 0, text("at six"));
    story.says(story.peer, 3, 2, edit(id(1), "at seven"));
    assert_eq!(story.pinned(), [(1, says("at seven"))]);
    story.says(story.peer, 4, 3, deletion(id(1)));
    assert_eq!(story.pinned(), []);
    story.says(story.peer, 5, 4, text("for me alone"));
    assert!(story.pins(5, true).is_ok());
    assert_eq!(story.pinned(), [(5, says("for me alone"))]);
    let messages = vec![client_api::MessageId(id(5).0)];
    let hides = Command::DeleteMessages { chat: CHAT_UI, messages, for_everyone: false };
    assert_eq!(story.asks(hides), Ok(Answer::Done));
    assert_eq!(story.pinned(), []);
}

#[test]
fn the_chat_says_who_pinned_a_message_and_of_nobody_who_took_it_away() {
    let mut story = Story::new();
    story.says(story.peer, 1, 0, text("hello"));
    let lines = |story: &Story| {
        let mut read =
            story.db.prepare("SELECT content FROM message WHERE kind = 2 ORDER BY time_ms").expect("a query");
        let lines = read.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        lines.map(|line| notices::decode(&line.expect("a line"))).collect::<Vec<_>>()
    };
    assert!(story.pins(1, true).is_ok() && story.pins(1, false).is_ok());
    let by = |account| Some(SystemLine::MessagePinned { by: ui_account(account) });
    assert_eq!(lines(&story), [by(story.me)]);
    let chat = chats::find(&story.db, CHAT).expect("read").expect("the chat");
    for on in [true, false] {
        let content = Content { body: Some(pin(id(1), on)), ..Content::default() };
        step(&story.db, now_ms(), |cx| tell(cx, &chat, story.peer, &content, now_ms() + 1_000).expect("told"));
    }
    assert_eq!(lines(&story), [by(story.me), by(story.peer)]);
    // Once of each message by each account, and of nothing that is not here.
    for (number, of) in [(2, 1), (3, 1), (4, 9), (5, 9)] {
        story.says(story.peer, number, u64::from(number), pin(id(of), true));
        let content = Content { body: Some(pin(id(of), true)), ..Content::default() };
        step(&story.db, now_ms(), |cx| tell(cx, &chat, story.peer, &content, now_ms() + 2_000).expect("told"));
    }
    assert_eq!(lines(&story).len(), 3, "the first word of the first message alone says a line");
}

#[test]
fn pinning_says_one_word_and_again_none() {
    let mut story = Story::new();
    story.says(story.peer, 1, 0, text("hello"));
    let words = "SELECT count(*) FROM message WHERE about = 7";
    assert_eq!(story.pins(1, false), Ok(Answer::Done), "it is not pinned");
    assert_eq!(story.count(words), 0);
    assert!(matches!(story.pins(1, true), Ok(Answer::Message(_))));
    assert_eq!(story.pins(1, true), Ok(Answer::Done));
    assert_eq!(story.count(words), 1);
    assert!(matches!(story.pins(1, false), Ok(Answer::Message(_))));
    assert_eq!(story.pinned(), [], "what is on its way is the newest");
    assert_eq!(story.pins(9, true), Err(UserError::NotFound));
    story.says(story.peer, 2, 3, deletion(id(1)));
    assert_eq!(story.pins(1, true), Err(UserError::NotFound));
}

#[test]
fn an_open_conversation_hears_of_it() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("hello"));
    let word = Content {
        message_id: id(2).to_vec(),
        sent_ms: 1,
        profile_version: 0,
        lifetime_s: 0,
        body: Some(pin(id(1), true)),
    };
    let message = crate::messages::NewMessage {
        chat: CHAT,
        id: id(2),
        sender: proto::ids::DeviceAddress { account: story.peer, device: proto::ids::DeviceNumber(1) },
        place: Some(crate::messages::Place { seq: 20, time_ms: story.began_ms + 1 }),
        sent_ms: 1,
        kind: Kind::Amendment,
        content: word.encode_to_vec(),
    };
    let mut client = story.client;
    client.open_chats.insert(CHAT);
    let (_, out) = step(&story.db, now_ms(), |cx| {
        crate::messages::store(cx, &message).expect("stored");
        client.show_changes(cx).expect("shown");
    });
    let told = out.iter().find_map(|output| match output {
        crate::io::Output::Event(Event::ChatInfo(info)) => Some(info.pinned.len()),
        _ => None,
    });
    assert_eq!(told, Some(1));
}

#[test]
fn what_cannot_be_pinned_is_not_pinned_by_whoever_says_so() {
    let story = Story::new();
    story.says(story.peer, 1, 0, content::Body::Call(proto::content::Call::default()));
    story.says(story.peer, 2, 1, pin(id(1), true));
    assert_eq!(story.pinned(), []);
}

#[test]
fn a_word_that_came_before_this_version_counts_after_the_update() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("hello"));
    story.says(story.peer, 2, 1, pin(id(1), true));
    // As a version before this one has stored it.
    story.db.execute("UPDATE message SET kind = 1, target = NULL, about = 0 WHERE about = 7", []).expect("stored");
    story.db.execute("UPDATE this SET bodies_known = 3", []).expect("an older version");
    assert_eq!(story.pinned(), []);
    step(&story.db, now_ms(), |cx| crate::messages::read_newer(cx).expect("read"));
    assert_eq!(story.pinned(), [(1, says("hello"))]);
}

/// However long the chat is, and however many words were said.
#[test]
fn words_about_pins_are_read_in_their_order_from_an_index_of_their_own() {
    let story = Story::new();
    for sql in [WORDS, UNSENT_WORDS] {
        let mut statement = story.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        let steps = statement.query_map(params![CHAT.as_bytes(), 1], |row| row.get::<_, String>(3)).expect("steps");
        let plan: Vec<String> = steps.collect::<Result<_, _>>().expect("words");
        assert!(plan[0].contains("message_pinned"), "{plan:?}");
        assert!(!sql.contains("seq > 0") || plan.len() == 1, "nothing is sorted: {plan:?}");
    }
}
