//! The worker that seals and opens a call's frames (`web/call-frames.js`). Knows how a track is led through it.

use client_api::{AccountId, CallKeys, CallLeaf, CallTrack};
use js_sys::{Array, Object, Reflect, Uint8Array};
use leptos::prelude::document;
use std::cell::RefCell;
use std::collections::BTreeSet;
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

/// The worker of one call: it outlives connections, so that nothing that came before one broke can come again.
pub struct Frames {
    worker: Worker,
    opened: Rc<RefCell<BTreeSet<String>>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

/// Whether calls can be sealed here at all.
pub fn is_supported() -> bool {
    Reflect::has(&js_sys::global(), &"RTCRtpScriptTransform".into()).unwrap_or(false)
}

impl Frames {
    /// `None` where the browser cannot. `on_opened` hears when a first frame was opened on a media line.
    pub fn start(on_opened: impl Fn() + 'static) -> Option<Rc<Self>> {
        let meta = document().query_selector("meta[name=heliograph-call-frames]").ok()??;
        let address = meta.dyn_into::<HtmlMetaElement>().ok()?.content();
        let worker = Worker::new(&address).ok().filter(|_| is_supported())?;
        let opened = Rc::new(RefCell::new(BTreeSet::new()));
        let noted = Rc::clone(&opened);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let mid = Reflect::get(&event.data(), &"opened".into()).ok().and_then(|mid| mid.as_string());
            if let Some(mid) = mid {
                noted.borrow_mut().insert(mid);
                on_opened();
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Rc::new(Self { worker, opened, _on_message: on_message }))
    }

    /// A new epoch; or the one before may be used again.
    pub fn set_keys(&self, keys: &CallKeys) {
        let leaf = |leaf: &CallLeaf| Array::of2(&device(leaf.account, leaf.device), &leaf.leaf.into());
        let given = object(&[
            ("generation", keys.generation.into()),
            ("epoch", JsValue::from_f64(keys.epoch as f64)),
            ("base", Uint8Array::from(keys.base_key.as_slice()).into()),
            ("leaf", keys.leaf.into()),
            ("leaves", keys.leaves.iter().map(leaf).collect::<Array>().into()),
        ]);
        self.say(&object(&[("keys", given)]));
    }

    /// Nothing is sealed until keys come.
    pub fn hold(&self) {
        self.say(&object(&[("hold", JsValue::TRUE)]));
    }

    /// A new connection: its lines are others.
    pub fn begin(&self) {
        self.opened.borrow_mut().clear();
        self.say(&object(&[("begin", JsValue::TRUE)]));
    }

    /// Other tracks come.
    pub fn set_tracks(&self, tracks: &[CallTrack]) {
        let line = |track: &CallTrack| Array::of2(&JsValue::from_str(&track.mid), &device(track.account, track.device));
        self.say(&object(&[("lines", tracks.iter().map(line).collect::<Array>().into())]));
    }

    /// Something was opened on this connection.
    pub fn has_opened(&self) -> bool {
        !self.opened.borrow().is_empty()
    }

    /// The worker and its keys end.
    pub fn stop(&self) {
        self.worker.terminate();
    }

    fn say(&self, what: &JsValue) {
        // It fails only for what cannot be copied.
        let _ = self.worker.post_message(what);
    }

    /// Must be called in the turn in which the sender is made.
    pub fn seal(&self, sender: &RtcRtpSender, kind: Kind) -> Result<(), JsValue> {
        self.lead(sender, &object(&[("kind", kind.name().into())]))
    }

    /// Must be called in the turn in which the receiver is first seen.
    pub fn open(&self, receiver: &RtcRtpReceiver, kind: Kind, mid: &str) -> Result<(), JsValue> {
        // A line that is used again has its transform already; whatever else it is, it is given one.
        if Reflect::get(receiver, &"transform".into()).is_ok_and(|transform| transform.is_object()) {
            return Ok(());
        }
        self.lead(receiver, &object(&[("kind", kind.name().into()), ("mid", mid.into())]))
    }

    fn lead(&self, end: &JsValue, options: &JsValue) -> Result<(), JsValue> {
        let transform = RTCRtpScriptTransform::new(&self.worker, options)?;
        Reflect::set(end, &"transform".into(), &transform).map(|_| ())
    }
}

/// A device's name among the leaves of an epoch.
fn device(account: AccountId, device: u32) -> JsValue {
    format!("{account}/{device}").into()
}

fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let made = Object::new();
    for (name, value) in entries {
        // An object of one's own takes any property.
        let _ = Reflect::set(&made, &JsValue::from_str(name), value);
    }
    made.into()
}
