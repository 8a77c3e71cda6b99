//! The open conversation: header, messages, composer. Owns the scrolling: the place on the screen that a reader looks at stays
//! while messages come in above, below and within.

use crate::features::chat_list::face;
use crate::features::composer::Composer;
use crate::features::message::{Around, ItemView};
use crate::model::clock;
use crate::model::timeline::{Item, ItemKey, PAGE_ROWS};
use crate::platform::page;
use crate::primitives::avatar::Avatar;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::{Icon, IconButton};
use crate::primitives::menu::{Entry, Menu};
use crate::store::{App, Pane, use_app};
use crate::words;
use client_api::{ChatId, ChatKind, Command, Completeness, MessageId, MessageRow, WindowAnchor};
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::collections::HashMap;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// Nearer to an end of what is loaded than this, more is loaded.
const LOAD_PX: f64 = 1_500.0;
/// Nearer to the end of the conversation than this, the page follows it.
const STICK_PX: f64 = 60.0;

type Cell = (ItemKey, ArcRwSignal<Item>);

/// The pane: the open chat, or what the place is for.
#[component]
pub fn ConversationPane() -> impl IntoView {
    let app = use_app();
    move || match app.open.get() {
        Some(chat) => view! { <Conversation chat/> }.into_any(),
        None => view! {
            <div class="no-chat" data-testid="no-chat">
                <Icon name="chat-text"/>
                <h2>{words::APP}</h2>
                <p>{words::NO_CHAT_OPEN}</p>
                <p class="link-footer"><Icon name="lock-key"/> {words::ENCRYPTED_FOOTER}</p>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Conversation(chat: ChatId) -> impl IntoView {
    let app = use_app();
    let view = Scroll::new(app, chat);
    let row = Memo::new(move |_| app.chats.with(|chats| chats.get(&chat)).map(|row| (*row).clone()));
    let peer = Signal::derive(move || row.with(|row| row.as_ref().map(words::title).unwrap_or_default()));
    let tab_stop = Memo::new(move |_| {
        let last =
            app.timeline.with(|timeline| timeline.as_ref().and_then(|timeline| timeline.last().map(|row| row.id)));
        view.focused.get().or(last)
    });
    let around = Around { peer, tab_stop: tab_stop.into(), details: RwSignal::new(None) };
    let loading = move || app.timeline.with(Option::is_none);
    let empty = move || app.timeline.with(|timeline| timeline.as_ref().is_some_and(|timeline| timeline.is_empty()));
    view! {
        <h1 class="sr-only">{move || words::messages_with(&peer.get())}</h1>
        <Header chat row/>
        <div class="scroller" node_ref=view.scroller on:scroll=move |_| view.scrolled() data-testid="message-scroller">
            <div class="column" node_ref=view.column>
                <Show when=loading><div class="skeletons" role="status" aria-label=words::LOADING_MESSAGES>
                    <div class="skeleton bubble-skeleton"></div>
                    <div class="skeleton bubble-skeleton own"></div>
                    <div class="skeleton bubble-skeleton"></div>
                </div></Show>
                <HistoryEnd/>
                <Show when=empty><p class="empty" data-testid="no-messages">{words::NO_MESSAGES}</p></Show>
                <div class="messages" role="feed" aria-label=move || words::messages_with(&peer.get()) on:keydown=move |event| view.on_key(&event)
                    on:focusin=move |event| view.on_focus(&event)>
                    <For each=move || view.cells.get() key=|cell| cell.0 let:cell>
                        <ItemView item=cell.1 around/>
                    </For>
                </div>
                <Show when=move || row.with(|row| row.as_ref().is_some_and(|row| row.typing))>
                    <div class="typing-bubble" data-testid="typing"><span></span><span></span><span></span><em>{words::TYPING}</em></div>
                </Show>
            </div>
        </div>
        <div class="announce" aria-live="polite" data-testid="announce">{move || view.announce.get()}</div>
        <Show when=move || view.away.get()>
            <button class="to-bottom" type="button" aria-label=move || words::to_bottom(view.missed.get()) data-testid="to-bottom"
                on:click=move |_| view.to_end()>
                <Icon name="arrow-down"/>
                {move || (view.missed.get() > 0).then(|| view! { <span class="badge">{view.missed.get()}</span> })}
            </button>
        </Show>
        <Composer chat on_sent=move || view.to_end()/>
        <Details around/>
    }
}

#[component]
fn Header(chat: ChatId, row: Memo<Option<client_api::ChatRow>>) -> impl IntoView {
    let app = use_app();
    let face = Signal::derive(move || row.with(|row| face(row.as_ref())));
    let status = move || {
        if row.with(|row| row.as_ref().is_some_and(|row| row.typing)) {
            words::TYPING.to_owned()
        } else {
            app.info.with(|info| match info {
                Some(info) if info.kind == ChatKind::Notes => words::NOTES_TEXT.to_owned(),
                Some(info) => info.number.clone(),
                None => String::new(),
            })
        }
    };
    view! {
        <header class="chat-head" data-testid="chat-head">
            <span class="only-narrow">
                <IconButton icon="arrow-left" label=words::BACK.to_owned() testid="chat-back" on_click=move |_| app.close_chat()/>
            </span>
            <button class="chat-head-main" type="button" data-testid="chat-info-open" title=words::CHAT_INFO
                on:click=move |_| { app.pane.set(Pane::Info); page::push_layer(); }>
                <Avatar face size="small"/>
                <span class="chat-head-text">
                    <span class="chat-head-title" dir="auto" data-testid="chat-head-title">{move || row.with(|row| row.as_ref().map(words::title))}</span>
                    <span class="chat-head-status" data-testid="chat-status">{status}</span>
                </span>
            </button>
            <Menu label=words::CHAT_MENU icon="dots-three-vertical" testid="chat-menu"
                entries=Callback::new(move |()| chat_entries(app, chat))/>
        </header>
    }
}

/// What can be done with a chat.
pub fn chat_entries(app: App, chat: ChatId) -> Vec<Entry> {
    let Some(row) = app.chats.with_untracked(|chats| chats.get(&chat)) else { return Vec::new() };
    let muted = row.muted_until_ms > page::now_ms();
    let (pinned, archived) = (row.pinned, row.archived);
    let entry = |label: &str, icon, testid, command: Command| Entry {
        label: label.to_owned(),
        icon,
        testid,
        act: Callback::new(move |()| app.send(command.clone())),
    };
    vec![
        entry(
            if pinned { words::UNPIN } else { words::PIN },
            "push-pin",
            "menu-pin",
            Command::SetPinned { chat, pinned: !pinned },
        ),
        entry(
            if muted { words::UNMUTE } else { words::MUTE },
            if muted { "bell" } else { "bell-slash" },
            "menu-mute",
            Command::SetMuted { chat, until_ms: if muted { 0 } else { u64::MAX } },
        ),
        entry(words::MARK_UNREAD, "envelope-open", "menu-unread", Command::MarkUnread { chat, unread: true }),
        entry(
            if archived { words::UNARCHIVE } else { words::ARCHIVE },
            "archive",
            "menu-archive",
            Command::SetArchived { chat, archived: !archived },
        ),
        Entry {
            label: words::CLOSE_CHAT.to_owned(),
            icon: "x",
            testid: "menu-close",
            act: Callback::new(move |()| app.close_chat()),
        },
    ]
}

/// Above the oldest message on this device: whether older ones are still on their way.
#[component]
fn HistoryEnd() -> impl IntoView {
    let app = use_app();
    let text = move || {
        let at_start = app.timeline.with(|timeline| timeline.as_ref().is_some_and(|timeline| !timeline.has_older));
        let completeness = app.info.with(|info| info.as_ref().map(|info| info.completeness));
        match completeness.filter(|_| at_start)? {
            Completeness::Complete => None,
            Completeness::Arriving => Some(words::HISTORY_ARRIVING.to_owned()),
            Completeness::BackTo(ms) => {
                Some(words::history_back_to(&clock::full(ms, page::now_ms(), page::zone_at(ms))))
            }
        }
    };
    move || {
        text()
            .map(|text| view! { <p class="history-end" data-testid="history-end"><Icon name="hourglass"/> {text}</p> })
    }
}

#[component]
fn Details(around: Around) -> impl IntoView {
    let app = use_app();
    let when = |ms: u64| {
        if ms == 0 { words::NOT_YET.to_owned() } else { clock::full(ms, page::now_ms(), page::zone_at(ms)) }
    };
    let facts = move |row: Arc<MessageRow>| {
        // Ticks go on while the dialog is open.
        let row =
            app.timeline.with(|timeline| timeline.as_ref().and_then(|timeline| timeline.row(row.id))).unwrap_or(row);
        let own = row.own;
        view! {
            <dl class="facts">
                <div><dt>{if own { words::SENT_AT } else { words::RECEIVED }}</dt><dd>{when(row.time_ms)}</dd></div>
                {own.then(|| view! {
                    <div><dt>{words::DELIVERED_AT}</dt><dd data-testid="info-delivered">{when(row.delivered_ms)}</dd></div>
                    <div><dt>{words::READ_AT}</dt><dd data-testid="info-read">{when(row.read_ms)}</dd></div>
                })}
            </dl>
        }
    };
    move || {
        around.details.get().map(|row| {
            view! {
                <Dialog title=words::MESSAGE_INFO testid="message-info" on_close=move || around.details.set(None)>
                    {move || facts(Arc::clone(&row))}
                    <div class="dialog-actions">
                        <button class="button" type="button" on:click=move |_| around.details.set(None)>{words::CLOSE}</button>
                    </div>
                </Dialog>
            }
        })
    }
}

/// The scrolling of one conversation.
#[derive(Clone, Copy)]
struct Scroll {
    app: App,
    chat: ChatId,
    scroller: NodeRef<html::Div>,
    column: NodeRef<html::Div>,
    cells: RwSignal<Vec<Cell>>,
    focused: RwSignal<Option<MessageId>>,
    /// The end is out of sight.
    away: RwSignal<bool>,
    /// Messages that came since then.
    missed: RwSignal<u32>,
    announce: RwSignal<String>,
    stick: StoredValue<bool>,
    loading: StoredValue<bool>,
    opened: StoredValue<u32>,
    marked: StoredValue<Option<(u64, MessageId)>>,
}

impl Scroll {
    fn new(app: App, chat: ChatId) -> Self {
        let view = Self {
            app,
            chat,
            scroller: NodeRef::new(),
            column: NodeRef::new(),
            cells: RwSignal::new(Vec::new()),
            focused: RwSignal::new(None),
            away: RwSignal::new(false),
            missed: RwSignal::new(0),
            announce: RwSignal::new(String::new()),
            stick: StoredValue::new(true),
            loading: StoredValue::new(false),
            opened: StoredValue::new(app.opened.get_untracked()),
            marked: StoredValue::new(None),
        };
        Effect::new(move || view.follow_timeline());
        Effect::new(move || view.hear_arrivals());
        Effect::new(move || {
            // Whatever makes something newly seen: the page in front, an unread count from another device.
            app.visible.track();
            app.chats.with(|chats| chats.get(&chat).map(|row| row.unread));
            view.mark_read();
        });
        view.watch_sizes();
        view
    }

    /// Brings the list of items in step with the timeline, and keeps the place on the screen.
    fn follow_timeline(self) {
        let items = self.app.timeline.with(|timeline| timeline.as_ref().map(|timeline| timeline.items(page::zone_at)));
        let Some(items) = items else { return };
        let anchor = self.anchor();
        let mut old: HashMap<ItemKey, ArcRwSignal<Item>> = self.cells.get_untracked().into_iter().collect();
        let kept = old.len();
        let cells: Vec<Cell> = items
            .into_iter()
            .map(|item| {
                let key = item.key();
                match old.remove(&key) {
                    Some(cell) => {
                        if cell.with_untracked(|shown| *shown != item) {
                            cell.set(item);
                        }
                        (key, cell)
                    }
                    None => (key, ArcRwSignal::new(item)),
                }
            })
            .collect();
        let same = cells.len() == kept
            && self.cells.with_untracked(|before| before.iter().map(|cell| cell.0).eq(cells.iter().map(|cell| cell.0)));
        if !same {
            self.cells.set(cells);
        }
        let opened = self.app.opened.get_untracked();
        let fresh = self.opened.get_value() != opened || kept == 0;
        self.opened.set_value(opened);
        wasm_bindgen_futures::spawn_local(async move {
            // The page has its new items after this, and has not been painted yet.
            leptos::task::tick().await;
            self.settle(fresh, anchor);
        });
    }

    /// After the items changed.
    fn settle(self, fresh: bool, anchor: Option<(ItemKeyText, f64)>) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else { return };
        let _ = self.loading.try_set_value(false);
        if fresh {
            match scroller.query_selector(".divider").ok().flatten() {
                Some(divider) => {
                    let down = divider.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top();
                    scroller.set_scroll_top((f64::from(scroller.scroll_top()) + down - 80.0) as i32);
                }
                None => self.to_last_pixel(&scroller),
            }
            let _ = self.missed.try_set(0);
        } else if self.stick.try_get_value() == Some(true) && self.at_loaded_end() {
            self.to_last_pixel(&scroller);
        } else if let Some((key, before)) = anchor
            && let Some(element) = find(&scroller, &key)
        {
            let now = offset(&scroller, &element);
            if (now - before).abs() > 0.5 {
                scroller.set_scroll_top((f64::from(scroller.scroll_top()) + now - before).round() as i32);
            }
        }
        self.scrolled();
    }

    fn at_loaded_end(self) -> bool {
        self.app.timeline.try_with_untracked(|timeline| timeline.as_ref().is_some_and(|timeline| !timeline.has_newer))
            == Some(true)
    }

    fn to_last_pixel(self, scroller: &HtmlElement) {
        scroller.set_scroll_top(scroller.scroll_height());
        let _ = self.stick.try_set_value(true);
    }

    /// The first message on the screen and where it stands.
    fn anchor(self) -> Option<(ItemKeyText, f64)> {
        let scroller = self.scroller.get_untracked()?;
        let list = scroller.query_selector(".messages").ok().flatten()?;
        let children = list.children();
        // The children stand in order: halve to the first whose end is below the upper edge.
        let (mut low, mut high) = (0, children.length());
        let edge = scroller.get_bounding_client_rect().top();
        while low < high {
            let middle = low + (high - low) / 2;
            let below = children.item(middle).is_some_and(|child| child.get_bounding_client_rect().bottom() > edge);
            if below { high = middle } else { low = middle + 1 }
        }
        let found = (low..children.length()).filter_map(|at| children.item(at)).find_map(|child| {
            let key = child.get_attribute("data-message")?;
            Some((key, child))
        })?;
        Some((found.0, offset(&scroller, &found.1)))
    }

    /// The user scrolled, or the page did.
    fn scrolled(self) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else { return };
        let top = f64::from(scroller.scroll_top());
        let below = f64::from(scroller.scroll_height()) - top - f64::from(scroller.client_height());
        let at_end = self.at_loaded_end();
        self.stick.set_value(at_end && below < STICK_PX);
        let away = !at_end || below > 200.0;
        if self.away.get_untracked() != away {
            self.away.set(away);
        }
        if !away && self.missed.get_untracked() != 0 {
            self.missed.set(0);
        }
        let wanted = self.app.timeline.with_untracked(|timeline| {
            let timeline = timeline.as_ref()?;
            if top < LOAD_PX && timeline.older().is_some() {
                timeline.older()
            } else if below < LOAD_PX {
                timeline.newer()
            } else {
                None
            }
        });
        if let Some(anchor) = wanted.filter(|_| !self.loading.get_value()) {
            self.load(anchor);
        }
        self.mark_read();
    }

    fn load(self, anchor: WindowAnchor) {
        self.loading.set_value(true);
        let loading = self.loading;
        self.app.ask(Command::LoadWindow { chat: self.chat, anchor, limit: PAGE_ROWS }, move |_| {
            let _ = loading.try_set_value(false);
        });
    }

    /// To the newest message.
    fn to_end(self) {
        self.missed.set(0);
        self.stick.set_value(true);
        if self.at_loaded_end() {
            if let Some(scroller) = self.scroller.get_untracked() {
                self.to_last_pixel(&scroller);
            }
        } else {
            self.app.timeline.update(|timeline| {
                if let Some(timeline) = timeline {
                    timeline.clear_divider();
                }
            });
            self.load(WindowAnchor::Newest);
        }
    }

    /// Counts and announces what came.
    fn hear_arrivals(self) {
        let arrival = self.app.arrival.get();
        if arrival.last.others == 0 {
            return;
        }
        if self.away.get_untracked() {
            self.missed.update(|missed| *missed += arrival.last.others);
        }
        let text = self.app.timeline.with_untracked(|timeline| {
            let last = timeline.as_ref()?.last()?;
            let peer = self.app.chats.with_untracked(|chats| chats.get(&self.chat)).map(|row| words::title(&row))?;
            (!last.own).then(|| format!("{peer}: {}", words::body(&last.body, &peer)))
        });
        if let Some(text) = text {
            self.announce.set(text);
        }
    }

    /// The newest message that is on the screen has been read, if somebody looks.
    fn mark_read(self) {
        if self.app.visible.try_get_untracked() != Some(true) {
            return;
        }
        let unread = self.app.chats.with_untracked(|chats| chats.get(&self.chat)).is_some_and(|row| row.unread > 0);
        let Some(scroller) = self.scroller.try_get_untracked().flatten().filter(|_| unread) else { return };
        let Some(list) = scroller.query_selector(".messages").ok().flatten() else { return };
        let edge = scroller.get_bounding_client_rect().bottom() - 24.0;
        let children = list.children();
        let seen = (0..children.length()).rev().filter_map(|at| children.item(at)).find_map(|child| {
            let id = child.get_attribute("data-message")?;
            (child.get_bounding_client_rect().top() < edge).then_some(id)?.parse::<MessageId>().ok()
        });
        let row = seen.and_then(|id| {
            self.app.timeline.with_untracked(|timeline| timeline.as_ref().and_then(|timeline| timeline.row(id)))
        });
        let Some(row) = row else { return };
        let at = (row.time_ms, row.id);
        if self.marked.get_value().is_none_or(|marked| marked < at) {
            self.marked.set_value(Some(at));
            let marked = self.marked;
            self.app.ask(Command::MarkRead { chat: self.chat, up_to: row.id }, move |result| {
                if let Err(error) = result {
                    // It will be said again when the next thing is seen.
                    page::log(&format!("mark-read: {error}"));
                    let _ = marked.try_set_value(None);
                }
            });
        }
    }

    /// Pictures, fonts and the keyboard of a phone change sizes: the end stays in sight.
    fn watch_sizes(self) {
        Effect::new(move || {
            let (Some(scroller), Some(column)) = (self.scroller.get(), self.column.get()) else { return };
            let changed = Closure::<dyn FnMut()>::new(move || {
                let Some(scroller) = self.scroller.try_get_untracked().flatten() else { return };
                if self.stick.try_get_value() == Some(true) {
                    scroller.set_scroll_top(scroller.scroll_height());
                }
            });
            let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
            observer.observe(&scroller);
            observer.observe(&column);
            let held = SendWrapper::new((observer, changed));
            on_cleanup(move || held.0.disconnect());
        });
    }

    fn on_focus(self, event: &web_sys::FocusEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let id = target.and_then(|target| target.get_attribute("data-message")).and_then(|id| id.parse().ok());
        if id.is_some() {
            self.focused.set(id);
        }
    }

    /// Arrows go from message to message.
    fn on_key(self, event: &web_sys::KeyboardEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(article) = target.filter(|target| target.has_attribute("data-message")) else { return };
        let step = |article: &web_sys::Element| match event.key().as_str() {
            "ArrowUp" => article.previous_element_sibling(),
            "ArrowDown" => article.next_element_sibling(),
            _ => None,
        };
        let mut next = step(&article);
        while let Some(element) = next {
            if element.tag_name() == "ARTICLE" {
                event.prevent_default();
                if let Ok(element) = element.dyn_into::<HtmlElement>() {
                    let _ = element.focus();
                }
                return;
            }
            next = step(&element);
        }
    }
}

/// A message's id as the page writes it.
type ItemKeyText = String;

fn offset(scroller: &HtmlElement, element: &web_sys::Element) -> f64 {
    element.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top()
}

fn find(scroller: &HtmlElement, key: &str) -> Option<web_sys::Element> {
    scroller
        .query_selector(&format!(".message[data-message=\"{key}\"], .system-line[data-message=\"{key}\"]"))
        .ok()
        .flatten()
}
