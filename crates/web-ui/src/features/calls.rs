//! Calls: what rings, and the call that this device is in, over the pages. Who calls whom is the core's; media is `platform::call`'s.

pub mod adding;
pub mod buttons;
pub mod devices;
pub mod hand;
pub mod link;
pub mod log;
pub mod media;
pub mod people;
pub mod ring;
pub mod session;
pub mod tile;
pub mod watching;
pub mod ways;
pub mod window;

use crate::platform::page;
use crate::platform::sound::{self, Ringing};
use crate::store::{App, use_app};
use crate::words;
use client_api::{CallPhase, CallSigns, ChatId, Command};
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
    let own = Memo::new(move |_| app.calls.with(|calls| calls.own.as_ref().map(|own| own.chat)));
    Effect::new(move |before: Option<Option<ChatId>>| {
        let now = own.get();
        // Also where another call is answered in its place: nothing of this one is heard in that one. What goes on in a group is the same call.
        let came_from = app.calls.with_untracked(|calls| calls.own.as_ref().and_then(|own| own.came_from));
        if before.flatten().is_some_and(|before| now != Some(before) && came_from != Some(before)) {
            session.end(now);
        }
        if let Some(chat) = now {
            session.begin(chat);
        }
        now
    });
    on_cleanup(move || session.end(None));
    let signs = Memo::new(move |_| {
        let (microphone, camera, hand) = (session.speaks.get(), session.shows_camera.get(), session.hand.get());
        (session.participant.get(), CallSigns { microphone, camera, hand })
    });
    Effect::new(move || {
        let (participant, signs) = signs.get();
        if participant != 0 {
            // A call that is over by now has no use for it.
            app.ask(Command::ShowSigns { participant, signs }, |_| {});
        }
    });
    hand::falls_by_itself(session);
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
        app.calls.with(|calls| calls.ringing.iter().map(|ringing| (ringing.chat, ringing.call)).collect::<Vec<_>>())
    });
    view! {
        <Show when=move || own.get().is_some()><Window session/></Show>
        <div class="rings">
            <For each=move || rings.get() key=|ring| *ring let:ring><Ring session chat=ring.0 call=ring.1/></For>
            <Show when=move || session.asking.get()>
                <section class="ring" aria-label=words::call_ways() data-testid="call-asking">
                    <p class="ring-text" role="status">{words::call_asking()}</p>
                    <button class="button quiet" type="button" data-testid="call-give-up" on:click=move |_| session.give_up()>{words::cancel()}</button>
                </section>
            </Show>
        </div>
    }
}

/// What is heard of calls now, by whoever wishes to hear anything: nothing of muted chats, nor of a second call in a first one.
fn ringing(app: App) -> Option<Ringing> {
    if !app.settings.with(|settings| settings.sounds) {
        return None;
    }
    app.calls.with(|calls| match &calls.own {
        Some(own) => (own.phase == CallPhase::Calling).then_some(Ringing::There),
        None => calls.ringing.iter().any(|ringing| !app.is_muted(ringing.chat)).then_some(Ringing::Here),
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
