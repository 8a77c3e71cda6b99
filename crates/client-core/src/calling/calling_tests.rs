//! Calls as two accounts make them: what rings, what stops it, and whose call it is where two things happen at once.

mod again;
mod busy;
mod growing;
mod links;
mod log;
mod signs;

use super::*;
use crate::io::Output;
use crate::messages::{NewMessage, Place};
use crate::testing::story::{CHAT_UI, Story, id, saying};
use crate::testing::{CHAT, now_ms, step};
use client_api::{CallLine, CallSay, Command, MessageBody, Request};
use prost::Message as _;
use proto::ids::{AccountId, DeviceNumber};
use proto::wire::{
    CallJoined, CallParticipant, ClientFrame, PutOutOfCall, RunningCall, client_frame, put_out_of_call, reply,
};

const PARTICIPANT: u64 = 77;
const TURN_PASSWORD: &str = "for the relay";

struct Calls {
    story: Story,
    now_ms: u64,
}

impl Calls {
    fn new() -> Self {
        let mut story = Story::new();
        story.client.session.goes_up();
        Self { story, now_ms: now_ms() }
    }

    fn does(&mut self, run: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<(), Halt>) -> Vec<Output> {
        let client = &mut self.story.client;
        let (_, out) = step(&self.story.db, self.now_ms, |cx| {
            run(client, cx).expect("no halt");
            client.ring_wished(cx).expect("no halt");
            client.go_on_growing(cx).expect("no halt");
            client.show_calls(cx).expect("no halt");
        });
        out
    }

    fn asks(&mut self, command: Command) -> Vec<Output> {
        self.does(|client, cx| client.on_command(cx, Request { id: 7, command }))
    }

    /// The server's log has a content of a device here, and this device follows it.
    fn hears(&mut self, (account, device): (AccountId, u32), number: u8, seq: u64, body: content::Body) -> Vec<Output> {
        let content = saying(number, body);
        let item = GroupItem { chat: CHAT.to_vec(), seq, time_ms: self.now_ms, ..GroupItem::default() };
        let sender = DeviceAddress { account, device: DeviceNumber(device) };
        self.does(|client, cx| {
            let kind = messages::kind_of(&content).expect("part of the conversation");
            let message = NewMessage {
                chat: CHAT,
                id: id(number),
                sender,
                place: Some(Place { seq, time_ms: item.time_ms + seq }),
                sent_ms: 1,
                kind,
                content: content.encode_to_vec(),
            };
            messages::store(cx, &message)?;
            let chat = chats::find(cx.db, CHAT)?.expect("the chat");
            client.hear_of_call(cx, &chat, sender, &item, &content)?;
            chats::set_applied(cx, CHAT, seq, item.time_ms + seq)
        })
    }

    fn hears_word(&mut self, from: (AccountId, u32), number: u8, seq: u64, word: Word) -> Vec<Output> {
        let call = self.newest_call();
        self.hears(
            from,
            number,
            seq,
            content::Body::CallWord(CallWord { message_id: call.to_vec(), word: word.into(), ..CallWord::default() }),
        )
    }

    fn is_of_kind(&mut self, kind: ChatKind) {
        self.does(|_, cx| {
            cx.db.execute("UPDATE chat SET kind = ?1", [chats::kind_number(kind)])?;
            Ok(())
        });
    }

    /// The peer calls, at this place of the log.
    fn rings(&mut self, number: u8, seq: u64) -> Vec<Output> {
        self.hears(self.peer(), number, seq, content::Body::Call(Call { video: false, ..Call::default() }))
    }

    fn calls_out(&mut self) -> MessageId {
        self.asks(Command::PlaceCall { chat: CHAT_UI, video: false });
        self.newest_call()
    }

    /// An own message has its place.
    fn is_placed(&mut self, message: MessageId, seq: u64) {
        let time_ms = self.now_ms + seq;
        self.does(|_, cx| {
            messages::settle(cx, CHAT, message, Place { seq, time_ms })?;
            chats::set_applied(cx, CHAT, seq, time_ms)
        });
    }

    fn is_joined(&mut self) -> Vec<Output> {
        let joined =
            CallJoined { participant: PARTICIPANT, unconnected_max_ms: 15_000, turn_password: TURN_PASSWORD.into() };
        self.does(|client, cx| client.on_join_answered(cx, client.calling.joins, Some(reply::Body::CallJoined(joined))))
    }

    fn are_there(&mut self, devices: &[(AccountId, u32)]) -> Vec<Output> {
        let person = |(at, (account, device)): (u64, &(AccountId, u32))| CallParticipant {
            participant: PARTICIPANT + at,
            device: Some(DeviceAddress { account: *account, device: DeviceNumber(*device) }.to_wire()),
        };
        let participants = (0..).zip(devices).map(person).collect();
        self.does(|client, cx| client.on_running_call(cx, &RunningCall { chat: CHAT.to_vec(), participants }))
    }

    fn passes(&mut self, ms: u64) -> Vec<Output> {
        self.now_ms += ms;
        self.does(Client::calling_tick)
    }

    fn peer(&self) -> (AccountId, u32) {
        (self.story.peer, 1)
    }

    fn sibling(&self) -> (AccountId, u32) {
        (self.story.me, 2)
    }

    fn newest_call(&mut self) -> MessageId {
        step(&self.story.db, self.now_ms, |cx| newest_call(cx, CHAT, 0).expect("read").0.expect("a call")).0
    }

    /// The words of calls that this device has written and that wait to go out.
    fn said(&self) -> Vec<Word> {
        let sql = "SELECT content FROM outbox WHERE length(content) > 0 ORDER BY place";
        let mut statement = self.story.db.prepare(sql).expect("a query");
        let contents = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        let word = |content: Vec<u8>| match Content::decode(content.as_slice()).expect("a content").body {
            Some(content::Body::CallWord(word)) => Some(word.word()),
            _ => None,
        };
        contents.filter_map(|content| word(content.expect("a row"))).collect()
    }

    fn rings_here(&mut self) -> bool {
        self.shown().ringing.iter().any(|ringing| ringing.chat == CHAT_UI)
    }

    fn shown(&mut self) -> client_api::Calls {
        let out = self.does(|client, _| {
            client.calling.changed = true;
            Ok(())
        });
        out.into_iter()
            .find_map(|output| match output {
                Output::Event(Event::Calls(calls)) => Some(calls),
                _ => None,
            })
            .expect("it is told")
    }

    fn state_of(&self, call: MessageId) -> client_api::CallState {
        let row = messages::get_row(&self.story.db, CHAT, call, self.story.me).expect("read").expect("the row");
        match row.body {
            MessageBody::Call(facts) => facts.state,
            body => panic!("no call: {body:?}"),
        }
    }
}

fn ends(out: &[Output]) -> Vec<CallEnd> {
    let end = |output: &Output| match output {
        Output::Event(Event::CallOver { end, .. }) => Some(*end),
        _ => None,
    };
    out.iter().filter_map(end).collect()
}

fn is_missed(out: &[Output]) -> bool {
    out.iter().any(|output| matches!(output, Output::Event(Event::CallMissed { .. })))
}

fn frames(out: &[Output]) -> Vec<client_frame::Body> {
    let frame = |output: &Output| match output {
        Output::Send(bytes) => ClientFrame::decode(bytes.as_slice()).expect("a frame").body,
        _ => None,
    };
    out.iter().filter_map(frame).collect()
}

fn joins(out: &[Output]) -> bool {
    joins_in(out, CHAT)
}

fn joins_in(out: &[Output], chat: ChatId) -> bool {
    frames(out).iter().any(|frame| matches!(frame, client_frame::Body::JoinCall(join) if join.chat == chat.as_bytes()))
}

#[test]
fn who_calls_is_in_the_room_with_the_keys_of_the_chat() {
    let mut calls = Calls::new();
    assert!(joins(&calls.asks(Command::PlaceCall { chat: CHAT_UI, video: false })));
    let lines: Vec<_> = calls
        .is_joined()
        .into_iter()
        .filter_map(|output| match output {
            Output::Event(Event::CallLine(line)) => Some(line),
            _ => None,
        })
        .collect();
    assert_eq!(
        lines[0],
        CallLine::Open { participant: PARTICIPANT, unconnected_max_ms: 15_000, turn_password: TURN_PASSWORD.into() }
    );
    let CallLine::Keys(keys) = &lines[1] else { panic!("no keys: {lines:?}") };
    assert_eq!((keys.base_key.len(), keys.leaves.len()), (32, 2));
    assert!(!format!("{keys:?}").contains(&format!("{:?}", keys.base_key)), "no key stands in a log");
}

#[test]
fn a_call_goes_on_from_its_answer_to_its_end() {
    let mut calls = Calls::new();
    let call = calls.calls_out();
    calls.is_placed(call, 5);
    calls.hears_word(calls.peer(), 8, 6, Word::Answered);
    assert!(matches!(calls.shown().own.expect("a call").phase, CallPhase::Running { .. }));
    calls.now_ms += 9_000;
    assert_eq!(ends(&calls.hears_word(calls.peer(), 9, 7, Word::Ended)), [CallEnd::ByOther]);
    assert_eq!(calls.said(), [], "the other one has said it");
    assert!(matches!(calls.state_of(call), client_api::CallState::Over { length_ms: 9_001 }));
}

#[test]
fn who_hangs_up_says_so_and_leaves() {
    let mut calls = Calls::new();
    calls.calls_out();
    calls.is_joined();
    let out = calls.asks(Command::HangUp);
    assert_eq!((ends(&out), calls.said()), (vec![CallEnd::HungUp], vec![Word::Ended]));
    let left = |frame: &client_frame::Body| matches!(frame, client_frame::Body::LeaveCall(left) if left.participant == PARTICIPANT);
    assert!(frames(&out).iter().any(left));
}

/// Its number comes with the reply.
#[test]
fn who_hangs_up_while_joining_leaves_when_that_is_done() {
    let mut calls = Calls::new();
    calls.calls_out();
    assert!(
        !frames(&calls.asks(Command::HangUp)).iter().any(|frame| matches!(frame, client_frame::Body::LeaveCall(_)))
    );
    let out = calls.is_joined();
    assert!(matches!(frames(&out)[..], [client_frame::Body::LeaveCall(ref left)] if left.participant == PARTICIPANT));
}

#[test]
fn nobody_answers_for_long_enough() {
    let mut calls = Calls::new();
    calls.calls_out();
    assert_eq!(ends(&calls.passes(RING_MS - 1)), []);
    assert_eq!(ends(&calls.passes(1)), [CallEnd::NoAnswer]);
    assert_eq!(calls.said(), [Word::Ended]);
}

#[test]
fn who_answers_and_is_never_connected_is_given_up() {
    let mut calls = Calls::new();
    calls.rings(3, 5);
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    assert_eq!(ends(&calls.passes(CONNECT_MS)), [CallEnd::Failed]);
}

#[test]
fn a_call_of_two_is_over_when_the_other_one_stays_away() {
    let mut calls = Calls::new();
    let (me, peer) = ((calls.story.me, 1), calls.peer());
    calls.calls_out();
    calls.is_joined();
    assert_eq!(ends(&calls.are_there(&[me])), [], "they are not there yet");
    calls.are_there(&[me, peer]);
    assert_eq!(ends(&calls.passes(RING_MS)), [], "somebody is there");
    // A connection that broke is made anew within a while.
    calls.are_there(&[me]);
    assert_eq!(ends(&calls.passes(CONNECT_MS - 1)), []);
    calls.are_there(&[me, peer]);
    assert_eq!(ends(&calls.passes(CONNECT_MS)), []);
    calls.are_there(&[me]);
    assert_eq!(ends(&calls.passes(CONNECT_MS)), [CallEnd::Failed]);
    assert_eq!(calls.said(), [Word::Ended]);
}

/// The server's notice of the own leaving comes later than the next call.
#[test]
fn who_calls_again_at_once_calls_and_does_not_join_oneself() {
    let mut calls = Calls::new();
    let me = (calls.story.me, 1);
    calls.calls_out();
    calls.is_joined();
    calls.are_there(&[me]);
    calls.asks(Command::HangUp);
    assert!(calls.shown().running.is_empty(), "nobody else is there");
    calls.asks(Command::PlaceCall { chat: CHAT_UI, video: false });
    assert_eq!(calls.story.count("SELECT count(*) FROM message WHERE kind = 0"), 2);
}

/// Who hung up without a connection is out when there is one.
#[test]
fn a_place_that_was_left_without_a_connection_is_left_later() {
    let mut calls = Calls::new();
    let me = calls.story.me;
    let person = |number, account| CallParticipant {
        participant: number,
        device: Some(DeviceAddress { account, device: DeviceNumber(1) }.to_wire()),
    };
    let there = RunningCall { chat: CHAT.to_vec(), participants: vec![person(5, me), person(6, calls.story.peer)] };
    let out = calls.does(|client, cx| client.on_calls(cx, &proto::wire::Calls { calls: vec![there] }));
    assert!(matches!(frames(&out)[..], [client_frame::Body::LeaveCall(ref left)] if left.participant == 5));
}

/// Everybody in the call would have to answer each.
#[test]
fn a_call_into_a_call_that_goes_on_changes_nothing() {
    let mut calls = Calls::new();
    let call = calls.calls_out();
    calls.is_placed(call, 5);
    calls.hears_word(calls.peer(), 8, 6, Word::Answered);
    calls.rings(3, 7);
    assert_eq!(calls.said(), []);
    assert_eq!(calls.story.client.calling.own.as_ref().and_then(|own| own.call), Some(call));
}

#[test]
fn a_joining_that_the_server_is_too_busy_for_is_tried_again() {
    let mut calls = Calls::new();
    calls.calls_out();
    let number = calls.story.client.calling.joins;
    let busy = proto::wire::Refused {
        reason: proto::wire::refused::Reason::Busy.into(),
        retry_after_ms: 1_000,
        ..proto::wire::Refused::default()
    };
    let out = calls.does(|client, cx| client.on_join_answered(cx, number, Some(reply::Body::Refused(busy))));
    assert_eq!(ends(&out), []);
    assert!(!joins(&calls.passes(999)));
    assert!(joins(&calls.passes(1)));
    // What comes of the first one now is of no interest.
    let joined = CallJoined { participant: 1, unconnected_max_ms: 1, ..CallJoined::default() };
    let out = calls.does(|client, cx| client.on_join_answered(cx, number, Some(reply::Body::CallJoined(joined))));
    assert!(!out.iter().any(|output| matches!(output, Output::Event(Event::CallLine(_)))));
}

#[test]
fn a_call_that_is_declined_is_over_for_both() {
    let mut calls = Calls::new();
    let call = calls.calls_out();
    calls.is_placed(call, 5);
    assert_eq!(ends(&calls.hears_word(calls.peer(), 8, 6, Word::Declined)), [CallEnd::Declined]);
    assert_eq!(calls.state_of(call), client_api::CallState::Declined);
    calls.rings(3, 9);
    calls.asks(Command::DeclineCall { chat: CHAT_UI });
    assert_eq!(calls.said(), [Word::Declined]);
    assert!(!calls.rings_here());
}

#[test]
fn a_call_stops_ringing_when_anybody_has_said_what_becomes_of_it() {
    for (word, by_sibling, missed) in [
        (Word::Answered, true, false),
        (Word::Declined, true, false),
        (Word::Moved, true, false),
        (Word::Ended, false, true),
        (Word::Merged, false, false),
    ] {
        let mut calls = Calls::new();
        calls.rings(3, 5);
        assert!(calls.rings_here());
        let from = if by_sibling { calls.sibling() } else { calls.peer() };
        assert_eq!(is_missed(&calls.hears_word(from, 8, 6, word)), missed, "{word:?}");
        assert!(!calls.rings_here(), "{word:?}");
    }
}

#[test]
fn a_call_rings_for_its_time_and_not_when_it_is_history() {
    let mut calls = Calls::new();
    calls.rings(3, 5);
    assert!(!is_missed(&calls.passes(RING_MS - 1)) && calls.rings_here());
    assert!(is_missed(&calls.passes(1)) && !calls.rings_here());
    // The server's clock says how old a call is, whatever this one says.
    calls.story.client.calling.server_time_is(calls.now_ms + RING_MS, calls.now_ms);
    calls.rings(4, 6);
    assert!(!calls.rings_here());
}

#[test]
fn of_two_own_devices_that_answer_the_first_one_is_in_it() {
    for (own_seq, stays) in [(6, true), (9, false), (0, false)] {
        let mut calls = Calls::new();
        calls.rings(3, 5);
        calls.asks(Command::AnswerCall { chat: CHAT_UI });
        let answer = calls.story.client.calling.own.as_ref().and_then(|own| own.answer).expect("a word");
        if own_seq > 0 {
            calls.is_placed(answer, own_seq);
        }
        let out = calls.hears_word(calls.sibling(), 8, 7, Word::Answered);
        let expected = if stays { vec![] } else { vec![CallEnd::AnsweredElsewhere] };
        assert_eq!(ends(&out), expected, "{own_seq}");
        assert!(!calls.said().contains(&Word::Ended), "the call goes on");
    }
}

#[test]
fn of_two_who_call_each_other_the_first_call_goes_on() {
    let mut calls = Calls::new();
    let mine = calls.calls_out();
    calls.is_placed(mine, 5);
    calls.rings(3, 6);
    assert_eq!(calls.said(), [], "theirs is merged into this one");
    assert_eq!(calls.story.client.calling.own.as_ref().and_then(|own| own.call), Some(mine));

    let mut calls = Calls::new();
    calls.calls_out();
    calls.rings(3, 5);
    assert_eq!(calls.said(), [Word::Merged, Word::Answered]);
    assert_eq!(calls.story.client.calling.own.as_ref().and_then(|own| own.call), Some(id(3)));
    assert!(!calls.rings_here());
}

/// The room's notice may overtake the log: presence says nothing of whose call it is.
#[test]
fn who_is_there_already_does_not_decide_whose_call_it_is() {
    let mut calls = Calls::new();
    let (me, peer) = ((calls.story.me, 1), calls.peer());
    calls.calls_out();
    calls.is_joined();
    calls.are_there(&[me, peer]);
    calls.rings(3, 5);
    assert_eq!(calls.said(), [Word::Merged, Word::Answered]);
    assert_eq!(ends(&calls.hears_word(peer, 8, 9, Word::Ended)), [CallEnd::ByOther]);
}

#[test]
fn nothing_is_sealed_while_the_place_in_the_room_is_lost() {
    let mut calls = Calls::new();
    calls.calls_out();
    calls.is_joined();
    let put_out = PutOutOfCall { participant: PARTICIPANT, reason: put_out_of_call::Reason::UnitLost.into() };
    let out = calls.does(|client, cx| client.on_put_out(cx, &put_out));
    let lines = |out: &[Output]| {
        let line = |output: &Output| match output {
            Output::Event(Event::CallLine(line)) => Some(format!("{line:?}")),
            _ => None,
        };
        out.iter().filter_map(line).collect::<Vec<_>>()
    };
    assert_eq!(lines(&out), ["hold"]);
    assert_eq!(lines(&calls.is_joined()), ["open", "keys"]);
}

#[test]
fn a_call_that_another_own_device_takes_over_goes_on_there() {
    let mut calls = Calls::new();
    let (me, peer) = ((calls.story.me, 1), calls.peer());
    let call = calls.calls_out();
    calls.is_placed(call, 5);
    calls.are_there(&[me, peer]);
    assert_eq!(ends(&calls.hears_word(calls.sibling(), 8, 7, Word::Moved)), [CallEnd::Moved]);
    assert_eq!(calls.said(), []);
    // And back: what goes on is shown, and taken.
    calls.are_there(&[calls.sibling(), peer]);
    assert!(calls.shown().running.iter().any(|running| running.on_own_device));
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    assert_eq!(calls.said(), [Word::Moved]);
}

/// The room tells of a sibling before the log does: its answer comes behind the taking over, and takes nobody out.
#[test]
fn who_takes_a_call_over_is_not_taken_out_by_the_answer_before() {
    for (own_seq, stays) in [(0, true), (6, false), (9, true)] {
        let mut calls = Calls::new();
        calls.rings(3, 5);
        calls.are_there(&[calls.sibling(), calls.peer()]);
        calls.asks(Command::AnswerCall { chat: CHAT_UI });
        assert_eq!(calls.said(), [Word::Moved]);
        let word = calls.story.client.calling.own.as_ref().and_then(|own| own.answer).expect("a word");
        assert_eq!(ends(&calls.hears_word(calls.sibling(), 8, 5, Word::Answered)), []);
        // Of two who take it over, the later one goes on.
        if own_seq > 0 {
            calls.is_placed(word, own_seq);
        }
        let expected = if stays { vec![] } else { vec![CallEnd::Moved] };
        assert_eq!(ends(&calls.hears_word(calls.sibling(), 9, 7, Word::Moved)), expected, "{own_seq}");
    }
}

#[test]
fn what_its_caller_has_given_up_is_not_the_call_that_goes_on() {
    let mut calls = Calls::new();
    calls.rings(3, 5);
    calls.hears_word(calls.peer(), 8, 6, Word::Ended);
    // They call again, and are there before the log says so.
    calls.are_there(&[calls.peer()]);
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    assert_eq!(calls.story.client.calling.own.as_ref().expect("in the room").call, None);
    calls.rings(4, 7);
    assert_eq!(calls.story.client.calling.own.as_ref().and_then(|own| own.call), Some(id(4)));
    assert_eq!(calls.state_of(id(4)), client_api::CallState::Taken);
}

/// Nobody has ended the call before: the page that was in it was closed.
#[test]
fn behind_what_was_given_up_no_older_call_goes_on_between_two() {
    for kind in [ChatKind::Direct, ChatKind::Group] {
        let mut calls = Calls::new();
        calls.is_of_kind(kind);
        for member in [calls.story.me, calls.story.peer] {
            calls.is_member(member);
        }
        calls.rings(2, 4);
        calls.rings(3, 5);
        calls.hears_word(calls.peer(), 8, 6, Word::Ended);
        calls.are_there(&[calls.peer()]);
        calls.asks(Command::AnswerCall { chat: CHAT_UI });
        // Of many, some may have stayed in the one before.
        let expected = (kind == ChatKind::Group).then_some(id(2));
        assert_eq!(calls.story.client.calling.own.as_ref().expect("in the room").call, expected, "{kind:?}");
    }
}

/// The room shows a sibling before the call's message is here: its answer, which comes later, takes nobody out.
#[test]
fn a_call_that_is_taken_over_before_its_message_is_here_has_moved() {
    let mut calls = Calls::new();
    calls.are_there(&[calls.sibling(), calls.peer()]);
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    assert_eq!(calls.said(), []);
    calls.rings(3, 5);
    assert_eq!(calls.said(), [Word::Moved]);
    assert_eq!(ends(&calls.hears_word(calls.sibling(), 8, 6, Word::Answered)), []);
    // Who calls is no such one, whatever comes after it.
    let mut calls = Calls::new();
    calls.calls_out();
    calls.rings(3, 5);
    assert_eq!(calls.said(), [Word::Merged, Word::Answered]);
}

#[test]
fn who_was_put_out_comes_back_a_few_times() {
    let mut calls = Calls::new();
    calls.calls_out();
    let out = |calls: &mut Calls, reason: put_out_of_call::Reason| {
        let put_out = PutOutOfCall { participant: PARTICIPANT, reason: reason.into() };
        calls.does(|client, cx| client.on_put_out(cx, &put_out))
    };
    for pause_ms in [0, 2_000, 4_000] {
        calls.is_joined();
        let at_once = joins(&out(&mut calls, put_out_of_call::Reason::Unconnected));
        assert_eq!(at_once, pause_ms == 0);
        if pause_ms > 0 {
            assert!(!joins(&calls.passes(pause_ms - 1)) && joins(&calls.passes(1)));
        }
    }
    calls.is_joined();
    assert_eq!(ends(&out(&mut calls, put_out_of_call::Reason::Unconnected)), [CallEnd::Failed]);
    calls.calls_out();
    calls.is_joined();
    assert_eq!(ends(&out(&mut calls, put_out_of_call::Reason::NotAMember)), [CallEnd::NotMember]);
}

#[test]
fn what_is_said_on_a_socket_that_is_lost_is_answered() {
    let mut calls = Calls::new();
    calls.calls_out();
    calls.is_joined();
    let say = |participant| Command::SayInCall { participant, say: CallSay::Offer("v=0".to_owned()) };
    assert!(frames(&calls.asks(say(PARTICIPANT + 1))).is_empty(), "a connection of before");
    calls.asks(say(PARTICIPANT));
    let out = calls.does(|client, cx| {
        client.on_socket_closed(cx);
        Ok(())
    });
    let refused = |output: &Output| {
        matches!(output, Output::Event(Event::Answered { request: 7, result: Err(UserError::Offline) }))
    };
    assert_eq!(out.iter().filter(|output| refused(output)).count(), 1);
    assert!(calls.shown().own.is_some(), "media may go on");
}

#[test]
fn a_call_that_was_answered_is_not_unread() {
    let unread = |calls: &Calls| step(&calls.story.db, calls.now_ms, |cx| chat_list::unread(cx, CHAT).expect("read")).0;
    let mut calls = Calls::new();
    calls.rings(3, 5);
    assert_eq!(unread(&calls), 1);
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    assert_eq!(unread(&calls), 0);
    // What was written before it is another thing.
    let mut calls = Calls::new();
    calls.hears(calls.peer(), 2, 4, crate::testing::story::text("did you see this?"));
    calls.rings(3, 5);
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    assert_eq!(unread(&calls), 2);
}

/// Whoever is not connected is woken for a call, and not for what becomes of it.
#[test]
fn a_call_is_urgent() {
    let mut calls = Calls::new();
    let call = calls.calls_out();
    let urgent = |out: &[Output]| {
        let app = |frame| match frame {
            client_frame::Body::App(app) => Some(app.urgent),
            _ => None,
        };
        frames(out).into_iter().filter_map(app).collect::<Vec<_>>()
    };
    let sends = |client: &mut Client, cx: &mut Context<'_>| {
        client.flights.clear();
        cx.db.execute("DELETE FROM outbox WHERE frame <> x''", [])?;
        client.send_waiting(cx)
    };
    let told: Vec<bool> = (0..4).flat_map(|_| urgent(&calls.does(sends))).collect();
    assert_eq!(told.iter().filter(|urgent| **urgent).count(), 1, "{told:?}");
    calls.is_placed(call, 5);
    calls.asks(Command::HangUp);
    assert_eq!(calls.does(sends).len(), 1);
    assert_eq!(urgent(&calls.does(sends)).iter().filter(|urgent| **urgent).count(), 0);
}

#[test]
fn one_call_at_a_time_and_none_with_nobody() {
    let mut calls = Calls::new();
    let answer = |out: &[Output]| {
        out.iter().find_map(|output| match output {
            Output::Event(Event::Answered { result, .. }) => Some(result.clone()),
            _ => None,
        })
    };
    let unknown = client_api::ChatId([9; 16]);
    let placed = |chat| Command::PlaceCall { chat, video: true };
    assert_eq!(answer(&calls.asks(placed(unknown))), Some(Err(UserError::NotFound)));
    let decline = Command::DeclineCall { chat: CHAT_UI };
    assert_eq!(answer(&calls.asks(decline)), Some(Err(UserError::NotFound)));
    calls.calls_out();
    assert_eq!(answer(&calls.asks(placed(CHAT_UI))), Some(Err(UserError::InCall)), "twice is once");
    assert_eq!(calls.story.count("SELECT count(*) FROM message WHERE kind = 0"), 1);
    calls.story.client.session = crate::session::Session::default();
    calls.asks(Command::HangUp);
    assert_eq!(answer(&calls.asks(placed(CHAT_UI))), Some(Err(UserError::Offline)));
}

#[test]
fn what_rings_stops_where_another_own_device_blocks_the_caller() {
    let mut calls = Calls::new();
    calls.rings(1, 2);
    assert_eq!(calls.story.client.calling.ringing.len(), 1);
    let key = format!("block/{}", client_api::AccountId(calls.story.peer.0));
    let value = [&[1][..], &[0; 32]].concat();
    let op = proto::content::StateOp { key, value, clock: 5, device: 2 };
    calls.does(|client, cx| {
        crate::own_state::take(cx, &[op])?;
        client.silence(cx)
    });
    assert!(calls.story.client.calling.ringing.is_empty());
}
