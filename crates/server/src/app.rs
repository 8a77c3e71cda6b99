//! What every request handler can reach.

use crate::blob_bytes::BlobBytes;
use crate::clock::Clock;
use crate::codes::CodeSender;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::hub::Hub;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::open::Open;
use crate::web_app::WebApp;
use hmac::{Hmac, Mac};
use proto::ids::{ServerId, Timeline};
use server_store::Stores;
use server_store::mailboxes::DeliveredUpTo;
use server_store::sqlite::Sqlite;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// One server's parts, shared by all its tasks.
pub struct App {
    pub(crate) config: Config,
    pub(crate) stores: Stores,
    pub(crate) delivery: Delivery,
    pub(crate) hub: Arc<Hub>,
    pub(crate) limits: Limits,
    pub(crate) open: Open,
    pub(crate) metrics: Metrics,
    /// The same as `stores`, to ask it how much waits.
    pub(crate) database: Arc<Sqlite>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) codes: Arc<dyn CodeSender>,
    pub(crate) blobs: BlobBytes,
    pub(crate) web: WebApp,
    pub(crate) identity: ServerIdentity,
    /// PEM of the generated local authority, if there is one.
    pub(crate) authority_pem: Option<String>,
}

/// What a server is known by, and its secret.
pub struct ServerIdentity {
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Of the key.
    pub id: ServerId,
    /// Of the database.
    pub timeline: Timeline,
    /// Keys hashes of codes and challenges.
    pub secret: [u8; 32],
}

impl ServerIdentity {
    /// HMAC-SHA256 under the server's secret, for one purpose.
    pub(crate) fn keyed_hash(&self, purpose: &'static str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&[0]);
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl App {
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }
}

/// Bytes of the system's generator.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

/// What is stored of a token or ticket.
pub(crate) fn token_hash(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl App {
    /// Tells the other members how far an account got, where they are connected.
    pub(crate) async fn tell_delivered(
        &self,
        device: proto::ids::DeviceAddress,
        further: Vec<DeliveredUpTo>,
        now_ms: u64,
    ) {
        for delivered in further {
            // If the store fails here, GetMarks tells the same.
            let Ok(members) = self.stores.groups.members(delivered.chat).await else { return };
            let to = members.into_iter().map(|m| m.device).filter(|d| d.account != device.account).collect();
            let effect =
                crate::delivery::Effect::Delivered { further: delivered, account: device.account, time_ms: now_ms, to };
            self.hub.carry_out(vec![effect], &self.stores).await;
        }
    }
}
