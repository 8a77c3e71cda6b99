//! Links into a group where devices know different things of it: who was put out, what was said first, and what was wished and is not any more.

use super::*;

impl Story {
    /// This device's commit comes round, with which somebody is out.
    fn puts_out(&mut self, account: AccountId, leaves: bool) {
        self.has_member(account, leaves);
        self.does(|client, cx| client.after_own_change(cx, CHAT, Place { seq: 1, time_ms: now_ms() }));
    }

    fn has_member(&self, account: AccountId, leaves: bool) {
        let sql = "INSERT INTO group_member (chat, account, admin, leaves, since_seq) VALUES (?1, ?2, 0, ?3, 0)";
        self.db.execute(sql, params![CHAT.as_bytes(), account.as_bytes(), leaves]).expect("a member");
    }

    fn withdraws(&mut self, account: AccountId) {
        let chat = self.chat_with(account);
        let sender = DeviceAddress { account, device: proto::ids::DeviceNumber(1) };
        let request = JoinRequest { chat: CHAT.to_vec(), secret: Vec::new(), withdrawn: true };
        let place = Place { seq: 9, time_ms: now_ms() };
        self.does(|client, cx| client.on_join_request(cx, (&chat, sender), &[1; 16], &request, place));
    }

    /// The links that it says and that are not in force yet.
    fn links_said(&self) -> Vec<GroupLink> {
        let said = own_words::under_way(&self.db, CHAT).expect("read").into_iter();
        let link = |body| match body {
            content::Body::GroupLink(link) => Some(link),
            _ => None,
        };
        said.filter_map(link).collect()
    }
}

#[test]
fn the_link_of_who_is_put_out_is_void() {
    let mut story = Story::with_link(false);
    story.puts_out(ASKER, true);
    assert_eq!(story.links_said(), [], "they left by themselves");
    story.puts_out(ASKER, false);
    let said = story.links_said();
    assert!(matches!(&said[..], [link] if link.secret.len() == 16 && link.secret != SECRET && !link.approval));
    story.says_it();
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Void));
    // Another admin's device says it where it put them out; and where each is asked about, the link stays.
    let mut story = Story::with_link(false);
    story.has_member(ASKER, false);
    let by = story.peers().account;
    story.does(|client, cx| client.group_changed(cx, CHAT, by, Place { seq: 1, time_ms: now_ms() }).map(|_| ()));
    assert_eq!(story.links_said(), []);
    let mut story = Story::with_link(true);
    story.puts_out(ASKER, false);
    assert_eq!(story.links_said(), []);
}

#[test]
fn what_an_admin_has_decided_is_final_and_void_replaces_nothing() {
    for (first, then, expected) in [
        (Verdict::Declined, Verdict::Waits, JoinState::Declined),
        (Verdict::Declined, Verdict::LetIn, JoinState::Declined),
        (Verdict::LetIn, Verdict::Full, JoinState::Waiting),
        (Verdict::LetIn, Verdict::Void, JoinState::Waiting),
        (Verdict::Waits, Verdict::Void, JoinState::Waiting),
        (Verdict::Void, Verdict::Waits, JoinState::Waiting),
        (Verdict::Waits, Verdict::Declined, JoinState::Declined),
    ] {
        let mut asks = Asks::new();
        asks.code.admins.truncate(1);
        asks.asks().expect("asked");
        let admin = asks.code.admins[0];
        asks.hears_answer(admin, admin, first);
        asks.hears_answer(admin, admin, then);
        assert_eq!(asks.state(), expected, "{first:?}, then {then:?}");
    }
}

#[test]
fn who_does_not_know_the_link_yet_says_nothing_of_it() {
    let mut story = Story::new();
    assert_eq!(story.is_asked(ASKER, &SECRET), None, "it may be told it yet");
    let mut story = Story::with_link(true);
    assert_eq!(story.is_asked(ASKER, &[8; 16]), Some(Verdict::Void));
    step(&story.db, 1, |cx| link::put_away(cx, CHAT).expect("put away"));
    assert_eq!(story.is_asked(ASKER, &SECRET), None, "who comes back is told again");
    let mut story = Story::with_link(true);
    let sql = "INSERT INTO intent (chat, kind, account, device) VALUES (?1, 0, ?2, 0)";
    story.db.execute(sql, params![CHAT.as_bytes(), story.me.account.as_bytes()]).expect("a doubt");
    assert!(vouching::is_doubted(&story.db, CHAT).expect("read"));
    for secret in [SECRET, [8; 16]] {
        assert_eq!(story.is_asked(ASKER, &secret), None);
    }
    // The own link, on its way.
    let mut story = Story::with_link(true);
    let change = LinkChange::Reset;
    assert_eq!(story.asks(Command::Join(JoinCommand::SetLink { chat: CHAT_UI, change })), Ok(Answer::Done));
    let new = story.links_said().remove(0).secret;
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Void));
    assert_eq!(story.is_asked(ASKER, &new), Some(Verdict::Waits));
}

#[test]
fn a_wish_that_somebody_else_met_brings_nobody_in_again() {
    let mut story = Story::with_link(false);
    let (peer, at) = (story.peers().account, Place { seq: 1, time_ms: now_ms() });
    story.db.execute("DELETE FROM group_member WHERE account = ?1", [peer.as_bytes()]).expect("not in it");
    assert_eq!(story.is_asked(peer, &SECRET), None);
    assert_eq!(story.lets_in(), [peer]);
    story.does(|client, cx| client.group_changed(cx, CHAT, NO_PEER, at).map(|_| ()));
    assert!(story.lets_in().is_empty());
}

#[test]
fn who_was_declined_does_not_come_in_when_approval_is_switched_off() {
    let mut story = Story::with_link(true);
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Waits));
    assert_eq!(story.decides(ASKER, JoinWord::Decline), Ok(Answer::Done));
    let began_ms = story.began_ms;
    story.hears(2, linked(&SECRET, false, began_ms + 1));
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Declined));
    assert!(story.lets_in().is_empty());
}

#[test]
fn who_leaves_and_asks_anew_is_let_in_when_they_are_out() {
    let mut story = Story::with_link(false);
    story.has_member(ASKER, true);
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Waits));
    assert_eq!(story.asking(), []);
    assert_eq!(story.decides(ASKER, JoinWord::LetIn), Err(UserError::NotFound));
    let at = Place { seq: 1, time_ms: now_ms() };
    story.does(|client, cx| client.group_changed(cx, CHAT, NO_PEER, at).map(|_| ()));
    assert_eq!(story.asking(), [ASKER]);
    assert_eq!(story.decides(ASKER, JoinWord::LetIn), Ok(Answer::Done));
}

#[test]
fn a_request_of_a_far_future_ends_as_others_do() {
    let mut story = Story::with_link(true);
    assert_eq!(story.is_asked_at(ASKER, &SECRET, u64::MAX >> 2), Some(Verdict::Waits));
    let asked_ms: u64 =
        story.db.query_row("SELECT asked_ms FROM join_request", [], |row| row.get(0)).expect("a request");
    assert!(asked_ms <= now_ms());
}

#[test]
fn strangers_without_the_secret_leave_no_own_state() {
    let mut story = Story::with_link(true);
    let is_kept_out = |story: &Story| {
        let chat = story.chat_with(ASKER);
        state::was_ever_set(&story.db, &ChatKey::Gone.of(chat.chat)).expect("read")
    };
    let chat = story.chat_with(ASKER);
    story.db.execute("UPDATE chat SET quiet = 1 WHERE chat = ?1", [chat.chat.as_bytes()]).expect("theirs");
    assert_eq!(story.is_asked(ASKER, &[8; 16]), Some(Verdict::Void));
    story.withdraws(ASKER);
    assert!(!is_kept_out(&story));
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Waits));
    assert!(is_kept_out(&story));
    // Withdrawals are heard as often as requests.
    for _ in 0..30 {
        story.withdraws(ASKER);
    }
    assert_eq!(story.is_asked(ASKER, &SECRET), None);
}

#[test]
fn a_wish_by_a_link_ends_with_the_link_and_with_the_request() {
    let opened = |story: &mut Story| {
        story.does(|_, cx| {
            let chat = chats::find(cx.db, CHAT)?.expect("the group");
            let group = mls::load(cx, &chat)?.expect("its state");
            changing::open_wishes(cx, CHAT, &group, &BTreeSet::new()).map(|_| ())
        });
        story.lets_in()
    };
    let by_hand = AccountId([0x34; 16]);
    let wished = || {
        let mut story = Story::with_link(false);
        assert_eq!(story.is_asked(ASKER, &SECRET), None);
        step(&story.db, 1, |cx| changing::want(cx, CHAT, changing::Wish::Add, by_hand, 0).expect("wished"));
        story
    };
    for (secret, approval) in [(&[8; 16][..], false), (&[], false), (&SECRET, true)] {
        let mut story = wished();
        let began_ms = story.began_ms;
        story.hears(2, linked(secret, approval, began_ms + 1));
        assert_eq!(opened(&mut story), [by_hand], "{secret:?} {approval}");
    }
    let mut story = wished();
    story.hears(2, linked(&SECRET, false, story.began_ms + 1));
    assert_eq!(opened(&mut story), [ASKER, by_hand]);
    story.withdraws(by_hand);
    story.withdraws(ASKER);
    assert_eq!(story.lets_in(), [by_hand]);
}

#[test]
fn who_is_blocked_asks_no_more_and_is_not_brought_in() {
    for approval in [false, true] {
        let mut story = Story::with_link(approval);
        let other = AccountId([0x34; 16]);
        for account in [ASKER, other] {
            story.is_asked(account, &SECRET);
        }
        assert_eq!((story.lets_in().len(), story.asking().len()), if approval { (0, 2) } else { (2, 0) });
        story.does(|client, cx| {
            client.session.goes_up();
            client.set_blocked(cx, 1, ui_account(ASKER), true)
        });
        let left = if approval { story.asking() } else { story.lets_in() };
        assert_eq!(left, [other], "{approval}");
    }
}

#[test]
fn of_a_group_that_one_is_in_its_own_name_counts_and_not_its_links() {
    let mut asks = Asks::new();
    asks.code.chat = CHAT;
    let row = asks.asks().expect("a row");
    assert_eq!((row.name.as_str(), row.call), ("Ours", false), "it has heard of the link, and of no name");
    let name = GroupName { name: "Theirs".into(), clock_ms: asks.story.began_ms };
    asks.story.hears(2, content::Body::GroupName(name));
    let row = asks.asks().expect("a row");
    assert_eq!((row.name.as_str(), row.call, row.state), ("Theirs", false, JoinState::In));
}

#[test]
fn who_was_let_in_and_could_not_be_brought_in_asks_again() {
    let mut story = Story::with_link(true);
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Waits));
    assert_eq!(story.decides(ASKER, JoinWord::LetIn), Ok(Answer::Done));
    assert_eq!(story.asking(), []);
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::LetIn));
    for _ in 0..9 {
        story.does(|client, cx| client.try_later(cx, CHAT));
    }
    assert_eq!(story.asking(), []);
    story.does(|client, cx| client.try_later(cx, CHAT));
    assert_eq!((story.asking(), story.lets_in()), (vec![ASKER], vec![]));
    assert_eq!(story.decides(ASKER, JoinWord::LetIn), Ok(Answer::Done));
    assert_eq!(story.lets_in(), [ASKER]);
}
