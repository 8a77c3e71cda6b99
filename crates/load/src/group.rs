//! `group`: groups of 100 devices at full speed, and one of 1,024 on a clock.

use crate::board::Board;
use crate::deliver::{Boxes, filled, finish, start, unless_one_fails};
use crate::device::Device;
use crate::disk::SyncProbe;
use crate::folder::Folder;
use crate::mls::{Group, Member};
use crate::people;
use crate::report::{Report, percentile};
use crate::served::{Served, Tls};
use crate::socket::{Route, Socket};
use crate::traffic::{CONTENT_LEN, Outgoing, Worker, prepare};
use anyhow::{Context, Result, bail, ensure};
use futures_util::future::try_join_all;
use identity::mls::Suite;
use proto::wire::{client_frame, reply};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};

/// Devices that one commit adds: a commit and its Welcome stay well below the longest frame.
const ADDED_AT_ONCE: usize = 128;
/// Messages under way of one sender; each is a hundred deliveries.
const WINDOW: usize = 16;

/// How much of everything.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    /// Devices in each of the smaller groups
    #[arg(long, default_value_t = 100)]
    pub members: usize,
    /// Groups of these same devices, each with a sender of its own
    #[arg(long, default_value_t = 8)]
    pub groups: usize,
    /// Messages in all smaller groups together, as fast as they can
    #[arg(long, default_value_t = 4_000)]
    pub messages: usize,
    /// Devices in the large group; 0 leaves it out
    #[arg(long, default_value_t = 1_024)]
    pub large: usize,
    /// Messages in the large group
    #[arg(long, default_value_t = 200)]
    pub large_messages: usize,
    /// Milliseconds between them
    #[arg(long, default_value_t = 250)]
    pub large_every_ms: u64,
}

pub async fn run(size: &Size) -> Result<Report> {
    ensure!(size.members >= 2 && (1..=size.members).contains(&size.groups), "a sender of its own for each group");
    let mut report = Report::new("group");
    let folder = Folder::make()?;
    let data = folder.path().join("data");
    let served = Served::start(&data, Tls::Off).await?;
    let devices = people::register(&served, size.members.max(size.large)).await?;
    let route = Route::plain(served.address);
    let sockets = try_join_all(devices.iter().map(|device| Socket::greet(&route, &device.token))).await?;
    let workers: Vec<Worker> = sockets
        .into_iter()
        .zip(&devices)
        .map(|(socket, device)| Worker { socket, account: device.address.account, window: WINDOW })
        .collect();
    let workers = many_small(&mut report, size, &served, &devices, workers).await?;
    if size.large >= 2 {
        one_large(&mut report, size, &served, &devices, workers, &data).await?;
    }
    served.stop().await?;
    report.condition("content_bytes", json!(CONTENT_LEN));
    report.condition(
        "durability",
        json!("fsync before each acknowledgement, commits shared by what waits (SQLite, synchronous=FULL)"),
    );
    Ok(report)
}

/// Makes a group of the first device and the others, by batches, over its own socket.
pub(crate) async fn make(maker: &Member<'_>, others: &[&Device], socket: &mut Socket) -> Result<Group> {
    let suite = Suite::for_new_group(others.len() + 1);
    let (mut group, create) = maker.group(suite)?;
    taken(socket.ask(client_frame::Body::GroupCreate(create)).await?)?;
    for batch in others.chunks(ADDED_AT_ONCE) {
        let packages = batch
            .iter()
            .map(|device| Ok((device.address, Member::new(device).key_package(suite)?)))
            .collect::<Result<Vec<_>>>()?;
        let commit = maker.add(&mut group, packages)?;
        taken(socket.ask(client_frame::Body::Commit(commit)).await?)?;
    }
    Ok(group)
}

fn taken(reply: reply::Body) -> Result<()> {
    match reply {
        reply::Body::Accepted(_) => Ok(()),
        other => bail!("a group was answered by {other:?}"),
    }
}

#[allow(clippy::cast_precision_loss)]
async fn many_small(
    report: &mut Report,
    size: &Size,
    served: &Served,
    devices: &[Device],
    mut workers: Vec<Worker>,
) -> Result<Vec<Worker>> {
    let members = devices.get(..size.members).context("as many are registered")?;
    let mut boxes = Boxes::new();
    for place in 0..workers.len() {
        let messages = match (place < size.groups, workers.get_mut(place)) {
            (true, Some(worker)) => {
                let (maker, others) = with_others(members, place)?;
                let member = Member::new(maker);
                let mut group = make(&member, &others, &mut worker.socket).await?;
                let numbers = (place..size.messages).step_by(size.groups).map(u32::try_from);
                numbers.map(|number| prepare(&member, &mut group, number?)).collect::<Result<Vec<Outgoing>>>()?
            }
            _ => Vec::new(),
        };
        boxes.push(filled(messages)?);
    }
    let receivers = u32::try_from(size.members - 1)?;
    let board = Arc::new(Board::new(size.messages, receivers));
    let over = watch::Sender::new(false);
    let process = served.process()?;
    let before = process.cpu_s()?;
    let mut working = start(workers, boxes, &board, &over);
    let took = unless_one_fails(board.all_everywhere(), &mut working, &board).await?;
    let cpu_s = process.cpu_s()? - before;
    let deliveries = size.messages as f64 * f64::from(receivers);
    report.rate("deliveries_per_core_s", deliveries / cpu_s, "1/s", Some(40_000.0));
    report.rate("deliveries_per_s", deliveries / took.as_secs_f64(), "1/s", None);
    report.condition("members", json!(size.members));
    report.condition("groups", json!(size.groups));
    report.condition("messages", json!(size.messages));
    finish(working, &over).await
}

/// One of the devices, and all others.
fn with_others(members: &[Device], place: usize) -> Result<(&Device, Vec<&Device>)> {
    let maker = members.get(place).context("a maker")?;
    let others = members.iter().filter(|device| device.address != maker.address).collect();
    Ok((maker, others))
}

async fn one_large(
    report: &mut Report,
    size: &Size,
    served: &Served,
    devices: &[Device],
    mut workers: Vec<Worker>,
    data: &Path,
) -> Result<()> {
    let members = devices.get(..size.large).context("as many are registered")?;
    let (maker, others) = with_others(members, 0)?;
    let member = Member::new(maker);
    let began = Instant::now();
    let socket = &mut workers.first_mut().context("the maker's")?.socket;
    let mut group = make(&member, &others, socket).await?;
    report.condition("large_group_made_s", json!(began.elapsed().as_secs_f64()));
    let messages = (0..size.large_messages).map(|number| prepare(&member, &mut group, u32::try_from(number)?));
    let messages = messages.collect::<Result<Vec<_>>>()?;

    let board = Arc::new(Board::new(messages.len(), u32::try_from(size.large - 1)?));
    let over = watch::Sender::new(false);
    let boxes: Boxes = workers.iter().map(|_| mpsc::unbounded_channel()).collect();
    let sender = boxes.first().context("the maker's")?.0.clone();
    let process = served.process()?;
    let before = process.cpu_s()?;
    let mut working = start(workers, boxes, &board, &over);
    let probe = SyncProbe::start(data)?;
    let clock = board.clone();
    let mut ticks = tokio::time::interval(Duration::from_millis(size.large_every_ms));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let ticking = tokio::spawn(async move {
        for message in messages {
            ticks.tick().await;
            clock.due(message.number);
            // A worker that has ended is told of where all are waited for.
            let _ = sender.send(message);
        }
    });
    unless_one_fails(board.all_everywhere(), &mut working, &board).await?;
    ticking.await?;
    let (cpu_s, syncs) = (process.cpu_s()? - before, probe.finish()?);
    finish(working, &over).await?;
    let (acknowledged, last) = (board.acknowledgements_ms(), board.last_deliveries_ms());
    report.metric("ack_1024_p99_ms", percentile(&acknowledged, 99), "ms", Some(10.0));
    report.metric("last_device_1024_p99_ms", percentile(&last, 99), "ms", Some(100.0));
    report.metric("ack_1024_p50_ms", percentile(&acknowledged, 50), "ms", None);
    report.metric("last_device_1024_p50_ms", percentile(&last, 50), "ms", None);
    report.percentiles("fsync_", &syncs, None);
    #[allow(clippy::cast_precision_loss)]
    report.metric("large_cpu_ms_per_message", cpu_s * 1e3 / size.large_messages as f64, "ms", None);
    report.condition("large_members", json!(size.large));
    report.condition("large_messages", json!(size.large_messages));
    report.condition("large_every_ms", json!(size.large_every_ms));
    Ok(())
}
