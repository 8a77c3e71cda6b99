//! From a phone number to an account: code, ticket, PIN, registration.

use super::accounts::tell_changed;
use super::{Caller, Peer, Proto};
use crate::app::{App, random, token_hash};
use crate::invite;
use crate::numbers::{self, NumberError};
use crate::off_the_loop;
use crate::problem::Problem;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::extract::State;
use axum::http::StatusCode;
use identity::{DeviceRole, VerifiedDeviceList};
use proto::account::{Register, RegisterOk, RequestCode, RequestCodeOk, SetPin, VerifyCode, VerifyCodeOk};
use proto::ids::{AccountId, DeviceNumber};
use proto::limits::CODE_TRIES_MAX;
use server_store::accounts::{AccountState, PinState, PinTry, RegisterOutcome, Registration};
use server_store::backups::PinProof;
use server_store::devices::NewDevice;
use server_store::invites::Admission;
use server_store::registrations::{CODE_RETRY_MS, CodeTry, CodeTryOutcome, NewCode, NotSent, PutCodeOutcome};
use std::sync::Arc;

const CODE_LENGTH: u32 = 6;
const CODE_LASTS_MS: u64 = 10 * 60 * 1_000;
const TICKET_LASTS_MS: u64 = 30 * 60 * 1_000;
/// A PIN proof is a hash of this length.
const PIN_PROOF_LEN: usize = 32;

pub(super) async fn request_code(
    State(app): State<Arc<App>>,
    Peer(address): Peer,
    Proto(request): Proto<RequestCode>,
) -> Result<Proto<RequestCodeOk>, Problem> {
    let (invite, number) = match invite::admit(&app, &request.invite).await {
        Ok(invite) => (invite, read_number(&app, &request.number)?),
        // Nobody is let in by that who is not in: with an account the code leads to that account.
        Err(refused) => {
            let number = read_number(&app, &request.number)?;
            (has_account(&app, &number).await?.then_some(None).ok_or(refused)?, number)
        }
    };
    let not_sent = |wait_ms| Problem::new(StatusCode::BAD_GATEWAY, "code-not-sent").retry_after(wait_ms);
    let place = app.codes.place(address).ok_or_else(|| not_sent(CODE_RETRY_MS))?;
    let code = six_digits();
    let hash = code_hash(&app, &number, &code);
    let now_ms = app.now_ms();
    let put = app
        .stores
        .registrations
        .put_code(NewCode {
            number: number.clone(),
            code_hash: hash,
            expires_ms: now_ms + CODE_LASTS_MS,
            tries: CODE_TRIES_MAX,
            invite,
            now_ms,
        })
        .await?;
    match put {
        PutCodeOutcome::TooSoon { retry_after_ms } => {
            Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many").retry_after(retry_after_ms))
        }
        PutCodeOutcome::Stored { next_after_ms } => {
            // Who hangs up meanwhile has used the code up: it may be on its way.
            if let Err(error) = app.codes.send(place, &number, &code).await {
                let how_far = error.not_sent();
                app.stores.registrations.take_code_back(&number, hash, how_far, app.now_ms()).await?;
                return Err(not_sent(match how_far {
                    NotSent::Surely => CODE_RETRY_MS,
                    NotSent::Perhaps => next_after_ms,
                }));
            }
            let next_code_after_s = u32::try_from(next_after_ms.div_ceil(1_000)).unwrap_or(u32::MAX);
            Ok(Proto(RequestCodeOk { next_code_after_s, code_length: CODE_LENGTH, number }))
        }
    }
}

pub(super) async fn verify_code(
    State(app): State<Arc<App>>,
    Proto(request): Proto<VerifyCode>,
) -> Result<Proto<VerifyCodeOk>, Problem> {
    let number = read_number(&app, &request.number)?;
    let admission = match invite::admission(&app) {
        Ok(admission) => admission,
        Err(_) if has_account(&app, &number).await? => Admission::Invited,
        Err(closed) => return Err(closed),
    };
    let ticket: [u8; 32] = random();
    let now_ms = app.now_ms();
    let outcome = app
        .stores
        .registrations
        .try_code(CodeTry {
            code_hash: code_hash(&app, &number, request.code.trim()),
            number,
            ticket_hash: token_hash(&ticket),
            ticket_expires_ms: now_ms + TICKET_LASTS_MS,
            admission,
            now_ms,
        })
        .await?;
    match outcome {
        CodeTryOutcome::Wrong { tries_left } => Err(Problem::denied("code-wrong").tries_left(tries_left)),
        CodeTryOutcome::NoCode => Err(Problem::denied("code-expired")),
        CodeTryOutcome::Right => {
            let account = app.stores.registrations.ticket(token_hash(&ticket), now_ms).await?.and_then(|t| t.account);
            let account = match account {
                Some(account) => app.stores.accounts.account(account).await?,
                None => None,
            };
            Ok(Proto(VerifyCodeOk {
                ticket: ticket.to_vec(),
                pin_required: account.as_ref().is_some_and(|a| a.pin == PinState::Set),
                account_exists: account.is_some(),
            }))
        }
    }
}

pub(super) async fn register(
    State(app): State<Arc<App>>,
    Proto(request): Proto<Register>,
) -> Result<Proto<RegisterOk>, Problem> {
    let admission = invite::admission(&app)?;
    let now_ms = app.now_ms();
    let ticket_hash = token_hash(&request.ticket);
    let ticket = app.stores.registrations.ticket(ticket_hash, now_ms).await?;
    let ticket = ticket.ok_or_else(|| Problem::denied("ticket-expired"))?;
    let list = VerifiedDeviceList::verify(&request.signed_device_list)
        .map_err(|e| Problem::bad("device-list-invalid").detail(e.to_string()))?;
    let devices = first_devices(&list)?;
    if let Some(previous) = ticket.account {
        let account = app.stores.accounts.account(previous).await?;
        // Told to whoever proved the number, and to nobody else.
        if account.is_some_and(|account| account.state == AccountState::Suspended) {
            return Err(Problem::denied("account-suspended"));
        }
        if !ticket.pin_proved {
            let pin_hash = check_pin(&app, previous, &request.pin_proof, now_ms).await?;
            prove(&app, PinProof { ticket_hash, account: previous, pin_hash }).await?;
        }
    }
    let registration = Registration {
        ticket_hash,
        account: list.account(),
        number: ticket.number,
        signed_device_list: request.signed_device_list,
        devices,
        pin_hash: hash_pin(request.new_pin_proof).await?,
        admission,
        now_ms,
    };
    match app.stores.accounts.register(registration).await? {
        RegisterOutcome::Registered { outed } => {
            // As for whom the operator puts out.
            app.hub.close_all(&outed);
            app.calls.put_out(&outed);
            if let Some(device) = outed.first() {
                tell_changed(&app, device.account).await?;
            }
            Ok(Proto(RegisterOk { account: list.account().to_vec() }))
        }
        RegisterOutcome::NoTicket => Err(Problem::denied("ticket-expired")),
        RegisterOutcome::PinNeeded => Err(Problem::denied("pin-required")),
        RegisterOutcome::NoInvite => Err(Problem::denied("invite-used")),
        RegisterOutcome::InviteNeeded => Err(Problem::denied("invite-needed")),
        RegisterOutcome::Suspended => Err(Problem::denied("account-suspended")),
        RegisterOutcome::Deleted => Err(Problem::denied("account-deleted")),
        RegisterOutcome::AccountExists => Err(Problem::new(StatusCode::CONFLICT, "account-exists")),
    }
}

pub(super) async fn set_pin(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<SetPin>,
) -> Result<StatusCode, Problem> {
    let pin_hash = hash_pin(request.pin_proof).await?;
    app.stores.accounts.set_pin(caller.account(), pin_hash).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn has_account(app: &App, number: &str) -> Result<bool, Problem> {
    Ok(!app.stores.accounts.look_up(vec![number.to_owned()]).await?.is_empty())
}

/// A number as somebody wrote it, in E.164.
pub(super) fn read_number(app: &App, text: &str) -> Result<String, Problem> {
    numbers::read(text, app.config.default_region).map_err(|error| match error {
        NumberError::Invalid => Problem::bad("number-invalid"),
        NumberError::NoCountry => Problem::bad("number-without-country"),
    })
}

/// Every number of six digits is as likely as any other.
fn six_digits() -> String {
    const CODES: u32 = 1_000_000;
    loop {
        let drawn = u32::from_be_bytes(random());
        if drawn < u32::MAX - u32::MAX % CODES {
            return format!("{:06}", drawn % CODES);
        }
    }
}

fn code_hash(app: &App, number: &str, code: &str) -> [u8; 32] {
    app.identity.keyed_hash("code", &[number.as_bytes(), code.as_bytes()])
}

fn first_devices(list: &VerifiedDeviceList) -> Result<Vec<NewDevice>, Problem> {
    let devices: Vec<_> = list.devices().collect();
    match devices.as_slice() {
        [phone] if list.version() == 1 && phone.role == DeviceRole::Phone && phone.device == DeviceNumber(1) => {
            Ok(vec![NewDevice { device: phone.device, signature_key: *phone.signature_key.as_bytes() }])
        }
        _ => Err(Problem::bad("device-list-invalid").detail("version 1, with the phone alone as device 1")),
    }
}

/// The account that has the number may have set a PIN; wrong ones are counted and make the next wait longer. Gives what a right one was compared
/// with; `None`: there is none.
pub(super) async fn check_pin(
    app: &App,
    previous: AccountId,
    proof: &[u8],
    now_ms: u64,
) -> Result<Option<String>, Problem> {
    let account = app.stores.accounts.account(previous).await?;
    if !account.is_some_and(|a| a.state != AccountState::Moved && a.pin == PinState::Set) {
        return Ok(None);
    }
    if proof.is_empty() {
        return Err(Problem::denied("pin-required"));
    }
    match app.stores.accounts.begin_pin_try(previous, now_ms).await? {
        PinTry::NoPin => Ok(None),
        PinTry::Locked { retry_after_ms } => {
            Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many").retry_after(retry_after_ms))
        }
        PinTry::Try { pin_hash, tries_left } => {
            let (proof, compared) = (proof.to_vec(), pin_hash.clone());
            let right = off_the_loop::run(move || {
                PasswordHash::new(&pin_hash).is_ok_and(|hash| pin_hasher().verify_password(&proof, &hash).is_ok())
            })
            .await
            .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
            if !right {
                return Err(Problem::denied("pin-wrong").tries_left(tries_left));
            }
            app.stores.accounts.end_pin_try(previous, compared.clone()).await?;
            Ok(Some(compared))
        }
    }
}

/// Notes with a ticket what was checked. The account, or its PIN, may be another one by now.
pub(super) async fn prove(app: &App, proof: PinProof) -> Result<(), Problem> {
    let noted = app.stores.backups.prove_ticket(proof).await?;
    if noted { Ok(()) } else { Err(Problem::denied("pin-required")) }
}

async fn hash_pin(proof: Vec<u8>) -> Result<Option<String>, Problem> {
    if proof.is_empty() {
        return Ok(None);
    }
    if proof.len() != PIN_PROOF_LEN {
        return Err(Problem::malformed("a PIN proof has 32 bytes"));
    }
    let internal = || Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal");
    let hash = off_the_loop::run(move || {
        let salt = SaltString::encode_b64(&random::<16>()).ok()?;
        pin_hasher().hash_password(&proof, &salt).ok().map(|hash| hash.to_string())
    });
    hash.await.ok().flatten().map(Some).ok_or_else(internal)
}

/// Argon2id, 19 MiB and two passes: what a guess costs someone who stole the database.
fn pin_hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_six_digits() {
        for _ in 0..100 {
            let code = six_digits();
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
        }
    }
}
