//! `helio link`: the new device's side. The code is drawn in the terminal, the digits are typed.

use crate::account::{Account, OutOfTime};
use crate::codes;
use crate::home::Place;
use crate::print::{result, say};
use anyhow::{Context, Result, bail};
use clap::Args;
use client_api::number::shown;
use client_api::{AppStage, Command, LinkFailure, LinkStage, Role, UserError};
use fast_qr::{ECL, QRBuilder};
use serde_json::json;
use tokio::sync::mpsc;

#[derive(Args)]
pub(crate) struct Arguments {
    /// End when linked, without waiting for the messages
    #[arg(long)]
    no_wait: bool,
}

pub(crate) async fn run(place: &Place, arguments: &Arguments) -> Result<()> {
    let work = async |account: &mut Account| {
        account.until(|view| matches!(view.stage, Some(AppStage::Linking | AppStage::Active))).await?;
        if account.view.stage == Some(AppStage::Active) {
            account.online().await?;
            if !account.view.mirror.is_some_and(|mirror| mirror.active) {
                bail!("this device is linked already; `helio logout` ends that");
            }
            say("This device is linked already; its messages are still to come.");
        } else {
            become_companion(account, place).await?;
        }
        let mirrored = if arguments.no_wait { Mirrored::Partly } else { mirror(account, place).await? };
        let profile = account.active().await?;
        let value = json!({
            "account": profile.account.to_string(), "number": profile.number, "mirrored": mirrored == Mirrored::Wholly,
        });
        result(place.json, &value, &format!("linked to {}", shown(&profile.number)))?;
        if mirrored == Mirrored::Partly && !arguments.no_wait {
            say("The phone hands over no more for now. The rest comes when it and `helio link` run again.");
            bail!(OutOfTime);
        }
        Ok(())
    };
    place.begin(Role::Companion)?.run(work).await
}

/// Codes, digits, the certificate: until the account is here.
async fn become_companion(account: &mut Account, place: &Place) -> Result<()> {
    let start = || Command::StartLink { browser: "helio".to_owned(), system: std::env::consts::OS.to_owned() };
    let mut lines = codes::lines();
    account.tell(start()).await?;
    while account.view.stage != Some(AppStage::Active) {
        match account.view.link.take() {
            Some(LinkStage::ShowCode { text, .. }) => show_code(place, &text)?,
            Some(LinkStage::CodeIdle) => _ = account.tell(start()).await?,
            Some(LinkStage::EnterDigits { name, tries_left, wrong }) => {
                let again = if wrong { "Wrong. " } else { "" };
                say(&format!("{again}Type the four digits that the phone of {name} shows ({tries_left} tries left):"));
                type_digits(account, &mut lines).await?;
            }
            Some(LinkStage::Failed(why)) => bail!("linking failed: {}", failure(why)),
            _ => _ = account.next().await?,
        }
    }
    Ok(())
}

/// Until four digits were typed, or the phone gave up meanwhile.
async fn type_digits(account: &mut Account, lines: &mut mpsc::Receiver<String>) -> Result<()> {
    loop {
        let digits = tokio::select! {
            line = lines.recv() => line.context("standard input ended before the digits came")?,
            event = account.next() => {
                event?;
                if matches!(account.view.link, Some(LinkStage::Failed(_))) {
                    return Ok(());
                }
                continue;
            }
        };
        match account.try_ask(Command::EnterLinkDigits { digits }).await? {
            Err(error @ UserError::DigitsInvalid) => say(&format!("No: {error}.")),
            // The phone gave up a moment before; the stage says why.
            Err(UserError::NotNow) | Ok(_) => return Ok(()),
            Err(error) => bail!(error),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mirrored {
    Wholly,
    Partly,
}

/// Until everything is here, or nothing more came for a while.
async fn mirror(account: &mut Account, place: &Place) -> Result<Mirrored> {
    let mut told = None;
    loop {
        if let Some(progress) = account.view.mirror {
            let now = (progress.messages_done, progress.chats_joined);
            if told.replace(now) != Some(now) {
                say(&format!(
                    "{} of {} messages, {} of {} chats joined",
                    progress.messages_done, progress.messages_total, progress.chats_joined, progress.chats_total
                ));
            }
            if progress.complete {
                return Ok(Mirrored::Wholly);
            }
        }
        match tokio::time::timeout(place.patience(), account.next()).await {
            Ok(event) => drop(event?),
            Err(_) => return Ok(Mirrored::Partly),
        }
    }
}

fn show_code(place: &Place, text: &str) -> Result<()> {
    let code = QRBuilder::new(text).ecl(ECL::L).build().map_err(|_| anyhow::anyhow!("the code is too long to draw"))?;
    say(&code.to_str());
    say("On the phone: Devices, then Link a device. Or paste this there:");
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
        LinkFailure::NotConfirmed => {
            "the device is linked, but has not answered since; if it shows no chats, log it out and link it again"
        }
        LinkFailure::TooManyDevices => "the account has eight companions already; log one out first",
        LinkFailure::Offline => "there is no connection to the server",
        LinkFailure::DevicesChanged => "your devices changed meanwhile; link again",
        LinkFailure::ServerFailed => "the server refused; try again later",
    }
}
