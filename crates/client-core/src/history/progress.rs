//! How far the mirror has come, and whether it waits for the phone: a companion gets its history from the phone alone, so
//! where something is missing and nothing has come for a while, the phone has to be opened. What is missing is in the
//! database; when something last came is of this run.

use super::completeness;
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use client_api::{Event, MirrorProgress};
use identity::ChatKind;
use prost::Message as _;
use proto::content::ArchiveSegment;

/// A phone that is there sends a segment, or an answer, within this.
const PHONE_PAUSE_MS: u64 = 30_000;

/// The next segment of a history that is handed over is here within this; after that, other work does not wait for it.
const NEXT_SEGMENT_MS: u64 = 10_000;

/// What this run knows of the phone.
#[derive(Debug, Default)]
pub(crate) struct PhoneWatch {
    /// Something came from it, or was asked of it, at this time.
    stirred_ms: u64,
    /// It is looked for at this time.
    look_at_ms: Option<u64>,
    /// Nothing has come since, and something is missing.
    waiting: bool,
}

/// What of the history is here.
struct Imported {
    done: u64,
    total: u64,
    /// Segments that were announced, and those of them that are stored.
    announced: u32,
    stored: u32,
    /// How many there are, once the phone has said so.
    segments: Option<u32>,
}

impl Imported {
    fn is_whole(&self) -> bool {
        self.segments == Some(self.stored)
    }
}

impl Client {
    /// Something came from the phone, or was asked of it, or the connection is up: it has its time to answer.
    pub(crate) fn phone_stirs(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if cx.is_phone()? {
            return Ok(());
        }
        self.phone.stirred_ms = cx.now_ms;
        if std::mem::take(&mut self.phone.waiting) {
            cx.changed.mirror = true;
        }
        if self.phone.look_at_ms.is_none() {
            self.look_for_phone_at(cx.now_ms + PHONE_PAUSE_MS);
        }
        Ok(())
    }

    fn look_for_phone_at(&mut self, at_ms: u64) {
        self.phone.look_at_ms = Some(at_ms);
        self.retry_at(at_ms);
    }

    /// Time passed.
    pub(crate) fn look_for_phone(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if self.phone.look_at_ms.is_none_or(|at_ms| cx.now_ms < at_ms) {
            return Ok(());
        }
        self.phone.look_at_ms = None;
        let silent_ms = self.phone.stirred_ms + PHONE_PAUSE_MS;
        if cx.now_ms < silent_ms {
            self.look_for_phone_at(silent_ms);
        } else if self.session.is_up() && needs_phone(cx)? {
            self.phone.waiting = true;
            cx.changed.mirror = true;
        }
        Ok(())
    }

    /// History is coming in: a segment is here to be stored, or the phone gave one just now and has more.
    pub(crate) fn is_importing(&mut self, cx: &Context<'_>) -> Result<bool, Halt> {
        let (promised, awaited, undone): (Option<u64>, Option<u32>, bool) = cx
            .db
            .prepare_cached(
                "SELECT import_total, import_segments, EXISTS (SELECT 1 FROM import_segment WHERE done = 0) FROM this",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let patient_until_ms = self.phone.stirred_ms + NEXT_SEGMENT_MS;
        let importing = promised.is_some() && (undone || awaited.is_none()) && cx.now_ms < patient_until_ms;
        if importing {
            self.retry_at(patient_until_ms);
        }
        Ok(importing)
    }

    /// How far the mirror is; nothing where there is none.
    pub(crate) fn show_mirror(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(imported) = imported(cx)? else { return Ok(()) };
        let (joined, chats): (u32, u32) = cx
            .db
            .prepare_cached(
                "SELECT count(*) FILTER (WHERE membership = 1), count(*)
                 FROM chat WHERE kind <> 1 AND membership IN (1, 2)",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        // A phone that came out of a backup looks for what was said since as for anything that it missed.
        let open_ends = if cx.is_phone()? { 0 } else { completeness::open_ends(cx.db)? };
        let complete = imported.is_whole() && joined == chats && open_ends == 0;
        cx.event(Event::Mirror(MirrorProgress {
            active: !complete,
            // What was counted and what came differ by what happened meanwhile: at the end all is here.
            messages_done: if imported.is_whole() { imported.total } else { imported.done.min(imported.total) },
            messages_total: imported.total,
            chats_joined: joined,
            chats_total: chats,
            complete,
            waiting_for_phone: self.phone.waiting && !complete && self.session.is_up(),
        }));
        Ok(())
    }
}

/// `None` where no mirror was begun.
fn imported(cx: &Context<'_>) -> Result<Option<Imported>, Halt> {
    let (segments, promised): (Option<u32>, Option<u64>) = cx
        .db
        .prepare_cached("SELECT import_segments, import_total FROM this")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(promised) = promised else { return Ok(None) };
    let mut imported = Imported { done: 0, total: promised, announced: 0, stored: 0, segments };
    let mut statement = cx.db.prepare_cached("SELECT segment, done FROM import_segment ORDER BY place")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, bool>(1)?)))?;
    for row in rows {
        let (bytes, is_stored) = row?;
        let segment =
            ArchiveSegment::decode(bytes.as_slice()).map_err(|_| Halt::Broken("a stored segment cannot be read"))?;
        imported.total = imported.total.max(segment.messages_total);
        imported.announced += 1;
        if is_stored {
            imported.done += segment.messages;
            imported.stored += 1;
        }
    }
    Ok(Some(imported))
}

/// Something is missing that only the phone can give, and it is not already on the server.
fn needs_phone(cx: &mut Context<'_>) -> Result<bool, Halt> {
    let me = cx.me()?.address.account;
    let self_group = chats::find_with(cx.db, ChatKind::SelfGroup, me)?;
    if self_group.is_none_or(|group| group.membership != Membership::Joined) {
        return Ok(false);
    }
    let Some(imported) = imported(cx)? else { return Ok(false) };
    if imported.stored < imported.announced {
        return Ok(false);
    }
    Ok(!imported.is_whole() || completeness::awaits_answers(cx.db)?)
}
