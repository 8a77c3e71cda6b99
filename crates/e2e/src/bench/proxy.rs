//! Stands between a browser and the server and counts what passes, headers and frames included; changes nothing.

use anyhow::{Context, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A running proxy.
pub struct Proxy {
    /// Where the browser goes.
    pub address: Url,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    down: AtomicU64,
    up: AtomicU64,
}

impl Proxy {
    /// Starts one before a server.
    pub async fn start(server: &Url) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = Url::parse(&format!("http://localhost:{}/", listener.local_addr()?.port()))?;
        let port = server.port().context("the server's address has a port")?;
        let counts = Arc::new(Counts::default());
        let counted = counts.clone();
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                tokio::spawn(carry(browser, port, counted.clone()));
            }
        });
        Ok(Self { address, counts })
    }

    /// Bytes from the server to the browser so far.
    pub fn down(&self) -> u64 {
        self.counts.down.load(Ordering::Relaxed)
    }

    /// Bytes from the browser to the server so far.
    pub fn up(&self) -> u64 {
        self.counts.up.load(Ordering::Relaxed)
    }
}

async fn carry(browser: TcpStream, port: u16, counts: Arc<Counts>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    // What it measures should not wait for more to come.
    let _ = (browser.set_nodelay(true), server.set_nodelay(true));
    let (from_browser, to_browser) = browser.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::join!(pump(from_server, to_browser, &counts.down), pump(from_browser, to_server, &counts.up));
}

/// Until one side ends; then the other is told.
async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, count: &AtomicU64) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        count.fetch_add(length as u64, Ordering::Relaxed);
        if to.write_all(buffer.get(..length).unwrap_or_default()).await.is_err() {
            break;
        }
    }
    // It may be gone already.
    let _ = to.shutdown().await;
}
