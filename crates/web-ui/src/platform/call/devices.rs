//! Which microphones, cameras and loudspeakers there are, and which of them the user chose: remembered in this browser, for they are this
//! machine's. Knows how to ask the browser; not what is sent or heard.

use crate::platform::{page, sound};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMediaElement, MediaDevices};

/// What a device is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    Microphone,
    Camera,
    Loudspeaker,
}

impl DeviceKind {
    fn of(name: &str) -> Option<Self> {
        match name {
            "audioinput" => Some(Self::Microphone),
            "videoinput" => Some(Self::Camera),
            "audiooutput" => Some(Self::Loudspeaker),
            _ => None,
        }
    }

    fn remembered_as(self) -> &'static str {
        match self {
            Self::Microphone => "heliograph-microphone",
            Self::Camera => "heliograph-camera",
            Self::Loudspeaker => "heliograph-loudspeaker",
        }
    }
}

/// One that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub kind: DeviceKind,
    pub id: String,
    /// Empty until the user has let the page use one.
    pub label: String,
}

/// All that can be chosen among; what only stands for the system's own choice is none.
pub async fn list() -> Vec<Device> {
    let Some(asked) = media_devices().and_then(|devices| devices.enumerate_devices().ok()) else { return Vec::new() };
    let Ok(found) = JsFuture::from(asked).await else { return Vec::new() };
    let text = |entry: &JsValue, name: &str| Reflect::get(entry, &name.into()).ok().and_then(|value| value.as_string());
    let device = |entry: JsValue| {
        let id = text(&entry, "deviceId").filter(|id| !["", "default", "communications"].contains(&id.as_str()))?;
        let label = text(&entry, "label").unwrap_or_default();
        Some(Device { kind: DeviceKind::of(&text(&entry, "kind")?)?, id, label })
    };
    found.unchecked_into::<Array>().iter().filter_map(device).collect()
}

/// The one that the user chose; `None`: whichever the system gives.
pub fn chosen(kind: DeviceKind) -> Option<String> {
    page::remembered(kind.remembered_as()).filter(|id| !id.is_empty())
}

/// From now on.
pub fn choose(kind: DeviceKind, id: &str) {
    page::remember(kind.remembered_as(), id);
}

/// Calls `changed` when a device comes or goes, until it is dropped.
pub struct Watch {
    devices: MediaDevices,
    changed: Closure<dyn FnMut()>,
}

impl Watch {
    pub fn begin(changed: impl FnMut() + 'static) -> Option<Self> {
        let devices = media_devices()?;
        let changed = Closure::<dyn FnMut()>::new(changed);
        let listener = changed.as_ref().unchecked_ref();
        devices.add_event_listener_with_callback("devicechange", listener).ok()?;
        Some(Self { devices, changed })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let listener = self.changed.as_ref().unchecked_ref();
        let _ = self.devices.remove_event_listener_with_callback("devicechange", listener);
    }
}

/// Whether a page may say where it is heard.
pub fn can_choose_loudspeaker() -> bool {
    let global = js_sys::global();
    Reflect::get(&global, &"HTMLMediaElement".into())
        .and_then(|class| Reflect::get(&class, &"prototype".into()))
        .and_then(|prototype| Reflect::has(&prototype, &"setSinkId".into()))
        .unwrap_or(false)
}

/// Has an element heard by a loudspeaker; by the system's own where that one is not there any more.
pub fn lead_to(element: &HtmlMediaElement, id: Option<String>) {
    let Some(set) = Reflect::get(element, &"setSinkId".into()).ok().and_then(|set| set.dyn_into::<Function>().ok())
    else {
        return;
    };
    let element = element.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let lead = async |id: &str| match set.call1(&element, &id.into()) {
            Ok(leading) => JsFuture::from(leading.unchecked_into::<Promise>()).await.is_ok(),
            Err(_) => false,
        };
        if !lead(id.as_deref().unwrap_or_default()).await && id.is_some() {
            lead("").await;
        }
    });
}

/// A short tone where calls are heard.
pub fn test_tone(id: Option<String>) {
    sound::test_tone(move |element| lead_to(element, id));
}

fn media_devices() -> Option<MediaDevices> {
    window().navigator().media_devices().ok()
}
