//! The rendezvous of linking: a slot that two strangers to the server write in turn.

use super::{Peer, Proto};
use crate::app::App;
use crate::metrics::Stopwatch;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use proto::account::{LinkClose, LinkGet, LinkOpen, LinkPut, LinkPutOk, LinkSlot};
use proto::ids::LinkId;
use proto::limits::{LINK_LIFETIME_S, LINK_SLOT_LEN_MAX};
use server_store::links::{LinkOutcome, NewLink, Slot};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

const LIFETIME_MS: u64 = LINK_LIFETIME_S * 1_000;
const ENDS_AFTER_MS: u64 = 10 * 60 * 1_000;
const WAIT_MS_MAX: u32 = 25_000;

pub(super) async fn open(
    State(app): State<Arc<App>>,
    Peer(address): Peer,
    Proto(request): Proto<LinkOpen>,
) -> Result<Proto<LinkPutOk>, Problem> {
    let link = slot_args(request.link_id, &request.bytes)?;
    let now_ms = app.now_ms();
    let new = NewLink {
        link,
        bytes: request.bytes,
        opener_network: network(address),
        expires_ms: now_ms + LIFETIME_MS,
        ends_ms: now_ms + ENDS_AFTER_MS,
        now_ms,
    };
    written(app.stores.links.open_link(new).await?)
}

pub(super) async fn get(
    State(app): State<Arc<App>>,
    Peer(address): Peer,
    stopwatch: Stopwatch,
    Proto(request): Proto<LinkGet>,
) -> Result<Proto<LinkSlot>, Problem> {
    let link = link_id(request.link_id)?;
    let until = tokio::time::Instant::now() + Duration::from_millis(u64::from(request.wait_ms.min(WAIT_MS_MAX)));
    loop {
        // Listening starts before the look, so that a put between the two is not missed.
        let mut puts = app.hub.watch_links();
        let slot = app.stores.links.slot(link, app.now_ms()).await?.ok_or_else(gone)?;
        if slot.seq > request.after_seq || tokio::time::Instant::now() >= until {
            return Ok(Proto(slot_body(slot, address, request.after_seq)));
        }
        let changed = async {
            // A lagging receiver only means that some slot changed: look again.
            while let Ok(put) = puts.recv().await {
                if put == link {
                    break;
                }
            }
        };
        let _ = stopwatch.while_waiting(tokio::time::timeout_at(until, changed)).await;
    }
}

fn slot_body(slot: Slot, asker: IpAddr, after_seq: u32) -> LinkSlot {
    LinkSlot {
        seq: slot.seq,
        bytes: if slot.seq > after_seq { slot.bytes } else { Vec::new() },
        same_network: slot.opener_network == network(asker),
        opener_network: slot.opener_network,
    }
}

pub(super) async fn put(
    State(app): State<Arc<App>>,
    Proto(request): Proto<LinkPut>,
) -> Result<Proto<LinkPutOk>, Problem> {
    let link = slot_args(request.link_id, &request.bytes)?;
    let now_ms = app.now_ms();
    let outcome =
        app.stores.links.put_slot(link, request.expected_seq, request.bytes, now_ms + LIFETIME_MS, now_ms).await?;
    let answer = written(outcome)?;
    app.hub.link_changed(link);
    Ok(answer)
}

pub(super) async fn close(
    State(app): State<Arc<App>>,
    Proto(request): Proto<LinkClose>,
) -> Result<StatusCode, Problem> {
    let link = link_id(request.link_id)?;
    app.stores.links.close_link(link).await?;
    app.hub.link_changed(link);
    Ok(StatusCode::NO_CONTENT)
}

fn slot_args(id: Vec<u8>, bytes: &[u8]) -> Result<LinkId, Problem> {
    if bytes.len() > LINK_SLOT_LEN_MAX {
        return Err(Problem::too_large());
    }
    link_id(id)
}

fn link_id(id: Vec<u8>) -> Result<LinkId, Problem> {
    LinkId::try_from(id).map_err(|e| Problem::malformed(e.to_string()))
}

fn gone() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "link-gone")
}

fn written(outcome: LinkOutcome) -> Result<Proto<LinkPutOk>, Problem> {
    match outcome {
        LinkOutcome::Written { seq } => Ok(Proto(LinkPutOk { seq })),
        LinkOutcome::Conflict { seq } => {
            Err(Problem::new(StatusCode::CONFLICT, "link-conflict").detail(format!("the slot is at {seq}")))
        }
        LinkOutcome::Gone => Err(gone()),
    }
}

/// As much of an address as tells networks apart: /24 of IPv4, /48 of IPv6; all of one machine is one network.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        address if address.is_loopback() => "this machine".into(),
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}
