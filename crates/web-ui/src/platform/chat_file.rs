//! A chat as a text file: asked for page by page, and given to the browser. The page holds one stretch of it at a time; the browser keeps the
//! rest where it wants.

use crate::bridge;
use crate::platform::media::{Address, save};
use client_api::{Answer, ChatId, Command, Exported, UserError};
use js_sys::Array;
use leptos::prelude::set_timeout;
use std::time::Duration;
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag};

/// Messages of one answer: the most that the client gives.
const PAGE: u16 = 256;
/// Until then a file is held, after it was given to the browser.
const SAVED_AFTER: Duration = Duration::from_secs(60);

/// Writes the text of each stretch into a file, and gives that to the browser under a name, which is made with the last stretch. `None` of either:
/// nobody wants it any more. Whether it was given.
pub async fn write(
    chat: ChatId,
    mut text: impl FnMut(&Exported) -> Option<String>,
    name: impl FnOnce(&Exported) -> Option<String>,
) -> Result<bool, UserError> {
    let (parts, mut after) = (Array::new(), 0);
    loop {
        let asked = bridge::asks(Command::ExportChat { chat, after, limit: PAGE }).await;
        let Answer::Exported(page) = asked.unwrap_or(Err(UserError::Internal))? else {
            return Err(UserError::Internal);
        };
        let Some(text) = text(&page) else { return Ok(false) };
        // Out of the page's own memory.
        let part = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(&text)));
        parts.push(&part.map_err(|_| UserError::StorageFull)?.into());
        match page.next {
            Some(next) => after = next,
            None => {
                let Some(name) = name(&page) else { return Ok(false) };
                give(&parts, &name)?;
                return Ok(true);
            }
        }
    }
}

fn give(parts: &Array, name: &str) -> Result<(), UserError> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/plain;charset=utf-8");
    let whole = Blob::new_with_blob_sequence_and_options(parts, &kind).map_err(|_| UserError::StorageFull)?;
    let address = Address::of(&whole).ok_or(UserError::StorageFull)?;
    save(address.text(), name);
    // The browser begins to read it after this returns, and keeps what it has begun with.
    set_timeout(move || drop(address), SAVED_AFTER);
    Ok(())
}
