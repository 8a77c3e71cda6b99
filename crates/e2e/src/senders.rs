//! Accounts of `helio` that write to somebody: the terminal client as a process of its own, and its own log of what it sent.

use crate::World;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// All accounts together take no longer.
const PATIENCE: Duration = Duration::from_secs(180);

/// A line of the log: the server has taken this message.
#[derive(Debug, Deserialize)]
pub struct Sent {
    /// The sender's number.
    pub from: String,
    /// The chat's id, as on the recipient's devices.
    pub chat: String,
    /// What was written.
    pub text: String,
}

/// What to send.
pub struct Load<'a> {
    /// To whom.
    pub to: &'a str,
    /// By how many, each in a chat of their own.
    pub accounts: usize,
    /// How many messages in all.
    pub messages: usize,
}

/// Has it sent, and gives what the log says, by chat and in order.
pub async fn send(world: &World, load: &Load<'_>) -> Result<BTreeMap<String, Vec<Sent>>> {
    let helio =
        std::env::var_os("HELIO_BIN").map(PathBuf::from).context("HELIO_BIN is not set: run `cargo xtask test`")?;
    let folder = world.client_folder("senders");
    std::fs::create_dir_all(&folder)?;
    let (spec, log) = (folder.join("spec.json"), folder.join("log.jsonl"));
    let description =
        serde_json::json!({ "to": load.to, "accounts": load.accounts, "messages": load.messages, "parallel": 4 });
    std::fs::write(&spec, description.to_string())?;
    let mut codes = world.console();
    let mut child = Command::new(helio)
        .arg("--data")
        .arg(&folder)
        .args(["--server", world.url()?.as_str(), "load"])
        .arg("--log")
        .arg(&log)
        .arg(&spec)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut console = child.stdin.take().context("helio reads the console")?;
    let telling = tokio::spawn(async move {
        while let Ok(line) = codes.recv().await {
            if console.write_all(line.as_bytes()).await.is_err() {
                break;
            }
        }
    });
    let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    telling.abort();
    let output = ended.context("helio did not come to an end")??;
    if !output.status.success() {
        bail!("helio load: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut chats = BTreeMap::<String, Vec<Sent>>::new();
    for line in std::fs::read_to_string(&log)?.lines() {
        let sent: Sent = serde_json::from_str(line)?;
        chats.entry(sent.chat.clone()).or_default().push(sent);
    }
    Ok(chats)
}
