//! What operators do.

use super::groups::{CHAT, alice_and_bob, app};
use super::{NOW_MS, account, device, number, registered, registration, ticket, ticket_at};
use crate::Stores;
use crate::accounts::RegisterOutcome;
use crate::groups::AcceptOutcome;
use crate::operating::DeleteOutcome;

/// More than codes of one number have to be apart.
const LATER_MS: u64 = NOW_MS + 8_000_000;

/// A deleted account leaves nothing that its key could come back to, and its leaves are taken out by the others.
pub async fn a_deleted_account_does_not_come_back(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let deleted = stores.operating.delete_accounts_of(number(1)).await.unwrap();
    assert_eq!(deleted, DeleteOutcome::Deleted { devices: vec![alice] });
    assert_eq!(stores.operating.delete_accounts_of(number(1)).await.unwrap(), DeleteOutcome::NoAccount);
    let (outcome, _) = stores.groups.accept_app(app(1, bob, 1), 0).await.unwrap();
    assert_eq!(outcome, AcceptOutcome::RevokedLeaves(vec![alice]));
    // The same key, under its number and under another.
    for (n, of) in [(8, number(1)), (9, number(9))] {
        let ticket_hash = ticket_at(&stores, &of, [n; 32], LATER_MS).await;
        let again = stores.accounts.register(registration(1, &of, ticket_hash)).await.unwrap();
        assert_eq!(again, RegisterOutcome::Deleted, "{of}");
    }
    assert_eq!(stores.accounts.account(account(1)).await.unwrap(), None);
    // The number is as good as new for another key.
    let ticket_hash = ticket_at(&stores, &number(1), [7; 32], LATER_MS * 2).await;
    let other = stores.accounts.register(registration(3, &number(1), ticket_hash)).await.unwrap();
    assert_eq!(other, RegisterOutcome::Registered { outed: Vec::new() });
}

/// With a number go those who had it before, and the chats that only they were in.
pub async fn accounts_that_had_the_number_are_deleted_too(stores: Stores) {
    let old = registered(&stores, 1).await;
    let ticket_hash = ticket_at(&stores, &number(1), [9; 32], LATER_MS).await;
    stores.accounts.register(registration(2, &number(1), ticket_hash)).await.unwrap();
    let deleted = stores.operating.delete_accounts_of(number(1)).await.unwrap();
    assert_eq!(deleted, DeleteOutcome::Deleted { devices: vec![old, device(2, 1)] });
    assert_eq!(stores.operating.account_lines(None, 9).await.unwrap(), []);
}

/// A chat goes with the last of its people.
pub async fn a_chat_of_deleted_accounts_is_deleted(stores: Stores) {
    alice_and_bob(&stores).await;
    for (n, chats) in [(1, 1), (2, 0)] {
        stores.operating.delete_accounts_of(number(n)).await.unwrap();
        assert_eq!(stores.operating.totals().await.unwrap().chats, chats);
    }
    assert!(stores.groups.members(CHAT).await.unwrap().is_empty());
}

/// Suspension holds for the number, also where it came between the look at it and the registration.
pub async fn a_suspended_accounts_number_makes_no_other(stores: Stores) {
    registered(&stores, 1).await;
    let ticket_hash = ticket_at(&stores, &number(1), [9; 32], LATER_MS).await;
    stores.operating.set_suspended(account(1), true).await.unwrap();
    let refused = stores.accounts.register(registration(2, &number(1), ticket_hash)).await.unwrap();
    assert_eq!(refused, RegisterOutcome::Suspended);
    assert_eq!(stores.accounts.look_up(vec![number(1)]).await.unwrap(), [(number(1), account(1))]);
    // Others are not concerned.
    let ticket_hash = ticket(&stores, &number(3), [3; 32]).await;
    let other = stores.accounts.register(registration(3, &number(3), ticket_hash)).await.unwrap();
    assert_eq!(other, RegisterOutcome::Registered { outed: Vec::new() });
}
