//! When the worker's thread comes back to us: once after what the browser has queued, and once at a given time.

use js_sys::Function;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

/// Waits longer than this are cut: browsers count them in 32 bits. An early wake does no harm.
const WAIT_MS_MAX: u64 = 24 * 3600 * 1000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, wait_ms: f64) -> f64;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: f64);
}

/// A call behind everything that the browser has queued by now. A message to oneself is not slowed down as nested
/// timers are.
pub(super) struct Hop {
    to: MessagePort,
    from: MessagePort,
    asked: Rc<Cell<bool>>,
    _called: Closure<dyn FnMut()>,
}

impl Hop {
    pub(super) fn new(mut call: impl FnMut() + 'static) -> Self {
        let channel = MessageChannel::new().expect("every worker has message channels");
        let (to, from) = (channel.port1(), channel.port2());
        let asked = Rc::new(Cell::new(false));
        let asked_there = asked.clone();
        let called = Closure::new(move || {
            asked_there.set(false);
            call();
        });
        from.set_onmessage(Some(called.as_ref().unchecked_ref()));
        Self { to, from, asked, _called: called }
    }

    /// Asks for one call, however often it is asked before it comes.
    pub(super) fn ask(&self) {
        if !self.asked.replace(true) {
            self.to.post_message(&JsValue::NULL).expect("null can be posted");
        }
    }
}

impl Drop for Hop {
    fn drop(&mut self) {
        self.from.set_onmessage(None);
        self.to.close();
    }
}

/// One time to be woken at; a new one replaces it.
pub(super) struct Timer {
    called: Closure<dyn FnMut()>,
    under_way: Option<f64>,
}

impl Timer {
    pub(super) fn new(call: impl FnMut() + 'static) -> Self {
        Self { called: Closure::new(call), under_way: None }
    }

    pub(super) fn set(&mut self, wait_ms: u64) {
        self.cancel();
        let wait_ms = u32::try_from(wait_ms.min(WAIT_MS_MAX)).unwrap_or(u32::MAX);
        self.under_way = Some(set_timeout(self.called.as_ref().unchecked_ref(), f64::from(wait_ms)));
    }

    pub(super) fn cancel(&mut self) {
        if let Some(id) = self.under_way.take() {
            clear_timeout(id);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.cancel();
    }
}
