//! The server of a world: the real one, over a database in memory, without ports. Runs when it is polled, and its time is
//! the world's. Knows no client; what it sends lies here until the world fetches it.

use crate::base::copy;
use anyhow::{Context as _, Result};
use async_trait::async_trait;
use axum::body::Body;
use axum::extract::ws::Message;
use axum::http::Request;
use client_core::{HttpFailure, HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;
use futures_executor::LocalPool;
use futures_util::stream;
use futures_util::task::LocalSpawnExt as _;
use rusqlite::Connection;
use server::blob_bytes::BlobMemory;
use server::clock::Clock;
use server::codes::{CodeSender, SendCodeError};
use server::portless::Portless;
use server::{Config, Environment};
use server_store::sqlite::Sqlite;
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// Frames of the server that wait for the world; it fetches them after every step.
const OUT_MAX: usize = 4_096;
/// Longest body of an answer.
const BODY_LEN_MAX: usize = 64 * 1024 * 1024;
/// The server's timers run by tokio's clock, which passes at most so much at once: a ping finds its pong on the way.
const TICK: Duration = Duration::from_secs(20);
/// And at most so many ticks where nothing happens for long: what follows the wall clock reads that one.
const TICKS_MAX: u32 = 8;
/// Headers of an answer that the core reads.
const HEADERS: [&str; 4] = ["location", "upload-offset", "content-range", "retry-after"];

/// Names a socket in a world.
pub type SocketId = u64;
/// Names an HTTP request in a world.
pub type CallId = u64;

/// What comes out of the server.
#[derive(Debug)]
pub enum News {
    /// For a socket's client.
    Frame(SocketId, Vec<u8>),
    /// The server has ended it.
    SocketEnded(SocketId),
    /// The answer to a request.
    Answer(CallId, Result<HttpResponse, HttpFailure>),
}

/// See the module.
pub struct Backend {
    runtime: Runtime,
    pool: LocalPool,
    server: Option<Portless>,
    database: Arc<Sqlite>,
    blobs: Arc<BlobMemory>,
    clock: Arc<WorldClock>,
    codes: Arc<Codes>,
    sockets: BTreeMap<SocketId, Socket>,
    ended: Rc<RefCell<Vec<SocketId>>>,
    answers: Rc<RefCell<Vec<(CallId, Answered)>>>,
    /// How long messages are kept, where it is not the default.
    kept_ms: Option<u64>,
    /// The server's database stops at a write that is to come.
    dying: bool,
    /// What it could be put back to.
    backup: Option<Connection>,
    news: Vec<News>,
}

type Answered = Result<HttpResponse, HttpFailure>;

struct Socket {
    frames: mpsc::UnboundedSender<Message>,
    out: mpsc::Receiver<Message>,
    /// Nobody answers its pings.
    silent: bool,
}

#[derive(Default)]
struct WorldClock(AtomicU64);

impl Clock for WorldClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
struct Codes(Mutex<BTreeMap<String, String>>);

#[async_trait]
impl CodeSender for Codes {
    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(number.to_owned(), code.to_owned());
        Ok(())
    }
}

impl Backend {
    /// A server over a database and blobs that may hold something already. It is down until `start`.
    pub fn new(database: Connection, blobs: Arc<BlobMemory>, now_ms: u64) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        let clock = Arc::new(WorldClock(AtomicU64::new(now_ms)));
        Ok(Self {
            runtime,
            pool: LocalPool::new(),
            server: None,
            database: Sqlite::in_this_thread(database)?,
            blobs,
            clock,
            codes: Arc::default(),
            sockets: BTreeMap::new(),
            ended: Rc::default(),
            answers: Rc::default(),
            kept_ms: None,
            dying: false,
            backup: None,
            news: Vec::new(),
        })
    }

    /// Starts it on what was committed before.
    pub fn start(&mut self) -> Result<()> {
        self.database.fail_after(None);
        self.dying = false;
        let mut config = Config::in_folder(PathBuf::from("nowhere"));
        // Rates are counted by the machine's clock: what a run decides must not depend on them.
        config.rate_limit_factor = NonZeroU32::new(1_000_000).context("not zero")?;
        config.message_retention_ms = self.kept_ms.unwrap_or(config.message_retention_ms);
        let environment = Environment { clock: self.clock.clone(), codes: self.codes.clone() };
        let _guard = self.runtime.enter();
        let starting = Portless::start(config, environment, self.database.clone(), self.blobs.clone());
        let server = self.pool.run_until(starting)?;
        self.pool.spawner().spawn_local(server.clone().fan_out())?;
        self.server = Some(server);
        Ok(())
    }

    /// Starts it anew as one that keeps messages for so long.
    pub fn keep_messages(&mut self, kept_ms: u64) -> Result<()> {
        self.stop();
        self.kept_ms = Some(kept_ms);
        self.start()
    }

    /// Ends it at once, with everything that was under way.
    pub fn stop(&mut self) {
        let _guard = self.runtime.enter();
        self.server = None;
        self.sockets.clear();
        self.pool = LocalPool::new();
        self.ended = Rc::default();
        self.answers = Rc::default();
        self.news.clear();
        self.live_on();
    }

    /// Its database fails after so many more writes: whoever polls it next finds out by [`Self::has_died`].
    pub fn die_after(&mut self, writes: u32) {
        self.dying = true;
        self.database.fail_after(Some(writes));
    }

    /// It goes on after all.
    pub fn live_on(&mut self) {
        self.dying = false;
        self.database.fail_after(None);
    }

    /// The write at which it was to stop has come.
    pub fn has_died(&self) -> bool {
        self.dying && self.database.has_failed()
    }

    /// It was started, and did not stop since.
    pub fn is_up(&self) -> bool {
        self.server.is_some()
    }

    /// The last code that went to a number.
    pub fn code_for(&self, number: &str) -> Option<String> {
        self.codes.0.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned()
    }

    /// Lets time pass until `now_ms`, and does what falls due.
    pub fn pass(&mut self, now_ms: u64) {
        let before = self.clock.0.swap(now_ms, Ordering::Relaxed);
        let mut left = Duration::from_millis(now_ms.saturating_sub(before));
        for _ in 0..TICKS_MAX {
            let tick = left.min(TICK);
            if tick.is_zero() {
                return;
            }
            self.runtime.block_on(tokio::time::advance(tick));
            self.poll();
            self.collect();
            left -= tick;
        }
    }

    /// Deletes what is over.
    pub fn sweep(&mut self) {
        let Some(server) = self.server.clone() else { return };
        let _guard = self.runtime.enter();
        // A server that died at a write of its own is found dead by whoever looks next.
        let _ = self.pool.run_until(server.sweep());
    }

    /// A client's socket reaches the server.
    pub fn open_socket(&mut self, id: SocketId, peer: SocketAddr) {
        let Some(server) = self.server.clone() else { return };
        let (frames, mut incoming) = mpsc::unbounded_channel();
        let incoming = stream::poll_fn(move |cx| incoming.poll_recv(cx));
        let (outgoing, out) = mpsc::channel(OUT_MAX);
        let ended = self.ended.clone();
        let task = async move {
            server.socket(incoming, outgoing, peer).await;
            ended.borrow_mut().push(id);
        };
        if self.pool.spawner().spawn_local(task).is_ok() {
            self.sockets.insert(id, Socket { frames, out, silent: false });
        }
        self.poll();
    }

    /// A frame reaches the server.
    pub fn frame(&mut self, id: SocketId, bytes: Vec<u8>) {
        if let Some(socket) = self.sockets.get(&id) {
            // A socket that the server has ended takes no more.
            let _ = socket.frames.send(Message::Binary(bytes.into()));
        }
        self.poll();
    }

    /// The server learns that a socket is gone.
    pub fn close_socket(&mut self, id: SocketId) {
        self.sockets.remove(&id);
        self.poll();
    }

    /// Nothing of a socket's client reaches the server any more: it is to find out by itself.
    pub fn silence(&mut self, id: SocketId) {
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.silent = true;
        }
    }

    /// An HTTP request reaches the server.
    pub fn call(&mut self, id: CallId, request: HttpRequest, peer: SocketAddr) {
        let Some(server) = self.server.clone() else { return };
        let answers = self.answers.clone();
        let task = async move {
            let answer = exchange(server, request, peer).await;
            answers.borrow_mut().push((id, answer.map_err(|_| HttpFailure::Network)));
        };
        // A pool that is being dropped takes nothing, and answers nothing.
        let _ = self.pool.spawner().spawn_local(task);
        self.poll();
    }

    /// What has come out since.
    pub fn fetch(&mut self) -> Vec<News> {
        self.collect();
        std::mem::take(&mut self.news)
    }

    /// Pings are answered here, for every client that is there: time may pass before the world looks.
    fn collect(&mut self) {
        for (id, socket) in &mut self.sockets {
            while let Ok(message) = socket.out.try_recv() {
                match message {
                    Message::Binary(bytes) => self.news.push(News::Frame(*id, bytes.into())),
                    Message::Ping(bytes) if !socket.silent => _ = socket.frames.send(Message::Pong(bytes)),
                    _ => {}
                }
            }
        }
        for id in self.ended.take() {
            if self.sockets.remove(&id).is_some() {
                self.news.push(News::SocketEnded(id));
            }
        }
        self.news.extend(self.answers.take().into_iter().map(|(id, answer)| News::Answer(id, answer)));
    }

    /// Looks into the server's database.
    pub fn look<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.database.look(look).context("the database has threads")?
    }

    /// Copies its database: what it could be put back to.
    pub fn back_up(&mut self) -> Result<()> {
        self.backup = Some(self.look(copy)?);
        Ok(())
    }

    /// It is down, and its database is the copy again, under another timeline, as the operator is told to do it.
    pub fn put_back(&mut self) -> Result<()> {
        if let Some(backup) = self.backup.take() {
            backup.execute("UPDATE setting SET value = ?1 WHERE name = 'timeline'", [[7_u8; 16]])?;
            self.database = Sqlite::in_this_thread(backup)?;
        }
        Ok(())
    }

    /// Grows with each of its writes.
    pub fn changes(&self) -> Result<u64> {
        self.look(|db| Ok(db.total_changes()))
    }

    /// A commit that nobody can follow is the newest of a chat, and what could be joined from outside is damaged too.
    pub fn poison(&self, chat: [u8; 16]) -> Result<()> {
        const POISON: &[u8] = b"no commit that anybody can follow";
        self.look(|db| {
            let (seq, chain): (u64, [u8; 32]) =
                db.query_row("SELECT head_seq + 1, chain_hash FROM chat_group WHERE chat = ?1", [chat], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            let link = Sha256::digest(POISON);
            let chain = Sha256::new().chain_update(chain).chain_update(seq.to_be_bytes()).chain_update(link).finalize();
            db.execute(
                "INSERT INTO group_log (chat, seq, generation, epoch, kind, account, device, op_id, time_ms, bytes)
                 SELECT g.chat, ?2, g.generation, g.epoch, 2, m.account, m.device, ?3, g.time_ms + 1, ?4
                 FROM chat_group g JOIN member m ON m.chat = g.chat AND m.until_seq IS NULL WHERE g.chat = ?1 LIMIT 1",
                (chat, seq, seq.to_be_bytes().repeat(2), POISON),
            )?;
            db.execute(
                "UPDATE chat_group SET head_seq = ?2, epoch = epoch + 1, time_ms = time_ms + 1, chain_hash = ?3
                 WHERE chat = ?1",
                (chat, seq, chain.as_slice()),
            )?;
            db.execute("UPDATE group_state SET group_info = ?2 WHERE chat = ?1", (chat, POISON))?;
            Ok(())
        })
    }

    /// What it keeps of blobs.
    pub fn blobs(&self) -> &BlobMemory {
        &self.blobs
    }

    fn poll(&mut self) {
        let _guard = self.runtime.enter();
        self.pool.run_until_stalled();
    }
}

async fn exchange(server: Portless, request: HttpRequest, peer: SocketAddr) -> Result<HttpResponse> {
    let mut outgoing = Request::builder().method(request.method.name()).uri(&request.path);
    for (name, value) in request.headers {
        outgoing = outgoing.header(name, value);
    }
    if let Some(bearer) = request.bearer {
        outgoing = outgoing.header("authorization", format!("Bearer {}", BASE64URL_NOPAD.encode(&bearer)));
    }
    let response = server.answer(outgoing.body(Body::from(request.body.bytes().to_vec()))?, peer).await?;
    let headers = HEADERS.into_iter().filter_map(|name| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some((name.to_owned(), value.to_owned()))
    });
    let (status, headers) = (response.status().as_u16(), headers.collect());
    let body = axum::body::to_bytes(response.into_body(), BODY_LEN_MAX).await?.to_vec();
    Ok(HttpResponse { status, headers, body, kept: 0 })
}
