//! The information pane of a chat: who it is, how much history is here, the safety number.

use crate::features::chat_list::face;
use crate::features::conversation::chat_entries;
use crate::features::finding::beside::BesideHead;
use crate::features::groups::about::{About, Description, InCommon};
use crate::features::groups::link::LinkRows;
use crate::features::groups::members::Members;
use crate::features::name_form::NameForm;
use crate::features::safety::Safety;
use crate::model::chat_list::is_unread;
use crate::model::clock;
use crate::platform::page;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::Icon;
use crate::store::{Pane, use_app};
use crate::words;
use client_api::number::shown;
use client_api::{AccountId, Answer, ChatInfo, ChatKind, Command, Completeness, SafetyNumber};
use leptos::prelude::*;

/// The pane.
#[component]
pub fn InfoPane() -> impl IntoView {
    let app = use_app();
    let opened = Memo::new(move |_| app.info.with(Option::is_some).then(|| app.conversation.get()).flatten());
    view! {
        <BesideHead icon="x" label=words::close() title=words::chat_info() testid="info-close" to=Pane::Chat/>
        <div class="pane-body" data-testid="info">
            // Drawn once for a chat: what is typed, opened or focused in it stays while the facts go on.
            {move || opened.get().and_then(|_| app.info.get_untracked()).map(|info| view! { <Facts first=info/> })}
        </div>
    }
}

#[component]
fn Facts(first: ChatInfo) -> impl IntoView {
    let app = use_app();
    let direct = first.kind == ChatKind::Direct;
    let group = first.kind == ChatKind::Group;
    // The last known while the pane closes.
    let info = Memo::new(move |last: Option<&ChatInfo>| {
        app.info.get().or_else(|| last.cloned()).unwrap_or_else(|| first.clone())
    });
    // The row has a small one.
    let photo = Memo::new(move |_| info.with(|info| if group { info.photo.clone() } else { Vec::new() }));
    let face = Signal::derive(move || {
        let listed = app.chats.with(|chats| face(chats.get(&info.with(|info| info.chat)).as_deref()));
        let whole = photo.get();
        if whole.is_empty() { listed } else { Face { photo: whole, ..listed } }
    });
    let safety = RwSignal::new(None::<SafetyNumber>);
    let peer = Memo::new(move |_| info.with(|info| info.peer));
    let title = Memo::new(move |_| info.with(words::title_of));
    // Nothing where there is none: the number is no name to start from.
    let name = Memo::new(move |_| {
        info.with(|info| if info.title == shown(&info.number) { String::new() } else { info.title.clone() })
    });
    let number = Memo::new(move |_| info.with(|info| Some(shown(&info.number)).filter(|number| *number != info.title)));
    let about = Memo::new(move |_| info.with(|info| info.about.clone()));
    let show_safety = move |_| {
        app.ask(Command::ShowSafetyNumber { account: peer.get_untracked() }, move |result| match result {
            Ok(Answer::Safety(number)) => {
                let _ = safety.try_set(Some(number));
            }
            Ok(_) => {}
            Err(error) => app.toast(words::error(&error), false),
        });
    };
    let is_contact = Memo::new(move |_| app.contacts.with(|contacts| contacts.has(&peer.get())));
    let history = Memo::new(move |_| info.with(completeness));
    let is_complete = move || history.with(|(state, _)| *state == "complete");
    view! {
        <div class="info-face">
            <Avatar face size="huge"/>
            <p class="info-name" dir="auto" data-testid="info-name">{title}</p>
            // Without a name it is the title already.
            {move || number.get().map(|number| view! { <p class="info-number" dir="ltr">{number}</p> })}
            <Show when=move || about.with(|about| !about.is_empty()) fallback=|| ()>
                {if group { view! { <Description about/> }.into_any() } else { view! { <p class="info-about" dir="auto">{about}</p> }.into_any() }}
            </Show>
        </div>
        <ul class="rows">
            <Show when=move || direct && !is_contact.get()><AddContact account=peer/></Show>
            <li class="fact-row" data-testid="completeness" data-state=move || history.with(|(state, _)| *state)>
                {move || view! { <Icon name=if is_complete() { "check-circle" } else { "hourglass" }/> }}
                <span><strong>{words::history()}</strong><br/>{move || history.with(|(_, text)| text.clone())}</span>
            </li>
            {direct.then(|| view! {
                <li class="fact-row" data-testid="info-devices">
                    <Icon name="devices"/>
                    <span><strong>{words::devices()}</strong><br/>{move || words::devices_of(info.with(|info| info.devices))}</span>
                </li>
                <li>
                    <button class="action-row" type="button" data-testid="show-safety" on:click=show_safety>
                        <Icon name="shield-check"/>
                        <span><strong>{words::safety_number()}</strong><br/>{move || if info.with(|info| info.verified) { words::verified() } else { words::not_verified() }}</span>
                    </button>
                </li>
            })}
            <li>
                <button class="action-row" type="button" data-testid="info-carried" on:click=move |_| app.show_beside(Pane::Carried)>
                    <Icon name="image"/> <span>{words::carried()}</span>
                </button>
            </li>
            <li>
                <button class="action-row" type="button" data-testid="info-starred" on:click=move |_| app.show_beside(Pane::Starred)>
                    <Icon name="star"/> <span>{words::starred_messages()}</span>
                </button>
            </li>
            <li class="fact-row" data-testid="info-goes">
                <Icon name="hourglass"/>
                <span><strong>{words::disappearing_title()}</strong><br/>{move || words::disappearing(info.with(|info| info.disappearing))}</span>
            </li>
            <Entries info/>
        </ul>
        <Show when=move || direct && is_contact.get()><Rename account=peer name/></Show>
        {direct.then(|| view! { <InCommon info/> })}
        {group.then(|| view! { <About info/> <LinkRows info/> <Members info/> })}
        {move || safety.get().map(|number| view! { <Safety number safety title=title.get_untracked()/> })}
    }
}

/// What can be done with the chat, drawn anew where that changes.
#[component]
fn Entries(info: Memo<ChatInfo>) -> impl IntoView {
    let app = use_app();
    let chat = Memo::new(move |_| info.with(|info| info.chat));
    let choices = Memo::new(move |_| {
        let row = app.chats.with(|chats| chats.get(&chat.get()));
        row.map(|row| (row.pinned, row.archived, is_unread(&row), row.muted_until_ms, app.is_blocked(row.peer)))
    });
    move || {
        choices.track();
        chat_entries(app, chat.get())
            .into_iter()
            .filter(|entry| entry.testid != "menu-close")
            .map(|entry| {
                view! {
                    <li><button class="action-row" type="button" data-testid=format!("info-{}", entry.testid) on:click=move |_| entry.act.run(())>
                        <Icon name=entry.icon/> <span>{entry.label}</span>
                    </button></li>
                }
            })
            .collect_view()
    }
}

fn completeness(info: &ChatInfo) -> (&'static str, String) {
    match info.completeness {
        Completeness::Complete => ("complete", words::complete().to_owned()),
        Completeness::BackTo(ms) => {
            ("back-to", words::complete_back_to(&clock::full(ms, page::now_ms(), page::zone_at(ms))))
        }
        Completeness::Arriving => ("arriving", words::arriving().to_owned()),
    }
}

/// Somebody who wrote first is no contact until the owner says so. The name is their own; it can be changed then.
#[component]
fn AddContact(account: Memo<AccountId>) -> impl IntoView {
    let app = use_app();
    let add = move |_| {
        let command = Command::RenameContact { account: account.get_untracked(), name: String::new() };
        app.ask(command, move |result| match result {
            Ok(_) => app.toast(words::contact_added().to_owned(), false),
            Err(error) => app.toast(words::error(&error), false),
        });
    };
    view! {
        <li>
            <button class="action-row" type="button" data-testid="add-contact" on:click=add>
                <Icon name="user-plus"/>
                <span><strong>{words::add_to_contacts()}</strong><br/>{words::not_a_contact()}</span>
            </button>
        </li>
    }
}

#[component]
fn Rename(account: Memo<AccountId>, name: Memo<String>) -> impl IntoView {
    let command = move |typed: Option<String>| {
        let name = typed.unwrap_or_else(|| name.get_untracked()).trim().to_owned();
        Some(Command::RenameContact { account: account.get_untracked(), name })
    };
    view! {
        <NameForm label=words::contact_name() name testid="rename-contact" error_id="rename-error" save_testid="rename-save" command/>
    }
}
