//! The rules that every client enforces again, whatever the server let through: what a leaf, a tree and a commit may
//! be. Knows no storage.

use crate::error::RuleError;
use breakable::{Rule, broken};
use identity::mls::{CREDENTIAL_TYPE_DEVICE_CERT, EXTENSION_CHAT_POLICY, LEAVES_MAX};
use identity::{ChatPolicy, LeafStanding, VerifiedCert};
use openmls::prelude::{
    Credential, CredentialType, ExtensionType, Extensions, GroupContext, LeafNode, LeafNodeIndex, Member, Proposal,
    StagedCommit,
};
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation};
use std::collections::BTreeSet;

/// The group's policy, which must be for this chat and generation.
pub(super) fn policy_of(
    extensions: &Extensions<GroupContext>,
    chat: ChatId,
    generation: Generation,
) -> Result<ChatPolicy, RuleError> {
    let bytes = extensions.unknown(EXTENSION_CHAT_POLICY).ok_or(RuleError::NoPolicy)?;
    let policy = ChatPolicy::parse(&bytes.0).map_err(RuleError::Policy)?;
    if (policy.chat, policy.generation) != (chat, generation) {
        return Err(RuleError::NoPolicy);
    }
    Ok(policy)
}

/// The certificate of a credential that was verified when its leaf came in.
pub(super) fn reread(credential: &Credential) -> Result<VerifiedCert, RuleError> {
    identity::cert::reread_cert(content(credential)?).map_err(RuleError::Cert)
}

fn content(credential: &Credential) -> Result<&[u8], RuleError> {
    if credential.credential_type() != CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT) {
        return Err(RuleError::CredentialType);
    }
    Ok(credential.serialized_content())
}

fn verify_leaf(credential: &Credential, key: &[u8], policy: &ChatPolicy) -> Result<VerifiedCert, RuleError> {
    if broken(Rule::LeafIsCertified) {
        return reread(credential);
    }
    let cert = identity::cert::verify_leaf(content(credential)?, key).map_err(RuleError::Cert)?;
    if !policy.may_be_member(cert.account) && !broken(Rule::AccountMayBeIn) {
        return Err(RuleError::NotAllowed);
    }
    Ok(cert)
}

fn verify_node(leaf: &LeafNode, policy: &ChatPolicy) -> Result<VerifiedCert, RuleError> {
    verify_leaf(leaf.credential(), leaf.signature_key().as_slice(), policy)
}

/// Checks a whole tree, as one joins: every certificate, every account, no device twice, not too many.
pub(super) fn check_tree(
    members: impl Iterator<Item = Member>,
    policy: &ChatPolicy,
) -> Result<Vec<(LeafNodeIndex, VerifiedCert)>, RuleError> {
    let mut certs = Vec::new();
    let mut seen = BTreeSet::new();
    for member in members {
        let cert = verify_leaf(&member.credential, &member.signature_key, policy)?;
        if !seen.insert(cert.address()) && !broken(Rule::DeviceHasOneLeaf) {
            return Err(RuleError::DeviceTwice);
        }
        certs.push((member.index, cert));
        if certs.len() > LEAVES_MAX {
            return Err(RuleError::TooLarge);
        }
    }
    Ok(certs)
}

/// What a commit does, after its rules were checked.
pub(super) struct CheckedCommit {
    pub(super) sender: VerifiedCert,
    pub(super) added: Vec<VerifiedCert>,
    pub(super) removed: Vec<DeviceAddress>,
    pub(super) only_if_revoked: Vec<DeviceAddress>,
    /// The policy from now on, where it is another.
    pub(super) policy: Option<ChatPolicy>,
}

/// The proposals of a commit, read.
#[derive(Default)]
struct Changes {
    added: Vec<VerifiedCert>,
    removed: Vec<VerifiedCert>,
    policy: Option<ChatPolicy>,
}

/// Who sent the commit.
pub(super) enum Committer {
    Member(LeafNodeIndex),
    External,
}

/// Checks a commit that OpenMLS found valid: only Adds, Removes and another policy, inline; by somebody who may; a committer's
/// leaf that stays the same device; or an external commit that joins and at most takes its own old leaf away. `extensions`
/// are those of the group before it.
pub(super) fn check_commit(
    staged: &StagedCommit,
    committer: &Committer,
    present: &[(LeafNodeIndex, VerifiedCert)],
    (policy, extensions): (&ChatPolicy, &Extensions<GroupContext>),
) -> Result<CheckedCommit, RuleError> {
    let Changes { added, removed, policy: next } = changes(staged, committer, present, (policy, extensions))?;
    let new_leaf = staged.update_path_leaf_node().map(|leaf| verify_node(leaf, policy)).transpose()?;
    let sender = match committer {
        Committer::Member(leaf) => {
            let before = find(present, *leaf)?;
            if let Some(after) = new_leaf
                && (after.address(), after.signature_key) != (before.address(), before.signature_key)
                && !broken(Rule::LeafStaysItsDevices)
            {
                return Err(RuleError::LeafChanged);
            }
            before.clone()
        }
        Committer::External => {
            let joiner = new_leaf.ok_or(RuleError::ExternalCommit)?;
            check_external(&joiner, &added, &removed, present)?;
            joiner
        }
    };
    if !added.iter().all(|cert| policy.may_add(sender.account, cert.account)) && !broken(Rule::ClientAddIsAllowed) {
        return Err(RuleError::Denied);
    }
    let joiner = matches!(committer, Committer::External).then_some(&sender);
    check_uniqueness(present, &removed, added.iter().chain(joiner))?;
    if let Some(next) = &next {
        check_policy(&sender, policy, next, &accounts_after(present, &removed, &added))?;
    }
    let only_if_revoked = removed
        .iter()
        .map(VerifiedCert::address)
        .filter(|address| !policy.may_remove(sender.account, address.account, LeafStanding::Listed))
        .collect();
    let removed = removed.iter().map(VerifiedCert::address).collect();
    Ok(CheckedCommit { sender, added, removed, only_if_revoked, policy: next })
}

fn changes(
    staged: &StagedCommit,
    committer: &Committer,
    present: &[(LeafNodeIndex, VerifiedCert)],
    (policy, extensions): (&ChatPolicy, &Extensions<GroupContext>),
) -> Result<Changes, RuleError> {
    let mut changes = Changes::default();
    for queued in staged.queued_proposals() {
        match (queued.proposal(), committer) {
            (Proposal::Add(add), Committer::Member(_)) => {
                changes.added.push(verify_node(add.key_package().leaf_node(), policy)?);
            }
            (Proposal::Remove(remove), _) => changes.removed.push(find(present, remove.removed())?.clone()),
            (Proposal::GroupContextExtensions(edit), Committer::Member(_)) if changes.policy.is_none() => {
                changes.policy = Some(policy_in(edit.extensions(), extensions)?);
            }
            (Proposal::ExternalInit(_), Committer::External) => {}
            _ => return Err(RuleError::Proposal),
        }
    }
    Ok(changes)
}

/// The policy in extensions that differ from the present ones in nothing else.
fn policy_in(proposed: &Extensions<GroupContext>, present: &Extensions<GroupContext>) -> Result<ChatPolicy, RuleError> {
    let others = |extensions: &Extensions<GroupContext>| {
        let of_policy = ExtensionType::Unknown(EXTENSION_CHAT_POLICY);
        extensions.iter().filter(|extension| extension.extension_type() != of_policy).cloned().collect::<Vec<_>>()
    };
    if others(proposed) != others(present) {
        return Err(RuleError::Proposal);
    }
    let bytes = proposed.unknown(EXTENSION_CHAT_POLICY).ok_or(RuleError::NoPolicy)?;
    ChatPolicy::parse(&bytes.0).map_err(RuleError::Policy)
}

fn accounts_after(
    present: &[(LeafNodeIndex, VerifiedCert)],
    removed: &[VerifiedCert],
    added: &[VerifiedCert],
) -> BTreeSet<AccountId> {
    let gone: BTreeSet<_> = removed.iter().map(VerifiedCert::address).collect();
    let stay = present.iter().map(|(_, cert)| cert).filter(|cert| !gone.contains(&cert.address()));
    stay.chain(added).map(|cert| cert.account).collect()
}

fn check_policy(
    sender: &VerifiedCert,
    policy: &ChatPolicy,
    next: &ChatPolicy,
    accounts_after: &BTreeSet<AccountId>,
) -> Result<(), RuleError> {
    if policy.may_become(sender.account, next, accounts_after) || broken(Rule::ClientPolicyByAdmins) {
        Ok(())
    } else {
        Err(RuleError::Denied)
    }
}

fn check_external(
    joiner: &VerifiedCert,
    added: &[VerifiedCert],
    removed: &[VerifiedCert],
    present: &[(LeafNodeIndex, VerifiedCert)],
) -> Result<(), RuleError> {
    let own_old_leaf =
        |cert: &VerifiedCert| cert.address() == joiner.address() && cert.signature_key == joiner.signature_key;
    let takes_its_own = removed.len() <= 1 && removed.iter().all(own_old_leaf);
    if !added.is_empty() || (!takes_its_own && !broken(Rule::JoinerTakesOwnLeaf)) {
        return Err(RuleError::ExternalCommit);
    }
    if !present.iter().any(|(_, cert)| cert.account == joiner.account) && !broken(Rule::JoinerIsInside) {
        return Err(RuleError::NotAllowed);
    }
    Ok(())
}

fn check_uniqueness<'a>(
    present: &[(LeafNodeIndex, VerifiedCert)],
    removed: &[VerifiedCert],
    incoming: impl Iterator<Item = &'a VerifiedCert>,
) -> Result<(), RuleError> {
    let gone: BTreeSet<_> = removed.iter().map(VerifiedCert::address).collect();
    let mut devices: BTreeSet<_> =
        present.iter().map(|(_, cert)| cert.address()).filter(|address| !gone.contains(address)).collect();
    for cert in incoming {
        if !devices.insert(cert.address()) && !broken(Rule::DeviceHasOneLeaf) {
            return Err(RuleError::DeviceTwice);
        }
    }
    if devices.len() > LEAVES_MAX { Err(RuleError::TooLarge) } else { Ok(()) }
}

fn find(present: &[(LeafNodeIndex, VerifiedCert)], leaf: LeafNodeIndex) -> Result<&VerifiedCert, RuleError> {
    present.iter().find(|(at, _)| *at == leaf).map(|(_, cert)| cert).ok_or(RuleError::NoSuchLeaf)
}
