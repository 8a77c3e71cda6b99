//! A call that was made as a link: its maker is in it alone first.

use super::*;
use crate::own_state::ChatKey;
use crate::state;
use proto::content::{GroupLink, StateOp};
use proto::limits::JOIN_SECRET_LEN;

impl Calls {
    /// A group of this account alone, with this link.
    fn alone_with(link: &GroupLink) -> Self {
        let mut calls = Self::new();
        let me = calls.story.me;
        calls.is_of_kind(ChatKind::Group);
        calls.is_member(me);
        let op = StateOp { key: ChatKey::GroupLink.of(CHAT), value: link.encode_to_vec(), clock: 1 << 16, device: 0 };
        calls.does(|_, cx| state::merge(cx.db, &op).map(drop));
        calls
    }

    fn places(&mut self) -> Option<UserError> {
        let out = self.asks(Command::PlaceCall { chat: CHAT_UI, video: false });
        out.iter().find_map(|output| match output {
            Output::Event(Event::Answered { result, .. }) => result.clone().err(),
            _ => None,
        })
    }

    /// At whom the call of this device rings.
    fn rings_at_whom(&self) -> Vec<Vec<u8>> {
        let sql = "SELECT content FROM message WHERE kind = 0";
        let content: Vec<u8> = self.story.db.query_row(sql, [], |row| row.get(0)).expect("a call");
        of(&Content::decode(content.as_slice()).expect("a content")).expect("a call").accounts.clone()
    }
}

fn link(call: bool, secret: Vec<u8>) -> GroupLink {
    GroupLink { clock_ms: 1, again: false, secret, approval: false, call }
}

fn call_link() -> GroupLink {
    link(true, vec![7; JOIN_SECRET_LEN])
}

#[test]
fn the_maker_of_a_call_link_is_in_the_call_alone_for_as_long_as_they_like() {
    let mut calls = Calls::alone_with(&call_link());
    let (me, peer) = (calls.story.me, calls.peer());
    assert_eq!(calls.places(), None);
    assert_eq!(calls.rings_at_whom(), [me.to_vec()], "it rings at nobody");
    calls.is_joined();
    calls.are_there(&[(me, 1)]);
    assert_eq!(ends(&calls.passes(10 * RING_MS)), []);
    assert!(matches!(calls.shown().own.expect("a call").phase, CallPhase::Running { .. }), "nothing rings");
    // Somebody answers and is never connected: it goes on.
    calls.is_member(peer.0);
    let call = calls.newest_call();
    calls.is_placed(call, 5);
    calls.hears_word(peer, 8, 6, Word::Answered);
    assert_eq!(ends(&calls.passes(2 * CONNECT_MS)), []);
    assert_eq!(ends(&calls.asks(Command::HangUp)), [CallEnd::HungUp]);
    // With others in the group it is a call as any, which rings at them.
    calls.places();
    assert_eq!(ends(&calls.passes(RING_MS)), [CallEnd::NoAnswer]);
}

#[test]
fn another_own_device_takes_over_what_its_maker_waits_in() {
    let mut calls = Calls::alone_with(&call_link());
    let sibling = calls.sibling();
    calls.are_there(&[sibling]);
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    calls.are_there(&[(calls.story.me, 1)]);
    assert_eq!(ends(&calls.passes(10 * RING_MS)), []);
}

#[test]
fn the_word_of_a_call_link_counts_before_the_group_has_heard_it() {
    let mut calls = Calls::alone_with(&GroupLink::default());
    assert_eq!(calls.places(), Some(UserError::CallNobody));
    calls.does(|client, cx| client.tell_chat(cx, CHAT, content::Body::GroupLink(call_link())));
    assert_eq!(calls.places(), None);
}

#[test]
fn alone_in_any_other_group_there_is_nobody_to_call() {
    for other in [link(false, vec![7; JOIN_SECRET_LEN]), link(true, Vec::new())] {
        let mut calls = Calls::alone_with(&other);
        assert_eq!(calls.places(), Some(UserError::CallNobody), "{other:?}");
    }
}
