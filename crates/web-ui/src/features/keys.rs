//! Keys of the whole page. By `code`, so that they lie at the same place on every keyboard; never with Ctrl+Alt (AltGr).

use crate::model::chat_list::{ChatFilter, ChatList, is_unread};
use crate::platform::page;
use crate::store::{App, Pane, Section};
use client_api::{AppStage, Command};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Search,
    Chat { step: isize, unread: bool },
    NewChat,
    Settings,
    Landmark,
    Archive,
    Mute,
    Pin,
    MarkUnread,
    Close,
}

/// The key map.
pub fn key(code: &str, control: bool, alt: bool, shift: bool) -> Option<Key> {
    let chat = |step| Some(Key::Chat { step, unread: shift });
    match (code, control, alt, shift) {
        ("KeyK", true, false, false) => Some(Key::Search),
        ("Comma", true, false, false) => Some(Key::Settings),
        ("ArrowDown", false, true, _) => chat(1),
        ("ArrowUp", false, true, _) => chat(-1),
        ("KeyN", false, true, false) => Some(Key::NewChat),
        ("KeyA", false, true, true) => Some(Key::Archive),
        ("KeyM", false, true, true) => Some(Key::Mute),
        ("KeyP", false, true, true) => Some(Key::Pin),
        ("KeyU", false, true, true) => Some(Key::MarkUnread),
        ("F6", false, false, _) => Some(Key::Landmark),
        ("Escape", false, false, false) => Some(Key::Close),
        _ => None,
    }
}

/// Listens for as long as the page lives.
pub fn listen(app: App) {
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let active = app.stage.with_untracked(|stage| *stage == AppStage::Active);
        if !active || event.is_composing() || event.default_prevented() {
            return;
        }
        let control = event.ctrl_key() || event.meta_key();
        let Some(key) = key(&event.code(), control, event.alt_key(), event.shift_key()) else { return };
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
    let with_open = |command: &dyn Fn(client_api::ChatId, &client_api::ChatRow) -> Command| {
        let chat = app.open.get_untracked();
        let row = chat.and_then(|chat| app.chats.with_untracked(|chats| chats.get(&chat)));
        if let (Some(chat), Some(row)) = (chat, row) {
            app.send(command(chat, &row));
        }
    };
    match key {
        Key::Search => {
            app.section.set(Section::Chats);
            request_animation_frame(|| focus("#chat-search"));
        }
        Key::Chat { step, unread } => {
            let shown = app.chats.with_untracked(|chats| {
                let mut shown = chats.shown(ChatFilter::All, "", None);
                if unread {
                    let open = app.open.get_untracked();
                    shown.retain(|chat| open == Some(*chat) || chats.get(chat).is_some_and(|row| is_unread(&row)));
                }
                shown
            });
            if let Some(chat) = ChatList::neighbour(&shown, app.open.get_untracked(), step) {
                app.open_chat(chat);
            }
        }
        Key::NewChat => app.section.set(Section::NewChat),
        Key::Settings => app.section.set(Section::Settings),
        Key::Landmark => next_landmark(),
        Key::Archive => with_open(&|chat, row| Command::SetArchived { chat, archived: !row.archived }),
        Key::Mute => with_open(&|chat, row| Command::SetMuted {
            chat,
            until_ms: if row.muted_until_ms > page::now_ms() { 0 } else { u64::MAX },
        }),
        Key::Pin => with_open(&|chat, row| Command::SetPinned { chat, pinned: !row.pinned }),
        Key::MarkUnread => with_open(&|chat, _| Command::MarkUnread { chat, unread: true }),
        Key::Close => return close(app),
    }
    true
}

/// Escape closes one layer: information, a section, the search; the conversation last.
fn close(app: App) -> bool {
    if app.pane.get_untracked() == Pane::Info {
        app.pane.set(Pane::Chat);
        true
    } else if app.section.get_untracked() != Section::Chats {
        app.section.set(Section::Chats);
        true
    } else {
        app.back()
    }
}

fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// From the list to the messages to the composer, and round.
fn next_landmark() {
    const STOPS: [&str; 4] = [".rail button", ".chat-row[tabindex='0']", ".message[tabindex='0']", ".composer-text"];
    let active = document().active_element();
    let within = [".rail", ".list-pane", ".messages", ".composer"];
    let at = within
        .iter()
        .position(|part| active.as_ref().is_some_and(|active| active.closest(part).ok().flatten().is_some()));
    let start = at.map_or(0, |at| at + 1);
    for step in 0..STOPS.len() {
        let Some(stop) = STOPS.get((start + step) % STOPS.len()) else { continue };
        if document().query_selector(stop).ok().flatten().is_some() {
            return focus(stop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_browser_and_of_alt_gr_are_left_alone() {
        for code in ["KeyN", "KeyT", "KeyW", "Tab", "KeyA", "KeyM", "ArrowDown"] {
            assert_eq!(key(code, true, false, false), None, "Ctrl+{code}");
            assert_eq!(key(code, true, true, false), None, "AltGr+{code}");
        }
    }

    #[test]
    fn the_map_is_as_designed() {
        assert_eq!(key("KeyK", true, false, false), Some(Key::Search));
        assert_eq!(key("ArrowUp", false, true, true), Some(Key::Chat { step: -1, unread: true }));
        assert_eq!(key("ArrowDown", false, true, false), Some(Key::Chat { step: 1, unread: false }));
        assert_eq!(key("KeyP", false, true, true), Some(Key::Pin));
        assert_eq!(key("KeyP", false, false, false), None);
    }
}
