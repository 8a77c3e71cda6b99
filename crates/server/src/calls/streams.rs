//! A unit's TCP connections: taking them, a bounded number in all and of an address, packets out of and into frames (RFC 4571).
//! Whose a packet is the unit says; a connection from which nothing is taken is closed.

use crate::limits::{
    CALL_STREAM_FRAMES_MAX, CALL_STREAM_PACKETS_MAX, CALL_STREAM_REFUSED_MAX, CALL_STREAM_UNTAKEN_MAX,
    CALL_STREAM_WRITE_WITHIN, CALL_STREAMS_MAX, counted,
};
use crate::open::{Place, Places};
use sfu::framing::Deframer;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, Interval};

/// What is read from a connection at once.
const READ_LEN: usize = 8 * 1024;
/// How often silent connections are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(2);

/// What a connection brought.
pub(super) struct Brought {
    pub(super) source: SocketAddr,
    pub(super) packets: Vec<Vec<u8>>,
}

enum Event {
    Packets(Vec<Vec<u8>>),
    Ended,
}

struct Stream {
    serial: u64,
    frames: mpsc::Sender<Vec<u8>>,
    /// Packets that were not taken since the last one that was.
    refused: u32,
    taken: Instant,
    reader: AbortHandle,
}

impl Drop for Stream {
    fn drop(&mut self) {
        // The writer ends by itself, when it has written what is in line: a participant's good-bye is the last of that.
        self.reader.abort();
    }
}

/// See the module.
pub(super) struct Streams {
    listener: TcpListener,
    /// Of all units.
    places: Arc<Places<IpAddr>>,
    open: HashMap<SocketAddr, Stream>,
    serial: u64,
    tasks: JoinSet<()>,
    events: mpsc::Receiver<(SocketAddr, u64, Event)>,
    tell: mpsc::Sender<(SocketAddr, u64, Event)>,
    sweep: Interval,
    /// No connection could be taken: none is until the next sweep.
    is_resting: bool,
}

impl Streams {
    pub(super) fn new(listener: TcpListener, places: Arc<Places<IpAddr>>) -> Self {
        let (tell, events) = mpsc::channel(CALL_STREAM_PACKETS_MAX);
        Self {
            listener,
            places,
            open: HashMap::new(),
            serial: 0,
            tasks: JoinSet::new(),
            events,
            tell,
            sweep: tokio::time::interval(SWEEP_EVERY),
            is_resting: false,
        }
    }

    /// The next packets; nothing where only connections came or went. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Option<Brought> {
        tokio::select! {
            accepted = self.listener.accept(), if !self.is_resting => match accepted {
                Ok((stream, source)) => self.add(stream, source),
                Err(error) => {
                    // Out of file descriptors, mostly: trying at once would only burn the processor.
                    tracing::warn!(%error, "a connection for calls could not be taken");
                    self.is_resting = true;
                }
            },
            Some((source, serial, event)) = self.events.recv() => {
                if self.open.get(&source).is_some_and(|stream| stream.serial == serial) {
                    match event {
                        Event::Packets(packets) => return Some(Brought { source, packets }),
                        Event::Ended => self.close(source),
                    }
                }
            }
            Some(_) = self.tasks.join_next() => {}
            now = self.sweep.tick() => {
                self.is_resting = false;
                self.open.retain(|_, stream| now < stream.taken + CALL_STREAM_UNTAKEN_MAX);
            }
        }
        None
    }

    fn add(&mut self, stream: TcpStream, source: SocketAddr) {
        let source = SocketAddr::new(source.ip().to_canonical(), source.port());
        if self.open.len() >= CALL_STREAMS_MAX {
            return;
        }
        let Some(place) = self.places.take(counted(source.ip())) else { return };
        let _ = stream.set_nodelay(true);
        let (read_half, write_half) = stream.into_split();
        let (frames, outgoing) = mpsc::channel(CALL_STREAM_FRAMES_MAX);
        self.serial += 1;
        let serial = self.serial;
        let tell = self.tell.clone();
        let reader = self.tasks.spawn(async move {
            read(read_half, |event| tell.send((source, serial, event))).await;
            let _ = tell.send((source, serial, Event::Ended)).await;
        });
        let tell = self.tell.clone();
        self.tasks.spawn(async move {
            let _place: Place<IpAddr> = place;
            write(write_half, outgoing).await;
            let _ = tell.send((source, serial, Event::Ended)).await;
        });
        let taken = Instant::now();
        self.open.insert(source, Stream { serial, frames, refused: 0, taken, reader });
    }

    /// The unit took a packet of this connection.
    pub(super) fn taken(&mut self, source: SocketAddr, now: Instant) {
        if let Some(stream) = self.open.get_mut(&source) {
            (stream.refused, stream.taken) = (0, now);
        }
    }

    /// It did not: too often in a row, and the connection is none of ours.
    pub(super) fn refused(&mut self, source: SocketAddr) {
        let Some(stream) = self.open.get_mut(&source) else { return };
        stream.refused += 1;
        if stream.refused >= CALL_STREAM_REFUSED_MAX {
            self.close(source);
        }
    }

    /// Puts a frame in line; false if there is no room or no connection, and then nothing of it goes out.
    pub(super) fn send(&self, destination: SocketAddr, frame: Vec<u8>) -> bool {
        self.open.get(&destination).is_some_and(|stream| stream.frames.try_send(frame).is_ok())
    }

    /// Closes a connection, if it is still open.
    pub(super) fn close(&mut self, address: SocketAddr) {
        self.open.remove(&address);
    }
}

/// Until the other end is gone, or sends what is no frame.
async fn read<F>(mut half: OwnedReadHalf, tell: impl Fn(Event) -> F)
where
    F: Future<Output = Result<(), mpsc::error::SendError<(SocketAddr, u64, Event)>>>,
{
    let mut deframer = Deframer::default();
    let mut buffer = [0; READ_LEN];
    while let Ok(len @ 1..) = half.read(&mut buffer).await {
        let Some(Ok(packets)) = buffer.get(..len).map(|bytes| deframer.feed(bytes)) else { return };
        if !packets.is_empty() && tell(Event::Packets(packets)).await.is_err() {
            return;
        }
    }
}

/// Until the other end is gone, or takes nothing.
async fn write(mut half: OwnedWriteHalf, mut frames: mpsc::Receiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        match tokio::time::timeout(CALL_STREAM_WRITE_WITHIN, half.write_all(&frame)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
