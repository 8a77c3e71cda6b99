//! What the keys of the whole page do, and the help that lists them.

use crate::features::message::choosing::leave_selection;
use crate::features::parts;
use crate::model::chat_list::{ChatFilter, ChatList, is_unread};
use crate::model::keys::{Key, Modifiers, read, table};
use crate::platform::page;
use crate::primitives::dialog::Dialog;
use crate::store::{App, Pane, Section, use_app};
use crate::words;
use client_api::{AppStage, ChatId, Command};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// Listens for as long as the page lives.
pub fn listen(app: App) {
    let keyboard = page::keyboard();
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let active = app.stage.with_untracked(|stage| *stage == AppStage::Active);
        if !active || event.is_composing() || event.default_prevented() {
            return;
        }
        let modifiers = Modifiers {
            control: event.ctrl_key(),
            alt: event.alt_key(),
            shift: event.shift_key(),
            meta: event.meta_key(),
        };
        let Some(key) = read(&event.code(), modifiers, keyboard) else { return };
        // A dialog has its own Escape.
        let dialog = document().query_selector("dialog[open]").ok().flatten().is_some();
        if !dialog && act(app, key) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Tells whether it did something.
fn act(app: App, key: Key) -> bool {
    let with_open = |command: &dyn Fn(ChatId, &client_api::ChatRow) -> Command| {
        let chat = app.open.get_untracked();
        let row = chat.and_then(|chat| app.chats.with_untracked(|chats| chats.get(&chat)));
        if let (Some(chat), Some(row)) = (chat, row) {
            app.send(command(chat, &row));
        }
    };
    match key {
        Key::Help => app.help.set(true),
        Key::Search => {
            app.show_section(Section::Chats);
            request_animation_frame(|| page::focus("#chat-search"));
        }
        Key::SearchInChat if app.open.get_untracked().is_none() => return false,
        Key::SearchInChat if app.pane.get_untracked() == Pane::Search => page::focus(".info-pane .search-input"),
        Key::SearchInChat => app.show_beside(Pane::Search),
        Key::NextChat => open_neighbour(app, 1, Among::All),
        Key::PreviousChat => open_neighbour(app, -1, Among::All),
        Key::NextUnread => open_neighbour(app, 1, Among::Unread),
        Key::PreviousUnread => open_neighbour(app, -1, Among::Unread),
        Key::NewChat => {
            app.show_section(Section::NewChat);
            parts::NEW_CHAT.when_here(|| page::focus(".pane-body input"));
        }
        Key::Emoji => page::press("#composer-emoji-open"),
        Key::Attach if !page::exists("[data-testid='attach']") => return false,
        Key::Attach => page::press("[data-testid='attach']"),
        Key::Settings => {
            app.show_section(Section::Settings);
            request_animation_frame(|| page::focus(".pane-title"));
        }
        Key::NextLandmark => to_landmark(1),
        Key::PreviousLandmark => to_landmark(-1),
        Key::Archive => {
            if let Some(chat) = app.open.get_untracked() {
                app.toggle_archived(chat);
            }
        }
        Key::Mute => {
            if let Some(chat) = app.open.get_untracked() {
                app.toggle_muted(chat);
            }
        }
        Key::Pin => with_open(&|chat, row| Command::SetPinned { chat, pinned: !row.pinned }),
        Key::MarkUnread => {
            if let Some(chat) = app.open.get_untracked() {
                app.toggle_unread(chat);
            }
        }
        Key::Close => return close(app),
    }
    true
}

/// Which chats a step goes among.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Among {
    All,
    Unread,
}

/// The next of those that the list shows, where it is in sight; else of all.
fn open_neighbour(app: App, step: isize, among: Among) {
    let open = app.open.get_untracked();
    let in_sight = app.section.get_untracked() == Section::Chats;
    let mut shown = if in_sight {
        untrack(|| app.shown_chats())
    } else {
        app.chats.with_untracked(|chats| chats.shown(ChatFilter::All, "", None))
    };
    if among == Among::Unread {
        let is_unread =
            |chat: &ChatId| app.chats.with_untracked(|chats| chats.get(chat)).is_some_and(|row| is_unread(&row));
        shown.retain(|chat| open == Some(*chat) || is_unread(chat));
    }
    if let Some(chat) = ChatList::neighbour(&shown, open, step) {
        app.open_chat(chat);
    }
}

/// Escape closes one layer: what is selected, what stands beside, a section, what is answered or edited; the conversation last.
fn close(app: App) -> bool {
    if app.selection.get_untracked().is_some() {
        leave_selection(app);
        true
    } else if app.pane.get_untracked().is_beside() {
        app.back()
    } else if app.section.get_untracked() != Section::Chats {
        app.section.set(Section::Chats);
        true
    } else {
        let in_sight = !app.narrow.get_untracked() || app.pane.get_untracked() == Pane::Chat;
        (in_sight && app.leave_aside()) || app.back()
    }
}

/// From the rail to the list to the messages to the composer to the information, and round.
fn to_landmark(step: isize) {
    const STOPS: [(&str, &str); 5] = [
        (".rail", ".rail button[aria-current='page'], .rail button"),
        (".list-pane", ".chat-row[tabindex='0'], .list-pane .pane-body :is(button, input)"),
        (".messages", ".message[tabindex='0']"),
        (".composer", ".composer-text"),
        (".info-pane", ".info-pane :is(button, input)"),
    ];
    let count = STOPS.len() as isize;
    let active = document().active_element();
    let within = |part: &str| active.as_ref().is_some_and(|active| active.closest(part).ok().flatten().is_some());
    let at = STOPS.iter().position(|(part, _)| within(part));
    let start = at.map_or(if step > 0 { -1 } else { count }, |at| at as isize);
    for turn in 1..=count {
        let Some((_, stop)) = STOPS.get((start + step * turn).rem_euclid(count) as usize) else { continue };
        if page::can_focus(stop) {
            return page::focus(stop);
        }
    }
}

/// The help: all of the table, and the keys that lists, messages and the composer have of their own.
#[component]
pub fn KeyHelp() -> impl IntoView {
    let app = use_app();
    let row = |what: &'static str, names: Vec<&'static str>| {
        let last = names.len().saturating_sub(1);
        let keys = names.into_iter().enumerate().map(|(at, name)| {
            view! { <kbd>{name}</kbd> {(at < last).then_some(" + ")} }
        });
        view! { <div><dt>{what}</dt><dd>{keys.collect_view()}</dd></div> }
    };
    let close = move || app.help.set(false);
    view! {
            <Dialog title=words::keys() testid="key-help" on_close=close>
                <dl class="facts keys" data-testid="key-table">
                    {table(page::keyboard()).map(|(key, names)| row(words::key(key), names)).collect_view()}
                </dl>
                <h3 class="dialog-part">{words::keys_of_lists()}</h3>
                <dl class="facts keys">
                    {words::list_keys().iter().map(|(what, names)| row(what, names.to_vec())).collect_view()}
                </dl>
                <h3 class="dialog-part">{words::keys_of_composer()}</h3>
                <dl class="facts keys">
                    {move || {
                        let enter_sends = app.settings.with(|settings| settings.enter_sends);
                        words::composer_keys(enter_sends).into_iter().map(|(what, names)| row(what, names)).collect_view()
                    }}
                </dl>
                <h3 class="dialog-part">{words::keys_of_calls()}</h3>
                <dl class="facts keys">
                    {words::call_keys().into_iter().map(|(what, names)| row(what, names.to_vec())).collect_view()}
                </dl>
                <div class="dialog-actions">
                    <button class="button" type="button" data-testid="key-help-close" on:click=move |_| close()>{words::close()}</button>
                </div>
            </Dialog>
    }
}
