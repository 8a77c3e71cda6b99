//! A button with a menu, by the practices guide: arrows move, Escape closes and gives the focus back.

use crate::primitives::icon::Icon;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// An entry of a menu.
#[derive(Clone)]
pub struct Entry {
    /// What it does, in words.
    pub label: String,
    /// Its icon.
    pub icon: &'static str,
    /// For tests.
    pub testid: &'static str,
    /// Does it.
    pub act: Callback<()>,
}

/// The entries are asked for each time the menu opens.
#[component]
pub fn Menu(
    #[prop(into)] label: String,
    icon: &'static str,
    testid: &'static str,
    #[prop(into)] entries: Callback<(), Vec<Entry>>,
    /// Opened from outside (a right click).
    #[prop(optional)]
    open: RwSignal<bool>,
    /// Whether Tab stops at the button.
    #[prop(default = Signal::stored(true))]
    tab_stop: Signal<bool>,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let list = NodeRef::<html::Div>::new();
    Effect::new(move || {
        if open.get()
            && let Some(list) = list.get()
        {
            // Near the lower edge it opens upwards, or the scroller would cut it.
            let edge = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default() - 90.0;
            if list.get_bounding_client_rect().bottom() > edge {
                let _ = list.class_list().add_1("up");
            }
            focus_entry(&list, 0);
        }
    });
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        let at = focused_entry(&list);
        match event.key().as_str() {
            "ArrowDown" => focus_entry(&list, at.map_or(0, |at| at + 1)),
            "ArrowUp" => focus_entry(&list, at.unwrap_or(0).wrapping_sub(1)),
            "Home" => focus_entry(&list, 0),
            "End" => focus_entry(&list, u32::MAX),
            "Escape" | "Tab" => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_focus_out = move |event: leptos::ev::FocusEvent| {
        let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = list.get_untracked().is_some_and(|list| list.contains(to.as_ref()));
        if !inside {
            let _ = open.try_set(false);
        }
    };
    view! {
        <span class="menu">
            <button
                class="icon-button"
                type="button"
                node_ref=button
                aria-label=label.clone()
                title=label.clone()
                aria-haspopup="menu"
                tabindex=move || if tab_stop.get() { "0" } else { "-1" }
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
                <div class="menu-list" role="menu" aria-label=label.clone() node_ref=list on:keydown=on_key on:focusout=on_focus_out>
                    {entries
                        .run(())
                        .into_iter()
                        .map(|entry| {
                            view! {
                                <button
                                    class="menu-entry"
                                    role="menuitem"
                                    type="button"
                                    tabindex="-1"
                                    data-testid=entry.testid
                                    on:click=move |event| {
                                        event.stop_propagation();
                                        close();
                                        entry.act.run(());
                                    }
                                >
                                    <Icon name=entry.icon/>
                                    <span>{entry.label}</span>
                                </button>
                            }
                        })
                        .collect_view()}
                </div>
            </Show>
        </span>
    }
}

fn focused_entry(list: &HtmlElement) -> Option<u32> {
    let active = document().active_element()?;
    (0..list.children().length()).find(|at| list.children().item(*at).as_ref() == Some(&active))
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
