//! Files that are played, or saved, while they are read: the service worker asks over a port for one piece after the other, and a piece
//! that is not here yet is waited for. Gives only what opens at its place.

use super::{Shared, State};
use client_api::{ChatId, Command, MessageId, Request};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MessageEvent, MessagePort};

/// Streams at once; the oldest ends, and its player asks again.
const STREAMS_MAX: usize = 8;
/// The most that is opened of a file at a time: a stream holds no more than this.
const PIECE_LEN_MAX: u64 = 256 * 1024;

/// All that run.
#[derive(Default)]
pub(super) struct Streams {
    running: RefCell<VecDeque<Rc<Stream>>>,
    /// Of those that wait for a piece; one a stream at most.
    waiting: RefCell<Vec<Function>>,
}

struct Stream {
    chat: ChatId,
    message: MessageId,
    port: MessagePort,
    /// A piece is on its way to whoever asked: there is no second one.
    is_busy: Cell<bool>,
    is_over: Cell<bool>,
}

impl Streams {
    /// Something may have come.
    pub(super) fn turned(&self) {
        for waiting in self.waiting.take() {
            // Resolving a promise does not throw.
            let _ = waiting.call0(&JsValue::UNDEFINED);
        }
    }

    /// Done at the next `turned`.
    fn next_turn(&self) -> Promise {
        Promise::new(&mut |resolve, _| self.waiting.borrow_mut().push(resolve))
    }

    fn end(&self, stream: &Rc<Stream>) {
        stream.is_over.set(true);
        stream.port.close();
        self.running.borrow_mut().retain(|other| !Rc::ptr_eq(other, stream));
        self.turned();
    }
}

/// Answers what is asked over this port until whoever asks has enough.
pub(super) fn begin(worker: &Shared, (chat, message): (ChatId, MessageId), port: MessagePort) {
    let streams = worker.borrow().streams.clone();
    let oldest = {
        let running = streams.running.borrow();
        running.front().filter(|_| running.len() >= STREAMS_MAX).cloned()
    };
    if let Some(oldest) = oldest {
        // Whoever reads it learns that nothing more comes.
        let _ = oldest.port.post_message(&JsValue::NULL);
        streams.end(&oldest);
    }
    let stream = Rc::new(Stream { chat, message, port, is_busy: Cell::new(false), is_over: Cell::new(false) });
    streams.running.borrow_mut().push_back(stream.clone());
    let (worker, answering) = (worker.clone(), Rc::downgrade(&stream));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(stream) = answering.upgrade() else { return };
        // Whole numbers, far below where they would not be.
        let number = |name: &str| Some(Reflect::get(&event.data(), &JsValue::from_str(name)).ok()?.as_f64()? as u64);
        match (number("from"), number("len")) {
            (Some(from), Some(len)) if !stream.is_busy.replace(true) => {
                spawn_local(answer(worker.clone(), stream, (from, len.min(PIECE_LEN_MAX))));
            }
            (Some(_), Some(_)) => {}
            _ => streams.end(&stream),
        }
    });
    stream.port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Goes with its port.
    on_message.into_js_value();
}

async fn answer(worker: Shared, stream: Rc<Stream>, wanted: (u64, u64)) {
    let bytes = read(&worker, &stream, wanted).await;
    stream.is_busy.set(false);
    if stream.is_over.get() {
        return;
    }
    // Null and a fresh buffer can be posted.
    let _ = match bytes {
        Some(bytes) => {
            let bytes = Uint8Array::from(bytes.as_slice());
            stream.port.post_message_with_transferable(&bytes, &Array::of1(&bytes.buffer()))
        }
        None => stream.port.post_message(&JsValue::NULL),
    };
}

/// `None`: it is stopped, damaged, gone, or in another tab.
async fn read(worker: &Shared, stream: &Stream, (from, len): (u64, u64)) -> Option<Vec<u8>> {
    let mut asked = None;
    loop {
        if stream.is_over.get() {
            return None;
        }
        let (source, files, streams) = {
            let it = worker.borrow();
            let State::Leading { driver: Some(driver), .. } = &it.state else { return None };
            (driver.stream_source(stream.chat, stream.message)?, it.media.clone()?, it.streams.clone())
        };
        let to = from.saturating_add(len).min(source.size);
        let Some(missing) = source.missing(&(from..to)) else {
            return files.opened(&source, from, len).await;
        };
        // What does not come, and cannot be played in part, is not waited for.
        if source.is_complete || !source.comes || !source.can_play_early() {
            return None;
        }
        let turned = streams.next_turn();
        if asked.replace(missing) != Some(missing)
            && let State::Leading { driver: Some(driver), .. } = &worker.borrow().state
        {
            let (chat, message) = (stream.chat, stream.message);
            driver.send(Request { id: 0, command: Command::StreamMedia { chat, message, from: Some(missing) } });
        }
        // A turn does not fail.
        let _ = JsFuture::from(turned).await;
    }
}
