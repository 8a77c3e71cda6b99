//! A chat for a text file: all that this device has of it, page by page, oldest first. A page is bounded by messages and by bytes, and what was
//! given stands nowhere: the next one is asked for by a time, which a chat has once.
//!
//! What is unsent has no time yet, and gets one when it is sent: it comes with the last page, in one piece, so that none of it slips past a
//! page meanwhile.

use crate::accounts;
use crate::chats;
use crate::client::{Client, Context};
use crate::history::import;
use crate::io::Halt;
use crate::media::facts;
use crate::messages::{self, UNSENT_MS};
use crate::screens::{first_line, stretch_sql};
use client_api::{Answer, Exported, MessageBody, MessageRow, UserError};
use proto::ids::{AccountId, ChatId};
use rusqlite::{Row, params};
use std::collections::BTreeSet;

/// Messages of one page at most.
const PAGE_LEN_MAX: u16 = 256;
/// A page ends with the message that brings it here: a text may have 64 KiB.
const PAGE_BYTES_MAX: usize = 256 * 1024;
/// Unsent messages of the last page; those behind are left out.
const UNSENT_LEN_MAX: u16 = 1_000;
/// What a row has besides its text, about.
const ROW_BYTES: usize = 200;

impl Client {
    /// "Give me a stretch of this chat."
    pub(crate) fn export_chat(
        &self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        after: u64,
        limit: u16,
    ) -> Result<(), Halt> {
        let id = ChatId(chat.0);
        let Some(stored) = chats::find(cx.db, id)? else {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        };
        let limit = limit.clamp(1, PAGE_LEN_MAX);
        let mut page = Page::new(cx, id)?;
        let sent = format!("m.time_ms > ?2 AND m.time_ms < {UNSENT_MS} ORDER BY m.time_ms");
        let is_end = page.takes(&sent, after.min(UNSENT_MS), limit)? == Taken::All;
        if is_end {
            page.takes_unsent()?;
        }
        if after == 0 && import::is_whole(cx)? {
            page.rows.insert(0, first_line(cx, id, page.rows.first())?);
        }
        let exported = Exported {
            people: page.people()?,
            left_out: page.left_out,
            next: (!is_end).then_some(page.last_ms),
            total: if after == 0 { count(cx, id)? } else { 0 },
            file_title: facts::file_title(&chats::title(cx.db, &stored)?),
            rows: page.rows,
        };
        cx.answer(request, Ok(Answer::Exported(exported)));
        Ok(())
    }
}

/// Why a page goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// There is no more.
    All,
    /// It is full.
    Full,
}

/// A page that is being filled.
struct Page<'a, 'db> {
    cx: &'a Context<'db>,
    chat: ChatId,
    me: AccountId,
    rows: Vec<MessageRow>,
    bytes: usize,
    left_out: u32,
    /// Of the last message that was looked at.
    last_ms: u64,
}

impl<'a, 'db> Page<'a, 'db> {
    fn new(cx: &'a Context<'db>, chat: ChatId) -> Result<Self, Halt> {
        let me = cx.me()?.address.account;
        Ok(Self { cx, chat, me, rows: Vec::new(), bytes: 0, left_out: 0, last_ms: 0 })
    }

    fn takes(&mut self, place: &str, time_ms: u64, limit: u16) -> Result<Taken, Halt> {
        let db = self.cx.db;
        let mut statement = db.prepare_cached(&stretch_sql(place))?;
        // One more than there is room for tells whether there is more.
        let mut rows = statement.query(params![self.chat.as_bytes(), time_ms, u32::from(limit) + 1])?;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            if seen == limit || self.bytes >= PAGE_BYTES_MAX {
                return Ok(Taken::Full);
            }
            seen += 1;
            self.takes_row(row)?;
        }
        Ok(Taken::All)
    }

    fn takes_row(&mut self, row: &Row<'_>) -> Result<(), Halt> {
        let sent_ms: u64 = row.get(7)?;
        let mut row = messages::row(self.cx.db, row, 0, self.me)?;
        self.last_ms = row.time_ms;
        if row.lifetime_ms > 0 {
            self.left_out = self.left_out.saturating_add(1);
            return Ok(());
        }
        if row.time_ms >= UNSENT_MS {
            row.time_ms = sent_ms;
        }
        if let Some(attachment) = &mut row.attachment {
            attachment.facts.preview = Vec::new();
        }
        self.bytes += ROW_BYTES + if let MessageBody::Text(text) = &row.body { text.len() } else { 0 };
        self.rows.push(row);
        Ok(())
    }

    /// However full the page is by bytes.
    fn takes_unsent(&mut self) -> Result<(), Halt> {
        let (last_ms, bytes) = (self.last_ms, std::mem::take(&mut self.bytes));
        self.takes("m.time_ms >= ?2 ORDER BY m.time_ms", UNSENT_MS, UNSENT_LEN_MAX)?;
        let sql =
            "SELECT count(*) FROM message INDEXED BY message_shown WHERE chat = ?1 AND kind >= 0 AND time_ms > ?2";
        let behind = params![self.chat.as_bytes(), self.last_ms.max(UNSENT_MS - 1)];
        let left: u32 = self.cx.db.prepare_cached(sql)?.query_row(behind, |row| row.get(0))?;
        self.left_out = self.left_out.saturating_add(left);
        (self.last_ms, self.bytes) = (last_ms, bytes);
        Ok(())
    }

    /// Whoever is named in the rows, but the owner.
    fn people(&self) -> Result<Vec<(client_api::AccountId, String)>, Halt> {
        let named = |row: &MessageRow| match &row.body {
            MessageBody::System(line) => line.accounts(),
            _ => vec![row.sender],
        };
        let named: BTreeSet<AccountId> = self.rows.iter().flat_map(named).map(|account| AccountId(account.0)).collect();
        let others = named.into_iter().filter(|account| *account != self.me);
        // Whom nobody knows has no name: the interface has a word for them.
        let title = |account: AccountId| {
            let name = accounts::name_of(self.cx.db, account)?;
            Ok(name.map(|name| (client_api::AccountId(account.0), name)))
        };
        others.filter_map(|account| title(account).transpose()).collect()
    }
}

fn count(cx: &Context<'_>, chat: ChatId) -> Result<u64, Halt> {
    let sql = "SELECT count(*) FROM message INDEXED BY message_shown WHERE chat = ?1 AND kind >= 0";
    Ok(cx.db.prepare_cached(sql)?.query_row([chat.as_bytes()], |row| row.get(0))?)
}

#[cfg(test)]
mod exporting_tests;
