//! What was sent in the open chat besides words: its pictures, its files, its links.

use super::{FoundList, Search};
use crate::features::finding::beside::BesideHead;
use crate::platform::page;
use crate::store::{Pane, use_app};
use crate::words;
use client_api::{Carries, SearchQuery};
use leptos::prelude::*;

/// The pane.
#[component]
pub fn CarriedPane() -> impl IntoView {
    let app = use_app();
    let carries = RwSignal::new(Carries::Pictures);
    let query = Memo::new(move |_| SearchQuery {
        chat: app.open.get(),
        carries: Some(carries.get()),
        ..SearchQuery::default()
    });
    let search = Search::new(app, query);
    let chip = move |value: Carries, name: &'static str, testid: &'static str| {
        view! {
            <button class="chip" type="button" data-testid=testid aria-pressed=move || (carries.get() == value).to_string()
                on:click=move |_| carries.set(value)>{name}</button>
        }
    };
    view! {
        <BesideHead icon="arrow-left" label=words::back() title=words::carried() testid="carried-close" to=Pane::Info/>
        <div class="chips" role="group" aria-label=words::carried()>
            {chip(Carries::Pictures, words::carried_pictures(), "carried-pictures")}
            {chip(Carries::Files, words::carried_files(), "carried-files")}
            {chip(Carries::Links, words::carried_links(), "carried-links")}
        </div>
        <div class="pane-body" data-testid="carried" on:scroll=move |event| search.scrolled(&event_target(&event))>
            <FoundList search in_chat=true on_leave=move |()| {
                if page::lost_focus() {
                    page::focus(".info-pane .pane-title");
                }
            }/>
            <Show when=move || search.found_nothing()><p class="empty" data-testid="nothing-carried">{words::nothing_carried()}</p></Show>
        </div>
    }
}
