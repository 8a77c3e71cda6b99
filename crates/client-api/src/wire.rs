//! How commands and events travel between the page and the worker: postcard, one value a message. Before all of it the worker says
//! which format it speaks: the values carry no names, and of another format they would be read as something else.

use crate::command::Request;
use crate::event::Event;

/// Every source file whose types cross.
const SOURCES: [(&str, &str); 19] = [
    ("backup.rs", include_str!("backup.rs")),
    ("call.rs", include_str!("call.rs")),
    ("chat.rs", include_str!("chat.rs")),
    ("command.rs", include_str!("command.rs")),
    ("error.rs", include_str!("error.rs")),
    ("event.rs", include_str!("event.rs")),
    ("export.rs", include_str!("export.rs")),
    ("given.rs", include_str!("given.rs")),
    ("id.rs", include_str!("id.rs")),
    ("join.rs", include_str!("join.rs")),
    ("link.rs", include_str!("link.rs")),
    ("media.rs", include_str!("media.rs")),
    ("names.rs", include_str!("names.rs")),
    ("number.rs", include_str!("number.rs")),
    ("people.rs", include_str!("people.rs")),
    ("poll.rs", include_str!("poll.rs")),
    ("search.rs", include_str!("search.rs")),
    ("state.rs", include_str!("state.rs")),
    ("wire.rs", include_str!("wire.rs")),
];

/// Stands for the format: a hash of the sources of all that crosses. Nobody can forget to raise it; a change of a comment alone asks
/// for a reload that was not needed.
pub const FORMAT: u64 = format_of(&SOURCES);

/// FNV-1a: nobody attacks it here.
const fn format_of(sources: &[(&str, &str)]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut rest = sources;
    while let [(_, source), others @ ..] = rest {
        let mut bytes = source.as_bytes();
        while let [byte, later @ ..] = bytes {
            hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
            bytes = later;
        }
        rest = others;
    }
    hash
}

/// How a greeting begins; the format follows.
const GREETING: &str = "heliograph format ";

/// What the worker says before anything else.
pub fn greeting() -> String {
    format!("{GREETING}{FORMAT:016x}")
}

/// Of which format the other side is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    /// Of ours: its bytes can be read.
    Same,
    /// Of another: nothing of it can be read.
    Other,
}

/// Reads a greeting; `None` for a text that is none.
pub fn read_greeting(text: &str) -> Option<Greeting> {
    let format = text.strip_prefix(GREETING)?;
    Some(if u64::from_str_radix(format, 16) == Ok(FORMAT) { Greeting::Same } else { Greeting::Other })
}

/// Bytes that are no value of the wanted kind.
#[derive(Debug, thiserror::Error)]
#[error("page and worker do not understand each other; reload the page")]
pub struct VersionSkew(#[source] postcard::Error);

/// A request, for the worker.
pub fn encode_request(request: &Request) -> Vec<u8> {
    postcard::to_stdvec(request).expect("plain data serialises into memory")
}

/// A request, from the page.
pub fn decode_request(bytes: &[u8]) -> Result<Request, VersionSkew> {
    postcard::from_bytes(bytes).map_err(VersionSkew)
}

/// Events, for the page: a batch is one message, so that the page paints once.
pub fn encode_events(events: &[Event]) -> Vec<u8> {
    postcard::to_stdvec(events).expect("plain data serialises into memory")
}

/// Events, from the worker.
pub fn decode_events(bytes: &[u8]) -> Result<Vec<Event>, VersionSkew> {
    postcard::from_bytes(bytes).map_err(VersionSkew)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChatChanges, ChatId, Command};
    use std::collections::BTreeSet;

    #[test]
    fn requests_and_events_come_back_and_garbage_is_refused() {
        let request = Request {
            id: 7,
            command: Command::SendText {
                chat: ChatId([1; 16]),
                text: "héllo".into(),
                written_for: None,
                answers: None,
            },
        };
        assert_eq!(decode_request(&encode_request(&request)).expect("own bytes"), request);
        let events = vec![Event::Ready, Event::Chats(ChatChanges { reset: true, ..Default::default() })];
        assert_eq!(decode_events(&encode_events(&events)).expect("own bytes"), events);
        assert!(decode_request(&[0xff; 3]).is_err());
        assert!(decode_events(&[]).is_err());
    }

    #[test]
    fn a_greeting_tells_the_own_format_from_others() {
        assert_eq!(read_greeting(&greeting()), Some(Greeting::Same));
        assert_eq!(read_greeting(&format!("{GREETING}{:016x}", FORMAT ^ 1)), Some(Greeting::Other));
        assert_eq!(read_greeting(&format!("{GREETING}what a later version may say")), Some(Greeting::Other));
        assert_eq!(read_greeting("reload"), None);
    }

    #[test]
    fn the_format_changes_with_any_source() {
        let changed = format_of(&[("chat.rs", "enum A { B, C }"), ("event.rs", "")]);
        assert_ne!(changed, format_of(&[("chat.rs", "enum A { C, B }"), ("event.rs", "")]));
        assert_ne!(changed, format_of(&[("chat.rs", "enum A { B, C }"), ("event.rs", "x")]));
    }

    #[test]
    fn every_source_file_counts() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let files = std::fs::read_dir(folder).expect("the sources are here");
        let there: BTreeSet<String> =
            files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
        let counted: BTreeSet<String> =
            SOURCES.iter().map(|(name, _)| (*name).to_owned()).chain(["lib.rs".to_owned()]).collect();
        assert_eq!(there, counted, "lib.rs holds no types");
    }
}
