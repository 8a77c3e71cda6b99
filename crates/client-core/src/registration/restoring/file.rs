//! A backup's file on a new phone: its pieces are kept until they are imported, and looked through before anything is done with them.
//! Owns the table `restore_piece`.

use super::Opened;
use crate::backup::backup_error;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::this;
use client_api::{Answer, BACKUP_PIECE_LEN_MAX, BackupPlace, PieceOf, UserError};
use e2ee::archive::SegmentReader;
use e2ee::backup::{BackupError, BackupKey, FILE_HEAD, TAIL_SEARCH_LEN_MAX, open_head, read_tail};
use prost::Message as _;
use proto::content::ArchiveSegment;
use proto::limits::{BACKUP_FILE_LEN_MAX, BACKUP_SEGMENT_LEN_MAX};
use rusqlite::params;
use sha2::{Digest, Sha256};

impl Client {
    /// The next piece of a file.
    pub(crate) fn give_backup(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        piece: PieceOf,
        bytes: &[u8],
    ) -> Result<(), Halt> {
        let answer = if this::stage(cx.db)? != this::Stage::New || !super::pending(cx)?.is_empty() {
            Err(UserError::NotNow)
        } else {
            self.registration.opened = None;
            if piece == PieceOf::Beginning {
                forget(cx)?;
            }
            let place = len(cx)?;
            if bytes.len() > BACKUP_PIECE_LEN_MAX || place + bytes.len() as u64 > BACKUP_FILE_LEN_MAX {
                Err(UserError::FileTooLarge { max: BACKUP_FILE_LEN_MAX })
            } else if place == 0 && !bytes.iter().zip(FILE_HEAD).all(|(byte, expected)| byte == expected) {
                Err(UserError::BackupDamaged)
            } else {
                if !bytes.is_empty() {
                    cx.db
                        .prepare_cached("INSERT INTO restore_piece (place, bytes) VALUES (?1, ?2)")?
                        .execute(params![place, bytes])?;
                }
                Ok(Answer::Done)
            }
        };
        cx.answer(request, answer);
        Ok(())
    }
}

/// Nothing of a file is needed any more.
pub(crate) fn forget(cx: &Context<'_>) -> Result<(), Halt> {
    cx.db.prepare_cached("DELETE FROM restore_piece")?.execute([])?;
    Ok(())
}

fn len(cx: &Context<'_>) -> Result<u64, Halt> {
    let end = "SELECT place + length(bytes) FROM restore_piece ORDER BY place DESC LIMIT 1";
    let mut statement = cx.db.prepare_cached(end)?;
    let mut rows = statement.query([])?;
    Ok(match rows.next()? {
        Some(row) => row.get(0)?,
        None => 0,
    })
}

/// Bytes of the file, as far as they are there.
fn read(cx: &Context<'_>, from: u64, to: u64) -> Result<Vec<u8>, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT place, bytes FROM restore_piece
         WHERE place < ?2 AND place > ?1 - ?3 AND place + length(bytes) > ?1 ORDER BY place",
    )?;
    let from_signed = i64::try_from(from).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![from_signed, to, BACKUP_PIECE_LEN_MAX], |row| {
        Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    let mut read = Vec::new();
    for row in rows {
        let (place, bytes) = row?;
        let within = |at: u64| usize::try_from(at.saturating_sub(place)).unwrap_or(usize::MAX).min(bytes.len());
        read.extend_from_slice(bytes.get(within(from)..within(to)).unwrap_or_default());
    }
    Ok(read)
}

/// Opens the file, and looks through all of it: what was cut, changed or exchanged is refused as a whole.
pub(super) fn open(cx: &Context<'_>, key: BackupKey) -> Result<Result<Opened, UserError>, Halt> {
    let len = len(cx)?;
    let damaged = |error: BackupError| Ok(Err(backup_error(error)));
    if read(cx, 0, FILE_HEAD.len() as u64)? != FILE_HEAD {
        return damaged(BackupError::NotABackup);
    }
    let end = read(cx, len.saturating_sub(TAIL_SEARCH_LEN_MAX as u64), len)?;
    let tail = match read_tail(&end) {
        Ok(tail) => tail,
        Err(error) => return damaged(error),
    };
    let (outside, manifest) = match open_head(&key, tail.head) {
        Ok(opened) => opened,
        Err(error) => return damaged(error),
    };
    let mut at = FILE_HEAD.len() as u64;
    for segment in &manifest.segments {
        if segment.size > BACKUP_SEGMENT_LEN_MAX || !is_whole(&read(cx, at, at + segment.size)?, segment) {
            return damaged(BackupError::Cut);
        }
        at += segment.size;
    }
    if at + tail.len as u64 != len {
        return damaged(BackupError::Cut);
    }
    Ok(Ok(Opened { outside, manifest, key, place: BackupPlace::File }))
}

fn is_whole(bytes: &[u8], segment: &ArchiveSegment) -> bool {
    let Ok(key) = <[u8; 32]>::try_from(segment.key.as_slice()) else { return false };
    let mut reader = SegmentReader::new(&key);
    bytes.len() as u64 == segment.size
        && Sha256::digest(bytes).as_slice() == segment.sha256
        && reader.push(bytes).is_ok()
        && reader.finish().is_ok()
}

/// The bytes of a segment of the file that is being restored. What lies before them was imported, and goes.
pub(crate) fn segment_in_file(cx: &Context<'_>, place: u32) -> Result<Vec<u8>, Halt> {
    let mut statement = cx.db.prepare_cached("SELECT segment FROM import_segment WHERE place <= ?1 ORDER BY place")?;
    let rows = statement.query_map([place], |row| row.get::<_, Vec<u8>>(0))?;
    let (mut from, mut to) = (0, FILE_HEAD.len() as u64);
    for row in rows {
        let segment =
            ArchiveSegment::decode(row?.as_slice()).map_err(|_| Halt::Broken("a stored segment cannot be read"))?;
        (from, to) = (to, to.saturating_add(segment.size));
    }
    cx.db.prepare_cached("DELETE FROM restore_piece WHERE place + length(bytes) <= ?1")?.execute([from])?;
    read(cx, from, to)
}
