//! Settings: the own profile, devices, colours, keys, notifications, PIN, log out.

use crate::features::backups::BackupRows;
use crate::features::housekeeping::BlockedPeople;
use crate::features::notifications::Notifications;
use crate::features::profile::ProfileForm;
use crate::language::LANGUAGES;
use crate::platform::page;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::{Icon, IconButton};
use crate::primitives::pin_field::PinField;
use crate::store::{App, Section, use_app};
use crate::words;
use client_api::number::shown;
use client_api::{AccountId, Command, Disappearing, Role, Settings, TextDirection, Theme};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use std::iter;

/// The section.
#[component]
pub fn SettingsSection() -> impl IntoView {
    let app = use_app();
    let (leaving, pin) = (RwSignal::new(false), RwSignal::new(false));
    let phone = app.role == Role::Phone;
    let face = Signal::derive(move || own_face(app));
    view! {
        <header class="pane-head"><h1 class="pane-title" tabindex="-1">{words::settings()}</h1></header>
        <div class="pane-body" data-testid="section-settings">
            <button class="action-row profile-row" type="button" data-testid="open-profile" on:click=move |_| app.section.set(Section::Profile)>
                <Avatar face/>
                <span class="two-lines">
                    <strong dir="auto" data-testid="own-name">{move || app.profile.with(|profile| profile.as_ref().map(|profile| profile.name.clone()))}</strong>
                    <span class="faint" dir="ltr" data-testid="own-number">{move || app.profile.with(|profile| profile.as_ref().map(|profile| shown(&profile.number)))}</span>
                </span>
            </button>
            <ul class="rows">
                <li><button class="action-row" type="button" data-testid="open-devices" on:click=move |_| app.section.set(Section::Devices)>
                    <Icon name="devices"/> <span>{words::linked_devices()}</span>
                </button></li>
                <li><button class="action-row" type="button" data-testid="open-contact-code" on:click=move |_| app.section.set(Section::ContactCode)>
                    <Icon name="qr-code"/> <span>{words::my_code()}</span>
                </button></li>
                <li><button class="action-row" type="button" data-testid="open-call-devices" on:click=move |_| app.chooses_devices.set(true)>
                    <Icon name="sliders-horizontal"/> <span>{words::devices_of_calls()}</span>
                </button></li>
                {phone.then(|| view! {
                    <li><button class="action-row" type="button" data-testid="open-pin" on:click=move |_| pin.set(true)>
                        <Icon name="lock-key"/>
                        <span>{move || if app.profile.with(|profile| profile.as_ref().is_some_and(|profile| profile.pin_set)) { words::change_pin() } else { words::set_a_pin() }}</span>
                    </button></li>
                })}
            </ul>
            <Show when=move || !app.narrow.get()>
                <ul class="rows"><li><button class="action-row" type="button" data-testid="open-keys" on:click=move |_| app.help.set(true)>
                    <Icon name="keyboard"/> <span>{words::keys()}</span>
                </button></li></ul>
            </Show>
            <h2 class="rows-title">{words::appearance()}</h2>
            <div class="pad stack">
                <Choice label=words::theme() testid="theme" options=vec![("auto", words::automatic()), ("light", words::light()), ("dark", words::dark())]
                    value=Signal::derive(move || theme_name(app.settings.get().theme))
                    on_choice=move |name| change(app, |settings| settings.theme = theme_of(&name))/>
                <LanguageChoice/>
                <Choice label=words::direction() testid="direction" options=vec![("auto", words::automatic()), ("ltr", words::ltr()), ("rtl", words::rtl())]
                    value=Signal::derive(move || direction_name(app.settings.get().direction))
                    on_choice=move |name| change(app, |settings| settings.direction = direction_of(&name))/>
            </div>
            <h2 class="rows-title">{words::chats()}</h2>
            <div class="rows">
                <Switch label=words::enter_sends() testid="enter-sends" read=|settings| settings.enter_sends write=|settings, on| settings.enter_sends = on/>
                <Switch label=words::read_receipts() testid="read-receipts" read=|settings| settings.read_receipts write=|settings, on| settings.read_receipts = on/>
            </div>
            <div class="pad stack">
                <Choice label=words::disappearing_in_new_chats() testid="new-chats-disappear" options=timers()
                    value=Signal::derive(move || timer_name(app.settings.get().disappearing))
                    on_choice=move |name| change(app, |settings| settings.disappearing = timer_of(&name))/>
                <p class="faint">{words::disappearing_in_new_chats_text()}</p>
            </div>
            <BlockedPeople/>
            <Notifications/>
            {(!phone).then(|| view! {
                <div class="pad">
                    <button class="button danger wide" type="button" data-testid="log-out" on:click=move |_| leaving.set(true)>
                        <Icon name="sign-out"/> {words::log_out()}
                    </button>
                </div>
            })}
            {phone.then(|| view! { <BackupRows/><p class="pad faint">{words::losing_phone()}</p> })}
        </div>
        <Show when=move || leaving.get()>
            <Dialog title=words::log_out() testid="confirm-dialog" on_close=move || leaving.set(false)>
                <p>{words::log_out_here_question()}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" data-testid="confirm-no" on:click=move |_| leaving.set(false)>{words::cancel()}</button>
                    <button class="button danger" type="button" data-testid="confirm-yes" on:click=move |_| { leaving.set(false); app.send(Command::LogOut); }>{words::log_out()}</button>
                </div>
            </Dialog>
        </Show>
        <Show when=move || pin.get()><PinDialog pin_open=pin/></Show>
    }
}

/// The section of the own profile.
#[component]
pub fn ProfileSection() -> impl IntoView {
    let app = use_app();
    view! {
        <header class="pane-head">
            <IconButton icon="arrow-left" label=words::back().to_owned() testid="section-back" on_click=move |_| app.section.set(Section::Settings)/>
            <h1 class="pane-title" tabindex="-1">{words::your_profile()}</h1>
        </header>
        <div class="pane-body pad" data-testid="section-profile">
            <ProfileForm go=words::save() on_saved=move || {
                app.toast(words::saved().to_owned(), false);
                app.section.set(Section::Settings);
            }/>
        </div>
    }
}

/// The own face.
pub fn own_face(app: App) -> Face {
    app.profile.with(|profile| match profile {
        Some(profile) => {
            Face { account: profile.account, name: profile.name.clone(), photo: profile.photo.clone(), notes: false }
        }
        None => Face { account: AccountId([0; 16]), name: String::new(), photo: Vec::new(), notes: false },
    })
}

#[component]
fn PinDialog(pin_open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let (pin, error) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let set = move |pin: String| {
        error.set(String::new());
        app.ask(Command::SetPin { pin }, move |result| match result {
            Ok(_) => {
                app.toast(words::saved().to_owned(), false);
                let _ = pin_open.try_set(false);
            }
            Err(refused) => {
                let _ = error.try_set(words::error(&refused));
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = pin.get_untracked();
        // Empty would remove it; that has its own button.
        if typed.is_empty() { error.set(words::error(&client_api::UserError::PinInvalid)) } else { set(typed) }
    };
    view! {
        <Dialog title=words::choose_pin_title() testid="pin-dialog" on_close=move || pin_open.set(false)>
            <form class="stack" on:submit=submit>
                <p>{words::choose_pin_text()}</p>
                <PinField testid="pin-new" value=pin described_by="pin-new-error"/>
                <p id="pin-new-error" class="field-error" role="alert">{error}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" on:click=move |_| pin_open.set(false)>{words::cancel()}</button>
                    <Show when=move || app.profile.with(|profile| profile.as_ref().is_some_and(|profile| profile.pin_set))>
                        <button class="button danger" type="button" data-testid="pin-remove" on:click=move |_| set(String::new())>{words::remove_pin()}</button>
                    </Show>
                    <button class="button" type="submit" data-testid="pin-save">{words::set_pin()}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// One of several.
#[component]
pub fn Choice(
    label: &'static str,
    testid: &'static str,
    options: Vec<(&'static str, &'static str)>,
    value: Signal<&'static str>,
    on_choice: impl Fn(String) + 'static,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <select class="input" data-testid=testid prop:value=value on:change=move |event| on_choice(event_target_value(&event))>
                {options.into_iter().map(|(name, words)| view! { <option value=name selected=move || value.get() == name>{words}</option> }).collect_view()}
            </select>
        </label>
    }
}

/// Of this browser alone: the pages begin anew in it.
#[component]
fn LanguageChoice() -> impl IntoView {
    let app = use_app();
    let chosen = page::remembered(LANGUAGE).unwrap_or_default();
    let chosen = LANGUAGES.iter().map(|(tag, _)| *tag).find(|tag| *tag == chosen).unwrap_or(BY_BROWSER);
    let options = iter::once((BY_BROWSER, words::automatic())).chain(LANGUAGES).collect();
    let choose = move |tag: String| {
        page::remember(LANGUAGE, &tag);
        // A call would end with the page.
        if app.has_call() { app.toast(words::language_later().to_owned(), false) } else { page::reload() }
    };
    view! { <Choice label=words::language() testid="language" options value=Signal::stored(chosen) on_choice=choose/> }
}

/// Where the language that was chosen is remembered; `boot.js` reads it.
const LANGUAGE: &str = "language";
/// Chosen where nothing is: the browser says which.
const BY_BROWSER: &str = "";

/// On or off, on all devices.
#[component]
pub fn Switch(
    label: &'static str,
    testid: &'static str,
    read: fn(&Settings) -> bool,
    write: fn(&mut Settings, bool),
) -> impl IntoView {
    let app = use_app();
    view! {
        <label class="switch-row">
            <span>{label}</span>
            <input class="switch" type="checkbox" role="switch" data-testid=testid
                prop:checked=move || app.settings.with(read)
                on:change=move |event| {
                    let on = event_target_checked(&event);
                    change(app, |settings| write(settings, on));
                }/>
        </label>
    }
}

/// At once here, then on all devices.
pub fn change(app: App, alter: impl FnOnce(&mut Settings)) {
    let mut settings = app.settings.get_untracked();
    alter(&mut settings);
    app.take(vec![client_api::Event::Settings(settings.clone())]);
    app.send(Command::SetSettings(settings));
}

/// How long messages stay, by what the choice calls it.
const TIMERS: [(&str, Disappearing); 4] = [
    ("off", Disappearing::Off),
    ("24h", Disappearing::Day),
    ("7d", Disappearing::Week),
    ("90d", Disappearing::NinetyDays),
];

fn timers() -> Vec<(&'static str, &'static str)> {
    TIMERS.into_iter().map(|(name, after)| (name, words::disappearing(after))).collect()
}

fn timer_name(after: Disappearing) -> &'static str {
    TIMERS.into_iter().find(|(_, is)| *is == after).map_or("off", |(name, _)| name)
}

fn timer_of(name: &str) -> Disappearing {
    TIMERS.into_iter().find(|(is, _)| *is == name).map_or(Disappearing::Off, |(_, after)| after)
}

fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

fn theme_of(name: &str) -> Theme {
    match name {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::Auto,
    }
}

fn direction_name(direction: TextDirection) -> &'static str {
    match direction {
        TextDirection::Auto => "auto",
        TextDirection::LeftToRight => "ltr",
        TextDirection::RightToLeft => "rtl",
    }
}

fn direction_of(name: &str) -> TextDirection {
    match name {
        "ltr" => TextDirection::LeftToRight,
        "rtl" => TextDirection::RightToLeft,
        _ => TextDirection::Auto,
    }
}
