//! The file of a backup: written piece by piece as the client gives it, and read the same way. The page holds a piece at a time; the browser
//! keeps the rest where it wants.

use crate::bridge;
use crate::platform::media::{Address, save};
use client_api::{Answer, BACKUP_PIECE_LEN_MAX, Command, PieceOf, UserError};
use js_sys::{Array, Uint8Array};
use leptos::prelude::set_timeout;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// Until then a file is held, after it was given to the browser.
const SAVED_AFTER: Duration = Duration::from_secs(60);

async fn asked(command: Command) -> Result<Answer, UserError> {
    bridge::asks(command).await.unwrap_or(Err(UserError::Internal))
}

/// A backup, given to the browser under this name.
pub async fn write(name: &str) -> Result<(), UserError> {
    let parts = Array::new();
    let mut piece = PieceOf::Beginning;
    loop {
        let Answer::BackupPiece(taken) = asked(Command::TakeBackup { piece, key: String::new() }).await? else {
            return Err(UserError::Internal);
        };
        let bytes: JsValue = Uint8Array::from(taken.bytes.as_slice()).into();
        let part = Blob::new_with_u8_array_sequence(&Array::of1(&bytes)).map_err(|_| UserError::StorageFull)?;
        parts.push(&part);
        piece = PieceOf::Rest;
        if taken.last {
            break;
        }
    }
    let whole = Blob::new_with_blob_sequence(&parts).map_err(|_| UserError::StorageFull)?;
    let address = Address::of(&whole).ok_or(UserError::StorageFull)?;
    save(address.text(), name);
    // The browser begins to read it after this returns, and keeps what it has begun with.
    set_timeout(move || drop(address), SAVED_AFTER);
    Ok(())
}

/// Gives a file to the client.
pub async fn read(file: File) -> Result<(), UserError> {
    let (mut at, mut piece) = (0.0, PieceOf::Beginning);
    let step = f64::from(u32::try_from(BACKUP_PIECE_LEN_MAX).unwrap_or(u32::MAX));
    while at < file.size() || piece == PieceOf::Beginning {
        let part = file.slice_with_f64_and_f64(at, (at + step).min(file.size()));
        let part = part.map_err(|_| UserError::FileUnreadable)?;
        let buffer = JsFuture::from(part.array_buffer()).await.map_err(|_| UserError::FileUnreadable)?;
        asked(Command::GiveBackup { piece, bytes: Uint8Array::new(&buffer).to_vec() }).await?;
        (at, piece) = (at + step, PieceOf::Rest);
    }
    Ok(())
}
