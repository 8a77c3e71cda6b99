//! Makes a group: what it is called, and who is in it.

use crate::features::groups::picker::Picker;
use crate::features::refusal::{Refusal, RefusalText};
use crate::primitives::icon::IconButton;
use crate::store::{Section, use_app};
use crate::words;
use client_api::{Answer, Command};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The section.
#[component]
pub fn NewGroup() -> impl IntoView {
    let app = use_app();
    let (name, chosen, refusal) = (RwSignal::new(String::new()), RwSignal::new(BTreeSet::new()), Refusal::none());
    let busy = RwSignal::new(false);
    let is_whole = move || name.with(|name| !name.trim().is_empty()) && chosen.with(|chosen| !chosen.is_empty());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || !untrack(is_whole) {
            return;
        }
        refusal.clear();
        busy.set(true);
        let members = chosen.with_untracked(|chosen| chosen.iter().copied().collect());
        let command = Command::CreateGroup { name: name.get_untracked().trim().to_owned(), members };
        app.ask(command, move |result| {
            // Whoever went elsewhere meanwhile stays there.
            let is_left = busy.try_set(false).is_some();
            match result {
                Ok(Answer::Chat(chat)) if !is_left => {
                    app.section.set(Section::Chats);
                    app.open_chat(chat);
                }
                Ok(_) => {}
                Err(why) => refusal.tell(&why),
            }
        });
    };
    view! {
        <header class="pane-head">
            <IconButton icon="arrow-left" label=words::back().to_owned() testid="section-back" on_click=move |_| app.section.set(Section::NewChat)/>
            <h1 class="pane-title" tabindex="-1">{words::new_group()}</h1>
        </header>
        <form class="pane-body group-form" data-testid="section-new-group" on:submit=submit>
            <div class="pad stack">
                <label class="field">
                    <span class="field-label">{words::group_name()}</span>
                    <input class="input" type="text" autocomplete="off" maxlength="100" dir="auto" data-testid="group-name"
                        aria-describedby="new-group-error" prop:value=name on:input=move |event| name.set(event_target_value(&event))/>
                </label>
                <RefusalText refusal id="new-group-error" testid="form-error"/>
            </div>
            <h2 class="rows-title">{words::choose_members()}</h2>
            <Picker chosen without=BTreeSet::new()/>
            <div class="pad group-go">
                <button class="button wide" type="submit" data-testid="group-go"
                    disabled=move || busy.get() || !is_whole()>
                    {words::create_group()}
                    {move || chosen.with(|chosen| (!chosen.is_empty()).then(|| format!(" ({})", words::members(chosen.len() + 1))))}
                </button>
            </div>
        </form>
    }
}
