//! Notifications: of messages while the page is open but not seen, and what becomes of those that stand in the system. What is told while no
//! page is open, the service worker says by itself (`web/sw.js`).

use crate::platform::{push, version};
use crate::store::App;
use client_api::{AppStage, ChatId, PushState, Role};
use js_sys::{Array, Object, Promise, Reflect};
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::str::FromStr as _;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortSignal, MessageEvent, Notification, NotificationOptions, NotificationPermission};

/// The tag of what the service worker says where it cannot tell which chat it is.
const OF_NO_CHAT: &str = "heliograph";

/// Tells of a message, where the user allowed it.
pub fn message(app: App, chat: ChatId, title: &str, text: &str) {
    if Notification::permission() != NotificationPermission::Granted {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(text);
    options.set_tag(&chat.to_string());
    let Ok(notification) = Notification::new_with_options(title, &options) else {
        // Phones allow notifications only from the service worker; there the constructor throws.
        return by_service_worker(app, chat, title.to_owned(), options);
    };
    let shown = notification.clone();
    let on_click = Closure::<dyn FnMut()>::new(move || {
        let _ = window().focus();
        app.open_chat(chat);
        shown.close();
    });
    notification.set_onclick(Some(on_click.as_ref().unchecked_ref()));
    on_click.forget();
}

/// A click on it comes to the service worker, which says so to the page (`follow_clicks`).
fn by_service_worker(app: App, chat: ChatId, title: String, options: NotificationOptions) {
    let data = Object::new();
    let page = if app.role == Role::Phone { "/phone" } else { "/" };
    for (name, value) in [("chat", chat.to_string().as_str()), ("page", page)] {
        // A fresh object takes properties.
        let _ = Reflect::set(&data, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    options.set_data(&data);
    spawn_local(async move {
        let Some(registration) = version::registration().await else { return };
        // What cannot be shown is in the chat.
        let _ = alone(move || registration.show_notification_with_options(&title, &options)).await;
    });
}

/// A page may hold the lock that has been put to sleep: nobody waits for it longer.
const LOCK_WAIT_MS: u32 = 2_000;

// Behind a compiler flag in web-sys, and in every browser that has OPFS.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(name: &str, options: &Object, deed: &JsValue) -> Result<Promise, JsValue>;
}

/// Does something with notifications while nobody else does, the service worker included, which says why (`web/sw.js`).
async fn alone(deed: impl Fn() -> Result<Promise, JsValue> + Clone + 'static) -> Result<JsValue, JsValue> {
    let options = Object::new();
    // A fresh object takes properties.
    let _ = Reflect::set(&options, &JsValue::from_str("signal"), &AbortSignal::timeout_with_u32(LOCK_WAIT_MS));
    let held = Closure::once_into_js(deed.clone());
    let done = JsFuture::from(request_lock("heliograph-notifications", &options, &held)?).await;
    match done {
        Ok(done) => Ok(done),
        Err(_) => JsFuture::from(deed()?).await,
    }
}

/// Whether the user may still be asked.
pub fn may_ask() -> bool {
    Notification::permission() == NotificationPermission::Default
}

/// Asks; only after a click.
pub fn ask(done: impl FnOnce() + 'static) {
    let Ok(promise) = Notification::request_permission() else { return };
    spawn_local(async move {
        let _ = JsFuture::from(promise).await;
        done();
    });
}

/// The chat that a page was opened for by a click on a notification: `chat=` and its id behind the `#`.
pub fn chat_of(fragment: &str) -> Option<ChatId> {
    ChatId::from_str(fragment.strip_prefix("chat=")?).ok()
}

/// Opens the chat of a notification that was clicked, as soon as it is in the list.
pub fn follow_clicks(app: App, first: Option<ChatId>) {
    let wanted = RwSignal::new(first);
    Effect::new(move || {
        let is_there = |chat: &ChatId| app.chats.with(|chats| chats.get(chat).is_some());
        if app.stage.get() == AppStage::Active
            && let Some(chat) = wanted.get().filter(is_there)
        {
            wanted.set(None);
            app.open_chat(chat);
        }
    });
    version::on_message(move |event: MessageEvent| {
        let told = Reflect::get(&event.data(), &JsValue::from_str("open")).ok().and_then(|told| told.as_string());
        if let Some(chat) = told.and_then(|told| ChatId::from_str(&told).ok()) {
            wanted.set(Some(chat));
        }
    });
}

/// Takes notifications of chats that have been read, here or on another device, out of the system.
pub fn close_read(read: BTreeSet<String>) {
    if read.is_empty() || Notification::permission() != NotificationPermission::Granted {
        return;
    }
    spawn_local(async move {
        let (mut left, mut closed) = (0, false);
        for notification in standing().await {
            let tag = notification.tag().unwrap_or_default();
            if read.contains(&tag) || tag == OF_NO_CHAT {
                notification.close();
                closed = true;
            } else {
                left += 1;
            }
        }
        if closed && left == 0 {
            clear_badge();
        }
    });
}

/// Takes all of them out of the system.
pub async fn close_all() {
    for notification in standing().await {
        notification.close();
    }
    clear_badge();
}

/// The account is here no more: nothing of it stands in the system, and nothing more comes.
pub fn forget(was: PushState) {
    spawn_local(async move {
        // Its phone or companion in this browser may be the one that is notified.
        if matches!(was, PushState::On { .. }) {
            push::end().await;
        }
        close_all().await;
    });
}

async fn standing() -> Vec<Notification> {
    let Some(registration) = version::registration().await else { return Vec::new() };
    let Ok(standing) = alone(move || registration.get_notifications()).await else { return Vec::new() };
    Array::from(&standing).iter().map(JsCast::unchecked_into).collect()
}

/// Not every browser has one.
fn clear_badge() {
    let navigator: Object = window().navigator().unchecked_into();
    if let Ok(clear) = Reflect::get(&navigator, &JsValue::from_str("clearAppBadge"))
        && let Some(clear) = clear.dyn_ref::<js_sys::Function>()
    {
        let _ = clear.call0(&navigator);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_names_a_chat_or_is_something_else() {
        let chat = ChatId([0xab; 16]);
        assert_eq!(chat_of(&format!("chat={chat}")), Some(chat));
        for other in ["", "chat=", "chat=12", "HGC1:abc", &chat.to_string()] {
            assert_eq!(chat_of(other), None, "{other}");
        }
    }
}
