//! What this account keeps out of its chats: messages of before a chat was cleared, and what somebody said to it while they were blocked. Judges
//! by own-device state and by a message's place alone, so that all devices come to the same, whenever and by whatever way the message comes:
//! by the log, a history, a gap that is filled, or given again. Who sets that state: `clearing` and `blocking`.

use crate::blocking;
use crate::chats;
use crate::client::Context;
use crate::io::Halt;
use crate::messages::{MOVED_SEQ, Place};
use crate::own_state::{self, ChatKey};
use identity::ChatKind;
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension};

/// Up to where a chat was cleared. Time and place both count: a server that was put back gives old places to new messages, and one that lies
/// about a time cannot have what comes later hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) time_ms: u64,
    pub(crate) seq: u64,
    /// The same of what has no place in this log: it moved here with its number, or nobody got it.
    pub(crate) moved_ms: u64,
    /// When it was said, by the clock of own-device state: which stars counted, and which lines of the chat go, that have their device's times.
    pub(crate) said: u64,
}

impl Cut {
    /// As it is stored: of two, the larger of each number counts (`state`).
    pub(crate) fn encode(self) -> Vec<u8> {
        [self.time_ms, self.seq, self.moved_ms, self.said].map(u64::to_be_bytes).concat()
    }

    pub(crate) fn decode(stored: &[u8]) -> Self {
        match stored.as_chunks::<8>() {
            ([time_ms, seq, moved_ms, said], []) => Self {
                time_ms: u64::from_be_bytes(*time_ms),
                seq: u64::from_be_bytes(*seq),
                moved_ms: u64::from_be_bytes(*moved_ms),
                said: u64::from_be_bytes(*said),
            },
            _ => Self::default(),
        }
    }

    pub(crate) fn covers(self, place: Place) -> bool {
        match place.seq {
            0 | MOVED_SEQ => place.time_ms <= self.moved_ms,
            seq => place.time_ms <= self.time_ms && seq <= self.seq,
        }
    }

    fn covers_line(self, time_ms: u64) -> bool {
        time_ms <= self.time_ms.max(self.said >> 16)
    }
}

/// Why a message is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeptOut {
    Cleared,
    /// It came from somebody who was blocked.
    Blocked,
    /// Its time is over, or that of what it is about (`disappearing`).
    Disappeared,
}

/// What is asked of a message.
pub(crate) struct Asked {
    pub(crate) sender: AccountId,
    pub(crate) place: Place,
    /// The chat itself says it, on this device.
    pub(crate) is_line: bool,
    /// Whose star lets it stay: its own or, of what is said about another message, that one's.
    pub(crate) star: MessageId,
}

/// All that a chat keeps out.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    all: Cut,
    /// All but what was starred then.
    unstarred: Cut,
    blocked: Option<(AccountId, Vec<blocking::Span>)>,
}

impl Bounds {
    pub(crate) fn of(cx: &Context<'_>, chat: ChatId) -> Result<Self, Halt> {
        let peer = chats::find(cx.db, chat)?.filter(|chat| chat.kind == ChatKind::Direct).map(|chat| chat.peer);
        let spans = peer.map(|peer| blocking::spans(cx.db, peer).map(|spans| (peer, spans))).transpose()?;
        Ok(Self {
            all: Cut::decode(&own_state::chat_value(cx, ChatKey::Clear, chat)?),
            unstarred: Cut::decode(&own_state::chat_value(cx, ChatKey::ClearUnstarred, chat)?),
            blocked: spans,
        })
    }

    /// Whether this one is.
    pub(crate) fn judge(&self, db: &Connection, asked: &Asked) -> Result<Option<KeptOut>, Halt> {
        let covers = |cut: Cut| match asked.is_line {
            true => cut.covers_line(asked.place.time_ms),
            false => cut.covers(asked.place),
        };
        if covers(self.all) {
            return Ok(Some(KeptOut::Cleared));
        }
        if covers(self.unstarred) && !self.keeps_star(db, asked.star)? {
            return Ok(Some(KeptOut::Cleared));
        }
        Ok(self.is_blocked(asked.sender, asked.place).then_some(KeptOut::Blocked))
    }

    fn is_blocked(&self, sender: AccountId, place: Place) -> bool {
        let holds = |(peer, spans): &(AccountId, Vec<blocking::Span>)| {
            *peer == sender && spans.iter().any(|span| span.holds(place))
        };
        self.blocked.as_ref().is_some_and(holds)
    }

    /// It has its star, or had it when the rest was cleared and lost it since.
    fn keeps_star(&self, db: &Connection, id: MessageId) -> Result<bool, Halt> {
        let (star, clock) = with_clock(db, &format!("{}{}", own_state::STAR, client_api::MessageId(id.0)))?;
        Ok(!star.is_empty() || clock.cast_unsigned() > self.unstarred.said)
    }
}

fn with_clock(db: &Connection, key: &str) -> Result<(Vec<u8>, i64), Halt> {
    let mut statement = db.prepare_cached("SELECT value, clock FROM state WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?.unwrap_or_default())
}

/// Somebody was blocked where they said this.
pub(crate) fn is_blocked(cx: &Context<'_>, chat: ChatId, sender: AccountId, place: Place) -> Result<bool, Halt> {
    Ok(Bounds::of(cx, chat)?.is_blocked(sender, place))
}

/// Whether a message that has just come is kept out. This runs for each message of a history: most accounts keep nothing out.
pub(crate) fn judge(cx: &Context<'_>, chat: ChatId, asked: &Asked) -> Result<Option<KeptOut>, Halt> {
    let any: bool = cx
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM state WHERE key >= 'clear-' AND key < 'clear0')
             OR EXISTS (SELECT 1 FROM state WHERE key >= 'block/' AND key < 'block0')",
        )?
        .query_row([], |row| row.get(0))?;
    if any { Bounds::of(cx, chat)?.judge(cx.db, asked) } else { Ok(None) }
}
