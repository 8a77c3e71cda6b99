//! What comes out of the group's log: application messages and commits. Owns decrypting and applying them, one call
//! each; ordering and duplicates are the caller's.

use super::{ChatGroup, rules};
use crate::error::{MlsError, RuleError};
use crate::provider::Provider;
use identity::{DevicePublicKey, VerifiedCert};
use openmls::prelude::tls_codec::DeserializeBytes;
use openmls::prelude::{
    ContentType, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent, ProtocolMessage, Sender,
    StagedCommit,
};
use proto::ids::DeviceAddress;

/// What a log entry was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Processed {
    /// A message of another device.
    App(ReceivedApp),
    /// A commit of another device; it has been applied.
    Commit(AppliedCommit),
    /// An application message that this device sent: its content is in the outbox, not in here.
    OwnApp,
}

/// A decrypted application message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedApp {
    /// The device that encrypted it.
    pub sender: DeviceAddress,
    /// The key of its leaf, which signed it.
    pub signature_key: DevicePublicKey,
    /// Its account's certificate said so from this device list on.
    pub list_version: u64,
    /// What was encrypted.
    pub content: Vec<u8>,
    /// The authenticated data that came with it.
    pub aad: Vec<u8>,
}

/// A commit that was applied. Whether the leaves in it are of devices in their accounts' newest lists is for the caller
/// to check: if not, it sends nothing here until they are removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedCommit {
    /// The device that committed; for an external commit the one that joined.
    pub sender: VerifiedCert,
    /// Whether the sender joined by it (or replaced its leaf), rather than being a member.
    pub is_external: bool,
    /// Devices that were added by a member.
    pub added: Vec<VerifiedCert>,
    /// Devices that were removed, the sender's own old leaf included.
    pub removed: Vec<DeviceAddress>,
    /// Those of them whom the sender may remove only because they are revoked. If one is not, the sender broke a rule.
    pub only_if_revoked: Vec<DeviceAddress>,
    /// Whether the committer has new keys.
    pub updated: bool,
    /// The epoch that the group is in now.
    pub epoch: u64,
    /// Whether this device was removed: the group is over for it.
    pub self_removed: bool,
    /// The authenticated data that came with it.
    pub aad: Vec<u8>,
}

impl ChatGroup {
    /// Processes one entry of the group's log. Application messages must be PrivateMessages, commits PublicMessages,
    /// and nothing else is taken. A pending commit of this device is dropped when another's commit is applied: it lost.
    ///
    /// The own commit's echo does not belong here: [`ChatGroup::confirm_pending`] settles it.
    pub fn process(&mut self, provider: &Provider<'_>, bytes: &[u8]) -> Result<Processed, MlsError> {
        let message = self.parse(bytes)?;
        let processed = self.group.process_message(provider, message).map_err(MlsError::of(provider))?;
        let sender = processed.sender().clone();
        let aad = processed.aad().to_vec();
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(message) => {
                let Sender::Member(leaf) = sender else { return Err(RuleError::Denied.into()) };
                let cert = self.cert_at(leaf)?;
                Ok(Processed::App(ReceivedApp {
                    sender: cert.address(),
                    signature_key: cert.signature_key,
                    list_version: cert.list_version,
                    content: message.into_bytes(),
                    aad,
                }))
            }
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                let committer = match sender {
                    Sender::Member(leaf) => rules::Committer::Member(leaf),
                    Sender::NewMemberCommit => rules::Committer::External,
                    _ => return Err(RuleError::Denied.into()),
                };
                self.apply(provider, *staged, &committer, aad).map(Processed::Commit)
            }
            ProcessedMessageContent::OwnPrivateMessage => Ok(Processed::OwnApp),
            _ => Err(RuleError::Proposal.into()),
        }
    }

    fn parse(&self, bytes: &[u8]) -> Result<ProtocolMessage, MlsError> {
        let message = MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(|_| RuleError::NotA("message"))?;
        let message = match message.extract() {
            MlsMessageBodyIn::PrivateMessage(private) if private.content_type() == ContentType::Application => {
                ProtocolMessage::from(private)
            }
            MlsMessageBodyIn::PublicMessage(public) if public.content_type() == ContentType::Commit => {
                ProtocolMessage::from(public)
            }
            MlsMessageBodyIn::PrivateMessage(_) | MlsMessageBodyIn::PublicMessage(_) => {
                return Err(RuleError::Proposal.into());
            }
            _ => return Err(RuleError::NotA("log entry").into()),
        };
        self.must_be_active()?;
        if message.group_id() != self.group.group_id() {
            return Err(RuleError::OtherGroup.into());
        }
        let (given, current) = (message.epoch().as_u64(), self.epoch());
        if given != current {
            return Err(MlsError::WrongEpoch { given, current });
        }
        Ok(message)
    }

    fn apply(
        &mut self,
        provider: &Provider<'_>,
        staged: StagedCommit,
        committer: &rules::Committer,
        aad: Vec<u8>,
    ) -> Result<AppliedCommit, MlsError> {
        let is_external = matches!(committer, rules::Committer::External);
        let present: Vec<(LeafNodeIndex, VerifiedCert)> = self.certs()?;
        let checked = rules::check_commit(&staged, committer, &present, (&self.policy, self.group.extensions()))?;
        let updated = staged.update_path_leaf_node().is_some();
        let self_removed = staged.self_removed();
        self.group.merge_staged_commit(provider, staged).map_err(MlsError::of(provider))?;
        if let Some(policy) = checked.policy {
            self.policy = policy;
        }
        Ok(AppliedCommit {
            sender: checked.sender,
            is_external,
            added: checked.added,
            removed: checked.removed,
            only_if_revoked: checked.only_if_revoked,
            updated,
            epoch: self.epoch(),
            self_removed,
            aad,
        })
    }
}
