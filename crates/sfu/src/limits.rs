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
/// Packets of sound of one participant that are passed on, a second; and half of them at once. Browsers send 50 of each track.
pub const SOUND_PACKETS_MAX: u32 = 200;
/// The same of pictures: several times what camera and screen need.
pub const PICTURE_PACKETS_MAX: u32 = 2_000;
/// Bits of sound of one participant that are passed on, a second; and half of them at once. Sound goes before all pictures of a
/// receiver. Browsers send some 40,000 of a microphone, and 100,000 of a screen in stereo.
pub const SOUND_BITS_MAX: u64 = 192_000;
/// The same of pictures: several times what camera and screen need.
pub const PICTURE_BITS_MAX: u64 = 20_000_000;
/// Up to so many who have a microphone are all heard, whatever they claim.
pub const HEARD_ALL_MAX: usize = 3;
/// Where more have one, the loudest are heard: so many.
pub const SPEAKERS_MAX: usize = 3;
/// Who has not spoken for so long gives way to anybody who speaks; until then a pause is one between words.
pub const SPEAKER_RESTS_AFTER: Duration = Duration::from_secs(1);
/// Who begins to be heard is heard for so long at least while they speak, whoever is louder.
pub const SPEAKER_KEEPS: Duration = Duration::from_secs(1);
/// What a receiver is taken to get before anything is known, in bits a second: sound and the smallest pictures. More is tried
/// for at once.
pub(crate) const BITRATE_FIRST: u64 = 300_000;
/// Up to here more than pictures need is tried for, in bits a second, so that a camera that is turned on finds it.
pub(crate) const BITRATE_SOUGHT_MIN: u64 = 1_000_000;
/// How much of what a receiver can take larger layers may need: this many, of this many.
pub(crate) const RISE_WITHIN: (u64, u64) = (4, 5);
/// Where the estimate is enough for all wishes and not for [`RISE_WITHIN`], this part of them is tried for.
pub(crate) const SOUGHT_BEYOND_WISHED: (u64, u64) = (4, 3);
/// What is seen pauses where there is less than this part of what its smallest layer needs: this many, of this many.
pub(crate) const PAUSES_BELOW: (u64, u64) = (3, 4);
/// After a receiver was given less it is given no more for so long.
pub const RISES_PAUSE: Duration = Duration::from_secs(3);
/// How often it is looked at anew what a receiver's pictures need.
pub(crate) const SHARING_PAUSE: Duration = Duration::from_millis(500);
/// Packets of one line that are kept to be sent again when they are lost.
pub(crate) const REPAIRS_MAX: usize = 2_000;
/// For so long they are kept: what is lost for longer has been given up, and what lies in memory costs the way of every packet.
pub(crate) const REPAIRS_KEPT: Duration = Duration::from_secs(1);
/// What is sent again at most, as a part of what is sent.
pub(crate) const REPAIRS_SHARE: f32 = 0.15;
/// The shortest time until the next wake.
pub(crate) const WAKE_PAUSE: Duration = Duration::from_millis(1);
