//! A number that leads to another account: somebody registered it anew, with another account key. The chat goes on with
//! the new account under the same name; the owner is told that the safety number changed, and nobody counts as compared.

use crate::accounts::{self, contact, set_contact};
use crate::blocking;
use crate::chats::{self, Chat, Membership};
use crate::clearing;
use crate::client::{Client, Context};
use crate::following::People;
use crate::io::Halt;
use crate::marks::{self, Mark};
use crate::own_state::{self, ChatKey};
use crate::{chat_list, messages, missing, mls, notices, outbox, recovery};
use client_api::SystemLine;
use e2ee::ChatGroup;
use identity::ChatKind;
use proto::content::Contact;
use proto::ids::AccountId;
use rusqlite::params;

impl Client {
    /// The server says that an account's number leads to `new` now.
    pub(crate) fn number_moved(
        &mut self,
        cx: &mut Context<'_>,
        old: AccountId,
        new: AccountId,
        number: &str,
    ) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        if old == new || new == me || old == me {
            return Ok(());
        }
        accounts::know(cx, new, number)?;
        cx.db.prepare_cached("UPDATE account SET number = '' WHERE account = ?1")?.execute([old.as_bytes()])?;
        move_contact(cx, old, new, number)?;
        blocking::carry(cx, old, new)?;
        let Some(begun) = chats::find_with(cx.db, ChatKind::Direct, old)?.filter(|c| c.membership != Membership::Left)
        else {
            return Ok(());
        };
        let is_new = chats::find_with(cx.db, ChatKind::Direct, new)?.is_none();
        let successor = chats::ensure_direct(cx, new)?;
        let Some(successor) = chats::find(cx.db, successor)? else { return Ok(()) };
        move_chat(cx, &begun, &successor, is_new)?;
        notices::say(cx, &successor, &SystemLine::SafetyNumberChanged)
    }

    /// An account has this number: another that was known by it has lost it.
    pub(crate) fn number_came(&mut self, cx: &mut Context<'_>, new: AccountId, number: &str) -> Result<(), Halt> {
        let olds: Vec<AccountId> = {
            let mut statement = cx
                .db
                .prepare_cached("SELECT account FROM account WHERE number = ?1 AND number <> '' AND account <> ?2")?;
            let rows = statement.query_map(params![number, new.as_bytes()], |row| Ok(AccountId(row.get(0)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        // It may have been a contact code that said so, and anybody can make those: the server is asked.
        self.ask_after(olds);
        Ok(())
    }
}

/// The name stays with the number; that a key was compared does not.
fn move_contact(cx: &mut Context<'_>, old: AccountId, new: AccountId, number: &str) -> Result<(), Halt> {
    let Some(was) = contact(cx.db, old)? else { return Ok(()) };
    let known = contact(cx.db, new)?.unwrap_or_default();
    let name = if known.name.is_empty() { was.name } else { known.name };
    let moved = Contact {
        account: new.to_vec(),
        number: number.to_owned(),
        name,
        in_address_book: was.in_address_book || known.in_address_book,
        verified_key: known.verified_key,
    };
    set_contact(cx, &moved, new)?;
    own_state::set(cx, &accounts::contact_key(old), Vec::new())
}

/// What was said stays readable in the chat with the new account. Own messages that never reached a device of the old
/// one are shown as failed: whether the new account's owner shall have them is for the user to say.
fn move_chat(cx: &mut Context<'_>, from: &Chat, to: &Chat, to_is_new: bool) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    let (old, new) = (from.chat.as_bytes(), to.chat.as_bytes());
    // What was cleared there is told by its places there.
    clearing::sweep_whole(cx, from.chat)?;
    if chat_list::unread(cx, from.chat)? > 0 {
        own_state::set(cx, &ChatKey::Unread.of(to.chat), own_state::flag(true))?;
    }
    // Nobody of the old account will send again what could not be opened.
    recovery::release(cx, from.chat, 0, u64::MAX >> 1)?;
    missing::forget(cx, from.chat)?;
    while let Some(operation) = outbox::head(cx.db, from.chat)? {
        outbox::remove(cx, operation.op_id)?;
    }
    // What was said about messages that nobody got, or did not get there itself, is dropped.
    cx.db
        .prepare_cached(
            "DELETE FROM message WHERE chat = ?1 AND account = ?2 AND kind = -1
             AND (seq = 0 OR seq > coalesce((SELECT delivered_seq FROM mark WHERE chat = ?1 AND account = ?3), 0))",
        )?
        .execute(params![old, me.as_bytes(), from.peer.as_bytes()])?;
    cx.db
        .prepare_cached(
            "UPDATE message SET seq = 0, failed = 1 WHERE chat = ?1 AND account = ?2 AND kind IN (0, 1, 3)
             AND (seq = 0 OR seq > coalesce((SELECT delivered_seq FROM mark WHERE chat = ?1 AND account = ?3), 0))",
        )?
        .execute(params![old, me.as_bytes(), from.peer.as_bytes()])?;
    // Places of the old log mean nothing in the new one; its first entry is nobody's message.
    cx.db
        .prepare_cached("UPDATE message SET seq = ?2 WHERE chat = ?1 AND seq > 1")?
        .execute(params![old, messages::MOVED_SEQ])?;
    cx.db.prepare_cached("UPDATE message SET chat = ?2 WHERE chat = ?1")?.execute(params![old, new])?;
    let read_by_them: bool = cx
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM mark WHERE chat = ?1 AND account = ?2 AND read_seq >= delivered_seq)",
        )?
        .query_row(params![old, from.peer.as_bytes()], |row| row.get(0))?;
    let theirs = read_by_them.then_some((to.peer, Mark::Read));
    for (account, mark) in [Some((me, Mark::Read)), Some((to.peer, Mark::Delivered)), theirs].into_iter().flatten() {
        marks::advance(cx, to.chat, account, mark, (1, 0))?;
    }
    cx.db
        .prepare_cached(
            "UPDATE chat SET created_ms = min(created_ms, (SELECT o.created_ms FROM chat o WHERE o.chat = ?2)),
         activity_ms = max(activity_ms, ?3), announced_seq = max(announced_seq, 1) WHERE chat = ?1",
        )?
        .execute(params![new, old, from.activity_ms])?;
    cx.db.prepare_cached("DELETE FROM mark_step WHERE chat = ?1")?.execute([old])?;
    own_state::move_chat_values(cx, from.chat, to.chat, to_is_new)?;
    mls::taken(ChatGroup::delete(&mls::provider(cx), from.chat, from.generation))?;
    chats::set_membership(cx, from.chat, Membership::Left, 0)?;
    cx.changed.chat_moved(from.chat, to.chat, People::Others);
    Ok(())
}
