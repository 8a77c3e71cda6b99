//! New versions of the program: the service worker keeps the files of one version, and the next one waits until the user takes it.
//!
//! A page that stays open asks for a new version when it comes to the front, at most once an hour. Where another tab has taken the
//! new version, this page's files are gone from the cache: it is told to reload, too. What the service worker keeps also has what this
//! page does not need yet; so a first visit registers it when the list is there, and does not wait for that on a slow line.

use crate::platform::page;
use js_sys::Promise;
use leptos::prelude::{document, window};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MessageEvent, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState};

const ASK_EVERY_MS: u64 = 3_600_000;

/// Browsers leave it away in insecure and in some private windows; then a page works all the same, but not without a network.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    let there = js_sys::Reflect::get(&navigator, &"serviceWorker".into()).is_ok_and(|value| !value.is_undefined());
    there.then(|| navigator.service_worker())
}

/// This page came from a service worker: it has been here before.
pub fn is_kept() -> bool {
    container().is_some_and(|container| container.controller().is_some())
}

/// Browsers have a service worker for this page, or may have one.
pub fn can_be_kept() -> bool {
    container().is_some()
}

/// The service worker's registration, if there is one: where it failed, nobody waits for it.
pub async fn registration() -> Option<ServiceWorkerRegistration> {
    JsFuture::from(container()?.get_registration()).await.ok()?.dyn_into().ok()
}

/// The same with a service worker that works; on a first visit it may just be coming.
pub async fn active() -> Option<ServiceWorkerRegistration> {
    let registration = registration().await?;
    if registration.active().is_none() {
        settles(&registration.installing().or_else(|| registration.waiting())?).await;
    }
    registration.active().is_some().then_some(registration)
}

/// It works, or never will.
async fn settles(worker: &ServiceWorker) {
    let settled = Promise::new(&mut |settle, _| {
        let coming = worker.clone();
        let on_state = Closure::<dyn FnMut()>::new(move || {
            if matches!(coming.state(), ServiceWorkerState::Activated | ServiceWorkerState::Redundant) {
                let _ = settle.call0(&JsValue::NULL);
            }
        });
        let _ = worker.add_event_listener_with_callback("statechange", on_state.as_ref().unchecked_ref());
        on_state.forget();
    });
    let _ = JsFuture::from(settled).await;
}

/// Hears what the service worker says to this page.
pub fn on_message(hear: impl FnMut(MessageEvent) + 'static) {
    let Some(container) = container() else { return };
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(hear);
    container.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
}

/// Says that the server had a part of this page's program no longer (`web-pack` writes who says it).
pub const PART_GONE: &str = "heliograph-part-gone";

/// Has all of the program kept, also what no page has needed yet.
pub fn keep_all() {
    spawn_local(async move {
        // On a first visit it is being registered now.
        let Some(ready) = container().and_then(|container| container.ready().ok()) else { return };
        let Ok(registration) = JsFuture::from(ready).await else { return };
        if let Some(worker) = registration.unchecked_into::<ServiceWorkerRegistration>().active() {
            let _ = worker.post_message(&JsValue::from_str("keep-all"));
        }
    });
}

/// Registers the service worker, and tells when a new version of the program waits.
pub fn watch(tell: impl Fn() + Clone + 'static) {
    let Some(container) = container() else { return };
    // The first service worker that takes a page over brings nothing new.
    if container.controller().is_some() {
        let tell = tell.clone();
        let on_change = Closure::<dyn FnMut()>::new(tell);
        let _ = container.add_event_listener_with_callback("controllerchange", on_change.as_ref().unchecked_ref());
        on_change.forget();
    }
    let promise = container.register("/sw.js");
    spawn_local(async move {
        let Ok(found) = JsFuture::from(promise).await else { return };
        let registration: ServiceWorkerRegistration = found.unchecked_into();
        if registration.waiting().is_some() && container.controller().is_some() {
            tell();
        }
        if let Some(installing) = registration.installing() {
            watch_installing(&installing, &container, tell.clone());
        }
        let watched = registration.clone();
        let on_update = Closure::<dyn FnMut()>::new(move || {
            if let Some(installing) = watched.installing() {
                watch_installing(&installing, &container, tell.clone());
            }
        });
        registration.set_onupdatefound(Some(on_update.as_ref().unchecked_ref()));
        on_update.forget();
        ask_now_and_then(registration);
    });
}

fn watch_installing(worker: &ServiceWorker, container: &ServiceWorkerContainer, tell: impl Fn() + 'static) {
    let (container, next) = (container.clone(), worker.clone());
    let on_state = Closure::<dyn FnMut()>::new(move || {
        if next.state() == ServiceWorkerState::Installed && container.controller().is_some() {
            tell();
        }
    });
    worker.set_onstatechange(Some(on_state.as_ref().unchecked_ref()));
    on_state.forget();
}

fn ask_now_and_then(registration: ServiceWorkerRegistration) {
    let asked = Rc::new(Cell::new(page::now_ms()));
    let on_visible = Closure::<dyn FnMut()>::new(move || {
        let now = page::now_ms();
        if page::is_visible() && now.saturating_sub(asked.get()) >= ASK_EVERY_MS {
            asked.set(now);
            if let Ok(promise) = registration.update() {
                // Without a network there is nothing new.
                spawn_local(async move {
                    let _ = JsFuture::from(promise).await;
                });
            }
        }
    });
    let _ = document().add_event_listener_with_callback("visibilitychange", on_visible.as_ref().unchecked_ref());
    on_visible.forget();
}

/// Lets the waiting version take over, and reloads into it.
pub fn take() {
    let Some(container) = container() else { return page::reload() };
    let promise = container.get_registration();
    spawn_local(async move {
        let registration = JsFuture::from(promise).await.ok();
        let waiting = registration
            .and_then(|value| value.dyn_into::<ServiceWorkerRegistration>().ok())
            .and_then(|registration| registration.waiting());
        match waiting {
            Some(worker) => {
                let on_change = Closure::<dyn FnMut()>::new(page::reload);
                container.set_oncontrollerchange(Some(on_change.as_ref().unchecked_ref()));
                on_change.forget();
                let _ = worker.post_message(&"take-over".into());
            }
            None => page::reload(),
        }
    });
}
