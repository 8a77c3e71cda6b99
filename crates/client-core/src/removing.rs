//! Removing the leaves of unlinked devices: wishes in the database, one commit per chat at a time, looked at again after
//! every commit of others, since they may be met already.

use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::mls;
use crate::outbox;
use crate::reading;
use crate::updating;
use crate::vouching;
use crate::witness;
use breakable::{Rule, broken};
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber};
use proto::wire::commit;
use rusqlite::params;

/// The number of "this device shall have no leaf here".
const REMOVE: u32 = 1;
/// A Remove that the server refused is tried again after this.
const REFUSED_WAIT_MS: u64 = 60_000;

/// A device shall have no leaf in a chat.
pub(crate) fn want(cx: &Context<'_>, chat: ChatId, device: DeviceAddress) -> Result<(), Halt> {
    cx.db
        .prepare_cached("INSERT OR IGNORE INTO intent (chat, kind, account, device) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![chat.as_bytes(), REMOVE, device.account.as_bytes(), device.device.0])?;
    Ok(())
}

fn wishes(cx: &Context<'_>) -> Result<Vec<(ChatId, DeviceAddress)>, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT chat, account, device FROM intent WHERE kind = ?1 AND not_before_ms <= ?2 ORDER BY chat",
    )?;
    let rows = statement.query_map(params![REMOVE, cx.now_ms], |row| {
        let address = DeviceAddress { account: AccountId(row.get(1)?), device: DeviceNumber(row.get(2)?) };
        Ok((ChatId(row.get(0)?), address))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn settle(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("DELETE FROM intent WHERE chat = ?1 AND kind = ?2")?
        .execute(params![chat.as_bytes(), REMOVE])?;
    Ok(())
}

/// Devices of this account that its list does not hold shall have no leaf in a chat.
fn want_unlisted_out(cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    let list = mls::own_device_list(cx)?;
    let Some(group) = mls::load(cx, chat)? else { return Ok(()) };
    for entry in mls::taken(group.roster())?.unwrap_or_default() {
        if entry.address.account == me && list.device(entry.address.device).is_none() {
            want(cx, chat.chat, entry.address)?;
        }
    }
    Ok(())
}

/// The own list became shorter: whoever left it goes out of every chat.
pub(crate) fn want_removals(cx: &mut Context<'_>) -> Result<(), Halt> {
    for chat in chats::in_membership(cx.db, Membership::Joined)? {
        want_unlisted_out(cx, &chat)?;
    }
    Ok(())
}

impl Client {
    /// The phone came into a chat: who left its list before goes out, if others let them in without knowing.
    pub(crate) fn want_removals_on_entry(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        match chats::find(cx.db, chat)? {
            Some(chat) if cx.is_phone()? && !broken(Rule::LeaversTakenOutOnEntry) => want_unlisted_out(cx, &chat),
            _ => Ok(()),
        }
    }

    /// Stages the commit for each chat that has wishes and nothing else under way.
    pub(crate) fn commit_removals(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let mut by_chat = std::collections::BTreeMap::<ChatId, Vec<DeviceAddress>>::new();
        for (chat, device) in wishes(cx)? {
            by_chat.entry(chat).or_default().push(device);
        }
        for (chat, devices) in by_chat {
            let busy = self.flights.holds(chat) || outbox::head(cx.db, chat)?.is_some_and(|o| !o.frame.is_empty());
            // Who is not sure of the state of a group must not sign there.
            if !busy && !vouching::is_doubted(cx.db, chat)? {
                self.stage_removal(cx, chat, &devices)?;
            }
        }
        Ok(())
    }

    fn stage_removal(&mut self, cx: &mut Context<'_>, chat: ChatId, devices: &[DeviceAddress]) -> Result<(), Halt> {
        let Some(stored) = chats::find(cx.db, chat)?.filter(|chat| chat.membership == Membership::Joined) else {
            return settle(cx, chat);
        };
        let device = mls::own_device(cx)?;
        let Some(mut group) = mls::load(cx, &stored)? else { return settle(cx, chat) };
        if group.has_pending() {
            return Ok(());
        }
        let roster = mls::taken(group.roster())?.unwrap_or_default();
        let present: Vec<_> =
            devices.iter().copied().filter(|d| roster.iter().any(|entry| entry.address == *d)).collect();
        if present.is_empty() {
            return settle(cx, chat);
        }
        let aad = witness::authenticated_data(cx, &stored)?;
        let Some(staged) = mls::taken(group.stage_remove(&mls::provider(cx), &device, &present, &aad))? else {
            return settle(cx, chat);
        };
        outbox::push_commit(cx, &stored, staged, commit::Purpose::Membership)?;
        // Nobody believes a mark any more that a device signed which has no leaf.
        if broken(Rule::MarkToldWhenOneGoes) {
            return Ok(());
        }
        reading::tell_again(cx, chat)
    }

    /// The server refused the staged commit. The wish stays: while an unlisted leaf is there, nothing is sent.
    pub(crate) fn drop_commit(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        if let Some(mut group) = mls::load(cx, &stored)?
            && group.has_pending()
        {
            group.drop_pending(&mls::provider(cx)).map_err(|error| Halt::Encryption(error.to_string()))?;
        }
        let again_ms = cx.now_ms + REFUSED_WAIT_MS;
        cx.db
            .prepare_cached("UPDATE intent SET tries = tries + 1, not_before_ms = ?3 WHERE chat = ?1 AND kind = ?2")?
            .execute(params![chat.as_bytes(), REMOVE, again_ms])?;
        self.retry_at(again_ms);
        self.try_later(cx, chat)?;
        updating::refused(cx, chat)
    }
}

#[cfg(test)]
mod removing_tests;
