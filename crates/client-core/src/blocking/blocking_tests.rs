//! What is heard of somebody who is blocked, and what they hear.

use super::*;
use crate::io::{Output, PushTask};
use crate::messages::{self, NewMessage, Place, Stored};
use crate::testing::story::{CHAT_UI, MINUTE_MS, Story, edit, id, reaction, saying, text};
use crate::testing::{CHAT, now_ms, step};
use crate::{chat_list, marks};
use client_api::WindowAnchor;
use prost::Message as _;
use proto::content::{Call, StateOp, content};
use proto::ids::{DeviceAddress, DeviceNumber};
use std::collections::BTreeSet;
use std::sync::OnceLock;

impl Story {
    fn peer_ui(&self) -> client_api::AccountId {
        ui_account(self.peer)
    }

    fn blocks(&mut self, blocked: bool) {
        let account = self.peer_ui();
        self.client.session.goes_up();
        assert_eq!(self.asks(Command::SetBlocked { account, blocked }), Ok(Answer::Done));
    }

    fn hears(&self, number: u8, minute: u64, body: content::Body) -> Stored {
        let place = Place { seq: 10 + minute, time_ms: self.began_ms + minute * MINUTE_MS };
        self.hears_at(number, place, body)
    }

    fn hears_at(&self, number: u8, place: Place, body: content::Body) -> Stored {
        let content = saying(number, body);
        let message = NewMessage {
            chat: CHAT,
            id: id(number),
            sender: DeviceAddress { account: self.peer, device: DeviceNumber(1) },
            place: Some(place),
            sent_ms: 1,
            kind: messages::kind_of(&content).expect("of the conversation"),
            content: content.encode_to_vec(),
        };
        step(&self.db, now_ms(), |cx| messages::store(cx, &message).expect("stored")).0
    }

    fn seen(&self) -> Vec<u8> {
        let mut statement =
            self.db.prepare("SELECT message FROM message WHERE kind >= 0 ORDER BY time_ms").expect("sql");
        let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0)).expect("query");
        rows.map(|id| id.expect("row")[0]).collect()
    }

    fn listed(&self) -> client_api::ChatRow {
        let rows = step(&self.db, now_ms(), |cx| chat_list::rows(cx, Some(CHAT), &BTreeSet::new()).expect("rows")).0;
        rows.into_iter().next().expect("a row")
    }

    fn takes_block_of(&mut self, sibling: &Story) {
        let op = sibling
            .db
            .query_row("SELECT key, value, clock, device FROM state WHERE key = ?1", [key(self.peer)], |row| {
                let clock = row.get::<_, i64>(2)?.cast_unsigned();
                Ok(StateOp { key: row.get(0)?, value: row.get(1)?, clock, device: row.get(3)? })
            })
            .expect("the sibling's word");
        let client = &mut self.client;
        step(&self.db, now_ms(), |cx| {
            own_state::take(cx, &[op]).expect("taken");
            client.sweep(cx).expect("swept");
        });
    }
}

/// The first and the second message of the other one.
fn talked() -> Story {
    static BEGAN_MS: OnceLock<u64> = OnceLock::new();
    let story = Story::new();
    // All devices of an account have the same messages.
    let story = Story { began_ms: *BEGAN_MS.get_or_init(|| story.began_ms), ..story };
    assert_eq!(story.hears(1, 1, text("hello")), Stored::New);
    assert_eq!(story.hears(2, 2, text("again")), Stored::New);
    story
}

#[test]
fn what_somebody_says_while_blocked_is_never_shown_and_moves_nothing() {
    let mut story = talked();
    story.blocks(true);
    let before = story.listed();
    assert_eq!(story.hears(3, 3, text("secret spam")), Stored::KeptOut);
    assert_eq!(story.hears(4, 4, edit(id(1), "secret change")), Stored::KeptOut);
    assert_eq!(story.hears(5, 5, reaction(id(2), "👎")), Stored::KeptOut);
    assert_eq!(story.hears(6, 6, content::Body::Call(Call { video: false, ..Call::default() })), Stored::KeptOut);
    assert_eq!(story.seen(), [1, 2]);
    assert_eq!(story.text_of(1), ("hello".to_owned(), false));
    assert!(story.reactions(2).is_empty());
    assert!(story.is_forgotten("secret"));
    let after = story.listed();
    assert_eq!((before.unread, before.activity_ms, before.last), (after.unread, after.activity_ms, after.last));
    story.blocks(false);
    assert_eq!(story.hears(7, 7, text("thank you")), Stored::New);
    // Also what comes late of that time, by whatever way.
    assert_eq!(story.hears(8, 5, text("secret, late")), Stored::KeptOut);
    assert_eq!(story.seen(), [1, 2, 7]);
}

#[test]
fn what_of_theirs_could_not_be_opened_has_no_place_to_wait_in() {
    let mut story = talked();
    story.blocks(true);
    let waiting = NewMessage {
        chat: CHAT,
        id: id(20),
        sender: DeviceAddress { account: story.peer, device: DeviceNumber(1) },
        place: Some(Place { seq: 13, time_ms: story.began_ms + 3 * MINUTE_MS }),
        sent_ms: 1,
        kind: messages::Kind::Waiting,
        content: Vec::new(),
    };
    step(&story.db, now_ms(), |cx| messages::store(cx, &waiting).expect("judged"));
    assert_eq!(story.seen(), [1, 2]);
    assert_eq!(story.hears(3, 3, text("secret, late")), Stored::KeptOut);
    assert_eq!(story.count("SELECT count(*) FROM message WHERE seq = 13"), 1);
}

#[test]
fn own_words_and_those_of_others_stay() {
    let mut story = talked();
    story.blocks(true);
    story.says(story.me, 3, 3, text("mine, from another device"));
    assert_eq!(story.seen(), [1, 2, 3]);
    // In a group they are whom they are.
    story
        .db
        .execute("UPDATE chat SET kind = 3, peer = zeroblob(16) WHERE chat = ?1", [CHAT.as_bytes()])
        .expect("a group");
    assert_eq!(story.hears(4, 4, text("to all")), Stored::New);
}

#[test]
fn a_sibling_that_hears_of_it_late_hides_what_it_showed_meanwhile() {
    let (mut story, mut sibling) = (talked(), talked());
    story.blocks(true);
    assert_eq!(sibling.hears(3, 3, text("secret spam")), Stored::New);
    assert_eq!(sibling.seen(), [1, 2, 3]);
    sibling.takes_block_of(&story);
    assert_eq!(sibling.seen(), [1, 2]);
    assert!(sibling.is_forgotten("secret"));
    // Blocked and unblocked while a third was away.
    assert_eq!(story.hears(3, 3, text("secret spam")), Stored::KeptOut);
    story.blocks(false);
    let mut away = talked();
    assert_eq!(away.hears(3, 3, text("secret spam")), Stored::New);
    assert_eq!(away.hears(4, 4, text("welcome back")), Stored::New);
    away.takes_block_of(&story);
    assert_eq!(away.seen(), [1, 2, 4]);
}

#[test]
fn lines_that_stand_under_their_account_are_no_words_of_theirs() {
    let (mut story, mut sibling) = (talked(), talked());
    step(&sibling.db, now_ms(), |cx| {
        let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
        crate::notices::say(cx, &chat, &client_api::SystemLine::SafetyNumberChanged).expect("said");
    });
    story.blocks(true);
    sibling.takes_block_of(&story);
    assert_eq!(sibling.seen().len(), 3);
}

#[test]
fn nothing_is_said_to_them() {
    let mut story = talked();
    let own = story.writes("before");
    story.blocks(true);
    let to_them = [
        Command::SendText { chat: CHAT_UI, text: "hello".into(), written_for: None, answers: None },
        Command::React { chat: CHAT_UI, message: client_api::MessageId(id(1).0), emoji: "👍".into() },
        Command::EditText { chat: CHAT_UI, message: own, text: "after".into() },
        Command::PinMessage { chat: CHAT_UI, message: own, pinned: true },
        Command::PlaceCall { chat: CHAT_UI, video: false },
        Command::AnswerCall { chat: CHAT_UI },
        Command::RetryMessage { chat: CHAT_UI, message: own },
        Command::ForwardMessages { chat: CHAT_UI, messages: vec![own], to: vec![(CHAT_UI, None)] },
    ];
    for command in to_them {
        let name = command.name();
        assert_eq!(story.asks(command), Err(UserError::Blocked), "{name}");
    }
    story.blocks(false);
    story.writes("after");
}

#[test]
fn what_was_read_is_not_told_to_them() {
    let mut story = talked();
    let frames = |out: &[Output]| out.iter().filter(|output| matches!(output, Output::Send(_))).count();
    let told = |story: &mut Story, number: u8| {
        let (client, up_to) = (&mut story.client, client_api::MessageId(id(number).0));
        let (_, out) = step(&story.db, now_ms(), |cx| {
            client.mark_read(cx, 0, CHAT_UI, up_to).expect("read");
            client.announce_reads(cx).expect("told");
        });
        frames(&out)
    };
    assert_eq!(told(&mut story, 1), 1);
    story.blocks(true);
    assert_eq!(told(&mut story, 2), 0);
    step(&story.db, now_ms(), |cx| {
        let reached = marks::reached(cx.db, CHAT, story.me, marks::Mark::Read).expect("query");
        assert_eq!(reached, 12, "it is read on the own devices");
    });
    story.blocks(false);
    story.hears(3, 3, text("hello"));
    assert_eq!(told(&mut story, 3), 1);
}

#[test]
fn who_is_blocked_is_told_to_the_page_and_to_the_service_worker() {
    let mut story = talked();
    story.db.execute("INSERT INTO push (endpoint) VALUES ('https://push.example/1')", []).expect("notified");
    story.client.session.goes_up();
    let shown = |story: &mut Story, blocked: bool| {
        let (client, account) = (&mut story.client, ui_account(story.peer));
        let (_, out) = step(&story.db, now_ms(), |cx| {
            client.set_blocked(cx, 0, account, blocked).expect("set");
            client.show_changes(cx).expect("shown");
        });
        let book = out.iter().find_map(|output| match output {
            Output::Push(PushTask::Change(pages)) => Some(pages.iter().map(|page| page.blocked).collect::<Vec<_>>()),
            _ => None,
        });
        assert_eq!(book, Some(vec![blocked]));
        out.into_iter().find_map(|output| match output {
            Output::Event(Event::Blocked(rows)) => Some(rows.into_iter().map(|row| row.account).collect::<Vec<_>>()),
            _ => None,
        })
    };
    let peer = story.peer_ui();
    assert_eq!(shown(&mut story, true), Some(vec![peer]));
    assert_eq!(shown(&mut story, false), Some(vec![]));
    let own = ui_account(story.me);
    for nobody in [own, client_api::AccountId([9; 16])] {
        let refused = story.asks(Command::SetBlocked { account: nobody, blocked: true });
        assert_eq!(refused, Err(UserError::NotFound));
    }
    assert!(story.asks(Command::OpenChat { chat: CHAT_UI, anchor: WindowAnchor::Newest, limit: 9 }).is_ok());
}

#[test]
fn times_of_blocking_come_back_and_the_oldest_go() {
    let end = |time_ms| End { time_ms, seq: time_ms };
    let span = |n: u64| Span { before: end(n * 10), until: Some(end(n * 10 + 5)) };
    let many: Vec<Span> = (1..=20).map(span).collect();
    assert_eq!(decode(&encode(&many)), many[4..]);
    assert_eq!(encode(&[]), Vec::<u8>::new());
    for stored in [&[][..], &[2], &[1, 5], &[9; 40]] {
        assert_eq!(decode(stored), [], "{stored:?}");
    }
    let open = Span { before: end(10), until: None };
    assert_eq!(decode(&encode(&[open])), [open]);
    let at = |time_ms| Place { time_ms, seq: time_ms };
    assert_eq!([9, 10, 11].map(|time_ms| open.holds(at(time_ms))), [false, false, true]);
    assert_eq!([10, 11, 15, 16].map(|time_ms| span(1).holds(at(time_ms))), [false, true, true, false]);
}

#[test]
fn a_time_in_which_nothing_came_is_forgotten() {
    let mut story = talked();
    for _ in 0..3 {
        story.blocks(true);
        story.blocks(false);
    }
    assert_eq!(spans(&story.db, story.peer).expect("read"), []);
    assert_eq!(story.hears(3, 3, text("hello")), Stored::New);
}

#[test]
fn one_entry_of_an_absurd_time_neither_voids_a_block_nor_makes_it_longer() {
    let mut story = talked();
    let far = |seq| Place { seq, time_ms: (1 << 59) + seq };
    assert_eq!(story.hears_at(30, far(13), text("of the year 18 million")), Stored::New);
    story.blocks(true);
    assert_eq!(story.hears(3, 4, text("secret spam")), Stored::KeptOut);
    assert_eq!(story.hears_at(31, far(15), text("secret, later still")), Stored::KeptOut);
    story.blocks(false);
    assert_eq!(story.hears(4, 6, text("welcome back")), Stored::New);
    assert_eq!(story.seen(), [1, 2, 4, 30]);
}

/// They have this device's times.
#[test]
fn lines_of_the_chat_and_a_clock_that_is_ahead_move_no_end() {
    let mut story = talked();
    step(&story.db, now_ms() + 1_000_000_000, |cx| {
        let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
        crate::notices::say(cx, &chat, &client_api::SystemLine::HistoryDiffers).expect("said");
    });
    story.blocks(true);
    let [span] = spans(&story.db, story.peer).expect("read").try_into().expect("one");
    assert_eq!(span.before, End { time_ms: story.began_ms + 2 * MINUTE_MS, seq: 12 });
}

#[test]
fn a_device_that_is_behind_neither_blocks_nor_unblocks() {
    let mut story = talked();
    for blocked in [true, false] {
        let command = Command::SetBlocked { account: story.peer_ui(), blocked };
        assert_eq!(story.asks(command), Err(UserError::Offline));
    }
    story.client.session.goes_up();
    story.db.execute("UPDATE chat SET membership = 2 WHERE chat = ?1", [CHAT.as_bytes()]).expect("to be joined");
    let command = Command::SetBlocked { account: story.peer_ui(), blocked: true };
    assert_eq!(story.asks(command), Err(UserError::NotNow));
    assert_eq!(spans(&story.db, story.peer).expect("read"), []);
}

#[test]
fn what_never_left_is_taken_back_and_what_left_is_not() {
    let mut story = talked();
    let never_left = story.writes("unsent");
    let on_its_way = story.writes("on its way");
    let refused = story.writes("refused");
    step(&story.db, now_ms(), |cx| crate::messages::fail(cx, CHAT, MessageId(refused.0)).expect("failed"));
    story.db.execute("UPDATE outbox SET went_out = 1 WHERE message = ?1", [on_its_way.0]).expect("sent");
    story.blocks(true);
    let waits = |message: client_api::MessageId| {
        let sql = "SELECT count(*) FROM outbox WHERE message = ?1";
        story.db.query_row(sql, [message.0], |row| row.get::<_, u32>(0)).expect("count")
    };
    assert_eq!((waits(never_left), waits(on_its_way)), (0, 1));
    assert_eq!(story.seen(), [1, 2, on_its_way.0[0], refused.0[0]], "what failed is the owner's to look at");
}

#[test]
fn they_are_neither_asked_nor_given_anything_again() {
    let to_them = |blocked: bool| {
        let mut story = talked();
        story.says(story.me, 3, 3, text("mine"));
        if blocked {
            story.blocks(true);
        }
        let sender = DeviceAddress { account: story.peer, device: DeviceNumber(1) }.to_wire();
        let waits = proto::wire::GroupItem { seq: 14, sender: Some(sender), ..proto::wire::GroupItem::default() };
        let request =
            proto::content::RetryRequest { seq: 13, account: story.me.to_vec(), device: 1, ..Default::default() };
        let (client, me) = (&mut story.client, story.me);
        step(&story.db, now_ms(), |cx| {
            chats::set_applied(cx, CHAT, 20, 1).expect("followed");
            let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
            let own = Chat { chat: ChatId([0xd; 16]), kind: ChatKind::SelfGroup, peer: me, ..chat };
            chats::insert(cx, &own).expect("the own devices");
            crate::recovery::keep(cx, CHAT, &waits).expect("kept");
            client.recover(cx).expect("asked");
            let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
            client.on_retry_request(cx, &chat, &request).expect("heard");
        });
        let sql = "SELECT count(*) FROM outbox WHERE chat = ?1";
        story.db.query_row(sql, [CHAT.as_bytes()], |row| row.get::<_, u32>(0)).expect("count")
    };
    assert_eq!((to_them(false), to_them(true)), (2, 0));
}

#[test]
fn who_registers_the_number_anew_stays_blocked_until_the_owner_decides_otherwise() {
    let mut story = talked();
    story.blocks(true);
    let (old, anew) = (story.peer, AccountId([7; 16]));
    let moves = |story: &mut Story| {
        let client = &mut story.client;
        let (_, out) = step(&story.db, now_ms(), |cx| {
            client.number_moved(cx, old, anew, "+491512345678").expect("moved");
        });
        out.iter().filter(|output| matches!(output, Output::Event(Event::Notice(Notice::BlockMoved { .. })))).count()
    };
    assert_eq!(moves(&mut story), 1, "it is told");
    let is = |story: &Story, account| is_blocked(&story.db, account).expect("query");
    assert!(is(&story, anew) && is(&story, old));
    assert_eq!(moves(&mut story), 0);
    let unblock = Command::SetBlocked { account: ui_account(anew), blocked: false };
    assert_eq!(story.asks(unblock), Ok(Answer::Done));
    // Whatever the server says of the old one later.
    assert_eq!(moves(&mut story), 0);
    assert!(!is(&story, anew) && is(&story, old));
}

#[test]
fn who_is_blocked_sets_no_timer_and_says_no_line_of_it() {
    let mut story = talked();
    story.blocks(true);
    let says = |story: &Story, minute: u64| {
        let time_ms = story.began_ms + minute * MINUTE_MS;
        let said = proto::content::ChatTimer { lifetime_s: 86_400, clock_ms: time_ms, again: false };
        step(&story.db, now_ms(), |cx| {
            let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
            let place = Place { seq: 10 + minute, time_ms };
            crate::disappearing::on_timer(cx, &chat, story.peer, &said, place).expect("heard");
            crate::disappearing::timer_now(cx.db, CHAT).expect("read")
        })
        .0
    };
    assert_eq!(says(&story, 5), client_api::Disappearing::Off);
    assert_eq!(story.count("SELECT count(*) FROM message WHERE kind = 2"), 0);
    // What they said before counts, whenever it comes.
    assert_eq!(says(&story, 2), client_api::Disappearing::Day);
}
