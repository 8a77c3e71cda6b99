//! People are chosen who are added to a call of two: it goes on in a group of all.

use crate::features::groups::picker::Picker;
use crate::primitives::dialog::Dialog;
use crate::store::use_app;
use crate::words;
use client_api::Command;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// As many as a call takes beside the two.
const ADDED_MAX: usize = 30;

#[component]
pub fn AddingDialog(on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    let chosen = RwSignal::new(BTreeSet::new());
    let error = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let chat = app.calls.with_untracked(|calls| calls.own.as_ref().map(|own| own.chat));
    let peer = chat.and_then(|chat| app.chats.with_untracked(|chats| chats.get(&chat))).map(|row| row.peer);
    let without = peer.into_iter().chain([app.me()]).collect();
    let is_possible = move || chosen.with(|chosen| (1..=ADDED_MAX).contains(&chosen.len()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || !untrack(is_possible) {
            return;
        }
        let members = chosen.with_untracked(|chosen| chosen.iter().copied().collect());
        error.set(String::new());
        busy.set(true);
        app.ask(Command::GrowCall { members }, move |result| {
            let is_open = busy.try_set(false).is_none();
            match result {
                Ok(_) if is_open => on_close(),
                Ok(_) => {}
                Err(refused) => _ = error.try_set(words::error(&refused)),
            }
        });
    };
    view! {
        <Dialog title=words::call_to_group() testid="call-add-dialog" on_close>
            <form class="forward" on:submit=submit>
                <p class="faint">{words::call_add_about()}</p>
                <Picker chosen without/>
                <p class="field-error" role="alert">
                    {move || if chosen.with(BTreeSet::len) > ADDED_MAX { words::call_add_too_many().to_owned() } else { error.get() }}
                </p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" on:click=move |_| on_close()>{words::cancel()}</button>
                    <button class="button" type="submit" data-testid="call-add-go" disabled=move || busy.get() || !is_possible()>{words::add()}</button>
                </div>
            </form>
        </Dialog>
    }
}
