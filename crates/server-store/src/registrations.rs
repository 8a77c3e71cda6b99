//! One-time codes and the tickets they are exchanged for.

use crate::invites::{Admission, InviteId};
use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::AccountId;

/// A code to remember.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// In E.164.
    pub number: String,
    /// Keyed hash of number and code.
    pub code_hash: [u8; 32],
    /// Until when it is taken.
    pub expires_ms: UnixMs,
    /// How often it may be wrong.
    pub tries: u32,
    /// By which invite it was asked for; the account takes one of its uses.
    pub invite: Option<InviteId>,
    /// Now.
    pub now_ms: UnixMs,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutCodeOutcome {
    /// Stored in place of an older one.
    Stored {
        /// How long until another may be asked for.
        next_after_ms: u64,
    },
    /// The last one was sent too short ago.
    TooSoon {
        /// How long still.
        retry_after_ms: u64,
    },
}

/// A code to check and the ticket that it buys.
#[derive(Debug, Clone)]
pub struct CodeTry {
    /// In E.164.
    pub number: String,
    /// Keyed hash of number and code.
    pub code_hash: [u8; 32],
    /// Of the ticket to store if it is right.
    pub ticket_hash: [u8; 32],
    /// Until when that is taken.
    pub ticket_expires_ms: UnixMs,
    /// Who may register now, which may be others than when the code was asked for. Whoever has an account is given a ticket all the same.
    pub admission: Admission,
    /// Now.
    pub now_ms: UnixMs,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeTryOutcome {
    /// The code is used up and the ticket stored.
    Right,
    /// Counted.
    Wrong {
        /// 0: the code is void now.
        tries_left: u32,
    },
    /// None was sent, it was used, is over, was wrong too often, or is of a time at which others could register.
    NoCode,
}

/// How far a code came whose sending failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// Nowhere: it does not count.
    Surely,
    /// It may have reached its number, so it counts: or whoever makes a gateway fail late could have any number written to without end.
    Perhaps,
}

/// A valid ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Whose number was proved.
    pub number: String,
    /// The account that has the number now.
    pub account: Option<AccountId>,
    /// The PIN that this account has now was given with it, or it had and has none.
    pub pin_proved: bool,
}

/// See the module.
#[async_trait]
pub trait RegistrationStore: Send + Sync {
    /// Stores a code; each further one for a number has to wait longer.
    async fn put_code(&self, code: NewCode) -> Result<PutCodeOutcome, StoreError>;
    /// A code was stored and could not be sent: it is void. If it surely was not, it does not count either, and the next may be asked for after
    /// [`CODE_RETRY_MS`].
    async fn take_code_back(
        &self,
        number: &str,
        code_hash: [u8; 32],
        not_sent: NotSent,
        now_ms: UnixMs,
    ) -> Result<(), StoreError>;
    /// Compares in constant time, counts, and exchanges a right code for a ticket.
    async fn try_code(&self, attempt: CodeTry) -> Result<CodeTryOutcome, StoreError>;
    /// Reads a ticket without using it up.
    async fn ticket(&self, ticket_hash: [u8; 32], now_ms: UnixMs) -> Result<Option<Ticket>, StoreError>;
}

/// How long after a code that could not be sent.
pub const CODE_RETRY_MS: u64 = 30_000;

/// How long after the `sent`-th code of an hour the next may be asked for.
pub fn code_wait_ms(sent: u32) -> u64 {
    match sent {
        0 | 1 => 30_000,
        2 => 60_000,
        3 => 300_000,
        _ => 3_600_000,
    }
}
