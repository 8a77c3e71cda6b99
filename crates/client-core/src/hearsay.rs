//! What devices say, signed, about the version of their account's device list, until a list proves it. Their word holds back what
//! would be encrypted for an older list; the word of one that said what is not so counts no more. Owns the table `disbelieved`.

use crate::accounts::{know, known_list, title_of};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::{chats, devices};
use breakable::{Rule, broken};
use client_api::{Event, Misleader, Notice};
use identity::VerifiedDeviceList;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber};
use rusqlite::{OptionalExtension as _, params};

/// Where a word stands in a chat's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) chat: ChatId,
    /// 0 where this device does not know the hash chain up to there: then nobody can be shown to have seen it.
    pub(crate) seq: u64,
}

/// The word that holds an account's list back.
struct Word {
    by: DeviceNumber,
    version: u64,
    /// The version that was known here then.
    known_then: u64,
    said: Said,
}

fn word_about(cx: &Context<'_>, account: AccountId) -> Result<Option<Word>, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT list_heard, list_heard_by, list_heard_at, list_heard_in, list_heard_seq
         FROM account WHERE account = ?1",
    )?;
    let word = statement.query_row([account.as_bytes()], |row| {
        let chat: Vec<u8> = row.get(3)?;
        Ok(Word {
            version: row.get(0)?,
            by: DeviceNumber(row.get(1)?),
            known_then: row.get(2)?,
            said: Said { chat: ChatId::try_from(chat).unwrap_or(ChatId([0; 16])), seq: row.get(4)? },
        })
    });
    Ok(word.optional()?)
}

/// A device said that its account's list has this version: nothing older will do from now on. Unless a list comes that is newer than
/// the one known now and does not hold that device: then its word was worth nothing, and it cannot silence the account.
pub(crate) fn hear(cx: &mut Context<'_>, from: DeviceAddress, version: u64, said: Said) -> Result<(), Halt> {
    know(cx, from.account, "")?;
    if version <= heard_version(cx, from.account)? || broken(Rule::HeardListIsWanted) {
        return Ok(());
    }
    let known_version = known_list(cx, from.account)?.map_or(0, |list| list.version());
    cx.db
        .prepare_cached(
            "UPDATE account SET list_heard = ?2, list_heard_by = ?3, list_heard_at = ?4,
                 list_heard_in = ?5, list_heard_seq = ?6 WHERE account = ?1",
        )?
        .execute(params![
            from.account.as_bytes(),
            version,
            from.device.0,
            known_version,
            said.chat.as_bytes(),
            said.seq
        ])?;
    chats::unvet(cx, from.account)
}

/// The newest version of an account's list that a device of it said it has, and may say.
pub(crate) fn heard_version(cx: &Context<'_>, account: AccountId) -> Result<u64, Halt> {
    let Some(word) = word_about(cx, account)? else { return Ok(0) };
    let is_put_out =
        known_list(cx, account)?.is_some_and(|list| list.version() > word.known_then && list.device(word.by).is_none());
    Ok(if is_put_out && !broken(Rule::PutOutWordIsNothing) { 0 } else { word.version })
}

/// Which device said so, where a list is waited for because of it.
pub(crate) fn who_said(cx: &Context<'_>, account: AccountId, version: u64) -> Result<Option<DeviceNumber>, Halt> {
    let is_heard = heard_version(cx, account)? == version;
    Ok(word_about(cx, account)?.filter(|_| is_heard).map(|word| word.by))
}

/// The newest known list, unless a newer one was heard of.
pub(crate) fn current_list(cx: &Context<'_>, account: AccountId) -> Result<Option<VerifiedDeviceList>, Halt> {
    let heard = heard_version(cx, account)?;
    Ok(known_list(cx, account)?.filter(|list| list.version() >= heard))
}

/// Whether a device's word about its list counts.
pub(crate) fn is_believed(cx: &Context<'_>, device: DeviceAddress) -> Result<bool, Halt> {
    let known: bool = cx
        .db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM disbelieved WHERE account = ?1 AND device = ?2)")?
        .query_row(params![device.account.as_bytes(), device.device.0], |row| row.get(0))?;
    Ok(!known)
}

/// What a device said of a version is not so: it counts no more, unless a list of that version comes after all. The user is told who it is.
pub(crate) fn disbelieve(cx: &mut Context<'_>, device: DeviceAddress, version: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("INSERT OR REPLACE INTO disbelieved (account, device, version) VALUES (?1, ?2, ?3)")?
        .execute(params![device.account.as_bytes(), device.device.0, version])?;
    cx.db
        .prepare_cached("UPDATE account SET list_heard = 0 WHERE account = ?1 AND list_heard_by = ?2")?
        .execute(params![device.account.as_bytes(), device.device.0])?;
    let own = device.account == cx.me()?.address.account;
    let who = match known_list(cx, device.account)?.and_then(|list| list.device(device.device).map(|cert| cert.role)) {
        Some(role) if own => Misleader::OwnDevice { name: devices::name_of(cx, device.device.0, role)? },
        _ => Misleader::DeviceOf { name: title_of(cx.db, device.account)?, device: device.device.0 },
    };
    cx.event(Event::Notice(Notice::DeviceMisleads(who)));
    Ok(())
}

/// A list of this version is here: who spoke of it, or of an older one, said what is so.
pub(crate) fn proven(cx: &Context<'_>, account: AccountId, version: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("DELETE FROM disbelieved WHERE account = ?1 AND version <= ?2")?
        .execute(params![account.as_bytes(), version])?;
    Ok(())
}

impl Client {
    /// The phone of an account names the version that it has, and has seen the log of this chat up to `seen_seq`, as this device has. It signs
    /// every list before anybody can speak of it: a higher version that it has seen somebody name is none. It may have lost the answer to
    /// one, though: so the server has to have been asked in vain.
    pub(crate) fn hear_phone(
        &mut self,
        cx: &mut Context<'_>,
        phone: DeviceAddress,
        version: u64,
        chat: ChatId,
        seen_seq: u64,
    ) -> Result<(), Halt> {
        let Some(word) = word_about(cx, phone.account)? else { return Ok(()) };
        let has_seen = word.said.chat == chat && (1..=seen_seq).contains(&word.said.seq);
        let is_waited_for = known_list(cx, phone.account)?.is_none_or(|list| list.version() < word.version);
        let holds = is_waited_for && has_seen && word.version > version && word.by != phone.device;
        match holds && self.lists.was_given_in_vain(phone.account, word.version) {
            true => disbelieve(cx, DeviceAddress { account: phone.account, device: word.by }, word.version),
            false => Ok(()),
        }
    }

    /// On the phone: one of its own devices names a list that is newer than its own. It may have signed one and had no answer; the server is
    /// asked, and if it has none either, there is none.
    pub(crate) fn doubt_own_device(
        &mut self,
        cx: &mut Context<'_>,
        device: DeviceAddress,
        version: u64,
    ) -> Result<(), Halt> {
        if self.lists.was_given_in_vain(device.account, version) {
            return disbelieve(cx, device, version);
        }
        self.want_list(cx, device.account, version)
    }
}

#[cfg(test)]
mod hearsay_tests;
