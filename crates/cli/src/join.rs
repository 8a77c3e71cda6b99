//! Links into groups: having one, asking with one, and saying who comes in.

use crate::account::Account;
use crate::group::{id, info};
use crate::home::Place;
use crate::print::{result, say};
use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use client_api::{AccountId, Answer, Command, Event, JoinCommand, JoinRow, JoinState, JoinWord, LinkChange};
use serde_json::json;

#[derive(Args)]
pub(crate) struct GroupLink {
    /// The group's id, as `chats` shows it
    chat: String,
    /// Whether an admin says of each who asks whether they come in
    #[arg(long)]
    approval: Option<Switch>,
    /// Make another link; those of before lead nowhere
    #[arg(long, conflicts_with_all = ["approval", "off"])]
    reset: bool,
    /// Have no link
    #[arg(long, conflicts_with = "approval")]
    off: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

#[derive(Args)]
pub(crate) struct GroupAsking {
    /// The group's id, as `chats` shows it
    chat: String,
    /// Let this account in, by its id as it stands in the list
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "decline")]
    let_in: Option<String>,
    /// Do not let it in
    #[arg(long, value_name = "ACCOUNT")]
    decline: Option<String>,
}

#[derive(Args)]
pub(crate) struct Join {
    /// The link
    link: String,
}

/// The group's link, as it is then.
pub(crate) async fn link(place: &Place, arguments: GroupLink) -> Result<()> {
    let chat = id(&arguments.chat)?;
    let address = place.address()?;
    let change = match (arguments.approval, arguments.reset, arguments.off) {
        (_, true, _) => LinkChange::Reset,
        (.., true) => LinkChange::Off,
        (Some(switch), ..) => LinkChange::Approval(switch == Switch::On),
        _ => LinkChange::On,
    };
    let work = async |account: &mut Account| {
        account.online().await?;
        let before = info(account, chat).await?.link;
        account.ask(Command::Join(JoinCommand::SetLink { chat, change })).await?;
        account.sent().await?;
        let has_come = |link: &Option<client_api::GroupLink>| match change {
            LinkChange::On => link.is_some(),
            LinkChange::Off => link.is_none(),
            LinkChange::Approval(on) => link.as_ref().is_some_and(|link| link.approval == on),
            LinkChange::Reset => link.is_some() && *link != before,
        };
        let mut link = info(account, chat).await?.link;
        while !has_come(&link) {
            account.next_in_time().await?;
            link = info(account, chat).await?.link;
        }
        let Some(link) = link else { return result(place.json, &json!({ "link": null }), "no link") };
        let text = format!("{}/#/join/{}", address.as_str().trim_end_matches('/'), link.code);
        let approval = if link.approval { " (an admin says who comes in)" } else { "" };
        let value = json!({ "link": text, "approval": link.approval, "call": link.call });
        result(place.json, &value, &format!("{text}{approval}"))
    };
    place.open()?.run(work).await
}

/// Who asks to come in, or what an admin says to one of them.
pub(crate) async fn asking(place: &Place, arguments: GroupAsking) -> Result<()> {
    let chat = id(&arguments.chat)?;
    let decision = match (arguments.let_in, arguments.decline) {
        (Some(account), _) => Some((account, JoinWord::LetIn)),
        (_, Some(account)) => Some((account, JoinWord::Decline)),
        _ => None,
    };
    let work = async |account: &mut Account| {
        account.online().await?;
        let Some((who, word)) = decision else {
            for row in info(account, chat).await?.asking {
                let value = json!({ "account": row.account.to_string(), "title": row.title, "asked_ms": row.asked_ms });
                result(place.json, &value, &format!("{} {}", row.account, row.title))?;
            }
            return Ok(());
        };
        let who: AccountId =
            who.parse().map_err(|()| anyhow!("an account is named by its id, as the list shows it"))?;
        account.ask(Command::Join(JoinCommand::Decide { chat, account: who, word })).await?;
        account.sent().await?;
        // In when the group has them.
        while word == JoinWord::LetIn && !info(account, chat).await?.members.iter().any(|row| row.account == who) {
            account.next_in_time().await?;
        }
        result(place.json, &json!({ "decided": true }), "done")
    };
    place.open()?.run(work).await
}

/// Asks, and waits for what comes of it.
pub(crate) async fn join(place: &Place, arguments: Join) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let Answer::Join(mut row) = account.ask(Command::Join(JoinCommand::Ask { text: arguments.link })).await? else {
            bail!("a link was asked about, and something else came");
        };
        if row.state == JoinState::Asking {
            say("asked; somebody of the group has to be online");
        }
        while !row.state.is_over() {
            if let Event::Joins(rows) = account.next_in_time().await? {
                row = rows.into_iter().find(|other| other.chat == row.chat).unwrap_or(row);
            }
        }
        finish(place, &row)
    };
    place.open()?.run(work).await
}

fn finish(place: &Place, row: &JoinRow) -> Result<()> {
    match row.state {
        JoinState::In => result(place.json, &json!({ "chat": row.chat.to_string() }), &row.chat.to_string()),
        JoinState::Declined => bail!("an admin of the group does not let you in"),
        JoinState::Void => bail!("this link leads nowhere any more; ask for another one"),
        JoinState::Full => bail!("the group is full"),
        JoinState::Open | JoinState::Asking | JoinState::Waiting => bail!("nothing has come of it yet"),
    }
}
