//! Messages that are selected: how they are chosen, and the bar that stands in place of the composer.

use super::Around;
use super::dialogs::Dialogue;
use super::menu::{held, regain_focus};
use crate::model::clock;
use crate::model::deeds::{Deed, is_possible_with};
use crate::model::selection::{Selection, joined};
use crate::model::timeline::shown_ms;
use crate::platform::page;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{App, use_app};
use crate::words;
use client_api::{Command, MessageRow};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// Begins with one message, which keeps the focus.
pub fn begin_selection(app: App, row: &Arc<MessageRow>) {
    app.leave_aside();
    choose(app, row, false);
    page::push_layer();
    let message = format!(".message[data-message=\"{}\"]", row.id);
    request_animation_frame(move || page::focus(&message));
}

/// Chooses a message or lets it go; with `range` all from the last one to it.
pub fn choose(app: App, row: &Arc<MessageRow>, range: bool) {
    if !Deed::Select.is_possible(row, page::now_ms()) {
        return;
    }
    let last = app.selection.with_untracked(|selection| selection.as_ref().and_then(Selection::last));
    let mut between = app.timeline.with_untracked(|timeline| match (timeline, last.filter(|_| range)) {
        (Some(timeline), Some(last)) => timeline.between(last, row.id),
        _ => Vec::new(),
    });
    between.retain(|row| Deed::Select.is_possible(row, page::now_ms()));
    let done = app.selection.try_update(|selection| {
        let selection = selection.get_or_insert_default();
        if between.is_empty() { selection.toggle(row) } else { selection.add(between) }
    });
    if matches!(done, Some(Err(_))) {
        app.toast(words::chosen_full().to_owned(), false);
    }
}

/// Back to writing.
pub fn leave_selection(app: App) {
    app.selection.set(None);
    regain_focus();
}

/// The selected messages as they are now.
fn chosen(app: App) -> Vec<Arc<MessageRow>> {
    app.selection.with(|selection| {
        let rows = selection.as_ref().map(Selection::rows).unwrap_or_default();
        rows.iter().map(|row| held(app, row.id).unwrap_or_else(|| Arc::clone(row))).collect()
    })
}

/// Does something with all that are selected, where that is possible.
pub fn act_on_chosen(app: App, deed: Deed, around: Around) {
    let (rows, now_ms) = (untrack(|| chosen(app)), page::now_ms());
    if !is_possible_with(deed, &rows, now_ms) {
        return;
    }
    match deed {
        Deed::Star => star(app, &rows),
        Deed::Copy => {
            let own_name = app.profile.with_untracked(|profile| profile.as_ref().map(|profile| profile.name.clone()));
            let own_name = own_name.unwrap_or_else(|| words::you().to_owned());
            let head = |row: &MessageRow| {
                let ms = shown_ms(row, now_ms);
                let zone = page::zone_at(ms);
                let name = match row.own {
                    true => own_name.clone(),
                    false => around.people.with_untracked(|people| words::author_in(false, row.sender, people)),
                };
                format!("[{}, {}] {name}:", clock::date_of(ms, zone), clock::time(ms, zone))
            };
            page::copy(&joined(&rows, head), move |done| {
                app.toast(if done { words::copied() } else { words::copy_failed() }.to_owned(), false);
            });
            leave_selection(app);
        }
        Deed::Forward => around.dialog.set(Some((Dialogue::Forward, rows))),
        Deed::Delete => around.dialog.set(Some((Dialogue::Delete, rows))),
        _ => {}
    }
}

/// All get a star; where all have one, all lose it.
fn star(app: App, rows: &[Arc<MessageRow>]) {
    let Some(chat) = app.open.get_untracked() else { return };
    let mut rows: Vec<_> = rows.iter().filter(|row| Deed::Star.is_possible(row, 0)).collect();
    let starred = !rows.iter().all(|row| row.starred);
    rows.retain(|row| row.starred != starred);
    let (done, last) = (Rc::new(Cell::new(0)), rows.last().map(|row| row.id));
    for row in &rows {
        let (done, is_last) = (Rc::clone(&done), Some(row.id) == last);
        app.ask(Command::SetStarred { chat, message: row.id, starred }, move |result| {
            match result {
                Ok(_) => done.set(done.get() + 1),
                Err(error) => app.toast(words::error(&error), false),
            }
            // Answers come in the order of the questions.
            if is_last && done.get() > 0 {
                app.toast(words::starred(done.get(), starred), false);
            }
        });
    }
    leave_selection(app);
}

/// In place of the composer, which the style sheet hides meanwhile: what is written there stays.
#[component]
pub fn ChosenBar(around: Around) -> impl IntoView {
    let app = use_app();
    let rows = Memo::new(move |_| chosen(app));
    let button = move |deed: Deed, label: &'static str, icon: &'static str, testid: &'static str| {
        view! {
            <button class="icon-button" type="button" aria-label=label title=label data-testid=testid
                disabled=move || !rows.with(|rows| is_possible_with(deed, rows, page::now_ms()))
                on:click=move |_| act_on_chosen(app, deed, around)>
                <Icon name=icon/>
            </button>
        }
    };
    let all_starred = move || rows.with(|rows| !rows.is_empty() && rows.iter().all(|row| row.starred));
    view! {
        <div class="chosen-bar" role="group" aria-label=words::selection() data-testid="chosen-bar">
            <IconButton icon="x" label=words::stop_selecting().to_owned() testid="chosen-leave" on_click=move |_| leave_selection(app)/>
            <p class="chosen-count" role="status" data-testid="chosen-count">{move || words::selected(rows.with(Vec::len))}</p>
            {move || if all_starred() {
                button(Deed::Star, words::unstar(), "star-fill", "chosen-star")
            } else {
                button(Deed::Star, words::star(), "star", "chosen-star")
            }}
            {button(Deed::Copy, words::copy(), "copy", "chosen-copy")}
            {button(Deed::Forward, words::forward(), "arrow-bend-up-right", "chosen-forward")}
            {button(Deed::Delete, words::delete(), "trash", "chosen-delete")}
        </div>
    }
}
