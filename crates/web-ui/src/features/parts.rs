//! Parts of the pages that are no first screen: their code is in modules of their own, which are loaded when they are first shown.
//! Knows what is in which module, and what is said meanwhile and where a module cannot be had; not how modules are made (`web-pack`).

use crate::features::asking::AskingDialog;
use crate::features::calls::CallLayer;
use crate::features::calls::devices::DevicesSetup;
use crate::features::calls::log::CallLogSection;
use crate::features::contact_code::ContactCode;
use crate::features::devices::Devices;
use crate::features::emoji::EmojiPanel;
use crate::features::finding::beside::ChatSearch;
use crate::features::finding::carried::CarriedPane;
use crate::features::finding::starred::{StarredPane, StarredSection};
use crate::features::groups::join::JoinDialog;
use crate::features::groups::new_group::NewGroup;
use crate::features::housekeeping::ChoreDialog;
use crate::features::info::InfoPane;
use crate::features::keys::KeyHelp;
use crate::features::link::Link;
use crate::features::media::Shown;
use crate::features::media::bubble::bubble_view;
use crate::features::media::offer::Offer;
use crate::features::media::viewer::Viewer;
use crate::features::media::voice::VoiceNote;
use crate::features::message::Around;
use crate::features::message::dialogs::MessageDialogs;
use crate::features::muting::MuteDialog;
use crate::features::new_chat::NewChat;
use crate::features::notifications::keep_up;
use crate::features::registration::Registration;
use crate::features::scan_code::ScanCode;
use crate::features::settings::{ProfileSection, SettingsSection};
use crate::features::start::Plain;
use crate::platform::{page, version};
use crate::primitives::icon::IconButton;
use crate::store::{App, use_app};
use crate::words;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use wasm_bindgen_futures::spawn_local;

type Soon<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A view whose code may not be here yet.
#[derive(Clone, Copy)]
pub struct Part {
    load: fn() -> Soon<()>,
    view: fn() -> Soon<AnyView>,
}

/// `$module` is the module that a part is in: parts that are often wanted one after the other are in one.
macro_rules! part {
    ($(#[$about:meta])* $part:ident: $module:ident, $load:ident, $view:ident => $content:expr) => {
        #[wasm_split($module, wasm_split_path = leptos::wasm_split, preload($load), fallible)]
        fn $view() -> Result<AnyView, SplitLoaderError> {
            Ok($content.into_any())
        }

        $(#[$about])*
        pub const $part: Part = Part { load: || Box::pin($load()), view: || Box::pin($view()) };
    };
}

part!(REGISTRATION: registration, load_registration, registration => view! { <Registration/> });
part!(LINK: link, load_link, link => view! { <Link/> });
part!(NEW_CHAT: sections, load_new_chat, new_chat => view! { <NewChat/> });
part!(NEW_GROUP: sections, load_new_group, new_group => view! { <NewGroup/> });
part!(SCAN: sections, load_scan, scan => view! { <ScanCode/> });
part!(SETTINGS: sections, load_settings, settings => view! { <SettingsSection/> });
part!(PROFILE: sections, load_profile, profile => view! { <ProfileSection/> });
part!(DEVICES: sections, load_devices, devices => view! { <Devices/> });
part!(CONTACT_CODE: sections, load_contact_code, contact_code => view! { <ContactCode/> });
part!(INFO: sections, load_info, info => view! { <InfoPane/> });
part!(STARRED: sections, load_starred, starred => view! { <StarredSection/> });
part!(CARRIED_PANE: sections, load_carried_pane, carried_pane => view! { <CarriedPane/> });
part!(STARRED_PANE: sections, load_starred_pane, starred_pane => view! { <StarredPane/> });
part!(EMOJI: sections, load_emoji, emoji => view! { <EmojiPanel/> });
part!(CHAT_SEARCH: sections, load_chat_search, chat_search => view! { <ChatSearch/> });
part!(OFFER: media, load_offer, offer => view! { <Offer/> });
part!(VIEWER: media, load_viewer, viewer => view! { <Viewer/> });
part!(MESSAGE_DIALOGS: sections, load_message_dialogs, message_dialogs => view! { <MessageDialogs around={expect_context::<Around>()}/> });
part!(KEY_HELP: sections, load_key_help, key_help => view! { <KeyHelp/> });
part!(ASKING: sections, load_asking, asking => view! { <AskingDialog/> });
part!(CHORE: sections, load_chore, chore => view! { <ChoreDialog/> });
part!(JOIN: sections, load_join, join => view! { <JoinDialog/> });
part!(MUTING: sections, load_muting, muting => view! { <MuteDialog/> });
part!(CALLS: calls, load_calls, calls => view! { <CallLayer/> });
part!(CALL_LOG: calls, load_call_log, call_log => view! { <CallLogSection/> });
part!(CALL_DEVICES: calls, load_call_devices, call_devices => view! { <DevicesSetup/> });
part!(VOICE: media, load_voice, voice => view! { <VoiceNote/> });

#[wasm_split(media, wasm_split_path = leptos::wasm_split, preload(load_in_bubble), fallible)]
fn in_bubble(shown: Shown) -> Result<AnyView, SplitLoaderError> {
    Ok(bubble_view(&shown))
}

#[wasm_split(sections, wasm_split_path = leptos::wasm_split, preload(load_keep_up_push), fallible)]
fn keep_up_push(app: App) -> Result<(), SplitLoaderError> {
    spawn_local(keep_up(app));
    Ok(())
}

/// Sees to it that the server knows this browser's subscription, once a page is there.
pub fn keep_push(app: App) {
    spawn_local(async move {
        // Without the part, the next page does it.
        let _ = keep_up_push(app).await;
    });
}

/// What a message carries. While the part comes, the bubble has its place already.
#[component]
pub fn MediaInBubble(shown: Shown) -> impl IntoView {
    const PART: Part = Part { load: || Box::pin(load_in_bubble()), view: || Box::pin(viewer()) };
    let state = RwSignal::new(State::Coming);
    ask(PART, state, NO_FOCUS);
    let (app, is_entered) = (use_app(), shown.is_entered);
    let again = move |_| if app.new_version.get_untracked() { version::take() } else { ask(PART, state, NO_FOCUS) };
    let label = move || if app.new_version.get() { words::reload() } else { words::try_again() };
    move || {
        match state.get() {
        State::Here => {
            let mut soon: Soon<AnyView> = Box::pin(in_bubble(shown.clone()));
            match at_once(&mut soon) {
                Poll::Ready(Ok(view)) => view,
                _ => ().into_any(),
            }
        }
        State::Coming => ().into_any(),
        State::Missing => view! {
            <button class="button quiet small" type="button" tabindex=move || if is_entered.get() { "0" } else { "-1" } data-testid="part-again"
                on:click=again>{label}</button>
        }
        .into_any(),
    }
    }
}

/// Nothing has this: what had the focus keeps it.
const NO_FOCUS: &str = "[data-takes-focus]";

impl Part {
    /// Loads what will be wanted soon. What fails is tried again when it is shown.
    pub fn load_early(self) {
        let loading = (self.load)();
        spawn_local(async move {
            let _ = loading.await;
        });
    }

    /// Does something in the frame in which the part, which is shown now, is on the page.
    pub fn when_here(self, act: impl FnOnce() + 'static) {
        let loading = (self.load)();
        spawn_local(async move {
            if loading.await.is_ok() {
                request_animation_frame(act);
            }
        });
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Coming,
    Here,
    Missing,
}

/// Where a part stands, for what is said in its place.
#[derive(Clone, Copy, PartialEq)]
pub enum Place {
    /// It is the whole page.
    Page,
    /// Beside the list, or in place of it.
    Pane,
    /// Before the conversation, with a way back to it.
    Info,
    /// In something that has a head and a way out of its own.
    Inside,
    /// A dialog over the page: nothing stands in its place before it is there.
    Over,
}

/// Shows `part`; while it comes and where it does not, says so.
#[component]
pub fn Lazy(
    part: Part,
    place: Place,
    /// What gets the focus when the part comes late.
    #[prop(default = ".pane-title")]
    focus: &'static str,
) -> impl IntoView {
    let state = RwSignal::new(State::Coming);
    ask(part, state, focus);
    move || match state.get() {
        State::Here => match at_once(&mut (part.view)()) {
            Poll::Ready(Ok(view)) => view,
            _ => view! { <Missing place on_again=move || ask(part, state, focus)/> }.into_any(),
        },
        State::Coming => view! { <Coming place/> }.into_any(),
        State::Missing => view! { <Missing place on_again=move || ask(part, state, focus)/> }.into_any(),
    }
}

fn ask(part: Part, state: RwSignal<State>, focus: &'static str) {
    let outcome = |result: &Result<(), SplitLoaderError>| if result.is_ok() { State::Here } else { State::Missing };
    let mut loading = (part.load)();
    // What was loaded before is shown without a frame in between.
    if let Poll::Ready(result) = at_once(&mut loading) {
        return state.set(outcome(&result));
    }
    state.set(State::Coming);
    spawn_local(async move {
        let result = loading.await;
        // Otherwise something else is shown by now.
        let shown = state.try_set(outcome(&result)).is_none();
        if shown {
            request_animation_frame(move || {
                if page::lost_focus() && page::can_focus(focus) {
                    page::focus(focus);
                }
            });
        }
    });
}

fn at_once<T>(soon: &mut Soon<T>) -> Poll<Result<T, SplitLoaderError>> {
    soon.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

#[component]
fn Coming(place: Place) -> impl IntoView {
    let waiting = || view! { <p class="pad faint" role="status" data-testid="part-coming">{words::part_coming()}</p> };
    match place {
        Place::Page => view! { <main class="plain" aria-busy="true">{waiting()}</main> }.into_any(),
        Place::Inside => waiting().into_any(),
        Place::Pane | Place::Info => view! { <Head back={place == Place::Info}/>{waiting()} }.into_any(),
        Place::Over => ().into_any(),
    }
}

/// Without a network before all was kept for it; or another version is served by now, and has other modules.
#[component]
fn Missing(place: Place, on_again: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    move || {
        let gone = app.new_version.get();
        let (text, label) =
            if gone { (words::part_gone(), words::reload()) } else { (words::part_missing(), words::try_again()) };
        let around = use_context::<Around>();
        let leave = move || {
            app.leave_media();
            app.call_wish.set(None);
            app.help.set(false);
            if let Some(around) = around {
                around.dialog.set(None);
            }
        };
        let act = move || if gone { version::take() } else { on_again() };
        let reason = if gone { "new-version" } else { "not-loaded" };
        match place {
            Place::Page => view! {
                <Plain stage="part-missing" icon="wifi-slash" title=words::part_missing_title() text reason action=(label, Callback::new(move |()| act()))/>
            }
            .into_any(),
            Place::Over => view! {
                <div class="over-missing" role="alert" data-testid="part-missing" data-reason=reason>
                    <p>{text}</p>
                    <button class="button quiet" type="button" data-testid="part-close" on:click=move |_| leave()>{words::close()}</button>
                    <button class="button" type="button" data-testid="part-again" on:click=move |_| act()>{label}</button>
                </div>
            }
            .into_any(),
            Place::Pane | Place::Info | Place::Inside => view! {
                {(place != Place::Inside).then(|| view! { <Head back={place == Place::Info}/> })}
                <div class="pad stack" role="alert" data-testid="part-missing" data-reason=reason>
                    <p>{text}</p>
                    <button class="button" type="button" data-testid="part-again" on:click=move |_| act()>{label}</button>
                </div>
            }
            .into_any(),
        }
    }
}

#[component]
fn Head(back: bool) -> impl IntoView {
    let app = use_app();
    view! {
        <header class="pane-head">
            {back.then(|| view! { <IconButton icon="arrow-left" label=words::back().to_owned() testid="part-back" on_click=move |_| { app.back(); }/> })}
            <h1 class="pane-title" tabindex="-1">{words::app_name()}</h1>
        </header>
    }
}
