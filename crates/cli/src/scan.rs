//! `helio scan`: the phone's side of linking, for a pasted code. Prints the digits, then hands the messages over.

use crate::home::Place;
use crate::link::failure;
use crate::print::{result, say};
use anyhow::{Result, bail};
use clap::Args;
use client_api::{Command, Event, LinkingStage};
use client_driver::native::now_ms;
use serde_json::json;
use std::time::Duration;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The code's text
    text: String,
    /// The registration PIN, where one is set
    #[arg(long, default_value = "")]
    pin: String,
    /// End when linked; the messages are handed over whenever this phone runs again
    #[arg(long)]
    no_wait: bool,
}

pub(crate) async fn run(place: &Place, arguments: Arguments) -> Result<()> {
    let mut account = place.open()?;
    account.online().await?;
    account.ask(Command::ScanLinkCode { text: arguments.text, pasted: true }).await?;
    let (mut linked, mut handed_over) = (false, false);
    while !(linked && (handed_over || arguments.no_wait)) {
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
                linked = true;
            }
            Some(LinkingStage::Failed(why)) => bail!("linking failed: {}", failure(why)),
            _ => {
                if let Event::Mirror(progress) = account.next().await? {
                    handed_over = progress.complete || !progress.active;
                }
            }
        }
    }
    result(place.json, &json!({ "linked": true, "handed_over": handed_over }), "linked")?;
    account.stop().await;
    Ok(())
}
