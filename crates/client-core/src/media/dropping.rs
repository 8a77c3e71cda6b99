//! What goes from this device, and from the server: files of deleted messages, blobs of files that were given up before their message left.

use super::Answered;
use super::sending::made_at;
use crate::client::{Client, Context};
use crate::http::Purpose;
use crate::io::{Halt, HttpMethod, MediaId, MediaTask, Output};
use crate::this;
use breakable::{Rule, broken};
use proto::ids::MessageId;
use rusqlite::OptionalExtension;

/// Until a blob is tried again that the server would not delete, or did not hear of.
const AGAIN_MS: u64 = 60_000;

/// What a message carried is to go from this device.
pub(crate) fn erase(cx: &Context<'_>, id: MessageId) -> Result<(), Halt> {
    if !broken(Rule::DeletedFilesGo) {
        cx.db.prepare_cached("DELETE FROM media WHERE message = ?1")?.execute([id.as_bytes()])?;
    }
    Ok(())
}

/// Blobs that nobody will ask for are to go from the server, one after the other.
pub(crate) fn unwanted<'a>(cx: &Context<'_>, blobs: impl IntoIterator<Item = &'a str>) -> Result<(), Halt> {
    let mut insert = cx.db.prepare_cached("INSERT OR REPLACE INTO blob_dropped (blob) VALUES (?1)")?;
    for blob in blobs {
        insert.execute([blob])?;
    }
    Ok(())
}

/// Has the driver delete what no row knows: a run that died may have left it.
pub(super) fn sweep(cx: &mut Context<'_>) -> Result<(), Halt> {
    let known: Vec<MediaId> = {
        let mut statement = cx.db.prepare_cached("SELECT DISTINCT media FROM media ORDER BY media")?;
        let rows = statement.query_map([], |row| row.get(0).map(MediaId))?;
        rows.collect::<Result<_, _>>()?
    };
    cx.out.push(Output::Media(MediaTask::Sweep { known }));
    Ok(())
}

impl Client {
    /// Tells the driver of files that nobody needs any more.
    pub(crate) fn drop_files(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let gone: Vec<[u8; 16]> = {
            let mut statement = cx.db.prepare_cached("DELETE FROM media_dropped RETURNING media")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for media in gone {
            cx.out.push(Output::Media(MediaTask::Drop { media: MediaId(media) }));
        }
        Ok(())
    }

    /// The next blob that nobody will ever ask for; it counts against the account's quota while it is there.
    pub(super) fn drop_blobs(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        // A pause that is longer than any is one of a clock that was set back since.
        let pause_ms = self.moving.drop_after_ms.saturating_sub(cx.now_ms);
        if self.moving.dropping || (1..=AGAIN_MS).contains(&pause_ms) {
            return Ok(());
        }
        let blob: Option<String> = cx
            .db
            .prepare_cached("SELECT blob FROM blob_dropped LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        if let (Some(blob), Some(token)) = (blob, this::session_token(cx.db)?) {
            self.moving.dropping = true;
            let purpose = Purpose::MediaDrop { blob: blob.clone() };
            cx.out.push(self.calls.start(purpose, HttpMethod::Delete, &blob, Vec::new(), Some(token)));
        }
        Ok(())
    }

    pub(crate) fn on_media_dropped(&mut self, cx: &mut Context<'_>, blob: &str, result: Answered) -> Result<(), Halt> {
        self.moving.dropping = false;
        // Whatever it answers but "later" is its last word: what is not there need not go.
        let is_settled = result.is_ok_and(|answer| answer.status < 500 && answer.status != 429 && answer.status != 401);
        if is_settled {
            cx.db.prepare_cached("DELETE FROM blob_dropped WHERE blob = ?1")?.execute([blob])?;
        } else {
            self.moving.drop_after_ms = cx.now_ms + AGAIN_MS;
            self.retry_at(cx.now_ms + AGAIN_MS);
        }
        Ok(())
    }

    /// The server has made a place that nobody wants any more.
    pub(super) fn drop_blob_of_nobody(&mut self, cx: &mut Context<'_>, result: Answered) -> Result<(), Halt> {
        if let Some(blob) = result.ok().and_then(|response| made_at(&response)) {
            cx.db.prepare_cached("INSERT OR REPLACE INTO blob_dropped (blob) VALUES (?1)")?.execute([blob])?;
        }
        Ok(())
    }

    /// What an answer has written into a file that no row knows any more.
    pub(super) fn drop_unknown(&mut self, cx: &mut Context<'_>, media: MediaId) -> Result<(), Halt> {
        let known: bool = cx
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM media WHERE media = ?1)")?
            .query_row([media.0], |row| row.get(0))?;
        if !known {
            cx.out.push(Output::Media(MediaTask::Drop { media }));
        }
        Ok(())
    }
}
