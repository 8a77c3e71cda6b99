//! The information pane of a chat: who it is, how much history is here, the safety number.

use crate::features::chat_list::face;
use crate::features::conversation::chat_entries;
use crate::features::safety::Safety;
use crate::model::clock;
use crate::platform::page;
use crate::primitives::avatar::Avatar;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{Pane, use_app};
use crate::words;
use client_api::{Answer, ChatInfo, ChatKind, Command, Completeness, SafetyNumber};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The pane.
#[component]
pub fn InfoPane() -> impl IntoView {
    let app = use_app();
    view! {
        <header class="pane-head">
            <IconButton icon="x" label=words::CLOSE.to_owned() testid="info-close" on_click=move |_| app.pane.set(Pane::Chat)/>
            // Where it is alone on the screen, it is the page's heading.
            {move || if app.narrow.get() {
                view! { <h1 class="pane-title" tabindex="-1">{words::CHAT_INFO}</h1> }.into_any()
            } else {
                view! { <h2 class="pane-title" tabindex="-1">{words::CHAT_INFO}</h2> }.into_any()
            }}
        </header>
        <div class="pane-body" data-testid="info">
            {move || app.info.get().map(|info| view! { <Facts info/> })}
        </div>
    }
}

#[component]
fn Facts(info: ChatInfo) -> impl IntoView {
    let app = use_app();
    let chat = info.chat;
    let direct = info.kind == ChatKind::Direct;
    let face = Signal::derive(move || app.chats.with(|chats| face(chats.get(&chat).as_deref())));
    let safety = RwSignal::new(None::<SafetyNumber>);
    let peer = info.peer;
    let show_safety = move |_| {
        app.ask(Command::ShowSafetyNumber { account: peer }, move |result| match result {
            Ok(Answer::Safety(number)) => {
                let _ = safety.try_set(Some(number));
            }
            Ok(_) => {}
            Err(error) => app.toast(words::error(&error), false),
        });
    };
    let is_contact = Memo::new(move |_| app.contacts.with(|contacts| contacts.contains_key(&peer)));
    let (state, words_of) = completeness(&info);
    view! {
        <div class="info-face">
            <Avatar face size="huge"/>
            <p class="info-name" dir="auto" data-testid="info-name">{if direct { info.title.clone() } else { words::NOTES.to_owned() }}</p>
            <p class="info-number" dir="ltr">{info.number.clone()}</p>
            {(!info.about.is_empty()).then(|| view! { <p class="info-about" dir="auto">{info.about.clone()}</p> })}
        </div>
        <ul class="rows">
            <li class="fact-row" data-testid="completeness" data-state=state>
                <Icon name=if state == "complete" { "check-circle" } else { "hourglass" }/>
                <span><strong>{words::HISTORY}</strong><br/>{words_of}</span>
            </li>
            {direct.then(|| view! {
                <li class="fact-row" data-testid="info-devices">
                    <Icon name="devices"/>
                    <span><strong>{words::DEVICES}</strong><br/>{words::count(u64::from(info.devices), "device", "devices")}</span>
                </li>
                <li>
                    <button class="action-row" type="button" data-testid="show-safety" on:click=show_safety>
                        <Icon name="shield-check"/>
                        <span><strong>{words::SAFETY_NUMBER}</strong><br/>{if info.verified { words::VERIFIED } else { words::NOT_VERIFIED }}</span>
                    </button>
                </li>
            })}
            {chat_entries(app, chat)
                .into_iter()
                .filter(|entry| entry.testid != "menu-close")
                .map(|entry| view! {
                    <li><button class="action-row" type="button" data-testid=format!("info-{}", entry.testid) on:click=move |_| entry.act.run(())>
                        <Icon name=entry.icon/> <span>{entry.label}</span>
                    </button></li>
                })
                .collect_view()}
        </ul>
        {direct.then(|| {
            let title = info.title.clone();
            view! {
                <Show when=move || is_contact.get() fallback=move || view! { <AddContact account=peer/> }>
                    <Rename account=peer title=title.clone()/>
                </Show>
            }
        })}
        {move || safety.get().map(|number| view! { <Safety number safety title=info.title.clone()/> })}
    }
}

fn completeness(info: &ChatInfo) -> (&'static str, String) {
    match info.completeness {
        Completeness::Complete => ("complete", words::COMPLETE.to_owned()),
        Completeness::BackTo(ms) => {
            ("back-to", words::complete_back_to(&clock::full(ms, page::now_ms(), page::zone_at(ms))))
        }
        Completeness::Arriving => ("arriving", words::ARRIVING.to_owned()),
    }
}

/// Somebody who wrote first is no contact until the owner says so. The name is their own; it can be changed then.
#[component]
fn AddContact(account: client_api::AccountId) -> impl IntoView {
    let app = use_app();
    let add = move |_| {
        app.ask(Command::RenameContact { account, name: String::new() }, move |result| match result {
            Ok(_) => app.toast(words::CONTACT_ADDED.to_owned(), false),
            Err(error) => app.toast(words::error(&error), false),
        });
    };
    view! {
        <ul class="rows">
            <li><button class="action-row" type="button" data-testid="add-contact" on:click=add>
                <Icon name="user-plus"/>
                <span class="two-lines"><strong>{words::ADD_TO_CONTACTS}</strong><span class="faint">{words::NOT_A_CONTACT}</span></span>
            </button></li>
        </ul>
    }
}

#[component]
fn Rename(account: client_api::AccountId, title: String) -> impl IntoView {
    let app = use_app();
    let (name, error) = (RwSignal::new(title), RwSignal::new(String::new()));
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        error.set(String::new());
        app.ask(Command::RenameContact { account, name: name.get_untracked().trim().to_owned() }, move |result| {
            match result {
                Ok(_) => app.toast(words::SAVED.to_owned(), false),
                Err(refused) => _ = error.try_set(words::error(&refused)),
            }
        });
    };
    view! {
        <form class="pad stack" on:submit=save>
            <label class="field">
                <span class="field-label">{words::CONTACT_NAME}</span>
                <input class="input" type="text" dir="auto" autocomplete="off" data-testid="rename-contact"
                    aria-describedby="rename-error" prop:value=name on:input=move |event| name.set(event_target_value(&event))/>
            </label>
            <p id="rename-error" class="field-error" role="alert" data-testid="rename-error">{error}</p>
            <button class="button quiet" type="submit" data-testid="rename-save">{words::SAVE}</button>
        </form>
    }
}
