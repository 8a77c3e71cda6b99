//! Who asks to come into a group with its link: an admin's device compares the secret, and lets in, keeps the request for its owner, or says why not.
//! Owns the table `join_request`. All devices of all admins who are asked do this, each by itself: who is in already is met, and of two
//! commits the server takes one.

use super::changing::{self, Wish, own_to_change};
use super::{is_admin, link, members};
use crate::chats::{self, Chat, Membership, random_id};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::kept_out::{self, Cut};
use crate::messages::Place;
use crate::own_state::{self, ChatKey};
use crate::profile::ui_account;
use crate::{accounts as people, state, vouching};
use client_api::{Answer, AskingRow, JoinWord, UserError};
use identity::ChatKind;
use identity::mls::MEMBERS_NOW_MAX;
use proto::content::join_answer::Verdict;
use proto::content::{JoinAnswer, JoinRequest, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, MessageId};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;
use subtle::ConstantTimeEq as _;

/// What was asked longer ago is gone; so long nobody who was declined asks anew.
pub(super) const LIFE_MS: u64 = 7 * 24 * 3_600 * 1_000;
/// Requests that wait in one group. More are dropped: who let them in would not read so many names.
const WAITING_MAX: u32 = 100;
/// Groups into which one account asks.
const OF_ONE_MAX: u32 = 8;
/// Requests and withdrawals of one account in an hour that are heard.
const HEARD_OF_ONE_MAX: u32 = 20;
/// Accounts that are heard in an hour.
const HEARD_MAX: usize = 1_024;
const HOUR_MS: u64 = 3_600_000;
/// Of several admins' devices one lets somebody in: each waits for a part of this, or they would all use up key packages.
const LET_IN_WAIT_MS: u64 = 1_500;

/// In the column `declined`, besides 0 of who waits: for a while they are not shown again.
const DECLINED: u32 = 1;
/// This device brings them in: the row goes with the commit, or comes back.
const LET_IN: u32 = 2;

/// How often who has asked, in this hour.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    since_ms: u64,
    by: BTreeMap<AccountId, u32>,
}

impl Heard {
    /// One more is heard.
    fn is_heard(&mut self, account: AccountId, now_ms: u64) -> bool {
        if now_ms.abs_diff(self.since_ms) >= HOUR_MS {
            *self = Self { since_ms: now_ms, by: BTreeMap::new() };
        }
        if self.by.len() >= HEARD_MAX && !self.by.contains_key(&account) {
            return false;
        }
        let count = self.by.entry(account).or_default();
        *count += 1;
        *count <= HEARD_OF_ONE_MAX
    }
}

/// Who asks to come into a group; for its admins. Whoever leaves it is let in again when they are out.
pub(crate) fn rows(cx: &Context<'_>, chat: ChatId) -> Result<Vec<AskingRow>, Halt> {
    if !is_admin(cx.db, chat, cx.me()?.address.account)? {
        return Ok(Vec::new());
    }
    let mut statement = cx.db.prepare_cached(
        "SELECT account, asked_ms FROM join_request WHERE chat = ?1 AND declined = 0 AND asked_ms > ?2
         AND account NOT IN (SELECT account FROM group_member WHERE chat = ?1) ORDER BY asked_ms, account",
    )?;
    let rows = statement.query_map(params![chat.as_bytes(), cx.now_ms.saturating_sub(LIFE_MS)], |row| {
        Ok((AccountId(row.get(0)?), row.get(1)?))
    })?;
    let rows: Vec<(AccountId, u64)> = rows.collect::<Result<_, _>>()?;
    let row = |(account, asked_ms)| {
        let title = people::title_of(cx.db, account)?;
        Ok(AskingRow { account: ui_account(account), title, asked_ms })
    };
    rows.into_iter().map(row).collect()
}

/// The groups into which an account asks.
pub(crate) fn of(db: &Connection, account: AccountId) -> Result<Vec<ChatId>, Halt> {
    let mut statement = db.prepare_cached("SELECT chat FROM join_request WHERE account = ?1")?;
    let rows = statement.query_map([account.as_bytes()], |row| Ok(ChatId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Somebody is blocked: they wait for nobody's word, and are not brought in. That they were declined stays.
pub(crate) fn forget_blocked(cx: &mut Context<'_>, account: AccountId) -> Result<(), Halt> {
    let chats: Vec<ChatId> = of(cx.db, account)?;
    cx.changed.infos.extend(chats);
    cx.db
        .prepare_cached("DELETE FROM join_request WHERE account = ?1 AND declined != 1")?
        .execute([account.as_bytes()])?;
    cx.db
        .prepare_cached("DELETE FROM intent WHERE kind = ?1 AND account = ?2")?
        .execute(params![Wish::Add.number(), account.as_bytes()])?;
    Ok(())
}

/// They are in now, or ask no more.
pub(super) fn settle(cx: &mut Context<'_>, chat: ChatId, account: AccountId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("DELETE FROM join_request WHERE chat = ?1 AND account = ?2")?
        .execute(params![chat.as_bytes(), account.as_bytes()])?;
    cx.changed.infos.insert(chat);
    Ok(())
}

/// Whom this device could not bring in waits for the owner's word again.
pub(super) fn ask_again(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "UPDATE join_request SET declined = 0 WHERE chat = ?1 AND declined = ?2
             AND account NOT IN (SELECT account FROM intent WHERE chat = ?1 AND kind = ?3)",
        )?
        .execute(params![chat.as_bytes(), LET_IN, Wish::Add.number()])?;
    cx.changed.infos.insert(chat);
    Ok(())
}

/// The owner has decided.
fn mark(cx: &mut Context<'_>, chat: ChatId, account: AccountId, word: u32) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE join_request SET declined = ?3 WHERE chat = ?1 AND account = ?2")?
        .execute(params![chat.as_bytes(), account.as_bytes(), word])?;
    cx.changed.infos.insert(chat);
    Ok(())
}

fn forget_old(cx: &Context<'_>) -> Result<(), Halt> {
    let since_ms = cx.now_ms.saturating_sub(LIFE_MS);
    cx.db.prepare_cached("DELETE FROM join_request WHERE asked_ms <= ?1")?.execute([since_ms])?;
    Ok(())
}

/// A chat in which nothing is shown stays out of the list, also on devices that are linked later.
fn keep_quiet(cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
    let quiet: bool = cx
        .db
        .prepare_cached("SELECT quiet FROM chat WHERE chat = ?1")?
        .query_row([chat.chat.as_bytes()], |row| row.get(0))?;
    if quiet && !state::was_ever_set(cx.db, &ChatKey::Gone.of(chat.chat))? {
        own_state::set(cx, &ChatKey::Gone.of(chat.chat), Cut::default().encode())?;
    }
    Ok(())
}

/// Members, and whom this device is bringing in.
fn is_full(db: &Connection, chat: ChatId) -> Result<bool, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT count(*) FROM (SELECT account FROM group_member WHERE chat = ?1
         UNION SELECT account FROM intent WHERE chat = ?1 AND kind = ?2)",
    )?;
    let count: usize = statement.query_row(params![chat.as_bytes(), Wish::Add.number()], |row| row.get(0))?;
    Ok(count >= MEMBERS_NOW_MAX)
}

/// They were in the group, as far as this device knows: put out or gone, they come back by an admin's word.
fn was_in(db: &Connection, chat: ChatId, account: AccountId) -> Result<bool, Halt> {
    let mut statement =
        db.prepare_cached("SELECT EXISTS (SELECT 1 FROM group_gone WHERE chat = ?1 AND account = ?2)")?;
    Ok(statement.query_row(params![chat.as_bytes(), account.as_bytes()], |row| row.get(0))?)
}

/// They ask already, and the owner may have decided.
fn word(db: &Connection, chat: ChatId, account: AccountId) -> Result<Option<u32>, Halt> {
    let mut statement = db.prepare_cached("SELECT declined FROM join_request WHERE chat = ?1 AND account = ?2")?;
    Ok(statement.query_row(params![chat.as_bytes(), account.as_bytes()], |row| row.get(0)).optional()?)
}

/// Keeps a request for the owner.
fn keep(
    cx: &mut Context<'_>,
    chat: ChatId,
    account: AccountId,
    (request, asked_ms): (MessageId, u64),
) -> Result<Option<Verdict>, Halt> {
    let word = word(cx.db, chat, account)?;
    match word {
        Some(DECLINED) => return Ok(Some(Verdict::Declined)),
        Some(LET_IN) => return Ok(Some(Verdict::LetIn)),
        _ => {}
    }
    let (waiting, of_one): (u32, u32) = cx
        .db
        .prepare_cached(
            "SELECT (SELECT count(*) FROM join_request WHERE chat = ?1), (SELECT count(*) FROM join_request WHERE account = ?2)",
        )?
        .query_row(params![chat.as_bytes(), account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if word.is_none() && (waiting >= WAITING_MAX || of_one >= OF_ONE_MAX) {
        return Ok(None);
    }
    cx.db
        .prepare_cached(
            "INSERT INTO join_request (chat, account, request, asked_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET request = excluded.request, asked_ms = excluded.asked_ms",
        )?
        .execute(params![chat.as_bytes(), account.as_bytes(), request.as_bytes(), asked_ms.min(cx.now_ms)])?;
    cx.changed.infos.insert(chat);
    Ok(Some(Verdict::Waits))
}

impl Client {
    /// Somebody asks, in the chat of two.
    pub(crate) fn on_join_request(
        &mut self,
        cx: &mut Context<'_>,
        (chat, sender): (&Chat, DeviceAddress),
        message_id: &[u8],
        given: &JoinRequest,
        place: Place,
    ) -> Result<(), Halt> {
        let account = sender.account;
        let is_theirs = chat.kind == ChatKind::Direct && account == chat.peer && account != cx.me()?.address.account;
        let (Ok(group), Ok(request)) = (ChatId::try_from(given.chat.as_slice()), MessageId::try_from(message_id))
        else {
            return Ok(());
        };
        if !is_theirs || kept_out::is_blocked(cx, chat.chat, account, place)? {
            return Ok(());
        }
        forget_old(cx)?;
        if place.time_ms.saturating_add(LIFE_MS) <= cx.now_ms {
            return Ok(());
        }
        let stored = chats::find(cx.db, group)?.filter(|chat| chat.kind == ChatKind::Group);
        if stored.is_none_or(|chat| chat.membership != Membership::Joined)
            || !self.join_requests.is_heard(account, cx.now_ms)
        {
            return Ok(());
        }
        if given.withdrawn {
            let sql = "DELETE FROM join_request WHERE chat = ?1 AND account = ?2 AND declined = 0";
            cx.db.prepare_cached(sql)?.execute(params![group.as_bytes(), account.as_bytes()])?;
            cx.changed.infos.insert(group);
            return changing::forget_by_link(cx, group, account);
        }
        match self.judge(cx, group, chat, &given.secret, (request, place.time_ms))? {
            Some(verdict) => self.say_verdict(cx, chat.chat, request, verdict),
            None => Ok(()),
        }
    }

    /// What is said to them; nothing where they come in at once, or where this device is not the one to say.
    fn judge(
        &mut self,
        cx: &mut Context<'_>,
        group: ChatId,
        direct: &Chat,
        secret: &[u8],
        asked: (MessageId, u64),
    ) -> Result<Option<Verdict>, Halt> {
        let account = direct.peer;
        let link = link::newest(cx.db, group)?;
        // A device that has just come, or may be in a state that nobody vouches for, does not say of a link that there is none.
        if link.clock_ms == 0 || vouching::is_doubted(cx.db, group)? {
            return Ok(None);
        }
        // In constant time: whoever tries secrets learns nothing of how near they are. Of different lengths they are different.
        let fits = !link.secret.is_empty() && bool::from(link.secret.as_slice().ct_eq(secret));
        if !fits || !is_admin(cx.db, group, cx.me()?.address.account)? {
            return Ok(Some(Verdict::Void));
        }
        keep_quiet(cx, direct)?;
        let leaves = members(cx.db, group)?.get(&account).map(|member| member.leaves);
        if leaves == Some(false) {
            return Ok(Some(Verdict::IsIn));
        }
        if is_full(cx.db, group)? {
            return Ok(Some(Verdict::Full));
        }
        // Also where approval was asked for only when they were declined.
        let is_declined = word(cx.db, group, account)? == Some(DECLINED);
        if link.approval || is_declined || leaves == Some(true) || was_in(cx.db, group, account)? {
            return keep(cx, group, account, asked);
        }
        let at_ms = cx.now_ms + u64::from(random_id(cx)[0]) * LET_IN_WAIT_MS / 256;
        changing::want_by_link(cx, group, account, &link, at_ms)?;
        self.retry_at(at_ms);
        Ok(None)
    }

    fn say_verdict(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        request: MessageId,
        verdict: Verdict,
    ) -> Result<(), Halt> {
        let answer = JoinAnswer { message_id: request.to_vec(), verdict: verdict.into() };
        self.tell_chat(cx, chat, content::Body::JoinAnswer(answer))
    }

    /// Another device of this account has answered somebody.
    pub(super) fn on_siblings_verdict(
        &mut self,
        cx: &mut Context<'_>,
        peer: AccountId,
        request: MessageId,
        verdict: Verdict,
    ) -> Result<(), Halt> {
        let group: Option<[u8; 16]> = cx
            .db
            .prepare_cached("SELECT chat FROM join_request WHERE account = ?1 AND request = ?2")?
            .query_row([peer.as_bytes(), request.as_bytes()], |row| row.get(0))
            .optional()?;
        match (group.map(ChatId), verdict) {
            (Some(group), Verdict::LetIn) => settle(cx, group, peer),
            (Some(group), Verdict::Declined) => mark(cx, group, peer, DECLINED),
            _ => Ok(()),
        }
    }

    /// "Let them in", or not.
    pub(super) fn decide_join(
        &mut self,
        cx: &mut Context<'_>,
        chat: client_api::ChatId,
        account: client_api::AccountId,
        word: JoinWord,
    ) -> Result<Result<Answer, UserError>, Halt> {
        let chat = match own_to_change(cx, chat)? {
            Ok(chat) => chat.chat,
            Err(error) => return Ok(Err(error)),
        };
        let account = AccountId(account.0);
        let request: Option<[u8; 16]> = cx
            .db
            .prepare_cached(
                "SELECT request FROM join_request WHERE chat = ?1 AND account = ?2 AND declined = 0
                 AND account NOT IN (SELECT account FROM group_member WHERE chat = ?1)",
            )?
            .query_row(params![chat.as_bytes(), account.as_bytes()], |row| row.get(0))
            .optional()?;
        let Some(request) = request.map(MessageId) else { return Ok(Err(UserError::NotFound)) };
        let verdict = match word {
            JoinWord::LetIn if is_full(cx.db, chat)? => return Ok(Err(changing::too_large())),
            JoinWord::LetIn => {
                changing::want(cx, chat, Wish::Add, account, cx.now_ms)?;
                mark(cx, chat, account, LET_IN)?;
                Verdict::LetIn
            }
            JoinWord::Decline => {
                mark(cx, chat, account, DECLINED)?;
                Verdict::Declined
            }
        };
        if let Some(direct) = chats::find_with(cx.db, ChatKind::Direct, account)? {
            self.say_verdict(cx, direct.chat, request, verdict)?;
        }
        Ok(Ok(Answer::Done))
    }
}
