//! What is known of an own message in a group, person by person.

use super::*;
use crate::testing::story::{CHAT_UI, Story, id, text};
use crate::testing::{CHAT, now_ms, step};
use client_api::Command;

const BOB: AccountId = AccountId([0xb0; 16]);
const CAROL: AccountId = AccountId([0xca; 16]);
const LATE: AccountId = AccountId([0x1a; 16]);

/// A group of Bob, Carol and somebody who came after the first message; two own messages at the places 10 and 15.
fn group() -> Story {
    let story = Story::new();
    let is_in = |account: AccountId, since: u64| {
        let sql = "INSERT INTO group_member (chat, account, admin, since_seq) VALUES (?1, ?2, 0, ?3)";
        story.db.execute(sql, params![CHAT.as_bytes(), account.as_bytes(), since]).expect("inserted");
    };
    [(story.me, 1), (BOB, 1), (CAROL, 1), (LATE, 12)].into_iter().for_each(|(account, since)| is_in(account, since));
    story.says(story.me, 1, 0, text("hello all"));
    story.says(story.me, 2, 5, text("hello you too"));
    story
}

/// Who, delivered when, read when.
type Told = (AccountId, Option<u64>, Option<u64>);

fn receipts(story: &mut Story, number: u8) -> Result<Vec<Told>, UserError> {
    let asked = Command::AskReceipts { chat: CHAT_UI, message: client_api::MessageId(id(number).0) };
    story.asks(asked).map(|answer| match answer {
        Answer::Receipts(all) => {
            all.iter().map(|one| (AccountId(one.account.0), one.delivered_ms, one.read_ms)).collect()
        }
        other => panic!("{other:?}"),
    })
}

#[test]
fn each_person_is_told_apart_with_the_times_that_are_known() {
    let mut story = group();
    let (delivered_ms, read_ms) = (story.began_ms + 60_000, story.began_ms + 120_000);
    step(&story.db, now_ms(), |cx| {
        marks::advance(cx, CHAT, BOB, Mark::Delivered, (10, delivered_ms)).expect("advanced");
        marks::advance(cx, CHAT, BOB, Mark::Read, (10, read_ms)).expect("advanced");
        marks::advance(cx, CHAT, CAROL, Mark::Delivered, (15, 0)).expect("advanced");
    });
    let first = receipts(&mut story, 1).expect("an answer");
    assert_eq!(
        first,
        [(BOB, Some(delivered_ms), Some(read_ms)), (CAROL, Some(0), None)],
        "who came later did not get it"
    );
    let second = receipts(&mut story, 2).expect("an answer");
    assert_eq!(second, [(LATE, None, None), (BOB, None, None), (CAROL, Some(0), None)]);
}

#[test]
fn what_was_read_was_delivered_and_no_clock_makes_it_earlier_than_it_was_said() {
    let mut story = group();
    let said_ms = story.began_ms;
    step(&story.db, now_ms(), |cx| {
        marks::advance(cx, CHAT, BOB, Mark::Read, (12, 5)).expect("advanced");
    });
    assert_eq!(receipts(&mut story, 1).expect("an answer")[0], (BOB, Some(said_ms), Some(said_ms)));
}

#[test]
fn of_others_messages_nothing_is_known() {
    let mut story = group();
    story.says(story.peer, 3, 7, text("mine"));
    assert_eq!(receipts(&mut story, 3), Err(UserError::NotFound));
    assert_eq!(receipts(&mut story, 9), Err(UserError::NotFound));
    let unsent = story.writes("on its way");
    let asked = Command::AskReceipts { chat: CHAT_UI, message: unsent };
    assert_eq!(story.asks(asked), Ok(Answer::Receipts(Vec::new())));
}
