//! The call that this device is in: who is there, what is seen and heard, and what can be done.

use super::leave_focus;
use super::media::{Picture, Sound};
use super::session::Session;
use crate::model::calls::{Tile, layer_of, tiles};
use crate::model::media::length;
use crate::platform::page;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{CallPhase, Command};
use leptos::prelude::*;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[component]
pub fn Window(session: Session) -> impl IntoView {
    let app = use_app();
    let small = RwSignal::new(false);
    let title =
        Memo::new(move |_| app.calls.with(|calls| calls.own.as_ref().map(|own| own.title.clone()).unwrap_or_default()));
    let phase = Memo::new(move |_| app.calls.with(|calls| calls.own.as_ref().map(|own| own.phase)));
    let now_ms = RwSignal::new(page::now_ms());
    let clock = set_interval_with_handle(move || now_ms.set(page::now_ms()), SECOND).ok();
    on_cleanup(move || {
        if let Some(clock) = clock {
            clock.clear();
        }
        app.call_covers.set(false);
        leave_focus();
    });
    let people = Memo::new(move |_| {
        let tracks = session.tracks();
        let own = session.participant.get();
        app.calls.with(|calls| calls.own.as_ref().map(|call| tiles(&call.people, &tracks, own)).unwrap_or_default())
    });
    let sounds = Memo::new(move |_| {
        people.with(|people| people.iter().flat_map(|tile| tile.sounds.clone()).collect::<Vec<_>>())
    });
    let hears = Memo::new(move |_| session.hears());
    let status = move || match phase.get() {
        Some(CallPhase::Running { since_ms }) if hears.get() => length(now_ms.get().saturating_sub(since_ms)),
        Some(CallPhase::Running { .. }) => words::CONNECTING.to_owned(),
        _ => words::CALLING.to_owned(),
    };
    let state = move || match phase.get() {
        Some(CallPhase::Running { .. }) if hears.get() => "running",
        Some(CallPhase::Running { .. }) => "connecting",
        _ => "calling",
    };
    // Large pictures for few, small ones for many.
    Effect::new(move |before: Option<Vec<(String, u8)>>| {
        let wished = people.with(|people| {
            let layer = if small.get() { 1 } else { layer_of(people.len()) };
            people.iter().flat_map(|tile| tile.pictures.clone()).map(|mid| (mid, layer)).collect::<Vec<_>>()
        });
        for (mid, layer) in &wished {
            if before.as_ref().is_none_or(|before| !before.contains(&(mid.clone(), *layer))) {
                session.wish_layer(mid.clone(), *layer);
            }
        }
        wished
    });
    Effect::new(move || app.call_covers.set(!small.get()));
    request_animation_frame(|| page::focus("[data-testid='call-mute']"));
    let shows_own = move || session.shows_camera.get() || session.shows_screen.get();
    let size_label = move || if small.get() { words::CALL_LARGER } else { words::CALL_SMALLER };
    view! {
        <section class="call" class:small=move || small.get() aria-label=move || words::call_with(&title.get()) data-testid="call" data-state=state
            on:keydown=move |event| if event.key() == "Escape" && !small.get_untracked() {
                event.stop_propagation();
                small.set(true);
            }>
            <header class="call-head">
                <div class="call-about">
                    <h2 class="call-title" dir="auto">{move || title.get()}</h2>
                    <p class="call-status" role="timer" data-testid="call-status">{status}</p>
                </div>
                <button class="icon-button" type="button" aria-label=size_label title=size_label data-testid="call-size"
                    on:click=move |_| small.update(|small| *small = !*small)>
                    <Icon name=Signal::derive(move || if small.get() { "arrows-out-simple" } else { "arrows-in-simple" })/>
                </button>
            </header>
            <div class="call-stage" data-people=move || people.with(|people| people.len().to_string())>
                <Show when=move || people.with(Vec::is_empty)>{move || alone(title.get())}</Show>
                <For each=move || people.get() key=|tile| tile.clone() let:tile><TileView session tile/></For>
                <Show when=shows_own>
                    <div class="call-self" data-testid="call-self">
                        <Picture session mid=None label=words::YOUR_PICTURE.to_owned() mirrored=Signal::derive(move || !session.shows_screen.get())/>
                    </div>
                </Show>
            </div>
            <For each=move || sounds.get() key=|mid| mid.clone() let:mid><Sound session mid/></For>
            <Ways session/>
        </section>
    }
}

/// What can be done.
#[component]
fn Ways(session: Session) -> impl IntoView {
    let app = use_app();
    view! {
        <div class="call-ways" role="group" aria-label=words::CALL_WAYS>
            <Toggle on=session.speaks icons=("microphone", "microphone-slash") words=(words::MICROPHONE_OFF, words::MICROPHONE_ON) testid="call-mute"
                act=move || session.toggle_microphone()/>
            <Toggle on=session.shows_camera icons=("video-camera", "video-camera-slash") words=(words::CAMERA_OFF, words::CAMERA_ON) testid="call-camera"
                act=move || session.toggle_camera()/>
            <Toggle on=session.shows_screen icons=("screencast", "screencast") words=(words::SCREEN_OFF, words::SCREEN_ON) testid="call-screen" is_extra=true
                act=move || session.toggle_screen()/>
            <button class="call-button stop" type="button" aria-label=words::HANG_UP title=words::HANG_UP data-testid="call-hang-up"
                on:click=move |_| app.send(Command::HangUp)><Icon name="phone-x"/></button>
        </div>
    }
}

/// Something that is on or off: its icon is what is, its words what a press does.
#[component]
fn Toggle(
    on: RwSignal<bool>,
    icons: (&'static str, &'static str),
    words: (&'static str, &'static str),
    testid: &'static str,
    /// Off is how it is as a rule.
    #[prop(default = false)]
    is_extra: bool,
    act: impl Fn() + 'static,
) -> impl IntoView {
    let label = move || if on.get() { words.0 } else { words.1 };
    view! {
        <button class="call-button" class:off=move || !is_extra && !on.get() class:chosen=move || is_extra && on.get() type="button" aria-label=label title=label data-testid=testid
            data-on=move || on.get().to_string() on:click=move |_| act()>
            <Icon name=Signal::derive(move || if on.get() { icons.0 } else { icons.1 })/>
        </button>
    }
}

/// Nobody is there yet: whom one calls.
fn alone(title: String) -> impl IntoView {
    let app = use_app();
    let chat = app.calls.with_untracked(|calls| calls.own.as_ref().map(|own| own.chat));
    let row = chat.and_then(|chat| app.chats.with_untracked(|chats| chats.get(&chat)));
    let (account, photo) = row.map(|row| (row.peer, row.photo.clone())).unwrap_or((app.me(), Vec::new()));
    let face = Face { account, name: title, photo, notes: false };
    view! { <div class="call-tile"><Avatar face size="large"/></div> }
}

#[component]
fn TileView(session: Session, tile: Tile) -> impl IntoView {
    let app = use_app();
    let chat = app.calls.with_untracked(|calls| calls.own.as_ref().map(|own| own.chat));
    let row = chat.and_then(|chat| app.chats.with_untracked(|chats| chats.get(&chat)));
    let photo = row.filter(|row| row.peer == tile.account).map(|row| row.photo.clone()).unwrap_or_default();
    let face = Face { account: tile.account, name: tile.title.clone(), photo, notes: false };
    let name = tile.title.clone();
    view! {
        <figure class="call-tile" data-testid="call-tile" data-pictures=tile.pictures.len().to_string()>
            {if tile.pictures.is_empty() {
                view! { <Avatar face size="large"/> }.into_any()
            } else {
                tile.pictures.iter().cloned().map(|mid| view! { <Picture session mid=Some(mid) label=words::picture_of(&name)/> }).collect_view().into_any()
            }}
            <figcaption class="call-name" dir="auto">{tile.title.clone()}</figcaption>
        </figure>
    }
}
