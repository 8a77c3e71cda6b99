//! What is found of a conversation, in which order, and what never is.

use super::*;
use crate::io::Input;
use crate::io::{Clock, Output};
use crate::testing::now_ms;
use crate::testing::story::{CHAT_UI, MINUTE_MS, Story, deletion, edit, id, reaction, text};
use client_api::{Command, Piece};
use proptest::prelude::*;
use proto::content::{Media, Text, content, media};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

fn words(words: &str) -> SearchQuery {
    SearchQuery { words: words.to_owned(), ..SearchQuery::default() }
}

fn starred() -> SearchQuery {
    SearchQuery { starred: true, ..SearchQuery::default() }
}

fn page(story: &mut Story, query: SearchQuery, after: Option<FoundPlace>, limit: u16) -> Found {
    match story.asks(Command::Search { query, after, limit }) {
        Ok(Answer::Found(found)) => found,
        other => panic!("{other:?}"),
    }
}

/// The first bytes of the ids: the numbers that the tests give.
fn found(story: &mut Story, query: SearchQuery) -> Vec<u8> {
    page(story, query, None, FOUND_MAX).messages.iter().map(|found| found.message.0[0]).collect()
}

/// All words that the index knows, in whichever row.
fn known_words(story: &Story) -> Vec<String> {
    story
        .db
        .execute_batch("CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab(main, search, row)")
        .expect("a view of the index");
    let mut statement = story.db.prepare("SELECT term FROM search_words").expect("query");
    let terms = statement.query_map([], |row| row.get(0)).expect("query");
    terms.collect::<Result<_, _>>().expect("words")
}

#[test]
fn words_are_found_whatever_their_case_their_accents_and_their_script() {
    let mut story = Story::new();
    for (number, said) in (1..).zip([
        "Das Schloß liegt über dem Fluss",
        "Où est le café?",
        "Встретимся у Маяка",
        "القَمَرُ فوق البيت",
        "明日は東京タワーで会いましょう",
        "พรุ่งนี้เจอกันที่ประภาคาร",
        "I don't know: is it O'Brien's, or (maybe) NOT?",
        "cafe\u{301} encore",
        "number +49 151 12345602",
        "soft\u{ad}hyphen",
    ]) {
        story.says(story.peer, number, u64::from(number), text(said));
    }
    for (typed, numbers) in [
        ("uber fluss", vec![1]),
        ("ÜBER", vec![1]),
        ("cafe", vec![8, 2]),
        ("café", vec![8, 2]),
        ("ou est", vec![2]),
        ("маяк", vec![3]),
        ("МАЯКА встр", vec![3]),
        ("القمر", vec![4]),
        ("القَمَر", vec![4]),
        ("東京", vec![5]),
        ("京タ", vec![5]),
        ("東京 明日", vec![5]),
        ("京東", vec![]),
        ("ประภาคาร", vec![6]),
        ("don't", vec![7]),
        ("obrien", vec![]),
        ("o'br", vec![7]),
        ("(maybe)", vec![7]),
        ("NOT", vec![7]),
        ("1234", vec![9]),
        ("softhyphen", vec![10]),
        ("e", vec![8, 2]),
        ("enc cafe", vec![]),
        ("cafe enc", vec![8]),
        ("tower", vec![]),
    ] {
        // The last word may go on; all others are whole.
        assert_eq!(found(&mut story, words(typed)), numbers, "{typed}");
    }
}

#[test]
fn what_was_found_is_marked_in_its_line() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, text("first line\nmeet me at the Café\u{2} by the lighthouse"));
    let pieces = |story: &mut Story, typed| page(story, words(typed), None, 1).messages.remove(0).excerpt;
    let piece = |text: &str, found| Piece { text: text.to_owned(), found };
    assert_eq!(
        pieces(&mut story, "cafe light"),
        [
            piece("first line meet me at the ", false),
            piece("Café", true),
            piece(" by the ", false),
            piece("lighthouse", true)
        ]
    );
}

#[test]
fn what_was_changed_is_found_by_its_new_words_and_what_was_deleted_by_none() {
    let mut story = Story::new();
    for (number, said) in
        [(1, "the old harbour"), (2, "a secret password"), (3, "hide this whisper"), (4, "stays here")]
    {
        story.says(story.peer, number, u64::from(number), text(said));
    }
    assert_eq!(found(&mut story, words("h")), [4, 3, 1]);
    story.says(story.peer, 5, 5, edit(id(1), "the new lighthouse"));
    // An account changes and deletes its own words only.
    story.says(story.me, 6, 6, edit(id(4), "never said"));
    story.says(story.me, 7, 7, deletion(id(4)));
    story.says(story.peer, 8, 8, deletion(id(2)));
    story.says(story.me, 9, 9, reaction(id(4), "👍"));
    let hide =
        Command::DeleteMessages { chat: CHAT_UI, messages: vec![client_api::MessageId(id(3).0)], for_everyone: false };
    assert_eq!(story.asks(hide), Ok(Answer::Done));
    // At once, before anybody looks at the line: words do not outlive their message.
    for gone in ["harbour", "secret", "whisper"] {
        assert!(!known_words(&story).iter().any(|word| word == gone), "{gone}: {:?}", known_words(&story));
    }
    assert_eq!(found(&mut story, words("h")), [4]);
    assert_eq!(found(&mut story, words("lighthouse")), [1]);
    for typed in ["harbour", "secret", "whisper", "never"] {
        assert_eq!(found(&mut story, words(typed)), Vec::<u8>::new(), "{typed}");
    }
    // A change that comes before what it changes.
    story.says(story.peer, 11, 12, edit(id(10), "afterwards"));
    story.says(story.peer, 10, 10, text("beforehand"));
    assert_eq!((found(&mut story, words("before")), found(&mut story, words("after"))), (vec![], vec![10]));
}

#[test]
fn pages_have_no_hole_and_no_repeat_while_messages_come_and_go() {
    let mut story = Story::new();
    for number in 1..=20 {
        story.says(story.peer, number, u64::from(number), text("again and again"));
    }
    let first = page(&mut story, words("again"), None, 8);
    assert_eq!(
        first.messages.iter().map(|found| found.message.0[0]).collect::<Vec<_>>(),
        (13..=20).rev().collect::<Vec<_>>()
    );
    assert!(first.has_more && first.not_indexed == 0);
    let last = first.messages.last().expect("eight");
    let place = Some(FoundPlace { time_ms: last.time_ms, message: last.message });
    assert_eq!(page(&mut story, words("again"), place, 1).messages.first().map(|found| found.message.0[0]), Some(12));
    story.says(story.peer, 21, 21, text("again"));
    // The one at which the page ended is gone, too.
    story.says(story.peer, 22, 22, deletion(id(13)));
    let next = page(&mut story, words("again"), place, 100);
    assert_eq!(
        next.messages.iter().map(|found| found.message.0[0]).collect::<Vec<_>>(),
        (1..=12).rev().collect::<Vec<_>>()
    );
    assert!(!next.has_more);
    assert_eq!(page(&mut story, words("again"), None, 0).messages.len(), 1, "one at least");
}

#[test]
fn filters_narrow_what_is_found() {
    let mut story = Story::new();
    for number in 1..=6 {
        let by = if number % 2 == 0 { story.me } else { story.peer };
        story.says(by, number, u64::from(number), text(&format!("word {number}")));
    }
    let at = |minute: u64| story.began_ms + minute * MINUTE_MS;
    let (from_ms, until_ms) = (at(3), at(5));
    let me = Some(client_api::AccountId(story.me.0));
    let elsewhere = Some(client_api::ChatId([9; 16]));
    for (query, numbers) in [
        (SearchQuery { from_ms, until_ms, ..words("word") }, vec![4, 3]),
        (SearchQuery { from_ms, until_ms, ..SearchQuery::default() }, vec![4, 3]),
        (SearchQuery { sender: me, ..words("word") }, vec![6, 4, 2]),
        (SearchQuery { sender: me, from_ms, ..SearchQuery::default() }, vec![6, 4]),
        (SearchQuery { chat: Some(CHAT_UI), ..words("word 5") }, vec![5]),
        (SearchQuery { chat: elsewhere, ..words("word") }, vec![]),
        (SearchQuery { from_ms: u64::MAX, ..words("word") }, vec![]),
        (SearchQuery { until_ms: u64::MAX, ..words("word 1") }, vec![1]),
    ] {
        assert_eq!(found(&mut story, query.clone()), numbers, "{query:?}");
    }
}

#[test]
fn what_a_chat_carries_is_listed_by_kind() {
    let mut story = Story::new();
    let file = |kind: media::Kind, caption: &str| {
        let caption = Some(Text { text: caption.to_owned(), ..Text::default() });
        content::Body::Media(Media { kind: kind.into(), name: "harbour.bin".into(), caption, ..Media::default() })
    };
    for (number, body) in (1..).zip([
        text("no more than words"),
        file(media::Kind::Photo, "look: https://example.org"),
        file(media::Kind::Video, ""),
        file(media::Kind::Document, ""),
        file(media::Kind::Voice, ""),
        text("http://example.org/path and on"),
    ]) {
        story.says(story.peer, number, u64::from(number), body);
    }
    let by = |carries| SearchQuery { carries: Some(carries), ..SearchQuery::default() };
    for (carries, numbers) in
        [(Carries::Pictures, vec![3, 2]), (Carries::Files, vec![5, 4]), (Carries::Links, vec![6, 2])]
    {
        assert_eq!(found(&mut story, by(carries)), numbers, "{carries:?}");
    }
    let query = SearchQuery { words: "look".into(), ..by(Carries::Links) };
    assert_eq!(found(&mut story, query), [2]);
    // Page by page.
    let first = page(&mut story, by(Carries::Links), None, 1);
    assert!(first.has_more);
    let last = first.messages.last().expect("one");
    let place = FoundPlace { time_ms: last.time_ms, message: last.message };
    let second = page(&mut story, by(Carries::Links), Some(place), 1);
    assert_eq!(second.messages.iter().map(|found| found.message.0[0]).collect::<Vec<_>>(), [2]);
    // Deleted, it carries nothing; changed, what it carries now.
    story.says(story.peer, 7, 7, deletion(id(3)));
    story.says(story.peer, 8, 8, edit(id(6), "no address any more"));
    assert_eq!(found(&mut story, by(Carries::Pictures)), [2]);
    assert_eq!(found(&mut story, by(Carries::Links)), [2]);
}

#[test]
fn starred_messages_are_listed_newest_first_also_those_without_words() {
    let mut story = Story::new();
    for number in 1..=5 {
        story.says(story.peer, number, u64::from(number), text("star me"));
    }
    let star = |story: &mut Story, number, starred| {
        let message = client_api::MessageId(id(number).0);
        assert_eq!(story.asks(Command::SetStarred { chat: CHAT_UI, message, starred }), Ok(Answer::Done));
    };
    for number in [4, 1, 3, 2] {
        star(&mut story, number, true);
    }
    star(&mut story, 3, false);
    assert_eq!(found(&mut story, starred()), [4, 2, 1]);
    let first = page(&mut story, starred(), None, 2);
    assert!(first.has_more && first.messages.iter().all(|found| found.starred));
    let last = first.messages.last().expect("two");
    let place = Some(FoundPlace { time_ms: last.time_ms, message: last.message });
    assert_eq!(page(&mut story, starred(), place, 2).messages.len(), 1);
    assert_eq!(found(&mut story, SearchQuery { starred: true, ..words("star") }), [4, 2, 1]);
    assert_eq!(found(&mut story, SearchQuery { starred: true, chat: Some(CHAT_UI), ..starred() }), [4, 2, 1]);
    // Of a newer version: it has a star, and nothing that could be read.
    story.db.execute("UPDATE message SET kind = 1, content = x'08' WHERE message = ?1", [id(2).0]).expect("changed");
    story.says(story.peer, 6, 6, deletion(id(4)));
    assert_eq!(found(&mut story, starred()), [2, 1]);
    assert_eq!(found(&mut story, words("star")), [5, 3, 1]);
    // Its deletion is on the way, and may be refused: until then its star stays where it is.
    story.says(story.me, 7, 7, text("star mine"));
    story.db.execute("UPDATE message SET time_ms = ?1 WHERE message = ?2", (now_ms(), id(7).0)).expect("new enough");
    star(&mut story, 7, true);
    assert_eq!(found(&mut story, starred()), [7, 2, 1]);
    let delete =
        Command::DeleteMessages { chat: CHAT_UI, messages: vec![client_api::MessageId(id(7).0)], for_everyone: true };
    assert_eq!(story.asks(delete), Ok(Answer::Done));
    assert_eq!((found(&mut story, starred()), found(&mut story, words("mine"))), (vec![2, 1], vec![]));
}

#[test]
fn what_is_unsent_is_found_at_the_time_of_its_writing() {
    let mut story = Story::new();
    let written = story.writes("not yet sent");
    story.says(story.peer, 1, 1, text("sent long ago"));
    let found = page(&mut story, words("sent"), None, 10).messages;
    assert_eq!(found.first().map(|found| (found.message, found.own)), Some((written, true)));
    let age_ms = now_ms().saturating_sub(found.first().expect("two").time_ms);
    assert!(age_ms < 3_600_000, "{age_ms}");
    assert_eq!(found.len(), 2);
}

#[test]
fn an_empty_or_endless_search_is_refused() {
    let mut story = Story::new();
    for query in [words(""), words("  "), words(&"x".repeat(257)), SearchQuery { chat: Some(CHAT_UI), ..words("") }] {
        let refused = story.asks(Command::Search { query, after: None, limit: 10 });
        assert_eq!(refused, Err(UserError::SearchInvalid { max: 256 }));
    }
    assert_eq!(found(&mut story, words("!? …")), Vec::<u8>::new());
}

/// Whoever shares a chat can name any message: their words about those of others change nothing, and cost nothing.
#[test]
fn what_others_say_about_a_message_leaves_its_words_where_they_are() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, text("lighthouse"));
    assert_eq!(found(&mut story, words("lighthouse")), [1]);
    story.says(story.me, 2, 2, edit(id(1), "harbour"));
    story.says(story.me, 3, 3, deletion(id(1)));
    let elsewhere =
        "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content, target, about)
        SELECT x'0909', 1, x'0909', 1, account, 1, 1, -1, x'', message, 4 FROM message WHERE message = ?1";
    story.db.execute(elsewhere, [id(1).0]).expect("its sender says it in another chat");
    assert_eq!(story.count("SELECT count(*) FROM search_due"), 0);
    assert!(known_words(&story).iter().any(|word| word == "lighthouse"));
    // In this chat it counts.
    story
        .db
        .execute(
            "UPDATE message SET chat = (SELECT chat FROM message WHERE message = ?1) WHERE chat = x'0909'",
            [id(1).0],
        )
        .expect("moved");
    assert_eq!(story.count("SELECT count(*) FROM search_due"), 1);
    assert!(!known_words(&story).iter().any(|word| word == "lighthouse"));
}

#[test]
fn long_texts_are_indexed_a_few_at_a_time() {
    let mut story = Story::new();
    let long = "word ".repeat(13_000);
    for number in 1..=10 {
        story.says(story.peer, number, u64::from(number), text(&long));
    }
    let left = |found: Found| (found.messages.len(), found.not_indexed);
    let (shown, first) = left(page(&mut story, words("word"), None, FOUND_MAX));
    let (_, second) = left(page(&mut story, words("word"), None, FOUND_MAX));
    assert_eq!((shown, first, second), (5, 5, 0), "the newest first, and at least one");
}

#[test]
fn messages_of_one_time_and_like_ids_have_places_of_their_own() {
    let mut story = Story::new();
    for number in 1..=5_u8 {
        story.says(story.peer, number, 1, text("the same moment"));
        let alike: Vec<u8> = [[7; 4].as_slice(), [number; 12].as_slice()].concat();
        let time = "UPDATE message SET message = ?2, time_ms = 1000 WHERE message = ?1";
        story.db.execute(time, rusqlite::params![id(number).0, alike]).expect("as a server and a sender can have it");
    }
    assert_eq!(page(&mut story, words("moment"), None, FOUND_MAX).messages.len(), 5);
}

#[test]
fn after_a_search_it_is_told_once_that_its_answer_may_be_another() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, text("lighthouse"));
    let told = |story: &mut Story, changes: bool| {
        let client = &mut story.client;
        let (_, out) = crate::testing::step(&story.db, now_ms(), |cx| {
            if changes {
                cx.changed.message(crate::testing::CHAT, id(1));
            }
            client.show_changes(cx).expect("no halt");
        });
        out.iter().any(|output| matches!(output, Output::Event(client_api::Event::FoundChanged)))
    };
    assert!(!told(&mut story, true), "nobody has searched");
    found(&mut story, words("light"));
    assert_eq!([false, true, true].map(|changes| told(&mut story, changes)), [false, true, false]);
    found(&mut story, words("light"));
    assert!(told(&mut story, true));
}

/// Of a database whose messages were never indexed, or of a mirror: in steps, while nothing else is to be done, and then never again.
#[test]
fn the_line_is_worked_off_in_steps_by_the_clock() {
    let mut story = Story::new();
    for number in 1..=3 {
        story.says(story.peer, number, u64::from(number), text("hello"));
    }
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
        INSERT INTO search_due SELECT i, randomblob(16) FROM n";
    story.db.execute(many, []).expect("as if there had been more");
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let began_ms = now_ms();
    let mut wakes_at = |story: &mut Story, after_ms: u64, input| {
        let tx = story.db.transaction().expect("transaction");
        let clock = Clock { now_ms: began_ms + after_ms };
        let out = story.client.handle(&tx, input, clock, &mut rng).expect("no halt");
        tx.commit().expect("commit");
        out.into_iter()
            .filter_map(|output| if let Output::WakeAt(at_ms) = output { Some(at_ms - began_ms) } else { None })
            .min()
    };
    assert_eq!(wakes_at(&mut story, 0, Input::SocketClosed), Some(DELAY_MS));
    assert_eq!(story.count("SELECT count(*) FROM search_doc"), 0, "not before its time");
    let mut steps = 0;
    let mut at_ms = DELAY_MS;
    while story.count("SELECT count(*) FROM search_due") > 0 {
        let left = story.count("SELECT count(*) FROM search_due");
        let next_ms = wakes_at(&mut story, at_ms, Input::Wake);
        assert_eq!(left - story.count("SELECT count(*) FROM search_due"), left.min(STEP.messages));
        assert_eq!(next_ms.is_some_and(|next_ms| next_ms == at_ms + PAUSE_MS), left > STEP.messages, "{next_ms:?}");
        at_ms += PAUSE_MS;
        steps += 1;
    }
    assert_eq!((steps, story.count("SELECT count(*) FROM search_doc")), (3, 3));
}

proptest! {
    /// Words as typed are never an error, and each text that is a word is found by itself.
    #[test]
    fn anything_can_be_looked_for(typed in any::<String>(), said in "\\PC{0,40}") {
        let mut story = Story::new();
        story.says(story.peer, 1, 1, text(&format!("x {said}")));
        let short: String = typed.chars().take(WORDS_LEN_MAX).collect();
        let _ = story.asks(Command::Search { query: words(&short), after: None, limit: 10 });
        if said.chars().all(|letter| letter.is_alphabetic()) && !said.is_empty() {
            prop_assert_eq!(found(&mut story, words(&said)), [1]);
        }
    }
}
