//! What is asked and answered on the operator's socket.

use serde::{Deserialize, Serialize};

/// A command of the operator's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Make an invite.
    MakeInvite {
        /// Accounts that it makes.
        uses: u32,
        /// Days that it lasts.
        days: u32,
    },
    /// All invites.
    Invites,
    /// Void one.
    RevokeInvite {
        /// Its name.
        invite: i64,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Done, and there is no more to say.
    Done,
    /// Not done; why, and what to do.
    Refused {
        /// For a person.
        why: String,
    },
    /// The only time that an invite's code is told.
    Invite {
        /// Its name.
        invite: i64,
        /// What stands in the link.
        code: String,
        /// Where this server is, as far as it knows.
        origin: String,
        /// Until when, in milliseconds since the Unix epoch.
        expires_ms: u64,
    },
    /// Oldest first.
    Invites(Vec<InviteLine>),
}

impl Answer {
    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }
}

/// An invite, without its code, which the server does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLine {
    /// Its name.
    pub invite: i64,
    /// Accounts that it makes in all.
    pub uses: u32,
    /// Accounts that it can still make.
    pub uses_left: u32,
    /// In milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// In milliseconds since the Unix epoch.
    pub expires_ms: u64,
    /// Whether its time is over.
    pub expired: bool,
}
