//! Leave to use a camera or a microphone, and letting go of it. Knows not what is done with what comes.

use js_sys::Reflect;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaStream, MediaStreamConstraints, MediaStreamTrack};

/// Why nothing comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureTrouble {
    /// The user or the system said no.
    Refused,
    /// There is none, or another program has it, or this browser cannot do it.
    Missing,
}

/// Asks the user, where that is needed.
pub async fn open(wish: &MediaStreamConstraints) -> Result<MediaStream, CaptureTrouble> {
    let devices = window().navigator().media_devices().map_err(|_| CaptureTrouble::Missing)?;
    let promise = devices.get_user_media_with_constraints(wish).map_err(|_| CaptureTrouble::Missing)?;
    JsFuture::from(promise).await.map(JsCast::unchecked_into).map_err(|error| {
        let name = Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
        match name.as_deref() {
            Some("NotAllowedError") => CaptureTrouble::Refused,
            _ => CaptureTrouble::Missing,
        }
    })
}

/// Lets it go.
pub fn close(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}
