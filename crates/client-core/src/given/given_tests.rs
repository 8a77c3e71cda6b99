//! Who and what is given, what is none, and that it is treated as what somebody said.

use super::*;
use crate::amendments::{self, Names};
use crate::testing::CHAT;
use crate::testing::story::{CHAT_UI, Story, deletion, id};
use client_api::{AccountId, Command, Quoted};
use proptest::prelude::*;

fn some_cards(given: &[(&str, &str)]) -> content::Body {
    let card = |(name, number): &(&str, &str)| Card { name: (*name).to_owned(), number: (*number).to_owned() };
    content::Body::Cards(Cards { cards: given.iter().map(card).collect(), forwarded: false })
}

fn some_place(latitude_e6: i32, longitude_e6: i32, name: &str) -> content::Body {
    let name = name.to_owned();
    content::Body::Place(Place { latitude_e6, longitude_e6, accuracy_m: 12, name, forwarded: false })
}

fn shown_card(name: &str, number: &str) -> client_api::Card {
    client_api::Card { name: name.to_owned(), number: number.to_owned() }
}

impl Story {
    fn body(&self, number: u8) -> MessageBody {
        self.row(number).expect("the row").body
    }

    fn gives(&mut self, cards: Vec<client_api::Card>) -> Result<Answer, UserError> {
        self.asks(Command::SendCards { chat: CHAT_UI, cards, written_for: None })
    }

    fn is_quoted(&self, number: u8) -> Quoted {
        amendments::said(&self.db, CHAT, id(number), Names::Own).expect("read").expect("the row").1
    }
}

#[test]
fn people_come_as_they_were_given_and_are_found_answered_and_taken_back() {
    let story = Story::new();
    story.says(story.peer, 1, 0, some_cards(&[("Dr. Gül", "+4915112345611"), ("Zoë", "+4915112345612")]));
    let expected = vec![shown_card("Dr. Gül", "+4915112345611"), shown_card("Zoë", "+4915112345612")];
    assert_eq!(story.body(1), MessageBody::Cards(expected));
    assert_eq!(story.is_quoted(1), Quoted::Text("👤 Dr. Gül, Zoë".to_owned()));
    assert_eq!(crate::spoken::words(&story.body(1)).as_deref(), Some("Dr. Gül +4915112345611\nZoë +4915112345612"));
    story.says(story.peer, 2, 1, deletion(id(1)));
    assert_eq!(story.body(1), MessageBody::Deleted);
    assert!(story.is_forgotten("Zoë"));
}

#[test]
fn what_is_no_card_is_a_text_of_names_alone() {
    let story = Story::new();
    let many: Vec<(String, String)> = (0..11).map(|at| (format!("P{at}"), format!("+49151123456{at:02}"))).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, number)| (name.as_str(), number.as_str())).collect();
    let long = "x".repeat(300);
    let none: [(&[(&str, &str)], &str); 5] = [
        (&[], ""),
        (&[("Eve", "javascript:alert(1)")], "Eve"),
        (&[("\u{202e}Eve \u{200b}", "12")], "Eve"),
        (&[(&long, "+4915112345611")], &long[..255]),
        (&many, "P0, P1, P2, P3, P4, P5, P6, P7, P8, P9"),
    ];
    for (number, (given, expected)) in (1..).zip(none) {
        story.says(story.peer, number, u64::from(number), some_cards(given));
        assert_eq!(story.body(number), MessageBody::Text(expected.to_owned()), "{number}");
        let quoted = story.is_quoted(number);
        assert!(matches!(quoted, Quoted::Text(quote) if expected.starts_with(&quote)), "{number}");
    }
}

#[test]
fn a_place_is_on_the_earth_or_a_text() {
    let story = Story::new();
    let ends = [(90_000_000, 180_000_000), (-90_000_000, -180_000_000)];
    for (number, (latitude, longitude)) in (1..).zip(ends) {
        story.says(story.peer, number, 0, some_place(latitude, longitude, ""));
        assert!(matches!(story.body(number), MessageBody::Place(place) if place.latitude_e6 == latitude), "{number}");
    }
    let beyond = [(90_000_001, 0), (0, -180_000_001), (i32::MIN, 0), (0, i32::MAX)];
    for (number, (latitude, longitude)) in (3..).zip(beyond) {
        story.says(story.peer, number, 0, some_place(latitude, longitude, "Nowhere\n\u{202e} at all"));
        assert_eq!(story.body(number), MessageBody::Text("Nowhere at all".to_owned()), "{number}");
    }
    story.says(story.peer, 9, 0, some_place(1, 2, &"x".repeat(101)));
    assert_eq!(story.body(9), MessageBody::Text("x".repeat(101)));
    story.says(story.peer, 10, 0, some_place(52_520_008, 13_404_954, ""));
    assert_eq!(story.is_quoted(10), Quoted::Text("📍 52.52001, 13.40495".to_owned()));
}

#[test]
fn what_would_be_none_is_refused_here() {
    let mut story = Story::new();
    let refused = [vec![], vec![shown_card("Eve", "0151 1")], vec![shown_card(" \u{200b}", "+4915112345611")]];
    for cards in refused.into_iter().chain([vec![shown_card("Eve", "+4915112345611"); 11]]) {
        assert_eq!(story.gives(cards), Err(UserError::CardsInvalid));
    }
    assert!(matches!(story.gives(vec![shown_card("Eve", "+4915112345611")]), Ok(Answer::Message(_))));
    for (latitude_e6, name) in [(90_000_001, String::new()), (0, "x".repeat(101))] {
        let place = client_api::Place { latitude_e6, longitude_e6: 0, accuracy_m: 0, name };
        let command = Command::SendPlace { chat: CHAT_UI, place, written_for: None };
        assert_eq!(story.asks(command), Err(UserError::PlaceInvalid));
    }
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind = 0"), 1);
}

#[test]
fn both_are_sent_on_and_say_so() {
    let mut story = Story::new();
    story.says(story.peer, 1, 1, some_cards(&[("Zoë", "+4915112345612")]));
    story.says(story.peer, 2, 2, some_place(52_520_008, 13_404_954, "Alexanderplatz"));
    let messages = [1, 2].map(|number| client_api::MessageId(id(number).0)).to_vec();
    let to = vec![(CHAT_UI, Some(AccountId(story.peer.0)))];
    assert_eq!(story.asks(Command::ForwardMessages { chat: CHAT_UI, messages, to }), Ok(Answer::Done));
    let mut statement =
        story.db.prepare("SELECT message FROM message WHERE seq = 0 AND kind = 0 ORDER BY time_ms").expect("query");
    let sent: Vec<[u8; 16]> =
        statement.query_map([], |row| row.get(0)).expect("query").collect::<Result<_, _>>().expect("ids");
    let rows = sent
        .into_iter()
        .map(|id| crate::messages::get_row(&story.db, CHAT, MessageId(id), story.me).expect("read").expect("a row"));
    let rows: Vec<client_api::MessageRow> = rows.collect();
    assert_eq!(rows.iter().map(|row| (row.forwarded, row.edit_until_ms)).collect::<Vec<_>>(), [(true, 0), (true, 0)]);
    assert_eq!(rows[0].body, story.body(1));
    assert_eq!(rows[1].body, story.body(2));
}

proptest! {
    #[test]
    fn whatever_somebody_gives_is_shown_and_nothing_panics(
        cards in proptest::collection::vec((".{0,80}", ".{0,20}"), 0..14),
        latitude_e6 in any::<i32>(), longitude_e6 in any::<i32>(), accuracy_m in any::<u32>(), name in ".{0,120}",
    ) {
        let cards = Cards { cards: cards.into_iter().map(|(name, number)| Card { name, number }).collect(), forwarded: false };
        match cards_body(&cards) {
            MessageBody::Cards(shown) => prop_assert!(shown.len() == cards.cards.len() && shown.iter().all(|card| e164_digits(&card.number).is_some())),
            MessageBody::Text(text) => prop_assert!(text.chars().count() <= CUT_CHARS),
            other => prop_assert!(false, "{other:?}"),
        }
        match place_body(&Place { latitude_e6, longitude_e6, accuracy_m, name, forwarded: false }) {
            MessageBody::Place(place) => prop_assert!(client_api::Place::typed(&place.degrees()).is_some()),
            MessageBody::Text(text) => prop_assert!(text.chars().count() <= CUT_CHARS),
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
