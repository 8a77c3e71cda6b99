//! Groups of many: making, changing and leaving them.

use crate::account::Account;
use crate::home::Place;
use crate::print::result;
use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand, ValueEnum};
use client_api::{AccountId, Answer, ChatId, ChatInfo, Command, Event, RulesChange, WindowAnchor};
use serde_json::json;
use std::path::PathBuf;

/// As `Command::SetGroupPhoto` takes it.
const THUMB_LEN_MAX: usize = 8 * 1_024;

#[derive(Subcommand)]
pub(crate) enum Group {
    /// Make a group with the people of these numbers
    Create {
        /// What it is called
        name: String,
        /// The others' numbers
        #[arg(required = true)]
        numbers: Vec<String>,
    },
    /// Add people (admins)
    Add(People),
    /// Take people out (admins)
    Remove(People),
    /// Make somebody an admin, or no longer (admins)
    Admin {
        /// The group's id, as `chats` shows it
        chat: String,
        /// Their number
        number: String,
        /// No longer
        #[arg(long)]
        withdraw: bool,
    },
    /// Give it another name (who may edit)
    Rename {
        /// The group's id
        chat: String,
        /// The name
        name: String,
    },
    /// Give it another description (who may edit)
    Describe {
        /// The group's id
        chat: String,
        /// The description; empty: none
        description: String,
    },
    /// Give it another photo (who may edit)
    Photo {
        /// The group's id
        chat: String,
        /// A JPEG of at most 8 KiB; without one the group has none
        path: Option<PathBuf>,
    },
    /// Say who may do what in it (admins); what is not named stays
    Rules {
        /// The group's id
        chat: String,
        /// Who sends messages
        #[arg(long)]
        send: Option<Who>,
        /// Who changes name, photo and description
        #[arg(long)]
        edit: Option<Who>,
    },
    /// What it is called and shows, and who may do what
    Show {
        /// The group's id
        chat: String,
    },
    /// List the groups that somebody is in, too
    InCommon {
        /// Their number
        number: String,
    },
    /// Leave it
    Leave {
        /// The group's id
        chat: String,
    },
    /// List who is in it
    Members {
        /// The group's id
        chat: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Who {
    Everybody,
    Admins,
}

#[derive(Args)]
pub(crate) struct People {
    /// The group's id, as `chats` shows it
    chat: String,
    /// Their numbers
    #[arg(required = true)]
    numbers: Vec<String>,
}

pub(crate) async fn run(place: &Place, group: Group) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        match group {
            Group::Create { name, numbers } => create(place, account, name, &numbers).await,
            Group::Members { chat } => members(place, account, id(&chat)?).await,
            Group::Show { chat } => show(place, account, id(&chat)?).await,
            Group::InCommon { number } => in_common(place, account, &number).await,
            change => {
                let command = command(account, change).await?;
                account.ask(command).await?;
                account.sent().await?;
                result(place.json, &json!({ "changed": true }), "done")
            }
        }
    };
    place.open()?.run(work).await
}

pub(crate) fn id(chat: &str) -> Result<ChatId> {
    chat.parse().map_err(|()| anyhow!("a group is named by its id, as `helio chats` shows it"))
}

async fn command(account: &mut Account, change: Group) -> Result<Command> {
    Ok(match change {
        Group::Add(of) => Command::AddMembers { chat: id(&of.chat)?, members: people(account, &of.numbers).await? },
        Group::Remove(of) => {
            Command::RemoveMembers { chat: id(&of.chat)?, members: people(account, &of.numbers).await? }
        }
        Group::Admin { chat, number, withdraw } => {
            let member = people(account, &[number]).await?.pop().ok_or_else(|| anyhow!("nobody was named"))?;
            Command::SetAdmin { chat: id(&chat)?, member, admin: !withdraw }
        }
        Group::Rename { chat, name } => Command::RenameGroup { chat: id(&chat)?, name },
        Group::Describe { chat, description } => Command::DescribeGroup { chat: id(&chat)?, description },
        Group::Photo { chat, path } => {
            let read = |path: PathBuf| {
                std::fs::read(&path).with_context(|| format!("{} cannot be read; name another file", path.display()))
            };
            let photo = path.map(read).transpose()?.unwrap_or_default();
            // Nothing here can make a smaller one, which lists need.
            if photo.len() > THUMB_LEN_MAX {
                bail!("a photo for a group has at most 8 KiB here; make it smaller, or set it in the browser");
            }
            Command::SetGroupPhoto { chat: id(&chat)?, thumb: photo.clone(), photo }
        }
        Group::Rules { chat, send, edit } => {
            let change = RulesChange {
                only_admins_send: send.map(|who| who == Who::Admins),
                everybody_edits: edit.map(|who| who == Who::Everybody),
            };
            Command::SetGroupRules { chat: id(&chat)?, change }
        }
        Group::Leave { chat } => Command::LeaveGroup { chat: id(&chat)? },
        Group::Create { .. } | Group::Members { .. } | Group::Show { .. } | Group::InCommon { .. } => {
            bail!("this changes no group")
        }
    })
}

/// Whose these numbers are.
async fn people(account: &mut Account, numbers: &[String]) -> Result<Vec<AccountId>> {
    let mut found = Vec::new();
    for number in numbers {
        let chat = account.chat(number).await?;
        account.until(|view| view.chats.contains_key(&chat)).await?;
        found.extend(account.view.chats.get(&chat).map(|row| row.peer));
    }
    Ok(found)
}

async fn create(place: &Place, account: &mut Account, name: String, numbers: &[String]) -> Result<()> {
    let members = people(account, numbers).await?;
    let Answer::Chat(chat) = account.ask(Command::CreateGroup { name, members }).await? else {
        bail!("a group was asked for, and something else came");
    };
    // Made when this device is in it.
    while !info(account, chat).await?.joined {
        account.next_in_time().await?;
    }
    account.sent().await?;
    result(place.json, &json!({ "chat": chat.to_string() }), &chat.to_string())
}

pub(crate) async fn info(account: &mut Account, chat: ChatId) -> Result<ChatInfo> {
    let request = account.tell(Command::OpenChat { chat, anchor: WindowAnchor::Newest, limit: 1 }).await?;
    loop {
        match account.next_in_time().await? {
            Event::ChatInfo(info) if info.chat == chat => return Ok(info),
            Event::Answered { request: of, result: Err(error) } if of == request => bail!(error),
            _ => {}
        }
    }
}

async fn show(place: &Place, account: &mut Account, chat: ChatId) -> Result<()> {
    let info = info(account, chat).await?;
    let who = |only_admins: bool| if only_admins { "admins" } else { "everybody" };
    let (send, edit) = (who(info.rules.only_admins_send), who(!info.rules.everybody_edits));
    let value = json!({
        "title": info.title,
        "description": info.about,
        "photo_bytes": info.photo.len(),
        "send": send,
        "edit": edit,
        "may_send": info.may_send,
        "may_edit": info.may_edit,
    });
    let photo = if info.photo.is_empty() { "no photo" } else { "with a photo" };
    let words = format!("{} ({photo})\n{}\nmessages: {send}; name, photo, description: {edit}", info.title, info.about);
    result(place.json, &value, &words)
}

async fn in_common(place: &Place, account: &mut Account, number: &str) -> Result<()> {
    let chat = account.chat(number).await?;
    for group in info(account, chat).await?.in_common {
        let title = account.view.chats.get(&group).map(|row| row.title.clone()).unwrap_or_default();
        result(place.json, &json!({ "chat": group.to_string(), "title": title }), &title)?;
    }
    Ok(())
}

async fn members(place: &Place, account: &mut Account, chat: ChatId) -> Result<()> {
    for member in info(account, chat).await?.members {
        let value = json!({ "account": member.account.to_string(), "title": member.title, "admin": member.admin });
        let admin = if member.admin { " (admin)" } else { "" };
        result(place.json, &value, &format!("{}{admin}", member.title))?;
    }
    Ok(())
}
