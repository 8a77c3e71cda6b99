//! A link to a call: made in the log of calls, given to whomever one wants to talk to.

use crate::features::groups::link::LinkGiven;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::store::{CallWish, Section, use_app};
use crate::words;
use client_api::{Answer, ChatId, Command, JoinCommand};
use leptos::prelude::*;

/// The row above the log, and the dialog with what it made.
#[component]
pub fn CallLinkRow() -> impl IntoView {
    let app = use_app();
    let made = RwSignal::new(None::<(ChatId, String)>);
    let busy = RwSignal::new(false);
    let make = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let name = app.profile.with_untracked(|profile| profile.as_ref().map(|profile| profile.name.clone()));
        let name = words::call_of(&name.unwrap_or_default());
        app.ask(Command::Join(JoinCommand::MakeCallLink { name }), move |result| {
            let _ = busy.try_set(false);
            match result {
                Ok(Answer::CallLink { chat, code }) => _ = made.try_set(Some((chat, code.0))),
                Ok(_) => {}
                Err(error) => app.toast(words::error(&error), false),
            }
        });
    };
    view! {
        <ul class="rows"><li><button class="action-row" type="button" data-testid="call-link" on:click=make>
            <Icon name="link"/> <span>{words::new_call_link()}</span>
        </button></li></ul>
        {move || made.get().map(|(chat, code)| view! { <Made chat code made/> })}
    }
}

#[component]
fn Made(chat: ChatId, code: String, made: RwSignal<Option<(ChatId, String)>>) -> impl IntoView {
    let app = use_app();
    let close = move || made.set(None);
    let enter = move |_| {
        close();
        app.section.set(Section::Chats);
        app.open_chat(chat);
        app.call_wish.set(Some(CallWish::Place { chat, video: false }));
    };
    view! {
        <Dialog title=Signal::stored(words::call_link().to_owned()) testid="call-link-dialog" on_close=close>
            <p>{words::call_link_text()}</p>
            <LinkGiven code/>
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="call-link-close" on:click=move |_| close()>{words::close()}</button>
                <button class="button" type="button" data-testid="call-link-enter" on:click=enter>{words::join_call()}</button>
            </div>
        </Dialog>
    }
}
