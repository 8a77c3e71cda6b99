//! The open conversation: header, messages, composer. `scroll` decides which messages are in the page, and where it stands.

pub mod pinned;
mod scroll;

use crate::features::calls::buttons::{CallButtons, RunningHere};
use crate::features::chat_list::{BADGE_MAX, face};
use crate::features::composer::Composer;
use crate::features::groups::link::AskingHere;
use crate::features::housekeeping::{BlockedBar, Chore};
use crate::features::media::OnSent;
use crate::features::media::attach::{DropTarget, listen_for_drops};
use crate::features::message::choosing::ChosenBar;
use crate::features::message::menu::MessageMenu;
use crate::features::message::{Around, ItemView};
use crate::features::parts::{self, Lazy, Place};
use crate::model::chat_list::is_unread;
use crate::model::clock;
use crate::platform::page;
use crate::primitives::avatar::Avatar;
use crate::primitives::icon::{Icon, IconButton};
use crate::primitives::menu::{Entry, Menu};
use crate::store::{App, Pane, use_app};
use crate::words;
use client_api::number::shown;
use client_api::{ChatId, ChatKind, Command, Completeness, Disappearing, Role};
use leptos::prelude::*;
use pinned::PinnedBar;
use scroll::{Cell, Content, Scroll};

/// The pane: the open chat, or what the place is for.
#[component]
pub fn ConversationPane() -> impl IntoView {
    let app = use_app();
    move || match app.conversation.get() {
        Some(opened) => view! { <Conversation opened/> }.into_any(),
        None => view! {
            <div class="no-chat" data-testid="no-chat">
                <Icon name="chat-text"/>
                <h2>{words::app_name()}</h2>
                <p>
                    {words::no_chat_open()}
                    // Once all is here.
                    {move || (app.role == Role::Companion && !app.mirror.with(|mirror| mirror.active))
                        .then(|| view! { " " {words::phone_may_be_off()} })}
                </p>
                <p class="link-footer"><Icon name="lock-key"/> {words::encrypted_footer()}</p>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Conversation(opened: ChatId) -> impl IntoView {
    let app = use_app();
    let chat = Memo::new(move |_| app.moves.with(|moves| moves.newest(opened)));
    let view = Scroll::new(app, chat);
    let row = Memo::new(move |_| app.chats.with(|chats| chats.get(&chat.get())).map(|row| (*row).clone()));
    let peer = Signal::derive(move || row.with(|row| row.as_ref().map(words::title).unwrap_or_default()));
    let around = Around {
        people: app.people,
        tab_stop: view.tab_stop.into(),
        entered: view.entered.into(),
        found: view.found.into(),
        jump: Callback::new(move |id| view.jump(id)),
        menu: RwSignal::new(None),
        menu_of: RwSignal::new(None),
        dialog: RwSignal::new(None),
    };
    provide_context(around);
    // Nobody writes where they are not any more. Who left a group knows no member of it.
    let is_in = Memo::new(move |_| {
        app.info.with(|info| info.as_ref().is_none_or(|info| info.kind != ChatKind::Group || !info.members.is_empty()))
    });
    let blocked = Memo::new(move |_| {
        let peer = row.with(|row| row.as_ref().filter(|row| row.kind == ChatKind::Direct).map(|row| row.peer));
        peer.filter(|peer| app.is_blocked(*peer))
    });
    let may_send = Memo::new(move |_| app.may_send());
    let end = StoredValue::new_local(move || {
        app.timeline.update(|timeline| {
            if let Some(timeline) = timeline {
                timeline.clear_divider();
            }
        });
        view.to_end();
    });
    provide_context(OnSent(Callback::new(move |()| end.with_value(|end| end()))));
    let dragged = RwSignal::new(false);
    listen_for_drops(app, dragged);
    let offers = Memo::new(move |_| app.offered.with(Option::is_some));
    let views = Memo::new(move |_| app.viewing.with(Option::is_some));
    Effect::new(move |before: Option<bool>| {
        let now = offers.get() || views.get();
        // "Back" closes it.
        if now && before == Some(false) {
            page::push_layer();
        }
        now
    });
    let loading = move || app.timeline.with(Option::is_none);
    // Whatever is on the screen is read: what is unread lies below, whether it was there before the chat was opened or came since.
    let unread = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.unread)));
    // The button goes, and would take the focus along. On a phone the keyboard would cover what was looked for.
    let leave_button = move || {
        if app.role == Role::Companion {
            page::focus("#composer-text");
        }
    };
    let named_in = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.named_in)));
    let empty = move || app.timeline.with(|timeline| timeline.as_ref().is_some_and(|timeline| timeline.is_empty()));
    view! {
        <h1 class="sr-only">{move || words::messages_with(&peer.get())}</h1>
        <Header chat row/>
        <RunningHere chat/>
        <AskingHere/>
        <PinnedBar chat around/>
        <div class="scroller" node_ref=view.scroller on:scroll=move |_| view.scrolled() data-testid="message-scroller">
            <div class="column" node_ref=view.column>
                <Show when=loading><div class="skeletons" role="status" aria-label=words::loading_messages()>
                    <div class="skeleton bubble-skeleton"></div>
                    <div class="skeleton bubble-skeleton own"></div>
                    <div class="skeleton bubble-skeleton"></div>
                </div></Show>
                <HistoryEnd/>
                <Show when=empty><p class="empty" data-testid="no-messages">{words::no_messages()}</p></Show>
                <div class="messages" role="feed" node_ref=view.list aria-label=move || words::messages_with(&peer.get())
                    on:keydown=move |event| view.on_key(&event) on:focusin=move |event| view.on_focus_in(&event)
                    on:focusout=move |event| view.on_focus_out(&event)>
                    <For each=move || view.cells.get() key=|cell| cell.0 let:cell>
                        <CellView cell around/>
                    </For>
                </div>
                <Show when=move || row.with(|row| row.as_ref().is_some_and(|row| row.typing))>
                    <div class="typing-bubble" data-testid="typing"><span></span><span></span><span></span><em>{words::typing()}</em></div>
                </Show>
            </div>
        </div>
        <div class="announce" aria-live="polite" data-testid="announce">{move || view.announce.get()}</div>
        <Show when=move || named_in.get().is_some() && view.away.get()>
            <button class="to-bottom to-named" type="button" aria-label=words::to_named() title=words::to_named() data-testid="to-named"
                on:click=move |_| if let Some(message) = named_in.get_untracked() {
                    view.jump(message);
                    leave_button();
                }>
                <Icon name="at"/>
            </button>
        </Show>
        <Show when=move || view.away.get()>
            <button class="to-bottom" type="button" aria-label=move || words::to_bottom(unread.get()) data-testid="to-bottom"
                on:click=move |_| {
                    view.to_end();
                    leave_button();
                }>
                <Icon name="arrow-down"/>
                <Show when=move || { unread.get() > 0 }><span class="badge">{move || unread.get().min(BADGE_MAX)}</span></Show>
            </button>
        </Show>
        {move || match (blocked.get(), is_in.get(), may_send.get()) {
            (Some(account), ..) => view! { <BlockedBar account name=peer/> }.into_any(),
            (None, true, true) => view! { <Composer chat/> }.into_any(),
            (None, true, false) => view! { <NoComposer text=words::only_admins_send() testid="only-admins-send"/> }.into_any(),
            (None, false, _) => view! { <NoComposer text=words::not_in_group() testid="not-in-group"/> }.into_any(),
        }}
        <Show when=move || app.selection.with(Option::is_some)><ChosenBar around/></Show>
        <DropTarget dragged/>
        <Show when=move || offers.get()><Lazy part=parts::OFFER place=Place::Over focus="[data-testid='offer-caption']"/></Show>
        <Show when=move || views.get()><Lazy part=parts::VIEWER place=Place::Over focus="[data-testid='viewer-close']"/></Show>
        <MessageMenu around/>
        <Show when=move || around.dialog.with(Option::is_some)>
            <Lazy part=parts::MESSAGE_DIALOGS place=Place::Over focus="dialog button"/>
        </Show>
    }
}

/// A row, whose height is measured; or a gap in place of rows that are not in the page.
#[component]
fn CellView(cell: Cell, around: Around) -> impl IntoView {
    let content = cell.1;
    match content.get_untracked() {
        Content::Gap(_) => {
            let height = move || match content.get() {
                Content::Gap(px) => format!("{px}px"),
                Content::Item(_) => "0".to_owned(),
            };
            view! { <div class="gap" aria-hidden="true" style:height=height></div> }.into_any()
        }
        Content::Item(item) => {
            // A key that names an item never names a gap.
            let shown = Signal::derive(move || match content.get() {
                Content::Item(item) => Some(item),
                Content::Gap(_) => None,
            });
            view! { <div class="row"><ItemView first=item item=shown around/></div> }.into_any()
        }
    }
}

#[component]
fn Header(chat: Memo<ChatId>, row: Memo<Option<client_api::ChatRow>>) -> impl IntoView {
    let app = use_app();
    let face = Signal::derive(move || row.with(|row| face(row.as_ref())));
    let status = move || {
        if row.with(|row| row.as_ref().is_some_and(|row| row.typing)) {
            return view! { <span>{words::typing()}</span> }.into_any();
        }
        app.info.with(|info| match info {
            Some(info) if info.kind == ChatKind::Group => view! { <span>{group_status(app, info)}</span> }.into_any(),
            Some(info) if info.kind == ChatKind::Notes => view! { <span>{words::notes_text()}</span> }.into_any(),
            // Who has no name is called by the number already.
            Some(info) if info.title == shown(&info.number) => ().into_any(),
            // A number runs from left to right in every language.
            Some(info) => view! { <bdi dir="ltr">{shown(&info.number)}</bdi> }.into_any(),
            None => ().into_any(),
        })
    };
    let goes =
        Memo::new(move |_| app.info.with(|info| info.as_ref().map_or(Disappearing::Off, |info| info.disappearing)));
    // Oneself is nobody to call, nor is a group that one has left.
    let can_call = Memo::new(move |_| {
        app.info.with(|info| {
            info.as_ref().is_some_and(|info| match info.kind {
                ChatKind::Notes => false,
                ChatKind::Direct => !app.is_blocked(info.peer),
                ChatKind::Group => info.members.len() > 1 && info.may_send,
            })
        })
    });
    view! {
        <header class="chat-head" data-testid="chat-head">
            <span class="only-narrow">
                <IconButton icon="arrow-left" label=words::back().to_owned() testid="chat-back" on_click=move |_| app.close_chat()/>
            </span>
            <button class="chat-head-main" type="button" data-testid="chat-info-open" title=words::chat_info()
                on:click=move |_| app.show_beside(Pane::Info)>
                <Avatar face size="small"/>
                <span class="chat-head-text">
                    <span class="chat-head-title" dir="auto" data-testid="chat-head-title">{move || row.with(|row| row.as_ref().map(words::title))}</span>
                    <span class="chat-head-status" data-testid="chat-status">{status}</span>
                </span>
                <Show when=move || goes.get() != Disappearing::Off>
                    <span class="chat-head-goes" data-testid="chat-goes" title=move || words::disappear_after(goes.get())>
                        <Icon name="hourglass"/>
                        <span class="sr-only">{move || words::disappear_after(goes.get())}</span>
                    </span>
                </Show>
            </button>
            <CallButtons chat shown=can_call/>
            <span class="only-wide">
                <IconButton icon="magnifying-glass" label=words::search_in_chat().to_owned() testid="chat-search-open" on_click=move |_| app.show_beside(Pane::Search)/>
            </span>
            <Menu label=words::chat_menu() icon="dots-three-vertical" testid="chat-menu"
                entries=Callback::new(move |()| chat_entries(app, chat.get_untracked()))/>
        </header>
    }
}

/// In place of the composer, which may have had the focus.
#[component]
fn NoComposer(text: &'static str, testid: &'static str) -> impl IntoView {
    request_animation_frame(|| {
        if page::lost_focus() {
            page::focus(".not-in");
        }
    });
    view! { <p class="not-in" id="composer-text" tabindex="-1" data-testid=testid>{text}</p> }
}

/// Who is in a group, as much as there is room for.
fn group_status(app: App, info: &client_api::ChatInfo) -> String {
    if info.members.is_empty() {
        return words::not_in_group().to_owned();
    }
    let me = app.me();
    let others = info.members.iter().filter(|member| member.account != me);
    let mut names: Vec<String> =
        app.people.with(|people| others.map(|member| words::author_in(false, member.account, people)).collect());
    names.sort_by_cached_key(|name| name.to_lowercase());
    words::listed_members(&names)
}

/// What can be done with a chat.
pub fn chat_entries(app: App, chat: ChatId) -> Vec<Entry> {
    let Some(row) = app.chats.with_untracked(|chats| chats.get(&chat)) else { return Vec::new() };
    let muted = row.muted_until_ms > page::now_ms();
    let end_ms = Some(row.muted_until_ms).filter(|until_ms| *until_ms != u64::MAX);
    let muted_until = end_ms.map(|ms| clock::moment(ms, page::now_ms(), page::zone_at(ms)));
    let (pinned, archived, unread) = (row.pinned, row.archived, is_unread(&row));
    let entry = |label: &str, icon, testid, act: Callback<()>| Entry::line(label, icon, testid, move || act.run(()));
    let send = move |command: Command| Callback::new(move |()| app.send(command.clone()));
    let mut entries = vec![
        entry(
            if pinned { words::unpin() } else { words::pin() },
            "push-pin",
            "menu-pin",
            send(Command::SetPinned { chat, pinned: !pinned }),
        ),
        entry(
            &if muted { words::unmute(muted_until.as_deref()) } else { words::mute().to_owned() },
            if muted { "bell" } else { "bell-slash" },
            "menu-mute",
            Callback::new(move |()| app.toggle_muted(chat)),
        ),
    ];
    entries.push(entry(
        if unread { words::mark_read() } else { words::mark_unread() },
        if unread { "envelope-open" } else { "envelope-simple" },
        "menu-unread",
        Callback::new(move |()| app.toggle_unread(chat)),
    ));
    entries.push(entry(
        if archived { words::unarchive() } else { words::archive() },
        "archive",
        "menu-archive",
        Callback::new(move |()| app.toggle_archived(chat)),
    ));
    let ask = move |chore| Callback::new(move |()| app.chore.set(Some(chore)));
    if row.kind == ChatKind::Direct {
        let blocked = untrack(|| app.is_blocked(row.peer));
        entries.push(if blocked {
            entry(
                words::unblock_them(),
                "prohibit",
                "menu-unblock",
                send(Command::SetBlocked { account: row.peer, blocked: false }),
            )
        } else {
            entry(words::block(), "prohibit", "menu-block", ask(Chore::Block(chat)))
        });
    }
    // In a group that is open it is known whether one may.
    let info = |may: fn(&client_api::ChatInfo) -> bool| {
        app.info.with_untracked(|info| info.as_ref().filter(|info| info.chat == chat).is_none_or(may))
    };
    if !row.left && (row.kind != ChatKind::Group || info(|info| info.may_edit)) {
        entries.push(entry(words::disappearing_entry(), "hourglass", "menu-disappear", ask(Chore::Disappear(chat))));
    }
    entries.push(entry(words::export_chat(), "download-simple", "menu-export", ask(Chore::Export(chat))));
    entries.push(entry(words::clear_chat(), "chat-text", "menu-clear", ask(Chore::Clear(chat))));
    // Who is in a group sees it.
    if row.kind != ChatKind::Group || row.left {
        entries.push(entry(words::delete_chat(), "trash", "menu-delete-chat", ask(Chore::Delete(chat))));
    }
    if app.open.get_untracked() == Some(chat) {
        let search = Callback::new(move |()| app.show_beside(Pane::Search));
        entries.insert(0, entry(words::search_in_chat(), "magnifying-glass", "menu-search", search));
        entries.push(entry(words::close_chat(), "x", "menu-close", Callback::new(move |()| app.close_chat())));
    }
    entries
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
            Completeness::Arriving => Some(words::history_arriving().to_owned()),
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
