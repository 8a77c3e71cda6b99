//! The server itself, look-ups, and profiles.

use super::register::read_number;
use super::{Caller, Proto, account_ids};
use crate::app::App;
use crate::config::RegistrationMode;
use crate::limits::Class;
use crate::numbers::Region;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use proto::account::{
    Found, GetProfiles, LookUp, LookUpAccounts, LookUpOk, OwnAccount, Profile, Profiles, PutProfile, ServerInfo,
};
use proto::ids::AccountId;
use proto::limits::{LOOKUP_LEN_MAX, PROFILE_SEALED_LEN_MAX};
use proto::wire::{self, server_frame};
use server_store::accounts::{self, PinState, PutProfileOutcome};
use std::sync::Arc;

/// Profiles in one request.
const PROFILES_MAX: usize = 32;

pub(super) async fn server_info(State(app): State<Arc<App>>) -> Proto<ServerInfo> {
    Proto(ServerInfo {
        server_key: app.identity.public_key.to_vec(),
        name: app.config.name.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        protocol_min: proto::PROTOCOL_VERSION_MIN,
        protocol_max: proto::PROTOCOL_VERSION,
        registration_open: app.config.registration != RegistrationMode::Closed,
        default_region: app.config.default_region.map(Region::code).unwrap_or_default(),
    })
}

/// Healthy is: the database answers.
pub(super) async fn health(State(app): State<Arc<App>>) -> Response {
    let alive = app.stores.accounts.look_up(Vec::new()).await.is_ok();
    let status = if alive { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let text = if alive { "{\"status\":\"ok\"}\n" } else { "{\"status\":\"database\"}\n" };
    (status, [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

pub(super) async fn look_up(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<LookUp>,
) -> Result<Proto<LookUpOk>, Problem> {
    app.limits.account(Class::LookUp, caller.account())?;
    if request.numbers.len() > LOOKUP_LEN_MAX {
        return Err(Problem::bad("too-many-items").detail(format!("at most {LOOKUP_LEN_MAX}")));
    }
    let numbers = request.numbers.iter().map(|number| read_number(&app, number)).collect::<Result<Vec<_>, _>>()?;
    let found = app.stores.accounts.look_up(numbers).await?;
    Ok(Proto(LookUpOk { found: found.into_iter().map(found_body).collect() }))
}

pub(super) async fn numbers(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<LookUpAccounts>,
) -> Result<Proto<LookUpOk>, Problem> {
    let accounts = account_ids(&request.accounts, LOOKUP_LEN_MAX)?;
    let found = app.stores.accounts.outlines(caller.account(), accounts).await?;
    let found = found.into_iter().map(|outline| Found {
        number: outline.number,
        account: outline.account.to_vec(),
        moved_to: outline.moved_to.map(|account| account.to_vec()).unwrap_or_default(),
        profile_version: outline.profile_version,
        list_version: outline.list_version,
    });
    Ok(Proto(LookUpOk { found: found.collect() }))
}

fn found_body((number, account): (String, AccountId)) -> Found {
    Found { number, account: account.to_vec(), ..Found::default() }
}

pub(super) async fn own(State(app): State<Arc<App>>, caller: Caller) -> Result<Proto<OwnAccount>, Problem> {
    let account = app.stores.accounts.account(caller.account()).await?.ok_or_else(Problem::unauthenticated)?;
    Ok(Proto(OwnAccount {
        account: account.account.to_vec(),
        number: account.number,
        pin_set: account.pin == PinState::Set,
    }))
}

pub(super) async fn put_profile(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<PutProfile>,
) -> Result<StatusCode, Problem> {
    if request.sealed.len() > PROFILE_SEALED_LEN_MAX {
        return Err(Problem::too_large());
    }
    let profile = accounts::Profile { account: caller.account(), version: request.version, sealed: request.sealed };
    match app.stores.accounts.put_profile(profile).await? {
        PutProfileOutcome::Stored => {
            tell_changed(&app, caller.account()).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        PutProfileOutcome::Older => Err(Problem::new(StatusCode::CONFLICT, "profile-older")),
    }
}

/// The devices of others who share a chat with the account hear that it is to be looked up again.
pub(super) async fn tell_changed(app: &App, account: AccountId) -> Result<(), Problem> {
    let near = app.stores.devices.devices_near(account).await?;
    let others: Vec<_> = near.into_iter().filter(|device| device.account != account).collect();
    let changed = wire::AccountChanged { account: account.to_vec() };
    app.hub.push_all(&others, &server_frame::Body::AccountChanged(changed));
    Ok(())
}

pub(super) async fn profiles(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<GetProfiles>,
) -> Result<Proto<Profiles>, Problem> {
    let accounts = account_ids(&request.accounts, PROFILES_MAX)?;
    let found = app.stores.accounts.profiles(caller.account(), accounts).await?;
    let profiles = found.into_iter().map(|profile| Profile {
        account: profile.account.to_vec(),
        version: profile.version,
        sealed: profile.sealed,
    });
    Ok(Proto(Profiles { profiles: profiles.collect() }))
}
