//! A unit's TCP connections: taking them, a bounded number in all and of an address, packets out of and into frames (RFC 4571).
//! Whose a packet is the unit says; a connection from which nothing is taken is closed.

use crate::limits::{
    CALL_STREAM_FRAMES_MAX, CALL_STREAM_PACKETS_MAX, CALL_STREAM_REFUSED_MAX, CALL_STREAM_UNTAKEN_MAX,
    CALL_STREAM_WRITE_WITHIN, CALL_STREAMS_MAX, counted,
};
use crate::open::{Place, Places};
use sfu::framing::Deframer;
use std::collections::{HashMap, VecDeque};
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
    /// When one was taken last; before that, when the connection came.
    taken: Instant,
    is_somebodys: bool,
    reader: AbortHandle,
    writer: AbortHandle,
}

/// See the module.
pub(super) struct Streams {
    listener: TcpListener,
    /// Of all units.
    places: Arc<Places<IpAddr>>,
    open: HashMap<SocketAddr, Stream>,
    /// How many there may be, with those that are closing.
    streams_max: usize,
    /// Closed, and written to until then: a participant's good-bye is the last of what is in line.
    closing: VecDeque<(Instant, AbortHandle)>,
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
            streams_max: CALL_STREAMS_MAX,
            closing: VecDeque::new(),
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
                self.sweep(now);
            }
        }
        None
    }

    fn add(&mut self, stream: TcpStream, source: SocketAddr) {
        let source = SocketAddr::new(source.ip().to_canonical(), source.port());
        if self.open.len() + self.closing.len() >= self.streams_max && !self.makes_room() {
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
        let writer = self.tasks.spawn(async move {
            let _place: Place<IpAddr> = place;
            write(write_half, outgoing).await;
            let _ = tell.send((source, serial, Event::Ended)).await;
        });
        let taken = Instant::now();
        // The system may have given its port away again before its end was heard of.
        self.close(source);
        self.open.insert(source, Stream { serial, frames, refused: 0, taken, is_somebodys: false, reader, writer });
    }

    /// Strangers take nobody's place but strangers': the connection goes from which nothing was taken for longest since it came.
    /// False if all are somebody's.
    fn makes_room(&mut self) -> bool {
        if let Some((_, writer)) = self.closing.pop_front() {
            writer.abort();
            return true;
        }
        let strangers = self.open.iter().filter(|(_, stream)| !stream.is_somebodys);
        let Some(first) = strangers.min_by_key(|(_, stream)| stream.serial).map(|(source, _)| *source) else {
            return false;
        };
        if let Some(stream) = self.open.remove(&first) {
            stream.reader.abort();
            stream.writer.abort();
        }
        true
    }

    fn sweep(&mut self, now: Instant) {
        let silent = self.open.iter().filter(|(_, stream)| now >= stream.taken + CALL_STREAM_UNTAKEN_MAX);
        for source in silent.map(|(source, _)| *source).collect::<Vec<_>>() {
            self.close(source);
        }
        self.closing.retain(|(until, writer)| {
            if now >= *until {
                writer.abort();
            }
            now < *until && !writer.is_finished()
        });
    }

    /// The unit took a packet of this connection.
    pub(super) fn taken(&mut self, source: SocketAddr, now: Instant) {
        if let Some(stream) = self.open.get_mut(&source) {
            (stream.refused, stream.taken, stream.is_somebodys) = (0, now, true);
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

    /// Closes a connection, if it is still open. What is in line for it may go out, for [`CALL_STREAM_WRITE_WITHIN`].
    pub(super) fn close(&mut self, address: SocketAddr) {
        if let Some(stream) = self.open.remove(&address) {
            stream.reader.abort();
            self.closing.push_back((Instant::now() + CALL_STREAM_WRITE_WITHIN, stream.writer));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Room for so many, and where they connect.
    async fn streams(streams_max: usize) -> (Streams, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        (Streams { streams_max, ..Streams::new(listener, Places::new(1_000)) }, at)
    }

    /// A connection that has been taken, and where it comes from.
    async fn connected(streams: &mut Streams, at: SocketAddr) -> (TcpStream, SocketAddr) {
        let stream = TcpStream::connect(at).await.unwrap();
        let source = stream.local_addr().unwrap();
        while !streams.open.contains_key(&source) {
            streams.next().await;
        }
        (stream, source)
    }

    fn are_open(streams: &Streams, sources: &[SocketAddr]) -> Vec<bool> {
        sources.iter().map(|source| streams.open.contains_key(source)).collect()
    }

    #[tokio::test]
    async fn strangers_take_the_places_of_strangers_only() {
        let (mut streams, at) = streams(3).await;
        let (_a, ours) = connected(&mut streams, at).await;
        streams.taken(ours, Instant::now());
        let (_b, first) = connected(&mut streams, at).await;
        let (_c, second) = connected(&mut streams, at).await;
        let (_d, third) = connected(&mut streams, at).await;
        assert_eq!(are_open(&streams, &[ours, first, second, third]), [true, false, true, true]);
        for source in [second, third] {
            streams.taken(source, Instant::now());
        }
        let mut late = TcpStream::connect(at).await.unwrap();
        let mut buffer = [0; 8];
        let refused = async {
            loop {
                tokio::select! {
                    _ = streams.next() => {}
                    read = late.read(&mut buffer) => return read,
                }
            }
        };
        let refused = tokio::time::timeout(Duration::from_secs(10), refused).await.unwrap();
        assert!(matches!(refused, Ok(0) | Err(_)), "{refused:?}");
        assert_eq!(are_open(&streams, &[ours, second, third]), [true; 3]);
    }

    /// Each frame may take some seconds, and many are in line.
    #[tokio::test]
    async fn a_closed_connection_whose_other_end_reads_nothing_gives_its_place_back_in_time() {
        let (mut streams, at) = streams(3).await;
        let (_deaf, source) = connected(&mut streams, at).await;
        // Until even the system's buffers are full.
        while streams.send(source, vec![0; 60_000]) {
            tokio::task::yield_now().await;
        }
        streams.close(source);
        let now = Instant::now();
        streams.sweep(now);
        assert_eq!(streams.closing.len(), 1);
        streams.sweep(now + CALL_STREAM_WRITE_WITHIN);
        assert!(streams.closing.is_empty());
        let ended = async {
            while !streams.tasks.is_empty() {
                streams.tasks.join_next().await;
            }
        };
        tokio::time::timeout(CALL_STREAM_WRITE_WITHIN / 2, ended).await.unwrap();
        assert_eq!(streams.places.taken(), 0);
    }
}
