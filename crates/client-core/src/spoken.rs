//! What messages say that are no texts: polls, people, places. Each in its bubble, in one line, and in words by which it is found.

use crate::{given, polls};
use client_api::MessageBody;
use proto::content::content;

/// What such a message says by itself, and whether it was sent on; `None` of all others.
pub(crate) fn shown(body: &content::Body) -> Option<(MessageBody, bool)> {
    match body {
        content::Body::Poll(poll) => Some((polls::body(poll), false)),
        content::Body::Cards(cards) => Some((given::cards_body(cards), cards.forwarded)),
        content::Body::Place(place) => Some((given::place_body(place), place.forwarded)),
        _ => None,
    }
}

/// In one line, with a sign before it that says what it is.
pub(crate) fn line(body: &MessageBody) -> Option<String> {
    match body {
        MessageBody::Poll(poll) => Some(polls::line(&poll.question)),
        MessageBody::Cards(cards) => Some(given::cards_line(cards)),
        MessageBody::Place(place) => Some(given::place_line(place)),
        _ => None,
    }
}

/// The same of a stored one; of one that is beyond the bounds its text.
pub(crate) fn line_of(body: &content::Body) -> Option<String> {
    match shown(body)?.0 {
        MessageBody::Text(text) => Some(text),
        body => line(&body),
    }
}

/// What words are found by.
pub(crate) fn words(body: &MessageBody) -> Option<String> {
    match body {
        MessageBody::Poll(poll) => Some(polls::words(poll)),
        MessageBody::Cards(cards) => Some(given::cards_words(cards)),
        MessageBody::Place(place) => Some(place.name.clone()),
        _ => None,
    }
}

/// What stands where it was found by no word.
pub(crate) fn title(body: &MessageBody) -> Option<String> {
    match body {
        MessageBody::Poll(poll) => Some(poll.question.clone()),
        _ => words(body),
    }
}
