//! What files of messages come to on a page: their sizes and times in words, how large they are drawn, what a file is by its type. Knows no
//! page; what a sender claims is taken for no more than a claim.

use crate::language::tenths;
use client_api::{MediaFacts, MediaKind};

/// So many files are chosen at a time.
pub const FILES_AT_ONCE_MAX: usize = 30;
/// The longer side of a photo as it is sent, in pixels.
pub const STANDARD_SIDE_MAX: u32 = 1_600;
/// As `STANDARD_SIDE_MAX`, where more is wished.
pub const HD_SIDE_MAX: u32 = 2_560;
/// In a bubble, in pixels.
const FRAME_MAX: f64 = 320.0;
const FRAME_MIN: f64 = 120.0;

/// How photos are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quality {
    /// At most `STANDARD_SIDE_MAX`.
    #[default]
    Standard,
    /// At most `HD_SIDE_MAX`.
    Hd,
    /// As the file is.
    AsIs,
}

/// "999 B", "1.4 MB"
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    for unit in ["kB", "MB"] {
        value /= 1_000.0;
        if value < 999.5 {
            return if value < 9.95 { format!("{} {unit}", tenths(value)) } else { format!("{value:.0} {unit}") };
        }
    }
    format!("{} GB", tenths(value / 1_000.0))
}

/// "0:07", "1:02:03"
pub fn length(ms: u64) -> String {
    let seconds = (ms + 500) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// How large a picture stands in a bubble; where nothing is known of it as most are. What does not fit the shape is cut, and what is small
/// stays small.
pub fn frame(width: u32, height: u32) -> (f64, f64) {
    if width == 0 || height == 0 {
        return (FRAME_MAX, FRAME_MAX * 0.75);
    }
    let (width, height) = (f64::from(width), f64::from(height));
    let scale = (FRAME_MAX / width).min(FRAME_MAX / height).min(1.0);
    let side = |px: f64| (px * scale).clamp(FRAME_MIN, FRAME_MAX).round();
    (side(width), side(height))
}

/// A picture's size with no side above `side_max`.
pub fn within(width: u32, height: u32, side_max: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= side_max || longer == 0 {
        return (width, height);
    }
    let scale = f64::from(side_max) / f64::from(longer);
    let side = |px: u32| ((f64::from(px) * scale).round() as u32).max(1);
    (side(width), side(height))
}

/// The kind of a file by its type; what it really holds is seen when it is read.
pub fn kind_of(mime: &str) -> MediaKind {
    match mime {
        // One moves, the other is a program; neither stays what it is as a JPEG.
        "image/gif" | "image/svg+xml" => MediaKind::Document,
        _ if mime.starts_with("image/") => MediaKind::Photo,
        _ if mime.starts_with("video/") => MediaKind::Video,
        _ if mime.starts_with("audio/") => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

/// The type that this page gives a file that it shows: none under which a browser would run what is in it.
pub fn shown_type(facts: &MediaFacts) -> &str {
    let of = match facts.kind {
        MediaKind::Photo => "image/",
        MediaKind::Video => "video/",
        MediaKind::Audio | MediaKind::Voice => "audio/",
        MediaKind::Document => return "application/octet-stream",
    };
    let is_plain = facts.mime.starts_with(of) && facts.mime != "image/svg+xml";
    if is_plain { &facts.mime } else { "application/octet-stream" }
}

/// A name in two parts: what may be cut, and its end, which stays in sight: ".pdf", and what stands just before.
pub fn name_parts(name: &str) -> (&str, &str) {
    const END_MAX: usize = 12;
    let letters = name.char_indices().rev();
    let dot = name.rfind('.').filter(|dot| *dot > 0 && name[*dot..].chars().count() <= END_MAX - 4);
    let Some(dot) = dot else { return (name, "") };
    let at = letters.map(|(at, _)| at).find(|at| name[*at..dot.max(*at)].chars().count() >= 4);
    name.split_at(at.unwrap_or(0).min(dot))
}

/// Without folders, and without what would turn or hide a part of it: as a file on a disk is called.
pub fn file_name(facts: &MediaFacts) -> String {
    let seen = |letter: &char| {
        !letter.is_control()
            && !matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    let last = facts.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(seen).collect();
    let name = name.trim_matches(['.', ' ']);
    if !name.is_empty() {
        return name.to_owned();
    }
    let ending = match facts.mime.split(';').next().unwrap_or_default() {
        "image/jpeg" => "photo.jpg",
        "image/png" => "photo.png",
        "image/webp" => "photo.webp",
        "video/mp4" => "video.mp4",
        "video/webm" => "video.webm",
        "audio/webm" => "voice.webm",
        "audio/mp4" => "voice.m4a",
        "audio/ogg" => "voice.ogg",
        _ => "file",
    };
    ending.to_owned()
}

/// What a document is by its name, for its icon and a word: "PDF".
pub fn document_kind(name: &str) -> (&'static str, String) {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    let is_word = (1..=5).contains(&ending.len()) && ending.chars().all(|letter| letter.is_ascii_alphanumeric());
    let ending = if is_word { ending.to_ascii_uppercase() } else { String::new() };
    let icon = match ending.as_str() {
        "PDF" => "file-pdf",
        "ZIP" | "GZ" | "TAR" | "7Z" | "RAR" | "XZ" | "ZST" => "file-zip",
        "TXT" | "MD" | "DOC" | "DOCX" | "ODT" | "RTF" | "CSV" => "file-text",
        "JPG" | "JPEG" | "PNG" | "GIF" | "SVG" | "WEBP" | "HEIC" => "image",
        "MP4" | "MOV" | "MKV" | "WEBM" => "video-camera",
        "MP3" | "OGG" | "FLAC" | "WAV" | "M4A" | "OPUS" => "music-notes",
        _ => "file",
    };
    (icon, ending)
}

/// The icon of a kind.
pub fn icon(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "image",
        MediaKind::Video => "video-camera",
        MediaKind::Audio => "music-notes",
        MediaKind::Voice => "microphone",
        MediaKind::Document => "file",
    }
}

/// How high the bars of a waveform are, in hundredths; something is to be seen also where it is not known.
pub fn bars(waveform: &[u8]) -> Vec<u32> {
    const BARS: usize = 40;
    let bar = |at: usize| {
        let loud = waveform.get(at * waveform.len() / BARS).copied().unwrap_or_default();
        12 + u32::from(loud) * 88 / 255
    };
    (0..BARS).map(bar).collect()
}

/// Hundredths of the way.
pub fn hundredths(done: u64, of: u64) -> u32 {
    if of == 0 { 100 } else { (done.min(of) as f64 / of as f64 * 100.0) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(kind: MediaKind, mime: &str, name: &str) -> MediaFacts {
        MediaFacts {
            kind,
            mime: mime.into(),
            name: name.into(),
            size: 1,
            width: 0,
            height: 0,
            duration_ms: 0,
            preview: Vec::new(),
            waveform: Vec::new(),
        }
    }

    #[test]
    fn sizes_and_lengths_are_short() {
        let sizes = [0, 999, 1_000, 9_940, 99_400, 1_400_000, 999_600_000, 2_147_483_648].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "9.9 kB", "99 kB", "1.4 MB", "1.0 GB", "2.1 GB"]);
        assert_eq!([0, 7_400, 61_000, 3_723_000].map(length), ["0:00", "0:07", "1:01", "1:02:03"]);
    }

    #[test]
    fn pictures_keep_their_shape_unless_it_is_too_thin() {
        assert_eq!(frame(4_000, 3_000), (320.0, 240.0));
        assert_eq!(frame(10, 10_000), (FRAME_MIN, FRAME_MAX));
        assert_eq!(frame(0, 5), (320.0, 240.0));
        assert_eq!(within(4_000, 3_000, 1_600), (1_600, 1_200));
        assert_eq!(within(100, 50, 1_600), (100, 50));
        assert_eq!(within(100_000, 1, 1_600), (1_600, 1));
    }

    #[test]
    fn the_ending_of_a_name_is_never_cut() {
        assert_eq!(name_parts("a long report of the year.pdf"), ("a long report of the ", "year.pdf"));
        assert_eq!(name_parts("a.pdf"), ("", "a.pdf"));
        assert_eq!(name_parts("Makefile"), ("Makefile", ""));
        assert_eq!(name_parts(".profile"), (".profile", ""));
        assert_eq!(name_parts("ملف طويل.pdf"), ("ملف ", "طويل.pdf"));
        assert_eq!(name_parts("what. ever that is no ending"), ("what. ever that is no ending", ""));
        assert_eq!(name_parts(""), ("", ""));
    }

    #[test]
    fn a_file_is_saved_under_a_name_that_hides_nothing() {
        let saved = |name: &str| file_name(&facts(MediaKind::Document, "", name));
        assert_eq!(saved("../../etc/passwd"), "passwd");
        assert_eq!(saved("photo\u{202E}gpj.exe"), "photogpj.exe");
        assert_eq!(saved("C:\\a\\b.txt"), "b.txt");
        assert_eq!(saved(".."), "file");
        assert_eq!(file_name(&facts(MediaKind::Voice, "audio/webm;codecs=opus", "")), "voice.webm");
    }

    #[test]
    fn nothing_is_shown_under_a_type_that_runs() {
        for (kind, mime) in [
            (MediaKind::Photo, "text/html"),
            (MediaKind::Photo, "image/svg+xml"),
            (MediaKind::Document, "text/html"),
            (MediaKind::Video, "image/png"),
        ] {
            assert_eq!(shown_type(&facts(kind, mime, "")), "application/octet-stream");
        }
        assert_eq!(shown_type(&facts(MediaKind::Photo, "image/png", "")), "image/png");
        assert_eq!(kind_of("image/svg+xml"), MediaKind::Document);
        assert_eq!(kind_of("image/heic"), MediaKind::Photo);
    }

    #[test]
    fn a_waveform_has_bars_also_where_it_is_not_known() {
        let loud: Vec<u8> = (0..64).map(|at| at * 4).collect();
        assert!(bars(&loud).iter().all(|bar| (12..=100).contains(bar)) && bars(&loud)[39] > bars(&loud)[0]);
        assert_eq!(bars(&[]), vec![12; 40]);
        assert_eq!([hundredths(0, 0), hundredths(1, 2), hundredths(9, 2)], [100, 50, 100]);
    }
}
