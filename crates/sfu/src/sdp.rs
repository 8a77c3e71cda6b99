//! A client's description before it is believed: its size, its lines, its candidates. What it means is str0m's.

use crate::limits::{LINES_MAX, SDP_LEN_MAX, TRACKS_MAX};

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
}

/// The description without the client's candidates. They name addresses of its own network, and with them str0m waits
/// for checks that a client behind a TCP connection never answers; where packets come from is seen when they come.
pub(crate) fn admitted(sdp: &str) -> Result<String, SdpRefused> {
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
    Ok(without_candidates(sdp))
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
        assert!(admitted(&tracks(TRACKS_MAX)).is_ok());
        assert_eq!(admitted(&tracks(TRACKS_MAX + 1)), Err(SdpRefused::TooManyTracks { tracks: TRACKS_MAX + 1 }));
        assert!(admitted(&lines(LINES_MAX)).is_ok());
        assert_eq!(admitted(&lines(LINES_MAX + 1)), Err(SdpRefused::TooManyLines { lines: LINES_MAX + 1 }));
        let long = "a".repeat(SDP_LEN_MAX + 1);
        assert_eq!(admitted(&long), Err(SdpRefused::TooLong { len: SDP_LEN_MAX + 1 }));
    }

    proptest! {
        #[test]
        fn candidates_go_and_all_else_stays(before in "([a-ln-z]=[a-z0-9 ]{0,12}\r\n){0,8}", after in "([a-ln-z]=[a-z0-9 ]{0,12}\r\n){0,8}") {
            let sdp = format!("{before}a=candidate:1 1 udp 2130706431 10.0.0.1 5000 typ host\r\n{after}");
            prop_assert_eq!(admitted(&sdp), Ok(format!("{before}{after}")));
        }

        #[test]
        fn any_text_is_counted(sdp in "\\PC{0,400}") {
            let _ = admitted(&sdp);
        }
    }
}
