//! Benchmarks: programs and browsers as they are shipped, on real data. Knows the marks; `docs/performance.md` says what was seen.

pub mod bundle;
pub mod call;
pub mod cold;
pub mod corpus;
pub mod exposition;
pub mod link;
pub mod proxy;
pub mod search;
pub mod send;
pub mod served;

pub use load::report;

use std::path::PathBuf;

/// How much of everything. The marks are for the defaults.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    /// Chats of the account that is mirrored
    #[arg(long, default_value_t = 1_000)]
    pub chats: usize,
    /// Messages in all its chats
    #[arg(long, default_value_t = 100_000)]
    pub messages: usize,
    /// Messages in its largest chat
    #[arg(long, default_value_t = 10_000)]
    pub largest: usize,
    /// Messages that `send` sends
    #[arg(long, default_value_t = 500)]
    pub sends: usize,
    /// Calls that `call` takes the median of
    #[arg(long, default_value_t = 11)]
    pub calls: usize,
    /// Calls of two that `call` has grow into a group, and takes the median of
    #[arg(long, default_value_t = 5)]
    pub grows: usize,
    /// Reloads that `cold` takes the median of
    #[arg(long, default_value_t = 7)]
    pub reloads: usize,
    /// Messages that `search` looks through
    #[arg(long, default_value_t = 1_000_000)]
    pub searched: usize,
    /// Where accounts that were filled once are kept for the next run
    #[arg(long, env = "HELIOGRAPH_BENCH_CACHE")]
    pub cache: Option<PathBuf>,
}
