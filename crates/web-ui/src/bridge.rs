//! The only file that knows the worker: requests go to it as bytes, events come from it as bytes. Knows no page.

use crate::model::hearing::{Heard, Hearing};
use client_api::{Answer, Command, Event, Request, UserError, wire};
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker};

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
    held: Vec<Request>,
    next: u32,
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
    post(command, None);
}

/// Asks, and gets the answer.
pub fn ask(command: Command, answered: impl FnOnce(Result<Answer, UserError>) + 'static) {
    post(command, Some(Box::new(answered)));
}

/// "Use here": the worker takes the account over from another tab.
pub fn use_here() {
    BRIDGE.with_borrow(|bridge| {
        if let Some(bridge) = bridge {
            let _ = bridge.worker.post_message(&JsValue::from_str("use-here"));
        }
    });
}

fn post(command: Command, answered: Option<Answered>) {
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
        if bridge.ready { deliver(&bridge.worker, &request) } else { bridge.held.push(request) }
    });
}

fn deliver(worker: &Worker, request: &Request) {
    let bytes = Uint8Array::from(wire::encode_request(request).as_slice());
    let transfer = Array::of1(&bytes.buffer());
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
                    for request in std::mem::take(&mut bridge.held) {
                        deliver(&bridge.worker, &request);
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
