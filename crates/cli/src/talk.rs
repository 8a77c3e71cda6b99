//! Messages: sending one, printing all, marking read.

use crate::account::Account;
use crate::amend::MessageIdArgument;
use crate::home::Place;
use crate::print::{message, result, say};
use anyhow::{Result, bail};
use clap::Args;
use client_api::{ChatId, Command, Event, MessageBody, MessageId, MessageRow, MessageStatus, SystemLine, WindowAnchor};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Rows of a window: the most that the client gives.
const WINDOW: u16 = 256;

#[derive(Args)]
pub(crate) struct SendArguments {
    /// A number, a chat's id, or "me"
    #[arg(long)]
    to: String,
    /// The text; several words are joined by spaces
    #[arg(required = true)]
    text: Vec<String>,
    /// The id of the message that it answers
    #[arg(long)]
    answers: Option<MessageIdArgument>,
    /// End when the message is stored here; it leaves when this client runs again
    #[arg(long)]
    no_wait: bool,
}

#[derive(Args)]
pub(crate) struct ReceiveArguments {
    /// Go on with what comes, until interrupted
    #[arg(long)]
    follow: bool,
    /// Leave out what is on this device already
    #[arg(long, requires = "follow")]
    new: bool,
    /// Only this chat: its id
    #[arg(long)]
    chat: Option<ChatIdArgument>,
}

#[derive(Clone, Copy)]
struct ChatIdArgument(ChatId);

impl std::str::FromStr for ChatIdArgument {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|()| "a chat's id has 32 hexadecimal digits, as `helio chats` shows it")
    }
}

pub(crate) async fn send(place: &Place, arguments: SendArguments) -> Result<()> {
    let work = async |account: &mut Account| {
        // In step first: the other one may have made the chat meanwhile.
        if arguments.no_wait {
            account.active().await?
        } else {
            account.online().await?
        };
        let mut outgoing = Outgoing::open(account, &arguments.to).await?;
        let written_for = account.view.chats.get(&outgoing.chat).map(|row| row.peer);
        let text = arguments.text.join(" ");
        let answers = arguments.answers.map(|id| id.0);
        account.tell(Command::SendText { chat: outgoing.chat, text, written_for, answers }).await?;
        let wanted = if arguments.no_wait { MessageStatus::Pending } else { MessageStatus::Sent };
        let row = loop {
            let event = account.next_in_time().await?;
            if let Event::Answered { result: Err(error), .. } = event {
                bail!(error);
            }
            let sent = outgoing
                .rows(account, &event)
                .await?
                .into_iter()
                .find(|row| row.status.is_some_and(|status| status >= wanted || status == MessageStatus::Failed));
            if let Some(row) = sent {
                break row;
            }
        };
        if row.status == Some(MessageStatus::Failed) {
            bail!("the server refused the message");
        }
        let title = account.view.chats.get(&outgoing.chat).map_or("", |row| row.title.as_str());
        result(place.json, &message(outgoing.chat, title, &row), &row.id.to_string())?;
        Ok(())
    };
    place.open()?.run(work).await
}

/// Opens a chat at its end.
pub(crate) fn open_newest(chat: ChatId) -> Command {
    Command::OpenChat { chat, anchor: WindowAnchor::Newest, limit: WINDOW }
}

/// The messages that this client sends into an open chat, told from what was there before.
pub(crate) struct Outgoing {
    pub(crate) chat: ChatId,
    before: BTreeSet<MessageId>,
}

impl Outgoing {
    pub(crate) async fn open(account: &mut Account, to: &str) -> Result<Self> {
        let mut chat = account.chat(to).await?;
        let mut request = account.tell(open_newest(chat)).await?;
        loop {
            match account.next_in_time().await? {
                Event::Window(window) if window.chat == chat => {
                    let before = window.rows.iter().map(|row| row.id).collect();
                    return Ok(Self { chat, before });
                }
                // The other one began it too, at the same moment, and theirs it is.
                Event::ChatMoved { from, to } if from == chat => {
                    chat = to;
                    request = account.tell(open_newest(chat)).await?;
                }
                Event::Answered { request: of, result: Err(error) } if of == request => bail!(error),
                _ => {}
            }
        }
    }

    /// The new own messages that an event speaks of. Two people who begin the same chat meet in one of the two: this
    /// follows there.
    pub(crate) async fn rows(&mut self, account: &mut Account, event: &Event) -> Result<Vec<MessageRow>> {
        let rows = match event {
            Event::ChatMoved { from, to } if *from == self.chat => {
                self.chat = *to;
                account.tell(open_newest(self.chat)).await?;
                return Ok(Vec::new());
            }
            Event::Messages(changes) if changes.chat == self.chat => &changes.upserts,
            Event::Window(window) if window.chat == self.chat => &window.rows,
            _ => return Ok(Vec::new()),
        };
        Ok(rows.iter().filter(|row| row.own && !self.before.contains(&row.id)).cloned().collect())
    }
}

/// A hash of what was printed of each message: it is printed again when that changes.
type Printed = BTreeMap<MessageId, u64>;

pub(crate) async fn receive(place: &Place, arguments: &ReceiveArguments) -> Result<()> {
    let work = async |account: &mut Account| print_messages(account, arguments).await;
    place.open()?.run(work).await
}

async fn print_messages(account: &mut Account, arguments: &ReceiveArguments) -> Result<()> {
    account.online().await?;
    let only = arguments.chat.map(|chat| chat.0);
    let wanted = |chat: &ChatId| only.is_none_or(|only| only == *chat);
    let mut printed = Printed::new();
    let mut open = BTreeSet::new();
    // Windows that are still to come: when there is none, all that is here was printed.
    let mut awaited = 0_usize;
    let mut skipping = arguments.new;
    // One for all turns: what is pressed while a turn works would be lost between two of them.
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let unopened: Vec<ChatId> =
            account.view.chats.keys().filter(|chat| wanted(chat) && !open.contains(*chat)).copied().collect();
        for chat in unopened {
            open.insert(chat);
            awaited += 1;
            account.tell(open_newest(chat)).await?;
        }
        if awaited == 0 {
            if std::mem::take(&mut skipping) {
                say("What comes from now on is printed.");
            }
            if !arguments.follow {
                break;
            }
        }
        let event = tokio::select! {
            event = account.next() => event?,
            _ = &mut interrupted => break,
        };
        match event {
            Event::Window(window) => {
                let older = window.rows.first().map(|row| row.time_ms).filter(|_| window.has_older && !skipping);
                show(account, window.chat, &window.rows, &mut printed, skipping)?;
                match older {
                    Some(time_ms) => {
                        let anchor = WindowAnchor::Before(time_ms);
                        account.tell(Command::LoadWindow { chat: window.chat, anchor, limit: WINDOW }).await?;
                    }
                    None => awaited = awaited.saturating_sub(1),
                }
            }
            Event::Messages(changes) => show(account, changes.chat, &changes.upserts, &mut printed, false)?,
            Event::Answered { result: Err(error), .. } => {
                say(&format!("a chat cannot be read: {error}"));
                awaited = awaited.saturating_sub(1);
            }
            _ => {}
        }
    }
    Ok(())
}

fn show(account: &Account, chat: ChatId, rows: &[MessageRow], printed: &mut Printed, skip: bool) -> Result<()> {
    let title = account.view.chats.get(&chat).map_or("", |row| row.title.as_str());
    // The line that screens show before all messages is nobody's word.
    let said = |row: &&MessageRow| row.body != MessageBody::System(SystemLine::Encrypted);
    for row in rows.iter().filter(said) {
        let line = message(chat, title, row);
        let mut hasher = DefaultHasher::new();
        line.to_string().hash(&mut hasher);
        if printed.insert(row.id, hasher.finish()) != Some(hasher.finish()) && !skip {
            result(true, &line, "")?;
        }
    }
    Ok(())
}

pub(crate) async fn read(place: &Place, chat: &str) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let chat = account.chat(chat).await?;
        account.ask(Command::SetVisible(true)).await?;
        account.tell(Command::OpenChat { chat, anchor: WindowAnchor::Newest, limit: 1 }).await?;
        let newest = loop {
            match account.next_in_time().await? {
                Event::Window(window) if window.chat == chat => break window.rows.last().map(|row| row.id),
                Event::Answered { result: Err(error), .. } => bail!(error),
                _ => {}
            }
        };
        if let Some(up_to) = newest {
            account.ask(Command::MarkRead { chat, up_to }).await?;
            account.until(|view| view.chats.get(&chat).is_none_or(|row| row.unread == 0)).await?;
        }
        // Ended before, only this device would know.
        account.sent().await?;
        result(place.json, &serde_json::json!({ "read": chat.to_string() }), "read")?;
        Ok(())
    };
    place.open()?.run(work).await
}
