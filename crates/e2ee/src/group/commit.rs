//! Changing a group: staging one commit, and settling it by the server's verdict. Owns the pending commit; sends
//! nothing.

use super::{ChatGroup, rules};
use crate::device::OwnDevice;
use crate::error::{MlsError, RuleError};
use crate::key_packages::VerifiedKeyPackage;
use crate::provider::Provider;
use identity::ChatPolicy;
use identity::mls::EXTENSION_CHAT_POLICY;
use openmls::prelude::{Extension, Extensions, GroupContext, LeafNodeIndex, UnknownExtension};
use openmls_traits::OpenMlsProvider;
use proto::ids::{AccountId, DeviceAddress};
use std::collections::BTreeSet;

/// Whether a commit brings new keys for the own leaf and the path above it. Removes always do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdatePath {
    /// Always: what heals after a compromise.
    Always,
    /// Only where MLS demands it: smaller commits for Adds.
    WhereNeeded,
}

/// What a commit is to do.
pub struct Change<'a> {
    /// Devices to add.
    pub add: Vec<VerifiedKeyPackage>,
    /// Devices to remove.
    pub remove: &'a [DeviceAddress],
    /// Who the group's admins are from then on; `None`: as before. Each of them has to have a leaf then.
    pub admins: Option<BTreeSet<AccountId>>,
    /// New keys?
    pub path: UpdatePath,
    /// Authenticated data of the commit, in the clear.
    pub aad: &'a [u8],
}

/// A commit that waits for its verdict in the database. The bytes must be stored beside it, since the identical ones go
/// out again after a time-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedChange {
    /// `MLSMessage(PublicMessage)`.
    pub commit: Vec<u8>,
    /// `MLSMessage(Welcome)` without the ratchet tree, for all added devices together.
    pub welcome: Option<Vec<u8>>,
    /// `MLSMessage(GroupInfo)` of the next epoch, without the ratchet tree.
    pub group_info: Vec<u8>,
    /// The epoch that the commit was made in.
    pub base_epoch: u64,
}

impl ChatGroup {
    /// Stages adding these devices.
    pub fn stage_add(
        &mut self,
        provider: &Provider<'_>,
        device: &OwnDevice,
        add: Vec<VerifiedKeyPackage>,
        aad: &[u8],
    ) -> Result<StagedChange, MlsError> {
        self.stage(provider, device, Change { add, remove: &[], admins: None, path: UpdatePath::WhereNeeded, aad })
    }

    /// Stages removing these devices.
    pub fn stage_remove(
        &mut self,
        provider: &Provider<'_>,
        device: &OwnDevice,
        remove: &[DeviceAddress],
        aad: &[u8],
    ) -> Result<StagedChange, MlsError> {
        self.stage(provider, device, Change { add: Vec::new(), remove, admins: None, path: UpdatePath::Always, aad })
    }

    /// Stages new keys for the own leaf.
    pub fn stage_self_update(
        &mut self,
        provider: &Provider<'_>,
        device: &OwnDevice,
        aad: &[u8],
    ) -> Result<StagedChange, MlsError> {
        self.stage(
            provider,
            device,
            Change { add: Vec::new(), remove: &[], admins: None, path: UpdatePath::Always, aad },
        )
    }

    /// Stages one commit. Refuses while another one waits, and what other clients would refuse.
    pub fn stage(
        &mut self,
        provider: &Provider<'_>,
        device: &OwnDevice,
        change: Change<'_>,
    ) -> Result<StagedChange, MlsError> {
        self.must_be_active()?;
        if self.has_pending() {
            return Err(RuleError::PendingCommit.into());
        }
        let account = device.cert().account;
        for package in &change.add {
            if package.suite() != self.suite {
                return Err(RuleError::Suite.into());
            }
            if !self.policy.may_add(account, package.cert().account) {
                return Err(RuleError::Denied.into());
            }
        }
        let removals = self.leaves_of(change.remove)?;
        let base_epoch = self.epoch();
        self.group.set_aad(change.aad.to_vec());
        let extensions = change.admins.map(|admins| self.extensions_with(admins)).transpose()?;
        let mut builder = self.group.commit_builder();
        if let Some(extensions) = extensions {
            builder = builder.propose_group_context_extensions(extensions).map_err(MlsError::of(provider))?;
        }
        let bundle = builder
            .consume_proposal_store(false)
            .force_self_update(change.path == UpdatePath::Always)
            .propose_adds(change.add.into_iter().map(VerifiedKeyPackage::into_package))
            .propose_removals(removals)
            .load_psks(provider.storage())
            .map_err(MlsError::of(provider))?
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(provider.rand(), provider.crypto(), device, |_| true)
            .map_err(MlsError::of(provider))?
            .stage_commit(provider)
            .map_err(MlsError::of(provider))?;
        let staged = self.group.pending_commit().ok_or(RuleError::PendingCommit)?;
        let own = rules::Committer::Member(self.group.own_leaf_index());
        rules::check_commit(staged, &own, &self.certs()?, (&self.policy, self.group.extensions()))?;
        let (commit, welcome, group_info) = bundle.into_messages();
        let group_info = group_info.ok_or(RuleError::NotA("group info"))?;
        Ok(StagedChange {
            commit: commit.to_bytes().map_err(MlsError::of(provider))?,
            welcome: welcome.map(|w| w.to_bytes()).transpose().map_err(MlsError::of(provider))?,
            group_info: group_info.to_bytes().map_err(MlsError::of(provider))?,
            base_epoch,
        })
    }

    /// Whether a commit waits for its verdict.
    pub fn has_pending(&self) -> bool {
        self.group.pending_commit().is_some()
    }

    /// Whether the commit that waits brings new keys for the own leaf.
    pub fn pending_renews_leaf(&self) -> bool {
        self.group.pending_commit().is_some_and(|staged| staged.update_path_leaf_node().is_some())
    }

    /// The server accepted the pending commit (or its echo came): moves to its epoch.
    pub fn confirm_pending(&mut self, provider: &Provider<'_>) -> Result<(), MlsError> {
        if !self.has_pending() {
            return Err(RuleError::PendingCommit.into());
        }
        self.group.merge_pending_commit(provider).map_err(MlsError::of(provider))?;
        self.policy = rules::policy_of(self.group.extensions(), self.policy.chat, self.policy.generation)?;
        Ok(())
    }

    /// The server refused the pending commit for good. (A commit that lost the race goes by itself when the winner is
    /// processed.) Never call this without a verdict.
    pub fn drop_pending(&mut self, provider: &Provider<'_>) -> Result<(), MlsError> {
        self.group.clear_pending_commit(provider.storage()).map_err(MlsError::of(provider))
    }

    /// The group's extensions, with these admins.
    pub(super) fn extensions_with(&self, admins: BTreeSet<AccountId>) -> Result<Extensions<GroupContext>, MlsError> {
        let policy = ChatPolicy { admins, ..self.policy.clone() };
        let mut extensions = self.group.extensions().clone();
        let policy = Extension::Unknown(EXTENSION_CHAT_POLICY, UnknownExtension(policy.encode()));
        extensions.add_or_replace(policy).map_err(|_| RuleError::NoPolicy)?;
        Ok(extensions)
    }

    fn leaves_of(&self, devices: &[DeviceAddress]) -> Result<Vec<LeafNodeIndex>, MlsError> {
        let certs = self.certs()?;
        devices
            .iter()
            .map(|device| {
                let found = certs.iter().find(|(_, cert)| cert.address() == *device);
                found.map(|(leaf, _)| *leaf).ok_or(MlsError::Rule(RuleError::NoSuchLeaf))
            })
            .collect()
    }
}
