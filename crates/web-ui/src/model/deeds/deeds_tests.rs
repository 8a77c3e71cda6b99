//! What can be done with which message, and what is said of its reactions.

use super::*;
use client_api::{AccountId, MessageId, SystemLine};

const NOW: u64 = 1_000_000;

pub(crate) fn message(own: bool, body: MessageBody) -> MessageRow {
    MessageRow {
        id: MessageId([1; 16]),
        time_ms: NOW,
        sender: AccountId([1; 16]),
        own,
        status: own.then_some(MessageStatus::Sent),
        body,
        mentions: Vec::new(),
        attachment: None,
        quote: None,
        edited: false,
        forwarded: false,
        reactions: Vec::new(),
        edit_until_ms: if own { NOW + 10 } else { 0 },
        delete_until_ms: if own { NOW + 20 } else { 0 },
        starred: false,
        delivered_ms: 0,
        read_ms: 0,
        lifetime_ms: 0,
    }
}

fn reaction(account: u8, emoji: &str) -> Reaction {
    Reaction { account: AccountId([account; 16]), own: account == 0, emoji: emoji.into() }
}

#[test]
fn a_menu_holds_what_can_be_done_with_its_message_now() {
    use Deed::{Copy, Delete, Edit, Forward, Info, Pin, React, Reply, Select, Star};
    let text = || MessageBody::Text("hello".into());
    let failed = MessageRow { status: Some(MessageStatus::Failed), edit_until_ms: u64::MAX, ..message(true, text()) };
    let pending = MessageRow { status: Some(MessageStatus::Pending), edit_until_ms: u64::MAX, ..message(true, text()) };
    for (row, now_ms, wanted) in [
        (message(true, text()), NOW, vec![Reply, Forward, Copy, Star, Pin, Select, Info, Edit, Delete, React]),
        (message(true, text()), NOW + 10, vec![Reply, Forward, Copy, Star, Pin, Select, Info, Delete, React]),
        (message(false, text()), NOW, vec![Reply, Forward, Copy, Star, Pin, Select, Info, Delete, React]),
        (pending, NOW, vec![Reply, Forward, Copy, Star, Pin, Select, Info, Edit, Delete, React]),
        (failed, NOW, vec![Copy, Star, Select, Info, Delete]),
        (message(true, MessageBody::Deleted), NOW, vec![Select, Info, Delete]),
        (message(false, MessageBody::Newer), NOW, vec![Reply, Star, Pin, Select, Info, Delete, React]),
        (message(false, MessageBody::Waiting), NOW, vec![Info]),
        (message(false, MessageBody::System(SystemLine::Encrypted)), NOW, vec![]),
    ] {
        let possible: Vec<Deed> =
            MENU.into_iter().chain([React]).filter(|deed| deed.is_possible(&row, now_ms)).collect();
        assert_eq!(possible, wanted, "{:?}, {:?}, after {} ms", row.body, row.status, now_ms - NOW);
    }
}

#[test]
fn what_is_done_with_several_is_possible_with_all_of_them_but_starring_and_copying() {
    let row = |body| Arc::new(message(false, body));
    let (text, deleted) = (row(MessageBody::Text("hello".into())), row(MessageBody::Deleted));
    for (deed, of_both) in [(Deed::Star, true), (Deed::Copy, true), (Deed::Forward, false), (Deed::Delete, true)] {
        assert!(!is_possible_with(deed, &[], NOW), "{deed:?} of nothing");
        assert!(is_possible_with(deed, std::slice::from_ref(&text), NOW));
        assert_eq!(is_possible_with(deed, &[text.clone(), deleted.clone()], NOW), of_both, "{deed:?}");
    }
}

#[test]
fn only_ones_own_is_taken_back_and_only_for_a_while() {
    let text = || MessageBody::Text("hello".into());
    assert!(can_be_taken_back(&message(true, text()), NOW + 19));
    assert!(!can_be_taken_back(&message(true, text()), NOW + 20));
    assert!(!can_be_taken_back(&message(false, text()), NOW));
    assert!(!can_be_taken_back(&message(true, MessageBody::Deleted), NOW));
}

#[test]
fn the_own_reaction_is_marked_and_has_a_place_in_the_row() {
    let chosen = |reactions: &[Reaction]| {
        let offered = offered(reactions);
        assert_eq!(offered.len(), EMOJI.len());
        offered.into_iter().filter(|(_, own)| *own).map(|(emoji, _)| emoji).collect::<Vec<_>>()
    };
    assert!(chosen(&[]).is_empty());
    assert!(chosen(&[reaction(1, "👍")]).is_empty(), "somebody else's");
    assert_eq!(chosen(&[reaction(1, "👍"), reaction(0, "😢")]), ["😢"]);
    assert_eq!(chosen(&[reaction(0, "🥳")]), ["🥳"]);
}

#[test]
fn a_pill_has_the_most_frequent_first() {
    assert_eq!(pill(&[reaction(1, "❤️")]), "❤️");
    let several = [reaction(1, "❤️"), reaction(2, "👍"), reaction(0, "👍")];
    assert_eq!(pill(&several), "👍❤️");
    assert_eq!(told(&several), "👍 2, ❤️ 1");
    let many = ["😂", "😮", "😢", "🙏"].map(|emoji| reaction(3, emoji));
    assert_eq!(pill(&many), "😂😮😢");
    assert_eq!(told(&many), "😂 1, 😮 1, 😢 1, 🙏 1");
}

#[test]
fn keys_are_those_of_the_help() {
    for (code, deed) in [
        ("KeyR", Some(Deed::Reply)),
        ("KeyF", Some(Deed::Forward)),
        ("KeyE", Some(Deed::Edit)),
        ("Backspace", Some(Deed::Delete)),
        ("KeyX", None),
    ] {
        assert_eq!(Deed::of_key(code), deed);
    }
}
