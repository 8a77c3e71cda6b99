//! Clearing, deleting and exporting a chat, blocking somebody, how long messages stay: what is asked before, and who is blocked.

use crate::features::exporting::Export;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::store::{App, use_app};
use crate::words;
use client_api::number::shown;
use client_api::{AccountId, BlockedRow, ChatId, Command, Disappearing};
use leptos::prelude::*;

/// What is to be done with a chat, once that is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    Clear(ChatId),
    Delete(ChatId),
    /// Its other one, whoever that is by then.
    Block(ChatId),
    /// How long its messages stay.
    Disappear(ChatId),
    /// Into a text file.
    Export(ChatId),
}

impl Chore {
    /// The chat goes on under another id.
    pub fn follow(self, from: ChatId, to: ChatId) -> Self {
        let now = |chat| if chat == from { to } else { chat };
        match self {
            Self::Clear(chat) => Self::Clear(now(chat)),
            Self::Delete(chat) => Self::Delete(now(chat)),
            Self::Block(chat) => Self::Block(now(chat)),
            Self::Disappear(chat) => Self::Disappear(now(chat)),
            Self::Export(chat) => Self::Export(now(chat)),
        }
    }
}

/// The dialog, for what it was asked for.
#[component]
pub fn ChoreDialog() -> impl IntoView {
    let app = use_app();
    move || {
        app.chore.get().map(|chore| match chore {
            Chore::Clear(chat) => view! { <Clear chat/> }.into_any(),
            Chore::Delete(chat) => view! { <Delete chat/> }.into_any(),
            Chore::Block(chat) => view! { <Block chat/> }.into_any(),
            Chore::Disappear(chat) => view! { <Disappear chat/> }.into_any(),
            Chore::Export(chat) => view! { <Export chat/> }.into_any(),
        })
    }
}

#[component]
fn Clear(chat: ChatId) -> impl IntoView {
    let app = use_app();
    let (keep_starred, error) = (RwSignal::new(true), RwSignal::new(String::new()));
    let act = move || {
        let command = Command::ClearChat { chat, keep_starred: keep_starred.get_untracked() };
        ask(app, command, error, words::cleared().to_owned(), None);
    };
    view! {
        <Asked title=words::clear_title().to_owned() testid="clear-dialog" go=words::clear() error act=act>
            <p>{words::clear_text()}</p>
            <Check label=words::keep_starred() testid="keep-starred" on=keep_starred/>
        </Asked>
    }
}

#[component]
fn Delete(chat: ChatId) -> impl IntoView {
    let app = use_app();
    let error = RwSignal::new(String::new());
    let act = move || ask(app, Command::DeleteChat { chat }, error, words::chat_deleted().to_owned(), None);
    view! {
        <Asked title=words::delete_chat_title().to_owned() testid="delete-chat-dialog" go=words::delete() error act=act>
            <p>{words::delete_chat_text()}</p>
        </Asked>
    }
}

#[component]
fn Block(chat: ChatId) -> impl IntoView {
    let app = use_app();
    let (delete, error) = (RwSignal::new(false), RwSignal::new(String::new()));
    let row = move || app.chats.with_untracked(|chats| chats.get(&chat));
    let name = StoredValue::new(row().map(|row| words::title(&row)).unwrap_or_default());
    let act = move || {
        let Some(row) = row() else { return };
        let command = Command::SetBlocked { account: row.peer, blocked: true };
        // Behind it: a call with them has ended then.
        let then = delete.get_untracked().then_some(Command::DeleteChat { chat });
        ask(app, command, error, words::blocked(&name.get_value()), then);
    };
    view! {
        <Asked title=words::block_title(&name.get_value()) testid="block-dialog" go=words::block_go() error act=act>
            <p>{words::block_text()}</p>
            <p class="faint">{words::block_report()}</p>
            <Check label=words::block_and_delete() testid="block-delete" on=delete/>
        </Asked>
    }
}

/// Which one is in force is known of the chat that is open.
#[component]
fn Disappear(chat: ChatId) -> impl IntoView {
    let app = use_app();
    let error = RwSignal::new(String::new());
    let close = move || app.chore.set(None);
    let now = Memo::new(move |_| {
        app.info.with(|info| info.as_ref().filter(|info| info.chat == chat).map(|info| info.disappearing))
    });
    let choices = Disappearing::ALL.map(|after| {
        let act = move |_| {
            let done = match after {
                Disappearing::Off => words::disappearing_off().to_owned(),
                after => words::disappear_after(after),
            };
            ask(app, Command::SetDisappearing { chat, after }, error, done, None);
        };
        view! {
            <button class="button quiet" type="button" data-testid=format!("disappear-{}", after.seconds() / 3_600)
                aria-pressed=move || (now.get() == Some(after)).to_string() on:click=act>
                <Show when=move || now.get() == Some(after)><Icon name="check"/></Show>
                {words::disappearing(after)}
            </button>
        }
    });
    view! {
        <Dialog title=Signal::stored(words::disappearing_title().to_owned()) testid="disappear-dialog" on_close=close>
            <p>{words::disappearing_text()}</p>
            <div class="stack dialog-choices">{choices.into_iter().collect_view()}</div>
            <p class="field-error" role="alert" data-testid="chore-error">{error}</p>
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="chore-no" on:click=move |_| close()>{words::cancel()}</button>
            </div>
        </Dialog>
    }
}

/// A question with a way back; a refusal stands in it.
#[component]
fn Asked(
    title: String,
    testid: &'static str,
    go: &'static str,
    error: RwSignal<String>,
    act: impl Fn() + Copy + Send + 'static,
    children: Children,
) -> impl IntoView {
    let app = use_app();
    let close = move || app.chore.set(None);
    view! {
        <Dialog title=Signal::stored(title) testid on_close=close>
            {children()}
            <p class="field-error" role="alert" data-testid="chore-error">{error}</p>
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="chore-no" on:click=move |_| close()>{words::cancel()}</button>
                <button class="button danger" type="button" data-testid="chore-go" on:click=move |_| act()>{go}</button>
            </div>
        </Dialog>
    }
}

#[component]
fn Check(label: &'static str, testid: &'static str, on: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="switch-row">
            <span>{label}</span>
            <input class="switch" type="checkbox" role="switch" data-testid=testid prop:checked=on
                on:change=move |event| on.set(event_target_checked(&event))/>
        </label>
    }
}

/// Where the dialog is closed by now, another one may be open. `then`: what is asked for once that is done.
fn ask(app: App, command: Command, error: RwSignal<String>, done: String, then: Option<Command>) {
    error.set(String::new());
    app.ask(command, move |result| match result {
        Ok(_) => {
            if error.try_get_untracked().is_some() {
                app.chore.set(None);
            }
            app.toast(done.clone(), false);
            if let Some(command) = then {
                app.send(command);
            }
        }
        Err(refused) => _ = error.try_set(words::error(&refused)),
    });
}

fn unblock(app: App, account: AccountId, name: String) {
    app.ask(Command::SetBlocked { account, blocked: false }, move |result| match result {
        Ok(_) => app.toast(words::unblocked(&name), false),
        Err(error) => app.toast(words::error(&error), false),
    });
}

/// In the settings: all who are blocked.
#[component]
pub fn BlockedPeople() -> impl IntoView {
    let app = use_app();
    let row = move |row: BlockedRow| {
        let (account, title) = (row.account, StoredValue::new(row.title.clone()));
        // Without a name it is the title already.
        let number = Some(shown(&row.number)).filter(|number| *number != row.title && !number.is_empty());
        view! {
            <li class="fact-row member" data-testid="blocked-row">
                <Icon name="prohibit"/>
                <span class="member-name two-lines">
                    <strong dir="auto">{row.title}</strong>
                    {number.map(|number| view! { <span class="faint" dir="ltr">{number}</span> })}
                </span>
                <button class="button quiet small" type="button" data-testid="unblock-row" aria-label=words::unblock(&title.get_value())
                    on:click=move |_| unblock(app, account, title.get_value())>{words::unblock_them()}</button>
            </li>
        }
    };
    view! {
        <h2 class="rows-title">{words::blocked_people()}</h2>
        <Show when=move || app.blocked.with(Vec::is_empty)><p class="pad faint" data-testid="nobody-blocked">{words::nobody_blocked()}</p></Show>
        <ul class="rows" data-testid="blocked-people">
            <For each=move || app.blocked.get() key=|row| (row.account, row.title.clone()) children=row/>
        </ul>
    }
}

/// In place of the composer, which may have had the focus.
#[component]
pub fn BlockedBar(account: AccountId, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let app = use_app();
    view! {
        <p class="not-in" id="composer-text" tabindex="-1" data-testid="blocked-bar">
            <span>{move || words::you_blocked(&name.get())}</span>
            " "
            <button class="button quiet small" type="button" data-testid="unblock" on:click=move |_| unblock(app, account, name.get_untracked())>{words::unblock_them()}</button>
        </p>
    }
}
