//! Messages of all chats: looking for them, starring them, sending them on. They are named by the ids that `receive` and `search` print.

use crate::account::Account;
use crate::amend::{MessageIdArgument, run};
use crate::home::Place;
use crate::print::{result, say};
use anyhow::{Result, bail};
use clap::Args;
use client_api::{Answer, ChatId, Command, Found, FoundMessage, FoundPlace, SearchQuery};

/// Messages of one answer: the most that the client gives.
const PAGE: u16 = 100;

#[derive(Args)]
pub(crate) struct Search {
    /// Words that the messages hold, the last one at least its beginning; left out with --starred: all that have a star
    #[arg(required_unless_present = "starred")]
    words: Vec<String>,
    /// Only in this chat: a number, a chat's id, or "me"
    #[arg(long)]
    chat: Option<String>,
    /// Only what has a star
    #[arg(long)]
    starred: bool,
    /// How many at most, the newest first
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

#[derive(Args)]
pub(crate) struct Star {
    /// A number, a chat's id, or "me"
    chat: String,
    /// The message's id
    message: MessageIdArgument,
}

#[derive(Args)]
pub(crate) struct Forward {
    /// The chat that they stand in: a number, a chat's id, or "me"
    chat: String,
    /// The messages' ids, at most 100
    #[arg(required = true)]
    messages: Vec<MessageIdArgument>,
    /// The chats that they go to, at most 5: numbers, chats' ids, or "me"
    #[arg(long, required = true, num_args = 1..)]
    to: Vec<String>,
}

pub(crate) async fn search(place: &Place, arguments: Search) -> Result<()> {
    let work = async |account: &mut Account| {
        // What is here is looked through without a connection; a number is asked for at the server.
        account.active().await?;
        let chat = match &arguments.chat {
            Some(chat) => {
                if chat.parse::<ChatId>().is_err() {
                    account.online().await?;
                }
                Some(account.chat(chat).await?)
            }
            None => None,
        };
        let query = SearchQuery {
            words: arguments.words.join(" "),
            chat,
            starred: arguments.starred,
            ..SearchQuery::default()
        };
        let mut left = arguments.limit;
        let mut after = None;
        while left > 0 {
            let limit = u16::try_from(left).unwrap_or(PAGE).min(PAGE);
            let found = page(account, &query, after, limit).await?;
            for message in &found.messages {
                print_found(place, account, message)?;
            }
            left = left.saturating_sub(u32::from(limit));
            after = found.messages.last().map(|last| FoundPlace { time_ms: last.time_ms, message: last.message });
            if !found.has_more || left == 0 {
                if found.not_indexed > 0 {
                    say(&format!(
                        "{} messages of this device are not searched yet; ask again later",
                        found.not_indexed
                    ));
                }
                break;
            }
        }
        Ok(())
    };
    place.open()?.run(work).await
}

async fn page(account: &mut Account, query: &SearchQuery, after: Option<FoundPlace>, limit: u16) -> Result<Found> {
    match account.ask(Command::Search { query: query.clone(), after, limit }).await? {
        Answer::Found(found) => Ok(found),
        other => bail!("messages were asked for, but {other:?} came"),
    }
}

/// What was found stands between brackets.
fn print_found(place: &Place, account: &Account, message: &FoundMessage) -> Result<()> {
    let title = account.view.chats.get(&message.chat).map_or("", |row| row.title.as_str());
    let excerpt: String = message.excerpt.iter().map(|piece| piece.text.as_str()).collect();
    let marked: String = message
        .excerpt
        .iter()
        .map(|piece| if piece.found { format!("[{}]", piece.text) } else { piece.text.clone() })
        .collect();
    let value = serde_json::json!({
        "chat": message.chat.to_string(),
        "title": title,
        "id": message.message.to_string(),
        "sender": message.sender.to_string(),
        "own": message.own,
        "time_ms": message.time_ms,
        "starred": message.starred,
        "excerpt": excerpt,
        "marked": marked,
    });
    result(place.json, &value, &format!("{} {title}: {marked}", message.message))
}

pub(crate) async fn star(place: &Place, arguments: Star, starred: bool) -> Result<()> {
    let message = arguments.message.0;
    run(place, &arguments.chat, |chat| Command::SetStarred { chat, message, starred }).await
}

pub(crate) async fn pin(place: &Place, arguments: Star, pinned: bool) -> Result<()> {
    let message = arguments.message.0;
    run(place, &arguments.chat, |chat| Command::PinMessage { chat, message, pinned }).await
}

pub(crate) async fn forward(place: &Place, arguments: Forward) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let chat = account.chat(&arguments.chat).await?;
        let mut to = Vec::new();
        for target in &arguments.to {
            let target = account.chat(target).await?;
            to.push((target, account.view.chats.get(&target).map(|row| row.peer)));
        }
        let messages = arguments.messages.iter().map(|id| id.0).collect();
        account.ask(Command::ForwardMessages { chat, messages, to }).await?;
        account.sent().await?;
        result(place.json, &serde_json::json!({ "done": "forward-messages" }), "forward-messages")
    };
    place.open()?.run(work).await
}
