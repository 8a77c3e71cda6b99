//! Limits of one [`Sfu`](crate::Sfu), each with a clear error at it. Sizes are bytes, counts are counts.

use std::time::Duration;

/// Rooms of one unit. A server has a unit per shard thread.
pub const ROOMS_MAX: usize = 1_024;
/// Participants of one room.
pub const PARTICIPANTS_MAX: usize = 32;
/// Tracks that one participant publishes: microphone, camera, screen and its sound.
pub const TRACKS_MAX: usize = 4;
/// Media lines of one description: all tracks of a full room, and as many that are not in use.
pub const LINES_MAX: usize = 2 * PARTICIPANTS_MAX * TRACKS_MAX;
/// A session description.
pub const SDP_LEN_MAX: usize = 1024 * 1024;
/// Attributes of one media line, and those before the first: a browser's have a hundred or two.
pub const ATTRIBUTES_MAX: usize = 400;
/// Lines of a description that speak of sources (`a=ssrc`): of each a few, and of each track two with its repairs.
pub const SOURCE_LINES_MAX: usize = 64;
/// Payload types of one media line.
pub const PAYLOAD_TYPES_MAX: usize = 128;
/// A datagram, and a packet in a frame of a TCP connection.
pub const PACKET_LEN_MAX: usize = 2_000;
/// Addresses that packets of one participant come from. The oldest goes.
pub const ADDRESSES_MAX: usize = 8;
/// Sources of RTP (SSRC) of one participant that are remembered.
pub(crate) const SOURCES_MAX: usize = 64;
/// A participant that was not connected for so long has left. ICE over TCP says "disconnected" long before it means it.
pub const UNCONNECTED_MAX: Duration = Duration::from_secs(15);
/// Between two requests for a key frame of one layer of one track. A wrong key makes every receiver ask for many.
pub const KEY_FRAME_PAUSE: Duration = Duration::from_secs(1);
/// Between two addresses that a participant with [`ADDRESSES_MAX`] is given: whoever invents addresses costs little.
pub const ADDRESS_PAUSE: Duration = Duration::from_secs(1);
/// The shortest time until the next wake.
pub(crate) const WAKE_PAUSE: Duration = Duration::from_millis(1);
