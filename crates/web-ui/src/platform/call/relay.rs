//! For networks that pass nothing but HTTPS: media over TLS to where the page came from, which relays them (TURN, RFC 8656). The browser takes
//! that way where no shorter one leads to the server.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{RtcConfiguration, RtcIceServer, RtcPeerConnection};

/// A connection of this participant; `None` where the browser has none. Without a password, or where the page did not come over HTTPS, nobody
/// relays, and neither where the browser does not take the address.
pub(super) fn connection(participant: u64, password: &str) -> Option<RtcPeerConnection> {
    let relayed = RtcPeerConnection::new_with_configuration(&configuration(participant, password));
    relayed.or_else(|_| RtcPeerConnection::new()).ok()
}

fn configuration(participant: u64, password: &str) -> RtcConfiguration {
    let configuration = RtcConfiguration::new();
    if let Some(url) = url().filter(|_| !password.is_empty()) {
        let server = RtcIceServer::new();
        server.set_urls(&JsValue::from_str(&url));
        server.set_username(&participant.to_string());
        server.set_credential(password);
        configuration.set_ice_servers(&Array::of1(&server));
    }
    configuration
}

/// Of the server's port for HTTPS.
fn url() -> Option<String> {
    let location = web_sys::window()?.location();
    if location.protocol().ok()? != "https:" {
        return None;
    }
    let port = location.port().ok().filter(|port| !port.is_empty()).unwrap_or_else(|| "443".to_owned());
    Some(format!("turns:{}:{port}?transport=tcp", location.hostname().ok()?))
}
