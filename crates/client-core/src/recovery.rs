//! Recovery: what could not be opened is kept aside and asked for, first from the own devices, then from its sender; a
//! group whose commits cannot be followed is joined anew. Owns the table `quarantine`; the rows that say "waiting for this
//! message" are its shadow in the conversation. Each own device answers for what it holds; a sender for what it sent.

use crate::blocking;
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::disappearing;
use crate::echo;
use crate::groups;
use crate::history::import;
use crate::io::Halt;
use crate::messages::{self, NUMBER_MAX, NewMessage, Place, Stored};
use crate::missing;
use crate::outbox;
use crate::sending::Flight;
use crate::{devices, mls};
use breakable::{Rule, broken};
use client_api::{Event, Notice};
use e2ee::MlsError;
use e2ee::group::ReceivedApp;
use identity::ChatKind;
use prost::Message as _;
use proto::content::{Content, Fill, FillRequest, Resent, RetryRequest, SeqRange, content};
use proto::decode::decode_limited;
use proto::history;
use proto::ids::{ChatId, DeviceAddress, MessageId, OpId};
use proto::limits::{APP_LEN_MAX, LOG_PAGE_LEN_MAX};
use proto::wire::{FetchLog, GroupItem, LogPage, Rollback, client_frame, group_item};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

/// How long siblings may take before the sender is asked.
const SIBLINGS_MS: u64 = 15_000;
/// The first wait for the sender's answer; each further one is four times as long.
const SENDER_MS: u64 = 60_000;
/// Requests to the sender.
const SENDER_TRIES: u32 = 3;
/// Own devices are asked so often, once a day, for what came in a group that is over.
const OWN_TRIES_WHEN_OVER: u32 = 7;
/// Items asked for in one input.
const ASKED_AT_ONCE: u32 = 64;
/// Times that a chat may be joined anew in a day: each one is a commit for everybody in it.
const RESYNCS_A_DAY: u32 = 3;
const DAY_MS: u64 = 24 * 3_600 * 1_000;
/// No server keeps messages for less: it says so of what is younger, and is not believed.
const KEPT_AT_LEAST_MS: u64 = DAY_MS;
/// How far the clocks of device and server may be apart in that.
const CLOCKS_DIFFER_MS: u64 = 3_600_000;
/// A sender gives again what it sent in the last 30 days.
const RESENT_WITHIN_MS: u64 = 30 * DAY_MS;

/// An item that waits, as stored.
struct Kept {
    chat: ChatId,
    seq: u64,
    asked: u32,
    raw: Vec<u8>,
}

/// Keeps an item that cannot be opened. The log goes on; this chat is not stuck. What another device wrote there has a
/// row of its own until it comes.
pub(crate) fn keep(cx: &mut Context<'_>, chat: ChatId, item: &GroupItem) -> Result<(), Halt> {
    let kept = cx
        .db
        .prepare_cached("INSERT OR IGNORE INTO quarantine (chat, seq, op_id, raw) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![chat.as_bytes(), item.seq, item.op_id, item.encode_to_vec()])?;
    let me = cx.me()?.address;
    match sender_of(item).filter(|sender| kept > 0 && *sender != me) {
        Some(sender) if !is_stored(cx, chat, item.seq)? => hold_place(cx, chat, sender, item),
        _ => Ok(()),
    }
}

fn sender_of(item: &GroupItem) -> Option<DeviceAddress> {
    item.sender.as_ref().and_then(|sender| DeviceAddress::try_from(sender).ok())
}

fn hold_place(cx: &mut Context<'_>, chat: ChatId, sender: DeviceAddress, item: &GroupItem) -> Result<(), Halt> {
    let row = NewMessage {
        chat,
        id: MessageId(chats::random_id(cx)),
        sender,
        place: Some(Place { seq: item.seq, time_ms: item.time_ms }),
        sent_ms: item.time_ms,
        kind: messages::Kind::Waiting,
        content: Vec::new(),
    };
    messages::store(cx, &row)?;
    Ok(())
}

/// The item is here now, or it is known that it was no message.
pub(crate) fn release(cx: &mut Context<'_>, chat: ChatId, from_seq: u64, to_seq: u64) -> Result<(), Halt> {
    messages::give_up_places(cx, chat, from_seq, to_seq)?;
    cx.db.prepare_cached("DELETE FROM quarantine WHERE chat = ?1 AND seq BETWEEN ?2 AND ?3")?.execute(params![
        chat.as_bytes(),
        from_seq,
        to_seq
    ])?;
    Ok(())
}

/// The parts of a range of which this device knows what they hold: not what could not be opened, what has expired and nobody gave, what
/// is still to be looked through after joining anew, nor what a companion has asked its phone for.
pub(crate) fn known_parts(db: &Connection, chat: ChatId, range: &SeqRange) -> Result<Vec<SeqRange>, Halt> {
    let applied = chats::find(db, chat)?.map_or(0, |chat| chat.applied_seq);
    let known = SeqRange { from: range.from, to: range.to.min(applied) };
    let mut statement =
        db.prepare_cached("SELECT seq, seq FROM quarantine WHERE chat = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq")?;
    let mut unknown = ranges_of(&mut statement, params![chat.as_bytes(), known.from, known.to])?;
    let mut statement = db.prepare_cached(
        "SELECT resync_from, join_seq - 1 FROM chat WHERE chat = ?1 AND resync_from < join_seq
         UNION ALL SELECT archived_seq + 1, join_seq - 1 FROM chat
         WHERE chat = ?1 AND archived_seq + 1 < join_seq AND (SELECT account_key IS NULL FROM this)",
    )?;
    unknown.extend(ranges_of(&mut statement, params![chat.as_bytes()])?);
    if !broken(Rule::MissingIsNotCovered) {
        unknown.extend(missing::ranges(db, chat, known)?);
    }
    unknown.sort_by_key(|range| range.from);
    Ok(missing::without(known, &unknown))
}

fn ranges_of(statement: &mut CachedStatement<'_>, params: impl rusqlite::Params) -> Result<Vec<SeqRange>, Halt> {
    let rows = statement.query_map(params, |row| Ok(SeqRange { from: row.get(0)?, to: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// This device has followed the log there, and forgot nothing of it since.
fn is_known(cx: &Context<'_>, chat: &Chat, seq: u64) -> Result<bool, Halt> {
    // Before the database is asked: the number is another account's, and may be none that it can hold.
    // The first entry is the chat's creation; in a chat that took over another one's, it is the place of what was said there.
    if !(2..=chat.applied_seq).contains(&seq) {
        return Ok(false);
    }
    let mut statement = cx.db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM quarantine WHERE chat = ?1 AND seq = ?2)
         OR EXISTS (SELECT 1 FROM chat WHERE chat = ?1 AND resync_from <= ?2)
         OR EXISTS (SELECT 1 FROM missing_range WHERE chat = ?1 AND from_seq <= ?2 AND to_seq >= ?2)",
    )?;
    let forgotten: bool = statement.query_row(params![chat.chat.as_bytes(), seq], |row| row.get(0))?;
    Ok(!forgotten)
}

/// Messages that this device sent, or that came another way, are here already.
fn is_stored(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<bool, Halt> {
    let mut statement = cx.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE chat = ?1 AND seq = ?2)")?;
    Ok(statement.query_row(params![chat.as_bytes(), seq], |row| row.get(0))?)
}

fn due(cx: &Context<'_>) -> Result<Vec<Kept>, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT chat, seq, asked, raw FROM quarantine WHERE next_ask_ms <= ?1 ORDER BY chat, seq LIMIT ?2",
    )?;
    let rows = statement.query_map(params![cx.now_ms, ASKED_AT_ONCE], |row| {
        Ok(Kept { chat: ChatId(row.get(0)?), seq: row.get(1)?, asked: row.get(2)?, raw: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// This database is behind what was said in its name, maybe in all chats: nothing is encrypted in any before it has a new leaf there.
fn set_back(cx: &Context<'_>) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "UPDATE chat SET membership = ?1,
             resync_ms = CASE WHEN resync_from IS NULL THEN applied_ms ELSE resync_ms END,
             resync_from = coalesce(resync_from, applied_seq + 1) WHERE membership = ?2",
        )?
        .execute(params![Membership::Wanted.number(), Membership::Joined.number()])?;
    encrypt_anew(cx, None)
}

/// What waits to go out, in one chat or in all, was encrypted under keys that are used up. It keeps its ids: what was accepted before is not
/// accepted twice.
fn encrypt_anew(cx: &Context<'_>, only: Option<ChatId>) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE outbox SET frame = x'', went_out = 1 WHERE kind = 0 AND (?1 IS NULL OR chat = ?1)")?
        .execute([only.map(|chat| chat.to_vec())])?;
    Ok(())
}

impl Client {
    /// An item of the log could not be processed.
    pub(crate) fn on_unreadable(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        item: &GroupItem,
        error: &MlsError,
    ) -> Result<(), Halt> {
        tracing::warn!(%error, seq = item.seq, "an item of a chat could not be opened and is kept aside");
        let is_app = item.kind == group_item::Kind::App as i32;
        if is_app && chat.kind != ChatKind::SelfGroup && !broken(Rule::UnreadableIsKept) {
            keep(cx, chat.chat, item)?;
        }
        if !is_app && chat.kind == ChatKind::Group && matches!(error, MlsError::Rule(_)) {
            let what = "a change to a group that its maker may not make: it was not taken".to_owned();
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        }
        match error {
            // One message that does not open says nothing about the next one.
            MlsError::Refused(_) | MlsError::Rule(_) if is_app => Ok(()),
            MlsError::Evicted => Ok(()),
            _ if broken(Rule::LostThreadJoinsAnew) => Ok(()),
            _ => self.resync(cx, chat),
        }
    }

    /// This device cannot follow the group: it replaces its own leaf from outside and asks for what it missed.
    pub(crate) fn resync(&mut self, cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
        let today = cx.now_ms / DAY_MS;
        let allowed: bool = cx
            .db
            .prepare_cached(
                "UPDATE chat SET resyncs = CASE WHEN resync_day = ?2 THEN resyncs + 1 ELSE 1 END, resync_day = ?2,
                 resync_ms = CASE WHEN resync_from IS NULL THEN applied_ms ELSE resync_ms END,
                 resync_from = coalesce(resync_from, applied_seq + 1)
                 WHERE chat = ?1 AND (resync_day <> ?2 OR resyncs < ?3)",
            )?
            .execute(params![chat.chat.as_bytes(), today, RESYNCS_A_DAY])?
            == 1;
        if !allowed {
            tracing::warn!("a chat was joined anew too often today and waits");
            self.stuck.insert(chat.chat);
            return Ok(());
        }
        chats::set_membership(cx, chat.chat, Membership::Wanted, 0)
    }

    /// In this chat the database is behind what was said in its name.
    pub(crate) fn set_back_in(&mut self, cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
        encrypt_anew(cx, Some(chat.chat))?;
        self.resync(cx, chat)
    }

    /// What comes next in a log has expired: this device was away for longer than the server keeps it. It joins anew, and asks its
    /// siblings for what no log has any more.
    pub(crate) fn on_expired(&mut self, cx: &mut Context<'_>, chat: &Chat, page: &LogPage) -> Result<(), Halt> {
        let applied_ms = chats::applied_ms(cx.db, chat.chat)?;
        if !may_have_expired(cx, applied_ms) {
            return self.doubt_expiry(cx, chat.chat);
        }
        let first_kept_seq = page.first_kept_seq;
        tracing::warn!(applied = chat.applied_seq, first_kept_seq, "the beginning of what a chat brings has expired");
        self.resync(cx, chat)?;
        if chats::find(cx.db, chat.chat)?.is_some_and(|stored| stored.membership == Membership::Wanted) {
            note_expired(cx, chat, SeqRange { from: chat.applied_seq + 1, to: first_kept_seq - 1 }, applied_ms, page)?;
        }
        Ok(())
    }

    /// The server says that something has expired which it must have: to believe that would be to let it cut a piece out of a chat. It is
    /// asked again.
    fn doubt_expiry(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        if self.doubts_server(cx, chat) {
            let what = "messages of a chat that it says to have no more, though they are not a day old".to_owned();
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        }
        Ok(())
    }

    /// The server has seen this device further on: its database is an older copy. Keys that were used since must not be
    /// used again, so it encrypts nothing before it has a new leaf, chat by chat, and asks for what it has forgotten.
    pub(crate) fn on_rollback(&mut self, cx: &mut Context<'_>, rollback: &Rollback) -> Result<(), Halt> {
        cx.db
            .prepare_cached(
                "UPDATE this SET acked_queue_seq = max(acked_queue_seq, ?1), boot_counter = max(boot_counter, ?2)",
            )?
            .execute(params![
                rollback.server_acked_queue_seq.min(NUMBER_MAX),
                rollback.server_boot_counter.min(NUMBER_MAX) + 1
            ])?;
        set_back(cx)?;
        cx.event(Event::Notice(Notice::StorageRolledBack));
        self.say_hello(cx)
    }

    /// Asks for what waits and is due.
    pub(crate) fn recover(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.fetch_missed(cx)?;
        self.ask_for_missing(cx)?;
        let due = due(cx)?;
        if due.is_empty() {
            return Ok(());
        }
        let siblings = mls::own_device_list(cx)?.devices().count() > 1;
        for kept in due {
            let is_over = chats::find(cx.db, kept.chat)?.is_none_or(|chat| chat.membership == Membership::Left);
            let may_ask = !is_over && !blocking::blocks(cx.db, kept.chat)?;
            if is_over && (kept.asked > OWN_TRIES_WHEN_OVER || !siblings) {
                // The own devices had it not, and nobody else can be asked in a group that is over.
                release(cx, kept.chat, kept.seq, kept.seq)?;
                continue;
            }
            let wait_ms = if kept.asked == 0 && siblings {
                self.ask_siblings(cx, &kept)?;
                SIBLINGS_MS
            } else if kept.asked <= SENDER_TRIES && may_ask {
                self.ask_sender(cx, &kept)?;
                SENDER_MS << (2 * kept.asked.saturating_sub(1)).min(16)
            } else {
                // Nobody has it now. A device that comes back may.
                self.ask_siblings(cx, &kept)?;
                DAY_MS
            };
            let asked = kept.asked.max(u32::from(!siblings)) + 1;
            cx.db
                .prepare_cached("UPDATE quarantine SET asked = ?3, next_ask_ms = ?4 WHERE chat = ?1 AND seq = ?2")?
                .execute(params![kept.chat.as_bytes(), kept.seq, asked, cx.now_ms + wait_ms])?;
            self.retry_at(cx.now_ms + wait_ms);
        }
        Ok(())
    }

    fn ask_siblings(&mut self, cx: &mut Context<'_>, kept: &Kept) -> Result<(), Halt> {
        let request = FillRequest {
            chat: kept.chat.to_vec(),
            ranges: vec![SeqRange { from: kept.seq, to: kept.seq }],
            asking_device: cx.me()?.address.device.0,
            of_anyone: false,
        };
        self.tell_siblings(cx, content::Body::FillRequest(request))
    }

    fn ask_sender(&mut self, cx: &mut Context<'_>, kept: &Kept) -> Result<(), Halt> {
        let Ok(item) = GroupItem::decode(kept.raw.as_slice()) else { return Ok(()) };
        let me = cx.me()?.address;
        let Some(sender) = sender_of(&item).filter(|sender| *sender != me) else { return Ok(()) };
        let request = RetryRequest {
            seq: item.seq,
            op_id: item.op_id,
            account: sender.account.to_vec(),
            device: sender.device.0,
        };
        self.tell_chat(cx, kept.chat, content::Body::RetryRequest(request))
    }

    /// Says something to a chat's devices that is no message of the conversation.
    pub(crate) fn tell_chat(&mut self, cx: &mut Context<'_>, chat: ChatId, body: content::Body) -> Result<(), Halt> {
        let message_id = chats::random_id(cx).to_vec();
        let content = Content { message_id, sent_ms: cx.now_ms, profile_version: 0, lifetime_s: 0, body: Some(body) };
        self.enqueue(cx, chat, None, content.encode_to_vec())
    }

    /// Somebody could not open what this device sent: if it was a message it goes again, in the group's present state,
    /// else an empty answer says so. In a chat of two both accounts were there from the start; who may have what in a
    /// larger group, its log would have to say.
    pub(crate) fn on_retry_request(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        request: &RetryRequest,
    ) -> Result<(), Halt> {
        let me = cx.me()?.address;
        let asked_of_me = request.account == me.account.0 && request.device == me.device.0;
        let may_have = match chat.kind {
            ChatKind::Direct => true,
            // It is encrypted for all who are in the group now: none of them may have come after it.
            ChatKind::Group => groups::all_were_there(cx.db, chat.chat, request.seq)?,
            ChatKind::SelfGroup => false,
        };
        if !may_have || !asked_of_me || blocking::blocks_chat(cx.db, chat)? || !is_known(cx, chat, request.seq)? {
            return Ok(());
        }
        let sent: Option<(Vec<u8>, u64, i32)> = cx
            .db
            .prepare_cached(
                "SELECT content, time_ms, kind FROM message WHERE chat = ?1 AND seq = ?2 AND account = ?3 AND device = ?4
                 AND kind < 2",
            )?
            .query_row(params![chat.chat.as_bytes(), request.seq, me.account.as_bytes(), me.device.0], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let content = match sent {
            Some((_, time_ms, _)) if time_ms + RESENT_WITHIN_MS <= cx.now_ms => return Ok(()),
            // It is over for everybody: nobody needs to wait for it.
            Some((content, ..)) if is_remains(&content) => Vec::new(),
            // Deleted here, and not for everyone: this device has nothing to give, and no word about it.
            Some((.., kind)) if kind == messages::Kind::Hidden.number() => return Ok(()),
            Some((content, ..)) => content,
            // What this device sent there was no message of the conversation: nobody needs to wait for it.
            None => Vec::new(),
        };
        let resent = Resent { seq: request.seq, op_id: request.op_id.clone(), content };
        self.tell_chat(cx, chat.chat, content::Body::Resent(resent))
    }

    /// A sender gave a message again. Only its own, and only one that waits here.
    pub(crate) fn on_resent(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        app: &ReceivedApp,
        resent: &Resent,
    ) -> Result<(), Halt> {
        if resent.seq > chat.applied_seq {
            return Ok(());
        }
        let raw: Option<Vec<u8>> = cx
            .db
            .prepare_cached("SELECT raw FROM quarantine WHERE chat = ?1 AND seq = ?2 AND op_id = ?3")?
            .query_row(params![chat.chat.as_bytes(), resent.seq, resent.op_id], |row| row.get(0))
            .optional()?;
        let Some(item) = raw.and_then(|raw| GroupItem::decode(raw.as_slice()).ok()) else { return Ok(()) };
        // That there is nothing to be had only the very device can say.
        let may_say = |sender: &DeviceAddress| {
            *sender == app.sender || (sender.account == app.sender.account && !resent.content.is_empty())
        };
        let Some(sender) = sender_of(&item).filter(may_say) else { return Ok(()) };
        let Ok(content) = decode_limited::<Content>(&resent.content, APP_LEN_MAX) else { return Ok(()) };
        let (Some(kind), Ok(id)) = (messages::kind_of(&content), MessageId::try_from(content.message_id.as_slice()))
        else {
            return if sender == app.sender { release(cx, chat.chat, resent.seq, resent.seq) } else { Ok(()) };
        };
        let is_none = disappearing::is_remains(&content);
        if is_none || !groups::may_have_said(cx.db, chat, sender.account, item.seq, &content)? {
            return release(cx, chat.chat, item.seq, item.seq);
        }
        let message = NewMessage {
            chat: chat.chat,
            id,
            sender,
            place: Some(Place { seq: item.seq, time_ms: item.time_ms }),
            sent_ms: content.sent_ms,
            kind,
            content: resent.content.clone(),
        };
        let stored = messages::store(cx, &message)?;
        release(cx, chat.chat, item.seq, item.seq)?;
        match stored {
            Stored::Duplicate => Ok(()),
            // A companion judges by itself.
            Stored::KeptOut => self.give_on(cx, &message),
            Stored::New | Stored::InPlace => {
                self.tell_arrival(cx, chat, sender, &content, item.seq)?;
                self.give_on(cx, &message)
            }
        }
    }

    /// A companion that was linked while the phone lacked this could not know that it is missing: it gets it as a filled
    /// gap. One that has it drops it.
    fn give_on(&mut self, cx: &mut Context<'_>, message: &NewMessage) -> Result<(), Halt> {
        let (Some(place), true) = (message.place, cx.is_phone()?) else { return Ok(()) };
        let stored = history::Message {
            message_id: message.id.to_vec(),
            chat: message.chat.to_vec(),
            account: message.sender.account.to_vec(),
            device: message.sender.device.0,
            time_ms: place.time_ms,
            seq: place.seq,
            sent_ms: message.sent_ms,
            content: message.content.clone(),
            ..history::Message::default()
        };
        let me = cx.me()?.address.device;
        for device in mls::own_device_list(cx)?.devices().map(|cert| cert.device).filter(|device| *device != me) {
            let fill = Fill {
                chat: message.chat.to_vec(),
                covered: vec![SeqRange { from: place.seq, to: place.seq }],
                messages: vec![stored.encode_to_vec()],
                for_device: device.0,
            };
            self.tell_siblings(cx, content::Body::Fill(fill))?;
        }
        Ok(())
    }

    /// Whether this device answers what a sibling lacks: the phone does; what the phone lacks, the others have, if they have all that the
    /// phone ever gave. Where the phone had nothing, they are asked too.
    pub(crate) fn answers_sibling(&self, cx: &Context<'_>, wanted: &FillRequest) -> Result<bool, Halt> {
        let (asking, me) = (wanted.asking_device, cx.me()?.address.device.0);
        let is_asked = cx.is_phone()? || wanted.of_anyone || devices::number_of_phone(cx)?.0 == asking;
        Ok(asking != me && is_asked && import::is_whole(cx)?)
    }

    /// After joining anew: what went through the log in between is kept aside, and asked for.
    fn fetch_missed(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let missed: Vec<(ChatId, u64)> = {
            let mut statement = cx.db.prepare_cached(
                "SELECT chat, resync_from FROM chat WHERE resync_from IS NOT NULL AND membership = 1",
            )?;
            let rows = statement.query_map([], |row| Ok((ChatId(row.get(0)?), row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for (chat, from_seq) in missed {
            let waits = self.pauses.hold(chat, cx.now_ms) || self.finding.is_doubted(chat, cx.now_ms);
            if !self.flights.holds(chat) && !waits {
                let body = FetchLog { chat: chat.to_vec(), from_seq, limit: LOG_PAGE_LEN_MAX };
                self.flights.send(cx, Flight::FetchMissed { chat }, client_frame::Body::FetchLog(body));
            }
        }
        Ok(())
    }

    pub(crate) fn on_missed_page(&mut self, cx: &mut Context<'_>, chat: ChatId, page: &LogPage) -> Result<(), Halt> {
        let (join_seq, from, before_ms): (u64, Option<u64>, u64) = cx
            .db
            .prepare_cached("SELECT join_seq, resync_from, resync_ms FROM chat WHERE chat = ?1")?
            .query_row([chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let (Some(from), Some(stored)) = (from, chats::find(cx.db, chat)?) else { return Ok(()) };
        let expired =
            SeqRange { from: from.max(first_of(cx, &stored)?), to: page.first_kept_seq.min(join_seq).max(1) - 1 };
        if expired.from <= expired.to && stored.kind != ChatKind::SelfGroup {
            if !may_have_expired(cx, before_ms) {
                return self.doubt_expiry(cx, chat);
            }
            note_expired(cx, &stored, expired, before_ms, page)?;
        }
        // A page without the next entry is no page: what is left out would never be looked for again.
        let next = from.max(page.first_kept_seq);
        let mut end = next;
        for item in &page.items {
            end += u64::from(item.seq == end);
        }
        if next < join_seq && end == next {
            return self.doubt_expiry(cx, chat);
        }
        let whole = |item: &&GroupItem| (next..end.min(join_seq)).contains(&item.seq) && item.time_ms <= NUMBER_MAX;
        for item in page.items.iter().filter(whole) {
            // Own-device state that was missed comes with the next digest.
            let is_app = item.kind == group_item::Kind::App as i32 && stored.kind != ChatKind::SelfGroup;
            if is_app && !is_stored(cx, chat, item.seq)? {
                self.look_for(cx, &stored, item)?;
            }
        }
        let last = page.items.iter().rfind(whole).filter(|last| last.seq + 1 < join_seq);
        cx.db.prepare_cached("UPDATE chat SET resync_from = ?2, resync_ms = ?3 WHERE chat = ?1")?.execute(params![
            chat.as_bytes(),
            last.map(|last| last.seq + 1),
            last.map_or(0, |last| last.time_ms.min(cx.now_ms))
        ])?;
        echo::looked_through(cx, chat, last.map_or(join_seq, |last| last.seq + 1))
    }

    /// An entry that this device does not have: its sender is asked, but nobody can be asked for what was said in its own name. Siblings may
    /// have heard it.
    fn look_for(&mut self, cx: &mut Context<'_>, chat: &Chat, item: &GroupItem) -> Result<(), Halt> {
        if sender_of(item) != Some(cx.me()?.address) {
            return keep(cx, chat.chat, item);
        }
        let waits = OpId::try_from(item.op_id.as_slice()).ok().map(|id| outbox::find(cx.db, id)).transpose()?.flatten();
        // What waits is asked about by itself.
        if waits.is_some() || echo::is_own_word(cx, chat.chat, item.seq)? {
            return Ok(());
        }
        let at_ms = item.time_ms.min(cx.now_ms);
        missing::note(cx, chat.chat, SeqRange { from: item.seq, to: item.seq }, (at_ms, at_ms))
    }
}

/// Whether a server may have no more what it took after this time.
pub(crate) fn may_have_expired(cx: &Context<'_>, last_ms: u64) -> bool {
    last_ms + KEPT_AT_LEAST_MS <= cx.now_ms + CLOCKS_DIFFER_MS || broken(Rule::ExpiryIsDoubted)
}

/// The first entry that is somebody's word: two people's chat begins with the commit that lets the other one in.
fn first_of(cx: &Context<'_>, chat: &Chat) -> Result<u64, Halt> {
    Ok(if chat.peer == cx.me()?.address.account { 1 } else { 2 })
}

fn note_expired(cx: &mut Context<'_>, chat: &Chat, range: SeqRange, after_ms: u64, page: &LogPage) -> Result<(), Halt> {
    let from = range.from.max(first_of(cx, chat)?);
    if chat.kind == ChatKind::SelfGroup || from > range.to || broken(Rule::ExpiredIsMissing) {
        return Ok(());
    }
    let before_ms = page.items.first().map_or(cx.now_ms, |first| first.time_ms.min(cx.now_ms));
    missing::note(cx, chat.chat, SeqRange { from, to: range.to }, (after_ms, before_ms))
}

fn is_remains(content: &[u8]) -> bool {
    Content::decode(content).is_ok_and(|content| disappearing::is_remains(&content))
}

#[cfg(test)]
mod recovery_tests;
