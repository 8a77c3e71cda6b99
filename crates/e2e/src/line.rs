//! A line between clients and the server that can fall silent, as a network does: nothing comes through, and nobody is told.

use anyhow::Result;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A port whose connections end at the server. Dropping it leaves those that are open as they are.
pub struct Line {
    address: SocketAddr,
    carries: Arc<watch::Sender<bool>>,
    /// Grows when what is open ends.
    cuts: watch::Sender<u32>,
    /// Bytes that clients still get before it falls silent.
    left: Arc<AtomicI64>,
}

impl Line {
    /// A line to this address.
    pub async fn to(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (carries, heard) = watch::channel(true);
        let (carries, left) = (Arc::new(carries), Arc::new(AtomicI64::new(i64::MAX)));
        let (falls, counted) = (carries.clone(), left.clone());
        let (cuts, cut) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (heard, falls, counted) = (heard.clone(), falls.clone(), counted.clone());
                let mut cut = cut.clone();
                cut.mark_unchanged();
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(server).await else { return };
                    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
                    let count = move |len: usize| {
                        let len = i64::try_from(len).unwrap_or(i64::MAX);
                        if counted.fetch_sub(len, Ordering::SeqCst) < len {
                            falls.send_replace(false);
                        }
                    };
                    let both = async {
                        tokio::join!(
                            carry(from_near, to_far, heard.clone(), |_| {}),
                            carry(from_far, to_near, heard, count)
                        )
                    };
                    tokio::select! {
                        _ = both => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Ok(Self { address, carries, cuts, left })
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Nothing comes through from now on.
    pub fn falls_silent(&self) {
        self.carries.send_replace(false);
    }

    /// What is open ends, as both ends hear, and nothing comes through from now on.
    pub fn is_cut(&self) {
        self.carries.send_replace(false);
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Clients get so many bytes, and then nothing more comes through.
    pub fn carries_so_much(&self, bytes: u32) {
        self.left.store(i64::from(bytes), Ordering::SeqCst);
    }

    /// Everything comes through again, also what waited.
    pub fn carries_again(&self) {
        self.left.store(i64::MAX, Ordering::SeqCst);
        self.carries.send_replace(true);
    }
}

/// One direction, until it ends.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut carries: watch::Receiver<bool>,
    count: impl Fn(usize),
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(len @ 1..) = from.read(&mut bytes).await {
        count(len);
        // What was read when it fell silent waits here.
        let on = carries.wait_for(|carries| *carries).await.is_ok();
        let Some(read) = bytes.get(..len).filter(|_| on) else { return };
        if to.write_all(read).await.is_err() {
            return;
        }
    }
}
