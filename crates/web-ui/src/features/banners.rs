//! What lies over the pages: the connection, a new version, short words.

use crate::platform::pressing::is_pressed;
use crate::platform::version;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::use_app;
use crate::words;
use client_api::{Command, Connection};
use leptos::prelude::*;

/// The connection, where it is gone; and a new version, where one waits. They move the page, so they come and go between two presses:
/// what is released elsewhere than it was pressed reaches nobody.
#[component]
pub fn Banners() -> impl IntoView {
    let app = use_app();
    let pressed = is_pressed();
    let shown = Memo::new(move |before: Option<&Shown>| match before {
        Some(before) if pressed.get() => *before,
        _ => Shown::at(app.connection.get(), app.new_version.get()),
    });
    let (offline, catching_up, new_version) =
        (move || shown.get().offline, move || shown.get().catching_up, move || shown.get().new_version);
    view! {
        <div class="banners" role="status" data-testid="connection" data-state=move || state(app.connection.get())>
            <Show when=offline>
                <div class="banner" data-testid="offline-banner">
                    <Icon name="wifi-slash"/>
                    <span>{words::offline()}</span>
                    <button class="button quiet small" type="button" data-testid="reconnect" on:click=move |_| app.send(Command::CheckConnection)>{words::try_now()}</button>
                </div>
            </Show>
            <Show when=catching_up>
                <div class="banner faint-banner"><Icon name="arrow-clockwise"/> <span>{words::catching_up()}</span></div>
            </Show>
            <Show when=new_version>
                <div class="banner" data-testid="new-version">
                    <Icon name="arrow-clockwise"/>
                    <span>{words::new_version()}</span>
                    <button class="button quiet small" type="button" data-testid="take-version" on:click=move |_| version::take()>{words::reload()}</button>
                </div>
            </Show>
        </div>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Shown {
    offline: bool,
    catching_up: bool,
    new_version: bool,
}

impl Shown {
    fn at(connection: Connection, new_version: bool) -> Self {
        let offline = matches!(connection, Connection::Offline { .. });
        Self { offline, catching_up: connection == Connection::CatchingUp, new_version }
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
                    <IconButton icon="x" label=words::close().to_owned() testid="toast-close"
                        on_click=move |_| app.toasts.update(|toasts| toasts.retain(|other| other.id != toast.id))/>
                </div>
            </For>
        </div>
    }
}
