//! How commands and events travel between the page and the worker: postcard, one value a message.

use crate::command::Request;
use crate::event::Event;

/// Bytes that are no value of the wanted kind: the page and the worker are of different versions.
#[derive(Debug, thiserror::Error)]
#[error("page and worker are of different versions; reload the page")]
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

    #[test]
    fn requests_and_events_come_back_and_garbage_is_refused() {
        let request = Request { id: 7, command: Command::SendText { chat: ChatId([1; 16]), text: "héllo".into() } };
        assert_eq!(decode_request(&encode_request(&request)).expect("own bytes"), request);
        let events = vec![Event::Ready, Event::Chats(ChatChanges { reset: true, ..Default::default() })];
        assert_eq!(decode_events(&encode_events(&events)).expect("own bytes"), events);
        assert!(decode_request(&[0xff; 3]).is_err());
        assert!(decode_events(&[]).is_err());
    }
}
