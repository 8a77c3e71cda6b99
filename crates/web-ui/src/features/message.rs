//! One item of a conversation: a bubble, a line of the chat itself, a date pill, the divider.

use crate::features::chat_list::Ticks;
use crate::model::clock;
use crate::model::rich_text::{Piece, pieces};
use crate::model::timeline::{Item, shown_ms};
use crate::platform::page;
use crate::primitives::icon::Icon;
use crate::primitives::long_press::LongPress;
use crate::primitives::menu::{Entry, Menu};
use crate::store::{App, use_app};
use crate::words;
use client_api::{Command, MessageBody, MessageId, MessageRow, MessageStatus};
use leptos::prelude::*;
use std::sync::Arc;

/// What the conversation gives its items.
#[derive(Clone, Copy)]
pub struct Around {
    /// The other one's name.
    pub peer: Signal<String>,
    /// The message that takes the focus by Tab.
    pub tab_stop: Signal<Option<MessageId>>,
    /// The message that has the focus, in itself or in a part of it. Tab stops at the parts of no other, so that whoever comes to the
    /// messages comes to a message.
    pub entered: Signal<Option<MessageId>>,
    /// The message whose information is shown.
    pub details: RwSignal<Option<Arc<MessageRow>>>,
}

/// An item, which may change while it is shown. `first` says of what sort it is.
#[component]
pub fn ItemView(first: Item, item: Signal<Option<Item>>, around: Around) -> impl IntoView {
    match first {
        Item::Day(day) => {
            let today = clock::day(page::now_ms(), page::zone_at(page::now_ms()));
            view! { <div class="pill" data-testid="date-pill"><span>{clock::day_name(day, today)}</span></div> }
                .into_any()
        }
        Item::Unread(_) => {
            let text = move || match item.get() {
                Some(Item::Unread(count)) => words::count(u64::from(count), "unread message", "unread messages"),
                _ => String::new(),
            };
            view! { <div class="divider" data-testid="unread-divider"><span>{text}</span></div> }.into_any()
        }
        Item::Message { row, .. } if matches!(row.body, MessageBody::System(_)) => {
            view! { <SystemLineView row around/> }.into_any()
        }
        Item::Message { row, .. } => view! { <Bubble id=row.id own=row.own item around/> }.into_any(),
    }
}

#[component]
fn SystemLineView(row: Arc<MessageRow>, around: Around) -> impl IntoView {
    let body = row.body.clone();
    let serious = match &row.body {
        MessageBody::System(line) => {
            use client_api::SystemLine::{HistoryDiffers, MayBeMissing, SafetyNumberChanged, UnknownDevice};
            matches!(line, HistoryDiffers | MayBeMissing { .. } | SafetyNumberChanged | UnknownDevice)
        }
        _ => false,
    };
    view! {
        <div class="system-line" class:serious=serious data-testid="system-line" data-message=row.id.to_string()>
            <span>
                <Icon name=if serious { "warning" } else { "lock-key" }/>
                {move || words::body(&body, &around.peer.get())}
            </span>
        </div>
    }
}

#[component]
fn Bubble(id: MessageId, own: bool, item: Signal<Option<Item>>, around: Around) -> impl IntoView {
    let app = use_app();
    let parts = Memo::new(move |_| match item.get() {
        Some(Item::Message { row, first, last }) => Some((row, first, last)),
        _ => None,
    });
    let row = move || parts.get().map(|(row, ..)| row);
    let is_first = move || parts.with(|parts| parts.as_ref().is_some_and(|(_, first, _)| *first));
    let is_last = move || parts.with(|parts| parts.as_ref().is_some_and(|(.., last)| *last));
    // Only a new text draws the text anew: a selection in it outlives a change of the ticks.
    let body = Memo::new(move |_| parts.with(|parts| parts.as_ref().map(|(row, ..)| row.body.clone())));
    let status = Memo::new(move |_| parts.with(|parts| parts.as_ref().and_then(|(row, ..)| row.status)));
    let starred = Memo::new(move |_| parts.with(|parts| parts.as_ref().is_some_and(|(row, ..)| row.starred)));
    let time = move || row().map(|row| clock::time(shown_time(&row), page::zone_at(shown_time(&row))));
    let label = move || {
        row().map(|row| {
            let author = if row.own { words::YOU.to_owned() } else { around.peer.get() };
            let mut parts = vec![author, clock::time(shown_time(&row), page::zone_at(shown_time(&row)))];
            parts.extend(row.status.map(|status| words::status(status).to_owned()));
            if row.starred {
                parts.push(words::STARRED.to_owned());
            }
            parts.push(words::body(&row.body, &around.peer.get()));
            parts.join(", ")
        })
    };
    let entries = Callback::new(move |()| row().map(|row| entries(app, &row, around)).unwrap_or_default());
    let menu = RwSignal::new(false);
    let press = LongPress::new();
    let is_tab_stop = Signal::derive(move || around.tab_stop.get() == Some(id));
    let is_entered = Memo::new(move |_| around.entered.get() == Some(id));
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        match (event.code().as_str(), row()) {
            ("KeyC", Some(row)) => copy(app, &row),
            ("KeyS", Some(row)) => star(app, &row),
            ("F10", Some(_)) if event.shift_key() => menu.set(true),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <article
            class="message" class:own=own class:first=is_first class:last=is_last class:starred=starred
            data-testid="message" data-message=id.to_string()
            data-status=move || status.get().map_or("none", status_name)
            tabindex=move || if is_tab_stop.get() { "0" } else { "-1" }
            aria-label=label
            on:keydown=on_key
            on:contextmenu=move |event| {
                event.prevent_default();
                press.end();
                menu.set(true);
            }
            on:pointerdown=move |event| press.begin(&event, move || { let _ = menu.try_set(true); })
            on:pointermove=move |event| press.move_to(&event)
            on:pointerup=move |_| press.end()
            on:touchend=move |event| press.lift(&event)
            on:pointercancel=move |_| press.end()
        >
            <div class="bubble">
                {move || body.get().map(|body| body_view(&body, is_entered))}
                <span class="bubble-space" aria-hidden="true"></span>
                <span class="bubble-meta">
                    {move || starred.get().then(|| view! { <Icon name="star-fill"/> })}
                    <time class="bubble-time">{time}</time>
                    {move || status.get().map(|status| view! { <Ticks status/> })}
                </span>
                <Menu label=words::MESSAGE_MENU icon="caret-down" testid="message-menu" entries open=menu tab_stop=is_entered.into()/>
            </div>
            {move || {
                (status.get() == Some(MessageStatus::Failed)).then(|| {
                    view! {
                        <button class="retry" type="button" data-testid="message-retry" tabindex=part_tabindex(is_entered) on:click=move |_| {
                            if let Some(chat) = app.open.get_untracked() {
                                app.send(Command::RetryMessage { chat, message: id });
                            }
                        }>
                            <Icon name="arrow-clockwise"/> {words::SEND_AGAIN}
                        </button>
                    }
                })
            }}
        </article>
    }
}

fn shown_time(row: &MessageRow) -> u64 {
    shown_ms(row, page::now_ms())
}

/// Of a part of a message.
fn part_tabindex(is_entered: Memo<bool>) -> impl Fn() -> &'static str + Copy {
    move || if is_entered.get() { "0" } else { "-1" }
}

fn body_view(body: &MessageBody, is_entered: Memo<bool>) -> AnyView {
    match body {
        MessageBody::Text(text) => {
            let parts = pieces(text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Plain(text) => text.into_any(),
                    Piece::Link { text, address } => {
                        view! { <a href=address target="_blank" rel="noopener noreferrer" tabindex=part_tabindex(is_entered)>{text}</a> }.into_any()
                    }
                })
                .collect_view();
            view! { <span class="bubble-text" dir="auto" data-testid="message-text">{parts}</span> }.into_any()
        }
        MessageBody::Waiting => {
            view! { <span class="bubble-text faint" data-testid="message-waiting"><Icon name="hourglass"/> " " {words::WAITING}</span> }.into_any()
        }
        MessageBody::Newer | MessageBody::System(_) => {
            view! { <span class="bubble-text faint"><Icon name="arrow-clockwise"/> " " {words::NEWER}</span> }.into_any()
        }
    }
}

/// As tests read it.
fn status_name(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Failed => "failed",
        MessageStatus::Pending => "pending",
        MessageStatus::Sent => "sent",
        MessageStatus::Delivered => "delivered",
        MessageStatus::Read => "read",
    }
}

fn copy(app: App, row: &MessageRow) {
    if let MessageBody::Text(text) = &row.body {
        page::copy(text, move |done| {
            app.toast(if done { words::COPIED } else { words::COPY_FAILED }.to_owned(), false);
        });
    }
}

fn star(app: App, row: &MessageRow) {
    if let Some(chat) = app.open.get_untracked() {
        app.send(Command::SetStarred { chat, message: row.id, starred: !row.starred });
    }
}

fn entries(app: App, row: &Arc<MessageRow>, around: Around) -> Vec<Entry> {
    let for_copy = Arc::clone(row);
    let for_star = Arc::clone(row);
    let for_details = Arc::clone(row);
    vec![
        Entry {
            label: words::COPY.into(),
            icon: "copy",
            testid: "menu-copy",
            act: Callback::new(move |()| copy(app, &for_copy)),
        },
        Entry {
            label: if row.starred { words::UNSTAR } else { words::STAR }.into(),
            icon: "star",
            testid: "menu-star",
            act: Callback::new(move |()| star(app, &for_star)),
        },
        Entry {
            label: words::MESSAGE_INFO.into(),
            icon: "info",
            testid: "menu-info",
            act: Callback::new(move |()| around.details.set(Some(Arc::clone(&for_details)))),
        },
    ]
}
