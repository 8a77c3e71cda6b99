//! A client's description before it is believed: its size, its lines, its candidates. What it means is str0m's.

use crate::limits::{ATTRIBUTES_MAX, LINES_MAX, PAYLOAD_TYPES_MAX, SDP_LEN_MAX, SOURCE_LINES_MAX, TRACKS_MAX};
use std::collections::{BTreeMap, BTreeSet};
use str0m::IceCreds;

/// Why a description is not looked at any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpRefused {
    /// Over [`SDP_LEN_MAX`].
    #[error("a description of {len} bytes, but {SDP_LEN_MAX} are allowed")]
    TooLong {
        /// Its length.
        len: usize,
    },
    /// Over [`LINES_MAX`].
    #[error("{lines} media lines, but {LINES_MAX} are allowed")]
    TooManyLines {
        /// How many there are.
        lines: usize,
    },
    /// Over [`TRACKS_MAX`].
    #[error("{tracks} tracks, but {TRACKS_MAX} are allowed")]
    TooManyTracks {
        /// How many lines send.
        tracks: usize,
    },
    /// Over [`ATTRIBUTES_MAX`] or [`SOURCE_LINES_MAX`]: what reads it looks at each of them for each other.
    #[error("more attributes than {ATTRIBUTES_MAX} of one line, or more sources than {SOURCE_LINES_MAX}")]
    TooManyAttributes,
    /// Over [`PAYLOAD_TYPES_MAX`], or one of them twice, or none at all.
    #[error("a line has up to {PAYLOAD_TYPES_MAX} payload types, each once")]
    PayloadTypes,
    /// One payload type is two codecs, here or beside what was said before: in one connection it is one (RFC 8843, 9.1).
    #[error("payload type {payload_type} is two codecs")]
    TwoCodecs {
        /// Its number.
        payload_type: u8,
    },
}

/// The codecs of the unit's connections (`sfu.rs`), in small letters.
const CODECS: [&str; 4] = ["opus", "vp8", "vp9", "rtx"];

/// What payload types mean in one connection.
#[derive(Debug, Default)]
pub(crate) struct Codecs(BTreeMap<u8, String>);

impl Codecs {
    /// str0m ends the process's thread where two of its codecs are to have one number. What no connection of the unit has does not count: Firefox's sound
    /// has the telephone's keys at 101, where the unit's own lines have a picture sent again.
    fn take(&mut self, line: &str) -> Result<(), SdpRefused> {
        let Some((number, codec)) = line.strip_prefix("a=rtpmap:").and_then(|map| map.split_once(' ')) else {
            return Ok(());
        };
        let payload_type = number.parse().map_err(|_| SdpRefused::PayloadTypes)?;
        let codec = codec.trim().to_ascii_lowercase();
        if codec.split('/').next().is_none_or(|name| !CODECS.contains(&name)) {
            return Ok(());
        }
        match self.0.entry(payload_type).or_insert_with(|| codec.clone()) {
            known if *known == codec => Ok(()),
            _ => Err(SdpRefused::TwoCodecs { payload_type }),
        }
    }
}

/// So many of each that reading them takes no time to speak of.
fn check_sizes(sdp: &str) -> Result<(), SdpRefused> {
    let (mut attributes, mut sources) = (0, 0);
    for line in sdp.lines() {
        if let Some(media) = line.strip_prefix("m=") {
            attributes = 0;
            // Type, port, transport, and then these; of data channels it is a word.
            let types: Vec<&str> = media.split_whitespace().skip(3).collect();
            let once: BTreeSet<&str> = types.iter().copied().collect();
            if types.len() > PAYLOAD_TYPES_MAX || once.len() < types.len() {
                return Err(SdpRefused::PayloadTypes);
            }
        } else {
            attributes += 1;
            sources += usize::from(line.starts_with("a=ssrc:"));
        }
        if attributes > ATTRIBUTES_MAX || sources > SOURCE_LINES_MAX {
            return Err(SdpRefused::TooManyAttributes);
        }
    }
    Ok(())
}

/// The description without the client's candidates. They name addresses of its own network, and with them str0m waits
/// for checks that a client behind a TCP connection never answers; where packets come from is seen when they come.
pub(crate) fn admitted(sdp: &str, codecs: &mut Codecs) -> Result<String, SdpRefused> {
    if sdp.len() > SDP_LEN_MAX {
        return Err(SdpRefused::TooLong { len: sdp.len() });
    }
    let counted = Counted::of(sdp);
    if counted.lines > LINES_MAX {
        return Err(SdpRefused::TooManyLines { lines: counted.lines });
    }
    if counted.tracks > TRACKS_MAX {
        return Err(SdpRefused::TooManyTracks { tracks: counted.tracks });
    }
    check_sizes(sdp)?;
    for line in sdp.lines() {
        codecs.take(line)?;
    }
    Ok(without_candidates(sdp))
}

/// The client's credentials of ICE: of the whole, or of its first line, as all lines are one connection.
pub(crate) fn credentials(sdp: &str) -> Option<IceCreds> {
    let attribute = |name| sdp.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
    Some(IceCreds { ufrag: attribute("a=ice-ufrag:")?, pass: attribute("a=ice-pwd:")? })
}

fn without_candidates(sdp: &str) -> String {
    sdp.split_inclusive('\n').filter(|line| !line.starts_with("a=candidate:")).collect()
}

/// Media lines, and those of them that send: a line sends and receives unless it says otherwise (RFC 8866, 6.7).
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    lines: usize,
    tracks: usize,
}

impl Counted {
    fn of(sdp: &str) -> Self {
        let mut counted = Self::default();
        let (mut sends, mut is_decided) = (false, false);
        for line in sdp.lines() {
            if let Some(media) = line.strip_prefix("m=") {
                counted.tracks += usize::from(sends);
                counted.lines += 1;
                let mut words = media.split(' ');
                let is_track = matches!(words.next(), Some("audio" | "video"));
                sends = is_track && words.next() != Some("0");
                is_decided = false;
            } else if matches!(line.trim_end(), "a=sendrecv" | "a=sendonly" | "a=recvonly" | "a=inactive")
                && !is_decided
            {
                // The first one counts for who reads the description.
                sends &= matches!(line.trim_end(), "a=sendrecv" | "a=sendonly");
                is_decided = true;
            }
        }
        counted.tracks += usize::from(sends);
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn description(lines: &[&str]) -> String {
        lines.iter().map(|line| format!("{line}\r\n")).collect()
    }

    #[test]
    fn lines_that_send_are_tracks() {
        let sdp = description(&[
            "v=0",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "a=sendonly",
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "a=recvonly",
            "m=video 0 UDP/TLS/RTP/SAVPF 96",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "a=inactive",
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        ]);
        assert_eq!(Counted::of(&sdp), Counted { lines: 6, tracks: 2 });
    }

    #[test]
    fn each_limit_has_its_error() {
        let tracks = |count| description(&vec!["m=audio 9 UDP/TLS/RTP/SAVPF 111"; count]);
        let lines = |count| description(&vec!["m=audio 0 UDP/TLS/RTP/SAVPF 111"; count]);
        assert!(admitted(&tracks(TRACKS_MAX), &mut Codecs::default()).is_ok());
        assert_eq!(
            admitted(&tracks(TRACKS_MAX + 1), &mut Codecs::default()),
            Err(SdpRefused::TooManyTracks { tracks: TRACKS_MAX + 1 })
        );
        assert!(admitted(&lines(LINES_MAX), &mut Codecs::default()).is_ok());
        assert_eq!(
            admitted(&lines(LINES_MAX + 1), &mut Codecs::default()),
            Err(SdpRefused::TooManyLines { lines: LINES_MAX + 1 })
        );
        let long = "a".repeat(SDP_LEN_MAX + 1);
        assert_eq!(admitted(&long, &mut Codecs::default()), Err(SdpRefused::TooLong { len: SDP_LEN_MAX + 1 }));
    }

    #[test]
    fn a_payload_type_is_one_codec_for_as_long_as_there_is_a_connection() {
        let offer =
            |codec: &str| description(&["v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 96", &format!("a=rtpmap:96 {codec}")]);
        let mut codecs = Codecs::default();
        assert!(admitted(&offer("opus/48000/2"), &mut codecs).is_ok());
        assert!(admitted(&offer("OPUS/48000/2"), &mut codecs).is_ok());
        let refused = Err(SdpRefused::TwoCodecs { payload_type: 96 });
        assert_eq!(admitted(&offer("VP8/90000"), &mut codecs), refused);
        let both = offer("opus/48000/2") + &offer("VP8/90000");
        assert_eq!(admitted(&both, &mut Codecs::default()), refused);
    }

    #[test]
    fn codecs_that_no_connection_has_take_no_payload_type() {
        let firefox = description(&[
            "v=0",
            "m=audio 9 UDP/TLS/RTP/SAVPF 109 101",
            "a=rtpmap:101 telephone-event/8000",
            "m=video 9 UDP/TLS/RTP/SAVPF 100 101",
            "a=rtpmap:101 rtx/90000",
        ]);
        let mut codecs = Codecs::default();
        assert_eq!(admitted(&firefox, &mut codecs), Ok(firefox.clone()));
        assert_eq!(admitted(&firefox, &mut codecs), Ok(firefox));
    }

    #[test]
    fn what_would_take_long_to_read_is_not_read() {
        let types = |types: &str| description(&[&format!("m=audio 9 UDP/TLS/RTP/SAVPF {types}")]);
        let numbers = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
        assert!(admitted(&types(&numbers(PAYLOAD_TYPES_MAX)), &mut Codecs::default()).is_ok());
        for refused in [types(&numbers(PAYLOAD_TYPES_MAX + 1)), types("96 97 96")] {
            assert_eq!(admitted(&refused, &mut Codecs::default()), Err(SdpRefused::PayloadTypes));
        }
        let many = |line: &str, count: usize| types("96") + &description(&vec![line; count]);
        for (line, most) in [("a=x", ATTRIBUTES_MAX), ("a=ssrc:1 cname:x", SOURCE_LINES_MAX)] {
            assert!(admitted(&many(line, most), &mut Codecs::default()).is_ok());
            let refused = admitted(&many(line, most + 1), &mut Codecs::default());
            assert_eq!(refused, Err(SdpRefused::TooManyAttributes), "{line}");
        }
    }

    proptest! {
        #[test]
        fn candidates_go_and_all_else_stays(before in "([a-ln-z]=[a-z0-9 ]{0,12}\r\n){0,8}", after in "([a-ln-z]=[a-z0-9 ]{0,12}\r\n){0,8}") {
            let sdp = format!("{before}a=candidate:1 1 udp 2130706431 10.0.0.1 5000 typ host\r\n{after}");
            prop_assert_eq!(admitted(&sdp, &mut Codecs::default()), Ok(format!("{before}{after}")));
        }

        #[test]
        fn any_text_is_counted(sdp in "\\PC{0,400}") {
            let _ = admitted(&sdp, &mut Codecs::default());
        }
    }
}
