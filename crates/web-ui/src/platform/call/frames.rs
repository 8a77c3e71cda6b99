//! The worker that seals and opens a call's frames (`web/call-frames.js`). Knows how a track is led through it.

use client_api::{CallKeys, CallTrack};
use js_sys::{Array, Object, Reflect, Uint8Array};
use leptos::prelude::document;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlMetaElement, MessageEvent, RtcRtpReceiver, RtcRtpSender, Worker};

#[wasm_bindgen]
extern "C" {
    type RTCRtpScriptTransform;

    #[wasm_bindgen(constructor, catch)]
    fn new(worker: &Worker, options: &JsValue) -> Result<RTCRtpScriptTransform, JsValue>;
}

/// Sound or pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Audio,
    Video,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// The worker of one connection; with its keys it ends.
pub struct Frames {
    worker: Worker,
    known: RefCell<Known>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

/// Whose frames may come on which line.
#[derive(Default)]
struct Known {
    tracks: Vec<CallTrack>,
    keys: Option<CallKeys>,
}

impl Frames {
    /// `None` where the browser cannot. `on_opened` hears of each media line on which the first frame was opened.
    pub fn start(on_opened: impl Fn(String) + 'static) -> Option<Rc<Self>> {
        let meta = document().query_selector("meta[name=heliograph-call-frames]").ok()??;
        let address = meta.dyn_into::<HtmlMetaElement>().ok()?.content();
        if !Reflect::has(&js_sys::global(), &"RTCRtpScriptTransform".into()).unwrap_or(false) {
            return None;
        }
        let worker = Worker::new(&address).ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let opened = Reflect::get(&event.data(), &"opened".into()).ok().and_then(|mid| mid.as_string());
            if let Some(mid) = opened {
                on_opened(mid);
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Rc::new(Self { worker, known: RefCell::default(), _on_message: on_message }))
    }

    /// A new epoch.
    pub fn set_keys(&self, keys: CallKeys) {
        let given = object(&[
            ("epoch", JsValue::from_f64(keys.epoch as f64)),
            ("base", Uint8Array::from(keys.base_key.as_slice()).into()),
            ("leaf", keys.leaf.into()),
        ]);
        let _ = self.worker.post_message(&object(&[("keys", given)]));
        self.known.borrow_mut().keys = Some(keys);
        self.say_lines();
    }

    /// Other tracks come.
    pub fn set_tracks(&self, tracks: &[CallTrack]) {
        self.known.borrow_mut().tracks = tracks.to_vec();
        self.say_lines();
    }

    /// A device without a leaf, which only the server speaks of, has no line.
    fn say_lines(&self) {
        let known = self.known.borrow();
        let Some(keys) = &known.keys else { return };
        let leaf = |track: &CallTrack| {
            keys.leaves.iter().find(|leaf| leaf.account == track.account && leaf.device == track.device)
        };
        let line =
            |track: &CallTrack| leaf(track).map(|leaf| Array::of2(&JsValue::from_str(&track.mid), &leaf.leaf.into()));
        let lines: Array = known.tracks.iter().filter_map(line).collect();
        let _ = self.worker.post_message(&object(&[("lines", lines.into())]));
    }

    /// Must be called in the turn in which the sender is made.
    pub fn seal(&self, sender: &RtcRtpSender, kind: Kind) -> Result<(), JsValue> {
        self.lead(sender, &object(&[("kind", kind.name().into())]))
    }

    /// Must be called in the turn in which the receiver is first seen.
    pub fn open(&self, receiver: &RtcRtpReceiver, kind: Kind, mid: &str) -> Result<(), JsValue> {
        self.lead(receiver, &object(&[("kind", kind.name().into()), ("mid", mid.into())]))
    }

    fn lead(&self, end: &JsValue, options: &JsValue) -> Result<(), JsValue> {
        let transform = RTCRtpScriptTransform::new(&self.worker, options)?;
        Reflect::set(end, &"transform".into(), &transform).map(|_| ())
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let made = Object::new();
    for (name, value) in entries {
        // An object of one's own takes any property.
        let _ = Reflect::set(&made, &JsValue::from_str(name), value);
    }
    made.into()
}
