//! The log of calls: a section of the list pane.

use super::link::CallLinkRow;
use crate::model::call_log::{Ask, CallLog};
use crate::model::clock;
use crate::platform::page;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::Icon;
use crate::primitives::roam::{focused_item, roam};
use crate::store::{App, CallWish, use_app};
use crate::words;
use client_api::{Answer, CallState, Command, LoggedCall, MessageId};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// Calls that one question asks for.
const PAGE: u16 = 40;
/// So soon after messages have changed it is looked again: they come in numbers.
const CHANGED: Duration = Duration::from_millis(300);
/// Nearer to the end of the list than this, more is asked for.
const NEAR_END_PX: i32 = 600;

#[component]
pub fn CallLogSection() -> impl IntoView {
    let app = use_app();
    let log = RwSignal::new(CallLog::default());
    let look = move || {
        if let Some(first) = log.try_update(CallLog::look) {
            ask(app, log, first);
        }
    };
    look();
    let due = StoredValue::new(false);
    Effect::new(move |before: Option<()>| {
        app.found_changed.track();
        if before.is_some() && due.try_update_value(|due| std::mem::replace(due, true)) == Some(false) {
            let again = move || {
                if due.try_set_value(false).is_none() {
                    look();
                }
            };
            set_timeout(again, CHANGED);
        }
    });
    let more = move || {
        if let Some(next) = log.try_update(CallLog::more).flatten() {
            ask(app, log, next);
        }
    };
    let on_scroll = move |event: web_sys::Event| {
        let scroller: web_sys::Element = event_target(&event);
        if scroller.scroll_height() - scroller.scroll_top() - scroller.client_height() < NEAR_END_PX {
            more();
        }
    };
    let is_empty = Memo::new(move |_| log.with(|log| log.is_known && log.rows.is_empty()));
    view! {
        <header class="pane-head"><h1 class="pane-title" tabindex="-1">{words::calls()}</h1></header>
        <div class="pane-body" data-testid="section-calls" on:scroll=on_scroll>
            <CallLinkRow/>
            <List log on_more=more/>
            <Show when=move || is_empty.get()>
                <p class="empty" data-testid="no-calls">{words::no_calls()}</p>
            </Show>
        </div>
    }
}

fn ask(app: App, log: RwSignal<CallLog>, what: Ask) {
    app.ask(Command::ListCalls { after: what.after, limit: PAGE }, move |result| {
        let next = log.try_update(|log| match result {
            Ok(Answer::CallLog(page)) => log.take(what, page),
            _ => {
                log.failed(what);
                None
            }
        });
        if let Some(next) = next.flatten() {
            ask(app, log, next);
        }
    });
}

#[component]
fn List(log: RwSignal<CallLog>, on_more: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let list = NodeRef::<html::Ul>::new();
    // The row that Tab stops at.
    let cursor = RwSignal::new(None::<MessageId>);
    let keys = Memo::new(move |_| log.with(|log| log.rows.iter().map(|row| row.place.message).collect::<Vec<_>>()));
    let stop = Memo::new(move |_| {
        keys.with(|keys| cursor.get().filter(|cursor| keys.contains(cursor)).or_else(|| keys.first().copied()))
    });
    let has_more = Memo::new(move |_| log.with(CallLog::has_more));
    view! {
        <ul class="found-list call-log" node_ref=list data-testid="call-log" aria-label=words::calls()
            on:keydown=move |event| if let Some(list) = list.get_untracked() { roam(&event, &list); }
            on:focusin=move |_| {
                if let Some(at) = list.get_untracked().and_then(|list| focused_item(&list)) {
                    cursor.set(keys.with_untracked(|keys| keys.get(at as usize).copied()));
                }
            }>
            <For each=move || keys.get() key=|key| *key let:key><Entry log of=key stop/></For>
            <Show when=move || has_more.get()>
                <li><button class="button quiet wide" type="button" data-testid="call-log-more" on:click=move |_| on_more()>{words::show_more()}</button></li>
            </Show>
        </ul>
    }
}

/// A call: what it was, and a way to its chat and to another one.
#[component]
fn Entry(log: RwSignal<CallLog>, of: MessageId, stop: Memo<Option<MessageId>>) -> impl IntoView {
    let app = use_app();
    let row = Memo::new(move |_| log.with(|log| log.rows.iter().find(|row| row.place.message == of).cloned()));
    let tabindex = move || if stop.get() == Some(of) { "0" } else { "-1" };
    let again = move |video: bool| {
        if let Some(row) = row.get_untracked() {
            app.call_wish.set(Some(CallWish::Place { chat: row.chat, video }));
        }
    };
    let open = move |_| {
        if let Some(row) = row.get_untracked() {
            app.open_at(row.chat, of);
        }
    };
    let video = row.get_untracked().is_some_and(|row| row.facts.video);
    let icon = if video { "video-camera" } else { "phone" };
    let label = move || words::call_again(video, &row.get().map(|row| row.title).unwrap_or_default());
    view! {
        <li class="found-item">
            <button class="found-row call-entry" type="button" data-testid="call-entry" data-message=of.to_string() tabindex=tabindex on:click=open>
                {move || row.get().map(|row| entry(app, row))}
            </button>
            <button class="icon-button" type="button" aria-label=label title=label data-testid="call-again" tabindex=tabindex
                on:click=move |_| again(video)><Icon name=icon/></button>
        </li>
    }
}

fn entry(app: App, row: LoggedCall) -> impl IntoView {
    let (call, own, facts) = (row.place.message, row.own, row.facts);
    let rings = Memo::new(move |_| app.calls.with(|calls| calls.rings(call)));
    let missed = move || !own && facts.state == CallState::Open && !rings.get();
    let chat = app.chats.with_untracked(|chats| chats.get(&row.chat));
    let face =
        chat.map(|chat| Face { account: chat.peer, name: row.title.clone(), photo: chat.photo.clone(), notes: false });
    let icon = if own { "phone-outgoing" } else { "phone-incoming" };
    let when = clock::full(row.time_ms, page::now_ms(), page::zone_at(row.time_ms));
    view! {
        {face.map(|face| view! { <Avatar face size="small"/> })}
        <span class="call-entry-lines">
            <span class="chat-row-title" dir="auto" data-testid="call-entry-title">{row.title.clone()}</span>
            <span class="call-line" class:missed=missed data-testid="call-entry-said">
                <Icon name=icon/> <span class="sr-only">{words::call_way(own)}</span> {move || words::call(facts, own, rings.get())}
            </span>
            <span class="faint" data-testid="call-entry-time">{when}</span>
        </span>
    }
}
