//! Who of a chat has an own message, and who has read it, person by person.

use crate::client::Context;
use crate::io::Halt;
use crate::marks::{self, Mark};
use crate::profile::ui_account;
use client_api::{Answer, Receipt, UserError};
use proto::ids::{AccountId, ChatId};
use rusqlite::{OptionalExtension, params};

/// "Who has this message of mine, and who has read it?"
pub(crate) fn ask(
    cx: &mut Context<'_>,
    request: u32,
    chat: client_api::ChatId,
    message: client_api::MessageId,
) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    let placed: Option<(u64, u64)> = cx
        .db
        .prepare_cached(
            "SELECT seq, time_ms FROM message WHERE message = ?1 AND chat = ?2 AND account = ?3 AND kind IN (0, 1)",
        )?
        .query_row(params![message.0, chat.0, me.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let result = match placed {
        None => Err(UserError::NotFound),
        // It is still here.
        Some((0, _)) => Ok(Answer::Receipts(Vec::new())),
        Some(place) => Ok(Answer::Receipts(of(cx, ChatId(chat.0), place, me)?)),
    };
    cx.answer(request, result);
    Ok(())
}

/// Of everybody who was in the group when it was said and is in it still.
fn of(cx: &Context<'_>, chat: ChatId, (seq, time_ms): (u64, u64), me: AccountId) -> Result<Vec<Receipt>, Halt> {
    let accounts = {
        let mut statement = cx.db.prepare_cached(
            "SELECT account FROM group_member WHERE chat = ?1 AND account <> ?2 AND since_seq <= ?3 ORDER BY account",
        )?;
        let rows = statement.query_map(params![chat.as_bytes(), me.as_bytes(), seq], |row| row.get(0))?;
        rows.collect::<Result<Vec<[u8; 16]>, _>>()?
    };
    accounts.into_iter().map(|account| of_one(cx, chat, (seq, time_ms), AccountId(account))).collect()
}

fn of_one(cx: &Context<'_>, chat: ChatId, (seq, time_ms): (u64, u64), account: AccountId) -> Result<Receipt, Halt> {
    let when = |mark: Mark, least_ms: u64| -> Result<Option<u64>, Halt> {
        if marks::reached(cx.db, chat, account, mark)? < seq {
            return Ok(None);
        }
        let reached_ms = marks::reached_ms(cx.db, chat, account, mark, seq)?;
        // Others' clocks are theirs: nothing arrives before it was sent, nor is read before it arrived.
        Ok(Some(if reached_ms == 0 { 0 } else { reached_ms.max(least_ms) }))
    };
    let delivered_ms = when(Mark::Delivered, time_ms)?;
    let read_ms = when(Mark::Read, delivered_ms.unwrap_or(0).max(time_ms))?;
    // What was read had come before, also where no news of that came.
    Ok(Receipt { account: ui_account(account), delivered_ms: delivered_ms.or(read_ms), read_ms })
}

#[cfg(test)]
mod receipts_tests;
