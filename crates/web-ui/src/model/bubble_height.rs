//! How high an item of a conversation will be, guessed before it is drawn: the scroll bar and the place of what is out of sight
//! rest on it until the page has measured. The style sheet's sizes, roughly; nothing breaks where they differ.

use crate::model::emoji_alone::is_emoji_alone;
use crate::model::media;
use crate::model::people::is_of_group;
use crate::model::rich_text::{Block, Span, parse, plain};
use crate::model::timeline::Item;
use client_api::{Attachment, MediaKind, MessageBody, MessageStatus, Quote, Quoted};

const LINE_PX: f64 = 21.0;
/// Above and below the text of a bubble.
const BUBBLE_PX: f64 = 15.0;
/// Date pill or divider, with the space around.
const PILL_PX: f64 = 50.0;
/// "Send again", under a failed message.
const RETRY_PX: f64 = 32.0;
/// Time and ticks in the last line.
const META_PX: f64 = 70.0;
/// "Edited", before the time.
const EDITED_PX: f64 = 44.0;
/// A quote without its text: its author, its edges, the space below.
const QUOTE_PX: f64 = 34.0;
/// Of its text, and of the note below what is only claimed.
const QUOTE_LINE_PX: f64 = 18.0;
/// "Forwarded", above the text.
const FORWARDED_PX: f64 = 20.0;
/// Under the bubble.
const REACTIONS_PX: f64 = 24.0;

/// A line of code.
const CODE_LINE_PX: f64 = 19.0;
/// Above and below the lines of code, and outside.
const CODE_PX: f64 = 24.0;
/// Above and below a list or a quote.
const BLOCK_PX: f64 = 8.0;
/// Beside a list's items, and beside a quote.
const INDENT_PX: f64 = 24.0;
/// The time, where no text is beside it.
const TIME_PX: f64 = 13.0;
/// Emoji that stand alone, with the time below.
const EMOJI_ALONE_PX: f64 = 70.0;
/// Who did what, in one line.
const GROUP_LINE_PX: f64 = 60.0;

/// Of a poll, beside its question and answers: what can be done with it.
const POLL_PX: f64 = 76.0;
/// Of an answer, beside its text: its bar and the space around.
const POLL_ANSWER_PX: f64 = 22.0;
/// What stands beside the text of an answer.
const POLL_ANSWER_INDENT_PX: f64 = 64.0;

/// Somebody, or a place, with what can be done with it.
const CARD_PX: f64 = 92.0;

/// A document, or a player.
const MEDIA_LINE_PX: f64 = 52.0;

/// In a column of this width, in pixels.
pub fn guess(item: &Item, column_px: f64) -> f64 {
    let Item::Message { row, first, .. } = item else { return PILL_PX };
    let above = if *first { 12.0 } else { 2.0 };
    let text_px = (column_px * 0.78 - 24.0).max(80.0);
    let quote = row.quote.as_ref().map_or(0.0, |quote| QUOTE_PX + quote_lines(quote, text_px) * QUOTE_LINE_PX);
    let reactions = if row.reactions.is_empty() { 0.0 } else { REACTIONS_PX };
    let forwarded = if row.forwarded { FORWARDED_PX } else { 0.0 };
    let above = above + quote + reactions + forwarded;
    match &row.body {
        MessageBody::System(line) if is_of_group(line) => GROUP_LINE_PX,
        MessageBody::System(_) => 76.0,
        MessageBody::Deleted | MessageBody::Waiting | MessageBody::Newer | MessageBody::Call(_) => {
            above + BUBBLE_PX + LINE_PX
        }
        MessageBody::Poll(poll) => {
            let asked = lines(&poll.question, text_px, 0.0) * LINE_PX + POLL_PX;
            let answer = |text: &str| lines(text, text_px - POLL_ANSWER_INDENT_PX, 0.0) * LINE_PX + POLL_ANSWER_PX;
            above + BUBBLE_PX + asked + poll.answers.iter().map(|found| answer(&found.text)).sum::<f64>()
        }
        MessageBody::Cards(cards) => above + BUBBLE_PX + cards.iter().map(|_| CARD_PX).sum::<f64>(),
        MessageBody::Place(_) => above + BUBBLE_PX + CARD_PX,
        MessageBody::Text(text) => {
            let retry = if row.status == Some(MessageStatus::Failed) { RETRY_PX } else { 0.0 };
            let media = row.attachment.as_ref().map_or(0.0, |attachment| media_height(attachment, text_px));
            // Below a picture the time has no line of its own; below all else it has.
            let text = if media > 0.0 && text.is_empty() { "" } else { text };
            let meta_px = if row.edited { META_PX + EDITED_PX } else { META_PX };
            above + BUBBLE_PX + text_height(text, text_px, meta_px) + retry + media
        }
    }
}

/// A picture keeps its shape where the column is narrower than it.
fn media_height(attachment: &Attachment, text_px: f64) -> f64 {
    let facts = &attachment.facts;
    match facts.kind {
        MediaKind::Photo | MediaKind::Video => {
            let (width, height) = media::frame(facts.width, facts.height);
            height * (text_px / width).min(1.0) - 6.0
        }
        MediaKind::Audio | MediaKind::Voice | MediaKind::Document => MEDIA_LINE_PX,
    }
}

/// All that a text is, and the time.
fn text_height(text: &str, width_px: f64, meta_px: f64) -> f64 {
    if is_emoji_alone(text) {
        return EMOJI_ALONE_PX;
    }
    let rich = parse(text);
    let last = rich.blocks.len().saturating_sub(1);
    let item = |spans: &[Span<'_>]| lines(&seen(spans), width_px - INDENT_PX, 0.0) * LINE_PX;
    let block = |(at, block): (usize, &Block<'_>)| match block {
        Block::Text(spans) => lines(&seen(spans), width_px, if at == last { meta_px } else { 0.0 }) * LINE_PX,
        Block::Code(code) => lines(code, width_px - INDENT_PX, 0.0) * CODE_LINE_PX + CODE_PX,
        Block::Quote(spans) => item(spans) + BLOCK_PX,
        Block::Bullets(items) => items.iter().map(|spans| item(spans)).sum::<f64>() + BLOCK_PX,
        Block::Numbers(items) => items.iter().map(|(_, spans)| item(spans)).sum::<f64>() + BLOCK_PX,
    };
    // Below what is no line of text the time has a place of its own.
    let ends_in_text = rich.blocks.last().is_none_or(|last| matches!(last, Block::Text(_)));
    let time = if ends_in_text { 0.0 } else { TIME_PX };
    (rich.blocks.iter().enumerate().map(block).sum::<f64>() + time).max(LINE_PX)
}

fn seen(spans: &[Span<'_>]) -> String {
    let text = |span: &Span<'_>| match span {
        Span::Text(text) | Span::Code(text) | Span::Mention(text) | Span::Link { text, .. } => (*text).to_owned(),
        Span::Styled(_, inner) => seen(inner),
    };
    spans.iter().map(text).collect()
}

/// Two at most, and a note.
fn quote_lines(quote: &Quote, text_px: f64) -> f64 {
    match &quote.body {
        Quoted::Text(text) => lines(&plain(text), text_px, 0.0).min(2.0),
        Quoted::Claimed(text) => lines(&plain(text), text_px, 0.0).min(2.0) + 1.0,
        Quoted::Deleted | Quoted::Other => 1.0,
    }
}

fn lines(text: &str, width_px: f64, meta_px: f64) -> f64 {
    let (mut lines, mut last) = (0.0, 0.0);
    for line in text.split('\n') {
        last = line.chars().map(advance).sum();
        lines += (last / width_px).ceil().max(1.0);
    }
    // Where the time has no room beside the text it opens a line.
    lines + if last % width_px + meta_px > width_px { 1.0 } else { 0.0 }
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
    use crate::model::deeds::tests::message;
    use client_api::{AccountId, MessageId, MessageRow, Reaction};
    use std::sync::Arc;

    fn item(row: MessageRow) -> Item {
        Item::Message { row: Arc::new(row), first: false, last: false }
    }

    fn text(text: &str) -> Item {
        item(message(false, MessageBody::Text(text.into())))
    }

    #[test]
    fn quotes_and_reactions_have_their_place() {
        let plain = || message(false, MessageBody::Text("ok".into()));
        let quoting = |body: Quoted| {
            let quote =
                Quote { message: MessageId([2; 16]), sender: AccountId([2; 16]), own: false, body, media: None };
            guess(&item(MessageRow { quote: Some(quote), ..plain() }), 800.0)
        };
        let long = "All about the heliograph on the hill. ".repeat(5);
        let heights = [
            guess(&item(plain()), 800.0),
            quoting(Quoted::Text("short".into())),
            quoting(Quoted::Text(long.clone())),
            quoting(Quoted::Claimed(long)),
        ];
        assert!(heights.windows(2).all(|pair| pair[0] < pair[1]), "{heights:?}");
        let reactions = vec![Reaction { account: AccountId([1; 16]), own: false, emoji: "👍".into() }];
        let with_pill = guess(&item(MessageRow { reactions, ..plain() }), 800.0);
        assert_eq!(with_pill - heights[0], REACTIONS_PX);
    }

    #[test]
    fn longer_texts_and_narrower_columns_are_higher() {
        let long = "All about the heliograph on the hill. ".repeat(20);
        let heights = [guess(&text("ok"), 800.0), guess(&text(&long), 800.0), guess(&text(&long), 300.0)];
        assert!(heights.windows(2).all(|pair| pair[0] < pair[1]), "{heights:?}");
        assert_eq!(heights[0], 38.0);
    }

    #[test]
    fn what_has_lines_of_its_own_is_higher_and_marks_take_no_room() {
        let height = |what: &str| guess(&text(what), 800.0);
        assert_eq!(height("*a*"), height("a"));
        let words = "all about the heliograph on the hill of ".repeat(8) + "light";
        assert_eq!(guess(&text(&words), 300.0), guess(&text(&format!("*_~{words}~_*")), 300.0));
        let lines = ["a\nb\nc", "- a\n- b\n- c", "```\na\nb\nc\nd\n```"].map(height);
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "{lines:?}");
        assert!(height("👍") > height("a") && height("👍 so") == height("a"));
    }

    #[test]
    fn every_item_has_some_height() {
        for item in [Item::Day(Day(0)), Item::Unread(3), text(""), text("\n\n")] {
            assert!(guess(&item, 0.0) >= 38.0, "{item:?}");
        }
    }
}
