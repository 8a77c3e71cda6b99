//! OpenMLS' view of the store: every method of its trait, a line each. Owns which value goes where.

use super::{GroupValue, KeyValue, MlsStore, StoreFailed};
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider, traits};
use serde::{Deserialize, Serialize};

/// A queued proposal with its reference. None is ever queued: every change is a commit with inline proposals.
#[derive(Serialize, Deserialize)]
struct Queued<R, P> {
    reference: R,
    proposal: P,
}

impl StorageProvider<CURRENT_VERSION> for MlsStore<'_> {
    type Error = StoreFailed;

    fn write_mls_join_config<G: traits::GroupId<CURRENT_VERSION>, V: traits::MlsGroupJoinConfig<CURRENT_VERSION>>(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::JoinConfig, &[], value)
    }

    fn mls_group_join_config<G: traits::GroupId<CURRENT_VERSION>, V: traits::MlsGroupJoinConfig<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::JoinConfig, &[])
    }

    fn delete_group_config<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::JoinConfig, None)
    }

    fn write_tree<G: traits::GroupId<CURRENT_VERSION>, V: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::Tree, &[], value)
    }

    fn tree<G: traits::GroupId<CURRENT_VERSION>, V: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::Tree, &[])
    }

    fn delete_tree<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::Tree, None)
    }

    fn write_interim_transcript_hash<
        G: traits::GroupId<CURRENT_VERSION>,
        V: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::InterimTranscriptHash, &[], value)
    }

    fn interim_transcript_hash<
        G: traits::GroupId<CURRENT_VERSION>,
        V: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::InterimTranscriptHash, &[])
    }

    fn delete_interim_transcript_hash<G: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::InterimTranscriptHash, None)
    }

    fn write_context<G: traits::GroupId<CURRENT_VERSION>, V: traits::GroupContext<CURRENT_VERSION>>(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::Context, &[], value)
    }

    fn group_context<G: traits::GroupId<CURRENT_VERSION>, V: traits::GroupContext<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::Context, &[])
    }

    fn delete_context<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::Context, None)
    }

    fn write_confirmation_tag<G: traits::GroupId<CURRENT_VERSION>, V: traits::ConfirmationTag<CURRENT_VERSION>>(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::ConfirmationTag, &[], value)
    }

    fn confirmation_tag<G: traits::GroupId<CURRENT_VERSION>, V: traits::ConfirmationTag<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::ConfirmationTag, &[])
    }

    fn delete_confirmation_tag<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::ConfirmationTag, None)
    }

    fn write_group_state<V: traits::GroupState<CURRENT_VERSION>, G: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::State, &[], value)
    }

    fn group_state<V: traits::GroupState<CURRENT_VERSION>, G: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::State, &[])
    }

    fn delete_group_state<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::State, None)
    }

    fn write_message_secrets<G: traits::GroupId<CURRENT_VERSION>, V: traits::MessageSecrets<CURRENT_VERSION>>(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::MessageSecrets, &[], value)
    }

    fn message_secrets<G: traits::GroupId<CURRENT_VERSION>, V: traits::MessageSecrets<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::MessageSecrets, &[])
    }

    fn delete_message_secrets<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::MessageSecrets, None)
    }

    fn write_resumption_psk_store<
        G: traits::GroupId<CURRENT_VERSION>,
        V: traits::ResumptionPskStore<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::ResumptionPsks, &[], value)
    }

    fn resumption_psk_store<G: traits::GroupId<CURRENT_VERSION>, V: traits::ResumptionPskStore<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::ResumptionPsks, &[])
    }

    fn delete_all_resumption_psk_secrets<G: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::ResumptionPsks, None)
    }

    fn write_own_leaf_index<G: traits::GroupId<CURRENT_VERSION>, V: traits::LeafNodeIndex<CURRENT_VERSION>>(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::OwnLeafIndex, &[], value)
    }

    fn own_leaf_index<G: traits::GroupId<CURRENT_VERSION>, V: traits::LeafNodeIndex<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::OwnLeafIndex, &[])
    }

    fn delete_own_leaf_index<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::OwnLeafIndex, None)
    }

    fn write_group_epoch_secrets<G: traits::GroupId<CURRENT_VERSION>, V: traits::GroupEpochSecrets<CURRENT_VERSION>>(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::EpochSecrets, &[], value)
    }

    fn group_epoch_secrets<G: traits::GroupId<CURRENT_VERSION>, V: traits::GroupEpochSecrets<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::EpochSecrets, &[])
    }

    fn delete_group_epoch_secrets<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::EpochSecrets, None)
    }

    fn write_application_export_tree<
        G: traits::GroupId<CURRENT_VERSION>,
        V: traits::ApplicationExportTree<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_group(group, GroupValue::ExportTree, &[], value)
    }

    fn application_export_tree<
        G: traits::GroupId<CURRENT_VERSION>,
        V: traits::ApplicationExportTree<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
    ) -> Result<Option<V>, StoreFailed> {
        self.group_value(group, GroupValue::ExportTree, &[])
    }

    fn delete_application_export_tree<
        G: traits::GroupId<CURRENT_VERSION>,
        V: traits::ApplicationExportTree<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
    ) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::ExportTree, None)
    }

    fn write_signature_key_pair<
        K: traits::SignaturePublicKey<CURRENT_VERSION>,
        V: traits::SignatureKeyPair<CURRENT_VERSION>,
    >(
        &self,
        id: &K,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_key(KeyValue::SignatureKeyPair, id, value)
    }

    fn signature_key_pair<
        K: traits::SignaturePublicKey<CURRENT_VERSION>,
        V: traits::SignatureKeyPair<CURRENT_VERSION>,
    >(
        &self,
        id: &K,
    ) -> Result<Option<V>, StoreFailed> {
        self.key_value(KeyValue::SignatureKeyPair, id)
    }

    fn delete_signature_key_pair<K: traits::SignaturePublicKey<CURRENT_VERSION>>(
        &self,
        id: &K,
    ) -> Result<(), StoreFailed> {
        self.delete_key(KeyValue::SignatureKeyPair, id)
    }

    fn write_encryption_key_pair<K: traits::EncryptionKey<CURRENT_VERSION>, V: traits::HpkeKeyPair<CURRENT_VERSION>>(
        &self,
        id: &K,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_key(KeyValue::EncryptionKeyPair, id, value)
    }

    fn encryption_key_pair<V: traits::HpkeKeyPair<CURRENT_VERSION>, K: traits::EncryptionKey<CURRENT_VERSION>>(
        &self,
        id: &K,
    ) -> Result<Option<V>, StoreFailed> {
        self.key_value(KeyValue::EncryptionKeyPair, id)
    }

    fn delete_encryption_key_pair<K: traits::EncryptionKey<CURRENT_VERSION>>(&self, id: &K) -> Result<(), StoreFailed> {
        self.delete_key(KeyValue::EncryptionKeyPair, id)
    }

    fn write_key_package<K: traits::HashReference<CURRENT_VERSION>, V: traits::KeyPackage<CURRENT_VERSION>>(
        &self,
        id: &K,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_key(KeyValue::KeyPackage, id, value)
    }

    fn key_package<K: traits::HashReference<CURRENT_VERSION>, V: traits::KeyPackage<CURRENT_VERSION>>(
        &self,
        id: &K,
    ) -> Result<Option<V>, StoreFailed> {
        self.key_value(KeyValue::KeyPackage, id)
    }

    fn delete_key_package<K: traits::HashReference<CURRENT_VERSION>>(&self, id: &K) -> Result<(), StoreFailed> {
        self.delete_key(KeyValue::KeyPackage, id)
    }

    fn write_psk<K: traits::PskId<CURRENT_VERSION>, V: traits::PskBundle<CURRENT_VERSION>>(
        &self,
        id: &K,
        value: &V,
    ) -> Result<(), StoreFailed> {
        self.put_key(KeyValue::Psk, id, value)
    }

    fn psk<V: traits::PskBundle<CURRENT_VERSION>, K: traits::PskId<CURRENT_VERSION>>(
        &self,
        id: &K,
    ) -> Result<Option<V>, StoreFailed> {
        self.key_value(KeyValue::Psk, id)
    }

    fn delete_psk<K: traits::PskId<CURRENT_VERSION>>(&self, id: &K) -> Result<(), StoreFailed> {
        self.delete_key(KeyValue::Psk, id)
    }

    fn append_own_leaf_node<G: traits::GroupId<CURRENT_VERSION>, V: traits::LeafNode<CURRENT_VERSION>>(
        &self,
        group: &G,
        leaf_node: &V,
    ) -> Result<(), StoreFailed> {
        let count: Vec<serde::de::IgnoredAny> = self.group_values(group, GroupValue::OwnLeafNode)?;
        self.put_group(group, GroupValue::OwnLeafNode, &(count.len() as u64).to_be_bytes(), leaf_node)
    }

    fn own_leaf_nodes<G: traits::GroupId<CURRENT_VERSION>, V: traits::LeafNode<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Vec<V>, StoreFailed> {
        self.group_values(group, GroupValue::OwnLeafNode)
    }

    fn delete_own_leaf_nodes<G: traits::GroupId<CURRENT_VERSION>>(&self, group: &G) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::OwnLeafNode, None)
    }

    fn queue_proposal<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
        P: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
        reference: &R,
        proposal: &P,
    ) -> Result<(), StoreFailed> {
        let part = self.part(reference)?;
        self.put_group(group, GroupValue::Proposal, &part, &Queued { reference, proposal })
    }

    fn queued_proposal_refs<G: traits::GroupId<CURRENT_VERSION>, R: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<Vec<R>, StoreFailed> {
        let queued: Vec<Queued<R, serde::de::IgnoredAny>> = self.group_values(group, GroupValue::Proposal)?;
        Ok(queued.into_iter().map(|queued| queued.reference).collect())
    }

    fn queued_proposals<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
        P: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
    ) -> Result<Vec<(R, P)>, StoreFailed> {
        let queued: Vec<Queued<R, P>> = self.group_values(group, GroupValue::Proposal)?;
        Ok(queued.into_iter().map(|queued| (queued.reference, queued.proposal)).collect())
    }

    fn remove_proposal<G: traits::GroupId<CURRENT_VERSION>, R: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group: &G,
        reference: &R,
    ) -> Result<(), StoreFailed> {
        let part = self.part(reference)?;
        self.delete_group_value(group, GroupValue::Proposal, Some(&part))
    }

    fn clear_proposal_queue<G: traits::GroupId<CURRENT_VERSION>, R: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group: &G,
    ) -> Result<(), StoreFailed> {
        self.delete_group_value(group, GroupValue::Proposal, None)
    }

    fn write_encryption_epoch_key_pairs<
        G: traits::GroupId<CURRENT_VERSION>,
        E: traits::EpochKey<CURRENT_VERSION>,
        K: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
        epoch: &E,
        leaf_index: u32,
        key_pairs: &[K],
    ) -> Result<(), StoreFailed> {
        let part = self.part(&(epoch, leaf_index))?;
        self.put_group(group, GroupValue::EpochKeyPairs, &part, &key_pairs)
    }

    fn encryption_epoch_key_pairs<
        G: traits::GroupId<CURRENT_VERSION>,
        E: traits::EpochKey<CURRENT_VERSION>,
        K: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group: &G,
        epoch: &E,
        leaf_index: u32,
    ) -> Result<Vec<K>, StoreFailed> {
        let part = self.part(&(epoch, leaf_index))?;
        Ok(self.group_value(group, GroupValue::EpochKeyPairs, &part)?.unwrap_or_default())
    }

    fn delete_encryption_epoch_key_pairs<G: traits::GroupId<CURRENT_VERSION>, E: traits::EpochKey<CURRENT_VERSION>>(
        &self,
        group: &G,
        epoch: &E,
        leaf_index: u32,
    ) -> Result<(), StoreFailed> {
        let part = self.part(&(epoch, leaf_index))?;
        self.delete_group_value(group, GroupValue::EpochKeyPairs, Some(&part))
    }
}

impl MlsStore<'_> {
    fn part(&self, key: &impl Serialize) -> Result<Vec<u8>, StoreFailed> {
        self.keep(super::encode(key))
    }
}
