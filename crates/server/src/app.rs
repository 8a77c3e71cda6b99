//! What every request handler can reach.

use crate::blob_bytes::BlobBytes;
use crate::calls::Calls;
use crate::clock::Clock;
use crate::codes::Codes;
use crate::config::Config;
use crate::delivery::{Delivery, Effect, Readers};
use crate::hub::Hub;
use crate::limits::{Limits, Ring};
use crate::metrics::Metrics;
use crate::open::Open;
use crate::push::{Notice, Pushes, Urgency};
use crate::web_app::WebApp;
use hmac::{Hmac, Mac};
use proto::ids::{ServerId, Timeline};
use server_store::sqlite::Sqlite;
use server_store::{StoreError, Stores};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// One server's parts, shared by all its tasks.
pub struct App {
    pub(crate) config: Config,
    pub(crate) stores: Stores,
    pub(crate) delivery: Delivery,
    pub(crate) hub: Arc<Hub>,
    pub(crate) calls: Calls,
    pub(crate) pushes: Pushes,
    pub(crate) limits: Limits,
    pub(crate) open: Open,
    pub(crate) metrics: Metrics,
    /// The same as `stores`, to ask it how much waits.
    pub(crate) database: Arc<Sqlite>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) codes: Codes,
    /// Held by whoever makes a backup: there is one at a time.
    #[cfg(unix)]
    pub(crate) backing_up: tokio::sync::Mutex<()>,
    pub(crate) blobs: BlobBytes,
    pub(crate) web: WebApp,
    pub(crate) identity: ServerIdentity,
    /// Where people reach this server, as far as it knows; for links that the operator gives them.
    pub(crate) origin: String,
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
    /// A device has its queue up to here: the other members hear of it, where they are connected.
    pub(crate) async fn acknowledge(
        &self,
        device: proto::ids::DeviceAddress,
        queue_seq: u64,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        let effects = self.delivery.acknowledge(device, queue_seq, now_ms).await?;
        self.pushes.acknowledged(device, queue_seq);
        self.carry_out(effects).await;
        Ok(())
    }

    /// Carries out what the delivery service asks for.
    pub(crate) async fn carry_out(&self, effects: Vec<Effect>) {
        for effect in &effects {
            match effect {
                // Who was added is to hear of a call that goes on.
                Effect::RosterChanged(chat) | Effect::GroupAdded { chat, .. } => self.calls.roster_changed(*chat),
                Effect::Notify { notice, readers } => self.notify(notice, readers).await,
                _ => {}
            }
        }
        self.hub.carry_out(effects, &self.stores).await;
    }

    /// Others than the sender's own devices hear of it, also those that are away.
    async fn notify(&self, notice: &Arc<Notice>, readers: &Readers) {
        if !self.pushes.is_of_use() {
            return;
        }
        let notice = match notice.urgency {
            Urgency::Call if self.limits.ring(notice.sender.account, notice.chat) == Ring::TooMany => {
                // As any message: of what has no preview nobody is notified.
                if notice.hint.is_empty() {
                    return;
                }
                &Arc::new(Notice { urgency: Urgency::Message, ..Notice::clone(notice) })
            }
            _ => notice,
        };
        let readers = match readers {
            Readers::These(pointers) => pointers.iter().map(|to| (to.device, to.queue_seq)).collect(),
            Readers::Members => match self.stores.groups.members(notice.chat).await {
                Ok(members) => members.into_iter().map(|member| (member.device, 0)).collect(),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "members to notify could not be read");
                    Vec::new()
                }
            },
        };
        for (device, queue_seq) in readers {
            if device.account != notice.sender.account && notice.is_for(device.account) {
                let is_connected = self.hub.is_connected(device);
                self.pushes.notify(notice, device, queue_seq, is_connected);
                // Its socket may have ended in between.
                if is_connected && !self.hub.is_connected(device) {
                    self.pushes.left(device);
                }
            }
        }
    }
}
