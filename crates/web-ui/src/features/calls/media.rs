//! Elements that a track is seen and heard in.

use super::session::Session;
use crate::platform::call::devices;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMediaElement, MediaStream, MediaStreamTrack};

/// Others' sound on one of the connection's lines.
#[component]
pub fn Sound(session: Session, mid: String) -> impl IntoView {
    let element = NodeRef::<html::Audio>::new();
    Effect::new(move || {
        session.changed.track();
        if let (Some(element), Some(track)) = (element.get(), session.received(&mid)) {
            play(&element, &track);
        }
    });
    Effect::new(move || {
        if let Some(element) = element.get() {
            devices::lead_to(&element, session.loudspeaker.get());
        }
    });
    view! { <audio node_ref=element autoplay data-testid="call-sound"></audio> }
}

/// Pictures: of others by a line of the connection, or the own ones.
#[component]
pub fn Picture(
    session: Session,
    /// `None`: what this device sends.
    mid: Option<String>,
    label: String,
    /// As in a mirror.
    #[prop(default = false.into(), into)]
    mirrored: Signal<bool>,
) -> impl IntoView {
    let element = NodeRef::<html::Video>::new();
    Effect::new(move || {
        session.changed.track();
        let track = match &mid {
            Some(mid) => session.received(mid),
            None => session.own_picture(),
        };
        if let (Some(element), Some(track)) = (element.get(), track) {
            // The sound comes by an element of its own.
            element.set_muted(true);
            play(&element, &track);
        }
    });
    view! { <video class="call-picture" class:mirrored=move || mirrored.get() node_ref=element autoplay playsinline aria-label=label data-testid="call-picture"></video> }
}

fn play(element: &HtmlMediaElement, track: &MediaStreamTrack) {
    let shown = element.src_object().and_then(|stream| stream.get_tracks().iter().next());
    if shown.is_some_and(|shown| js_sys::Object::is(&shown, track)) {
        return;
    }
    let Ok(stream) = MediaStream::new() else { return };
    stream.add_track(track);
    element.set_src_object(Some(&stream));
    if let Ok(playing) = element.play() {
        wasm_bindgen_futures::spawn_local(async move {
            // A browser that wants a click first gets one: nobody is in a call without one.
            let _ = JsFuture::from(playing).await;
        });
    }
}
