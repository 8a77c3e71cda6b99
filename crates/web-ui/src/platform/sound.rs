//! A short tone for a message that came, made by Web Audio: no file, nothing to load.

use crate::platform::page;
use std::cell::RefCell;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AudioContext, AudioContextState, AudioNode, HtmlAudioElement};

/// When each note begins and how high it is, in seconds and Hertz: a fourth up.
const NOTES: [(f64, f32); 2] = [(0.0, 880.0), (0.09, 1_174.7)];
const NOTE_S: f64 = 0.22;
/// Of 1: quiet enough for a shared room.
const LOUDNESS: f32 = 0.07;
/// Browsers hold sounds back until the first click in a page: what comes then tells of nothing new.
const LATE_MS: u64 = 1_000;

/// A call that rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ringing {
    /// Here: to be heard from the next room.
    Here,
    /// At the others, who have not answered.
    There,
}

/// Of a ring: when each note begins, how long it is and how high, in seconds and Hertz.
const RING_HERE: [(f64, f64, f32); 4] =
    [(0.0, 0.18, 880.0), (0.2, 0.18, 1_174.7), (0.4, 0.18, 880.0), (0.6, 0.4, 1_174.7)];
const RING_THERE: [(f64, f64, f32); 1] = [(0.0, 1.0, 440.0)];
const RING_LOUDNESS: f32 = 0.14;
/// Longer than a ring.
const TEST: Duration = Duration::from_millis(1_200);

thread_local! {
    /// Browsers allow a few only, and each costs a thread: one is kept.
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Makes the tone, if the browser lets the page be heard now.
pub fn tone() {
    sounded(|context| play(context, NOTES.iter().map(|(after_s, hertz)| (*after_s, NOTE_S, *hertz)), LOUDNESS));
}

/// Rings once.
pub fn ring(ringing: Ringing) {
    match ringing {
        Ringing::Here => sounded(|context| play(context, RING_HERE.into_iter(), RING_LOUDNESS)),
        Ringing::There => sounded(|context| play(context, RING_THERE.into_iter(), LOUDNESS)),
    }
}

/// A tone through an element, which `lead` may lead to a loudspeaker: it ends with the tone.
pub fn test_tone(lead: impl FnOnce(&HtmlAudioElement) + 'static) {
    sounded(move |context| {
        let (element, destination) = (HtmlAudioElement::new()?, context.create_media_stream_destination()?);
        lead(&element);
        element.set_src_object(Some(&destination.stream()));
        let _ = element.play()?;
        play_to(context, &destination, RING_HERE.into_iter(), RING_LOUDNESS)?;
        let over = move || element.set_src_object(None);
        leptos::prelude::set_timeout(over, TEST);
        Ok(())
    });
}

fn sounded(make: impl FnOnce(&AudioContext) -> Result<(), JsValue> + 'static) {
    let Some(context) = context() else { return };
    let wished_ms = page::now_ms();
    spawn_local(async move {
        if context.state() != AudioContextState::Running {
            let Ok(resuming) = context.resume() else { return };
            let _ = JsFuture::from(resuming).await;
        }
        if page::now_ms().saturating_sub(wished_ms) < LATE_MS {
            // What a browser refuses here is a sound only.
            let _ = make(&context);
        }
    });
}

/// The one context of the page.
pub fn context() -> Option<AudioContext> {
    CONTEXT.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = AudioContext::new().ok();
        }
        kept.clone()
    })
}

fn play(context: &AudioContext, notes: impl Iterator<Item = (f64, f64, f32)>, loudness: f32) -> Result<(), JsValue> {
    play_to(context, &context.destination(), notes, loudness)
}

fn play_to(
    context: &AudioContext,
    to: &AudioNode,
    notes: impl Iterator<Item = (f64, f64, f32)>,
    loudness: f32,
) -> Result<(), JsValue> {
    let start_s = context.current_time();
    for (after_s, length_s, hertz) in notes {
        let (from_s, to_s) = (start_s + after_s, start_s + after_s + length_s);
        let (note, volume) = (context.create_oscillator()?, context.create_gain()?);
        note.frequency().set_value(hertz);
        // Up and down softly: a tone that is cut clicks.
        volume.gain().set_value_at_time(0.0, from_s)?;
        volume.gain().linear_ramp_to_value_at_time(loudness, from_s + 0.012)?;
        volume.gain().linear_ramp_to_value_at_time(0.0, to_s)?;
        note.connect_with_audio_node(&volume)?;
        volume.connect_with_audio_node(to)?;
        note.start_with_when(from_s)?;
        note.stop_with_when(to_s)?;
    }
    Ok(())
}
