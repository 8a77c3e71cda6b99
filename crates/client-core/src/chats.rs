//! Chats as rows: finding, making, renaming, and how far this device's membership has come.

use crate::client::{Client, Context};
use crate::following::People;
use crate::io::Halt;
use crate::{accounts, clearing, groups, outbox, own_state};
use client_api::{Answer, UserError};
use identity::ChatKind;
use proto::ids::{AccountId, ChatId, Generation};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;

/// What this device is to a chat's group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    /// Made here; the server does not know it yet.
    Creating,
    /// A leaf in the group.
    Joined,
    /// The account is in it, this device is not yet: a Welcome comes, or it joins by external commit.
    Wanted,
    /// No longer in it.
    Left,
}

impl Membership {
    fn from_number(number: u32) -> Result<Self, Halt> {
        [Self::Creating, Self::Joined, Self::Wanted, Self::Left]
            .into_iter()
            .find(|m| m.number() == number)
            .ok_or(Halt::Broken("an unknown membership is stored"))
    }

    pub(crate) fn number(self) -> u32 {
        match self {
            Self::Creating => 0,
            Self::Joined => 1,
            Self::Wanted => 2,
            Self::Left => 3,
        }
    }
}

/// A chat as stored.
#[derive(Debug, Clone)]
pub(crate) struct Chat {
    pub(crate) chat: ChatId,
    pub(crate) kind: ChatKind,
    pub(crate) generation: Generation,
    pub(crate) peer: AccountId,
    pub(crate) membership: Membership,
    pub(crate) applied_seq: u64,
    pub(crate) activity_ms: u64,
}

/// The peer of a chat that has none: a group of many. No account's id, which is a hash; marks under it are the least of all others'.
pub(crate) const NO_PEER: AccountId = AccountId([0; 16]);

const COLUMNS: &str = "chat, kind, generation, peer, membership, applied_seq, activity_ms";

/// The columns as they are stored.
type Raw = (Vec<u8>, u32, u32, Vec<u8>, u32, u64, u64);

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

fn build(raw: Raw) -> Result<Chat, Halt> {
    let broken = |_| Halt::Broken("a stored chat has an id of another length");
    Ok(Chat {
        chat: ChatId::try_from(raw.0).map_err(broken)?,
        kind: kind_of(raw.1)?,
        generation: Generation(raw.2),
        peer: AccountId::try_from(raw.3).map_err(broken)?,
        membership: Membership::from_number(raw.4)?,
        applied_seq: raw.5,
        activity_ms: raw.6,
    })
}

/// The stored number of a kind of chat.
pub(crate) fn kind_number(kind: ChatKind) -> u32 {
    match kind {
        ChatKind::SelfGroup => 1,
        ChatKind::Direct => 2,
        ChatKind::Group => 3,
    }
}

fn kind_of(number: u32) -> Result<ChatKind, Halt> {
    [ChatKind::SelfGroup, ChatKind::Direct, ChatKind::Group]
        .into_iter()
        .find(|kind| kind_number(*kind) == number)
        .ok_or(Halt::Broken("an unknown kind of chat is stored"))
}

/// What a chat is called.
pub(crate) fn title(db: &Connection, chat: &Chat) -> Result<String, Halt> {
    match chat.kind {
        ChatKind::Group => groups::title(db, chat.chat),
        _ => accounts::title_of(db, chat.peer),
    }
}

/// A chat by its id.
pub(crate) fn find(db: &Connection, chat: ChatId) -> Result<Option<Chat>, Halt> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM chat WHERE chat = ?1"))?;
    statement.query_row([chat.as_bytes()], read).optional()?.map(build).transpose()
}

/// The chat of a kind with an account.
pub(crate) fn find_with(db: &Connection, kind: ChatKind, peer: AccountId) -> Result<Option<Chat>, Halt> {
    let sql = format!("SELECT {COLUMNS} FROM chat WHERE peer = ?1 AND kind = ?2 ORDER BY membership LIMIT 1");
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_row(params![peer.as_bytes(), kind_number(kind)], read).optional()?.map(build).transpose()
}

/// All chats in a state of membership.
pub(crate) fn in_membership(db: &Connection, membership: Membership) -> Result<Vec<Chat>, Halt> {
    let sql = format!("SELECT {COLUMNS} FROM chat WHERE membership = ?1 ORDER BY activity_ms DESC");
    let mut statement = db.prepare_cached(&sql)?;
    let raw = statement.query_map([membership.number()], read)?.collect::<Result<Vec<_>, _>>()?;
    raw.into_iter().map(build).collect()
}

/// The chats that this device is to join by itself, at most so many: the group of the own devices, then what somebody looks
/// at or writes in, then by the rank that the phone gave them.
pub(crate) fn to_join(db: &Connection, looked_at: &BTreeSet<ChatId>, limit: usize) -> Result<Vec<ChatId>, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT chat FROM chat WHERE membership = 2 AND kind <> 1 AND compare_from IS NULL
         ORDER BY rank, activity_ms DESC LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| row.get(0).map(ChatId))?;
    let ranked: Vec<ChatId> = rows.collect::<Result<_, _>>()?;
    let mut statement =
        db.prepare_cached("SELECT chat FROM chat WHERE membership = 2 AND kind = 1 AND compare_from IS NULL")?;
    let own = statement.query_map([], |row| row.get(0).map(ChatId))?;
    let mut first: Vec<ChatId> = own.collect::<Result<_, _>>()?;
    if ranked.is_empty() {
        return Ok(first);
    }
    for chat in looked_at.iter().copied().chain(outbox::waiting_chats(db)?) {
        let wanted = find(db, chat)?.is_some_and(|chat| chat.membership == Membership::Wanted);
        if wanted && !first.contains(&chat) {
            first.push(chat);
        }
    }
    let rest: Vec<ChatId> = ranked.into_iter().filter(|chat| !first.contains(chat)).collect();
    first.extend(rest);
    first.truncate(limit);
    Ok(first)
}

/// All chats that a person sees.
pub(crate) fn visible(db: &Connection) -> Result<Vec<Chat>, Halt> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM chat WHERE kind <> 1"))?;
    let raw = statement.query_map([], read)?.collect::<Result<Vec<_>, _>>()?;
    raw.into_iter().map(build).collect()
}

/// Adds a chat. It began when the server says so, where it does: no message in it is older.
pub(crate) fn insert(cx: &mut Context<'_>, chat: &Chat) -> Result<(), Halt> {
    let created_ms = if chat.activity_ms == 0 { cx.now_ms } else { chat.activity_ms.min(cx.now_ms) };
    cx.db
        .prepare_cached(
            "INSERT INTO chat (chat, kind, generation, peer, membership, applied_seq, created_ms, activity_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            chat.chat.as_bytes(),
            kind_number(chat.kind),
            chat.generation.0,
            chat.peer.as_bytes(),
            chat.membership.number(),
            chat.applied_seq,
            created_ms,
            chat.activity_ms
        ])?;
    // An archive brings messages also of a group that was left, whose row comes when somebody adds this account again: until then nothing of
    // them was shown, nor found.
    if chat.kind == ChatKind::Group {
        cx.db
            .prepare_cached(
                "INSERT OR IGNORE INTO search_due SELECT time_ms, message FROM message WHERE chat = ?1 AND kind = 0",
            )?
            .execute([chat.chat.as_bytes()])?;
    }
    cx.changed.chat(chat.chat);
    if chat.kind == ChatKind::Direct {
        cx.changed.met.insert(chat.peer);
    }
    Ok(())
}

/// A membership changes; with it, from where on this device follows the log.
pub(crate) fn set_membership(
    cx: &mut Context<'_>,
    chat: ChatId,
    membership: Membership,
    applied_seq: u64,
) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "UPDATE chat SET membership = ?2, applied_seq = max(applied_seq, ?3),
             join_seq = CASE WHEN ?2 = 1 AND join_seq = 0 THEN ?3 ELSE join_seq END WHERE chat = ?1",
        )?
        .execute(params![chat.as_bytes(), membership.number(), applied_seq])?;
    cx.changed.chat(chat);
    // Only of those who share a chat does the server tell.
    if membership == Membership::Joined
        && let Some(chat) = find(cx.db, chat)?.filter(|chat| chat.kind == ChatKind::Direct)
    {
        cx.changed.met.insert(chat.peer);
    }
    Ok(())
}

/// This device was in the chat before.
pub(crate) fn was_in(db: &Connection, chat: ChatId) -> Result<bool, Halt> {
    let mut statement = db.prepare_cached("SELECT join_seq > 0 FROM chat WHERE chat = ?1")?;
    Ok(statement.query_row([chat.as_bytes()], |row| row.get(0)).optional()?.unwrap_or(false))
}

/// What was to be made here has been made by others, as this generation: this device is to come into it.
pub(crate) fn exists_elsewhere(cx: &mut Context<'_>, chat: ChatId, generation: Generation) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET generation = ?2 WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), generation.0])?;
    set_membership(cx, chat, Membership::Wanted, 0)
}

/// One more entry of the log is done with, or was the one to begin behind; the server took it at this time.
pub(crate) fn set_applied(cx: &Context<'_>, chat: ChatId, seq: u64, time_ms: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET applied_seq = max(applied_seq, ?2), applied_ms = ?3 WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), seq, time_ms.min(cx.now_ms)])?;
    Ok(())
}

/// When the server took the last applied entry; 0 where unknown.
pub(crate) fn applied_ms(db: &Connection, chat: ChatId) -> Result<u64, Halt> {
    let mut statement = db.prepare_cached("SELECT applied_ms FROM chat WHERE chat = ?1")?;
    Ok(statement.query_row([chat.as_bytes()], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// The epoch in which every leaf stood in the newest device lists, until a newer list came.
pub(crate) fn vetted_epoch(db: &Connection, chat: ChatId) -> Result<Option<u64>, Halt> {
    let mut statement = db.prepare_cached("SELECT vetted_epoch FROM chat WHERE chat = ?1")?;
    Ok(statement.query_row([chat.as_bytes()], |row| row.get(0)).optional()?.flatten())
}

/// Every leaf of this epoch stands in the newest device lists.
pub(crate) fn set_vetted(cx: &Context<'_>, chat: ChatId, epoch: u64) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE chat SET vetted_epoch = ?2 WHERE chat = ?1")?
        .execute(params![chat.as_bytes(), epoch])?;
    Ok(())
}

/// A newer device list of an account came: its chats are looked at again before the next message.
pub(crate) fn unvet(cx: &Context<'_>, account: AccountId) -> Result<(), Halt> {
    let everywhere = account == cx.me()?.address.account;
    cx.db
        .prepare_cached("UPDATE chat SET vetted_epoch = NULL WHERE ?2 OR peer = ?1 OR kind = 3")?
        .execute(params![account.as_bytes(), everywhere])?;
    Ok(())
}

/// Both are the same sort of chat with the same account, or this device does not know the second one.
pub(crate) fn are_of_the_same(db: &Connection, one: ChatId, other: ChatId) -> Result<bool, Halt> {
    Ok(match (find(db, one)?, find(db, other)?) {
        (Some(one), Some(other)) if one.kind == ChatKind::Group => one.chat == other.chat,
        (Some(one), Some(other)) => (one.kind, one.peer) == (other.kind, other.peer),
        _ => true,
    })
}

/// Two people began the same chat and the other one was first: what was written here goes into that chat.
pub(crate) fn move_into(cx: &mut Context<'_>, from: ChatId, to: ChatId) -> Result<(), Halt> {
    if !are_of_the_same(cx.db, from, to)? {
        return Err(Halt::Broken("what was said to one goes into the chat with another"));
    }
    let to_is_new = find(cx.db, to)?.is_none();
    if to_is_new {
        cx.db
            .prepare_cached("UPDATE chat SET chat = ?2 WHERE chat = ?1")?
            .execute(params![from.as_bytes(), to.as_bytes()])?;
    } else {
        cx.db.prepare_cached("DELETE FROM preview_key WHERE chat = ?1")?.execute([from.as_bytes()])?;
        cx.db.prepare_cached("DELETE FROM chat WHERE chat = ?1")?.execute([from.as_bytes()])?;
    }
    for table in ["message", "outbox"] {
        cx.db.execute(
            &format!("UPDATE {table} SET chat = ?2 WHERE chat = ?1"),
            params![from.as_bytes(), to.as_bytes()],
        )?;
    }
    own_state::move_chat_values(cx, from, to, to_is_new)?;
    if let Some(chat) = find(cx.db, to)? {
        // A contact's row names the chat.
        cx.changed.person(chat.peer);
    }
    cx.changed.chat_moved(from, to, People::Same);
    Ok(())
}

/// A fresh random id.
pub(crate) fn random_id(cx: &mut Context<'_>) -> [u8; 16] {
    let mut id = [0; 16];
    cx.rng.fill_bytes(&mut id);
    id
}

/// The direct chat with an account, made here if there is none; the group follows when the connection allows.
pub(crate) fn ensure_direct(cx: &mut Context<'_>, peer: AccountId) -> Result<ChatId, Halt> {
    if let Some(chat) = find_with(cx.db, ChatKind::Direct, peer)? {
        return Ok(chat.chat);
    }
    let chat = Chat {
        chat: ChatId(random_id(cx)),
        kind: ChatKind::Direct,
        generation: Generation(1),
        peer,
        membership: Membership::Creating,
        applied_seq: 0,
        activity_ms: cx.now_ms,
    };
    insert(cx, &chat)?;
    Ok(chat.chat)
}

impl Client {
    /// "Start a chat."
    pub(crate) fn start_chat(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        account: client_api::AccountId,
    ) -> Result<(), Halt> {
        let account = AccountId(account.0);
        let me = cx.me()?.address.account;
        let known: bool = cx
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE account = ?1)")?
            .query_row([account.as_bytes()], |row| row.get(0))?;
        if account != me && !known {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        }
        let chat = ensure_direct(cx, account)?;
        clearing::reopen(cx, chat)?;
        cx.answer(request, Ok(Answer::Chat(client_api::ChatId(chat.0))));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> ChatId {
        ChatId([number; 16])
    }

    /// Chats by number: (kind, rank, membership).
    fn filled(chats: &[(u8, u32, u32, Membership)]) -> Connection {
        let db = Connection::open_in_memory().expect("memory");
        crate::schema::open(&db).expect("schema");
        for (number, kind, rank, membership) in chats {
            db.execute(
                "INSERT INTO chat (chat, kind, generation, peer, membership, created_ms, activity_ms, rank)
                 VALUES (?1, ?2, 1, ?1, ?3, 1, 1, ?4)",
                params![id(*number).as_bytes(), kind, membership.number(), rank],
            )
            .expect("chat");
        }
        db
    }

    #[test]
    fn the_own_group_is_joined_first_then_what_is_looked_at_or_written_in_then_by_rank() {
        let wanted = Membership::Wanted;
        let db = filled(&[
            (1, 2, 3, wanted),
            (2, 2, 1, wanted),
            (3, 2, 2, wanted),
            (4, 2, 9, wanted),
            (5, 2, 8, wanted),
            (6, 2, 0, Membership::Joined),
            (7, 1, 0, wanted),
        ]);
        let order = |looked_at: &[u8], limit| {
            let looked_at = looked_at.iter().map(|number| id(*number)).collect();
            to_join(&db, &looked_at, limit).expect("query").iter().map(|chat| chat.0[0]).collect::<Vec<_>>()
        };
        assert_eq!(order(&[], 8), [7, 2, 3, 1, 5, 4]);
        // Also where it is not among the first by rank, and only what is to be joined.
        assert_eq!(order(&[4, 6], 3), [7, 4, 2]);
        db.execute(
            "INSERT INTO outbox (op_id, chat, kind) VALUES (x'00', ?1, 0), (x'01', ?2, 0)",
            params![id(5).as_bytes(), id(6).as_bytes()],
        )
        .expect("outbox");
        assert_eq!(order(&[4], 4), [7, 4, 5, 2]);
    }
}
