//! Whether there is room: SQLite says no more than "I/O error" where a browser cuts a write short at its quota, so a small file is
//! tried. Knows no database.

use super::lock::error_name;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DedicatedWorkerGlobalScope, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetFileOptions,
    FileSystemSyncAccessHandle,
};

const NAME: &str = "heliograph-room";
/// More than a transaction usually writes.
const TRIED_BYTES: u32 = 256 * 1024;

/// What a try found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// The disk or the quota is used up.
    None,
    /// It was written, or failed for another reason.
    Some,
}

/// Writes a file and deletes it.
pub(super) async fn look() -> Room {
    let Ok(root) = root().await else { return Room::Some };
    let found = match write(&root).await {
        Err(error) if error_name(&error).as_deref() == Some("QuotaExceededError") => Room::None,
        Ok(written) if written < f64::from(TRIED_BYTES) => Room::None,
        _ => Room::Some,
    };
    let _ = JsFuture::from(root.remove_entry(NAME)).await;
    found
}

async fn root() -> Result<FileSystemDirectoryHandle, JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(JsFuture::from(scope.navigator().storage().get_directory()).await?.unchecked_into())
}

async fn write(root: &FileSystemDirectoryHandle) -> Result<f64, JsValue> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let file = JsFuture::from(root.get_file_handle_with_options(NAME, &options)).await?;
    let file: FileSystemFileHandle = file.unchecked_into();
    let open: FileSystemSyncAccessHandle = JsFuture::from(file.create_sync_access_handle()).await?.unchecked_into();
    let written = open
        .write_with_buffer_source(&Uint8Array::new_with_length(TRIED_BYTES))
        .and_then(|written| open.flush().map(|()| written));
    open.close();
    written
}
