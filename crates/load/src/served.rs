//! The shipped server as a process of its own, and the codes that it prints on its console.

use crate::process::Process;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

const PATIENCE: Duration = Duration::from_secs(60);
/// Under the limit of files that a process has on most machines, which is the operator's to raise.
pub const CONNECTIONS_MAX: usize = 19_000;

/// A free port of this machine.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// The accounts of a bench all come from here.
const MANY_AT_ONE_ADDRESS: u32 = 1_000;

/// A running server.
pub struct Served {
    child: Child,
    /// Where it listens, without TLS.
    pub address: SocketAddr,
    /// Where it listens with TLS.
    pub tls_address: Option<SocketAddr>,
    /// Where it tells what it counts, if it does.
    pub metrics_address: Option<SocketAddr>,
    codes: Arc<Codes>,
}

#[derive(Default)]
struct Codes {
    by_number: Mutex<BTreeMap<String, String>>,
    came: Notify,
}

/// Whether it also serves HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Off,
    On,
}

impl Served {
    /// Starts it on a data folder, at a free port.
    pub async fn start(data: &Path, tls: Tls) -> Result<Self> {
        Self::start_at(data, tls, ANYWHERE).await
    }

    /// The same where it was before.
    pub async fn start_at(data: &Path, tls: Tls, listen: SocketAddr) -> Result<Self> {
        Self::start_with(data, tls, listen, MANY_AT_ONE_ADDRESS, None).await
    }

    /// The same with calls, at a free port of this address, and with metrics.
    pub async fn start_with_calls(data: &Path, at: IpAddr) -> Result<Self> {
        Self::start_with(data, Tls::Off, ANYWHERE, MANY_AT_ONE_ADDRESS, Some(SocketAddr::new(at, 0))).await
    }

    /// The same with the rates that a server has unless it is told otherwise.
    pub async fn start_strict(data: &Path) -> Result<Self> {
        Self::start_with(data, Tls::Off, ANYWHERE, 1, None).await
    }

    async fn start_with(
        data: &Path,
        tls: Tls,
        listen: SocketAddr,
        rate_limit_factor: u32,
        calls: Option<SocketAddr>,
    ) -> Result<Self> {
        let program =
            std::env::var_os("HELIOGRAPH_BIN").context("HELIOGRAPH_BIN is not set: run `cargo xtask bench`")?;
        let tls_address = match tls {
            Tls::Off => None,
            Tls::On => Some(free_address()?),
        };
        let https = tls_address.map_or_else(|| "off".to_owned(), |address| address.to_string());
        let listens = calls.map_or_else(|| "off".to_owned(), |calls| calls.to_string());
        let mut command = Command::new(&program);
        command
            .args(["serve", "--listen", &listen.to_string(), "--https-listen", &https])
            .args(["--calls-listen", &listens, "--data"])
            .arg(data)
            .env("HELIOGRAPH_RATE_LIMIT_FACTOR", rate_limit_factor.to_string())
            .env("HELIOGRAPH_CONNECTIONS_MAX", CONNECTIONS_MAX.to_string())
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if calls.is_some() {
            command.args(["--metrics-listen", &ANYWHERE.to_string()]);
        }
        let mut child = command.spawn().with_context(|| format!("{} does not start", program.display()))?;
        let mut console = BufReader::new(child.stdout.take().context("piped")?).lines();
        let (address, metrics_address) = tokio::time::timeout(PATIENCE, async {
            let mut address = None;
            while let Some(line) = console.next_line().await? {
                let port = line.split("http://localhost:").nth(1).and_then(|rest| rest.split('/').next()?.parse().ok());
                address = address.or(port.map(|port: u16| SocketAddr::from(([127, 0, 0, 1], port))));
                let metrics = line.split_once("Metrics:").and_then(|(_, rest)| rest.trim().strip_prefix("http://"));
                let metrics = metrics.and_then(|rest| rest.split('/').next()?.parse().ok());
                if let Some(address) = address
                    && (calls.is_none() || metrics.is_some())
                {
                    return Ok((address, metrics));
                }
            }
            bail!("the server ended before it said where it is")
        })
        .await??;
        let codes = Arc::new(Codes::default());
        let seen = codes.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = console.next_line().await {
                let Some((number, code)) = line.strip_prefix("Code for ").and_then(|rest| rest.split_once(": ")) else {
                    continue;
                };
                seen.by_number.lock().unwrap_or_else(PoisonError::into_inner).insert(number.into(), code.into());
                seen.came.notify_waiters();
            }
        });
        Ok(Self { child, address, tls_address, metrics_address, codes })
    }

    /// The code that was printed for a number.
    pub async fn code(&self, number: &str) -> Result<String> {
        let wait = async {
            loop {
                let came = self.codes.came.notified();
                tokio::pin!(came);
                // Before the look, or a code that comes in between is missed.
                came.as_mut().enable();
                let found = self.codes.by_number.lock().unwrap_or_else(PoisonError::into_inner).remove(number);
                if let Some(code) = found {
                    return code;
                }
                came.await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.with_context(|| format!("no code for {number} on the console"))
    }

    /// The process.
    pub fn process(&self) -> Result<Process> {
        Ok(Process::alone(self.child.id().context("the server has ended")?))
    }

    /// Ends it as a failing machine does.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Ends it as an operator does.
    pub async fn stop(mut self) -> Result<()> {
        let process = self.child.id().context("the server has ended")?;
        Command::new("kill").args(["-TERM", &process.to_string()]).status().await?;
        tokio::time::timeout(PATIENCE, self.child.wait()).await.context("the server does not end")??;
        Ok(())
    }
}

/// A port that nobody has now.
pub fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
