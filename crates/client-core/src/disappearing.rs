//! Messages that disappear. Each carries its lifetime, which begins when the server has taken it, so all devices come to the same end, whatever the
//! chat's timer says by then. What is over leaves as what is cleared does: its place stays, and all else goes, also what was said about it.
//!
//! Whose clock counts: this device's, less what it was ahead of the server's when a connection began, and no further than `AHEAD_MAX_MS` beyond what the
//! server's said last. A clock that is set far ahead without a connection eats what would have gone within that time, and the rest waits; one that is
//! set back keeps what is here for longer. What came to its end once never comes back, whatever the clock says then: its place is taken.

use crate::amendments::{self, About};
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::groups;
use crate::io::Halt;
use crate::messages::{Kind, NUMBER_MAX, Place};
use crate::outbox::Operation;
use crate::own_state::ChatKey;
use crate::profile::ui_account;
use crate::{kept_out, notices, outbox, own_state, resetting, state, this};
use client_api::{Answer, Disappearing, SystemLine, UserError};
use identity::ChatKind;
use prost::Message as _;
use proto::content::{ChatTimer, Content, Erased, StateOp, content};
use proto::ids::{AccountId, ChatId, MessageId, OpId};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Rows that one input takes away: some milliseconds.
const ROWS_AT_ONCE: usize = 500;
/// How far the own clock is believed beyond the server's last word.
const AHEAD_MAX_MS: u64 = 7 * DAY_MS;
const DAY_MS: u64 = 24 * 3_600_000;
/// Clocks of senders differ by so much from the server's without anybody lying.
const SKEW_MS: u64 = 3_600_000;
/// `message.lifetime_ms` of what has disappeared.
pub(crate) const DISAPPEARED: i64 = -1;
/// Of what was said about one message, so much is held in memory at once.
const ABOUT_AT_ONCE: u32 = 1_024;

/// What stands for a stored message's lifetime. A call says nothing, and stays in the log of calls; what is said about a message goes with it,
/// whatever lifetime it names: nobody is to have a change or a deletion of what stays un-happen.
pub(crate) fn lifetime_ms(content: &Content) -> u64 {
    match content.body {
        Some(content::Body::Call(_)) => 0,
        _ if amendments::aim(content).is_some_and(|(about, _)| about != About::Answer) => 0,
        _ => u64::from(Disappearing::of_seconds(content.lifetime_s).seconds()) * 1_000,
    }
}

/// With which lifetime messages are written in a chat, when all that this account has said of it is heard.
pub(crate) fn timer(db: &Connection, chat: ChatId) -> Result<Disappearing, Halt> {
    Ok(newest(db, chat)?.0)
}

/// The same, as far as the chat has heard.
pub(crate) fn timer_now(db: &Connection, chat: ChatId) -> Result<Disappearing, Halt> {
    let stored = state::get(db, &ChatKey::Timer.of(chat))?.unwrap_or_default();
    let seconds = <[u8; 4]>::try_from(stored.as_slice()).map_or(0, u32::from_be_bytes);
    Ok(Disappearing::of_seconds(seconds))
}

fn newest(db: &Connection, chat: ChatId) -> Result<(Disappearing, u64), Halt> {
    match newest_said(db, chat)? {
        Some(said) => Ok(said),
        None => Ok((begins_with(db, chat)?, 0)),
    }
}

/// The last word of the timer and its clock, also where it is still under way; `None` where nothing was ever said.
fn newest_said(db: &Connection, chat: ChatId) -> Result<Option<(Disappearing, u64)>, Halt> {
    let mut newest = (timer_now(db, chat)?, groups::clock_ms_of(db, ChatKey::Timer, chat)?);
    for body in groups::under_way(db, chat)? {
        if let content::Body::ChatTimer(said) = body
            && said.clock_ms > newest.1
        {
            newest = (Disappearing::of_seconds(said.lifetime_s), said.clock_ms);
        }
    }
    Ok(Some(newest).filter(|(_, clock_ms)| *clock_ms > 0))
}

/// A chat that is being made here begins with the timer for new chats: what is written before the server has it already has that lifetime. A next
/// generation of a chat is no new one, and notes to oneself are no chat with anybody.
fn begins_with(db: &Connection, chat: ChatId) -> Result<Disappearing, Halt> {
    let made = chats::find(db, chat)?.filter(|chat| chat.membership == Membership::Creating);
    let me = this::me(db)?.map(|me| me.address.account);
    Ok(match made {
        Some(made) if Some(made.peer) != me && resetting::replaces(db, chat)?.is_none() => {
            own_state::settings(db)?.disappearing
        }
        _ => Disappearing::Off,
    })
}

/// The server has a chat that was made here: its first word is how long messages stay, where nothing else was said of that by then.
/// Where somebody else's chat comes in its place, nothing is said.
pub(crate) fn begin(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    let after = begins_with(cx.db, chat)?;
    if after == Disappearing::Off || newest_said(cx.db, chat)?.is_some() {
        return Ok(());
    }
    let clock_ms = own_ms(cx)?.max(heard_ms(cx)?).max(1);
    let said = ChatTimer { lifetime_s: after.seconds(), clock_ms, again: false };
    let (message_id, op_id) = (chats::random_id(cx).to_vec(), OpId(chats::random_id(cx)));
    let body = Some(content::Body::ChatTimer(said));
    let content = Content { message_id, sent_ms: cx.now_ms, profile_version: 0, lifetime_s: 0, body }.encode_to_vec();
    let kind = outbox::Kind::App;
    outbox::push_ahead(cx, &Operation { op_id, chat, kind, message: None, content, frame: Vec::new() })
}

/// The lifetime of a message that is being written.
pub(crate) fn lifetime_s(db: &Connection, chat: ChatId, body: &content::Body) -> Result<u32, Halt> {
    match body {
        content::Body::Call(_) => Ok(0),
        // It goes with what it is about.
        body if amendments::aim_of(body).is_some_and(|(about, _)| about != About::Answer) => Ok(0),
        _ => Ok(timer(db, chat)?.seconds()),
    }
}

/// Somebody says how long messages stay. Whoever may edit a group may; in a chat of two either.
pub(crate) fn on_timer(
    cx: &mut Context<'_>,
    chat: &Chat,
    by: AccountId,
    given: &ChatTimer,
    place: Place,
) -> Result<(), Halt> {
    let may = match chat.kind {
        // Nothing is heard of who is blocked.
        ChatKind::Direct => !kept_out::is_blocked(cx, chat.chat, by, place)?,
        ChatKind::Group => groups::may_edit(cx.db, chat.chat, by, place.seq)?,
        ChatKind::SelfGroup => false,
    };
    if !may || !groups::is_dated(given.clock_ms, place.time_ms) {
        return Ok(());
    }
    let was = timer_now(cx.db, chat.chat)?;
    let is = Disappearing::of_seconds(given.lifetime_s);
    let value = if is == Disappearing::Off { Vec::new() } else { is.seconds().to_be_bytes().to_vec() };
    let key = ChatKey::Timer.of(chat.chat);
    // The same operation on every device: it needs nobody to pass it on.
    state::merge(cx.db, &StateOp { key, value, clock: given.clock_ms << 16, device: 0 })?;
    // An older word that comes late changes nothing.
    if timer_now(cx.db, chat.chat)? == was {
        return Ok(());
    }
    cx.changed.infos.insert(chat.chat);
    if !(given.again && groups::was_before(cx.db, chat.chat, given.clock_ms)?) {
        notices::say_at(cx, chat, &SystemLine::DisappearingSet { by: ui_account(by), after: is }, place.time_ms)?;
    }
    Ok(())
}

impl Client {
    /// "Messages that are written from now on shall disappear so long after": said to the chat, and in force when its place in the log is known.
    pub(crate) fn set_disappearing(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        after: Disappearing,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let result = match may_set(cx, chat)? {
            Err(error) => Err(error),
            Ok(()) => {
                let (was, clock_ms) = newest(cx.db, chat)?;
                // By the server's clock, by which others judge it.
                let now_ms = own_ms(cx)?.max(heard_ms(cx)?);
                let clock_ms = now_ms.max(clock_ms + 1);
                if was != after && !groups::is_dated(clock_ms, now_ms) {
                    cx.answer(request, Err(UserError::NotNow));
                    return Ok(());
                }
                if was != after {
                    let said = ChatTimer { lifetime_s: after.seconds(), clock_ms, again: false };
                    self.tell_chat(cx, chat, content::Body::ChatTimer(said))?;
                    cx.changed.infos.insert(chat);
                }
                Ok(Answer::Done)
            }
        };
        cx.answer(request, result);
        Ok(())
    }

    /// Tells those who came into a group. Also that nothing disappears any more: whoever was here before may know otherwise.
    pub(crate) fn say_timer(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let (after, clock_ms) = (timer_now(cx.db, chat)?, groups::clock_ms_of(cx.db, ChatKey::Timer, chat)?);
        if clock_ms == 0 {
            return Ok(());
        }
        let said = ChatTimer { lifetime_s: after.seconds(), clock_ms, again: true };
        self.tell_chat(cx, chat, content::Body::ChatTimer(said))
    }

    /// Takes the next messages away whose time is over; the rest in the next inputs, which come at once.
    pub(crate) fn disappear(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(first_ms) = first_end_ms(cx.db)? else { return Ok(()) };
        if first_ms <= own_ms(cx)? {
            let now_ms = believed_ms(cx)?;
            for row in over(cx, now_ms)? {
                take_away(cx, &row)?;
            }
        }
        Ok(())
    }

    /// When the next one goes. Nothing sleeps for longer than a day: a timer of months is more than some hold.
    pub(crate) fn disappear_later(&mut self, cx: &Context<'_>) -> Result<(), Halt> {
        let Some(first_ms) = first_end_ms(cx.db)? else { return Ok(()) };
        let left_ms = first_ms.saturating_sub(own_ms(cx)?);
        let at_ms = if left_ms > 0 {
            (cx.now_ms + left_ms).min((cx.now_ms / DAY_MS + 1) * DAY_MS)
        } else if first_ms <= believed_ms(cx)? {
            cx.now_ms + 1
        } else {
            // The server's next word says more.
            return Ok(());
        };
        self.retry_at(at_ms);
        Ok(())
    }
}

fn may_set(cx: &Context<'_>, chat: ChatId) -> Result<Result<(), UserError>, Halt> {
    let stored = chats::find(cx.db, chat)?.filter(|chat| chat.kind != ChatKind::SelfGroup);
    Ok(match stored {
        None => Err(UserError::NotFound),
        Some(stored) if stored.membership == Membership::Left => Err(UserError::NotNow),
        Some(stored) if stored.kind == ChatKind::Group => {
            let me = cx.me()?.address.account;
            let may = groups::may_edit(cx.db, chat, me, NUMBER_MAX)?;
            if may { Ok(()) } else { Err(UserError::OnlyAdmin) }
        }
        Some(_) => Ok(()),
    })
}

/// The own clock, as far as the server's has set it right.
fn own_ms(cx: &Context<'_>) -> Result<u64, Halt> {
    let ahead_ms: u64 = cx.db.prepare_cached("SELECT ahead_ms FROM this")?.query_row([], |row| row.get(0))?;
    Ok(cx.now_ms.saturating_sub(ahead_ms))
}

/// The server's last word of the time. An index finds it: this is asked for each message that comes with a lifetime.
fn heard_ms(cx: &Context<'_>) -> Result<u64, Halt> {
    Ok(cx
        .db
        .prepare_cached("SELECT max(server_ms, coalesce((SELECT max(applied_ms) FROM chat), 0)) FROM this")?
        .query_row([], |row| row.get(0))?)
}

/// The time by which messages are judged.
fn believed_ms(cx: &Context<'_>) -> Result<u64, Halt> {
    Ok(own_ms(cx)?.min(heard_ms(cx)?.saturating_add(AHEAD_MAX_MS)))
}

/// How much longer a message stays because the server says that it took it long before it was written: a server alone is to have nothing vanish
/// unseen. A sender whose clock is ahead gains no more than until it came.
pub(crate) fn backdated_ms(cx: &Context<'_>, place: Place, sent_ms: u64) -> Result<u64, Halt> {
    let behind_ms = sent_ms.min(believed_ms(cx)?).saturating_sub(place.time_ms);
    Ok(if behind_ms > SKEW_MS { behind_ms } else { 0 })
}

/// The server's clock says so.
pub(crate) fn server_time_is(cx: &Context<'_>, time_ms: u64) -> Result<(), Halt> {
    let time_ms = time_ms.min(NUMBER_MAX);
    cx.db
        .prepare_cached("UPDATE this SET server_ms = ?1, ahead_ms = ?2")?
        .execute([time_ms, cx.now_ms.min(NUMBER_MAX).saturating_sub(time_ms)])?;
    Ok(())
}

/// A message of this lifetime that has just come is over already.
pub(crate) fn is_over(cx: &Context<'_>, place: Place, lifetime_ms: u64) -> Result<bool, Halt> {
    let end_ms = place.time_ms.saturating_add(lifetime_ms);
    Ok(lifetime_ms > 0 && end_ms <= cx.now_ms && end_ms <= believed_ms(cx)?)
}

/// What this is about has disappeared.
pub(crate) fn has_disappeared(db: &Connection, chat: ChatId, id: MessageId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE message = ?1 AND chat = ?2 AND lifetime_ms = -1)")?
        .query_row(params![id.as_bytes(), chat.as_bytes()], |row| row.get(0))
}

// The literal value lets the index of these rows serve. What has no place has not begun: a few were refused, or moved with a number.
fn first_end_ms(db: &Connection) -> Result<Option<u64>, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT time_ms + lifetime_ms FROM message INDEXED BY message_going WHERE lifetime_ms > 0 AND seq > 0
         ORDER BY time_ms + lifetime_ms LIMIT 1",
    )?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

struct Over {
    chat: ChatId,
    id: MessageId,
    kind: i32,
    sent_ms: u64,
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Over> {
    Ok(Over { chat: ChatId(row.get(0)?), id: MessageId(row.get(1)?), kind: row.get(2)?, sent_ms: row.get(3)? })
}

const COLUMNS: &str = "chat, message, kind, sent_ms";

fn over(cx: &Context<'_>, now_ms: u64) -> Result<Vec<Over>, Halt> {
    let mut statement = cx.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message INDEXED BY message_going WHERE lifetime_ms > 0 AND seq > 0
         AND time_ms + lifetime_ms <= ?1
         ORDER BY time_ms + lifetime_ms LIMIT ?2"
    ))?;
    let rows = statement.query_map(params![now_ms, ROWS_AT_ONCE], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is kept of a message that has disappeared.
pub(crate) fn remains(id: MessageId, sent_ms: u64) -> Vec<u8> {
    let erased = content::Body::Erased(Erased { disappeared: true });
    let (message_id, body) = (id.to_vec(), Some(erased));
    Content { message_id, sent_ms, profile_version: 0, lifetime_s: 0, body }.encode_to_vec()
}

/// A stored content is what is kept of such a one.
pub(crate) fn is_remains(content: &Content) -> bool {
    matches!(content.body, Some(content::Body::Erased(Erased { disappeared: true })))
}

fn take_away(cx: &mut Context<'_>, row: &Over) -> Result<(), Halt> {
    empty(cx, row)?;
    forget_about(cx, row.chat, row.id)?;
    if row.kind != Kind::Hidden.number() {
        cx.changed.message_gone(row.chat, row.id);
        cx.changed.infos.insert(row.chat);
    }
    Ok(())
}

/// The place alone stays, and the star does not.
fn empty(cx: &mut Context<'_>, row: &Over) -> Result<(), Halt> {
    amendments::keep_place(cx, row.id, row.sent_ms)?;
    cx.db.prepare_cached("UPDATE message SET content = ?2, lifetime_ms = ?3 WHERE message = ?1")?.execute(params![
        row.id.as_bytes(),
        remains(row.id, row.sent_ms),
        DISAPPEARED
    ])?;
    Ok(())
}

/// What was said about a message that has disappeared goes along, and answers lose what they say that it said.
pub(crate) fn forget_about(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    take_back_about(cx, chat, id)?;
    loop {
        let said: Vec<Over> = {
            let mut statement = cx.db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM message WHERE target = ?1 AND chat = ?2 AND about >= 2 AND seq > 0 LIMIT ?3"
            ))?;
            let rows = statement.query_map(params![id.as_bytes(), chat.as_bytes(), ABOUT_AT_ONCE], read)?;
            rows.collect::<Result<_, _>>()?
        };
        // What is emptied is about nothing any more.
        if said.is_empty() {
            break;
        }
        for row in said {
            empty(cx, &row)?;
        }
    }
    let mut after: Option<[u8; 16]> = None;
    loop {
        let answers = answers(cx.db, chat, id, after)?;
        let Some((last, _)) = answers.last() else { break };
        after = Some(*last);
        for (answer, content) in answers {
            cut_excerpt(cx, answer, &content)?;
        }
    }
    amendments::show_answers(cx, chat, id)
}

/// What was to be said about it and has not left is said to nobody. What is on its way is emptied when its place is known.
fn take_back_about(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    let unsent: Vec<([u8; 16], [u8; 16])> = {
        let mut statement = cx.db.prepare_cached(
            "SELECT o.op_id, a.message FROM message a JOIN outbox o ON o.chat = a.chat AND o.message = a.message
             WHERE a.target = ?1 AND a.chat = ?2 AND a.about >= 2 AND a.seq = 0 AND o.went_out = 0",
        )?;
        let rows = statement.query_map([id.as_bytes(), chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    for (op_id, message) in unsent {
        outbox::remove(cx, OpId(op_id))?;
        cx.db.prepare_cached("DELETE FROM message WHERE message = ?1")?.execute([message])?;
    }
    Ok(())
}

/// An id and a content.
type Stored = ([u8; 16], Vec<u8>);

fn answers(db: &Connection, chat: ChatId, id: MessageId, after: Option<[u8; 16]>) -> Result<Vec<Stored>, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT message, content FROM message WHERE target = ?1 AND chat = ?2 AND about = 1
         AND (?3 IS NULL OR message > ?3) ORDER BY message LIMIT ?4",
    )?;
    let values = params![id.as_bytes(), chat.as_bytes(), after, ABOUT_AT_ONCE];
    let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Also in the copy that waits to be sealed.
fn cut_excerpt(cx: &Context<'_>, answer: [u8; 16], content: &[u8]) -> Result<(), Halt> {
    let Some(cut) = without_excerpt(content) else { return Ok(()) };
    cx.db.prepare_cached("UPDATE message SET content = ?2 WHERE message = ?1")?.execute(params![answer, cut])?;
    cx.db
        .prepare_cached(
            "UPDATE outbox SET content = ?2 WHERE message = ?1 AND frame = x'' AND length(content) > 0
             AND chat = (SELECT chat FROM message WHERE message = ?1)",
        )?
        .execute(params![answer, cut])?;
    Ok(())
}

/// An own message has its place now. What it is about may have disappeared meanwhile.
pub(crate) fn follow_settled(cx: &mut Context<'_>, chat: ChatId, id: MessageId, place: Place) -> Result<(), Halt> {
    let stored: Option<(Over, u64, Option<[u8; 16]>)> = cx
        .db
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, max(lifetime_ms, 0), CASE WHEN about >= 2 THEN target END FROM message
             WHERE message = ?1 AND chat = ?2 AND seq > 0"
        ))?
        .query_row([id.as_bytes(), chat.as_bytes()], |row| Ok((read(row)?, row.get(4)?, row.get(5)?)))
        .optional()?;
    let Some((row, lifetime_ms, target)) = stored else { return Ok(()) };
    if lifetime_ms > 0 {
        let lifetime_ms = lifetime_ms + backdated_ms(cx, place, row.sent_ms)?;
        cx.db
            .prepare_cached("UPDATE message SET lifetime_ms = ?2 WHERE message = ?1")?
            .execute(params![id.as_bytes(), lifetime_ms])?;
    }
    match target {
        Some(target) if has_disappeared(cx.db, chat, MessageId(target))? => empty(cx, &row),
        _ => Ok(()),
    }
}

/// The same answer without the words of what it answers; `None` where it has none.
pub(crate) fn without_excerpt(content: &[u8]) -> Option<Vec<u8>> {
    let mut content = Content::decode(content).ok()?;
    let text = match content.body.as_mut()? {
        content::Body::Text(text) => text,
        content::Body::Media(media) => media.caption.as_mut()?,
        _ => return None,
    };
    let quote = text.quote.as_mut().filter(|quote| !quote.excerpt.is_empty())?;
    quote.excerpt.clear();
    Some(content.encode_to_vec())
}

/// What a version that knew no lifetimes has stored: it kept what it did not know. Once, after the update.
pub(crate) fn read_kept(cx: &mut Context<'_>) -> Result<(), Halt> {
    let found: Vec<([u8; 16], u64)> = {
        let mut statement = cx.db.prepare_cached("SELECT message, content FROM message WHERE kind = 0")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let content = Content::decode(row.get_ref(1)?.as_blob().unwrap_or_default()).unwrap_or_default();
            if content.lifetime_s > 0 {
                found.push((row.get(0)?, lifetime_ms(&content)));
            }
        }
        found
    };
    for (id, lifetime_ms) in found {
        cx.db
            .prepare_cached("UPDATE message SET lifetime_ms = ?2 WHERE message = ?1")?
            .execute(params![id, lifetime_ms])?;
    }
    Ok(())
}

/// How long a message stays, for the interface.
pub(crate) fn shown_ms(lifetime_ms: i64) -> u64 {
    u64::try_from(lifetime_ms).unwrap_or(0)
}

#[cfg(test)]
mod disappearing_tests;

#[cfg(test)]
mod new_chats_tests;
