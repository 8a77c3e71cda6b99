//! What every store must do, as plain functions: each takes fresh stores and panics where they differ from the traits.
//!
//! Run against SQLite here; another store runs the same list.
// These are tests that other crates run: a panic is how they fail.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod accounts;
mod backups;
mod calls;
mod groups;
mod invites;
mod operating;
mod pushes;

pub use accounts::*;
pub use backups::*;
pub use calls::*;
pub use groups::*;
pub use invites::*;
pub use operating::*;
pub use pushes::*;

use crate::Stores;
use crate::accounts::{RegisterOutcome, Registration};
use crate::devices::NewDevice;
use crate::invites::Admission;
use crate::registrations::{CodeTry, CodeTryOutcome, NewCode};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};

/// When the suite's stories begin.
pub(crate) const NOW_MS: u64 = 1_700_000_000_000;

pub(crate) fn account(n: u8) -> AccountId {
    AccountId([n; 16])
}

pub(crate) fn device(n: u8, number: u32) -> DeviceAddress {
    DeviceAddress { account: account(n), device: DeviceNumber(number) }
}

pub(crate) fn number(n: u8) -> String {
    format!("+491510000{n:04}")
}

/// Proves a number and gives the ticket's hash.
pub(crate) async fn ticket(stores: &Stores, of: &str, ticket: [u8; 32]) -> [u8; 32] {
    ticket_at(stores, of, ticket, NOW_MS).await
}

/// The same at another time: codes for one number come hours apart.
pub(crate) async fn ticket_at(stores: &Stores, of: &str, ticket: [u8; 32], now_ms: u64) -> [u8; 32] {
    let code =
        NewCode { number: of.into(), code_hash: [1; 32], expires_ms: now_ms + 1_000, tries: 5, invite: None, now_ms };
    stores.registrations.put_code(code).await.unwrap();
    let attempt = CodeTry {
        number: of.into(),
        code_hash: [1; 32],
        ticket_hash: ticket,
        ticket_expires_ms: now_ms + 10_000,
        admission: Admission::Anybody,
        now_ms,
    };
    assert_eq!(stores.registrations.try_code(attempt).await.unwrap(), CodeTryOutcome::Right);
    ticket
}

/// An account with its phone.
pub(crate) async fn registered(stores: &Stores, n: u8) -> DeviceAddress {
    let ticket_hash = ticket(stores, &number(n), [n; 32]).await;
    let outcome = stores.accounts.register(registration(n, &number(n), ticket_hash)).await.unwrap();
    assert_eq!(outcome, RegisterOutcome::Registered { outed: Vec::new() });
    device(n, 1)
}

pub(crate) fn registration(n: u8, number: &str, ticket_hash: [u8; 32]) -> Registration {
    Registration {
        ticket_hash,
        account: account(n),
        number: number.into(),
        signed_device_list: vec![n, 1],
        devices: vec![NewDevice { device: DeviceNumber(1), signature_key: [n; 32] }],
        pin_hash: None,
        admission: Admission::Anybody,
        now_ms: NOW_MS,
    }
}
