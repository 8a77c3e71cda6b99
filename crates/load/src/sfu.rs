//! `sfu`: what a forwarded packet of a call costs the server, and Debian's Janus beside it in the same run. The clients are `str0m` over
//! real UDP sockets, in this process; the servers are processes of their own, and only their processor time is counted.

mod client;
mod janus;
mod ours;

use crate::http::Http;
use crate::process::Process;
use crate::report::Report;
use anyhow::{Context, Result, bail, ensure};
use client::{Client, Counts};
use serde_json::json;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Until all see all.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is on its way when the last packet is sent.
const ON_ITS_WAY: Duration = Duration::from_secs(1);
/// Most of a forwarded packet, in microseconds of the server's processor.
const US_A_PACKET_MAX: f64 = 5.0;

/// How much of everything.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    /// Seconds that are measured of each call
    #[arg(long, default_value_t = 15)]
    pub seconds: u64,
    /// Bits a second of each publisher
    #[arg(long, default_value_t = 1_000_000)]
    pub bits: u64,
    /// Calls that are measured: publishers × others
    #[arg(long, value_delimiter = ',', default_value = "8x24,1x31,4x16")]
    pub calls: Vec<Call>,
    /// Leave Janus out
    #[arg(long)]
    pub no_peers: bool,
}

/// Who is in a call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Send pictures.
    publishers: usize,
    /// Only look.
    others: usize,
}

impl std::str::FromStr for Call {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (publishers, others) = text.split_once('x').context("as in 8x24")?;
        let call = Self { publishers: publishers.parse()?, others: others.parse()? };
        ensure!(call.publishers >= 1 && call.others >= 1, "somebody sends, and somebody looks");
        Ok(call)
    }
}

/// One end of a call: how it is told what to offer and to answer is the server's.
struct InCall {
    publishers: Vec<Arc<Client>>,
    /// Whoever is dropped has left.
    _others: Vec<Arc<Client>>,
}

/// What was seen of one call.
struct Seen {
    us_per_packet: f64,
    packets_per_s: f64,
    lost: f64,
    /// Parts of what was to come, as `lost` is.
    ways: Vec<(&'static str, f64)>,
    resident: f64,
}

/// What is measured.
struct Server {
    process: Process,
    /// Where it tells what it counts.
    metrics: Option<SocketAddr>,
}

/// On which way packets went lost so far. What is lost may be sent again and arrive, so that these are more than what is missing.
#[derive(Clone, Copy, Debug, Default)]
struct Ways {
    /// The system had no room for what clients sent.
    unsent: f64,
    /// The server's socket had no room.
    into_server: f64,
    /// The clients' sockets had no room.
    into_clients: f64,
    /// The server says that the system had no room for what it sent; that it paused a picture; that somebody sent too many.
    dropped: Option<f64>,
    paused: Option<f64>,
    beyond_limits: Option<f64>,
}

impl Ways {
    async fn now(server: &Server, counts: &Counts) -> Result<Self> {
        #[allow(clippy::cast_precision_loss)]
        let unsent = counts.unsent.load(Ordering::Relaxed) as f64;
        let into_server = server.process.datagrams_dropped()?;
        let into_clients = Process::alone(std::process::id()).datagrams_dropped()?;
        let mut ways = Self { unsent, into_server, into_clients, ..Self::default() };
        if let Some(metrics) = server.metrics {
            let text = Http::open(metrics).await?.text("/metrics").await?;
            let counter = |way: &str| {
                let name = format!("heliograph_call_packets_total{{way=\"{way}\"}} ");
                text.lines().find_map(|line| line.strip_prefix(&name)?.parse::<f64>().ok())
            };
            (ways.dropped, ways.paused, ways.beyond_limits) =
                (counter("dropped"), counter("paused"), counter("beyond-limits"));
        }
        Ok(ways)
    }

    /// Since then, each as a part of what was to come. What does not reach the server would have gone to so many.
    fn since(self, before: Self, looking: f64, expected: f64) -> Vec<(&'static str, f64)> {
        let counted = |now: Option<f64>, before: Option<f64>| now.zip(before).map(|(now, before)| now - before);
        let ways = [
            ("unsent", Some((self.unsent - before.unsent) * looking)),
            ("into_server", Some((self.into_server - before.into_server) * looking)),
            ("into_clients", Some(self.into_clients - before.into_clients)),
            ("server_dropped", counted(self.dropped, before.dropped)),
            ("paused", counted(self.paused, before.paused)),
            ("beyond_limits", counted(self.beyond_limits, before.beyond_limits).map(|packets| packets * looking)),
        ];
        ways.into_iter().filter_map(|(way, packets)| Some((way, packets? / expected))).collect()
    }
}

pub async fn run(size: &Size) -> Result<Report> {
    let mut report = Report::new("sfu");
    let from = own_address()?;
    for (place, call) in size.calls.iter().enumerate() {
        let name = if place == 0 { String::new() } else { format!("{}x{}_", call.publishers, call.others) };
        let seen = ours::measure(*call, size, from).await.context("the server")?;
        tell(&mut report, &name, &seen, Some(US_A_PACKET_MAX));
        let janus = if size.no_peers {
            Err("left out by --no-peers".to_owned())
        } else {
            janus::measure(*call, size, from).await.map_err(|error| format!("{error:#}"))
        };
        match janus {
            Ok(peer) => {
                tell(&mut report, &format!("janus_{name}"), &peer, None);
                report.metric(format!("{name}of_janus"), seen.us_per_packet / peer.us_per_packet, "times", None);
            }
            Err(why) => {
                report.absent(format!("janus_{name}us_per_packet"), "us");
                report.condition("janus", json!(why));
            }
        }
    }
    let first = size.calls.first().context("a call")?;
    report.condition("publishers", json!(first.publishers));
    report.condition("others", json!(first.others));
    report.condition("bits_a_second", json!(size.bits));
    report.condition("packet_bytes", json!(client::PACKET_LEN));
    report.condition("seconds", json!(size.seconds));
    report.condition("durability", json!("nothing of a call is stored"));
    Ok(report)
}

fn tell(report: &mut Report, name: &str, seen: &Seen, mark: Option<f64>) {
    report.metric(format!("{name}us_per_packet"), seen.us_per_packet, "us", mark);
    report.rate(format!("{name}packets_per_core_s"), 1e6 / seen.us_per_packet, "1/s", None);
    report.rate(format!("{name}packets_per_s"), seen.packets_per_s, "1/s", None);
    report.metric(format!("{name}lost"), seen.lost * 100.0, "%", None);
    for (way, part) in &seen.ways {
        report.metric(format!("{name}lost_{way}"), part * 100.0, "%", None);
    }
    report.metric(format!("{name}resident_mb"), seen.resident / 1e6, "MB", None);
}

/// An address of this machine that is not the loopback's, where it has one: Janus offers no other.
fn own_address() -> Result<IpAddr> {
    let socket = UdpSocket::bind(SocketAddr::from(([0, 0, 0, 0], 0)))?;
    // Nothing is sent: the system only looks for a way.
    let reached = socket.connect(SocketAddr::from(([192, 0, 2, 254], 9)));
    Ok(reached.and_then(|()| socket.local_addr()).map_or(IpAddr::from([127, 0, 0, 1]), |address| address.ip()))
}

/// Pictures go for so long, once everybody sees everybody: what that cost the server.
async fn filmed(call: &InCall, size: &Size, looking: usize, counts: &Arc<Counts>, server: &Server) -> Result<Seen> {
    for publisher in &call.publishers {
        publisher.films(size.bits);
    }
    let all = call.publishers.len() * looking;
    let begun = Instant::now();
    while counts.pairs.load(Ordering::Relaxed) < all {
        if begun.elapsed() > PATIENCE {
            bail!("{} of {all} pairs see each other", counts.pairs.load(Ordering::Relaxed));
        }
        none_has_failed(counts)?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // What was thought of a line before it was known is over.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let ways_before = Ways::now(server, counts).await?;
    let (before, begun) = (server.process.cpu_s()?, Instant::now());
    counts.measures.store(true, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(size.seconds)).await;
    counts.measures.store(false, Ordering::Relaxed);
    let (cpu_s, took) = (server.process.cpu_s()? - before, begun.elapsed());
    let resident = server.process.resident()?;
    let ways = Ways::now(server, counts).await?;
    tokio::time::sleep(ON_ITS_WAY).await;
    none_has_failed(counts)?;
    #[allow(clippy::cast_precision_loss)]
    let (sent, received) = (counts.sent.load(Ordering::Relaxed) as f64, counts.received.load(Ordering::Relaxed) as f64);
    ensure!(received > 0.0, "nothing came");
    #[allow(clippy::cast_precision_loss)]
    let (looking, expected) = (looking as f64, sent * looking as f64);
    Ok(Seen {
        us_per_packet: cpu_s * 1e6 / received,
        packets_per_s: received / took.as_secs_f64(),
        lost: 1.0 - received / expected,
        ways: ways.since(ways_before, looking, expected),
        resident,
    })
}

/// Who is in the call is in it until it ends.
fn none_has_failed(counts: &Counts) -> Result<()> {
    match &*counts.failed.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(why) => bail!("a client has ended: {why}"),
        None => Ok(()),
    }
}
