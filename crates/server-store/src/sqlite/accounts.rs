//! [`AccountStore`] on SQLite.

use super::hot::Touches;
use super::{Sqlite, backups, devices, int, invites, uint};
use crate::StoreError;
use crate::accounts::*;
use crate::invites::Admission;
use async_trait::async_trait;
use breakable::{Rule, broken};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use proto::limits::PIN_TRIES_MAX;
use rusqlite::{Connection, OptionalExtension, params};

#[async_trait]
impl AccountStore for Sqlite {
    async fn register(&self, registration: Registration) -> Result<RegisterOutcome, StoreError> {
        self.write(Touches::All, move |tx| register(tx, &registration)).await
    }

    async fn account(&self, account: AccountId) -> Result<Option<Account>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT number, moved, pin_hash IS NOT NULL, suspended FROM account WHERE account = ?",
            )?;
            Ok(query
                .query_row([account.0], |row| {
                    Ok(Account {
                        account,
                        number: row.get(0)?,
                        state: match (row.get(1)?, row.get(3)?) {
                            (true, _) => AccountState::Moved,
                            (false, true) => AccountState::Suspended,
                            (false, false) => AccountState::Active,
                        },
                        pin: if row.get(2)? { PinState::Set } else { PinState::None },
                    })
                })
                .optional()?)
        })
        .await
    }

    async fn look_up(&self, numbers: Vec<String>) -> Result<Vec<(String, AccountId)>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT account FROM number WHERE number = ?")?;
            let mut found = Vec::new();
            for number in numbers {
                if let Some(account) = query.query_row([&number], |row| row.get(0)).optional()? {
                    found.push((number, AccountId(account)));
                }
            }
            Ok(found)
        })
        .await
    }

    async fn outlines(&self, caller: AccountId, accounts: Vec<AccountId>) -> Result<Vec<Outline>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT a.number, n.account, a.profile_version, l.version FROM account a
                 JOIN number n ON n.number = a.number JOIN device_list l ON l.account = a.account WHERE a.account = ?",
            )?;
            let mut found = Vec::new();
            for account in accounts {
                if account != caller && !devices::share_chat(db, caller, account)? {
                    continue;
                }
                let outline = query.query_row([account.0], |row| {
                    let holder = AccountId(row.get(1)?);
                    Ok(Outline {
                        account,
                        number: row.get(0)?,
                        moved_to: (holder != account).then_some(holder),
                        profile_version: uint(row.get(2)?),
                        list_version: uint(row.get(3)?),
                    })
                });
                found.extend(outline.optional()?);
            }
            Ok(found)
        })
        .await
    }

    async fn set_pin(&self, account: AccountId, pin_hash: Option<String>) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.prepare_cached(
                "UPDATE account SET pin_hash = ?2, pin_wrong = 0, pin_locked_until_ms = 0 WHERE account = ?1",
            )?
            .execute(params![account.0, pin_hash])?;
            Ok(())
        })
        .await
    }

    async fn end_pin_try(&self, account: AccountId, pin_hash: String) -> Result<(), StoreError> {
        self.write(Touches::Nothing, move |tx| {
            tx.prepare_cached(
                "UPDATE account SET pin_wrong = 0, pin_locked_until_ms = 0 WHERE account = ?1 AND pin_hash = ?2",
            )?
            .execute(params![account.0, pin_hash])?;
            Ok(())
        })
        .await
    }

    async fn begin_pin_try(&self, account: AccountId, now_ms: u64) -> Result<PinTry, StoreError> {
        self.write(Touches::Nothing, move |tx| begin_pin_try(tx, account, now_ms)).await
    }

    async fn put_profile(&self, profile: Profile) -> Result<PutProfileOutcome, StoreError> {
        self.write(Touches::Nothing, move |tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE account SET profile_version = ?2, profile_sealed = ?3
                     WHERE account = ?1 AND profile_version < ?2",
                )?
                .execute(params![profile.account.0, int(profile.version), profile.sealed])?;
            Ok(if changed == 1 { PutProfileOutcome::Stored } else { PutProfileOutcome::Older })
        })
        .await
    }

    async fn profiles(&self, caller: AccountId, accounts: Vec<AccountId>) -> Result<Vec<Profile>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT profile_version, profile_sealed FROM account WHERE account = ? AND profile_sealed IS NOT NULL",
            )?;
            let mut found = Vec::new();
            for account in accounts {
                if account != caller && !devices::share_chat(db, caller, account)? {
                    continue;
                }
                let profile = query
                    .query_row([account.0], |row| {
                        Ok(Profile { account, version: uint(row.get(0)?), sealed: row.get(1)? })
                    })
                    .optional()?;
                found.extend(profile);
            }
            Ok(found)
        })
        .await
    }
}

fn register(tx: &Connection, registration: &Registration) -> Result<RegisterOutcome, StoreError> {
    let account = registration.account;
    if lacks_pin(tx, registration.ticket_hash)? {
        return Ok(RegisterOutcome::PinNeeded);
    }
    let taken: Option<Option<i64>> = tx
        .prepare_cached(if broken(Rule::TicketForItsNumber) {
            "DELETE FROM ticket WHERE ticket_hash = ?1 AND ?2 IS NOT NULL AND expires_ms > ?3 RETURNING invite"
        } else {
            "DELETE FROM ticket WHERE ticket_hash = ?1 AND number = ?2 AND expires_ms > ?3 RETURNING invite"
        })?
        .query_row(params![registration.ticket_hash, registration.number, int(registration.now_ms)], |row| row.get(0))
        .optional()?;
    let Some(invite) = taken else { return Ok(RegisterOutcome::NoTicket) };
    let exists = tx.prepare_cached("SELECT 1 FROM account WHERE account = ?")?.exists([account.0])?;
    if exists {
        return Ok(RegisterOutcome::AccountExists);
    }
    if tx.prepare_cached("SELECT 1 FROM deleted_account WHERE account = ?")?.exists([account.0])? {
        return Ok(RegisterOutcome::Deleted);
    }
    if is_suspended(tx, &registration.number)? {
        return Ok(RegisterOutcome::Suspended);
    }
    match invite {
        None if registration.admission == Admission::Invited => return Ok(RegisterOutcome::InviteNeeded),
        Some(invite) if !invites::use_up(tx, invite)? => return Ok(RegisterOutcome::NoInvite),
        _ => {}
    }
    let outed = out_previous(tx, &registration.number)?;
    tx.execute(
        "INSERT INTO account (account, number, moved, pin_hash, pin_wrong, pin_locked_until_ms, profile_version,
             profile_sealed, created_ms) VALUES (?1, ?2, 0, ?3, 0, 0, 0, NULL, ?4)",
        params![account.0, registration.number, registration.pin_hash, int(registration.now_ms)],
    )?;
    tx.execute(
        "INSERT INTO number (number, account) VALUES (?1, ?2)
         ON CONFLICT (number) DO UPDATE SET account = excluded.account",
        params![registration.number, account.0],
    )?;
    tx.execute(
        "INSERT INTO device_list (account, version, signed) VALUES (?1, 1, ?2)",
        params![account.0, registration.signed_device_list],
    )?;
    devices::insert(tx, account, &registration.devices)?;
    Ok(RegisterOutcome::Registered { outed })
}

/// Whether the account that has the ticket's number has a PIN which was not given with the ticket.
fn lacks_pin(tx: &Connection, ticket_hash: [u8; 32]) -> Result<bool, StoreError> {
    let mut query = tx.prepare_cached(
        "SELECT 1 FROM ticket t JOIN number n ON n.number = t.number JOIN account a ON a.account = n.account
         WHERE ticket_hash = ? AND pin_hash IS NOT NULL
             AND NOT (proved_account IS a.account AND proved_pin_hash IS pin_hash)",
    )?;
    Ok(query.exists([ticket_hash])?)
}

/// Whether the operator keeps out who has the number.
fn is_suspended(tx: &Connection, number: &str) -> Result<bool, StoreError> {
    let mut query = tx.prepare_cached(
        "SELECT 1 FROM number JOIN account ON account.account = number.account
         WHERE number.number = ? AND account.suspended = 1",
    )?;
    Ok(query.exists([number])?)
}

/// The account that had the number keeps its rows, but its sessions end: its number leads elsewhere.
fn out_previous(tx: &Connection, number: &str) -> Result<Vec<DeviceAddress>, StoreError> {
    let previous: Option<[u8; 16]> =
        tx.query_row("SELECT account FROM number WHERE number = ?", [number], |row| row.get(0)).optional()?;
    let Some(previous) = previous else { return Ok(Vec::new()) };
    tx.execute("UPDATE account SET moved = 1 WHERE account = ?", [previous])?;
    tx.execute("DELETE FROM session WHERE account = ?", [previous])?;
    tx.execute("DELETE FROM push_subscription WHERE account = ?", [previous])?;
    // Nobody could restore it or delete it.
    backups::forget(tx, AccountId(previous))?;
    let mut query = tx.prepare("SELECT device FROM device WHERE account = ? AND listed = 1")?;
    let devices = query.query_map([previous], |row| {
        Ok(DeviceAddress { account: AccountId(previous), device: DeviceNumber(row.get(0)?) })
    })?;
    Ok(devices.collect::<Result<_, _>>()?)
}

fn begin_pin_try(tx: &Connection, account: AccountId, now_ms: u64) -> Result<PinTry, StoreError> {
    let row: Option<(Option<String>, u32, i64)> = tx
        .prepare_cached("SELECT pin_hash, pin_wrong, pin_locked_until_ms FROM account WHERE account = ?")?
        .query_row([account.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((Some(pin_hash), wrong, locked_until)) = row else { return Ok(PinTry::NoPin) };
    if uint(locked_until) > now_ms {
        return Ok(PinTry::Locked { retry_after_ms: uint(locked_until) - now_ms });
    }
    let wrong = wrong.saturating_add(1);
    let locked_until = pin_wait_ms(wrong).map_or(0, |wait| now_ms.saturating_add(wait));
    tx.prepare_cached("UPDATE account SET pin_wrong = ?2, pin_locked_until_ms = ?3 WHERE account = ?1")?
        .execute(params![account.0, wrong, int(locked_until)])?;
    Ok(PinTry::Try { pin_hash, tries_left: PIN_TRIES_MAX.saturating_sub(wrong) })
}
