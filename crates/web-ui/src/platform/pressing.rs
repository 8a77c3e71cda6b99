//! Whether somebody is pressing something just now.

use leptos::prelude::*;

/// True from a press until its click has been heard. Ends with what it is made in.
pub fn is_pressed() -> Signal<bool> {
    let pressed = RwSignal::new(false);
    let begins = window_event_listener(leptos::ev::pointerdown, move |event| {
        // Of the others the release may go to a menu of the system.
        if event.button() == 0 {
            pressed.set(true);
        }
    });
    // The click comes behind the release.
    let end = move || {
        request_animation_frame(move || {
            let _ = pressed.try_set(false);
        });
    };
    let is_over = window_event_listener(leptos::ev::pointerup, move |_| end());
    // It became a scroll, or the page is no longer before it.
    let is_off = window_event_listener(leptos::ev::pointercancel, move |_| end());
    let is_left = window_event_listener(leptos::ev::blur, move |_| end());
    on_cleanup(move || {
        begins.remove();
        is_over.remove();
        is_off.remove();
        is_left.remove();
    });
    pressed.into()
}
