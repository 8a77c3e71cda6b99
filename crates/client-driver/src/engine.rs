//! The loop's logic without a platform: inputs wait here, a batch of them becomes one transaction, and what the core
//! gave back leaves only after the commit.
//!
//! Knows no socket, no clock and no thread; the drivers bring inputs and perform outputs.

use crate::doubt::Doubt;
use crate::randomness::SystemRandomness;
use client_api::{AppStage, ChatId, Event, MessageId, Request, Unsupported, UserError};
use client_core::{Client, Clock, Config, Halt, HttpRequest, Input, MediaSource, MediaTask, Output, PushTask};
use proto::ids::Lease;
use rusqlite::{Connection, TransactionBehavior};
use std::collections::VecDeque;

/// Inputs taken into one transaction: a flush costs as much as some dozen messages, but the interface waits for all.
pub const BATCH_LEN_MAX: usize = 64;
/// Inputs that may wait. Above it the driver closes the socket: the server sends again what was not acknowledged.
pub const WAITING_LEN_MAX: usize = 8_192;

/// Inputs that wait for their transaction. What the user asks for goes before what the network brings.
#[derive(Debug, Default)]
pub struct Inbox {
    commands: VecDeque<Input>,
    others: VecDeque<Input>,
}

/// Whether an input found room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// It waits.
    Taken,
    /// `WAITING_LEN_MAX` was reached; it was dropped.
    Full,
}

impl Inbox {
    /// Puts an input at the end of its line.
    pub fn push(&mut self, input: Input) -> Room {
        if self.len() >= WAITING_LEN_MAX {
            return Room::Full;
        }
        match input {
            // Nothing may come before it, also not what a page asked while the database opened.
            Input::Start => self.commands.push_front(input),
            Input::Command(_) => self.commands.push_back(input),
            _ => self.others.push_back(input),
        }
        Room::Taken
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.commands.len() + self.others.len()
    }

    /// None waits.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.others.is_empty()
    }

    /// The next batch.
    fn take(&mut self) -> Vec<Input> {
        let commands = self.commands.len().min(BATCH_LEN_MAX);
        let others = self.others.len().min(BATCH_LEN_MAX - commands);
        self.commands.drain(..commands).chain(self.others.drain(..others)).collect()
    }

    /// Forgets what the network brought: it belongs to a socket that is no more.
    pub fn drop_socket_inputs(&mut self) {
        self.others.retain(|input| !matches!(input, Input::Frame(_) | Input::SocketOpened | Input::SocketClosed));
    }
}

/// What a driver does after a turn: the core's outputs, sorted by who performs them. The order among frames is the
/// core's; between kinds it does not matter, but that `events` are shown before a wipe.
#[derive(Debug, Default)]
pub struct Turn {
    /// For the interface, in order, as one message.
    pub events: Vec<Event>,
    /// For the socket, in order.
    pub socket: Vec<SocketStep>,
    /// Requests to start.
    pub http: Vec<HttpRequest>,
    /// What to do in the store of files, in order.
    pub media: Vec<MediaTask>,
    /// What the service worker is to know, in order.
    pub push: Vec<PushTask>,
    /// The new time for `Input::Wake`, if there is one.
    pub wake_at_ms: Option<u64>,
    /// How the engine goes on.
    pub next: Next,
    /// Where the client stopped at a commit: what the database has to be asked, once it was closed and is open anew.
    pub doubt: Option<Doubt>,
}

/// What to do with the socket.
#[derive(Debug, PartialEq, Eq)]
pub enum SocketStep {
    /// Open it.
    Connect,
    /// Close it.
    Disconnect,
    /// Ask the server on it for a sign of life now.
    Check,
    /// Send a frame.
    Send(Vec<u8>),
}

/// How it goes on after a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Next {
    /// With the next inputs.
    #[default]
    GoOn,
    /// The database is to be deleted. `Engine::into_connection` gives it back to be closed.
    Wipe(AfterWipe),
    /// The client stopped: nothing was lost, nothing goes on.
    Stopped,
}

/// What follows a wipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterWipe {
    /// A new client on an empty database.
    StartAnew,
    /// The user reads that the device was logged out; a fresh start follows their click.
    Stop,
}

/// Takes events to the interface while the transaction is being written.
pub type ShowNow<'a> = &'a dyn Fn(&[Event]);

/// One client over one open database.
#[derive(Debug)]
pub struct Engine {
    connection: Connection,
    client: Client,
    randomness: SystemRandomness,
    logged_out: bool,
}

/// A batch that came to nothing, or, where it failed at its commit, perhaps to something.
struct Failed {
    halt: Halt,
    /// What it would have given, had the commit not failed; nothing where it did not come so far.
    outputs: Vec<Output>,
}

impl Failed {
    /// Tells of it, and refuses the batch's commands but those of which only the database can say what became of them.
    fn to_turn(&self, undone: &[u32]) -> Turn {
        let why = user_error(&self.halt);
        let doubt = Doubt::of(&self.outputs, &why);
        let is_settled = |id: &&u32| doubt.as_ref().is_none_or(|doubt| !doubt.holds(**id));
        let mut events = stopped_by(&self.halt);
        events.extend(undone.iter().filter(is_settled).map(|id| refused(*id, &why)));
        Turn { events, next: Next::Stopped, doubt, ..Turn::default() }
    }
}

impl<E: Into<Halt>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self { halt: error.into(), outputs: Vec::new() }
    }
}

/// Who the client is to be; the lease is drawn by the engine.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Phone or companion.
    pub role: client_api::Role,
    /// The device's name where the interface gives none.
    pub device_name: String,
}

impl Engine {
    /// Brings the database to the newest schema and makes a client over it. `Input::Start` is the first input.
    pub fn open(connection: Connection, config: &EngineConfig) -> Result<Self, Halt> {
        client_core::schema::open(&connection)?;
        let mut randomness = SystemRandomness;
        let mut lease = [0; 16];
        rand_core::RngCore::fill_bytes(&mut randomness, &mut lease);
        let config = Config {
            role: config.role,
            lease: Lease(lease),
            device_name: config.device_name.clone(),
            key_packages_target: proto::limits::KEY_PACKAGES_TARGET,
        };
        Ok(Self { connection, client: Client::new(config), randomness, logged_out: false })
    }

    /// Takes a batch of what waits in one transaction and commits it. What came from others is shown while it is being
    /// written, where the interface can be told meanwhile: nobody was promised anything of it, and nothing is acknowledged before.
    pub fn turn(&mut self, inbox: &mut Inbox, now_ms: u64, show: Option<ShowNow<'_>>) -> Turn {
        let inputs = inbox.take();
        let undone: Vec<u32> = inputs.iter().filter_map(request_id).collect();
        match self.commit_batch(inputs, now_ms, show) {
            Ok(outputs) => self.sort(outputs),
            Err(failed) => {
                let mut turn = failed.to_turn(&undone);
                turn.events.extend(refuse_commands(inbox, &user_error(&failed.halt)));
                turn
            }
        }
    }

    /// Where a message's file lies on this device, and how it is opened; `None` where it is not here.
    pub fn media_source(&self, chat: ChatId, message: MessageId) -> Option<MediaSource> {
        client_core::media_source(&self.connection, chat, message).unwrap_or_else(|halt| {
            tracing::error!(what = chain(&halt), "a file's place cannot be read");
            None
        })
    }

    /// As `media_source`, also while it comes.
    pub fn stream_source(&self, chat: ChatId, message: MessageId) -> Option<MediaSource> {
        self.client.stream_source(&self.connection, chat, message).unwrap_or_else(|halt| {
            tracing::error!(what = chain(&halt), "a file's place cannot be read");
            None
        })
    }

    /// The database, to be closed or deleted.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// A dropped transaction rolls back; the client is not used after an error, as its memory may be ahead of the
    /// database.
    fn commit_batch(
        &mut self,
        inputs: Vec<Input>,
        now_ms: u64,
        show: Option<ShowNow<'_>>,
    ) -> Result<Vec<Output>, Failed> {
        let show = show.filter(|_| inputs.iter().all(|input| matches!(input, Input::Frame(_))));
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut outputs = Vec::new();
        for input in inputs {
            outputs.extend(self.client.handle(&transaction, input, Clock { now_ms }, &mut self.randomness)?);
            if outputs.contains(&Output::Wipe) {
                break;
            }
        }
        if let Some(show) = show
            && outputs.iter().all(may_be_early)
        {
            let (events, others) = split_events(outputs);
            if !events.is_empty() {
                show(&events);
            }
            outputs = others;
        }
        match transaction.commit() {
            Ok(()) => Ok(outputs),
            Err(error) => Err(Failed { halt: error.into(), outputs }),
        }
    }

    fn sort(&mut self, outputs: Vec<Output>) -> Turn {
        let mut turn = Turn::default();
        for output in outputs {
            match output {
                Output::Event(event) => {
                    if let Event::Stage(stage) = &event {
                        self.logged_out = matches!(stage, AppStage::LoggedOut(_));
                    }
                    turn.events.push(event);
                }
                Output::Connect => turn.socket.push(SocketStep::Connect),
                Output::Disconnect => turn.socket.push(SocketStep::Disconnect),
                Output::CheckSocket => turn.socket.push(SocketStep::Check),
                Output::Send(frame) => turn.socket.push(SocketStep::Send(frame)),
                Output::Http(request) => turn.http.push(request),
                Output::Media(task) => turn.media.push(task),
                Output::Push(task) => turn.push.push(task),
                Output::WakeAt(at_ms) => turn.wake_at_ms = Some(at_ms),
                Output::Wipe => {
                    turn.next = Next::Wipe(if self.logged_out { AfterWipe::Stop } else { AfterWipe::StartAnew });
                }
            }
        }
        turn
    }
}

/// Nothing that must be true when it is told: what is shown of messages is told again from the database after a failure.
fn may_be_early(output: &Output) -> bool {
    match output {
        Output::Event(event) => matches!(
            event,
            Event::Messages(_) | Event::Chats(_) | Event::ChatInfo(_) | Event::Notify { .. } | Event::Connection(_)
        ),
        Output::Wipe => false,
        _ => true,
    }
}

fn split_events(outputs: Vec<Output>) -> (Vec<Event>, Vec<Output>) {
    let (mut events, mut others) = (Vec::new(), Vec::new());
    for output in outputs {
        match output {
            Output::Event(event) => events.push(event),
            other => others.push(other),
        }
    }
    (events, others)
}

/// What the interface is told when the client stopped, or could not start. The chain of errors is logged here, once.
pub fn stopped_by(halt: &Halt) -> Vec<Event> {
    let stage = match halt {
        Halt::NewerDatabase { .. } => AppStage::Unsupported(Unsupported::NewerDatabase),
        Halt::Storage(error) if is_storage_full(error) => AppStage::Unsupported(Unsupported::StorageFull),
        _ => AppStage::Halted { what: chain(halt) },
    };
    tracing::error!(what = chain(halt), "the client stopped");
    vec![Event::Stage(stage)]
}

/// What a command is answered that will not be done.
fn user_error(halt: &Halt) -> UserError {
    match halt {
        Halt::Storage(error) if is_storage_full(error) => UserError::StorageFull,
        _ => UserError::Internal,
    }
}

/// Takes all waiting commands out and refuses them.
pub fn refuse_commands(inbox: &mut Inbox, why: &UserError) -> Vec<Event> {
    std::mem::take(&mut inbox.commands).iter().filter_map(request_id).map(|id| refused(id, why)).collect()
}

/// The number of a command that wants an answer.
fn request_id(input: &Input) -> Option<u32> {
    match input {
        Input::Command(Request { id, .. }) if *id != 0 => Some(*id),
        _ => None,
    }
}

fn refused(request: u32, why: &UserError) -> Event {
    Event::Answered { request, result: Err(why.clone()) }
}

fn is_storage_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

/// An error and its sources on one line. Errors of the core hold no user data.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::{Answer, Command, Role};

    fn engine() -> Engine {
        let connection = Connection::open_in_memory().expect("memory");
        Engine::open(connection, &EngineConfig { role: Role::Phone, device_name: "test".into() }).expect("opens")
    }

    fn command(id: u32) -> Input {
        Input::Command(Request { id, command: Command::Refresh })
    }

    #[test]
    fn a_started_client_says_that_it_is_ready_and_asks_the_server_who_it_is() {
        let mut inbox = Inbox::default();
        inbox.push(Input::Start);
        let turn = engine().turn(&mut inbox, 1, None);
        assert_eq!(turn.events.first(), Some(&Event::Ready));
        assert_eq!(turn.http.len(), 1);
        assert_eq!(turn.next, Next::GoOn);
    }

    #[test]
    fn commands_go_before_what_the_network_brings_and_a_batch_has_an_end() {
        let mut inbox = Inbox::default();
        for _ in 0..BATCH_LEN_MAX {
            inbox.push(Input::Wake);
        }
        inbox.push(command(1));
        inbox.push(Input::Start);
        let batch = inbox.take();
        assert_eq!(batch.len(), BATCH_LEN_MAX);
        assert!(matches!(batch.as_slice(), [Input::Start, Input::Command(_), ..]));
        assert_eq!(inbox.len(), 2);
    }

    #[test]
    fn an_inbox_at_its_limit_refuses() {
        let mut inbox = Inbox::default();
        for _ in 0..WAITING_LEN_MAX {
            assert_eq!(inbox.push(Input::Wake), Room::Taken);
        }
        assert_eq!(inbox.push(Input::Wake), Room::Full);
    }

    #[test]
    fn a_failing_database_stops_the_client_and_answers_what_waits() {
        let mut engine = engine();
        engine.connection.execute_batch("DROP TABLE this").expect("drops");
        let mut inbox = Inbox::default();
        inbox.push(Input::Start);
        for id in 1..=u32::try_from(BATCH_LEN_MAX).expect("small") {
            inbox.push(command(id));
        }
        let turn = engine.turn(&mut inbox, 1, None);
        assert_eq!(turn.next, Next::Stopped);
        assert!(matches!(turn.events.first(), Some(Event::Stage(AppStage::Halted { .. }))), "{:?}", turn.events);
        assert_eq!(turn.events.len(), 1 + BATCH_LEN_MAX);
        assert!(turn.events.contains(&Event::Answered { request: 1, result: Err(UserError::Internal) }));
        assert!(turn.events.contains(&Event::Answered { request: 64, result: Err(UserError::Internal) }));
    }

    #[test]
    fn a_text_whose_commit_failed_is_refused_only_where_the_database_does_not_hold_it() {
        let ids = [client_api::MessageId([1; 16]), client_api::MessageId([2; 16])];
        let answered = |request, id| Event::Answered { request, result: Ok(Answer::Message(id)) };
        let done = Event::Answered { request: 6, result: Ok(Answer::Done) };
        let failed = Failed {
            halt: Halt::Storage(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL),
                None,
            )),
            outputs: [answered(4, ids[0]), answered(5, ids[1]), done].map(Output::Event).into(),
        };
        let turn = failed.to_turn(&[4, 5, 6]);
        assert_eq!(
            (turn.next, turn.events.get(1..)),
            (Next::Stopped, Some(&[refused(6, &UserError::StorageFull)][..]))
        );
        let settled = |database| failed.to_turn(&[4, 5, 6]).doubt.expect("two texts are open").settle(database);
        let lost = |request| refused(request, &UserError::StorageFull);
        assert_eq!(settled(None), [lost(4), lost(5)]);

        let database = engine().into_connection();
        assert_eq!(settled(Some(&database)), [lost(4), lost(5)]);
        let store = "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content)
                     VALUES (x'00', 1, ?1, 0, x'00', 1, 1, 0, x'00')";
        database.execute(store, [&ids[1].0]).expect("stored");
        assert_eq!(settled(Some(&database)), [lost(4), answered(5, ids[1])]);
    }

    #[test]
    fn what_comes_from_others_is_shown_while_it_is_written_and_answers_after() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("client.db");
        let config = EngineConfig { role: Role::Phone, device_name: String::new() };
        let mut engine = Engine::open(Connection::open(&path).expect("opens"), &config).expect("opens");
        let shown = std::cell::RefCell::new(Vec::new());
        let show = |events: &[Event]| {
            let other = Connection::open(&path).expect("opens");
            other.busy_timeout(std::time::Duration::ZERO).expect("set");
            assert!(other.execute_batch("BEGIN IMMEDIATE").is_err(), "it is being written");
            shown.borrow_mut().extend_from_slice(events);
        };
        let mut inbox = Inbox::default();
        let nonsense = || Input::Frame(vec![0xFF; 4]);
        inbox.push(nonsense());
        let turn = engine.turn(&mut inbox, 1, Some(&show));
        assert!(matches!(shown.take().as_slice(), [Event::Connection(_)]));
        assert_eq!((turn.events.len(), turn.socket.len()), (0, 1));
        // With a command there is somebody who relies on what is told.
        inbox.push(nonsense());
        inbox.push(command(7));
        let turn = engine.turn(&mut inbox, 2, Some(&show));
        assert!(shown.take().is_empty());
        assert!(turn.events.len() > 1);
    }

    #[test]
    fn nothing_that_must_be_true_is_told_early() {
        let early = |event| may_be_early(&Output::Event(event));
        assert!(!early(Event::Answered { request: 1, result: Err(UserError::NotNow) }));
        assert!(!early(Event::Stage(AppStage::Active)));
        assert!(!may_be_early(&Output::Wipe));
        assert!(early(Event::Connection(client_api::Connection::Online)));
    }

    #[test]
    fn a_full_disk_is_named() {
        let full = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None);
        assert_eq!(stopped_by(&Halt::Storage(full)), [Event::Stage(AppStage::Unsupported(Unsupported::StorageFull))]);
    }

    #[test]
    fn a_newer_database_is_not_touched() {
        let connection = Connection::open_in_memory().expect("memory");
        connection.pragma_update(None, "user_version", 4_000).expect("pragma");
        let config = EngineConfig { role: Role::Phone, device_name: String::new() };
        let halt = Engine::open(connection, &config).expect_err("newer");
        assert_eq!(stopped_by(&halt), [Event::Stage(AppStage::Unsupported(Unsupported::NewerDatabase))]);
    }
}
