//! Restoring an account on a new phone: the number is proved and the PIN given, the backup opened with its recovery key, and the next device
//! list signed with the account's key that is in it. From then on this is the account's phone, and the backup comes in as a history does.

mod file;

use super::{Step, taken};
use crate::backup::{self, backup_error, typed_key};
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::history::import;
use crate::http::{Answer as Reply, Purpose, user_error};
use crate::io::{Halt, HttpMethod};
use crate::pin;
use crate::this::{self, Me};
use client_api::{Answer, BackupPlace, UserError};
use e2ee::backup::{BackupKey, Outside, open_head};
use identity::{AccountKey, CertFields, ChatKind, DeviceKey, DeviceRole, VerifiedDeviceList};
use prost::Message as _;
use proto::account::{Backup, OpenRestore, OpenRestoreOk, Problem, RegisterOk, Restore};
use proto::backup::Manifest;
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation};
use rusqlite::params;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

pub(crate) use file::{forget as forget_file, segment_in_file};

/// A number that was proved, and the PIN of its account given.
#[derive(Clone)]
pub(super) struct Proved {
    pub(super) number: String,
    pub(super) ticket: Vec<u8>,
    pub(super) pin_proof: Vec<u8>,
}

/// An account that can be restored.
#[derive(Clone)]
pub(super) struct Restorable {
    proved: Proved,
    account: AccountId,
    signed_device_list: Vec<u8>,
    /// The sealed head of the server's backup; empty where it has none.
    head: Vec<u8>,
    pub(super) made_ms: u64,
    pub(super) size: u64,
}

impl Restorable {
    /// Of a number without an account, for whoever has a file.
    fn without_account(proved: Proved) -> Self {
        let (signed_device_list, head) = (Vec::new(), Vec::new());
        Self { proved, account: AccountId([0; 16]), signed_device_list, head, made_ms: 0, size: 0 }
    }

    /// Devices that stay linked, as the server names them.
    pub(super) fn companions(&self) -> u32 {
        let list = VerifiedDeviceList::verify(&self.signed_device_list).ok();
        list.map_or(0, |list| u32::try_from(list.devices().count().saturating_sub(1)).unwrap_or(u32::MAX))
    }
}

/// A backup that was opened.
#[derive(Clone)]
pub(super) struct Opened {
    outside: Outside,
    manifest: Manifest,
    key: BackupKey,
    place: BackupPlace,
}

/// What it holds is a ticket, and what the PIN is told by.
impl std::fmt::Debug for Proved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proved")
    }
}

impl std::fmt::Debug for Restorable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Restorable({:?}, {} bytes)", self.account, self.size)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.manifest.account_key.zeroize();
    }
}

/// What it holds is the account's key, among others.
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({} segments)", self.manifest.segments.len())
    }
}

impl Opened {
    /// What the server is to compare, so that no later backup is put an end to unseen; empty for a file.
    fn sha256(&self, restorable: &Restorable) -> Vec<u8> {
        match self.place {
            BackupPlace::Server => Sha256::digest(&restorable.head).to_vec(),
            BackupPlace::File => Vec::new(),
        }
    }
}

impl Client {
    /// The number has an account: is there a backup of it?
    pub(super) fn ask_for_backup(&mut self, cx: &mut Context<'_>, request: u32, proved: Proved) {
        let body = OpenRestore { ticket: proved.ticket.clone(), pin_proof: proved.pin_proof.clone() }.encode_to_vec();
        for earlier in self.calls.take_where(|p| matches!(p, Purpose::OpenRestore { .. })) {
            if let Purpose::OpenRestore { request } = earlier {
                cx.answer(request, Err(UserError::NotNow));
            }
        }
        self.registration.proved = Some(proved);
        let purpose = Purpose::OpenRestore { request };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/restore/open", body, None));
    }

    pub(crate) fn on_restore_opened(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        reply: Reply<OpenRestoreOk>,
    ) -> Result<(), Halt> {
        let Some(proved) = self.registration.proved.take() else {
            // It was gone back to the number.
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        };
        if matches!(reply, Reply::None) {
            // The code is used up, and what was proved by it is not.
            self.registration.proved = Some(proved.clone());
        }
        if let Reply::Problem(problem) = &reply {
            // The account went in this moment.
            if problem.code == "not-found" {
                return self.no_account(cx, request, proved);
            }
            self.registration.step = match problem.code.as_str() {
                "pin-wrong" | "too-many" | "pin-required" => {
                    Step::Pin { number: proved.number.clone(), ticket: proved.ticket.clone() }
                }
                _ => Step::Number,
            };
            cx.answer(request, Err(user_error(problem)));
            return self.show_registration(cx);
        }
        let Some(ok) = taken(cx, request, reply) else { return Ok(()) };
        let Ok(account) = AccountId::try_from(ok.account.as_slice()) else {
            cx.answer(request, Err(UserError::ServerFailed));
            return Ok(());
        };
        let backup = ok.backup.unwrap_or_default();
        let restorable = Restorable {
            proved,
            account,
            signed_device_list: ok.signed_device_list,
            head: backup.head,
            made_ms: backup.made_ms,
            size: backup.size,
        };
        if let Some(opened) = self.registration.opened.clone() {
            let answer = self.restore(cx, request, &restorable, &opened)?;
            if let Err(error) = answer {
                // Of another account, say: there may be a backup at the server, or none is wanted.
                cx.answer(request, Err(error));
                self.registration.step = Step::Restore(Box::new(restorable));
                return self.show_registration(cx);
            }
            return Ok(());
        }
        self.registration.step = Step::Restore(Box::new(restorable));
        cx.answer(request, Ok(Answer::Done));
        self.show_registration(cx)
    }

    /// The number has no account: one is made, unless somebody wants to restore one that had it.
    pub(super) fn no_account(&mut self, cx: &mut Context<'_>, request: u32, proved: Proved) -> Result<(), Halt> {
        if self.registration.opened.is_none() {
            self.make_account(cx, proved.number, proved.ticket, proved.pin_proof)?;
            return self.send_register(cx, request);
        }
        cx.answer(request, Err(UserError::BackupOther));
        self.registration.step = Step::Restore(Box::new(Restorable::without_account(proved)));
        self.show_registration(cx)
    }

    /// "Restore it with this key."
    pub(crate) fn restore_backup(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        typed: &str,
        place: BackupPlace,
    ) -> Result<(), Halt> {
        if this::stage(cx.db)? != this::Stage::New {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        }
        let restorable = match &self.registration.step {
            Step::Restore(restorable) => Some((**restorable).clone()),
            _ => None,
        };
        let opened = match (typed_key(typed), place, &restorable) {
            (Err(error), ..) => Err(error),
            (Ok(_), BackupPlace::Server, Some(restorable)) if restorable.head.is_empty() => Err(UserError::BackupNone),
            (Ok(key), BackupPlace::Server, Some(restorable)) => open_head(&key, &restorable.head)
                .map(|(outside, manifest)| Opened { outside, manifest, key, place })
                .map_err(backup_error),
            (Ok(_), BackupPlace::Server, None) => Err(UserError::NotNow),
            (Ok(key), BackupPlace::File, _) => file::open(cx, key)?,
        };
        let answer = match (opened, restorable) {
            (Ok(opened), Some(restorable)) => self.restore(cx, request, &restorable, &opened)?,
            (Ok(opened), None) => {
                self.registration.opened = Some(opened);
                cx.answer(request, Ok(Answer::Done));
                Ok(())
            }
            (Err(error), _) => Err(error),
        };
        if let Err(error) = answer {
            cx.answer(request, Err(error));
        }
        Ok(())
    }

    /// "Start anew": the account of before loses its number.
    pub(crate) fn start_anew(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        let Step::Restore(restorable) = &self.registration.step else {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        };
        let Proved { number, ticket, pin_proof } = restorable.proved.clone();
        file::forget(cx)?;
        pin::store(cx, &[])?;
        self.registration.opened = None;
        self.make_account(cx, number, ticket, pin_proof)?;
        self.send_register(cx, request)
    }

    /// Signs the list that makes this device the account's phone, and stores all that is needed then with the request: if the answer is
    /// lost, the very same is asked again.
    fn restore(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        restorable: &Restorable,
        opened: &Opened,
    ) -> Result<Result<(), UserError>, Halt> {
        let Ok(seed) = <[u8; 32]>::try_from(opened.manifest.account_key.as_slice()) else {
            return Ok(Err(UserError::BackupDamaged));
        };
        let account_key = AccountKey::from_bytes(&seed);
        let account = AccountId::of_first_key(account_key.public().as_bytes());
        if account != opened.outside.account {
            return Ok(Err(UserError::BackupDamaged));
        }
        let list = VerifiedDeviceList::verify(&restorable.signed_device_list);
        let list = list.ok().filter(|list| list.account() == account && restorable.account == account);
        let Some(list) = list else { return Ok(Err(UserError::BackupOther)) };
        let Ok(then) = VerifiedDeviceList::verify(&opened.manifest.signed_device_list) else {
            return Ok(Err(UserError::BackupDamaged));
        };
        // A device that was logged out before the backup was made would be linked again, and given all that is in it.
        if list.succeeds(&then).is_err() {
            return Ok(Err(UserError::DevicesRolledBack));
        }
        let device_key = DeviceKey::generate(cx.rng);
        let fields = CertFields {
            device: list.next_device_number(),
            signature_key: device_key.public(),
            role: DeviceRole::Phone,
            issued_ms: cx.now_ms,
            list_version: list.version() + 1,
        };
        let cert = identity::cert::issue_own_cert(&account_key, &device_key, &fields);
        let Ok(next) = list.next_with_phone(&account_key, cert, cx.now_ms) else {
            return Ok(Err(UserError::ServerFailed));
        };
        let body = Restore {
            ticket: restorable.proved.ticket.clone(),
            signed_device_list: next.as_bytes().to_vec(),
            backup_sha256: opened.sha256(restorable),
        };
        cx.db
            .prepare_cached("UPDATE this SET restoration = ?1, number = ?2, account_key = ?3, device_key = ?4")?
            .execute(params![
                body.encode_to_vec(),
                restorable.proved.number,
                account_key.to_bytes().as_slice(),
                device_key.to_bytes().as_slice()
            ])?;
        // A restoration that goes on after a restart has the PIN given already.
        if !restorable.proved.pin_proof.is_empty() {
            pin::store(cx, &pin::check_of(&restorable.proved.pin_proof))?;
        }
        if opened.place == BackupPlace::Server {
            backup::keep_key(cx, &opened.key, restorable.made_ms, restorable.size)?;
        }
        expect(cx, &opened.manifest)?;
        self.send_restore(cx, request)?;
        Ok(Ok(()))
    }

    pub(super) fn send_restore(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        if !self.calls.is_under_way(|p| matches!(p, Purpose::Restore { .. })) {
            let body = pending(cx)?;
            let purpose = Purpose::Restore { request };
            cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/restore", body, None));
        }
        self.registration.step = Step::Busy;
        self.show_registration(cx)
    }

    pub(crate) fn on_restored(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        reply: Reply<RegisterOk>,
    ) -> Result<(), Halt> {
        match reply {
            Reply::Ok(_) => {
                become_phone(cx)?;
                cx.answer(request, Ok(Answer::Done));
                self.registration.step = Step::Number;
                self.registration.opened = None;
                self.show_stage(cx)?;
                self.show_all(cx)?;
                self.connect(cx)
            }
            Reply::Problem(problem) if is_overtaken(&problem) => self.open_again(cx, request),
            Reply::Problem(problem) if is_final(&problem) => {
                forget_restoration(cx)?;
                pin::store(cx, &[])?;
                self.registration.step = Step::Number;
                cx.answer(request, Err(user_error(&problem)));
                self.show_registration(cx)
            }
            // The request may have arrived, or come to pass all the same: it stays, and goes again at the next contact.
            Reply::Problem(_) | Reply::None => {
                cx.answer(request, Err(UserError::Offline));
                self.retry_later(cx);
                Ok(())
            }
        }
    }

    /// Another list or another backup is in force than the restoration is of. What was proved is good still.
    fn open_again(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        let ticket = Restore::decode(pending(cx)?.as_slice())
            .map_err(|_| Halt::Broken("the stored restoration cannot be read"))?
            .ticket;
        let number = cx.db.prepare_cached("SELECT number FROM this")?.query_row([], |row| row.get(0))?;
        forget_restoration(cx)?;
        self.registration.opened = None;
        self.ask_for_backup(cx, request, Proved { number, ticket, pin_proof: Vec::new() });
        Ok(())
    }
}

/// Nothing was restored, as something else was in force.
fn is_overtaken(problem: &Problem) -> bool {
    matches!(problem.code.as_str(), "device-list-conflict" | "backup-changed")
}

/// Nothing was restored, and will not be by asking again. Any other refusal may be of a repetition, and the first one have come to pass.
fn is_final(problem: &Problem) -> bool {
    matches!(problem.code.as_str(), "ticket-expired" | "device-list-invalid" | "account-suspended" | "not-found")
}

/// What was stored for a restoration that did not come to pass; but for the file, which may be opened again.
fn forget_restoration(cx: &Context<'_>) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "UPDATE this SET restoration = x'', number = '', account_key = NULL, device_key = NULL,
             import_segments = NULL, import_total = NULL, restored_self = x''",
        )?
        .execute([])?;
    cx.db.prepare_cached("DELETE FROM import_segment")?.execute([])?;
    backup::forget_key(cx)
}

/// Goes on with the backup that the server has now, where it is a later one of this account than the one with this name.
pub(crate) fn go_on_with(cx: &Context<'_>, backup: &Backup, archive: &[u8]) -> Result<bool, Halt> {
    let (Some(key), me) = (backup::key(cx.db)?, cx.me()?) else { return Ok(false) };
    let Ok((outside, manifest)) = open_head(&key, &backup.head) else { return Ok(false) };
    let is_another = manifest.segments.iter().all(|segment| segment.archive != archive);
    let is_own = outside.account == me.address.account;
    if is_another && is_own {
        backup::keep_key(cx, &key, backup.made_ms, backup.size)?;
        expect(cx, &manifest)?;
    }
    Ok(is_another && is_own)
}

/// What the backup has, as segments of a history.
fn expect(cx: &Context<'_>, manifest: &Manifest) -> Result<(), Halt> {
    cx.db.prepare_cached("DELETE FROM import_segment")?.execute([])?;
    let mut insert =
        cx.db.prepare_cached("INSERT INTO import_segment (archive, place, segment) VALUES (?1, ?2, ?3)")?;
    for segment in &manifest.segments {
        insert.execute(params![segment.archive, segment.index, segment.encode_to_vec()])?;
    }
    cx.db
        .prepare_cached("UPDATE this SET import_segments = ?1, import_total = ?2, restored_self = ?3")?
        .execute(params![manifest.segments.len(), manifest.messages, manifest.self_chat])?;
    Ok(())
}

pub(super) fn pending(cx: &Context<'_>) -> Result<Vec<u8>, Halt> {
    Ok(cx.db.prepare_cached("SELECT restoration FROM this")?.query_row([], |row| row.get(0))?)
}

/// The account's newest list holds this device: it is its phone.
fn become_phone(cx: &mut Context<'_>) -> Result<(), Halt> {
    let restore =
        Restore::decode(pending(cx)?.as_slice()).map_err(|_| Halt::Broken("the stored restoration cannot be read"))?;
    let list = VerifiedDeviceList::verify(&restore.signed_device_list)
        .map_err(|_| Halt::Broken("the stored device list does not verify"))?;
    let (number, account_key, device_key) =
        cx.db.prepare_cached("SELECT number, account_key, device_key FROM this")?.query_row([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, [u8; 32]>(2)?))
        })?;
    let address = DeviceAddress { account: list.account(), device: list.phone().device };
    let me = Me {
        address,
        number,
        device_key: DeviceKey::from_bytes(&device_key),
        account_key: Some(AccountKey::from_bytes(&account_key)),
    };
    this::become_device(cx.db, &me, list.as_bytes())?;
    // PIN, name and photo are there already.
    cx.db.prepare_cached("UPDATE this SET restoration = x'', setup = 2")?.execute([])?;
    let self_chat: [u8; 16] =
        cx.db.prepare_cached("SELECT restored_self FROM this")?.query_row([], |row| row.get(0))?;
    // A file that was given, and not used.
    if !import::comes_from_file(cx)? {
        file::forget(cx)?;
    }
    let chat = Chat {
        chat: ChatId(self_chat),
        kind: ChatKind::SelfGroup,
        generation: Generation(1),
        peer: address.account,
        membership: Membership::Wanted,
        applied_seq: 0,
        activity_ms: cx.now_ms,
    };
    chats::insert(cx, &chat)?;
    cx.changed.mirror = true;
    Ok(())
}

/// Which chats there are is not known yet: what the server names would be taken for something new.
pub(crate) fn awaits_overview(cx: &Context<'_>) -> Result<bool, Halt> {
    let undone = "SELECT EXISTS (SELECT 1 FROM import_segment WHERE place = 0 AND done = 0)";
    Ok(cx.is_phone()? && cx.db.prepare_cached(undone)?.query_row([], |row| row.get::<_, bool>(0))?)
}

/// This phone came out of a backup.
pub(crate) fn is_restored(cx: &Context<'_>) -> Result<bool, Halt> {
    let began = "SELECT import_total IS NOT NULL FROM this";
    Ok(cx.is_phone()? && cx.db.prepare_cached(began)?.query_row([], |row| row.get::<_, bool>(0))?)
}

#[cfg(test)]
mod restoring_tests;
