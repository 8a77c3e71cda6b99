//! `offline`: messages for devices that are away; then they all come back at once.

use crate::board::Board;
use crate::deliver::{Boxes, WINDOW_MAX, filled, finish, start, unless_one_fails};
use crate::device::Device;
use crate::folder::Folder;
use crate::mls::Member;
use crate::people;
use crate::report::Report;
use crate::served::{Served, Tls};
use crate::socket::{Route, Socket};
use crate::traffic::{CONTENT_LEN, Outgoing, Worker, prepare};
use anyhow::{Result, bail, ensure};
use futures_util::future::try_join_all;
use identity::mls::Suite;
use proto::wire::{client_frame, reply};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// How much of everything.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    /// Devices that are away, each with one that writes to it
    #[arg(long, default_value_t = 100)]
    pub receivers: usize,
    /// Messages in all
    #[arg(long, default_value_t = 50_000)]
    pub messages: usize,
}

#[allow(clippy::cast_precision_loss)]
pub async fn run(size: &Size) -> Result<Report> {
    ensure!(size.receivers >= 1 && size.messages >= size.receivers, "one receiver at least, and a message for each");
    let mut report = Report::new("offline");
    let folder = Folder::make()?;
    let served = Served::start(&folder.path().join("data"), Tls::Off).await?;
    let devices = people::register(&served, size.receivers * 2).await?;
    let (senders, receivers) = devices.split_at(size.receivers);
    let (boxes, writing) = writers(&served, senders, receivers, size.messages).await?;
    let process = served.process()?;
    let board = Arc::new(Board::new(size.messages, 1));

    let (before, over) = (process.cpu_s()?, watch::Sender::new(false));
    let mut working = start(writing, boxes, &board, &over);
    let stored = unless_one_fails(board.all_acknowledged(), &mut working, &board).await?;
    // An own message comes back through the queue, with the pointers of all others written.
    let pointed = unless_one_fails(board.all_echoed(), &mut working, &board).await?;
    let store_cpu_s = process.cpu_s()? - before;
    finish(working, &over).await?;

    let (before, over) = (process.cpu_s()?, watch::Sender::new(false));
    let drained = Arc::new(Board::new(size.messages, 1));
    let route = Route::plain(served.address);
    let coming = receivers.iter().map(|device| async {
        let socket = Socket::greet(&route, &device.token).await?;
        anyhow::Ok(Worker { socket, account: device.address.account, window: WINDOW_MAX })
    });
    let coming = try_join_all(coming).await?;
    let boxes: Boxes = coming.iter().map(|_| mpsc::unbounded_channel()).collect();
    let mut working = start(coming, boxes, &drained, &over);
    let drain = unless_one_fails(drained.all_everywhere(), &mut working, &drained).await?;
    let drain_cpu_s = process.cpu_s()? - before;
    finish(working, &over).await?;
    served.stop().await?;

    let count = size.messages as f64;
    report.rate("store_per_s", count / stored.as_secs_f64(), "msg/s", Some(20_000.0));
    report.rate("drain_per_s", count / drain.as_secs_f64(), "msg/s", Some(100_000.0));
    report.rate("store_with_pointers_per_s", count / pointed.as_secs_f64(), "msg/s", None);
    report.rate("store_per_core_s", count / store_cpu_s, "msg/s", None);
    report.rate("drain_per_core_s", count / drain_cpu_s, "msg/s", None);
    report.condition("receivers", json!(size.receivers));
    report.condition("messages", json!(size.messages));
    report.condition("content_bytes", json!(CONTENT_LEN));
    report.condition("refused_as_busy_and_sent_again", json!(board.busy()));
    report.condition(
        "durability",
        json!("fsync before each acknowledgement, commits shared by what waits (SQLite, synchronous=FULL)"),
    );
    Ok(report)
}

/// Each sender's chat with its receiver, who has never come, and what it will send.
async fn writers(
    served: &Served,
    senders: &[Device],
    receivers: &[Device],
    messages: usize,
) -> Result<(Boxes, Vec<Worker>)> {
    let route = Route::plain(served.address);
    let made = senders.iter().zip(receivers).map(|(one, other)| {
        let route = &route;
        async move {
            let member = Member::new(one);
            let mut socket = Socket::greet(route, &one.token).await?;
            let package = Member::new(other).key_package(Suite::Hybrid)?;
            let (group, create) = member.direct_chat(other.address, package)?;
            match socket.ask(client_frame::Body::GroupCreate(create)).await? {
                reply::Body::Accepted(_) => Ok((member, group, socket)),
                other => bail!("a new chat was answered by {other:?}"),
            }
        }
    });
    let made = try_join_all(made).await?;
    let (step, mut boxes, mut workers) = (made.len(), Boxes::new(), Vec::new());
    for (place, (member, mut group, socket)) in made.into_iter().enumerate() {
        let numbers = (place..messages).step_by(step).map(u32::try_from);
        let all: Vec<Outgoing> = numbers.map(|number| prepare(&member, &mut group, number?)).collect::<Result<_>>()?;
        boxes.push(filled(all)?);
        workers.push(Worker { socket, account: member.device.address.account, window: WINDOW_MAX });
    }
    Ok((boxes, workers))
}
