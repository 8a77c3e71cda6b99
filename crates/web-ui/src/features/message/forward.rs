//! The dialog that asks to which chats messages are sent on.

use super::choosing::leave_selection;
use crate::features::chat_list::face;
use crate::model::chat_list::ChatFilter;
use crate::model::selection::Recipients;
use crate::platform::page;
use crate::primitives::avatar::Avatar;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::primitives::roam::{focused_item, roam};
use crate::store::use_app;
use crate::words;
use client_api::{ChatId, ChatRow, Command, MessageRow};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// How many chats are shown; whoever has more types some letters.
const SHOWN_MAX: usize = 50;

/// The dialog.
#[component]
pub fn Forward(rows: Vec<Arc<MessageRow>>, close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    let (query, refused) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let recipients = RwSignal::new(Recipients::default());
    // Nothing is sent on twice by a second press.
    let busy = RwSignal::new(false);
    let number = rows.len();
    let messages = StoredValue::new(rows.iter().map(|row| row.id).collect::<Vec<_>>());
    // In the order of now: nothing moves under whoever chooses.
    let shown = Memo::new(move |_| {
        let mut shown = app.chats.with_untracked(|chats| chats.shown(ChatFilter::All, &query.get(), None));
        shown.truncate(SHOWN_MAX);
        shown
    });
    // Those that are there still, under the ids that they have now.
    let to = Memo::new(move |_| {
        let now = |(chat, peer): &(ChatId, _)| {
            let chat = app.moves.with(|moves| moves.newest(*chat));
            let row = app.chats.with(|chats| chats.get(&chat))?;
            Some(((chat, *peer), words::title(&row)))
        };
        recipients.with(|recipients| recipients.0.iter().filter_map(now).unzip::<_, _, Vec<_>, Vec<_>>())
    });
    let is_to_none = move || to.with(|(to, _)| to.is_empty());
    let send = move || {
        let Some(chat) = app.open.get_untracked() else { return };
        let (to, told) = to.get_untracked();
        let command = Command::ForwardMessages { chat, messages: messages.get_value(), to };
        busy.set(true);
        app.ask(command, move |result| match result {
            Ok(_) => {
                // Another chat may have been opened meanwhile, with a selection of its own.
                if app.open.get_untracked() == Some(chat) {
                    close();
                    leave_selection(app);
                }
                app.toast(words::forwarded_to(&told), false);
            }
            Err(error) => {
                let _ = busy.try_set(false);
                let _ = refused.try_set(words::error(&error));
            }
        });
    };
    view! {
        <Dialog title=words::forward_title(number) testid="forward-dialog" on_close=close>
            <form class="forward" on:submit=move |event| {
                event.prevent_default();
                if !busy.get_untracked() && !untrack(is_to_none) {
                    send();
                }
            }>
                <div class="search">
                    <Icon name="magnifying-glass"/>
                    <input class="search-input" type="search" placeholder=words::search_recipients() aria-label=words::search_recipients()
                        autocomplete="off" dir="auto" data-testid="forward-search" prop:value=query
                        on:input=move |event| query.set(event_target_value(&event))
                        on:keydown=move |event| {
                            if event.key() == "ArrowDown" && !event.alt_key() {
                                event.prevent_default();
                                page::focus(".forward-list [tabindex='0']");
                            }
                        }/>
                </div>
                <Chats shown recipients/>
                <p class="forward-to" role="status" data-testid="forward-to">
                    {move || to.with(|(_, titles)| (!titles.is_empty()).then(|| words::forward_to(titles)))}
                    {move || recipients.with(Recipients::is_full).then(|| view! { <br/> <strong>{words::forward_full()}</strong> })}
                </p>
                <p class="field-error" role="alert" data-testid="forward-error">{refused}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" on:click=move |_| close()>{words::cancel()}</button>
                    <button class="button" type="submit" data-testid="forward-go"
                        disabled=move || busy.get() || is_to_none()>{words::send()}</button>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn Chats(shown: Memo<Vec<ChatId>>, recipients: RwSignal<Recipients>) -> impl IntoView {
    let app = use_app();
    let list = NodeRef::<html::Ul>::new();
    let cursor = RwSignal::new(None);
    // Those that are left have the stop of Tab among them.
    let stop = Memo::new(move |_| {
        shown.with(|shown| cursor.get().filter(|chat| shown.contains(chat)).or_else(|| shown.first().copied()))
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        if !roam(&event, &list) && event.key() == "ArrowUp" {
            page::focus(".forward .search-input");
        }
    };
    view! {
        <ul class="forward-list" node_ref=list aria-label=words::chats() data-testid="forward-list" on:keydown=on_key
            on:focusin=move |_| {
                if let Some(at) = list.get_untracked().and_then(|list| focused_item(&list)) {
                    cursor.set(shown.with_untracked(|shown| shown.get(at as usize).copied()));
                }
            }>
            <For each=move || shown.get() key=|chat| *chat let:chat>
                {app.chats.with_untracked(|chats| chats.get(&chat)).map(|row| recipient(&row, recipients, stop))}
            </For>
        </ul>
        <Show when=move || shown.with(Vec::is_empty)><p class="empty">{words::forward_none()}</p></Show>
    }
}

fn recipient(row: &ChatRow, recipients: RwSignal<Recipients>, stop: Memo<Option<ChatId>>) -> impl IntoView + use<> {
    let (chat, peer) = (row.chat, row.peer);
    let is_chosen = move || recipients.with(|recipients| recipients.has(chat));
    view! {
        <li><label class="action-row forward-row" data-testid="forward-row">
            <input class="choice" type="checkbox" tabindex=move || if stop.get() == Some(chat) { "0" } else { "-1" }
                prop:checked=is_chosen disabled=move || !is_chosen() && recipients.with(Recipients::is_full)
                on:change=move |_| recipients.update(|recipients| recipients.toggle(chat, peer))/>
            <Avatar face=Signal::stored(face(Some(row))) size="small"/>
            <span class="forward-name" dir="auto">{words::title(row)}</span>
        </label></li>
    }
}
