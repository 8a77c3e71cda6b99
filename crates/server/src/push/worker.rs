//! Sends what is due, so many at once, for ever.

use super::{Envelope, Parcel, Urgency, sending::Sent, sending::text, ttl};
use crate::app::App;
use crate::limits::{PUSH_RETRY, PUSHES_AT_ONCE_MAX};
use data_encoding::BASE64URL_NOPAD;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use std::sync::Arc;
use tokio::time::Instant;

/// Bytes of a topic's name; RFC 8030 has 32 characters for it.
const TOPIC_LEN: usize = 24;

/// Pushes until it is dropped.
pub(crate) async fn run(app: Arc<App>) {
    let mut sending = FuturesUnordered::new();
    loop {
        while sending.len() < PUSHES_AT_ONCE_MAX
            && let Some(parcel) = app.pushes.take_due(Instant::now())
        {
            sending.push(send(&app, parcel));
        }
        let next = app.pushes.next_due().filter(|_| sending.len() < PUSHES_AT_ONCE_MAX);
        tokio::select! {
            Some((parcel, sent)) = sending.next(), if !sending.is_empty() => done(&app, parcel, sent),
            () = app.pushes.wanted.notified() => {}
            () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
        }
    }
}

fn done(app: &App, parcel: Parcel, sent: Sent) {
    let device = parcel.device;
    app.pushes.done(parcel, sent);
    // Its socket has ended meanwhile: nobody else sees to what is held for it since.
    if sent == Sent::Connected && !app.hub.is_connected(device) {
        app.pushes.left(device);
    }
}

async fn send(app: &App, parcel: Parcel) -> (Parcel, Sent) {
    let sent = try_to_send(app, &parcel).await;
    (parcel, sent)
}

async fn try_to_send(app: &App, parcel: &Parcel) -> Sent {
    let device = parcel.device;
    let Some(service) = &app.pushes.service else { return Sent::NotWanted };
    // Messages it hears of by its socket. A call rings also where the page may sleep: where one is seen, the service worker is silent.
    if parcel.urgency == Urgency::Message && app.hub.is_connected(device) {
        return Sent::Connected;
    }
    let subscription = match app.stores.pushes.subscription(device).await {
        Ok(Some(subscription)) => subscription,
        Ok(None) => {
            app.pushes.has_unsubscribed(device);
            return Sent::NotWanted;
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a push subscription could not be read");
            return Sent::Later(Some(PUSH_RETRY));
        }
    };
    let endpoint = subscription.endpoint.clone();
    let body = text(parcel).into_bytes();
    let envelope = Envelope { subscription, body, ttl: ttl(parcel, Instant::now()), topic: topic(app, parcel) };
    let sent = service.send(envelope, app.now_ms()).await;
    if sent == Sent::NotWanted {
        forget(app, device, endpoint).await;
    }
    sent
}

/// Nobody takes pushes there any more.
async fn forget(app: &App, device: proto::ids::DeviceAddress, endpoint: String) {
    if let Err(error) = app.stores.pushes.delete_ended_subscription(device, endpoint).await {
        tracing::error!(error = &error as &dyn std::error::Error, "a push subscription could not be deleted");
    }
    // Where it was replaced meanwhile, it still has one.
    if matches!(app.stores.pushes.subscription(device).await, Ok(None)) {
        app.pushes.has_unsubscribed(device);
    }
}

/// A push service that could not deliver a push of a chat yet keeps the newer one in its place. It learns nothing of the chat by it.
fn topic(app: &App, parcel: &Parcel) -> Option<String> {
    let chat = parcel.notices.first()?.notice.chat;
    if parcel.urgency == Urgency::Call || parcel.notices.iter().any(|waiting| waiting.notice.chat != chat) {
        return None;
    }
    let device = parcel.device;
    let hash = app.identity.keyed_hash("push-topic", &[&device.account.0, &device.device.0.to_be_bytes(), &chat.0]);
    hash.get(..TOPIC_LEN).map(|start| BASE64URL_NOPAD.encode(start))
}
