//! `heliograph admin`: asks the running server and prints what it says.
// What is printed is this program's interface.
#![allow(clippy::print_stdout)]

use super::socket_path;
use super::words::{Answer, Request};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Arguments of `heliograph admin`.
#[derive(Args)]
pub struct AdminArgs {
    /// The data folder of the running server.
    #[arg(long, env = "HELIOGRAPH_DATA", default_value = "data", global = true)]
    data: PathBuf,
    /// Answer in JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// List accounts: id, number, devices, the last day seen, bytes of files.
    Accounts,
    /// Keep an account out, let it in again, or delete it.
    #[command(subcommand)]
    Account(AccountCommand),
    /// List the devices of an account.
    Devices {
        /// With its country code, as in +4915112345678.
        number: String,
    },
    /// Count accounts, devices, chats, files and connections.
    Stats,
    /// Copy the running server into a new folder.
    Backup {
        /// It must not exist yet.
        folder: PathBuf,
    },
    /// Make an invite and print its link, once: the server keeps only a hash of it.
    Invite {
        /// How many accounts can be made with it.
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// How many days it lasts.
        #[arg(long, default_value_t = 7)]
        days: u32,
        /// Where people reach the server, as in "https://chat.example.org" [default: as the server knows itself].
        #[arg(long, env = "HELIOGRAPH_URL")]
        url: Option<String>,
    },
    /// List invites.
    Invites,
    /// Void an invite, also for those who are about to register with it.
    RevokeInvite {
        /// As `invites` lists it.
        invite: i64,
    },
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Its sockets end, and it can do nothing until it is resumed; what is written to it waits.
    Suspend {
        /// With its country code.
        number: String,
    },
    /// Let it in again.
    Resume {
        /// With its country code.
        number: String,
    },
    /// Delete it with its devices, files and profile, and who had the number before. What it wrote into chats stays with the others.
    Delete {
        /// With its country code.
        number: String,
        /// It cannot be undone, so this has to be given.
        #[arg(long)]
        yes: bool,
    },
}

/// Asks, and prints the answer.
pub fn run(args: AdminArgs) -> Result<()> {
    let (request, url) = match args.command {
        AdminCommand::Accounts => (Request::Accounts { after: String::new() }, None),
        AdminCommand::Account(AccountCommand::Suspend { number }) => (Request::Suspend { number }, None),
        AdminCommand::Account(AccountCommand::Resume { number }) => (Request::Resume { number }, None),
        AdminCommand::Account(AccountCommand::Delete { yes: false, .. }) => {
            bail!("an account that was deleted cannot be brought back: add --yes if that is meant")
        }
        AdminCommand::Account(AccountCommand::Delete { number, yes: true }) => (Request::Delete { number }, None),
        AdminCommand::Devices { number } => (Request::Devices { number }, None),
        AdminCommand::Stats => (Request::Stats, None),
        AdminCommand::Backup { folder } => (Request::Backup { to: std::path::absolute(folder)? }, None),
        AdminCommand::Invite { uses, days, url } => (Request::MakeInvite { uses, days }, url),
        AdminCommand::Invites => (Request::Invites, None),
        AdminCommand::RevokeInvite { invite } => (Request::RevokeInvite { invite }, None),
    };
    let answer = match &request {
        Request::Accounts { .. } => all_accounts(&args.data)?,
        request => ask(&args.data, request)?,
    };
    if let Answer::Refused { why } = answer {
        bail!(why);
    }
    let link = link(&answer, url.as_deref());
    if args.json {
        let mut value = serde_json::to_value(&answer)?;
        if let (Some(link), Some(told)) = (link, value.get_mut("invite").and_then(|told| told.as_object_mut())) {
            told.insert("link".to_owned(), link.into());
        }
        println!("{value}");
    } else {
        print(&answer, link.as_deref());
    }
    Ok(())
}

/// Page after page.
fn all_accounts(data: &Path) -> Result<Answer> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        match ask(data, &Request::Accounts { after: after.clone() })? {
            Answer::Accounts(lines) if lines.is_empty() => return Ok(Answer::Accounts(all)),
            Answer::Accounts(lines) => {
                after = lines.last().map(|line| line.account.clone()).unwrap_or_default();
                all.extend(lines);
            }
            other => return Ok(other),
        }
    }
}

/// Asks the server of a data folder, and waits for its answer.
pub fn ask(data: &Path, request: &Request) -> Result<Answer> {
    let path = socket_path(data);
    let mut stream = UnixStream::connect(&path).with_context(|| {
        format!(
            "cannot reach the server at {}: it has to run on this machine, with this data folder (--data), and this has to be asked by \
             the user that it runs as",
            path.display()
        )
    })?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    serde_json::from_str(&answer).context("the server ended before it answered, or is of another version")
}

fn link(answer: &Answer, url: Option<&str>) -> Option<String> {
    let Answer::Invite { code, origin, .. } = answer else { return None };
    let origin = url.unwrap_or(origin).trim_end_matches('/');
    Some(format!("{origin}/phone#invite={code}"))
}

fn print(answer: &Answer, link: Option<&str>) {
    match answer {
        Answer::Done | Answer::Refused { .. } => println!("Done."),
        Answer::Accounts(lines) => {
            for line in lines {
                let state = match (line.moved, line.suspended) {
                    (true, _) => "\tnumber moved",
                    (false, true) => "\tsuspended",
                    (false, false) => "",
                };
                let (account, number, seen) = (&line.account, &line.number, seen(line.last_seen_day_ms));
                println!("{account}\t{number}\t{} devices\t{seen}\t{} bytes{state}", line.devices, line.blob_bytes);
            }
        }
        Answer::Devices(lines) => {
            for line in lines {
                let kind = if line.device == 1 { "phone" } else { "companion" };
                let seen = if line.connected { "connected".to_owned() } else { seen(line.last_seen_day_ms) };
                println!("{}\t{kind}\t{seen}\t{} waiting", line.device, line.waiting);
            }
        }
        Answer::Stats(stats) => {
            println!("version\t{}", stats.version);
            println!("accounts\t{} ({} suspended)", stats.accounts, stats.suspended);
            println!("devices\t{}", stats.devices);
            println!("chats\t{}, with {} entries", stats.chats, stats.log_entries);
            println!("files\t{}, {} bytes", stats.blobs, stats.blob_bytes);
            println!("open\t{} connections, {} sockets", stats.connections, stats.sockets);
        }
        Answer::Invite { invite, expires_ms, .. } => {
            println!("{}", link.unwrap_or_default());
            println!("Invite {invite}, until {}. This link is not shown again.", day(*expires_ms));
        }
        Answer::Invites(lines) => {
            for line in lines {
                let over = if line.expired { " (over)" } else { "" };
                println!(
                    "{}\t{} of {} left\tuntil {}{over}",
                    line.invite,
                    line.uses_left,
                    line.uses,
                    day(line.expires_ms)
                );
            }
        }
    }
}

fn seen(day_ms: u64) -> String {
    if day_ms == 0 { "never seen".to_owned() } else { format!("seen {}", day(day_ms)) }
}

/// As in 2026-11-27, by universal time.
fn day(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1_000).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(|_| "-".to_owned(), |at| at.date().to_string())
}
