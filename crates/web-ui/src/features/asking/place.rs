//! The dialog in which is said where something is.

use super::send_and_close;
use crate::model::asking::Asked;
use crate::platform::whereabouts;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{Command, Place};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// As the core has it.
const NAME_CHARS_MAX: u32 = 100;

/// The dialog. What the browser says of where it is can be changed before it is sent.
#[component]
#[allow(unreachable_pub, reason = "the macro makes a public struct of its properties")]
pub(super) fn PlaceDialog() -> impl IntoView {
    let app = use_app();
    let close = move || app.asking.set(None);
    let (degrees, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    // How well the browser knows what it said.
    let told = RwSignal::new(None::<Place>);
    let refused = RwSignal::new(String::new());
    let (is_sending, is_looking) = (RwSignal::new(false), RwSignal::new(false));
    let look = move |_| {
        refused.set(String::new());
        is_looking.set(true);
        whereabouts::ask(move |found| {
            // The dialog may be gone.
            let _ = is_looking.try_set(false);
            match found {
                Ok(place) => {
                    let _ = degrees.try_set(place.degrees());
                    let _ = told.try_set(Some(place));
                }
                Err(why) => drop(refused.try_set(words::whereabouts(why).to_owned())),
            }
        });
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(Asked { chat, peer, .. }) = app.asking.get_untracked().filter(|_| !is_sending.get_untracked()) else {
            return;
        };
        let Some(typed) = degrees.with_untracked(|text| Place::typed(text)) else {
            refused.set(words::degrees_invalid().to_owned());
            return;
        };
        let place = told.get_untracked().filter(|told| told.degrees() == typed.degrees()).unwrap_or(typed);
        let place = Place { name: name.get_untracked().trim().to_owned(), ..place };
        send_and_close(app, Command::SendPlace { chat, place, written_for: Some(peer) }, is_sending, refused);
    };
    view! {
        <Dialog title=Signal::stored(words::place_title().to_owned()) testid="place-dialog" on_close=close>
            <form class="stack" on:submit=send>
                <button class="button quiet" type="button" data-testid="place-here" disabled=is_looking on:click=look>
                    <Icon name="map-pin"/> {move || if is_looking.get() { words::place_looking() } else { words::place_here() }}
                </button>
                <label class="field">
                    <span class="field-label">{words::degrees()}</span>
                    <input class="input" type="text" dir="ltr" autocomplete="off" spellcheck="false" placeholder="52.52000, 13.40500"
                        data-testid="place-degrees" aria-describedby="place-error" prop:value=degrees on:input=move |event| degrees.set(event_target_value(&event))/>
                </label>
                <label class="field">
                    <span class="field-label">{words::place_name()}</span>
                    <input class="input" type="text" dir="auto" autocomplete="off" maxlength=NAME_CHARS_MAX data-testid="place-name"
                        prop:value=name on:input=move |event| name.set(event_target_value(&event))/>
                </label>
                <p id="place-error" class="field-error" role="alert" data-testid="place-error">{refused}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" data-testid="place-cancel" on:click=move |_| close()>{words::cancel()}</button>
                    <button class="button" type="submit" data-testid="place-send" disabled=move || degrees.with(|text| text.trim().is_empty())>{words::send()}</button>
                </div>
            </form>
        </Dialog>
    }
}
