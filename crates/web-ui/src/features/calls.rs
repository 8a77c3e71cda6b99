//! Calls: what rings, and the call that this device is in, over the pages. Who calls whom is the core's; media is `platform::call`'s.

pub mod buttons;
pub mod media;
pub mod ring;
pub mod session;
pub mod window;

use crate::platform::page;
use crate::platform::sound::{self, Ringing};
use crate::store::use_app;
use leptos::prelude::*;
use ring::Ring;
use session::Session;
use std::time::Duration;
use window::Window;

/// A ring, and the pause behind it.
const RING_EVERY: Duration = Duration::from_secs(3);

/// All of it; shown where there is something to show.
#[component]
pub fn CallLayer() -> impl IntoView {
    let app = use_app();
    let session = Session::new(app);
    Effect::new(move || {
        app.call_stirred.track();
        for line in app.take_call_lines() {
            session.hear(line);
        }
    });
    Effect::new(move || {
        if let Some(wish) = app.call_wish.get() {
            session.follow(wish);
        }
    });
    let in_call = Memo::new(move |_| app.calls.with(|calls| calls.own.is_some()));
    Effect::new(move |before: Option<bool>| {
        let now = in_call.get();
        if before == Some(true) && !now {
            session.end();
        }
        now
    });
    on_cleanup(move || session.end());
    let sounds = Memo::new(move |_| ringing(app));
    let handle = RwSignal::new(None::<IntervalHandle>);
    Effect::new(move || {
        let ringing = sounds.get();
        let rings = ringing.and_then(|ringing| {
            sound::ring(ringing);
            set_interval_with_handle(move || sound::ring(ringing), RING_EVERY).ok()
        });
        if let Some(before) = handle.try_update(|handle| std::mem::replace(handle, rings)).flatten() {
            before.clear();
        }
    });
    on_cleanup(move || {
        if let Some(ringing) = handle.try_get_untracked().flatten() {
            ringing.clear();
        }
    });
    let rings = Memo::new(move |_| {
        app.calls.with(|calls| calls.ringing.iter().map(|ringing| ringing.chat).collect::<Vec<_>>())
    });
    view! {
        <Show when=move || in_call.get()><Window session/></Show>
        <div class="rings">
            <For each=move || rings.get() key=|chat| *chat let:chat><Ring session chat/></For>
        </div>
    }
}

/// What is heard of calls now.
fn ringing(app: crate::store::App) -> Option<Ringing> {
    let sounds = app.settings.with(|settings| settings.sounds);
    app.calls.with(|calls| {
        let calling = calls.own.as_ref().is_some_and(|own| own.phase == client_api::CallPhase::Calling);
        match (calls.ringing.is_empty(), &calls.own) {
            // Whoever is in a call hears of another one once.
            (false, None) if sounds => Some(Ringing::Here),
            (_, Some(_)) if calling => Some(Ringing::There),
            _ => None,
        }
    })
}

/// Where the focus goes when a call's window has gone.
fn leave_focus() {
    request_animation_frame(|| {
        if page::lost_focus() {
            page::focus("#composer-text, .pane-title");
        }
    });
}
