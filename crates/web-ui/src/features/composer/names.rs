//! What is completed in the composer while it is typed: `:roc` to 🚀, by short names of emoji, and `@an` to somebody in the group.

use crate::features::emoji::{in_own_skin, note_use, with_list};
use crate::model::emoji::{EmojiList, ended_name, typed_name};
use crate::model::mentions::{Person, offered, typed_mention};
use crate::primitives::icon::Icon;
use crate::store::{App, use_app};
use crate::words;
use client_api::ChatKind;
use leptos::prelude::*;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

/// So many emoji are offered.
const OFFERED_MAX: usize = 6;

/// Something that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Offer {
    Emoji { emoji: String, name: String },
    Person(Person),
}

/// What is offered where the text is being written.
#[derive(Clone, Copy)]
pub(super) struct Names {
    app: App,
    offered: RwSignal<Vec<Offer>>,
    at: RwSignal<usize>,
}

/// The text before the caret, where nothing is selected.
fn before_caret(area: &HtmlTextAreaElement) -> Option<String> {
    let (from, to) = (area.selection_start().ok()??, area.selection_end().ok()??);
    // The browser counts in UTF-16.
    let before: Vec<u16> = area.value().encode_utf16().take(from as usize).collect();
    Some(String::from_utf16_lossy(&before)).filter(|_| from == to)
}

/// Puts a text in place of what is selected, and of this text before it. The caret stands behind it.
pub(super) fn put(area: &HtmlTextAreaElement, instead_of: &str, text: &str) {
    let from = area.selection_start().ok().flatten().unwrap_or_default();
    let to = area.selection_end().ok().flatten().unwrap_or(from);
    let from = from.saturating_sub(u32::try_from(instead_of.encode_utf16().count()).unwrap_or(0));
    let _ = area.set_range_text_with_start_and_end_and_mode(text, from, to, "end");
}

impl Default for Names {
    fn default() -> Self {
        Self { app: use_app(), offered: RwSignal::new(Vec::new()), at: RwSignal::new(0) }
    }
}

impl Names {
    /// The text has changed by typing; `took` is told where this changes it again.
    pub(super) fn look(self, area: HtmlTextAreaElement, took: impl Fn(String) + 'static) {
        let Some(before) = before_caret(&area) else { return self.close() };
        let people = typed_mention(&before).map(|typed| self.people(typed)).unwrap_or_default();
        if !people.is_empty() {
            return self.offer(people.into_iter().map(Offer::Person).collect());
        }
        if typed_name(&before).is_none() && ended_name(&before).is_none() {
            return self.close();
        }
        with_list(move |list| {
            // It may have come late: what stands there now counts.
            match before_caret(&area).filter(|_| area.is_connected()) {
                Some(now) if now == before => self.look_in(&list, &area, &before, took),
                _ => {}
            }
        });
    }

    /// Who in the open group is called so.
    fn people(self, typed: &str) -> Vec<Person> {
        let me = self.app.me();
        self.app.info.with_untracked(|info| match info {
            Some(info) if info.kind == ChatKind::Group => offered(&info.members, me, typed),
            _ => Vec::new(),
        })
    }

    fn look_in(self, list: &EmojiList, area: &HtmlTextAreaElement, before: &str, took: impl Fn(String)) {
        if let Some((name, emoji)) = ended_name(before).and_then(|name| Some((name, list.named(name)?))) {
            let emoji = in_own_skin(emoji);
            put(area, &format!(":{name}:"), &emoji);
            note_use(&emoji);
            took(area.value());
            return self.close();
        }
        let Some(name) = typed_name(before) else { return self.close() };
        let found = list.complete(name, OFFERED_MAX);
        self.offer(found.into_iter().map(|(emoji, name)| Offer::Emoji { emoji: in_own_skin(&emoji), name }).collect());
    }

    fn offer(self, offered: Vec<Offer>) {
        let _ = self.at.try_set(0);
        let _ = self.offered.try_set(offered);
    }

    /// Nothing is offered any more.
    pub(super) fn close(self) {
        if self.offered.try_with_untracked(Vec::is_empty) == Some(false) {
            self.offered.set(Vec::new());
        }
    }

    /// Takes the one at this place.
    fn take(self, at: usize, area: &HtmlTextAreaElement, took: impl Fn(String)) {
        let chosen = self.offered.with_untracked(|offered| offered.get(at).cloned());
        let before = before_caret(area).unwrap_or_default();
        self.close();
        match chosen {
            Some(Offer::Emoji { emoji, .. }) => {
                let Some(name) = typed_name(&before) else { return };
                put(area, &format!(":{name}"), &emoji);
                note_use(&emoji);
            }
            Some(Offer::Person(person)) => {
                let Some(name) = typed_mention(&before) else { return };
                put(area, &format!("@{name}"), &format!("@{} ", person.label));
            }
            None => return,
        }
        took(area.value());
    }

    /// A key while something is offered. Says whether it was for that.
    pub(super) fn on_key(self, event: &KeyboardEvent, area: &HtmlTextAreaElement, took: impl Fn(String)) -> bool {
        let number = self.offered.with_untracked(Vec::len);
        let plain = !(event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key());
        if number == 0 || event.is_composing() || !plain {
            return false;
        }
        // The caret may have gone elsewhere.
        let before = before_caret(area).unwrap_or_default();
        if typed_name(&before).is_none() && typed_mention(&before).is_none() {
            self.close();
            return false;
        }
        let at = self.at.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => self.at.set((at + 1) % number),
            "ArrowUp" => self.at.set((at + number - 1) % number),
            "Enter" | "Tab" => self.take(at, area, took),
            "Escape" => {
                self.close();
                // It closes this alone.
                event.stop_propagation();
            }
            _ => return false,
        }
        event.prevent_default();
        true
    }

    /// The option that a reader of the screen is told, by its id.
    pub(super) fn active(self) -> Option<String> {
        let at = self.at.get();
        self.offered.with(|offered| (at < offered.len()).then(|| option_id(at)))
    }

    /// The list above the field.
    pub(super) fn view(
        self,
        area: impl Fn() -> Option<HtmlTextAreaElement> + Copy + Send + Sync + 'static,
        took: impl Fn(String) + Copy + Send + Sync + 'static,
    ) -> impl IntoView {
        let options = move || {
            let options = self.offered.get().into_iter().enumerate().map(|(at, offer)| {
                view! {
                    <li class="name-offer" role="option" id=option_id(at) data-testid="name-offer" aria-selected=move || (self.at.get() == at).to_string()
                        // The field keeps the focus.
                        on:pointerdown=|event| event.prevent_default()
                        on:click=move |_| if let Some(area) = area() { self.take(at, &area, took) }>
                        {offer_view(offer)}
                    </li>
                }
            });
            options.collect_view()
        };
        move || {
            self.offered.with(|offered| !offered.is_empty()).then(|| {
                view! { <ul class="name-offers" id="composer-names" role="listbox" aria-label=words::offered_people() data-testid="name-offers">{options}</ul> }
            })
        }
    }
}

fn offer_view(offer: Offer) -> AnyView {
    match offer {
        Offer::Emoji { emoji, name } => {
            view! { <span class="emoji" aria-hidden="true">{emoji}</span><span>{format!(":{name}:")}</span> }.into_any()
        }
        Offer::Person(Person { label, account: Some(_) }) => {
            view! { <Icon name="user"/><bdi class="name-offered">{label}</bdi> }.into_any()
        }
        Offer::Person(Person { label, account: None }) => {
            view! { <Icon name="at"/><span>{label}</span><span class="faint">{words::everybody_text()}</span> }
                .into_any()
        }
    }
}

fn option_id(at: usize) -> String {
    format!("composer-name-{at}")
}
