//! Proving to be a device: challenge, signature, token.

use super::Proto;
use crate::app::{App, random, token_hash};
use crate::problem::{PROTOBUF, Problem};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use identity::session::verify_session_challenge;
use identity::{DevicePublicKey, VerifiedDeviceList};
use prost::Message;
use proto::account::{Challenge, OpenSession, OpenSessionOk};
use proto::ids::{AccountId, DeviceAddress};
use proto::wire::Revoked;
use server_store::accounts::AccountState;
use server_store::devices::Listing;
use server_store::sessions::{NewSession, OpenOutcome};
use std::sync::Arc;
use subtle::ConstantTimeEq;

const CHALLENGE_LASTS_MS: u64 = 2 * 60 * 1_000;
/// 16 random bytes, 8 of the time it ends, 32 of the server's own mark: the server stores nothing until it is used.
const CHALLENGE_LEN: usize = 56;
const TOKEN_LASTS_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

pub(super) async fn challenge(State(app): State<Arc<App>>) -> Result<Proto<Challenge>, Problem> {
    let nonce: [u8; 16] = random();
    let ends = (app.now_ms() + CHALLENGE_LASTS_MS).to_be_bytes();
    let mark = app.identity.keyed_hash("challenge", &[&nonce, &ends]);
    let challenge = [nonce.as_slice(), &ends, &mark].concat();
    Ok(Proto(Challenge { challenge, valid_s: u32::try_from(CHALLENGE_LASTS_MS / 1_000).unwrap_or(u32::MAX) }))
}

pub(super) async fn open(State(app): State<Arc<App>>, Proto(request): Proto<OpenSession>) -> Result<Response, Problem> {
    let now_ms = app.now_ms();
    let device = request.device.as_ref().ok_or_else(|| Problem::malformed("no device"))?;
    let device = DeviceAddress::try_from(device).map_err(|e| Problem::malformed(e.to_string()))?;
    let challenge_expires_ms = check_challenge(&app, &request.challenge, now_ms)?;
    // An unknown device and a wrong signature look the same from outside.
    let Some(known) = app.stores.devices.device(device).await? else {
        return farewell(&app, device, &request).await;
    };
    let key = DevicePublicKey(known.signature_key);
    verify_session_challenge(&key, app.identity.id, device, &request.challenge, &request.signature)
        .map_err(|_| Problem::denied("signature-wrong"))?;
    let account = app.stores.accounts.account(device.account).await?;
    if account.as_ref().is_none_or(|account| account.state == AccountState::Moved) {
        return Err(Problem::denied("number-moved"));
    }
    if account.is_some_and(|account| account.state == AccountState::Suspended) {
        return Err(Problem::denied("account-suspended"));
    }
    if known.listing == Listing::Unlinked {
        return revoked(&app, device.account).await;
    }
    let token: [u8; 32] = random();
    let expires_ms = now_ms + TOKEN_LASTS_MS;
    let session = NewSession {
        challenge_hash: token_hash(&request.challenge),
        challenge_expires_ms,
        token_hash: token_hash(&token),
        device,
        expires_ms,
    };
    match app.stores.sessions.open_session(session, now_ms).await? {
        OpenOutcome::Opened => Ok(Proto(OpenSessionOk { token: token.to_vec(), expires_ms }).into_response()),
        OpenOutcome::Replayed => Err(Problem::denied("challenge-used")),
        OpenOutcome::NoDevice => revoked(&app, device.account).await,
    }
}

fn check_challenge(app: &App, challenge: &[u8], now_ms: u64) -> Result<u64, Problem> {
    let expired = || Problem::denied("challenge-expired");
    if challenge.len() != CHALLENGE_LEN {
        return Err(expired());
    }
    let (nonce, rest) = challenge.split_at(16);
    let (ends, mark) = rest.split_at(8);
    let ours = app.identity.keyed_hash("challenge", &[nonce, ends]);
    if !bool::from(ours.ct_eq(mark)) {
        return Err(expired());
    }
    let ends = u64::from_be_bytes(ends.try_into().map_err(|_| expired())?);
    if ends <= now_ms { Err(expired()) } else { Ok(ends) }
}

/// A device of an account that deleted itself is told by the account's last list. The phone has nothing to hear: it deleted it.
async fn farewell(app: &App, device: DeviceAddress, request: &OpenSession) -> Result<Response, Problem> {
    let known = app.stores.backups.farewell(device).await?;
    let (key, signed_device_list) = known.ok_or_else(|| Problem::denied("signature-wrong"))?;
    let key = DevicePublicKey(key);
    verify_session_challenge(&key, app.identity.id, device, &request.challenge, &request.signature)
        .map_err(|_| Problem::denied("signature-wrong"))?;
    let list = VerifiedDeviceList::verify(&signed_device_list);
    if list.is_ok_and(|list| list.device(device.device).is_some()) {
        return Err(Problem::denied("account-deleted"));
    }
    let body = Revoked { signed_device_list };
    Ok((StatusCode::GONE, [(header::CONTENT_TYPE, PROTOBUF)], body.encode_to_vec()).into_response())
}

/// 410 with the signed list that no longer holds the device: it wipes itself on that and on nothing less.
async fn revoked(app: &App, account: AccountId) -> Result<Response, Problem> {
    let list = app.stores.devices.device_lists(vec![account]).await?.pop();
    let body = Revoked { signed_device_list: list.map(|list| list.signed).unwrap_or_default() };
    Ok((StatusCode::GONE, [(header::CONTENT_TYPE, PROTOBUF)], body.encode_to_vec()).into_response())
}
