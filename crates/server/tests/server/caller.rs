//! A device in a call: its session socket and `str0m` as a browser would use it, over real sockets, in a task of its own.

use crate::device::Socket;
use crate::relay_client::{Relay, RelayAt};
use proto::ids::{ChatId, Lease};
use proto::wire::client_frame::Body;
use proto::wire::{self, call_track::Kind, put_out_of_call, reply, said_in_call, say_in_call, server_frame};
use sfu::framing::{Deframer, frame};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::sync::{mpsc, oneshot, watch};

/// Far longer than anything here takes but what waits for the unit's patience.
const WAIT_MAX: Duration = Duration::from_secs(60);
const BUFFER_LEN: usize = 4_096;

#[derive(Clone)]
pub enum Way {
    Udp,
    Tcp,
    /// Over TLS to the server, which relays.
    Relayed(RelayAt),
}

/// What this client has seen.
#[derive(Clone, Default)]
pub struct Seen {
    pub participant: u64,
    pub is_connected: bool,
    /// How often ICE has found a way where it had none.
    pub paths: usize,
    has_path: bool,
    pub tracks: Vec<wire::CallTrack>,
    /// Whose, and what.
    pub received: Vec<(u64, Kind, Vec<u8>)>,
    /// Datagrams or frames of whatever kind.
    pub packets: usize,
    pub put_out: Vec<(u64, put_out_of_call::Reason)>,
    pub running: Vec<wire::RunningCall>,
    pub has_socket: bool,
}

impl Seen {
    /// Payloads of somebody's track.
    pub fn of(&self, origin: u64, kind: Kind) -> Vec<Vec<u8>> {
        let of = self.received.iter().filter(|(whose, what, _)| (*whose, *what) == (origin, kind));
        of.map(|(_, _, payload)| payload.clone()).collect()
    }

    pub fn has_tracks_of(&self, origin: u64) -> bool {
        self.tracks.iter().filter(|track| track.origin == origin).count() == 2
    }
}

/// Without payloads, which are long.
impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tracks: Vec<_> = self.tracks.iter().map(|track| (track.origin, track.kind())).collect();
        let running: Vec<_> = self.running.iter().map(|call| call.participants.len()).collect();
        f.debug_struct("Seen")
            .field("participant", &self.participant)
            .field("is_connected", &self.is_connected)
            .field("tracks", &tracks)
            .field("received", &self.received.len())
            .field("packets", &self.packets)
            .field("put_out", &self.put_out)
            .field("running", &running)
            .field("has_socket", &self.has_socket)
            .finish()
    }
}

enum Order {
    Join(ChatId, oneshot::Sender<reply::Body>),
    Ask(Box<Body>, oneshot::Sender<reply::Body>),
    Socket(Option<Box<Socket>>),
    Send {
        kind: Kind,
        payload: Vec<u8>,
    },
    /// Goes on from another address.
    Move,
    /// Takes all that lies in its network socket.
    Drain(oneshot::Sender<()>),
}

/// Handle of the task.
pub struct Caller {
    orders: mpsc::UnboundedSender<Order>,
    seen: watch::Receiver<Seen>,
    lease: Lease,
}

impl Caller {
    pub fn new(socket: Socket, way: Way) -> Self {
        let (orders, ordered) = mpsc::unbounded_channel();
        let (show, seen) = watch::channel(Seen { has_socket: true, ..Seen::default() });
        let lease = socket.lease;
        tokio::spawn(Task::new(socket, way, show).run(ordered));
        Self { orders, seen, lease }
    }

    /// Its number in the call that it joined last.
    pub fn participant(&self) -> u64 {
        self.seen.borrow().participant
    }

    /// Whether it has been offered somebody's tracks.
    pub fn has_tracks_of(&self, origin: u64) -> bool {
        self.seen.borrow().has_tracks_of(origin)
    }

    /// Of the socket that it began with.
    pub fn lease(&self) -> Lease {
        self.lease
    }

    /// Joins, offers, and waits until it is connected.
    pub async fn joins(&mut self, chat: ChatId) -> u64 {
        let reply = self.tries_to_join(chat).await;
        let reply::Body::CallJoined(joined) = reply else { panic!("{reply:?}") };
        self.until("connected", |seen| seen.is_connected).await;
        joined.participant
    }

    pub async fn tries_to_join(&self, chat: ChatId) -> reply::Body {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Join(chat, answer));
        answered.await.unwrap()
    }

    pub async fn asks(&self, body: Body) -> reply::Body {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Ask(Box::new(body), answer));
        answered.await.unwrap()
    }

    pub fn sends(&self, kind: Kind, payload: &[u8]) {
        self.order(Order::Send { kind, payload: payload.to_vec() });
    }

    pub async fn loses_its_socket(&mut self) {
        self.order(Order::Socket(None));
        self.until("without a socket", |seen| !seen.has_socket).await;
    }

    pub async fn goes_on_with(&mut self, socket: Socket) {
        self.order(Order::Socket(Some(Box::new(socket))));
        self.until("with a socket", |seen| seen.has_socket).await;
    }

    /// Its network has changed: what was sent to where it was gets nowhere, and it offers with new credentials of ICE.
    pub fn moves(&self) {
        self.order(Order::Move);
    }

    /// What it has seen, with all that has come by now.
    pub async fn all_seen(&self) -> Seen {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Drain(answer));
        answered.await.unwrap();
        self.seen.borrow().clone()
    }

    /// Waits for something to be seen.
    pub async fn until(&mut self, what: &str, is_so: impl FnMut(&Seen) -> bool) -> Seen {
        let seen = tokio::time::timeout(WAIT_MAX, self.seen.wait_for(is_so)).await.map(|seen| seen.unwrap().clone());
        seen.unwrap_or_else(|_| panic!("not {what}: {:?}", self.seen.borrow()))
    }

    fn order(&self, order: Order) {
        assert!(self.orders.send(order).is_ok(), "the caller's task has ended");
    }
}

enum Network {
    Udp(UdpSocket),
    /// Connects to where the unit's candidate leads.
    NotYet(TcpSocket),
    Tcp(TcpStream, Deframer),
    /// Allocated with what the server says when it is joined.
    NoRelay(RelayAt),
    Relayed(Relay),
}

struct Task {
    socket: Option<Socket>,
    network: Network,
    address: SocketAddr,
    peer: Option<SocketAddr>,
    /// Its address is not in what it has offered.
    has_moved: bool,
    rtc: Rtc,
    /// Own lines: sound, picture.
    mids: Vec<Mid>,
    pending: Option<SdpPendingOffer>,
    sequence: u64,
    wake: Instant,
    show: watch::Sender<Seen>,
}

impl Task {
    fn new(socket: Socket, way: Way, show: watch::Sender<Seen>) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let (network, address, candidate) = match way {
            Way::Relayed(at) => (Network::NoRelay(at), any, None),
            Way::Udp => {
                let udp = bound(any);
                let address = udp.local_addr().unwrap();
                (Network::Udp(udp), address, Some(Candidate::host(address, "udp").unwrap()))
            }
            Way::Tcp => {
                let tcp = TcpSocket::new_v4().unwrap();
                tcp.bind(any).unwrap();
                let address = tcp.local_addr().unwrap();
                let candidate = Candidate::builder().tcp().host(address).tcptype(TcpType::Active).build().unwrap();
                (Network::NotYet(tcp), address, Some(candidate))
            }
        };
        let now = Instant::now();
        let config = RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_opus(true, false).enable_vp8(true);
        let mut rtc = config.build(now);
        if let Some(candidate) = candidate {
            rtc.add_local_candidate(candidate);
        }
        Self {
            socket: Some(socket),
            network,
            address,
            peer: None,
            has_moved: false,
            rtc,
            mids: Vec::new(),
            pending: None,
            sequence: 0,
            wake: now,
            show,
        }
    }

    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut buffer = vec![0; BUFFER_LEN];
        loop {
            self.drain().await;
            let wake = self.wake.max(Instant::now() + Duration::from_millis(1));
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.follow(order, &mut buffer).await,
                    None => return,
                },
                frame = next_frame(&mut self.socket) => match frame {
                    Some(frame) => self.hear(frame).await,
                    None => {
                        self.socket = None;
                        self.show.send_modify(|seen| seen.has_socket = false);
                    }
                },
                len = read(&mut self.network, &mut buffer) => self.take(&buffer[..len]).await,
                () = tokio::time::sleep_until(wake.into()) => {}
            }
        }
    }

    async fn follow(&mut self, order: Order, buffer: &mut [u8]) {
        match order {
            Order::Join(chat, answer) => {
                let reply = self.ask(Body::JoinCall(wire::JoinCall { chat: chat.to_vec() })).await;
                if let reply::Body::CallJoined(joined) = &reply {
                    self.show.send_modify(|seen| seen.participant = joined.participant);
                    self.allocate(joined).await;
                    self.offer().await;
                }
                let _ = answer.send(reply);
            }
            Order::Ask(body, answer) => {
                let reply = self.ask(*body).await;
                let _ = answer.send(reply);
            }
            Order::Socket(socket) => {
                self.socket = socket.map(|socket| *socket);
                let has_socket = self.socket.is_some();
                self.show.send_modify(|seen| seen.has_socket = has_socket);
            }
            Order::Move => self.moves().await,
            Order::Send { kind, payload } => self.send(kind, &payload),
            Order::Drain(answer) => {
                while let Some(len) = read_ready(&mut self.network, buffer) {
                    self.take(&buffer[..len]).await;
                }
                let _ = answer.send(());
            }
        }
    }

    async fn allocate(&mut self, joined: &wire::CallJoined) {
        let Network::NoRelay(at) = &self.network else { return };
        let relay = Relay::open(at, joined.participant, &joined.turn_password).await.expect("an allocation");
        self.address = relay.address;
        self.rtc.add_local_candidate(Candidate::host(relay.address, "udp").unwrap());
        self.network = Network::Relayed(relay);
    }

    async fn ask(&mut self, body: Body) -> reply::Body {
        self.socket.as_mut().expect("a socket to ask on").ask(body).await
    }

    async fn says(&mut self, says: say_in_call::Says) -> reply::Body {
        let participant = self.show.borrow().participant;
        self.ask(Body::SayInCall(wire::SayInCall { participant, says: Some(says) })).await
    }

    async fn offer(&mut self) {
        let mut changes = self.rtc.sdp_api();
        if self.mids.is_empty() {
            let add = |kind| changes.add_media(kind, Direction::SendOnly, None, None, None);
            self.mids = [MediaKind::Audio, MediaKind::Video].map(add).to_vec();
        }
        let (offer, pending) = changes.apply().unwrap();
        self.pending = Some(pending);
        let reply = self.says(say_in_call::Says::Offer(offer.to_sdp_string())).await;
        assert!(matches!(reply, reply::Body::Done(_)), "{reply:?}");
    }

    async fn moves(&mut self) {
        let udp = bound(SocketAddr::from(([127, 0, 0, 1], 0)));
        self.address = udp.local_addr().unwrap();
        self.network = Network::Udp(udp);
        self.has_moved = true;
        let mut changes = self.rtc.sdp_api();
        changes.ice_restart(false);
        let (offer, pending) = changes.apply().unwrap();
        self.pending = Some(pending);
        let reply = self.says(say_in_call::Says::Offer(offer.to_sdp_string())).await;
        assert!(matches!(reply, reply::Body::Done(_)), "{reply:?}");
    }

    async fn hear(&mut self, frame: server_frame::Body) {
        match frame {
            server_frame::Body::SaidInCall(wire::SaidInCall { participant, says: Some(says) }) => {
                assert_eq!(participant, self.show.borrow().participant);
                match says {
                    said_in_call::Says::Answer(sdp) => {
                        let answer = SdpAnswer::from_sdp_string(&sdp).unwrap();
                        let pending = self.pending.take().expect("an answer to an offer");
                        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
                        if std::mem::take(&mut self.has_moved) {
                            self.rtc.add_local_candidate(Candidate::host(self.address, "udp").unwrap());
                        }
                    }
                    said_in_call::Says::Offer(wire::CallOffer { sdp, tracks }) => {
                        let offer = SdpOffer::from_sdp_string(&sdp).unwrap();
                        let answer = self.rtc.sdp_api().accept_offer(offer).unwrap().to_sdp_string();
                        // Answered where it is not answered already: said again, it may be.
                        self.says(say_in_call::Says::Answer(answer)).await;
                        self.show.send_modify(|seen| seen.tracks = tracks);
                    }
                }
            }
            server_frame::Body::PutOutOfCall(told) => {
                self.show.send_modify(|seen| seen.put_out.push((told.participant, told.reason())));
            }
            server_frame::Body::RunningCall(running) => self.show.send_modify(|seen| seen.running.push(running)),
            _ => {}
        }
    }

    fn send(&mut self, kind: Kind, payload: &[u8]) {
        let mid = self.mids[usize::from(kind == Kind::Video)];
        let payload_type = self.rtc.media(mid).unwrap().remote_pts()[0];
        self.sequence += 1;
        let time = u32::try_from(self.sequence * 960).unwrap();
        let write = RtpWrite::new(payload_type, self.sequence.into(), time, Instant::now(), payload);
        self.rtc.direct_api().stream_tx_by_mid(mid, None).unwrap().write_rtp(write);
    }

    async fn take(&mut self, bytes: &[u8]) {
        let packets = match &mut self.network {
            Network::Tcp(_, deframer) => deframer.feed(bytes).unwrap(),
            _ => vec![bytes.to_vec()],
        };
        for packet in packets {
            self.show.send_modify(|seen| seen.packets += 1);
            let proto = if matches!(self.network, Network::Tcp(..)) { Protocol::Tcp } else { Protocol::Udp };
            let source = self.peer.expect("only who was spoken to answers");
            let Ok(receive) = Receive::new(proto, source, self.address, &packet) else { continue };
            // What cannot be read changes nothing.
            let _ = self.rtc.handle_input(Input::Receive(Instant::now(), receive));
            self.drain().await;
        }
    }

    async fn drain(&mut self) {
        if self.rtc.handle_input(Input::Timeout(Instant::now())).is_err() {
            return;
        }
        while self.rtc.is_alive() {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(at) => {
                    self.wake = at;
                    return;
                }
                Output::Transmit(transmit) => self.transmit(transmit.destination, &transmit.contents).await,
                Output::Event(Event::Connected) => self.show.send_modify(|seen| seen.is_connected = true),
                Output::Event(Event::IceConnectionStateChange(state)) => self.show.send_modify(|seen| {
                    let has_path = state.is_connected();
                    seen.paths += usize::from(has_path && !seen.has_path);
                    seen.has_path = has_path;
                }),
                Output::Event(Event::RtpPacket(packet)) => {
                    let ssrc = packet.header.ssrc;
                    let mid = self.rtc.direct_api().stream_rx(&ssrc).unwrap().mid();
                    self.show.send_modify(|seen| {
                        let track = seen.tracks.iter().find(|track| *track.mid == *mid).cloned();
                        let track = track.expect("a track that was offered");
                        seen.received.push((track.origin, track.kind(), packet.payload.to_vec()));
                    });
                }
                Output::Event(_) => {}
            }
        }
    }

    async fn transmit(&mut self, destination: SocketAddr, bytes: &[u8]) {
        // The unit may have several addresses; what comes is from the one that answers, which here is all the same.
        self.peer = Some(destination);
        match &mut self.network {
            Network::Udp(udp) => {
                let _ = udp.send_to(bytes, destination).await;
            }
            Network::Tcp(stream, _) => {
                let _ = stream.write_all(&frame(bytes).unwrap()).await;
            }
            Network::Relayed(relay) => relay.send(destination, bytes),
            Network::NoRelay(_) => {}
            Network::NotYet(_) => {
                let unused = Network::NotYet(TcpSocket::new_v4().unwrap());
                let Network::NotYet(socket) = std::mem::replace(&mut self.network, unused) else { unreachable!() };
                let mut stream = socket.connect(destination).await.unwrap();
                stream.write_all(&frame(bytes).unwrap()).await.unwrap();
                self.network = Network::Tcp(stream, Deframer::default());
            }
        }
    }
}

fn bound(at: SocketAddr) -> UdpSocket {
    let udp = std::net::UdpSocket::bind(at).unwrap();
    udp.set_nonblocking(true).unwrap();
    UdpSocket::from_std(udp).unwrap()
}

async fn next_frame(socket: &mut Option<Socket>) -> Option<server_frame::Body> {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}

async fn read(network: &mut Network, buffer: &mut [u8]) -> usize {
    let read = match network {
        Network::Udp(udp) => udp.recv(buffer).await.ok(),
        Network::Tcp(stream, _) => stream.read(buffer).await.ok().filter(|len| *len > 0),
        Network::Relayed(relay) => relay.recv().await.map(|(_, bytes)| copied(&bytes, buffer)),
        Network::NotYet(_) | Network::NoRelay(_) => None,
    };
    match read {
        Some(len) => len,
        None => std::future::pending().await,
    }
}

fn copied(bytes: &[u8], buffer: &mut [u8]) -> usize {
    buffer[..bytes.len()].copy_from_slice(bytes);
    bytes.len()
}

fn read_ready(network: &mut Network, buffer: &mut [u8]) -> Option<usize> {
    match network {
        Network::Udp(udp) => udp.try_recv(buffer).ok(),
        Network::Tcp(stream, _) => stream.try_read(buffer).ok().filter(|len| *len > 0),
        Network::Relayed(relay) => relay.try_recv().map(|(_, bytes)| copied(&bytes, buffer)),
        Network::NotYet(_) | Network::NoRelay(_) => None,
    }
}
