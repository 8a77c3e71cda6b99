//! Links into a group: who may set them, who is let in with them, and who is not.

use super::*;
use crate::groups::requests::LIFE_MS;
use crate::http::Answer as Reply;
use client_api::{GroupLink as Shown, JoinCommand, JoinRow, JoinState, JoinWord, LinkChange, LinkNews, Notice};
use proto::account::{AccountDevices, DeviceLists};
use proto::content::join_answer::Verdict;
use proto::content::{GroupLink, JoinAnswer, JoinRequest};
use proto::ids::ServerId;
use proto::qr::JoinCode;

mod mended;

const SECRET: [u8; 16] = [7; 16];
const ASKER: AccountId = AccountId([0x33; 16]);

fn linked(secret: &[u8], approval: bool, clock_ms: u64) -> content::Body {
    content::Body::GroupLink(GroupLink { clock_ms, again: false, secret: secret.to_vec(), approval, call: false })
}

/// What waits to be said in the chat with somebody.
fn said_to(db: &Connection, account: AccountId) -> Vec<content::Body> {
    let Some(chat) = chats::find_with(db, ChatKind::Direct, account).expect("read") else { return Vec::new() };
    let mut statement = db.prepare("SELECT content FROM outbox WHERE chat = ?1 ORDER BY place").expect("sql");
    let rows = statement.query_map([chat.chat.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    rows.filter_map(|content| Content::decode(content.expect("bytes").as_slice()).expect("a content").body).collect()
}

impl Story {
    /// With a link that lets in, or asks an admin.
    fn with_link(approval: bool) -> Self {
        let mut story = Self::new();
        story.db.execute("UPDATE this SET server_key = ?1", [[9_u8; 32]]).expect("a server");
        let began_ms = story.began_ms;
        story.hears(1, linked(&SECRET, approval, began_ms));
        story
    }

    fn link(&mut self) -> Option<Shown> {
        self.info().link
    }

    fn chat_with(&self, account: AccountId) -> Chat {
        step(&self.db, now_ms(), |cx| {
            accounts::know(cx, account, "").expect("known");
            let chat = chats::ensure_direct(cx, account).expect("a chat");
            chats::find(cx.db, chat).expect("read").expect("the chat")
        })
        .0
    }

    /// Asks, and gives what was said to that; nothing where nothing was.
    fn is_asked_at(&mut self, account: AccountId, secret: &[u8], time_ms: u64) -> Option<Verdict> {
        let chat = self.chat_with(account);
        let sender = DeviceAddress { account, device: proto::ids::DeviceNumber(1) };
        let request = JoinRequest { chat: CHAT.to_vec(), secret: secret.to_vec(), withdrawn: false };
        let before = self.verdicts(account).len();
        let id = account.0;
        let place = Place { seq: 9, time_ms };
        self.does(|client, cx| client.on_join_request(cx, (&chat, sender), &id, &request, place));
        self.verdicts(account).get(before).copied()
    }

    fn is_asked(&mut self, account: AccountId, secret: &[u8]) -> Option<Verdict> {
        self.is_asked_at(account, secret, now_ms())
    }

    fn verdicts(&self, account: AccountId) -> Vec<Verdict> {
        let verdict = |body| match body {
            content::Body::JoinAnswer(answer) => Some(answer.verdict()),
            _ => None,
        };
        said_to(&self.db, account).into_iter().filter_map(verdict).collect()
    }

    /// Whom this device brings in.
    fn lets_in(&self) -> Vec<AccountId> {
        let mut statement = self.db.prepare("SELECT account FROM intent WHERE kind = 3 ORDER BY account").expect("sql");
        let rows = statement.query_map([], |row| row.get(0).map(AccountId)).expect("rows");
        rows.collect::<Result<_, _>>().expect("accounts")
    }

    fn asking(&mut self) -> Vec<AccountId> {
        self.info().asking.into_iter().map(|row| AccountId(row.account.0)).collect()
    }

    fn decides(&mut self, account: AccountId, word: JoinWord) -> Result<Answer, UserError> {
        self.asks(Command::Join(JoinCommand::Decide { chat: CHAT_UI, account: ui_account(account), word }))
    }
}

#[test]
fn the_link_is_an_admins_word() {
    let mut story = Story::with_link(false);
    let (began_ms, by) = (story.began_ms, ui_account(story.peers().account));
    let code = JoinCode::parse(&story.link().expect("a link").code).expect("a code");
    assert_eq!((code.chat, code.secret, code.name.as_str()), (CHAT, SECRET, "Group"));
    assert_eq!(code.admins, [story.me.account, story.peers().account]);
    let lines = [SystemLine::GroupLinkChanged { by, news: LinkNews::On }];
    assert_eq!(story.lines(), lines);
    // Of a length that none has, of a far future, by a member who is no admin.
    story.hears(2, linked(&[1; 15], false, began_ms + 1));
    story.hears(3, linked(&[1; 16], false, began_ms + 2 * SKEW_MAX_MS));
    story.peer_is_admin(false);
    story.hears(4, linked(&[1; 16], false, began_ms + 1));
    story.hears(5, linked(&[], false, began_ms + 1));
    assert_eq!(JoinCode::parse(&story.link().expect("a link").code).expect("a code").secret, SECRET);
    assert_eq!(story.lines(), lines);
    // Nor does who is none see it, or change it.
    story.is_admin(story.me.account, false);
    assert_eq!(story.link(), None);
    for change in [LinkChange::On, LinkChange::Reset, LinkChange::Off, LinkChange::Approval(true)] {
        let command = Command::Join(JoinCommand::SetLink { chat: CHAT_UI, change });
        assert_eq!(story.asks(command), Err(UserError::OnlyAdmin));
    }
    assert_eq!(story.decides(ASKER, JoinWord::LetIn), Err(UserError::OnlyAdmin));
}

#[test]
fn an_admin_turns_the_link_on_resets_it_and_turns_it_off() {
    let mut story = Story::with_link(false);
    let changes = |story: &mut Story, change| {
        assert_eq!(story.asks(Command::Join(JoinCommand::SetLink { chat: CHAT_UI, change })), Ok(Answer::Done));
    };
    let secret = |link: Option<Shown>| JoinCode::parse(&link.expect("a link").code).expect("a code").secret;
    changes(&mut story, LinkChange::On);
    assert!(story.sends().is_empty(), "there is one");
    changes(&mut story, LinkChange::Approval(true));
    story.says_it();
    let link = story.link();
    assert!(link.as_ref().is_some_and(|link| link.approval) && secret(link) == SECRET);
    changes(&mut story, LinkChange::Reset);
    story.says_it();
    let link = story.link();
    assert!(link.as_ref().is_some_and(|link| link.approval));
    assert_ne!(secret(link), SECRET);
    changes(&mut story, LinkChange::Off);
    story.says_it();
    assert_eq!(story.link(), None);
    changes(&mut story, LinkChange::On);
    story.says_it();
    assert_ne!(secret(story.link()), SECRET);
    let news = story.lines().into_iter().filter_map(|line| match line {
        SystemLine::GroupLinkChanged { news, .. } => Some(news),
        _ => None,
    });
    assert_eq!(news.collect::<Vec<_>>(), [LinkNews::On, LinkNews::Reset, LinkNews::Off, LinkNews::On]);
}

#[test]
fn who_has_the_secret_comes_in_and_nobody_else() {
    let mut story = Story::with_link(false);
    for secret in [&[8; 16][..], &SECRET[..15], &[]] {
        assert_eq!(story.is_asked(ASKER, secret), Some(Verdict::Void));
    }
    assert!(story.lets_in().is_empty());
    assert_eq!(story.is_asked(ASKER, &SECRET), None, "they come in, and need no word");
    assert_eq!(story.lets_in(), [ASKER]);
    let member = story.peers().account;
    assert_eq!(story.is_asked(member, &SECRET), Some(Verdict::IsIn));
    // Asked before a reset, and given again by the server behind it.
    let began_ms = story.began_ms;
    story.hears(2, linked(&[8; 16], false, began_ms + 1));
    assert_eq!(story.is_asked(AccountId([0x34; 16]), &SECRET), Some(Verdict::Void));
    story.hears(3, linked(&[], false, began_ms + 2));
    for secret in [&SECRET[..], &[8; 16], &[]] {
        assert_eq!(story.is_asked(AccountId([0x35; 16]), secret), Some(Verdict::Void));
    }
    assert_eq!(story.lets_in(), [ASKER]);
}

#[test]
fn one_who_is_no_admin_any_more_lets_nobody_in() {
    let mut story = Story::with_link(false);
    story.is_admin(story.me.account, false);
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Void));
    assert!(story.lets_in().is_empty());
}

#[test]
fn who_is_blocked_gets_no_answer() {
    let mut story = Story::with_link(false);
    story.chat_with(ASKER);
    story.does(|client, cx| {
        client.session.goes_up();
        client.set_blocked(cx, 1, ui_account(ASKER), true)
    });
    assert!(crate::blocking::is_blocked(&story.db, ASKER).expect("read"));
    assert_eq!(story.is_asked(ASKER, &SECRET), None);
    assert!(story.lets_in().is_empty());
}

#[test]
fn who_was_put_out_comes_back_by_an_admins_word_alone() {
    let mut story = Story::with_link(false);
    let sql = "INSERT INTO group_gone (chat, account, seq) VALUES (?1, ?2, 1)";
    story.db.execute(sql, params![CHAT.as_bytes(), ASKER.as_bytes()]).expect("gone");
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Waits));
    assert!(story.lets_in().is_empty());
    assert_eq!(story.asking(), [ASKER]);
}

#[test]
fn where_approval_is_needed_an_admin_says_who_comes_in_and_all_their_devices_know() {
    let mut story = Story::with_link(true);
    let others = [AccountId([0x34; 16]), AccountId([0x35; 16]), AccountId([0x36; 16])];
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Waits));
    for other in others {
        assert_eq!(story.is_asked(other, &SECRET), Some(Verdict::Waits));
    }
    assert_eq!(story.asking().len(), 4);
    assert!(story.lets_in().is_empty());
    assert_eq!(story.decides(ASKER, JoinWord::LetIn), Ok(Answer::Done));
    assert_eq!((story.lets_in(), story.verdicts(ASKER).last()), (vec![ASKER], Some(&Verdict::LetIn)));
    assert_eq!(story.decides(others[0], JoinWord::Decline), Ok(Answer::Done));
    assert_eq!(story.verdicts(others[0]).last(), Some(&Verdict::Declined));
    assert_eq!(story.asking(), others[1..]);
    assert_eq!(story.decides(others[0], JoinWord::LetIn), Err(UserError::NotFound), "it was declined");
    // Whoever was declined asks again.
    assert_eq!(story.is_asked(others[0], &SECRET), Some(Verdict::Declined));
    // Another device of this account decides.
    for (other, verdict) in others[1..].iter().zip([Verdict::Declined, Verdict::LetIn]) {
        let chat = story.chat_with(*other);
        let sibling = DeviceAddress { device: proto::ids::DeviceNumber(2), ..story.me };
        let answer = JoinAnswer { message_id: other.to_vec(), verdict: verdict.into() };
        story.does(|client, cx| client.on_join_answer(cx, &chat, sibling, &answer));
    }
    assert_eq!(story.asking(), []);
    assert_eq!(story.is_asked(others[1], &SECRET), Some(Verdict::Declined));
    assert_eq!(story.lets_in(), [ASKER], "the other device does that");
}

#[test]
fn a_request_ends_with_its_withdrawal_or_its_time() {
    let mut story = Story::with_link(true);
    assert_eq!(story.is_asked_at(ASKER, &SECRET, now_ms() - LIFE_MS), None, "it was asked a week ago");
    assert_eq!(story.is_asked_at(ASKER, &SECRET, now_ms() - LIFE_MS + 60_000), Some(Verdict::Waits));
    assert_eq!(story.asking(), [ASKER]);
    story.db.execute("UPDATE join_request SET asked_ms = asked_ms - 60000", []).expect("time passes");
    assert_eq!(story.asking(), []);
    let other = AccountId([0x34; 16]);
    story.is_asked(other, &SECRET);
    let count = "SELECT count(*) FROM join_request";
    assert_eq!(story.db.query_row(count, [], |row| row.get(0)), Ok(1), "what is over is gone");
    let chat = story.chat_with(other);
    let sender = DeviceAddress { account: other, device: proto::ids::DeviceNumber(1) };
    let request = JoinRequest { chat: CHAT.to_vec(), secret: Vec::new(), withdrawn: true };
    let place = Place { seq: 9, time_ms: now_ms() };
    story.does(|client, cx| client.on_join_request(cx, (&chat, sender), &[1; 16], &request, place));
    assert_eq!(story.asking(), []);
}

#[test]
fn a_full_group_says_so() {
    let mut story = Story::with_link(false);
    for number in 0..identity::mls::MEMBERS_NOW_MAX - 2 {
        let account = AccountId([u8::try_from(number).expect("few") + 100; 16]);
        assert_eq!(story.is_asked(account, &SECRET), None);
    }
    assert_eq!(story.lets_in().len(), identity::mls::MEMBERS_NOW_MAX - 2);
    assert_eq!(story.is_asked(ASKER, &SECRET), Some(Verdict::Full));
}

#[test]
fn requests_are_limited() {
    // In a group.
    let mut story = Story::with_link(true);
    let account = |number: u32| AccountId([number.to_be_bytes(); 4].concat().try_into().expect("16 bytes"));
    for number in 1..=100 {
        assert_eq!(story.is_asked(account(number), &SECRET), Some(Verdict::Waits), "{number}");
    }
    assert_eq!(story.is_asked(account(101), &SECRET), None);
    assert_eq!(story.is_asked(account(100), &SECRET), Some(Verdict::Waits), "who waits may ask again");
    assert_eq!(story.asking().len(), 100);
    // Of one account, in many groups.
    let mut story = Story::with_link(true);
    for number in 1..=8_u8 {
        let sql = "INSERT INTO join_request (chat, account, request, asked_ms) VALUES (?1, ?2, x'', ?3)";
        story.db.execute(sql, params![[number; 16], ASKER.as_bytes(), now_ms()]).expect("elsewhere");
    }
    assert_eq!(story.is_asked(ASKER, &SECRET), None);
    // In an hour: no flood of answers.
    let mut story = Story::with_link(true);
    for _ in 0..20 {
        assert_eq!(story.is_asked(ASKER, &[8; 16]), Some(Verdict::Void));
    }
    assert_eq!(story.is_asked(ASKER, &SECRET), None);
    assert_eq!(story.is_asked(account(1), &SECRET), Some(Verdict::Waits));
}

/// A phone that has opened a link of a group that it is not in, with three admins.
struct Asks {
    story: Story,
    code: JoinCode,
}

impl Asks {
    fn new() -> Self {
        let story = Story::with_link(false);
        let server_id = ServerId::of_key(&[9; 32]);
        let admins = [0x51, 0x52, 0x53].map(|admin| AccountId([admin; 16])).to_vec();
        let code =
            JoinCode { server_id, chat: ChatId([0xD; 16]), call: true, secret: SECRET, admins, name: "Ours".into() };
        Self { story, code }
    }

    fn says(&mut self, command: JoinCommand) -> Result<JoinRow, UserError> {
        match self.story.asks(Command::Join(command))? {
            Answer::Join(row) => Ok(row),
            other => panic!("no row: {other:?}"),
        }
    }

    fn asks(&mut self) -> Result<JoinRow, UserError> {
        let text = format!("https://chat.example/#/join/{}", self.code.to_text());
        self.says(JoinCommand::Ask { text })
    }

    fn state(&mut self) -> JoinState {
        self.says(JoinCommand::Read { text: self.code.to_text() }).expect("a row").state
    }

    fn requests(&self, admin: AccountId) -> Vec<JoinRequest> {
        let request = |body| match body {
            content::Body::JoinRequest(request) => Some(request),
            _ => None,
        };
        said_to(&self.story.db, admin).into_iter().filter_map(request).collect()
    }

    fn hears_answer(&mut self, from: AccountId, to: AccountId, verdict: Verdict) {
        let sql = "SELECT request FROM join_ask_admin WHERE admin = ?1";
        let request: Vec<u8> = self.story.db.query_row(sql, [to.as_bytes()], |row| row.get(0)).expect("asked");
        let chat = self.story.chat_with(from);
        let sender = DeviceAddress { account: from, device: proto::ids::DeviceNumber(1) };
        let answer = JoinAnswer { message_id: request, verdict: verdict.into() };
        self.story.does(|client, cx| client.on_join_answer(cx, &chat, sender, &answer));
    }
}

#[test]
fn all_admins_of_a_link_are_asked_in_chats_that_stand_in_no_list() {
    let mut asks = Asks::new();
    let admins = asks.code.admins.clone();
    assert_eq!(asks.state(), JoinState::Open);
    let rows = |asks: &Asks| {
        let listed = |cx: &mut Context<'_>| crate::chat_list::rows(cx, None, &BTreeSet::new()).expect("rows").len();
        step(&asks.story.db, now_ms(), listed).0
    };
    let before = rows(&asks);
    let row = asks.asks().expect("asked");
    assert_eq!((row.name.as_str(), row.call, row.state), ("Ours", true, JoinState::Asking));
    assert_eq!(rows(&asks), before);
    for admin in &admins {
        let expected = JoinRequest { chat: asks.code.chat.to_vec(), secret: SECRET.to_vec(), withdrawn: false };
        assert_eq!(asks.requests(*admin), [expected]);
    }
    assert_eq!(asks.asks().expect("asked").state, JoinState::Asking);
    assert_eq!(asks.requests(admins[0]).len(), 1, "once");
    // What somebody writes there shows the chat.
    let chat = asks.story.chat_with(admins[0]);
    let command = Command::SendText {
        chat: client_api::ChatId(chat.chat.0),
        text: "hello".into(),
        written_for: None,
        answers: None,
    };
    asks.story.asks(command).expect("written");
    assert_eq!(rows(&asks), before + 1);
}

#[test]
fn what_the_admins_say_is_told() {
    for (verdicts, expected) in [
        (&[(0, Verdict::Void)][..], JoinState::Asking),
        (&[(0, Verdict::Void), (1, Verdict::Void), (2, Verdict::Void)], JoinState::Void),
        (&[(0, Verdict::Void), (1, Verdict::Waits)], JoinState::Waiting),
        (&[(0, Verdict::Waits), (1, Verdict::Full)], JoinState::Full),
        (&[(0, Verdict::Waits), (1, Verdict::Declined)], JoinState::Declined),
        (&[(0, Verdict::Waits), (1, Verdict::LetIn)], JoinState::Waiting),
        (&[(2, Verdict::IsIn)], JoinState::In),
        (&[(2, Verdict::Unspecified)], JoinState::Asking),
    ] {
        let mut asks = Asks::new();
        asks.asks().expect("asked");
        let admins = asks.code.admins.clone();
        for (admin, verdict) in verdicts {
            asks.hears_answer(admins[*admin], admins[*admin], *verdict);
        }
        assert_eq!(asks.state(), expected, "{verdicts:?}");
    }
}

#[test]
fn who_was_in_and_is_not_any_more_asks_anew() {
    let mut asks = Asks::new();
    asks.code.chat = CHAT;
    asks.story.db.execute("UPDATE chat SET membership = 3 WHERE chat = ?1", [CHAT.as_bytes()]).expect("out");
    assert_eq!(asks.asks().expect("asked").state, JoinState::Asking);
    asks.story.does(|client, cx| client.enter(cx, CHAT, None, Place { seq: 5, time_ms: now_ms() }));
    assert_eq!(asks.state(), JoinState::In);
    asks.story.does(|_, cx| {
        let chat = chats::find(cx.db, CHAT)?.expect("the group");
        end(cx, &chat)
    });
    assert_eq!(asks.state(), JoinState::Open);
    assert_eq!(asks.asks().expect("asked").state, JoinState::Asking);
    assert_eq!(asks.requests(asks.code.admins[0]).len(), 2);
}

#[test]
fn an_answer_counts_from_the_admin_who_was_asked() {
    let mut asks = Asks::new();
    asks.asks().expect("asked");
    let admins = asks.code.admins.clone();
    asks.hears_answer(admins[1], admins[0], Verdict::Declined);
    asks.hears_answer(ASKER, admins[0], Verdict::Declined);
    assert_eq!(asks.state(), JoinState::Asking);
}

#[test]
fn where_one_admin_declines_the_others_need_not_decide() {
    let mut asks = Asks::new();
    asks.asks().expect("asked");
    let admins = asks.code.admins.clone();
    asks.hears_answer(admins[1], admins[1], Verdict::Waits);
    asks.hears_answer(admins[2], admins[2], Verdict::Void);
    asks.hears_answer(admins[0], admins[0], Verdict::Declined);
    let withdrawn = |asks: &Asks| admins.iter().map(|admin| asks.requests(*admin).len()).collect::<Vec<_>>();
    assert_eq!(withdrawn(&asks), [1, 2, 1]);
    assert!(asks.requests(admins[1]).last().is_some_and(|request| request.withdrawn && request.secret.is_empty()));
    // The owner wants it no more.
    let mut asks = Asks::new();
    asks.asks().expect("asked");
    let chat = client_api::ChatId(asks.code.chat.0);
    assert_eq!(asks.story.asks(Command::Join(JoinCommand::Forget { chat })), Ok(Answer::Done));
    assert_eq!(withdrawn(&asks), [2, 2, 2]);
    assert_eq!(asks.state(), JoinState::Open);
}

#[test]
fn links_that_lead_nowhere_are_named() {
    let mut asks = Asks::new();
    asks.code.server_id = ServerId([1; 16]);
    assert_eq!(asks.asks(), Err(UserError::CodeOtherServer));
    for (text, error) in [
        ("https://chat.example/#/join/HGJ1:AAAA", UserError::CodeDamaged),
        ("https://chat.example/", UserError::CodeNotOurs),
        ("HGJ2:AAAA", UserError::CodeOtherVersion),
        ("HG1:AAAA", UserError::CodeOtherKind),
    ] {
        assert_eq!(asks.says(JoinCommand::Read { text: text.into() }), Err(error), "{text}");
    }
    // The group that this account is in, and a link that leads to nobody but oneself.
    let mut asks = Asks::new();
    asks.code.chat = CHAT;
    assert_eq!(asks.asks().expect("a row").state, JoinState::In);
    let mut asks = Asks::new();
    asks.code.admins = vec![asks.story.me.account];
    assert_eq!(asks.asks(), Err(UserError::NotFound));
}

#[test]
fn links_that_were_opened_are_forgotten_after_a_while() {
    let mut asks = Asks::new();
    for number in 1..=20_u8 {
        asks.code.chat = ChatId([number; 16]);
        asks.asks().expect("asked");
    }
    let count = |asks: &Asks, table: &str| -> u32 {
        asks.story.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("counted")
    };
    assert_eq!((count(&asks, "join_ask"), count(&asks, "join_ask_admin")), (16, 48));
    asks.story.db.execute("UPDATE join_ask SET asked_ms = asked_ms - ?1", [LIFE_MS]).expect("time passes");
    assert_eq!(asks.state(), JoinState::Open);
}

/// The link names the admin's account, whose id is the hash of its key.
#[test]
fn a_server_that_gives_another_key_for_an_admin_is_asked_no_further() {
    let mut asks = Asks::new();
    let (admin, other) = (Peer::of(111), Peer::of(121));
    asks.code.admins = vec![admin.list.account()];
    asks.asks().expect("asked");
    let chat = chats::find_with(&asks.story.db, ChatKind::Direct, admin.list.account()).expect("read").expect("a chat");
    let given = |list: &identity::VerifiedDeviceList| {
        let account = admin.list.account().to_vec();
        let signed_device_list = list.as_bytes().to_vec();
        Reply::Ok(DeviceLists { accounts: vec![AccountDevices { account, signed_device_list, seen: Vec::new() }] })
    };
    let claims = |out: &[Output]| {
        out.iter().filter(|output| matches!(output, Output::Http(request) if request.path.contains("claim"))).count()
    };
    let out = asks.story.does(|client, cx| client.on_lists_for_creating(cx, chat.chat, given(&other.list)));
    assert_eq!(claims(&out), 0);
    let told = crate::testing::notices(out);
    assert!(matches!(told[..], [Notice::ServerNotTrusted { .. }]), "{told:?}");
    let out = asks.story.does(|client, cx| client.on_lists_for_creating(cx, chat.chat, given(&admin.list)));
    assert_eq!(claims(&out), 1);
}

#[test]
fn a_call_link_is_a_group_of_its_own_with_a_link_that_lets_in() {
    let mut story = Story::with_link(false);
    let made = story.asks(Command::Join(JoinCommand::MakeCallLink { name: "Call of Ada".into() }));
    let Ok(Answer::CallLink { chat, code }) = made else { panic!("no link: {made:?}") };
    assert_eq!(format!("{code:?}"), "LinkCode");
    let code = JoinCode::parse(&code.0).expect("a code");
    assert_eq!((code.chat.0, code.call, code.name.as_str()), (chat.0, true, "Call of Ada"));
    assert_eq!(code.admins, [story.me.account]);
    let said = own_words::under_way(&story.db, code.chat).expect("read");
    let is_it = |body: &content::Body| match body {
        content::Body::GroupLink(link) => link.call && !link.approval && link.secret == code.secret,
        _ => false,
    };
    assert!(said.iter().any(is_it), "{}", said.len());
}

#[test]
fn who_came_later_is_told_the_link() {
    let mut story = Story::with_link(true);
    story.does(|client, cx| client.say_link(cx, CHAT));
    let told = own_words::under_way(&story.db, CHAT).expect("read");
    let [content::Body::GroupLink(link)] = &told[..] else { panic!("{}", told.len()) };
    assert!(link.again && link.approval && link.secret == SECRET);
    let mut later = Story::new();
    later.db.execute("UPDATE this SET server_key = ?1", [[9_u8; 32]]).expect("a server");
    later.db.execute("UPDATE chat SET joined_ms = ?1", [link.clock_ms + 1]).expect("came later");
    later.hears(1, told[0].clone());
    assert!(later.link().is_some_and(|link| link.approval));
    assert_eq!(later.lines(), []);
}
