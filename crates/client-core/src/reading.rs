//! Read marks: how far this account has read, in step over its devices; and how far the others have. What the server
//! carries is sealed for the chat's members and signed by a device.

use crate::blocking;
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::marks::{self, Mark};
use crate::messages::NUMBER_MAX;
use crate::own_state::{self, ChatKey};
use crate::sending::Flight;
use crate::session::{NO_ANSWER_PAUSE_MS, send};
use crate::{mls, state};
use breakable::{Rule, broken};
use client_api::{Answer, UserError};
use e2ee::ChatGroup;
use e2ee::marks::{MarkKind, open_mark, seal_mark};
use prost::Message as _;
use proto::content::ReadWatermark;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, MessageId};
use proto::wire::{AccountMark, ChatMarks, GetMarks, Marks, ReadMark, client_frame, reply};
use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

/// Chats whose marks are asked for after a connection: those that a person may look at.
const MARKS_ASKED: usize = 256;
/// Exporter keys of past epochs that are kept for marks that come late.
const EPOCH_KEYS_KEPT: u64 = 32;

/// Seals marks and signs of life in one epoch.
type MarkKey = Zeroizing<[u8; 32]>;

impl Client {
    /// "Seen up to here."
    pub(crate) fn mark_read(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        up_to: client_api::MessageId,
    ) -> Result<(), Halt> {
        let (chat, id) = (ChatId(chat.0), MessageId(up_to.0));
        let Some(seq) = seq_up_to(cx, chat, id)? else {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        };
        if seq > own_state::chat_number(cx, ChatKey::Read, chat)? {
            own_state::set(cx, &ChatKey::Read.of(chat), own_state::number(seq))?;
            let me = cx.me()?.address.account;
            marks::advance(cx, chat, me, Mark::Read, (seq, cx.now_ms))?;
        }
        own_state::set(cx, &ChatKey::Unread.of(chat), Vec::new())?;
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// The page was shown or hidden.
    pub(crate) fn set_visible(&mut self, cx: &mut Context<'_>, request: u32, visible: bool) -> Result<(), Halt> {
        self.visible = visible;
        if !visible {
            self.stop_typing(cx)?;
        }
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// Tells the chats what has been read since it was last told, if the owner wishes so.
    /// While the page is hidden nothing is told: it may have been marked as read with nobody before the screen.
    pub(crate) fn announce_reads(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if !self.visible {
            return Ok(());
        }
        let me = cx.me()?.address;
        let waiting: Vec<(ChatId, u64)> = {
            let mut statement = cx.db.prepare_cached(
                "SELECT c.chat, k.read_seq FROM chat c JOIN mark k ON k.chat = c.chat AND k.account = ?1
                 WHERE k.read_seq > c.announced_seq AND c.membership = 1 AND c.kind <> 1",
            )?;
            let rows = statement.query_map([me.account.as_bytes()], |row| Ok((ChatId(row.get(0)?), row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let wanted = own_state::settings(cx.db)?.read_receipts;
        for (chat, read_seq) in waiting {
            cx.db
                .prepare_cached("UPDATE chat SET announced_seq = ?2 WHERE chat = ?1")?
                .execute(params![chat.as_bytes(), read_seq])?;
            if wanted {
                tell(cx, chat, read_seq)?;
            }
        }
        let again: Vec<(ChatId, u64)> = {
            let mut statement = cx.db.prepare_cached(
                "UPDATE chat SET tell_again = 0 WHERE tell_again = 1 AND membership = 1 RETURNING chat, told_seq",
            )?;
            let rows = statement.query_map([], |row| Ok((ChatId(row.get(0)?), row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for (chat, told_seq) in again.into_iter().filter(|_| wanted) {
            tell(cx, chat, told_seq)?;
        }
        Ok(())
    }

    /// Asks how far the others are, after a connection.
    pub(crate) fn ask_marks(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let chats: Vec<Vec<u8>> = {
            let mut statement = cx.db.prepare_cached(
                "SELECT chat FROM chat WHERE membership = 1 AND kind <> 1 ORDER BY activity_ms DESC LIMIT ?1",
            )?;
            statement.query_map([MARKS_ASKED], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        if !chats.is_empty() {
            self.flights.send(cx, Flight::Marks, client_frame::Body::GetMarks(GetMarks { chats }));
        }
        Ok(())
    }

    /// The same of chats that this device has come into since: what was told before was not told to it.
    pub(crate) fn ask_marks_on_entry(&mut self, cx: &mut Context<'_>) {
        let waits = self.flights.any(|flight| matches!(flight, Flight::Marks | Flight::MarksOnEntry { .. }));
        if self.marks_wanted.is_empty() || waits || cx.now_ms < self.marks_not_before_ms {
            return;
        }
        let mut wanted = std::mem::take(&mut self.marks_wanted).into_iter();
        let chats: Vec<ChatId> = wanted.by_ref().take(MARKS_ASKED).collect();
        self.marks_wanted = wanted.collect();
        let body = GetMarks { chats: chats.iter().map(|chat| chat.to_vec()).collect() };
        self.flights.send(cx, Flight::MarksOnEntry { chats }, client_frame::Body::GetMarks(body));
    }

    pub(crate) fn on_marks_on_entry(
        &mut self,
        cx: &mut Context<'_>,
        asked: Vec<ChatId>,
        body: Option<reply::Body>,
    ) -> Result<(), Halt> {
        if let Some(reply::Body::Marks(marks)) = body {
            return self.on_marks(cx, &marks);
        }
        self.marks_wanted.extend(asked);
        self.marks_not_before_ms = cx.now_ms + NO_ANSWER_PAUSE_MS;
        self.retry_at(self.marks_not_before_ms);
        Ok(())
    }

    pub(crate) fn on_marks(&mut self, cx: &mut Context<'_>, marks: &Marks) -> Result<(), Halt> {
        for chat in &marks.chats {
            for mark in &chat.marks {
                self.on_mark(cx, &chat.chat, mark)?;
            }
            compare_told(cx, chat)?;
        }
        Ok(())
    }

    /// A mark of another device, or of several. One that does not open or is not signed by a member is dropped.
    pub(crate) fn on_mark(&mut self, cx: &mut Context<'_>, chat: &[u8], mark: &AccountMark) -> Result<(), Halt> {
        let (Ok(chat), Ok(account)) = (ChatId::try_from(chat), AccountId::try_from(mark.account.as_slice())) else {
            return Ok(());
        };
        if account != cx.me()?.address.account && mark.delivered_seq > 0 {
            marks::advance(cx, chat, account, Mark::Delivered, (mark.delivered_seq, mark.delivered_ms))?;
        }
        if mark.sealed.is_empty() {
            return Ok(());
        }
        match opened_mark(cx, chat, mark)? {
            Some(read) => {
                if account == cx.me()?.address.account {
                    own_mark_is(cx, chat, read.read_seq)?;
                }
                marks::advance(cx, chat, account, Mark::Read, (read.read_seq, read.time_ms))
            }
            _ => Ok(()),
        }
    }
}

/// How far in the log a row of the conversation is. One that has no place there (unsent, a line of the chat itself)
/// counts as the message before it.
fn seq_up_to(cx: &Context<'_>, chat: ChatId, id: MessageId) -> Result<Option<u64>, Halt> {
    // The first line of a chat is no row: nothing is before it.
    if id.0 == chat.0 {
        return Ok(Some(0));
    }
    let time_ms: Option<u64> = cx
        .db
        .prepare_cached("SELECT time_ms FROM message WHERE chat = ?1 AND message = ?2")?
        .query_row(params![chat.as_bytes(), id.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(time_ms) = time_ms else { return Ok(None) };
    let seq: Option<u64> = cx
        .db
        .prepare_cached(
            "SELECT seq FROM message WHERE chat = ?1 AND time_ms <= ?2 AND seq > 0 ORDER BY time_ms DESC LIMIT 1",
        )?
        .query_row(params![chat.as_bytes(), time_ms], |row| row.get(0))
        .optional()?;
    Ok(Some(seq.unwrap_or(0)))
}

fn sealed_mark(cx: &mut Context<'_>, chat: ChatId, read_seq: u64) -> Result<Option<ReadMark>, Halt> {
    let me = cx.me()?;
    let Some((epoch, key)) = sealing_key(cx, chat)? else { return Ok(None) };
    let time_ms = marks::reached_ms(cx.db, chat, me.address.account, Mark::Read, read_seq)?;
    let mut mark = ReadWatermark {
        chat: chat.to_vec(),
        read_seq,
        time_ms,
        account: me.address.account.to_vec(),
        device: me.address.device.0,
        signature: Vec::new(),
    };
    identity::marks::sign_read_watermark(&me.device_key, &mut mark);
    let sealed = seal_mark(&key, (chat, epoch), MarkKind::Read, &mark.encode_to_vec(), cx.rng);
    Ok(Some(ReadMark { chat: chat.to_vec(), epoch, sealed }))
}

fn opened_mark(cx: &mut Context<'_>, chat: ChatId, mark: &AccountMark) -> Result<Option<ReadWatermark>, Halt> {
    let Some((group, key)) = opening_key(cx, chat, mark.epoch)? else { return Ok(None) };
    let Ok(body) = open_mark(&key, (chat, mark.epoch), MarkKind::Read, &mark.sealed) else { return Ok(None) };
    let Ok(read) = ReadWatermark::decode(body.as_slice()) else { return Ok(None) };
    let Ok(account) = AccountId::try_from(read.account.as_slice()) else { return Ok(None) };
    let address = DeviceAddress { account, device: DeviceNumber(read.device) };
    let signer = mls::taken(group.find(address))?.flatten();
    let signed =
        signer.is_some_and(|entry| identity::marks::verify_read_watermark(&entry.signature_key, &read).is_ok());
    // A mark under another account's name is that account's word for nothing.
    Ok((signed && read.chat == chat.0 && read.account == mark.account).then_some(read))
}

/// Tells a chat how far this account has read.
fn tell(cx: &mut Context<'_>, chat: ChatId, read_seq: u64) -> Result<(), Halt> {
    if blocking::blocks(cx.db, chat)? {
        return Ok(());
    }
    let Some(mark) = sealed_mark(cx, chat, read_seq)? else { return Ok(()) };
    send(cx, 0, client_frame::Body::ReadMark(mark));
    was_told(cx, chat, read_seq)
}

/// An own mark has no answer: it may have been lost with a connection. What lies at the server is what the others know.
fn compare_told(cx: &mut Context<'_>, marks: &ChatMarks) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    let Ok(chat) = ChatId::try_from(marks.chat.as_slice()) else { return Ok(()) };
    let there = match marks.marks.iter().find(|mark| mark.account == me.0) {
        Some(mark) => opened_mark(cx, chat, mark)?.map_or(0, |read| read.read_seq),
        None => 0,
    };
    own_mark_is(cx, chat, there)
}

/// So far the server says that this account has read. A device that was away may have set it back: whoever knows better
/// tells it again.
fn own_mark_is(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    if broken(Rule::MarkSetBackIsToldAgain) {
        return was_told(cx, chat, seq);
    }
    cx.db
        .prepare_cached("UPDATE chat SET tell_again = 1 WHERE chat = ?1 AND told_seq > ?2")?
        .execute(params![chat.as_bytes(), seq.min(NUMBER_MAX)])?;
    was_told(cx, chat, seq)
}

/// A device of this account has told the chat that it read so far.
fn was_told(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "UPDATE chat SET told_seq = max(told_seq, ?2), announced_seq = max(announced_seq, ?2) WHERE chat = ?1",
        )?
        .execute(params![chat.as_bytes(), seq.min(NUMBER_MAX)])?;
    Ok(())
}

/// What was told is to be told again: a device came in, which cannot read marks that were sealed before, or one goes that
/// may have signed the mark.
pub(crate) fn tell_again(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET tell_again = 1 WHERE chat = ?1 AND told_seq > 0")?
        .execute([chat.as_bytes()])?;
    Ok(())
}

/// The group of a chat that this device is in.
fn joined_group(cx: &mut Context<'_>, chat: ChatId) -> Result<Option<ChatGroup>, Halt> {
    let Some(stored) = chats::find(cx.db, chat)?.filter(|chat| chat.membership == Membership::Joined) else {
        return Ok(None);
    };
    let provider = mls::provider(cx);
    Ok(mls::taken(ChatGroup::load(&provider, chat, stored.generation))?.flatten())
}

/// The epoch of a chat and the key that seals marks in it.
pub(crate) fn sealing_key(cx: &mut Context<'_>, chat: ChatId) -> Result<Option<(u64, MarkKey)>, Halt> {
    let Some(group) = joined_group(cx, chat)? else { return Ok(None) };
    let provider = mls::provider(cx);
    Ok(mls::taken(group.mark_key(&provider))?.map(|key| (group.epoch(), key)))
}

/// The key that opens marks of an epoch, if it is the present one or kept, and the group whose members may sign.
pub(crate) fn opening_key(
    cx: &mut Context<'_>,
    chat: ChatId,
    epoch: u64,
) -> Result<Option<(ChatGroup, MarkKey)>, Halt> {
    // Anybody in a chat may name any number, and nothing of it is verified yet.
    if epoch > NUMBER_MAX {
        return Ok(None);
    }
    let Some(group) = joined_group(cx, chat)? else { return Ok(None) };
    let key = if group.epoch() == epoch {
        let provider = mls::provider(cx);
        mls::taken(group.mark_key(&provider))?
    } else {
        cx.db
            .prepare_cached("SELECT key FROM epoch_key WHERE chat = ?1 AND epoch = ?2")?
            .query_row(params![chat.as_bytes(), epoch], |row| row.get(0))
            .optional()?
            .map(Zeroizing::new)
    };
    Ok(key.map(|key| (group, key)))
}

/// Keeps the present epoch's key, before a commit ends the epoch.
pub(crate) fn keep_epoch_key(cx: &Context<'_>, chat: ChatId, epoch: u64, key: &[u8; 32]) -> Result<(), Halt> {
    cx.db
        .prepare_cached("INSERT OR IGNORE INTO epoch_key (chat, epoch, key) VALUES (?1, ?2, ?3)")?
        .execute(params![chat.as_bytes(), epoch, key.as_slice()])?;
    cx.db
        .prepare_cached("DELETE FROM epoch_key WHERE chat = ?1 AND epoch < ?2")?
        .execute(params![chat.as_bytes(), epoch.saturating_sub(EPOCH_KEYS_KEPT)])?;
    Ok(())
}

/// A sibling has read further.
pub(crate) fn take_sibling_read(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    let value = state::get(cx.db, &ChatKey::Read.of(chat))?.unwrap_or_default();
    let seq = <[u8; 8]>::try_from(value).map_or(0, u64::from_be_bytes);
    // It tells the others itself.
    cx.db
        .prepare_cached("UPDATE chat SET announced_seq = max(announced_seq, ?2) WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), seq])?;
    marks::advance(cx, chat, me, Mark::Read, (seq, cx.now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CHAT, Peer, phone, step};

    #[test]
    fn how_far_was_read_is_told_again_where_the_server_has_less() {
        let (_, db) = phone();
        Peer::new().shares_chat_with(&db);
        let told_again = |seq: u64| -> bool {
            step(&db, 1, |cx| {
                cx.db.execute("UPDATE chat SET told_seq = 5, tell_again = 0", []).expect("told");
                own_mark_is(cx, CHAT, seq).expect("heard");
                let sql = "SELECT tell_again FROM chat WHERE chat = ?1";
                cx.db.query_row(sql, [CHAT.as_bytes()], |row| row.get(0)).expect("read")
            })
            .0
        };
        assert_eq!([3, 5, 6].map(told_again), [true, false, false]);
    }

    #[test]
    fn marks_that_a_server_refuses_to_give_are_asked_for_again_after_a_while() {
        let (mut client, db) = phone();
        client.marks_wanted.insert(CHAT);
        let asks = |client: &mut Client, now_ms| {
            let (_, out) = step(&db, now_ms, |cx| client.ask_marks_on_entry(cx));
            !out.is_empty()
        };
        assert!(asks(&mut client, 1));
        assert!(!asks(&mut client, 1), "once");
        client.flights.clear();
        step(&db, 1, |cx| client.on_marks_on_entry(cx, vec![CHAT], None).expect("no halt"));
        assert!(!asks(&mut client, NO_ANSWER_PAUSE_MS));
        assert!(asks(&mut client, 1 + NO_ANSWER_PAUSE_MS));
        // A connection ends before the answer.
        step(&db, 1, |cx| client.retry_later(cx));
        assert!(asks(&mut client, 1 + NO_ANSWER_PAUSE_MS));
        client.flights.clear();
        step(&db, 1, |cx| {
            client.on_marks_on_entry(cx, vec![CHAT], Some(reply::Body::Marks(Marks::default()))).expect("no halt")
        });
        assert!(!asks(&mut client, 1 + NO_ANSWER_PAUSE_MS), "answered");
    }
}
