//! What every message testifies beside its content: how far its sender had followed the log, the hash chain over it,
//! and its account's newest device list. Made for what goes out, compared for what comes in, so that a server that shows
//! two histories, or holds a list back, is noticed. Owns the table `chain`.

use crate::accounts;
use crate::chats::Chat;
use crate::client::{Client, Context};
use crate::hearsay;
use crate::io::Halt;
use crate::messages::NUMBER_MAX;
use crate::mls;
use breakable::{Rule, broken};
use client_api::{Event, Notice};
use prost::Message as _;
use proto::content::AuthenticatedData;
use proto::decode::decode_limited;
use proto::ids::{AccountId, ChatId, DeviceAddress};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

/// Links of a chat's chain that are kept to be compared: what a sender may lag behind.
const LINKS_KEPT: u64 = 64;
/// Bytes of authenticated data: two hashes, two numbers, and room.
const AUTHENTICATED_LEN_MAX: usize = 256;

/// The hash before the first entry of a log.
pub(crate) const CHAIN_START: [u8; 32] = [0; 32];

/// `SHA-256(previous || seq || SHA-256(bytes))`: docs/protocol.md, "Delivery".
fn next(previous: &[u8], seq: u64, link: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(previous).chain_update(seq.to_be_bytes()).chain_update(link).finalize().into()
}

/// Begins following a chat's log after this entry. A joiner does not know the hash so far; a member's word gives it.
pub(crate) fn begin(cx: &Context<'_>, chat: ChatId, seq: u64, hash: Option<&[u8; 32]>) -> Result<(), Halt> {
    cx.db.prepare_cached("DELETE FROM chain WHERE chat = ?1")?.execute([chat.as_bytes()])?;
    cx.db.prepare_cached("INSERT INTO chain (chat, seq, link, hash) VALUES (?1, ?2, x'', ?3)")?.execute(params![
        chat.as_bytes(),
        seq,
        hash.map_or(&[][..], |hash| hash)
    ])?;
    Ok(())
}

/// Begins with the entry that this device made itself as a chat's first.
pub(crate) fn begin_with(cx: &Context<'_>, chat: ChatId, seq: u64, bytes: &[u8]) -> Result<(), Halt> {
    match seq {
        1 => begin(cx, chat, 1, Some(&next(&CHAIN_START, 1, &Sha256::digest(bytes)))),
        _ => begin(cx, chat, seq, Some(&CHAIN_START).filter(|_| seq == 0)),
    }
}

/// One more entry was applied.
pub(crate) fn follow(cx: &Context<'_>, chat: ChatId, seq: u64, bytes: &[u8]) -> Result<(), Halt> {
    let link = Sha256::digest(bytes);
    let hash = match hash_at(cx, chat, seq.saturating_sub(1))? {
        Some(previous) if !previous.is_empty() => next(&previous, seq, &link).to_vec(),
        _ => Vec::new(),
    };
    cx.db
        .prepare_cached("INSERT OR REPLACE INTO chain (chat, seq, link, hash) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![chat.as_bytes(), seq, link.as_slice(), hash])?;
    cx.db
        .prepare_cached("DELETE FROM chain WHERE chat = ?1 AND seq <= ?2")?
        .execute(params![chat.as_bytes(), seq.saturating_sub(LINKS_KEPT)])?;
    Ok(())
}

/// These bytes were an entry of the log before, as far as its links are kept.
pub(crate) fn has_come(cx: &Context<'_>, chat: ChatId, bytes: &[u8]) -> Result<bool, Halt> {
    let mut statement = cx.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM chain WHERE chat = ?1 AND link = ?2)")?;
    Ok(statement.query_row(params![chat.as_bytes(), Sha256::digest(bytes).as_slice()], |row| row.get(0))?)
}

/// `None`: the entry is not kept. Empty: its hash is not known yet.
fn hash_at(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<Option<Vec<u8>>, Halt> {
    Ok(cx
        .db
        .prepare_cached("SELECT hash FROM chain WHERE chat = ?1 AND seq = ?2")?
        .query_row(params![chat.as_bytes(), seq], |row| row.get(0))
        .optional()?)
}

/// For what this device encrypts or commits in a chat now.
pub(crate) fn authenticated_data(cx: &Context<'_>, chat: &Chat) -> Result<Vec<u8>, Halt> {
    let (list_version, list_hash) = mls::own_list(cx)?;
    let chain_hash = hash_at(cx, chat.chat, chat.applied_seq)?.unwrap_or_default();
    Ok(AuthenticatedData { last_seq: chat.applied_seq, chain_hash, list_version, list_hash }.encode_to_vec())
}

impl Client {
    /// Compares a member's word with what is known here.
    pub(crate) fn hear_witness(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        from: DeviceAddress,
        aad: &[u8],
    ) -> Result<(), Halt> {
        let account = from.account;
        let Ok(word) = decode_limited::<AuthenticatedData>(aad, AUTHENTICATED_LEN_MAX) else { return Ok(()) };
        if word.list_version > NUMBER_MAX || word.last_seq > NUMBER_MAX {
            return Ok(());
        }
        compare_chain(cx, chat, account, &word)?;
        let known = accounts::known_list(cx, account)?;
        let known_version = known.as_ref().map_or(0, |list| list.version());
        let me = cx.me()?;
        // The phone signs the own list: nobody knows a newer one, unless the answer to it was lost. So it asks, and waits for nothing.
        let is_own_to_sign = account == me.address.account && cx.is_phone()?;
        if word.list_version > known_version {
            if !is_own_to_sign {
                hearsay::hear(cx, from, word.list_version)?;
            }
            return self.want_list(cx, account, word.list_version);
        }
        let differs =
            known.is_some_and(|list| list.version() == word.list_version && list.hash()[..] != word.list_hash[..]);
        if differs && !word.list_hash.is_empty() {
            let name = accounts::title_of(cx.db, account)?;
            let what = format!("the device list of {name} is not the one that their own device has");
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        }
        Ok(())
    }
}

fn compare_chain(cx: &mut Context<'_>, chat: ChatId, account: AccountId, word: &AuthenticatedData) -> Result<(), Halt> {
    if word.chain_hash.len() != 32 {
        return Ok(());
    }
    match hash_at(cx, chat, word.last_seq)? {
        Some(hash) if hash.is_empty() => adopt(cx, chat, word.last_seq, &word.chain_hash),
        Some(hash) if hash != word.chain_hash && !broken(Rule::HistoriesAreCompared) => {
            let first: bool = cx
                .db
                .prepare_cached("UPDATE chat SET split = 1 WHERE chat = ?1 AND split = 0")?
                .execute([chat.as_bytes()])?
                == 1;
            if first {
                let name = accounts::title_of(cx.db, account)?;
                let what = format!("the server shows {name} another history of this chat than this device");
                cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A member said what the hash was at an entry; from there it is known.
fn adopt(cx: &Context<'_>, chat: ChatId, seq: u64, hash: &[u8]) -> Result<(), Halt> {
    let later: Vec<(u64, Vec<u8>)> = {
        let mut statement =
            cx.db.prepare_cached("SELECT seq, link FROM chain WHERE chat = ?1 AND seq > ?2 ORDER BY seq")?;
        let rows = statement.query_map(params![chat.as_bytes(), seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let mut update = cx.db.prepare_cached("UPDATE chain SET hash = ?3 WHERE chat = ?1 AND seq = ?2")?;
    update.execute(params![chat.as_bytes(), seq, hash])?;
    let mut hash = hash.to_vec();
    for (seq, link) in later {
        hash = next(&hash, seq, &link).to_vec();
        update.execute(params![chat.as_bytes(), seq, hash])?;
    }
    Ok(())
}
