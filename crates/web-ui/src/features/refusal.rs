//! What a form says beside its field when it was refused. Where the refusal is one of time, what is seen counts down and the form can
//! be sent again at its end; what is read aloud is said once.

use crate::model::clock::seconds_until;
use crate::platform::page;
use crate::words;
use client_api::UserError;
use leptos::prelude::*;
use std::time::Duration;

/// How often is looked whether the time is over.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Of one form.
#[derive(Clone, Copy)]
pub struct Refusal {
    text: RwSignal<String>,
    wait: RwSignal<Option<Wait>>,
    now_ms: RwSignal<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Wait {
    until_ms: u64,
    /// What was refused is what the form is for; else it was something beside it.
    holds_form: bool,
}

impl Refusal {
    /// Nothing was refused. Ends with what it is made in.
    pub fn none() -> Self {
        let refusal = Self {
            text: RwSignal::new(String::new()),
            wait: RwSignal::new(None),
            now_ms: RwSignal::new(page::now_ms()),
        };
        Effect::new(move || {
            let Some(wait) = refusal.wait.get() else { return };
            let look = move || {
                let now_ms = page::now_ms();
                if now_ms >= wait.until_ms {
                    refusal.clear();
                } else {
                    let _ = refusal.now_ms.try_set(now_ms);
                }
            };
            if let Ok(timer) = set_interval_with_handle(look, LOOK_EVERY) {
                on_cleanup(move || timer.clear());
            }
        });
        refusal
    }

    /// It is tried again.
    pub fn clear(self) {
        let _ = self.text.try_set(String::new());
        let _ = self.wait.try_set(None);
    }

    /// What the form is for was refused.
    pub fn tell(self, why: &UserError) {
        self.tell_of(why, true);
    }

    /// Something beside it was refused: the form can be sent all the same.
    pub fn tell_beside(self, why: &UserError) {
        self.tell_of(why, false);
    }

    fn tell_of(self, why: &UserError, holds_form: bool) {
        let now_ms = page::now_ms();
        let wait = match why {
            UserError::TooMany { wait_s } if *wait_s > 0 => {
                Some(Wait { until_ms: now_ms.saturating_add(u64::from(*wait_s) * 1_000), holds_form })
            }
            _ => None,
        };
        let _ = self.now_ms.try_set(now_ms);
        let _ = self.wait.try_set(wait);
        let _ = self.text.try_set(words::error(why));
    }

    /// Something was refused, and has not been tried again.
    pub fn is_told(self) -> bool {
        self.text.with(|text| !text.is_empty())
    }

    /// The form need not be sent before its time.
    pub fn holds_form(self) -> bool {
        self.wait.get().is_some_and(|wait| wait.holds_form)
    }

    fn left_s(self) -> Option<u32> {
        self.wait.get().map(|wait| seconds_until(wait.until_ms, self.now_ms.get()))
    }
}

/// Its words. `id` is what the field is described by.
#[component]
pub fn RefusalText(refusal: Refusal, id: &'static str, testid: &'static str) -> impl IntoView {
    let waits = Memo::new(move |_| refusal.left_s().is_some());
    let counting = move || refusal.left_s().map(|wait_s| words::error(&UserError::TooMany { wait_s }));
    view! {
        <p id=id class="field-error" class:sr-only=waits role="alert" data-testid=testid>{refusal.text}</p>
        <Show when=move || waits.get()>
            <p class="field-error counting" aria-hidden="true" data-testid="form-wait">{counting}</p>
        </Show>
    }
}
