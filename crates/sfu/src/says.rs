//! What client and unit say to each other about a call. Plain data: the server brings it through a session's socket
//! in whatever form; who may say it is the server's matter.

use std::fmt;

/// A room: one call. The server chooses the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u64);

/// One device in one call. The server chooses the number, anew for each joining; it is unique in the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParticipantId(pub u64);

/// A session description (RFC 8866). Shows its length only: it holds addresses and secrets of ICE.
#[derive(Clone, PartialEq, Eq)]
pub struct Sdp(pub String);

impl fmt::Debug for Sdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sdp({} bytes)", self.0.len())
    }
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientSays {
    /// The first description, and one whenever the client's own tracks change. All candidates are ignored.
    Offer(Sdp),
    /// The answer to the unit's last offer.
    Answer(Sdp),
    /// How large the client shows a track: which layer of a simulcast it wants.
    Layer {
        /// The media line on this client's connection, as in [`Track::mid`].
        mid: String,
        /// The wish; if there are fewer layers, the nearest below.
        layer: Layer,
    },
}

/// Layers of a simulcast, by size of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Layer {
    /// The smallest.
    Low,
    /// The second.
    Middle,
    /// The largest.
    #[default]
    High,
}

impl Layer {
    /// From 0, the smallest.
    pub(crate) fn place(self) -> usize {
        match self {
            Self::Low => 0,
            Self::Middle => 1,
            Self::High => 2,
        }
    }
}

/// What the unit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerSays {
    /// The answer to the client's offer, with the unit's candidates: nothing trickles.
    Answer(Sdp),
    /// The tracks of others have changed. The client drops an offer of its own that was not answered, answers
    /// this one, and then offers again (perfect negotiation; the client is the polite one).
    Offer {
        /// The description.
        sdp: Sdp,
        /// All tracks that the client is sent from now on, by media line.
        tracks: Vec<Track>,
    },
}

/// Somebody else's track on a client's connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The media line on this client's connection.
    pub mid: String,
    /// Whose it is.
    pub origin: ParticipantId,
    /// The media line on the origin's own connection: its owner knows it by this name.
    pub origin_mid: String,
    /// Sound or picture.
    pub kind: TrackKind,
}

/// Sound or picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Pictures, of a camera or a screen.
    Video,
}

/// What became of a client's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was followed; an offer's answer is among the outputs.
    Followed,
    /// An offer while the unit's own was not answered, or an answer to none: the client settles it, as the polite side.
    Ignored,
}

/// Why a participant is gone without the server's asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftBecause {
    /// No connection for [`UNCONNECTED_MAX`](crate::limits::UNCONNECTED_MAX).
    Unconnected,
    /// The client closed its connection.
    Closed,
    /// The connection broke in a way that it does not recover from.
    Broken,
}
