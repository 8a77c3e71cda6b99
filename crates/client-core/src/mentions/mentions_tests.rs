//! Who is named in what is written and read.

use super::*;
use crate::accounts::{contact_key, set_contact};
use crate::amendments::{self, Names};
use crate::marks::{self, Mark};
use crate::testing::story::{CHAT_UI, Story, deletion, id, text};
use crate::testing::{CHAT, now_ms, step};
use crate::{chat_list, messages};
use client_api::{Answer, Command, MessageBody, Quoted};
use proptest::prelude::*;
use proto::content::{Contact, Edit, Text, content};
use std::collections::BTreeSet;

const ANNA: AccountId = AccountId([0xa; 16]);
const OTHER_ANNA: AccountId = AccountId([0xb; 16]);
const BEN: AccountId = AccountId([0xc; 16]);

/// A group of the phone's owner, its peer, Anna, Ben and another Anna, whom the owner calls otherwise.
fn group() -> Story {
    let story = Story::new();
    story.db.execute("UPDATE chat SET kind = 3, peer = x'00000000000000000000000000000000'", []).expect("a group");
    let people =
        [(ANNA, "Anna Lee", "+491701"), (OTHER_ANNA, "Anna Lee", "+491702"), (BEN, "Ben", ""), (story.me, "", "")];
    for (account, name, number) in people {
        let known = "INSERT INTO account (account, profile_name, number) VALUES (?1, ?2, ?3)
                     ON CONFLICT (account) DO UPDATE SET profile_name = ?2";
        story.db.execute(known, params![account.as_bytes(), name, number]).expect("known");
        let joined = "INSERT INTO group_member (chat, account, admin, since_seq) VALUES (?1, ?2, 0, 1)";
        story.db.execute(joined, params![CHAT.as_bytes(), account.as_bytes()]).expect("in it");
    }
    story.calls(OTHER_ANNA, "The boss");
    let me = ProfileBody { name: "Me Myself".to_owned(), ..ProfileBody::default() };
    step(&story.db, now_ms(), |cx| crate::state::set(cx, profile::KEY, me.encode_to_vec()).expect("named"));
    story
}

impl Story {
    fn calls(&self, account: AccountId, name: &str) {
        let contact = Contact { account: account.to_vec(), name: name.to_owned(), ..Contact::default() };
        step(&self.db, now_ms(), |cx| set_contact(cx, &contact, account).expect("called so"));
    }

    fn sent(&mut self, typed: &str) -> (client_api::MessageId, Text) {
        let message = self.writes(typed);
        let stored = "SELECT content FROM message WHERE message = ?1";
        let content: Vec<u8> = self.db.query_row(stored, [message.0], |row| row.get(0)).expect("stored");
        let content = Content::decode(content.as_slice()).expect("a content");
        let Some(content::Body::Text(text)) = content.body else { panic!("no text") };
        (message, text)
    }

    fn shown(&self, message: client_api::MessageId) -> (String, Vec<(String, Option<AccountId>)>) {
        let row = messages::get_row(&self.db, CHAT, proto::ids::MessageId(message.0), self.me).expect("read");
        let row = row.expect("the row");
        let MessageBody::Text(text) = row.body else { panic!("no text") };
        let part = |mention: &client_api::Mention| {
            let (at, length) = (mention.at as usize, mention.length as usize);
            (text[at..at + length].to_owned(), mention.account.map(|account| AccountId(account.0)))
        };
        (text.clone(), row.mentions.iter().map(part).collect())
    }

    fn named_in(&self) -> Option<u8> {
        let rows = step(&self.db, now_ms(), |cx| chat_list::rows(cx, Some(CHAT), &BTreeSet::new()).expect("rows")).0;
        rows[0].named_in.map(|message| message.0[0])
    }
}

fn naming(words: &str, of: &[(&str, Option<AccountId>)]) -> content::Body {
    let mention = |(name, account): &(&str, Option<AccountId>)| Mention {
        at: words.find(name).expect("a part of it") as u32,
        length: name.len() as u32,
        account: account.map(|account| account.to_vec()).unwrap_or_default(),
    };
    let mentions = of.iter().map(mention).collect();
    content::Body::Text(Text { text: words.to_owned(), mentions, ..Text::default() })
}

#[test]
fn what_is_typed_has_the_owners_names_and_what_is_sent_those_that_all_know() {
    let mut story = group();
    let typed = "@The boss, @Ben: write to mail@Ben.example, @all! @Nobody @Benno";
    let (message, sent) = story.sent(typed);
    assert_eq!(sent.text, "@Anna Lee, @Ben: write to mail@Ben.example, @all! @Nobody @Benno");
    assert!(story.is_forgotten("The boss"), "an address book is nobody else's to read");
    let (text, named) = story.shown(message);
    assert_eq!(text, typed);
    let expected = [("@The boss", Some(OTHER_ANNA)), ("@Ben", Some(BEN)), ("@all", None)];
    assert_eq!(named, expected.map(|(name, account)| (name.to_owned(), account)));
    // As they are called now.
    story.calls(OTHER_ANNA, "A friend");
    assert!(story.shown(message).0.starts_with("@A friend, "));
}

#[test]
fn no_name_of_the_address_book_goes_out_whoever_is_in_the_group() {
    let mut story = group();
    // Completed while there was another one of this name; in another case; of somebody who is not in the group any more.
    let (_, sent) = story.sent("@the BOSS (+491702), @Ben (0c0c0c0c)");
    assert_eq!((sent.text.as_str(), sent.mentions.len()), ("@Anna Lee, @Ben", 2));
    let (message, _) = story.sent("ask @The boss");
    story.db.execute("DELETE FROM group_member WHERE account = ?1", [OTHER_ANNA.as_bytes()]).expect("gone");
    assert_eq!(story.shown(message).0, "ask @The boss");
    let edit = Command::EditText { chat: CHAT_UI, message, text: "do ask @The boss".to_owned() };
    assert!(story.asks(edit).is_ok());
    let (_, sent) = story.sent("ask @The boss");
    assert_eq!((sent.text.as_str(), sent.mentions.len()), ("ask @Anna Lee", 0), "called so, and not named");
    let (_, sent) = story.sent(&"@Ben ".repeat(MENTIONS_MAX + 2));
    assert_eq!((sent.text, sent.mentions.len()), ("@Ben ".repeat(MENTIONS_MAX + 2), MENTIONS_MAX));
    let (_, sent) = story.sent("@Ben@The boss (+491702)");
    assert_eq!(sent.text, "@Ben@Anna Lee", "one right behind the other, and completed while there were two");
    assert!(story.is_forgotten("The boss"));
    story.calls(ANNA, "Mum");
    story.calls(BEN, "Mum");
    let (_, sent) = story.sent("@Mum");
    assert_eq!((sent.text.as_str(), sent.mentions.len()), ("@somebody", 0), "two are called so");
}

#[test]
fn what_is_edited_without_a_change_is_no_edit() {
    let mut story = group();
    story.calls(OTHER_ANNA, "Anna Lee");
    let (message, _) = story.sent("@Anna Lee (+491702)");
    let edit = Command::EditText { chat: CHAT_UI, message, text: "@Anna Lee (+491702)".to_owned() };
    assert_eq!(story.asks(edit), Ok(Answer::Done));
    assert_eq!(story.count("SELECT count(*) FROM message WHERE about = 3"), 0);
}

#[test]
fn a_mention_is_a_name_and_no_sentence() {
    let story = group();
    let sentence = format!("@I resign, {}", "and more ".repeat(8));
    story.says(story.peer, 1, 1, naming(&sentence, &[(&sentence, Some(BEN))]));
    story.says(story.peer, 2, 2, naming("@Ben\n", &[("@Ben\n", Some(BEN))]));
    story.says(story.peer, 3, 3, naming("@everyone", &[("@everyone", None)]));
    for number in 1..=3 {
        assert_eq!(story.shown(client_api::MessageId([number; 16])).1, [], "{number}");
    }
}

#[test]
fn two_of_one_name_are_told_apart_by_what_is_written_for_them() {
    let mut story = group();
    story.calls(OTHER_ANNA, "Anna Lee");
    let (_, sent) = story.sent("@Anna Lee (+491702) or @Anna Lee");
    assert_eq!(sent.text, "@Anna Lee or @somebody", "nobody knows who is meant by the second");
    assert_eq!(sent.mentions.len(), 1);
    assert_eq!(sent.mentions[0].account, OTHER_ANNA.to_vec());
    let people = [(BEN, EVERYBODY, ""), (ANNA, "Anna", "")].map(|(id, name, number)| (id, name.into(), number.into()));
    assert_eq!(labels(&people), ["all (0c0c0c0c)", "Anna"], "whoever is called so is not everybody");
    let people = [(ANNA, "Anna", "+1"), (OTHER_ANNA, "Anna", "+2"), (BEN, "Anna (+2)", "+3")];
    let labels = labels(&people.map(|(id, name, number)| (id, name.into(), number.into())));
    assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), 3, "{labels:?}");
    assert_eq!(labels[0], "Anna (+1)");
}

#[test]
fn in_a_chat_of_two_nobody_is_named() {
    let mut story = Story::new();
    let (_, sent) = story.sent("@all, @you");
    assert_eq!((sent.text.as_str(), sent.mentions.len()), ("@all, @you", 0));
}

#[test]
fn the_list_of_chats_leads_to_the_first_unread_message_that_names_this_account() {
    let mut story = group();
    let me = story.me;
    story.says(story.peer, 1, 1, naming("@x is away", &[("@x", Some(BEN))]));
    assert_eq!(story.named_in(), None, "that is somebody else");
    story.says(me, 2, 2, naming("@all", &[("@all", None)]));
    assert_eq!(story.named_in(), None, "that is oneself");
    story.says(story.peer, 4, 4, naming("@all", &[("@all", None)]));
    story.says(story.peer, 3, 3, naming("so @me says", &[("@me", Some(me))]));
    assert_eq!(story.named_in(), Some(3));
    assert_eq!(story.shown(client_api::MessageId([3; 16])).0, "so @Me Myself says");
    step(&story.db, now_ms(), |cx| marks::advance(cx, CHAT, me, Mark::Read, (13, 0)).expect("read"));
    assert_eq!(story.named_in(), Some(4));
    story.says(story.peer, 5, 5, deletion(id(4)));
    assert_eq!(story.named_in(), None);
    story.says(story.peer, 6, 6, naming("@x", &[("@x", Some(me))]));
    let messages = vec![client_api::MessageId([6; 16])];
    let hides = Command::DeleteMessages { chat: CHAT_UI, messages, for_everyone: false };
    assert_eq!((story.named_in(), story.asks(hides)), (Some(6), Ok(Answer::Done)));
    assert_eq!(story.named_in(), None);
}

#[test]
fn what_is_quoted_edited_and_sent_on_tells_nobody_how_the_owner_calls_people() {
    let mut story = group();
    let (message, _) = story.sent("ask @The boss");
    let (chat, of) = (CHAT_UI, proto::ids::MessageId(message.0));
    let answer = Command::SendText { chat, text: "did you?".to_owned(), written_for: None, answers: Some(message) };
    assert!(story.asks(answer).is_ok());
    let quoted = amendments::said(&story.db, CHAT, of, Names::Own).expect("read").expect("there").1;
    assert_eq!(quoted, Quoted::Text("ask @The boss".to_owned()));
    let edit = Command::EditText { chat, message, text: "@Ben, ask @The boss".to_owned() };
    assert!(story.asks(edit).is_ok());
    let (text, named) = story.shown(message);
    assert_eq!((text.as_str(), named.len()), ("@Ben, ask @The boss", 2));
    let forward = Command::ForwardMessages { chat, messages: vec![message], to: vec![(chat, None)] };
    assert_eq!(story.asks(forward), Ok(Answer::Done));
    assert!(story.is_forgotten("The boss"));
    assert!(!story.is_forgotten("@Ben, ask @Anna Lee"));
    assert_eq!(story.count("SELECT count(*) FROM message WHERE names_me = 1"), 0);
}

#[test]
fn an_edit_names_whom_its_new_text_names() {
    let story = group();
    story.says(story.peer, 1, 1, naming("@a", &[("@a", Some(ANNA))]));
    let mentions = vec![Mention { at: 3, length: 2, account: BEN.to_vec() }];
    let edit = Edit { message_id: id(1).to_vec(), text: "or @b".to_owned(), mentions };
    story.says(story.peer, 2, 2, content::Body::Edit(edit));
    let shown = story.shown(client_api::MessageId([1; 16]));
    assert_eq!(shown, ("or @Ben".to_owned(), vec![("@Ben".to_owned(), Some(BEN))]));
}

#[test]
fn whoever_is_not_known_is_called_as_the_sender_does() {
    let story = group();
    let stranger = AccountId([0x77; 16]);
    story.says(story.peer, 1, 1, naming("hi @Zoe", &[("@Zoe", Some(stranger))]));
    let shown = story.shown(client_api::MessageId([1; 16]));
    assert_eq!(shown, ("hi @Zoe".to_owned(), vec![("@Zoe".to_owned(), Some(stranger))]));
    assert!(story.db.query_row("SELECT 1 FROM state WHERE key = ?1", [contact_key(stranger)], |_| Ok(())).is_err());
}

#[test]
fn what_names_somebody_is_shown_again_when_they_are_called_differently() {
    let story = group();
    let edit = Edit {
        message_id: id(1).to_vec(),
        text: "@b".to_owned(),
        mentions: vec![Mention { at: 0, length: 2, account: BEN.to_vec() }],
    };
    story.says(story.peer, 1, 1, text("nobody"));
    story.says(story.peer, 2, 2, naming("@x", &[("@x", Some(BEN))]));
    story.says(story.peer, 3, 3, naming("@x", &[("@x", Some(ANNA))]));
    story.says(story.peer, 4, 4, content::Body::Edit(edit));
    assert_eq!(of(&story.db, CHAT, BEN).expect("read"), [id(1), id(2)]);
    assert_eq!(of(&story.db, CHAT, OTHER_ANNA).expect("read"), []);
}

#[test]
fn what_would_not_fit_any_more_is_refused_before_it_is_written() {
    let mut story = group();
    story.calls(OTHER_ANNA, "B");
    let most = proto::limits::TEXT_LEN_MAX;
    let typed = format!("{}@B", "x ".repeat(most / 2 - 2));
    assert!(typed.len() < most);
    let command = Command::SendText { chat: CHAT_UI, text: typed, written_for: None, answers: None };
    assert!(matches!(story.asks(command), Err(client_api::UserError::TextTooLong { .. })));
}

proptest! {
    #[test]
    fn whatever_others_say_is_named_nothing_outside_of_the_text_is(
        words in "[@a\u{e9}\u{1f600} ]{0,40}",
        said in prop::collection::vec((0..50_u32, any::<u32>().prop_map(|n| n % 60), 0..4_u8), 0..80),
    ) {
        let story = group();
        let account = |kind: u8| match kind {
            0 => Vec::new(),
            1 => BEN.to_vec(),
            2 => vec![1, 2, 3],
            _ => vec![0x77; 16],
        };
        let mention = |(at, length, kind): &(u32, u32, u8)| Mention { at: *at, length: *length, account: account(*kind) };
        let mentions: Vec<Mention> = said.iter().map(mention).chain([Mention { at: u32::MAX, length: u32::MAX, account: vec![] }]).collect();
        let (seen, named) = shown(&story.db, words.clone(), &mentions).expect("read");
        let mut end = 0;
        for mention in &named {
            let (at, length) = (mention.at as usize, mention.length as usize);
            prop_assert!(at >= end && seen.get(at..at + length).is_some_and(|name| name.starts_with('@')));
            end = at + length;
        }
        prop_assert!(named.len() <= MENTIONS_MAX);
    }
}

#[test]
fn a_text_without_names_is_as_it_was() {
    let story = group();
    story.says(story.peer, 1, 1, text("me@example"));
    assert_eq!(story.shown(client_api::MessageId([1; 16])), ("me@example".to_owned(), Vec::new()));
}
