//! The safety number with a contact: its digits and its code, and the comparison, by eye or by scanning the other one's code.

use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::primitives::qr::QrCode;
use crate::primitives::scan_view::ScanView;
use crate::store::use_app;
use crate::words;
use client_api::{Answer, Command, SafetyNumber};
use leptos::prelude::*;

/// Where the comparison stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Compared {
    /// Both numbers are looked at.
    NotYet,
    /// The camera looks for the other one's code.
    Scanning,
    /// The codes are of one number.
    Same,
    /// They are not.
    Differs,
    /// The scanned code was none; what to do.
    Refused(String),
}

/// A dialog while `safety` is something.
#[component]
pub fn Safety(number: SafetyNumber, safety: RwSignal<Option<SafetyNumber>>, title: String) -> impl IntoView {
    let app = use_app();
    let SafetyNumber { account, digits, qr, verified } = number;
    let compared = RwSignal::new(Compared::NotYet);
    let set = move |verified: bool| {
        app.send(Command::SetVerified { account, verified });
        safety.set(None);
    };
    let scanned = move |text: String| {
        app.ask(Command::CompareSafetyCode { account, text }, move |result| {
            let _ = compared.try_set(match result {
                Ok(Answer::SafetyMatches(true)) => Compared::Same,
                Ok(_) => Compared::Differs,
                Err(error) => Compared::Refused(words::error(&error)),
            });
        });
    };
    let peer = title.clone();
    let result = move || {
        match compared.get() {
        Compared::NotYet | Compared::Scanning => ().into_any(),
        Compared::Same => view! {
            <p class="warning-box" role="status" data-testid="safety-same"><Icon name="shield-check"/> <span>{words::safety_same()}</span></p>
        }
        .into_any(),
        Compared::Differs => view! {
            <p class="warning-box strong" role="alert" data-testid="safety-differs"><Icon name="warning"/> <span>{words::safety_differs(&peer)}</span></p>
        }
        .into_any(),
        Compared::Refused(why) => view! { <p class="field-error" role="alert" data-testid="safety-refused">{why}</p> }.into_any(),
    }
    };
    let scans = move || compared.get() == Compared::Scanning;
    view! {
        <Dialog title=words::safety_number() testid="safety" on_close=move || safety.set(None)>
            <Show when=scans fallback=move || view! {
                <p>{words::safety_text(&title)}</p>
                {result.clone()}
                <div class="safety-qr"><QrCode text=qr.clone() label=words::safety_qr() testid="safety-qr"/></div>
                <p class="safety-digits" dir="ltr" data-testid="safety-digits">
                    {groups(&digits).into_iter().map(|group| view! { <span>{group}</span> " " }).collect_view()}
                </p>
            }>
                <p>{words::safety_scan_text()}</p>
                <ScanView on_code=scanned/>
            </Show>
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="safety-close" on:click=move |_| safety.set(None)>{words::close()}</button>
                <button class="button quiet" type="button" data-testid="safety-scan"
                    on:click=move |_| compared.set(if scans() { Compared::NotYet } else { Compared::Scanning })>
                    {move || if scans() { words::show_digits() } else { words::scan_theirs() }}
                </button>
                <Show when=move || !matches!(compared.get(), Compared::Scanning | Compared::Differs)>
                    <button class="button" type="button" data-testid="safety-verify" on:click=move |_| set(!verified)>
                        {if verified { words::unverify() } else { words::verify() }}
                    </button>
                </Show>
            </div>
        </Dialog>
    }
}

/// In fives, as they are read out.
fn groups(digits: &str) -> Vec<String> {
    let digits: Vec<char> = digits.chars().filter(char::is_ascii_digit).collect();
    digits.chunks(5).map(|group| group.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_digits_are_twelve_groups() {
        let groups = groups(&"12345 ".repeat(12));
        assert_eq!(groups.len(), 12);
        assert!(groups.iter().all(|group| group == "12345"));
    }
}
