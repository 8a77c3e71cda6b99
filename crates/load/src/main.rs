//! `cargo xtask bench deliver | group | offline | idle | reconnect | flood | sfu`: runs one load bench and prints its figures beside the marks.

use anyhow::Result;
use clap::{Parser, Subcommand};
use load::{deliver, flood, group, hold, idle, offline, reconnect, sfu};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
    /// One JSON object in one line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Bench {
    /// Chats of two: all that goes through, then 500 messages a second
    Deliver(deliver::Size),
    /// Groups of 100 at full speed, and one of 1,024
    Group(group::Size),
    /// Messages for devices that are away, then all of them come
    Offline(offline::Size),
    /// What a socket costs that only waits
    Idle(idle::Size),
    /// All sockets lose their server, and come back at once
    Reconnect(reconnect::Size),
    /// One account, then one address, asks as fast as it can while others talk
    Flood(flood::Size),
    /// Calls: what a forwarded packet costs, and Janus beside it
    Sfu(sfu::Size),
    /// Part of `idle` and `reconnect`: a process that holds sockets
    #[command(hide = true)]
    Hold(hold::Size),
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { bench, json } = Arguments::parse();
    let report = match bench {
        Bench::Deliver(size) => deliver::run(&size).await?,
        Bench::Group(size) => group::run(&size).await?,
        Bench::Offline(size) => offline::run(&size).await?,
        Bench::Idle(size) => idle::run(&size).await?,
        Bench::Reconnect(size) => reconnect::run(&size).await?,
        Bench::Flood(size) => flood::run(&size).await?,
        Bench::Sfu(size) => sfu::run(&size).await?,
        Bench::Hold(size) => return hold::run(&size).await,
    };
    report.print(json)
}
