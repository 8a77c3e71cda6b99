//! Operations that change a group's tree: creation, commits, resets.

use super::public_groups::LoadedGroup;
use super::validate::{self, Lists, ParsedCommit, Place};
use super::{Delivery, Effect, HANDSHAKE_LEN_MAX, Handled, OpError, at_most, id, outcome_reply};
use breakable::{Rule, broken};
use futures_util::future::join_all;
use identity::{ChatKind, ChatPolicy, VerifiedDeviceList, mls};
use openmls::prelude::tls_codec::Serialize;
use openmls::prelude::{ProposalStore, PublicGroup, RatchetTreeIn};
use openmls_rust_crypto::{MemoryStorage, RustCrypto};
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation, OpId, direct_key};
use proto::limits::COMMIT_BATCH_LEN_MAX;
use proto::wire::{self, reply};
use server_store::groups::{AcceptOutcome, NewCommit, NewGroup, NewWelcome, Roster};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A group that is made in place of an older generation of its chat.
pub(super) struct Replaced {
    base_epoch: u64,
    policy: ChatPolicy,
    accounts: BTreeSet<AccountId>,
}

impl Delivery {
    /// A whole batch at once: its elements are of different chats, and share the store's group commit.
    pub(super) async fn commit_batch(
        &self,
        sender: DeviceAddress,
        batch: wire::CommitBatch,
        now_ms: u64,
    ) -> Result<Handled, OpError> {
        if batch.commits.len() > COMMIT_BATCH_LEN_MAX {
            return Err(OpError::TooMany(batch.commits.len(), "commits"));
        }
        let all = batch.commits.into_iter().map(|commit| async move {
            self.commit(sender, commit, now_ms).await.unwrap_or_else(|e| Handled::reply(e.into_reply()))
        });
        let (mut verdicts, mut effects) = (Vec::new(), Vec::new());
        for handled in join_all(all).await {
            verdicts.push(wire::Reply { request: 0, body: handled.reply });
            effects.extend(handled.effects);
        }
        Ok(Handled { reply: Some(reply::Body::Batch(wire::BatchVerdicts { verdicts })), effects })
    }

    /// One commit, by a member or external.
    pub(super) async fn commit(
        &self,
        sender: DeviceAddress,
        commit: wire::Commit,
        now_ms: u64,
    ) -> Result<Handled, OpError> {
        let chat: ChatId = id(commit.chat.clone(), "chat")?;
        let op_id: OpId = id(commit.op_id.clone(), "op_id")?;
        // Dedup comes before the epoch: the repeat of an accepted commit is always of an old epoch (I5).
        if let Some(before) = self.stores.groups.accepted_before(chat, sender, op_id).await? {
            return Ok(Handled::reply(super::accepted(before, true)));
        }
        let slot = self.groups.slot(chat);
        let mut slot = slot.lock().await;
        let head = self.stores.groups.group(chat).await?.ok_or(OpError::NotFound)?;
        if head.generation.0 != commit.generation || head.epoch != commit.base_epoch {
            return Err(OpError::Stale(Box::new(head)));
        }
        let mut loaded = match slot.take() {
            Some(loaded) if loaded.is_at(&head) => loaded,
            _ => self.load(chat).await?,
        };
        let crypto = RustCrypto::default();
        let place = Place { chat, generation: head.generation, epoch: head.epoch };
        let validated = self.validate(&crypto, &loaded, sender, &commit, place).await;
        let parsed = match validated {
            Ok(parsed) => parsed,
            Err(error) => {
                // Nothing was merged: the group is as good as before.
                *slot = Some(loaded);
                return Err(error);
            }
        };
        let operation = Operation { sender, op_id, place, now_ms, leaves_max: self.leaves_max };
        let new = merge(&crypto, &mut loaded, parsed, commit, operation)?;
        let effects = after_commit(chat, &new);
        let outcome = self.stores.groups.accept_commit(new).await?;
        if matches!(outcome, AcceptOutcome::Accepted(_)) {
            *slot = Some(loaded);
            return Ok(Handled { reply: Some(outcome_reply(&outcome)?), effects: effects.0 });
        }
        // What was merged in memory is not what the log holds: the slot stays empty and loads anew.
        Ok(Handled::reply(outcome_reply(&outcome)?))
    }

    /// The next generation of a chat.
    pub(super) async fn reset(
        &self,
        sender: DeviceAddress,
        reset: wire::ResetGroup,
        now_ms: u64,
    ) -> Result<Handled, OpError> {
        let mut create = reset.create.ok_or_else(|| OpError::invalid("a reset without its creation"))?;
        create.op_id = reset.op_id;
        let chat: ChatId = id(create.chat.clone(), "chat")?;
        let op_id: OpId = id(create.op_id.clone(), "op_id")?;
        if let Some(before) = self.stores.groups.accepted_before(chat, sender, op_id).await? {
            return Ok(Handled::reply(super::accepted(before, true)));
        }
        let head = self.stores.groups.group(chat).await?.ok_or(OpError::NotFound)?;
        if head.epoch != reset.base_epoch || head.generation.0.checked_add(1) != Some(create.generation) {
            return Err(OpError::Stale(Box::new(head)));
        }
        let old = self.load(chat).await?;
        let replaced = Replaced {
            base_epoch: reset.base_epoch,
            policy: validate::policy(&old.group)?,
            accounts: validate::roster(&old.group).into_iter().map(|device| device.account).collect(),
        };
        self.create(sender, create, Some(replaced), now_ms).await
    }

    /// The first generation of a chat, or with `replaced` the next.
    pub(super) async fn create(
        &self,
        sender: DeviceAddress,
        create: wire::GroupCreate,
        replaced: Option<Replaced>,
        now_ms: u64,
    ) -> Result<Handled, OpError> {
        at_most(&create.group_info, HANDSHAKE_LEN_MAX)?;
        let chat: ChatId = id(create.chat.clone(), "chat")?;
        let op_id: OpId = id(create.op_id.clone(), "op_id")?;
        if let Some(before) = self.stores.groups.accepted_before(chat, sender, op_id).await? {
            return Ok(Handled::reply(super::accepted(before, true)));
        }
        let generation = Generation(create.generation);
        if replaced.is_none() && generation.0 != 1 {
            return Err(OpError::invalid("the first generation is 1"));
        }
        let slot = self.groups.slot(chat);
        let mut slot = slot.lock().await;
        let crypto = RustCrypto::default();
        let mut loaded = read_new_group(&crypto, &create.group_info, generation)?;
        let policy = validate::policy(&loaded.group)?;
        self.check_creation(sender, &loaded, &policy, chat, generation).await?;
        let unique_key = unique_key(&policy, &create.direct_key)?;
        if let Some(replaced) = &replaced {
            check_succession(&policy, replaced)?;
        }
        let place = Place { chat, generation, epoch: 0 };
        let (public_state, group_info) = (loaded.dump(), create.group_info);
        let first_commit = match create.first_commit {
            None => None,
            Some(mut commit) => {
                let own_op = if commit.op_id.is_empty() { op_id } else { id(commit.op_id.clone(), "op_id")? };
                if replaced.is_some() && own_op == op_id {
                    return Err(OpError::invalid("the commit of a reset is an operation of its own"));
                }
                // It would fail in the store, and undo what others write beside it.
                if own_op != op_id && self.stores.groups.accepted_before(chat, sender, own_op).await?.is_some() {
                    return Err(OpError::invalid("the first commit is an operation that was there before"));
                }
                commit.op_id = own_op.to_vec();
                let parsed = self.validate(&crypto, &loaded, sender, &commit, place).await?;
                let operation = Operation { sender, op_id: own_op, place, now_ms, leaves_max: self.leaves_max };
                Some(merge(&crypto, &mut loaded, parsed, commit, operation)?)
            }
        };
        if let Some(replaced) = &replaced {
            check_roster(sender, &policy, &loaded.group, replaced)?;
        }
        let mut effects = match &first_commit {
            Some(commit) => after_commit(chat, commit).0,
            None => vec![Effect::FanOut(chat), Effect::GroupAdded { chat, accounts: vec![sender.account] }],
        };
        // The next generation has the leaves that its maker gave it.
        effects.extend(replaced.is_some().then_some(Effect::RosterChanged(chat)));
        let new = NewGroup {
            op_id,
            chat,
            generation,
            replaces_epoch: replaced.map(|r| r.base_epoch),
            unique_key,
            creator: sender,
            public_state,
            group_info,
            first_commit,
            now_ms,
        };
        let outcome = self.stores.groups.create_group(new).await?;
        *slot = matches!(outcome, AcceptOutcome::Accepted(_)).then_some(loaded);
        let effects = if slot.is_some() { effects } else { Vec::new() };
        Ok(Handled { reply: Some(outcome_reply(&outcome)?), effects })
    }

    async fn check_creation(
        &self,
        sender: DeviceAddress,
        loaded: &LoadedGroup,
        policy: &ChatPolicy,
        chat: ChatId,
        generation: Generation,
    ) -> Result<(), OpError> {
        if loaded.epoch != 0 || loaded.group.members().count() != 1 {
            return Err(OpError::invalid("a new group is at epoch 0 and has one leaf"));
        }
        if (policy.chat != chat || policy.generation != generation) && !broken(Rule::PolicyIsOfTheChat) {
            return Err(OpError::invalid("the policy is another group's"));
        }
        let group_id = proto::ids::mls_group_id(chat, generation);
        if loaded.group.group_id().as_slice() != group_id {
            return Err(OpError::invalid("made for another group"));
        }
        if mls::Suite::from_code(u16::from(loaded.group.ciphersuite())).is_none() {
            return Err(OpError::invalid("a cipher suite that is not in use here"));
        }
        let leaf = loaded.group.members().next().and_then(|member| loaded.group.leaf(member.index));
        let cert = validate::leaf_cert(leaf.ok_or_else(|| OpError::invalid("a group without a leaf"))?)?;
        if cert.address() != sender && !broken(Rule::FirstLeafIsMakers) {
            return Err(OpError::Denied("the first leaf is another device's"));
        }
        let lists = self.lists([sender.account].into()).await?;
        if !lists.get(&sender.account).is_some_and(|list| list.authorises(&cert)) {
            return Err(OpError::Denied("the device is not in its account's newest list"));
        }
        let creator_may = policy.may_be_member(sender.account)
            && (policy.kind != ChatKind::Group || policy.admins.contains(&sender.account));
        if creator_may { Ok(()) } else { Err(OpError::Denied("may not make this group")) }
    }

    async fn validate(
        &self,
        crypto: &RustCrypto,
        loaded: &LoadedGroup,
        sender: DeviceAddress,
        commit: &wire::Commit,
        place: Place,
    ) -> Result<ParsedCommit, OpError> {
        at_most(&commit.commit, HANDSHAKE_LEN_MAX)?;
        at_most(&commit.group_info, HANDSHAKE_LEN_MAX)?;
        let parsed = validate::parse_commit(crypto, &loaded.group, &commit.commit, place)?;
        let lists = self.lists(parsed.about.accounts()).await?;
        let devices_in = validate::roster(&loaded.group);
        parsed.about.check(sender, &validate::policy(&loaded.group)?, &lists, &devices_in)?;
        Ok(parsed)
    }

    async fn load(&self, chat: ChatId) -> Result<LoadedGroup, OpError> {
        let state = self.stores.groups.group_state(chat).await?.ok_or(OpError::NotFound)?;
        LoadedGroup::load(&state)
    }

    pub(super) async fn lists(&self, accounts: BTreeSet<AccountId>) -> Result<Lists, OpError> {
        let stored = self.stores.devices.device_lists(accounts.into_iter().collect()).await?;
        let lists = stored.into_iter().filter_map(|list| {
            // Each was verified when it was put.
            Some((list.account, VerifiedDeviceList::reread(&list.signed).ok()?))
        });
        Ok(lists.collect())
    }
}

/// What both ways to a commit know of it beside its bytes.
#[derive(Clone, Copy)]
struct Operation {
    sender: DeviceAddress,
    op_id: OpId,
    place: Place,
    now_ms: u64,
    leaves_max: usize,
}

fn read_new_group(crypto: &RustCrypto, group_info: &[u8], generation: Generation) -> Result<LoadedGroup, OpError> {
    let info = validate::read_group_info(group_info)?;
    let epoch = info.epoch().as_u64();
    let tree = info
        .extensions()
        .ratchet_tree()
        .ok_or_else(|| OpError::invalid("the first group info carries the ratchet tree"))?
        .ratchet_tree()
        .clone();
    let tree: RatchetTreeIn = tree;
    let storage = MemoryStorage::default();
    let (group, _) = PublicGroup::from_external(crypto, &storage, tree, info, ProposalStore::new())
        .map_err(|e| OpError::invalid(format_args!("{e}")))?;
    Ok(LoadedGroup { generation, epoch, group, storage })
}

/// Applies a checked commit to the group in memory and makes of it what the store writes.
fn merge(
    crypto: &RustCrypto,
    loaded: &mut LoadedGroup,
    parsed: ParsedCommit,
    commit: wire::Commit,
    operation: Operation,
) -> Result<NewCommit, OpError> {
    let before = validate::roster(&loaded.group);
    let external = parsed.about.sender.is_none();
    loaded.group.merge_commit(&loaded.storage, parsed.staged).map_err(|e| OpError::invalid(format_args!("{e}")))?;
    loaded.epoch += 1;
    validate::check_group_info(crypto, &loaded.group, operation.sender, &commit.group_info)?;
    let after = validate::roster(&loaded.group);
    if after.len() > operation.leaves_max && !broken(Rule::LeavesWithinLimit) {
        return Err(OpError::TooMany(after.len(), "leaves"));
    }
    let mut roster = Roster {
        added: after.difference(&before).copied().collect(),
        removed: before.difference(&after).copied().collect(),
        joined: None,
    };
    if external {
        roster.added.retain(|device| *device != operation.sender);
        roster.joined = Some(operation.sender);
    }
    let welcomes = read_welcomes(commit.welcomes, &roster)?;
    let ratchet_tree = if welcomes.is_empty() {
        Vec::new()
    } else {
        loaded.group.export_ratchet_tree().tls_serialize_detached().map_err(OpError::invalid)?
    };
    Ok(NewCommit {
        op_id: operation.op_id,
        chat: operation.place.chat,
        generation: operation.place.generation,
        base_epoch: operation.place.epoch,
        sender: operation.sender,
        bytes: commit.commit,
        roster,
        welcomes,
        ratchet_tree,
        group_info: commit.group_info,
        public_state: loaded.dump(),
        now_ms: operation.now_ms,
    })
}

/// Welcomes go to devices that this commit adds, and to nobody else.
fn read_welcomes(welcomes: Vec<wire::Welcome>, roster: &Roster) -> Result<Vec<NewWelcome>, OpError> {
    let mut read = Vec::new();
    let mut welcomed = BTreeSet::new();
    for welcome in welcomes {
        at_most(&welcome.welcome, HANDSHAKE_LEN_MAX)?;
        let targets = welcome
            .targets
            .iter()
            .map(DeviceAddress::try_from)
            .collect::<Result<Vec<_>, _>>()
            .map_err(OpError::invalid)?;
        if targets.iter().any(|target| !roster.added.contains(target)) && !broken(Rule::WelcomeForTheAdded) {
            return Err(OpError::invalid("a welcome for a device that the commit does not add"));
        }
        // Twice in a queue is what no queue takes: the chat would come no further.
        if !targets.iter().all(|target| welcomed.insert(*target)) {
            return Err(OpError::invalid("two welcomes for one device"));
        }
        read.push(NewWelcome { targets, bytes: welcome.welcome });
    }
    Ok(read)
}

/// Wrapped so that nobody mistakes it for effects of a refused commit.
struct IfAccepted(Vec<Effect>);

fn after_commit(chat: ChatId, commit: &NewCommit) -> IfAccepted {
    let accounts: BTreeSet<AccountId> =
        commit.roster.added.iter().map(|device| device.account).chain([commit.sender.account]).collect();
    let mut effects = vec![Effect::FanOut(chat)];
    if !commit.roster.removed.is_empty() {
        effects.push(Effect::RosterChanged(chat));
    }
    if !commit.roster.added.is_empty() {
        effects.push(Effect::GroupAdded { chat, accounts: accounts.into_iter().collect() });
    }
    IfAccepted(effects)
}

/// One self group an account and one direct chat a pair: the store refuses a second under the same key.
fn unique_key(policy: &ChatPolicy, given: &[u8]) -> Result<Option<[u8; 32]>, OpError> {
    let mut accounts = policy.accounts.iter().copied();
    match policy.kind {
        ChatKind::SelfGroup => {
            let account = accounts.next().ok_or_else(|| OpError::invalid("a self group without its account"))?;
            Ok(Some(Sha256::new().chain_update(b"heliograph self").chain_update(account.0).finalize().into()))
        }
        ChatKind::Direct => {
            let one = accounts.next().ok_or_else(|| OpError::invalid("a direct chat without accounts"))?;
            let key = direct_key(one, accounts.next().unwrap_or(one));
            if given == key || broken(Rule::DirectKeyOfTheTwo) {
                Ok(Some(key))
            } else {
                Err(OpError::invalid("the direct key is not of these accounts"))
            }
        }
        ChatKind::Group if given.is_empty() => Ok(None),
        ChatKind::Group => Err(OpError::invalid("a group has no direct key")),
    }
}

/// A reset keeps who may be in a chat and who its admins are: whoever holds the group refuses any other, and the chat would stand still.
fn check_succession(policy: &ChatPolicy, replaced: &Replaced) -> Result<(), OpError> {
    let same = ChatPolicy { generation: policy.generation, ..replaced.policy.clone() } == *policy;
    if same || broken(Rule::ResetKeepsPolicy) { Ok(()) } else { Err(OpError::Denied("a reset keeps the policy")) }
}

fn check_roster(
    sender: DeviceAddress,
    policy: &ChatPolicy,
    group: &PublicGroup,
    replaced: &Replaced,
) -> Result<(), OpError> {
    let accounts: BTreeSet<AccountId> = validate::roster(group).into_iter().map(|device| device.account).collect();
    let keeps = match policy.kind {
        // A member who was outed by a new account of the same number has no devices left to add.
        ChatKind::SelfGroup | ChatKind::Direct => accounts.is_subset(&replaced.accounts),
        ChatKind::Group => accounts == replaced.accounts || replaced.policy.may_edit(sender.account),
    };
    if keeps || broken(Rule::ResetKeepsRoster) { Ok(()) } else { Err(OpError::Denied("a reset keeps the roster")) }
}
