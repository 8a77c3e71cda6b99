//! Voice and music in a bubble: a button, the waveform, which is also the way to another place, the time and the speed. Only one plays.

use super::Shown;
use super::bubble::{How, Read, control, read, save, trouble};
use crate::model::media::{bars, file_name, length, name_parts};
use crate::platform::media;
use crate::primitives::icon::Icon;
use crate::store::App;
use crate::words;
use client_api::MediaKind;
use leptos::html;
use leptos::prelude::*;

const SPEEDS: [(f64, &str); 3] = [(1.0, "1"), (1.5, "1.5"), (2.0, "2")];

pub(super) fn player(app: App, shown: &Shown) -> AnyView {
    let facts = shown.facts.clone();
    let kind = facts.kind;
    let address: Read = RwSignal::new_local(None);
    let audio = NodeRef::<html::Audio>::new();
    let (plays, at_ms, speed, broken) =
        (RwSignal::new(false), RwSignal::new(0_u64), RwSignal::new(0_usize), RwSignal::new(false));
    let (reads, how) = (RwSignal::new(false), StoredValue::new(How::Streamed));
    let all_ms = RwSignal::new(u64::from(facts.duration_ms));
    let play_of = shown.clone();
    let can_play = Memo::new(move |_| play_of.can_play());
    let start = move || {
        if let Some(audio) = audio.try_get_untracked().flatten() {
            let rate = speed.try_get_untracked().and_then(|at| SPEEDS.get(at)).map_or(1.0, |speed| speed.0);
            media::play_alone(&audio);
            audio.set_playback_rate(rate);
        }
    };
    // What does not come piece by piece is read whole, where it is here.
    let again_of = shown.clone();
    let failed = move || {
        let was_streamed = address.try_get_untracked().flatten().is_some_and(|address| address.is_streamed());
        if !was_streamed || !untrack(|| again_of.is_here()) {
            let _ = broken.try_set(true);
            return;
        }
        how.set_value(How::Whole);
        address.set(None);
        read(app, &again_of, How::Whole, address, move |is_read| _ = broken.try_set(!is_read));
    };
    let of = shown.clone();
    let toggle = move |_| {
        let Some(audio) = audio.get_untracked().filter(|_| !reads.get_untracked()) else { return };
        if plays.get_untracked() {
            let _ = audio.pause();
        } else if address.with_untracked(Option::is_some) {
            start();
        } else {
            // Its address goes to the element with the next frame.
            reads.set(true);
            read(app, &of, how.get_value(), address, move |is_read| {
                let _ = reads.try_set(false);
                if !is_read {
                    let _ = broken.try_set(true);
                }
            });
        }
    };
    Effect::new(move || {
        if let (Some(address), Some(audio)) = (address.get(), audio.get_untracked()) {
            audio.set_src(address.text());
            start();
        }
    });
    on_cleanup(move || {
        if let Some(audio) = audio.try_get_untracked().flatten() {
            let _ = audio.pause();
        }
    });
    let go_to = move |event: web_sys::Event| {
        let ms = event_target_value(&event).parse::<u64>().unwrap_or_default();
        at_ms.set(ms);
        if let Some(audio) = audio.get_untracked() {
            audio.set_current_time(ms as f64 / 1_000.0);
        }
    };
    let bars = bars(&facts.waveform);
    let count = bars.len().max(1);
    let bars = bars.into_iter().enumerate().map(|(at, high)| {
        let is_over = move || at_ms.get() > 0 && at_ms.get() * count as u64 >= at as u64 * all_ms.get().max(1);
        view! { <span class="wave-bar" class:over=is_over style:block-size=format!("{high}%")></span> }
    });
    let bars = bars.collect_view();
    let time = move || if at_ms.get() > 0 { length(at_ms.get()) } else { length(all_ms.get()) };
    let (tabindex, control_of, save_of, trouble_of) = (shown.tabindex(), shown.clone(), shown.clone(), shown.clone());
    let saves = RwSignal::new(false);
    let named = (kind == MediaKind::Audio).then(|| {
        let name = if facts.name.is_empty() { file_name(&facts) } else { facts.name.clone() };
        let (front, end) = name_parts(&name);
        view! { <bdi class="media-name" title=name.clone()><span class="media-name-front">{front.to_owned()}</span><span>{end.to_owned()}</span></bdi> }
    });
    view! {
        <div class="media-line player" data-testid="media-player" data-playing=move || plays.get().to_string()>
            <audio node_ref=audio preload="none"
                on:play=move |_| plays.set(true)
                on:pause=move |_| _ = plays.try_set(false)
                on:ended=move |_| { plays.set(false); at_ms.set(0); }
                on:error=move |_| failed()
                on:loadedmetadata=move |_| if let Some(audio) = audio.get_untracked() && audio.duration().is_finite() {
                    all_ms.set((audio.duration() * 1_000.0) as u64);
                }
                on:timeupdate=move |_| if let Some(audio) = audio.get_untracked() { at_ms.set((audio.current_time() * 1_000.0) as u64) }
            ></audio>
            {move || if can_play.get() {
                let toggle = toggle.clone();
                let label = move || words::play(plays.get(), kind);
                view! {
                    <button class="player-play" type="button" aria-label=label title=label tabindex=tabindex data-testid="media-play" on:click=toggle>
                        <Icon name=Signal::derive(move || if plays.get() { "pause-fill" } else { "play-fill" })/>
                    </button>
                }.into_any()
            } else { view! { <span class="media-kind" aria-hidden="true"><Icon name=crate::model::media::icon(kind)/></span> }.into_any() }}
            <span class="media-about">
                {named}
                <span class="wave" dir="ltr">
                    {bars}
                    <input class="wave-place" type="range" min="0" max=move || all_ms.get().max(1).to_string() step=move || (all_ms.get() / 60).clamp(100, 5_000).to_string()
                        aria-label=words::position() aria-valuetext=move || words::place_in(&length(at_ms.get()), &length(all_ms.get())) prop:value=move || at_ms.get().to_string() tabindex=tabindex disabled=move || !can_play.get()
                        on:input=go_to on:keydown=|event| if moves_in_range(&event.key()) { event.stop_propagation() }/>
                </span>
                <span class="media-size" data-testid="media-time">{time}</span>
            </span>
            {move || can_play.get().then(|| view! {
                <button class="player-speed" type="button" tabindex=tabindex data-testid="media-speed"
                    aria-label=move || words::speed(SPEEDS.get(speed.get()).map_or("1", |speed| speed.1))
                    on:click=move |_| {
                        speed.update(|at| *at = (*at + 1) % SPEEDS.len());
                        if let (Some(audio), Some((rate, _))) = (audio.get_untracked(), SPEEDS.get(speed.get_untracked())) {
                            audio.set_playback_rate(*rate);
                        }
                    }>{move || SPEEDS.get(speed.get()).map(|speed| format!("{}×", speed.1))}</button>
            })}
            {move || control(app, &control_of)}
            {move || trouble(app, &trouble_of)}
        </div>
        {move || broken.get().then(|| {
            let of = save_of.clone();
            view! { <span class="media-trouble-line">{words::cannot_play()} " "
                <button class="button quiet small" type="button" tabindex=tabindex data-testid="media-save" on:click=move |_| save(app, &of, saves)>{words::save_as()}</button>
            </span> }
        })}
    }
    .into_any()
}

/// What a slider does with a key is not for the list around it.
fn moves_in_range(key: &str) -> bool {
    key.starts_with("Arrow") || key.starts_with("Page") || matches!(key, "Home" | "End")
}
