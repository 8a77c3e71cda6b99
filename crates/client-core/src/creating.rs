//! Making a chat's group: device lists, key packages, then one request that creates it with everybody in it.

use crate::accounts;
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::disappearing;
use crate::groups;
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::joining;
use crate::messages::Place;
use crate::mls;
use crate::outbox::{self, Kind, Operation};
use crate::resetting;
use crate::this;
use crate::updating;
use crate::witness;
use breakable::{Rule, broken};
use client_api::{Event, Notice};
use e2ee::group::RatchetTree;
use e2ee::key_packages::{self, VerifiedKeyPackage};
use e2ee::{ChatGroup, OwnDevice};
use identity::mls::Suite;
use identity::{ChatKind, ChatPolicy, VerifiedDeviceList};
use prost::Message as _;
use proto::account::{Claim, ClaimKeyPackages, ClaimKeyPackagesOk, DeviceLists, GetDeviceLists};
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation, OpId, direct_key};
use proto::limits::LOOKUP_LEN_MAX;
use proto::wire::{Commit, GroupCreate, GroupExists, ResetGroup, Welcome, commit};

/// Between two tries to get what a group is made of.
const ASK_AGAIN_MS: u64 = 5_000;

impl Client {
    /// Goes on with every chat that is not on the server yet.
    pub(crate) fn create_waiting(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        for chat in chats::in_membership(cx.db, Membership::Creating)? {
            let busy = self.flights.holds(chat.chat)
                || self.pauses.hold(chat.chat, cx.now_ms)
                || outbox::head(cx.db, chat.chat)?.is_some_and(|o| matches!(o.kind, Kind::Create | Kind::Reset))
                || self.calls.is_under_way(|p| p.chat() == Some(chat.chat));
            if !busy {
                self.ask_device_lists(cx, &chat)?;
            }
        }
        Ok(())
    }

    fn ask_device_lists(&mut self, cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
        let accounts = accounts_of(cx, chat)?;
        self.ask_lists_for(cx, chat.chat, &accounts)
    }

    pub(crate) fn on_lists_for_creating(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        reply: Reply<DeviceLists>,
    ) -> Result<(), Halt> {
        let Reply::Ok(lists) = reply else { return self.ask_again_later(cx, chat) };
        for account in &lists.accounts {
            accounts::learn_list_of(cx, &account.account, &account.signed_device_list)?;
        }
        let Some(chat) = chats::find(cx.db, chat)? else { return Ok(()) };
        if chat.membership != Membership::Creating {
            return self.claim_for_adding(cx, &chat);
        }
        let others = self.others(cx, &chat)?;
        if others.is_empty() {
            return self.create(cx, &chat, &ClaimKeyPackagesOk::default());
        }
        self.claim_for(cx, chat.chat, &others)
    }

    /// Asks for the lists of these accounts, for a chat.
    pub(crate) fn ask_lists_for(&mut self, cx: &mut Context<'_>, chat: ChatId, of: &[AccountId]) -> Result<(), Halt> {
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let body = GetDeviceLists { accounts: of.iter().map(|account| account.to_vec()).collect() };
        let purpose = Purpose::ListsForCreating { chat };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/devices/get", body.encode_to_vec(), Some(token)));
        Ok(())
    }

    /// No answer of use came. A group waits: what comes in is a step, after which all that is due is asked for.
    fn ask_again_later(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        self.retry_at(cx.now_ms + ASK_AGAIN_MS);
        let Some(chat) = chats::find(cx.db, chat)?.filter(|chat| chat.kind == ChatKind::Group) else { return Ok(()) };
        self.pause(cx, chat.chat, ASK_AGAIN_MS);
        if chat.membership == Membership::Creating { Ok(()) } else { self.try_later(cx, chat.chat) }
    }

    /// Claims a key package of each of these devices, for a chat: of as many as the server takes at once. Whoever has none of them then is
    /// added later; other devices of the same account join from outside.
    pub(crate) fn claim_for(&mut self, cx: &mut Context<'_>, chat: ChatId, of: &[DeviceAddress]) -> Result<(), Halt> {
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let claims = of
            .iter()
            .take(LOOKUP_LEN_MAX)
            .map(|device| Claim { account: device.account.to_vec(), device: device.device.0, count: 1 })
            .collect();
        let body = ClaimKeyPackages { claims }.encode_to_vec();
        let purpose = Purpose::ClaimForCreating { chat };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/key_packages/claim", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_claimed_for_creating(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        reply: Reply<ClaimKeyPackagesOk>,
    ) -> Result<(), Halt> {
        let Reply::Ok(claimed) = reply else { return self.ask_again_later(cx, chat) };
        match chats::find(cx.db, chat)?.filter(|chat| chat.membership == Membership::Creating) {
            Some(chat) => self.create(cx, &chat, &claimed),
            None => self.add_claimed(cx, chat, &claimed),
        }
    }

    /// Every device that belongs in the chat, but this one: by the newest signed lists.
    fn others(&self, cx: &Context<'_>, chat: &Chat) -> Result<Vec<DeviceAddress>, Halt> {
        let me = cx.me()?.address;
        let mut others: Vec<_> = mls::own_device_list(cx)?.addresses().filter(|device| *device != me).collect();
        for account in accounts_of(cx, chat)?.into_iter().filter(|account| *account != me.account) {
            if let Some(list) = accounts::device_list(cx.db, account)? {
                others.extend(list.addresses());
            }
        }
        Ok(others)
    }

    fn create(&mut self, cx: &mut Context<'_>, chat: &Chat, claimed: &ClaimKeyPackagesOk) -> Result<(), Halt> {
        let me = cx.me()?.address;
        let device = mls::own_device(cx)?;
        let wanted = accounts_of(cx, chat)?;
        let Packages { trusted: packages, foreign } = sorted_packages(cx, claimed, &wanted)?;
        if foreign {
            self.tell_of_foreign_keys(cx, chat.peer)?;
        }
        let is_group = chat.kind == ChatKind::Group;
        let of_peer = packages.iter().any(|package| package.cert().account == chat.peer);
        if chat.peer != me.account && !of_peer && !is_group {
            // Their devices have no usable key packages: later again.
            self.retry_at(cx.now_ms + 30_000);
            return Ok(());
        }
        let policy = match chat.kind {
            ChatKind::SelfGroup => ChatPolicy::for_self(chat.chat, chat.generation, me.account),
            ChatKind::Group => groups::new_policy(chat, me.account),
            ChatKind::Direct => ChatPolicy::for_direct(chat.chat, chat.generation, me.account, chat.peer),
        };
        let Some(frame) = make_group(cx, &device, &policy, packages)? else {
            self.retry_at(cx.now_ms + 30_000);
            return Ok(());
        };
        let direct_key = match chat.kind {
            ChatKind::Direct => direct_key(me.account, chat.peer).to_vec(),
            _ => Vec::new(),
        };
        let op_id = OpId(chats::random_id(cx));
        let create = GroupCreate { op_id: op_id.to_vec(), direct_key, ..frame };
        let (kind, frame) = match resetting::replaces(cx.db, chat.chat)? {
            None => (Kind::Create, create.encode_to_vec()),
            Some(base_epoch) => (Kind::Reset, reset(cx, create, base_epoch).encode_to_vec()),
        };
        outbox::push(cx, &Operation { op_id, chat: chat.chat, kind, message: None, content: Vec::new(), frame })
    }

    /// Key packages of devices that their account does not list, or that do not verify, were given out.
    fn tell_of_foreign_keys(&mut self, cx: &mut Context<'_>, peer: AccountId) -> Result<(), Halt> {
        if self.lists.tell_once(peer) {
            let name = accounts::title_of(cx.db, peer)?;
            let what = format!("keys that are not of {name}'s devices: they are not used");
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        }
        Ok(())
    }

    pub(crate) fn on_created(&mut self, cx: &mut Context<'_>, operation: &Operation, place: Place) -> Result<(), Halt> {
        let Place { seq, time_ms } = place;
        let chat = operation.chat;
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        resetting::go_on_in(cx, &stored, stored.generation)?;
        if let Some(commit) = first_commit(operation) {
            witness::begin_with(cx, chat, seq, &commit)?;
        }
        if let Some(mut group) = mls::load(cx, &stored)?
            && group.has_pending()
        {
            group.confirm_pending(&mls::provider(cx)).map_err(|error| Halt::Encryption(error.to_string()))?;
        }
        updating::renewed(cx, chat)?;
        if operation.kind == Kind::Create {
            disappearing::begin(cx, chat)?;
        }
        self.group_was_created(cx, &stored, place)?;
        chats::set_membership(cx, chat, Membership::Joined, seq)?;
        joining::came_in_at(cx, chat, seq)?;
        self.stuck.remove(&chat);
        chats::set_applied(cx, chat, seq, time_ms)
    }

    /// The other one was first: their chat is the chat, and what was written here goes into it.
    pub(crate) fn on_group_exists(
        &mut self,
        cx: &mut Context<'_>,
        operation: &Operation,
        exists: &GroupExists,
    ) -> Result<(), Halt> {
        let Ok(theirs) = ChatId::try_from(exists.chat.as_slice()) else {
            tracing::warn!("the server names a chat that cannot be");
            return self.on_final_refusal(cx, operation);
        };
        // What was said to one is never said to another, whatever the server calls the same chat.
        if operation.kind == Kind::Reset || !chats::are_of_the_same(cx.db, operation.chat, theirs)? {
            let what = "a chat with somebody else in place of one that was to be made".to_owned();
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
            return self.on_final_refusal(cx, operation);
        }
        outbox::remove(cx, operation.op_id)?;
        let provider = mls::provider(cx);
        mls::taken(ChatGroup::delete(&provider, operation.chat, Generation(1)))?;
        if theirs != operation.chat {
            chats::move_into(cx, operation.chat, theirs)?;
        }
        if chats::find(cx.db, theirs)?.is_some_and(|chat| chat.membership == Membership::Creating) {
            chats::exists_elsewhere(cx, theirs, Generation(exists.generation))?;
        }
        Ok(())
    }
}

/// Whose devices belong in a chat that is made here, this account's among them.
fn accounts_of(cx: &Context<'_>, chat: &Chat) -> Result<Vec<AccountId>, Halt> {
    let me = cx.me()?.address.account;
    if chat.kind == ChatKind::Group {
        return Ok(groups::accounts(cx.db, chat.chat)?.into_iter().collect());
    }
    let mut accounts = vec![me, chat.peer];
    accounts.dedup();
    Ok(accounts)
}

/// In the place of the generation before. Its commit is an entry beside the one that tells of the new generation, under an `op_id` of its own.
fn reset(cx: &mut Context<'_>, mut create: GroupCreate, base_epoch: u64) -> ResetGroup {
    if let Some(commit) = &mut create.first_commit {
        commit.op_id = chats::random_id(cx).to_vec();
    }
    ResetGroup { op_id: std::mem::take(&mut create.op_id), base_epoch, create: Some(create) }
}

/// The bytes of a creation's first entry in the log; empty where the creator is alone.
fn first_commit(operation: &Operation) -> Option<Vec<u8>> {
    let frame = match operation.kind {
        Kind::Reset => ResetGroup::decode(operation.frame.as_slice()).ok()?.create?,
        _ => GroupCreate::decode(operation.frame.as_slice()).ok()?,
    };
    Some(frame.first_commit.map(|commit| commit.commit).unwrap_or_default())
}

/// What came of a claim.
pub(crate) struct Packages {
    /// Of devices that stand in their accounts' newest lists.
    pub(crate) trusted: Vec<VerifiedKeyPackage>,
    /// The server slipped in others.
    pub(crate) foreign: bool,
}

/// Sorts what the server gave of these accounts' devices. A device that has left its list since it was asked for is not used, and is no
/// forgery; nobody else is brought in, were they known and listed ten times.
pub(crate) fn sorted_packages(
    cx: &mut Context<'_>,
    claimed: &ClaimKeyPackagesOk,
    wanted: &[AccountId],
) -> Result<Packages, Halt> {
    let provider = mls::provider(cx);
    let mut sorted = Packages { trusted: Vec::new(), foreign: false };
    for claimed in &claimed.claimed {
        let package = mls::taken(key_packages::verify(&provider, &claimed.package))?;
        let is_wanted =
            |package: &VerifiedKeyPackage| wanted.contains(&package.cert().account) || broken(Rule::OnlyWantedAreAdded);
        let Some(package) = package.filter(is_wanted) else {
            sorted.foreign = true;
            continue;
        };
        let cert = package.cert();
        let list: Option<VerifiedDeviceList> = accounts::known_list(cx, cert.account)?;
        let is_there = sorted.trusted.iter().any(|other| other.cert().address() == cert.address());
        match list {
            Some(list) if list.authorises(cert) && !is_there => sorted.trusted.push(package),
            Some(list) if list.device(cert.device).is_none() => {}
            _ => sorted.foreign = true,
        }
    }
    Ok(sorted)
}

/// The group at epoch 0, and its first commit, pending. `None` where a package does not fit.
fn make_group(
    cx: &mut Context<'_>,
    device: &OwnDevice,
    policy: &ChatPolicy,
    packages: Vec<VerifiedKeyPackage>,
) -> Result<Option<GroupCreate>, Halt> {
    let now_ms = cx.now_ms;
    let provider = mls::provider(cx);
    mls::taken(ChatGroup::delete(&provider, policy.chat, policy.generation))?;
    // Groups of many are small enough for now to stay in the hybrid suite (`MEMBERS_NOW_MAX`).
    let leaves = if policy.kind == ChatKind::Group { 1 } else { packages.len() + 1 };
    let suite = Suite::for_new_group(leaves);
    let targets = packages.iter().map(|package| package.cert().address().to_wire()).collect();
    let empty = packages.is_empty();
    let Some(mut group) = mls::taken(ChatGroup::create(&provider, device, policy, suite, now_ms))? else {
        return Ok(None);
    };
    let Some(group_info) = mls::taken(group.export_group_info(&provider, device, RatchetTree::Included))? else {
        return Ok(None);
    };
    let first_commit = if empty {
        None
    } else {
        let Some(staged) = mls::taken(group.stage_add(&provider, device, packages, &[]))? else { return Ok(None) };
        Some(Commit {
            op_id: Vec::new(),
            chat: policy.chat.to_vec(),
            generation: policy.generation.0,
            base_epoch: staged.base_epoch,
            commit: staged.commit,
            welcomes: staged.welcome.map(|welcome| Welcome { targets, welcome }).into_iter().collect(),
            group_info: staged.group_info,
            purpose: commit::Purpose::Membership.into(),
        })
    };
    Ok(Some(GroupCreate {
        op_id: Vec::new(),
        chat: policy.chat.to_vec(),
        generation: policy.generation.0,
        direct_key: Vec::new(),
        group_info,
        first_commit,
    }))
}

#[cfg(test)]
mod creating_tests;
