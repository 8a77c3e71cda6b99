//! What a handshake must be before it may enter a log: form, sender, certificates against newest device lists, policy.
//!
//! The server checks, and every client checks again. Signatures and tree are OpenMLS's part; certificates and policy are
//! the identity crate's.

use super::OpError;
use breakable::{Rule, broken};
use identity::{ChatPolicy, LeafStanding, VerifiedCert, VerifiedDeviceList, cert, mls};
use openmls::messages::group_info::VerifiableGroupInfo;
use openmls::prelude::tls_codec::{DeserializeBytes, Serialize};
use openmls::prelude::{
    ContentType, CredentialType, Extension, Extensions, GroupContext, LeafNode, MlsMessageBodyIn, MlsMessageIn,
    ProcessedMessageContent, Proposal, ProtocolMessage, PublicGroup, Sender, StagedCommit, Verifiable,
};
use openmls_rust_crypto::RustCrypto;
use prost::Message;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation, mls_group_id};
use std::collections::{BTreeMap, BTreeSet};

/// The newest lists, by account.
pub(super) type Lists = BTreeMap<AccountId, VerifiedDeviceList>;

/// A commit whose cryptography holds. Who may do what it does is still open.
pub(super) struct ParsedCommit {
    pub(super) staged: StagedCommit,
    pub(super) about: About,
}

/// What a commit says it does, and who says so.
pub(super) struct About {
    /// The leaf that signed; `None` for an external commit.
    pub(super) sender: Option<DeviceAddress>,
    /// Leaves of Add proposals.
    added: Vec<VerifiedCert>,
    /// The sender's new leaf.
    path: Option<VerifiedCert>,
    /// Leaves of Remove proposals.
    removed: Vec<DeviceAddress>,
    /// The policy that it puts in place of the present one.
    next_policy: Option<ChatPolicy>,
}

/// Which chat a handshake must be for.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) chat: ChatId,
    pub(super) generation: Generation,
    pub(super) epoch: u64,
}

/// Reads an MLSMessage that must be nothing else behind it.
pub(super) fn read_message(bytes: &[u8]) -> Result<MlsMessageBodyIn, OpError> {
    MlsMessageIn::tls_deserialize_exact_bytes(bytes)
        .map(MlsMessageIn::extract)
        .map_err(|_| OpError::invalid("not an MLSMessage"))
}

/// Checks the header of an application message; its content is not the server's to see.
pub(super) fn check_app(bytes: &[u8], place: Place) -> Result<(), OpError> {
    let MlsMessageBodyIn::PrivateMessage(message) = read_message(bytes)? else {
        return Err(OpError::invalid("not a PrivateMessage"));
    };
    if message.content_type() != ContentType::Application && !broken(Rule::ApplicationOnly) {
        return Err(OpError::invalid("a PrivateMessage here carries application data only"));
    }
    check_place(message.group_id().as_slice(), message.epoch().as_u64(), place)
}

fn check_place(group_id: &[u8], epoch: u64, place: Place) -> Result<(), OpError> {
    if group_id != mls_group_id(place.chat, place.generation) && !broken(Rule::MadeForThisGroup) {
        return Err(OpError::invalid("made for another group"));
    }
    if epoch != place.epoch && !broken(Rule::MadeInThisEpoch) {
        return Err(OpError::invalid("made in another epoch than the request says"));
    }
    Ok(())
}

/// Lets OpenMLS check a commit against the group, and reads who and what it is about.
pub(super) fn parse_commit(
    crypto: &RustCrypto,
    group: &PublicGroup,
    bytes: &[u8],
    place: Place,
) -> Result<ParsedCommit, OpError> {
    let MlsMessageBodyIn::PublicMessage(message) = read_message(bytes)? else {
        return Err(OpError::invalid("a handshake is a PublicMessage"));
    };
    if message.content_type() != ContentType::Commit {
        return Err(OpError::invalid("only commits are taken, with their proposals inline"));
    }
    check_place(message.group_id().as_slice(), message.epoch().as_u64(), place)?;
    let processed = group
        .process_message(crypto, ProtocolMessage::from(message))
        .map_err(|e| OpError::invalid(format_args!("{e}")))?;
    let sender = match processed.sender() {
        Sender::Member(index) => Some(
            group
                .leaf(*index)
                .and_then(leaf_address)
                .ok_or_else(|| OpError::invalid("the sender's leaf has no certificate"))?,
        ),
        Sender::NewMemberCommit => None,
        _ => return Err(OpError::invalid("neither a member nor a joiner")),
    };
    let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
        return Err(OpError::invalid("only commits are taken"));
    };
    let about = read_proposals(group, &staged, sender)?;
    Ok(ParsedCommit { staged: *staged, about })
}

fn read_proposals(group: &PublicGroup, staged: &StagedCommit, sender: Option<DeviceAddress>) -> Result<About, OpError> {
    let mut external_inits = 0;
    let (mut added, mut removed, mut next_policy) = (Vec::new(), Vec::new(), None);
    for queued in staged.queued_proposals() {
        match queued.proposal() {
            Proposal::Add(add) => added.push(leaf_cert(add.key_package().leaf_node())?),
            Proposal::Remove(remove) => removed.push(
                group
                    .leaf(remove.removed())
                    .and_then(leaf_address)
                    .ok_or_else(|| OpError::invalid("removes a leaf that is not there"))?,
            ),
            Proposal::GroupContextExtensions(edit) if next_policy.is_none() => {
                next_policy = Some(policy_in(edit.extensions(), group.group_context().extensions())?);
            }
            Proposal::ExternalInit(_) => external_inits += 1,
            _ => return Err(OpError::invalid("a proposal that no commit here may have")),
        }
    }
    let path = staged.update_path_leaf_node().map(leaf_cert).transpose()?;
    let about = About { sender, added, path, removed, next_policy };
    about.check_form(external_inits)?;
    Ok(about)
}

impl About {
    /// OpenMLS refuses most of this as well; what may stand in a log is ours to say.
    fn check_form(&self, external_inits: usize) -> Result<(), OpError> {
        match (self.sender, external_inits) {
            (Some(_), 0) => Ok(()),
            (None, 1) if self.added.is_empty() && self.removed.len() <= 1 && self.next_policy.is_none() => Ok(()),
            _ if broken(Rule::ExternalForm) => Ok(()),
            _ => Err(OpError::invalid("an external commit is ExternalInit and at most one Remove")),
        }
    }

    /// Whose lists decide about it.
    pub(super) fn accounts(&self) -> BTreeSet<AccountId> {
        let certs = self.added.iter().chain(&self.path).map(|cert| cert.account);
        certs.chain(self.removed.iter().map(|device| device.account)).collect()
    }

    /// Whether `sender` may do this to a group of this policy, in which these devices have leaves.
    pub(super) fn check(
        &self,
        sender: DeviceAddress,
        policy: &ChatPolicy,
        lists: &Lists,
        devices_in: &BTreeSet<DeviceAddress>,
    ) -> Result<(), OpError> {
        let accounts_in = &devices_in.iter().map(|device| device.account).collect();
        if self.sender.is_some_and(|leaf| leaf != sender) && !broken(Rule::CommitIsItsSigners) {
            return Err(OpError::Denied("the commit is another device's"));
        }
        if let Some(path) = &self.path {
            if path.address() != sender && !broken(Rule::NewLeafIsSenders) {
                return Err(OpError::Denied("the new leaf is another device's"));
            }
            check_listed(path, lists)?;
        }
        if self.sender.is_none() {
            return self.check_external(sender, policy, accounts_in);
        }
        for cert in &self.added {
            check_listed(cert, lists)?;
            let member = accounts_in.contains(&cert.account) && policy.may_be_member(cert.account);
            if !member && !policy.may_add(sender.account, cert.account) && !broken(Rule::AddIsAllowed) {
                return Err(OpError::Denied("may not add this account"));
            }
        }
        for device in &self.removed {
            let listed = lists.get(&device.account).is_some_and(|list| list.device(device.device).is_some());
            let standing = if listed { LeafStanding::Listed } else { LeafStanding::Revoked };
            if !policy.may_remove(sender.account, device.account, standing) && !broken(Rule::RemoveIsAllowed) {
                return Err(OpError::Denied("may not remove this leaf"));
            }
        }
        match &self.next_policy {
            Some(next) if !policy.may_become(sender.account, next, &self.accounts_after(devices_in)) => {
                if broken(Rule::PolicyByAdmins) {
                    Ok(())
                } else {
                    Err(OpError::Denied("may not change who the admins are"))
                }
            }
            _ => Ok(()),
        }
    }

    fn accounts_after(&self, devices_in: &BTreeSet<DeviceAddress>) -> BTreeSet<AccountId> {
        let stay = devices_in.iter().filter(|device| !self.removed.contains(device)).map(|device| device.account);
        stay.chain(self.added.iter().map(|cert| cert.account)).collect()
    }

    fn check_external(
        &self,
        sender: DeviceAddress,
        policy: &ChatPolicy,
        accounts_in: &BTreeSet<AccountId>,
    ) -> Result<(), OpError> {
        if self.path.is_none() {
            return Err(OpError::invalid("an external commit without a path"));
        }
        let is_inside = accounts_in.contains(&sender.account) && policy.may_be_member(sender.account);
        if !is_inside && !broken(Rule::ExternalAccountInside) {
            return Err(OpError::Denied("the account has no leaf in the group"));
        }
        if self.removed.iter().any(|device| *device != sender) && !broken(Rule::ExternalRemovesOwnLeaf) {
            return Err(OpError::Denied("an external commit removes the own old leaf only"));
        }
        Ok(())
    }
}

fn check_listed(cert: &VerifiedCert, lists: &Lists) -> Result<(), OpError> {
    match lists.get(&cert.account) {
        Some(list) if list.authorises(cert) || broken(Rule::LeafIsListed) => Ok(()),
        _ => Err(OpError::Denied("the leaf's device is not in its account's newest list")),
    }
}

/// The certificate of a leaf that wants in, fully checked.
pub(super) fn leaf_cert(leaf: &LeafNode) -> Result<VerifiedCert, OpError> {
    let credential = leaf.credential();
    if credential.credential_type() != CredentialType::Other(mls::CREDENTIAL_TYPE_DEVICE_CERT) {
        return Err(OpError::invalid("a leaf's credential is a device certificate"));
    }
    cert::verify_leaf(credential.serialized_content(), leaf.signature_key().as_slice()).map_err(OpError::invalid)
}

/// Whose a leaf is that was checked when it came in.
pub(super) fn leaf_address(leaf: &LeafNode) -> Option<DeviceAddress> {
    let signed = proto::identity::SignedDeviceCert::decode(leaf.credential().serialized_content()).ok()?;
    let cert = proto::identity::DeviceCert::decode(signed.body.as_slice()).ok()?;
    Some(DeviceAddress { account: AccountId::try_from(cert.account).ok()?, device: DeviceNumber(cert.device) })
}

/// All leaves' owners.
pub(super) fn roster(group: &PublicGroup) -> BTreeSet<DeviceAddress> {
    group.members().filter_map(|member| group.leaf(member.index)).filter_map(leaf_address).collect()
}

/// The policy in the group's context.
pub(super) fn policy(group: &PublicGroup) -> Result<ChatPolicy, OpError> {
    policy_of(group.group_context().extensions())
}

fn policy_of(extensions: &Extensions<GroupContext>) -> Result<ChatPolicy, OpError> {
    let bytes = extensions.iter().find_map(|extension| match extension {
        Extension::Unknown(mls::EXTENSION_CHAT_POLICY, content) => Some(content.0.as_slice()),
        _ => None,
    });
    let bytes = bytes.ok_or_else(|| OpError::invalid("the group's context has no policy"))?;
    ChatPolicy::parse(bytes).map_err(OpError::invalid)
}

/// The policy in extensions that differ from the present ones in nothing else.
fn policy_in(proposed: &Extensions<GroupContext>, present: &Extensions<GroupContext>) -> Result<ChatPolicy, OpError> {
    let others = |extensions: &Extensions<GroupContext>| {
        let is_policy = |e: &Extension| matches!(e, Extension::Unknown(mls::EXTENSION_CHAT_POLICY, _));
        extensions.iter().filter(|extension| !is_policy(extension)).cloned().collect::<Vec<_>>()
    };
    if others(proposed) != others(present) {
        return Err(OpError::invalid("changes more of the group's context than its policy"));
    }
    policy_of(proposed)
}

/// Reads an MLSMessage(GroupInfo).
pub(super) fn read_group_info(bytes: &[u8]) -> Result<VerifiableGroupInfo, OpError> {
    match read_message(bytes)? {
        MlsMessageBodyIn::GroupInfo(info) => Ok(info),
        _ => Err(OpError::invalid("not a GroupInfo")),
    }
}

/// That a group info tells of exactly this state of the group, and who joins by it can: context (epoch, tree hash,
/// transcript), confirmation tag, signer and signature, external key.
pub(super) fn check_group_info(
    crypto: &RustCrypto,
    group: &PublicGroup,
    signer: DeviceAddress,
    bytes: &[u8],
) -> Result<(), OpError> {
    let info = read_group_info(bytes)?;
    if info.extensions().external_pub().is_none() {
        return Err(OpError::invalid("the group info has no external key"));
    }
    let member = group
        .members()
        .find(|member| group.leaf(member.index).and_then(leaf_address) == Some(signer))
        .ok_or(OpError::Denied("the signer has no leaf"))?;
    let encoded = |error| OpError::invalid(format_args!("{error}"));
    let mut expected = group.group_context().tls_serialize_detached().map_err(encoded)?;
    expected.extend(info.extensions().tls_serialize_detached().map_err(encoded)?);
    expected.extend(group.confirmation_tag().tls_serialize_detached().map_err(encoded)?);
    expected.extend(member.index.u32().to_be_bytes());
    if info.unsigned_payload().map_err(encoded)? != expected && !broken(Rule::GroupInfoAfterCommit) {
        return Err(OpError::invalid("the group info is not that of the group after the commit"));
    }
    let key = openmls::prelude::OpenMlsSignaturePublicKey::from_signature_key(
        member.signature_key.as_slice().into(),
        group.ciphersuite().signature_algorithm(),
    );
    info.verify(crypto, &key).map_err(|_| OpError::invalid("the group info's signature is wrong"))?;
    Ok(())
}

#[cfg(test)]
mod validate_tests;
