//! Reading Protobuf from outside: size first, then content, with errors that say which limit or message it was.

use prost::Message;

/// Why bytes from outside are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Larger than the named limit.
    #[error("{len} bytes, but at most {max} are taken")]
    TooLarge {
        /// What came.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// No message of the wanted kind.
    #[error("not a message of the expected kind")]
    Malformed(#[source] prost::DecodeError),
}

/// Decodes `bytes` if they are at most `len_max` long.
pub fn decode_limited<M: Message + Default>(bytes: &[u8], len_max: usize) -> Result<M, DecodeError> {
    if bytes.len() > len_max {
        return Err(DecodeError::TooLarge { len: bytes.len(), max: len_max });
    }
    M::decode(bytes).map_err(DecodeError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Ack, ClientFrame, ServerFrame, client_frame};
    use proptest::prelude::*;

    #[test]
    fn a_frame_over_the_limit_is_refused_before_it_is_read() {
        let frame = ClientFrame { request: 1, body: Some(client_frame::Body::Ack(Ack { queue_seq: 7 })) };
        let bytes = frame.encode_to_vec();
        assert_eq!(decode_limited::<ClientFrame>(&bytes, bytes.len()), Ok(frame));
        assert_eq!(
            decode_limited::<ClientFrame>(&bytes, bytes.len() - 1),
            Err(DecodeError::TooLarge { len: bytes.len(), max: bytes.len() - 1 })
        );
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            // The property is the absence of a panic; what decodes must encode to something that decodes to the same.
            if let Ok(frame) = decode_limited::<ClientFrame>(&bytes, 512) {
                prop_assert_eq!(decode_limited::<ClientFrame>(&frame.encode_to_vec(), 4096), Ok(frame));
            }
            if let Ok(frame) = decode_limited::<ServerFrame>(&bytes, 512) {
                prop_assert_eq!(decode_limited::<ServerFrame>(&frame.encode_to_vec(), 4096), Ok(frame));
            }
        }
    }
}
