//! Accounts that are known: their device lists, which only go forward, and their numbers; contacts and how they are
//! found.

use crate::chats;
use crate::clearing;
use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose, user_error};
use crate::io::{Halt, HttpMethod};
use crate::messages::NUMBER_MAX;
use crate::profile::{tidy_name, ui_account};
use crate::{devices, notices, numbers, own_state, people, removing, state, this};
use breakable::{Rule, broken};
use client_api::{Answer, ContactChanges, ContactRow, Event, Notice, UserError};
use identity::VerifiedDeviceList;
use prost::Message as _;
use proto::account::{LookUp, LookUpOk};
use proto::content::Contact;
use proto::identity::{DeviceList, SignedDeviceList};
use proto::ids::AccountId;
use proto::qr::{ContactCode, QrError};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

/// Accounts whose lists are kept verified in memory.
const PEER_LISTS_MAX: usize = 128;
/// The keys of contacts in the own state.
pub(crate) const CONTACT: &str = "contact/";

/// Makes an account known.
pub(crate) fn know(cx: &mut Context<'_>, account: AccountId, number: &str) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "INSERT INTO account (account, number) VALUES (?1, ?2)
             ON CONFLICT (account)
             DO UPDATE SET number = CASE WHEN excluded.number = '' THEN number ELSE excluded.number END",
        )?
        .execute(params![account.as_bytes(), numbers::of_another(number)])?;
    Ok(())
}

/// The newest device list of another account.
pub(crate) fn device_list(db: &Connection, account: AccountId) -> Result<Option<VerifiedDeviceList>, Halt> {
    Ok(stored_list(db, account)?.and_then(|stored| verified(&stored, account)))
}

fn stored_list(db: &Connection, account: AccountId) -> Result<Option<Vec<u8>>, Halt> {
    Ok(db
        .prepare_cached("SELECT device_list FROM account WHERE account = ?1 AND length(device_list) > 0")?
        .query_row([account.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// One that an own device gave is verified here for the first time: without one that holds, the server is asked again.
fn verified(stored: &[u8], account: AccountId) -> Option<VerifiedDeviceList> {
    VerifiedDeviceList::verify(stored).ok().filter(|list| list.account() == account)
}

/// The newest device list of an account, the own one included.
pub(crate) fn known_list(cx: &Context<'_>, account: AccountId) -> Result<Option<VerifiedDeviceList>, Halt> {
    if account == cx.me()?.address.account {
        return crate::mls::own_device_list(cx).map(Some);
    }
    cx.peer_lists.borrow_mut().newest(cx.db, account)
}

/// Lists of other accounts as they were last verified: that takes longer than all else about a message.
#[derive(Debug, Default)]
pub(crate) struct PeerLists(BTreeMap<AccountId, VerifiedDeviceList>);

impl PeerLists {
    /// The list that is stored, verified once as long as it is the same.
    fn newest(&mut self, db: &Connection, account: AccountId) -> Result<Option<VerifiedDeviceList>, Halt> {
        let Some(stored) = stored_list(db, account)? else { return Ok(None) };
        if let Some(known) = self.0.get(&account).filter(|known| known.as_bytes() == stored) {
            return Ok(Some(known.clone()));
        }
        let list = verified(&stored, account);
        if self.0.len() >= PEER_LISTS_MAX {
            self.0.clear();
        }
        self.0.extend(list.clone().map(|list| (account, list)));
        Ok(list)
    }
}

/// Takes a newer device list, of the own or another account, if it verifies and follows the one known. What does not
/// is the server's doing, or the account key's: nothing is taken, and the user is told.
pub(crate) fn learn_device_list(cx: &mut Context<'_>, signed: &[u8]) -> Result<(), Halt> {
    learn(cx, VerifiedDeviceList::verify(signed).ok())
}

/// Takes a list that was verified just now; `None`: it did not verify.
fn learn(cx: &mut Context<'_>, list: Option<VerifiedDeviceList>) -> Result<(), Halt> {
    let Some(list) = list else {
        let what = "a device list that is not signed by its account".to_owned();
        cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        return Ok(());
    };
    let account = list.account();
    let known = known_list(cx, account)?;
    if let Some(known) = &known {
        if known.as_bytes() == list.as_bytes() {
            return Ok(());
        }
        match list.succeeds(known) {
            Ok(_) => {}
            Err(identity::SuccessionError::Older { .. }) => return Ok(()),
            Err(_) => {
                let what = "two device lists of one account that contradict each other".to_owned();
                cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
                return Ok(());
            }
        }
    }
    chats::unvet(cx, account)?;
    if account == cx.me()?.address.account {
        cx.db.prepare_cached("UPDATE this SET device_list = ?1")?.execute([list.as_bytes()])?;
        // Whatever way this device hears of it: the next way finds nothing new, and the answer to the phone's own request may be lost.
        if let Some(known) = &known {
            devices::tell_changes(cx, known, &list)?;
        }
        let shorter = known.is_some_and(|known| known.addresses().any(|gone| list.device(gone.device).is_none()));
        if shorter && cx.is_phone()? && !broken(Rule::LeaversTakenOut) {
            removing::want_removals(cx)?;
        }
    } else {
        know(cx, account, "")?;
        cx.db
            .prepare_cached("UPDATE account SET device_list = ?2, list_version = ?3 WHERE account = ?1")?
            .execute(params![account.as_bytes(), list.as_bytes(), list.version()])?;
        notices::devices_changed(cx, known.as_ref(), &list)?;
        cx.changed.people.insert(account);
    }
    Ok(())
}

/// Takes a list that an own device had verified and gave in its history. A thousand of them come at once, and most are not
/// used today: whether it holds is looked at again whenever it is read.
pub(crate) fn take_siblings_list(cx: &mut Context<'_>, account: AccountId, signed: &[u8]) -> Result<(), Halt> {
    let list = SignedDeviceList::decode(signed).and_then(|signed| DeviceList::decode(signed.body.as_slice()));
    let Some(version) = list.ok().map(|list| list.version).filter(|version| *version <= NUMBER_MAX) else {
        return Ok(());
    };
    let taken = cx
        .db
        .prepare_cached(
            "UPDATE account SET device_list = ?2, list_version = ?3 WHERE account = ?1 AND length(device_list) = 0",
        )?
        .execute(params![account.as_bytes(), signed, version])?;
    if taken == 0 { learn_list_of(cx, account.as_bytes(), signed) } else { Ok(()) }
}

/// Takes what the server gave as one account's device list; a list of another account is no answer.
pub(crate) fn learn_list_of(cx: &mut Context<'_>, account: &[u8], signed: &[u8]) -> Result<(), Halt> {
    // Mostly it is the known one, asked for after a connection: to verify it takes longer than all else about a connection.
    if let Ok(account) = AccountId::try_from(account)
        && known_list(cx, account)?.is_some_and(|known| known.as_bytes() == signed)
    {
        return Ok(());
    }
    let list = VerifiedDeviceList::verify(signed).ok();
    if list.as_ref().is_some_and(|list| list.account().as_bytes().as_slice() != account) {
        let what = "the device list of one account under the name of another".to_owned();
        cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        return Ok(());
    }
    learn(cx, list)
}

/// The number of an account, or nothing.
pub(crate) fn number_of(db: &Connection, account: AccountId) -> Result<String, Halt> {
    let number = db
        .prepare_cached("SELECT number FROM account WHERE account = ?1")?
        .query_row([account.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(number.unwrap_or_default())
}

/// What an account says of itself.
pub(crate) fn about_and_photo(db: &Connection, account: AccountId) -> Result<(String, Vec<u8>), Halt> {
    let row = db
        .prepare_cached("SELECT profile_about, profile_photo FROM account WHERE account = ?1")?
        .query_row([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.unwrap_or_default())
}

/// The name to show for an account.
pub(crate) fn title_of(db: &Connection, account: AccountId) -> Result<String, Halt> {
    let name = name_of(db, account)?;
    Ok(name.unwrap_or_else(|| people::title(String::new(), String::new(), "", account)))
}

/// What the owner calls an account, or what it calls itself, or its number.
pub(crate) fn name_of(db: &Connection, account: AccountId) -> rusqlite::Result<Option<String>> {
    let contact: Option<Vec<u8>> = db
        .prepare_cached("SELECT value FROM state WHERE key = ?1")?
        .query_row([contact_key(account)], |row| row.get(0))
        .optional()?;
    let named = contact.map(|contact| people::contact_name(&contact)).filter(|name| !name.is_empty());
    if named.is_some() {
        return Ok(named);
    }
    let known: Option<(String, String)> = db
        .prepare_cached("SELECT profile_name, number FROM account WHERE account = ?1")?
        .query_row([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let known = known.filter(|(name, number)| !(name.is_empty() && number.is_empty()));
    Ok(known.map(|(name, number)| people::title(String::new(), name, &number, account)))
}

/// The key of a contact in the own state.
pub(crate) fn contact_key(account: AccountId) -> String {
    format!("{CONTACT}{account}")
}

/// What the owner keeps of an account.
pub(crate) fn contact(db: &Connection, account: AccountId) -> Result<Option<Contact>, Halt> {
    let stored = state::get(db, &contact_key(account))?;
    Ok(stored.and_then(|bytes| Contact::decode(bytes.as_slice()).ok()))
}

/// Whom the owner gives a name.
pub(crate) fn named_contacts(db: &Connection) -> Result<Vec<AccountId>, Halt> {
    let contacts = state::with_prefix(db, CONTACT)?.into_iter();
    let named = contacts.filter(|(_, value)| !people::contact_name(value).is_empty());
    Ok(named.filter_map(|(key, _)| AccountId::from_str(key.strip_prefix(CONTACT)?).ok()).collect())
}

/// Keeps it, on all devices.
pub(crate) fn set_contact(cx: &mut Context<'_>, contact: &Contact, account: AccountId) -> Result<(), Halt> {
    own_state::set(cx, &contact_key(account), contact.encode_to_vec())
}

/// The owner's name for somebody; empty where they give none.
fn given_name(name: &str) -> Result<String, UserError> {
    match name.trim() {
        "" => Ok(String::new()),
        name => tidy_name(name),
    }
}

impl Client {
    /// "Add this number."
    pub(crate) fn add_contact(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        number: &str,
        name: &str,
    ) -> Result<(), Halt> {
        let (number, name) = match given_name(name).and_then(|name| Ok((numbers::typed(number)?, name))) {
            Ok(given) => given,
            Err(error) => {
                cx.answer(request, Err(error));
                return Ok(());
            }
        };
        let Some(token) = this::session_token(cx.db)? else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        let body = LookUp { numbers: vec![number] }.encode_to_vec();
        let purpose = Purpose::LookUp { request, name };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/lookup", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_looked_up(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        name: String,
        reply: Reply<LookUpOk>,
    ) -> Result<(), Halt> {
        let found = match reply {
            Reply::Ok(ok) => ok.found.into_iter().next(),
            Reply::Problem(problem) => {
                cx.answer(request, Err(user_error(&problem)));
                return Ok(());
            }
            Reply::None => {
                cx.answer(request, Err(UserError::Offline));
                return Ok(());
            }
        };
        let Some((account, number)) =
            found.and_then(|f| Some((AccountId::try_from(f.account).ok()?, numbers::of_another(&f.number).to_owned())))
        else {
            cx.answer(request, Err(UserError::NumberUnknown));
            return Ok(());
        };
        self.add_found(cx, request, account, number, name)
    }

    /// "Add from this code."
    pub(crate) fn add_contact_by_code(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        text: &str,
        name: &str,
    ) -> Result<(), Halt> {
        let code = match ContactCode::parse(text) {
            Ok(code) => code,
            Err(error) => {
                cx.answer(request, Err(code_error(error)));
                return Ok(());
            }
        };
        if this::server_id(cx.db)? != Some(code.server_id) {
            cx.answer(request, Err(UserError::CodeOtherServer));
            return Ok(());
        }
        match given_name(name) {
            Ok(name) => self.add_found(cx, request, code.account, code.number, name),
            Err(error) => {
                cx.answer(request, Err(error));
                Ok(())
            }
        }
    }

    fn add_found(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        account: AccountId,
        number: String,
        name: String,
    ) -> Result<(), Halt> {
        if account != cx.me()?.address.account {
            know(cx, account, &number)?;
            let old = contact(cx.db, account)?.unwrap_or_default();
            let name = if name.is_empty() { old.name } else { name };
            let contact = Contact { account: account.to_vec(), number, name, in_address_book: true, ..old };
            set_contact(cx, &contact, account)?;
        }
        let chat = chats::ensure_direct(cx, account)?;
        clearing::reopen(cx, chat)?;
        cx.answer(request, Ok(Answer::Chat(client_api::ChatId(chat.0))));
        Ok(())
    }

    /// The own contact code.
    pub(crate) fn show_contact_code(&self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        let me = cx.me()?;
        let result = match this::server_id(cx.db)? {
            Some(server_id) => {
                let code = ContactCode { account: me.address.account, server_id, number: me.number };
                Ok(Answer::ContactCode(code.to_text()))
            }
            None => Err(UserError::Offline),
        };
        cx.answer(request, result);
        Ok(())
    }

    /// Renames a contact.
    pub(crate) fn rename_contact(
        &self,
        cx: &mut Context<'_>,
        request: u32,
        account: client_api::AccountId,
        name: &str,
    ) -> Result<(), Halt> {
        let account = AccountId(account.0);
        match given_name(name) {
            Ok(name) => {
                let number = number_of(cx.db, account)?;
                let old = contact(cx.db, account)?.unwrap_or_default();
                let contact = Contact { account: account.to_vec(), number, name, in_address_book: true, ..old };
                set_contact(cx, &contact, account)?;
                cx.answer(request, Ok(Answer::Done));
            }
            Err(error) => cx.answer(request, Err(error)),
        }
        Ok(())
    }
}

/// All contacts, for the interface.
pub(crate) fn show_contacts(cx: &mut Context<'_>) -> Result<(), Halt> {
    let mut upserts = Vec::new();
    for (key, _) in state::with_prefix(cx.db, CONTACT)? {
        let account = key.strip_prefix(CONTACT).and_then(|account| AccountId::from_str(account).ok());
        upserts.extend(account.map(|account| contact_row(cx.db, account)).transpose()?.flatten());
    }
    cx.event(Event::Contacts(ContactChanges { reset: true, upserts, removed: Vec::new() }));
    Ok(())
}

/// Those contacts of which something changed.
pub(crate) fn show_contact_changes(cx: &mut Context<'_>, accounts: &BTreeSet<AccountId>) -> Result<(), Halt> {
    let mut changes = ContactChanges::default();
    for account in accounts {
        match contact_row(cx.db, *account)? {
            Some(row) => changes.upserts.push(row),
            None => changes.removed.push(ui_account(*account)),
        }
    }
    cx.event(Event::Contacts(changes));
    Ok(())
}

/// A contact as the interface has it; `None` for an account that the owner has not added.
fn contact_row(db: &Connection, account: AccountId) -> Result<Option<ContactRow>, Halt> {
    let Some(contact) = contact(db, account)?.filter(|contact| contact.in_address_book) else { return Ok(None) };
    let mut statement = db.prepare_cached(
        "SELECT a.profile_name, a.profile_about, a.number, coalesce(nullif(a.profile_thumb, x''), a.profile_photo),
                (SELECT c.chat FROM chat c WHERE c.peer = a.account AND c.kind = 2 ORDER BY c.membership LIMIT 1)
         FROM account a WHERE a.account = ?1",
    )?;
    let row = statement.query_row([account.as_bytes()], |row| {
        let (profile_name, number): (String, String) = (row.get(0)?, row.get(2)?);
        let number = if number.is_empty() { contact.number.clone() } else { number };
        Ok(ContactRow {
            account: ui_account(account),
            name: people::title(contact.name.clone(), profile_name, &number, account),
            about: row.get(1)?,
            number,
            photo: row.get(3)?,
            chat: row.get::<_, Option<[u8; 16]>>(4)?.map(client_api::ChatId),
            verified: !contact.verified_key.is_empty(),
        })
    });
    Ok(row.optional()?)
}

/// The words for a scanned text that is not the wanted code.
pub(crate) fn code_error(error: QrError) -> UserError {
    match error {
        QrError::NotOurs => UserError::CodeNotOurs,
        QrError::OtherKind => UserError::CodeOtherKind,
        QrError::OtherVersion => UserError::CodeOtherVersion,
        QrError::Damaged => UserError::CodeDamaged,
    }
}
