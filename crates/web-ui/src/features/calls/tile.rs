//! Somebody else in a call: a picture or a face, the name, and what they say of themselves.

use super::media::Picture;
use super::session::Session;
use super::watching::Watching;
use crate::model::call_view::Quality;
use crate::model::calls::Tile;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use leptos::prelude::*;

#[component]
pub fn TileView(session: Session, tile: Tile, watching: Watching, large: Signal<Option<u64>>) -> impl IntoView {
    let app = use_app();
    let (chat, participant) =
        (app.calls.with_untracked(|calls| calls.own.as_ref().map(|own| own.chat)), tile.participant);
    let row = chat.and_then(|chat| app.chats.with_untracked(|chats| chats.get(&chat)));
    let photo = row.filter(|row| row.peer == tile.account).map(|row| row.photo.clone()).unwrap_or_default();
    let face = Face { account: tile.account, name: tile.title.clone(), photo, notes: false };
    let name = tile.title.clone();
    // Apart from the tile, whose pictures stay as they are when somebody raises a hand.
    let signs = Memo::new(move |_| {
        app.calls.with(|calls| {
            let person = calls.own.as_ref()?.people.iter().find(|person| person.participant == participant)?;
            person.signs
        })
    });
    let is_muted = move || signs.get().is_some_and(|signs| !signs.microphone);
    let is_raised = move || signs.get().is_some_and(|signs| signs.hand);
    let speaks = Memo::new(move |_| watching.speaker.get() == Some(participant));
    let quality = Memo::new(move |_| {
        watching.theirs.with(|theirs| theirs.iter().find(|(who, _)| *who == participant).map(|(_, quality)| *quality))
    });
    view! {
        <figure class="call-tile" class:speaks=move || speaks.get() class:large=move || large.get() == Some(participant) data-speaks=move || speaks.get().to_string() data-testid="call-tile" data-pictures=tile.pictures.len().to_string()
            data-muted=move || is_muted().to_string() data-hand=move || is_raised().to_string()>
            {if tile.pictures.is_empty() {
                view! { <Avatar face size="large"/> }.into_any()
            } else {
                tile.pictures.iter().cloned().map(|mid| view! { <Picture session mid=Some(mid) label=words::picture_of(&name)/> }).collect_view().into_any()
            }}
            <Show when=is_raised><span class="call-hand"><Icon name="hand-palm"/></span></Show>
            <figcaption class="call-name">
                <Show when=is_muted><Icon name="microphone-slash"/></Show>
                <span class="call-who" dir="auto">{tile.title.clone()}</span>
                {move || quality.get().map(quality_sign)}
                <span class="sr-only" data-testid="call-signs">{move || signs.get().map(words::call_signs)}</span>
            </figcaption>
        </figure>
    }
}

/// Nothing where it is good.
pub fn quality_sign(quality: Quality) -> impl IntoView {
    let (icon, label) = match quality {
        Quality::Good => return ().into_any(),
        Quality::Weak => ("cell-signal-low", words::connection_weak()),
        Quality::Bad => ("cell-signal-none", words::connection_bad()),
    };
    view! { <span class="call-quality" title=label data-testid="call-quality"><Icon name=icon/><span class="sr-only">{label}</span></span> }
        .into_any()
}
