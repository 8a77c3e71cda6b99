//! For how long a chat is muted.

use crate::platform::page;
use crate::primitives::dialog::Dialog;
use crate::store::use_app;
use crate::words;
use client_api::Command;
use leptos::prelude::*;

const HOUR_MS: u64 = 3_600_000;
/// What is offered; `None` is always.
fn lengths() -> [(Option<u64>, &'static str, &'static str); 3] {
    [
        (Some(8 * HOUR_MS), words::mute_8_hours(), "mute-8-hours"),
        (Some(7 * 24 * HOUR_MS), words::mute_a_week(), "mute-a-week"),
        (None, words::mute_always(), "mute-always"),
    ]
}

/// The dialog, for the chat that it was asked for.
#[component]
pub fn MuteDialog() -> impl IntoView {
    let app = use_app();
    let close = move || app.muting.set(None);
    let mute = move |length: Option<u64>| {
        if let Some(chat) = app.muting.get_untracked() {
            let until_ms = length.map_or(u64::MAX, |length| page::now_ms() + length);
            app.send(Command::SetMuted { chat, until_ms });
        }
        close();
    };
    let choices = lengths().map(|(length, label, testid)| {
        view! { <button class="button" type="button" data-testid=testid on:click=move |_| mute(length)>{label}</button> }
    });
    view! {
        <Dialog title=Signal::stored(words::mute_title().to_owned()) testid="mute-dialog" on_close=close>
            <p>{words::mute_text()}</p>
            <div class="stack dialog-choices">{choices.into_iter().collect_view()}</div>
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="mute-cancel" on:click=move |_| close()>{words::cancel()}</button>
            </div>
        </Dialog>
    }
}
