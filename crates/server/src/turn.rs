//! TURN (RFC 8656) over TLS, on the port of HTTPS: for networks that pass nothing else. Who is in a call may have datagrams relayed to the
//! units for calls, and to nobody else; so a relay opens nothing that is not open already.
//!
//! What a TURN server says is `turn-server-proto`'s; whom it serves, sockets and frames are ours. docs/calls.md.

mod door;
mod framing;
mod session;
mod units;

use crate::app::App;
use crate::limits::TURN_CONNECTIONS_PER_PARTICIPANT_MAX;
use crate::open::Places;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sfu::ParticipantId;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

/// The realm of RFC 8489. Clients give it back and show it to nobody.
const REALM: &str = "heliograph";

/// Whom this server relays for, and whereto.
pub(crate) struct Turn {
    /// Where the units take datagrams: as clients are told, and as this machine reaches them.
    units: BTreeMap<SocketAddr, SocketAddr>,
    /// What passwords are derived from; of this run.
    secret: [u8; 32],
    connections: Arc<Places<ParticipantId>>,
}

impl Turn {
    /// Relays to these: as clients are told them, and as this machine reaches them.
    pub(crate) fn to(units: BTreeMap<SocketAddr, SocketAddr>) -> Self {
        let connections = Places::new(TURN_CONNECTIONS_PER_PARTICIPANT_MAX);
        Self { units, secret: crate::app::random(), connections }
    }

    /// How many are open, for metrics.
    pub(crate) fn connections(&self) -> usize {
        self.connections.taken()
    }

    /// With which a participant proves to be one, for as long as it is in its call. Its user name is its number.
    pub(crate) fn password(&self, who: ParticipantId) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        mac.update(b"turn");
        mac.update(&who.0.to_be_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// For a port: relays for those who are in a call.
#[derive(Clone)]
pub(crate) struct Relays {
    pub(crate) app: Arc<App>,
}

impl Relays {
    /// Whether a connection that begins so is one of TURN. The type of each STUN message that it can begin with does, and no word of HTTP.
    pub(crate) fn are_asked_by(first: u8) -> bool {
        first == 0
    }

    /// Until the other end is gone, or has nothing to do here.
    pub(crate) async fn serve(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: SocketAddr,
        stop: watch::Receiver<bool>,
    ) {
        let calls = &self.app.calls;
        if let Some(turn) = calls.turn() {
            session::serve(turn, |who| calls.is_in_call(who), stream, peer, stop).await;
        }
    }
}
