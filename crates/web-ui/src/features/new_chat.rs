//! Whom to write to: contacts, a number, a contact link, a contact's QR code.

use crate::features::refusal::{Refusal, RefusalText};
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::{Icon, IconButton};
use crate::primitives::scan_view::ScanView;
use crate::store::{App, Section, use_app};
use crate::words;
use client_api::number::shown;
use client_api::{Answer, Command, ContactRow, UserError};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use std::sync::Arc;

/// How many contacts are shown; whoever has more types some letters.
const SHOWN_MAX: usize = 200;

/// The section.
#[component]
pub fn NewChat() -> impl IntoView {
    let app = use_app();
    let (number, name, refusal) = (RwSignal::new(String::new()), RwSignal::new(String::new()), Refusal::none());
    let (busy, scanning) = (RwSignal::new(false), RwSignal::new(false));
    if let Some(code) = app.contact_code.get_untracked() {
        number.set(code);
        app.contact_code.set(None);
    }
    let add = move |written: String| {
        if let Some(code) = join_code(&written) {
            return app.open_join(Some(code));
        }
        let name = name.get_untracked().trim().to_owned();
        refusal.clear();
        busy.set(true);
        app.ask(add_command(&written, name), move |result| {
            let _ = busy.try_set(false);
            opened(app, result, move |why| refusal.tell(why));
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        add(number.get_untracked());
    };
    let contacts = Memo::new(move |_| app.contacts.with(|contacts| contacts.found(&number.get(), SHOWN_MAX)));
    let own = move |_| {
        if let Some(profile) = app.profile.get_untracked() {
            app.ask(Command::StartChat { account: profile.account }, move |result| {
                opened(app, result, move |why| refusal.tell_beside(why));
            });
        }
    };
    view! {
        <header class="pane-head">
            <IconButton icon="arrow-left" label=words::back().to_owned() testid="section-back" on_click=move |_| app.section.set(Section::Chats)/>
            <h1 class="pane-title" tabindex="-1">{words::new_chat()}</h1>
        </header>
        <div class="pane-body" data-testid="section-new-chat">
            <form class="pad stack" on:submit=submit>
                <label class="field">
                    <span class="field-label">{words::number_or_link()}</span>
                    <input class="input" type="text" autocomplete="off" spellcheck="false" dir="auto" data-testid="new-chat-number"
                        aria-describedby="new-chat-error" prop:value=number on:input=move |event| number.set(event_target_value(&event))/>
                </label>
                <label class="field">
                    <span class="field-label">{words::their_name()}</span>
                    <input class="input" type="text" autocomplete="off" dir="auto" data-testid="new-chat-name"
                        aria-describedby="new-chat-error" prop:value=name on:input=move |event| name.set(event_target_value(&event))/>
                </label>
                <RefusalText refusal id="new-chat-error" testid="form-error"/>
                <button class="button wide" type="submit" data-testid="new-chat-go"
                    disabled=move || busy.get() || refusal.holds_form() || number.with(|number| number.trim().is_empty())>{words::write_to()}</button>
            </form>
            <ul class="rows">
                <li><button class="action-row" type="button" data-testid="new-group" on:click=move |_| app.section.set(Section::NewGroup)>
                    <Icon name="user-plus"/> <span>{words::new_group()}</span>
                </button></li>
                <li><button class="action-row" type="button" data-testid="scan-contact" aria-expanded=move || scanning.get().to_string()
                    on:click=move |_| scanning.update(|on| *on = !*on)>
                    <Icon name="qr-code"/> <span>{words::scan_contact()}</span>
                </button></li>
                <Show when=move || scanning.get()>
                    <li><ScanView on_code=move |text| { scanning.set(false); add(text); }/></li>
                </Show>
                <li><button class="action-row" type="button" data-testid="my-code" on:click=move |_| app.section.set(Section::ContactCode)>
                    <Icon name="link"/> <span>{words::my_code()}</span>
                </button></li>
                <li><button class="action-row" type="button" data-testid="notes" on:click=own>
                    <Icon name="note-pencil"/> <span>{words::notes()}</span>
                </button></li>
            </ul>
            <h2 class="rows-title">{words::contacts()}</h2>
            <ul class="rows" data-testid="contacts">
                {move || contacts.get().into_iter().map(|row| view! { <Contact row refusal/> }).collect_view()}
            </ul>
            <Show when=move || contacts.with(Vec::is_empty)>
                <p class="pad faint" data-testid="no-contacts">
                    {move || if app.contacts.with(|contacts| contacts.is_empty()) { words::no_contacts() } else { words::no_contact_fits() }}
                </p>
            </Show>
        </div>
    }
}

#[component]
fn Contact(row: Arc<ContactRow>, refusal: Refusal) -> impl IntoView {
    let app = use_app();
    let account = row.account;
    let face = Face { account, name: row.name.clone(), photo: row.photo.clone(), notes: false };
    let start = move |_| {
        app.ask(Command::StartChat { account }, move |result| opened(app, result, move |why| refusal.tell_beside(why)));
    };
    view! {
        <li><button class="action-row" type="button" data-testid="contact" data-account=account.to_string() on:click=start>
            <Avatar face=Signal::stored(face) size="small"/>
            <span class="two-lines">
                <strong dir="auto">{row.name.clone()}</strong>
                <span class="faint" dir="auto">{if row.about.is_empty() { shown(&row.number) } else { row.about.clone() }}</span>
            </span>
        </button></li>
    }
}

/// The code of a link into a group.
pub fn join_code(text: &str) -> Option<String> {
    let code = text.rsplit(['#', '/']).next().unwrap_or(text).trim();
    let is_one = code.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("HGJ"));
    is_one.then(|| code.to_owned())
}

/// A link or a code has its own road; all else is a number.
fn add_command(written: &str, name: String) -> Command {
    let text = written.rsplit('#').next().unwrap_or(written).trim();
    // A linking code goes the same way: the core says of what kind it is.
    let is_code = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("HG"));
    if is_code || written.contains("://") {
        Command::AddContactByCode { text: text.to_owned(), name }
    } else {
        Command::AddContact { number: written.trim().to_owned(), name }
    }
}

fn opened(app: App, result: Result<Answer, UserError>, refused: impl FnOnce(&UserError)) {
    match result {
        Ok(Answer::Chat(chat)) => {
            app.section.set(Section::Chats);
            app.open_chat(chat);
        }
        Ok(_) => {}
        Err(why) => refused(&why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_codes_are_told_from_numbers() {
        for (written, is_code) in [
            ("+49 151 2345678", false),
            ("0151 2345678", false),
            ("https://chat.example/phone#HGC1:ABC", true),
            ("hgc1:abc", true),
            ("HG1:ABC", true),
            ("https://example.org/", true),
            ("#", false),
            ("é", false),
        ] {
            let command = add_command(written, String::new());
            assert_eq!(matches!(command, Command::AddContactByCode { .. }), is_code, "{written}");
        }
    }

    #[test]
    fn links_into_groups_are_told_from_those_to_contacts() {
        for text in ["https://chat.example/#/join/HGJ1:ABC", " hgj1:abc "] {
            assert!(join_code(text).is_some_and(|code| code.eq_ignore_ascii_case("HGJ1:ABC")), "{text}");
        }
        for text in ["https://chat.example/phone#HGC1:ABC", "+49 151 2345678", "", "é"] {
            assert_eq!(join_code(text), None, "{text}");
        }
    }

    #[test]
    fn what_stands_before_the_code_in_a_link_is_dropped() {
        let command = add_command(" https://chat.example/phone#HGC1:ABC ", "Ada".into());
        assert_eq!(command, Command::AddContactByCode { text: "HGC1:ABC".into(), name: "Ada".into() });
    }
}
