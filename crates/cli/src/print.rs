//! Results on standard output: one JSON value a line, or one line for people.

use anyhow::Result;
use client_api::{
    Attachment, CallFacts, CallState, ChatId, MediaKind, MediaPlace, MessageBody, MessageRow, MessageStatus, PollAnswer,
};
use serde_json::{Value, json};
use std::io::Write;

/// Prints a result, as JSON where that was asked for.
pub(crate) fn result(as_json: bool, value: &Value, words: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{value}")?;
    } else {
        writeln!(out, "{words}")?;
    }
    out.flush()?;
    Ok(())
}

/// Says something to the person at the terminal. A closed standard error is no reason to stop.
pub(crate) fn say(words: &str) {
    let _ = writeln!(std::io::stderr(), "{words}");
}

/// A message as `receive` and `send` print it.
pub(crate) fn message(chat: ChatId, title: &str, row: &MessageRow) -> Value {
    let (kind, text) = match &row.body {
        MessageBody::Text(text) => {
            (row.attachment.as_ref().map_or("text", |file| kind_of(file.facts.kind)), text.clone())
        }
        MessageBody::Poll(poll) => ("poll", poll.question.clone()),
        MessageBody::Cards(cards) => (
            "contacts",
            cards.iter().map(|card| format!("{} {}", card.name, card.number)).collect::<Vec<_>>().join("\n"),
        ),
        MessageBody::Place(place) => ("place", format!("{} {}", place.degrees(), place.name).trim_end().to_owned()),
        MessageBody::Deleted => ("deleted", String::new()),
        MessageBody::Waiting => ("waiting", String::new()),
        MessageBody::Newer => ("newer", String::new()),
        MessageBody::Call(facts) => ("call", call(*facts)),
        MessageBody::System(line) => ("system", format!("{line:?}")),
    };
    json!({
        "chat": chat.to_string(),
        "title": title,
        "id": row.id.to_string(),
        "sender": row.sender.to_string(),
        "own": row.own,
        "time_ms": row.time_ms,
        "kind": kind,
        "text": text,
        "file": row.attachment.as_ref().map(file),
        "answers_to_choose": poll(&row.body),
        "edited": row.edited,
        "forwarded": row.forwarded,
        "starred": row.starred,
        "answers": row.quote.as_ref().map(|quote| quote.message.to_string()),
        "reactions": row.reactions.iter().map(|of| json!({"account": of.account.to_string(), "emoji": of.emoji})).collect::<Vec<_>>(),
        "lifetime_ms": row.lifetime_ms,
        "status": row.status.map(status),
    })
}

/// The answers of a poll, with who chose each.
fn poll(body: &MessageBody) -> Value {
    let MessageBody::Poll(poll) = body else { return Value::Null };
    let answer = |answer: &PollAnswer| {
        let voters = answer.voters.iter().map(ToString::to_string).collect::<Vec<_>>();
        json!({ "text": answer.text, "voters": voters, "own": answer.own })
    };
    json!(poll.answers.iter().map(answer).collect::<Vec<_>>())
}

/// What sort of call it was, and what became of it.
pub(crate) fn call(facts: CallFacts) -> String {
    let kind = if facts.video { "video" } else { "voice" };
    let state = match facts.state {
        CallState::Open => "unanswered".to_owned(),
        CallState::Declined => "declined".to_owned(),
        CallState::Taken => "answered".to_owned(),
        CallState::Over { length_ms } => format!("{} s", length_ms / 1_000),
        CallState::Merged => "merged".to_owned(),
        CallState::WentOn { length_ms, chat } => format!("{} s, went on in {chat}", length_ms / 1_000),
    };
    format!("{kind}, {state}")
}

pub(crate) fn kind_of(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "photo",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Document => "document",
    }
}

/// What a message carries.
fn file(of: &Attachment) -> Value {
    let place = match of.place {
        MediaPlace::Here => "here",
        MediaPlace::Keeping | MediaPlace::Uploading { .. } => "uploading",
        MediaPlace::There => "there",
        MediaPlace::Downloading { .. } => "downloading",
        MediaPlace::Stopped(_) => "stopped",
    };
    json!({ "name": of.facts.name, "mime": of.facts.mime, "size": of.facts.size, "place": place })
}

/// What stands before a preview of a file.
pub(crate) fn label(kind: MediaKind) -> String {
    format!("[{}] ", kind_of(kind))
}

pub(crate) fn status(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Failed => "failed",
        MessageStatus::Pending => "pending",
        MessageStatus::Sent => "sent",
        MessageStatus::Delivered => "delivered",
        MessageStatus::Read => "read",
    }
}
