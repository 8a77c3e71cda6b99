//! Linked devices: what they are, when they were seen, log one or all out; on the phone the way to link one.

use crate::features::linking::Linking;
use crate::model::clock;
use crate::platform::page;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{Section, use_app};
use crate::words;
use client_api::{Command, DeviceKind, DeviceRow, Role};
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
        Asked::All => words::LOG_OUT_ALL_QUESTION.to_owned(),
    };
    view! {
        <header class="pane-head">
            <IconButton icon="arrow-left" label=words::BACK.to_owned() testid="section-back" on_click=move |_| {
                if linking.get_untracked() {
                    if app.linking.with_untracked(Option::is_some) {
                        app.send(Command::CancelLinking);
                    }
                    linking.set(false);
                } else {
                    app.section.set(Section::Settings);
                }
            }/>
            <h1 class="pane-title" tabindex="-1">{words::LINKED_DEVICES}</h1>
        </header>
        <div class="pane-body" data-testid="section-devices">
            <Show when=move || linking.get() fallback=move || view! {
                <div class="pad stack">
                    <p>{if phone { words::DEVICES_TEXT_PHONE } else { words::DEVICES_TEXT }}</p>
                    {phone.then(|| view! {
                        <button class="button wide" type="button" data-testid="link-device" on:click=move |_| linking.set(true)>
                            <Icon name="qr-code"/> {words::LINK_A_DEVICE}
                        </button>
                    })}
                </div>
                <ul class="rows" data-testid="devices">
                    {move || app.devices.get().into_iter().map(|row| view! { <Device row asked/> }).collect_view()}
                </ul>
                <Show when=move || !companions()><p class="pad faint" data-testid="no-devices">{words::NO_DEVICES}</p></Show>
                <Show when=move || phone && companions()>
                    <div class="pad">
                        <button class="button danger wide" type="button" data-testid="unlink-all" on:click=move |_| asked.set(Some(Asked::All))>
                            {words::LOG_OUT_ALL}
                        </button>
                    </div>
                </Show>
            }>
                <Linking on_end=move || linking.set(false)/>
            </Show>
        </div>
        {move || asked.get().map(|what| view! {
            <Dialog title=words::LOG_OUT testid="confirm-dialog" on_close=move || asked.set(None)>
                <p>{question(&what)}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" data-testid="confirm-no" on:click=move |_| asked.set(None)>{words::CANCEL}</button>
                    <button class="button danger" type="button" data-testid="confirm-yes" on:click=move |_| confirm()>{words::LOG_OUT}</button>
                </div>
            </Dialog>
        })}
    }
}

#[component]
fn Device(row: DeviceRow, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let app = use_app();
    let DeviceRow { device, kind, name, linked_ms, last_seen_ms, online, this } = row;
    let now = page::now_ms();
    let seen = if this {
        words::THIS_DEVICE.to_owned()
    } else if online {
        words::ONLINE_NOW.to_owned()
    } else if last_seen_ms == 0 {
        words::NEVER_SEEN.to_owned()
    } else {
        let zone = page::zone_at(last_seen_ms);
        words::last_seen(&clock::day_name(clock::day(last_seen_ms, zone), clock::day(now, page::zone_at(now))))
    };
    let linked = (linked_ms > 0).then(|| words::linked_at(&clock::full(linked_ms, now, page::zone_at(linked_ms))));
    // The phone logs any companion out; a companion only itself, which is in the settings.
    let may_log_out = app.role == Role::Phone && kind == DeviceKind::Companion;
    let for_question = name.clone();
    view! {
        <li class="fact-row" data-testid="device" data-device=device>
            <Icon name=if kind == DeviceKind::Phone { "device-mobile" } else { "desktop" }/>
            <span class="two-lines">
                <strong dir="auto">{name}</strong>
                <span class="faint">{seen}</span>
                {linked.map(|linked| view! { <span class="faint">{linked}</span> })}
            </span>
            {may_log_out.then(|| view! {
                <button class="button quiet" type="button" data-testid="unlink"
                    on:click=move |_| asked.set(Some(Asked::Device(device, for_question.clone())))>{words::LOG_OUT}</button>
            })}
        </li>
    }
}
