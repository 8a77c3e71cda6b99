//! The page itself: its theme, direction, title, address, history and visibility, and what browser shows it.

use crate::language;
use crate::model::clock::ZoneOffset;
use crate::model::keys::Keyboard;
use client_api::{TextDirection, Theme};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// Unix milliseconds, by this device's clock.
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Milliseconds since the page began, by a clock that nobody sets.
pub fn ticks_ms() -> u64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now()) as u64
}

/// The zone at a moment.
pub fn zone_at(ms: u64) -> ZoneOffset {
    let date = js_sys::Date::new(&JsValue::from_f64(ms as f64));
    // Far outside of the calendar a Date has no zone; NaN becomes 0.
    ZoneOffset(-(date.get_timezone_offset() as i32))
}

/// The beginning of a day as a date field has it ("2026-11-03"), or of so many days after; 0 where none is chosen.
pub fn midnight(date: &str, days_after: u32) -> u64 {
    let date = js_sys::Date::new(&JsValue::from_str(&format!("{date}T00:00")));
    // Not by hours: a day may have 23 of them.
    date.set_date(date.get_date().wrapping_add(days_after));
    date.get_time() as u64
}

fn set_root(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(name, value);
    }
}

/// Colours.
pub fn set_theme(theme: Theme) {
    let name = match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    set_root("data-theme", name);
    // The browser's own frame around an installed app.
    let Ok(metas) = document().query_selector_all("meta[name=theme-color]") else { return };
    for meta in (0..metas.length()).filter_map(|at| metas.item(at)?.dyn_into::<web_sys::Element>().ok()) {
        let system_is_dark = meta.get_attribute("media").is_some_and(|media| media.contains("dark"));
        let dark = theme == Theme::Dark || (theme == Theme::Auto && system_is_dark);
        let _ = meta.set_attribute("content", if dark { "#13110E" } else { "#F5F1EA" });
    }
}

/// Direction of the interface: automatic is that of its language.
pub fn set_direction(direction: TextDirection) {
    let right_to_left = match direction {
        TextDirection::Auto => language::is_right_to_left(),
        other => other == TextDirection::RightToLeft,
    };
    set_root("dir", if right_to_left { "rtl" } else { "ltr" });
}

/// The interface runs from right to left.
pub fn is_rtl() -> bool {
    document().document_element().is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"))
}

/// The width of the list pane, which the style sheet reads.
pub fn set_list_px(px: u16) {
    let root = document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok());
    if let Some(root) = root {
        let _ = root.style().set_property("--list-px", &format!("{px}px"));
    }
}

/// Keeps a small thing of the interface on this device. Nothing of an account: it outlives a log-out.
pub fn remember(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(name, value);
    }
}

/// What was kept.
pub fn remembered(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(name).ok()?
}

/// What its modifier keys are.
pub fn keyboard() -> Keyboard {
    let agent = window().navigator().user_agent().unwrap_or_default();
    if agent.contains("Mac OS") { Keyboard::Mac } else { Keyboard::Other }
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Gives the focus to the first element of this kind.
pub fn focus(selector: &str) {
    if let Some(element) = find(selector) {
        let _ = element.focus();
    }
}

/// Presses what is there.
pub fn press(selector: &str) {
    if let Some(element) = find(selector) {
        element.click();
    }
}

/// There is such an element.
pub fn exists(selector: &str) -> bool {
    find(selector).is_some()
}

/// There is such an element, and it is shown.
pub fn can_focus(selector: &str) -> bool {
    find(selector).is_some_and(|element| element.client_height() > 0)
}

/// The focus is nowhere, or on something that is not shown: what had it is gone.
pub fn lost_focus() -> bool {
    let active = document().active_element().and_then(|active| active.dyn_into::<HtmlElement>().ok());
    active.is_none_or(|active| active.tag_name() == "BODY" || active.client_height() == 0)
}

/// Of what is shown of the page, in pixels.
pub fn window_size() -> (f64, f64) {
    let number = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64()).unwrap_or_default();
    (number(window().inner_width()), number(window().inner_height()))
}

/// The browser's style sheets know this.
pub fn supports(property: &str, value: &str) -> bool {
    web_sys::css::supports_with_value(property, value) == Ok(true)
}

/// The title, with the number of chats that hold something unread.
pub fn set_title(unread: usize) {
    let title = if unread == 0 {
        crate::words::app_name().to_owned()
    } else {
        format!("({unread}) {}", crate::words::app_name())
    };
    document().set_title(&title);
}

/// The keyboard is in this page, and in no other window or tab.
pub fn has_focus() -> bool {
    document().has_focus().unwrap_or(true)
}

/// The page can be seen.
pub fn is_visible() -> bool {
    !document().hidden()
}

/// There is room for one pane only; the style sheet says the same.
pub fn is_narrow() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width < 720.0)
}

/// One more layer for the "back" button.
pub fn push_layer() {
    if is_narrow()
        && let Ok(history) = window().history()
    {
        let _ = history.push_state_with_url(&JsValue::NULL, "", None);
    }
}

/// What stands behind `#` in the address; it is taken out of it.
pub fn take_fragment() -> Option<String> {
    let location = window().location();
    let fragment = location.hash().ok()?.trim_start_matches('#').to_owned();
    if fragment.is_empty() {
        return None;
    }
    if let (Ok(history), Ok(path)) = (window().history(), location.pathname()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    Some(fragment)
}

/// The link that carries a contact code.
pub fn contact_link(code: &str) -> String {
    format!("{}/phone#{code}", window().location().origin().unwrap_or_default())
}

/// Starts afresh.
pub fn reload() {
    let _ = window().location().reload();
}

/// Asks the browser to keep this page's storage.
pub fn keep_storage() {
    let storage = window().navigator().storage();
    if let Ok(promise) = storage.persist() {
        wasm_bindgen_futures::spawn_local(async move {
            let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        });
    }
}

/// Puts a text on the clipboard; tells whether it is there.
pub fn copy(text: &str, done: impl FnOnce(bool) + 'static) {
    let promise = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::spawn_local(async move {
        done(wasm_bindgen_futures::JsFuture::from(promise).await.is_ok());
    });
}

/// The names that the phone shows while linking: "Firefox", "Linux".
pub fn browser_and_system() -> (String, String) {
    let agent = window().navigator().user_agent().unwrap_or_default();
    let first = |names: &[(&str, &str)], other: &str| {
        let found = names.iter().find(|(mark, _)| agent.contains(mark));
        found.map_or(other, |(_, name)| name).to_owned()
    };
    let browser = first(
        &[("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari")],
        "Browser",
    );
    let system = first(
        &[
            ("Android", "Android"),
            ("iPhone", "iOS"),
            ("iPad", "iPadOS"),
            ("Windows", "Windows"),
            ("Mac OS", "macOS"),
            ("CrOS", "ChromeOS"),
            ("Linux", "Linux"),
        ],
        "unknown system",
    );
    (browser, system)
}

/// For developers; never a text, a name or a number.
pub fn log(what: &str) {
    web_sys::console::info_1(&what.into());
}

/// A bug stopped the pages: says so in plain elements, for nothing else runs any more. The worker keeps the messages.
pub fn halt(what: &str) {
    web_sys::console::error_1(&what.into());
    let Some(body) = document().body() else { return };
    body.set_text_content(None);
    let Ok(main) = document().create_element("main") else { return };
    main.set_class_name("plain");
    let _ = main.set_attribute("data-testid", "stage");
    let _ = main.set_attribute("data-stage", "halted");
    for (tag, text) in [("h1", crate::words::halted_title()), ("p", crate::words::halted_text()), ("code", what)] {
        if let Ok(element) = document().create_element(tag) {
            element.set_text_content(Some(text));
            let _ = main.append_child(&element);
        }
    }
    // A link, as no handler of ours is to be relied on.
    if let Ok(again) = document().create_element("a") {
        again.set_class_name("button");
        again.set_text_content(Some(crate::words::reload()));
        let _ = again.set_attribute("data-testid", "plain-action");
        let _ = again.set_attribute("href", &window().location().pathname().unwrap_or_default());
        let _ = main.append_child(&again);
    }
    let _ = body.append_child(&main);
}
