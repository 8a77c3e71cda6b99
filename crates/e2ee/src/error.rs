//! Errors of MLS operations, sorted by what the caller must do: stop, or quarantine. Owns the sorting.

use crate::provider::Provider;
use crate::storage::StoreError;
use identity::{CertError, PolicyError};

/// Why an MLS operation did not happen. After any error drop the [`crate::group::ChatGroup`] and load it again.
#[derive(Debug, thiserror::Error)]
pub enum MlsError {
    /// The database failed: stop, nothing was decided. Never a reason to advance a cursor.
    #[error("MLS state could not be stored or read")]
    Storage(#[source] StoreError),
    /// OpenMLS refuses the message or the request. For a message: quarantine it.
    #[error("refused by MLS")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Valid MLS, but against a rule of ours. For a message: quarantine it.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The message belongs to an epoch that the group is not in.
    #[error("of epoch {given}, but the group is in {current}")]
    WrongEpoch {
        /// Of the message.
        given: u64,
        /// Of the group.
        current: u64,
    },
    /// This device is no longer in the group.
    #[error("this device was removed from the group")]
    Evicted,
}

/// A rule of the protocol that something breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Bytes that are no MLS message of the wanted kind.
    #[error("not an MLS {0}")]
    NotA(&'static str),
    /// A message for another group.
    #[error("for another group")]
    OtherGroup,
    /// A cipher suite that is not ours, or not the wanted one.
    #[error("a cipher suite that is not expected here")]
    Suite,
    /// The group context holds no policy, or one for another chat.
    #[error("a group without a policy for its chat")]
    NoPolicy,
    /// The policy does not parse.
    #[error("the group's policy is not valid")]
    Policy(#[source] PolicyError),
    /// A leaf's certificate does not hold.
    #[error("a leaf without a valid certificate")]
    Cert(#[source] CertError),
    /// A leaf's credential is of another type.
    #[error("a leaf with another kind of credential")]
    CredentialType,
    /// The policy does not let this account in.
    #[error("a leaf of an account that may not be in this chat")]
    NotAllowed,
    /// The device that acts may not do this.
    #[error("the sender may not do this")]
    Denied,
    /// A proposal of a kind that we never use, or by reference.
    #[error("a proposal that has no place in this protocol")]
    Proposal,
    /// An external commit with more than its own join and the removal of its own old leaf.
    #[error("an external commit that does more than join")]
    ExternalCommit,
    /// A leaf came back as another device.
    #[error("a leaf that turned into another device")]
    LeafChanged,
    /// A device that is not in the group.
    #[error("no leaf of this device")]
    NoSuchLeaf,
    /// Two leaves of one device.
    #[error("a device with two leaves")]
    DeviceTwice,
    /// The group has an unsettled commit of ours already, or none where one is needed.
    #[error("the pending commit is not as expected")]
    PendingCommit,
    /// More than the limit.
    #[error("more leaves than a group may have")]
    TooLarge,
}

impl MlsError {
    /// Sorts an error of OpenMLS: a storage failure below it wins, whatever OpenMLS made of it.
    pub(crate) fn of<E: std::error::Error + Send + Sync + 'static>(provider: &Provider<'_>) -> impl FnOnce(E) -> Self {
        move |error| match provider.take_failure() {
            Some(failure) => Self::Storage(failure),
            None => Self::Refused(Box::new(error)),
        }
    }

    /// Whether the caller must stop, since nothing is known about the message itself.
    pub fn is_storage(&self) -> bool {
        matches!(self, Self::Storage(_))
    }
}
