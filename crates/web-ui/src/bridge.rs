//! The only file that knows the worker: requests go to it as bytes, events come from it as bytes. Knows no page.

use crate::model::hearing::{Heard, Hearing};
use client_api::{Answer, ChatId, Command, Event, FileId, MessageId, Request, UserError, wire};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, MessageChannel, MessageEvent, MessagePort, Worker};

type Answered = Box<dyn FnOnce(Result<Answer, UserError>)>;

/// What comes from the worker.
pub enum FromWorker {
    /// A batch: the page paints once.
    Events(Vec<Event>),
    /// It cannot go on; words for a report.
    Trouble(String),
    /// It is of another version, and was not read: only a reload brings both together.
    OtherVersion,
}

struct Bridge {
    worker: Worker,
    hearing: Hearing,
    ready: bool,
    /// Requests made before the worker was ready.
    held: Vec<(Request, Option<Blob>)>,
    next: u32,
    next_file: u64,
    waiting: HashMap<u32, Answered>,
}

thread_local! {
    static BRIDGE: RefCell<Option<Bridge>> = const { RefCell::new(None) };
}

/// Takes the worker over from `boot.js`, with what it said so far.
pub fn connect(worker: &Worker, backlog: &Array, tell: impl Fn(FromWorker) + 'static) {
    BRIDGE.with_borrow_mut(|bridge| {
        *bridge = Some(Bridge {
            worker: worker.clone(),
            hearing: Hearing::default(),
            ready: false,
            held: Vec::new(),
            next: 1,
            next_file: 1,
            waiting: HashMap::new(),
        });
    });
    let hear = move |data: JsValue| {
        if let Some(heard) = read(&data) {
            tell(heard);
        }
    };
    for data in backlog.iter() {
        hear(data);
    }
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(event.data()));
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The page lives as long as the worker does.
    on_message.forget();
}

/// Asks without wanting an answer.
pub fn send(command: Command) {
    post(command, None, None);
}

/// Asks, and gets the answer.
pub fn ask(command: Command, answered: impl FnOnce(Result<Answer, UserError>) + 'static) {
    post(command, None, Some(Box::new(answered)));
}

/// Asks, and waits for the answer. `None`: the program has stopped.
pub async fn asks(command: Command) -> Option<Result<Answer, UserError>> {
    answered(|answered| post(command.clone(), None, Some(answered))).await
}

/// Asks for something with a file, which goes along: the command names it by the number that it is given. `None`: the program has stopped.
pub async fn ask_with_file(file: Blob, command: impl FnOnce(FileId) -> Command) -> Option<Result<Answer, UserError>> {
    let number = BRIDGE.with_borrow_mut(|bridge| {
        let bridge = bridge.as_mut()?;
        bridge.next_file += 1;
        Some(FileId(bridge.next_file))
    })?;
    let command = command(number);
    answered(|answered| post(command.clone(), Some(file.clone()), Some(answered))).await
}

/// What is given to what was asked.
async fn answered(mut asked: impl FnMut(Answered)) -> Option<Result<Answer, UserError>> {
    let answer = Rc::new(RefCell::new(None));
    let answered = Promise::new(&mut |resolve: Function, _| {
        let into = Rc::clone(&answer);
        asked(Box::new(move |result| {
            into.replace(Some(result));
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }));
    });
    JsFuture::from(answered).await.ok()?;
    answer.take()
}

/// Bytes of a message's file from this one on, fewer at its end; nothing where it is not whole on this device.
pub async fn read_file(chat: ChatId, message: MessageId, from: u64, len: u64) -> Option<Uint8Array> {
    let channel = MessageChannel::new().ok()?;
    let wanted = Object::new();
    let both = Uint8Array::from([chat.0, message.0].concat().as_slice());
    for (name, value) in [
        ("read", JsValue::from(both)),
        ("from", JsValue::from_f64(from as f64)),
        ("len", JsValue::from_f64(len as f64)),
    ] {
        Reflect::set(&wanted, &JsValue::from_str(name), &value).ok()?;
    }
    let there = channel.port1();
    let answer = Promise::new(&mut |resolve, _| {
        let heard = Closure::once_into_js(move |event: MessageEvent| {
            let _ = resolve.call1(&JsValue::UNDEFINED, &event.data());
        });
        there.set_onmessage(Some(heard.unchecked_ref()));
    });
    let worker = BRIDGE.with_borrow(|bridge| bridge.as_ref().map(|bridge| bridge.worker.clone()))?;
    worker.post_message_with_transfer(&wanted, &Array::of1(&channel.port2())).ok()?;
    let answer = JsFuture::from(answer).await.ok()?;
    there.close();
    answer.dyn_into().ok()
}

/// Lets whoever holds the other end of the port read a message's file, piece by piece.
pub fn stream_file(chat: ChatId, message: MessageId, port: &MessagePort) {
    let wanted = Object::new();
    let both = Uint8Array::from([chat.0, message.0].concat().as_slice());
    let worker = BRIDGE.with_borrow(|bridge| bridge.as_ref().map(|bridge| bridge.worker.clone()));
    if let (Some(worker), Ok(true)) = (worker, Reflect::set(&wanted, &"stream".into(), &both)) {
        // A port that was given away before cannot be given again; this one is new.
        let _ = worker.post_message_with_transfer(&wanted, &Array::of1(port));
    }
}

/// "Use here": the worker takes the account over from another tab.
pub fn use_here() {
    BRIDGE.with_borrow(|bridge| {
        if let Some(bridge) = bridge {
            let _ = bridge.worker.post_message(&JsValue::from_str("use-here"));
        }
    });
}

fn post(command: Command, file: Option<Blob>, answered: Option<Answered>) {
    BRIDGE.with_borrow_mut(|bridge| {
        let Some(bridge) = bridge else { return };
        let id = match answered {
            None => 0,
            Some(answered) => {
                let id = bridge.next;
                bridge.next = bridge.next.checked_add(1).unwrap_or(1);
                bridge.waiting.insert(id, answered);
                id
            }
        };
        let request = Request { id, command };
        if bridge.ready { deliver(&bridge.worker, &request, file) } else { bridge.held.push((request, file)) }
    });
}

fn deliver(worker: &Worker, request: &Request, file: Option<Blob>) {
    let bytes = Uint8Array::from(wire::encode_request(request).as_slice());
    let transfer = Array::of1(&bytes.buffer());
    if let Some(file) = file {
        // Together, so that the command never comes without it.
        let both = Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&both, &JsValue::from_str(name), value).is_ok();
        if set("request", &bytes) && set("file", &file) {
            let _ = worker.post_message_with_transfer(&both, &transfer);
        }
        return;
    }
    // It fails only for a buffer that was given away before; this one is new.
    let _ = worker.post_message_with_transfer(&bytes, &transfer);
}

fn read(data: &JsValue) -> Option<FromWorker> {
    if let Some(text) = data.as_string() {
        return match hear(|hearing| hearing.text(&text))? {
            Heard::Read => Some(FromWorker::Trouble(text)),
            Heard::Pass => None,
            Heard::OtherVersion => Some(FromWorker::OtherVersion),
        };
    }
    let bytes = data.dyn_ref::<Uint8Array>()?;
    match hear(Hearing::bytes)? {
        Heard::Read => {}
        Heard::Pass => return None,
        Heard::OtherVersion => return Some(FromWorker::OtherVersion),
    }
    match wire::decode_events(&bytes.to_vec()) {
        Ok(events) => Some(FromWorker::Events(settle(events))),
        Err(skew) => Some(FromWorker::Trouble(skew.to_string())),
    }
}

fn hear(what: impl FnOnce(&mut Hearing) -> Heard) -> Option<Heard> {
    BRIDGE.with_borrow_mut(|bridge| bridge.as_mut().map(|bridge| what(&mut bridge.hearing)))
}

/// Hands answers to those who asked; what is left is for the pages.
fn settle(events: Vec<Event>) -> Vec<Event> {
    let mut left = Vec::with_capacity(events.len());
    let mut answers = Vec::new();
    BRIDGE.with_borrow_mut(|bridge| {
        let Some(bridge) = bridge else { return };
        for event in events {
            match event {
                Event::Ready => {
                    bridge.ready = true;
                    for (request, file) in std::mem::take(&mut bridge.held) {
                        deliver(&bridge.worker, &request, file);
                    }
                }
                Event::Answered { request, result } => {
                    answers.extend(bridge.waiting.remove(&request).map(|answered| (answered, result)));
                }
                other => left.push(other),
            }
        }
    });
    // Outside of the borrow: whoever is answered may ask again. After the batch's snapshots have been taken in.
    if !answers.is_empty() {
        wasm_bindgen_futures::spawn_local(async move {
            for (answered, result) in answers {
                answered(result);
            }
        });
    }
    left
}
