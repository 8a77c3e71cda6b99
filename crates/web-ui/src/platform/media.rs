//! Files and pages: pictures made smaller, films looked at, addresses for what is on this device. Knows no
//! message's place on a page.

use crate::bridge;
use crate::model::media::{HD_SIDE_MAX, Quality, STANDARD_SIDE_MAX, shown_type, within};
use crate::platform::streams;
use client_api::{ChatId, MediaFacts, MediaKind, MessageId};
use js_sys::{Array, Promise, Uint8Array};
use leptos::prelude::{document, window};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, File, HtmlAnchorElement, HtmlCanvasElement, HtmlMediaElement,
    HtmlVideoElement, ImageBitmap, Url,
};

/// Bytes that are read of a file at a time.
const PIECE: u64 = 1024 * 1024;
/// The small picture that goes with a message.
const PREVIEW_SIDE: u32 = 72;
const PREVIEW_BYTES_MAX: usize = 4 * 1024;
/// A film that says nothing of itself within this time is sent without a picture.
const FILM_PATIENCE_MS: i32 = 8_000;

/// Names something for elements of the page, until it is dropped.
pub struct Address(String);

impl Address {
    /// Of bytes that are here.
    pub fn of(blob: &Blob) -> Option<Self> {
        Url::create_object_url_with_blob(blob).ok().map(Self)
    }

    /// Of a message's film or music, which comes piece by piece as it is played; nothing where that cannot be.
    pub fn streamed(chat: ChatId, message: MessageId, facts: &MediaFacts) -> Option<Self> {
        streams::for_player(chat, message, facts).map(Self)
    }

    /// What stands behind it may be read whole instead.
    pub fn is_streamed(&self) -> bool {
        streams::is_one(&self.0)
    }

    /// As elements take it.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        if self.is_streamed() {
            return streams::end(&self.0);
        }
        // It was made here.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// A small JPEG that came with a message.
pub fn jpeg(bytes: &[u8]) -> Option<Address> {
    if bytes.is_empty() {
        return None;
    }
    Address::of(&blob(&[Uint8Array::from(bytes).into()], "image/jpeg")?)
}

fn blob(parts: &[JsValue], mime: &str) -> Option<Blob> {
    let kind = BlobPropertyBag::new();
    kind.set_type(mime);
    Blob::new_with_blob_sequence_and_options(&parts.iter().cloned().collect::<Array>(), &kind).ok()
}

/// A message's file, unless nobody wants it any more. The browser keeps what was read where it wants; the page holds a piece at a time.
pub async fn whole(
    chat: ChatId,
    message: MessageId,
    facts: &MediaFacts,
    still_wanted: impl Fn() -> bool,
) -> Option<Blob> {
    let (mut parts, mut from) = (Vec::new(), 0);
    while from < facts.size {
        if !still_wanted() {
            return None;
        }
        let piece = bridge::read_file(chat, message, from, PIECE).await?;
        from += u64::from(piece.length());
        if piece.length() == 0 {
            return None;
        }
        parts.push(blob(&[piece.into()], "")?.into());
    }
    blob(&parts, shown_type(facts))
}

/// Gives a file to the browser, to be kept where its owner wants it.
pub fn save(address: &str, name: &str) {
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(address);
        link.set_download(name);
        link.click();
    }
}

/// The same without reading it first; false where that cannot be.
pub fn save_streamed(chat: ChatId, message: MessageId, facts: &MediaFacts) -> bool {
    let Some(address) = streams::to_save(chat, message, facts) else { return false };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        // What comes says that it is to be kept: the page stays. A link that says so itself is not given to the service worker.
        link.set_href(&address);
        link.click();
    }
    true
}

/// A file as it will be sent.
pub struct Prepared {
    /// What goes.
    pub blob: Blob,
    /// What it is.
    pub facts: MediaFacts,
}

/// Facts of a file as it is.
fn plain_facts(file: &File, kind: MediaKind) -> MediaFacts {
    MediaFacts {
        kind,
        mime: cut(&file.type_(), 127),
        name: cut(&file.name(), 255),
        // Sizes are whole numbers.
        size: file.size() as u64,
        width: 0,
        height: 0,
        duration_ms: 0,
        preview: Vec::new(),
        waveform: Vec::new(),
    }
}

/// At a letter's edge; of a name that is too long the ending stays.
fn cut(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let ending = text.rfind('.').map(|dot| &text[dot..]).filter(|ending| ending.len() <= 16).unwrap_or_default();
    let mut at = bytes_max - ending.len();
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    format!("{}{ending}", &text[..at])
}

/// As it is, with nothing looked at.
pub fn document_of(file: &File) -> Prepared {
    Prepared { blob: file.clone().into(), facts: plain_facts(file, MediaKind::Document) }
}

/// A photo anew, turned as the camera was held, and without all else that stands in its file. `None` where it cannot be read as one.
pub async fn photo(file: &File, quality: Quality) -> Option<Prepared> {
    let side_max = match quality {
        Quality::Standard => STANDARD_SIDE_MAX,
        Quality::Hd => HD_SIDE_MAX,
        Quality::AsIs => return None,
    };
    let picture: ImageBitmap =
        JsFuture::from(window().create_image_bitmap_with_blob(file).ok()?).await.ok()?.dyn_into().ok()?;
    let (width, height) = within(picture.width(), picture.height(), side_max);
    if width == 0 || height == 0 {
        return None;
    }
    let may_be_clear = matches!(file.type_().as_str(), "image/png" | "image/webp" | "image/avif");
    let is_clear = may_be_clear && is_see_through(&picture)?;
    let canvas = drawn(&picture, width, height)?;
    let (mime, ending) = if is_clear { ("image/png", "png") } else { ("image/jpeg", "jpg") };
    let made = encode(&canvas, mime, 0.86).await?;
    let (small_width, small_height) = within(width, height, PREVIEW_SIDE);
    let preview = small_jpeg(&drawn(&picture, small_width, small_height)?).await;
    picture.close();
    let name = file.name();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let facts = MediaFacts {
        mime: mime.to_owned(),
        name: cut(&format!("{stem}.{ending}"), 255),
        size: made.size() as u64,
        width,
        height,
        preview,
        ..plain_facts(file, MediaKind::Photo)
    };
    Some(Prepared { blob: made, facts })
}

fn drawn(picture: &ImageBitmap, width: u32, height: u32) -> Option<HtmlCanvasElement> {
    let (canvas, context) = canvas(width, height)?;
    context.draw_image_with_image_bitmap_and_dw_and_dh(picture, 0.0, 0.0, f64::from(width), f64::from(height)).ok()?;
    Some(canvas)
}

pub(super) fn canvas(width: u32, height: u32) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    Some((canvas, context))
}

/// Looked at in small: what is not to be seen there is not to be seen.
fn is_see_through(picture: &ImageBitmap) -> Option<bool> {
    let side = 64;
    let small = drawn(picture, side, side)?;
    let context: CanvasRenderingContext2d = small.get_context("2d").ok()??.dyn_into().ok()?;
    let data = context.get_image_data(0.0, 0.0, f64::from(side), f64::from(side)).ok()?.data();
    Some(data.chunks(4).any(|pixel| pixel.get(3).is_some_and(|alpha| *alpha < 250)))
}

pub(super) async fn encode(canvas: &HtmlCanvasElement, mime: &str, quality: f64) -> Option<Blob> {
    let promise = Promise::new(&mut |resolve, _| {
        let _ = canvas.to_blob_with_type_and_encoder_options(&resolve, mime, &quality.into());
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

/// Within `PREVIEW_BYTES_MAX`, or nothing.
async fn small_jpeg(canvas: &HtmlCanvasElement) -> Vec<u8> {
    for quality in [0.7, 0.5, 0.3, 0.1] {
        let Some(made) = encode(canvas, "image/jpeg", quality).await else { break };
        let Ok(bytes) = JsFuture::from(made.array_buffer()).await else { break };
        let bytes = Uint8Array::new(&bytes).to_vec();
        if bytes.len() <= PREVIEW_BYTES_MAX {
            return bytes;
        }
    }
    Vec::new()
}

/// A film as it is, with its size, its length and a picture of its beginning; a document where this browser cannot read it.
pub async fn film(file: &File) -> Prepared {
    let made = async {
        let address = Address::of(file)?;
        let video: HtmlVideoElement = document().create_element("video").ok()?.dyn_into().ok()?;
        video.set_muted(true);
        video.set_preload("auto");
        video.set_src(address.text());
        happens(&video, "loadeddata").await?;
        let (width, height) = (video.video_width(), video.video_height());
        if width == 0 || height == 0 {
            return None;
        }
        let (small_width, small_height) = within(width, height, PREVIEW_SIDE);
        let (canvas, context) = canvas(small_width, small_height)?;
        let (dw, dh) = (f64::from(small_width), f64::from(small_height));
        context.draw_image_with_html_video_element_and_dw_and_dh(&video, 0.0, 0.0, dw, dh).ok()?;
        let preview = small_jpeg(&canvas).await;
        Some(MediaFacts { width, height, duration_ms: ms(&video), preview, ..plain_facts(file, MediaKind::Video) })
    };
    match made.await {
        Some(facts) => Prepared { blob: file.clone().into(), facts },
        None => document_of(file),
    }
}

/// Music as it is, with its length.
pub async fn sound(file: &File) -> Prepared {
    let made = async {
        let address = Address::of(file)?;
        let audio: HtmlMediaElement = document().create_element("audio").ok()?.dyn_into().ok()?;
        audio.set_preload("metadata");
        audio.set_src(address.text());
        happens(&audio, "loadedmetadata").await?;
        Some(MediaFacts { duration_ms: ms(&audio), ..plain_facts(file, MediaKind::Audio) })
    };
    match made.await {
        Some(facts) => Prepared { blob: file.clone().into(), facts },
        None => document_of(file),
    }
}

fn ms(element: &HtmlMediaElement) -> u32 {
    let seconds = element.duration();
    // What was recorded and never ended does not know its length.
    if seconds.is_finite() { (seconds * 1_000.0) as u32 } else { 0 }
}

/// Waits for an event of an element; nothing where it fails, or takes too long.
async fn happens(element: &HtmlMediaElement, event: &str) -> Option<()> {
    let promise = Promise::new(&mut |resolve, reject| {
        let _ = element.add_event_listener_with_callback(event, &resolve);
        let _ = element.add_event_listener_with_callback("error", &reject);
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&reject, FILM_PATIENCE_MS);
    });
    JsFuture::from(promise).await.ok().map(|_| ())
}

thread_local! {
    static PLAYS: RefCell<Option<HtmlMediaElement>> = const { RefCell::new(None) };
}

/// Plays this and nothing else.
pub fn play_alone(element: &HtmlMediaElement) {
    let before = PLAYS.replace(Some(element.clone()));
    if let Some(before) = before.filter(|before| before != element) {
        let _ = before.pause();
    }
    if let Ok(playing) = element.play() {
        // One that is stopped before it begins says so here.
        wasm_bindgen_futures::spawn_local(async move {
            let _ = JsFuture::from(playing).await;
        });
    }
}
