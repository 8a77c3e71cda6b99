//! `flood`: people talk at a steady rate; then one account asks as fast as it can, then one address. Both are refused beyond what they may,
//! and the others' messages must hardly be later for it. The server has the rates that it has unless it is told otherwise.

use crate::deliver::{self, Clocked, Pair};
use crate::device::Device;
use crate::folder::Folder;
use crate::http::Http;
use crate::people;
use crate::report::{Report, percentile};
use crate::served::{Served, Tls};
use crate::socket::{Route, Socket, encode};
use crate::traffic::Worker;
use anyhow::{Context, Result, bail, ensure};
use proto::wire::{self, client_frame, refused::Reason, reply, server_frame};
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use tokio::sync::watch;

/// Where the floods come from. The others are elsewhere.
const FLOODS_FROM: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 66));
/// Requests of the flooding account that have no answer yet.
const UNDER_WAY: usize = 256;
/// Connections of the flooding address; it may have more, and gains nothing by them.
const CONNECTIONS: usize = 32;
/// How much later the others' messages may be.
const SLOWER_MAX: f64 = 3.0;
const TOO_MANY: u16 = 429;

/// How much of everything.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    /// Sockets of the others; two and two are in a chat
    #[arg(long, default_value_t = 40)]
    pub sockets: usize,
    /// Messages a second, of all of them
    #[arg(long, default_value_t = 200)]
    pub rate: u32,
    /// Seconds of each part. What an account may ask at once is used up in one or two of them
    #[arg(long, default_value_t = 20)]
    pub seconds: u32,
}

pub async fn run(size: &Size) -> Result<Report> {
    ensure!(size.sockets >= 2, "two sockets at least");
    let mut report = Report::new("flood");
    let folder = Folder::make()?;
    let data = folder.path().join("data");
    let served = Served::start(&data, Tls::Off).await?;
    let devices = people::register(&served, size.sockets / 2 * 2 + 1).await?;
    let (flooder, others) = devices.split_last().context("there are three")?;
    let mut pairs = deliver::pairs(&served, others).await?;
    served.stop().await?;
    let served = Served::start_strict(&data).await?;
    greet_again(&mut pairs, served.address).await?;
    let each = usize::try_from(size.seconds * size.rate)?;
    let (prepared, workers) = deliver::encrypt(pairs, &[each; 3])?;
    let [alone, beside_an_account, beside_an_address] = <[_; 3]>::try_from(prepared).ok().context("three runs")?;

    let (unloaded, workers) = part(&mut report, "alone", size, workers, alone).await?;
    let over = watch::Sender::new(false);
    let flood = tokio::spawn(by_account(served.address, flooder.token.clone(), over.subscribe()));
    let (by_account, workers) = part(&mut report, "account_flood", size, workers, beside_an_account).await?;
    over.send_replace(true);
    // It goes on until it was refused, however slow the machine is.
    let flooded = tokio::time::timeout(deliver::PATIENCE, flood).await.context("the account is never refused")???;
    tell(&mut report, "account", flooded);
    let over = watch::Sender::new(false);
    let flood = tokio::spawn(by_address(served.address, over.subscribe()));
    let (by_address, _workers) = part(&mut report, "address_flood", size, workers, beside_an_address).await?;
    over.send_replace(true);
    tell(&mut report, "address", flood.await??);

    report.metric("account_flood_slower", by_account / unloaded, "times", Some(SLOWER_MAX));
    report.metric("address_flood_slower", by_address / unloaded, "times", Some(SLOWER_MAX));
    report.metric("server_resident_mb", served.process()?.resident()? / 1e6, "MB", Some(512.0));
    report.condition("messages_a_second", json!(size.rate));
    report.condition(
        "set_up",
        json!("HELIOGRAPH_RATE_LIMIT_FACTOR=1 while it is measured; the floods' clients are on the same cores"),
    );
    served.stop().await?;
    Ok(report)
}

/// The server was started anew.
async fn greet_again(pairs: &mut [Pair<'_>], address: SocketAddr) -> Result<()> {
    let route = Route::plain(address);
    for pair in pairs {
        for (socket, member) in pair.sockets.iter_mut().zip(&pair.members) {
            let device: &Device = member.device;
            *socket = Socket::greet(&route, &device.token).await?;
        }
    }
    Ok(())
}

/// All messages of one part arrive; the 99th percentile.
async fn part(
    report: &mut Report,
    name: &str,
    size: &Size,
    workers: Vec<Worker>,
    messages: Vec<Vec<crate::traffic::Outgoing>>,
) -> Result<(f64, Vec<Worker>)> {
    let Clocked { board, workers } = deliver::clocked(size.rate, workers, messages).await.context(name.to_owned())?;
    let delivered = board.last_deliveries_ms();
    report.percentiles(&format!("{name}_"), &delivered, None);
    ensure!(board.busy() == 0, "{name}: {} messages of the others were put off", board.busy());
    Ok((percentile(&delivered, 99), workers))
}

/// What a flood came to.
#[derive(Debug, Default)]
struct Flooded {
    answered: u64,
    refused: u64,
}

fn tell(report: &mut Report, who: &str, flooded: Flooded) {
    #[allow(clippy::cast_precision_loss)]
    let count = |count: u64| count as f64;
    report.metric(format!("{who}_answered"), count(flooded.answered), "requests", None);
    report.metric(format!("{who}_refused"), count(flooded.refused), "requests", None);
}

/// One device asks, and asks, and asks, and is refused at last: it says "Ping", the least that an account is counted for, and wants its own
/// chats listed.
async fn by_account(address: SocketAddr, token: Vec<u8>, over: watch::Receiver<bool>) -> Result<Flooded> {
    let route = Route { to: address, from: FLOODS_FROM, tls: None };
    let mut socket = Socket::greet(&route, &token).await?;
    let (mut flooded, mut under_way, mut request) = (Flooded::default(), 0, 0_u32);
    while !*over.borrow() || flooded.refused == 0 {
        while under_way < UNDER_WAY {
            request += 1;
            let body = match request % 2 {
                0 => client_frame::Body::Ping(wire::Ping {}),
                _ => client_frame::Body::ListGroups(wire::ListGroups { limit: 1, ..wire::ListGroups::default() }),
            };
            socket.feed(encode(request, body)).await?;
            under_way += 1;
        }
        socket.flush().await?;
        let mut next = Some(socket.next().await?);
        while let Some(body) = next {
            if let server_frame::Body::Reply(reply) = body {
                under_way -= 1;
                match reply.body {
                    Some(reply::Body::Refused(refused)) if refused.reason() == Reason::Busy => flooded.refused += 1,
                    Some(_) => flooded.answered += 1,
                    None => bail!("an empty answer"),
                }
            }
            next = socket.next_ready()?;
        }
    }
    Ok(flooded)
}

/// One address asks for challenges over many connections.
async fn by_address(address: SocketAddr, over: watch::Receiver<bool>) -> Result<Flooded> {
    let connections = (0..CONNECTIONS).map(|_| {
        let over = over.clone();
        tokio::spawn(async move {
            let mut http = Http::open_from(FLOODS_FROM, address).await?;
            let mut flooded = Flooded::default();
            while !*over.borrow() {
                match http.status_of_post("/v1/session/challenge").await? {
                    TOO_MANY => flooded.refused += 1,
                    200 => flooded.answered += 1,
                    other => bail!("a challenge was answered by {other}"),
                }
            }
            anyhow::Ok(flooded)
        })
    });
    let mut all = Flooded::default();
    for connection in connections.collect::<Vec<_>>() {
        let one = connection.await??;
        all.answered += one.answered;
        all.refused += one.refused;
    }
    Ok(all)
}
