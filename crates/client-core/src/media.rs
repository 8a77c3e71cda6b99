//! Files of messages as rows: where each is on this device, what the driver is told to do with it, and what a driver may show.
//!
//! The bytes are the driver's; a file is named by a number of this device's own. Sending is `sending`, fetching `fetching`, and what is
//! said of a file `facts`. A message without a row has its file at the server.

mod apart;
mod dropping;
pub(crate) mod facts;
mod fetching;
mod moving;
mod sending;

use crate::amending;
use crate::client::{Client, Context};
use crate::io::{Halt, HttpFailure, HttpResponse, MediaId, MediaKey, MediaReport, MediaTask, Output};
use apart::Apart;
use breakable::{Rule, broken};
use client_api::{Answer, Attachment, MediaPlace, MediaTrouble, UserError};
use prost::Message as _;
use proto::content::{Content, Media};
use proto::ids::{ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::ops::Range;

use dropping::sweep;
pub(crate) use dropping::{erase, unwanted};
pub(crate) use moving::Moving;
pub(crate) use sending::{Forwarded, forwarded};

/// Files on their way at once, in each direction.
const MOVING_MAX: usize = 2;
/// Files that are on their way or wait for their turn, in each direction. More are refused.
const WAITING_MAX: u32 = 1_000;
/// Of these, that come by themselves.
const AUTOMATIC_WAITING_MAX: u32 = 100;
/// A piece may take as long as on a line of 300 kbit/s, in either direction.
const PIECE_TIMEOUT_MS: u32 = 120_000;
const PAUSE_MS: u64 = 1_000;
const PAUSE_MAX_MS: u64 = 10 * 60_000;
/// Failures after which the store is asked whether it has the file at all.
const CHECK_EVERY: u32 = 4;

/// How it stands with a file; its numbers are in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// The driver takes it into the store.
    Keeping,
    Uploading,
    /// In the store, whole and checked; at the server too.
    Here,
    Downloading,
    /// All of it came; the driver reads it through.
    Checking,
    Stopped,
}

impl State {
    fn number(self) -> u32 {
        match self {
            Self::Keeping => 1,
            Self::Uploading => 2,
            Self::Here => 3,
            Self::Downloading => 4,
            Self::Checking => 5,
            Self::Stopped => 6,
        }
    }

    fn of(number: u32) -> Self {
        match number {
            1 => Self::Keeping,
            2 => Self::Uploading,
            3 => Self::Here,
            4 => Self::Downloading,
            5 => Self::Checking,
            _ => Self::Stopped,
        }
    }
}

fn trouble_number(trouble: MediaTrouble) -> u32 {
    match trouble {
        MediaTrouble::Cancelled => 1,
        MediaTrouble::Gone => 2,
        MediaTrouble::Damaged => 3,
        MediaTrouble::StorageFull => 4,
        MediaTrouble::ServerFull => 5,
        MediaTrouble::TooLarge => 6,
        MediaTrouble::Unreadable => 7,
    }
}

fn trouble_of(number: u32) -> MediaTrouble {
    match number {
        2 => MediaTrouble::Gone,
        3 => MediaTrouble::Damaged,
        4 => MediaTrouble::StorageFull,
        5 => MediaTrouble::ServerFull,
        6 => MediaTrouble::TooLarge,
        7 => MediaTrouble::Unreadable,
        _ => MediaTrouble::Cancelled,
    }
}

/// A file's row.
#[derive(Debug, Clone)]
struct Stored {
    message: MessageId,
    chat: ChatId,
    media: MediaId,
    key: MediaKey,
    blob: String,
    size: u64,
    sha256: Vec<u8>,
    state: State,
    trouble: u32,
    done: u64,
    unsent: bool,
    /// Its message is not to be sent before somebody says so.
    failed: bool,
}

impl Stored {
    fn sealed_size(&self) -> u64 {
        e2ee::media::sealed_size(self.size)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            message: MessageId(row.get(0)?),
            chat: ChatId(row.get(1)?),
            media: MediaId(row.get(2)?),
            key: MediaKey(row.get(3)?),
            blob: row.get(4)?,
            size: row.get(5)?,
            sha256: row.get(6)?,
            state: State::of(row.get(7)?),
            trouble: row.get(8)?,
            done: row.get(9)?,
            unsent: row.get(10)?,
            failed: row.get(11)?,
        })
    }
}

const COLUMNS: &str = "f.message, m.chat, f.media, f.key, f.blob, f.size, f.sha256, f.state, f.trouble, f.done, f.unsent, m.failed FROM media f JOIN message m ON m.message = f.message";

/// What a driver needs to give a file to the interface. Only what is whole and checked is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaSource {
    /// Its name in the store.
    pub media: MediaId,
    /// Opens it.
    pub key: MediaKey,
    /// Bytes of the file itself.
    pub size: u64,
    /// Its type.
    pub mime: String,
    /// Its name; may be empty.
    pub name: String,
    /// All of it is here and is what was sent; else nothing of it may be shown, but what plays while it comes.
    pub is_complete: bool,
    /// Bytes of the ciphertext that are here, in order, where it is whole or comes.
    pub held: Vec<Range<u64>>,
    /// It is on its way here.
    pub comes: bool,
}

impl MediaSource {
    /// The first of these bytes of the file whose segment is not here; `None`: all of them can be opened.
    pub fn missing(&self, bytes: &Range<u64>) -> Option<u64> {
        let is_held = |segment: u32| {
            let place = e2ee::media::sealed_place(self.size, segment)?;
            Some(self.held.iter().any(|held| held.start <= place.start && place.end <= held.end))
        };
        let mut wanted = e2ee::media::segments_of(bytes);
        let first = wanted.find(|segment| is_held(*segment) != Some(true))?;
        Some((u64::from(first) * e2ee::media::PLAIN_LEN as u64).max(bytes.start))
    }

    /// It may be given out before it is whole: each segment is what somebody sealed who has its key, at its place. That it is what its
    /// message names is seen when all of it is here.
    pub fn can_play_early(&self) -> bool {
        self.mime.starts_with("video/") || self.mime.starts_with("audio/")
    }
}

/// Where the file of a message lies on this device, if it does.
pub fn source(
    db: &Connection,
    chat: client_api::ChatId,
    message: client_api::MessageId,
) -> Result<Option<MediaSource>, Halt> {
    let Some(stored) = find(db, MessageId(message.0))?.filter(|stored| stored.chat.0 == chat.0) else {
        return Ok(None);
    };
    let Some(media) = content_of(db, stored.message)? else { return Ok(None) };
    let shown = facts::shown(&media);
    let is_complete = match stored.state {
        State::Uploading | State::Here => true,
        State::Stopped => {
            stored.unsent && !stored.sha256.is_empty() && trouble_of(stored.trouble) != MediaTrouble::Unreadable
        }
        State::Downloading | State::Checking => broken(Rule::MediaIsChecked),
        State::Keeping => false,
    };
    let end = match stored.state {
        State::Downloading => stored.done,
        _ if is_complete || stored.state == State::Checking => stored.sealed_size(),
        _ => 0,
    };
    let held = (end > 0).then_some(0..end).into_iter().collect();
    let comes = matches!(stored.state, State::Downloading | State::Checking);
    let (media, key, size) = (stored.media, stored.key, stored.size);
    Ok(Some(MediaSource { media, key, size, mime: shown.mime, name: shown.name, is_complete, held, comes }))
}

/// The file of a row.
pub(crate) fn attachment(db: &Connection, id: MessageId, media: &Media) -> rusqlite::Result<Attachment> {
    let facts = facts::shown(media);
    let stored = row_of(db, id)?;
    let place = stored.map_or(MediaPlace::There, |stored| match stored.state {
        State::Keeping => MediaPlace::Keeping,
        State::Uploading => MediaPlace::Uploading { done: stored.done.min(facts.size) },
        State::Here => MediaPlace::Here,
        State::Downloading => MediaPlace::Downloading { done: stored.done.min(facts.size) },
        State::Checking => MediaPlace::Downloading { done: facts.size },
        State::Stopped => MediaPlace::Stopped(trouble_of(stored.trouble)),
    });
    Ok(Attachment { facts, place })
}

fn row_of(db: &Connection, id: MessageId) -> rusqlite::Result<Option<Stored>> {
    let sql = format!("SELECT {COLUMNS} WHERE f.message = ?1");
    db.prepare_cached(&sql)?.query_row([id.as_bytes()], Stored::read).optional()
}

fn find(db: &Connection, id: MessageId) -> Result<Option<Stored>, Halt> {
    Ok(row_of(db, id)?)
}

fn of_file(db: &Connection, media: MediaId) -> Result<Vec<Stored>, Halt> {
    let sql = format!("SELECT {COLUMNS} WHERE f.media = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([media.0], Stored::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Files in motion, in their order.
fn moving(db: &Connection) -> Result<Vec<Stored>, Halt> {
    let sql = format!("SELECT {COLUMNS} WHERE f.state IN (1, 2, 4, 5) ORDER BY f.place");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([], Stored::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The file that a stored message speaks of.
fn content_of(db: &Connection, id: MessageId) -> Result<Option<Media>, Halt> {
    let content: Option<Vec<u8>> = db
        .prepare_cached("SELECT content FROM message WHERE message = ?1 AND kind = 0")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(content.and_then(|content| Content::decode(content.as_slice()).ok()).as_ref().and_then(facts::of).cloned())
}

/// A message whose file is not at the server yet: nobody else can have heard of it.
pub(crate) fn is_unsent(db: &Connection, id: MessageId) -> Result<bool, Halt> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM media WHERE message = ?1 AND unsent = 1)")?
        .query_row([id.as_bytes()], |row| row.get(0))?)
}

/// So many files wait that no more can begin to go out, or to come.
fn is_crowded(db: &Connection, outwards: bool, most: u32) -> Result<bool, Halt> {
    let waiting: u32 = db
        .prepare_cached("SELECT count(*) FROM media WHERE state IN (1, 2, 4, 5) AND (state < 3) = ?1")?
        .query_row([outwards], |row| row.get(0))?;
    Ok(waiting >= most)
}

/// Own files are on their way: not all that was written has left.
pub(crate) fn is_sending(db: &Connection) -> Result<bool, Halt> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM media WHERE state IN (1, 2, 4, 5) AND state < 3)")?
        .query_row([], |row| row.get(0))?)
}

fn set_state(cx: &mut Context<'_>, stored: &Stored, state: State) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE media SET state = ?2, trouble = 0 WHERE message = ?1")?
        .execute(params![stored.message.as_bytes(), state.number()])?;
    cx.changed.message(stored.chat, stored.message);
    Ok(())
}

fn set_done(cx: &mut Context<'_>, stored: &Stored, done: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE media SET done = ?2 WHERE message = ?1")?
        .execute(params![stored.message.as_bytes(), done])?;
    cx.changed.message(stored.chat, stored.message);
    Ok(())
}

/// Nothing moves it until somebody asks.
fn stop(cx: &mut Context<'_>, stored: &Stored, trouble: MediaTrouble) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE media SET state = ?2, trouble = ?3 WHERE message = ?1")?.execute(params![
        stored.message.as_bytes(),
        State::Stopped.number(),
        trouble_number(trouble)
    ])?;
    cx.changed.message(stored.chat, stored.message);
    Ok(())
}

/// A file whose bytes are not as they were: of the other messages that share it, those that were not sent cannot be, and for the rest it is
/// at the server again.
fn others_lose(client: &mut Client, cx: &mut Context<'_>, of: &Stored) -> Result<(), Halt> {
    for other in of_file(cx.db, of.media)?.into_iter().filter(|other| other.message != of.message) {
        if other.unsent {
            client.sending_failed(cx, &other, MediaTrouble::Unreadable)?;
        } else {
            cx.db.prepare_cached("DELETE FROM media WHERE message = ?1")?.execute([other.message.as_bytes()])?;
            cx.changed.message(other.chat, other.message);
        }
    }
    Ok(())
}

impl Client {
    /// What the last run left: nobody knows what became of what the driver was to do, nor of the bytes of what was on its way out.
    pub(crate) fn resume_media(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        sweep(cx)?;
        self.moving.is_due = true;
        for stored in moving(cx.db)? {
            if stored.state != State::Downloading {
                self.check(cx, &stored);
            }
        }
        Ok(())
    }

    /// Has the driver read a file through. What was being kept has no hash yet: it is seen whether it opens.
    fn check(&mut self, cx: &mut Context<'_>, stored: &Stored) {
        let media = stored.media;
        let opens = (stored.state == State::Keeping).then(|| (stored.key.clone(), stored.size));
        self.task(cx, media, MediaTask::Check { media, opens });
    }

    fn task(&mut self, cx: &mut Context<'_>, media: MediaId, task: MediaTask) {
        self.moving.tasks.push(media);
        cx.out.push(Output::Media(task));
    }

    /// A new connection: what failed for want of one is tried at once.
    pub(crate) fn media_online(&mut self) {
        self.moving.end_pauses();
        self.moving.is_due = true;
        self.moving.drop_after_ms = 0;
    }

    /// The next pieces, of files that wait for nothing.
    pub(crate) fn move_media(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        // Nothing is asked of the database at inputs that have nothing to do with files.
        if !self.moving.is_to_be_looked_at(cx.now_ms) {
            return self.drop_blobs(cx);
        }
        let mut files = moving(cx.db)?;
        // For what is played somebody waits.
        files.sort_by_key(|stored| !self.moving.get_apart(stored.message).is_some_and(Apart::is_wanted));
        let (mut up, mut down) = (0, 0);
        for stored in files {
            let paused = self.moving.is_paused(stored.message, cx.now_ms);
            let count = match stored.state {
                // It waits for somebody to say for whom it is.
                State::Uploading if stored.failed => continue,
                State::Uploading => &mut up,
                State::Downloading => &mut down,
                // The driver could not look at it before the pause.
                _ if !paused && !self.moving.tasks.contains(&stored.media) => {
                    self.check(cx, &stored);
                    continue;
                }
                _ => continue,
            };
            if paused || *count >= MOVING_MAX {
                continue;
            }
            *count += 1;
            if self.moving.get(stored.message).in_call || self.moving.tasks.contains(&stored.media) {
                continue;
            }
            match stored.state {
                State::Uploading => self.upload_next(cx, &stored)?,
                _ => self.fetch_next(cx, &stored)?,
            }
        }
        self.drop_blobs(cx)
    }

    /// What came of a task.
    pub(crate) fn on_media(&mut self, cx: &mut Context<'_>, media: MediaId, report: MediaReport) -> Result<(), Halt> {
        self.moving.tasks.retain(|task| *task != media);
        self.moving.is_due = true;
        let rows = of_file(cx.db, media)?;
        if rows.is_empty() {
            // It was deleted while the driver was at work on it.
            cx.out.push(Output::Media(MediaTask::Drop { media }));
            self.answer_deleted(cx)?;
        }
        for stored in rows {
            // What came of the one before may have changed this one.
            let Some(stored) = find(cx.db, stored.message)?.filter(|stored| stored.media == media) else { continue };
            match stored.state {
                State::Keeping | State::Uploading | State::Checking if report == MediaReport::Failed => {
                    self.pause_media(cx, &stored);
                }
                State::Keeping => self.on_keeping(cx, &stored, report)?,
                State::Uploading => self.on_upload_checked(cx, &stored, report)?,
                State::Checking => self.on_checked(cx, &stored, report)?,
                State::Here | State::Downloading | State::Stopped => {}
            }
        }
        Ok(())
    }

    /// Again after a pause that grows. The store is asked now and then: without the file no try helps.
    fn media_failed(&mut self, cx: &mut Context<'_>, stored: &Stored) {
        self.moving.of(stored.message).halved += 1;
        let failures = self.pause_media(cx, stored);
        if stored.state == State::Uploading && failures.is_multiple_of(CHECK_EVERY) {
            self.check(cx, stored);
        }
    }

    /// How many failures there were in a row, with this one.
    fn pause_media(&mut self, cx: &Context<'_>, stored: &Stored) -> u32 {
        let of = self.moving.of(stored.message);
        let pause_ms = (PAUSE_MS << of.failures.min(20)).min(PAUSE_MAX_MS);
        (of.failures, of.until_ms, of.sure) = (of.failures + 1, cx.now_ms + pause_ms, false);
        let failures = of.failures;
        self.retry_at(cx.now_ms + pause_ms);
        failures
    }

    /// "Bring it here." A file that is here already is looked at again: a person may have cleaned up.
    pub(crate) fn download_media(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        message: client_api::MessageId,
    ) -> Result<(), Halt> {
        let (chat, id) = (ChatId(chat.0), MessageId(message.0));
        self.moving.is_due = true;
        let result = if is_crowded(cx.db, false, WAITING_MAX)? {
            Err(UserError::TooManyFiles { max: WAITING_MAX })
        } else if self.begin_download(cx, chat, id)? {
            Ok(Answer::Done)
        } else {
            Err(UserError::NotFound)
        };
        cx.answer(request, result);
        Ok(())
    }

    /// As `source`, with what came out of its turn: what can be played by now.
    pub fn stream_source(
        &self,
        db: &Connection,
        chat: client_api::ChatId,
        message: client_api::MessageId,
    ) -> Result<Option<MediaSource>, Halt> {
        let mut found = source(db, chat, message)?;
        if let (Some(source), Some(apart)) = (&mut found, self.moving.get_apart(MessageId(message.0))) {
            source.held.extend_from_slice(apart.parts());
        }
        Ok(found)
    }

    /// "Play it while it comes."
    pub(crate) fn stream_media(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        (chat, message): (client_api::ChatId, client_api::MessageId),
        from: Option<u64>,
    ) -> Result<(), Halt> {
        let id = MessageId(message.0);
        let state = |cx: &Context<'_>| -> Result<Option<(State, u64)>, Halt> {
            let stored = find(cx.db, id)?.filter(|stored| stored.chat.0 == chat.0);
            Ok(stored.map(|stored| (stored.state, stored.size)))
        };
        if from.is_none() && matches!(state(cx)?, None | Some((State::Stopped, _))) {
            self.download_media(cx, request, chat, message)?;
        } else {
            cx.answer(request, Ok(Answer::Done));
        }
        if let Some((State::Downloading, size)) = state(cx)? {
            self.moving.apart(id).want(from.unwrap_or_default(), size);
            self.moving.is_due = true;
        }
        Ok(())
    }

    /// "Stop it."
    pub(crate) fn cancel_media(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        message: client_api::MessageId,
    ) -> Result<(), Halt> {
        self.moving.is_due = true;
        let stored = find(cx.db, MessageId(message.0))?.filter(|stored| stored.chat.0 == chat.0);
        let result = match stored {
            Some(stored) if stored.unsent => {
                self.moving.forget(stored.message);
                self.answer_keeping(cx, stored.message, Err(UserError::NotNow));
                if !amending::take_back(cx, stored.chat, stored.message)? {
                    self.sending_failed(cx, &stored, MediaTrouble::Cancelled)?;
                }
                Ok(Answer::Done)
            }
            Some(stored) if matches!(stored.state, State::Downloading | State::Checking) => {
                self.moving.forget(stored.message);
                stop(cx, &stored, MediaTrouble::Cancelled)?;
                Ok(Answer::Done)
            }
            // It came, or went, meanwhile.
            Some(_) => Ok(Answer::Done),
            None => Err(UserError::NotFound),
        };
        cx.answer(request, result);
        Ok(())
    }
}

/// A header of an answer, as a number.
pub(crate) fn header_number(response: &HttpResponse, wanted: &str) -> Option<u64> {
    response.headers.iter().find(|(name, _)| name == wanted).and_then(|(_, value)| value.parse().ok())
}

type Answered = Result<HttpResponse, HttpFailure>;

#[cfg(test)]
mod media_tests;
