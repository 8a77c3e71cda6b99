//! Who is called while in another call.

use super::signs::{PEER, STRANGER};
use super::*;
use proto::content::{CallBusy, Contact, ephemeral_body};

impl Calls {
    /// In a call in some other chat.
    fn is_in_another_call(&mut self) {
        let (stored, _) = step(&self.story.db, self.now_ms, |cx| chats::find(cx.db, CHAT).expect("read"));
        let elsewhere = Chat { chat: ChatId([9; 16]), ..stored.expect("the chat") };
        self.story.client.calling.own = Some(Own::new(&elsewhere, None, false));
    }

    fn knows_the_peer(&mut self) {
        let peer = self.story.peer;
        let contact =
            Contact { account: peer.to_vec(), name: "Peer".into(), in_address_book: true, ..Contact::default() };
        self.does(|_, cx| accounts::set_contact(cx, &contact, peer));
    }

    fn is_shown_busy(&mut self) -> bool {
        self.shown().own.expect("in a call").busy
    }
}

fn busy(call: MessageId) -> ephemeral_body::Body {
    ephemeral_body::Body::CallBusy(CallBusy { message_id: call.to_vec() })
}

#[test]
fn who_is_called_while_in_a_call_says_so_to_whom_they_know_alone() {
    let mut calls = Calls::new();
    calls.is_in_another_call();
    let out = calls.rings(3, 5);
    assert_eq!(calls.unstored_in(&out), [], "a stranger learns nothing");
    assert!(calls.rings_here());
    calls.knows_the_peer();
    let out = calls.rings(4, 6);
    assert_eq!(calls.unstored_in(&out), [busy(id(4))]);
    assert!(calls.rings_here());
    // Who is in no call has nothing to say.
    calls.asks(Command::HangUp);
    let out = calls.rings(5, 7);
    assert_eq!(calls.unstored_in(&out), []);
}

#[test]
fn a_caller_sees_it_until_somebody_answers() {
    let mut calls = Calls::new();
    let call = calls.calls_out();
    calls.is_placed(call, 5);
    assert!(!calls.is_shown_busy());
    let now_ms = calls.now_ms;
    calls.hears_unstored(STRANGER, now_ms, busy(call));
    assert!(!calls.is_shown_busy(), "nobody says it for another one");
    calls.hears_unstored(PEER, now_ms, busy(id(99)));
    assert!(!calls.is_shown_busy(), "of another call");
    calls.is_of_kind(ChatKind::Group);
    calls.story.client.calling.own.as_mut().expect("in a call").is_group = true;
    calls.hears_unstored(PEER, now_ms + 1, busy(call));
    assert!(!calls.is_shown_busy(), "one of many");
    calls.is_of_kind(ChatKind::Direct);
    calls.story.client.calling.own.as_mut().expect("in a call").is_group = false;
    calls.hears_unstored(PEER, now_ms + 2, busy(call));
    assert!(calls.is_shown_busy());
    calls.hears_word(calls.peer(), 8, 6, Word::Answered);
    assert!(!calls.is_shown_busy());
}
