//! The own contact code: as a QR code and as a link.

use crate::platform::page;
use crate::primitives::icon::{Icon, IconButton};
use crate::primitives::qr::QrCode;
use crate::store::use_app;
use crate::words;
use client_api::{Answer, Command};
use leptos::prelude::*;

/// The section.
#[component]
pub fn ContactCode() -> impl IntoView {
    let app = use_app();
    let code = RwSignal::new(String::new());
    let error = RwSignal::new(String::new());
    app.ask(Command::ShowContactCode, move |result| match result {
        Ok(Answer::ContactCode(text)) => {
            let _ = code.try_set(text);
        }
        Ok(_) => {}
        Err(refused) => {
            let _ = error.try_set(words::error(&refused));
        }
    });
    let copy = move |_| {
        page::copy(&page::contact_link(&code.get_untracked()), move |done| {
            app.toast(if done { words::copied() } else { words::copy_failed() }.to_owned(), false);
        });
    };
    view! {
        <header class="pane-head">
            <IconButton icon="arrow-left" label=words::back().to_owned() testid="section-back" on_click=move |_| { app.back(); }/>
            <h1 class="pane-title" tabindex="-1">{words::my_code()}</h1>
        </header>
        <div class="pane-body pad stack" data-testid="section-contact-code">
            <p>{words::my_code_text()}</p>
            <p class="field-error" role="alert">{error}</p>
            <Show when=move || code.with(|code| !code.is_empty()) fallback=|| view! { <div class="skeleton qr-skeleton"></div> }>
                <div class="code-card"><QrCode text=code label=words::my_code() testid="contact-qr"/></div>
                <button class="button wide" type="button" data-testid="copy-contact-link" on:click=copy>
                    <Icon name="copy"/> {words::copy_link()}
                </button>
                <p class="code-text" dir="ltr" data-testid="contact-code">{code}</p>
            </Show>
        </div>
    }
}
