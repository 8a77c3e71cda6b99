//! What a message answers: in its bubble, where one goes to it, and above the composer.

use super::Around;
use super::part_tabindex;
use crate::model::media;
use crate::model::tint::tint;
use crate::primitives::icon::Icon;
use crate::words;
use client_api::{AccountId, MediaKind, Quote, Quoted};
use leptos::prelude::*;

/// In the bubble. What is not on this device is what the sender says of it: there is nowhere to go.
pub(super) fn quote_button(quote: &Quote, around: Around, is_entered: Memo<bool>) -> AnyView {
    let (own, sender, id) = (quote.own, quote.sender, quote.message);
    let author = move || around.people.with(|people| words::author_in(own, sender, people));
    let is_text = matches!(quote.body, Quoted::Text(_) | Quoted::Claimed(_));
    let lines = quote_lines(quote.sender, author, quote.media, words::quoted(quote), is_text);
    if let Quoted::Claimed(_) = quote.body {
        return view! {
            <div class="quote" data-testid="quote" data-claimed="">{lines}<em class="quote-note">{words::not_here()}</em></div>
        }
        .into_any();
    }
    view! {
        <button class="quote" type="button" data-testid="quote" tabindex=part_tabindex(is_entered) on:click=move |_| around.jump.run(id)>
            {lines}
        </button>
    }
    .into_any()
}

/// A bar in the author's tint, the author, and the beginning of the text.
pub fn quote_lines(
    sender: AccountId,
    author: impl Fn() -> String + Send + 'static,
    carries: Option<MediaKind>,
    text: String,
    is_text: bool,
) -> AnyView {
    view! {
        <span class=format!("quote-bar tint-{}", tint(&sender))></span>
        <strong class="quote-author" dir="auto">{author}</strong>
        <span class="quote-text" class:faint=!is_text dir="auto">{carries.map(|kind| view! { <Icon name=media::icon(kind)/> })}{text}</span>
    }
    .into_any()
}
