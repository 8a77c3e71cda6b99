//! Who is in a group, and what can be done about it: in the information beside the conversation.

use crate::features::groups::picker::Picker;
use crate::features::name_form::NameForm;
use crate::features::settings::own_face;
use crate::platform::page;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::primitives::menu::{Entry, Menu};
use crate::store::{App, use_app};
use crate::words;
use client_api::{AccountId, Answer, ChatId, ChatInfo, Command, MemberRow};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// A question that stands before the page.
#[derive(Clone, PartialEq, Eq)]
enum Asked {
    Add,
    Remove(MemberRow),
    Leave,
}

/// The members, and for admins what they may do.
#[component]
pub fn Members(info: Memo<ChatInfo>) -> impl IntoView {
    let app = use_app();
    // Oneself, then admins, then the others, by name.
    let members = Memo::new(move |_| {
        let mut members = info.with(|info| info.members.clone());
        app.people.with(|people| {
            for member in &mut members {
                member.title = words::author_in(false, member.account, people);
            }
        });
        let me = app.me();
        members.sort_by_cached_key(|member| (member.account != me, !member.admin, member.title.to_lowercase()));
        members
    });
    let is_in = Memo::new(move |_| members.with(|members| members.iter().any(|member| member.account == app.me())));
    let is_admin = Memo::new(move |_| {
        members.with(|members| members.iter().any(|member| member.admin && member.account == app.me()))
    });
    let may_edit = Memo::new(move |_| info.with(|info| info.may_edit));
    let asked = RwSignal::new(None::<Asked>);
    let chat = Memo::new(move |_| info.with(|info| info.chat));
    let title = Memo::new(move |_| info.with(|info| info.title.clone()));
    let count = move || match members.with(Vec::len) {
        0 => words::not_in_group().to_owned(),
        number => words::members(number),
    };
    // What was done may have taken away what had the focus.
    Effect::new(move |before: Option<usize>| {
        let now = members.with(Vec::len);
        if before.is_some_and(|before| now < before) {
            request_animation_frame(|| {
                if page::lost_focus() {
                    page::focus("[data-testid='members-count']");
                }
            });
        }
        now
    });
    view! {
        <Show when=move || may_edit.get()><GroupName chat title/></Show>
        <h2 class="rows-title" tabindex="-1" data-testid="members-count">{count}</h2>
        <ul class="rows" data-testid="members">
            <Show when=move || is_admin.get()>
                <li><button class="action-row" type="button" data-testid="members-add" on:click=move |_| asked.set(Some(Asked::Add))>
                    <Icon name="user-plus"/> <span>{words::add_members()}</span>
                </button></li>
            </Show>
            <For each=move || members.get() key=|member| member.account let:member>
                <MemberView first=member members chat is_admin asked/>
            </For>
            <Show when=move || is_in.get()>
                <li><button class="action-row danger" type="button" data-testid="group-leave" on:click=move |_| asked.set(Some(Asked::Leave))>
                    <Icon name="sign-out"/> <span>{words::leave_group()}</span>
                </button></li>
            </Show>
        </ul>
        {move || asked.get().map(|question| match question {
            Asked::Add => view! { <Add chat members asked/> }.into_any(),
            Asked::Remove(member) => {
                let command = Command::RemoveMembers { chat: chat.get_untracked(), members: vec![member.account] };
                let question = words::remove_member(&member.title, &title.get_untracked());
                view! { <Confirm title=question text="" go=words::remove() command asked/> }.into_any()
            }
            Asked::Leave => {
                let command = Command::LeaveGroup { chat: chat.get_untracked() };
                let question = words::leave_title(&title.get_untracked());
                view! { <Confirm title=question text=words::leave_text() go=words::leave() command asked/> }.into_any()
            }
        })}
    }
}

#[component]
fn MemberView(
    first: MemberRow,
    members: Memo<Vec<MemberRow>>,
    chat: Memo<ChatId>,
    is_admin: Memo<bool>,
    asked: RwSignal<Option<Asked>>,
) -> impl IntoView {
    let app = use_app();
    let account = first.account;
    let own = move || app.me() == account;
    // The last known while the row goes.
    let member = Memo::new(move |last: Option<&MemberRow>| {
        let now = members.with(|members| members.iter().find(|member| member.account == account).cloned());
        now.or_else(|| last.cloned()).unwrap_or_else(|| first.clone())
    });
    let face = Signal::derive(move || {
        if own() {
            return own_face(app);
        }
        let known = app.contacts.with(|contacts| contacts.row(&account));
        let photo = known.map(|row| row.photo.clone()).unwrap_or_default();
        Face { account, name: member.with(|member| member.title.clone()), photo, notes: false }
    });
    let shown = move || if own() { words::you().to_owned() } else { member.with(|member| member.title.clone()) };
    let label = words::menu_of(&member.with_untracked(|member| member.title.clone()));
    let entries = Callback::new(move |()| {
        let mut entries =
            vec![Entry::line(words::message_member(), "chat-circle", "member-message", move || message(app, account))];
        if is_admin.get_untracked() {
            let admin = member.with_untracked(|member| member.admin);
            let (words, icon) = if admin { (words::withdraw_admin(), "user") } else { (words::make_admin(), "star") };
            entries.push(Entry::line(words, icon, "member-admin", move || {
                app.send(Command::SetAdmin { chat: chat.get_untracked(), member: account, admin: !admin });
            }));
            entries.push(Entry::line(words::remove_from_group(), "prohibit", "member-remove", move || {
                asked.set(Some(Asked::Remove(member.get_untracked())));
            }));
        }
        entries
    });
    view! {
        <li class="fact-row member" data-testid="member" data-account=account.to_string()>
            <Avatar face size="small"/>
            <span class="member-name" dir="auto">{shown}</span>
            {move || member.with(|member| member.admin).then(|| view! { <span class="tag" data-testid="member-is-admin">{words::admin()}</span> })}
            {move || (!own()).then(|| view! { <Menu label=label.clone() icon="dots-three-vertical" testid="member-menu" entries/> })}
        </li>
    }
}

/// Opens the chat with somebody alone.
fn message(app: App, account: AccountId) {
    app.ask(Command::StartChat { account }, move |result| match result {
        Ok(Answer::Chat(chat)) => app.open_chat(chat),
        Ok(_) => {}
        Err(error) => app.toast(words::error(&error), false),
    });
}

#[component]
fn GroupName(chat: Memo<ChatId>, title: Memo<String>) -> impl IntoView {
    // What was not changed is not sent.
    let command = move |typed: Option<String>| {
        typed.map(|name| Command::RenameGroup { chat: chat.get_untracked(), name: name.trim().to_owned() })
    };
    view! {
        <NameForm label=words::group_name() name=title length_max=100 testid="group-rename" error_id="group-rename-error"
            save_testid="group-rename-save" command/>
    }
}

#[component]
fn Add(chat: Memo<ChatId>, members: Memo<Vec<MemberRow>>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let app = use_app();
    let chosen = RwSignal::new(BTreeSet::new());
    let without = members.with_untracked(|members| members.iter().map(|member| member.account).collect());
    let error = RwSignal::new(String::new());
    let close = move || asked.set(None);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let members: Vec<_> = chosen.with_untracked(|chosen| chosen.iter().copied().collect());
        if members.is_empty() {
            return;
        }
        error.set(String::new());
        let (chat, added) = (chat.get_untracked(), members.clone());
        // Where this dialog is closed by now, another one may be open.
        app.ask(Command::AddMembers { chat, members }, move |result| match result {
            Ok(_) => {
                // Who is added while one talks is to talk along.
                if app.calls.with_untracked(|calls| calls.own.as_ref().is_some_and(|own| own.chat == chat)) {
                    app.send(Command::RingMembers { chat, members: added });
                }
                if error.try_get_untracked().is_some() {
                    let _ = asked.try_set(None);
                }
            }
            Err(refused) => _ = error.try_set(words::error(&refused)),
        });
    };
    view! {
        <Dialog title=words::add_members() testid="members-dialog" on_close=close>
            <form class="forward" on:submit=submit>
                <Picker chosen without/>
                <p class="field-error" role="alert">{error}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" on:click=move |_| close()>{words::cancel()}</button>
                    <button class="button" type="submit" data-testid="members-add-go"
                        disabled=move || chosen.with(BTreeSet::is_empty)>{words::add()}</button>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn Confirm(
    #[prop(into)] title: String,
    text: &'static str,
    go: &'static str,
    command: Command,
    asked: RwSignal<Option<Asked>>,
) -> impl IntoView {
    let app = use_app();
    let error = RwSignal::new(String::new());
    let close = move || asked.set(None);
    let command = StoredValue::new(command);
    let act = move |_| {
        error.set(String::new());
        app.ask(command.get_value(), move |result| match result {
            Ok(_) if error.try_get_untracked().is_some() => _ = asked.try_set(None),
            Ok(_) => {}
            Err(refused) => _ = error.try_set(words::error(&refused)),
        });
    };
    view! {
        <Dialog title testid="group-dialog" on_close=close>
            {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            <p class="field-error" role="alert" data-testid="group-error">{error}</p>
            <div class="dialog-actions">
                <button class="button quiet" type="button" on:click=move |_| close()>{words::cancel()}</button>
                <button class="button danger" type="button" data-testid="group-confirm" on:click=act>{go}</button>
            </div>
        </Dialog>
    }
}
