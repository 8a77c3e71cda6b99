//! The words about photos, videos, voice notes and documents.

use super::isolated;
use crate::model::media::size;
use client_api::{MediaFacts, MediaKind, MediaPlace, MediaTrouble, UserError};

/// In place of a text, where a message has none: in the list, in quotes, for readers.
pub fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "Photo",
        MediaKind::Video => "Video",
        MediaKind::Audio => "Audio",
        MediaKind::Voice => "Voice message",
        MediaKind::Document => "Document",
    }
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
        UserError::FileTooLarge { max } => format!("A file has at most {}. Send it in parts.", size(*max)),
        UserError::TooManyFiles { max } => {
            format!("{max} files are on their way already. Wait until some have arrived.")
        }
        _ => "This file cannot be read. Choose it again.".to_owned(),
    }
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
        MediaTrouble::Cancelled => "Stopped",
        MediaTrouble::Gone => "The server no longer has this file. Ask the sender for it.",
        MediaTrouble::Damaged => "What came is not what was sent, so it is not shown.",
        MediaTrouble::StorageFull => "No room on this device. Free some, then try again.",
        MediaTrouble::ServerFull => "The server has no room for this file now. Try again later.",
        MediaTrouble::TooLarge => "The server does not take files as large as this one.",
        MediaTrouble::Unreadable if own => "The file could not be read any more. Choose it again.",
        MediaTrouble::Unreadable => "This file cannot be read.",
    }
}

/// Of the ring: "Stop sending plan.pdf".
pub fn stop_moving(facts: &MediaFacts, sends: bool) -> String {
    format!("{} {}", if sends { "Stop sending" } else { "Stop downloading" }, media_noun(facts))
}

pub fn download(facts: &MediaFacts, size: &str) -> String {
    format!("Download {}, {size}", media_noun(facts))
}

pub fn save_file(facts: &MediaFacts) -> String {
    format!("Save {}", media_noun(facts))
}

pub fn open_media(facts: &MediaFacts) -> String {
    format!("{} {}", if facts.kind == MediaKind::Video { "Play" } else { "Open" }, media_noun(facts))
}

pub fn play(is_playing: bool, kind: MediaKind) -> String {
    format!("{} {}", if is_playing { "Pause" } else { "Play" }, media_kind(kind).to_lowercase())
}

pub fn speed(speed: &str) -> String {
    format!("Speed: {speed} times")
}

fn media_noun(facts: &MediaFacts) -> String {
    match facts.kind {
        MediaKind::Document | MediaKind::Audio if !facts.name.is_empty() => isolated(&facts.name),
        kind => media_kind(kind).to_lowercase(),
    }
}

/// The title of the dialog.
pub fn send_files(number: usize) -> String {
    if number == 1 { "Send this file?".to_owned() } else { format!("Send {number} files?") }
}

pub fn preparing(done: usize, of: usize) -> String {
    format!("Preparing {} of {of}…", (done + 1).min(of))
}

pub fn too_many_files(max: usize) -> String {
    format!("{max} files at a time is the most. The first {max} are here.")
}

pub fn remove_file(name: &str) -> String {
    format!("Remove {}", isolated(name))
}

pub fn file_unreadable(name: &str) -> String {
    format!("{} cannot be read and was not sent. Choose it again.", isolated(name))
}

pub fn not_made_smaller(name: &str) -> String {
    format!("This browser cannot make {} smaller, and it was not sent. As a document it goes as it is.", isolated(name))
}

pub fn file_refused(name: &str, error: &UserError) -> String {
    format!("{} was not sent. {}", isolated(name), super::error(error))
}

/// Of a slider: "0:07 of 3:05".
pub fn place_in(at: &str, all: &str) -> String {
    format!("{at} of {all}")
}

/// Where a file is, for those who do not see it; nothing where that needs no word.
pub fn media_place(place: MediaPlace, own: bool) -> Option<&'static str> {
    match place {
        MediaPlace::Here => None,
        MediaPlace::Keeping | MediaPlace::Uploading { .. } => Some("being sent"),
        MediaPlace::There => Some("not downloaded"),
        MediaPlace::Downloading { .. } => Some("being downloaded"),
        MediaPlace::Stopped(trouble) => Some(media_trouble(trouble, own)),
    }
}

pub fn in_viewer(at: usize, of: usize) -> String {
    format!("{at} of {of}")
}

pub const RECORD: &str = "Record a voice message";
pub const VOICE_NOTE: &str = "Voice message";
pub const DROP_RECORDING: &str = "Throw away";
pub const PAUSE_RECORDING: &str = "Pause";
pub const GO_ON_RECORDING: &str = "Go on recording";
pub const NOTHING_RECORDED: &str = "Nothing was recorded. Is the microphone still there?";
pub const MICROPHONE_REFUSED: &str =
    "The microphone is not allowed for this page. Allow it in the browser's settings for this page.";
pub const MICROPHONE_MISSING: &str = "No microphone was found, or another program is using it.";
pub const ATTACH: &str = "Attach";
pub const PHOTOS_AND_VIDEOS: &str = "Photos and videos";
pub const DOCUMENT: &str = "Document";
pub const DROP_HERE: &str = "Drop files here to send them";
pub const CAPTION: &str = "Caption";
pub const QUALITY: &str = "Photos";
pub const QUALITY_STANDARD: &str = "Standard";
pub const QUALITY_HD: &str = "HD";
pub const QUALITY_AS_IS: &str = "As documents";
pub const QUALITY_NOTE: &str = "Photos are made smaller and leave out where they were taken.";
pub const QUALITY_AS_IS_NOTE: &str = "Photos go as they are, with all that the camera wrote into them: the place, too.";
pub const FILM_NOTE: &str = "Videos go as they are, with all that the camera wrote into them: the place, too.";
pub const CANNOT_SHOW: &str = "This picture cannot be shown here. It can be saved.";
pub const CANNOT_PLAY: &str = "This cannot be played here. It can be saved.";
pub const SAVE_AS: &str = "Save as…";
pub const VIEWER: &str = "Photos and videos of this chat";
pub const NEXT_MEDIA: &str = "Next";
pub const PREVIOUS_MEDIA: &str = "Previous";
pub const ZOOM_IN: &str = "Larger";
pub const ZOOM_OUT: &str = "Smaller";
pub const POSITION: &str = "Position";
