//! Who is named in a text. As it is typed, and as it is shown, it has the names that the owner gives people; as it is sent, those that everybody
//! in the chat knows: what somebody is called in an address book is nobody else's to read.

use crate::accounts;
use crate::chats;
use crate::client::Context;
use crate::groups;
use crate::io::Halt;
use crate::media::facts;
use crate::profile::{self, ui_account};
use client_api::EVERYBODY;
use prost::Message as _;
use proto::content::{Content, Mention, ProfileBody};
use proto::ids::{AccountId, ChatId, MessageId};
use proto::limits::NAME_CHARS_MAX;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Of one text; more are not looked at.
const MENTIONS_MAX: usize = 64;
/// Messages that are looked at when somebody is called differently: what an open page holds, roughly.
const SHOWN_AGAIN_MAX: u32 = 256;
/// In place of whoever has no name yet.
const NAMELESS: &str = "somebody";

/// What is written behind an "@" to name each of these people (account, name, number): of no two the same, whatever they call themselves.
pub(crate) fn labels(people: &[(AccountId, String, String)]) -> Vec<String> {
    let count = |names: &mut dyn Iterator<Item = &str>| {
        let mut called = BTreeMap::<String, usize>::from([(EVERYBODY.to_owned(), 1)]);
        names.for_each(|name| *called.entry(name.to_lowercase()).or_default() += 1);
        called
    };
    let names = count(&mut people.iter().map(|(_, name, _)| name.as_str()));
    let is_one = |called: &BTreeMap<String, usize>, name: &str| {
        called.get(&name.to_lowercase()) == Some(&1) && name.to_lowercase() != EVERYBODY
    };
    let told_apart = |(account, name, number): &(AccountId, String, String)| match is_one(&names, name) {
        true => name.clone(),
        false => long_label(*account, name, number),
    };
    let labels: Vec<String> = people.iter().map(told_apart).collect();
    let taken = count(&mut labels.iter().map(String::as_str));
    let unique = |(label, (account, ..)): (String, &(AccountId, String, String))| match is_one(&taken, &label) {
        true => label,
        false => format!("{label} #{account}"),
    };
    labels.into_iter().zip(people).map(unique).collect()
}

fn long_label(account: AccountId, name: &str, number: &str) -> String {
    match number {
        "" => format!("{name} ({})", account.to_string().chars().take(8).collect::<String>()),
        number => format!("{name} ({number})"),
    }
}

/// Who may be meant by what is written behind an "@".
struct Candidate {
    label: String,
    meant: Meant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    Everybody,
    /// Somebody in the group.
    Member(AccountId),
    /// Somebody else, who is called as everybody knows them, and not named.
    Other(AccountId),
    /// One of several whom the owner calls alike.
    Somebody,
}

/// The people of a group, everybody, and whomever else the owner calls something: no such name is to leave the device.
fn candidates(cx: &Context<'_>, chat: ChatId, also: &[client_api::Mention]) -> Result<Vec<Candidate>, Halt> {
    let me = cx.me()?.address.account;
    let members = groups::rows(cx.db, chat)?;
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let mut candidates = vec![Candidate { label: EVERYBODY.to_owned(), meant: Meant::Everybody }];
    let mut add = |label: String, meant: Meant| candidates.push(Candidate { label, meant });
    let mut known = BTreeSet::from([me]);
    for member in members.into_iter().filter(|member| member.account.0 != me.0) {
        let account = AccountId(member.account.0);
        known.insert(account);
        // It was completed while there was another one of this name, or is written by hand while there is one.
        add(long_label(account, &member.title, &accounts::number_of(cx.db, account)?), Meant::Member(account));
        if member.title != member.mention {
            add(member.title, Meant::Somebody);
        }
        add(member.mention, Meant::Member(account));
    }
    let edited = also.iter().filter_map(|mention| mention.account).map(|account| AccountId(account.0));
    let left = match chats::find(cx.db, chat)? {
        Some(stored) => groups::gone(cx.db, &stored, me)?,
        None => Vec::new(),
    };
    let left = left.into_iter().map(|(account, _)| AccountId(account.0));
    for account in accounts::named_contacts(cx.db)?.into_iter().chain(edited).chain(left) {
        if known.insert(account) {
            let title = accounts::title_of(cx.db, account)?;
            add(long_label(account, &title, &accounts::number_of(cx.db, account)?), Meant::Other(account));
            add(title, Meant::Other(account));
        }
    }
    // "Anna Lee" is not "Anna", and who is in the group comes first.
    let is_other = |meant: Meant| !matches!(meant, Meant::Everybody | Meant::Member(_));
    candidates.sort_by_key(|candidate| (std::cmp::Reverse(candidate.label.len()), is_other(candidate.meant)));
    Ok(candidates)
}

/// What follows behind a name, whatever its letters' case; a name goes on to no other letter.
fn behind_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for letter in name.chars() {
        let typed = rest.next()?;
        if typed != letter && !typed.to_lowercase().eq(letter.to_lowercase()) {
            return None;
        }
    }
    Some(rest.as_str()).filter(|rest| !name.is_empty() && !rest.starts_with(char::is_alphanumeric))
}

/// A text as it is typed, as it is sent, and whom it names. `also`: whom it names as yet, where it is edited.
pub(crate) fn written(
    cx: &Context<'_>,
    chat: ChatId,
    typed: &str,
    also: &[client_api::Mention],
) -> Result<(String, Vec<Mention>), Halt> {
    if !typed.contains('@') {
        return Ok((typed.to_owned(), Vec::new()));
    }
    let candidates = candidates(cx, chat, also)?;
    let (mut text, mut mentions) = (String::new(), Vec::new());
    let (mut rest, mut is_behind_name) = (typed, false);
    while let Some((before, behind)) = rest.split_once('@') {
        text.push_str(before);
        let goes_on = text.chars().next_back().is_some_and(char::is_alphanumeric);
        let begins = !goes_on || (is_behind_name && before.is_empty());
        let meant =
            candidates.iter().find_map(|candidate| Some((candidate.meant, behind_name(behind, &candidate.label)?)));
        let Some((meant, behind)) = meant.filter(|_| begins) else {
            text.push('@');
            (rest, is_behind_name) = (behind, false);
            continue;
        };
        let (name, account) = match meant {
            Meant::Everybody => (format!("@{EVERYBODY}"), Some(Vec::new())),
            Meant::Member(account) => (public_name(cx.db, account)?, Some(account.to_vec())),
            Meant::Other(account) => (public_name(cx.db, account)?, None),
            Meant::Somebody => (format!("@{NAMELESS}"), None),
        };
        if let Some(account) = account.filter(|_| mentions.len() < MENTIONS_MAX) {
            let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            mentions.push(Mention { at: place(text.len()), length: place(name.len()), account });
        }
        text.push_str(&name);
        (rest, is_behind_name) = (behind, true);
    }
    text.push_str(rest);
    Ok((text, mentions))
}

/// "@" and what everybody in the chat knows somebody as.
fn public_name(db: &Connection, account: AccountId) -> rusqlite::Result<String> {
    let name: Option<String> = db
        .prepare_cached("SELECT profile_name FROM account WHERE account = ?1")?
        .query_row([account.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(format!("@{}", name.filter(|name| !name.is_empty()).unwrap_or_else(|| NAMELESS.to_owned())))
}

/// What this account calls itself, where it is this one.
fn own_name(db: &Connection, account: AccountId) -> rusqlite::Result<Option<String>> {
    let stored: Option<Vec<u8>> = db
        .prepare_cached("SELECT s.value FROM this t JOIN state s ON s.key = ?2 WHERE t.account = ?1")?
        .query_row(params![account.as_bytes(), profile::KEY], |row| row.get(0))
        .optional()?;
    let profile = stored.and_then(|stored| ProfileBody::decode(stored.as_slice()).ok());
    Ok(profile.map(|profile| profile.name).filter(|name| !name.is_empty()))
}

/// The parts of a text that name somebody, as far as they are what they should be.
fn parts(text: &str, mentions: &[Mention]) -> Vec<(Range<usize>, Option<AccountId>)> {
    let (mut parts, mut end) = (Vec::new(), 0);
    for mention in mentions.iter().take(MENTIONS_MAX) {
        let at = usize::try_from(mention.at).unwrap_or(usize::MAX);
        let range = at..at.saturating_add(usize::try_from(mention.length).unwrap_or(usize::MAX));
        let account = match mention.account.as_slice() {
            [] => Some(None),
            bytes => AccountId::try_from(bytes).ok().map(Some),
        };
        // A name, and no sentence: whoever knows the person does not read what stands there.
        let is_name = |name: &str| match account {
            Some(None) => name == format!("@{EVERYBODY}"),
            _ => {
                (2..=1 + NAME_CHARS_MAX).contains(&name.chars().count())
                    && name.starts_with('@')
                    && !name.contains(['\n', '\r'])
            }
        };
        let names = text.get(range.clone()).is_some_and(is_name);
        if let Some(account) = account.filter(|_| names && range.start >= end) {
            end = range.end;
            parts.push((range, account));
        }
    }
    parts
}

/// A text as it was sent, as it is shown: with the names by which the owner knows people. Whoever is not known is called what the sender calls them.
pub(crate) fn shown(
    db: &Connection,
    text: String,
    mentions: &[Mention],
) -> rusqlite::Result<(String, Vec<client_api::Mention>)> {
    if mentions.is_empty() {
        return Ok((text, Vec::new()));
    }
    let (mut seen, mut named, mut from) = (String::new(), Vec::new(), 0);
    for (range, account) in parts(&text, mentions) {
        seen.push_str(text.get(from..range.start).unwrap_or_default());
        let name = match account {
            Some(account) => match own_name(db, account)? {
                None => accounts::name_of(db, account)?,
                own => own,
            },
            None => None,
        };
        let sent = || text.get(range.clone()).unwrap_or_default().to_owned();
        let name = name.map_or_else(sent, |name| format!("@{name}"));
        named.push(client_api::Mention {
            at: u32::try_from(seen.len()).unwrap_or(u32::MAX),
            length: u32::try_from(name.len()).unwrap_or(u32::MAX),
            account: account.map(ui_account),
        });
        seen.push_str(&name);
        from = range.end;
    }
    seen.push_str(text.get(from..).unwrap_or_default());
    Ok((seen, named))
}

/// The newest messages of a chat that may name somebody, who is called differently now.
pub(crate) fn of(db: &Connection, chat: ChatId, account: AccountId) -> rusqlite::Result<Vec<MessageId>> {
    let mut statement = db.prepare_cached(
        "SELECT coalesce(CASE m.about WHEN 3 THEN m.target END, m.message)
         FROM (SELECT message, target, about, content FROM message WHERE chat = ?1 ORDER BY time_ms DESC LIMIT ?3) m
         WHERE instr(m.content, ?2) > 0",
    )?;
    let rows = statement
        .query_map(params![chat.as_bytes(), account.as_bytes(), SHOWN_AGAIN_MAX], |row| Ok(MessageId(row.get(0)?)))?;
    rows.collect()
}

/// A message's own text names this account, or everybody.
pub(crate) fn names(content: &Content, me: AccountId) -> bool {
    named(content).any(|account| account.is_none_or(|account| account == me))
}

/// A message's own text names this account, and not only everybody.
pub(crate) fn names_in_person(content: &Content, me: AccountId) -> bool {
    named(content).any(|account| account == Some(me))
}

fn named(content: &Content) -> impl Iterator<Item = Option<AccountId>> {
    let text = content.body.as_ref().and_then(facts::text_of);
    let parts = text.filter(|text| !text.mentions.is_empty()).map(|text| parts(&text.text, &text.mentions));
    parts.unwrap_or_default().into_iter().map(|(_, account)| account)
}

#[cfg(test)]
mod mentions_tests;
