//! What is asked and answered on the operator's socket.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A command of the operator's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Accounts, by id.
    Accounts {
        /// Behind this id, in hex; empty for the first.
        after: String,
    },
    /// The devices of an account.
    Devices {
        /// As people write it.
        number: String,
    },
    /// Keep an account out.
    Suspend {
        /// As people write it.
        number: String,
    },
    /// Let it in again.
    Resume {
        /// As people write it.
        number: String,
    },
    /// Delete an account and all that is its own.
    Delete {
        /// As people write it.
        number: String,
    },
    /// Counts.
    Stats,
    /// Copy database, blobs and authority.
    Backup {
        /// A folder that does not exist yet, from the root.
        to: PathBuf,
    },
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
    /// By id; when there are as many as one answer holds, there may be more.
    Accounts(Vec<AccountLine>),
    /// Of one account.
    Devices(Vec<DeviceLine>),
    /// Of the whole server.
    Stats(StatsLine),
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

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLine {
    /// Its id, in hex.
    pub account: String,
    /// In E.164.
    pub number: String,
    /// Whether the number leads to another account now.
    pub moved: bool,
    /// Whether it is kept out.
    pub suspended: bool,
    /// Devices on its list.
    pub devices: u32,
    /// In milliseconds since the Unix epoch; 0 for never.
    pub last_seen_day_ms: u64,
    /// Bytes of its blobs.
    pub blob_bytes: u64,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLine {
    /// 1 is the phone.
    pub device: u32,
    /// In milliseconds since the Unix epoch; 0 for never.
    pub last_seen_day_ms: u64,
    /// Items that wait for it.
    pub waiting: u64,
    /// Whether it has a socket now.
    pub connected: bool,
}

/// Counts of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatsLine {
    /// Of the program.
    pub version: String,
    /// Accounts that have their number.
    pub accounts: u64,
    /// Of these, kept out.
    pub suspended: u64,
    /// Devices on lists.
    pub devices: u64,
    /// Chats, those with oneself among them.
    pub chats: u64,
    /// Entries of all logs that are kept.
    pub log_entries: u64,
    /// Blobs.
    pub blobs: u64,
    /// Their bytes.
    pub blob_bytes: u64,
    /// Connections now.
    pub connections: usize,
    /// Sockets now.
    pub sockets: usize,
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
