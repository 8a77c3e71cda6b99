//! Menus by the practices guide: arrows, Home, End and first letters move, Escape closes and gives the focus back. A `Menu` hangs on
//! its button; a `ContextMenu` opens where the pointer is, or beside what has the focus.

use crate::platform::page;
use crate::primitives::icon::Icon;
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// How an entry looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Icon and words, in a line of its own.
    #[default]
    Line,
    /// Beside others in one line, its words alone: an emoji, which may be chosen.
    Beside(bool),
    /// Beside others, its icon alone.
    BesideIcon,
}

/// An entry of a menu.
#[derive(Clone)]
pub struct Entry {
    /// How it looks.
    pub look: Look,
    /// What it does, in words.
    pub label: String,
    /// Its icon.
    pub icon: &'static str,
    /// For tests.
    pub testid: &'static str,
    /// Does it.
    pub act: Callback<()>,
}

impl Entry {
    /// A line of its own.
    pub fn line(label: &str, icon: &'static str, testid: &'static str, act: impl Fn() + Send + Sync + 'static) -> Self {
        Self { look: Look::Line, label: label.to_owned(), icon, testid, act: Callback::new(move |()| act()) }
    }
}

/// The entries are asked for each time the menu opens.
#[component]
pub fn Menu(
    #[prop(into)] label: String,
    icon: &'static str,
    testid: &'static str,
    #[prop(into)] entries: Callback<(), Vec<Entry>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let list = NodeRef::<html::Div>::new();
    Effect::new(move || {
        if let Some(list) = list.get() {
            // Near the lower edge it opens upwards, or the scroller would cut it.
            let place = list.get_bounding_client_rect();
            if place.bottom() > window_size().1 - 90.0 {
                let _ = list.class_list().add_1("up");
            }
        }
    });
    let on_end = Callback::new(move |end: End| {
        let _ = open.try_set(false);
        if let (End::Left, Some(button)) = (end, button.try_get_untracked().flatten()) {
            let _ = button.focus();
        }
    });
    let name = label.clone();
    view! {
        <span class="menu">
            <button
                class="icon-button"
                type="button"
                node_ref=button
                aria-label=label.clone()
                title=label
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                data-testid=testid
                on:click=move |event| {
                    event.stop_propagation();
                    open.update(|open| *open = !*open);
                }
            >
                <Icon name=icon/>
            </button>
            <Show when=move || open.get()>
                <List label=name.clone() entries=entries.run(()) list on_end/>
            </Show>
        </span>
    }
}

/// Where a context menu opens, and who gets the focus back.
#[derive(Clone)]
pub struct Place {
    x: f64,
    y: f64,
    back: SendWrapper<HtmlElement>,
}

impl Place {
    /// At the pointer.
    pub fn pointer(event: &web_sys::MouseEvent, back: HtmlElement) -> Self {
        Self { x: f64::from(event.client_x()), y: f64::from(event.client_y()), back: SendWrapper::new(back) }
    }

    /// Below a button.
    pub fn below(button: HtmlElement) -> Self {
        let place = button.get_bounding_client_rect();
        let x = if page::is_rtl() { place.right() } else { place.left() };
        Self { x, y: place.bottom() + 4.0, back: SendWrapper::new(button) }
    }

    /// In the middle of what has the focus: opened by a key.
    pub fn middle(of: HtmlElement) -> Self {
        let place = of.get_bounding_client_rect();
        let (x, y) = (place.left() + place.width() / 2.0, place.top() + place.height() / 2.0);
        Self { x, y, back: SendWrapper::new(of) }
    }
}

/// Tells whether a key asks for the context menu.
pub fn is_menu_key(event: &web_sys::KeyboardEvent) -> bool {
    event.key() == "ContextMenu" || (event.key() == "F10" && event.shift_key())
}

/// Open while `place` is something.
#[component]
pub fn ContextMenu(
    #[prop(into)] label: Signal<String>,
    testid: &'static str,
    place: RwSignal<Option<Place>>,
    #[prop(into)] entries: Callback<(), Vec<Entry>>,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    Effect::new(move || {
        let (Some(list), Some(at)) = (list.get(), place.get_untracked()) else { return };
        let size = list.get_bounding_client_rect();
        let (width, height) = window_size();
        let x = if page::is_rtl() { at.x - size.width() } else { at.x };
        let style = web_sys::HtmlElement::style(&list);
        let _ = style.set_property("left", &format!("{}px", x.min(width - size.width() - 8.0).max(8.0)));
        let _ = style.set_property("top", &format!("{}px", at.y.min(height - size.height() - 8.0).max(8.0)));
    });
    let on_end = Callback::new(move |end: End| {
        let Some(at) = place.try_get_untracked().flatten() else { return };
        place.set(None);
        if end == End::Left {
            let _ = at.back.focus();
        }
    });
    view! {
        <Show when=move || place.with(Option::is_some)>
            <div class="context-menu" data-testid=testid>
                <List label=label.get_untracked() entries=entries.run(()) list on_end/>
            </div>
        </Show>
    }
}

/// How a menu ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// By a key or a choice: the focus goes back.
    Left,
    /// The focus is elsewhere already.
    FocusLost,
}

#[component]
fn List(label: String, entries: Vec<Entry>, list: NodeRef<html::Div>, on_end: Callback<End>) -> impl IntoView {
    Effect::new(move || {
        if let Some(list) = list.get() {
            focus_entry(&list, 0);
        }
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        let at = focused_entry(&list);
        let on = |step: i32| focus_entry(&list, next_entry(&list, at, step));
        match event.key().as_str() {
            "ArrowDown" => focus_entry(&list, next_line(&list, at, 1)),
            "ArrowUp" => focus_entry(&list, next_line(&list, at, -1)),
            "ArrowRight" => on(if page::is_rtl() { -1 } else { 1 }),
            "ArrowLeft" => on(if page::is_rtl() { 1 } else { -1 }),
            "Home" => focus_entry(&list, 0),
            "End" => focus_entry(&list, u32::MAX),
            "Escape" | "Tab" => on_end.run(End::Left),
            "Enter" | " " => {
                // The button's own click; the page's keys must not see it.
                event.stop_propagation();
                return;
            }
            letter if letter.chars().count() == 1 && !event.ctrl_key() && !event.alt_key() && !event.meta_key() => {
                focus_letter(&list, at, letter);
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_focus_out = move |event: leptos::ev::FocusEvent| {
        let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = list.try_get_untracked().flatten().is_some_and(|list| list.contains(to.as_ref()));
        if !inside {
            on_end.run(End::FocusLost);
        }
    };
    view! {
        <div class="menu-list" role="menu" aria-label=label node_ref=list on:keydown=on_key on:focusout=on_focus_out
            on:contextmenu=|event| { event.prevent_default(); event.stop_propagation(); }>
            {entries
                .into_iter()
                .map(|entry| {
                    let (class, role, chosen) = match entry.look {
                        Look::Line => ("menu-entry", "menuitem", None),
                        Look::Beside(chosen) => ("menu-entry beside", "menuitemcheckbox", Some(chosen.to_string())),
                        Look::BesideIcon => ("menu-entry beside", "menuitem", None),
                    };
                    let is_icon = entry.look == Look::BesideIcon;
                    let title = is_icon.then(|| entry.label.clone());
                    view! {
                        <button
                            class=class
                            role=role
                            aria-checked=chosen
                            type="button"
                            title=title
                            tabindex="-1"
                            data-testid=entry.testid
                            on:click=move |event| {
                                event.stop_propagation();
                                on_end.run(End::Left);
                                entry.act.run(());
                            }
                        >
                            {(!entry.icon.is_empty()).then(|| view! { <Icon name=entry.icon/> })}
                            <span class:sr-only=is_icon>{entry.label}</span>
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

fn window_size() -> (f64, f64) {
    let px = |size: Result<wasm_bindgen::JsValue, _>| size.ok().and_then(|size| size.as_f64()).unwrap_or_default();
    (px(window().inner_width()), px(window().inner_height()))
}

fn focused_entry(list: &HtmlElement) -> Option<u32> {
    let active = document().active_element()?;
    (0..list.children().length()).find(|at| list.children().item(*at).as_ref() == Some(&active))
}

/// The entry so far from the focused one, round the ends.
fn next_entry(list: &HtmlElement, at: Option<u32>, step: i32) -> u32 {
    let count = list.children().length().max(1);
    at.map_or(0, |at| (at + count).wrapping_add_signed(step) % count)
}

/// The entry above or below: what stands beside others is one line, which its first one stands for.
fn next_line(list: &HtmlElement, at: Option<u32>, step: i32) -> u32 {
    let is_beside =
        |at: u32| list.children().item(at).is_some_and(|entry| at > 0 && entry.class_list().contains("beside"));
    let mut next = next_entry(list, at, step);
    while is_beside(next) {
        next = next_entry(list, Some(next), step);
    }
    next
}

/// Beyond the ends it goes round; `u32::MAX` is the last.
fn focus_entry(list: &HtmlElement, at: u32) {
    let children = list.children();
    let at = if at == u32::MAX { children.length().saturating_sub(1) } else { at };
    let at = if at >= children.length() { 0 } else { at };
    if let Some(entry) = children.item(at).and_then(|entry| entry.dyn_into::<HtmlElement>().ok()) {
        let _ = entry.focus();
    }
}

/// The next entry whose words begin with the letter.
fn focus_letter(list: &HtmlElement, from: Option<u32>, letter: &str) {
    let children = list.children();
    let count = children.length();
    let start = from.map_or(0, |from| from + 1);
    let begins = |at: &u32| {
        let words = children.item(*at).and_then(|entry| entry.text_content()).unwrap_or_default();
        words.trim().to_lowercase().starts_with(&letter.to_lowercase())
    };
    if let Some(at) = (0..count).map(|step| (start + step) % count).find(begins) {
        focus_entry(list, at);
    }
}
