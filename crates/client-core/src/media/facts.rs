//! What is said of a file, on its way into a message and out of one. Whatever a sender says is within bounds here, or is replaced.

use client_api::{MediaFacts, MediaKind, UserError};
use proto::content::media::Kind;
use proto::content::{Content, Media, Text, content};
use proto::limits::{
    MEDIA_MIME_LEN_MAX, MEDIA_NAME_LEN_MAX, MEDIA_PIXELS_MAX, MEDIA_PREVIEW_LEN_MAX, MEDIA_SIZE_MAX,
    MEDIA_WAVEFORM_LEN_MAX, TEXT_LEN_MAX,
};

/// What is shown where a type is none.
const MIME_UNKNOWN: &str = "application/octet-stream";
/// A day: longer than any film. A claim beyond it is not shown.
const DURATION_MS_MAX: u32 = 24 * 3_600_000;
/// The path of a blob at the server, and the digits of its name.
const BLOB_PATH: &str = "/v1/blobs/";
const BLOB_DIGITS: usize = 32;

/// Where a file's bytes are to be had, and how they are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    pub(crate) blob: String,
    pub(crate) key: [u8; 32],
    pub(crate) sha256: [u8; 32],
    pub(crate) size: u64,
}

/// The text of a message, or its file's caption.
pub(crate) fn text_of(body: &content::Body) -> Option<&Text> {
    match body {
        content::Body::Text(text) => Some(text),
        content::Body::Media(media) => media.caption.as_ref(),
        _ => None,
    }
}

/// The file of a content.
pub(crate) fn of(content: &Content) -> Option<&Media> {
    match &content.body {
        Some(content::Body::Media(media)) => Some(media),
        _ => None,
    }
}

/// What is shown of a file.
pub(crate) fn shown(media: &Media) -> MediaFacts {
    let kind = match media.kind() {
        Kind::Photo => MediaKind::Photo,
        Kind::Video => MediaKind::Video,
        Kind::Audio => MediaKind::Audio,
        Kind::Voice => MediaKind::Voice,
        Kind::Document | Kind::Unspecified => MediaKind::Document,
    };
    MediaFacts {
        kind,
        mime: mime(&media.mime),
        name: name(&media.name),
        size: media.size.min(MEDIA_SIZE_MAX),
        width: media.width.min(MEDIA_PIXELS_MAX),
        height: media.height.min(MEDIA_PIXELS_MAX),
        duration_ms: media.duration_ms.min(DURATION_MS_MAX),
        // A picture that was cut is none.
        preview: if media.preview.len() <= MEDIA_PREVIEW_LEN_MAX { media.preview.clone() } else { Vec::new() },
        waveform: media.waveform.iter().take(MEDIA_WAVEFORM_LEN_MAX).copied().collect(),
    }
}

/// A message of an own file; where it is to be had is filled in when the server has it.
pub(crate) fn written(facts: &MediaFacts, caption: Text) -> Media {
    let kind = match facts.kind {
        MediaKind::Photo => Kind::Photo,
        MediaKind::Video => Kind::Video,
        MediaKind::Audio => Kind::Audio,
        MediaKind::Voice => Kind::Voice,
        MediaKind::Document => Kind::Document,
    };
    let media = Media {
        size: facts.size,
        kind: kind.into(),
        mime: facts.mime.clone(),
        name: facts.name.clone(),
        width: facts.width,
        height: facts.height,
        duration_ms: facts.duration_ms,
        preview: facts.preview.clone(),
        waveform: facts.waveform.clone(),
        caption: Some(caption),
        ..Media::default()
    };
    let shown = shown(&media);
    Media { mime: shown.mime, name: shown.name, preview: shown.preview, waveform: shown.waveform, ..media }
}

/// Why an own file is not sent.
pub(crate) fn refusal_of(facts: &MediaFacts, caption: &str) -> Option<UserError> {
    if caption.len() > TEXT_LEN_MAX {
        return Some(UserError::TextTooLong { max: u32::try_from(TEXT_LEN_MAX).unwrap_or(u32::MAX) });
    }
    (facts.size > MEDIA_SIZE_MAX).then_some(UserError::FileTooLarge { max: MEDIA_SIZE_MAX })
}

/// Where the bytes are; `None` where that is nowhere.
pub(crate) fn whereabouts(media: &Media) -> Option<Whereabouts> {
    Some(Whereabouts {
        blob: blob(&media.blob)?,
        key: <[u8; 32]>::try_from(media.key.as_slice()).ok()?,
        sha256: <[u8; 32]>::try_from(media.sha256.as_slice()).ok()?,
        size: Some(media.size).filter(|size| *size <= MEDIA_SIZE_MAX)?,
    })
}

/// A blob's path as a server or a sender gives it: nothing else of a server is ever asked for in its place.
pub(crate) fn blob(path: &str) -> Option<String> {
    let digits = path.strip_prefix(BLOB_PATH)?;
    let is_digit = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    (digits.len() == BLOB_DIGITS && digits.bytes().all(is_digit)).then(|| path.to_owned())
}

/// A type as RFC 6838 has it, without parameters: one that is none could be read as something else by whoever opens it.
fn mime(text: &str) -> String {
    let is_name = |part: &str| {
        let sign = |c: u8| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c);
        part.bytes().all(sign) && part.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
    };
    let text = text.to_ascii_lowercase();
    match text.split_once('/') {
        Some((kind, name)) if text.len() <= MEDIA_MIME_LEN_MAX && is_name(kind) && is_name(name) => text,
        _ => MIME_UNKNOWN.to_owned(),
    }
}

/// A file's name: nothing that leads into another folder, nothing that is not seen, nothing that makes it read in another order
/// ("photo" U+202E "gpj.exe"), nothing that a system takes for a device or a stream.
fn name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String =
        last.chars().filter(|c| !is_unseen(*c)).map(|c| if FORBIDDEN.contains(&c) { '_' } else { c }).collect();
    // Windows drops what ends a name so.
    let clean = clean.trim().trim_end_matches(['.', ' ']);
    let stem = clean.split('.').next().unwrap_or_default().trim_end();
    let is_device = DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device));
    shorten(&if is_device { format!("_{clean}") } else { clean.to_owned() })
}

/// A chat's title as a part of a file's name; never nothing.
pub(crate) fn file_title(title: &str) -> String {
    let clean = name(&title.replace(['/', '\\'], "_"));
    let mut end = clean.len().min(FILE_TITLE_LEN_MAX);
    while !clean.is_char_boundary(end) {
        end -= 1;
    }
    let clean = clean.get(..end).unwrap_or_default().trim_end_matches(['.', ' ']);
    if clean.is_empty() { "_".to_owned() } else { clean.to_owned() }
}

/// Systems have names of 255 bytes at most; words and an ending stand beside it.
const FILE_TITLE_LEN_MAX: usize = 160;

/// In no name on Windows; a colon would begin a stream, or end a drive.
const FORBIDDEN: [char; 7] = ['<', '>', ':', '"', '|', '?', '*'];
/// Open something else than a file on Windows, with any ending.
const DEVICES: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2",
    "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// Controls, what turns the direction, and what fills a line without being seen.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// To the most bytes of a name, its ending kept: what opens it is told by that.
fn shorten(name: &str) -> String {
    if name.len() <= MEDIA_NAME_LEN_MAX {
        return name.to_owned();
    }
    let ending = name.rfind('.').and_then(|at| name.get(at..)).filter(|ending| ending.len() <= 16).unwrap_or("");
    let mut end = MEDIA_NAME_LEN_MAX - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", name.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod facts_tests {
    use super::*;

    #[test]
    fn names_lose_folders_and_what_is_not_seen() {
        for (given, shown) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\photo.jpg", "photo.jpg"),
            ("photo\u{202E}gpj.exe", "photogpj.exe"),
            ("a\u{0}b\nc\u{200B}\u{2066}.txt", "abc.txt"),
            ("..", ""),
            ("a\u{3164}\u{2800}.txt", "a.txt"),
            ("con.tar.gz", "_con.tar.gz"),
            ("CON", "_CON"),
            ("contact.vcf", "contact.vcf"),
            ("notes.txt:hidden.exe", "notes.txt_hidden.exe"),
            ("report.exe. .", "report.exe"),
            (" report.pdf ", "report.pdf"),
            ("фото.jpg", "фото.jpg"),
        ] {
            assert_eq!(name(given), shown, "{given:?}");
        }
        for (title, part) in [
            ("Ada", "Ada"),
            ("../Ada\\Bob", ".._Ada_Bob"),
            ("a\u{202E}txt.exe\n", "atxt.exe"),
            ("NUL", "_NUL"),
            ("?", "_"),
            ("...", "_"),
        ] {
            assert_eq!(file_title(title), part, "{title:?}");
        }
        assert!(file_title(&"ж".repeat(300)).len() <= FILE_TITLE_LEN_MAX);
        let long = name(&format!("{}.jpeg", "ж".repeat(300)));
        assert!(long.len() <= MEDIA_NAME_LEN_MAX && long.ends_with("ж.jpeg"), "{long}");
    }

    #[test]
    fn a_type_that_is_none_is_bytes() {
        for given in [
            "",
            "image",
            "image/",
            "/png",
            "image/png; charset=x",
            "text/html\r\nx: y",
            &format!("a/{}", "b".repeat(127)),
        ] {
            assert_eq!(mime(given), MIME_UNKNOWN, "{given:?}");
        }
        assert_eq!(mime("Image/SVG+xml"), "image/svg+xml");
    }

    #[test]
    fn whatever_is_claimed_is_within_bounds() {
        let media = Media {
            size: u64::MAX,
            kind: 77,
            width: u32::MAX,
            height: u32::MAX,
            duration_ms: u32::MAX,
            preview: vec![1; MEDIA_PREVIEW_LEN_MAX + 1],
            waveform: vec![2; 1_000],
            ..Media::default()
        };
        let shown = shown(&media);
        assert_eq!((shown.kind, shown.size), (MediaKind::Document, MEDIA_SIZE_MAX));
        assert_eq!(
            (shown.width, shown.height, shown.duration_ms),
            (MEDIA_PIXELS_MAX, MEDIA_PIXELS_MAX, DURATION_MS_MAX)
        );
        assert_eq!((shown.preview.len(), shown.waveform.len()), (0, MEDIA_WAVEFORM_LEN_MAX));
    }

    #[test]
    fn nothing_but_a_blob_is_asked_for() {
        let media = |blob: &str| Media { blob: blob.into(), key: vec![1; 32], sha256: vec![2; 32], ..Media::default() };
        assert!(whereabouts(&media(&format!("/v1/blobs/{}", "0a".repeat(16)))).is_some());
        for blob in [
            "",
            "/v1/devices",
            "/v1/blobs/",
            "/v1/blobs/../pin/00000000000000000000000",
            "https://evil/v1/blobs/00000000000000000000000000000000",
        ] {
            assert_eq!(whereabouts(&media(blob)), None, "{blob}");
        }
        let blob = format!("/v1/blobs/{}", "0a".repeat(16));
        assert_eq!(whereabouts(&Media { key: vec![1; 31], ..media(&blob) }), None);
        assert_eq!(whereabouts(&Media { sha256: Vec::new(), ..media(&blob) }), None);
        assert_eq!(whereabouts(&Media { size: MEDIA_SIZE_MAX + 1, ..media(&blob) }), None);
    }
}
