//! The sockets by which one client's datagrams reach units, and theirs it: one for each address of a unit that the client sends to.

use crate::limits::{TURN_DATAGRAMS_MAX, TURN_UNITS_MAX};
use sfu::limits::PACKET_LEN_MAX;
use socket2::SockRef;
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// What comes of units.
pub(super) enum Brought {
    /// By the address at which the client knows it.
    Datagram(SocketAddr, Vec<u8>),
    /// Nothing more comes from there.
    Ended(SocketAddr),
}

struct Open {
    socket: Arc<UdpSocket>,
    reader: AbortHandle,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// See the module.
pub(super) struct Units {
    /// As the client knows them, and as this machine reaches them.
    addresses: BTreeMap<SocketAddr, SocketAddr>,
    open: BTreeMap<SocketAddr, Open>,
    bring: mpsc::Sender<Brought>,
}

impl Units {
    /// None is open yet.
    pub(super) fn new(addresses: BTreeMap<SocketAddr, SocketAddr>) -> (Self, mpsc::Receiver<Brought>) {
        let (bring, brought) = mpsc::channel(TURN_DATAGRAMS_MAX);
        (Self { addresses, open: BTreeMap::new(), bring }, brought)
    }

    /// To a unit, and to nobody else. What the network has no room for is lost, as datagrams are.
    pub(super) fn send(&mut self, unit: SocketAddr, bytes: &[u8]) {
        if bytes.len() > PACKET_LEN_MAX {
            return;
        }
        if !self.open.contains_key(&unit) {
            self.connect(unit);
        }
        if let Some(open) = self.open.get(&unit) {
            // Not by way of the runtime, which has to be told first that a new socket can be written to.
            let _ = SockRef::from(&*open.socket).send(bytes);
        }
    }

    /// Nothing more comes from there; sending to it begins anew.
    pub(super) fn forget(&mut self, unit: SocketAddr) {
        self.open.remove(&unit);
    }

    /// All of them.
    pub(super) fn close(&mut self) {
        self.open.clear();
    }

    fn connect(&mut self, unit: SocketAddr) {
        let Some(local) = self.addresses.get(&unit).filter(|_| self.open.len() < TURN_UNITS_MAX) else { return };
        match connected(*local) {
            Ok(socket) => {
                let socket = Arc::new(socket);
                let reader = tokio::spawn(read(Arc::clone(&socket), unit, self.bring.clone())).abort_handle();
                self.open.insert(unit, Open { socket, reader });
            }
            // Out of file descriptors, mostly; whoever reads the log hears of that elsewhere.
            Err(error) => tracing::debug!(%error, "a call cannot be relayed"),
        }
    }
}

/// A socket of this machine that reaches a unit, and hears nobody else.
fn connected(unit: SocketAddr) -> io::Result<UdpSocket> {
    let any = match unit.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let socket = std::net::UdpSocket::bind(SocketAddr::new(any, 0))?;
    socket.connect(unit)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// Brings what the unit sends, until the session is over or the socket broken.
async fn read(socket: Arc<UdpSocket>, unit: SocketAddr, bring: mpsc::Sender<Brought>) {
    let mut buffer = [0; PACKET_LEN_MAX];
    loop {
        let datagram = match socket.recv(&mut buffer).await {
            Ok(len) => Brought::Datagram(unit, buffer.iter().copied().take(len).collect()),
            // The unit is not there (any more): it may begin anew.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
            Err(_) => {
                let _ = bring.send(Brought::Ended(unit)).await;
                return;
            }
        };
        if let Err(mpsc::error::TrySendError::Closed(_)) = bring.try_send(datagram) {
            return;
        }
    }
}
