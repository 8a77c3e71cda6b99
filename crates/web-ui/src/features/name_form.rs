//! A form of one name, which somebody may change while it is typed over.

use crate::store::use_app;
use crate::words;
use client_api::Command;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The form. `command` is made of what was typed, where something was; nothing is asked where it gives none.
#[component]
pub fn NameForm(
    label: &'static str,
    /// As it is now: until something is typed, the field follows it.
    name: Memo<String>,
    /// Characters.
    #[prop(optional)]
    length_max: Option<u32>,
    testid: &'static str,
    error_id: &'static str,
    save_testid: &'static str,
    command: impl Fn(Option<String>) -> Option<Command> + 'static,
) -> impl IntoView {
    let app = use_app();
    let typed = RwSignal::new(None::<String>);
    let shown = move || typed.get().unwrap_or_else(|| name.get());
    let error = RwSignal::new(String::new());
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        error.set(String::new());
        let sent = typed.get_untracked();
        let Some(command) = command(sent.clone()) else { return };
        app.ask(command, move |result| match result {
            Ok(_) => {
                // What was typed meanwhile is not saved yet.
                if typed.try_with_untracked(|typed| *typed == sent) == Some(true) {
                    typed.set(None);
                }
                app.toast(words::saved().to_owned(), false);
            }
            Err(refused) => _ = error.try_set(words::error(&refused)),
        });
    };
    view! {
        <form class="pad stack" on:submit=save>
            <label class="field">
                <span class="field-label">{label}</span>
                <input class="input" type="text" dir="auto" autocomplete="off" maxlength=length_max data-testid=testid
                    aria-describedby=error_id prop:value=shown on:input=move |event| typed.set(Some(event_target_value(&event)))/>
            </label>
            <p id=error_id class="field-error" role="alert" data-testid=error_id>{error}</p>
            <button class="button quiet" type="submit" data-testid=save_testid>{words::save()}</button>
        </form>
    }
}
