//! Changing a group of many: the commands, the wishes that they leave in the database, and the one commit at a time that fulfils what is
//! wished in a group. A wish is held against the group after every commit: it may be met, or no longer this account's to have.

use super::{accounts, accounts_in, link, members, requests, take_name, title};
use crate::chats::{self, Chat, Membership, NO_PEER, random_id};
use crate::client::{Client, Context};
use crate::creating::sorted_packages;
use crate::io::Halt;
use crate::messages::NUMBER_MAX;
use crate::own_state::ChatKey;
use crate::{accounts as people, mls, outbox, profile, reading, vouching, witness};
use breakable::{Rule, broken};
use client_api::{Answer, SystemLine, UserError};
use e2ee::ChatGroup;
use e2ee::group::{Change, UpdatePath};
use e2ee::key_packages::VerifiedKeyPackage;
use identity::ChatKind;
use identity::mls::MEMBERS_NOW_MAX;
use proto::account::ClaimKeyPackagesOk;
use proto::content::{GroupLink, Leaving, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation};
use proto::wire::commit;
use rusqlite::params;
use std::collections::{BTreeMap, BTreeSet};

/// What could not be done is tried again after this.
pub(super) const AGAIN_MS: u64 = 30_000;
/// So often a wish is tried.
const TRIES_MAX: u32 = 10;
/// Of several admins' devices one takes a leaver out: each waits for a part of this.
const LEAVER_WAIT_MS: u64 = 2_000;

/// What shall be true of an account in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wish {
    Add,
    Remove,
    MakeAdmin,
    WithdrawAdmin,
    /// Of the own account: it says that it leaves, when it is no admin any more.
    Leave,
}

impl Wish {
    /// In the table `intent`, behind those of `removing` and `updating`.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Add => 3,
            Self::Remove => 4,
            Self::MakeAdmin => 5,
            Self::WithdrawAdmin => 6,
            Self::Leave => 7,
        }
    }

    fn of(number: u32) -> Option<Self> {
        [Self::Add, Self::Remove, Self::MakeAdmin, Self::WithdrawAdmin, Self::Leave]
            .into_iter()
            .find(|wish| wish.number() == number)
    }

    /// The one that says the contrary.
    fn contrary(self) -> Option<Self> {
        match self {
            Self::Add => Some(Self::Remove),
            Self::Remove => Some(Self::Add),
            Self::MakeAdmin => Some(Self::WithdrawAdmin),
            Self::WithdrawAdmin => Some(Self::MakeAdmin),
            Self::Leave => None,
        }
    }
}

/// Something is wished of an account; the contrary is not any more.
pub(super) fn want(
    cx: &Context<'_>,
    chat: ChatId,
    wish: Wish,
    account: AccountId,
    not_before_ms: u64,
) -> Result<(), Halt> {
    want_by(cx, (chat, wish, account), 0, not_before_ms)
}

/// They shall come in because they have the link, and as long as it lets them in.
pub(super) fn want_by_link(
    cx: &Context<'_>,
    chat: ChatId,
    account: AccountId,
    link: &GroupLink,
    not_before_ms: u64,
) -> Result<(), Halt> {
    want_by(cx, (chat, Wish::Add, account), link_tag(link), not_before_ms)
}

/// Stands for a link that lets in without approval, in the column of devices; 0: it does not, and what a person wished.
fn link_tag(link: &GroupLink) -> u64 {
    let first = link.secret.first_chunk().filter(|_| !link.approval);
    first.map_or(0, |bytes| u64::from(u32::from_be_bytes(*bytes)) + 1)
}

/// The link was reset or turned off, or an admin is asked now: whom it was to bring in does not come with it any more.
fn forget_by_old_link(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    let tag = link_tag(&link::newest(cx.db, chat)?);
    cx.db
        .prepare_cached("DELETE FROM intent WHERE chat = ?1 AND kind = ?2 AND device NOT IN (0, ?3)")?
        .execute(params![chat.as_bytes(), Wish::Add.number(), tag])?;
    Ok(())
}

/// Who has asked with the link asks no more. What a person wished stays.
pub(super) fn forget_by_link(cx: &Context<'_>, chat: ChatId, account: AccountId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("DELETE FROM intent WHERE chat = ?1 AND kind = ?2 AND account = ?3 AND device != 0")?
        .execute(params![chat.as_bytes(), Wish::Add.number(), account.as_bytes()])?;
    Ok(())
}

fn want_by(
    cx: &Context<'_>,
    (chat, wish, account): (ChatId, Wish, AccountId),
    tag: u64,
    not_before_ms: u64,
) -> Result<(), Halt> {
    if let Some(contrary) = wish.contrary() {
        settle(cx, chat, contrary, account)?;
    }
    cx.db
        .prepare_cached(
            "INSERT OR IGNORE INTO intent (chat, kind, account, device, not_before_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![chat.as_bytes(), wish.number(), account.as_bytes(), tag, not_before_ms])?;
    Ok(())
}

/// It is met, or not wished any more.
pub(super) fn settle(cx: &Context<'_>, chat: ChatId, wish: Wish, account: AccountId) -> Result<(), Halt> {
    cx.db.prepare_cached("DELETE FROM intent WHERE chat = ?1 AND kind = ?2 AND account = ?3")?.execute(params![
        chat.as_bytes(),
        wish.number(),
        account.as_bytes()
    ])?;
    Ok(())
}

fn wishes(cx: &Context<'_>, chat: ChatId) -> Result<BTreeSet<(Wish, AccountId)>, Halt> {
    let mut statement = cx
        .db
        .prepare_cached("SELECT kind, account FROM intent WHERE chat = ?1 AND kind > 2 AND not_before_ms <= ?2")?;
    let rows = statement
        .query_map(params![chat.as_bytes(), cx.now_ms], |row| Ok((row.get::<_, u32>(0)?, AccountId(row.get(1)?))))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().filter_map(|(kind, account)| Some((Wish::of(kind)?, account))).collect())
}

/// A name as it is kept: under the rules of people's names.
pub(super) fn tidy_name(name: &str) -> Result<String, UserError> {
    profile::tidy_name(name)
}

/// A group whose name, photo and description this account may change.
pub(super) fn own_to_edit(cx: &Context<'_>, chat: client_api::ChatId) -> Result<Result<Chat, UserError>, Halt> {
    let me = cx.me()?.address.account;
    Ok(match own(cx, chat)? {
        Ok(stored) if !super::may_edit(cx.db, stored.chat, me, NUMBER_MAX)? => Err(UserError::OnlyAdmin),
        result => result,
    })
}

/// A group that this account may change.
pub(super) fn own_to_change(cx: &Context<'_>, chat: client_api::ChatId) -> Result<Result<Chat, UserError>, Halt> {
    let me = cx.me()?.address.account;
    Ok(match own(cx, chat)? {
        Ok(stored) if !super::is_admin(cx.db, stored.chat, me)? => Err(UserError::OnlyAdmin),
        result => result,
    })
}

/// A group that this account is in.
fn own(cx: &Context<'_>, chat: client_api::ChatId) -> Result<Result<Chat, UserError>, Halt> {
    let Some(stored) = chats::find(cx.db, ChatId(chat.0))?.filter(|chat| chat.kind == ChatKind::Group) else {
        return Ok(Err(UserError::NotFound));
    };
    Ok(if stored.membership == Membership::Joined { Ok(stored) } else { Err(UserError::NotNow) })
}

fn known(cx: &Context<'_>, given: &[client_api::AccountId]) -> Result<Option<BTreeSet<AccountId>>, Halt> {
    let mut statement = cx.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE account = ?1)")?;
    let mut accounts = BTreeSet::new();
    for account in given {
        if !statement.query_row([&account.0], |row| row.get::<_, bool>(0))? {
            return Ok(None);
        }
        accounts.insert(AccountId(account.0));
    }
    Ok(Some(accounts))
}

pub(super) fn too_large() -> UserError {
    UserError::GroupTooLarge { max: u32::try_from(MEMBERS_NOW_MAX).unwrap_or(u32::MAX) }
}

/// What a command is answered.
pub(crate) type Answered = Result<Result<Answer, UserError>, Halt>;

/// "Make a group."
pub(crate) fn create(cx: &mut Context<'_>, name: &str, given: &[client_api::AccountId]) -> Answered {
    let name = match tidy_name(name) {
        Ok(name) => name,
        Err(error) => return Ok(Err(error)),
    };
    let Some(mut accounts) = known(cx, given)? else { return Ok(Err(UserError::NotFound)) };
    if accounts.len() >= MEMBERS_NOW_MAX {
        return Ok(Err(too_large()));
    }
    let me = cx.me()?.address.account;
    accounts.insert(me);
    let chat = Chat {
        chat: ChatId(random_id(cx)),
        kind: ChatKind::Group,
        generation: Generation(1),
        peer: NO_PEER,
        membership: Membership::Creating,
        applied_seq: 0,
        activity_ms: cx.now_ms,
    };
    chats::insert(cx, &chat)?;
    for account in accounts {
        super::write(cx, chat.chat, account, account == me, 0)?;
    }
    take_name(cx, chat.chat, &name, cx.now_ms)?;
    Ok(Ok(Answer::Chat(client_api::ChatId(chat.chat.0))))
}

/// "Add them."
pub(crate) fn add_members(cx: &mut Context<'_>, chat: client_api::ChatId, given: &[client_api::AccountId]) -> Answered {
    let chat = match own_to_change(cx, chat)? {
        Ok(chat) => chat,
        Err(error) => return Ok(Err(error)),
    };
    let Some(new) = known(cx, given)? else { return Ok(Err(UserError::NotFound)) };
    if accounts(cx.db, chat.chat)?.union(&new).count() > MEMBERS_NOW_MAX {
        return Ok(Err(too_large()));
    }
    for account in new {
        want(cx, chat.chat, Wish::Add, account, cx.now_ms)?;
    }
    Ok(Ok(Answer::Done))
}

/// "Take them out."
pub(crate) fn remove_members(
    cx: &mut Context<'_>,
    chat: client_api::ChatId,
    given: &[client_api::AccountId],
) -> Answered {
    let chat = match own_to_change(cx, chat)? {
        Ok(chat) => chat,
        Err(error) => return Ok(Err(error)),
    };
    let me = cx.me()?.address.account;
    if given.iter().any(|account| account.0 == me.0) {
        return Ok(Err(UserError::NotNow));
    }
    for account in given {
        want(cx, chat.chat, Wish::Remove, AccountId(account.0), cx.now_ms)?;
    }
    Ok(Ok(Answer::Done))
}

/// "Make them an admin", or no longer.
pub(crate) fn set_admin(
    cx: &mut Context<'_>,
    chat: client_api::ChatId,
    member: client_api::AccountId,
    admin: bool,
) -> Answered {
    let chat = match own_to_change(cx, chat)? {
        Ok(chat) => chat,
        Err(error) => return Ok(Err(error)),
    };
    let account = AccountId(member.0);
    let members = members(cx.db, chat.chat)?;
    if !members.contains_key(&account) {
        return Ok(Err(UserError::NotFound));
    }
    if !admin && !members.iter().any(|(other, member)| *other != account && member.stays_admin()) {
        return Ok(Err(UserError::LastAdmin));
    }
    let wish = if admin { Wish::MakeAdmin } else { Wish::WithdrawAdmin };
    want(cx, chat.chat, wish, account, cx.now_ms)?;
    Ok(Ok(Answer::Done))
}

/// "Leave." MLS lets nobody commit their own removal (RFC 9420, 12.4): an admin's device does when it hears of it.
pub(crate) fn leave(cx: &mut Context<'_>, chat: client_api::ChatId) -> Answered {
    let chat = chats::find(cx.db, ChatId(chat.0))?.filter(|chat| chat.kind == ChatKind::Group);
    let Some(chat) = chat.filter(|chat| chat.membership == Membership::Joined) else {
        return Ok(Err(UserError::NotFound));
    };
    let me = cx.me()?.address.account;
    let members = members(cx.db, chat.chat)?;
    let is_admin = members.get(&me).is_some_and(|member| member.admin);
    let other_admin = members.iter().any(|(account, member)| *account != me && member.stays_admin());
    if is_admin && !other_admin && members.len() > 1 {
        return Ok(Err(UserError::LastAdmin));
    }
    if is_admin && other_admin {
        want(cx, chat.chat, Wish::WithdrawAdmin, me, cx.now_ms)?;
    }
    want(cx, chat.chat, Wish::Leave, me, cx.now_ms)?;
    Ok(Ok(Answer::Done))
}

/// A group that this account has just made is of no use to anybody: all are out of it again, and this account last. Says whether it was not made
/// yet, and never will be.
pub(crate) fn give_up(cx: &mut Context<'_>, chat: ChatId) -> Result<bool, Halt> {
    let Some(stored) = chats::find(cx.db, chat)?.filter(|chat| chat.membership != Membership::Left) else {
        return Ok(false);
    };
    if stored.membership == Membership::Creating && outbox::head(cx.db, chat)?.is_none() {
        chats::set_membership(cx, chat, Membership::Left, 0)?;
        return Ok(true);
    }
    let me = cx.me()?.address.account;
    for account in accounts(cx.db, chat)?.into_iter().filter(|account| *account != me) {
        want(cx, chat, Wish::Remove, account, cx.now_ms)?;
    }
    want(cx, chat, Wish::Leave, me, cx.now_ms)?;
    Ok(false)
}

/// This account became an admin after it had said here that it leaves, and before anybody heard of it: first it withdraws, and where it is the
/// only one it stays.
pub(super) fn must_stay(cx: &Context<'_>, chat: ChatId) -> Result<bool, Halt> {
    let me = cx.me()?.address.account;
    let members = members(cx.db, chat)?;
    let is_admin = members.get(&me).is_some_and(|member| member.admin);
    if members.len() < 2 || !is_admin || broken(Rule::LastAdminStays) {
        return Ok(false);
    }
    want(cx, chat, Wish::WithdrawAdmin, me, cx.now_ms)?;
    want(cx, chat, Wish::Leave, me, cx.now_ms)?;
    Ok(true)
}

impl Client {
    /// "Call it so."
    pub(crate) fn rename_group(&mut self, cx: &mut Context<'_>, chat: client_api::ChatId, name: &str) -> Answered {
        let (chat, name) = match (own_to_edit(cx, chat)?, tidy_name(name)) {
            (Ok(chat), Ok(name)) => (chat, name),
            (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
        };
        let clock_ms = cx.now_ms.max(super::clock_ms_of(cx.db, ChatKey::GroupName, chat.chat)? + 1);
        if name != title(cx.db, chat.chat)? && take_name(cx, chat.chat, &name, clock_ms)? {
            let by = profile::ui_account(cx.me()?.address.account);
            crate::notices::say(cx, &chat, &SystemLine::GroupRenamed { by, name })?;
            self.say_name(cx, chat.chat)?;
        }
        Ok(Ok(Answer::Done))
    }

    /// Those who said that they leave are taken out, where this account is an admin; each admin's device waits for another moment.
    pub(super) fn want_leavers_out(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let members = members(cx.db, chat)?;
        if !members.get(&cx.me()?.address.account).is_some_and(|member| member.admin) || broken(Rule::LeaverIsPutOut) {
            return Ok(());
        }
        for (account, _) in members.into_iter().filter(|(_, member)| member.leaves) {
            let at_ms = cx.now_ms + u64::from(random_id(cx)[0]) * LEAVER_WAIT_MS / 256;
            want(cx, chat, Wish::Remove, account, at_ms)?;
            self.retry_at(at_ms);
        }
        Ok(())
    }

    /// Goes on with each group of which something is wished.
    pub(crate) fn change_groups(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let chats: Vec<ChatId> = {
            let mut statement =
                cx.db.prepare_cached("SELECT DISTINCT chat FROM intent WHERE kind > 2 AND not_before_ms <= ?1")?;
            let rows = statement.query_map([cx.now_ms], |row| Ok(ChatId(row.get(0)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for chat in chats {
            let busy = self.flights.holds(chat)
                || self.pauses.hold(chat, cx.now_ms)
                || self.calls.is_under_way(|purpose| purpose.chat() == Some(chat))
                || outbox::head(cx.db, chat)?.is_some_and(|operation| !operation.frame.is_empty())
                || vouching::is_doubted(cx.db, chat)?;
            if !busy {
                self.change_group(cx, chat)?;
            }
        }
        Ok(())
    }

    fn change_group(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let Some((stored, group)) = group_of(cx, chat)? else { return Ok(()) };
        let present = accounts_in(&group)?;
        let wishes = open_wishes(cx, chat, &group, &present)?;
        let add: Vec<AccountId> = wishes.iter().filter(|(wish, _)| *wish == Wish::Add).map(|(_, who)| *who).collect();
        // Whoever shall be out does not stay until somebody else can come.
        let is_first = |wish: &Wish| matches!(wish, Wish::Remove | Wish::MakeAdmin | Wish::WithdrawAdmin);
        if !add.is_empty() && !wishes.iter().any(|(wish, _)| is_first(wish)) {
            return self.ask_lists_for(cx, chat, &add);
        }
        if wishes.iter().all(|(wish, _)| *wish == Wish::Leave) {
            return if wishes.is_empty() { Ok(()) } else { self.say_leaving(cx, &stored, present.len()) };
        }
        self.commit_change(cx, &stored, group, Vec::new())
    }

    fn say_leaving(&mut self, cx: &mut Context<'_>, chat: &Chat, members: usize) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        settle(cx, chat.chat, Wish::Leave, me)?;
        if super::is_admin(cx.db, chat.chat, me)? && members > 1 {
            // Another admin went at the same moment, and this account is the last one: it stays.
            return Ok(());
        }
        self.tell_chat(cx, chat.chat, content::Body::Leaving(Leaving {}))
    }

    /// The device lists of those who are to be added came.
    pub(crate) fn claim_for_adding(&mut self, cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
        let Some((_, group)) = group_of(cx, chat.chat)? else { return Ok(()) };
        let present = accounts_in(&group)?;
        let mut devices = Vec::new();
        for (wish, account) in open_wishes(cx, chat.chat, &group, &present)? {
            if wish == Wish::Add
                && let Some(list) = people::device_list(cx.db, account)?
            {
                devices.extend(list.addresses());
            }
        }
        if devices.is_empty() { self.try_later(cx, chat.chat) } else { self.claim_for(cx, chat.chat, &devices) }
    }

    /// Key packages of those who are to be added came: of some of them, it may be.
    pub(crate) fn add_claimed(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        claimed: &ClaimKeyPackagesOk,
    ) -> Result<(), Halt> {
        let Some((stored, group)) = group_of(cx, chat)? else { return Ok(()) };
        let busy =
            self.flights.holds(chat) || outbox::head(cx.db, chat)?.is_some_and(|operation| !operation.frame.is_empty());
        if busy {
            return self.try_later(cx, chat);
        }
        let wished = wishes(cx, chat)?.into_iter().filter(|(wish, _)| *wish == Wish::Add);
        let wished: Vec<AccountId> = wished.map(|(_, account)| account).collect();
        let packages = sorted_packages(cx, claimed, &wished)?.trusted;
        self.commit_change(cx, &stored, group, packages)
    }

    /// One commit for all that is wished and can be done.
    fn commit_change(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        mut group: ChatGroup,
        packages: Vec<VerifiedKeyPackage>,
    ) -> Result<(), Halt> {
        // Key packages may have been asked for before the doubt.
        if vouching::is_doubted(cx.db, chat.chat)? {
            return self.try_later(cx, chat.chat);
        }
        let present = accounts_in(&group)?;
        let wishes = open_wishes(cx, chat.chat, &group, &present)?;
        let is = |wish, account| wishes.contains(&(wish, account));
        let suite = group.suite();
        let packages: Vec<_> = packages
            .into_iter()
            .filter(|package| is(Wish::Add, package.cert().account) && package.suite() == suite)
            .collect();
        let roster = mls::taken(group.roster())?.unwrap_or_default();
        let leaves = roster.iter().map(|entry| entry.address);
        let remove: Vec<DeviceAddress> = leaves.filter(|device| is(Wish::Remove, device.account)).collect();
        let before = group.policy().admins.clone();
        let mut admins: BTreeSet<AccountId> = before
            .iter()
            .chain(&present)
            .copied()
            .filter(|account| present.contains(account) && !is(Wish::Remove, *account))
            .filter(|account| {
                (before.contains(account) || is(Wish::MakeAdmin, *account)) && !is(Wish::WithdrawAdmin, *account)
            })
            .collect();
        if admins.is_empty() {
            admins.insert(cx.me()?.address.account);
        }
        let admins = Some(admins).filter(|admins| *admins != before);
        if packages.is_empty() && remove.is_empty() && admins.is_none() {
            return self.try_later(cx, chat.chat);
        }
        let added = packages.iter().map(|package| package.cert().address().to_wire()).collect();
        let aad = witness::authenticated_data(cx, chat)?;
        let device = mls::own_device(cx)?;
        let change = Change { add: packages, remove: &remove, admins, path: UpdatePath::Always, aad: &aad };
        let Some(staged) = mls::taken(group.stage(&mls::provider(cx), &device, change))? else {
            return self.try_later(cx, chat.chat);
        };
        outbox::push_commit_for(cx, chat, staged, commit::Purpose::Membership, added)?;
        if remove.is_empty() { Ok(()) } else { reading::tell_again(cx, chat.chat) }
    }

    /// What is wished of a group could not be done now, or was refused.
    pub(crate) fn try_later(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let again_ms = cx.now_ms + AGAIN_MS;
        cx.db
            .prepare_cached("UPDATE intent SET tries = tries + 1, not_before_ms = ?2 WHERE chat = ?1 AND kind > 2")?
            .execute(params![chat.as_bytes(), again_ms])?;
        let given_up = cx
            .db
            .prepare_cached("DELETE FROM intent WHERE chat = ?1 AND kind > 2 AND tries >= ?2")?
            .execute(params![chat.as_bytes(), TRIES_MAX])?;
        if given_up > 0 {
            tracing::error!(given_up, "what was wished of a group could not be done, and is given up");
            requests::ask_again(cx, chat)?;
        }
        self.retry_at(again_ms);
        Ok(())
    }
}

/// A group that this device is in, with nothing of its own under way. Where it is out, nothing is wished any more.
fn group_of(cx: &mut Context<'_>, chat: ChatId) -> Result<Option<(Chat, ChatGroup)>, Halt> {
    let stored = chats::find(cx.db, chat)?.filter(|chat| chat.kind == ChatKind::Group);
    let Some(stored) = stored.filter(|chat| chat.membership == Membership::Joined) else { return Ok(None) };
    Ok(mls::load(cx, &stored)?.filter(|group| !group.has_pending()).map(|group| (stored, group)))
}

/// What is still to be done of what is wished; the rest goes.
pub(super) fn open_wishes(
    cx: &mut Context<'_>,
    chat: ChatId,
    group: &ChatGroup,
    present: &BTreeSet<AccountId>,
) -> Result<BTreeSet<(Wish, AccountId)>, Halt> {
    let me = cx.me()?.address.account;
    let admins = &group.policy().admins;
    // Who has said that they leave has no keys any more: a group whose only admin that is can never change again.
    let leave = |account: &AccountId, known: &BTreeMap<AccountId, super::Member>| {
        known.get(account).is_some_and(|member| member.leaves)
    };
    forget_by_old_link(cx, chat)?;
    let known = members(cx.db, chat)?;
    let others = admins.iter().any(|admin| *admin != me && !leave(admin, &known));
    let mine = admins.contains(&me);
    let mut open = BTreeSet::new();
    for (wish, account) in wishes(cx, chat)? {
        let to_do = match wish {
            Wish::Add => mine && !present.contains(&account),
            Wish::Remove => mine && account != me && present.contains(&account),
            Wish::MakeAdmin => {
                mine && present.contains(&account) && !admins.contains(&account) && !leave(&account, &known)
            }
            Wish::WithdrawAdmin => mine && admins.contains(&account) && (account != me || others),
            Wish::Leave => true,
        };
        if to_do {
            open.insert((wish, account));
        } else {
            settle(cx, chat, wish, account)?;
        }
    }
    Ok(open)
}
