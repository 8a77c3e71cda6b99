//! The text of a message as a small tree: what is bold, italic, struck or code, lists, quotes and web addresses, by the marks that people
//! know from other messengers: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, ```` ```code over lines``` ````, `- ` and `1. ` and `> ` at
//! the beginning of a line. What is sent stays as it was written; this is only how it is seen.
//!
//! Total: every text is some tree. A mark without its other half is a letter as any other. It takes time in proportion to the text's
//! length, and a style never stands in itself, so that no tree is deeper than there are styles.

mod address;
mod inline;

use std::ops::Range;

/// A text that was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rich<'a> {
    /// From top to bottom.
    pub blocks: Vec<Block<'a>>,
    /// What is not seen of the text, in order.
    marks: Vec<Range<usize>>,
}

/// A part that has lines of its own.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// Lines, with the breaks between them.
    Text(Vec<Span<'a>>),
    /// Lines of code, as they are.
    Code(&'a str),
    /// Lines that somebody else said, with the breaks between them.
    Quote(Vec<Span<'a>>),
    /// A list of equals.
    Bullets(Vec<Vec<Span<'a>>>),
    /// A list in order; numbered as it was written.
    Numbers(Vec<(u16, Vec<Span<'a>>)>),
}

/// A part of a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Span<'a> {
    /// Shown as it is.
    Text(&'a str),
    /// Code in a line.
    Code(&'a str),
    /// An address.
    Link {
        /// As it is shown.
        text: &'a str,
        /// As it is opened: what has no scheme gets one.
        address: String,
    },
    /// Names somebody.
    Mention(&'a str),
    /// Of another look; never in itself.
    Styled(Style, Vec<Span<'a>>),
}

/// A look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Bold,
    Italic,
    Struck,
}

const FENCE: &str = "```";
const QUOTE: &str = "> ";
/// Digits of a list's number: years that begin a line are none.
const NUMBER_DIGITS_MAX: usize = 3;

/// Reads a text in which nobody is named.
pub fn parse(text: &str) -> Rich<'_> {
    parse_naming(text, &[])
}

/// Reads a text. What names somebody, in order, is one piece, in which nothing is a mark.
pub fn parse_naming<'a>(text: &'a str, mentions: &[Range<usize>]) -> Rich<'a> {
    let mut reader = Reader { text, mentions, rich: Rich::default(), apart: false };
    let mut fences = fences(text).into_iter().peekable();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let end = at + rest.find('\n').unwrap_or(rest.len());
        while fences.next_if(|(open, _)| *open < at).is_some() {}
        let mut block = None;
        // In a quote only what begins and ends in its line is code.
        while let Some((open, close)) = fences.next_if(|(open, _)| *open < end && !is_quote(rest)) {
            let is_blank = |range: Range<usize>| text.get(range).is_some_and(|text| text.trim().is_empty());
            if close >= end || (is_blank(at..open) && is_blank(close + FENCE.len()..end)) {
                block = Some((open, close));
                break;
            }
        }
        let next = match block {
            Some((open, close)) => reader.code(at, open, close),
            None => {
                reader.line(at..end);
                end
            }
        };
        if next >= text.len() {
            return reader.rich;
        }
        // Behind a line break, or in the line in which the code has ended.
        at = if text.as_bytes().get(next) == Some(&b'\n') { next + 1 } else { next };
    }
}

/// The text as it is seen, in one piece: without the marks of looks, code and quotes. Lists keep theirs, which are read as words.
pub fn plain(text: &str) -> String {
    parse(text).kept(text.len()).into_iter().filter_map(|range| text.get(range)).collect()
}

/// Parts that are one text together, each as it is seen.
pub fn plain_parts<'a>(parts: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let whole: String = parts.clone().collect();
    let kept = parse(&whole).kept(whole.len());
    let mut end = 0;
    let seen = |part: &str| {
        let start = end;
        end += part.len();
        let overlaps = kept.iter().map(|kept| kept.start.max(start)..kept.end.min(end));
        overlaps.filter_map(|range| whole.get(range)).collect()
    };
    parts.map(seen).collect()
}

impl Rich<'_> {
    /// Which parts of a text of this length are seen.
    pub fn kept(&self, len: usize) -> Vec<Range<usize>> {
        let starts = std::iter::once(0).chain(self.marks.iter().map(|mark| mark.end));
        let ends = self.marks.iter().map(|mark| mark.start).chain(std::iter::once(len));
        starts.zip(ends).map(|(start, end)| start..end).filter(|range| !range.is_empty()).collect()
    }
}

/// The pairs of fences that have something between them.
fn fences(text: &str) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut open = None::<usize>;
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(FENCE)) {
        let at = from + found;
        let is_pair =
            open.and_then(|open| text.get(open + FENCE.len()..at)).is_some_and(|code| !code.trim().is_empty());
        if let (true, Some(start)) = (is_pair, open.take()) {
            pairs.push((start, at));
        } else {
            open = Some(at);
        }
        from = at + FENCE.len();
    }
    pairs
}

fn is_quote(line: &str) -> bool {
    line.strip_prefix(QUOTE).and_then(|said| said.lines().next()).is_some_and(|said| !said.trim().is_empty())
}

struct Reader<'a, 'm> {
    text: &'a str,
    mentions: &'m [Range<usize>],
    rich: Rich<'a>,
    /// A line was left empty before.
    apart: bool,
}

impl<'a> Reader<'a, '_> {
    /// Code between two fences, and what stands before it in the line that begins at `at`. Says what comes next.
    fn code(&mut self, at: usize, open: usize, close: usize) -> usize {
        let get = |range: Range<usize>| self.text.get(range).unwrap_or_default();
        let (before, inside, behind) =
            (get(at..open), get(open + FENCE.len()..close), get(close + FENCE.len()..self.text.len()));
        let blank_behind = behind.split('\n').next().filter(|rest| rest.trim().is_empty()).map_or(0, str::len);
        let has_before = !before.trim().is_empty();
        if has_before {
            self.line(at..open);
        }
        let code = inside.strip_prefix('\n').unwrap_or(inside);
        let start = close - code.len();
        let code = code.strip_suffix('\n').unwrap_or(code);
        let next = close + FENCE.len() + blank_behind;
        self.rich.marks.push(if has_before { open } else { at }..start);
        self.rich.marks.push(start + code.len()..next);
        self.rich.blocks.push(Block::Code(code));
        self.apart = false;
        next
    }

    /// A line, which goes to what stands before it where it is of the same kind.
    fn line(&mut self, range: Range<usize>) {
        let line = self.text.get(range.clone()).unwrap_or_default();
        let (kind, said) = kind(line);
        let at = range.end - said.len();
        if kind == Kind::Quote {
            self.rich.marks.push(range.start..at);
        }
        let is_apart = std::mem::take(&mut self.apart);
        let line_break = range.start.checked_sub(1).and_then(|before| self.text.get(before..range.start));
        let mut spans = inline::spans(said, at, self.mentions, &mut self.rich.marks);
        let joined = |before: &mut Vec<Span<'a>>, mut spans: Vec<Span<'a>>| {
            before.extend(line_break.map(Span::Text));
            before.append(&mut spans);
        };
        match (kind, self.rich.blocks.last_mut()) {
            (Kind::Text, Some(Block::Text(before))) => joined(before, spans),
            // Blocks stand apart by themselves.
            (Kind::Text, Some(_)) if line.is_empty() => self.apart = true,
            (Kind::Text, _) => self.rich.blocks.push(Block::Text(spans)),
            (Kind::Quote, Some(Block::Quote(before))) if !is_apart => joined(before, spans),
            (Kind::Quote, _) => self.rich.blocks.push(Block::Quote(spans)),
            (Kind::Bullet, Some(Block::Bullets(items))) => items.push(spans),
            (Kind::Bullet, _) => self.rich.blocks.push(Block::Bullets(vec![spans])),
            (Kind::Number(number), Some(Block::Numbers(items))) => items.push((number, std::mem::take(&mut spans))),
            (Kind::Number(number), _) => self.rich.blocks.push(Block::Numbers(vec![(number, spans)])),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Quote,
    Bullet,
    Number(u16),
}

/// What a line is, and what it says.
fn kind(line: &str) -> (Kind, &str) {
    let says = |said: &&str| !said.trim().is_empty();
    if let Some(said) = line.strip_prefix(QUOTE).filter(says) {
        return (Kind::Quote, said);
    }
    let item = |said: &&str| says(said) && !said.starts_with(char::is_whitespace);
    if let Some(said) = ["- ", "* "].iter().find_map(|mark| line.strip_prefix(mark)).filter(item) {
        return (Kind::Bullet, said);
    }
    let (number, said) = line.split_once(". ").unwrap_or_default();
    let is_number = number.len() <= NUMBER_DIGITS_MAX && number.bytes().all(|byte| byte.is_ascii_digit());
    match number.parse().ok().filter(|_| is_number && item(&said)) {
        Some(number) => (Kind::Number(number), said),
        None => (Kind::Text, line),
    }
}

#[cfg(test)]
#[path = "rich_text/rich_text_tests.rs"]
mod tests;
