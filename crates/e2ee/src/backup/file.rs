//! A backup in a file: a mark at its beginning, the segments one after the other, the head, and a tail that says how long that is. The
//! head is last since it names the segments: so a file is written in one go.

use super::BackupError;
use proto::limits::BACKUP_HEAD_LEN_MAX;

/// What a backup's file begins with.
pub const FILE_HEAD: &[u8; 16] = b"heliograph bkp 1";
const TAIL_MAGIC: &[u8; 8] = b"HGBK end";
/// Bytes behind the head.
pub const TAIL_LEN: usize = 4 + TAIL_MAGIC.len();
/// Of the end of a file so many bytes hold head and tail.
pub const TAIL_SEARCH_LEN_MAX: usize = BACKUP_HEAD_LEN_MAX + TAIL_LEN;

/// The end of a file, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail<'a> {
    /// The sealed head.
    pub head: &'a [u8],
    /// Bytes from the head's first to the end of the file.
    pub len: usize,
}

/// What a file ends with.
pub fn tail(head: &[u8]) -> Vec<u8> {
    let len = u32::try_from(head.len()).unwrap_or(u32::MAX);
    [head, &len.to_be_bytes(), TAIL_MAGIC].concat()
}

/// Reads the end of a file.
pub fn read_tail(end: &[u8]) -> Result<Tail<'_>, BackupError> {
    let rest = end.strip_suffix(TAIL_MAGIC).ok_or(BackupError::Cut)?;
    let (rest, len) = rest.split_last_chunk::<4>().ok_or(BackupError::Cut)?;
    let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| BackupError::Cut)?;
    let at = rest.len().checked_sub(len).ok_or(BackupError::Cut)?;
    let head = rest.get(at..).ok_or(BackupError::Cut)?;
    Ok(Tail { head, len: len + TAIL_LEN })
}
