//! The settings' section about notifications, and keeping this browser's subscription at the server.

use crate::features::settings::{Choice, Switch, change};
use crate::platform::notify;
use crate::platform::push::{self, Leave};
use crate::primitives::icon::Icon;
use crate::store::{App, use_app};
use crate::words;
use client_api::{Answer, Command, Previews, PushState, UserError};
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
    let is_on = move || app.push.with(|state| matches!(state, PushState::On { .. })) && leave.get() == Leave::Asked;
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
        (Leave::Unsupported, _) => words::PUSH_UNSUPPORTED.to_owned(),
        (Leave::Blocked, _) => words::PUSH_BLOCKED.to_owned(),
        (Leave::Asked, Deed::Failed(why)) => why,
        (Leave::Asked, _) => String::new(),
    };
    view! {
        <h2 class="rows-title">{words::NOTIFICATIONS}</h2>
        <div class="rows">
            <label class="switch-row">
                <span>{words::PUSH}</span>
                <input class="switch" type="checkbox" role="switch" data-testid="push" aria-describedby="push-trouble"
                    prop:checked=is_on
                    disabled=move || leave.get() != Leave::Asked || deed.get() == Deed::UnderWay
                    on:change=move |event| turn(event_target_checked(&event))/>
            </label>
            <p class="pad faint" id="push-trouble" role="status" data-testid="push-trouble" hidden=move || trouble().is_empty()>{trouble}</p>
            <Show when=move || may_ask.get()>
                <button class="action-row" type="button" data-testid="allow-notifications"
                    on:click=move |_| notify::ask(move || { let _ = may_ask.try_set(notify::may_ask()); let _ = leave.try_set(push::leave()); })>
                    <Icon name="bell"/> <span>{words::ALLOW_NOTIFICATIONS}</span>
                </button>
            </Show>
            <Switch label=words::SOUNDS testid="sounds" read=|settings| settings.sounds write=|settings, on| settings.sounds = on/>
        </div>
        <div class="pad stack">
            <Choice label=words::PREVIEWS testid="previews"
                options=&[("text", words::PREVIEWS_TEXT), ("sender", words::PREVIEWS_SENDER), ("nothing", words::PREVIEWS_NOTHING)]
                value=Signal::derive(move || name_of(app.settings.get().previews))
                on_choice=move |name| change(app, |settings| settings.previews = previews_of(&name))/>
        </div>
    }
}

/// Words for what went wrong.
async fn turn_on(app: App) -> Result<(), String> {
    if !push::may_notify().await {
        return match push::leave() {
            // Closed without an answer: nothing is wrong.
            Leave::Asked => Ok(()),
            _ => Err(words::PUSH_BLOCKED.to_owned()),
        };
    }
    subscribe(app).await
}

async fn subscribe(app: App) -> Result<(), String> {
    let key = match app.asks(Command::AskPushKey).await {
        Ok(Answer::PushKey(key)) => key,
        Ok(_) => return Err(words::error(&UserError::ServerFailed)),
        Err(error) => return Err(words::error(&error)),
    };
    let Some(subscription) = push::subscribe(&key).await else { return Err(words::PUSH_FAILED.to_owned()) };
    let done = app.asks(Command::TurnPushOn(subscription)).await;
    if let Err(error) = &done
        && matches!(error, UserError::PushHost | UserError::PushOff)
    {
        push::end().await;
    }
    done.map(|_| ()).map_err(|error| words::error(&error))
}

async fn turn_off(app: App) -> Result<(), String> {
    push::end().await;
    app.asks(Command::TurnPushOff).await.map(|_| ()).map_err(|error| words::error(&error))
}

/// The browser has another subscription than the server knows of, or none: its maker gives them out anew now and then.
pub async fn keep_up(app: App, known: String) {
    match push::leave() {
        Leave::Asked if push::endpoint().await.as_ref() == Some(&known) => {}
        // What fails now is tried again when a page opens.
        Leave::Asked if !notify::may_ask() => drop(subscribe(app).await),
        _ => drop(turn_off(app).await),
    }
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
