//! A client of TURN over TLS: `turn-client-proto` in a task of its own. Datagrams go in and come out.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use turn_client_proto::api::{TurnClientApi as _, TurnConfig, TurnEvent, TurnPollRet, TurnRecvRet};
use turn_client_proto::stun::Instant as Since;
use turn_client_proto::stun::agent::Transmit;
use turn_client_proto::stun::auth::Feature;
use turn_client_proto::types::prelude::DelayedTransmitBuild as _;
use turn_client_proto::types::{TransportType, TurnCredentials};
use turn_client_proto::udp::TurnClientUdp;

/// A datagram and the other end's address.
type Datagram = (SocketAddr, Vec<u8>);

/// Where a server speaks TURN, and whom to trust for it.
#[derive(Clone)]
pub struct RelayAt {
    pub address: SocketAddr,
    pub authority_pem: String,
}

/// An address at the server. What is sent to somebody waits until the server permits it.
pub struct Relay {
    /// As the server says.
    pub address: SocketAddr,
    send: mpsc::UnboundedSender<Datagram>,
    received: mpsc::UnboundedReceiver<Datagram>,
}

/// A connection over TLS, trusted by the authority alone.
pub async fn secured(at: &RelayAt) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(at.authority_pem.as_bytes()).unwrap()).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(at.address).await.unwrap();
    TlsConnector::from(Arc::new(client)).connect("localhost".try_into().unwrap(), stream).await.unwrap()
}

impl Relay {
    /// An allocation for this participant; `None` where it is refused, or the connection ends.
    pub async fn open(at: &RelayAt, participant: u64, password: &str) -> Option<Self> {
        let stream = secured(at).await;
        let local = stream.get_ref().0.local_addr().unwrap();
        let mut config = TurnConfig::new(TurnCredentials::new(&participant.to_string(), password));
        // Browsers say their name as it is.
        config.set_anonymous_username(Feature::Disabled);
        let client = TurnClientUdp::allocate(local, at.address, config);
        let (send, to_send) = mpsc::unbounded_channel();
        let (receive, received) = mpsc::unbounded_channel();
        let (tell, allocated) = oneshot::channel();
        let task = Task {
            stream,
            client,
            began: Instant::now(),
            permitted: BTreeSet::new(),
            waiting: Vec::new(),
            receive,
            tell: Some(tell),
        };
        tokio::spawn(task.run(to_send));
        let address = allocated.await.ok()?;
        Some(Self { address, send, received })
    }

    pub fn send(&self, to: SocketAddr, bytes: &[u8]) {
        // Where its task has ended the network is gone, and datagrams are lost.
        let _ = self.send.send((to, bytes.to_vec()));
    }

    /// The next one; `None` when the connection has ended.
    pub async fn recv(&mut self) -> Option<Datagram> {
        self.received.recv().await
    }

    pub fn try_recv(&mut self) -> Option<Datagram> {
        self.received.try_recv().ok()
    }
}

struct Task {
    stream: TlsStream<TcpStream>,
    client: TurnClientUdp,
    began: Instant,
    permitted: BTreeSet<IpAddr>,
    /// Until they may be sent to.
    waiting: Vec<Datagram>,
    receive: mpsc::UnboundedSender<Datagram>,
    tell: Option<oneshot::Sender<SocketAddr>>,
}

impl Task {
    /// Until its owner or the connection is gone, or there is no allocation.
    async fn run(mut self, mut to_send: mpsc::UnboundedReceiver<Datagram>) {
        let mut rest = Vec::new();
        let mut buffer = [0; 4_096];
        while let Some(wake) = self.carry_out().await {
            tokio::select! {
                sent = to_send.recv() => match sent {
                    Some((to, bytes)) => self.send(to, bytes).await,
                    None => return,
                },
                read = self.stream.read(&mut buffer) => match read {
                    Ok(len @ 1..) => {
                        rest.extend_from_slice(&buffer[..len]);
                        while let Some(message) = next_message(&mut rest) {
                            self.hear(message);
                        }
                    }
                    _ => return,
                },
                () = tokio::time::sleep_until(wake) => {}
            }
        }
    }

    fn now(&self) -> Since {
        Since::ZERO + self.began.elapsed()
    }

    fn hear(&mut self, message: Vec<u8>) {
        let (from, to, now) = (self.client.remote_addr(), self.client.local_addr(), self.now());
        if let TurnRecvRet::PeerData(data) = self.client.recv(Transmit::new(message, TransportType::Udp, from, to), now)
        {
            let _ = self.receive.send((data.peer, data.data().to_vec()));
        }
    }

    /// When there is more to do; `None` where there will be no allocation.
    async fn carry_out(&mut self) -> Option<Instant> {
        let now = self.now();
        let wake = match self.client.poll(now) {
            TurnPollRet::WaitUntil(at) => Instant::now() + at.duration_since(now),
            _ => return None,
        };
        while let Some(event) = self.client.poll_event() {
            match event {
                TurnEvent::AllocationCreated(_, address) => {
                    self.tell.take().map(|tell| tell.send(address));
                }
                TurnEvent::PermissionCreated(_, to) => {
                    self.permitted.insert(to);
                    for (to, bytes) in std::mem::take(&mut self.waiting) {
                        self.send(to, bytes).await;
                    }
                }
                TurnEvent::AllocationCreateFailed(_) => return None,
                _ => {}
            }
        }
        while let Some(transmit) = self.client.poll_transmit(self.now()) {
            self.write(&transmit.data).await;
        }
        Some(wake)
    }

    async fn send(&mut self, to: SocketAddr, bytes: Vec<u8>) {
        let now = self.now();
        if !self.permitted.contains(&to.ip()) {
            // Asked for once; a channel afterwards, as browsers do.
            let _ = self.client.create_permission(TransportType::Udp, to.ip(), now);
            self.waiting.push((to, bytes));
            return;
        }
        let _ = self.client.bind_channel(TransportType::Udp, to, now);
        if let Ok(Some(transmit)) = self.client.send_to(TransportType::Udp, to, bytes, now) {
            let message = transmit.data.build();
            self.write(&message).await;
        }
    }

    async fn write(&mut self, message: &[u8]) {
        let mut padded = message.to_vec();
        padded.resize(message.len().next_multiple_of(4), 0);
        let _ = self.stream.write_all(&padded).await;
        let _ = self.stream.flush().await;
    }
}

/// The first whole message of a stream, without its padding.
fn next_message(rest: &mut Vec<u8>) -> Option<Vec<u8>> {
    let [kind, _, high, low] = *rest.first_chunk::<4>()?;
    let head = if kind < 0x40 { 20 } else { 4 };
    let len = head + usize::from(u16::from_be_bytes([high, low]));
    let padded = len.next_multiple_of(4);
    if rest.len() < padded {
        return None;
    }
    let mut message: Vec<u8> = rest.drain(..padded).collect();
    message.truncate(len);
    Some(message)
}
