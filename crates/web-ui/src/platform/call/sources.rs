//! Microphone, camera and screen for a call. Knows what to ask the browser for.

use super::devices::{self, DeviceKind};
use crate::platform::capture::{self, CaptureTrouble};
use js_sys::{Function, Object, Reflect};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioContext, MediaStream, MediaStreamConstraints, MediaStreamTrack};

/// The microphone that was chosen, or another one where that is not there.
pub async fn microphone() -> Result<MediaStreamTrack, CaptureTrouble> {
    let wish = MediaStreamConstraints::new();
    let audio = Object::new();
    prefer(&audio, DeviceKind::Microphone);
    wish.set_audio(&audio);
    first(&capture::open(&wish).await?)
}

/// The camera that was chosen, or another one: large enough for three layers.
pub async fn camera() -> Result<MediaStreamTrack, CaptureTrouble> {
    let video = Object::new();
    for (name, size) in [("width", 1_280), ("height", 720)] {
        let _ = Reflect::set(&video, &name.into(), &ideal(&size.into()));
    }
    prefer(&video, DeviceKind::Camera);
    let wish = MediaStreamConstraints::new();
    wish.set_video(&video);
    first(&capture::open(&wish).await?)
}

fn prefer(wish: &Object, kind: DeviceKind) {
    if let Some(id) = devices::chosen(kind) {
        let _ = Reflect::set(wish, &"deviceId".into(), &ideal(&id.into()));
    }
}

/// As near to it as can be.
fn ideal(value: &JsValue) -> Object {
    let wish = Object::new();
    let _ = Reflect::set(&wish, &"ideal".into(), value);
    wish
}

/// A screen, window or tab that the user chooses, with its sound where the browser gives it.
pub async fn screen() -> Result<(MediaStreamTrack, Option<MediaStreamTrack>), CaptureTrouble> {
    let devices = window().navigator().media_devices().map_err(|_| CaptureTrouble::Missing)?;
    let ask = Reflect::get(&devices, &"getDisplayMedia".into()).ok().and_then(|ask| ask.dyn_into::<Function>().ok());
    let ask = ask.ok_or(CaptureTrouble::Missing)?;
    let wish = Object::new();
    for name in ["video", "audio"] {
        let _ = Reflect::set(&wish, &name.into(), &JsValue::TRUE);
    }
    let asked = ask.call1(&devices, &wish).map_err(|_| CaptureTrouble::Missing)?;
    let stream: MediaStream = JsFuture::from(asked.unchecked_into::<js_sys::Promise>())
        .await
        .map_err(|_| CaptureTrouble::Refused)?
        .unchecked_into();
    let sound = stream.get_audio_tracks().iter().next().map(JsCast::unchecked_into);
    let picture = stream.get_video_tracks().iter().next().map(JsCast::unchecked_into);
    picture.map(|picture| (picture, sound)).ok_or(CaptureTrouble::Missing)
}

/// Silence, in place of a microphone: a connection is made for something that is sent.
pub struct Silence {
    context: AudioContext,
    track: MediaStreamTrack,
}

impl Silence {
    pub fn new() -> Option<Self> {
        let context = AudioContext::new().ok()?;
        let destination = context.create_media_stream_destination().ok()?;
        let track = first(&destination.stream()).ok()?;
        Some(Self { context, track })
    }

    pub fn track(&self) -> &MediaStreamTrack {
        &self.track
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Browsers allow a few only.
        let _ = self.context.close();
    }
}

fn first(stream: &MediaStream) -> Result<MediaStreamTrack, CaptureTrouble> {
    stream.get_tracks().iter().next().map(JsCast::unchecked_into).ok_or(CaptureTrouble::Missing)
}
