//! What a server gives out as key packages of those who were asked for.

use super::*;
use crate::testing::{Peer, companion, now_ms, phone, step, unlinks_companion};
use e2ee::key_packages::KeyPackageUse;
use proto::account::Claimed;
use rusqlite::Connection;

fn given(packages: Vec<Vec<u8>>) -> ClaimKeyPackagesOk {
    let claimed = packages.into_iter().map(|package| Claimed { device: None, package });
    ClaimKeyPackagesOk { claimed: claimed.collect() }
}

/// How many are used, and whether the others are foreign.
fn sorted(db: &Connection, packages: Vec<Vec<u8>>, wanted: &[AccountId]) -> (usize, bool) {
    let sorted = step(db, now_ms(), |cx| sorted_packages(cx, &given(packages), wanted).expect("sorted")).0;
    (sorted.trusted.len(), sorted.foreign)
}

fn knows(db: &Connection, peer: &Peer) {
    step(db, 1, |cx| accounts::learn_device_list(cx, peer.list.as_bytes()).expect("learned"));
}

#[test]
fn nobody_but_those_who_were_chosen_comes_into_a_group_that_is_made() {
    let (_, db) = phone();
    let (mut bob, mut mallory) = (Peer::new(), Peer::of(151));
    knows(&db, &bob);
    knows(&db, &mallory);
    let wanted = [bob.list.account()];
    assert_eq!(sorted(&db, vec![bob.key_package()], &wanted), (1, false));
    let (of_bob, of_mallory) = (bob.key_package(), mallory.key_package());
    assert_eq!(sorted(&db, vec![of_bob, of_mallory], &wanted), (1, true), "a contact, but nobody asked for her");
}

#[test]
fn a_device_that_has_left_its_list_since_is_not_used_and_nobody_is_accused() {
    let (_, of_companion) = companion();
    let package = step(&of_companion, now_ms(), |cx| {
        let device = mls::own_device(cx).expect("device");
        let (provider, now_ms) = (mls::provider(cx), now_ms());
        key_packages::generate(&provider, &device, Suite::Hybrid, KeyPackageUse::Once, 1, now_ms)
            .expect("made")
            .remove(0)
    })
    .0;
    let (_, db) = phone();
    crate::testing::links_companion(&db);
    let wanted = [step(&db, 1, |cx| cx.me().expect("me").address.account).0];
    assert_eq!(sorted(&db, vec![package.clone()], &wanted), (1, false));
    unlinks_companion(&db);
    assert_eq!(sorted(&db, vec![package], &wanted), (0, false));
}
