//! The chat list as the interface shows it: every row from one joined query, since a thousand rows are read when a page
//! opens. Does not know windows of messages; those are `screens`'.

use crate::accounts;
use crate::chats::Membership;
use crate::client::Client;
use crate::client::Context;
use crate::draft::Draft;
use crate::groups;
use crate::io::Halt;
use crate::kept_out::Cut;
use crate::messages::{self, Place, ROW_COLUMNS};
use crate::people;
use crate::spoken;
use client_api::{ChatChanges, ChatKind, ChatRow, Event, LastMessage, MessageBody};
use proto::ids::{AccountId, ChatId};
use rusqlite::{Connection, Row, params};
use std::collections::BTreeSet;

/// Characters of a preview.
const PREVIEW_CHARS_MAX: usize = 200;
/// Times beyond this are places in the outbox, not times.
const TIME_MS_MAX: u64 = 1 << 60;
/// Columns before those of the newest message.
const OWN_COLUMNS: usize = 20;

/// Unread messages of a chat are counted to here, and by an index: they are asked for at every change of a chat, which must not cost as much
/// as the chat is long. A badge says "more than 999".
const UNREAD_MAX: u32 = 1_000;

/// The chats that a person sees, `?1` being the own account; one where `?2` names it, all where it is NULL. Chats that
/// are no longer the account's are not shown.
fn sql() -> String {
    format!(
        "SELECT c.chat, c.peer, c.activity_ms,
                coalesce(a.number, ''), coalesce(a.profile_name, ''), 
                coalesce(nullif(a.profile_thumb, x''), a.profile_photo, nullif(gthumb.value, x''), gphoto.value, x''),
                coalesce(contact.value, x''), coalesce(length(unread.value), 0) > 0, coalesce(length(pin.value), 0) > 0,
                coalesce(length(archive.value), 0) > 0, coalesce(mute.value, x''), coalesce(draft.value, x''),
                CASE c.kind WHEN 3 THEN
                (SELECT count(*) FROM (SELECT 1 FROM message u WHERE u.chat = c.chat AND u.account <> ?1 AND u.kind >= 0
                 AND u.seq > coalesce((SELECT o.read_seq FROM mark o WHERE o.chat = c.chat AND o.account = ?1), 0)
                 LIMIT {UNREAD_MAX})) ELSE
                (SELECT count(*) FROM (SELECT 1 FROM message u WHERE u.chat = c.chat AND u.account = c.peer AND u.kind >= 0 AND c.peer <> ?1
                 AND u.seq > coalesce((SELECT o.read_seq FROM mark o WHERE o.chat = c.chat AND o.account = ?1), 0)
                 LIMIT {UNREAD_MAX})) END,
                c.kind, coalesce(gname.value, x''),
                coalesce(gone.value, x''), c.membership,
                CASE c.kind WHEN 3 THEN (SELECT n.message FROM message n INDEXED BY message_names_me WHERE n.chat = c.chat AND n.names_me = 1
                 AND n.seq > coalesce((SELECT o.read_seq FROM mark o WHERE o.chat = c.chat AND o.account = ?1), 0)
                 ORDER BY n.seq LIMIT 1) END,
                m.message IS NOT NULL, c.quiet,
                {ROW_COLUMNS}
         FROM chat c
         LEFT JOIN account a ON a.account = c.peer
         LEFT JOIN state contact ON contact.key = 'contact/' || lower(hex(c.peer))
         LEFT JOIN state unread ON unread.key = 'unread/' || lower(hex(c.chat))
         LEFT JOIN state pin ON pin.key = 'pin/' || lower(hex(c.chat))
         LEFT JOIN state archive ON archive.key = 'archive/' || lower(hex(c.chat))
         LEFT JOIN state mute ON mute.key = 'mute/' || lower(hex(c.chat))
         LEFT JOIN state draft ON draft.key = 'draft/' || lower(hex(c.chat))
         LEFT JOIN state gname ON c.kind = 3 AND gname.key = 'group/' || lower(hex(c.chat))
         LEFT JOIN state gone ON gone.key = 'gone/' || lower(hex(c.chat))
         LEFT JOIN state gthumb ON c.kind = 3 AND gthumb.key = 'group-thumb/' || lower(hex(c.chat))
         LEFT JOIN state gphoto ON c.kind = 3 AND gphoto.key = 'group-photo/' || lower(hex(c.chat))
         LEFT JOIN message m ON m.message = (SELECT l.message FROM message l INDEXED BY message_shown WHERE l.chat = c.chat AND l.kind >= 0 AND l.kind IN (0, 1, 3)
                                             ORDER BY l.time_ms DESC LIMIT 1)
         LEFT JOIN mark k ON k.chat = c.chat AND k.account = c.peer
         LEFT JOIN state s ON s.key = 'star/' || lower(hex(m.message))
         WHERE c.kind <> 1 AND (c.membership <> 3 OR c.kind = 3) AND (?2 IS NULL OR c.chat = ?2)"
    )
}

/// All rows, or that of one chat where it is shown.
pub(crate) fn rows(cx: &Context<'_>, chat: Option<ChatId>, typing: &BTreeSet<ChatId>) -> Result<Vec<ChatRow>, Halt> {
    let me = cx.me()?.address.account;
    let mut statement = cx.db.prepare_cached(&sql())?;
    let chat = chat.map(|chat| chat.to_vec());
    let rows = statement
        .query_map(params![me.as_bytes(), chat], |row| {
            if is_gone(row)? { Ok(None) } else { read(cx.db, row, me, typing).map(Some) }
        })?
        .collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().flatten().map(|(row, by)| name_sender(cx.db, row, by)).collect()
}

/// In a group of many the list says who wrote what is newest.
fn name_sender(db: &Connection, mut row: ChatRow, by: Option<AccountId>) -> Result<ChatRow, Halt> {
    if let (Some(last), Some(by)) = (&mut row.last, by) {
        last.by = accounts::title_of(db, by)?;
    }
    Ok(row)
}

/// Unread messages of a chat.
pub(crate) fn unread(cx: &Context<'_>, chat: ChatId) -> Result<u32, Halt> {
    Ok(rows(cx, Some(chat), &BTreeSet::new())?.first().map_or(0, |row| row.unread))
}

/// It was deleted, and nothing is in it that came since. Of groups those that were left: who is in one sees it.
fn is_gone(row: &Row<'_>) -> rusqlite::Result<bool> {
    // Somebody else has opened it, and said nothing yet.
    if row.get::<_, bool>(19)? && !row.get::<_, bool>(18)? {
        return Ok(true);
    }
    let stored: Vec<u8> = row.get(15)?;
    if stored.is_empty() || (row.get::<_, u32>(13)? == 3 && row.get::<_, u32>(16)? != Membership::Left.number()) {
        return Ok(false);
    }
    if !row.get::<_, bool>(18)? {
        return Ok(true);
    }
    let newest = Place { time_ms: row.get(OWN_COLUMNS + 1)?, seq: row.get(OWN_COLUMNS + 3)? };
    Ok(Cut::decode(&stored).covers(newest))
}

/// With the sender of the newest message where it is to be named.
fn read(
    db: &Connection,
    row: &Row<'_>,
    me: AccountId,
    typing: &BTreeSet<ChatId>,
) -> rusqlite::Result<(ChatRow, Option<AccountId>)> {
    let (chat, peer): ([u8; 16], [u8; 16]) = (row.get(0)?, row.get(1)?);
    let activity_ms: u64 = row.get(2)?;
    let (number, profile_name): (String, String) = (row.get(3)?, row.get(4)?);
    let named = people::contact_name(&row.get::<_, Vec<u8>>(6)?);
    let is_group = row.get::<_, u32>(13)? == 3;
    let mute: Vec<u8> = row.get(10)?;
    let draft = Draft::decode(&row.get::<_, Vec<u8>>(11)?);
    let newest = if row.get(18)? { Some(messages::row(db, row, OWN_COLUMNS, me)?) } else { None };
    let by = newest.as_ref().filter(|newest| is_group && !newest.own).map(|newest| AccountId(newest.sender.0));
    let row = ChatRow {
        chat: client_api::ChatId(chat),
        kind: match peer {
            _ if is_group => ChatKind::Group,
            _ if peer == me.0 => ChatKind::Notes,
            _ => ChatKind::Direct,
        },
        peer: client_api::AccountId(peer),
        named: is_group || !named.is_empty(),
        title: if is_group {
            groups::title_of(row.get(14)?)
        } else {
            people::title(named, profile_name, &number, AccountId(peer))
        },
        photo: row.get(5)?,
        number: if peer == me.0 { String::new() } else { number },
        activity_ms,
        last: newest.map(|newest| last(newest, activity_ms)),
        unread: row.get(12)?,
        named_in: row.get::<_, Option<[u8; 16]>>(17)?.map(client_api::MessageId),
        marked_unread: row.get(7)?,
        pinned: row.get(8)?,
        archived: row.get(9)?,
        muted_until_ms: <[u8; 8]>::try_from(mute).map_or(0, u64::from_be_bytes),
        left: row.get::<_, u32>(16)? == Membership::Left.number(),
        draft: draft.text,
        draft_for: draft.written_for,
        typing: typing.contains(&ChatId(chat)),
    };
    Ok((row, by))
}

fn last(row: client_api::MessageRow, activity_ms: u64) -> LastMessage {
    let (waiting, deleted) = (row.body == MessageBody::Waiting, row.body == MessageBody::Deleted);
    let call = match row.body {
        MessageBody::Call(call) => Some(call),
        _ => None,
    };
    let media = row.attachment.map(|attachment| attachment.facts.kind);
    let preview = match row.body {
        MessageBody::Text(text) => {
            text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(PREVIEW_CHARS_MAX).collect()
        }
        body => spoken::line(&body).unwrap_or_default().chars().take(PREVIEW_CHARS_MAX).collect(),
    };
    let time_ms = if row.time_ms >= TIME_MS_MAX { activity_ms } else { row.time_ms };
    LastMessage { id: row.id, preview, time_ms, status: row.status, waiting, deleted, by: String::new(), media, call }
}

impl Client {
    /// The whole chat list.
    pub(crate) fn show_chats(&self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let upserts = rows(cx, None, &self.typing.chats())?;
        cx.event(Event::Chats(ChatChanges { reset: true, upserts, removed: Vec::new() }));
        Ok(())
    }

    /// Rows that changed, and chats that are gone.
    pub(crate) fn show_chat_changes(
        &self,
        cx: &mut Context<'_>,
        changed: &BTreeSet<ChatId>,
        gone: &BTreeSet<ChatId>,
    ) -> Result<(), Halt> {
        let typing = self.typing.chats();
        let mut list = ChatChanges {
            reset: false,
            upserts: Vec::new(),
            removed: gone.iter().map(|chat| client_api::ChatId(chat.0)).collect(),
        };
        for chat in changed {
            let row = rows(cx, Some(*chat), &typing)?.pop();
            match row {
                Some(row) => list.upserts.push(row),
                None => list.removed.push(client_api::ChatId(chat.0)),
            }
        }
        if !list.upserts.is_empty() || !list.removed.is_empty() {
            cx.event(Event::Chats(list));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::stretch_sql;
    use crate::this::{self, Me};
    use identity::DeviceKey;
    use proto::ids::{DeviceAddress, DeviceNumber};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn id(number: u32) -> [u8; 16] {
        u128::from(number).to_be_bytes()
    }

    /// Chats numbered from 1, each with 100 messages of the other one, the first half read.
    fn filled(chats: u32) -> Connection {
        let mut db = Connection::open_in_memory().expect("memory");
        crate::schema::open(&db).expect("schema");
        let tx = db.transaction().expect("transaction");
        for chat in 1..=chats {
            let row = params![id(chat), id(chat + 100_000), chat];
            tx.execute(
                "INSERT INTO chat (chat, kind, generation, peer, membership, created_ms, activity_ms)
                 VALUES (?1, 2, 1, ?2, 1, 1, ?3)",
                row,
            )
            .expect("chat");
            tx.execute(
                "INSERT INTO account (account, number) VALUES (?1, '+49' || ?2)",
                params![id(chat + 100_000), chat],
            )
            .expect("account");
            tx.execute("INSERT INTO mark (chat, account, read_seq) VALUES (?1, ?2, 50)", params![id(chat), id(1)])
                .expect("mark");
            for seq in 1..=100 {
                tx.execute(
                    "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content)
                     VALUES (?1, ?2, ?3, ?2, ?4, 1, 1, 0, x'')",
                    params![id(chat), seq, id(chat * 1_000 + seq), id(chat + 100_000)],
                )
                .expect("message");
            }
        }
        tx.commit().expect("commit");
        db
    }

    #[test]
    fn a_thousand_chats_are_listed_by_one_query() {
        let mut db = filled(1_000);
        let tx = db.transaction().expect("transaction");
        let address = DeviceAddress { account: AccountId(id(1)), device: DeviceNumber(1) };
        let device_key = DeviceKey::from_bytes(&[1; 32]);
        this::become_device(&tx, &Me { address, number: String::new(), device_key, account_key: None }, b"")
            .expect("me");
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let cx = Context::for_test(&tx, &mut rng, 1);
        let before = std::time::Instant::now();
        let listed = rows(&cx, None, &BTreeSet::new()).expect("rows");
        println!("1,000 chats of 100 messages: {:?}", before.elapsed());
        assert_eq!(listed.len(), 1_000);
        assert!(listed.iter().all(|row| row.unread == 50 && row.last.is_some() && row.title.starts_with("+49")));
        let one = rows(&cx, Some(ChatId(id(7))), &BTreeSet::from([ChatId(id(7))])).expect("row");
        assert_eq!(one.iter().map(|row| (row.title.as_str(), row.typing)).collect::<Vec<_>>(), [("+497", true)]);
    }

    /// However much of a chat is hidden.
    #[test]
    fn what_is_newest_and_what_a_window_shows_come_from_an_index_of_what_is_shown() {
        let db = filled(1);
        for sql in [
            sql(),
            stretch_sql("m.time_ms < ?2 ORDER BY m.time_ms DESC"),
            stretch_sql("m.time_ms > ?2 ORDER BY m.time_ms"),
        ] {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
            let values = vec![rusqlite::types::Null; statement.parameter_count()];
            let steps = statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3));
            let plan: Vec<String> = steps.expect("steps").collect::<Result<_, _>>().expect("words");
            assert!(plan.iter().any(|step| step.contains("message_shown (chat=?")), "{plan:?}");
        }
    }
}
