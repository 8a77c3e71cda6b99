//! `deliver`: chats of two. First as much as goes through, then 500 messages a second on a clock of their own.

use crate::board::Board;
use crate::cold_devices;
use crate::device::Device;
use crate::disk::SyncProbe;
use crate::folder::Folder;
use crate::mls::{Group, Member};
use crate::peers;
use crate::people;
use crate::report::{Report, percentile};
use crate::served::{Served, Tls};
use crate::socket::{Route, Socket};
use crate::traffic::{CONTENT_LEN, Outgoing, Worker, prepare};
use anyhow::{Context, Result, bail, ensure};
use futures_util::future::try_join_all;
use identity::mls::Suite;
use proto::wire::{client_frame, item, reply, server_frame};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

/// The store takes so many waiting writes; each message under way is one, and its pointers another.
const UNDER_WAY_MAX: usize = 4_096;
/// Of one socket.
pub const WINDOW_MAX: usize = 64;
/// Nothing moves for so long: something is wrong.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// How much of everything.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    /// Sockets, each of an account of its own; two and two are in a chat
    #[arg(long, default_value_t = 200)]
    pub sockets: usize,
    /// Messages that go as fast as they can
    #[arg(long, default_value_t = 100_000)]
    pub messages: usize,
    /// Seconds of the part with a clock
    #[arg(long, default_value_t = 20)]
    pub seconds: u32,
    /// Messages a second in that part
    #[arg(long, default_value_t = 500)]
    pub rate: u32,
    /// Devices of others in the same database, with accounts, sessions, chats and messages
    #[arg(long, default_value_t = 0)]
    pub cold_devices: usize,
    /// Leave the other servers out
    #[arg(long)]
    pub no_peers: bool,
}

/// A message box for each socket.
pub type Boxes = Vec<(mpsc::UnboundedSender<Outgoing>, mpsc::UnboundedReceiver<Outgoing>)>;

/// Two devices with a chat, and their sockets.
pub struct Pair<'a> {
    pub members: [Member<'a>; 2],
    pub groups: [Group; 2],
    pub sockets: [Socket; 2],
}

pub async fn run(size: &Size) -> Result<Report> {
    ensure!(size.sockets >= 2 && size.messages >= size.sockets, "two sockets at least, and a message for each");
    let mut report = Report::new("deliver");
    let folder = Folder::make()?;
    let data = folder.path().join("data");
    let mut served = Served::start(&data, Tls::Off).await?;
    if size.cold_devices > 0 {
        served.stop().await?;
        let database = data.join("heliograph.db");
        let took = cold_devices::fill(&database, size.cold_devices)?;
        report.condition("cold_devices_filled_s", json!(took.as_secs()));
        report.condition("database_mb", json!(std::fs::metadata(&database)?.len() / 1_000_000));
        served = Served::start(&data, Tls::Off).await?;
    }
    let devices = people::register(&served, size.sockets / 2 * 2).await?;
    let pairs = pairs(&served, &devices).await?;
    let on_a_clock = usize::try_from(size.seconds * size.rate)?;
    let (prepared, workers) = encrypt(pairs, &[size.messages, on_a_clock])?;
    let [fast, clocked] = <[_; 2]>::try_from(prepared).ok().context("two runs")?;
    let workers = saturate(&mut report, &served, workers, fast).await?;
    on_the_clock(&mut report, size, &data, workers, clocked).await?;
    served.stop().await?;
    report.condition("sockets", json!(devices.len()));
    report.condition("content_bytes", json!(CONTENT_LEN));
    report.condition("cold_devices", json!(size.cold_devices));
    report.condition(
        "durability",
        json!("fsync before each acknowledgement, commits shared by what waits (SQLite, synchronous=FULL)"),
    );
    peers::deliver(&mut report, size).await?;
    Ok(report)
}

/// A chat for every two devices, made by the first and joined by the second.
pub async fn pairs<'a>(served: &Served, devices: &'a [Device]) -> Result<Vec<Pair<'a>>> {
    let route = Route::plain(served.address);
    let pairs = devices.chunks_exact(2).map(|two| {
        let route = &route;
        async move {
            let [one, other] = two else { bail!("not two") };
            let members = [Member::new(one), Member::new(other)];
            let mut sockets = [Socket::greet(route, &one.token).await?, Socket::greet(route, &other.token).await?];
            let package = members[1].key_package(Suite::Hybrid)?;
            let (group, create) = members[0].direct_chat(other.address, package)?;
            match sockets[0].ask(client_frame::Body::GroupCreate(create)).await? {
                reply::Body::Accepted(_) => {}
                other => bail!("a new chat was answered by {other:?}"),
            }
            let joined = loop {
                if let server_frame::Body::Item(received) = sockets[1].next().await?
                    && let Some(item::Body::Welcome(welcome)) = received.body
                {
                    break members[1].join(&welcome)?;
                }
            };
            Ok(Pair { members, groups: [group, joined], sockets })
        }
    });
    // All at once: they share the server's commits.
    try_join_all(pairs).await
}

/// Of each run the messages by socket, and the sockets.
pub type Prepared = (Vec<Vec<Vec<Outgoing>>>, Vec<Worker>);

/// So many messages for each run, before anything is measured: the encryption of so many would be the load otherwise.
pub fn encrypt(pairs: Vec<Pair<'_>>, runs: &[usize]) -> Result<Prepared> {
    let sockets = pairs.len() * 2;
    let window = (UNDER_WAY_MAX / sockets).clamp(1, WINDOW_MAX);
    let numbers = |from: usize, all: usize| (from..all).step_by(sockets).map(u32::try_from);
    let mut prepared: Vec<Vec<Vec<Outgoing>>> = runs.iter().map(|_| Vec::new()).collect();
    let mut workers = Vec::new();
    for (place, pair) in pairs.into_iter().enumerate() {
        for (side, ((member, mut group), socket)) in pair.members.iter().zip(pair.groups).zip(pair.sockets).enumerate()
        {
            let first = place * 2 + side;
            for (run, all) in prepared.iter_mut().zip(runs) {
                let messages = numbers(first, *all).map(|number| prepare(member, &mut group, number?));
                run.push(messages.collect::<Result<Vec<_>>>()?);
            }
            workers.push(Worker { socket, account: member.device.address.account, window });
        }
    }
    Ok((prepared, workers))
}

/// Starts every socket on its box; they work until told that it is over.
pub fn start(
    workers: Vec<Worker>,
    boxes: Boxes,
    board: &Arc<Board>,
    over: &watch::Sender<bool>,
) -> JoinSet<Result<(usize, Worker)>> {
    let mut working = JoinSet::new();
    for (place, (worker, messages)) in workers.into_iter().zip(boxes).enumerate() {
        let (board, over) = (board.clone(), over.subscribe());
        working.spawn(async move { Ok((place, worker.work(board, messages, over).await?)) });
    }
    working
}

/// Waits for `until`, or for the first worker that fails.
pub async fn unless_one_fails<T>(
    until: impl Future<Output = T>,
    working: &mut JoinSet<Result<(usize, Worker)>>,
    board: &Board,
) -> Result<T> {
    tokio::select! {
        value = until => Ok(value),
        Some(ended) = working.join_next() => match ended? {
            Ok(_) => bail!("a socket stopped too early"),
            Err(error) => Err(error).context(board.standing()),
        },
        () = tokio::time::sleep(PATIENCE) => bail!("nothing moves any more: {}", board.standing()),
    }
}

/// Tells all that it is over; the workers in their old order.
pub async fn finish(mut working: JoinSet<Result<(usize, Worker)>>, over: &watch::Sender<bool>) -> Result<Vec<Worker>> {
    over.send_replace(true);
    let mut ended = Vec::new();
    while let Some(one) = working.join_next().await {
        ended.push(one??);
    }
    ended.sort_by_key(|(place, _)| *place);
    Ok(ended.into_iter().map(|(_, worker)| worker).collect())
}

#[allow(clippy::cast_precision_loss)]
async fn saturate(
    report: &mut Report,
    served: &Served,
    workers: Vec<Worker>,
    messages: Vec<Vec<Outgoing>>,
) -> Result<Vec<Worker>> {
    let count = messages.iter().map(Vec::len).sum::<usize>();
    let window = workers.first().map_or(0, |worker| worker.window);
    let boxes: Boxes = messages.into_iter().map(filled).collect::<Result<_>>()?;
    let board = Arc::new(Board::new(count, 1));
    let over = watch::Sender::new(false);
    let process = served.process()?;
    let before = process.cpu_s()?;
    let mut working = start(workers, boxes, &board, &over);
    let took = unless_one_fails(board.all_everywhere(), &mut working, &board).await?;
    let cpu_s = process.cpu_s()? - before;
    report.rate("msgs_per_core_s", count as f64 / cpu_s, "msg/s", Some(50_000.0));
    report.metric("us_per_message", cpu_s * 1e6 / count as f64, "µs", None);
    report.rate("msgs_per_s", count as f64 / took.as_secs_f64(), "msg/s", None);
    report.metric("server_cores_used", cpu_s / took.as_secs_f64(), "cores", None);
    report.metric("server_resident_mb", process.resident()? / 1e6, "MB", None);
    report.condition("messages", json!(count));
    report.condition("under_way_of_a_socket", json!(window));
    report.condition("refused_as_busy_and_sent_again", json!(board.busy()));
    finish(working, &over).await
}

/// A box with all its messages.
pub fn filled(messages: Vec<Outgoing>) -> Result<(mpsc::UnboundedSender<Outgoing>, mpsc::UnboundedReceiver<Outgoing>)> {
    let (sender, receiver) = mpsc::unbounded_channel();
    for message in messages {
        sender.send(message).ok().context("its other end is here")?;
    }
    Ok((sender, receiver))
}

async fn on_the_clock(
    report: &mut Report,
    size: &Size,
    data: &std::path::Path,
    workers: Vec<Worker>,
    messages: Vec<Vec<Outgoing>>,
) -> Result<()> {
    let probe = SyncProbe::start(data)?;
    let Clocked { board, .. } = clocked(size.rate, workers, messages).await?;
    let syncs = probe.finish()?;
    let delivered = board.last_deliveries_ms();
    let (p99, sync_p99) = (percentile(&delivered, 99), percentile(&syncs, 99));
    report.metric("p99_over_fsync_ms", p99 - sync_p99, "ms", Some(5.0));
    report.percentiles("delivered_", &delivered, None);
    report.percentiles("acknowledged_", &board.acknowledgements_ms(), None);
    report.percentiles("fsync_", &syncs, None);
    report.condition("clocked_messages_a_second", json!(size.rate));
    Ok(())
}

/// What came of messages on a clock, and the sockets again.
pub struct Clocked {
    pub board: Arc<Board>,
    pub workers: Vec<Worker>,
}

/// So many messages a second, due on a clock and not when the last one was done, over all sockets.
pub async fn clocked(rate: u32, workers: Vec<Worker>, messages: Vec<Vec<Outgoing>>) -> Result<Clocked> {
    let sockets = workers.len();
    let mut waiting: Vec<_> = messages.into_iter().map(Vec::into_iter).collect();
    let count = waiting.iter().map(ExactSizeIterator::len).sum::<usize>();
    let board = Arc::new(Board::new(count, 1));
    let over = watch::Sender::new(false);
    let boxes: Boxes = (0..sockets).map(|_| mpsc::unbounded_channel()).collect();
    let senders: Vec<_> = boxes.iter().map(|(sender, _)| sender.clone()).collect();
    let mut working = start(workers, boxes, &board, &over);
    let clock = board.clone();
    let mut ticks = tokio::time::interval_at(Instant::now(), Duration::from_secs(1) / rate);
    // What is late is sent late, but it was due when it was due.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let ticking = tokio::spawn(async move {
        for number in 0..count {
            ticks.tick().await;
            let place = number % sockets;
            let message = waiting.get_mut(place).and_then(Iterator::next);
            if let (Some(message), Some(sender)) = (message, senders.get(place)) {
                clock.due(message.number);
                // A worker that has ended is told of where all are waited for.
                let _ = sender.send(message);
            }
        }
    });
    unless_one_fails(board.all_everywhere(), &mut working, &board).await?;
    ticking.await?;
    let workers = finish(working, &over).await?;
    Ok(Clocked { board, workers })
}
