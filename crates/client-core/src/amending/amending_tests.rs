//! A chat of two: what they say about each other's messages, in whatever order it comes.

use super::*;
use crate::io::Output;
use crate::messages::Place;
use crate::testing::story::{CHAT_UI, MINUTE_MS, Story, answer, deletion, edit, id, reaction, text};
use crate::testing::{CHAT, now_ms, step};
use crate::{chat_list, state};
use client_api::{Command, Event, Quoted};
use prost::Message as _;
use proto::content::Content;
use proto::ids::{DeviceAddress, DeviceNumber};

#[test]
fn of_an_accounts_reactions_the_newest_counts_and_words_are_none() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("hello"));
    story.says(story.me, 2, 1, reaction(id(1), "👍"));
    story.says(story.peer, 3, 2, reaction(id(1), "❤️"));
    story.says(story.me, 4, 3, reaction(id(1), "🏳️‍🌈"));
    assert_eq!(story.reactions(1), [(false, "❤️".to_owned()), (true, "🏳️‍🌈".to_owned())]);
    story.says(story.me, 5, 4, reaction(id(1), ""));
    story.says(story.peer, 6, 5, reaction(id(1), "call +1 900"));
    assert_eq!(story.reactions(1), []);
}

#[test]
fn an_emoji_is_something_that_is_seen_and_not_read() {
    for emoji in ["👍", "👍🏽", "❤️", "👩‍👩‍👧‍👦", "🏳️‍🌈", "1️⃣", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☕", "✨", "🫶"]
    {
        assert!(amendments::is_emoji(emoji), "{emoji}");
    }
    let long = "👍".repeat(17);
    for other in ["", "a", "12", "ab\u{20E3}c", " ", "\u{200D}", "\u{FE0F}", "👍 x", "ß", "<b>", "1️⃣2️⃣", long.as_str()]
    {
        assert!(!amendments::is_emoji(other), "{other:?}");
    }
}

#[test]
fn only_who_wrote_a_text_changes_it_within_a_day_and_the_last_change_counts() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("first"));
    story.says(story.me, 2, 1, edit(id(1), "forged"));
    assert_eq!(story.text_of(1), ("first".to_owned(), false));
    story.says(story.peer, 3, 3, edit(id(1), "third"));
    story.says(story.peer, 4, 2, edit(id(1), "second"));
    assert_eq!(story.text_of(1), ("third".to_owned(), true));
    story.says(story.peer, 5, 24 * 60 + 1, edit(id(1), "too late"));
    story.says(story.peer, 6, 4, edit(id(1), " "));
    assert_eq!(story.text_of(1).0, "third", "nothing is no text, and what comes late is none");
    story.says(story.me, 7, 6, answer("to what it is now", id(1), story.peer, ""));
    let quote = story.row(7).expect("the row").quote.expect("a quote");
    assert_eq!(quote.body, Quoted::Text("third".to_owned()));
}

#[test]
fn what_is_said_about_a_message_may_come_before_it() {
    let story = Story::new();
    story.says(story.me, 2, 1, reaction(id(1), "👍"));
    story.says(story.peer, 3, 2, edit(id(1), "as it is now"));
    story.says(story.peer, 4, 3, deletion(id(5)));
    story.says(story.peer, 1, 0, text("as it was"));
    story.says(story.peer, 5, 0, text("a word too many"));
    assert_eq!(story.text_of(1), ("as it is now".to_owned(), true));
    assert_eq!(story.reactions(1), [(true, "👍".to_owned())]);
    assert_eq!(story.row(5).expect("the row").body, MessageBody::Deleted);
    assert!(story.is_forgotten("a word too many"));
}

#[test]
fn what_its_sender_deletes_is_gone_from_the_database_with_all_its_texts() {
    let mut story = Story::new();
    story.says(story.peer, 1, 0, text("a secret"));
    story.says(story.peer, 2, 1, edit(id(1), "another secret"));
    story.says(story.me, 3, 2, deletion(id(1)));
    assert_eq!(story.text_of(1).0, "another secret", "only its sender can");
    let star = Command::SetStarred { chat: CHAT_UI, message: client_api::MessageId(id(1).0), starred: true };
    assert_eq!(story.asks(star), Ok(Answer::Done));
    story.says(story.me, 4, 3, reaction(id(1), "👍"));
    story.says(story.peer, 5, 4, deletion(id(1)));
    story.says(story.peer, 6, 5, edit(id(1), "a late secret"));
    let row = story.row(1).expect("its place stays");
    assert_eq!((row.body, row.starred, row.reactions.len()), (MessageBody::Deleted, false, 0));
    assert!(story.is_forgotten("secret"));
}

#[test]
fn what_an_account_deletes_for_itself_is_gone_on_its_devices_whenever_it_comes() {
    let mut story = Story::new();
    story.says(story.peer, 1, 0, text("not for me"));
    let delete =
        Command::DeleteMessages { chat: CHAT_UI, messages: vec![client_api::MessageId(id(1).0)], for_everyone: false };
    assert_eq!(story.asks(delete.clone()), Ok(Answer::Done));
    assert!(story.row(1).is_none());
    assert_eq!(story.asks(delete), Err(UserError::NotFound), "once");
    // On a sibling the word comes first, then the history.
    step(&story.db, now_ms(), |cx| {
        own_state::set(cx, &amendments::hide_key(id(2)), own_state::flag(true)).expect("set")
    });
    story.says(story.peer, 2, 1, text("nor this"));
    assert!(story.row(2).is_none());
    assert!(story.is_forgotten("this") && story.is_forgotten("for me"));
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind < 2"), 2, "they count in the history");
    assert_eq!(story.count("SELECT count(*) FROM outbox WHERE length(message) > 0"), 0, "nobody else is told");
}

#[test]
fn what_never_left_leaves_no_trace() {
    let mut story = Story::new();
    let written = story.writes("a slip");
    let change = Command::EditText { chat: CHAT_UI, message: written, text: "another slip".to_owned() };
    assert!(matches!(story.asks(change), Ok(Answer::Message(_))));
    assert_eq!(story.count("SELECT count(*) FROM outbox WHERE length(message) > 0"), 2);
    let delete = Command::DeleteMessages { chat: CHAT_UI, messages: vec![written], for_everyone: true };
    assert_eq!(story.asks(delete), Ok(Answer::Done));
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind <= 0"), 0);
    assert_eq!(story.count("SELECT count(*) FROM outbox WHERE length(message) > 0"), 0);
}

/// An own message that is out, and its deletion, which is on its way: the deletion's id.
fn deletes_what_is_out(story: &mut Story) -> (client_api::MessageId, MessageId) {
    let written = story.writes("it is out");
    story.db.execute("UPDATE outbox SET frame = x'', went_out = 1", []).expect("it went, and is made anew");
    let delete = Command::DeleteMessages { chat: CHAT_UI, messages: vec![written], for_everyone: true };
    assert_eq!(story.asks(delete), Ok(Answer::Done));
    let row = story.row_of(written);
    assert_eq!((row.body, row.delete_until_ms), (MessageBody::Deleted, 0), "at once, on the screen");
    assert_eq!(story.count("SELECT count(*) FROM outbox WHERE length(message) > 0"), 2);
    let word: [u8; 16] =
        story.db.query_row("SELECT message FROM message WHERE about = 4", [], |row| row.get(0)).expect("the word");
    (written, MessageId(word))
}

#[test]
fn what_the_server_may_have_is_deleted_for_everyone_by_a_word_of_its_own() {
    let mut story = Story::new();
    let (written, word) = deletes_what_is_out(&mut story);
    let place = |seq| Place { seq, time_ms: now_ms() + seq };
    step(&story.db, now_ms(), |cx| messages::settle(cx, CHAT, MessageId(written.0), place(20)).expect("taken"));
    assert!(!story.is_forgotten("it is out"), "the word may still be refused");
    step(&story.db, now_ms(), |cx| messages::settle(cx, CHAT, word, place(21)).expect("taken"));
    assert!(story.is_forgotten("it is out"));
    assert_eq!(story.row_of(written).body, MessageBody::Deleted);
}

#[test]
fn a_deletion_that_is_refused_for_good_shows_what_everybody_else_still_has() {
    let mut story = Story::new();
    let (written, word) = deletes_what_is_out(&mut story);
    step(&story.db, now_ms(), |cx| messages::fail(cx, CHAT, word).expect("refused"));
    assert_eq!(story.row_of(written).body, MessageBody::Text("it is out".to_owned()));
}

/// The message itself waits in quarantine, or never comes.
#[test]
fn the_texts_of_changes_go_also_where_their_message_never_came() {
    let story = Story::new();
    story.says(story.peer, 2, 1, edit(id(1), "a changed secret"));
    story.says(story.me, 3, 2, deletion(id(1)));
    assert!(!story.is_forgotten("secret"), "another's word is none");
    story.says(story.peer, 4, 3, deletion(id(1)));
    assert!(story.is_forgotten("secret"));
    story.says(story.me, 5, 4, answer("to that", id(1), story.peer, "a quoted secret"));
    let quote = story.row(5).expect("the row").quote.expect("a quote");
    assert_eq!(quote.body, Quoted::Deleted, "what is known to be deleted is not shown as it is remembered");
    step(&story.db, now_ms(), |cx| {
        own_state::set(cx, &amendments::hide_key(id(6)), own_state::flag(true)).expect("set")
    });
    story.says(story.peer, 7, 5, edit(id(6), "a hidden text"));
    assert!(story.is_forgotten("a hidden text"));
}

/// What was said to whoever had the number before is not said to whoever has it now.
#[test]
fn what_moved_with_a_number_is_neither_changed_nor_quoted_for_the_new_owner() {
    let mut story = Story::new();
    story.says(story.me, 1, 55, text("for the old one"));
    story.db.execute("UPDATE message SET seq = ?1", [messages::MOVED_SEQ]).expect("moved");
    let (chat, message) = (CHAT_UI, client_api::MessageId(id(1).0));
    let row = story.row(1).expect("the row");
    assert_eq!((row.edit_until_ms, row.delete_until_ms), (0, 0));
    let change = Command::EditText { chat, message, text: "for the old one alone".to_owned() };
    assert_eq!(story.asks(change), Err(UserError::TooLate));
    let answer = Command::SendText { chat, text: "and?".to_owned(), written_for: None, answers: Some(message) };
    assert!(matches!(story.asks(answer), Ok(Answer::Message(_))));
    let sent: Vec<u8> = story
        .db
        .query_row("SELECT content FROM outbox WHERE length(message) > 0", [], |row| row.get(0))
        .expect("the answer");
    assert!(!sent.windows(11).any(|words| words == b"for the old"), "no excerpt goes out");
}

#[test]
fn what_was_refused_is_not_changed_and_goes_without_a_word() {
    let mut story = Story::new();
    let written = story.writes("refused");
    step(&story.db, now_ms(), |cx| {
        cx.db.execute("DELETE FROM outbox", []).expect("has its verdict");
        messages::fail(cx, CHAT, MessageId(written.0)).expect("failed");
    });
    let change = Command::EditText { chat: CHAT_UI, message: written, text: "changed".to_owned() };
    assert_eq!(story.asks(change), Err(UserError::TooLate));
    let delete = Command::DeleteMessages { chat: CHAT_UI, messages: vec![written], for_everyone: false };
    assert_eq!(story.asks(delete), Ok(Answer::Done));
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind < 2"), 0);
    assert_eq!(story.count("SELECT count(*) FROM outbox WHERE length(message) > 0"), 0);
}

#[test]
fn a_change_that_is_refused_for_good_leaves_the_text_as_it_was() {
    let mut story = Story::new();
    story.says(story.me, 1, 55, text("as it was"));
    let change =
        Command::EditText { chat: CHAT_UI, message: client_api::MessageId(id(1).0), text: "changed".to_owned() };
    assert!(matches!(story.asks(change), Ok(Answer::Message(_))));
    assert_eq!(story.text_of(1), ("changed".to_owned(), true));
    let amendment: [u8; 16] =
        story.db.query_row("SELECT message FROM message WHERE kind = -1", [], |row| row.get(0)).expect("the change");
    step(&story.db, now_ms(), |cx| messages::fail(cx, CHAT, MessageId(amendment)).expect("failed"));
    assert_eq!(story.text_of(1), ("as it was".to_owned(), false));
}

#[test]
fn what_is_not_ones_own_or_too_old_is_not_changed() {
    let mut story = Story::new();
    story.says(story.peer, 1, 59, text("theirs"));
    story.says(story.me, 2, 0, text("an hour old"));
    let ui = |number| client_api::MessageId(id(number).0);
    let change = |number, text: &str| Command::EditText { chat: CHAT_UI, message: ui(number), text: text.to_owned() };
    assert_eq!(story.asks(change(1, "x")), Err(UserError::TooLate));
    assert_eq!(story.asks(change(2, "x")), Err(UserError::TooLate));
    assert_eq!(story.asks(change(9, "x")), Err(UserError::NotFound));
    assert_eq!(story.asks(change(2, " ")), Err(UserError::TextEmpty));
    let delete = |numbers: &[u8], for_everyone| Command::DeleteMessages {
        chat: CHAT_UI,
        messages: numbers.iter().map(|number| ui(*number)).collect(),
        for_everyone,
    };
    assert_eq!(story.asks(delete(&[1, 2], true)), Err(UserError::TooLate), "all or none");
    assert_eq!(story.row(2).map(|row| row.body), Some(MessageBody::Text("an hour old".to_owned())));
    assert_eq!(story.asks(delete(&[2], true)), Ok(Answer::Done), "two days are given for that");
    assert_eq!(story.row(2).map(|row| row.body), Some(MessageBody::Deleted));
    let react = |emoji: &str| Command::React { chat: CHAT_UI, message: ui(1), emoji: emoji.to_owned() };
    assert_eq!(story.asks(react("hello")), Err(UserError::ReactionInvalid));
    assert!(matches!(story.asks(react("👍")), Ok(Answer::Message(_))));
    assert_eq!(story.reactions(1), [(true, "👍".to_owned())]);
    let waiting = "SELECT count(*) FROM outbox WHERE length(message) > 0";
    let before = story.count(waiting);
    assert_eq!(story.asks(react("👍")), Ok(Answer::Done));
    assert_eq!(story.count(waiting), before, "it stands there already");
}

#[test]
fn an_answer_shows_what_it_answers_as_that_is_now() {
    let mut story = Story::new();
    story.says(story.peer, 1, 0, text("will you come?"));
    let command = Command::SendText {
        chat: CHAT_UI,
        text: "yes".to_owned(),
        written_for: None,
        answers: Some(client_api::MessageId(id(1).0)),
    };
    let Ok(Answer::Message(yes)) = story.asks(command) else { panic!("not written") };
    let quoted = |story: &Story| story.row_of(yes).quote.map(|quote| (quote.own, quote.body));
    assert_eq!(quoted(&story), Some((false, Quoted::Text("will you come?".to_owned()))));
    story.says(story.peer, 2, 1, edit(id(1), "will you come today?"));
    assert_eq!(quoted(&story), Some((false, Quoted::Text("will you come today?".to_owned()))));
    story.says(story.peer, 3, 2, deletion(id(1)));
    assert_eq!(quoted(&story), Some((false, Quoted::Deleted)));
    let unknown = Command::SendText {
        chat: CHAT_UI,
        text: "to what?".to_owned(),
        written_for: None,
        answers: Some(client_api::MessageId([0x77; 16])),
    };
    assert_eq!(story.asks(unknown), Err(UserError::NotFound));
}

#[test]
fn what_is_quoted_and_not_here_is_its_senders_claim_and_other_chats_are_not_quoted() {
    let story = Story::new();
    story.says(story.peer, 1, 0, answer("no", id(9), story.me, "I owe you 1,000"));
    let quote = story.row(1).expect("the row").quote.expect("a quote");
    assert_eq!((quote.own, quote.body), (true, Quoted::Claimed("I owe you 1,000".to_owned())));
    // The same id in another chat is another message.
    let elsewhere = "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content)
                     VALUES (?1, 1, ?2, 1, ?3, 1, 1, 0, ?4)";
    let content = Content {
        message_id: id(9).to_vec(),
        sent_ms: 1,
        profile_version: 0,
        lifetime_s: 0,
        body: Some(text("private")),
    };
    story
        .db
        .execute(elsewhere, params![[1_u8; 16], id(9).as_bytes(), story.me.as_bytes(), content.encode_to_vec()])
        .expect("stored");
    let quote = story.row(1).expect("the row").quote.expect("a quote");
    assert_eq!(quote.body, Quoted::Claimed("I owe you 1,000".to_owned()));
    story.says(story.peer, 3, 2, deletion(id(9)));
    story.says(story.me, 4, 3, deletion(id(9)));
    assert!(!story.is_forgotten("private"), "nor deleted from here");
}

#[test]
fn what_is_said_about_messages_is_not_unread_and_not_the_newest_message() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("hello"));
    let (before, _) = step(&story.db, 1, |cx| chat_list::rows(cx, Some(CHAT), &Default::default()).expect("rows"));
    story.says(story.peer, 2, 1, reaction(id(1), "👍"));
    story.says(story.peer, 3, 2, edit(id(1), "hello again"));
    let (after, _) = step(&story.db, 1, |cx| chat_list::rows(cx, Some(CHAT), &Default::default()).expect("rows"));
    let (before, after) = (before.first().expect("the chat"), after.first().expect("the chat"));
    assert_eq!((before.unread, after.unread), (1, 1));
    assert_eq!(before.activity_ms, after.activity_ms, "the chat stays where it is in the list");
    assert_eq!(after.last.as_ref().map(|last| last.preview.as_str()), Some("hello again"));
    story.says(story.peer, 4, 3, deletion(id(1)));
    let (rows, _) = step(&story.db, 1, |cx| chat_list::rows(cx, Some(CHAT), &Default::default()).expect("rows"));
    let last = rows.first().and_then(|row| row.last.clone()).expect("a last message");
    assert_eq!((last.deleted, last.preview.as_str()), (true, ""));
}

/// Nobody is notified of a reaction, nor of what was deleted before it came; of what was changed, as it is now.
#[test]
fn a_notification_says_what_a_message_is_now() {
    let mut story = Story::new();
    story.says(story.peer, 1, 0, text("as it was"));
    story.says(story.peer, 2, 1, edit(id(1), "as it is"));
    story.says(story.peer, 3, 2, text("a slip"));
    story.says(story.peer, 4, 3, deletion(id(3)));
    let previews = |story: &mut Story, number: u8| {
        let content: Vec<u8> = story
            .db
            .query_row("SELECT content FROM message WHERE message = ?1", [id(number).as_bytes()], |row| row.get(0))
            .expect("stored");
        let content = Content::decode(content.as_slice()).expect("a content");
        let sender = DeviceAddress { account: story.peer, device: DeviceNumber(1) };
        let client = &mut story.client;
        let (_, out) = step(&story.db, now_ms(), |cx| {
            let chat = chats::find(cx.db, CHAT).expect("read").expect("a chat");
            client.tell_arrival(cx, &chat, sender, &content, 10).expect("told");
        });
        out.into_iter()
            .filter_map(|output| match output {
                Output::Event(Event::Notify { preview, .. }) => Some(preview),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(previews(&mut story, 1), ["as it is"]);
    for number in 2..=4 {
        assert!(previews(&mut story, number).is_empty(), "{number}");
    }
}

#[test]
fn what_an_older_version_could_not_read_is_read_after_the_update() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("hello"));
    story.says(story.peer, 2, 1, reaction(id(1), "👍"));
    // So an older version kept it.
    story.db.execute("UPDATE this SET bodies_known = 0", []).expect("of before");
    story
        .db
        .execute("UPDATE message SET kind = 1, target = NULL, about = 0 WHERE message = ?1", [id(2).as_bytes()])
        .expect("kept");
    assert_eq!(story.row(2).expect("shown").body, MessageBody::Newer);
    step(&story.db, now_ms(), |cx| messages::read_newer(cx).expect("read"));
    assert!(story.row(2).is_none());
    assert_eq!(story.reactions(1), [(false, "👍".to_owned())]);
}

/// Whoever sends thousands of reactions makes no row slow.
#[test]
fn of_very_many_amendments_the_newest_are_looked_at() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("hello"));
    story.says(story.me, 2, 0, reaction(id(1), "👍"));
    let content = Content {
        message_id: Vec::new(),
        sent_ms: 1,
        profile_version: 0,
        lifetime_s: 0,
        body: Some(reaction(id(1), "❤️")),
    };
    let insert =
        "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content, target, about)
                  VALUES (?1, ?2, ?3, 99, ?4, 1, 1, -1, ?5, ?6, 2)";
    for number in 0..1_024_u64 {
        let id_of = u128::from(number + 1_000).to_be_bytes();
        let time_ms = story.began_ms + MINUTE_MS + number;
        let values = params![CHAT.as_bytes(), time_ms, id_of, story.peer.as_bytes(), content.encode_to_vec(), id(1).0];
        story.db.execute(insert, values).expect("stored");
    }
    assert_eq!(story.reactions(1), [(false, "❤️".to_owned())]);
}

impl Story {
    fn row_of(&self, id: client_api::MessageId) -> MessageRow {
        messages::get_row(&self.db, CHAT, MessageId(id.0), self.me).expect("read").expect("the row")
    }
}

#[test]
fn a_hidden_message_stays_hidden_through_the_state_of_siblings() {
    let story = Story::new();
    story.says(story.peer, 1, 0, text("not for me"));
    let key = amendments::hide_key(id(1));
    let op = proto::content::StateOp { key: key.clone(), value: own_state::flag(true), clock: 1 << 16, device: 2 };
    let (_, out) = step(&story.db, now_ms(), |cx| {
        own_state::take(cx, std::slice::from_ref(&op)).expect("taken");
        assert!(cx.changed.messages_gone.contains(&(CHAT, id(1))), "it leaves the screen");
    });
    assert!(out.is_empty());
    assert!(story.row(1).is_none());
    assert_eq!(state::get(&story.db, &key).expect("read"), Some(own_state::flag(true)));
}
