//! What people scan, paste and write: codes, links, ids, the configuration file.

use client_api::wire::read_greeting;
use proto::ids::{AccountId, DeviceAddress, ServerId, mls_group_id, parse_mls_group_id};
use proto::limits::{JOIN_ADMINS_MAX, JOIN_NAME_LEN_MAX};
use proto::qr::{ContactCode, JoinCode, LinkCode, SafetyCode};
use server::config::ServeArgs;

/// The four kinds of codes: a text is at most one of them, and what is read is written the same way again.
pub(super) fn codes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (link, contact, safety) = (LinkCode::parse(&text), ContactCode::parse(&text), SafetyCode::parse(&text));
    let join = JoinCode::parse(&text);
    let is_code = !text.contains(['#', '/']);
    let read = [link.is_ok(), contact.is_ok() && is_code, safety.is_ok(), join.is_ok() && is_code];
    assert!(read.iter().filter(|is_read| **is_read).count() <= 1, "one text is several codes");
    if let Ok(code) = link {
        assert_eq!(LinkCode::parse(&code.to_text()), Ok(code));
    }
    if let Ok(code) = contact {
        assert!(code.number.len() <= 16, "a number that E.164 does not have");
        assert_eq!(ContactCode::parse(&code.to_text()), Ok(code));
    }
    if let Ok(code) = safety {
        assert!(code.0.len() <= text.len());
        assert_eq!(SafetyCode::parse(&code.to_text()), Ok(code));
    }
    if let Ok(code) = join {
        assert!((1..=JOIN_ADMINS_MAX).contains(&code.admins.len()) && code.name.len() <= JOIN_NAME_LEN_MAX);
        assert_eq!(JoinCode::parse(&code.to_text()), Ok(code));
    }
    read_greeting(&text);
}

/// Ids of bytes, and group ids.
pub(super) fn ids(bytes: &[u8]) {
    assert_eq!(AccountId::try_from(bytes).is_ok(), bytes.len() == 16);
    if let Ok(server) = ServerId::try_from(bytes.to_vec()) {
        assert_eq!(server.to_vec(), bytes);
        assert_eq!(server.to_string().len(), 32);
    }
    if let Some((chat, generation)) = parse_mls_group_id(bytes) {
        assert_eq!(mls_group_id(chat, generation), bytes);
    }
    let device = proto::wire::DeviceAddress { account: bytes.to_vec(), device: 1 };
    if let Ok(address) = DeviceAddress::try_from(&device) {
        assert_eq!(address.to_wire(), device);
    }
}

/// The server's configuration file: an operator's mistake is told, never a crash.
pub(super) fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(Ok(config)) = ServeArgs::parse(text).map(ServeArgs::into_config) {
        assert!(config.connections_max > 0 && config.sockets_per_account_max > 0);
    }
}
