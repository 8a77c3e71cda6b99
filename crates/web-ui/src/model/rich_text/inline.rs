//! One line: code and addresses are taken out first, and nothing in them is a mark; then the marks of looks find their other halves.

use super::address::next_address;
use super::{FENCE, Span, Style};
use std::ops::Range;

/// Reads a line, which stands at `at` in its text. What is not seen of it goes to `marks`. `mentions` are those of the whole text.
pub(super) fn spans<'a>(
    line: &'a str,
    at: usize,
    mentions: &[Range<usize>],
    marks: &mut Vec<Range<usize>>,
) -> Vec<Span<'a>> {
    let pieces = pieces(line, &mentions_in(at..at + line.len(), mentions));
    let edges = edges(line, &pieces);
    build(line, at, pieces, edges, marks)
}

/// A part of a line, with its place and that of what is seen of it.
enum Piece<'a> {
    Text(Range<usize>),
    Whole { all: Range<usize>, seen: Range<usize>, span: Span<'a> },
}

/// Those that stand in this part of the text wholly, by their places in it.
fn mentions_in(line: Range<usize>, mentions: &[Range<usize>]) -> Vec<Range<usize>> {
    let from = mentions.partition_point(|mention| mention.start < line.start);
    let here = mentions.iter().skip(from).take_while(|mention| mention.end <= line.end);
    here.map(|mention| mention.start - line.start..mention.end - line.start).collect()
}

fn pieces<'a>(line: &'a str, mentions: &[Range<usize>]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    // Where there is no second one, none is looked for again.
    let (mut has_fence, mut has_tick) = (true, true);
    while let Some(found) = line.get(at..).and_then(|rest| rest.find('`')) {
        let open = at + found;
        let rest = line.get(open..).unwrap_or_default();
        let fenced = code(rest, FENCE, &mut has_fence);
        let Some((mark, code)) = fenced.or_else(|| code(rest, "`", &mut has_tick)) else {
            at = open + 1;
            continue;
        };
        let seen = open + mark.len()..open + mark.len() + code.len();
        let end = seen.end + mark.len();
        with_mentions(line, from..open, mentions, &mut pieces);
        pieces.push(Piece::Whole { all: open..end, seen, span: Span::Code(code) });
        (from, at) = (end, end);
    }
    with_mentions(line, from..line.len(), mentions, &mut pieces);
    pieces
}

/// What stands between this mark and the next one. `has_more` is none the better for looking twice.
fn code<'a, 'm>(rest: &'a str, mark: &'m str, has_more: &mut bool) -> Option<(&'m str, &'a str)> {
    let inside = rest.strip_prefix(mark).filter(|_| *has_more)?;
    let Some(end) = inside.find(mark) else {
        *has_more = false;
        return None;
    };
    inside.get(..end).filter(|code| !code.trim().is_empty()).map(|code| (mark, code))
}

/// Whom a part of a line names, what is an address, and the rest.
fn with_mentions<'a>(line: &'a str, range: Range<usize>, mentions: &[Range<usize>], pieces: &mut Vec<Piece<'a>>) {
    let mut from = range.start;
    for mention in mentions {
        if mention.start < from || mention.end > range.end {
            continue;
        }
        let Some(name) = line.get(mention.clone()) else { continue };
        with_addresses(line, from..mention.start, pieces);
        pieces.push(Piece::Whole { all: mention.clone(), seen: mention.clone(), span: Span::Mention(name) });
        from = mention.end;
    }
    with_addresses(line, from..range.end, pieces);
}

fn with_addresses<'a>(line: &'a str, range: Range<usize>, pieces: &mut Vec<Piece<'a>>) {
    let mut at = range.start;
    let mut rest = line.get(range).unwrap_or_default();
    let text = |from: usize, len: usize, pieces: &mut Vec<Piece<'a>>| {
        if len > 0 {
            pieces.push(Piece::Text(from..from + len));
        }
    };
    while let Some((before, found, after)) = next_address(rest) {
        text(at, before.len(), pieces);
        let start = at + before.len();
        let scheme =
            if found.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("www")) { "https://" } else { "" };
        let span = Span::Link { text: found, address: format!("{scheme}{found}") };
        at = start + found.len();
        pieces.push(Piece::Whole { all: start..at, seen: start..at, span });
        rest = after;
    }
    text(at, rest.len(), pieces);
}

/// A mark that has its other half.
struct Edge {
    at: usize,
    style: Style,
    opens: bool,
}

fn style(mark: char) -> Option<Style> {
    match mark {
        '*' => Some(Style::Bold),
        '_' => Some(Style::Italic),
        '~' => Some(Style::Struck),
        _ => None,
    }
}

/// The marks that are pairs, in order, each within those that it began in.
fn edges(line: &str, pieces: &[Piece<'_>]) -> Vec<Edge> {
    let mut edges: Vec<Option<Edge>> = Vec::new();
    // One of a style at most, with its place among the edges: the last one is the innermost.
    let mut open: Vec<(Style, usize, usize)> = Vec::new();
    // Behind the last letter that is no mark: between two halves there is one.
    let mut said_to = 0;
    for piece in pieces {
        let range = match piece {
            Piece::Whole { all, .. } => {
                said_to = all.end;
                continue;
            }
            Piece::Text(range) => range.clone(),
        };
        for (place, letter) in line.get(range.clone()).unwrap_or_default().char_indices() {
            let at = range.start + place;
            let Some(style) = style(letter) else {
                if !letter.is_whitespace() {
                    said_to = at + letter.len_utf8();
                }
                continue;
            };
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            let after = line.get(at + 1..).and_then(|after| after.chars().next());
            let closes = open.iter().position(|(of, from, _)| *of == style && said_to > *from);
            if let Some(depth) = closes.filter(|_| may_close(before, after)) {
                if let Some((_, from, place)) = open.get(depth)
                    && let Some(edge) = edges.get_mut(*place)
                {
                    *edge = Some(Edge { at: *from, style, opens: true });
                    edges.push(Some(Edge { at, style, opens: false }));
                }
                open.truncate(depth);
            } else if may_open(before, after) && after != Some(letter) {
                open.retain(|(of, ..)| *of != style);
                open.push((style, at, edges.len()));
                edges.push(None);
            }
        }
    }
    edges.into_iter().flatten().collect()
}

/// A mark hugs what it begins, and no word goes on to it: `snake_case`, `2 * 3` and most faces are no pairs.
fn may_open(before: Option<char>, after: Option<char>) -> bool {
    const BEFORE: &str = "*_~([{\"'“„«‘‚,:;/—–…¿¡|、。，：；！？（「『《【،؛؟";
    after.is_some_and(|after| !after.is_whitespace())
        && before.is_none_or(|before| before.is_whitespace() || BEFORE.contains(before))
}

/// And what it ends; no word goes on behind it.
fn may_close(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(|before| !before.is_whitespace()) && after.is_none_or(|after| !after.is_alphanumeric())
}

fn build<'a>(
    line: &'a str,
    at: usize,
    pieces: Vec<Piece<'a>>,
    edges: Vec<Edge>,
    marks: &mut Vec<Range<usize>>,
) -> Vec<Span<'a>> {
    let mut edges = edges.into_iter().peekable();
    // What is open, from the outside in.
    let mut outer: Vec<(Style, Vec<Span<'a>>)> = Vec::new();
    let mut spans = Vec::new();
    let text = |range: Range<usize>, spans: &mut Vec<Span<'a>>| {
        spans.extend(line.get(range).filter(|text| !text.is_empty()).map(Span::Text));
    };
    for piece in pieces {
        let range = match piece {
            Piece::Text(range) => range,
            Piece::Whole { all, seen, span } => {
                let hidden = [all.start..seen.start, seen.end..all.end];
                marks.extend(
                    hidden.into_iter().filter(|mark| !mark.is_empty()).map(|mark| at + mark.start..at + mark.end),
                );
                spans.push(span);
                continue;
            }
        };
        let mut from = range.start;
        while let Some(edge) = edges.next_if(|edge| edge.at < range.end) {
            text(from..edge.at, &mut spans);
            from = edge.at + 1;
            marks.push(at + edge.at..at + from);
            if edge.opens {
                outer.push((edge.style, std::mem::take(&mut spans)));
            } else if let Some((style, before)) = outer.pop() {
                let inner = std::mem::replace(&mut spans, before);
                spans.push(Span::Styled(style, inner));
            }
        }
        text(from..range.end, &mut spans);
    }
    spans
}
