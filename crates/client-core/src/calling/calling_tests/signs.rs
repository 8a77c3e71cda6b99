//! What devices say of themselves in a call: believed if they have signed it, once, and for the call that it was said in.

use super::*;
use crate::testing::account;
use client_api::CallSigns;
use e2ee::marks::{MarkKind, open_mark, seal_mark};
use proto::content::{CallSigns as Said, EphemeralBody, ephemeral_body};
use proto::wire::EphemeralItem;

/// The seeds of the peer and of somebody who is not in the chat.
pub(super) const PEER: u8 = 101;
pub(super) const STRANGER: u8 = 102;
const QUIET: CallSigns = CallSigns { microphone: false, camera: false, hand: false };
const TALKS: CallSigns = CallSigns { microphone: true, ..QUIET };
const RAISED: CallSigns = CallSigns { hand: true, ..QUIET };

/// The peer's number in the call.
const THERE: u64 = PARTICIPANT + 1;

impl Calls {
    /// In a call with the peer, of which the interface has shown these signs.
    fn in_call(signs: CallSigns) -> (Self, Vec<Output>) {
        let mut calls = Self::new();
        let (me, peer) = ((calls.story.me, 1), calls.peer());
        calls.calls_out();
        calls.is_joined();
        calls.are_there(&[me, peer]);
        let out = calls.shows(signs);
        (calls, out)
    }

    fn shows(&mut self, signs: CallSigns) -> Vec<Output> {
        self.asks(Command::ShowSigns { participant: PARTICIPANT, signs })
    }

    fn hears_signs(&mut self, signer: u8, time_ms: u64, said: Said) -> Vec<Output> {
        self.hears_unstored(signer, time_ms, ephemeral_body::Body::CallSigns(said))
    }

    /// A word under the peer's name, signed with the key of whoever has this seed, comes from the server.
    pub(super) fn hears_unstored(&mut self, signer: u8, time_ms: u64, word: ephemeral_body::Body) -> Vec<Output> {
        let (sender, device) = self.peer();
        let mut body = EphemeralBody {
            chat: CHAT.to_vec(),
            account: sender.to_vec(),
            device,
            time_ms,
            signature: Vec::new(),
            body: Some(word),
        };
        identity::marks::sign_ephemeral(&account(signer).1, &mut body);
        self.does(|client, cx| {
            let (epoch, key) = crate::reading::sealing_key(cx, CHAT)?.expect("a key");
            let sealed = seal_mark(&key, (CHAT, epoch), MarkKind::Ephemeral, &body.encode_to_vec(), cx.rng);
            let sender = Some(DeviceAddress { account: sender, device: DeviceNumber(device) }.to_wire());
            client.on_ephemeral(cx, &EphemeralItem { chat: CHAT.to_vec(), epoch, sealed, sender })
        })
    }

    /// What is shown of the peer.
    fn signs_of_peer(&mut self) -> Option<CallSigns> {
        let own = self.shown().own.expect("in a call");
        own.people.iter().find(|person| person.participant == THERE).expect("the peer is there").signs
    }

    fn signs_in(&mut self, out: &[Output]) -> Vec<Said> {
        let said = |word| match word {
            ephemeral_body::Body::CallSigns(said) => said,
            word => panic!("another word: {word:?}"),
        };
        self.unstored_in(out).into_iter().map(said).collect()
    }

    /// The own words that are never stored and go out, opened with the key of the chat.
    pub(super) fn unstored_in(&mut self, out: &[Output]) -> Vec<ephemeral_body::Body> {
        let sealed: Vec<_> = frames(out)
            .into_iter()
            .filter_map(|frame| match frame {
                client_frame::Body::Ephemeral(word) => Some(word),
                _ => None,
            })
            .collect();
        let open = |cx: &mut Context<'_>| {
            let (epoch, key) = crate::reading::sealing_key(cx, CHAT).expect("read").expect("a key");
            let opened = |word: &proto::wire::Ephemeral| {
                let body =
                    open_mark(&key, (CHAT, epoch), MarkKind::Ephemeral, &word.sealed).expect("sealed for the chat");
                EphemeralBody::decode(body.as_slice()).expect("a word").body.expect("something said")
            };
            sealed.iter().map(opened).collect()
        };
        step(&self.story.db, self.now_ms, open).0
    }
}

fn said(signs: CallSigns, participant: u64) -> Said {
    let CallSigns { microphone, camera, hand } = signs;
    Said { participant, microphone, camera, hand, asks: false }
}

#[test]
fn what_somebody_says_of_themselves_is_shown() {
    let (mut calls, _) = Calls::in_call(QUIET);
    assert_eq!(calls.signs_of_peer(), None);
    let now_ms = calls.now_ms;
    calls.hears_signs(PEER, now_ms, said(TALKS, THERE));
    assert_eq!(calls.signs_of_peer(), Some(TALKS));
    calls.hears_signs(PEER, now_ms + 1, said(RAISED, THERE));
    assert_eq!(calls.signs_of_peer(), Some(RAISED));
}

#[test]
fn nobody_says_it_for_another_one() {
    let (mut calls, _) = Calls::in_call(QUIET);
    let now_ms = calls.now_ms;
    calls.hears_signs(STRANGER, now_ms, said(RAISED, THERE));
    calls.hears_signs(1, now_ms, said(RAISED, THERE));
    assert_eq!(calls.signs_of_peer(), None);
}

#[test]
fn a_word_that_is_repeated_or_comes_late_changes_nothing() {
    let (mut calls, _) = Calls::in_call(QUIET);
    let now_ms = calls.now_ms;
    calls.hears_signs(PEER, now_ms, said(RAISED, THERE));
    calls.hears_signs(PEER, now_ms + 2, said(TALKS, THERE));
    for time_ms in [now_ms, now_ms + 1, now_ms + 2] {
        calls.hears_signs(PEER, time_ms, said(RAISED, THERE));
        assert_eq!(calls.signs_of_peer(), Some(TALKS));
    }
}

#[test]
fn what_was_said_in_another_call_is_nothing_here() {
    let (mut calls, _) = Calls::in_call(QUIET);
    let now_ms = calls.now_ms;
    calls.hears_signs(PEER, now_ms, said(RAISED, THERE + 1));
    assert_eq!(calls.signs_of_peer(), None);
    calls.hears_signs(PEER, now_ms + 1, said(RAISED, THERE));
    assert_eq!(calls.signs_of_peer(), Some(RAISED));
    // In the next call nothing is known, and what was said in the one before does not come back.
    calls.asks(Command::HangUp);
    calls.asks(Command::PlaceCall { chat: CHAT_UI, video: false });
    calls.is_joined();
    let (me, peer) = ((calls.story.me, 1), calls.peer());
    calls.are_there(&[me, peer]);
    assert_eq!(calls.signs_of_peer(), None);
    calls.hears_signs(PEER, now_ms + 1, said(RAISED, THERE));
    assert_eq!(calls.signs_of_peer(), None);
}

#[test]
fn own_signs_are_said_once_for_each_change_and_ask_at_first() {
    let (mut calls, out) = Calls::in_call(QUIET);
    assert_eq!(calls.signs_in(&out), [Said { asks: true, ..said(QUIET, PARTICIPANT) }]);
    // However often somebody presses a button, the last state is said after a while.
    let mut hasty = calls.shows(RAISED);
    hasty.extend(calls.shows(QUIET));
    hasty.extend(calls.shows(TALKS));
    assert_eq!(calls.signs_in(&hasty), []);
    let later = calls.passes(300);
    assert_eq!(calls.signs_in(&later), [said(TALKS, PARTICIPANT)]);
    let silent = calls.passes(10_000);
    assert_eq!(calls.signs_in(&silent), []);
}

#[test]
fn who_is_asked_says_theirs_again() {
    let (mut calls, _) = Calls::in_call(TALKS);
    calls.passes(1_000);
    let now_ms = calls.now_ms;
    let out = calls.hears_signs(PEER, now_ms, Said { asks: true, ..said(QUIET, THERE) });
    assert_eq!(calls.signs_in(&out), [said(TALKS, PARTICIPANT)]);
    let out = calls.hears_signs(PEER, now_ms + 1, said(QUIET, THERE));
    assert_eq!(calls.signs_in(&out), []);
}

#[test]
fn a_device_whose_server_is_back_asks_for_what_it_missed() {
    let (mut calls, _) = Calls::in_call(TALKS);
    calls.passes(1_000);
    let out = calls.does(|client, cx| {
        client.calls_are_heard(cx);
        Ok(())
    });
    assert_eq!(calls.signs_in(&out), [Said { asks: true, ..said(TALKS, PARTICIPANT) }]);
}

#[test]
fn nothing_is_said_while_nothing_may_be_sealed() {
    let mut calls = Calls::new();
    calls.calls_out();
    assert_eq!(calls.shows(TALKS).iter().filter(|output| matches!(output, Output::Send(_))).count(), 0);
    calls.is_joined();
    calls.shows(TALKS);
    calls.passes(1_000);
    let put_out = PutOutOfCall { participant: PARTICIPANT, reason: put_out_of_call::Reason::UnitLost.into() };
    calls.does(|client, cx| client.on_put_out(cx, &put_out));
    let out = calls.passes(1_000);
    assert_eq!(calls.signs_in(&out), []);
}
