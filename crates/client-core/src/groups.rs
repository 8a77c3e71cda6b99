//! Groups of many: who is in them, what they are called, and what the chat says when that changes. Owns the table `group_member`, which
//! follows the MLS group and its policy after each commit, and the state `group/`. Changing a group is below; so is what it shows besides its name, and who
//! may do what.

mod about;
mod asking;
pub(crate) mod changing;
pub(crate) mod leaving;
mod link;
mod own_words;
mod requests;
mod rules;

pub(crate) use about::of as about_and_photo;
pub(crate) use asking::{is_about_joining, show as show_joins};
pub(crate) use link::shown as link_shown;
pub(crate) use own_words::{followed, hear, under_way};
pub(crate) use requests::{Heard, forget_blocked as forget_asking, of as asked_by, rows as asking_rows};
pub(crate) use rules::{log_ends, may_edit, may_have_said, may_say, may_send, now as rules_now, refusal};

use crate::accounts;
use crate::chats::{self, Chat, Membership, NO_PEER};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::marks::{self, Mark};
use crate::mentions;
use crate::messages::{self, NUMBER_MAX, Place};
use crate::mls;
use crate::notices;
use crate::outbox::{self, Kind, Operation};
use crate::own_state::ChatKey;
use crate::profile::ui_account;
use crate::state;
use crate::vouching;
use breakable::{Rule, broken};
use client_api::{MemberRow, SystemLine};
use e2ee::ChatGroup;
use identity::{ChatKind, ChatPolicy};
use prost::Message as _;
use proto::content::{Content, GroupName, StateOp, content};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

/// What is dated further ahead than this is nobody's honest word: it could never be replaced.
const SKEW_MAX_MS: u64 = 24 * 3_600 * 1_000;

/// Somebody in a group.
#[derive(Debug, Clone, Copy)]
struct Member {
    admin: bool,
    leaves: bool,
}

impl Member {
    /// An admin who can still do something.
    fn stays_admin(self) -> bool {
        self.admin && !self.leaves
    }
}

fn members(db: &Connection, chat: ChatId) -> Result<BTreeMap<AccountId, Member>, Halt> {
    let mut statement = db.prepare_cached("SELECT account, admin, leaves FROM group_member WHERE chat = ?1")?;
    let rows = statement.query_map([chat.as_bytes()], |row| {
        Ok((AccountId(row.get(0)?), Member { admin: row.get(1)?, leaves: row.get(2)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// This device knows who is in a group, this account among them.
fn knows_members(db: &Connection, chat: ChatId) -> Result<bool, Halt> {
    Ok(chats::was_in(db, chat)? && !members(db, chat)?.is_empty())
}

/// An admin, as far as this device knows.
pub(crate) fn is_admin(db: &Connection, chat: ChatId, account: AccountId) -> Result<bool, Halt> {
    let mut statement =
        db.prepare_cached("SELECT EXISTS (SELECT 1 FROM group_member WHERE chat = ?1 AND account = ?2 AND admin)")?;
    Ok(statement.query_row(params![chat.as_bytes(), account.as_bytes()], |row| row.get(0))?)
}

/// This device knows whether an account was an admin at an old place of the log: as it is now, so it was then.
fn knows_admin_at(db: &Connection, chat: ChatId, account: AccountId, seq: u64) -> Result<bool, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM group_member WHERE chat = ?1 AND account = ?2 AND admin_seq <= ?3)",
    )?;
    Ok(statement.query_row(params![chat.as_bytes(), account.as_bytes(), seq], |row| row.get(0))?)
}

/// The one admin of a group that has one: its maker, as long as it is new.
pub(crate) fn only_admin(db: &Connection, chat: ChatId) -> Result<Option<AccountId>, Halt> {
    let mut admins = members(db, chat)?.into_iter().filter(|(_, member)| member.admin).map(|(account, _)| account);
    Ok(admins.next().filter(|_| admins.next().is_none()))
}

/// The groups that an account is in.
pub(crate) fn of(db: &Connection, account: AccountId) -> Result<Vec<ChatId>, Halt> {
    let mut statement = db.prepare_cached("SELECT chat FROM group_member WHERE account = ?1")?;
    let rows = statement.query_map([account.as_bytes()], |row| Ok(ChatId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Who is in a group, or shall be, this account included.
pub(crate) fn accounts(db: &Connection, chat: ChatId) -> Result<BTreeSet<AccountId>, Halt> {
    Ok(members(db, chat)?.into_keys().collect())
}

/// Who is in a group, as the interface shows it; nobody in other chats.
pub(crate) fn rows(db: &Connection, chat: ChatId) -> Result<Vec<MemberRow>, Halt> {
    let members = members(db, chat)?;
    let named =
        |account: &AccountId| Ok((*account, accounts::title_of(db, *account)?, accounts::number_of(db, *account)?));
    let people = members.keys().map(named).collect::<Result<Vec<_>, Halt>>()?;
    let labels = mentions::labels(&people);
    let row = |((account, title, _), mention): ((AccountId, String, String), String)| {
        let admin = members.get(&account).is_some_and(|member| member.admin);
        MemberRow { account: ui_account(account), title, mention, admin }
    };
    Ok(people.into_iter().zip(labels).map(row).collect())
}

/// Those who are in a group no more, and what they are called: who went while this device was in it, and who has written what is here. The senders
/// are found one after the other, by the index of them, however much each has written.
const GONE: &str = "WITH RECURSIVE sender(account) AS (
        SELECT min(account) FROM message INDEXED BY message_by_sender WHERE chat = ?1 AND kind >= 0
        UNION ALL
        SELECT (SELECT min(account) FROM message INDEXED BY message_by_sender
                WHERE chat = ?1 AND kind >= 0 AND account > sender.account) FROM sender
        WHERE sender.account IS NOT NULL LIMIT ?2)
    SELECT account FROM (
        SELECT account FROM group_gone WHERE chat = ?1 UNION SELECT account FROM sender WHERE account IS NOT NULL)
    WHERE account NOT IN (SELECT account FROM group_member WHERE chat = ?1) LIMIT ?2";
const GONE_MAX: u32 = 256;

/// Who is in a group no more, with the name to show; nobody in other chats.
pub(crate) fn gone(db: &Connection, chat: &Chat, me: AccountId) -> Result<Vec<(client_api::AccountId, String)>, Halt> {
    if chat.kind != ChatKind::Group {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare_cached(GONE)?;
    let rows = statement.query_map(params![chat.chat.as_bytes(), GONE_MAX], |row| Ok(AccountId(row.get(0)?)))?;
    let gone: Vec<AccountId> = rows.collect::<Result<_, _>>()?;
    let others = gone.into_iter().filter(|account| *account != me && *account != NO_PEER);
    others.map(|account| Ok((ui_account(account), accounts::title_of(db, account)?))).collect()
}

/// Of those who went, the last are remembered.
fn forget_gone(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "DELETE FROM group_gone WHERE chat = ?1 AND account NOT IN
             (SELECT account FROM group_gone WHERE chat = ?1 ORDER BY seq DESC, account LIMIT ?2)",
        )?
        .execute(params![chat.as_bytes(), GONE_MAX])?;
    Ok(())
}

/// Everybody who is in a group now was in it when this entry of its log was written.
pub(crate) fn all_were_there(db: &Connection, chat: ChatId, seq: u64) -> Result<bool, Halt> {
    let mut statement =
        db.prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM group_member WHERE chat = ?1 AND since_seq > ?2)")?;
    Ok(statement.query_row(params![chat.as_bytes(), seq], |row| row.get(0))?)
}

/// The group has a link to a call, or will have it when all that this account has said of it is heard.
pub(crate) fn has_call_link(db: &Connection, chat: ChatId) -> Result<bool, Halt> {
    let mut newest = link::of(db, chat)?;
    for body in under_way(db, chat)? {
        if let content::Body::GroupLink(said) = body
            && said.clock_ms > newest.clock_ms
        {
            newest = said;
        }
    }
    Ok(newest.call && !newest.secret.is_empty())
}

/// A group's name as it is stored; never nothing.
pub(crate) fn title_of(stored: Vec<u8>) -> String {
    String::from_utf8(stored).ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "Group".to_owned())
}

/// A group's name.
pub(crate) fn title(db: &Connection, chat: ChatId) -> Result<String, Halt> {
    Ok(title_of(state::get(db, &ChatKey::GroupName.of(chat))?.unwrap_or_default()))
}

/// The policy of a group that this account makes.
pub(crate) fn new_policy(chat: &Chat, me: AccountId) -> ChatPolicy {
    let (accounts, admins) = (BTreeSet::new(), BTreeSet::from([me]));
    ChatPolicy { kind: ChatKind::Group, chat: chat.chat, generation: chat.generation, accounts, admins }
}

/// Takes a name where it is the latest: the same operation of own-device state on every device that hears of it. Says whether it is.
fn take_name(cx: &mut Context<'_>, chat: ChatId, name: &str, clock_ms: u64) -> Result<bool, Halt> {
    let key = ChatKey::GroupName.of(chat);
    let before = state::get(cx.db, &key)?.unwrap_or_default();
    // Whoever hears of a name at another time must take the same one.
    let clock_ms = if broken(Rule::NameByItsClock) { cx.now_ms } else { clock_ms };
    let op = StateOp { key, value: name.as_bytes().to_vec(), clock: clock_ms << 16, device: 0 };
    let merged = state::merge(cx.db, &op)? == state::Merge::Changed;
    cx.changed.chat(chat);
    cx.changed.infos.insert(chat);
    Ok(merged && before != op.value)
}

/// When what is known of a group was said, in Unix milliseconds; 0 where nothing is.
pub(crate) fn clock_ms_of(db: &Connection, key: ChatKey, chat: ChatId) -> Result<u64, Halt> {
    let mut statement = db.prepare_cached("SELECT coalesce(max(clock), 0) FROM state WHERE key = ?1")?;
    let clock: i64 = statement.query_row([key.of(chat)], |row| row.get(0))?;
    Ok(clock.cast_unsigned() >> 16)
}

/// This device came into the group when this had been said: that it is said again needs no line. That is its sender's word, so it needs to be so.
pub(crate) fn was_before(db: &Connection, chat: ChatId, clock_ms: u64) -> Result<bool, Halt> {
    let mut statement = db.prepare_cached("SELECT joined_ms >= ?2 FROM chat WHERE chat = ?1")?;
    Ok(statement.query_row(params![chat.as_bytes(), clock_ms], |row| row.get(0))?)
}

/// A word with this clock, which the server took then, can be replaced by a later one.
pub(crate) fn is_dated(clock_ms: u64, time_ms: u64) -> bool {
    clock_ms <= time_ms.saturating_add(SKEW_MAX_MS).min(NUMBER_MAX >> 16)
}

/// Somebody says what the group is called. Only the word of who may edit counts.
pub(crate) fn on_name(
    cx: &mut Context<'_>,
    chat: &Chat,
    by: AccountId,
    given: &GroupName,
    place: Place,
) -> Result<(), Halt> {
    let may = may_edit(cx.db, chat.chat, by, place.seq)?;
    let is_name = changing::tidy_name(&given.name).is_ok_and(|name| name == given.name);
    if chat.kind != ChatKind::Group || !may || !is_name || !is_dated(given.clock_ms, place.time_ms) {
        return Ok(());
    }
    let had_one = clock_ms_of(cx.db, ChatKey::GroupName, chat.chat)? > 0;
    if take_name(cx, chat.chat, &given.name, given.clock_ms)? && had_one {
        let line = SystemLine::GroupRenamed { by: ui_account(by), name: given.name.clone() };
        notices::say_at(cx, chat, &line, place.time_ms)?;
    }
    Ok(())
}

/// What an archive says of who is in a group: until this device is in it and sees for itself.
pub(crate) fn expect(cx: &mut Context<'_>, chat: ChatId, others: &[AccountId]) -> Result<(), Halt> {
    if chats::was_in(cx.db, chat)? {
        return Ok(());
    }
    for account in others {
        write(cx, chat, *account, false, 0)?;
    }
    Ok(())
}

fn write(cx: &mut Context<'_>, chat: ChatId, account: AccountId, admin: bool, since_seq: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "INSERT INTO group_member (chat, account, admin, since_seq, admin_seq) VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT DO UPDATE SET admin = excluded.admin,
             admin_seq = CASE WHEN admin = excluded.admin THEN admin_seq ELSE excluded.admin_seq END",
        )?
        .execute(params![chat.as_bytes(), account.as_bytes(), admin, since_seq])?;
    if account != cx.me()?.address.account {
        accounts::know(cx, account, "")?;
        cx.changed.met.insert(account);
    }
    Ok(())
}

/// This device came into a group: by somebody's Welcome, or from outside beside its siblings. Of who was there before it learns nothing more.
fn came_in(cx: &mut Context<'_>, chat: ChatId, by: Option<AccountId>, at: Place) -> Result<(), Halt> {
    let Some((stored, now, admins)) = as_it_is(cx, chat)? else { return Ok(()) };
    cx.db.prepare_cached("DELETE FROM group_member WHERE chat = ?1")?.execute([chat.as_bytes()])?;
    for account in now {
        write(cx, chat, account, admins.contains(&account), at.seq)?;
    }
    cx.db
        .prepare_cached("UPDATE chat SET joined_ms = ?2 WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), at.time_ms])?;
    cx.changed.infos.insert(chat);
    let Some(by) = by.map(ui_account) else { return Ok(()) };
    let me = ui_account(cx.me()?.address.account);
    // The first entry of a log is its group's making.
    let line = match at.seq {
        0 | 1 => SystemLine::GroupCreated { by },
        _ => SystemLine::MembersAdded { by, accounts: vec![me] },
    };
    notices::say_at(cx, &stored, &line, at.time_ms)?;
    Ok(())
}

/// A group as MLS has it: its chat, the accounts with a leaf, the admins. `None` for other chats.
type AsItIs = (Chat, BTreeSet<AccountId>, BTreeSet<AccountId>);

fn as_it_is(cx: &mut Context<'_>, chat: ChatId) -> Result<Option<AsItIs>, Halt> {
    let Some(stored) = chats::find(cx.db, chat)?.filter(|chat| chat.kind == ChatKind::Group) else { return Ok(None) };
    let Some(group) = mls::load(cx, &stored)? else { return Ok(None) };
    let accounts = accounts_in(&group)?;
    Ok(Some((stored, accounts, group.policy().admins.clone())))
}

fn accounts_in(group: &ChatGroup) -> Result<BTreeSet<AccountId>, Halt> {
    let roster = mls::taken(group.roster())?.unwrap_or_default();
    Ok(roster.iter().map(|entry| entry.address.account).collect())
}

/// Whoever came, with the entry that brought them: what was said before is not theirs, and does not wait for them.
fn welcome(cx: &mut Context<'_>, chat: ChatId, account: AccountId, admin: bool, at: Place) -> Result<(), Halt> {
    write(cx, chat, account, admin, at.seq)?;
    for mark in [Mark::Delivered, Mark::Read] {
        marks::advance(cx, chat, account, mark, (at.seq, at.time_ms))?;
    }
    Ok(())
}

/// Somebody was put out, this account: nothing of the group's keys stays.
pub(crate) fn put_out(cx: &mut Context<'_>, chat: &Chat, by: AccountId, time_ms: u64) -> Result<(), Halt> {
    let accounts = vec![ui_account(cx.me()?.address.account)];
    notices::say_at(cx, chat, &SystemLine::MembersRemoved { by: ui_account(by), accounts }, time_ms)?;
    end(cx, chat)
}

fn end(cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
    mls::taken(ChatGroup::delete(&mls::provider(cx), chat.chat, chat.generation))?;
    cx.db
        .prepare_cached("INSERT OR REPLACE INTO group_gone SELECT chat, account, ?2 FROM group_member WHERE chat = ?1")?
        .execute(params![chat.chat.as_bytes(), chat.applied_seq])?;
    forget_gone(cx, chat.chat)?;
    about::put_away(cx, chat.chat)?;
    link::put_away(cx, chat.chat)?;
    asking::settle(cx, chat.chat)?;
    for table in ["intent", "epoch_key", "group_member", "preview_key", "group_word", "join_request", "own_place"] {
        cx.db.execute(&format!("DELETE FROM {table} WHERE chat = ?1"), [chat.chat.as_bytes()])?;
    }
    // Nobody lets this device in again to look through what it had not followed.
    cx.db.prepare_cached("UPDATE chat SET resync_from = NULL WHERE chat = ?1")?.execute([chat.chat.as_bytes()])?;
    // What was not sent shows as that; what was said about messages is taken back.
    let unsent: Vec<MessageId> = {
        let mut statement =
            cx.db.prepare_cached("SELECT message FROM message WHERE chat = ?1 AND seq = 0 AND kind IN (-1, 0, 1)")?;
        let rows = statement.query_map([chat.chat.as_bytes()], |row| Ok(MessageId(row.get(0)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    for message in unsent {
        messages::fail(cx, chat.chat, message)?;
    }
    cx.db.prepare_cached("DELETE FROM outbox WHERE chat = ?1")?.execute([chat.chat.as_bytes()])?;
    cx.changed.infos.insert(chat.chat);
    chats::set_membership(cx, chat.chat, Membership::Left, 0)
}

/// The server took something of this device's. A message has its place; of a group, what was said of it counts from there on, and where it was the
/// own leaving, it is over.
pub(crate) fn said(cx: &mut Context<'_>, operation: &Operation, place: Place) -> Result<(), Halt> {
    if let Some(id) = operation.message {
        messages::settle(cx, operation.chat, id, place)?;
    }
    let Some(chat) = chats::find(cx.db, operation.chat)?.filter(|chat| chat.kind != ChatKind::SelfGroup) else {
        return Ok(());
    };
    match operation.message {
        Some(id) => rules::judge_own(cx, &chat, id, place.seq),
        None if is_leaving(operation) => leaving::left(cx, &chat, place.time_ms),
        None if is_word(&operation.content) => own_words::placed(cx, &chat, &operation.content, place),
        None => Ok(()),
    }
}

/// Somebody's word of a group: what it shows of itself, or who may do what.
pub(crate) fn is_word(content: &[u8]) -> bool {
    let body = Content::decode(content).ok().and_then(|content| content.body);
    use content::Body as Is;
    matches!(body, Some(Is::GroupAbout(_) | Is::GroupRules(_) | Is::ChatTimer(_) | Is::GroupLink(_)))
}

fn is_leaving(operation: &Operation) -> bool {
    let content = Content::decode(operation.content.as_slice());
    matches!(content, Ok(Content { body: Some(content::Body::Leaving(_)), .. }))
}

/// The server would not have something that is no message of a conversation: where it was the own leaving, that is still wished.
pub(crate) fn was_refused(cx: &Context<'_>, operation: &Operation) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    if operation.kind == Kind::App && is_leaving(operation) {
        let again_ms = cx.now_ms + changing::AGAIN_MS;
        changing::want(cx, operation.chat, changing::Wish::Leave, me, again_ms)?;
    }
    Ok(())
}

/// What goes next in a chat. A message that is given again to whoever could not open it is encrypted for all who are in a group now: where
/// somebody came in since it was asked for, it is not theirs, and goes to nobody.
pub(crate) fn next_to_send(cx: &mut Context<'_>, chat: ChatId) -> Result<Option<Operation>, Halt> {
    while let Some(operation) = outbox::head(cx.db, chat)? {
        let is_new = operation.kind == Kind::App && operation.message.is_none() && operation.frame.is_empty();
        let is_over = is_new
            && (is_for_fewer(cx.db, &operation)?
                || (vouching::is_request(&operation) && !vouching::is_doubted(cx.db, chat)?)
                || (is_leaving(&operation) && changing::must_stay(cx, chat)?));
        if let Some(id) = unsendable(cx, &operation)? {
            outbox::remove(cx, operation.op_id)?;
            messages::fail(cx, chat, id)?;
        } else if is_over {
            outbox::remove(cx, operation.op_id)?;
        } else {
            return Ok(Some(operation));
        }
    }
    Ok(None)
}

/// A message that waited while its account lost the right to it; where its bytes may have left, its place decides.
fn unsendable(cx: &Context<'_>, operation: &Operation) -> Result<Option<MessageId>, Halt> {
    let waits = operation.kind == Kind::App && operation.frame.is_empty();
    let (Some(id), true) = (operation.message, waits) else { return Ok(None) };
    if refusal(cx, operation.chat)?.is_none() {
        return Ok(None);
    }
    let (Some(chat), Ok(content)) =
        (chats::find(cx.db, operation.chat)?, Content::decode(operation.content.as_slice()))
    else {
        return Ok(None);
    };
    let may = may_say(cx.db, &chat, cx.me()?.address.account, NUMBER_MAX, &content)?;
    Ok((!may).then_some(id))
}

fn is_for_fewer(db: &Connection, operation: &Operation) -> Result<bool, Halt> {
    match Content::decode(operation.content.as_slice()).ok().and_then(|content| content.body) {
        Some(content::Body::Resent(resent)) => Ok(!all_were_there(db, operation.chat, resent.seq)?),
        _ => Ok(false),
    }
}

impl Client {
    /// This device is in a chat's group from this entry of the log on; brought in by somebody, or from outside. In a group whose people it
    /// knew, who came and went meanwhile is told.
    pub(crate) fn enter(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        by: Option<AccountId>,
        at: Place,
    ) -> Result<(), Halt> {
        self.vouching.look();
        asking::settle(cx, chat)?;
        leaving::came_back(cx, chat, by)?;
        // Before the entry is written down, by which the chat would be one that this device was in.
        let knew = knows_members(cx.db, chat)?;
        chats::set_membership(cx, chat, Membership::Joined, at.seq)?;
        if knew {
            self.group_changed(cx, chat, by.unwrap_or(NO_PEER), at)?;
        } else {
            came_in(cx, chat, by, at)?;
        }
        followed(cx, chat, at.seq)
    }

    /// A commit came into force, or this device came back where it was before: who came and went, as the MLS group says. Gives whom it brought.
    pub(crate) fn group_changed(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        by: AccountId,
        at: Place,
    ) -> Result<BTreeSet<AccountId>, Halt> {
        let Some((stored, now, admins)) = as_it_is(cx, chat)? else { return Ok(BTreeSet::new()) };
        let before = members(cx.db, chat)?;
        let added: BTreeSet<_> = now.iter().filter(|account| !before.contains_key(account)).copied().collect();
        let removed: Vec<_> = before.keys().filter(|account| !now.contains(account)).copied().collect();
        let stayed = || before.iter().filter(|(account, _)| now.contains(account));
        let made: Vec<_> = stayed().filter(|(a, was)| !was.admin && admins.contains(a)).map(|(a, _)| *a).collect();
        let withdrawn: Vec<_> = stayed().filter(|(a, was)| was.admin && !admins.contains(a)).map(|(a, _)| *a).collect();
        for account in &removed {
            cx.db
                .prepare_cached("INSERT OR REPLACE INTO group_gone (chat, account, seq) VALUES (?1, ?2, ?3)")?
                .execute(params![chat.as_bytes(), account.as_bytes(), at.seq])?;
            cx.db
                .prepare_cached("DELETE FROM group_member WHERE chat = ?1 AND account = ?2")?
                .execute(params![chat.as_bytes(), account.as_bytes()])?;
        }
        forget_gone(cx, chat)?;
        for account in &added {
            welcome(cx, chat, *account, admins.contains(account), at)?;
            requests::settle(cx, chat, *account)?;
            // Or it would bring them in again when they are put out.
            changing::settle(cx, chat, changing::Wish::Add, *account)?;
        }
        for account in made.iter().chain(&withdrawn) {
            write(cx, chat, *account, admins.contains(account), at.seq)?;
        }
        if !added.is_empty() {
            cx.db.prepare_cached("UPDATE chat SET profile_given = 0 WHERE chat = ?1")?.execute([chat.as_bytes()])?;
        }
        for mark in [Mark::Delivered, Mark::Read] {
            marks::level(cx, chat, mark, at.time_ms)?;
        }
        // Who had said so left by themselves, and the chat has said it.
        let put_out = removed.into_iter().filter(|account| before.get(account).is_some_and(|was| !was.leaves));
        let ids = |accounts: Vec<AccountId>| accounts.into_iter().map(ui_account).collect::<Vec<_>>();
        let by = ui_account(by);
        let lines = [
            SystemLine::MembersAdded { by, accounts: ids(added.iter().copied().collect()) },
            SystemLine::MembersRemoved { by, accounts: ids(put_out.collect()) },
            SystemLine::AdminsMade { by, accounts: ids(made) },
            SystemLine::AdminsWithdrawn { by, accounts: ids(withdrawn) },
        ];
        for line in lines.iter().filter(|line| !says_nothing(line)) {
            notices::say_at(cx, &stored, line, at.time_ms)?;
        }
        // Also where there is nothing to say, as of those who had said themselves that they leave.
        cx.changed.infos.insert(chat);
        self.want_leavers_out(cx, chat)?;
        Ok(added)
    }

    /// The own commit came round. Whoever it put out has a link that is void; whoever it brought learns what the group is called and shows, and who
    /// may do what in it.
    pub(crate) fn after_own_change(&mut self, cx: &mut Context<'_>, chat: ChatId, at: Place) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let before = members(cx.db, chat)?;
        let added = self.group_changed(cx, chat, me, at)?;
        let now = accounts(cx.db, chat)?;
        if before.iter().any(|(account, was)| !was.leaves && !now.contains(account)) {
            self.renew_link(cx, chat)?;
        }
        if added.is_empty() {
            return Ok(());
        }
        self.say_name(cx, chat)?;
        self.say_rules(cx, chat)?;
        self.say_timer(cx, chat)?;
        self.say_link(cx, chat)?;
        self.say_about_again(cx, chat)
    }

    /// The server has the group that was made here. Whom it could not bring in is added later; in one that was given up meanwhile nobody is.
    pub(crate) fn group_was_created(&mut self, cx: &mut Context<'_>, chat: &Chat, at: Place) -> Result<(), Halt> {
        let wanted = accounts(cx.db, chat.chat)?;
        let Some((_, now, _)) = as_it_is(cx, chat.chat)? else { return Ok(()) };
        let me = cx.me()?.address.account;
        came_in(cx, chat.chat, Some(me), Place { seq: at.seq.min(1), ..at })?;
        let is_given_up: bool = cx
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM intent WHERE chat = ?1 AND kind = ?2)")?
            .query_row(params![chat.chat.as_bytes(), changing::Wish::Leave.number()], |row| row.get(0))?;
        for account in wanted.difference(&now).filter(|_| !is_given_up) {
            changing::want(cx, chat.chat, changing::Wish::Add, *account, cx.now_ms + changing::AGAIN_MS)?;
            self.retry_at(cx.now_ms + changing::AGAIN_MS);
        }
        self.say_name(cx, chat.chat)
    }

    /// Tells the group what it is called.
    fn say_name(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let Some(name) = state::get(cx.db, &ChatKey::GroupName.of(chat))? else { return Ok(()) };
        let Some(name) = String::from_utf8(name).ok().filter(|_| !broken(Rule::GroupNameIsSaid)) else { return Ok(()) };
        let given = GroupName { name, clock_ms: clock_ms_of(cx.db, ChatKey::GroupName, chat)? };
        self.tell_chat(cx, chat, content::Body::GroupName(given))
    }

    /// Somebody leaves.
    pub(crate) fn on_leaving(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        account: AccountId,
        time_ms: u64,
    ) -> Result<(), Halt> {
        if chat.kind != ChatKind::Group {
            return Ok(());
        }
        if account == cx.me()?.address.account {
            return leaving::left(cx, chat, time_ms);
        }
        let said_first = cx
            .db
            .prepare_cached("UPDATE group_member SET leaves = 1 WHERE chat = ?1 AND account = ?2 AND leaves = 0")?
            .execute(params![chat.chat.as_bytes(), account.as_bytes()])?;
        if said_first > 0 {
            notices::say_at(cx, chat, &SystemLine::MemberLeft { account: ui_account(account) }, time_ms)?;
            // Whose keys are gone holds back no tick.
            for mark in [Mark::Delivered, Mark::Read] {
                marks::level(cx, chat.chat, mark, time_ms)?;
            }
        }
        self.want_leavers_out(cx, chat.chat)
    }
}

fn says_nothing(line: &SystemLine) -> bool {
    matches!(line,
        SystemLine::MembersAdded { accounts, .. } | SystemLine::MembersRemoved { accounts, .. }
        | SystemLine::AdminsMade { accounts, .. } | SystemLine::AdminsWithdrawn { accounts, .. } if accounts.is_empty())
}

#[cfg(test)]
mod groups_tests;
