//! The numbers and limits that clients and server must agree on when they speak MLS (RFC 9420). Knows no MLS library.

/// Credential type of our leaves: the content is an encoded `SignedDeviceCert`.
pub const CREDENTIAL_TYPE_DEVICE_CERT: u16 = 0xF002;
/// Group context extension that holds an encoded `ChatPolicy`.
pub const EXTENSION_CHAT_POLICY: u16 = 0xF003;
/// How long a leaf of a key package is valid, in seconds: 84 days.
pub const LEAF_LIFETIME_S: u64 = 84 * 24 * 3_600;
/// How much earlier than now a lifetime begins, in seconds: clocks differ.
pub const LEAF_LIFETIME_MARGIN_S: u64 = 3_600;
/// Members of one group.
pub const MEMBERS_MAX: usize = 1_024;
/// Members of a group as clients make them today. Its leaves then stay within what the hybrid suite may grow to (`HYBRID_LEAVES_MAX`):
/// going on in a generation of the classical suite, which larger groups need, is not built.
pub const MEMBERS_NOW_MAX: usize = 64;
/// Leaves of one group.
pub const LEAVES_MAX: usize = 3_072;
/// Leaves up to which the hybrid suite is taken for a new group.
pub const HYBRID_LEAVES_START_MAX: usize = 64;
/// Leaves that a group of the hybrid suite may grow to.
pub const HYBRID_LEAVES_MAX: usize = 256;

/// The two MLS cipher suites in use. The suite is fixed for a group's generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// ML-KEM-768 with X25519, AES-128-GCM, SHA-256, Ed25519. A provisional code point.
    Hybrid,
    /// X25519, ChaCha20-Poly1305, SHA-256, Ed25519.
    Classical,
}

impl Suite {
    /// All, the preferred one first.
    pub const ALL: [Self; 2] = [Self::Hybrid, Self::Classical];

    /// The number in the registry of MLS cipher suites.
    pub fn code(self) -> u16 {
        match self {
            Self::Hybrid => 0x004F,
            Self::Classical => 0x0003,
        }
    }

    /// The suite of this number, if it is one of ours.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.code() == code)
    }

    /// The suite of a new group that starts with so many leaves.
    pub fn for_new_group(leaves: usize) -> Self {
        if leaves <= HYBRID_LEAVES_START_MAX { Self::Hybrid } else { Self::Classical }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back_and_the_suite_follows_the_size() {
        assert!(Suite::ALL.into_iter().all(|suite| Suite::from_code(suite.code()) == Some(suite)));
        assert_eq!(Suite::from_code(1), None);
        assert_eq!((Suite::for_new_group(64), Suite::for_new_group(65)), (Suite::Hybrid, Suite::Classical));
    }
}
