//! History for a new device: the phone exports, the companion imports. What both share is here: rows as archive frames,
//! and what a stored message becomes on the other side.

pub(crate) mod completeness;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod progress;

use crate::chats;
use crate::client::Context;
use crate::io::Halt;
use crate::marks::{self, Mark, step_ms};
use crate::messages::{self, NUMBER_MAX, NewMessage, Place, Stored, UNSENT_MS};
use prost::Message as _;
use proto::content::Content;
use proto::history::Message;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, MessageId};
use rusqlite::Row;

/// The columns that [`read_message`] reads, of the table of messages by this name.
pub(crate) const MESSAGE_COLUMNS: &str = concat!(
    "m.message, m.chat, m.account, m.device, m.time_ms, m.seq, m.sent_ms, m.content, ",
    step_ms!(0),
    ", ",
    step_ms!(1),
    ", m.account <> c.peer"
);

/// The joined tables of [`MESSAGE_COLUMNS`].
pub(crate) const MESSAGE_TABLES: &str = "message m JOIN chat c ON c.chat = m.chat";

/// A stored message as an archive frame.
pub(crate) fn read_message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let own: bool = row.get(10)?;
    let step = |at| if own { row.get(at) } else { Ok(0) };
    Ok(Message {
        message_id: row.get(0)?,
        chat: row.get(1)?,
        account: row.get(2)?,
        device: row.get(3)?,
        time_ms: row.get(4)?,
        seq: row.get(5)?,
        sent_ms: row.get(6)?,
        content: row.get(7)?,
        delivered_ms: step(8)?,
        read_ms: step(9)?,
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
    // Also with a lifetime it stays within what a database holds.
    let time_ms = message.time_ms.min(2 * UNSENT_MS);
    let Some(kind) = Content::decode(message.content.as_slice()).ok().as_ref().and_then(messages::kind_of) else {
        return Ok(Stored::Duplicate);
    };
    let new = NewMessage {
        chat,
        id,
        sender: DeviceAddress { account, device: DeviceNumber(message.device) },
        place: Some(Place { seq: message.seq, time_ms }),
        sent_ms: message.sent_ms,
        kind,
        content: message.content.clone(),
    };
    note_steps(cx, &new, message)?;
    messages::store(cx, &new)
}

/// When an own message was delivered and read, as far as the other device knew.
fn note_steps(cx: &Context<'_>, new: &NewMessage, message: &Message) -> Result<(), Halt> {
    if message.delivered_ms == 0 && message.read_ms == 0 {
        return Ok(());
    }
    let Some(place) = new.place.filter(|place| (1..=NUMBER_MAX).contains(&place.seq)) else { return Ok(()) };
    let peer = chats::find(cx.db, new.chat)?.map(|chat| chat.peer).filter(|peer| *peer != new.sender.account);
    let Some(peer) = peer else { return Ok(()) };
    for (mark, time_ms) in [(Mark::Delivered, message.delivered_ms), (Mark::Read, message.read_ms)] {
        if time_ms > 0 {
            marks::note_step(cx, new.chat, peer, mark, (place.seq, time_ms))?;
        }
    }
    Ok(())
}
