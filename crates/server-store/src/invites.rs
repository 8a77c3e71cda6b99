//! Invites: what an operator gives people so that they may register where registration is by invite.

use crate::{StoreError, UnixMs};
use async_trait::async_trait;

/// Invites that can be at once.
pub const INVITES_MAX: u32 = 10_000;
/// An invite that is over is told as such for so long; then it is unknown.
pub const INVITE_REMEMBERED_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Which invite. Counts up, so that people can name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct InviteId(pub i64);

/// Who gets an account at this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Whoever proves a number.
    Anybody,
    /// Who asked for the code by an invite.
    Invited,
}

/// An invite to remember.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// Keyed hash of its code.
    pub code_hash: [u8; 32],
    /// Accounts that it makes.
    pub uses: u32,
    /// Until when.
    pub expires_ms: UnixMs,
    /// Now.
    pub now_ms: UnixMs,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MakeInviteOutcome {
    /// It is there.
    Made(InviteId),
    /// There are [`INVITES_MAX`] already.
    TooMany,
}

/// An invite as its operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Its name.
    pub invite: InviteId,
    /// Accounts that it makes in all.
    pub uses: u32,
    /// Accounts that it can still make.
    pub uses_left: u32,
    /// When it was made.
    pub created_ms: UnixMs,
    /// Until when it is taken.
    pub expires_ms: UnixMs,
}

/// Whether somebody may register with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteStanding {
    /// Yes.
    Good(InviteId),
    /// As many accounts as it was for were made with it.
    UsedUp,
    /// Its time is over.
    Expired,
    /// There never was such an invite, or it was revoked, or it has been over for long.
    Unknown,
}

/// See the module.
#[async_trait]
pub trait InviteStore: Send + Sync {
    /// Remembers an invite.
    async fn make_invite(&self, invite: NewInvite) -> Result<MakeInviteOutcome, StoreError>;
    /// All of them, oldest first.
    async fn invites(&self) -> Result<Vec<Invite>, StoreError>;
    /// Whether a code is worth something. Nothing is used up.
    async fn invite(&self, code_hash: [u8; 32], now_ms: UnixMs) -> Result<InviteStanding, StoreError>;
    /// Forgets an invite; false where there is none. Who has a ticket by it loses that as well.
    async fn revoke_invite(&self, invite: InviteId) -> Result<bool, StoreError>;
}
