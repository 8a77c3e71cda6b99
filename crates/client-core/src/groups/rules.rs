//! Who may send in a group of many, and who may change what it is called and shows: an admin's word in the chat, in force from its place in the
//! log on. What was said without the right to is taken by nobody; all devices judge by the place, so they agree.

use super::{is_admin, is_dated, knows_admin_at, own_words, was_before};
use crate::chats::{self, Chat};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::{self, NUMBER_MAX, Place};
use crate::own_state::ChatKey;
use crate::profile::ui_account;
use crate::{notices, state};
use breakable::{Rule, broken};
use client_api::{Answer, GroupRules as Rules, RulesChange, SystemLine, UserError};
use identity::ChatKind;
use prost::Message as _;
use proto::content::call_word::Word;
use proto::content::group_rules_kept::Kept;
use proto::content::{Content, GroupRules, GroupRulesKept, StateOp, content};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension as _, params};

/// So many of the rules that were in force are kept: what is judged later than its place came is of a short time ago.
const KEPT_MAX: usize = 8;

/// The rules that were taken, the newest last; what a sibling may not have put there is none.
fn kept(db: &Connection, chat: ChatId) -> Result<Vec<(u64, GroupRules)>, Halt> {
    let stored = state::get(db, &ChatKey::GroupRules.of(chat))?.unwrap_or_default();
    let all = GroupRulesKept::decode(stored.as_slice()).unwrap_or_default().kept;
    let rest = all.len().saturating_sub(KEPT_MAX);
    Ok(all.into_iter().skip(rest).filter_map(|kept| Some((kept.seq, kept.rules?))).collect())
}

/// Who may do what at a place of the log.
fn at(db: &Connection, chat: ChatId, seq: u64) -> Result<Rules, Halt> {
    let rules = kept(db, chat)?.into_iter().rfind(|(since, _)| *since <= seq).map(|(_, rules)| rules);
    Ok(rules.map_or_else(Rules::default, |rules| shown(&rules)))
}

fn shown(rules: &GroupRules) -> Rules {
    Rules { only_admins_send: rules.only_admins_send, everybody_edits: rules.everybody_edits }
}

/// Who may do what, as far as this device knows.
pub(crate) fn now(db: &Connection, chat: ChatId) -> Result<Rules, Halt> {
    at(db, chat, NUMBER_MAX)
}

/// An account of the chat may send messages in it.
pub(crate) fn may_send(db: &Connection, chat: &Chat, account: AccountId, seq: u64) -> Result<bool, Halt> {
    Ok(chat.kind != ChatKind::Group || !at(db, chat.chat, seq)?.only_admins_send || is_admin(db, chat.chat, account)?)
}

/// Why this account may not send messages in a chat, where it may not.
pub(crate) fn refusal(cx: &Context<'_>, chat: ChatId) -> Result<Option<UserError>, Halt> {
    let Some(stored) = chats::find(cx.db, chat)? else { return Ok(None) };
    let may = may_send(cx.db, &stored, cx.me()?.address.account, NUMBER_MAX)?;
    Ok((!may).then_some(UserError::OnlyAdmin))
}

/// An account of the group may change its name, photo and description.
pub(crate) fn may_edit(db: &Connection, chat: ChatId, account: AccountId, seq: u64) -> Result<bool, Halt> {
    Ok(is_admin(db, chat, account)? || at(db, chat, seq)?.everybody_edits)
}

/// What somebody says stands in the conversation, or is dropped.
pub(crate) fn may_say(
    db: &Connection,
    chat: &Chat,
    account: AccountId,
    seq: u64,
    content: &Content,
) -> Result<bool, Halt> {
    Ok(!is_speech(content) || may_send(db, chat, account, seq)?)
}

/// The same of what comes long after its place. Where nobody here knows whether its sender was an admin then, it is taken: what some others may
/// not show is better than a message that is lost.
pub(crate) fn may_have_said(
    db: &Connection,
    chat: &Chat,
    account: AccountId,
    seq: u64,
    content: &Content,
) -> Result<bool, Halt> {
    Ok(may_say(db, chat, account, seq, content)? || !knows_admin_at(db, chat.chat, account, seq)?)
}

/// Messages, and new words in their place. Of what a newer version says this one does not know that it is something else. Whoever adds a body says
/// here what it is.
fn is_speech(content: &Content) -> bool {
    use content::Body as Is;
    match &content.body {
        None
        | Some(
            Is::Text(_)
            | Is::Media(_)
            | Is::Call(_)
            | Is::Poll(_)
            | Is::Cards(_)
            | Is::Place(_)
            | Is::Edit(_)
            | Is::Erased(_),
        ) => true,
        // It rings as a call does.
        Some(Is::CallWord(word)) => word.word() == Word::Rings && !broken(Rule::RingingIsSpeech),
        Some(Is::Reaction(_) | Is::Deletion(_) | Is::Pin(_) | Is::Vote(_)) => false,
        // No part of the conversation.
        Some(
            Is::ProfileKey(_)
            | Is::RetryRequest(_)
            | Is::Resent(_)
            | Is::GroupName(_)
            | Is::GroupAbout(_)
            | Is::GroupRules(_)
            | Is::ChatTimer(_)
            | Is::GroupLink(_)
            | Is::JoinRequest(_)
            | Is::JoinAnswer(_)
            | Is::Leaving(_)
            | Is::VouchRequest(_)
            | Is::Vouch(_)
            | Is::NotificationKey(_)
            | Is::StateOps(_)
            | Is::FillRequest(_)
            | Is::Fill(_)
            | Is::ArchiveSegment(_)
            | Is::ArchiveManifest(_)
            | Is::ArchiveReport(_)
            | Is::Joined(_)
            | Is::StateDigest(_),
        ) => false,
    }
}

/// The rules that will be in force when all that this account has said of them is heard.
fn newest(db: &Connection, chat: ChatId) -> Result<GroupRules, Halt> {
    let mut newest = kept(db, chat)?.pop().map_or_else(GroupRules::default, |(_, rules)| rules);
    for body in own_words::under_way(db, chat)? {
        if let content::Body::GroupRules(said) = body
            && order(&said) > order(&newest)
        {
            newest = said;
        }
    }
    Ok(newest)
}

/// A server that was put back has lost the log behind this place. What was in force there is in force from here on.
pub(crate) fn log_ends(cx: &mut Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    own_words::log_ends(cx, chat, seq)?;
    let all = kept(cx.db, chat)?;
    if all.iter().all(|(since, _)| *since <= seq) {
        return Ok(());
    }
    let kept = all.into_iter().map(|(since, rules)| Kept { seq: since.min(seq), rules: Some(rules) }).collect();
    // Under the same clock: other devices find the same.
    cx.db
        .prepare_cached("UPDATE state SET value = ?2 WHERE key = ?1")?
        .execute(params![ChatKey::GroupRules.of(chat), GroupRulesKept { kept }.encode_to_vec()])?;
    Ok(())
}

/// Of two words the one that counts is the greater one.
fn order(rules: &GroupRules) -> (u64, bool, bool) {
    (rules.clock_ms, rules.only_admins_send, rules.everybody_edits)
}

/// Somebody says who may do what. Only an admin's word counts.
pub(crate) fn on_rules(
    cx: &mut Context<'_>,
    chat: &Chat,
    by: AccountId,
    given: &GroupRules,
    place: Place,
) -> Result<(), Halt> {
    let is_admin = is_admin(cx.db, chat.chat, by)?;
    if chat.kind != ChatKind::Group || !is_admin || !is_dated(given.clock_ms, place.time_ms) {
        return Ok(());
    }
    let mut all = kept(cx.db, chat.chat)?;
    let before = all.last().map(|(_, rules)| *rules);
    // A sibling has told of it first: it is in force, and what this device has sent behind it is not judged yet.
    if let Some((since, _)) = all.iter().find(|(_, rules)| order(rules) == order(given)) {
        return take_back_behind(cx, chat, *since);
    }
    if before.as_ref().is_some_and(|before| order(given) <= order(before)) {
        return Ok(());
    }
    all.push((place.seq, GroupRules { again: false, ..*given }));
    let rest = all.len().saturating_sub(KEPT_MAX);
    let kept = all.into_iter().skip(rest).map(|(seq, rules)| Kept { seq, rules: Some(rules) }).collect();
    let (key, value) = (ChatKey::GroupRules.of(chat.chat), GroupRulesKept { kept }.encode_to_vec());
    // The same operation on every device: it needs nobody to pass it on.
    state::merge(cx.db, &StateOp { key, value, clock: given.clock_ms << 16, device: 0 })?;
    cx.changed.chat(chat.chat);
    cx.changed.infos.insert(chat.chat);
    let was = before.as_ref().map_or_else(Rules::default, shown);
    if !(given.again && was_before(cx.db, chat.chat, given.clock_ms)?) {
        say_lines(cx, chat, by, (was, shown(given)), place.time_ms)?;
    }
    take_back_behind(cx, chat, place.seq)
}

fn say_lines(
    cx: &mut Context<'_>,
    chat: &Chat,
    by: AccountId,
    (was, is): (Rules, Rules),
    time_ms: u64,
) -> Result<(), Halt> {
    let by = ui_account(by);
    if was.only_admins_send != is.only_admins_send {
        notices::say_at(cx, chat, &SystemLine::WhoMaySend { by, only_admins: is.only_admins_send }, time_ms)?;
    }
    if was.everybody_edits != is.everybody_edits {
        notices::say_at(cx, chat, &SystemLine::WhoMayEdit { by, only_admins: !is.everybody_edits }, time_ms)?;
    }
    Ok(())
}

/// What this account has sent behind a word that came first: nobody takes it, and here it shows as not sent. Only what stands before it decides
/// whether this account was an admin there, so of what was followed long ago, as a word of a newer version that an update can read, nothing is judged.
fn take_back_behind(cx: &mut Context<'_>, chat: &Chat, seq: u64) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    let seq = chats::find(cx.db, chat.chat)?.map_or(seq, |chat| chat.applied_seq.max(seq));
    let sent: Vec<(MessageId, u64)> = {
        let mut statement = cx.db.prepare_cached(
            "SELECT message, seq FROM message WHERE chat = ?1 AND account = ?2 AND seq > ?3 AND kind IN (-1, 0)",
        )?;
        let rows = statement.query_map(params![chat.chat.as_bytes(), me.as_bytes(), seq], |row| {
            Ok((MessageId(row.get(0)?), row.get(1)?))
        })?;
        rows.collect::<Result<_, _>>()?
    };
    sent.into_iter().try_for_each(|(id, seq)| judge_own(cx, chat, id, seq))
}

/// An own message has this place: it stands there for others only if this account had the right to it.
pub(crate) fn judge_own(cx: &mut Context<'_>, chat: &Chat, id: MessageId, seq: u64) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    if may_send(cx.db, chat, me, seq)? {
        return Ok(());
    }
    // It may have been deleted here meanwhile.
    let content: Option<Vec<u8>> = cx
        .db
        .prepare_cached("SELECT content FROM message WHERE message = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    let is_deleted = |content: &Content| matches!(content.body, Some(content::Body::Erased(_)));
    if content.and_then(messages::decoded).is_none_or(|content| !is_speech(&content) || is_deleted(&content)) {
        return Ok(());
    }
    let time_ms = messages::UNSENT_MS + messages::next_unsent(cx.db, chat.chat)?;
    cx.db
        .prepare_cached("UPDATE message SET seq = 0, time_ms = ?2, failed = ?3 WHERE message = ?1")?
        .execute(params![id.as_bytes(), time_ms, messages::FAILED_IN_LOG])?;
    messages::fail(cx, chat.chat, id)
}

impl Client {
    /// "Who may do what here": said to the group, and in force when its place in the log is known.
    pub(crate) fn set_group_rules(
        &mut self,
        cx: &mut Context<'_>,
        chat: client_api::ChatId,
        change: RulesChange,
    ) -> Result<Result<Answer, UserError>, Halt> {
        let chat = match super::changing::own_to_change(cx, chat)? {
            Ok(chat) => chat.chat,
            Err(error) => return Ok(Err(error)),
        };
        let newest = newest(cx.db, chat)?;
        let only_admins_send = change.only_admins_send.unwrap_or(newest.only_admins_send);
        let everybody_edits = change.everybody_edits.unwrap_or(newest.everybody_edits);
        if shown(&newest) != (Rules { only_admins_send, everybody_edits }) {
            let clock_ms = cx.now_ms.max(newest.clock_ms + 1);
            let said = GroupRules { clock_ms, again: false, only_admins_send, everybody_edits };
            self.tell_chat(cx, chat, content::Body::GroupRules(said))?;
        }
        Ok(Ok(Answer::Done))
    }

    /// Tells those who came who may do what.
    pub(super) fn say_rules(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let Some((_, rules)) = kept(cx.db, chat)?.pop() else { return Ok(()) };
        self.tell_chat(cx, chat, content::Body::GroupRules(GroupRules { again: true, ..rules }))
    }
}
