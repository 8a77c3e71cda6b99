//! Who vouches for the state of a group that this device came back into. What the server gives to join by is signed by one leaf, and anybody with an
//! account could have made it, with the leaves of all the others beside their own: a leaf is public. So where it is signed by nobody whom
//! this device knew in the group, it joins and reads, and sends nothing until a word comes that one of those has signed there: a message
//! or a commit is signed together with the state of its group (RFC 9420, 6.1), and nobody else can make it. It asks for such a word, and devices
//! that are asked answer. Owns the rows of kind 0 in the table `intent`: one for each account that can vouch.
//!
//! What is left: who was known here and has left the group meanwhile can still vouch, together with the server; and a state that somebody known
//! has come into from outside, in doubt as well, is believed by who sees their signature.

use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::groups;
use crate::hearsay;
use crate::io::Halt;
use crate::mls;
use crate::outbox::{self, Kind, Operation};
use breakable::{Rule, broken};
use e2ee::group::RosterEntry;
use identity::ChatKind;
use prost::Message as _;
use proto::content::{Content, Vouch, VouchRequest, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, OpId};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

/// Nobody vouches yet: in `intent`, whose wishes of groups are above 2.
const DOUBT: u32 = 0;
/// Who was asked and did not answer is asked again after this, the second time after twice as long, and so on.
const ASK_AGAIN_MS: u64 = 60_000;
/// The longest pause.
const ASK_AGAIN_MAX_MS: u64 = 3_600_000;
/// Of those who are asked one is enough: each waits for a part of this, and is silent where another spoke.
const ANSWER_WITHIN_MS: u64 = 4_000;
/// A device vouches in a chat no more often.
const ANSWER_EVERY_MS: u64 = 30_000;
/// Chats in which an answer is due or was given lately; whoever asks in more asks again.
const ANSWERS_LEN_MAX: usize = 256;

/// An answer that this device owes a group, or gave it.
#[derive(Debug)]
struct Answer {
    /// When it is due, or was given.
    at_ms: u64,
    given: bool,
    /// Whoever of these speaks first answers for all.
    asked: BTreeSet<AccountId>,
}

/// What is due, in this run.
#[derive(Debug, Default)]
pub(crate) struct Vouching {
    answers: BTreeMap<ChatId, Answer>,
    /// Before then nobody is to be asked: the table, in which every chat may have a wish of another kind, is not looked through at each input.
    ask_at_ms: u64,
}

impl Vouching {
    /// This device came into a group, and may doubt it.
    pub(crate) fn look(&mut self) {
        self.ask_at_ms = 0;
    }
}

/// Nobody vouches for this group's state yet: nothing is sent there.
pub(crate) fn is_doubted(db: &Connection, chat: ChatId) -> Result<bool, Halt> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM intent WHERE chat = ?1 AND kind = ?2)")?;
    Ok(statement.query_row(params![chat.as_bytes(), DOUBT], |row| row.get(0))?)
}

/// This device comes into a state of a group that this leaf has signed: into a later one of what it knew, or beside its siblings.
pub(crate) fn comes_into(cx: &mut Context<'_>, chat: &Chat, signer: &RosterEntry) -> Result<(), Halt> {
    if chat.kind != ChatKind::Group || broken(Rule::StateIsVouchedFor) {
        return Ok(());
    }
    // A doubt ends by a word only: who comes from outside signs what the server gave it, and may be in doubt as well; and who came with a state
    // that is doubted is not known by that.
    if is_doubted(cx.db, chat.chat)? {
        return Ok(());
    }
    let known = groups::accounts(cx.db, chat.chat)?;
    // Whoever knew nobody there can be told anything: it is a new group for its user, as any other that a stranger makes.
    let me = cx.me()?.address;
    let by_others = signer.address != me && is_of(cx, signer, &known)?;
    let alone = signer.address == me && known.iter().all(|account| *account == me.account);
    if known.is_empty() || by_others || alone {
        return Ok(());
    }
    tracing::info!("nobody known has signed a group's state: nothing is sent there until somebody vouches");
    for account in known {
        cx.db
            .prepare_cached("INSERT OR IGNORE INTO intent (chat, kind, account, device) VALUES (?1, ?2, ?3, 0)")?
            .execute(params![chat.chat.as_bytes(), DOUBT, account.as_bytes()])?;
    }
    Ok(())
}

fn settle(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("DELETE FROM intent WHERE chat = ?1 AND kind = ?2")?
        .execute(params![chat.as_bytes(), DOUBT])?;
    Ok(())
}

/// Who can end the doubt: whom this device knew in the group when it began. Nobody where there is none.
fn witnesses(db: &Connection, chat: ChatId) -> Result<BTreeSet<AccountId>, Halt> {
    let mut statement = db.prepare_cached("SELECT account FROM intent WHERE chat = ?1 AND kind = ?2")?;
    let rows = statement.query_map(params![chat.as_bytes(), DOUBT], |row| Ok(AccountId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A leaf of one of these accounts, or of the own one; and the leaf is really theirs.
fn is_of(cx: &Context<'_>, leaf: &RosterEntry, accounts: &BTreeSet<AccountId>) -> Result<bool, Halt> {
    let account = leaf.address.account;
    if account != cx.me()?.address.account && !accounts.contains(&account) {
        return Ok(false);
    }
    let list = hearsay::current_list(cx, account)?;
    let listed = list.as_ref().and_then(|list| list.device(leaf.address.device));
    Ok(listed.is_some_and(|cert| cert.signature_key == leaf.signature_key))
}

/// The one thing that is said into a group for whose state nobody vouches.
pub(crate) fn is_request(operation: &Operation) -> bool {
    let body = Content::decode(operation.content.as_slice()).ok().and_then(|content| content.body);
    matches!(body, Some(content::Body::VouchRequest(_)))
}

impl Client {
    /// A device signed something in the present state of a group, which this device can read: it is in it.
    pub(crate) fn hear_signed(&mut self, cx: &mut Context<'_>, chat: &Chat, by: DeviceAddress) -> Result<(), Halt> {
        if chat.kind != ChatKind::Group {
            return Ok(());
        }
        if self
            .vouching
            .answers
            .get(&chat.chat)
            .is_some_and(|answer| !answer.given && answer.asked.contains(&by.account))
        {
            self.vouching.answers.remove(&chat.chat);
        }
        if !is_doubted(cx.db, chat.chat)? {
            return Ok(());
        }
        let group = mls::load(cx, chat)?;
        let leaf = match &group {
            Some(group) => mls::taken(group.find(by))?.flatten(),
            None => None,
        };
        match leaf {
            Some(leaf) if is_of(cx, &leaf, &witnesses(cx.db, chat.chat)?)? => settle(cx, chat.chat),
            // Theirs may be a later list than the one that is known.
            Some(leaf) => self.want_list(cx, leaf.address.account, leaf.list_version),
            None => Ok(()),
        }
    }

    /// Somebody came back, and asks these accounts whether they are in the state that it came into.
    pub(crate) fn on_vouch_request(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        by: DeviceAddress,
        request: &VouchRequest,
    ) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let asked = request.accounts.iter().filter_map(|id| AccountId::try_from(id.as_slice()).ok());
        let asked: BTreeSet<AccountId> = asked.chain([by.account]).collect();
        let is_new =
            self.vouching.answers.get(&chat.chat).is_none_or(|answer| answer.at_ms + ANSWER_EVERY_MS <= cx.now_ms);
        self.vouching.answers.retain(|_, answer| !answer.given || cx.now_ms < answer.at_ms + ANSWER_EVERY_MS);
        if chat.kind != ChatKind::Group
            || !asked.contains(&me)
            || !is_new
            || self.vouching.answers.len() >= ANSWERS_LEN_MAX
        {
            return Ok(());
        }
        let at_ms = cx.now_ms + u64::from(chats::random_id(cx)[0]) * ANSWER_WITHIN_MS / 256;
        self.vouching.answers.insert(chat.chat, Answer { at_ms, given: false, asked });
        self.retry_at(at_ms);
        Ok(())
    }

    /// Asks where nobody vouches yet, and answers who asks.
    pub(crate) fn vouch(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let now_ms = cx.now_ms;
        let due = self.vouching.answers.iter_mut().filter(|(_, answer)| !answer.given && answer.at_ms <= now_ms);
        let due: Vec<ChatId> = due
            .map(|(chat, answer)| {
                answer.given = true;
                *chat
            })
            .collect();
        for chat in due {
            // Who does not know better than to doubt does not vouch; and what cannot go out now is asked for again.
            let joined = chats::find(cx.db, chat)?.is_some_and(|chat| chat.membership == Membership::Joined);
            if joined && outbox::head(cx.db, chat)?.is_none() && !is_doubted(cx.db, chat)? {
                self.tell_chat(cx, chat, content::Body::Vouch(Vouch {}))?;
            }
        }
        if now_ms < self.vouching.ask_at_ms {
            return Ok(());
        }
        let doubted: Vec<(ChatId, u32)> = {
            let mut statement = cx
                .db
                .prepare_cached("SELECT DISTINCT chat, tries FROM intent WHERE kind = ?1 AND not_before_ms <= ?2")?;
            let rows = statement.query_map(params![DOUBT, now_ms], |row| Ok((ChatId(row.get(0)?), row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for (chat, tries) in doubted {
            let joined = chats::find(cx.db, chat)?.is_some_and(|chat| chat.membership == Membership::Joined);
            if joined && !outbox::head(cx.db, chat)?.is_some_and(|operation| is_request(&operation)) {
                self.ask_for_vouch(cx, chat, tries)?;
            }
        }
        let next_ms: Option<u64> = cx
            .db
            .prepare_cached("SELECT min(not_before_ms) FROM intent WHERE kind = ?1")?
            .query_row([DOUBT], |row| row.get(0))?;
        self.vouching.ask_at_ms = next_ms.unwrap_or(u64::MAX);
        Ok(())
    }

    fn ask_for_vouch(&mut self, cx: &mut Context<'_>, chat: ChatId, tries: u32) -> Result<(), Halt> {
        let again_ms = cx.now_ms + (ASK_AGAIN_MS << tries.min(10)).min(ASK_AGAIN_MAX_MS);
        cx.db
            .prepare_cached("UPDATE intent SET tries = tries + 1, not_before_ms = ?3 WHERE chat = ?1 AND kind = ?2")?
            .execute(params![chat.as_bytes(), DOUBT, again_ms])?;
        self.retry_at(again_ms);
        let accounts = witnesses(cx.db, chat)?.iter().map(|id| id.to_vec()).collect();
        let body = content::Body::VouchRequest(VouchRequest { accounts });
        let message_id = chats::random_id(cx).to_vec();
        let content = Content { message_id, sent_ms: cx.now_ms, profile_version: 0, lifetime_s: 0, body: Some(body) }
            .encode_to_vec();
        let op_id = OpId(chats::random_id(cx));
        // What the user wrote waits for the answer.
        let operation = Operation { op_id, chat, kind: Kind::App, message: None, content, frame: Vec::new() };
        outbox::push_ahead(cx, &operation)
    }
}

#[cfg(test)]
mod vouching_tests;
