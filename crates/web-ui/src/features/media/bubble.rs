//! What a message carries, in its bubble: pictures and films keep their place while they come; documents stand in a line; each way there
//! and back has its progress, its end and its trouble.

use super::Shown;
use super::player::player;
use crate::model::media::{document_kind, file_name, frame, hundredths, length, name_parts, size};
use crate::platform::media::{self, Address};
use crate::primitives::icon::Icon;
use crate::store::{App, use_app};
use crate::words;
use client_api::{ChatId, Command, MediaFacts, MediaKind, MediaPlace, MessageId};
use leptos::prelude::*;
use std::rc::Rc;

/// The address of what is on this device, once it was read. Goes with the bubble.
pub(super) type Read = RwSignal<Option<Rc<Address>>, LocalStorage>;

/// Everything in the bubble but the caption.
pub fn bubble_view(shown: &Shown) -> AnyView {
    let app = use_app();
    match shown.facts.kind {
        MediaKind::Photo | MediaKind::Video => picture(app, shown),
        MediaKind::Audio | MediaKind::Voice => player(app, shown),
        MediaKind::Document => document(app, shown),
    }
}

/// How a file is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Piece by piece, where that can be.
    Streamed,
    /// All of it first.
    Whole,
}

/// Reads a message's file and tells its address; the chat may have another id by then, and the bubble be gone.
pub(super) fn read(app: App, shown: &Shown, how: How, into: Read, and_then: impl FnOnce(bool) + 'static) {
    let still_wanted = move || into.try_with_untracked(Option::is_none) == Some(true);
    let Some(chat) = app.open.get_untracked() else { return };
    let (id, facts) = (shown.id, shown.facts.clone());
    let is_here = untrack(|| shown.is_here());
    let streamed = (how == How::Streamed).then(|| stream(app, (chat, id), &facts, !is_here)).flatten();
    if let Some(address) = streamed {
        let _ = into.try_set(Some(address));
        return;
    }
    wasm_bindgen_futures::spawn_local(async move {
        let address =
            media::whole(chat, id, &facts, still_wanted).await.and_then(|blob| Address::of(&blob)).map(Rc::new);
        let is_read = address.is_some();
        if is_read && into.try_set(address).is_some() {
            return;
        }
        and_then(is_read);
    });
}

/// An address of what is played while it comes; where it does not come yet, it does from now on.
pub(super) fn stream(
    app: App,
    (chat, message): (ChatId, MessageId),
    facts: &MediaFacts,
    brings: bool,
) -> Option<Rc<Address>> {
    let address = Address::streamed(chat, message, facts)?;
    if brings {
        app.send(Command::StreamMedia { chat, message, from: None });
    }
    Some(Rc::new(address))
}

fn picture(app: App, shown: &Shown) -> AnyView {
    let facts = shown.facts.clone();
    let is_film = facts.kind == MediaKind::Video;
    let (full, broken): (Read, _) = (RwSignal::new_local(None), RwSignal::new(false));
    let preview = media::jpeg(&facts.preview).map(|address| StoredValue::new_local(Rc::new(address)));
    let (width, height) = frame(facts.width, facts.height);
    if !is_film {
        let (of, reads) = (shown.clone(), RwSignal::new(false));
        Effect::new(move || {
            if of.is_here() && full.with_untracked(Option::is_none) && !reads.get_untracked() {
                reads.set(true);
                read(app, &of, How::Whole, full, move |is_read| {
                    let _ = reads.try_set(false);
                    if !is_read {
                        let _ = broken.try_set(true);
                    }
                });
            }
        });
    }
    let id = shown.id;
    let (of, control_of, trouble_of) = (shown.clone(), shown.clone(), shown.clone());
    let can_open = Memo::new(move |_| if is_film { of.can_play() } else { of.is_here() });
    let (tabindex, label) = (shown.tabindex(), words::open_media(&facts));
    let length = (is_film && facts.duration_ms > 0).then(|| length(u64::from(facts.duration_ms)));
    let preview_view = preview.map(|address| {
        let src = address.with_value(|address| address.text().to_owned());
        view! { <img class="media-preview" src=src alt="" draggable="false"/> }
    });
    view! {
        <div class="media-frame" class:film=is_film data-testid=if is_film { "media-video" } else { "media-photo" }
            style:inline-size=format!("{width}px") style:aspect-ratio=format!("{width} / {height}")>
            {preview_view}
            {move || full.get().map(|address| view! {
                <img class="media-full" src=address.text().to_owned() alt="" draggable="false" data-testid="media-picture"
                    on:error=move |_| broken.set(true)/>
            })}
            {move || broken.get().then(|| view! { <span class="media-words">{words::cannot_show()}</span> })}
            {move || can_open.get().then(|| {
                let label = label.clone();
                view! {
                    <button class="media-open" type="button" aria-label=label tabindex=tabindex data-testid="media-open"
                        on:click=move |_| app.viewing.set(Some(id))>
                        {is_film.then(|| view! { <span class="media-play"><Icon name="play-fill"/></span> })}
                    </button>
                }
            })}
            {move || control(app, &control_of)}
            {length.map(|length| view! { <span class="media-length"><Icon name="video-camera"/>{length}</span> })}
        </div>
        {move || trouble(app, &trouble_of)}
    }
    .into_any()
}

fn document(app: App, shown: &Shown) -> AnyView {
    let facts = shown.facts.clone();
    let (icon, ending) = document_kind(&facts.name);
    let name = if facts.name.is_empty() { file_name(&facts) } else { facts.name.clone() };
    let (front, end) = name_parts(&name);
    let (front, end) = (front.to_owned(), end.to_owned());
    let about = [size(facts.size), ending].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ");
    let (here_of, control_of, save_of, trouble_of) = (shown.clone(), shown.clone(), shown.clone(), shown.clone());
    let saves = RwSignal::new(false);
    let is_here = Memo::new(move |_| here_of.is_here());
    let (tabindex, label) = (shown.tabindex(), words::save_file(&facts));
    view! {
        <div class="media-line" data-testid="media-document">
            <span class="media-kind" aria-hidden="true"><Icon name=icon/></span>
            <span class="media-about">
                <bdi class="media-name" title=name.clone()><span class="media-name-front">{front}</span><span>{end}</span></bdi>
                <span class="media-size">{about}</span>
            </span>
            {move || if is_here.get() {
                let (of, label) = (save_of.clone(), label.clone());
                Some(view! {
                    <button class="icon-button" type="button" aria-label=label.clone() title=label tabindex=tabindex
                        data-testid="media-save" aria-busy=move || saves.get().to_string() on:click=move |_| save(app, &of, saves)>
                        <Icon name=Signal::derive(move || if saves.get() { "hourglass" } else { "download-simple" })/>
                    </button>
                })
            } else { None }}
            {move || control(app, &control_of)}
            {move || trouble(app, &trouble_of)}
        </div>
    }
    .into_any()
}

/// To wherever its owner wants it.
pub(super) fn save(app: App, shown: &Shown, saves: RwSignal<bool>) {
    save_file(app, shown.id, shown.facts.clone(), saves);
}

/// As `save`, without its bubble. `saves` while it is being read: a large file takes its time.
pub(super) fn save_file(app: App, id: MessageId, facts: MediaFacts, saves: RwSignal<bool>) {
    let Some(chat) = app.open.get_untracked().filter(|_| !saves.get_untracked()) else { return };
    if media::save_streamed(chat, id, &facts) {
        return;
    }
    saves.set(true);
    wasm_bindgen_futures::spawn_local(async move {
        let whole = media::whole(chat, id, &facts, move || saves.try_get_untracked().is_some()).await;
        if saves.try_set(false).is_some() {
            return;
        }
        match whole.and_then(|blob| Address::of(&blob)) {
            Some(address) => {
                media::save(address.text(), &file_name(&facts));
                // The browser has taken it by then; a film of two gigabytes is not copied for it.
                set_timeout(move || drop(address), std::time::Duration::from_secs(60));
            }
            None => app.toast(words::media_trouble(client_api::MediaTrouble::Unreadable, false).to_owned(), false),
        }
    });
}

/// What can be done about where the file is: stop it, bring it, try again.
pub(super) fn control(app: App, shown: &Shown) -> Option<AnyView> {
    let place = shown.place.get()?;
    let facts = &shown.facts;
    let (id, tabindex) = (shown.id, shown.tabindex());
    let ask = move |command: fn(client_api::ChatId, client_api::MessageId) -> Command| {
        if let Some(chat) = app.open.get_untracked() {
            app.send(command(chat, id));
        }
    };
    let bring = move |_| ask(|chat, message| Command::DownloadMedia { chat, message });
    match place {
        MediaPlace::Here | MediaPlace::Stopped(_) => None,
        MediaPlace::Keeping | MediaPlace::Uploading { .. } | MediaPlace::Downloading { .. } => {
            let (sends, done) = match place {
                MediaPlace::Downloading { done } => (false, done),
                MediaPlace::Uploading { done } => (true, done),
                _ => (true, 0),
            };
            let label = words::stop_moving(facts, sends);
            let part = hundredths(done, facts.size);
            Some(view! {
                <span class="media-control">
                    <button class="media-ring" type="button" aria-label=label.clone() title=label tabindex=tabindex data-testid="media-cancel"
                        on:click=move |_| ask(|chat, message| Command::CancelMedia { chat, message })>
                        <svg viewBox="0 0 36 36" aria-hidden="true" focusable="false">
                            <circle class="ring-way" cx="18" cy="18" r="15.5"></circle>
                            <circle class="ring-done" cx="18" cy="18" r="15.5" pathLength="100" stroke-dasharray="100"
                                stroke-dashoffset=(100 - part.max(4)).to_string()></circle>
                        </svg>
                        <Icon name="x"/>
                    </button>
                    <span class="sr-only" data-testid="media-progress">{format!("{part} %")}</span>
                </span>
            }.into_any())
        }
        MediaPlace::There => {
            let words_of_size = size(facts.size);
            let label = words::download(facts, &words_of_size);
            Some(view! {
                <span class="media-control">
                    <button class="media-bring" type="button" aria-label=label tabindex=tabindex data-testid="media-download" on:click=bring>
                        <Icon name="download-simple"/>{(facts.kind != MediaKind::Document).then_some(words_of_size)}
                    </button>
                </span>
            }.into_any())
        }
    }
}

/// Why it does not move, and another try.
pub(super) fn trouble(app: App, shown: &Shown) -> Option<AnyView> {
    let Some(MediaPlace::Stopped(trouble)) = shown.place.get() else { return None };
    let (id, tabindex) = (shown.id, shown.tabindex());
    let again = move |_| {
        if let Some(chat) = app.open.get_untracked() {
            app.send(Command::DownloadMedia { chat, message: id });
        }
    };
    Some(
        view! {
            <span class="media-trouble" role="status" data-testid="media-trouble">
                <span>{words::media_trouble(trouble, shown.own)}</span>
                {(!shown.failed.get()).then(|| view! {
                    <button class="media-bring" type="button" tabindex=tabindex data-testid="media-retry" on:click=again>
                        <Icon name="arrow-clockwise"/>{words::try_again()}
                    </button>
                })}
            </span>
        }
        .into_any(),
    )
}
