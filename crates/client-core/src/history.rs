//! History for a new device: the phone exports, the companion imports. What both share is here: rows as archive frames,
//! and what a stored message becomes on the other side.

pub(crate) mod completeness;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod progress;

use crate::client::Context;
use crate::io::Halt;
use crate::messages::{self, NewMessage, Place, Stored};
use prost::Message as _;
use proto::content::Content;
use proto::history::Message;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, MessageId};
use rusqlite::Row;

/// The columns that [`read_message`] reads.
pub(crate) const MESSAGE_COLUMNS: &str = "message, chat, account, device, time_ms, seq, sent_ms, content";

/// A stored message as an archive frame.
pub(crate) fn read_message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        message_id: row.get(0)?,
        chat: row.get(1)?,
        account: row.get(2)?,
        device: row.get(3)?,
        time_ms: row.get(4)?,
        seq: row.get(5)?,
        sent_ms: row.get(6)?,
        content: row.get(7)?,
    })
}

/// Stores a message that another own device has; once, whatever way it came before. What does not parse is left out:
/// the archive is our own device's, and a newer version's messages parse as far as their frame goes.
pub(crate) fn store_message(cx: &mut Context<'_>, message: &Message) -> Result<Stored, Halt> {
    let ids = (
        ChatId::try_from(message.chat.as_slice()),
        MessageId::try_from(message.message_id.as_slice()),
        AccountId::try_from(message.account.as_slice()),
    );
    let (Ok(chat), Ok(id), Ok(account)) = ids else { return Ok(Stored::Duplicate) };
    let Some(kind) = Content::decode(message.content.as_slice()).ok().as_ref().and_then(messages::kind_of) else {
        return Ok(Stored::Duplicate);
    };
    let new = NewMessage {
        chat,
        id,
        sender: DeviceAddress { account, device: DeviceNumber(message.device) },
        place: Some(Place { seq: message.seq, time_ms: message.time_ms }),
        sent_ms: message.sent_ms,
        kind,
        content: message.content.clone(),
    };
    messages::store(cx, &new)
}
