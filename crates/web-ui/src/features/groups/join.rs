//! A link into a group that was opened here: what it says, asking to come in, and what comes of it.

use crate::platform::{join_link, page};
use crate::primitives::dialog::Dialog;
use crate::store::{App, CallWish, Section, use_app};
use crate::words;
use client_api::{Answer, Command, JoinCommand, JoinRow, JoinState};
use leptos::prelude::*;

/// The dialog, for the link that is open.
#[component]
pub fn JoinDialog() -> impl IntoView {
    let app = use_app();
    move || app.join_link.get().map(|code| view! { <Opened code/> })
}

/// What is known of the link; a refusal is words.
type Read = Result<JoinRow, String>;

#[component]
fn Opened(code: String) -> impl IntoView {
    let app = use_app();
    let code = StoredValue::new(code);
    let read = RwSignal::new(None::<Read>);
    ask(app, JoinCommand::Read { text: code.get_value() }, read);
    // What comes of it since.
    Effect::new(move |_| {
        let rows = app.joins.get();
        read.maybe_update(|read| {
            let Some(Ok(known)) = read else { return false };
            let news = rows.into_iter().find(|row| row.chat == known.chat).filter(|row| row.state != known.state);
            news.map(|news| *known = news).is_some()
        });
    });
    // In, for whoever opens it, is when the chat is there to be opened.
    let is_here = Memo::new(move |_| {
        let chat = read.with(|read| read.as_ref().and_then(|read| read.as_ref().ok()).map(|row| row.chat));
        chat.is_some_and(|chat| app.chats.with(|chats| chats.get(&chat).is_some_and(|row| !row.left)))
    });
    let shown = move || match read.get() {
        Some(Ok(row)) if row.state == JoinState::In && !is_here.get() => {
            Some(Ok(JoinRow { state: JoinState::Waiting, ..row }))
        }
        other => other,
    };
    let shown = Memo::new(move |_| shown());
    let title = Signal::derive(move || {
        let is_call = shown.with(|shown| matches!(shown, Some(Ok(row)) if row.call));
        if is_call { words::join_call_title() } else { words::join_title() }.to_owned()
    });
    // The button that had the focus goes with what it was for.
    Effect::new(move |_| {
        shown.track();
        request_animation_frame(|| {
            if page::lost_focus() {
                page::focus("[data-testid='join-dialog'] button");
            }
        });
    });
    let is_read = Memo::new(move |_| shown.with(Option::is_some));
    move || is_read.get().then(|| view! { <Said title shown code read/> })
}

/// The dialog, once there is something to say: its first button gets the focus.
#[component]
fn Said(
    title: Signal<String>,
    shown: Memo<Option<Read>>,
    code: StoredValue<String>,
    read: RwSignal<Option<Read>>,
) -> impl IntoView {
    let app = use_app();
    let close = move || app.open_join(None);
    let state = move || shown.with(|shown| state_name(shown.as_ref()));
    view! {
        <Dialog title testid="join-dialog" on_close=close>
            <p role="status" data-testid="join-state" data-state=state>
                {move || match shown.get() {
                    None => String::new(),
                    Some(Ok(row)) => words::join_state(&row),
                    Some(Err(refused)) => refused,
                }}
            </p>
            <Show when=move || state() == "open"><p class="faint">{words::join_privacy()}</p></Show>
            <div class="dialog-actions">
                {move || shown.get().and_then(Result::ok).map(|row| view! { <Deeds row code read/> })}
                <button class="button quiet" type="button" data-testid="join-close" on:click=move |_| close()>{words::close()}</button>
            </div>
        </Dialog>
    }
}

/// What can be done now.
#[component]
fn Deeds(row: JoinRow, code: StoredValue<String>, read: RwSignal<Option<Read>>) -> impl IntoView {
    let app = use_app();
    let chat = row.chat;
    let asks = move |_| ask(app, JoinCommand::Ask { text: code.get_value() }, read);
    match row.state {
        JoinState::Open => view! {
            <button class="button" type="button" data-testid="join-ask" on:click=asks>{words::ask_to_join()}</button>
        }
        .into_any(),
        JoinState::Declined | JoinState::Void | JoinState::Full => view! {
            <button class="button" type="button" data-testid="join-again" on:click=asks>{words::ask_again()}</button>
        }
        .into_any(),
        JoinState::Asking | JoinState::Waiting => {
            let stop = move |_| {
                app.send(Command::Join(JoinCommand::Forget { chat }));
                app.open_join(None);
            };
            view! { <button class="button quiet" type="button" data-testid="join-stop" on:click=stop>{words::stop_asking()}</button> }
                .into_any()
        }
        JoinState::In => {
            let (label, testid) =
                if row.call { (words::join_call(), "join-call") } else { (words::open_group(), "join-open") };
            let call = row.call;
            let enter = move |_| {
                app.open_join(None);
                app.section.set(Section::Chats);
                app.open_chat(chat);
                if call {
                    // The one that goes on, or a new one: the core knows.
                    app.call_wish.set(Some(CallWish::Place { chat, video: false }));
                }
            };
            view! { <button class="button" type="button" data-testid=testid on:click=enter>{label}</button> }.into_any()
        }
    }
}

fn ask(app: App, command: JoinCommand, read: RwSignal<Option<Read>>) {
    app.ask(Command::Join(command), move |result| {
        let _ = match result {
            Ok(Answer::Join(row)) => read.try_set(Some(Ok(row))),
            Ok(_) => None,
            Err(refused) => read.try_set(Some(Err(words::error(&refused)))),
        };
    });
}

/// For tests.
fn state_name(read: Option<&Read>) -> &'static str {
    match read {
        None => "",
        Some(Err(_)) => "refused",
        Some(Ok(row)) => match row.state {
            JoinState::Open => "open",
            JoinState::Asking => "asking",
            JoinState::Waiting => "waiting",
            JoinState::In => "in",
            JoinState::Declined => "declined",
            JoinState::Void => "void",
            JoinState::Full => "full",
        },
    }
}

/// Where there is no account yet: it goes on after that; and a phone has another page.
#[component]
pub fn InvitedFirst() -> impl IntoView {
    let app = use_app();
    let is_companion = app.role == client_api::Role::Companion;
    move || {
        app.join_link.get().map(|code| view! {
            <p class="invited-first" role="status" data-testid="invited-first">
                {words::invited_first()}
                {is_companion.then(|| view! { " " <a href=join_link::on_phone(&code) data-testid="invited-phone">{words::invited_to_phone()}</a> })}
            </p>
        })
    }
}
