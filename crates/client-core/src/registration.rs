//! Registration, on the phone: number, one-time code, PIN, then the keys of a new account; afterwards PIN and profile.

pub(crate) mod restoring;

use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose, user_error};
use crate::io::{Halt, HttpMethod};
use crate::numbers;
use crate::pin;
use crate::profile;
use crate::this::{self, Me};
use client_api::{Answer, Event, RegistrationStage, Role, UserError};
use identity::{AccountKey, CertFields, DeviceKey, DeviceRole, VerifiedDeviceList};
use prost::Message;
use proto::account::{
    Problem, Register, RegisterOk, RequestCode, RequestCodeOk, ServerInfo, SetPin, VerifyCode, VerifyCodeOk,
};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use restoring::{Opened, Proved, Restorable};
use rusqlite::params;

/// What the phone still asks after it has registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setup {
    ChoosePin,
    Profile,
    Done,
}

/// How far registration is, in this run. Lost with it: the user begins at the number again, at no cost. What must not
/// be lost, the keys of an account that the server may already know, is in `this.registration`.
#[derive(Debug, Default)]
pub(crate) struct Registration {
    server: ServerInfo,
    step: Step,
    /// What was proved, while the server is asked for a backup.
    proved: Option<Proved>,
    /// A backup out of a file that was opened before the number was proved.
    opened: Option<Opened>,
}

#[derive(Debug, Default)]
enum Step {
    #[default]
    Number,
    Code {
        /// In E.164, as the server has it: the PIN's proof is made from it, whatever was typed.
        number: String,
        next_code_at_ms: u64,
        length: u32,
    },
    Pin {
        number: String,
        ticket: Vec<u8>,
    },
    Restore(Box<Restorable>),
    Busy,
}

impl Client {
    /// The phone is registered, but PIN or name are still to be asked.
    pub(crate) fn needs_setup(&self, cx: &Context<'_>) -> Result<bool, Halt> {
        Ok(cx.is_phone()? && setup(cx)? != Setup::Done)
    }

    /// The page of registration to show.
    pub(crate) fn show_registration(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let stage = if this::stage(cx.db)? == this::Stage::Active {
            match setup(cx)? {
                Setup::ChoosePin => RegistrationStage::ChoosePin,
                Setup::Profile | Setup::Done => {
                    // Whose name is asked for: initials have the account's colour.
                    profile::show(cx)?;
                    RegistrationStage::Profile
                }
            }
        } else {
            match &self.registration.step {
                Step::Number => RegistrationStage::Number {
                    default_region: self.registration.server.default_region.clone(),
                    server_name: self.registration.server.name.clone(),
                },
                Step::Code { number, next_code_at_ms, length } => RegistrationStage::Code {
                    number: number.clone(),
                    next_code_at_ms: *next_code_at_ms,
                    length: *length,
                },
                Step::Pin { .. } => RegistrationStage::Pin,
                Step::Restore(restorable) => {
                    let (made_ms, size) = (restorable.made_ms, restorable.size);
                    RegistrationStage::Restore { made_ms, size, companions: restorable.companions() }
                }
                Step::Busy => RegistrationStage::Busy,
            }
        };
        cx.event(Event::Registration(stage));
        Ok(())
    }

    /// What the server said about itself; and a registration that was cut off goes on.
    pub(crate) fn learn_server(&mut self, cx: &mut Context<'_>, server: ServerInfo) -> Result<(), Halt> {
        self.registration.server = server;
        if this::stage(cx.db)? != this::Stage::New || self.config.role != Role::Phone {
            return Ok(());
        }
        if !restoring::pending(cx)?.is_empty() {
            return self.send_restore(cx, 0);
        }
        if pending_register(cx)?.is_empty() { self.show_registration(cx) } else { self.send_register(cx, 0) }
    }

    /// "Send me a code."
    pub(crate) fn request_code(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        number: &str,
        invite: Option<String>,
    ) -> Result<(), Halt> {
        if this::stage(cx.db)? != this::Stage::New {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        }
        let typed = match numbers::typed(number) {
            Ok(typed) => typed,
            Err(error) => {
                cx.answer(request, Err(error));
                return Ok(());
            }
        };
        self.calls.drop_where(|p| matches!(p, Purpose::RequestCode { .. } | Purpose::VerifyCode { .. }));
        let body = RequestCode { number: typed.clone(), invite: invite.unwrap_or_default() }.encode_to_vec();
        let purpose = Purpose::RequestCode { request, typed };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/register/code", body, None));
        Ok(())
    }

    pub(crate) fn on_code_requested(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        typed: &str,
        reply: Reply<RequestCodeOk>,
    ) -> Result<(), Halt> {
        let Some(ok) = taken(cx, request, reply) else { return Ok(()) };
        let Some(number) = numbers::canonical(ok.number, typed) else {
            cx.answer(request, Err(UserError::ServerFailed));
            return Ok(());
        };
        let next_code_at_ms = cx.now_ms + u64::from(ok.next_code_after_s) * 1_000;
        self.registration.step = Step::Code { number, next_code_at_ms, length: ok.code_length };
        cx.answer(request, Ok(Answer::Done));
        self.show_registration(cx)
    }

    /// The code that came.
    pub(crate) fn verify_code(&mut self, cx: &mut Context<'_>, request: u32, code: &str) {
        let Step::Code { number, .. } = &self.registration.step else {
            cx.answer(request, Err(UserError::NotNow));
            return;
        };
        let number = number.clone();
        // The code was right before, and its answer came; only what was asked then had none.
        if let Some(proved) = self.registration.proved.take().filter(|proved| proved.number == number) {
            self.ask_for_backup(cx, request, proved);
            return;
        }
        let code: String = code.chars().filter(char::is_ascii_digit).take(16).collect();
        let body = VerifyCode { number: number.clone(), code }.encode_to_vec();
        let purpose = Purpose::VerifyCode { request, number };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/register/verify", body, None));
    }

    pub(crate) fn on_code_verified(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        number: String,
        reply: Reply<VerifyCodeOk>,
    ) -> Result<(), Halt> {
        let Some(ok) = taken(cx, request, reply) else { return Ok(()) };
        if ok.pin_required {
            self.registration.step = Step::Pin { number, ticket: ok.ticket };
            cx.answer(request, Ok(Answer::Done));
            return self.show_registration(cx);
        }
        if ok.account_exists {
            self.ask_for_backup(cx, request, Proved { number, ticket: ok.ticket, pin_proof: Vec::new() });
            return Ok(());
        }
        self.no_account(cx, request, Proved { number, ticket: ok.ticket, pin_proof: Vec::new() })
    }

    /// The PIN that protects this number.
    pub(crate) fn enter_pin(&mut self, cx: &mut Context<'_>, request: u32, pin: &str) -> Result<(), Halt> {
        let Step::Pin { number, ticket } = &self.registration.step else {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        };
        let Some(pin) = pin::six_digits(pin) else {
            cx.answer(request, Err(UserError::PinInvalid));
            return Ok(());
        };
        let (number, ticket) = (number.clone(), ticket.clone());
        let proof = identity::pin::pin_proof(&pin, &number).to_vec();
        self.ask_for_backup(cx, request, Proved { number, ticket, pin_proof: proof });
        Ok(())
    }

    /// Back to the number.
    pub(crate) fn restart_registration(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        let possible = this::stage(cx.db)? == this::Stage::New && !matches!(self.registration.step, Step::Busy);
        if possible {
            self.registration.step = Step::Number;
            self.registration.proved = None;
        }
        cx.answer(request, if possible { Ok(Answer::Done) } else { Err(UserError::NotNow) });
        self.show_registration(cx)
    }

    /// Makes keys and first device list and stores them with the request, before anything is sent: if the answer is
    /// lost, the very same account is asked for again.
    fn make_account(
        &mut self,
        cx: &mut Context<'_>,
        number: String,
        ticket: Vec<u8>,
        pin_proof: Vec<u8>,
    ) -> Result<(), Halt> {
        let account_key = AccountKey::generate(cx.rng);
        let device_key = DeviceKey::generate(cx.rng);
        let fields = CertFields {
            device: DeviceNumber(1),
            signature_key: device_key.public(),
            role: DeviceRole::Phone,
            issued_ms: cx.now_ms,
            list_version: 1,
        };
        let cert = identity::cert::issue_own_cert(&account_key, &device_key, &fields);
        let list = VerifiedDeviceList::first(&account_key, cert, cx.now_ms)
            .map_err(|_| Halt::Broken("a new account's first device list does not verify"))?;
        let register =
            Register { ticket, pin_proof, signed_device_list: list.as_bytes().to_vec(), new_pin_proof: Vec::new() };
        cx.db
            .prepare_cached("UPDATE this SET registration = ?1, number = ?2, account_key = ?3, device_key = ?4")?
            .execute(params![
                register.encode_to_vec(),
                number,
                account_key.to_bytes().as_slice(),
                device_key.to_bytes().as_slice()
            ])?;
        Ok(())
    }

    fn send_register(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        if !self.calls.is_under_way(|p| matches!(p, Purpose::Register { .. })) {
            let body = pending_register(cx)?;
            let purpose = Purpose::Register { request };
            cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/register", body, None));
        }
        self.registration.step = Step::Busy;
        self.show_registration(cx)
    }

    pub(crate) fn on_registered(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        reply: Reply<RegisterOk>,
    ) -> Result<(), Halt> {
        match reply {
            Reply::Ok(_) => {
                self.adopt_account(cx)?;
                cx.answer(request, Ok(Answer::Done));
                self.registration.step = Step::Number;
                self.show_stage(cx)?;
                self.connect(cx)
            }
            Reply::Problem(problem) => self.registration_refused(cx, request, &problem),
            // The request may have arrived: it stays, and goes again at the next contact.
            Reply::None => {
                cx.answer(request, Err(UserError::Offline));
                self.retry_later(cx);
                Ok(())
            }
        }
    }

    fn registration_refused(&mut self, cx: &mut Context<'_>, request: u32, problem: &Problem) -> Result<(), Halt> {
        let register = Register::decode(pending_register(cx)?.as_slice())
            .map_err(|_| Halt::Broken("the stored registration cannot be read"))?;
        let number = cx.db.prepare_cached("SELECT number FROM this")?.query_row([], |row| row.get(0))?;
        cx.db
            .prepare_cached("UPDATE this SET registration = x'', number = '', account_key = NULL, device_key = NULL")?
            .execute([])?;
        self.registration.step = match problem.code.as_str() {
            "pin-wrong" | "too-many" => Step::Pin { number, ticket: register.ticket },
            _ => Step::Number,
        };
        cx.answer(request, Err(user_error(problem)));
        self.show_registration(cx)
    }

    fn adopt_account(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let register = Register::decode(pending_register(cx)?.as_slice())
            .map_err(|_| Halt::Broken("the stored registration cannot be read"))?;
        let list = VerifiedDeviceList::verify(&register.signed_device_list)
            .map_err(|_| Halt::Broken("the stored device list does not verify"))?;
        let (number, account_key, device_key) =
            cx.db.prepare_cached("SELECT number, account_key, device_key FROM this")?.query_row([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, [u8; 32]>(2)?))
            })?;
        let me = Me {
            address: DeviceAddress { account: list.account(), device: DeviceNumber(1) },
            number,
            device_key: DeviceKey::from_bytes(&device_key),
            account_key: Some(AccountKey::from_bytes(&account_key)),
        };
        // A file of a backup that was given, and came to nothing.
        restoring::forget_file(cx)?;
        debug_assert_eq!(me.address.account, AccountId::of_first_key(list.account_key().as_bytes()));
        this::become_device(cx.db, &me, list.as_bytes())
    }

    /// Sets, changes or (empty) removes the PIN; while registering, empty means "later".
    pub(crate) fn set_pin(&mut self, cx: &mut Context<'_>, request: u32, pin: &str) -> Result<(), Halt> {
        if this::stage(cx.db)? != this::Stage::Active || !cx.is_phone()? {
            cx.answer(request, Err(UserError::OnlyPhone));
            return Ok(());
        }
        if pin.is_empty() && setup(cx)? == Setup::ChoosePin {
            set_setup(cx, Setup::Profile)?;
            cx.answer(request, Ok(Answer::Done));
            return self.show_stage(cx);
        }
        let proof = match (pin, pin::six_digits(pin)) {
            ("", _) => Vec::new(),
            (_, Some(pin)) => identity::pin::pin_proof(&pin, &cx.me()?.number).to_vec(),
            (_, None) => {
                cx.answer(request, Err(UserError::PinInvalid));
                return Ok(());
            }
        };
        let Some(token) = this::session_token(cx.db)? else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        let purpose = Purpose::SetPin { request, check: pin::check_of(&proof) };
        let body = SetPin { pin_proof: proof }.encode_to_vec();
        cx.out.push(self.calls.start(purpose, HttpMethod::Put, "/v1/pin", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_pin_set(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        check: &[u8],
        reply: Reply<()>,
    ) -> Result<(), Halt> {
        if taken(cx, request, reply).is_none() {
            return Ok(());
        }
        pin::store(cx, check)?;
        cx.answer(request, Ok(Answer::Done));
        if setup(cx)? == Setup::ChoosePin {
            set_setup(cx, Setup::Profile)?;
            return self.show_stage(cx);
        }
        profile::show(cx)
    }

    /// Name, about and photo.
    pub(crate) fn set_profile(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        name: &str,
        about: &str,
        photo: Option<Vec<u8>>,
    ) -> Result<(), Halt> {
        if this::stage(cx.db)? != this::Stage::Active {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        }
        if let Err(error) = profile::store(cx, name, about, photo)? {
            cx.answer(request, Err(error));
            return Ok(());
        }
        cx.answer(request, Ok(Answer::Done));
        if setup(cx)? != Setup::Done {
            set_setup(cx, Setup::Done)?;
            self.show_stage(cx)?;
            // The pages behind registration know nothing yet.
            return self.show_all(cx);
        }
        profile::show(cx)
    }
}

fn setup(cx: &Context<'_>) -> Result<Setup, Halt> {
    Ok(match cx.db.prepare_cached("SELECT setup FROM this")?.query_row([], |row| row.get::<_, u32>(0))? {
        0 => Setup::ChoosePin,
        1 => Setup::Profile,
        _ => Setup::Done,
    })
}

fn set_setup(cx: &Context<'_>, setup: Setup) -> Result<(), Halt> {
    let number = match setup {
        Setup::ChoosePin => 0,
        Setup::Profile => 1,
        Setup::Done => 2,
    };
    cx.db.prepare_cached("UPDATE this SET setup = ?1")?.execute([number])?;
    Ok(())
}

fn pending_register(cx: &Context<'_>) -> Result<Vec<u8>, Halt> {
    Ok(cx.db.prepare_cached("SELECT registration FROM this")?.query_row([], |row| row.get(0))?)
}

/// The good answer; else the command is answered with what went wrong.
fn taken<M>(cx: &mut Context<'_>, request: u32, reply: Reply<M>) -> Option<M> {
    match reply {
        Reply::Ok(ok) => return Some(ok),
        Reply::Problem(problem) => cx.answer(request, Err(user_error(&problem))),
        Reply::None => cx.answer(request, Err(UserError::Offline)),
    }
    None
}

#[cfg(test)]
mod registration_tests;
