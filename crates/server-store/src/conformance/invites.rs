//! Invites.

use super::{NOW_MS, number, registration};
use crate::Stores;
use crate::accounts::{RegisterOutcome, Registration};
use crate::invites::{Admission, INVITE_REMEMBERED_MS, InviteId, InviteStanding, MakeInviteOutcome, NewInvite};
use crate::registrations::{CodeTry, CodeTryOutcome, NewCode};

async fn made(stores: &Stores, hash: u8, uses: u32) -> InviteId {
    let invite = NewInvite { code_hash: [hash; 32], uses, expires_ms: NOW_MS + 1_000, now_ms: NOW_MS };
    match stores.invites.make_invite(invite).await.unwrap() {
        MakeInviteOutcome::Made(invite) => invite,
        MakeInviteOutcome::TooMany => panic!("there is room"),
    }
}

/// Proves number `n` by that invite, for the ticket `[n; 32]`.
async fn proved_by(stores: &Stores, n: u8, invite: Option<InviteId>) {
    let code =
        NewCode { number: number(n), code_hash: [n; 32], expires_ms: NOW_MS + 9_000, tries: 5, invite, now_ms: NOW_MS };
    stores.registrations.put_code(code).await.unwrap();
    let attempt = CodeTry {
        number: number(n),
        code_hash: [n; 32],
        ticket_hash: [n; 32],
        ticket_expires_ms: NOW_MS + 9_000,
        admission: Admission::Anybody,
        now_ms: NOW_MS,
    };
    assert_eq!(stores.registrations.try_code(attempt).await.unwrap(), CodeTryOutcome::Right);
}

/// An invite makes as many accounts as it says; who has no place left keeps the ticket for nothing.
pub async fn invites_are_used_up(stores: Stores) {
    let invite = made(&stores, 1, 2).await;
    for n in 1..=3 {
        proved_by(&stores, n, Some(invite)).await;
        let standing = stores.invites.invite([1; 32], NOW_MS).await.unwrap();
        let left = stores.invites.invites().await.unwrap().first().unwrap().uses_left;
        assert_eq!((standing == InviteStanding::Good(invite), left), (n < 3, u32::from(3 - n)), "{n}");
        let outcome = stores.accounts.register(registration(n, &number(n), [n; 32])).await.unwrap();
        if n < 3 {
            assert!(matches!(outcome, RegisterOutcome::Registered { .. }), "{n}");
        } else {
            assert_eq!(outcome, RegisterOutcome::NoInvite);
        }
    }
    assert_eq!(stores.invites.invite([1; 32], NOW_MS).await.unwrap(), InviteStanding::UsedUp);
    assert_eq!(stores.accounts.look_up(vec![number(3)]).await.unwrap(), []);
}

/// An invite ends, is revoked, and is forgotten.
pub async fn invites_end(stores: Stores) {
    let standing = async |hash, now_ms| stores.invites.invite([hash; 32], now_ms).await.unwrap();
    let (first, second) = (made(&stores, 1, 1).await, made(&stores, 2, 1).await);
    assert_eq!(standing(1, NOW_MS + 999).await, InviteStanding::Good(first));
    assert_eq!(standing(1, NOW_MS + 1_000).await, InviteStanding::Expired);
    assert_eq!(standing(3, NOW_MS).await, InviteStanding::Unknown);
    proved_by(&stores, 2, Some(second)).await;
    assert!(stores.invites.revoke_invite(second).await.unwrap());
    assert!(!stores.invites.revoke_invite(second).await.unwrap());
    assert_eq!(standing(2, NOW_MS).await, InviteStanding::Unknown);
    let outcome = stores.accounts.register(registration(2, &number(2), [2; 32])).await.unwrap();
    assert_eq!(outcome, RegisterOutcome::NoInvite, "revoked meanwhile");
    stores.sessions.sweep(NOW_MS + 1_000 + INVITE_REMEMBERED_MS).await.unwrap();
    assert_eq!(standing(1, NOW_MS).await, InviteStanding::Unknown);
    assert!(made(&stores, 4, 1).await > second, "no name is given twice");
}

/// What was got without an invite is worth nothing once invites are needed; what was got by one is.
pub async fn codes_of_the_open_time_end_with_it(stores: Stores) {
    let invite = made(&stores, 1, 1).await;
    let invited = |n: u8| Registration { admission: Admission::Invited, ..registration(n, &number(n), [n; 32]) };
    proved_by(&stores, 1, None).await;
    assert_eq!(stores.accounts.register(invited(1)).await.unwrap(), RegisterOutcome::InviteNeeded);
    proved_by(&stores, 2, Some(invite)).await;
    let by_invite = stores.accounts.register(invited(2)).await.unwrap();
    assert!(matches!(by_invite, RegisterOutcome::Registered { .. }), "{by_invite:?}");
    for (n, of, outcome) in [(3, None, CodeTryOutcome::NoCode), (4, Some(invite), CodeTryOutcome::Right)] {
        let code = NewCode {
            number: number(n),
            code_hash: [n; 32],
            expires_ms: NOW_MS + 9,
            tries: 5,
            invite: of,
            now_ms: NOW_MS,
        };
        stores.registrations.put_code(code).await.unwrap();
        let attempt = CodeTry {
            number: number(n),
            code_hash: [n; 32],
            ticket_hash: [n; 32],
            ticket_expires_ms: NOW_MS + 9,
            admission: Admission::Invited,
            now_ms: NOW_MS,
        };
        assert_eq!(stores.registrations.try_code(attempt).await.unwrap(), outcome);
    }
}
