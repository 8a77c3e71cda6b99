//! A browser's part in a call: one connection, over a UDP socket of its own, in a task of its own. What is offered and answered goes
//! through whoever has it.

use anyhow::{Context, Result, anyhow};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpWrite, Ssrc};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior};

/// Bytes of a packet's payload.
pub(super) const PACKET_LEN: usize = 1_100;
/// Packets come in bursts, and the client shares its cores.
const SOCKET_BUFFER_LEN: usize = 4 * 1024 * 1024;
const DATAGRAM_LEN_MAX: usize = 2_000;
/// Taken at once before anything else is looked at.
const DATAGRAMS_A_TURN: usize = 64;
/// Bytes of a payload: VP8's descriptor, "key frame", and whether the packet is measured.
const START: [u8; 2] = [0x10, 0x00];

/// What all clients of a call see.
#[derive(Default)]
pub(super) struct Counts {
    /// Packets that are sent now are measured.
    pub(super) measures: AtomicBool,
    /// How many see how many.
    pub(super) pairs: AtomicUsize,
    /// Measured packets.
    pub(super) sent: AtomicU64,
    pub(super) received: AtomicU64,
    /// Datagrams of any kind for which the system had no room.
    pub(super) unsent: AtomicU64,
    /// Why a client's task ended, if it should not have.
    pub(super) failed: Mutex<Option<String>>,
}

enum Order {
    Offer { publishes: bool, answer: oneshot::Sender<Result<String>> },
    Answered(String, oneshot::Sender<Result<()>>),
    Answer(String, oneshot::Sender<Result<String>>),
    Film(u64),
}

/// Handle of the task, which ends with it.
pub(super) struct Client(mpsc::UnboundedSender<Order>);

impl Client {
    pub(super) fn start(from: IpAddr, counts: Arc<Counts>) -> Result<Self> {
        let (orders, ordered) = mpsc::unbounded_channel();
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
        socket.set_recv_buffer_size(SOCKET_BUFFER_LEN)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SocketAddr::new(from, 0).into())?;
        let socket = UdpSocket::from_std(socket.into())?;
        let address = socket.local_addr()?;
        let now = Instant::now();
        let mut rtc =
            RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_opus(true, false).enable_vp8(true).build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp")?);
        let task = Task {
            rtc,
            socket,
            address,
            wake: now,
            line: None,
            pending: None,
            sequence: 0,
            seen: BTreeSet::new(),
            counts,
        };
        let counts = task.counts.clone();
        tokio::spawn(async move {
            if let Err(error) = Box::pin(task.run(ordered)).await {
                let mut failed = counts.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.get_or_insert(format!("{error:#}"));
            }
        });
        Ok(Self(orders))
    }

    /// Offers a camera, or somewhere to receive where it has none.
    pub(super) async fn offer(&self, publishes: bool) -> Result<String> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Offer { publishes, answer })?;
        answered.await?
    }

    pub(super) async fn answered(&self, sdp: String) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Answered(sdp, answer))?;
        answered.await?
    }

    pub(super) async fn answer(&self, sdp: String) -> Result<String> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Answer(sdp, answer))?;
        answered.await?
    }

    pub(super) fn films(&self, bits: u64) {
        // A task that has ended has said why.
        let _ = self.0.send(Order::Film(bits));
    }

    fn order(&self, order: Order) -> Result<()> {
        self.0.send(order).map_err(|_| anyhow!("a client has ended"))
    }
}

struct Task {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    wake: Instant,
    line: Option<Mid>,
    pending: Option<SdpPendingOffer>,
    sequence: u64,
    /// Sources that something came of.
    seen: BTreeSet<Ssrc>,
    counts: Arc<Counts>,
}

impl Task {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) -> Result<()> {
        let mut buffer = [0; DATAGRAM_LEN_MAX];
        let mut clock: Option<Interval> = None;
        loop {
            self.drain(Instant::now())?;
            let wake = self.wake.max(Instant::now() + Duration::from_millis(1));
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Film(bits)) => {
                        let each = Duration::from_nanos(8_000_000_000 * PACKET_LEN as u64 / bits.max(1));
                        let mut interval = tokio::time::interval(each);
                        interval.set_missed_tick_behavior(MissedTickBehavior::Burst);
                        clock = Some(interval);
                    }
                    Some(order) => self.follow(order),
                    None => return Ok(()),
                },
                () = tick(&mut clock) => self.film()?,
                readable = self.socket.readable() => {
                    readable?;
                    self.take(&mut buffer)?;
                }
                () = tokio::time::sleep_until(wake.into()) => {}
            }
        }
    }

    fn follow(&mut self, order: Order) {
        // Whoever asked may have given up.
        match order {
            Order::Offer { publishes, answer } => drop(answer.send(self.offer(publishes))),
            Order::Answered(sdp, answer) => drop(answer.send(self.answered(&sdp))),
            Order::Answer(sdp, answer) => drop(answer.send(self.answer(&sdp))),
            Order::Film(_) => {}
        }
    }

    fn offer(&mut self, publishes: bool) -> Result<String> {
        let direction = if publishes { Direction::SendOnly } else { Direction::RecvOnly };
        let mut changes = self.rtc.sdp_api();
        self.line = Some(changes.add_media(MediaKind::Video, direction, None, None, None));
        let (offer, pending) = changes.apply().context("something to offer")?;
        self.pending = Some(pending);
        Ok(offer.to_sdp_string())
    }

    fn answered(&mut self, sdp: &str) -> Result<()> {
        let pending = self.pending.take().context("an answer to an offer")?;
        Ok(self.rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(sdp)?)?)
    }

    fn answer(&mut self, sdp: &str) -> Result<String> {
        let answer = self.rtc.sdp_api().accept_offer(SdpOffer::from_sdp_string(sdp)?)?;
        Ok(answer.to_sdp_string())
    }

    fn film(&mut self) -> Result<()> {
        let line = self.line.context("a camera")?;
        let payload_type = *self.rtc.media(line).and_then(|media| media.remote_pts().first()).context("a codec")?;
        let is_measured = self.counts.measures.load(Ordering::Relaxed);
        self.counts.sent.fetch_add(u64::from(is_measured), Ordering::Relaxed);
        let mut payload = vec![0x55; PACKET_LEN];
        for (byte, value) in payload.iter_mut().zip(START.into_iter().chain([u8::from(is_measured)])) {
            *byte = value;
        }
        self.sequence += 1;
        let time = u32::try_from(self.sequence * 792 % (1 << 32))?;
        let now = Instant::now();
        let write = RtpWrite::new(payload_type, self.sequence.into(), time, now, payload).marker(true).nackable(true);
        self.rtc.direct_api().stream_tx_by_mid(line, None).context("a stream")?.write_rtp(write);
        Ok(())
    }

    fn take(&mut self, buffer: &mut [u8]) -> Result<()> {
        for _ in 0..DATAGRAMS_A_TURN {
            let Ok((len, source)) = self.socket.try_recv_from(buffer) else { return Ok(()) };
            let now = Instant::now();
            let bytes = buffer.get(..len).unwrap_or_default();
            if let Ok(receive) = Receive::new(Protocol::Udp, source, self.address, bytes) {
                self.rtc.handle_input(Input::Receive(now, receive))?;
                self.drain(now)?;
            }
        }
        Ok(())
    }

    fn drain(&mut self, now: Instant) -> Result<()> {
        self.rtc.handle_input(Input::Timeout(now))?;
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.wake = at;
                    return Ok(());
                }
                // What the system has no room for is lost, as on any network.
                Output::Transmit(transmit) => {
                    let sent = self.socket.try_send_to(&transmit.contents, transmit.destination);
                    self.counts.unsent.fetch_add(u64::from(sent.is_err()), Ordering::Relaxed);
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    let is_measured = packet.payload.get(START.len()) == Some(&1);
                    self.counts.received.fetch_add(u64::from(is_measured), Ordering::Relaxed);
                    if self.seen.insert(packet.header.ssrc) {
                        self.counts.pairs.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Output::Event(_) => {}
            }
        }
    }
}

async fn tick(clock: &mut Option<Interval>) {
    match clock {
        Some(clock) => drop(clock.tick().await),
        None => std::future::pending().await,
    }
}
