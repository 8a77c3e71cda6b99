//! The worker's life: the page says who it is to be, the lock and the database are taken, the client runs, and all ends
//! when another tab takes the lock.

mod lock;
mod media;
mod page;
mod push_book;
mod room;
mod storage;
mod stream;

use client_api::{AppStage, Event, Request, Role, Unsupported};
use client_driver::engine::EngineConfig;
use client_driver::web::{self, Driver, Platform};
use js_sys::Array;
use lock::{Lock, Taken};
use media::MediaFiles;
use page::{Said, Wanted};
use rusqlite::Connection;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use storage::{OpenError, Storage};
use stream::Streams;
use wasm_bindgen::prelude::*;

/// Requests of the page that wait until the client runs; later ones are dropped.
const WAITING_LEN_MAX: usize = 1_024;

/// Everything that the worker holds.
struct Worker {
    who: Option<Who>,
    state: State,
    /// Counts attempts to lead: what belongs to an earlier one is dropped.
    attempt: u64,
    /// What the page asked before the client ran.
    waiting: VecDeque<Request>,
    /// Kept while another tab leads: a pool is installed once in a worker's life.
    storage: Option<Rc<Storage>>,
    /// The files of messages, from when it is known whose they are.
    media: Option<MediaFiles>,
    streams: Rc<Streams>,
}

#[derive(Clone)]
struct Who {
    role: Role,
    origin: String,
}

enum State {
    /// Nobody said who it is to be, or nothing can be done.
    Idle,
    /// Lock and database are being taken.
    Starting,
    /// The client runs.
    Leading { driver: Option<Driver>, _lock: Lock },
    /// Another tab has the account open.
    OtherTab,
}

type Shared = Rc<RefCell<Worker>>;

/// Called once by `worker.js`, with the messages that came before.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "wasm-bindgen exports nothing else")]
pub fn start(backlog: &Array) {
    page::greet();
    page::report_panics();
    let worker = Rc::new(RefCell::new(Worker {
        who: None,
        state: State::Idle,
        attempt: 0,
        waiting: VecDeque::new(),
        storage: None,
        media: None,
        streams: Rc::default(),
    }));
    let listening = worker.clone();
    page::listen(backlog, move |said| hear(&listening, said));
}

fn hear(worker: &Shared, said: Said) {
    match said {
        Said::Who { role, origin } => {
            let mut it = worker.borrow_mut();
            if it.who.is_some() {
                return;
            }
            it.media = Some(MediaFiles::new(role));
            it.who = Some(Who { role, origin });
            drop(it);
            lead(worker, How::IfFree);
        }
        Said::UseHere => {
            if matches!(worker.borrow().state, State::OtherTab) {
                lead(worker, How::Steal);
            }
        }
        Said::WithFile(request, file, blob) => {
            if let Some(media) = &worker.borrow().media {
                media.give(file, blob);
            }
            hear(worker, Said::Request(request));
        }
        Said::Read(wanted) => read_for_page(worker, wanted),
        Said::Stream(chat, message, port) => stream::begin(worker, (chat, message), port),
        Said::Request(request) => {
            let mut it = worker.borrow_mut();
            match &it.state {
                State::Leading { driver: Some(driver), .. } => driver.send(request),
                State::Leading { driver: None, .. } => {}
                _ if it.waiting.len() < WAITING_LEN_MAX => it.waiting.push_back(request),
                _ => {}
            }
        }
        Said::Nonsense(what) => page::show(&[halted(what)]),
    }
}

/// The page gets bytes and no key.
fn read_for_page(worker: &Shared, wanted: Wanted) {
    let it = worker.borrow();
    let source = match &it.state {
        State::Leading { driver: Some(driver), .. } => driver.media_source(wanted.chat, wanted.message),
        _ => None,
    };
    let (Some(source), Some(media)) = (source, it.media.clone()) else { return wanted.answer(None) };
    wasm_bindgen_futures::spawn_local(async move {
        wanted.answer(media.opened(&source, wanted.from, wanted.len).await.as_deref());
    });
}

/// How the lock is to be had.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    IfFree,
    Steal,
}

fn lead(worker: &Shared, how: How) {
    let attempt = {
        let mut it = worker.borrow_mut();
        it.attempt += 1;
        it.state = State::Starting;
        it.attempt
    };
    let worker = worker.clone();
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(stage) = try_to_lead(&worker, attempt, how).await {
            let mut it = worker.borrow_mut();
            it.release_storage();
            if it.attempt != attempt {
                return;
            }
            it.state = if stage == AppStage::OtherTab { State::OtherTab } else { State::Idle };
            drop(it);
            // Ready first: the page may now say "use here".
            show(&[Event::Ready, Event::Stage(stage)]);
        }
    });
}

/// Errors are the stage to show.
async fn try_to_lead(worker: &Shared, attempt: u64, how: How) -> Result<(), AppStage> {
    let who = worker.borrow().who.clone().ok_or(AppStage::Starting)?;
    let lost = {
        let worker = Rc::downgrade(worker);
        move || {
            if let Some(worker) = worker.upgrade() {
                lose(&worker, attempt);
            }
        }
    };
    let lock = match lock::take(lock_name(who.role), how == How::Steal, lost).await {
        Ok(Taken::Held(lock)) => lock,
        Ok(Taken::ByAnother) => return Err(AppStage::OtherTab),
        Err(what) => return Err(AppStage::Halted { what }),
    };
    let kept = worker.borrow().storage.clone();
    let storage = match kept {
        Some(storage) => storage.resume().await.map(|()| storage),
        None => Storage::install(who.role).await.map(Rc::new),
    };
    let storage = storage.map_err(stage_of)?;
    worker.borrow_mut().storage = Some(storage.clone());
    let connection = storage.open().map_err(stage_of)?;
    if worker.borrow().attempt != attempt {
        // The lock was stolen while the database opened; `lose` has told the page.
        drop(connection);
        worker.borrow().release_storage();
        return Ok(());
    }
    run(worker, who, lock, connection, storage);
    Ok(())
}

fn run(worker: &Shared, who: Who, lock: Lock, connection: Connection, storage: Rc<Storage>) {
    if let Some(media) = &worker.borrow().media {
        media.resume();
    }
    let (kept, streams) = (storage.clone(), worker.borrow().streams.clone());
    let platform = Platform {
        origin: who.origin,
        show: Box::new(show),
        open_database: Box::new(move || kept.open().ok()),
        delete_database: Box::new(move || storage.delete().map_err(|error| format!("{error:?}"))),
        turned: Box::new(move || streams.turned()),
        push: Box::new(move |task| push_book::keep(who.role, task)),
        media: worker.borrow().media.clone().map(|files| Rc::new(files) as Rc<dyn web::MediaStore>),
    };
    let config = EngineConfig { role: who.role, device_name: "Web".to_owned() };
    let driver = web::start(connection, config, platform);
    let mut it = worker.borrow_mut();
    let waiting = std::mem::take(&mut it.waiting);
    if let Some(driver) = &driver {
        waiting.into_iter().for_each(|request| driver.send(request));
    }
    it.state = State::Leading { driver, _lock: lock };
}

/// Another tab took the lock: everything is closed, so that it can open the database.
fn lose(worker: &Shared, attempt: u64) {
    let mut it = worker.borrow_mut();
    if it.attempt != attempt {
        return;
    }
    it.attempt += 1;
    if let State::Leading { driver: Some(driver), .. } = std::mem::replace(&mut it.state, State::OtherTab) {
        driver.stop();
    }
    it.release_storage();
    drop(it);
    page::show(&[Event::Stage(AppStage::OtherTab)]);
}

impl Worker {
    fn release_storage(&self) {
        if let Some(storage) = &self.storage {
            storage.pause();
        }
        if let Some(media) = &self.media {
            media.pause();
        }
        // Whoever waits for a piece learns that none comes.
        self.streams.turned();
    }
}

/// Shows events. Where the client stopped for no reason that it knows, the page hears it as soon as is known whether the storage is
/// full: then it says what to do.
fn show(events: &[Event]) {
    let is_halt = |event: &Event| matches!(event, Event::Stage(AppStage::Halted { .. }));
    let Some(at) = events.iter().position(is_halt) else { return page::show(events) };
    let (before, from) = events.split_at(at);
    page::show(before);
    let from = from.to_vec();
    wasm_bindgen_futures::spawn_local(async move {
        match room::look().await {
            room::Room::Some => page::show(&from),
            room::Room::None => page::show(&[Event::Stage(AppStage::Unsupported(Unsupported::StorageFull))]),
        }
    });
}

fn lock_name(role: Role) -> &'static str {
    match role {
        Role::Phone => "heliograph-phone",
        Role::Companion => "heliograph-companion",
    }
}

fn stage_of(error: OpenError) -> AppStage {
    match error {
        OpenError::NoStorage => AppStage::Unsupported(Unsupported::NoStorage),
        OpenError::Full => AppStage::Unsupported(Unsupported::StorageFull),
        OpenError::InUse => AppStage::OtherTab,
        OpenError::Other(what) => AppStage::Halted { what },
    }
}

fn halted(what: String) -> Event {
    Event::Stage(AppStage::Halted { what })
}
