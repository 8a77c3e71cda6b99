//! What the service worker may know while no page is open, handed to `worker.js`, which keeps it where that reads it.

use client_api::{Previews, Role};
use client_core::{PushChat, PushTask};
use e2ee::preview::preview_key_id;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// In order; what fails is told on the console.
    #[wasm_bindgen(js_name = keepPushBook)]
    fn keep_push_book(task: &JsValue);
}

/// Keeps it, as the client in this role says.
pub(super) fn keep(role: Role, task: PushTask) {
    let given = Object::new();
    let chats = |chats: Vec<PushChat>| chats.iter().map(chat).collect::<Array>();
    match task {
        PushTask::Keep { previews, chats: all } => {
            let settings = Object::new();
            set(&settings, "previews", shown(previews));
            set(&settings, "page", if role == Role::Phone { "/phone" } else { "/" });
            set(&given, "settings", settings);
            set(&given, "chats", chats(all));
        }
        PushTask::Change(changed) => set(&given, "chats", chats(changed)),
        PushTask::Forget => {}
    }
    keep_push_book(&given);
}

fn chat(page: &PushChat) -> Object {
    let (given, people) = (Object::new(), Object::new());
    for (account, name) in &page.people {
        set(&people, &account.to_string(), name.as_str());
    }
    let key = |key: &client_core::PushKey| {
        let given = Object::new();
        let id: String = preview_key_id(&key.0).iter().map(|byte| format!("{byte:02x}")).collect();
        set(&given, "id", id.as_str());
        set(&given, "key", Uint8Array::from(key.0.as_slice()));
        given
    };
    set(&given, "chat", page.chat.to_string().as_str());
    set(&given, "title", page.title.as_str());
    // "Always" is beyond what a date can be, and stays that.
    set(&given, "muted", page.muted_until_ms as f64);
    set(&given, "blocked", page.blocked);
    set(&given, "keys", page.keys.iter().map(key).collect::<Array>());
    set(&given, "people", people);
    given
}

fn shown(previews: Previews) -> &'static str {
    match previews {
        Previews::Nothing => "nothing",
        Previews::Sender => "sender",
        Previews::SenderAndText => "text",
    }
}

fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    Reflect::set(object, &JsValue::from_str(name), &value.into()).expect("an object of ours takes properties");
}
