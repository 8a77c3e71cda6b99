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
    // Pinned anew, or no more: from the newest on.
    Effect::new(move || {
        pinned.track();
        at.set(0);
    });
    let shown = Memo::new(move |_| pinned.with(|pinned| pinned.get(at.get()).cloned()));
    let many = move || pinned.with(Vec::len);
    let text = move |quote: &Quote| {
        let author = around.people.with(|people| words::author_in(quote.own, quote.sender, people));
        words::pinned(&author, &words::quoted(quote))
    };
    let go = move || {
        if let Some(quote) = shown.get_untracked() {
            around.jump.run(quote.message);
            at.update(|at| *at = (*at + 1) % many().max(1));
        }
    };
    view! {
        <Show when=move || shown.with(Option::is_some)>
            <button class="pinned-bar" type="button" data-testid="pinned" on:click=move |_| go()>
                <Icon name="push-pin"/>
                <span class="sr-only">{words::PINNED_MESSAGE}</span>
                <span class="pinned-text" dir="auto" data-testid="pinned-text">{move || shown.with(|shown| shown.as_ref().map(text))}</span>
                <Show when=move || { many() > 1 }>
                    <span class="pinned-place" data-testid="pinned-place">{move || words::place_of(at.get() + 1, many())}</span>
                </Show>
            </button>
        </Show>
    }
}
