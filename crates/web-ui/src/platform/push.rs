//! Web Push of this browser: whether it can, whether it may, and its subscription. Used by parts that are no first screen.

use crate::platform::version;
use client_api::PushSubscription;
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Notification, NotificationPermission, PushEncryptionKeyName, PushManager, PushSubscription as Held,
    PushSubscriptionOptionsInit,
};

/// What this browser lets be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// It has no Web Push here.
    Unsupported,
    /// Its user has said no, and is not asked again.
    Blocked,
    /// Its user is asked, or has said yes.
    Asked,
}

/// Why there is no subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSubscription {
    /// This page has no service worker.
    NotKept,
    /// The browser, or its maker's push service, gives out none.
    Refused,
}

/// As it is now.
pub fn leave() -> Leave {
    let has = |name: &str| Reflect::has(&js_sys::global(), &JsValue::from_str(name)).unwrap_or(false);
    if !has("PushManager") || !has("Notification") || !version::can_be_kept() {
        return Leave::Unsupported;
    }
    match Notification::permission() {
        NotificationPermission::Denied => Leave::Blocked,
        _ => Leave::Asked,
    }
}

/// Asks the user, if need be; only after a click. Whether they said yes.
pub async fn may_notify() -> bool {
    let Ok(asked) = Notification::request_permission() else { return false };
    JsFuture::from(asked).await.is_ok() && Notification::permission() == NotificationPermission::Granted
}

/// Subscribes for the server's key, or finds the subscription that there is; one for another server's key ends.
pub async fn subscribe(key: &[u8]) -> Result<PushSubscription, NoSubscription> {
    let registration = version::active().await.ok_or(NoSubscription::NotKept)?;
    let manager = registration.push_manager().map_err(|_| NoSubscription::NotKept)?;
    made(&manager, key).await.ok_or(NoSubscription::Refused)
}

async fn made(manager: &PushManager, key: &[u8]) -> Option<PushSubscription> {
    let key = Uint8Array::from(key);
    let subscribe = || {
        let options = PushSubscriptionOptionsInit::new();
        options.set_user_visible_only(true);
        options.set_application_server_key_opt_u8_array(Some(&key));
        manager.subscribe_with_options(&options)
    };
    let made = match JsFuture::from(subscribe().ok()?).await {
        Ok(made) => made,
        // Only then there is one for another key: whatever else is wrong may pass.
        Err(error) => {
            let name = Reflect::get(&error, &JsValue::from_str("name")).ok()?;
            if name.as_string()? != "InvalidStateError" {
                return None;
            }
            end().await;
            JsFuture::from(subscribe().ok()?).await.ok()?
        }
    };
    let made: Held = made.unchecked_into();
    let part = |name| made.get_key(name).ok().flatten().map(|key| Uint8Array::new(&key).to_vec());
    let (p256dh, auth) = (part(PushEncryptionKeyName::P256dh)?, part(PushEncryptionKeyName::Auth)?);
    Some(PushSubscription { endpoint: made.endpoint(), p256dh, auth })
}

/// Ends the subscription, where there is one.
pub async fn end() {
    let Some(manager) = manager().await else { return };
    if let Some(held) = held(&manager).await
        && let Ok(ended) = held.unsubscribe()
    {
        // Whatever comes of it: nobody takes what is pushed there.
        let _ = JsFuture::from(ended).await;
    }
}

async fn manager() -> Option<PushManager> {
    version::registration().await?.push_manager().ok()
}

async fn held(manager: &PushManager) -> Option<Held> {
    let held = JsFuture::from(manager.get_subscription().ok()?).await.ok()?;
    held.is_instance_of::<Object>().then(|| held.unchecked_into())
}
