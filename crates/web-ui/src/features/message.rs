//! One item of a conversation: a bubble, a line of the chat itself, a date pill, the divider.

pub mod body;
pub mod choosing;
pub mod dialogs;
pub mod forward;
mod given;
pub mod menu;
mod poll;
pub mod quote;
pub mod receipts;

use crate::features::chat_list::Ticks;
use crate::features::media::Shown;
use crate::features::message::body::body_view;
use crate::features::message::choosing::{act_on_chosen, choose};
use crate::features::message::dialogs::Dialogue;
use crate::features::message::menu::{act, held, may};
use crate::features::message::poll::PollView;
use crate::features::message::quote::quote_button;
use crate::features::parts::MediaInBubble;
use crate::model::clock;
use crate::model::deeds::{self, Deed};
use crate::model::media;
use crate::model::people::{People, is_of_group};
use crate::model::timeline::{Item, shown_ms};
use crate::model::tint::tint;
use crate::platform::page;
use crate::primitives::icon::Icon;
use crate::primitives::long_press::LongPress;
use crate::primitives::menu::{Place, is_menu_key};
use crate::store::{App, use_app};
use crate::words;
use client_api::{AccountId, Command, MediaKind, MessageBody, MessageId, MessageRow, MessageStatus, Quoted, Reaction};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What the conversation gives its items.
#[derive(Clone, Copy)]
pub struct Around {
    /// Who is in the chat.
    pub people: Memo<People>,
    /// The message that takes the focus by Tab.
    pub tab_stop: Signal<Option<MessageId>>,
    /// The message that has the focus, in itself or in a part of it. Tab stops at the parts of no other, so that whoever comes to the
    /// messages comes to a message.
    pub entered: Signal<Option<MessageId>>,
    /// The message that somebody went to, for a moment.
    pub found: Signal<Option<MessageId>>,
    /// Goes to a message.
    pub jump: Callback<MessageId>,
    /// Where the menu is open,
    pub menu: RwSignal<Option<Place>>,
    /// and of which message.
    pub menu_of: RwSignal<Option<MessageId>>,
    /// The dialog that is open, and about which messages.
    pub dialog: RwSignal<Option<(Dialogue, Vec<Arc<MessageRow>>)>>,
}

impl Around {
    fn open_menu(self, of: MessageId, place: Place) {
        self.menu_of.set(Some(of));
        self.menu.set(Some(place));
    }
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
                Some(Item::Unread(count)) => words::unread_messages_of(count),
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
    let app = use_app();
    let body = row.body.clone();
    let of_people = matches!(&row.body, MessageBody::System(line) if is_of_group(line));
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
                {(!of_people).then(|| view! { <Icon name=if serious { "warning" } else { "lock-key" }/> })}
                {move || around.people.with(|people| words::body(&body, false, people, app.me()))}
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
    let mentions = Memo::new(move |_| {
        parts.with(|parts| parts.as_ref().map(|(row, ..)| row.mentions.clone()).unwrap_or_default())
    });
    // What it carries never changes, only where that is.
    let facts = Memo::new(move |_| {
        parts.with(|parts| {
            parts.as_ref().and_then(|(row, ..)| row.attachment.as_ref().map(|carried| carried.facts.clone()))
        })
    });
    let place = Memo::new(move |_| {
        parts.with(|parts| parts.as_ref().and_then(|(row, ..)| row.attachment.as_ref().map(|carried| carried.place)))
    });
    let poll = Memo::new(move |_| match body.get() {
        Some(MessageBody::Poll(poll)) => Some(poll),
        _ => None,
    });
    let asks = Memo::new(move |_| poll.with(Option::is_some));
    // A caption may be empty: then there is none.
    let has_words = Memo::new(move |_| {
        facts.with(Option::is_none)
            || body.with(|body| !matches!(body, Some(MessageBody::Text(text)) if text.trim().is_empty()))
    });
    let is_picture = Memo::new(move |_| {
        facts
            .with(|facts| facts.as_ref().is_some_and(|facts| matches!(facts.kind, MediaKind::Photo | MediaKind::Video)))
    });
    let status = Memo::new(move |_| parts.with(|parts| parts.as_ref().and_then(|(row, ..)| row.status)));
    let starred = Memo::new(move |_| parts.with(|parts| parts.as_ref().is_some_and(|(row, ..)| row.starred)));
    let edited = Memo::new(move |_| parts.with(|parts| parts.as_ref().is_some_and(|(row, ..)| row.edited)));
    let goes = Memo::new(move |_| parts.with(|parts| parts.as_ref().is_some_and(|(row, ..)| row.lifetime_ms > 0)));
    let forwarded = Memo::new(move |_| parts.with(|parts| parts.as_ref().is_some_and(|(row, ..)| row.forwarded)));
    let quote = Memo::new(move |_| parts.with(|parts| parts.as_ref().and_then(|(row, ..)| row.quote.clone())));
    let reactions = Memo::new(move |_| {
        parts.with(|parts| parts.as_ref().map(|(row, ..)| row.reactions.clone()).unwrap_or_default())
    });
    // In a group the first of several by one says who it is; a reader is told with each.
    let sender = Memo::new(move |_| parts.with(|parts| parts.as_ref().map(|(row, ..)| row.sender)));
    let author = move || {
        let sender = sender.get().filter(|_| !own && is_first())?;
        let named = |people: &People| people.is_group().then(|| words::author_in(false, sender, people));
        Some((sender, around.people.with(named)?))
    };
    // Of a message that is gone, nobody wants to know how far it came.
    let ticks = move || status.get().filter(|_| body.get() != Some(MessageBody::Deleted));
    let time = move || row().map(|row| clock::time(shown_time(&row), page::zone_at(shown_time(&row))));
    let failed = Memo::new(move |_| status.get() == Some(MessageStatus::Failed));
    let selecting = Memo::new(move |_| app.selection.with(Option::is_some));
    let selected =
        Memo::new(move |_| app.selection.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.has(id))));
    let label = move || row().map(|row| around.people.with(|people| label(&row, selected.get(), people)));
    let finger = LongPress::new();
    let is_tab_stop = Signal::derive(move || around.tab_stop.get() == Some(id));
    let is_entered = Memo::new(move |_| around.entered.get() == Some(id));
    let element = NodeRef::<html::Article>::new();
    let open_at = move |event: &web_sys::MouseEvent| {
        if let Some(element) = element.get_untracked().filter(|_| !selecting.get_untracked()) {
            around.open_menu(id, Place::pointer(event, element));
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if let (Some(row), Some(element)) = (row(), element.get_untracked())
            && press(app, &event, &row, around, element)
        {
            event.prevent_default();
        }
    };
    let on_double_click = move |event: leptos::ev::MouseEvent| {
        let may_reply =
            |row: &Arc<MessageRow>| !selecting.get_untracked() && !is_on_part(&event) && may(app, Deed::Reply, row);
        if let Some(row) = row().filter(may_reply) {
            act(app, Deed::Reply, &row, around);
            // Nor is the nearest word chosen.
            if let Ok(Some(selection)) = window().get_selection() {
                let _ = selection.remove_all_ranges();
            }
        }
    };
    view! {
        <article
            class="message" class:own=own class:first=is_first class:last=is_last class:starred=starred class:edited=edited class:goes=goes
            class:found=move || around.found.get() == Some(id) class:choosing=selecting class:chosen=selected
            data-testid="message" data-message=id.to_string()
            data-status=move || status.get().map_or("none", status_name)
            tabindex=move || if is_tab_stop.get() { "0" } else { "-1" }
            aria-label=label
            node_ref=element
            on:keydown=on_key
            on:dblclick=on_double_click
            // What is in it lets clicks through, as long as messages are being selected.
            on:click=move |event| {
                if let (Some(row), true) = (row(), selecting.get_untracked()) {
                    choose(app, &row, event.shift_key());
                }
            }
            on:contextmenu=move |event| {
                event.prevent_default();
                finger.end();
                open_at(&event);
            }
            on:pointerdown=move |event| {
                let at = event.clone();
                finger.begin(&event, move || open_at(&at));
            }
            on:pointermove=move |event| finger.move_to(&event)
            on:pointerup=move |_| finger.end()
            on:touchend=move |event| finger.lift(&event)
            on:pointercancel=move |_| finger.end()
        >
            <Show when=move || selecting.get()>
                // For eyes only: the label says it, too.
                <input class="choice" type="checkbox" aria-hidden="true" tabindex="-1" prop:checked=selected/>
            </Show>
            <div class="bubble" class:with-picture=is_picture class:with-line=move || facts.with(Option::is_some) && !is_picture.get() class:bare=move || !has_words.get()>
                {move || author().map(|(sender, name)| view! {
                    <span class="bubble-author" data-testid="message-author">
                        <span class=format!("author-dot tint-{}", tint(&sender))></span><bdi>{name}</bdi>
                    </span>
                })}
                {move || forwarded.get().then(|| view! {
                    <span class="forwarded" data-testid="message-forwarded"><Icon name="arrow-bend-up-right"/> {words::forwarded()}</span>
                })}
                {move || quote.get().map(|quote| quote_button(&quote, around, is_entered))}
                {move || facts.get().map(|facts| media_slot(Shown { id, facts, place, own, is_entered, failed }))}
                <Show when=move || asks.get()><PollView id poll is_entered around/></Show>
                {move || body.get().filter(|_| has_words.get() && !asks.get()).map(|body| body_view(id, &(body, mentions.get()), own, is_entered))}
                <span class="bubble-space" aria-hidden="true"></span>
                <span class="bubble-meta">
                    {move || starred.get().then(|| view! { <Icon name="star-fill"/> })}
                    {move || goes.get().then(|| view! { <span class="goes-sign" data-testid="message-goes"><Icon name="hourglass"/></span> })}
                    {move || edited.get().then(|| view! { <span data-testid="message-edited">{words::edited()}</span> })}
                    <time class="bubble-time">{time}</time>
                    {move || ticks().map(|status| view! { <Ticks status/> })}
                </span>
                <span class="bubble-menu">
                    <button class="icon-button" type="button" aria-label=words::message_menu() title=words::message_menu() aria-haspopup="menu"
                        data-testid="message-menu" tabindex=part_tabindex(is_entered)
                        aria-expanded=move || (around.menu_of.get() == Some(id) && around.menu.with(Option::is_some)).to_string()
                        on:click=move |event| {
                            let button = event.current_target().and_then(|target| target.dyn_into().ok());
                            if let Some(button) = button {
                                around.open_menu(id, Place::below(button));
                            }
                        }>
                        <Icon name="caret-down"/>
                    </button>
                </span>
            </div>
            {move || pill(id, &reactions.get(), around, is_entered)}
            {move || (status.get() == Some(MessageStatus::Failed)).then(|| retry(id, is_entered))}
        </article>
    }
}

/// Keeps a picture's place until the part that draws it is here.
fn media_slot(shown: Shown) -> impl IntoView {
    let picture = matches!(shown.facts.kind, MediaKind::Photo | MediaKind::Video);
    let (width, height) = media::frame(shown.facts.width, shown.facts.height);
    let height = picture.then(|| format!("{width} / {height}"));
    let width = picture.then(|| format!("{width}px"));
    view! {
        <div class="media" style:inline-size=width.unwrap_or_default() style:aspect-ratio=height.unwrap_or_default()>
            <MediaInBubble shown/>
        </div>
    }
}

/// Under the bubble: what was put to it.
fn pill(id: MessageId, shown: &[Reaction], around: Around, is_entered: Memo<bool>) -> Option<impl IntoView + use<>> {
    let app = use_app();
    let (own, count) = (shown.iter().any(|reaction| reaction.own), shown.len());
    let (label, text) = (words::reactions(&deeds::told(shown), count), deeds::pill(shown));
    let open = move |_| around.dialog.set(untrack(|| held(app, id)).map(|row| (Dialogue::Reactions, vec![row])));
    (!shown.is_empty()).then(|| {
        view! {
            <button class="reactions" class:own=own type="button" data-testid="reactions" tabindex=part_tabindex(is_entered) aria-label=label
                on:click=open><span class="emoji">{text}</span>{(count > 1).then(|| format!(" {count}"))}</button>
        }
    })
}

fn retry(id: MessageId, is_entered: Memo<bool>) -> impl IntoView + use<> {
    let app = use_app();
    view! {
        <button class="retry" type="button" data-testid="message-retry" tabindex=part_tabindex(is_entered) on:click=move |_| {
            if let Some(chat) = app.open.get_untracked() {
                app.send(Command::RetryMessage { chat, message: id });
            }
        }>
            <Icon name="arrow-clockwise"/> {words::send_again()}
        </button>
    }
}

/// What a key does to a message that has the focus, in itself or in a part of it; whether it does anything.
fn press(
    app: App,
    event: &web_sys::KeyboardEvent,
    row: &Arc<MessageRow>,
    around: Around,
    element: HtmlElement,
) -> bool {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return false;
    }
    if app.selection.with_untracked(Option::is_some) {
        match (event.code().as_str(), Deed::of_key(&event.code())) {
            ("Space", _) => choose(app, row, event.shift_key()),
            (_, Some(deed)) => act_on_chosen(app, deed, around),
            _ => return false,
        }
        return true;
    }
    let deed = Deed::of_key(&event.code()).filter(|deed| may(app, *deed, row));
    match deed {
        _ if is_menu_key(event) => around.open_menu(row.id, Place::middle(element)),
        _ if event.key() == "?" => app.help.set(true),
        Some(deed) => act(app, deed, row, around),
        None => return false,
    }
    true
}

/// Whether a double click is on something that has a use for it: on words it chooses them.
fn is_on_part(event: &web_sys::MouseEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("button, a, .bubble-text").ok().flatten().is_some())
}

/// As a reader is told a message.
fn label(row: &MessageRow, selected: bool, people: &People) -> String {
    let author = words::author_in(row.own, row.sender, people);
    let mut parts = vec![author, clock::time(shown_time(row), page::zone_at(shown_time(row)))];
    parts.extend(row.status.map(|status| words::status(status).to_owned()));
    let marks = [
        (selected, words::is_selected()),
        (row.starred, words::is_starred()),
        (row.edited, words::edited()),
        (row.forwarded, words::forwarded()),
        (row.lifetime_ms > 0, words::disappears()),
    ];
    parts.extend(marks.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()));
    if let Some(quote) = &row.quote {
        parts.push(words::answering(&words::author_in(quote.own, quote.sender, people), &words::quoted(quote)));
        // Whoever only hears it must know, too, that it is nobody's word but the sender's.
        parts.extend(matches!(quote.body, Quoted::Claimed(_)).then(|| words::not_here().to_owned()));
    }
    if let Some(carried) = &row.attachment {
        parts.push(words::media_label(&carried.facts));
        parts.extend(words::media_place(carried.place, row.own).map(str::to_owned));
    }
    let said = words::body(&row.body, row.own, people, AccountId::NOBODY);
    parts.extend((!said.is_empty()).then_some(said));
    if !row.reactions.is_empty() {
        parts.push(words::reactions(&deeds::told(&row.reactions), row.reactions.len()));
    }
    parts.join(", ")
}

fn shown_time(row: &MessageRow) -> u64 {
    shown_ms(row, page::now_ms())
}

/// Of a part of a message.
fn part_tabindex(is_entered: Memo<bool>) -> impl Fn() -> &'static str + Copy {
    move || if is_entered.get() { "0" } else { "-1" }
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
