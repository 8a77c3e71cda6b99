//! What was found: the one list of messages that the search over all chats, the search in one and the starred messages share.

pub mod beside;
pub mod carried;
pub mod filters;
pub mod starred;

use crate::model::clock;
use crate::model::finding::{Ask, Finding, Stage};
use crate::model::media;
use crate::model::rich_text::plain_parts;
use crate::platform::media::jpeg;
use crate::platform::page;
use crate::primitives::icon::Icon;
use crate::primitives::roam::{focus_at, focused_item, roam};
use crate::store::{App, use_app};
use crate::words;
use client_api::{Answer, ChatId, Command, FoundMessage, MessageId, SearchQuery, UserError};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// Whoever types on is not asked for each letter.
const TYPING: Duration = Duration::from_millis(150);
/// So soon after messages have changed it is looked again: they come in numbers,
const CHANGED: Duration = Duration::from_millis(300);
/// and so soon while not all can be looked into.
const AGAIN: Duration = Duration::from_secs(1);
/// Nearer to the end of the list than this, the next page is asked for.
const NEAR_END_PX: i32 = 600;

/// A search that goes on while its page is shown.
#[derive(Clone, Copy)]
pub struct Search {
    app: App,
    pub finding: RwSignal<Finding>,
    /// A next page is on its way.
    loading: StoredValue<bool>,
    /// It will be looked again.
    due: StoredValue<bool>,
    starred: bool,
}

impl Search {
    /// Looks for whatever is to be looked for.
    pub fn new(app: App, query: Memo<SearchQuery>) -> Self {
        let starred = query.with_untracked(|query| query.starred);
        let finding = RwSignal::new(Finding::default());
        let search = Self { app, finding, loading: StoredValue::new(false), due: StoredValue::new(false), starred };
        app.searches.update_value(|searches| {
            searches.retain(|other| !other.is_disposed());
            searches.push(finding);
        });
        Effect::new(move |_| {
            finding.update(|finding| finding.begin(query.get()));
            let turn = finding.with_untracked(Finding::turn);
            let ask = move || {
                if finding.try_with_untracked(Finding::turn) == Some(turn) {
                    search.look();
                }
            };
            if starred { ask() } else { set_timeout(ask, TYPING) }
        });
        Effect::new(move |before: Option<()>| {
            app.found_changed.track();
            if before.is_some() {
                search.look_after(CHANGED);
            }
        });
        search
    }

    fn look(self) {
        if let Some(ask) = self.finding.try_with_untracked(Finding::first).flatten() {
            self.ask(ask);
        }
    }

    /// The next page.
    fn more(self) {
        if let Some(ask) = self.finding.with_untracked(Finding::next).filter(|_| !self.loading.get_value()) {
            self.loading.set_value(true);
            self.ask(ask);
        }
    }

    fn ask(self, ask: Ask) {
        let command = Command::Search { query: ask.query.clone(), after: ask.after, limit: ask.limit };
        self.app.ask(command, move |result| {
            let _ = self.loading.try_set_value(false);
            let found = match result {
                Ok(Answer::Found(found)) => Ok(found),
                Ok(_) => Err(UserError::Internal),
                Err(error) => Err(error),
            };
            let taken = self.finding.try_update(|finding| {
                let is_partial = finding.take(&ask, found) && finding.not_indexed > 0;
                (is_partial, finding.again())
            });
            let Some((is_partial, again)) = taken else { return };
            if let Some(again) = again {
                self.ask(again);
            }
            if is_partial {
                self.look_after(AGAIN);
            }
        });
    }

    /// Looks again, once.
    fn look_after(self, time: Duration) {
        let look = move || {
            if self.due.try_set_value(false).is_none() {
                self.look();
            }
        };
        if self.due.try_update_value(|due| std::mem::replace(due, true)) == Some(false) {
            set_timeout(look, time);
        }
    }

    fn unstar(self, chat: ChatId, message: MessageId) {
        let (app, finding) = (self.app, self.finding);
        app.ask(Command::SetStarred { chat, message, starred: false }, move |result| match result {
            Ok(_) => _ = finding.try_update(|finding| finding.forget(chat, &[message])),
            Err(error) => app.toast(words::error(&error), false),
        });
    }

    /// For the scroller around: more comes near the end.
    pub fn scrolled(self, scroller: &web_sys::Element) {
        let below = scroller.scroll_height() - scroller.scroll_top() - scroller.client_height();
        if below < NEAR_END_PX {
            self.more();
        }
    }

    /// It was looked, and there is nothing.
    pub fn found_nothing(self) -> bool {
        self.finding.with(|finding| finding.rows.is_empty() && *finding.stage() == Stage::Done)
    }
}

/// The messages, with what is to be said of them. `in_chat`: all of one chat, which stands beside. `on_leave` gets ↑ of the first.
#[component]
pub fn FoundList(search: Search, in_chat: bool, #[prop(into)] on_leave: Callback<()>) -> impl IntoView {
    let list = NodeRef::<html::Ul>::new();
    let finding = search.finding;
    // The row of the focus, and the one that Tab stops at.
    let cursor = RwSignal::new(None::<Key>);
    let keys = Memo::new(move |_| finding.with(|finding| finding.rows.iter().map(key).collect::<Vec<_>>()));
    let stop = Memo::new(move |_| {
        keys.with(|keys| cursor.get().filter(|cursor| keys.contains(cursor)).or_else(|| keys.first().copied()))
    });
    // Where the row goes that had the focus, the next one has it.
    Effect::new(move |before: Option<Vec<Key>>| {
        let keys = keys.get();
        let place = before.zip(cursor.get_untracked()).and_then(|(before, cursor)| {
            before.iter().position(|key| *key == cursor).filter(|_| !keys.contains(&cursor))
        });
        if let Some(place) = place {
            let next = keys.get(place).or(keys.last()).copied();
            let at = u32::try_from(place.min(keys.len().saturating_sub(1))).unwrap_or_default();
            cursor.set(next);
            request_animation_frame(move || match list.try_get_untracked().flatten() {
                Some(_) if !page::lost_focus() => {}
                Some(list) if next.is_some() => focus_at(&list, at),
                Some(_) => on_leave.run(()),
                None => {}
            });
        }
        keys
    });
    let heard = Memo::new(move |before: Option<&String>| {
        finding.with(|finding| match finding.stage() {
            Stage::Done => words::found(finding.rows.len(), finding.has_more),
            Stage::Searching => before.cloned().unwrap_or_default(),
            Stage::Idle | Stage::Refused(_) => String::new(),
        })
    });
    let left = Memo::new(move |_| finding.with(|finding| finding.not_indexed));
    let refused = Memo::new(move |_| {
        finding.with(|finding| match finding.stage() {
            Stage::Refused(error) => words::error(error),
            _ => String::new(),
        })
    });
    let waits =
        Memo::new(move |_| finding.with(|finding| finding.rows.is_empty() && *finding.stage() == Stage::Searching));
    let has_more = Memo::new(move |_| finding.with(|finding| finding.has_more));
    let is_full = Memo::new(move |_| finding.with(Finding::is_full));
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        if !roam(&event, &list) && event.key() == "ArrowUp" && !event.alt_key() {
            event.prevent_default();
            on_leave.run(());
        }
    };
    view! {
        <p class="sr-only" role="status" data-testid="found-count">{heard}</p>
        <Show when=move || { left.get() > 0 }>
            <p class="found-note" data-testid="not-indexed"><Icon name="hourglass"/> {move || words::not_indexed(left.get())}</p>
        </Show>
        <Show when=move || waits.get()><p class="found-note searching">{words::searching()}</p></Show>
        <p class="found-note field-error" role="alert">{refused}</p>
        <ul class="found-list" node_ref=list data-testid="found-list" aria-label=words::messages_found()
            on:keydown=on_key
            on:focusin=move |_| {
                if let Some(at) = list.get_untracked().and_then(|list| focused_item(&list)) {
                    cursor.set(keys.with_untracked(|keys| keys.get(at as usize).copied()));
                }
            }>
            <For each=move || keys.get() key=|key| *key let:key>{found_row(search, key, in_chat, stop)}</For>
            <Show when=move || has_more.get()>
                <li>{move || if is_full.get() {
                    view! { <p class="found-note">{words::found_full()}</p> }.into_any()
                } else {
                    view! { <button class="button quiet wide" type="button" data-testid="found-more" on:click=move |_| search.more()>{words::show_more()}</button> }.into_any()
                }}</li>
            </Show>
        </ul>
    }
}

/// Names a row for as long as it is shown.
type Key = (ChatId, MessageId);

fn key(row: &FoundMessage) -> Key {
    (row.chat, row.message)
}

fn found_row(search: Search, of: Key, in_chat: bool, stop: Memo<Option<Key>>) -> impl IntoView {
    let (app, (chat, message)) = (use_app(), of);
    // It may be changed, or found by other words, while it is shown.
    let row =
        Memo::new(move |_| search.finding.with(|finding| finding.rows.iter().find(|row| key(row) == of).cloned()));
    let is_stop = Memo::new(move |_| stop.get() == Some(of));
    let tabindex = move || if is_stop.get() { "0" } else { "-1" };
    view! {
        <li class="found-item">
            <button class="found-row" type="button" data-testid="found-row" data-message=message.to_string() tabindex=tabindex
                on:click=move |_| app.open_at(chat, message)>
                {move || row.get().map(|row| said(app, row, in_chat, search.starred))}
            </button>
            {search.starred.then(|| view! {
                <button class="icon-button" type="button" aria-label=words::unstar() title=words::unstar() data-testid="found-unstar" tabindex=tabindex
                    on:click=move |_| search.unstar(chat, message)><Icon name="star-fill"/></button>
            })}
        </li>
    }
}

fn said(app: App, row: FoundMessage, in_chat: bool, all_starred: bool) -> impl IntoView {
    let title =
        app.chats.with_untracked(|chats| chats.get(&row.chat)).map(|row| words::title(&row)).unwrap_or_default();
    let head = match in_chat {
        true => app.people.with_untracked(|people| words::author_in(row.own, row.sender, people)),
        false => title,
    };
    let when = clock::short(row.time_ms, page::now_ms(), page::zone_at(row.time_ms));
    let kind = row.media.as_ref().map(|facts| facts.kind);
    let icon = kind.map(|kind| view! { <Icon name=media::icon(kind)/> });
    let kind = kind.filter(|_| row.excerpt.is_empty()).map(words::media_kind);
    let picture = row.media.as_ref().and_then(|facts| jpeg(&facts.preview)).map(|address| {
        let src = address.text().to_owned();
        // Its address goes with the row.
        let _kept = StoredValue::new_local(address);
        view! { <img class="found-picture" src=src alt=""/> }
    });
    let texts = plain_parts(row.excerpt.iter().map(|piece| piece.text.as_str()));
    let pieces = row
        .excerpt
        .iter()
        .zip(texts)
        .map(|(piece, text)| if piece.found { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() })
        .collect_view();
    let text = if row.own && !in_chat {
        view! { {words::you_said()}<bdi>{pieces}</bdi> }.into_any()
    } else {
        pieces.into_any()
    };
    view! {
        {picture}
        <span class="chat-row-line">
            <span class="chat-row-title" dir="auto" data-testid="found-title">{head}</span>
            {(row.starred && !all_starred).then(|| view! { <Icon name="star-fill"/> <span class="sr-only">{words::is_starred()}</span> })}
            <span class="chat-row-time">{when}</span>
        </span>
        <span class="found-text" dir="auto" data-testid="found-text">{icon}{text}{kind}</span>
    }
}
