//! What a group shows of itself, and who may do what in it: in the information beside the conversation.

use crate::features::chat_list::face;
use crate::features::message::body::blocks_view;
use crate::model::rich_text::parse;
use crate::platform::photo;
use crate::primitives::avatar::Avatar;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{ChatId, ChatInfo, Command, GroupRules, RulesChange, UserError};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

/// A question that stands before the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Description,
    Rules,
}

/// The description, with its links.
#[component]
pub fn Description(about: Memo<String>) -> impl IntoView {
    let is_reached = Memo::new(|_| true);
    view! {
        <div class="info-about description" dir="auto" data-testid="group-description">
            {move || about.with(|about| blocks_view(parse(about).blocks, is_reached))}
        </div>
    }
}

/// What can be changed, by whoever may; and the rules, for everybody to read.
#[component]
pub fn About(info: Memo<ChatInfo>) -> impl IntoView {
    let app = use_app();
    let may_edit = Memo::new(move |_| info.with(|info| info.may_edit));
    let is_admin = Memo::new(move |_| {
        info.with(|info| info.members.iter().any(|member| member.admin && member.account == app.me()))
    });
    let is_in = Memo::new(move |_| info.with(|info| !info.members.is_empty()));
    let has_description = Memo::new(move |_| info.with(|info| !info.about.is_empty()));
    let rules = move || info.with(|info| words::rules(&info.rules));
    let asked = RwSignal::new(None::<Asked>);
    let label = move || if has_description.get() { words::change_description() } else { words::add_description() };
    let facts =
        move || view! { <Icon name="shield-check"/> <span><strong>{words::who_may()}</strong><br/>{rules}</span> };
    view! {
        <ul class="rows">
            <Show when=move || may_edit.get()>
                <Photo info/>
                <li><button class="action-row" type="button" data-testid="group-describe" on:click=move |_| asked.set(Some(Asked::Description))>
                    <Icon name="pencil-simple"/> <span>{label}</span>
                </button></li>
            </Show>
            <Show when=move || is_admin.get()>
                <li><button class="action-row" type="button" data-testid="group-rules" on:click=move |_| asked.set(Some(Asked::Rules))>{facts}</button></li>
            </Show>
            <Show when=move || is_in.get() && !is_admin.get()>
                <li class="fact-row" data-testid="group-rules-told">{facts}</li>
            </Show>
        </ul>
        {move || asked.get().map(|question| match question {
            Asked::Description => view! { <Describe info asked/> }.into_any(),
            Asked::Rules => view! { <Rules info asked/> }.into_any(),
        })}
    }
}

#[component]
fn Photo(info: Memo<ChatInfo>) -> impl IntoView {
    let app = use_app();
    let has_photo = Memo::new(move |_| info.with(|info| !info.photo.is_empty()));
    let file = NodeRef::<html::Input>::new();
    let set = move |chat: ChatId, photo: photo::Photo| {
        let command = Command::SetGroupPhoto { chat, photo: photo.jpeg, thumb: photo.thumb };
        app.ask(command, move |result| {
            if let Err(error) = result {
                app.toast(words::error(&error), false);
            }
        });
    };
    let picked = move |_| {
        let Some(input) = file.get_untracked() else { return };
        let Some(chosen) = input.files().and_then(|files| files.get(0)) else { return };
        // The same file may be chosen again.
        input.set_value("");
        let chat = info.with_untracked(|info| info.chat);
        wasm_bindgen_futures::spawn_local(async move {
            match photo::profile_photo(chosen).await {
                Some(new) => set(chat, new),
                None => app.toast(words::error(&UserError::PhotoInvalid), false),
            }
        });
    };
    let label = move || if has_photo.get() { words::change_group_photo() } else { words::add_group_photo() };
    view! {
        <li><label class="action-row file-row">
            <Icon name="camera"/> <span>{label}</span>
            <input class="hidden-input" type="file" accept="image/*" node_ref=file on:change=picked data-testid="group-photo"/>
        </label></li>
        <Show when=move || has_photo.get()>
            <li><button class="action-row" type="button" data-testid="group-photo-remove"
                on:click=move |_| set(info.with_untracked(|info| info.chat), photo::Photo::default())>
                <Icon name="trash"/> <span>{words::remove_group_photo()}</span>
            </button></li>
        </Show>
    }
}

#[component]
fn Describe(info: Memo<ChatInfo>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let (chat, before) = info.with_untracked(|info| (info.chat, info.about.clone()));
    let text = RwSignal::new(before);
    let command = move || Command::DescribeGroup { chat, description: text.get_untracked() };
    view! {
        <Asking title=words::description() testid="describe-dialog" asked command=Callback::new(move |()| command())>
            <textarea class="input words" rows="5" dir="auto" aria-label=words::description() data-testid="describe-text"
                aria-describedby="group-asked-error" prop:value=text on:input=move |event| text.set(event_target_value(&event))></textarea>
        </Asking>
    }
}

#[component]
fn Rules(info: Memo<ChatInfo>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let (chat, before) = info.with_untracked(|info| (info.chat, info.rules));
    let rules = RwSignal::new(before);
    let switch = move |label, testid, read: fn(&GroupRules) -> bool, write: fn(&mut GroupRules, bool)| {
        view! {
            <label class="switch-row">
                <span>{label}</span>
                <input class="switch" type="checkbox" role="switch" data-testid=testid prop:checked=move || rules.with(read)
                    on:change=move |event| rules.update(|rules| write(rules, event_target_checked(&event)))/>
            </label>
        }
    };
    let command = move || Command::SetGroupRules { chat, change: RulesChange::between(before, rules.get_untracked()) };
    view! {
        <Asking title=words::who_may() testid="rules-dialog" asked command=Callback::new(move |()| command())>
            {switch(words::everybody_sends(), "everybody-sends", |rules| !rules.only_admins_send, |rules, on| rules.only_admins_send = !on)}
            {switch(words::everybody_edits(), "everybody-edits", |rules| rules.everybody_edits, |rules, on| rules.everybody_edits = on)}
            <p class="faint">{words::who_may_text()}</p>
        </Asking>
    }
}

/// A form over the page, which closes when what it asks for is accepted.
#[component]
fn Asking(
    title: &'static str,
    testid: &'static str,
    asked: RwSignal<Option<Asked>>,
    command: Callback<(), Command>,
    children: Children,
) -> impl IntoView {
    let app = use_app();
    let error = RwSignal::new(String::new());
    let close = move || asked.set(None);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        error.set(String::new());
        // Where this dialog is closed by now, another one may be open.
        app.ask(command.run(()), move |result| match result {
            Ok(_) if error.try_get_untracked().is_some() => _ = asked.try_set(None),
            Ok(_) => {}
            Err(refused) => _ = error.try_set(words::error(&refused)),
        });
    };
    view! {
        <Dialog title=Signal::stored(title.to_owned()) testid on_close=close>
            <form class="stack" on:submit=submit>
                {children()}
                <p id="group-asked-error" class="field-error" role="alert" data-testid="group-asked-error">{error}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" on:click=move |_| close()>{words::cancel()}</button>
                    <button class="button" type="submit" data-testid="group-asked-save">{words::save()}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// The groups that one is in together with a contact.
#[component]
pub fn InCommon(info: Memo<ChatInfo>) -> impl IntoView {
    let app = use_app();
    let groups = Memo::new(move |_| {
        let mut groups: Vec<_> = app
            .chats
            .with(|chats| info.with(|info| info.in_common.iter().filter_map(|chat| chats.get(chat)).collect()));
        groups.sort_by_cached_key(|row| row.title.to_lowercase());
        groups
    });
    view! {
        <Show when=move || groups.with(|groups| !groups.is_empty())>
            <h2 class="rows-title">{words::in_common()}</h2>
            <ul class="rows" data-testid="in-common">
                <For each=move || groups.get() key=|row| (row.chat, row.title.clone(), row.photo.clone()) let:row>
                    <li><button class="action-row" type="button" data-testid="common-group" on:click=move |_| app.open_chat(row.chat)>
                        <Avatar face=Signal::stored(face(Some(&*row))) size="small"/> <span dir="auto">{row.title.clone()}</span>
                    </button></li>
                </For>
            </ul>
        </Show>
    }
}
