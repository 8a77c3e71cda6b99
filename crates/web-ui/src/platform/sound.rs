//! A short tone for a message that came, made by Web Audio: no file, nothing to load.

use crate::platform::page;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AudioContext, AudioContextState};

/// When each note begins and how high it is, in seconds and Hertz: a fourth up.
const NOTES: [(f64, f32); 2] = [(0.0, 880.0), (0.09, 1_174.7)];
const NOTE_S: f64 = 0.22;
/// Of 1: quiet enough for a shared room.
const LOUDNESS: f32 = 0.07;
/// Browsers hold sounds back until the first click in a page: what comes then tells of nothing new.
const LATE_MS: u64 = 1_000;

thread_local! {
    /// Browsers allow a few only, and each costs a thread: one is kept.
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Makes the tone, if the browser lets the page be heard now.
pub fn tone() {
    let Some(context) = context() else { return };
    let wished_ms = page::now_ms();
    spawn_local(async move {
        if context.state() != AudioContextState::Running {
            let Ok(resuming) = context.resume() else { return };
            let _ = JsFuture::from(resuming).await;
        }
        if page::now_ms().saturating_sub(wished_ms) < LATE_MS {
            // What a browser refuses here is a sound only.
            let _ = play(&context);
        }
    });
}

fn context() -> Option<AudioContext> {
    CONTEXT.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = AudioContext::new().ok();
        }
        kept.clone()
    })
}

fn play(context: &AudioContext) -> Result<(), JsValue> {
    let start_s = context.current_time();
    for (after_s, hertz) in NOTES {
        let (from_s, to_s) = (start_s + after_s, start_s + after_s + NOTE_S);
        let (note, volume) = (context.create_oscillator()?, context.create_gain()?);
        note.frequency().set_value(hertz);
        // Up and down softly: a tone that is cut clicks.
        volume.gain().set_value_at_time(0.0, from_s)?;
        volume.gain().linear_ramp_to_value_at_time(LOUDNESS, from_s + 0.012)?;
        volume.gain().linear_ramp_to_value_at_time(0.0, to_s)?;
        note.connect_with_audio_node(&volume)?;
        volume.connect_with_audio_node(&context.destination())?;
        note.start_with_when(from_s)?;
        note.stop_with_when(to_s)?;
    }
    Ok(())
}
