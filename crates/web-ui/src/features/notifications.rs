//! The settings' section about notifications, and keeping this browser's subscription at the server.

use crate::features::settings::{Choice, Switch, change};
use crate::platform::push::{self, Leave, NoSubscription};
use crate::platform::{notify, push_words};
use crate::primitives::icon::Icon;
use crate::store::{App, use_app};
use crate::words;
use client_api::{Answer, Command, Previews, PushState, PushSubscription, UserError};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What is being done with the switch, or was done last.
#[derive(Clone, PartialEq)]
enum Deed {
    None,
    UnderWay,
    Failed(String),
}

/// The section.
#[component]
pub fn Notifications() -> impl IntoView {
    let app = use_app();
    let may_ask = RwSignal::new(notify::may_ask());
    let (leave, deed) = (RwSignal::new(push::leave()), RwSignal::new(Deed::None));
    let is_on = move || app.push.with(is_on_at) && leave.get() == Leave::Asked;
    let turn = move |on: bool| {
        deed.set(Deed::UnderWay);
        spawn_local(async move {
            let done = if on { turn_on(app).await } else { turn_off(app).await };
            let _ = leave.try_set(push::leave());
            let _ = may_ask.try_set(notify::may_ask());
            let _ = deed.try_set(done.map_or_else(Deed::Failed, |()| Deed::None));
        });
    };
    let trouble = move || match (leave.get(), deed.get()) {
        (Leave::Unsupported, _) => words::push_unsupported().to_owned(),
        (Leave::Blocked, _) => words::push_blocked().to_owned(),
        (Leave::Asked, Deed::Failed(why)) => why,
        (Leave::Asked, _) => String::new(),
    };
    view! {
        <h2 class="rows-title">{words::notifications()}</h2>
        <div class="rows">
            <label class="switch-row">
                <span>{words::push()}</span>
                <input class="switch" type="checkbox" role="switch" data-testid="push" aria-describedby="push-trouble"
                    prop:checked=is_on
                    disabled=move || leave.get() != Leave::Asked || deed.get() == Deed::UnderWay
                    on:change=move |event| turn(event_target_checked(&event))/>
            </label>
            // Always there: what comes into it is read out.
            <p class="faint" class:pad=move || !trouble().is_empty() id="push-trouble" role="status" data-testid="push-trouble">{trouble}</p>
            <Show when=move || may_ask.get()>
                <button class="action-row" type="button" data-testid="allow-notifications"
                    on:click=move |_| notify::ask(move || { let _ = may_ask.try_set(notify::may_ask()); let _ = leave.try_set(push::leave()); })>
                    <Icon name="bell"/> <span>{words::allow_notifications()}</span>
                </button>
            </Show>
            <Switch label=words::sounds() testid="sounds" read=|settings| settings.sounds write=|settings, on| settings.sounds = on/>
        </div>
        <div class="pad stack">
            <Choice label=words::previews() testid="previews"
                options=vec![("text", words::previews_text()), ("sender", words::previews_sender()), ("nothing", words::previews_nothing())]
                value=Signal::derive(move || name_of(app.settings.get().previews))
                on_choice=move |name| change(app, |settings| settings.previews = previews_of(&name))/>
            <p class="faint">{words::previews_scope()}</p>
        </div>
    }
}

/// Words for what went wrong.
async fn turn_on(app: App) -> Result<(), String> {
    if !push::may_notify().await {
        return match push::leave() {
            // Closed without an answer: nothing is wrong.
            Leave::Asked => Ok(()),
            _ => Err(words::push_blocked().to_owned()),
        };
    }
    let done = app.asks(Command::TurnPushOn(subscription(app).await?)).await;
    if matches!(done, Err(UserError::PushHost | UserError::PushOff)) {
        push::end().await;
    }
    push_words::give().await;
    done.map(|_| ()).map_err(|error| words::error(&error))
}

async fn subscription(app: App) -> Result<PushSubscription, String> {
    let key = match app.asks(Command::AskPushKey).await {
        Ok(Answer::PushKey(key)) => key,
        Ok(_) => return Err(words::error(&UserError::ServerFailed)),
        Err(error) => return Err(words::error(&error)),
    };
    let words = |why| match why {
        NoSubscription::NotKept => words::push_not_kept().to_owned(),
        NoSubscription::Refused => words::push_failed().to_owned(),
    };
    push::subscribe(&key).await.map_err(words)
}

/// The core first: as long as it says that this browser is notified, the next page would subscribe again.
async fn turn_off(app: App) -> Result<(), String> {
    let done = app.asks(Command::TurnPushOff).await;
    push::end().await;
    notify::close_all().await;
    done.map(|_| ()).map_err(|error| words::error(&error))
}

/// Gives the server what it may have lost, or never had: browsers' makers give out addresses anew, servers come back from a copy.
pub async fn keep_up(app: App) {
    if push::leave() != Leave::Asked || notify::may_ask() {
        drop(turn_off(app).await);
        return;
    }
    // Whatever becomes of the subscription: another language may have been chosen since.
    push_words::give().await;
    // What fails now is tried again when a page opens.
    let Ok(subscription) = subscription(app).await else { return };
    if app.push.with_untracked(is_on_at) {
        drop(app.asks(Command::TurnPushOn(subscription)).await);
    } else {
        // Turned off meanwhile.
        push::end().await;
    }
}

fn is_on_at(state: &PushState) -> bool {
    matches!(state, PushState::On { .. })
}

fn name_of(previews: Previews) -> &'static str {
    match previews {
        Previews::SenderAndText => "text",
        Previews::Sender => "sender",
        Previews::Nothing => "nothing",
    }
}

fn previews_of(name: &str) -> Previews {
    match name {
        "sender" => Previews::Sender,
        "nothing" => Previews::Nothing,
        _ => Previews::SenderAndText,
    }
}
