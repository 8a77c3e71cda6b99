//! The way of a call's packets between browsers and the server's unit, made as bad as networks are: packets are lost, datagrams do not come
//! through at all, or whoever was there before is there no more, as after a change of the network. Knows nothing of what packets hold.

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::watch;

/// Where it begins: this machine, by an address at which nothing else is.
pub const PATH_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// No packet of a call is longer.
const DATAGRAM_LEN_MAX: usize = 2_048;

/// Lives as long as the test's runtime; what browsers send to it ends at the unit.
pub struct MediaPath {
    state: Arc<State>,
}

struct State {
    passes_datagrams: AtomicBool,
    passes_streams: AtomicBool,
    lost_per_mille: AtomicU32,
    lost: AtomicU64,
    passed: AtomicU64,
    /// Whoever began to send before a change of the network is not heard after it.
    network: watch::Sender<u32>,
    /// Of a seed: two runs lose alike, so far as they send alike.
    dice: Mutex<StdRng>,
}

impl State {
    /// Whether a datagram comes through.
    fn passes(&self) -> bool {
        let per_mille = self.lost_per_mille.load(Ordering::Relaxed);
        let is_lost = per_mille > 0 && self.dice.lock().is_ok_and(|mut dice| dice.random_range(0..1_000) < per_mille);
        let count = if is_lost { &self.lost } else { &self.passed };
        count.fetch_add(1, Ordering::Relaxed);
        !is_lost && self.passes_datagrams.load(Ordering::Relaxed)
    }
}

impl MediaPath {
    /// A path to where a unit takes datagrams, and where it takes connections; the ports are the unit's.
    pub async fn to((datagrams, streams): (SocketAddr, SocketAddr)) -> Result<Self> {
        let udp = Arc::new(UdpSocket::bind((PATH_ADDRESS, datagrams.port())).await?);
        let tcp = TcpListener::bind((PATH_ADDRESS, streams.port())).await?;
        let state = Arc::new(State {
            passes_datagrams: AtomicBool::new(true),
            passes_streams: AtomicBool::new(true),
            lost_per_mille: AtomicU32::new(0),
            lost: AtomicU64::new(0),
            passed: AtomicU64::new(0),
            network: watch::channel(0).0,
            dice: Mutex::new(StdRng::seed_from_u64(1)),
        });
        tokio::spawn(carry_datagrams(udp, datagrams, state.clone()));
        tokio::spawn(carry_streams(tcp, streams, state.clone()));
        Ok(Self { state })
    }

    /// So many of a thousand datagrams are lost from now on, in each direction.
    pub fn loses(&self, per_mille: u32) {
        self.state.lost_per_mille.store(per_mille, Ordering::Relaxed);
    }

    /// How many were lost so far, and how many were not.
    pub fn counts(&self) -> (u64, u64) {
        (self.state.lost.load(Ordering::Relaxed), self.state.passed.load(Ordering::Relaxed))
    }

    /// Only connections come through from now on.
    pub fn passes_no_datagrams(&self) {
        self.state.passes_datagrams.store(false, Ordering::Relaxed);
    }

    /// Only datagrams come through from now on; connections that are open stay.
    pub fn passes_no_streams(&self) {
        self.state.passes_streams.store(false, Ordering::Relaxed);
    }

    /// Everybody is in another network: datagrams by the ways of before are lost, and nobody is told; connections end; new ways are found.
    pub fn moves_to_another_network(&self) {
        self.state.network.send_modify(|network| *network += 1);
    }
}

async fn carry_datagrams(near: Arc<UdpSocket>, unit: SocketAddr, state: Arc<State>) {
    let mut ways: HashMap<SocketAddr, (u32, Arc<UdpSocket>)> = HashMap::new();
    let mut packet = [0; DATAGRAM_LEN_MAX];
    loop {
        // An address that takes nothing any more is told of here, and is nobody's end but its own.
        let Ok((len, from)) = near.recv_from(&mut packet).await else { continue };
        let network = *state.network.borrow();
        if let Entry::Vacant(way) = ways.entry(from) {
            let Ok(far) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await else { continue };
            let far = Arc::new(far);
            way.insert((network, far.clone()));
            tokio::spawn(carry_back(far, near.clone(), from, state.clone(), network));
        }
        let Some((_, far)) = ways.get(&from).filter(|(began, _)| *began == network) else { continue };
        if state.passes() {
            // What the system has no room for is lost, as on any network.
            let _ = far.send_to(packet.get(..len).unwrap_or_default(), unit).await;
        }
    }
}

async fn carry_back(far: Arc<UdpSocket>, near: Arc<UdpSocket>, to: SocketAddr, state: Arc<State>, began: u32) {
    let mut packet = [0; DATAGRAM_LEN_MAX];
    while *state.network.borrow() == began {
        let Ok((len, _)) = far.recv_from(&mut packet).await else { return };
        if state.passes() && *state.network.borrow() == began {
            let _ = near.send_to(packet.get(..len).unwrap_or_default(), to).await;
        }
    }
}

async fn carry_streams(near: TcpListener, unit: SocketAddr, state: Arc<State>) {
    while let Ok((mut near, _)) = near.accept().await {
        if !state.passes_streams.load(Ordering::Relaxed) {
            continue;
        }
        let mut network = state.network.subscribe();
        tokio::spawn(async move {
            let Ok(mut far) = TcpStream::connect(unit).await else { return };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                _ = network.changed() => {}
            }
        });
    }
}
