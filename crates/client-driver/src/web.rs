//! The client in a Dedicated Worker: the browser's WebSocket, fetch and timers. The database is handed in.
//!
//! A turn runs in a task of its own behind what the browser has queued, so that frames that came together share one
//! transaction; all events of a turn are one message.

mod fetch;
mod socket;
mod wake;

use crate::engine::{self, AfterWipe, Engine, EngineConfig, Inbox, Next, Room, SocketStep, Turn};
use crate::liveness::{self, Liveness, Watch};
use client_api::{AppStage, ChatId, Event, FileId, MessageId, Request, UserError};
use client_core::{
    HttpFailure, HttpRequest, Input, KeepIn, MediaId, MediaKey, MediaReport, MediaSource, MediaTask, PushTask,
};
use rusqlite::Connection;
use socket::Socket;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use wake::{Hop, Timer};

/// Takes events to the page.
pub type Show = Box<dyn Fn(&[Event])>;

/// What a store of files gives later.
pub type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// The files of messages beside the database, which hold ciphertext only. What was written is flushed before it is told.
pub trait MediaStore {
    /// Seals what the page has given, as `MediaTask::Keep` says.
    fn keep(&self, media: MediaId, file: FileId, key: MediaKey, size: u64) -> Later<MediaReport>;
    /// `len` bytes from this one on.
    fn read(&self, media: MediaId, from: u64, len: u64) -> Later<Result<Vec<u8>, HttpFailure>>;
    /// Writes bytes where that says.
    fn write(&self, keep_in: KeepIn, bytes: Vec<u8>) -> Later<Result<(), HttpFailure>>;
    /// Reads it through, as `MediaTask::Check` says.
    fn check(&self, media: MediaId, opens: Option<(MediaKey, u64)>) -> Later<MediaReport>;
    /// Deletes it.
    fn remove(&self, media: MediaId) -> Later<()>;
    /// Deletes what is there now and is not among these, which are in order.
    fn sweep(&self, known: Vec<MediaId>) -> Later<()>;
    /// Deletes all: the account is no longer this device's.
    fn wipe(&self) -> Later<()>;
}

/// What the worker does for the driver.
pub struct Platform {
    /// `https://host:port` of the page, which is the server's.
    pub origin: String,
    /// Shows events; a call is one message.
    pub show: Show,
    /// Opens the database, whose connection is closed.
    pub open_database: Box<dyn Fn() -> Option<Connection>>,
    /// Deletes the database, whose connection is closed, and opens an empty one. Errors are words for a report.
    pub delete_database: Box<dyn Fn() -> Result<Connection, String>>,
    /// What is known of files may have changed. Called within a turn: does nothing but remember it.
    pub turned: Box<dyn Fn()>,
    /// The files of messages; none where this browser has no place for them: every task fails then.
    pub media: Option<Rc<dyn MediaStore>>,
    /// Keeps, in order, what the service worker may know.
    pub push: Box<dyn Fn(PushTask)>,
}

/// A running client. Dropping it closes the socket and the database.
pub struct Driver {
    running: Rc<RefCell<Running>>,
}

struct Running {
    /// None after the client has stopped.
    engine: Option<Engine>,
    config: EngineConfig,
    platform: Platform,
    inbox: Inbox,
    socket: Option<Socket>,
    /// Counts sockets, and the clients after a wipe: what belongs to an older one is dropped.
    sockets: u64,
    generation: u64,
    liveness: Liveness,
    /// When the socket is looked at again, and what brings that about.
    look_at_ms: Option<u64>,
    look: Timer,
    timer: Timer,
    hop: Hop,
    itself: Weak<RefCell<Running>>,
}

/// Starts a client over an open database; at an error the interface is told why there is none.
pub fn start(connection: Connection, config: EngineConfig, platform: Platform) -> Option<Driver> {
    let engine = match Engine::open(connection, &config) {
        Ok(engine) => engine,
        Err(halt) => {
            (platform.show)(&engine::stopped_by(&halt));
            return None;
        }
    };
    let running = Rc::new_cyclic(|itself: &Weak<RefCell<Running>>| {
        let (turn, wake, look) = (itself.clone(), itself.clone(), itself.clone());
        RefCell::new(Running {
            engine: Some(engine),
            config,
            platform,
            inbox: Inbox::default(),
            socket: None,
            sockets: 0,
            generation: 0,
            liveness: Liveness::default(),
            look_at_ms: None,
            look: Timer::new(move || look_at_socket(&look)),
            timer: Timer::new(move || give(&wake, Input::Wake)),
            hop: Hop::new(move || take_turn(&turn)),
            itself: itself.clone(),
        })
    });
    running.borrow_mut().give(Input::Start);
    Some(Driver { running })
}

impl Driver {
    /// Asks the client to do something.
    pub fn send(&self, request: Request) {
        self.running.borrow_mut().give(Input::Command(request));
    }

    /// Where the file of a message lies, and how it is opened; nothing where it is not whole on this device.
    pub fn media_source(&self, chat: ChatId, message: MessageId) -> Option<MediaSource> {
        self.running.borrow().engine.as_ref()?.media_source(chat, message).filter(|source| source.is_complete)
    }

    /// As `media_source`, also while it comes: what it holds of it by now.
    pub fn stream_source(&self, chat: ChatId, message: MessageId) -> Option<MediaSource> {
        self.running.borrow().engine.as_ref()?.stream_source(chat, message)
    }

    /// Ends the client without a word: its socket and its database are closed when this returns.
    pub fn stop(self) {
        let mut running = self.running.borrow_mut();
        running.end_network();
        running.engine = None;
    }
}

fn give(running: &Weak<RefCell<Running>>, input: Input) {
    if let Some(running) = running.upgrade() {
        running.borrow_mut().give(input);
    }
}

/// Whether all that has come is heard, so that a silent socket can be given up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GiveUp {
    Now,
    Later,
}

fn look_at_socket(running: &Weak<RefCell<Running>>) {
    if let Some(running) = running.upgrade() {
        let mut running = running.borrow_mut();
        running.look_at_ms = None;
        running.watch_socket(GiveUp::Now);
    }
}

fn take_turn(running: &Weak<RefCell<Running>>) {
    if let Some(running) = running.upgrade() {
        running.borrow_mut().turn();
    }
}

impl Running {
    fn give(&mut self, input: Input) {
        if self.engine.is_none() {
            if let Input::Command(Request { id, .. }) = input
                && id != 0
            {
                (self.platform.show)(&[Event::Answered { request: id, result: Err(UserError::NotNow) }]);
            }
            return;
        }
        if self.inbox.push(input) == Room::Full {
            // The server sends again what was not acknowledged.
            self.inbox.drop_socket_inputs();
            self.socket = None;
            self.inbox.push(Input::SocketClosed);
        }
        self.hop.ask();
    }

    fn turn(&mut self) {
        let Some(engine) = self.engine.as_mut() else { return };
        if self.inbox.is_empty() {
            return;
        }
        let turn = engine.turn(&mut self.inbox, now_ms(), Some(&self.platform.show));
        self.perform(turn);
        if self.engine.is_some() && !self.inbox.is_empty() {
            self.hop.ask();
        }
    }

    fn perform(&mut self, turn: Turn) {
        for step in turn.socket {
            self.step(step);
        }
        // What came while this turn took its time is not heard yet.
        self.watch_socket(GiveUp::Later);
        for request in turn.http {
            self.call(request);
        }
        for task in turn.media {
            self.do_with_file(task);
        }
        for task in turn.push {
            (self.platform.push)(task);
        }
        if let Some(at_ms) = turn.wake_at_ms {
            self.timer.set(at_ms.saturating_sub(now_ms()));
        }
        if !turn.events.is_empty() {
            (self.platform.show)(&turn.events);
        }
        (self.platform.turned)();
        match turn.next {
            Next::GoOn => {}
            Next::Stopped => {
                self.end_network();
                // Closes the database.
                self.engine = None;
                if let Some(doubt) = turn.doubt {
                    (self.platform.show)(&doubt.settle((self.platform.open_database)().as_ref()));
                }
            }
            Next::Wipe(after) => self.wipe(after),
        }
    }

    fn step(&mut self, step: SocketStep) {
        match step {
            SocketStep::Connect => {
                self.inbox.drop_socket_inputs();
                self.sockets += 1;
                let (number, itself) = (self.sockets, self.itself.clone());
                let news = move |input| socket_news(&itself, number, input);
                self.liveness = Liveness::default();
                match Socket::open(&self.platform.origin, news) {
                    Ok(socket) => self.socket = Some(socket),
                    Err(socket::Refused) => _ = self.inbox.push(Input::SocketClosed),
                }
            }
            SocketStep::Disconnect => {
                self.inbox.drop_socket_inputs();
                self.socket = None;
            }
            SocketStep::Check => self.liveness.doubt(),
            SocketStep::Send(frame) => {
                self.liveness.sent(&frame, now_ms());
                self.write(&frame);
            }
        }
    }

    fn write(&mut self, frame: &[u8]) {
        if self.socket.as_ref().is_some_and(|socket| socket.send(frame).is_err()) {
            self.lose_socket();
        }
    }

    fn lose_socket(&mut self) {
        self.socket = None;
        self.inbox.push(Input::SocketClosed);
        self.hop.ask();
    }

    /// Asks the server for a sign of life, or gives the socket up, where it is time for that.
    fn watch_socket(&mut self, give_up: GiveUp) {
        let now_ms = now_ms();
        let Some(watch) = self.socket.as_ref().and_then(|_| self.liveness.watch(now_ms)) else { return };
        match watch {
            Watch::Lost if give_up == GiveUp::Later => self.look_again(now_ms, now_ms),
            Watch::Lost => self.lose_socket(),
            Watch::Until(at_ms) => self.look_again(at_ms, now_ms),
            Watch::Ask(at_ms) => {
                self.write(&liveness::question());
                self.look_again(at_ms, now_ms);
            }
        }
    }

    /// At this time or earlier.
    fn look_again(&mut self, at_ms: u64, now_ms: u64) {
        if self.look_at_ms.is_none_or(|pending_ms| at_ms < pending_ms) {
            self.look_at_ms = Some(at_ms);
            self.look.set(at_ms.saturating_sub(now_ms));
        }
    }

    fn call(&self, request: HttpRequest) {
        let (origin, itself, generation) = (self.platform.origin.clone(), self.itself.clone(), self.generation);
        let media = self.platform.media.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let id = request.id;
            // After a log-out, or in a tab that has lost the account, nothing is written any more.
            let is_wanted = || itself.upgrade().is_some_and(|it| it.borrow().generation == generation);
            let result = fetch::perform(&origin, media.as_deref(), request, is_wanted).await;
            if let Some(running) = itself.upgrade() {
                let mut running = running.borrow_mut();
                if running.generation == generation {
                    running.give(Input::Http(id, result));
                }
            }
        });
    }

    /// Tasks of one file are done in the order in which they were given: the store keeps it.
    fn do_with_file(&self, task: MediaTask) {
        let (itself, generation, store) = (self.itself.clone(), self.generation, self.platform.media.clone());
        let report: Later<Option<(MediaId, MediaReport)>> = match (task, store) {
            (MediaTask::Keep { media, .. }, None) => Box::pin(async move { Some((media, MediaReport::StorageFull)) }),
            (MediaTask::Check { media, .. }, None) => Box::pin(async move { Some((media, MediaReport::Missing)) }),
            (MediaTask::Drop { .. } | MediaTask::Sweep { .. }, None) => return,
            (MediaTask::Keep { media, file, key, size }, Some(store)) => {
                let kept = store.keep(media, file, key, size);
                Box::pin(async move { Some((media, kept.await)) })
            }
            (MediaTask::Check { media, opens }, Some(store)) => {
                let checked = store.check(media, opens);
                Box::pin(async move { Some((media, checked.await)) })
            }
            (MediaTask::Drop { media }, Some(store)) => silent(store.remove(media)),
            (MediaTask::Sweep { known }, Some(store)) => silent(store.sweep(known)),
        };
        wasm_bindgen_futures::spawn_local(async move {
            let Some((media, report)) = report.await else { return };
            let Some(running) = itself.upgrade() else { return };
            let mut running = running.borrow_mut();
            if running.generation == generation {
                running.give(Input::Media(media, report));
            }
        });
    }

    fn wipe(&mut self, after: AfterWipe) {
        self.end_network();
        if let Some(store) = &self.platform.media {
            // The store does nothing else before it is done.
            wasm_bindgen_futures::spawn_local(store.wipe());
        }
        (self.platform.push)(PushTask::Forget);
        let refused = engine::refuse_commands(&mut self.inbox, &UserError::NotNow);
        self.inbox = Inbox::default();
        drop(self.engine.take().map(Engine::into_connection));
        if !refused.is_empty() {
            (self.platform.show)(&refused);
        }
        let fresh = (self.platform.delete_database)();
        match (fresh, after) {
            // A failing deletion is told in either case: the user must know that the messages are still here.
            (Err(what), _) => (self.platform.show)(&[Event::Stage(AppStage::Halted { what })]),
            (Ok(_), AfterWipe::Stop) => {}
            (Ok(connection), AfterWipe::StartAnew) => match Engine::open(connection, &self.config) {
                Ok(engine) => {
                    self.engine = Some(engine);
                    self.give(Input::Start);
                }
                Err(halt) => (self.platform.show)(&engine::stopped_by(&halt)),
            },
        }
    }

    fn end_network(&mut self) {
        self.socket = None;
        self.generation += 1;
        self.timer.cancel();
        self.look.cancel();
        self.look_at_ms = None;
    }
}

/// News of a socket that is no longer the newest is dropped.
fn socket_news(running: &Weak<RefCell<Running>>, number: u64, input: Input) {
    let Some(running) = running.upgrade() else { return };
    let mut running = running.borrow_mut();
    if running.sockets != number || running.socket.is_none() {
        return;
    }
    if let Input::Frame(frame) = &input
        && running.liveness.hear(frame, now_ms())
    {
        return;
    }
    if matches!(input, Input::SocketClosed) {
        // Its handlers are running: it goes when the next one is opened, and is deaf by its number until then.
        running.sockets += 1;
    }
    running.give(input);
}

fn now_ms() -> u64 {
    // Dates before 1970 and after the year 280,000 do not come from a browser.
    js_sys::Date::now() as u64
}

/// Work of which nothing is told.
fn silent(work: Later<()>) -> Later<Option<(MediaId, MediaReport)>> {
    Box::pin(async move {
        work.await;
        None
    })
}
