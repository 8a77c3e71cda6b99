//! The words about photos, videos, voice notes and documents.

use super::isolated;
use crate::language::{says, told};
use crate::model::media::size;
use client_api::{MediaFacts, MediaKind, MediaPlace, MediaTrouble, UserError};

/// In place of a text, where a message has none: in the list, in quotes, for readers.
pub fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => kind_photo(),
        MediaKind::Video => kind_video(),
        MediaKind::Audio => kind_audio(),
        MediaKind::Voice => kind_voice(),
        MediaKind::Document => kind_document(),
    }
}

says! {
    kind_photo
    kind_video
    kind_audio
    kind_voice
    kind_document
}

/// A caption, or what it would stand below.
pub fn caption_or_kind(caption: String, kind: Option<MediaKind>) -> String {
    match kind {
        Some(kind) if caption.trim().is_empty() => media_kind(kind).to_owned(),
        _ => caption,
    }
}

/// Why a file was not sent.
pub(super) fn file_error(error: &UserError) -> String {
    match error {
        UserError::FileTooLarge { max } => told!(file_too_large, size: size(*max)),
        UserError::TooManyFiles { max } => told!(files_on_their_way, max: *max),
        _ => file_not_read().to_owned(),
    }
}

says! {
    file_not_read
}

/// As a reader is told it: "Document, plan.pdf".
pub fn media_label(facts: &MediaFacts) -> String {
    match facts.kind {
        MediaKind::Document | MediaKind::Audio if !facts.name.is_empty() => {
            format!("{}, {}", media_kind(facts.kind), isolated(&facts.name))
        }
        kind => media_kind(kind).to_owned(),
    }
}

/// What happened and what to do. The button beside it does it.
pub fn media_trouble(trouble: MediaTrouble, own: bool) -> &'static str {
    match trouble {
        MediaTrouble::Cancelled => file_stopped(),
        MediaTrouble::Gone => file_gone(),
        MediaTrouble::Damaged => file_damaged(),
        MediaTrouble::StorageFull => file_no_room_here(),
        MediaTrouble::ServerFull => file_no_room_there(),
        MediaTrouble::TooLarge => file_too_large_there(),
        MediaTrouble::Unreadable if own => file_own_unreadable(),
        MediaTrouble::Unreadable => file_cannot_be_read(),
    }
}

says! {
    file_stopped
    file_gone
    file_damaged
    file_no_room_here
    file_no_room_there
    file_too_large_there
    file_own_unreadable
    file_cannot_be_read
}

/// Of the ring: "Stop sending plan.pdf".
pub fn stop_moving(facts: &MediaFacts, sends: bool) -> String {
    let (what, name) = noun(facts);
    if sends {
        told!(stop_sending_file, what: what, name: name)
    } else {
        told!(stop_downloading_file, what: what, name: name)
    }
}

pub fn download(facts: &MediaFacts, size: &str) -> String {
    let (what, name) = noun(facts);
    told!(download, what: what, name: name, size: size)
}

pub fn save_file(facts: &MediaFacts) -> String {
    let (what, name) = noun(facts);
    told!(save_file, what: what, name: name)
}

pub fn open_media(facts: &MediaFacts) -> String {
    let (what, name) = noun(facts);
    told!(open_media, what: what, name: name)
}

pub fn play(is_playing: bool, kind: MediaKind) -> String {
    let what = kind_key(kind);
    if is_playing { told!(pause_media, what: what) } else { told!(play, what: what) }
}

pub fn speed(speed: &str) -> String {
    told!(speed, speed: speed)
}

/// What a sentence is about, as messages choose by it: "named" for what has a name that says more than its kind, and that name.
fn noun(facts: &MediaFacts) -> (&'static str, String) {
    match facts.kind {
        MediaKind::Document | MediaKind::Audio if !facts.name.is_empty() => ("named", isolated(&facts.name)),
        kind => (kind_key(kind), String::new()),
    }
}

/// Messages choose by it.
fn kind_key(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "photo",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Document => "document",
    }
}

/// The title of the dialog.
pub fn send_files(number: usize) -> String {
    told!(send_files, n: number)
}

pub fn preparing(done: usize, of: usize) -> String {
    told!(preparing, n: (done + 1).min(of), of: of)
}

pub fn too_many_files(max: usize) -> String {
    told!(too_many_files, max: max)
}

pub fn remove_file(name: &str) -> String {
    told!(remove_file, name: isolated(name))
}

pub fn file_unreadable(name: &str) -> String {
    told!(file_unreadable, name: isolated(name))
}

pub fn not_made_smaller(name: &str) -> String {
    told!(not_made_smaller, name: isolated(name))
}

pub fn file_refused(name: &str, error: &UserError) -> String {
    told!(file_refused, name: isolated(name), why: super::error(error))
}

/// Of a slider: "0:07 of 3:05".
pub fn place_in(at: &str, all: &str) -> String {
    told!(place_in, at: at, all: all)
}

/// Where a file is, for those who do not see it; nothing where that needs no word.
pub fn media_place(place: MediaPlace, own: bool) -> Option<&'static str> {
    match place {
        MediaPlace::Here => None,
        MediaPlace::Keeping | MediaPlace::Uploading { .. } => Some(file_being_sent()),
        MediaPlace::There => Some(file_not_downloaded()),
        MediaPlace::Downloading { .. } => Some(file_being_downloaded()),
        MediaPlace::Stopped(trouble) => Some(media_trouble(trouble, own)),
    }
}

says! {
    file_being_sent
    file_not_downloaded
    file_being_downloaded
}

pub fn in_viewer(at: usize, of: usize) -> String {
    told!(in_viewer, at: at, of: of)
}

says! {
    record
    voice_note
    drop_recording
    pause_recording
    go_on_recording
    nothing_recorded
    microphone_refused
    microphone_missing
    attach
    photos_and_videos
    document
    drop_here
    caption
    quality
    quality_standard
    quality_hd
    quality_as_is
    quality_note
    quality_as_is_note
    film_note
    cannot_show
    cannot_play
    save_as
    viewer
    next_media
    previous_media
    zoom_in
    zoom_out
    position
}
