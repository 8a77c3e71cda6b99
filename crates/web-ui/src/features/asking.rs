//! The dialogs in which is written what is no text: a poll, people, a place.

mod people;
mod place;

use self::people::PeopleDialog;
use self::place::PlaceDialog;
use crate::model::asking::{Asked, Asks};

use crate::primitives::dialog::Dialog;
use crate::store::{App, use_app};
use crate::words;
use client_api::Command;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// As the core has them.
const ANSWERS_MAX: usize = 12;
const QUESTION_CHARS_MAX: u32 = 255;
const ANSWER_CHARS_MAX: u32 = 100;

/// The dialog for what is being written.
#[component]
pub fn AskingDialog() -> impl IntoView {
    let app = use_app();
    move || {
        app.asking.get().map(|asked| match asked.asks {
            Asks::Poll => view! { <PollDialog/> }.into_any(),
            Asks::People => view! { <PeopleDialog/> }.into_any(),
            Asks::Place => view! { <PlaceDialog/> }.into_any(),
        })
    }
}

/// Sends what a dialog wrote; it stays where that is refused.
fn send_and_close(app: App, command: Command, is_sending: RwSignal<bool>, refused: RwSignal<String>) {
    is_sending.set(true);
    refused.set(String::new());
    app.ask(command, move |result| match result {
        // Another one may be open by now.
        Ok(_) if is_sending.try_get_untracked().is_some() => app.asking.set(None),
        Ok(_) => {}
        Err(error) => {
            let _ = is_sending.try_set(false);
            let _ = refused.try_set(words::error(&error));
        }
    });
}

/// The dialog, for the chat that it was asked for. There is always an empty field for one more answer.
#[component]
fn PollDialog() -> impl IntoView {
    let app = use_app();
    let close = move || app.asking.set(None);
    let question = RwSignal::new(String::new());
    let answers = RwSignal::new(vec![RwSignal::new(String::new()), RwSignal::new(String::new())]);
    let several = RwSignal::new(false);
    let refused = RwSignal::new(String::new());
    let is_sending = RwSignal::new(false);
    let typed = move |field: RwSignal<String>, text: String| {
        field.set(text);
        let is_full = answers.with_untracked(|answers| {
            answers.len() < ANSWERS_MAX
                && answers.iter().all(|answer| answer.with_untracked(|text| !text.trim().is_empty()))
        });
        if is_full {
            answers.update(|answers| answers.push(RwSignal::new(String::new())));
        }
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(Asked { chat, peer, .. }) = app.asking.get_untracked().filter(|_| !is_sending.get_untracked()) else {
            return;
        };
        let written = answers.with_untracked(|answers| answers.iter().map(RwSignal::get_untracked).collect::<Vec<_>>());
        let answers = written.into_iter().filter(|text| !text.trim().is_empty()).collect();
        let (question, several) = (question.get_untracked(), several.get_untracked());
        let command = Command::SendPoll { chat, question, answers, several, written_for: Some(peer) };
        send_and_close(app, command, is_sending, refused);
    };
    // Drawn once each: one more comes while somebody types.
    let number = Memo::new(move |_| answers.with(Vec::len));
    let answer = move |at: usize| {
        let field = answers.with_untracked(|answers| answers.get(at).copied());
        field.map(|field| view! {
            <input class="input" type="text" dir="auto" autocomplete="off" maxlength=ANSWER_CHARS_MAX data-testid="poll-field"
                aria-label=words::answer_label(at + 1) placeholder=words::answer_label(at + 1)
                prop:value=field on:input=move |event| typed(field, event_target_value(&event))/>
        })
    };
    view! {
        <Dialog title=Signal::stored(words::poll_title().to_owned()) testid="poll-dialog" on_close=close>
            <form class="stack" on:submit=send>
                <label class="field">
                    <span class="field-label">{words::question()}</span>
                    <input class="input" type="text" dir="auto" autocomplete="off" maxlength=QUESTION_CHARS_MAX data-testid="poll-question"
                        aria-describedby="poll-error" prop:value=question on:input=move |event| question.set(event_target_value(&event))/>
                </label>
                <div class="stack" role="group" aria-label=words::answers()>
                    <For each=move || 0..number.get() key=|at| *at let:at>{answer(at)}</For>
                </div>
                <label class="switch-row">
                    <span>{words::several_answers()}</span>
                    <input class="switch" type="checkbox" role="switch" data-testid="poll-several" prop:checked=several
                        on:change=move |event| several.set(event_target_checked(&event))/>
                </label>
                <p id="poll-error" class="field-error" role="alert" data-testid="poll-error">{refused}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" data-testid="poll-cancel" on:click=move |_| close()>{words::cancel()}</button>
                    <button class="button" type="submit" data-testid="poll-send">{words::send_poll()}</button>
                </div>
            </form>
        </Dialog>
    }
}
