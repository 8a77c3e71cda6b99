//! What is said about messages: reactions, changes, deletions. Messages are named by the ids that `receive` and `send` print.

use crate::account::Account;
use crate::home::Place;
use crate::print::result;
use anyhow::Result;
use clap::Args;
use client_api::{Command, MessageId};

#[derive(Args)]
pub(crate) struct React {
    /// A number, a chat's id, or "me"
    chat: String,
    /// The message's id
    message: MessageIdArgument,
    /// One emoji; left out: takes the own reaction back
    emoji: Option<String>,
}

#[derive(Args)]
pub(crate) struct Edit {
    /// A number, a chat's id, or "me"
    chat: String,
    /// The message's id
    message: MessageIdArgument,
    /// The new text; several words are joined by spaces
    #[arg(required = true)]
    text: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Delete {
    /// A number, a chat's id, or "me"
    chat: String,
    /// The messages' ids
    #[arg(required = true)]
    messages: Vec<MessageIdArgument>,
    /// On all devices of all people, not only on one's own
    #[arg(long)]
    for_everyone: bool,
}

/// A message's id on the command line.
#[derive(Clone, Copy)]
pub(crate) struct MessageIdArgument(pub(crate) MessageId);

impl std::str::FromStr for MessageIdArgument {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|()| "a message's id has 32 hexadecimal digits, as `helio receive` shows it")
    }
}

pub(crate) async fn react(place: &Place, arguments: React) -> Result<()> {
    let message = arguments.message.0;
    let emoji = arguments.emoji.unwrap_or_default();
    run(place, &arguments.chat, |chat| Command::React { chat, message, emoji }).await
}

pub(crate) async fn edit(place: &Place, arguments: Edit) -> Result<()> {
    let message = arguments.message.0;
    let text = arguments.text.join(" ");
    run(place, &arguments.chat, |chat| Command::EditText { chat, message, text }).await
}

pub(crate) async fn delete(place: &Place, arguments: Delete) -> Result<()> {
    let messages = arguments.messages.iter().map(|id| id.0).collect();
    let for_everyone = arguments.for_everyone;
    run(place, &arguments.chat, |chat| Command::DeleteMessages { chat, messages, for_everyone }).await
}

/// Gives the command, and waits until the server has what came of it.
pub(crate) async fn run(place: &Place, chat: &str, command: impl FnOnce(client_api::ChatId) -> Command) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let chat = account.chat(chat).await?;
        let command = command(chat);
        let done = command.name();
        account.ask(command).await?;
        account.sent().await?;
        result(place.json, &serde_json::json!({ "done": done }), done)?;
        Ok(())
    };
    place.open()?.run(work).await
}
