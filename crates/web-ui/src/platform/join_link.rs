//! Links into groups as the browser brings them: in the address, in a text of the conversation; kept for this tab until they can be used, and given away.

use js_sys::{Function, Object, Reflect};
use leptos::prelude::{WindowListenerHandle, window, window_event_listener, window_event_listener_untyped};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Storage};

const KEY: &str = "heliograph-join";
const WAY: &str = "/join/";

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// The code of a link, out of the fragment of an address.
pub fn code_in(fragment: &str) -> Option<String> {
    fragment.trim_start_matches('#').strip_prefix(WAY).filter(|code| !code.is_empty()).map(str::to_owned)
}

/// Keeps it for this tab: registering takes a while, and may load the page anew. Without storage it is in memory alone.
pub fn keep(code: Option<&str>) {
    let Some(storage) = storage() else { return };
    let _ = match code {
        Some(code) => storage.set_item(KEY, code),
        None => storage.remove_item(KEY),
    };
}

/// What was kept.
pub fn kept() -> Option<String> {
    storage()?.get_item(KEY).ok().flatten().filter(|code| !code.is_empty())
}

/// The link of a code, at the server that this page is of.
pub fn link(code: &str) -> String {
    format!("{}/#{WAY}{code}", window().location().origin().unwrap_or_default())
}

/// The same page of a phone: it registers, and goes on with the link.
pub fn on_phone(code: &str) -> String {
    format!("/phone#{WAY}{code}")
}

/// Tells of links that are opened while the page stands: typed into the address, or pressed in a text. The latter would open another tab, which
/// could not have the account.
pub fn listen(opened: impl Fn(String) + Clone + 'static) -> [WindowListenerHandle; 2] {
    let pressed = opened.clone();
    let on_click = window_event_listener(leptos::ev::click, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let anchor = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let href = anchor.and_then(|anchor| anchor.get_attribute("href"));
        let own = format!("{}/", window().location().origin().unwrap_or_default());
        let code = href
            .and_then(|href| href.strip_prefix(&own).map(str::to_owned))
            .and_then(|rest| code_in(rest.strip_prefix("phone").unwrap_or(&rest)));
        if let Some(code) = code {
            event.prevent_default();
            pressed(code);
        }
    });
    let on_hash = window_event_listener_untyped("hashchange", move |_| {
        let fragment = window().location().hash().unwrap_or_default();
        if let Some(code) = code_in(&fragment) {
            let _ = super::page::take_fragment();
            opened(code);
        }
    });
    [on_click, on_hash]
}

/// The browser has a way to give a link to other programs.
pub fn can_share() -> bool {
    share_function().is_some()
}

fn share_function() -> Option<Function> {
    Reflect::get(&window().navigator(), &"share".into()).ok()?.dyn_into::<Function>().ok()
}

/// Gives it to them; whom to, the system asks.
pub fn share(link: &str) {
    let options = Object::new();
    let _ = Reflect::set(&options, &"url".into(), &JsValue::from_str(link));
    if let Some(share) = share_function()
        && let Ok(promise) = share.call1(&window().navigator(), &options)
        && let Ok(promise) = promise.dyn_into::<js_sys::Promise>()
    {
        // Whoever changes their mind has refused it: nothing is to be told.
        wasm_bindgen_futures::spawn_local(async move {
            let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_behind_its_way() {
        assert_eq!(code_in("/join/HGJ1:AA"), Some("HGJ1:AA".to_owned()));
        assert_eq!(code_in("#/join/HGJ1:AA"), Some("HGJ1:AA".to_owned()));
        for other in ["", "/join/", "HGC1:AA", "invite=AA", "/joining/HGJ1"] {
            assert_eq!(code_in(other), None, "{other}");
        }
        assert_eq!(on_phone("HGJ1:AA"), "/phone#/join/HGJ1:AA");
    }
}
