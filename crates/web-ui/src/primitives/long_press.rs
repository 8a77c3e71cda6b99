//! A finger that stays: what a right click is with a mouse. Browsers differ in whether they make a `contextmenu` event of it.

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::time::Duration;

const STAYS: Duration = Duration::from_millis(500);
/// A finger that moves further scrolls.
const MOVES_PX: f64 = 10.0;

/// Of one element.
#[derive(Clone, Copy)]
pub struct LongPress {
    timer: StoredValue<Option<TimeoutHandle>>,
    from: StoredValue<(f64, f64)>,
    fired: StoredValue<bool>,
}

impl LongPress {
    /// Nothing is pressed.
    pub fn new() -> Self {
        let press =
            Self { timer: StoredValue::new(None), from: StoredValue::new((0.0, 0.0)), fired: StoredValue::new(false) };
        on_cleanup(move || press.end());
        press
    }

    /// `pointerdown`. `act` runs if the finger stays.
    pub fn begin(self, event: &web_sys::PointerEvent, act: impl FnOnce() + 'static) {
        self.fired.set_value(false);
        if event.pointer_type() == "mouse" {
            return;
        }
        self.from.set_value((f64::from(event.client_x()), f64::from(event.client_y())));
        let timer = set_timeout_with_handle(
            move || {
                if self.fired.try_set_value(true).is_none() {
                    act();
                }
            },
            STAYS,
        );
        self.timer.set_value(timer.ok());
    }

    /// `pointermove`.
    pub fn move_to(self, event: &web_sys::PointerEvent) {
        let (x, y) = self.from.get_value();
        if (f64::from(event.client_x()) - x).hypot(f64::from(event.client_y()) - y) > MOVES_PX {
            self.end();
        }
    }

    /// `pointerup`, `pointercancel`, `pointerleave`.
    pub fn end(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// `touchend`. After a long press the browser shall not make a click of it.
    pub fn lift(self, event: &web_sys::TouchEvent) {
        self.end();
        if self.fired.get_value() {
            event.prevent_default();
        }
    }

    /// The click that follows a long press is none. Asked once.
    pub fn was_long(self) -> bool {
        self.fired.try_update_value(std::mem::take).unwrap_or_default()
    }
}

impl Default for LongPress {
    fn default() -> Self {
        Self::new()
    }
}
