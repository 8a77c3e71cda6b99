//! What can be done in a call: buttons, and the letters that do the same.

use super::session::Session;
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::Command;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement, KeyboardEvent};

/// What can be done.
#[component]
pub fn Ways(session: Session, on_devices: impl Fn() + 'static) -> impl IntoView {
    let app = use_app();
    view! {
        <div class="call-ways" role="group" aria-label=words::call_ways()>
            <Toggle on=session.speaks icons=("microphone", "microphone-slash") words=(words::microphone_off(), words::microphone_on()) key="M" testid="call-mute"
                act=move || session.toggle_microphone()/>
            <Toggle on=session.shows_camera icons=("video-camera", "video-camera-slash") words=(words::camera_off(), words::camera_on()) key="V" testid="call-camera"
                act=move || session.toggle_camera()/>
            <Toggle on=session.shows_screen icons=("screencast", "screencast") words=(words::screen_off(), words::screen_on()) key="S" testid="call-screen" is_extra=true
                act=move || session.toggle_screen()/>
            <Toggle on=session.hand icons=("hand-palm", "hand-palm") words=(words::hand_down(), words::hand_up()) key="H" testid="call-hand-up" is_extra=true
                act=move || session.toggle_hand()/>
            <button class="call-button" type="button" aria-label=words::devices_of_calls() title=words::devices_of_calls() data-testid="call-devices"
                on:click=move |_| on_devices()><Icon name="sliders-horizontal"/></button>
            <button class="call-button stop" type="button" aria-label=words::hang_up() title=words::hang_up() data-testid="call-hang-up"
                on:click=move |_| app.send(Command::HangUp)><Icon name="phone-x"/></button>
        </div>
    }
}

/// Does what a letter stands for, where nobody is typing or choosing; tells whether it did.
pub fn press(session: Session, event: &KeyboardEvent) -> bool {
    let is_plain = !event.ctrl_key() && !event.alt_key() && !event.meta_key() && !event.repeat();
    let is_field = event.target().is_some_and(|target| {
        target.dyn_ref::<HtmlInputElement>().is_some() || target.dyn_ref::<HtmlSelectElement>().is_some()
    });
    if !is_plain || is_field {
        return false;
    }
    match event.code().as_str() {
        "KeyM" => session.toggle_microphone(),
        "KeyV" => session.toggle_camera(),
        "KeyS" => session.toggle_screen(),
        "KeyH" => session.toggle_hand(),
        _ => return false,
    }
    true
}

/// Something that is on or off: its icon is what is, its words what a press does.
#[component]
fn Toggle(
    on: RwSignal<bool>,
    icons: (&'static str, &'static str),
    words: (&'static str, &'static str),
    /// The letter that does the same while the focus is in the call.
    key: &'static str,
    testid: &'static str,
    /// Off is how it is as a rule.
    #[prop(default = false)]
    is_extra: bool,
    act: impl Fn() + 'static,
) -> impl IntoView {
    let label = move || if on.get() { words.0 } else { words.1 };
    let title = move || format!("{} ({key})", label());
    view! {
        <button class="call-button" class:off=move || !is_extra && !on.get() class:chosen=move || is_extra && on.get() type="button" aria-label=label title=title aria-keyshortcuts=key data-testid=testid
            data-on=move || on.get().to_string() on:click=move |_| act()>
            <Icon name=Signal::derive(move || if on.get() { icons.0 } else { icons.1 })/>
        </button>
    }
}
