//! A phone whose companion was logged out before the phone knew a chat that the companion is in.

use super::*;
use crate::testing::{CHAT, Peer, companion, links_companion, now_ms, phone, step, unlinks_companion};
use e2ee::key_packages::{self, KeyPackageUse};
use identity::mls::Suite;
use rusqlite::Connection;

/// The phone, in a chat where its logged-out companion has a leaf that nobody wished away yet.
fn with_a_leaf_left_over() -> (Client, Connection) {
    let (client, phone) = phone();
    links_companion(&phone);
    unlinks_companion(&phone);
    Peer::new().shares_chat_with(&phone);
    let (_, companion) = companion();
    let (package, _) = step(&companion, now_ms(), |cx| {
        let (device, now_ms) = (mls::own_device(cx).expect("device"), cx.now_ms);
        let (suite, usage) = (Suite::Classical, KeyPackageUse::Once);
        key_packages::generate(&mls::provider(cx), &device, suite, usage, 1, now_ms).expect("made").remove(0)
    });
    step(&phone, now_ms(), |cx| {
        let chat = chats::find(cx.db, CHAT).expect("read").expect("a chat");
        let mut group = mls::load(cx, &chat).expect("read").expect("a group");
        let device = mls::own_device(cx).expect("device");
        let provider = mls::provider(cx);
        let package = key_packages::verify(&provider, &package).expect("a key package");
        group.stage_add(&provider, &device, vec![package], b"").expect("staged");
        group.confirm_pending(&provider).expect("confirmed");
    });
    (client, phone)
}

#[test]
fn whoever_left_the_list_before_goes_out_when_the_phone_comes_into_a_chat() {
    let (mut client, phone) = with_a_leaf_left_over();
    let (wished, _) = step(&phone, now_ms(), |cx| {
        assert!(wishes(cx).expect("read").is_empty());
        client.want_removals_on_entry(cx, CHAT).expect("no halt");
        wishes(cx).expect("read")
    });
    assert_eq!(
        wished.iter().map(|(chat, device)| (*chat, device.device)).collect::<Vec<_>>(),
        [(CHAT, DeviceNumber(2))]
    );
}

#[test]
fn how_far_was_read_is_told_again_when_a_device_that_may_have_told_it_goes() {
    let (mut client, phone) = with_a_leaf_left_over();
    let (is_told_again, _) = step(&phone, now_ms(), |cx| {
        cx.db.execute("UPDATE chat SET told_seq = 7", []).expect("told once");
        client.want_removals_on_entry(cx, CHAT).expect("no halt");
        client.commit_removals(cx).expect("no halt");
        let operation = outbox::head(cx.db, CHAT).expect("read").expect("an operation");
        assert_eq!(operation.kind, outbox::Kind::Commit);
        cx.db.query_row("SELECT tell_again FROM chat", [], |row| row.get::<_, bool>(0)).expect("read")
    });
    assert!(is_told_again);
}
