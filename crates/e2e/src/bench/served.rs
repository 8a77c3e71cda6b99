//! The shipped server as a process, and what it prints on its console.

use super::exposition::Answers;
use super::report::Report;
use crate::Terminal;
use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::broadcast;
use url::Url;

/// Lines of the console that a slow reader may be behind.
const LINES_MAX: usize = 16_384;
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub struct Served {
    child: Child,
    /// Where it listens.
    pub address: Url,
    metrics: SocketAddr,
    lines: broadcast::Sender<String>,
}

impl Served {
    /// Starts it on a data folder, at a free port.
    pub async fn start(data: &Path) -> Result<Self> {
        let program =
            std::env::var_os("HELIOGRAPH_BIN").context("HELIOGRAPH_BIN is not set: run `cargo xtask bench`")?;
        let mut child = Command::new(&program)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--https-listen",
                "off",
                "--calls-listen",
                "127.0.0.1:0",
                "--metrics-listen",
                "127.0.0.1:0",
                "--data",
            ])
            .arg(data)
            .env("HELIOGRAPH_RATE_LIMIT_FACTOR", "1000")
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let mut console = BufReader::new(child.stdout.take().context("piped")?).lines();
        let (address, metrics) = tokio::time::timeout(PATIENCE, async {
            let (mut address, mut metrics) = (None, None);
            while let Some(line) = console.next_line().await? {
                let Some(said) = line.split_whitespace().find(|word| word.starts_with("http://")) else { continue };
                if line.trim_start().starts_with("Metrics:") {
                    metrics = said.strip_prefix("http://").and_then(|at| at.strip_suffix("/metrics")?.parse().ok());
                } else if address.is_none() {
                    address = Some(Url::parse(said)?);
                }
                if let (Some(address), Some(metrics)) = (&address, metrics) {
                    return Ok((address.clone(), metrics));
                }
            }
            bail!("the server ended before it said where it is")
        })
        .await??;
        let lines = broadcast::channel(LINES_MAX).0;
        let sender = lines.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = console.next_line().await {
                // Nobody may be listening now.
                let _ = sender.send(line);
            }
        });
        Ok(Self { child, address, metrics, lines })
    }

    /// What it prints from now on.
    pub fn console(&self) -> broadcast::Receiver<String> {
        self.lines.subscribe()
    }

    /// Starts `helio` with a folder.
    pub fn helio(&self, folder: &Path, arguments: &[&str]) -> Result<Terminal> {
        Terminal::starts_at(self.address.as_str(), folder.to_owned(), arguments)
    }

    /// Registers a phone in a folder.
    pub async fn registers(&self, folder: &Path, number: &str, name: &str) -> Result<()> {
        let mut console = self.console();
        let mut phone = self.helio(folder, &["register", "--number", number, "--name", name])?;
        phone.says("Type the code").await?;
        loop {
            let line = console.recv().await?;
            if line.contains(number) {
                phone.types(&line).await?;
                break;
            }
        }
        phone.succeeds().await.map(|_| ())
    }

    /// How long its answers took so far.
    pub async fn answers(&self) -> Result<Answers> {
        let mut stream = TcpStream::connect(self.metrics).await.context("the server's metrics")?;
        let request = format!("GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.metrics);
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        ensure!(answer.starts_with("HTTP/1.1 200 "), "no metrics: {}", answer.lines().next().unwrap_or_default());
        Answers::read(&answer)
    }

    /// Processor seconds and the largest memory of the server so far.
    pub fn costs(&self, report: &mut Report) -> Result<()> {
        let process = self.child.id().context("the server has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        // After the name, which may hold anything; user and system time are the 14th and 15th of all, in hundredths.
        let ticks = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(str::trim);
        report.metric("server_cpu_s", ticks / 100.0, "s", None);
        report.condition("server_memory_peak", json!(peak));
        Ok(())
    }

    /// Ends it as an operator does.
    pub async fn stop(mut self) -> Result<()> {
        let process = self.child.id().context("the server has ended")?;
        Command::new("kill").args(["-TERM", &process.to_string()]).status().await?;
        tokio::time::timeout(PATIENCE, self.child.wait()).await.context("the server does not end")??;
        Ok(())
    }
}
