//! Messages of TURN in a stream (RFC 8656, sections 2.1 and 12.5): a STUN message says its length, and data of a channel as well, padded to a
//! multiple of four bytes.

use crate::limits::TURN_MESSAGE_LEN_MAX;

/// The head of a STUN message; the length that it says is of what follows.
const STUN_HEAD_LEN: usize = 20;
/// The head of a channel's data.
const CHANNEL_HEAD_LEN: usize = 4;

/// The other end sends what is no message of TURN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no message of TURN")]
pub(super) struct NoMessage;

/// Takes messages out of a stream, however it is cut.
#[derive(Debug, Default)]
pub(super) struct Deframer {
    rest: Vec<u8>,
}

impl Deframer {
    /// All messages that are whole with these bytes, without their padding. After an error there is no going on.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, NoMessage> {
        self.rest.extend_from_slice(bytes);
        let mut messages = Vec::new();
        let mut at = 0;
        while let Some(head) = self.rest.get(at..at + CHANNEL_HEAD_LEN) {
            let len = len_of(head)?;
            let Some(message) = self.rest.get(at..at + padded(len)) else { break };
            messages.push(message.iter().copied().take(len).collect());
            at += padded(len);
        }
        self.rest.drain(..at);
        Ok(messages)
    }
}

/// The length of the message that begins so.
fn len_of(head: &[u8]) -> Result<usize, NoMessage> {
    let [kind, _, high, low] = *head else { return Err(NoMessage) };
    let said = usize::from(u16::from_be_bytes([high, low]));
    let len = match kind >> 6 {
        // Attributes are padded themselves.
        0 if said % 4 == 0 => STUN_HEAD_LEN + said,
        1 => CHANNEL_HEAD_LEN + said,
        _ => return Err(NoMessage),
    };
    if len > TURN_MESSAGE_LEN_MAX { Err(NoMessage) } else { Ok(len) }
}

/// The message as a stream carries it.
pub(super) fn frame(mut message: Vec<u8>) -> Vec<u8> {
    message.resize(padded(message.len()), 0);
    message
}

fn padded(len: usize) -> usize {
    len.next_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stun(body_len: u8) -> Vec<u8> {
        let mut message = vec![0, 3, 0, body_len * 4];
        message.resize(STUN_HEAD_LEN + usize::from(body_len) * 4, 7);
        message
    }

    fn channel(data_len: u8) -> Vec<u8> {
        let mut message = vec![0x40, 1, 0, data_len];
        message.resize(CHANNEL_HEAD_LEN + usize::from(data_len), 9);
        message
    }

    fn message() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![(0_u8..64).prop_map(stun), any::<u8>().prop_map(channel)]
    }

    proptest! {
        #[test]
        fn messages_come_out_as_they_went_in_however_the_stream_is_cut(
            messages in prop::collection::vec(message(), 0..8),
            piece in 1_usize..300,
        ) {
            let stream: Vec<u8> = messages.iter().cloned().flat_map(frame).collect();
            let mut deframer = Deframer::default();
            let read: Vec<_> = stream.chunks(piece).flat_map(|bytes| deframer.feed(bytes).unwrap()).collect();
            prop_assert_eq!(read, messages);
            prop_assert!(deframer.rest.is_empty());
        }

        #[test]
        fn of_whatever_comes_no_more_is_kept_than_a_message(pieces in prop::collection::vec(any::<Vec<u8>>(), 0..16)) {
            let mut deframer = Deframer::default();
            for piece in pieces {
                if deframer.feed(&piece).is_err() {
                    break;
                }
                prop_assert!(deframer.rest.len() < padded(TURN_MESSAGE_LEN_MAX));
            }
        }
    }

    #[test]
    fn what_is_no_message_or_too_long_is_refused() {
        let says = |len: u16| [&[0x40, 1][..], &len.to_be_bytes()].concat();
        let longest = u16::try_from(TURN_MESSAGE_LEN_MAX - CHANNEL_HEAD_LEN).unwrap();
        assert_eq!(Deframer::default().feed(&says(longest)), Ok(Vec::new()));
        for garbage in [says(longest + 1), vec![0x80, 0, 0, 0], vec![0xff; 4], vec![0, 1, 0, 3], b"GET ".to_vec()] {
            assert_eq!(Deframer::default().feed(&garbage), Err(NoMessage), "{garbage:?}");
        }
    }
}
