//! The client in a process: tokio, a file database in a folder, TLS by rustls. One task a client; a turn of the engine
//! runs where blocking is allowed.

mod files;
mod folder;
mod http;
mod socket;
mod tls;

pub use files::MediaError;
pub use folder::{FolderError, Storage};
pub use tls::TlsError;

use crate::doubt::Doubt;
use crate::engine::{self, AfterWipe, Engine, EngineConfig, Inbox, Next, SocketStep, Turn};
use crate::liveness::{self, Liveness, Watch};
use client_api::{ChatId, Event, FileId, MessageId, Request, Role, UserError};
use client_core::{Halt, HttpFailure, HttpId, HttpResponse, Input, MediaId, MediaReport, MediaSource, MediaTask};
use files::Files;
use folder::Place;
use rustls::ClientConfig;
use socket::{Sent, Socket, SocketNews};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

/// Requests that wait for the client's task.
const REQUESTS_LEN_MAX: usize = 1_024;
/// Files that are sealed, read through or deleted at once; the others wait.
const TASKS_AT_ONCE_MAX: usize = 4;
/// Batches of events that wait for the program; above it the client waits for the program.
const EVENT_BATCHES_LEN_MAX: usize = 1_024;
/// News of sockets that wait; above it TCP holds the server back.
const NEWS_LEN_MAX: usize = 1_024;

/// How long a client that is to end waits for the answers to its HTTP requests: a command that ends right after
/// registration would otherwise take its key packages with it.
const STOP_WAIT_MAX: Duration = Duration::from_secs(5);

/// What a client is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// `http://` or `https://`, host and port.
    pub server: Url,
    /// A PEM file with one more authority to trust.
    pub authority: Option<PathBuf>,
    /// Where the database lies.
    pub storage: Storage,
    /// Phone or companion.
    pub role: Role,
    /// The device's name where the program gives none.
    pub device_name: String,
}

/// Why a client did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Not an address of a server.
    #[error("{0} is not the address of a server; write it as in https://chat.example.org or http://localhost:8470")]
    Address(Url),
    /// The folder or the database.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The authority.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// HTTP cannot be set up.
    #[error("HTTP cannot be set up")]
    Http(#[source] reqwest::Error),
    /// The database cannot be used by this version.
    #[error("the account's database cannot be used")]
    Halt(#[from] Halt),
}

/// The client has stopped; its last events say why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client has stopped")]
pub struct Stopped;

/// A running client: requests go in here, events come out of the `Events` beside it. Dropping all handles ends it.
#[derive(Debug, Clone)]
pub struct Handle {
    requests: mpsc::Sender<Asked>,
    files: Arc<Files>,
    given: Arc<Given>,
}

/// Files that the program has given, by their numbers.
#[derive(Debug, Default)]
struct Given(Mutex<BTreeMap<FileId, PathBuf>>);

impl Given {
    fn take(&self, path: PathBuf) -> FileId {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let file = FileId(given.keys().next_back().map_or(1, |last| last.0 + 1));
        given.insert(file, path);
        file
    }

    fn path(&self, file: FileId) -> Option<PathBuf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&file).cloned()
    }
}

#[derive(Debug)]
enum Asked {
    Request(Request),
    TimePasses(Duration),
    Source(Wanted),
    Stop(oneshot::Sender<()>),
}

/// Somebody wants to read a file.
#[derive(Debug)]
struct Wanted {
    chat: ChatId,
    message: MessageId,
    answer: oneshot::Sender<Option<MediaSource>>,
}

impl Handle {
    /// Names a file for `Command::SendMedia`. It is read when the command comes, and must stay as it is until the answer.
    pub fn give_file(&self, path: PathBuf) -> FileId {
        self.given.take(path)
    }

    /// What a message's file is called and of which type it is, where all of it is here.
    pub async fn media_source(&self, chat: ChatId, message: MessageId) -> Result<MediaSource, MediaError> {
        let (answer, source) = oneshot::channel();
        let wanted = Asked::Source(Wanted { chat, message, answer });
        self.requests.send(wanted).await.map_err(|_| Stopped)?;
        let source = source.await.map_err(|_| Stopped)?;
        source.filter(|source| source.is_complete).ok_or(MediaError::NotHere)
    }

    /// A part of a message's file, in the clear.
    pub async fn read_media(&self, chat: ChatId, message: MessageId, range: Range<u64>) -> Result<Vec<u8>, MediaError> {
        let source = self.media_source(chat, message).await?;
        let files = self.files.clone();
        let read = tokio::task::spawn_blocking(move || files.open_range(&source, &range)).await;
        read.map_err(|ended| MediaError::Io(std::io::Error::other(ended)))?
    }

    /// Writes a message's file out in the clear, to a path where nothing is yet.
    pub async fn save_media(&self, chat: ChatId, message: MessageId, to: PathBuf) -> Result<(), MediaError> {
        let source = self.media_source(chat, message).await?;
        let files = self.files.clone();
        let saved = tokio::task::spawn_blocking(move || files.save(&source, &to)).await;
        saved.map_err(|ended| MediaError::Io(std::io::Error::other(ended)))?
    }

    /// Asks the client to do something; the answer comes among the events.
    pub async fn send(&self, request: Request) -> Result<(), Stopped> {
        self.requests.send(Asked::Request(request)).await.map_err(|_| Stopped)
    }

    /// Moves this client's clock on, for tests: what waits for a time waits that much less.
    pub async fn time_passes(&self, time: Duration) -> Result<(), Stopped> {
        self.requests.send(Asked::TimePasses(time)).await.map_err(|_| Stopped)
    }

    /// Ends the client; after it returns, the database is closed and its folder free.
    pub async fn stop(self) {
        let (done, stopped) = oneshot::channel();
        if self.requests.send(Asked::Stop(done)).await.is_ok() {
            // Either answer means that it ended.
            let _ = stopped.await;
        }
    }
}

/// The events of a client, in batches of one transaction each.
#[derive(Debug)]
pub struct Events {
    batches: mpsc::Receiver<Vec<Event>>,
    waiting: std::collections::VecDeque<Event>,
}

impl Events {
    /// The next event; `None` after the client has stopped.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            self.waiting.extend(self.batches.recv().await?);
        }
    }
}

/// Starts a client. Must be called inside a tokio runtime.
pub fn start(options: Options) -> Result<(Handle, Events), StartError> {
    let server = options.server;
    if !matches!(server.scheme(), "http" | "https") || server.host_str().is_none() {
        return Err(StartError::Address(server));
    }
    let tls = tls::client_config(options.authority.as_deref())?;
    let place = Place::take(options.storage)?;
    let config = EngineConfig { role: options.role, device_name: options.device_name };
    let engine = Engine::open(place.open()?, &config)?;
    let files = Arc::new(place.files()?);
    let given = Arc::new(Given::default());
    let http = http_client(&tls).map_err(StartError::Http)?;
    let (requests, asked) = mpsc::channel(REQUESTS_LEN_MAX);
    let (events, batches) = mpsc::channel(EVENT_BATCHES_LEN_MAX);
    let (news_sender, news) = mpsc::channel(NEWS_LEN_MAX);
    let driver = Driver {
        config,
        place,
        inbox: Inbox::default(),
        given: given.clone(),
        wanted: Vec::new(),
        tasks: JoinSet::new(),
        turns: Arc::new(Semaphore::new(TASKS_AT_ONCE_MAX)),
        network: Network {
            server,
            tls,
            http,
            files: files.clone(),
            socket: None,
            sockets: 0,
            begun: Instant::now(),
            liveness: Liveness::default(),
            look_at: None,
            news: news_sender,
            calls: JoinSet::new(),
        },
        wake_at: None,
        ahead: Duration::ZERO,
        stopping: None,
        stop_by: None,
        events,
    };
    // It ends by itself when its handles are gone.
    drop(tokio::spawn(driver.run(engine, asked, news)));
    Ok((Handle { requests, files, given }, Events { batches, waiting: std::collections::VecDeque::new() }))
}

fn http_client(tls: &Arc<ClientConfig>) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(ClientConfig::clone(tls))
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// The task of one client.
struct Driver {
    config: EngineConfig,
    place: Place,
    inbox: Inbox,
    given: Arc<Given>,
    /// Who waits to hear where a file is.
    wanted: Vec<Wanted>,
    /// Work in the store of files, and the turns of those who do it.
    tasks: JoinSet<Option<(MediaId, MediaReport)>>,
    turns: Arc<Semaphore>,
    network: Network,
    wake_at: Option<Instant>,
    /// How far this client's clock is before the system's.
    ahead: Duration,
    /// The end was asked for, by somebody who waits for it or by dropping all handles.
    stopping: Option<Option<oneshot::Sender<()>>>,
    stop_by: Option<Instant>,
    events: mpsc::Sender<Vec<Event>>,
}

/// What is under way to and from the server.
struct Network {
    server: Url,
    tls: Arc<ClientConfig>,
    http: reqwest::Client,
    files: Arc<Files>,
    socket: Option<Socket>,
    /// Sockets opened so far: the number of the newest.
    sockets: u64,
    begun: Instant,
    liveness: Liveness,
    /// When the socket is looked at again.
    look_at: Option<Instant>,
    news: mpsc::Sender<SocketNews>,
    calls: JoinSet<(HttpId, Result<HttpResponse, HttpFailure>)>,
}

impl Driver {
    async fn run(mut self, engine: Engine, mut asked: mpsc::Receiver<Asked>, mut news: mpsc::Receiver<SocketNews>) {
        self.inbox.push(Input::Start);
        let mut running = Some(engine);
        while let Some(mut engine) = running.take() {
            if self.inbox.is_empty() {
                self.wait(&mut asked, &mut news).await;
            }
            if self.is_ending() {
                break;
            }
            self.take_waiting(&mut asked, &mut news);
            for wanted in self.wanted.drain(..) {
                // Who asked may have gone.
                let _ = wanted.answer.send(engine.media_source(wanted.chat, wanted.message));
            }
            if self.inbox.is_empty() {
                running = Some(engine);
                continue;
            }
            let mut turn;
            (engine, turn) = self.turn(engine).await;
            let doubt = turn.doubt.take();
            running = match self.perform(turn).await {
                Next::GoOn => Some(engine),
                Next::Stopped => {
                    self.settle(engine, doubt).await;
                    None
                }
                Next::Wipe(after) => self.wipe(engine, after).await,
            };
        }
        drop(running);
        let stopping = self.stopping.take();
        // The folder is free before anybody is told so.
        drop(self);
        if let Some(Some(done)) = stopping {
            let _ = done.send(());
        }
    }

    /// Waits for the first input of a batch, or for the end.
    async fn wait(&mut self, asked: &mut mpsc::Receiver<Asked>, news: &mut mpsc::Receiver<SocketNews>) {
        while self.inbox.is_empty() && self.wanted.is_empty() && !self.is_ending() {
            tokio::select! {
                biased;
                ask = asked.recv(), if self.stopping.is_none() => self.take_asked(ask),
                () = sleep_until(self.stop_by) => {}
                Some(answer) = self.network.calls.join_next() => self.take_answer(answer),
                Some(done) = self.tasks.join_next() => self.take_report(done),
                Some((number, input)) = news.recv() => self.take_news(number, input),
                () = sleep_until(self.network.look_at) => self.network.watch_socket(&mut self.inbox),
                () = sleep_until(self.wake_at) => {
                    self.wake_at = None;
                    self.inbox.push(Input::Wake);
                },
            }
        }
    }

    /// Adds what has come meanwhile, as far as a batch goes.
    fn take_waiting(&mut self, asked: &mut mpsc::Receiver<Asked>, news: &mut mpsc::Receiver<SocketNews>) {
        while self.inbox.len() < engine::BATCH_LEN_MAX {
            if let Some(answer) = self.network.calls.try_join_next() {
                self.take_answer(answer);
            } else if let Some(done) = self.tasks.try_join_next() {
                self.take_report(done);
            } else if let Ok((number, input)) = news.try_recv() {
                self.take_news(number, input);
            } else {
                break;
            }
        }
        while self.inbox.len() < engine::BATCH_LEN_MAX && self.stopping.is_none() {
            match asked.try_recv() {
                Ok(ask) => self.take_asked(Some(ask)),
                Err(_) => break,
            }
        }
    }

    /// The end was asked for, and what was under way then has its answer, or has had its time.
    fn is_ending(&self) -> bool {
        let settled = self.inbox.is_empty() && self.network.calls.is_empty() && self.tasks.is_empty();
        self.stopping.is_some() && (settled || self.stop_by.is_none_or(|by| Instant::now() >= by))
    }

    fn take_asked(&mut self, asked: Option<Asked>) {
        match asked {
            Some(Asked::Request(request)) => _ = self.inbox.push(Input::Command(request)),
            Some(Asked::TimePasses(time)) => {
                self.ahead += time;
                self.wake_at = self.wake_at.map(|at| at.checked_sub(time).unwrap_or_else(Instant::now));
            }
            Some(Asked::Source(wanted)) => self.wanted.push(wanted),
            Some(Asked::Stop(done)) => self.end(Some(done)),
            None => self.end(None),
        }
    }

    fn end(&mut self, done: Option<oneshot::Sender<()>>) {
        self.stopping = Some(done);
        self.stop_by = Some(Instant::now() + STOP_WAIT_MAX);
    }

    /// Unix milliseconds by this client's clock.
    fn now_ms(&self) -> u64 {
        now_ms() + u64::try_from(self.ahead.as_millis()).unwrap_or(0)
    }

    fn take_answer(&mut self, answer: Result<(HttpId, Result<HttpResponse, HttpFailure>), tokio::task::JoinError>) {
        // A call that panicked or was aborted has no answer to give; the core's own time-out sees to it.
        if let Ok((id, result)) = answer {
            self.inbox.push(Input::Http(id, result));
        }
    }

    fn take_report(&mut self, done: Result<Option<(MediaId, MediaReport)>, tokio::task::JoinError>) {
        // One that panicked has nothing to say; after a restart it is asked again.
        if let Ok(Some((media, report))) = done {
            self.inbox.push(Input::Media(media, report));
        }
    }

    /// Where blocking is allowed, a few at a time; the file is read as it is then.
    fn start_task(&mut self, task: MediaTask) {
        let (files, given, turns) = (self.network.files.clone(), self.given.clone(), self.turns.clone());
        let work = move || match task {
            MediaTask::Keep { media, file, key, size } => {
                let report =
                    given.path(file).map_or(MediaReport::Unreadable, |path| files.keep(media, &path, &key, size));
                Some((media, report))
            }
            MediaTask::Check { media, .. } => Some((media, files.check(media))),
            MediaTask::Drop { media } => {
                files.remove(media);
                None
            }
            MediaTask::Sweep { known } => {
                files.sweep(&known);
                None
            }
        };
        self.tasks.spawn(async move {
            // It is closed by nobody.
            let _turn = turns.acquire_owned().await.ok()?;
            tokio::task::spawn_blocking(work).await.ok().flatten()
        });
    }

    fn take_news(&mut self, number: u64, input: Input) {
        if self.network.socket.as_ref().map(Socket::number) != Some(number) {
            return;
        }
        match &input {
            Input::SocketClosed => self.network.socket = None,
            Input::Frame(frame) => {
                let now_ms = self.network.now_ms();
                if self.network.liveness.hear(frame, now_ms) {
                    return;
                }
            }
            _ => {}
        }
        self.inbox.push(input);
    }

    async fn turn(&mut self, mut engine: Engine) -> (Engine, Turn) {
        let mut inbox = std::mem::take(&mut self.inbox);
        let now_ms = self.now_ms();
        let turned = tokio::task::spawn_blocking(move || {
            let turn = engine.turn(&mut inbox, now_ms, None);
            (engine, inbox, turn)
        });
        let (engine, inbox, turn) = match turned.await {
            Ok(turned) => turned,
            // The program ends without having waited for its clients, and takes this task along.
            Err(ended) if ended.is_cancelled() => std::future::pending().await,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        self.inbox = inbox;
        (engine, turn)
    }

    async fn perform(&mut self, turn: Turn) -> Next {
        for step in turn.socket {
            self.network.step(step, &mut self.inbox);
        }
        // Behind all that came while this turn took its time.
        self.network.look_at = Some(Instant::now());
        for task in turn.media {
            self.start_task(task);
        }
        for request in turn.http {
            self.network.call(request);
        }
        if let Some(at_ms) = turn.wake_at_ms {
            self.wake_at = Some(Instant::now() + Duration::from_millis(at_ms.saturating_sub(self.now_ms())));
        }
        if !turn.events.is_empty() {
            // Nobody listens any more: the client goes on until its handle is dropped.
            let _ = self.events.send(turn.events).await;
        }
        turn.next
    }

    /// Closes the database, and answers by it what a failed commit left open.
    async fn settle(&mut self, engine: Engine, doubt: Option<Doubt>) {
        drop(engine.into_connection());
        if let Some(doubt) = doubt {
            let _ = self.events.send(doubt.settle(self.place.open().ok().as_ref())).await;
        }
    }

    /// Deletes the database; a new client starts on an empty one, where that is wanted.
    async fn wipe(&mut self, engine: Engine, after: AfterWipe) -> Option<Engine> {
        self.network.end();
        self.wake_at = None;
        // Works to its end: what it writes is deleted with the rest.
        while self.tasks.join_next().await.is_some() {}
        drop(engine.into_connection());
        let mut events = engine::refuse_commands(&mut self.inbox, &UserError::NotNow);
        self.inbox = Inbox::default();
        let fresh = self.place.wipe(&self.network.files).map_err(StartError::from).and_then(|()| match after {
            AfterWipe::Stop => Ok(None),
            AfterWipe::StartAnew => Ok(Some(Engine::open(self.place.open()?, &self.config)?)),
        });
        let fresh = fresh.unwrap_or_else(|error| {
            tracing::error!(%error, "the database could not be deleted");
            events.push(Event::Stage(client_api::AppStage::Halted { what: error.to_string() }));
            None
        });
        let _ = self.events.send(events).await;
        self.inbox.push(Input::Start);
        fresh
    }
}

impl Network {
    fn step(&mut self, step: SocketStep, inbox: &mut Inbox) {
        match step {
            SocketStep::Connect => {
                inbox.drop_socket_inputs();
                self.sockets += 1;
                self.liveness = Liveness::default();
                let opened = Socket::open(self.sockets, self.server.clone(), self.tls.clone(), self.news.clone());
                self.socket = Some(opened);
            }
            SocketStep::Disconnect => {
                inbox.drop_socket_inputs();
                self.socket = None;
            }
            SocketStep::Check => self.liveness.doubt(),
            SocketStep::Send(frame) => {
                self.liveness.sent(&frame, self.now_ms());
                self.write(frame, inbox);
            }
        }
    }

    fn write(&mut self, frame: Vec<u8>, inbox: &mut Inbox) {
        if self.socket.as_ref().is_some_and(|socket| socket.send(frame) == Sent::Dead) {
            self.lose_socket(inbox);
        }
    }

    fn lose_socket(&mut self, inbox: &mut Inbox) {
        self.socket = None;
        inbox.push(Input::SocketClosed);
    }

    /// Asks the server for a sign of life, or gives the socket up, where it is time for that.
    fn watch_socket(&mut self, inbox: &mut Inbox) {
        let now_ms = self.now_ms();
        let watch = self.socket.as_ref().and_then(|_| self.liveness.watch(now_ms));
        self.look_at = match watch {
            None => None,
            Some(Watch::Lost) => {
                self.lose_socket(inbox);
                None
            }
            Some(Watch::Until(at_ms)) => Some(self.begun + Duration::from_millis(at_ms)),
            Some(Watch::Ask(at_ms)) => {
                self.write(liveness::question(), inbox);
                Some(self.begun + Duration::from_millis(at_ms))
            }
        };
    }

    /// Milliseconds since this client began: a clock that goes forward.
    fn now_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn call(&mut self, request: client_core::HttpRequest) {
        let (client, server, files) = (self.http.clone(), self.server.clone(), self.files.clone());
        self.calls.spawn(async move { (request.id, http::perform(client, server, files, request).await) });
    }

    /// Drops the socket and forgets the calls, with their answers.
    fn end(&mut self) {
        self.socket = None;
        self.calls = JoinSet::new();
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Unix milliseconds by the system's clock.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
