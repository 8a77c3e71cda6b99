//! What is pinned, above the conversation: one message at a time; a press goes there, and the next one is shown.

use crate::features::message::Around;
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{ChatId, Quote};
use leptos::prelude::*;

/// The bar, where there is anything pinned in this chat.
#[component]
pub fn PinnedBar(chat: Memo<ChatId>, around: Around) -> impl IntoView {
    let app = use_app();
    let pinned = Memo::new(move |_| {
        let info = app.info.get().filter(|info| info.chat == chat.get());
        info.map(|info| info.pinned).unwrap_or_default()
    });
    let at = RwSignal::new(0_usize);
    // Pinned anew, or no more: from the newest on. What a message says now is no reason to go there.
    let ids = Memo::new(move |_| pinned.with(|pinned| pinned.iter().map(|quote| quote.message).collect::<Vec<_>>()));
    Effect::new(move || {
        ids.track();
        at.set(0);
    });
    let many = move || pinned.with(Vec::len);
    // One is always shown, or the bar would go and take the focus along.
    let place = move || at.get() % many().max(1);
    let shown = Memo::new(move |_| pinned.with(|pinned| pinned.get(place()).cloned()));
    let text = move |quote: &Quote| {
        let author = around.people.with(|people| words::author_in(quote.own, quote.sender, people));
        words::pinned(&author, &words::quoted(quote))
    };
    let go = move || {
        if let Some(quote) = shown.get_untracked() {
            around.jump.run(quote.message);
            at.update(|at| *at = (*at + 1) % untrack(many).max(1));
        }
    };
    view! {
        <Show when=move || shown.with(Option::is_some)>
            <button class="pinned-bar" type="button" data-testid="pinned" on:click=move |_| go()>
                <Icon name="push-pin"/>
                <span class="sr-only">{words::pinned_message()}</span>
                <span class="pinned-text" dir="auto" data-testid="pinned-text">{move || shown.with(|shown| shown.as_ref().map(text))}</span>
                <Show when=move || { many() > 1 }>
                    <span class="pinned-place" data-testid="pinned-place">{move || words::place_of(place() + 1, many())}</span>
                </Show>
            </button>
        </Show>
    }
}
