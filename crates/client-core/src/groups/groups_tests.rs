//! A phone in a group of many: what is said of the group and of who may do what, by whom, and in which order.

use super::*;
use crate::io::Output;
use crate::testing::story::{CHAT_UI, edit, id, reaction, saying, text};
use crate::testing::{CHAT, Peer, now_ms, phone, step};
use client_api::{
    Answer, ChatInfo, Command, Event, GroupRules as Rules, MessageStatus, Request, RulesChange, UserError, WindowAnchor,
};
use proto::content::call_word::Word;
use proto::content::group_about::About;
use proto::content::{CallWord, GroupAbout, GroupPhoto, GroupRules, Resent, StateOp};
use proto::ids::{DeviceAddress, OpId};
use proto::wire::{Accepted, App, ClientFrame, GroupItem, client_frame, group_item, item, reply};

mod hostile;
mod links;
mod timer;

const ONLY_ADMINS: Rules = Rules { only_admins_send: true, everybody_edits: false };
const ALL_EDIT: Rules = Rules { only_admins_send: false, everybody_edits: true };

/// The phone and a peer are admins of a group.
struct Story {
    client: Client,
    db: Connection,
    peer: Peer,
    me: DeviceAddress,
    /// The last entry of the log that the phone has followed.
    seq: u64,
    began_ms: u64,
}

/// Of 16 pixels a side, as it says.
fn jpeg(of: u8, len: usize) -> Vec<u8> {
    let frame = [0xff, 0xd8, 0xff, 0xc0, 0, 7, 8, 0, 16, 0, 16];
    frame.into_iter().chain(std::iter::repeat(of)).take(len + 3).collect()
}

fn described(words: &str, clock_ms: u64) -> content::Body {
    let about = Some(About::Description(words.to_owned()));
    content::Body::GroupAbout(GroupAbout { clock_ms, again: false, about })
}

fn pictured(of: u8, clock_ms: u64) -> content::Body {
    let photo = GroupPhoto { photo_jpeg: jpeg(of, 60_000), thumb_jpeg: jpeg(of, 5_000) };
    content::Body::GroupAbout(GroupAbout { clock_ms, again: false, about: Some(About::Photo(photo)) })
}

fn ruled(rules: Rules, clock_ms: u64) -> content::Body {
    let Rules { only_admins_send, everybody_edits } = rules;
    content::Body::GroupRules(GroupRules { clock_ms, again: false, only_admins_send, everybody_edits })
}

impl Story {
    fn new() -> Self {
        let (client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_group_with(&db);
        let (me, _) = step(&db, 1, |cx| cx.me().expect("me").address);
        let began_ms = now_ms() - 60_000;
        let mut story = Self { client, db, peer, me, seq: 1, began_ms };
        story.does(|client, cx| client.enter(cx, CHAT, None, Place { seq: 1, time_ms: began_ms }));
        step(&story.db, now_ms(), |cx| crate::witness::begin_with(cx, CHAT, 1, b"the first entry").expect("begun"));
        story
    }

    fn does(&mut self, run: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<(), Halt>) -> Vec<Output> {
        step(&self.db, now_ms(), |cx| run(&mut self.client, cx).expect("no halt")).1
    }

    fn asks(&mut self, command: Command) -> Result<Answer, UserError> {
        let out = self.does(|client, cx| client.on_command(cx, Request { id: 7, command }));
        out.into_iter()
            .find_map(|output| match output {
                Output::Event(Event::Answered { request: 7, result }) => Some(result),
                _ => None,
            })
            .expect("an answer")
    }

    fn peers(&self) -> DeviceAddress {
        self.peer.list.addresses().next().expect("a device")
    }

    fn is_admin(&self, account: AccountId, admin: bool) {
        let sql = "UPDATE group_member SET admin = ?2 WHERE account = ?1";
        assert_eq!(self.db.execute(sql, params![account.as_bytes(), admin]).expect("set"), 1);
    }

    fn peer_is_admin(&self, admin: bool) {
        self.is_admin(self.peers().account, admin);
    }

    fn entry(&mut self, sender: DeviceAddress, op_id: Vec<u8>, bytes: Vec<u8>) {
        self.seq += 1;
        let group = GroupItem {
            chat: CHAT.to_vec(),
            generation: 1,
            seq: self.seq,
            kind: group_item::Kind::App.into(),
            sender: Some(sender.to_wire()),
            op_id,
            time_ms: self.began_ms + self.seq,
            bytes,
            ..GroupItem::default()
        };
        let item = proto::wire::Item { queue_seq: self.seq, body: Some(item::Body::Group(group)) };
        self.does(|client, cx| client.on_item(cx, &item));
    }

    /// The next entry of the log is the peer's.
    fn hears(&mut self, number: u8, body: content::Body) {
        let content = saying(number, body);
        self.hears_content(&content);
    }

    fn hears_content(&mut self, content: &Content) {
        let mut group = self.peer.group();
        let sealed = self
            .peer
            .act(|provider, device| group.encrypt(provider, device, &content.encode_to_vec(), b"").expect("sealed"));
        let (peers, op_id) = (self.peers(), (self.seq + 1).to_be_bytes().repeat(2));
        self.entry(peers, op_id, sealed);
    }

    /// What goes out now, and waits for its verdict.
    fn sends(&mut self) -> Vec<App> {
        let out = self.does(|client, cx| {
            client.flights.clear();
            client.send_waiting(cx)
        });
        let app = |output| match output {
            Output::Send(frame) => match ClientFrame::decode(frame.as_slice()).expect("a frame").body {
                Some(client_frame::Body::App(app)) => Some(app),
                _ => None,
            },
            _ => None,
        };
        out.into_iter().filter_map(app).collect()
    }

    fn sends_one(&mut self) -> App {
        let mut sent = self.sends();
        assert_eq!(sent.len(), 1);
        sent.remove(0)
    }

    /// The server says that it took it, at this place.
    fn is_accepted(&mut self, app: &App, seq: u64) {
        let op_id = OpId::try_from(app.op_id.as_slice()).expect("an id");
        let accepted = Accepted { seq, time_ms: self.began_ms + seq, ..Accepted::default() };
        self.does(|client, cx| client.on_verdict(cx, op_id, Some(reply::Body::Accepted(accepted))));
    }

    /// It comes round, as the next entry of the log.
    fn comes_round(&mut self, app: &App) {
        self.entry(self.me, app.op_id.clone(), app.ciphertext.clone());
    }

    /// What waits is said, and what goes behind it, as a key of notifications.
    fn says_it(&mut self) {
        let app = self.sends_one();
        self.comes_round(&app);
        while let Some(behind) = self.sends().pop() {
            self.comes_round(&behind);
        }
    }

    fn writes(&mut self, words: &str) -> Result<Answer, UserError> {
        self.asks(Command::SendText { chat: CHAT_UI, text: words.to_owned(), written_for: None, answers: None })
    }

    /// What who came is told.
    fn tells_again(&mut self) -> Vec<content::Body> {
        self.does(|client, cx| client.say_rules(cx, CHAT));
        self.does(|client, cx| client.say_about_again(cx, CHAT));
        let mut told = Vec::new();
        while let Some(operation) = outbox::head(&self.db, CHAT).expect("read") {
            step(&self.db, 1, |cx| outbox::remove(cx, operation.op_id).expect("removed"));
            told.push(Content::decode(operation.content.as_slice()).expect("a content").body.expect("a body"));
        }
        told
    }

    fn info(&mut self) -> ChatInfo {
        let open = |client: &mut Client, cx: &mut Context<'_>| {
            client.session = crate::session::Session::default();
            client.open_chat(cx, 1, CHAT_UI, WindowAnchor::Newest, 10)
        };
        let out = self.does(open);
        let info = |output| match output {
            Output::Event(Event::ChatInfo(info)) => Some(info),
            _ => None,
        };
        out.into_iter().find_map(info).expect("the group's facts")
    }

    fn description(&mut self) -> String {
        self.info().about
    }

    fn lines(&self) -> Vec<SystemLine> {
        let sql = "SELECT content FROM message WHERE kind = 2 ORDER BY time_ms";
        let mut statement = self.db.prepare(sql).expect("sql");
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        rows.map(|row| notices::decode(&row.expect("a line")).expect("known")).collect()
    }

    fn texts(&self) -> Vec<(u8, Option<MessageStatus>)> {
        let sql = "SELECT message FROM message WHERE kind IN (0, 1, 3) ORDER BY time_ms";
        let mut statement = self.db.prepare(sql).expect("sql");
        let ids: Vec<[u8; 16]> =
            statement.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("ids");
        let row = |id| messages::get_row(&self.db, CHAT, MessageId(id), self.me.account).expect("read").expect("a row");
        ids.into_iter().map(|id| (id[0], row(id).status)).collect()
    }

    fn statuses(&self) -> Vec<Option<MessageStatus>> {
        self.texts().into_iter().map(|(_, status)| status).collect()
    }
}

#[test]
fn what_a_group_shows_is_the_word_of_who_may_edit() {
    let mut story = Story::new();
    let by = ui_account(story.peers().account);
    let began_ms = story.began_ms;
    story.hears(1, described("Every Monday", began_ms));
    story.hears(2, pictured(1, began_ms));
    let info = story.info();
    assert_eq!((info.about.as_str(), info.photo.len(), info.may_edit), ("Every Monday", 60_003, true));
    let (listed, _) =
        step(&story.db, 1, |cx| crate::chat_list::rows(cx, Some(CHAT), &BTreeSet::new()).expect("a row").remove(0));
    assert_eq!(listed.photo, jpeg(1, 5_000));
    assert_eq!(
        story.lines(),
        [SystemLine::GroupDescribed { by, removed: false }, SystemLine::GroupPhotoChanged { by, removed: false }]
    );
    story.peer_is_admin(false);
    story.hears(3, described("Mine", began_ms + 1));
    story.hears(4, content::Body::GroupName(GroupName { name: "Mine".into(), clock_ms: began_ms + 1 }));
    story.hears(5, ruled(ALL_EDIT, began_ms + 1));
    let info = story.info();
    assert_eq!((info.about.as_str(), info.title.as_str(), info.rules), ("Every Monday", "Group", Rules::default()));
    assert_eq!(story.lines().len(), 2);
    // An admin lets everybody.
    let rules = Command::SetGroupRules { chat: CHAT_UI, change: ALL_EDIT.into() };
    assert_eq!(story.asks(rules), Ok(Answer::Done));
    story.says_it();
    story.hears(6, described("Ours", began_ms + 2));
    story.hears(7, content::Body::GroupName(GroupName { name: "Ours".into(), clock_ms: began_ms + 2 }));
    let info = story.info();
    assert_eq!((info.about.as_str(), info.title.as_str(), info.rules), ("Ours", "Ours", ALL_EDIT));
    // None any more.
    story.hears(8, described("", began_ms + 3));
    assert_eq!(story.description(), "");
    assert_eq!(story.lines().last(), Some(&SystemLine::GroupDescribed { by, removed: true }));
}

#[test]
fn of_several_words_the_latest_counts_and_none_is_of_a_far_future() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.hears(1, described("late", began_ms + 9));
    story.hears(2, described("early", began_ms + 5));
    story.hears(3, described("never", began_ms + 2 * SKEW_MAX_MS));
    story.hears(4, ruled(ONLY_ADMINS, began_ms + 9));
    story.hears(5, ruled(ALL_EDIT, began_ms + 5));
    story.hears(6, ruled(ALL_EDIT, began_ms + 2 * SKEW_MAX_MS));
    let info = story.info();
    assert_eq!((info.about.as_str(), info.rules), ("late", ONLY_ADMINS));
    assert_eq!(story.lines().len(), 2, "{:?}", story.lines());
    // Of one moment: whichever comes first, the same one, and its small picture with it.
    let held = |order: [(u8, u8); 2]| {
        let mut story = Story::new();
        for (photo, thumb) in order {
            let photo = GroupPhoto { photo_jpeg: jpeg(photo, 9), thumb_jpeg: jpeg(thumb, 9) };
            let about = Some(About::Photo(photo));
            story.hears(1, content::Body::GroupAbout(GroupAbout { clock_ms: 77, again: false, about }));
        }
        let read = |key: ChatKey| state::get(&story.db, &key.of(CHAT)).expect("read").expect("a picture");
        (read(ChatKey::GroupPhoto)[11], read(ChatKey::GroupThumb)[11])
    };
    let (one, other) = ((1, 4), (2, 3));
    let first = held([one, other]);
    assert!(first == one || first == other, "{first:?}");
    assert_eq!(held([other, one]), first);
}

#[test]
fn where_only_admins_send_nobody_takes_what_others_say() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.hears(1, text("before"));
    story.hears(2, ruled(ONLY_ADMINS, began_ms + 1));
    story.hears(3, text("as an admin"));
    story.peer_is_admin(false);
    story.hears(4, text("not"));
    story.hears(5, edit(id(1), "not either"));
    story.hears(6, content::Body::Call(proto::content::Call::default()));
    // Of a newer version: nobody knows that it is no message.
    story.hears_content(&Content { message_id: id(7).to_vec(), ..Content::default() });
    story.hears(8, reaction(id(3), "👍"));
    assert_eq!(story.texts(), [(1, None), (3, None)]);
    let row = |number| messages::get_row(&story.db, CHAT, id(number), story.me.account).expect("read").expect("a row");
    assert!(!row(1).edited);
    assert_eq!(row(3).reactions.len(), 1, "everybody reacts");
    let rules = Command::SetGroupRules { chat: CHAT_UI, change: Rules::default().into() };
    assert_eq!(story.asks(rules), Ok(Answer::Done));
    story.says_it();
    story.hears(9, text("everybody again"));
    assert_eq!(story.texts().len(), 3);
    let (by, me) = (ui_account(story.peers().account), ui_account(story.me.account));
    let lines =
        [SystemLine::WhoMaySend { by, only_admins: true }, SystemLine::WhoMaySend { by: me, only_admins: false }];
    assert_eq!(story.lines(), lines);
}

/// Of a call that goes on or that nobody has made: it rings all the same.
#[test]
fn where_only_admins_send_nobody_else_rings() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    let accounts = vec![story.me.account.to_vec()];
    let rings = CallWord { message_id: id(90).to_vec(), word: Word::Rings.into(), accounts, ..CallWord::default() };
    let said = |story: &Story| {
        let sql = "SELECT count(*) FROM message WHERE target = ?1";
        story.db.query_row(sql, [id(90).as_bytes()], |row| row.get::<_, u32>(0)).expect("counted")
    };
    story.hears(1, ruled(ONLY_ADMINS, began_ms + 1));
    story.hears(2, content::Body::CallWord(rings.clone()));
    assert_eq!(said(&story), 1, "an admin");
    story.peer_is_admin(false);
    story.hears(3, content::Body::CallWord(rings.clone()));
    assert_eq!(said(&story), 1);
    story.hears(4, content::Body::CallWord(CallWord { word: Word::Declined.into(), ..rings }));
    assert_eq!(said(&story), 2, "everybody answers and declines");
}

#[test]
fn who_may_not_send_is_told_so_and_what_waited_shows_as_not_sent() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.is_admin(story.me.account, false);
    story.writes("went out").expect("written");
    story.says_it();
    story.writes("waits").expect("written");
    story.hears(1, ruled(ONLY_ADMINS, began_ms + 1));
    assert!(story.sends().is_empty());
    assert_eq!(story.statuses(), [Some(MessageStatus::Sent), Some(MessageStatus::Failed)]);
    assert!(!story.info().may_send);
    let written = story.db.query_row("SELECT message FROM message WHERE failed = 1", [], |row| row.get(0));
    let failed = client_api::MessageId(written.expect("the one that waited"));
    let sent = story.db.query_row("SELECT message FROM message WHERE seq = 2", [], |row| row.get(0));
    let sent = client_api::MessageId(sent.expect("the other one"));
    for command in [
        Command::SendText { chat: CHAT_UI, text: "more".into(), written_for: None, answers: None },
        Command::RetryMessage { chat: CHAT_UI, message: failed },
        Command::EditText { chat: CHAT_UI, message: sent, text: "changed".into() },
        Command::ForwardMessages { chat: CHAT_UI, messages: vec![sent], to: vec![(CHAT_UI, None)] },
        Command::SetGroupRules { chat: CHAT_UI, change: Rules::default().into() },
        Command::DescribeGroup { chat: CHAT_UI, description: "mine".into() },
        Command::SetGroupPhoto { chat: CHAT_UI, photo: jpeg(1, 9), thumb: jpeg(1, 9) },
        Command::RenameGroup { chat: CHAT_UI, name: "mine".into() },
    ] {
        assert_eq!(story.asks(command), Err(UserError::OnlyAdmin));
    }
    assert!(story.sends().is_empty());
    assert!(story.asks(Command::React { chat: CHAT_UI, message: sent, emoji: "👍".into() }).is_ok());
    assert_eq!(story.sends().len(), 1);
}

/// The others have read the rule before the message, and so must this device, although it hears of the rule later.
#[test]
fn an_own_message_behind_the_rule_is_not_sent_whichever_is_heard_of_first() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.is_admin(story.me.account, false);
    story.writes("before").expect("written");
    story.says_it();
    story.writes("behind").expect("written");
    let behind = story.sends_one();
    story.is_accepted(&behind, story.seq + 2);
    assert_eq!(story.statuses(), [Some(MessageStatus::Sent); 2]);
    story.hears(1, ruled(ONLY_ADMINS, began_ms + 1));
    story.comes_round(&behind);
    assert_eq!(story.statuses(), [Some(MessageStatus::Sent), Some(MessageStatus::Failed)]);

    for deleted in [false, true] {
        let mut story = Story::new();
        story.is_admin(story.me.account, false);
        story.writes("behind").expect("written");
        let behind = story.sends_one();
        story.hears(1, ruled(ONLY_ADMINS, began_ms + 1));
        if deleted {
            story.db.execute("DELETE FROM message WHERE kind = 0", []).expect("deleted");
        }
        story.is_accepted(&behind, 3);
        assert_eq!(story.statuses(), vec![Some(MessageStatus::Failed); usize::from(!deleted)]);
    }
}

/// The log has it, and so may a device of an older version.
#[test]
fn that_an_own_message_behind_the_rule_is_deleted_is_told_also_while_it_is_to_go_once_more() {
    for again in [false, true] {
        let mut story = Story::new();
        let began_ms = story.began_ms;
        story.is_admin(story.me.account, false);
        story.writes("behind").expect("written");
        let behind = story.sends_one();
        story.hears(1, ruled(ONLY_ADMINS, began_ms + 1));
        story.is_accepted(&behind, 3);
        let id = story.db.query_row("SELECT message FROM message WHERE failed > 0", [], |row| row.get(0));
        let message = client_api::MessageId(id.expect("the one behind"));
        if again {
            story.is_admin(story.me.account, true);
            story.asks(Command::RetryMessage { chat: CHAT_UI, message }).expect("goes again");
            assert_eq!(story.statuses(), [Some(MessageStatus::Pending)]);
        }
        let command = Command::DeleteMessages { chat: CHAT_UI, messages: vec![message], for_everyone: true };
        assert_eq!(story.asks(command), Ok(Answer::Done));
        let mut statement = story.db.prepare("SELECT content FROM outbox").expect("sql");
        let waiting = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        let bodies = waiting.map(|content| messages::decoded(content.expect("bytes")).expect("a content").body);
        assert_eq!(bodies.filter(|body| matches!(body, Some(content::Body::Deletion(_)))).count(), 1, "{again}");
        drop(statement);
        while let Some(app) = story.sends().pop() {
            story.comes_round(&app);
        }
        assert_eq!(story.texts().len(), usize::from(again), "{again}");
    }
}

#[test]
fn an_own_word_counts_from_its_place_on_also_after_a_restart() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.asks(Command::DescribeGroup { chat: CHAT_UI, description: "mine".into() }).expect("said");
    let app = story.sends_one();
    assert_eq!(story.description(), "");
    story.is_accepted(&app, 3);
    assert_eq!(story.description(), "", "what stands before it is not known yet");
    // Its maker is no admin any more at that place.
    story.is_admin(story.me.account, false);
    story.hears(1, text("hello"));
    story.comes_round(&app);
    assert_eq!(story.description(), "");

    let mut story = Story::new();
    story.asks(Command::SetGroupRules { chat: CHAT_UI, change: ONLY_ADMINS.into() }).expect("said");
    let app = story.sends_one();
    story.is_accepted(&app, 3);
    story.client = phone().0;
    story.hears(1, ruled(ALL_EDIT, began_ms));
    assert_eq!(story.info().rules, ALL_EDIT);
    story.comes_round(&app);
    assert_eq!(story.info().rules, ONLY_ADMINS);
    assert_eq!(story.db.query_row("SELECT count(*) FROM group_word", [], |row| row.get::<_, u32>(0)), Ok(0));
    // The next one to follow is taken with its verdict.
    story.asks(Command::DescribeGroup { chat: CHAT_UI, description: " ours\n".into() }).expect("said");
    let app = story.sends_one();
    story.is_accepted(&app, 4);
    assert_eq!(story.description(), "ours");
}

#[test]
fn what_is_too_large_or_no_picture_is_refused_here_and_not_taken_from_others() {
    let mut story = Story::new();
    let max = 2_048;
    let long = "x".repeat(2_049);
    let describe = |description: &str| Command::DescribeGroup { chat: CHAT_UI, description: description.into() };
    assert_eq!(story.asks(describe(&long)), Err(UserError::DescriptionTooLong { max }));
    for (photo, thumb) in [
        (jpeg(1, 64 * 1_024), jpeg(1, 9)),
        (b"GIF89a".to_vec(), jpeg(1, 9)),
        (jpeg(1, 9), jpeg(1, 8 * 1_024)),
        (Vec::new(), jpeg(1, 9)),
        (jpeg(1, 9), Vec::new()),
        // It says of itself that it is enormous.
        ([&jpeg(1, 9)[..7], &[0x10, 1, 0, 16, 1]].concat(), jpeg(1, 9)),
    ] {
        let command = Command::SetGroupPhoto { chat: CHAT_UI, photo: photo.clone(), thumb: thumb.clone() };
        assert_eq!(story.asks(command), Err(UserError::PhotoInvalid));
        let about = Some(About::Photo(GroupPhoto { photo_jpeg: photo, thumb_jpeg: thumb }));
        story.hears(1, content::Body::GroupAbout(GroupAbout { clock_ms: 5, again: false, about }));
    }
    story.hears(2, described(&long, 5));
    story.hears(3, described("tricks \u{202e}", 5));
    assert_eq!(story.db.query_row("SELECT count(*) FROM state", [], |row| row.get::<_, u32>(0)), Ok(0));
    // The largest of both go out as messages of the chat.
    let photo = jpeg(1, 64 * 1_024 - 3);
    let command = Command::SetGroupPhoto { chat: CHAT_UI, photo, thumb: jpeg(1, 8 * 1_024 - 3) };
    assert_eq!(story.asks(command), Ok(Answer::Done));
    let app = story.sends_one();
    assert!(app.ciphertext.len() < proto::limits::APP_LEN_MAX);
    story.comes_round(&app);
    assert_eq!(story.info().photo.len(), 64 * 1_024);
}

#[test]
fn who_came_later_is_told_without_a_line_and_devices_of_one_account_agree() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.hears(1, described("Every Monday", began_ms));
    story.hears(2, pictured(1, began_ms));
    story.hears(3, ruled(ALL_EDIT, began_ms));
    story.hears(4, ruled(ONLY_ADMINS, began_ms + 1));
    let told = story.tells_again();
    let mut later = Story::new();
    later.db.execute("UPDATE chat SET joined_ms = ?1", [began_ms + 1]).expect("came later");
    for body in told {
        later.hears(1, body);
    }
    let (info, expected) = (later.info(), story.info());
    assert_eq!((&info.about, &info.photo, info.rules), (&expected.about, &expected.photo, expected.rules));
    assert_eq!(later.lines(), []);
    // What is there no more is told as well: whoever comes back has it still.
    story.hears(5, described("", began_ms + 2));
    for body in story.tells_again() {
        later.hears(2, body);
    }
    assert_eq!(later.description(), "");

    // A device that is linked later gets the state, and judges what stands in between by its place.
    let mut companion = Story::new();
    companion.peer_is_admin(false);
    let ops: Vec<StateOp> = {
        let mut statement = story.db.prepare("SELECT key, value, clock, device FROM state").expect("sql");
        let op = |row: &rusqlite::Row<'_>| {
            let clock = row.get::<_, i64>(2)?.cast_unsigned();
            Ok(StateOp { key: row.get(0)?, value: row.get(1)?, clock, device: row.get(3)? })
        };
        statement.query_map([], op).expect("rows").collect::<Result<_, _>>().expect("operations")
    };
    companion.does(|_, cx| crate::own_state::take(cx, &ops));
    assert_eq!(companion.info().photo, expected.photo);
    for number in 1..=5 {
        companion.hears(number, text("hello"));
    }
    assert_eq!(companion.texts().len(), 3, "the rule stands at the fifth place of the log");
}

#[test]
fn what_waits_to_be_opened_and_was_not_to_be_said_gives_its_place_up() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.hears(1, ruled(ONLY_ADMINS, began_ms + 1));
    let peers = story.peers();
    for admin in [false, true] {
        story.entry(peers, (story.seq + 1).to_be_bytes().repeat(2), b"nobody can open this".to_vec());
        assert_eq!(story.texts().len(), 1, "its place is held");
        story.peer_is_admin(admin);
        let content = Content { message_id: id(9).to_vec(), body: Some(text("late")), ..Content::default() };
        let (seq, op_id) = (story.seq, story.seq.to_be_bytes().repeat(2));
        story.hears(2, content::Body::Resent(Resent { seq, op_id, content: content.encode_to_vec() }));
        assert_eq!(story.texts().iter().map(|(number, _)| *number).collect::<Vec<_>>(), vec![9; usize::from(admin)]);
    }
}

/// They were an admin when they said it: that they are none any more decides nothing about it.
#[test]
fn what_waits_to_be_opened_of_one_who_is_an_admin_no_more_is_not_lost() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.hears(1, ruled(ONLY_ADMINS, began_ms + 1));
    let peers = story.peers();
    story.entry(peers, (story.seq + 1).to_be_bytes().repeat(2), b"nobody can open this".to_vec());
    let (seq, op_id) = (story.seq, story.seq.to_be_bytes().repeat(2));
    story.does(|_, cx| write(cx, CHAT, peers.account, false, seq + 1));
    let content = Content { message_id: id(9).to_vec(), body: Some(text("late")), ..Content::default() };
    story.hears(2, content::Body::Resent(Resent { seq, op_id, content: content.encode_to_vec() }));
    assert_eq!(story.texts(), [(9, None)]);
    story.hears(3, text("now"));
    assert_eq!(story.texts().len(), 1);
}

#[test]
fn of_words_that_are_under_way_the_last_counts() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.hears(1, described("A", began_ms));
    for description in ["B", "A", "A"] {
        story.asks(Command::DescribeGroup { chat: CHAT_UI, description: description.into() }).expect("said");
    }
    for (photo, thumb) in [(jpeg(1, 9), jpeg(1, 9)), (Vec::new(), Vec::new())] {
        story.asks(Command::SetGroupPhoto { chat: CHAT_UI, photo, thumb }).expect("said");
    }
    for change in [
        RulesChange { only_admins_send: Some(true), everybody_edits: None },
        RulesChange { only_admins_send: None, everybody_edits: Some(true) },
        RulesChange { only_admins_send: Some(false), everybody_edits: None },
    ] {
        story.asks(Command::SetGroupRules { chat: CHAT_UI, change }).expect("said");
    }
    let waiting = |story: &Story| story.db.query_row("SELECT count(*) FROM outbox", [], |row| row.get::<_, u32>(0));
    assert_eq!(waiting(&story), Ok(7));
    while let Some(app) = story.sends().pop() {
        story.comes_round(&app);
    }
    let info = story.info();
    assert_eq!((info.about.as_str(), info.photo.len(), info.rules), ("A", 0, ALL_EDIT));
    // Also of one that the server has and that waits for what stands before it.
    story.asks(Command::DescribeGroup { chat: CHAT_UI, description: "B".into() }).expect("said");
    let app = story.sends_one();
    story.is_accepted(&app, story.seq + 2);
    assert_eq!(waiting(&story), Ok(0));
    story.asks(Command::DescribeGroup { chat: CHAT_UI, description: "A".into() }).expect("said");
    story.hears(2, text("hello"));
    story.comes_round(&app);
    assert_eq!(story.description(), "B");
    story.says_it();
    assert_eq!(story.description(), "A");
}

#[test]
fn that_a_word_is_said_again_hides_it_only_from_who_came_after_it() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    let by = ui_account(story.peers().account);
    let again = |mut body: content::Body| {
        match &mut body {
            content::Body::GroupAbout(about) => about.again = true,
            content::Body::GroupRules(rules) => rules.again = true,
            _ => {}
        }
        body
    };
    story.hears(1, again(described("early", began_ms)));
    story.hears(2, again(ruled(ALL_EDIT, began_ms)));
    assert_eq!(story.lines(), []);
    story.hears(3, again(described("in the dark", began_ms + 1)));
    story.hears(4, again(pictured(1, began_ms + 1)));
    story.hears(5, again(ruled(Rules::default(), began_ms + 1)));
    let lines = [
        SystemLine::GroupDescribed { by, removed: false },
        SystemLine::GroupPhotoChanged { by, removed: false },
        SystemLine::WhoMayEdit { by, only_admins: true },
    ];
    assert_eq!(story.lines(), lines);
}

/// A sibling tells of the rule before this device has followed the log to it.
#[test]
fn an_own_message_behind_a_rule_that_a_sibling_told_of_is_not_sent() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.is_admin(story.me.account, false);
    story.writes("behind").expect("written");
    let behind = story.sends_one();
    story.is_accepted(&behind, 3);
    let rules = GroupRules { clock_ms: began_ms + 1, only_admins_send: true, ..GroupRules::default() };
    let kept = proto::content::group_rules_kept::Kept { seq: 2, rules: Some(rules) };
    let value = proto::content::GroupRulesKept { kept: vec![kept] }.encode_to_vec();
    let op = StateOp { key: ChatKey::GroupRules.of(CHAT), value, clock: rules.clock_ms << 16, device: 0 };
    story.does(|_, cx| crate::own_state::take(cx, &[op]));
    story.hears(1, ruled(ONLY_ADMINS, began_ms + 1));
    assert_eq!(story.statuses(), [Some(MessageStatus::Failed)]);
}

#[test]
fn rules_stay_in_force_where_a_server_was_put_back() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    for number in 1..=4 {
        story.hears(number, text("hello"));
    }
    story.hears(5, ruled(ONLY_ADMINS, began_ms + 1));
    story.asks(Command::DescribeGroup { chat: CHAT_UI, description: "mine".into() }).expect("said");
    let app = story.sends_one();
    story.is_accepted(&app, 8);
    assert!(story.sends().is_empty());
    step(&story.db, 1, |cx| rules::log_ends(cx, CHAT, 3).expect("kept"));
    assert_eq!(story.sends().len(), 1, "what the server has lost before it was followed is said once more");
    let chat = chats::find(&story.db, CHAT).expect("read").expect("the group");
    story.is_admin(story.me.account, false);
    let may = |seq| may_send(&story.db, &chat, story.me.account, seq).expect("read");
    assert_eq!([may(2), may(3), may(4)], [true, false, false]);
}

#[test]
fn a_group_that_is_over_leaves_no_pictures_and_gives_them_again_to_who_comes_back() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    story.hears(1, pictured(1, began_ms));
    step(&story.db, 1, |cx| about::put_away(cx, CHAT).expect("put away"));
    let held = "SELECT coalesce(sum(length(value)), 0) FROM state WHERE key LIKE 'group-%'";
    assert_eq!(story.db.query_row(held, [], |row| row.get::<_, u32>(0)), Ok(0));
    let lines = story.lines();
    let content::Body::GroupAbout(about) = pictured(1, began_ms) else { panic!("a photo") };
    story.hears(2, content::Body::GroupAbout(GroupAbout { again: true, ..about }));
    assert_eq!(story.info().photo.len(), 60_003);
    assert_eq!(story.lines(), lines);
    step(&story.db, 1, |cx| {
        let chat = chats::find(cx.db, CHAT).expect("read").expect("the group");
        for number in 0..400_u16 {
            let account = AccountId([number.to_be_bytes(); 8].concat().try_into().expect("16 bytes"));
            let sql = "INSERT INTO group_gone (chat, account, seq) VALUES (?1, ?2, ?3)";
            cx.db.execute(sql, params![CHAT.as_bytes(), account.as_bytes(), number / 2]).expect("gone");
        }
        end(cx, &chat).expect("ended");
    });
    assert_eq!(story.db.query_row(held, [], |row| row.get::<_, u32>(0)), Ok(0));
    let gone =
        story.db.query_row("SELECT count(*), min(seq) > 50 FROM group_gone", [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(gone, Ok((GONE_MAX, true)));
}

#[test]
fn words_that_came_before_this_version_count_after_the_update() {
    let mut story = Story::new();
    let began_ms = story.began_ms;
    let peers = story.peers();
    for (number, body) in [(1, described("Every Monday", began_ms)), (2, ruled(ONLY_ADMINS, began_ms))] {
        let content = saying(number, body);
        let message = messages::NewMessage {
            chat: CHAT,
            id: id(number),
            sender: peers,
            place: Some(Place { seq: u64::from(number) + 1, time_ms: began_ms + u64::from(number) }),
            sent_ms: 1,
            kind: messages::Kind::Newer,
            content: content.encode_to_vec(),
        };
        story.does(|_, cx| messages::store(cx, &message).map(|_| ()));
    }
    // What was said behind them stays: whether this account was an admin then, nobody here knows.
    story.writes("as an admin").expect("written");
    let app = story.sends_one();
    story.seq = 3;
    story.db.execute("UPDATE chat SET applied_seq = 3", []).expect("followed");
    story.comes_round(&app);
    story.is_admin(story.me.account, false);
    story.db.execute("UPDATE this SET bodies_known = 4", []).expect("an older version");
    story.does(|_, cx| messages::read_newer(cx));
    let info = story.info();
    assert_eq!((info.about.as_str(), info.rules), ("Every Monday", ONLY_ADMINS));
    assert_eq!(story.statuses(), [Some(MessageStatus::Sent)]);
}

#[test]
fn a_contact_shows_the_groups_that_both_are_in() {
    let story = Story::new();
    let peers = story.peers().account;
    assert_eq!(of(&story.db, peers).expect("read"), [CHAT]);
    step(&story.db, 1, |cx| {
        let chat = chats::find(cx.db, CHAT).expect("read").expect("the group");
        end(cx, &chat).expect("ended");
    });
    assert_eq!(of(&story.db, peers).expect("read"), []);
}

#[test]
fn who_is_gone_is_still_called_by_their_name() {
    let mut story = Story::new();
    let peers = story.peers().account;
    story.db.execute("UPDATE account SET profile_name = 'Bob' WHERE account = ?1", [peers.as_bytes()]).expect("named");
    let gone = |story: &mut Story| story.info().gone;
    assert_eq!(gone(&mut story), []);
    // Somebody who has written before this device was there, as a companion has it; nobody's lines are nobody's.
    story.hears(1, text("hello"));
    let stranger = AccountId([9; 16]);
    story.db.execute("UPDATE message SET account = ?1 WHERE kind = 0", [stranger.as_bytes()]).expect("theirs");
    story.hears(2, described("a line", 1));
    assert_eq!(gone(&mut story).iter().map(|(account, _)| *account).collect::<Vec<_>>(), [ui_account(stranger)]);
    step(&story.db, 1, |cx| {
        let chat = chats::find(cx.db, CHAT).expect("read").expect("the group");
        leaving::left(cx, &chat, 1).expect("left");
    });
    assert!(!story.info().may_send, "nobody writes where they are not");
    let names: Vec<String> = gone(&mut story).into_iter().map(|(_, name)| name).collect();
    assert!(names.len() == 2 && names.iter().any(|name| name.ends_with("Bob")), "{names:?}");
    // However much each has written: a pass by the primary key, or to the end of what one sender wrote, would read all of it.
    let many = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 2000)
        INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content)
        SELECT ?1, 9000 + n, randomblob(16), 100 + n, ?2, 1, 1, 0, x'' FROM n";
    story.db.execute(many, [CHAT.as_bytes(), peers.as_bytes()]).expect("much");
    let mut statement = story.db.prepare(&format!("EXPLAIN QUERY PLAN {GONE}")).expect("a plan");
    let steps = statement.query_map(params![CHAT.as_bytes(), 1], |row| row.get::<_, String>(3)).expect("steps");
    let on_messages: Vec<String> = steps.filter_map(Result::ok).filter(|step| step.contains(" message ")).collect();
    let by_sender = |step: &String| step.contains("USING INDEX message_by_sender (chat=?");
    assert!(on_messages.len() == 2 && on_messages.iter().all(by_sender), "{on_messages:?}");
    let mut statement = story.db.prepare(GONE).expect("sql");
    let found = statement.query_map(params![CHAT.as_bytes(), GONE_MAX], |_| Ok(())).expect("rows").count();
    let took = statement.get_status(rusqlite::StatementStatus::VmStep);
    assert!(found == 4 && took < 2_000, "{found} in {took} steps");
}
