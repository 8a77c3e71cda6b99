//! The first frame: token, lease, cursor; a restored or unlinked client hears what it is.

use super::queue::Queue;
use crate::app::{App, token_hash};
use crate::hub::Seat;
use crate::limits::QUEUE_SEQ_MAX;
use crate::open::Place;
use proto::ids::{AccountId, DeviceAddress, Lease};
use proto::wire::{self, refused::Reason, reply};
use server_store::StoreError;
use server_store::sessions::{ConnectOutcome, NewConnection, Standing};
use std::sync::Arc;

/// A device that may go on.
pub(super) struct Greeted {
    pub(super) device: DeviceAddress,
    /// Of the running client.
    pub(super) lease: Lease,
    pub(super) seat: Seat,
    pub(super) queue: Queue,
    /// Among the sockets of its account.
    pub(super) place: Place<AccountId>,
}

/// The reply to a Hello, and the connection if it was taken.
pub(super) async fn hello(app: &Arc<App>, hello: wire::Hello) -> (reply::Body, Option<Greeted>) {
    match take(app, hello).await {
        Ok(taken) => taken,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a Hello failed in the store");
            (refused(Reason::Busy, "the store failed"), None)
        }
    }
}

async fn take(app: &Arc<App>, hello: wire::Hello) -> Result<(reply::Body, Option<Greeted>), StoreError> {
    if !(proto::PROTOCOL_VERSION_MIN..=proto::PROTOCOL_VERSION).contains(&hello.protocol_version) {
        return Ok((refused(Reason::Unsupported, "protocol version"), None));
    }
    let Ok(lease) = Lease::try_from(hello.lease) else {
        return Ok((refused(Reason::Invalid, "a lease has 16 bytes"), None));
    };
    if hello.acked_queue_seq > QUEUE_SEQ_MAX {
        return Ok((refused(Reason::Invalid, "no queue is that long"), None));
    }
    let now_ms = app.now_ms();
    let token_hash = token_hash(&hello.session_token);
    let device = match standing(app, token_hash, now_ms).await? {
        Ok(device) => device,
        Err(refused) => return Ok((refused, None)),
    };
    let Some(place) = app.open.socket(device.account) else {
        return Ok((refused(Reason::Busy, "too many sockets of this account"), None));
    };
    let connection = NewConnection {
        device,
        acked_queue_seq: hello.acked_queue_seq,
        boot_counter: hello.boot_counter,
        lease,
        now_ms,
    };
    let connection = match app.stores.sessions.connect(connection).await? {
        ConnectOutcome::NoDevice => return Ok((revoked(app, device.account).await?, None)),
        ConnectOutcome::Suspended => return Ok((suspended(), None)),
        ConnectOutcome::Rollback { acked_queue_seq, boot_counter } => {
            let rollback =
                wire::Rollback { server_acked_queue_seq: acked_queue_seq, server_boot_counter: boot_counter };
            return Ok((reply::Body::Rollback(rollback), None));
        }
        ConnectOutcome::Connected(connection) => connection,
    };
    // Seated before the queue is read: what comes in between wakes the seat.
    let seat = app.hub.sit(device, lease);
    // Whom the operator put out, or the phone unlinked, before there was a seat to close.
    if let Err(refused) = standing(app, token_hash, now_ms).await? {
        return Ok((refused, None));
    }
    app.calls.back(device, lease);
    app.acknowledge(device, hello.acked_queue_seq, now_ms).await?;
    let key_packages_left = app.stores.devices.key_packages_left(device).await?;
    let ok = wire::HelloOk {
        timeline: app.identity.timeline.to_vec(),
        server_time_ms: now_ms,
        list_version: connection.list_version,
        key_packages_left,
    };
    let queue = Queue::new(device, hello.acked_queue_seq, connection.queue_head, connection.expired_queue_seq);
    Ok((reply::Body::HelloOk(ok), Some(Greeted { device, lease, seat, queue, place })))
}

/// The device of a token, or what it hears instead.
async fn standing(
    app: &App,
    token_hash: [u8; 32],
    now_ms: u64,
) -> Result<Result<DeviceAddress, reply::Body>, StoreError> {
    Ok(match app.stores.sessions.session(token_hash, now_ms).await? {
        None => Err(refused(Reason::Unauthenticated, "token unknown or expired")),
        Some((_, Standing::Suspended)) => Err(suspended()),
        Some((device, Standing::Unlinked)) => Err(revoked(app, device.account).await?),
        Some((device, Standing::Listed)) => Ok(device),
    })
}

fn suspended() -> reply::Body {
    refused(Reason::Suspended, "the operator has suspended this account")
}

fn refused(reason: Reason, detail: &str) -> reply::Body {
    let retry_after_ms = if reason == Reason::Busy { 1_000 } else { 0 };
    reply::Body::Refused(wire::Refused { reason: reason.into(), detail: detail.into(), retry_after_ms })
}

async fn revoked(app: &App, account: AccountId) -> Result<reply::Body, StoreError> {
    let list = app.stores.devices.device_lists(vec![account]).await?.pop();
    Ok(reply::Body::Revoked(wire::Revoked { signed_device_list: list.map(|l| l.signed).unwrap_or_default() }))
}
