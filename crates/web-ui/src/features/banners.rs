//! What lies over the pages: the connection, a new version, short words.

use crate::platform::version;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::use_app;
use crate::words;
use client_api::{Command, Connection};
use leptos::prelude::*;

/// The connection, where it is gone; and a new version, where one waits.
#[component]
pub fn Banners() -> impl IntoView {
    let app = use_app();
    let offline = Memo::new(move |_| matches!(app.connection.get(), Connection::Offline { .. }));
    let catching_up = Memo::new(move |_| app.connection.get() == Connection::CatchingUp);
    view! {
        <div class="banners" role="status" data-testid="connection" data-state=move || state(app.connection.get())>
            <Show when=move || offline.get()>
                <div class="banner" data-testid="offline-banner">
                    <Icon name="wifi-slash"/>
                    <span>{words::OFFLINE}</span>
                    <button class="button quiet small" type="button" data-testid="reconnect" on:click=move |_| app.send(Command::CheckConnection)>{words::TRY_NOW}</button>
                </div>
            </Show>
            <Show when=move || catching_up.get()>
                <div class="banner faint-banner"><Icon name="arrow-clockwise"/> <span>{words::CATCHING_UP}</span></div>
            </Show>
            <Show when=move || app.new_version.get()>
                <div class="banner" data-testid="new-version">
                    <Icon name="arrow-clockwise"/>
                    <span>{words::NEW_VERSION}</span>
                    <button class="button quiet small" type="button" data-testid="take-version" on:click=move |_| version::take()>{words::RELOAD}</button>
                </div>
            </Show>
        </div>
    }
}

fn state(connection: Connection) -> &'static str {
    match connection {
        Connection::Connecting => "connecting",
        Connection::CatchingUp => "catching-up",
        Connection::Online => "online",
        Connection::Offline { .. } => "offline",
    }
}

/// Short words where they cover neither the composer nor the newest message; those about safety stay until they are closed.
#[component]
pub fn Toasts() -> impl IntoView {
    let app = use_app();
    view! {
        <div class="toasts" role="status" aria-live="polite" data-testid="toasts" on:pointermove=move |_| app.point_at_toasts()>
            <For each=move || app.toasts.get() key=|toast| toast.id let:toast>
                <div class="toast" data-testid="toast">
                    <span>{toast.text.clone()}</span>
                    {toast.action.clone().map(|(label, command)| view! {
                        <button class="button quiet small" type="button" data-testid="toast-action" on:click=move |_| {
                            app.toasts.update(|toasts| toasts.retain(|other| other.id != toast.id));
                            app.send(command.clone());
                        }>{label}</button>
                    })}
                    <IconButton icon="x" label=words::CLOSE.to_owned() testid="toast-close"
                        on_click=move |_| app.toasts.update(|toasts| toasts.retain(|other| other.id != toast.id))/>
                </div>
            </For>
        </div>
    }
}
