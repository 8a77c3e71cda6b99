//! Push subscriptions: where the browser of a device takes notifications while it has no socket.

use crate::StoreError;
use async_trait::async_trait;
use proto::ids::DeviceAddress;

/// What a browser gave out for its pushes. Whoever has it can bother that browser, so it goes into no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The push service's address for it.
    pub endpoint: String,
    /// The browser's key: P-256, an uncompressed point.
    pub p256dh: Vec<u8>,
    /// The browser's secret for it.
    pub auth: [u8; 16],
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription(…)")
    }
}

/// What came of putting one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutSubscriptionOutcome {
    /// Stored in place of what was there.
    Stored,
    /// The device is in no list any more.
    NoDevice,
}

/// See the module. A device has one at most; it goes when the device leaves its list, and when the number of its account moves.
#[async_trait]
pub trait PushStore: Send + Sync {
    /// Replaces the device's. Where another device had the same address, it loses it: a browser is one device.
    async fn put_subscription(
        &self,
        device: DeviceAddress,
        subscription: Subscription,
    ) -> Result<PutSubscriptionOutcome, StoreError>;
    /// The device's.
    async fn subscription(&self, device: DeviceAddress) -> Result<Option<Subscription>, StoreError>;
    /// Deletes the device's, whichever it is.
    async fn delete_subscription(&self, device: DeviceAddress) -> Result<(), StoreError>;
    /// Deletes the device's if it still has this address.
    async fn delete_ended_subscription(&self, device: DeviceAddress, endpoint: String) -> Result<(), StoreError>;
    /// Every device that has one.
    async fn subscribed(&self) -> Result<Vec<DeviceAddress>, StoreError>;
}
