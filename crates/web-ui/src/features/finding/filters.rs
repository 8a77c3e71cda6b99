//! What messages are looked for by besides words: who wrote them, what they carry, and when they are from.

use crate::platform::page;
use crate::store::use_app;
use crate::words;
use client_api::{AccountId, Carries, ChatId, SearchQuery};
use leptos::prelude::*;

/// The kinds, by the names that they have in the page.
fn kinds() -> [(&'static str, &'static str, Option<Carries>); 4] {
    [
        ("", words::any_kind(), None),
        ("pictures", words::carried_pictures(), Some(Carries::Pictures)),
        ("files", words::carried_files(), Some(Carries::Files)),
        ("links", words::carried_links(), Some(Carries::Links)),
    ]
}

/// What is chosen.
#[derive(Clone, Copy)]
pub struct Filters {
    /// The fields are shown; where they always are, it is of no use.
    pub open: RwSignal<bool>,
    sender: RwSignal<Option<AccountId>>,
    carries: RwSignal<Option<Carries>>,
    from: RwSignal<String>,
    to: RwSignal<String>,
}

impl Filters {
    /// Nothing is.
    pub fn none() -> Self {
        Self {
            open: RwSignal::new(false),
            sender: RwSignal::new(None),
            carries: RwSignal::new(None),
            from: RwSignal::new(String::new()),
            to: RwSignal::new(String::new()),
        }
    }

    /// Messages are looked for without words, too.
    pub fn are_set(self) -> bool {
        !self.query("", None).is_empty()
    }

    /// Shows the fields, or takes them away: what is not seen filters nothing.
    pub fn toggle(self) {
        self.open.update(|open| *open = !*open);
        self.sender.set(None);
        self.carries.set(None);
        self.from.set(String::new());
        self.to.set(String::new());
    }

    /// Everything that is looked for; the signals are tracked.
    pub fn query(self, typed: &str, chat: Option<ChatId>) -> SearchQuery {
        SearchQuery {
            words: typed.trim_start().to_owned(),
            chat,
            sender: self.sender.get(),
            from_ms: page::midnight(&self.from.get(), 0),
            until_ms: page::midnight(&self.to.get(), 1),
            starred: false,
            carries: self.carries.get(),
        }
    }
}

/// The fields; `senders`: whom one can choose besides oneself.
#[component]
pub fn FilterFields(filters: Filters, senders: Memo<Vec<(AccountId, String)>>) -> impl IntoView {
    let app = use_app();
    let sender = filters.sender;
    let option = move |account: AccountId, name: String| {
        view! { <option value=account.to_string() selected=move || sender.get() == Some(account)>{name}</option> }
    };
    let options = kinds().map(|(name, label, kind)| {
        view! { <option value=name selected=move || filters.carries.get() == kind>{label}</option> }
    });
    let choose_kind = move |name: String| {
        let chosen = kinds().into_iter().find(|(known, ..)| *known == name);
        filters.carries.set(chosen.and_then(|(.., kind)| kind));
    };
    let day = move |label: &'static str, testid: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input class="input small" type="date" data-testid=testid prop:value=value on:input=move |event| value.set(event_target_value(&event))/>
            </label>
        }
    };
    view! {
        <div class="filters">
            <label class="field">
                <span class="field-label">{words::sender()}</span>
                <select class="input small" data-testid="search-sender" on:change=move |event| sender.set(event_target_value(&event).parse().ok())>
                    <option value="" selected=move || sender.get().is_none()>{words::anybody()}</option>
                    {move || option(app.me(), words::you().to_owned())}
                    {move || senders.get().into_iter().map(|(account, name)| option(account, name)).collect_view()}
                </select>
            </label>
            <label class="field">
                <span class="field-label">{words::kind()}</span>
                <select class="input small" data-testid="search-kind" on:change=move |event| choose_kind(event_target_value(&event))>{options}</select>
            </label>
            {day(words::from_day(), "search-from", filters.from)}
            {day(words::to_day(), "search-to", filters.to)}
        </div>
    }
}

/// By their names.
pub fn sorted(mut people: Vec<(AccountId, String)>) -> Vec<(AccountId, String)> {
    people.sort_by_cached_key(|(account, name)| (name.to_lowercase(), *account));
    people
}
