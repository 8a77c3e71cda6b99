//! The list of emoji, fetched when somebody first looks for one. Knows where it is, not what is done with it.

use crate::model::emoji::EmojiList;
use leptos::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMetaElement, Response};

thread_local! {
    static LIST: RefCell<Option<Arc<EmojiList>>> = const { RefCell::new(None) };
}

/// The list, where it is here already.
pub fn held() -> Option<Arc<EmojiList>> {
    LIST.with_borrow(Clone::clone)
}

/// The list; `None` without a network, where it was not kept. Asked again it is fetched again.
pub async fn load() -> Option<Arc<EmojiList>> {
    if let Some(list) = held() {
        return Some(list);
    }
    let meta = document().query_selector("meta[name=heliograph-emoji]").ok()??;
    let address = meta.dyn_into::<HtmlMetaElement>().ok()?.content();
    let answer: Response = JsFuture::from(window().fetch_with_str(&address)).await.ok()?.dyn_into().ok()?;
    if !answer.ok() {
        return None;
    }
    let text = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    let list = Arc::new(EmojiList::read(&text));
    LIST.set(Some(Arc::clone(&list)));
    Some(list)
}
