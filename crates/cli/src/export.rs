//! A chat as a text file. Lines are written by `client_api::export`; here are the words in them. Times are UTC.

use crate::account::Account;
use crate::home::Place;
use crate::print::{call, kind_of, result};
use anyhow::{Context, Result, bail};
use clap::Args;
use client_api::export::entry;
use client_api::{
    AccountId, Answer, ChatId, Command, Disappearing, Exported, LinkNews, MessageBody, MessageRow, SystemLine,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Messages of one answer: the most that the client gives.
const PAGE: u16 = 256;

#[derive(Args)]
pub(crate) struct Export {
    /// A number, a chat's id, or "me"
    chat: String,
    /// The file, which must not be there yet. Whoever can read it reads the messages
    file: PathBuf,
}

pub(crate) async fn export(place: &Place, arguments: Export) -> Result<()> {
    let work = async |account: &mut Account| {
        // What is here is written without a connection; a number is asked for at the server.
        let own = account.active().await?.account;
        if arguments.chat.parse::<ChatId>().is_err() {
            account.online().await?;
        }
        let chat = account.chat(&arguments.chat).await?;
        // Asked for first: a chat that is not there leaves no file.
        let first = page(account, chat, 0).await?;
        let file = create(&arguments.file).with_context(|| format!("{} cannot be made", arguments.file.display()))?;
        match write(account, (chat, own), first, BufWriter::new(file)).await {
            Ok(written) => {
                let value = json!({ "messages": written.messages, "left_out": written.left_out });
                result(place.json, &value, &format!("{} messages", written.messages))
            }
            Err(error) => {
                // Nobody takes a part for the whole.
                let _ = std::fs::remove_file(&arguments.file);
                Err(error)
            }
        }
    };
    place.open()?.run(work).await
}

/// For its owner alone, where the system knows such a thing.
fn create(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn page(account: &mut Account, chat: ChatId, after: u64) -> Result<Exported> {
    match account.ask(Command::ExportChat { chat, after, limit: PAGE }).await? {
        Answer::Exported(page) => Ok(page),
        other => bail!("a chat was asked for, but {other:?} came"),
    }
}

#[derive(Default)]
struct Written {
    messages: u64,
    left_out: u64,
}

async fn write(
    account: &mut Account,
    (chat, own): (ChatId, AccountId),
    first: Exported,
    mut out: impl Write,
) -> Result<Written> {
    let (mut written, mut now) = (Written::default(), first);
    loop {
        let mut names: Names = now.people.into_iter().collect();
        names.insert(own, "you".to_owned());
        for row in &now.rows {
            out.write_all(line(row, &names).as_bytes())?;
            written.messages += u64::from(!matches!(row.body, MessageBody::System(_)));
        }
        written.left_out += u64::from(now.left_out);
        let Some(after) = now.next else { break };
        now = page(account, chat, after).await?;
    }
    if written.left_out > 0 {
        writeln!(out, "* Left out, as they disappear: {}", written.left_out)?;
    }
    out.flush()?;
    Ok(written)
}

type Names = BTreeMap<AccountId, String>;

fn line(row: &MessageRow, names: &Names) -> String {
    let when = moment(row.time_ms);
    match &row.body {
        MessageBody::System(line) => entry(&when, None, &system(line, names)),
        body => entry(&when, Some(author(row, names)), &said(row, body)),
    }
}

fn author<'a>(row: &MessageRow, names: &'a Names) -> &'a str {
    if row.own { "You" } else { name(row.sender, names) }
}

/// As it stands within a line.
fn name(account: AccountId, names: &Names) -> &str {
    names.get(&account).map_or("somebody", String::as_str)
}

fn said(row: &MessageRow, body: &MessageBody) -> String {
    match body {
        MessageBody::Text(text) => match &row.attachment {
            Some(file) => {
                format!("<{}> {text}", format!("{} {}", kind_of(file.facts.kind), file.facts.name).trim_end())
                    .trim_end()
                    .to_owned()
            }
            None => text.clone(),
        },
        MessageBody::Deleted => "<deleted>".to_owned(),
        MessageBody::Waiting => "<waiting for this message>".to_owned(),
        MessageBody::Newer => "<of a newer version>".to_owned(),
        MessageBody::Call(facts) => format!("<call: {}>", call(*facts)),
        MessageBody::Poll(poll) => {
            let answer = |answer: &client_api::PollAnswer| format!("\n{} ({})", answer.text, answer.voters.len());
            format!("<poll> {}{}", poll.question, poll.answers.iter().map(answer).collect::<String>())
        }
        MessageBody::Cards(cards) => {
            let card = |card: &client_api::Card| format!("{} {}", card.name, card.number);
            format!("<contacts> {}", cards.iter().map(card).collect::<Vec<_>>().join("\n"))
        }
        MessageBody::Place(place) => format!("<place> {} {}", place.degrees(), place.name).trim_end().to_owned(),
        MessageBody::System(_) => String::new(),
    }
}

fn system(line: &SystemLine, names: &Names) -> String {
    let by = |account: &AccountId| name(*account, names).to_owned();
    let all = |accounts: &[AccountId]| accounts.iter().map(by).collect::<Vec<_>>().join(", ");
    match line {
        SystemLine::Encrypted => "Messages and calls are end-to-end encrypted".to_owned(),
        SystemLine::SafetyNumberChanged => "The safety number changed".to_owned(),
        SystemLine::DevicesChanged { devices } => format!("The other one has {devices} devices now"),
        SystemLine::MayBeMissing { from_ms, to_ms } if *from_ms == 0 => {
            format!("Messages before {} may be missing", moment(*to_ms))
        }
        SystemLine::MayBeMissing { from_ms, to_ms } => {
            format!("Messages between {} and {} may be missing", moment(*from_ms), moment(*to_ms))
        }
        SystemLine::HistoryDiffers => "People in this chat see different histories".to_owned(),
        SystemLine::UnknownDevice => "A device in this chat is on nobody's list".to_owned(),
        SystemLine::OwnDeviceLinked { name } => format!("You linked {name}"),
        SystemLine::OwnDeviceUnlinked { name } => format!("You logged {name} out"),
        SystemLine::GroupCreated { by: who } => format!("Group made by {}", by(who)),
        SystemLine::MembersAdded { by: who, accounts } if *who == AccountId::NOBODY => {
            format!("Joined: {}", all(accounts))
        }
        SystemLine::MembersAdded { by: who, accounts } => format!("Added by {}: {}", by(who), all(accounts)),
        SystemLine::MembersRemoved { by: who, accounts } if *who == AccountId::NOBODY => {
            format!("No longer in the group: {}", all(accounts))
        }
        SystemLine::MembersRemoved { by: who, accounts } => format!("Removed by {}: {}", by(who), all(accounts)),
        SystemLine::MemberLeft { account } => format!("Left: {}", by(account)),
        SystemLine::AdminsMade { accounts, .. } => format!("Admins now: {}", all(accounts)),
        SystemLine::AdminsWithdrawn { accounts, .. } => format!("Admins no longer: {}", all(accounts)),
        SystemLine::GroupRenamed { by: who, name } => format!("Group named \"{name}\" by {}", by(who)),
        SystemLine::GroupDescribed { by: who, .. } => format!("Description changed by {}", by(who)),
        SystemLine::GroupPhotoChanged { by: who, .. } => format!("Photo changed by {}", by(who)),
        SystemLine::MessagePinned { by: who } => format!("Message pinned by {}", by(who)),
        SystemLine::DisappearingSet { by: who, after: Disappearing::Off } => {
            format!("New messages stay, says {}", by(who))
        }
        SystemLine::DisappearingSet { by: who, after } => {
            format!("New messages disappear after {} hours, says {}", after.seconds() / 3_600, by(who))
        }
        SystemLine::WhoMaySend { by: who, only_admins } => {
            format!("{} may send, says {}", whoever(*only_admins), by(who))
        }
        SystemLine::WhoMayEdit { by: who, only_admins } => {
            format!("{} may edit, says {}", whoever(*only_admins), by(who))
        }
        SystemLine::GroupLinkChanged { by: who, news } => {
            format!("Link into the group {}, by {}", link(*news), by(who))
        }
    }
}

fn whoever(only_admins: bool) -> &'static str {
    if only_admins { "Only admins" } else { "Everybody" }
}

fn link(news: LinkNews) -> &'static str {
    match news {
        LinkNews::On => "made",
        LinkNews::Reset => "reset",
        LinkNews::Off => "turned off",
    }
}

/// "2026-11-28 14:05:09"
fn moment(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1_000).unwrap_or(i64::MAX);
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (day, time) = (at.date(), at.time());
    let month = u8::from(day.month());
    format!("{}-{month:02}-{:02} {:02}:{:02}:{:02}", day.year(), day.day(), time.hour(), time.minute(), time.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_of_utc_and_of_no_length_that_stops_anything() {
        assert_eq!(moment(1_795_431_615_000), "2026-11-23 11:00:15");
        assert_eq!(moment(u64::MAX), "1970-01-01 00:00:00");
    }
}
