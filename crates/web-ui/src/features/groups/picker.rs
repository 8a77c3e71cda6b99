//! Contacts to choose from, several at once.

use crate::model::contacts::Contacts;
use crate::platform::page;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::Icon;
use crate::primitives::roam::{focused_item, roam};
use crate::store::use_app;
use crate::words;
use client_api::number::shown;
use client_api::{AccountId, ContactRow};
use leptos::html;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many are shown; whoever has more types some letters.
const SHOWN_MAX: usize = 200;

/// The list, with a search. Those of `without` are not offered.
#[component]
pub fn Picker(chosen: RwSignal<BTreeSet<AccountId>>, without: BTreeSet<AccountId>) -> impl IntoView {
    let app = use_app();
    let query = RwSignal::new(String::new());
    let list = NodeRef::<html::Ul>::new();
    let cursor = RwSignal::new(None::<AccountId>);
    let without = StoredValue::new(without);
    let rows = Memo::new(move |_| {
        let mut rows = app.contacts.with(|contacts| contacts.found(&query.get(), usize::MAX));
        without.with_value(|without| rows.retain(|row| !without.contains(&row.account)));
        rows.truncate(SHOWN_MAX);
        rows
    });
    let stop = Memo::new(move |_| {
        let is_shown = |who: &AccountId| rows.with(|rows| rows.iter().any(|row| row.account == *who));
        cursor.get().filter(is_shown).or_else(|| rows.with(|rows| rows.first().map(|row| row.account)))
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        if !roam(&event, &list) && event.key() == "ArrowUp" {
            page::focus(".picker .search-input");
        }
    };
    let none = move || match query.with(|query| query.trim().is_empty()) {
        _ if app.contacts.with(Contacts::is_empty) => words::no_contacts(),
        true => words::no_contact_left(),
        false => words::no_contact_fits(),
    };
    view! {
        <div class="picker">
            <div class="search">
                <Icon name="magnifying-glass"/>
                <input class="search-input" type="search" placeholder=words::search_contacts() aria-label=words::search_contacts()
                    autocomplete="off" dir="auto" data-testid="picker-search" prop:value=query
                    on:input=move |event| query.set(event_target_value(&event))
                    on:keydown=move |event| match event.key().as_str() {
                        "ArrowDown" if !event.alt_key() => {
                            event.prevent_default();
                            page::focus(".picker-list [tabindex='0']");
                        }
                        // What is typed here is no answer to the form around.
                        "Enter" => event.prevent_default(),
                        _ => {}
                    }/>
            </div>
            <ul class="picker-list" node_ref=list aria-label=words::contacts() data-testid="picker-list" on:keydown=on_key
                on:focusin=move |_| {
                    if let Some(at) = list.get_untracked().and_then(|list| focused_item(&list)) {
                        cursor.set(rows.with_untracked(|rows| rows.get(at as usize).map(|row| row.account)));
                    }
                }>
                <For each=move || rows.get() key=|row| row.account let:row><Choice row chosen stop/></For>
            </ul>
            <Show when=move || rows.with(Vec::is_empty)><p class="empty">{none}</p></Show>
        </div>
    }
}

#[component]
fn Choice(row: Arc<ContactRow>, chosen: RwSignal<BTreeSet<AccountId>>, stop: Memo<Option<AccountId>>) -> impl IntoView {
    let account = row.account;
    let face = Face { account, name: row.name.clone(), photo: row.photo.clone(), notes: false };
    let toggle = move |_| {
        chosen.update(|chosen| {
            if !chosen.remove(&account) {
                chosen.insert(account);
            }
        });
    };
    view! {
        <li><label class="action-row forward-row" data-testid="picker-row" data-account=account.to_string()>
            <input class="choice" type="checkbox" tabindex=move || if stop.get() == Some(account) { "0" } else { "-1" }
                prop:checked=move || chosen.with(|chosen| chosen.contains(&account)) on:change=toggle/>
            <Avatar face=Signal::stored(face) size="small"/>
            <span class="two-lines">
                <strong dir="auto">{row.name.clone()}</strong>
                <span class="faint" dir="auto">{if row.about.is_empty() { shown(&row.number) } else { row.about.clone() }}</span>
            </span>
        </label></li>
    }
}
