//! Web addresses in a text. Only http, https and what begins with `www.` become links.

/// The next address of a text, with what is before and after it. Each letter is looked at a bounded number of times.
pub(super) fn next_address(text: &str) -> Option<(&str, &str, &str)> {
    let starts = text.char_indices().filter(|(_, letter)| matches!(letter, 'h' | 'H' | 'w' | 'W'));
    starts.map(|(at, _)| at).find_map(|at| {
        let (before, tail) = text.split_at_checked(at)?;
        let start = STARTS.into_iter().find(|start| starts_with(tail, start))?;
        // What has no scheme may be the end of another thing: of an address of mail, of a longer name.
        let more = if start == "www." { "@.-/" } else { "" };
        if before.chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || more.contains(letter)) {
            return None;
        }
        if start == "www." && !begins_with_host(tail.get(start.len()..)?) {
            return None;
        }
        let end = tail.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(tail.len());
        let address = without_closing(tail.get(..end)?);
        let is_address = start == "www." || address.len() > start.len();
        is_address.then_some((before, address, tail.get(address.len()..)?))
    })
}

/// What addresses begin with. Telephones write the first letter of a sentence large.
const STARTS: [&str; 3] = ["https://", "http://", "www."];

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

/// After `www.` come two names at least, with a dot between them, and behind them the end of the word or the rest of an address. Looks no
/// further than that: what is no host is looked through by nobody else.
fn begins_with_host(text: &str) -> bool {
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || "-.".contains(letter))).unwrap_or(text.len());
    let (host, behind) = text.split_at_checked(end).unwrap_or_default();
    // A stop at the end belongs to the sentence.
    let host = host.trim_end_matches('.');
    let goes_on = behind.starts_with(['/', '?', '#', ':']);
    let closing = behind.trim_start_matches(is_closing);
    let ends =
        closing.is_empty() || closing.starts_with(|letter: char| letter.is_whitespace() || "<>\"".contains(letter));
    host.contains('.') && host.split('.').all(|name| !name.is_empty()) && (goes_on || ends)
}

fn is_closing(letter: char) -> bool {
    ".,;:!?'*_~)]}".contains(letter)
}

/// A full stop, comma, mark or closing bracket after an address belongs to the sentence, but for a bracket that the address opened.
fn without_closing(address: &str) -> &str {
    let count = |bracket: char| address.matches(bracket).count();
    let (opened, mut closed) = (count('('), count(')'));
    let mut address = address;
    while let Some(last) = address.chars().next_back().filter(|last| is_closing(*last)) {
        if last == ')' {
            if closed <= opened {
                break;
            }
            closed -= 1;
        }
        address = address.strip_suffix(last).unwrap_or_default();
    }
    address
}
