//! Words of people and places that are given to a chat.

use crate::platform::whereabouts::NoPlace;
use client_api::number::shown;
use client_api::{Card, Place};

pub const PEOPLE: &str = "Contact";
pub const PEOPLE_TITLE: &str = "Send contacts";
pub const PEOPLE_SEARCH: &str = "Search your contacts";
pub const CARD_WRITE: &str = "Message";
pub const CARD_SAVE: &str = "Save contact";
pub const PLACE: &str = "Location";
pub const PLACE_TITLE: &str = "Send a location";
pub const PLACE_HERE: &str = "Use where I am";
pub const PLACE_LOOKING: &str = "Asking this device…";
pub const PLACE_NAME: &str = "What is there (optional)";
pub const DEGREES: &str = "Latitude, longitude";
pub const DEGREES_INVALID: &str =
    "Type two numbers: degrees north, then degrees east. A map shows them as 52.52000, 13.40500.";
pub const OPEN_MAP: &str = "Open in OpenStreetMap";
pub const CARDS_INVALID: &str = "Choose 1 to 10 people, each with a name and a number.";
pub const PLACE_INVALID: &str = "This is no place on the earth.";

/// No more can be chosen.
pub fn people_full(most: usize) -> String {
    format!("{most} people are the most that one message takes.")
}

/// Why the browser did not say where it is.
pub fn whereabouts(why: NoPlace) -> &'static str {
    match why {
        NoPlace::Denied => {
            "This page may not ask where you are. Allow it in the browser's settings for this page, or type the degrees."
        }
        NoPlace::Unknown => "This device does not know where it is. Type the degrees.",
    }
}

/// What the two buttons of a card do, for a reader of the screen.
pub fn of_card(deed: &str, card: &Card) -> String {
    format!("{deed}: {}", card.name)
}

/// People, for a reader of the screen.
pub fn cards(cards: &[Card]) -> String {
    let people: Vec<String> = cards.iter().map(|card| format!("{}, {}", card.name, shown(&card.number))).collect();
    format!("{PEOPLE}: {}", people.join("; "))
}

/// How well a place is known.
pub fn accuracy(metres: u32) -> String {
    format!("within {metres} m")
}

/// A place, for a reader of the screen.
pub fn place(place: &Place) -> String {
    let name = if place.name.is_empty() { String::new() } else { format!("{}, ", place.name) };
    format!("{PLACE}: {name}{}", place.degrees())
}
