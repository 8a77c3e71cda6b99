//! Segments on their way to the server: a place, how far it is, a piece, the end (tus 1.0). Where the place is stands in the database, the
//! bytes are of this run: one that died leaves a blob that no other segment fits, and that goes.

use super::{Backing, add, archive_of, blob_id, making, show, store_making};
use crate::client::{Client, Context};
use crate::history::export::{self, BackupSegment};
use crate::http::Purpose;
use crate::io::{Halt, HttpFailure, HttpMethod, HttpResponse, Output};
use crate::media::{self, header_number};
use crate::this;
use client_api::BackupFailure;
use proto::backup::Making;
use proto::ids::ArchiveId;
use proto::limits::BACKUP_SEGMENTS_MAX;

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
/// Bytes of one request; fewer where the line is slow.
const PIECE_LEN_MAX: usize = 1024 * 1024;
const PIECE_LEN_MIN: usize = 64 * 1024;
/// How long such a piece may take.
const PIECE_TIMEOUT_MS: u32 = 120_000;
/// Between two tries, at first and at most.
const AGAIN_MS: u64 = 5_000;
const AGAIN_MS_MAX: u64 = 600_000;
/// So many tries in a row that came to nothing end a backup: an hour and a half, about.
pub(super) const TRIES_MAX: u32 = 14;

/// The segment on its way.
pub(super) struct Upload {
    made: BackupSegment,
    /// Bytes that the server has.
    sent: usize,
    /// The server has said so since the last failure.
    is_sure: bool,
}

/// It has the segment's key.
impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upload({} of {} bytes)", self.sent, self.made.bytes.len())
    }
}

impl Backing {
    /// Something came on.
    pub(super) fn came_on(&mut self) {
        self.tries = 0;
        self.not_before_ms = 0;
    }

    fn piece_len(&self) -> usize {
        (PIECE_LEN_MAX >> self.slowness).max(PIECE_LEN_MIN)
    }
}

/// A step towards a backup, or its end, is under way.
pub(super) fn is_step(purpose: &Purpose) -> bool {
    matches!(
        purpose,
        Purpose::BackupCreate { .. } | Purpose::BackupOffset { .. } | Purpose::PutBackup { .. } | Purpose::DropBackup
    )
}

/// More messages than so many segments hold.
pub(super) fn is_too_large(making: &Making, total: u64) -> bool {
    making.segments.len() >= BACKUP_SEGMENTS_MAX || export::segments_of(total) > BACKUP_SEGMENTS_MAX as u64
}

impl Client {
    pub(super) fn send_segment(&mut self, cx: &mut Context<'_>, mut making: Making) -> Result<(), Halt> {
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let upload = match self.backing.upload.take() {
            Some(upload) => upload,
            None => {
                if is_too_large(&making, making.messages_total) {
                    return self.give_backup_up(cx, BackupFailure::TooLarge);
                }
                if !making.uploading.is_empty() {
                    media::unwanted(cx, [making.uploading.as_str()])?;
                    making.uploading.clear();
                    store_making(cx, &making)?;
                }
                let made = export::backup_segment(cx, &making)?;
                if is_too_large(&making, made.segment.messages_total) {
                    return self.give_backup_up(cx, BackupFailure::TooLarge);
                }
                Upload { made, sent: 0, is_sure: false }
            }
        };
        let mut headers = vec![(TUS.0, TUS.1.to_owned())];
        let (purpose, method, path, body) = if making.uploading.is_empty() {
            headers.push(("upload-length", upload.made.bytes.len().to_string()));
            (Purpose::BackupCreate { archive: archive_of(&making)? }, HttpMethod::Post, "/v1/blobs", Vec::new())
        } else if upload.is_sure {
            headers.push(("upload-offset", upload.sent.to_string()));
            headers.push(("content-type", "application/offset+octet-stream".to_owned()));
            let rest = upload.made.bytes.get(upload.sent..).unwrap_or_default();
            let piece = rest.get(..self.backing.piece_len()).unwrap_or(rest).to_vec();
            (Purpose::BackupOffset { is_asked: false }, HttpMethod::Patch, making.uploading.as_str(), piece)
        } else {
            (Purpose::BackupOffset { is_asked: true }, HttpMethod::Head, making.uploading.as_str(), Vec::new())
        };
        self.backing.upload = Some(upload);
        let is_piece = method == HttpMethod::Patch;
        let mut call = self.calls.start(purpose, method, path, body, Some(token));
        if let Output::Http(request) = &mut call {
            request.timeout_ms = if is_piece { PIECE_TIMEOUT_MS } else { request.timeout_ms };
            request.headers = headers;
        }
        cx.out.push(call);
        Ok(())
    }

    pub(crate) fn on_backup_created(
        &mut self,
        cx: &mut Context<'_>,
        archive: ArchiveId,
        result: Result<HttpResponse, HttpFailure>,
    ) -> Result<(), Halt> {
        let Ok(response) = result else { return self.backup_again(cx) };
        let location = response.headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value.as_str());
        let location = location.filter(|_| response.status == 201);
        let Some(mut making) = making(cx.db)?.filter(|making| making.archive == archive.as_bytes()) else {
            // It was given up meanwhile.
            return media::unwanted(cx, location.filter(|at| blob_id(at).is_some()));
        };
        match (response.status, location) {
            (507, _) => self.give_backup_up(cx, BackupFailure::NoRoom),
            (413, _) => self.give_backup_up(cx, BackupFailure::TooLarge),
            // Of another address the head could not name the blob.
            (_, Some(location)) if blob_id(location).is_some() => {
                location.clone_into(&mut making.uploading);
                if let Some(upload) = &mut self.backing.upload {
                    (upload.sent, upload.is_sure) = (0, true);
                }
                store_making(cx, &making)
            }
            (_, Some(_)) => self.give_backup_up(cx, BackupFailure::ServerFailed),
            _ => self.backup_again(cx),
        }
    }

    /// The server says how far it is: to a piece, or because it was asked (`is_asked`).
    pub(crate) fn on_backup_offset(
        &mut self,
        cx: &mut Context<'_>,
        is_asked: bool,
        result: Result<HttpResponse, HttpFailure>,
    ) -> Result<(), Halt> {
        let (Some(mut upload), Some(mut making)) = (self.backing.upload.take(), making(cx.db)?) else { return Ok(()) };
        let len = upload.made.bytes.len();
        let offset = |response: &HttpResponse| {
            let offset = header_number(response, "upload-offset").and_then(|offset| usize::try_from(offset).ok());
            offset.filter(|offset| *offset <= len)
        };
        match result.as_ref().map(|response| (response.status, offset(response))) {
            // 409: another answer was lost, and the server is further than this phone knew.
            Ok((200 | 204 | 409, Some(offset))) if is_asked || offset > upload.sent => {
                if !is_asked {
                    self.backing.came_on();
                    self.backing.slowness = self.backing.slowness.saturating_sub(1);
                }
                (upload.sent, upload.is_sure) = (offset, true);
                if offset < len {
                    self.backing.upload = Some(upload);
                    return Ok(());
                }
                let blob = std::mem::take(&mut making.uploading);
                add(&mut making, &upload.made, &blob);
                store_making(cx, &making)?;
                show(cx)
            }
            Ok((413, _)) => self.give_backup_up(cx, BackupFailure::TooLarge),
            Ok((507, _)) => self.give_backup_up(cx, BackupFailure::NoRoom),
            // It expired, or the server was put back: the same bytes under another name.
            Ok((404 | 410, _)) => {
                making.uploading.clear();
                store_making(cx, &making)?;
                self.backing.upload = Some(upload);
                self.backup_again(cx)
            }
            _ => {
                self.backing.upload = Some(upload);
                self.backing.slowness = (self.backing.slowness + u32::from(!is_asked)).min(4);
                self.backup_again(cx)
            }
        }
    }

    /// What failed is tried again later and later, and at last not today.
    pub(super) fn backup_again(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if self.backing.tries >= TRIES_MAX {
            return self.give_backup_up(cx, BackupFailure::ServerFailed);
        }
        self.pause_backup(cx);
        Ok(())
    }

    pub(super) fn pause_backup(&mut self, cx: &Context<'_>) {
        if let Some(upload) = &mut self.backing.upload {
            upload.is_sure = false;
        }
        let pause_ms = (AGAIN_MS << self.backing.tries.min(10)).min(AGAIN_MS_MAX);
        self.backing.tries = self.backing.tries.saturating_add(1);
        self.backing.not_before_ms = cx.now_ms + pause_ms;
        self.retry_at(self.backing.not_before_ms);
    }
}
