//! What this run knows of files on their way; all that must outlive it is in the database.

use super::PAUSE_MAX_MS;
use super::apart::Apart;
use crate::io::MediaId;
use proto::ids::MessageId;
use proto::limits::MEDIA_PIECE_LEN;
use std::collections::BTreeMap;

/// A piece is halved after each failure, down to a 64th: what a slow line can bring in time.
const HALVINGS_MAX: u32 = 6;

/// Of one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OfFile {
    /// The command that waits for it to be kept.
    pub(super) asked: Option<u32>,
    /// In a call to the server, until its answer comes: also where it is no longer wanted, as it still writes.
    pub(super) in_call: bool,
    /// It is known how far the server is.
    pub(super) sure: bool,
    /// In a row,
    pub(super) failures: u32,
    /// and when it is tried again.
    pub(super) until_ms: u64,
    /// How often its pieces were halved.
    pub(super) halved: u32,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Moving {
    files: BTreeMap<MessageId, OfFile>,
    /// Of files that are played while they come.
    apart: BTreeMap<MessageId, Apart>,
    /// Files with the driver.
    pub(super) tasks: Vec<MediaId>,
    /// Something was said or done that may let a file move.
    pub(super) is_due: bool,
    /// A blob is being deleted at the server; if that fails, the next is tried after this time.
    pub(super) dropping: bool,
    pub(super) drop_after_ms: u64,
}

impl Moving {
    pub(super) fn of(&mut self, message: MessageId) -> &mut OfFile {
        self.files.entry(message).or_default()
    }

    pub(super) fn get(&self, message: MessageId) -> OfFile {
        self.files.get(&message).copied().unwrap_or_default()
    }

    /// It goes no further, or begins anew. What is under way still has its answer.
    pub(super) fn forget(&mut self, message: MessageId) {
        self.forget_parts(message);
        let of = self.of(message);
        *of = OfFile { asked: of.asked, in_call: of.in_call, ..OfFile::default() };
    }

    /// Of what came out of its turn nothing is known any more.
    pub(super) fn forget_parts(&mut self, message: MessageId) {
        self.apart.remove(&message);
    }

    pub(super) fn apart(&mut self, message: MessageId) -> &mut Apart {
        self.apart.entry(message).or_default()
    }

    pub(super) fn get_apart(&self, message: MessageId) -> Option<&Apart> {
        self.apart.get(&message)
    }

    /// It got further: the next failure is the first again.
    pub(super) fn came_on(&mut self, message: MessageId) {
        let of = self.of(message);
        (of.failures, of.until_ms) = (0, 0);
    }

    pub(super) fn end_pauses(&mut self) {
        for of in self.files.values_mut() {
            (of.failures, of.until_ms) = (0, 0);
        }
    }

    pub(super) fn is_paused(&self, message: MessageId, now_ms: u64) -> bool {
        // A pause that ends later than any does is one of a clock that was set back since.
        (1..=PAUSE_MAX_MS).contains(&self.get(message).until_ms.saturating_sub(now_ms))
    }

    /// Once for each reason.
    pub(super) fn is_to_be_looked_at(&mut self, now_ms: u64) -> bool {
        self.files.retain(|_, of| *of != OfFile::default());
        let is_over = |of: &OfFile| of.until_ms > 0 && of.until_ms <= now_ms;
        std::mem::take(&mut self.is_due) || self.files.values().any(is_over)
    }

    /// Bytes of the next piece.
    pub(super) fn piece_len(&self, message: MessageId) -> u64 {
        MEDIA_PIECE_LEN >> self.get(message).halved.min(HALVINGS_MAX)
    }

    /// Who waits for files to be kept.
    pub(super) fn asking(&self) -> Vec<MessageId> {
        self.files.iter().filter(|(_, of)| of.asked.is_some()).map(|(message, _)| *message).collect()
    }
}
