//! One forwarding unit with its thread, its UDP socket and its TCP port: the driver of a sans-IO `sfu::Sfu`. It decides nothing:
//! packets, words and the time go in, and what comes out is carried out. No lock is taken on the way of a packet.

use super::datagrams::{Arrived, Datagrams};
use super::streams::{Brought, Streams};
use crate::limits::{
    CALL_DATAGRAMS_A_TURN, CALL_SAYINGS_MAX, CALL_SOCKET_BUFFER_LEN, CALL_STREAM_BACKLOG, CALL_WORDS_MAX,
};
use crate::open::Places;
use sfu::{
    ClientSays, Heard, JoinError, LeftBecause, Output, Packet, ParticipantId, RoomId, SayError, ServerSays, Sfu,
    SfuConfig, StartError, Transport, Withheld,
};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

/// The sockets of one unit, bound and not yet served.
pub(crate) struct Bound {
    udp: std::net::UdpSocket,
    tcp: std::net::TcpListener,
}

/// What a unit is told.
pub(super) enum Word {
    Join { room: RoomId, who: ParticipantId, answer: oneshot::Sender<Result<(), JoinError>> },
    Leave { who: ParticipantId, done: oneshot::Sender<()> },
    Hear { who: ParticipantId, says: ClientSays, answer: oneshot::Sender<Result<Heard, SayError>> },
    SayAgain(ParticipantId),
}

/// What a unit tells.
pub(super) enum Saying {
    Say(ParticipantId, ServerSays),
    Left(ParticipantId, LeftBecause),
}

/// Packets since the start.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) received: AtomicU64,
    /// Received, and of nobody here.
    pub(super) unrouted: AtomicU64,
    pub(super) sent: AtomicU64,
    /// Not sent, since the network or a connection had no room.
    pub(super) dropped: AtomicU64,
    /// Not passed on to somebody who cannot take more.
    pub(super) paused: AtomicU64,
    /// Not passed on, since one participant's were too many.
    pub(super) beyond_limits: AtomicU64,
}

/// A unit that runs, for those who speak to it.
pub(super) struct Unit {
    pub(super) words: mpsc::Sender<Word>,
    pub(super) counts: Arc<Counts>,
}

/// A unit that runs, for its owner.
pub(super) struct Started {
    pub(super) unit: Unit,
    pub(super) sayings: mpsc::Receiver<Saying>,
    /// Ends with the thread.
    pub(super) ended: oneshot::Receiver<()>,
}

/// What units share.
pub(super) struct Shared {
    pub(super) stream_places: Arc<Places<IpAddr>>,
    pub(super) stop: watch::Receiver<bool>,
}

impl Bound {
    /// Both at this address; the ports are the same unless it is port 0.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let udp = socket(address, Type::DGRAM, Protocol::UDP)?;
        // Packets of many come in bursts. Where the system grants less it takes what it gets.
        let _ = udp.set_recv_buffer_size(CALL_SOCKET_BUFFER_LEN);
        let _ = udp.set_send_buffer_size(CALL_SOCKET_BUFFER_LEN);
        udp.bind(&address.into())?;
        let tcp = socket(address, Type::STREAM, Protocol::TCP)?;
        // As for the other ports, see `server::bind`.
        tcp.set_reuse_address(cfg!(unix))?;
        tcp.bind(&address.into())?;
        tcp.listen(CALL_STREAM_BACKLOG)?;
        Ok(Self { udp: udp.into(), tcp: tcp.into() })
    }

    /// Where datagrams come in.
    pub(crate) fn udp_address(&self) -> io::Result<SocketAddr> {
        self.udp.local_addr()
    }

    /// Where connections come in.
    pub(crate) fn tcp_address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

fn socket(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Starts the thread. `addresses` are this machine's, as clients reach them.
pub(super) fn start(bound: Bound, addresses: &[IpAddr], number: usize, shared: Shared) -> anyhow::Result<Started> {
    let (udp_port, tcp_port) = (bound.udp_address()?.port(), bound.tcp_address()?.port());
    let at = |port| addresses.iter().map(|address| SocketAddr::new(*address, port)).collect();
    let config = SfuConfig { udp: at(udp_port), tcp: at(tcp_port) };
    let sfu = Sfu::new(config.clone()).map_err(|error: StartError| {
        anyhow::Error::new(error).context("calls_addresses: clients could not reach this server there")
    })?;
    let (words, told) = mpsc::channel(CALL_WORDS_MAX);
    let (say, sayings) = mpsc::channel(CALL_SAYINGS_MAX);
    let (end, ended) = oneshot::channel();
    let counts = Arc::new(Counts::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let counting = counts.clone();
    std::thread::Builder::new().name(format!("calls-{number}")).spawn(move || {
        let _end: oneshot::Sender<()> = end;
        let served = runtime.block_on(async move {
            let datagrams = Datagrams::new(bound.udp)?;
            let streams = Streams::new(TcpListener::from_std(bound.tcp)?, shared.stream_places);
            let driver = Driver::new(sfu, config, datagrams, streams, say, counting);
            driver.run(told, shared.stop).await;
            io::Result::Ok(())
        });
        if let Err(error) = served {
            tracing::error!(%error, "a unit for calls could not use its sockets");
        }
    })?;
    Ok(Started { unit: Unit { words, counts }, sayings, ended })
}

struct Driver {
    sfu: Sfu,
    /// How it was made, and is made anew after a panic.
    config: SfuConfig,
    /// Who is in it.
    here: BTreeSet<ParticipantId>,
    datagrams: Datagrams,
    streams: Streams,
    say: mpsc::Sender<Saying>,
    /// Sayings for which there was no room. While there are any no words are heard, and few sayings come of anything else: so they
    /// are no more than participants.
    unsaid: VecDeque<Saying>,
    wake_at: Option<Instant>,
    counts: Arc<Counts>,
    /// Of the present `Sfu`, as it was counted last.
    withheld: Withheld,
}

impl Driver {
    fn new(
        sfu: Sfu,
        config: SfuConfig,
        datagrams: Datagrams,
        streams: Streams,
        say: mpsc::Sender<Saying>,
        counts: Arc<Counts>,
    ) -> Self {
        let (here, unsaid) = (BTreeSet::new(), VecDeque::new());
        Self {
            sfu,
            config,
            here,
            datagrams,
            streams,
            say,
            unsaid,
            wake_at: None,
            counts,
            withheld: Withheld::default(),
        }
    }

    async fn run(mut self, mut words: mpsc::Receiver<Word>, mut stop: watch::Receiver<bool>) {
        let mut arrived = Arrived::default();
        loop {
            let wake_at = self.wake_at.map(tokio::time::Instant::from_std);
            tokio::select! {
                () = stopped(&mut stop) => return,
                () = wake(wake_at) => {}
                room = room(&self.say), if !self.unsaid.is_empty() => if room.is_none() { return },
                word = words.recv(), if self.unsaid.is_empty() => match word {
                    Some(word) => self.guarded(|driver| driver.hear(word)),
                    None => return,
                },
                ready = self.datagrams.readable(&arrived) => if ready.is_ok() {
                    self.guarded(|driver| driver.take_datagrams(&mut arrived));
                },
                brought = self.streams.next() => if let Some(brought) = brought {
                    self.guarded(|driver| driver.take_frames(brought));
                },
            }
            self.guarded(|driver| {
                let now = Instant::now();
                // Also where packets come all the while.
                if driver.wake_at.is_some_and(|at| at <= now) {
                    driver.sfu.wake(now);
                }
                driver.carry_out();
                driver.send_datagrams();
            });
            // Else connections and timers had no time while datagrams do not run out.
            tokio::task::yield_now().await;
        }
    }

    /// A panic in what reads outside bytes ends the calls of this unit, and not the unit: all are out, and may join anew.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        let worked = std::panic::catch_unwind(AssertUnwindSafe(|| work(self)));
        if worked.is_err() {
            tracing::error!("a unit for calls met something that it does not know; its calls are over");
            match Sfu::new(self.config.clone()) {
                Ok(sfu) => (self.sfu, self.withheld) = (sfu, Withheld::default()),
                Err(error) => tracing::error!(%error, "a unit for calls does not begin again"),
            }
            self.wake_at = None;
            let gone = std::mem::take(&mut self.here).into_iter();
            self.unsaid.extend(gone.map(|who| Saying::Left(who, LeftBecause::Broken)));
        }
    }

    fn hear(&mut self, word: Word) {
        let now = Instant::now();
        match word {
            // Whoever asked may be gone, and the unit's state is the same.
            Word::Join { room, who, answer } => {
                let joined = self.sfu.join(room, who, now);
                if joined.is_ok() {
                    self.here.insert(who);
                }
                let _ = answer.send(joined);
            }
            Word::Hear { who, says, answer } => {
                let _ = answer.send(self.sfu.hear(who, says, now));
            }
            // Who is not here any more needs neither.
            Word::Leave { who, done } => {
                self.here.remove(&who);
                let _ = self.sfu.leave(who, now);
                let _ = done.send(());
            }
            Word::SayAgain(who) => {
                let _ = self.sfu.say_again(who);
            }
        }
    }

    /// Takes what is there, and leaves to the next turn what is more than [`CALL_DATAGRAMS_A_TURN`].
    fn take_datagrams(&mut self, arrived: &mut Arrived) {
        for _ in 0..CALL_DATAGRAMS_A_TURN {
            match self.datagrams.receive(arrived) {
                Ok((source, bytes)) => {
                    self.take(Packet { transport: Transport::Udp, source, bytes });
                    self.carry_out();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // That an earlier packet did not arrive: of no use here.
                Err(_) => {}
            }
        }
    }

    fn take_frames(&mut self, Brought { source, packets }: Brought) {
        let now = tokio::time::Instant::now();
        for bytes in packets {
            if self.take(Packet { transport: Transport::Tcp, source, bytes: &bytes }) {
                self.streams.taken(source, now);
            } else {
                self.streams.refused(source);
            }
            self.carry_out();
        }
    }

    /// Whether it was anybody's.
    fn take(&mut self, packet: Packet<'_>) -> bool {
        self.counts.received.fetch_add(1, Ordering::Relaxed);
        match self.sfu.receive(packet, Instant::now()) {
            Ok(()) => true,
            Err(error) => {
                self.counts.unrouted.fetch_add(1, Ordering::Relaxed);
                tracing::trace!(%error, "a packet was not taken");
                false
            }
        }
    }

    fn carry_out(&mut self) {
        loop {
            match self.sfu.poll() {
                Output::Datagram { destination, bytes } => self.datagrams.push(destination, bytes),
                Output::Tcp { destination, bytes } => {
                    let sent = self.streams.send(destination, bytes);
                    self.count(u64::from(sent), u64::from(!sent));
                }
                Output::CloseTcp(address) => self.streams.close(address),
                Output::Say(who, says) => self.unsaid.push_back(Saying::Say(who, says)),
                Output::Left(who, why) => {
                    self.here.remove(&who);
                    self.unsaid.push_back(Saying::Left(who, why));
                }
                Output::WakeAt(at) => {
                    self.wake_at = at;
                    break;
                }
            }
        }
        while let Ok(room) = self.say.try_reserve()
            && let Some(saying) = self.unsaid.pop_front()
        {
            room.send(saying);
        }
    }

    /// What came of one turn, all together.
    fn send_datagrams(&mut self) {
        let outcome = self.datagrams.flush();
        self.count(outcome.sent, outcome.dropped);
        let (now, before) = (self.sfu.withheld(), self.withheld);
        self.counts.paused.fetch_add(now.paused.saturating_sub(before.paused), Ordering::Relaxed);
        self.counts.beyond_limits.fetch_add(now.beyond_limits.saturating_sub(before.beyond_limits), Ordering::Relaxed);
        self.withheld = now;
    }

    fn count(&self, sent: u64, dropped: u64) {
        self.counts.sent.fetch_add(sent, Ordering::Relaxed);
        self.counts.dropped.fetch_add(dropped, Ordering::Relaxed);
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, and its calls with it.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Returns when something can be said; `None` where nobody listens any more.
async fn room(say: &mpsc::Sender<Saying>) -> Option<()> {
    say.reserve().await.ok().map(drop)
}

async fn wake(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A unit, its counts, and where its datagrams come in.
    fn unit() -> (Driver, Arc<Counts>, SocketAddr) {
        let bound = Bound::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let at = bound.udp_address().unwrap();
        let config = SfuConfig { udp: vec![at], tcp: Vec::new() };
        let streams = Streams::new(TcpListener::from_std(bound.tcp).unwrap(), Places::new(1));
        let counts = Arc::new(Counts::default());
        let (say, _) = mpsc::channel(1);
        let sfu = Sfu::new(config.clone()).unwrap();
        let driver = Driver::new(sfu, config, Datagrams::new(bound.udp).unwrap(), streams, say, counts.clone());
        (driver, counts, at)
    }

    fn counted(counts: &Counts) -> (usize, usize) {
        let [received, unrouted] = [&counts.received, &counts.unrouted].map(|count| count.load(Ordering::Relaxed));
        (received.try_into().unwrap(), unrouted.try_into().unwrap())
    }

    /// After each turn: how many datagrams were received.
    async fn turns(driver: &mut Driver, counts: &Counts, count: usize) -> Vec<usize> {
        let (mut arrived, mut received) = (Arrived::default(), Vec::new());
        for _ in 0..count {
            tokio::time::timeout(Duration::from_secs(10), driver.datagrams.readable(&arrived)).await.unwrap().unwrap();
            driver.take_datagrams(&mut arrived);
            received.push(counted(counts).0);
        }
        received
    }

    #[tokio::test]
    async fn empty_datagrams_end_a_turn_and_are_counted_as_all_others() {
        let (mut driver, counts, at) = unit();
        let stranger = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..2 * CALL_DATAGRAMS_A_TURN {
            stranger.send_to(&[], at).unwrap();
        }
        assert_eq!(turns(&mut driver, &counts, 2).await, [CALL_DATAGRAMS_A_TURN, 2 * CALL_DATAGRAMS_A_TURN]);
        assert_eq!(counted(&counts), (2 * CALL_DATAGRAMS_A_TURN, 2 * CALL_DATAGRAMS_A_TURN));
    }

    /// The system may put many of one address into one buffer.
    #[tokio::test]
    async fn what_comes_at_once_is_more_than_one_turn() {
        let (mut driver, counts, at) = unit();
        let mut stranger = Datagrams::new(std::net::UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
        stranger.writable().await.unwrap();
        for _ in 0..2 * CALL_DATAGRAMS_A_TURN + 40 {
            stranger.push(at, vec![0; 100]);
        }
        assert_eq!(stranger.flush().dropped, 0);
        let turn = CALL_DATAGRAMS_A_TURN;
        assert_eq!(turns(&mut driver, &counts, 3).await, [turn, 2 * turn, 2 * turn + 40]);
    }
}
