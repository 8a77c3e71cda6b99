//! In a message's information, in a group: who has read it, who has it, and who does not have it yet.

use super::Around;
use crate::model::clock;
use crate::platform::page;
use crate::store::use_app;
use crate::words;
use client_api::{Answer, Command, MessageId, MessageRow, Receipt};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The people, by how far they are; nothing before they are known.
#[component]
pub fn Receipts(id: MessageId, row: Signal<Arc<MessageRow>>, around: Around) -> impl IntoView {
    let app = use_app();
    let known = RwSignal::new(None::<Vec<Receipt>>);
    Effect::new(move || {
        // Shown again with each step of anybody.
        row.track();
        let Some(chat) = app.open.get_untracked() else { return };
        spawn_local(async move {
            if let Ok(Answer::Receipts(all)) = app.asks(Command::AskReceipts { chat, message: id }).await {
                let _ = known.try_set(Some(all));
            }
        });
    });
    move || {
        known.get().map(|all| {
            let (read, rest): (Vec<Receipt>, Vec<Receipt>) = all.into_iter().partition(|one| one.read_ms.is_some());
            let (delivered, waiting): (Vec<_>, Vec<_>) = rest.into_iter().partition(|one| one.delivered_ms.is_some());
            view! {
                {people(words::read_by(), "receipts-read", read, |one| one.read_ms, around)}
                {people(words::delivered_to(), "receipts-delivered", delivered, |one| one.delivered_ms, around)}
                {people(words::not_delivered_to(), "receipts-waiting", waiting, |_| None, around)}
            }
        })
    }
}

/// Those of one sort, the latest first; nothing where there are none.
fn people(
    title: &'static str,
    testid: &'static str,
    mut those: Vec<Receipt>,
    when: fn(&Receipt) -> Option<u64>,
    around: Around,
) -> Option<impl IntoView> {
    those.sort_by_key(|one| std::cmp::Reverse(when(one)));
    (!those.is_empty()).then(|| {
        let rows = those.into_iter().map(move |one| {
            let time = when(&one).map(|ms| match ms {
                0 => words::time_unknown().to_owned(),
                ms => clock::full(ms, page::now_ms(), page::zone_at(ms)),
            });
            view! {
                <li class="receipt">
                    <strong dir="auto">{around.people.with(|people| words::author_in(false, one.account, people))}</strong>
                    <span class="faint">{time}</span>
                </li>
            }
        });
        view! {
            <h3 class="rows-title">{title}</h3>
            <ul class="rows" data-testid=testid>{rows.collect_view()}</ul>
        }
    })
}
