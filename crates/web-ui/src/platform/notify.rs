//! Notifications while the page is open but not seen.

use crate::store::App;
use client_api::ChatId;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// Tells of a message, where the user allowed it.
pub fn message(app: App, chat: ChatId, title: &str, text: &str) {
    if Notification::permission() != NotificationPermission::Granted {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(text);
    options.set_tag(&chat.to_string());
    // Phones allow notifications only from the service worker; there the constructor throws.
    let Ok(notification) = Notification::new_with_options(title, &options) else { return };
    let shown = notification.clone();
    let on_click = Closure::<dyn FnMut()>::new(move || {
        let _ = window().focus();
        app.open_chat(chat);
        shown.close();
    });
    notification.set_onclick(Some(on_click.as_ref().unchecked_ref()));
    on_click.forget();
}

/// Whether the user may still be asked.
pub fn may_ask() -> bool {
    Notification::permission() == NotificationPermission::Default
}

/// Asks; only after a click.
pub fn ask(done: impl FnOnce() + 'static) {
    let Ok(promise) = Notification::request_permission() else { return };
    wasm_bindgen_futures::spawn_local(async move {
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        done();
    });
}
