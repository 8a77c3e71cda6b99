//! `cargo run -p e2e --bin samples -- NUMBER`: keeps a world of this version for the tests of all later ones.

use anyhow::Result;
use clap::Parser;

#[derive(Parser)]
struct Arguments {
    /// One more than the newest in `crates/e2e/samples`
    number: u32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = e2e::samples::make(Arguments::parse().number).await?;
    // The command's answer.
    #[expect(clippy::print_stdout, reason = "a program of the command line")]
    {
        println!("{}", folder.display());
    }
    Ok(())
}
