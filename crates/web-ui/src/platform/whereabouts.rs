//! Where this device is, as the browser says. Asked once, when somebody presses a button for it; never followed.

use client_api::Place;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Position, PositionError, PositionOptions};

/// Why it was not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlace {
    /// The user or the browser's settings do not allow it.
    Denied,
    /// The browser does not know, or not in time.
    Unknown,
}

/// The browser is given so long, in milliseconds.
const WITHIN_MS: u32 = 20_000;

/// Asks; the answer comes once.
pub fn ask(answered: impl FnOnce(Result<Place, NoPlace>) + 'static) {
    let Some(geolocation) = web_sys::window().and_then(|window| window.navigator().geolocation().ok()) else {
        answered(Err(NoPlace::Unknown));
        return;
    };
    let answered = std::rc::Rc::new(std::cell::RefCell::new(Some(answered)));
    let other = std::rc::Rc::clone(&answered);
    let found = Closure::once_into_js(move |position: Position| {
        if let Some(answered) = answered.take() {
            answered(place(&position).ok_or(NoPlace::Unknown));
        }
    });
    let refused = Closure::once_into_js(move |error: PositionError| {
        if let Some(answered) = other.take() {
            let denied = error.code() == PositionError::PERMISSION_DENIED;
            answered(Err(if denied { NoPlace::Denied } else { NoPlace::Unknown }));
        }
    });
    let options = PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(WITHIN_MS);
    let asked = geolocation.get_current_position_with_error_callback_and_options(
        found.unchecked_ref(),
        Some(refused.unchecked_ref()),
        &options,
    );
    // It throws in no browser of today: then the dialog stays as it is, and degrees can be typed.
    drop(asked);
}

fn place(position: &Position) -> Option<Place> {
    let at = position.coords();
    let accuracy_m = at.accuracy().clamp(0.0, f64::from(u32::MAX)).round() as u32;
    Place::at(at.latitude(), at.longitude()).map(|place| Place { accuracy_m, ..place })
}
