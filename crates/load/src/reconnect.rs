//! `reconnect`: all sockets lose their server at once, and all come back at once.

use crate::device::now_ms;
use crate::folder::Folder;
use crate::hold::{Faithful, Holder};
use crate::people;
use crate::process::Process;
use crate::report::{Report, percentile};
use crate::served::{CONNECTIONS_MAX, Served, Tls};
use anyhow::{Result, ensure};
use serde_json::json;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Sockets of one process, and of one source address; the first are held by the bench itself.
const HELD_BY_ONE: usize = 3_000;
/// Between two looks at what the server takes up.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const MEMORY_MARK_MB: f64 = 512.0;

/// How much of everything.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    /// Sockets, each of an account of its own
    #[arg(long, default_value_t = 18_000)]
    pub sockets: usize,
}

#[allow(clippy::cast_precision_loss)]
pub async fn run(size: &Size) -> Result<Report> {
    ensure!(
        (1..CONNECTIONS_MAX).contains(&size.sockets),
        "up to {CONNECTIONS_MAX} sockets: a process has 20,000 files"
    );
    let mut report = Report::new("reconnect");
    let folder = Folder::make()?;
    let data = folder.path().join("data");
    let served = Served::start(&data, Tls::Off).await?;
    let devices = people::register(&served, size.sockets).await?;
    served.stop().await?;
    // Another run of the server than the one that registered them: what that leaves in its memory is no socket's.
    let served = Served::start(&data, Tls::Off).await?;
    let address = served.address;
    let tokens: Vec<&[u8]> = devices.iter().map(|device| device.token.as_slice()).collect();
    let (first, rest) = tokens.split_at(tokens.len().min(HELD_BY_ONE));
    let faithful = Faithful::hold(address, first).await?;
    let mut holders = Vec::new();
    for (place, held) in (2_u8..).zip(rest.chunks(HELD_BY_ONE)) {
        holders.push(Holder::start_faithful(address, place, &data, held).await?);
    }
    for holder in &mut holders {
        holder.holds().await?;
    }
    served.kill().await?;
    let served = Served::start_at(&data, Tls::Off, address).await?;
    let began_ms = now_ms();
    let process = served.process()?;
    let watch = Watch::start(process)?;
    let mut again = vec![faithful.is_back().await?];
    for holder in &mut holders {
        again.push(holder.is_back().await?);
    }
    let tries: u64 = again.iter().map(|again| again.tries).sum();
    let waited = again.iter().flat_map(|again| &again.at_ms).map(|at| at.saturating_sub(began_ms) as f64);
    let waited_ms: Vec<f64> = waited.collect();
    let peak_mb = watch.finish().await?;
    ensure!(waited_ms.len() == size.sockets, "{} of {} sockets are back", waited_ms.len(), size.sockets);
    // Whoever was not among them is served as well.
    people::register_more(&served, size.sockets, 1).await?;
    for holder in holders {
        holder.stop().await?;
    }
    let cpu_s = served.process()?.cpu_s()?;
    served.stop().await?;
    report.metric("sockets", size.sockets as f64, "sockets", None);
    report.percentiles("back_", &waited_ms, None);
    report.metric("all_back_ms", percentile(&waited_ms, 100), "ms", None);
    report.metric("server_us_per_socket", cpu_s * 1e6 / size.sockets as f64, "µs", None);
    report.metric("server_peak_resident_mb", peak_mb, "MB", Some(MEMORY_MARK_MB));
    report.condition("tries", json!(tries));
    report.condition("patience", json!("who is refused tries again after 100 ms; nobody else waits"));
    Ok(report)
}

/// Looks at how much memory a process has.
struct Watch {
    over: oneshot::Sender<()>,
    looking: tokio::task::JoinHandle<Result<f64>>,
}

impl Watch {
    fn start(process: Process) -> Result<Self> {
        let (over, mut is_over) = oneshot::channel();
        let looking = tokio::spawn(async move {
            let mut peak: f64 = 0.0;
            let mut at = Instant::now();
            loop {
                peak = peak.max(process.resident()? / 1e6);
                at += LOOK_EVERY;
                tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    _ = &mut is_over => return Ok(peak),
                }
            }
        });
        Ok(Self { over, looking })
    }

    /// The most that it had.
    async fn finish(self) -> Result<f64> {
        // A watch that has failed says so below.
        let _ = self.over.send(());
        self.looking.await?
    }
}
