//! The call that this device is in: who is there, what is seen and heard, and what can be done.

use super::adding::AddingDialog;
use super::devices::DevicesDialog;
use super::leave_focus;
use super::media::{Picture, Sound};
use super::people::PeopleDialog;
use super::session::Session;
use super::tile::{TileView, quality_sign};
use super::watching::Watching;
use super::ways::{self, Ways};
use crate::model::calls::{Tile, layer_of, raised_hands, tiles};
use crate::model::media::length;
use crate::platform::call::pip;
use crate::platform::page;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{CallPhase, ChatKind};
use leptos::prelude::*;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
/// What a picture over other windows shows: whoever is large, or the first one with a picture.
const LARGE_PICTURE: [&str; 2] = [".call-tile.large video", ".call-tile video"];

#[component]
pub fn Window(session: Session) -> impl IntoView {
    let app = use_app();
    let (small, chooses, rings) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let adds = RwSignal::new(false);
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
    let watching = Watching::begin(session, people);
    // One person is as large as can be without it.
    let by_speaker = RwSignal::new(false);
    let can_choose = Memo::new(move |_| people.with(|people| people.len() > 1));
    let large = Memo::new(move |_| {
        let first = people.with(|people| people.first().map(|tile| tile.participant));
        watching.speaker.get().or(first).filter(|_| by_speaker.get() && can_choose.get())
    });
    let absent = Memo::new(move |_| {
        app.calls.with(|calls| calls.own.as_ref().map(|own| own.absent.clone()).unwrap_or_default())
    });
    let is_group = Memo::new(move |_| {
        let chat = app.calls.with(|calls| calls.own.as_ref().map(|own| own.chat));
        chat.and_then(|chat| app.chats.with(|chats| chats.get(&chat))).is_some_and(|row| row.kind == ChatKind::Group)
    });
    let grows = Memo::new(move |_| app.calls.with(|calls| calls.own.as_ref().is_some_and(|own| own.grows)));
    let may_add =
        Memo::new(move |_| !is_group.get() && !grows.get() && matches!(phase.get(), Some(CallPhase::Running { .. })));
    let hands = Memo::new(move |_| {
        let own = session.participant.get();
        app.calls.with(|calls| calls.own.as_ref().map(|call| raised_hands(&call.people, own)).unwrap_or_default())
    });
    let hears = Memo::new(move |_| session.hears());
    let is_busy = Memo::new(move |_| app.calls.with(|calls| calls.own.as_ref().is_some_and(|own| own.busy)));
    let is_lost = Memo::new(move |_| session.is_lost());
    let chat = Memo::new(move |_| app.calls.with(|calls| calls.own.as_ref().map(|own| own.chat)));
    let heard_in =
        Memo::new(move |before: Option<&Option<_>>| if hears.get() { chat.get() } else { before.copied().flatten() });
    let state = Memo::new(move |_| match phase.get() {
        Some(CallPhase::Running { .. }) if hears.get() && !is_lost.get() => "running",
        Some(CallPhase::Running { .. }) if heard_in.get() == chat.get() => "reconnecting",
        Some(CallPhase::Running { .. }) => "connecting",
        _ => "calling",
    });
    let status = move || match (state.get(), phase.get()) {
        ("running", Some(CallPhase::Running { since_ms })) if !grows.get() => {
            length(now_ms.get().saturating_sub(since_ms))
        }
        ("reconnecting", _) => words::reconnecting().to_owned(),
        ("connecting", _) => words::connecting().to_owned(),
        _ if grows.get() => words::call_grows().to_owned(),
        _ if is_busy.get() => words::in_another_call().to_owned(),
        _ => words::calling().to_owned(),
    };
    // Large pictures for few, small ones for many.
    Effect::new(move |before: Option<Vec<(String, u8)>>| {
        let wished = people.with(|people| {
            let layer = |tile: &Tile| match large.get() {
                _ if small.get() => 1,
                Some(large) => {
                    if tile.participant == large {
                        3
                    } else {
                        1
                    }
                }
                None => layer_of(people.len()),
            };
            let wished = people.iter().flat_map(|tile| tile.pictures.iter().map(move |mid| (mid.clone(), layer(tile))));
            wished.collect::<Vec<_>>()
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
    let view_label = move || if by_speaker.get() { words::call_all_alike() } else { words::call_by_speaker() };
    let has_pictures = Memo::new(move |_| people.with(|people| people.iter().any(|tile| !tile.pictures.is_empty())));
    on_cleanup(pip::leave);
    let size_label = move || if small.get() { words::call_larger() } else { words::call_smaller() };
    view! {
        <section class="call" class:small=move || small.get() aria-label=move || words::call_with(&title.get()) data-testid="call" data-state=move || state.get()
            on:keydown=move |event| {
                if event.key() == "Escape" && !small.get_untracked() {
                    event.stop_propagation();
                    small.set(true);
                } else if ways::press(session, &event) {
                    event.prevent_default();
                }
            }>
            <header class="call-head">
                <div class="call-about">
                    <h2 class="call-title" dir="auto">{move || title.get()}</h2>
                    <p class="call-status"><span role="timer" data-testid="call-status">{status}</span> {move || quality_sign(watching.own.get())}</p>
                </div>
                <Show when=move || is_group.get()>
                    <button class="icon-button" type="button" aria-label=words::call_people() title=words::call_people() data-testid="call-people"
                        on:click=move |_| rings.set(true)><Icon name="user-plus"/></button>
                </Show>
                <Show when=move || may_add.get()>
                    <button class="icon-button" type="button" aria-label=words::call_to_group() title=words::call_to_group() data-testid="call-add"
                        on:click=move |_| adds.set(true)><Icon name="user-plus"/></button>
                </Show>
                <Show when=move || can_choose.get()>
                    <button class="icon-button" type="button" aria-label=view_label title=view_label data-testid="call-view"
                        on:click=move |_| by_speaker.update(|by| *by = !*by)>
                        <Icon name=Signal::derive(move || if by_speaker.get() { "squares-four" } else { "user-rectangle" })/>
                    </button>
                </Show>
                <Show when=move || has_pictures.get() && pip::is_possible()>
                    <button class="icon-button" type="button" aria-label=words::picture_in_picture() title=words::picture_in_picture() data-testid="call-pip"
                        on:click=move |_| pip::toggle(&LARGE_PICTURE)><Icon name="picture-in-picture"/></button>
                </Show>
                <button class="icon-button" type="button" aria-label=size_label title=size_label data-testid="call-size"
                    on:click=move |_| small.update(|small| *small = !*small)>
                    <Icon name=Signal::derive(move || if small.get() { "arrows-out-simple" } else { "arrows-in-simple" })/>
                </button>
            </header>
            <div class="call-stage" class:by-speaker=move || large.get().is_some() data-people=move || people.with(|people| people.len().to_string())>
                <Show when=move || people.with(Vec::is_empty)>{move || alone(title.get())}</Show>
                <For each=move || people.get() key=|tile| tile.clone() let:tile>
                    <TileView session watching large=Signal::derive(move || large.get()) tile/>
                </For>
                <Show when=shows_own>
                    <div class="call-self" data-testid="call-self">
                        <Picture session mid=None label=words::your_picture().to_owned() mirrored=Signal::derive(move || !session.shows_screen.get())/>
                    </div>
                </Show>
            </div>
            <p class="sr-only" role="status" data-testid="call-hands">{move || words::raised_hands(&hands.get())}</p>
            <For each=move || sounds.get() key=|mid| mid.clone() let:mid><Sound session mid/></For>
            <Ways session on_devices=move || chooses.set(true)/>
        </section>
        <Show when=move || rings.get()><PeopleDialog absent on_leave=move || small.set(true) on_close=move || rings.set(false)/></Show>
        <Show when=move || adds.get()><AddingDialog on_close=move || adds.set(false)/></Show>
        <Show when=move || chooses.get()><DevicesDialog session=Some(session) on_close=move || chooses.set(false)/></Show>
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
