//! Ids as the interface sees them: opaque, comparable, printable.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id16 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let [a, b, ..] = self.0;
                write!(f, "{}({a:02x}{b:02x}…)", stringify!($name))
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            /// Reads 32 hexadecimal digits.
            fn from_str(text: &str) -> Result<Self, ()> {
                if text.len() != 32 || !text.is_ascii() {
                    return Err(());
                }
                let mut id = [0; 16];
                for (byte, digits) in id.iter_mut().zip(text.as_bytes().chunks(2)) {
                    let digits = std::str::from_utf8(digits).map_err(|_| ())?;
                    *byte = u8::from_str_radix(digits, 16).map_err(|_| ())?;
                }
                Ok(Self(id))
            }
        }
    };
}

id16!(
    /// An account.
    AccountId
);
impl AccountId {
    /// No account's: they are hashes.
    pub const NOBODY: Self = Self([0; 16]);
}

id16!(
    /// A chat.
    ChatId
);
id16!(
    /// A message.
    MessageId
);
