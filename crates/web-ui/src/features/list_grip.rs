//! The divider between the list and the conversation: drawn by the pointer, moved by arrows, remembered on this device.

use crate::model::list_width::{ListWidth, MAX_PX, MIN_PX, Move};
use crate::platform::page;
use crate::words;
use leptos::html;
use leptos::prelude::*;

/// Where it is remembered. Not among the settings that all devices share: screens differ.
const REMEMBERED: &str = "heliograph-list-width";

/// The width that was remembered, as the style sheet's `--list-px`; changes follow.
#[component]
pub fn ListGrip() -> impl IntoView {
    let width =
        RwSignal::new(page::remembered(REMEMBERED).map_or_else(ListWidth::default, |text| ListWidth::read(&text)));
    let grip = NodeRef::<html::Div>::new();
    let drags = RwSignal::new(false);
    Effect::new(move || page::set_list_px(width.get().px()));
    let set = move |new: ListWidth| {
        if width.get_untracked() != new {
            width.set(new);
        }
    };
    let remember = move || page::remember(REMEMBERED, &width.get_untracked().px().to_string());
    let on_down = move |event: web_sys::PointerEvent| {
        if event.button() == 0
            && let Some(grip) = grip.get_untracked()
        {
            let _ = grip.set_pointer_capture(event.pointer_id());
            drags.set(true);
            event.prevent_default();
        }
    };
    let on_move = move |event: web_sys::PointerEvent| {
        let pane = grip.get_untracked().and_then(|grip| grip.parent_element());
        if let Some(pane) = pane.filter(|_| drags.get_untracked()) {
            let pane = pane.get_bounding_client_rect();
            let x = f64::from(event.client_x());
            set(ListWidth::of_px(if page::is_rtl() { pane.right() - x } else { x - pane.left() }));
        }
    };
    let on_up = move |_| {
        if drags.get_untracked() {
            drags.set(false);
            remember();
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let (forward, back) = if page::is_rtl() { ("ArrowLeft", "ArrowRight") } else { ("ArrowRight", "ArrowLeft") };
        let by = match event.key().as_str() {
            key if key == forward => Move::Wider,
            key if key == back => Move::Narrower,
            "Home" => Move::Narrowest,
            "End" => Move::Widest,
            _ => return,
        };
        event.prevent_default();
        set(width.get_untracked().moved(by));
        remember();
    };
    view! {
        <div
            class="list-grip" class:drags=drags role="separator" aria-orientation="vertical" tabindex="0" node_ref=grip data-testid="list-grip"
            aria-label=words::list_width() aria-valuemin=MIN_PX aria-valuemax=MAX_PX aria-valuenow=move || width.get().px() title=words::list_width()
            on:pointerdown=on_down on:pointermove=on_move on:pointerup=on_up on:pointercancel=on_up on:keydown=on_key
            on:dblclick=move |_| { set(ListWidth::default()); remember(); }
        ></div>
    }
}
