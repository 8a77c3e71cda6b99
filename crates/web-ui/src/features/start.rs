//! The pages before and after the account: opening, cannot work here, another tab, logged out, stopped.

use crate::bridge;
use crate::platform::{page, version};
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{LogoutReason, Unsupported};
use leptos::html;
use leptos::prelude::*;

/// One message in the middle of the page, and one thing to do about it.
#[component]
pub fn Plain(
    stage: &'static str,
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] action: Option<(&'static str, Callback<()>)>,
    /// For tests.
    #[prop(default = "")]
    reason: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    // What had the focus is gone with the page before.
    let button = NodeRef::<html::Button>::new();
    Effect::new(move || {
        if let Some(button) = button.get() {
            let _ = button.focus();
        }
    });
    view! {
        <main class="plain" data-testid="stage" data-stage=stage data-reason=reason>
            <Icon name=icon/>
            <h1>{title}</h1>
            <p>{text}</p>
            {children.map(|children| children())}
            {action
                .map(|(label, act)| {
                    view! {
                        <button class="button" type="button" node_ref=button data-testid="plain-action" on:click=move |_| act.run(())>
                            {label}
                        </button>
                    }
                })}
        </main>
    }
}

/// The database opens.
#[component]
pub fn Starting() -> impl IntoView {
    view! {
        <main class="plain" data-testid="stage" data-stage="starting" aria-busy="true">
            <h1 class="plain-name">{words::app_name()}</h1>
            <p role="status">{words::opening()}</p>
        </main>
    }
}

/// Cannot work here.
#[component]
pub fn CannotWork(reason: Unsupported) -> impl IntoView {
    let (title, text) = words::unsupported(&reason);
    // Where a new version waits already, a mere reload would bring the old one again.
    let reload = if reason == Unsupported::ServerVersion { version::take } else { page::reload };
    view! {
        <Plain stage="unsupported" icon="warning" title=title text=text reason=reason_name(&reason) action=(words::reload(), Callback::new(move |()| reload()))>
            <Unsent/>
        </Plain>
    }
}

/// What was being written when the program stopped: nobody keeps it any more, but it can be taken along.
#[component]
fn Unsent() -> impl IntoView {
    let app = use_app();
    let copy = move |_| {
        if let Some(text) = app.unsent.get_untracked() {
            page::copy(&text, move |done| {
                app.toast(if done { words::copied() } else { words::copy_failed() }.to_owned(), false);
            });
        }
    };
    view! {
        <Show when=move || app.unsent.with(Option::is_some)>
            <section class="unsent" aria-labelledby="unsent-title" data-testid="unsent">
                <h2 id="unsent-title" class="unsent-title">{words::unsent()}</h2>
                <p class="unsent-text" dir="auto" tabindex="0" data-testid="unsent-text">{move || app.unsent.get()}</p>
                <button class="button quiet" type="button" data-testid="unsent-copy" on:click=copy>{words::copy()}</button>
            </section>
        </Show>
    }
}

/// As `boot.js` names them too.
fn reason_name(reason: &Unsupported) -> &'static str {
    match reason {
        Unsupported::InsecureContext => "insecure",
        Unsupported::NoStorage => "no-storage",
        Unsupported::OldBrowser { .. } => "old-browser",
        Unsupported::NewerDatabase => "newer-database",
        Unsupported::StorageFull => "storage-full",
        Unsupported::ServerVersion => "server-version",
    }
}

/// Another tab has the account open.
#[component]
pub fn OtherTab() -> impl IntoView {
    view! {
        <Plain
            stage="other-tab"
            icon="desktop"
            title=words::other_tab_title()
            text=words::other_tab_text()
            action=(words::use_here(), Callback::new(|()| bridge::use_here()))
        />
    }
}

/// Logged out and wiped.
#[component]
pub fn LoggedOut(reason: LogoutReason) -> impl IntoView {
    let (title, text) = words::logged_out(reason);
    view! {
        <Plain stage="logged-out" icon="sign-out" title=title text=text action=(words::start_again(), Callback::new(|()| page::reload()))/>
    }
}

/// An unknown error.
#[component]
pub fn Halted(what: String) -> impl IntoView {
    view! {
        <main class="plain" data-testid="stage" data-stage="halted">
            <Icon name="warning"/>
            <h1>{words::halted_title()}</h1>
            <p>{words::halted_text()}</p>
            <Unsent/>
            <button class="button" type="button" data-testid="plain-action" on:click=|_| page::reload()>{words::reload()}</button>
            <details class="plain-details">
                <summary>{words::for_a_report()}</summary>
                <code data-testid="halted-what">{what}</code>
            </details>
        </main>
    }
}
