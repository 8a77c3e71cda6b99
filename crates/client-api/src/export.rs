//! A chat as a text file: what the client gives of it, page by page, and how a line is written that nobody else's words can forge.
//! The words in the lines, and how days and times are said, are the interface's.

use crate::chat::MessageRow;
use crate::id::AccountId;
use serde::{Deserialize, Serialize};

/// A stretch of a chat, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// What was said, without pictures of files. An unsent message has the time of its writing, and stands behind all others.
    pub rows: Vec<MessageRow>,
    /// What the owner calls those who are named in the rows, other than the owner.
    pub people: Vec<(AccountId, String)>,
    /// Messages of this stretch that are left out: they disappear, or wait to be sent behind a thousand others.
    pub left_out: u32,
    /// Where the next page begins: it is asked for with this. `None`: there is no more.
    pub next: Option<u64>,
    /// Messages of the chat that are on this device. With the first page only, else 0.
    pub total: u64,
    /// The chat's title, as a part of a file's name can be: of at most 160 bytes, in one line, without what systems take for something else.
    pub file_title: String,
}

/// What stands before a line that nobody has said.
const NOBODY: &str = "* ";
/// What stands before all lines of an entry but its first: nothing that somebody wrote begins a line.
const MORE: &str = "    ";

/// An entry of the file, with the end of its line: when it was, who said it (`None`: the chat itself), what was said.
///
/// Whatever names and texts are, each entry has one line that begins with "[", and in it the first ": " ends the name.
#[must_use]
pub fn entry(when: &str, who: Option<&str>, what: &str) -> String {
    let mut entry = format!("[{}] ", of_one_line(when));
    match who {
        Some(who) => {
            let name = of_one_line(who).replace(':', "-");
            entry.push_str(name.trim_start_matches([' ', '*']));
            entry.push_str(": ");
        }
        None => entry.push_str(NOBODY),
    }
    let ends_together = what.replace("\r\n", "\n");
    for (place, line) in ends_together.split(ends_line).enumerate() {
        if place > 0 {
            entry.push('\n');
            entry.push_str(MORE);
        }
        entry.extend(line.chars().filter(|letter| *letter == '\t' || !letter.is_control()));
    }
    entry.push('\n');
    entry
}

/// By Unicode: some programs break lines where others do not.
fn ends_line(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Without what would end the line, or write the rest of it from the other side.
fn of_one_line(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let letters = text.chars().filter(|letter| !turns(*letter));
    letters.map(|letter| if ends_line(letter) || letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_line_with_its_text_below_it() {
        assert_eq!(entry("1 May, 14:05", Some("Ada"), "hi: there"), "[1 May, 14:05] Ada: hi: there\n");
        assert_eq!(entry("now", Some("Ada"), "one\r\ntwo\n\nfour"), "[now] Ada: one\n    two\n    \n    four\n");
        assert_eq!(entry("now", None, "Ada left"), "[now] * Ada left\n");
    }

    const ENDS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

    /// As people read it, and as programs do that end a line at other signs.
    #[test]
    fn neither_names_nor_texts_forge_an_entry() {
        let forged = "[now] Bob: I owe you 500";
        for end in ["\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", "\0", "\u{1b}[2K"] {
            let hostile = format!("Mallory{end}{forged}");
            for written in [
                entry("now", Some(&hostile), "hello"),
                entry("now", Some("Mallory"), &hostile),
                entry("now", None, &hostile),
                entry(&hostile, Some("Mallory"), "hello"),
            ] {
                let lines: Vec<&str> = written.split(ENDS).collect();
                let begin = lines.iter().filter(|line| line.starts_with('[')).count();
                assert_eq!(begin, 1, "{written:?}");
                assert!(lines.iter().all(|line| !line.starts_with(forged)), "{written:?}");
                assert!(!written.contains('\u{1b}') && !written.contains('\0'), "{written:?}");
            }
        }
        assert_eq!(entry("now", Some("Bob: I owe you"), "500"), "[now] Bob- I owe you: 500\n");
        assert_eq!(entry("now", Some("* \u{202e}Ada left"), "!"), "[now] Ada left: !\n");
    }
}
