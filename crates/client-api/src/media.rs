//! Photos, videos, voice notes and documents: files that messages carry. Their bytes never cross here: the interface names a file that it
//! hands to the driver beside the command, and reads what is on the device from the driver.

use serde::{Deserialize, Serialize};

/// A file that the interface gave to the driver, by a number of its own choosing: unique among what it gave since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u64);

/// How a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaKind {
    /// A picture, in place.
    Photo,
    /// A film, in place.
    Video,
    /// Music: with a name.
    Audio,
    /// What somebody said into a microphone: with a waveform.
    Voice,
    /// Anything: by name and size.
    Document,
}

/// What a file is, as its sender says. Bounds stand in `proto::limits`; what is beyond them is cut or refused by the core.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFacts {
    /// How it is shown.
    pub kind: MediaKind,
    /// E.g. "image/jpeg"; at most 127 bytes.
    pub mime: String,
    /// The file's name without folders, at most 255 bytes; may be empty but for documents.
    pub name: String,
    /// Bytes, at most 2 GiB.
    pub size: u64,
    /// Pixels; 0 where it has none or they are not known.
    pub width: u32,
    /// As `width`.
    pub height: u32,
    /// Of videos, audio and voice; 0 where it is not known.
    pub duration_ms: u32,
    /// A small JPEG of it, at most 4 KiB; empty: none.
    pub preview: Vec<u8>,
    /// Loudness from 0 to 255 in at most 64 steps, of voice.
    pub waveform: Vec<u8>,
}

/// The file of a message, as it stands on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is.
    pub facts: MediaFacts,
    /// Where it is.
    pub place: MediaPlace,
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaPlace {
    /// On this device, and at the server.
    Here,
    /// Own, and being taken in: it cannot be read yet.
    Keeping,
    /// On this device; on its way to the server, which has so many bytes.
    Uploading {
        /// Bytes.
        done: u64,
    },
    /// At the server: `Command::DownloadMedia` brings it.
    There,
    /// On its way here.
    Downloading {
        /// Bytes that are here.
        done: u64,
    },
    /// Nothing moves it: `DownloadMedia` (or `RetryMessage` for an own one) tries again.
    Stopped(MediaTrouble),
}

/// Why a file does not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaTrouble {
    /// The user stopped it.
    Cancelled,
    /// The server does not have it any more.
    Gone,
    /// What came is not what was sent: nothing of it is shown.
    Damaged,
    /// No room on this device.
    StorageFull,
    /// The server has no room for it, or for this account.
    ServerFull,
    /// Larger than the server takes.
    TooLarge,
    /// The file that was chosen cannot be read any more.
    Unreadable,
}
