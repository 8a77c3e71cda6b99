//! Linked devices: what they are, when they were seen, log one or all out; on the phone the way to link one.

use crate::features::linking::{End, Linking};
use crate::model::clock;
use crate::platform::page;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{App, Section, use_app};
use crate::words;
use client_api::{Command, Connection, DeviceKind, DeviceRow, Role};
use leptos::prelude::*;

/// What a question in a dialog is about.
#[derive(Clone, PartialEq)]
enum Asked {
    Device(u32, String),
    All,
}

/// The section.
#[component]
pub fn Devices() -> impl IntoView {
    let app = use_app();
    let linking = RwSignal::new(app.linking.with_untracked(Option::is_some));
    let asked = RwSignal::new(None::<Asked>);
    let phone = app.role == Role::Phone;
    let companions = move || app.devices.with(|devices| devices.iter().any(|row| row.kind == DeviceKind::Companion));
    let confirm = move || {
        match asked.get_untracked() {
            Some(Asked::Device(device, _)) => app.send(Command::UnlinkDevice { device }),
            Some(Asked::All) => app.send(Command::UnlinkAll),
            None => {}
        }
        asked.set(None);
    };
    let question = move |what: &Asked| match what {
        Asked::Device(_, name) => words::log_out_question(name),
        Asked::All => words::log_out_all_question().to_owned(),
    };
    view! {
        <header class="pane-head">
            <IconButton icon="arrow-left" label=words::back().to_owned() testid="section-back" on_click=move |_| {
                if linking.get_untracked() {
                    if app.linking.with_untracked(Option::is_some) {
                        app.send(Command::CancelLinking);
                    }
                    linking.set(false);
                } else {
                    app.section.set(Section::Settings);
                }
            }/>
            <h1 class="pane-title" tabindex="-1">{words::linked_devices()}</h1>
        </header>
        <div class="pane-body" data-testid="section-devices">
            <Show when=move || linking.get() fallback=move || view! {
                <div class="pad stack">
                    <p>{if phone { words::devices_text_phone() } else { words::devices_text() }}</p>
                    {phone.then(|| view! {
                        <button class="button wide" type="button" data-testid="link-device" on:click=move |_| linking.set(true)>
                            <Icon name="qr-code"/> {words::link_a_device()}
                        </button>
                    })}
                </div>
                <ul class="rows" data-testid="devices">
                    <For each=move || app.devices.get() key=|row| row.device let:row><Device first=row asked/></For>
                </ul>
                <Show when=move || !companions()><p class="pad faint" data-testid="no-devices">{words::no_devices()}</p></Show>
                <Show when=move || phone && companions()>
                    <div class="pad">
                        <button class="button danger wide" type="button" data-testid="unlink-all" on:click=move |_| asked.set(Some(Asked::All))>
                            {words::log_out_all()}
                        </button>
                    </div>
                </Show>
            }>
                <Linking on_end=move |end| {
                    linking.set(false);
                    request_animation_frame(move || focus_after_linking(app, end));
                }/>
            </Show>
        </div>
        {move || asked.get().map(|what| view! {
            <Dialog title=words::log_out() testid="confirm-dialog" on_close=move || asked.set(None)>
                <p>{question(&what)}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" data-testid="confirm-no" on:click=move |_| asked.set(None)>{words::cancel()}</button>
                    <button class="button danger" type="button" data-testid="confirm-yes" on:click=move |_| confirm()>{words::log_out()}</button>
                </div>
            </Dialog>
        })}
    }
}

/// What had the focus is gone: to the device that was linked, where it is in the list already; else back to what the linking began with.
fn focus_after_linking(app: App, end: End) {
    let newest = app.devices.with_untracked(|devices| devices.iter().map(|row| row.device).max());
    let row =
        newest.filter(|_| end == End::Linked).map(|device| format!("[data-testid=device][data-device=\"{device}\"]"));
    let stops = [row.as_deref().unwrap_or("[data-testid=link-device]"), ".pane-title"];
    if let Some(stop) = stops.iter().find(|stop| page::lost_focus() && page::can_focus(stop)) {
        page::focus(stop);
    }
}

/// A row; what is known of the device may change while it is shown.
#[component]
fn Device(first: DeviceRow, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let app = use_app();
    let (device, kind) = (first.device, first.kind);
    let row = Memo::new(move |last: Option<&DeviceRow>| {
        let now = app.devices.with(|devices| devices.iter().find(|row| row.device == device).cloned());
        now.unwrap_or_else(|| last.unwrap_or(&first).clone())
    });
    let connected = Memo::new(move |_| matches!(app.connection.get(), Connection::Online | Connection::CatchingUp));
    let seen = move || row.with(|row| seen(row, connected.get()));
    let linked = move || {
        let linked_ms = Some(row.with(|row| row.linked_ms)).filter(|ms| *ms > 0)?;
        Some(words::linked_at(&clock::moment(linked_ms, page::now_ms(), page::zone_at(linked_ms))))
    };
    // The phone logs any companion out; a companion only itself, which is in the settings.
    let may_log_out = app.role == Role::Phone && kind == DeviceKind::Companion;
    view! {
        <li class="fact-row" tabindex="-1" data-testid="device" data-device=device>
            <Icon name=if kind == DeviceKind::Phone { "device-mobile" } else { "desktop" }/>
            <span class="two-lines">
                <strong dir="auto">{move || row.with(|row| row.name.clone())}</strong>
                <span class="faint" data-testid="device-seen">{seen}</span>
                {move || linked().map(|linked| view! { <span class="faint">{linked}</span> })}
            </span>
            {may_log_out.then(|| view! {
                <button class="button quiet" type="button" data-testid="unlink"
                    on:click=move |_| asked.set(Some(Asked::Device(device, row.with_untracked(|row| row.name.clone()))))>{words::log_out()}</button>
            })}
        </li>
    }
}

/// Who has no connection knows of no other device that it has one.
fn seen(row: &DeviceRow, connected: bool) -> String {
    let now = page::now_ms();
    match row {
        DeviceRow { this: true, .. } => words::this_device().to_owned(),
        DeviceRow { online: true, .. } if connected => words::online_now().to_owned(),
        DeviceRow { online: true, last_seen_ms: 0, .. } => words::seen_unknown().to_owned(),
        DeviceRow { last_seen_ms: 0, .. } => words::never_seen().to_owned(),
        DeviceRow { last_seen_ms, .. } => {
            words::last_seen(&clock::moment_or_day(*last_seen_ms, now, page::zone_at(*last_seen_ms)))
        }
    }
}
