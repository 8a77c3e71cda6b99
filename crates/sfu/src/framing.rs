//! Packets in a stream (RFC 4571): two bytes of length, big-endian, then the packet. Knows no connection.

use crate::limits::PACKET_LEN_MAX;

const HEAD_LEN: usize = 2;

/// A packet longer than [`PACKET_LEN_MAX`]. A connection that sends its length is not ours: close it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a packet of {len} bytes, but {PACKET_LEN_MAX} are allowed")]
pub struct PacketTooLong {
    /// What its head says.
    pub len: usize,
}

/// The packet with its head, ready for the stream.
pub fn frame(packet: &[u8]) -> Result<Vec<u8>, PacketTooLong> {
    let too_long = PacketTooLong { len: packet.len() };
    if packet.len() > PACKET_LEN_MAX {
        return Err(too_long);
    }
    let len = u16::try_from(packet.len()).map_err(|_| too_long)?;
    let mut framed = Vec::with_capacity(HEAD_LEN + packet.len());
    framed.extend_from_slice(&len.to_be_bytes());
    framed.extend_from_slice(packet);
    Ok(framed)
}

/// Takes a stream apart, in whatever pieces it comes. Holds less than one packet between two of them.
#[derive(Debug, Default)]
pub struct Deframer {
    rest: Vec<u8>,
}

impl Deframer {
    /// All packets that are whole now. Empty ones, which some send to keep a connection open, are left out.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, PacketTooLong> {
        self.rest.extend_from_slice(bytes);
        let mut packets = Vec::new();
        let mut taken = 0;
        while let Some((head, tail)) = self.rest.get(taken..).and_then(|rest| rest.split_first_chunk::<HEAD_LEN>()) {
            let len = usize::from(u16::from_be_bytes(*head));
            if len > PACKET_LEN_MAX {
                return Err(PacketTooLong { len });
            }
            let Some(packet) = tail.get(..len) else { break };
            if len > 0 {
                packets.push(packet.to_vec());
            }
            taken += HEAD_LEN + len;
        }
        self.rest.drain(..taken);
        Ok(packets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
        prop::collection::vec(prop::collection::vec(any::<u8>(), 1..PACKET_LEN_MAX), 0..6)
    }

    proptest! {
        #[test]
        fn packets_come_out_as_they_went_in_however_the_stream_is_cut(packets in packets(), cuts in prop::collection::vec(1..700usize, 1..64)) {
            let stream: Vec<u8> = packets.iter().flat_map(|packet| frame(packet).unwrap()).collect();
            let (mut deframer, mut seen, mut rest, mut cuts) = (Deframer::default(), Vec::new(), &stream[..], cuts.iter().cycle());
            while !rest.is_empty() {
                let (piece, tail) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                seen.extend(deframer.feed(piece).unwrap());
                rest = tail;
            }
            prop_assert_eq!(seen, packets);
        }

        #[test]
        fn any_bytes_are_taken_apart_or_refused_and_little_is_kept(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3_000), 0..8)) {
            let mut deframer = Deframer::default();
            for piece in pieces {
                if deframer.feed(&piece).is_err() {
                    break;
                }
                prop_assert!(deframer.rest.len() < HEAD_LEN + PACKET_LEN_MAX);
            }
        }
    }

    #[test]
    fn a_packet_over_the_limit_is_refused_on_both_sides() {
        assert!(frame(&[0; PACKET_LEN_MAX]).is_ok());
        assert_eq!(frame(&[0; PACKET_LEN_MAX + 1]), Err(PacketTooLong { len: PACKET_LEN_MAX + 1 }));
        assert_eq!(Deframer::default().feed(&[0xff, 0xff]), Err(PacketTooLong { len: 0xffff }));
    }

    #[test]
    fn empty_packets_are_left_out() {
        assert_eq!(Deframer::default().feed(&[0, 0, 0, 1, 7, 0, 0]), Ok(vec![vec![7]]));
    }
}
