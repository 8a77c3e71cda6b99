//! Read marks: how far this account has read, in step over its devices; and how far the others have. What the server
//! carries is sealed for the chat's members and signed by a device.

use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::own_state::{self, ChatKey};
use crate::sending::Flight;
use crate::session::send;
use crate::{mls, state};
use client_api::{Answer, UserError};
use e2ee::ChatGroup;
use e2ee::marks::{MarkKind, open_mark, seal_mark};
use prost::Message as _;
use proto::content::ReadWatermark;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, MessageId};
use proto::wire::{AccountMark, GetMarks, Marks, ReadMark, client_frame};
use rusqlite::{OptionalExtension, params};

/// Chats whose marks are asked for after a connection: those that a person may look at.
const MARKS_ASKED: u32 = 256;
/// Exporter keys of past epochs that are kept for marks that come late.
const EPOCH_KEYS_KEPT: u64 = 32;

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
        let seq: Option<u64> = cx
            .db
            .prepare_cached("SELECT seq FROM message WHERE chat = ?1 AND message = ?2")?
            .query_row(params![chat.as_bytes(), id.as_bytes()], |row| row.get(0))
            .optional()?;
        let Some(seq) = seq else {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        };
        if seq > own_state::chat_number(cx, ChatKey::Read, chat)? {
            own_state::set(cx, &ChatKey::Read.of(chat), own_state::number(seq))?;
            let me = cx.me()?.address.account;
            set_read(cx, chat, me, seq)?;
        }
        own_state::set(cx, &ChatKey::Unread.of(chat), Vec::new())?;
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// Tells the chats what has been read since it was last told, if the owner wishes so.
    pub(crate) fn announce_reads(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address;
        let waiting: Vec<(ChatId, u64)> = {
            let mut statement = cx.db.prepare_cached(
                "SELECT c.chat, k.read_seq FROM chat c JOIN mark k ON k.chat = c.chat AND k.account = ?1
                 WHERE k.read_seq > c.announced_seq AND c.membership = 1 AND c.kind <> 1",
            )?;
            let rows = statement.query_map([me.account.as_bytes()], |row| Ok((ChatId(row.get(0)?), row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let wanted = own_state::settings(cx)?.read_receipts;
        for (chat, read_seq) in waiting {
            cx.db
                .prepare_cached("UPDATE chat SET announced_seq = ?2 WHERE chat = ?1")?
                .execute(params![chat.as_bytes(), read_seq])?;
            if wanted && let Some(mark) = sealed_mark(cx, chat, read_seq)? {
                send(cx, 0, client_frame::Body::ReadMark(mark));
            }
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

    pub(crate) fn on_marks(&mut self, cx: &mut Context<'_>, marks: &Marks) -> Result<(), Halt> {
        for chat in &marks.chats {
            for mark in &chat.marks {
                self.on_mark(cx, &chat.chat, mark)?;
            }
        }
        Ok(())
    }

    /// A mark of another device, or of several. One that does not open or is not signed by a member is dropped.
    pub(crate) fn on_mark(&mut self, cx: &mut Context<'_>, chat: &[u8], mark: &AccountMark) -> Result<(), Halt> {
        let (Ok(chat), Ok(account)) = (ChatId::try_from(chat), AccountId::try_from(mark.account.as_slice())) else {
            return Ok(());
        };
        if account != cx.me()?.address.account && mark.delivered_seq > 0 {
            crate::receiving::set_delivered(cx, chat, &mark.account, mark.delivered_seq)?;
        }
        if mark.sealed.is_empty() {
            return Ok(());
        }
        match opened_mark(cx, chat, mark)? {
            Some(read) if read.account == mark.account => set_read(cx, chat, account, read.read_seq),
            _ => Ok(()),
        }
    }
}

fn sealed_mark(cx: &mut Context<'_>, chat: ChatId, read_seq: u64) -> Result<Option<ReadMark>, Halt> {
    let me = cx.me()?;
    let Some(stored) = chats::find(cx.db, chat)?.filter(|chat| chat.membership == Membership::Joined) else {
        return Ok(None);
    };
    let provider = mls::provider(cx);
    let Some(group) = mls::taken(ChatGroup::load(&provider, chat, stored.generation))?.flatten() else {
        return Ok(None);
    };
    let Some(key) = mls::taken(group.mark_key(&provider))? else { return Ok(None) };
    let mut mark = ReadWatermark {
        chat: chat.to_vec(),
        read_seq,
        account: me.address.account.to_vec(),
        device: me.address.device.0,
        signature: Vec::new(),
    };
    identity::marks::sign_read_watermark(&me.device_key, &mut mark);
    let sealed = seal_mark(&key, (chat, group.epoch()), MarkKind::Read, &mark.encode_to_vec(), cx.rng);
    Ok(Some(ReadMark { chat: chat.to_vec(), epoch: group.epoch(), sealed }))
}

fn opened_mark(cx: &mut Context<'_>, chat: ChatId, mark: &AccountMark) -> Result<Option<ReadWatermark>, Halt> {
    let Some(stored) = chats::find(cx.db, chat)?.filter(|chat| chat.membership == Membership::Joined) else {
        return Ok(None);
    };
    let provider = mls::provider(cx);
    let Some(group) = mls::taken(ChatGroup::load(&provider, chat, stored.generation))?.flatten() else {
        return Ok(None);
    };
    let key = if group.epoch() == mark.epoch {
        mls::taken(group.mark_key(&provider))?.map(|key| *key)
    } else {
        cx.db
            .prepare_cached("SELECT key FROM epoch_key WHERE chat = ?1 AND epoch = ?2")?
            .query_row(params![chat.as_bytes(), mark.epoch], |row| row.get(0))
            .optional()?
    };
    let Some(key) = key else { return Ok(None) };
    let Ok(body) = open_mark(&key, (chat, mark.epoch), MarkKind::Read, &mark.sealed) else { return Ok(None) };
    let Ok(read) = ReadWatermark::decode(body.as_slice()) else { return Ok(None) };
    let Ok(account) = AccountId::try_from(read.account.as_slice()) else { return Ok(None) };
    let address = DeviceAddress { account, device: DeviceNumber(read.device) };
    let signer = mls::taken(group.find(address))?.flatten();
    let signed =
        signer.is_some_and(|entry| identity::marks::verify_read_watermark(&entry.signature_key, &read).is_ok());
    Ok((signed && read.chat == chat.0).then_some(read))
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
    set_read(cx, chat, me, <[u8; 8]>::try_from(value).map_or(0, u64::from_be_bytes))
}

/// Read only goes forward; the rows that it reaches are shown again.
fn set_read(cx: &mut Context<'_>, chat: ChatId, account: AccountId, seq: u64) -> Result<(), Halt> {
    let before: u64 = cx
        .db
        .prepare_cached("SELECT read_seq FROM mark WHERE chat = ?1 AND account = ?2")?
        .query_row(params![chat.as_bytes(), account.as_bytes()], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    if seq <= before {
        return Ok(());
    }
    cx.db
        .prepare_cached(
            "INSERT INTO mark (chat, account, read_seq, read_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (chat, account) DO UPDATE SET read_seq = excluded.read_seq, read_ms = excluded.read_ms",
        )?
        .execute(params![chat.as_bytes(), account.as_bytes(), seq, cx.now_ms])?;
    cx.changed.chat(chat);
    let ids = {
        let mut statement =
            cx.db.prepare_cached("SELECT message FROM message WHERE chat = ?1 AND seq > ?2 AND seq <= ?3")?;
        let rows = statement.query_map(params![chat.as_bytes(), before, seq], |row| row.get(0))?;
        rows.collect::<Result<Vec<[u8; 16]>, _>>()?
    };
    for id in ids {
        cx.changed.message(chat, MessageId(id));
    }
    Ok(())
}
