//! How high an item of a conversation will be, guessed before it is drawn: the scroll bar and the place of what is out of sight
//! rest on it until the page has measured. The style sheet's sizes, roughly; nothing breaks where they differ.

use crate::model::timeline::Item;
use client_api::{MessageBody, MessageStatus};

const LINE_PX: f64 = 21.0;
/// Above and below the text of a bubble.
const BUBBLE_PX: f64 = 15.0;
/// Date pill or divider, with the space around.
const PILL_PX: f64 = 50.0;
/// "Send again", under a failed message.
const RETRY_PX: f64 = 32.0;
/// Time and ticks in the last line.
const META_PX: f64 = 70.0;

/// In a column of this width, in pixels.
pub fn guess(item: &Item, column_px: f64) -> f64 {
    let Item::Message { row, first, .. } = item else { return PILL_PX };
    let above = if *first { 12.0 } else { 2.0 };
    match &row.body {
        MessageBody::System(_) => 76.0,
        MessageBody::Deleted | MessageBody::Waiting | MessageBody::Newer => above + BUBBLE_PX + LINE_PX,
        MessageBody::Text(text) => {
            let retry = if row.status == Some(MessageStatus::Failed) { RETRY_PX } else { 0.0 };
            above + BUBBLE_PX + lines(text, (column_px * 0.78 - 24.0).max(80.0)) * LINE_PX + retry
        }
    }
}

fn lines(text: &str, width_px: f64) -> f64 {
    let (mut lines, mut last) = (0.0, 0.0);
    for line in text.split('\n') {
        last = line.chars().map(advance).sum();
        lines += (last / width_px).ceil().max(1.0);
    }
    // Where the time has no room beside the text it opens a line.
    lines + if last % width_px + META_PX > width_px { 1.0 } else { 0.0 }
}

/// At 15 px.
fn advance(letter: char) -> f64 {
    match letter {
        ' ' | '.' | ',' | 'i' | 'l' | 'j' | 't' | 'f' | '\'' => 4.2,
        '\u{0}'..='\u{10ff}' => 7.9,
        // Scripts of square letters, and pictures.
        _ => 15.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::clock::Day;
    use client_api::{AccountId, MessageId, MessageRow};
    use std::sync::Arc;

    fn text(text: &str) -> Item {
        let row = MessageRow {
            id: MessageId([1; 16]),
            time_ms: 0,
            sender: AccountId([1; 16]),
            own: false,
            status: None,
            body: MessageBody::Text(text.into()),
            quote: None,
            edited: false,
            reactions: Vec::new(),
            edit_until_ms: 0,
            delete_until_ms: 0,
            starred: false,
            delivered_ms: 0,
            read_ms: 0,
        };
        Item::Message { row: Arc::new(row), first: false, last: false }
    }

    #[test]
    fn longer_texts_and_narrower_columns_are_higher() {
        let long = "All about the heliograph on the hill. ".repeat(20);
        let heights = [guess(&text("ok"), 800.0), guess(&text(&long), 800.0), guess(&text(&long), 300.0)];
        assert!(heights.windows(2).all(|pair| pair[0] < pair[1]), "{heights:?}");
        assert_eq!(heights[0], 38.0);
    }

    #[test]
    fn every_item_has_some_height() {
        for item in [Item::Day(Day(0)), Item::Unread(3), text(""), text("\n\n")] {
            assert!(guess(&item, 0.0) >= 38.0, "{item:?}");
        }
    }
}
