//! Words of people and places that are given to a chat.

use crate::language::{says, told};
use crate::platform::whereabouts::NoPlace;
use client_api::number::shown;
use client_api::{Card, Place};

says! {
    people
    people_title
    people_search
    card_write
    card_save
    a_place
    place_title
    place_here
    place_looking
    place_name
    degrees
    degrees_invalid
    open_map
    cards_invalid
    place_invalid
}

/// No more can be chosen.
pub fn people_full(most: usize) -> String {
    told!(people_full, most: most)
}

/// Why the browser did not say where it is.
pub fn whereabouts(why: NoPlace) -> &'static str {
    match why {
        NoPlace::Denied => place_denied(),
        NoPlace::Unknown => place_unknown(),
    }
}

says! {
    place_denied
    place_unknown
}

/// What the two buttons of a card do, for a reader of the screen.
pub fn of_card(deed: &str, card: &Card) -> String {
    format!("{deed}: {}", card.name)
}

/// People, for a reader of the screen.
pub fn cards(cards: &[Card]) -> String {
    let all: Vec<String> = cards.iter().map(|card| format!("{}, {}", card.name, shown(&card.number))).collect();
    format!("{}: {}", people(), all.join("; "))
}

/// How well a place is known.
pub fn accuracy(metres: u32) -> String {
    told!(accuracy, metres: metres)
}

/// A place, for a reader of the screen.
pub fn place(place: &Place) -> String {
    let name = if place.name.is_empty() { String::new() } else { format!("{}, ", place.name) };
    format!("{}: {name}{}", a_place(), place.degrees())
}
