//! What is answered where a browser asks for a part of a file that is played or saved: which bytes, and under which headers. Knows neither
//! where the bytes are nor who asks.

use client_api::{MediaFacts, MediaKind};
use std::fmt::Write as _;
use std::ops::Range;

/// Types that are given to players; all else is read whole, as what it says of itself.
const PLAYED: [&str; 13] = [
    "video/mp4",
    "video/webm",
    "video/ogg",
    "video/quicktime",
    "video/x-matroska",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "audio/webm",
    "audio/wav",
    "audio/x-wav",
    "audio/flac",
    "audio/aac",
];

/// Why a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a player, in whatever parts.
    Played,
    /// To be kept where its owner wants it: whole.
    Saved,
}

/// An answer without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Of HTTP.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// Bytes of the file that follow.
    pub bytes: Range<u64>,
}

/// The type under which a file is given to a player; `None`: it is not.
pub fn played_type(facts: &MediaFacts) -> Option<&'static str> {
    let is_played = matches!(facts.kind, MediaKind::Video | MediaKind::Audio) && facts.size > 0;
    let plain = facts.mime.split(';').next().unwrap_or_default().trim();
    PLAYED.into_iter().find(|known| is_played && known.eq_ignore_ascii_case(plain))
}

/// What is said to a request with this `Range`.
pub fn head(facts: &MediaFacts, way: Way, name: &str, range: Option<&str>) -> Head {
    let size = facts.size;
    let asked = match (way, range) {
        (Way::Played, Some(range)) => part(range, size),
        _ => Asked::Whole,
    };
    let mime = match way {
        Way::Played => played_type(facts).unwrap_or("application/octet-stream"),
        // Nothing that a browser would open in the page's place.
        Way::Saved => "application/octet-stream",
    };
    let mut headers = vec![
        ("content-type", mime.to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("cache-control", "no-store".to_owned()),
        ("content-security-policy", "default-src 'none'; sandbox".to_owned()),
        ("cross-origin-resource-policy", "same-origin".to_owned()),
    ];
    if way == Way::Saved {
        headers.push(("content-disposition", format!("attachment; filename*=UTF-8''{}", encoded(name))));
    } else {
        headers.push(("accept-ranges", "bytes".to_owned()));
    }
    let (status, bytes) = match asked {
        Asked::Whole => (200, 0..size),
        Asked::Part(bytes) => {
            headers.push(("content-range", format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1)));
            (206, bytes)
        }
        Asked::Beyond => {
            headers.push(("content-range", format!("bytes */{size}")));
            (416, 0..0)
        }
    };
    headers.push(("content-length", (bytes.end - bytes.start).to_string()));
    Head { status, headers, bytes }
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// No part, several, or nothing that can be read: RFC 9110, 14.2, lets a server answer with the whole.
    Whole,
    Part(Range<u64>),
    /// Nothing of it is there.
    Beyond,
}

fn part(range: &str, size: u64) -> Asked {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::Whole;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // What does not fit lies beyond every end.
        is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let (first, last) = (first.trim(), last.trim());
    let bytes = match (first.is_empty(), number(first), last.is_empty(), number(last)) {
        (true, _, _, Some(suffix)) => size.saturating_sub(suffix)..size,
        (_, Some(first), true, _) => first..size,
        (_, Some(first), _, Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        _ => return Asked::Whole,
    };
    if bytes.start < bytes.end { Asked::Part(bytes) } else { Asked::Beyond }
}

/// As RFC 8187 writes a value.
fn encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            text.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn film(size: u64) -> MediaFacts {
        MediaFacts {
            kind: MediaKind::Video,
            mime: "video/mp4".into(),
            name: "a film.mp4".into(),
            size,
            width: 0,
            height: 0,
            duration_ms: 0,
            preview: Vec::new(),
            waveform: Vec::new(),
        }
    }

    fn said(head: &Head, wanted: &str) -> Option<String> {
        head.headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone())
    }

    #[test]
    fn a_range_is_read_as_browsers_write_it() {
        for (range, asked) in [
            ("bytes=0-", Asked::Part(0..100)),
            ("bytes=10-19", Asked::Part(10..20)),
            ("bytes=99-99", Asked::Part(99..100)),
            ("bytes=10-1000", Asked::Part(10..100)),
            ("bytes=-30", Asked::Part(70..100)),
            ("bytes=-300", Asked::Part(0..100)),
            ("bytes=100-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=99999999999999999999999-", Asked::Beyond),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=20-10", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("lines=1-2", Asked::Whole),
            ("", Asked::Whole),
        ] {
            assert_eq!(part(range, 100), asked, "{range}");
        }
    }

    #[test]
    fn what_is_saved_is_whole_has_its_name_and_is_opened_by_no_browser() {
        let head = head(&film(5), Way::Saved, "grüße\r\nx: \"y\".html", Some("bytes=1-2"));
        assert_eq!((head.status, head.bytes.clone()), (200, 0..5));
        assert_eq!(said(&head, "content-type").as_deref(), Some("application/octet-stream"));
        let name = said(&head, "content-disposition");
        assert_eq!(name.as_deref(), Some("attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe%0D%0Ax%3A%20%22y%22.html"));
        assert_eq!(said(&head, "cache-control").as_deref(), Some("no-store"));
    }

    #[test]
    fn only_films_and_music_of_known_types_are_played() {
        let of = |kind, mime: &str| played_type(&MediaFacts { kind, mime: mime.into(), ..film(1) });
        assert_eq!(of(MediaKind::Video, "video/MP4; codecs=vp9"), Some("video/mp4"));
        assert_eq!(of(MediaKind::Audio, "audio/mpeg"), Some("audio/mpeg"));
        for (kind, mime) in [
            (MediaKind::Video, "text/html"),
            (MediaKind::Video, "video/x-unheard-of"),
            (MediaKind::Document, "video/mp4"),
            (MediaKind::Photo, "image/svg+xml"),
        ] {
            assert_eq!(of(kind, mime), None, "{mime}");
        }
        assert_eq!(played_type(&film(0)), None, "there is nothing in it");
    }

    proptest! {
        #[test]
        fn whatever_is_asked_what_is_said_fits_the_file(range in "(bytes=)?[-0-9, =a]{0,24}", size in 1_u64..3_000_000_000) {
            let head = head(&film(size), Way::Played, "", Some(&range));
            let Range { start, end } = head.bytes;
            prop_assert!(start <= end && end <= size);
            prop_assert_eq!(said(&head, "content-length"), Some((end - start).to_string()));
            match head.status {
                200 => prop_assert_eq!((start, end), (0, size)),
                206 => prop_assert_eq!(said(&head, "content-range"), Some(format!("bytes {start}-{}/{size}", end - 1))),
                416 => prop_assert_eq!((start, end), (0, 0)),
                other => prop_assert!(false, "{}", other),
            }
        }

        #[test]
        fn a_range_that_is_one_is_answered_with_what_it_names(first in 0_u64..1_000, len in 1_u64..1_000, size in 1_u64..1_500) {
            let last = first + len - 1;
            let head = head(&film(size), Way::Played, "", Some(&format!("bytes={first}-{last}")));
            if first < size {
                prop_assert_eq!((head.status, head.bytes), (206, first..(last + 1).min(size)));
            } else {
                prop_assert_eq!(head.status, 416);
            }
        }
    }
}
