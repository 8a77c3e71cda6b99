//! The phone's camera for any code of ours: a new device's is linked, a contact's is added.

use crate::features::new_chat::join_code;
use crate::primitives::icon::IconButton;
use crate::primitives::scan_view::ScanView;
use crate::store::{Section, use_app};
use crate::words;
use client_api::{Answer, Command};
use leptos::prelude::*;

/// The section.
#[component]
pub fn ScanCode() -> impl IntoView {
    let app = use_app();
    let error = RwSignal::new(String::new());
    let try_code = move |text: String| {
        let _ = error.try_set(String::new());
        if let Some(code) = join_code(&text) {
            return app.open_join(Some(code));
        }
        app.ask(command_of(&text), move |result| match result {
            Ok(Answer::Chat(chat)) => {
                app.section.set(Section::Chats);
                app.open_chat(chat);
            }
            // What follows stands under the devices.
            Ok(_) => app.section.set(Section::Devices),
            Err(refused) => _ = error.try_set(words::error(&refused)),
        });
    };
    view! {
        <header class="pane-head">
            <IconButton icon="arrow-left" label=words::back().to_owned() testid="section-back" on_click=move |_| app.section.set(Section::Chats)/>
            <h1 class="pane-title" tabindex="-1">{words::scan_a_code()}</h1>
        </header>
        <div class="pane-body" data-testid="section-scan">
            <p class="pad">{words::scan_any_text()}</p>
            <ScanView on_code=try_code/>
            <p class="field-error pad" role="alert" data-testid="scan-error">{error}</p>
            <p class="pad faint">{words::scan_instead()}</p>
        </div>
    }
}

/// A contact's code, bare or behind a link, adds them; of all else the core says what it is.
fn command_of(text: &str) -> Command {
    let code = text.rsplit('#').next().unwrap_or(text).trim();
    let of_contact = code.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("HGC1"));
    if of_contact {
        Command::AddContactByCode { text: code.to_owned(), name: String::new() }
    } else {
        Command::ScanLinkCode { text: text.to_owned(), pasted: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contacts_code_adds_and_all_else_goes_the_way_of_linking() {
        for (text, of_contact) in [
            ("HGC1:ABC", true),
            ("https://chat.example/phone#HGC1:ABC", true),
            ("hgc1:abc", true),
            ("HG1:ABC", false),
            ("https://example.org/", false),
            ("HGS1:ABC", false),
            ("", false),
        ] {
            assert_eq!(matches!(command_of(text), Command::AddContactByCode { .. }), of_contact, "{text}");
        }
    }
}
