//! Limits that both sides must know, in one place. Sizes are bytes, counts are counts.

/// A frame of the WebSocket, either direction.
pub const FRAME_LEN_MAX: usize = 4 * 1024 * 1024;
/// The ciphertext of one application message.
pub const APP_LEN_MAX: usize = 256 * 1024;
/// A text message, UTF-8.
pub const TEXT_LEN_MAX: usize = 65_536;
/// A display name, contact name or device name, in characters.
pub const NAME_CHARS_MAX: usize = 64;
/// An "about" text, in characters.
pub const ABOUT_CHARS_MAX: usize = 140;
/// A profile photo, JPEG.
pub const PHOTO_LEN_MAX: usize = 64 * 1024;
/// A small profile photo for lists, JPEG.
pub const THUMB_LEN_MAX: usize = 8 * 1024;
/// A group's description, UTF-8.
pub const DESCRIPTION_LEN_MAX: usize = 2_048;
/// A sealed profile on the server.
pub const PROFILE_SEALED_LEN_MAX: usize = 96 * 1024;
/// Companions beside the phone.
pub const COMPANIONS_MAX: usize = 8;
/// The version of a device list: clients and databases count no further.
pub const LIST_VERSION_MAX: u64 = (1 << 60) - 1;
/// Commits in one batch.
pub const COMMIT_BATCH_LEN_MAX: usize = 64;
/// Entries of one log page.
pub const LOG_PAGE_LEN_MAX: u32 = 256;
/// Accounts in one lookup, device list or claim request.
pub const LOOKUP_LEN_MAX: usize = 64;
/// The rendezvous slot.
pub const LINK_SLOT_LEN_MAX: usize = 16 * 1024;
/// How long a rendezvous lives after its last put, in seconds.
pub const LINK_LIFETIME_S: u64 = 120;
/// How long a QR code is shown before the next, in seconds.
pub const QR_LIFETIME_S: u64 = 60;
/// Unacknowledged items that the server has under way to one device.
pub const IN_FLIGHT_ITEMS_MAX: usize = 1_024;
/// What goes with a message for the notification of devices that are away.
pub const PUSH_HINT_LEN_MAX: usize = 512;
/// Accounts that an application message is urgent for, where it names them.
pub const URGENT_FOR_MAX: usize = 64;
/// The address of a push subscription.
pub const PUSH_ENDPOINT_LEN_MAX: usize = 2_048;
/// Key packages that a device keeps on the server.
pub const KEY_PACKAGES_TARGET: usize = 100;
/// Below this many the server asks for more.
pub const KEY_PACKAGES_LOW: u32 = 40;
/// An HTTP body other than a blob's.
pub const HTTP_BODY_LEN_MAX: usize = 1024 * 1024;
/// One PATCH of a blob upload.
pub const BLOB_PATCH_LEN_MAX: usize = 8 * 1024 * 1024;
/// Wrong one-time codes before the code is void.
pub const CODE_TRIES_MAX: u32 = 5;
/// Wrong PINs before a wait.
pub const PIN_TRIES_MAX: u32 = 5;
/// The file of a message, before it is sealed.
pub const MEDIA_SIZE_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// The name of a file, UTF-8.
pub const MEDIA_NAME_LEN_MAX: usize = 255;
/// The type of a file, as in `Content-Type`.
pub const MEDIA_MIME_LEN_MAX: usize = 127;
/// The small picture of a file that is in its message.
pub const MEDIA_PREVIEW_LEN_MAX: usize = 4 * 1024;
/// Steps of a voice note's waveform.
pub const MEDIA_WAVEFORM_LEN_MAX: usize = 64;
/// A width or a height in pixels: nothing that shows pictures takes more.
pub const MEDIA_PIXELS_MAX: u32 = 65_535;
/// One piece of a file on its way to or from the server: a multiple of a sealed segment.
pub const MEDIA_PIECE_LEN: u64 = 4 * 1024 * 1024;
/// Photos and voice notes up to here come by themselves.
pub const MEDIA_AUTOMATIC_SIZE_MAX: u64 = 16 * 1024 * 1024;
/// The sealed head of a backup.
pub const BACKUP_HEAD_LEN_MAX: usize = 256 * 1024;
/// A segment of a backup.
pub const BACKUP_SEGMENT_LEN_MAX: u64 = 16 * 1024 * 1024;
/// A backup's file.
pub const BACKUP_FILE_LEN_MAX: u64 = 8 * 1024 * 1024 * 1024;
/// Segments of a backup.
pub const BACKUP_SEGMENTS_MAX: usize = 1_024;
/// Admins whom a link into a group names.
pub const JOIN_ADMINS_MAX: usize = 3;
/// The group's name in a link, UTF-8.
pub const JOIN_NAME_LEN_MAX: usize = 64;
/// The secret of a link.
pub const JOIN_SECRET_LEN: usize = 16;
