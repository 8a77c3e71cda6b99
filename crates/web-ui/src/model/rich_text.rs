//! The text of a message in pieces: plain, and web addresses. Only http, https and what begins with `www.` become links.

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Shown as it is.
    Plain(String),
    /// An address.
    Link {
        /// As it is shown.
        text: String,
        /// As it is opened: what has no scheme gets one.
        address: String,
    },
}

/// Splits a text. The pieces together are the text again.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, address, after)) = next_address(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Plain(before.to_owned()));
        }
        let scheme = if starts_with(address, "www.") { "https://" } else { "" };
        pieces.push(Piece::Link { text: address.to_owned(), address: format!("{scheme}{address}") });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest.to_owned()));
    }
    pieces
}

/// The next address of a text, with what is before and after it.
fn next_address(text: &str) -> Option<(&str, &str, &str)> {
    let starts = text.char_indices().filter(|(_, letter)| matches!(letter, 'h' | 'H' | 'w' | 'W'));
    starts.map(|(at, _)| at).find_map(|at| {
        let (before, tail) = text.split_at_checked(at)?;
        let start = STARTS.into_iter().find(|start| starts_with(tail, start))?;
        // What has no scheme may be the end of another thing: of an address of mail, of a longer name.
        let more = if start == "www." { "@.-/" } else { "" };
        if before.chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || more.contains(letter)) {
            return None;
        }
        let end = tail.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(tail.len());
        let address = without_closing(tail.get(..end)?);
        let rest = address.get(start.len()..)?;
        let is_address = if start == "www." { is_host(rest) } else { !rest.is_empty() };
        is_address.then_some((before, address, tail.get(address.len()..)?))
    })
}

/// What addresses begin with. Telephones write the first letter of a sentence large.
const STARTS: [&str; 3] = ["https://", "http://", "www."];

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

/// After `www.` come two names at least, with a dot between them.
fn is_host(text: &str) -> bool {
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '-');
    host.contains('.') && host.split('.').all(is_name)
}

/// A full stop, comma or closing bracket after an address belongs to the sentence, but for a bracket that the address opened.
fn without_closing(address: &str) -> &str {
    let mut address = address;
    while let Some(last) = address.chars().next_back() {
        let closes = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | ']' | '}' => true,
            ')' => address.matches(')').count() > address.matches('(').count(),
            _ => false,
        };
        match address.strip_suffix(last) {
            Some(shorter) if closes => address = shorter,
            _ => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let all = pieces(text);
        let joined: String = all
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) | Piece::Link { text, .. } => text.as_str(),
            })
            .collect();
        assert_eq!(joined, text);
        all.into_iter()
            .filter_map(|piece| match piece {
                Piece::Link { address, .. } => Some(address),
                Piece::Plain(_) => None,
            })
            .collect()
    }

    #[test]
    fn addresses_are_found_without_the_sentence_around_them() {
        for (text, wanted) in [
            ("see https://example.org/a?b=c.", vec!["https://example.org/a?b=c"]),
            ("(http://a.b/c) and http://d.e/f_(g)", vec!["http://a.b/c", "http://d.e/f_(g)"]),
            ("javascript:alert(1) http https:// http", vec![]),
            ("xhttp://no.where", vec![]),
            ("schön: https://bücher.example/ä!\nhttps://x.y", vec!["https://bücher.example/ä", "https://x.y"]),
            ("Https://example.org", vec!["Https://example.org"]),
            ("see http://www.example.org/", vec!["http://www.example.org/"]),
            ("www.example.org", vec!["https://www.example.org"]),
            ("Www.Example.org/a?b=www.c.d.", vec!["https://Www.Example.org/a?b=www.c.d"]),
            (
                "(www.example.org:80), www.bücher.example!",
                vec!["https://www.example.org:80", "https://www.bücher.example"],
            ),
            ("www. www.. www.example www.a..b www.@x.y www.example.", vec![]),
            ("xwww.example.org me@www.example.org a.www.example.org", vec![]),
            ("whowwww. who http://", vec![]),
            ("_https://a.b_ _www.a.b_", vec!["https://a.b", "https://www.a.b"]),
            ("", vec![]),
        ] {
            assert_eq!(links(text), wanted, "{text}");
        }
    }
}
