//! People who are added to a call of two: it goes on in a group.

use super::*;
use crate::calling::growing::GROW_MS;
use crate::{accounts, mls, outbox};
use client_api::CallGrowth;
use e2ee::ChatGroup;
use identity::mls::Suite;
use proto::ids::OpId;

const CAROL: AccountId = AccountId([9; 16]);
const GROUP: ChatId = ChatId([0xE; 16]);
/// The own word about the growth, the group's call, and those of others.
const THEIR_WORD: u8 = 50;
const THEIR_CALL: u8 = 51;

/// Takes the place of what a group has beside these: its name among them.
fn growths(out: &[Output]) -> Vec<CallGrowth> {
    let growth = |output: &Output| match output {
        Output::Event(Event::CallGrowth(growth)) => Some(growth.clone()),
        _ => None,
    };
    out.iter().filter_map(growth).collect()
}

fn refusal(out: &[Output]) -> Option<UserError> {
    out.iter().find_map(|output| match output {
        Output::Event(Event::Answered { result, .. }) => result.clone().err(),
        _ => None,
    })
}

/// A group, as this device knows it.
struct Known<'a> {
    kind: ChatKind,
    members: &'a [AccountId],
    admins: &'a [AccountId],
    /// This device came into it so long after the call began.
    joined_after_ms: i64,
}

impl Calls {
    /// A call of two that goes on; both are in the room.
    fn talk() -> Self {
        let mut calls = Self::new();
        let (me, peer) = ((calls.story.me, 1), calls.peer());
        calls.does(|_, cx| accounts::know(cx, CAROL, ""));
        let call = calls.calls_out();
        calls.is_placed(call, 5);
        calls.is_joined();
        calls.hears_word(peer, 8, 6, Word::Answered);
        calls.are_there(&[me, peer]);
        calls
    }

    fn grows(&mut self, members: &[AccountId]) -> Vec<Output> {
        let members = members.iter().map(|account| client_api::AccountId(account.0)).collect();
        self.asks(Command::GrowCall { members })
    }

    /// The group that this device makes.
    fn made(&self) -> ChatId {
        let growth = &self.story.client.calling.own.as_ref().expect("a call").growth;
        growth.group().expect("a group is being made")
    }

    /// The server has it; of those who were wished for these are in it.
    fn is_made(&mut self, group: ChatId, members: &[AccountId]) -> Vec<Output> {
        let me = self.story.me;
        let members: Vec<AccountId> = members.iter().copied().chain([me]).collect();
        self.does(|_, cx| {
            chats::set_membership(cx, group, Membership::Joined, 1)?;
            cx.db.execute("DELETE FROM group_member WHERE chat = ?1", [group.as_bytes()])?;
            insert_members(cx, group, &members, &[me])
        })
    }

    /// Somebody's group is here.
    fn comes(&mut self, Known { kind, members, admins, joined_after_ms }: Known<'_>) -> Vec<Output> {
        let began_ms = self.now_ms + 5;
        self.does(|_, cx| {
            let chat = Chat {
                chat: GROUP,
                kind,
                generation: proto::ids::Generation(1),
                peer: chats::NO_PEER,
                membership: Membership::Joined,
                applied_seq: 1,
                activity_ms: cx.now_ms,
            };
            chats::insert(cx, &chat)?;
            let joined_ms = began_ms.saturating_add_signed(joined_after_ms);
            cx.db.execute("UPDATE chat SET joined_ms = ?2 WHERE chat = ?1", params![GROUP.as_bytes(), joined_ms])?;
            insert_members(cx, GROUP, members, admins)
        })
    }

    fn their_group_comes(&mut self) -> Vec<Output> {
        let (me, peer) = (self.story.me, self.story.peer);
        let members = [me, peer, CAROL];
        self.comes(Known { kind: ChatKind::Group, members: &members, admins: &[peer], joined_after_ms: 1_000 })
    }

    fn hears_that_it_went_on(&mut self, by: (AccountId, u32), seq: u64, into: &[u8]) -> Vec<Output> {
        let word = CallWord {
            message_id: self.of_two().to_vec(),
            word: Word::WentOn.into(),
            chat: into.to_vec(),
            call: id(THEIR_CALL).to_vec(),
            ..CallWord::default()
        };
        self.hears(by, THEIR_WORD, seq, content::Body::CallWord(word))
    }

    /// The call of two, whatever became of it.
    fn of_two(&self) -> MessageId {
        let sql = "SELECT message FROM message WHERE chat = ?1 AND kind = 0";
        MessageId(self.story.db.query_row(sql, [CHAT.as_bytes()], |row| row.get(0)).expect("a call"))
    }

    fn hears_of_two(&mut self, from: (AccountId, u32), number: u8, seq: u64, word: Word) -> Vec<Output> {
        let message_id = self.of_two().to_vec();
        let word = CallWord { message_id, word: word.into(), ..CallWord::default() };
        self.hears(from, number, seq, content::Body::CallWord(word))
    }

    fn own_word(&self) -> MessageId {
        let own = self.story.client.calling.own.as_ref().expect("a call");
        own.growth.has_said().expect("it is said")
    }

    fn is_in_call_of(&self) -> Option<ChatId> {
        self.story.client.calling.own.as_ref().map(|own| own.chat)
    }

    /// The accounts at whom calls of this device ring.
    fn calls_at(&self) -> Vec<Vec<Vec<u8>>> {
        let sql = "SELECT content FROM outbox WHERE length(content) > 0 ORDER BY place";
        let mut statement = self.story.db.prepare(sql).expect("a query");
        let contents = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        let called = |content: Vec<u8>| match Content::decode(content.as_slice()).expect("a content").body {
            Some(content::Body::Call(call)) => Some(call.accounts),
            _ => None,
        };
        contents.filter_map(|content| called(content.expect("a row"))).collect()
    }

    /// Everybody is wished out of it, this account last.
    fn is_given_up(&self, group: ChatId) -> bool {
        let sql = "SELECT kind IN (4, 7) FROM intent WHERE chat = ?1";
        let mut statement = self.story.db.prepare(sql).expect("a query");
        let wishes = statement.query_map([group.as_bytes()], |row| row.get(0)).expect("rows");
        let wishes: Vec<bool> = wishes.map(|row| row.expect("a row")).collect();
        let left =
            chats::find(&self.story.db, group).expect("read").is_some_and(|it| it.membership == Membership::Left);
        left || wishes.len() > 1 && wishes.iter().all(|wish| *wish)
    }
}

fn insert_members(
    cx: &mut Context<'_>,
    group: ChatId,
    members: &[AccountId],
    admins: &[AccountId],
) -> Result<(), Halt> {
    let sql = "INSERT INTO group_member (chat, account, admin, since_seq, admin_seq) VALUES (?1, ?2, ?3, 1, 1)";
    for member in members {
        cx.db.execute(sql, params![group.as_bytes(), member.as_bytes(), admins.contains(member)])?;
    }
    Ok(())
}

#[test]
fn who_adds_people_leads_the_call_into_their_group() {
    let mut calls = Calls::talk();
    let peer = calls.peer();
    let call = calls.newest_call();
    let before = calls.shown().own.expect("a call");
    assert_eq!(refusal(&calls.grows(&[CAROL])), None);
    assert!(calls.shown().own.expect("a call").grows);
    assert_eq!(refusal(&calls.grows(&[CAROL])), Some(UserError::NotNow), "once");
    let group = calls.made();
    assert_eq!(calls.said(), [], "there is no group yet");
    assert!(!joins_in(&calls.is_made(group, &[peer.0, CAROL]), group), "the chat of two does not know it yet");
    assert_eq!(calls.said(), [Word::WentOn]);
    let word = calls.own_word();
    let out = calls.does(|client, cx| {
        messages::settle(cx, CHAT, word, Place { seq: 7, time_ms: cx.now_ms + 7 })?;
        client.go_on_growing(cx)
    });
    assert!(!joins_in(&out, group), "what stands before it is not here yet");
    let out = calls.does(|_, cx| chats::set_applied(cx, CHAT, 7, cx.now_ms));
    assert!(joins_in(&out, group));
    assert_eq!((ends(&out), growths(&out)), (vec![], vec![]), "nothing ends, and nothing is told");
    assert_eq!(calls.calls_at().last(), Some(&vec![CAROL.to_vec()]), "it rings at those who were added alone");
    let own = calls.shown().own.expect("a call");
    assert_eq!((own.chat.0, own.came_from, own.grows), (group.0, Some(CHAT_UI), false));
    assert_eq!(own.phase, before.phase, "it is as long as it was");
    let into = client_api::ChatId(group.0);
    assert_eq!(calls.state_of(call), client_api::CallState::WentOn { length_ms: 1, chat: into });
    // Nobody comes: that is told, and it ends.
    assert_eq!(growths(&calls.passes(CONNECT_MS)).len(), 1);
    assert_eq!(ends(&calls.passes(RING_MS)), [CallEnd::Failed]);
    assert_eq!(calls.said(), [Word::WentOn, Word::Ended]);
}

#[test]
fn who_is_in_the_group_only_later_is_rung_then() {
    let mut calls = Calls::talk();
    let (peer, me) = (calls.story.peer, calls.story.me);
    calls.grows(&[CAROL]);
    let group = calls.made();
    calls.is_made(group, &[peer]);
    calls.is_placed(calls.own_word(), 7);
    assert_eq!(calls.calls_at().last(), Some(&vec![me.to_vec()]), "nobody else: else it would ring at all");
    assert_eq!(calls.said(), [Word::WentOn]);
    calls.does(|_, cx| insert_members(cx, group, &[CAROL], &[]));
    assert_eq!(calls.said(), [Word::WentOn, Word::Rings]);
}

#[test]
fn only_a_call_of_two_that_was_answered_takes_people_in_and_not_too_many() {
    let many: Vec<AccountId> = (100..131).map(|number| AccountId([number; 16])).collect();
    let mut calls = Calls::talk();
    let (me, peer) = (calls.story.me, calls.story.peer);
    assert_eq!(refusal(&calls.grows(&many)), Some(UserError::CallFull));
    for members in [&[][..], &[CAROL, peer], &[me]] {
        assert_eq!(refusal(&calls.grows(members)), Some(UserError::NotNow), "{members:?}");
    }
    assert_eq!(refusal(&calls.grows(&[AccountId([99; 16])])), Some(UserError::NotFound), "nobody's");
    calls.asks(Command::HangUp);
    assert_eq!(refusal(&calls.grows(&[CAROL])), Some(UserError::NotNow));
    let mut calls = Calls::new();
    calls.calls_out();
    assert_eq!(refusal(&calls.grows(&[CAROL])), Some(UserError::NotNow), "nobody has answered");
    let mut calls = Calls::talk();
    calls.does(|_, cx| many.iter().try_for_each(|account| accounts::know(cx, *account, "")));
    assert_eq!(refusal(&calls.grows(&many[..30])), None);
}

#[test]
fn the_other_one_goes_along_without_a_ring() {
    let mut calls = Calls::talk();
    let peer = calls.peer();
    let out = calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
    assert_eq!((ends(&out), calls.is_in_call_of()), (vec![], Some(CHAT)), "the group is not here yet");
    let out = calls.their_group_comes();
    assert!(joins_in(&out, GROUP));
    assert_eq!(ends(&out), []);
    assert!(matches!(&growths(&out)[..], [CallGrowth::GoesOn { .. }]), "{out:?}");
    assert_eq!(calls.said(), [Word::Answered]);
    let own = calls.shown().own.expect("a call");
    assert!(own.call.is_some_and(|call| call.0 == id(THEIR_CALL).0) && own.came_from == Some(CHAT_UI));
    // Nobody has come: it is over as any that nobody is met in.
    assert_eq!(ends(&calls.passes(CONNECT_MS)), [CallEnd::Failed]);
}

/// What the group's call rings at is heard by whom it names alone.
#[test]
fn a_call_that_names_whom_it_rings_at_rings_nowhere_else() {
    let mut calls = Calls::new();
    let (me, peer) = (calls.story.me, calls.peer());
    calls.is_of_kind(ChatKind::Group);
    let call = |account: AccountId| content::Body::Call(Call { video: true, accounts: vec![account.to_vec()] });
    calls.hears(peer, 3, 5, call(CAROL));
    assert!(!calls.rings_here());
    calls.hears(peer, 4, 6, call(me));
    assert!(calls.rings_here());
}

#[test]
fn nobody_is_led_into_anything_but_their_own_new_group() {
    let story = Calls::talk().story;
    let (me, peer) = (story.me, story.peer);
    let both = [me, peer, CAROL];
    let (kind, joined_after_ms) = (ChatKind::Group, 1_000);
    let table = [
        Known { kind, members: &both, admins: &[CAROL], joined_after_ms },
        Known { kind, members: &both, admins: &[me], joined_after_ms },
        Known { kind, members: &both, admins: &[peer, CAROL], joined_after_ms },
        Known { kind, members: &[me, CAROL], admins: &[peer], joined_after_ms },
        Known { kind, members: &[peer, CAROL], admins: &[peer], joined_after_ms },
        Known { kind, members: &both, admins: &[peer], joined_after_ms: -1_000 },
        Known { kind: ChatKind::Direct, members: &both, admins: &[peer], joined_after_ms },
    ];
    for (at, known) in table.into_iter().enumerate() {
        let mut calls = Calls::talk();
        let peer = calls.peer();
        calls.comes(known);
        let out = calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
        assert_eq!((ends(&out), growths(&out), calls.said()), (vec![], vec![], vec![]), "{at}");
        assert_eq!(calls.is_in_call_of(), Some(CHAT), "{at}");
    }
    // Of a device that is not in the call; and what names no group.
    let mut calls = Calls::talk();
    let (peer, sibling) = (calls.peer(), calls.sibling());
    calls.their_group_comes();
    calls.hears_that_it_went_on((peer.0, 2), 7, GROUP.as_bytes());
    calls.hears_that_it_went_on(sibling, 8, GROUP.as_bytes());
    assert_eq!(calls.is_in_call_of(), Some(CHAT));
    assert_eq!(refusal(&calls.grows(&[CAROL])), None, "what does not count stops nobody");
    let mut calls = Calls::talk();
    calls.their_group_comes();
    calls.hears_that_it_went_on(peer, 7, &GROUP.as_bytes()[1..]);
    assert_eq!(calls.is_in_call_of(), Some(CHAT));
    // Of another call than this one.
    let word = CallWord {
        message_id: id(77).to_vec(),
        word: Word::WentOn.into(),
        chat: GROUP.to_vec(),
        call: id(THEIR_CALL).to_vec(),
        ..CallWord::default()
    };
    calls.hears(peer, 60, 8, content::Body::CallWord(word));
    assert_eq!(calls.is_in_call_of(), Some(CHAT));
}

#[test]
fn of_two_who_add_people_at_once_the_first_in_the_log_has_done_it() {
    // Theirs is before the own one.
    let mut calls = Calls::talk();
    let peer = calls.peer();
    calls.grows(&[CAROL]);
    let group = calls.made();
    calls.is_made(group, &[peer.0, CAROL]);
    let word = calls.own_word();
    calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
    calls.is_placed(word, 8);
    assert!(joins_in(&calls.their_group_comes(), GROUP));
    assert!(calls.is_given_up(group));
    assert!(!calls.calls_at().contains(&vec![CAROL.to_vec()]), "nobody is rung in it");
    // The own one is.
    let mut calls = Calls::talk();
    calls.grows(&[CAROL]);
    let group = calls.made();
    calls.is_made(group, &[peer.0, CAROL]);
    calls.is_placed(calls.own_word(), 7);
    calls.their_group_comes();
    calls.hears_that_it_went_on(peer, 8, GROUP.as_bytes());
    assert_eq!(calls.is_in_call_of(), Some(group));
    assert!(!calls.is_given_up(group));
    // The own place is known before what stands before it is.
    let mut calls = Calls::talk();
    calls.grows(&[CAROL]);
    let group = calls.made();
    calls.is_made(group, &[peer.0, CAROL]);
    let word = calls.own_word();
    calls.does(|_, cx| messages::settle(cx, CHAT, word, Place { seq: 8, time_ms: cx.now_ms + 8 }));
    calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
    calls.their_group_comes();
    assert_eq!(calls.is_in_call_of(), Some(GROUP));
}

#[test]
fn where_no_group_can_be_made_the_call_goes_on() {
    // The other one has no keys to be added with.
    let mut calls = Calls::talk();
    calls.grows(&[CAROL]);
    let group = calls.made();
    assert_eq!(growths(&calls.is_made(group, &[CAROL])), [CallGrowth::NotMade]);
    assert!(calls.is_given_up(group));
    // Nothing comes of it in time.
    let mut calls = Calls::talk();
    calls.grows(&[CAROL]);
    let group = calls.made();
    assert_eq!(growths(&calls.passes(CONNECT_MS - 1)), []);
    assert_eq!(growths(&calls.passes(1)), [CallGrowth::NotMade]);
    assert!(calls.is_given_up(group));
    let own = calls.shown().own.expect("a call");
    assert!(own.chat == CHAT_UI && !own.grows);
    assert_eq!(calls.said(), []);
    assert_eq!(refusal(&calls.grows(&[CAROL])), None, "once more");
    // The server would not have the word.
    let group = calls.made();
    calls.is_made(group, &[calls.story.peer]);
    let word = calls.own_word();
    assert_eq!(growths(&calls.does(|_, cx| messages::fail(cx, CHAT, word))), [CallGrowth::NotMade]);
    // What was said waits for the server as long as it takes.
    let mut calls = Calls::talk();
    calls.grows(&[CAROL]);
    calls.is_made(calls.made(), &[calls.story.peer]);
    assert_eq!(growths(&calls.passes(2 * CONNECT_MS)), []);
}

#[test]
fn who_cannot_follow_is_told_so_or_stays_where_the_other_one_still_is() {
    let mut calls = Calls::talk();
    let (me, peer) = ((calls.story.me, 1), calls.peer());
    calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
    assert_eq!(ends(&calls.passes(CONNECT_MS)), [], "they are still here");
    assert_eq!(calls.is_in_call_of(), Some(CHAT));
    let mut calls = Calls::talk();
    calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
    calls.are_there(&[me]);
    assert_eq!(ends(&calls.passes(CONNECT_MS)), [CallEnd::LeftBehind]);
    assert_eq!(calls.said(), [Word::Ended]);
}

#[test]
fn a_hang_up_meanwhile_ends_it_for_both() {
    // While the group is made.
    let mut calls = Calls::talk();
    calls.grows(&[CAROL]);
    let group = calls.made();
    assert_eq!(ends(&calls.asks(Command::HangUp)), [CallEnd::HungUp]);
    assert!(calls.is_given_up(group));
    let mut calls = Calls::talk();
    let peer = calls.peer();
    calls.grows(&[CAROL]);
    let group = calls.made();
    assert_eq!(ends(&calls.hears_word(peer, 9, 7, Word::Ended)), [CallEnd::ByOther]);
    assert!(calls.is_given_up(group));
    // When this one has gone along already.
    let hangs_up = |rooms: &[(AccountId, u32)]| {
        let mut calls = Calls::talk();
        calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
        calls.their_group_comes();
        let person = |(at, (account, device)): (u64, &(AccountId, u32))| CallParticipant {
            participant: at,
            device: Some(DeviceAddress { account: *account, device: DeviceNumber(*device) }.to_wire()),
        };
        let participants = (0..).zip(rooms).map(person).collect();
        calls.does(|client, cx| client.on_running_call(cx, &RunningCall { chat: GROUP.to_vec(), participants }));
        (ends(&calls.hears_of_two(peer, 61, 8, Word::Ended)), calls.said())
    };
    assert_eq!(hangs_up(&[]), (vec![CallEnd::ByOther], vec![Word::Answered, Word::Ended]));
    assert_eq!(hangs_up(&[peer]).0, [CallEnd::ByOther], "what the room shows of them is old");
    assert_eq!(hangs_up(&[(CAROL, 1)]).0, [], "somebody else is there by now");
}

#[test]
fn a_call_that_grows_is_taken_over_where_it_is() {
    // Another own device took it over before the word had a place: nothing comes of it.
    let mut calls = Calls::talk();
    let (peer, sibling) = (calls.peer(), calls.sibling());
    calls.grows(&[CAROL]);
    let group = calls.made();
    calls.is_made(group, &[peer.0, CAROL]);
    assert_eq!(ends(&calls.hears_of_two(sibling, 9, 7, Word::Moved)), [CallEnd::Moved]);
    assert!(calls.is_given_up(group));
    // After it: the other device comes along.
    let mut calls = Calls::talk();
    calls.grows(&[CAROL]);
    let group = calls.made();
    calls.is_made(group, &[peer.0, CAROL]);
    calls.is_placed(calls.own_word(), 7);
    assert_eq!(ends(&calls.hears_of_two(sibling, 9, 8, Word::Moved)), []);
    assert_eq!(calls.is_in_call_of(), Some(group));
    // That device says in the group that it takes it over.
    let mut calls = Calls::new();
    calls.rings(3, 5);
    calls.hears_word(sibling, 8, 6, Word::Answered);
    calls.are_there(&[peer, sibling]);
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    let me = calls.story.me;
    calls.hears_that_it_went_on(sibling, 7, GROUP.as_bytes());
    calls.comes(Known { kind: ChatKind::Group, members: &[me, peer.0, CAROL], admins: &[me], joined_after_ms: 1_000 });
    assert_eq!(calls.said(), [Word::Moved, Word::Answered, Word::Moved]);
    assert_eq!(calls.is_in_call_of(), Some(GROUP));
    // Who wishes to take over what has gone on is led to where it is.
    calls.asks(Command::HangUp);
    let there = CallParticipant {
        participant: 1,
        device: Some(DeviceAddress { account: peer.0, device: DeviceNumber(1) }.to_wire()),
    };
    let there = RunningCall { chat: GROUP.to_vec(), participants: vec![there] };
    calls.does(|client, cx| client.on_running_call(cx, &there));
    assert!(joins_in(&calls.asks(Command::AnswerCall { chat: CHAT_UI }), GROUP));
}

#[test]
fn a_call_under_the_id_of_the_own_one_rings_in_another_chat() {
    let mut calls = Calls::talk();
    calls.hears_that_it_went_on(calls.peer(), 7, GROUP.as_bytes());
    calls.their_group_comes();
    assert_eq!(calls.is_in_call_of(), Some(GROUP));
    calls.rings(THEIR_CALL, 8);
    assert!(calls.rings_here());
}

/// The server had it already when it was given up: its people have no keys yet, and none are asked for later.
#[test]
fn into_a_group_that_was_given_up_nobody_is_added() {
    let mut calls = Calls::talk();
    let me = calls.story.me;
    calls.grows(&[CAROL]);
    let group = calls.made();
    calls.does(|_, cx| {
        let (op_id, kind, content) = (OpId([3; 16]), outbox::Kind::Create, Vec::new());
        outbox::push(cx, &outbox::Operation { op_id, chat: group, kind, message: None, content, frame: vec![1] })
    });
    calls.passes(GROW_MS);
    assert!(calls.is_given_up(group));
    calls.does(|client, cx| {
        let stored = chats::find(cx.db, group)?.expect("the group");
        let (device, policy) = (mls::own_device(cx)?, groups::new_policy(&stored, me));
        ChatGroup::create(&mls::provider(cx), &device, &policy, Suite::Classical, cx.now_ms).expect("a group");
        client.group_was_created(cx, &stored, Place { seq: 1, time_ms: cx.now_ms })
    });
    assert!(calls.is_given_up(group), "nobody is wished into it");
}

impl Calls {
    fn blocks(&mut self, account: AccountId) {
        let key = format!("block/{}", client_api::AccountId(account.0));
        let op = proto::content::StateOp { key, value: [&[1][..], &[0; 32]].concat(), clock: 5, device: 2 };
        self.does(|_, cx| crate::own_state::take(cx, &[op]));
    }

    fn are_in_the_group(&mut self, devices: &[(AccountId, u32)]) -> Vec<Output> {
        let person = |(at, (account, device)): (u64, &(AccountId, u32))| CallParticipant {
            participant: 200 + at,
            device: Some(DeviceAddress { account: *account, device: DeviceNumber(*device) }.to_wire()),
        };
        let participants = (0..).zip(devices).map(person).collect();
        self.does(|client, cx| client.on_running_call(cx, &RunningCall { chat: GROUP.to_vec(), participants }))
    }

    /// Part of the group's log.
    fn is_in_the_group(&mut self, account: AccountId, number: u8, seq: u64, body: content::Body) {
        let content = saying(number, body);
        let message = NewMessage {
            chat: GROUP,
            id: id(number),
            sender: DeviceAddress { account, device: DeviceNumber(1) },
            place: Some(Place { seq, time_ms: self.now_ms + 10 + seq }),
            sent_ms: 1,
            kind: messages::kind_of(&content).expect("part of the conversation"),
            content: content.encode_to_vec(),
        };
        self.does(|_, cx| messages::store(cx, &message).map(drop));
    }

    /// This device is in no call any more; the other one is in both rooms.
    fn is_left(&mut self) {
        let peer = self.peer();
        self.story.client.calling.own = None;
        self.are_there(&[peer]);
        self.are_in_the_group(&[peer]);
    }
}

/// The press is made in the chat of two: it opens the microphone nowhere else than in the group that its call has become.
#[test]
fn who_joins_in_the_chat_of_two_is_led_into_nothing_but_its_own_new_group() {
    let story = Calls::talk().story;
    let (me, peer) = (story.me, story.peer);
    let (both, theirs, others) = ([me, peer, CAROL], [peer], [CAROL]);
    let known = |kind, admins, joined_after_ms| Known { kind, members: &both, admins, joined_after_ms };
    type Before = fn(&mut Calls);
    let nothing: Before = |_| {};
    let table: [(Known<'_>, Before, ChatId); 6] = [
        (known(ChatKind::Group, &theirs, 1_000), nothing, GROUP),
        (known(ChatKind::Group, &others, 1_000), nothing, CHAT),
        (known(ChatKind::Group, &theirs, -1_000), nothing, CHAT),
        (known(ChatKind::Direct, &theirs, 1_000), nothing, CHAT),
        (known(ChatKind::Group, &theirs, 1_000), |calls| calls.blocks(CAROL), CHAT),
        (known(ChatKind::Group, &theirs, 1_000), |calls| calls.now_ms += GOES_ON_MS + 10, CHAT),
    ];
    for (at, (known, before, expected)) in table.into_iter().enumerate() {
        let mut calls = Calls::talk();
        calls.hears_that_it_went_on(calls.peer(), 7, GROUP.as_bytes());
        calls.is_left();
        calls.comes(known);
        before(&mut calls);
        let out = calls.asks(Command::AnswerCall { chat: CHAT_UI });
        assert_eq!((joins_in(&out, GROUP), joins(&out)), (expected == GROUP, expected == CHAT), "{at}");
        assert_eq!(calls.is_in_call_of(), Some(expected), "{at}");
    }
}

/// The word names a call of the group that is over.
#[test]
fn who_joins_is_not_led_to_a_call_that_is_over() {
    let mut calls = Calls::talk();
    let peer = calls.peer();
    calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
    calls.is_left();
    calls.their_group_comes();
    let word = |word: Word| CallWord { message_id: id(THEIR_CALL).to_vec(), word: word.into(), ..CallWord::default() };
    let said = [
        (THEIR_CALL, peer.0, content::Body::Call(Call::default())),
        (71, CAROL, content::Body::CallWord(word(Word::Answered))),
        (72, peer.0, content::Body::CallWord(word(Word::Ended))),
    ];
    for (seq, (number, account, body)) in (2..).zip(said) {
        calls.is_in_the_group(account, number, seq, body);
    }
    calls.asks(Command::AnswerCall { chat: CHAT_UI });
    assert_eq!(calls.is_in_call_of(), Some(CHAT));
}

#[test]
fn nobody_comes_by_the_others_word_to_whom_they_block_or_to_too_many() {
    let many: Vec<AccountId> = (100..131).map(|number| AccountId([number; 16])).collect();
    for (others, blocked) in [(&[CAROL][..], true), (&many[..], false)] {
        let mut calls = Calls::talk();
        let (me, peer) = (calls.story.me, calls.peer());
        if blocked {
            calls.blocks(CAROL);
        }
        calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
        let members: Vec<AccountId> = others.iter().copied().chain([me, peer.0]).collect();
        let known = Known { kind: ChatKind::Group, members: &members, admins: &[peer.0], joined_after_ms: 1_000 };
        let out = calls.comes(known);
        assert_eq!((ends(&out), growths(&out), calls.said()), (vec![], vec![], vec![]), "{blocked}");
        assert_eq!(calls.is_in_call_of(), Some(CHAT), "{blocked}");
        // It rings there, as soon as the room shows them; who answers goes there, and the call of two is not ended by that.
        assert!(calls.shown().ringing.is_empty(), "{blocked}");
        calls.are_in_the_group(&[peer]);
        assert_eq!(calls.shown().ringing.len(), 1, "{blocked}");
        let out = calls.asks(Command::AnswerCall { chat: client_api::ChatId(GROUP.0) });
        assert!(joins_in(&out, GROUP), "{blocked}");
        assert_eq!(calls.said(), [Word::Answered], "{blocked}");
    }
    // As many as a call that grows has are not too many.
    let mut calls = Calls::talk();
    let (me, peer) = (calls.story.me, calls.peer());
    calls.hears_that_it_went_on(peer, 7, GROUP.as_bytes());
    let members: Vec<AccountId> = many[..30].iter().copied().chain([me, peer.0]).collect();
    calls.comes(Known { kind: ChatKind::Group, members: &members, admins: &[peer.0], joined_after_ms: 1_000 });
    assert_eq!(calls.is_in_call_of(), Some(GROUP));
}

#[test]
fn nobody_adds_whom_they_block() {
    let mut calls = Calls::talk();
    calls.blocks(CAROL);
    assert_eq!(refusal(&calls.grows(&[CAROL])), Some(UserError::Blocked));
    assert!(calls.story.client.calling.own.as_ref().is_some_and(|own| !own.growth.is_making()));
}

/// Who comes back comes in anew; and a device that was linked lately came in lately wherever it is.
#[test]
fn an_old_group_is_not_new_for_who_has_come_back_or_knows_what_was_said_in_it() {
    for comes_back in [true, false] {
        let mut calls = Calls::talk();
        let (me, peer) = (calls.story.me, calls.story.peer);
        let (members, began_ms) = ([me, peer, CAROL], calls.now_ms + 5);
        let joined_after_ms = if comes_back { -60_000 } else { 1_000 };
        calls.comes(Known { kind: ChatKind::Group, members: &members, admins: &[peer], joined_after_ms });
        if comes_back {
            calls.does(|_, cx| {
                let group = chats::find(cx.db, GROUP)?.expect("the group");
                groups::put_out(cx, &group, peer, began_ms - 30_000)?;
                chats::set_membership(cx, GROUP, Membership::Joined, 1)?;
                cx.db.execute(
                    "UPDATE chat SET joined_ms = ?2 WHERE chat = ?1",
                    params![GROUP.as_bytes(), began_ms + 1],
                )?;
                insert_members(cx, GROUP, &members, &[peer])
            });
        } else {
            let (now_ms, said) = (calls.now_ms, crate::testing::story::text("long ago"));
            calls.now_ms -= 60_000;
            calls.is_in_the_group(peer, 70, 2, said);
            calls.now_ms = now_ms;
        }
        calls.hears_that_it_went_on((peer, 1), 7, GROUP.as_bytes());
        assert_eq!(calls.is_in_call_of(), Some(CHAT), "{comes_back}");
    }
}
