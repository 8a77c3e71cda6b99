//! A registered phone in a world of harm: frames, HTTP answers, siblings and peers that say anything, commands in between. It
//! must not panic, must not halt, and must not answer a little with a lot.

use crate::real::{self, COMPANION, Chat, PHONE, values};
use crate::script::{Script, chosen};
use client_api::{Command, MessageId, Request, Role, WindowAnchor};
use client_core::{Client, Clock, Config, HttpFailure, HttpRequest, HttpResponse, Input, Output};
use identity::ChatKind;
use prost::Message as _;
use proto::ids::Lease;
use proto::wire::{GroupItem, Item, ServerFrame, group_item, item, server_frame};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use rusqlite::{Connection, Transaction};
use std::collections::VecDeque;

/// Steps of one input.
const STEPS_MAX: usize = 64;
/// Outputs of one input of the core.
const OUTPUTS_MAX: usize = 1_024;
/// Bytes that leave for the network after one input of the core.
const SENT_LEN_MAX: usize = 8 * 1024 * 1024;
const KEY_PACKAGES: usize = 4;
const STATUSES: [u16; 12] = [200, 201, 204, 206, 400, 401, 404, 409, 410, 429, 500, 503];

/// Who says what the phone decrypts.
struct Speaker {
    db: Connection,
    chat: Chat,
}

struct Fixture {
    db: Connection,
    now_ms: u64,
    /// What the server told this phone after the moment of its database.
    frames: Vec<Vec<u8>>,
    speakers: Vec<Speaker>,
}

thread_local! {
    static FIXTURE: Fixture = fixture();
}

fn fixture() -> Fixture {
    let database = |place| real::database(place).expect("a device that was recorded");
    let speaker = |place, kind| {
        let db = database(place);
        let chat = *real::chats(&db, kind).expect("its chats").first().expect("a chat of this kind");
        Speaker { db, chat }
    };
    let db = database(PHONE);
    client_core::schema::open(&db).expect("a database of ours");
    let speakers = vec![speaker(COMPANION, ChatKind::SelfGroup), speaker(real::peer(), ChatKind::Direct)];
    let recording = real::recording();
    let frames = recording.after.to_client.iter().filter(|(place, _)| *place == PHONE).map(|(_, frame)| frame.clone());
    Fixture { db, now_ms: recording.world.now_ms, frames: frames.collect(), speakers }
}

/// A phone that runs inside a transaction that nobody commits.
struct Phone<'a> {
    fixture: &'a Fixture,
    db: &'a Transaction<'a>,
    client: Client,
    rng: ChaCha20Rng,
    now_ms: u64,
    asked: VecDeque<HttpRequest>,
    told: usize,
    requests: u32,
    wiped: bool,
}

pub(super) fn run(bytes: &[u8]) {
    FIXTURE.with(|fixture| {
        let transaction = fixture.db.unchecked_transaction().expect("nothing else is under way");
        let mut phone = Phone {
            fixture,
            db: &transaction,
            client: new_client(),
            rng: ChaCha20Rng::seed_from_u64(1),
            now_ms: fixture.now_ms,
            asked: VecDeque::new(),
            told: 0,
            requests: 0,
            wiped: false,
        };
        phone.comes_up();
        let mut script = Script::new(bytes);
        for _ in 0..STEPS_MAX {
            match script.next() {
                Some(step) if !phone.wiped => phone.step(step, &mut script),
                _ => break,
            }
        }
        drop(phone);
        transaction.rollback().expect("memory");
    });
}

fn new_client() -> Client {
    let lease = Lease([4; 16]);
    let device_name = "a phone".to_owned();
    Client::new(Config { role: Role::Phone, lease, device_name, key_packages_target: KEY_PACKAGES })
}

impl Phone<'_> {
    fn give(&mut self, input: Input) {
        if self.wiped {
            return;
        }
        let clock = Clock { now_ms: self.now_ms };
        let outputs =
            self.client.handle(self.db, input, clock, &mut self.rng).expect("nothing from outside halts a client");
        assert!(outputs.len() <= OUTPUTS_MAX, "{} outputs after one input", outputs.len());
        let mut sent = 0;
        let mut connects = false;
        for output in outputs {
            match output {
                Output::Send(frame) => {
                    sent += frame.len();
                    proto::wire::ClientFrame::decode(frame.as_slice()).expect("a frame of ours");
                }
                Output::Http(request) => {
                    sent += request.body.bytes().len();
                    self.asked.push_back(request);
                }
                Output::Connect => connects = true,
                Output::Disconnect => connects = false,
                Output::Wipe => self.wiped = true,
                Output::CheckSocket | Output::Media(_) | Output::Push(_) | Output::WakeAt(_) | Output::Event(_) => {}
            }
        }
        assert!(sent <= SENT_LEN_MAX, "{sent} bytes after one input");
        if connects {
            self.give(Input::SocketOpened);
        }
    }

    /// To the point where an honest server has greeted it.
    fn comes_up(&mut self) {
        self.give(Input::Start);
        self.is_answered();
        if let Some(welcome) = self.fixture.frames.first().cloned() {
            self.told = self.told.max(1);
            self.give(Input::Frame(welcome));
        }
    }

    fn is_told_next(&mut self) {
        if let Some(frame) = self.fixture.frames.get(self.told).cloned() {
            self.told += 1;
            self.give(Input::Frame(frame));
        }
    }

    /// What the oldest request was answered on the tape, if anything like it was asked.
    fn is_answered(&mut self) {
        let Some(request) = self.asked.pop_front() else { return };
        let honest = values().calls.iter().rev().find(|call| call.device == PHONE && call.request.path == request.path);
        let result = honest.map(|call| call.answer.clone()).ok_or(HttpFailure::Network);
        self.give(Input::Http(request.id, result));
    }

    fn step(&mut self, step: u8, script: &mut Script<'_>) {
        self.now_ms += 50;
        match step % 16 {
            0 | 1 => self.is_told_next(),
            2 => self.give(Input::Frame(script.value(&values().server_frames))),
            3 => self.give(Input::Frame(script.own())),
            4 => self.is_answered(),
            5 => self.is_answered_falsely(script),
            6 => {
                if let Some(request) = self.asked.pop_front() {
                    self.give(Input::Http(request.id, Err(HttpFailure::Network)));
                }
            }
            7 => self.give(Input::SocketClosed),
            8 => {
                self.now_ms += script.long() % 86_400_000;
                self.give(Input::Wake);
            }
            9 | 10 => self.hears(script),
            11 => self.gets_reply(script),
            12 => self.gets_item(script),
            13 => self.is_used(script),
            14 => {
                // A program that died: what it had committed is all that it knows.
                self.client = new_client();
                self.asked.clear();
                self.comes_up();
            }
            _ => self.stores(script),
        }
    }

    fn is_answered_falsely(&mut self, script: &mut Script<'_>) {
        let Some(request) = self.asked.pop_front() else { return };
        let status = chosen(&STATUSES, script.byte()).copied().unwrap_or(200);
        let alike = values().calls.iter().filter(|call| call.request.path == request.path);
        let bodies: Vec<Vec<u8>> = alike.map(|call| call.answer.body.clone()).collect();
        let body = script.value(&bodies);
        let names = ["location", "upload-offset", "content-range", "retry-after"];
        let header = |name: &str| (name.to_owned(), script.text(32));
        let headers = if body.len().is_multiple_of(2) { Vec::new() } else { names.map(header).to_vec() };
        self.give(Input::Http(request.id, Ok(HttpResponse { status, headers, body, kept: 0 })));
    }

    /// A sibling or a peer says something, in the right place of the log: what lies below the encryption is theirs.
    fn hears(&mut self, script: &mut Script<'_>) {
        let Some(speaker) = chosen(&self.fixture.speakers, script.byte()) else { return };
        let (content, aad) = (script.value(&values().contents), script.value(&values().aads));
        let transaction = speaker.db.unchecked_transaction().expect("nothing else is under way");
        let said = real::encrypt(&speaker.db, speaker.chat, &content, &aad);
        transaction.rollback().expect("memory");
        let (sender, bytes, epoch) = said.expect("a member can say anything");
        let item = GroupItem {
            chat: speaker.chat.chat.to_vec(),
            generation: speaker.chat.generation.0,
            seq: self.next_seq(speaker.chat),
            epoch,
            kind: group_item::Kind::App.into(),
            sender: Some(sender.to_wire()),
            op_id: vec![6; 16],
            time_ms: self.now_ms,
            bytes,
        };
        self.gets(item);
    }

    fn next_seq(&self, chat: Chat) -> u64 {
        let sql = "SELECT applied_seq FROM chat WHERE chat = ?1";
        self.db.query_row(sql, [chat.chat.as_bytes()], |row| row.get::<_, u64>(0)).unwrap_or(chat.applied_seq) + 1
    }

    fn gets(&mut self, item: GroupItem) {
        let sql = "SELECT acked_queue_seq FROM this";
        let acked: u64 = self.db.query_row(sql, [], |row| row.get(0)).expect("a number that a client stored");
        let item = Item { queue_seq: acked + 1, body: Some(item::Body::Group(item)) };
        let frame = ServerFrame { body: Some(server_frame::Body::Item(item)) };
        self.give(Input::Frame(frame.encode_to_vec()));
    }

    /// A reply of the tape to a request that is under way.
    fn gets_reply(&mut self, script: &mut Script<'_>) {
        let request = u32::from(script.byte());
        let frame = script.value(&values().server_frames);
        let Ok(ServerFrame { body: Some(server_frame::Body::Reply(mut reply)) }) =
            ServerFrame::decode(frame.as_slice())
        else {
            return;
        };
        reply.request = request;
        let frame = ServerFrame { body: Some(server_frame::Body::Reply(reply)) };
        self.give(Input::Frame(frame.encode_to_vec()));
    }

    /// A log entry in the right place, of any kind, with any content.
    fn gets_item(&mut self, script: &mut Script<'_>) {
        let Some(chat) = chosen(&self.fixture.speakers, script.byte()).map(|speaker| speaker.chat) else { return };
        let sender =
            chosen(&self.fixture.speakers, script.byte()).and_then(|speaker| real::own_device(&speaker.db).ok());
        let item = GroupItem {
            chat: chat.chat.to_vec(),
            generation: chat.generation.0,
            seq: self.next_seq(chat),
            epoch: u64::from(script.byte()),
            kind: i32::from(script.byte() % 4),
            sender: sender.map(|device| device.cert().address().to_wire()),
            op_id: vec![7; 16],
            time_ms: self.now_ms,
            bytes: script.value(&values().log_items),
        };
        self.gets(item);
    }

    /// Its user goes on.
    fn is_used(&mut self, script: &mut Script<'_>) {
        let Some(chat) = self.fixture.speakers.last().map(|speaker| client_api::ChatId(speaker.chat.chat.0)) else {
            return;
        };
        let (limit, anchor) = (script.short(), WindowAnchor::Newest);
        let text = script.text(64);
        let command = match script.byte() % 9 {
            0 => Command::Refresh,
            1 => Command::OpenChat { chat, anchor, limit },
            2 => Command::SendText { chat, text, written_for: None, answers: None },
            3 => Command::AddContactByCode { text, name: String::new() },
            4 => Command::AddContact { number: text, name: "A name".into() },
            5 => Command::ScanLinkCode { text, pasted: true },
            6 => Command::MarkRead { chat, up_to: MessageId([8; 16]) },
            7 => Command::SetTyping { chat, typing: true },
            _ => Command::SetVisible(script.byte().is_multiple_of(2)),
        };
        self.requests += 1;
        self.give(Input::Command(Request { id: self.requests, command }));
    }

    /// A value of own-device state is anything at all: any sibling may have put it there.
    fn stores(&mut self, script: &mut Script<'_>) {
        let value = script.own();
        let place = i64::from(script.byte());
        let sql = "UPDATE state SET value = ?1 WHERE key = (SELECT key FROM state ORDER BY key
                   LIMIT 1 OFFSET ?2 % (SELECT max(count(*), 1) FROM state))";
        self.db.execute(sql, rusqlite::params![value, place]).expect("memory");
        self.give(Input::Command(Request { id: 0, command: Command::Refresh }));
    }
}
