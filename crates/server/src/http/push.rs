//! Push subscriptions of devices.

use super::{Caller, Proto};
use crate::app::App;
use crate::limits::Class;
use crate::problem::Problem;
use crate::push::Refusal;
use axum::extract::State;
use axum::http::StatusCode;
use p256::PublicKey;
use proto::account::{PushKey, PutPush};
use proto::limits::PUSH_ENDPOINT_LEN_MAX;
use server_store::accounts::AccountState;
use server_store::pushes::{PutSubscriptionOutcome, Subscription};
use std::sync::Arc;

pub(super) async fn key(State(app): State<Arc<App>>, _: Caller) -> Result<Proto<PushKey>, Problem> {
    let key = app.pushes.public_key().ok_or_else(off)?;
    Ok(Proto(PushKey { key: key.to_vec() }))
}

pub(super) async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<PutPush>,
) -> Result<StatusCode, Problem> {
    app.limits.account(Class::Push, caller.account())?;
    app.pushes.public_key().ok_or_else(off)?;
    if request.endpoint.len() > PUSH_ENDPOINT_LEN_MAX {
        return Err(Problem::too_large());
    }
    app.pushes.may_reach(&request.endpoint).map_err(|refusal| match refusal {
        Refusal::Malformed => Problem::malformed("the endpoint is no address of a push service"),
        Refusal::NotListed => Problem::denied("push-host").detail("the server sends nothing to this push service"),
    })?;
    if request.p256dh.len() != 65 || PublicKey::from_sec1_bytes(&request.p256dh).is_err() {
        return Err(Problem::malformed("p256dh is no point"));
    }
    let auth = request.auth.try_into().map_err(|_| Problem::malformed("auth has 16 bytes"))?;
    let subscription = Subscription { endpoint: request.endpoint, p256dh: request.p256dh, auth };
    match app.stores.pushes.put_subscription(caller.0, subscription).await? {
        PutSubscriptionOutcome::Stored => {
            app.pushes.has_subscribed(caller.0);
            // Whom the operator put out meanwhile was not here yet to be taken away.
            let account = app.stores.accounts.account(caller.account()).await?;
            let refused = match account.map(|account| account.state) {
                Some(AccountState::Active) => return Ok(StatusCode::NO_CONTENT),
                Some(AccountState::Suspended) => Problem::denied("account-suspended"),
                Some(AccountState::Moved) | None => Problem::unauthenticated(),
            };
            app.pushes.has_unsubscribed(caller.0);
            Err(refused)
        }
        PutSubscriptionOutcome::NoDevice => Err(Problem::new(StatusCode::UNAUTHORIZED, "device-revoked")),
    }
}

pub(super) async fn delete(State(app): State<Arc<App>>, caller: Caller) -> Result<StatusCode, Problem> {
    app.limits.account(Class::Push, caller.account())?;
    app.stores.pushes.delete_subscription(caller.0).await?;
    app.pushes.has_unsubscribed(caller.0);
    Ok(StatusCode::NO_CONTENT)
}

/// The operator has no pushes.
fn off() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "push-off")
}
