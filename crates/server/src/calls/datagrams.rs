//! A unit's UDP socket: datagrams in as many as there are, and out by destination. What one turn of the unit has for one address goes
//! in one call of the system, cut up by it or by the network card (UDP GSO), where it can.

use crate::limits::CALL_RUN_LEN_MAX;
use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
use std::collections::BTreeMap;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// Buffers that the system fills in one call. It may put several datagrams of one address into each, up to this length.
const BUFFERS: usize = 16;
const BUFFER_LEN: usize = 64 * 1024;

/// See the module.
pub(super) struct Datagrams {
    socket: UdpSocket,
    state: UdpSocketState,
    /// The socket is one of IPv6 and speaks to IPv4 as well.
    maps_ipv4: bool,
    runs: BTreeMap<SocketAddr, Run>,
    outcome: Outcome,
}

/// Datagrams for one address, one after the other: all of one length, but the last, which may be shorter.
#[derive(Default)]
struct Run {
    bytes: Vec<u8>,
    segment_len: usize,
    count: usize,
    is_over: bool,
}

/// Datagrams since somebody asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) sent: u64,
    /// The network had no room, or no way.
    pub(super) dropped: u64,
}

/// What came in one call of the system.
pub(super) struct Arrived {
    bytes: Vec<u8>,
    metas: [RecvMeta; BUFFERS],
    filled: usize,
}

impl Default for Arrived {
    fn default() -> Self {
        Self { bytes: vec![0; BUFFERS * BUFFER_LEN], metas: [RecvMeta::default(); BUFFERS], filled: 0 }
    }
}

impl Arrived {
    /// Sources, IPv4 as itself, and contents.
    pub(super) fn packets(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        let filled = self.bytes.chunks(BUFFER_LEN).zip(&self.metas).take(self.filled);
        filled.flat_map(|(buffer, meta)| {
            let source = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
            let bytes = buffer.get(..meta.len).unwrap_or_default();
            bytes.chunks(meta.stride.max(1)).map(move |packet| (source, packet))
        })
    }
}

impl Datagrams {
    pub(super) fn new(socket: std::net::UdpSocket) -> io::Result<Self> {
        let state = UdpSocketState::new((&socket).into())?;
        let socket = UdpSocket::from_std(socket)?;
        let maps_ipv4 = socket.local_addr()?.is_ipv6();
        Ok(Self { socket, state, maps_ipv4, runs: BTreeMap::new(), outcome: Outcome::default() })
    }

    /// Returns when there may be something to receive.
    pub(super) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes what is there; `WouldBlock` where there is nothing.
    pub(super) fn receive(&self, arrived: &mut Arrived) -> io::Result<()> {
        arrived.filled = 0;
        let (metas, bytes) = (&mut arrived.metas, &mut arrived.bytes);
        arrived.filled = self.socket.try_io(Interest::READABLE, || {
            let mut buffers: Vec<_> = bytes.chunks_mut(BUFFER_LEN).map(IoSliceMut::new).collect();
            self.state.recv((&self.socket).into(), &mut buffers, metas)
        })?;
        Ok(())
    }

    /// Has a datagram sent, at the latest with the next [`Self::flush`]; to each address in this order.
    pub(super) fn push(&mut self, destination: SocketAddr, bytes: &[u8]) {
        let segments_max = self.state.max_gso_segments();
        let run = self.runs.entry(destination).or_default();
        if !run.takes(bytes.len(), segments_max) {
            let before = std::mem::take(run);
            run.add(bytes);
            self.send(destination, &before);
        } else {
            run.add(bytes);
        }
    }

    /// Sends all that was pushed. What became of the datagrams since the last time.
    pub(super) fn flush(&mut self) -> Outcome {
        while let Some((destination, run)) = self.runs.pop_first() {
            self.send(destination, &run);
        }
        std::mem::take(&mut self.outcome)
    }

    fn send(&mut self, destination: SocketAddr, run: &Run) {
        let destination = self.mapped(destination);
        let whole = self.transmit(destination, &run.bytes, (run.count > 1).then_some(run.segment_len));
        let sent = match whole {
            Ok(()) => run.count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            // A system or a card that does not cut up, and says so now only.
            Err(_) if run.count > 1 => {
                let segments = run.bytes.chunks(run.segment_len);
                segments.filter(|segment| self.transmit(destination, segment, None).is_ok()).count()
            }
            Err(_) => 0,
        };
        self.outcome.sent += sent as u64;
        self.outcome.dropped += (run.count - sent) as u64;
    }

    fn transmit(&self, destination: SocketAddr, contents: &[u8], segment_size: Option<usize>) -> io::Result<()> {
        let transmit = Transmit { destination, ecn: None, contents, segment_size, src_ip: None };
        self.socket.try_io(Interest::WRITABLE, || self.state.try_send((&self.socket).into(), &transmit))
    }

    fn mapped(&self, address: SocketAddr) -> SocketAddr {
        match address.ip() {
            IpAddr::V4(ip) if self.maps_ipv4 => SocketAddr::new(IpAddr::V6(ip.to_ipv6_mapped()), address.port()),
            _ => address,
        }
    }
}

impl Run {
    fn takes(&self, len: usize, segments_max: usize) -> bool {
        self.count == 0
            || (!self.is_over
                && len <= self.segment_len
                && self.count < segments_max
                && self.bytes.len() + len <= CALL_RUN_LEN_MAX)
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.count == 0 {
            self.segment_len = bytes.len();
        }
        self.is_over = bytes.len() < self.segment_len;
        self.count += 1;
        self.bytes.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::CALL_RUN_LEN_MAX;
    use std::net::Ipv6Addr;

    /// A socket, and one at the other end.
    fn pair() -> (Datagrams, std::net::UdpSocket, SocketAddr) {
        let ours = std::net::UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).unwrap();
        let theirs = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let at = theirs.local_addr().unwrap();
        (Datagrams::new(ours).unwrap(), theirs, at)
    }

    fn datagram(place: usize, len: usize) -> Vec<u8> {
        vec![u8::try_from(place % 256).unwrap(); len]
    }

    #[tokio::test]
    async fn datagrams_of_all_lengths_arrive_as_they_were_in_their_order() {
        let (mut ours, theirs, at) = pair();
        let lens = [1_100, 1_100, 900, 1_100, 1_200, 1_200, 1_200, 40, 1_300, 1, 1, 1, 2_000];
        for (place, len) in lens.into_iter().enumerate() {
            ours.push(at, &datagram(place, len));
        }
        assert_eq!(ours.flush(), Outcome { sent: lens.len() as u64, dropped: 0 });
        let mut buffer = [0; 4_096];
        for (place, len) in lens.into_iter().enumerate() {
            let received = theirs.recv(&mut buffer).unwrap();
            assert_eq!(buffer[..received], datagram(place, len));
        }
        assert_eq!(ours.flush(), Outcome::default());
    }

    #[tokio::test]
    async fn what_is_pushed_does_not_pile_up() {
        let (mut ours, theirs, at) = pair();
        let count = 2 * CALL_RUN_LEN_MAX / 1_000;
        for place in 0..count {
            ours.push(at, &datagram(place, 1_000));
            assert!(
                ours.runs[&at].bytes.len() <= CALL_RUN_LEN_MAX && ours.runs[&at].count <= ours.state.max_gso_segments()
            );
        }
        assert_eq!(ours.flush(), Outcome { sent: count as u64, dropped: 0 });
        let mut buffer = [0; 4_096];
        for place in 0..count {
            assert_eq!(theirs.recv(&mut buffer).unwrap(), 1_000, "{place}");
        }
    }

    #[tokio::test]
    async fn what_comes_is_taken_as_it_was_sent() {
        let (ours, theirs, at) = pair();
        let to = SocketAddr::from(([127, 0, 0, 1], ours.socket.local_addr().unwrap().port()));
        for place in 0..50 {
            theirs.send_to(&datagram(place, 10 + place), to).unwrap();
        }
        let (mut arrived, mut received) = (Arrived::default(), Vec::new());
        while received.len() < 50 {
            ours.readable().await.unwrap();
            while ours.receive(&mut arrived).is_ok() {
                received.extend(arrived.packets().map(|(source, bytes)| (source, bytes.to_vec())));
            }
        }
        let expected: Vec<_> = (0..50).map(|place| (at, datagram(place, 10 + place))).collect();
        assert_eq!(received, expected);
    }
}
