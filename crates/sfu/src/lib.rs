//! A selective forwarding unit for calls: rooms, participants, and everybody's media to everybody else, on `str0m`.
//!
//! Sans-IO: no socket, no clock, no thread. Packets, words of clients and the time go in; packets, words and the time to
//! wake come out of [`Sfu::poll`]. It knows neither accounts nor chats: the server says who is in which room, and only
//! after it has checked that. Media is encrypted by the clients end to end, and payloads are opaque here, but for the
//! bytes by which VP8 shows a key frame and counts its pictures.
//!
//! `docs/calls.md` tells how signalling, paths and forwarding work. One thing is not as deterministic as the rest: keys,
//! SSRCs and secrets of ICE are drawn by `str0m` from the system's randomness. No decision depends on them.
//!
//! Absent: TURN, key frames of other codecs than VP8 (their layers change at any packet).

mod allowance;
pub mod framing;
mod key_frames;
pub mod limits;
mod lines;
mod participant;
mod picture_ids;
mod published;
mod rate;
mod rebase;
mod routes;
mod says;
mod sdp;
mod sfu;
mod sharing;
mod speakers;

pub use participant::DescriptionRefused;
pub use routes::Transport;
pub use says::{ClientSays, Heard, Layer, LeftBecause, ParticipantId, RoomId, Sdp, ServerSays, Track, TrackKind};
pub use sdp::SdpRefused;
pub use sfu::{
    JoinError, Output, Packet, SayError, Sfu, SfuConfig, StartError, UnknownParticipant, Unrouted, Withheld,
};
