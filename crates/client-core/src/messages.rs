//! Messages as rows: storing, placing by the server's time, and reading them for the interface.

use crate::amendments::{self, About};
use crate::chats;
use crate::clearing;
use crate::client::Context;
use crate::disappearing;
use crate::groups;
use crate::io::Halt;
use crate::kept_out::{self, KeptOut};
use crate::marks::step_ms;
use crate::media;
use crate::mentions;
use crate::notices;
use crate::restored;
use crate::spoken;
use breakable::{Rule, broken};
use client_api::{CallFacts, CallState, MessageBody, MessageRow, MessageStatus};
use prost::Message as _;
use proto::content::{Content, Media, Mention, Quote, Text, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, MessageId};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Numbers of others (times, places, versions) end here: a database holds 63 bits, and above is the place of what is unsent.
/// A larger one is nobody's honest word, and must not stop the client.
pub(crate) const NUMBER_MAX: u64 = UNSENT_MS - 1;

/// Generations of a chat end here: one a day is far from it.
pub(crate) const GENERATION_MAX: u32 = 1 << 30;

/// `BODIES_KNOWN` of the first version that ended messages.
const LIFETIMES_KNOWN: u32 = 7;
/// Raised with every body of a content that is new to this version.
const BODIES_KNOWN: u32 = 8;

/// Unsent messages stand after all others, in the order of their writing.
pub(crate) const UNSENT_MS: u64 = 1 << 60;

/// In the column `failed`, where 1 says that nobody has it: the log has it, and nobody takes it from there. A device of an older version may.
pub(crate) const FAILED_IN_LOG: u32 = 2;

/// The place of what moved here with its number: the first entry of a log is nobody's message.
pub(crate) const MOVED_SEQ: u64 = 1;

/// What a row holds. Those below 0 are not shown; the lines that a chat itself has, and held places, are given to nobody: what
/// is part of a conversation's history is below 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Deleted on the own devices.
    Hidden,
    /// Says something about another message.
    Amendment,
    Text,
    /// Of a newer version; kept.
    Newer,
    /// A line of the chat itself, made on this device: it has no place in the log, and is given to nobody.
    System,
    /// The place of a message that could not be opened yet. Its id is this device's own, and it is given to nobody: the
    /// message itself takes its place.
    Waiting,
}

impl Kind {
    pub(crate) fn number(self) -> i32 {
        match self {
            Self::Hidden => -2,
            Self::Amendment => -1,
            Self::Text => 0,
            Self::Newer => 1,
            Self::System => 2,
            Self::Waiting => 3,
        }
    }
}

/// A message to store.
pub(crate) struct NewMessage {
    pub(crate) chat: ChatId,
    pub(crate) id: MessageId,
    pub(crate) sender: DeviceAddress,
    /// `None` while it is unsent.
    pub(crate) place: Option<Place>,
    pub(crate) sent_ms: u64,
    pub(crate) kind: Kind,
    pub(crate) content: Vec<u8>,
}

/// A stored content, where it can be read.
pub(crate) fn decoded(content: Vec<u8>) -> Option<Content> {
    Content::decode(content.as_slice()).ok()
}

/// A message of this id is written down, in whichever chat.
pub fn is_written(db: &Connection, id: MessageId) -> rusqlite::Result<bool> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM message WHERE message = ?1)", [id.as_bytes()], |row| row.get(0))
}

/// Where the server put a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) seq: u64,
    pub(crate) time_ms: u64,
}

/// What storing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    New,
    /// New, and in the place that a row had held for it.
    InPlace,
    /// A message of this id was here already: dropped.
    Duplicate,
    /// It belongs to what this account keeps out of the chat: its place is here, and nothing of what it says.
    KeptOut,
}

/// The kind of a received content; `None` for what is no message of the conversation.
pub(crate) fn kind_of(content: &Content) -> Option<Kind> {
    match &content.body {
        Some(content::Body::Erased(_)) if disappearing::is_remains(content) => Some(Kind::Hidden),
        Some(
            content::Body::Text(_)
            | content::Body::Media(_)
            | content::Body::Call(_)
            | content::Body::Poll(_)
            | content::Body::Cards(_)
            | content::Body::Place(_)
            | content::Body::Erased(_),
        ) => Some(Kind::Text),
        Some(
            content::Body::Reaction(_)
            | content::Body::Edit(_)
            | content::Body::Deletion(_)
            | content::Body::CallWord(_)
            | content::Body::Pin(_)
            | content::Body::Vote(_),
        ) => Some(Kind::Amendment),
        None => Some(Kind::Newer),
        Some(_) => None,
    }
}

/// Stores a message once. Where its place was held, it is taken.
pub(crate) fn store(cx: &mut Context<'_>, message: &NewMessage) -> Result<Stored, Halt> {
    let held = match message.place {
        Some(place) if message.kind != Kind::Waiting => give_up_places(cx, message.chat, place.seq, place.seq)?,
        _ => 0,
    };
    let said = match message.kind {
        Kind::Text | Kind::Amendment | Kind::Newer => Content::decode(message.content.as_slice()).ok(),
        _ => None,
    };
    let aim = said.as_ref().and_then(amendments::aim);
    let mut lifetime_ms = said.as_ref().map_or(0, disappearing::lifetime_ms);
    if let Some(place) = message.place {
        if lifetime_ms > 0 {
            lifetime_ms += disappearing::backdated_ms(cx, place, message.sent_ms)?;
        }
        let star = aim.filter(|(about, _)| *about != About::Answer).map_or(message.id, |(_, target)| target);
        let asked = kept_out::Asked { sender: message.sender.account, place, is_line: false, star };
        if let Some(why) = kept_out::judge(cx, message.chat, &asked)? {
            return keep_out(cx, message, place, why);
        }
        let is_over = message.kind == Kind::Hidden || disappearing::is_over(cx, place, lifetime_ms)?;
        if is_over || (star != message.id && disappearing::has_disappeared(cx.db, message.chat, star)?) {
            return keep_out(cx, message, place, KeptOut::Disappeared);
        }
    }
    // What its sender still knew of what it answers.
    let cut = match aim {
        Some((About::Answer, target)) if disappearing::has_disappeared(cx.db, message.chat, target)? => {
            disappearing::without_excerpt(&message.content)
        }
        _ => None,
    };
    let (seq, time_ms) = match message.place {
        Some(place) => (place.seq, place.time_ms),
        None => (0, UNSENT_MS + next_unsent(cx.db, message.chat)?),
    };
    let me = cx.me()?.address.account;
    let names_me = message.sender.account != me && said.is_some_and(|said| mentions::names(&said, me));
    let added = cx
        .db
        .prepare_cached(
            "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content, target, about, names_me,
                                  lifetime_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (message) DO NOTHING",
        )?
        .execute(params![
            message.chat.as_bytes(),
            time_ms,
            message.id.as_bytes(),
            seq,
            message.sender.account.as_bytes(),
            message.sender.device.0,
            message.sent_ms.min(NUMBER_MAX),
            message.kind.number(),
            cut.as_ref().unwrap_or(&message.content),
            aim.map(|(_, target)| target.0),
            aim.map_or(0, |(about, _)| about.number()),
            names_me,
            lifetime_ms
        ])?;
    if added == 0 && broken(Rule::MessageStoredOnce) {
        let id = MessageId(chats::random_id(cx));
        return store(cx, &NewMessage { id, content: message.content.clone(), ..*message });
    }
    if added == 0 {
        restored::place_again(cx, message)?;
        return Ok(Stored::Duplicate);
    }
    if message.kind != Kind::Amendment {
        let activity_ms = message.place.map_or(cx.now_ms, |place| place.time_ms);
        cx.db
            .prepare_cached("UPDATE chat SET activity_ms = max(activity_ms, ?2) WHERE chat = ?1")?
            .execute(params![message.chat.as_bytes(), activity_ms])?;
    }
    amendments::came(cx, message.chat, message.id, aim)?;
    Ok(if held > 0 { Stored::InPlace } else { Stored::New })
}

/// Of what is kept out the place alone is stored, so that chats can be compared.
fn keep_out(cx: &mut Context<'_>, message: &NewMessage, place: Place, why: KeptOut) -> Result<Stored, Halt> {
    // What could not be opened and would not be shown has no row to wait in.
    if message.kind == Kind::Waiting {
        return Ok(Stored::KeptOut);
    }
    let sent_ms = message.sent_ms.min(NUMBER_MAX);
    let (remains, lifetime_ms) = match why {
        KeptOut::Disappeared => (disappearing::remains(message.id, sent_ms), disappearing::DISAPPEARED),
        KeptOut::Cleared | KeptOut::Blocked => (amendments::erased(message.id, sent_ms, 0), 0),
    };
    let added = cx
        .db
        .prepare_cached(
            "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content, lifetime_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (message) DO NOTHING",
        )?
        .execute(params![
            message.chat.as_bytes(),
            place.time_ms,
            message.id.as_bytes(),
            place.seq,
            message.sender.account.as_bytes(),
            message.sender.device.0,
            sent_ms,
            Kind::Hidden.number(),
            remains,
            lifetime_ms,
        ])?;
    if added == 0 {
        restored::place_again(cx, message)?;
        return Ok(Stored::Duplicate);
    }
    // Who is blocked moves no chat up.
    if why != KeptOut::Blocked && message.kind != Kind::Amendment {
        cx.db
            .prepare_cached("UPDATE chat SET activity_ms = max(activity_ms, ?2) WHERE chat = ?1")?
            .execute(params![message.chat.as_bytes(), place.time_ms])?;
    }
    match why {
        KeptOut::Disappeared => disappearing::forget_about(cx, message.chat, message.id)?,
        KeptOut::Cleared | KeptOut::Blocked => amendments::hide(cx, message.id)?,
    }
    Ok(Stored::KeptOut)
}

/// Takes rows away that held places in this part of the log, and says how many there were.
pub(crate) fn give_up_places(cx: &mut Context<'_>, chat: ChatId, from_seq: u64, to_seq: u64) -> Result<usize, Halt> {
    // The literal kind lets the index of these few rows serve, whatever the chat's length.
    let mut statement = cx.db.prepare_cached(
        "DELETE FROM message WHERE chat = ?1 AND seq BETWEEN ?2 AND ?3 AND kind = 3 RETURNING message",
    )?;
    let rows = statement.query_map(params![chat.as_bytes(), from_seq, to_seq], |row| row.get(0))?;
    let ids = rows.collect::<Result<Vec<[u8; 16]>, _>>()?;
    for id in &ids {
        cx.changed.message_gone(chat, MessageId(*id));
    }
    Ok(ids.len())
}

pub(crate) fn next_unsent(db: &Connection, chat: ChatId) -> Result<u64, Halt> {
    let newest: Option<u64> = db
        .prepare_cached("SELECT max(time_ms) FROM message WHERE chat = ?1 AND time_ms >= ?2")?
        .query_row(params![chat.as_bytes(), UNSENT_MS], |row| row.get(0))?;
    Ok(newest.map_or(0, |time_ms| time_ms - UNSENT_MS + 1))
}

/// The server took an own message: it gets its place.
pub(crate) fn settle(cx: &mut Context<'_>, chat: ChatId, id: MessageId, place: Place) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "UPDATE message SET seq = ?3, time_ms = ?4, failed = 0 WHERE chat = ?1 AND message = ?2 AND seq = 0",
        )?
        .execute(params![chat.as_bytes(), id.as_bytes(), place.seq, place.time_ms])?;
    amendments::follow(cx, chat, id)?;
    disappearing::follow_settled(cx, chat, id, place)?;
    clearing::follow_settled(cx, chat, id)
}

/// The server will not take an own message.
pub(crate) fn fail(cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE message SET failed = max(failed, 1) WHERE chat = ?1 AND message = ?2 AND seq = 0")?
        .execute(params![chat.as_bytes(), id.as_bytes()])?;
    amendments::follow(cx, chat, id)?;
    // There is no row to say "not sent" at: what was amended is shown as it was.
    cx.db
        .prepare_cached("DELETE FROM message WHERE message = ?1 AND failed > 0 AND kind = -1")?
        .execute([id.as_bytes()])?;
    Ok(())
}

/// The columns that [`row`] reads; `m` is the message, `c` its chat, `k` the other account's mark, `s` its star.
pub(crate) const ROW_COLUMNS: &str = concat!(
    "m.message, m.time_ms, m.account, m.seq, m.kind, m.content, m.failed, m.sent_ms, coalesce(k.delivered_seq, 0), ",
    step_ms!(0),
    ", coalesce(k.read_seq, 0), ",
    step_ms!(1),
    ", coalesce(length(s.value), 0) > 0, c.peer, c.chat, EXISTS (SELECT 1 FROM message t WHERE t.target = m.message AND t.about >= 2), m.lifetime_ms"
);

/// The joined tables of [`ROW_COLUMNS`].
pub(crate) const ROW_TABLES: &str = "message m JOIN chat c ON c.chat = m.chat
    LEFT JOIN mark k ON k.chat = m.chat AND k.account = c.peer
    LEFT JOIN state s ON s.key = 'star/' || lower(hex(m.message))";

/// A message as the interface has it, with what was said about it; its columns begin at `at`.
pub(crate) fn row(db: &Connection, row: &Row<'_>, at: usize, me: AccountId) -> rusqlite::Result<MessageRow> {
    let sender: Vec<u8> = row.get(at + 2)?;
    let sender = AccountId::try_from(sender).unwrap_or(AccountId([0; 16]));
    let (time_ms, sent_ms): (u64, u64) = (row.get(at + 1)?, row.get(at + 7)?);
    let (seq, failed): (u64, bool) = (row.get(at + 3)?, row.get(at + 6)?);
    let (delivered_seq, delivered_ms): (u64, u64) = (row.get(at + 8)?, row.get(at + 9)?);
    let (read_seq, read_ms): (u64, u64) = (row.get(at + 10)?, row.get(at + 11)?);
    let kind: i32 = row.get(at + 4)?;
    let content: Vec<u8> = row.get(at + 5)?;
    let own = sender == me && kind != Kind::System.number();
    // Whom one writes to is who has written: once it is kept, it is there and read, whatever devices there are.
    let to_oneself = row.get::<_, [u8; 16]>(at + 13)? == me.0;
    let (delivered_ms, read_ms) = if to_oneself { (time_ms, time_ms) } else { (delivered_ms, read_ms) };
    let status = match (failed, seq) {
        (true, _) => MessageStatus::Failed,
        (false, 0) => MessageStatus::Pending,
        (false, seq) if to_oneself || seq <= read_seq => MessageStatus::Read,
        (false, seq) if seq <= delivered_seq => MessageStatus::Delivered,
        (false, _) => MessageStatus::Sent,
    };
    let read_ms = if own && status == MessageStatus::Read { read_ms } else { 0 };
    // What was read had come before, also where no news of that came.
    let delivered_ms = match (own && status >= MessageStatus::Delivered, delivered_ms) {
        (false, _) => 0,
        (true, 0) => read_ms,
        (true, delivered_ms) => delivered_ms,
    };
    // Others' clocks are theirs: nothing arrives before it was sent, nor is read before it arrived.
    let no_earlier = |step_ms: u64, than_ms: u64| if step_ms == 0 { 0 } else { step_ms.max(than_ms) };
    let delivered_ms = no_earlier(delivered_ms, time_ms);
    let read_ms = no_earlier(read_ms, delivered_ms);
    let chat = ChatId(row.get(at + 14)?);
    let Said { body, quote: quoted, forwarded, media, mentions } = said(kind, &content);
    let (body, mentions) = match body {
        MessageBody::Text(text) => {
            let (text, mentions) = mentions::shown(db, text, &mentions)?;
            (MessageBody::Text(text), mentions)
        }
        body => (body, Vec::new()),
    };
    let may_change = |within_ms: u64| match (own, &body) {
        // Its time begins when the server has it.
        (true, body) if body.is_said() && seq == 0 => u64::MAX,
        // From the chat with somebody else, who had the number then.
        (true, body) if body.is_said() && seq == MOVED_SEQ => 0,
        (true, body) if body.is_said() => time_ms.saturating_add(within_ms),
        _ => 0,
    };
    let mut found = MessageRow {
        id: client_api::MessageId(row.get(at)?),
        time_ms: if seq == 0 { time_ms.max(sent_ms) } else { time_ms },
        sender: client_api::AccountId(sender.0),
        own,
        status: own.then_some(status),
        edit_until_ms: if failed || forwarded || !matches!(body, MessageBody::Text(_)) {
            0
        } else {
            may_change(amendments::EDIT_MS)
        },
        delete_until_ms: may_change(amendments::DELETE_MS),
        body,
        mentions,
        attachment: None,
        quote: None,
        edited: false,
        forwarded,
        reactions: Vec::new(),
        starred: row.get(at + 12)?,
        delivered_ms,
        read_ms,
        lifetime_ms: disappearing::shown_ms(row.get(at + 16)?),
    };
    if let Some(media) = media {
        found.attachment = Some(media::attachment(db, MessageId(found.id.0), &media)?);
    }
    if let Some(quoted) = quoted {
        found.quote = amendments::quote(db, chat, quoted, me)?;
    }
    if row.get(at + 15)? {
        amendments::apply(db, chat, &mut found, me)?;
    }
    Ok(found)
}

/// What a message says by itself.
struct Said {
    body: MessageBody,
    /// What it answers.
    quote: Option<Quote>,
    /// Its sender has it from another chat.
    forwarded: bool,
    /// The file that it carries.
    media: Option<Media>,
    /// Whom its text names, as its sender says.
    mentions: Vec<Mention>,
}

fn said(kind: i32, content: &[u8]) -> Said {
    let body = match kind {
        0 => match Content::decode(content) {
            Ok(Content { body: Some(content::Body::Text(text)), .. }) => {
                let Text { text, quote, forwarded, mentions } = text;
                return Said { body: MessageBody::Text(text), quote, forwarded, media: None, mentions };
            }
            Ok(Content { body: Some(content::Body::Media(mut media)), .. }) => {
                let Text { text, quote, forwarded, mentions } = media.caption.take().unwrap_or_default();
                return Said { body: MessageBody::Text(text), quote, forwarded, media: Some(media), mentions };
            }
            Ok(Content { body: Some(content::Body::Call(call)), .. }) => {
                MessageBody::Call(CallFacts { video: call.video, state: CallState::Open })
            }
            Ok(Content { body: Some(content::Body::Erased(_)), .. }) => MessageBody::Deleted,
            Ok(Content { body: Some(body), .. }) => match spoken::shown(&body) {
                Some((body, forwarded)) => {
                    return Said { body, quote: None, forwarded, media: None, mentions: Vec::new() };
                }
                None => MessageBody::Newer,
            },
            _ => MessageBody::Newer,
        },
        2 => notices::decode(content).map_or(MessageBody::Newer, MessageBody::System),
        3 => MessageBody::Waiting,
        _ => MessageBody::Newer,
    };
    Said { body, quote: None, forwarded: false, media: None, mentions: Vec::new() }
}

/// What a newer version's messages say can be shown after an update: once after each that knows more.
pub(crate) fn read_newer(cx: &mut Context<'_>) -> Result<(), Halt> {
    let known: u32 = cx.db.query_row("SELECT bodies_known FROM this", [], |row| row.get(0))?;
    if known >= BODIES_KNOWN {
        return Ok(());
    }
    if known < LIFETIMES_KNOWN {
        disappearing::read_kept(cx)?;
    }
    // Their ids first: together they may be larger than what a browser holds.
    let kept: Vec<([u8; 16], [u8; 16])> = {
        let mut statement =
            cx.db.prepare_cached("SELECT chat, message FROM message WHERE kind = 1 ORDER BY chat, seq")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    for (chat, id) in kept {
        let content: Vec<u8> = cx
            .db
            .prepare_cached("SELECT content FROM message WHERE message = ?1")?
            .query_row([id], |row| row.get(0))?;
        if groups::is_word(&content) || groups::is_about_joining(&content) {
            hear_late(cx, ChatId(chat), MessageId(id), &content)?;
            continue;
        }
        let Ok(content) = Content::decode(content.as_slice()) else { continue };
        let Some(kind) = kind_of(&content).filter(|kind| *kind != Kind::Newer) else { continue };
        let aim = amendments::aim(&content);
        cx.db
            .prepare_cached(
                "UPDATE message SET kind = ?2, target = ?3, about = ?4, lifetime_ms = ?5 WHERE message = ?1",
            )?
            .execute(params![
                id,
                kind.number(),
                aim.map(|(_, target)| target.0),
                aim.map_or(0, |(about, _)| about.number()),
                disappearing::lifetime_ms(&content)
            ])?;
        amendments::follow(cx, ChatId(chat), MessageId(id))?;
    }
    cx.db.execute("UPDATE this SET bodies_known = ?1", [BODIES_KNOWN])?;
    Ok(())
}

/// It is no message, but somebody's word of a group: it counts, and is not shown. It stays a part of the history that own devices compare.
fn hear_late(cx: &mut Context<'_>, chat: ChatId, id: MessageId, content: &[u8]) -> Result<(), Halt> {
    let (account, seq, time_ms) = cx
        .db
        .prepare_cached("UPDATE message SET kind = ?2 WHERE message = ?1 RETURNING account, seq, time_ms")?
        .query_row(params![id.as_bytes(), Kind::Hidden.number()], |row| {
            Ok((AccountId(row.get(0)?), row.get(1)?, row.get(2)?))
        })?;
    cx.changed.message_gone(chat, id);
    match chats::find(cx.db, chat)? {
        // It was said in another chat, which moved here with its number.
        Some(_) if seq == MOVED_SEQ => Ok(()),
        Some(chat) => groups::hear(cx, &chat, account, content, Place { seq, time_ms }),
        None => Ok(()),
    }
}

/// One message as the interface has it.
pub(crate) fn get_row(db: &Connection, chat: ChatId, id: MessageId, me: AccountId) -> Result<Option<MessageRow>, Halt> {
    let sql = format!("SELECT {ROW_COLUMNS} FROM {ROW_TABLES} WHERE m.message = ?1 AND m.chat = ?2 AND m.kind >= 0");
    let mut statement = db.prepare_cached(&sql)?;
    Ok(statement.query_row(params![id.as_bytes(), chat.as_bytes()], |r| row(db, r, 0, me)).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::{self, Mark};
    use crate::this::{self, Me};
    use identity::DeviceKey;
    use proto::ids::DeviceNumber;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    const ME: AccountId = AccountId([1; 16]);
    const THEM: AccountId = AccountId([2; 16]);

    fn own_phone() -> Me {
        let address = DeviceAddress { account: ME, device: DeviceNumber(1) };
        Me { address, number: String::new(), device_key: DeviceKey::from_bytes(&[1; 32]), account_key: None }
    }

    /// An own message in the chat with an account, unsent and then in its place at the server: its status and its times.
    fn sent_to(peer: AccountId) -> [(Option<MessageStatus>, u64, u64); 2] {
        let mut db = Connection::open_in_memory().expect("memory");
        crate::schema::open(&db).expect("schema");
        let tx = db.transaction().expect("transaction");
        let me = own_phone();
        this::become_device(&tx, &me, b"").expect("me");
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut cx = Context::for_test(&tx, &mut rng, 1);
        let chat = chats::ensure_direct(&mut cx, peer).expect("a chat");
        let (id, kind) = (MessageId([4; 16]), Kind::Text);
        let message = NewMessage { chat, id, sender: me.address, place: None, sent_ms: 5, kind, content: Vec::new() };
        store(&mut cx, &message).expect("is stored");
        let unsent = get_row(cx.db, chat, id, ME).expect("query").expect("the row");
        settle(&mut cx, chat, id, Place { seq: 2, time_ms: 7 }).expect("has its place");
        let kept = get_row(cx.db, chat, id, ME).expect("query").expect("the row");
        [unsent, kept].map(|row| (row.status, row.delivered_ms, row.read_ms))
    }

    #[test]
    fn what_one_writes_to_oneself_is_read_once_the_server_has_it() {
        let unsent = (Some(MessageStatus::Pending), 0, 0);
        assert_eq!(sent_to(ME), [unsent, (Some(MessageStatus::Read), 7, 7)]);
        assert_eq!(sent_to(THEM), [unsent, (Some(MessageStatus::Sent), 0, 0)]);
    }

    /// A number that no database holds would stop the client, and again at each start: the server gives the item until it is taken.
    #[test]
    fn numbers_of_others_that_are_none_stop_nothing() {
        let mut db = Connection::open_in_memory().expect("memory");
        crate::schema::open(&db).expect("schema");
        let tx = db.transaction().expect("transaction");
        this::become_device(&tx, &own_phone(), b"").expect("me");
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut cx = Context::for_test(&tx, &mut rng, 1);
        let message = NewMessage {
            // Of a chat that is not there nobody's mark would be kept in any case.
            chat: chats::ensure_direct(&mut cx, THEM).expect("a chat"),
            id: MessageId([4; 16]),
            sender: DeviceAddress { account: THEM, device: DeviceNumber(1) },
            place: Some(Place { seq: 2, time_ms: 5 }),
            sent_ms: u64::MAX,
            kind: Kind::Text,
            content: Vec::new(),
        };
        assert_eq!(store(&mut cx, &message).expect("is stored"), Stored::New);
        for mark in [Mark::Delivered, Mark::Read] {
            marks::advance(&mut cx, message.chat, THEM, mark, (u64::MAX, 1)).expect("is dropped");
            assert_eq!(marks::reached(cx.db, message.chat, THEM, mark).expect("query"), 0);
        }
    }
}
