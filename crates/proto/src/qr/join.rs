//! The text of a link into a group: whom to ask to be let in, and what to show them.

use super::{CONTACT_PREFIX, JOIN_PREFIX, LINK_PREFIX, QrError, SAFETY_PREFIX, foreign, read, tidy, written};
use crate::ids::{AccountId, ChatId, ServerId};
use crate::limits::{JOIN_ADMINS_MAX, JOIN_NAME_LEN_MAX, JOIN_SECRET_LEN};

/// Flags of the first byte; all others are of a later version.
const IS_CALL: u8 = 1;

/// A way into a group of many. An account's id is the hash of its key, so the link pins the keys of the admins that it names.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinCode {
    /// Where the group lives.
    pub server_id: ServerId,
    /// The group.
    pub chat: ChatId,
    /// It is there for its call.
    pub call: bool,
    /// Who has it may ask. Never in an URL's path or query: servers see those.
    pub secret: [u8; JOIN_SECRET_LEN],
    /// Whom to ask: 1 to 3, no two alike.
    pub admins: Vec<AccountId>,
    /// What the group was called when the link was made, as its maker says; at most 64 bytes, may be empty.
    pub name: String,
}

impl std::fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JoinCode").field("chat", &self.chat).field("call", &self.call).finish_non_exhaustive()
    }
}

impl JoinCode {
    /// The text behind `#/join/` of a link. Of admins and name what is beyond the bounds is left out.
    pub fn to_text(&self) -> String {
        let admins = self.admins.get(..JOIN_ADMINS_MAX).unwrap_or(&self.admins);
        let mut bytes = vec![if self.call { IS_CALL } else { 0 }];
        bytes.extend_from_slice(&self.server_id.0);
        bytes.extend_from_slice(&self.chat.0);
        bytes.extend_from_slice(&self.secret);
        bytes.push(u8::try_from(admins.len()).unwrap_or_default());
        for admin in admins {
            bytes.extend_from_slice(&admin.0);
        }
        bytes.extend_from_slice(cut(&self.name).as_bytes());
        format!("{JOIN_PREFIX}{}", written(&bytes))
    }

    /// Reads a code, or a link that ends in one.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        let text = tidy(text.rsplit(['#', '/']).next().unwrap_or(text));
        let Some(body) = text.strip_prefix(JOIN_PREFIX) else {
            return Err(foreign(&text, &[LINK_PREFIX, CONTACT_PREFIX, SAFETY_PREFIX]));
        };
        let bytes = read(body)?;
        let (flags, rest) = bytes.split_first().ok_or(QrError::Damaged)?;
        if flags & !IS_CALL != 0 {
            return Err(QrError::OtherVersion);
        }
        let (server_id, rest) = rest.split_first_chunk::<16>().ok_or(QrError::Damaged)?;
        let (chat, rest) = rest.split_first_chunk::<16>().ok_or(QrError::Damaged)?;
        let (secret, rest) = rest.split_first_chunk::<JOIN_SECRET_LEN>().ok_or(QrError::Damaged)?;
        let (count, rest) = rest.split_first().ok_or(QrError::Damaged)?;
        let count = usize::from(*count);
        if !(1..=JOIN_ADMINS_MAX).contains(&count) {
            return Err(QrError::Damaged);
        }
        let (admins, name) = rest.split_at_checked(16 * count).ok_or(QrError::Damaged)?;
        let admins: Vec<AccountId> = admins.as_chunks::<16>().0.iter().map(|id| AccountId(*id)).collect();
        let is_twice = |(place, admin): (usize, &AccountId)| admins.iter().skip(place + 1).any(|other| other == admin);
        let name = std::str::from_utf8(name).map_err(|_| QrError::Damaged)?;
        if name.len() > JOIN_NAME_LEN_MAX || admins.iter().enumerate().any(is_twice) {
            return Err(QrError::Damaged);
        }
        Ok(Self {
            server_id: ServerId(*server_id),
            chat: ChatId(*chat),
            call: flags & IS_CALL != 0,
            secret: *secret,
            admins,
            name: name.to_owned(),
        })
    }
}

/// As many whole characters as fit.
fn cut(name: &str) -> &str {
    let end = (0..=JOIN_NAME_LEN_MAX.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    name.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{ContactCode, LinkCode, SafetyCode};
    use super::*;
    use proptest::prelude::*;

    fn code() -> JoinCode {
        JoinCode {
            server_id: ServerId([4; 16]),
            chat: ChatId([6; 16]),
            call: false,
            secret: [7; JOIN_SECRET_LEN],
            admins: vec![AccountId([1; 16]), AccountId([2; 16])],
            name: "Climbers ⛰".into(),
        }
    }

    #[test]
    fn a_code_is_read_back_also_out_of_a_link() {
        let text = code().to_text();
        for given in
            [text.clone(), format!("https://chat.example/#/join/{text}"), format!(" {}\n", text.to_lowercase())]
        {
            assert_eq!(JoinCode::parse(&given), Ok(code()), "{given}");
        }
        let call = JoinCode { call: true, name: String::new(), ..code() };
        assert_eq!(JoinCode::parse(&call.to_text()), Ok(call));
    }

    #[test]
    fn what_is_none_is_named() {
        let safety = SafetyCode(vec![1]).to_text();
        let text = code().to_text();
        let bytes = |flags: u8, admins: &[u8], rest: &[u8]| {
            let head =
                [&[flags][..], &[0; 48], &[u8::try_from(admins.len() / 16).expect("few")], admins, rest].concat();
            format!("{JOIN_PREFIX}{}", written(&head))
        };
        for (given, why) in [
            (safety.as_str(), QrError::OtherKind),
            ("https://chat.example/#/join/", QrError::NotOurs),
            ("HGJ2:AAAA", QrError::OtherVersion),
            (&bytes(2, &[1; 16], b""), QrError::OtherVersion),
            (&bytes(0, &[], b""), QrError::Damaged),
            (&bytes(0, &[1; 32], b""), QrError::Damaged),
            (&bytes(0, &[1; 16], &[0xff]), QrError::Damaged),
            (&bytes(0, &[1; 16], &[b'x'; JOIN_NAME_LEN_MAX + 1]), QrError::Damaged),
            (&text[..60], QrError::Damaged),
            ("HGJ1:", QrError::Damaged),
        ] {
            assert_eq!(JoinCode::parse(given), Err(why), "{given}");
        }
        assert_eq!(LinkCode::parse(&text), Err(QrError::OtherKind));
        assert_eq!(ContactCode::parse(&text), Err(QrError::OtherKind));
        assert_eq!(SafetyCode::parse(&text), Err(QrError::OtherKind));
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_a_fourth_admin_is_left_out() {
        let long =
            JoinCode { name: "ß".repeat(40), admins: (1..=4).map(|id| AccountId([id; 16])).collect(), ..code() };
        let read = JoinCode::parse(&long.to_text()).expect("a code");
        assert_eq!((read.name, read.admins.len()), ("ß".repeat(32), JOIN_ADMINS_MAX));
    }

    #[test]
    fn debug_output_does_not_give_the_secret_away() {
        assert!(!format!("{:?}", code()).contains("secret"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for text in [text, format!("{JOIN_PREFIX}{}", written(&bytes))] {
                if let Ok(code) = JoinCode::parse(&text) { prop_assert_eq!(JoinCode::parse(&code.to_text()), Ok(code)); }
            }
        }
    }
}
