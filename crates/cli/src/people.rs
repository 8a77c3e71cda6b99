//! Lists and single facts of the account: chats, contacts, devices, safety numbers, log-out.

use crate::account::Account;
use crate::home::Place;
use crate::print::{self, result, say};
use anyhow::{Context, Result, bail};
use client_api::number::shown;
use client_api::{Answer, AppStage, Command, DeviceKind, Event, LogoutReason};
use serde_json::json;

pub(crate) async fn whoami(place: &Place) -> Result<()> {
    let work = async |account: &mut Account| {
        let profile = account.active().await?;
        let value = json!({
            "account": profile.account.to_string(), "number": profile.number, "name": profile.name,
            "about": profile.about, "pin_set": profile.pin_set,
        });
        result(place.json, &value, &format!("{} {}", shown(&profile.number), profile.name))?;
        Ok(())
    };
    place.open()?.run(work).await
}

pub(crate) async fn chats(place: &Place) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let mut rows: Vec<_> = account.view.chats.values().collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.pinned), std::cmp::Reverse(row.activity_ms)));
        for row in rows {
            let label = row.last.as_ref().and_then(|last| last.media).map(print::label).unwrap_or_default();
            let preview = format!("{label}{}", row.last.as_ref().map_or("", |last| last.preview.as_str()));
            let by = row.last.as_ref().map(|last| last.by.as_str()).filter(|by| !by.is_empty());
            let said = by.map_or_else(|| preview.clone(), |by| format!("{by}: {preview}"));
            let value = json!({
                "chat": row.chat.to_string(), "peer": row.peer.to_string(), "title": row.title, "unread": row.unread,
                "activity_ms": row.activity_ms, "last": preview, "last_by": by, "archived": row.archived, "pinned": row.pinned,
            });
            result(place.json, &value, &format!("{}  {} ({} unread): {said}", row.chat, row.title, row.unread))?;
        }
        Ok(())
    };
    place.open()?.run(work).await
}

pub(crate) async fn contacts(place: &Place) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        for row in &account.view.contacts {
            let value = json!({
                "account": row.account.to_string(), "name": row.name, "number": row.number, "about": row.about,
                "verified": row.verified, "chat": row.chat.map(|chat| chat.to_string()),
            });
            result(place.json, &value, &format!("{}  {}", shown(&row.number), row.name))?;
        }
        Ok(())
    };
    place.open()?.run(work).await
}

pub(crate) async fn devices(place: &Place) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        account.until(|view| !view.devices.is_empty()).await?;
        for row in &account.view.devices {
            let kind = if row.kind == DeviceKind::Phone { "phone" } else { "companion" };
            let value = json!({
                "device": row.device, "kind": kind, "name": row.name, "linked_ms": row.linked_ms,
                "last_seen_ms": row.last_seen_ms, "online": row.online, "this": row.this,
            });
            let this = if row.this { " (this one)" } else { "" };
            result(place.json, &value, &format!("{}  {kind}  {}{this}", row.device, row.name))?;
        }
        Ok(())
    };
    place.open()?.run(work).await
}

pub(crate) async fn unlink(place: &Place, device: &str) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let command = if device == "all" {
            Command::UnlinkAll
        } else {
            Command::UnlinkDevice {
                device: device.parse().context("a device is a number, as `helio devices` shows it")?,
            }
        };
        account.ask(command).await?;
        // The device's leaves go out of the chats.
        account.sent().await?;
        result(place.json, &json!({ "unlinked": device }), "logged out")?;
        Ok(())
    };
    place.open()?.run(work).await
}

pub(crate) async fn logout(place: &Place) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        account.tell(Command::LogOut).await?;
        // The end that is wanted looks like any other log-out to `next`.
        let ended = loop {
            match account.next_in_time().await {
                Ok(Event::Answered { result: Err(error), .. }) => bail!(error),
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        match account.view.stage {
            Some(AppStage::LoggedOut(LogoutReason::ByUser | LogoutReason::Remotely)) => Ok(()),
            _ => Err(ended),
        }
    };
    place.open()?.run(work).await?;
    result(place.json, &json!({ "logged_out": true }), "logged out; the database is deleted")
}

pub(crate) async fn safety(place: &Place, number: &str) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let chat = account.chat(number).await?;
        let peer = account.view.chats.get(&chat).map(|row| row.peer).context("there is no chat with this number")?;
        match account.ask(Command::ShowSafetyNumber { account: peer }).await? {
            Answer::Safety(safety) => {
                let value =
                    json!({ "account": peer.to_string(), "digits": safety.digits, "verified": safety.verified });
                let groups: Vec<_> = safety.digits.as_bytes().chunks(5).map(String::from_utf8_lossy).collect();
                result(place.json, &value, &groups.join(" "))?;
                say("Compare these digits with the other person, face to face or on the phone.");
            }
            other => bail!("a safety number was asked for, but {other:?} came"),
        }
        Ok(())
    };
    place.open()?.run(work).await
}
