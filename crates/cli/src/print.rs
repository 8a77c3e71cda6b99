//! Results on standard output: one JSON value a line, or one line for people.

use anyhow::Result;
use client_api::{ChatId, MessageBody, MessageRow, MessageStatus};
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
        MessageBody::Text(text) => ("text", text.clone()),
        MessageBody::Deleted => ("deleted", String::new()),
        MessageBody::Waiting => ("waiting", String::new()),
        MessageBody::Newer => ("newer", String::new()),
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
        "edited": row.edited,
        "forwarded": row.forwarded,
        "starred": row.starred,
        "answers": row.quote.as_ref().map(|quote| quote.message.to_string()),
        "reactions": row.reactions.iter().map(|of| json!({"account": of.account.to_string(), "emoji": of.emoji})).collect::<Vec<_>>(),
        "status": row.status.map(status),
    })
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
