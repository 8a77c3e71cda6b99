//! One WebSocket at a time, as a task. What it has to tell comes with its number, so that news of an old one is known.

use client_core::Input;
use futures_util::{SinkExt, StreamExt};
use proto::limits::FRAME_LEN_MAX;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use url::Url;

/// Frames that may wait to be written. A socket that takes no more is dead.
const OUTGOING_LEN_MAX: usize = 4_096;

/// News of a socket.
pub(crate) type SocketNews = (u64, Input);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A socket that is open or being opened. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Socket {
    number: u64,
    outgoing: mpsc::Sender<Vec<u8>>,
    task: JoinHandle<()>,
}

/// Whether a frame found room.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Queued,
    Dead,
}

impl Socket {
    /// Opens a socket; `SocketOpened` or `SocketClosed` follows.
    pub(crate) fn open(number: u64, server: Url, tls: Arc<ClientConfig>, news: mpsc::Sender<SocketNews>) -> Self {
        let (outgoing, frames) = mpsc::channel(OUTGOING_LEN_MAX);
        let task = tokio::spawn(async move {
            if let Err(error) = run(number, server, tls, &news, frames).await {
                tracing::debug!(%error, "socket");
            }
            // The driver may have gone meanwhile: then nobody asks.
            let _ = news.send((number, Input::SocketClosed)).await;
        });
        Self { number, outgoing, task }
    }

    /// Which one it is.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Hands a frame over to be written.
    pub(crate) fn send(&self, frame: Vec<u8>) -> Sent {
        match self.outgoing.try_send(frame) {
            Ok(()) => Sent::Queued,
            Err(_) => Sent::Dead,
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    number: u64,
    server: Url,
    tls: Arc<ClientConfig>,
    news: &mpsc::Sender<SocketNews>,
    mut frames: mpsc::Receiver<Vec<u8>>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (mut sink, mut stream) = connect(server, tls).await?.split();
    if news.send((number, Input::SocketOpened)).await.is_err() {
        return Ok(());
    }
    let write = async {
        while let Some(frame) = frames.recv().await {
            sink.feed(Message::Binary(frame.into())).await?;
            while let Ok(frame) = frames.try_recv() {
                sink.feed(Message::Binary(frame.into())).await?;
            }
            sink.flush().await?;
        }
        sink.close().await
    };
    let read = async {
        while let Some(message) = stream.next().await {
            match message? {
                Message::Binary(bytes) => {
                    news.send((number, Input::Frame(bytes.into()))).await.map_err(|_| SocketError::AlreadyClosed)?
                }
                Message::Close(_) => break,
                // Pings are answered by the library; text is not ours.
                _ => {}
            }
        }
        Ok::<_, SocketError>(())
    };
    tokio::select! {
        written = write => written?,
        read = read => read?,
    }
    Ok(())
}

async fn connect(
    server: Url,
    tls: Arc<ClientConfig>,
) -> Result<WebSocketStream<Box<dyn Stream>>, Box<dyn std::error::Error + Send + Sync>> {
    let host = server.host_str().ok_or("the server's address has no host")?.to_owned();
    let port = server.port_or_known_default().ok_or("the server's address has no port")?;
    // An IPv6 address stands in brackets in a URL and nowhere else.
    let bare_host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let stream = TcpStream::connect((bare_host.as_str(), port)).await?;
    stream.set_nodelay(true)?;
    let secure = server.scheme() == "https";
    let stream: Box<dyn Stream> = if secure {
        let name = ServerName::try_from(bare_host)?;
        Box::new(tokio_rustls::TlsConnector::from(tls).connect(name, stream).await?)
    } else {
        Box::new(stream)
    };
    let mut url = server;
    url.set_path("/v1/socket");
    let address = format!("{}://{}:{port}{}", if secure { "wss" } else { "ws" }, host, url.path());
    let config = WebSocketConfig::default().max_message_size(Some(FRAME_LEN_MAX)).max_frame_size(Some(FRAME_LEN_MAX));
    let (socket, _) = tokio_tungstenite::client_async_with_config(address, stream, Some(config)).await?;
    Ok(socket)
}
