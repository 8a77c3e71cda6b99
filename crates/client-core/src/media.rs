//! Files of messages as rows: where each is on this device, what the driver is told to do with it, and what a driver may show.
//!
//! The bytes are the driver's; a file is named by a number of this device's own. Sending is `sending`, fetching `fetching`, and what is
//! said of a file `facts`. A message without a row has its file at the server.

pub(crate) mod facts;
mod fetching;
mod sending;

use crate::client::{Client, Context};
use crate::io::{Halt, HttpFailure, HttpResponse, MediaId, MediaKey, MediaReport, MediaTask, Output};
use breakable::{Rule, broken};
use client_api::{Attachment, MediaPlace, MediaTrouble};
use prost::Message as _;
use proto::content::{Content, Media, Text};
use proto::ids::{ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::{BTreeMap, BTreeSet};

/// Files on their way at once, in each direction.
const MOVING_MAX: usize = 2;
/// Starts after which it is certain that the driver was told of a drop and lived on.
const DROP_STARTS: u32 = 2;
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
        })
    }
}

const COLUMNS: &str = "f.message, m.chat, f.media, f.key, f.blob, f.size, f.sha256, f.state, f.trouble, f.done FROM media f JOIN message m ON m.message = f.message";

/// What is of this run only.
#[derive(Debug, Default)]
pub(crate) struct Moving {
    /// Commands that wait for a file to be kept.
    asked: BTreeMap<MessageId, u32>,
    /// Files in a call or with the driver.
    busy: BTreeSet<MessageId>,
    /// Uploads of which it is known in this run how far the server is.
    sure: BTreeSet<MessageId>,
    /// Failures in a row, and when it is tried again.
    pauses: BTreeMap<MessageId, (u32, u64)>,
}

impl Moving {
    fn forget(&mut self, message: MessageId) {
        self.busy.remove(&message);
        self.sure.remove(&message);
        self.pauses.remove(&message);
    }
}

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
    /// All of it is here and is what was sent; else nothing of it may be shown.
    pub is_complete: bool,
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
            !stored.sha256.is_empty()
                && is_unsent(db, stored.message)?
                && trouble_of(stored.trouble) != MediaTrouble::Unreadable
        }
        State::Downloading | State::Checking => broken(Rule::MediaIsChecked),
        State::Keeping => false,
    };
    let (mime, name) = (shown.mime, shown.name);
    Ok(Some(MediaSource { media: stored.media, key: stored.key, size: stored.size, mime, name, is_complete }))
}

/// The file of a row.
pub(crate) fn attachment(db: &Connection, id: MessageId, media: &Media) -> rusqlite::Result<Attachment> {
    let facts = facts::shown(media);
    let stored = row_of(db, id)?;
    let place = stored.map_or(MediaPlace::There, |stored| match stored.state {
        State::Keeping => MediaPlace::Uploading { done: 0 },
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

fn of_file(db: &Connection, media: MediaId, state: State) -> Result<Vec<Stored>, Halt> {
    let sql = format!("SELECT {COLUMNS} WHERE f.media = ?1 AND f.state = ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![media.0, state.number()], Stored::read)?;
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
    let has_no_place: bool = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM message m JOIN media f ON f.message = m.message WHERE m.message = ?1 AND m.seq = 0)",
        )?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    Ok(has_no_place && content_of(db, id)?.is_some_and(|media| media.blob.is_empty()))
}

/// Own files are on their way: not all that was written has left.
pub(crate) fn is_sending(db: &Connection) -> Result<bool, Halt> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM media WHERE state IN (1, 2, 4, 5) AND state < 3)")?
        .query_row([], |row| row.get(0))?)
}

/// What a message carried is to go from this device.
pub(crate) fn erase(cx: &Context<'_>, id: MessageId) -> Result<(), Halt> {
    if !broken(Rule::DeletedFilesGo) {
        cx.db.prepare_cached("DELETE FROM media WHERE message = ?1")?.execute([id.as_bytes()])?;
    }
    Ok(())
}

/// The file of a message for another one; `None` while it is not at the server.
pub(crate) fn forwarded(db: &Connection, id: MessageId, caption: Text) -> Result<Option<Media>, Halt> {
    let Some(media) = content_of(db, id)? else { return Ok(None) };
    let Some(found) = facts::whereabouts(&media) else { return Ok(None) };
    let bounded = facts::written(&facts::shown(&media), caption);
    let (key, sha256) = (found.key.to_vec(), found.sha256.to_vec());
    Ok(Some(Media { blob: found.blob, key, sha256, ..bounded }))
}

/// What is here for one message is here for another that carries the same file.
pub(crate) fn share(cx: &Context<'_>, of: MessageId, with: MessageId) -> Result<(), Halt> {
    // The literal state: only what is whole.
    cx.db
        .prepare_cached(
            "INSERT INTO media (message, media, key, blob, size, sha256, state, done)
             SELECT ?2, media, key, blob, size, sha256, state, done FROM media WHERE message = ?1 AND state = 3",
        )?
        .execute(params![of.as_bytes(), with.as_bytes()])?;
    Ok(())
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

fn task(cx: &mut Context<'_>, task: MediaTask) {
    cx.out.push(Output::Media(task));
}

impl Client {
    /// What the last run left: of drops and checks nobody knows whether they were done.
    pub(crate) fn resume_media(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        cx.db.execute("DELETE FROM media_dropped WHERE starts >= ?1", [DROP_STARTS])?;
        cx.db.execute("UPDATE media_dropped SET starts = starts + 1, told = 0", [])?;
        for stored in moving(cx.db)? {
            if matches!(stored.state, State::Keeping | State::Checking) {
                self.moving.busy.insert(stored.message);
                task(cx, MediaTask::Check { media: stored.media });
            }
        }
        Ok(())
    }

    /// A new connection: what failed for want of one is tried at once.
    pub(crate) fn media_online(&mut self) {
        self.moving.pauses.clear();
    }

    /// The next pieces, of files that wait for nothing.
    pub(crate) fn move_media(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let files = moving(cx.db)?;
        let (mut up, mut down) = (0, 0);
        for stored in files {
            let count = match stored.state {
                State::Uploading => &mut up,
                State::Downloading => &mut down,
                _ => continue,
            };
            let paused = self.moving.pauses.get(&stored.message).is_some_and(|(_, until_ms)| cx.now_ms < *until_ms);
            if paused || *count >= MOVING_MAX {
                continue;
            }
            *count += 1;
            if self.moving.busy.contains(&stored.message) {
                continue;
            }
            match stored.state {
                State::Uploading => self.upload_next(cx, &stored)?,
                _ => self.fetch_next(cx, &stored)?,
            }
        }
        Ok(())
    }

    /// Tells the driver of files that nobody needs any more.
    pub(crate) fn drop_files(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let gone: Vec<[u8; 16]> = {
            let mut statement = cx.db.prepare_cached("SELECT media FROM media_dropped WHERE told = 0")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for media in gone {
            cx.db.prepare_cached("UPDATE media_dropped SET told = 1 WHERE media = ?1")?.execute([media])?;
            task(cx, MediaTask::Drop { media: MediaId(media) });
        }
        Ok(())
    }

    /// What came of a task.
    pub(crate) fn on_media(&mut self, cx: &mut Context<'_>, media: MediaId, report: MediaReport) -> Result<(), Halt> {
        for stored in of_file(cx.db, media, State::Keeping)? {
            self.moving.busy.remove(&stored.message);
            self.on_keeping(cx, &stored, report)?;
        }
        for stored in of_file(cx.db, media, State::Uploading)? {
            if report == MediaReport::Missing {
                self.sending_failed(cx, &stored, MediaTrouble::Unreadable)?;
            }
        }
        for stored in of_file(cx.db, media, State::Checking)? {
            self.moving.busy.remove(&stored.message);
            self.on_checked(cx, &stored, report)?;
        }
        // It was deleted while the driver was at work on it.
        let known: bool = cx
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM media WHERE media = ?1)")?
            .query_row([media.0], |row| row.get(0))?;
        if !known {
            task(cx, MediaTask::Drop { media });
            let asked: Vec<MessageId> = self.moving.asked.keys().copied().collect();
            for id in asked {
                if find(cx.db, id)?.is_none() {
                    self.answer_keeping(cx, id, Err(client_api::UserError::NotFound));
                }
            }
        }
        Ok(())
    }

    /// Again after a pause that grows. The store is asked now and then: without the file no try helps.
    fn media_failed(&mut self, cx: &mut Context<'_>, stored: &Stored) {
        let (failures, _) = self.moving.pauses.get(&stored.message).copied().unwrap_or_default();
        let pause_ms = (PAUSE_MS << failures.min(20)).min(PAUSE_MAX_MS);
        self.moving.pauses.insert(stored.message, (failures + 1, cx.now_ms + pause_ms));
        self.moving.sure.remove(&stored.message);
        self.retry_at(cx.now_ms + pause_ms);
        if stored.state == State::Uploading && (failures + 1).is_multiple_of(CHECK_EVERY) {
            task(cx, MediaTask::Check { media: stored.media });
        }
    }

    /// "Bring it here." A file that is here already is looked at again: a person may have cleaned up.
    pub(crate) fn download_media(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        message: client_api::MessageId,
    ) -> Result<(), Halt> {
        let found = self.begin_download(cx, ChatId(chat.0), MessageId(message.0))?;
        cx.answer(request, if found { Ok(client_api::Answer::Done) } else { Err(client_api::UserError::NotFound) });
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
        let stored = find(cx.db, MessageId(message.0))?.filter(|stored| stored.chat.0 == chat.0);
        let result = match stored {
            Some(stored) if is_unsent(cx.db, stored.message)? => {
                self.moving.forget(stored.message);
                self.answer_keeping(cx, stored.message, Err(client_api::UserError::NotNow));
                cx.db.prepare_cached("DELETE FROM message WHERE message = ?1")?.execute([stored.message.as_bytes()])?;
                cx.changed.message_gone(stored.chat, stored.message);
                Ok(client_api::Answer::Done)
            }
            Some(stored) if matches!(stored.state, State::Downloading | State::Checking) => {
                self.moving.forget(stored.message);
                stop(cx, &stored, MediaTrouble::Cancelled)?;
                Ok(client_api::Answer::Done)
            }
            // It came, or went, meanwhile.
            Some(_) => Ok(client_api::Answer::Done),
            None => Err(client_api::UserError::NotFound),
        };
        cx.answer(request, result);
        Ok(())
    }
}

/// A header of an answer, as a number.
fn header_number(response: &HttpResponse, wanted: &str) -> Option<u64> {
    response.headers.iter().find(|(name, _)| name == wanted).and_then(|(_, value)| value.parse().ok())
}

type Answered = Result<HttpResponse, HttpFailure>;

#[cfg(test)]
mod media_tests;
