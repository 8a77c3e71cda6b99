//! A disk that fails, and a clock that jumps (`clock.rs`), for tests of the server that is shipped. Loaded before the C library (`LD_PRELOAD`), it stands between a program and
//! the calls by which it writes to files: it remembers what they held before each write, until they are synced.
//!
//! `FAULTY_DISK_FOLDER` names the folder whose files are on this disk. `FAULTY_DISK_CONTROL` names another, in which a test says what goes
//! wrong, while it does:
//! - `dies`, with a number: at that sync from now on the power fails. All that was written and not synced is undone, and the process ends.
//! - `full`: there is no room; writes fail with `ENOSPC`.
//! - `slow`, with a number: each sync takes so many milliseconds longer.
//!
//! Everything that was not synced is lost, which is one of the things that a real disk may do; it may as well keep a part.

#![allow(unsafe_code, reason = "these functions are called by C, and call it")]

mod clock;

use libc::{c_int, c_void, off64_t, size_t, ssize_t};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::CStr;
use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

/// How the process ends when the power fails.
const POWER_FAILED: c_int = 86;

type Write = unsafe extern "C" fn(c_int, *const c_void, size_t) -> ssize_t;
type PositionedWrite = unsafe extern "C" fn(c_int, *const c_void, size_t, off64_t) -> ssize_t;
type Truncate = unsafe extern "C" fn(c_int, off64_t) -> c_int;
type Sync = unsafe extern "C" fn(c_int) -> c_int;

/// A file's device and number.
type FileId = (u64, u64);

/// What a file was before a write.
struct Before {
    at: off64_t,
    bytes: Vec<u8>,
    size: off64_t,
}

/// A file with writes that are not synced.
struct Unsynced {
    file: File,
    /// In the order of the writes.
    before: Vec<Before>,
}

static UNSYNCED: LazyLock<Mutex<HashMap<FileId, Unsynced>>> = LazyLock::new(Mutex::default);
static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| folder("FAULTY_DISK_FOLDER"));
static CONTROL: LazyLock<Option<PathBuf>> = LazyLock::new(|| folder("FAULTY_DISK_CONTROL"));

static WRITE: LazyLock<Write> = LazyLock::new(|| next(c"write"));
static WRITE_AT: LazyLock<PositionedWrite> = LazyLock::new(|| next(c"pwrite64"));
static TRUNCATE: LazyLock<Truncate> = LazyLock::new(|| next(c"ftruncate64"));
static SYNC: LazyLock<Sync> = LazyLock::new(|| next(c"fsync"));
static DATA_SYNC: LazyLock<Sync> = LazyLock::new(|| next(c"fdatasync"));

fn folder(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

/// The C library's function of a name that we took.
fn next<F: Copy>(name: &CStr) -> F {
    // SAFETY: the name is a C string; the C library has all five, with the types above; a pointer to a function is as large as `F`.
    unsafe {
        let found = libc::dlsym(libc::RTLD_NEXT, name.as_ptr());
        assert!(!found.is_null() && size_of::<F>() == size_of_val(&found), "{name:?} is not there");
        std::mem::transmute_copy(&found)
    }
}

/// The file, if it is on this disk, and its size.
fn on_disk(descriptor: c_int) -> Option<(FileId, off64_t)> {
    let folder = FOLDER.as_ref()?;
    let mut status = std::mem::MaybeUninit::<libc::stat64>::zeroed();
    // SAFETY: the place for the answer is large enough and is only read after the call has filled it.
    let status = unsafe {
        if libc::fstat64(descriptor, status.as_mut_ptr()) != 0 {
            return None;
        }
        status.assume_init()
    };
    let is_file = status.st_mode & libc::S_IFMT == libc::S_IFREG;
    let path = std::fs::read_link(format!("/proc/self/fd/{descriptor}")).ok().filter(|_| is_file)?;
    path.starts_with(folder).then_some(((status.st_dev, status.st_ino), status.st_size))
}

/// Keeps what stands where something is about to be written or cut off. `None` where it cannot be kept: nothing is done then.
fn remember(descriptor: c_int, at: off64_t, len: size_t) -> Option<()> {
    let Some((id, size)) = on_disk(descriptor) else { return Some(()) };
    let mut unsynced = UNSYNCED.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = match unsynced.entry(id) {
        Entry::Occupied(kept) => kept.into_mut(),
        Entry::Vacant(place) => {
            let path = format!("/proc/self/fd/{descriptor}");
            let file = File::options().read(true).write(true).open(path).ok()?;
            place.insert(Unsynced { file, before: Vec::new() })
        }
    };
    let mut bytes = vec![0; usize::try_from((size - at).max(0)).ok()?.min(len)];
    std::os::unix::fs::FileExt::read_exact_at(&kept.file, &mut bytes, u64::try_from(at).ok()?).ok()?;
    kept.before.push(Before { at, bytes, size });
    Some(())
}

/// A write that fails before it begins, or not.
fn may_write(descriptor: c_int, at: off64_t, len: size_t) -> bool {
    let is_full = CONTROL.as_ref().is_some_and(|control| control.join("full").exists());
    if is_full && on_disk(descriptor).is_some() {
        fail(libc::ENOSPC);
        return false;
    }
    let kept = remember(descriptor, at, len).is_some();
    if !kept {
        fail(libc::EIO);
    }
    kept
}

fn fail(error: c_int) {
    // SAFETY: the C library gives each thread a place for its error.
    unsafe { *libc::__errno_location() = error };
}

/// What a number in a file of a test's says, if it is there.
fn told(name: &str) -> Option<i64> {
    std::fs::read_to_string(CONTROL.as_ref()?.join(name)).ok()?.trim().parse().ok()
}

/// Takes its time, and counts down to the sync at which the power fails.
fn before_sync(descriptor: c_int) {
    if let Some(ms) = told("slow").and_then(|ms| u64::try_from(ms).ok())
        && on_disk(descriptor).is_some()
    {
        std::thread::sleep(std::time::Duration::from_millis(ms));
    }
    let Some(told) = CONTROL.as_ref().filter(|_| on_disk(descriptor).is_some()).map(|control| control.join("dies"))
    else {
        return;
    };
    // Held while files are changed: nobody else writes to them meanwhile.
    let unsynced = UNSYNCED.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(left) = std::fs::read_to_string(&told).ok().and_then(|left| left.trim().parse::<u32>().ok()) else {
        return;
    };
    if left > 1 {
        // Our own `write` is passed on the way; of a file outside of this disk it keeps nothing, so it does not wait for the lock.
        let _ = std::fs::write(&told, (left - 1).to_string());
        return;
    }
    let _ = std::fs::remove_file(&told);
    for file in unsynced.values() {
        let descriptor = file.file.as_raw_fd();
        for before in file.before.iter().rev() {
            // SAFETY: the descriptor is open, and the bytes are ours.
            unsafe {
                WRITE_AT(descriptor, before.bytes.as_ptr().cast(), before.bytes.len(), before.at);
                TRUNCATE(descriptor, before.size);
            }
        }
    }
    // SAFETY: ends the process at once, with nothing flushed.
    unsafe { libc::_exit(POWER_FAILED) }
}

/// What was written to this file is on the disk.
fn synced(descriptor: c_int) {
    if let Some((id, _)) = on_disk(descriptor) {
        UNSYNCED.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(descriptor: c_int, bytes: *const c_void, len: size_t) -> ssize_t {
    if FOLDER.is_some() {
        // SAFETY: asks for the place and changes nothing.
        let at = unsafe {
            let appends = libc::fcntl(descriptor, libc::F_GETFL) & libc::O_APPEND != 0;
            if appends {
                on_disk(descriptor).map_or(-1, |(_, size)| size)
            } else {
                libc::lseek64(descriptor, 0, libc::SEEK_CUR)
            }
        };
        // Pipes and sockets have no place.
        if at >= 0 && !may_write(descriptor, at, len) {
            return -1;
        }
    }
    // SAFETY: what the caller promised.
    unsafe { WRITE(descriptor, bytes, len) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(descriptor: c_int, bytes: *const c_void, len: size_t, at: off64_t) -> ssize_t {
    if !may_write(descriptor, at, len) {
        return -1;
    }
    // SAFETY: what the caller promised.
    unsafe { WRITE_AT(descriptor, bytes, len, at) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(descriptor: c_int, size: off64_t) -> c_int {
    if remember(descriptor, size, size_t::MAX).is_none() {
        fail(libc::EIO);
        return -1;
    }
    // SAFETY: what the caller promised.
    unsafe { TRUNCATE(descriptor, size) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate(descriptor: c_int, size: off64_t) -> c_int {
    // SAFETY: what the caller promised; both are one function where a file's size has 64 bits.
    unsafe { ftruncate64(descriptor, size) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(descriptor: c_int, bytes: *const c_void, len: size_t, at: off64_t) -> ssize_t {
    // SAFETY: what the caller promised; both are one function where a file's size has 64 bits.
    unsafe { pwrite64(descriptor, bytes, len, at) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(descriptor: c_int) -> c_int {
    before_sync(descriptor);
    // SAFETY: what the caller promised.
    let result = unsafe { SYNC(descriptor) };
    synced(descriptor);
    result
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(descriptor: c_int) -> c_int {
    before_sync(descriptor);
    // SAFETY: what the caller promised.
    let result = unsafe { DATA_SYNC(descriptor) };
    synced(descriptor);
    result
}
