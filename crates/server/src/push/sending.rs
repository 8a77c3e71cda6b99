//! One push: its words, its seal (RFC 8291), its way (RFC 8030), and what the push service says.
//! Neither the address nor what is sent is logged, nor any error that could hold them.

use super::hosts::{Hosts, Resolver};
use super::{Envelope, Parcel, Service, Urgency};
use anyhow::Result;
use data_encoding::BASE64URL_NOPAD;
use p256::PublicKey;
use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Push services take bodies of 4,096 bytes, of which the seal has 103.
const TEXT_LEN_MAX: usize = 3_900;
/// Lengths say how much was written, so they come in steps.
const TEXT_LEN_STEP: usize = 1_300;
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
const WARN_EVERY: Duration = Duration::from_secs(60);

/// What came of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// The push service has it.
    Taken,
    /// It will never take this one.
    Refused,
    /// Nobody takes pushes at this address any more.
    NotWanted,
    /// The device needs none now.
    Connected,
    /// Try again, after so long where it says so.
    Later(Option<Duration>),
}

/// Goes nowhere but where it is told: no redirects, no proxies, and only to addresses that a name may lead to.
pub(super) fn client(hosts: Arc<Hosts>) -> Result<Client> {
    Ok(Client::builder()
        .tls_backend_preconfigured(crate::tls::outgoing()?)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(Resolver(hosts)))
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN)
        .build()?)
}

/// What the browser's service worker reads: the newest notices, as many as fit, and how many did not. In JSON, filled up with spaces.
pub(super) fn text(parcel: &Parcel) -> String {
    let words = |notices: &[Value], more: u64| json!({ "v": 1, "notices": notices, "more": more }).to_string();
    let mut notices: Vec<Value> = Vec::new();
    let mut more = u64::from(parcel.more);
    for waiting in parcel.notices.iter().rev() {
        let notice = &waiting.notice;
        notices.insert(
            0,
            json!({
                "chat": BASE64URL_NOPAD.encode(&notice.chat.0),
                "account": BASE64URL_NOPAD.encode(&notice.sender.account.0),
                "device": notice.sender.device.0,
                "hint": BASE64URL_NOPAD.encode(&notice.hint),
                "urgent": notice.urgency == Urgency::Call,
            }),
        );
        if words(&notices, u64::MAX).len() > TEXT_LEN_MAX {
            notices.remove(0);
            more += 1;
        }
    }
    let mut text = words(&notices, more);
    let len = text.len().next_multiple_of(TEXT_LEN_STEP).min(TEXT_LEN_MAX);
    text.extend(std::iter::repeat_n(' ', len.saturating_sub(text.len())));
    text
}

impl Service {
    /// Hands one push over.
    pub(super) async fn send(&self, envelope: Envelope, now_ms: u64) -> Sent {
        // Also of what was stored when the operator listed more; who lists it again finds it there.
        let Ok(url) = self.hosts.check(&envelope.subscription.endpoint) else { return Sent::Refused };
        let Some(sealed) = seal(&envelope) else { return Sent::NotWanted };
        let authorization = self.key.authorization(&url.origin().ascii_serialization(), &self.contact, now_ms);
        let mut request = self
            .client
            .post(url)
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("ttl", envelope.ttl.as_secs())
            .header("urgency", "high")
            .body(sealed);
        if let Some(topic) = envelope.topic {
            request = request.header("topic", topic);
        }
        match request.send().await {
            Ok(answer) => judge(answer.status(), answer.headers()),
            Err(error) => {
                self.was_not_reached(kind(&error));
                Sent::Later(None)
            }
        }
    }

    /// Said now and then, as it comes with each push; of what kind only, as the error has the address in it.
    fn was_not_reached(&self, kind: &'static str) {
        self.unreached.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.is_none_or(|at| now.duration_since(at) >= WARN_EVERY) {
            *warned = Some(now);
            tracing::warn!(kind, "a push service could not be reached");
        }
    }
}

fn kind(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_timeout() => "timeout",
        error if error.is_connect() => "no connection",
        _ => "other",
    }
}

fn seal(envelope: &Envelope) -> Option<Vec<u8>> {
    let key = PublicKey::from_sec1_bytes(&envelope.subscription.p256dh).ok()?;
    let auth = envelope.subscription.auth.into();
    web_push_native::encrypt(envelope.body.clone(), &key, &auth).ok()
}

fn judge(status: StatusCode, headers: &header::HeaderMap) -> Sent {
    match status {
        status if status.is_success() => Sent::Taken,
        StatusCode::NOT_FOUND | StatusCode::GONE => Sent::NotWanted,
        StatusCode::TOO_MANY_REQUESTS => Sent::Later(retry_after(headers)),
        status if status.is_server_error() => Sent::Later(retry_after(headers)),
        status => {
            tracing::warn!(status = status.as_u16(), "a push service refused a notification");
            Sent::Refused
        }
    }
}

/// In seconds; a date is as good as nothing.
fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
