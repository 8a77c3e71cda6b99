//! What is sent on, in which order and to whom, and what is not.

use super::*;
use crate::following::{Moved, People};
use crate::testing::story::{CHAT_UI, Story, answer, deletion, edit, id, reaction, text};
use crate::testing::{now_ms, step};
use client_api::{AccountId, Command, MessageRow, Quoted};
use prost::Message as _;
use proto::content::Content;

fn ids(numbers: &[u8]) -> Vec<client_api::MessageId> {
    numbers.iter().map(|number| client_api::MessageId(id(*number).0)).collect()
}

fn sends_on(story: &mut Story, numbers: &[u8], to: &[Target]) -> Result<Answer, UserError> {
    story.asks(Command::ForwardMessages { chat: CHAT_UI, messages: ids(numbers), to: to.to_vec() })
}

/// The chat with oneself.
fn notes(story: &mut Story) -> client_api::ChatId {
    match story.asks(Command::StartChat { account: AccountId(story.me.0) }) {
        Ok(Answer::Chat(chat)) => chat,
        other => panic!("{other:?}"),
    }
}

/// The own messages of a chat that wait to be sent, in their order.
fn written(story: &Story, chat: client_api::ChatId) -> Vec<MessageRow> {
    let mut statement = story
        .db
        .prepare("SELECT message FROM message WHERE chat = ?1 AND seq = 0 AND kind = 0 ORDER BY time_ms")
        .expect("query");
    let ids = statement.query_map([chat.0], |row| row.get(0)).expect("query");
    ids.map(|id| {
        let row = messages::get_row(&story.db, ChatId(chat.0), MessageId(id.expect("an id")), story.me);
        row.expect("read").expect("a row")
    })
    .collect()
}

fn words(row: &MessageRow) -> String {
    match &row.body {
        MessageBody::Text(text) => text.clone(),
        other => panic!("no text: {other:?}"),
    }
}

#[test]
fn texts_are_sent_on_in_their_order_and_say_so() {
    let mut story = Story::new();
    story.says(story.peer, 3, 1, text("first"));
    story.says(story.me, 1, 2, answer("second", id(3), story.peer, "first"));
    story.says(story.peer, 2, 3, text("third"));
    story.says(story.peer, 4, 4, edit(id(2), "third, as it is now"));
    let notes = notes(&mut story);
    let both = [(CHAT_UI, Some(AccountId(story.peer.0))), (notes, None), (notes, Some(AccountId(story.me.0)))];
    // Named in any order, and one of them twice.
    assert_eq!(sends_on(&mut story, &[2, 1, 3, 1], &both), Ok(Answer::Done));
    for chat in [CHAT_UI, notes] {
        let rows = written(&story, chat);
        assert_eq!(rows.iter().map(words).collect::<Vec<_>>(), ["first", "second", "third, as it is now"]);
        assert!(rows.iter().all(|row| row.forwarded && row.own && row.quote.is_none() && !row.edited));
        assert!(rows.iter().all(|row| row.edit_until_ms == 0 && row.delete_until_ms > 0));
    }
    // Three to each: nothing is lost on the way out.
    assert_eq!(story.count("SELECT count(*) FROM outbox WHERE length(message) > 0"), 6);
    let contents: Vec<Vec<u8>> = {
        let mut statement = story.db.prepare("SELECT content FROM outbox WHERE length(message) > 0").expect("query");
        let contents = statement.query_map([], |row| row.get(0)).expect("query");
        contents.collect::<Result<_, _>>().expect("contents")
    };
    for content in contents {
        let body = Content::decode(content.as_slice()).expect("a content").body;
        assert!(matches!(body, Some(content::Body::Text(Text { forwarded: true, quote: None, .. }))));
    }
    // What stood there before says nothing of that.
    assert!(!story.row(3).expect("the row").forwarded);
}

#[test]
fn where_one_is_refused_nothing_is_sent_on() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, text("a text"));
    story.says(story.peer, 2, 2, text("taken back"));
    story.says(story.peer, 3, 3, deletion(id(2)));
    story.says(story.peer, 4, 4, text("of a newer version"));
    story.says(story.peer, 5, 5, text("a line of the chat"));
    story.says(story.peer, 6, 6, text("not opened yet"));
    story.says(story.peer, 7, 7, reaction(id(1), "👍"));
    for (number, kind) in [(4, 1), (5, 2), (6, 3)] {
        story
            .db
            .execute("UPDATE message SET kind = ?2 WHERE message = ?1", rusqlite::params![id(number).0, kind])
            .expect("changed");
    }
    let notes = notes(&mut story);
    let here = (notes, None);
    for (numbers, to, refused) in [
        (vec![1, 2], vec![here], INVALID),
        (vec![4, 1], vec![here], INVALID),
        (vec![1, 5], vec![here], INVALID),
        (vec![6, 1], vec![here], INVALID),
        (vec![1, 7], vec![here], UserError::NotFound),
        (vec![1, 99], vec![here], UserError::NotFound),
        (vec![1], vec![here, (client_api::ChatId([9; 16]), None)], UserError::NotFound),
        (vec![1], vec![here, (CHAT_UI, Some(AccountId([9; 16])))], UserError::OtherAccount),
        (vec![], vec![here], INVALID),
        (vec![1], vec![], INVALID),
        (vec![1; MESSAGES_MAX + 1], vec![here], INVALID),
        (vec![1], vec![here; CHATS_MAX + 1], INVALID),
    ] {
        assert_eq!(sends_on(&mut story, &numbers, &to), Err(refused), "{numbers:?} to {to:?}");
        assert_eq!(written(&story, notes).len() + written(&story, CHAT_UI).len(), 0, "{numbers:?} to {to:?}");
    }
    assert_eq!(sends_on(&mut story, &[1; MESSAGES_MAX], &[here; CHATS_MAX]), Ok(Answer::Done));
    assert_eq!(written(&story, notes).len(), 1);
}

#[test]
fn no_text_goes_into_the_group_of_the_own_devices_or_a_chat_that_was_left() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, text("a text"));
    let notes = notes(&mut story);
    for (column, value) in [("kind", 1), ("membership", Membership::Left.number())] {
        let before: u32 = story.count(&format!("SELECT {column} FROM chat WHERE chat = x'{}'", hex::encode(notes.0)));
        let set = format!("UPDATE chat SET {column} = ?2 WHERE chat = ?1");
        story.db.execute(&set, rusqlite::params![notes.0, value]).expect("changed");
        assert_eq!(sends_on(&mut story, &[1], &[(notes, None)]), Err(UserError::NotFound), "{column}");
        story.db.execute(&set, rusqlite::params![notes.0, before]).expect("changed");
    }
    assert_eq!(sends_on(&mut story, &[1], &[(notes, None)]), Ok(Answer::Done));
}

#[test]
fn what_was_sent_on_stays_as_it_is() {
    let mut story = Story::new();
    let sent_on = |words: &str| match text(words) {
        content::Body::Text(text) => content::Body::Text(Text { forwarded: true, ..text }),
        other => other,
    };
    story.says(story.peer, 1, 1, sent_on("as it was said"));
    story.says(story.peer, 2, 2, edit(id(1), "never said"));
    assert_eq!(story.text_of(1), ("as it was said".to_owned(), false));
    assert!(story.row(1).expect("the row").forwarded);
    story.says(story.me, 3, 3, answer("to that", id(1), story.peer, ""));
    let quote = story.row(3).expect("the row").quote.expect("a quote");
    assert_eq!(quote.body, Quoted::Text("as it was said".to_owned()));
    // Not by its own sender either, who may delete it.
    story.says(story.me, 4, 4, sent_on("sent on by me"));
    let change = Command::EditText { chat: CHAT_UI, message: ids(&[4])[0], text: "changed".to_owned() };
    assert_eq!(story.asks(change), Err(UserError::TooLate));
    story.says(story.peer, 5, 5, deletion(id(1)));
    let row = story.row(1).expect("the row");
    assert_eq!((row.body, row.forwarded), (MessageBody::Deleted, false));
    assert!(story.is_forgotten("as it was said"));
}

#[test]
fn what_was_sent_on_can_be_sent_on() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, text("round and round"));
    let notes = notes(&mut story);
    assert_eq!(sends_on(&mut story, &[1], &[(notes, None)]), Ok(Answer::Done));
    let first = written(&story, notes).remove(0).id;
    let again = Command::ForwardMessages { chat: notes, messages: vec![first], to: vec![(CHAT_UI, None)] };
    assert_eq!(story.asks(again), Ok(Answer::Done));
    assert!(written(&story, CHAT_UI).iter().all(|row| row.forwarded && words(row) == "round and round"));
}

#[test]
fn a_chat_that_goes_on_elsewhere_is_written_to_there_if_the_people_are_the_same() {
    for (people, answered) in [(People::Same, Ok(Answer::Done)), (People::Others, Err(UserError::OtherAccount))] {
        let mut story = Story::new();
        story.says(story.peer, 1, 1, text("a text"));
        let moved = Moved { from: ChatId([9; 16]), to: ChatId(CHAT_UI.0), people };
        let client = &mut story.client;
        step(&story.db, now_ms(), |cx| client.follow_moved(cx, &[moved]));
        // The old id stands for both: what is sent on is read in the chat that goes on, whoever is in it now.
        let old = client_api::ChatId([9; 16]);
        let command = Command::ForwardMessages { chat: old, messages: ids(&[1]), to: vec![(old, None)] };
        assert_eq!(story.asks(command), answered);
        assert_eq!(written(&story, CHAT_UI).len(), usize::from(people == People::Same));
    }
}
