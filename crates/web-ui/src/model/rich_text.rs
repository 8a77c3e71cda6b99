//! The text of a message in pieces: plain, and web addresses. Only http and https become links.

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Shown as it is.
    Plain(String),
    /// An address, shown as it is and opened as it is.
    Link(String),
}

/// Splits a text. The pieces together are the text again.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, address, after)) = next_address(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Plain(before.to_owned()));
        }
        pieces.push(Piece::Link(address.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest.to_owned()));
    }
    pieces
}

fn next_address(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let found = text.get(from..)?.find("http")? + from;
        let tail = text.get(found..)?;
        let scheme = ["https://", "http://"].into_iter().find(|scheme| tail.starts_with(scheme));
        let at_word_start = !text.get(..found)?.chars().next_back().is_some_and(char::is_alphanumeric);
        if let Some(scheme) = scheme.filter(|_| at_word_start) {
            let end = tail.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(tail.len());
            let address = without_closing(tail.get(..end)?);
            if address.len() > scheme.len() {
                return Some((text.get(..found)?, address, tail.get(address.len()..)?));
            }
        }
        from = found + 4;
    }
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
                Piece::Plain(text) | Piece::Link(text) => text.as_str(),
            })
            .collect();
        assert_eq!(joined, text);
        all.into_iter()
            .filter_map(|piece| match piece {
                Piece::Link(link) => Some(link),
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
            ("", vec![]),
        ] {
            assert_eq!(links(text), wanted, "{text}");
        }
    }
}
