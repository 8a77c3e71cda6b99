//! Addresses at which the service worker gives files of messages, to players and to be saved. Each is known to this page alone, cannot be
//! guessed, and ends with whoever holds it; the bytes go from the page's worker to the service worker, and never through the page.

use crate::bridge;
use crate::model::media::file_name;
use crate::model::streams::{Head, Way, head, played_type};
use client_api::{ChatId, MediaFacts, MessageId};
use js_sys::{Array, Object, Reflect};
use leptos::prelude::{ArcRwSignal, GetUntracked, Set, window};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessageEvent, MessagePort, ServiceWorkerContainer};

const FOLDER: &str = "/stream/";
/// Addresses at once; the oldest ends.
const ADDRESSES_MAX: usize = 32;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> String;
}

struct Given {
    token: String,
    chat: ChatId,
    message: MessageId,
    facts: MediaFacts,
    way: Way,
}

thread_local! {
    static GIVEN: RefCell<VecDeque<Given>> = const { RefCell::new(VecDeque::new()) };
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static POSSIBLE: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// Whether a service worker stands before this page that gives streams; it may come later.
pub fn possible() -> ArcRwSignal<bool> {
    if !WATCHED.replace(true) {
        watch();
    }
    POSSIBLE.with(Clone::clone)
}

/// An address for a player; nothing where the file is to be read whole.
pub fn for_player(chat: ChatId, message: MessageId, facts: &MediaFacts) -> Option<String> {
    played_type(facts)?;
    address(chat, message, facts, Way::Played)
}

/// An address that is asked for once, for a file that is here.
pub fn to_save(chat: ChatId, message: MessageId, facts: &MediaFacts) -> Option<String> {
    (facts.size > 0).then(|| address(chat, message, facts, Way::Saved)).flatten()
}

/// Nothing more is given at it.
pub fn end(address: &str) {
    GIVEN.with_borrow_mut(|given| given.retain(|one| address.strip_prefix(FOLDER) != Some(&one.token)));
}

/// Whether it is one of these.
pub fn is_one(address: &str) -> bool {
    address.starts_with(FOLDER)
}

fn address(chat: ChatId, message: MessageId, facts: &MediaFacts, way: Way) -> Option<String> {
    if !possible().get_untracked() {
        return None;
    }
    let token = random_uuid();
    let address = format!("{FOLDER}{token}");
    GIVEN.with_borrow_mut(|given| {
        if given.len() >= ADDRESSES_MAX {
            given.pop_front();
        }
        given.push_back(Given { token, chat, message, facts: facts.clone(), way });
    });
    Some(address)
}

fn watch() {
    let navigator = window().navigator();
    if Reflect::get(&navigator, &"serviceWorker".into()).is_ok_and(|value| value.is_undefined()) {
        return;
    }
    let container = navigator.service_worker();
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| answer(&event));
    let _ = container.add_event_listener_with_callback("message", hear.as_ref().unchecked_ref());
    // It lives as long as the page.
    hear.forget();
    let asking = container.clone();
    let on_change = Closure::<dyn FnMut()>::new(move || ask(&asking));
    let _ = container.add_event_listener_with_callback("controllerchange", on_change.as_ref().unchecked_ref());
    on_change.forget();
    ask(&container);
}

/// An older version says nothing.
fn ask(container: &ServiceWorkerContainer) {
    POSSIBLE.with(|possible| possible.set(false));
    let (Some(worker), Ok(channel)) = (container.controller(), MessageChannel::new()) else { return };
    let heard = Closure::once_into_js(|_: MessageEvent| POSSIBLE.with(|possible| possible.set(true)));
    channel.port1().set_onmessage(Some(heard.unchecked_ref()));
    let _ = worker.post_message_with_transferable(&"streams?".into(), &Array::of1(&channel.port2()));
}

/// The service worker was asked for an address.
fn answer(event: &MessageEvent) {
    let data = event.data();
    let field = |name: &str| Reflect::get(&data, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    let (Some(token), Ok(port)) = (field("stream").as_string(), event.ports().get(0).dyn_into::<MessagePort>()) else {
        return;
    };
    let range = field("range").as_string();
    let found = GIVEN.with_borrow_mut(|given| {
        let at = given.iter().position(|one| one.token == token)?;
        let one = given.get(at)?;
        // What is played is not opened in a page's place.
        if one.way == Way::Played && field("saves").as_bool() == Some(true) {
            return None;
        }
        let head = head(&one.facts, one.way, &file_name(&one.facts), range.as_deref());
        let of = (one.chat, one.message);
        if one.way == Way::Saved {
            given.remove(at);
        }
        Some((of, head))
    });
    let told = found.as_ref().and_then(|(_, head)| said(head)).unwrap_or(JsValue::NULL);
    // Before it is given away: what was posted first comes first.
    if port.post_message(&told).is_ok()
        && let Some(((chat, message), head)) = found
        && !head.bytes.is_empty()
    {
        bridge::stream_file(chat, message, &port);
    }
}

fn said(head: &Head) -> Option<JsValue> {
    let (said, headers) = (Object::new(), Object::new());
    for (name, value) in &head.headers {
        Reflect::set(&headers, &JsValue::from_str(name), &JsValue::from_str(value)).ok()?;
    }
    for (name, value) in [
        ("status", JsValue::from(head.status)),
        ("headers", JsValue::from(headers)),
        ("from", JsValue::from_f64(head.bytes.start as f64)),
        ("to", JsValue::from_f64(head.bytes.end as f64)),
    ] {
        Reflect::set(&said, &JsValue::from_str(name), &value).ok()?;
    }
    Some(said.into())
}
