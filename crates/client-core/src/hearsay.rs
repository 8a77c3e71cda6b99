//! What devices say, signed, about the version of their account's device list: it holds back what would be encrypted for an
//! older list. Why nobody is taken for a liar because of what others say: docs/protocol.md.

use crate::accounts::{know, known_list};
use crate::chats;
use crate::client::Context;
use crate::io::Halt;
use breakable::{Rule, broken};
use identity::VerifiedDeviceList;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use rusqlite::{OptionalExtension as _, params};

/// The word that holds an account's list back.
struct Word {
    by: DeviceNumber,
    version: u64,
    /// The version that was known here then.
    known_then: u64,
}

fn word_about(cx: &Context<'_>, account: AccountId) -> Result<Option<Word>, Halt> {
    let mut statement =
        cx.db.prepare_cached("SELECT list_heard, list_heard_by, list_heard_at FROM account WHERE account = ?1")?;
    let word = statement.query_row([account.as_bytes()], |row| {
        Ok(Word { version: row.get(0)?, by: DeviceNumber(row.get(1)?), known_then: row.get(2)? })
    });
    Ok(word.optional()?)
}

/// A device said that its account's list has this version: nothing older will do from now on. Unless a list comes that is newer than
/// the one known now and does not hold that device: then its word was worth nothing, and it cannot silence the account.
pub(crate) fn hear(cx: &mut Context<'_>, from: DeviceAddress, version: u64) -> Result<(), Halt> {
    know(cx, from.account, "")?;
    if version <= heard_version(cx, from.account)? || broken(Rule::HeardListIsWanted) {
        return Ok(());
    }
    let known_version = known_list(cx, from.account)?.map_or(0, |list| list.version());
    cx.db
        .prepare_cached(
            "UPDATE account SET list_heard = ?2, list_heard_by = ?3, list_heard_at = ?4 WHERE account = ?1",
        )?
        .execute(params![from.account.as_bytes(), version, from.device.0, known_version])?;
    chats::unvet(cx, from.account)
}

/// The newest version of an account's list that a device of it said it has, and may say.
pub(crate) fn heard_version(cx: &Context<'_>, account: AccountId) -> Result<u64, Halt> {
    let Some(word) = word_about(cx, account)? else { return Ok(0) };
    let is_put_out =
        known_list(cx, account)?.is_some_and(|list| list.version() > word.known_then && list.device(word.by).is_none());
    Ok(if is_put_out && !broken(Rule::PutOutWordIsNothing) { 0 } else { word.version })
}

/// Which device said so, where a list is waited for because of it.
pub(crate) fn who_said(cx: &Context<'_>, account: AccountId, version: u64) -> Result<Option<DeviceNumber>, Halt> {
    let is_heard = heard_version(cx, account)? == version;
    Ok(word_about(cx, account)?.filter(|_| is_heard).map(|word| word.by))
}

/// The newest known list, unless a newer one was heard of.
pub(crate) fn current_list(cx: &Context<'_>, account: AccountId) -> Result<Option<VerifiedDeviceList>, Halt> {
    let heard = heard_version(cx, account)?;
    Ok(known_list(cx, account)?.filter(|list| list.version() >= heard))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;
    use crate::http::Answer as Reply;
    use crate::io::Output;
    use crate::mls;
    use crate::testing::{CHAT, Peer, companion, links_companion, now_ms, phone, step, unlinks_companion};
    use client_api::{Event, Notice};
    use prost::Message as _;
    use proto::account::DeviceLists;
    use proto::content::AuthenticatedData;
    use rusqlite::Connection;
    use std::collections::BTreeMap;

    const PHONE: DeviceNumber = DeviceNumber(1);
    const COMPANION: DeviceNumber = DeviceNumber(2);
    /// A list that nobody has signed, or that the server holds back: nobody here can tell.
    const UNSEEN: u64 = 1 << 50;

    /// A device says in the shared chat which version of its account's list it has.
    fn says(client: &mut Client, db: &Connection, from: DeviceAddress, list_version: u64) -> Vec<Output> {
        let word = AuthenticatedData { list_version, ..AuthenticatedData::default() }.encode_to_vec();
        step(db, 1, |cx| client.hear_witness(cx, CHAT, from, &word).expect("heard")).1
    }

    fn asks_for_list(out: &[Output]) -> bool {
        out.iter().any(|output| matches!(output, Output::Http(request) if request.path == "/v1/devices/get"))
    }

    fn is_current(db: &Connection, account: AccountId) -> bool {
        step(db, 1, |cx| current_list(cx, account).expect("list").is_some()).0
    }

    fn own_account(db: &Connection) -> AccountId {
        step(db, 1, |cx| cx.me().expect("me").address.account).0
    }

    /// What the user is told when something is to be sent in the shared chat.
    fn told_when_sending(client: &mut Client, db: &Connection) -> Vec<String> {
        let (_, out) = step(db, now_ms(), |cx| {
            let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
            let group = mls::load(cx, &chat).expect("loaded").expect("a group");
            client.vet(cx, &chat, &group).expect("vetted");
        });
        let told = |output| match output {
            Output::Event(Event::Notice(Notice::ServerNotTrusted { what })) => Some(what),
            _ => None,
        };
        out.into_iter().filter_map(told).collect()
    }

    #[test]
    fn a_word_holds_whatever_the_phone_says_and_the_notice_names_who_spoke() {
        let (mut client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        let list = peer.links_companion();
        step(&db, 1, |cx| crate::accounts::learn_device_list(cx, list.as_bytes()).expect("learned"));
        let account = list.account();
        assert!(is_current(&db, account));
        assert!(asks_for_list(&says(&mut client, &db, DeviceAddress { account, device: COMPANION }, UNSEEN)));
        let wanted = BTreeMap::from([(account, UNSEEN)]);
        step(&db, 1, |cx| client.on_peer_lists(cx, wanted, Reply::Ok(DeviceLists::default())).expect("answered"));
        // The server may have let the answer to the newest list be lost: the phone does not know that it is stored.
        says(&mut client, &db, DeviceAddress { account, device: PHONE }, list.version());
        assert!(!is_current(&db, account));
        let told = told_when_sending(&mut client, &db);
        assert!(matches!(&told[..], [what] if what.contains("their device 2 that speaks")), "{told:?}");
    }

    #[test]
    fn the_phone_asks_for_a_list_that_its_own_device_names_and_waits_for_none() {
        let (mut client, db) = phone();
        links_companion(&db);
        let account = own_account(&db);
        assert!(asks_for_list(&says(&mut client, &db, DeviceAddress { account, device: COMPANION }, UNSEEN)));
        assert!(is_current(&db, account), "it signs every list itself");
        let (mut client, db) = companion();
        says(&mut client, &db, DeviceAddress { account, device: PHONE }, UNSEEN);
        assert!(!is_current(&db, account), "a companion does not");
    }

    #[test]
    fn a_device_that_spoke_of_a_list_that_is_none_counts_no_more_when_it_is_put_out() {
        let (_, db) = phone();
        links_companion(&db);
        let account = own_account(&db);
        assert!(is_current(&db, account));
        let says = |device, version| {
            step(&db, 1, |cx| hear(cx, DeviceAddress { account, device }, version).expect("heard"));
        };
        says(COMPANION, UNSEEN);
        assert!(!is_current(&db, account), "nothing older will do");
        unlinks_companion(&db);
        assert!(is_current(&db, account));
        // What is said later counts again.
        says(PHONE, 4);
        assert!(!is_current(&db, account), "a newer one was heard of");
    }
}
