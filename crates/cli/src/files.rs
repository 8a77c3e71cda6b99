//! Files of messages: sending one, writing one out.

use crate::account::Account;
use crate::amend::MessageIdArgument;
use crate::home::Place;
use crate::print::{message, result};
use crate::talk::Outgoing;
use anyhow::{Context, Result, bail};
use clap::Args;
use client_api::{
    ChatId, Command, Event, MediaFacts, MediaKind, MediaPlace, MediaTrouble, MessageId, MessageRow, MessageStatus,
};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct SendFile {
    /// A number, a chat's id, or "me"
    chat: String,
    /// The file
    path: PathBuf,
    /// Words that go with it
    #[arg(long, default_value = "")]
    caption: String,
    /// The id of the message that it answers
    #[arg(long)]
    answers: Option<MessageIdArgument>,
}

#[derive(Args)]
pub(crate) struct Save {
    /// A number, a chat's id, or "me"
    chat: String,
    /// The message's id, or "last" for the newest one with a file
    message: Which,
    /// Where the file is written to; nothing is written over
    path: PathBuf,
}

#[derive(Clone, Copy)]
enum Which {
    Last,
    This(MessageId),
}

impl std::str::FromStr for Which {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "last" => Ok(Self::Last),
            _ => text.parse::<MessageIdArgument>().map(|id| Self::This(id.0)),
        }
    }
}

/// Sends a file, and waits until the server has it and its message.
pub(crate) async fn send(place: &Place, arguments: SendFile) -> Result<()> {
    let facts = facts_of(&arguments.path)?;
    let work = async |account: &mut Account| {
        account.online().await?;
        let mut outgoing = Outgoing::open(account, &arguments.chat).await?;
        let written_for = account.view.chats.get(&outgoing.chat).map(|row| row.peer);
        let file = account.give_file(&arguments.path)?;
        let (caption, answers) = (arguments.caption, arguments.answers.map(|id| id.0));
        let command = Command::SendMedia { chat: outgoing.chat, file, facts, caption, written_for, answers };
        account.tell(command).await?;
        let mut sent = None;
        let row = loop {
            let event = match account.next_of_file().await {
                Ok(event) => event,
                Err(error) => {
                    // Whoever is told that it failed sends it again: it is not to go by itself later.
                    if let Some(message) = sent {
                        account.tell(Command::CancelMedia { chat: outgoing.chat, message }).await?;
                    }
                    return Err(error);
                }
            };
            if let Event::Answered { result: Err(error), .. } = event {
                bail!(error);
            }
            let ended = |status| status >= MessageStatus::Sent || status == MessageStatus::Failed;
            let rows = outgoing.rows(account, &event).await?;
            sent = rows.iter().find(|row| row.own && row.attachment.is_some()).map(|row| row.id).or(sent);
            if let Some(row) = rows.into_iter().find(|row| row.status.is_some_and(ended)) {
                break row;
            }
        };
        if row.status == Some(MessageStatus::Failed) {
            bail!("the file was not sent{}", why(&row));
        }
        let title = account.view.chats.get(&outgoing.chat).map_or("", |row| row.title.as_str());
        result(place.json, &message(outgoing.chat, title, &row), &row.id.to_string())
    };
    place.open()?.run(work).await
}

/// Brings a file here where it is not yet, and writes it out in the clear.
pub(crate) async fn save(place: &Place, arguments: Save) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let chat = account.chat(&arguments.chat).await?;
        let message = find(account, chat, arguments.message).await?;
        account.tell(Command::DownloadMedia { chat, message }).await?;
        loop {
            let event = account.next_of_file().await?;
            let rows = match &event {
                Event::Messages(changes) if changes.chat == chat => &changes.upserts,
                Event::Answered { result: Err(error), .. } => bail!(error.clone()),
                _ => continue,
            };
            let row = rows.iter().find(|row| row.id == message);
            match row.and_then(|row| row.attachment.as_ref()).map(|file| file.place) {
                Some(MediaPlace::Here) => break,
                Some(MediaPlace::Stopped(_)) => bail!("the file cannot be had{}", row.map(why).unwrap_or_default()),
                _ => {}
            }
        }
        account.save_media(chat, message, &arguments.path).await?;
        let saved =
            serde_json::json!({ "saved": arguments.path.display().to_string(), "message": message.to_string() });
        result(place.json, &saved, &arguments.path.display().to_string())
    };
    place.open()?.run(work).await
}

/// Opens the chat, so that its changes are told, and finds the message.
async fn find(account: &mut Account, chat: ChatId, which: Which) -> Result<MessageId> {
    account.tell(crate::talk::open_newest(chat)).await?;
    let window = loop {
        match account.next_in_time().await? {
            Event::Window(window) if window.chat == chat => break window,
            Event::Answered { result: Err(error), .. } => bail!(error),
            _ => {}
        }
    };
    let newest = window.rows.iter().rev().find(|row| row.attachment.is_some()).map(|row| row.id);
    match which {
        Which::This(message) => Ok(message),
        Which::Last => newest.context("none of the newest messages has a file; name one by its id"),
    }
}

/// In words, after what did not happen.
fn why(row: &MessageRow) -> &'static str {
    match row.attachment.as_ref().map(|file| file.place) {
        Some(MediaPlace::Stopped(trouble)) => match trouble {
            MediaTrouble::Cancelled => ": it was stopped",
            MediaTrouble::Gone => ": the server does not have it any more",
            MediaTrouble::Damaged => ": what came is not what was sent",
            MediaTrouble::StorageFull => ": no room on this device",
            MediaTrouble::ServerFull => ": the server has no room for it",
            MediaTrouble::TooLarge => ": it is larger than the server takes",
            MediaTrouble::Unreadable => ": it cannot be read",
        },
        _ => "",
    }
}

fn facts_of(path: &Path) -> Result<MediaFacts> {
    let found = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let (kind, mime) = match ending.as_str() {
        "jpg" | "jpeg" => (MediaKind::Photo, "image/jpeg"),
        "png" => (MediaKind::Photo, "image/png"),
        "webp" => (MediaKind::Photo, "image/webp"),
        "mp4" => (MediaKind::Video, "video/mp4"),
        "webm" => (MediaKind::Video, "video/webm"),
        "mp3" => (MediaKind::Audio, "audio/mpeg"),
        "ogg" => (MediaKind::Audio, "audio/ogg"),
        "flac" => (MediaKind::Audio, "audio/flac"),
        "pdf" => (MediaKind::Document, "application/pdf"),
        "txt" => (MediaKind::Document, "text/plain"),
        "zip" => (MediaKind::Document, "application/zip"),
        _ => (MediaKind::Document, "application/octet-stream"),
    };
    Ok(MediaFacts {
        kind,
        mime: mime.to_owned(),
        name,
        size: found.len(),
        width: 0,
        height: 0,
        duration_ms: 0,
        preview: Vec::new(),
        waveform: Vec::new(),
    })
}
