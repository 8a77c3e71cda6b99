//! The server as the program that is shipped: started, read on its console, looked into from outside, and stopped.

use anyhow::{Context, Result, ensure};
use std::ffi::OsStr;
use std::io::{Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// Nothing here takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the machine grants the process.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// File descriptors that it may have; what is usual where `None`.
    pub descriptors_max: Option<u32>,
    /// The data are on a disk that fails when it is told to.
    pub disk: Option<FaultyDisk>,
}

/// The exit status of a program on a faulty disk whose power has failed.
pub const POWER_FAILED: i32 = 86;

/// A disk that fails when a test says so; the crate `faulty-disk` says how.
#[derive(Debug, Clone)]
pub struct FaultyDisk {
    control: PathBuf,
}

impl FaultyDisk {
    /// A good one, at first. `control` is an empty folder.
    pub fn new(control: PathBuf) -> Self {
        Self { control }
    }

    /// A program whose files in `folder` are on this disk.
    pub fn preloaded(&self, program: impl AsRef<OsStr>, folder: &Path) -> Result<Command> {
        let library = std::env::var_os("HELIOGRAPH_FAULTY_DISK")
            .context("HELIOGRAPH_FAULTY_DISK is not set: run `cargo xtask test`")?;
        let mut command = Command::new(program);
        command.env("LD_PRELOAD", library).env("FAULTY_DISK_FOLDER", folder).env("FAULTY_DISK_CONTROL", &self.control);
        Ok(command)
    }

    /// At this sync from now on (1: the next) the power fails, and all is lost that was not synced.
    pub fn dies_at_sync(&self, sync: u32) -> Result<()> {
        Ok(std::fs::write(self.control.join("dies"), sync.to_string())?)
    }

    /// Nothing can be written any more.
    pub fn is_full(&self) -> Result<()> {
        Ok(std::fs::write(self.control.join("full"), "")?)
    }

    /// Each sync takes so much longer from now on.
    pub fn is_slow(&self, by: Duration) -> Result<()> {
        Ok(std::fs::write(self.control.join("slow"), by.as_millis().to_string())?)
    }

    /// The machine's time of day is off by so many milliseconds from now on.
    pub fn clock_is_off_by(&self, ms: i64) -> Result<()> {
        // By a rename: who looks meanwhile sees the old one or the new one, and none without an end.
        let new = self.control.join("clock.new");
        std::fs::write(&new, ms.to_string())?;
        Ok(std::fs::rename(new, self.control.join("clock"))?)
    }

    /// Somebody has tidied up.
    pub fn has_room(&self) -> Result<()> {
        Ok(std::fs::remove_file(self.control.join("full"))?)
    }
}

/// A running `heliograph serve`.
pub struct Program {
    child: Child,
    /// All that it wrote on both of its outputs.
    said: Arc<Mutex<String>>,
}

impl Program {
    /// Starts it on a data folder, at an address or at a free port of this machine. `take_code` hears the one-time codes from its console.
    pub(crate) async fn start(
        data: &Path,
        address: Option<SocketAddr>,
        machine: &Machine,
        take_code: impl Fn(&str, &str) + Send + 'static,
    ) -> Result<(Self, SocketAddr)> {
        let binary = std::env::var_os("HELIOGRAPH_BIN").context("HELIOGRAPH_BIN is not set: run `cargo xtask test`")?;
        let listen_at = address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0))).to_string();
        let limit = machine.descriptors_max.map(|max| format!("ulimit -n {max}; ")).unwrap_or_default();
        let mut command = match &machine.disk {
            Some(disk) => disk.preloaded("sh", data)?,
            None => Command::new("sh"),
        };
        let mut child = command
            .arg("-c")
            .arg(format!("{limit}exec \"$0\" \"$@\""))
            .arg(binary)
            .args(["serve", "--listen", &listen_at, "--https-listen", "off", "--calls-listen", "off"])
            .args(["--rate-limit-factor", "1000"])
            // A push service of a test's is on this machine.
            .args(["--push-hosts", "http://127.0.0.1", "--data"])
            .arg(data)
            .env("RUST_LOG", "debug")
            .kill_on_drop(true)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let said = Arc::new(Mutex::new(String::new()));
        let (tell_port, port) = oneshot::channel();
        let mut tell_port = Some(tell_port);
        let stdout = child.stdout.take().context("its output is piped")?;
        listen(stdout, said.clone(), move |line| {
            if let Some((number, code)) = line.strip_prefix("Code for ").and_then(|rest| rest.split_once(": ")) {
                take_code(number, code);
            }
            let port = line.split("http://localhost:").nth(1).and_then(|rest| rest.trim_end_matches('/').parse().ok());
            if let (Some(port), Some(tell)) = (port, tell_port.take_if(|_| port.is_some())) {
                // Nobody waits any more if the start has failed.
                let _ = tell.send(port);
            }
        });
        listen(child.stderr.take().context("its errors are piped")?, said.clone(), |_| {});
        let port: u16 = port.await.context("the server ended before it told its address")?;
        Ok((Self { child, said }, SocketAddr::from(([127, 0, 0, 1], port))))
    }

    /// Whether a text stands in what it wrote.
    pub fn said(&self, text: &str) -> bool {
        self.said.lock().is_ok_and(|said| said.contains(text))
    }

    /// Which of these texts stand in the memory that the process can write to.
    pub fn remembers<'a>(&self, texts: &[&'a str]) -> Result<Vec<&'a str>> {
        let pid = self.child.id().context("the server has ended")?;
        let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))?;
        let mut memory = std::fs::File::open(format!("/proc/{pid}/mem"))?;
        let mut found = Vec::new();
        for line in maps.lines() {
            let mut fields = line.split_whitespace();
            let (Some(range), Some(access)) = (fields.next(), fields.next()) else { continue };
            let Some((from, to)) = range.split_once('-').filter(|_| access.starts_with("rw")) else { continue };
            let (from, to) = (u64::from_str_radix(from, 16)?, u64::from_str_radix(to, 16)?);
            let mut bytes = vec![0; usize::try_from(to - from)?];
            memory.seek(SeekFrom::Start(from))?;
            // A part that was unmapped meanwhile holds nothing any more.
            if memory.read_exact(&mut bytes).is_ok() {
                let holds = |text: &&str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
                found.extend(texts.iter().copied().filter(holds));
            }
        }
        Ok(found)
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ends(mut self) -> Result<()> {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ensure!(!ended.context("the server goes on")??.success(), "it was stopped, and has not died");
        Ok(())
    }

    /// As `kill -9` and a power cut of the program alone: what it gave to the operating system is kept, all else is gone.
    pub(crate) async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("the server has ended by itself")
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        let pid = self.child.id().context("the server has ended by itself")?.to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().await?;
        ensure!(told.success() && self.child.wait().await?.success(), "the server did not end well");
        Ok(())
    }
}

fn listen(
    output: impl AsyncRead + Unpin + Send + 'static,
    said: Arc<Mutex<String>>,
    mut on_line: impl FnMut(&str) + Send + 'static,
) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(output).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Ok(mut said) = said.lock() {
                said.push_str(&line);
                said.push('\n');
            }
            on_line(&line);
        }
    });
}
