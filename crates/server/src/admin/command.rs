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

/// Asks, and prints the answer.
pub fn run(args: AdminArgs) -> Result<()> {
    let (request, url) = match args.command {
        AdminCommand::Invite { uses, days, url } => (Request::MakeInvite { uses, days }, url),
        AdminCommand::Invites => (Request::Invites, None),
        AdminCommand::RevokeInvite { invite } => (Request::RevokeInvite { invite }, None),
    };
    let answer = ask(&args.data, &request)?;
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

/// As in 2026-11-27, by universal time.
fn day(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1_000).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(|_| "-".to_owned(), |at| at.date().to_string())
}
