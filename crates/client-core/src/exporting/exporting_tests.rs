//! What a file of a chat has, in which order, and that nothing of it is there twice or not at all.

use super::*;
use crate::messages::{NewMessage, Place};
use crate::testing::story::{CHAT_UI, MINUTE_MS, Story, deletion, edit, id, text};
use crate::testing::{CHAT, now_ms, step};
use client_api::{Command, Disappearing};
use prost::Message as _;
use proto::content::{Content, Media, content, media};
use proto::ids::{DeviceAddress, DeviceNumber, MessageId};

impl Story {
    fn gives_page(&mut self, after: u64, limit: u16) -> Exported {
        match self.asks(Command::ExportChat { chat: CHAT_UI, after, limit }) {
            Ok(Answer::Exported(page)) => page,
            other => panic!("{other:?}"),
        }
    }

    /// All pages; between two of them something happens.
    fn gives_all(&mut self, limit: u16, mut meanwhile: impl FnMut(&mut Self, usize)) -> Vec<Exported> {
        let mut pages = vec![self.gives_page(0, limit)];
        while let Some(after) = pages.last().and_then(|page| page.next) {
            meanwhile(self, pages.len());
            pages.push(self.gives_page(after, limit));
        }
        pages
    }

    fn disappears(&self, number: u8, minute: u64) {
        let (body, lifetime_s) = (Some(text("gone soon")), Disappearing::NinetyDays.seconds());
        let content = Content { message_id: id(number).to_vec(), sent_ms: 1, lifetime_s, body, ..Content::default() };
        let message = NewMessage {
            chat: CHAT,
            id: id(number),
            sender: DeviceAddress { account: self.peer, device: DeviceNumber(1) },
            place: Some(Place { seq: 10 + minute, time_ms: self.began_ms + minute * MINUTE_MS }),
            sent_ms: 1,
            kind: messages::kind_of(&content).expect("part of the conversation"),
            content: content.encode_to_vec(),
        };
        step(&self.db, now_ms(), |cx| messages::store(cx, &message).expect("stored"));
    }
}

/// What is said, in the file's order; lines of the chat itself are left out.
fn said(pages: &[Exported]) -> Vec<String> {
    let words = |row: &MessageRow| match &row.body {
        MessageBody::Text(text) => Some(text.clone()),
        MessageBody::System(_) => None,
        other => Some(format!("{other:?}")),
    };
    pages.iter().flat_map(|page| page.rows.iter().filter_map(words)).collect()
}

/// Whatever the pages' size, and wherever one ends while new messages come and old ones are found.
#[test]
fn all_is_there_once_and_in_order_while_messages_come() {
    for limit in 1..=8 {
        let mut story = Story::new();
        for number in 1..=9 {
            story.says(story.peer, number, 2 * u64::from(number), text(&format!("said {number}")));
        }
        let pages = story.gives_all(limit, |story, page| {
            // One at the end, and one of before that another device has given.
            if page > 5 {
                return;
            }
            let number = 100 + u8::try_from(page).expect("few pages");
            story.says(story.peer, number, 100 + page as u64, text(&format!("came {page}")));
            if page == 1 {
                story.says(story.peer, 99, 1, text("found before all others"));
            }
        });
        let said = said(&pages);
        let old: Vec<String> = (1..=9).map(|number| format!("said {number}")).collect();
        assert_eq!(said.get(..9), Some(&old[..]), "in pages of {limit}");
        // Each came before a page was asked for.
        let came: Vec<String> = (1..pages.len().min(6)).map(|page| format!("came {page}")).collect();
        assert_eq!(said.get(9..), Some(&came[..]), "in pages of {limit}");
        assert!(pages.iter().all(|page| page.rows.len() <= usize::from(limit) + 1), "the line before all is one more");
        assert_eq!((pages[0].total, pages.iter().skip(1).map(|page| page.total).sum::<u64>()), (9, 0));
    }
}

#[test]
fn messages_are_as_they_are_now_and_those_that_disappear_are_counted() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, text("first words"));
    story.says(story.peer, 2, 2, text("taken back"));
    story.disappears(3, 3);
    story.says(story.me, 4, 4, text("own words"));
    story.says(story.peer, 5, 5, edit(id(1), "better words"));
    story.says(story.peer, 6, 6, deletion(id(2)));
    story.disappears(7, 7);
    let pages = story.gives_all(2, |_, _| {});
    assert_eq!(said(&pages), ["better words", "Deleted", "own words"]);
    assert_eq!(pages.iter().map(|page| page.left_out).sum::<u32>(), 2);
    assert!(!format!("{pages:?}").contains("gone soon"));

    story.asks(Command::ClearChat { chat: CHAT_UI, keep_starred: false }).expect("cleared");
    step(&story.db, now_ms(), |cx| story.client.sweep(cx).expect("swept"));
    let cleared = story.gives_all(2, |_, _| {});
    assert_eq!(said(&cleared), Vec::<String>::new());
}

#[test]
fn who_is_named_has_the_name_that_the_owner_gave() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, text("hi"));
    story.says(story.me, 2, 2, text("hi"));
    let account = client_api::AccountId(story.peer.0);
    story.asks(Command::RenameContact { account, name: "Ada of work".to_owned() }).expect("renamed");
    let page = story.gives_page(0, 10);
    assert_eq!(page.people, [(account, "Ada of work".to_owned())]);
    assert_eq!(page.file_title, "Ada of work");
}

/// What is sent meanwhile gets a time before the next page's beginning.
#[test]
fn what_is_unsent_stands_at_the_end_with_the_time_of_its_writing() {
    let mut story = Story::new();
    let written: Vec<MessageId> = (1..=3).map(|_| MessageId(story.writes("unsent").0)).collect();
    for number in 1..=4 {
        story.says(story.peer, number, u64::from(number), text(&format!("said {number}")));
    }
    let pages = story.gives_all(2, |story, page| {
        if page == 1 {
            let place = Place { seq: 50, time_ms: story.began_ms + 50 * MINUTE_MS };
            step(&story.db, now_ms(), |cx| messages::settle(cx, CHAT, written[1], place).expect("settled"));
        }
    });
    assert_eq!(said(&pages), ["said 1", "said 2", "said 3", "said 4", "unsent", "unsent", "unsent"]);
    let rows: Vec<&MessageRow> = pages.iter().flat_map(|page| &page.rows).collect();
    let ids: BTreeSet<[u8; 16]> = rows.iter().map(|row| row.id.0).collect();
    assert_eq!(ids.len(), rows.len(), "each once");
    assert!(rows.iter().all(|row| row.time_ms < UNSENT_MS), "a time that can be shown");
}

#[test]
fn a_page_ends_where_it_is_long_enough_and_pictures_stay_out() {
    let mut story = Story::new();
    let long = "x".repeat(60_000);
    for number in 1..=10 {
        story.says(story.peer, number, u64::from(number), text(&long));
    }
    let photo = Media { kind: media::Kind::Photo.into(), preview: b"JPEG".repeat(200), ..Media::default() };
    story.says(story.peer, 11, 11, content::Body::Media(photo));
    let pages = story.gives_all(256, |_, _| {});
    let lengths: Vec<usize> = pages.iter().map(|page| said(std::slice::from_ref(page)).len()).collect();
    assert_eq!(lengths, [5, 5, 1]);
    assert_eq!(said(&pages).len(), 11);
    let files: Vec<&client_api::Attachment> =
        pages.iter().flat_map(|page| &page.rows).filter_map(|row| row.attachment.as_ref()).collect();
    assert!(matches!(files[..], [file] if file.facts.preview.is_empty()), "{files:?}");
}

#[test]
fn a_chat_that_is_not_there_is_refused_and_an_empty_one_is_not() {
    let mut story = Story::new();
    let nowhere = client_api::ChatId([0xEE; 16]);
    let asked = story.asks(Command::ExportChat { chat: nowhere, after: 0, limit: 10 });
    assert_eq!(asked, Err(UserError::NotFound));
    let page = story.gives_page(0, 0);
    assert_eq!((said(std::slice::from_ref(&page)), page.next, page.total), (Vec::new(), None, 0));
    // Beyond what a database holds.
    let beyond = story.gives_page(u64::MAX, 10);
    assert_eq!((said(std::slice::from_ref(&beyond)), beyond.next), (Vec::new(), None));
}
