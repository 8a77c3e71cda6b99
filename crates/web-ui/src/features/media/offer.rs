//! What was chosen, before it is sent: looked at, left out, with a caption and in the wished quality.

use super::Offered;
use crate::bridge;
use crate::model::media::{Quality, document_kind, kind_of, name_parts, size};
use crate::platform::media::{self, Address, Prepared};
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{App, use_app};
use crate::words;
use client_api::{AccountId, ChatId, Command, MediaKind, MessageId};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::rc::Rc;
use web_sys::File;

#[component]
pub fn Offer() -> impl IntoView {
    let app = use_app();
    let caption = RwSignal::new(String::new());
    let quality = RwSignal::new(Quality::Standard);
    // How many are ready, while they are being made so.
    let ready = RwSignal::new(None::<usize>);
    let count =
        Memo::new(move |_| app.offered.with(|offered| offered.as_ref().map_or(0, |offered| offered.files.len())));
    let has_photos = Memo::new(move |_| {
        app.offered.with(|offered| {
            offered.as_ref().is_some_and(|offered| {
                !offered.as_documents && offered.files.iter().any(|file| kind_of(&file.type_()) == MediaKind::Photo)
            })
        })
    });
    let close = move || {
        if ready.get_untracked().is_none() {
            app.offered.set(None);
        }
    };
    let go = move || {
        let (Some(offered), Some(chat)) = (app.offered.get_untracked(), app.open.get_untracked()) else { return };
        if ready.get_untracked().is_none() {
            ready.set(Some(0));
            send(app, chat, offered, caption.get_untracked(), quality.get_untracked(), ready);
        }
    };
    let choice = move |value: Quality, name: &'static str, testid: &'static str| {
        view! {
            <label class="quality"><input type="radio" name="quality" data-testid=testid prop:checked=move || quality.get() == value
                on:change=move |_| quality.set(value)/>{name}</label>
        }
    };
    view! {
        <Dialog title=words::send_files(count.get_untracked()) testid="offer" on_close=close>
            <ul class="offer-list" data-testid="offer-list">
                {move || app.offered.get().map(|offered| {
                    let as_documents = offered.as_documents || quality.get() == Quality::AsIs;
                    offered.files.iter().enumerate().map(|(at, file)| entry(app, at, file, as_documents)).collect_view()
                })}
            </ul>
            <Show when=move || has_photos.get()>
                <fieldset class="qualities">
                    <legend class="field-label">{words::QUALITY}</legend>
                    {choice(Quality::Standard, words::QUALITY_STANDARD, "quality-standard")}
                    {choice(Quality::Hd, words::QUALITY_HD, "quality-hd")}
                    {choice(Quality::AsIs, words::QUALITY_AS_IS, "quality-as-is")}
                    <p class="dialog-note faint">{move || if quality.get() == Quality::AsIs { words::QUALITY_AS_IS_NOTE } else { words::QUALITY_NOTE }}</p>
                </fieldset>
            </Show>
            <label class="field">
                <span class="field-label">{words::CAPTION}</span>
                <input class="input" dir="auto" maxlength="4096" data-testid="offer-caption" prop:value=caption
                    on:input=move |event| caption.set(event_target_value(&event))
                    on:keydown=move |event| if event.key() == "Enter" && !event.is_composing() { event.prevent_default(); go(); }/>
            </label>
            <div class="dialog-actions">
                <span class="offer-state" role="status">{move || ready.get().map(|done| words::preparing(done, count.get()))}</span>
                <button class="button quiet" type="button" data-testid="offer-cancel" disabled=move || ready.get().is_some()
                    on:click=move |_| close()>{words::CANCEL}</button>
                <button class="button" type="button" data-testid="offer-send" disabled=move || ready.get().is_some() on:click=move |_| go()>
                    <Icon name="paper-plane-right"/>{words::SEND}
                </button>
            </div>
        </Dialog>
    }
}

/// One of those that were chosen.
fn entry(app: App, at: usize, file: &File, as_documents: bool) -> impl IntoView + use<> {
    let name = file.name();
    let kind = if as_documents { MediaKind::Document } else { kind_of(&file.type_()) };
    let has_no_picture = RwSignal::new(false);
    let address = match kind {
        MediaKind::Photo | MediaKind::Video => Address::of(file).map(Rc::new),
        _ => None,
    };
    let address = StoredValue::new_local(address);
    let (icon, _) = document_kind(&name);
    let (front, end) = name_parts(&name);
    let (front, end) = (front.to_owned(), end.to_owned());
    let picture = move || {
        let src = address.with_value(|address| address.as_ref().map(|address| address.text().to_owned()));
        match (src, kind) {
            (Some(src), MediaKind::Photo) if !has_no_picture.get() => {
                view! { <img class="offer-picture" src=src alt="" on:error=move |_| has_no_picture.set(true)/> }
                    .into_any()
            }
            (Some(src), MediaKind::Video) if !has_no_picture.get() => {
                view! { <video class="offer-picture" src=src muted preload="metadata" aria-hidden="true" tabindex="-1"
                on:error=move |_| has_no_picture.set(true)></video> }
                .into_any()
            }
            _ => {
                view! { <span class="offer-picture media-kind" aria-hidden="true"><Icon name=icon/></span> }.into_any()
            }
        }
    };
    let remove = move |_| {
        let left = app.offered.get_untracked().and_then(|offered| {
            let mut files = (*offered.files).clone();
            files.remove(at.min(files.len().saturating_sub(1)));
            (!files.is_empty()).then(|| Offered { files: SendWrapper::new(files), ..offered })
        });
        app.offered.set(left);
    };
    view! {
        <li class="offer-file" data-testid="offer-file">
            {picture}
            <span class="media-about">
                <bdi class="media-name" title=name.clone()><span class="media-name-front">{front}</span><span>{end}</span></bdi>
                <span class="media-size">{size(file.size() as u64)}</span>
            </span>
            <IconButton icon="x" label=words::remove_file(&name) testid="offer-remove" on_click=remove/>
        </li>
    }
}

/// One after the other: a photo that is being made smaller is in memory whole.
fn send(app: App, chat: ChatId, offered: Offered, caption: String, quality: Quality, ready: RwSignal<Option<usize>>) {
    let answers = app.set_aside(chat, |aside| aside.answers.take()).map(|row| row.id);
    let written_for = app.chats.with_untracked(|chats| chats.get(&chat).map(|row| row.peer));
    wasm_bindgen_futures::spawn_local(async move {
        let mut first = Some((caption, answers));
        let mut unreadable = false;
        for (at, file) in offered.files.iter().enumerate() {
            if first.is_none() {
                let _ = ready.try_set(Some(at));
            }
            let prepared = prepared(file, offered.as_documents, quality).await;
            // A folder has no bytes that could be read, and no type.
            if !can_be_read(file).await {
                unreadable = true;
                continue;
            }
            let (caption, answers) = first.take().unwrap_or_default();
            tell(app, chat, prepared, caption, written_for, answers);
        }
        if unreadable {
            app.toast(words::FILES_NOT_SENT.to_owned(), false);
        }
        app.offered.set(None);
    });
}

async fn prepared(file: &File, as_document: bool, quality: Quality) -> Prepared {
    let kind = if as_document { MediaKind::Document } else { kind_of(&file.type_()) };
    match kind {
        MediaKind::Photo => match media::photo(file, quality).await {
            Some(photo) => photo,
            None => media::document_of(file),
        },
        MediaKind::Video => media::film(file).await,
        MediaKind::Audio | MediaKind::Voice => media::sound(file).await,
        MediaKind::Document => media::document_of(file),
    }
}

async fn can_be_read(file: &File) -> bool {
    let Ok(first) = file.slice_with_i32_and_i32(0, 1) else { return false };
    wasm_bindgen_futures::JsFuture::from(first.array_buffer()).await.is_ok()
}

/// Hands a file to the core.
pub(super) fn tell(
    app: App,
    chat: ChatId,
    prepared: Prepared,
    caption: String,
    written_for: Option<AccountId>,
    answers: Option<MessageId>,
) {
    let Prepared { blob, facts } = prepared;
    let command = move |file| Command::SendMedia { chat, file, facts, caption, written_for, answers };
    bridge::ask_with_file(blob, command, move |result| {
        if let Err(error) = result {
            app.toast(words::error(&error), false);
        }
    });
}
