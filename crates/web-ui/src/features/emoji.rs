//! The list of emoji to choose from: by group, by words, those used last, and the skin of those that have one. Whoever shows it is told what was
//! chosen, and provides [`Choosing`] for that.

use crate::model::emoji::{Emoji, EmojiList, GROUPS, SKINS, used};
use crate::platform::{emoji_file, page};
use crate::store::use_app;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, KeyboardEvent};

const USED: &str = "heliograph-emoji-used";
const SKIN: &str = "heliograph-emoji-skin";
/// Of a search, so many are shown.
const FOUND_MAX: usize = 120;
/// Those used last stand before the groups of the list.
const LAST: usize = GROUPS;

/// Told of what was chosen.
#[derive(Clone, Copy)]
pub struct Choosing(pub Callback<String>);

/// One to choose.
#[derive(Clone, PartialEq, Eq)]
struct Choice {
    text: String,
    name: String,
}

fn skin() -> Option<char> {
    page::remembered(SKIN).and_then(|kept| kept.parse::<usize>().ok()).and_then(|at| SKINS.get(at).copied())
}

/// Notes that it was used.
pub fn note_use(emoji: &str) {
    page::remember(USED, &used(&page::remembered(USED).unwrap_or_default(), emoji));
}

fn used_last() -> Vec<Choice> {
    let kept = page::remembered(USED).unwrap_or_default();
    // A name is more than can be had of those with another skin: they say themselves.
    kept.split_whitespace().map(|text| Choice { text: text.to_owned(), name: text.to_owned() }).collect()
}

/// The whole of it. What a search finds stands in place of the group.
#[component]
pub fn EmojiPanel() -> impl IntoView {
    let app = use_app();
    let choosing = expect_context::<Choosing>();
    let list = RwSignal::new(emoji_file::held());
    let is_missing = RwSignal::new(false);
    let load = move || {
        let _ = is_missing.try_set(false);
        spawn_local(async move {
            match emoji_file::load().await {
                Some(loaded) => _ = list.try_set(Some(loaded)),
                None => _ = is_missing.try_set(true),
            }
        });
    };
    if list.with_untracked(Option::is_none) {
        load();
    }
    let typed = RwSignal::new(String::new());
    let group = RwSignal::new(if used_last().is_empty() { 0 } else { LAST });
    let tone = RwSignal::new(skin());
    let shown = Memo::new(move |_| {
        let (typed, group, tone) = (typed.get(), group.get(), tone.get());
        list.with(|list| list.as_deref().map(|list| choices(list, &typed, group, tone)))
    });
    let grid = NodeRef::<html::Div>::new();
    // As one opens it: on a phone the keyboard would cover it.
    let search = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let (Some(search), client_api::Role::Companion) = (search.get(), app.role) {
            let _ = search.focus();
        }
    });
    let choose = move |text: String| {
        note_use(&text);
        choosing.0.run(text);
    };
    let on_key = move |event: KeyboardEvent| {
        if let Some(grid) = grid.get_untracked() {
            roam(&event, &grid);
        }
    };
    let body = move || match shown.get() {
        None if is_missing.get() => view! {
            <div class="pad stack" role="alert" data-testid="emoji-missing">
                <p>{words::part_missing()}</p>
                <button class="button" type="button" on:click=move |_| load()>{words::try_again()}</button>
            </div>
        }
        .into_any(),
        None => view! { <p class="pad faint" role="status">{words::part_coming()}</p> }.into_any(),
        Some(choices) if choices.is_empty() => {
            view! { <p class="pad faint" role="status" data-testid="emoji-none">{words::no_emoji_found()}</p> }
                .into_any()
        }
        Some(choices) => grid_view(choices, grid, choose).into_any(),
    };
    view! {
        <div class="emoji-panel" data-testid="emoji-panel" on:keydown=on_key>
            <div class="emoji-top">
                <input class="input emoji-search" type="search" node_ref=search autocomplete="off" placeholder=words::search_emoji()
                    aria-label=words::search_emoji() data-testid="emoji-search" prop:value=typed on:input=move |event| typed.set(event_target_value(&event))/>
                <select class="emoji emoji-skin" aria-label=words::skin_tone() data-testid="emoji-skin" on:change=move |event| {
                    let chosen = event_target_value(&event);
                    page::remember(SKIN, &chosen);
                    tone.set(skin());
                }>
                    <option value="" selected=move || tone.get().is_none()>"✋"</option>
                    {SKINS.iter().enumerate().map(|(at, skin)| {
                        let skin = *skin;
                        view! { <option value=at.to_string() selected=move || tone.get() == Some(skin)>{format!("✋{skin}")}</option> }
                    }).collect_view()}
                </select>
            </div>
            <div class="emoji-groups" role="group" aria-label=words::emoji_groups()>
                {std::iter::once(LAST).chain(0..GROUPS).map(|at| {
                    let (sign, name) = words::emoji_group(at);
                    view! {
                        <button class="emoji emoji-group" type="button" title=name aria-label=name data-testid="emoji-group"
                            aria-pressed=move || (group.get() == at && typed.with(String::is_empty)).to_string()
                            on:click=move |_| {
                                typed.set(String::new());
                                group.set(at);
                            }>{sign}</button>
                    }
                }).collect_view()}
            </div>
            {body}
        </div>
    }
}

fn choices(list: &EmojiList, typed: &str, group: usize, tone: Option<char>) -> Vec<Choice> {
    let choice = |emoji: &Emoji| Choice { text: emoji.with_skin(tone), name: emoji.name.clone() };
    match (typed.trim(), group) {
        ("", LAST) => used_last(),
        ("", group) => list.of_group(group).iter().map(choice).collect(),
        (typed, _) => list.search(typed, FOUND_MAX).iter().map(choice).collect(),
    }
}

fn grid_view(
    choices: Vec<Choice>,
    grid: NodeRef<html::Div>,
    choose: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let choices = choices.into_iter().enumerate().map(|(at, Choice { text, name })| {
        let chosen = text.clone();
        // One stop of Tab, arrows from there.
        let tabindex = if at == 0 { "0" } else { "-1" };
        view! {
            <button class="emoji emoji-choice" type="button" tabindex=tabindex title=name.clone() aria-label=name data-testid="emoji-choice"
                on:click=move |_| choose(chosen.clone())>{text}</button>
        }
    });
    view! { <div class="emoji-grid" role="group" aria-label=words::emoji_label() node_ref=grid>{choices.collect_view()}</div> }
}

/// Arrows, Home and End among the choices; down from the field above leads into them.
fn roam(event: &KeyboardEvent, grid: &HtmlElement) {
    if event.alt_key() || event.ctrl_key() || event.meta_key() || event.is_composing() {
        return;
    }
    let children = grid.children();
    let item = |at: u32| children.item(at).and_then(|item| item.dyn_into::<HtmlElement>().ok());
    let (number, active) = (children.length(), document().active_element());
    let at = (0..number).find(|at| children.item(*at) == active);
    let Some(first_top) = item(0).map(|first| first.offset_top()) else { return };
    let columns = (0..number).take_while(|at| item(*at).is_some_and(|item| item.offset_top() == first_top)).count();
    let columns = u32::try_from(columns).unwrap_or(1).max(1);
    let is_in_search = active.as_ref().is_some_and(|active| active.class_list().contains("emoji-search"));
    let (forward, back) = if page::is_rtl() { ("ArrowLeft", "ArrowRight") } else { ("ArrowRight", "ArrowLeft") };
    let to = match (event.key().as_str(), at) {
        ("ArrowDown", None) if is_in_search => Some(0),
        (key, Some(at)) if key == forward => Some(at + 1),
        (key, Some(at)) if key == back => at.checked_sub(1),
        ("ArrowDown", Some(at)) => Some(at + columns),
        ("ArrowUp", Some(at)) => at.checked_sub(columns),
        ("Home", Some(_)) => Some(0),
        ("End", Some(_)) => number.checked_sub(1),
        _ => None,
    };
    if let Some(next) = to.and_then(item) {
        event.prevent_default();
        for at in 0..number {
            if let Some(item) = item(at) {
                item.set_tab_index(-1);
            }
        }
        next.set_tab_index(0);
        let _ = next.focus();
    } else if event.key() == "ArrowUp" && at.is_some() {
        event.prevent_default();
        // Its own: there may be two, one in a dialog above the other.
        let panel = grid.closest(".emoji-panel").ok().flatten();
        let search = panel.and_then(|panel| panel.query_selector(".emoji-search").ok().flatten());
        if let Some(search) = search.and_then(|search| search.dyn_into::<HtmlElement>().ok()) {
            let _ = search.focus();
        }
    }
}

/// The list, for whoever has it already or may wait for it.
pub fn with_list(act: impl FnOnce(Arc<EmojiList>) + 'static) {
    match emoji_file::held() {
        Some(list) => act(list),
        None => spawn_local(async move {
            if let Some(list) = emoji_file::load().await {
                act(list);
            }
        }),
    }
}

/// With the skin that was chosen last.
pub fn in_own_skin(emoji: &Emoji) -> String {
    emoji.with_skin(skin())
}
