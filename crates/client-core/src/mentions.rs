//! Who is named in a text. As it is typed, and as it is shown, it has the names that the owner gives people; as it is sent, those that everybody
//! in the chat knows: what somebody is called in an address book is nobody else's to read.

use crate::accounts;
use crate::client::Context;
use crate::groups;
use crate::io::Halt;
use crate::media::facts;
use crate::profile::{self, ui_account};
use client_api::MessageRow;
use prost::Message as _;
use proto::content::{Content, Mention, ProfileBody};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;
use std::ops::Range;

/// Of one text; more are not looked at.
const MENTIONS_MAX: usize = 64;
/// Messages that are looked at when somebody is called differently: what an open page holds, roughly.
const SHOWN_AGAIN_MAX: u32 = 256;
/// Names everybody in a group, whatever they are called.
pub(crate) const EVERYBODY: &str = "all";
/// In place of whoever has no name yet.
const NAMELESS: &str = "somebody";

/// What is written behind an "@" to name each of these people (account, name, number): of no two the same.
pub(crate) fn labels(people: &[(AccountId, String, String)]) -> Vec<String> {
    let mut called = BTreeMap::<&str, usize>::from([(EVERYBODY, 1)]);
    for (_, name, _) in people {
        *called.entry(name).or_default() += 1;
    }
    let label = |(account, name, number): &(AccountId, String, String)| match called.get(name.as_str()) {
        None | Some(0 | 1) if name != EVERYBODY => name.clone(),
        _ if number.is_empty() => format!("{name} ({})", account.to_string().chars().take(8).collect::<String>()),
        _ => format!("{name} ({number})"),
    };
    people.iter().map(label).collect()
}

/// A text as it is typed, as it is sent, and whom it names.
pub(crate) fn written(cx: &Context<'_>, chat: ChatId, typed: &str) -> Result<(String, Vec<Mention>), Halt> {
    if !typed.contains('@') {
        return Ok((typed.to_owned(), Vec::new()));
    }
    let me = cx.me()?.address.account;
    let mut labels = vec![(EVERYBODY.to_owned(), None)];
    let others = groups::rows(cx.db, chat)?.into_iter().filter(|member| member.account.0 != me.0);
    labels.extend(others.map(|member| (member.mention, Some(AccountId(member.account.0)))));
    if labels.len() == 1 {
        return Ok((typed.to_owned(), Vec::new()));
    }
    // "Anna Lee" is not "Anna".
    labels.sort_by_key(|(label, _)| std::cmp::Reverse(label.len()));
    let (mut text, mut mentions) = (String::new(), Vec::new());
    let mut rest = typed;
    while let Some((before, behind)) = rest.split_once('@') {
        text.push_str(before);
        let begins = text.chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
        let ends = |label: &str| behind.strip_prefix(label).filter(|rest| !rest.starts_with(char::is_alphanumeric));
        let named = labels.iter().find_map(|(label, account)| Some((*account, ends(label)?)));
        match named.filter(|_| begins && mentions.len() < MENTIONS_MAX) {
            Some((account, behind)) => {
                let name = public_name(cx.db, account)?;
                let (at, length) = (text.len(), name.len());
                text.push_str(&name);
                mentions.push(Mention {
                    at: u32::try_from(at).unwrap_or(u32::MAX),
                    length: u32::try_from(length).unwrap_or(u32::MAX),
                    account: account.map(|account| account.to_vec()).unwrap_or_default(),
                });
                rest = behind;
            }
            None => {
                text.push('@');
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    Ok((text, mentions))
}

/// "@" and what everybody in the chat knows somebody as.
fn public_name(db: &Connection, account: Option<AccountId>) -> rusqlite::Result<String> {
    let Some(account) = account else { return Ok(format!("@{EVERYBODY}")) };
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
        let names = text.get(range.clone()).is_some_and(|name| name.len() > 1 && name.starts_with('@'));
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

/// What a shown message says, with the names that everybody knows: for people who are not in its chat.
pub(crate) fn for_others(db: &Connection, row: &MessageRow, text: &str) -> rusqlite::Result<String> {
    let (mut public, mut from) = (String::new(), 0);
    for mention in &row.mentions {
        let at = usize::try_from(mention.at).unwrap_or(usize::MAX);
        public.push_str(text.get(from..at).unwrap_or_default());
        public.push_str(&public_name(db, mention.account.map(|account| AccountId(account.0)))?);
        from = at.saturating_add(usize::try_from(mention.length).unwrap_or(usize::MAX));
    }
    public.push_str(text.get(from..).unwrap_or_default());
    Ok(public)
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
