//! What the interface shows of chats that are open, read from the database: windows of messages, changes, facts.

use crate::accounts;
use crate::blocking;
use crate::changed::Changed;
use crate::chats::{self, Membership, NO_PEER};
use crate::client::{Client, Context};
use crate::disappearing;
use crate::draft::Draft;
use crate::groups;
use crate::history::completeness;
use crate::history::import;
use crate::io::Halt;
use crate::mentions;
use crate::messages::{self, NUMBER_MAX, ROW_COLUMNS, ROW_TABLES};
use crate::own_state::{self, ChatKey};
use crate::pinning;
use crate::profile::{self, ui_account};
use crate::pushing;
use crate::safety;
use client_api::{
    Answer, ChatInfo, ChatKind, Event, MessageBody, MessageChanges, MessageRow, MessageWindow, SystemLine, UserError,
    WindowAnchor,
};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::params;
use std::collections::BTreeMap;

/// Rows of one window at most.
const WINDOW_LEN_MAX: u16 = 256;

impl Client {
    /// "Open this chat."
    pub(crate) fn open_chat(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        anchor: WindowAnchor,
        limit: u16,
    ) -> Result<(), Halt> {
        let id = ChatId(chat.0);
        let Some(stored) = chats::find(cx.db, id)? else {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        };
        self.open_chats.insert(id);
        if self.session.is_up() && stored.peer != NO_PEER && accounts::known_list(cx, stored.peer)?.is_none() {
            self.want_list(cx, stored.peer, 1)?;
        }
        show_info(cx, id)?;
        show_window(cx, id, anchor, limit)?;
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// "Another stretch of it."
    pub(crate) fn load_window(
        &self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        anchor: WindowAnchor,
        limit: u16,
    ) -> Result<(), Halt> {
        show_window(cx, ChatId(chat.0), anchor, limit)?;
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// Tells the interface what this input changed; at the end of each.
    pub(crate) fn show_changes(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let mut changed = std::mem::take(&mut cx.changed);
        self.show_found_changes(cx, &changed);
        if changed.joins {
            groups::show_joins(cx)?;
        }
        // Before all else: what follows speaks of the new ids.
        self.follow_moved(cx, &changed.moved);
        if changed.mirror && !changed.everything {
            self.show_mirror(cx)?;
        }
        if changed.everything {
            self.show_all(cx)?;
            pushing::give_book(cx)?;
            for chat in self.open_chats.clone() {
                show_info(cx, chat)?;
            }
            // A chat that was opened while its history was still to come.
            return self.show_messages(cx, &changed);
        }
        self.show_people_changes(cx, &mut changed)?;
        if !changed.chats_gone.is_empty() {
            pushing::give_book(cx)?;
        }
        pushing::give_changes(cx, changed.infos.union(&changed.pushing).copied())?;
        for chat in changed.infos.intersection(&self.open_chats) {
            show_info(cx, *chat)?;
        }
        if changed.chats.is_empty() && changed.chats_gone.is_empty() {
            return Ok(());
        }
        self.show_chat_changes(cx, &changed.chats, &changed.chats_gone)?;
        self.show_messages(cx, &changed)
    }

    /// Rows of open chats. What takes a place is told together with the row that held it.
    fn show_messages(&self, cx: &mut Context<'_>, changed: &Changed) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let mut by_chat: BTreeMap<ChatId, (Vec<MessageRow>, Vec<client_api::MessageId>)> = BTreeMap::new();
        for (chat, id) in changed.messages.iter().filter(|(chat, _)| self.open_chats.contains(chat)) {
            if let Some(row) = messages::get_row(cx.db, *chat, *id, me)? {
                by_chat.entry(*chat).or_default().0.push(row);
            }
        }
        for (chat, id) in changed.messages_gone.iter().filter(|(chat, _)| self.open_chats.contains(chat)) {
            by_chat.entry(*chat).or_default().1.push(client_api::MessageId(id.0));
        }
        for (chat, (upserts, removed)) in by_chat {
            let chat = client_api::ChatId(chat.0);
            cx.event(Event::Messages(MessageChanges { chat, upserts, removed }));
        }
        Ok(())
    }
}

impl Client {
    /// What changed beside chats and messages. A person's chat is to be shown again too.
    fn show_people_changes(&self, cx: &mut Context<'_>, changed: &mut Changed) -> Result<(), Halt> {
        if changed.profile {
            profile::show(cx)?;
        }
        if changed.settings {
            own_state::show_settings(cx)?;
            pushing::give_book(cx)?;
        }
        if changed.devices {
            self.show_devices(cx)?;
        }
        // They are called what they are called.
        if changed.blocked || !changed.people.is_empty() {
            blocking::show(cx)?;
        }
        if changed.people.is_empty() {
            return Ok(());
        }
        accounts::show_contact_changes(cx, &changed.people)?;
        for account in changed.people.clone() {
            if let Some(chat) = chats::find_with(cx.db, identity::ChatKind::Direct, account)? {
                changed.chat(chat.chat);
                changed.infos.insert(chat.chat);
            }
            changed.infos.extend(groups::asked_by(cx.db, account)?);
            // There they are named as who wrote, and among the members.
            for chat in groups::of(cx.db, account)? {
                changed.chat(chat);
                changed.infos.insert(chat);
                if self.open_chats.contains(&chat) {
                    let naming = mentions::of(cx.db, chat, account)?;
                    changed.messages.extend(naming.into_iter().map(|message| (chat, message)));
                }
            }
        }
        Ok(())
    }
}

fn show_info(cx: &mut Context<'_>, id: ChatId) -> Result<(), Halt> {
    let Some(chat) = chats::find(cx.db, id)? else { return Ok(()) };
    let me = cx.me()?.address.account;
    let list = accounts::known_list(cx, chat.peer)?;
    let devices = list.as_ref().map_or(0, |list| list.devices().count());
    let (about, photo) = match chat.kind {
        identity::ChatKind::Group => groups::about_and_photo(cx.db, id)?,
        _ => accounts::about_and_photo(cx.db, chat.peer)?,
    };
    let is_over = chat.kind == identity::ChatKind::Group && chat.membership == Membership::Left;
    let in_common = if chat.peer == me { Vec::new() } else { groups::of(cx.db, chat.peer)? };
    let info = ChatInfo {
        chat: client_api::ChatId(id.0),
        kind: match chat.kind {
            identity::ChatKind::Group => ChatKind::Group,
            _ if chat.peer == me => ChatKind::Notes,
            _ => ChatKind::Direct,
        },
        peer: ui_account(chat.peer),
        title: chats::title(cx.db, &chat)?,
        number: accounts::number_of(cx.db, chat.peer)?,
        about,
        photo,
        devices: u32::try_from(devices).unwrap_or(u32::MAX),
        completeness: completeness::of_chat(cx, id)?,
        draft: Draft::decode(&own_state::chat_value(cx, ChatKey::Draft, id)?).text,
        joined: chat.membership == Membership::Joined,
        verified: safety::is_verified(cx, chat.peer, list.as_ref())?,
        members: groups::rows(cx.db, id)?,
        gone: groups::gone(cx.db, &chat, me)?,
        pinned: pinning::rows(cx.db, id, me)?,
        rules: groups::rules_now(cx.db, id)?,
        may_send: !is_over && groups::may_send(cx.db, &chat, me, NUMBER_MAX)?,
        may_edit: chat.kind == identity::ChatKind::Group && groups::may_edit(cx.db, id, me, NUMBER_MAX)?,
        disappearing: disappearing::timer(cx.db, id)?,
        in_common: in_common.into_iter().map(|chat| client_api::ChatId(chat.0)).collect(),
        link: groups::link_shown(cx, id)?,
        asking: groups::asking_rows(cx, id)?,
    };
    cx.event(Event::ChatInfo(info));
    Ok(())
}

fn show_window(cx: &mut Context<'_>, chat: ChatId, anchor: WindowAnchor, limit: u16) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    let limit = usize::from(limit.clamp(1, WINDOW_LEN_MAX));
    let (first_unread, unread) = first_unread(cx, chat, me)?;
    let (before, after) = match anchor {
        WindowAnchor::Newest => (u64::MAX >> 1, None),
        WindowAnchor::Before(time_ms) => (time_ms, None),
        WindowAnchor::After(time_ms) => (0, Some(time_ms)),
        WindowAnchor::FirstUnread => match first_unread {
            Some((_, time_ms)) => (time_ms, Some(time_ms.saturating_sub(1))),
            None => (u64::MAX >> 1, None),
        },
        WindowAnchor::Message(id) => match messages::get_row(cx.db, chat, MessageId(id.0), me)? {
            Some(row) => (row.time_ms, Some(row.time_ms.saturating_sub(1))),
            None => (u64::MAX >> 1, None),
        },
    };
    // One more than asked for, on each side, tells whether there is more.
    let mut older = stretch(cx, chat, "m.time_ms < ?2 ORDER BY m.time_ms DESC", before, limit + 1, me)?;
    let mut newer = match after {
        Some(after) => stretch(cx, chat, "m.time_ms > ?2 ORDER BY m.time_ms", after, limit + 1, me)?,
        None => Vec::new(),
    };
    let has_older = older.len() > limit || matches!(anchor, WindowAnchor::After(_));
    let has_newer = newer.len() > limit || matches!(anchor, WindowAnchor::Before(_));
    older.truncate(limit);
    newer.truncate(limit);
    older.reverse();
    older.append(&mut newer);
    if !has_older && import::is_whole(cx)? {
        older.insert(0, first_line(cx, chat, older.first())?);
    }
    cx.event(Event::Window(MessageWindow {
        chat: client_api::ChatId(chat.0),
        anchor,
        rows: older,
        has_older,
        has_newer,
        first_unread: first_unread.map(|(id, _)| id),
        unread,
    }));
    Ok(())
}

/// The line that stands before all messages. It is no row of the database: every device has it, at the same place.
pub(crate) fn first_line(cx: &Context<'_>, chat: ChatId, first: Option<&MessageRow>) -> Result<MessageRow, Halt> {
    let (peer, created_ms): ([u8; 16], u64) = cx
        .db
        .prepare_cached("SELECT peer, created_ms FROM chat WHERE chat = ?1")?
        .query_row([chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(MessageRow {
        // Message ids are random: none of them is the chat's.
        id: client_api::MessageId(chat.0),
        time_ms: first.map_or(created_ms, |first| created_ms.min(first.time_ms.saturating_sub(1))),
        sender: client_api::AccountId(peer),
        own: false,
        status: None,
        body: MessageBody::System(SystemLine::Encrypted),
        mentions: Vec::new(),
        attachment: None,
        quote: None,
        edited: false,
        forwarded: false,
        reactions: Vec::new(),
        edit_until_ms: 0,
        delete_until_ms: 0,
        starred: false,
        delivered_ms: 0,
        read_ms: 0,
        lifetime_ms: 0,
    })
}

/// By an index that has nothing of what is hidden, of which there may be much.
pub(crate) fn stretch_sql(place: &str) -> String {
    let tables = ROW_TABLES.replacen("message m", "message m INDEXED BY message_shown", 1);
    format!("SELECT {ROW_COLUMNS} FROM {tables} WHERE m.chat = ?1 AND m.kind >= 0 AND {place} LIMIT ?3")
}

fn stretch(
    cx: &Context<'_>,
    chat: ChatId,
    place: &str,
    time_ms: u64,
    limit: usize,
    me: AccountId,
) -> Result<Vec<MessageRow>, Halt> {
    let mut statement = cx.db.prepare_cached(&stretch_sql(place))?;
    let rows = statement.query_map(params![chat.as_bytes(), time_ms, limit], |row| messages::row(cx.db, row, 0, me))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn first_unread(
    cx: &Context<'_>,
    chat: ChatId,
    me: AccountId,
) -> Result<(Option<(client_api::MessageId, u64)>, u32), Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT m.message, m.time_ms, count(*) OVER () FROM message m WHERE m.chat = ?1 AND m.account <> ?2 AND m.kind >= 0 AND m.seq >
         coalesce((SELECT read_seq FROM mark k WHERE k.chat = ?1 AND k.account = ?2), 0) ORDER BY m.time_ms LIMIT 1",
    )?;
    let mut rows = statement.query_map(params![chat.as_bytes(), me.as_bytes()], |row| {
        Ok((client_api::MessageId(row.get(0)?), row.get::<_, u64>(1)?, row.get::<_, u32>(2)?))
    })?;
    Ok(match rows.next().transpose()? {
        Some((id, time_ms, count)) => (Some((id, time_ms)), count),
        None => (None, 0),
    })
}
