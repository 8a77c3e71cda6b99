//! A backup into a file: the interface asks for one piece after the other and writes them down.

use super::{add, archive_of, begin, head, key, may_change, typed_key};
use crate::client::{Client, Context};
use crate::history::export;
use crate::io::Halt;
use client_api::{Answer, BackupPiece, PieceOf, UserError};
use e2ee::backup::{BackupKey, FILE_HEAD, tail};
use proto::backup::Making;
use proto::limits::BACKUP_SEGMENTS_MAX;

impl Client {
    /// "The next piece."
    pub(crate) fn take_backup(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        piece: PieceOf,
        typed: &str,
    ) -> Result<(), Halt> {
        let answer = match piece {
            PieceOf::Beginning => self.begin_file(cx, typed)?,
            PieceOf::Rest => match self.backing.file.take() {
                Some((making, key)) => self.next_piece(cx, making, key)?,
                None => Err(UserError::NotNow),
            },
        };
        cx.answer(request, answer.map(Answer::BackupPiece));
        Ok(())
    }

    fn begin_file(&mut self, cx: &mut Context<'_>, typed: &str) -> Result<Result<BackupPiece, UserError>, Halt> {
        if let Some((making, _)) = self.backing.file.take() {
            export::forget(cx, archive_of(&making)?)?;
        }
        if let Err(error) = may_change(cx)? {
            return Ok(Err(error));
        }
        let key = if typed.is_empty() { key(cx.db)?.ok_or(UserError::BackupOff) } else { typed_key(typed) };
        Ok(key.map(|key| {
            self.backing.file = Some((begin(cx), key));
            BackupPiece { bytes: FILE_HEAD.to_vec(), last: false }
        }))
    }

    fn next_piece(
        &mut self,
        cx: &mut Context<'_>,
        mut making: Making,
        key: BackupKey,
    ) -> Result<Result<BackupPiece, UserError>, Halt> {
        if making.finished {
            export::forget(cx, archive_of(&making)?)?;
            let head = head(cx, &making, &key)?;
            return Ok(head
                .map(|head| BackupPiece { bytes: tail(&head), last: true })
                .map_err(|_| UserError::BackupTooLarge));
        }
        if making.segments.len() >= BACKUP_SEGMENTS_MAX {
            export::forget(cx, archive_of(&making)?)?;
            return Ok(Err(UserError::BackupTooLarge));
        }
        let made = export::backup_segment(cx, &making)?;
        add(&mut making, &made, "");
        self.backing.file = Some((making, key));
        Ok(Ok(BackupPiece { bytes: made.bytes, last: false }))
    }
}
