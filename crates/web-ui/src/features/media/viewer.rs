//! A photo or a film over the whole page: larger and smaller, the next and the one before of those that the conversation has loaded.

use super::bubble::{How, Read, save_file, stream};
use crate::model::fingers::Fingers;
use crate::model::media::file_name;
use crate::model::streams::played_type;
use crate::platform::media::{self, Address};
use crate::platform::page;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{App, use_app};
use crate::words;
use client_api::{Attachment, MediaKind, MediaPlace, MessageId, MessageRow};
use leptos::html;
use leptos::prelude::*;
use std::rc::Rc;
use std::sync::Arc;

const ZOOM_MAX: f64 = 8.0;
const ZOOM_STEP: f64 = 1.5;
/// How far an arrow moves a picture that is larger than the screen, in pixels.
const PAN: f64 = 80.0;

/// Where the picture stands: how many times as large as fits, and how far it was drawn aside, in pixels.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    zoom: f64,
    x: f64,
    y: f64,
}

const WHOLE: Look = Look { zoom: 1.0, x: 0.0, y: 0.0 };

impl Look {
    fn zoomed(self, by: f64) -> Self {
        let zoom = (self.zoom * by).clamp(1.0, ZOOM_MAX);
        if zoom <= 1.0 { WHOLE } else { Self { zoom, x: self.x * zoom / self.zoom, y: self.y * zoom / self.zoom } }
    }

    fn moved(self, x: f64, y: f64) -> Self {
        if self.zoom <= 1.0 {
            return self;
        }
        // Not out of sight: what is in the middle stays within the picture.
        let (width, height) = page::window_size();
        let (most_x, most_y) = ((self.zoom - 1.0) * width / 2.0, (self.zoom - 1.0) * height / 2.0);
        Self { x: (self.x + x).clamp(-most_x, most_x), y: (self.y + y).clamp(-most_y, most_y), ..self }
    }
}

/// What can be looked at: it is on this device, or is a film that is being played while it comes.
fn is_shown(row: &MessageRow, viewing: Option<MessageId>) -> bool {
    let comes = row.attachment.as_ref().is_some_and(|Attachment { facts, place }| {
        facts.kind == MediaKind::Video
            && matches!(place, MediaPlace::There | MediaPlace::Downloading { .. })
            && played_type(facts).is_some()
    });
    is_to_be_seen(row) || (comes && viewing == Some(row.id))
}

/// It is on this device.
fn is_to_be_seen(row: &MessageRow) -> bool {
    row.attachment.as_ref().is_some_and(|Attachment { facts, place }| {
        matches!(facts.kind, MediaKind::Photo | MediaKind::Video)
            && (matches!(place, MediaPlace::Here | MediaPlace::Uploading { .. })
                || (row.own && matches!(place, MediaPlace::Stopped(_))))
    })
}

fn all(app: App) -> Vec<Arc<MessageRow>> {
    let viewing = app.viewing.get();
    let shown = move |row: &MessageRow| is_shown(row, viewing);
    app.timeline.with(|timeline| timeline.as_ref().map(|timeline| timeline.all(shown)).unwrap_or_default())
}

#[component]
pub fn Viewer() -> impl IntoView {
    let app = use_app();
    let dialog = NodeRef::<html::Dialog>::new();
    let look = RwSignal::new(WHOLE);
    let held = StoredValue::new(Fingers::default());
    let address: Read = RwSignal::new_local(None);
    let broken = RwSignal::new(false);
    let saves = RwSignal::new(false);
    let rows = Memo::new(move |_| all(app));
    let at = Memo::new(move |_| rows.with(|rows| rows.iter().position(|row| Some(row.id) == app.viewing.get())));
    let shown = Memo::new(move |_| at.get().and_then(|at| rows.with(|rows| rows.get(at).cloned())));
    let shown_id = Memo::new(move |_| shown.with(|row| row.as_ref().map(|row| row.id)));
    let kind = Memo::new(move |_| {
        shown.with(|row| row.as_ref().and_then(|row| row.attachment.as_ref().map(|attachment| attachment.facts.kind)))
    });
    let close = move || {
        let of = app.viewing.get_untracked();
        app.viewing.set(None);
        request_animation_frame(move || {
            if let Some(id) = of {
                page::focus(&format!(".message[data-message='{id}']"));
            }
            // It may be too far up to be drawn.
            if page::lost_focus() {
                page::focus(".message[tabindex='0']");
            }
        });
    };
    // What had the focus may be gone after a step: the keys are the dialog's.
    let keep_focus = move || {
        request_animation_frame(move || {
            if let Some(dialog) = dialog.try_get_untracked().flatten().filter(|_| page::lost_focus()) {
                let _ = dialog.focus();
            }
        });
    };
    let step = move |by: isize| {
        let next = at.get_untracked().and_then(|at| at.checked_add_signed(by));
        let next = next.and_then(|next| rows.with_untracked(|rows| rows.get(next).map(|row| row.id)));
        if let Some(next) = next {
            app.viewing.set(Some(next));
            keep_focus();
        }
    };
    Effect::new(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    });
    // What is looked at may be deleted meanwhile.
    Effect::new(move |before: Option<Option<MessageId>>| {
        let now = shown_id.get();
        if now != before.flatten() {
            look.set(WHOLE);
            address.set(None);
            broken.set(false);
        }
        match now {
            None => close(),
            Some(id) if now != before.flatten() => {
                load(app, id, How::Streamed, address, broken);
                keep_focus();
            }
            Some(_) => {}
        }
        now
    });
    // What does not come piece by piece is read whole, where it is here.
    let failed = move || {
        let is_here = shown.with_untracked(|row| row.as_ref().is_some_and(|row| is_to_be_seen(row)));
        match (address.get_untracked(), shown_id.get_untracked()) {
            (Some(before), Some(id)) if before.is_streamed() && is_here => {
                address.set(None);
                load(app, id, How::Whole, address, broken);
            }
            _ => broken.set(true),
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        // The page's own size, and the way back, are the browser's.
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let forth = if page::is_rtl() { -1 } else { 1 };
        let aside = |x: f64, y: f64| look.update(|look| *look = look.moved(x, y));
        let is_large = look.with_untracked(|look| look.zoom > 1.0);
        match event.key().as_str() {
            "ArrowRight" if is_large => aside(-PAN, 0.0),
            "ArrowLeft" if is_large => aside(PAN, 0.0),
            "ArrowDown" if is_large => aside(0.0, -PAN),
            "ArrowUp" if is_large => aside(0.0, PAN),
            // A film has keys of its own while it has the focus.
            "ArrowRight" if !is_on_film(&event) => step(forth),
            "ArrowLeft" if !is_on_film(&event) => step(-forth),
            "+" | "=" => look.update(|look| *look = look.zoomed(ZOOM_STEP)),
            "-" => look.update(|look| *look = look.zoomed(1.0 / ZOOM_STEP)),
            "0" => look.set(WHOLE),
            _ => return,
        }
        event.prevent_default();
    };
    let save = move |_: leptos::ev::MouseEvent| {
        let facts = shown.with_untracked(|row| row.as_ref().and_then(|row| row.attachment.clone())).map(|at| at.facts);
        let id = shown_id.get_untracked();
        match (facts, address.get_untracked(), id) {
            (Some(facts), Some(address), _) if !address.is_streamed() => {
                media::save(address.text(), &file_name(&facts))
            }
            (Some(facts), _, Some(id)) => save_file(app, id, facts, saves),
            _ => {}
        }
    };
    let is_photo = move || kind.get() == Some(MediaKind::Photo);
    let place = move || {
        let Look { zoom, x, y } = look.get();
        format!("translate({x}px, {y}px) scale({zoom})")
    };
    view! {
        <dialog class="viewer" node_ref=dialog aria-label=words::viewer() data-testid="viewer" on:keydown=on_key
            on:cancel=move |event: leptos::ev::Event| { event.prevent_default(); close(); }>
            <header class="viewer-head">
                <span class="viewer-count" role="status" data-testid="viewer-count">
                    {move || at.get().map(|at| words::in_viewer(at + 1, rows.with(Vec::len)))}
                </span>
                <Show when=is_photo>
                    <IconButton icon="magnifying-glass-minus" label=words::zoom_out().to_owned() testid="viewer-smaller"
                        on_click=move |_| look.update(|look| *look = look.zoomed(1.0 / ZOOM_STEP))/>
                    <IconButton icon="magnifying-glass-plus" label=words::zoom_in().to_owned() testid="viewer-larger"
                        on_click=move |_| look.update(|look| *look = look.zoomed(ZOOM_STEP))/>
                </Show>
                <Show when=move || shown.with(|row| row.as_ref().is_some_and(|row| is_to_be_seen(row)))>
                    <IconButton icon="download-simple" label=words::save_as().to_owned() testid="viewer-save" on_click=save/>
                </Show>
                <IconButton icon="x" label=words::close().to_owned() testid="viewer-close" on_click=move |_| close()/>
            </header>
            <div class="viewer-stage" class:zoomed=move || { look.get().zoom > 1.0 }
                on:wheel=move |event| if is_photo() {
                    event.prevent_default();
                    look.update(|look| *look = look.zoomed(if event.delta_y() < 0.0 { 1.2 } else { 1.0 / 1.2 }));
                }
                on:pointerdown=move |event| held.update_value(|held| held.down(event.pointer_id(), at_of(&event)))
                on:pointermove=move |event| {
                    if let Some(touch) = held.try_update_value(|held| held.moved(event.pointer_id(), at_of(&event))).flatten() {
                        look.update(|look| *look = look.zoomed(touch.zoom).moved(touch.x, touch.y));
                    }
                }
                on:pointerup=move |event| held.update_value(|held| held.up(event.pointer_id()))
                on:pointercancel=move |event| held.update_value(|held| held.up(event.pointer_id()))
                on:pointerleave=move |event| held.update_value(|held| held.up(event.pointer_id()))
                on:dblclick=move |_| if is_photo() {
                    look.update(|look| *look = if look.zoom > 1.0 { WHOLE } else { look.zoomed(2.5) });
                }>
                {move || broken.get().then(|| view! {
                    <p class="viewer-words" role="status">{if is_photo() { words::cannot_show() } else { words::cannot_play() }}</p>
                })}
                {move || address.get().filter(|_| !broken.get()).map(|address| {
                    let src = address.text().to_owned();
                    if kind.get_untracked() == Some(MediaKind::Video) {
                        return view! {
                            <video class="viewer-film" src=src controls autoplay playsinline data-testid="viewer-film"
                                on:play=move |event| media::play_alone(&event_target(&event)) on:error=move |_| failed()></video>
                        }.into_any();
                    }
                    view! {
                        <img class="viewer-photo" src=src alt=words::media_kind(MediaKind::Photo) draggable="false" data-testid="viewer-photo"
                            data-zoom=move || format!("{:.2}", look.get().zoom) style:transform=place on:error=move |_| broken.set(true)/>
                    }.into_any()
                })}
                {move || (address.get().is_none() && !broken.get()).then(|| view! { <span class="skeleton viewer-coming" role="status" aria-label=words::part_coming()></span> })}
            </div>
            <Show when=move || { at.get().is_some_and(|at| at > 0) }>
                <button class="viewer-step before" type="button" aria-label=words::previous_media() title=words::previous_media() data-testid="viewer-previous"
                    on:click=move |_| step(-1)><Icon name="caret-left"/></button>
            </Show>
            <Show when=move || { at.get().is_some_and(|at| at + 1 < rows.with(Vec::len)) }>
                <button class="viewer-step after" type="button" aria-label=words::next_media() title=words::next_media() data-testid="viewer-next"
                    on:click=move |_| step(1)><Icon name="caret-right"/></button>
            </Show>
        </dialog>
    }
}

fn at_of(event: &web_sys::PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

fn is_on_film(event: &web_sys::KeyboardEvent) -> bool {
    use wasm_bindgen::JsCast;
    event.target().is_some_and(|target| target.dyn_ref::<web_sys::HtmlVideoElement>().is_some())
}

fn load(app: App, id: MessageId, how: How, address: Read, broken: RwSignal<bool>) {
    let row = app.timeline.with_untracked(|timeline| timeline.as_ref().and_then(|timeline| timeline.row(id)));
    let is_here = row.as_ref().is_some_and(|row| is_to_be_seen(row));
    let facts = row.and_then(|row| row.attachment.as_ref().map(|attachment| attachment.facts.clone()));
    let (Some(facts), Some(chat)) = (facts, app.open.get_untracked()) else { return };
    let streamed = (how == How::Streamed).then(|| stream(app, (chat, id), &facts, !is_here)).flatten();
    if streamed.is_some() {
        return address.set(streamed);
    }
    wasm_bindgen_futures::spawn_local(async move {
        let is_looked_at = move || app.viewing.get_untracked() == Some(id);
        let read = media::whole(chat, id, &facts, is_looked_at).await.and_then(|blob| Address::of(&blob)).map(Rc::new);
        if app.viewing.try_get_untracked().flatten() != Some(id) {
            return;
        }
        let _ = broken.try_set(read.is_none());
        let _ = address.try_set(read);
    });
}
