//! Clearing and deleting chats, blocking people, how long messages stay.

use crate::account::Account;
use crate::amend::run;
use crate::home::Place;
use crate::print::result;
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use client_api::number::shown;
use client_api::{AccountId, Command, Disappearing};
use serde_json::json;

#[derive(Args)]
pub(crate) struct Clear {
    /// A number, a chat's id, or "me"
    chat: String,
    /// What has a star stays
    #[arg(long)]
    keep_starred: bool,
}

#[derive(Args)]
pub(crate) struct Disappear {
    /// A number, a chat's id, or "me"
    chat: String,
    /// For how long new messages stay; "off": for good
    after: After,
}

#[derive(Clone, Copy, ValueEnum)]
enum After {
    Off,
    #[value(name = "24h")]
    Day,
    #[value(name = "7d")]
    Week,
    #[value(name = "90d")]
    NinetyDays,
}

pub(crate) async fn disappear(place: &Place, arguments: Disappear) -> Result<()> {
    let after = match arguments.after {
        After::Off => Disappearing::Off,
        After::Day => Disappearing::Day,
        After::Week => Disappearing::Week,
        After::NinetyDays => Disappearing::NinetyDays,
    };
    run(place, &arguments.chat, |chat| Command::SetDisappearing { chat, after }).await
}

pub(crate) async fn clear(place: &Place, arguments: Clear) -> Result<()> {
    let keep_starred = arguments.keep_starred;
    run(place, &arguments.chat, |chat| Command::ClearChat { chat, keep_starred }).await
}

pub(crate) async fn delete(place: &Place, chat: &str) -> Result<()> {
    run(place, chat, |chat| Command::DeleteChat { chat }).await
}

pub(crate) async fn block(place: &Place, number: &str, blocked: bool) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let whom = peer(account, number).await?;
        let command = Command::SetBlocked { account: whom, blocked };
        let done = command.name();
        account.ask(command).await?;
        account.sent().await?;
        result(place.json, &json!({ "done": done, "account": whom.to_string(), "blocked": blocked }), done)
    };
    place.open()?.run(work).await
}

/// Who has a number, or is in a chat. Nobody becomes a contact by being blocked, who is known here already.
async fn peer(account: &mut Account, number: &str) -> Result<AccountId> {
    let view = &account.view;
    let contact = view.contacts.iter().find(|row| row.number == number).map(|row| row.account);
    let blocked = view.blocked.iter().find(|row| row.number == number).map(|row| row.account);
    let other = view.chats.values().find(|row| row.number == number).map(|row| row.peer);
    if let Some(known) = contact.or(blocked).or(other) {
        return Ok(known);
    }
    let chat = account.chat(number).await?;
    account.until(|view| view.chats.contains_key(&chat)).await?;
    account.view.chats.get(&chat).map(|row| row.peer).context("the chat was there")
}

pub(crate) async fn blocked(place: &Place) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        for row in &account.view.blocked {
            let value = json!({ "account": row.account.to_string(), "title": row.title, "number": row.number });
            result(place.json, &value, &format!("{}  {}", shown(&row.number), row.title))?;
        }
        Ok(())
    };
    place.open()?.run(work).await
}
