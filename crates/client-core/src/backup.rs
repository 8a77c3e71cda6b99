//! Backups of the account, made on its phone: a segment at a time, sealed as those of a history are, to the server or into a file. Owns the
//! table `backup`. What is in a segment is `history::export`'s; how a backup comes back is `registration::restoring`'s.
//!
//! Nothing of this device is in a backup: no MLS state, no device key. Files of messages are not either, but their keys and places are.

mod file;
mod upload;

use crate::client::{Client, Context};
use crate::history::export::{self, BackupSegment};
use crate::history::import;
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::{chats, media, mls, this};
use client_api::{Answer, BackupFailure, BackupState, Event, RecoveryKeyText, UserError};
use e2ee::backup::{BackupError, BackupKey, Outside, RecoveryKey, RecoveryKeyError, seal_head};
use identity::ChatKind;
use prost::Message as _;
use proto::account::PutBackup;
use proto::backup::{Making, Manifest};
use proto::ids::ArchiveId;
use rusqlite::{Connection, params};
use upload::{Upload, is_step};
use zeroize::{Zeroize, Zeroizing};

/// From one backup to the next.
const EVERY_MS: u64 = 24 * 3_600 * 1_000;
/// After one that was too large: it will be tomorrow, too.
const TOO_LARGE_AGAIN_MS: u64 = 7 * EVERY_MS;

/// What is under way in this run.
#[derive(Debug, Default)]
pub(crate) struct Backing {
    /// A segment on its way to the server; made again where it is lost.
    upload: Option<Upload>,
    /// Not before this time.
    not_before_ms: u64,
    /// How often in a row something came to nothing.
    tries: u32,
    /// Pieces of an upload are smaller by so many halvings.
    slowness: u32,
    /// The backup that goes into a file, and with which key.
    file: Option<(Making, BackupKey)>,
}

/// What somebody typed for a recovery key.
pub(crate) fn typed_key(text: &str) -> Result<BackupKey, UserError> {
    RecoveryKey::parse(text).map(|key| key.backup_key()).map_err(|error| {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        match error {
            RecoveryKeyError::Length { digits } => UserError::RecoveryKeyLength { digits: number(digits) },
            RecoveryKeyError::NotDigits => UserError::RecoveryKeySigns,
            RecoveryKeyError::Group { group } => UserError::RecoveryKeyGroup { group: number(group) },
        }
    })
}

/// The words for a backup that is not opened.
pub(crate) fn backup_error(error: BackupError) -> UserError {
    match error {
        BackupError::NotOpened => UserError::RecoveryKeyWrong,
        BackupError::Version(_) => UserError::BackupNewer,
        BackupError::TooLarge => UserError::BackupTooLarge,
        BackupError::NotABackup | BackupError::Form(_) | BackupError::Cut => UserError::BackupDamaged,
    }
}

/// Goes on with backups under this key: it opens the one that the server has.
pub(crate) fn keep_key(cx: &Context<'_>, key: &BackupKey, made_ms: u64, size: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE backup SET key = ?1, made_ms = ?2, size = ?3, next_ms = ?4, failed = 0")?
        .execute(params![key.to_bytes().as_slice(), made_ms, size, cx.now_ms + EVERY_MS])?;
    Ok(())
}

/// Knows of no backup any more.
pub(crate) fn forget_key(cx: &Context<'_>) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE backup SET key = x'', made_ms = 0, size = 0, next_ms = 0, failed = 0, making = x''")?
        .execute([])?;
    Ok(())
}

/// Backups are the phone's, and not while it is being restored: what it has is part of what the backup has, and the next one ends the one
/// before.
fn may_change(cx: &Context<'_>) -> Result<Result<(), UserError>, Halt> {
    Ok(match (cx.is_phone()?, import::is_whole(cx)?) {
        (false, _) => Err(UserError::OnlyPhone),
        (true, false) => Err(UserError::StillRestoring),
        (true, true) => Ok(()),
    })
}

/// The key of backups, where there are any.
pub(crate) fn key(db: &Connection) -> Result<Option<BackupKey>, Halt> {
    let bytes: Vec<u8> = db.prepare_cached("SELECT key FROM backup")?.query_row([], |row| row.get(0))?;
    let bytes = Zeroizing::new(bytes);
    match <&[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Some(BackupKey::from_bytes(key))),
        Err(_) if bytes.is_empty() => Ok(None),
        Err(_) => Err(Halt::Broken("the stored key of backups has another length")),
    }
}

fn making(db: &Connection) -> Result<Option<Making>, Halt> {
    let bytes: Vec<u8> = db.prepare_cached("SELECT making FROM backup")?.query_row([], |row| row.get(0))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    Making::decode(bytes.as_slice()).map(Some).map_err(|_| Halt::Broken("a backup that is being made cannot be read"))
}

fn store_making(cx: &Context<'_>, making: &Making) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE backup SET making = ?1")?.execute([making.encode_to_vec()])?;
    Ok(())
}

fn begin(cx: &mut Context<'_>) -> Making {
    Making { archive: chats::random_id(cx).to_vec(), ..Making::default() }
}

/// Takes the segment into what was made so far.
fn add(making: &mut Making, made: &BackupSegment, blob: &str) {
    let mut segment = made.segment.clone();
    segment.blob = blob.to_owned();
    making.messages_total = segment.messages_total;
    making.cursor.clone_from(&made.cursor);
    making.finished = made.last;
    making.segments.push(segment);
}

/// The sealed head of a backup of which all segments are made.
fn head(cx: &mut Context<'_>, making: &Making, key: &BackupKey) -> Result<Result<Vec<u8>, BackupError>, Halt> {
    let me = cx.me()?;
    let Some(account_key) = me.account_key else { return Err(Halt::Broken("a backup is made by the phone")) };
    let own = chats::find_with(cx.db, ChatKind::SelfGroup, me.address.account)?;
    let own = own.ok_or(Halt::Broken("a device without a self group"))?;
    let mut manifest = Manifest {
        account_key: account_key.to_bytes().to_vec(),
        number: me.number,
        self_chat: own.chat.to_vec(),
        messages: making.segments.iter().map(|segment| segment.messages).sum(),
        segments: making.segments.clone(),
        signed_device_list: mls::own_device_list(cx)?.as_bytes().to_vec(),
    };
    let outside = Outside { account: me.address.account, made_ms: cx.now_ms };
    let head = seal_head(key, outside, &manifest, cx.rng);
    manifest.account_key.zeroize();
    Ok(head)
}

fn archive_of(making: &Making) -> Result<ArchiveId, Halt> {
    ArchiveId::try_from(making.archive.as_slice()).map_err(|_| Halt::Broken("a backup without its id"))
}

fn failure_number(failure: Option<BackupFailure>) -> u32 {
    match failure {
        None => 0,
        Some(BackupFailure::NoRoom) => 1,
        Some(BackupFailure::TooLarge) => 2,
        Some(BackupFailure::ServerFailed) => 3,
    }
}

/// Where backups stand, for the interface.
pub(crate) fn show(cx: &mut Context<'_>) -> Result<(), Halt> {
    if !cx.is_phone()? {
        return Ok(());
    }
    let (on, made_ms, size, failed): (bool, u64, u64, u32) = cx
        .db
        .prepare_cached("SELECT length(key) > 0, made_ms, size, failed FROM backup")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let failures = [BackupFailure::NoRoom, BackupFailure::TooLarge, BackupFailure::ServerFailed];
    let failed = failures.into_iter().find(|failure| failure_number(Some(*failure)) == failed);
    let making = making(cx.db)?.map(|making| {
        let done = making.segments.iter().map(|segment| segment.messages).sum::<u64>();
        (done.min(making.messages_total), making.messages_total)
    });
    cx.event(Event::Backup(BackupState { on, made_ms, size, making, failed }));
    Ok(())
}

impl Client {
    /// A key to write down. Nothing is kept of it until it is typed.
    pub(crate) fn make_recovery_key(cx: &mut Context<'_>, request: u32) {
        let text = RecoveryKey::generate(cx.rng).to_text();
        cx.answer(request, Ok(Answer::RecoveryKey(RecoveryKeyText(text.to_string()))));
    }

    /// "Back up with this key."
    pub(crate) fn turn_backup_on(&mut self, cx: &mut Context<'_>, request: u32, key: &str) -> Result<(), Halt> {
        if let Err(error) = may_change(cx)? {
            cx.answer(request, Err(error));
            return Ok(());
        }
        match typed_key(key) {
            Ok(key) => {
                self.abandon_backup(cx)?;
                keep_key(cx, &key, 0, 0)?;
                self.begin_backup(cx)?;
                cx.answer(request, Ok(Answer::Done));
                show(cx)
            }
            Err(error) => {
                cx.answer(request, Err(error));
                Ok(())
            }
        }
    }

    /// "Back up now."
    pub(crate) fn back_up_now(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        if let Err(error) = may_change(cx)? {
            cx.answer(request, Err(error));
        } else if key(cx.db)?.is_none() {
            cx.answer(request, Err(UserError::BackupOff));
        } else {
            if making(cx.db)?.is_none() {
                self.begin_backup(cx)?;
            }
            cx.answer(request, Ok(Answer::Done));
            show(cx)?;
        }
        Ok(())
    }

    /// "Turn off": the server's copy goes, too.
    pub(crate) fn turn_backup_off(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        if let Err(error) = may_change(cx)? {
            cx.answer(request, Err(error));
            return Ok(());
        }
        self.abandon_backup(cx)?;
        forget_key(cx)?;
        cx.db.prepare_cached("UPDATE backup SET drop_due = 1")?.execute([])?;
        cx.answer(request, Ok(Answer::Done));
        show(cx)
    }

    fn begin_backup(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let making = begin(cx);
        self.backing.came_on();
        store_making(cx, &making)
    }

    /// What was made of a backup that will not be whole is of no use: it goes, from the server as well. A `PUT` may be on its way: if it comes
    /// before, the server keeps what that names until the next.
    fn abandon_backup(&mut self, cx: &Context<'_>) -> Result<(), Halt> {
        if let Some(making) = self.end_backup(cx)? {
            let blobs = making.segments.iter().map(|segment| segment.blob.as_str()).chain([making.uploading.as_str()]);
            media::unwanted(cx, blobs.filter(|blob| !blob.is_empty()))?;
        }
        Ok(())
    }

    /// None is being made any more.
    fn end_backup(&mut self, cx: &Context<'_>) -> Result<Option<Making>, Halt> {
        self.backing.upload = None;
        self.calls.drop_where(|p| matches!(p, Purpose::BackupOffset { .. }));
        let making = making(cx.db)?;
        if let Some(making) = &making {
            export::forget(cx, archive_of(making)?)?;
        }
        cx.db.prepare_cached("UPDATE backup SET making = x''")?.execute([])?;
        Ok(making)
    }

    /// The next step, if a backup is due.
    pub(crate) fn back_up(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        // A phone that is being restored has not all of what the backup has, and would put an end to it. When it has, this comes again.
        if !cx.is_phone()? || self.calls.is_under_way(is_step) || !import::is_whole(cx)? {
            return Ok(());
        }
        let (is_on, drop_due, next_ms): (bool, bool, u64) = cx
            .db
            .prepare_cached("SELECT length(key) > 0, drop_due, next_ms FROM backup")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        if !(is_on || drop_due) || cx.now_ms < self.backing.not_before_ms {
            return Ok(());
        }
        if drop_due {
            return self.drop_backup(cx);
        }
        let (key, making) = match (key(cx.db)?, making(cx.db)?) {
            (Some(key), Some(making)) => (key, making),
            (Some(key), None) if next_ms <= cx.now_ms => {
                self.begin_backup(cx)?;
                show(cx)?;
                (key, making_of(cx)?)
            }
            (Some(_), None) => {
                self.retry_at(next_ms);
                return Ok(());
            }
            _ => return Ok(()),
        };
        if making.finished { self.put_backup(cx, &making, &key) } else { self.send_segment(cx, making) }
    }

    /// All segments are at the server: the head makes a backup of them.
    fn put_backup(&mut self, cx: &mut Context<'_>, making: &Making, key: &BackupKey) -> Result<(), Halt> {
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let Ok(head) = head(cx, making, key)? else {
            return self.give_backup_up(cx, BackupFailure::TooLarge);
        };
        let blobs = making.segments.iter().map(|segment| blob_id(&segment.blob)).collect::<Option<Vec<_>>>();
        let Some(blobs) = blobs else { return self.give_backup_up(cx, BackupFailure::ServerFailed) };
        let size = head.len() as u64 + making.segments.iter().map(|segment| segment.size).sum::<u64>();
        let body = PutBackup { head, blobs }.encode_to_vec();
        let purpose = Purpose::PutBackup { archive: archive_of(making)?, size, made_ms: cx.now_ms };
        cx.out.push(self.calls.start(purpose, HttpMethod::Put, "/v1/backup", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_backup_put(
        &mut self,
        cx: &mut Context<'_>,
        archive: ArchiveId,
        (made_ms, size): (u64, u64),
        reply: Reply<()>,
    ) -> Result<(), Halt> {
        if making(cx.db)?.is_none_or(|making| making.archive != archive.as_bytes()) {
            // It was given up meanwhile.
            return Ok(());
        }
        match reply {
            Reply::Ok(()) => {
                self.end_backup(cx)?;
                self.backing.came_on();
                cx.db
                    .prepare_cached("UPDATE backup SET made_ms = ?1, size = ?2, next_ms = ?3, failed = 0")?
                    .execute(params![made_ms, size, cx.now_ms + EVERY_MS])?;
                show(cx)
            }
            // What says nothing of this backup.
            Reply::Problem(problem) if matches!(problem.code.as_str(), "too-many" | "internal" | "unauthenticated") => {
                self.backup_again(cx)
            }
            Reply::Problem(_) => self.give_backup_up(cx, BackupFailure::ServerFailed),
            Reply::None => self.backup_again(cx),
        }
    }

    fn give_backup_up(&mut self, cx: &mut Context<'_>, failure: BackupFailure) -> Result<(), Halt> {
        self.abandon_backup(cx)?;
        let again_ms = if failure == BackupFailure::TooLarge { TOO_LARGE_AGAIN_MS } else { EVERY_MS };
        cx.db
            .prepare_cached("UPDATE backup SET failed = ?1, next_ms = ?2")?
            .execute(params![failure_number(Some(failure)), cx.now_ms + again_ms])?;
        show(cx)
    }

    fn drop_backup(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if let Some(token) = this::session_token(cx.db)? {
            let call = self.calls.start(Purpose::DropBackup, HttpMethod::Delete, "/v1/backup", Vec::new(), Some(token));
            cx.out.push(call);
        }
        Ok(())
    }

    pub(crate) fn on_backup_dropped(&mut self, cx: &mut Context<'_>, reply: &Reply<()>) -> Result<(), Halt> {
        // Another phone is in this one's place: what there is, is that one's.
        let is_settled = match reply {
            Reply::Ok(()) => true,
            Reply::Problem(problem) => problem.code == "phone-only",
            Reply::None => false,
        };
        if is_settled {
            self.backing.came_on();
            cx.db.prepare_cached("UPDATE backup SET drop_due = 0")?.execute([])?;
        } else {
            self.pause_backup(cx);
        }
        Ok(())
    }
}

fn making_of(cx: &Context<'_>) -> Result<Making, Halt> {
    making(cx.db)?.ok_or(Halt::Broken("a backup that was begun is not there"))
}

/// The 16 bytes that the address of a blob names.
fn blob_id(location: &str) -> Option<Vec<u8>> {
    let name = location.rsplit('/').next()?;
    let digit = |at: usize| u8::from_str_radix(name.get(at..at + 2)?, 16).ok();
    (name.len() == 32).then(|| (0..16).map(|at| digit(2 * at)).collect::<Option<Vec<u8>>>()).flatten()
}

#[cfg(test)]
mod backup_tests;
