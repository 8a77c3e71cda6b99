//! A unit's UDP socket: datagrams in as many as there are, and out by destination. What one turn of the unit has for one address goes
//! in one call of the system, cut up by it or by the network card (UDP GSO), where it can.

use super::runs::{Outcome, Runs};
use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
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
    runs: Runs,
    /// The system cuts up no more, and it was said.
    is_uncut: bool,
}

/// What came in one call of the system, and was not taken out yet.
pub(super) struct Arrived {
    bytes: Vec<u8>,
    metas: [RecvMeta; BUFFERS],
    filled: usize,
    /// The next datagram: in which buffer, and where in it.
    next: (usize, usize),
}

impl Default for Arrived {
    fn default() -> Self {
        Self { bytes: vec![0; BUFFERS * BUFFER_LEN], metas: [RecvMeta::default(); BUFFERS], filled: 0, next: (0, 0) }
    }
}

impl Arrived {
    fn is_empty(&self) -> bool {
        self.next.0 >= self.filled
    }

    /// Source, IPv4 as itself, and contents, which may be none.
    fn take(&mut self) -> Option<(SocketAddr, &[u8])> {
        let (place, at) = self.next;
        let meta = self.metas.get(..self.filled)?.get(place)?;
        let source = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
        let end = at.saturating_add(meta.stride.max(1)).min(meta.len);
        self.next = if end < meta.len { (place, end) } else { (place + 1, 0) };
        let buffer = self.bytes.chunks(BUFFER_LEN).nth(place)?;
        Some((source, buffer.get(at..end)?))
    }
}

impl Datagrams {
    pub(super) fn new(socket: std::net::UdpSocket) -> io::Result<Self> {
        let state = UdpSocketState::new((&socket).into())?;
        let socket = UdpSocket::from_std(socket)?;
        let maps_ipv4 = socket.local_addr()?.is_ipv6();
        Ok(Self { socket, state, maps_ipv4, runs: Runs::default(), is_uncut: false })
    }

    /// Returns when something may be sent: the runtime does not know it of a new socket.
    #[cfg(test)]
    pub(super) async fn writable(&self) -> io::Result<()> {
        self.socket.writable().await
    }

    /// Returns when there may be something to receive, or has been received and not taken.
    pub(super) async fn readable(&self, arrived: &Arrived) -> io::Result<()> {
        match arrived.is_empty() {
            true => self.socket.readable().await,
            false => Ok(()),
        }
    }

    /// The next datagram, as [`Arrived::take`] has it; `WouldBlock` where there is none.
    pub(super) fn receive<'a>(&self, arrived: &'a mut Arrived) -> io::Result<(SocketAddr, &'a [u8])> {
        if arrived.is_empty() {
            (arrived.filled, arrived.next) = (0, (0, 0));
            let (metas, bytes) = (&mut arrived.metas, &mut arrived.bytes);
            arrived.filled = self.socket.try_io(Interest::READABLE, || {
                let mut buffers: Vec<_> = bytes.chunks_mut(BUFFER_LEN).map(IoSliceMut::new).collect();
                self.state.recv((&self.socket).into(), &mut buffers, metas)
            })?;
        }
        arrived.take().ok_or_else(|| io::ErrorKind::WouldBlock.into())
    }

    /// Has a datagram sent, at the latest with the next [`Self::flush`]; to each address in this order.
    pub(super) fn push(&mut self, destination: SocketAddr, bytes: Vec<u8>) {
        let destination = self.mapped(destination);
        let Self { socket, state, runs, .. } = self;
        runs.push(destination, bytes, state.max_gso_segments(), &mut |to, bytes, len| {
            transmit(socket, state, to, bytes, len)
        });
    }

    /// Sends all that was pushed. What became of the datagrams since the last time.
    pub(super) fn flush(&mut self) -> Outcome {
        let Self { socket, state, runs, .. } = self;
        let outcome = runs.flush(&mut |to, bytes, len| transmit(socket, state, to, bytes, len));
        if self.state.max_gso_segments() == 1 && !self.is_uncut {
            self.is_uncut = true;
            tracing::warn!("the system sends one datagram of a call at a time: calls cost more");
        }
        outcome
    }

    fn mapped(&self, address: SocketAddr) -> SocketAddr {
        match address.ip() {
            IpAddr::V4(ip) if self.maps_ipv4 => SocketAddr::new(IpAddr::V6(ip.to_ipv6_mapped()), address.port()),
            _ => address,
        }
    }
}

fn transmit(
    socket: &UdpSocket,
    state: &UdpSocketState,
    destination: SocketAddr,
    contents: &[u8],
    segment_size: Option<usize>,
) -> io::Result<()> {
    let transmit = Transmit { destination, ecn: None, contents, segment_size, src_ip: None };
    socket.try_io(Interest::WRITABLE, || state.try_send(socket.into(), &transmit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;
    use std::time::Duration;

    /// A socket, and one at the other end.
    async fn pair() -> (Datagrams, std::net::UdpSocket, SocketAddr) {
        let ours = std::net::UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).unwrap();
        let theirs = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        // What is lost shows as an error, and does not hang.
        theirs.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let at = theirs.local_addr().unwrap();
        let ours = Datagrams::new(ours).unwrap();
        ours.writable().await.unwrap();
        (ours, theirs, at)
    }

    fn datagram(place: usize, len: usize) -> Vec<u8> {
        vec![u8::try_from(place % 256).unwrap(); len]
    }

    #[tokio::test]
    async fn datagrams_of_all_lengths_arrive_as_they_were_in_their_order() {
        let (mut ours, theirs, at) = pair().await;
        let lens = [1_100, 1_100, 900, 1_100, 1_200, 1_200, 1_200, 40, 1_300, 1, 1, 1, 2_000];
        for (place, len) in lens.into_iter().enumerate() {
            ours.push(at, datagram(place, len));
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
    async fn what_comes_is_taken_as_it_was_sent() {
        let (ours, theirs, at) = pair().await;
        let to = SocketAddr::from(([127, 0, 0, 1], ours.socket.local_addr().unwrap().port()));
        for place in 0..50 {
            theirs.send_to(&datagram(place, place), to).unwrap();
        }
        let (mut arrived, mut received) = (Arrived::default(), Vec::new());
        while received.len() < 50 {
            ours.readable(&arrived).await.unwrap();
            while let Ok((source, bytes)) = ours.receive(&mut arrived) {
                received.push((source, bytes.to_vec()));
            }
        }
        let expected: Vec<_> = (0..50).map(|place| (at, datagram(place, place))).collect();
        assert_eq!(received, expected);
    }
}
