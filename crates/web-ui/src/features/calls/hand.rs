//! A raised hand falls when whoever raised it has spoken for a while.

use super::session::Session;
use crate::model::calls::Speech;
use crate::platform::call::level::Level;
use leptos::prelude::*;
use std::cell::RefCell;
use std::time::Duration;

/// Shorter than what a level remembers: nothing is missed.
const LOOK_EVERY: Duration = Duration::from_millis(250);

pub fn falls_by_itself(session: Session) {
    let listens = Memo::new(move |_| session.hand.get() && session.speaks.get());
    let looks = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(before) = looks.try_update_value(Option::take).flatten() {
            before.clear();
        }
    };
    Effect::new(move || {
        stop();
        if !listens.get() {
            return;
        }
        let (mut speech, mut level) = (Speech::default(), None::<Level>);
        let look = move || {
            let Some(track) = session.microphone() else { return };
            if level.as_ref().is_none_or(|level| !level.is_of(&track)) {
                level = Level::of(&track);
            }
            if level.as_ref().is_some_and(|level| speech.hears(level.peak())) {
                let _ = session.hand.try_set(false);
            }
        };
        looks.set_value(interval(look));
    });
    on_cleanup(stop);
}

fn interval(look: impl FnMut() + 'static) -> Option<IntervalHandle> {
    let look = RefCell::new(look);
    set_interval_with_handle(move || (look.borrow_mut())(), LOOK_EVERY).ok()
}
