//! Short names of emoji in the composer: `:rocket:` becomes one, and while `:roc` is typed those that go on so are offered.

use crate::features::emoji::{in_own_skin, note_use, with_list};
use crate::model::emoji::{EmojiList, ended_name, typed_name};
use crate::words;
use leptos::prelude::*;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

/// So many are offered.
const OFFERED_MAX: usize = 6;

/// What is offered where the text is being written: emoji and their short names.
#[derive(Clone, Copy)]
pub struct Names {
    offered: RwSignal<Vec<(String, String)>>,
    at: RwSignal<usize>,
}

/// The text before the caret, where nothing is selected.
fn before_caret(area: &HtmlTextAreaElement) -> Option<String> {
    let (from, to) = (area.selection_start().ok()??, area.selection_end().ok()??);
    // The browser counts in UTF-16.
    let before: Vec<u16> = area.value().encode_utf16().take(from as usize).collect();
    Some(String::from_utf16_lossy(&before)).filter(|_| from == to)
}

/// Puts a text in place of what is selected, and of so many ASCII characters before it. The caret stands behind it.
pub fn put(area: &HtmlTextAreaElement, instead_of: usize, text: &str) {
    let from = area.selection_start().ok().flatten().unwrap_or_default();
    let to = area.selection_end().ok().flatten().unwrap_or(from);
    let from = from.saturating_sub(u32::try_from(instead_of).unwrap_or(0));
    let _ = area.set_range_text_with_start_and_end_and_mode(text, from, to, "end");
}

impl Default for Names {
    fn default() -> Self {
        Self { offered: RwSignal::new(Vec::new()), at: RwSignal::new(0) }
    }
}

impl Names {
    /// The text has changed by typing; `took` is told where this changes it again.
    pub fn look(self, area: HtmlTextAreaElement, took: impl Fn(String) + 'static) {
        let Some(before) = before_caret(&area) else { return self.close() };
        if typed_name(&before).is_none() && ended_name(&before).is_none() {
            return self.close();
        }
        with_list(move |list| {
            // It may have come late: what stands there now counts.
            match before_caret(&area).filter(|_| area.is_connected()) {
                Some(now) if now == before => self.offer(&list, &area, &before, took),
                _ => {}
            }
        });
    }

    fn offer(self, list: &EmojiList, area: &HtmlTextAreaElement, before: &str, took: impl Fn(String)) {
        if let Some((name, emoji)) = ended_name(before).and_then(|name| Some((name, list.named(name)?))) {
            let emoji = in_own_skin(emoji);
            put(area, name.len() + 2, &emoji);
            note_use(&emoji);
            took(area.value());
            return self.close();
        }
        let Some(name) = typed_name(before) else { return self.close() };
        let offered = list.complete(name, OFFERED_MAX).into_iter().map(|(emoji, name)| (in_own_skin(&emoji), name));
        let _ = self.at.try_set(0);
        let _ = self.offered.try_set(offered.collect());
    }

    /// Nothing is offered any more.
    pub fn close(self) {
        if self.offered.try_with_untracked(Vec::is_empty) == Some(false) {
            self.offered.set(Vec::new());
        }
    }

    /// Takes the one at this place.
    fn take(self, at: usize, area: &HtmlTextAreaElement, took: impl Fn(String)) {
        let chosen = self.offered.with_untracked(|offered| offered.get(at).cloned());
        let before = before_caret(area).unwrap_or_default();
        self.close();
        if let (Some((emoji, _)), Some(name)) = (chosen, typed_name(&before)) {
            put(area, name.len() + 1, &emoji);
            note_use(&emoji);
            took(area.value());
        }
    }

    /// A key while something is offered. Says whether it was for that.
    pub fn on_key(self, event: &KeyboardEvent, area: &HtmlTextAreaElement, took: impl Fn(String)) -> bool {
        let number = self.offered.with_untracked(Vec::len);
        let plain = !(event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key());
        if number == 0 || event.is_composing() || !plain {
            return false;
        }
        // The caret may have gone elsewhere.
        if before_caret(area).as_deref().and_then(typed_name).is_none() {
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
    pub fn active(self) -> Option<String> {
        let at = self.at.get();
        self.offered.with(|offered| (at < offered.len()).then(|| option_id(at)))
    }

    /// The list above the field.
    pub fn view(
        self,
        area: impl Fn() -> Option<HtmlTextAreaElement> + Copy + Send + Sync + 'static,
        took: impl Fn(String) + Copy + Send + Sync + 'static,
    ) -> impl IntoView {
        let options = move || {
            let options = self.offered.get().into_iter().enumerate().map(|(at, (emoji, name))| {
                view! {
                    <li class="emoji-name" role="option" id=option_id(at) data-testid="emoji-name" aria-selected=move || (self.at.get() == at).to_string()
                        // The field keeps the focus.
                        on:pointerdown=|event| event.prevent_default()
                        on:click=move |_| if let Some(area) = area() { self.take(at, &area, took) }>
                        <span class="emoji" aria-hidden="true">{emoji}</span>
                        <span>{format!(":{name}:")}</span>
                    </li>
                }
            });
            options.collect_view()
        };
        move || {
            self.offered.with(|offered| !offered.is_empty()).then(|| {
                view! { <ul class="emoji-names" id="composer-names" role="listbox" aria-label=words::EMOJI_NAMES data-testid="emoji-names">{options}</ul> }
            })
        }
    }
}

fn option_id(at: usize) -> String {
    format!("composer-name-{at}")
}
