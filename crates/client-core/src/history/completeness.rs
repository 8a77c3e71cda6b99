//! Completeness: whether a companion holds all that the phone held when it wrote the archive. The phone sends, behind
//! the last message, how many messages of each chat and month there are and the XOR of their hashed ids; the companion
//! compares, says which ids it has where they differ, and gets the others. What lies between the archive and the joining
//! of a chat is asked for here too. Owns the tables `export_chat` and `completeness`.

use super::export::fills;
use super::{MESSAGE_COLUMNS, MESSAGE_TABLES, read_message};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::missing;
use breakable::{Rule, broken};
use client_api::Completeness;
use prost::Message as _;
use proto::content::{ArchiveReport, ChatDiffers, FillRequest, SeqRange, content};
use proto::history::{ChatCompleteness, Frame, Message, MonthSet, frame};
use proto::ids::{ArchiveId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A twelfth of a Julian year: months are only there to keep what differs small.
const MONTH_MS: u64 = 2_629_800_000;
/// Ids of one month that a report names; with more, the whole month is sent again.
const HELD_IDS_MAX: usize = 2_000;
/// Chats that are looked at in one input.
const CHATS_AT_ONCE: u32 = 64;

/// What came of comparing a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unchecked,
    /// It differed, and the phone was told.
    Reported,
    Agrees,
}

impl State {
    fn number(self) -> u32 {
        match self {
            Self::Unchecked => 0,
            Self::Reported => 1,
            Self::Agrees => 2,
        }
    }
}

/// The sets of a chat's messages up to an entry of its log.
fn sets(db: &Connection, chat: &[u8], up_to_seq: u64) -> Result<Vec<MonthSet>, Halt> {
    let mut statement = db
        .prepare_cached("SELECT message, time_ms FROM message WHERE chat = ?1 AND seq BETWEEN 1 AND ?2 AND kind < 2")?;
    let mut months: BTreeMap<u32, (u64, [u8; 32])> = BTreeMap::new();
    let rows = statement.query_map(params![chat, up_to_seq], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get(1)?)))?;
    for row in rows {
        let (id, time_ms): ([u8; 16], u64) = row?;
        let (count, hash) = months.entry(month_of(time_ms)).or_default();
        *count += 1;
        for (byte, other) in hash.iter_mut().zip(Sha256::digest(id)) {
            *byte ^= other;
        }
    }
    let set = |(month, (count, hash)): (u32, (u64, [u8; 32]))| MonthSet { month, count, set_hash: hash.to_vec() };
    Ok(months.into_iter().map(set).collect())
}

fn month_of(time_ms: u64) -> u32 {
    u32::try_from(time_ms / MONTH_MS).unwrap_or(u32::MAX)
}

/// The archive holds this chat up to here; its overview has the messages since `overview_from_ms`.
pub(crate) fn note_cut(
    cx: &Context<'_>,
    archive: ArchiveId,
    chat: ChatId,
    up_to_seq: u64,
    overview_from_ms: u64,
) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "INSERT OR REPLACE INTO export_chat (archive, chat, up_to_seq, overview_from_ms) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![archive.as_bytes(), chat.as_bytes(), up_to_seq, overview_from_ms])?;
    Ok(())
}

/// What the archive should have brought, chat by chat.
pub(crate) fn frames(cx: &Context<'_>, archive: ArchiveId) -> Result<Vec<Frame>, Halt> {
    let mut statement = cx.db.prepare_cached("SELECT chat, up_to_seq FROM export_chat WHERE archive = ?1")?;
    let chats: Vec<(Vec<u8>, u64)> =
        statement.query_map([archive.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut frames = Vec::new();
    for (chat, up_to_seq) in chats {
        let months = sets(cx.db, &chat, up_to_seq)?;
        frames.push(Frame { body: Some(frame::Body::Completeness(ChatCompleteness { chat, months, up_to_seq })) });
    }
    Ok(frames)
}

/// What the phone says a chat should hold.
pub(crate) fn expect(cx: &Context<'_>, wanted: &ChatCompleteness) -> Result<(), Halt> {
    cx.db
        .prepare_cached("INSERT OR REPLACE INTO completeness (chat, wanted, state) VALUES (?1, ?2, ?3)")?
        .execute(params![wanted.chat, wanted.encode_to_vec(), State::Unchecked.number()])?;
    Ok(())
}

/// The phone answered a report: what was missing has come.
pub(crate) fn agree(cx: &mut Context<'_>, chat: &[u8], covered: &SeqRange) -> Result<(), Halt> {
    if covered.from > 1 {
        return Ok(());
    }
    cx.db.prepare_cached("UPDATE completeness SET state = ?2 WHERE chat = ?1 AND state = ?3")?.execute(params![
        chat,
        State::Agrees.number(),
        State::Reported.number()
    ])?;
    Ok(())
}

/// A sibling covered a part of a chat's log. What it left out of an answer to a gap is not here with it: nobody was found yet who has it.
pub(crate) fn note_filled(cx: &mut Context<'_>, chat: ChatId, covered: SeqRange) -> Result<(), Halt> {
    let gap: Option<(u64, u64, bool)> = cx
        .db
        .prepare_cached("SELECT archived_seq, join_seq, gap_asked >= join_seq FROM chat WHERE chat = ?1")?
        .query_row([chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((archived_seq, join_seq, is_asked)) = gap else { return Ok(()) };
    if covered.to <= archived_seq {
        return Ok(());
    }
    if archived_seq + 1 < covered.from {
        let within = covered.from < join_seq && is_asked && !cx.is_phone()?;
        if !within {
            return Ok(());
        }
        let left_out = SeqRange { from: archived_seq + 1, to: covered.from - 1 };
        missing::note(cx, chat, left_out, (0, cx.now_ms))?;
    }
    cx.db
        .prepare_cached("UPDATE chat SET archived_seq = ?2 WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), covered.to])?;
    Ok(())
}

/// Chats that are joined but not filled up to the joining, those of which something is missing and was not given up, and chats that are
/// not known to agree.
pub(crate) fn open_ends(db: &Connection) -> Result<u32, Halt> {
    Ok(db
        .prepare_cached(
            "SELECT (SELECT count(*) FROM chat WHERE membership = 1 AND kind <> 1 AND join_seq > archived_seq + 1)
         + (SELECT count(*) FROM missing_range WHERE line = x'')
         + (SELECT count(*) FROM completeness WHERE state IN (0, 1))",
        )?
        .query_row([], |row| row.get(0))?)
}

/// The phone was asked for something and has not answered.
pub(crate) fn awaits_answers(db: &Connection) -> Result<bool, Halt> {
    Ok(db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM chat WHERE kind <> 1 AND membership = 1 AND join_seq > archived_seq + 1
                        AND gap_asked >= join_seq)
         OR EXISTS (SELECT 1 FROM completeness WHERE state = ?1)",
        )?
        .query_row([State::Reported.number()], |row| row.get(0))?)
}

/// How much of a chat's history is here.
pub(crate) fn of_chat(cx: &Context<'_>, chat: ChatId) -> Result<Completeness, Halt> {
    let whole = missing::whole_since(cx.db, chat)?.map_or(Completeness::Complete, Completeness::BackTo);
    if cx.is_phone()? {
        return Ok(whole);
    }
    let (segments, reached): (Option<u32>, Option<u64>) = cx
        .db
        .prepare_cached("SELECT import_segments, import_from_ms FROM this")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let left: u32 =
        cx.db.prepare_cached("SELECT count(*) FROM import_segment WHERE done = 0")?.query_row([], |row| row.get(0))?;
    if segments.is_none() || left > 0 {
        return Ok(reached.map_or(Completeness::Arriving, Completeness::BackTo));
    }
    let open: bool = cx
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM chat WHERE chat = ?1
                AND (membership = 2 OR (membership = 1 AND join_seq > archived_seq + 1)))
             OR EXISTS (SELECT 1 FROM completeness WHERE chat = ?1 AND state <> 2)",
        )?
        .query_row([chat.as_bytes()], |row| row.get(0))?;
    Ok(if open { Completeness::Arriving } else { whole })
}

/// What was asked of the own devices and has not come is asked once more.
pub(crate) fn ask_for_gaps_again(cx: &Context<'_>) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET gap_asked = 0 WHERE join_seq > archived_seq + 1 AND gap_asked > 0")?
        .execute([])?;
    Ok(())
}

impl Client {
    /// Asks for what is between archive and joining, and compares what came with what the phone has.
    pub(crate) fn complete_mirror(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if cx.is_phone()? || !overview_is_here(cx.db)? {
            return Ok(());
        }
        self.ask_for_gaps(cx)?;
        let segments: Option<u32> =
            cx.db.prepare_cached("SELECT import_segments FROM this")?.query_row([], |row| row.get(0))?;
        let done: u32 = cx
            .db
            .prepare_cached("SELECT count(*) FROM import_segment WHERE done = 1")?
            .query_row([], |row| row.get(0))?;
        if segments == Some(done) { self.compare(cx) } else { Ok(()) }
    }

    fn ask_for_gaps(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if broken(Rule::GapBeforeJoiningFilled) {
            return Ok(());
        }
        let gaps: Vec<(Vec<u8>, u64, u64)> = {
            let mut statement = cx.db.prepare_cached(
                "SELECT chat, archived_seq, join_seq FROM chat WHERE membership = 1 AND kind <> 1
                 AND join_seq > archived_seq + 1 AND gap_asked < join_seq LIMIT ?1",
            )?;
            let rows = statement.query_map([CHATS_AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let asking_device = cx.me()?.address.device.0;
        for (chat, archived_seq, join_seq) in gaps {
            cx.db.prepare_cached("UPDATE chat SET gap_asked = ?2 WHERE chat = ?1")?.execute(params![chat, join_seq])?;
            let ranges = vec![SeqRange { from: archived_seq + 1, to: join_seq - 1 }];
            let request = FillRequest { chat, ranges, asking_device, of_anyone: false };
            self.tell_siblings(cx, content::Body::FillRequest(request))?;
            self.phone_stirs(cx)?;
        }
        Ok(())
    }

    fn compare(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let unchecked: Vec<Vec<u8>> = {
            let mut statement = cx.db.prepare_cached("SELECT wanted FROM completeness WHERE state = ?1 LIMIT ?2")?;
            let rows = statement.query_map([State::Unchecked.number(), CHATS_AT_ONCE], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        let looked = !unchecked.is_empty();
        for bytes in unchecked {
            let wanted = ChatCompleteness::decode(bytes.as_slice())
                .map_err(|_| Halt::Broken("a stored set of a chat cannot be read"))?;
            let differing = differing(cx.db, &wanted)?;
            let state = if differing.is_empty() { State::Agrees } else { State::Reported };
            cx.db
                .prepare_cached("UPDATE completeness SET state = ?2 WHERE chat = ?1")?
                .execute(params![wanted.chat, state.number()])?;
            if state == State::Reported {
                let device = cx.me()?.address.device.0;
                let report = ArchiveReport { device, differing, ..ArchiveReport::default() };
                self.tell_siblings(cx, content::Body::ArchiveReport(report))?;
                self.phone_stirs(cx)?;
            }
            if let Ok(chat) = ChatId::try_from(wanted.chat.as_slice()) {
                cx.changed.infos.insert(chat);
            }
        }
        // The rest in the next input; it comes at once.
        if looked {
            self.retry_at(cx.now_ms + 1);
            cx.changed.mirror = true;
        }
        Ok(())
    }

    /// A companion lacks messages of the archive: it gets what it does not name.
    pub(crate) fn on_archive_report(&mut self, cx: &mut Context<'_>, report: &ArchiveReport) -> Result<(), Halt> {
        if !cx.is_phone()? {
            return Ok(());
        }
        let Some(chat) = report.differing.first().map(|differs| differs.chat.clone()) else { return Ok(()) };
        let cut: Option<u64> = cx
            .db
            .prepare_cached(
                "SELECT max(up_to_seq) FROM export_chat WHERE chat = ?1 AND archive IN (SELECT archive FROM export)",
            )?
            .query_row([&chat], |row| row.get(0))
            .optional()?
            .flatten();
        let Some(cut) = cut else { return Ok(()) };
        let mut missing = Vec::new();
        for differs in report.differing.iter().filter(|differs| differs.chat == chat) {
            missing.extend(not_held(cx.db, differs, cut)?);
        }
        for fill in fills(&chat, report.device, missing, SeqRange { from: 1, to: cut }) {
            self.tell_siblings(cx, content::Body::Fill(fill))?;
        }
        Ok(())
    }
}

fn overview_is_here(db: &Connection) -> Result<bool, Halt> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM import_segment WHERE place = 0 AND done = 1)")?
        .query_row([], |row| row.get(0))?)
}

/// The months in which this device lacks something, with the ids that it has.
fn differing(db: &Connection, wanted: &ChatCompleteness) -> Result<Vec<ChatDiffers>, Halt> {
    let here = sets(db, &wanted.chat, wanted.up_to_seq)?;
    let mut differing = Vec::new();
    for month in wanted.months.iter().filter(|month| !here.contains(month)) {
        let held = ids_of(db, &wanted.chat, month.month, wanted.up_to_seq)?;
        let held_ids = if held.len() > HELD_IDS_MAX { Vec::new() } else { held.iter().map(|id| id.to_vec()).collect() };
        let set_hash = month.set_hash.clone();
        differing.push(ChatDiffers { chat: wanted.chat.clone(), month: month.month, set_hash, held_ids });
    }
    Ok(differing)
}

fn ids_of(db: &Connection, chat: &[u8], month: u32, up_to_seq: u64) -> Result<BTreeSet<MessageId>, Halt> {
    let from = u64::from(month) * MONTH_MS;
    let mut statement = db.prepare_cached(
        "SELECT message FROM message
         WHERE chat = ?1 AND time_ms >= ?2 AND time_ms < ?3 AND seq BETWEEN 1 AND ?4 AND kind < 2",
    )?;
    let rows =
        statement.query_map(params![chat, from, from + MONTH_MS, up_to_seq], |row| Ok(MessageId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn not_held(db: &Connection, differs: &ChatDiffers, up_to_seq: u64) -> Result<Vec<Message>, Halt> {
    let held: BTreeSet<&[u8]> = differs.held_ids.iter().map(Vec::as_slice).collect();
    let from = u64::from(differs.month) * MONTH_MS;
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM {MESSAGE_TABLES}
         WHERE m.chat = ?1 AND m.time_ms >= ?2 AND m.time_ms < ?3 AND m.seq BETWEEN 1 AND ?4 AND m.kind < 2"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![differs.chat, from, from + MONTH_MS, up_to_seq], read_message)?;
    let all: Vec<Message> = rows.collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|message| !held.contains(message.message_id.as_slice())).collect())
}
