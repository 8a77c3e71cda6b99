//! `helio link`: the new device's side. The code is drawn in the terminal, the digits are typed.

use crate::codes;
use crate::home::Place;
use crate::print::{result, say};
use anyhow::{Context, Result, bail};
use clap::Args;
use client_api::{AppStage, Command, Event, LinkFailure, LinkStage, Role};
use fast_qr::{ECL, QRBuilder};
use serde_json::json;

#[derive(Args)]
pub(crate) struct Arguments {
    /// End when linked, without waiting for the messages
    #[arg(long)]
    no_wait: bool,
}

pub(crate) async fn run(place: &Place, arguments: &Arguments) -> Result<()> {
    let mut account = place.begin(Role::Companion)?;
    account.until(|view| matches!(view.stage, Some(AppStage::Linking | AppStage::Active))).await?;
    if account.view.stage == Some(AppStage::Active) {
        bail!("this device is linked already; `helio logout` ends that");
    }
    let mut lines = codes::lines();
    let start = || Command::StartLink { browser: "helio".to_owned(), system: std::env::consts::OS.to_owned() };
    account.tell(start()).await?;
    let mut mirrored = false;
    loop {
        match account.view.link.take() {
            Some(LinkStage::ShowCode { text, .. }) => show_code(place, &text)?,
            Some(LinkStage::CodeIdle) => _ = account.tell(start()).await?,
            Some(LinkStage::EnterDigits { name, tries_left, wrong }) => {
                let again = if wrong { "Wrong. " } else { "" };
                say(&format!("{again}Type the four digits that the phone of {name} shows ({tries_left} tries left):"));
                let digits = tokio::select! {
                    line = lines.recv() => line.context("standard input ended before the digits came")?,
                    event = account.next() => { event?; continue }
                };
                account.ask(Command::EnterLinkDigits { digits }).await?;
            }
            Some(LinkStage::Failed(why)) => bail!("linking failed: {}", failure(why)),
            _ if account.view.stage == Some(AppStage::Active) && (mirrored || arguments.no_wait) => break,
            _ => {
                if let Event::Mirror(progress) = account.next().await? {
                    say(&format!("{} of {} messages", progress.messages_done, progress.messages_total));
                    mirrored = progress.complete;
                }
            }
        }
    }
    let profile = account.active().await?;
    let value = json!({ "account": profile.account.to_string(), "number": profile.number, "mirrored": mirrored });
    result(place.json, &value, &format!("linked to {}", profile.number))?;
    account.stop().await;
    Ok(())
}

fn show_code(place: &Place, text: &str) -> Result<()> {
    let code = QRBuilder::new(text).ecl(ECL::L).build().map_err(|_| anyhow::anyhow!("the code is too long to draw"))?;
    say(&code.to_str());
    say("On the phone: Settings, Linked devices, Link a device. Or paste this there:");
    result(place.json, &json!({ "code": text }), text)
}

/// What happened, and what to do.
pub(crate) fn failure(why: LinkFailure) -> &'static str {
    match why {
        LinkFailure::Expired => "the code was too old or used already; try again with a new one",
        LinkFailure::Tampered => "the code and what the server gave for it do not match; do not go on in this network",
        LinkFailure::OtherServer => "the code belongs to another server",
        LinkFailure::DigitsWrong => "three wrong tries; start again",
        LinkFailure::CancelledOnPhone => "stopped on the phone",
        LinkFailure::CancelledOnDevice => "stopped on the new device",
        LinkFailure::OtherSideGone => "the other side has not answered for two minutes; start again",
        LinkFailure::TooManyDevices => "the account has eight companions already; log one out first",
        LinkFailure::Offline => "there is no connection to the server",
        LinkFailure::ServerFailed => "the server refused; try again later",
    }
}
