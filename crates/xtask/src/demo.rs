//! The played people of `run --demo`: reads the server's console, shows it, and hands it to `helio demo`.
//! Knows the greeting's first address and last line; what the people do is `helio`'s.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::say;
use crate::step::Step;

/// The played people's numbers begin so, as `helio demo` has it. Their codes are of no use to whoever reads the console.
const PLAYED_NUMBERS: &str = "+49171392";
/// How the greeting's last line begins.
const GREETED: &str = "One-time codes appear here";

/// Starts ourselves as the reader of the console, and lets `server` write to it.
pub(crate) fn attach(server: &mut Command, helio: &Path, folder: &Path) -> Result<()> {
    let (reader, writer) = std::io::pipe()?;
    Command::new(std::env::current_exe()?)
        .arg("demo-people")
        .arg(helio)
        .arg(folder)
        .stdin(Stdio::from(reader))
        // Ctrl-C is for the server; we end with its console.
        .process_group(0)
        .spawn()
        .context("cannot start the reader of the server's console")?;
    server.stdout(Stdio::from(writer));
    // Thirty people register from one address.
    if std::env::var_os("HELIOGRAPH_RATE_LIMIT_FACTOR").is_none() {
        server.env("HELIOGRAPH_RATE_LIMIT_FACTOR", "100");
    }
    Ok(())
}

/// Until the server closes its console.
pub(crate) fn watch(helio: &Path, folder: &Path) -> Result<()> {
    let mut people: Option<Child> = None;
    let mut server = None;
    for line in BufReader::new(std::io::stdin()).lines() {
        let line = line?;
        if !line.contains(PLAYED_NUMBERS) {
            writeln!(std::io::stdout(), "{line}")?;
        }
        server = server.or_else(|| address(&line).map(str::to_owned));
        if let Some(address) = server.as_deref().filter(|_| people.is_none() && line.starts_with(GREETED)) {
            say("Thirty played people register meanwhile, and wait for the first new account.");
            people = Some(start(helio, folder, address)?);
        }
        let console = people.as_mut().and_then(|people| people.stdin.as_mut());
        if console.is_some_and(|console| writeln!(console, "{line}").is_err()) {
            say("The played people have left.");
            people = people.and_then(reap);
        }
    }
    if let Some(mut people) = people {
        people.kill()?;
        people.wait()?;
    }
    Ok(())
}

/// A child that is gone is kept without its input, so that no second one is started.
fn reap(mut people: Child) -> Option<Child> {
    people.stdin = None;
    Some(people)
}

fn start(helio: &Path, folder: &Path, address: &str) -> Result<Child> {
    let data: PathBuf = folder.join("demo-people");
    let step = Step::new(helio).args(["--server", address]).arg_path("--data", data).args(["demo"]);
    Ok(step.command().stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?)
}

/// The server's own address on this machine, out of its greeting.
fn address(line: &str) -> Option<&str> {
    let start = line.find("http://localhost:")?;
    line.get(start..)?.split_whitespace().next().map(|address| address.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_the_greeting() {
        assert_eq!(address("  Browser:            http://localhost:8470/"), Some("http://localhost:8470"));
        assert_eq!(address("Code for +4917139200001: 123456"), None);
    }
}
