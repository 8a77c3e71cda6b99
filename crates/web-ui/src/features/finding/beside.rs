//! The search in the open chat, beside it; and the head of whatever stands there.

use super::filters::{FilterFields, Filters, sorted};
use super::{FoundList, Search};
use crate::platform::page;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{Pane, use_app};
use crate::words;
use client_api::{ChatKind, SearchQuery};
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

/// The way out, and the title. Where it is alone on the screen, that is the page's heading.
#[component]
pub fn BesideHead(
    icon: &'static str,
    label: &'static str,
    title: &'static str,
    testid: &'static str,
    to: Pane,
) -> impl IntoView {
    let app = use_app();
    view! {
        <header class="pane-head">
            <IconButton icon label=label.to_owned() testid on_click=move |_| app.pane.set(to)/>
            {move || if app.narrow.get() {
                view! { <h1 class="pane-title" tabindex="-1">{title}</h1> }.into_any()
            } else {
                view! { <h2 class="pane-title" tabindex="-1">{title}</h2> }.into_any()
            }}
        </header>
    }
}

/// The pane.
#[component]
pub fn ChatSearch() -> impl IntoView {
    let app = use_app();
    let typed = RwSignal::new(String::new());
    let filters = Filters::none();
    let query = Memo::new(move |_| filters.query(&typed.get(), app.open.get()));
    let senders = Memo::new(move |_| {
        let me = app.me();
        app.info.with(|info| {
            let Some(info) = info else { return Vec::new() };
            if info.kind == ChatKind::Direct {
                return vec![(info.peer, info.title.clone())];
            }
            let are = info.members.iter().map(|member| (member.account, member.title.clone()));
            let all = are.chain(info.gone.iter().cloned()).filter(|(account, _)| *account != me);
            sorted(all.collect())
        })
    });
    let search = Search::new(app, query);
    let field = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    // Whoever came from somewhere is there again.
    let before = document().active_element().and_then(|active| active.dyn_into::<web_sys::HtmlElement>().ok());
    let before = SendWrapper::new(before);
    on_cleanup(move || {
        request_animation_frame(move || {
            if page::lost_focus() {
                let _ = before.as_ref().map(|before| before.focus());
            }
            if page::lost_focus() {
                page::focus(".chat-head-main");
            }
        });
    });
    view! {
        <BesideHead icon="x" label=words::close() title=words::search_in_chat() testid="search-close" to=Pane::Chat/>
        <div class="search">
            <Icon name="magnifying-glass"/>
            <input class="search-input" type="search" placeholder=words::search_messages() aria-label=words::search_messages() maxlength="256"
                autocomplete="off" dir="auto" data-testid="search-in-chat" node_ref=field prop:value=typed
                on:input=move |event| typed.set(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "ArrowDown" && !event.alt_key() {
                        page::focus(".info-pane .found-row[tabindex='0']");
                        event.prevent_default();
                    }
                }/>
        </div>
        <FilterFields filters senders/>
        <div class="pane-body" data-testid="chat-search-results" on:scroll=move |event| search.scrolled(&event_target(&event))>
            <FoundList search in_chat=true on_leave=|()| page::focus(".info-pane .search-input")/>
            <Show when=move || query.with(SearchQuery::is_empty)><p class="empty">{words::search_in_chat_text()}</p></Show>
            <Show when=move || search.found_nothing()><p class="empty" data-testid="nothing-found">{words::nothing_found()}</p></Show>
        </div>
    }
}
