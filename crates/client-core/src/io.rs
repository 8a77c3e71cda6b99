//! What goes into the core and what comes out: the whole seam between it and a driver.

use client_api::{AccountId, ChatId, Event, FileId, Previews, Request};

/// The time of an input, given by the driver.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Unix milliseconds.
    pub now_ms: u64,
}

/// Names an HTTP request within one run; its answer carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpId(pub u64);

/// What happens to a client.
#[derive(Debug)]
pub enum Input {
    /// Once, first.
    Start,
    /// From the interface.
    Command(Request),
    /// The WebSocket that `Output::Connect` asked for is open.
    SocketOpened,
    /// It closed, could not be opened, or the server is not heard on it any more (the driver keeps watch).
    SocketClosed,
    /// A binary message from it.
    Frame(Vec<u8>),
    /// The answer to an `Output::Http`.
    Http(HttpId, Result<HttpResponse, HttpFailure>),
    /// What came of an `Output::Media`.
    Media(MediaId, MediaReport),
    /// The time asked for by `Output::WakeAt` has come (an early or a needless one does no harm).
    Wake,
}

/// What the driver does after the transaction is committed, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// For the interface.
    Event(Event),
    /// Open the WebSocket, `/v1/socket`.
    Connect,
    /// Close it; no `SocketClosed` follows.
    Disconnect,
    /// The network may have changed: see within seconds whether the server is heard on it. `SocketClosed` follows where it is not.
    CheckSocket,
    /// A binary message for it.
    Send(Vec<u8>),
    /// An HTTP request to the server.
    Http(HttpRequest),
    /// Something to do with a file in the store of files, which the driver keeps beside the database; `Input::Media` follows, but for a drop.
    Media(MediaTask),
    /// What the service worker of this browser may know while no page is open. Only browsers have one.
    Push(PushTask),
    /// Give `Input::Wake` at this Unix time in milliseconds; replaces an earlier wish.
    WakeAt(u64),
    /// Delete the database and start again with an empty one and `Input::Start`. The interface was told before.
    Wipe,
}

/// What the driver keeps where the service worker finds it, and where nothing else is: it cannot open the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushTask {
    /// All of this, in place of what was there.
    Keep {
        /// What notifications may show.
        previews: Previews,
        /// Every chat.
        chats: Vec<PushChat>,
    },
    /// These chats, in place of what was there of them.
    Change(Vec<PushChat>),
    /// Nothing any more, keys above all.
    Forget,
}

/// What the service worker may know of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushChat {
    /// Which.
    pub chat: ChatId,
    /// As the chat list has it.
    pub title: String,
    /// 0: not; `u64::MAX`: always.
    pub muted_until_ms: u64,
    /// The other one is blocked: nothing of what they say is shown, nor that they call.
    pub blocked: bool,
    /// Keys of previews (`e2ee::preview`), newest first.
    pub keys: Vec<PushKey>,
    /// Who may be shown to have written there, never oneself; with names in a group of many.
    pub people: Vec<(AccountId, String)>,
}

/// A key of previews. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct PushKey(pub [u8; 32]);

impl std::fmt::Debug for PushKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushKey")
    }
}

/// Names a file in this device's store, which holds ciphertext only: 16 random bytes, on no other device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaId(pub [u8; 16]);

/// What the driver does with a file. It decides nothing, and keeps no key longer than it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaTask {
    /// Seals a file that the interface has given (`e2ee::media`) into the store, flushed, over whatever is there under this name.
    /// Report: `Kept`, `Unreadable` or `StorageFull`.
    Keep {
        /// Its name in the store.
        media: MediaId,
        /// The interface's file.
        file: FileId,
        /// To seal it with.
        key: MediaKey,
        /// How many bytes it shall have; one that has not is `Unreadable`.
        size: u64,
    },
    /// Reads it through. Report: `Checked`, `Missing`, or `Failed`.
    Check {
        /// Its name in the store.
        media: MediaId,
        /// Opens each segment, too, of a file of so many bytes; a file that does not open is `Missing`.
        opens: Option<(MediaKey, u64)>,
    },
    /// Deletes it. No report follows.
    Drop {
        /// Its name in the store.
        media: MediaId,
    },
    /// Deletes all that an earlier run left behind and that is not among these. No report follows.
    Sweep {
        /// What is known, in order.
        known: Vec<MediaId>,
    },
}

/// What came of a `MediaTask`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaReport {
    /// It is in the store.
    Kept {
        /// Bytes of ciphertext.
        sealed_size: u64,
        /// SHA-256 of the ciphertext.
        sha256: [u8; 32],
    },
    /// As it is in the store.
    Checked {
        /// Bytes of ciphertext.
        sealed_size: u64,
        /// SHA-256 of the ciphertext.
        sha256: [u8; 32],
    },
    /// The interface's file is gone, was changed, or never came.
    Unreadable,
    /// No room.
    StorageFull,
    /// The store does not have it.
    Missing,
    /// It could not be read now, and may be there: too many files are open, or another tab has it.
    Failed,
}

/// The key of one file. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaKey(pub [u8; 32]);

impl std::fmt::Debug for MediaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MediaKey")
    }
}

/// Where an answer is kept, flushed: in a file of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepIn {
    /// The file.
    pub media: MediaId,
    /// Its first byte there.
    pub from: u64,
    /// The most that is written. A longer answer is none: nothing of it is written.
    pub len_max: u64,
    /// What may stand around it.
    pub beside: Beside,
}

/// What stands around a piece that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// All that comes before it is there; what is behind it is no longer part of the file.
    AllBefore,
    /// Before it may be a gap, which is filled later, and what is behind it stays. The file may be new.
    Gaps,
}

/// The body of a request.
#[derive(Clone, PartialEq, Eq)]
pub enum HttpBody {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A piece of a file in the store. A piece that is not there: `HttpFailure::NoFile`.
    Stored {
        /// The file.
        media: MediaId,
        /// Its first byte.
        from: u64,
        /// How many.
        len: u64,
    },
}

/// Methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH, for uploads (tus).
    Patch,
    /// HEAD, for uploads (tus).
    Head,
    /// DELETE
    Delete,
}

impl HttpMethod {
    /// As it stands in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Head => "HEAD",
            Self::Delete => "DELETE",
        }
    }
}

/// A request; its path begins with `/`. `Debug` shows neither body nor token.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Given back with the answer.
    pub id: HttpId,
    /// The method.
    pub method: HttpMethod,
    /// Without the origin; holds no secret.
    pub path: String,
    /// Header names and values beside `Authorization` and `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// Goes as `Authorization: Bearer`, in base64url without padding.
    pub bearer: Option<Vec<u8>>,
    /// The body.
    pub body: HttpBody,
    /// Where a body that comes with a status of 2xx goes instead of into the answer.
    pub keep_in: Option<KeepIn>,
    /// Give up after this long.
    pub timeout_ms: u32,
}

impl HttpBody {
    /// Bytes that leave for the network.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stored { len, .. } => *len,
        }
    }

    /// Nothing leaves.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it holds itself; none of a piece of a file.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Stored { .. } => &[],
        }
    }
}

impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} ({} bytes)", self.method, self.path, self.body.len())
    }
}

/// An answer, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// 200 to 599.
    pub status: u16,
    /// Lower-case names. Only `location`, `upload-offset`, `content-range` and `retry-after` need be given.
    pub headers: Vec<(String, String)>,
    /// The body; empty where it was kept.
    pub body: Vec<u8>,
    /// How many bytes went into the store.
    pub kept: u64,
}

impl std::fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpFailure {
    /// No connection, or the time was over, or what came is none. Whether the request arrived is unknown.
    Network,
    /// The answer was to be kept in the store of files, which has no room.
    StorageFull,
    /// The store of files does not have the file, or not that far.
    NoFile,
    /// More came than was to be kept: it is not what was asked for.
    TooLong,
}

/// The core met something that it does not know and must not go on: the driver rolls the transaction back, drops the
/// client, shows `AppStage::Halted` and, if storage may work again, starts anew.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] rusqlite::Error),
    /// The database was made by a newer version of the program.
    #[error("the database has schema {found}, this version knows {known}")]
    NewerDatabase {
        /// In the database.
        found: u32,
        /// The newest one known.
        known: u32,
    },
    /// MLS state cannot be read or written.
    #[error("the encryption state failed: {0}")]
    Encryption(String),
    /// A rule of the program itself is broken.
    #[error("a rule is broken: {0}")]
    Broken(&'static str),
}
