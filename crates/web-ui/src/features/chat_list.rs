//! The list of chats: search, filters, and the rows that are on the screen. Of a thousand chats only those are in the page.

use crate::features::conversation::chat_entries;
use crate::features::finding::filters::{FilterFields, Filters, sorted};
use crate::features::finding::{FoundList, Search};
use crate::model::chat_list::{ChatFilter, ChatList as Rows, is_unread};
use crate::model::clock;
use crate::model::finding::Stage;
use crate::model::media;
use crate::model::rich_text::plain;
use crate::model::search::Found;
use crate::model::window::equal_rows;
use crate::platform::page;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::{Icon, IconButton};
use crate::primitives::long_press::LongPress;
use crate::primitives::menu::{ContextMenu, Place, is_menu_key};
use crate::store::{App, Section, use_app};
use crate::words;
use client_api::{ChatId, ChatKind, ChatRow, MirrorProgress, Role, number};
use leptos::html;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Of a row, in pixels; the style sheet says the same.
const ROW_PX: f64 = 72.0;
/// What a badge counts to.
pub const BADGE_MAX: u32 = 999;
/// Rows kept beyond each edge of what is seen.
const MARGIN_ROWS: usize = 6;

/// Below the chats: the first message that was found.
const FIRST_FOUND: &str = ".list-scroller .found-row";

/// The pane.
#[component]
pub fn ChatListPane() -> impl IntoView {
    let app = use_app();
    let filters = Filters::none();
    // Everybody with a chat of their own, whoever may be in the address book besides.
    let senders = Memo::new(move |_| {
        let me = app.me();
        let named = app.contacts.with(|contacts| BTreeMap::clone(&contacts.names()));
        let mut people = app.chats.with(|chats| {
            let people = chats.people().filter(|(account, _)| *account != me);
            people.map(|(account, name)| (account, name.to_owned())).collect::<BTreeMap<_, _>>()
        });
        people.extend(named);
        sorted(people.into_iter().collect())
    });
    view! {
        <header class="pane-head">
            <h1 class="pane-title" tabindex="-1">{words::chats()}</h1>
            {(app.role == Role::Phone).then(|| view! {
                <IconButton icon="camera" label=words::scan_a_code().to_owned() testid="scan-code" on_click=move |_| app.show_section(Section::Scan)/>
            })}
            <IconButton icon="star" label=words::starred_messages().to_owned() testid="open-starred" on_click=move |_| app.show_section(Section::Starred)/>
            <IconButton icon="plus" label=words::new_chat().to_owned() testid="new-chat" on_click=move |_| app.show_section(Section::NewChat)/>
        </header>
        <div class="search">
            <Icon name="magnifying-glass"/>
            <input
                id="chat-search" class="search-input" type="search" placeholder=words::search_chats() aria-label=words::search_chats()
                autocomplete="off" dir="auto" maxlength="256" data-testid="chat-search" prop:value=app.query
                on:input=move |event| app.query.set(event_target_value(&event))
                on:keydown=move |event| {
                    // One layer: what is behind it stays.
                    if event.key() == "Escape" && app.query.with_untracked(|query| !query.is_empty()) {
                        event.prevent_default();
                        app.query.set(String::new());
                    } else if event.key() == "ArrowDown" && !event.alt_key() {
                        focus_first();
                    }
                }
            />
        </div>
        <Chips filters/>
        <Show when=move || filters.open.get()><FilterFields filters senders/></Show>
        <MirrorBar/>
        <List filters/>
    }
}

#[component]
fn Chips(filters: Filters) -> impl IntoView {
    let app = use_app();
    let chip = move |filter: ChatFilter, label: &'static str, testid: &'static str| {
        view! {
            <button class="chip" type="button" data-testid=testid aria-pressed=move || (app.filter.get() == filter).to_string()
                on:click=move |_| app.filter.set(filter)>{label}</button>
        }
    };
    let archived = Memo::new(move |_| app.chats.with(Rows::archived));
    view! {
        <div class="chips" role="group" aria-label=words::filter()>
            {chip(ChatFilter::All, words::all(), "filter-all")}
            {chip(ChatFilter::Unread, words::unread(), "filter-unread")}
            <Show when=move || archived.get() != 0 || app.filter.get() == ChatFilter::Archived>
                {chip(ChatFilter::Archived, words::archived(), "filter-archived")}
            </Show>
            <button class="chip filter-messages" type="button" aria-label=words::filter_messages() title=words::filter_messages() data-testid="search-filters"
                aria-expanded=move || filters.open.get().to_string() on:click=move |_| filters.toggle()><Icon name="sliders-horizontal"/></button>
        </div>
    }
}

/// How far the mirror has come, while it has not come to its end.
#[component]
fn MirrorBar() -> impl IntoView {
    let app = use_app();
    let shown = Memo::new(move |_| app.mirror.get().active && !app.mirror.get().complete);
    let value = move || {
        let MirrorProgress { messages_done, messages_total, chats_joined, chats_total, .. } = app.mirror.get();
        // Chats count as messages do: both are needed until all is complete.
        (messages_done + u64::from(chats_joined), (messages_total + u64::from(chats_total)).max(1))
    };
    view! {
        <Show when=move || shown.get()>
            <div class="mirror" data-testid="mirror-progress"
                data-done=move || app.mirror.get().messages_done.to_string()
                data-total=move || app.mirror.get().messages_total.to_string()
                data-waiting=move || app.mirror.get().waiting_for_phone.to_string()>
                <p class="mirror-text">{move || words::mirror(&app.mirror.get())}</p>
                <progress class="progress" max=move || value().1.to_string() value=move || value().0.to_string() aria-label=words::mirror_progress()></progress>
            </div>
        </Show>
    }
}

#[component]
fn List(filters: Filters) -> impl IntoView {
    let app = use_app();
    let scroller = NodeRef::<html::Div>::new();
    let (top, height) = (RwSignal::new(0.0_f64), RwSignal::new(800.0_f64));
    let cursor = RwSignal::new(None::<ChatId>);
    let filtered = Memo::new(move |_| filters.are_set());
    // Messages alone are looked for by what they carry.
    let shown = Memo::new(move |_| if filtered.get() { Vec::new() } else { app.shown_chats() });
    let measure = move || {
        if let Some(scroller) = scroller.try_get_untracked().flatten() {
            let _ = top.try_set(f64::from(scroller.scroll_top()));
            let _ = height.try_set(f64::from(scroller.client_height()));
        }
    };
    Effect::new(move || {
        let _ = (shown.with(Vec::len), scroller.get(), app.pane.get(), app.section.get());
        measure();
    });
    let handle = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || handle.remove());
    let rendered = Memo::new(move |_| {
        let held = cursor.get();
        shown.with(|shown| {
            let range = equal_rows(top.get(), height.get(), ROW_PX, MARGIN_ROWS, shown.len());
            let places = shown.iter().copied().enumerate();
            let mut rows: Vec<(usize, ChatId)> = places.skip(range.start).take(range.len()).collect();
            // The focused row is never taken out of the page.
            if let Some(at) = held.and_then(|held| shown.iter().position(|chat| *chat == held))
                && !rows.iter().any(|(index, _)| *index == at)
            {
                rows.extend(shown.get(at).map(|chat| (at, *chat)));
            }
            rows
        })
    });
    let tab_stop = Memo::new(move |_| {
        let known = |chat: &ChatId| shown.with(|shown| shown.contains(chat));
        cursor
            .get()
            .filter(known)
            .or_else(|| app.open.get().filter(known))
            .or_else(|| shown.with(|shown| shown.first().copied()))
    });
    let bring_into_sight = move |chat: ChatId| {
        if let (Some(at), Some(scroller)) =
            (shown.with_untracked(|shown| shown.iter().position(|other| *other == chat)), scroller.get_untracked())
        {
            let (start, view) = (at as f64 * ROW_PX, f64::from(scroller.client_height()));
            let now = f64::from(scroller.scroll_top());
            // A list that is not on the screen has no height.
            if view <= 0.0 {
                return;
            }
            if start < now {
                scroller.set_scroll_top(start as i32);
            } else if start + ROW_PX > now + view {
                scroller.set_scroll_top((start + ROW_PX - view) as i32);
            }
            measure();
        }
    };
    // Also the one that a key opens from elsewhere.
    Effect::new(move || {
        if let Some(chat) = app.open.get() {
            bring_into_sight(chat);
        }
    });
    let move_to = move |chat: ChatId| {
        cursor.set(Some(chat));
        bring_into_sight(chat);
        request_animation_frame(move || focus_row(chat));
    };
    let query = Memo::new(move |_| filters.query(&app.query.get(), None));
    let search = Search::new(app, query);
    let has_found = Memo::new(move |_| search.finding.with(|finding| !finding.rows.is_empty()));
    let is_searching = Memo::new(move |_| search.finding.with(|finding| *finding.stage() == Stage::Searching));
    let leave_found = move |()| match shown.with_untracked(|shown| shown.last().copied()) {
        Some(last) => move_to(last),
        None => page::focus("#chat-search"),
    };
    let menu = RwSignal::new(None::<(ChatId, Place)>);
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if is_menu_key(&event) {
            let row = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
            let chat = row.as_ref().and_then(|row| row.get_attribute("data-chat")?.parse().ok());
            if let (Some(row), Some(chat)) = (row, chat) {
                event.prevent_default();
                menu.set(Some((chat, Place::middle(row))));
            }
            return;
        }
        let shown = shown.get_untracked();
        let at = cursor.get_untracked().or_else(|| tab_stop.get_untracked());
        let to = match event.key().as_str() {
            "ArrowDown" if !event.alt_key() => Rows::neighbour(&shown, at, 1),
            "ArrowUp" if !event.alt_key() => Rows::neighbour(&shown, at, -1),
            "Home" => shown.first().copied(),
            "End" => shown.last().copied(),
            "Enter" | " " => {
                if let Some(chat) = at {
                    app.open_chat(chat);
                }
                None
            }
            _ => return,
        };
        event.prevent_default();
        match to {
            Some(chat) => move_to(chat),
            None if event.key() == "ArrowDown" => page::focus(FIRST_FOUND),
            None => {}
        }
    };
    view! {
        <div class="list-scroller" node_ref=scroller data-testid="chat-list-scroller"
            on:scroll=move |event| {
                measure();
                search.scrolled(&event_target(&event));
            }>
            <Show when=move || !app.chats.with(|chats| chats.loaded)>
                <Skeleton/>
            </Show>
            <Show when=move || app.chats.with(|chats| chats.loaded) && shown.with(Vec::is_empty) && !has_found.get() && !is_searching.get()>
                <Show when=move || !filtered.get() fallback=|| view! { <p class="empty" data-testid="nothing-found">{words::nothing_found()}</p> }><Empty/></Show>
            </Show>
            <div
                class="chat-list" role="listbox" aria-label=words::chats() data-testid="chat-list"
                hidden=move || shown.with(Vec::is_empty)
                style:height=move || format!("{}px", shown.with(Vec::len) as f64 * ROW_PX)
                on:keydown=on_key
            >
                <For each=move || rendered.get() key=|(_, chat)| *chat let:entry>
                    <Row chat=entry.1 shown tab_stop cursor menu/>
                </For>
            </div>
            <Show when=move || has_found.get()><h2 class="rows-title">{words::messages_found()}</h2></Show>
            <FoundList search in_chat=false on_leave=leave_found/>
        </div>
        <RowMenu menu/>
    }
}

/// The menu of a row, and of which.
type OpenMenu = RwSignal<Option<(ChatId, Place)>>;

#[component]
fn RowMenu(menu: OpenMenu) -> impl IntoView {
    let app = use_app();
    let place = RwSignal::new(None::<Place>);
    Effect::new(move || place.set(menu.with(|menu| menu.as_ref().map(|(_, place)| place.clone()))));
    let chat = move || menu.with_untracked(|menu| menu.as_ref().map(|(chat, _)| *chat));
    let entries = Callback::new(move |()| chat().map(|chat| chat_entries(app, chat)).unwrap_or_default());
    let label = Signal::derive(move || {
        let row = chat().and_then(|chat| app.chats.with_untracked(|chats| chats.get(&chat)));
        row.map(|row| words::menu_of(&words::title(&row))).unwrap_or_default()
    });
    view! { <ContextMenu label testid="chat-row-menu" place entries/> }
}

#[component]
fn Row(
    chat: ChatId,
    shown: Memo<Vec<ChatId>>,
    tab_stop: Memo<Option<ChatId>>,
    cursor: RwSignal<Option<ChatId>>,
    menu: OpenMenu,
) -> impl IntoView {
    let app = use_app();
    let press = LongPress::new();
    let element = NodeRef::<html::Div>::new();
    let open_menu = move |event: &web_sys::MouseEvent| {
        if let Some(element) = element.get_untracked() {
            menu.set(Some((chat, Place::pointer(event, element.into()))));
        }
    };
    let row = Memo::new_with_compare(
        move |_| app.chats.with(|chats| chats.get(&chat)),
        |old: Option<&Option<Arc<ChatRow>>>, new| match (old, new) {
            (Some(Some(old)), Some(Some(new))) => !Arc::ptr_eq(old, new),
            _ => true,
        },
    );
    let at = Memo::new(move |_| shown.with(|shown| shown.iter().position(|other| *other == chat)).unwrap_or_default());
    let face = Signal::derive(move || face(row.get().as_deref()));
    // Where the name is their own word for who they are, tells two of one name apart, or says why the row was found. Any chat may bring a
    // namesake: only what comes of that is drawn.
    let number = Memo::new(move |_| {
        let row = row.get().filter(|row| !row.number.is_empty() && number::shown(&row.number) != row.title)?;
        let query = app.query.get();
        let tells =
            app.chats.with(|chats| chats.has_namesake(&chat) || chats.found(&chat, &query) == Some(Found::ByNumber));
        (tells || !row.named).then(|| number::shown(&row.number))
    });
    let goes_on = Memo::new(move |_| {
        app.calls.with(|calls| {
            let running = calls.running.iter().find(|running| running.chat == chat)?;
            Some(words::call_goes_on_short(running))
        })
    });
    let now = page::now_ms();
    view! {
        <div
            class="chat-row" role="option" data-testid="chat-row" data-chat=chat.to_string()
            class:unread=move || row.get().is_some_and(|row| is_unread(&row))
            tabindex=move || if tab_stop.get() == Some(chat) { "0" } else { "-1" }
            aria-selected=move || (app.open.get() == Some(chat)).to_string()
            aria-setsize=move || shown.with(Vec::len).to_string()
            aria-posinset=move || (at.get() + 1).to_string()
            style:transform=move || format!("translateY({}px)", at.get() as f64 * ROW_PX)
            node_ref=element
            on:click=move |_| if !press.was_long() { app.open_chat(chat) }
            on:focus=move |_| cursor.set(Some(chat))
            on:contextmenu=move |event| {
                event.prevent_default();
                press.end();
                open_menu(&event);
            }
            on:pointerdown=move |event| {
                let at = event.clone();
                press.begin(&event, move || open_menu(&at));
            }
            on:pointermove=move |event| press.move_to(&event)
            on:pointerup=move |_| press.end()
            on:touchend=move |event| press.lift(&event)
            on:pointercancel=move |_| press.end()
        >
            <Avatar face/>
            <div class="chat-row-text">
                <div class="chat-row-line">
                    <span class="chat-row-title" dir="auto" data-testid="chat-title">{move || row.get().map(|row| words::title(&row))}</span>
                    <span class="chat-row-time">{move || row.get().map(|row| clock::short(row.activity_ms, now, page::zone_at(row.activity_ms)))}</span>
                </div>
                <div class="chat-row-line">
                    {move || number.get().map(|number| view! { <bdi class="chat-row-number" dir="ltr" data-testid="chat-number">{number}</bdi> })}
                    <span class="chat-row-preview" dir="auto" data-testid="chat-preview">
                        {move || match goes_on.get() {
                            Some(text) => view! { <span class="typing" data-testid="chat-call"><Icon name="phone"/>{text}</span> }.into_any(),
                            None => row.get().map(|row| preview(&row)).into_any(),
                        }}
                    </span>
                    {move || row.get().map(|row| badges(&row, now))}
                </div>
            </div>
        </div>
    }
}

/// The face of a chat.
pub fn face(row: Option<&ChatRow>) -> Face {
    match row {
        Some(row) => Face {
            // A group has no account; its own id gives the tint.
            account: if row.kind == ChatKind::Group { client_api::AccountId(row.chat.0) } else { row.peer },
            name: row.title.clone(),
            photo: row.photo.clone(),
            notes: row.kind == ChatKind::Notes,
        },
        None => Face { account: client_api::AccountId([0; 16]), name: String::new(), photo: Vec::new(), notes: false },
    }
}

fn preview(row: &ChatRow) -> AnyView {
    if row.typing {
        return view! { <span class="typing">{words::typing()}</span> }.into_any();
    }
    if !row.draft.is_empty() {
        let draft = row.draft.clone();
        return view! { <span class="draft">{words::draft()} " "</span>{draft} }.into_any();
    }
    match &row.last {
        Some(last) if last.deleted => view! { <em>{words::deleted(last.status.is_some())}</em> }.into_any(),
        Some(last) => {
            let text = if last.waiting {
                words::waiting_short().to_owned()
            } else if let Some(facts) = last.call {
                let rings = use_app().calls.with(|calls| calls.rings(last.id));
                words::call(facts, last.status.is_some(), rings)
            } else {
                words::caption_or_kind(plain(&last.preview), last.media)
            };
            let (status, media) = (last.status, last.media);
            // A name of another script turns nothing around it.
            let by = Some(last.by.clone()).filter(|by| !by.is_empty());
            let by = by.map(|by| view! { <span class="by"><bdi>{by}</bdi>": "</span> });
            let icon = media.map(media::icon).or(last.call.map(|_| "phone"));
            let icon = icon.map(|name| view! { <Icon name/> });
            view! { {status.map(|status| view! { <Ticks status/> })}{by}{icon}{text} }.into_any()
        }
        None => ().into_any(),
    }
}

fn badges(row: &ChatRow, now: u64) -> impl IntoView + use<> {
    let (muted, pinned, unread, marked) = (row.muted_until_ms > now, row.pinned, row.unread, row.marked_unread);
    view! {
        {muted.then(|| view! { <Icon name="bell-slash"/> })}
        {pinned.then(|| view! { <Icon name="push-pin"/> })}
        {muted.then(|| view! { <span class="sr-only">{words::muted()}</span> })}
        {pinned.then(|| view! { <span class="sr-only">{words::is_pinned()}</span> })}
        {row.named_in.map(|_| view! {
            <span class="badge named" data-testid="chat-named"><Icon name="at"/><span class="sr-only">{words::named_here()}</span></span>
        })}
        {(unread > 0).then(|| view! {
            <span class="badge"><span data-testid="chat-unread">{unread.min(BADGE_MAX)}</span><span class="sr-only">" "{words::unread_messages()}</span></span>
        })}
        {(unread == 0 && marked).then(|| view! { <span class="badge dot" data-testid="chat-unread"><span class="sr-only">{words::marked_unread()}</span></span> })}
    }
}

/// The ticks of an own message.
#[component]
pub fn Ticks(status: client_api::MessageStatus) -> impl IntoView {
    use client_api::MessageStatus::{Delivered, Failed, Pending, Read, Sent};
    let (icon, class) = match status {
        Failed => ("warning-circle", "ticks failed"),
        Pending => ("clock", "ticks"),
        Sent => ("check", "ticks"),
        Delivered => ("checks", "ticks"),
        Read => ("checks", "ticks read"),
    };
    view! {
        <span class=class role="img" aria-label=words::status(status) title=words::status(status)>
            <Icon name=icon/>
        </span>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeletons" role="status" aria-label=words::loading_chats() data-testid="chat-list-loading">
            {(0..8)
                .map(|_| view! { <div class="skeleton-row"><span class="skeleton disc"></span><span class="skeleton line"></span></div> })
                .collect_view()}
        </div>
    }
}

#[component]
fn Empty() -> impl IntoView {
    let app = use_app();
    let all = move || app.query.get().trim().is_empty() && app.filter.get() == ChatFilter::All;
    view! {
        <div class="empty" data-testid="chat-list-empty">
            <Show
                when=all
                fallback=move || view! {
                    <p>{move || words::no_chats_found(app.query.get().trim(), app.filter.get())}</p>
                    <button class="button quiet" type="button" on:click=move |_| show_all(app)>{words::show_all()}</button>
                }
            >
                <Show when=move || app.mirror.get().active && !app.mirror.get().complete fallback=move || view! {
                    <p>{words::no_chats()}</p>
                    <button class="button" type="button" data-testid="empty-new-chat" on:click=move |_| app.section.set(Section::NewChat)>{words::new_chat()}</button>
                }>
                    <p>{words::chats_arriving()}</p>
                </Show>
            </Show>
        </div>
    }
}

fn show_all(app: App) {
    app.query.set(String::new());
    app.filter.set(ChatFilter::All);
}

fn focus_row(chat: ChatId) {
    page::focus(&format!(".chat-row[data-chat=\"{chat}\"]"));
}

fn focus_first() {
    let first = ".chat-row[tabindex=\"0\"]";
    page::focus(if page::can_focus(first) { first } else { FIRST_FOUND });
}
