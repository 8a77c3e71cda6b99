//! `helio scan`: the phone's side of linking, for a pasted code. Prints the digits, then hands the messages over.

use crate::account::{Account, OutOfTime};
use crate::codes;
use crate::home::Place;
use crate::link::failure;
use crate::print::{result, say};
use anyhow::{Context, Result, bail};
use clap::Args;
use client_api::{Command, LinkingStage};
use client_driver::native::now_ms;
use serde_json::json;
use std::time::Duration;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The code's text; "-" reads it from standard input, once the phone is ready
    text: String,
    /// The code was taken by a camera, not sent by somebody: without the wait that pasted codes have
    #[arg(long)]
    scanned: bool,
    /// The registration PIN, where one is set
    #[arg(long, default_value = "")]
    pin: String,
    /// End when linked; the messages are handed over whenever this phone runs again
    #[arg(long)]
    no_wait: bool,
    /// Go on until interrupted, for what the new device finds missing
    #[arg(long, conflicts_with = "no_wait")]
    stay: bool,
}

pub(crate) async fn run(place: &Place, arguments: Arguments) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let text = if arguments.text == "-" { typed_code().await? } else { arguments.text.clone() };
        account.ask(Command::ScanLinkCode { text, pasted: !arguments.scanned }).await?;
        link(account, place, &arguments).await?;
        let handed_over = !arguments.no_wait && hand_over(account, place).await?;
        result(place.json, &json!({ "linked": true, "handed_over": handed_over }), "linked")?;
        if arguments.stay {
            stay(account).await?;
        }
        if !handed_over && !arguments.no_wait {
            say("The new device does not take the messages for now. They are handed over when this phone runs again.");
            bail!(OutOfTime);
        }
        Ok(())
    };
    place.open()?.run(work).await
}

async fn typed_code() -> Result<String> {
    say("Ready for the code's text:");
    let mut lines = codes::lines();
    loop {
        let line = lines.recv().await.context("standard input ended before a code came")?;
        if !line.trim().is_empty() {
            return Ok(line);
        }
    }
}

/// Until the new device is one of the account's.
async fn link(account: &mut Account, place: &Place, arguments: &Arguments) -> Result<()> {
    loop {
        match account.view.linking.take() {
            Some(LinkingStage::Confirm { browser, system, network, pin_needed, not_before_ms, .. }) => {
                say(&format!("{browser} on {system} ({network}) will be able to read all messages of this account."));
                if pin_needed && arguments.pin.is_empty() {
                    bail!("a pasted code needs the registration PIN; give it with --pin");
                }
                // The wait is the protocol's: it gives a person who was talked into this a moment to think.
                tokio::time::sleep(Duration::from_millis(not_before_ms.saturating_sub(now_ms()))).await;
                account.ask(Command::ConfirmLink { pin: arguments.pin.clone() }).await?;
            }
            Some(LinkingStage::ShowDigits { digits, .. }) => {
                say("Type these digits on the new device:");
                result(place.json, &json!({ "digits": digits }), &digits)?;
            }
            Some(LinkingStage::Done { name }) => {
                say(&format!("{name} is linked; its messages are handed over."));
                return Ok(());
            }
            Some(LinkingStage::Failed(why)) => bail!("linking failed: {}", failure(why)),
            _ => _ = account.next().await?,
        }
    }
}

/// Until the server has all that the new device needs; not for ever, as that device may be gone.
async fn hand_over(account: &mut Account, place: &Place) -> Result<bool> {
    while !account.view.mirror.is_some_and(|mirror| mirror.complete) {
        match tokio::time::timeout(place.patience(), account.next()).await {
            Ok(event) => drop(event?),
            Err(_) => return Ok(false),
        }
    }
    Ok(true)
}

async fn stay(account: &mut Account) -> Result<()> {
    // One for all turns: what is pressed between two of them would be lost.
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            event = account.next() => drop(event?),
            _ = &mut interrupted => return Ok(()),
        }
    }
}
