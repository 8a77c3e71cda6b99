//! A voice note while it is spoken: in the place of the composer, with its time, its loudness, a pause, and the two ways out.

use super::offer::tell;
use crate::model::media::length;
use crate::model::voice::LENGTH_MS_MAX;
use crate::platform::capture::CaptureTrouble;
use crate::platform::media::Prepared;
use crate::platform::microphone::{Recorded, Recording};
use crate::platform::page;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{App, use_app};
use crate::words;
use client_api::{ChatId, MediaFacts, MediaKind};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// Of the composer that gave its place: whose chat it is, and what is done when the note has gone one of its ways.
#[derive(Clone, Copy)]
pub struct Speaking {
    pub chat: Memo<ChatId>,
    /// True: something was sent.
    pub over: Callback<bool>,
}

#[component]
pub fn VoiceNote() -> impl IntoView {
    let app = use_app();
    let Speaking { chat, over } = expect_context::<Speaking>();
    // Whoever goes to another chat has not sent it there.
    let (begun_in, of) = (chat.get_untracked(), StoredValue::new_local(Rc::new(RefCell::new(None::<Recording>))));
    let (at_ms, loud, paused, busy) =
        (RwSignal::new(0_u64), RwSignal::new(0_u8), RwSignal::new(false), RwSignal::new(true));
    let send = move || {
        let Some(recording) = of.try_with_value(|of| of.borrow_mut().take()).flatten() else { return };
        busy.set(true);
        wasm_bindgen_futures::spawn_local(async move {
            let recorded = recording.finish().await;
            let _ = over.try_run(true);
            match recorded {
                Some(recorded) => give(app, app.moves.with_untracked(|moves| moves.newest(begun_in)), recorded).await,
                None => app.toast(words::nothing_recorded().to_owned(), false),
            }
        });
    };
    let pause = move || {
        let is_paused = !paused.get_untracked();
        paused.set(is_paused);
        of.with_value(|of| {
            if let Some(recording) = &*of.borrow() {
                if is_paused { recording.pause() } else { recording.resume() }
            }
        });
    };
    let look = move |ms: u64, level: u8| {
        let _ = at_ms.try_set(ms);
        let _ = loud.try_set(level);
        if ms >= LENGTH_MS_MAX && paused.try_get_untracked() == Some(false) {
            request_animation_frame(pause);
        }
    };
    wasm_bindgen_futures::spawn_local(async move {
        let begun = Recording::begin(look).await;
        match begun {
            // Where it was left meanwhile, what was begun ends by being dropped here.
            Ok(recording) => {
                if of.try_with_value(|of| *of.borrow_mut() = Some(recording)).is_some() {
                    request_animation_frame(|| page::focus("[data-testid='voice-send']"));
                }
            }
            Err(trouble) => {
                let words = match trouble {
                    CaptureTrouble::Refused => words::microphone_refused(),
                    CaptureTrouble::Missing => words::microphone_missing(),
                };
                app.toast(words.to_owned(), false);
                let _ = over.try_run(false);
            }
        }
        let _ = busy.try_set(false);
    });
    let pause_label = move || if paused.get() { words::go_on_recording() } else { words::pause_recording() };
    view! {
        <div class="voice" role="group" tabindex="-1" aria-label=words::voice_note() data-testid="voice-note" data-paused=move || paused.get().to_string()
            on:keydown=move |event| if event.key() == "Escape" {
                event.stop_propagation();
                over.run(false);
            }>
            <IconButton icon="trash" label=words::drop_recording().to_owned() testid="voice-drop" on_click=move |_| over.run(false)/>
            <span class="voice-dot" class:paused=move || paused.get() aria-hidden="true"></span>
            <span class="voice-time" role="timer" data-testid="voice-time">{move || length(at_ms.get())}</span>
            <span class="voice-meter" aria-hidden="true"><span style:inline-size=move || format!("{}%", u32::from(loud.get()) * 100 / 255)></span></span>
            <button class="icon-button" type="button" aria-label=pause_label title=pause_label data-testid="voice-pause"
                disabled=move || busy.get() on:click=move |_| pause()>
                <Icon name=Signal::derive(move || if paused.get() { "microphone" } else { "pause-fill" })/>
            </button>
            <button class="send" type="button" aria-label=words::send() title=words::send() data-testid="voice-send"
                disabled=move || busy.get() on:click=move |_| send()><Icon name="paper-plane-right"/></button>
        </div>
    }
}

async fn give(app: App, chat: ChatId, recorded: Recorded) {
    let Recorded { blob, mime, duration_ms, waveform } = recorded;
    let facts = MediaFacts {
        kind: MediaKind::Voice,
        mime,
        name: String::new(),
        size: blob.size() as u64,
        width: 0,
        height: 0,
        duration_ms,
        preview: Vec::new(),
        waveform,
    };
    if let Err(error) = tell(app, chat, Prepared { blob, facts }, String::new()).await {
        app.toast(words::error(&error), false);
    }
}
