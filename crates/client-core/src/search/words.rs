//! Texts as the index has them, words as it is asked for them, and the stretch of a text around what was found.
//!
//! The index takes letters, marks and digits of any script for words, without their accents and whatever their case (FTS5's `unicode61`).
//! Scripts that put no space between words are made words of one letter here, and a word of them is looked for as these in a row.

use client_api::Piece;

/// Between letters that are words of their own. No word holds it.
const BORDER: char = '\u{1}';
/// Around what was found, as the query asks for it.
const FOUND: (char, char) = ('\u{2}', '\u{3}');
/// Letters of an excerpt, with what stands for the rest.
const EXCERPT_LEN: usize = 200;
/// Of these so many before what was found.
const BEFORE_LEN: usize = 40;

/// Chinese, Japanese, Thai, Lao, Burmese, Khmer.
fn stands_alone(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{2fdf}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9d}' | '\u{20000}'..='\u{323af}')
}

/// Signs that are written or left out: vowels of Arabic and Hebrew, what stretches a line, where a word may be divided.
fn is_left_out(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{200b}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{5c7}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// A text as the index gets it.
pub(super) fn to_index(text: &str) -> String {
    let mut indexed = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !is_left_out(*letter)) {
        if letter.is_control() {
            indexed.push(' ');
        } else if stands_alone(letter) {
            if !indexed.ends_with(BORDER) {
                indexed.push(BORDER);
            }
            indexed.push(letter);
            indexed.push(BORDER);
        } else {
            indexed.push(letter);
        }
    }
    indexed
}

/// What the index is asked for: each word as typed, the last one with whatever follows. `None` where there is no word.
pub(super) fn to_match(typed: &str) -> Option<String> {
    let words = to_index(typed);
    let words = words.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
    // Between quotes nothing is syntax but the quote.
    let quoted: Vec<String> = words.map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    (!quoted.is_empty()).then(|| format!("{} *", quoted.join(" ")))
}

/// One line of a text as the index has it, with marks around what was found: from some letters before the first of these.
pub(super) fn excerpt(marked: &str) -> Vec<Piece> {
    let letters = in_one_line(marked);
    let first = letters.iter().position(|(_, found)| *found).unwrap_or(0);
    let mut begin = first.saturating_sub(BEFORE_LEN);
    if begin > 0 {
        // Not in the middle of a word, where there is a border near.
        let space = letters.get(begin..first).and_then(|before| before.iter().position(|(letter, _)| *letter == ' '));
        begin += space.map_or(0, |space| space + 1);
    }
    let shown = letters.get(begin..).unwrap_or_default();
    let is_cut = shown.len() + usize::from(begin > 0) > EXCERPT_LEN;
    let room = EXCERPT_LEN - usize::from(begin > 0) - usize::from(is_cut);
    let dots = |is_needed: bool| is_needed.then_some(('…', false));
    let all = dots(begin > 0).into_iter().chain(shown.iter().take(room).copied()).chain(dots(is_cut));
    let mut pieces: Vec<Piece> = Vec::new();
    for (letter, found) in all {
        match pieces.last_mut() {
            Some(piece) if piece.found == found => piece.text.push(letter),
            _ => pieces.push(Piece { text: letter.into(), found }),
        }
    }
    pieces
}

/// Letters, and whether they were found; runs of white space as one.
fn in_one_line(marked: &str) -> Vec<(char, bool)> {
    let mut letters: Vec<(char, bool)> = Vec::new();
    let mut found = false;
    for letter in marked.chars() {
        match letter {
            BORDER => {}
            letter if letter == FOUND.0 => found = true,
            letter if letter == FOUND.1 => found = false,
            letter if letter.is_whitespace() => {
                if letters.last().is_some_and(|(last, _)| *last != ' ') {
                    letters.push((' ', found));
                }
            }
            letter => letters.push((letter, found)),
        }
    }
    if letters.last().is_some_and(|(last, _)| *last == ' ') {
        letters.pop();
    }
    letters
}

/// There is an address of the web in it, which pages make clickable.
pub(super) fn has_link(text: &str) -> bool {
    text.split(char::is_whitespace).any(|word| {
        let at = word.find("https://").map(|at| at + 8).or_else(|| word.find("http://").map(|at| at + 7));
        at.and_then(|at| word.get(at..)).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| if piece.found { format!("[{}]", piece.text) } else { piece.text.clone() }).collect()
    }

    #[test]
    fn nothing_that_is_typed_is_syntax() {
        for (typed, asked) in [
            ("hello", Some("\"hello\" *")),
            (" two  words ", Some("\"two\" \"words\" *")),
            ("a\"b NEAR(x y, 2)", Some("\"a\"\"b\" \"NEAR(x\" \"y,\" \"2)\" *")),
            ("-words: * ^x", Some("\"-words:\" \"^x\" *")),
            ("\u{2}\u{0}", None),
            ("!? …", None),
            ("日本", Some("\"\u{1}日\u{1}本\u{1}\" *")),
        ] {
            assert_eq!(to_match(typed).as_deref(), asked, "{typed:?}");
        }
    }

    #[test]
    fn an_excerpt_is_one_line_around_what_was_found_first() {
        for (marked, excerpt_of_it) in [
            ("", ""),
            ("  a\n\n\tb ", "a b"),
            ("see \u{2}this\u{3} and \u{2}that\u{3}", "see [this] and [that]"),
            ("\u{1}私\u{1}の\u{2}\u{1}本\u{1}\u{3}", "私の[本]"),
        ] {
            assert_eq!(shown(&excerpt(marked)), excerpt_of_it);
        }
        let long = format!("{}needle stays \u{2}here\u{3} and then {}", "hay ".repeat(100), "more ".repeat(100));
        let pieces = excerpt(&long);
        let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(text.chars().count(), EXCERPT_LEN);
        assert!(
            text.starts_with("…hay hay") && text.contains("needle stays here and then more") && text.ends_with('…')
        );
        assert_eq!(shown(&pieces).matches("[here]").count(), 1);
    }

    #[test]
    fn links_are_seen() {
        for text in ["https://example.org", "see (http://a.b/c) now", "*https://ä.example*"] {
            assert!(has_link(text), "{text}");
        }
        for text in ["", "https://", "http", "a://b", "https:// example.org"] {
            assert!(!has_link(text), "{text}");
        }
    }
}
