//! A picture over other windows, where the browser lets a page have one.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

pub fn is_possible() -> bool {
    Reflect::get(&document(), &"pictureInPictureEnabled".into()).is_ok_and(|is| is.is_truthy())
}

/// Shows a film, by the first selector that finds one; or takes the one that is shown away.
pub fn toggle(selectors: &[&str]) {
    if is_shown() {
        return leave();
    }
    let found = selectors.iter().find_map(|selector| document().query_selector(selector).ok().flatten());
    if let Some(video) = found {
        ask(&video, "requestPictureInPicture");
    }
}

/// There is none any more.
pub fn leave() {
    if is_shown() {
        ask(&document(), "exitPictureInPicture");
    }
}

fn is_shown() -> bool {
    Reflect::get(&document(), &"pictureInPictureElement".into()).is_ok_and(|shown| shown.is_object())
}

fn ask(of: &JsValue, what: &str) {
    let Some(ask) = Reflect::get(of, &what.into()).ok().and_then(|ask| ask.dyn_into::<Function>().ok()) else { return };
    if let Ok(asked) = ask.call0(of) {
        // A browser that does not want to says so to nobody else.
        spawn_local(async move { _ = JsFuture::from(asked.unchecked_into::<Promise>()).await });
    }
}
