//! Other accounts as people: what they are called, their numbers and profiles, and what of that is new. Asks the server
//! after everyone after a connection, and after those who are said to have changed. Own profile: `profile`; device
//! lists: `vetting`; a number that leads to another account: `moving`.

use crate::chats::Chat;
use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::messages::NUMBER_MAX;
use crate::profile::{tidy_about, tidy_name, tidy_photo};
use crate::{accounts, numbers, profile, this};
use client_api::number::shown;
use e2ee::profile::open_profile;
use prost::Message as _;
use proto::account::{Found, GetProfiles, LookUpAccounts, LookUpOk, Profile, Profiles};
use proto::content::{Contact, ProfileKey};
use proto::ids::AccountId;
use proto::limits::{LOOKUP_LEN_MAX, PHOTO_LEN_MAX, THUMB_LEN_MAX};
use rusqlite::params;
use std::collections::BTreeSet;

/// Sealed profiles in one request: their photos are large.
const PROFILES_AT_ONCE: u32 = 16;
/// Everyone is asked after at most this often.
const ASK_ALL_EVERY_MS: u64 = 3_600_000;
/// After a request that failed.
const AGAIN_MS: u64 = 5_000;

/// What is to be asked, in this run; what is known is in the database.
#[derive(Debug, Default)]
pub(crate) struct People {
    to_ask: BTreeSet<AccountId>,
    all_asked_ms: Option<u64>,
    /// Profiles may be newer on the server than here.
    profiles_due: bool,
    pub(crate) not_before_ms: u64,
}

/// The name that the owner gave, from a stored contact; empty where none.
pub(crate) fn contact_name(stored: &[u8]) -> String {
    Contact::decode(stored).map(|contact| contact.name).unwrap_or_default()
}

/// The name to show: the owner's, else the profile's, else the number as people read it; never nothing.
pub(crate) fn title(named: String, profile_name: String, number: &str, account: AccountId) -> String {
    [named, profile_name, shown(number)]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| format!("#{}", account.to_string().chars().take(8).collect::<String>()))
}

impl Client {
    /// Connected: whatever changed meanwhile is looked up.
    pub(crate) fn look_around(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.people.profiles_due = true;
        if self.people.all_asked_ms.is_some_and(|asked| cx.now_ms < asked + ASK_ALL_EVERY_MS) {
            return Ok(());
        }
        self.people.all_asked_ms = Some(cx.now_ms);
        let me = cx.me()?.address.account;
        let mut statement = cx.db.prepare_cached(
            "SELECT peer FROM chat WHERE kind = 2 AND membership IN (1, 2) AND peer <> ?1
             UNION SELECT account FROM group_member WHERE account <> ?1",
        )?;
        let peers = statement.query_map([me.as_bytes()], |row| Ok(AccountId(row.get(0)?)))?;
        self.people.to_ask.extend(peers.collect::<Result<Vec<_>, _>>()?);
        Ok(())
    }

    /// The server says that something about an account is new.
    pub(crate) fn on_account_changed(&mut self, account: &[u8]) {
        self.people.to_ask.extend(AccountId::try_from(account));
    }

    /// These are to be looked up again.
    pub(crate) fn ask_after(&mut self, accounts: Vec<AccountId>) {
        self.people.to_ask.extend(accounts);
    }

    /// New profiles may be there to fetch.
    pub(crate) fn profiles_are_due(&mut self) {
        self.people.profiles_due = true;
    }

    /// Those whom this input met for the first time are to be asked after.
    pub(crate) fn note_met(&mut self, cx: &mut Context<'_>) {
        self.people.to_ask.append(&mut cx.changed.met);
    }

    /// The next requests about people, one of each kind at a time.
    pub(crate) fn learn_people(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if cx.now_ms < self.people.not_before_ms {
            return Ok(());
        }
        self.ask_about(cx)?;
        self.fetch_profiles(cx)?;
        self.publish_profile(cx)
    }

    pub(crate) fn people_again_later(&mut self, cx: &Context<'_>) {
        self.people.not_before_ms = cx.now_ms + AGAIN_MS;
        self.retry_at(cx.now_ms + AGAIN_MS);
    }

    fn ask_about(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        self.people.to_ask.remove(&me);
        if self.people.to_ask.is_empty() || self.calls.is_under_way(|p| matches!(p, Purpose::AskAbout { .. })) {
            return Ok(());
        }
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let accounts: Vec<AccountId> = self.people.to_ask.iter().copied().take(LOOKUP_LEN_MAX).collect();
        self.people.to_ask.retain(|account| !accounts.contains(account));
        let body = LookUpAccounts { accounts: accounts.iter().map(|account| account.to_vec()).collect() };
        let purpose = Purpose::AskAbout { accounts };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/accounts", body.encode_to_vec(), Some(token)));
        Ok(())
    }

    pub(crate) fn on_asked_about(
        &mut self,
        cx: &mut Context<'_>,
        accounts: Vec<AccountId>,
        reply: Reply<LookUpOk>,
    ) -> Result<(), Halt> {
        let Reply::Ok(ok) = reply else {
            self.people.to_ask.extend(accounts);
            self.people_again_later(cx);
            return Ok(());
        };
        for found in &ok.found {
            match AccountId::try_from(found.account.as_slice()) {
                Ok(account) if accounts.contains(&account) => self.learn_outline(cx, account, found)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn learn_outline(&mut self, cx: &mut Context<'_>, account: AccountId, found: &Found) -> Result<(), Halt> {
        if accounts::number_of(cx.db, account)? != numbers::of_another(&found.number) {
            accounts::know(cx, account, &found.number)?;
            cx.changed.person(account);
        }
        self.hear_profile_version(cx, account, found.profile_version)?;
        let list_version: Option<u64> = cx
            .db
            .prepare_cached("SELECT max(list_version) FROM account WHERE account = ?1")?
            .query_row([account.as_bytes()], |row| row.get(0))?;
        if list_version.unwrap_or(0) < found.list_version {
            self.want_list(cx, account, found.list_version)?;
        }
        let holder = AccountId::try_from(found.moved_to.as_slice()).ok().filter(|holder| *holder != account);
        match holder {
            Some(holder) => self.number_moved(cx, account, holder, &found.number),
            None => self.number_came(cx, account, &found.number),
        }
    }

    /// A message says which profile its sender has.
    pub(crate) fn hear_profile_version(
        &mut self,
        cx: &mut Context<'_>,
        account: AccountId,
        version: u64,
    ) -> Result<(), Halt> {
        let newer = cx
            .db
            .prepare_cached("UPDATE account SET profile_wanted = ?2 WHERE account = ?1 AND profile_wanted < ?2")?
            .execute(params![account.as_bytes(), version.min(NUMBER_MAX)])?;
        self.people.profiles_due |= newer > 0;
        Ok(())
    }

    /// A key came through a chat: of the other one's profile, or of the own one, given by another own device.
    pub(crate) fn on_profile_key_in(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        sender: AccountId,
        given: &ProfileKey,
    ) -> Result<(), Halt> {
        if sender == cx.me()?.address.account {
            return profile::note_given(cx, chat.chat, &given.key);
        }
        self.on_profile_key(cx, sender, given)
    }

    /// Somebody lets this account open their profile.
    fn on_profile_key(&mut self, cx: &mut Context<'_>, account: AccountId, given: &ProfileKey) -> Result<(), Halt> {
        if given.key.len() != 32 {
            return Ok(());
        }
        accounts::know(cx, account, "")?;
        // Under another key the profile is another, whatever its version.
        cx.db
            .prepare_cached(
                "UPDATE account SET profile_version = CASE WHEN profile_key = ?2 THEN profile_version ELSE 0 END,
                 profile_key = ?2, profile_wanted = max(profile_wanted, ?3) WHERE account = ?1",
            )?
            .execute(params![account.as_bytes(), given.key, given.version.min(NUMBER_MAX)])?;
        self.people.profiles_due = true;
        Ok(())
    }

    fn fetch_profiles(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if !self.people.profiles_due || self.calls.is_under_way(|p| matches!(p, Purpose::GetProfiles { .. })) {
            return Ok(());
        }
        let accounts: Vec<AccountId> = {
            let mut statement = cx.db.prepare_cached(
                "SELECT account FROM account
                 WHERE profile_wanted > profile_version AND length(profile_key) = 32 LIMIT ?1",
            )?;
            let rows = statement.query_map([PROFILES_AT_ONCE], |row| Ok(AccountId(row.get(0)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        if accounts.is_empty() {
            self.people.profiles_due = false;
            return Ok(());
        }
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let body = GetProfiles { accounts: accounts.iter().map(|account| account.to_vec()).collect() };
        let purpose = Purpose::GetProfiles { accounts };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/profiles", body.encode_to_vec(), Some(token)));
        Ok(())
    }

    pub(crate) fn on_profiles(
        &mut self,
        cx: &mut Context<'_>,
        accounts: Vec<AccountId>,
        reply: Reply<Profiles>,
    ) -> Result<(), Halt> {
        let Reply::Ok(ok) = reply else {
            self.people_again_later(cx);
            return Ok(());
        };
        for account in accounts {
            let given = ok.profiles.iter().find(|profile| profile.account == account.0);
            if given.map(|profile| take_profile(cx, account, profile)).transpose()?.is_none_or(|taken| !taken) {
                // Not to be had, or not to be opened: until it is heard of again.
                cx.db
                    .prepare_cached("UPDATE account SET profile_wanted = profile_version WHERE account = ?1")?
                    .execute([account.as_bytes()])?;
            }
        }
        Ok(())
    }
}

/// Opens and keeps a fetched profile. What is in it is another person's: bounded and made harmless. `false` where it
/// does not open.
fn take_profile(cx: &mut Context<'_>, account: AccountId, profile: &Profile) -> Result<bool, Halt> {
    let key: Vec<u8> = cx
        .db
        .prepare_cached("SELECT profile_key FROM account WHERE account = ?1")?
        .query_row([account.as_bytes()], |row| row.get(0))?;
    let Ok(key) = <[u8; 32]>::try_from(key) else { return Ok(false) };
    let Ok(body) = open_profile(&key, account, profile.version, &profile.sealed) else { return Ok(false) };
    let name = tidy_name(&body.name).unwrap_or_default();
    let about = tidy_about(&body.about).unwrap_or_default();
    let photo = tidy_photo(body.photo_jpeg, PHOTO_LEN_MAX).unwrap_or_default();
    let thumb = tidy_photo(body.thumb_jpeg, THUMB_LEN_MAX).unwrap_or_default();
    cx.db
        .prepare_cached(
            "UPDATE account SET profile_name = ?2, profile_about = ?3, profile_photo = ?4, profile_thumb = ?5,
             profile_version = ?6, profile_wanted = ?6 WHERE account = ?1",
        )?
        .execute(params![account.as_bytes(), name, about, photo, thumb, profile.version])?;
    cx.changed.person(account);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_owners_name_else_the_profiles_else_the_number_and_never_nothing() {
        let title = |named: &str, profile: &str, number: &str| {
            title(named.to_owned(), profile.to_owned(), number, AccountId([0xab; 16]))
        };
        assert_eq!(title("Mum", "Ada", "+4915112345678"), "Mum");
        assert_eq!(title("", "Ada", "+4915112345678"), "Ada");
        assert_eq!(title("", "", "+4915112345678"), "+49 151 12345678");
        assert_eq!(title("", "", ""), "#abababab");
    }
}
