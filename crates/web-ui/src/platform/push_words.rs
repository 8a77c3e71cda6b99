//! The words of notifications that come while no page is open: given to the service worker (`web/sw.js`) when they are
//! turned on, and whenever a page begins.

use crate::platform::version;
use crate::{language, words};
use client_api::MediaKind;
use js_sys::{Array, Intl, Object, Reflect};
use std::iter;
use wasm_bindgen::prelude::*;

/// Numbers among which each plural form of each language is.
const COUNTS: [u32; 7] = [0, 1, 2, 3, 11, 21, OTHER];
/// Said where there is no better form.
const OTHER: u32 = 100;
/// Kinds of files by the numbers that previews have for them (`e2ee::preview`).
const FILES: [(&str, MediaKind); 5] = [
    ("2", MediaKind::Photo),
    ("3", MediaKind::Video),
    ("4", MediaKind::Audio),
    ("5", MediaKind::Voice),
    ("6", MediaKind::Document),
];

/// Gives them, where there is a service worker.
pub async fn give() {
    let Some(worker) = version::active().await.and_then(|registration| registration.active()) else { return };
    let _ = worker.post_message(&object(&[("words", all())]));
}

fn all() -> JsValue {
    let files = FILES.map(|(number, kind)| (number, JsValue::from_str(words::media_kind(kind))));
    object(&[
        ("tag", JsValue::from_str(language::tag())),
        ("app", JsValue::from_str(words::app_name())),
        ("message", JsValue::from_str(words::new_message())),
        ("messages", numbers_of_messages()),
        ("call", JsValue::from_str(words::incoming_call())),
        ("files", object(&files)),
    ])
}

/// By plural form (`Intl.PluralRules`), with "#" for the number.
fn numbers_of_messages() -> JsValue {
    let locales = Array::of1(&JsValue::from_str(language::tag()));
    let rules = Intl::PluralRules::new(&locales, &Object::new());
    let said = |count: u32| JsValue::from_str(&words::new_messages(count).replace(&count.to_string(), "#"));
    let other = ("other".to_owned(), said(OTHER));
    let forms: Vec<(String, JsValue)> = iter::once(other)
        .chain(COUNTS.map(|count| (String::from(rules.select(f64::from(count))), said(count))))
        .collect();
    object(&forms.iter().map(|(form, words)| (form.as_str(), words.clone())).collect::<Vec<_>>())
}

fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let made = Object::new();
    for (name, value) in entries {
        let _ = Reflect::set(&made, &JsValue::from_str(name), value);
    }
    made.into()
}
