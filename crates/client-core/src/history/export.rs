//! History, as the phone hands it over: an overview first, then messages, newest first, in segments that each stand
//! alone. The cursor is in the database: a phone that was killed goes on with the segment it had not announced.

use super::{MESSAGE_COLUMNS, MESSAGE_TABLES, completeness, import, read_message};
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::groups;
use crate::http::Purpose;
use crate::io::{Halt, HttpFailure, HttpMethod, HttpResponse};
use crate::marks::{self, Mark};
use crate::messages::NUMBER_MAX;
use crate::recovery;
use crate::{mls, outbox, this};
use breakable::{Rule, broken};
use client_api::{Event, MirrorProgress};
use e2ee::archive::SegmentWriter;
use identity::ChatKind;
use prost::Message as _;
use proto::backup::Making;
use proto::content::{ArchiveManifest, ArchiveSegment, Fill, FillRequest, SeqRange, archive_segment, content};
use proto::history::{AccountSeq, Chat, Frame, KnownAccount, Message, StateEntry, frame};
use proto::ids::{AccountId, ArchiveId, ChatId, DeviceNumber};
use proto::link::Linked;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// Chats whose newest messages fill a screen in the overview; of the others it has the last one, for the list.
const OVERVIEW_CHATS: usize = 50;
/// Messages that fill a screen.
const OVERVIEW_PER_CHAT: u32 = 20;
/// Rows of one chat in the overview, with reactions and edits: of a chat that has nothing else, the newest come later.
const OVERVIEW_ROWS_MAX: u32 = 200;
/// Bytes of one chat in the overview: fifty of them are within a segment.
const OVERVIEW_CHAT_LEN: usize = 64 * 1024;
/// Messages of one later segment.
const SEGMENT_MESSAGES: u32 = 2_000;
/// Bytes of a segment before it is packed, about: with what a message may hold it stays below what servers take at once.
const SEGMENT_LEN: usize = 4 * 1024 * 1024;
/// Messages of one answer to a request to fill a gap: within an application message's size, with room.
const FILL_MESSAGES: u32 = 200;
/// Later than any message's time.
const NEVER_MS: u64 = 1 << 62;
/// Bytes of one answer to a request to fill a gap.
const FILL_BYTES: usize = 128 * 1024;

/// In the place of a device: a segment of a backup, which is for whichever phone comes.
pub(crate) const FOR_BACKUP: u32 = 0;

/// So many segments are needed for so many messages, at least: more of one time stay together.
pub(crate) fn segments_of(messages: u64) -> u64 {
    1 + messages / u64::from(SEGMENT_MESSAGES)
}

/// A segment of a backup.
pub(crate) struct BackupSegment {
    pub(crate) bytes: Vec<u8>,
    /// What the manifest says of it, without its place.
    pub(crate) segment: ArchiveSegment,
    pub(crate) cursor: Vec<u8>,
    pub(crate) last: bool,
}

/// Its key is in it.
impl std::fmt::Debug for BackupSegment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BackupSegment({:?})", self.segment)
    }
}

/// The next segment of a backup.
pub(crate) fn backup_segment(cx: &mut Context<'_>, making: &Making) -> Result<BackupSegment, Halt> {
    let job = Job {
        archive: ArchiveId::try_from(making.archive.as_slice()).map_err(|_| Halt::Broken("a backup without its id"))?,
        for_device: FOR_BACKUP,
        cursor: making.cursor.clone(),
        segments: u32::try_from(making.segments.len()).unwrap_or(u32::MAX),
        done: making.segments.iter().map(|segment| segment.messages).sum(),
        total: making.messages_total,
    };
    let Upload { bytes, announce, cursor, last, .. } = build(cx, &job)?;
    Ok(BackupSegment { bytes, segment: announce, cursor, last })
}

/// A segment on its way up; in memory only, built again from the cursor where it is lost.
pub(crate) struct Upload {
    archive: ArchiveId,
    bytes: Vec<u8>,
    location: Option<String>,
    announce: ArchiveSegment,
    cursor: Vec<u8>,
    last: bool,
}

/// Its key is in it.
impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upload({:?})", self.announce)
    }
}

struct Job {
    archive: ArchiveId,
    for_device: u32,
    cursor: Vec<u8>,
    segments: u32,
    done: u64,
    total: u64,
}

impl Client {
    /// Notes that a new device is to get the history; it begins once that device has joined the self group.
    pub(crate) fn begin_export(&mut self, cx: &mut Context<'_>, device: u32, linked: Linked) -> Result<Linked, Halt> {
        let archive = chats::random_id(cx);
        let (total, _) = held(cx)?;
        cx.db
            .prepare_cached(
                "INSERT INTO export (archive, for_device, cursor, messages_total) VALUES (?1, ?2, x'', ?3)",
            )?
            .execute(params![archive, device, total])?;
        // Of an earlier device's history nothing more is shown.
        cx.event(Event::Mirror(MirrorProgress { active: true, messages_total: total, ..MirrorProgress::default() }));
        let me = cx.me()?.address.account;
        let self_chat =
            chats::find_with(cx.db, ChatKind::SelfGroup, me)?.map(|chat| chat.chat.to_vec()).unwrap_or_default();
        Ok(Linked { archive: archive.to_vec(), messages_total: total, self_chat, ..linked })
    }

    /// The next segment, if one is due and its device is in the self group.
    pub(crate) fn export_next(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        // A phone that is being restored has not all of it yet.
        if self.upload.is_some() || !cx.is_phone()? || !import::is_whole(cx)? {
            return Ok(());
        }
        tell_handed_over(cx)?;
        let Some(job) = next_job(cx)? else { return Ok(()) };
        let upload = build(cx, &job)?;
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let mut call = self.calls.start(Purpose::ExportCreate, HttpMethod::Post, "/v1/blobs", Vec::new(), Some(token));
        if let crate::io::Output::Http(request) = &mut call {
            request.headers =
                vec![("tus-resumable", "1.0.0".to_owned()), ("upload-length", upload.bytes.len().to_string())];
        }
        self.upload = Some(upload);
        cx.out.push(call);
        Ok(())
    }

    pub(crate) fn on_export_created(
        &mut self,
        cx: &mut Context<'_>,
        result: Result<HttpResponse, HttpFailure>,
    ) -> Result<(), Halt> {
        let location = result.ok().filter(|response| response.status == 201).and_then(|response| {
            response.headers.into_iter().find(|(name, _)| name == "location").map(|(_, value)| value)
        });
        let (Some(upload), Some(location), Some(token)) = (&mut self.upload, location, this::session_token(cx.db)?)
        else {
            return self.export_failed(cx);
        };
        upload.location = Some(location.clone());
        let body = upload.bytes.clone();
        let mut call = self.calls.start(Purpose::ExportPatch, HttpMethod::Patch, &location, body, Some(token));
        if let crate::io::Output::Http(request) = &mut call {
            request.timeout_ms = 120_000;
            request.headers = vec![
                ("tus-resumable", "1.0.0".to_owned()),
                ("upload-offset", "0".to_owned()),
                ("content-type", "application/offset+octet-stream".to_owned()),
            ];
        }
        cx.out.push(call);
        Ok(())
    }

    /// The segment lies on the server: it is announced, and the cursor moves, in one transaction.
    pub(crate) fn on_export_patched(
        &mut self,
        cx: &mut Context<'_>,
        result: Result<HttpResponse, HttpFailure>,
    ) -> Result<(), Halt> {
        let stored = result.is_ok_and(|response| response.status == 204);
        let Some(upload) = self.upload.take_if(|_| stored) else { return self.export_failed(cx) };
        let blob = upload.location.unwrap_or_default();
        let messages = upload.announce.messages;
        let (archive, index, for_device) =
            (upload.announce.archive.clone(), upload.announce.index, upload.announce.for_device);
        self.tell_siblings(cx, content::Body::ArchiveSegment(ArchiveSegment { blob, ..upload.announce }))?;
        cx.db
            .prepare_cached(
                "UPDATE export SET cursor = ?2, segments = segments + 1, messages_done = messages_done + ?3,
                     finished = ?4 WHERE archive = ?1",
            )?
            .execute(params![upload.archive.as_bytes(), upload.cursor, messages, upload.last])?;
        if upload.last {
            let manifest = ArchiveManifest { archive, segments: index + 1, for_device, ..ArchiveManifest::default() };
            self.tell_siblings(cx, content::Body::ArchiveManifest(manifest))?;
        }
        let (done, total) = cx
            .db
            .prepare_cached("SELECT messages_done, messages_total FROM export WHERE archive = ?1")?
            .query_row([upload.archive.as_bytes()], |row| Ok((row.get::<_, u64>(0)?, row.get(1)?)))?;
        cx.event(Event::Mirror(MirrorProgress {
            active: true,
            messages_done: done.min(total),
            messages_total: total,
            ..MirrorProgress::default()
        }));
        Ok(())
    }

    fn export_failed(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.upload = None;
        self.retry_at(cx.now_ms + 5_000);
        Ok(())
    }

    /// A sibling lacks messages: it gets what this device has of them.
    pub(crate) fn on_fill_request(&mut self, cx: &mut Context<'_>, wanted: &FillRequest) -> Result<(), Halt> {
        let Ok(chat) = ChatId::try_from(wanted.chat.as_slice()) else { return Ok(()) };
        if !self.answers_sibling(cx, wanted)? {
            return Ok(());
        }
        for range in wanted.ranges.iter().take(16) {
            // Whoever asks may name any number.
            let (mut from, to) = (range.from.max(1), range.to.min(NUMBER_MAX));
            while from <= to {
                let messages = stored_range(cx, chat, from, to)?;
                let reached = messages.last().map_or(to, |message| message.seq);
                let reached = if messages.len() < FILL_MESSAGES as usize { to } else { reached };
                let (messages, reached) = within_bytes(messages, reached);
                let fill = Fill {
                    chat: wanted.chat.clone(),
                    covered: recovery::known_parts(cx.db, chat, &SeqRange { from, to: reached })?,
                    messages,
                    for_device: wanted.asking_device,
                };
                self.tell_siblings(cx, content::Body::Fill(fill))?;
                from = reached + 1;
            }
        }
        Ok(())
    }
}

/// A finished export is handed over when the server has the last announcement: before that, a phone that goes away
/// takes it along.
fn tell_handed_over(cx: &mut Context<'_>) -> Result<(), Halt> {
    let mut statement =
        cx.db.prepare_cached("SELECT archive, messages_total FROM export WHERE finished = 1 LIMIT 1")?;
    let finished = statement.query_row([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u64>(1)?))).optional()?;
    let Some((archive, total)) = finished else { return Ok(()) };
    let me = cx.me()?.address.account;
    let Some(group) = chats::find_with(cx.db, ChatKind::SelfGroup, me)? else { return Ok(()) };
    if outbox::head(cx.db, group.chat)?.is_none() {
        cx.db.prepare_cached("UPDATE export SET finished = 2 WHERE archive = ?1")?.execute([archive])?;
        // The page speaks of the device that was linked last.
        let has_more: bool = cx
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM export WHERE finished < 2)")?
            .query_row([], |row| row.get(0))?;
        if !has_more {
            cx.event(Event::Mirror(MirrorProgress {
                messages_done: total,
                messages_total: total,
                complete: true,
                ..MirrorProgress::default()
            }));
        }
    }
    Ok(())
}

/// Messages in as many answers as they need; the last one says what they cover.
pub(super) fn fills(chat: &[u8], for_device: u32, messages: Vec<Message>, covered: SeqRange) -> Vec<Fill> {
    let mut fills = vec![Fill { chat: chat.to_vec(), for_device, ..Fill::default() }];
    let mut size = 0;
    for message in messages {
        let bytes = message.encode_to_vec();
        size += bytes.len();
        if size > FILL_BYTES {
            size = bytes.len();
            fills.push(Fill { chat: chat.to_vec(), for_device, ..Fill::default() });
        }
        if let Some(fill) = fills.last_mut() {
            fill.messages.push(bytes);
        }
    }
    if let Some(fill) = fills.last_mut() {
        fill.covered.push(covered);
    }
    fills
}

/// As many as fit; the rest is asked for by where this ends.
fn within_bytes(messages: Vec<Message>, reached: u64) -> (Vec<Vec<u8>>, u64) {
    let mut size = 0;
    let mut taken = Vec::new();
    let mut last_seq = None;
    for message in messages {
        let bytes = message.encode_to_vec();
        size += bytes.len();
        if size > FILL_BYTES && last_seq.is_some() {
            return (taken, last_seq.unwrap_or(reached));
        }
        last_seq = Some(message.seq);
        taken.push(bytes);
    }
    (taken, reached)
}

fn stored_range(cx: &Context<'_>, chat: ChatId, from: u64, to: u64) -> Result<Vec<Message>, Halt> {
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM {MESSAGE_TABLES}
         WHERE m.chat = ?1 AND m.seq BETWEEN ?2 AND ?3 AND m.kind < 2 ORDER BY m.seq LIMIT ?4"
    );
    let mut statement = cx.db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![chat.as_bytes(), from.max(1), to, FILL_MESSAGES], read_message)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The first job whose device has come into the self group. A device that never came must not keep the history from others;
/// when it goes off the list, its job goes too.
fn next_job(cx: &mut Context<'_>) -> Result<Option<Job>, Halt> {
    let jobs = unfinished(cx)?;
    if jobs.is_empty() {
        return Ok(None);
    }
    let list = mls::own_device_list(cx)?;
    let there = devices_in_self_group(cx)?;
    if broken(Rule::FailedLinkingLeavesNoExport) {
        return Ok(jobs.into_iter().next().filter(|job| there.contains(&job.for_device)));
    }
    let mut next = None;
    for job in jobs {
        if list.device(DeviceNumber(job.for_device)).is_none() {
            forget(cx, job.archive)?;
        } else if next.is_none() && there.contains(&job.for_device) {
            next = Some(job);
        }
    }
    Ok(next)
}

fn unfinished(cx: &Context<'_>) -> Result<Vec<Job>, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT archive, for_device, cursor, segments, messages_done, messages_total FROM export WHERE finished = 0
         ORDER BY for_device",
    )?;
    let jobs = statement.query_map([], |row| {
        Ok(Job {
            archive: ArchiveId(row.get(0)?),
            for_device: row.get(1)?,
            cursor: row.get(2)?,
            segments: row.get(3)?,
            done: row.get(4)?,
            total: row.get(5)?,
        })
    })?;
    Ok(jobs.collect::<Result<_, _>>()?)
}

pub(crate) fn forget(cx: &Context<'_>, archive: ArchiveId) -> Result<(), Halt> {
    for table in ["export", "export_chat"] {
        cx.db.execute(&format!("DELETE FROM {table} WHERE archive = ?1"), [archive.as_bytes()])?;
    }
    Ok(())
}

fn devices_in_self_group(cx: &mut Context<'_>) -> Result<BTreeSet<u32>, Halt> {
    let me = cx.me()?.address.account;
    let group = chats::find_with(cx.db, ChatKind::SelfGroup, me)?;
    let Some(group) = group.filter(|group| group.membership == Membership::Joined) else { return Ok(BTreeSet::new()) };
    let Some(loaded) = mls::load(cx, &group)? else { return Ok(BTreeSet::new()) };
    let roster = mls::taken(loaded.roster())?.unwrap_or_default();
    Ok(roster.iter().map(|entry| entry.address.device.0).collect())
}

fn build(cx: &mut Context<'_>, job: &Job) -> Result<Upload, Halt> {
    let mut key = [0; 32];
    cx.rng.fill_bytes(&mut key);
    let mut writer = SegmentWriter::new(&key);
    let mut bytes = Vec::new();
    let broken = |_| Halt::Broken("a stored row does not fit an archive frame");
    let mut total = job.total;
    let (mut frames, stage, cursor, last) = if job.segments == 0 {
        // The cut: what comes later reaches the new device by itself, or fills a gap.
        let newest_ms;
        (total, newest_ms) = held(cx)?;
        cx.db
            .prepare_cached("UPDATE export SET messages_total = ?2 WHERE archive = ?1")?
            .execute(params![job.archive.as_bytes(), total])?;
        let cursor = (newest_ms + 1).to_be_bytes().to_vec();
        (overview(cx, job)?, archive_segment::Stage::Overview, cursor, total == 0)
    } else {
        let (page, cursor, last) = page(cx, &job.cursor)?;
        (page, archive_segment::Stage::Older, cursor, last)
    };
    if last && job.for_device != FOR_BACKUP {
        frames.extend(completeness::frames(cx, job.archive)?);
    }
    let messages = match stage {
        archive_segment::Stage::Overview => messages_in(&frames).count(),
        _ => beyond_overview(cx.db, job.archive, &frames)?,
    };
    for frame in &frames {
        bytes.extend(writer.push(frame).map_err(broken)?);
    }
    let finished = writer.finish().map_err(broken)?;
    bytes.extend_from_slice(&finished.bytes);
    let announce = ArchiveSegment {
        archive: job.archive.to_vec(),
        index: job.segments,
        blob: String::new(),
        size: finished.size,
        sha256: finished.sha256.to_vec(),
        key: key.to_vec(),
        for_device: job.for_device,
        stage: stage.into(),
        messages: messages as u64,
        messages_total: total.max(job.done),
    };
    Ok(Upload { archive: job.archive, bytes, location: None, announce, cursor, last })
}

/// How many messages there are to hand over, and the time of the newest.
fn held(cx: &Context<'_>) -> Result<(u64, u64), Halt> {
    let sql = "SELECT count(*), coalesce(max(time_ms), 0) FROM message WHERE seq > 0 AND kind < 2";
    Ok(cx.db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn messages_in(frames: &[Frame]) -> impl Iterator<Item = &Message> {
    frames.iter().filter_map(|frame| match &frame.body {
        Some(frame::Body::Message(message)) => Some(message),
        _ => None,
    })
}

/// Of these messages, how many the overview did not have: each counts once in the progress.
fn beyond_overview(db: &Connection, archive: ArchiveId, frames: &[Frame]) -> Result<usize, Halt> {
    let mut statement =
        db.prepare_cached("SELECT chat, overview_from_ms, up_to_seq FROM export_chat WHERE archive = ?1")?;
    let rows = statement.query_map([archive.as_bytes()], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, (row.get::<_, u64>(1)?, row.get::<_, u64>(2)?)))
    })?;
    let cuts: BTreeMap<Vec<u8>, (u64, u64)> = rows.collect::<Result<_, _>>()?;
    let is_new = |message: &&Message| {
        let cut = cuts.get(&message.chat);
        cut.is_none_or(|(from_ms, up_to_seq)| message.time_ms < *from_ms || message.seq > *up_to_seq)
    };
    Ok(messages_in(frames).filter(is_new).count())
}

/// Who is known, which chats there are, what the owner set, and the last messages of each chat.
fn overview(cx: &Context<'_>, job: &Job) -> Result<Vec<Frame>, Halt> {
    let mut frames = Vec::new();
    let mut add = |body| frames.push(Frame { body: Some(body) });
    let mut statement =
        cx.db.prepare_cached("SELECT account, number, device_list, profile_key, profile_version FROM account")?;
    let accounts = statement.query_map([], |row| {
        Ok(KnownAccount {
            account: row.get(0)?,
            number: row.get(1)?,
            signed_device_list: row.get(2)?,
            profile_key: row.get(3)?,
            profile: Vec::new(),
            profile_version: row.get(4)?,
        })
    })?;
    for account in accounts {
        add(frame::Body::Account(account?));
    }
    let mut statement =
        cx.db.prepare_cached("SELECT key, value, clock, device FROM state WHERE key NOT LIKE 'leave/%'")?;
    let entries = statement.query_map([], |row| {
        Ok(StateEntry {
            key: row.get(0)?,
            value: row.get(1)?,
            clock: row.get::<_, i64>(2)?.cast_unsigned(),
            device: row.get(3)?,
        })
    })?;
    for entry in entries {
        add(frame::Body::State(entry?));
    }
    let mut chats = chats::visible(cx.db)?;
    // What the server does not know yet comes to the new device by itself, when it does.
    chats.retain(|chat| match chat.membership {
        Membership::Joined => true,
        // Nobody else has what was said there.
        Membership::Wanted | Membership::Left => job.for_device == FOR_BACKUP,
        Membership::Creating => false,
    });
    chats.sort_by_key(|chat| std::cmp::Reverse(chat.activity_ms));
    let newest = newest_messages(cx, &chats)?;
    let me = cx.me()?.address.account;
    for ((rank, chat), messages) in (0u32..).zip(&chats).zip(&newest) {
        let mut accounts = others_in(cx, chat)?.iter().map(|account| account.to_vec()).collect::<Vec<_>>();
        accounts.insert(0, me.to_vec());
        let from_ms = messages.last().map_or(NEVER_MS, |message| message.time_ms);
        completeness::note_cut(cx, job.archive, chat.chat, chat.applied_seq, from_ms)?;
        add(frame::Body::Chat(Chat {
            chat: chat.chat.to_vec(),
            kind: chats::kind_number(chat.kind),
            generation: chat.generation.0,
            applied_seq: chat.applied_seq,
            rank,
            left: chat.membership == Membership::Left,
            accounts,
            read: reached_by_others(cx, chat, Mark::Read)?,
            delivered: reached_by_others(cx, chat, Mark::Delivered)?,
            ..Chat::default()
        }));
    }
    for message in newest.into_iter().flatten() {
        add(frame::Body::Message(message));
    }
    Ok(frames)
}

fn others_in(cx: &Context<'_>, chat: &chats::Chat) -> Result<Vec<AccountId>, Halt> {
    let me = cx.me()?.address.account;
    let mut others = match chat.kind {
        ChatKind::Group => groups::accounts(cx.db, chat.chat)?.into_iter().collect(),
        _ => vec![chat.peer],
    };
    others.retain(|account| *account != me);
    Ok(others)
}

/// How far the others are. A new device cannot learn it from the server: what lies there is sealed in an epoch before it came.
fn reached_by_others(cx: &Context<'_>, chat: &chats::Chat, mark: Mark) -> Result<Vec<AccountSeq>, Halt> {
    let mut reached = Vec::new();
    for account in others_in(cx, chat)? {
        let seq = marks::reached(cx.db, chat.chat, account, mark)?;
        if seq > 0 {
            reached.push(AccountSeq { account: account.to_vec(), seq });
        }
    }
    Ok(reached)
}

/// What the overview has of each chat, newest first: so many messages, and what was said about them since.
fn newest_messages(cx: &Context<'_>, chats: &[chats::Chat]) -> Result<Vec<Vec<Message>>, Halt> {
    let mut beginning = cx.db.prepare_cached(
        "SELECT time_ms FROM message WHERE chat = ?1 AND seq > 0 AND kind IN (0, 1)
         ORDER BY time_ms DESC LIMIT 1 OFFSET ?2",
    )?;
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM {MESSAGE_TABLES}
         WHERE m.chat = ?1 AND m.seq > 0 AND m.kind < 2 AND m.time_ms >= ?2 ORDER BY m.time_ms DESC LIMIT ?3"
    );
    let mut statement = cx.db.prepare_cached(&sql)?;
    let (mut newest, mut all_bytes) = (Vec::new(), 0);
    for (rank, chat) in chats.iter().enumerate() {
        let count = if rank < OVERVIEW_CHATS { OVERVIEW_PER_CHAT } else { 1 };
        let from_ms: Option<u64> =
            beginning.query_row(params![chat.chat.as_bytes(), count - 1], |row| row.get(0)).optional()?;
        let from_ms = from_ms.unwrap_or(0);
        let (mut of_chat, mut bytes) = (Vec::new(), 0);
        for message in statement.query_map(params![chat.chat.as_bytes(), from_ms, OVERVIEW_ROWS_MAX], read_message)? {
            if all_bytes >= SEGMENT_LEN || bytes >= OVERVIEW_CHAT_LEN {
                break;
            }
            let message = message?;
            let len = message.encoded_len();
            (bytes, all_bytes) = (bytes + len, all_bytes + len);
            of_chat.push(message);
        }
        newest.push(of_chat);
    }
    Ok(newest)
}

/// The next messages before the cursor, of all chats, newest first. The server's times are unique within a chat but not
/// over chats: a page ends where a time ends.
fn page(cx: &Context<'_>, cursor: &[u8]) -> Result<(Vec<Frame>, Vec<u8>, bool), Halt> {
    let before = <[u8; 8]>::try_from(cursor).map_or(NEVER_MS, u64::from_be_bytes);
    let end: Option<u64> = cx
        .db
        .prepare_cached(
            "SELECT time_ms FROM message WHERE seq > 0 AND kind < 2 AND time_ms < ?1
             ORDER BY time_ms DESC LIMIT 1 OFFSET ?2",
        )?
        .query_row(params![before, SEGMENT_MESSAGES - 1], |row| row.get(0))
        .optional()?;
    let from = end.unwrap_or(0);
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM {MESSAGE_TABLES}
         WHERE m.seq > 0 AND m.kind < 2 AND m.time_ms < ?1 AND m.time_ms >= ?2 ORDER BY m.time_ms DESC"
    );
    let mut statement = cx.db.prepare_cached(&sql)?;
    let (mut frames, mut bytes, mut last_ms) = (Vec::new(), 0, before);
    for message in statement.query_map(params![before, from], read_message)? {
        let message = message?;
        // Those of one time stay together: nothing tells them apart for the cursor.
        if bytes >= SEGMENT_LEN && message.time_ms < last_ms {
            return Ok((frames, last_ms.to_be_bytes().to_vec(), false));
        }
        (bytes, last_ms) = (bytes + message.encoded_len(), message.time_ms);
        frames.push(Frame { body: Some(frame::Body::Message(message)) });
    }
    Ok((frames, from.to_be_bytes().to_vec(), end.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{links_companion, phone, step, unlinks_companion};

    #[test]
    fn what_the_overview_had_is_not_counted_again() {
        let db = Connection::open_in_memory().expect("memory");
        crate::schema::open(&db).expect("schema");
        let (archive, known, unknown) = (ArchiveId([1; 16]), [2; 16], [3; 16]);
        db.execute(
            "INSERT INTO export_chat (archive, chat, up_to_seq, overview_from_ms) VALUES (?1, ?2, 9, 50)",
            params![archive.as_bytes(), known],
        )
        .expect("cut");
        let frame = |chat: [u8; 16], seq, time_ms| {
            let message = Message { chat: chat.to_vec(), seq, time_ms, ..Message::default() };
            Frame { body: Some(frame::Body::Message(message)) }
        };
        let count = |frames: &[Frame]| beyond_overview(&db, archive, frames).expect("query");
        assert_eq!(count(&[frame(known, 4, 49), frame(known, 5, 50), frame(known, 9, 90)]), 1, "the older one");
        assert_eq!(count(&[frame(known, 10, 95), frame(unknown, 5, 50)]), 2, "what it could not have");
    }

    /// A linking failed after the phone had begun to write its history down.
    #[test]
    fn of_a_device_that_left_the_list_no_history_stays() {
        let (_, db) = phone();
        links_companion(&db);
        for device in [2_u8, 3] {
            let insert = "INSERT INTO export (archive, for_device, cursor) VALUES (?1, ?2, x'')";
            db.execute(insert, params![[device; 16], device]).expect("begun");
        }
        let left = || {
            step(&db, 1, |cx| assert!(next_job(cx).expect("no halt").is_none(), "nobody has come into the self group"));
            let mut jobs = db.prepare("SELECT for_device FROM export").expect("query");
            jobs.query_map([], |row| row.get(0)).expect("rows").collect::<Result<Vec<u32>, _>>().expect("numbers")
        };
        assert_eq!(left(), [2], "the list never had the third");
        unlinks_companion(&db);
        assert!(left().is_empty());
    }

    #[test]
    fn a_sibling_that_asks_for_more_than_there_can_be_stops_nobody() {
        let (mut client, db) = phone();
        links_companion(&db);
        step(&db, 1, |cx| {
            let chat = ChatId([8; 16]);
            let ranges = vec![SeqRange { from: 0, to: u64::MAX }, SeqRange { from: u64::MAX, to: u64::MAX }];
            let wanted = FillRequest { chat: chat.to_vec(), ranges, asking_device: 2, of_anyone: true };
            // Without a self group there is nobody to tell; no number stops it before.
            let told = client.on_fill_request(cx, &wanted);
            assert!(matches!(told, Ok(()) | Err(Halt::Broken("a device without a self group"))), "{told:?}");
        });
    }
}
