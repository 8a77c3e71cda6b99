//! The store of files in a folder beside the database: ciphertext by name, one file each. Blocks; called where that is allowed. A file that
//! is taken in appears under its name when all of it is on the disk; nothing is ever whole in memory.

use client_core::{Beside, MediaId, MediaKey, MediaReport, MediaSource};
use e2ee::media::{FileCipher, PLAIN_LEN, SEGMENT_LEN, sealed_place, segments, segments_of};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What is not whole yet; left over where a process died, and deleted at the next start.
const TEMPORARY: &str = "tmp";

/// Why a file of a message cannot be given out.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Not a message with a file, or its file is not here, or not whole.
    #[error("this file is not here; download it first")]
    NotHere,
    /// What is on the disk is not what was kept.
    #[error("this file is damaged")]
    Damaged(#[from] e2ee::media::MediaError),
    /// Beyond the file's end.
    #[error("this part lies beyond the end of the file")]
    OutOfBounds,
    /// The disk.
    #[error("the file cannot be read or written")]
    Io(#[from] io::Error),
    /// The client ended.
    #[error(transparent)]
    Stopped(#[from] super::Stopped),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Files {
    folder: PathBuf,
    /// What an earlier run left, until it is swept.
    found: Mutex<BTreeSet<MediaId>>,
    /// Of a client whose database is in memory too: it goes with the process.
    passing: bool,
}

impl Files {
    pub(crate) fn open(folder: PathBuf, passing: bool) -> io::Result<Self> {
        super::folder::make_private_folder(&folder)?;
        let mut found = BTreeSet::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let mut media = [0; 16];
            if path.extension().is_some_and(|ending| ending == TEMPORARY) {
                fs::remove_file(path)?;
            } else if path
                .file_name()
                .is_some_and(|name| hex::decode_to_slice(name.as_encoded_bytes(), &mut media).is_ok())
            {
                found.insert(MediaId(media));
            }
        }
        Ok(Self { folder, found: Mutex::new(found), passing })
    }

    fn path(&self, media: MediaId) -> PathBuf {
        self.folder.join(hex::encode(media.0))
    }

    /// Seals a file into the store.
    pub(crate) fn keep(&self, media: MediaId, file: &Path, key: &MediaKey, size: u64) -> MediaReport {
        let temporary = self.path(media).with_extension(TEMPORARY);
        let report = match seal(file, &temporary, key, size) {
            Ok(report) => report,
            Err(Failed::Source) => MediaReport::Unreadable,
            Err(Failed::Store) => MediaReport::StorageFull,
        };
        let named = matches!(report, MediaReport::Kept { .. })
            && fs::rename(&temporary, self.path(media)).and_then(|()| self.flush()).is_ok();
        if named {
            return report;
        }
        let _ = fs::remove_file(&temporary);
        if matches!(report, MediaReport::Kept { .. }) { MediaReport::StorageFull } else { report }
    }

    /// A piece, all of it.
    pub(crate) fn read(&self, media: MediaId, from: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.path(media))?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = vec![0; usize::try_from(len).map_err(|_| ErrorKind::InvalidInput)?];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes a piece, flushed.
    pub(crate) fn write(&self, media: MediaId, (from, beside): (u64, Beside), bytes: &[u8]) -> io::Result<()> {
        let is_new = from == 0 || beside == Beside::Gaps;
        let mut file = match is_new {
            true => super::folder::private_file(&self.path(media))?,
            false => OpenOptions::new().write(true).open(self.path(media))?,
        };
        if beside == Beside::AllBefore && from > file.metadata()?.len() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        file.seek(SeekFrom::Start(from))?;
        if let Err(error) = file.write_all(bytes) {
            // The room goes back to whoever has to note that there was none.
            let _ = file.set_len(from);
            return Err(error);
        }
        if beside == Beside::AllBefore {
            // What an earlier try has left behind it is not part of it.
            file.set_len(from + bytes.len() as u64)?;
        }
        file.sync_all()?;
        if is_new { self.flush() } else { Ok(()) }
    }

    /// Reads a file through. What is taken in has its name only when it is whole: it need not be opened here.
    pub(crate) fn check(&self, media: MediaId) -> MediaReport {
        let read = || -> io::Result<MediaReport> {
            let (mut file, mut hash, mut sealed_size) = (File::open(self.path(media))?, Sha256::new(), 0);
            let mut piece = vec![0; SEGMENT_LEN];
            loop {
                let len = file.read(&mut piece)?;
                if len == 0 {
                    return Ok(MediaReport::Checked { sealed_size, sha256: hash.finalize().into() });
                }
                sealed_size += len as u64;
                hash.update(piece.get(..len).unwrap_or_default());
            }
        };
        read().unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => MediaReport::Missing,
            _ => MediaReport::Failed,
        })
    }

    pub(crate) fn remove(&self, media: MediaId) {
        if let Err(error) = fs::remove_file(self.path(media))
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "a file of a deleted message could not be deleted");
        }
    }

    /// Deletes what an earlier run left and nobody knows.
    pub(crate) fn sweep(&self, known: &[MediaId]) {
        let found = std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner));
        for media in found.into_iter().filter(|media| known.binary_search(media).is_err()) {
            self.remove(media);
        }
    }

    /// Deletes all; a folder that somebody else has put there stays.
    pub(crate) fn wipe(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Opens a part of a file: no more than the segments that hold it are read.
    pub(crate) fn open_range(&self, source: &MediaSource, range: &Range<u64>) -> Result<Vec<u8>, MediaError> {
        if range.start > range.end || range.end > source.size {
            return Err(MediaError::OutOfBounds);
        }
        let cipher = FileCipher::new(&source.key.0, source.size);
        let mut plain = Vec::new();
        let wanted = segments_of(range);
        for segment in wanted.clone() {
            let place = sealed_place(source.size, segment).ok_or(MediaError::OutOfBounds)?;
            let sealed = self.read(source.media, place.start, place.end - place.start)?;
            plain.extend(cipher.open(segment, &sealed)?);
        }
        let begin = u64::from(wanted.start) * PLAIN_LEN as u64;
        let place = |at: u64| usize::try_from(at - begin).unwrap_or(usize::MAX);
        Ok(plain.get(place(range.start)..place(range.end)).ok_or(MediaError::OutOfBounds)?.to_vec())
    }

    /// Writes a file out in the clear, segment by segment; where it fails nothing stays.
    pub(crate) fn save(&self, source: &MediaSource, to: &Path) -> Result<(), MediaError> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(to)?;
        let mut write = || -> Result<(), MediaError> {
            let step = PLAIN_LEN as u64;
            for segment in 0..segments(source.size) {
                let range = segment * step..((segment + 1) * step).min(source.size);
                file.write_all(&self.open_range(source, &range)?)?;
            }
            Ok(file.sync_all()?)
        };
        write().inspect_err(|_| drop(fs::remove_file(to)))
    }

    /// Makes names durable, where the system lets a folder be flushed.
    fn flush(&self) -> io::Result<()> {
        if cfg!(unix) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if self.passing {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Whose fault it is: the interface's file, or the store.
enum Failed {
    Source,
    Store,
}

fn seal(from: &Path, to: &Path, key: &MediaKey, size: u64) -> Result<MediaReport, Failed> {
    let mut source = File::open(from).map_err(|_| Failed::Source)?;
    let is_it = source.metadata().is_ok_and(|found| found.is_file() && found.len() == size);
    if !is_it {
        return Err(Failed::Source);
    }
    let mut store = super::folder::private_file(to).map_err(|_| Failed::Store)?;
    store.set_len(0).map_err(|_| Failed::Store)?;
    let (cipher, mut hash, mut sealed_size) = (FileCipher::new(&key.0, size), Sha256::new(), 0);
    let mut left = size;
    for segment in 0..segments(size) {
        let len = left.min(PLAIN_LEN as u64);
        let mut plain = vec![0; usize::try_from(len).map_err(|_| Failed::Source)?];
        source.read_exact(&mut plain).map_err(|_| Failed::Source)?;
        let segment = u32::try_from(segment).map_err(|_| Failed::Source)?;
        let sealed = cipher.seal(segment, &plain).map_err(|_| Failed::Source)?;
        hash.update(&sealed);
        sealed_size += sealed.len() as u64;
        store.write_all(&sealed).map_err(|_| Failed::Store)?;
        left -= len;
    }
    store.sync_all().map_err(|_| Failed::Store)?;
    Ok(MediaReport::Kept { sealed_size, sha256: hash.finalize().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: MediaId = MediaId([9; 16]);
    const KEY: MediaKey = MediaKey([4; 32]);

    fn store() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path().join("media"), false).expect("opens");
        (folder, files)
    }

    fn source(size: u64) -> MediaSource {
        let (mime, name) = (String::new(), String::new());
        MediaSource { media: MEDIA, key: KEY, size, mime, name, is_complete: true, held: Vec::new(), comes: false }
    }

    #[test]
    fn a_file_goes_in_and_out_and_any_part_of_it_is_read() {
        let (folder, files) = store();
        let plain: Vec<u8> = (0..3 * PLAIN_LEN + 5).map(|at| (at % 251) as u8).collect();
        let given = folder.path().join("given");
        fs::write(&given, &plain).expect("written");
        let size = plain.len() as u64;
        let MediaReport::Kept { sealed_size, sha256 } = files.keep(MEDIA, &given, &KEY, size) else { panic!("kept") };
        assert_eq!(sealed_size, e2ee::media::sealed_size(size));
        assert_eq!(files.check(MEDIA), MediaReport::Checked { sealed_size, sha256 });
        for range in [0..1, 0..size, size..size, 65_519..65_521, size - 1..size] {
            let opened = files.open_range(&source(size), &range).expect("opens");
            assert_eq!(opened, plain[range.start as usize..range.end as usize], "{range:?}");
        }
        assert!(files.open_range(&source(size), &(size - 1..size + 1)).is_err());
        let saved = folder.path().join("saved");
        files.save(&source(size), &saved).expect("saved");
        assert_eq!(fs::read(&saved).expect("read"), plain);
        assert!(files.save(&source(size), &saved).is_err(), "nothing is written over");
        files.remove(MEDIA);
        assert_eq!(files.check(MEDIA), MediaReport::Missing);
    }

    #[test]
    fn a_file_that_is_another_than_was_said_is_not_kept() {
        let (folder, files) = store();
        let given = folder.path().join("given");
        fs::write(&given, b"12345").expect("written");
        assert_eq!(files.keep(MEDIA, &given, &KEY, 6), MediaReport::Unreadable);
        assert_eq!(files.keep(MEDIA, &folder.path().join("nowhere"), &KEY, 5), MediaReport::Unreadable);
        assert_eq!(files.keep(MEDIA, folder.path(), &KEY, 5), MediaReport::Unreadable);
        assert_eq!(fs::read_dir(folder.path().join("media")).expect("read").count(), 0, "nothing stays of it");
    }

    #[test]
    fn what_an_earlier_run_left_and_nobody_knows_is_swept() {
        let (folder, files) = store();
        let (known, unknown, new) = (MediaId([1; 16]), MediaId([2; 16]), MediaId([3; 16]));
        for media in [known, unknown] {
            files.write(media, (0, Beside::AllBefore), b"abc").expect("written");
        }
        drop(files);
        let files = Files::open(folder.path().join("media"), false).expect("opens");
        files.write(new, (0, Beside::AllBefore), b"abc").expect("written");
        files.sweep(&[known]);
        let is_there = |media| files.check(media) != MediaReport::Missing;
        assert!(is_there(known) && is_there(new) && !is_there(unknown));
    }

    #[test]
    fn pieces_follow_one_another() {
        let (_folder, files) = store();
        assert!(files.write(MEDIA, (3, Beside::AllBefore), b"def").is_err(), "there is nothing before it");
        files.write(MEDIA, (0, Beside::AllBefore), b"abcXX").expect("written");
        files.write(MEDIA, (3, Beside::AllBefore), b"def").expect("written again from where it was known");
        assert_eq!(files.read(MEDIA, 0, 6).expect("read"), b"abcdef");
        assert!(files.read(MEDIA, 4, 3).is_err(), "beyond the end");
    }

    #[test]
    fn a_piece_out_of_its_turn_leaves_a_gap_and_what_stands_behind_it() {
        let (_folder, files) = store();
        files.write(MEDIA, (6, Beside::Gaps), b"ghi").expect("the end first");
        files.write(MEDIA, (0, Beside::Gaps), b"abc").expect("then the beginning");
        files.write(MEDIA, (3, Beside::Gaps), b"def").expect("then the gap");
        assert_eq!(files.read(MEDIA, 0, 9).expect("read"), b"abcdefghi");
    }
}
