//! The dialog in which people of the address book are chosen to be given to a chat.

use super::send_and_close;
use crate::model::asking::Asked;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::dialog::Dialog;
use crate::store::use_app;
use crate::words;
use client_api::number::shown;
use client_api::{AccountId, Card, Command, ContactRow};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use std::sync::Arc;

/// As the core has it.
const CARDS_MAX: usize = 10;
/// Whoever has more contacts types some letters.
const SHOWN_MAX: usize = 200;

/// The dialog.
#[component]
#[allow(unreachable_pub, reason = "the macro makes a public struct of its properties")]
pub(super) fn PeopleDialog() -> impl IntoView {
    let app = use_app();
    let close = move || app.asking.set(None);
    let search = RwSignal::new(String::new());
    let chosen = RwSignal::new(Vec::<AccountId>::new());
    let refused = RwSignal::new(String::new());
    let is_sending = RwSignal::new(false);
    let found = Memo::new(move |_| app.contacts.with(|contacts| contacts.found(&search.get(), SHOWN_MAX)));
    let is_full = Memo::new(move |_| chosen.with(|chosen| chosen.len() >= CARDS_MAX));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(Asked { chat, peer, .. }) = app.asking.get_untracked().filter(|_| !is_sending.get_untracked()) else {
            return;
        };
        let card = |row: Arc<ContactRow>| Card { name: row.name.clone(), number: row.number.clone() };
        let cards = app.contacts.with_untracked(|contacts| {
            chosen.with_untracked(|chosen| chosen.iter().filter_map(|who| contacts.row(who)).map(card).collect())
        });
        send_and_close(app, Command::SendCards { chat, cards, written_for: Some(peer) }, is_sending, refused);
    };
    let row = move |row: Arc<ContactRow>| {
        let account = row.account;
        let face = Face { account, name: row.name.clone(), photo: row.photo.clone(), notes: false };
        let is_chosen = move || chosen.with(|chosen| chosen.contains(&account));
        let choose = move |on: bool| {
            chosen.update(|chosen| {
                chosen.retain(|who| *who != account);
                if on {
                    chosen.push(account);
                }
            });
        };
        view! {
            <li>
                <label class="action-row" data-testid="people-row">
                    <input type="checkbox" prop:checked=is_chosen disabled=move || is_full.get() && !is_chosen()
                        on:change=move |event| choose(event_target_checked(&event))/>
                    <Avatar face=Signal::stored(face) size="small"/>
                    <span class="two-lines"><strong dir="auto">{row.name.clone()}</strong><span class="faint">{shown(&row.number)}</span></span>
                </label>
            </li>
        }
    };
    view! {
        <Dialog title=Signal::stored(words::people_title().to_owned()) testid="people-dialog" on_close=close>
            <form class="stack" on:submit=send>
                <label class="field">
                    <span class="field-label">{words::people_search()}</span>
                    <input class="input" type="search" dir="auto" autocomplete="off" data-testid="people-search" aria-describedby="people-error"
                        prop:value=search on:input=move |event| search.set(event_target_value(&event))/>
                </label>
                <ul class="rows dialog-rows" data-testid="people-rows">
                    <For each=move || found.get() key=|row| (row.account, row.name.clone()) let:found>{row(found)}</For>
                </ul>
                <Show when=move || found.with(Vec::is_empty)>
                    <p class="faint" data-testid="people-none">
                        {move || if app.contacts.with(|contacts| contacts.is_empty()) { words::no_contacts() } else { words::no_contact_fits() }}
                    </p>
                </Show>
                <Show when=move || is_full.get()><p class="faint" role="status">{words::people_full(CARDS_MAX)}</p></Show>
                <p id="people-error" class="field-error" role="alert">{refused}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" data-testid="people-cancel" on:click=move |_| close()>{words::cancel()}</button>
                    <button class="button" type="submit" data-testid="people-send" disabled=move || chosen.with(Vec::is_empty)>{words::send()}</button>
                </div>
            </form>
        </Dialog>
    }
}
