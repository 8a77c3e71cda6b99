//! A field for a PIN: hidden like a password, with a button that shows it, and digits on a telephone's keyboard.

use crate::words;
use leptos::html;
use leptos::prelude::*;

/// Digits of a PIN.
const PIN_LEN: usize = 6;

/// Nobody need be asked about less.
pub fn is_whole(pin: &str) -> bool {
    pin.chars().filter(|letter| letter.is_numeric()).count() == PIN_LEN
}

/// The field and its label. `testid` is its id too.
#[component]
pub fn PinField(
    testid: &'static str,
    value: RwSignal<String>,
    /// The ids of what explains it.
    described_by: &'static str,
    #[prop(optional, into)] invalid: Signal<bool>,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <div class="field">
            <label class="field-label" for=testid>{words::pin_label()}</label>
            <div class="pin-field">
                // Not for the browser's store of passwords: the PIN is asked for where somebody else may have the device.
                <input class="input secret" id=testid type=move || if open.get() { "text" } else { "password" } inputmode="numeric"
                    maxlength=PIN_LEN autocomplete="off" autocapitalize="off" spellcheck="false" dir="ltr" data-testid=testid node_ref=node_ref
                    aria-invalid=move || invalid.get().to_string() aria-describedby=described_by
                    prop:value=value on:input=move |event| value.set(event_target_value(&event))/>
                <button class="button quiet" type="button" aria-controls=testid data-testid=format!("{testid}-show")
                    on:click=move |_| open.update(|open| *open = !*open)>
                    {move || if open.get() { words::hide_pin() } else { words::show_pin() }}
                </button>
            </div>
        </div>
    }
}
