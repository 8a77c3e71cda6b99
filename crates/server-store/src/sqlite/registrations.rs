//! [`RegistrationStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, int, uint};
use crate::invites::Admission;
use crate::registrations::*;
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::AccountId;
use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;

/// Codes sent in an hour make the next wait longer; after it the count starts anew.
const COUNT_LASTS_MS: u64 = 60 * 60 * 1_000;

#[async_trait]
impl RegistrationStore for Sqlite {
    async fn put_code(&self, code: NewCode) -> Result<PutCodeOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| put_code(tx, &code)).await
    }

    async fn take_code_back(
        &self,
        number: &str,
        code_hash: [u8; 32],
        not_sent: NotSent,
        now_ms: UnixMs,
    ) -> Result<(), StoreError> {
        let number = number.to_owned();
        self.write(Touches::Nothing, move |tx| match not_sent {
            NotSent::Surely => take_code_back(tx, &number, code_hash, now_ms),
            NotSent::Perhaps => void_code(tx, &number, code_hash),
        })
        .await
    }

    async fn try_code(&self, attempt: CodeTry) -> Result<CodeTryOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| try_code(tx, &attempt)).await
    }

    async fn ticket(&self, ticket_hash: [u8; 32], now_ms: UnixMs) -> Result<Option<Ticket>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT t.number, n.account, coalesce(proved_account = a.account AND proved_pin_hash IS pin_hash, 0)
                 FROM ticket t LEFT JOIN number n ON n.number = t.number LEFT JOIN account a ON a.account = n.account
                 WHERE ticket_hash = ? AND expires_ms > ?",
            )?;
            Ok(query
                .query_row(params![ticket_hash, int(now_ms)], |row| {
                    Ok(Ticket {
                        number: row.get(0)?,
                        account: row.get::<_, Option<[u8; 16]>>(1)?.map(AccountId),
                        pin_proved: row.get(2)?,
                    })
                })
                .optional()?)
        })
        .await
    }
}

fn put_code(tx: &Connection, code: &NewCode) -> Result<PutCodeOutcome, StoreError> {
    let before: Option<(u32, i64)> = tx
        .query_row("SELECT sent, sent_ms FROM code WHERE number = ?", [&code.number], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let mut sent = 0;
    if let Some((count, sent_ms)) = before {
        let age_ms = code.now_ms.saturating_sub(uint(sent_ms));
        let wait_ms = code_wait_ms(count);
        if age_ms < wait_ms {
            return Ok(PutCodeOutcome::TooSoon { retry_after_ms: wait_ms - age_ms });
        }
        sent = if age_ms < COUNT_LASTS_MS { count } else { 0 };
    }
    let sent = sent.saturating_add(1);
    tx.execute(
        "INSERT OR REPLACE INTO code (number, code_hash, tries_left, expires_ms, sent, sent_ms, invite)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![
            code.number,
            code.code_hash,
            code.tries,
            int(code.expires_ms),
            sent,
            int(code.now_ms),
            code.invite.map(|invite| invite.0)
        ],
    )?;
    Ok(PutCodeOutcome::Stored { next_after_ms: code_wait_ms(sent) })
}

/// As if the code before it were the last, sent at such a time that the next is due after [`CODE_RETRY_MS`].
fn take_code_back(tx: &Connection, number: &str, code_hash: [u8; 32], now_ms: UnixMs) -> Result<(), StoreError> {
    let mut query = tx.prepare_cached("SELECT sent FROM code WHERE number = ? AND code_hash = ?")?;
    let sent: Option<u32> = query.query_row(params![number, code_hash], |row| row.get(0)).optional()?;
    let Some(before) = sent.map(|sent| sent.saturating_sub(1)) else { return Ok(()) };
    let sent_ms = (now_ms + CODE_RETRY_MS).saturating_sub(code_wait_ms(before));
    tx.execute(
        "UPDATE code SET tries_left = 0, sent = ?2, sent_ms = ?3 WHERE number = ?1",
        params![number, before, int(sent_ms)],
    )?;
    Ok(())
}

fn void_code(tx: &Connection, number: &str, code_hash: [u8; 32]) -> Result<(), StoreError> {
    tx.execute("UPDATE code SET tries_left = 0 WHERE number = ? AND code_hash = ?", params![number, code_hash])?;
    Ok(())
}

fn try_code(tx: &Connection, attempt: &CodeTry) -> Result<CodeTryOutcome, StoreError> {
    let row: Option<([u8; 32], u32)> = tx
        .query_row(
            "SELECT code_hash, tries_left FROM code
             WHERE number = ? AND expires_ms > ? AND tries_left > 0
             AND (? OR invite IS NOT NULL OR number IN (SELECT number FROM number))",
            params![attempt.number, int(attempt.now_ms), attempt.admission == Admission::Anybody],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((code_hash, tries_left)) = row else { return Ok(CodeTryOutcome::NoCode) };
    if !bool::from(code_hash.ct_eq(&attempt.code_hash)) {
        let tries_left = tries_left - 1;
        tx.execute("UPDATE code SET tries_left = ?2 WHERE number = ?1", params![attempt.number, tries_left])?;
        return Ok(CodeTryOutcome::Wrong { tries_left });
    }
    tx.execute("UPDATE code SET tries_left = 0 WHERE number = ?", [&attempt.number])?;
    tx.execute(
        "INSERT OR REPLACE INTO ticket (ticket_hash, number, expires_ms, invite)
         SELECT ?1, ?2, ?3, invite FROM code WHERE number = ?2",
        params![attempt.ticket_hash, attempt.number, int(attempt.ticket_expires_ms)],
    )?;
    Ok(CodeTryOutcome::Right)
}
