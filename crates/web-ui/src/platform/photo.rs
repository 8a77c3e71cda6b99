//! Photos: from a file to a small JPEG, and from bytes to an address that an `img` can show.

use js_sys::{Array, Uint8Array};
use leptos::prelude::{document, window};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap, Url};

/// The most bytes of a profile photo.
pub const PHOTO_BYTES_MAX: usize = 64 * 1024;
const SIDE: u32 = 512;
/// Of the small picture for lists, at twice an avatar's pixels.
const THUMB_SIDE: u32 = 96;
const THUMB_BYTES_MAX: usize = 8 * 1024;

/// A photo and its small picture, JPEGs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Photo {
    /// At most `PHOTO_BYTES_MAX`.
    pub jpeg: Vec<u8>,
    /// Empty where it did not become small enough: then lists show the photo.
    pub thumb: Vec<u8>,
}

thread_local! {
    static ADDRESSES: RefCell<HashMap<u64, String>> = RefCell::new(HashMap::new());
}

/// The address of a photo, the same for the same bytes.
pub fn address(jpeg: &[u8]) -> Option<String> {
    if jpeg.is_empty() {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    jpeg.hash(&mut hasher);
    let key = hasher.finish();
    ADDRESSES.with_borrow_mut(|addresses| {
        if let Some(address) = addresses.get(&key) {
            return Some(address.clone());
        }
        let kind = BlobPropertyBag::new();
        kind.set_type("image/jpeg");
        let parts = Array::of1(&Uint8Array::from(jpeg));
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok()?;
        let address = Url::create_object_url_with_blob(&blob).ok()?;
        addresses.insert(key, address.clone());
        Some(address)
    })
}

/// The middle square of a picture as JPEGs within the limits; `None` where the file is no picture.
pub async fn profile_photo(file: File) -> Option<Photo> {
    let promise = window().create_image_bitmap_with_blob(&file).ok()?;
    let picture: ImageBitmap = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
    let jpeg = square(&picture, SIDE, PHOTO_BYTES_MAX).await?;
    let thumb = square(&picture, THUMB_SIDE, THUMB_BYTES_MAX).await.unwrap_or_default();
    Some(Photo { jpeg, thumb })
}

async fn square(picture: &ImageBitmap, side_max: u32, bytes_max: usize) -> Option<Vec<u8>> {
    let side = picture.width().min(picture.height());
    if side == 0 {
        return None;
    }
    let out = side_max.min(side);
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(out);
    canvas.set_height(out);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (left, top) = (f64::from((picture.width() - side) / 2), f64::from((picture.height() - side) / 2));
    let (side, out) = (f64::from(side), f64::from(out));
    context
        .draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            picture, left, top, side, side, 0.0, 0.0, out, out,
        )
        .ok()?;
    for quality in [0.86, 0.7, 0.5, 0.3] {
        let jpeg = encode(&canvas, quality).await?;
        if jpeg.len() <= bytes_max {
            return Some(jpeg);
        }
    }
    None
}

async fn encode(canvas: &HtmlCanvasElement, quality: f64) -> Option<Vec<u8>> {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = canvas.to_blob_with_type_and_encoder_options(&resolve, "image/jpeg", &quality.into());
    });
    let blob: Blob = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
    let buffer = JsFuture::from(blob.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}
