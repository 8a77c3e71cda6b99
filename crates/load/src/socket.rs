//! A client's WebSocket, with or without TLS.

use crate::device::hello;
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use futures_util::{FutureExt, SinkExt, StreamExt};
use prost::Message as _;
use proto::limits::FRAME_LEN_MAX;
use proto::wire::{ClientFrame, ServerFrame, client_frame, reply, server_frame};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// How a server is reached.
#[derive(Clone)]
pub struct Route {
    pub to: SocketAddr,
    /// The own address: a source address has ports for so many connections only.
    pub from: IpAddr,
    pub tls: Option<Arc<ClientConfig>>,
}

/// Trusts the authority of this file alone.
pub fn trusting(authority: &Path) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(authority).context("the server's authority")?;
    let (added, _) = roots.add_parsable_certificates(certificates.filter_map(std::result::Result::ok));
    ensure!(added > 0, "{} holds no certificate", authority.display());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// An open socket.
pub struct Socket {
    stream: WebSocketStream<Box<dyn Stream>>,
    /// Frames that came while another was waited for.
    aside: VecDeque<server_frame::Body>,
    request: u32,
}

impl Route {
    /// Without TLS, from the usual address.
    pub fn plain(to: SocketAddr) -> Self {
        Self { to, from: IpAddr::from([127, 0, 0, 1]), tls: None }
    }
}

impl Socket {
    /// Connects and says Hello.
    pub async fn greet(route: &Route, token: &[u8]) -> Result<Self> {
        let mut socket = Self::open(route).await?;
        match socket.ask(client_frame::Body::Hello(hello(token))).await? {
            reply::Body::HelloOk(_) => Ok(socket),
            other => bail!("the Hello was answered by {other:?}"),
        }
    }

    async fn open(route: &Route) -> Result<Self> {
        let tcp = TcpSocket::new_v4()?;
        tcp.bind(SocketAddr::new(route.from, 0))?;
        let tcp = tcp.connect(route.to).await.with_context(|| format!("{} takes no connection", route.to))?;
        tcp.set_nodelay(true)?;
        let (stream, scheme): (Box<dyn Stream>, _) = match &route.tls {
            None => (Box::new(tcp), "ws"),
            Some(config) => {
                let name = ServerName::from(route.to.ip());
                (Box::new(TlsConnector::from(config.clone()).connect(name, tcp).await?), "wss")
            }
        };
        let config = WebSocketConfig::default()
            .read_buffer_size(4_096)
            .write_buffer_size(16 * 1_024)
            .max_message_size(Some(FRAME_LEN_MAX))
            .max_frame_size(Some(FRAME_LEN_MAX));
        let url = format!("{scheme}://{}/v1/socket", route.to);
        let (stream, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await?;
        Ok(Self { stream, aside: VecDeque::new(), request: 0 })
    }

    /// Hands a frame over; it goes with the next flush.
    pub async fn feed(&mut self, frame: Bytes) -> Result<()> {
        Ok(self.stream.feed(Message::Binary(frame)).await?)
    }

    pub async fn flush(&mut self) -> Result<()> {
        Ok(self.stream.flush().await?)
    }

    /// Sends without waiting for a reply.
    pub async fn tell(&mut self, body: client_frame::Body) -> Result<()> {
        self.feed(encode(0, body)).await?;
        self.flush().await
    }

    /// The reply to a request; what else comes is kept for [`Socket::next`].
    pub async fn ask(&mut self, body: client_frame::Body) -> Result<reply::Body> {
        self.request += 1;
        let request = self.request;
        self.feed(encode(request, body)).await?;
        self.flush().await?;
        loop {
            match tokio::time::timeout(PATIENCE, self.receive()).await.context("no reply")?? {
                server_frame::Body::Reply(reply) if reply.request == request => return reply.body.context("no reply"),
                other => self.aside.push_back(other),
            }
        }
    }

    /// The next frame. May be dropped while it waits.
    pub async fn next(&mut self) -> Result<server_frame::Body> {
        match self.aside.pop_front() {
            Some(body) => Ok(body),
            None => self.receive().await,
        }
    }

    /// The next frame if it is here already.
    pub fn next_ready(&mut self) -> Result<Option<server_frame::Body>> {
        self.next().now_or_never().transpose()
    }

    async fn receive(&mut self) -> Result<server_frame::Body> {
        loop {
            match self.stream.next().await.context("the server has closed the socket")?? {
                Message::Binary(bytes) => {
                    return ServerFrame::decode(bytes).context("no frame")?.body.context("an unknown frame");
                }
                Message::Close(frame) => bail!("the server closes the socket: {frame:?}"),
                _ => {}
            }
        }
    }
}

/// A frame as it goes out.
pub fn encode(request: u32, body: client_frame::Body) -> Bytes {
    ClientFrame { request, body: Some(body) }.encode_to_vec().into()
}
