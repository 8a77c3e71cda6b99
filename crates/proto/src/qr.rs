//! The texts of Heliograph's QR codes: linking, contact, safety number, ways into groups. Upper-case base32, so that a QR code takes them in its
//! denser alphanumeric mode.

mod join;

pub use join::JoinCode;

use crate::ids::{AccountId, LinkId, ServerId};
use base32ct::{Base32UpperUnpadded, Encoding as _};

const LINK_PREFIX: &str = "HG1:";
const CONTACT_PREFIX: &str = "HGC1:";
const SAFETY_PREFIX: &str = "HGS1:";
const JOIN_PREFIX: &str = "HGJ1:";
const LINK_LEN: usize = 16 + 32 + 16 + 16;

/// What the new device shows and the phone scans. The secret is never posted anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkCode {
    /// Names the rendezvous.
    pub link_id: LinkId,
    /// SHA-256 of the encoded bundle that lies in the rendezvous.
    pub bundle_hash: [u8; 32],
    /// The HPKE pre-shared key.
    pub secret: [u8; 16],
    /// The server that both must be at.
    pub server_id: ServerId,
}

impl std::fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkCode")
            .field("link_id", &self.link_id)
            .field("server_id", &self.server_id)
            .finish_non_exhaustive()
    }
}

/// A contact to add: from a code or a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCode {
    /// Whose code it is.
    pub account: AccountId,
    /// Where the account lives.
    pub server_id: ServerId,
    /// Their number, E.164 with the plus sign.
    pub number: String,
}

/// A safety number to compare. What is in it is `identity`'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyCode(pub Vec<u8>);

/// Why a scanned or pasted text is not the wanted code. Each has its own message in the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// A code of another program, or no code.
    #[error("not a Heliograph code")]
    NotOurs,
    /// A Heliograph code, but of the other kind.
    #[error("a Heliograph code of another kind")]
    OtherKind,
    /// Made by a newer or older version.
    #[error("a code of another version of Heliograph")]
    OtherVersion,
    /// Begins like one, but is cut short or damaged.
    #[error("incomplete or damaged")]
    Damaged,
}

impl LinkCode {
    /// The text of the QR code, which can be pasted too: 4 + 128 characters.
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::with_capacity(LINK_LEN);
        bytes.extend_from_slice(&self.link_id.0);
        bytes.extend_from_slice(&self.bundle_hash);
        bytes.extend_from_slice(&self.secret);
        bytes.extend_from_slice(&self.server_id.0);
        format!("{LINK_PREFIX}{}", written(&bytes))
    }

    /// Reads a scanned or pasted text; white space anywhere and lower case are forgiven.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        let text = tidy(text);
        let Some(body) = text.strip_prefix(LINK_PREFIX) else {
            return Err(foreign(&text, &[CONTACT_PREFIX, SAFETY_PREFIX, JOIN_PREFIX]));
        };
        let bytes = read(body)?;
        let bytes: [u8; LINK_LEN] = bytes.try_into().map_err(|_| QrError::Damaged)?;
        let (link_id, rest) = bytes.split_at(16);
        let (bundle_hash, rest) = rest.split_at(32);
        let (secret, server_id) = rest.split_at(16);
        Ok(Self {
            link_id: LinkId::try_from(link_id).map_err(|_| QrError::Damaged)?,
            bundle_hash: bundle_hash.try_into().map_err(|_| QrError::Damaged)?,
            secret: secret.try_into().map_err(|_| QrError::Damaged)?,
            server_id: ServerId::try_from(server_id).map_err(|_| QrError::Damaged)?,
        })
    }
}

impl ContactCode {
    /// The text of the QR code, and the part behind `#` of a contact link.
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::with_capacity(48);
        bytes.extend_from_slice(&self.account.0);
        bytes.extend_from_slice(&self.server_id.0);
        bytes.extend_from_slice(self.number.as_bytes());
        format!("{CONTACT_PREFIX}{}", written(&bytes))
    }

    /// Reads a code, or a link that ends in `#` and a code.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        let text = tidy(text.rsplit('#').next().unwrap_or(text));
        let Some(body) = text.strip_prefix(CONTACT_PREFIX) else {
            return Err(foreign(&text, &[LINK_PREFIX, SAFETY_PREFIX, JOIN_PREFIX]));
        };
        let bytes = read(body)?;
        let (account, rest) = bytes.split_at_checked(16).ok_or(QrError::Damaged)?;
        let (server_id, number) = rest.split_at_checked(16).ok_or(QrError::Damaged)?;
        let number = std::str::from_utf8(number).map_err(|_| QrError::Damaged)?;
        let digits = number.strip_prefix('+').ok_or(QrError::Damaged)?;
        if !(4..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(QrError::Damaged);
        }
        Ok(Self {
            account: AccountId::try_from(account).map_err(|_| QrError::Damaged)?,
            server_id: ServerId::try_from(server_id).map_err(|_| QrError::Damaged)?,
            number: number.to_owned(),
        })
    }
}

impl SafetyCode {
    /// The text of the QR code.
    pub fn to_text(&self) -> String {
        format!("{SAFETY_PREFIX}{}", written(&self.0))
    }

    /// Reads a scanned text.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        let text = tidy(text);
        let Some(body) = text.strip_prefix(SAFETY_PREFIX) else {
            return Err(foreign(&text, &[LINK_PREFIX, CONTACT_PREFIX, JOIN_PREFIX]));
        };
        match read(body) {
            Ok(bytes) if !bytes.is_empty() => Ok(Self(bytes)),
            _ => Err(QrError::Damaged),
        }
    }
}

/// In constant time: what a code holds may be secret.
fn written(bytes: &[u8]) -> String {
    Base32UpperUnpadded::encode_string(bytes)
}

/// Bytes have one text only: bits behind the last byte must be zero.
fn read(body: &str) -> Result<Vec<u8>, QrError> {
    let bytes = Base32UpperUnpadded::decode_vec(body).map_err(|_| QrError::Damaged)?;
    if written(&bytes) == body { Ok(bytes) } else { Err(QrError::Damaged) }
}

fn tidy(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{200b}' && *c != '\u{feff}')
        .collect::<String>()
        .to_ascii_uppercase()
}

/// A text that begins with `HG`, a number and a colon is ours, of another version.
fn foreign(text: &str, other_kinds: &[&str]) -> QrError {
    if other_kinds.iter().any(|prefix| text.starts_with(prefix)) {
        return QrError::OtherKind;
    }
    let Some(rest) = text.strip_prefix("HG") else { return QrError::NotOurs };
    let rest = rest.strip_prefix(['C', 'S', 'J']).unwrap_or(rest);
    match rest.split_once(':') {
        Some((version, _)) if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) => {
            QrError::OtherVersion
        }
        _ => QrError::NotOurs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code() -> LinkCode {
        LinkCode { link_id: LinkId([1; 16]), bundle_hash: [2; 32], secret: [3; 16], server_id: ServerId([4; 16]) }
    }

    #[test]
    fn a_link_code_is_read_back_with_spaces_line_breaks_and_lower_case() {
        let text = code().to_text();
        assert_eq!(text.len(), 132);
        let pasted = format!("  {}\r\n {}\t", text[..50].to_lowercase(), &text[50..]);
        assert_eq!(LinkCode::parse(&pasted), Ok(code()));
    }

    #[test]
    fn what_is_no_link_code_is_named() {
        let text = code().to_text();
        let contact =
            ContactCode { account: AccountId([5; 16]), server_id: ServerId([4; 16]), number: "+4915112345678".into() };
        for (given, why) in [
            ("https://example.org", QrError::NotOurs),
            ("", QrError::NotOurs),
            ("HGX", QrError::NotOurs),
            ("HG2:AAAA", QrError::OtherVersion),
            (&text[..131], QrError::Damaged),
            ("HG1:", QrError::Damaged),
            ("HG1:1!", QrError::Damaged),
            (&contact.to_text(), QrError::OtherKind),
        ] {
            assert_eq!(LinkCode::parse(given), Err(why), "{given}");
        }
    }

    #[test]
    fn a_contact_is_read_from_code_and_link() {
        let contact =
            ContactCode { account: AccountId([5; 16]), server_id: ServerId([4; 16]), number: "+4915112345678".into() };
        assert_eq!(ContactCode::parse(&contact.to_text()), Ok(contact.clone()));
        assert_eq!(ContactCode::parse(&format!("https://chat.example/phone#{}", contact.to_text())), Ok(contact));
        assert_eq!(ContactCode::parse(&code().to_text()), Err(QrError::OtherKind));
        let letters = ContactCode { account: AccountId([5; 16]), server_id: ServerId([4; 16]), number: "+49x".into() };
        assert_eq!(ContactCode::parse(&letters.to_text()), Err(QrError::Damaged));
    }

    #[test]
    fn a_safety_code_is_read_back_and_nothing_else_is_one() {
        let safety = SafetyCode(vec![7; 88]);
        assert_eq!(SafetyCode::parse(&safety.to_text()), Ok(safety.clone()));
        assert_eq!(SafetyCode::parse(&code().to_text()), Err(QrError::OtherKind));
        assert_eq!(SafetyCode::parse("HGS1:"), Err(QrError::Damaged));
        // "HGS1:A4" is one byte; "HGS1:A5" has a bit behind it.
        assert_eq!(SafetyCode::parse("HGS1:A4"), Ok(SafetyCode(vec![7])));
        assert_eq!(SafetyCode::parse("HGS1:A5"), Err(QrError::Damaged));
        assert_eq!(SafetyCode::parse("HGS2:AAAA"), Err(QrError::OtherVersion));
        assert_eq!(LinkCode::parse(&safety.to_text()), Err(QrError::OtherKind));
        assert_eq!(ContactCode::parse(&safety.to_text()), Err(QrError::OtherKind));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            if let Ok(code) = LinkCode::parse(&text) { prop_assert_eq!(LinkCode::parse(&code.to_text()), Ok(code)); }
            if let Ok(code) = ContactCode::parse(&text) { prop_assert_eq!(ContactCode::parse(&code.to_text()), Ok(code)); }
        }
    }
}
