//! Icons of the sprite. They say nothing by themselves: the control around them has the words.

use leptos::prelude::*;
use std::cell::OnceCell;

thread_local! {
    static SPRITE: OnceCell<String> = const { OnceCell::new() };
}

fn sprite() -> String {
    SPRITE.with(|sprite| {
        sprite
            .get_or_init(|| {
                let meta = document().query_selector("meta[name=heliograph-sprite]").ok().flatten();
                meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default()
            })
            .clone()
    })
}

/// An icon by its name in the sprite.
#[component]
pub fn Icon(#[prop(into)] name: Signal<&'static str>) -> impl IntoView {
    let address = move || format!("{}#{}", sprite(), name.get());
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use href=address></use>
        </svg>
    }
}

/// A round button that is only an icon.
#[component]
pub fn IconButton(
    #[prop(into)] icon: Signal<&'static str>,
    #[prop(into)] label: Signal<String>,
    testid: &'static str,
    on_click: impl FnMut(leptos::ev::MouseEvent) + 'static,
) -> impl IntoView {
    view! {
        <button class="icon-button" type="button" aria-label=label title=label data-testid=testid on:click=on_click>
            <Icon name=icon/>
        </button>
    }
}
