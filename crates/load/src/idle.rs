//! `idle`: what a socket costs that only waits, plain and with TLS.

use crate::folder::Folder;
use crate::hold::Holder;
use crate::people;
use crate::process::KernelMemory;
use crate::report::Report;
use crate::served::{CONNECTIONS_MAX, Served, Tls};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// Sockets of one process, and of one source address.
const HELD_BY_ONE: usize = 4_000;
/// What the allocator and the kernel put off happens meanwhile; less than the server's pings are apart.
const SETTLE: Duration = Duration::from_secs(3);
const KILOBYTE: f64 = 1_024.0;

/// How much of everything.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    /// Sockets held, each of an account of its own
    #[arg(long, default_value_t = 16_000)]
    pub sockets: usize,
}

pub async fn run(size: &Size) -> Result<Report> {
    ensure!(
        (1..CONNECTIONS_MAX).contains(&size.sockets),
        "up to {CONNECTIONS_MAX} sockets: a process has 20,000 files"
    );
    let mut report = Report::new("idle");
    let folder = Folder::make()?;
    let data = folder.path().join("data");
    // Another run of the server than those that are measured: what registering leaves in its memory is no socket's.
    let served = Served::start(&data, Tls::Off).await?;
    let devices = people::register(&served, size.sockets).await?;
    served.stop().await?;
    let tokens: Vec<&[u8]> = devices.iter().map(|device| device.token.as_slice()).collect();
    report.metric("sockets", f64::from(u32::try_from(size.sockets)?), "sockets", None);
    hold(&mut report, "plain", Tls::Off, &data, &tokens, 12.0 * KILOBYTE).await?;
    hold(&mut report, "tls", Tls::On, &data, &tokens, 28.0 * KILOBYTE).await?;
    report.condition(
        "kernel",
        json!("growth of TCP buffers and of all kernel tables (Slab), halved: the other end is on this machine too"),
    );
    report.condition("durability", json!("a session is stored with fsync; a held socket writes nothing"));
    Ok(report)
}

#[allow(clippy::cast_precision_loss)]
async fn hold(report: &mut Report, name: &str, tls: Tls, data: &Path, tokens: &[&[u8]], mark: f64) -> Result<()> {
    let served = Served::start(data, tls).await?;
    let to = served.tls_address.unwrap_or(served.address);
    let process = served.process()?;
    tokio::time::sleep(SETTLE).await;
    let (resident, kernel) = (process.resident()?, KernelMemory::now());
    let mut holders = Vec::new();
    for (place, held) in (1_u8..).zip(tokens.chunks(HELD_BY_ONE)) {
        holders.push(Holder::start(to, place, tls, data, held).await?);
    }
    for holder in &mut holders {
        holder.holds().await?;
    }
    tokio::time::sleep(SETTLE).await;
    let kernel = KernelMemory::now().since(kernel);
    let each = |bytes: f64| bytes / tokens.len() as f64;
    let own = each(process.resident()? - resident);
    let kernels = each(kernel.socket_buffers + kernel.slab) / 2.0;
    for holder in holders {
        holder.stop().await.with_context(|| format!("{name} sockets"))?;
    }
    served.stop().await?;
    report.metric(format!("{name}_bytes_each"), own + kernels, "B", Some(mark));
    report.metric(format!("{name}_resident_bytes_each"), own, "B", None);
    report.metric(format!("{name}_kernel_bytes_each"), kernels, "B", None);
    Ok(())
}
