//! One chat's MLS group on this device. Owns the configuration, who is in it, and what is exported from it; changes,
//! joining and incoming messages are below. Does not know device lists, the server's order or what messages say.
//!
//! A `ChatGroup` mirrors rows of the database. After an error, and after any rollback, drop it and load it again.

mod commit;
mod join;
mod process;
mod rules;

pub use commit::{Change, StagedChange, UpdatePath};
pub use join::{ExternalJoin, Joining, discard_external, finish_external, join_external, join_welcome};
pub use process::{AppliedCommit, Processed, ReceivedApp};

use crate::device::{OwnDevice, capabilities, ciphersuite, lifetime};
use crate::error::{MlsError, RuleError};
use crate::provider::Provider;
use crate::storage::{self, Namespace};
use identity::mls::{CREDENTIAL_TYPE_DEVICE_CERT, EXTENSION_CHAT_POLICY, Suite};
use identity::{ChatPolicy, DevicePublicKey, VerifiedCert};
use openmls::prelude::tls_codec::Serialize;
use openmls::prelude::{
    CredentialType, Extension, ExtensionType, Extensions, GroupId, LeafNodeIndex, MlsGroup, MlsGroupCreateConfig,
    MlsGroupJoinConfig, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, RequiredCapabilitiesExtension, UnknownExtension,
};
use openmls_traits::OpenMlsProvider;
use proto::ids::{ChatId, DeviceAddress, Generation, mls_group_id};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Application messages are padded to multiples of this.
const PADDING_LEN: usize = 128;

/// A chat's group, in memory and in the database.
pub struct ChatGroup {
    group: MlsGroup,
    policy: ChatPolicy,
    suite: Suite,
}

/// A leaf of the group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RosterEntry {
    /// Whose leaf it is.
    pub address: DeviceAddress,
    /// The key that signs for it.
    pub signature_key: DevicePublicKey,
    /// The first device list that holds the device, by its certificate.
    pub list_version: u64,
    /// Where in the tree it is.
    pub leaf: u32,
}

/// Whether exported group information carries the ratchet tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatchetTree {
    /// In the extension.
    Included,
    /// Left to the server, which keeps one.
    LeftOut,
}

impl ChatGroup {
    /// A new group of epoch 0 with this device alone. The group id follows from the policy's chat and generation.
    pub fn create(
        provider: &Provider<'_>,
        device: &OwnDevice,
        policy: &ChatPolicy,
        suite: Suite,
        now_ms: u64,
    ) -> Result<Self, MlsError> {
        // What does not parse here would be refused by everybody else.
        let policy = ChatPolicy::parse(&policy.encode()).map_err(RuleError::Policy)?;
        if !policy.may_be_member(device.cert().account) {
            return Err(RuleError::NotAllowed.into());
        }
        let extensions = Extensions::from_vec(vec![
            Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(
                &[ExtensionType::Unknown(EXTENSION_CHAT_POLICY)],
                &[],
                &[CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT)],
            )),
            Extension::Unknown(EXTENSION_CHAT_POLICY, UnknownExtension(policy.encode())),
        ])
        .map_err(MlsError::of(provider))?;
        let config = MlsGroupCreateConfig::builder()
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .padding_size(PADDING_LEN)
            .max_past_epochs(0)
            .use_ratchet_tree_extension(false)
            .ciphersuite(ciphersuite(suite))
            .capabilities(capabilities())
            .lifetime(lifetime(now_ms))
            .with_group_context_extensions(extensions)
            .build();
        let id = group_id(policy.chat, policy.generation);
        let group = MlsGroup::new_with_group_id(provider, device, &config, id, device.credential_with_key())
            .map_err(MlsError::of(provider))?;
        Ok(Self { group, policy, suite })
    }

    /// The group of a chat's generation, if this device has it. `None` for a group that was deleted or never joined.
    pub fn load(provider: &Provider<'_>, chat: ChatId, generation: Generation) -> Result<Option<Self>, MlsError> {
        let group = MlsGroup::load(provider.storage(), &group_id(chat, generation)).map_err(MlsError::of(provider))?;
        group.map(|group| Self::wrap(group, chat, generation)).transpose()
    }

    /// Forgets the group and all its keys.
    pub fn delete(provider: &Provider<'_>, chat: ChatId, generation: Generation) -> Result<(), MlsError> {
        let id = group_id(chat, generation);
        for namespace in [Namespace::Live, Namespace::Scratch] {
            storage::delete_group(provider.connection(), namespace, &id).map_err(MlsError::Storage)?;
        }
        Ok(())
    }

    fn wrap(group: MlsGroup, chat: ChatId, generation: Generation) -> Result<Self, MlsError> {
        let suite = Suite::from_code(u16::from(group.ciphersuite())).ok_or(RuleError::Suite)?;
        let policy = rules::policy_of(group.extensions(), chat, generation)?;
        Ok(Self { group, policy, suite })
    }

    /// `MLSMessage(GroupInfo)` of the present epoch, signed by this device, with what an external commit needs.
    pub fn export_group_info(
        &self,
        provider: &Provider<'_>,
        device: &OwnDevice,
        tree: RatchetTree,
    ) -> Result<Vec<u8>, MlsError> {
        self.group
            .export_group_info(provider.crypto(), device, tree == RatchetTree::Included)
            .map_err(MlsError::of(provider))?
            .to_bytes()
            .map_err(MlsError::of(provider))
    }

    /// The ratchet tree of the present epoch, as the server delivers it with a Welcome.
    pub fn export_ratchet_tree(&self, provider: &Provider<'_>) -> Result<Vec<u8>, MlsError> {
        self.group.export_ratchet_tree().tls_serialize_detached().map_err(MlsError::of(provider))
    }

    /// Encrypts an application message: `MLSMessage(PrivateMessage)`. The ratchet has moved on afterwards, so the bytes
    /// must be stored in the same transaction, and never be made twice. `aad` travels in the clear, authenticated.
    pub fn encrypt(
        &mut self,
        provider: &Provider<'_>,
        device: &OwnDevice,
        content: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, MlsError> {
        self.must_be_active()?;
        self.group.set_aad(aad.to_vec());
        self.group
            .create_message(provider, device, content)
            .map_err(MlsError::of(provider))?
            .to_bytes()
            .map_err(MlsError::of(provider))
    }

    /// A secret of the present epoch that every member can derive (RFC 9420, 8.5), gone for good with the epoch.
    pub fn export_secret(
        &self,
        provider: &Provider<'_>,
        label: &str,
        context: &[u8],
        len: usize,
    ) -> Result<Zeroizing<Vec<u8>>, MlsError> {
        self.group
            .export_secret(provider.crypto(), label, context, len)
            .map(Zeroizing::new)
            .map_err(MlsError::of(provider))
    }

    /// The key that seals read marks and ephemeral bodies in this epoch: see [`crate::marks`].
    pub fn mark_key(&self, provider: &Provider<'_>) -> Result<Zeroizing<[u8; 32]>, MlsError> {
        let secret = self.export_secret(provider, "heliograph marks", b"", 32)?;
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&secret);
        Ok(key)
    }

    /// The key under which members' media is sealed in this epoch (RFC 9605, 5.2).
    pub fn call_key(&self, provider: &Provider<'_>) -> Result<Zeroizing<Vec<u8>>, MlsError> {
        self.export_secret(provider, "SFrame 1.0 Base Key", b"", 32)
    }

    /// Which chat the group is of, who may be in it.
    pub fn policy(&self) -> &ChatPolicy {
        &self.policy
    }

    /// The chat.
    pub fn chat(&self) -> ChatId {
        self.policy.chat
    }

    /// Which of the chat's groups.
    pub fn generation(&self) -> Generation {
        self.policy.generation
    }

    /// The cipher suite.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The present epoch.
    pub fn epoch(&self) -> u64 {
        self.group.epoch().as_u64()
    }

    /// Equal on two devices exactly if they are in the same state of the group.
    pub fn epoch_authenticator(&self) -> Vec<u8> {
        self.group.epoch_authenticator().as_slice().to_vec()
    }

    /// Whether this device is still a member.
    pub fn is_active(&self) -> bool {
        self.group.is_active()
    }

    /// The own leaf's place in the tree.
    pub fn own_leaf(&self) -> u32 {
        self.group.own_leaf_index().u32()
    }

    /// Every leaf, by its place in the tree.
    pub fn roster(&self) -> Result<Vec<RosterEntry>, MlsError> {
        Ok(self.certs()?.into_iter().map(|(leaf, cert)| entry(leaf, &cert)).collect())
    }

    /// SHA-256 over who is in the group: accounts, devices and keys in order.
    pub fn roster_hash(&self) -> Result<[u8; 32], MlsError> {
        let mut roster = self.roster()?;
        roster.sort();
        let mut hasher = Sha256::new_with_prefix(b"heliograph roster v1\0");
        for entry in roster {
            hasher.update(entry.address.account.0);
            hasher.update(entry.address.device.0.to_be_bytes());
            hasher.update(entry.signature_key.0);
        }
        Ok(hasher.finalize().into())
    }

    /// The leaf of a device.
    pub fn find(&self, address: DeviceAddress) -> Result<Option<RosterEntry>, MlsError> {
        Ok(self.roster()?.into_iter().find(|entry| entry.address == address))
    }

    /// The certificates in the tree. Each was verified when its leaf came in.
    fn certs(&self) -> Result<Vec<(LeafNodeIndex, VerifiedCert)>, MlsError> {
        self.group
            .members()
            .map(|member| Ok((member.index, rules::reread(&member.credential)?)))
            .collect::<Result<_, RuleError>>()
            .map_err(MlsError::from)
    }

    fn cert_at(&self, leaf: LeafNodeIndex) -> Result<VerifiedCert, MlsError> {
        let credential = self.group.member(leaf).ok_or(RuleError::NoSuchLeaf)?;
        Ok(rules::reread(credential)?)
    }

    fn must_be_active(&self) -> Result<(), MlsError> {
        if self.group.is_active() { Ok(()) } else { Err(MlsError::Evicted) }
    }
}

fn entry(leaf: LeafNodeIndex, cert: &VerifiedCert) -> RosterEntry {
    RosterEntry {
        address: cert.address(),
        signature_key: cert.signature_key,
        list_version: cert.list_version,
        leaf: leaf.u32(),
    }
}

fn group_id(chat: ChatId, generation: Generation) -> GroupId {
    GroupId::from_slice(&mls_group_id(chat, generation))
}

fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .padding_size(PADDING_LEN)
        .max_past_epochs(0)
        .use_ratchet_tree_extension(false)
        .build()
}

#[cfg(test)]
mod group_tests;
