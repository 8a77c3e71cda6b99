//! People and places in their bubbles.

use super::part_tabindex;
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::number::shown;
use client_api::{Answer, Card, Command, Place};
use leptos::prelude::*;

/// Each with what can be done with them.
pub(super) fn cards_view(cards: &[Card], is_entered: Memo<bool>) -> AnyView {
    let app = use_app();
    let open = move |number: String, name: String| {
        app.ask(Command::AddContact { number, name }, move |result| match result {
            Ok(Answer::Chat(chat)) => app.open_chat(chat),
            Ok(_) => {}
            Err(error) => app.toast(words::error(&error), false),
        });
    };
    let card = |card: &Card| {
        let (number, name) = (card.number.clone(), card.name.clone());
        let saved = (number.clone(), name.clone());
        let is_new = {
            let number = number.clone();
            Memo::new(move |_| !app.contacts.with(|contacts| contacts.has_number(&number)))
        };
        let save = words::of_card(words::card_save(), card);
        view! {
            <li class="card" data-testid="card">
                <Icon name="user"/>
                <span class="two-lines"><strong dir="auto">{name}</strong><span class="faint" dir="ltr">{shown(&card.number)}</span></span>
                <span class="card-deeds">
                    <button class="button quiet small" type="button" data-testid="card-write" tabindex=part_tabindex(is_entered)
                        aria-label=words::of_card(words::card_write(), card) on:click=move |_| open(number.clone(), String::new())>{words::card_write()}</button>
                    {move || is_new.get().then(|| {
                        let (number, name) = saved.clone();
                        view! {
                            <button class="button quiet small" type="button" data-testid="card-save" tabindex=part_tabindex(is_entered)
                                aria-label=save.clone() on:click=move |_| open(number.clone(), name.clone())>{words::card_save()}</button>
                        }
                    })}
                </span>
            </li>
        }
    };
    view! { <ul class="cards">{cards.iter().map(card).collect_view()}</ul> }.into_any()
}

/// Nothing is fetched for it: a map is somebody else's, and opens when it is wanted.
pub(super) fn place_view(place: &Place, is_entered: Memo<bool>) -> AnyView {
    let degrees = |e6: i32| f64::from(e6) / 1e6;
    let (latitude, longitude) = (degrees(place.latitude_e6), degrees(place.longitude_e6));
    let map = format!(
        "https://www.openstreetmap.org/?mlat={latitude:.6}&mlon={longitude:.6}#map=16/{latitude:.6}/{longitude:.6}"
    );
    let accuracy = (place.accuracy_m > 0).then(|| words::accuracy(place.accuracy_m));
    let name = (!place.name.is_empty()).then(|| view! { <strong dir="auto">{place.name.clone()}</strong> });
    view! {
        <div class="card place" data-testid="place">
            <Icon name="map-pin"/>
            <span class="two-lines">{name}<bdi class="faint" dir="ltr">{place.degrees()}</bdi>{accuracy.map(|text| view! { <span class="faint">{text}</span> })}</span>
            <a class="card-deeds" href=map target="_blank" rel="noopener noreferrer" data-testid="place-map" tabindex=part_tabindex(is_entered)>{words::open_map()}</a>
        </div>
    }
    .into_any()
}
