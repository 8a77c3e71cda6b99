//! An account with a life behind it: many chats, few of them large, filled by `helio` accounts that really sent every message
//! through the server. Filling takes long, so what was filled is kept.

use super::Size;
use super::report::Report;
use super::served::Served;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// The number of the account that is filled.
pub const NUMBER: &str = "+4915112345699";
/// No message of a whole corpus takes so long as this to come.
const SILENCE: Duration = Duration::from_secs(120);

/// A copy of the filled account: the server's data and the phone's.
pub struct Corpus {
    folder: TempDir,
    seeding: Value,
}

impl Corpus {
    /// Gives one, filled now if it was not before.
    pub async fn ready(size: &Size) -> Result<Self> {
        let cache = size.cache.clone().unwrap_or_else(|| std::env::temp_dir().join("heliograph-bench"));
        let kept = cache.join(format!("corpus-{}-{}-{}", size.chats, size.messages, size.largest));
        if !kept.is_dir() {
            let unfinished = kept.with_extension("unfinished");
            if unfinished.exists() {
                std::fs::remove_dir_all(&unfinished)?;
            }
            std::fs::create_dir_all(&unfinished)?;
            let seeding = fill(&unfinished, size).await?;
            std::fs::write(unfinished.join("seeding.json"), seeding.to_string())?;
            std::fs::rename(&unfinished, &kept)?;
        }
        let folder = TempDir::new_in(&cache)?;
        copy(&kept, folder.path())?;
        let seeding = serde_json::from_slice(&std::fs::read(kept.join("seeding.json"))?)?;
        Ok(Self { folder, seeding })
    }

    /// The server's data.
    pub fn server(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    /// The phone's folder.
    pub fn phone(&self) -> PathBuf {
        self.folder.path().join("phone")
    }

    /// A folder for something new.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What filling it took.
    pub fn describe(&self, report: &mut Report) {
        report.condition("seeding", self.seeding.clone());
    }
}

/// Tells somebody beside the figures how far it is.
pub(super) fn say(words: &str) {
    // There is nobody else to tell.
    let _ = writeln!(std::io::stderr(), "{words}");
}

async fn fill(folder: &Path, size: &Size) -> Result<Value> {
    let server = Served::start(&folder.join("server")).await?;
    server.registers(&folder.join("phone"), NUMBER, "Everybody's friend").await?;
    let mut phone = server.helio(&folder.join("phone"), &["receive", "--follow", "--new"])?;
    let begun = Instant::now();
    let mut load = start_load(&server, folder, size)?;
    let console = load.stdin.take().context("piped")?;
    let feeding = tokio::spawn(feed(server.console(), console));
    let mut seen = BTreeSet::new();
    while seen.len() < size.messages {
        let row = tokio::time::timeout(SILENCE, phone.gives()).await;
        let row = row.with_context(|| format!("only {} messages have come", seen.len()))??;
        // A message that could not be opened is no corpus: its sender is gone before it can send it again.
        ensure!(row.get("kind").and_then(Value::as_str) == Some("text"), "not a message that can be read: {row}");
        seen.insert(row.get("id").and_then(Value::as_str).context("a message has an id")?.to_owned());
        if seen.len() % 1_000 == 0 {
            say(&format!("{} of {} messages, {:.0} s", seen.len(), size.messages, begun.elapsed().as_secs_f64()));
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    ensure!(load.wait().await?.success(), "helio load failed");
    feeding.abort();
    phone.interrupts().await?;
    server.stop().await?;
    let rate = (size.messages as f64 / seconds).round();
    Ok(json!({ "messages": size.messages, "chats": size.chats, "seconds": seconds.round(), "messages_per_s": rate }))
}

fn start_load(server: &Served, folder: &Path, size: &Size) -> Result<Child> {
    let program = std::env::var_os("HELIO_BIN").context("HELIO_BIN is not set: run `cargo xtask bench`")?;
    let description = json!({
        "to": NUMBER, "accounts": size.chats, "messages": size.messages, "largest": size.largest, "parallel": PARALLEL,
    });
    let spec = folder.join("load.json");
    std::fs::write(&spec, description.to_string())?;
    let mut command = Command::new(program);
    command.args(["--server", server.address.as_str(), "load", "--log"]).arg(folder.join("sent.jsonl")).arg(spec);
    Ok(command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).kill_on_drop(true).spawn()?)
}

/// Senders at work at a time.
const PARALLEL: usize = 16;

async fn feed(mut lines: tokio::sync::broadcast::Receiver<String>, mut console: tokio::process::ChildStdin) {
    while let Ok(line) = lines.recv().await {
        if console.write_all(format!("{line}\n").as_bytes()).await.is_err() {
            break;
        }
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
