//! The link into a group, for its admins: in the information beside the conversation, and in a dialog; and who asks to come in with it.

use crate::platform::{join_link, page};
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::primitives::qr::QrCode;
use crate::store::{App, Pane, use_app};
use crate::words;
use client_api::{AskingRow, ChatId, ChatInfo, Command, JoinCommand, JoinWord, LinkChange};
use leptos::prelude::*;

/// The row that opens the dialog, and who asks.
#[component]
pub fn LinkRows(info: Memo<ChatInfo>) -> impl IntoView {
    let app = use_app();
    let is_admin = Memo::new(move |_| {
        info.with(|info| info.members.iter().any(|member| member.admin && member.account == app.me()))
    });
    let shown = RwSignal::new(false);
    let state = Memo::new(move |_| {
        info.with(|info| match &info.link {
            None => words::no_link_yet(),
            Some(link) if link.approval => words::link_asks(),
            Some(_) => words::link_lets_in(),
        })
    });
    view! {
        <Show when=move || is_admin.get()>
            <AskingRows info/>
            <ul class="rows">
                <li><button class="action-row" type="button" data-testid="group-link" on:click=move |_| shown.set(true)>
                    <Icon name="link"/> <span><strong>{words::invite_link()}</strong><br/>{state}</span>
                </button></li>
            </ul>
            <Show when=move || shown.get()><LinkDialog info shown/></Show>
        </Show>
    }
}

#[component]
fn LinkDialog(info: Memo<ChatInfo>, shown: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let chat = info.with_untracked(|info| info.chat);
    let error = RwSignal::new(String::new());
    let confirms = RwSignal::new(false);
    let code = Memo::new(move |_| info.with(|info| info.link.as_ref().map(|link| link.code.clone())));
    let approval = Memo::new(move |_| info.with(|info| info.link.as_ref().is_some_and(|link| link.approval)));
    let close = move || shown.set(false);
    let change = move |change: LinkChange| {
        error.set(String::new());
        confirms.set(false);
        app.ask(Command::Join(JoinCommand::SetLink { chat, change }), move |result| {
            if let Err(refused) = result {
                let _ = error.try_set(words::error(&refused));
            }
        });
    };
    view! {
        <Dialog title=Signal::stored(words::invite_link().to_owned()) testid="link-dialog" on_close=close>
            <p>{words::invite_link_text()}</p>
            {move || match code.get() {
                None => view! {
                    <p class="faint" data-testid="no-link">{words::no_link_yet()}</p>
                    <div class="dialog-actions">
                        <button class="button quiet" type="button" data-testid="link-close" on:click=move |_| close()>{words::close()}</button>
                        <button class="button" type="button" data-testid="link-on" on:click=move |_| change(LinkChange::On)>{words::make_link()}</button>
                    </div>
                }.into_any(),
                Some(code) => view! {
                    <LinkGiven code/>
                    <label class="switch-row">
                        <span>{words::approve_each()}</span>
                        <input class="switch" type="checkbox" role="switch" data-testid="link-approval" prop:checked=approval
                            on:change=move |event| change(LinkChange::Approval(event_target_checked(&event)))/>
                    </label>
                    <Show when=move || confirms.get()><p role="alert" data-testid="link-reset-asked">{words::reset_link_text()}</p></Show>
                    <div class="dialog-actions">
                        <button class="button quiet" type="button" data-testid="link-close" on:click=move |_| close()>{words::close()}</button>
                        <button class="button quiet" type="button" data-testid="link-off" on:click=move |_| change(LinkChange::Off)>{words::turn_link_off()}</button>
                        <button class="button quiet danger" type="button" data-testid="link-reset"
                            on:click=move |_| if confirms.get_untracked() { change(LinkChange::Reset) } else { confirms.set(true) }>{words::reset_link()}</button>
                    </div>
                }.into_any(),
            }}
            <p class="field-error" role="alert" data-testid="link-error">{error}</p>
        </Dialog>
    }
}

/// A link as it is given away: to scan, to copy, to share.
#[component]
pub fn LinkGiven(code: String) -> impl IntoView {
    let app = use_app();
    let link = StoredValue::new(join_link::link(&code));
    view! {
        <div class="code-card"><QrCode text=Signal::stored(link.get_value()) label=words::invite_link() testid="link-qr"/></div>
        <p class="code-text" dir="ltr" data-testid="link-text">{link.get_value()}</p>
        <div class="stack">
            <button class="button wide" type="button" data-testid="link-copy" on:click=move |_| copy(app, &link.get_value())>
                <Icon name="copy"/> {words::copy_invite_link()}
            </button>
            {join_link::can_share().then(|| view! {
                <button class="button quiet wide" type="button" data-testid="link-share" on:click=move |_| join_link::share(&link.get_value())>
                    <Icon name="link"/> {words::share_link()}
                </button>
            })}
        </div>
    }
}

fn copy(app: App, link: &str) {
    page::copy(link, move |done| {
        app.toast(if done { words::copied() } else { words::copy_failed() }.to_owned(), false);
    });
}

/// Who asks to come in.
#[component]
fn AskingRows(info: Memo<ChatInfo>) -> impl IntoView {
    let asking = Memo::new(move |_| info.with(|info| info.asking.clone()));
    let chat = Memo::new(move |_| info.with(|info| info.chat));
    let count = move || words::asking_to_join(asking.with(Vec::len));
    // Whom it was said of is gone, with the button that had the focus.
    Effect::new(move |before: Option<usize>| {
        let now = asking.with(Vec::len);
        if before.is_some_and(|before| now < before) {
            request_animation_frame(|| {
                if page::lost_focus() {
                    page::focus("[data-testid='group-link']");
                }
            });
        }
        now
    });
    view! {
        <Show when=move || asking.with(|asking| !asking.is_empty())>
            <h2 class="rows-title" data-testid="asking-count">{count}</h2>
            <ul class="rows" data-testid="asking">
                <For each=move || asking.get() key=|row| (row.account, row.title.clone()) let:row><AskingView row chat/></For>
            </ul>
        </Show>
    }
}

#[component]
fn AskingView(row: AskingRow, chat: Memo<ChatId>) -> impl IntoView {
    let app = use_app();
    let account = row.account;
    let face = Face { account, name: row.title.clone(), photo: Vec::new(), notes: false };
    let say = move |word: JoinWord| {
        app.send(Command::Join(JoinCommand::Decide { chat: chat.get_untracked(), account, word }));
    };
    view! {
        <li class="fact-row asking-row" data-testid="asking-row" data-account=account.to_string()>
            <Avatar face=Signal::stored(face) size="small"/>
            <span class="two-lines"><strong dir="auto" data-testid="asking-name">{row.title.clone()}</strong></span>
            <button class="button small" type="button" aria-label=words::let_in(&row.title) data-testid="let-in" on:click=move |_| say(JoinWord::LetIn)>{words::let_in_button()}</button>
            <button class="button quiet small" type="button" aria-label=words::decline_join(&row.title) data-testid="decline-join" on:click=move |_| say(JoinWord::Decline)>{words::decline()}</button>
        </li>
    }
}

/// Above the conversation of a group, where somebody asks to come in.
#[component]
pub fn AskingHere() -> impl IntoView {
    let app = use_app();
    let number = Memo::new(move |_| app.info.with(|info| info.as_ref().map_or(0, |info| info.asking.len())));
    view! {
        <Show when=move || { number.get() > 0 }>
            <div class="call-running" role="status" data-testid="asking-here">
                <Icon name="user-plus"/>
                <span>{move || words::asking_to_join(number.get())}</span>
                <button class="button small" type="button" data-testid="asking-look" on:click=move |_| app.show_beside(Pane::Info)>{words::look_at_asking()}</button>
            </div>
        </Show>
    }
}
