//! What the page says and hears.

use client_api::{AppStage, ChatId, Command, Event, FileId, MessageId, Request, Role, wire};
use js_sys::{Array, Reflect, Uint8Array};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent, MessagePort};

/// A message of the page.
pub(super) enum Said {
    /// The first: who the worker is to be.
    Who { role: Role, origin: String },
    /// The account that another tab has open shall be opened here.
    UseHere,
    /// A command.
    Request(Request),
    /// A command, and the file that it names.
    WithFile(Request, FileId, Blob),
    /// Bytes of a message's file are wanted.
    Read(Wanted),
    /// Pieces of a message's file will be wanted over this port.
    Stream(ChatId, MessageId, MessagePort),
    /// Something else, in words for a report. A page of another version says nothing: it has heard the greeting.
    Nonsense(String),
}

/// A piece of a file, and who waits for it.
pub(super) struct Wanted {
    pub(super) chat: ChatId,
    pub(super) message: MessageId,
    pub(super) from: u64,
    pub(super) len: u64,
    port: MessagePort,
}

impl Wanted {
    /// Gives the bytes, or says that there are none.
    pub(super) fn answer(&self, bytes: Option<&[u8]>) {
        let posted = match bytes {
            Some(bytes) => {
                let bytes = Uint8Array::from(bytes);
                self.port.post_message_with_transferable(&bytes, &Array::of1(&bytes.buffer()))
            }
            None => self.port.post_message(&JsValue::NULL),
        };
        posted.expect("null and a fresh buffer can be posted");
        self.port.close();
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Hears what came before and, from now on, all that comes.
pub(super) fn listen(backlog: &Array, mut hear: impl FnMut(Said) + 'static) {
    for message in backlog.iter() {
        hear(read(&message, &Array::new()));
    }
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        hear(read(&event.data(), &event.ports().unchecked_into()))
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It lives as long as the worker.
    on_message.forget();
}

/// Says of which format all that follows is; the page reads nothing before.
pub(super) fn greet() {
    let posted = scope().post_message(&JsValue::from_str(&wire::greeting()));
    posted.expect("a text can be posted");
}

fn read(message: &JsValue, ports: &Array) -> Said {
    if let Some(bytes) = message.dyn_ref::<Uint8Array>() {
        return match wire::decode_request(&bytes.to_vec()) {
            Ok(request) => Said::Request(request),
            Err(error) => Said::Nonsense(error.to_string()),
        };
    }
    if message.as_string().as_deref() == Some("use-here") {
        return Said::UseHere;
    }
    let part = |name: &str| Reflect::get(message, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    if let (Some(bytes), Ok(blob)) = (part("request").dyn_ref::<Uint8Array>(), part("file").dyn_into::<Blob>()) {
        return match wire::decode_request(&bytes.to_vec()) {
            Ok(request) => match request.command {
                Command::SendMedia { file, .. } => Said::WithFile(request, file, blob),
                _ => Said::Request(request),
            },
            Err(error) => Said::Nonsense(error.to_string()),
        };
    }
    for name in ["read", "stream"] {
        let (Some(ids), Ok(port)) =
            (part(name).dyn_ref::<Uint8Array>().cloned(), ports.get(0).dyn_into::<MessagePort>())
        else {
            continue;
        };
        let mut both = [0; 32];
        if ids.length() == 32 {
            ids.copy_to(&mut both);
        }
        let id = |from: usize| std::array::from_fn(|at| both.get(from + at).copied().unwrap_or_default());
        // Whole numbers, far below where they would not be.
        let number = |name: &str| part(name).as_f64().unwrap_or_default() as u64;
        let (chat, message) = (ChatId(id(0)), MessageId(id(16)));
        return match name {
            "stream" => Said::Stream(chat, message, port),
            _ => Said::Read(Wanted { chat, message, from: number("from"), len: number("len"), port }),
        };
    }
    let field = |name: &str| Reflect::get(message, &JsValue::from_str(name)).ok().and_then(|value| value.as_string());
    let origin = field("origin").unwrap_or_else(|| scope().location().origin());
    match field("role").as_deref() {
        Some("phone") => Said::Who { role: Role::Phone, origin },
        Some("companion") => Said::Who { role: Role::Companion, origin },
        _ => Said::Nonsense("the page said something that this version does not know; reload it".to_owned()),
    }
}

/// Shows events; a call is one message, so that the page paints once.
pub(super) fn show(events: &[Event]) {
    let bytes = Uint8Array::from(wire::encode_events(events).as_slice());
    let posted = scope().post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()));
    posted.expect("a fresh buffer can be transferred");
}

/// A panic is shown as "halted" with its place, without its words: they could hold a user's.
pub(super) fn report_panics() {
    thread_local!(static REPORTED: Cell<bool> = const { Cell::new(false) });
    std::panic::set_hook(Box::new(|panic| {
        let place =
            panic.location().map_or_else(|| "somewhere".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
        // What comes after the first is noise: the worker's memory is no longer sound.
        if !REPORTED.replace(true) {
            web_sys::console::error_1(&JsValue::from_str(&format!("panic at {place}")));
            show(&[Event::Stage(AppStage::Halted { what: format!("panic at {place}") })]);
        }
    }));
}
