//! The starred messages: of all chats in place of the list, of one beside it.

use super::{FoundList, Search};
use crate::features::finding::beside::BesideHead;
use crate::platform::page;
use crate::primitives::icon::IconButton;
use crate::store::{Pane, Section, use_app};
use crate::words;
use client_api::{ChatId, SearchQuery};
use leptos::prelude::*;

/// Of all chats: a section.
#[component]
pub fn StarredSection() -> impl IntoView {
    let app = use_app();
    view! {
        <header class="pane-head">
            <IconButton icon="arrow-left" label=words::back().to_owned() testid="section-back" on_click=move |_| app.section.set(Section::Chats)/>
            <h1 class="pane-title" tabindex="-1">{words::starred_messages()}</h1>
        </header>
        <Stars chat=Signal::stored(None)/>
    }
}

/// Of the open chat: a pane.
#[component]
pub fn StarredPane() -> impl IntoView {
    let app = use_app();
    view! {
        <BesideHead icon="arrow-left" label=words::back() title=words::starred_messages() testid="starred-close" to=Pane::Info/>
        <Stars chat=app.open.into()/>
    }
}

#[component]
fn Stars(chat: Signal<Option<ChatId>>) -> impl IntoView {
    let app = use_app();
    let query = Memo::new(move |_| SearchQuery { chat: chat.get(), starred: true, ..SearchQuery::default() });
    let search = Search::new(app, query);
    let in_chat = chat.with_untracked(Option::is_some);
    view! {
        <div class="pane-body" data-testid="starred" on:scroll=move |event| search.scrolled(&event_target(&event))>
            <FoundList search in_chat on_leave=move |()| {
                if page::lost_focus() {
                    page::focus(if in_chat { ".info-pane .pane-title" } else { ".pane-title" });
                }
            }/>
            <Show when=move || search.found_nothing()><p class="empty" data-testid="no-stars">{words::no_stars()}</p></Show>
        </div>
    }
}
