//! `cargo xtask bench NAME`: runs one benchmark and prints its figures beside the marks.

use anyhow::Result;
use clap::{Parser, ValueEnum};
use e2e::bench::{Size, bundle, call, cold, link, search, send};

#[derive(Parser)]
struct Arguments {
    /// Which
    name: Name,
    /// One JSON object in one line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    size: Size,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// A scanned code → a chat list that can be used → everything mirrored
    Link,
    /// Enter in one browser → painted there, and on the other's screen
    Send,
    /// A reload of a filled account → a chat list that answers a click
    Cold,
    /// A call that is answered → both hear the other one; one that grows into a group → they hear each other again
    Call,
    /// Bytes of all answers to a fresh profile until the linked list can be used
    Bundle,
    /// Letters as they are typed → messages found, among a million
    Search,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { name, json, size } = Arguments::parse();
    let report = match name {
        Name::Link => link::run(&size).await,
        Name::Send => send::run(&size).await,
        Name::Cold => cold::run(&size).await,
        Name::Call => call::run(&size).await,
        Name::Bundle => bundle::run().await,
        Name::Search => search::run(&size).await,
    }?;
    report.print(json)
}
