//! What a group's context says about who may be in it and who may change it. Server and clients apply the same rules;
//! neither takes the other's word. Knows no MLS library.

use crate::mls::MEMBERS_MAX;
use prost::Message;
use proto::decode::{DecodeError, decode_limited};
use proto::identity as schema;
use proto::ids::{AccountId, ChatId, Generation};
use std::collections::BTreeSet;

/// An encoded policy in bytes: a thousand admins fit.
pub const POLICY_LEN_MAX: usize = 20 * 1_024;

/// What kind of chat a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChatKind {
    /// An account's own devices.
    SelfGroup,
    /// Two accounts, or one for "message yourself".
    Direct,
    /// Any number of accounts, with admins.
    Group,
}

/// A policy that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatPolicy {
    /// What kind of chat it is.
    pub kind: ChatKind,
    /// The chat that the group belongs to.
    pub chat: ChatId,
    /// Which of the chat's groups it is.
    pub generation: Generation,
    /// Self and direct chats: exactly who may be in it. Empty for groups.
    pub accounts: BTreeSet<AccountId>,
    /// Groups: who may add and remove. Empty for the others.
    pub admins: BTreeSet<AccountId>,
}

/// Whether the device of a leaf is in its account's newest device list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafStanding {
    /// It is.
    Listed,
    /// It is not, and has to go.
    Revoked,
}

/// Why a policy is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not the bytes of a policy.
    #[error("no chat policy")]
    Malformed(#[source] DecodeError),
    /// A field of impossible content.
    #[error("chat policy: {0} is not valid")]
    Field(&'static str),
}

impl ChatPolicy {
    /// The policy of an account's self group.
    pub fn for_self(chat: ChatId, generation: Generation, account: AccountId) -> Self {
        Self {
            kind: ChatKind::SelfGroup,
            chat,
            generation,
            accounts: BTreeSet::from([account]),
            admins: BTreeSet::new(),
        }
    }

    /// The policy of a direct chat; both accounts may be the same.
    pub fn for_direct(chat: ChatId, generation: Generation, one: AccountId, other: AccountId) -> Self {
        Self {
            kind: ChatKind::Direct,
            chat,
            generation,
            accounts: BTreeSet::from([one, other]),
            admins: BTreeSet::new(),
        }
    }

    /// The bytes for the group context. One policy has one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let kind = match self.kind {
            ChatKind::SelfGroup => schema::chat_policy::Kind::Self_,
            ChatKind::Direct => schema::chat_policy::Kind::Direct,
            ChatKind::Group => schema::chat_policy::Kind::Group,
        };
        schema::ChatPolicy {
            kind: kind.into(),
            chat: self.chat.to_vec(),
            generation: self.generation.0,
            accounts: self.accounts.iter().map(AccountId::to_vec).collect(),
            admins: self.admins.iter().map(AccountId::to_vec).collect(),
        }
        .encode_to_vec()
    }

    /// Reads and checks a policy: sorted ids without repeats, and as many of them as the kind has.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        let policy: schema::ChatPolicy = decode_limited(bytes, POLICY_LEN_MAX).map_err(PolicyError::Malformed)?;
        let kind = match policy.kind() {
            schema::chat_policy::Kind::Unspecified => return Err(PolicyError::Field("kind")),
            schema::chat_policy::Kind::Self_ => ChatKind::SelfGroup,
            schema::chat_policy::Kind::Direct => ChatKind::Direct,
            schema::chat_policy::Kind::Group => ChatKind::Group,
        };
        let chat = ChatId::try_from(policy.chat).map_err(|_| PolicyError::Field("chat"))?;
        let accounts = sorted(&policy.accounts, "accounts")?;
        let admins = sorted(&policy.admins, "admins")?;
        let (accounts_fit, admins_fit) = match kind {
            ChatKind::SelfGroup => (accounts.len() == 1, admins.is_empty()),
            ChatKind::Direct => ((1..=2).contains(&accounts.len()), admins.is_empty()),
            ChatKind::Group => (accounts.is_empty(), (1..=MEMBERS_MAX).contains(&admins.len())),
        };
        if !accounts_fit {
            return Err(PolicyError::Field("accounts"));
        }
        if !admins_fit {
            return Err(PolicyError::Field("admins"));
        }
        Ok(Self { kind, chat, generation: Generation(policy.generation), accounts, admins })
    }

    /// Whether devices of this account may stand in the group at all.
    pub fn may_be_member(&self, account: AccountId) -> bool {
        match self.kind {
            ChatKind::SelfGroup | ChatKind::Direct => self.accounts.contains(&account),
            ChatKind::Group => true,
        }
    }

    /// Whether a device of `actor` may add a device of `account`. In groups only an admin brings a new account in.
    pub fn may_add(&self, actor: AccountId, account: AccountId) -> bool {
        let allowed = match self.kind {
            ChatKind::SelfGroup | ChatKind::Direct => true,
            ChatKind::Group => actor == account || self.admins.contains(&actor),
        };
        allowed && self.may_be_member(actor) && self.may_be_member(account)
    }

    /// Whether a device of `actor` may remove a device of `account`. Revoked leaves go by anybody's hand.
    pub fn may_remove(&self, actor: AccountId, account: AccountId, standing: LeafStanding) -> bool {
        actor == account
            || standing == LeafStanding::Revoked
            || (self.kind == ChatKind::Group && self.admins.contains(&actor))
    }

    /// Whether a device of `actor` may change the group context.
    pub fn may_edit(&self, actor: AccountId) -> bool {
        self.kind == ChatKind::Group && self.admins.contains(&actor)
    }

    /// Whether a device of `actor` may put `next` in the place of this policy, in a group of which these accounts have leaves
    /// afterwards: an admin, and only who the admins are. Whoever has no leaf can be none: it would be one at its coming.
    pub fn may_become(&self, actor: AccountId, next: &Self, accounts_after: &BTreeSet<AccountId>) -> bool {
        let same_but_admins = Self { admins: self.admins.clone(), ..next.clone() } == *self;
        self.may_edit(actor) && same_but_admins && !next.admins.is_empty() && next.admins.is_subset(accounts_after)
    }
}

fn sorted(ids: &[Vec<u8>], field: &'static str) -> Result<BTreeSet<AccountId>, PolicyError> {
    let ids = ids
        .iter()
        .map(|id| AccountId::try_from(id.as_slice()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| PolicyError::Field(field))?;
    if !ids.is_sorted_by(|a, b| a < b) {
        return Err(PolicyError::Field(field));
    }
    Ok(ids.into_iter().collect())
}

#[cfg(test)]
mod policy_tests;
