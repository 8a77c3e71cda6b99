//! What is given rather than said: people out of an address book, and places. What is said of them is their sender's word: what is beyond the
//! bounds is none, and is shown as a text.

use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::Kind;
use crate::own_state::{self, ChatKey};
use crate::profile::{one_line, tidy_name};
use crate::sending::Written;
use breakable::{Rule, broken};
use client_api::number::e164_digits;
use client_api::{Answer, MessageBody, UserError};
use prost::Message as _;
use proto::content::{Card, Cards, Content, Place, content};
use proto::ids::{ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension, params};

const CARDS_MAX: usize = 10;
const PLACE_CHARS_MAX: usize = 100;
/// A ten-thousandth of the earth's way around is no place any more.
const ACCURACY_M_MAX: u32 = 4_000;
/// Of what is no card and no place, so much is shown.
const CUT_CHARS: usize = 255;
const CARD_SIGN: &str = "👤 ";
const PLACE_SIGN: &str = "📍 ";

fn card(card: &Card) -> Option<client_api::Card> {
    let name = tidy_name(&card.name).ok()?;
    e164_digits(&card.number).map(|_| client_api::Card { name, number: card.number.clone() })
}

fn cards(given: &Cards) -> Option<Vec<client_api::Card>> {
    let is_one = (1..=CARDS_MAX).contains(&given.cards.len());
    given.cards.iter().filter(|_| is_one).map(card).collect::<Option<Vec<_>>>().filter(|cards| !cards.is_empty())
}

fn place(given: &Place) -> Option<client_api::Place> {
    let is_there = given.latitude_e6.unsigned_abs() <= 90_000_000 && given.longitude_e6.unsigned_abs() <= 180_000_000;
    let name = one_line(&given.name);
    (is_there && name.chars().count() <= PLACE_CHARS_MAX).then_some(client_api::Place {
        latitude_e6: given.latitude_e6,
        longitude_e6: given.longitude_e6,
        accuracy_m: given.accuracy_m.min(ACCURACY_M_MAX),
        name,
    })
}

/// What a message that gives people says by itself.
pub(crate) fn cards_body(given: &Cards) -> MessageBody {
    let names = || given.cards.iter().take(CARDS_MAX).map(|card| one_line(&card.name)).collect::<Vec<_>>().join(", ");
    cards(given).map_or_else(|| MessageBody::Text(cut(&names())), MessageBody::Cards)
}

/// What a message that says where something is says by itself.
pub(crate) fn place_body(given: &Place) -> MessageBody {
    place(given).map_or_else(|| MessageBody::Text(cut(&one_line(&given.name))), MessageBody::Place)
}

fn cut(text: &str) -> String {
    text.chars().take(CUT_CHARS).collect()
}

/// People in one line.
pub(crate) fn cards_line(cards: &[client_api::Card]) -> String {
    format!("{CARD_SIGN}{}", cards.iter().map(|card| card.name.as_str()).collect::<Vec<_>>().join(", "))
}

/// A place in one line.
pub(crate) fn place_line(place: &client_api::Place) -> String {
    format!("{PLACE_SIGN}{}", if place.name.is_empty() { place.degrees() } else { place.name.clone() })
}

/// What words are found by.
pub(crate) fn cards_words(cards: &[client_api::Card]) -> String {
    cards.iter().map(|card| format!("{} {}", card.name, card.number)).collect::<Vec<_>>().join("\n")
}

/// The same for another chat, with a word that it comes from elsewhere.
pub(crate) fn onward(db: &Connection, chat: ChatId, id: MessageId) -> rusqlite::Result<Option<content::Body>> {
    let stored: Option<Vec<u8>> = db
        .prepare_cached("SELECT content FROM message WHERE message = ?1 AND chat = ?2 AND kind = 0")?
        .query_row(params![id.as_bytes(), chat.as_bytes()], |row| row.get(0))
        .optional()?;
    let body = stored.and_then(|content| Content::decode(content.as_slice()).ok()).and_then(|content| content.body);
    let forwarded = !broken(Rule::ForwardIsLabelled);
    Ok(match body {
        Some(content::Body::Cards(cards)) => Some(content::Body::Cards(Cards { forwarded, ..cards })),
        Some(content::Body::Place(place)) => Some(content::Body::Place(Place { forwarded, ..place })),
        _ => None,
    })
}

impl Client {
    /// "These people", out of the address book.
    pub(crate) fn send_cards(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        given: Vec<client_api::Card>,
        written: &Written,
    ) -> Result<(), Halt> {
        let card = |card: client_api::Card| Card { name: card.name, number: card.number };
        let given = Cards { cards: given.into_iter().map(card).collect(), forwarded: false };
        let refusal = cards(&given).is_none().then_some(UserError::CardsInvalid);
        self.give(cx, request, chat, written, refusal, content::Body::Cards(given))
    }

    /// "Here it is."
    pub(crate) fn send_place(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        given: client_api::Place,
        written: &Written,
    ) -> Result<(), Halt> {
        let client_api::Place { latitude_e6, longitude_e6, accuracy_m, name } = given;
        let given = Place { latitude_e6, longitude_e6, accuracy_m, name, forwarded: false };
        let refusal = place(&given).is_none().then_some(UserError::PlaceInvalid);
        self.give(cx, request, chat, written, refusal, content::Body::Place(given))
    }

    /// A message that is no text, in whatever chat it may be written. `refusal` is what speaks against what it says.
    pub(crate) fn give(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        written: &Written,
        refusal: Option<UserError>,
        body: content::Body,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        if let Err(error) = self.may_write(cx, chat, written, refusal)? {
            cx.answer(request, Err(error));
            return Ok(());
        }
        let id = self.write(cx, chat, Kind::Text, body)?;
        self.typing_was_sent(chat);
        own_state::set(cx, &ChatKey::Unread.of(chat), Vec::new())?;
        cx.answer(request, Ok(Answer::Message(client_api::MessageId(id.0))));
        Ok(())
    }
}

#[cfg(test)]
mod given_tests;
