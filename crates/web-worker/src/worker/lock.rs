//! One tab leads: an exclusive Web Lock, held as long as the worker lives or until another tab steals it.

use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortSignal;

/// How long a lock may be held by a page that goes away, as at a reload, before it counts as another tab's.
const PATIENCE_MS: u32 = 1_500;

// Behind a compiler flag in web-sys, and in every browser that has OPFS.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(name: &str, options: &Object, callback: &Function) -> Result<Promise, JsValue>;
}

/// A held lock; dropping it lets it go.
pub(super) struct Lock {
    release: Function,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Resolving a promise does not throw.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// What came of asking for the lock.
pub(super) enum Taken {
    /// It is ours.
    Held(Lock),
    /// Another tab has it.
    ByAnother,
}

/// Takes the lock; `on_lost` is called once when another tab steals it. Errors are words for a report.
pub(super) async fn take(name: &str, steal: bool, on_lost: impl FnOnce() + 'static) -> Result<Taken, String> {
    let (held, release) = promise();
    let (granted, grant) = promise();
    let options = Object::new();
    // A stolen lock is had at once, and browsers refuse a signal beside it.
    let (option, value) = if steal {
        ("steal", JsValue::TRUE)
    } else {
        ("signal", JsValue::from(AbortSignal::timeout_with_u32(PATIENCE_MS)))
    };
    Reflect::set(&options, &JsValue::from_str(option), &value).map_err(|error| words(&error))?;
    let tell = grant.clone();
    let on_granted = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        let _ = tell.call1(&JsValue::UNDEFINED, &JsValue::TRUE);
        held
    });
    let ended = request_lock(name, &options, on_granted.unchecked_ref()).map_err(|error| words(&error))?;
    let is_held = Rc::new(RefCell::new(false));
    let was_held = is_held.clone();
    spawn_local(async move {
        if let Err(error) = JsFuture::from(ended).await {
            if *was_held.borrow() {
                on_lost();
            } else {
                let _ = grant.call1(&JsValue::UNDEFINED, &error);
            }
        }
    });
    let answer = JsFuture::from(granted).await.map_err(|error| words(&error))?;
    if answer == JsValue::TRUE {
        *is_held.borrow_mut() = true;
        return Ok(Taken::Held(Lock { release }));
    }
    match error_name(&answer).as_deref() {
        Some("TimeoutError" | "AbortError") => Ok(Taken::ByAnother),
        _ => Err(words(&answer)),
    }
}

/// A promise and the function that resolves it.
pub(super) fn promise() -> (Promise, Function) {
    let mut resolve_it = None;
    let promise = Promise::new(&mut |resolve, _| resolve_it = Some(resolve));
    (promise, resolve_it.expect("a promise's executor runs at once"))
}

/// The name of a browser's error.
pub(super) fn error_name(error: &JsValue) -> Option<String> {
    Reflect::get(error, &JsValue::from_str("name")).ok()?.as_string()
}

fn words(error: &JsValue) -> String {
    format!("{error:?}")
}
