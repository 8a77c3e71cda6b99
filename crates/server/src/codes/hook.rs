//! Codes by a signed HTTP request to the operator's gateway for text messages. What the gateway answers beyond its status is not read.

use super::{CodeSender, Secret, SendCodeError};
use crate::tls;
use anyhow::Result;
use async_trait::async_trait;
use hmac::{Hmac, Mac};
use reqwest::{Client, Url, header};
use serde_json::json;
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};

/// When the request was made, in seconds since the Unix epoch; it is signed too, so that a request cannot be played again later.
pub const TIMESTAMP_HEADER: &str = "heliograph-timestamp";
/// `sha256=` and, in hex, HMAC-SHA256 under the shared secret over timestamp, a full stop, and the body.
pub const SIGNATURE_HEADER: &str = "heliograph-signature";
/// Shorter ones can be guessed from one request that was overheard.
const SECRET_LEN_MIN: usize = 16;

/// Where codes are posted to.
#[derive(Debug, Clone)]
pub struct HookConfig {
    url: HookUrl,
    secret: Secret,
}

#[derive(Clone)]
struct HookUrl(Url);

/// A gateway's address may have a key of it in its path.
impl std::fmt::Debug for HookUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookUrl")
    }
}

/// Why an address or a secret cannot be used. The address is not repeated: it may hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HookConfigError {
    /// No URL at all.
    #[error("code_http_url is no address; write it as in \"https://sms.example.org/send\"")]
    NoUrl,
    /// Codes and numbers would be readable on their way.
    #[error("code_http_url must begin with https://; http:// is for this machine alone (127.0.0.1, [::1], localhost)")]
    NotSecret,
    /// User and password in the address.
    #[error("code_http_url has a user or a password in it; requests are signed with code_http_secret instead")]
    HasUser,
    /// Too short.
    #[error("code_http_secret must have at least {SECRET_LEN_MIN} characters")]
    SecretTooShort,
}

impl HookConfig {
    /// Checks both.
    pub fn new(url: &str, secret: String) -> Result<Self, HookConfigError> {
        let url = Url::parse(url).map_err(|_| HookConfigError::NoUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_this_machine(url.host_str().unwrap_or_default()) => {}
            "http" => return Err(HookConfigError::NotSecret),
            _ => return Err(HookConfigError::NoUrl),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HookConfigError::HasUser);
        }
        if secret.len() < SECRET_LEN_MIN {
            return Err(HookConfigError::SecretTooShort);
        }
        Ok(Self { url: HookUrl(url), secret: Secret::new(secret) })
    }
}

/// Whether what goes to this host stays on this machine.
pub(super) fn is_this_machine(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// See the module.
pub(super) struct Hook {
    config: HookConfig,
    server_name: String,
    client: Client,
}

impl Hook {
    pub(super) fn new(config: &HookConfig, server_name: &str) -> Result<Self> {
        // The operator says where to, and nobody else: a redirect would carry the code to another place.
        let client = Client::builder()
            .tls_backend_preconfigured(tls::outgoing()?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { config: config.clone(), server_name: server_name.to_owned(), client })
    }

    fn signature(&self, timestamp: &str, body: &str) -> String {
        let key = self.config.secret.reveal().as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body.as_bytes());
        format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
    }
}

#[async_trait]
impl CodeSender for Hook {
    fn is_remote(&self) -> bool {
        true
    }

    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError> {
        let text = super::mail::text(&self.server_name, code);
        let body = json!({ "number": number, "code": code, "text": text }).to_string();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let timestamp = now.as_secs().to_string();
        let request = self
            .client
            .post(self.config.url.0.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(SIGNATURE_HEADER, self.signature(&timestamp, &body))
            .header(TIMESTAMP_HEADER, timestamp)
            .body(body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) if answer.status().is_redirection() => Err(SendCodeError::of("the gateway redirects")),
            Ok(answer) if answer.status().is_server_error() => Err(SendCodeError::of("the gateway failed")),
            Ok(_) => Err(SendCodeError::before_sending("the gateway refused")),
            Err(error) if error.is_connect() => Err(SendCodeError::before_sending("no connection")),
            Err(_) => Err(SendCodeError::of("the connection broke")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_leave_this_machine_encrypted_or_not_at_all() {
        let secret = || "0123456789abcdef".to_owned();
        for url in
            ["https://sms.example.org/send?key=1", "http://127.0.0.1:9/x", "http://[::1]:9/", "http://localhost/"]
        {
            assert!(HookConfig::new(url, secret()).is_ok(), "{url}");
        }
        for (url, error) in [
            ("http://sms.example.org/send", HookConfigError::NotSecret),
            ("http://10.0.0.1/", HookConfigError::NotSecret),
            ("http://localhost.example.org/", HookConfigError::NotSecret),
            ("https://me:password@sms.example.org/", HookConfigError::HasUser),
            ("ftp://sms.example.org/", HookConfigError::NoUrl),
            ("sms.example.org", HookConfigError::NoUrl),
            ("", HookConfigError::NoUrl),
        ] {
            assert_eq!(HookConfig::new(url, secret()).err(), Some(error), "{url}");
        }
        let short = HookConfig::new("https://sms.example.org", "short".into());
        assert_eq!(short.err(), Some(HookConfigError::SecretTooShort));
        let debug = format!("{:?}", HookConfig::new("https://sms.example.org/key-in-path", secret()));
        assert!(!debug.contains("key-in-path") && !debug.contains("0123456789"), "{debug}");
    }
}
