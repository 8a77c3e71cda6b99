//! The pages of phone and companion: Leptos over `client-api`. This file starts them; `bridge` alone knows the worker.

pub mod bridge;
pub mod features;
pub mod language;
pub mod model;
pub mod platform;
pub mod primitives;
pub mod store;
pub mod words;

use bridge::FromWorker;
use client_api::{AppStage, Role, Unsupported};
use language::Language;
use leptos::prelude::*;
use platform::{formats, join_link, notify, page};
use store::App;
use wasm_bindgen::prelude::*;

/// Called by `boot.js` with the worker that it started and with what that said meanwhile, with the language, the tag by which dates are written,
/// and the words.
#[wasm_bindgen]
pub fn start(worker: &web_sys::Worker, role: &str, backlog: &js_sys::Array, language: &str, tag: &str, words: String) {
    std::panic::set_hook(Box::new(|panic| page::halt(&panic.to_string())));
    language::speak(Language::new(language, words, formats::of(tag)));
    let role = if role == "phone" { Role::Phone } else { Role::Companion };
    let owner = Owner::new();
    let app = owner.with(|| App::new(role));
    let fragment = page::take_fragment();
    let clicked = fragment.as_deref().and_then(notify::chat_of);
    let invite = fragment.as_deref().and_then(|fragment| fragment.strip_prefix("invite=")).map(str::to_owned);
    let join = fragment.as_deref().and_then(join_link::code_in);
    let is_other = clicked.is_some() || invite.is_some() || join.is_some();
    app.contact_code.set(fragment.filter(|_| !is_other));
    app.open_join(join.or_else(join_link::kept));
    app.invite.set(invite);
    app.visible.set(page::is_visible());
    bridge::connect(worker, backlog, move |heard| match heard {
        FromWorker::Events(events) => app.take(events),
        FromWorker::Trouble(what) => app.stage.set(AppStage::Halted { what }),
        FromWorker::OtherVersion => app.stage.set(AppStage::Unsupported(Unsupported::ServerVersion)),
    });
    // The signals of the store outlive every page.
    std::mem::forget(owner);
    mount_to_body(move || {
        notify::follow_clicks(app, clicked);
        view! { <features::shell::Shell app/> }
    });
}
