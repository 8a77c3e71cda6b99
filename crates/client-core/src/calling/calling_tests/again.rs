//! Members of a group who are rung while its call goes on.

use super::*;
use crate::io::{Clock, Input};
use crate::state;
use proto::content::group_rules_kept::Kept;
use proto::content::{GroupRules, GroupRulesKept, StateOp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::slice;

const CAROL: AccountId = AccountId([9; 16]);

impl Calls {
    /// The chat is a group of both.
    fn of_a_group() -> Self {
        let mut calls = Self::new();
        let (me, peer) = (calls.story.me, calls.story.peer);
        calls.is_of_kind(ChatKind::Group);
        for member in [me, peer] {
            calls.is_member(member);
        }
        calls
    }

    pub(super) fn is_member(&mut self, account: AccountId) {
        let sql = "INSERT INTO group_member (chat, account, admin, since_seq, admin_seq) VALUES (?1, ?2, 0, 1, 1)";
        self.does(|_, cx| {
            cx.db.execute(sql, params![CHAT.as_bytes(), account.as_bytes()])?;
            Ok(())
        });
    }

    fn rings_at(&mut self, member: AccountId) -> Vec<Output> {
        let members = vec![client_api::AccountId(member.0)];
        self.asks(Command::RingMembers { chat: CHAT_UI, members })
    }

    /// The accounts that the words of this device ring at.
    fn rung(&self) -> Vec<AccountId> {
        let sql = "SELECT content FROM outbox WHERE length(content) > 0 ORDER BY place";
        let mut statement = self.story.db.prepare(sql).expect("a query");
        let contents = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        let accounts = |content: Vec<u8>| match Content::decode(content.as_slice()).expect("a content").body {
            Some(content::Body::CallWord(word)) if word.word() == Word::Rings => word.accounts,
            _ => Vec::new(),
        };
        let all = contents.flat_map(|content| accounts(content.expect("a row")));
        all.map(|account| AccountId(account.try_into().expect("an account"))).collect()
    }

    fn is_rung(&mut self, number: u8, accounts: &[AccountId]) -> Vec<Output> {
        let accounts = accounts.iter().map(|account| account.to_vec()).collect();
        let word = CallWord {
            message_id: id(99).to_vec(),
            word: Word::Rings.into(),
            accounts,
            video: true,
            ..CallWord::default()
        };
        self.hears(self.peer(), number, number.into(), content::Body::CallWord(word))
    }
}

#[test]
fn a_member_is_rung_where_it_is_in_the_group_and_not_in_the_call() {
    let mut calls = Calls::of_a_group();
    let (me, peer) = ((calls.story.me, 1), calls.peer());
    calls.calls_out();
    calls.is_joined();
    assert_eq!(calls.shown().own.expect("in a call").absent.len(), 1);
    calls.passes(RING_MS - 1);
    calls.rings_at(peer.0);
    assert_eq!(calls.rung(), [peer.0]);
    assert_eq!(ends(&calls.passes(RING_MS - 1)), [], "it rings for as long again");
    // Who is there has no use for it, and who is no member yet is waited for.
    calls.are_there(&[me, peer]);
    assert!(calls.shown().own.expect("in a call").absent.is_empty());
    calls.rings_at(peer.0);
    calls.rings_at(CAROL);
    assert_eq!(calls.rung(), [peer.0]);
    calls.is_member(CAROL);
    assert_eq!(calls.rung(), [peer.0, CAROL]);
}

#[test]
fn who_is_waited_for_is_bounded_and_nobody_is_rung_in_a_call_of_two() {
    let refused = |out: &[Output]| {
        out.iter().any(|output| matches!(output, Output::Event(Event::Answered { result: Err(UserError::NotNow), .. })))
    };
    let mut calls = Calls::new();
    calls.calls_out();
    assert!(refused(&calls.rings_at(CAROL)));
    let mut calls = Calls::of_a_group();
    assert!(refused(&calls.rings_at(CAROL)), "there is no call");
    calls.calls_out();
    for number in 0..64 {
        assert!(!refused(&calls.rings_at(AccountId([100 + number; 16]))), "{number}");
    }
    assert!(refused(&calls.rings_at(CAROL)));
}

#[test]
fn who_is_named_hears_it_ring_until_the_call_is_over() {
    let mut calls = Calls::of_a_group();
    let (me, sibling) = (calls.story.me, calls.sibling());
    calls.are_there(&[calls.peer(), (CAROL, 1)]);
    calls.is_rung(3, &[CAROL]);
    assert!(!calls.rings_here(), "somebody else is meant");
    calls.is_rung(4, slice::from_ref(&me));
    assert!(calls.rings_here());
    // Of a call that has gone on for long, anybody says that it is over.
    let word = CallWord { message_id: id(99).to_vec(), word: Word::Ended.into(), ..CallWord::default() };
    assert!(is_missed(&calls.hears((CAROL, 1), 5, 6, content::Body::CallWord(word))));
    assert!(!calls.rings_here());
    calls.is_rung(7, &[me]);
    calls.passes(RING_MS);
    assert!(!calls.rings_here());
    // Whose other device is in the call is in it.
    calls.are_there(&[calls.peer(), sibling]);
    calls.is_rung(8, &[me]);
    assert!(!calls.rings_here());
    calls.are_there(&[calls.peer()]);
    calls.is_rung(9, &[me]);
    assert!(joins(&calls.asks(Command::AnswerCall { chat: CHAT_UI })));
    assert_eq!(calls.said(), [Word::Answered]);
}

#[test]
fn who_is_not_in_the_call_rings_nobody() {
    let mut calls = Calls::of_a_group();
    let me = calls.story.me;
    let out = calls.is_rung(3, &[me]);
    assert!(!calls.rings_here());
    // Who was just added is not told of the room: it asks.
    assert!(frames(&out).iter().any(|frame| matches!(frame, client_frame::Body::GetCalls(_))));
    let out = calls.is_rung(4, &[me]);
    assert!(!frames(&out).iter().any(|frame| matches!(frame, client_frame::Body::GetCalls(_))), "once");
    calls.are_there(&[(CAROL, 1)]);
    assert!(!calls.rings_here(), "somebody else is there");
    calls.are_there(&[calls.peer()]);
    assert!(calls.rings_here());
    // What was never seen to ring is missed by nobody.
    let mut calls = Calls::of_a_group();
    calls.is_rung(3, &[me]);
    assert!(!is_missed(&calls.passes(RING_MS)));
    calls.are_there(&[calls.peer()]);
    assert!(!calls.rings_here());
    // Nor does what is over ring again.
    calls.rings(4, 5);
    calls.hears_word((CAROL, 1), 5, 6, Word::Answered);
    calls.hears_word(calls.peer(), 6, 7, Word::Ended);
    assert!(!calls.rings_here());
    let word = CallWord {
        message_id: id(4).to_vec(),
        word: Word::Rings.into(),
        accounts: vec![me.to_vec()],
        video: false,
        ..CallWord::default()
    };
    calls.hears(calls.peer(), 7, 8, content::Body::CallWord(word));
    assert!(!calls.rings_here());
}

#[test]
fn who_says_that_they_ring_are_bounded() {
    let mut calls = Calls::of_a_group();
    let me = calls.story.me;
    let word = CallWord {
        message_id: id(99).to_vec(),
        word: Word::Rings.into(),
        accounts: vec![me.to_vec()],
        video: true,
        ..CallWord::default()
    };
    for number in 0..=u8::try_from(RINGING_MAX).expect("small") {
        let by = (calls.story.peer, 10 + u32::from(number));
        calls.hears(by, 10 + number, 10 + u64::from(number), content::Body::CallWord(word.clone()));
    }
    assert_eq!(calls.story.client.calling.unseen.len(), RINGING_MAX);
}

#[test]
fn what_rings_is_not_replaced_by_who_rings_in_another_call() {
    let mut calls = Calls::of_a_group();
    let me = calls.story.me;
    calls.rings(4, 5);
    calls.are_there(&[calls.peer()]);
    calls.is_rung(6, &[me]);
    assert_eq!(calls.shown().ringing.iter().map(|ringing| ringing.call.0).collect::<Vec<_>>(), [id(4).0]);
}

/// The words cross: a sibling joins while somebody who does not know it rings.
#[test]
fn a_ring_stops_when_the_room_shows_an_own_device() {
    let mut calls = Calls::of_a_group();
    let (me, peer, sibling) = (calls.story.me, calls.peer(), calls.sibling());
    calls.are_there(&[peer]);
    calls.is_rung(4, &[me]);
    assert!(calls.rings_here());
    assert!(!is_missed(&calls.are_there(&[peer, sibling])));
    assert!(!calls.rings_here());
}

#[test]
fn where_only_admins_send_no_other_member_rings() {
    let mut calls = Calls::of_a_group();
    calls.calls_out();
    calls.does(|_, cx| {
        let rules = GroupRules { clock_ms: 1, only_admins_send: true, ..GroupRules::default() };
        let value = GroupRulesKept { kept: vec![Kept { seq: 1, rules: Some(rules) }] }.encode_to_vec();
        state::merge(cx.db, &StateOp { key: ChatKey::GroupRules.of(CHAT), value, clock: 1 << 16, device: 0 })?;
        Ok(())
    });
    let out = calls.rings_at(calls.story.peer);
    let refused =
        |output: &Output| matches!(output, Output::Event(Event::Answered { result: Err(UserError::OnlyAdmin), .. }));
    assert!(out.iter().any(refused));
    assert_eq!(calls.rung(), []);
}

/// Nothing else may come for long: somebody is alone in the call.
#[test]
fn a_ring_goes_out_in_the_step_in_which_it_is_wished() {
    let mut calls = Calls::of_a_group();
    calls.calls_out();
    calls.is_joined();
    let members = vec![client_api::AccountId(calls.story.peer.0)];
    let command = Command::RingMembers { chat: CHAT_UI, members };
    let Calls { story, now_ms } = &mut calls;
    story.db.execute("DELETE FROM outbox", []).expect("nothing waits");
    let tx = story.db.transaction().expect("a transaction");
    let (input, clock) = (Input::Command(Request { id: 7, command }), Clock { now_ms: *now_ms });
    let out = story.client.handle(&tx, input, clock, &mut ChaCha20Rng::seed_from_u64(900)).expect("no halt");
    assert!(frames(&out).iter().any(|frame| matches!(frame, client_frame::Body::App(_))), "{out:?}");
}
