//! What is done with a message, and the menu that offers it: one for all messages, as only one is open at a time, and outside of what
//! scrolls, which would cut it off.

use super::Around;
use super::choosing::begin_selection;
use super::dialogs::Dialogue;
use crate::model::deeds::{self, Deed};
use crate::model::mentions::as_typed;
use crate::platform::page;
use crate::primitives::menu::{ContextMenu, Entry, Look};
use crate::store::{App, use_app};
use crate::words;
use client_api::{Command, MessageBody, MessageId, MessageRow};
use leptos::prelude::*;
use std::sync::Arc;

/// Does it. What needs more than a word opens its dialog.
pub(super) fn act(app: App, deed: Deed, row: &Arc<MessageRow>, around: Around) {
    let Some(chat) = app.open.get_untracked() else { return };
    let ask = |dialogue: Dialogue| around.dialog.set(Some((dialogue, vec![Arc::clone(row)])));
    match deed {
        Deed::Reply => app.set_aside(chat, |aside| {
            aside.edits = None;
            aside.answers = Some(Arc::clone(row));
        }),
        Deed::React => ask(Dialogue::React),
        Deed::Copy => copy(app, row),
        Deed::Star => app.send(Command::SetStarred { chat, message: row.id, starred: !row.starred }),
        Deed::Pin => app.send(Command::PinMessage { chat, message: row.id, pinned: !is_pinned(app, row.id) }),
        Deed::Info => ask(Dialogue::Info),
        Deed::Edit => edit(app, row),
        Deed::Forward => ask(Dialogue::Forward),
        Deed::Select => begin_selection(app, row),
        Deed::Delete => ask(Dialogue::Delete),
    }
}

/// With this message, now, in the chat that is open: where one may not write, there is nothing to write it in.
pub(super) fn may(app: App, deed: Deed, row: &MessageRow) -> bool {
    let writes = matches!(deed, Deed::Reply | Deed::Edit);
    (!writes || app.may_send()) && deed.is_possible(row, page::now_ms())
}

/// It stands above the conversation that is open.
fn is_pinned(app: App, id: MessageId) -> bool {
    app.info
        .with_untracked(|info| info.as_ref().is_some_and(|info| info.pinned.iter().any(|pinned| pinned.message == id)))
}

/// Puts a message's text into the composer.
pub fn edit(app: App, row: &Arc<MessageRow>) {
    let (Some(chat), MessageBody::Text(text)) = (app.open.get_untracked(), &row.body) else { return };
    let edited =
        app.info.with_untracked(|info| as_typed(text, &row.mentions, info.as_ref().map_or(&[], |info| &info.members)));
    app.set_aside(chat, |aside| {
        aside.edits = Some(Arc::clone(row));
        aside.edited = edited.clone();
    });
}

/// Puts an emoji to a message, or takes the own one back.
pub(super) fn react(app: App, message: MessageId, emoji: String) {
    if let Some(chat) = app.open.get_untracked() {
        app.send(Command::React { chat, message, emoji });
    }
}

fn copy(app: App, row: &MessageRow) {
    if let MessageBody::Text(text) = &row.body {
        page::copy(text, move |done| {
            app.toast(if done { words::copied() } else { words::copy_failed() }.to_owned(), false);
        });
    }
}

/// A message as it is now.
pub fn held(app: App, id: MessageId) -> Option<Arc<MessageRow>> {
    app.timeline.with(|timeline| timeline.as_ref().and_then(|timeline| timeline.row(id)))
}

/// What had the focus may have gone with its message: then the next one has it.
pub(super) fn regain_focus() {
    request_animation_frame(|| {
        if page::lost_focus() {
            page::focus(".message[tabindex='0']");
        }
    });
}

/// The menu of whichever message it was opened for.
#[component]
pub fn MessageMenu(around: Around) -> impl IntoView {
    let app = use_app();
    let (place, of) = (around.menu, around.menu_of);
    // What it offers is of a message that is there, and of what that was when it opened.
    let shown = Memo::new(move |_| {
        let id = of.get()?;
        Some((id, held(app, id).map(|row| row.body == MessageBody::Deleted)))
    });
    Effect::new(move |before: Option<Option<(MessageId, Option<bool>)>>| {
        let now = shown.get();
        let is_same =
            before.flatten().is_some_and(|before| now.is_some_and(|now| now.0 == before.0 && now.1 != before.1));
        if is_same && place.with_untracked(Option::is_some) {
            place.set(None);
            regain_focus();
        }
        now
    });
    let entries = Callback::new(move |()| {
        untrack(|| of.get().and_then(|id| held(app, id))).map(|row| entries(app, &row, around)).unwrap_or_default()
    });
    view! { <ContextMenu label=Signal::stored(words::message_menu().to_owned()) testid="message-actions" place entries/> }
}

fn entries(app: App, row: &Arc<MessageRow>, around: Around) -> Vec<Entry> {
    let now_ms = page::now_ms();
    let entry = |deed: Deed, look, label: &str, icon, testid| {
        let row = Arc::clone(row);
        let act = Callback::new(move |()| act(app, deed, &row, around));
        Entry { look, label: label.to_owned(), icon, testid, act }
    };
    let mut entries = Vec::new();
    if Deed::React.is_possible(row, now_ms) {
        let id = row.id;
        entries.extend(deeds::offered(&row.reactions).into_iter().map(|(emoji, own)| {
            let chosen = if own { String::new() } else { emoji.clone() };
            let act = Callback::new(move |()| react(app, id, chosen.clone()));
            Entry { look: Look::Beside(own), label: emoji, icon: "", testid: "menu-emoji", act }
        }));
        entries.push(entry(Deed::React, Look::BesideIcon, words::more_emoji(), "plus", "menu-react"));
    }
    entries.extend(deeds::MENU.into_iter().filter(|deed| may(app, *deed, row)).map(|deed| {
        let (label, icon, testid) = match deed {
            Deed::Reply => (words::reply(), "arrow-bend-up-left", "menu-reply"),
            Deed::React => (words::react(), "plus", "menu-react"),
            Deed::Copy => (words::copy(), "copy", "menu-copy"),
            Deed::Star => (if row.starred { words::unstar() } else { words::star() }, "star", "menu-star"),
            Deed::Pin if is_pinned(app, row.id) => (words::unpin_message(), "push-pin", "menu-unpin-message"),
            Deed::Pin => (words::pin_message(), "push-pin", "menu-pin-message"),
            Deed::Info => (words::message_info(), "info", "menu-info"),
            Deed::Edit => (words::edit(), "pencil-simple", "menu-edit"),
            Deed::Forward => (words::forward(), "arrow-bend-up-right", "menu-forward"),
            Deed::Select => (words::select(), "check-circle", "menu-select"),
            Deed::Delete => (words::delete(), "trash", "menu-delete"),
        };
        entry(deed, Look::Line, label, icon, testid)
    }));
    entries
}
