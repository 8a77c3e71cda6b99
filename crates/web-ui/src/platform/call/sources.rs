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
    chosen_or_any(DeviceKind::Microphone, &Object::new(), MediaStreamConstraints::set_audio).await
}

/// The camera that was chosen, or another one: large enough for three layers.
pub async fn camera() -> Result<MediaStreamTrack, CaptureTrouble> {
    let video = Object::new();
    for (name, size) in [("width", 1_280), ("height", 720)] {
        set(&video, name, &wished("ideal", &size.into()));
    }
    chosen_or_any(DeviceKind::Camera, &video, MediaStreamConstraints::set_video).await
}

/// Of a device that was only preferred, browsers take no notice where another one is open already.
async fn chosen_or_any(
    kind: DeviceKind,
    of_it: &Object,
    put: fn(&MediaStreamConstraints, &JsValue),
) -> Result<MediaStreamTrack, CaptureTrouble> {
    let ask = async || {
        let wish = MediaStreamConstraints::new();
        put(&wish, of_it);
        first(&capture::open(&wish).await?)
    };
    if let Some(id) = devices::chosen(kind) {
        set(of_it, "deviceId", &wished("exact", &id.into()));
        match ask().await {
            Err(CaptureTrouble::Missing) => {}
            given => return given,
        }
        // It is not there any more.
        let _ = Reflect::delete_property(of_it, &"deviceId".into());
    }
    ask().await
}

fn wished(how: &str, value: &JsValue) -> Object {
    let wish = Object::new();
    set(&wish, how, value);
    wish
}

/// A fresh object takes properties.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
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
        // Of what nothing flows into, browsers send nothing: the others would wait for ever.
        let (source, volume) = (context.create_oscillator().ok()?, context.create_gain().ok()?);
        volume.gain().set_value(0.0);
        source.connect_with_audio_node(&volume).ok()?;
        volume.connect_with_audio_node(&destination).ok()?;
        source.start().ok()?;
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
