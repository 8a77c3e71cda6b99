//! The whole page: which stage, and in the stage Active the rail and the panes.

use crate::features::banners::{Banners, Toasts};
use crate::features::chat_list::ChatListPane;
use crate::features::conversation::ConversationPane;
use crate::features::groups::join::InvitedFirst;
use crate::features::keys;
use crate::features::list_grip::ListGrip;
use crate::features::media::attach;
use crate::features::parts::{self, Lazy, Place};
use crate::features::settings::own_face;
use crate::features::start::{CannotWork, Halted, LoggedOut, OtherTab, Starting};
use crate::platform::{join_link, page, streams, version};
use crate::primitives::avatar::Avatar;
use crate::primitives::icon::Icon;
use crate::store::{App, Pane, Section, use_app};
use crate::words;
use client_api::{AppStage, ChatId, Command, PushState, Role};
use leptos::prelude::*;
use std::time::Duration;

/// How long the first list is left alone with the line before the rest of the program is kept for use without a network.
const KEEP_ALL_AFTER: Duration = Duration::from_secs(5);

/// The root of everything.
#[component]
pub fn Shell(app: App) -> impl IntoView {
    provide_context(app);
    keys::listen(app);
    attach::keep_page_when_dropped();
    // From now on it is known by the time when the first file is saved.
    let _ = streams::possible();
    watch_page(app);
    watch_version(app);
    follow_focus(app);
    Effect::new(move || page::set_title(app.chats.with(|chats| chats.unread_chats(page::now_ms()))));
    // A link with a contact code leads to the place where it is added.
    Effect::new(move || {
        if app.stage.get() == AppStage::Active && app.contact_code.get_untracked().is_some() {
            app.section.set(Section::NewChat);
        }
    });
    Effect::new(move |before: Option<bool>| {
        let active = app.stage.get() == AppStage::Active;
        // The first moment as somebody's device is the one to ask for storage that stays.
        if active && before == Some(false) {
            page::keep_storage();
        }
        active
    });
    view! {
        {move || match app.stage.get() {
            AppStage::Starting => view! { <Starting/> }.into_any(),
            AppStage::Unsupported(reason) => view! { <CannotWork reason/> }.into_any(),
            AppStage::OtherTab => view! { <OtherTab/> }.into_any(),
            AppStage::Registering => view! { <Banners/><InvitedFirst/><Lazy part=parts::REGISTRATION place=Place::Page/> }.into_any(),
            AppStage::Linking => view! { <Banners/><InvitedFirst/><Lazy part=parts::LINK place=Place::Page/> }.into_any(),
            AppStage::Active => view! { <Panes/> }.into_any(),
            AppStage::LoggedOut(reason) => view! { <LoggedOut reason/> }.into_any(),
            AppStage::Halted { what } => view! { <Halted what/> }.into_any(),
        }}
        <Show when=move || app.stage.with(|stage| *stage == AppStage::Active) && app.has_call()><Lazy part=parts::CALLS place=Place::Over/></Show>
        <Show when=move || app.stage.with(|stage| *stage == AppStage::Active) && app.muting.with(Option::is_some)><Lazy part=parts::MUTING place=Place::Over focus="dialog button"/></Show>
        <Show when=move || app.stage.with(|stage| *stage == AppStage::Active) && app.asking.with(Option::is_some)><Lazy part=parts::ASKING place=Place::Over focus="dialog input"/></Show>
        <Show when=move || app.stage.with(|stage| *stage == AppStage::Active) && app.chore.with(Option::is_some)><Lazy part=parts::CHORE place=Place::Over focus="dialog button"/></Show>
        <Show when=move || app.stage.with(|stage| *stage == AppStage::Active) && app.join_link.with(Option::is_some)><Lazy part=parts::JOIN place=Place::Over focus="dialog button"/></Show>
        <Show when=move || app.help.get()><Lazy part=parts::KEY_HELP place=Place::Over focus="[data-testid='key-help-close']"/></Show>
        <Show when=move || app.chooses_devices.get()><Lazy part=parts::CALL_DEVICES place=Place::Over focus="[data-testid='choose-microphone']"/></Show>
        // Among the panes they have a place in the grid.
        <Show when=move || app.stage.with(|stage| *stage != AppStage::Active)><Toasts/></Show>
    }
}

/// Where the focus goes when what had it is gone: to what has come in its place.
fn follow_focus(app: App) {
    Effect::new(move |before: Option<(Pane, Section, Option<ChatId>)>| {
        let now = (app.pane.get(), app.section.get(), app.open.get());
        let Some(before) = before else { return now };
        request_animation_frame(move || {
            if !page::lost_focus() {
                return;
            }
            let stops: &[&str] = match now.0 {
                Pane::Info if before.0 == Pane::Starred => &["[data-testid='info-starred']"],
                Pane::Info if before.0 == Pane::Carried => &["[data-testid='info-carried']"],
                Pane::Info | Pane::Starred | Pane::Carried => &[".info-pane button"],
                // They have the focus, and give it back, themselves.
                Pane::Search => &[],
                Pane::Chat if before.0 == Pane::Search => &[],
                Pane::Chat if before.0 == Pane::Info => &[".chat-head-main"],
                // Also one that was open already, from another section.
                Pane::Chat if before.0 != Pane::Chat || before.1 == now.1 || (now.2.is_some() && before.2 != now.2) => {
                    &[".composer-text"]
                }
                _ if matches!(now.1, Section::NewChat | Section::NewGroup) && !app.narrow.get_untracked() => {
                    &[".pane-body input"]
                }
                _ if now.1 == Section::Chats => &[".chat-row[tabindex='0']", ".pane-title"],
                _ => &[".pane-title"],
            };
            if let Some(stop) = stops.iter().find(|stop| page::can_focus(stop)) {
                page::focus(stop);
            }
        });
        now
    });
}

fn watch_version(app: App) {
    let watch = move || version::watch(move || app.new_version.set(true));
    let is_kept = version::is_kept();
    if is_kept {
        watch();
    } else {
        // What a first visit asks for next: a number, or a linking. The worker, which knows, is loading for longer.
        match app.role {
            Role::Phone => parts::REGISTRATION.load_early(),
            Role::Companion => parts::LINK.load_early(),
        }
    }
    Effect::new(move |was: Option<bool>| {
        let is_here = app.stage.get() == AppStage::Active;
        if is_here && was != Some(true) {
            if !is_kept {
                watch();
            }
            set_timeout(move || keep_all(app), KEEP_ALL_AFTER);
        }
        is_here || was == Some(true)
    });
    let on_gone = window_event_listener_untyped(version::PART_GONE, move |_| app.new_version.set(true));
    on_cleanup(move || on_gone.remove());
}

/// What has time until the list is there.
fn keep_all(app: App) {
    version::keep_all();
    if matches!(app.push.get_untracked(), PushState::On { .. }) {
        parts::keep_push(app);
    }
}

fn watch_page(app: App) {
    let visible = move || app.set_visible(page::is_visible());
    visible();
    app.narrow.set(page::is_narrow());
    let on_resize = window_event_listener(leptos::ev::resize, move |_| {
        let narrow = page::is_narrow();
        if app.narrow.get_untracked() != narrow {
            app.narrow.set(narrow);
        }
    });
    let on_visible = window_event_listener_untyped("visibilitychange", move |_| {
        visible();
        if page::is_visible() {
            // The machine may have slept.
            app.tell(Command::CheckConnection);
        }
    });
    let on_back = window_event_listener(leptos::ev::popstate, move |_| {
        app.back();
    });
    // Neither of them is believed: a server on this very machine is there without a network.
    let on_online = window_event_listener(leptos::ev::online, move |_| app.tell(Command::CheckConnection));
    let on_offline = window_event_listener(leptos::ev::offline, move |_| app.tell(Command::CheckConnection));
    let on_links = join_link::listen(move |code| app.open_join(Some(code)));
    on_cleanup(move || {
        for listener in on_links {
            listener.remove();
        }
        on_visible.remove();
        on_resize.remove();
        on_back.remove();
        on_online.remove();
        on_offline.remove();
    });
}

#[component]
fn Panes() -> impl IntoView {
    let app = use_app();
    let pane = move || match app.pane.get() {
        Pane::List => "list",
        Pane::Chat => "chat",
        Pane::Info | Pane::Search | Pane::Starred | Pane::Carried => "info",
    };
    let phone = app.role == Role::Phone;
    let covered = move || app.call_covers.get();
    let beside = Memo::new(move |_| {
        let pane = app.pane.get();
        let label = match pane {
            Pane::Search => words::search_in_chat(),
            Pane::Starred => words::starred_messages(),
            Pane::Carried => words::carried(),
            _ => words::chat_info(),
        };
        (pane.is_beside() && app.open.get().is_some()).then_some((label, pane))
    });
    view! {
        <div class="app" data-testid="stage" data-stage="active" data-pane=pane class:with-info=move || app.pane.get().is_beside()>
            <nav class="skips" aria-label=words::skips() inert=covered>
                <Show when=move || app.section.get() == Section::Chats><a class="skip" href="#chat-search">{words::skip_to_chats()}</a></Show>
                <Show when=move || app.open.get().is_some()><a class="skip" href="#composer-text">{words::skip_to_composer()}</a></Show>
            </nav>
            <Banners/>
            <Rail phone/>
            <section class="list-pane" inert=covered aria-label=words::chats() role=move || if app.narrow.get() { "main" } else { "region" }>
                {move || match app.section.get() {
                    Section::Chats => view! { <ChatListPane/> }.into_any(),
                    Section::NewChat => view! { <Lazy part=parts::NEW_CHAT place=Place::Pane focus=".pane-body input"/> }.into_any(),
                    Section::NewGroup => view! { <Lazy part=parts::NEW_GROUP place=Place::Pane focus=".pane-body input"/> }.into_any(),
                    Section::Scan => view! { <Lazy part=parts::SCAN place=Place::Pane/> }.into_any(),
                    Section::Settings => view! { <Lazy part=parts::SETTINGS place=Place::Pane/> }.into_any(),
                    Section::Profile => view! { <Lazy part=parts::PROFILE place=Place::Pane/> }.into_any(),
                    Section::Devices => view! { <Lazy part=parts::DEVICES place=Place::Pane/> }.into_any(),
                    Section::ContactCode => view! { <Lazy part=parts::CONTACT_CODE place=Place::Pane/> }.into_any(),
                    Section::Calls => view! { <Lazy part=parts::CALL_LOG place=Place::Pane/> }.into_any(),
                    Section::Starred => view! { <Lazy part=parts::STARRED place=Place::Pane/> }.into_any(),
                }}
                <Show when=move || !app.narrow.get()><ListGrip/></Show>
            </section>
            <main class="chat-pane" inert=covered aria-label=words::conversation()><ConversationPane/></main>
            {move || beside.get().map(|(label, pane)| view! {
                <section class="info-pane" inert=covered aria-label=label role=move || if app.narrow.get() { "main" } else { "complementary" }>
                    {match pane {
                        Pane::Search => view! { <Lazy part=parts::CHAT_SEARCH place=Place::Info focus=".info-pane input"/> }.into_any(),
                        Pane::Starred => view! { <Lazy part=parts::STARRED_PANE place=Place::Info focus=".info-pane button"/> }.into_any(),
                        Pane::Carried => view! { <Lazy part=parts::CARRIED_PANE place=Place::Info focus=".info-pane button"/> }.into_any(),
                        _ => view! { <Lazy part=parts::INFO place=Place::Info focus=".info-pane button"/> }.into_any(),
                    }}
                </section>
            })}
            <Toasts/>
        </div>
    }
}

#[component]
fn Rail(phone: bool) -> impl IntoView {
    let app = use_app();
    let face = Signal::derive(move || own_face(app));
    let entry = move |section: Section, icon: &'static str, label: &'static str, testid: &'static str| {
        let current = move || {
            let shown = app.section.get();
            let here = shown == section || (section == Section::Settings && shown == Section::Profile);
            if here { "page" } else { "false" }
        };
        view! {
            <button class="rail-button" type="button" title=label aria-label=label aria-current=current data-testid=testid
                on:click=move |_| app.show_section(section)>
                <Icon name=icon/>
                <span class="rail-label" aria-hidden="true">{label}</span>
            </button>
        }
    };
    view! {
        <nav class="rail" inert=move || app.call_covers.get() aria-label=words::sections()>
            {entry(Section::Chats, "chat-circle", words::chats(), "rail-chats")}
            {entry(Section::Calls, "phone", words::calls(), "rail-calls")}
            {entry(Section::Devices, "devices", words::devices(), "rail-devices")}
            {phone.then(|| entry(Section::ContactCode, "qr-code", words::my_code_short(), "rail-code"))}
            <span class="rail-space"></span>
            {entry(Section::Settings, "gear", words::settings(), "rail-settings")}
            <button class="rail-button rail-face" type="button" title=words::your_profile() data-testid="rail-profile"
                on:click=move |_| app.show_section(Section::Profile)>
                <Avatar face size="tiny"/>
                <span class="sr-only">{words::your_profile()}</span>
            </button>
        </nav>
    }
}
