//! Coming into a group: by a Welcome, or by an external commit (linking, resync). Owns the scratch copy that an external
//! commit is built in; decides nothing about when.

use super::{ChatGroup, RosterEntry, entry, group_id, join_config, rules};
use crate::device::{OwnDevice, capabilities};
use crate::error::{MlsError, RuleError};
use crate::key_packages;
use crate::provider::Provider;
use crate::storage::{self, Namespace};
use identity::mls::Suite;
use identity::{ChatPolicy, VerifiedCert};
use openmls::group::WelcomeError;
use openmls::messages::group_info::VerifiableGroupInfo;
use openmls::prelude::tls_codec::{DeserializeBytes, Serialize};
use openmls::prelude::{
    GroupId, LeafNodeParameters, MlsGroup, MlsMessageBodyIn, MlsMessageIn, RatchetTreeIn, StagedWelcome,
};
use openmls_traits::OpenMlsProvider;
use proto::ids::{ChatId, Generation};

/// What came of a Welcome.
pub enum Joining {
    /// In. The caller checks the roster against device lists, then updates its own leaf.
    Joined {
        /// The group.
        group: Box<ChatGroup>,
        /// The device that added us.
        by: VerifiedCert,
        /// The reference of the key package that it was done with, where that is one of last resort: it is to be replaced.
        last_resort: Option<Vec<u8>>,
    },
    /// This device is in the group already: ignore the Welcome.
    AlreadyMember,
    /// The key package is gone: join by external commit.
    KeyPackageGone,
}

/// An external commit, ready to be sent. The group that it leads to waits in the scratch namespace; the live one, if
/// any, is untouched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalJoin {
    /// `MLSMessage(PublicMessage)`.
    pub commit: Vec<u8>,
    /// `MLSMessage(GroupInfo)` of the next epoch, without the ratchet tree.
    pub group_info: Vec<u8>,
    /// The epoch that the commit was made in.
    pub base_epoch: u64,
    /// Which chat the group is of, who may be in it.
    pub policy: ChatPolicy,
    /// Who will be in the group, this device included.
    pub roster: Vec<RosterEntry>,
    /// Who vouches for the state that this leads on from: the signer of the server's GroupInfo. Anybody with a leaf in it may be that,
    /// also where all the other leaves were put there by a liar.
    pub vouched_by: RosterEntry,
}

/// Joins by a Welcome, `MLSMessage(Welcome)` without the tree, and the tree that the server gave with it. The chat and
/// generation are those that the server named: a Welcome into another group is refused.
pub fn join_welcome(
    provider: &Provider<'_>,
    chat: ChatId,
    generation: Generation,
    welcome: &[u8],
    ratchet_tree: &[u8],
) -> Result<Joining, MlsError> {
    let message = MlsMessageIn::tls_deserialize_exact_bytes(welcome).map_err(|_| RuleError::NotA("welcome"))?;
    let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
        return Err(RuleError::NotA("welcome").into());
    };
    let id = group_id(chat, generation);
    if let Some(present) = MlsGroup::load(provider.storage(), &id).map_err(MlsError::of(provider))?
        && present.is_active()
    {
        return Ok(Joining::AlreadyMember);
    }
    let builder = match StagedWelcome::build_from_welcome(provider, &join_config(), welcome) {
        Ok(builder) => builder,
        Err(WelcomeError::NoMatchingKeyPackage) => return Ok(Joining::KeyPackageGone),
        Err(error) => return Err(MlsError::of(provider)(error)),
    };
    if builder.processed_welcome().unverified_group_info().group_id() != &id {
        return Err(RuleError::OtherGroup.into());
    }
    let package = builder.processed_welcome().own_key_package().filter(|package| package.last_resort());
    let last_resort = package.map(|package| key_packages::reference_of_own(provider, package)).transpose()?;
    let staged = builder
        .with_ratchet_tree(parse_tree(ratchet_tree)?)
        .skip_lifetime_validation()
        .replace_old_group()
        .build()
        .map_err(MlsError::of(provider))?;
    let policy = rules::policy_of(staged.group_context().extensions(), chat, generation)?;
    let suite = Suite::from_code(u16::from(staged.group_context().ciphersuite())).ok_or(RuleError::Suite)?;
    let certs = rules::check_tree(staged.members(), &policy)?;
    let sender = staged.welcome_sender_index();
    let by = certs.into_iter().find(|(leaf, _)| *leaf == sender).ok_or(RuleError::NoSuchLeaf)?.1;
    if !policy.may_add(by.account, own_account(&staged)?) {
        return Err(RuleError::Denied.into());
    }
    // What a removed member kept of the group must not stay under the new one.
    storage::delete_group(provider.connection(), Namespace::Live, &id).map_err(MlsError::Storage)?;
    let group = staged.into_group(provider).map_err(MlsError::of(provider))?;
    Ok(Joining::Joined { group: Box::new(ChatGroup { group, policy, suite }), by, last_resort })
}

fn own_account(staged: &StagedWelcome) -> Result<proto::ids::AccountId, RuleError> {
    let leaf = staged.own_leaf_node().ok_or(RuleError::NoSuchLeaf)?;
    Ok(rules::reread(leaf.credential())?.account)
}

/// Builds an external commit from the server's `MLSMessage(GroupInfo)` and tree. Where this device has a leaf already,
/// it is replaced (resync); the same signature key finds it. An older attempt in the scratch namespace is overwritten.
///
/// Send the commit; on Ok call [`finish_external`], on any final refusal [`discard_external`]. The caller makes sure
/// that `base_epoch` is not below what it knew of the group.
pub fn join_external(
    provider: &Provider<'_>,
    device: &OwnDevice,
    (chat, generation): (ChatId, Generation),
    group_info: &[u8],
    ratchet_tree: &[u8],
    aad: &[u8],
) -> Result<ExternalJoin, MlsError> {
    let message = MlsMessageIn::tls_deserialize_exact_bytes(group_info).map_err(|_| RuleError::NotA("group info"))?;
    let MlsMessageBodyIn::GroupInfo(group_info) = message.extract() else {
        return Err(RuleError::NotA("group info").into());
    };
    let id = group_id(chat, generation);
    if group_info.group_id() != &id {
        return Err(RuleError::OtherGroup.into());
    }
    Suite::from_code(u16::from(group_info.ciphersuite())).ok_or(RuleError::Suite)?;
    let base_epoch = group_info.epoch().as_u64();
    let signer = signer_of(&group_info)?;
    let tree = parse_tree(ratchet_tree)?;
    must_have_account(&tree, device)?;
    storage::delete_group(provider.connection(), Namespace::Scratch, &id).map_err(MlsError::Storage)?;
    let scratch = provider.scratch();
    let (group, bundle) = MlsGroup::external_commit_builder()
        .with_ratchet_tree(tree)
        .with_config(join_config())
        .with_aad(aad.to_vec())
        .skip_lifetime_validation()
        .build_group(&scratch, group_info, device.credential_with_key())
        .map_err(MlsError::of(&scratch))?
        .leaf_node_parameters(LeafNodeParameters::builder().with_capabilities(capabilities()).build())
        .load_psks(scratch.storage())
        .map_err(MlsError::of(&scratch))?
        .create_group_info(true)
        .use_ratchet_tree_extension(false)
        .build(scratch.rand(), scratch.crypto(), device, |_| true)
        .map_err(MlsError::of(&scratch))?
        .finalize(&scratch)
        .map_err(MlsError::of(&scratch))?;
    let policy = rules::policy_of(group.extensions(), chat, generation)?;
    let certs = rules::check_tree(group.members(), &policy)?;
    let roster: Vec<RosterEntry> = certs.iter().map(|(leaf, cert)| entry(*leaf, cert)).collect();
    // Where it is not there any more, this commit took it out: it was this device's old leaf.
    let signed = roster.iter().find(|entry| entry.leaf == signer);
    let own = || roster.iter().find(|entry| entry.address == device.cert().address());
    let vouched_by = signed.or_else(own).cloned().ok_or(RuleError::NoSuchLeaf)?;
    let (commit, _, group_info) = bundle.into_messages();
    let group_info = group_info.ok_or(RuleError::NotA("group info"))?;
    Ok(ExternalJoin {
        commit: commit.to_bytes().map_err(MlsError::of(&scratch))?,
        group_info: group_info.to_bytes().map_err(MlsError::of(&scratch))?,
        base_epoch,
        roster,
        policy,
        vouched_by,
    })
}

/// The server accepted the external commit: the scratch group takes the place of the live one.
pub fn finish_external(provider: &Provider<'_>, chat: ChatId, generation: Generation) -> Result<ChatGroup, MlsError> {
    let id = group_id(chat, generation);
    if !has_scratch(provider, &id)? {
        return Err(RuleError::PendingCommit.into());
    }
    storage::promote_scratch(provider.connection(), &id).map_err(MlsError::Storage)?;
    ChatGroup::load(provider, chat, generation)?.ok_or(MlsError::Rule(RuleError::PendingCommit))
}

/// The server refused the external commit, or another attempt is due: forgets the scratch group.
pub fn discard_external(provider: &Provider<'_>, chat: ChatId, generation: Generation) -> Result<(), MlsError> {
    storage::delete_group(provider.connection(), Namespace::Scratch, &group_id(chat, generation))
        .map_err(MlsError::Storage)
}

/// The leaf that signed a GroupInfo. OpenMLS does not give it, so it is read from where RFC 9420, 12.4.3 puts it: before the signature, which
/// has the 64 bytes of Ed25519 in all our suites, and their length before it in two.
fn signer_of(group_info: &VerifiableGroupInfo) -> Result<u32, MlsError> {
    const BEHIND: usize = 2 + 64;
    let bytes = group_info.tls_serialize_detached().map_err(|_| RuleError::NotA("group info"))?;
    let signer = bytes.len().checked_sub(BEHIND).and_then(|end| bytes.get(..end)?.last_chunk::<4>());
    Ok(u32::from_be_bytes(*signer.ok_or(RuleError::NotA("group info"))?))
}

fn has_scratch(provider: &Provider<'_>, id: &GroupId) -> Result<bool, MlsError> {
    storage::has_group(provider.connection(), Namespace::Scratch, id).map_err(MlsError::Storage)
}

fn parse_tree(bytes: &[u8]) -> Result<RatchetTreeIn, RuleError> {
    RatchetTreeIn::tls_deserialize_exact_bytes(bytes).map_err(|_| RuleError::NotA("ratchet tree"))
}

/// Joining from outside is for accounts that are inside: everybody else would refuse the commit.
fn must_have_account(tree: &RatchetTreeIn, device: &OwnDevice) -> Result<(), RuleError> {
    let own = device.cert().account;
    let inside = tree.leaves().any(|leaf| rules::reread(leaf.credential()).is_ok_and(|cert| cert.account == own));
    if inside { Ok(()) } else { Err(RuleError::NotAllowed) }
}
