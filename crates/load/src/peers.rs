//! Other servers under the same messages: ejabberd, Prosody and Mosquitto, as Debian packages them, with the project's configurations
//! in `bench/peers`. They are not installed here: their packages start services of their own.

mod mqtt;
mod run;
mod xmpp;

use crate::deliver::Size;
use crate::folder::Folder;
use crate::process::Process;
use crate::report::Report;
use crate::served::free_address;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// Until a peer takes connections.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// Between two looks whether it does.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a peer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Xmpp,
    Mqtt,
}

struct Peer {
    name: &'static str,
    /// What must be on the machine.
    program: &'static str,
    language: Language,
    configuration: &'static str,
    file: &'static str,
    durability: &'static str,
}

const PEERS: [Peer; 3] = [
    Peer {
        name: "ejabberd",
        program: "ejabberdctl",
        language: Language::Xmpp,
        configuration: include_str!("../../../bench/peers/ejabberd.yml"),
        file: "ejabberd.yml",
        durability: "none: handed on from memory, no acknowledgement",
    },
    Peer {
        name: "prosody",
        program: "prosody",
        language: Language::Xmpp,
        configuration: include_str!("../../../bench/peers/prosody.cfg.lua"),
        file: "prosody.cfg.lua",
        durability: "none: handed on from memory, no acknowledgement",
    },
    Peer {
        name: "mosquitto",
        program: "mosquitto",
        language: Language::Mqtt,
        configuration: include_str!("../../../bench/peers/mosquitto.conf"),
        file: "mosquitto.conf",
        durability: "QoS 1, persistent sessions: acknowledged from memory, saved to disk every 30 minutes",
    },
];

/// Each peer's messages a second and core; `null` where it is not installed or does not run.
pub async fn deliver(report: &mut Report, size: &Size) -> Result<()> {
    for peer in &PEERS {
        let metric = format!("{}_msgs_per_core_s", peer.name);
        report.condition(&format!("{}_durability", peer.name), json!(peer.durability));
        let absent = match (size.no_peers, find(peer.program)) {
            (true, _) => "left out by --no-peers".to_owned(),
            (_, None) => format!("not installed: `apt-get install {}` to have it beside ours", peer.name),
            (_, Some(program)) => match measure(peer, &program, size).await {
                Ok(seen) => {
                    report.rate(metric, seen.per_core_s, "msg/s", None);
                    report.rate(format!("{}_msgs_per_s", peer.name), seen.per_s, "msg/s", None);
                    continue;
                }
                Err(error) => format!("does not run: {error:#}"),
            },
        };
        say(&format!("{}: {absent}", peer.name));
        report.absent(metric, "msg/s");
        report.condition(peer.name, json!(absent));
    }
    Ok(())
}

/// For people, beside the figures on standard output.
fn say(text: &str) {
    // Nothing can be told when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let beyond = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(beyond).map(|folder| folder.join(program)).find(|file| file.is_file())
}

struct Seen {
    per_core_s: f64,
    per_s: f64,
}

async fn measure(peer: &Peer, program: &Path, size: &Size) -> Result<Seen> {
    let (folder, address) = (Folder::make()?, free_address()?);
    let mut child = start(peer, program, folder.path(), address)?;
    let process = Process::with_children(child.id().context("it has ended")?);
    answers(&mut child, address).await?;
    let seen = run::pairs(peer.language, address, &process, size.sockets / 2 * 2, size.messages).await;
    child.kill().await?;
    let seen = seen?;
    #[allow(clippy::cast_precision_loss)]
    let messages = size.messages as f64;
    Ok(Seen { per_core_s: messages / seen.cpu_s, per_s: messages / seen.took.as_secs_f64() })
}

fn start(peer: &Peer, program: &Path, folder: &Path, address: SocketAddr) -> Result<Child> {
    let file = folder.join(peer.file);
    let folder_text = folder.to_str().context("the folder's name is no text")?;
    let text = peer.configuration.replace("@PORT@", &address.port().to_string()).replace("@FOLDER@", folder_text);
    std::fs::write(&file, text)?;
    let mut command = match peer.name {
        // `ejabberdctl` would change to a user of its own: this is what it starts, without a node's name in the network.
        "ejabberd" => {
            let mut command = Command::new("erl");
            command.args(["+K", "true", "+P", "250000", "-noinput", "-mnesia", "dir"]);
            command.arg(format!("\"{folder_text}/mnesia\"")).args(["-s", "ejabberd"]);
            command.env("ERL_LIBS", ejabberds_libraries()?).env("EJABBERD_CONFIG_PATH", &file);
            command.env("EJABBERD_LOG_PATH", folder.join("ejabberd.log")).env("HOME", folder);
            command
        }
        "prosody" => {
            std::fs::create_dir_all(folder.join("data"))?;
            let mut command = Command::new(program);
            command.arg("-F").arg("--config").arg(&file);
            command
        }
        _ => {
            let mut command = Command::new(program);
            command.arg("-c").arg(&file);
            command
        }
    };
    // What it says is no figure.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir(folder).kill_on_drop(true);
    command.spawn().with_context(|| format!("{} does not start", peer.name))
}

/// Debian keeps Erlang's libraries in the folder of the machine's architecture.
fn ejabberds_libraries() -> Result<PathBuf> {
    let holds = |folder: &Path| {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with("ejabberd-")))
    };
    let folders = std::fs::read_dir("/usr/lib")?.flatten().map(|entry| entry.path());
    folders
        .filter(|folder| folder.is_dir())
        .find(|folder| holds(folder))
        .context("ejabberd's libraries are not in /usr/lib")
}

async fn answers(child: &mut Child, address: SocketAddr) -> Result<()> {
    let looking = async {
        loop {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(());
            }
            if let Some(status) = child.try_wait()? {
                bail!("it ended at once: {status}");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(STARTS_WITHIN, looking).await.context("it takes no connection")?
}
