//! Restoring an account on a new phone: the number is proved and the PIN given, the backup opened with its recovery key, and the next device
//! list signed with the account's key that is in it. From then on this is the account's phone, and the backup comes in as a history does.

mod file;

use super::{Step, taken};
use crate::backup::{self, backup_error, typed_key};
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose, user_error};
use crate::io::{Halt, HttpMethod};
use crate::pin;
use crate::this::{self, Me};
use client_api::{Answer, BackupPlace, UserError};
use e2ee::backup::{BackupKey, Outside, open_head};
use identity::{AccountKey, CertFields, ChatKind, DeviceKey, DeviceRole, VerifiedDeviceList};
use prost::Message as _;
use proto::account::{OpenRestore, OpenRestoreOk, RegisterOk, Restore};
use proto::backup::Manifest;
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation};
use rusqlite::params;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

pub(crate) use file::segment_in_file;

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
        self.registration.proved = Some(proved);
        self.calls.drop_where(|p| matches!(p, Purpose::OpenRestore { .. }));
        let purpose = Purpose::OpenRestore { request };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/restore/open", body, None));
    }

    pub(crate) fn on_restore_opened(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        reply: Reply<OpenRestoreOk>,
    ) -> Result<(), Halt> {
        let Some(proved) = self.registration.proved.take() else { return Ok(()) };
        // An older server, or the account went in this moment: it is made anew.
        let anew = match &reply {
            Reply::Ok(ok) => ok.backup.is_none() && self.registration.opened.is_none(),
            Reply::Problem(problem) => problem.code == "not-found",
            Reply::None => {
                // The code is used up, and what was proved by it is not.
                self.registration.proved = Some(proved.clone());
                false
            }
        };
        if anew {
            self.make_account(cx, proved.number, proved.ticket, proved.pin_proof)?;
            return self.send_register(cx, request);
        }
        if let Reply::Problem(problem) = &reply {
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
        pin::store(cx, &pin::check_of(&restorable.proved.pin_proof))?;
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
            Reply::Problem(problem) => {
                cx.db
                    .prepare_cached(
                        "UPDATE this SET restoration = x'', number = '', account_key = NULL, device_key = NULL,
                         import_segments = NULL, import_total = NULL",
                    )?
                    .execute([])?;
                cx.db.prepare_cached("DELETE FROM import_segment")?.execute([])?;
                pin::store(cx, &[])?;
                backup::forget_key(cx)?;
                self.registration.step = Step::Number;
                cx.answer(request, Err(user_error(&problem)));
                self.show_registration(cx)
            }
            // The request may have arrived: it stays, and goes again at the next contact.
            Reply::None => {
                cx.answer(request, Err(UserError::Offline));
                self.retry_later(cx);
                Ok(())
            }
        }
    }
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
