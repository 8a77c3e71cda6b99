//! Newtypes for everything that is named by bytes or by a number, so that no two are mixed up.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Bytes or text that are no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {len} bytes, but it has 16")]
pub struct IdLengthError {
    kind: &'static str,
    len: usize,
}

macro_rules! id16 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The bytes, for storage and the wire.
            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// An owned copy for a Protobuf field.
            pub fn to_vec(&self) -> Vec<u8> {
                self.0.to_vec()
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdLengthError;
            fn try_from(bytes: &[u8]) -> Result<Self, IdLengthError> {
                <[u8; 16]>::try_from(bytes)
                    .map(Self)
                    .map_err(|_| IdLengthError { kind: stringify!($name), len: bytes.len() })
            }
        }

        impl TryFrom<Vec<u8>> for $name {
            type Error = IdLengthError;
            fn try_from(bytes: Vec<u8>) -> Result<Self, IdLengthError> {
                Self::try_from(bytes.as_slice())
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdLengthError;
            fn from_str(text: &str) -> Result<Self, IdLengthError> {
                let bytes = hex::decode(text).map_err(|_| IdLengthError { kind: stringify!($name), len: text.len() })?;
                Self::try_from(bytes.as_slice())
            }
        }

        /// All 32 hexadecimal digits: for keys of own state and file names, never for a log line.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        /// Short, because debug output may reach a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let [a, b, ..] = self.0;
                write!(f, "{}({a:02x}{b:02x}…)", stringify!($name))
            }
        }
    };
}

id16!(
    /// An account: the first 16 bytes of a hash of its first account key, so that a server cannot swap the key.
    AccountId
);
id16!(
    /// A chat, the same over all generations of its MLS group.
    ChatId
);
id16!(
    /// A message, chosen by its sender.
    MessageId
);
id16!(
    /// One operation on the delivery service; a repeat gets the first result.
    OpId
);
id16!(
    /// A linking attempt.
    LinkId
);
id16!(
    /// A server: the first 16 bytes of the hash of its key.
    ServerId
);
id16!(
    /// A server's database; it changes when an older one is put back.
    Timeline
);
id16!(
    /// One running client of a device.
    Lease
);
id16!(
    /// One export of history.
    ArchiveId
);

impl AccountId {
    /// The id of the account whose first key this is.
    pub fn of_first_key(account_key: &[u8; 32]) -> Self {
        Self(hash16(b"heliograph account", &[account_key]))
    }
}

impl ServerId {
    /// The id of the server with this key.
    pub fn of_key(server_key: &[u8; 32]) -> Self {
        Self(hash16(b"heliograph server", &[server_key]))
    }
}

fn hash16(label: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(label);
    for part in parts {
        hasher.update(part);
    }
    let mut out = [0; 16];
    out.copy_from_slice(hasher.finalize().split_at(16).0);
    out
}

/// A device of an account; given by the phone, 1 and up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
pub struct DeviceNumber(pub u32);

/// A device, everywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
pub struct DeviceAddress {
    /// Whose it is.
    pub account: AccountId,
    /// Which of theirs.
    pub device: DeviceNumber,
}

impl DeviceAddress {
    /// For a Protobuf field of the WebSocket.
    pub fn to_wire(self) -> crate::wire::DeviceAddress {
        crate::wire::DeviceAddress { account: self.account.to_vec(), device: self.device.0 }
    }

    /// For a Protobuf field of an HTTP body.
    pub fn to_account_body(self) -> crate::account::DeviceAddress {
        crate::account::DeviceAddress { account: self.account.to_vec(), device: self.device.0 }
    }
}

impl TryFrom<&crate::wire::DeviceAddress> for DeviceAddress {
    type Error = IdLengthError;
    fn try_from(wire: &crate::wire::DeviceAddress) -> Result<Self, IdLengthError> {
        Ok(Self { account: AccountId::try_from(wire.account.as_slice())?, device: DeviceNumber(wire.device) })
    }
}

impl TryFrom<&crate::account::DeviceAddress> for DeviceAddress {
    type Error = IdLengthError;
    fn try_from(body: &crate::account::DeviceAddress) -> Result<Self, IdLengthError> {
        Ok(Self { account: AccountId::try_from(body.account.as_slice())?, device: DeviceNumber(body.device) })
    }
}

/// Which MLS group of a chat: a reset makes the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
pub struct Generation(pub u32);

/// The MLS group id of a chat's generation: the chat id, then the generation in big endian.
pub fn mls_group_id(chat: ChatId, generation: Generation) -> [u8; 20] {
    let mut id = [0; 20];
    let (head, tail) = id.split_at_mut(16);
    head.copy_from_slice(&chat.0);
    tail.copy_from_slice(&generation.0.to_be_bytes());
    id
}

/// Reads [`mls_group_id`] back; `None` where the length is another.
pub fn parse_mls_group_id(id: &[u8]) -> Option<(ChatId, Generation)> {
    let (chat, generation) = id.split_at_checked(16)?;
    Some((ChatId::try_from(chat).ok()?, Generation(u32::from_be_bytes(generation.try_into().ok()?))))
}

/// The key under which a direct chat is found: the same whoever starts it, so that two beginners meet in one chat.
pub fn direct_key(one: AccountId, other: AccountId) -> [u8; 32] {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    let mut hasher = Sha256::new();
    hasher.update(b"heliograph direct");
    hasher.update(low.0);
    hasher.update(high.0);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direct_key_is_the_same_from_both_ends() {
        let (a, b) = (AccountId([1; 16]), AccountId([2; 16]));
        assert_eq!(direct_key(a, b), direct_key(b, a));
        assert_ne!(direct_key(a, b), direct_key(a, a));
    }

    #[test]
    fn group_id_is_read_back_and_other_lengths_are_refused() {
        let id = mls_group_id(ChatId([7; 16]), Generation(3));
        assert_eq!(parse_mls_group_id(&id), Some((ChatId([7; 16]), Generation(3))));
        assert_eq!(parse_mls_group_id(&id[..19]), None);
        assert_eq!(parse_mls_group_id(&[0; 21]), None);
    }

    #[test]
    fn debug_output_does_not_give_an_id_away() {
        let shown = format!("{:?}", AccountId([0xab; 16]));
        assert_eq!(shown, "AccountId(abab…)");
    }
}
