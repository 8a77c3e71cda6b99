//! What was chosen, before it is sent: looked at, left out, with a caption and in the wished quality.

use super::editing::Editor;
use super::{Offered, OnSent};
use crate::bridge;
use crate::model::media::{Quality, document_kind, kind_of, name_parts, size};
use crate::platform::media::{self, Address, Prepared};
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{App, use_app};
use crate::words;
use client_api::{ChatId, Command, MediaKind, Role, UserError};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::rc::Rc;
use web_sys::File;

#[component]
pub fn Offer() -> impl IntoView {
    let app = use_app();
    let on_sent = expect_context::<OnSent>().0;
    let caption = RwSignal::new(String::new());
    let quality = RwSignal::new(Quality::Standard);
    // How many are ready, while they are being made so.
    let ready = RwSignal::new(None::<usize>);
    let count =
        Memo::new(move |_| app.offered.with(|offered| offered.as_ref().map_or(0, |offered| offered.files.len())));
    let has = move |kind: MediaKind| {
        app.offered.with(|offered| {
            offered.as_ref().is_some_and(|offered| {
                !offered.as_documents && offered.files.iter().any(|file| kind_of(&file.type_()) == kind)
            })
        })
    };
    let has_photos = Memo::new(move |_| has(MediaKind::Photo));
    let has_films = Memo::new(move |_| has(MediaKind::Video));
    let is_computer = app.role == Role::Companion;
    // Whoever wants no more of them sent, while they are.
    let stopped = StoredValue::new(false);
    let close = move || match ready.get_untracked() {
        None => app.offered.set(None),
        Some(_) => stopped.set_value(true),
    };
    let go = move || {
        let Some(offered) = app.offered.get_untracked().filter(|_| ready.get_untracked().is_none()) else { return };
        ready.set(Some(0));
        let as_documents = offered.as_documents || quality.get_untracked() == Quality::AsIs;
        let sending = Sending { app, as_documents, quality: quality.get_untracked(), caption, ready, stopped, on_sent };
        wasm_bindgen_futures::spawn_local(sending.run(offered));
    };
    let choice = move |value: Quality, name: &'static str, testid: &'static str| {
        view! {
            <label class="quality"><input type="radio" name="quality" data-testid=testid prop:checked=move || quality.get() == value
                on:change=move |_| quality.set(value)/>{name}</label>
        }
    };
    let edits = RwSignal::new(None::<usize>);
    // One dialog in place of the other: caption and quality stay.
    let chosen = move || {
        view! {
        <Dialog title=Signal::derive(move || words::send_files(count.get())) testid="offer" on_close=close>
            <ul class="offer-list" data-testid="offer-list">
                {move || app.offered.get().map(|offered| {
                    let as_documents = offered.as_documents || quality.get() == Quality::AsIs;
                    offered.files.iter().enumerate().map(|(at, file)| entry(app, at, file, as_documents, ready, edits)).collect_view()
                })}
            </ul>
            <Show when=move || has_photos.get()>
                <fieldset class="qualities">
                    <legend class="field-label">{words::quality()}</legend>
                    {choice(Quality::Standard, words::quality_standard(), "quality-standard")}
                    {choice(Quality::Hd, words::quality_hd(), "quality-hd")}
                    {choice(Quality::AsIs, words::quality_as_is(), "quality-as-is")}
                    <p class="dialog-note faint">{move || if quality.get() == Quality::AsIs { words::quality_as_is_note() } else { words::quality_note() }}</p>
                </fieldset>
            </Show>
            <Show when=move || has_films.get()><p class="dialog-note faint">{words::film_note()}</p></Show>
            <label class="field">
                <span class="field-label">{words::caption()}</span>
                // On a phone its keyboard would cover the pictures.
                <input class="input" dir="auto" maxlength="4096" data-testid="offer-caption" prop:value=caption autofocus=is_computer
                    on:input=move |event| caption.set(event_target_value(&event))
                    on:keydown=move |event| if event.key() == "Enter" && !event.is_composing() { event.prevent_default(); go(); }/>
            </label>
            <p class="offer-notice" role="alert" data-testid="offer-notice">{move || app.offered.with(|offered| offered.as_ref().map(|offered| offered.notice.clone()))}</p>
            <div class="dialog-actions">
                <span class="offer-state" role="status">{move || ready.get().map(|done| words::preparing(done, count.get()))}</span>
                <button class="button quiet" type="button" data-testid="offer-cancel" on:click=move |_| close()>{words::cancel()}</button>
                <button class="button" type="button" data-testid="offer-send" autofocus=!is_computer disabled=move || ready.get().is_some() on:click=move |_| go()>
                    <Icon name="paper-plane-right"/>{words::send()}
                </button>
            </div>
        </Dialog>
        }
    };
    let edited = move |at: usize| {
        let file = app
            .offered
            .with_untracked(|offered| offered.as_ref().and_then(|offered| offered.files.get(at).cloned()))?;
        let done = move |made: Option<File>| {
            if let (Some(made), Some(offered)) = (made, app.offered.get_untracked()) {
                let mut files = (*offered.files).clone();
                if let Some(place) = files.get_mut(at) {
                    *place = made;
                }
                app.offered.set(Some(Offered { files: SendWrapper::new(files), ..offered }));
            }
            let _ = edits.try_set(None);
        };
        Some(view! { <Editor file done/> })
    };
    move || match edits.get().and_then(edited) {
        Some(editor) => editor.into_any(),
        None => chosen().into_any(),
    }
}

/// One of those that were chosen.
fn entry(
    app: App,
    at: usize,
    file: &File,
    as_documents: bool,
    ready: RwSignal<Option<usize>>,
    edits: RwSignal<Option<usize>>,
) -> impl IntoView + use<> {
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
    // What is being sent is stopped by "Cancel".
    let remove = move |_| {
        if ready.get_untracked().is_some() {
            return;
        }
        let left = app.offered.get_untracked().and_then(|offered| {
            let mut files = (*offered.files).clone();
            files.remove(at.min(files.len().saturating_sub(1)));
            (!files.is_empty()).then(|| Offered { files: SendWrapper::new(files), notice: String::new(), ..offered })
        });
        app.offered.set(left);
    };
    let (label, edit_label) = (words::remove_file(&name), words::edit_photo(&name));
    view! {
        <li class="offer-file" data-testid="offer-file">
            {picture}
            <span class="media-about">
                <bdi class="media-name" title=name.clone()><span class="media-name-front">{front}</span><span>{end}</span></bdi>
                <span class="media-size">{size(file.size() as u64)}</span>
            </span>
            <Show when=move || { kind == MediaKind::Photo && ready.get().is_none() && !has_no_picture.get() }>
                <IconButton icon="pencil-simple" label=edit_label.clone() testid="offer-edit" on_click=move |_| edits.set(Some(at))/>
            </Show>
            <Show when=move || ready.get().is_none()>
                <IconButton icon="x" label=label.clone() testid="offer-remove" on_click=remove/>
            </Show>
        </li>
    }
}

/// Files on their way to the core.
struct Sending {
    app: App,
    as_documents: bool,
    quality: Quality,
    caption: RwSignal<String>,
    /// How many are done.
    ready: RwSignal<Option<usize>>,
    stopped: StoredValue<bool>,
    on_sent: Callback<()>,
}

/// Why a file stays in the dialog.
enum Left {
    Unreadable,
    /// Sent as it is, it would say more than was promised.
    NotMadeSmaller,
    Refused(UserError),
}

impl Sending {
    /// One after the other: a photo that is being made smaller is in memory whole. What does not go stays in the dialog, with the caption.
    async fn run(self, offered: Offered) {
        let app = self.app;
        let (mut left, mut why) = (Vec::new(), None);
        let mut caption = self.caption.try_get_untracked().unwrap_or_default();
        for (at, file) in offered.files.iter().enumerate() {
            if self.stopped.try_get_value() == Some(true) {
                break;
            }
            let _ = self.ready.try_set(Some(at));
            match self.send(app.moves.with_untracked(|moves| moves.newest(offered.chat)), file, caption.clone()).await {
                Ok(()) => {
                    caption.clear();
                    let _ = self.caption.try_set(String::new());
                }
                Err(reason) => {
                    left.push(file.clone());
                    why = Some((file.name(), reason));
                }
            }
        }
        if left.len() < offered.files.len() {
            let _ = self.on_sent.try_run(());
        }
        // Another dialog may stand there by now, or none.
        if self.ready.try_set(None).is_some() {
            return;
        }
        let notice = why.map(|(name, why)| match why {
            Left::Unreadable => words::file_unreadable(&name),
            Left::NotMadeSmaller => words::not_made_smaller(&name),
            Left::Refused(error) => words::file_refused(&name, &error),
        });
        app.offered.set(notice.map(|notice| Offered { files: SendWrapper::new(left), notice, ..offered }));
    }

    async fn send(&self, chat: ChatId, file: &File, caption: String) -> Result<(), Left> {
        // A folder has no bytes that could be read, and no type.
        if !can_be_read(file).await {
            return Err(Left::Unreadable);
        }
        let prepared = prepared(file, self.as_documents, self.quality).await.ok_or(Left::NotMadeSmaller)?;
        tell(self.app, chat, prepared, caption).await.map_err(Left::Refused)
    }
}

/// `None`: a photo that this browser cannot make smaller.
async fn prepared(file: &File, as_document: bool, quality: Quality) -> Option<Prepared> {
    let kind = if as_document { MediaKind::Document } else { kind_of(&file.type_()) };
    match kind {
        MediaKind::Photo => media::photo(file, quality).await,
        MediaKind::Video => Some(media::film(file).await),
        MediaKind::Audio | MediaKind::Voice => Some(media::sound(file).await),
        MediaKind::Document => Some(media::document_of(file)),
    }
}

async fn can_be_read(file: &File) -> bool {
    let Ok(first) = file.slice_with_i32_and_i32(0, 1) else { return false };
    wasm_bindgen_futures::JsFuture::from(first.array_buffer()).await.is_ok()
}

/// Hands a file to the core, which has it when this ends. What it answers is left where it was if it is refused.
pub(super) async fn tell(app: App, chat: ChatId, prepared: Prepared, caption: String) -> Result<(), UserError> {
    let answers = app.set_aside(chat, |aside| aside.answers.take());
    let written_for = app.chats.with_untracked(|chats| chats.get(&chat).map(|row| row.peer));
    let (Prepared { blob, facts }, answered) = (prepared, answers.as_ref().map(|row| row.id));
    let command = move |file| Command::SendMedia { chat, file, facts, caption, written_for, answers: answered };
    match bridge::ask_with_file(blob, command).await {
        // Its sender has stopped it.
        Some(Ok(_) | Err(UserError::NotNow)) => Ok(()),
        Some(Err(error)) => {
            app.set_aside(chat, |aside| {
                if aside.answers.is_none() && error != UserError::NotFound {
                    aside.answers = answers;
                }
            });
            Err(error)
        }
        None => Err(UserError::Internal),
    }
}
