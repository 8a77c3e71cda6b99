//! The files of messages in OPFS, one folder a role, ciphertext only: sealed as they are taken, opened a piece at a time. Knows neither
//! messages nor why a file is wanted.

use super::lock::{error_name, promise};
use client_api::{FileId, Role};
use client_core::{Beside, HttpFailure, KeepIn, MediaId, MediaKey, MediaReport, MediaSource};
use client_driver::web::{Later, MediaStore};
use e2ee::media::{FileCipher, PLAIN_LEN, SEGMENT_LEN, sealed_place, segments, segments_of};
use js_sys::{ArrayBuffer, Function, IteratorNext, Promise, Uint8Array};
use sha2::{Digest, Sha256};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DedicatedWorkerGlobalScope, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemRemoveOptions, FileSystemSyncAccessHandle,
};

/// Files that are held open; browsers have a limit for all of a site.
const OPEN_MAX: usize = 8;
/// Files that the page gave and nobody has taken yet; the oldest are forgotten.
const GIVEN_MAX: usize = 64;
/// Segments that are sealed before others have their turn.
const SEGMENTS_A_STEP: u32 = 4;
/// Bytes that are hashed before others have their turn: whole segments.
const HASHED_A_STEP: u64 = 256 * 1024;
/// The most that the page reads at a time.
const READ_LEN_MAX: u64 = 4 * 1024 * 1024;
/// A tab that lost its lock closes its files, a moment later.
const TRIES_MAX: u32 = 50;
const TRY_AGAIN_MS: f64 = 100.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, wait_ms: f64) -> f64;
}

/// The files of a role.
#[derive(Clone)]
pub(super) struct MediaFiles {
    inner: Rc<Inner>,
}

struct Inner {
    folder: &'static str,
    given: RefCell<VecDeque<(FileId, Blob)>>,
    /// The one used last stands last.
    open: RefCell<VecDeque<(MediaId, Rc<Open>)>>,
    /// Whoever opens, deletes or wipes goes through here one after the other: a file can be held open only once.
    door: Turns,
    /// Whoever works on a file for longer, too, so that tasks of one file keep their order.
    busy: RefCell<Vec<(MediaId, Rc<Turns>)>>,
    /// Another tab has the files: nothing is opened here, and what is open is closed.
    paused: Cell<bool>,
}

/// Closes its file.
struct Open(FileSystemSyncAccessHandle);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// One after the other, in the order in which they came.
struct Turns {
    tail: RefCell<Promise>,
}

/// Lets the next one in when it is dropped.
struct Turn {
    over: Function,
    /// Whose turn it is: a line stays while somebody is in it, or is served.
    line: Option<Rc<Turns>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.line = None;
        // Resolving a promise does not throw.
        let _ = self.over.call0(&JsValue::UNDEFINED);
    }
}

impl Turns {
    fn new() -> Self {
        Self { tail: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)) }
    }

    /// Takes its place in the line at once, and waits in it.
    fn next(&self) -> impl Future<Output = Turn> + use<> {
        let (mine, over) = promise();
        let before = self.tail.replace(mine);
        async move {
            let turn = Turn { over, line: None };
            // None of them fails.
            let _ = JsFuture::from(before).await;
            turn
        }
    }
}

impl MediaFiles {
    pub(super) fn new(role: Role) -> Self {
        let folder = match role {
            Role::Phone => "media-phone",
            Role::Companion => "media-companion",
        };
        Self {
            inner: Rc::new(Inner {
                folder,
                given: RefCell::default(),
                open: RefCell::default(),
                door: Turns::new(),
                busy: RefCell::default(),
                paused: Cell::new(false),
            }),
        }
    }

    /// The page hands a file over.
    pub(super) fn give(&self, file: FileId, blob: Blob) {
        let mut given = self.inner.given.borrow_mut();
        if given.len() == GIVEN_MAX {
            given.pop_front();
        }
        given.push_back((file, blob));
    }

    /// Closes all files, also those at which somebody is at work: another tab wants them.
    pub(super) fn pause(&self) {
        self.inner.paused.set(true);
        self.inner.close_all();
    }

    /// This tab has them again.
    pub(super) fn resume(&self) {
        self.inner.paused.set(false);
    }

    /// Bytes of a file, opened; fewer at its end. `None` where it is not there, or damaged.
    pub(super) async fn opened(&self, source: &MediaSource, from: u64, len: u64) -> Option<Vec<u8>> {
        let to = from.saturating_add(len.min(READ_LEN_MAX)).min(source.size);
        if from >= to {
            return (from == to).then(Vec::new);
        }
        let cipher = FileCipher::new(&source.key.0, source.size);
        let file = self.inner.file(source.media, Missing::Fails).await.ok()?;
        let numbers = segments_of(&(from..to));
        let begin = u64::from(numbers.start) * PLAIN_LEN as u64;
        let mut plain = Vec::new();
        for number in numbers {
            let place = sealed_place(source.size, number)?;
            let sealed = read(&file.0, place.start, place.end - place.start)?;
            plain.extend(cipher.open(number, &sealed).ok()?);
        }
        let (from, to) = (usize::try_from(from - begin).ok()?, usize::try_from(to - begin).ok()?);
        plain.truncate(to);
        plain.drain(..from.min(plain.len()));
        Some(plain)
    }
}

impl MediaStore for MediaFiles {
    fn keep(&self, media: MediaId, file: FileId, key: MediaKey, size: u64) -> Later<MediaReport> {
        let inner = self.inner.clone();
        let turn = inner.turn(media);
        Box::pin(async move {
            let _turn = turn.await;
            let given = {
                let mut given = inner.given.borrow_mut();
                let at = given.iter().position(|(id, _)| *id == file);
                at.and_then(|at| given.remove(at))
            };
            match given {
                Some((_, blob)) if blob.size() == size as f64 => {
                    let sealed = inner.seal(media, &blob, &key, size).await;
                    if sealed.is_err() {
                        // The room goes back to whoever has to note that there was none.
                        inner.remove(media).await;
                    }
                    sealed.unwrap_or_else(|trouble| trouble)
                }
                _ => MediaReport::Unreadable,
            }
        })
    }

    fn read(&self, media: MediaId, from: u64, len: u64) -> Later<Result<Vec<u8>, HttpFailure>> {
        let inner = self.inner.clone();
        Box::pin(async move {
            let file = inner.file(media, Missing::Fails).await.map_err(|_| HttpFailure::NoFile)?;
            read(&file.0, from, len).ok_or(HttpFailure::NoFile)
        })
    }

    fn write(&self, keep_in: KeepIn, bytes: Vec<u8>) -> Later<Result<(), HttpFailure>> {
        let inner = self.inner.clone();
        Box::pin(async move {
            let KeepIn { media, from, beside, .. } = keep_in;
            let is_new = from == 0 || beside == Beside::Gaps;
            let missing = if is_new { Missing::IsMade } else { Missing::Fails };
            let file = match inner.file(media, missing).await {
                Ok(file) => file,
                Err(_) if is_new => return Err(HttpFailure::StorageFull),
                Err(_) => return Err(HttpFailure::NoFile),
            };
            // A hole would be read as zeros, where nobody knows of it.
            if beside == Beside::AllBefore && !file.0.get_size().is_ok_and(|size| size >= from as f64) {
                return Err(HttpFailure::NoFile);
            }
            if write(&file.0, from, &bytes).is_err() {
                // The room goes back to whoever has to note that there was none.
                let _ = file.0.truncate_with_f64(from as f64);
                return Err(HttpFailure::StorageFull);
            }
            let end = from as f64 + bytes.len() as f64;
            let cut = if beside == Beside::AllBefore { file.0.truncate_with_f64(end) } else { Ok(()) };
            cut.and_then(|()| file.0.flush()).map_err(|_| HttpFailure::StorageFull)
        })
    }

    fn check(&self, media: MediaId, opens: Option<(MediaKey, u64)>) -> Later<MediaReport> {
        let inner = self.inner.clone();
        let turn = inner.turn(media);
        Box::pin(async move {
            let _turn = turn.await;
            inner.hash(media, opens).await.unwrap_or_else(|error| match error_name(&error).as_deref() {
                Some("NotFoundError") => MediaReport::Missing,
                _ => MediaReport::Failed,
            })
        })
    }

    fn remove(&self, media: MediaId) -> Later<()> {
        let inner = self.inner.clone();
        let turn = inner.turn(media);
        Box::pin(async move {
            let _turn = turn.await;
            inner.remove(media).await;
        })
    }

    fn sweep(&self, known: Vec<MediaId>) -> Later<()> {
        let inner = self.inner.clone();
        // Whatever is made later comes behind it.
        let door = inner.door.next();
        Box::pin(async move {
            let _door = door.await;
            if let Err(error) = inner.sweep(&known).await {
                web_sys::console::warn_1(&JsValue::from_str(&format!("old files of messages are left: {error:?}")));
            }
        })
    }

    fn wipe(&self) -> Later<()> {
        let inner = self.inner.clone();
        let door = inner.door.next();
        Box::pin(async move {
            let _door = door.await;
            inner.given.borrow_mut().clear();
            inner.close_all();
            let options = FileSystemRemoveOptions::new();
            options.set_recursive(true);
            if let Ok(root) = root().await
                && let Err(error) = JsFuture::from(root.remove_entry_with_options(inner.folder, &options)).await
                && error_name(&error).as_deref() != Some("NotFoundError")
            {
                web_sys::console::error_1(&JsValue::from_str(&format!("files of messages are left: {error:?}")));
            }
        })
    }
}

/// What is done where there is no such file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    IsMade,
    Fails,
}

impl Inner {
    /// A place in the line of those who work on this file.
    fn turn(&self, media: MediaId) -> impl Future<Output = Turn> + use<> {
        let mut busy = self.busy.borrow_mut();
        // Nobody else holds the line of a file at which nobody works.
        busy.retain(|(_, turns)| Rc::strong_count(turns) > 1);
        let found = busy.iter().find(|(id, _)| *id == media).map(|(_, turns)| turns.clone());
        let turns = found.unwrap_or_else(|| {
            let turns = Rc::new(Turns::new());
            busy.push((media, turns.clone()));
            turns
        });
        let turn = turns.next();
        async move {
            let mut turn = turn.await;
            turn.line = Some(turns);
            turn
        }
    }

    async fn folder(&self) -> Result<FileSystemDirectoryHandle, JsValue> {
        let options = FileSystemGetDirectoryOptions::new();
        options.set_create(true);
        let folder = root().await?.get_directory_handle_with_options(self.folder, &options);
        Ok(JsFuture::from(folder).await?.unchecked_into())
    }

    async fn file(&self, media: MediaId, missing: Missing) -> Result<Rc<Open>, JsValue> {
        let _door = self.door.next().await;
        self.is_here()?;
        if let Some(file) = self.held(media) {
            return Ok(file);
        }
        let options = FileSystemGetFileOptions::new();
        options.set_create(missing == Missing::IsMade);
        let handle = self.folder().await?.get_file_handle_with_options(&name(media), &options);
        let handle: FileSystemFileHandle = JsFuture::from(handle).await?.unchecked_into();
        let mut tries = 0;
        let open = loop {
            match JsFuture::from(handle.create_sync_access_handle()).await {
                Ok(open) => break open.unchecked_into(),
                Err(error)
                    if tries < TRIES_MAX && error_name(&error).as_deref() == Some("NoModificationAllowedError") =>
                {
                    tries += 1;
                    wait(TRY_AGAIN_MS).await;
                }
                Err(error) => return Err(error),
            }
        };
        let file = Rc::new(Open(open));
        // Dropped, and so closed, where another tab has come meanwhile.
        self.is_here()?;
        let mut held = self.open.borrow_mut();
        if held.len() >= OPEN_MAX
            && let Some(idle) = held.iter().position(|(_, file)| Rc::strong_count(file) == 1)
        {
            held.remove(idle);
        }
        held.push_back((media, file.clone()));
        Ok(file)
    }

    fn is_here(&self) -> Result<(), JsValue> {
        if self.paused.get() { Err("another tab has the files".into()) } else { Ok(()) }
    }

    fn held(&self, media: MediaId) -> Option<Rc<Open>> {
        let mut held = self.open.borrow_mut();
        let at = held.iter().position(|(id, _)| *id == media)?;
        let used = held.remove(at)?;
        let file = used.1.clone();
        held.push_back(used);
        Some(file)
    }

    /// Also those that somebody is reading: for them the file is gone.
    fn close_all(&self) {
        for (_, file) in self.open.borrow_mut().drain(..) {
            file.0.close();
        }
    }

    async fn remove(&self, media: MediaId) {
        let _door = self.door.next().await;
        let at = self.open.borrow().iter().position(|(id, _)| *id == media);
        if let Some((_, file)) = at.and_then(|at| self.open.borrow_mut().remove(at)) {
            file.0.close();
        }
        if let Ok(folder) = self.folder().await {
            // One that is not there is gone already.
            let _ = JsFuture::from(folder.remove_entry(&name(media))).await;
        }
    }

    async fn sweep(&self, known: &[MediaId]) -> Result<(), JsValue> {
        let (folder, known) = (self.folder().await?, known.iter().map(|media| name(*media)).collect::<Vec<_>>());
        let (names, mut unknown) = (folder.keys(), Vec::new());
        loop {
            let next: IteratorNext = JsFuture::from(names.next()?).await?.unchecked_into();
            if next.done() {
                break;
            }
            let found = next.value().as_string().unwrap_or_default();
            if known.binary_search(&found).is_err() {
                unknown.push(found);
            }
        }
        for found in unknown {
            JsFuture::from(folder.remove_entry(&found)).await?;
        }
        Ok(())
    }

    async fn seal(&self, media: MediaId, blob: &Blob, key: &MediaKey, size: u64) -> Result<MediaReport, MediaReport> {
        let file = self.file(media, Missing::IsMade).await.map_err(|error| not_kept(&error))?;
        file.0.truncate_with_u32(0).map_err(|error| not_kept(&error))?;
        let (cipher, mut hash, mut sealed_size) = (FileCipher::new(&key.0, size), Sha256::new(), 0);
        let all = u32::try_from(segments(size)).map_err(|_| MediaReport::Unreadable)?;
        let mut number = 0;
        while number < all {
            let (from, to) = (plain_place(number), plain_place(all.min(number + SEGMENTS_A_STEP)).min(size));
            // Comes back when others have had their turn.
            let step = slice(blob, from, to).await.ok_or(MediaReport::Unreadable)?;
            // An empty file has one segment, which is empty.
            let mut pieces: Vec<&[u8]> = step.chunks(PLAIN_LEN).collect();
            if pieces.is_empty() {
                pieces.push(&[]);
            }
            for piece in pieces {
                let sealed = cipher.seal(number, piece).map_err(|_| MediaReport::Unreadable)?;
                write(&file.0, sealed_size, &sealed)?;
                hash.update(&sealed);
                sealed_size += sealed.len() as u64;
                number += 1;
            }
        }
        file.0.flush().map_err(|error| not_kept(&error))?;
        Ok(MediaReport::Kept { sealed_size, sha256: hash.finalize().into() })
    }

    async fn hash(&self, media: MediaId, opens: Option<(MediaKey, u64)>) -> Result<MediaReport, JsValue> {
        let file = self.file(media, Missing::Fails).await?;
        // Sizes of files are whole numbers.
        let sealed_size = file.0.get_size()? as u64;
        let cipher = opens.map(|(key, size)| FileCipher::new(&key.0, size));
        let (mut hash, mut from) = (Sha256::new(), 0);
        while from < sealed_size {
            let len = HASHED_A_STEP.min(sealed_size - from);
            let bytes = read(&file.0, from, len).ok_or("a piece of a file cannot be read")?;
            let first = from / SEGMENT_LEN as u64;
            let segments = (first..).zip(bytes.chunks(SEGMENT_LEN));
            let opens = |cipher: &FileCipher| {
                let mut segments = segments.map(|(number, segment)| (u32::try_from(number), segment));
                segments.all(|(number, segment)| number.is_ok_and(|number| cipher.open(number, segment).is_ok()))
            };
            if cipher.as_ref().is_some_and(|cipher| !opens(cipher)) {
                return Ok(MediaReport::Missing);
            }
            hash.update(&bytes);
            from += len;
            wait(0.0).await;
        }
        Ok(MediaReport::Checked { sealed_size, sha256: hash.finalize().into() })
    }
}

fn plain_place(segment: u32) -> u64 {
    u64::from(segment) * PLAIN_LEN as u64
}

async fn slice(blob: &Blob, from: u64, to: u64) -> Option<Vec<u8>> {
    let piece = blob.slice_with_f64_and_f64(from as f64, to as f64).ok()?;
    let bytes: ArrayBuffer = JsFuture::from(piece.array_buffer()).await.ok()?.dyn_into().ok()?;
    // A file that was changed or is gone gives an error, or less.
    (u64::from(bytes.byte_length()) == to - from).then(|| Uint8Array::new(&bytes).to_vec())
}

fn read(file: &FileSystemSyncAccessHandle, from: u64, len: u64) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(len).ok()?];
    let read = file.read_with_u8_array_and_options(&mut bytes, &at(from)).ok()?;
    (read == len as f64).then_some(bytes)
}

/// A browser at its quota says so, or writes less.
fn write(file: &FileSystemSyncAccessHandle, from: u64, bytes: &[u8]) -> Result<(), MediaReport> {
    let written = file.write_with_u8_array_and_options(bytes, &at(from)).map_err(|error| not_kept(&error))?;
    if written == bytes.len() as f64 { Ok(()) } else { Err(MediaReport::StorageFull) }
}

fn at(from: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(from as f64);
    options
}

/// Why a file was not kept. What fails of the store, and not of what was chosen, mostly fails for want of room.
fn not_kept(error: &JsValue) -> MediaReport {
    web_sys::console::warn_1(&JsValue::from_str(&format!("a file was not kept: {error:?}")));
    MediaReport::StorageFull
}

fn name(media: MediaId) -> String {
    media.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn root() -> Result<FileSystemDirectoryHandle, JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(JsFuture::from(scope.navigator().storage().get_directory()).await?.unchecked_into())
}

async fn wait(ms: f64) {
    let waited = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, ms);
    });
    // A timer does not fail.
    let _ = JsFuture::from(waited).await;
}
