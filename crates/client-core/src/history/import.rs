//! History, as the companion takes it: each segment is fetched, checked against the announced hash, and stored in one
//! transaction; twice does no harm. Then the gaps between the archive and the joining of each chat are asked for.

use super::export::FOR_BACKUP;
use super::{completeness, store_message};
use crate::accounts;
use crate::chats::{self, Chat, Membership, NO_PEER};
use crate::client::{Client, Context};
use crate::groups;
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpFailure, HttpMethod, HttpResponse};
use crate::marks::{self, Mark};
use crate::messages::{NUMBER_MAX, Stored};
use crate::missing;
use crate::registration::restoring;
use crate::{devices, own_state, recovery, this};
use client_api::{Event, Notice};
use e2ee::archive::SegmentReader;
use identity::ChatKind;
use prost::Message as _;
use proto::account::Backup;
use proto::content::{ArchiveManifest, ArchiveSegment, Content, Fill, SeqRange, StateOp};
use proto::history::{AccountSeq, Frame, Message, frame};
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation};
use proto::link::Linked;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

/// After a segment that did not come.
const AGAIN_MS: u64 = 5_000;
/// After a segment of a companion's history that does not fit its announcement.
const MISFIT_AGAIN_MS: u64 = 30_000;
/// The longest pause before a part of a backup is asked for again.
const AGAIN_MS_MAX: u64 = 600_000;
/// How often a part of a backup is asked for that the server says it has not, or of which it gives something else: for about an hour.
const TRIES: u32 = 12;

/// What is known in this run of the segment that comes next.
#[derive(Debug, Default)]
pub(crate) struct Importing {
    not_before_ms: u64,
    /// How often it was not there, or was something else.
    tries: u32,
}

impl Client {
    /// Linked: the self group is joined first, and what comes there is the history.
    pub(crate) fn begin_mirror(&mut self, cx: &mut Context<'_>, linked: &Linked) -> Result<(), Halt> {
        let Ok(self_chat) = ChatId::try_from(linked.self_chat.as_slice()) else {
            return Err(Halt::Broken("the phone named no group of its devices"));
        };
        let peer = cx.me()?.address.account;
        let chat = Chat {
            chat: self_chat,
            kind: ChatKind::SelfGroup,
            generation: Generation(1),
            peer,
            membership: Membership::Wanted,
            applied_seq: 0,
            activity_ms: cx.now_ms,
        };
        chats::insert(cx, &chat)?;
        cx.db.prepare_cached("UPDATE this SET import_total = ?1")?.execute([linked.messages_total])?;
        self.phone_stirs(cx)?;
        cx.changed.mirror = true;
        Ok(())
    }

    /// A segment was announced; for this device, and by the phone? History is the phone's to give: what it says of own-device state is
    /// taken as it stands.
    pub(crate) fn on_archive_segment(
        &mut self,
        cx: &mut Context<'_>,
        by: DeviceNumber,
        segment: &ArchiveSegment,
    ) -> Result<(), Halt> {
        let is_given = by == devices::number_of_phone(cx)? && !cx.is_phone()?;
        if segment.for_device != cx.me()?.address.device.0 || !is_given {
            return Ok(());
        }
        cx.db
            .prepare_cached("INSERT OR IGNORE INTO import_segment (archive, place, segment) VALUES (?1, ?2, ?3)")?
            .execute(params![segment.archive, segment.index, segment.encode_to_vec()])?;
        self.phone_stirs(cx)?;
        Ok(())
    }

    /// How many segments there are.
    pub(crate) fn on_archive_manifest(
        &mut self,
        cx: &mut Context<'_>,
        by: DeviceNumber,
        manifest: &ArchiveManifest,
    ) -> Result<(), Halt> {
        if manifest.for_device == cx.me()?.address.device.0 && by == devices::number_of_phone(cx)? {
            cx.db.prepare_cached("UPDATE this SET import_segments = ?1")?.execute([manifest.segments])?;
            cx.changed.everything |= all_imported(cx)?;
            cx.changed.mirror = true;
            self.phone_stirs(cx)?;
        }
        Ok(())
    }

    /// Fetches the next segment.
    pub(crate) fn import_next(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let asked = |p: &Purpose| matches!(p, Purpose::ImportSegment { .. } | Purpose::NewestBackup { .. });
        if cx.now_ms < self.importing.not_before_ms || self.calls.is_under_way(asked) {
            return Ok(());
        }
        let Some((place, segment)) = next_segment(cx)? else { return Ok(()) };
        if segment.blob.is_empty() {
            return self.import_from_file(cx, place);
        }
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let mut call =
            self.calls.start(Purpose::ImportSegment { place }, HttpMethod::Get, &segment.blob, Vec::new(), Some(token));
        if let crate::io::Output::Http(request) = &mut call {
            request.timeout_ms = 120_000;
            request.headers.clear();
        }
        cx.out.push(call);
        Ok(())
    }

    /// A segment of a backup's file, which is here: one an input.
    fn import_from_file(&mut self, cx: &mut Context<'_>, place: u32) -> Result<(), Halt> {
        let body = restoring::segment_in_file(cx, place)?;
        self.retry_at(cx.now_ms + 1);
        self.on_segment_fetched(cx, place, Ok(HttpResponse { status: 200, headers: Vec::new(), body, kept: 0 }))
    }

    pub(crate) fn on_segment_fetched(
        &mut self,
        cx: &mut Context<'_>,
        place: u32,
        result: Result<HttpResponse, HttpFailure>,
    ) -> Result<(), Halt> {
        let Some((next, segment)) = next_segment(cx)?.filter(|(next, _)| *next == place) else { return Ok(()) };
        let body = match result {
            Ok(response) if response.status == 200 => response.body,
            // The phone before may have made another backup since this one was opened.
            Ok(response) if response.status == 404 && segment.for_device == FOR_BACKUP => {
                return self.ask_newest_backup(cx, place);
            }
            _ => {
                self.import_again(cx, AGAIN_MS);
                return Ok(());
            }
        };
        let whole = Sha256::digest(&body).as_slice() == segment.sha256;
        let frames = <[u8; 32]>::try_from(segment.key.as_slice()).ok().filter(|_| whole).and_then(|key| {
            let mut reader = SegmentReader::new(&key);
            let mut frames = reader.push(&body).ok()?;
            frames.extend(reader.finish().ok()?);
            Some(frames)
        });
        let Some(frames) = frames else {
            tracing::warn!(place, "a segment of history does not fit its announcement");
            return match (segment.for_device == FOR_BACKUP, segment.blob.is_empty()) {
                (false, _) => {
                    self.import_again(cx, MISFIT_AGAIN_MS);
                    Ok(())
                }
                // What lies in a file does not change.
                (true, true) => self.go_on_without(cx, &segment),
                (true, false) => self.segment_fails(cx, &segment),
            };
        };
        if let Some(from_ms) = frames.iter().filter_map(time_of).min().filter(|_| next > 0) {
            cx.db.prepare_cached("UPDATE this SET import_from_ms = ?1")?.execute([from_ms])?;
        }
        for frame in frames {
            take_frame(cx, frame)?;
        }
        // A backup stays until the next one is made.
        if segment.for_device != FOR_BACKUP {
            self.drop_blob(cx, &segment.blob)?;
        }
        self.segment_is_done(cx, &segment)
    }

    fn segment_is_done(&mut self, cx: &mut Context<'_>, segment: &ArchiveSegment) -> Result<(), Halt> {
        cx.db
            .prepare_cached("UPDATE import_segment SET done = 1 WHERE archive = ?1 AND place = ?2")?
            .execute(params![segment.archive, segment.index])?;
        self.importing = Importing::default();
        if segment.for_device == FOR_BACKUP && segment.blob.is_empty() && is_whole(cx)? {
            restoring::forget_file(cx)?;
        }
        self.show_imported(cx, segment.index)?;
        self.profiles_are_due();
        cx.changed.mirror = true;
        self.phone_stirs(cx)?;
        Ok(())
    }

    fn import_again(&mut self, cx: &Context<'_>, wait_ms: u64) {
        self.importing.not_before_ms = cx.now_ms + wait_ms;
        self.retry_at(self.importing.not_before_ms);
    }

    fn ask_newest_backup(&mut self, cx: &mut Context<'_>, place: u32) -> Result<(), Halt> {
        if let Some(token) = this::session_token(cx.db)? {
            let purpose = Purpose::NewestBackup { place };
            cx.out.push(self.calls.start(purpose, HttpMethod::Get, "/v1/backup", Vec::new(), Some(token)));
        }
        Ok(())
    }

    /// A segment is not there: is it of a backup that another one has followed? That one has all of it, and more.
    pub(crate) fn on_newest_backup(
        &mut self,
        cx: &mut Context<'_>,
        place: u32,
        reply: Reply<Backup>,
    ) -> Result<(), Halt> {
        let Some((_, segment)) = next_segment(cx)?.filter(|(next, _)| *next == place) else { return Ok(()) };
        match reply {
            Reply::Ok(backup) if restoring::go_on_with(cx, &backup, &segment.archive)? => {
                self.importing = Importing::default();
                Ok(())
            }
            Reply::Ok(_) => self.segment_fails(cx, &segment),
            Reply::Problem(problem) if problem.code == "not-found" => self.segment_fails(cx, &segment),
            Reply::Problem(_) | Reply::None => {
                self.import_again(cx, AGAIN_MS);
                Ok(())
            }
        }
    }

    /// A segment of a backup is missing at the server, or is another one. It is asked for again later and later, and then gone on without.
    fn segment_fails(&mut self, cx: &mut Context<'_>, segment: &ArchiveSegment) -> Result<(), Halt> {
        let tries = self.importing.tries + 1;
        if tries >= TRIES {
            return self.go_on_without(cx, segment);
        }
        if tries == 1 {
            cx.event(Event::Notice(Notice::BackupPartAwaited));
        }
        self.importing.tries = tries;
        self.import_again(cx, AGAIN_MS.saturating_mul(1 << tries.min(16)).min(AGAIN_MS_MAX));
        Ok(())
    }

    fn go_on_without(&mut self, cx: &mut Context<'_>, segment: &ArchiveSegment) -> Result<(), Halt> {
        tracing::warn!(place = segment.index, "a part of a backup is given up");
        cx.event(Event::Notice(Notice::BackupPartLost));
        self.segment_is_done(cx, segment)
    }

    /// The overview fills the list; what is older changes only unread counts, and the list is read again at the end: for
    /// each segment that would take longer than the segment.
    fn show_imported(&self, cx: &mut Context<'_>, place: u32) -> Result<(), Halt> {
        if place == 0 || all_imported(cx)? {
            cx.changed.everything = true;
        } else {
            cx.changed.chats.retain(|chat| self.open_chats.contains(chat));
            cx.changed.infos.extend(&self.open_chats);
        }
        Ok(())
    }

    /// The segment is here: the server need not keep it. If this is lost, the blob expires by itself.
    fn drop_blob(&mut self, cx: &mut Context<'_>, blob: &str) -> Result<(), Halt> {
        if let Some(token) = this::session_token(cx.db)? {
            cx.out.push(self.calls.start(Purpose::DropBlob, HttpMethod::Delete, blob, Vec::new(), Some(token)));
        }
        Ok(())
    }

    /// A sibling fills a gap.
    pub(crate) fn on_fill(&mut self, cx: &mut Context<'_>, fill: &Fill) -> Result<(), Halt> {
        if fill.for_device != cx.me()?.address.device.0 {
            return Ok(());
        }
        for message in fill.messages.iter().filter_map(|bytes| Message::decode(bytes.as_slice()).ok()) {
            if store_message(cx, &message)? == Stored::InPlace {
                self.tell_filled(cx, &message)?;
            }
        }
        for range in &fill.covered {
            let range = SeqRange { from: range.from.min(NUMBER_MAX), to: range.to.min(NUMBER_MAX) };
            completeness::agree(cx, &fill.chat, &range)?;
            if let Ok(chat) = ChatId::try_from(fill.chat.as_slice()) {
                completeness::note_filled(cx, chat, range)?;
                missing::take_out(cx, chat, range)?;
                recovery::release(cx, chat, range.from, range.to)?;
            }
        }
        if let Ok(chat) = ChatId::try_from(fill.chat.as_slice()) {
            cx.changed.infos.insert(chat);
        }
        cx.changed.mirror = true;
        self.phone_stirs(cx)?;
        Ok(())
    }

    /// A message that was waited for is here.
    fn tell_filled(&mut self, cx: &mut Context<'_>, message: &Message) -> Result<(), Halt> {
        let ids = (ChatId::try_from(message.chat.as_slice()), AccountId::try_from(message.account.as_slice()));
        let (Ok(chat), Ok(account)) = ids else { return Ok(()) };
        let sender = DeviceAddress { account, device: DeviceNumber(message.device) };
        match (chats::find(cx.db, chat)?, Content::decode(message.content.as_slice())) {
            (Some(chat), Ok(content)) => self.tell_arrival(cx, &chat, sender, &content, message.seq),
            _ => Ok(()),
        }
    }
}

fn all_imported(cx: &Context<'_>) -> Result<bool, Halt> {
    Ok(cx
        .db
        .prepare_cached(
            "SELECT coalesce(import_segments = (SELECT count(*) FROM import_segment WHERE done = 1), 0) FROM this",
        )?
        .query_row([], |row| row.get(0))?)
}

/// What comes in is a backup's file, which is here.
pub(crate) fn comes_from_file(cx: &Context<'_>) -> Result<bool, Halt> {
    Ok(next_segment(cx)?.is_some_and(|(_, segment)| segment.blob.is_empty()))
}

fn next_segment(cx: &Context<'_>) -> Result<Option<(u32, ArchiveSegment)>, Halt> {
    let mut statement =
        cx.db.prepare_cached("SELECT place, segment FROM import_segment WHERE done = 0 ORDER BY place LIMIT 1")?;
    let row = statement.query_row([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))).optional()?;
    row.map(|(place, bytes)| {
        let segment =
            ArchiveSegment::decode(bytes.as_slice()).map_err(|_| Halt::Broken("a stored segment cannot be read"))?;
        Ok((place, segment))
    })
    .transpose()
}

fn time_of(frame: &Frame) -> Option<u64> {
    match &frame.body {
        Some(frame::Body::Message(message)) => Some(message.time_ms),
        _ => None,
    }
}

fn take_frame(cx: &mut Context<'_>, frame: Frame) -> Result<(), Halt> {
    match frame.body {
        Some(frame::Body::Account(known)) => {
            let Ok(account) = AccountId::try_from(known.account.as_slice()) else { return Ok(()) };
            if account != cx.me()?.address.account {
                accounts::know(cx, account, &known.number)?;
                if !known.signed_device_list.is_empty() {
                    accounts::take_siblings_list(cx, account, &known.signed_device_list)?;
                }
                cx.db
                    .prepare_cached(
                        "UPDATE account SET profile_key = ?2, profile_wanted = max(profile_wanted, ?3)
                         WHERE account = ?1",
                    )?
                    .execute(params![known.account, known.profile_key, known.profile_version])?;
            }
            Ok(())
        }
        // That a device leaves is its own word only.
        Some(frame::Body::State(entry)) if devices::is_leave_key(&entry.key) => Ok(()),
        Some(frame::Body::State(entry)) => {
            let op = StateOp { key: entry.key, value: entry.value, clock: entry.clock, device: entry.device };
            own_state::take(cx, &[op])
        }
        Some(frame::Body::Chat(chat)) => take_chat(cx, &chat),
        Some(frame::Body::Message(message)) => store_message(cx, &message).map(|_| ()),
        Some(frame::Body::Completeness(wanted)) => completeness::expect(cx, &wanted),
        _ => Ok(()),
    }
}

fn take_chat(cx: &mut Context<'_>, archived: &proto::history::Chat) -> Result<(), Halt> {
    let Ok(id) = ChatId::try_from(archived.chat.as_slice()) else { return Ok(()) };
    let me = cx.me()?.address.account;
    let accounts = archived.accounts.iter().filter_map(|account| AccountId::try_from(account.as_slice()).ok());
    let others: Vec<AccountId> = accounts.filter(|account| *account != me).collect();
    let (kind, peer) = if archived.kind == chats::kind_number(ChatKind::Group) {
        (ChatKind::Group, NO_PEER)
    } else {
        (ChatKind::Direct, others.first().copied().unwrap_or(me))
    };
    if chats::find(cx.db, id)?.is_none() {
        let chat = Chat {
            chat: id,
            kind,
            generation: Generation(archived.generation),
            peer,
            membership: if archived.left { Membership::Left } else { Membership::Wanted },
            // A phone follows the log from where it was; what a companion lacks before its joining it asks of the phone.
            applied_seq: if cx.is_phone()? { archived.applied_seq.min(NUMBER_MAX) } else { 0 },
            activity_ms: 0,
        };
        chats::insert(cx, &chat)?;
    }
    cx.db
        .prepare_cached("UPDATE chat SET archived_seq = max(archived_seq, ?2), rank = ?3 WHERE chat = ?1")?
        .execute(params![id.as_bytes(), archived.applied_seq, archived.rank])?;
    if kind == ChatKind::Group {
        groups::expect(cx, id, &others)?;
    }
    for account in others {
        let reached = |seqs: &[AccountSeq]| seqs.iter().find(|of| of.account == account.0).map_or(0, |of| of.seq);
        marks::advance(cx, id, account, Mark::Delivered, (reached(&archived.delivered), 0))?;
        marks::advance(cx, id, account, Mark::Read, (reached(&archived.read), 0))?;
    }
    Ok(())
}

/// All the history that this device gets is here.
pub(crate) fn is_whole(cx: &Context<'_>) -> Result<bool, Halt> {
    let (awaited, undone): (Option<u32>, u32) = cx
        .db
        .prepare_cached("SELECT import_segments, (SELECT count(*) FROM import_segment WHERE done = 0) FROM this")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(undone == 0 && (cx.is_phone()? || awaited.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state;
    use crate::testing::{companion, step};
    use proto::history::StateEntry;

    #[test]
    fn history_is_taken_from_the_phone_alone() {
        let (mut client, db) = companion();
        let mut announced = |by: u32| {
            let (count, _) = step(&db, 1, |cx| {
                let for_device = cx.me().expect("me").address.device.0;
                let segment = ArchiveSegment { archive: vec![1; 16], for_device, ..ArchiveSegment::default() };
                client.on_archive_segment(cx, DeviceNumber(by), &segment).expect("heard");
                let manifest = ArchiveManifest { for_device, segments: 1, ..ArchiveManifest::default() };
                client.on_archive_manifest(cx, DeviceNumber(by), &manifest).expect("heard");
                let sql = "SELECT count(*) + (SELECT count(import_segments) FROM this) FROM import_segment";
                cx.db.query_row(sql, [], |row| row.get::<_, u32>(0)).expect("counted")
            });
            count
        };
        assert_eq!(announced(7), 0, "of a device that is not the phone");
        assert_eq!(announced(1), 2, "a segment and how many there are");
    }

    #[test]
    fn no_history_says_that_a_device_leaves() {
        let (_, db) = companion();
        step(&db, 1, |cx| {
            let key = devices::leave_key(cx.me().expect("me").address.device);
            for key in [key.as_str(), "pin/x"] {
                let entry = StateEntry { key: key.to_owned(), value: vec![1], clock: 5, device: 2 };
                take_frame(cx, Frame { body: Some(frame::Body::State(entry)) }).expect("taken");
            }
            assert_eq!(state::get(cx.db, &key).expect("read"), None);
            assert_eq!(state::get(cx.db, "pin/x").expect("read"), Some(vec![1]));
        });
    }
}
