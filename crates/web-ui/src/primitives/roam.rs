//! The keyboard's way through a list of things that can be pressed: one stop of Tab, and arrows from there.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Gives the focus to the first control of the item at a place.
pub fn focus_at(list: &Element, at: u32) {
    let control = list.children().item(at).and_then(|item| item.query_selector("button, input").ok().flatten());
    if let Some(control) = control.and_then(|control| control.dyn_into::<HtmlElement>().ok()) {
        let _ = control.focus();
    }
}

/// The place of the item that has the focus, in itself or in a part of it.
pub fn focused_item(list: &Element) -> Option<u32> {
    let active = document().active_element()?;
    let items = list.children();
    (0..items.length()).find(|at| items.item(*at).is_some_and(|item| item.contains(Some(&active))))
}

/// ↑ ↓ Home End go from item to item. Says whether it was one of these and there was somewhere to go.
pub fn roam(event: &KeyboardEvent, list: &Element) -> bool {
    let last = list.children().length().saturating_sub(1);
    let Some(at) = focused_item(list).filter(|_| !event.alt_key() && !event.ctrl_key() && !event.meta_key()) else {
        return false;
    };
    let to = match event.key().as_str() {
        "ArrowDown" => Some(at + 1).filter(|to| *to <= last),
        "ArrowUp" => at.checked_sub(1),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    };
    if let Some(to) = to {
        event.prevent_default();
        focus_at(list, to);
    }
    to.is_some()
}
