//! Push subscriptions.

use super::{NOW_MS, account, device, number, registered, registration, ticket_at};
use crate::Stores;
use crate::devices::{NewDevice, PutDeviceList, PutDeviceListOutcome, StoredDeviceList};
use crate::pushes::{PutSubscriptionOutcome, Subscription};
use proto::ids::DeviceNumber;

fn subscription(n: u8) -> Subscription {
    Subscription { endpoint: format!("https://push.example/{n}"), p256dh: vec![n; 65], auth: [n; 16] }
}

/// A device has one, the last that it put, and an address is one device's.
pub async fn a_device_has_one_subscription(stores: Stores) {
    let (alice, bob) = (registered(&stores, 1).await, registered(&stores, 2).await);
    let pushes = &stores.pushes;
    assert_eq!(pushes.subscription(alice).await.unwrap(), None);
    for n in [1, 2] {
        let put = pushes.put_subscription(alice, subscription(n)).await.unwrap();
        assert_eq!(put, PutSubscriptionOutcome::Stored);
    }
    assert_eq!(pushes.subscription(alice).await.unwrap(), Some(subscription(2)));
    assert_eq!(pushes.subscribed().await.unwrap(), [alice]);
    // The same browser, registered anew.
    pushes.put_subscription(bob, subscription(2)).await.unwrap();
    assert_eq!(pushes.subscribed().await.unwrap(), [bob]);
    pushes.put_subscription(alice, subscription(3)).await.unwrap();
    // What has ended is not what was put meanwhile.
    pushes.delete_ended_subscription(alice, subscription(2).endpoint).await.unwrap();
    assert_eq!(pushes.subscription(alice).await.unwrap(), Some(subscription(3)));
    pushes.delete_ended_subscription(alice, subscription(3).endpoint).await.unwrap();
    assert_eq!(pushes.subscription(alice).await.unwrap(), None);
    pushes.delete_subscription(bob).await.unwrap();
    assert_eq!(pushes.subscribed().await.unwrap(), []);
    let unknown = pushes.put_subscription(device(1, 9), subscription(4)).await.unwrap();
    assert_eq!(unknown, PutSubscriptionOutcome::NoDevice);
}

/// Who leaves the list, or whose number moves, is pushed nothing more.
pub async fn a_subscription_goes_with_its_device(stores: Stores) {
    let phone = registered(&stores, 1).await;
    let companion = device(1, 2);
    let put = |version, added: Vec<NewDevice>, removed: Vec<DeviceNumber>| PutDeviceList {
        list: StoredDeviceList { account: account(1), version, signed: vec![1, 2] },
        follows: version - 1,
        added,
        removed,
    };
    let stored = PutDeviceListOutcome::Stored { stale_leaves: Vec::new() };
    let new = NewDevice { device: companion.device, signature_key: [2; 32] };
    assert_eq!(stores.devices.put_device_list(put(2, vec![new], Vec::new())).await.unwrap(), stored);
    for (device, n) in [(phone, 1), (companion, 2)] {
        stores.pushes.put_subscription(device, subscription(n)).await.unwrap();
    }
    let without = put(3, Vec::new(), vec![companion.device]);
    assert_eq!(stores.devices.put_device_list(without).await.unwrap(), stored);
    assert_eq!(stores.pushes.subscribed().await.unwrap(), [phone]);
    let late = stores.pushes.put_subscription(companion, subscription(3)).await.unwrap();
    assert_eq!(late, PutSubscriptionOutcome::NoDevice);
    let ticket_hash = ticket_at(&stores, &number(1), [9; 32], NOW_MS + 8_000_000).await;
    stores.accounts.register(registration(2, &number(1), ticket_hash)).await.unwrap();
    assert_eq!(stores.pushes.subscribed().await.unwrap(), []);
}
